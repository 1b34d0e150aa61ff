"""Links to the lessons are made from the repository's address; the example for GitHub Classroom names what is there."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from dnnkit.cli import _parser
from grading.authoring.course_links import course_links
from grading.errors import UsageError
from grading.lessons.check_functions import lesson_points
from grading.lessons.lesson import all_lessons

PROJECT = Path(__file__).resolve().parents[3]
LESSONS = all_lessons(PROJECT / "solutions")


def links_of(line):
    """Targets of the links of a line of Markdown, pictures left out."""
    return re.findall(r"\]\((https?://[^)]+)\)(?= \||\s*$)", line)


@pytest.mark.parametrize("address", ["https://github.com/ann/deep-nets", "https://github.com/ann/deep-nets.git/"])
def test_colab_and_binder_open_each_lesson(address):
    lines = list(course_links(LESSONS, address, "v1/autumn"))
    assert len(lines) == 2 + len(LESSONS)
    for lesson, line in zip(LESSONS, lines[2:], strict=True):
        colab, binder = map(urlsplit, links_of(line))
        notebook = f"lessons/{lesson.name}/{lesson.topic}.ipynb"
        assert (PROJECT / notebook).is_file()
        assert colab.path == f"/github/ann/deep-nets/blob/v1/autumn/{notebook}"
        assert binder.path == "/v2/gh/ann/deep-nets/v1%2Fautumn"
        assert parse_qs(binder.query) == {"urlpath": [f"lab/tree/{notebook}"]}


def test_a_hub_pulls_any_repository_and_opens_the_lesson():
    (line,) = list(course_links(LESSONS[:1], "https://git.uni.example/ann/nets.git", hub="https://hub.uni.example/"))[
        2:
    ]
    (link,) = map(urlsplit, links_of(line))
    assert (link.netloc, link.path) == ("hub.uni.example", "/hub/user-redirect/git-pull")
    assert parse_qs(link.query) == {
        "repo": ["https://git.uni.example/ann/nets.git"],
        "branch": ["main"],
        "targetpath": ["nets"],
        "urlpath": ["lab/tree/nets/lessons/01_neuron/neuron.ipynb"],
    }


@pytest.mark.parametrize("address", ["https://a.example/ann/nets/", "git@a.example:ann/nets.git", "git@a.example:nets"])
def test_a_hub_opens_the_folder_that_it_copies_to(address):
    link = urlsplit(links_of(list(course_links(LESSONS[:1], address, hub="http://localhost:8000"))[2])[0])
    query = parse_qs(link.query)
    assert query["targetpath"] == ["nets"]
    assert query["urlpath"][0].startswith("lab/tree/nets/")


@pytest.mark.parametrize(
    ("address", "hub", "said"),
    [
        ("https://a.example/nets", "hub.example", r"Expected https://hub\.example\.org\. Got hub\.example\."),
        ("", "https://hub.example", "Expected an address that git can clone"),
    ],
)
def test_a_hub_or_repository_without_an_address_is_refused(address, hub, said):
    with pytest.raises(UsageError, match=said):
        list(course_links(LESSONS, address, hub=hub))


@pytest.mark.parametrize(
    "address", ["github.com/ann/nets", "https://gitlab.com/ann/nets", "https://github.com/ann", ""]
)
def test_another_address_is_refused_with_what_was_expected(address):
    with pytest.raises(UsageError, match=r"Expected https://github\.com/OWNER/NAME"):
        list(course_links(LESSONS, address))


def test_the_example_for_github_classroom_checks_exercises_that_are_there():
    workflow = yaml.safe_load((PROJECT / "grading" / "classroom.yml").read_text("utf-8"))
    steps = [step for step in workflow["jobs"]["check"]["steps"] if "command" in step.get("with", {})]
    points = lesson_points(LESSONS[0])
    for step in steps:
        program, *arguments = step["with"]["command"].split()
        asked = _parser().parse_args(arguments)
        assert program == "dnnkit"
        assert (PROJECT / asked.notebook).is_file()
        assert asked.exercise == [step["id"]] == [step["with"]["test-name"]]
        assert step["with"]["max-score"] == points[step["id"]]
    reporter = workflow["jobs"]["check"]["steps"][-1]
    assert reporter["with"]["runners"].split(",") == [step["id"] for step in steps]
    assert set(reporter["env"]) == {f"{step['id'].upper()}_RESULTS" for step in steps}
