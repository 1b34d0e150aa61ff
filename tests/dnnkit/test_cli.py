import inspect
import json
import subprocess
import sys

import pytest

from dnnkit import cli, doctor, kernels
from dnnkit.notebooks import checked_exercise

SETUP = "%load_ext dnnkit\nimport numpy as np\nfrom dnnkit import check"
STUB = "def softmax(z):\n    raise NotImplementedError"
CHECK = '\ncheck("softmax")  # public examples\n'


@pytest.fixture
def notebook(tmp_path):
    """Write a notebook with these code cells."""

    def write(*sources, name="lesson.ipynb"):
        cells = [{"cell_type": "markdown", "metadata": {}, "source": "# Title"}]
        cells += [{"cell_type": "code", "metadata": {}, "source": s.splitlines(keepends=True)} for s in sources]
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


def right(demo):
    return inspect.getsource(demo.softmax)


def test_a_right_notebook_passes(notebook, capsys, demo):
    path = notebook(SETUP, "%%explore softmax\nraise SystemExit", right(demo), CHECK, "print('noise')\n%time 1\n2")
    code, out, err = run(capsys, "check", path)
    assert code == 0
    assert out.startswith("softmax: 2 of 2 examples pass. The hidden checks of the grader go further.\n")
    assert "noise" not in out + err


def test_a_wrong_notebook_fails_with_its_hint(notebook, capsys, demo):
    wrong = inspect.getsource(demo.no_max_shift).replace("no_max_shift", "softmax")
    code, out, _ = run(capsys, "check", notebook(SETUP, wrong, CHECK))
    assert code == 1
    assert "Hint: exp overflows" in out


def test_an_untouched_notebook_is_told_calmly(notebook, capsys):
    code, out, _ = run(capsys, "check", "--quiet", notebook(SETUP, STUB, CHECK, 'check("train")'))
    assert code == 1
    assert out == "softmax is not written yet.\ntrain is not defined yet: run the cell above.\n"


def test_a_cell_that_raises_takes_one_line_and_the_rest_goes_on(notebook, capsys, demo):
    path = notebook("x = 1 +", "input('?')", "1 / 0\n2", SETUP, right(demo), CHECK)
    code, out, err = run(capsys, "check", "--quiet", path)
    lines = out.splitlines()
    assert code == 0
    assert lines[0].startswith("Code cell 1 (x = 1 +) raised SyntaxError")
    assert lines[1].startswith("Code cell 2 (input('?')) raised ")
    assert lines[2] == "Code cell 3 (1 / 0) raised ZeroDivisionError: division by zero. The rest goes on."
    assert lines[3:] == ["softmax: 2 of 2 examples pass."]
    assert "Traceback" not in err


def test_cells_run_in_the_notebooks_folder(notebook, capsys, tmp_path):
    (tmp_path / "answer.py").write_text("def softmax(z):\n    return z\n", encoding="utf-8")
    path = notebook("from pathlib import Path\ntext = Path('answer.py').read_text()", "exec(text)", CHECK)
    assert "softmax: 0 of 2 examples pass." in run(capsys, "check", path)[1]


def test_single_exercises_can_be_named(notebook, capsys, demo):
    path = notebook(SETUP, right(demo), CHECK, 'check("train")')
    assert run(capsys, "check", "--quiet", path, "demo.softmax")[:2] == (0, "softmax: 2 of 2 examples pass.\n")
    code, _, err = run(capsys, "check", path, "sofmax")
    assert code == 2
    assert err == 'dnnkit: There is no exercise named sofmax. Do you mean check("softmax")?\n'


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
    assert run(capsys, "doctor") == (0, "a  ok       1\n\nEverything a student needs is here.\n", "")
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
    monkeypatch.setattr(kernels, "install_kernel", lambda **how: installed.append(how) or tmp_path)
    monkeypatch.setattr(cli.subprocess, "call", lambda command: called.append(command) or 0)
    assert run(capsys, "lab", "--no-browser", "--", "--port=9999")[0] == 0
    assert installed == [{"gpu": False, "prefix": None}]
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
