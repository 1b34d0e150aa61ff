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
# # A small lesson for the grader's own tests

# %%
# %load_ext dnnkit
import numpy as np

from dnnkit import check


# %%
def double(x):
    """Return twice x, an array of any shape."""
    ### BEGIN SOLUTION
    return 2 * np.asarray(x)
    ### END SOLUTION


# %%
check("double")

# %%
# %%explore double
print(double(np.ones(3)))

# %% [markdown]
# The next function is broken.


# %%
def mean_square(x):
    """Return the mean of the squares of x, a number."""
    ### BUG HUNT: mean_square__as_given
    ### BEGIN SOLUTION
    return np.mean(double(x) ** 2) / 4
    ### END SOLUTION


# %%
check("mean_square")
