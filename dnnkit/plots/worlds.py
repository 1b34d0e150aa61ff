"""Gridworlds with values, arrows and a path, and carts with their poles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from dnnkit.plots.figures import COLOURS, describe, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ARROWS = ("\u2191", "\u2192", "\u2193", "\u2190")
WAYS = ("up", "right", "down", "left")
WALL = "#"
POLE, TRACK = 1.0, 2.4  # length of a pole, and how far a cart may go, in metres


def plot_gridworlds(
    values: Sequence[ArrayLike],
    shape: tuple[int, int],
    *,
    titles: Sequence[str],
    marks: Mapping[int, str] | None = None,
    policies: Sequence[ArrayLike | None] | None = None,
    paths: Sequence[Sequence[int] | None] | None = None,
    columns: int = 2,
    decimals: int = 2,
    alt: str | None = None,
) -> np.ndarray:
    """Draw the values of all places as colours and numbers, with arrows and a path: one panel for each moment.

    Args:
        values: P arrays of the values of all places, shape (S,), S = rows * columns, numbered row by row.
        shape: (rows, columns) of the world.
        titles: title of each panel.
        marks: letter of some places by number; "#" is a wall, and letters other than S get no arrow.
        policies: for each panel an action for every place, shape (S,): 0 up, 1 right, 2 down, 3 left; or None.
        paths: for each panel the places that were visited, in order; or None.
        columns: panels side by side.
        decimals: of the numbers.
        alt: alternative text; computed by default.

    Returns:
        Array of the Axes, one for each panel.
    """
    marks, count = dict(marks or {}), len(values)
    axes, cell = _empty_worlds(count, min(columns, count), shape)
    tables = [np.asarray(table, dtype=np.float64).reshape(shape) for table in values]
    top = max(max(np.abs(table).max() for table in tables), 1e-12)
    rows = zip(axes, tables, titles, policies or [None] * count, paths or [None] * count, strict=False)
    for ax, table, title, policy, path in rows:
        ax.imshow(table, cmap="RdBu", vmin=-1.6 * top, vmax=1.6 * top)
        _draw_places(ax, table, marks, None if policy is None else np.asarray(policy).ravel(), decimals, cell)
        _draw_borders(ax, shape, path)
        ax.set_title(title)
        describe(ax, alt or _describe_world(table, marks, policy, path))
    return axes


def _empty_worlds(count: int, columns: int, shape: tuple[int, int]) -> tuple[np.ndarray, float]:
    """Make Axes for so many worlds, side by side in rows; return them and the width of a place in inches."""
    cell = min(0.62, 9.5 / (columns * shape[1]))
    size = {"width": columns * (shape[1] * cell + 0.3), "height": shape[0] * cell + 0.45}
    axes = panels(columns, -(-count // columns), **size)
    for ax in axes[count:]:
        ax.set_axis_off()
    return axes[:count], cell


def _draw_places(
    ax: Axes, table: np.ndarray, marks: Mapping[int, str], policy: np.ndarray | None, decimals: int, cell: float
) -> None:
    for state, value in enumerate(table.ravel()):
        row, column = divmod(state, table.shape[1])
        letter = marks.get(state, "")
        if letter == WALL:
            ax.fill(
                [column - 0.5, column + 0.5, column + 0.5, column - 0.5], np.repeat([row - 0.5, row + 0.5], 2), "0.35"
            )
            continue
        size = 15 * cell / 0.62
        arrow = ARROWS[int(policy[state])] if policy is not None and letter in ("", "S") else ""
        place: dict[str, Any] = {"ha": "center", "va": "center", "color": "black"}
        ax.text(column, row - 0.22, arrow or letter, fontsize=0.75 * size, **place)
        ax.text(column, row + 0.22, f"{value:.{decimals}f}", fontsize=0.52 * size, **place)


def _draw_borders(ax: Axes, shape: tuple[int, int], path: Sequence[int] | None) -> None:
    if path is not None:
        _draw_path(ax, path, shape)
    ax.set(xticks=np.arange(shape[1] + 1) - 0.5, yticks=np.arange(shape[0] + 1) - 0.5)
    ax.tick_params(length=0, labelbottom=False, labelleft=False)
    ax.grid(color="white", linewidth=1.5)


def _draw_path(ax: Axes, path: Sequence[int], shape: tuple[int, int]) -> None:
    rows, columns = np.divmod(np.asarray(path, dtype=int), shape[1])
    ax.plot(columns, rows, "-", color=COLOURS[4], linewidth=9, alpha=0.75, solid_joinstyle="round")  # below the words


def _describe_world(
    table: np.ndarray, marks: Mapping[int, str], policy: ArrayLike | None, path: Sequence[int] | None
) -> str:
    free = np.array([marks.get(state) != WALL for state in range(table.size)])
    values = table.ravel()[free]
    text = f"{table.shape[0]} by {table.shape[1]} places, values {values.min():.3g} to {values.max():.3g}, "
    text += f"{np.sum(values != 0)} of {values.size} not zero"
    start = next((state for state, letter in marks.items() if letter == "S"), None)
    if policy is not None and start is not None:
        text += f"; the arrow at the start points {WAYS[int(np.asarray(policy).ravel()[start])]}"
    if path is not None:
        rows = np.asarray(path, dtype=int) // table.shape[1]
        text += f"; a path of {len(path) - 1} steps, up to row {rows.min() + 1} of {table.shape[0]} from the top"
    return text + "."


def plot_carts(
    states: Sequence[ArrayLike], *, titles: Sequence[str], rows: int = 1, alt: str | None = None
) -> np.ndarray:
    """Draw carts with their poles, one panel for each moment.

    Args:
        states: F states of shape (4,): position of the cart in metres, its speed, angle of the pole from upright in
            radians (to the right positive), its speed.
        titles: title of each panel.
        rows: rows of panels.
        alt: alternative text; computed by default.

    Returns:
        Array of the Axes.
    """
    columns = -(-len(states) // rows)
    axes = panels(columns, rows, width=1.5 * columns + 0.2, height=1.5)
    for ax in axes[len(states) :]:
        ax.set_axis_off()
    for ax, state, title in zip(axes, states, titles, strict=False):
        x, _, angle, _ = (float(number) for number in np.asarray(state))
        ax.plot([-TRACK - 0.4, TRACK + 0.4], [0, 0], color="0.5", linewidth=1)
        ax.fill([x - 0.4, x + 0.4, x + 0.4, x - 0.4], [0, 0, 0.35, 0.35], COLOURS[0])
        reach = 1.6 * POLE
        ax.plot([x, x + reach * np.sin(angle)], [0.35, 0.35 + reach * np.cos(angle)], color=COLOURS[1], linewidth=4)
        ax.set(xlim=(-TRACK - 0.4, TRACK + 0.4), ylim=(-0.3, 2.3), xticks=[], yticks=[], aspect="equal")
        ax.set_title(title, fontsize=9)
        describe(ax, alt or f"the cart at {x:.2f} m, the pole at {np.degrees(angle):.0f} degrees from upright.")
    return axes[: len(states)]
