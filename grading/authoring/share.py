"""Say which rows of the ledgers do not hold, and draw those that the tests make afresh all the same."""

from collections.abc import Sequence

from grading.authoring.audit import Task, tasks_of
from grading.authoring.keeping import EXAMPLES, SAMPLE_SEEDS, applying, changed_judge_sample, draw, share_of, states_of
from grading.authoring.ledger import judge_of
from grading.authoring.proofs import KINDS
from grading.lessons.lesson import Lesson

REMEDY = {EXAMPLES: "grading build {lesson}"}  # of a row that does not hold; else grading audit
PACKAGES_REMEDY = "grading build, then grading audit --restamp"


def outdated_rows(lesson: Lesson) -> list[str]:
    """Say of each row of a lesson's exercises that does not hold why, and which command makes it right.

    Rows that only wait for a sample by a changed judge do hold: the tests prove that sample.

    Args:
        lesson: the lesson.

    Returns:
        One sentence a row.
    """
    judge = judge_of(lesson.folder.parent)
    states = states_of(lesson, judge, [*(kind.NAME for kind in KINDS), EXAMPLES])
    sentences = []
    for (exercise, kind), state in states.items():
        if state not in ("kept", "judge changed"):
            remedy = REMEDY.get(kind, "grading audit {lesson}").format(lesson=lesson.name)
            remedy = PACKAGES_REMEDY if state == "packages changed" else remedy
            sentences.append(f"{lesson.topic}.{exercise}, {kind}: {state}. Run: {remedy}")
    return sentences


def drawn(lessons: Sequence[Lesson], kind: str, seed: object) -> list[tuple[Lesson, str]]:
    """Draw the exercises whose row is made afresh: a random share, and where the judge has changed a sample for it.

    Args:
        lessons: all lessons of the course.
        kind: the kind of row.
        seed: draws the random share.

    Returns:
        Pairs of a lesson and the name of one of its exercises.
    """
    judge = judge_of(lessons[0].folder.parent)
    holding, changed = [], False
    for lesson in lessons:
        for (exercise, _), state in states_of(lesson, judge, [kind]).items():
            if state in ("kept", "judge changed"):
                holding.append((lesson, exercise))
                changed |= state == "judge changed"
    chosen = draw(holding, share_of(kind), seed, kind)
    sample = changed_judge_sample(lessons, kind) if changed else []
    return [pair for pair in holding if pair in chosen or pair in sample]


def fresh_tasks(lessons: Sequence[Lesson], seed: object, *, everything: bool = False) -> list[Task]:
    """List the proofs that a test run makes afresh.

    Args:
        lessons: all lessons of the course.
        seed: draws the random share.
        everything: list all proofs.
    """
    pairs = {
        kind.NAME: [(lesson, name) for lesson in lessons for name in applying(lesson, kind.NAME)]
        if everything
        else drawn(lessons, kind.NAME, seed)
        for kind in KINDS
    }
    return [
        task
        for kind, chosen in pairs.items()
        for lesson, name in chosen
        for task in tasks_of(lesson, [name], SAMPLE_SEEDS, 1, [kind])
    ]
