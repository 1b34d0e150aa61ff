"""The same lesson for stock nbgrader: the same checks inlined as hidden tests, run in the student's own kernel.

This is what the grader is measured against. It is not a way to grade: references and checks lie in the student's
process.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook

from grading.authoring.release import source_notebook

PRELUDE = """\
### BEGIN HIDDEN TESTS
import hashlib as _hashlib, types as _types, warnings as _warnings, numpy as _np
_reference = {{}}
exec({reference!r}, _reference)
_checks = {{"__name__": "checks"}}
exec({checks!r}, _checks)
class _Student:
    warnings = ()
    def __getattr__(self, name):
        def call(*args):
            with _warnings.catch_warnings(record=True) as caught, _np.errstate(all="warn", under="ignore"):
                _warnings.simplefilter("always")
                result = _user[name](*args)
            self.warnings = tuple(str(w.message) for w in caught)
            return result
        return call
def _points(names):
    global _user
    _user, earned = globals(), 0.0
    for name in names:
        check = _checks[name]
        worth = next(mark.args[0] for mark in check.pytestmark if mark.name == "points")
        rng = _np.random.default_rng(list(_hashlib.sha256(name.encode()).digest()))
        fixtures = dict(student=_Student(), reference=_types.SimpleNamespace(**_reference), rng=rng)
        wanted = check.__code__.co_varnames[: check.__code__.co_argcount]
        try:
            check(**{{name: fixtures[name] for name in wanted}})
            earned += worth
        except Exception:
            pass
    return earned
### END HIDDEN TESTS
"""


def stock_notebook(lesson, checks):
    """Make nbgrader's source notebook with the checks inlined.

    Args:
        lesson: the lesson.
        checks: exercise -> list of check functions, from `grading.authoring.examples.list_checks`.
    """
    notebook = source_notebook(lesson)
    reference = lesson.reference_source.replace("### BEGIN", "# begin").replace("### END", "# end")
    prelude = PRELUDE.format(reference=reference, checks=lesson.tests.read_text(encoding="utf-8"))
    for cell in notebook.cells:
        cell.metadata.pop("dnn_stub", None)
        if cell.id.startswith("check_"):
            names = [check.__name__ for check in checks[cell.id.removeprefix("check_")]]
            lines = [prelude, "### BEGIN HIDDEN TESTS", f"_points({names!r})", "### END HIDDEN TESTS"]
            cell.source = "\n".join(lines)
    return notebook


def make_course(lesson, checks, submitted, root):
    """Make a stock course with the same class.

    Args:
        lesson: the lesson.
        checks: exercise -> list of check functions.
        submitted: folder with `<student>/<lesson>/<topic>.ipynb`.
        root: folder of the new course.
    """
    source = root / "source" / lesson.name
    source.mkdir(parents=True)
    nbformat.write(stock_notebook(lesson, checks), source / f"{lesson.topic}.ipynb")
    shutil.copytree(submitted, root / "submitted")
    (root / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.root = '.'\nc.ClearSolutions.enforce_metadata = False\n"
        "c.ExecutePreprocessor.timeout = 120\n"
    )
    _nbgrader(root, "generate_assignment", lesson.name)
    # The checksums of our release differ from those of this source: give every submission the metadata of this release.
    release = nbformat.read(root / "release" / lesson.name / f"{lesson.topic}.ipynb", as_version=4)
    metadata = {cell.id: cell.metadata for cell in release.cells}
    for path in (root / "submitted").glob(f"*/{lesson.name}/*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.id in metadata:
                cell.metadata = metadata[cell.id]
        nbformat.write(notebook, path)


def autograde(lesson, root):
    """Run stock `nbgrader autograde` on the class.

    Returns:
        (seconds, student -> score).
    """
    started = time.perf_counter()
    _nbgrader(root, "autograde", lesson.name)
    seconds = time.perf_counter() - started
    with Gradebook(f"sqlite:///{root}/gradebook.db") as gradebook:
        scores = {s.student.id: s.score for s in gradebook.assignment_submissions(lesson.name)}
    return seconds, scores


def _nbgrader(root, *arguments):
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SystemExit(f"nbgrader {' '.join(arguments)} failed:\n{done.stderr[-3000:]}")
