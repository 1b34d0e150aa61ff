"""A step of a network with gates, drawn as a flow from left to right."""

from typing import TYPE_CHECKING

from dnnkit.plots.figures import COLOURS, describe, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLACK, GREY, BLUE, ORANGE = "#000000", "#595959", COLOURS[0], "#B04E00"
ALT = {
    "lstm": (
        "One step of an LSTM. Above, the old cell goes straight through to the right: it is multiplied by the forget "
        "gate, then the candidate times the input gate is added, and what comes out is the new cell. The new state is "
        "the tanh of the new cell times the output gate. Below, inputs and old state go into all three gates and into "
        "the candidate."
    ),
    "gru": (
        "One step of a GRU. Above, the old state goes straight through to the right: it is multiplied by the forget "
        "gate, then the candidate times one minus the forget gate is added, and what comes out is the new state. "
        "Below, inputs and old state go into the forget gate and the reset gate. The candidate sees the inputs, and "
        "the old state times the reset gate."
    ),
}


def plot_gates(kind: str, *, ax: "Axes | None" = None) -> "Axes":
    """Draw one step of a network with gates: what is kept, what is added, and which gate decides.

    Args:
        kind: "lstm" or "gru".
        ax: where to draw; a figure of its own by default.

    Returns:
        The Axes.

    Raises:
        ValueError: there is no drawing of this kind.
    """
    if kind not in ALT:
        raise ValueError(
            f"plot_gates cannot draw {kind!r}. Expected one of {sorted(ALT)}. Is it written in small letters?"
        )
    ax = panels(width=8.6, height=3.7)[0] if ax is None else ax
    (_draw_lstm if kind == "lstm" else _draw_gru)(ax)
    ax.set(xlim=(-1.3, 10.6), ylim=(-0.7, 3.9), aspect="equal")
    ax.set_axis_off()
    describe(ax, ALT[kind])
    return ax


def _draw_lstm(ax: "Axes") -> None:
    _memory(ax, "$c_{t-1}$\nold cell", "$c_t$\nnew cell", (2.0, 5.0))
    _bus(ax, 7.4, "$x_t$, $h_{t-1}$", (2.0, 4.2, 5.8, 7.4))
    for x, name, label in ((2.0, "$f$", "forget"), (4.2, "$i$", "input"), (7.4, "$o$", "output")):
        _box(ax, x, name, label, BLUE)
    _box(ax, 5.8, "$g$", "candidate", ORANGE)
    _line(ax, [(2.0, 1.45), (2.0, 3.12)], BLUE)
    _line(ax, [(4.2, 1.45), (4.2, 2.3), (4.75, 2.3)], BLUE)
    _line(ax, [(5.8, 1.45), (5.8, 2.3), (5.25, 2.3)], ORANGE)
    _line(ax, [(5.0, 2.55), (5.0, 3.12)], ORANGE)
    _line(ax, [(8.6, 3.4), (8.6, 2.95)], BLACK)
    _line(ax, [(8.6, 2.45), (8.6, 2.15)], BLACK)
    ax.text(8.6, 2.7, "tanh", ha="center", va="center", fontsize=10)
    _line(ax, [(7.4, 1.45), (7.4, 1.9), (8.35, 1.9)], BLUE)
    _line(ax, [(8.85, 1.9), (9.7, 1.9)], BLACK)
    ax.text(9.8, 1.9, "$h_t$\nnew state", ha="left", va="center", fontsize=10)
    for x, y, sign in ((2.0, 3.4, "×"), (5.0, 2.3, "×"), (5.0, 3.4, "+"), (8.6, 1.9, "×")):
        _node(ax, x, y, sign)


def _draw_gru(ax: "Axes") -> None:
    _memory(ax, "$h_{t-1}$\nold state", "$h_t$\nnew state", (2.6, 7.0))
    _bus(ax, 7.0, "$x_t$", (2.3, 4.3, 7.0))
    ax.plot([0.6, 0.6, 4.9], [3.4, -0.45, -0.45], color=GREY, linewidth=1.4, linestyle="--")
    ax.text(0.75, 2.3, "$h_{t-1}$", ha="left", va="center", color=GREY, fontsize=10)
    for x in (2.9, 4.9):
        _line(ax, [(x, -0.45), (x, 0.55)], GREY)
    _box(ax, 2.6, "$f$", "forget", BLUE)
    _box(ax, 4.6, "$r$", "reset", BLUE)
    _box(ax, 7.0, "$g$", "candidate", ORANGE)
    _line(ax, [(2.6, 1.45), (2.6, 3.12)], BLUE)
    _line(ax, [(2.6, 2.3), (6.72, 2.3)], BLUE)
    ax.text(4.7, 2.42, "$1 - f$", ha="center", va="bottom", color=BLUE, fontsize=10)
    _line(ax, [(5.05, 1.0), (6.3, 1.0)], BLUE)
    ax.text(5.68, 1.1, r"$r \odot h_{t-1}$", ha="center", va="bottom", color=BLUE, fontsize=9)
    _line(ax, [(7.0, 1.45), (7.0, 2.02)], ORANGE)
    _line(ax, [(7.0, 2.55), (7.0, 3.12)], ORANGE)
    for x, y, sign in ((2.6, 3.4, "×"), (7.0, 2.3, "×"), (7.0, 3.4, "+")):
        _node(ax, x, y, sign)


def _memory(ax: "Axes", before: str, after: str, stops: tuple[float, float]) -> None:
    """Draw the line along which the memory goes, with room for what works on it."""
    places = [0.0, *(edge for x in stops for edge in (x - 0.28, x + 0.28)), 9.7]
    for left, right in zip(places[::2], places[1::2], strict=True):
        _line(ax, [(left, 3.4), (right, 3.4)], BLACK, width=3.0)
    ax.text(-0.1, 3.4, before, ha="right", va="center", fontsize=10)
    ax.text(9.8, 3.4, after, ha="left", va="center", fontsize=10)


def _bus(ax: "Axes", end: float, label: str, branches: tuple[float, ...]) -> None:
    """Draw what goes into the gates, and its branches up to them."""
    ax.plot([0.0, end], [0.0, 0.0], color=GREY, linewidth=1.4)
    ax.text(-0.1, 0.0, label, ha="right", va="center", fontsize=10)
    for x in branches:
        _line(ax, [(x, 0.0), (x, 0.55)], GREY)


def _box(ax: "Axes", x: float, name: str, label: str, colour: str) -> None:
    from matplotlib.patches import FancyBboxPatch

    box = FancyBboxPatch((x - 0.62, 0.6), 1.24, 0.8, boxstyle="round,pad=0.05", facecolor="white", edgecolor=colour)
    box.set(linewidth=1.6, zorder=4)
    ax.add_patch(box)
    ax.text(x, 1.0, f"{name}\n{label}", ha="center", va="center", color=colour, fontsize=9.5, zorder=5)


def _node(ax: "Axes", x: float, y: float, sign: str) -> None:
    from matplotlib.patches import Circle

    ax.add_patch(Circle((x, y), 0.24, facecolor="white", edgecolor=BLACK, linewidth=1.4, zorder=4))
    ax.text(x, y, sign, ha="center", va="center", fontsize=13, zorder=5)


def _line(ax: "Axes", points: list[tuple[float, float]], colour: str, width: float = 1.4) -> None:
    """Draw a line through points, with an arrow's head at the last."""
    ax.plot(*zip(*points, strict=True), color=colour, linewidth=width, solid_capstyle="butt", zorder=2)
    head = {"arrowstyle": "-|>", "color": colour, "linewidth": width, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", points[-1], points[-2], arrowprops=head, zorder=3)
