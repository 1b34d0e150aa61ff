"""The banks of this folder, importable by name, the lessons they are submissions to, and how much of them is tried.

A test that is marked `share` runs for all of its bank, or, where the whole bank was held with the same code on such a
machine (`proofs.json`), for those that are drawn.
"""

import functools
import os
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from grading.authoring.build import build
from grading.authoring.kept_wall import changes_of, share_of_bank
from grading.authoring.release import load_release
from grading.course import open_course
from grading.lessons.lesson import find_lesson

HERE = Path(__file__).parent
PROJECT = HERE.parent.parent
sys.path.insert(0, str(HERE))  # tests are no package


@functools.cache
def what_changed():
    """On what the kept proof does not rest any more, asked once."""
    return tuple(changes_of(HERE))


def tried(config, bank, names):
    """The names of a bank that this run tries."""
    if config.getoption("all_proofs") or what_changed():
        return list(names)
    return share_of_bank(list(names), bank, os.environ["DNN_PROOF_SEED"])


def pytest_collection_modifyitems(config, items):
    """Leave out what is not drawn, and note on each test of this folder whether all of them run."""
    mine = [item for item in items if item.path.parent == HERE]
    left_out = set()
    for item in mine:
        mark = item.get_closest_marker("share")
        if mark and item.callspec.id not in tried(config, *mark.args):
            left_out.add(item)
    files = {item.path for item in mine}
    whole = files == set(HERE.glob("test_*.py")) and not left_out
    for item in mine:
        item.user_properties.append(("wall", {"folder": str(HERE), "of": len(mine) if whole else 0}))
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def drawn(request):
    """Function (bank, names) -> the names that this run tries."""
    return functools.partial(tried, request.config)


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """A project with the small lesson, built."""
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(PROJECT / "tests" / "grading" / "solutions", root / "solutions")
    for folder in ("lessons", "dnnkit"):
        (root / folder).mkdir()
    lesson = find_lesson(root / "solutions", "mini")
    build(lesson, root, open_course(root))
    return SimpleNamespace(root=root, lesson=lesson, release=load_release(root, lesson))
