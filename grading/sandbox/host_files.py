"""What of the host a sandbox sees: the files that this Python needs, by name, and nothing beside them.

Course folders, homes and nbgrader's exchange can lie anywhere, also below /usr/local or beside a Python in somebody's
home. So no prefix is shown whole.
"""

import os
import site
import sys
import sysconfig
from collections.abc import Iterable
from functools import cache
from pathlib import Path

SYSTEM = (  # programs that `!` starts, what the dynamic linker reads, locales, time zones, fonts
    *("/bin", "/usr/bin", "/lib64", "/usr/lib64", "/sbin/ldconfig", "/usr/sbin/ldconfig"),
    *("/etc/ld.so.cache", "/etc/alternatives", "/usr/lib/locale", "/usr/share/locale-langpack", "/usr/share/zoneinfo"),
    *("/usr/share/fonts", "/usr/share/fontconfig", "/etc/fonts", "/usr/lib/terminfo", "/lib/terminfo"),
    *("/nix/store", "/gnu/store"),  # where whole systems live that have no /usr
)
DEBIAN = ("/usr/share/matplotlib", "/etc/matplotlibrc", "/usr/share/python3")  # what its packages keep elsewhere
OF_A_PREFIX = ("bin", "lib", "lib64", "pyvenv.cfg", "share/zoneinfo", "fonts", "etc/fonts")
SHARED_PREFIXES = ("/", "/usr", "/usr/local", "/opt")  # of more than one Python: only what is this one's is shown
GPU = ("/usr/lib/wsl", "/usr/local/cuda", "/opt/cuda")


@cache
def visible_paths(gpu: bool = False) -> tuple[str, ...]:
    """List the files, folders and links of the host that a sandbox needs for running this Python.

    Args:
        gpu: also what the driver of a GPU needs.

    Returns:
        Paths that exist, none below another.
    """
    wanted = [*SYSTEM, *_libraries(), *_python(), *DEBIAN, f"/etc/python{_version()}"]
    if gpu:
        wanted += [*GPU, *map(os.path.realpath, GPU)]
        wanted += [path for path in os.environ.get("LD_LIBRARY_PATH", "").split(":") if path.startswith("/")]
    return _without_nested(path for path in map(os.path.normpath, wanted) if os.path.lexists(path))


def bind_arguments(paths: Iterable[str]) -> list[str]:
    """Write arguments of bubblewrap that show paths of the host where they are, read-only; links stay links."""
    arguments = []
    for path in paths:
        arguments += ["--symlink", os.readlink(path), path] if os.path.islink(path) else ["--ro-bind", path, path]
    return arguments


def user_packages() -> str:
    """The folder of packages installed with `pip install --user`, if this Python uses it and it is there; else ""."""
    folder = site.getusersitepackages() if site.ENABLE_USER_SITE else ""
    return folder if os.path.isdir(folder) else ""


def _libraries() -> list[str]:
    """Folders of the system's shared libraries: by architecture on Debian, else /usr/lib itself."""
    names = {str(sysconfig.get_config_var("MULTIARCH")), f"{os.uname().machine}-linux-gnu"}
    folders = [f"{top}/{name}" for top in ("/lib", "/usr/lib") for name in sorted(names)]
    there = any(map(os.path.isdir, folders)) or (os.path.isdir("/usr/lib64") and not os.path.islink("/usr/lib64"))
    links = [path for path in ("/lib", "/sbin") if os.path.islink(path)]
    return [*links, *folders] if there else ["/lib", "/usr/lib"]


def _python() -> list[str]:
    """What belongs to this Python: its own parts of each prefix, its packages, its program and its library."""
    found = []
    for prefix in dict.fromkeys((sys.base_prefix, sys.base_exec_prefix, sys.prefix)):
        for place in dict.fromkeys((prefix, os.path.realpath(prefix))):
            if place not in SHARED_PREFIXES:
                found += [f"{place}/{name}" for name in OF_A_PREFIX]
    base = {"base": sys.base_prefix, "platbase": sys.base_exec_prefix}
    for names in (sysconfig.get_paths(), sysconfig.get_paths(vars=base)):
        found += [names[key] for key in ("stdlib", "platstdlib", "purelib", "platlib")]
    found += [*site.getsitepackages(), user_packages()]
    found += _links_to_program(sys.executable)
    library = os.path.join(str(sysconfig.get_config_var("LIBDIR")), str(sysconfig.get_config_var("INSTSONAME")))
    return [path for path in [*found, library] if path.startswith("/")]


def _links_to_program(path: str) -> list[str]:
    """A program, and every link on the way to it."""
    found = [path]
    while os.path.islink(path) and len(found) < 40:
        path = os.path.normpath(os.path.join(os.path.dirname(path), os.readlink(path)))
        found.append(path)
    return [*found, os.path.realpath(path)]


def _version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _without_nested(paths: Iterable[str]) -> tuple[str, ...]:
    """Leave out what is below another path of the list, or is reached through a link of it."""
    kept: list[str] = []
    for path in sorted(set(paths), key=lambda path: (len(Path(path).parts), path)):
        above = [str(parent) for parent in Path(path).parents]
        if not any(parent in kept for parent in above):
            kept.append(path)
    return tuple(kept)
