"""Describe an answer by facts where many different outputs are right, as with shuffles and trained weights.

A fact function takes the inputs of a call and its output and returns a dict: a short statement for the student,
and what holds. Public checks, hidden checks and the naming of mistakes all compare these dicts.
"""

from collections.abc import Callable
from typing import Any

from dnnkit.facts.adding import adding_weights_facts, sums_facts
from dnnkit.facts.classifier import classifier_facts
from dnnkit.facts.codes import linear_autoencoder_facts, rebuilt_facts
from dnnkit.facts.descent import descent_facts
from dnnkit.facts.digits import digits_facts
from dnnkit.facts.frequencies import frequencies_facts
from dnnkit.facts.graphs import order_facts
from dnnkit.facts.mlp import learning_facts, mlp_facts, recognised_facts
from dnnkit.facts.network import bends_facts, network_facts, trained_network_facts
from dnnkit.facts.noise import dropout_facts, shift_facts
from dnnkit.facts.painted import painted_facts
from dnnkit.facts.partition import partition_facts
from dnnkit.facts.ravine import ravine_facts
from dnnkit.facts.samples import samples_facts
from dnnkit.facts.tuned import tuned_facts
from dnnkit.facts.weights import lsuv_facts, normal_facts, uniform_facts

__all__ = ["FACTS"]

FACTS: dict[str, Callable[..., dict[str, Any]]] = {
    "partition": partition_facts,
    "descent": descent_facts,
    "classifier": classifier_facts,
    "order": order_facts,
    "mlp": mlp_facts,
    "learning": learning_facts,
    "recognised": recognised_facts,
    "ravine": ravine_facts,
    "uniform weights": uniform_facts,
    "normal weights": normal_facts,
    "lsuv": lsuv_facts,
    "dropout": dropout_facts,
    "shifts": shift_facts,
    "digits": digits_facts,
    "network": network_facts,
    "bends": bends_facts,
    "trained network": trained_network_facts,
    "adding weights": adding_weights_facts,
    "sums": sums_facts,
    "frequencies": frequencies_facts,
    "linear autoencoder": linear_autoencoder_facts,
    "rebuilt": rebuilt_facts,
    "tuned": tuned_facts,
    "samples": samples_facts,
    "painted": painted_facts,
}
