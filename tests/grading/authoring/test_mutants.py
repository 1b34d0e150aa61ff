"""Wrong answers are made by machine at every place, keep their names, and are told apart from right ones."""

import ast
import textwrap

import numpy as np
import pytest

from grading.authoring.audit import tasks_of
from grading.authoring.digests import ExerciseSources
from grading.authoring.keeping import states_of
from grading.authoring.ledger import judge_of
from grading.authoring.mutants.behaviour import Profile, behaviour_mutants, observe, wrap
from grading.authoring.mutants.prove import problems_of, prove_mutants
from grading.authoring.mutants.source import source_mutants
from grading.cli.parser import main
from grading.lessons.bank import Answer
from grading.lessons.lesson import load_lesson


def mutants_of(source, slug="reference"):
    return list(source_mutants(Answer("f", slug, textwrap.dedent(source)), set()))


def changed_lines(source):
    return {mutant.answer.source.strip().splitlines()[-1].strip() for mutant in mutants_of(source)}


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("return x + y", "return x - y"),
        ("return x + y", "return x"),
        ("return x / y", "return y / x"),
        ("return x < y", "return x <= y"),
        ("return x and y", "return y"),
        ("return -x", "return x"),
        ("return 2.0 * x", "return 2.02 * x"),
        ("return x * 3", "return x * 4"),
        ("return np.sum(x, axis=0)", "return np.sum(x, axis=1)"),
        ("return np.sum(x, axis=0)", "return np.mean(x, axis=0)"),
        ("return np.sum(x, keepdims=True)", "return np.sum(x)"),
        ("return np.sqrt(x)", "return x"),
        ("return np.where(x, y, 1)", "return np.where(x, 1, y)"),
        ("return x @ y.T", "return x @ y"),
        ("return x @ y", "return y @ x"),
        ("return x[:y]", "return x[:y + 1]"),
        ("return x[1:]", "return x[:]"),
        ("return list(range(y))", "return list(range(1, y))"),
        ("return x, y", "return (y, x)"),
        ("return x if y else 1", "return x"),
    ],
)
def test_each_operator_makes_its_mutant(line, wrong):
    assert wrong in changed_lines(f"def f(x, y):\n    {line}\n")


def test_statements_are_dropped_and_loops_cut_short():
    source = """
        def f(x):
            total = 0.0
            for value in x:
                if value > 0:
                    total += value
            return total
    """
    sources = [mutant.answer.source for mutant in mutants_of(source)]
    for wrong in ("total = value", "pass", "if True:", "if False:", "break", "total -= value"):
        assert any(wrong in text for text in sources), wrong


def test_sizes_of_one_shape_are_exchanged():
    assert "return h" in changed_lines("def f(x):\n    h, w = x.shape\n    return w\n")
    assert "return beta1" in changed_lines("def f(beta1, beta2):\n    return beta2\n")


def test_what_compiles_to_the_same_is_no_mutant():
    assert mutants_of("def f(x):\n    '''Twice 2.'''\n    return x\n") == []
    assert "return x + 0" not in changed_lines("def f(x):\n    return x * 1\n")


def test_texts_and_errors_are_left_alone():
    assert mutants_of("def f(x):\n    raise ValueError(f'{x + 1} is not ' + 'right')\n") == []


def test_every_mutant_parses_and_has_a_name_of_its_own():
    source = "def f(x):\n    for k in range(3):\n        x = x[k + 1 :] * 2 + (x[0] * 2)\n    return x\n"
    mutants = mutants_of(source)
    assert all(ast.parse(mutant.answer.source) for mutant in mutants)
    assert len({mutant.id for mutant in mutants}) == len(mutants) > 20


def test_names_stay_when_another_line_changes():
    before = {m.id for m in mutants_of("def f(x):\n    y = x + 1\n    return y * 3\n") if "y * 3" in m.id}
    after = {m.id for m in mutants_of("def f(x):\n    z = 5\n    y = x - z\n    return y * 3\n") if "y * 3" in m.id}
    assert before == after != set()


def called(family, name, function, setting, *args):
    return wrap(family, name, function, setting)(*args)


def test_behaviours_go_wrong_where_their_name_says():
    def twice(x):
        return 2 * x

    assert called("input", "beyond 5 counts as 5", twice, ("x",), np.array([1.0, 9.0])).tolist() == [2, 10]
    assert called("input", "size 1 along axis", twice, (0, "x"), np.array([1.0])).tolist() != [2.0]
    assert called("input", "size 1 along axis", twice, (0, "x"), np.array([1.0, 2.0])).tolist() == [2, 4]
    assert called("input", "wrong for views", twice, ("x",), np.ones((2, 3)).T)[0, 0] != 2
    assert called("result", "squeezed", twice, (), np.ones((1, 3))).shape == (3,)
    remembering = wrap("sequence", "the first result again", twice, ())
    assert [remembering(np.array([x]))[0] for x in (1.0, 3.0)] == [2, 2]


def test_a_memory_is_lost_mixed_up_or_frozen():
    def step(params, grads, state, rate):
        sums = {name: state.get("sums", {}).get(name, 0.0) + grad for name, grad in grads.items()}
        return {name: params[name] - rate * sums[name] for name in params}, {"sums": sums}

    def walk(function, rates, orders=("ab",)):
        params, state = {"a": 0.0, "b": 0.0}, {}
        for number, rate in enumerate(rates):
            grads = {name: {"a": 1.0, "b": 2.0}[name] for name in orders[number % len(orders)]}
            params, state = function({name: params[name] for name in grads}, grads, state, rate)
        return params

    forgetful = wrap("sequence", "forgets after 5 steps, by", step, ("state",))
    assert walk(forgetful, [1.0] * 5) == walk(step, [1.0] * 5)
    assert walk(forgetful, [1.0] * 6) != walk(step, [1.0] * 6)
    frozen = wrap("sequence", "the first value for ever, by", step, ("state", "rate"))
    assert walk(frozen, [1.0, 0.5]) == walk(step, [1.0, 1.0])
    mixed = wrap("sequence", "by position, not by name, by", step, ("state", "params", "grads"))
    assert walk(mixed, [1.0] * 2) == walk(step, [1.0] * 2)
    assert walk(mixed, [1.0] * 2, ("ab", "ba")) != walk(step, [1.0] * 2, ("ab", "ba"))


def test_behaviours_are_chosen_by_what_comes_in_and_out():
    profile = Profile()
    observe(lambda x, rng: x.sum(axis=1), profile)(np.ones((2, 3)), np.random.default_rng(0))
    kinds = {mutant.id for mutant in behaviour_mutants(Answer("f", "reference", "def f(x, rng): ..."), profile)}
    assert {"works on a copy of rng", "size 1 along axis of 1 x", "squeezed"} <= kinds
    assert not any("dict" in kind or "state" in kind for kind in kinds)


WEAK = {"test_mini.py": ("    x = rng.normal(size=(4, 3))", "    x = np.ones((4, 3))")}
TINY = "wrong for a row below 0.0001 of x"


def test_a_weak_check_lets_mutants_survive(changed_lesson):
    (row,) = prove_mutants(changed_lesson(WEAK), ["double"])
    assert TINY in row.survivors
    assert sorted(row.killed + row.survivors) == sorted(row.made)
    assert f"double: survives: {TINY}" in problems_of(row)


def test_what_is_named_equivalent_is_excused_unless_it_is_refused(changed_lesson):
    named = '{"double": {"wrong for a row below...": "as they like", "reference: constant: 2...": "not true"}}'
    changes = WEAK | {"mistakes.py": ("VIEWS = {}", f"VIEWS = {{}}\nEQUIVALENT = {named}")}
    (row,) = prove_mutants(changed_lesson(changes), ["double"])
    assert row.equivalent[TINY] == "as they like"
    assert TINY not in row.survivors
    assert "double: named equivalent, but refused or not there: reference: constant: 2..." in problems_of(row)


def test_an_exercise_is_proved_on_its_mutants_where_it_has_an_entry_among_the_equivalents(changed_lesson):
    lesson = changed_lesson({"mistakes.py": ("VIEWS = {}", 'VIEWS = {}\nEQUIVALENT = {"*": {}, "double": {}}')})
    tasks = tasks_of(lesson, lesson.exercises, 1, kinds=["mutants"])
    assert [(task.exercise, task.kind) for task in tasks] == [("double", "mutants")]
    states = states_of(lesson, judge_of(lesson.folder.parent), ["mutants"])
    assert states == {("double", "mutants"): "missing"}
    sources, path = ExerciseSources(lesson), lesson.folder / "mistakes.py"
    digests = sources.checks_digest("double"), sources.mutants_digest("double")
    path.write_text(path.read_text().replace('"double": {}', '"double": {"capped...": "why"}'))
    changed = ExerciseSources(load_lesson(lesson.folder))
    assert changed.checks_digest("double") == digests[0]
    assert changed.mutants_digest("double") != digests[1]


def test_an_endless_mutant_is_stopped(changed_lesson):
    endless = {"variants.py": ("    return x + x", "    k = 0\n    while k < 2:\n        k += 1\n    return k * x")}
    (row,) = prove_mutants(changed_lesson(endless), ["double"])
    assert any(mutant.startswith("sum: statement left out: k += 1") for mutant in row.killed)


def test_the_command_judges_a_file_of_answers(changed_lesson, capsys, tmp_path):
    lesson = changed_lesson()
    root, answers = lesson.folder.parent.parent, tmp_path / "answers.py"
    (root / "lessons").mkdir()
    answers.write_text(
        "# accepted, should be refused\ndef double__not_really(x):\n    return 2.0 * x\n\n\n"
        "# refused, should be accepted\ndef mean_square__slow(x):\n    return sum(v * v for v in x) / len(x)\n"
    )
    command = ["--project", str(root), "--quiet", "audit", "mini", "--seeds", "1", "--answers", str(answers)]
    assert main(command) == 1
    assert capsys.readouterr().out.splitlines() == [
        "! double__not_really: accepted",
        "wrong answers accepted: 1 of 1; right answers refused: 0 of 1; wrong ones named: 0",
    ]
