"""What the benchmarks of lessons and devices say and how they exit; their figures are nobody's promise here."""

import importlib.util
import json
import re
from pathlib import Path

import pytest

from dnnkit.environment.devices import Gpu, Look

FOLDER = Path(__file__).resolve().parent.parent / "benchmarks"
FAST = {"reference_s": 9.0, "untouched_s": 5.0, "grading_s": 1.0, "grading_total_s": 2.0, "over": [], "far_over": []}
CPU = {"device": "cpu:0", "keras": "3", "matmul_gflops": {"64": 2.0}, "training": {"CNN": {"images_per_s": 10}}}
GPU = {"device": "cuda:0", "keras": "3", "matmul_gflops": {"64": 8.0}, "training": {"CNN": {"images_per_s": 50}}}


def load(name):
    spec = importlib.util.spec_from_file_location(f"benchmark_{name}", FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("far_over", "code"), [([], 0), (["grading_s"], 1)])
def test_lessons_past_a_budget_by_more_than_half_fail(monkeypatch, capsys, far_over, code):
    lessons = load("lessons")
    record = {"lesson": "02_backprop", **FAST, "over": far_over, "far_over": far_over}
    monkeypatch.setattr(lessons, "measure_lesson", lambda name: record)
    monkeypatch.setattr("sys.argv", ["lessons.py", "02_backprop", "--no-kernels"])
    assert lessons.main() == code
    out, err = capsys.readouterr()
    assert json.loads(out.splitlines()[-1])["lessons"] == [record]
    assert "reference    9.0 of 60   untouched    5.0 of 20   grading    1.0 of 5 s" in err


def test_the_long_lessons_may_take_twice_the_time():
    budgets = load("lessons").budgets
    names = ("08_autoencoders", "10_gans", "11_rl", "13_adversarial")
    assert [budgets(name)["reference_s"] for name in names] == [60.0, 120.0, 120.0, 60.0]


@pytest.mark.sandbox
def test_a_lesson_is_measured_from_its_notebook_to_its_grade():
    record = load("lessons").measure_lesson("01_neuron")
    assert record["reference_s"] > 0
    assert record["untouched_s"] > 0
    assert record["grading_total_s"] >= record["grading_s"] >= 0


def test_a_lesson_that_is_not_there_is_skipped_with_a_word(capsys):
    lessons = load("lessons")
    record = lessons.measure_lesson("77_nothing")
    assert record["skipped"].startswith("There is no lesson called '77_nothing'")
    lessons.show_lesson(record)
    assert capsys.readouterr().err.startswith("77_nothing     skipped: There is no lesson")


@pytest.mark.parametrize(
    ("found", "figures", "why", "line"),
    [
        (Look(why="no card"), None, "no card", "No GPU was measured: no card."),
        (Look((Gpu("NVIDIA A", 8),)), CPU, "jax does not use the NVIDIA A.*python -m pip install .?jax", "No GPU was"),
        (Look((Gpu("NVIDIA A", 8),)), GPU, "", "GPU: NVIDIA A"),
    ],
)
def test_the_gpu_benchmark_says_plainly_when_there_is_no_gpu(monkeypatch, capsys, found, figures, why, line):
    gpu = load("gpu")
    monkeypatch.setattr(gpu.devices, "look", lambda: found)
    monkeypatch.setattr(gpu.kernels, "keras_backend", lambda: "jax")
    monkeypatch.setattr(gpu, "measure_apart", lambda device, *_: CPU if device == "cpu" else figures)
    monkeypatch.setattr("sys.argv", ["gpu.py"])
    gpu.main()
    out, err = capsys.readouterr()
    record = json.loads(out.splitlines()[-1])
    assert re.match(why, record["why"])
    assert (record["gpu"] is None) == bool(why)
    assert line in err
    assert ("5.0" in err) == (not why)  # the ratio of images a second
