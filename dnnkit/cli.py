"""The command line `dnnkit`: parses and delegates. Exit codes: 0, 1 (the work says no) and 2 (wrong use)."""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from dnnkit.checking.time_limit import SECONDS


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: arguments without the program's name; those of this process by default.

    Returns:
        The exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal without some letter of a hint is no reason to stop
    arguments = _parser().parse_args(argv)
    try:
        code = arguments.run(arguments)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
    except BrokenPipeError:  # whoever read this, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dnnkit", description="The student's side of the course.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    doctor = commands.add_parser("doctor", help="what is here, what is missing, and the line that fixes it")
    doctor.set_defaults(run=_doctor)
    kernel = commands.add_parser("kernel", help="the Jupyter kernel of the course")
    install = kernel.add_subparsers(required=True, metavar="install").add_parser(
        "install", help='register the Jupyter kernel "dnn"'
    )
    install.add_argument("--gpu", action="store_true", help="let the kernel use the GPU; hidden by default")
    install.add_argument(
        "--deterministic", action="store_true", help="the same digits in every run, at some cost in speed"
    )
    install.add_argument("--prefix", help="install under this folder instead of this Python's own")
    install.set_defaults(run=_kernel_install)
    lab = commands.add_parser("lab", help="open the lessons in JupyterLab")
    lab.add_argument("--no-browser", action="store_true", help="print the address instead of opening a browser")
    lab.add_argument("extra", nargs="*", metavar="-- ARGUMENT", help="arguments for JupyterLab, behind --")
    lab.set_defaults(run=_lab)
    check = commands.add_parser("check", help="run a lesson's public checks; exit 0 only if all pass")
    check.add_argument("notebook", help="a lesson, such as lessons/01_neuron/neuron.ipynb")
    check.add_argument("exercise", nargs="*", help="only these exercises, such as softmax")
    check.add_argument(
        "--seconds", type=float, default=SECONDS, help="how long a cell, or an example, may take (default: %(default)s)"
    )
    check.add_argument("--quiet", action="store_true", help="one line for each exercise")
    check.set_defaults(run=_check)
    reset = commands.add_parser("reset", help="put an exercise's cell back as it was handed out; the old text is kept")
    reset.add_argument("exercise", help="such as softmax")
    reset.add_argument("notebook", nargs="?", type=Path, help="default: the exercise's lesson in lessons/")
    reset.set_defaults(run=_reset)
    return parser


def _doctor(arguments: argparse.Namespace) -> int:
    from dnnkit.environment import doctor

    findings = doctor.examine()
    print(doctor.report(findings))
    return 0 if doctor.is_healthy(findings) else 1


def _kernel_install(arguments: argparse.Namespace) -> int:
    from dnnkit.environment import kernels

    try:
        folder = kernels.install_kernel(
            gpu=arguments.gpu, prefix=arguments.prefix, deterministic=arguments.deterministic
        )
    except OSError as error:
        return _wrong_use(
            f"The kernel cannot be installed. Expected a folder that can be written. Got: {error}. "
            f"Is this the system's own Python? Work in a venv, or name a folder with --prefix."
        )
    print(f'Kernel "{kernels.NAME}" is installed in {folder}.')
    return 0


def _lab(arguments: argparse.Namespace) -> int:
    from dnnkit.environment import kernels

    lessons = find_lessons(Path.cwd())
    if lessons is None:
        return _wrong_use(
            f"There is no lessons folder. Expected a folder lessons/ here or above. Got {Path.cwd()}. "
            f"Is the course unpacked somewhere else?"
        )
    if not kernels.find_kernel()[1]:
        code = _kernel_install(argparse.Namespace(gpu=False, prefix=None, deterministic=False))
        if code:
            return code
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={lessons}"]
    command += ["--no-browser"] if arguments.no_browser else []
    command += ["--LabApp.default_url=/lab/tree/start.ipynb"] if (lessons / "start.ipynb").is_file() else []
    try:
        return subprocess.call([*command, *arguments.extra])  # noqa: S603 - the user's own arguments
    except KeyboardInterrupt:
        return 0


def find_lessons(start: Path) -> Path | None:
    """Find the folder lessons/ with notebooks in it: in a folder, above it, or beside this package.

    Args:
        start: the folder where the search begins.

    Returns:
        Its path, or None.
    """
    beside = Path(__file__).resolve().parent.parent
    places = (folder / "lessons" for folder in (start, *start.parents, beside))
    return next((place for place in places if any(place.glob("*/*.ipynb"))), None)


def _check(arguments: argparse.Namespace) -> int:
    from dnnkit.checking.code_cells import WrongUse
    from dnnkit.checking.notebooks import check_notebook

    try:
        found = check_notebook(arguments.notebook, arguments.exercise, seconds=arguments.seconds)
    except WrongUse as error:
        return _wrong_use(str(error))
    blocks = [*found.troubles, *(report["headline" if arguments.quiet else "text"] for report in found.reports)]
    print(("\n" if arguments.quiet else "\n\n").join(blocks))
    return 0 if all(report["passed"] for report in found.reports) else 1


def _reset(arguments: argparse.Namespace) -> int:
    from datetime import datetime

    from dnnkit.checking.code_cells import WrongUse
    from dnnkit.checking.reset import reset_exercise

    lessons = None if arguments.notebook else find_lessons(Path.cwd())
    try:
        found = reset_exercise(arguments.exercise, arguments.notebook, lessons=lessons, now=datetime.now())
    except WrongUse as error:
        return _wrong_use(str(error))
    if found.changed:
        print(f"{arguments.exercise} in {found.notebook} is as it was handed out again.")
    else:
        print(f"{arguments.exercise} in {found.notebook} is as it was handed out. Nothing was changed.")
    if found.kept is not None:
        print(f"What stood there is kept in {found.kept}.")
    if found.others:
        cells = f"cell{'s' * (len(found.others) > 1)} {' and '.join(map(str, found.others))}"
        print(
            f"{arguments.exercise} is also written in {cells}, left as it was. Of all its cells, the last one counts."
        )
    if found.changed:
        print(
            "Is the lesson open in JupyterLab? Choose File, Reload Notebook from Disk, before you save. "
            "That drops what you had not saved there."
        )
    return 0


def _wrong_use(message: str) -> int:
    print(f"dnnkit: {message}", file=sys.stderr)
    return 2
