"""Known wrong answers of lesson 02, each with the hint that its maker deserves.

Each function may use NumPy as `np` and the lesson's own functions, which are there when it runs. An `edit` is the
reference with a few texts replaced.
"""

import numpy as np

from grading.lessons.checking import edit, hint

VIEWS = {}

# Wrong answers made by the machine that are right after all, see CONTRIBUTING.md.
EQUIVALENT = {
    "*": {
        "nothing of...": "no array is empty: the text says so at the top",
        "whole numbers in, whole numbers out of...": "arrays hold floats, unless the docstring says so",
    },
    "numerical_gradient": {
        "reference: constant: 1e-05 -> -1e-05...": "down and up in place of up and down",
        "steps: constant: 1e-05 -> -1e-05...": "down and up in place of up and down",
        "flat_copies: constant: 1e-05 -> -1e-05...": "down and up in place of up and down",
        "reference: function: np.zeros(moved.shape) -> np.ones(moved.shape)": "every entry is written over",
        "0 counts as of 1e-05 h": "h is positive",
        "sign dropped of h": "h is positive",
    },
    "topological_order": {
        "reference: name: seen -> order in node not in seen": "right, if slow: what is on top is written first",
        "iterators: call left out: id(root) -> root...": "the root is no parent",
        "iterators: call left out: iter(root.parents)...": "right, if slow: begins with the parents met before",
        "iterators: call left out: iter(parent.parents)...": "right, if slow: begins with the parents met before",
        "iterators: first round only: for parent in parents...": "the outer loop comes back for the next parent",
    },
    "Value": {
        "reference: comparison: self.data > 0 -> self.data >= 0...": "at 0 the text leaves the slope open",
        "closures: comparison: self.data > 0 -> self.data >= 0...": "at 0 the text leaves the slope open",
        "dict_of_gradients: comparison: self.data > 0 -> self.data >= 0...": "at 0 the text leaves the slope open",
        "reference: operator: self * -1.0 -> self / -1.0...": "the same number",
        "reference: operator: other * -1.0 -> other / -1.0...": "the same number",
        "closures: operator: self * -1.0 -> self / -1.0...": "the same number",
        "closures: operator: other * -1.0 -> other / -1.0...": "the same number",
        "dict_of_gradients: operator: self * -1.0 -> self / -1.0...": "the same number",
        "dict_of_gradients: operator: other * -1.0 -> other / -1.0...": "the same number",
        "closures: statement left out: self.slopes = tuple(slopes) -> pass": "this answer keeps its slopes elsewhere",
        "closures: term left out: hasattr(other, 'data') and hasattr(other, 'grad') -> hasattr(other, 'grad')": (
            "no plain number has a grad"
        ),
        "closures: call left out: hasattr(other, 'data') -> other...": "no plain number has a grad",
    },
    "backward_broken": {},
    "unbroadcast": {
        "one_sum: constant: 1 -> 0 in (1,)": "a sum over an axis of length 1 changes nothing, and reshape follows",
        "one_sum: constant: 1 -> -1 in (1,)": "a sum over an axis of length 1 changes nothing, and reshape follows",
        "one_sum: arguments swapped: zip(...": "two sizes are compared",
        "one_sum: without keepdims...": "reshape follows",
        "one_sum: constant: True -> False...": "reshape follows",
    },
    "matmul_backward": {},
    "dense_forward": {},
    "dense_backward": {},
    "relu_forward": {
        "where: comparison: Z > 0 -> Z >= 0...": "0 gives 0 either way",
        "mask: comparison: Z >= 0 -> Z > 0...": "0 gives 0 either way",
        "negative counts as 0 of Z": "this is what the function does",
    },
    "mlp_loss": {
        "examples: comparison: z > 0 -> z >= 0...": "at 0 the text leaves the slope open",
    },
    "relu_backward": {
        "reference: comparison: Z > 0 -> Z >= 0...": "at 0 the text leaves the slope open",
        "where: comparison: Z >= 0 -> Z > 0...": "at 0 the text leaves the slope open",
        "copy: comparison: Z <= 0 -> Z < 0...": "at 0 the text leaves the slope open",
        "beyond 5 counts as 5 of Z": "only the signs of Z count",
        "near ties count as ties of Z": "only the signs of Z count",
        "negative counts as 0 of Z": "the slope at 0 may be that of negative numbers",
        "0 counts as 0.001 of Z": "the slope at 0 may be that of positive numbers",
    },
}


# numerical_gradient


@hint("The function returns None. Is the return missing?")
def numerical_gradient__no_return(f, x, h=1e-5):
    gradient = np.zeros(np.shape(x))
    for index in np.ndindex(gradient.shape):
        step = np.zeros(gradient.shape)
        step[index] = h
        gradient[index] = (f(x + step) - f(x - step)) / (2 * h)


@hint("Only the step up is taken, from x to x + h. Take one step down as well: then the bends on both sides cancel.")
def numerical_gradient__only_up(f, x, h=1e-5):
    gradient = np.zeros(np.shape(x))
    for index in np.ndindex(gradient.shape):
        step = np.zeros(gradient.shape)
        step[index] = h
        gradient[index] = (f(x + step) - f(x)) / h
    return gradient


@hint("Only the step down is taken, from x to x - h. Take one step up as well: then the bends on both sides cancel.")
def numerical_gradient__only_down(f, x, h=1e-5):
    gradient = np.zeros(np.shape(x))
    for index in np.ndindex(gradient.shape):
        step = np.zeros(gradient.shape)
        step[index] = h
        gradient[index] = (f(x) - f(x - step)) / h
    return gradient


@hint("Only the step up is taken, but the difference is divided by 2 h. So every slope is half of what it should be.")
def numerical_gradient__half(f, x, h=1e-5):
    gradient = np.zeros(np.shape(x))
    for index in np.ndindex(gradient.shape):
        step = np.zeros(gradient.shape)
        step[index] = h
        gradient[index] = (f(x + step) - f(x)) / (2 * h)
    return gradient


edit(
    "numerical_gradient__divided_by_h",
    {"(2 * h)": "h"},
    hint="The two places are 2 h apart, but the difference is divided by h. So every slope is twice what it should be.",
)
edit(
    "numerical_gradient__missing_parentheses",
    {"(2 * h)": "2 * h"},
    hint="Something / 2 * h divides by 2 and then multiplies by h. Put 2 * h in parentheses.",
)
edit(
    "numerical_gradient__not_divided",
    {" / (2 * h)": ""},
    hint="The change of f is there, but a slope is a change divided by the distance, here 2 h.",
)
edit(
    "numerical_gradient__wrong_sign",
    {"(above - below)": "(below - above)"},
    hint="Every slope has the wrong sign: f at the lower place is subtracted from f at the upper one.",
)
edit(
    "numerical_gradient__not_put_back",
    {"        moved[index] = centre\n": ""},
    hint="After its turn, an element is not put back. So in the later turns several elements have been moved.",
)
edit(
    "numerical_gradient__ignores_h",
    {"centre + h": "centre + 1e-5", "centre - h": "centre - 1e-5", "(2 * h)": "2e-5"},
    hint="The step is always 0.00001. Use the argument h.",
)
edit(
    "numerical_gradient__whole_numbers_stay_whole",
    {"np.array(x, dtype=np.float64)": "np.array(x)"},
    hint="The copy of an array of whole numbers holds whole numbers, too: 1.00001 is stored as 1, 0.99999 as 0.",
)
edit(
    "numerical_gradient__whole_slopes",
    {"np.zeros(moved.shape)": "np.zeros_like(x)"},
    hint="The array for the slopes takes its type from x. Whole numbers in x cut off the slopes.",
)
edit(
    "numerical_gradient__in_place",
    {"np.array(x, dtype=np.float64)": "np.asarray(x, dtype=np.float64)", "        moved[index] = centre\n": ""},
    hint="x itself was moved and not put back: np.asarray makes no copy of floats. The caller still needs x.",
)


@hint("x comes back slightly changed: adding and subtracting h leaves rounding errors. Work on a copy.")
def numerical_gradient__rounding_left(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    moved = x if x.dtype == np.float64 else x.astype(float)
    for index in np.ndindex(x.shape):
        moved[index] += h
        above = f(moved)
        moved[index] -= 2 * h
        below = f(moved)
        moved[index] += h
        gradient[index] = (above - below) / (2 * h)
    return gradient


@hint("All elements are moved at the same time, so every slope is the sum of all. Move one element in each turn.")
def numerical_gradient__all_at_once(f, x, h=1e-5):
    return np.full(np.shape(x), (f(x + h) - f(x - h)) / (2 * h))


@hint("Whole rows are moved at once: x[i] is a row, if x has two axes. Every single element needs a turn of its own.")
def numerical_gradient__rows(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for i in range(len(x)):
        up, down = np.array(x, dtype=float), np.array(x, dtype=float)
        up[i] += h
        down[i] -= h
        gradient[i] = (f(up) - f(down)) / (2 * h)
    return gradient


@hint("The slopes are right, but the shape is lost: they came as a flat array. It must be the shape of x.")
def numerical_gradient__flat(f, x, h=1e-5):
    slopes = []
    for index in np.ndindex(np.shape(x)):
        step = np.zeros(np.shape(x))
        step[index] = h
        slopes.append((f(x + step) - f(x - step)) / (2 * h))
    return np.array(slopes)


@hint("f is called with a flat array. It expects an array of the shape of x.")
def numerical_gradient__flat_input(f, x, h=1e-5):
    flat = np.ravel(x).astype(float)
    slopes = np.zeros(flat.size)
    for i in range(flat.size):
        step = np.zeros(flat.size)
        step[i] = h
        slopes[i] = (f(flat + step) - f(flat - step)) / (2 * h)
    return slopes.reshape(np.shape(x))


@hint("The function returns after the first element. Is the return inside the loop?")
def numerical_gradient__return_in_loop(f, x, h=1e-5):
    gradient = np.zeros(np.shape(x))
    for index in np.ndindex(gradient.shape):
        step = np.zeros(gradient.shape)
        step[index] = h
        gradient[index] = (f(x + step) - f(x - step)) / (2 * h)
        return gradient


# topological_order


edit("topological_order__no_return", {"    return order": ""}, hint="The function returns None. Is the return missing?")
edit(
    "topological_order__no_visited",
    {"elif node not in seen:": "else:"},
    hint="Nodes that are used several times are listed several times, once for every path. Which nodes have you met?",
)
edit(
    "topological_order__root_first",
    {"return order": "return order[::-1]"},
    hint="The order is turned round: the root comes first. Parents stand before what is made of them.",
)
edit(
    "topological_order__no_root",
    {"return order": "return order[:-1]"},
    hint="The root itself is missing. It is the last node of the list.",
)
edit(
    "topological_order__no_ends",
    {"order.append(node)": "order += [node] if node.parents else []"},
    hint="The nodes without parents are missing. They belong into the list, too.",
)
edit(
    "topological_order__first_parent_only",
    {"for parent in node.parents)": "for parent in node.parents[:1])"},
    hint="Only the first parent of each node is followed. A node may have several.",
)
edit(
    "topological_order__marked_when_pushed",
    {
        "elif node not in seen:\n            seen.add(node)": "else:",
        "stack.extend((parent, False) for parent in node.parents)": (
            "for parent in node.parents:\n"
            "                if parent not in seen:\n"
            "                    seen.add(parent)\n"
            "                    stack.append((parent, False))"
        ),
    },
    hint="A node counts as met when it is put on the stack. But it may be needed earlier, from another child, and is "
    "then skipped. Mark it when it is taken off.",
)
edit(
    "topological_order__written_at_once",
    {"seen.add(node)": "seen.add(node)\n            order.append(node)", "if ready:": "if ready and False:"},
    hint="A node is written when it comes up first, before its parents. It has to wait until they are written.",
)


@hint("The nodes are listed by distance from the root, the root first. Parents must stand before what is made of them.")
def topological_order__by_distance(root):
    order, seen = [root], {root}
    for node in order:
        order += [parent for parent in dict.fromkeys(node.parents) if parent not in seen]
        seen.update(node.parents)
    return order


@hint(
    "The nodes are listed by distance from the root, far ones first. With a short way and a long way to the same node, "
    "it ends up behind a node that is made of it."
)
def topological_order__by_distance_reversed(root):
    order, seen = [root], {root}
    for node in order:
        order += [parent for parent in dict.fromkeys(node.parents) if parent not in seen]
        seen.update(node.parents)
    return order[::-1]


@hint(
    "The nodes are written on the way down, and the list is turned round at the end. With a short way and a long way "
    "to the same node, it ends up behind a node that is made of it."
)
def topological_order__on_the_way_down(root):
    order, seen, stack = [], set(), [root]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            order.append(node)
            stack.extend(node.parents)
    return order[::-1]


@hint("A function that calls itself for every node reaches Python's limit in a long chain. Use a list as a stack.")
def topological_order__recursive(root):
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent in node.parents:
                visit(parent)
            order.append(node)

    visit(root)
    return order


@hint(
    "The set of nodes that were met lives on from call to call, so the second call finds nothing new. "
    "Make a new set inside the function."
)
def topological_order__remembers(root, seen=set()):  # noqa: B006 - this is the mistake
    order, stack = [], [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents)
    return order


@hint("Only the parents of the root are listed. Their parents belong to the list, too, and so on.")
def topological_order__one_generation(root):
    return [*dict.fromkeys(root.parents), root]


@hint("The list holds pairs. It should hold the nodes alone.")
def topological_order__pairs(root):
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append((node, ready))
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents)
    return order


# Value


edit(
    "Value__overwrites",
    {"parent.grad += slope": "parent.grad = slope"},
    hint="A share replaces what the parent has already. A Value that is used twice gets two shares: they are added up.",
)
edit(
    "Value__ignores_upstream",
    {"slope * node.grad": "slope"},
    hint="The shares are the local slopes alone. Each is multiplied by the gradient of the node that hands it out.",
)
edit(
    "Value__adds_upstream",
    {"slope * node.grad": "slope + node.grad"},
    hint="The local slope and the node's gradient are added. Along a path, slopes are multiplied.",
)
edit(
    "Value__no_start",
    {"        self.grad = 1.0\n": ""},
    hint="All gradients are 0. The result needs the gradient 1 before the sweep, and after everything was set to 0.",
)
edit(
    "Value__starts_with_data",
    {"        self.grad = 1.0\n": "        self.grad = self.data\n"},
    hint="The sweep starts with the number of the result. It starts with 1: the result changes with itself one to one.",
)
edit(
    "Value__no_reset",
    {"            node.grad = 0.0\n": "            pass\n"},
    hint="What is left from an earlier call is still counted. Set all gradients to 0 at the beginning of backward.",
)
edit(
    "Value__wrong_way",
    {"reversed(order)": "order"},
    hint="The sweep goes from the beginning to the result. At the beginning there is nothing to hand out: go backward.",
)
edit(
    "Value__by_distance",
    {
        "        order = topological_order(self)\n": (
            "        order, seen = [self], {self}\n"
            "        for node in order:\n"
            "            order += [parent for parent in dict.fromkeys(node.parents) if parent not in seen]\n"
            "            seen.update(node.parents)\n"
            "        order.reverse()\n"
        )
    },
    hint="The nodes take turns by their distance from the result. With a short way and a long way to one node, it "
    "hands on its gradient too early. Use your topological_order.",
)
edit(
    "Value__hands_on_at_once",
    {
        "        for node in reversed(order):\n"
        "            for parent, slope in zip(node.parents, node.slopes, strict=True):\n"
        "                parent.grad += slope * node.grad\n": (
            "        stack = [self]\n"
            "        while stack:\n"
            "            node = stack.pop()\n"
            "            for parent, slope in zip(node.parents, node.slopes, strict=True):\n"
            "                parent.grad += slope * node.grad\n"
            "            stack.extend(dict.fromkeys(node.parents))\n"
            "            if len(stack) > 500:\n"
            "                break\n"
        )
    },
    hint="A node hands on its gradient each time that a share comes in, so earlier shares are handed on again. Each "
    "node has one turn, in reversed topological order.",
)
edit(
    "Value__calls_itself",
    {
        "        order = topological_order(self)\n": (
            "        order = []\n\n"
            "        def visit(node):\n"
            "            if node not in order:\n"
            "                for parent in node.parents:\n"
            "                    visit(parent)\n"
            "                order.append(node)\n\n"
            "        visit(self)\n"
        )
    },
    hint="A function that calls itself for every node reaches Python's limit in a long chain. Use your "
    "topological_order.",
)
edit(
    "Value__sum_of_values_only",
    {
        "other = other if isinstance(other, Value) else Value(other)\n        return Value(self.data + other.data": (
            "return Value(self.data + other.data"
        )
    },
    hint="A sum with a plain number fails: it has no data. Make a Value of it first.",
)
edit(
    "Value__product_of_values_only",
    {
        "other = other if isinstance(other, Value) else Value(other)\n        return Value(self.data * other.data": (
            "return Value(self.data * other.data"
        )
    },
    hint="A product with a plain number fails: it has no data. Make a Value of it first.",
)
edit(
    "Value__values_only",
    {"other = other if isinstance(other, Value) else Value(other)\n        ": ""},
    hint="Sums and products with plain numbers fail: they have no data. Make a Value of the number first.",
)
edit(
    "Value__sum_like_product",
    {"(1.0, 1.0)": "(other.data, self.data)"},
    hint="These are the slopes of a product. The slope of a sum along each of its parts is 1.",
)
edit(
    "Value__product_like_sum",
    {"(other.data, self.data)": "(1.0, 1.0)"},
    hint="These are the slopes of a sum. The slope of a product along one factor is the other factor.",
)
edit(
    "Value__product_slopes_exchanged",
    {"(other.data, self.data)": "(self.data, other.data)"},
    hint="The slope of a product along one factor is the other factor, not that factor itself.",
)
edit(
    "Value__sum_forgets_other",
    {"(self, other), (1.0, 1.0)": "(self,), (1.0,)"},
    hint="The sum remembers only one parent. The second one gets no gradient.",
)
edit(
    "Value__product_forgets_other",
    {"(self, other), (other.data, self.data)": "(self,), (other.data,)"},
    hint="The product remembers only one parent. The second one gets no gradient.",
)
edit(
    "Value__power_not_lowered",
    {"exponent * self.data ** (exponent - 1)": "exponent * self.data**exponent"},
    hint="In the slope of a power, the exponent is one lower: n times a to the power n - 1.",
)
edit(
    "Value__power_without_factor",
    {"exponent * self.data ** (exponent - 1)": "self.data ** (exponent - 1)"},
    hint="In the slope of a power, the exponent comes down as a factor: n times a to the power n - 1.",
)
edit(
    "Value__power_wrong_factor",
    {"exponent * self.data ** (exponent - 1)": "(exponent - 1) * self.data ** (exponent - 1)"},
    hint="The factor in the slope of a power is the old exponent n. Only the exponent is lowered.",
)
edit(
    "Value__power_swapped",
    {"self.data**exponent, (self,)": "exponent**self.data, (self,)"},
    hint="Base and exponent are exchanged in the number: a**n multiplies a with itself.",
)
edit(
    "Value__exp_slope_one",
    {"(self,), (power,)": "(self,), (1.0,)"},
    hint="The slope of exp is not 1: it is exp itself.",
)
edit(
    "Value__exp_slope_number",
    {"(self,), (power,)": "(self,), (self.data,)"},
    hint="The slope of exp is the result of exp, not the number that went in.",
)
edit(
    "Value__exp_like_power",
    {"(self,), (power,)": "(self,), (self.data * np.exp(self.data - 1.0),)"},
    hint="The rule for powers does not hold for exp, where the exponent moves. The slope of exp is exp itself.",
)
edit(
    "Value__tanh_slope_of_input",
    {"1.0 - squashed**2": "1.0 - self.data**2"},
    hint="In the slope of tanh, the result of tanh is squared, not the number that went in.",
)
edit(
    "Value__tanh_not_squared",
    {"1.0 - squashed**2": "1.0 - squashed"},
    hint="In the slope of tanh, the result is squared.",
)
edit(
    "Value__tanh_like_sigmoid",
    {"1.0 - squashed**2": "squashed * (1.0 - squashed)"},
    hint="This is the slope of the sigmoid. The slope of tanh is 1 minus its square.",
)
edit(
    "Value__tanh_plus",
    {"1.0 - squashed**2": "1.0 + squashed**2"},
    hint="There is a sign wrong in the slope of tanh: it is 1 in the middle, and dies out on both sides.",
)
edit(
    "Value__relu_slope_always_one",
    {"float(self.data > 0)": "1.0"},
    hint="The slope of the ReLU is 1 only where the number is positive. Elsewhere it is 0.",
)
edit(
    "Value__relu_slope_number",
    {"float(self.data > 0)": "max(self.data, 0.0)"},
    hint="The slope of the ReLU is 1 or 0, not the number itself.",
)
edit(
    "Value__relu_step",
    {"max(self.data, 0.0), (self,)": "float(self.data > 0), (self,)"},
    hint="The ReLU lets positive numbers through as they are. It does not turn them into 1.",
)
edit(
    "Value__relu_absolute",
    {"max(self.data, 0.0), (self,)": "abs(self.data), (self,)"},
    hint="Negative numbers become 0 in the ReLU, not positive.",
)
edit(
    "Value__relu_wrong_side",
    {"max(self.data, 0.0)": "min(self.data, 0.0)", "float(self.data > 0)": "float(self.data < 0)"},
    hint="The ReLU keeps the positive numbers, and turns the negative ones into 0. Here it is the other way round.",
)
edit(
    "Value__no_parents",
    {
        "(self, other), (1.0, 1.0)": "(), ()",
        "(self, other), (other.data, self.data)": "(), ()",
        "(self,), (": "(), (), (",
        "Value(self.data**exponent, (), (), (exponent * self.data ** (exponent - 1),))": "Value(self.data**exponent)",
        "Value(power, (), (), (power,))": "Value(power)",
        "Value(squashed, (), (), (1.0 - squashed**2,))": "Value(squashed)",
        "Value(max(self.data, 0.0), (), (), (float(self.data > 0),))": "Value(max(self.data, 0.0))",
    },
    hint="The numbers are right, but the new Values do not know their parents. So no gradient can reach them.",
)


# backward_broken


@hint(
    "Both bugs are still there. In the graph where x is used twice: how many shares does x get, and what does the code "
    "do with the first one?"
)
def backward_broken__as_given(root):
    for node in topological_order(root):
        node.grad = 0.0
    root.grad = 1.0
    order = [root]  # the root, its parents, their parents, and so on
    for node in order:  # the list grows while the loop walks along it
        for parent in node.parents:
            if parent not in order:
                order.append(parent)
    for node in order:
        for parent, slope in zip(node.parents, node.slopes, strict=True):
            parent.grad = slope * node.grad


@hint(
    "Shares are added up now. The second bug is left: with a short way and a long way, a node hands on its gradient "
    "before the long way has come in. In which order must the nodes have their turn?"
)
def backward_broken__only_sum_mended(root):
    for node in topological_order(root):
        node.grad = 0.0
    root.grad = 1.0
    order = [root]
    for node in order:
        for parent in node.parents:
            if parent not in order:
                order.append(parent)
    for node in order:
        for parent, slope in zip(node.parents, node.slopes, strict=True):
            parent.grad += slope * node.grad


edit(
    "backward_broken__only_order_mended",
    {"parent.grad += slope": "parent.grad = slope"},
    hint="The order is right now. The other bug is left: a second share replaces the first one.",
)
edit(
    "backward_broken__wrong_way",
    {"list(reversed(topological_order(root)))": "topological_order(root)"},
    hint="The nodes have their turn from the beginning to the root. Go backward: the root comes first.",
)
edit(
    "backward_broken__no_reset",
    {"        node.grad = 0.0\n": "        pass\n"},
    hint="What the nodes held before is still counted. The line that sets all gradients to 0 was right.",
)
edit(
    "backward_broken__no_start",
    {"    root.grad = 1.0\n": ""},
    hint="All gradients are 0. The root needs the gradient 1, after everything was set to 0.",
)
edit(
    "backward_broken__ignores_upstream",
    {"slope * node.grad": "slope"},
    hint="The shares are the local slopes alone. Each is multiplied by the gradient of the node that hands it out.",
)
edit(
    "backward_broken__adds_itself",
    {"parent.grad += slope * node.grad": "parent.grad += parent.grad + slope * node.grad"},
    hint="What the parent has already is added twice: += adds it once by itself.",
)
edit(
    "backward_broken__multiplies",
    {"parent.grad += slope * node.grad": "parent.grad = (parent.grad or 1.0) * slope * node.grad"},
    hint="The shares of one parent are multiplied with each other. Along a path slopes are multiplied, but over paths "
    "they are added.",
)
edit(
    "backward_broken__largest_share",
    {"parent.grad += slope * node.grad": "parent.grad = max(parent.grad, slope * node.grad, key=abs)"},
    hint="Only the largest share is kept. All shares are added up.",
)
edit(
    "backward_broken__resets_in_the_sweep",
    {
        "    for node in order:\n        node.grad = 0.0\n": "",
        "        for parent, slope": "        for parent in node.parents:\n            parent.grad = 0.0\n"
        "        for parent, slope",
    },
    hint="Gradients are set to 0 during the sweep, and shares that came earlier are lost. Set them to 0 before it.",
)


# unbroadcast


@hint("The function returns None. Is the return missing?")
def unbroadcast__no_return(grad, shape):
    grad.sum(axis=tuple(range(grad.ndim - len(shape))))


@hint("The gradient came back as it was. Whatever broadcasting has repeated must be summed.")
def unbroadcast__unchanged(grad, shape):
    return grad


edit(
    "unbroadcast__stretched_only",
    {"grad = grad.sum(axis=added)": "pass"},
    hint="The axes that are too many are still there. Sum over them first: they are on the left.",
)
edit(
    "unbroadcast__new_axes_only",
    {"return grad.sum(axis=stretched, keepdims=True)": "return grad"},
    hint="Axes of length 1 in `shape` were stretched by broadcasting. They must be summed, too, and kept.",
)
edit(
    "unbroadcast__axes_dropped",
    {"axis=stretched, keepdims=True": "axis=stretched"},
    hint="The sums are right, but axes of length 1 got lost. Keep them: keepdims=True.",
)
edit(
    "unbroadcast__mean",
    {"grad.sum(": "grad.mean("},
    hint="The shares were averaged. A number that is used several times gets the sum of its shares.",
)
edit(
    "unbroadcast__axes_on_the_right",
    {"range(grad.ndim - len(shape))": "range(len(shape), grad.ndim)"},
    hint="The axes on the right were summed away. Broadcasting adds new axes on the left.",
)
edit(
    "unbroadcast__one_axis_too_few",
    {"range(grad.ndim - len(shape))": "range(min(1, grad.ndim - len(shape)))"},
    hint="Only one axis is summed away. There may be more that are too many.",
)
edit(
    "unbroadcast__first_stretched_only",
    {"tuple(axis for axis, size in enumerate(shape) if size == 1)": "shape.index(1) if 1 in shape else ()"},
    hint="Only the first axis of length 1 is summed. There may be several.",
)
edit(
    "unbroadcast__wrong_axes_summed",
    {"if size == 1)": "if size != 1)"},
    hint="The wrong axes were summed: those that `shape` keeps. Sum over the axes where it is 1.",
)
edit(
    "unbroadcast__axes_before_the_sum",
    {
        "    grad = grad.sum(axis=added)\n": "",
        "    return grad.sum(axis=stretched, keepdims=True)": (
            "    return grad.sum(axis=stretched, keepdims=True).sum(axis=added)"
        ),
    },
    hint="The axes of `shape` were counted in `grad` while it still had too many on the left. Sum those away first.",
)


@hint("Everything was summed. Only what broadcasting has repeated is summed.")
def unbroadcast__everything(grad, shape):
    return np.full(shape, grad.sum())


@hint("The first of the repeated gradients was taken. They must be summed.")
def unbroadcast__first_copy(grad, shape):
    for _ in range(grad.ndim - len(shape)):
        grad = grad[0]
    for axis, size in enumerate(shape):
        if size == 1:
            grad = np.take(grad, [0], axis=axis)
    return grad


@hint("A plain number came as an array. For the shape (), sum everything into one number, with no axis left.")
def unbroadcast__number_as_array(grad, shape):
    shape = shape or (1,)
    grad = grad.sum(axis=tuple(range(grad.ndim - len(shape))))
    return grad.sum(axis=tuple(axis for axis, size in enumerate(shape) if size == 1), keepdims=True)


@hint("reshape cannot help: it keeps all numbers. Repeated ones have to be summed.")
def unbroadcast__reshaped(grad, shape):
    return grad.reshape(shape)


@hint("Axis 0 was summed, whatever was repeated. Compare the shape of `grad` with `shape`.")
def unbroadcast__always_rows(grad, shape):
    return grad.sum(axis=0).reshape(shape)


# matmul_backward


@hint("The function returns None. Is the return missing?")
def matmul_backward__no_return(dout, A, B):
    dout @ B.T, A.T @ dout


@hint("The two gradients came in the wrong order: dA first, then dB.")
def matmul_backward__order(dout, A, B):
    return A.T @ dout, dout @ B.T


@hint("The transposes are exchanged. Compare the shapes: dA has the shape of A, and its factor is B.")
def matmul_backward__factors_exchanged(dout, A, B):
    return dout @ A.T, B.T @ dout


@hint("The factors stand in the wrong order. A matrix product may not be turned round.")
def matmul_backward__sides_exchanged(dout, A, B):
    return B.T @ dout, dout @ A.T


@hint(
    "The transposes are missing. The sum for dA runs over the second index of B, and that for dB over the first of A."
)
def matmul_backward__no_transposes(dout, A, B):
    return dout @ B, A @ dout


@hint("In dA, B is not transposed. The sum runs over the columns of B.")
def matmul_backward__left_not_transposed(dout, A, B):
    return dout @ B, A.T @ dout


@hint("In dB, A is not transposed. The sum runs over the rows of A.")
def matmul_backward__right_not_transposed(dout, A, B):
    return dout @ B.T, A @ dout


@hint("Both gradients came transposed. dA has the shape of A, dB has the shape of B.")
def matmul_backward__transposed(dout, A, B):
    return (dout @ B.T).T, (A.T @ dout).T


@hint("The upstream gradient is not used. Each share is multiplied by it.")
def matmul_backward__ignores_upstream(dout, A, B):
    ones = np.ones_like(dout)
    return ones @ B.T, A.T @ ones


@hint("dB is divided by the number of rows. If the loss is a mean, that is in the upstream gradient already.")
def matmul_backward__divided(dout, A, B):
    return dout @ B.T, A.T @ dout / len(A)


@hint("dB holds the shares of A's first row only. Every row of A uses all of B: add up the shares.")
def matmul_backward__first_row_only(dout, A, B):
    return dout @ B.T, np.outer(A[0], dout[0])


@hint("Both are products element by element. A matrix product has sums in it, and so has its way back: use @.")
def matmul_backward__elementwise(dout, A, B):
    return dout * B, dout * A


# dense_forward


@hint("The function returns None. Is the return missing?")
def dense_forward__no_return(X, W, b):
    X @ W + b


@hint("The biases are never used.")
def dense_forward__no_bias(X, W, b):
    return X @ W


@hint("The biases are subtracted. They are added.")
def dense_forward__bias_subtracted(X, W, b):
    return X @ W - b


@hint("W was transposed. Column h of W holds the weights of neuron h.")
def dense_forward__W_transposed(X, W, b):
    return X @ W.T + b


@hint("The factors stand in the wrong order: each row of X meets each column of W.")
def dense_forward__factors_exchanged(X, W, b):
    return W @ X + b


@hint("Each example got a bias of its own. There is one bias for each neuron, which is each column.")
def dense_forward__bias_of_examples(X, W, b):
    return X @ W + b[: len(X), None]


@hint("A bend is in here already. The layer returns the scores as they are.")
def dense_forward__with_relu(X, W, b):
    return np.maximum(X @ W + b, 0)


@hint("The bias was added to the weights. It is added to the scores.")
def dense_forward__bias_into_weights(X, W, b):
    return X @ (W + b)


@hint("Only one of the biases was used, for all neurons. Each neuron has its own.")
def dense_forward__one_bias(X, W, b):
    return X @ W + b[0]


# dense_backward


@hint("The function returns None. Is the return missing?")
def dense_backward__no_return(dout, X, W):
    dout @ W.T, X.T @ dout, dout.sum(axis=0)


@hint("Two results came. The biases have a gradient, too.")
def dense_backward__no_db(dout, X, W):
    return dout @ W.T, X.T @ dout


@hint("The gradient of the inputs is missing. An earlier layer may wait for it.")
def dense_backward__no_dX(dout, X, W):
    return X.T @ dout, dout.sum(axis=0)


@hint("The results came in another order. Expected: dX, dW, db.")
def dense_backward__order(dout, X, W):
    return X.T @ dout, dout.sum(axis=0), dout @ W.T


@hint("The upstream gradient was averaged for db. A bias is used in every row: its shares are summed.")
def dense_backward__db_mean(dout, X, W):
    return dout @ W.T, X.T @ dout, dout.mean(axis=0)


@hint("db was not summed over the examples. It has one number for each neuron, shape (H,).")
def dense_backward__db_not_summed(dout, X, W):
    return dout @ W.T, X.T @ dout, dout


@hint("For db, the sum runs over the neurons. It must run over the examples, the rows.")
def dense_backward__db_over_neurons(dout, X, W):
    return dout @ W.T, X.T @ dout, dout.sum(axis=1)


@hint("db is one number. Each neuron has a bias of its own: sum over the rows only.")
def dense_backward__db_one_number(dout, X, W):
    return dout @ W.T, X.T @ dout, dout.sum()


@hint("db has the shape (1, H). It must have the shape of b, (H,).")
def dense_backward__db_as_row(dout, X, W):
    return dout @ W.T, X.T @ dout, dout.sum(axis=0, keepdims=True)


@hint("db is the number of examples. The slope along a bias is 1 in each row, times the upstream gradient of that row.")
def dense_backward__db_ignores_upstream(dout, X, W):
    return dout @ W.T, X.T @ dout, np.full(dout.shape[1], float(len(dout)))


@hint("dW is divided by the number of examples. If the loss is a mean, that is in the upstream gradient already.")
def dense_backward__dW_divided(dout, X, W):
    return dout @ W.T, X.T @ dout / len(X), dout.sum(axis=0)


@hint("dW and db are divided by the number of examples. That is in the upstream gradient already.")
def dense_backward__divided(dout, X, W):
    return dout @ W.T, X.T @ dout / len(X), dout.mean(axis=0)


@hint("W is not transposed in dX. Compare the shapes: dX has the shape of X.")
def dense_backward__W_not_transposed(dout, X, W):
    return dout @ W, X.T @ dout, dout.sum(axis=0)


@hint("dW came transposed. It must have the shape of W.")
def dense_backward__dW_transposed(dout, X, W):
    return dout @ W.T, dout.T @ X, dout.sum(axis=0)


@hint("X is not transposed in dW. Compare the shapes: dW has the shape of W.")
def dense_backward__X_not_transposed(dout, X, W):
    return dout @ W.T, X @ dout, dout.sum(axis=0)


@hint("The order of the arguments of matmul_backward is dout, A, B. Here X and W are exchanged.")
def dense_backward__arguments_exchanged(dout, X, W):
    dW, dX = matmul_backward(dout, W, X)
    return dX, dW, dout.sum(axis=0)


# relu_forward


@hint("The function returns None. Is the return missing?")
def relu_forward__no_return(Z):
    np.maximum(Z, 0)


@hint("Python's max compares whole arrays. np.maximum takes the larger one place by place.")
def relu_forward__python_max(Z):
    return max(Z, 0)


@hint("np.max finds the largest of all numbers. np.maximum takes the larger one place by place.")
def relu_forward__largest(Z):
    return np.max(Z, 0)


@hint("Negative numbers came out positive. They become 0.")
def relu_forward__absolute(Z):
    return np.abs(Z)


@hint("The negative numbers were kept, and the positive ones became 0. It is the other way round.")
def relu_forward__minimum(Z):
    return np.minimum(Z, 0)


@hint("Positive numbers became 1. They pass as they are.")
def relu_forward__step(Z):
    return (Z > 0).astype(float)


@hint("Negative numbers still come through, made small. In the ReLU they become 0.")
def relu_forward__leaky(Z):
    return np.where(Z > 0, Z, 0.01 * Z)


@hint("The negative numbers were left out. They become 0, so that the shape stays.")
def relu_forward__left_out(Z):
    return Z[Z > 0]


@hint("Z itself was overwritten. The way back still needs it: work on a new array.")
def relu_forward__in_place(Z):
    Z[Z < 0] = 0
    return Z


# relu_backward


@hint("The function returns None. Is the return missing?")
def relu_backward__no_return(dout, Z):
    dout * (Z > 0)


@hint("This is the local slope. It must be multiplied by the upstream gradient.")
def relu_backward__local_slope_only(dout, Z):
    return (Z > 0).astype(float)


@hint("The upstream gradient passes everywhere. It is stopped where Z is negative.")
def relu_backward__no_mask(dout, Z):
    return dout * 1.0


@hint("The upstream gradient was bent. Its sign does not matter: look at the sign of Z.")
def relu_backward__bends_upstream(dout, Z):
    return np.maximum(dout, 0)


@hint("The upstream gradient passes where Z is negative. It is the other way round.")
def relu_backward__wrong_side(dout, Z):
    return dout * (Z < 0)


@hint("Z itself was used as the slope. The slope is 1 or 0, whatever the size of Z.")
def relu_backward__times_relu(dout, Z):
    return dout * np.maximum(Z, 0)


@hint("Negative Z turn the sign of the gradient. They stop it: the slope there is 0.")
def relu_backward__sign(dout, Z):
    return dout * np.sign(Z)


@hint("The two arguments are exchanged: the mask comes from Z, and what passes is dout.")
def relu_backward__arguments_exchanged(dout, Z):
    return Z * (dout > 0)


@hint("Some gradient passes where Z is negative. In the ReLU the slope there is exactly 0.")
def relu_backward__leaky(dout, Z):
    return np.where(Z > 0, dout, 0.01 * dout)


@hint("The upstream gradient was overwritten. The caller may still need it: work on a new array.")
def relu_backward__in_place(dout, Z):
    dout[Z <= 0] = 0
    return dout


# mlp_loss


edit(
    "mlp_loss__no_return",
    {'    return loss, {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}': ""},
    hint="The function returns None. Is the return missing?",
)
edit(
    "mlp_loss__loss_only",
    {'return loss, {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}': "return loss"},
    hint="Only the loss came back. The dict of gradients is asked for, too.",
)
edit(
    "mlp_loss__order",
    {'loss, {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}': '{"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}, loss'},
    hint="The results came in the wrong order: the loss first, then the dict of gradients.",
)
edit(
    "mlp_loss__other_names",
    {'{"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}': '{"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}'},
    hint="The gradients have other names. Each is expected under the name of its array in params, such as W1.",
)
edit(
    "mlp_loss__tuple",
    {'{"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}': "(dW1, db1, dW2, db2)"},
    hint="The gradients came as a tuple. A dict is asked for, with the same four names as params.",
)
edit(
    "mlp_loss__no_bend",
    {"A = relu_forward(Z)": "A = Z"},
    hint="The bend is missing on the way forward. Without it, two layers are no more than one.",
)
edit(
    "mlp_loss__no_bend_on_the_way_back",
    {"dZ = relu_backward(dA, Z)": "dZ = dA"},
    hint="The bend is missing on the way back. Where Z is negative, the gradient is stopped.",
)
edit(
    "mlp_loss__no_bend_at_all",
    {"A = relu_forward(Z)": "A = Z", "dZ = relu_backward(dA, Z)": "dZ = dA"},
    hint="The bend is missing, forward and back. Without it, two layers are no more than one.",
)
edit(
    "mlp_loss__bend_by_gradient",
    {"relu_backward(dA, Z)": "relu_backward(dA, dA)"},
    hint="The gradient is stopped by its own sign. What counts is the sign of Z, which went into the ReLU.",
)
edit(
    "mlp_loss__bend_arguments_exchanged",
    {"relu_backward(dA, Z)": "relu_backward(Z, dA)"},
    hint="The arguments of relu_backward are exchanged: first the upstream gradient, then Z.",
)
edit(
    "mlp_loss__scores_for_activations",
    {"dense_backward(dlogits, A, ": "dense_backward(dlogits, Z, "},
    hint="On the way back through the second layer Z is used. That layer received A.",
)
edit(
    "mlp_loss__activations_for_inputs",
    {"dense_backward(dZ, X, ": "dense_backward(dZ, dA, "},
    hint="On the way back through the first layer another array than X is used. That layer received X.",
)
edit(
    "mlp_loss__logits_bent",
    {"cross_entropy(logits, ": "cross_entropy(relu_forward(logits), "},
    hint="The logits went through a ReLU. Only the hidden layer has one: scores of classes may be negative.",
)
edit(
    "mlp_loss__labels_for_targets",
    {"np.eye(logits.shape[1])[y])": "y)"},
    hint="cross_entropy got the classes y. It wants targets, shape (N, C): a row for each example, with a single 1.",
)
edit(
    "mlp_loss__own_softmax",
    {
        "loss, dlogits = cross_entropy(logits, np.eye(logits.shape[1])[y])": (
            "targets = np.eye(logits.shape[1])[y]\n"
            "    probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)\n"
            "    loss, dlogits = -np.sum(targets * np.log(probs)) / len(y), (probs - targets) / len(y)"
        )
    },
    hint="The exponential of a large logit overflows. The function cross_entropy, which is given, takes care of that.",
)
edit(
    "mlp_loss__divided_again",
    {"dense_backward(dlogits, ": "dense_backward(dlogits / len(y), "},
    hint="The gradients are too small by a factor N. The 1/N of the mean is in the gradient of the logits already.",
)
edit(
    "mlp_loss__summed",
    {"return loss,": "return loss * len(y),"},
    hint="The loss was multiplied by the number of examples. It comes as a mean from cross_entropy: keep it.",
)
edit(
    "mlp_loss__biases_exchanged",
    {'"b1": db1': '"b1": db2', '"b2": db2}': '"b2": db1}'},
    hint="The gradients of the two biases are exchanged.",
)
edit(
    "mlp_loss__second_layer_only",
    {'"W1": dW1, "b1": db1': '"W1": 0 * dW1, "b1": 0 * db1'},
    hint="The first layer has no gradient. Its share comes back through the second layer and the bend.",
)
edit(
    "mlp_loss__no_first_bias",
    {'X, params["W1"], params["b1"])': 'X, params["W1"], 0 * params["b1"])'},
    hint="The bias of the first layer is not used on the way forward.",
)
edit(
    "mlp_loss__no_second_bias",
    {'A, params["W2"], params["b2"])': 'A, params["W2"], 0 * params["b2"])'},
    hint="The bias of the second layer is not used on the way forward.",
)
edit(
    "mlp_loss__minus",
    {"dense_backward(dlogits, ": "dense_backward(-dlogits, "},
    hint="All gradients have the wrong sign. The step against the gradient is taken later, in training.",
)
edit(
    "mlp_loss__steps",
    {
        '    return loss, {"W1"': (
            '    params["W1"] -= 0.1 * dW1\n    params["W2"] -= 0.1 * dW2\n    return loss, {"W1"'
        )
    },
    hint="The function changes params. It only computes: the step is taken in training.",
)


# train_mlp


edit("train_mlp__no_return", {"    return params": ""}, hint="The function returns None. Is the return missing?")
edit(
    "train_mlp__zero_start",
    {
        "rng.normal(size=(X.shape[1], num_hidden)) * np.sqrt(2 / X.shape[1])": "np.zeros((X.shape[1], num_hidden))",
        "rng.normal(size=(num_hidden, num_classes)) * np.sqrt(2 / num_hidden)": "np.zeros((num_hidden, num_classes))",
    },
    hint="All weights start at 0. Then the hidden neurons are silent, nothing comes back to them, and they stay so.",
)
edit(
    "train_mlp__start_alike",
    {
        "rng.normal(size=(X.shape[1], num_hidden)) * np.sqrt(2 / X.shape[1])": (
            "np.tile(rng.normal(size=(X.shape[1], 1)), num_hidden)"
        ),
        "rng.normal(size=(num_hidden, num_classes)) * np.sqrt(2 / num_hidden)": (
            "np.tile(rng.normal(size=(1, num_classes)), (num_hidden, 1)) / num_hidden**0.5"
        ),
    },
    hint="All hidden neurons start with the same weights, so they get the same gradients and stay alike for ever.",
)
edit(
    "train_mlp__start_constant",
    {
        "rng.normal(size=(X.shape[1], num_hidden)) * np.sqrt(2 / X.shape[1])": "np.full((X.shape[1], num_hidden), 0.1)",
        "rng.normal(size=(num_hidden, num_classes)) * np.sqrt(2 / num_hidden)": (
            "np.full((num_hidden, num_classes), 0.1)"
        ),
    },
    hint="All weights start with the same number, so all hidden neurons stay alike for ever. Start at random.",
)
edit(
    "train_mlp__uphill",
    {"params[name] - learning_rate": "params[name] + learning_rate"},
    hint="The steps go uphill: the gradient is added. Step against it.",
)
edit(
    "train_mlp__first_layer_fixed",
    {"for name in params}": 'for name in params if name in ("W2", "b2")} | {"W1": params["W1"], "b1": params["b1"]}'},
    hint="The first layer keeps the weights that it started with. All four arrays are trained.",
)
edit(
    "train_mlp__W1_fixed",
    {"for name in params}": 'for name in params if name != "W1"} | {"W1": params["W1"]}'},
    hint="W1 keeps the values that it started with. All four arrays are trained.",
)
edit(
    "train_mlp__b1_fixed",
    {"for name in params}": 'for name in params if name != "b1"} | {"b1": params["b1"]}'},
    hint="b1 keeps the values that it started with. All four arrays are trained.",
)
edit(
    "train_mlp__W2_fixed",
    {"for name in params}": 'for name in params if name != "W2"} | {"W2": params["W2"]}'},
    hint="W2 keeps the values that it started with. All four arrays are trained.",
)
edit(
    "train_mlp__b2_fixed",
    {"for name in params}": 'for name in params if name != "b2"} | {"b2": params["b2"]}'},
    hint="b2 keeps the values that it started with. All four arrays are trained.",
)
edit(
    "train_mlp__weights_only",
    {"for name in params}": 'for name in ("W1", "W2")} | {"b1": params["b1"], "b2": params["b2"]}'},
    hint="The biases keep the values that they started with. All four arrays are trained.",
)
edit(
    "train_mlp__not_stored",
    {"            params = {name": "            stepped = {name"},
    hint="The new weights are computed, but not kept: the network that comes back is the one from the start.",
)
edit(
    "train_mlp__return_in_loop",
    {"    return params": "        return params"},
    hint="The function returns after the first epoch. Is the return inside a loop?",
)
edit(
    "train_mlp__step_after_epoch",
    {
        "            params = {name: params[name] - learning_rate * grads[name] for name in params}": (
            "            pass\n        params = {name: params[name] - learning_rate * grads[name] for name in params}"
        )
    },
    hint="There is one step in each epoch, with the last minibatch only. Each minibatch takes a step.",
)
edit(
    "train_mlp__labels_not_dealt",
    {"X[batch], y[batch])": "X[batch], y[: len(batch)])"},
    hint="The examples are dealt, but the labels are not: each example meets the label of another.",
)
edit(
    "train_mlp__tiny_steps",
    {"learning_rate, num_epochs, batch_size = 64, 0.5,": "learning_rate, num_epochs, batch_size = 64, 0.0005,"},
    hint="The weights hardly move. The learning rate is much too small for this number of epochs.",
)
edit(
    "train_mlp__huge_steps",
    {"learning_rate, num_epochs, batch_size = 64, 0.5,": "learning_rate, num_epochs, batch_size = 64, 1000.0,"},
    hint="The steps are so large that the network jumps about, or its numbers overflow. Take a smaller learning rate.",
)
edit(
    "train_mlp__two_features",
    {"(X.shape[1], num_hidden)": "(2, num_hidden)"},
    hint="The number of features is fixed at 2. It is the number of columns of X.",
)
edit(
    "train_mlp__two_classes",
    {"(num_hidden, num_classes)": "(num_hidden, 2)", "np.zeros(num_classes)": "np.zeros(2)"},
    hint="The number of classes is fixed at 2. It comes as an argument.",
)
edit(
    "train_mlp__own_rng",
    {"    params = {\n": "    rng = np.random.default_rng(0)\n    params = {\n"},
    hint="The weights at the start are the same whatever rng comes in. Take all randomness from the argument rng.",
)
edit(
    "train_mlp__unseeded",
    {"    params = {\n": "    rng = np.random.default_rng()\n    params = {\n"},
    hint="The same rng leads to another network each time. Take all randomness from the argument rng.",
)
edit(
    "train_mlp__tuple",
    {"return params": "return tuple(params.values())"},
    hint="The arrays came as a tuple. A dict is asked for, with the names W1, b1, W2 and b2.",
)
edit(
    "train_mlp__gradients_returned",
    {"return params": "return grads"},
    hint="The gradients of the last step came back. The trained params are asked for.",
)
edit(
    "train_mlp__with_losses",
    {"return params": "return params, []"},
    hint="A pair came back. Only the dict with the trained params is asked for.",
)
