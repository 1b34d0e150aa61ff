import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

from dnnkit import cli
from dnnkit.checking import exercises
from dnnkit.checking import subprocess_run as apart
from dnnkit.checking.code_cells import CodeCell, checked_exercise
from dnnkit.checking.notebooks import lesson_exercises
from dnnkit.environment import doctor, kernels

SETUP = "%load_ext dnnkit\nimport numpy as np\nfrom dnnkit import check"
STUB = "def softmax(z):\n    raise NotImplementedError"
CHECK = '\ncheck("softmax")  # public examples\n'


@pytest.fixture
def notebook(tmp_path):
    """Write a notebook with these code cells."""

    def write(*sources, name="lesson.ipynb", grade_ids=None):
        cells = [{"cell_type": "markdown", "metadata": {}, "source": "# Title"}]
        cells += [{"cell_type": "code", "metadata": {}, "source": s.splitlines(keepends=True)} for s in sources]
        for number, grade_id in (grade_ids or {}).items():
            cells[number]["metadata"]["nbgrader"] = {"grade_id": grade_id}
        path = tmp_path / name
        path.write_text(
            json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}), encoding="utf-8"
        )
        return str(path)

    return write


def run(capsys, *arguments):
    code = cli.main(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def source_of(function, name):
    return inspect.getsource(function).replace(f"def {function.__name__}(", f"def {name}(")


@pytest.fixture
def answers(demo):
    """Sources of right answers to every exercise of the small topic."""
    return [source_of(getattr(demo, name), name) for name in ("softmax", "sigmoid", "minibatches", "train")]


PASSED = """\
softmax: 2 of 2 examples pass.
sigmoid: 1 of 1 examples pass.
minibatches: 1 of 1 examples pass.
train: 1 of 1 examples pass.
"""


def test_a_right_notebook_passes(notebook, capsys, answers):
    noisy = "print('→ noise')\n%time 1\n!echo noise\n2"
    path = notebook(SETUP, "%%explore softmax\nraise SystemExit", *answers, CHECK, noisy)
    code, out, err = run(capsys, "check", path)
    assert code == 0
    assert out.startswith("softmax: 2 of 2 examples pass. The hidden checks of the grader go further.\n")
    assert "noise" not in out + err
    assert run(capsys, "check", "--quiet", path) == (0, PASSED, "")


def test_every_exercise_of_the_lesson_is_checked_though_its_check_cell_is_gone(notebook, capsys, answers):
    code, out, _ = run(capsys, "check", "--quiet", notebook(SETUP, *answers[:3], CHECK))
    assert code == 1
    assert out == PASSED.replace(
        "train: 1 of 1 examples pass.", "train is not defined yet: no cell of this notebook defines it."
    )
    renamed = notebook(SETUP, *answers, name="my copy.ipynb", grade_ids={1: "softmax"})
    assert run(capsys, "check", "--quiet", renamed) == (0, PASSED, "")


def test_the_lesson_is_the_one_whose_exercises_are_named_most(examples_folder, tmp_path, monkeypatch):
    topic = json.loads((examples_folder / "demo.json").read_text(encoding="utf-8"))
    other = topic | {"topic": "other", "exercises": {name: topic["exercises"][name] for name in ("sigmoid", "train")}}
    for record in (topic, other):
        (tmp_path / f"{record['topic']}.json").write_text(json.dumps(record), encoding="utf-8")
    monkeypatch.setattr(exercises, "EXAMPLES", tmp_path)
    both = [CodeCell(1, 'check("other.train")'), CodeCell(2, 'check("other.sigmoid")')]
    assert lesson_exercises(both, "other") == ["other.sigmoid", "other.train"]
    assert lesson_exercises([*both, CodeCell(3, CHECK), CodeCell(4, 'check("sofmax")')], "x") == [
        *(f"demo.{name}" for name in topic["exercises"]), "other.train", "other.sigmoid", "sofmax"
    ]  # fmt: skip
    assert lesson_exercises([CodeCell(1, "x = 1")], "demo") == []
    assert lesson_exercises([CodeCell(1, 'check("nothing")')], "demo") == ["nothing"]
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / "demo.json").write_text("{", encoding="utf-8")
    monkeypatch.setattr(exercises, "EXAMPLES", damaged)
    assert lesson_exercises([CodeCell(1, CHECK)], "demo") == ["softmax"]


def test_a_cell_is_reset_in_the_notebook_of_its_lesson(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(exercises, "EXAMPLES", Path(cli.__file__).parent / "examples")
    path = tmp_path / "lessons" / "01_neuron" / "neuron.ipynb"
    path.parent.mkdir(parents=True)
    cell = {"cell_type": "code", "id": "softmax", "metadata": {}, "outputs": [], "source": "mine"}
    path.write_text(json.dumps({"cells": [cell], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}), encoding="utf-8")
    monkeypatch.chdir(path.parent)
    code, out, err = run(capsys, "reset", "softmax")
    assert (code, err) == (0, "")
    assert out.startswith(
        f"softmax in {path} is as it was handed out again.\nWhat stood there is kept in {path.parent}"
    )
    assert "Reload Notebook from Disk" in out
    assert [file.read_text("utf-8") for file in (path.parent / "kept").iterdir()] == ["mine\n"]
    assert run(capsys, "reset", "softmax")[1].endswith("is as it was handed out. Nothing was changed.\n")
    assert run(capsys, "reset", "softmac")[0] == 2
    notebook = json.loads(path.read_text("utf-8"))
    notebook["cells"] += [cell | {"id": "copy", "source": "def softmax(z): return z"}]
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert "softmax is also written in cell 2, left as it was." in run(capsys, "reset", "softmax")[1]


def test_a_wrong_notebook_fails_with_its_hint(notebook, capsys, demo, answers):
    wrong = source_of(demo.no_max_shift, "softmax")
    code, out, _ = run(capsys, "check", notebook(SETUP, wrong, *answers[1:], CHECK))
    assert code == 1
    assert "Hint: exp overflows" in out


def test_an_untouched_notebook_is_told_calmly(notebook, capsys):
    code, out, _ = run(capsys, "check", "--quiet", notebook(SETUP, STUB, CHECK), "softmax", "train")
    assert code == 1
    assert out == "softmax is not written yet.\ntrain is not defined yet: no cell of this notebook defines it.\n"


def test_a_cell_that_raises_takes_one_line_and_the_rest_goes_on(notebook, capsys, answers):
    fails = "def fails():\n    return 1 / 0\n\nfails()"
    path = notebook("x = 1 +", "input('?')", "\n \n1 / 0\n2", SETUP, *answers, CHECK, fails, "raise SystemExit")
    code, out, err = run(capsys, "check", "--quiet", path)
    lines = out.splitlines()
    assert code == 0
    assert lines[0] == "Cell 2 (x = 1 +) failed with SyntaxError: invalid syntax, line 1 of the cell. The rest goes on."
    assert lines[1].startswith("Cell 3 (input('?')) failed with ")
    assert lines[2] == (
        "Cell 4 (1 / 0) failed with ZeroDivisionError: division by zero, line 3 of the cell. The rest goes on."
    )
    assert lines[3] == (
        "Cell 11 (def fails():) failed with ZeroDivisionError: division by zero, line 4 of the cell. The rest goes on."
    )
    assert lines[4] == "Cell 12 (raise SystemExit) failed with SystemExit, line 1 of the cell. The rest goes on."
    assert lines[5:] == PASSED.splitlines()
    assert "Traceback" not in err


def test_an_exercise_whose_cell_failed_is_told_how(notebook, capsys):
    broken = "\ndef softmax(z):\n    return (z\n"
    removed = "def train(X, learning_rate):\n    pass\ndel train"
    path = notebook(SETUP, broken, removed, CHECK)
    code, out, _ = run(capsys, "check", "--quiet", path, "softmax", "train")
    assert code == 1
    lines = out.splitlines()
    reason = "failed with SyntaxError: '(' was never closed, line 3 of the cell."
    assert lines[0] == f"Cell 3 (def softmax(z):) {reason} The rest goes on."
    assert lines[1] == f"softmax is not defined yet: its cell, number 3, {reason}"
    assert lines[2] == "train is not defined yet: cell 4 ran, but left no such function."
    assert "ipython" not in out


def test_cells_and_answers_that_never_end_are_stopped(notebook, capsys, answers):
    loop = "def train(X, learning_rate):\n    while True:\n        X = X + 0"
    path = notebook(SETUP, "n = 0\nwhile True:\n    n += 1", *answers[:3], loop, CHECK)
    code, out, _ = run(capsys, "check", "--seconds", "2", path)
    assert code == 1
    assert out.startswith("Cell 3 (n = 0) was stopped after 2 seconds, line ")
    assert "minibatches: 1 of 1 examples pass." in out
    assert "train was stopped after 2 seconds. Is there a loop that never ends?" in out


def test_what_cannot_be_stopped_from_inside_is_stopped_from_outside(notebook, capsys, monkeypatch):
    monkeypatch.setattr(apart, "GRACE", 2)
    path = notebook(SETUP, STUB, "import time\ntime.sleep(600)", CHECK)
    assert run(capsys, "check", "--quiet", "--seconds", "0.5", path, "softmax", "train")[:2] == (
        1,
        "Stopped in cell 4 (import time): it does not end, so nothing after it was run.\n"
        "softmax was not checked.\ntrain was not checked.\n",
    )


def test_a_python_that_ends_is_told(notebook, capsys):
    path = notebook(SETUP, "import os\nos._exit(3)", CHECK)
    assert run(capsys, "check", "--quiet", path, "softmax")[:2] == (
        1,
        "Python itself ended in cell 3 (import os) (exit code 3). Is there an exit, or no memory left?\n"
        "softmax was not checked.\n",
    )


def test_cells_run_in_the_notebooks_folder_as_in_jupyter(notebook, capsys, tmp_path):
    (tmp_path / "answer.py").write_text("def softmax(z):\n    return z\n", encoding="utf-8")
    path = notebook("from pathlib import Path\nPath('answer.py').read_text()", "from answer import softmax", CHECK)
    assert run(capsys, "check", path, "softmax")[1].startswith("softmax: 0 of 2 examples pass.")


def test_single_exercises_can_be_named(notebook, capsys, answers):
    path = notebook(SETUP, answers[0], CHECK, 'check("train")')
    assert run(capsys, "check", "--quiet", path, "demo.softmax")[:2] == (0, "softmax: 2 of 2 examples pass.\n")
    code, _, err = run(capsys, "check", path, "sofmax")
    assert code == 2
    assert err == 'dnnkit: There is no exercise named sofmax. Do you mean check("softmax")?\n'


def test_ctrl_c_ends_calmly_and_leaves_nothing_running(monkeypatch, capsys, notebook):
    started = []

    def interrupted(lines, seconds):
        raise KeyboardInterrupt

    original = apart.subprocess.Popen
    monkeypatch.setattr(apart.subprocess, "Popen", lambda *a, **k: started.append(original(*a, **k)) or started[0])
    monkeypatch.setattr(apart, "_next", interrupted)
    assert run(capsys, "check", notebook(CHECK)) == (1, "", "\nStopped.\n")
    assert started[0].poll() is not None


def test_a_reader_that_has_seen_enough_is_no_error():
    code = "import sys; from dnnkit import cli; cli._doctor = lambda a: print('x' * 10**6) or 0;"
    code += "sys.exit(cli.main(['doctor']))"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(30) == 1


def test_wrong_use_says_what_was_expected_what_came_and_why(notebook, capsys, tmp_path):
    code, _, err = run(capsys, "check", str(tmp_path / "absent.ipynb"))
    assert code == 2
    assert "Expected a notebook file (.ipynb). Got: No such file or directory. Is the path right?" in err
    (tmp_path / "broken.ipynb").write_text("{", encoding="utf-8")
    (tmp_path / "list.ipynb").write_text("[]", encoding="utf-8")
    (tmp_path / "bytes.ipynb").write_bytes(b"\xff\xfe\x00")
    for name in ("broken", "list", "bytes"):
        code, _, err = run(capsys, "check", str(tmp_path / f"{name}.ipynb"))
        assert code == 2
        assert "is no notebook. Expected a Jupyter notebook" in err
    code, _, err = run(capsys, "check", notebook("x = 1"))
    assert code == 2
    assert "checks nothing" in err


def test_no_command_is_wrong_use(capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main([])
    assert stopped.value.code == 2
    assert "usage: dnnkit" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ('check("softmax")', "softmax"),
        ("# look\ncheck('neuron.softmax')\n", "neuron.softmax"),
        ('check("softmax"); x = 1', None),
        ("check(name)", None),
        ("%magic", None),
        ("", None),
    ],
)
def test_check_cells_are_told_by_their_only_statement(source, name):
    assert checked_exercise(source) == name


def test_doctor_exits_by_health(monkeypatch, capsys):
    good, bad = doctor.Finding("a", doctor.OK, "1"), doctor.Finding("b", doctor.MISSING, "no")
    monkeypatch.setattr(doctor, "examine", lambda: [good])
    assert run(capsys, "doctor") == (0, "a  ok        1\n\nEverything a student needs is here.\n", "")
    monkeypatch.setattr(doctor, "examine", lambda: [good, bad])
    assert run(capsys, "doctor")[0] == 1


def test_kernel_install_reports_where_or_why_not(monkeypatch, capsys, tmp_path):
    code, out, _ = run(capsys, "kernel", "install", "--gpu", "--prefix", str(tmp_path))
    assert code == 0
    assert out == f'Kernel "dnn" is installed in {tmp_path / "share" / "jupyter" / "kernels" / "dnn"}.\n'

    def refuse(**kwargs):
        raise PermissionError(13, "Permission denied", "/usr/share")

    monkeypatch.setattr(kernels, "install_kernel", refuse)
    code, _, err = run(capsys, "kernel", "install")
    assert code == 2
    assert "Expected a folder that can be written. Got: [Errno 13] Permission denied: '/usr/share'." in err


def test_lab_starts_on_the_lessons_with_the_kernel_installed(monkeypatch, capsys, tmp_path):
    lesson = tmp_path / "lessons" / "01_neuron"
    lesson.mkdir(parents=True)
    (lesson / "neuron.ipynb").write_text("{}", encoding="utf-8")
    monkeypatch.chdir(lesson)
    installed, called = [], []
    monkeypatch.setattr(kernels, "find_kernel", lambda: (None, False))
    monkeypatch.setattr(kernels, "install_kernel", lambda **options: installed.append(options) or tmp_path)
    monkeypatch.setattr(cli.subprocess, "call", lambda command: called.append(command) or 0)
    assert run(capsys, "lab", "--no-browser", "--", "--port=9999")[0] == 0
    assert installed == [{"gpu": False, "prefix": None, "deterministic": False}]
    root = f"--ServerApp.root_dir={tmp_path / 'lessons'}"
    assert called == [[sys.executable, "-m", "jupyterlab", root, "--no-browser", "--port=9999"]]


def test_lab_without_lessons_is_told(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli, "__file__", str(tmp_path / "site" / "dnnkit" / "cli.py"))
    code, _, err = run(capsys, "lab")
    assert code == 2
    assert "Expected a folder lessons/ here or above." in err


def test_python_m_dnnkit_works():
    done = subprocess.run([sys.executable, "-m", "dnnkit", "--help"], capture_output=True, text=True, check=True)
    assert "doctor" in done.stdout
