"""Checks of lesson 02 "Backpropagation": the student's functions against the reference, on inputs nobody has seen."""

import functools

import numpy as np

from dnnkit.data import make_moons
from dnnkit.gradcheck import numerical_gradient
from grading.lessons.checking import assert_close, assert_shape, assert_that, example, points, take_apart

SINGLE = 1e-5  # relative tolerance that answers computed in float32 keep
SLOW = ("train_mlp",)
shown = functools.partial(example, rtol=SINGLE)
roughly = functools.partial(example, rtol=1e-4)  # where float32 loses a digit


def _lines(text):
    return text.strip()


# Snippets that checks and public examples share: few lines that play with the student's class or function.


LEARNS = _lines("""
first = train_mlp(X, y, 3, np.random.default_rng(1))
# other labels, everything else the same:
other = train_mlp(X, (y + 1) % 3, 3, np.random.default_rng(1))
{
    name: "learns" if np.any(first[name] != other[name]) else "does not learn"
    for name in ("W1", "b1", "W2", "b2")
}
""")

RECOGNISED = _lines("""
params = train_mlp(X, y, 3, rng)
hidden = np.maximum(X @ params["W1"] + params["b1"], 0)
logits = hidden @ params["W2"] + params["b2"]
said = np.argmax(logits, axis=1)
{"shape of the logits": logits.shape, "all recognised": bool(np.all(said == y))}
""")

MOONS = _lines("""
from dnnkit.data import make_moons
X, y = make_moons(400, np.random.default_rng(1))
new_X, new_y = make_moons(1000, np.random.default_rng(2))
params = train_mlp(X, y, 2, np.random.default_rng(3))
hidden = np.maximum(new_X @ params["W1"] + params["b1"], 0)
answers = np.argmax(hidden @ params["W2"] + params["b2"], axis=1)
{"at least 97 % of new points": bool(np.mean(answers == new_y) >= 0.97)}
""")

_CORNERS = {
    "X": np.array([[2.0, 0.0, 0.5, 0.0], [0.0, 2.0, 0.5, 0.0], [-2.0, -2.0, 0.5, 0.0]] * 2),
    "y": np.array([0, 1, 2] * 2),
}

_NETWORK = {
    "W1": np.array([[1.0, 1.0, -1.0], [1.0, -1.0, 0.5]]),
    "b1": np.array([0.5, 0.0, 1.0]),
    "W2": np.array([[0.5, 1.0], [2.0, -1.0], [-1.0, 0.0]]),
    "b2": np.array([0.0, 0.25]),
}

EXAMPLES = {
    "numerical_gradient": [
        shown("the worked number", run="numerical_gradient(lambda v: v[0]**2 + 3 * v[1], x)", x=np.array([1.0, 5.0])),
        shown("whole numbers", run="numerical_gradient(lambda v: np.sum(v**2), x)", x=np.array([1, -3, 0])),
        shown(
            "a matrix, and a large step: both sides count",
            run="numerical_gradient(lambda v: np.sum(v**3) + v[0, 1] * v[1, 0], x, 0.5)",
            x=np.array([[1.0, 2.0], [-1.0, 0.5]]),
        ),
    ],
    "topological_order": [
        shown(
            "a chain: x, then a, then b",
            run='x = Node("x")\na = Node("a", [x])\nb = Node("b", [a])\n[node.name for node in topological_order(b)]',
        ),
        shown(
            "x is used by a and by b, and y is used twice",
            run=_lines("""
x, y = Node("x"), Node("y")
a = Node("a", [y, y])
b = Node("b", [x, a])
c = Node("c", [a, b, x])
order = topological_order(c)
place = {node: order.index(node) for node in order}
{
    "names": sorted(node.name for node in order),
    "parents first": all(place[p] < place[node] for node in order for p in node.parents),
}
"""),
        ),
        shown(
            "a long way and a short way: only one order is right",
            run=_lines("""
x = Node("x")
a = Node("a", [x])
b = Node("b", [x, a])
c = Node("c", [a, b, x])
[node.name for node in topological_order(c)]
"""),
        ),
        shown(
            "a chain of 5,000 nodes",
            run=_lines("""
node = Node("start")
for k in range(4999):
    node = Node(f"node {k}", [node])
order = topological_order(node)
(len(order), order[0].name, order[-1].name)
"""),
        ),
        shown(
            "two calls on one graph",
            run=_lines("""
x = Node("x")
a = Node("a", [x])
(len(topological_order(a)), len(topological_order(a)))
"""),
        ),
    ],
    "Value": [
        shown(
            "the worked number: x is used three times",
            run="x = Value(3.0)\ny = x * x + x\ny.backward()\n[y.data, x.grad]",
        ),
        shown(
            "the formula of the text",
            run=_lines("""
x, y, z = Value(2.0), Value(3.0), Value(-1.0)
f = (x + y) * y * z
f.backward()
[f.data, x.grad, y.grad, z.grad]
"""),
        ),
        shown(
            "functions, each with something behind it",
            run=_lines("""
a, b, c = Value(0.5), Value(2.0), Value(-1.5)
f = 3 * a.exp() + 5 * a.tanh() + 7 * b.relu() + 11 * c.relu()
f.backward()
[f.data, a.grad, b.grad, c.grad]
"""),
        ),
        shown(
            "powers and plain numbers",
            run=_lines("""
a, b = Value(2.0), Value(4.0)
f = 10 * a**3 + 1 / b - 2
f.backward()
[f.data, a.grad, b.grad]
"""),
        ),
        shown(
            "backward twice gives the same",
            run="x = Value(3.0)\na = x * 2\ny = a * a\ny.backward()\ny.backward()\n[x.grad, a.grad, y.grad]",
        ),
        shown(
            "a chain of 5,000 steps",
            run="x = Value(1.0)\ny = x\nfor _ in range(5000):\n    y = y + 1\ny.backward()\n[y.data, x.grad]",
        ),
    ],
    "backward_broken": [
        shown(
            "a chain",
            run=_lines("""
x = Node("x")
a = Node("a", [x], [2.0])
root = Node("root", [a], [5.0])
backward_broken(root)
[root.grad, a.grad, x.grad]
"""),
        ),
        shown(
            "x is used twice",
            run=_lines("""
x = Node("x")
root = Node("root", [x, x], [2.0, 3.0])
backward_broken(root)
[root.grad, x.grad]
"""),
        ),
        shown(
            "a short way and a long way",
            run=_lines("""
x = Node("x")
m = Node("m", [x], [10.0])
b = Node("b", [m], [2.0])
root = Node("root", [m, b], [3.0, 5.0])
backward_broken(root)
backward_broken(root)
[root.grad, b.grad, m.grad, x.grad]
"""),
        ),
    ],
    "unbroadcast": [
        shown("a bias, repeated in every row", grad=np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), shape=(3,)),
        shown("a column, repeated to the right", grad=np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), shape=(2, 1)),
        shown("as many rows as columns", grad=np.array([[1.0, 2.0], [3.0, 5.0]]), shape=(1, 2)),
        shown("a number, repeated everywhere", grad=np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), shape=()),
        shown("nothing was repeated", grad=np.array([[1.0, 2.0], [3.0, 4.0]]), shape=(2, 2)),
        shown("both at once", grad=np.arange(12.0).reshape(2, 3, 2), shape=(3, 1)),
    ],
    "matmul_backward": [
        shown(
            "the worked number",
            dout=np.array([[1.0, 10.0, 100.0]]),
            A=np.array([[2.0, -1.0]]),
            B=np.array([[1.0, 0.0, 3.0], [2.0, 1.0, 0.0]]),
        ),
        shown(
            "square matrices: every product fits, one is right",
            dout=np.array([[1.0, 2.0], [0.0, -1.0]]),
            A=np.array([[1.0, 3.0], [2.0, 0.0]]),
            B=np.array([[0.0, 1.0], [4.0, 2.0]]),
        ),
    ],
    "dense_forward": [
        shown(
            "the worked number",
            X=np.array([[1.0, 2.0], [0.0, -1.0]]),
            W=np.array([[1.0, 0.0, 2.0], [-1.0, 1.0, 0.0]]),
            b=np.array([10.0, 20.0, 30.0]),
        ),
        shown(
            "as many examples as neurons",
            X=np.array([[1.0, 2.0], [3.0, 4.0]]),
            W=np.array([[1.0, 2.0], [0.0, -1.0]]),
            b=np.array([10.0, 20.0]),
        ),
    ],
    "dense_backward": [
        shown(
            "the worked number",
            dout=np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 1.0]]),
            X=np.array([[1.0, 2.0], [0.0, -1.0]]),
            W=np.array([[1.0, 0.0, 2.0], [-1.0, 1.0, 0.0]]),
        ),
        shown(
            "as many examples as inputs and neurons",
            dout=np.array([[1.0, 2.0], [-3.0, 5.0]]),
            X=np.array([[1.0, 2.0], [3.0, -4.0]]),
            W=np.array([[1.0, 2.0], [0.5, -1.0]]),
        ),
        shown(
            "one example", dout=np.array([[2.0, -1.0]]), X=np.array([[1.0, 3.0]]), W=np.array([[1.0, 2.0], [3.0, 5.0]])
        ),
    ],
    "relu_forward": [
        shown("the worked number", Z=np.array([3.0, -2.0, 0.5])),
        shown("a matrix", Z=np.array([[1.0, -1.0, 4.0], [-5.0, 2.0, -0.5]])),
    ],
    "relu_backward": [
        shown("the worked number", dout=np.array([7.0, 8.0, -9.0]), Z=np.array([3.0, -2.0, 0.5])),
        shown(
            "a matrix",
            dout=np.array([[1.0, -2.0], [3.0, -4.0]]),
            Z=np.array([[-1.0, 5.0], [0.5, -3.0]]),
        ),
    ],
    "mlp_loss": [
        roughly(
            "the worked number",
            params={
                "W1": np.array([[1.0, 1.0], [1.0, -1.0]]),
                "b1": np.zeros(2),
                "W2": np.array([[0.0, np.log(3) / 3], [5.0, 1.0]]),
                "b2": np.zeros(2),
            },
            X=np.array([[1.0, 2.0]]),
            y=np.array([0]),
        ),
        roughly(
            "four examples, three hidden neurons, two classes",
            params=_NETWORK,
            X=np.array([[1.0, 2.0], [-1.0, 0.5], [0.0, -2.0], [3.0, 1.0]]),
            y=np.array([0, 1, 1, 0]),
        ),
    ],
    "train_mlp": [
        shown("three classes that are far apart", run=RECOGNISED, **_CORNERS, rng=np.random.default_rng(1)),
        shown("other labels lead to other weights", run=LEARNS, **_CORNERS),
        shown("two moons", run=MOONS),
    ],
}


def _integer(rng):
    return int(rng.integers(2**31))


# numerical_gradient


@points(0.5)
def test_numerical_gradient_values(student, rng):
    """The slopes are right, for arrays with one, two and three axes."""
    code = "numerical_gradient(lambda v: np.sum(A * v**3) + v[first] * v[last], x)"
    cases = []
    for shape in ((4,), (2, 3), (2, 1, 3)):
        x, A = rng.normal(size=shape), rng.normal(size=shape)
        first, last = (0,) * len(shape), tuple(n - 1 for n in shape)
        right = 3 * A * x**2
        right[first] += x[last]
        right[last] += x[first]
        cases.append((student.run(code, x=x, A=A, first=first, last=last), right))
    for answer, right in cases:
        what = f"numerical_gradient(f, x) with x of shape {right.shape}"
        assert_close(answer, right, rtol=SINGLE, strict_shape=True, what=what)


@points(0.5)
def test_numerical_gradient_step(student, rng):
    """Both sides are used, with the step h that is given, and with 0.00001 if none is given."""
    x, h = rng.uniform(1, 2, size=5), rng.uniform(0.2, 0.4)
    answer = student.run("numerical_gradient(lambda v: np.sum(v**3), x, h)", x=x, h=h)
    steep = student.run("numerical_gradient(lambda v: np.sum(np.exp(2000 * v)), x)", x=x * 1e-3)
    assert_close(answer, 3 * x**2 + h**2, rtol=SINGLE, what="numerical_gradient(f, x, h) with a large h")
    right = np.exp(2 * x) * np.sinh(0.02) / 1e-5
    assert_close(steep, right, rtol=SINGLE, what="numerical_gradient(f, x) without h, for a steep f")


@points(0.5)
def test_numerical_gradient_whole_numbers(student, rng):
    """An array of whole numbers works, and the slopes are floats."""
    x = rng.permutation(np.arange(1, 7)).reshape(2, 3)
    answer = student.run("numerical_gradient(lambda v: np.sum(v**2) / 3, x)", x=x)
    assert_close(answer, 2 * x / 3, rtol=SINGLE, what="numerical_gradient(f, x) with whole numbers in x")


@points(0.5)
def test_numerical_gradient_moves_one_element(student, rng):
    """Each time that f is called, at most one element of x is moved, and afterwards x is as before."""
    code = _lines("""
moved = []


def f(v):
    moved.append(int(np.sum(np.abs(v - x) > 1e-9)))
    return np.sum(v * w)


slopes = numerical_gradient(f, x.copy())
(max(moved), slopes)
""")
    kept = "before = x.copy()\nslopes = numerical_gradient(lambda v: np.sum(v * w), x)\n(slopes, x - before)"
    x, w = rng.normal(size=(3, 2)), rng.normal(size=(3, 2))
    count, slopes = student.run(code, x=x, w=w)
    again, change = student.run(kept, x=x, w=w)
    assert_that(count <= 1, f"In one call of f, {count} elements of x were moved. Was the one before put back?")
    assert_close(slopes, w, rtol=SINGLE, what="numerical_gradient(f, x) of a linear f")
    assert_that(not np.any(change), "x is not the same as before the call. The caller still needs it.")
    assert_close(again, w, rtol=SINGLE, what="numerical_gradient(f, x) of a linear f")


# topological_order

ORDER = _lines("""
class Dot:
    def __init__(self, parents):
        self.parents = parents


dots = []
for numbers in graph:
    dots.append(Dot(tuple(dots[number] for number in numbers)))
place = {id(dot): number for number, dot in enumerate(dots)}
orders = [[place.get(id(dot), -1) for dot in topological_order(dots[root])] for root in roots]
kept = [[place.get(id(dot), -1) for dot in dots[number].parents] for number in range(len(dots))]
(orders, kept)
""")


def _check_orders(answer, graph, roots):
    """Insist that each order holds the nodes below its root once each, parents first."""
    orders, kept = answer
    for root, order in zip(roots, orders, strict=True):
        needed, todo = {root}, [root]
        while todo:
            new = set(graph[todo.pop()]) - needed
            needed |= new
            todo += new
        assert_that(-1 not in order, "The list holds something that is no node of the graph.")
        missing, other = len(needed - set(order)), len(set(order) - needed)
        assert_that(not missing, f"{missing} of {len(needed)} nodes are missing in the list.")
        assert_that(not other, f"The list holds {other} nodes that the root is not made of.")
        assert_that(len(order) == len(needed), f"There are {len(needed)} nodes, but the list has {len(order)} entries.")
        place = {number: k for k, number in enumerate(order)}
        early = sum(place[parent] > place[number] for number in order for parent in graph[number])
        assert_that(not early, f"{early} times a node stands before one of its parents.")
    assert_that(kept == [list(parents) for parents in graph], "The parents of the nodes were changed.")


@points(0.5)
def test_topological_order_one_right_order(student, rng):
    """Where only one order is right, that one is found; also when asked twice, and for an inner node."""
    graph = [[]]
    for number in range(1, 9):
        extra = rng.permutation(number - 1)[: rng.integers(0, 3)] if number > 1 else []
        graph.append([int(k) for k in rng.permutation([number - 1, *extra])])
    graph[8] = [int(k) for k in rng.permutation([0, 3, 7])]
    roots = [8, 8, 5]
    _check_orders(student.run(ORDER, graph=graph, roots=roots), graph, roots)


@points(0.5)
def test_topological_order_of_any_graph(student, rng):
    """Every node that the root is made of is listed once, after its parents, and no other node is."""
    # Two ways of different length from 1 to the root; node 0 is reached late; nodes 3 and 9 are not reached at all.
    graph = [[], [0], [1], [1], [2, 0], [4, 4], [1, 5], [5], [6, 1, 7], [8, 3]]
    graph = [[int(k) for k in rng.permutation(parents)] for parents in graph]
    _check_orders(student.run(ORDER, graph=graph, roots=[8]), graph, [8])
    lonely = student.run(ORDER, graph=[[], []], roots=[1])
    _check_orders(lonely, [[], []], [1])


@points(0.5, repeat=False)
def test_topological_order_with_many_paths(student, rng):
    """A graph with 8,192 paths but only 27 nodes takes no longer than its size."""
    code = _lines("""
looks = [0]


class Dot:
    def __init__(self, parents):
        self._parents = parents

    @property
    def parents(self):
        looks[0] += 1
        return self._parents


dots = [Dot(())]
for _ in range(steps):
    left = Dot((dots[-1],))
    dots += [left, Dot((left, dots[-1]))]
place = {id(dot): number for number, dot in enumerate(dots)}
([place.get(id(dot), -1) for dot in topological_order(dots[-1])], looks[0] <= 5000)
""")
    order, quick = student.run(code, steps=13)
    graph = [[]]
    for k in range(13):
        graph += [[2 * k], [2 * k + 1, 2 * k]]
    _check_orders(([order], graph), graph, [26])
    assert_that(quick, "The parents of the nodes were looked at more than 5,000 times. Is every path followed?")


@points(0.5, repeat=False)
def test_topological_order_of_a_long_chain(student, rng):
    """A chain of 5,000 nodes works."""
    code = _lines("""
class Dot:
    def __init__(self, parents):
        self.parents = parents


dots = [Dot(())]
while len(dots) < size:
    dots.append(Dot((dots[-1],)))
order = list(topological_order(dots[-1]))
(len(order), sum(found is not dot for found, dot in zip(order, dots)))
""")
    count, misplaced = student.run(code, size=5000)
    assert_that(count == 5000, f"A chain of 5,000 nodes came back as a list of {count}.")
    assert_that(not misplaced, f"In a chain of 5,000 nodes, {misplaced} stand in the wrong place.")


# Value


@points(0.5)
def test_Value_numbers(student, reference, rng):
    """The numbers of sums, products, powers and functions are right."""
    code = _lines("""
a, b, c = Value(x), Value(y), Value(z)
made = [a + b, a * b, a**3, b**-1, b**0.5, a.exp(), a.tanh(), b.relu(), c.relu(), (a + b) * c]
[node.data for node in made]
""")
    inputs = {"x": float(rng.normal()), "y": float(rng.uniform(1.5, 3)), "z": float(rng.uniform(-3, -1))}
    answer, right = student.run(code, **inputs), reference.run(code, **inputs)
    assert_close(answer, right, rtol=SINGLE, atol=1e-6, what="data of ten small formulas")


@points(0.5)
def test_Value_plain_numbers(student, reference, rng):
    """Plain numbers, whole ones too, work on both sides, and the gradients are right."""
    code = _lines("""
found = []
for formula in formulas:
    a = Value(x)
    y = eval(formula)
    y.backward()
    found.append([y.data, a.grad])
found
""")
    inputs = {"x": float(rng.uniform(1.5, 3)), "n": float(rng.uniform(3, 5))}
    groups = ["a + 2", "n + a", "a - n"], ["a * n", "3 * a", "a / n", "n / a", "-a", "a**2"], ["n - a"]
    answers = [student.run(code, **inputs, formulas=group) for group in groups]
    for group, answer in zip(groups, answers, strict=True):
        for formula, came, wanted in zip(group, answer, reference.run(code, **inputs, formulas=group), strict=True):
            assert_close(came[0], wanted[0], rtol=SINGLE, what=f"the number of {formula}, with a plain number n")
            assert_close(came[1], wanted[1], rtol=SINGLE, what=f"the gradient of a in {formula}, with a plain number n")


@points(0.5)
def test_Value_slopes_of_sums_and_products(student, rng):
    """The gradients through sums and products are right, with something behind them."""
    code = _lines("""
a, b, c, d = (Value(number) for number in numbers)
inner = a * b
total = inner + c
f = total * d
f.backward()
[node.grad for node in (a, b, c, d, inner, total, f)]
""")
    a, b, c, d = numbers = rng.uniform(1, 2, size=4) * rng.choice([-1, 1], size=4)
    answer = student.run(code, numbers=numbers.tolist())
    right = [b * d, a * d, d, a * b + c, d, d, 1.0]
    for name, came, wanted in zip(("a", "b", "c", "d", "a * b", "a * b + c", "f itself"), answer, right, strict=True):
        assert_close(came, wanted, rtol=SINGLE, what=f"the gradient of {name} in f = (a * b + c) * d")


@points(1)
def test_Value_slopes_of_functions(student, rng):
    """The gradients through powers, exp, tanh and relu are right, with something behind them."""
    code = _lines("""
found = []
for number, formula in zip(numbers, [
    lambda v: v**3, lambda v: v**-2, lambda v: v**0.5, lambda v: v.exp(), lambda v: v.tanh(),
    lambda v: v.relu(), lambda v: v.relu(),
]):
    v, w = Value(number), Value(factor)
    y = (formula(v) * w).tanh()
    y.backward()
    found.append([v.grad, w.grad])
found
""")
    numbers = [*rng.uniform(0.5, 1.4, size=6), -rng.uniform(0.5, 1.4)]
    factor = float(-rng.uniform(0.3, 0.6))
    answer = student.run(code, numbers=[float(number) for number in numbers], factor=factor)
    names = ("a**3", "a**-2", "a**0.5", "a.exp()", "a.tanh()", "a.relu() with a > 0", "a.relu() with a < 0")
    functions = (
        *(lambda v: v**3, lambda v: v**-2, lambda v: v**0.5, np.exp, np.tanh),
        *(lambda v: np.maximum(v, 0), lambda v: np.maximum(v, 0)),
    )
    for name, function, number, came in zip(names, functions, numbers, answer, strict=True):
        slopes = numerical_gradient(lambda v, f=function: np.tanh(f(v[0]) * v[1]), np.array([number, factor]))
        assert_close(came, slopes, rtol=SINGLE, atol=1e-6, what=f"the gradients in y = ({name} * w).tanh()")


@points(1)
def test_Value_used_more_than_once(student, rng):
    """A Value that is used several times, near the result and far from it, gets the sum of all shares."""
    code = _lines("""
x = Value(number)
twice = x * x + x
twice.backward()
grads = [x.grad]
x = Value(number)
a = x * 2
b = a + x
c = a * b
f = c * a + b + x
f.backward()
grads += [node.grad for node in (x, a, b, c)]
x = Value(number)
m = x * x
y = m * (m * 3 + 1) + m
y.backward()
grads + [x.grad, m.grad]
""")
    x = float(rng.uniform(1, 2))
    answer = student.run(code, number=x)
    a, b, c = 2 * x, 3 * x, 6 * x * x
    right = [2 * x + 1, 36 * x * x + 4, 2 * a * b + 1, a * a + 1, a, (6 * x * x + 2) * 2 * x, 6 * x * x + 2]
    right[2] = b * a + c + a * a + 1  # along a: through c as factor, through c times a, through b
    names = ("x in x * x + x", "x", "a", "b", "c = a * b", "x", "m = x * x")
    for name, came, wanted in zip(names, answer, right, strict=True):
        assert_close(came, wanted, rtol=SINGLE, what=f"the gradient of {name}")


@points(1)
def test_Value_second_backward(student, rng):
    """Calling backward a second time gives the same gradients, and another result starts afresh."""
    code = _lines("""
x, w = Value(number), Value(factor)
a = x * w
y = a * a + x
y.backward()
y.backward()
grads = [node.grad for node in (x, w, a, y)]
z = a * 3
z.backward()
grads += [node.grad for node in (x, w, a, z)]
y.backward()
grads + [node.grad for node in (x, w, a, y)]
""")
    x, w = (float(number) for number in rng.uniform(1, 2, size=2))
    answer = student.run(code, number=x, factor=w)
    first = [2 * x * w * w + 1, 2 * x * w * x, 2 * x * w, 1.0]
    parts = {"y, called twice": first, "another result": [3 * w, 3 * x, 3.0, 1.0], "y once more": first}
    for k, (name, right) in enumerate(parts.items()):
        assert_close(answer[4 * k : 4 * k + 4], right, rtol=SINGLE, what=f"the gradients after backward of {name}")


@points(0.5, repeat=False)
def test_Value_long_chain(student, rng):
    """A chain of 5,000 steps works."""
    code = "x = Value(number)\ny = x\nfor _ in range(2500):\n    y = y * 1.001 + x\ny.backward()\n[y.data, x.grad]"
    x = float(rng.uniform(1, 2))
    total = 1.001**2500 + (1.001**2500 - 1) / 0.001
    answer = student.run(code, number=x)
    assert_close(answer, [total * x, total], rtol=1e-4, what="number and gradient of a chain of 5,000 steps")


# backward_broken

SWEEP = _lines("""
class Dot:
    def __init__(self, parents, slopes, grad):
        self.parents, self.slopes, self.grad = parents, slopes, grad


dots = []
for numbers, slopes, grad in zip(graph, weights, before):
    dots.append(Dot(tuple(dots[number] for number in numbers), tuple(slopes), grad))
for _ in range(calls):
    backward_broken(dots[-1])
[dot.grad for dot in dots]
""")


def _check_sweep(student, rng, graph, what, *, before=0.0, calls=1):
    """Compare with the sum over all paths, from a system of linear equations; the slopes are random."""
    # The first slope of each node is the largest, so that keeping the largest share is not keeping the last one.
    sizes = [np.sort(rng.uniform(1, 2, size=len(parents)))[::-1] for parents in graph]
    weights = [(size * rng.choice([-1, 1])).tolist() for size in sizes]
    shares = np.zeros((len(graph), len(graph)))
    for number, (parents, slopes) in enumerate(zip(graph, weights, strict=True)):
        np.add.at(shares, (parents, number), slopes)
    right = np.linalg.solve(np.eye(len(graph)) - shares, np.eye(len(graph))[-1])
    start = [before] * len(graph)
    answer = student.run(SWEEP, graph=graph, weights=weights, before=start, calls=calls)
    assert_close(answer, right, rtol=SINGLE, what=f"the gradients of {what}")


@points(0.5)
def test_backward_broken_of_a_tree(student, rng):
    """Where every node is used once, each gradient is the product of the slopes along its path."""
    _check_sweep(student, rng, [[], [0], [], [], [3], [1, 2], [5, 4]], "a tree")


@points(0.5)
def test_backward_broken_used_twice(student, rng):
    """A node that is used several times adds up all shares."""
    _check_sweep(student, rng, [[], [], [0, 0], [2, 1]], "a graph with a node that is both parents of another")
    _check_sweep(student, rng, [[], [0], [0], [2, 1]], "a graph with a node that two others are made of")


@points(0.5)
def test_backward_broken_short_and_long_way(student, rng):
    """A node hands on its gradient only when all shares have come in."""
    # In the first graph, the short way to node 1 comes first: whoever goes by distance takes node 1 too early.
    for graph in ([[], [0], [1], [1, 2]], [[], [0], [1, 0], [1], [3, 2, 0], [4, 1]]):
        _check_sweep(student, rng, graph, "a graph with short and long ways")


@points(0.5)
def test_backward_broken_starts_afresh(student, rng):
    """What the nodes held before does not count, and neither does an earlier call."""
    graph = [[], [0], [1, 0], [2, 1]]
    _check_sweep(student, rng, graph, "a graph that held other numbers before", before=7.0)
    _check_sweep(student, rng, graph, "a graph after three calls", calls=3)


# unbroadcast


def _check_unbroadcast(student, reference, rng, *cases):
    cases = [(rng.normal(size=size) + 0.5, shape) for size, shape in cases]
    answers = [student.unbroadcast(*case) for case in cases]
    for (grad, shape), answer in zip(cases, answers, strict=True):
        what = f"unbroadcast(grad, {shape}) with grad of shape {grad.shape}"
        assert_close(answer, reference.unbroadcast(grad, shape), rtol=SINGLE, atol=1e-6, strict_shape=True, what=what)


@points(0.5)
def test_unbroadcast_new_axes(student, reference, rng):
    """Axes that broadcasting put in front are summed away."""
    _check_unbroadcast(student, reference, rng, ((5, 3), (3,)), ((3, 3), (3,)), ((4, 2, 3), (2, 3)), ((4, 2, 3), (3,)))


@points(0.5)
def test_unbroadcast_stretched_axes(student, reference, rng):
    """Axes of length 1 that broadcasting stretched are summed, and kept."""
    _check_unbroadcast(student, reference, rng, ((5, 3), (5, 1)), ((3, 3), (1, 3)), ((2, 3, 4), (2, 1, 1)))


@points(0.5)
def test_unbroadcast_both(student, reference, rng):
    """New and stretched axes at once are right."""
    _check_unbroadcast(student, reference, rng, ((2, 3, 4), (3, 1)), ((2, 5, 3, 3), (3, 1)), ((3, 2, 4), (1, 4)))


@points(0.5)
def test_unbroadcast_numbers_and_nothing(student, reference, rng):
    """A plain number gets the sum of everything, and what was not repeated comes back as it is."""
    _check_unbroadcast(student, reference, rng, ((3, 4), ()), ((5,), ()), ((3, 4), (3, 4)), ((1, 4), (1, 4)))


# matmul_backward


def _check_matmul(student, rng, part, shapes):
    cases = [(rng.normal(size=(n, c)), rng.normal(size=(n, d)), rng.normal(size=(d, c))) for n, d, c in shapes]
    answers = [student.matmul_backward(*case) for case in cases]
    for (dout, A, B), answer in zip(cases, answers, strict=True):
        gradient = take_apart(answer, ("dA", "dB"))[part]
        slopes = (
            numerical_gradient(lambda v, B=B, dout=dout: np.sum(dout * (v @ B)), A),
            numerical_gradient(lambda v, A=A, dout=dout: np.sum(dout * (A @ v)), B),
        )[part]
        what = f"{('dA', 'dB')[part]} with A of shape {A.shape} and B of shape {B.shape}"
        assert_close(gradient, slopes, rtol=SINGLE, atol=1e-6, strict_shape=True, what=what)


@points(0.5)
def test_matmul_backward_of_the_left_factor(student, rng):
    """dA agrees with numerical slopes, for factors of different sizes."""
    _check_matmul(student, rng, 0, ((5, 3, 4), (1, 2, 3), (4, 1, 2)))


@points(0.5)
def test_matmul_backward_of_the_right_factor(student, rng):
    """dB agrees with numerical slopes, for factors of different sizes."""
    _check_matmul(student, rng, 1, ((5, 3, 4), (1, 2, 3), (2, 3, 1)))


@points(1)
def test_matmul_backward_square(student, rng):
    """dA and dB are right for square matrices, where every product fits."""
    for part in (0, 1):
        _check_matmul(student, rng, part, ((3, 3, 3),))


# dense_forward and dense_backward


def _check_scores(student, reference, rng, *shapes):
    cases = [(rng.normal(size=(n, d)), rng.normal(size=(d, h)), rng.normal(size=h)) for n, d, h in shapes]
    answers = [student.dense_forward(*case) for case in cases]
    for case, answer in zip(cases, answers, strict=True):
        what = f"dense_forward(X, W, b) with X of shape {case[0].shape} and W of shape {case[1].shape}"
        assert_close(answer, reference.dense_forward(*case), rtol=SINGLE, strict_shape=True, what=what)


@points(0.5)
def test_dense_forward_scores(student, reference, rng):
    """The scores are right, for several examples and for one."""
    _check_scores(student, reference, rng, (5, 3, 4), (1, 2, 3))


@points(0.5)
def test_dense_forward_square(student, reference, rng):
    """The scores are right when there are as many examples as inputs and neurons."""
    _check_scores(student, reference, rng, (3, 3, 3))


def _check_dense(student, rng, parts, shapes):
    """Compare parts of (dX, dW, db) with numerical slopes of the sum of dout * (X W + b)."""
    cases = [(rng.normal(size=(n, h)), rng.normal(size=(n, d)), rng.normal(size=(d, h))) for n, d, h in shapes]
    answers = [student.dense_backward(*case) for case in cases]
    for (dout, X, W), answer in zip(cases, answers, strict=True):
        gradients = dict(zip(("dX", "dW", "db"), take_apart(answer, ("dX", "dW", "db")), strict=True))
        slopes = {
            "dX": numerical_gradient(lambda v, W=W, dout=dout: np.sum(dout * (v @ W)), X),
            "dW": numerical_gradient(lambda v, X=X, dout=dout: np.sum(dout * (X @ v)), W),
            "db": numerical_gradient(lambda v, dout=dout: np.sum(dout * v), np.zeros(W.shape[1])),
        }
        for part in parts:
            what = f"{part} with X of shape {X.shape} and W of shape {W.shape}"
            assert_close(gradients[part], slopes[part], rtol=SINGLE, atol=1e-6, strict_shape=True, what=what)


@points(0.5)
def test_dense_backward_of_weights(student, rng):
    """dX and dW agree with numerical slopes."""
    _check_dense(student, rng, ("dX", "dW"), ((5, 3, 4), (4, 2, 3)))


@points(0.5)
def test_dense_backward_of_biases(student, rng):
    """db agrees with numerical slopes, and has one number for each neuron."""
    _check_dense(student, rng, ("db",), ((5, 3, 4), (2, 3, 1)))


@points(0.5)
def test_dense_backward_square(student, rng):
    """All three are right when all sizes are the same."""
    _check_dense(student, rng, ("dX", "dW", "db"), ((3, 3, 3),))


@points(0.5)
def test_dense_backward_one_example(student, rng):
    """A single example works."""
    _check_dense(student, rng, ("dX", "dW", "db"), ((1, 4, 3),))


# relu_forward and relu_backward


def _bent(rng, shape):
    """Draw numbers of both signs that are not near 0, where the ReLU has no slope."""
    signs = rng.permutation(np.arange(np.prod(shape)) % 2 * 2 - 1).reshape(shape)
    return signs * rng.uniform(0.2, 3, size=shape)


@points(1)
def test_relu_forward_values(student, rng):
    """Positive numbers pass and negative ones become 0, for any shape."""
    cases = [_bent(rng, shape) for shape in ((7,), (3, 4), (2, 3, 2))] + [np.array([[-3, 2], [0, 5]])]
    answers = [student.relu_forward(Z) for Z in cases]
    for Z, answer in zip(cases, answers, strict=True):
        right = np.where(Z > 0, Z, 0)
        assert_close(answer, right, rtol=SINGLE, strict_shape=True, what=f"relu_forward(Z) with Z of shape {Z.shape}")


@points(1)
def test_relu_backward_values(student, rng):
    """The upstream gradient passes where Z is positive, and is stopped where it is negative."""
    cases = [(rng.normal(size=shape) * 3, _bent(rng, shape)) for shape in ((8,), (3, 4), (2, 3, 2))]
    answers = [student.relu_backward(*case) for case in cases]
    for (dout, Z), answer in zip(cases, answers, strict=True):
        slopes = numerical_gradient(lambda v, dout=dout: np.sum(dout * np.maximum(v, 0)), Z)
        what = f"relu_backward(dout, Z) with Z of shape {Z.shape}"
        assert_close(answer, slopes, rtol=SINGLE, atol=1e-6, strict_shape=True, what=what)


# mlp_loss

NAMES = ("W1", "b1", "W2", "b2")


def _some_network(rng, num_examples, num_features, num_hidden, num_classes):
    """Draw params, X and y with which float32 does as well as float64.

    No hidden score is near 0, where the ReLU bends, and not all examples are recognised beyond doubt: then the gradient
    would be the small difference of large numbers.
    """
    while True:
        params = {
            "W1": rng.normal(size=(num_features, num_hidden)),
            "b1": rng.normal(size=num_hidden),
            "W2": rng.normal(size=(num_hidden, num_classes)) / 2,
            "b2": rng.normal(size=num_classes) / 2,
        }
        X, y = rng.normal(size=(num_examples, num_features)), rng.permutation(np.arange(num_examples) % num_classes)
        Z = X @ params["W1"] + params["b1"]
        logits = np.maximum(Z, 0) @ params["W2"] + params["b2"]
        missed = 1 - 1 / np.sum(np.exp(logits - logits[np.arange(num_examples), y][:, None]), axis=1)
        if np.abs(Z).min() > 0.01 and 0.25 <= np.mean(Z > 0) <= 0.75 and missed.max() > 0.2:
            return params, X, y


def _check_network(student, reference, rng, names, shapes):
    """Compare the loss, or the gradients of these names, with the reference and with numerical slopes of its loss."""
    cases = [_some_network(rng, *shape) for shape in shapes]
    answers = [student.mlp_loss(*case) for case in cases]
    for shape, (params, X, y), answer in zip(shapes, cases, answers, strict=True):
        loss, grads = take_apart(answer, ("loss", "grads"))
        sizes = "N = {}, D = {}, H = {}, C = {}".format(*shape)
        if not names:
            assert_close(loss, reference.mlp_loss(params, X, y)[0], rtol=SINGLE, what=f"loss with {sizes}")
            continue
        fits = isinstance(grads, dict) and set(grads) == set(NAMES)
        assert_that(fits, "grads: expected a dict with the names W1, b1, W2 and b2, and no others.")
        for name in names:
            slopes = numerical_gradient(
                lambda v, name=name, params=params, X=X, y=y: reference.mlp_loss({**params, name: v}, X, y)[0],
                params[name],
            )
            what = f'grads["{name}"] with {sizes}'
            assert_close(grads[name], slopes, rtol=1e-4, atol=1e-6, strict_shape=True, what=what)


@points(0.5)
def test_mlp_loss_value(student, reference, rng):
    """The loss is right."""
    _check_network(student, reference, rng, (), ((7, 3, 5, 4), (4, 4, 4, 4)))


@points(1)
def test_mlp_loss_second_layer(student, reference, rng):
    """The gradients of W2 and b2 agree with numerical slopes of the loss."""
    _check_network(student, reference, rng, ("W2", "b2"), ((7, 3, 5, 4), (4, 2, 6, 3)))


@points(1)
def test_mlp_loss_first_layer(student, reference, rng):
    """The gradients of W1 and b1 agree with numerical slopes of the loss."""
    _check_network(student, reference, rng, ("W1", "b1"), ((7, 3, 5, 4), (4, 2, 6, 3)))


@points(0.5)
def test_mlp_loss_of_other_sizes(student, reference, rng):
    """All gradients are right for a single example, and when all sizes are the same."""
    _check_network(student, reference, rng, NAMES, ((1, 3, 4, 2), (4, 4, 4, 4)))


# train_mlp

FACTS_OF_TRAINING = _lines("""
first = train_mlp(X, y, 3, np.random.default_rng(seed))
other = train_mlp(X, others, 3, np.random.default_rng(seed))
again = train_mlp(X, y, 3, np.random.default_rng(seed + 1))
names = ("W1", "b1", "W2", "b2")
hidden = np.maximum(X @ first["W1"] + first["b1"], 0)
said = np.argmax(hidden @ first["W2"] + first["b2"], axis=1)
{
    "learn": [name for name in names if np.any(first[name] != other[name])],
    "hidden neurons differ": bool(np.any(np.ptp(first["W1"], axis=1) > 1e-9)),
    "follows rng": bool(np.any(first["W1"] != again["W1"])),
    "finite": all(bool(np.isfinite(first[name]).all()) for name in names),
    "recognises": float(np.mean(said == y)) >= 0.95,
}
""")


def _clusters(rng, num_features, num_classes, num_examples):
    """Draw examples around corners that are far apart."""
    y = rng.permutation(np.arange(num_examples) % num_classes)
    corners = 2.0 * np.eye(num_classes, num_features)[:, rng.permutation(num_features)] - 0.5
    return corners[y] + 0.2 * rng.normal(size=(num_examples, num_features)), y


def _check_params(params, num_features, num_classes):
    """Insist on the four arrays, with shapes that fit together; return them as float64."""
    fits = isinstance(params, dict) and set(params) >= set(NAMES)
    assert_that(fits, "Expected a dict with the arrays W1, b1, W2 and b2.")
    width = np.shape(params["W1"])[-1] if np.ndim(params["W1"]) == 2 else 1
    shapes = ((num_features, width), (width,), (width, num_classes), (num_classes,))
    for name, shape in zip(NAMES, shapes, strict=True):
        assert_shape(params[name], shape, what=f"{name} with D = {num_features}, C = {num_classes}")
    arrays = [np.asarray(params[name], dtype=np.float64) for name in NAMES]
    assert_that(all(np.isfinite(array).all() for array in arrays), "Some weights are infinite or NaN.")
    return arrays


@points(0.5, seconds=60)
def test_train_mlp_shapes(student, rng):
    """The four arrays have the right shapes, for any number of features and classes."""
    for num_features, num_classes in ((5, 4), (3, 2)):
        X, y = _clusters(rng, num_features, num_classes, 24)
        params = student.train_mlp(X, y, num_classes, np.random.default_rng(_integer(rng)))
        _check_params(params, num_features, num_classes)


@points(1, seconds=60)
def test_train_mlp_every_array_learns(student, rng):
    """Each of the four arrays learns from the labels, hidden neurons differ, and clear-cut examples are recognised."""
    X, y = _clusters(rng, 4, 3, 30)
    inputs = {"X": X, "y": y, "others": (y + 1 + np.arange(30) % 2) % 3, "seed": _integer(rng)}
    facts = student.run(FACTS_OF_TRAINING, **inputs)
    still = [name for name in NAMES if name not in facts["learn"]]
    assert_that(facts["finite"], "Some weights are infinite or NaN after training.")
    assert_that(not still, f"Other labels in y lead to the same {' and '.join(still)}: not every array is trained.")
    assert_that(facts["hidden neurons differ"], "All hidden neurons have the same weights. How did they start?")
    assert_that(facts["follows rng"], "Another rng leads to the same W1. Do the weights at the start come from rng?")
    assert_that(facts["recognises"], "Less than 95 % of examples are recognised that are far apart, and that it saw.")


@points(1.5, repeat=False, seconds=60)
def test_train_mlp_tells_moons_apart(student, rng):
    """At least 97 % of points of two moons are recognised that training has not seen."""
    # The moons are turned by a random angle, and their names are drawn, so that nothing known about them helps.
    # Right answers reach 99.8 % (see tests/lessons/test_backprop_oracles.py); one straight line reaches 88 %.
    angle = rng.uniform(0, 2 * np.pi)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    X, y = make_moons(2400, rng)
    X, y = X @ turn, rng.permutation(2)[y]
    params = student.train_mlp(X[:400], y[:400], 2, np.random.default_rng(_integer(rng)))
    W1, b1, W2, b2 = _check_params(params, 2, 2)
    said = np.argmax(np.maximum(X[400:] @ W1 + b1, 0) @ W2 + b2, axis=1)
    share = np.mean(said == y[400:])
    assert_that(share >= 0.97, f"{share:.1%} of new points were recognised. Asked: 97 %.")
