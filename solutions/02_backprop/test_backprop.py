"""Checks of lesson 02 "Backpropagation": the student's functions against the reference, on inputs nobody has seen."""

import functools

import numpy as np

from dnnkit.checking.compare import difference
from dnnkit.checking.mistakes import facts_of
from dnnkit.data import make_moons
from dnnkit.gradcheck import numerical_gradient
from grading.lessons.checking import assert_close, assert_shape, assert_that, example, points, take_apart
from grading.lessons.inputs import labels_with_gaps, small_shapes
from grading.lessons.unusual_inputs import TINY, kinds_of_numbers, unusual_arrays

SINGLE = 1e-5  # relative tolerance that answers computed in float32 keep
SLOW = ("train_mlp",)
shown = functools.partial(example, rtol=SINGLE)
roughly = functools.partial(example, rtol=1e-4)  # where float32 loses a digit


# What the public examples do with the student's class or function.


def _worked_slopes(numerical_gradient, x):
    return numerical_gradient(lambda v: v[0] ** 2 + 3 * v[1], x)


def _slopes_of_squares(numerical_gradient, x):
    return numerical_gradient(lambda v: np.sum(v**2), x)


def _slopes_of_cubes(numerical_gradient, x):
    return numerical_gradient(lambda v: np.sum(v**3) + v[0, 1] * v[1, 0], x, 0.5)


def _chain_of_nodes(topological_order, Node):
    x = Node("x")
    a = Node("a", [x])
    b = Node("b", [a])
    return [getattr(node, "name", None) for node in topological_order(b)]


def _nodes_used_twice(topological_order, Node):
    x, y = Node("x"), Node("y")
    a = Node("a", [y, y])
    b = Node("b", [x, a])
    c = Node("c", [a, b, x])
    order = topological_order(c)
    parents = {node.name: [parent.name for parent in node.parents] for node in (x, y, a, b, c)}
    return {"order": [getattr(node, "name", None) for node in order], "parents": parents}


def _long_and_short_way(topological_order, Node):
    x = Node("x")
    a = Node("a", [x])
    b = Node("b", [x, a])
    c = Node("c", [a, b, x])
    return [getattr(node, "name", None) for node in topological_order(c)]


def _long_chain_of_nodes(topological_order, Node):
    nodes = [Node(0)]
    for k in range(1, 5000):
        nodes.append(Node(k, [nodes[-1]]))
    order = topological_order(nodes[-1])
    parents = {node.name: [parent.name for parent in node.parents] for node in nodes}
    return {"order": [getattr(node, "name", None) for node in order], "parents": parents}


def _two_orders(topological_order, Node):
    x = Node("x")
    a = Node("a", [x])
    return [[getattr(node, "name", None) for node in topological_order(a)] for _ in range(2)]


def _used_three_times(Value):
    x = Value(3.0)
    y = x * x + x
    y.backward()
    return [y.data, x.grad]


def _formula_of_the_text(Value):
    x, y, z = Value(2.0), Value(3.0), Value(-1.0)
    f = (x + y) * y * z
    f.backward()
    return [f.data, x.grad, y.grad, z.grad]


def _four_functions(Value):
    a, b, c = Value(0.5), Value(2.0), Value(-1.5)
    f = 3 * a.exp() + 5 * a.tanh() + 7 * b.relu() + 11 * c.relu()
    f.backward()
    return [f.data, a.grad, b.grad, c.grad]


def _powers(Value):
    a, b = Value(2.0), Value(4.0)
    f = 10 * a**3 + 1 / b - 2
    f.backward()
    return [f.data, a.grad, b.grad]


def _two_branches(Value):
    x, y = Value(2.0), Value(3.0)
    a, b = x * 5, y * 7
    f = a * b
    f.backward()
    return [f.data, a.grad, b.grad, x.grad, y.grad]


def _backward_twice(Value):
    x = Value(3.0)
    a = x * 2
    y = a * a
    y.backward()
    y.backward()
    return [x.grad, a.grad, y.grad]


def _chain_of_steps(Value):
    x = Value(1.0)
    y = x
    for _ in range(5000):
        y = y + 1
    y.backward()
    return [y.data, x.grad]


def _sweep_of_a_chain(backward_broken, Node):
    x = Node("x")
    a = Node("a", [x], [2.0])
    root = Node("root", [a], [5.0])
    a.grad = x.grad = 7.0  # from an earlier sweep of something else
    backward_broken(root)
    return [root.grad, a.grad, x.grad]


def _sweep_used_twice(backward_broken, Node):
    x = Node("x")
    root = Node("root", [x, x], [5.0, 3.0])
    backward_broken(root)
    return [root.grad, x.grad]


def _sweep_of_two_ways(backward_broken, Node):
    x = Node("x")
    m = Node("m", [x], [10.0])
    b = Node("b", [m], [2.0])
    root = Node("root", [m, b], [3.0, 5.0])
    backward_broken(root)
    backward_broken(root)
    return [root.grad, b.grad, m.grad, x.grad]


def _other_labels(train_mlp, X, y):
    first = train_mlp(X, y, 3, np.random.default_rng(1))
    other = train_mlp(X, (y + 1) % 3, 3, np.random.default_rng(1))  # everything else is the same
    return [first, other]


def _two_moons(train_mlp):
    from dnnkit.data import make_moons

    X, y = make_moons(400, np.random.default_rng(1))
    new_X, new_y = make_moons(1000, np.random.default_rng(2))
    params = train_mlp(X, y, 2, np.random.default_rng(3))
    hidden = np.maximum(new_X @ params["W1"] + params["b1"], 0)
    return {"logits": hidden @ params["W2"] + params["b2"], "y": new_y}


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
        shown("the worked number", run=_worked_slopes, x=np.array([1.0, 5.0])),
        shown("whole numbers", run=_slopes_of_squares, x=np.array([1, -3, 0])),
        shown(
            "a matrix, and a large step: both sides count",
            run=_slopes_of_cubes,
            x=np.array([[1.0, 2.0], [-1.0, 0.5]]),
        ),
    ],
    "topological_order": [
        shown("a chain: x, then a, then b", run=_chain_of_nodes),
        shown("x is used by a and by b, and y is used twice", facts="order", run=_nodes_used_twice),
        shown("a long way and a short way: only one order is right", run=_long_and_short_way),
        shown("a chain of 5,000 nodes", facts="order", run=_long_chain_of_nodes),
        shown("two calls on one graph", run=_two_orders),
    ],
    "Value": [
        shown("the worked number: x is used three times", run=_used_three_times),
        shown("the formula of the text", run=_formula_of_the_text),
        shown("functions, each with something behind it", run=_four_functions),
        shown("powers and plain numbers", run=_powers),
        shown("two branches, of which each is the other's slope", run=_two_branches),
        shown("backward twice gives the same", run=_backward_twice),
        shown("a chain of 5,000 steps", run=_chain_of_steps),
    ],
    "backward_broken": [
        shown("a chain", run=_sweep_of_a_chain),
        shown("x is used twice", run=_sweep_used_twice),
        shown("a short way and a long way", run=_sweep_of_two_ways),
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
            X=np.array([[1.0, 2.0], [-1.0, 1.0], [0.0, -3.0], [3.0, 1.0]]),
            y=np.array([0, 1, 1, 0]),
        ),
    ],
    "train_mlp": [
        shown("three classes that are far apart", facts="mlp", **_CORNERS, num_classes=3, rng=np.random.default_rng(1)),
        shown("other labels lead to other weights", facts="learning", run=_other_labels, **_CORNERS),
        shown("two moons", facts="recognised", run=_two_moons),
    ],
}


def _integer(rng):
    return int(rng.integers(2**31))


# numerical_gradient


def _slopes_of_a_formula(numerical_gradient, x, A, first, last):
    return numerical_gradient(lambda v: np.sum(A * v**3) + v[first] * v[last], x)


def _slopes_with_a_step(numerical_gradient, x, h):
    return numerical_gradient(lambda v: np.sum(v**3), x, h)


def _slopes_of_a_steep_formula(numerical_gradient, x):
    return numerical_gradient(lambda v: np.sum(np.exp(2e5 * v)), x)


def _slopes_of_a_parabola(numerical_gradient, x, A, h):
    return numerical_gradient(lambda v: np.sum(A * v**2), x, h)


def _slopes_of_thirds(numerical_gradient, x):
    return numerical_gradient(lambda v: np.sum(v**2) / 3, x)


def _places_visited(numerical_gradient, x, w):
    visited = []

    def f(v):
        visited.append(np.array(v))
        return np.sum(v * v * w)

    return numerical_gradient(f, x.copy()), visited


def _x_afterwards(numerical_gradient, x, w):
    kept = x.copy()
    return numerical_gradient(lambda v: np.sum(v * v * w), kept), kept


@points(0.5)
def test_numerical_gradient_values(student, rng):
    """The slopes are right, for arrays with one, two and three axes, and for numbers of every size."""
    cases, parabolas = [], []
    for shape in ((4,), (2, 3), (2, 1, 3), (1, 2), (3, 2, 1)):
        x, A = rng.normal(size=shape), rng.normal(size=shape)
        first, last = (0,) * len(shape), tuple(n - 1 for n in shape)
        right = 3 * A * x**2
        right[first] += x[last]
        right[last] += x[first]
        cases.append((student.run(_slopes_of_a_formula, x=x, A=A, first=first, last=last), right))
    for what, _, inputs, size in unusual_arrays(rng, x=(2, 3)):
        A = rng.uniform(0.5, 2, size=(2, 3))
        slopes = student.run(_slopes_of_a_parabola, **inputs, A=A, h=min(max(size * 1e-3, 1e-5), 0.1))
        parabolas.append((what, slopes, 2 * A * inputs["x"]))
    for answer, right in cases:
        what = f"numerical_gradient(f, x) with x of shape {right.shape}"
        assert_close(answer, right, rtol=SINGLE, strict_shape=True, what=what)
    for what, answer, right in parabolas:
        assert_close(answer, right, rtol=SINGLE, atol=TINY / 1e4, what=f"numerical_gradient(f, x, h) with {what}")


@points(0.5)
def test_numerical_gradient_step(student, rng):
    """Both sides are used, with the step h that is given, and with 0.00001 if none is given."""
    x, steps = rng.uniform(1, 2, size=5), (rng.uniform(0.2, 0.4), rng.uniform(1.5, 2.5))
    answers = [student.run(_slopes_with_a_step, x=x, h=h) for h in steps]
    steep = student.run(_slopes_of_a_steep_formula, x=x * 1e-5)
    for h, answer in zip(steps, answers, strict=True):
        assert_close(answer, 3 * x**2 + h**2, rtol=SINGLE, what="numerical_gradient(f, x, h) with a large h")
    right = np.exp(2 * x) * np.sinh(2) / 1e-5
    assert_close(steep, right, rtol=SINGLE, what="numerical_gradient(f, x) without h, for a steep f")


@points(0.5)
def test_numerical_gradient_whole_numbers(student, rng):
    """An array of whole numbers works, and the slopes are floats."""
    x = rng.choice(np.arange(-20, 21), size=(2, 3), replace=False)
    answer = student.run(_slopes_of_thirds, x=x)
    assert_close(answer, 2 * x / 3, rtol=SINGLE, what="numerical_gradient(f, x) with whole numbers in x")


def _facts_of_visits(inputs, answer):
    """Count how many elements of x were moved in one call of f, at most."""
    slopes, visited = answer
    x = inputs["x"]
    moved = [int(np.sum(np.abs(np.asarray(v) - x) > 1e-9)) for v in visited if np.shape(v) == x.shape]
    strange = len(visited) - len(moved)
    return {"slopes": slopes, "most elements moved": max(moved, default=0), "calls with another shape": strange}


@points(0.5)
def test_numerical_gradient_moves_one_element(student, rng):
    """Each time that f is called, at most one element of x is moved, and afterwards x is as before."""
    inputs = {"x": rng.normal(size=(3, 2)), "w": rng.normal(size=(3, 2))}
    answer = take_apart(student.run(_places_visited, facts=_facts_of_visits, **inputs), ("slopes", "places"))
    again, kept = take_apart(student.run(_x_afterwards, **inputs), ("slopes", "x"))
    facts = facts_of(_facts_of_visits, inputs, answer)
    assert_that(
        facts.get("calls with another shape") == 0, "f was called with something that is no array of the shape of x."
    )
    count = facts["most elements moved"]
    assert_that(count <= 1, f"In one call of f, {count} elements of x were moved. Was the one before put back?")
    what, slopes = "numerical_gradient(f, x) of a weighted sum of squares", 2 * inputs["w"] * inputs["x"]
    assert_close(answer[0], slopes, rtol=SINGLE, what=what)
    same = difference(kept, inputs["x"], rtol=0.0, atol=0.0) is None
    assert_that(same, "x is not the same as before the call. The caller still needs it.")
    assert_close(again, slopes, rtol=SINGLE, what=what)


# topological_order
#
# The nodes of a graph are numbered at random, so that nobody finds an order without following the parents.


def _orders(topological_order, graph, roots):
    class Dot:
        def __init__(self, number):
            self.number, self.name = number, "n"  # names are any text, and the same one may come twice

        def __repr__(self):
            return self.name

    dots = [Dot(number) for number in range(len(graph))]
    for dot, numbers in zip(dots, graph, strict=True):
        dot.parents = tuple(dots[number] for number in numbers)
    orders = [topological_order(dots[root]) for root in roots]
    orders = [[getattr(dot, "number", None) for dot in o] if isinstance(o, list) else o for o in orders]
    return orders, [[parent.number for parent in dot.parents] for dot in dots]


def _facts_of_orders(inputs, answer):
    """Say of each list what it holds, where its root stands, and how often a node stands before a parent."""
    return {
        f"list {k + 1}": [sorted(order), order.index(root), *_early(inputs["graph"], order)]
        for k, (root, order) in enumerate(zip(inputs["roots"], answer[0], strict=True))
    }


def _early(graph, order):
    place = {number: k for k, number in enumerate(order)}
    return [sum(place.get(parent, -1) > place[number] for parent in graph[number]) for number in sorted(place)]


def _order_and_looks(topological_order, graph, root):
    looks = []

    class Dot:
        def __init__(self, number):
            self.number = number

        @property
        def parents(self):
            if len(looks) <= 5000:
                looks.append(self.number)
            return tuple(dots[number] for number in graph[self.number])

    dots = [Dot(number) for number in range(len(graph))]
    return [getattr(dot, "number", None) for dot in topological_order(dots[root])], looks


def _renumbered(rng, graph, roots):
    """Give the nodes of a graph, whose parents come first, other numbers at random."""
    new = [int(number) for number in rng.permutation(len(graph))]
    others = [[] for _ in graph]
    for number, parents in enumerate(graph):
        others[new[number]] = [new[parent] for parent in parents]
    return others, [new[root] for root in roots]


def _are_nodes(order, graph):
    return isinstance(order, list) and all(type(number) is int and 0 <= number < len(graph) for number in order)


def _check_orders(orders, graph, roots):
    """Insist that each order holds the nodes below its root once each, parents first."""
    for root, order in zip(roots, take_apart(orders, [f"list {k + 1}" for k in range(len(roots))]), strict=True):
        needed, todo = {root}, [root]
        while todo:
            new = set(graph[todo.pop()]) - needed
            needed |= new
            todo += new
        assert_that(_are_nodes(order, graph), "The list holds something that is no node of the graph.")
        missing, other = len(needed - set(order)), len(set(order) - needed)
        assert_that(not missing, f"{missing} of {len(needed)} nodes are missing in the list.")
        assert_that(not other, f"The list holds {other} nodes that the root is not made of.")
        assert_that(len(order) == len(needed), f"There are {len(needed)} nodes, but the list has {len(order)} entries.")
        place = {number: k for k, number in enumerate(order)}
        early = sum(place[parent] > place[number] for number in order for parent in graph[number])
        assert_that(not early, f"{early} times a node stands before one of its parents.")


def _ask_for_orders(student, rng, graph, roots):
    graph, roots = _renumbered(rng, graph, roots)
    answer = student.run(_orders, facts=_facts_of_orders, graph=graph, roots=roots)
    orders, kept = take_apart(answer, ("the lists", "the parents"))
    _check_orders(orders, graph, roots)
    assert_that(difference(kept, graph) is None, "The parents of the nodes were changed.")


@points(0.5)
def test_topological_order_one_right_order(student, rng):
    """Where only one order is right, that one is found; also when asked twice, and for an inner node."""
    graph = [[]]
    for number in range(1, 9):
        extra = rng.permutation(number - 1)[: rng.integers(0, 3)] if number > 1 else []
        graph.append([int(k) for k in rng.permutation([number - 1, *extra])])
    graph[8] = [int(k) for k in rng.permutation([0, 3, 7])]
    _ask_for_orders(student, rng, graph, [8, 8, 5])


@points(0.5)
def test_topological_order_of_any_graph(student, rng):
    """Every node that the root is made of is listed once, after its parents, and no other node is."""
    # Two ways of different length from 1 to the root; node 0 is reached late; nodes 3 and 9 are not reached at all.
    graph = [[], [0], [1], [1], [2, 0], [4, 4], [1, 5], [5], [6, 1, 7], [8, 3]]
    graph = [[int(k) for k in rng.permutation(parents)] for parents in graph]
    _ask_for_orders(student, rng, graph, [8])
    _ask_for_orders(student, rng, [[], []], [1])


def _facts_of_looks(inputs, answer):
    order, looks = answer
    order = [sorted(order), order.index(inputs["root"]), *_early(inputs["graph"], order)]
    return {"order": order, "looks": "few" if len(looks) <= 5000 else "many"}


@points(0.5, repeat=False)
def test_topological_order_with_many_paths(student, rng):
    """A graph with 8,192 paths but only 27 nodes takes no longer than its size."""
    graph = [[]]
    for k in range(13):
        graph += [[2 * k], [2 * k + 1, 2 * k]]
    graph, (root,) = _renumbered(rng, graph, [26])
    answer = student.run(_order_and_looks, facts=_facts_of_looks, graph=graph, root=root)
    order, looks = take_apart(answer, ("the list", "the looks at parents"))
    _check_orders([order], graph, [root])
    assert_that(
        isinstance(looks, list) and len(looks) <= 5000,
        "The parents of the nodes were looked at more than 5,000 times. Is every path followed?",
    )


@points(0.5, repeat=False)
def test_topological_order_of_a_long_chain(student, rng):
    """A chain of 5,000 nodes works."""
    graph, (root,) = _renumbered(rng, [[], *([k] for k in range(4999))], [4999])
    orders, _ = take_apart(student.run(_orders, graph=graph, roots=[root]), ("the lists", "the parents"))
    (order,) = take_apart(orders, ("the list",))
    assert_that(_are_nodes(order, graph), "A chain of 5,000 nodes did not come back as a list of its nodes.")
    assert_that(len(order) == 5000, f"A chain of 5,000 nodes came back as a list of {len(order)}.")
    wanted = [root]
    while graph[wanted[-1]]:
        wanted += graph[wanted[-1]]
    misplaced = sum(actual != number for actual, number in zip(order, wanted[::-1], strict=True))
    assert_that(not misplaced, f"In a chain of 5,000 nodes, {misplaced} stand in the wrong place.")


# Value


def _twelve_formulas(Value, x, y, z, small):
    a, b, c, d, e = Value(x), Value(y), Value(z), Value(small), Value(-small)
    made = [a + b, a * b, a**3, b**-1, b**0.5, a.exp(), a.tanh(), b.relu(), c.relu(), (a + b) * c, d.relu(), e.relu()]
    return [node.data for node in made], [node.grad for node in [a, *made]]


def _with_plain_numbers(Value, names, x, n):
    formulas = {
        "a + 2": lambda a: a + 2,
        "n + a": lambda a: n + a,
        "a - n": lambda a: a - n,
        "a * n": lambda a: a * n,
        "3 * a": lambda a: 3 * a,
        "a / n": lambda a: a / n,
        "n / a": lambda a: n / a,
        "-a": lambda a: -a,
        "a**2": lambda a: a**2,
        "n - a": lambda a: n - a,
        "a * np.float64(n)": lambda a: a * np.float64(n),
        "a + np.float64(n)": lambda a: a + np.float64(n),
    }
    found = []
    for name in names:
        a = Value(x)
        y = formulas[name](a)
        y.backward()
        found.append([y.data, a.grad])
    return found


def _sums_and_products(Value, numbers):
    a, b, c, d = (Value(number) for number in numbers)
    alone = Value(numbers[0])
    alone.backward()
    inner = a * b
    total = inner + c
    f = total * d
    f.backward()
    return [node.grad for node in (a, b, c, d, inner, total, f, alone)]


def _functions_of_one(Value, numbers, factor):
    formulas = [
        lambda v: v**3,
        lambda v: v**-2,
        lambda v: v**0.5,
        lambda v: v.exp(),
        lambda v: v.tanh(),
        lambda v: v.relu(),
        lambda v: v.relu(),
        lambda v: (v * 1e-6) * 1e-6 + v * 1e-9,
        lambda v: v**2 + v,
        lambda v: v.relu() + v,
    ]
    found = []
    for number, formula in zip(numbers, formulas, strict=True):
        v, w = Value(number), Value(factor)
        y = (formula(v) * w).tanh()
        y.backward()
        found.append([v.grad, w.grad])
    return found


def _used_more_than_once(Value, number):
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
    grads += [x.grad, m.grad]
    x = Value(number)
    y = x.tanh() * x.exp() + x**2 + x.relu() * 3
    y.backward()
    return [*grads, x.grad]


def _three_sweeps(Value, number, factor):
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
    return grads + [node.grad for node in (x, w, a, y)]


def _long_chain(Value, number):
    x = Value(number)
    y = x
    for _ in range(2500):
        y = y * 1.001 + x
    y.backward()
    return [y.data, x.grad]


@points(0.5)
def test_Value_numbers(student, reference, rng):
    """The numbers of sums, products, powers and functions are right, and no gradient is there before backward."""
    inputs = {"x": float(rng.normal()), "y": float(rng.uniform(1.5, 3)), "z": float(rng.uniform(-3, -1))}
    inputs["small"] = float(rng.uniform(0.1, 0.9))
    answer, right = student.run(_twelve_formulas, **inputs), reference.run(_twelve_formulas, **inputs)
    for what, got, wanted in zip(("data", "grad, before backward,"), take_apart(answer, "ab"), right, strict=True):
        assert_close(got, wanted, rtol=SINGLE, atol=1e-6, what=f"{what} of small formulas")


@points(0.5)
def test_Value_plain_numbers(student, reference, rng):
    """Plain numbers, whole ones too, work on both sides, and the gradients are right."""
    inputs = {"x": float(rng.uniform(1.5, 3)), "n": float(rng.uniform(3, 5))}
    groups = ["a + 2", "n + a", "a - n"], ["a * n", "3 * a", "a / n", "n / a", "-a"], ["a**2"], ["n - a"]
    groups += ["a * np.float64(n)"], ["a + np.float64(n)"]
    answers = [student.run(_with_plain_numbers, **inputs, names=group) for group in groups]
    for group, answer in zip(groups, answers, strict=True):
        right = reference.run(_with_plain_numbers, **inputs, names=group)
        for formula, pair, wanted in zip(group, take_apart(answer, group), right, strict=True):
            number, slope = take_apart(pair, ("number", "gradient"))
            assert_close(number, wanted[0], rtol=SINGLE, what=f"the number of {formula}, with a plain number n")
            assert_close(slope, wanted[1], rtol=SINGLE, what=f"the gradient of a in {formula}, with a plain number n")


@points(0.5)
def test_Value_slopes_of_sums_and_products(student, rng):
    """The gradients through sums and products are right, with something behind them."""
    a, b, c, d = numbers = rng.uniform(1, 2, size=4) * rng.choice([-1, 1], size=4)
    names = ("a", "b", "c", "d", "a * b", "a * b + c", "f itself", "a alone, in a.backward(),")
    answer = take_apart(student.run(_sums_and_products, numbers=numbers.tolist()), names)
    right = [b * d, a * d, d, a * b + c, d, d, 1.0, 1.0]
    for name, actual, wanted in zip(names, answer, right, strict=True):
        where = "" if name.startswith("a alone") else " in f = (a * b + c) * d"
        assert_close(actual, wanted, rtol=SINGLE, what=f"the gradient of {name}{where}")


@points(1)
def test_Value_slopes_of_functions(student, rng):
    """The gradients through powers, exp, tanh and relu are right, with something behind them."""
    numbers = [*rng.uniform(0.5, 1.4, size=5), rng.uniform(0.2, 0.9), -rng.uniform(0.2, 0.9), rng.uniform(0.5, 1), 0.0]
    numbers.append(-rng.uniform(1.2, 2))
    factor = float(-rng.uniform(0.3, 0.6))
    names = ("a**3", "a**-2", "a**0.5", "a.exp()", "a.tanh()", "a.relu() with a > 0", "a.relu() with a < 0")
    names += ("tiny numbers times a", "(a**2 + a) with a = 0", "(a.relu() + a) with a < -1")
    answer = student.run(_functions_of_one, numbers=[float(number) for number in numbers], factor=factor)
    functions = (
        *(lambda v: v**3, lambda v: v**-2, lambda v: v**0.5, np.exp, np.tanh),
        *(lambda v: np.maximum(v, 0), lambda v: np.maximum(v, 0), lambda v: 1.001e-9 * v, lambda v: v**2 + v),
        lambda v: np.maximum(v, 0) + v,
    )
    for name, function, number, actual in zip(names, functions, numbers, take_apart(answer, names), strict=True):
        slopes = numerical_gradient(lambda v, f=function: np.tanh(f(v[0]) * v[1]), np.array([number, factor]))
        what = f"the gradients in y = ({name} * w).tanh()"
        assert_close(actual, slopes, rtol=SINGLE, atol=1e-15 if name.startswith("tiny") else 1e-6, what=what)


@points(1)
def test_Value_used_more_than_once(student, rng):
    """A Value that is used several times, near the result and far from it, gets the sum of all shares."""
    x = float(rng.uniform(1, 2))
    names = ("x in x * x + x", "x", "a", "b", "c = a * b", "x", "m = x * x", "x in x.tanh() * x.exp() + ...")
    answer = take_apart(student.run(_used_more_than_once, number=x), names)
    a, b, c = 2 * x, 3 * x, 6 * x * x
    along_a = b * a + c + a * a + 1  # through c as factor, through c times a, through b
    right = [2 * x + 1, 36 * x * x + 4, along_a, a * a + 1, a, (6 * x * x + 2) * 2 * x, 6 * x * x + 2]
    right.append(np.exp(x) * (np.tanh(x) + 1 - np.tanh(x) ** 2) + 2 * x + 3)
    for name, actual, wanted in zip(names, answer, right, strict=True):
        assert_close(actual, wanted, rtol=SINGLE, what=f"the gradient of {name}")


@points(1)
def test_Value_second_backward(student, rng):
    """Calling backward a second time gives the same gradients, and another result starts afresh."""
    x, w = (float(number) for number in rng.uniform(1, 2, size=2))
    answer = student.run(_three_sweeps, number=x, factor=w)
    take_apart(answer, [f"gradient {k + 1}" for k in range(12)])
    first = [2 * x * w * w + 1, 2 * x * w * x, 2 * x * w, 1.0]
    parts = {"y, called twice": first, "another result": [3 * w, 3 * x, 3.0, 1.0], "y once more": first}
    for k, (name, right) in enumerate(parts.items()):
        assert_close(answer[4 * k : 4 * k + 4], right, rtol=SINGLE, what=f"the gradients after backward of {name}")


@points(0.5, repeat=False)
def test_Value_long_chain(student, rng):
    """A chain of 5,000 steps works."""
    x = float(rng.uniform(1, 2))
    total = 1.001**2500 + (1.001**2500 - 1) / 0.001
    answer = student.run(_long_chain, number=x)
    assert_close(answer, [total * x, total], rtol=1e-4, what="number and gradient of a chain of 5,000 steps")


# backward_broken


def _swept(backward_broken, graph, weights, before, calls):
    class Dot:
        def __init__(self, parents, slopes, grad):
            self.parents, self.slopes, self.grad = parents, slopes, grad
            self.name = "n"  # names are any text, and the same one may come twice

        def __repr__(self):
            return self.name

    dots = []
    for numbers, slopes, grad in zip(graph, weights, before, strict=True):
        dots.append(Dot(tuple(dots[number] for number in numbers), tuple(slopes), grad))
    for call in range(calls):
        for dot, grad in zip(dots, before, strict=True):
            dot.grad = grad if call % 2 == 0 else dot.grad
        backward_broken(dots[-1])
    return [dot.grad for dot in dots]


def _swept_ladder(backward_broken, slope, length):
    class Dot:
        def __init__(self, parents, slopes):
            self.parents, self.slopes, self.grad = parents, slopes, 0.0

    dots = [Dot((), ())]
    for _ in range(1, length):
        dots.append(Dot((dots[-1], dots[-1]), (slope / 4, 3 * slope / 4)))
    backward_broken(dots[-1])
    return [dots[0].grad, dots[-1].grad]


def _check_sweep(student, rng, graph, what, *, before=0.0, calls=1, flat=()):
    """Compare with the sum over all paths, from a system of linear equations; the slopes are random.

    Args:
        before: what the nodes hold before the first call, and again before the third.
        calls: how often the function is called.
        flat: numbers of nodes whose slopes are 0.
    """
    # The first slope of each node is the largest, so that keeping the largest share is not keeping the last one.
    sizes = [np.sort(rng.uniform(1, 2, size=len(parents)))[::-1] for parents in graph]
    weights = [(size * rng.choice([-1, 1]) * (k not in flat)).tolist() for k, size in enumerate(sizes)]
    shares = np.zeros((len(graph), len(graph)))
    for number, (parents, slopes) in enumerate(zip(graph, weights, strict=True)):
        np.add.at(shares, (parents, number), slopes)
    right = np.linalg.solve(np.eye(len(graph)) - shares, np.eye(len(graph))[-1])
    start = [before] * len(graph)
    answer = student.run(_swept, graph=graph, weights=weights, before=start, calls=calls)
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
    answer = student.run(_swept_ladder, slope=(slope := float(rng.uniform(0.8, 1.2))), length=1200)
    assert_close(answer, [slope**1199, 1.0], rtol=1e-4, what="the gradients of a long graph with very many paths")


@points(0.5)
def test_backward_broken_short_and_long_way(student, rng):
    """A node hands on its gradient only when all shares have come in, also where a slope is 0 on the way."""
    # In the first graph, the short way to node 1 comes first: whoever goes by distance takes node 1 too early.
    for graph in ([[], [0], [1], [1, 2]], [[], [0], [1, 0], [1], [3, 2, 0], [4, 1]]):
        _check_sweep(student, rng, graph, "a graph with short and long ways")
    for flat in (3, 4):
        graph = [[], [], [0], [2], [1], [3, 4]]
        _check_sweep(student, rng, graph, "a graph with a slope of 0 on one of two ways", flat=(flat,))


@points(0.5)
def test_backward_broken_starts_afresh(student, rng):
    """What the nodes held before does not count, and neither does an earlier call."""
    graph = [[], [0], [1, 0], [2, 1]]
    _check_sweep(student, rng, graph, "a graph that held other numbers before", before=7.0)
    _check_sweep(student, rng, graph, "a graph after three calls", before=float(rng.uniform(2, 9)), calls=3)


# unbroadcast


def _check_unbroadcast(student, reference, rng, *cases, unusual=()):
    cases = [(rng.normal(size=size) + 0.5, shape) for size, shape in cases]
    cases += [(inputs["grad"], shape) for size, shape in unusual for _, _, inputs, _ in unusual_arrays(rng, grad=size)]
    answers = [student.unbroadcast(*case) for case in cases]
    for (grad, shape), answer in zip(cases, answers, strict=True):
        what = f"unbroadcast(grad, {shape}) with grad of shape {grad.shape}"
        largest = float(np.abs(grad).max())  # the numbers of a sum may cancel: it is no more exact than the largest
        right = reference.unbroadcast(grad, shape)
        assert_close(answer, right, rtol=SINGLE, atol=1e-6 * largest, strict_shape=True, what=what)


@points(0.5)
def test_unbroadcast_new_axes(student, reference, rng):
    """Axes that broadcasting put in front are summed away, for numbers of every size."""
    cases = ((5, 3), (3,)), ((3, 3), (3,)), ((4, 2, 3), (2, 3)), ((4, 2, 3), (3,)), ((1, 3), (3,)), ((4, 2), (2,))
    _check_unbroadcast(student, reference, rng, *cases, unusual=[((4, 3), (3,))])


@points(0.5)
def test_unbroadcast_stretched_axes(student, reference, rng):
    """Axes of length 1 that broadcasting stretched are summed, and kept."""
    cases = ((5, 3), (5, 1)), ((3, 3), (1, 3)), ((2, 3, 4), (2, 1, 1)), ((3, 1), (1, 1))
    _check_unbroadcast(student, reference, rng, *cases)


@points(0.5)
def test_unbroadcast_both(student, reference, rng):
    """New and stretched axes at once are right."""
    cases = (
        ((2, 3, 4), (3, 1)),
        ((2, 5, 3, 3), (3, 1)),
        ((3, 2, 4), (1, 4)),
        ((2, 3, 1), (3, 1)),
        ((2, 3, 2, 1), (2, 1)),
    )
    _check_unbroadcast(student, reference, rng, *cases)


@points(0.5)
def test_unbroadcast_numbers_and_nothing(student, reference, rng):
    """A plain number gets the sum of everything, and what was not repeated comes back as it is."""
    cases = ((3, 4), (3, 4)), ((1, 4), (1, 4)), ((3, 4), ()), ((5,), ()), ((1, 1), ()), ((5,), (1,)), ((4, 1), (1,))
    _check_unbroadcast(student, reference, rng, *cases)


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
    if shapes[0] == (5, 3, 4):
        _check_unusual_products(student, rng, part)


def _check_unusual_products(student, rng, part):
    """Compare with the formula, for numbers of other kinds."""
    cases = unusual_arrays(rng, dout=(3, 4), A=(3, 2), B=(2, 4))
    answers = [student.matmul_backward(*inputs.values()) for _, _, inputs, _ in cases]
    for (kind, _, inputs, _), answer in zip(cases, answers, strict=True):
        gradient = take_apart(answer, ("dA", "dB"))[part]
        dout, A, B = (inputs[name] for name in ("dout", "A", "B"))
        factors = ((dout, B.T), (A.T, dout))[part]
        _assert_product(gradient, *factors, what=f"{('dA', 'dB')[part]} with {kind}")


def _assert_product(actual, left, right, plus=0.0, *, what):
    """Compare with a product of matrices, whose terms may cancel: it is no more exact than the largest sum of sizes."""
    largest = float((np.abs(left) @ np.abs(right) + np.abs(plus)).max())
    assert_close(actual, left @ right + plus, rtol=SINGLE, atol=1e-6 * largest, strict_shape=True, what=what)


@points(0.5)
def test_matmul_backward_of_the_left_factor(student, rng):
    """dA agrees with numerical slopes, for factors of different sizes, and for numbers of every size."""
    _check_matmul(student, rng, 0, ((5, 3, 4), (1, 2, 3), (4, 1, 2)))


@points(0.5)
def test_matmul_backward_of_the_right_factor(student, rng):
    """dB agrees with numerical slopes, for factors of different sizes, and for numbers of every size."""
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


def _fitted(name, inputs, size):
    """Make the other part of X W + b as large as the one with the unusual array in it, so that neither drowns."""
    other = "X" if name == "b" else "b"
    return inputs | {other: inputs[other] * size}


@points(0.5)
def test_dense_forward_scores(student, reference, rng):
    """The scores are right, for several examples and for one, one input and one neuron, and numbers of every size."""
    cases = [(kind, _fitted(name, *rest)) for kind, name, *rest in unusual_arrays(rng, X=(4, 3), W=(3, 2), b=(2,))]
    answers = [student.dense_forward(*inputs.values()) for _, inputs in cases]
    _check_scores(student, reference, rng, (5, 3, 4), *small_shapes((3, 2, 3)))
    for (kind, inputs), answer in zip(cases, answers, strict=True):
        _assert_product(answer, inputs["X"], inputs["W"], inputs["b"], what=f"dense_forward(X, W, b) with {kind}")


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
    """dX and dW agree with numerical slopes, also for one input and one neuron, and for numbers of every size."""
    _check_dense(student, rng, ("dX", "dW"), ((5, 3, 4), (4, 2, 3), *small_shapes((3, 2, 4))))
    cases = unusual_arrays(rng, dout=(3, 2), X=(3, 4), W=(4, 2))
    answers = [student.dense_backward(*inputs.values()) for _, _, inputs, _ in cases]
    for (kind, _, inputs, _), answer in zip(cases, answers, strict=True):
        gradients = take_apart(answer, ("dX", "dW", "db"))
        dout, X, W = (inputs[name] for name in ("dout", "X", "W"))
        _assert_product(gradients[0], dout, W.T, what=f"dX with {kind}")
        _assert_product(gradients[1], X.T, dout, what=f"dW with {kind}")


@points(0.5)
def test_dense_backward_of_biases(student, rng):
    """db agrees with numerical slopes, has one number for each neuron, and is right for numbers of every size."""
    _check_dense(student, rng, ("db",), ((5, 3, 4), (2, 3, 1), (3, 1, 4)))
    cases = [(*case, case[2]["dout"]) for case in unusual_arrays(rng, dout=(3, 2))]
    others = [{"X": rng.normal(size=(3, 4)), "W": rng.normal(size=(4, 2))} for _ in cases]
    answers = [student.dense_backward(dout, *other.values()) for (*_, dout), other in zip(cases, others, strict=True)]
    for (kind, *_, dout), answer in zip(cases, answers, strict=True):
        db = take_apart(answer, ("dX", "dW", "db"))[2]
        largest = float(np.abs(dout).sum(axis=0).max())
        assert_close(db, dout.sum(axis=0), rtol=SINGLE, atol=1e-6 * largest, what=f"db with {kind}")


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
    """Positive numbers pass and negative ones become 0, for any shape and for numbers of every size."""
    shapes = ((7,), (3, 4), (2, 3, 2), (1,), *small_shapes((2, 3, 2)))
    cases = [(f"Z of shape {shape}", _bent(rng, shape)) for shape in shapes]
    cases += [(kind, inputs["Z"]) for kind, _, inputs, _ in unusual_arrays(rng, Z=(4, 3))]
    answers = [student.relu_forward(Z) for _, Z in cases]
    for (kind, Z), answer in zip(cases, answers, strict=True):
        right = np.where(Z > 0, Z, 0)
        what = f"relu_forward(Z) with {kind}"
        assert_close(answer, right, rtol=SINGLE, atol=TINY / 1e7, strict_shape=True, what=what)


@points(1)
def test_relu_backward_values(student, rng):
    """The upstream gradient passes where Z is positive, and is stopped where it is negative, whatever their size."""
    shapes = ((8,), (3, 4), (2, 3, 2), (1,), *small_shapes((2, 3, 2)))
    cases = [(f"Z of shape {shape}", rng.normal(size=shape) * 3, _bent(rng, shape)) for shape in shapes]
    cases += [(kind, *inputs.values()) for kind, _, inputs, _ in unusual_arrays(rng, dout=(4, 3), Z=(4, 3))]
    answers = [student.relu_backward(dout, Z) for _, dout, Z in cases]
    for (kind, dout, Z), answer in zip(cases, answers, strict=True):
        what = f"relu_backward(dout, Z) with {kind}"
        assert_shape(answer, Z.shape, what=what)
        told = (
            np.where(Z == 0, 0.0, answer) if isinstance(answer, np.ndarray) else answer
        )  # at 0 the text leaves the slope open
        assert_close(told, np.where(Z > 0, dout, 0.0), rtol=SINGLE, atol=TINY / 1e7, what=what)


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


def _unusual_networks(rng, N=4, D=3, H=5, C=4):
    """List (what is unusual, params, X, y): in turn, one array holds numbers of another kind.

    Where it makes scores large or small, another array makes up for it: all logits are of the usual size.
    """
    partners = {"X": ("W1",), "W1": ("X",), "b1": ("W2",), "W2": ("W1", "b1"), "b2": ()}
    shapes = {"X": (N, D), "W1": (D, H), "b1": (H,), "W2": (H, C), "b2": (C,)}
    cases = []
    for kind, name, _, size in unusual_arrays(rng, **shapes):
        if name == "b2" and size != 1.0:
            continue  # large logits have a check of their own
        while True:
            arrays = {other: rng.normal(size=shape) for other, shape in shapes.items()}
            arrays[name] = next(a for k, a, _ in kinds_of_numbers(rng, shapes[name]) if kind.startswith(k))
            for other in (*partners[name], *(("W1",) if name == "b1" else ())):
                arrays[other] = arrays[other] * (size if (name, other) == ("b1", "W1") else 1 / size)
            Z = arrays["X"] @ arrays["W1"] + arrays["b1"]
            if np.abs(Z).min() > 0.003 * np.abs(Z).max() and 0.2 < np.mean(Z > 0) < 0.8:
                break
        y = labels_with_gaps(rng, N, C)
        cases.append((kind, {key: arrays[key] for key in NAMES}, arrays["X"], y))
    return cases


def _check_unusual_networks(student, reference, rng):
    """Compare loss and gradients with the reference, for numbers of other kinds and for large logits."""
    cases = _unusual_networks(rng)
    params, X, y = _some_network(rng, 6, 3, 5, 4)
    far = rng.permutation([900.0, 0.0, -900.0, 300.0])
    cases.append(("logits near 900 and -900", params | {"b2": far}, X, y))
    X = X * np.linspace(0.02, 1, 6)[:, None]  # so the examples' logits lie at different places between -900 and 900
    apart = {"W1": params["W1"], "b1": params["b1"] * 0.01, "W2": np.abs(params["W2"])}
    largest = np.max(np.maximum(X @ apart["W1"] + apart["b1"], 0) @ apart["W2"])
    apart["W2"], apart["b2"] = apart["W2"] * 1700 / largest, rng.normal(size=4) - 900
    cases.append(("logits between -900 and 900", apart, X, y))
    answers = [student.mlp_loss(*case) for _, *case in cases]
    for (kind, *case), answer in zip(cases, answers, strict=True):
        loss, grads = take_apart(answer, ("loss", "grads"))
        right, slopes = reference.mlp_loss(*case)
        assert_close(loss, right, rtol=1e-4, what=f"loss with {kind}")
        assert_that(isinstance(grads, dict) and set(grads) == set(NAMES), "grads: expected a dict with four names.")
        for name in NAMES:
            tolerances = {"rtol": 1e-3, "atol": 1e-20, "strict_shape": True}
            assert_close(grads[name], slopes[name], **tolerances, what=f'grads["{name}"] with {kind}')


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
    """All is right for one example, feature or hidden neuron, for numbers of every size, and for large logits."""
    _check_network(student, reference, rng, NAMES, ((1, 3, 4, 2), (4, 4, 4, 4), (6, 1, 4, 3), (6, 3, 1, 2)))
    _check_unusual_networks(student, reference, rng)


# train_mlp


def _four_trainings(train_mlp, X, y, others, num_classes, seed):
    first = train_mlp(X, y, num_classes, np.random.default_rng(seed))
    other = train_mlp(X, others, num_classes, np.random.default_rng(seed))
    again = train_mlp(X, y, num_classes, np.random.default_rng(seed + 1))
    same = train_mlp(X, y, num_classes, np.random.default_rng(seed))
    return [first, other, again, same]


def _facts_of_training(inputs, answer):
    first, other, again, same = ({name: np.asarray(part[name], dtype=np.float64) for name in NAMES} for part in answer)
    return {
        "learn": [name for name in NAMES if np.any(first[name] != other[name])],
        "hidden neurons differ": bool(np.any(np.ptp(first["W1"], axis=1) > 1e-9)),
        "follows rng": bool(np.any(first["W1"] != again["W1"])),
        "rng decides": all(np.allclose(first[name], same[name], rtol=1e-5, atol=1e-8) for name in NAMES),
        "finite": all(bool(np.isfinite(first[name]).all()) for name in NAMES),
        "recognises": float(np.mean(_classes(first, inputs["X"]) == inputs["y"])) >= 0.95,
    }


def _classes(params, X):
    """Say which class a network gives to each example."""
    with np.errstate(all="ignore"):
        return np.argmax(np.maximum(X @ params["W1"] + params["b1"], 0) @ params["W2"] + params["b2"], axis=1)


def _clusters(rng, num_features, num_classes, num_examples):
    """Draw examples around corners that are far apart."""
    y = rng.permutation(np.arange(num_examples) % num_classes)
    corners = 2.0 * np.eye(num_classes, num_features)[:, rng.permutation(num_features)] - 0.5
    return corners[y] + 0.2 * rng.normal(size=(num_examples, num_features)), y


def _check_params(params, num_features, num_classes):
    """Insist on the four arrays, with shapes that fit together; return them as float64."""
    fits = isinstance(params, dict) and set(params) >= set(NAMES)
    assert_that(fits, "Expected a dict with the arrays W1, b1, W2 and b2.")
    try:
        width = np.asarray(params["W1"], dtype=np.float64).reshape(num_features, -1).shape[1]
    except (TypeError, ValueError, OverflowError):
        width = 1  # which the shapes below refuse
    shapes = ((num_features, width), (width,), (width, num_classes), (num_classes,))
    for name, shape in zip(NAMES, shapes, strict=True):
        assert_shape(params[name], shape, what=f"{name} with D = {num_features}, C = {num_classes}")
    arrays = [np.asarray(params[name], dtype=np.float64) for name in NAMES]
    assert_that(all(np.isfinite(array).all() for array in arrays), "Some weights are infinite or NaN.")
    return arrays


@points(0.5, seconds=60)
def test_train_mlp_shapes(student, rng):
    """The four arrays have the right shapes, also if a class does not occur, and clear-cut examples are recognised."""
    sizes = (int(rng.integers(7, 12)), 6, 6), (int(rng.integers(3, 7)), 2, 2), (int(rng.integers(3, 7)), 3, 5)
    for num_features, occurring, num_classes in sizes:
        X, y = _clusters(rng, num_features, occurring, 36)
        params = student.train_mlp(X, y, num_classes, np.random.default_rng(_integer(rng)))
        arrays = _check_params(params, num_features, num_classes)
        share = np.mean(_classes(dict(zip(NAMES, arrays, strict=True)), X) == y)
        assert_that(share >= 0.95, "Less than 95 % of examples are recognised that are far apart, and that it saw.")


@points(1, seconds=60)
def test_train_mlp_every_array_learns(student, rng):
    """Each of the four arrays learns from the labels, hidden neurons differ, and clear-cut examples are recognised."""
    X, y = _clusters(rng, 9, 5, 40)
    others = (y + 1 + np.arange(40) % 2) % 5
    inputs = {"X": X, "y": y, "others": others, "num_classes": 5, "seed": _integer(rng)}
    answer = student.run(_four_trainings, facts=_facts_of_training, **inputs)
    names = "params", "params for other labels", "params of another rng", "params of the same rng"
    for params in take_apart(answer, names):
        _check_params(params, 9, 5)
    facts = _facts_of_training(inputs, answer)
    still = [name for name in NAMES if name not in facts["learn"]]
    assert_that(not still, f"Other labels in y lead to the same {' and '.join(still)}: not every array is trained.")
    assert_that(facts["hidden neurons differ"], "All hidden neurons have the same weights. How did they start?")
    assert_that(facts["follows rng"], "Another rng leads to the same W1. Do the weights at the start come from rng?")
    decided = "The same rng leads to another network. Does anything else draw numbers, such as a generator of your own?"
    assert_that(facts["rng decides"], decided)
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
    arrays = _check_params(params, 2, 2)
    share = np.mean(_classes(dict(zip(NAMES, arrays, strict=True)), X[400:]) == y[400:])
    assert_that(share >= 0.97, f"{share:.1%} of new points were recognised. Asked: 97 %.")
