"""A format of export is one file; our command line and plain nbgrader know it then, with its options."""

import csv
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import ExportApp

from grading.cli.parser import main
from grading.course import open_course
from grading.gradebook import exports
from grading.gradebook.exports import export_formats, load_export
from grading.gradebook.gradebook import record

FOURTH = '''
"""Export the gradebook as a file that Blackboard imports."""

from traitlets import Int

from grading.gradebook.grade_export import GradeExport


class BlackboardExport(GradeExport):
    """A Blackboard import."""

    file_name = "grades-blackboard.csv"
    full_marks = Int(100, help="points of the best grade").tag(config=True)

    def rows(self, gradebook):
        """Make a header and one row per student."""
        yield ["Username", f"of {self.full_marks}"]
        for student in self.students(gradebook):
            yield [student.id, student.last_name]
'''


@pytest.fixture
def people(course, lesson, record_of):
    """Ann, who is graded, and a name that is a formula."""
    with Gradebook(course.database) as gradebook:
        gradebook.add_student("ann", last_name="=1+1")
    record(course, lesson, record_of("ann"))


@pytest.fixture
def fourth(tmp_path, monkeypatch):
    """A fourth format, dropped into the registry as one file."""
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "blackboard.py").write_text(FOURTH)
    monkeypatch.setattr(exports, "__path__", [*exports.__path__, str(folder)])
    yield
    sys.modules.pop("grading.gradebook.exports.blackboard", None)


def export(course, *arguments):
    """Run `grading export` on a class."""
    return main(["--project", str(course.project), "--course", str(course.root), "export", *arguments])


def nbgrader_export(course, exporter, *arguments):
    """Run `nbgrader export` in the class's folder, as its main does; in a thread, as an event loop may run here."""
    options = [f"--db={course.database}", f"--exporter={exporter}", *arguments]
    try:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(ExportApp.launch_instance, options).result()
    finally:
        ExportApp.clear_instance()


@pytest.mark.parametrize(
    ("arguments", "name", "start"),
    [
        ([], "grades.csv", "assignment,duedate,"),
        (
            ["--format", "canvas"],
            "grades-canvas.csv",
            "Student,ID,SIS User ID,SIS Login ID,Section,90_mini\n    Points",
        ),
        (
            ["--format", "moodle"],
            "grades-moodle.csv",
            "Username,Email address,ID number,First name,Last name,90_mini\n",
        ),
        (["--format", "moodle", "--comments"], "grades-moodle.csv", "Username,"),
    ],
)
def test_each_format_has_a_file_of_its_own_which_git_ignores(course, people, capsys, arguments, name, start):
    assert export(course, *arguments) == 0
    path = course.root / "build" / "exports" / name
    assert capsys.readouterr().out == f"grades: {path}\n"
    assert path.read_text().startswith(start)


def test_without_a_folder_of_the_class_grades_lie_below_build_of_the_project(project):
    assert open_course(project.root).exports == project.root / "build" / "exports"


def test_an_option_of_another_format_is_wrong_use(course, capsys):
    assert export(course, "--comments") == 2
    assert capsys.readouterr().err == "grading: --comments is for --format moodle. Got --format csv.\n"


@pytest.mark.parametrize("name", ["canvas", "csv", "moodle"])
def test_for_excel_every_format_begins_with_a_byte_order_mark(course, people, name):
    path = course.root / "build" / "exports" / load_export(name).file_name
    assert export(course, "--format", name) == 0
    plain = path.read_bytes()
    assert export(course, "--format", name, "--excel") == 0
    assert path.read_bytes() == b"\xef\xbb\xbf" + plain


def test_an_unknown_format_is_wrong_use_with_the_known_ones(course, capsys):
    with pytest.raises(SystemExit) as caught:
        export(course, "--format", "blackboard")
    assert caught.value.code == 2
    assert "choose from canvas, csv, moodle" in capsys.readouterr().err.replace("'", "")


def test_every_module_of_the_registry_is_a_format_with_a_file_name():
    formats = export_formats()
    assert set(formats) == {path.stem for path in Path(exports.__file__).parent.glob("*.py")} - {"__init__"}
    names = [load_export(name).file_name for name in formats]
    assert len(set(names)) == len(formats)
    assert all(name.startswith("grades") for name in names)


def test_a_fourth_format_is_one_file_and_has_its_options(course, people, fourth, capsys):
    assert export(course, "--format", "blackboard", "--full-marks", "20") == 0
    path = course.root / "build" / "exports" / "grades-blackboard.csv"
    assert capsys.readouterr().out == f"grades: {path}\n"
    assert path.read_text() == "Username,of 20\nann,'=1+1\n"
    with pytest.raises(SystemExit):
        export(course, "--help")
    text = " ".join(capsys.readouterr().out.split())
    assert "{blackboard,canvas,csv,moodle}" in text
    assert "blackboard: points of the best grade" in text


def test_a_value_that_is_none_of_an_option_is_wrong_use(course, fourth, capsys):
    with pytest.raises(SystemExit) as caught:
        export(course, "--format", "blackboard", "--full-marks", "many")
    assert caught.value.code == 2
    assert "--full-marks: invalid" in capsys.readouterr().err


def test_a_module_without_one_format_is_refused(fourth, tmp_path):
    (tmp_path / "more" / "blackboard.py").write_text("from grading.gradebook.grade_export import GradeExport\n")
    with pytest.raises(TypeError, match=r"blackboard must hold one subclass of GradeExport\. It holds 0"):
        load_export("blackboard")


@pytest.mark.parametrize("name", ["canvas", "csv", "moodle"])
def test_plain_nbgrader_writes_each_format(course, people, monkeypatch, tmp_path, name):
    monkeypatch.chdir(course.root)
    kind = load_export(name)
    exporter = f"{kind.__module__}.{kind.__name__}"
    nbgrader_export(course, exporter)
    ours = course.root / "build" / "exports" / kind.file_name
    text = ours.read_text()
    assert "ann" in text
    assert "'=1+1" in text
    nbgrader_export(course, exporter, f"--to={tmp_path / 'elsewhere.csv'}")
    assert (tmp_path / "elsewhere.csv").read_text() == text


def test_plain_nbgrader_writes_a_fourth_format_and_options_of_a_format(course, people, fourth, monkeypatch):
    monkeypatch.chdir(course.root)
    exporter = "grading.gradebook.exports.blackboard.BlackboardExport"
    nbgrader_export(course, exporter, "--BlackboardExport.full_marks=7")
    assert (course.root / "build" / "exports" / "grades-blackboard.csv").read_text().startswith("Username,of 7\n")
    nbgrader_export(course, "grading.gradebook.exports.moodle.MoodleExport", "--MoodleExport.comments=True")
    with (course.root / "build" / "exports" / "grades-moodle.csv").open() as file:
        assert next(csv.reader(file))[-1] == "90_mini (feedback)"
