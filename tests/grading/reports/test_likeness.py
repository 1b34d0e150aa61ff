"""Copies are found under other names and in another order; honest hand-ins that fall into the same answers are not."""

import ast
import html
import json
import re
from pathlib import Path

import numpy as np
import pytest

from grading.authoring.release import load_release
from grading.cli.parser import main
from grading.gradebook.autograded_notebooks import write_autograded
from grading.lessons.bank import load_bank
from grading.lessons.lesson import find_lesson, without_magics
from grading.reports.likeness import alike_pairs
from grading.submissions.rebuild import fresh_copy
from grading.submissions.winnowing import K, W, fingerprints_of, tokens_of

PROJECT = Path(__file__).parents[3]
CODE = """def mean_and_spread(values):
    total = 0.0
    for value in values:
        total += value
    mean = total / len(values)
    spread = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
    return mean, np.sqrt(spread)
"""
RENAMED = '''def mean_and_spread( x ):
    """My own words."""
    s = 0.   # a comment
    for q in x:
        s += (q)

    m = s / len(x)
    v = sum((q - m)**2 for q in x) / (len(x) - 1)
    return (m, np.sqrt(v))
'''


def test_names_layout_and_comments_leave_no_trace_and_what_is_done_does():
    first, second = (fingerprints_of(code) for code in (CODE, RENAMED))
    assert len(first) > 10
    assert len(first.keys() & second.keys()) > 0.8 * len(first)
    other = fingerprints_of("def f(values):\n    return np.mean(values), np.std(values, ddof=1)\n")
    assert not first.keys() & other.keys()


def test_every_common_run_of_the_guaranteed_length_is_found():
    words = [f".a{number}" for number in range(60)]
    common = words[: K + W - 1]
    rng = np.random.default_rng(0)
    for _ in range(50):
        texts = []
        for _ in range(2):
            filler = [f".b{number}" for number in rng.integers(1000, size=40)]
            place = rng.integers(41)
            texts.append(" ".join(["x", *filler[:place], *common, *filler[place:]]))
        first, second = map(fingerprints_of, texts)
        assert first.keys() & second.keys()


@pytest.mark.parametrize(
    "source",
    [
        "",
        "x",
        "%%writefile a.py\n!ls\n",
        "def f(:\n  '''never ends",
        "\x00\udcff" * 50,
        "'" * 999,
        "((" * 9999,
        "é = ²",
    ],
)
def test_whatever_is_no_python_is_cut_into_tokens_too(source):
    assert len(tokens_of(source)) <= len(source)
    fingerprints_of(source)


def test_a_fingerprint_knows_its_lines():
    lines = {line for first, last in fingerprints_of(CODE).values() for line in range(first, last + 1)}
    assert lines <= set(range(7))
    assert {2, 3, 4, 5} <= lines


class Renamed(ast.NodeTransformer):
    """Give every name that a piece of code binds another one."""

    def __init__(self, tree):
        names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        names |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)} - {"self"}
        self.names = {name: f"my_{number}" for number, name in enumerate(sorted(names))}

    def visit_Name(self, node):
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_arg(self, node):
        node.arg = self.names.get(node.arg, node.arg)
        return node


def disguised(source):
    """The same code with other names, other layout and without comments."""
    tree = ast.parse(without_magics(source))
    return "# all my own work\n" + ast.unparse(Renamed(tree).visit(tree))


@pytest.mark.parametrize("topic", ["neuron", "backprop", "cnn"])
def test_twenty_disguised_copies_among_two_hundred_honest_hand_ins_are_found(topic):
    lesson = find_lesson(PROJECT / "solutions", topic)
    bank, rng = load_bank(lesson), np.random.default_rng(19)
    right = {
        name: [lesson.solution_cells[name].source, *(answer.source for answer in bank.variants_of(name))]
        for name in lesson.exercises
    }
    wrong = {name: [answer.source for answer in bank.mistakes_of(name)] for name in lesson.exercises}

    def honest():
        pools = {name: (wrong[name] or right[name]) if rng.random() < 0.15 else right[name] for name in right}
        return [(name, pool[rng.integers(len(pool))]) for name, pool in pools.items()]

    hand_ins = {f"honest-{number}": honest() for number in range(200)}
    copied = [f"honest-{number}" for number in rng.choice(200, size=20, replace=False)]
    for number, name in enumerate(copied):
        cells = [(label, disguised(source)) for label, source in hand_ins[name]]
        hand_ins[f"copy-{number}"] = [cells[place] for place in rng.permutation(len(cells))]
    release = load_release(PROJECT, lesson)
    given = [("given", cell.source) for cell in release.cells if cell.cell_type == "code"]
    pairs = [frozenset(pair.students) for pair in alike_pairs(hand_ins, given)]
    expected = {frozenset((f"copy-{number}", name)) for number, name in enumerate(copied)}
    print(topic, len(expected & set(pairs)), "of 20 found,", len(set(pairs) - expected), "false pairs")
    assert expected <= set(pairs)
    assert len(set(pairs) - expected) <= 5


def test_what_the_lesson_gave_is_left_out():
    hand_ins = {"ann": [("a", CODE)], "ben": [("a", CODE)], "cyd": [("a", "x = 1")]}
    assert [pair.students for pair in alike_pairs(hand_ins, [])] == [("ann", "ben")]
    assert alike_pairs(hand_ins, [("given", RENAMED)]) == []


def test_nobody_and_a_line_or_two_are_no_pair():
    assert alike_pairs({}, []) == []
    short = [("a", "def f(z):\n    return 1 / (1 + np.exp(-z))")]
    assert alike_pairs({"ann": short, "ben": short}, []) == []


HOSTILE = "<script>alert(1)</script>\u202e"


def test_the_page_shows_both_sides_escaped_and_the_command_says_where(course, lesson, release, record_of, capsys):
    arguments = ["--project", str(course.project), "--course", str(course.root), "similar", "mini"]
    assert main(arguments) == 2
    assert "Nothing of 90_mini is graded yet" in capsys.readouterr().err
    for student, code in (("ann", CODE), (f"ben{HOSTILE[:8]}", RENAMED), ("cyd", "x = 1")):
        notebook = fresh_copy(release)
        cell = next(cell for cell in notebook["cells"] if cell["id"] == "double")
        cell["source"] = f"{code}\n# {HOSTILE}\n"
        write_autograded(course, lesson, record_of(student), json.loads(json.dumps(notebook)))
    assert main([*arguments, "--at-least", "60"]) == 0
    path = course.root / "build" / "similar-90_mini.html"
    output = capsys.readouterr().out
    assert output.startswith("1 pairs are alike by 60 % or more")
    assert output.endswith(f"pairs: {path}\n")
    page = path.read_text(encoding="utf-8")
    assert "<script" not in page
    assert "\u202e" not in page
    assert page.count("&lt;script&gt;alert(1)") == 2
    marked = [html.unescape(line) for line in re.findall(r"<mark>(.*?)</mark>", page)]
    assert "    for value in values:" in marked
    assert "    for q in x:" in marked
    assert main([*arguments, "--at-least", "101", "--out", str(path)]) == 0
    assert "No pair is that much alike" in path.read_text(encoding="utf-8")
