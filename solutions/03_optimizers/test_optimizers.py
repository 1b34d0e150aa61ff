"""Checks of lesson 03 "Optimizers": the student's step functions against the reference, on slopes nobody has seen.

Only parameters are compared, never the state, whose form is the student's own. With momentum every walk keeps one
learning rate, so that the two usual forms agree. Where eps stands is free in AdaGrad, RMSProp and Adam: it is so small
beside the slopes that no form differs by more than 1e-6. In Adadelta it matters, and the text fixes it.
"""

import functools

import numpy as np

from dnnkit.checking.compare import difference
from grading.lessons.checking import (
    StudentFunction,
    assert_close,
    assert_quiet,
    assert_shape,
    assert_that,
    example,
    points,
    take_apart,
)
from grading.lessons.inputs import walk, with_ties, with_zeros

SINGLE = 1e-5  # relative tolerance that answers computed in float32 keep
TINY = 1e-8  # eps of the rules that only need it for 0 / 0
TINIEST = 1e-30  # the same beside slopes of every size
LINEAR = "sgd_step", "momentum_step", "nesterov_step"
ROLLING = "momentum_step", "nesterov_step"
SETTINGS = {
    "sgd_step": (0.1,),
    "momentum_step": (0.1, 0.5),
    "nesterov_step": (0.1, 0.5),
    "adagrad_step": (0.1, TINY),
    "rmsprop_step": (0.1, 0.9, TINY),
    "adadelta_step": (1.0, 0.9, 0.01),
    "adam_step": (0.1, 0.9, 0.999, TINY),
    "adam_step_broken": (0.1, 0.9, 0.999, TINY),
}  # of the worked numbers, for each step function what it takes after the state


# What the checks and examples do with a step function; `settings` is what it takes after the state.


def _worked(step, settings):
    params, state = {"w": np.array([1.0])}, {}
    places = []
    for slope in (4.0, 1.0):
        params, state = step(params, {"w": np.array([slope])}, state, *settings)
        places.append(params["w"])
    return np.hstack(places)


def _all_names(step, params, slopes, settings):
    state = {}
    for grads in slopes:
        params, state = step(params, grads, state, *settings)
    return params


def _again(step, settings):
    begin, first, second = ({"w": np.array(pair)} for pair in ([1.0, -2.0], [4.0, 1.0], [-1.0, 2.0]))
    empty = {}
    params, state = step(begin, first, empty, *settings)
    once, _ = step(params, second, state, *settings)
    again, _ = step(params, second, state, *settings)  # the same step, from the same params and state
    fresh, _ = step(begin, first, empty, *settings)
    return [once["w"], again["w"], fresh["w"]]


def _no_slope(step, settings):
    params, state = {"w": np.array([1.0, 1.0])}, {}
    for slope in (2.0, -1.0):
        params, state = step(params, {"w": np.array([slope, 0.0])}, state, *settings)
    return params


def _one_step_without_slope(step, settings):
    params, _ = step({"w": np.array([1.0, 1.0])}, {"w": np.array([2.0, 0.0])}, {}, *settings)
    return params


def _walk(step, params, slopes, settings):
    places, state = [], {}
    for grads in slopes:
        params, state = step(params, grads, state, *settings)
        places.append(params)
    return places


def _walk_with_rates(step, params, slopes, rates, others):
    places, state = [], {}
    for grads, rate in zip(slopes, rates, strict=True):
        if isinstance(params, dict):  # the names come in another order each time
            params = {name: params[name] for name in [*grads, *params] if name in params}
        params, state = step(params, grads, state, rate, *others)
        places.append(params)
    return places


def _three_steps_twice(step, params, slopes, settings):
    fresh = {}
    there, state = step(params, slopes[0], fresh, *settings)
    there, state = step(there, slopes[1], state, *settings)
    again = [step(there, slopes[2], state, *settings)[0] for _ in range(3)]
    return [*again, step(params, slopes[0], fresh, *settings)[0]]


def _steps_of_eps(step, begin, slopes, settings):
    return [step({"w": begin}, {"w": slopes}, {}, *settings, eps)[0]["w"] for eps in (1e-12, 0.04)]


def _walk_in_a_ravine(
    tune, descend, H, start, smallest, largest, sgd_step, momentum_step, nesterov_step, adagrad_step, rmsprop_step,
    adadelta_step, adam_step,
):  # fmt: skip
    name, settings = tune(smallest, largest)
    step = {
        "sgd_step": sgd_step,
        "momentum_step": momentum_step,
        "nesterov_step": nesterov_step,
        "adagrad_step": adagrad_step,
        "rmsprop_step": rmsprop_step,
        "adadelta_step": adadelta_step,
        "adam_step": adam_step,
    }[name.strip()]
    places = descend(step, settings, lambda w: H @ w, start, 200)
    return places[-1]


shown = functools.partial(example, rtol=SINGLE)


def _step_examples(name, *more):
    """Show the worked number, several arrays with their names in another order, a repeated step, and more."""
    step, settings = StudentFunction(name), SETTINGS[name]
    other = (0.5, *settings[1:])  # another learning rate than in the worked number
    if name == "adadelta_step":
        other = (0.5, 0.9, 0.05)
    slopes = [
        {"b1": np.array([1.0, -2.0]), "b2": np.array([-1.0, 0.5]), "W1": np.array([[2.0], [-0.5]])},
        {"b1": np.array([0.5, 1.0]), "b2": np.array([2.0, -1.0]), "W1": np.array([[-1.0], [1.0]])},
        {"b1": np.array([-2.0, 1.5]), "b2": np.array([1.0, 1.0]), "W1": np.array([[0.5], [2.0]])},
        {"b1": np.array([1.0, 0.5]), "b2": np.array([-0.5, 2.0]), "W1": np.array([[1.0], [-1.5]])},
    ]
    params = {"W1": np.array([[1.1], [2.3]]), "b2": np.array([0.2, 1.3]), "b1": np.array([-1.2, 3.1])}
    repeated = "the same step, from the same params and state, gives the same"
    return [
        shown("the worked number: slopes 4, then 1", run=_worked, step=step, settings=settings),
        shown(
            "three arrays, four steps, names in another order",
            run=_all_names,
            step=step,
            params=params,
            slopes=slopes,
            settings=other,
        ),
        shown(repeated, run=_again, step=step, settings=settings),
        *(shown(title, run=function, step=step, settings=settings) for title, function in more),
    ]


def _ravine_example(smallest, largest):
    """Show a ravine with two directions, one flat and one steep."""
    flat, steep = np.array([0.6, 0.8]), np.array([-0.8, 0.6])
    return shown(
        f"a ravine with curvatures {smallest:g} to {largest:g}",
        facts="ravine",
        run=_walk_in_a_ravine,
        smallest=smallest,
        largest=largest,
        H=smallest * np.outer(flat, flat) + largest * np.outer(steep, steep),
        start=flat / np.sqrt(smallest) + steep / np.sqrt(largest),  # here J is 1
    )


NO_SLOPE_EXAMPLE = ("a weight whose slope is always 0 stays where it is", _no_slope)

EXAMPLES = {
    "sgd_step": _step_examples("sgd_step"),
    "momentum_step": _step_examples("momentum_step"),
    "nesterov_step": _step_examples("nesterov_step"),
    "adagrad_step": _step_examples("adagrad_step", NO_SLOPE_EXAMPLE),
    "rmsprop_step": _step_examples("rmsprop_step", NO_SLOPE_EXAMPLE),
    "adadelta_step": _step_examples("adadelta_step", NO_SLOPE_EXAMPLE),
    "adam_step": _step_examples("adam_step", NO_SLOPE_EXAMPLE),
    "adam_step_broken": _step_examples(
        "adam_step_broken", NO_SLOPE_EXAMPLE, ("one step, where one weight has no slope", _one_step_without_slope)
    ),
    "exponential_decay": [
        shown("the rate at the beginning", learning_rate=0.2, step=0, tau=50),
        shown("after half of tau", learning_rate=0.1, step=50, tau=100),
        shown("an array of steps", learning_rate=0.5, step=np.array([0, 10, 20, 40]), tau=20),
    ],
    "cosine_decay": [
        shown("the rate at the beginning", learning_rate=0.2, step=0, num_steps=50),
        shown("after a quarter of the training", learning_rate=0.1, step=25, num_steps=100),
        shown("an array of steps, up to the end", learning_rate=1.0, step=np.array([0, 10, 20, 30, 40]), num_steps=40),
        shown("beyond the end the rate stays 0", learning_rate=0.1, step=np.array([40, 60, 80]), num_steps=40),
    ],
    "clip_by_global_norm": [
        shown(
            "the worked number: norm 10, limit 5",
            grads={"W": np.array([[6.0], [0.0]]), "b": np.array([8.0])},
            max_norm=5.0,
        ),
        shown(
            "shorter than the limit: nothing changes",
            grads={"W": np.array([[6.0], [0.0]]), "b": np.array([8.0])},
            max_norm=20.0,
        ),
        shown(
            "each array alone is short enough, both together are not",
            grads={"W": np.array([[2.0, -3.0], [1.0, 0.5]]), "b": np.array([-4.0, 1.0])},
            max_norm=4.5,
        ),
        shown(
            "the same gradient with a lower limit",
            grads={"W": np.array([[2.0, -3.0], [1.0, 0.5]]), "b": np.array([-4.0, 1.0])},
            max_norm=2.0,
        ),
        shown("a gradient of zeros", quiet=True, grads={"W": np.zeros((2, 1)), "b": np.zeros(2)}, max_norm=1.0),
    ],
    "tune": [_ravine_example(30.0, 600.0), _ravine_example(0.002, 1.0)],
}


# Tools


def _slopes(rng, count, shapes):
    """Draw gradients whose elements are 0.5 to 2 in size; their names come in the opposite order of the parameters."""
    return [
        {
            name: rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.5, 2, size=shape)
            for name, shape in reversed(list(shapes.items()))
        }
        for _ in range(count)
    ]


SHAPES = {"W": (3, 4), "a": (4,), "b": (4,), "c": (2, 1, 2)}  # two of them alike


def _task(rng, count, settings, shapes):
    params = {name: rng.uniform(-1, 1, size=shape) for name, shape in shapes.items()}
    return {"params": params, "slopes": _slopes(rng, count, shapes), "settings": settings}


MANY_SHAPES = SHAPES | {"d": (), "e": (1,), "f": (1, 3), "g": (3, 1), "h": (1, 1, 1)}


def _long_walk(rng, step, settings):
    """Draw a walk of 40 steps in which slopes change their size or become 0, with arrays of many shapes."""
    slopes, rates = zip(*walk(rng, MANY_SHAPES), strict=True)
    if step in ROLLING:
        rates = rates[:1] * len(rates)
    params = {name: rng.uniform(-1, 1, size=shape) for name, shape in MANY_SHAPES.items()}
    return {"params": params, "slopes": list(slopes), "rates": list(rates), "others": settings[1:]}


def _sized_walks(rng, step, settings):
    """Draw walks with tiny and with large params or slopes, where each step counts beside the params."""
    rate, *others = settings
    shapes = {"W": (2, 3), "b": (4,)}
    tasks = []
    for size in (1e-9, 1e5):
        task = _task(rng, 3, (rate * size, *others), shapes)
        tasks.append(task | {"params": _times(size, task["params"])})
        task = _task(rng, 3, settings, shapes)
        fits = size if step in LINEAR or (step == "adadelta_step" and size < 1) else 1.0
        slopes = [_times(size, grads) for grads in task["slopes"]]
        tasks.append(task | {"params": _times(fits, task["params"]), "slopes": slopes})
    return tasks


def _walks_at_the_end(rng, settings):
    """Draw walks in which a share that is kept, such as momentum or rho, is 0: each of them in turn."""
    tasks = []
    for position, number in enumerate(settings):
        if position and 0.1 < number < 1:
            at_the_end = (*settings[:position], 0.0, *settings[position + 1 :])
            tasks.append(_task(rng, 3, at_the_end, {"w": (4,)}))
    return tasks


def _times(size, arrays):
    return {name: size * array for name, array in arrays.items()}


def _special_walks(rng, settings):
    """Draw walks of two steps in which params, or slopes, hold ties, near ties or zeros."""
    kinds = [lambda shape: with_ties(rng, shape), lambda shape: with_ties(rng, shape, gap=0.005), _zeros_of(rng)]
    shapes, tasks = {"W": (2, 3), "b": (4,)}, []
    for kind in kinds:
        for which in ("params", "slopes"):
            task = _task(rng, 2, settings, shapes)
            special = {name: kind(shape) for name, shape in shapes.items()}
            tasks.append(task | {which: special if which == "params" else [special, special]})
    return tasks


def _zeros_of(rng):
    def draw(shape):
        numbers = with_zeros(rng, shape)
        numbers[: 1 if len(shape) > 1 else None] = 0.0
        return numbers

    return draw


def _check_walk(student, reference, step, tasks, *, what, rtol=SINGLE):
    """Walk with the student's step and with the reference's, and compare the parameters after every step."""
    snippets = [_walk_with_rates if "rates" in task else _walk for task in tasks]
    answers = [
        student.run(snippet, step=StudentFunction(step), **task) for snippet, task in zip(snippets, tasks, strict=True)
    ]
    for snippet, task, places in zip(snippets, tasks, answers, strict=True):
        right = reference.run(snippet, step=StudentFunction(step), **task)
        places = take_apart(places, [f"params after step {number}" for number in range(1, len(right) + 1)])
        for number, (came, wanted) in enumerate(zip(places, right, strict=True), start=1):
            message = f"{step}, {what}: params after step {number}" if len(right) > 1 else f"{step}, {what}: params"
            assert_close(came, wanted, rtol=rtol, atol=1e-18, what=message, strict_shape=True)


def _check_first_step(student, reference, rng, step, settings):
    """Take one step from the empty state, with two choices of settings."""
    tasks = [_task(rng, 1, chosen, {"w": shape}) for chosen, shape in zip(settings, ((5,), (2, 3)), strict=True)]
    _check_walk(student, reference, step, tasks, what="the first step")


def _check_all_names(student, reference, rng, step, settings, count=5):
    """Take several steps with four arrays, two of them of the same shape, then many, then with unusual numbers."""
    settings = tuple(TINIEST if number == TINY else number for number in settings)
    _check_walk(student, reference, step, [_task(rng, count, settings, SHAPES)], what=f"{count} steps with four arrays")
    many, sized, special = (
        _long_walk(rng, step, settings),
        _sized_walks(rng, step, settings),
        _special_walks(rng, settings),
    )
    _check_walk(student, reference, step, [many], what="40 steps, with numbers of many sizes and zeros", rtol=1e-4)
    _check_walk(student, reference, step, sized, what="with tiny or large params or slopes")
    _check_walk(student, reference, step, special, what="with equal numbers, or zeros, in params or slopes")
    ends = _walks_at_the_end(rng, settings)
    _check_walk(student, reference, step, ends, what="where nothing of the past is kept in one of the memories")


def _check_pure(student, reference, rng, step, settings):
    """Repeat a step from the same params and state, and then the first step from the same empty state."""
    task = {"step": StudentFunction(step), **_task(rng, 3, settings, {"w": (4,)})}
    for grads in task["slopes"]:
        grads["w"][0] = 0.0  # one weight never has a slope
    answer, right = student.run(_three_steps_twice, **task), reference.run(_three_steps_twice, **task)
    answer = take_apart(answer, ("the third step", "again", "and again", "the first step"))
    assert_close(answer[0], right[0], rtol=SINGLE, what=f"{step}: params after three steps")
    for came in answer[1:3]:
        same = "Does the function change the state that came in? Make new dicts and arrays."
        stays = difference(came, right[0], rtol=SINGLE) is None
        assert_that(stays, f"{step}: the same step from the same state gave another result. {same}")
    assert_close(answer[3], right[3], rtol=SINGLE, what=f"{step}: a second first step, from the same empty state")


def _facts_of_eps(inputs, places):
    """Say whether a slope of 0 moves nothing and a large eps makes steps small: eps may stand in several places."""
    tiny, large = (inputs["begin"] - np.asarray(place, dtype=np.float64) for place in places)
    still = inputs["slopes"] == 0
    shares = large[~still] / tiny[~still] if np.all(tiny[~still]) else np.zeros(1)
    return {
        "a slope of 0 moves nothing": bool(np.all(tiny[still] == 0)),
        "a large eps makes steps small": bool(np.all((shares > 0) & (shares < 0.9))),
    }


def _check_epsilon(student, reference, rng, step, settings):
    """A slope of 0 moves nothing, and eps is really in the denominator, wherever it stands there."""
    slopes = rng.permutation([0.0, *rng.uniform(0.005, 0.01, size=3)])
    begin = rng.integers(-8, 9, size=4) / 8  # exact in float32, too
    task = {"begin": begin, "slopes": slopes, "settings": settings, "step": StudentFunction(step)}
    answer = student.run(_steps_of_eps, facts=_facts_of_eps, **task)
    places = take_apart(answer, ("a step with a small eps", "a step with a large eps"))
    for place, wanted in zip(places, reference.run(_steps_of_eps, **task), strict=True):
        assert_shape(place, np.shape(wanted), what=f"{step}: params")
    for fact, holds in _facts_of_eps(task, places).items():
        assert_that(holds, f"{step}: expected that {fact}. It does not.")
    exact = reference.run(_steps_of_eps, **task)[0]
    assert_close(places[0], exact, rtol=SINGLE, what=f"{step}: params after a step with a small eps")


def _rates(rng, *others, low=0.05, high=0.4):
    """Draw settings: a learning rate, and what else is given."""
    return (float(rng.uniform(low, high)), *others)


def _share(rng, low=0.5, high=0.95):
    return float(rng.uniform(low, high))


# sgd_step


@points(1)
def test_sgd_step_one_step(student, reference, rng):
    """One step goes against the gradient, as far as the learning rate says."""
    _check_first_step(student, reference, rng, "sgd_step", [_rates(rng), _rates(rng, low=1, high=3)])


@points(0.5)
def test_sgd_step_all_arrays(student, reference, rng):
    """Every array of params moves along the gradient of its own name, step after step."""
    _check_all_names(student, reference, rng, "sgd_step", _rates(rng))


@points(0.5)
def test_sgd_step_pure(student, reference, rng):
    """A step leaves params, grads and state as they were."""
    _check_pure(student, reference, rng, "sgd_step", _rates(rng))


# momentum_step


@points(0.5)
def test_momentum_step_first_step(student, reference, rng):
    """The first step, with nothing to remember, is the plain one."""
    settings = [_rates(rng, _share(rng)), _rates(rng, _share(rng))]
    _check_first_step(student, reference, rng, "momentum_step", settings)


@points(1)
def test_momentum_step_all_arrays(student, reference, rng):
    """Several steps with several arrays keep a share of the last step, for every array its own."""
    _check_all_names(student, reference, rng, "momentum_step", _rates(rng, _share(rng)))


@points(0.5)
def test_momentum_step_pure(student, reference, rng):
    """A step leaves params, grads and state as they were."""
    _check_pure(student, reference, rng, "momentum_step", _rates(rng, _share(rng)))


# nesterov_step


@points(0.5)
def test_nesterov_step_first_step(student, reference, rng):
    """The first step is right: it already looks ahead."""
    settings = [_rates(rng, _share(rng)), _rates(rng, _share(rng))]
    _check_first_step(student, reference, rng, "nesterov_step", settings)


@points(1)
def test_nesterov_step_all_arrays(student, reference, rng):
    """Several steps with several arrays are right, for every array with its own memory."""
    _check_all_names(student, reference, rng, "nesterov_step", _rates(rng, _share(rng)))


@points(0.5)
def test_nesterov_step_pure(student, reference, rng):
    """A step leaves params, grads and state as they were."""
    _check_pure(student, reference, rng, "nesterov_step", _rates(rng, _share(rng)))


# adagrad_step


@points(0.5)
def test_adagrad_step_first_step(student, reference, rng):
    """The first step is as long as the learning rate, whatever the size of the slope."""
    _check_first_step(student, reference, rng, "adagrad_step", [_rates(rng, TINY), _rates(rng, TINY)])


@points(0.5)
def test_adagrad_step_all_arrays(student, reference, rng):
    """Several steps with several arrays divide each slope by the root of its own sum of squares."""
    _check_all_names(student, reference, rng, "adagrad_step", _rates(rng, TINY))


@points(0.5)
def test_adagrad_step_pure(student, reference, rng):
    """A step leaves params, grads and state as they were."""
    _check_pure(student, reference, rng, "adagrad_step", _rates(rng, TINY))


@points(0.5)
def test_adagrad_step_epsilon(student, reference, rng):
    """A slope of 0 moves nothing, and eps is in the denominator."""
    _check_epsilon(student, reference, rng, "adagrad_step", _rates(rng))


# rmsprop_step


@points(0.5)
def test_rmsprop_step_first_step(student, reference, rng):
    """The first step is right, while the running mean has just begun."""
    settings = [_rates(rng, _share(rng), TINY), _rates(rng, _share(rng), TINY)]
    _check_first_step(student, reference, rng, "rmsprop_step", settings)


@points(0.5)
def test_rmsprop_step_all_arrays(student, reference, rng):
    """Several steps with several arrays divide each slope by the root of its own running mean of squares."""
    _check_all_names(student, reference, rng, "rmsprop_step", _rates(rng, _share(rng, 0.6), TINY))


@points(0.5)
def test_rmsprop_step_pure(student, reference, rng):
    """A step leaves params, grads and state as they were."""
    _check_pure(student, reference, rng, "rmsprop_step", _rates(rng, _share(rng, 0.6), TINY))


@points(0.5)
def test_rmsprop_step_epsilon(student, reference, rng):
    """A slope of 0 moves nothing, and eps is in the denominator."""
    _check_epsilon(student, reference, rng, "rmsprop_step", _rates(rng, _share(rng)))


# adadelta_step


@points(0.5)
def test_adadelta_step_first_step(student, reference, rng):
    """The first step is right: eps alone makes it possible."""
    settings = [_rates(rng, _share(rng), eps, low=0.5, high=2) for eps in (0.1, 0.01)]
    _check_first_step(student, reference, rng, "adadelta_step", settings)


@points(1)
def test_adadelta_step_all_arrays(student, reference, rng):
    """Several steps with several arrays use two running means for every array."""
    settings = _rates(rng, _share(rng, 0.6, 0.9), 0.01, low=1.5, high=2)
    _check_all_names(student, reference, rng, "adadelta_step", settings)


@points(0.5)
def test_adadelta_step_original(student, reference, rng):
    """With the settings of the original, learning rate 1 and a small eps, many steps are right."""
    tasks = [_task(rng, 40, (1.0, 0.95, eps), {"w": (5,)}) for eps in (1e-4, 1e-8)]
    tasks[1]["params"] = _times(1e-3, tasks[1]["params"])  # so that the tiny steps count
    _check_walk(student, reference, "adadelta_step", tasks, what="40 steps with learning rate 1")


@points(0.5)
def test_adadelta_step_pure(student, reference, rng):
    """A step leaves params, grads and state as they were."""
    _check_pure(student, reference, rng, "adadelta_step", _rates(rng, _share(rng), 0.02, low=0.5, high=2))


@points(0.5)
def test_adadelta_step_no_slope(student, reference, rng):
    """A weight whose slope is 0 stays where it is, also when it has moved before."""
    task = _task(rng, 3, _rates(rng, _share(rng), 0.01, low=0.5, high=1), {"w": (4,)})
    for grads, still in zip(task["slopes"], ([0, 1], [0, 2], [0, 3]), strict=True):
        grads["w"][still] = 0.0
    _check_walk(student, reference, "adadelta_step", [task], what="with some slopes of 0")


# adam_step


def _betas(rng):
    return float(rng.uniform(0.7, 0.9)), float(rng.uniform(0.95, 0.99))


@points(0.5)
def test_adam_step_first_step(student, reference, rng):
    """The first step is as long as the learning rate, whatever the size of the slope."""
    settings = [_rates(rng, *_betas(rng), TINY), _rates(rng, 0.9, 0.999, TINY)]
    _check_first_step(student, reference, rng, "adam_step", settings)


@points(1)
def test_adam_step_all_arrays(student, reference, rng):
    """Several steps with several arrays are right; all arrays share one count of steps."""
    _check_all_names(student, reference, rng, "adam_step", _rates(rng, *_betas(rng), TINY))


@points(0.5)
def test_adam_step_many_steps(student, reference, rng):
    """Sixty steps with the usual betas are right."""
    task = _task(rng, 60, _rates(rng, 0.9, 0.999, TINY), {"w": (6,)})
    _check_walk(student, reference, "adam_step", [task], what="60 steps", rtol=1e-4)


@points(0.5)
def test_adam_step_pure(student, reference, rng):
    """A step leaves params, grads and state as they were."""
    _check_pure(student, reference, rng, "adam_step", _rates(rng, *_betas(rng), TINY))


@points(0.5)
def test_adam_step_epsilon(student, reference, rng):
    """A slope of 0 moves nothing, and eps is in the denominator."""
    _check_epsilon(student, reference, rng, "adam_step", _rates(rng, 0.9, 0.999))


# adam_step_broken


@points(0.5)
def test_adam_step_broken_first_step(student, reference, rng):
    """The first step is still as long as the learning rate."""
    settings = [_rates(rng, *_betas(rng), TINY), _rates(rng, 0.9, 0.999, TINY)]
    _check_first_step(student, reference, rng, "adam_step_broken", settings)


@points(1)
def test_adam_step_broken_all_arrays(student, reference, rng):
    """Several steps with several arrays are right."""
    _check_all_names(student, reference, rng, "adam_step_broken", _rates(rng, *_betas(rng), TINY), count=6)


@points(0.5)
def test_adam_step_broken_pure(student, reference, rng):
    """A step leaves params, grads and state as they were."""
    _check_pure(student, reference, rng, "adam_step_broken", _rates(rng, *_betas(rng), TINY))


# exponential_decay, cosine_decay


def _check_schedule(schedule, right, cases, name, atol=1e-7):
    answers = [schedule(*case) for case in cases]
    for case, answer in zip(cases, answers, strict=True):
        what = f"{name} with step {case[1]}" if np.ndim(case[1]) == 0 else f"{name} with an array of steps"
        assert_shape(answer, np.shape(case[1]), what=what)
        assert_close(answer, right(*case), rtol=SINGLE, atol=atol * case[0], each=not atol, what=what)


@points(0.5)
def test_exponential_decay_numbers(student, reference, rng):
    """The rate at a single step is right, at step 0 too."""
    tau = int(rng.integers(30, 200))
    cases = [(float(rng.uniform(0.1, 1)), step, tau) for step in (0, int(rng.integers(5, 29)), tau, 2 * tau + 7, 1)]
    cases += [(float(rng.uniform(7, 9)), step, tau) for step in (1, 3 * tau)] + [
        (float(rng.uniform(2e3, 9e3)), 1, tau),
        (float(rng.uniform(1e-4, 1e-3)), 10 * tau + 1, tau),
    ]
    cases += [(float(rng.uniform(0.1, 1)), step, 1) for step in (0, 2)] + [(0.25, 1, float(rng.uniform(0.4, 0.8)))]
    cases.append((0.5, 12_345, float(rng.uniform(20_000, 30_000))))
    _check_schedule(student.exponential_decay, reference.exponential_decay, cases, "exponential_decay", atol=0.0)


@points(0.5)
def test_exponential_decay_array(student, reference, rng):
    """An array of steps gives an array of rates."""
    shapes = (6,), (2, 4), (1, 3), (3, 1), (1,), (2, 1, 2), (2, 2, 1)
    cases = [(float(rng.uniform(0.1, 1)), rng.integers(0, 90, size=shape), rng.uniform(30, 40)) for shape in shapes]
    cases.append((float(rng.uniform(1, 3)), np.array([0, 0, 300, 0]), rng.uniform(30, 40)))
    _check_schedule(student.exponential_decay, reference.exponential_decay, cases, "exponential_decay", atol=0.0)


@points(1)
def test_cosine_decay_numbers(student, reference, rng):
    """The rate at a single step is right, from the first to the last."""
    steps = int(rng.integers(40, 200))
    middle = int(rng.integers(5, steps // 2 - 5))
    cases = [(float(rng.uniform(0.1, 1)), step, steps) for step in (0, middle, steps - 1, steps, 1)]
    cases += [(float(rng.uniform(low, 9 * low)), middle, steps) for low in (1.0, 1e-4, 1e-9, 1e4)]
    cases += [(float(rng.uniform(0.1, 1)), step, 1) for step in (0, 1)] + [(float(rng.uniform(7, 9)), 1, steps)]
    cases.append((0.5, 12_345, int(rng.integers(20_000, 30_000))))
    _check_schedule(student.cosine_decay, reference.cosine_decay, cases, "cosine_decay")


@points(0.5)
def test_cosine_decay_array(student, reference, rng):
    """An array of steps gives an array of rates."""
    shapes = (2, 4), (5,), (1, 3), (3, 1), (1,), (2, 1, 2), (2, 2, 1)
    cases = [(float(rng.uniform(0.1, 1)), rng.integers(1, 60, size=shape), 61) for shape in shapes]
    cases.append((float(rng.uniform(0.1, 1)), np.array([0, 0, 13, 0]), 61))
    _check_schedule(student.cosine_decay, reference.cosine_decay, cases, "cosine_decay")


@points(0.5)
def test_cosine_decay_beyond_the_end(student, reference, rng):
    """Beyond the last step the rate stays 0."""
    steps = int(rng.integers(20, 60))
    late = steps + rng.integers(5, steps - 5, size=4)
    cases = [(float(rng.uniform(0.1, 1)), step, steps) for step in (int(late[0]), np.append(late, 3))]
    _check_schedule(student.cosine_decay, reference.cosine_decay, cases, "cosine_decay")


# clip_by_global_norm


def _gradient(rng, norm, kind=None):
    """Draw a gradient of several arrays with this global norm; no array has more than 0.85 of it, none is short."""
    kind = kind or (lambda shape: rng.normal(size=shape))
    parts = {name: kind(shape) for name, shape in SHAPES.items()}
    shares = np.sqrt(rng.permutation([0.1, 0.2, 0.3, 0.4]))
    return {
        name: part * (norm * share / np.linalg.norm(part))
        for (name, part), share in zip(parts.items(), shares, strict=True)
    }


def _check_clip(student, reference, cases):
    answers = [student.clip_by_global_norm(*case) for case in cases]
    for case, answer in zip(cases, answers, strict=True):
        what = f"clip_by_global_norm(grads, {case[1]:.2f})"
        assert_close(answer, reference.clip_by_global_norm(*case), rtol=1e-5, atol=1e-18, what=what, strict_shape=True)


@points(1)
def test_clip_by_global_norm_too_long(student, reference, rng):
    """A gradient that is too long gets the norm asked for, and keeps its direction."""
    sizes = [(rng.uniform(20, 40), rng.uniform(2, 9)), (rng.uniform(5, 8), rng.uniform(4.6, 4.9))]
    cases = [(_gradient(rng, long), float(limit)) for long, limit in sizes]
    large = 10 ** rng.uniform(5, 6)
    cases += [(_gradient(rng, large), large / 50), (_gradient(rng, large), 0.5), (_gradient(rng, 0.9), 0.4)]
    kinds = [lambda shape: with_ties(rng, shape), lambda shape: with_ties(rng, shape, gap=0.005), _zeros_of(rng)]
    cases += [({"W": kind((3, 4)) * 9, "b": rng.normal(size=4)}, 2.25) for kind in kinds]
    cases.append(({name: rng.normal(size=shape) * 3 for name, shape in MANY_SHAPES.items()}, 3.0))
    cases.append(({"W": rng.normal(size=(2, 3)) * 3, "b": rng.normal(size=6) * 3}, 3.0))
    _check_clip(student, reference, cases)


@points(0.5)
def test_clip_by_global_norm_short_enough(student, reference, rng):
    """A gradient that is short enough stays as it is, and one that is hardly too long does not."""
    cases = [(_gradient(rng, rng.uniform(2, 3)), limit) for limit in (3.1, 50.0)]
    hardly = [(_gradient(rng, 3.1 * rng.uniform(1, factor) + 0.003), 3.1) for factor in (1.007, 1.04, 1.1)]
    tiny = [(_gradient(rng, 1e-9), limit) for limit in (0.5, 1000.0)]
    _check_clip(student, reference, [*cases, *hardly, *tiny])


@points(0.5)
def test_clip_by_global_norm_zeros(student, reference, rng):
    """A gradient of zeros stays as it is, without a warning, and zeros count nothing beside other numbers."""
    zeros, norm = {"W": np.zeros((2, 3)), "b": np.zeros(6)}, rng.uniform(6, 9)
    some = zeros | {"b": norm * _direction(rng, 6)}
    answer = student.clip_by_global_norm(zeros, float(rng.uniform(0.5, 2)))
    assert_quiet(student, what="clip_by_global_norm with a gradient of zeros")
    assert_close(answer, zeros, what="clip_by_global_norm with a gradient of zeros", strict_shape=True)
    _check_clip(student, reference, [(some, float(rng.uniform(3, 5)))])


def _direction(rng, size):
    vector = rng.normal(size=size)
    return vector / np.linalg.norm(vector)


# tune
#
# Nothing is left to chance but the place and the turn of the ravine. J after 200 steps depends on the curvatures alone,
# and the tests of the oracles bound it over all curvatures between the two given ones: right answers lie below 1e-7.


def _height_reached(reference, rng, choice, smallest, largest):
    """Let the reference take 200 steps with the student's choice in a ravine that is turned at random."""
    name, settings = choice
    num_weights = int(rng.integers(2, 6))
    inner = smallest * (largest / smallest) ** rng.uniform(size=num_weights - 2)
    curvatures = np.concatenate([[smallest, largest], inner])
    turn, _ = np.linalg.qr(rng.normal(size=(num_weights, num_weights)))
    H, lowest = (turn * curvatures) @ turn.T, rng.normal(size=num_weights)
    shares = np.full(num_weights, 0.5 / (num_weights - 1))  # of J = 1; the flattest direction has one half
    shares[0] = 0.5
    w = lowest + turn @ (rng.choice([-1.0, 1.0], size=num_weights) * np.sqrt(2 * shares / curvatures))
    step, params, state = getattr(reference, name), {"w": w}, {}
    with np.errstate(all="ignore"):  # a bad choice may fly away
        for _ in range(200):
            params, state = step(params, {"w": H @ (params["w"] - lowest)}, state, *settings)
        gap = params["w"] - lowest
        return float(gap @ H @ gap / 2)


def _choice(answer):
    """Take the answer apart: the name of a step function and as many numbers as it takes."""
    names = [name for name in SETTINGS if name != "adam_step_broken"]
    pair = isinstance(answer, (list, tuple)) and len(answer) == 2
    assert_that(pair, "tune: expected two things, the name of a step function and a tuple of settings.")
    name, settings = answer
    known = isinstance(name, str) and name in names
    assert_that(known, f"tune: expected one of these names first: {', '.join(names)}.")
    try:
        numbers = np.asarray(settings, dtype=np.float64).ravel()
    except (TypeError, ValueError):
        numbers = np.zeros(0)
    count = len(SETTINGS[name])
    right = numbers.size == count and np.isfinite(numbers).all()
    assert_that(right, f"tune: {name} takes {count} finite number{'s'[: count != 1]} after the state, as a tuple.")
    return name, tuple(float(number) for number in numbers)


def _check_ravines(student, reference, rng, *condition_numbers):
    # Of the smallest curvature; never near 1. They differ so much that no choice fits all.
    sizes = 10 ** rng.permutation(np.resize([rng.uniform(-3, -1), rng.uniform(0.5, 2)], len(condition_numbers)))
    sizes *= rng.uniform(0.3, 1, size=len(sizes))
    cases = [(float(size), float(size * kappa)) for size, kappa in zip(sizes, condition_numbers, strict=True)]
    answers = [student.tune(*case) for case in cases]
    for case, answer in zip(cases, answers, strict=True):
        height = _height_reached(reference, rng, _choice(answer), *case)
        came = f"J was {height:.1e}" if np.isfinite(height) else "the walk flew away"
        what = f"A ravine with curvatures {case[0]:.3g} to {case[1]:.3g}"
        assert_that(height < 1e-6, f"{what}: after 200 steps {came}. Asked: below 1e-06.")


@points(1)
def test_tune_wide_ravines(student, reference, rng):
    """Ravines with condition numbers up to 100 are solved in 200 steps."""
    _check_ravines(student, reference, rng, *rng.uniform(10, 30, size=4), *rng.uniform(80, 100, size=4))


@points(2)
def test_tune_narrow_ravines(student, reference, rng):
    """Ravines with condition numbers up to 500 are solved in 200 steps."""
    _check_ravines(student, reference, rng, 500, *rng.uniform(200, 300, size=3), *rng.uniform(400, 500, size=3))
