"""Train the games of the GAN training demo on a ring of eight heaps with the functions of lesson 10, and keep moments.

Usage: python docs/train_gan_training.py

It writes dnnkit/demos/gans/ring.npz: samples, what the discriminator says of them and of the plane, and how many
samples lie at each heap, at 41 moments of three games. Two runs on one machine write the same file; numbers differ a
little from machine to machine.
"""

import json
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from grading.judging.reference import Reference
from grading.lessons.lesson import find_lesson

PROJECT = Path(__file__).resolve().parent.parent
TARGET = PROJECT / "dnnkit" / "demos" / "gans" / "ring.npz"
LESSON = "10_gans"
CALM = {"rounds": 2000, "rates": [0.001, 0.001], "momentum": 0.5, "gen_steps": 1, "price": 0.0, "seed": 6}
SETTINGS = {
    "games": {
        "one step each, price 0.5": CALM | {"price": 0.5},
        "one step each": CALM,
        "three steps of G": CALM
        | {"rounds": 1200, "rates": [0.002, 0.001], "momentum": 0.9, "gen_steps": 3, "seed": 4},
    },
    "moments": 40,  # after the start
    "sizes": [[2, 64, 64, 2], [2, 64, 64, 1]],
    "batch": 64,
    "radius": 2.0,  # of the ring
    "width": 0.05,  # standard deviation of a heap
    "near": 0.2,  # how far from a heap's centre a sample counts
    "shown": 160,  # samples
    "followed": 48,  # of them, whose logits are kept, and as many real points
    "arrows": 32,  # of them, at which slopes are kept
    "counted": 4000,  # samples that are counted at the heaps
    "reach": 3.2,  # of the plane to each side
    "side": 24,  # points of the grid on which the discriminator is asked
}
ANGLES = 2 * np.pi * np.arange(8) / 8
CENTRES = SETTINGS["radius"] * np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)


def draw_ring(count, rng):
    """Draw points of the eight heaps, shape (count, 2)."""
    return CENTRES[rng.integers(8, size=count)] + SETTINGS["width"] * rng.normal(size=(count, 2))


def moments(solution, knobs):
    """Play a game as lesson 10 does; yield both networks at the start and at each moment."""
    rng, batch, sizes = np.random.default_rng(knobs["seed"]), SETTINGS["batch"], SETTINGS["sizes"]
    gen, disc = (solution["start_network"](layers, rng) for layers in sizes)
    gen_adam, disc_adam = (solution["Adam"](rate, knobs["momentum"]) for rate in knobs["rates"])
    yield gen, disc
    for played in range(1, knobs["rounds"] + 1):
        real = draw_ring(batch, rng)
        _, grads = solution["gan_gradients"](real, rng.normal(size=(batch, 2)), gen, disc, "discriminator")
        if knobs["price"]:
            more = solution["gradient_penalty"](real, disc, 0.0)[1]
            grads = {name: grads[name] + knobs["price"] * more[name] for name in grads}
        disc = disc_adam.update(disc, grads)
        for _ in range(knobs["gen_steps"]):
            _, grads = solution["gan_gradients"](real, rng.normal(size=(batch, 2)), gen, disc, "generator")
            gen = gen_adam.update(gen, grads)
        if played % (knobs["rounds"] // SETTINGS["moments"]) == 0:
            yield gen, disc


def look(solution, gen, disc):
    """Say what is seen at one moment: arrays that are shipped, by name."""
    forward, followed, reach = solution["forward"], SETTINGS["followed"], SETTINGS["reach"]
    rng = np.random.default_rng(5)
    z, real = rng.normal(size=(SETTINGS["counted"], 2)), draw_ring(followed, rng)
    made = forward(z, gen)[0]
    logits, cache = forward(made[:followed], disc)
    slopes, _ = solution["backward"](np.ones((followed, 1)), cache, disc)
    ticks = reach * (2 * np.arange(SETTINGS["side"]) + 1 - SETTINGS["side"]) / SETTINGS["side"]
    plane = np.stack(np.meshgrid(ticks, ticks[::-1]), axis=2).reshape(-1, 2)
    believed = 1 / (1 + np.exp(-forward(plane, disc)[0]))
    gaps = np.linalg.norm(made[:, None] - CENTRES, axis=2)
    return {
        "made": np.round(127.5 + 127.5 * np.clip(made[: SETTINGS["shown"]] / reach, -1, 1)).astype(np.uint8),
        "believed": np.round(255 * believed[:, 0]).astype(np.uint8),
        "fake_logits": logits[:, 0].astype(np.float16),
        "real_logits": forward(real, disc)[0][:, 0].astype(np.float16),
        "slopes": slopes[: SETTINGS["arrows"]].astype(np.float16),
        "counts": np.sum(gaps <= SETTINGS["near"], axis=0).astype(np.uint16),
    }


def make(target):
    """Play all games and write what is kept of them to a file."""
    solution = Reference(find_lesson(PROJECT / "solutions", LESSON)).namespace()
    arrays = {"settings": np.array(json.dumps(SETTINGS))}
    with threadpool_limits(1):
        for number, (name, knobs) in enumerate(SETTINGS["games"].items()):
            looks = [look(solution, *players) for players in moments(solution, knobs)]
            arrays |= {f"{key}_{number}": np.array([one[key] for one in looks]) for key in looks[0]}
            print(f"{name}: samples at the heaps at the end {looks[-1]['counts']}")
    np.savez_compressed(target, **arrays)


def main():
    """Write the file."""
    make(TARGET)
    print(f"{TARGET.relative_to(PROJECT)}: {TARGET.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
