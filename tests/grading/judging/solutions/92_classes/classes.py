# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Deep neural networks (dnn)
#     language: python
#     name: dnn
# ---

# %% [markdown]
# # A lesson with a class, for the grader's own tests

# %%
# %load_ext dnnkit
import numpy as np

from dnnkit import check


# %%
class Total:
    """A running sum of arrays, each times a factor.

    Args:
        factor: what every array is multiplied by.
    """

    def __init__(self, factor):
        self.factor = factor
        self.arrays = []

    def add(self, x):
        """Take an array in."""
        ### BEGIN SOLUTION
        self.arrays.append(self.factor * np.asarray(x))
        ### END SOLUTION

    def mean(self):
        """Return the mean of what came in so far."""
        ### BEGIN SOLUTION
        return sum(self.arrays) / len(self.arrays)
        ### END SOLUTION


# %%
check("Total")

# %%
# %%explore Total
print(Total(2.0).factor)


# %%
def apply_twice(f, x):
    """Return f(f(x))."""
    ### BEGIN SOLUTION
    return f(f(x))
    ### END SOLUTION


# %%
check("apply_twice")
