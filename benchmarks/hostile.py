"""Hostile and honest-but-odd submissions, graded by stock nbgrader and by ours; one line of JSON last.

Usage: python benchmarks/hostile.py [--only NAME ...]; about a quarter of an hour on two cores

A hostile submission has held when it got no point it did not work for, nothing outside of it was read or written, no
process outlived it, no page or table carries its script, and the others of its class got what they deserve. An odd one
is accepted when it got full marks. Stock nbgrader runs the same checks inlined as hidden tests. What could disturb
others is graded in a course of its own, and so is whatever turns out to.
"""

import argparse
import concurrent.futures
import contextlib
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests" / "hostile")]  # benchmarks and tests are no packages

import nbformat  # noqa: E402
import odd  # noqa: E402
import outside  # noqa: E402
import stock  # noqa: E402
from nbgrader.api import Gradebook  # noqa: E402
from submissions import BANK, CANARY, FULL  # noqa: E402

from grading.authoring.build import build  # noqa: E402
from grading.authoring.release import load_release  # noqa: E402
from grading.classes.autograde import GradingOptions, autograde  # noqa: E402
from grading.course import find_project, open_course  # noqa: E402
from grading.gradebook.exports.csv import CsvExport  # noqa: E402
from grading.gradebook.gradebook import open_gradebook  # noqa: E402
from grading.lessons.check_functions import list_checks  # noqa: E402
from grading.lessons.lesson import find_lesson  # noqa: E402
from grading.reports.feedback import write_feedback  # noqa: E402
from grading.sandbox.limits import MB, Limits  # noqa: E402

LIMITS = Limits(cell_seconds=3.0, submission_seconds=20.0, interrupt_seconds=1.0, memory_bytes=700 * MB, processes=100)
CELL_SECONDS, COURSE_SECONDS = 5, 60  # least that stock nbgrader gets for a cell, and for a course of three
CLASS_SECONDS = 1200  # most that a class of honest students may take
AT_ONCE = 2  # commands of stock nbgrader
SHOWN = {
    "scripts_in_text",
    "scripts_in_errors",
    "scripts_in_outputs",
    "page_as_name",
    "formula_as_name",
    "further_files",
}


def found_around(root, hostile, world, score, honest):
    """List why a submission has not held; empty when it has.

    Args:
        root: the course's folder.
        hostile: the `Hostile`.
        world: its `Surroundings`.
        score: its score, or None.
        honest: scores of the honest students.
    """
    found = world.traces()
    if (score or 0.0) > hostile.points:
        found.append(f"{score:g} points")
    if any(honest.get(student) != FULL for student in outside.HONEST):
        found.append("others disturbed")
    for folder in ("autograded", "feedback"):
        for path in (root / folder / hostile.student).rglob("*"):
            text = path.read_text(errors="replace") if path.is_file() else ""
            if CANARY in text:
                found.append("read: something outside")
            if folder == "feedback" and path.suffix == ".html" and ("<script>document" in text or "<img src=x" in text):
                found.append("a script in the page")
    if [path for folder in ("tmp", "home/runtime") for path in (root / folder).glob("left-*")]:
        found.append("written: beside the sockets")
    if hostile.name == "formula_as_name" and (root / "grades.csv").exists():
        found += ["a formula in the table"] if ",=1+1" in (root / "grades.csv").read_text() else []
    return list(dict.fromkeys(found))


def clear_away(home):
    """End what runs with this HOME; say whether a submission has left anything running."""
    running = outside.processes(home)
    for pid in running:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return any(map(outside.lingers, running.values()))


def stock_course(base, root, lesson, release, bank, worlds, seconds):
    """Grade hostile submissions and two honest ones in one stock course.

    Args:
        base: a course without submissions, to be copied.
        root: the course's folder.
        lesson: the lesson.
        release: nbformat dict of the course's release.
        bank: the hostile submissions.
        worlds: name -> `Surroundings`.
        seconds: time for autograding.

    Returns:
        Name -> why it has not held.
    """
    shutil.copytree(base, root)
    book = root / "gradebook.db"
    outside.hand_in_honest(lesson, release, root / "submitted")
    for hostile in bank:
        outside.hand_in(worlds[hostile.name], hostile, lesson, release, root / "submitted", book)
    nbgrader(root, seconds, "autograde", lesson.name)
    if SHOWN & {hostile.name for hostile in bank}:
        nbgrader(root, 4 * seconds, "generate_feedback", lesson.name)
        nbgrader(root, 4 * seconds, "export", "--to", "grades.csv")
    scores = {}
    with contextlib.suppress(Exception), Gradebook(f"sqlite:///{book}") as gradebook:
        scores = {s.student.id: s.score for s in gradebook.assignment_submissions(lesson.name)}
    if not bank and [scores.get(student) for student in outside.HONEST] != [FULL, FULL]:
        raise SystemExit(f"stock nbgrader does not grade honest submissions here: {scores}")
    found = {h.name: found_around(root, h, worlds[h.name], scores.get(h.student), scores) for h in bank}
    if clear_away(root / "home") and len(bank) == 1:
        found[bank[0].name].append("a process is left")
    outside.remove(root)
    return found


def nbgrader(root, seconds, *arguments):
    """Run an nbgrader command in a session of its own, and end it when it takes too long; whether it ended itself."""
    environment = {**os.environ, **own_home(root / "home")}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-m", "nbgrader", *arguments]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd=root, env=environment, start_new_session=True, **quiet)  # noqa: S603
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return False
    return True


def hostile_by_stock(lesson, bank, worlds, root, pool):
    """Grade the hostile bank with stock nbgrader: what could disturb others alone, the rest together."""
    (root / "nothing").mkdir(parents=True)
    stock.make_course(lesson, list_checks(lesson), root / "nothing", root / "base")
    release = nbformat.read(root / "base" / "release" / lesson.name / f"{lesson.topic}.ipynb", as_version=4)
    _, honest = timed(stock_course, root / "base", root / "honest", lesson, release, [], {}, CLASS_SECONDS)
    cell_seconds = max(CELL_SECONDS, round(honest / 3))  # so that a busy machine is not taken for an attack
    with (root / "base" / "nbgrader_config.py").open("a") as config:
        config.write(f"c.ExecutePreprocessor.timeout = {cell_seconds}\n")
    print(f"stock nbgrader: two honest submissions take {honest:.0f} s", flush=True)
    pages = [h for h in bank if h.name in SHOWN]
    together = [h for h in bank if not h.alone and h.name not in SHOWN]
    number = itertools.count()

    def grade(group):
        place = root / f"c{next(number)}"
        seconds = max(COURSE_SECONDS, 4 * honest) + (len(group) - 1) * (honest + 4 * cell_seconds)
        outcomes = stock_course(root / "base", place, lesson, release, group, worlds, seconds)
        print(json.dumps(outcomes), file=sys.stderr, flush=True)
        return outcomes

    groups = [together[::2], together[1::2], pages, *([h] for h in bank if h.alone)]
    found, waiting = {}, {pool.submit(grade, group): group for group in groups if group}
    while waiting:
        done, _ = concurrent.futures.wait(waiting, return_when=concurrent.futures.FIRST_COMPLETED)
        for one in done:
            group, outcomes = waiting.pop(one), one.result()
            if len(group) > 1 and any("others disturbed" in why for why in outcomes.values()):
                halves = (group[::2], group[1::2])  # somebody disturbed all: find out who
                for hostile in group:
                    worlds[hostile.name].clean()
                waiting |= {pool.submit(grade, half): half for half in halves}
            else:
                found |= outcomes
    return found


def hostile_by_ours(project, lesson, bank, worlds, root):
    """Grade the hostile bank and two honest students with ours, in one class."""
    release = load_release(project, lesson)
    course = open_course(project, root)
    outside.hand_in_honest(lesson, release, course.submitted)
    for hostile in bank:
        outside.hand_in(worlds[hostile.name], hostile, lesson, release, course.submitted, course.root / "gradebook.db")
    with outside.own_place():
        before = outside.grader_traces()
        scores = {result.student: result.score for result in autograde(course, lesson, GradingOptions(limits=LIMITS))}
        left = outside.left_behind(before)
    write_feedback(course, lesson)
    with open_gradebook(course.database) as gradebook:
        CsvExport(to=str(course.root / "grades.csv")).export(gradebook)
    found = {h.name: found_around(course.root, h, worlds[h.name], scores.get(h.student), scores) for h in bank}
    for kind in ("processes", "mounts"):
        if kind in left:
            found = {name: [*why, f"{kind} are left"] for name, why in found.items()}
    return found


def odd_class(lesson, release, submitted, makers):
    """Write the odd submissions, without the exploration cells that neither grader's checks need."""
    cells = [cell for cell in release["cells"] if not cell["id"].startswith("explore-")]
    kit = odd.Kit({**release, "cells": cells}, {name: cell.source for name, cell in lesson.solution_cells.items()})
    for name, make in makers.items():
        folder = submitted / name / lesson.name
        folder.mkdir(parents=True)
        made = make(kit)
        (folder / f"{lesson.topic}.ipynb").write_bytes(made if isinstance(made, bytes) else json.dumps(made).encode())


def odd_by_stock(lesson, makers, root, pool):
    """Grade the odd bank with stock nbgrader; names of those that lost points."""
    (root / "nothing").mkdir(parents=True)
    stock.make_course(lesson, list_checks(lesson), root / "nothing", root / "base")
    release = nbformat.read(root / "base" / "release" / lesson.name / f"{lesson.topic}.ipynb", as_version=4)

    def grade(names):
        course = root / names[0]
        shutil.copytree(root / "base", course)
        odd_class(lesson, release, course / "submitted", {name: makers[name] for name in names})
        if not nbgrader(course, CLASS_SECONDS, "autograde", lesson.name):
            raise SystemExit(f"stock nbgrader did not finish {len(names)} odd submissions in {CLASS_SECONDS} s")
        with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
            graded = {s.student.id: s.score == s.max_score for s in gradebook.assignment_submissions(lesson.name)}
        return [name for name in names if not graded.get(name)]

    groups = [list(makers)[number::4] for number in range(4)]
    return [name for lost in pool.map(grade, [group for group in groups if group]) for name in lost]


def odd_by_ours(project, lesson, makers, root):
    """Grade the odd bank with ours; names of those that lost points."""
    course = open_course(project, root)
    odd_class(lesson, load_release(project, lesson), course.submitted, makers)
    results = {r.student: r.score == r.max_score for r in autograde(course, lesson)}
    return [name for name in makers if not results.get(name)]


def small_project(root, project):
    """Build the small lesson in a project of its own."""
    shutil.copytree(project / "tests" / "grading" / "solutions", root / "solutions")
    for folder in ("lessons", "dnnkit"):
        (root / folder).mkdir()
    lesson = find_lesson(root / "solutions", "mini")
    build(lesson, root, open_course(root))
    return lesson


def own_home(home):
    """Make the environment of a home that hostile submissions may write into."""
    folders = {"HOME": home, "TMPDIR": home.parent / "tmp"} | {
        f"JUPYTER_{kind}_DIR": home / kind.lower() for kind in ("RUNTIME", "CONFIG", "DATA")
    }
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    return {name: str(folder) for name, folder in folders.items()}


def timed(work, *arguments):
    """Run one part; returns what it found and the seconds it took."""
    started = time.perf_counter()
    return work(*arguments), time.perf_counter() - started


def print_tables(bank, theirs, ours, makers, lost, lost_ours):
    """Print each submission under its class of attack, then how many of each class have held."""
    width = max(len(name) for name in (*theirs, *makers))
    by_class = {
        section: [h for h in bank if h.section == section] for section in dict.fromkeys(h.section for h in bank)
    }
    for section, members in by_class.items():
        print(f"\n{section}")
        for name in (hostile.name for hostile in members):
            verdicts = [", ".join(found[name]) or "held" for found in (theirs, ours)]
            print(f"  {name:{width}}  stock: {verdicts[0]:60}  ours: {verdicts[1]}")
    print("\nHonest, but odd")
    for name in makers:
        words = ["points lost" if name in names else "accepted" for names in (lost, lost_ours)]
        print(f"  {name:{width}}  stock: {words[0]:60}  ours: {words[1]}")
    print(f"\n{'class of attack':{width}}  submissions  held by stock  held by ours")
    for section, members in by_class.items():
        held = [sum(not found[hostile.name] for hostile in members) for found in (theirs, ours)]
        print(f"{section:{width}}  {len(members):11}  {held[0]:13}  {held[1]:12}")
    accepted = [len(makers) - len(names) for names in (lost, lost_ours)]
    print(f"{'honest, but odd: full marks':{width}}  {len(makers):11}  {accepted[0]:13}  {accepted[1]:12}\n")


def main():
    """Run both banks with both graders."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", help="names of submissions, hostile or odd")
    only = parser.parse_args().only
    bank = [hostile for hostile in BANK.values() if not only or hostile.name in only]
    makers = {name: make for name, make in odd.MAKERS.items() if not only or name in only}
    project = find_project(HERE)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, contextlib.ExitStack() as stack:
        root = Path(folder)
        lesson, first = small_project(root / "small", project), find_lesson(project / "solutions", "01")

        def worlds(who):
            return {h.name: stack.enter_context(outside.surroundings(root / who / h.name)) for h in bank}

        pool = stack.enter_context(concurrent.futures.ThreadPoolExecutor(AT_ONCE))  # they only wait for processes
        theirs, seconds = timed(hostile_by_stock, lesson, bank, worlds("w1"), root / "stock", pool)
        lost, odd_seconds = timed(odd_by_stock, first, makers, root / "odd-stock", pool)
        print(f"stock nbgrader: hostile {seconds:.0f} s, odd {odd_seconds:.0f} s", flush=True)
        ours, seconds = timed(hostile_by_ours, root / "small", lesson, bank, worlds("w2"), root / "ours")
        lost_ours, odd_seconds = timed(odd_by_ours, project, first, makers, root / "odd-ours")
        print(f"ours: hostile {seconds:.0f} s, odd {odd_seconds:.0f} s")
    print_tables(bank, theirs, ours, makers, lost, lost_ours)
    record = {"hostile": len(bank), "stock_held": sum(not why for why in theirs.values())}
    record |= {"ours_held": sum(not why for why in ours.values()), "odd": len(makers)}
    print(
        json.dumps({**record, "stock_accepted": len(makers) - len(lost), "ours_accepted": len(makers) - len(lost_ours)})
    )


if __name__ == "__main__":
    main()
