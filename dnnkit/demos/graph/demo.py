"""Graph stepper: a formula as a graph, values node by node, gradients edge by edge, and the student's engine."""

from typing import Any

import numpy as np

from dnnkit.demos.canvas import Panel
from dnnkit.demos.controls import Question, Slider, Text, Toggle
from dnnkit.demos.demo import Demo
from dnnkit.demos.graph import expressions, graphs
from dnnkit.demos.graph.expressions import Unreadable
from dnnkit.demos.graph.panels import Steps, picture, row_of, tell
from dnnkit.demos.interface import Result, Settings

HOME = "(x*w + b - y)**2"
NUMBERS = "x = 2, w = -1, b = 0.5, y = 1"
NET = "tanh(x1*w1 + x2*w2)*u1 + tanh(x1*w3 + x2*w4)*u2"


class GraphStepper(Demo):
    """Backpropagation through a formula, step by step.

    Slots:
        Value: the student's class: `Value(number)` with `data`, `grad`, + - * / **, `exp()`, `tanh()`, `relu()` and
            `backward()`. The formula is built with it, and its gradients are compared.

    Example:
        graph_stepper(expression="x*x + x", numbers="x = 3")
    """

    name = "graph_stepper"
    title = "Computation graph, step by step"
    question = Question(
        "f = (x·w + b − y)² at x = 2, w = -1, b = 0.5, y = 1. All values are known, no gradient is. "
        "What is the slope of f along w: its sign and its size?",
        ("-10", "-5", "5", "10"),
        "Press Step: at each edge, upstream times local slope goes back. Read the gradient of w at the end.",
    )
    controls = (
        Slider("step", "step", 4, low=0, high=60, step=1, local=True, help="forward, node by node; then backward"),
        Slider("move", "move the chosen leaf by", 0.0, low=-4.0, high=4.0, step=0.1,
               help="choose a leaf with the up and down arrows in the picture, or point at it"),
        Toggle("forget", "forget to accumulate (=, not +=)", False),
        Text("expression", "f =", HOME, size=44, help="+ - * / ** exp log tanh relu sigmoid; an exponent is a number"),
        Text("numbers", "at", NUMBERS, size=40, help="one number for each name, as in x = 2, w = -1"),
    )  # fmt: skip
    presets = {
        "squared error, before backward": {},
        "first steps: a·b + c": {"expression": "a*b + c", "numbers": "a = 2, b = -3, c = 10", "leaf": "a", "step": 0},
        "lesson 02: (x + y)·y·z": {
            "expression": "(x + y)*y*z", "numbers": "x = 2, y = 3, z = -1", "leaf": "y", "step": 11,
        },
        "a value used twice, with = for +=": {
            "expression": "tanh(x*w)*x + x", "numbers": "x = 2, w = 0.5", "leaf": "x", "step": 13, "forget": True,
        },
        "sigmoid neuron with squared error": {
            "expression": "(sigmoid(x*w + b) - y)**2", "numbers": "x = 2, w = -1.5, b = 0.5, y = 1", "step": 5,
        },
        "softmax and cross-entropy, class b is right": {
            "expression": "log(exp(a) + exp(b) + exp(c)) - b", "numbers": "a = 1, b = 2, c = 0", "leaf": "b", "step": 7,
        },
        "a 2-2-1 net": {
            "expression": NET, "leaf": "w1", "step": 11,
            "numbers": "x1 = 1, w1 = 0.5, x2 = -1, w2 = 1, u1 = 1.5, w3 = -0.5, w4 = 0.25, u2 = -2",
        },
    }  # fmt: skip
    static_presets = {
        "1. Nothing is computed": {"step": 0},
        "2. All values are known": {},
        "3. A gradient on its way back": {"step": 8},
        "4. All slopes": {"step": 60},
        "With = for +=, a value used twice keeps its last share only": presets["a value used twice, with = for +="],
    }
    static_table = True
    slots = ("Value",)
    plot_keys = (
        ("ArrowRight", "Right arrow", "one step"),
        ("ArrowLeft", "Left arrow", "one step back"),
        ("ArrowUp", "Up arrow", "choose the leaf before"),
        ("ArrowDown", "Down arrow", "choose the next leaf"),
    )
    runs = True
    actions = (("values", "All values"), ("end", "To the end"))

    @classmethod
    def defaults(cls) -> Settings:
        """Return the settings of the default state; `leaf` is the name of the leaf that the slider moves."""
        return {"leaf": "w"} | super().defaults()

    def compute(self, values: Settings, rng: np.random.Generator) -> Result:
        """Compute values and gradients of n nodes, shape (n,), local slopes and shares of E edges, shape (E,)."""
        graph, text, leaves = self._read(values)
        leaf = values["leaf"] if values["leaf"] in leaves else next(iter(leaves))
        leaves[leaf] = round(leaves[leaf] + float(values["move"]), 9)
        numbers, forget = graphs.evaluate(graph, leaves), bool(values["forget"])
        local = graphs.local_slopes(graph, numbers)
        gradient, right = (graphs.gradients(graph, local, forget=mode) for mode in (forget, False))
        upstream = gradient[[child for child, _, _ in graph.edges]]
        shares = upstream * local
        result = {
            "graph": graph, "text": text, "leaves": leaves, "leaf": leaf, "steps": Steps(graph), "values": numbers,
            "local": local, "upstream": upstream, "shares": shares,
            "running": graphs.unfold(graph, shares, forget=forget),
            "gradient": gradient, "right": right, "wrong": graphs.parts_from(gradient, right),
            "numeric": graphs.numeric_gradient(graph, leaves, numbers),
        }  # fmt: skip
        known = np.isfinite(numbers).all() and np.isfinite(right).all()
        if not known:
            odd = self._odd(result)
            self.own.note(f"Not every value or slope is a number here: look at {odd}. Choose other numbers.")
        own = self._ask_own(result) if known else None
        return result | {"known": known, "own": own, "own_wrong": graphs.parts_from(own and own["gradients"], right)}

    def _read(self, values):
        """Read the two texts; what cannot be read is told, and the formula of the default state stands in."""
        try:
            text = str(values["expression"])
            graph = expressions.read(text)
            graphs.layout(graph)
        except Unreadable as error:
            self.own.note(f"The formula cannot be read: {error} The picture shows {HOME}.")
            text, graph = HOME, expressions.read(HOME)
        try:
            given = expressions.read_numbers(str(values["numbers"]))
        except Unreadable as error:
            self.own.note(f"The numbers cannot be read: {error}")
            given = {}
        names = [graph.names[k] for k in graph.leaves]
        if text == HOME and not given:
            given = expressions.read_numbers(NUMBERS)
        missing = [name for name in names if name not in given]
        if missing:
            self.own.note(f"No number is given for {', '.join(missing)}: 1 is taken.")
        return graph, text.strip(), {name: given.get(name, 1.0) for name in names}

    def _odd(self, result):
        odd = ~np.isfinite(result["values"])
        if not odd.any():
            odd[[child for child, _, _ in result["graph"].edges]] |= ~np.isfinite(result["local"])
        return result["graph"].names[int(np.argmax(odd))]

    def _ask_own(self, result):
        """Build the formula with the student's class; None when there is none, or it failed."""
        graph = result["graph"]
        if "log" in graph.steps and "Value" in self.own:
            self.own.note("The Value of the lesson has no log: yours is not compared here.")
            return None
        returned = self.own.run("Value", lambda value: graphs.build(value, graph, result["leaves"]))
        if returned is not None:
            pairs = (returned["values"], returned["gradients"]), (result["values"], result["right"])
            keys = [f"{what} of {name}" for what in ("value", "gradient") for name in graph.names]
            self.own.agrees("Value", *(dict(zip(keys, map(float, [*a, *b]), strict=True)) for a, b in pairs))
        return returned

    def draw(self, result: Result, values: Settings, pinned: tuple[Settings, Result] | None) -> list[Panel]:
        """Draw the graph."""
        return [picture(result, pinned and pinned[1])]

    def describe(self, result: Result, values: Settings) -> str | list[str]:
        """Say for each step what it computes; the last one says all slopes, and whether finite differences agree."""
        graph = result["graph"]
        where = ", ".join(f"{name} = {tell(number)}" for name, number in result["leaves"].items())
        sentences = [
            f"f = {result['text']} at {where}: {len(graph.made)} steps forward, {len(graph.edges)} edges backward."
        ]
        for n, k in enumerate(graph.made, start=1):
            with_numbers = graph.written(k, lambda p: tell(result["values"][p]))
            made = f"{graph.names[k]} = {graph.written(k)} = {with_numbers} = {tell(result['values'][k])}"
            sentences.append(f"Forward, step {n} of {len(graph.made)}: {made}.")
        sentences[-1] += f" All values are known at {where}; no gradient is known yet."
        sentences.append(f"Backward begins: {graph.names[-1]} changes with itself one to one, so its gradient is 1.")
        sentences += [self._edge(result, values, e) for e in range(len(graph.edges))]
        return [*sentences, self._check(result)]

    def _edge(self, result, values, e):
        graph, (child, parent, _) = result["graph"], result["graph"].edges[e]
        names, share = graph.names, tell(result["shares"][e])
        sentence = f"Backward, edge {e + 1} of {len(graph.edges)}, from {names[child]} to {names[parent]}: "
        sentence += f"upstream {tell(result['upstream'][e])} × local {tell(result['local'][e])} = {share}. "
        before, now = (tell(result["running"][at, parent]) for at in (e, e + 1))
        if result["steps"].edge(e) == result["steps"].first_share(parent):
            return f"{sentence}It is the first share of {names[parent]}: gradient {now}."
        if values["forget"]:
            return f"{sentence}It overwrites what {names[parent]} had, {before}: gradient {now}."
        return f"{sentence}{names[parent]} had {before} and adds it: gradient {now}."

    def _check(self, result):
        graph, leaves = result["graph"], result["graph"].leaves
        if not result["known"]:
            return "All edges are done, but not every value or slope is a number."
        slopes = ", ".join(f"df/d{graph.names[k]} = {tell(result['gradient'][k])}" for k in leaves)
        sentence = f"All {len(graph.edges)} edges are done: {slopes}. "
        wrong = [f"df/d{graph.names[k]} is {tell(result['right'][k])}" for k in np.flatnonzero(result["wrong"])]
        if wrong:
            sentence += f"✗ Finite differences disagree: {', '.join(wrong)}. What is used twice needs +=, not =."
        else:
            error = np.max(graphs.relative_error(result["gradient"], result["numeric"]))
            sentence += f"Finite differences agree, with a largest relative error of {error:.0e}."
        if result["own"] is not None:
            off = int(result["own_wrong"].sum())
            sentence += f" Your Value: {off or 'no'} wrong gradient{'s' * (off != 1)} of {len(graph.names)}."
        bent = [p for k in graph.made if graph.steps[k] == "relu" for p in graph.inputs[k]]
        if any(abs(result["values"][p]) <= graphs.NUDGE for p in bent):
            sentence += " relu stands at its bend, 0: backward takes slope 0 there, finite differences the middle."
        return sentence

    def table(self, result: Result, values: Settings) -> Any:
        """List for each step the nodes with what is known of them by then."""
        graph, steps = result["graph"], result["steps"]
        heads = ["node", "made as", "value", "gradient", "numeric gradient", "relative error"]
        heads += ["value with yours", "gradient with yours"] if result["own"] else []
        result = result | {"error": graphs.relative_error(result["gradient"], result["numeric"])}
        rows, tables = [row_of(result, k, 0) for k in range(len(graph.names))], []
        touched = [None, *graph.made, len(graph.names) - 1, *(parent for _, parent, _ in graph.edges), None]
        for step, k in enumerate(touched):
            if k is not None:
                rows[k] = row_of(result, k, step)
            tables.append((f"Nodes at step {step} of {steps.last}", heads, list(rows)))
        return tables

    def on_key(self, key: str, shift: bool, values: Settings) -> Settings:
        """Make a step, or choose another leaf."""
        graph = self.result["graph"]
        if key in ("ArrowRight", "ArrowLeft"):
            step = min(int(values["step"]), self.result["steps"].last) + (1 if key == "ArrowRight" else -1)
            return {"step": min(max(step, 0), self.result["steps"].last)}
        names = [graph.names[k] for k in graph.leaves]
        other = names.index(self.result["leaf"]) + (1 if key == "ArrowDown" else -1)
        return self._choose(names[other % len(names)])

    def on_action(self, action: str, values: Settings) -> Settings:
        """Go to where all values are known, or to where all gradients are."""
        steps = self.result["steps"]
        return {"step": steps.forward if action == "values" else steps.last}

    def on_point(self, x: float, y: float, values: Settings) -> Settings:
        """Choose the leaf nearest to where the reader points."""
        graph = self.result["graph"]
        place = graphs.layout(graph)
        near = min(graph.leaves, key=lambda k: (place.x[k] - x) ** 2 + (place.y[k] - y) ** 2)
        return self._choose(graph.names[near])

    def _choose(self, leaf):
        """Choose a leaf; what the slider has moved so far becomes a number in the text."""
        if leaf == self.result["leaf"]:
            return {}
        return {"leaf": leaf, "move": 0.0, "numbers": expressions.write_numbers(self.result["leaves"])}
