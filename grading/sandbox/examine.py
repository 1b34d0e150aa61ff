"""Say what this machine's sandbox can give; as a program, in one line of JSON for `dnnkit doctor`."""

import json
import os
from pathlib import Path

from grading.sandbox.bubblewrap import CURE_FOR_ROOT, sandbox_problem
from grading.sandbox.unprivileged import NOBODY

NOT_COUNTED = "not counted: memory that Linux keeps for sockets and pipes"
ALLOWING = {
    "kernel.apparmor_restrict_unprivileged_userns": 0,
    "kernel.unprivileged_userns_clone": 1,
    "user.max_user_namespaces": 10000,
}


def examine() -> tuple[str, str, str]:
    """Try the sandbox.

    Returns:
        (what is wrong, or ""; a command that fixes it, or ""; what a sandbox gives here).
    """
    problem, cure = sandbox_problem(), ""
    if "execvp" in problem and os.geteuid() == 0:
        problem += CURE_FOR_ROOT
    elif problem:
        cure = allow_namespaces()
    user = f"students' code runs as user {NOBODY}" if os.geteuid() == 0 else "students' code runs as you"
    return problem, cure, f"bwrap works, {user}; {NOT_COUNTED}"


def allow_namespaces(settings: Path = Path("/proc/sys")) -> str:
    """Write the command that allows user namespaces, with the settings that this system has.

    Args:
        settings: folder in which Linux shows its settings.
    """
    here = [f"{name}={value}" for name, value in ALLOWING.items() if settings.joinpath(*name.split(".")).exists()]
    return f"sudo sysctl {' '.join(here)}" if here else ""


if __name__ == "__main__":
    print(json.dumps(examine()))
