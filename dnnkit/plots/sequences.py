"""Sequences: a recurrent network unrolled in time, and the strokes of a pen."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from dnnkit.plots.figures import COLOURS, describe, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GREY, ORANGE = "#595959", "#B04E00"
HALF = 0.17  # of the width of a column of cells
CORNERS = np.array([[-HALF, 0], [HALF, 0], [HALF, 1], [-HALF, 1], [-HALF, 0]])
THINNEST, WIDEST = 0.4, 7.0  # lines of gradients, in points
FAINTEST = 1e-4  # a gradient this much smaller than the largest has the thinnest line


def plot_unrolled(
    states: np.ndarray,
    *,
    inputs: Sequence[str] | None = None,
    steps: Sequence[int] | None = None,
    gradients: Sequence[float] | None = None,
    title: str | None = None,
    ax: "Axes | None" = None,
    alt: str | None = None,
) -> "Axes":
    """Draw a recurrent network unrolled in time: its states as columns of coloured cells, and what flows along them.

    Args:
        states: one state for each step that is drawn, shape (T, H); from -1, blue, to 1, red.
        inputs: what was read in each step, T short texts.
        steps: the numbers of the steps, T of them; 0, 1, 2, ... by default.
        gradients: size of the gradient at each step, T numbers; drawn from right to left, the wider the larger.
        title: title of the Axes.
        ax: where to draw; a figure of its own by default.
        alt: alternative text; computed by default.

    Returns:
        The Axes.

    Raises:
        ValueError: inputs, steps or gradients are not one for each state.
    """
    states = np.atleast_2d(np.asarray(states, dtype=np.float64))
    steps = range(len(states)) if steps is None else steps
    _refuse_other_lengths(len(states), inputs=inputs, steps=steps, gradients=gradients)
    ax = panels(width=0.4 + 1.0 * len(states), height=3.3)[0] if ax is None else ax
    for k, state in enumerate(states):
        _draw_step(ax, k, state, f"step {steps[k]}", None if inputs is None else inputs[k])
    if gradients is not None:
        _draw_gradients(ax, np.asarray(gradients, dtype=np.float64))
    ax.set(xlim=(-0.6, len(states) - 0.5), ylim=(-0.5 if inputs is not None else -0.1, 1.25), title=title or "")
    ax.set_axis_off()
    describe(ax, alt or _describe_unrolled(states, inputs, steps, gradients))
    return ax


def plot_strokes(
    strokes: Sequence[np.ndarray],
    *,
    given: int = 0,
    truth: Sequence[np.ndarray] | None = None,
    titles: Sequence[str] | None = None,
    columns: int = 2,
    alt: str | None = None,
) -> np.ndarray:
    """Draw the paths of a pen.

    Args:
        strokes: K strokes, each the steps (right, up) from point to point, shape (T, 2).
        given: how many steps of each were given; they are black, the others blue.
        truth: K strokes to draw below them in grey, or None.
        titles: K short texts.
        columns: strokes in a row.
        alt: alternative text; computed by default.

    Returns:
        Array of the K Axes.
    """
    columns = min(columns, len(strokes))
    axes = panels(columns, -(-len(strokes) // columns), width=5.2 * columns, height=1.5)
    for ax in axes:
        ax.set_axis_off()
    for k, steps in enumerate(strokes):
        if truth is not None:
            axes[k].plot(*_path(truth[k]).T, color="#A0A0A0", linewidth=4)
        path = _path(steps)
        axes[k].plot(*path[given:].T, color=COLOURS[0], linewidth=1.6)
        axes[k].plot(*path[: given + 1].T, color="black", linewidth=2.2)
        axes[k].set_aspect("equal")
        axes[k].set_title(str(titles[k]) if titles is not None else "", fontsize=10)
    sentence = f"{len(strokes)} strokes of a pen"
    sentence += f"; the first {given} steps of each, in black, were given, the others are blue" if given else ""
    sentence += "; in grey what they should be" if truth is not None else ""
    named = f"; titled {', '.join(str(title) for title in titles)}" if titles is not None else ""
    axes[0].figure._dnnkit_alt = [alt or f"{sentence}{named}."]
    return axes[: len(strokes)]


def _path(steps: np.ndarray) -> np.ndarray:
    """The points of a stroke, the first at the origin: shape (T + 1, 2)."""
    return np.concatenate([np.zeros((1, 2)), np.cumsum(np.asarray(steps, dtype=np.float64), axis=0)])


def _refuse_other_lengths(wanted: int, **lists: Sequence | None) -> None:
    for name, values in lists.items():
        if values is not None and len(values) != wanted:
            raise ValueError(
                f"plot_unrolled got {len(values)} {name}. Expected {wanted}, one for each row of states. "
                "Are the states of shape (T, H)?"
            )


def _draw_step(ax: "Axes", k: int, state: np.ndarray, label: str, text: str | None) -> None:
    """Draw a state as a column of cells, the first unit on top, and the arrows that lead to it."""
    place = (k - HALF, k + HALF, 0, 1)
    ax.imshow(state[::-1, None], cmap="RdBu_r", vmin=-1, vmax=1, extent=place, aspect="auto", origin="lower", zorder=3)
    ax.plot(k + CORNERS[:, 0], CORNERS[:, 1], color=GREY, linewidth=0.8, zorder=4)
    ax.text(k, 1.06, label, ha="center", va="bottom", fontsize=9)
    if text is not None:
        _arrow(ax, (k, -0.22), (k, -0.02), 1.2, GREY)
        ax.text(k, -0.26, text, ha="center", va="top", fontsize=11)
    if k:
        _arrow(ax, (k - 0.8, 0.7), (k - 0.2, 0.7), 1.2, GREY)


def _arrow(ax: "Axes", start: tuple[float, float], end: tuple[float, float], width: float, colour: str) -> None:
    style = {"arrowstyle": f"-|>,head_width={0.15 + 0.03 * width},head_length=0.3", "color": colour}
    ax.annotate("", end, start, arrowprops={**style, "linewidth": width, "shrinkA": 0, "shrinkB": 0})


def _draw_gradients(ax: "Axes", gradients: np.ndarray) -> None:
    """Draw arrows from step to step, right to left, as wide as the logarithm of the gradient that arrives."""
    largest = max(np.max(gradients), 1e-300)
    for k, gradient in enumerate(gradients):
        share = 1 - np.log(max(gradient / largest, FAINTEST)) / np.log(FAINTEST)
        if k < len(gradients) - 1:
            _arrow(ax, (k + 0.8, 0.3), (k + 0.2, 0.3), THINNEST + (WIDEST - THINNEST) * share, ORANGE)
        place = k + (0.5 if k < len(gradients) - 1 else 0.3)  # where it arrives, the last one beside its column
        ax.text(place, 0.42, f"{gradient:.1g}", ha="center", color=ORANGE, fontsize=9)


def _describe_unrolled(
    states: np.ndarray, inputs: Sequence[str] | None, steps: Sequence[int], gradients: Sequence[float] | None
) -> str:
    units = f"{states.shape[1]} unit{'s' * (states.shape[1] != 1)}"
    sentence = f"A network of {units}, unrolled: {len(states)} columns, one for each state, joined by arrows."
    if inputs is not None:
        sentence += f" Inputs: {', '.join(str(text) for text in inputs)}."
    if gradients is not None:
        sizes = ", ".join(f"{size:.1g} at step {step}" for size, step in zip(gradients, steps, strict=True))
        sentence += f" Sizes of the gradient, from right to left ever further back: {sizes}."
    return sentence
