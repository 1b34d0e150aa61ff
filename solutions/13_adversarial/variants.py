"""Different right answers to the exercises of lesson 13: each must pass every check.

Each function may use NumPy as `np` and the lesson's own functions, which are there when it runs. An `edit` is the
reference with a few texts replaced.
"""

import numpy as np

from grading.lessons.checking import edit

# fgsm


def fgsm__picture_by_picture(gradient, X, y, epsilon):
    changed = np.zeros(X.shape)
    for n in range(len(X)):
        slopes = gradient(X[n : n + 1], y[n : n + 1])[0]
        changed[n] = X[n] + epsilon * ((slopes > 0) * 1.0 - (slopes < 0) * 1.0)
    return np.minimum(np.maximum(changed, 0), 1)


def fgsm__three_cases(gradient, X, y, epsilon):
    slopes = np.asarray(gradient(X, y))
    up, down = np.minimum(X + epsilon, 1.0), np.maximum(X - epsilon, 0.0)
    return np.where(slopes > 0, up, np.where(slopes < 0, down, X)).astype(float)


def fgsm__in_place(gradient, X, y, epsilon):
    changed = np.array(X, dtype=np.float64)
    changed += np.sign(gradient(X, y)) * epsilon
    changed[changed > 1] = 1.0
    changed[changed < 0] = 0.0
    return changed


edit(
    "fgsm__method",
    {
        ("np.clip(X + epsilon * np.sign(gradient(X, y)), 0.0, 1.0)"): (
            "(np.sign(gradient(X, y)) * epsilon + X).clip(0, 1) * 1.0"
        )
    },
)


# linear_worst_loss


def linear_worst_loss__two_branches(X, y, w, b, epsilon, box):
    s = 2 * y - 1
    margin = s * (X @ w + b)
    if not box:
        return np.logaddexp(0, -margin + epsilon * np.sum(np.abs(w)))
    X_worst = np.clip(X - epsilon * s[:, None] * np.sign(w), 0, 1)
    return np.logaddexp(0.0, -s * (X_worst @ w + b))


def linear_worst_loss__loops(X, y, w, b, epsilon, box):
    losses = []
    for x, label in zip(X, y, strict=True):
        logit = float(b)
        for j in range(len(w)):
            ends = [x[j] - epsilon, x[j] + epsilon]
            if box:
                ends = [max(ends[0], 0.0), min(ends[1], 1.0)]
            reach = [w[j] * end for end in ends]
            logit += min(reach) if label == 1 else max(reach)
        z = -logit if label == 1 else logit
        losses.append(z + np.log1p(np.exp(-z)) if z > 0 else np.log1p(np.exp(z)))
    return np.array(losses)


def linear_worst_loss__room(X, y, w, b, epsilon, box):
    s = np.where(y > 0, 1.0, -1.0)
    downwards = (s[:, None] * w) > 0  # to lower the margin, these pixels go down
    room = np.where(downwards, X, 1.0 - X) if box else np.full(X.shape, np.inf)
    fall = np.minimum(epsilon, room) @ np.abs(w)
    return np.logaddexp(0, fall - s * (np.sum(X * w, axis=1) + b))


# targeted_fgsm


def targeted_fgsm__picture_by_picture(gradient, X, targets, epsilon):
    moved = [x - epsilon * np.sign(gradient(x[None], t[None])[0]) for x, t in zip(X, targets, strict=True)]
    return np.clip(np.stack(moved), 0.0, 1.0)


def targeted_fgsm__fgsm_of_minus(gradient, X, targets, epsilon):
    return fgsm(lambda pictures, labels: -gradient(pictures, labels), X, targets, epsilon)


def targeted_fgsm__cases(gradient, X, targets, epsilon):
    slopes = gradient(X, targets)
    changed = np.where(slopes == 0, X, np.where(slopes < 0, X + epsilon, X - epsilon))
    return np.maximum(0.0, np.minimum(1.0, changed))


edit("targeted_fgsm__plus_minus", {"X - epsilon * np.sign(": "X + (-epsilon) * np.sign("})


# minimal_epsilon


def minimal_epsilon__picture_by_picture(predict, X, y, directions, num_halvings):
    found = np.full(len(X), 7.0)
    for n in range(len(X)):

        def right(epsilon, n=n):
            return predict(np.clip(X[n : n + 1] + epsilon * directions[n : n + 1], 0, 1))[0] == y[n]

        if not right(0.0):
            found[n] = 0.0
        elif right(1.0):
            found[n] = np.inf
        else:
            low, high = 0.0, 1.0
            for _ in range(num_halvings):
                middle = (low + high) / 2
                if right(middle):
                    low = middle
                else:
                    high = middle
            found[n] = high
    return found


def minimal_epsilon__steps_back(predict, X, y, directions, num_halvings):
    shape = (len(X),) + (1,) * (X.ndim - 1)

    def fooled(e):
        return predict((X + e.reshape(shape) * directions).clip(0, 1)) != y

    high, width = np.ones(len(X)), 1.0
    result_at_one = fooled(high)
    for _ in range(num_halvings):
        width = width / 2
        high = high - width * fooled(high - width)
    high[~result_at_one] = np.inf
    high[predict(np.clip(X, 0, 1)) != y] = 0
    return high


def minimal_epsilon__only_the_open_ones(predict, X, y, directions, num_halvings):
    result = np.full(len(X), np.inf)
    wrong_before = predict(1.0 * X) != y
    result[wrong_before] = 0.0
    wrong_after = predict(np.clip(X + directions, 0, 1)) != y
    which = np.flatnonzero(~wrong_before & wrong_after)
    low, high = np.zeros(len(which)), np.ones(len(which))
    if len(which):
        for _ in range(num_halvings):
            middle = low + (high - low) / 2
            epsilon = middle.reshape([-1] + [1] * (X.ndim - 1))
            there = predict(np.clip(X[which] + epsilon * directions[which], 0, 1)) != y[which]
            high[there], low[~there] = middle[there], middle[~there]
    result[which] = high
    return result


# robust_accuracy


def robust_accuracy__all(predict, attacks, X, y):
    tried = [predict(X) == y, *(predict(attack(X, y)) == y for attack in attacks)]
    return float(np.mean(np.all(tried, axis=0)))


def robust_accuracy__counts_wrong(predict, attacks, X, y):
    wrong = np.zeros(len(y), dtype=bool)
    for attack in [lambda pictures, labels: pictures, *attacks]:
        wrong |= predict(attack(X, y)) != y
    return 1 - wrong.sum() / wrong.size


def robust_accuracy__survivors(predict, attacks, X, y):
    left = {n for n, label in enumerate(predict(X)) if label == y[n]}
    for attack in attacks:
        labels = predict(attack(X, y))
        left = {n for n in left if labels[n] == y[n]}
    return len(left) / len(X)


# project_linf


def project_linf__limits_first(X, X0, epsilon):
    low, high = np.maximum(X0 - epsilon, 0.0), np.minimum(X0 + epsilon, 1.0)
    return np.minimum(np.maximum(X, low), high)


def project_linf__change(X, X0, epsilon):
    change = np.clip(np.asarray(X, dtype=float) - X0, -epsilon, epsilon)
    return np.clip(X0 + change, 0, 1)


def project_linf__pixels(X, X0, epsilon):
    out = np.empty(np.shape(X))
    for place in np.ndindex(*np.shape(X)):
        x, x0 = float(X[place]), float(X0[place])
        out[place] = min(max(x, x0 - epsilon, 0.0), x0 + epsilon, 1.0)
    return out


# pgd


def pgd__change_is_kept(gradient, X, y, epsilon, step_size, num_steps, rng):
    low, high = np.maximum(-epsilon, -1.0 * X), np.minimum(epsilon, 1.0 - X)
    change = np.clip((2 * rng.random(X.shape) - 1) * epsilon, low, high)
    for _ in range(num_steps):
        change = np.clip(change + step_size * np.sign(gradient(X + change, y)), low, high)
    return X + change


def pgd__with_fgsm(gradient, X, y, epsilon, step_size, num_steps, rng):
    moved = np.clip(X + epsilon * rng.uniform(-1, 1, X.shape), 0, 1)
    step = 0
    while step < num_steps:
        moved = project_linf(fgsm(gradient, moved, y, step_size), X, epsilon)
        step += 1
    return moved


def pgd__picture_by_picture(gradient, X, y, epsilon, step_size, num_steps, rng):
    moved = []
    for n in range(len(X)):
        x0 = X[n : n + 1]
        x = project_linf(x0 + rng.uniform(-epsilon, epsilon, size=x0.shape), x0, epsilon)
        for _ in range(num_steps):
            x = project_linf(x + step_size * np.sign(gradient(x, y[n : n + 1])), x0, epsilon)
        moved.append(x[0])
    return np.array(moved)


# iterated_fgsm_broken


def iterated_fgsm_broken__with_fgsm(gradient, X, y, epsilon, num_steps):
    for _ in range(num_steps):
        X = fgsm(gradient, X, y, epsilon / num_steps)
    return X


def iterated_fgsm_broken__nested_clip(gradient, X, y, epsilon, num_steps):
    step = epsilon / num_steps
    now = np.array(X, dtype=float)
    for _ in range(num_steps):
        now = np.minimum(np.maximum(now + step * np.sign(gradient(now, y)), 0), 1)
    return now


edit(
    "iterated_fgsm_broken__one_line",
    {
        "moved = moved + epsilon / num_steps * np.sign(gradient(moved, y))\n        moved = np.clip(moved, 0.0, 1.0)": (
            "moved = np.clip(np.sign(gradient(moved, y)) * (epsilon / num_steps) + moved, 0, 1)"
        )
    },
)


# input_gradient


def input_gradient__log_softmax(model, X, y):
    ops = keras.ops

    def f(pictures):
        log_probs = ops.log_softmax(model(pictures, training=False), axis=-1)
        return -ops.sum(ops.one_hot(y, log_probs.shape[-1]) * log_probs)

    return value_and_gradient(f, np.asarray(X, dtype=np.float32))[1][0]


def input_gradient__loss_object(model, X, y):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="sum")
    _, (slopes,) = value_and_gradient(lambda pictures: loss(y, model(pictures)), X)
    return np.array(slopes)


def input_gradient__tool_of_the_course(model, X, y):
    from dnnkit import gradients

    def loss(logits):
        picked = keras.ops.take_along_axis(keras.ops.log_softmax(logits), y[:, None], axis=1)
        return -keras.ops.sum(picked)

    return gradients.input_gradient(model, X, loss)[1]


# adversarial_train


def adversarial_train__random_start(X, y, epsilon, rng):
    params, adam = start_network((64, 128, 128, 10), rng), Adam(0.001)
    for _ in range(40):
        order = rng.permutation(len(X))
        for batch in np.array_split(order, len(X) // 64):
            noisy = np.clip(X[batch] + rng.uniform(-epsilon, epsilon, size=X[batch].shape), 0, 1)
            step = noisy + 1.25 * epsilon * np.sign(pixel_slopes(params)(noisy, y[batch]))
            changed = project_linf(step, X[batch], epsilon)
            logits, inputs = forward(changed, params)
            grads = backward(logit_slopes(logits, y[batch]) / len(batch), inputs, params)[1]
            params = adam.update(params, grads)
    return params


def adversarial_train__several_steps(X, y, epsilon, rng):
    params, adam = start_network((64, 128, 128, 10), rng), Adam(0.001)
    for _ in range(40):
        order = rng.permutation(len(X))
        for start in range(0, len(X), 64):
            batch = order[start : start + 64]
            changed = pgd(pixel_slopes(params), X[batch], y[batch], epsilon, epsilon / 3, 5, rng)
            logits, inputs = forward(changed, params)
            params = adam.update(params, backward(logit_slopes(logits, y[batch]) / len(batch), inputs, params)[1])
    return params
