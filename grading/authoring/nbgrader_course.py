"""One nbgrader configuration for everything: the builder, our command line, plain nbgrader and formgrader."""

import contextlib
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from grading.errors import GradebookError

COURSE_ID = "dnn"  # nbgrader's empty default breaks a foreign key, which PostgreSQL minds and SQLite does not
GENERATE = [
    "nbgrader.preprocessors.LockCells",
    "grading.authoring.release.PlantStubs",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]


def nbgrader_config(source: Path, release: Path, database: str) -> Config:
    """Make the configuration that plugs our stages into nbgrader's own extension points.

    Args:
        source: folder with nbgrader's source notebooks.
        release: folder of released lessons.
        database: gradebook URL.
    """
    config = Config()
    config.CourseDirectory.source_directory = str(source)
    config.CourseDirectory.release_directory = str(release)
    config.CourseDirectory.db_url = database
    config.CourseDirectory.course_id = COURSE_ID
    config.GenerateAssignment.preprocessors = GENERATE
    config.Autograde.exporter_class = "grading.classes.nbgrader_plugins.RebuildExporter"
    config.Autograde.sanitize_preprocessors = []
    config.Autograde.autograde_preprocessors = [
        "grading.classes.nbgrader_plugins.GradeInSandbox",
        "nbgrader.preprocessors.AssignLatePenalties",
    ]
    config.Autograde.pre_convert_hook = "grading.classes.nbgrader_plugins.vet_submission"
    config.Autograde.post_convert_hook = "grading.classes.nbgrader_plugins.keep_only_notebooks"
    config.GenerateFeedback.exporter_class = "grading.classes.nbgrader_plugins.FeedbackExporter"
    config.GenerateFeedback.preprocessors = []
    config.GenerateFeedback.post_convert_hook = "grading.classes.nbgrader_plugins.prepare_release"
    config.ExportApp.plugin_class = "grading.gradebook.exports.csv.CsvExport"
    return config


def generate_assignment(name: str, source: Path, release: Path, database: str) -> None:
    """Run nbgrader's generate_assignment for one lesson.

    Args:
        name: the lesson, such as "01_neuron".
        source: folder that holds `<name>/<topic>.ipynb`.
        release: folder into which `<name>/` is written.
        database: gradebook URL.

    Raises:
        GradebookError: when nbgrader refuses; its own words are in the message.
    """
    release.mkdir(parents=True, exist_ok=True)
    config = nbgrader_config(source.resolve(), release.resolve(), database)
    with alembic_on_path():
        coursedir = CourseDirectory(config=config, root=str(release.resolve().parent))
        result = NbGraderAPI(coursedir, config=config).generate_assignment(name, force=True, create=True)
    if not result["success"]:
        raise GradebookError(f"nbgrader could not generate {name}: {result.get('error') or result.get('log')}")


@contextlib.contextmanager
def alembic_on_path() -> Iterator[None]:
    """Let nbgrader find the alembic program of this environment: it makes new gradebooks by calling it."""
    old = os.environ.get("PATH", "")
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{old}"
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        yield
    finally:
        os.environ["PATH"] = old
