"""Export the gradebook as files that Canvas and Moodle import: one row per student, one column per lesson.

Lessons of which nothing is graded yet are left out, and who handed nothing in has no grade: a zero that nobody decided
on would count in the platform.
"""

from nbgrader.api import MissingEntry

from grading.gradebook.exports.nbgrader_csv import defuse, write_table

# What Canvas' importer asks for: these columns first, in this order; a column is matched by its title, and new titles
# become new assignments; students are found by ID, else by SIS User ID, else by SIS Login ID, else by name.
CANVAS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
POINTS = "    Points Possible"  # Canvas' own spelling
# Moodle asks on import which column identifies users (Username, Email address or ID number) and which holds what.
MOODLE = ["Username", "Email address", "ID number", "First name", "Last name"]
NO_GRADE = "-"  # Moodle's own spelling


def write_canvas(gradebook, path):
    """Write a Canvas gradebook import.

    A student's id goes into both SIS columns: it is one or the other, depending on how a school names its students.
    nbgrader's `lms_user_id`, if it is a number, goes into ID, which Canvas trusts most.

    Args:
        gradebook: `nbgrader.api.Gradebook`.
        path: file to write, whole or not at all.
    """
    lessons = _graded_lessons(gradebook)
    rows = [[*CANVAS, *(lesson.name for lesson in lessons)]]
    rows.append([POINTS, "", "", "", "", *(_rounded(lesson.max_score) for lesson in lessons)])
    for student in _students(gradebook):
        name = ", ".join(part for part in (student.last_name, student.first_name) if part) or student.id
        number = student.lms_user_id if (student.lms_user_id or "").isdecimal() else ""
        grades = [_grade(gradebook, lesson, student, "") for lesson in lessons]
        rows.append([*map(defuse, (name, number, student.id, student.id, "")), *grades])
    write_table(path, rows)


def write_moodle(gradebook, path, *, comments=False):
    """Write a Moodle grade import.

    Args:
        gradebook: `nbgrader.api.Gradebook`.
        path: file to write, whole or not at all.
        comments: add a column of comments, for Moodle's feedback, after each lesson.
    """
    lessons = _graded_lessons(gradebook)
    header = list(MOODLE)
    for lesson in lessons:
        header += [lesson.name, f"{lesson.name} (feedback)"] if comments else [lesson.name]
    rows = [header]
    for student in _students(gradebook):
        person = (student.id, student.email, student.lms_user_id, student.first_name, student.last_name)
        row = [defuse(value) for value in person]
        for lesson in lessons:
            row.append(_grade(gradebook, lesson, student, NO_GRADE))
            if comments:
                row.append(defuse(_comments(gradebook, lesson, student)))
        rows.append(row)
    write_table(path, rows)


def _graded_lessons(gradebook):
    return [lesson for lesson in gradebook.assignments if lesson.submissions]


def _students(gradebook):
    return sorted(gradebook.students, key=lambda student: student.id)


def _grade(gradebook, lesson, student, missing):
    """The score that counts, as the other export has it."""
    try:
        submission = gradebook.find_submission(lesson.name, student.id)
    except MissingEntry:
        return missing
    return _rounded(max(0.0, submission.score - submission.late_submission_penalty))


def _rounded(points):
    """Points with two decimals at most, which is what both platforms keep: never a float's ninth digit."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def _comments(gradebook, lesson, student):
    """A person's comments, else the grader's own, one line per exercise."""
    try:
        submission = gradebook.find_submission(lesson.name, student.id)
    except MissingEntry:
        return ""
    found = [comment for notebook in submission.notebooks for comment in notebook.comments if comment.comment]
    return "\n".join(f"{comment.name}: {comment.comment.strip()}" for comment in found)
