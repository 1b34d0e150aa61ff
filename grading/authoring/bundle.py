"""Pack what students receive: lessons, dnnkit, how to install, tested versions; nothing of solutions or checks."""

import io
import tomllib
import zipfile
from pathlib import Path

from dnnkit.environment.atomic_write import write_atomically
from grading.authoring.tested_versions import tested_versions

EPOCH = (2026, 1, 1, 0, 0, 0)  # one date for every entry, so that the same content gives the same bytes
INSTALL = """\
# Deep neural networks: the lessons

You need Python 3.11, 3.12 or 3.13, on Linux, macOS or Windows, and about 3 GB of disk. In a terminal, in this folder:

    python -m venv .venv
    .venv/bin/python -m pip install -r requirements.txt
    .venv/bin/dnnkit lab

On Windows:

    py -m venv .venv
    .venv\\Scripts\\python -m pip install -r requirements.txt
    .venv\\Scripts\\dnnkit lab

JupyterLab opens in your browser. The page that opens lists the lessons.
After the installation everything works without a network.

Does something not work? `.venv/bin/dnnkit doctor` says what is missing and the command that fixes it.

requirements.txt asks for the versions in tested_versions.txt. `python -m pip install .` takes others, too.
"""
REQUIREMENTS = """\
# This folder's package and what it needs, in the versions that the course was tested with.
--constraint tested_versions.txt
.
"""


def write_bundle(project: Path, path: Path | str) -> list[str]:
    """Write the bundle.

    Args:
        project: the project's root.
        path: zip file to write, whole or not at all.

    Returns:
        Names of the entries, in order.
    """
    entries = {"README.md": INSTALL.encode(), "pyproject.toml": student_pyproject(project).encode()}
    entries["requirements.txt"] = REQUIREMENTS.encode()
    entries["tested_versions.txt"] = "".join(f"{line}\n" for line in tested_versions(project)).encode()
    entries["LICENSE"] = (project / "LICENSE").read_bytes()
    for pattern in (
        "lessons/*.ipynb",
        "lessons/*/*.ipynb",
        "dnnkit/**/*.py",
        "dnnkit/py.typed",
        "dnnkit/**/*.js",
        "dnnkit/**/*.css",
        "dnnkit/**/*.json",
        "dnnkit/data/*.txt",
        "dnnkit/**/*.npz",
    ):
        for file in project.glob(pattern):
            if "__pycache__" not in file.parts and ".ipynb_checkpoints" not in file.parts:
                entries[file.relative_to(project).as_posix()] = file.read_bytes()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name in sorted(entries):
            bundle.writestr(zipfile.ZipInfo(f"dnn-course/{name}", EPOCH), entries[name], zipfile.ZIP_DEFLATED)
    write_atomically(path, packed.getvalue())
    return sorted(entries)


def student_pyproject(project: Path) -> str:
    """Write the pyproject of the bundle: dnnkit alone, with the dependencies of the one list."""
    with (project / "pyproject.toml").open("rb") as file:
        table = tomllib.load(file)["project"]
    # Single quotes: the environment markers hold double or single quotes, never both.
    quoted = ",\n".join("  " + (f'"{need}"' if '"' not in need else f"'{need}'") for need in table["dependencies"])
    return (
        '[build-system]\nrequires = ["setuptools>=77"]\nbuild-backend = "setuptools.build_meta"\n\n'
        f'[project]\nname = "dnnkit"\nversion = "{table["version"]}"\n'
        'description = "The helper package of a course on deep neural networks"\n'
        f'requires-python = "{table["requires-python"]}"\nlicense = "{table["license"]}"\n'
        f"dependencies = [\n{quoted},\n]\n\n"
        '[project.scripts]\ndnnkit = "dnnkit.cli:main"\n\n'
        '[tool.setuptools.packages.find]\ninclude = ["dnnkit*"]\n\n'
        '[tool.setuptools.package-data]\n"*" = ["py.typed", "*.json", "*.js", "*.css", "*.txt", "*.npz"]\n'
    )
