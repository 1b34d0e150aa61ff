"""Known wrong answers of lesson 04, each with the hint that its maker deserves.

Each function may use NumPy as `np` and the lesson's own functions, which are there when it runs.
"""

import numpy as np

from grading.lessons.checking import edit, hint

# Wrong answers made by the machine that are right after all, see CONTRIBUTING.md.
EQUIVALENT = {
    "*": {
        "nothing of...": "no array is empty: the text says so at the top",
        "whole numbers in, whole numbers out of...": "arrays hold floats: the text says so at the top",
    },
    "leaky_relu_forward": {
        "reference: comparison: Z > 0 -> Z >= 0...": "0 gives 0 either way",
        "sign dropped of slope": "the slope is not negative",
        "cut to 0 to 1 of slope": "the slope is at most 1",
    },
    "leaky_relu_backward": {
        "reference: comparison: Z > 0 -> Z >= 0...": "at 0 the text leaves the slope open",
        "mask: comparison: Z < 0 -> Z <= 0...": "at 0 the text leaves the slope open",
        "choose: comparison: Z >= 0 -> Z > 0...": "at 0 the text leaves the slope open",
        "beyond 5 counts as 5 of Z": "only the signs of Z count",
        "negative counts as 0 of Z": "the slope at 0 may be that of negative numbers",
        "0 counts as 0.001 of Z": "the slope at 0 may be that of positive numbers",
        "near ties count as ties of Z": "only the signs of Z count",
        "sign dropped of slope": "the slope is not negative",
        "cut to 0 to 1 of slope": "the slope is at most 1",
    },
    "prelu_backward": {
        "reference: comparison: Z > 0 -> Z >= 0...": "at 0 the text leaves the slope open",
        "loops: comparison: Z[n, j] > 0 -> Z[n, j] >= 0...": "at 0 the text leaves the slope open",
        "loops: function: np.zeros(Z.shape) -> np.ones(Z.shape)": "every entry is written over",
        "masks: comparison: Z < 0 -> Z <= 0...": "at 0 the text leaves the slope open",
        "0 counts as 0.001 of Z": "at 0 the text leaves the slope open",
        "near ties count as ties of Z": "of positive numbers only the sign counts, and ties are drawn among those",
    },
    "l1_l2_penalty": {
        "norms: swap: l2 * flat @ flat...": "a product of a vector with itself",
        "sign dropped of l1": "a price is not negative",
        "sign dropped of l2": "a price is not negative",
    },
    "early_stopping": {
        "waiting: constant: 0 -> 1 in (float('inf'), 0, 0)...": "the first loss is a new best and sets all of them",
        "waiting: constant: 0 -> -1 in (float('inf'), 0, 0)...": "the first loss is a new best and sets all of them",
        "0 counts as of...": "patience is at least 1",
        "a float for an int": "a whole number is welcome as a float",
    },
    "dropout_backward": {
        "copy: call left out: np.asarray(mask) -> mask": "the mask is an array",
        "sign dropped of drop_rate": "a probability is not negative",
        "cut to 0 to 1 of drop_rate": "a probability is at most 1",
    },
}

# gradient_norms

edit(
    "gradient_norms__no_return",
    {"    return np.array(norms[::-1])": "    norms = np.array(norms[::-1])"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "gradient_norms__signed_mean",
    {"np.sqrt(np.sum((A.T @ dZ) ** 2))": "np.mean(A.T @ dZ)"},
    hint="This is the mean of the gradient's entries. Entries of both signs cancel in it: take the norm.",
)
edit(
    "gradient_norms__mean_size",
    {"np.sqrt(np.sum((A.T @ dZ) ** 2))": "np.mean(np.abs(A.T @ dZ))"},
    hint="This is the mean size of an entry. The norm is the root of the sum of squares of all entries.",
)
edit(
    "gradient_norms__sum_of_sizes",
    {"np.sqrt(np.sum((A.T @ dZ) ** 2))": "np.sum(np.abs(A.T @ dZ))"},
    hint="This sums the sizes of the entries. The norm asked for sums their squares, and takes the root.",
)
edit(
    "gradient_norms__root_mean_square",
    {"np.sqrt(np.sum((A.T @ dZ) ** 2))": "np.sqrt(np.mean((A.T @ dZ) ** 2))"},
    hint="The mean of the squares is taken, where their sum is asked for.",
)
edit(
    "gradient_norms__squared",
    {"np.sqrt(np.sum((A.T @ dZ) ** 2))": "np.sum((A.T @ dZ) ** 2)"},
    hint="This is the square of the norm. The root is missing.",
)
edit(
    "gradient_norms__spectral",
    {"np.sqrt(np.sum((A.T @ dZ) ** 2))": "np.linalg.norm(A.T @ dZ, 2)"},
    hint=(
        "For a matrix, np.linalg.norm(..., 2) is the largest stretch, not the root of the sum of squares of "
        "its entries."
    ),
)
edit(
    "gradient_norms__last_layer_first",
    {"norms[::-1]": "norms"},
    hint="The numbers are right but come in the wrong order: the first layer stands first.",
)
edit(
    "gradient_norms__no_slope",
    {"dZ = dA * slope": "dZ = dA"},
    hint="The slope of the activation function is left out: dZ is dA times the slope, element by element.",
)
edit(
    "gradient_norms__slope_missing_at_the_top",
    {"dA, norms = dout, []": "dA, norms, slopes[-1] = dout, [], 1.0"},
    hint="The last layer has an activation function, too: dout is the gradient at its activations, not before them.",
)
edit(
    "gradient_norms__slope_of_activations",
    {
        "A, slope = activate(A @ W, activation)": "A, _ = activate(A @ W, activation)",
        "slopes.append(slope)": "slopes.append(activate(A, activation)[1])",
    },
    hint="The slopes are taken at the activations. They belong to the pre-activations Z, which go into the function.",
)
edit(
    "gradient_norms__output_of_the_layer",
    {
        "        inputs.append(A)\n": "",
        "        slopes.append(slope)\n": "        slopes.append(slope)\n        inputs.append(A)\n",
    },
    hint="dW needs the activations that went into its layer. Here it gets those that came out.",
)
edit(
    "gradient_norms__input_of_the_network",
    {"(A.T @ dZ) ** 2": "(X.T @ dZ) ** 2"},
    hint=(
        "Every layer is given the input X of the network. Each layer has an input of its own: the activations below it."
    ),
)
edit(
    "gradient_norms__norm_of_dz",
    {"(A.T @ dZ) ** 2": "dZ**2"},
    hint="This is the norm of dZ, at the pre-activations. Asked for is the gradient of the weights, dW.",
)
edit(
    "gradient_norms__norm_of_da",
    {"(A.T @ dZ) ** 2": "dA**2"},
    hint="This is the norm of dA, at the activations. Asked for is the gradient of the weights, dW.",
)
edit(
    "gradient_norms__mean_over_examples",
    {"(A.T @ dZ) ** 2": "(A.T @ dZ / len(X)) ** 2"},
    hint="The gradient is divided by the number of examples. dout carries such factors already.",
)
edit(
    "gradient_norms__weights_not_transposed",
    {"dA = dZ @ W.T": "dA = dZ @ W"},
    hint="On the way down the weights are transposed: dA of the layer below has as many columns as W has rows.",
)
edit(
    "gradient_norms__gradient_never_goes_down",
    {"        dA = dZ @ W.T\n": ""},
    hint="dA is the same for every layer. On the way down it must pass the weights, layer after layer.",
)


# leaky_relu_forward


@hint("The function returns None. Is the return missing?")
def leaky_relu_forward__no_return(Z, slope):
    np.where(Z > 0, Z, slope * Z)


@hint("This is the plain ReLU: negative numbers became 0. The leaky one lets a little of them through.")
def leaky_relu_forward__relu(Z, slope):
    return np.maximum(Z, 0)


@hint("The two sides are swapped: positive numbers pass unchanged, negative ones are shrunk.")
def leaky_relu_forward__swapped(Z, slope):
    return np.where(Z > 0, slope * Z, Z)


@hint("All numbers are shrunk. Positive ones must pass as they are.")
def leaky_relu_forward__everywhere(Z, slope):
    return slope * Z


@hint("Negative numbers come out positive. They keep their sign.")
def leaky_relu_forward__sign_lost(Z, slope):
    return np.where(Z > 0, Z, -slope * Z)


@hint("Negative numbers all became the same number, slope. They are multiplied by slope.")
def leaky_relu_forward__constant(Z, slope):
    return np.where(Z > 0, Z, slope)


@hint("A slope is written into the function. Use the argument.")
def leaky_relu_forward__fixed_slope(Z, slope):
    return np.where(Z > 0, Z, 0.01 * Z)


@hint("These are the slopes, 1 and slope. The forward pass returns the activations.")
def leaky_relu_forward__slopes_only(Z, slope):
    return np.where(Z > 0, 1.0, slope)


@hint("An if decides for one number only, and Z is an array. Decide for each element: see np.where.")
def leaky_relu_forward__if_on_array(Z, slope):
    return Z if Z > 0 else slope * Z


@hint("The result is right, but Z itself was overwritten. The caller still needs it: work on a new array.")
def leaky_relu_forward__in_place(Z, slope):
    Z[Z < 0] *= slope
    return Z


# leaky_relu_backward


@hint("The function returns None. Is the return missing?")
def leaky_relu_backward__no_return(dout, Z, slope):
    dout * np.where(Z > 0, 1.0, slope)


@hint("Where Z is negative, nothing comes back: that is the plain ReLU. Here the slope comes through.")
def leaky_relu_backward__relu(dout, Z, slope):
    return dout * (Z > 0)


@hint("The sign of dout decides. It is the sign of Z, of what went in, that matters.")
def leaky_relu_backward__sign_of_dout(dout, Z, slope):
    return np.where(dout > 0, dout, slope * dout)


@hint("The two sides are swapped: where Z is positive, dout passes unchanged.")
def leaky_relu_backward__swapped(dout, Z, slope):
    return dout * np.where(Z > 0, slope, 1.0)


@hint("These are the slopes alone. The chain rule multiplies them by dout.")
def leaky_relu_backward__no_dout(dout, Z, slope):
    return np.where(Z > 0, 1.0, slope)


@hint("dout is multiplied by the activation. The chain rule multiplies by its slope: 1 or slope.")
def leaky_relu_backward__times_activation(dout, Z, slope):
    return dout * np.where(Z > 0, Z, slope * Z)


@hint("Where Z is negative, dout is replaced by slope. It is multiplied by it.")
def leaky_relu_backward__replaced(dout, Z, slope):
    return np.where(Z > 0, dout, slope)


@hint("A slope is written into the function. Use the argument.")
def leaky_relu_backward__fixed_slope(dout, Z, slope):
    return dout * np.where(Z > 0, 1.0, 0.01)


@hint("The sign is turned where Z is negative. The slope of the curve is positive on both sides.")
def leaky_relu_backward__negative_slope(dout, Z, slope):
    return dout * np.where(Z > 0, 1.0, -slope)


@hint("The result is right, but dout itself was overwritten. The caller still needs it: work on a new array.")
def leaky_relu_backward__in_place(dout, Z, slope):
    dout[Z < 0] *= slope
    return dout


# prelu_backward

edit(
    "prelu_backward__no_return",
    {"    return dZ, dslope": "    (dZ, dslope)"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "prelu_backward__slopes_not_summed",
    {"np.sum(dout * np.minimum(Z, 0.0), axis=0)": "dout * np.minimum(Z, 0.0)"},
    hint="dslope has one row for each example. A unit uses one slope for all examples: add their contributions up.",
)
edit(
    "prelu_backward__slopes_summed_over_all",
    {", axis=0)": ")"},
    hint="dslope is a single number: the sum ran over the units, too. Each unit has a slope of its own.",
)
edit(
    "prelu_backward__slopes_summed_over_units",
    {"axis=0": "axis=1"},
    hint="The sum for dslope runs over the units. It runs over the examples, which are the rows: axis 0.",
)
edit(
    "prelu_backward__slopes_averaged",
    {"np.sum": "np.mean"},
    hint="dslope is a mean over the examples. It is their sum: dout carries the 1/N of the loss already.",
)
edit(
    "prelu_backward__all_examples_count",
    {"np.minimum(Z, 0.0)": "Z"},
    hint="Examples with positive Z contribute to dslope. There the slope plays no part.",
)
edit(
    "prelu_backward__positive_side",
    {"np.minimum(Z, 0.0)": "np.maximum(Z, 0.0)"},
    hint="dslope counts the examples with positive Z. The slope acts on the negative ones.",
)
edit(
    "prelu_backward__slopes_without_dout",
    {"dout * np.minimum(Z, 0.0)": "np.minimum(Z, 0.0)"},
    hint="dslope lacks the factor dout: the chain rule multiplies what came from above by the derivative here.",
)
edit(
    "prelu_backward__counts_instead_of_z",
    {"np.minimum(Z, 0.0)": "(Z < 0)"},
    hint=(
        "dslope adds up dout where Z is negative. The derivative of slope times z with respect to slope is z: a factor."
    ),
)
edit(
    "prelu_backward__size_of_z",
    {"np.minimum(Z, 0.0)": "np.maximum(-Z, 0.0)"},
    hint="dslope has the wrong sign: z is negative where the slope acts, and enters with its sign.",
)
edit(
    "prelu_backward__slope_stays",
    {"np.minimum(Z, 0.0)": "slope * np.minimum(Z, 0.0)"},
    hint="dslope still has slope as a factor. The derivative of slope times z with respect to slope is z alone.",
)
edit(
    "prelu_backward__inputs_like_relu",
    {"np.where(Z > 0, 1.0, slope)": "(Z > 0)"},
    hint="dZ is 0 where Z is negative, as for the plain ReLU. There it is dout times the slope of the unit.",
)
edit(
    "prelu_backward__inputs_without_dout",
    {"dZ = dout * np.where": "dZ = np.where"},
    hint="dZ lacks the factor dout.",
)
edit(
    "prelu_backward__wrong_order",
    {"return dZ, dslope": "return dslope, dZ"},
    hint="The results are right but come in the wrong order: dZ stands first.",
)
edit(
    "prelu_backward__slopes_forgotten", {"return dZ, dslope": "return dZ"}, hint="Only dZ came back: dslope is missing."
)


# glorot_uniform


@hint("The function returns None. Is the return missing?")
def glorot_uniform__no_return(fan_in, fan_out, rng):
    rng.uniform(-1, 1, size=(fan_in, fan_out)) * np.sqrt(6.0 / (fan_in + fan_out))


@hint("The limit looks only at the inputs. Glorot's rule takes inputs and outputs together.")
def glorot_uniform__inputs_only(fan_in, fan_out, rng):
    limit = np.sqrt(6.0 / fan_in)
    return rng.uniform(-limit, limit, size=(fan_in, fan_out))


@hint("The limit looks only at the outputs. Glorot's rule takes inputs and outputs together.")
def glorot_uniform__outputs_only(fan_in, fan_out, rng):
    limit = np.sqrt(6.0 / fan_out)
    return rng.uniform(-limit, limit, size=(fan_in, fan_out))


@hint("The limit is too small by the root of 2: is 3 in your formula where 6 should be?")
def glorot_uniform__three_for_six(fan_in, fan_out, rng):
    limit = np.sqrt(3.0 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, size=(fan_in, fan_out))


@hint(
    "The standard deviation is used as the limit. Uniform numbers up to l have a standard deviation of only l / 1.73."
)
def glorot_uniform__deviation_as_limit(fan_in, fan_out, rng):
    limit = np.sqrt(2.0 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, size=(fan_in, fan_out))


@hint("The limit is much too small: is a root missing?")
def glorot_uniform__no_root(fan_in, fan_out, rng):
    limit = 6.0 / (fan_in + fan_out)
    return rng.uniform(-limit, limit, size=(fan_in, fan_out))


@hint("The limit divides by the product of inputs and outputs. It divides by their sum.")
def glorot_uniform__product(fan_in, fan_out, rng):
    limit = np.sqrt(6.0 / (fan_in * fan_out))
    return rng.uniform(-limit, limit, size=(fan_in, fan_out))


@hint("These weights are normal. The spread is right, but uniform ones are asked for.")
def glorot_uniform__normal(fan_in, fan_out, rng):
    return rng.normal(0.0, np.sqrt(2.0 / (fan_in + fan_out)), size=(fan_in, fan_out))


@hint("All weights are positive. They lie between minus the limit and the limit.")
def glorot_uniform__positive(fan_in, fan_out, rng):
    return rng.uniform(0.0, np.sqrt(6.0 / (fan_in + fan_out)), size=(fan_in, fan_out))


@hint("The shape is turned round: (fan_in, fan_out) is asked for.")
def glorot_uniform__transposed(fan_in, fan_out, rng):
    limit = np.sqrt(6.0 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, size=(fan_out, fan_in))


@hint("All rows are the same. Every weight must be drawn for itself, or units stay alike for ever.")
def glorot_uniform__equal_rows(fan_in, fan_out, rng):
    limit = np.sqrt(6.0 / (fan_in + fan_out))
    return np.tile(rng.uniform(-limit, limit, size=fan_out), (fan_in, 1))


@hint("The same weights come every time: the function makes a generator of its own. Draw from the argument rng.")
def glorot_uniform__own_seed(fan_in, fan_out, rng):
    limit = np.sqrt(6.0 / (fan_in + fan_out))
    return np.random.default_rng(0).uniform(-limit, limit, size=(fan_in, fan_out))


@hint("The argument rng is not used, so the result cannot be repeated. Draw from rng, not from np.random.")
def glorot_uniform__global_randomness(fan_in, fan_out, rng):
    limit = np.sqrt(6.0 / (fan_in + fan_out))
    return np.random.uniform(-limit, limit, size=(fan_in, fan_out))  # noqa: NPY002


# he_normal


@hint("The function returns None. Is the return missing?")
def he_normal__no_return(fan_in, fan_out, rng):
    rng.normal(0.0, np.sqrt(2.0 / fan_in), size=(fan_in, fan_out))


@hint("The number of outputs is used. What a unit adds up are its inputs.")
def he_normal__outputs(fan_in, fan_out, rng):
    return rng.normal(0.0, np.sqrt(2.0 / fan_out), size=(fan_in, fan_out))


@hint("This is Glorot's variance. He's rule looks at the inputs only.")
def he_normal__glorot(fan_in, fan_out, rng):
    return rng.normal(0.0, np.sqrt(2.0 / (fan_in + fan_out)), size=(fan_in, fan_out))


@hint("The factor 2 is missing, which makes up for the half that the ReLU throws away.")
def he_normal__one_for_two(fan_in, fan_out, rng):
    return rng.normal(0.0, np.sqrt(1.0 / fan_in), size=(fan_in, fan_out))


@hint("The variance is used as the standard deviation. The root is missing.")
def he_normal__variance_as_deviation(fan_in, fan_out, rng):
    return rng.normal(0.0, 2.0 / fan_in, size=(fan_in, fan_out))


@hint("The factor 2 stands outside of the root.")
def he_normal__two_outside(fan_in, fan_out, rng):
    return rng.normal(size=(fan_in, fan_out)) * 2.0 / np.sqrt(fan_in)


@hint("These weights are uniform. The spread is right, but normal ones are asked for.")
def he_normal__uniform(fan_in, fan_out, rng):
    limit = np.sqrt(6.0 / fan_in)
    return rng.uniform(-limit, limit, size=(fan_in, fan_out))


@hint("The tails are cut off, which makes the spread smaller by 12 %. Widen the rest, or do not cut.")
def he_normal__truncated(fan_in, fan_out, rng):
    W = rng.normal(size=(fan_in, fan_out))
    while np.any(np.abs(W) > 2):
        W = np.where(np.abs(W) > 2, rng.normal(size=W.shape), W)
    return W * np.sqrt(2.0 / fan_in)


@hint("The shape is turned round: (fan_in, fan_out) is asked for.")
def he_normal__transposed(fan_in, fan_out, rng):
    return rng.normal(0.0, np.sqrt(2.0 / fan_in), size=(fan_out, fan_in))


@hint("The spread is used as the mean: rng.normal takes the mean first, then the standard deviation.")
def he_normal__as_mean(fan_in, fan_out, rng):
    return rng.normal(np.sqrt(2.0 / fan_in), size=(fan_in, fan_out))


@hint("The same weights come every time: the function makes a generator of its own. Draw from the argument rng.")
def he_normal__own_seed(fan_in, fan_out, rng):
    return np.random.default_rng(0).normal(0.0, np.sqrt(2.0 / fan_in), size=(fan_in, fan_out))


@hint("The argument rng is not used, so the result cannot be repeated. Draw from rng, not from np.random.")
def he_normal__global_randomness(fan_in, fan_out, rng):
    return np.random.randn(fan_in, fan_out) * np.sqrt(2.0 / fan_in)  # noqa: NPY002


# lsuv_init

edit(
    "lsuv_init__no_return",
    {"    return weights": "    list(weights)"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "lsuv_init__not_scaled",
    {"        W = W / np.std(A @ W)\n": ""},
    hint="The matrices are orthonormal but not scaled: the third step of the recipe is missing.",
)
edit(
    "lsuv_init__not_orthogonal",
    {"W, _ = np.linalg.qr(rng.normal(size=(rows, columns)))": "W = rng.normal(size=(rows, columns))"},
    hint="The scale is right, but the columns are not at right angles to each other: the first step of the recipe.",
)
edit(
    "lsuv_init__the_other_factor",
    {"W, _ = np.linalg.qr": "_, W = np.linalg.qr"},
    hint="np.linalg.qr returns two matrices. The orthonormal one comes first.",
)
edit(
    "lsuv_init__variance",
    {"np.std(A @ W)": "np.var(A @ W)"},
    hint="The weights are divided by the variance. Divide by its root, the standard deviation.",
)
edit(
    "lsuv_init__root_mean_square",
    {"np.std(A @ W)": "np.sqrt(np.mean((A @ W) ** 2))"},
    hint="This divides by the root of the mean square. The standard deviation takes the mean away first.",
)
edit(
    "lsuv_init__after_the_relu",
    {"np.std(A @ W)": "np.std(np.maximum(A @ W, 0.0))"},
    hint="The spread is measured after the ReLU. It is measured on the pre-activations.",
)
edit(
    "lsuv_init__spread_of_the_weights",
    {"np.std(A @ W)": "np.std(W)"},
    hint="This divides by the spread of the weights themselves. Measure the pre-activations on the batch.",
)
edit(
    "lsuv_init__spread_of_the_input",
    {"np.std(A @ W)": "np.std(A)"},
    hint="This divides by the spread of what goes into the layer. Measure what comes out of the product.",
)
edit(
    "lsuv_init__each_unit_alone",
    {"np.std(A @ W)": "np.std(A @ W, axis=0)"},
    hint="Each unit is scaled by a number of its own, so the columns differ in length. One number for the whole layer.",
)
edit(
    "lsuv_init__unscaled_on_the_way",
    {"        W = W / np.std(A @ W)\n        weights.append(W)\n": "        weights.append(W / np.std(A @ W))\n"},
    hint="The next layer is measured on signals of the weights before they were scaled. Scale first, then go on.",
)
edit(
    "lsuv_init__no_relu",
    {"A = np.maximum(A @ W, 0.0)": "A = A @ W"},
    hint="The ReLU between the layers is missing: from the second layer on, the spread is measured on wrong signals.",
)
edit(
    "lsuv_init__no_wider_layers",
    {"rows, columns = max(A.shape[1], width), min(A.shape[1], width)": "rows, columns = A.shape[1], width"},
    hint="A layer with more outputs than inputs gets the wrong shape: there, make the transposed matrix first.",
)
edit(
    "lsuv_init__not_turned_back",
    {"        if A.shape[1] < width:\n            W = W.T\n": ""},
    hint="For a layer with more outputs than inputs the matrix was made lying down, and not turned back.",
)
edit(
    "lsuv_init__not_random",
    {"np.linalg.qr(rng.normal(size=(rows, columns)))": "np.linalg.qr(np.eye(rows, columns))"},
    hint="Nothing is random here: every layer passes its inputs on as they are. Draw the matrix from rng.",
)
edit(
    "lsuv_init__own_seed",
    {"rng.normal(size=(rows, columns))": "np.random.default_rng(0).normal(size=(rows, columns))"},
    hint="The same matrices come every time: the function makes a generator of its own. Draw from the argument rng.",
)
edit(
    "lsuv_init__last_layer_only",
    {"    return weights": "    return W"},
    hint="One matrix came back. Return the list of all.",
)


# batchnorm_forward

edit(
    "batchnorm_forward__no_return",
    {"    return out, running_mean, running_var": "    (out, running_mean, running_var)"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "batchnorm_forward__per_example",
    {"X.mean(axis=0), X.var(axis=0)": "X.mean(axis=1), X.var(axis=1)"},
    hint="Mean and variance run over the units of an example. They run over the examples: axis 0.",
)
edit(
    "batchnorm_forward__over_everything",
    {"X.mean(axis=0), X.var(axis=0)": "X.mean(), X.var()"},
    hint="Mean and variance run over the whole array. Each unit has its own: axis 0.",
)
edit(
    "batchnorm_forward__divides_by_n_minus_one",
    {"X.var(axis=0)": "X.var(axis=0, ddof=1)"},
    hint="The variance divides by N - 1. In this exercise, as in Keras, it divides by N.",
)
edit(
    "batchnorm_forward__n_minus_one_in_the_average",
    {"running_var + (1.0 - momentum) * var": "running_var + (1.0 - momentum) * X.var(axis=0, ddof=1)"},
    hint=(
        "The running variance gets a variance that divides by N - 1, as in PyTorch. Here, as in Keras, it divides by N."
    ),
)
edit(
    "batchnorm_forward__eps_outside",
    {"np.sqrt(var + eps)": "(np.sqrt(var) + eps)"},
    hint="eps stands outside of the root. It is added to the variance, inside.",
)
edit(
    "batchnorm_forward__no_eps",
    {"np.sqrt(var + eps)": "np.sqrt(var)"},
    hint="eps is never used: a unit that is the same for all examples divides by zero.",
)
edit(
    "batchnorm_forward__no_root",
    {"np.sqrt(var + eps)": "(var + eps)"},
    hint="This divides by the variance. Divide by its root.",
)
edit(
    "batchnorm_forward__mean_stays",
    {"(X - mean)": "X"},
    hint="The mean is not subtracted.",
)
edit(
    "batchnorm_forward__no_gamma",
    {"gamma * (X - mean)": "(X - mean)"},
    hint="gamma is never used: it scales each unit after the normalisation.",
)
edit(
    "batchnorm_forward__no_beta",
    {" + beta": ""},
    hint="beta is never used: it shifts each unit in the end.",
)
edit(
    "batchnorm_forward__gamma_and_beta_swapped",
    {"gamma * (X - mean)": "beta * (X - mean)", " + beta": " + gamma"},
    hint="gamma and beta are swapped: gamma scales, beta shifts.",
)
edit(
    "batchnorm_forward__beta_is_scaled",
    {"out = gamma * (X - mean) / np.sqrt(var + eps) + beta": "out = gamma * ((X - mean) / np.sqrt(var + eps) + beta)"},
    hint="beta is multiplied by gamma, too. It is added last: look at the brackets.",
)
edit(
    "batchnorm_forward__momentum_turned_round",
    {
        "momentum * running_mean + (1.0 - momentum) * mean": "(1.0 - momentum) * running_mean + momentum * mean",
        "momentum * running_var + (1.0 - momentum) * var": "(1.0 - momentum) * running_var + momentum * var",
    },
    hint="The momentum is the wrong way round: here, as in Keras, it is the share of the old average that is kept.",
)
edit(
    "batchnorm_forward__statistics_never_move",
    {
        "        running_mean = momentum * running_mean + (1.0 - momentum) * mean\n": "",
        "        running_var = momentum * running_var + (1.0 - momentum) * var\n": "",
    },
    hint="The running statistics come back as they were. Training moves them.",
)
edit(
    "batchnorm_forward__variance_never_moves",
    {"        running_var = momentum * running_var + (1.0 - momentum) * var\n": ""},
    hint="The running variance comes back as it was. Training moves it, as it moves the running mean.",
)
edit(
    "batchnorm_forward__average_of_deviations",
    {"(1.0 - momentum) * var": "(1.0 - momentum) * np.sqrt(var)"},
    hint="The running variance is given standard deviations. It averages variances.",
)
edit(
    "batchnorm_forward__average_of_deviations_with_eps",
    {"(1.0 - momentum) * var": "(1.0 - momentum) * (var + eps)"},
    hint="eps got into the running variance. It is added only inside the root.",
)
edit(
    "batchnorm_forward__running_in_training",
    {
        "    out = gamma": "    mean, var = running_mean, running_var\n    out = gamma",
    },
    hint="In training, the output is normalised by the running statistics. There it uses those of the batch itself.",
)
edit(
    "batchnorm_forward__batch_in_inference",
    {
        "    mean, var = running_mean, running_var\n": "    mean, var = X.mean(axis=0), X.var(axis=0)\n",
        "        mean, var = X.mean(axis=0), X.var(axis=0)\n        run": "        run",
    },
    hint="In inference, mean and variance still come from the batch. There the running statistics take their place.",
)
edit(
    "batchnorm_forward__moves_in_inference",
    {
        "    if training:\n        mean, var = X.mean(axis=0), X.var(axis=0)\n": (
            "    batch = X.mean(axis=0), X.var(axis=0)\n    if training:\n        mean, var = batch\n"
        ),
        "        running_mean = momentum * running_mean + (1.0 - momentum) * mean\n": (
            "    running_mean = momentum * running_mean + (1.0 - momentum) * batch[0]\n"
        ),
        "        running_var = momentum * running_var + (1.0 - momentum) * var\n": (
            "    running_var = momentum * running_var + (1.0 - momentum) * batch[1]\n"
        ),
    },
    hint="The running statistics move in inference, too. They are to stay as they are.",
)
edit(
    "batchnorm_forward__always_inference",
    {"if training:": "if False:"},
    hint="The batch is never looked at: with training=True, its mean and variance are used, and the statistics move.",
)
edit(
    "batchnorm_forward__output_only",
    {"return out, running_mean, running_var": "return out"},
    hint="Only the output came back. Return the two running statistics as well.",
)
edit(
    "batchnorm_forward__in_place",
    {
        "running_mean = momentum * running_mean + (1.0 - momentum) * mean": (
            "running_mean += (1.0 - momentum) * (mean - running_mean)"
        ),
        "running_var = momentum * running_var + (1.0 - momentum) * var": (
            "running_var += (1.0 - momentum) * (var - running_var)"
        ),
    },
    hint="The numbers are right, but the running statistics that came in were overwritten. Make new arrays.",
)


# batchnorm_inference_broken


@hint(
    "Both bugs are still there: the mean comes from the batch, and the spread is not the standard deviation. Hold the "
    "line against the formula."
)
def batchnorm_inference_broken__as_given(X, gamma, beta, running_mean, running_var, eps):
    X_hat = (X - X.mean(axis=0)) / (running_var + eps)
    return gamma * X_hat + beta


@hint("The spread is right now, but the mean still comes from the batch.")
def batchnorm_inference_broken__mean_of_the_batch(X, gamma, beta, running_mean, running_var, eps):
    return gamma * (X - X.mean(axis=0)) / np.sqrt(running_var + eps) + beta


@hint("The mean is right now, but X is still divided by the variance instead of its root.")
def batchnorm_inference_broken__no_root(X, gamma, beta, running_mean, running_var, eps):
    return gamma * (X - running_mean) / (running_var + eps) + beta


@hint("The root is there now, but eps stands outside of it.")
def batchnorm_inference_broken__eps_outside(X, gamma, beta, running_mean, running_var, eps):
    return gamma * (X - running_mean) / (np.sqrt(running_var) + eps) + beta


@hint("The root is there now, but eps got lost.")
def batchnorm_inference_broken__no_eps(X, gamma, beta, running_mean, running_var, eps):
    return gamma * (X - running_mean) / np.sqrt(running_var) + beta


@hint("The running variance was replaced by the variance of the batch. In inference, nothing comes from the batch.")
def batchnorm_inference_broken__variance_of_the_batch(X, gamma, beta, running_mean, running_var, eps):
    return gamma * (X - running_mean) / np.sqrt(X.var(axis=0) + eps) + beta


@hint("Mean and variance come from the batch: that is training mode. In inference, nothing comes from the batch.")
def batchnorm_inference_broken__training(X, gamma, beta, running_mean, running_var, eps):
    return gamma * (X - X.mean(axis=0)) / np.sqrt(X.var(axis=0) + eps) + beta


@hint("Mean and spread are right now, but gamma and beta are swapped.")
def batchnorm_inference_broken__swapped(X, gamma, beta, running_mean, running_var, eps):
    return beta * (X - running_mean) / np.sqrt(running_var + eps) + gamma


@hint("Mean and spread are right now, but beta got lost.")
def batchnorm_inference_broken__no_beta(X, gamma, beta, running_mean, running_var, eps):
    return gamma * (X - running_mean) / np.sqrt(running_var + eps)


@hint("The mean of the batch is gone, but so is any mean: subtract the running one.")
def batchnorm_inference_broken__no_mean(X, gamma, beta, running_mean, running_var, eps):
    return gamma * X / np.sqrt(running_var + eps) + beta


# batchnorm_backward

edit(
    "batchnorm_backward__no_return",
    {"    return dX,": "    _ = dX,"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "batchnorm_backward__statistics_as_constants",
    {"(g - g.mean(axis=0) - X_hat * np.mean(g * X_hat, axis=0)) / std": "g / std"},
    hint=(
        "Mean and variance are treated as constants. Both depend on X, so two paths of the gradient are missing in dX."
    ),
)
edit(
    "batchnorm_backward__no_path_through_the_mean",
    {"g - g.mean(axis=0) - X_hat": "g - X_hat"},
    hint="The path through the mean is missing in dX: its columns must sum to 0.",
)
edit(
    "batchnorm_backward__no_path_through_the_variance",
    {" - X_hat * np.mean(g * X_hat, axis=0)": ""},
    hint="The path through the variance is missing in dX.",
)
edit(
    "batchnorm_backward__wrong_sign_of_the_variance",
    {" - X_hat * np.mean": " + X_hat * np.mean"},
    hint="In dX, the path through the variance has the wrong sign.",
)
edit(
    "batchnorm_backward__sums_for_means",
    {"g.mean(axis=0)": "g.sum(axis=0)", "np.mean(g * X_hat": "np.sum(g * X_hat"},
    hint="In dX, sums over the batch stand where means are needed: 1/N is missing.",
)
edit(
    "batchnorm_backward__inputs_without_gamma",
    {"g = gamma * dout": "g = dout"},
    hint="gamma is missing in dX: on the way back, dout passes the scale first.",
)
edit(
    "batchnorm_backward__not_divided",
    {"np.mean(g * X_hat, axis=0)) / std": "np.mean(g * X_hat, axis=0))"},
    hint="dX is not divided by the standard deviation.",
)
edit(
    "batchnorm_backward__divided_by_the_variance",
    {"np.mean(g * X_hat, axis=0)) / std": "np.mean(g * X_hat, axis=0)) / std**2"},
    hint="dX is divided by the variance. Divide by its root.",
)
edit(
    "batchnorm_backward__x_for_x_hat",
    {"- X_hat * np.mean(g * X_hat, axis=0)": "- (X - X.mean(axis=0)) * np.mean(g * (X - X.mean(axis=0)), axis=0)"},
    hint="In the path through the variance, X_hat must be normalised: it is not yet divided by the standard deviation.",
)
edit(
    "batchnorm_backward__gamma_from_x",
    {"np.sum(dout * X_hat, axis=0), np": "np.sum(dout * X, axis=0), np"},
    hint="dgamma is computed with X. gamma multiplies the normalised X_hat.",
)
edit(
    "batchnorm_backward__gamma_from_g",
    {"np.sum(dout * X_hat, axis=0), np": "np.sum(g * X_hat, axis=0), np"},
    hint="dgamma has gamma as a factor. The derivative of gamma times X_hat with respect to gamma is X_hat alone.",
)
edit(
    "batchnorm_backward__beta_from_g",
    {"np.sum(dout, axis=0)": "np.sum(g, axis=0)"},
    hint="dbeta has gamma as a factor. beta is added after the scale, so dbeta is made of dout alone.",
)
edit(
    "batchnorm_backward__means_for_parameters",
    {"np.sum(dout * X_hat, axis=0), np.sum(dout, axis=0)": "np.mean(dout * X_hat, axis=0), np.mean(dout, axis=0)"},
    hint="dgamma and dbeta are means over the batch. They are sums: dout carries the 1/N of the loss already.",
)
edit(
    "batchnorm_backward__parameters_not_summed",
    {"np.sum(dout * X_hat, axis=0), np.sum(dout, axis=0)": "dout * X_hat, dout"},
    hint="dgamma and dbeta have one row for each example. gamma and beta serve all examples: add the rows up.",
)
edit(
    "batchnorm_backward__parameters_swapped",
    {"np.sum(dout * X_hat, axis=0), np.sum(dout, axis=0)": "np.sum(dout, axis=0), np.sum(dout * X_hat, axis=0)"},
    hint="dgamma and dbeta come in the wrong order: dX, dgamma, dbeta.",
)
edit(
    "batchnorm_backward__n_minus_one",
    {"X.var(axis=0)": "X.var(axis=0, ddof=1)"},
    hint="The variance divides by N - 1. The forward pass divides by N.",
)
edit(
    "batchnorm_backward__eps_outside",
    {"np.sqrt(X.var(axis=0) + eps)": "np.sqrt(X.var(axis=0)) + eps"},
    hint="eps stands outside of the root. It is added to the variance, inside, as in the forward pass.",
)
edit(
    "batchnorm_backward__no_eps",
    {"X.var(axis=0) + eps": "X.var(axis=0)"},
    hint="eps is never used. It belongs to the variance, as in the forward pass.",
)
edit(
    "batchnorm_backward__inputs_only",
    {"return dX, np.sum(dout * X_hat, axis=0), np.sum(dout, axis=0)": "return dX"},
    hint="Only dX came back. Return dgamma and dbeta as well.",
)


# dropout_forward

edit(
    "dropout_forward__no_return",
    {"        return X.copy(), np.ones(X.shape)": "        return", "    return X * mask": "    _ = X * mask"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "dropout_forward__keeps_what_should_go",
    {">= drop_rate": "< drop_rate"},
    hint="The share that stays is drop_rate. That is the share that should go: turn the comparison round.",
)
edit(
    "dropout_forward__not_scaled",
    {"X * mask / (1.0 - drop_rate)": "X * mask"},
    hint="What stays is not scaled up: the expected value of each unit must stay what it was.",
)
edit(
    "dropout_forward__scaled_down",
    {"X * mask / (1.0 - drop_rate)": "X * mask * (1.0 - drop_rate)"},
    hint="What stays is made smaller. It must be made larger, to make up for what is missing: divide.",
)
edit(
    "dropout_forward__scaled_by_drop_rate",
    {"/ (1.0 - drop_rate)": "/ max(drop_rate, 1e-9)"},
    hint="What stays is divided by drop_rate. Divide by the probability to stay.",
)
edit(
    "dropout_forward__one_mask_for_all_examples",
    {"rng.random(X.shape)": "np.broadcast_to(rng.random(X.shape[1:]), X.shape)"},
    hint="All examples share one mask. Each element of X is dropped or kept on its own.",
)
edit(
    "dropout_forward__whole_examples",
    {"rng.random(X.shape)": "np.broadcast_to(rng.random((len(X), 1)), X.shape)"},
    hint="Whole examples are dropped. Each element of X is dropped or kept on its own.",
)
edit(
    "dropout_forward__one_draw",
    {"rng.random(X.shape)": "np.full(X.shape, rng.random())"},
    hint="Everything is dropped, or nothing: one random number decides for all. Draw one for each element.",
)
edit(
    "dropout_forward__active_in_inference",
    {"if not training:": "if False:"},
    hint="Units are dropped in inference, too. There everything passes as it is.",
)
edit(
    "dropout_forward__scaled_in_inference",
    {"return X.copy(), np.ones(X.shape)": "return X * (1.0 - drop_rate), np.ones(X.shape)"},
    hint="Inference scales. That was the paper's way; here training scales, so inference changes nothing.",
)
edit(
    "dropout_forward__mask_of_zeros_in_inference",
    {"np.ones(X.shape)": "np.zeros(X.shape)"},
    hint="In inference the mask is 0 everywhere, as if everything were dropped. Everything stays: ones.",
)
edit(
    "dropout_forward__no_mask_in_inference",
    {"return X.copy(), np.ones(X.shape)": "return X.copy()"},
    hint="In inference only the output came back. Return the pair in both modes.",
)
edit(
    "dropout_forward__modes_swapped",
    {"if not training:": "if training:"},
    hint="The two modes are swapped: training drops, inference does not.",
)
edit(
    "dropout_forward__mask_with_scale",
    {"return X * mask / (1.0 - drop_rate), mask": "return X * mask / (1.0 - drop_rate), mask / (1.0 - drop_rate)"},
    hint="The mask holds the factor already. It holds 0 and 1 only: the backward pass scales on its own.",
)
edit(
    "dropout_forward__random_mask",
    {"(rng.random(X.shape) >= drop_rate).astype(float)": "rng.random(X.shape)"},
    hint="The mask holds the random numbers themselves. Compare them with drop_rate.",
)
edit(
    "dropout_forward__added_noise",
    {"X * mask / (1.0 - drop_rate), mask": "X / (1.0 - drop_rate), mask"},
    hint="The mask is drawn, but X is not multiplied by it.",
)
edit(
    "dropout_forward__own_seed",
    {"rng.random": "np.random.default_rng(0).random"},
    hint="The same mask comes every time: the function makes a generator of its own. Draw from the argument rng.",
)
edit(
    "dropout_forward__global_randomness",
    {"rng.random": "np.random.random"},
    hint="The argument rng is not used, so the result cannot be repeated. Draw from rng, not from np.random.",
)
edit(
    "dropout_forward__wrong_order",
    {"return X * mask / (1.0 - drop_rate), mask": "return mask, X * mask / (1.0 - drop_rate)"},
    hint="The results come in the wrong order: the output stands first, then the mask.",
)
edit(
    "dropout_forward__output_only",
    {
        "return X.copy(), np.ones(X.shape)": "return X.copy()",
        "return X * mask / (1.0 - drop_rate), mask": "return X * mask / (1.0 - drop_rate)",
    },
    hint="Only the output came back. The backward pass needs the mask: return both.",
)
edit(
    "dropout_forward__in_place",
    {"    return X * mask / (1.0 - drop_rate), mask": "    X *= mask / (1.0 - drop_rate)\n    return X, mask"},
    hint="The numbers are right, but X itself was overwritten. The caller still needs it: make a new array.",
)


# dropout_backward


@hint("The function returns None. Is the return missing?")
def dropout_backward__no_return(dout, mask, drop_rate):
    dout * mask / (1.0 - drop_rate)


@hint("The factor of the forward pass is missing: it multiplied what stayed, so the gradient is multiplied, too.")
def dropout_backward__not_scaled(dout, mask, drop_rate):
    return dout * mask


@hint("The mask is missing: where a unit was switched off, no gradient comes back.")
def dropout_backward__no_mask(dout, mask, drop_rate):
    return dout / (1.0 - drop_rate)


@hint("Nothing is done to dout. The forward pass multiplied by a mask and a factor; so does the backward pass.")
def dropout_backward__unchanged(dout, mask, drop_rate):
    return dout.copy()


@hint("The gradient is scaled down. In the forward pass, what stays was divided by the probability to stay: here, too.")
def dropout_backward__scaled_down(dout, mask, drop_rate):
    return dout * mask * (1.0 - drop_rate)


@hint("This divides by drop_rate. Divide by the probability to stay.")
def dropout_backward__scaled_by_drop_rate(dout, mask, drop_rate):
    return dout * mask / max(drop_rate, 1e-9)


@hint("The gradient passes where units were switched off. It is the other way round: mask is 1 where a unit stayed.")
def dropout_backward__other_side(dout, mask, drop_rate):
    return dout * (1.0 - mask) / (1.0 - drop_rate)


@hint("The factor is applied twice.")
def dropout_backward__scaled_twice(dout, mask, drop_rate):
    return dout * mask / (1.0 - drop_rate) ** 2


@hint("dout is missing: this is the mask with its factor alone.")
def dropout_backward__no_dout(dout, mask, drop_rate):
    return mask / (1.0 - drop_rate)


@hint("The numbers are right, but dout itself was overwritten. The caller still needs it: make a new array.")
def dropout_backward__in_place(dout, mask, drop_rate):
    dout *= mask / (1.0 - drop_rate)
    return dout


# l1_l2_penalty


@hint("The function returns None. Is the return missing?")
def l1_l2_penalty__no_return(W, l1, l2):
    (l1 * np.sum(np.abs(W)) + l2 * np.sum(W**2), l1 * np.sign(W) + 2.0 * l2 * W)


@hint("The gradient of the squares lacks a factor: what is the derivative of w squared?")
def l1_l2_penalty__no_two(W, l1, l2):
    return l1 * np.sum(np.abs(W)) + l2 * np.sum(W**2), l1 * np.sign(W) + l2 * W


@hint("The penalty takes half of the squares. Some books do; here there is no factor 1/2.")
def l1_l2_penalty__half(W, l1, l2):
    return l1 * np.sum(np.abs(W)) + l2 * np.sum(W**2) / 2, l1 * np.sign(W) + 2.0 * l2 * W


@hint("Both parts take half of the squares: the penalty and its gradient. Some books do; here there is no factor 1/2.")
def l1_l2_penalty__half_everywhere(W, l1, l2):
    return l1 * np.sum(np.abs(W)) + l2 * np.sum(W**2) / 2, l1 * np.sign(W) + l2 * W


@hint("Means over the weights stand where sums are asked for.")
def l1_l2_penalty__means(W, l1, l2):
    return l1 * np.mean(np.abs(W)) + l2 * np.mean(W**2), (l1 * np.sign(W) + 2.0 * l2 * W) / W.size


@hint("The penalty is a mean over the weights. It is a sum.")
def l1_l2_penalty__mean_penalty(W, l1, l2):
    return l1 * np.mean(np.abs(W)) + l2 * np.mean(W**2), l1 * np.sign(W) + 2.0 * l2 * W


@hint("The signs are missing in the L1 part of the penalty: it charges for the size of a weight, not for the weight.")
def l1_l2_penalty__no_absolute_value(W, l1, l2):
    return l1 * np.sum(W) + l2 * np.sum(W**2), l1 * np.sign(W) + 2.0 * l2 * W


@hint("The L1 part of the gradient is l1 for every weight. For negative ones it is -l1: the sign of the weight.")
def l1_l2_penalty__no_sign(W, l1, l2):
    return l1 * np.sum(np.abs(W)) + l2 * np.sum(W**2), l1 + 2.0 * l2 * W


@hint("A weight of 0 is pulled to one side. At 0, the L1 part of the gradient is 0.")
def l1_l2_penalty__pulled_at_zero(W, l1, l2):
    return l1 * np.sum(np.abs(W)) + l2 * np.sum(W**2), l1 * np.where(W >= 0, 1.0, -1.0) + 2.0 * l2 * W


@hint("At a weight of 0 the gradient is not finite: w divided by its size is no good way to get the sign.")
def l1_l2_penalty__zero_divided(W, l1, l2):
    return l1 * np.sum(np.abs(W)) + l2 * np.sum(W**2), l1 * W / np.abs(W) + 2.0 * l2 * W


@hint("The L1 part of the gradient is multiplied by the weights. The derivative of |w| is its sign alone.")
def l1_l2_penalty__sign_times_weight(W, l1, l2):
    return l1 * np.sum(np.abs(W)) + l2 * np.sum(W**2), l1 * np.abs(W) + 2.0 * l2 * W


@hint("The root was taken: this charges for the length of the weights. The L2 penalty charges for the sum of squares.")
def l1_l2_penalty__root(W, l1, l2):
    return l1 * np.sum(np.abs(W)) + l2 * np.sqrt(np.sum(W**2)), l1 * np.sign(W) + 2.0 * l2 * W


@hint("l1 and l2 are swapped: l1 belongs to the sizes, l2 to the squares.")
def l1_l2_penalty__swapped(W, l1, l2):
    return l2 * np.sum(np.abs(W)) + l1 * np.sum(W**2), l2 * np.sign(W) + 2.0 * l1 * W


@hint("The L1 part of the gradient is missing.")
def l1_l2_penalty__squares_only(W, l1, l2):
    return l1 * np.sum(np.abs(W)) + l2 * np.sum(W**2), 2.0 * l2 * W


@hint("Only the penalty came back. Return its gradient as well.")
def l1_l2_penalty__penalty_only(W, l1, l2):
    return l1 * np.sum(np.abs(W)) + l2 * np.sum(W**2)


@hint("The penalty is still an array: add it up over all weights.")
def l1_l2_penalty__not_summed(W, l1, l2):
    return l1 * np.abs(W) + l2 * W**2, l1 * np.sign(W) + 2.0 * l2 * W


@hint("The results come in the wrong order: the penalty stands first.")
def l1_l2_penalty__wrong_order(W, l1, l2):
    return l1 * np.sign(W) + 2.0 * l2 * W, l1 * np.sum(np.abs(W)) + l2 * np.sum(W**2)


# early_stopping

edit(
    "early_stopping__no_return",
    {"return epoch, best": "break", "    return len(losses) - 1, best": "    pass"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "early_stopping__one_epoch_late",
    {"epoch - best == patience": "epoch - best > patience"},
    hint="It stops one epoch too late: after patience epochs without a new best, not after one more.",
)
edit(
    "early_stopping__one_epoch_early",
    {"epoch - best == patience": "epoch - best + 1 == patience or (patience == 1 and epoch > best)"},
    hint="It stops one epoch too early: the best epoch itself does not count as one without a new best.",
)
edit(
    "early_stopping__equal_counts",
    {"if loss < losses[best]": "if loss <= losses[best]"},
    hint="A loss equal to the lowest is taken for a new best. It has to be lower.",
)
edit(
    "early_stopping__compares_with_the_last",
    {"if loss < losses[best]": "if epoch and loss < losses[epoch - 1]"},
    hint="Each loss is compared with the one before it. Compare it with the lowest so far.",
)
edit(
    "early_stopping__highest",
    {"if loss < losses[best]": "if loss > losses[best]"},
    hint="The highest loss is taken for the best. Losses are to be low.",
)
edit(
    "early_stopping__count_never_starts_again",
    {
        "    best = 0\n": "    best = wait = 0\n",
        "            best = epoch\n        if epoch - best == patience": (
            "            best = epoch\n        elif epoch:\n            wait += 1\n        if wait == patience"
        ),
    },
    hint="All epochs without a new best are counted together. A new best starts the count again.",
)
edit(
    "early_stopping__no_patience",
    {"epoch - best == patience": "epoch - best == 1"},
    hint="It stops at the first epoch that is no new best. The argument patience is not used.",
)
edit(
    "early_stopping__never_stops",
    {"epoch - best == patience": "False"},
    hint="It never stops before the last epoch: it knows losses that it would never have seen.",
)
edit(
    "early_stopping__best_of_all",
    {"return epoch, best": "return epoch, int(np.argmin(losses))"},
    hint="The best epoch is searched in all losses, also in those after the stop, which were never run.",
)
edit(
    "early_stopping__returns_the_loss",
    {
        "return epoch, best": "return epoch, losses[best]",
        "return len(losses) - 1, best": "return len(losses) - 1, losses[best]",
    },
    hint="The lowest loss came back. Return the number of its epoch.",
)
edit(
    "early_stopping__returns_the_last_as_best",
    {
        "return epoch, best": "return epoch, epoch",
        "return len(losses) - 1, best": "return len(losses) - 1, len(losses) - 1",
    },
    hint="The last epoch is returned as the best one. The best lies before it, unless training ran out on a new best.",
)
edit(
    "early_stopping__counted_from_one",
    {
        "return epoch, best": "return epoch + 1, best + 1",
        "return len(losses) - 1, best": "return len(losses), best + 1",
    },
    hint="Both numbers are too large by one: epochs are counted from 0.",
)
edit(
    "early_stopping__wrong_order",
    {"return epoch, best": "return best, epoch", "return len(losses) - 1, best": "return best, len(losses) - 1"},
    hint="The results come in the wrong order: the last epoch stands first, then the best.",
)
edit(
    "early_stopping__none_at_the_end",
    {"    return len(losses) - 1, best": "    return None"},
    hint="When the losses end before patience does, nothing useful comes back. Then the last epoch is the last one.",
)
edit(
    "early_stopping__number_of_epochs_at_the_end",
    {"return len(losses) - 1, best": "return len(losses), best"},
    hint=(
        "When the losses end before patience does, the last epoch is too large by one: there are N epochs, 0 to N - 1."
    ),
)
edit(
    "early_stopping__best_so_far_is_zero",
    {"    best = 0\n": "    best, lowest = 0, 0.0\n", "if loss < losses[best]": "if loss < lowest"},
    hint=(
        "Nothing is ever lower than the start value 0, so epoch 0 stays the best. Start with the first loss, "
        "or infinity."
    ),
)


# augment_shift

edit(
    "augment_shift__no_return",
    {"    return np.array(moved)": "    _ = np.array(moved)"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "augment_shift__unchanged",
    {"[y : y + height, x : x + width]": "[max_shift : max_shift + height, max_shift : max_shift + width]"},
    hint="The images come back as they were.",
)
edit(
    "augment_shift__last_one_missing",
    {"2 * max_shift + 1": "max(2 * max_shift, 1)"},
    hint="The largest shift to one side never occurs: rng.integers(a, b) draws up to b - 1.",
)
edit(
    "augment_shift__one_direction",
    {"rng.integers(0, 2 * max_shift + 1": "rng.integers(0, max_shift + 1"},
    hint="Images move to one side only. Shifts go from -max_shift to max_shift.",
)
edit(
    "augment_shift__same_for_all",
    {
        "begins = rng.integers(0, 2 * max_shift + 1, size=(num, 2))": (
            "begins = np.tile(rng.integers(0, 2 * max_shift + 1, size=2), (num, 1))"
        )
    },
    hint="All images are shifted alike. Draw a shift for each of them.",
)
edit(
    "augment_shift__same_in_both_directions",
    {"size=(num, 2))": "size=(num, 1)).repeat(2, axis=1)"},
    hint="Images move along the diagonal only: the same number serves for both directions. Draw two.",
)
edit(
    "augment_shift__up_and_down_only",
    {"image[y : y + height, x : x + width]": "image[y : y + height, max_shift : max_shift + width]"},
    hint="Images move up and down, but never to the left or right.",
)
edit(
    "augment_shift__left_and_right_only",
    {"image[y : y + height, x : x + width]": "image[max_shift : max_shift + height, x : x + width]"},
    hint="Images move to the left and right, but never up or down.",
)
edit(
    "augment_shift__always_moves",
    {"rng.integers(0, 2 * max_shift + 1, size=(num, 2))": "2 * max_shift * rng.integers(0, 2, size=(num, 2))"},
    hint=(
        "Only the largest shifts occur. All whole numbers from -max_shift to max_shift are equally likely, 0 "
        "among them."
    ),
)
edit(
    "augment_shift__comes_in_on_the_other_side",
    {
        "image[y : y + height, x : x + width] for image, (y, x) in zip(framed": (
            "np.roll(image, (y - max_shift, x - max_shift), axis=(0, 1)) for image, (y, x) in zip(images"
        )
    },
    hint="What leaves on one side comes in on the other, as np.roll does. What comes in must be 0.",
)
edit(
    "augment_shift__edge_repeated",
    {"(max_shift, max_shift)))": '(max_shift, max_shift)), mode="edge")'},
    hint="The frame repeats the pixels at the edge. What comes in must be 0.",
)
edit(
    "augment_shift__not_cut",
    {"    moved = [": "    return framed\n    moved = ["},
    hint="The images have become larger: the frame is still there. Cut a window of the old size out of it.",
)
edit(
    "augment_shift__originals_too",
    {"    return np.array(moved).reshape(num, height, width)": "    return np.concatenate([images, np.array(moved)])"},
    hint="Twice as many images came back: the originals are among them. Return only the moved ones.",
)
edit(
    "augment_shift__own_seed",
    {"rng.integers": "np.random.default_rng(0).integers"},
    hint="The same shifts come every time: the function makes a generator of its own. Draw from the argument rng.",
)
edit(
    "augment_shift__global_randomness",
    {"rng.integers": "np.random.randint"},
    hint="The argument rng is not used, so the result cannot be repeated. Draw from rng, not from np.random.",
)
edit(
    "augment_shift__flattened",
    {"reshape(num, height, width)": "reshape(num, height * width)"},
    hint="The images came back flat. Their shape is (N, H, W).",
)


# train_regularised

edit(
    "train_regularised__no_model",
    {"    return model": "    _ = model"},
    hint="What came back is no model. Is the return missing, or did you return what fit returned, a record of epochs?",
)
edit(
    "train_regularised__plain",
    {
        "model.fit(np.concatenate([X, shifted]), np.tile(y, 21), batch_size=64, epochs=8, verbose=0)": (
            "model.fit(X, y, batch_size=32, epochs=40, verbose=0)"
        )
    },
    hint="The network never saw a shifted digit. Make shifted copies with augment_shift, and train on them.",
)
edit(
    "train_regularised__labels_out_of_step",
    {"np.tile(y, 21)": "np.repeat(y, 21)"},
    hint=(
        "Pictures and labels are out of step: np.repeat writes each label many times in a row, np.tile the whole list."
    ),
)
edit(
    "train_regularised__never_trained",
    {"    model.fit(np.concatenate([X, shifted]), np.tile(y, 21), batch_size=64, epochs=8, verbose=0)\n": ""},
    hint="The network guesses: it was never trained. Is the call of fit missing?",
)
edit(
    "train_regularised__forgets_to_shift",
    {"augment_shift(copies, rng, 1)": "augment_shift(copies, rng, 0)"},
    hint="The copies are not shifted: with max_shift 0 nothing moves.",
)
edit(
    "train_regularised__not_flattened",
    {"np.concatenate([X, shifted])": "np.concatenate([X, shifted]).reshape(-1, 8, 8)"},
    hint="The network takes flat pictures of 64 numbers. After shifting, make them flat again.",
)
