"""The kinds of proof that `grading audit` makes for every exercise, in the order of its table.

A kind is a module with what `records.ProofKind` lists. To add one, write the module and name it here.
"""

from grading.authoring.proofs import bank, liar, mutants
from grading.authoring.proofs.records import ProofKind

KINDS: tuple[ProofKind, ...] = (bank, liar, mutants)
