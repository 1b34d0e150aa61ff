"""Say in a few words of what form an answer is."""

import numpy as np


def kind(output: object) -> str:
    """Say in a few words what came instead of what was asked."""
    if isinstance(output, np.ndarray):
        return f"an array of shape {output.shape}"
    if isinstance(output, (list, tuple)):
        return f"a {type(output).__name__} of {len(output)} items"
    return type(output).__name__ if output is not None else "None"
