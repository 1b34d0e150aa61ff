"""Known wrong answers of lesson 10, each with the hint that its maker deserves.

Each function may use NumPy as `np` and the lesson's own functions, which are there when it runs. An `edit` is the
reference with a few texts replaced.
"""

import numpy as np

from grading.lessons.checking import edit, hint

EQUIVALENT = {
    "optimal_discriminator": {
        "negative counts as 0 of...": "densities are not negative",
        "capped at...": "a probability is at most 1",
        "reference: without dtype: np.asarray(p, dtype=float)...": "the sum is divided into an array of floats",
        "reference: call left out: np.asarray(p, dtype=float)...": "p is an array",
        "where: constant: 1 -> 2 in np.where(nowhere...": "what is divided by it is not used",
        "where: constant: 1 -> -1 in np.where(nowhere...": "what is divided by it is not used",
    },
    "js_divergence": {
        "nothing of...": "there is at least one value",
        "beyond 5 counts as 5 of...": "probabilities are at most 1",
        "negative counts as 0 of...": "probabilities are not negative",
        "wrong for a wide row of...": "probabilities are at most 1",
        "wrong beyond 10,000 of...": "probabilities are at most 1",
        "wrong for a row below 0.0001 of...": "probabilities sum to 1",
        "wrong for a row of zeros of...": "probabilities sum to 1",
        "capped at...": "the divergence is at most log 2",
    },
    "discriminator_loss": {
        "nothing of...": "there is at least one example of either kind",
        "wrong beyond 10,000 of...": "the docstring ends there",
        "long_hand: without dtype: np.asarray(...": "exp and the sigmoid make floats",
        "long_hand: call left out: np.asarray(...": "logits are arrays, and exp and the sigmoid make floats",
    },
    "generator_loss": {
        "nothing of...": "there is at least one fake",
        "wrong beyond 10,000 of...": "the docstring ends there",
        "long_hand: without dtype: np.asarray(...": "exp and the sigmoid make floats",
        "long_hand: call left out: np.asarray(...": "logits are arrays, and exp and the sigmoid make floats",
    },
    "gan_gradients": {
        "nothing of...": "no size is 0",
        "whole numbers in, whole numbers out of gen": "weights are floats",
        "whole numbers in, whole numbers out of disc": "weights are floats",
        "reference: constant: 0 -> -1 in (:, 0)...": "there is one column",
        "discriminator_first: call left out: r.ravel()...": "the losses of one column are those of its numbers",
        "discriminator_first: call left out: f.ravel()...": "the losses of one column are those of its numbers",
        "discriminator_first: constant: 1 -> 2 in -1...": "reshape takes any negative number for the missing one",
        "discriminator_first: constant: 1 -> -1 in backward(...": "the last one of two",
        "discriminator_first: constant: 1 -> -1 in np.expand_dims(df, 1)": "behind the only axis is behind the last",
        "one_batch: function: np.zeros(len(both))...": "used only where it is written over",
        "one_batch: constant: 0 -> -1 in (:count, 0)": "there is one column",
        "one_batch: constant: 0 -> -1 in (count:, 0)...": "there is one column",
        "one_batch: constant: 1 -> -1 in backward(...": "the last one of two",
    },
    "discriminator_step_broken": {
        "nothing of...": "no size is 0",
        "whole numbers in, whole numbers out of gen": "weights are floats",
        "whole numbers in, whole numbers out of disc": "weights are floats",
        "reference: constant: 0 -> -1 in (:, 0)": "there is one column",
        "sigmoid_later: constant: 0 -> -1 in (:, 0)": "there is one column",
        "sign dropped of learning_rate": "a learning rate is not negative",
    },
    "gradient_penalty": {
        "nothing of...": "no size is 0",
        "whole numbers in, whole numbers out of params": "weights are floats",
        "sign dropped of target": "a target is not negative",
        "reference: swap: lengths - target...": "it is squared",
        "reference: constant: 1.0 -> 1.01 in np.where(lengths...": "0 divided by any number is 0",
        "reference: constant: 1.0 -> -1.0 in np.where(lengths...": "0 divided by any number is 0",
        "by_backward: constant: 0 -> -1 in (:, 0)": "there is one column",
        "by_backward: without out: np.divide(...": "the memory is that of the squared slopes, 0 there as well",
        "examples_one_by_one: upper bound left out...": "only the first row is used",
        "examples_one_by_one: off by one...": "only the first row is used",
        "examples_one_by_one: constant: 1 -> 2 in n + 1": "only the first row is used",
        "examples_one_by_one: constant: 0 -> -1 in bends(...": "the only row is the first and the last",
        "examples_one_by_one: constant: 0 -> -1 in (:, 0)": "there is one column",
        "examples_one_by_one: swap: length - target...": "it is squared",
    },
    "modes_covered": {
        "nothing of...": "no size is 0",
        "reference: swap: samples[:, None] - centres...": "a length has no sign",
        "loop: swap: samples - centre...": "it is squared",
        "squares: swap: samples[None] - centres...": "it is squared",
        "whole numbers in, whole numbers out of...": "the result is a whole number anyway",
        "sign dropped of...": "a radius and a share are not negative",
        "0 counts as of 1.0 share": "a share is above 0",
        "cut to 0 to 1 of share": "a share is at most 1",
    },
    "build_dcgan_generator": {
        "draws from the global generator": "there is no rng here, and the weights that Keras draws are replaced",
        "seeds the global generator": "there is no rng here, and the weights that Keras draws are replaced",
        "0 counts as...": "sizes are at least 1",
        "reference: operator: height // 4 -> height / 4 in (height // 4, width...": "4 divides it",
        "reference: operator: width // 4 -> width / 4 in (height // 4, width...": "4 divides it",
        "functional: operator: H // 4 -> H / 4 in (H // 4, W...": "4 divides it",
        "functional: operator: W // 4 -> W / 4 in (H // 4, W...": "4 divides it",
        "added_one_by_one: statement left out: model.add(keras.Input(...": "the first call says how many come in",
        "added_one_by_one: call left out: model.add(keras.Input(...": "the first call says how many come in",
        "added_one_by_one: without axis: keras.layers.BatchNormalization(axis=-1)...": "the default axis is the last",
    },
    "build_dcgan_discriminator": {
        "draws from the global generator": "there is no rng here, and the weights that Keras draws are replaced",
        "seeds the global generator": "there is no rng here, and the weights that Keras draws are replaced",
        "0 counts as...": "there is at least one filter",
        "activation: without negative_slope: keras.ops.leaky_relu(...": "0.2 is the default of this function",
        "activation: without activation: keras.layers.Dense(1...": "a layer without an activation is linear",
    },
}

# optimal_discriminator

edit(
    "optimal_discriminator__no_return",
    {"return np.divide": "np.divide"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "optimal_discriminator__share_of_fakes",
    {"np.divide(p, total": "np.divide(q, total"},
    hint="This is the probability that an example is fake. Asked is that it is real: p stands above.",
)
edit(
    "optimal_discriminator__ratio",
    {
        "np.divide(p, total, out=np.full(total.shape, 0.5), where=total > 0)": (
            "np.where(total > 0, p / np.where(np.asarray(q) > 0, q, 1e-300), 0.5)"
        )
    },
    hint="The ratio of the densities came. A probability is a share: p beside the sum of both.",
)
edit(
    "optimal_discriminator__nan_where_nothing_comes",
    {"np.divide(p, total, out=np.full(total.shape, 0.5), where=total > 0)": "p / total"},
    hint="Where both densities are 0, 0 is divided by 0. There the answer is one half.",
)
edit(
    "optimal_discriminator__zero_where_nothing_comes",
    {"np.full(total.shape, 0.5)": "np.zeros(total.shape)"},
    hint="Where both densities are 0, 0 came. There the answer is one half.",
)
edit(
    "optimal_discriminator__small_number_below",
    {"np.divide(p, total, out=np.full(total.shape, 0.5), where=total > 0)": "p / (total + 1e-8)"},
    hint="A small number was added to the sum. It spoils small densities, and gives 0 where both are 0.",
)
edit(
    "optimal_discriminator__small_number_in_both",
    {
        "np.divide(p, total, out=np.full(total.shape, 0.5), where=total > 0)": (
            "(np.asarray(p, dtype=float) + 1e-12) / (total + 2e-12)"
        )
    },
    hint="A small number was added above and below. It spoils small densities, and a share of 0 does not stay 0.",
)
edit(
    "optimal_discriminator__half_where_one_is_zero",
    {"where=total > 0": "where=np.asarray(p) > 0"},
    hint="Where p alone is 0, one half came. An example there is certainly a fake: the answer is 0.",
)
edit(
    "optimal_discriminator__decides",
    {
        "np.divide(p, total, out=np.full(total.shape, 0.5), where=total > 0)": (
            "np.where(np.asarray(p) > q, 1.0, np.where(np.asarray(p) == q, 0.5, 0.0))"
        )
    },
    hint="It decides for one of the two. The probability is asked for, any number from 0 to 1.",
)
edit(
    "optimal_discriminator__half_of_the_sum",
    {"total = np.asarray(p, dtype=float) + q": "total = (np.asarray(p, dtype=float) + q) / 2"},
    hint="p is divided by the mean of both, so the answer reaches 2. Divide by the sum.",
)
edit(
    "optimal_discriminator__normalised_first",
    {
        "total = np.asarray(p, dtype=float) + q": (
            "p = p / max(np.sum(p), 1e-300)\n    q = q / max(np.sum(q), 1e-300)\n    total = "
            "np.asarray(p, dtype=float) + q"
        )
    },
    hint="The densities were divided by their sums first. They are compared as they come.",
)
edit(
    "optimal_discriminator__logit",
    {
        "np.divide(p, total, out=np.full(total.shape, 0.5), where=total > 0)": (
            "np.log(np.maximum(np.asarray(p, dtype=float), 1e-300)) - "
            "np.log(np.maximum(np.asarray(q, dtype=float), 1e-300))"
        )
    },
    hint="The logit of the best discriminator came. Its probability is asked for.",
)


# js_divergence

edit(
    "js_divergence__no_return",
    {"    return total": ""},
    hint="The function returns None. Is the return missing?",
)
edit(
    "js_divergence__not_halved",
    {"mean[there])) / 2": "mean[there]))"},
    hint="The result is twice too large. Each of the two sums counts one half.",
)
edit(
    "js_divergence__bits",
    {"np.log(": "np.log2("},
    hint="The result is in bits. Nats are asked for: take the natural logarithm.",
)
edit(
    "js_divergence__sum_for_mean",
    {"mean = (p + q) / 2": "mean = p + q"},
    hint="The logarithms compare with the sum of both distributions. They compare with the mean.",
)
edit(
    "js_divergence__one_side",
    {"for probs in (p, q):": "for probs in (p, p):"},
    hint="Only p is compared with the mean. The sum for q is missing.",
)
edit(
    "js_divergence__kl",
    {"np.log(probs[there] / mean[there])) / 2": "np.log(probs[there] / (p + q - probs + 1e-300)[there])) / 2"},
    hint="The two distributions are compared with each other. Each is compared with the mean of both.",
)
edit(
    "js_divergence__nan_at_zero",
    {
        "there = probs > 0": "there = slice(None)",
    },
    hint=(
        "A probability of 0 gives 0 times minus infinity, which is no number. Such a value adds nothing: leave it out."
    ),
)
edit(
    "js_divergence__only_shared_values",
    {"there = probs > 0": "there = (p > 0) & (q > 0)"},
    hint="Only values that both can take are counted. A value that only one of them takes tells most.",
)
edit(
    "js_divergence__kl_of_shared_values",
    {
        "there = probs > 0": "there = (p > 0) & (q > 0)",
        "np.log(probs[there] / mean[there])) / 2": "np.log(probs[there] / (p + q - probs)[there])) / 2",
    },
    hint="Where both take a value, the two are compared with each other. Each is compared with the mean of both.",
)
edit(
    "js_divergence__root",
    {"return total": "return np.sqrt(max(total, 0.0))"},
    hint="The root of the divergence came. The divergence itself is asked for.",
)
edit(
    "js_divergence__sign",
    {"np.log(probs[there] / mean[there])": "np.log(mean[there] / probs[there])"},
    hint="The result has the wrong sign. A divergence is never negative.",
)
edit(
    "js_divergence__small_number_added",
    {
        "mean = (p + q) / 2": "p, q = p + 1e-6, q + 1e-6\n    mean = (p + q) / 2",
    },
    hint="A small number was added to all probabilities. It changes the result: leave values with probability 0 out.",
)
edit(
    "js_divergence__mean_over_values",
    {"return total": "return total / len(p)"},
    hint="The sum is divided by the number of values. The probabilities weigh them already.",
)


# discriminator_loss

edit(
    "discriminator_loss__no_return",
    {"return loss, -sigmoid": "loss, -sigmoid"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "discriminator_loss__labels_swapped",
    {
        "np.mean(np.logaddexp(0, -real_logits)) + np.mean(np.logaddexp(0, fake_logits))": (
            "np.mean(np.logaddexp(0, real_logits)) + np.mean(np.logaddexp(0, -fake_logits))"
        ),
        "-sigmoid(-real_logits) / len(real_logits), sigmoid(fake_logits) / len(fake_logits)": (
            "sigmoid(real_logits) / len(real_logits), -sigmoid(-fake_logits) / len(fake_logits)"
        ),
    },
    hint="The labels are swapped: real examples have label 1, fakes label 0.",
)
edit(
    "discriminator_loss__fakes_called_real",
    {
        "np.mean(np.logaddexp(0, fake_logits))": "np.mean(np.logaddexp(0, -fake_logits))",
        ", sigmoid(fake_logits) / len(fake_logits)": ", -sigmoid(-fake_logits) / len(fake_logits)",
    },
    hint="Fakes are treated like real examples. Their label is 0.",
)
edit(
    "discriminator_loss__halved",
    {
        "loss = np.mean": "loss = 0.5 * np.mean",
        "+ np.mean": "+ 0.5 * np.mean",
        "-sigmoid(-real_logits) / len(real_logits), sigmoid(fake_logits) / len(fake_logits)": (
            "-sigmoid(-real_logits) / len(real_logits) / 2, sigmoid(fake_logits) / len(fake_logits) / 2"
        ),
    },
    hint="Everything is half of what it should be. The two means are added, not averaged.",
)
edit(
    "discriminator_loss__one_mean",
    {
        "np.mean(np.logaddexp(0, -real_logits)) + np.mean(np.logaddexp(0, fake_logits))": (
            "np.mean(np.logaddexp(0, np.concatenate([-real_logits, fake_logits])))"
        ),
        "-sigmoid(-real_logits) / len(real_logits), sigmoid(fake_logits) / len(fake_logits)": (
            "-sigmoid(-real_logits) / (len(real_logits) + len(fake_logits)), "
            "sigmoid(fake_logits) / (len(real_logits) + len(fake_logits))"
        ),
    },
    hint="One mean over all examples is taken. Real examples have a mean of their own, fakes another one; add both.",
)
edit(
    "discriminator_loss__summed",
    {
        "np.mean(np.logaddexp(0, -real_logits)) + np.mean(np.logaddexp(0, fake_logits))": (
            "np.sum(np.logaddexp(0, -real_logits)) + np.sum(np.logaddexp(0, fake_logits))"
        ),
        "-sigmoid(-real_logits) / len(real_logits), sigmoid(fake_logits) / len(fake_logits)": (
            "-sigmoid(-real_logits), sigmoid(fake_logits)"
        ),
    },
    hint="Everything is summed over the examples. Each of the two parts is a mean.",
)
edit(
    "discriminator_loss__only_real",
    {
        " + np.mean(np.logaddexp(0, fake_logits))": "",
        "sigmoid(fake_logits) / len(fake_logits)": "0.0 * sigmoid(fake_logits)",
    },
    hint="Only the real examples count. The fakes have a part of their own.",
)
edit(
    "discriminator_loss__only_fakes",
    {
        "np.mean(np.logaddexp(0, -real_logits)) + ": "",
        "-sigmoid(-real_logits) / len(real_logits)": "0.0 * sigmoid(real_logits)",
    },
    hint="Only the fakes count. The real examples have a part of their own.",
)
edit(
    "discriminator_loss__overflow",
    {
        "np.logaddexp(0, -real_logits)": "np.log(1 + np.exp(-real_logits))",
        "np.logaddexp(0, fake_logits)": "np.log(1 + np.exp(fake_logits))",
    },
    hint="With large logits, exp overflows. np.logaddexp(0, a) is log(1 + exp(a)) and does not.",
)
edit(
    "discriminator_loss__gradient_of_real_without_label",
    {"-sigmoid(-real_logits) / len(real_logits)": "sigmoid(real_logits) / len(real_logits)"},
    hint="In dreal the label 1 is missing. The slope is the probability minus the label.",
)
edit(
    "discriminator_loss__gradients_not_averaged",
    {
        "-sigmoid(-real_logits) / len(real_logits), sigmoid(fake_logits) / len(fake_logits)": (
            "-sigmoid(-real_logits), sigmoid(fake_logits)"
        )
    },
    hint="The gradients lack the division by the number of examples. The loss is a mean, so each has a share of 1/N.",
)
edit(
    "discriminator_loss__fakes_subtracted",
    {
        "np.mean(np.logaddexp(0, -real_logits)) + np.mean": "np.mean(np.logaddexp(0, -real_logits)) - np.mean",
        ", sigmoid(fake_logits) / len(fake_logits)": ", -sigmoid(fake_logits) / len(fake_logits)",
    },
    hint="The part of the fakes has the wrong sign. Both parts are losses, and log(1 - sigmoid) is negative.",
)
edit(
    "discriminator_loss__sigmoid_minus_one",
    {"-sigmoid(-real_logits) / len(real_logits)": "(sigmoid(real_logits) - 1) / len(real_logits)"},
    hint=(
        "For large logits of real examples, sigmoid minus 1 is nothing but rounding. The same is -sigmoid of the "
        "negative logit, exactly."
    ),
)
edit(
    "discriminator_loss__from_probabilities",
    {
        "loss = np.mean": "real_logits, fake_logits = sigmoid(real_logits), sigmoid(fake_logits)\n    loss = np.mean",
    },
    hint="The logits go through a sigmoid twice. logaddexp and the slopes take the logits as they are.",
)
edit(
    "discriminator_loss__sign",
    {
        "return loss, -sigmoid(-real_logits) / len(real_logits), sigmoid(fake_logits) / len(fake_logits)": (
            "return -loss, sigmoid(-real_logits) / len(real_logits), -sigmoid(fake_logits) / len(fake_logits)"
        )
    },
    hint="Everything has the wrong sign. A loss is minimised; the first paper writes the value that D maximises.",
)


# generator_loss

edit(
    "generator_loss__no_return",
    {"        return -np.mean": "        -np.mean", "    return np.mean": "    np.mean"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "generator_loss__always_minimax",
    {
        "return np.mean(np.logaddexp(0, -fake_logits)), -sigmoid(-fake_logits) / len(fake_logits)": (
            "return -np.mean(np.logaddexp(0, fake_logits)), -sigmoid(fake_logits) / len(fake_logits)"
        )
    },
    hint="The minimax loss came where the non-saturating one is asked for.",
)
edit(
    "generator_loss__always_non_saturating",
    {
        "return -np.mean(np.logaddexp(0, fake_logits)), -sigmoid(fake_logits) / len(fake_logits)": (
            "return np.mean(np.logaddexp(0, -fake_logits)), -sigmoid(-fake_logits) / len(fake_logits)"
        )
    },
    hint="The argument saturating plays no part. With True, the minimax loss is asked for.",
)
edit(
    "generator_loss__exchanged",
    {"if saturating:": "if not saturating:"},
    hint="The two losses are exchanged: minimax belongs to saturating=True.",
)
edit(
    "generator_loss__minimax_sign",
    {
        "return -np.mean(np.logaddexp(0, fake_logits)), -sigmoid(fake_logits) / len(fake_logits)": (
            "return np.mean(np.logaddexp(0, fake_logits)), sigmoid(fake_logits) / len(fake_logits)"
        )
    },
    hint=(
        "The minimax loss has the wrong sign: this is what the discriminator minimises. The "
        "generator wants the opposite."
    ),
)
edit(
    "generator_loss__non_saturating_sign",
    {
        "return np.mean(np.logaddexp(0, -fake_logits)), -sigmoid(-fake_logits) / len(fake_logits)": (
            "return -np.mean(np.logaddexp(0, -fake_logits)), sigmoid(-fake_logits) / len(fake_logits)"
        )
    },
    hint="The non-saturating loss has the wrong sign: it is minus the logarithm of the probability for real.",
)
edit(
    "generator_loss__gradient_signs",
    {
        "fake_logits)), -sigmoid(fake_logits)": "fake_logits)), sigmoid(fake_logits)",
        "fake_logits)), -sigmoid(-fake_logits)": "fake_logits)), sigmoid(-fake_logits)",
    },
    hint="The gradients have the wrong sign. Both losses fall when the logit grows.",
)
edit(
    "generator_loss__summed",
    {
        "-np.mean(np.logaddexp(0, fake_logits)), -sigmoid(fake_logits) / len(fake_logits)": (
            "-np.sum(np.logaddexp(0, fake_logits)), -sigmoid(fake_logits)"
        ),
        "np.mean(np.logaddexp(0, -fake_logits)), -sigmoid(-fake_logits) / len(fake_logits)": (
            "np.sum(np.logaddexp(0, -fake_logits)), -sigmoid(-fake_logits)"
        ),
    },
    hint="Everything is summed over the fakes. It is a mean: divide by M.",
)
edit(
    "generator_loss__gradients_not_averaged",
    {
        "-sigmoid(fake_logits) / len(fake_logits)": "-sigmoid(fake_logits)",
        "-sigmoid(-fake_logits) / len(fake_logits)": "-sigmoid(-fake_logits)",
    },
    hint="The gradient lacks the division by M. The loss is a mean, so each fake has a share of 1/M.",
)
edit(
    "generator_loss__gradient_of_the_other",
    {"-sigmoid(-fake_logits) / len(fake_logits)": "-sigmoid(fake_logits) / len(fake_logits)"},
    hint="The non-saturating loss comes with the gradient of minimax.",
)
edit(
    "generator_loss__overflow",
    {
        "np.logaddexp(0, fake_logits)": "np.log(1 + np.exp(fake_logits))",
        "np.logaddexp(0, -fake_logits)": "np.log(1 + np.exp(-fake_logits))",
    },
    hint="With large logits, exp overflows. np.logaddexp(0, a) is log(1 + exp(a)) and does not.",
)
edit(
    "generator_loss__sigmoid_minus_one",
    {"-sigmoid(-fake_logits) / len(fake_logits)": "(sigmoid(fake_logits) - 1) / len(fake_logits)"},
    hint=(
        "For large logits, sigmoid minus 1 is nothing but rounding. The same is -sigmoid of "
        "the negative logit, exactly."
    ),
)


# gan_gradients

edit(
    "gan_gradients__no_return",
    {
        "        return loss, grads\n": "",
        "    return loss, {name: from_real[name] + from_fake[name] for name in disc}": "",
    },
    hint="The function returns None. Is the return missing?",
)
edit(
    "gan_gradients__players_exchanged",
    {'if player == "generator":': 'if player == "discriminator":'},
    hint="The players are exchanged: the loss and the gradients are those of the other one.",
)
edit(
    "gan_gradients__saturating",
    {"generator_loss(fake_logits[:, 0])": "generator_loss(fake_logits[:, 0], True)"},
    hint="The generator's loss is minimax. The non-saturating one is asked for.",
)
edit(
    "gan_gradients__gradients_of_minimax",
    {
        "loss, dlogits = generator_loss(fake_logits[:, 0])": (
            "loss, dlogits = generator_loss(fake_logits[:, 0])[0], generator_loss(fake_logits[:, 0], True)[1]"
        )
    },
    hint=(
        "The generator's loss is right, but its gradients are those of minimax: minus the discriminator's. "
        "generator_loss gives the right one."
    ),
)
edit(
    "gan_gradients__weights_of_the_road",
    {
        (
            "        dfake, _ = backward(dlogits[:, None], fake_cache, disc)\n        _, grads = "
            "backward(dfake, gen_cache, gen)\n"
        ): ("        _, grads = backward(dlogits[:, None], fake_cache, disc)\n")
    },
    hint="In the generator's step, gradients of the discriminator's weights came. It is only the road: go on to the "
    "generator.",
)
edit(
    "gan_gradients__generator_minimises_discriminator_loss",
    {
        "loss, dlogits = generator_loss(fake_logits[:, 0])": (
            "loss, _, dlogits = discriminator_loss(forward(real, disc)[0][:, 0], fake_logits[:, 0])"
        )
    },
    hint="The generator minimises the discriminator's loss: it helps its opponent. It has a loss of its own.",
)
edit(
    "gan_gradients__only_fakes",
    {"{name: from_real[name] + from_fake[name] for name in disc}": "from_fake"},
    hint="The discriminator's gradients hold only the share of the fakes. Add that of the real examples.",
)
edit(
    "gan_gradients__only_real",
    {"{name: from_real[name] + from_fake[name] for name in disc}": "from_real"},
    hint="The discriminator's gradients hold only the share of the real examples. Add that of the fakes.",
)
edit(
    "gan_gradients__shares_averaged",
    {"from_real[name] + from_fake[name]": "(from_real[name] + from_fake[name]) / 2"},
    hint="The discriminator's gradients are half of what they should be. The two shares are added.",
)
edit(
    "gan_gradients__one_mean",
    {
        "from_real[name] + from_fake[name]": (
            "(len(real) * from_real[name] + len(z) * from_fake[name]) / (len(real) + len(z))"
        )
    },
    hint=(
        "The discriminator's gradients are those of one mean over all examples. Real examples and fakes have a mean "
        "each, as discriminator_loss has it."
    ),
)
edit(
    "gan_gradients__shares_subtracted",
    {"from_real[name] + from_fake[name]": "from_real[name] - from_fake[name]"},
    hint="The share of the fakes is subtracted. Its sign is in the loss already: add both shares.",
)
edit(
    "gan_gradients__noise_to_the_discriminator",
    {
        "fake_logits, fake_cache = forward(fake, disc)": (
            "fake_logits, fake_cache = forward(np.resize(z, fake.shape), disc)"
        )
    },
    hint="The noise itself goes to the discriminator. What the generator makes of it should.",
)
edit(
    "gan_gradients__real_with_the_fakes_loss",
    {
        "discriminator_loss(real_logits[:, 0], fake_logits[:, 0])\n    _,": (
            "discriminator_loss(fake_logits[:, 0], real_logits[:, 0])\n    dreal, dfake = dfake, dreal\n    _,"
        )
    },
    hint="Real examples and fakes are exchanged in the discriminator's loss: the real ones come first.",
)
edit(
    "gan_gradients__both_players",
    {
        "        return loss, grads\n": (
            '        return loss, {"gen": grads, "disc": backward(dlogits[:, None], fake_cache, disc)[1]}\n'
        )
    },
    hint=(
        "Gradients of both players came. In a step only one of them is touched: a dict of its six arrays is asked for."
    ),
)
edit(
    "gan_gradients__sum_over_fakes",
    {"_, grads = backward(dfake, gen_cache, gen)": "_, grads = backward(dfake * len(z), gen_cache, gen)"},
    hint="The generator's gradients are M times too large. The mean over the fakes is in its loss.",
)
edit(
    "gan_gradients__changes_weights",
    {
        "        return loss, grads\n": '        gen["b3"] -= 0.001 * grads["b3"]\n        return loss, grads\n',
    },
    hint="The arrays in gen were changed. Return gradients, and leave the step to the optimiser.",
)


# discriminator_step_broken


@hint("Both bugs are still there. One is in what fakes are called, the other one on the way from logit to gradient.")
def discriminator_step_broken__as_given(real, z, gen, disc, learning_rate):
    fake, _ = forward(z, gen)
    examples = np.concatenate([real, fake])
    labels = np.concatenate([np.ones(len(real)), np.ones(len(fake))])
    weights = np.concatenate([np.full(len(real), 1 / len(real)), np.full(len(fake), 1 / len(fake))])
    logits, cache = forward(examples, disc)
    probs = sigmoid(logits[:, 0])
    dlogits = weights * (sigmoid(probs) - labels)
    _, grads = backward(dlogits[:, None], cache, disc)
    return {name: disc[name] - learning_rate * grads[name] for name in disc}


edit(
    "discriminator_step_broken__only_labels",
    {"(probs - labels)": "(sigmoid(probs) - labels)"},
    hint="One bug is fixed: the labels. Look at what a logit becomes: how often does it go through a sigmoid?",
)
edit(
    "discriminator_step_broken__only_sigmoid",
    {"np.zeros(len(fake))": "np.ones(len(fake))"},
    hint="One bug is fixed: the second sigmoid. Look at the labels: what are fakes called?",
)
edit(
    "discriminator_step_broken__labels_swapped",
    {
        "np.concatenate([np.ones(len(real)), np.zeros(len(fake))])": (
            "np.concatenate([np.zeros(len(real)), np.ones(len(fake))])"
        )
    },
    hint="Now real examples have label 0 and fakes label 1. It is the other way round.",
)
edit(
    "discriminator_step_broken__no_sigmoid",
    {"probs = sigmoid(logits[:, 0])": "probs = logits[:, 0]"},
    hint="Both sigmoids are gone. One of them belongs there: the slope is the probability minus the label.",
)
edit(
    "discriminator_step_broken__ascent",
    {"disc[name] - learning_rate": "disc[name] + learning_rate"},
    hint="The step goes uphill. That line was right as it was: the loss is minimised.",
)
edit(
    "discriminator_step_broken__one_mean",
    {
        "np.concatenate([np.full(len(real), 1 / len(real)), np.full(len(fake), 1 / len(fake))])": (
            "np.full(len(examples), 1 / len(examples))"
        )
    },
    hint="One mean over all examples is taken. Real examples and fakes have a mean each: that line was right.",
)
edit(
    "discriminator_step_broken__summed",
    {"weights * (probs - labels)": "probs - labels"},
    hint="The weights are gone: the gradient is summed over the examples. Each kind has a mean of its own.",
)
edit(
    "discriminator_step_broken__gradients",
    {"disc[name] - learning_rate * grads[name]": "grads[name]"},
    hint="The gradients came. The new weights are asked for.",
)
edit(
    "discriminator_step_broken__slope_of_sigmoid",
    {"weights * (probs - labels)": "weights * (probs - labels) * probs * (1 - probs)"},
    hint="The slope of the sigmoid is multiplied in. In the cross-entropy it has cancelled: probability minus label.",
)
edit(
    "discriminator_step_broken__in_place",
    {
        "return {name: disc[name] - learning_rate * grads[name] for name in disc}": (
            "for name in disc:\n        disc[name] -= learning_rate * grads[name]\n    return disc"
        )
    },
    hint="The old weights were changed. Return a dict of new arrays.",
)


# gradient_penalty

edit(
    "gradient_penalty__no_return",
    {"    return penalty, grads": ""},
    hint="The function returns None. Is the return missing?",
)
edit(
    "gradient_penalty__target_ignored",
    {"np.mean((lengths - target) ** 2)": "np.mean(lengths**2)", "(lengths - target) * slopes": "lengths * slopes"},
    hint="The target plays no part. The price is the squared difference of the length from it.",
)
edit(
    "gradient_penalty__not_squared",
    {
        "np.mean((lengths - target) ** 2)": "np.mean(np.abs(lengths - target))",
        "2 / len(X) * (lengths - target)": "1 / len(X) * np.sign(lengths - target)",
    },
    hint="The difference of the lengths counts as it is. Its square does.",
)
edit(
    "gradient_penalty__squared_length",
    {"lengths = np.linalg.norm(slopes, axis=1, keepdims=True)": "lengths = np.sum(slopes**2, axis=1, keepdims=True)"},
    hint="The squared length of the slopes is compared with the target. The length itself is: take the root.",
)
edit(
    "gradient_penalty__summed",
    {"np.mean((lengths - target) ** 2)": "np.sum((lengths - target) ** 2)", "2 / len(X) * (lengths": "2 * (lengths"},
    hint="Everything is summed over the examples. It is a mean: divide by N.",
)
edit(
    "gradient_penalty__no_two",
    {"2 / len(X) * (lengths": "1 / len(X) * (lengths"},
    hint="All gradients are half of what they should be. The slope of a square is twice what was squared.",
)
edit(
    "gradient_penalty__no_direction",
    {" * slopes / np.where(lengths > 0, lengths, 1.0)": " * slopes"},
    hint="The slope of a length is a direction: the slopes divided by their length. The division is missing.",
)
edit(
    "gradient_penalty__divides_by_zero",
    {"np.where(lengths > 0, lengths, 1.0)": "lengths"},
    hint="Where all slopes of an example are 0, 0 is divided by 0. Such an example adds nothing to the gradients.",
)
edit(
    "gradient_penalty__small_number_below",
    {"np.where(lengths > 0, lengths, 1.0)": "(lengths + 1e-8)"},
    hint="A small number was added to the lengths. It spoils short slopes: guard only those that are 0.",
)
edit(
    "gradient_penalty__one_length_for_all",
    {"np.linalg.norm(slopes, axis=1, keepdims=True)": "np.linalg.norm(slopes)"},
    hint="All slopes together got a single length. Each example has a length of its own: a norm along axis 1.",
)
edit(
    "gradient_penalty__only_if_longer",
    {"keepdims=True)": "keepdims=True)\n    target = np.minimum(target, lengths)"},
    hint="Only slopes that are too long have a price. Those that are too short have one, too.",
)
edit(
    "gradient_penalty__bends_left_out_on_the_way_back",
    {'back2 = params["W3"].T * s2': 'back2 = params["W3"].T * np.ones(s2.shape)'},
    hint="The second layer's bends are left out on the way to the slopes.",
)
edit(
    "gradient_penalty__bends_left_out_ahead",
    {'ahead2 = ahead1 @ params["W2"] * s2': 'ahead2 = ahead1 @ params["W2"]'},
    hint="The bends s2 are missing in a_2, on the way forward.",
)
edit(
    "gradient_penalty__bends_left_out_ahead_first",
    {'ahead1 = dslopes @ params["W1"] * s1': 'ahead1 = dslopes @ params["W1"]'},
    hint="The bends s1 are missing in a_1, on the way forward.",
)
edit(
    "gradient_penalty__relu_bends",
    {"s1, s2 = bends(H1), bends(H2)": "s1, s2 = 1.0 * (H1 > 0), 1.0 * (H2 > 0)"},
    hint="The bends are those of plain ReLUs. A leaky one has the slope 0.2 for negative numbers.",
)
edit(
    "gradient_penalty__means_of_slopes",
    {
        'slopes = back1 @ params["W1"].T': 'slopes = np.tile((back1 @ params["W1"].T).mean(axis=0), (len(X), 1))',
    },
    hint="The slopes are averaged over the examples before the length is taken. Each example has a length of its own.",
)
edit(
    "gradient_penalty__along_the_weights",
    {
        'slopes = back1 @ params["W1"].T': (
            "slopes = backward(np.ones((len(X), 1)), forward(X, params)[1], "
            'params)[1]["W1"].T[:, : X.shape[1]]\n    slopes = np.resize(slopes, X.shape)'
        )
    },
    hint="The slopes along the weights were taken. Asked are those along the inputs.",
)
edit(
    "gradient_penalty__only_first_layer",
    {"ahead1.T @ back2": 'np.zeros(params["W2"].shape)', "ahead2.sum(axis=0)[:, None]": 'np.zeros(params["W3"].shape)'},
    hint="Only W1 gets a gradient. All three matrices decide about the slopes.",
)
edit(
    "gradient_penalty__without_biases",
    {"for name, array in params.items()}": 'for name, array in params.items() if name.startswith("W")}'},
    hint="The biases are missing among the gradients. Theirs are 0, and they are asked for.",
)


# train_gan_1d

edit("train_gan_1d__no_return", {"    return average": ""}, hint="The function returns None. Is the return missing?")
edit(
    "train_gan_1d__too_few_rounds",
    {"range(2500)": "range(40)", "step <= 500": "step <= 20"},
    hint="The samples are far from the real ones. Are there enough rounds?",
)
edit(
    "train_gan_1d__average_of_the_start",
    {
        "range(2500)": "range(900)",
        "if step <= 500:": "if step == 0:",
        "0.995 * average[name] + 0.005 * gen": "0.9995 * average[name] + 0.0005 * gen",
    },
    hint="The average still holds mostly the first weights, which are of no use. Let it begin later.",
)
edit(
    "train_gan_1d__discriminator_never_moves",
    {"        disc = disc_adam.update(disc, {name: grads[name] + 0.3 * more[name] for name in grads})\n": ""},
    hint=(
        "The discriminator never learns, so the generator runs to where it happens to be largest. Update both players."
    ),
)
edit(
    "train_gan_1d__generator_never_moves",
    {"        gen = gen_adam.update(gen, grads)\n": ""},
    hint="The generator never learns: these are the samples of its first weights. Update both players.",
)
edit(
    "train_gan_1d__returns_the_discriminator",
    {"    return average": "    return disc"},
    hint="The discriminator's weights came. The generator's are asked for.",
)


# modes_covered

edit(
    "modes_covered__no_return",
    {"return int(": "int("},
    hint="The function returns None. Is the return missing?",
)
edit(
    "modes_covered__float",
    {"return int(np.sum(": "return float(np.sum("},
    hint="The number is right and comes as a float. An int is asked for.",
)
edit(
    "modes_covered__below_radius",
    {"<= radius": "< radius"},
    hint="Samples at exactly the radius are left out. They are near, too.",
)
edit(
    "modes_covered__above_share",
    {">= share": "> share"},
    hint="A mode with exactly the share is left out. It is enough.",
)
edit(
    "modes_covered__squared_distance",
    {"np.linalg.norm(samples[:, None] - centres, axis=2)": "np.sum((samples[:, None] - centres) ** 2, axis=2)"},
    hint="Squared distances are compared with the radius. Take the root, or square the radius.",
)
edit(
    "modes_covered__share_of_the_near",
    {
        "np.mean(distances <= radius, axis=0) >= share": (
            "np.sum(distances <= radius, axis=0) >= share * max(np.sum(distances <= radius), 1)"
        )
    },
    hint="The share is taken of the samples that are near some mode. It is that of all samples.",
)
edit(
    "modes_covered__any_sample",
    {"np.mean(distances <= radius, axis=0) >= share": "np.any(distances <= radius, axis=0)"},
    hint="One sample near a mode is taken as enough. The share decides: it is that of the near ones among all samples.",
)
edit(
    "modes_covered__share_of_modes",
    {"return int(np.sum(": "return len(centres) and (np.mean("},
    hint="The share of the modes that are covered came. Their number is asked for.",
)
edit(
    "modes_covered__samples_counted",
    {"np.mean(distances <= radius, axis=0) >= share": "np.mean(distances <= radius, axis=1) >= share"},
    hint="Samples are counted, not modes: the mean goes over the modes. It goes over the samples, axis 0.",
)
edit(
    "modes_covered__largest_difference",
    {"np.linalg.norm(samples[:, None] - centres, axis=2)": "np.abs(samples[:, None] - centres).max(axis=2)"},
    hint="The largest difference of a coordinate is taken for the distance. It is the Euclidean one.",
)
edit(
    "modes_covered__nearest_only",
    {
        "np.mean(distances <= radius, axis=0)": (
            "np.mean((distances <= radius) & (np.arange(len(centres)) == distances.argmin(axis=1)[:, None]), axis=0)"
        )
    },
    hint="Each sample counts for its nearest mode only. It counts for every mode that it is near to.",
)


# build_dcgan_generator

edit(
    "build_dcgan_generator__no_return",
    {"return keras.Sequential": "keras.Sequential"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "build_dcgan_generator__sigmoid",
    {'activation="tanh"': 'activation="sigmoid"'},
    hint="The pixels lie between 0 and 1: the last layer has a sigmoid. They lie between -1 and 1 here: tanh.",
)
edit(
    "build_dcgan_generator__no_tanh",
    {', activation="tanh"': ""},
    hint="The pixels are not held between -1 and 1: the tanh at the end is missing.",
)
edit(
    "build_dcgan_generator__no_normalisation",
    {"            layers.BatchNormalization(),\n            layers.ReLU(),\n": "            layers.ReLU(),\n"},
    hint="The batch normalisations are missing.",
)
edit(
    "build_dcgan_generator__no_relu",
    {"            layers.ReLU(),\n": ""},
    hint="The ReLUs are missing: without them the layers are linear.",
)
edit(
    "build_dcgan_generator__leaky",
    {"layers.ReLU()": "layers.LeakyReLU(negative_slope=0.2)"},
    hint="The generator's ReLUs are leaky. Here they are plain; the discriminator has the leaky ones.",
)
edit(
    "build_dcgan_generator__normalised_after_relu",
    {
        "            layers.BatchNormalization(),\n            layers.ReLU(),\n": (
            "            layers.ReLU(),\n            layers.BatchNormalization(),\n"
        )
    },
    hint="The normalisation stands behind the ReLU. It stands before it.",
)
edit(
    "build_dcgan_generator__normalised_before_reshape",
    {
        (
            "            layers.Reshape((height // 4, width // 4, 2 * base_filters)),\n           "
            " layers.BatchNormalization(),\n"
        ): (
            "            layers.BatchNormalization(),\n            layers.Reshape((height // 4, "
            "width // 4, 2 * base_filters)),\n"
        )
    },
    hint="The first normalisation stands before the reshape, so it normalises every unit. It normalises each channel.",
)
edit(
    "build_dcgan_generator__height_and_width_exchanged",
    {"layers.Reshape((height // 4, width // 4": "layers.Reshape((width // 4, height // 4"},
    hint="Height and width are exchanged. In a picture the height comes first.",
)
edit(
    "build_dcgan_generator__padding_left_out",
    {
        (
            'layers.Conv2DTranspose(base_filters, 4, strides=2, padding="same")'
        ): "layers.Conv2DTranspose(base_filters, 4, strides=2)"
    },
    hint='The first transposed convolution makes more than twice as many rows. Its padding is "same".',
)
edit(
    "build_dcgan_generator__no_padding_at_all",
    {', padding="same"': ""},
    hint='Both transposed convolutions make more than twice as many rows. Their padding is "same".',
)
edit(
    "build_dcgan_generator__no_bias",
    {'4, strides=2, padding="same")': '4, strides=2, padding="same", use_bias=False)'},
    hint="The first transposed convolution has no bias. All dense layers and convolutions have one here.",
)
edit(
    "build_dcgan_generator__small_kernels",
    {"base_filters, 4, strides": "base_filters, 3, strides", "channels, 4, strides": "channels, 3, strides"},
    hint="The kernels have 3 by 3 numbers for each channel. They have 4 by 4.",
)
edit(
    "build_dcgan_generator__same_width",
    {
        "2 * base_filters),\n            layers.Reshape": "base_filters),\n            layers.Reshape",
        "width // 4, 2 * base_filters))": "width // 4, base_filters))",
    },
    hint="The dense layer makes F channels. It makes 2 F.",
)
edit(
    "build_dcgan_generator__normalised_output",
    {'padding="same", activation="tanh")': 'padding="same"), layers.BatchNormalization(), layers.Activation("tanh")'},
    hint="The picture itself is normalised. The last layer has no batch normalisation.",
)
edit(
    "build_dcgan_generator__grey_pictures",
    {"layers.Conv2DTranspose(channels": "layers.Conv2DTranspose(1"},
    hint="The pictures always have one channel. Use that of image_shape.",
)


# build_dcgan_discriminator

edit(
    "build_dcgan_discriminator__no_return",
    {"return keras.Sequential": "keras.Sequential"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "build_dcgan_discriminator__sigmoid",
    {"layers.Dense(1)": 'layers.Dense(1, activation="sigmoid")'},
    hint="A probability comes out: the last layer has a sigmoid. The logit is asked for; the loss adds the sigmoid.",
)
edit(
    "build_dcgan_discriminator__plain_relu",
    {"layers.LeakyReLU(negative_slope=0.2)": "layers.ReLU()"},
    hint="The ReLUs are plain. Here they are leaky, so that a slope gets through everywhere.",
)
edit(
    "build_dcgan_discriminator__slope_as_it_comes",
    {"layers.LeakyReLU(negative_slope=0.2)": "layers.LeakyReLU()"},
    hint="The leaky ReLUs have Keras' own slope, 0.3. The slope is 0.2 here.",
)
edit(
    "build_dcgan_discriminator__linear",
    {"            layers.LeakyReLU(negative_slope=0.2),\n": ""},
    hint="The leaky ReLUs are missing: without them the layers are linear.",
)
edit(
    "build_dcgan_discriminator__normalised",
    {
        'strides=2, padding="same"),\n            layers.LeakyReLU(negative_slope=0.2),\n            layers.Flatten': (
            'strides=2, padding="same"),\n            layers.BatchNormalization(),\n'
            "            layers.LeakyReLU(negative_slope=0.2),\n            layers.Flatten"
        )
    },
    hint="There is a batch normalisation. The discriminator has none here.",
)
edit(
    "build_dcgan_discriminator__pooling",
    {
        "layers.Conv2D(base_filters, 4, strides=2": "layers.Conv2D(base_filters, 4, strides=1",
        "            layers.Conv2D(2 * base_filters, 4, strides=2": (
            "            layers.MaxPooling2D(2),\n            layers.Conv2D(2 * base_filters, 4, strides=2"
        ),
    },
    hint="The first layer pools. There is no pooling here: the convolution has stride 2.",
)
edit(
    "build_dcgan_discriminator__no_strides",
    {", strides=2": ""},
    hint="There are far too many weights behind the convolutions. Do they have stride 2?",
)
edit(
    "build_dcgan_discriminator__same_width",
    {"layers.Conv2D(2 * base_filters": "layers.Conv2D(base_filters"},
    hint="The second convolution has F filters. It has 2 F.",
)
edit(
    "build_dcgan_discriminator__widths_exchanged",
    {
        (
            'base_filters, 4, strides=2, padding="same"),\n            '
            "layers.LeakyReLU(negative_slope=0.2),\n            layers.Conv2D(2 * base_filters, 4"
        ): (
            '2 * base_filters, 4, strides=2, padding="same"),\n            '
            "layers.LeakyReLU(negative_slope=0.2),\n            layers.Conv2D(base_filters, 4"
        )
    },
    hint="The first convolution has 2 F filters and the second one F. It is the other way round.",
)
edit(
    "build_dcgan_discriminator__normalised_after_relu",
    {"            layers.Flatten()": "            layers.BatchNormalization(),\n            layers.Flatten()"},
    hint="There is a batch normalisation before the last layer. The discriminator has none here.",
)
edit(
    "build_dcgan_discriminator__small_kernels",
    {
        (
            'base_filters, 4, strides=2, padding="same"),\n            '
            "layers.LeakyReLU(negative_slope=0.2),\n            layers.Conv2D(2 * base_filters, 4"
        ): (
            'base_filters, 3, strides=2, padding="same"),\n            '
            "layers.LeakyReLU(negative_slope=0.2),\n            layers.Conv2D(2 * base_filters, 3"
        )
    },
    hint="The kernels have 3 by 3 numbers for each channel. They have 4 by 4.",
)
edit(
    "build_dcgan_discriminator__global_pooling",
    {"layers.Flatten()": "layers.GlobalAveragePooling2D()"},
    hint="Each map was reduced to one number. Flatten keeps all of them, in a line.",
)
edit(
    "build_dcgan_discriminator__two_scores",
    {"layers.Dense(1)": "layers.Dense(2)"},
    hint="There are two numbers for each picture. One logit is asked for.",
)
