"""Different right answers to the exercises of lesson 07: each must pass every check.

Each function may use NumPy as `np` and the lesson's own functions, which are there when it runs. An `edit` is the
reference with a few texts replaced.
"""

import numpy as np

from grading.lessons.checking import edit

# rnn_step_forward


def rnn_step_forward__joined(x, h_prev, Wx, Wh, b):
    return np.tanh(np.concatenate([x, h_prev], axis=1) @ np.concatenate([Wx, Wh]) + b)


def rnn_step_forward__loops(x, h_prev, Wx, Wh, b):
    h = np.zeros((len(x), len(b)))
    for n in range(len(x)):
        for k in range(len(b)):
            h[n, k] = np.tanh(np.dot(x[n], Wx[:, k]) + np.dot(h_prev[n], Wh[:, k]) + b[k])
    return h


def rnn_step_forward__by_sigmoid(x, h_prev, Wx, Wh, b):
    return 2 * sigmoid(2 * (x @ Wx + h_prev @ Wh + b)) - 1


def rnn_step_forward__float32(x, h_prev, Wx, Wh, b):
    x, h_prev, Wx, Wh, b = (np.asarray(array, dtype=np.float32) for array in (x, h_prev, Wx, Wh, b))
    return np.tanh(np.einsum("bc,ch->bh", x, Wx) + np.einsum("bj,jh->bh", h_prev, Wh) + b)


# rnn_forward


def rnn_forward__filled(X, h0, Wx, Wh, b):
    B, T, _ = X.shape
    H = np.zeros((B, T, len(b)))
    h = h0
    for t in range(T):
        h = rnn_step_forward(X[:, t, :], h, Wx, Wh, b)
        H[:, t, :] = h
    return H


def rnn_forward__steps_in_front(X, h0, Wx, Wh, b):
    H = np.empty((X.shape[1] + 1, X.shape[0], b.shape[0]))
    H[0] = h0
    for t, x in enumerate(np.transpose(X, (1, 0, 2))):
        H[t + 1] = np.tanh(x @ Wx + H[t] @ Wh + b)
    return H[1:].transpose(1, 0, 2)


def rnn_forward__inputs_at_once(X, h0, Wx, Wh, b):
    Z = X @ Wx + b
    H = np.zeros(Z.shape)
    for t in range(Z.shape[1]):
        H[:, t] = np.tanh(Z[:, t] + (H[:, t - 1] if t else h0) @ Wh)
    return H


def rnn_forward__one_sequence_at_a_time(X, h0, Wx, Wh, b):
    H = np.zeros(X.shape[:2] + Wh.shape[:1])
    for n in range(len(X)):
        h = h0[n : n + 1]
        for t in range(X.shape[1]):
            h = rnn_step_forward(X[n : n + 1, t], h, Wx, Wh, b)
            H[n, t] = h[0]
    return H


# rnn_step_backward


def rnn_step_backward__einsum(dh, x, h_prev, h, Wx, Wh):
    dz = dh * (1 - h * h)
    return (
        np.einsum("bh,ch->bc", dz, Wx),
        np.einsum("bh,jh->bj", dz, Wh),
        np.einsum("bc,bh->ch", x, dz),
        np.einsum("bj,bh->jh", h_prev, dz),
        np.einsum("bh->h", dz),
    )


def rnn_step_backward__joined(dh, x, h_prev, h, Wx, Wh):
    dz = dh - dh * h**2
    both = dz @ np.concatenate([Wx, Wh]).T
    dW = np.concatenate([x, h_prev], axis=1).T @ dz
    C = Wx.shape[0]
    return [both[:, :C], both[:, C:], dW[:C], dW[C:], np.sum(dz, axis=0)]


def rnn_step_backward__loops(dh, x, h_prev, h, Wx, Wh):
    dx, dh_prev = np.zeros(x.shape), np.zeros(h_prev.shape)
    dWx, dWh, db = np.zeros(Wx.shape), np.zeros(Wh.shape), np.zeros(Wh.shape[0])
    for n in range(len(x)):
        dz = dh[n] * (1 - h[n]) * (1 + h[n])
        dx[n], dh_prev[n] = Wx @ dz, Wh @ dz
        dWx += np.outer(x[n], dz)
        dWh += np.outer(h_prev[n], dz)
        db += dz
    return dx, dh_prev, dWx, dWh, db


edit(
    "rnn_step_backward__cosh",
    {"dz = dh * (1 - h**2)": "dz = dh / np.cosh(np.arctanh(np.clip(h, -1 + 1e-16, 1 - 1e-16))) ** 2"},
)


# rnn_backward

edit(
    "rnn_backward__counting_down",
    {"for t in reversed(range(X.shape[1])):": "for t in range(X.shape[1] - 1, -1, -1):"},
)


def rnn_backward__own_step(dH, X, h0, H, Wx, Wh):
    B, T, C = X.shape
    states = np.concatenate([h0[:, None, :], H], axis=1)
    dX, dWx, dWh, db = np.zeros((B, T, C)), 0.0 * Wx, 0.0 * Wh, np.zeros(Wh.shape[1])
    carried = np.zeros(h0.shape)
    for t in range(T)[::-1]:
        dz = (carried + dH[:, t]) * (1 - states[:, t + 1] ** 2)
        dX[:, t] = dz @ Wx.T
        dWx, dWh, db = dWx + X[:, t].T @ dz, dWh + states[:, t].T @ dz, db + dz.sum(0)
        carried = dz @ Wh.T
    return dX, carried, dWx, dWh, db


def rnn_backward__gathered(dH, X, h0, H, Wx, Wh):
    dZ, dh = np.zeros(H.shape), np.zeros(h0.shape)
    for t in range(H.shape[1] - 1, -1, -1):
        dZ[:, t] = (dH[:, t] + dh) * (1 - H[:, t] ** 2)
        dh = dZ[:, t].dot(Wh.T)
    before = np.concatenate([h0[:, np.newaxis], H], axis=1)[:, : H.shape[1]]
    return (
        dZ @ Wx.T,
        dh,
        np.einsum("btc,bth->ch", X, dZ),
        np.einsum("btj,bth->jh", before, dZ),
        dZ.sum(axis=1).sum(axis=0),
    )


def rnn_backward__lists(dH, X, h0, H, Wx, Wh):
    T = X.shape[1]
    parts, dh = [], np.zeros(h0.shape)
    for t in reversed(range(T)):
        before = h0 if t == 0 else H[:, t - 1]
        part = rnn_step_backward(dh + dH[:, t], X[:, t], before, H[:, t], Wx, Wh)
        dh = part[1]
        parts.insert(0, part)
    dX = np.stack([part[0] for part in parts], axis=1) if T else np.zeros(X.shape)
    return (
        dX,
        dh,
        *(sum((part[k] for part in parts), np.zeros(shape)) for k, shape in ((2, Wx.shape), (3, Wh.shape))),
        sum((part[4] for part in parts), np.zeros(len(Wh))),
    )


# rnn_backward_broken


def rnn_backward_broken__calls_the_slow_one(dH, X, h0, H, Wx, Wh):
    return rnn_backward(dH, X, h0, H, Wx, Wh)


edit(
    "rnn_backward_broken__einsum",
    {
        "np.tensordot(X, dZ, axes=([0, 1], [0, 1]))": 'np.einsum("btc,bth->ch", X, dZ)',
        "np.tensordot(before, dZ, axes=([0, 1], [0, 1]))": 'np.einsum("btj,bth->jh", before, dZ)',
    },
)
edit(
    "rnn_backward_broken__first_step_apart",
    {
        "before = np.concatenate([h0[:, None], H], axis=1)[:, :-1]": (
            "before = np.zeros(H.shape)\n    before[:, 1:] = H[:, :-1]\n    before[:, :1] = h0[:, None]"
        )
    },
)
edit(
    "rnn_backward_broken__flat",
    {
        "np.tensordot(X, dZ, axes=([0, 1], [0, 1]))": "X.reshape(-1, len(Wx)).T @ dZ.reshape(-1, len(Wh))",
        "np.tensordot(before, dZ, axes=([0, 1], [0, 1]))": "before.reshape(-1, len(Wh)).T @ dZ.reshape(-1, len(Wh))",
    },
)


# lstm_step


def lstm_step__gate_by_gate(x, h_prev, c_prev, weights, peephole=False):
    H = h_prev.shape[1]

    def before(block):
        columns = slice(block * H, (block + 1) * H)
        return x @ weights["Wx"][:, columns] + h_prev @ weights["Wh"][:, columns] + weights["b"][columns]

    zi, zf, zg, zo = before(0), before(1), before(2), before(3)
    if peephole:
        zi, zf = zi + c_prev * weights["p_input"], zf + c_prev * weights["p_forget"]
    i, f, g = sigmoid(zi), sigmoid(zf), np.tanh(zg)
    c = i * g + f * c_prev
    o = sigmoid(zo + c * weights["p_output"]) if peephole else sigmoid(zo)
    return o * np.tanh(c), c, {"input": i, "forget": f, "candidate": g, "output": o}


def lstm_step__joined(x, h_prev, c_prev, weights, peephole=False):
    H = h_prev.shape[1]
    z = np.hstack([x, h_prev]) @ np.vstack([weights["Wx"], weights["Wh"]]) + weights["b"]
    peeps = [weights[f"p_{name}"] if peephole else 0.0 for name in ("input", "forget", "output")]
    i = 0.5 + 0.5 * np.tanh((z[:, :H] + peeps[0] * c_prev) / 2)
    f = 0.5 + 0.5 * np.tanh((z[:, H : 2 * H] + peeps[1] * c_prev) / 2)
    g = np.tanh(z[:, 2 * H : 3 * H])
    c = f * c_prev + i * g
    o = 0.5 + 0.5 * np.tanh((z[:, 3 * H :] + peeps[2] * c) / 2)
    return [o * np.tanh(c), c, {"output": o, "candidate": g, "forget": f, "input": i}]


def lstm_step__reshaped(x, h_prev, c_prev, weights, peephole=False):
    B, H = h_prev.shape
    z = (x.dot(weights["Wx"]) + h_prev.dot(weights["Wh"]) + weights["b"]).reshape(B, 4, H).transpose(1, 0, 2).copy()
    if peephole:
        z[0] += weights["p_input"] * c_prev
        z[1] += weights["p_forget"] * c_prev
    i, f, g = sigmoid(z[0]), sigmoid(z[1]), np.tanh(z[2])
    c = f * c_prev + i * g
    if peephole:
        z[3] += weights["p_output"] * c
    o = sigmoid(z[3])
    return np.tanh(c) * o, c, {"input": i, "forget": f, "candidate": g, "output": o}


def lstm_step__float32(x, h_prev, c_prev, weights, peephole=False):
    weights = {name: np.asarray(array, dtype=np.float32) for name, array in weights.items()}
    x, h_prev, c_prev = (np.asarray(array, dtype=np.float32) for array in (x, h_prev, c_prev))
    z = x @ weights["Wx"] + h_prev @ weights["Wh"] + weights["b"]
    z = np.split(z, 4, axis=1)
    if peephole is True:
        z[0] = z[0] + weights["p_input"] * c_prev
        z[1] = z[1] + weights["p_forget"] * c_prev
    gates = {"input": sigmoid(z[0]), "forget": sigmoid(z[1]), "candidate": np.tanh(z[2])}
    c = gates["forget"] * c_prev + gates["input"] * gates["candidate"]
    gates["output"] = sigmoid(z[3] + (weights["p_output"] * c if peephole else 0))
    return gates["output"] * np.tanh(c), c, gates


# gru_step


def gru_step__split(x, h_prev, weights):
    Wx_f, Wx_r, Wx_g = np.split(weights["Wx"], 3, axis=1)
    Wh_f, Wh_r, Wh_g = np.split(weights["Wh"], 3, axis=1)
    b_f, b_r, b_g = np.split(weights["b"], 3)
    f = sigmoid(x @ Wx_f + h_prev @ Wh_f + b_f)
    r = sigmoid(x @ Wx_r + h_prev @ Wh_r + b_r)
    g = np.tanh(x @ Wx_g + (r * h_prev) @ Wh_g + b_g)
    return f * h_prev + (1 - f) * g, {"forget": f, "reset": r, "candidate": g}


def gru_step__moved_towards(x, h_prev, weights):
    H = len(weights["Wh"])
    gates = sigmoid(
        np.concatenate([x, h_prev], axis=1) @ np.concatenate([weights["Wx"], weights["Wh"]])[:, : 2 * H]
        + weights["b"][: 2 * H]
    )
    f, r = gates[:, :H], gates[:, H:]
    g = np.tanh(x @ weights["Wx"][:, 2 * H :] + (h_prev * r) @ weights["Wh"][:, 2 * H :] + weights["b"][2 * H :])
    return [h_prev + (1 - f) * (g - h_prev), {"reset": r, "candidate": g, "forget": f}]


def gru_step__loops(x, h_prev, weights):
    B, H = h_prev.shape
    h, f, r, g = np.zeros((4, B, H))
    for n in range(B):
        z = weights["b"] + x[n] @ weights["Wx"]
        f[n], r[n] = (
            sigmoid(z[k * H : (k + 1) * H] + h_prev[n] @ weights["Wh"][:, k * H : (k + 1) * H]) for k in (0, 1)
        )
        g[n] = np.tanh(z[2 * H :] + (r[n] * h_prev[n]) @ weights["Wh"][:, 2 * H :])
        h[n] = f[n] * h_prev[n] + (1 - f[n]) * g[n]
    return h, {"forget": f, "reset": r, "candidate": g}


def gru_step__float32(x, h_prev, weights):
    x, h, Wx, Wh, b = (np.asarray(a, np.float32) for a in (x, h_prev, weights["Wx"], weights["Wh"], weights["b"]))
    H = h.shape[1]
    z = x @ Wx + b
    u = h @ Wh[:, : 2 * H]
    f, r = sigmoid(z[:, :H] + u[:, :H]), sigmoid(z[:, H : 2 * H] + u[:, H:])
    g = np.tanh(z[:, 2 * H :] + np.multiply(r, h) @ Wh[:, 2 * H :])
    return np.add(f * h, (1 - f) * g), {"forget": f, "reset": r, "candidate": g}


# train_adding

edit(
    "train_adding__lstm",
    {
        "num_units, batch_size, num_steps = 32, 64, 400": "num_units, batch_size, num_steps = 32, 64, 700",
        "make_weights(2, num_units, 3, rng)": "make_weights(2, num_units, 4, rng)",
        'weights["b"][:num_units] = 1.0': 'weights["b"][num_units : 2 * num_units] = 1.0',
        "gru_forward(X, weights)": "lstm_forward(X, weights)",
        "gru_backward(dH": "lstm_backward(dH",
    },
)
edit(
    "train_adding__wide_and_falling_rate",
    {
        "num_units, batch_size, num_steps = 32, 64, 400": "num_units, batch_size, num_steps = 40, 48, 400",
        "    for _ in range(num_steps):\n": (
            "    for step in range(num_steps):\n        adam.learning_rate = 0.01 * (1 - 0.9 * step / num_steps)\n"
        ),
        'weights["b"][:num_units] = 1.0': 'weights["b"][:num_units] = 2.0',
    },
)


# embedding_forward


def embedding_forward__take(tokens, E):
    return np.take(E, tokens, axis=0)


def embedding_forward__one_hot(tokens, E):
    return np.eye(len(E))[tokens] @ E


def embedding_forward__loop(tokens, E):
    vectors = np.empty((tokens.size, E.shape[1]), dtype=E.dtype)
    for place, token in enumerate(tokens.ravel()):
        vectors[place] = E[token]
    return vectors.reshape(*tokens.shape, E.shape[1])


def embedding_forward__raveled(tokens, E):
    return E[np.ravel(tokens), :].reshape(tokens.shape + E.shape[1:]).copy()


# embedding_backward


def embedding_backward__one_hot(dout, tokens, vocab_size):
    hot = np.eye(vocab_size)[tokens.reshape(-1)]
    return hot.T @ dout.reshape(-1, dout.shape[-1])


def embedding_backward__loop(dout, tokens, vocab_size):
    dE = np.zeros((vocab_size, dout.shape[-1]))
    for place in np.ndindex(*tokens.shape):
        dE[tokens[place]] += dout[place]
    return dE


def embedding_backward__bincount(dout, tokens, vocab_size):
    flat, columns = np.ravel(tokens).astype(np.intp), dout.reshape(-1, dout.shape[-1]).T
    return np.stack([np.bincount(flat, weights=column, minlength=vocab_size) for column in columns], axis=1)


def embedding_backward__by_token(dout, tokens, vocab_size):
    return np.array([np.sum(dout[tokens == token], axis=0) for token in range(vocab_size)], dtype=float)


# sequence_loss


def sequence_loss__picked(logits, targets, mask):
    real = np.array(mask) > 0
    scores, wanted = np.asarray(logits, dtype=float)[real], np.asarray(targets)[real]
    dlogits = np.zeros(np.shape(logits))
    if not len(wanted):
        return 0.0, dlogits
    log_probs = scores - scores.max(axis=1, keepdims=True)
    log_probs = log_probs - np.log(np.exp(log_probs).sum(axis=1, keepdims=True))
    rows = np.arange(len(wanted))
    slopes = np.exp(log_probs)
    slopes[rows, wanted] -= 1
    dlogits[real] = slopes / len(wanted)
    return -np.mean(log_probs[rows, wanted]), dlogits


def sequence_loss__loops(logits, targets, mask):
    B, T, V = logits.shape
    loss, count, dlogits = 0.0, int(np.sum(np.array(mask, dtype=int))), np.zeros((B, T, V))
    for n in range(B):
        for t in range(T):
            if mask[n, t]:
                log_probs = log_softmax(logits[n, t])
                loss -= log_probs[targets[n, t]] / count
                dlogits[n, t] = np.exp(log_probs) / count
                dlogits[n, t, targets[n, t]] -= 1 / count
    return loss, dlogits


def sequence_loss__take_along(logits, targets, mask):
    weight = np.asarray(mask).astype(float)
    weight = weight / max(weight.sum(), 1.0)
    safe = (np.asarray(targets) * (weight > 0))[:, :, np.newaxis]
    log_probs = log_softmax(logits, axis=-1)
    loss = float(-np.sum(np.take_along_axis(log_probs, safe, axis=2)[:, :, 0] * weight))
    dlogits = np.exp(log_probs)
    np.put_along_axis(dlogits, safe, np.take_along_axis(dlogits, safe, axis=2) - 1.0, axis=2)
    return [np.float64(loss), dlogits * weight[:, :, np.newaxis]]


def sequence_loss__flat(logits, targets, mask):
    V = logits.shape[-1]
    flat, keep = log_softmax(logits.reshape(-1, V), axis=1), np.reshape(mask, -1).astype(bool)
    places = np.flatnonzero(keep)
    hot = np.zeros(flat.shape)
    hot[places, np.reshape(targets, -1)[places]] = 1
    count = len(places) or 1
    return -(hot[places] * flat[places]).sum() / count, ((np.exp(flat) - hot) * keep[:, None] / count).reshape(
        logits.shape
    )


# sample_next


def sample_next__gumbel(logits, temperature, rng):
    scores = np.asarray(logits, dtype=float)
    if temperature > 0:
        scores = scores / temperature + rng.gumbel(size=len(scores))
    return int(scores.argmax())


def sample_next__cumulative(logits, temperature, rng):
    if temperature == 0:
        return np.argmax(logits)
    weights = np.exp((logits - np.max(logits)) / temperature)
    return min(np.searchsorted(np.cumsum(weights), rng.random() * weights.sum(), side="right"), len(weights) - 1)


def sample_next__multinomial(logits, temperature, rng):
    if not temperature:
        return list(logits).index(max(logits))
    scaled = np.array(logits) / temperature
    probs = np.exp(scaled - scaled.max())
    return int(np.flatnonzero(rng.multinomial(1, probs / probs.sum()))[0])


def sample_next__loop(logits, temperature, rng):
    best = max(range(len(logits)), key=lambda token: logits[token])
    if temperature == 0:
        return best
    odds = [np.exp((score - logits[best]) / temperature) for score in logits]
    left = rng.uniform(0, sum(odds))
    for token, part in enumerate(odds):
        left -= part
        if left < 0:
            return token
    return best


# bidirectional


def bidirectional__whole_batch(X, lengths, forward, backward):
    B, T, _ = X.shape
    lengths = np.asarray(lengths)[:, None]
    steps = np.arange(T)
    real = steps < lengths
    turned = np.where(real, lengths - 1 - steps, steps)  # where each step stands when the real ones are turned round
    rows = np.arange(B)[:, None]
    ahead = rnn_forward(X, np.zeros((B, len(forward["b"]))), forward["Wx"], forward["Wh"], forward["b"])
    back = rnn_forward(
        X[rows, turned], np.zeros((B, len(backward["b"]))), backward["Wx"], backward["Wh"], backward["b"]
    )
    return np.concatenate([ahead, back[rows, turned]], axis=2) * real[:, :, None]


def bidirectional__step_by_step(X, lengths, forward, backward):
    B, T, _ = X.shape
    ahead, back = np.zeros((B, T, len(forward["Wh"]))), np.zeros((B, T, len(backward["Wh"])))
    h = np.zeros((B, len(forward["Wh"])))
    for t in range(T):
        keep = (t < np.array(lengths))[:, None]
        h = np.where(keep, rnn_step_forward(X[:, t], h, forward["Wx"], forward["Wh"], forward["b"]), 0)
        ahead[:, t] = h
    h = np.zeros((B, len(backward["Wh"])))
    for t in range(T - 1, -1, -1):
        keep = (t < np.array(lengths))[:, None]
        h = np.where(keep, rnn_step_forward(X[:, t], h, backward["Wx"], backward["Wh"], backward["b"]), 0)
        back[:, t] = h
    return np.concatenate([ahead, back], axis=-1)


def bidirectional__flip(X, lengths, forward, backward):
    out = []
    for x, length in zip(X, lengths, strict=True):
        x = x[None, : int(length)]
        first = rnn_forward(x, np.zeros((1, len(forward["b"]))), forward["Wx"], forward["Wh"], forward["b"])
        other = rnn_forward(
            np.flip(x, axis=1), np.zeros((1, len(backward["b"]))), backward["Wx"], backward["Wh"], backward["b"]
        )
        both = np.concatenate([first[0], np.flip(other[0], axis=0)], axis=1)
        out.append(np.pad(both, ((0, X.shape[1] - int(length)), (0, 0))))
    return np.array(out).reshape(*X.shape[:2], len(forward["b"]) + len(backward["b"]))


edit(
    "bidirectional__copies",
    {
        "x = X[n : n + 1, :length]": (
            "x = np.array([X[n, t] for t in range(length)], dtype=float).reshape(1, length, X.shape[2])"
        )
    },
)
