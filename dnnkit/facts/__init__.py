"""Describe an answer by facts where many different outputs are right, as with shuffles and trained weights.

A fact function takes the inputs of a call and its output and returns a dict: a short statement for the student,
and what holds. Public checks, hidden checks and the naming of mistakes all compare these dicts.
"""

from dnnkit.facts.classifier import classifier_facts
from dnnkit.facts.descent import descent_facts
from dnnkit.facts.partition import partition_facts
from dnnkit.facts.ravine import ravine_facts

__all__ = ["FACTS"]

FACTS = {
    "partition": partition_facts,
    "descent": descent_facts,
    "classifier": classifier_facts,
    "ravine": ravine_facts,
}
