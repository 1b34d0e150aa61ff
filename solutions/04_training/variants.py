"""Different right answers to the exercises of lesson 04: each must pass every check.

Each function may use NumPy as `np` and the lesson's own functions, which are there when it runs.
"""

import numpy as np

from grading.lessons.checking import edit

# gradient_norms


def gradient_norms__recursive(X, weights, dout, activation):
    def down(A, rest):
        if not rest:
            return dout, []
        Z = A @ rest[0]
        above, slope = activate(Z, activation)
        d, norms = down(above, rest[1:])
        d = d * slope
        return d @ rest[0].T, [np.linalg.norm(A.T @ d), *norms]

    return down(X, list(weights))[1]


def gradient_norms__lists(X, weights, dout, activation):
    acts, pre = [X], []
    for W in weights:
        pre.append(np.dot(acts[-1], W))
        acts.append(activate(pre[-1], activation)[0])
    norms = np.zeros(len(weights))
    d = dout.copy()
    for k in range(len(weights) - 1, -1, -1):
        d = d * activate(pre[k], activation)[1]
        dW = np.einsum("nd,ne->de", acts[k], d)
        norms[k] = np.sqrt((dW * dW).sum())
        d = np.dot(d, weights[k].T)
    return norms


def gradient_norms__float32(X, weights, dout, activation):
    weights = [np.asarray(W, dtype=np.float32) for W in weights]
    A, kept = np.asarray(X, dtype=np.float32), []
    for W in weights:
        above, slope = activate(A @ W, activation)
        kept.append((A, slope.astype(np.float32), W))
        A = above.astype(np.float32)
    d, norms = np.asarray(dout, dtype=np.float32), []
    for A, slope, W in kept[::-1]:
        d = d * slope
        norms.insert(0, np.linalg.norm(A.T @ d))
        d = d @ W.T
    return np.array(norms, dtype=np.float32)


# leaky_relu_forward, leaky_relu_backward


def leaky_relu_forward__maximum(Z, slope):
    return np.maximum(Z, slope * Z)


def leaky_relu_forward__two_parts(Z, slope):
    return np.maximum(Z, 0) + slope * np.minimum(Z, 0)


def leaky_relu_forward__mask(Z, slope):
    A = Z.copy()
    A[Z < 0] = A[Z < 0] * slope
    return A


def leaky_relu_forward__float32(Z, slope):
    Z = np.asarray(Z, dtype=np.float32)
    return (Z * np.where(Z >= 0, 1, slope)).astype(np.float32)


def leaky_relu_backward__mask(dout, Z, slope):
    dZ = dout.copy()
    dZ[Z < 0] *= slope
    return dZ


def leaky_relu_backward__choose(dout, Z, slope):
    return np.where(Z >= 0, dout, slope * dout)


def leaky_relu_backward__sum(dout, Z, slope):
    return dout * ((Z > 0) + slope * (Z <= 0))


def leaky_relu_backward__float32(dout, Z, slope):
    dout, Z = np.asarray(dout, dtype=np.float32), np.asarray(Z, dtype=np.float32)
    return dout * np.where(Z > 0, 1, slope).astype(np.float32)


# prelu_backward


def prelu_backward__loops(dout, Z, slope):
    dZ, dslope = np.zeros(Z.shape), np.zeros(len(slope))
    for n in range(Z.shape[0]):
        for j in range(Z.shape[1]):
            if Z[n, j] > 0:
                dZ[n, j] = dout[n, j]
            else:
                dZ[n, j] = dout[n, j] * slope[j]
                dslope[j] += dout[n, j] * Z[n, j]
    return dZ, dslope


def prelu_backward__masks(dout, Z, slope):
    negative = Z < 0
    return dout * ~negative + dout * negative * slope, (dout * Z * negative).sum(0)


def prelu_backward__einsum(dout, Z, slope):
    return np.where(Z > 0, dout, dout * slope), np.einsum("nd,nd->d", dout, np.where(Z > 0, 0.0, Z))


def prelu_backward__float32(dout, Z, slope):
    dout, Z, slope = (np.asarray(values, dtype=np.float32) for values in (dout, Z, slope))
    return dout * np.where(Z > 0, np.float32(1), slope), np.sum(dout * np.minimum(Z, 0), axis=0)


# glorot_uniform


def glorot_uniform__scaled(fan_in, fan_out, rng):
    return (2 * rng.random((fan_in, fan_out)) - 1) * np.sqrt(6 / (fan_in + fan_out))


def glorot_uniform__from_variance(fan_in, fan_out, rng):
    variance = 2 / (fan_in + fan_out)
    return rng.uniform(-1, 1, size=(fan_in, fan_out)) * np.sqrt(3 * variance)


def glorot_uniform__row_by_row(fan_in, fan_out, rng):
    limit = (6 / (fan_in + fan_out)) ** 0.5
    return np.array([rng.uniform(-limit, limit, fan_out) for _ in range(fan_in)])


def glorot_uniform__float32(fan_in, fan_out, rng):
    limit = np.float32(np.sqrt(6 / (fan_in + fan_out)))
    return (rng.random((fan_in, fan_out), dtype=np.float32) * 2 - 1) * limit


# he_normal


def he_normal__scaled(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out)) * (2 / fan_in) ** 0.5


def he_normal__truncated_and_widened(fan_in, fan_out, rng):
    W = rng.normal(size=(fan_in, fan_out))
    while np.any(np.abs(W) > 2):
        W = np.where(np.abs(W) > 2, rng.normal(size=W.shape), W)
    return W / 0.87962566103423978 * np.sqrt(2 / fan_in)


def he_normal__column_by_column(fan_in, fan_out, rng):
    return np.stack([rng.normal(scale=np.sqrt(2 / fan_in), size=fan_in) for _ in range(fan_out)], axis=1)


def he_normal__float32(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out), dtype=np.float32) * np.float32(np.sqrt(2 / fan_in))


# lsuv_init


def lsuv_init__singular_vectors(X, widths, rng):
    weights, A = [], X
    for width in widths:
        U, _, V = np.linalg.svd(rng.normal(size=(A.shape[1], width)), full_matrices=False)
        W = U if U.shape == (A.shape[1], width) else V
        W /= (A @ W).std()
        weights.append(W)
        A = np.maximum(A @ W, 0)
    return weights


def lsuv_init__part_of_a_square(X, widths, rng):
    weights, A = [], X
    for width in widths:
        size = max(A.shape[1], width)
        Q = np.linalg.qr(rng.standard_normal((size, size)))[0]
        W = Q[: A.shape[1], :width]
        Z = A @ W
        weights.append(W / np.std(Z))
        A = leaky_relu_forward(A @ weights[-1], 0.0)
    return weights


def lsuv_init__until_it_fits(X, widths, rng):
    import itertools

    weights, sizes = [], [X.shape[1], *widths]
    for m, n in itertools.pairwise(sizes):
        W = np.linalg.qr(rng.normal(size=(m, n)))[0] if m >= n else np.linalg.qr(rng.normal(size=(n, m)))[0].T
        A = X
        for below in weights:
            A = np.maximum(A @ below, 0)
        while abs(np.var(A @ W) - 1) > 1e-6:
            W = W / np.sqrt(np.var(A @ W))
        weights.append(W)
    return tuple(weights)


def lsuv_init__float32(X, widths, rng):
    A, weights = np.asarray(X, dtype=np.float32), []
    for width in widths:
        tall = A.shape[1] >= width
        G = rng.normal(size=(A.shape[1], width) if tall else (width, A.shape[1])).astype(np.float32)
        W = np.linalg.qr(G)[0]
        W = W if tall else W.T
        weights.append(W / np.std(A @ W))
        A = np.maximum(A @ weights[-1], 0)
    return weights


# batchnorm_forward, batchnorm_inference_broken


def batchnorm_forward__steps(X, gamma, beta, running_mean, running_var, momentum, eps, training):
    if not training:
        return (X - running_mean) / np.sqrt(running_var + eps) * gamma + beta, running_mean, running_var
    mu = np.sum(X, axis=0) / X.shape[0]
    centred = X - mu
    v = np.sum(centred**2, axis=0) / X.shape[0]
    X_hat = centred * (1 / np.sqrt(v + eps))
    new_mean = running_mean + (1 - momentum) * (mu - running_mean)
    new_var = running_var + (1 - momentum) * (v - running_var)
    return X_hat * gamma + beta, new_mean, new_var


def batchnorm_forward__one_line(X, gamma, beta, running_mean, running_var, momentum, eps, training):
    mean, var = (X.mean(0), (X**2).mean(0) - X.mean(0) ** 2) if training else (running_mean, running_var)
    keep = momentum if training else 1.0
    scale = gamma / np.sqrt(var + eps)
    out = X * scale + (beta - mean * scale)
    return [out, keep * running_mean + (1 - keep) * mean, keep * running_var + (1 - keep) * var]


def batchnorm_forward__column_by_column(X, gamma, beta, running_mean, running_var, momentum, eps, training):
    out = np.zeros(X.shape)
    running_mean, running_var = running_mean.copy(), running_var.copy()
    for j in range(X.shape[1]):
        mean, var = running_mean[j], running_var[j]
        if training:
            mean, var = np.mean(X[:, j]), np.var(X[:, j])
            running_mean[j] = momentum * running_mean[j] + (1 - momentum) * mean
            running_var[j] = momentum * running_var[j] + (1 - momentum) * var
        out[:, j] = gamma[j] * (X[:, j] - mean) / (var + eps) ** 0.5 + beta[j]
    return out, running_mean, running_var


def batchnorm_forward__float32(X, gamma, beta, running_mean, running_var, momentum, eps, training):
    X, gamma, beta, running_mean, running_var = (
        np.asarray(values, dtype=np.float32) for values in (X, gamma, beta, running_mean, running_var)
    )
    mean, var = (X.mean(axis=0), X.var(axis=0)) if training else (running_mean, running_var)
    out = gamma * (X - mean) / np.sqrt(var + np.float32(eps)) + beta
    if training:
        keep = np.float32(momentum)
        return out, keep * running_mean + (1 - keep) * mean, keep * running_var + (1 - keep) * var
    return out, running_mean, running_var


def batchnorm_inference_broken__forward(X, gamma, beta, running_mean, running_var, eps):
    return batchnorm_forward(X, gamma, beta, running_mean, running_var, 0.9, eps, False)[0]


def batchnorm_inference_broken__scale_and_shift(X, gamma, beta, running_mean, running_var, eps):
    scale = gamma * (running_var + eps) ** -0.5
    return X * scale + (beta - running_mean * scale)


def batchnorm_inference_broken__float32(X, gamma, beta, running_mean, running_var, eps):
    X, gamma, beta, mean, var = (np.float32(values) for values in (X, gamma, beta, running_mean, running_var))
    return gamma * ((X - mean) / np.sqrt(var + np.float32(eps))) + beta


# batchnorm_backward


def batchnorm_backward__step_by_step(dout, X, gamma, eps):
    N = len(X)
    mu, v = X.mean(axis=0), X.var(axis=0)
    sigma = np.sqrt(v + eps)
    X_hat = (X - mu) / sigma
    g = dout * gamma
    dv = np.sum(g * (X - mu), axis=0) * -0.5 / sigma**3
    dmu = -np.sum(g, axis=0) / sigma + dv * np.mean(-2 * (X - mu), axis=0)
    dX = g / sigma + dv * 2 * (X - mu) / N + dmu / N
    return dX, np.sum(dout * X_hat, axis=0), np.sum(dout, axis=0)


def batchnorm_backward__compact(dout, X, gamma, eps):
    N = X.shape[0]
    inverse = 1 / np.sqrt(X.var(axis=0) + eps)
    X_hat = (X - X.mean(axis=0)) * inverse
    dgamma, dbeta = (dout * X_hat).sum(axis=0), dout.sum(axis=0)
    return gamma * inverse / N * (N * dout - dbeta - X_hat * dgamma), dgamma, dbeta


def batchnorm_backward__jacobian(dout, X, gamma, eps):
    N, D = X.shape
    dX = np.zeros((N, D))
    std = np.sqrt(X.var(axis=0) + eps)
    X_hat = (X - X.mean(axis=0)) / std
    for j in range(D):
        jacobian = (np.eye(N) - 1 / N - np.outer(X_hat[:, j], X_hat[:, j]) / N) / std[j]
        dX[:, j] = gamma[j] * jacobian @ dout[:, j]
    return [dX, np.einsum("nd,nd->d", dout, X_hat), np.ones(N) @ dout]


def batchnorm_backward__float32(dout, X, gamma, eps):
    dout, X, gamma = (np.asarray(values, dtype=np.float32) for values in (dout, X, gamma))
    std = np.sqrt(X.var(axis=0) + np.float32(eps))
    X_hat = (X - X.mean(axis=0)) / std
    g = gamma * dout
    dX = (g - g.mean(axis=0) - X_hat * (g * X_hat).mean(axis=0)) / std
    return dX, (dout * X_hat).sum(axis=0), dout.sum(axis=0)


# dropout_forward, dropout_backward


def dropout_forward__binomial(X, drop_rate, rng, training):
    mask = rng.binomial(1, 1 - drop_rate, size=X.shape) if training else np.ones(X.shape, dtype=int)
    return (X * mask / (1 - drop_rate) if training else X), mask


def dropout_forward__boolean(X, drop_rate, rng, training):
    if training:
        mask = rng.random(X.shape) < 1 - drop_rate
        return np.where(mask, X / (1 - drop_rate), 0), mask
    return X, np.full(X.shape, True)


def dropout_forward__rate_zero_in_inference(X, drop_rate, rng, training):
    rate = drop_rate if training else 0.0
    mask = 1.0 - (rng.uniform(size=X.shape) < rate)
    return [X * (mask / (1 - rate)), mask]


def dropout_forward__float32(X, drop_rate, rng, training):
    X = np.asarray(X, dtype=np.float32)
    if not training:
        return X, np.ones(X.shape, dtype=np.float32)
    mask = (rng.random(X.shape, dtype=np.float32) >= drop_rate).astype(np.float32)
    return X * mask / np.float32(1 - drop_rate), mask


def dropout_backward__where(dout, mask, drop_rate):
    return np.where(mask == 1, dout / (1 - drop_rate), 0)


def dropout_backward__copy(dout, mask, drop_rate):
    dX = dout / (1 - drop_rate)
    dX[np.asarray(mask) == 0] = 0
    return dX


def dropout_backward__float32(dout, mask, drop_rate):
    return np.asarray(dout, dtype=np.float32) * np.asarray(mask, dtype=np.float32) / np.float32(1 - drop_rate)


# l1_l2_penalty


def l1_l2_penalty__loop(W, l1, l2):
    penalty, flat = 0.0, []
    for w in W.ravel():
        penalty += l1 * abs(w) + l2 * w * w
        flat.append(l1 * float(np.sign(w)) + 2 * l2 * w)
    return penalty, np.reshape(flat, W.shape)


def l1_l2_penalty__norms(W, l1, l2):
    flat = W.ravel()
    return l1 * np.linalg.norm(flat, 1) + l2 * flat @ flat, l1 * np.sign(W) + l2 * (W + W)


def l1_l2_penalty__masks(W, l1, l2):
    dW = 2 * l2 * W
    dW[W > 0] += l1
    dW[W < 0] -= l1
    return float(np.sum(l1 * np.abs(W) + l2 * np.square(W))), dW


def l1_l2_penalty__float32(W, l1, l2):
    W, l1, l2 = np.asarray(W, dtype=np.float32), np.float32(l1), np.float32(l2)
    return l1 * np.sum(np.abs(W)) + l2 * np.sum(W**2), l1 * np.sign(W) + 2 * l2 * W


# early_stopping


def early_stopping__waiting(losses, patience):
    lowest, best, wait = float("inf"), 0, 0
    for epoch in range(len(losses)):
        if losses[epoch] < lowest:
            lowest, best, wait = losses[epoch], epoch, 0
        else:
            wait += 1
            if wait >= patience:
                return epoch, best
    return len(losses) - 1, best


def early_stopping__while(losses, patience):
    epoch = 0
    while epoch < len(losses) - 1 and epoch - int(np.argmin(losses[: epoch + 1])) < patience:
        epoch += 1
    return epoch, np.argmin(losses[: epoch + 1])


def early_stopping__float32(losses, patience):
    losses = np.asarray(losses, dtype=np.float32)
    best = stop = 0
    while stop + 1 < len(losses) and stop - best < patience:
        stop += 1
        best = stop if losses[stop] < losses[best] else best
    return [stop, best]


# augment_shift


def augment_shift__slices(images, rng, max_shift):
    moved = np.zeros_like(images)
    N, H, W = images.shape
    for n in range(N):
        dy, dx = rng.integers(-max_shift, max_shift, size=2, endpoint=True)
        part = images[n, max(0, -dy) : H - max(0, dy), max(0, -dx) : W - max(0, dx)]
        moved[n, max(0, dy) : H + min(0, dy), max(0, dx) : W + min(0, dx)] = part
    return moved


def augment_shift__roll_in_a_frame(images, rng, max_shift):
    m, (_, H, W) = max_shift, images.shape
    framed = np.pad(images, ((0, 0), (m, m), (m, m)))
    shifts = [rng.integers(-m, m + 1, size=2) for _ in images]
    return np.array([np.roll(f, s, axis=(0, 1))[m : m + H, m : m + W] for f, s in zip(framed, shifts, strict=True)])


def augment_shift__index_arrays(images, rng, max_shift):
    N, H, W = images.shape
    framed = np.pad(images, ((0, 0), (max_shift,) * 2, (max_shift,) * 2))
    y, x = rng.integers(2 * max_shift + 1, size=(2, N, 1, 1))
    return framed[np.arange(N)[:, None, None], y + np.arange(H)[:, None], x + np.arange(W)]


def augment_shift__float32(images, rng, max_shift):
    N, H, W = images.shape
    moved = np.zeros((N, H + 2 * max_shift, W + 2 * max_shift), dtype=np.float32)
    for n, image in enumerate(images):
        y, x = rng.integers(0, 2 * max_shift + 1, size=2)
        moved[n, y : y + H, x : x + W] = image
    return moved[:, max_shift : max_shift + H, max_shift : max_shift + W]


# train_regularised


def train_regularised__batchnorm_and_dropout(X, y, rng):
    import keras

    keras.utils.set_random_seed(int(rng.integers(2**31)))
    layers = [keras.Input((64,))]
    for _ in range(2):
        layers += [
            keras.layers.Dense(128, kernel_initializer="he_normal"),
            keras.layers.BatchNormalization(),
            keras.layers.ReLU(),
            keras.layers.Dropout(0.2),
        ]
    model = keras.Sequential([*layers, keras.layers.Dense(10, activation="softmax")])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", jit_compile=False)
    copies = [augment_shift(X.reshape(-1, 8, 8), rng, 1).reshape(-1, 64) for _ in range(20)]
    model.fit(np.concatenate(copies), np.tile(y, 20), batch_size=64, epochs=10, verbose=0)
    return model


def train_regularised__new_copies_each_epoch(X, y, rng):
    import keras

    keras.utils.set_random_seed(int(rng.integers(2**31)))
    model = build_plain()
    for _ in range(30):
        copies = augment_shift(np.tile(X.reshape(-1, 8, 8), (5, 1, 1)), rng, 1)
        model.fit(copies.reshape(-1, 64), np.tile(y, 5), batch_size=32, verbose=0)
    return model


edit(
    "train_regularised__float32",
    {"model.fit(np.concatenate([X, shifted])": "model.fit(np.concatenate([X, shifted], dtype=np.float32)"},
)
