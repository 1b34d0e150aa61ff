"""Different right answers to the exercises of lesson 01: each must pass every check.

Each function may use NumPy as `np` and the lesson's own functions, which are there when it runs.
"""

import numpy as np

# sigmoid


def sigmoid__half_tanh(z):
    return 0.5 * (1 + np.tanh(z / 2))


def sigmoid__masks(z):
    z = np.asarray(z, dtype=float)
    a = np.empty(z.shape)
    up = z >= 0
    a[up] = 1 / (1 + np.exp(-z[up]))
    e = np.exp(z[~up])
    a[~up] = e / (1 + e)
    return a


def sigmoid__clipped(z):
    return 1 / (1 + np.exp(-np.clip(z, -500, 500)))


def sigmoid__log_add_exp(z):
    return np.exp(-np.logaddexp(0, -z))


def sigmoid__loop(z):
    import math

    def one(value):
        return 1 / (1 + math.exp(-value)) if value >= 0 else math.exp(value) / (1 + math.exp(value))

    return np.array([one(value) for value in np.ravel(z)]).reshape(np.shape(z))


def sigmoid__scipy(z):
    from scipy.special import expit

    return expit(z)


def sigmoid__silenced(z):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))


def sigmoid__float32_tanh(z):
    return (0.5 * (1 + np.tanh(z / 2))).astype(np.float32)


def sigmoid__float32(z):
    z = np.asarray(z, dtype=np.float32)
    u = np.exp(-np.abs(z))
    return np.where(z >= 0, np.float32(1), u) / (1 + u)


# neuron


def neuron__loop(X, w, b):
    activations = []
    for x in X:
        z = b
        for feature, weight in zip(x, w, strict=True):
            z += feature * weight
        activations.append(1 / (1 + np.exp(-z)))
    return activations


def neuron__einsum(X, w, b):
    return sigmoid(np.einsum("nd,d->n", X, w) + b)


def neuron__bias_as_weight(X, w, b):
    return sigmoid(np.column_stack([X, np.ones(len(X))]) @ np.append(w, b))


def neuron__column_inside(X, w, b):
    return sigmoid(X @ w.reshape(-1, 1) + b).ravel()


def neuron__float32_output(X, w, b):
    return sigmoid((X * w).sum(axis=1) + b).astype(np.float32)


def neuron__float32(X, w, b):
    X, w, b = (np.asarray(part, dtype=np.float32) for part in (X, w, b))
    return 1 / (1 + np.exp(-(X @ w + b)))


# logistic_loss


def logistic_loss__max_and_log1p(z, y):
    return np.mean(np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z))))


def logistic_loss__signs(z, y):
    return np.logaddexp(0, (1 - 2 * y) * z).mean()


def logistic_loss__two_terms(z, y):
    return float(np.mean(y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z)))


def logistic_loss__loop(z, y):
    import math

    total = 0.0
    for logit, label in zip(z, y, strict=True):
        total += max(logit, 0) - label * logit + math.log1p(math.exp(-abs(logit)))
    return total / len(z)


def logistic_loss__where(z, y):
    e = np.exp(-np.abs(z))
    return np.sum(np.where(z > 0, z + np.log(1 + e), np.log(1 + e)) - y * z) / y.size


def logistic_loss__float32(z, y):
    z, y = np.asarray(z, dtype=np.float32), np.asarray(y, dtype=np.float32)
    return np.mean(np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))) - y * z)


def logistic_loss__float32_log_add_exp(z, y):
    z, y = z.astype(np.float32), y.astype(np.float32)
    return float(np.mean(np.logaddexp(np.float32(0), z) - y * z))


# logistic_gradient


def logistic_gradient__loop(X, y, w, b):
    dw, db = np.zeros(len(w)), 0.0
    for x, label in zip(X, y, strict=True):
        error = float(sigmoid(np.array([x @ w + b]))[0]) - label
        dw += error * x
        db += error
    return dw / len(X), db / len(X)


def logistic_gradient__einsum(X, y, w, b):
    error = neuron(X, w, b) - y
    return [np.einsum("n,nd->d", error, X) / len(X), error.sum() / len(X)]


def logistic_gradient__mean_of_products(X, y, w, b):
    error = neuron(X, w, b) - y
    return np.mean(error[:, None] * X, axis=0), float(np.mean(error))


def logistic_gradient__bias_as_weight(X, y, w, b):
    Z = np.hstack([X, np.ones((X.shape[0], 1))])
    slopes = Z.T @ (sigmoid(Z @ np.append(w, b)) - y) / X.shape[0]
    return slopes[:-1], slopes[-1]


def logistic_gradient__columns_inside(X, y, w, b):
    error = (neuron(X, w, b) - y).reshape(-1, 1)
    return (X.T @ error / X.shape[0]).ravel(), error.mean()


def logistic_gradient__float32_output(X, y, w, b):
    error = neuron(X, w, b) - y
    return (error @ X / len(y)).astype(np.float32), np.float32(error.mean())


def logistic_gradient__float32(X, y, w, b):
    X, y, w, b = (np.asarray(part, dtype=np.float32) for part in (X, y, w, b))
    error = 1 / (1 + np.exp(-(X @ w + b))) - y
    return X.T @ error / np.float32(len(y)), error.mean()


# logistic_gradient_broken


def logistic_gradient_broken__signs_turned_at_the_end(X, y, w, b):
    num_examples = X.shape[0]
    error = y - neuron(X, w, b)
    return -X.T @ error / num_examples, -np.sum(error) / num_examples


def logistic_gradient_broken__uses_logistic_gradient(X, y, w, b):
    return logistic_gradient(X, y, w, b)


def logistic_gradient_broken__mean(X, y, w, b):
    error = neuron(X, w, b) - y
    return (X * error[:, None]).mean(axis=0).tolist(), error.mean()


def logistic_gradient_broken__float32(X, y, w, b):
    num_examples = X.shape[0]
    X, y, w, b = (np.asarray(part, dtype=np.float32) for part in (X, y, w, b))
    a = neuron(X, w, b)
    error = (a - y).astype(np.float32)
    return X.T @ error / num_examples, np.sum(error) / num_examples


# minibatches


def minibatches__shuffle_and_lists(num_examples, batch_size, rng):
    order = list(range(num_examples))
    rng.shuffle(order)
    return [order[i : i + batch_size] for i in range(0, num_examples, batch_size)]


def minibatches__choice(num_examples, batch_size, rng):
    order = rng.choice(num_examples, size=num_examples, replace=False)
    return np.split(order, np.arange(batch_size, num_examples, batch_size))


def minibatches__argsort(num_examples, batch_size, rng):
    order = np.argsort(rng.random(num_examples))
    batches = []
    start = 0
    while start < num_examples:
        batches.append(order[start : start + batch_size])
        start += batch_size
    return batches


def minibatches__whole_batches_then_rest(num_examples, batch_size, rng):
    order = rng.permutation(num_examples).astype(np.int32)
    whole = num_examples // batch_size
    batches = list(order[: whole * batch_size].reshape(whole, batch_size))
    if num_examples % batch_size:
        batches.append(order[whole * batch_size :])
    return batches


def minibatches__draw_from_the_rest(num_examples, batch_size, rng):
    rest, batches = set(range(num_examples)), []
    while rest:
        chosen = rng.choice(sorted(rest), size=min(batch_size, len(rest)), replace=False)
        rest -= set(chosen.tolist())
        batches.append(chosen)
    return tuple(batches)


def minibatches__float32(num_examples, batch_size, rng):
    order = np.argsort(rng.random(num_examples, dtype=np.float32))
    return [order[i : i + batch_size].astype(np.uint16) for i in range(0, num_examples, batch_size)]


# fit_logistic


def fit_logistic__own_shuffle(X, y, learning_rate, num_epochs, batch_size, rng):
    num_examples, num_features = X.shape
    w, b, losses = np.zeros(num_features), 0.0, []
    for _ in range(num_epochs):
        order = np.argsort(rng.random(num_examples))
        X_now, y_now = X[order], y[order]
        for i in range(0, num_examples, batch_size):
            Xb, yb = X_now[i : i + batch_size], y_now[i : i + batch_size]
            error = sigmoid(Xb @ w + b) - yb
            w -= learning_rate * Xb.T @ error / len(yb)
            b -= learning_rate * error.mean()
        losses.append(float(logistic_loss(X @ w + b, y)))
    return w, b, losses


def fit_logistic__orders_drawn_first(X, y, learning_rate, num_epochs, batch_size, rng):
    plan = [minibatches(len(X), batch_size, rng) for _ in range(num_epochs)]
    w, b = np.zeros(X.shape[1]), np.zeros(())
    losses = np.zeros(num_epochs)
    for epoch, batches in enumerate(plan):
        for batch in batches:
            dw, db = logistic_gradient(X[batch], y[batch], w, b)
            w, b = w - learning_rate * dw, b - learning_rate * db
        losses[epoch] = logistic_loss(X @ w + b, y)
    return [w, b, losses]


def fit_logistic__bias_as_weight(X, y, learning_rate, num_epochs, batch_size, rng):
    Z = np.hstack([X, np.ones((len(X), 1))])
    v, losses = np.zeros((Z.shape[1], 1)), []
    for _ in range(num_epochs):
        for batch in minibatches(len(y), batch_size, rng):
            error = sigmoid(Z[batch] @ v) - y[batch].reshape(-1, 1)
            v = v - learning_rate * (Z[batch].T @ error) / len(batch)
        losses.append(logistic_loss((Z @ v).ravel(), y))
    return v[:-1, 0], v[-1, 0], losses


def fit_logistic__draws_more_from_rng(X, y, learning_rate, num_epochs, batch_size, rng):
    w, b, losses = np.zeros(X.shape[1]), 0.0, []
    for _ in range(num_epochs):
        rng.normal(size=3)
        for batch in minibatches(len(y), batch_size, np.random.default_rng(rng.integers(2**32))):
            dw, db = logistic_gradient(X[batch], y[batch], w, b)
            w = w - learning_rate * dw
            b = b - learning_rate * db
        z = X @ w + b
        losses.append(np.mean(np.logaddexp(0, z) - y * z))
    return w.tolist(), b, losses


def fit_logistic__float32(X, y, learning_rate, num_epochs, batch_size, rng):
    X, y = np.asarray(X, dtype=np.float32), np.asarray(y, dtype=np.float32)
    w, b, losses = np.zeros(X.shape[1], dtype=np.float32), np.float32(0), []
    for _ in range(num_epochs):
        order = rng.permutation(len(y))
        for i in range(0, len(y), batch_size):
            batch = order[i : i + batch_size]
            error = 1 / (1 + np.exp(-(X[batch] @ w + b))) - y[batch]
            w -= np.float32(learning_rate) * (X[batch].T @ error / len(batch))
            b -= np.float32(learning_rate) * error.mean()
        z = X @ w + b
        losses.append(np.mean(np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))) - y * z))
    return w, b, losses


# softmax


def softmax__log_sum_exp(z):
    top = z.max(axis=1, keepdims=True)
    return np.exp(z - top - np.log(np.exp(z - top).sum(axis=1, keepdims=True)))


def softmax__loop(z):
    rows = []
    for row in z:
        e = np.exp(row - max(row))
        rows.append(e / sum(e))
    return np.array(rows)


def softmax__transposed(z):
    e = np.exp(z.T - z.max(axis=1))
    return (e / e.sum(axis=0)).T


def softmax__einsum(z):
    e = np.exp(z - np.max(z, axis=-1)[:, None])
    return np.einsum("nc,n->nc", e, 1 / e.sum(axis=-1))


def softmax__scipy(z):
    from scipy.special import softmax as scipy_softmax

    return scipy_softmax(z, axis=1)


def softmax__float32_exp(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return (e / e.sum(axis=1, keepdims=True)).astype(np.float32)


def softmax__float32(z):
    z = np.asarray(z, dtype=np.float32)
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def softmax__float32_log_add_exp(z):
    z = np.asarray(z, dtype=np.float32)
    return np.exp(z - np.logaddexp.reduce(z, axis=1, keepdims=True))


def softmax__epsilon_in_denominator(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / (e.sum(axis=1, keepdims=True) + 1e-12)


# softmax_cross_entropy


def softmax_cross_entropy__log_sum_exp(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    one_hot = np.eye(logits.shape[1])[labels]
    return -np.sum(one_hot * log_probs) / len(labels), (np.exp(log_probs) - one_hot) / len(labels)


def softmax_cross_entropy__along_axis(logits, labels):
    chosen = np.take_along_axis(logits, labels[:, None], axis=1)
    dlogits = softmax(logits) / len(labels)
    picked = np.take_along_axis(dlogits, labels[:, None], axis=1)
    np.put_along_axis(dlogits, labels[:, None], picked - 1 / len(labels), axis=1)
    return np.mean(np.logaddexp.reduce(logits, axis=1, keepdims=True) - chosen), dlogits


def softmax_cross_entropy__loop(logits, labels):
    loss, dlogits = 0.0, []
    for row, label in zip(logits, labels, strict=True):
        p = softmax(row.reshape(1, -1))[0]
        loss += row.max() + np.log(sum(np.exp(row - row.max()))) - row[label]
        dlogits.append([(p[c] - (c == label)) / len(labels) for c in range(len(p))])
    return loss / len(labels), np.array(dlogits)


def softmax_cross_entropy__scipy(logits, labels):
    from scipy.special import log_softmax

    log_probs = log_softmax(logits, axis=1)
    one_hot = np.zeros(log_probs.shape)
    one_hot[np.arange(len(labels)), labels] = 1
    return -np.mean(log_probs[one_hot == 1]), (np.exp(log_probs) - one_hot) / len(logits)


def softmax_cross_entropy__float32(logits, labels):
    logits, rows = np.asarray(logits, dtype=np.float32), np.arange(len(labels))
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_probs)
    dlogits[rows, labels] -= 1
    return [-log_probs[rows, labels].mean(), dlogits / np.float32(len(labels))]


def softmax_cross_entropy__float32_log_add_exp(logits, labels):
    logits = np.asarray(logits, dtype=np.float32)
    log_probs = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    one_hot = np.eye(logits.shape[1], dtype=np.float32)[labels]
    return -(one_hot * log_probs).sum() / len(labels), (np.exp(log_probs) - one_hot) / len(labels)


# fit_softmax


def fit_softmax__many_full_batches(X, y, num_classes, rng):
    W, b = np.zeros((X.shape[1], num_classes)), np.zeros(num_classes)
    for _ in range(300):
        _, dlogits = softmax_cross_entropy(X @ W + b, y)
        W, b = W - 2.0 * X.T @ dlogits, b - 2.0 * dlogits.sum(axis=0)
    return W, b


def fit_softmax__random_start(X, y, num_classes, rng):
    W, b = rng.normal(size=(X.shape[1], num_classes)) * 0.01, np.zeros(num_classes)
    for _ in range(60):
        order = rng.permutation(len(y))
        for i in range(0, len(y), 64):
            batch = order[i : i + 64]
            _, dlogits = softmax_cross_entropy(X[batch] @ W + b, y[batch])
            W -= 0.5 * X[batch].T @ dlogits
            b -= 0.5 * dlogits.sum(axis=0)
    return W.astype(np.float32), b.astype(np.float32)


def fit_softmax__momentum_and_decay(X, y, num_classes, rng):
    Z = np.hstack([X, np.ones((len(X), 1))])
    V = np.zeros((Z.shape[1], num_classes))
    velocity = np.zeros_like(V)
    for _ in range(20):
        for batch in minibatches(len(y), 50, rng):
            _, dlogits = softmax_cross_entropy(Z[batch] @ V, y[batch])
            velocity = 0.9 * velocity - 0.2 * (Z[batch].T @ dlogits + 1e-4 * V)
            V = V + velocity
    return V[:-1], V[-1]


def fit_softmax__one_example_at_a_time(X, y, num_classes, rng):
    W, b = np.zeros((X.shape[1], num_classes)), np.zeros(num_classes)
    for epoch in range(6):
        for i in rng.permutation(len(y)):
            dlogits = np.exp(X[i] @ W + b)
            dlogits /= dlogits.sum()
            dlogits[y[i]] -= 1
            W -= 0.2 / (1 + epoch) * np.outer(X[i], dlogits)
            b -= 0.2 / (1 + epoch) * dlogits
    return W, b


def fit_softmax__sigmoid_for_each_class(X, y, num_classes, rng):
    W, b = np.zeros((X.shape[1], num_classes)), np.zeros(num_classes)
    targets = np.eye(num_classes)[y]
    for _ in range(60):
        for batch in minibatches(len(y), 32, rng):
            errors = (sigmoid(X[batch] @ W + b) - targets[batch]) / len(batch)
            W, b = W - 1.0 * X[batch].T @ errors, b - 1.0 * errors.sum(axis=0)
    return W, b


def fit_softmax__float32(X, y, num_classes, rng):
    X, one_hot = np.asarray(X, dtype=np.float32), np.eye(num_classes, dtype=np.float32)[y]
    W, b = np.zeros((X.shape[1], num_classes), dtype=np.float32), np.zeros(num_classes, dtype=np.float32)
    for _ in range(60):
        order = rng.permutation(len(y))
        for i in range(0, len(y), 32):
            batch = order[i : i + 32]
            z = X[batch] @ W + b
            e = np.exp(z - z.max(axis=1, keepdims=True))
            dlogits = (e / e.sum(axis=1, keepdims=True) - one_hot[batch]) / np.float32(len(batch))
            W -= np.float32(0.5) * (X[batch].T @ dlogits)
            b -= np.float32(0.5) * dlogits.sum(axis=0)
    return W, b
