"""Time every lesson beside its budget, and the from-scratch layers beside Keras; one line of JSON, last.

Usage: python benchmarks/lessons.py [02_backprop ...] [--kernels | --no-kernels]

Seconds of the reference notebook and of the untouched one, kernel start included; seconds of grading one right
submission with a warm parent, beyond the time spent in the student's own functions. Exits 1 when a lesson needs more
than one and a half times a budget, or when conv2d takes more than five times as long as Keras.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import numpy as np
from nbclient import NotebookClient

from grading.authoring.release import load_release
from grading.authoring.sample_class import with_answers
from grading.classes.autograde import make_grader
from grading.course import find_project, open_course
from grading.errors import GradingError
from grading.judging.pytest_plugin import Candidate, run_hidden_checks
from grading.judging.reference import Reference
from grading.judging.student_proxy import Student, local_transport
from grading.lessons.lesson import find_lesson
from grading.submissions.submission import from_bytes

PROJECT = find_project(Path(__file__).resolve().parent)
SLOW_LESSONS = ("09", "10", "11", "12")  # CURRICULUM.md gives 10 to 12 twice the time
TOLERATED = 1.5
CONV_RATIO = 5.0


def budgets(name):
    """Seconds that a lesson may take."""
    return {"reference_s": 120.0 if name.startswith(SLOW_LESSONS) else 60.0, "untouched_s": 20.0, "grading_s": 5.0}


def notebook_seconds(notebook):
    """Run a notebook from top to bottom as a student does, in the kernel "dnn"; a traceback ends the benchmark."""
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(notebook, kernel_name="dnn", timeout=600, resources={"metadata": {"path": folder}})
        client.store_widget_state = False
        started = time.perf_counter()
        client.execute(stderr=subprocess.DEVNULL)  # ipykernel's own warnings
        return time.perf_counter() - started


def student_seconds(lesson, seed):
    """Time what the checks of a right submission spend in the student's functions, measured in this process."""
    reference, spent = Reference(lesson), []
    transport = local_transport(reference.namespace())

    def timed(request, seconds):
        started = time.perf_counter()
        try:
            return transport(request, seconds)
        finally:
            spent.append(time.perf_counter() - started)

    def student(**options):
        return Student(timed, reference.parameters, **options)

    findings = run_hidden_checks(lesson, reference, [Candidate("reference", student, seed)])
    assert all(finding.result.status == "passed" for finding in findings), f"{lesson.name}: the reference fails"
    return sum(spent)


def grading_seconds(lesson, notebook):
    """Grade one right submission, with a warm parent.

    Returns:
        (seconds in all, seconds of the student's own functions).
    """
    seed = b"benchmark"
    submission = from_bytes("s-0001", nbformat.writes(notebook).encode())
    with tempfile.TemporaryDirectory() as folder:
        grader = make_grader(open_course(PROJECT, folder), lesson)
        try:
            grader.launcher.launch().kill()  # the parent imports the lesson's packages once for a whole class
            result, _ = grader.grade(submission, seed)
        finally:
            grader.launcher.close()
    assert result.score == result.max_score, f"{lesson.name}: the right submission got {result.score}"
    return result.seconds, student_seconds(lesson, seed)


def measure_lesson(name):
    """Measure one lesson.

    Returns:
        Dict for the JSON line; with "skipped" alone when the lesson is not finished.
    """
    try:
        lesson = find_lesson(PROJECT / "solutions", name)
        release = load_release(PROJECT, lesson)
    except (GradingError, OSError) as error:
        return {"lesson": name, "skipped": str(error)}
    right = with_answers(release, {name: cell.source for name, cell in lesson.solution_cells.items()})
    total, own = grading_seconds(lesson, right)
    record = {
        "reference_s": notebook_seconds(right),
        "untouched_s": notebook_seconds(with_answers(release, {})),
        "grading_s": max(0.0, total - own),
        "grading_total_s": total,
    }
    limits = budgets(lesson.name)
    over = [key for key, limit in limits.items() if record[key] > limit]
    far = [key for key, limit in limits.items() if record[key] > TOLERATED * limit]
    return {"lesson": lesson.name, **{key: round(s, 2) for key, s in record.items()}, "over": over, "far_over": far}


def dense_forward(functions, keras, rng):
    """A batch of digits through a hidden layer."""
    X, W, b = _arrays(rng, (128, 64), (64, 128), (128,))
    layer = _layer(keras.layers.Dense(128), X, [W, b])
    return lambda: functions["dense_forward"](X, W, b), lambda: _numpy(keras, layer(X))


def conv2d(functions, keras, rng):
    """The layer of lesson 05's experiment on speed."""
    X, W, b = _arrays(rng, (32, 32, 32, 3), (3, 3, 3, 16), (16,))
    layer = _layer(keras.layers.Conv2D(16, 3), X, [W, b])
    return lambda: functions["conv2d"](X, W, b, 1, 0), lambda: _numpy(keras, layer(X))


def conv2d_digits(functions, keras, rng):
    """A batch of digits through a first convolution, with padding."""
    X, W, b = _arrays(rng, (64, 8, 8, 1), (3, 3, 1, 8), (8,))
    layer = _layer(keras.layers.Conv2D(8, 3, padding="same"), X, [W, b])
    return lambda: functions["conv2d"](X, W, b, 1, 1), lambda: _numpy(keras, layer(X))


def conv2d_backward(functions, keras, rng):
    """Forward and backward: a framework has no backward alone."""
    from dnnkit.gradients import value_and_gradient

    X, W, b, dout = _arrays(rng, (32, 32, 32, 3), (3, 3, 3, 16), (16,), (32, 30, 30, 16))

    def manual_grades():
        functions["conv2d"](X, W, b, 1, 0)
        return functions["conv2d_backward"](dout, X, W, 1, 0)[1]

    def by_keras():
        ops = keras.ops
        return value_and_gradient(lambda X, W, b: ops.sum(ops.multiply(ops.conv(X, W) + b, dout)), X, W, b)[1][1]

    return manual_grades, by_keras


def batchnorm_forward(functions, keras, rng):
    """A batch through batch normalisation, in training."""
    X, gamma, beta = _arrays(rng, (128, 128), (128,), (128,))
    state = np.zeros(128, np.float32), np.ones(128, np.float32)
    layer = _layer(keras.layers.BatchNormalization(epsilon=1e-3), X, [gamma, beta, *state])

    def manual_grades():
        return functions["batchnorm_forward"](X, gamma, beta, *state, 0.99, 1e-3, True)[0]

    return manual_grades, lambda: _numpy(keras, layer(X, training=True))


KERNELS = (
    ("dense forward", "02_backprop", dense_forward, None),
    ("conv2d forward", "05_cnn", conv2d, CONV_RATIO),
    ("conv2d forward, digits", "05_cnn", conv2d_digits, CONV_RATIO),
    ("conv2d forward and backward", "05_cnn", conv2d_backward, None),
    ("batch norm forward", "04_training", batchnorm_forward, None),
)


def measure_kernel(name, lesson_name, make, limit):
    """Time one from-scratch layer and Keras' own on the same float32 arrays, in turns; the shortest times count.

    Returns:
        Dict for the JSON line; with "skipped" when the lesson is not there yet.
    """
    from dnnkit.environment import quiet

    quiet.quiet_backends()
    import keras

    try:
        functions = Reference(find_lesson(PROJECT / "solutions", lesson_name)).namespace()
        manual_grades, by_keras = make(functions, keras, np.random.default_rng(0))
        ours, theirs = manual_grades(), by_keras()
    except (GradingError, OSError, KeyError) as error:
        return {"kernel": name, "skipped": f"{type(error).__name__}: {error}"}
    error = float(np.abs(ours - theirs).max() / np.abs(theirs).max())
    assert error < 1e-4, f"{name}: ours and Keras' differ by {error:.1e}"
    times = {manual_grades: [], by_keras: []}
    for _ in range(30):
        for function, seconds in times.items():
            started = time.perf_counter()
            function()
            seconds.append(time.perf_counter() - started)
    hand, theirs = min(times[manual_grades]), min(times[by_keras])
    ratio = hand / theirs
    return {
        "kernel": name,
        "by_hand_ms": round(hand * 1e3, 3),
        "keras_ms": round(theirs * 1e3, 3),
        "ratio": round(ratio, 2),
        "limit": limit,
        "far_over": limit is not None and ratio > limit,
    }


def _arrays(rng, *shapes):
    return [rng.normal(size=shape).astype(np.float32) for shape in shapes]


def _layer(layer, X, weights):
    layer.build(X.shape)
    layer.set_weights(weights)
    return layer


def _numpy(keras, tensor):
    return keras.ops.convert_to_numpy(tensor)


def show_lesson(record):
    """Print one lesson's seconds beside its budgets."""
    if "skipped" in record:
        print(f"{record['lesson']:<14} skipped: {record['skipped']}", file=sys.stderr)
        return
    parts = [f"{key.removesuffix('_s')} {record[key]:>6.1f} of {b:g}" for key, b in budgets(record["lesson"]).items()]
    marks = [f"  {key} is over" for key in record["over"]]
    print(f"{record['lesson']:<14} {'   '.join(parts)} s" + "".join(marks), file=sys.stderr)


def show_kernel(record):
    """Print one layer's times."""
    if "skipped" in record:
        print(f"{record['kernel']:<28} skipped: {record['skipped']}", file=sys.stderr)
        return
    within = "" if record["limit"] is None else f", at most {record['limit']:g}"
    print(
        f"{record['kernel']:<28} {record['by_hand_ms']:>8.2f} ms by hand, {record['keras_ms']:>8.2f} ms in Keras, "
        f"{record['ratio']:.2f} times{within}",
        file=sys.stderr,
    )


def main():
    """Measure all lessons, or those named.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lesson", nargs="*", help="such as 02_backprop (default: all)")
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--kernels", action="store_true", help="only the layers beside Keras")
    part.add_argument("--no-kernels", action="store_true", help="only the lessons")
    arguments = parser.parse_args()
    names = arguments.lesson or sorted(path.name for path in (PROJECT / "solutions").glob("[0-9][0-9]_*"))
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    if load > cores / 2:
        print(f"Other programs are at work (load {load:.1f} on {cores} cores): expect longer times.", file=sys.stderr)
    lessons, layers = [], []
    for name in [] if arguments.kernels else names:
        lessons.append(measure_lesson(name))
        show_lesson(lessons[-1])
    for kernel in () if arguments.no_kernels else KERNELS:
        layers.append(measure_kernel(*kernel))
        show_kernel(layers[-1])
    print(json.dumps({"load": round(load, 1), "lessons": lessons, "kernels": layers}))
    return int(any(record.get("far_over") for record in [*lessons, *layers]))


if __name__ == "__main__":
    sys.exit(main())
