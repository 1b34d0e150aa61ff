"""Tell a student what in the form of a notebook may cost points: damaged cells, text, copies, skipped names."""

from collections.abc import Iterator, Mapping, Sequence

from grading.lessons.lesson import Lesson, defined_names
from grading.submissions.skipped_names import names_from_skipped_cells
from grading.submissions.submission import Cell


def notes_on_form(
    lesson: Lesson,
    cells: Sequence[Cell],
    written: Mapping[str, Sequence[tuple[int, str]]],
    defined: Mapping[str, Sequence[tuple[int, str]]],
) -> Iterator[str]:
    """Say what was noticed, one sentence or two each.

    Args:
        lesson: the lesson.
        cells: the submission's cells.
        written: exercise -> (number of a code cell that is its cell, source), in order, from the first that is not the
            released one.
        defined: exercise -> the same, with the cells of other exercises that define its function as well.
    """
    for number, (kind, source, names) in enumerate(cells, start=1):
        if kind == "damaged":
            yield f"Cell {number} could not be read and was left out; all others count."
        if kind == "text":
            exercise = next((n for n in (*names, *defined_names(source)[:1]) if n in lesson.exercises), None)
            if exercise and exercise not in written:
                yield (
                    f"Cell {number}, the cell of {exercise}, is a text cell now, and Jupyter does not run text. "
                    "Select it, press Esc and then Y to make it code again, run it, save, and hand in again."
                )
    for exercise, found in sorted(defined.items(), key=lambda item: (item[1][0][0], item[0])):
        if len({source for _, source in found}) > 1:
            numbers = [str(number) for number, _ in found]
            yield (
                f"{exercise} is written in cells {', '.join(numbers[:-1])} and {numbers[-1]}; "
                f"the last one counts. If you mean another one, take {exercise} out of those below it."
            )
    yield from names_from_skipped_cells(cells, written, lesson.exercises)
