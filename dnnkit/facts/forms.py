"""Say in a few words of what form an answer is."""

from collections.abc import Sequence

import numpy as np


def kind(output: object) -> str:
    """Say in a few words what came instead of what was asked."""
    if isinstance(output, np.ndarray):
        return f"an array of shape {output.shape}"
    if isinstance(output, (list, tuple)):
        return f"a {type(output).__name__} of {len(output)} items"
    return type(output).__name__ if output is not None else "None"


def dict_form(output: object, names: Sequence[str]) -> tuple[str, str]:
    """Say which form is asked for, a dict with these entries, and what is wrong with what came; "" where nothing is."""
    form = f"a dict of {', '.join(names[:-1])} and {names[-1]}"
    if not isinstance(output, dict):
        return form, f"no, {kind(output)}"
    missing = [name for name in names if name not in output]
    return form, f"no, {', '.join(missing)} missing" if missing else ""
