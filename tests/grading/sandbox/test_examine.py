from grading.sandbox import examine
from grading.sandbox.bubblewrap import CURE_FOR_ROOT


def test_a_sandbox_that_works_says_whose_rights_students_code_has_and_what_is_not_counted(monkeypatch):
    monkeypatch.setattr(examine, "sandbox_problem", lambda: "")
    monkeypatch.setattr(examine.os, "geteuid", lambda: 1000)
    problem, cure, detail = examine.examine()
    assert (problem, cure) == ("", "")
    assert detail.startswith("bwrap works, students' code runs as you; not counted: ")
    monkeypatch.setattr(examine.os, "geteuid", lambda: 0)
    assert "students' code runs as user " in examine.examine()[2]


def test_a_python_that_the_students_user_cannot_read_is_explained_to_root(monkeypatch):
    monkeypatch.setattr(examine, "sandbox_problem", lambda: "bwrap: execvp /private/python: Permission denied")
    monkeypatch.setattr(examine.os, "geteuid", lambda: 0)
    problem, cure, _ = examine.examine()
    assert problem.endswith(CURE_FOR_ROOT)
    assert cure == ""


def test_namespaces_are_allowed_with_the_settings_that_the_system_has(tmp_path):
    assert examine.allow_namespaces(tmp_path) == ""
    (tmp_path / "user").mkdir()
    (tmp_path / "user" / "max_user_namespaces").touch()
    assert examine.allow_namespaces(tmp_path) == "sudo sysctl user.max_user_namespaces=10000"
