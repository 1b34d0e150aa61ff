"""Wrong answers made by machine: changed source, changed behaviour, and the proof that the checks refuse them.

Written here rather than taken from cosmic-ray or mutmut: those have no operators for axes, keyword arguments, swapped
arguments, terms left out or the letters of one shape, and rewrite files, where we need sources by the thousand.
"""
