"""Demos that run the student's own code; each works alone, in one line of an empty notebook.

Example:
    from dnnkit.widgets import neuron_playground
    neuron_playground()
"""

import importlib

DEMOS = {
    "neuron_playground": "NeuronPlayground",
    "graph_stepper": "GraphStepper",
    "learning_rate": "LearningRate",
    "optimizer_race": "OptimizerRace",
    "activations": "Activations",
    "kernel_explorer": "KernelExplorer",
}


def __getattr__(name):
    if name not in DEMOS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}. Demos are: {', '.join(DEMOS)}.")
    return getattr(importlib.import_module(f"dnnkit.widgets.demo_{name}"), DEMOS[name])


def __dir__():
    return sorted(DEMOS)
