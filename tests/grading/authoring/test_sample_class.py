"""A sample class holds every kind of submission, and is the same for the same seed."""

import json

import nbformat
import pytest

from grading.authoring.sample_class import KINDS, sample_class
from grading.submissions.rebuild import rebuild
from grading.submissions.submission import read_submission


@pytest.fixture
def deal(lesson, release, tmp_path):
    """Make a class of as many students as there are kinds."""

    def make(name="a", students=None, seed=0):
        return tmp_path / name, sample_class(lesson, release, tmp_path / name, students or len(KINDS), seed)

    return make


def read(lesson, folder, student):
    """Read one submission of the class."""
    return read_submission(student, folder / student / lesson.name, lesson.topic)


def test_every_kind_is_dealt(deal):
    _, dealt = deal()
    assert set(dealt.values()) == set(KINDS)
    assert list(dealt)[:2] == ["s-0001", "s-0002"]


def test_every_submission_but_the_broken_one_is_a_valid_notebook(deal, lesson):
    folder, dealt = deal()
    for student, kind in dealt.items():
        path = folder / student / lesson.name / "mini.ipynb"
        if kind == "broken_file":
            assert read(lesson, folder, student).status == "unreadable"
        else:
            nbformat.validate(nbformat.read(path, as_version=4))


def test_the_same_seed_deals_the_same_and_another_something_else(deal):
    texts = []
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        folder, _ = deal(name, seed=seed)
        texts.append([path.read_bytes() for path in sorted(folder.rglob("*.ipynb"))])
    assert texts[0] == texts[1]
    assert texts[0] != texts[2]


def test_each_kind_is_what_its_name_says(deal, lesson, release):
    folder, dealt = deal()
    rebuilt = {
        kind: rebuild(lesson, release, read(lesson, folder, student))
        for student, kind in dealt.items()
        if kind != "broken_file"
    }
    assert rebuilt["untouched"].untouched == set(lesson.exercises)
    assert set(rebuilt["half_done"].stubs) == {"mean_square"}
    assert set(rebuilt["reference"].stubs) == set()
    programs = {kind: "\n".join(cell.source for cell in r.program) for kind, r in rebuilt.items()}
    assert "my_own_double" in programs["helper_cells"]
    assert "class Agreeable" in programs["hostile"]
    with pytest.raises(SyntaxError):
        compile(programs["syntax_error"].replace("%load_ext dnnkit", ""), "program", "exec")


def test_submissions_hold_no_outputs(deal):
    folder, _ = deal(students=1)
    (path,) = folder.rglob("*.ipynb")
    assert not [cell for cell in json.loads(path.read_text())["cells"] if cell.get("outputs")]
