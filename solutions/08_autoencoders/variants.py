"""Different right answers to the exercises of lesson 08: each must pass every check.

Each function may use NumPy as `np` and the lesson's own functions, which are there when it runs. An `edit` is the
reference with a few texts replaced.
"""

import numpy as np

from grading.lessons.checking import edit

# pca


def pca__covariance(X, k):
    mean = np.mean(X, axis=0)
    centred = X - mean
    _, vectors = np.linalg.eigh(centred.T @ centred)
    components = vectors[:, ::-1][:, :k].T
    return mean, components, centred @ components.T


def pca__codes_from_u(X, k):
    mean = X.sum(axis=0) / len(X)
    U, s, Vt = np.linalg.svd(X - mean, full_matrices=False)
    return mean, Vt[:k], U[:, :k] * s[:k]


def pca__signs_fixed(X, k):
    mean = X.mean(0)
    _, _, Vt = np.linalg.svd(X - mean)
    components = Vt[:k].copy()
    largest = components[np.arange(k), np.abs(components).argmax(axis=1)]
    components *= np.sign(largest)[:, None]
    return mean, components, np.einsum("nd,kd->nk", X - mean, components)


def pca__transposed(X, k):
    mean = X.mean(axis=0)
    U, _, _ = np.linalg.svd((X - mean).T, full_matrices=False)
    return [mean, -U[:, :k].T, -(X - mean) @ U[:, :k]]


# low_rank_error


def low_rank_error__rebuilt(X, k):
    mean = X.mean(axis=0)
    U, s, Vt = np.linalg.svd(X - mean, full_matrices=False)
    rebuilt = mean + (U[:, :k] * s[:k]) @ Vt[:k]
    return np.mean(np.sum((X - rebuilt) ** 2, axis=1))


def low_rank_error__by_pca(X, k):
    k = min(k, *X.shape)
    if k == 0:
        return float(np.sum(np.var(X, axis=0)))
    mean, components, codes = pca(X, k)
    return float(np.mean(np.linalg.norm(X - mean - codes @ components, axis=1) ** 2))


def low_rank_error__eigenvalues(X, k):
    centred = X - X.mean(axis=0)
    values = np.linalg.eigvalsh(centred @ centred.T if len(X) < X.shape[1] else centred.T @ centred)
    return values[::-1][k:].sum() / len(X)


def low_rank_error__loop(X, k):
    values = np.linalg.svd(X - np.mean(X, axis=0))[1]
    return sum(value**2 for i, value in enumerate(values) if i >= k) / X.shape[0]


# autoencoder_loss


def autoencoder_loss__untied_first(X, target, params, linear=False):
    tied = "V" not in params
    V = params["W"].T if tied else params["V"]
    H = X @ params["W"] + params["b"]
    if not linear:
        H = 1 / (1 + np.exp(-H))
    Y = H @ V + params["c"]
    dY = 2 * (Y - target) / X.shape[0]
    dZ = dY @ V.T
    if not linear:
        dZ = dZ * (H - H**2)
    dW, dV = X.T @ dZ, H.T @ dY
    grads = {"c": dY.sum(0), "b": dZ.sum(0)}
    if tied:
        return np.mean(np.sum((Y - target) ** 2, axis=1)), grads | {"W": dW + dV.T}
    return np.mean(np.sum((Y - target) ** 2, axis=1)), grads | {"W": dW, "V": dV}


def autoencoder_loss__examples_one_by_one(X, target, params, linear=False):
    W, b, c = params["W"], params["b"], params["c"]
    V = params.get("V", W.T)
    loss, dW, dV = 0.0, np.zeros(W.shape), np.zeros(V.shape)
    db, dc = np.zeros(b.shape), np.zeros(c.shape)
    for x, t in zip(X, target, strict=True):
        z = x @ W + b
        h = z if linear else sigmoid(z)
        gap = h @ V + c - t
        loss += gap @ gap / len(X)
        dz = 2 * (V @ gap) / len(X) * (1 if linear else h * (1 - h))
        dW += np.outer(x, dz)
        db += dz
        dV += 2 * np.outer(h, gap) / len(X)
        dc += 2 * gap / len(X)
    if "V" in params:
        return loss, {"W": dW, "b": db, "V": dV, "c": dc}
    return loss, {"W": dW + dV.T, "b": db, "c": dc}


edit(
    "autoencoder_loss__slope_array",
    {"dZ = dH if linear else dH * H * (1 - H)": "dZ = dH * (np.ones(H.shape) if linear else H - H * H)"},
)
edit(
    "autoencoder_loss__einsum",
    {"np.sum(errors**2) / len(X), grads": 'np.einsum("nd,nd->", errors, errors) / X.shape[0], dict(grads)'},
)


# train_linear


def train_linear__momentum(X, k, rng):
    D = X.shape[1]
    params = {"W": rng.normal(size=(D, k)) / np.sqrt(D), "b": np.zeros(k), "V": rng.normal(size=(k, D)) / np.sqrt(D)}
    params["c"] = np.mean(X, axis=0)
    speed = {name: np.zeros(array.shape) for name, array in params.items()}
    for step in range(4000):
        _, grads = autoencoder_loss(X, X, params, linear=True)
        for name in params:
            speed[name] = 0.9 * speed[name] - 0.02 * (1 - step / 4000) * grads[name]
            params[name] = params[name] + speed[name]
    return params


def train_linear__tied(X, k, rng):
    params = {"W": rng.normal(size=(X.shape[1], k)) / 8, "b": np.zeros(k), "c": X.mean(axis=0)}
    adam = Adam(0.01)
    for step in range(2500):
        adam.learning_rate = 0.01 * (1 - 0.95 * step / 2500)
        params = adam.update(params, autoencoder_loss(X, X, params, True)[1])
    return params | {"V": params["W"].T.copy()}


def train_linear__shortcut(X, k, rng):
    mean, components, _ = pca(X, k)
    return {"W": components.T.copy(), "b": -components @ mean, "V": components, "c": mean}


# corrupt


def corrupt__times_mask(X, rate, rng):
    return X * (rng.random(X.shape) >= rate).astype(float)


def corrupt__copy(X, rate, rng):
    out = np.array(X, dtype=np.float64)
    out[rng.random(size=X.shape) < rate] = 0.0
    return out


def corrupt__binomial(X, rate, rng):
    return np.where(rng.binomial(1, 1.0 - rate, size=X.shape) == 1, X, 0.0)


def corrupt__choice(X, rate, rng):
    return X * rng.choice([0.0, 1.0], p=[rate, 1 - rate], size=X.shape)


# sparsity_penalty


def sparsity_penalty__logs_apart(H, rho):
    mean = np.sum(H, axis=0) / H.shape[0]
    penalty = np.sum(rho * (np.log(rho) - np.log(mean)) + (1 - rho) * (np.log(1 - rho) - np.log(1 - mean)))
    return penalty, np.ones_like(H) * (-rho / mean + (1 - rho) / (1 - mean)) / H.shape[0]


def sparsity_penalty__one_fraction(H, rho):
    means = H.mean(0, keepdims=True)
    dH = np.repeat((means - rho) / (means * (1 - means)) / len(H), len(H), axis=0)
    entropy = H.shape[1] * (rho * np.log(rho) + (1 - rho) * np.log(1 - rho))
    return float(entropy - np.sum(rho * np.log(means) + (1 - rho) * np.log(1 - means))), dH


def sparsity_penalty__units_one_by_one(H, rho):
    penalty, dH = 0.0, np.zeros(H.shape)
    for k in range(H.shape[1]):
        mean = np.mean(H[:, k])
        penalty += rho * np.log(rho / mean) + (1 - rho) * np.log((1 - rho) / (1 - mean))
        dH[:, k] = ((1 - rho) / (1 - mean) - rho / mean) / len(H)
    return penalty, dH


edit(
    "sparsity_penalty__broadcast",
    {"np.tile(slopes / len(H), (len(H), 1))": "np.zeros(H.shape) + slopes / len(H)"},
)


# contractive_penalty


def contractive_penalty__jacobians(X, W, b):
    H = sigmoid(X @ W + b)
    slopes = H * (1 - H)
    J = slopes[:, :, None] * W.T
    dJ = 2 * J / len(X)
    dslopes = np.sum(dJ * W.T, axis=2)
    dZ = dslopes * slopes * (1 - 2 * H)
    dW = np.einsum("nkd,nk->dk", dJ, slopes) + X.T @ dZ
    return np.sum(J**2) / len(X), dW, dZ.sum(axis=0)


def contractive_penalty__examples_one_by_one(X, W, b):
    penalty, dW, db = 0.0, np.zeros(W.shape), np.zeros(W.shape[1])
    lengths = (W**2).sum(axis=0)
    for x in X:
        h = 1 / (1 + np.exp(-(x @ W + b)))
        s = h * (1 - h)
        penalty += s**2 @ lengths / len(X)
        dz = 2 * s * lengths * s * (1 - 2 * h) / len(X)
        dW += 2 * W * s**2 / len(X) + np.outer(x, dz)
        db += dz
    return penalty, dW, db


def contractive_penalty__both_sigmoids(X, W, b):
    Z = X @ W + b
    on, off = sigmoid(Z), sigmoid(-Z)
    s = on * off
    q = np.linalg.norm(W, axis=0) ** 2
    dZ = 2 * s**2 * (off - on) * q / X.shape[0]
    return np.mean(s**2 @ q), 2 * W * np.mean(s**2, axis=0) + X.T @ dZ, dZ.sum(0)


edit(
    "contractive_penalty__mean_of_sums",
    {"np.sum(squares * lengths) / len(X), dW": "np.mean(np.sum(squares * lengths, axis=1)), dW"},
)


# reparameterize


def reparameterize__standard_normal(mu, logvar, rng):
    eps = rng.standard_normal(mu.shape)
    return eps * np.sqrt(np.exp(logvar)) + mu, eps


def reparameterize__power(mu, logvar, rng):
    eps = rng.normal(0.0, 1.0, np.shape(logvar))
    return [mu + eps * np.exp(logvar) ** 0.5, eps]


def reparameterize__columns_first(mu, logvar, rng):
    eps = rng.normal(size=mu.shape[::-1]).T
    return mu + np.exp(0.5 * logvar) * eps, eps.copy()


def reparameterize__by_pairs(mu, logvar, rng):
    u, v = 1.0 - rng.random(mu.shape), rng.random(mu.shape)
    eps = np.sqrt(-2 * np.log(u)) * np.cos(2 * np.pi * v)
    return mu + np.exp(logvar / 2) * eps, eps


# gaussian_kl


def gaussian_kl__each_example_first(mu, logvar):
    each = -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar), axis=1)
    return each.mean(), mu / mu.shape[0], 0.5 * (np.exp(logvar) - 1) / mu.shape[0]


def gaussian_kl__deviations(mu, logvar):
    sigma = np.exp(logvar / 2)
    N = len(mu)
    return np.sum((mu**2 + sigma**2 - 1) / 2 - logvar / 2) / N, mu / N, (sigma**2 - 1) / 2 / N


def gaussian_kl__expm1(mu, logvar):
    N = mu.shape[0]
    rise = np.expm1(logvar)
    return float(np.mean(np.sum(mu * mu + rise - logvar, axis=1)) / 2), np.divide(mu, N), rise / (2 * N)


edit(
    "gaussian_kl__two_sums",
    {"np.sum(mu**2 + np.exp(logvar) - 1 - logvar)": "(np.sum(mu**2) + np.sum(np.exp(logvar) - 1 - logvar))"},
)


# vae_loss


def vae_loss__long_hand(X, params, eps, beta=1.0):
    N = X.shape[0]
    A, mu, logvar = encode(X, params)
    sigma = np.exp(0.5 * logvar)
    z = mu + sigma * eps
    B, G = decode(z, params)
    log_probs = X * G - np.maximum(G, 0) - np.log1p(np.exp(-np.abs(G)))
    divergence = 0.5 * np.sum(mu**2 + sigma**2 - 1 - logvar, axis=1)
    loss = np.mean(beta * divergence - log_probs.sum(axis=1))
    dG = (sigmoid(G) - X) / N
    grads = {"W_out": B.T @ dG, "b_out": dG.sum(0)}
    dB = dG @ params["W_out"].T
    dB[B <= 0] = 0
    grads |= {"W_dec": z.T @ dB, "b_dec": dB.sum(0)}
    dz = dB @ params["W_dec"].T
    dmu = dz + beta * mu / N
    dlogvar = 0.5 * (dz * eps * sigma + beta * (sigma**2 - 1) / N)
    grads |= {"W_mu": A.T @ dmu, "b_mu": dmu.sum(0), "W_logvar": A.T @ dlogvar, "b_logvar": dlogvar.sum(0)}
    dA = np.where(A > 0, dmu @ params["W_mu"].T + dlogvar @ params["W_logvar"].T, 0.0)
    return loss, grads | {"W_enc": X.T @ dA, "b_enc": dA.sum(0)}


def vae_loss__joined_codes(X, params, eps, beta=1.0):
    A, mu, logvar = encode(X, params)
    z = mu + np.exp(logvar / 2) * eps
    B, logits = decode(z, params)
    kl, kl_mu, kl_logvar = gaussian_kl(mu, logvar)
    dlogits = (sigmoid(logits) - X) / len(X)
    dB = (dlogits @ params["W_out"].T) * np.sign(B)
    dz = dB @ params["W_dec"].T
    dcodes = np.hstack([dz + beta * kl_mu, dz * (z - mu) / 2 + beta * kl_logvar])
    W_codes = np.hstack([params["W_mu"], params["W_logvar"]])
    dA = (dcodes @ W_codes.T) * np.sign(A)
    (dW_mu, dW_logvar), (db_mu, db_logvar) = np.hsplit(A.T @ dcodes, 2), np.split(dcodes.sum(axis=0), 2)
    grads = {"W_enc": X.T @ dA, "b_enc": dA.sum(axis=0), "W_mu": dW_mu, "b_mu": db_mu, "W_logvar": dW_logvar}
    grads |= {"b_logvar": db_logvar, "W_dec": z.T @ dB, "b_dec": dB.sum(axis=0)}
    grads |= {"W_out": B.T @ dlogits, "b_out": dlogits.sum(axis=0)}
    pixels = np.where(logits > 0, logits, 0.0) - X * logits + np.log1p(np.exp(-np.abs(logits)))
    return pixels.sum() / len(X) + beta * kl, grads


edit(
    "vae_loss__both_sides",
    {
        "np.sum(np.logaddexp(0, logits) - X * logits)": (
            "np.sum(X * np.logaddexp(0, -logits) + (1 - X) * np.logaddexp(0, logits))"
        )
    },
)
edit(
    "vae_loss__relu_by_where",
    {'dlogits @ params["W_out"].T * (B > 0)': 'np.where(B == 0, 0.0, dlogits @ params["W_out"].T)'},
)


# evidence_bound_broken


def evidence_bound_broken__all_draws_at_once(X, params, eps):
    _, mu, logvar = encode(X, params)
    z = mu + np.exp(0.5 * logvar) * eps
    _, logits = decode(z, params)
    log_probs = np.sum(X * logits - np.logaddexp(0, logits), axis=2)
    return log_probs.mean(axis=0) - 0.5 * np.sum(mu**2 + np.exp(logvar) - 1 - logvar, axis=1)


def evidence_bound_broken__both_sides(X, params, eps):
    _, mu, logvar = encode(X, params)
    bounds = -0.5 * np.sum(mu**2 + np.exp(logvar) - 1 - logvar, axis=1)
    for noise in eps:
        logits = decode(mu + np.sqrt(np.exp(logvar)) * noise, params)[1]
        ink, paper = -np.logaddexp(0, -logits), -np.logaddexp(0, logits)
        bounds = bounds + np.sum(X * ink + (1 - X) * paper, axis=1) / len(eps)
    return bounds


edit("evidence_bound_broken__a_trace_left", {"np.log(sigma**2)": "np.log(sigma**2 + 1e-12)"})
edit("evidence_bound_broken__price_of_logvar", {"np.log(sigma**2)": "logvar"})
edit(
    "evidence_bound_broken__scaled_inside",
    {
        "log_probs += np.sum(": "log_probs += 1 / len(eps) * np.sum(",
        "log_probs / len(eps) - price": "log_probs - price",
    },
)


# train_vae


def train_vae__passes(X, rng):
    params = start_vae(X.shape[1], 100, 2, rng)
    adam, num_passes = Adam(0.005), 250
    for epoch in range(num_passes):
        adam.learning_rate = 0.005 * (1 - 0.9 * epoch / num_passes)
        order = rng.permutation(len(X))
        for start in range(0, len(X) - 99, 100):
            batch = X[order[start : start + 100]]
            params = adam.update(params, vae_loss(batch, params, rng.normal(size=(100, 2)))[1])
    return params


def train_vae__warmed_price(X, rng):
    params, adam = start_vae(X.shape[1], 128, 2, rng), Adam(0.002)
    for step in range(4000):
        batch = X[rng.choice(len(X), size=100, replace=False)]
        beta = min(1.0, step / 500)
        params = adam.update(params, vae_loss(batch, params, rng.normal(size=(100, 2)), beta)[1])
    return params


# spectral_codes


def spectral_codes__laplacian(A, k):
    g = A.sum(axis=1)
    L = np.eye(len(A)) - A / np.sqrt(np.outer(g, g))
    _, vectors = np.linalg.eigh(L)
    codes = vectors[:, :k]
    return codes / np.sqrt((codes**2).sum(axis=1))[:, None]


def spectral_codes__diagonal_matrices(A, k):
    D = np.diag(1 / np.sqrt(A.sum(axis=0)))
    M = D @ A @ D
    values, vectors = np.linalg.eigh((M + M.T) / 2)
    codes = vectors[:, np.argsort(-values)[:k]]
    return (codes.T / np.linalg.norm(codes, axis=1)).T


def spectral_codes__shifted(A, k):
    roots = A.sum(axis=1) ** 0.5
    M = A / roots / roots[:, None] + 2 * np.eye(len(A))
    U, _, _ = np.linalg.svd((M + M.T) / 2)
    return -U[:, :k] / np.linalg.norm(U[:, :k], axis=1, keepdims=True)


edit("spectral_codes__largest_first", {"vectors[:, -k:]": "vectors[:, ::-1][:, :k].copy()"})
