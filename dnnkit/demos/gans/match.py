"""A match of two small networks on the line: they learn against each other, by Adam, in about 30 ms."""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.special import expit

from dnnkit.demos.gans.line import HEAPS, LAST, SHARES, UNITS, WIDTHS, Array

BATCH = 64
STEPS = 16  # of both players between two moments that are kept
ALWAYS = 10**6  # a round that no game reaches
SIGNS = np.repeat([-1.0, 1.0], BATCH)  # of real numbers and of fakes


@dataclass(frozen=True)
class How:
    """How the two play.

    Attributes:
        saturating: whether G's loss is minimax.
        stops: the round in which one of them stops.
        alone: who goes on then, "G" or "D".
        d_steps: steps of D in a round.
        g_steps: steps of G in a round.
        rate: learning rate of G.
        momentum: of both.
        price: on the slopes of D at real numbers.
        heaps: where the heaps of the data are.
    """

    saturating: bool = False
    stops: int = ALWAYS
    alone: str = "G"
    d_steps: int = 1
    g_steps: int = 1
    rate: float = 0.01
    momentum: float = 0.5
    price: float = 0.3
    heaps: tuple[float, float] = HEAPS

    @property
    def pace(self) -> int:
        """Rounds between two moments that are kept: the time that a game takes is always about the same."""
        return max(STEPS // (self.d_steps + self.g_steps), 1)


class Player:
    """A network from a number to a number with one layer of leaky ReLUs, and its optimiser, Adam.

    Args:
        rng: draws the weights.
        spread: how far from 0 the bends lie.
        rate: learning rate.
        momentum: of Adam.
    """

    def __init__(self, rng: np.random.Generator, spread: float, rate: float, momentum: float) -> None:
        self.state, self.grads = np.zeros((3, 3 * UNITS + 1)), np.zeros(3 * UNITS + 1)
        self.params, self.mean, self.square = self.state
        self.W, self.b, self.U = self.params[:-1].reshape(3, UNITS)
        self.W[:], self.U[:] = rng.normal(size=(2, UNITS)) * np.sqrt(np.array([[2.0], [1 / UNITS]]))
        self.b[:] = rng.uniform(-spread, spread, size=UNITS) * np.abs(self.W)
        self.rate, self.momentum, self.count = rate, momentum, 0

    def outputs(self, x: Array) -> Array:
        """Apply the network to numbers (N,), and remember what the way back needs."""
        self.inputs = np.ones((2, len(x)))  # with a row of ones for the biases
        self.inputs[0] = x
        sums = self.inputs.T @ self.params[: 2 * UNITS].reshape(2, UNITS)
        self.slopes = np.where(sums > 0, 1.0, 0.2)
        self.hidden = sums * self.slopes
        return self.hidden @ self.U + self.params[-1]

    def back(self, dout: Array) -> Array:
        """Carry a gradient along the outputs (N,) back to the inputs."""
        return dout * (self.slopes @ (self.U * self.W))

    def learn(self, dout: Array, price: float = 0.0, real: int = 0) -> None:
        """Take a step against a gradient along the outputs (N,), and against the slopes at the first `real` inputs."""
        W, _, U = self.grads[:-1].reshape(3, UNITS)
        both = self.grads[: 2 * UNITS].reshape(2, UNITS)
        np.matmul(self.inputs * dout, self.slopes, out=both)
        both *= self.U
        np.matmul(dout, self.hidden, out=U)
        self.grads[-1] = dout.sum()
        if price:
            slopes = self.slopes[:real]
            pull = (slopes @ (self.U * self.W)) @ slopes * (2 * price / real)
            W += pull * self.U
            U += pull * self.W
        self.count += 1
        self.mean += (1 - self.momentum) * (self.grads - self.mean)
        self.square += 0.01 * (self.grads**2 - self.square)
        rate = self.rate * math.sqrt(1 - 0.99**self.count) / (1 - self.momentum**self.count)
        self.params -= rate * self.mean / (np.sqrt(self.square) + 1e-8)


class Match:
    """Both players, their losses, and what is kept of their game.

    Args:
        how: how they play.
        rng: draws their weights.
        judge: the student's discriminator_loss, or None.
        maker: the student's generator_loss, or None.
    """

    def __init__(self, how: How, rng: np.random.Generator, judge: Callable | None, maker: Callable | None) -> None:
        self.how, self.judge, self.maker = how, judge, maker
        self.gen, self.disc = Player(rng, 1.5, how.rate, how.momentum), Player(rng, 2.5, 0.02, how.momentum)
        self.kept: dict[str, list[Array]] = {"G": [], "D": []}
        self.keep()

    def keep(self) -> None:
        """Keep what both players are made of."""
        self.kept["G"].append(self.gen.state.copy())
        self.kept["D"].append(self.disc.state.copy())

    def go_on(self, kept: dict[str, Array], moment: int) -> None:
        """Go on behind a moment of a game that was the same until then."""
        self.kept = {name: list(rows[: moment + 1]) for name, rows in kept.items()}
        self.gen.state[:], self.disc.state[:] = kept["G"][moment], kept["D"][moment]
        rounds = moment * self.how.pace
        self.gen.count, self.disc.count = rounds * self.how.g_steps, rounds * self.how.d_steps

    def step_d(self, real: Array, noise: Array) -> None:
        """Let D learn from real numbers and fakes."""
        logits = self.disc.outputs(np.concatenate([real, self.gen.outputs(noise)]))
        if self.judge:
            dout = np.concatenate(returned(self.judge(logits[:BATCH].copy(), logits[BATCH:].copy()), 3)[1:])
        else:
            dout = SIGNS * expit(SIGNS * logits) / BATCH
        self.disc.learn(dout, self.how.price, BATCH)

    def step_g(self, noise: Array) -> None:
        """Let G learn from the slopes of D."""
        logits = self.disc.outputs(self.gen.outputs(noise))
        if self.maker:
            dout = returned(self.maker(logits.copy(), self.how.saturating), 2)[1]
        else:
            dout = -expit(logits if self.how.saturating else -logits) / BATCH
        self.gen.learn(self.disc.back(dout))


def play(
    how: How,
    seed: int,
    judge: Callable | None = None,
    maker: Callable | None = None,
    before: dict[str, Array] | None = None,
) -> dict[str, Array]:
    """Play a game, with the student's losses where they are given.

    Args:
        how: how the two play.
        seed: of weights, batches and noise.
        judge: discriminator_loss of lesson 10.
        maker: generator_loss of lesson 10.
        before: the same game in which nobody stops: what both have in common is not played again.

    Returns:
        "G" and "D": weights and memory of both at the start and at `LAST` moments after it, (LAST + 1, 3, weights).
    """
    rng, rounds = np.random.default_rng(seed), how.pace * LAST
    match = Match(how, rng, judge, maker)
    heap = (rng.random((rounds, how.d_steps, BATCH)) > SHARES[0]).astype(int)
    real = np.asarray(how.heaps)[heap] + WIDTHS[heap] * rng.normal(size=heap.shape)
    noise = rng.normal(size=(rounds, how.d_steps + how.g_steps, BATCH))
    begin = 0
    if before is not None:
        begin = min(how.stops // how.pace, LAST)
        match.go_on(before, begin)
    for k in range(begin * how.pace, rounds):
        for j in range(how.d_steps if k < how.stops or how.alone == "D" else 0):
            match.step_d(real[k, j], noise[k, j])
        for j in range(how.g_steps if k < how.stops or how.alone == "G" else 0):
            match.step_g(noise[k, how.d_steps + j])
        if (k + 1) % how.pace == 0:
            match.keep()
    return {name: np.clip(np.nan_to_num(rows), -1e3, 1e3) for name, rows in match.kept.items()}  # wrong losses explode


def returned(answer: Any, count: int, size: int = BATCH) -> list[Array]:
    """Look at what a loss of the student's returned: a number, and gradients of this size."""
    if not isinstance(answer, tuple) or len(answer) != count:
        raise ValueError(f"it must return a tuple of {count}")
    parts = [np.asarray(part, dtype=np.float64) for part in answer]
    for part in parts[1:]:
        if part.shape != (size,):
            raise ValueError(f"a gradient has the shape {part.shape}; expected ({size},)")
    return parts


def whole(how: How) -> How:
    """Return how they play where nobody stops."""
    return replace(how, stops=ALWAYS, alone="G")


@functools.lru_cache(maxsize=32)
def played(how: How, seed: int) -> dict[str, Array]:
    """Play a game with the demo's own losses."""
    return play(how, seed, before=None if how.stops == ALWAYS else played(whole(how), seed))
