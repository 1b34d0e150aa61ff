"""Links that open the lessons on Colab, on Binder and on a JupyterHub, from the address of the course's repository."""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote, urlencode

from grading.errors import UsageError
from grading.lessons.lesson import Lesson

GITHUB = re.compile(r"https://github\.com/([\w.-]+)/([\w.-]+?)(?:\.git)?/?")
WEB = re.compile(r"https?://[^/]")
COLAB_BADGE = "https://colab.research.google.com/assets/colab-badge.svg"
BINDER_BADGE = "https://mybinder.org/badge_logo.svg"


def course_links(
    lessons: Sequence[Lesson], address: str, branch: str = "main", hub: str | None = None
) -> Iterator[str]:
    """Write a table of links in Markdown, one line for each lesson.

    Args:
        lessons: the lessons.
        address: of the repository; with a hub any that git can clone, else https://github.com/OWNER/NAME.
        branch: its branch.
        hub: address of a JupyterHub whose servers have nbgitpuller; None for Colab and Binder.

    Raises:
        UsageError: when the address is none of these.
    """
    if hub is not None:
        if not WEB.match(hub):
            raise UsageError(f"A hub has an address on the web. Expected https://hub.example.org. Got {hub}.")
        if not _folder(address):
            raise UsageError(f"The hub copies a repository. Expected an address that git can clone. Got {address!r}.")
        yield from _table(
            ("lesson", "JupyterHub"), [(one.title, _hub_link(one, address, branch, hub)) for one in lessons]
        )
        return
    found = GITHUB.fullmatch(address)
    if not found:
        raise UsageError(
            f"Colab and Binder open repositories on GitHub. Expected https://github.com/OWNER/NAME. Got {address}. "
            "For a JupyterHub, add --hub ADDRESS."
        )
    place = f"{found[1]}/{found[2]}"
    rows = [(one.title, _colab_badge(one, place, branch), _binder_badge(one, place, branch)) for one in lessons]
    yield from _table(("lesson", "Colab", "Binder"), rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "| --- " * len(head) + "|"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _notebook(lesson: Lesson) -> str:
    return f"lessons/{lesson.name}/{lesson.topic}.ipynb"


def _colab_badge(lesson: Lesson, place: str, branch: str) -> str:
    link = f"https://colab.research.google.com/github/{place}/blob/{quote(branch)}/{_notebook(lesson)}"
    return f"[![Open in Colab]({COLAB_BADGE})]({link})"


def _binder_badge(lesson: Lesson, place: str, branch: str) -> str:
    opened = urlencode({"urlpath": f"lab/tree/{_notebook(lesson)}"})
    return f"[![Open on Binder]({BINDER_BADGE})](https://mybinder.org/v2/gh/{place}/{quote(branch, safe='')}?{opened})"


def _hub_link(lesson: Lesson, address: str, branch: str, hub: str) -> str:
    folder = _folder(address)  # said, since nbgitpuller's own choice keeps .git, and is empty behind a last slash
    opened = {"repo": address, "branch": branch, "targetpath": folder}
    opened["urlpath"] = f"lab/tree/{folder}/{_notebook(lesson)}"
    return f"[open]({hub.rstrip('/')}/hub/user-redirect/git-pull?{urlencode(opened)})"


def _folder(address: str) -> str:
    """Name the folder that a user's copy of a repository is in."""
    return re.split(r"[/:]", address.rstrip("/").removesuffix(".git"))[-1]
