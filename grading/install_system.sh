#!/bin/sh
# Make sure that a program is there: install its packages where that is possible, else say the one line to type.
# Usage: install_system.sh PROGRAM PACKAGE...   PROGRAM is a name on the PATH, or a path that may hold *.
program=$1
shift
present() {
    command -v "$program" >/dev/null 2>&1 || ls $program >/dev/null 2>&1
}
present && exit 0

for manager in apt-get dnf zypper; do
    command -v "$manager" >/dev/null 2>&1 && break
    manager=
done
[ "$(id -u)" = 0 ] && sudo= || sudo="sudo"
may_install=no
[ "$(id -u)" = 0 ] && may_install=yes
sudo -n true 2>/dev/null && may_install=yes

if [ -n "$manager" ] && [ "$may_install" = yes ]; then
    echo "installing $*"
    if [ "$manager" = apt-get ]; then
        export DEBIAN_FRONTEND=noninteractive
        # The package lists may be older than the packages: refresh them once if the first try fails.
        $sudo apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1 ||
            { $sudo apt-get update -qq && $sudo apt-get install -y -qq --no-install-recommends "$@" >/dev/null; }
    else
        $sudo "$manager" install -y "$@" >/dev/null
    fi
    present && exit 0
fi
echo "$program is missing. Type: sudo ${manager:-apt-get} install $*" >&2
exit 1
