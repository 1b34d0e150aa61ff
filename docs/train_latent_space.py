"""Train the networks of the latent space demo with the functions of lesson 08, and write what it shows of them.

Usage: python docs/train_latent_space.py

It writes dnnkit/demos/latent/networks.npz: decoders, and codes of 300 digits that no network has learned from, in
half precision. Two runs on one machine write the same file; numbers differ a little from machine to machine.
"""

import json
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from dnnkit.data import load_digits
from grading.judging.reference import Reference
from grading.lessons.lesson import find_lesson

PROJECT = Path(__file__).resolve().parent.parent
TARGET = PROJECT / "dnnkit" / "demos" / "latent" / "networks.npz"
LESSON = "08_autoencoders"
SETTINGS = {
    "betas": [0, 0.1, 0.5, 1, 2, 4],  # 0: a plain autoencoder, without draws and without a price
    "hidden": 64,
    "steps": 3000,
    "batch": 100,
    "learning_rate": 0.003,
    "seed": 0,
    "shown": 300,  # digits of the test part
    "draws": 20,  # of each code, for the mean rebuilding error
}


def start(solution, X, rng):
    """Draw weights for codes of two numbers; the decoder begins with the mean picture."""
    params = solution["start_vae"](X.shape[1], SETTINGS["hidden"], 2, rng)
    mean = np.clip(X.mean(axis=0), 0.01, 0.99)
    return params | {"b_out": np.log(mean) - np.log(1 - mean)}


def train(solution, X, beta):
    """Train a network whose codes cost beta; with beta 0, nothing is drawn."""
    rng = np.random.default_rng(SETTINGS["seed"])
    params, adam, count = start(solution, X, rng), solution["Adam"](SETTINGS["learning_rate"]), SETTINGS["batch"]
    for _ in range(SETTINGS["steps"]):
        batch = X[rng.integers(len(X), size=count)]
        eps = rng.normal(size=(count, 2)) * (beta > 0)
        params = adam.update(params, solution["vae_loss"](batch, params, eps, beta)[1])
    return params


def rebuilding(solution, X, mu, sigma, params):
    """Measure the cross-entropy of a picture above the least possible, in nats: the mean over pictures and draws."""
    rng, total = np.random.default_rng(SETTINGS["seed"]), 0.0
    for _ in range(SETTINGS["draws"]):
        _, logits = solution["decode"](mu + sigma * rng.normal(size=mu.shape), params)
        total += np.sum(np.logaddexp(0, logits) - X * logits) / len(X) / SETTINGS["draws"]
    least = -np.sum(X * np.log(np.maximum(X, 1e-300)) + (1 - X) * np.log(np.maximum(1 - X, 1e-300))) / len(X)
    return total - least


def price(solution, mu, sigma):
    """Price each number of the code, in nats."""
    logvar = 2 * np.log(sigma)
    return [solution["gaussian_kl"](mu[:, [k]], logvar[:, [k]])[0] for k in range(2)]


def record(solution, digits, beta):
    """Train a network, and return the arrays that are shipped, by name; the numbers are those of rounded arrays."""
    shown = digits.X_test[: SETTINGS["shown"]]
    params = train(solution, digits.X_train, beta)
    _, mu, logvar = solution["encode"](shown, params)
    sigma = np.exp(logvar / 2) if beta else np.zeros(mu.shape)
    arrays = {"mu": mu, "sigma": sigma} | {name: params[name] for name in ("W_dec", "b_dec", "W_out", "b_out")}
    arrays = {name: array.astype(np.float16) for name, array in arrays.items()}
    mu, sigma, *_ = exact = [array.astype(np.float64) for array in arrays.values()]
    decoder = dict(zip(list(arrays)[2:], exact[2:], strict=True))
    kl = price(solution, mu, sigma) if beta else [0.0, 0.0]
    return arrays | {"nats": np.array([rebuilding(solution, shown, mu, sigma, decoder), *kl])}


def make(target):
    """Train all networks and write them to a file."""
    solution = Reference(find_lesson(PROJECT / "solutions", LESSON)).namespace()
    digits = load_digits(rng=np.random.default_rng(0))
    shown = slice(SETTINGS["shown"])
    arrays = {"settings": np.array(json.dumps(SETTINGS))}
    arrays |= {
        "pixels": np.round(16 * digits.X_test[shown]).astype(np.uint8),
        "labels": digits.y_test[shown].astype(np.uint8),
    }
    with threadpool_limits(1):
        for number, beta in enumerate(SETTINGS["betas"]):
            arrays |= {f"{name}_{number}": array for name, array in record(solution, digits, beta).items()}
            print(
                f"beta {beta}: nats {arrays[f'nats_{number}'].round(3)}, reach {np.abs(arrays[f'mu_{number}']).max()}"
            )
    np.savez_compressed(target, **arrays)


def main():
    """Write the file."""
    make(TARGET)
    print(f"{TARGET.relative_to(PROJECT)}: {TARGET.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
