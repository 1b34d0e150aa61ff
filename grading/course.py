"""Where a course keeps its things: submissions, autograded notebooks, feedback, gradebook, secret."""

import hashlib
import hmac
import os
import secrets
import tomllib
from dataclasses import dataclass
from pathlib import Path

from grading.errors import UsageError

EXPORTS = Path("build") / "exports"  # below the class's folder: these files name people, and git ignores build
SETTINGS = "course.toml"  # in the class's folder, written by an instructor


@dataclass(frozen=True)
class Course:
    """One course.

    Attributes:
        project: root of this repository: lessons, solutions, dnnkit.
        root: folder of this class: submitted, autograded, feedback; the project itself by default.
        database: gradebook URL.
        submitted: folder with `<student>/<lesson>/<topic>.ipynb`.
    """

    project: Path
    root: Path
    database: str
    submitted: Path

    @property
    def solutions(self) -> Path:
        """Folder of the lessons' sources."""
        return self.project / "solutions"

    @property
    def autograded(self) -> Path:
        """Folder of rebuilt notebooks with their records."""
        return self.root / "autograded"

    @property
    def feedback(self) -> Path:
        """Folder of feedback pages."""
        return self.root / "feedback"

    @property
    def exports(self) -> Path:
        """Folder of exported grades."""
        return self.root / EXPORTS

    @property
    def carried_points(self) -> bool:
        """Whether an exercise that is right but for another one gets its points: `carried_points` in course.toml.

        Raises:
            UsageError: when that file of the class's folder holds anything else.
        """
        path = self.root / SETTINGS
        try:
            settings = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        except (OSError, ValueError) as error:
            raise UsageError(f"{path} cannot be read: {error}") from error
        given = settings.get("carried_points", True)
        if not set(settings) <= {"carried_points"} or not isinstance(given, bool):
            raise UsageError(f"{path}: expected carried_points = true or carried_points = false, and nothing else.")
        return given

    def seed(self, submission_digest: str) -> bytes:
        """Derive the seed of a submission's checks: the same on a regrade, unknown beforehand.

        Args:
            submission_digest: "sha256:..." of the submitted file.
        """
        return hmac.new(self._secret(), submission_digest.encode(), hashlib.sha256).digest()

    @property
    def has_secret(self) -> bool:
        """Whether there is a secret already; `seed` makes one otherwise."""
        return bool(os.environ.get("DNN_COURSE_SECRET")) or (self.root / ".course-secret").exists()

    def _secret(self) -> bytes:
        given = os.environ.get("DNN_COURSE_SECRET")
        if given:
            return given.encode()
        path = self.root / ".course-secret"
        if not path.exists():
            self.root.mkdir(parents=True, exist_ok=True)
            scratch = path.with_name(f".course-secret-{os.getpid()}")
            descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_hex(32))
            try:
                os.link(scratch, path)  # only one of several first runs wins, and none sees half a secret
            except FileExistsError:
                pass
            finally:
                scratch.unlink()
        return path.read_bytes()


def find_project(start: str | Path | None = None) -> Path:
    """Find the project's root: the nearest folder upwards that holds solutions and lessons.

    Args:
        start: folder to start from; default what DNN_PROJECT names, else the current one.

    Raises:
        UsageError: when there is none.
    """
    start = Path(start or os.environ.get("DNN_PROJECT") or Path.cwd()).resolve()
    for folder in (start, *start.parents, Path(__file__).resolve().parent.parent):
        if (folder / "solutions").is_dir() and (folder / "lessons").is_dir():
            return folder
    raise UsageError(
        f"No folder with solutions and lessons was found above {start}. Run grading inside the repository."
    )


def open_course(
    project: Path,
    root: str | Path | None = None,
    gradebook: str | None = None,
    submitted: str | Path | None = None,
) -> Course:
    """Make a `Course` from what the command line gave.

    Args:
        project: the project's root.
        root: the class's folder; default the project.
        gradebook: gradebook URL; default gradebook.db in the class's folder.
        submitted: folder of submissions; default `submitted` in the class's folder.
    """
    folder = Path(root).resolve() if root else project
    # nbgrader opens the database many times; a long timeout lets those wait for each other instead of failing.
    database = gradebook or f"sqlite:///{folder / 'gradebook.db'}?timeout=60"
    return Course(project, folder, database, Path(submitted).resolve() if submitted else folder / "submitted")
