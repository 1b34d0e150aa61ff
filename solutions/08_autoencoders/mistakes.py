"""Known wrong answers of lesson 08, each with the hint that its maker deserves.

Each function may use NumPy as `np` and the lesson's own functions, which are there when it runs. An `edit` is the
reference with a few texts replaced.
"""

import numpy as np

from grading.lessons.checking import edit, hint

EQUIVALENT = {
    "low_rank_error": {
        "nothing of...": "no size is 0",
        "reference: swap: X - X.mean(axis=0) -> X.mean(axis=0) - X": "the singular values have no sign",
        "rebuilt: swap: X - rebuilt -> rebuilt - X...": "it is squared",
        "by_pca: swap: X - mean - codes @ components -> codes @ components - (X - mean)": "it is squared",
        "by_pca: call left out: min(k, *X.shape) -> k": "the variant's pca takes k beyond the sizes as all there is",
        "by_pca: never: if k == 0...": "without components, the norm is that of the centred rows",
        "by_pca: constant: 0 -> -1 in k == 0": "as above",
    },
    "gaussian_kl": {
        "nothing of...": "no size is 0",
        "wrong for a wide row of logvar": "logarithms of variances lie between -60 and 60",
        "wrong beyond 10,000 of logvar": "as above",
    },
}

# pca

edit(
    "pca__no_return",
    {"return mean, components, (X - mean) @ components.T": ""},
    hint="The function returns None. Is the return missing?",
)
edit(
    "pca__not_centred",
    {"np.linalg.svd(X - mean, full_matrices=False)": "np.linalg.svd(X, full_matrices=False)"},
    hint="The directions are those of X as it is. Take the mean off before the decomposition.",
)
edit(
    "pca__codes_not_centred",
    {"(X - mean) @ components.T": "X @ components.T"},
    hint="The codes are measured from 0. They are places measured from the mean: take it off first.",
)
edit(
    "pca__components_as_columns",
    {"components, (X - mean) @ components.T": "components.T, (X - mean) @ components.T"},
    hint="The components are columns. Each is a row: shape (k, D).",
)
edit(
    "pca__last_components",
    {"components = Vt[:k]": "components = Vt[-k:]"},
    hint="The last k directions came, along which the examples reach least. The first k are asked for.",
)
edit(
    "pca__columns_of_vt",
    {"components = Vt[:k]": "components = Vt.T[:k]"},
    hint="Columns of V^T were taken for directions. Its rows are, as np.linalg.svd returns it.",
)
edit(
    "pca__codes_scaled",
    {
        "_, _, Vt = np": "_, s, Vt = np",
        "(X - mean) @ components.T": "(X - mean) @ components.T / np.where(s[:k] > 0, s[:k], 1.0)",
    },
    hint="The codes are divided by the singular values. They are places along the components, as far as they are.",
)
edit(
    "pca__mean_of_each_example",
    {"X.mean(axis=0)": "X.mean(axis=1, keepdims=True)"},
    hint="The mean of every example was taken off. Take off the mean of every column: the mean example.",
)
edit(
    "pca__one_mean",
    {"mean = X.mean(axis=0)": "mean = np.full(X.shape[1], X.mean())"},
    hint="One mean of all numbers was taken. Each column has its own: axis 0.",
)
edit(
    "pca__standardised",
    {
        "np.linalg.svd(X - mean, full_matrices=False)": (
            "np.linalg.svd((X - mean) / (X.std(axis=0) + 1e-12), full_matrices=False)"
        )
    },
    hint="The columns are divided by their standard deviations first. That makes other directions the longest.",
)
edit(
    "pca__all_components",
    {"components = Vt[:k]": "components = Vt"},
    hint="All directions came. Only the first k are asked for.",
)
edit(
    "pca__smallest_first",
    {"components = Vt[:k]": "components = Vt[:k][::-1]"},
    hint="The right directions came in the wrong order. The one along which the examples reach furthest is the first.",
)


# low_rank_error

edit(
    "low_rank_error__no_return",
    {"return np.sum(values[k:] ** 2) / len(X)": ""},
    hint="The function returns None. Is the return missing?",
)
edit(
    "low_rank_error__not_centred",
    {"X - X.mean(axis=0)": "X"},
    hint="The mean is not taken off. Without it, one number of the code is wasted on it.",
)
edit(
    "low_rank_error__kept_values",
    {"values[k:]": "values[:k]"},
    hint="This is what the k numbers keep. Asked is what is lost: the singular values that are left out.",
)
edit(
    "low_rank_error__not_squared",
    {"values[k:] ** 2": "values[k:]"},
    hint="The singular values are added up as they are. The squared error is the sum of their squares.",
)
edit(
    "low_rank_error__sum_over_examples",
    {" / len(X)": ""},
    hint="The error of all examples together came. Divide by their number N.",
)
edit(
    "low_rank_error__mean_over_numbers",
    {" / len(X)": " / X.size"},
    hint=(
        "The error is also divided by D. It is summed over the numbers of an "
        "example, and averaged over the examples only."
    ),
)
edit(
    "low_rank_error__one_less",
    {"values[k:]": "values[k + 1:]"},
    hint="One singular value too many is kept. With k numbers, the first k are kept: those with index 0 to k - 1.",
)
edit(
    "low_rank_error__root",
    {"np.sum(values[k:] ** 2) / len(X)": "np.sqrt(np.sum(values[k:] ** 2) / len(X))"},
    hint="The root of the error came. The squared error is asked for.",
)
edit(
    "low_rank_error__divides_by_one_less",
    {" / len(X)": " / max(len(X) - 1, 1)"},
    hint="The sum is divided by N - 1, as for a variance. It is a mean over N examples.",
)
edit(
    "low_rank_error__largest_left_out",
    {"np.sum(values[k:] ** 2)": "np.max(values[k:] ** 2, initial=0.0)"},
    hint="Only the largest of the left out singular values counts. All of them are lost: add their squares up.",
)


# autoencoder_loss

edit(
    "autoencoder_loss__no_return",
    {"return np.sum(errors**2) / len(X), grads": ""},
    hint="The function returns None. Is the return missing?",
)
edit(
    "autoencoder_loss__mean_over_numbers",
    {"np.sum(errors**2) / len(X), grads": "np.mean(errors**2), grads"},
    hint=(
        "The loss is also divided by D. It is summed over the numbers of an example, "
        "and averaged over the examples only."
    ),
)
edit(
    "autoencoder_loss__everything_over_numbers",
    {
        "np.sum(errors**2) / len(X), grads": (
            "np.mean(errors**2), {name: grad / X.shape[1] for name, grad in grads.items()}"
        )
    },
    hint=(
        "Loss and gradients are also divided by D. Sum over the numbers of an "
        "example, and average over the examples only."
    ),
)
edit(
    "autoencoder_loss__rebuilds_the_input",
    {"- target": "- X"},
    hint="The result is compared with the input. Compare it with the target, which may be another one.",
)
edit(
    "autoencoder_loss__no_two",
    {"dY = 2 * errors / len(X)": "dY = errors / len(X)"},
    hint="All gradients are half of what they should be. The slope of a square is twice what was squared.",
)
edit(
    "autoencoder_loss__tied_one_share",
    {'grads["W"] = grads["W"] + dY.T @ H': "pass"},
    hint="With tied weights, W gets only the share of the encoder. The decoder uses it, too: add its share.",
)
edit(
    "autoencoder_loss__tied_decoder_only",
    {'grads["W"] = grads["W"] + dY.T @ H': 'grads["W"] = dY.T @ H'},
    hint="With tied weights, W gets only the share of the decoder. The encoder uses it, too: add both shares.",
)
edit(
    "autoencoder_loss__always_tied",
    {'params.get("V", params["W"].T)': 'params["W"].T'},
    hint="The decoder uses W transposed even where there is a V.",
)
edit(
    "autoencoder_loss__sigmoid_passed_over",
    {"dZ = dH if linear else dH * H * (1 - H)": "dZ = dH"},
    hint="On the way back, the sigmoid is passed over. Its slope is H (1 - H).",
)
edit(
    "autoencoder_loss__slope_when_linear",
    {"dZ = dH if linear else dH * H * (1 - H)": "dZ = dH * H * (1 - H)"},
    hint="Linear codes go back through the slope of a sigmoid that is not there.",
)
edit(
    "autoencoder_loss__linear_ignored",
    {"H = Z if linear else sigmoid(Z)": "H = sigmoid(Z)", "dZ = dH if linear else dH": "dZ = dH"},
    hint="The codes are sigmoids even where linear is True.",
)
edit(
    "autoencoder_loss__sigmoid_output",
    {'errors = H @ V + params["c"] - target': 'errors = sigmoid(H @ V + params["c"]) - target'},
    hint="The result goes through a sigmoid. The decoder is a plain sum: Y = H V + c.",
)
edit(
    "autoencoder_loss__no_output_bias",
    {'H @ V + params["c"] - target': "H @ V - target"},
    hint="The biases c of the decoder are missing.",
)
edit(
    "autoencoder_loss__bias_means",
    {'"b": dZ.sum(axis=0), "c": dY.sum(axis=0)': '"b": dZ.mean(axis=0), "c": dY.mean(axis=0)'},
    hint="The gradients of the biases are averaged once more. The 1/N is in dY already: add the rows up.",
)
edit(
    "autoencoder_loss__gradient_of_V_when_tied",
    {
        (
            '    if "V" in params:\n        grads["V"] = H.T @ dY\n    else:\n'
        ): '    grads["V"] = H.T @ dY\n    if "V" not in params:\n'
    },
    hint="With tied weights there is no V, and so there is no gradient of that name.",
)
edit(
    "autoencoder_loss__changes_params",
    {
        'W, V = params["W"], params.get("V", params["W"].T)': (
            'W, V = params["W"], params.get("V", params["W"].T)\n    params["W"] *= 1.0\n    params["b"] += 1e-3'
        )
    },
    hint="The arrays in params were changed. Return gradients, and leave the step to the optimiser.",
)


# train_linear

edit("train_linear__no_return", {"    return params": ""}, hint="The function returns None. Is the return missing?")
edit(
    "train_linear__sigmoid_codes",
    {"autoencoder_loss(X, X, params, linear=True)": "autoencoder_loss(X, X, params)"},
    hint="The loss is still well above the smallest possible. Is the network that you train linear?",
)
edit(
    "train_linear__too_few_steps",
    {"range(1500)": "range(15)"},
    hint="The loss is still well above the smallest possible. Does the loop take enough steps?",
)
edit(
    "train_linear__new_optimiser",
    {
        "        adam.learning_rate = 0.01 if step < 1000 else 0.001\n": "",
        "    adam = Adam(0.01)\n": "",
        "        params = adam.update(params, grads)": "        params = Adam(0.3).update(params, grads)",
    },
    hint="The loss is still well above the smallest possible. Is the optimiser made once, before the loop?",
)
edit(
    "train_linear__starts_at_zero",
    {"scale = 1 / np.sqrt(num_numbers)": "scale = 0.0"},
    hint="W and V did not move: where both are zero, all gradients of both are zero. Start with random weights.",
)
edit(
    "train_linear__no_V",
    {'        "V": scale * rng.normal(size=(k, num_numbers)),\n': ""},
    hint="There is no V among the weights. The weights are not tied here: four arrays are asked for.",
)


# corrupt

edit(
    "corrupt__no_return",
    {"return np.where(rng.random(X.shape) < rate, 0.0, X)": ""},
    hint="The function returns None. Is the return missing?",
)
edit(
    "corrupt__keeps_with_rate",
    {"< rate": ">= rate"},
    hint="What should stay is erased, and what should be erased stays: rate is the share that goes.",
)
edit(
    "corrupt__scaled_up",
    {"0.0, X)": "0.0, X / (1 - rate if rate < 1 else 1.0))"},
    hint="What stays is scaled up, as in dropout. Here it stays as it is.",
)
edit(
    "corrupt__whole_rows",
    {"rng.random(X.shape)": "rng.random((*X.shape[:1], *(1 for _ in X.shape[1:])))"},
    hint="Whole rows are erased or kept. Each number decides on its own.",
)
edit(
    "corrupt__same_columns",
    {"rng.random(X.shape)": "rng.random(X.shape[1:])"},
    hint="The same places are erased in all examples. Each number decides on its own.",
)
edit(
    "corrupt__erased_to_one",
    {"0.0, X)": "1.0, X)"},
    hint="What is erased becomes 1. It becomes 0.",
)


@hint("X itself was changed: it is the target that is to be rebuilt. Return a damaged copy.")
def corrupt__in_place(X, rate, rng):
    X[rng.random(X.shape) < rate] = 0
    return X


edit(
    "corrupt__noise_added",
    {"np.where(rng.random(X.shape) < rate, 0.0, X)": "X + rate * rng.normal(size=X.shape)"},
    hint="Normal noise is added to all numbers. Masking noise erases some of them and leaves the others alone.",
)


@hint("The same generator starts anew in every call, so every call erases the same places. Draw from rng itself.")
def corrupt__same_in_every_call(X, rate, rng):
    return np.where(np.random.default_rng(0).random(X.shape) < rate, 0.0, X)


@hint("Exactly the expected number of places is erased. How many it is should be up to chance, too.")
def corrupt__exact_number(X, rate, rng):
    out = np.array(X, dtype=float)
    flat = out.reshape(-1)
    flat[rng.permutation(flat.size)[: round(rate * flat.size)]] = 0.0
    return flat.reshape(X.shape)


@hint("The second half of the examples is erased at the same places as the first one. Draw for each number anew.")
def corrupt__one_mask_for_both_halves(X, rate, rng):
    drawn = rng.random(((len(X) + 1) // 2, *X.shape[1:]))
    return np.where(np.concatenate([drawn, drawn])[: len(X)] < rate, 0.0, X)


edit(
    "corrupt__mask",
    {"0.0, X)": "0.0, 1.0)"},
    hint="The mask of what stays came, not the damaged copy of X.",
)


# sparsity_penalty

edit(
    "sparsity_penalty__no_return",
    {"return penalty, np.tile(slopes / len(H), (len(H), 1))": ""},
    hint="The function returns None. Is the return missing?",
)
edit(
    "sparsity_penalty__reversed",
    {
        "rho * np.log(rho / means) + (1 - rho) * np.log((1 - rho) / (1 - means))": (
            "means * np.log(means / rho) + (1 - means) * np.log((1 - means) / (1 - rho))"
        ),
        "(1 - rho) / (1 - means) - rho / means": "np.log(means / rho) - np.log((1 - means) / (1 - rho))",
    },
    hint="The two coins are swapped: rho, the wanted one, stands in front of the logarithms.",
)
edit(
    "sparsity_penalty__mean_over_units",
    {
        "means = H.mean(axis=0)": "means = H.mean(axis=1, keepdims=True)",
        "np.tile(slopes / len(H), (len(H), 1))": "np.tile(slopes / H.shape[1], (1, H.shape[1]))",
    },
    hint="The mean goes over the units of an example. It goes over the examples, for every unit: axis 0.",
)
edit(
    "sparsity_penalty__one_mean",
    {"H.mean(axis=0)": "np.full(H.shape[1], H.mean())"},
    hint="One mean over all units is taken. Each unit has its own: axis 0.",
)
edit(
    "sparsity_penalty__gradient_of_means",
    {"slopes / len(H)": "slopes"},
    hint="dH is N times too large. A mean goes up by only 1/N when one of the codes goes up by 1.",
)
edit(
    "sparsity_penalty__gradient_sign",
    {"(1 - rho) / (1 - means) - rho / means": "rho / means - (1 - rho) / (1 - means)"},
    hint="The gradient has the wrong sign: the penalty of a unit that is on too often grows with its activity.",
)
edit(
    "sparsity_penalty__first_half",
    {
        "rho * np.log(rho / means) + (1 - rho) * np.log((1 - rho) / (1 - means))": "rho * np.log(rho / means)",
        "(1 - rho) / (1 - means) - rho / means": "-rho / means",
    },
    hint="Only one side of the coin counts. The share in which the unit is off, 1 - rho, has a term as well.",
)
edit(
    "sparsity_penalty__mean_penalty",
    {"penalty = np.sum(": "penalty = np.mean("},
    hint="The penalty is averaged over the units. Add them up.",
)
edit(
    "sparsity_penalty__each_code",
    {
        "means = H.mean(axis=0)": "means = H",
        "np.tile(slopes / len(H), (len(H), 1))": "slopes / len(H)",
        "(1 - means)))": "(1 - means))) / len(H)",
    },
    hint=(
        "Every single code is compared with rho. Compare the mean of a unit over the "
        "examples: single codes may be large."
    ),
)
edit(
    "sparsity_penalty__clipped",
    {"means = H.mean(axis=0)": "means = np.clip(H.mean(axis=0), 0.001, 0.999)"},
    hint="Means near 0 or 1 are cut off. They may be as small as 1e-9, and they count as they are.",
)
edit(
    "sparsity_penalty__one_row",
    {"np.tile(slopes / len(H), (len(H), 1))": "slopes / len(H)"},
    hint="The gradient has one number for each unit. It has the shape of H: each example gets the same share.",
)


# contractive_penalty

edit(
    "contractive_penalty__no_return",
    {"return np.sum(squares * lengths) / len(X), dW, dZ.sum(axis=0)": ""},
    hint="The function returns None. Is the return missing?",
)
edit(
    "contractive_penalty__weights_alone",
    {
        "squares, lengths = (H * (1 - H)) ** 2": "squares, lengths = np.ones(H.shape)",
        "dZ = 2 * squares": "dZ = 0 * squares",
    },
    hint="Only the lengths of the weights count, as in weight decay. The slopes of the sigmoids are missing.",
)
edit(
    "contractive_penalty__slope_not_squared",
    {"(H * (1 - H)) ** 2": "H * (1 - H)"},
    hint="The slope H (1 - H) is not squared. The squares of all entries of the Jacobian are added up.",
)
edit(
    "contractive_penalty__lengths_over_units",
    {
        "lengths = (H * (1 - H)) ** 2, np.sum(W**2, axis=0)": (
            "lengths = (H * (1 - H)) ** 2, np.full(W.shape[1], np.sum(W**2) / W.shape[1])"
        )
    },
    hint="All units have the same length of weights. Each has its own: the sum of W² over axis 0.",
)
edit(
    "contractive_penalty__tanh_slope",
    {"(H * (1 - H)) ** 2": "(1 - H**2) ** 2", "(1 - 2 * H) * lengths": "-2 * H * lengths * (H * (1 - H)) / (1 - H**2)"},
    hint="1 - H² is the slope of the tanh. That of the sigmoid is H (1 - H).",
)
edit(
    "contractive_penalty__summed_over_examples",
    {
        "* lengths / len(X)": "* lengths",
        "squares.mean(axis=0)": "squares.sum(axis=0)",
        "np.sum(squares * lengths) / len(X)": "np.sum(squares * lengths)",
    },
    hint="Everything is summed over the examples. It is a mean: divide by N.",
)
edit(
    "contractive_penalty__direct_share_only",
    {"dW = 2 * W * squares.mean(axis=0) + X.T @ dZ": "dW = 2 * W * squares.mean(axis=0)"},
    hint="dW holds only the direct share. W also decides where on the sigmoid the sums are: X^T dZ is missing.",
)
edit(
    "contractive_penalty__share_of_sums_only",
    {"dW = 2 * W * squares.mean(axis=0) + X.T @ dZ": "dW = X.T @ dZ"},
    hint=(
        "dW holds only the share that comes back through the sums. W is also in the lengths: 2 W times the mean of s²."
    ),
)
edit(
    "contractive_penalty__no_bend",
    {"dZ = 2 * squares * (1 - 2 * H)": "dZ = 2 * squares"},
    hint="In dZ, the factor 1 - 2 H is missing: the slope of the slope, which changes its sign at H = 0.5.",
)
edit(
    "contractive_penalty__penalty_of_root",
    {"np.sum(squares * lengths) / len(X), dW": "np.sqrt(np.sum(squares * lengths) / len(X)), dW"},
    hint="The root of the penalty came. The sum of the squares is asked for.",
)
edit(
    "contractive_penalty__db_zero",
    {"dW, dZ.sum(axis=0)": "dW, np.zeros(len(b))"},
    hint="db is zero. The biases decide where on the sigmoid the sums are: add up dZ over the examples.",
)
edit(
    "contractive_penalty__no_biases",
    {"sigmoid(X @ W + b)": "sigmoid(X @ W)"},
    hint="The biases b are missing in the sums.",
)


# reparameterize

edit(
    "reparameterize__no_return",
    {"return mu + np.exp(logvar / 2) * eps, eps": ""},
    hint="The function returns None. Is the return missing?",
)
edit(
    "reparameterize__variance_for_deviation",
    {"np.exp(logvar / 2)": "np.exp(logvar)"},
    hint="The draws are multiplied by the variance. The standard deviation is its root: exp(logvar / 2).",
)
edit(
    "reparameterize__logvar_as_deviation",
    {"np.exp(logvar / 2)": "logvar"},
    hint="logvar is taken for the standard deviation. It is the logarithm of the variance.",
)
edit(
    "reparameterize__log_of_deviation",
    {"np.exp(logvar / 2)": "np.sqrt(np.abs(logvar))"},
    hint="logvar is taken for the variance. It is its logarithm: first undo the logarithm, then take the root.",
)
edit(
    "reparameterize__no_mean",
    {"mu + np.exp(logvar / 2) * eps, eps": "np.exp(logvar / 2) * eps, eps"},
    hint="The mean is missing: the codes lie around 0.",
)
edit(
    "reparameterize__uniform_draws",
    {"rng.normal(size=mu.shape)": "rng.random(mu.shape)"},
    hint="The draws are uniform between 0 and 1. Standard normal ones are asked for.",
)
edit(
    "reparameterize__one_draw_for_all",
    {"rng.normal(size=mu.shape)": "np.full(mu.shape, rng.normal())"},
    hint="One draw serves all examples and numbers. Each has its own.",
)
edit(
    "reparameterize__same_for_all_examples",
    {"rng.normal(size=mu.shape)": "np.tile(rng.normal(size=mu.shape[1]), (len(mu), 1))"},
    hint="All examples share the same draws. Each has its own.",
)
edit(
    "reparameterize__only_codes",
    {"eps, eps": "eps"},
    hint="Only the codes came back. The draws are asked for as well: (z, eps).",
)
edit(
    "reparameterize__swapped",
    {"return mu + np.exp(logvar / 2) * eps, eps": "return eps, mu + np.exp(logvar / 2) * eps"},
    hint="Codes and draws are swapped. First the codes, then the draws.",
)


@hint("A generator with a fixed seed starts anew in every call, so every call draws the same. Draw from rng itself.")
def reparameterize__same_in_every_call(mu, logvar, rng):
    eps = np.random.default_rng(0).normal(size=mu.shape)
    return mu + np.exp(logvar / 2) * eps, eps


@hint("The draws of the second half of the examples are those of the first one with the opposite sign. Draw all anew.")
def reparameterize__mirrored(mu, logvar, rng):
    drawn = rng.normal(size=((len(mu) + 1) // 2, *mu.shape[1:]))
    eps = np.concatenate([drawn, -drawn])[: len(mu)]
    return mu + np.exp(logvar / 2) * eps, eps


edit(
    "reparameterize__cut_off",
    {"rng.normal(size=mu.shape)": "np.clip(rng.normal(size=mu.shape), -3, 3)"},
    hint="Draws beyond 3 are cut off. They are rare, but a standard normal draw may be as large as it likes.",
)
edit(
    "reparameterize__scaled_draws_returned",
    {"return mu + np.exp(logvar / 2) * eps, eps": "eps = np.exp(logvar / 2) * eps\n    return mu + eps, eps"},
    hint="The draws that came back are multiplied by the standard deviations already. Return the standard normal ones.",
)


# gaussian_kl

edit(
    "gaussian_kl__no_return",
    {"return kl, mu / len(mu), (np.exp(logvar) - 1) / (2 * len(mu))": ""},
    hint="The function returns None. Is the return missing?",
)
edit(
    "gaussian_kl__sign",
    {
        "return kl, mu / len(mu), (np.exp(logvar) - 1) / (2 * len(mu))": (
            "return -kl, -mu / len(mu), -(np.exp(logvar) - 1) / (2 * len(mu))"
        )
    },
    hint=(
        "Everything has the wrong sign. A divergence is a price, and never negative. (Papers often write its negative.)"
    ),
)
edit(
    "gaussian_kl__no_half",
    {
        (
            "/ (2 * len(mu))\n    return kl, mu / len(mu), (np.exp(logvar) - 1) / (2 * len(mu))"
        ): "/ len(mu)\n    return kl, 2 * mu / len(mu), (np.exp(logvar) - 1) / len(mu)"
    },
    hint="Everything is twice too large: the factor 1/2 is missing.",
)
edit(
    "gaussian_kl__no_one",
    {"np.exp(logvar) - 1 - logvar)": "np.exp(logvar) - logvar)"},
    hint="The -1 is missing in the divergence. A code with mean 0 and variance 1 costs nothing.",
)
edit(
    "gaussian_kl__mean_over_numbers",
    {
        (
            "/ (2 * len(mu))\n    return kl, mu / len(mu), (np.exp(logvar) - 1) / (2 * len(mu))"
        ): "/ (2 * mu.size)\n    return kl, mu / mu.size, (np.exp(logvar) - 1) / (2 * mu.size)"
    },
    hint=(
        "Everything is also divided by K. The divergence is summed over the numbers of "
        "a code: only the examples are averaged."
    ),
)
edit(
    "gaussian_kl__summed_over_examples",
    {
        (
            "/ (2 * len(mu))\n    return kl, mu / len(mu), (np.exp(logvar) - 1) / (2 * len(mu))"
        ): "/ 2\n    return kl, 1.0 * mu, (np.exp(logvar) - 1) / 2"
    },
    hint="Everything is summed over the examples. It is a mean: divide by N.",
)
edit(
    "gaussian_kl__logvar_as_deviation",
    {
        "np.exp(logvar) - 1 - logvar)": "logvar**2 - 1 - 2 * np.log(np.abs(logvar) + 1e-300))",
        "(np.exp(logvar) - 1) / (2 * len(mu))": "logvar / len(mu) - 1 / (logvar + 1e-300) / len(mu)",
    },
    hint="logvar is taken for the standard deviation. It is the logarithm of the variance.",
)
edit(
    "gaussian_kl__log_of_deviation",
    {
        "np.exp(logvar) - 1 - logvar)": "np.exp(2 * logvar) - 1 - 2 * logvar)",
        "(np.exp(logvar) - 1) / (2 * len(mu))": "(np.exp(2 * logvar) - 1) / len(mu)",
    },
    hint="logvar is taken for the logarithm of the standard deviation. It is that of the variance.",
)
edit(
    "gaussian_kl__mean_not_squared",
    {"mu**2 + np": "np.abs(mu) + np"},
    hint="The size of the mean counts. Its square does.",
)
edit(
    "gaussian_kl__dlogvar_without_one",
    {"(np.exp(logvar) - 1) / (2 * len(mu))": "np.exp(logvar) / (2 * len(mu))"},
    hint="In dlogvar, the -1 is missing: it is the slope of -logvar.",
)
edit(
    "gaussian_kl__gradients_swapped",
    {
        (
            "return kl, mu / len(mu), (np.exp(logvar) - 1) / (2 * len(mu))"
        ): "return kl, (np.exp(logvar) - 1) / (2 * len(mu)), mu / len(mu)"
    },
    hint="The gradients are swapped: dmu comes before dlogvar.",
)
edit(
    "gaussian_kl__each_example",
    {
        (
            "kl = np.sum(mu**2 + np.exp(logvar) - 1 - logvar) / (2 * len(mu))"
        ): "kl = np.sum(mu**2 + np.exp(logvar) - 1 - logvar, axis=1) / 2"
    },
    hint="The divergence of every example came. Their mean is asked for, one number.",
)


# vae_loss

edit("vae_loss__no_return", {"    return loss, grads": ""}, hint="The function returns None. Is the return missing?")
edit(
    "vae_loss__mean_over_pixels",
    {
        "np.sum(np.logaddexp(0, logits) - X * logits) / len(X)": "np.mean(np.logaddexp(0, logits) - X * logits)",
        "dlogits = (sigmoid(logits) - X) / len(X)": "dlogits = (sigmoid(logits) - X) / X.size",
    },
    hint="The pixels are averaged, and the price of the code is not. Sum over the pixels, average over the pictures.",
)
edit(
    "vae_loss__beta_on_pixels",
    {
        (
            "np.sum(np.logaddexp(0, logits) - X * logits) / len(X) + beta * kl"
        ): "beta * np.sum(np.logaddexp(0, logits) - X * logits) / len(X) + kl",
        "dlogits = (sigmoid(logits) - X) / len(X)": "dlogits = beta * (sigmoid(logits) - X) / len(X)",
        "dmu = dz + beta * dmu": "dmu = dz + dmu",
        "spread / 2 + beta * dlogvar": "spread / 2 + dlogvar",
    },
    hint="beta multiplies the price of the pixels. It is the price of the code.",
)
edit(
    "vae_loss__beta_ignored",
    {"+ beta * kl": "+ kl", "dz + beta * dmu": "dz + dmu", "/ 2 + beta * dlogvar": "/ 2 + dlogvar"},
    hint="beta plays no part. It multiplies the divergence, and its gradients.",
)
edit(
    "vae_loss__beta_not_in_gradients",
    {"dz + beta * dmu": "dz + dmu", "/ 2 + beta * dlogvar": "/ 2 + dlogvar"},
    hint="beta is in the loss and not in the gradients of the means and log variances.",
)
edit(
    "vae_loss__variance_for_deviation",
    {"np.exp(logvar / 2) * eps": "np.exp(logvar) * eps", "dz * spread / 2": "dz * spread"},
    hint="The draws are multiplied by the variance. The standard deviation is its root: exp(logvar / 2).",
)
edit(
    "vae_loss__no_half_on_the_way_back",
    {"dz * spread / 2": "dz * spread"},
    hint=(
        "The share that comes back to logvar through the draw is twice too large: the "
        "slope of exp(l / 2) has a factor 1/2."
    ),
)
edit(
    "vae_loss__deviation_missing_on_the_way_back",
    {"dz * spread / 2": "dz * eps / 2"},
    hint="The share that comes back to logvar lacks the standard deviation: the slope of z along it is sigma eps / 2.",
)
edit(
    "vae_loss__gradient_blocked",
    {"dz * spread / 2 + beta": "beta"},
    hint="No gradient gets through the draw to logvar. Its share is dz times sigma eps / 2.",
)
edit(
    "vae_loss__decodes_the_mean",
    {"z = mu + spread": "z = mu", "dz * spread / 2 + beta": "beta"},
    hint="The means are decoded, and eps plays no part. Decode the drawn codes.",
)
edit(
    "vae_loss__no_divergence",
    {" + beta * kl": "", "dz + beta * dmu": "dz", "dz * spread / 2 + beta * dlogvar": "dz * spread / 2"},
    hint="The price of the code is missing.",
)
edit(
    "vae_loss__relu_of_decoder_passed_over",
    {" * (B > 0)": ""},
    hint="On the way back, the ReLU of the decoder is passed over: where B is 0, nothing gets through.",
)
edit(
    "vae_loss__relu_of_encoder_passed_over",
    {" * (A > 0)": ""},
    hint="On the way back, the ReLU of the encoder is passed over: where A is 0, nothing gets through.",
)
edit(
    "vae_loss__one_share_of_A",
    {'(dmu @ params["W_mu"].T + dlogvar @ params["W_logvar"].T)': '(dmu @ params["W_mu"].T)'},
    hint="A is used by two layers and gets the share of one. The layer of the log variances has a share, too.",
)
edit(
    "vae_loss__log_of_overflow",
    {"np.logaddexp(0, logits)": "np.log(1 + np.exp(logits))"},
    hint="With logits in the thousands, exp overflows. np.logaddexp(0, G) is the same and does not.",
)
edit(
    "vae_loss__squared_error",
    {
        "np.sum(np.logaddexp(0, logits) - X * logits) / len(X)": "np.sum((sigmoid(logits) - X) ** 2) / len(X)",
        "dlogits = (sigmoid(logits) - X) / len(X)": (
            "dlogits = 2 * (sigmoid(logits) - X) * sigmoid(logits) * (1 - sigmoid(logits)) / len(X)"
        ),
    },
    hint="The pixels are judged by a squared error. Their cross-entropy is asked for.",
)


# evidence_bound_broken


@hint(
    "Both bugs are still there. One reads what encode returns as something that it is not, the other counts pixels "
    "as if there were only one."
)
def evidence_bound_broken__as_given(X, params, eps):
    _, mu, sigma = encode(X, params)
    log_probs = np.zeros(len(X))
    for noise in eps:
        _, logits = decode(mu + sigma * noise, params)
        log_probs += np.mean(X * logits - np.logaddexp(0, logits), axis=1)
    price = np.sum(mu**2 + sigma**2 - 1 - np.log(sigma**2 + 1e-12), axis=1) / 2
    return log_probs / len(eps) - price


edit(
    "evidence_bound_broken__only_deviation",
    {"np.sum(X * logits": "np.mean(X * logits"},
    hint="One bug is fixed: the standard deviation. Look at the pixels: a picture's log probability is a sum.",
)
edit(
    "evidence_bound_broken__only_sum",
    {"sigma = np.exp(logvar / 2)": "sigma = logvar", "np.log(sigma**2)": "np.log(sigma**2 + 1e-12)"},
    hint="One bug is fixed: the sum over the pixels. Look at what encode returns: is it a standard deviation?",
)
edit(
    "evidence_bound_broken__variance_for_deviation",
    {"np.exp(logvar / 2)": "np.exp(logvar)"},
    hint="sigma is the variance now. The standard deviation is its root: exp(logvar / 2).",
)
edit(
    "evidence_bound_broken__only_draws",
    {
        "np.sum(mu**2 + sigma**2 - 1 - np.log(sigma**2), axis=1)": (
            "np.sum(mu**2 + logvar**2 - 1 - np.log(logvar**2 + 1e-12), axis=1)"
        )
    },
    hint="The draws are right now, and the price of the code still takes logvar for the standard deviation.",
)
edit(
    "evidence_bound_broken__only_price",
    {"mu + sigma * noise": "mu + logvar * noise"},
    hint="The price of the code is right now, and the draws still take logvar for the standard deviation.",
)
edit(
    "evidence_bound_broken__mean_of_all",
    {
        "return log_probs / len(eps) - price": (
            "return np.full(len(X), np.mean(log_probs / len(eps) - price)) if len(X) else price"
        )
    },
    hint="All pictures have the same bound, the mean. The bound of each picture is asked for.",
)
edit(
    "evidence_bound_broken__price_added",
    {"len(eps) - price": "len(eps) + price"},
    hint="The price of the code is added to the bound. It lowers it.",
)
edit(
    "evidence_bound_broken__draws_summed",
    {"log_probs / len(eps) - price": "log_probs - price"},
    hint="The draws are added up. Their mean is asked for: that line was right as it was.",
)
edit(
    "evidence_bound_broken__loss",
    {"return log_probs / len(eps) - price": "return price - log_probs / len(eps)"},
    hint="The loss came, the negative of the bound.",
)


# train_vae

edit("train_vae__no_return", {"    return params": ""}, hint="The function returns None. Is the return missing?")
edit(
    "train_vae__too_few_steps",
    {"range(3000)": "range(60)"},
    hint="The bound is still low. Does the loop take enough steps?",
)
edit(
    "train_vae__new_optimiser",
    {"    adam = Adam(0.003)\n": "", "adam.update(": "Adam(0.03).update("},
    hint="The bound is still low. Is the optimiser made once, before the loop?",
)
edit(
    "train_vae__price_too_high",
    {"rng.normal(size=(100, 2)))": "rng.normal(size=(100, 2)), 5.0)"},
    hint="The bound is that of the mean picture: the codes say nothing. Which price does the code have in your loss?",
)
edit(
    "train_vae__one_batch",
    {"batch = X[rng.integers(len(X), size=100)]": "batch = X[:100]"},
    hint="The bound of new digits is low. Does every step see the same 100 pictures?",
)
edit(
    "train_vae__ten_numbers",
    {
        "start_vae(X.shape[1], 128, 2, rng)": "start_vae(X.shape[1], 128, 10, rng)",
        "size=(100, 2)": "size=(100, 10)",
        "range(3000)": "range(30)",
    },
    hint="The codes have ten numbers. Two are asked for.",
)


# spectral_codes

edit(
    "spectral_codes__no_return",
    {"return codes / np.linalg.norm(codes, axis=1, keepdims=True)": ""},
    hint="The function returns None. Is the return missing?",
)
edit(
    "spectral_codes__rows_not_scaled",
    {"return codes / np.linalg.norm(codes, axis=1, keepdims=True)": "return codes"},
    hint="The rows have different lengths. Scale each to length 1.",
)
edit(
    "spectral_codes__square_of_length",
    {"np.linalg.norm(codes, axis=1, keepdims=True)": "np.sum(codes**2, axis=1, keepdims=True)"},
    hint="The rows are divided by the square of their length. Divide by the length, so that each has length 1.",
)
edit(
    "spectral_codes__smallest",
    {"vectors[:, -k:]": "vectors[:, :k]"},
    hint=(
        "The eigenvectors of the smallest eigenvalues were taken. eigh gives these first; the largest stand at the end."
    ),
)
edit(
    "spectral_codes__rows_for_vectors",
    {"vectors[:, -k:]": "vectors[-k:].T"},
    hint="Rows of what eigh returns were taken for eigenvectors. They are its columns.",
)
edit(
    "spectral_codes__affinities_as_they_are",
    {"A / roots[:, None] / roots": "1.0 * A"},
    hint="The affinities are not divided by the roots of their sums.",
)
edit(
    "spectral_codes__one_side",
    {"A / roots[:, None] / roots": "A / roots[:, None] ** 2"},
    hint=(
        "The affinities are divided by the sums of the rows only, so M is not "
        "symmetric, and eigh reads only one half of it."
    ),
)
edit(
    "spectral_codes__no_root",
    {"roots = np.sqrt(A.sum(axis=1))": "roots = A.sum(axis=1)"},
    hint="The affinities are divided by the sums of row and column. Divide by the roots of both.",
)
edit(
    "spectral_codes__laplacian_largest",
    {"np.linalg.eigh(A / roots[:, None] / roots)": "np.linalg.eigh(np.eye(len(A)) - A / roots[:, None] / roots)"},
    hint="The eigenvectors are those of I - M, whose order is reversed: its smallest eigenvalues are the largest of M.",
)
edit(
    "spectral_codes__largest_size",
    {"_, vectors = np": "values, vectors = np", "vectors[:, -k:]": "vectors[:, np.argsort(np.abs(values))[-k:]]"},
    hint="Eigenvalues far below 0 were taken for large ones. The largest are asked for, sign included.",
)
edit(
    "spectral_codes__first_left_out",
    {"vectors[:, -k:]": "vectors[:, max(len(A) - k - 1, 0) : len(A) - 1] if k < len(A) else vectors"},
    hint="The eigenvector of the largest eigenvalue was left out. Here it counts: take the last k.",
)
