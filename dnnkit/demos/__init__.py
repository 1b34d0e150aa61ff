"""Demos that run the student's own code; each works alone, in one line of an empty notebook.

Example:
    from dnnkit.demos import neuron_playground
    neuron_playground()
"""

import importlib

DEMOS = {
    "neuron_playground": "playground.demo:NeuronPlayground",
    "graph_stepper": "graph.demo:GraphStepper",
    "learning_rate": "descent.demo:LearningRate",
    "optimizer_race": "race.demo:OptimizerRace",
    "activations": "depth.demo:Activations",
    "kernel_explorer": "kernels.demo:KernelExplorer",
    "gradient_flow": "flow.demo:GradientFlow",
    "architecture_explorer": "architectures.demo:ArchitectureExplorer",
    "latent_space": "latent.demo:LatentSpace",
    "adversarial_examples": "adversarial.demo:AdversarialExamples",
    "gridworld": "worlds.demo:Gridworld",
    "gan_training": "gans.demo:GanTraining",
}


def __getattr__(name):
    if name not in DEMOS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}. Demos are: {', '.join(DEMOS)}.")
    module, _, demo = DEMOS[name].partition(":")
    return getattr(importlib.import_module(f"dnnkit.demos.{module}"), demo)


def __dir__():
    return sorted(DEMOS)
