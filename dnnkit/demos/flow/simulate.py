"""The numbers of gradient flow: a network with random weights reads a pulse, then a gradient goes back to the start."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Array = NDArray[np.float64]
Step = Callable[[Array, Array, Array], tuple[Array, Array, dict[str, Array]]]

UNITS = 24
PULSE = 3  # the step at which the pulse comes in
CELLS = ("tanh", "LSTM", "GRU")
GATES = {"tanh": (), "LSTM": ("input", "forget", "candidate", "output"), "GRU": ("forget", "reset", "candidate")}


@dataclass(frozen=True)
class Network:
    """A recurrent network with random weights, and what it reads.

    Attributes:
        cell: one of `CELLS`.
        weights: Wx (UNITS, K UNITS), Wh (UNITS, K UNITS) and b (K UNITS,), with K blocks of columns: 1, 4 or 3.
        xs: inputs, shape (T, 1, UNITS): a pulse at step `PULSE`, and noise of a tenth of its size.
        start: the gradient at the end, shape (1, UNITS), of length 1.
        factor: what a step would multiply a gradient by, if all were alike: the radius, or the open forget gate.
    """

    cell: str
    weights: dict[str, Array]
    xs: Array
    start: Array
    factor: float


@dataclass(frozen=True)
class Record:
    """What happened on the way to the end; entry t is the state after t steps.

    Attributes:
        h: states, shape (T + 1, UNITS); the first is zero.
        c: cells, likewise; zero where the network has none.
        gates: gate -> values in each step, shape (T, UNITS).
    """

    h: Array
    c: Array
    gates: dict[str, Array]


def network(cell: str, *, radius: float, bias: float, length: int, pulse: float, rng: np.random.Generator) -> Network:
    """Draw a network: for tanh with state weights of this spectral radius, else with this bias of the forget gate."""
    blocks = max(len(GATES[cell]), 1)
    start, xs = rng.normal(size=(1, UNITS)), 0.1 * rng.normal(size=(100, 1, UNITS))[:length]
    xs[PULSE - 1] += rng.choice([-1.0, 1.0], size=UNITS)
    xs *= pulse
    if cell == "tanh":
        W = rng.normal(size=(UNITS, UNITS))
        weights = {"Wx": np.eye(UNITS), "Wh": W * radius / np.abs(np.linalg.eigvals(W)).max()}
    else:
        columns = (UNITS, blocks * UNITS)
        weights = {
            "Wx": rng.normal(size=columns) / np.sqrt(UNITS),
            "Wh": rng.normal(size=columns) / np.sqrt(16 * columns[1]),
        }
    weights["b"] = np.zeros(blocks * UNITS)
    if cell != "tanh":
        place = GATES[cell].index("forget")
        weights["b"][UNITS * place : UNITS * (place + 1)] = bias
    factor = radius if cell == "tanh" else float(expit(bias))
    return Network(cell, weights, xs, start / np.linalg.norm(start), factor)


def read(net: Network, step: Step) -> Record:
    """Run a step along the inputs: step(x, h, c) -> (h, c, gates), all of shape (1, UNITS)."""
    h = c = np.zeros((1, UNITS))
    states, cells, gates = [h], [c], []
    for x in net.xs:
        h, c, opened = step(x, h, c)
        states.append(_row(h, "states"))
        cells.append(_row(c, "cells"))
        gates.append({name: _row(opened[name], f"gates[{name!r}]") for name in GATES[net.cell]})
    joined = {name: np.concatenate([opened[name] for opened in gates]) for name in GATES[net.cell]}
    return Record(np.concatenate(states), np.concatenate(cells), joined)


def _row(values, what):
    array = np.asarray(values, dtype=np.float64)
    if array.shape != (1, UNITS):
        raise ValueError(f"{what} have the shape {array.shape}; expected (1, {UNITS})")
    return array


def own_step(net: Network) -> Step:
    """Return the demo's own step of this network."""
    Wx, Wh, b = net.weights.values()

    def tanh(x, h, c):
        return np.tanh(x @ Wx + h @ Wh + b), c, {}

    def lstm(x, h, c):
        i, f, g, o = np.split(x @ Wx + h @ Wh + b, 4, axis=1)
        i, f, g, o = expit(i), expit(f), np.tanh(g), expit(o)
        c = f * c + i * g
        return o * np.tanh(c), c, dict(zip(GATES["LSTM"], (i, f, g, o), strict=True))

    def gru(x, h, c):
        of_x, two = x @ Wx + b, 2 * UNITS
        f, r = np.split(expit(of_x[:, :two] + h @ Wh[:, :two]), 2, axis=1)
        g = np.tanh(of_x[:, two:] + (r * h) @ Wh[:, two:])
        return f * h + (1 - f) * g, c, dict(zip(GATES["GRU"], (f, r, g), strict=True))

    return {"tanh": tanh, "LSTM": lstm, "GRU": gru}[net.cell]


def carry_back(net: Network, record: Record, step_back: Callable[..., Any] | None = None) -> Array:
    """Carry the gradient from the end to the start.

    Args:
        net: the network.
        record: what `read` returned.
        step_back: for tanh, the student's way back through a step, as `rnn_step_backward`; the demo's own by default.

    Returns:
        Gradients along h and c in every step, shape (T + 1, 2, UNITS), of length 1 at the end.
    """
    back = {"tanh": _tanh_back, "LSTM": _lstm_back, "GRU": _gru_back}[net.cell]
    last = len(net.xs)
    dh, dc = net.start[0], np.zeros(UNITS)
    if net.cell == "LSTM":
        dc = dh * record.gates["output"][-1] * (1 - np.tanh(record.c[-1]) ** 2)
    flow = [(dh, dc)]
    for t in range(last, 0, -1):
        if step_back is None:
            dh, dc = back(net, record, t, dh, dc)
        else:
            Wx, Wh = net.weights["Wx"], net.weights["Wh"]
            parts = step_back(dh[None].copy(), net.xs[t - 1].copy(), record.h[None, t - 1], record.h[None, t], Wx, Wh)
            dh = _row(parts[1], "gradients of states")[0]
        flow.append((dh, dc))
    gradients = np.array(flow[::-1])
    return gradients / np.linalg.norm(gradients[-1])


def _tanh_back(net, record, t, dh, dc):
    return net.weights["Wh"] @ (dh * (1 - record.h[t] ** 2)), dc


def _lstm_back(net, record, t, dh, dc):
    i, f, g, o = (record.gates[name][t - 1] for name in GATES["LSTM"])
    shown, old = np.tanh(record.c[t]), record.c[t - 1]
    dz = np.concatenate([dc * g * i * (1 - i), dc * old * f * (1 - f), dc * i * (1 - g**2), dh * shown * o * (1 - o)])
    dh, dc = net.weights["Wh"] @ dz, dc * f
    if t > 1:  # the cell before was also shown to the step that made the state before
        dc = dc + dh * record.gates["output"][t - 2] * (1 - np.tanh(old) ** 2)
    return dh, dc


def _gru_back(net, record, t, dh, dc):
    f, r, g = (record.gates[name][t - 1] for name in GATES["GRU"])
    Wh, old = net.weights["Wh"], record.h[t - 1]
    dg = dh * (1 - f) * (1 - g**2)
    behind = Wh[:, 2 * UNITS :] @ dg
    of_gates = np.concatenate([dh * (old - g) * f * (1 - f), behind * old * r * (1 - r)])
    return dh * f + behind * r + Wh[:, : 2 * UNITS] @ of_gates, dc


def lengths(gradients: Array) -> Array:
    """Measure the gradient in every step, shape (T + 1,)."""
    return np.sqrt(np.sum(gradients**2, axis=(1, 2)))


def passed(net: Network, record: Record) -> dict[str, Array]:
    """Say what a step lets through, the mean over all units: the slope of the tanh, or the gates, shape (T,) each."""
    if net.cell == "tanh":
        return {"slope of the tanh": np.mean(1 - record.h[1:] ** 2, axis=1)}
    return {f"{name} gate": values.mean(axis=1) for name, values in record.gates.items() if name != "candidate"}


def bias_for(factor: float) -> float:
    """Invert the sigmoid: the bias whose gate stands at this value."""
    return float(np.log(factor / (1 - factor)))


def steps_until_half(factor: float) -> float:
    """Count the steps until half of what is multiplied by this factor is left; infinite from 1 on."""
    return float(np.log(0.5) / np.log(factor)) if factor < 1 else float("inf")
