"""Plain nbgrader and formgrader, started in this folder, grade through the course's own stages."""

from grading.authoring.nbgrader_course import nbgrader_config
from grading.course import find_project, open_course
from grading.reports.templates import use_our_page_parts

c = get_config()  # noqa: F821 - nbgrader puts it there
use_our_page_parts()
_project = find_project()
_course = open_course(_project)
c.merge(nbgrader_config(_project / "build" / "source", _project / "lessons", _course.database))
