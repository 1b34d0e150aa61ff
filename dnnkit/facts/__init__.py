"""Describe an answer by facts where many different outputs are right, as with shuffles and trained weights.

A fact function takes the inputs of a call and its output and returns a dict: a short statement for the student,
and what holds. Public checks, hidden checks and the naming of mistakes all compare these dicts.
"""

from dnnkit.facts.classifier import classifier
from dnnkit.facts.descent import descent
from dnnkit.facts.partition import partition

FACTS = {"partition": partition, "descent": descent, "classifier": classifier}
