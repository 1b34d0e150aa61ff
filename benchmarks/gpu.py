"""Measure the same work on the CPU and on the GPU: matrix products, and training as in lessons 04 and 05.

Each device is measured in a process of its own, with the settings of the course's kernel. Without a GPU the CPU's
figures are printed, and "gpu" is null with the reason beside it. The backend is that of KERAS_BACKEND.

    KERAS_BACKEND=jax .venv/bin/python benchmarks/gpu.py
    .venv/bin/python benchmarks/gpu.py --epochs 1 --sizes 256 1024
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

from dnnkit.environment import devices, kernels, quiet, variables


def matmul_gflops(size, seconds=1.0):
    """Measure a product of two square float32 matrices; the result is fetched, so that the device has finished."""
    import numpy as np
    from keras import ops

    rng = np.random.default_rng(0)
    A, B = (ops.convert_to_tensor(rng.normal(size=(size, size)).astype("float32")) for _ in range(2))

    def product():
        start = time.perf_counter()
        ops.convert_to_numpy(ops.matmul(A, B)[0, 0])
        return time.perf_counter() - start

    product()  # the first one plans and compiles
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        times.append(product())
    return 2 * size**3 / statistics.median(times) / 1e9


def dense_network(keras, shape):
    """Build a deep dense network as in lesson 04: batch normalisation, dropout."""
    layers = keras.layers
    hidden = [
        layer
        for _ in range(5)
        for layer in (layers.Dense(128), layers.BatchNormalization(), layers.ReLU(), layers.Dropout(0.2))
    ]
    return keras.Sequential([layers.Input(shape), layers.Flatten(), *hidden, layers.Dense(10)])


def convolutional_network(keras, shape):
    """Build a small convolutional network as in lesson 05."""
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input(shape),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10),
        ]
    )


def train(build, images, labels, epochs, batch_size):
    """Train on the digits and time each epoch.

    Returns:
        Dict: seconds of the first epoch (with compilation), median of the others, images a second, accuracy reached.
    """
    import keras

    keras.utils.set_random_seed(0)
    model = build(keras, images.shape[1:])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss=loss, metrics=["accuracy"])
    times = []
    for _ in range(epochs + 1):
        start = time.perf_counter()
        history = model.fit(images, labels, batch_size=batch_size, epochs=1, verbose=0)
        times.append(time.perf_counter() - start)
    each = statistics.median(times[1:])
    return {
        "first_epoch_s": round(times[0], 2),
        "epoch_s": round(each, 3),
        "images_per_s": round(len(images) / each),
        "accuracy": round(float(history.history["accuracy"][-1]), 3),
    }


def measure(epochs, sizes):
    """Measure the device of this process.

    Returns:
        Dict with the device in the backend's words, GFLOP/s by size, and the trainings.
    """
    quiet.quiet_backends()
    import keras
    import numpy as np
    from keras import ops
    from sklearn.datasets import load_digits

    digits = load_digits()
    small = (digits.images[..., None] / 16).astype("float32")
    large = np.kron(small[:, :, :, 0], np.ones((4, 4), dtype="float32"))[:512, ..., None]  # as CIFAR-10's
    ones = ops.ones((8, 8))
    return {
        "device": str(getattr(ops.matmul(ones, ones), "device", "unknown")),
        "keras": keras.__version__,
        "matmul_gflops": {str(size): round(matmul_gflops(size), 1) for size in sizes},
        "training": {
            "lesson 04, dense, 8x8": train(dense_network, small, digits.target, epochs, 64),
            "lesson 05, CNN, 8x8": train(convolutional_network, small, digits.target, epochs, 64),
            "lesson 05, CNN, 32x32": train(convolutional_network, large, digits.target[:512], epochs, 128),
        },
    }


def measure_apart(device, epochs, sizes):
    """Measure in another process, which sees the GPU or not.

    Returns:
        What `measure` returned.
    """
    settings = variables.GPU if device == "gpu" else variables.CPU
    environment = {**os.environ, "KERAS_BACKEND": kernels.keras_backend(), **variables.QUIET, **settings}
    command = [sys.executable, __file__, "--here", "--epochs", str(epochs), "--sizes", *map(str, sizes)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 - ours
    return json.loads(done.stdout.splitlines()[-1])


def why_no_gpu(found, backend, figures):
    """Say why there are no figures of a GPU; empty when there are."""
    if figures is None:
        return found.why
    if any(word in figures["device"].lower() for word in ("gpu", "cuda")):
        return ""
    return f"{backend} does not use the {found.gpus[0].name}; to change it: {kernels.cuda_command(backend)}"


def show(record):
    """Print the figures for people."""
    cpu, gpu = record["cpu"], record["gpu"]
    print(f"Keras {cpu['keras']} on {record['backend']}, CPU with {os.cpu_count()} cores", file=sys.stderr)
    print(f"GPU: {record['gpu_name']}" if gpu else f"No GPU was measured: {record['why']}.", file=sys.stderr)
    rows = [(f"matrix product {size}, GFLOP/s", "matmul_gflops", size, None) for size in cpu["matmul_gflops"]]
    rows += [(f"{name}, images/s", "training", name, "images_per_s") for name in cpu["training"]]
    print(f"{'':<36}{'CPU':>12}{'GPU':>12}{'ratio':>9}", file=sys.stderr)
    for title, *path in rows:
        values = [_follow(figures, path) for figures in (cpu, gpu)]
        ratio = f"{values[1] / values[0]:>9.1f}" if gpu else ""
        print(f"{title:<36}" + "".join(f"{'' if v is None else v:>12}" for v in values) + ratio, file=sys.stderr)


def _follow(figures, path):
    for key in path:
        figures = figures[key] if figures is not None and key is not None else figures
    return figures


def main():
    """Measure both devices, or this process's own with --here."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=3, help="timed epochs of each training (default: 3)")
    parser.add_argument("--sizes", type=int, nargs="+", default=[256, 1024, 4096], help="sizes of the matrices")
    parser.add_argument("--here", action="store_true", help="measure this process's device only; print JSON")
    arguments = parser.parse_args()
    if arguments.here:
        print(json.dumps(measure(arguments.epochs, arguments.sizes)))
        return
    backend, found = kernels.keras_backend(), devices.look()
    cpu = measure_apart("cpu", arguments.epochs, arguments.sizes)
    gpu = measure_apart("gpu", arguments.epochs, arguments.sizes) if found.gpus else None
    why = why_no_gpu(found, backend, gpu)
    name = found.gpus[0].name if found.gpus else None
    record = {"backend": backend, "gpu_name": name, "why": why, "cpu": cpu, "gpu": None if why else gpu}
    show(record)
    print(json.dumps(record))


if __name__ == "__main__":
    main()
