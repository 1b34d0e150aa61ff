"""Known wrong answers of lesson 01, each with the hint that its maker deserves.

Each function may use NumPy as `np` and the lesson's own functions, which are there when it runs.
"""

import numpy as np

from grading.lessons.checking import hint

# Outputs that differ between right answers are compared by these fact functions of dnnkit.facts.
VIEWS = {"minibatches": "partition", "fit_logistic": "descent", "fit_softmax": "classifier"}

# Machine-made mutants that are right answers after all: exercise, or "*" for all -> id, or its beginning... -> why.
EQUIVALENT = {
    "*": {
        "nothing of...": "no size is 0, unless the docstring says so",
        "below 0.000001 counts as 0 of...": "changes less than the five digits that float32 keeps",
        "tiny results are 0": "changes less than the five digits that float32 keeps",
    },
    "sigmoid": {
        "capped at...": "the sigmoid is at most 1",
        "reference: comparison: np.asarray(z) >= 0 -> np.asarray(z) > 0": "both forms agree at 0",
        "reference: call left out: np.asarray(z) -> z in np.asarray(z) >= 0": "np.where takes plain numbers",
        "masks: without dtype...": "exp makes floats, and the result is made of floats",
        "masks: comparison: z >= 0 -> z > 0...": "both forms agree at 0",
        "masks: constant: 0 -> 1 in z >= 0": "both forms are exact near 0",
        "masks: constant: 0 -> -1 in z >= 0": "both forms are exact near 0",
    },
    "neuron": {
        "capped at...": "an activation is at most 1",
        "loop: arguments swapped: zip(x, w, strict=True)...": "a product of two numbers",
    },
    "logistic_loss": {},
    "logistic_gradient": {
        "loop: call left out: np.array([x @ w + b])...": "sigmoid takes a list with one number",
        "loop: swap: x @ w -> w @ x...": "both are vectors",
        "loop: constant: 0 -> -1 in sigmoid...": "the only element is the first and the last",
    },
    "logistic_gradient_broken": {},
    "softmax": {
        "capped at...": "a probability is at most 1",
        "rounded to five decimals": "the five digits that float32 keeps",
    },
    "softmax_cross_entropy": {
        "along_axis: without axis: np.take_along_axis...": "the default axis is the last",
        "along_axis: without keepdims...": "the mean of all differences is the difference of the means",
        "along_axis: constant: True -> False...": "as above",
    },
}


# sigmoid


@hint("The function returns None. Is the return missing?")
def sigmoid__no_return(z):
    1 / (1 + np.exp(-np.abs(z)))


@hint(
    "The exponential of a large number overflows. Arrange the formula so that exp only ever sees numbers below 0; "
    "np.where does not help alone, because it computes both branches for every element."
)
def sigmoid__exp_overflows(z):
    return 1 / (1 + np.exp(-z))


@hint("For large z this is infinity divided by infinity. Which form of the formula never meets a large exponential?")
def sigmoid__infinity_over_infinity(z):
    return np.exp(z) / (1 + np.exp(z))


@hint("The curve falls where it should rise. Is there a sign missing in the exponent?")
def sigmoid__wrong_sign(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, e, 1.0) / (1 + e)


@hint("Right for z >= 0, but -z gets the same value as z. With exp(-|z|), negative z need the other way of writing it.")
def sigmoid__one_branch(z):
    return 1 / (1 + np.exp(-np.abs(z)))


@hint("Right for z < 0, but -z gets the same value as z. With exp(-|z|), positive z need the other way of writing it.")
def sigmoid__other_branch(z):
    u = np.exp(-np.abs(z))
    return u / (1 + u)


@hint("Division binds tighter than addition: 1 / 1 + exp(-z) is not 1 / (1 + exp(-z)).")
def sigmoid__missing_parentheses(z):
    return 1 / 1 + np.exp(-z)


@hint("This is tanh(z): it runs from -1 to 1 and is 0 at z = 0. The sigmoid runs from 0 to 1 and is 1/2 at z = 0.")
def sigmoid__tanh(z):
    return np.tanh(z)


@hint("tanh(z / 2) has the right shape, but runs from -1 to 1. It still has to be moved and squeezed into 0 to 1.")
def sigmoid__tanh_half(z):
    return np.tanh(z / 2)


@hint("This is the derivative of the sigmoid, a(1 - a). The exercise asks for a itself.")
def sigmoid__derivative(z):
    a = 0.5 * (1 + np.tanh(z / 2))
    return a * (1 - a)


@hint("This jumps from 0 to 1. The sigmoid rises smoothly and returns every value in between.")
def sigmoid__step(z):
    return np.where(z > 0, 1.0, 0.0)


@hint("Subtracting the largest z is a trick for softmax. In the sigmoid it changes the result: each z stands alone.")
def sigmoid__max_shift(z):
    e = np.exp(z - np.max(z))
    return e / (1 + e)


@hint("The values are right, but the shape is lost: an array of shape (2, 3) came back flat.")
def sigmoid__flattened(z):
    return 0.5 * (1 + np.tanh(np.ravel(z) / 2))


@hint("math.exp takes one number. NumPy's exp takes a whole array.")
def sigmoid__math_exp(z):
    import math

    return 1 / (1 + math.exp(-z))


@hint("An if decides for one number only, and z may be an array of any shape. Decide for each element: see np.where.")
def sigmoid__if_on_array(z):
    if z >= 0:
        return 1 / (1 + np.exp(-z))
    return np.exp(z) / (1 + np.exp(z))


@hint("This works for arrays only: a plain number has no shape. Make an array of z first.")
def sigmoid__asks_for_the_shape(z):
    a, up = np.zeros(z.shape), z >= 0
    a[up] = 1 / (1 + np.exp(-z[up]))
    a[~up] = np.exp(z[~up]) / (1 + np.exp(z[~up]))
    return a


@hint("This works for arrays only: out of a plain number nothing can be picked by index. Make an array of z first.")
def sigmoid__picks_elements(z):
    a, up = np.zeros(np.shape(z)), np.asarray(z) >= 0
    a[up] = 1 / (1 + np.exp(-z[up]))
    a[~up] = np.exp(z[~up]) / (1 + np.exp(z[~up]))
    return a


@hint("Whole numbers give whole numbers: the array for the result takes its type from z, and cuts fractions off.")
def sigmoid__whole_numbers(z):
    z = np.asarray(z)
    a, up = np.zeros_like(z), z >= 0
    a[up] = 1 / (1 + np.exp(-z[up]))
    a[~up] = np.exp(z[~up]) / (1 + np.exp(z[~up]))
    return a


@hint("The result is right, but z itself was overwritten. The caller still needs it: work on a new array.")
def sigmoid__in_place(z):
    np.tanh(z / 2, out=z)
    z += 1
    z /= 2
    return z


# neuron


@hint("The function returns None. Is the return missing?")
def neuron__no_return(X, w, b):
    sigmoid(X @ w + b)


@hint("The bias b is never used.")
def neuron__no_bias(X, w, b):
    return sigmoid(X @ w)


@hint("This is z, the weighted sum. A neuron sends it through the sigmoid.")
def neuron__no_activation(X, w, b):
    return X @ w + b


@hint("The bias is added after the sigmoid. It belongs inside, to the weighted sum.")
def neuron__bias_outside(X, w, b):
    return sigmoid(X @ w) + b


@hint("The bias is subtracted. It is added to the weighted sum.")
def neuron__bias_subtracted(X, w, b):
    return sigmoid(X @ w - b)


@hint("Each feature went through the sigmoid alone. First multiply and add up over the features of an example.")
def neuron__no_sum(X, w, b):
    return sigmoid(X * w + b)


@hint("The products were added up over everything. Each example needs its own sum, over its features only.")
def neuron__sum_over_all(X, w, b):
    return sigmoid(np.sum(X * w) + b)


@hint("The products were added up over the examples. Add up over the features, the second axis of X.")
def neuron__sum_over_examples(X, w, b):
    return sigmoid(np.sum(X * w, axis=0) + b)


@hint("The products were averaged over the features. A neuron adds them up.")
def neuron__mean_over_features(X, w, b):
    return sigmoid(np.mean(X * w, axis=1) + b)


@hint("X was transposed: the examples are the rows of X, and each row meets w.")
def neuron__transposed(X, w, b):
    return sigmoid(X.T @ w + b)


@hint("The values are right, but they came as a column of shape (N, 1). One number per example means shape (N,).")
def neuron__column(X, w, b):
    return sigmoid(X @ w + b)[:, None]


@hint("The shape is lost when there is a single example: (1,) is asked for, and a bare number came. What squeezes it?")
def neuron__squeezed(X, w, b):
    return np.squeeze(sigmoid(X @ w + b))


@hint("This is the decision, 0 or 1. A neuron returns the activation, a number between 0 and 1.")
def neuron__decision(X, w, b):
    return (sigmoid(X @ w + b) > 0.5).astype(float)


@hint("The sigmoid was applied twice. Does one of your lines already contain it?")
def neuron__sigmoid_twice(X, w, b):
    return sigmoid(sigmoid(X @ w + b))


# logistic_loss


@hint("The function returns None. Is the return missing?")
def logistic_loss__no_return(z, y):
    np.mean(np.logaddexp(0, z) - y * z)


@hint("The losses of the examples were summed. The exercise asks for their mean.")
def logistic_loss__sum(z, y):
    return np.sum(np.logaddexp(0, z) - y * z)


@hint("One loss per example came back. The exercise asks for their mean, one number.")
def logistic_loss__per_example(z, y):
    return np.logaddexp(0, z) - y * z


@hint("The sign is turned: a loss is never negative, and it is small when the neuron is right.")
def logistic_loss__wrong_sign(z, y):
    return -np.mean(np.logaddexp(0, z) - y * z)


@hint("The logarithm has base 2. The loss uses the natural logarithm, np.log.")
def logistic_loss__log2(z, y):
    return np.mean(np.logaddexp(0, z) - y * z) / np.log(2)


@hint("The logarithm has base 10. The loss uses the natural logarithm, np.log.")
def logistic_loss__log10(z, y):
    return np.mean(np.logaddexp(0, z) - y * z) / np.log(10)


@hint("Only the examples with y = 1 cost something here. Those with y = 0 have a term of their own.")
def logistic_loss__only_ones(z, y):
    return np.mean(y * np.logaddexp(0, -z))


@hint("Only the examples with y = 0 cost something here. Those with y = 1 have a term of their own.")
def logistic_loss__only_zeros(z, y):
    return np.mean((1 - y) * np.logaddexp(0, z))


@hint("The term with y is missing, so that the loss does not look at the labels at all.")
def logistic_loss__no_labels(z, y):
    return np.mean(np.logaddexp(0, z))


@hint("The labels are exchanged: this loss is small when the neuron says 0 for an example with y = 1.")
def logistic_loss__labels_exchanged(z, y):
    return np.mean(np.logaddexp(0, z) - (1 - y) * z)


@hint("exp(z) overflows for large z, so that the loss becomes infinite. Rewrite log(1 + exp(z)) for positive z.")
def logistic_loss__exp_overflows(z, y):
    return np.mean(np.log(1 + np.exp(z)) - y * z)


@hint("z was cut off at 500, which caps the loss of an example at 500. Rewrite log(1 + exp(z)) for large z instead.")
def logistic_loss__z_cut_at_500(z, y):
    z = np.clip(z, -500, 500)
    return np.mean(np.log(1 + np.exp(z)) - y * z)


@hint("z was cut off at 700, which caps the loss of an example at 700. Rewrite log(1 + exp(z)) for large z instead.")
def logistic_loss__z_cut_at_700(z, y):
    z = np.clip(z, -700, 700)
    return np.mean(np.log(1 + np.exp(z)) - y * z)


@hint("The exponent was cut off at 500. So log(1 + exp(z)) stops growing there, while y z goes on: rewrite it instead.")
def logistic_loss__exponent_cut_at_500(z, y):
    return np.mean(np.log(1 + np.exp(np.clip(z, -500, 500))) - y * z)


@hint("The exp is missing: the logarithm got 1 - |z| where it should get 1 + exp(-|z|).")
def logistic_loss__exp_forgotten(z, y):
    return np.mean(np.maximum(z, 0) + np.log1p(-np.abs(z)) - y * z)


@hint("The exp is missing: the logarithm got 1 + z where it should get 1 + exp(z).")
def logistic_loss__exp_of_z_forgotten(z, y):
    return np.mean(np.log1p(z) - y * z)


@hint("log(1 + exp(-|z|)) alone is log(1 + exp(z)) only for z < 0. For positive z a term is missing.")
def logistic_loss__max_missing(z, y):
    return np.mean(np.log1p(np.exp(-np.abs(z))) - y * z)


@hint("np.logaddexp(u, v) is log(exp(u) + exp(v)). With u = 1 the first term is e, not 1.")
def logistic_loss__logaddexp_of_one(z, y):
    return np.mean(np.logaddexp(1, z) - y * z)


@hint(
    "For large z the probability is rounded to exactly 0 or 1, and log(0) spoils the mean. "
    "Start from z, not from the probability."
)
def logistic_loss__log_of_probability(z, y):
    p = sigmoid(z)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


@hint(
    "When the neuron is very sure and wrong, the probability of the true answer is rounded to 0, and the loss becomes "
    "infinite. Start from z, not from the probability."
)
def logistic_loss__log_of_chosen_probability(z, y):
    p = sigmoid(z)
    return -np.mean(np.log(np.where(y == 1, p, 1 - p)))


@hint(
    "For large z, exp(z) / (1 + exp(z)) is infinity divided by infinity, and the loss becomes nan. "
    "The loss needs no sigmoid at all: start from z."
)
def logistic_loss__through_overflowing_sigmoid(z, y):
    p = np.exp(z) / (1 + np.exp(z))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


@hint(
    "The probability was clipped at 1e-15. That is finite, but caps the loss near 35 when it should go on growing "
    "with z: start from z, not from the probability."
)
def logistic_loss__clipped_1e15(z, y):
    p = np.clip(sigmoid(z), 1e-15, 1 - 1e-15)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


@hint(
    "The probability was clipped at 1e-12, or 1e-12 was added to it. That is finite, but caps the loss near 28 when it "
    "should go on growing with z: start from z, not from the probability."
)
def logistic_loss__clipped_1e12(z, y):
    p = np.clip(sigmoid(z), 1e-12, 1 - 1e-12)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


@hint(
    "The probability was clipped at 1e-7. That is finite, but caps the loss near 16 when it should go on growing "
    "with z: start from z, not from the probability."
)
def logistic_loss__clipped_1e7(z, y):
    p = np.clip(sigmoid(z), 1e-7, 1 - 1e-7)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


@hint("The sigmoid was applied before a formula that already starts from z, so that it acts twice.")
def logistic_loss__sigmoid_twice(z, y):
    p = sigmoid(z)
    return np.mean(np.logaddexp(0, p) - y * p)


@hint("z was taken for a probability. It is the logit, before the sigmoid, and may be any number.")
def logistic_loss__logit_as_probability(z, y):
    return -np.mean(y * np.log(z) + (1 - y) * np.log(1 - z))


@hint("This is the mean squared error. The exercise asks for the logistic loss.")
def logistic_loss__squared_error(z, y):
    return np.mean((sigmoid(z) - y) ** 2)


# logistic_gradient


@hint("The function returns None. Is the return missing?")
def logistic_gradient__no_return(X, y, w, b):
    error = neuron(X, w, b) - y
    X.T @ error / len(y), np.mean(error)


@hint("Both slopes are N times too large: this is the gradient of the sum, and the loss is the mean.")
def logistic_gradient__sum(X, y, w, b):
    error = neuron(X, w, b) - y
    return X.T @ error, np.sum(error)


@hint("dw is N times too large. db is divided by the number of examples, and dw must be as well.")
def logistic_gradient__dw_summed(X, y, w, b):
    error = neuron(X, w, b) - y
    return X.T @ error, np.mean(error)


@hint("db is N times too large. dw is divided by the number of examples, and db must be as well.")
def logistic_gradient__db_summed(X, y, w, b):
    error = neuron(X, w, b) - y
    return X.T @ error / len(y), np.sum(error)


@hint("db is 0. The bias has a slope too: it acts like a weight whose feature is always 1.")
def logistic_gradient__db_zero(X, y, w, b):
    error = neuron(X, w, b) - y
    return X.T @ error / len(y), 0.0


@hint("db has one number per example. All examples share one bias: combine them as dw does.")
def logistic_gradient__db_per_example(X, y, w, b):
    error = neuron(X, w, b) - y
    return X.T @ error / len(y), error / len(y)


@hint("The values are right, but came as columns: dw has the shape of w, and db is a single number.")
def logistic_gradient__columns(X, y, w, b):
    error = (neuron(X, w, b) - y)[:, None]
    return X.T @ error / len(y), error.mean(axis=0)


@hint("db came as an array of shape (1,). It is a single number: is there a keepdims, or an axis, too much?")
def logistic_gradient__db_as_array(X, y, w, b):
    error = neuron(X, w, b) - y
    return X.T @ error / len(y), np.mean(error, keepdims=True)


@hint("X @ error lines the errors up with the features. Each error belongs to an example, a row of X: turn X around.")
def logistic_gradient__not_transposed(X, y, w, b):
    error = neuron(X, w, b) - y
    return X @ error / len(y), np.mean(error)


@hint("error * X lines the errors up with the features. Each error belongs to an example: one number for a whole row.")
def logistic_gradient__errors_along_features(X, y, w, b):
    error = neuron(X, w, b) - y
    return np.mean(error * X, axis=0), np.mean(error)


@hint("Both slopes have the wrong sign. Where a neuron says too much, the loss rises with z.")
def logistic_gradient__wrong_sign(X, y, w, b):
    error = y - neuron(X, w, b)
    return X.T @ error / len(y), np.mean(error)


@hint("There is a factor a(1 - a) too many. It belongs to the squared error; in the logistic loss it cancels.")
def logistic_gradient__extra_derivative(X, y, w, b):
    a = neuron(X, w, b)
    error = (a - y) * a * (1 - a)
    return X.T @ error / len(y), np.mean(error)


@hint("The error was taken from z, before the sigmoid. Compare the activation with the label.")
def logistic_gradient__no_sigmoid(X, y, w, b):
    error = X @ w + b - y
    return X.T @ error / len(y), np.mean(error)


@hint("The activations were computed without the bias b.")
def logistic_gradient__bias_forgotten(X, y, w, b):
    error = sigmoid(X @ w) - y
    return X.T @ error / len(y), np.mean(error)


@hint("The error was taken from the decision, 0 or 1. The slope needs the activation itself.")
def logistic_gradient__decision(X, y, w, b):
    error = (neuron(X, w, b) > 0.5).astype(float) - y
    return X.T @ error / len(y), np.mean(error)


@hint("The sums were divided by the number of features. The mean runs over the examples.")
def logistic_gradient__divided_by_features(X, y, w, b):
    error = neuron(X, w, b) - y
    return X.T @ error / X.shape[1], np.sum(error) / X.shape[1]


@hint("The sum was divided by the number of examples twice.")
def logistic_gradient__divided_twice(X, y, w, b):
    error = (neuron(X, w, b) - y) / len(y)
    return X.T @ error / len(y), np.mean(error)


@hint("dw is the same for all weights. The mean ran over features as well: it belongs to the examples only.")
def logistic_gradient__mean_over_all(X, y, w, b):
    error = neuron(X, w, b) - y
    return np.full(w.shape, np.mean(X * error[:, None])), np.mean(error)


@hint("dw is a single number. The mean ran over features as well: it belongs to the examples only, one slope a weight.")
def logistic_gradient__dw_one_number(X, y, w, b):
    error = neuron(X, w, b) - y
    return np.mean(X * error[:, None]), np.mean(error)


@hint("The two results came in the wrong order: first dw, then db.")
def logistic_gradient__swapped(X, y, w, b):
    error = neuron(X, w, b) - y
    return np.mean(error), X.T @ error / len(y)


@hint("Only dw came back. The exercise asks for two results, dw and db.")
def logistic_gradient__only_dw(X, y, w, b):
    error = neuron(X, w, b) - y
    return X.T @ error / len(y)


# logistic_gradient_broken


@hint("This is the code as it was given. Compare each slope with a numerical gradient: what is the ratio of the two?")
def logistic_gradient_broken__as_given(X, y, w, b):
    num_examples = X.shape[0]
    a = neuron(X, w, b)
    error = y - a
    dw = X.T @ error / num_examples
    db = np.sum(error)
    return dw, db


@hint("One bug is fixed, the other one is still there. Run the comparison again, and read the ratios.")
def logistic_gradient_broken__only_sign_mended(X, y, w, b):
    error = neuron(X, w, b) - y
    return X.T @ error / len(y), np.sum(error)


@hint("One bug is fixed, the other is not. Which ratios are not 1 yet, and what have they in common?")
def logistic_gradient_broken__only_size_mended(X, y, w, b):
    error = y - neuron(X, w, b)
    return X.T @ error / len(y), np.mean(error)


@hint("dw is right now, and db is as it was. Did you fix the cause, or turn the result around? Read the ratio of db.")
def logistic_gradient_broken__only_dw_mended(X, y, w, b):
    error = y - neuron(X, w, b)
    return -X.T @ error / len(y), np.sum(error)


@hint("db is right now, and dw is as it was. Did you fix the cause, or turn the result around?")
def logistic_gradient_broken__only_db_mended(X, y, w, b):
    error = y - neuron(X, w, b)
    return X.T @ error / len(y), -np.mean(error)


@hint("dw is right now. db is not: read its ratio, for several values of hunt_size.")
def logistic_gradient_broken__db_sign_left(X, y, w, b):
    error = neuron(X, w, b) - y
    return X.T @ error / len(y), -np.mean(error)


@hint("Now both slopes are N times too large. The loss is a mean: dw was right to be divided.")
def logistic_gradient_broken__division_removed(X, y, w, b):
    error = neuron(X, w, b) - y
    return X.T @ error, np.sum(error)


@hint("dw is N times too small now: it is divided by the number of examples twice.")
def logistic_gradient_broken__divided_twice(X, y, w, b):
    error = (neuron(X, w, b) - y) / len(y)
    return X.T @ error / len(y), np.sum(error)


@hint("There is a factor a(1 - a) too many now. The activations were right as they were.")
def logistic_gradient_broken__extra_derivative(X, y, w, b):
    a = neuron(X, w, b)
    error = (a - y) * a * (1 - a)
    return X.T @ error / len(y), np.mean(error)


@hint("The sums are divided by the number of features now. The mean runs over the examples.")
def logistic_gradient_broken__divided_by_features(X, y, w, b):
    error = neuron(X, w, b) - y
    return X.T @ error / X.shape[1], np.sum(error) / X.shape[1]


# minibatches


@hint("The function returns None. Is the return missing?")
def minibatches__no_return(num_examples, batch_size, rng):
    order = rng.permutation(num_examples)
    [order[i : i + batch_size] for i in range(0, num_examples, batch_size)]


@hint("The examples come in their old order. Shuffle their indices before you cut them into minibatches.")
def minibatches__not_shuffled(num_examples, batch_size, rng):
    order = np.arange(num_examples)
    return [order[i : i + batch_size] for i in range(0, num_examples, batch_size)]


@hint("The last, smaller minibatch is lost. Its examples would never be seen.")
def minibatches__drops_last(num_examples, batch_size, rng):
    order = rng.permutation(num_examples)
    return [order[i * batch_size : (i + 1) * batch_size] for i in range(num_examples // batch_size)]


@hint("There is an empty minibatch at the end when batch_size divides num_examples. Its mean would be undefined.")
def minibatches__empty_last(num_examples, batch_size, rng):
    order = rng.permutation(num_examples)
    return [order[i * batch_size : (i + 1) * batch_size] for i in range(num_examples // batch_size + 1)]


@hint("The minibatches have nearly equal sizes. All but the last must have batch_size examples.")
def minibatches__equal_pieces(num_examples, batch_size, rng):
    order = rng.permutation(num_examples)
    return np.array_split(order, -(-num_examples // batch_size))


@hint("There are batch_size minibatches here. batch_size is the number of examples in each.")
def minibatches__as_many_batches(num_examples, batch_size, rng):
    return np.array_split(rng.permutation(num_examples), batch_size)


@hint("The minibatches overlap: each starts one example after the one before. Start where the last one ended.")
def minibatches__overlapping(num_examples, batch_size, rng):
    order = rng.permutation(num_examples)
    return [order[i : i + batch_size] for i in range(num_examples - batch_size + 1)]


@hint("Each minibatch was drawn for itself, so some examples come twice and others never. Shuffle once, then cut.")
def minibatches__drawn_apart(num_examples, batch_size, rng):
    sizes = [min(batch_size, num_examples - i) for i in range(0, num_examples, batch_size)]
    return [rng.integers(0, num_examples, size=size) for size in sizes]


@hint("Each minibatch has a shuffle of its own, so some examples come twice and others never. Shuffle once, then cut.")
def minibatches__shuffled_for_each(num_examples, batch_size, rng):
    return [rng.permutation(num_examples)[i : i + batch_size] for i in range(0, num_examples, batch_size)]


@hint("Each minibatch lacks its last example. The end of a slice is not part of it: order[0:4] holds four numbers.")
def minibatches__one_short(num_examples, batch_size, rng):
    order = rng.permutation(num_examples)
    return [order[i : i + batch_size - 1] for i in range(0, num_examples, batch_size)]


@hint("Indices start at 0 and end at num_examples - 1. Here they run from 1 to num_examples.")
def minibatches__counts_from_one(num_examples, batch_size, rng):
    order = rng.permutation(num_examples) + 1
    return [order[i : i + batch_size] for i in range(0, num_examples, batch_size)]


@hint("Only the order of the minibatches is shuffled: neighbours stay together. Shuffle the examples, then cut.")
def minibatches__shuffles_batches(num_examples, batch_size, rng):
    starts = np.arange(0, num_examples, batch_size)
    rng.shuffle(starts[:-1])
    return [np.arange(i, min(i + batch_size, num_examples)) for i in starts]


@hint("The examples are shuffled inside their minibatch only, so each of them always holds the same examples.")
def minibatches__shuffles_inside(num_examples, batch_size, rng):
    starts = range(0, num_examples, batch_size)
    return [rng.permutation(np.arange(i, min(i + batch_size, num_examples))) for i in starts]


@hint("The old order is kept and only begins at a random place. Shuffle the indices, so that neighbours are parted.")
def minibatches__rolled(num_examples, batch_size, rng):
    order = np.roll(np.arange(num_examples), rng.integers(1, num_examples))
    return [order[i : i + batch_size] for i in range(0, num_examples, batch_size)]


@hint("The order is the same for every rng: a generator is seeded inside the function. Use the rng that came in.")
def minibatches__reseeded(num_examples, batch_size, rng):
    order = np.random.default_rng(0).permutation(num_examples)
    return [order[i : i + batch_size] for i in range(0, num_examples, batch_size)]


@hint("Two different rng give the same order. Is a generator made inside the function? Use the rng that came in.")
def minibatches__seeded_with_an_unusual_number(num_examples, batch_size, rng):
    order = np.random.default_rng(987654321).permutation(num_examples)
    return [order[i : i + batch_size] for i in range(0, num_examples, batch_size)]


@hint("The shuffle does not use rng, so no run can be repeated. Use the rng that came in, not np.random or random.")
def minibatches__global_random(num_examples, batch_size, rng):
    import random

    order = np.array(random.sample(range(num_examples), num_examples))
    return [order[i : i + batch_size] for i in range(0, num_examples, batch_size)]


@hint("One flat array of indices came back. Cut it into a list of arrays, one per minibatch.")
def minibatches__not_cut(num_examples, batch_size, rng):
    return rng.permutation(num_examples)


@hint("Only the first minibatch came back. Does the return stand inside the loop?")
def minibatches__returns_in_loop(num_examples, batch_size, rng):
    order, batches = rng.permutation(num_examples), []
    for i in range(0, num_examples, batch_size):
        batches.append(order[i : i + batch_size])
        return batches


@hint("The indices are kept as uint8: a byte ends at 255, and the next number is 0. Use a type that counts further.")
def minibatches__in_bytes(num_examples, batch_size, rng):
    order = rng.permutation(num_examples).astype(np.uint8)
    return [order[i : i + batch_size] for i in range(0, num_examples, batch_size)]


@hint("yield makes a generator, which can be walked through only once. The exercise asks for a list.")
def minibatches__yields(num_examples, batch_size, rng):
    order = rng.permutation(num_examples)
    for i in range(0, num_examples, batch_size):
        yield order[i : i + batch_size]


# fit_logistic


@hint("The function returns None. Is the return missing?")
def fit_logistic__no_return(X, y, learning_rate, num_epochs, batch_size, rng):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(num_epochs):
        for batch in minibatches(len(y), batch_size, rng):
            dw, db = logistic_gradient(X[batch], y[batch], w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db


@hint("The steps go uphill. The gradient points to where the loss rises.")
def fit_logistic__ascends(X, y, learning_rate, num_epochs, batch_size, rng):
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(num_epochs):
        for batch in minibatches(len(y), batch_size, rng):
            dw, db = logistic_gradient(X[batch], y[batch], w, b)
            w, b = w + learning_rate * dw, b + learning_rate * db
        losses.append(float(logistic_loss(X @ w + b, y)))
    return w, b, losses


@hint("The bias stays 0. It learns too: it takes a step whenever w does.")
def fit_logistic__bias_stays(X, y, learning_rate, num_epochs, batch_size, rng):
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(num_epochs):
        for batch in minibatches(len(y), batch_size, rng):
            dw, _ = logistic_gradient(X[batch], y[batch], w, b)
            w = w - learning_rate * dw
        losses.append(float(logistic_loss(X @ w + b, y)))
    return w, b, losses


@hint("The weights start at random numbers. The exercise starts from zeros.")
def fit_logistic__random_start(X, y, learning_rate, num_epochs, batch_size, rng):
    w, b, losses = rng.normal(size=X.shape[1]), 0.0, []
    for _ in range(num_epochs):
        for batch in minibatches(len(y), batch_size, rng):
            dw, db = logistic_gradient(X[batch], y[batch], w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
        losses.append(float(logistic_loss(X @ w + b, y)))
    return w, b, losses


@hint("The learning rate is not used: the steps have the full length of the gradient.")
def fit_logistic__no_learning_rate(X, y, learning_rate, num_epochs, batch_size, rng):
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(num_epochs):
        for batch in minibatches(len(y), batch_size, rng):
            dw, db = logistic_gradient(X[batch], y[batch], w, b)
            w, b = w - dw, b - db
        losses.append(float(logistic_loss(X @ w + b, y)))
    return w, b, losses


@hint("The last, smaller minibatch of each epoch takes no step.")
def fit_logistic__drops_last_batch(X, y, learning_rate, num_epochs, batch_size, rng):
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(num_epochs):
        for batch in minibatches(len(y), batch_size, rng):
            if len(batch) == batch_size:
                dw, db = logistic_gradient(X[batch], y[batch], w, b)
                w, b = w - learning_rate * dw, b - learning_rate * db
        losses.append(float(logistic_loss(X @ w + b, y)))
    return w, b, losses


@hint("Every epoch takes the same minibatches in the same order. Make fresh ones whenever an epoch begins.")
def fit_logistic__same_minibatches(X, y, learning_rate, num_epochs, batch_size, rng):
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    batches = minibatches(len(y), batch_size, rng)
    for _ in range(num_epochs):
        for batch in batches:
            dw, db = logistic_gradient(X[batch], y[batch], w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
        losses.append(float(logistic_loss(X @ w + b, y)))
    return w, b, losses


@hint("The shuffle does not follow rng. Does minibatches use the rng it gets, and do you hand it the one that came in?")
def fit_logistic__global_random(X, y, learning_rate, num_epochs, batch_size, rng):
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(num_epochs):
        for batch in minibatches(len(y), batch_size, np.random.default_rng()):
            dw, db = logistic_gradient(X[batch], y[batch], w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
        losses.append(float(logistic_loss(X @ w + b, y)))
    return w, b, losses


@hint("X is shuffled and y is not, so examples meet the labels of others. The same indices select from both.")
def fit_logistic__labels_left_behind(X, y, learning_rate, num_epochs, batch_size, rng):
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(num_epochs):
        start = 0
        for batch in minibatches(len(y), batch_size, rng):
            dw, db = logistic_gradient(X[batch], y[start : start + len(batch)], w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
            start += len(batch)
        losses.append(float(logistic_loss(X @ w + b, y)))
    return w, b, losses


@hint("Every step uses all of X and y. A step belongs to one minibatch: select its examples first.")
def fit_logistic__whole_set_each_step(X, y, learning_rate, num_epochs, batch_size, rng):
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(num_epochs):
        for _batch in minibatches(len(y), batch_size, rng):
            dw, db = logistic_gradient(X, y, w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
        losses.append(float(logistic_loss(X @ w + b, y)))
    return w, b, losses


@hint("There is only one step in an epoch. Is the step indented into the loop over the minibatches?")
def fit_logistic__one_step_an_epoch(X, y, learning_rate, num_epochs, batch_size, rng):
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(num_epochs):
        for batch in minibatches(len(y), batch_size, rng):
            dw, db = logistic_gradient(X[batch], y[batch], w, b)
        w, b = w - learning_rate * dw, b - learning_rate * db
        losses.append(float(logistic_loss(X @ w + b, y)))
    return w, b, losses


@hint("The losses were taken before the steps of an epoch. Each belongs after them.")
def fit_logistic__loss_before_steps(X, y, learning_rate, num_epochs, batch_size, rng):
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(num_epochs):
        losses.append(float(logistic_loss(X @ w + b, y)))
        for batch in minibatches(len(y), batch_size, rng):
            dw, db = logistic_gradient(X[batch], y[batch], w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
    return w, b, losses


@hint("The loss was computed from activations. logistic_loss starts from the scores X w + b, before the sigmoid.")
def fit_logistic__loss_of_activations(X, y, learning_rate, num_epochs, batch_size, rng):
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(num_epochs):
        for batch in minibatches(len(y), batch_size, rng):
            dw, db = logistic_gradient(X[batch], y[batch], w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
        losses.append(float(logistic_loss(neuron(X, w, b), y)))
    return w, b, losses


@hint("The loss of the last minibatch was recorded. The exercise asks for the loss over all of X and y.")
def fit_logistic__loss_of_last_batch(X, y, learning_rate, num_epochs, batch_size, rng):
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(num_epochs):
        for batch in minibatches(len(y), batch_size, rng):
            dw, db = logistic_gradient(X[batch], y[batch], w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
        losses.append(float(logistic_loss(X[batch] @ w + b, y[batch])))
    return w, b, losses


@hint("The losses of the minibatches were averaged on the way. Compute one loss over all of X and y after the epoch.")
def fit_logistic__mean_of_batch_losses(X, y, learning_rate, num_epochs, batch_size, rng):
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(num_epochs):
        seen = []
        for batch in minibatches(len(y), batch_size, rng):
            seen.append(logistic_loss(X[batch] @ w + b, y[batch]))
            dw, db = logistic_gradient(X[batch], y[batch], w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
        losses.append(float(np.mean(seen)))
    return w, b, losses


@hint("There is one loss for every minibatch. Record one at the end of each epoch: check the indentation.")
def fit_logistic__loss_every_step(X, y, learning_rate, num_epochs, batch_size, rng):
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(num_epochs):
        for batch in minibatches(len(y), batch_size, rng):
            dw, db = logistic_gradient(X[batch], y[batch], w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
            losses.append(float(logistic_loss(X @ w + b, y)))
    return w, b, losses


@hint("The recorded losses are sums over the examples. The loss is the mean.")
def fit_logistic__loss_summed(X, y, learning_rate, num_epochs, batch_size, rng):
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(num_epochs):
        for batch in minibatches(len(y), batch_size, rng):
            dw, db = logistic_gradient(X[batch], y[batch], w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
        losses.append(float(logistic_loss(X @ w + b, y) * len(y)))
    return w, b, losses


@hint("Only the last loss came back. The exercise asks for a list with one loss per epoch.")
def fit_logistic__last_loss_only(X, y, learning_rate, num_epochs, batch_size, rng):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(num_epochs):
        for batch in minibatches(len(y), batch_size, rng):
            dw, db = logistic_gradient(X[batch], y[batch], w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
        loss = float(logistic_loss(X @ w + b, y))
    return w, b, loss


@hint("Training stops after the first epoch. Does the return stand inside the loop?")
def fit_logistic__returns_in_loop(X, y, learning_rate, num_epochs, batch_size, rng):
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(num_epochs):
        for batch in minibatches(len(y), batch_size, rng):
            dw, db = logistic_gradient(X[batch], y[batch], w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
        losses.append(float(logistic_loss(X @ w + b, y)))
        return w, b, losses


@hint("w and b return to zero when an epoch begins. Set them once, before the loop.")
def fit_logistic__restarts_each_epoch(X, y, learning_rate, num_epochs, batch_size, rng):
    losses = []
    for _ in range(num_epochs):
        w, b = np.zeros(X.shape[1]), 0.0
        for batch in minibatches(len(y), batch_size, rng):
            dw, db = logistic_gradient(X[batch], y[batch], w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
        losses.append(float(logistic_loss(X @ w + b, y)))
    return w, b, losses


@hint("The slope of b was taken after w had moved. One gradient step uses both slopes at the same point.")
def fit_logistic__bias_after_weights(X, y, learning_rate, num_epochs, batch_size, rng):
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(num_epochs):
        for batch in minibatches(len(y), batch_size, rng):
            w = w - learning_rate * logistic_gradient(X[batch], y[batch], w, b)[0]
            b = b - learning_rate * logistic_gradient(X[batch], y[batch], w, b)[1]
        losses.append(float(logistic_loss(X @ w + b, y)))
    return w, b, losses


@hint("The steps grow with the minibatch: the gradient is multiplied by its size. It is already the mean.")
def fit_logistic__steps_times_size(X, y, learning_rate, num_epochs, batch_size, rng):
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(num_epochs):
        for batch in minibatches(len(y), batch_size, rng):
            dw, db = logistic_gradient(X[batch], y[batch], w, b)
            w, b = w - learning_rate * len(batch) * dw, b - learning_rate * len(batch) * db
        losses.append(float(logistic_loss(X @ w + b, y)))
    return w, b, losses


@hint("The gradient is divided by the size of the minibatch once more. It is already the mean.")
def fit_logistic__divided_twice(X, y, learning_rate, num_epochs, batch_size, rng):
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(num_epochs):
        for batch in minibatches(len(y), batch_size, rng):
            dw, db = logistic_gradient(X[batch], y[batch], w, b)
            w, b = w - learning_rate * dw / len(batch), b - learning_rate * db / len(batch)
        losses.append(float(logistic_loss(X @ w + b, y)))
    return w, b, losses


# softmax


@hint("The function returns None. Is the return missing?")
def softmax__no_return(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    e / e.sum(axis=1, keepdims=True)


@hint("exp overflows for large scores. The result does not change when each row is shifted by the same number.")
def softmax__no_max_shift(z):
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


@hint("All rows are shifted by one maximum. A row far below it then becomes 0 / 0: each row needs its own shift.")
def softmax__global_max(z):
    e = np.exp(z - z.max())
    return e / e.sum(axis=1, keepdims=True)


@hint("The probabilities sum to 1 down the columns. Each row is one example: work along axis 1.")
def softmax__axis_0(z):
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)


@hint("Everything was divided by the sum of the whole array. Each row has a sum of its own.")
def softmax__sum_over_all(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum()


@hint("The row sums have shape (N,) and were lined up with the columns. They need shape (N, 1) to divide the rows.")
def softmax__sum_without_keepdims(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1)


@hint("The row maxima have shape (N,) and were lined up with the columns. They need shape (N, 1) to shift the rows.")
def softmax__max_without_keepdims(z):
    e = np.exp(z - z.max(axis=1))
    return e / e.sum(axis=1, keepdims=True)


@hint(
    "Maxima and sums of the rows have shape (N,) and are lined up with the columns: an error when N is not C, and a "
    "wrong result when it is. They need shape (N, 1)."
)
def softmax__no_keepdims(z):
    e = np.exp(z - z.max(axis=1))
    return e / e.sum(axis=1)


@hint("No axis was given, so maximum and sum run over the whole array. Each row needs a maximum and a sum of its own.")
def softmax__no_axis(z):
    e = np.exp(z - z.max())
    return e / e.sum()


@hint("The sum runs over the whole array, and exp overflows for large scores. Work row by row, and shift each row.")
def softmax__no_axis_no_shift(z):
    e = np.exp(z)
    return e / e.sum()


@hint(
    "exp overflows for large scores, and the small number in the denominator only hides 0 / 0: such a row no longer "
    "sums to 1. Shift each row, then the sum is at least 1."
)
def softmax__no_shift_but_epsilon(z):
    e = np.exp(z)
    return e / (e.sum(axis=1, keepdims=True) + 1e-12)


@hint(
    "All rows are shifted by one maximum, and the small number in the denominator only hides 0 / 0: a row far below "
    "becomes all zeros. Each row needs its own shift."
)
def softmax__global_max_and_epsilon(z):
    e = np.exp(z - z.max())
    return e / (e.sum(axis=1, keepdims=True) + 1e-12)


@hint("The scores were cut off at a fixed number. Scores beyond it then look the same: shift each row instead.")
def softmax__clipped(z):
    e = np.exp(np.clip(z, -500, 500))
    return e / e.sum(axis=1, keepdims=True)


@hint("The exponentials were not divided by their sum: the rows do not sum to 1.")
def softmax__not_divided(z):
    return np.exp(z - z.max(axis=1, keepdims=True))


@hint("These are the logarithms of the probabilities. The exercise asks for the probabilities.")
def softmax__logarithms(z):
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@hint("This is a sigmoid for each score. In softmax the scores of a row compete, and its probabilities sum to 1.")
def softmax__sigmoids(z):
    return 0.5 * (1 + np.tanh(z / 2))


@hint("Softmax was applied twice. Does one of your lines already turn scores into probabilities?")
def softmax__twice(z):
    for _ in range(2):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        z = e / e.sum(axis=1, keepdims=True)
    return z


@hint("The largest score gets all the probability. Softmax gives every class a share.")
def softmax__hard_max(z):
    return (z == z.max(axis=1, keepdims=True)).astype(float)


@hint("The result is right, but z itself was overwritten: z -= ... changes the caller's array. Work on a new one.")
def softmax__in_place(z):
    z -= z.max(axis=1, keepdims=True)
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


# softmax_cross_entropy


@hint("The function returns None. Is the return missing?")
def softmax_cross_entropy__no_return(logits, labels):
    rows, log_p = np.arange(len(labels)), logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    p = np.exp(log_p)
    loss = -np.mean(log_p[rows, labels])
    p[rows, labels] -= 1
    loss, p / len(labels)


@hint("Only the loss came back. The exercise asks for two results, loss and dlogits.")
def softmax_cross_entropy__only_loss(logits, labels):
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    return -np.mean(log_p[np.arange(len(labels)), labels])


@hint("The losses of the examples were summed. The exercise asks for their mean, and dlogits already belongs to it.")
def softmax_cross_entropy__loss_summed(logits, labels):
    rows, log_p = np.arange(len(labels)), logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    p = np.exp(log_p)
    loss = -np.sum(log_p[rows, labels])
    p[rows, labels] -= 1
    return loss, p / len(labels)


@hint("dlogits is N times too large: it is the gradient of the sum, and the loss is the mean.")
def softmax_cross_entropy__gradient_summed(logits, labels):
    rows, log_p = np.arange(len(labels)), logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    p = np.exp(log_p)
    loss = -np.mean(log_p[rows, labels])
    p[rows, labels] -= 1
    return loss, p


@hint("Loss and dlogits were summed over the examples. Both belong to the mean.")
def softmax_cross_entropy__both_summed(logits, labels):
    rows, log_p = np.arange(len(labels)), logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    p = np.exp(log_p)
    loss = -np.sum(log_p[rows, labels])
    p[rows, labels] -= 1
    return loss, p


@hint("The loss was averaged over all N x C entries. Each example has one loss: divide by N.")
def softmax_cross_entropy__loss_over_entries(logits, labels):
    rows, log_p = np.arange(len(labels)), logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    p = np.exp(log_p)
    loss = -np.mean(np.eye(logits.shape[1])[labels] * log_p)
    p[rows, labels] -= 1
    return loss, p / len(labels)


@hint("dlogits was divided by the number of its entries, N x C. The mean runs over the N examples.")
def softmax_cross_entropy__gradient_over_entries(logits, labels):
    rows, log_p = np.arange(len(labels)), logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    p = np.exp(log_p)
    loss = -np.mean(log_p[rows, labels])
    p[rows, labels] -= 1
    return loss, p / p.size


@hint("Loss and dlogits were divided by the number of entries, N x C. The mean runs over the N examples.")
def softmax_cross_entropy__both_over_entries(logits, labels):
    rows, log_p = np.arange(len(labels)), logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    p = np.exp(log_p)
    loss = -np.sum(log_p[rows, labels]) / p.size
    p[rows, labels] -= 1
    return loss, p / p.size


@hint("1 was subtracted in whole columns. It belongs to one entry per row: the one of that row's label.")
def softmax_cross_entropy__whole_columns(logits, labels):
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    p = np.exp(log_p)
    loss = -np.mean(log_p[np.arange(len(labels)), labels])
    p[:, labels] -= 1
    return loss, p / len(labels)


@hint("The loss took whole columns, every row with every label. Each row has one label: pick one number from each row.")
def softmax_cross_entropy__loss_of_whole_columns(logits, labels):
    rows, log_p = np.arange(len(labels)), logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    p = np.exp(log_p)
    loss = -np.mean(log_p[:, labels])
    p[rows, labels] -= 1
    return loss, p / len(labels)


@hint("Loss and dlogits took whole columns, every row with every label. Each row has one label, and one entry for it.")
def softmax_cross_entropy__both_of_whole_columns(logits, labels):
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    p = np.exp(log_p)
    loss = -np.mean(log_p[:, labels])
    p[:, labels] -= 1
    return loss, p / len(labels)


@hint("The label numbers themselves were subtracted. Subtract 1 at the position of the label and 0 elsewhere.")
def softmax_cross_entropy__label_numbers(logits, labels):
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    p = np.exp(log_p)
    loss = -np.mean(log_p[np.arange(len(labels)), labels])
    return loss, (p - labels[:, None]) / len(labels)


@hint("dlogits has the wrong sign: raising the score of the right label must lower the loss.")
def softmax_cross_entropy__wrong_sign(logits, labels):
    rows, log_p = np.arange(len(labels)), logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    p = np.exp(log_p)
    loss = -np.mean(log_p[rows, labels])
    p[rows, labels] -= 1
    return loss, -p / len(labels)


@hint("The minus sign of the loss is missing: a loss is never negative.")
def softmax_cross_entropy__negative_loss(logits, labels):
    rows, log_p = np.arange(len(labels)), logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    p = np.exp(log_p)
    loss = np.mean(log_p[rows, labels])
    p[rows, labels] -= 1
    return loss, p / len(labels)


@hint("dlogits is 0 for the wrong labels. Raising their scores raises the loss, so they have a slope too.")
def softmax_cross_entropy__right_label_only(logits, labels):
    rows, log_p = np.arange(len(labels)), logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    p = np.exp(log_p)
    dlogits = np.zeros(p.shape)
    dlogits[rows, labels] = p[rows, labels] - 1
    return -np.mean(log_p[rows, labels]), dlogits / len(labels)


@hint("dlogits are the probabilities alone. The label's place is special: where is it subtracted?")
def softmax_cross_entropy__nothing_subtracted(logits, labels):
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    p = np.exp(log_p)
    return -np.mean(log_p[np.arange(len(labels)), labels]), p / len(labels)


@hint("The loss was taken after 1 had been subtracted from the same array. Take it before, or subtract in a copy.")
def softmax_cross_entropy__loss_after_subtracting(logits, labels):
    rows, p = np.arange(len(labels)), softmax(logits)
    dlogits = p
    dlogits[rows, labels] -= 1
    return -np.mean(np.log(p[rows, labels])), dlogits / len(labels)


@hint("Softmax was applied twice. logits are scores: they need it once.")
def softmax_cross_entropy__softmax_twice(logits, labels):
    rows, p = np.arange(len(labels)), softmax(softmax(logits))
    loss = -np.mean(np.log(p[rows, labels]))
    p[rows, labels] -= 1
    return loss, p / len(labels)


@hint("The probabilities sum to 1 down the columns. Each row is one example.")
def softmax_cross_entropy__axis_0(logits, labels):
    rows, p = np.arange(len(labels)), softmax(logits.T).T
    loss = -np.mean(np.log(p[rows, labels]))
    p[rows, labels] -= 1
    return loss, p / len(labels)


@hint("exp overflows for large scores. Shift each row first; if you use your softmax, does it pass its own check?")
def softmax_cross_entropy__exp_overflows(logits, labels):
    rows, e = np.arange(len(labels)), np.exp(logits)
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.mean(np.log(p[rows, labels]))
    p[rows, labels] -= 1
    return loss, p / len(labels)


@hint(
    "The loss is infinite when the right class has a probability so small that it is rounded to 0. "
    "Work out the logarithm of softmax from the shifted scores."
)
def softmax_cross_entropy__log_of_zero(logits, labels):
    rows, p = np.arange(len(labels)), softmax(logits)
    loss = -np.mean(np.log(p[rows, labels]))
    p[rows, labels] -= 1
    return loss, p / len(labels)


@hint(
    "All rows are shifted by one maximum, here or in your softmax. A row far below it becomes 0 / 0: each row needs a "
    "shift of its own."
)
def softmax_cross_entropy__global_max(logits, labels):
    rows, e = np.arange(len(labels)), np.exp(logits - logits.max())
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.mean(np.log(p[rows, labels]))
    p[rows, labels] -= 1
    return loss, p / len(labels)


@hint(
    "The probability was clipped at 1e-15 before the logarithm. That caps the loss of an example near 35 when it "
    "should go on growing: work out the logarithm of softmax from the shifted scores."
)
def softmax_cross_entropy__clipped_1e15(logits, labels):
    rows, p = np.arange(len(labels)), softmax(logits)
    loss = -np.mean(np.log(np.clip(p[rows, labels], 1e-15, 1)))
    p[rows, labels] -= 1
    return loss, p / len(labels)


@hint(
    "The probability was clipped at 1e-12, or 1e-12 was added to it. That caps the loss of an example near 28 when it "
    "should go on growing: work out the logarithm of softmax from the shifted scores."
)
def softmax_cross_entropy__clipped_1e12(logits, labels):
    rows, p = np.arange(len(labels)), softmax(logits)
    loss = -np.mean(np.log(p[rows, labels] + 1e-12))
    p[rows, labels] -= 1
    return loss, p / len(labels)


@hint(
    "The probability was clipped at 1e-7 before the logarithm. That caps the loss of an example near 16 when it "
    "should go on growing: work out the logarithm of softmax from the shifted scores."
)
def softmax_cross_entropy__clipped_1e7(logits, labels):
    rows, p = np.arange(len(labels)), softmax(logits)
    loss = -np.mean(np.log(np.clip(p[rows, labels], 1e-7, 1)))
    p[rows, labels] -= 1
    return loss, p / len(labels)


@hint("The logarithm has base 2. The loss uses the natural logarithm, np.log.")
def softmax_cross_entropy__log2(logits, labels):
    rows, log_p = np.arange(len(labels)), logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    p = np.exp(log_p)
    loss = -np.mean(log_p[rows, labels] / np.log(2))
    p[rows, labels] -= 1
    return loss, p / len(labels)


@hint("The logarithm is missing: the loss is minus the logarithm of the right label's probability.")
def softmax_cross_entropy__no_logarithm(logits, labels):
    rows, log_p = np.arange(len(labels)), logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    p = np.exp(log_p)
    loss = np.mean(1 - p[rows, labels])
    p[rows, labels] -= 1
    return loss, p / len(labels)


@hint("One loss per example came back. The exercise asks for their mean, one number.")
def softmax_cross_entropy__loss_per_example(logits, labels):
    rows, log_p = np.arange(len(labels)), logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    p = np.exp(log_p)
    losses = -log_p[rows, labels]
    p[rows, labels] -= 1
    return losses, p / len(labels)


@hint("The result is right, but logits itself was overwritten. The caller still needs it: work on a new array.")
def softmax_cross_entropy__in_place(logits, labels):
    rows = np.arange(len(labels))
    logits -= logits.max(axis=1, keepdims=True)
    logits -= np.log(np.exp(logits).sum(axis=1, keepdims=True))
    loss, p = -np.mean(logits[rows, labels]), np.exp(logits)
    p[rows, labels] -= 1
    return loss, p / len(labels)


# fit_softmax


@hint("The function returns None. Is the return missing?")
def fit_softmax__no_return(X, y, num_classes, rng):
    W, b = np.zeros((X.shape[1], num_classes)), np.zeros(num_classes)
    for batch in minibatches(len(y), 32, rng):
        _, dlogits = softmax_cross_entropy(X[batch] @ W + b, y[batch])
        W, b = W - 0.5 * X[batch].T @ dlogits, b - 0.5 * dlogits.sum(axis=0)


@hint("W and b are still zero. Are the gradients computed, but never subtracted?")
def fit_softmax__never_steps(X, y, num_classes, rng):
    W, b = np.zeros((X.shape[1], num_classes)), np.zeros(num_classes)
    for batch in minibatches(len(y), 32, rng):
        softmax_cross_entropy(X[batch] @ W + b, y[batch])
    return W, b


@hint("The steps go uphill: the scores of the right labels fall. The gradient points to where the loss rises.")
def fit_softmax__ascends(X, y, num_classes, rng):
    W, b = np.zeros((X.shape[1], num_classes)), np.zeros(num_classes)
    for _ in range(5):
        for batch in minibatches(len(y), 32, rng):
            _, dlogits = softmax_cross_entropy(X[batch] @ W + b, y[batch])
            W, b = W + 0.1 * X[batch].T @ dlogits, b + 0.1 * dlogits.sum(axis=0)
    return W, b


@hint("W has shape (C, D). The exercise asks for (D, C), so that the scores are X W + b.")
def fit_softmax__transposed(X, y, num_classes, rng):
    W, b = np.zeros((X.shape[1], num_classes)), np.zeros(num_classes)
    for _ in range(30):
        for batch in minibatches(len(y), 32, rng):
            _, dlogits = softmax_cross_entropy(X[batch] @ W + b, y[batch])
            W, b = W - 0.5 * X[batch].T @ dlogits, b - 0.5 * dlogits.sum(axis=0)
    return W.T, b


@hint("b is still zero. Each class has a bias, which takes a step whenever W does.")
def fit_softmax__bias_stays(X, y, num_classes, rng):
    W, b = np.zeros((X.shape[1], num_classes)), np.zeros(num_classes)
    for _ in range(30):
        for batch in minibatches(len(y), 32, rng):
            _, dlogits = softmax_cross_entropy(X[batch] @ W + b, y[batch])
            W = W - 0.5 * X[batch].T @ dlogits
    return W, b


@hint("b is one number for all classes. Sum dlogits over the examples only, so that each class keeps its own slope.")
def fit_softmax__one_bias(X, y, num_classes, rng):
    W, b = np.zeros((X.shape[1], num_classes)), 0.0
    for _ in range(30):
        for batch in minibatches(len(y), 32, rng):
            _, dlogits = softmax_cross_entropy(X[batch] @ W + b, y[batch])
            W, b = W - 0.5 * X[batch].T @ dlogits, b - 0.5 * dlogits.sum()
    return W, b


@hint("All classes have the same bias: db was summed over everything. Sum over the examples only, one slope a class.")
def fit_softmax__db_over_everything(X, y, num_classes, rng):
    W, b = np.zeros((X.shape[1], num_classes)), np.zeros(num_classes)
    for _ in range(30):
        for batch in minibatches(len(y), 32, rng):
            _, dlogits = softmax_cross_entropy(X[batch] @ W + b, y[batch])
            W, b = W - 0.5 * X[batch].T @ dlogits, b - 0.5 * dlogits.sum()
    return W, b


@hint("db was summed along the rows, over the classes. The sum runs over the examples, and leaves one slope a class.")
def fit_softmax__db_over_classes(X, y, num_classes, rng):
    W, b = np.zeros((X.shape[1], num_classes)), np.zeros(num_classes)
    for _ in range(30):
        for batch in minibatches(len(y), 32, rng):
            _, dlogits = softmax_cross_entropy(X[batch] @ W + b, y[batch])
            W, b = W - 0.5 * X[batch].T @ dlogits, b - 0.5 * dlogits.sum(axis=1)
    return W, b


@hint("dW was taken with all of X, and dlogits belongs to one minibatch. Take the same rows of X as for the scores.")
def fit_softmax__all_of_X(X, y, num_classes, rng):
    W, b = np.zeros((X.shape[1], num_classes)), np.zeros(num_classes)
    for _ in range(30):
        for batch in minibatches(len(y), 32, rng):
            _, dlogits = softmax_cross_entropy(X[batch] @ W + b, y[batch])
            W, b = W - 0.5 * X.T @ dlogits, b - 0.5 * dlogits.sum(axis=0)
    return W, b


@hint("There are 10 classes whatever num_classes says. Take the number that comes in.")
def fit_softmax__ten_classes(X, y, num_classes, rng):
    W, b = np.zeros((X.shape[1], 10)), np.zeros(10)
    for _ in range(30):
        for batch in minibatches(len(y), 32, rng):
            _, dlogits = softmax_cross_entropy(X[batch] @ W + b, y[batch])
            W, b = W - 0.5 * X[batch].T @ dlogits, b - 0.5 * dlogits.sum(axis=0)
    return W, b


@hint("b has shape (1, C). The exercise asks for (C,), one number per class.")
def fit_softmax__bias_as_row(X, y, num_classes, rng):
    W, b = np.zeros((X.shape[1], num_classes)), np.zeros((1, num_classes))
    for _ in range(30):
        for batch in minibatches(len(y), 32, rng):
            _, dlogits = softmax_cross_entropy(X[batch] @ W + b, y[batch])
            W, b = W - 0.5 * X[batch].T @ dlogits, b - 0.5 * dlogits.sum(axis=0, keepdims=True)
    return W, b


@hint(
    "It learns, but too slowly: take larger steps or more epochs, and watch the loss. Or did you divide dlogits by the "
    "size of the minibatch? It is divided already."
)
def fit_softmax__learns_too_slowly(X, y, num_classes, rng):
    W, b = np.zeros((X.shape[1], num_classes)), np.zeros(num_classes)
    for batch in minibatches(len(y), 32, rng):
        _, dlogits = softmax_cross_entropy(X[batch] @ W + b, y[batch])
        W, b = W - 0.01 * X[batch].T @ dlogits, b - 0.01 * dlogits.sum(axis=0)
    return W, b


@hint("X is shuffled and y is not, so examples meet the labels of others. The same indices select from both.")
def fit_softmax__labels_left_behind(X, y, num_classes, rng):
    W, b = np.zeros((X.shape[1], num_classes)), np.zeros(num_classes)
    for _ in range(30):
        start = 0
        for batch in minibatches(len(y), 32, rng):
            _, dlogits = softmax_cross_entropy(X[batch] @ W + b, y[start : start + len(batch)])
            W, b = W - 0.5 * X[batch].T @ dlogits, b - 0.5 * dlogits.sum(axis=0)
            start += len(batch)
    return W, b


@hint("Every example is taken for its neighbour's class: the labels are off by one. They run from 0 to C - 1.")
def fit_softmax__labels_off_by_one(X, y, num_classes, rng):
    W, b = np.zeros((X.shape[1], num_classes)), np.zeros(num_classes)
    for _ in range(30):
        for batch in minibatches(len(y), 32, rng):
            _, dlogits = softmax_cross_entropy(X[batch] @ W + b, y[batch] - 1)
            W, b = W - 0.5 * X[batch].T @ dlogits, b - 0.5 * dlogits.sum(axis=0)
    return W, b


@hint("More than two results came back. The exercise asks for W and b only.")
def fit_softmax__losses_too(X, y, num_classes, rng):
    W, b, losses = np.zeros((X.shape[1], num_classes)), np.zeros(num_classes), []
    for _ in range(30):
        for batch in minibatches(len(y), 32, rng):
            loss, dlogits = softmax_cross_entropy(X[batch] @ W + b, y[batch])
            W, b = W - 0.5 * X[batch].T @ dlogits, b - 0.5 * dlogits.sum(axis=0)
        losses.append(float(loss))
    return W, b, losses


@hint("The shuffle does not follow rng. Does minibatches use the rng it gets, and do you hand it the one that came in?")
def fit_softmax__global_random(X, y, num_classes, rng):
    W, b = np.zeros((X.shape[1], num_classes)), np.zeros(num_classes)
    for _ in range(30):
        for batch in minibatches(len(y), 32, np.random.default_rng()):
            _, dlogits = softmax_cross_entropy(X[batch] @ W + b, y[batch])
            W, b = W - 0.5 * X[batch].T @ dlogits, b - 0.5 * dlogits.sum(axis=0)
    return W, b
