"""Build what students open from a lesson's source, through nbgrader's own generate_assignment.

Writes lessons/NN_topic/topic.ipynb, dnnkit/examples/topic.json and nbgrader's source folder build/source.
The same source gives the same bytes; only the numbers of examples that Keras computed in float32 may differ a little
from one processor to the next, and then the file that is there stays. The lesson's ledger says from which sources all
this was built, so that only what changed is computed again.
"""

import multiprocessing
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat

from dnnkit.environment.quiet import quiet_backends
from grading.authoring.digests import ExerciseSources, notebook_digest, record_digest, text_digest
from grading.authoring.example_file import read_cells, read_examples, write_examples
from grading.authoring.examples import build_exercise, require_order, same_record
from grading.authoring.keeping import EXAMPLES, NOTEBOOK, basis_of, changed_judge_sample, digest_for, states_of
from grading.authoring.ledger import LESSON, Basis, judge_of, ledger_of
from grading.authoring.nbgrader_course import generate_assignment
from grading.authoring.release import write_source
from grading.course import Course
from grading.judging.reference import Reference
from grading.lessons.bank import load_bank
from grading.lessons.lesson import Lesson

Record = dict[str, object]


def build(lesson: Lesson, project: Path, course: Course) -> None:
    """Build one lesson into the project and register it in the course's gradebook.

    Args:
        lesson: the lesson.
        project: the project's root folder.
        course: the course whose gradebook learns of the assignment.
    """
    list(build_lessons([lesson], project, course, processes=1))


def build_lessons(
    lessons: Sequence[Lesson], project: Path, course: Course, processes: int | None = None
) -> Iterator[tuple[Lesson, list[str]]]:
    """Build lessons into the project and register them in the course's gradebook.

    Args:
        lessons: the lessons.
        project: the project's root folder.
        course: the course whose gradebook learns of the assignments.
        processes: number of processes that compute examples; default one per core.

    Yields:
        (lesson, the exercises whose examples were computed), in the lessons' order.
    """
    for lesson in lessons:
        source = write_source(lesson, project / "build" / "source")
        generate_assignment(lesson.name, source.parent.parent, project / "lessons", course.database)
    outdated = {lesson.name: outdated_examples(lesson, project) for lesson in lessons}
    # Digests first: a source that is edited meanwhile must not count as what was computed.
    bases = {lesson.name: _bases(lesson, outdated[lesson.name]) for lesson in lessons}
    fresh = compute_examples([(lesson, name) for lesson in lessons for name in outdated[lesson.name]], processes)
    for lesson in lessons:
        _write(lesson, project, bases[lesson.name], {name: fresh[lesson.name, name] for name in outdated[lesson.name]})
        yield lesson, outdated[lesson.name]


def _bases(lesson: Lesson, exercises: Iterable[str]) -> dict[str, Basis]:
    """Say on what the notebook, under `LESSON`, and the examples of some exercises rest."""
    sources = ExerciseSources(lesson)
    bases = {name: basis_of(EXAMPLES, digest_for(EXAMPLES, sources, name)) for name in exercises}
    return {LESSON: basis_of(NOTEBOOK, notebook_digest(lesson)), **bases}


def outdated_examples(
    lesson: Lesson, project: Path, sample: Iterable[str] | None = None, afresh: Iterable[str] = ()
) -> list[str]:
    """List the exercises whose public examples must be computed, in order: the ledger does not vouch for them.

    Args:
        lesson: the lesson.
        project: the project's root folder.
        sample: where only the code that computes examples has changed, list these exercises; default all.
        afresh: list these in any case.
    """
    ledger, judge = ledger_of(lesson.folder), judge_of(lesson.folder.parent)
    known = read_examples(examples_path(lesson, project))
    states, found = states_of(lesson, judge, [EXAMPLES]), []
    for name in lesson.exercises:
        row, state = ledger.row(name, EXAMPLES), states[name, EXAMPLES]
        holds = state == "kept" or (state == "judge changed" and sample is not None and name not in sample)
        if not holds or name in afresh or row is None or row["record"] != record_digest(known.get(name)):
            found.append(name)
    return found


def compute_examples(
    exercises: Sequence[tuple[Lesson, str]], processes: int | None = None
) -> dict[tuple[str, str], Record]:
    """Compute the public examples of exercises, on all cores.

    Args:
        exercises: pairs of a lesson and the name of one of its exercises.
        processes: number of processes; default one per core. With one, this process does the work.

    Returns:
        (lesson's name, exercise) -> its record.
    """
    processes = min(processes or os.cpu_count() or 1, len(exercises))
    if processes <= 1:
        records = [_compute(lesson, name) for lesson, name in exercises]
    else:
        fresh = multiprocessing.get_context("spawn")  # TensorFlow survives no fork
        with ProcessPoolExecutor(processes, mp_context=fresh, initializer=quiet_backends) as pool:
            # A lesson's last exercises train, so they begin.
            waiting = [pool.submit(_compute, lesson, name) for lesson, name in reversed(exercises)]
            records = [future.result() for future in reversed(waiting)]
    return {(lesson.name, name): record for (lesson, name), record in zip(exercises, records, strict=True)}


def _compute(lesson: Lesson, exercise: str) -> Record:
    return build_exercise(lesson, Reference(lesson), load_bank(lesson), exercise)


def _write(lesson: Lesson, project: Path, bases: dict[str, Basis], fresh: dict[str, Record]) -> None:
    """Write the examples that differ from those that are there, and what the ledger says of the lesson."""
    require_order(lesson)
    path, ledger = examples_path(lesson, project), ledger_of(lesson.folder)
    known = read_examples(path)
    records: dict[str, Record] = {}
    for name in lesson.exercises:
        new = fresh.get(name)
        records[name] = known[name] if new is None or same_record(known.get(name), new) else new
        if new is not None:
            ledger.put(name, EXAMPLES, bases[name], record=record_digest(records[name]))
    notebook = notebook_path(lesson, project).read_text("utf-8")
    write_examples(path, lesson, records, _released_cells(lesson, notebook))
    ledger.put(LESSON, NOTEBOOK, bases[LESSON], file=text_digest(notebook))
    ledger.save(lesson.exercises)


def stale_files(lessons: Sequence[Lesson], project: Path) -> Iterator[tuple[Lesson, list[Path]]]:
    """Look at several lessons: at digests where nothing changed, else examples are computed, on all cores.

    Where only the code that computes examples has changed, those of a sample are computed.

    Args:
        lessons: the lessons.
        project: the project's root folder.

    Yields:
        (lesson, the built files that do not match its source, as paths below the project), in the lessons' order.
    """
    sample = {(lesson.name, name) for lesson, name in changed_judge_sample(lessons, EXAMPLES)}
    outdated = {
        lesson.name: outdated_examples(lesson, project, [name for of, name in sample if of == lesson.name])
        for lesson in lessons
    }
    fresh = compute_examples([(lesson, name) for lesson in lessons for name in outdated[lesson.name]])
    for lesson in lessons:
        mine = {name: record for (lesson_name, name), record in fresh.items() if lesson_name == lesson.name}
        yield lesson, _stale(lesson, project, mine)


def stale(lesson: Lesson, project: Path, sample: Iterable[str] | None = None, afresh: Iterable[str] = ()) -> list[Path]:
    """List the built files that do not match a lesson's source, as paths below the project.

    Args:
        lesson: the lesson.
        project: the project's root folder.
        sample: where only the code that computes examples has changed, compute those of these exercises; default all.
        afresh: compute the examples of these exercises in any case.
    """
    outdated = outdated_examples(lesson, project, sample, afresh)
    fresh = compute_examples([(lesson, name) for name in outdated], processes=1)
    return _stale(lesson, project, {name: fresh[lesson.name, name] for name in outdated})


def _stale(lesson: Lesson, project: Path, fresh: dict[str, Record]) -> list[Path]:
    examples = examples_path(lesson, project)
    known = read_examples(examples)
    notebook = notebook_path(lesson, project)
    released = _released_cells(lesson, notebook.read_text("utf-8")) if notebook.is_file() else None
    same = {
        notebook: _notebook_matches(lesson, project),
        examples: list(known) == list(lesson.exercises)
        and read_cells(examples) == released
        and all(same_record(known[name], record) for name, record in fresh.items()),
    }
    return [path.relative_to(project) for path, fits in same.items() if not fits]


def _released_cells(lesson: Lesson, notebook: str) -> dict[str, str]:
    """Take the cells of a lesson's exercises out of its built notebook: exercise -> source."""
    cells = {cell["id"]: cell["source"] for cell in nbformat.reads(notebook, as_version=4).cells}
    return {name: cells[name] for name in lesson.exercises if name in cells}


def _notebook_matches(lesson: Lesson, project: Path) -> bool:
    path = notebook_path(lesson, project)
    text = path.read_text("utf-8") if path.is_file() else ""
    row = ledger_of(lesson.folder).row(LESSON, NOTEBOOK)
    basis = basis_of(NOTEBOOK, notebook_digest(lesson))
    state = judge_of(lesson.folder.parent).state(LESSON, NOTEBOOK, row, basis)
    if row is not None and state == "kept" and row["file"] == text_digest(text):
        return True
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        source = write_source(lesson, fresh / "source")
        generate_assignment(lesson.name, source.parent.parent, fresh / "lessons", f"sqlite:///{fresh}/gradebook.db")
        return text == notebook_path(lesson, fresh).read_text("utf-8")


def notebook_path(lesson: Lesson, project: Path) -> Path:
    """Say where a lesson's built notebook is."""
    return project / "lessons" / lesson.name / f"{lesson.topic}.ipynb"


def examples_path(lesson: Lesson, project: Path) -> Path:
    """Say where a lesson's public examples are."""
    return project / "dnnkit" / "examples" / f"{lesson.topic}.json"
