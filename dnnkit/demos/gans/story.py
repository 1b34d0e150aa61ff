"""What is told of a game at each moment: losses, divergence, heaps that are covered, and where samples are pulled.

The student's functions compute it where they are given; they are held to what the demo computes itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit

from dnnkit.demos.gans import line
from dnnkit.demos.gans.line import Array
from dnnkit.demos.gans.match import How, play, played, returned
from dnnkit.demos.gans.ring import Game, centres, settings
from dnnkit.demos.student_functions import StudentFunctions

SLOTS = ("discriminator_loss", "generator_loss", "optimal_discriminator", "js_divergence", "modes_covered")
NEAR, ENOUGH = 0.8, 0.1  # on the line: how far from a heap a sample counts, and the share that covers it


@dataclass(frozen=True)
class Story:
    """What is told of a game at K moments.

    Attributes:
        rounds: how many were played until then, shape (K,).
        losses: of D and of G, shape (K, 2).
        divergence: an estimate of the Jensen-Shannon divergence of fakes and data, in nats, shape (K,).
        covered: how many heaps are covered, shape (K,).
        shares: share of the samples at each heap, shape (K, heaps).
        pulls: where G's loss pulls the first samples, in units of the plane, shape (K, samples, dimensions).
        more: what only the picture of this game needs, by name.
    """

    rounds: Array
    losses: Array
    divergence: Array
    covered: Array
    shares: Array
    pulls: Array
    more: dict[str, Any]


def game(own: StudentFunctions, how: How, seed: int, before: dict[str, Array] | None = None) -> dict[str, Array]:
    """Play a game on the line by the student's losses, or by the demo's own where they are missing or fail.

    Args:
        own: the student's functions.
        how: how both play.
        seed: of weights, batches and noise.
        before: the same game in which nobody stops, if it was played.
    """
    held: dict[str, Callable[..., Any]] = {}

    def look(slot, *inputs):
        def work(function):
            function(*inputs)
            held[slot] = function
            return True

        own.run(slot, work)

    look(SLOTS[0], np.zeros(2), np.zeros(3))
    look(SLOTS[1], np.zeros(3), how.saturating)
    for slot in held:
        found = own.run(slot, lambda _: play(how, seed, held.get(SLOTS[0]), held.get(SLOTS[1]), before))
        return played(how, seed) if found is None else found
    return played(how, seed)


def on_the_line(own: StudentFunctions, kept: dict[str, Array], how: How) -> Story:
    """Tell a game on the line."""
    kept = {name: rows[:, 0] for name, rows in kept.items()}  # weights without the memory of the optimiser
    fakes = np.clip(line.through(kept["G"], line.NOISE), -1e3, 1e3)
    made, data = line.densities(fakes), line.density(how.heaps)
    real_logits = line.through(kept["D"], line.examples(how.heaps))
    shares = np.stack([np.mean(np.abs(fakes - heap) <= NEAR, axis=1) for heap in how.heaps], axis=1)
    samples, few = fakes[..., None], slice(4, None, 10)
    logits = line.through(kept["D"], fakes)
    losses, forces = _losses(own, real_logits, logits, how.saturating, logits[:, few])
    return Story(
        rounds=how.pace * np.arange(line.LAST + 1.0),
        losses=losses,
        divergence=_divergence(own, data / data.sum(), made / made.sum(axis=1, keepdims=True)),
        covered=_covered(own, samples, np.array(how.heaps)[:, None], NEAR, ENOUGH, shares),
        shares=shares,
        pulls=(forces * line.slopes_at(kept["D"], fakes[:, few]))[..., None],
        more={
            "data": data, "made": made, "few": fakes[:, few], "heaps": how.heaps,
            "believed": expit(line.through(kept["D"], line.LINE)), "best": _best(own, data, made),
        },
    )  # fmt: skip


def on_the_ring(own: StudentFunctions, kept: Game, saturating: bool) -> Story:
    """Tell a game on the ring that was recorded."""
    how, total, few = settings(), settings()["counted"], settings()["arrows"]
    losses, forces = _losses(own, kept.real_logits, kept.fake_logits, saturating, kept.fake_logits[:, :few])
    inside = 1 - np.exp(-((how["near"] / how["width"]) ** 2) / 2)
    shares = kept.counts / total
    data = np.append(np.full(8, inside / 8), 1 - inside)
    made = np.concatenate([shares, 1 - shares.sum(axis=1, keepdims=True)], axis=1)
    return Story(
        rounds=kept.rounds,
        losses=losses,
        divergence=_divergence(own, data, made),
        covered=_covered(own, _put_back(kept), centres(), how["near"], 0.01, shares),
        shares=shares,
        pulls=forces[..., None] * kept.slopes,
        more={"believed": kept.believed, "made": kept.made},
    )


def _put_back(kept):
    """Make samples that lie at the heaps as often as those that were counted, a tenth of them; others at (0, 0)."""
    found = np.zeros((len(kept.counts), settings()["counted"] // 10, 2))
    for samples, counts in zip(found, kept.counts.astype(int) // 10, strict=True):
        samples[: counts.sum()] = np.repeat(centres(), counts, axis=0) + 0.05
    return found


def _losses(own, real_logits, fake_logits, saturating, few):
    """Compute both losses at each moment, (K, 2), and how strongly samples with the logits `few` are pulled."""
    sign = 1.0 if saturating else -1.0
    count = fake_logits.shape[1]
    judged = np.logaddexp(0, -real_logits).mean(axis=1) + np.logaddexp(0, fake_logits).mean(axis=1)
    known = np.column_stack([judged, -expit(-real_logits) / real_logits.shape[1], expit(fake_logits) / count])
    sized = [real_logits.shape[1], count]

    def judge(loss):
        rows = zip(real_logits, fake_logits, strict=True)
        return np.array([_joined(loss(r.copy(), f.copy()), sized) for r, f in rows])

    mine = own.run("discriminator_loss", judge)
    own.agrees("discriminator_loss", mine, known)
    wanted = np.column_stack([-sign * np.logaddexp(0, sign * few).mean(axis=1), -expit(sign * few) / few.shape[1]])
    made = own.run("generator_loss", lambda loss: np.array(
        [_joined(loss(row.copy(), saturating), [few.shape[1]]) for row in few]))  # fmt: skip
    own.agrees("generator_loss", made, wanted)
    told = wanted if made is None else _drawn(made)
    both = np.column_stack([judged if mine is None else _drawn(mine[:, 0]), told[:, 0]])
    return both, -few.shape[1] * told[:, 1:]


def _drawn(values):
    """Bring what the student's functions returned within what can be drawn."""
    return np.clip(np.nan_to_num(values), -99.0, 99.0)


def _joined(answer, sizes):
    """Put what a loss of the student's returned into a row: the loss and its gradients."""
    if not isinstance(answer, tuple) or len(answer) != 1 + len(sizes):
        raise ValueError(f"it must return a tuple of {1 + len(sizes)}")
    parts = [returned((answer[0], part), 2, size) for part, size in zip(answer[1:], sizes, strict=True)]
    return np.concatenate([[float(answer[0])], *(part[1] for part in parts)])


def _best(own, data, made):
    """Compute what the best discriminator says along the line at each moment."""
    total = data + made
    known = np.where(total > 0, data / np.where(total > 0, total, 1.0), 0.5)

    def judge(best):
        found = np.asarray(best(np.broadcast_to(data, made.shape).copy(), made.copy()), dtype=np.float64)
        if found.shape != known.shape:
            raise ValueError(f"its answer has the shape {found.shape}; expected {known.shape}")
        return found

    mine = own.run("optimal_discriminator", judge)
    own.agrees("optimal_discriminator", mine, known)
    return known if mine is None else _drawn(mine)


def _divergence(own, data, made):
    """Estimate the divergence at each moment as entropy of the mean less the mean of the entropies."""
    known = _entropy((data + made) / 2) - (_entropy(data) + _entropy(made)) / 2
    mine = own.run("js_divergence", lambda js: np.array([float(js(data.copy(), row.copy())) for row in made]))
    own.agrees("js_divergence", mine, known)
    return known if mine is None else _drawn(mine)


def _entropy(probs):
    return -np.sum(probs * np.log(np.where(probs > 0, probs, 1.0)), axis=-1)


def _covered(own, samples, places, near, enough, shares):
    """Count the covered heaps at each moment."""
    known = np.sum(shares >= enough, axis=1).astype(float)
    mine = own.run("modes_covered", lambda count: np.array(
        [float(count(one.copy(), places.copy(), near, enough)) for one in samples]))  # fmt: skip
    own.agrees("modes_covered", mine, known)
    return known if mine is None else _drawn(mine)
