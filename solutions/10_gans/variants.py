"""Different right answers to the exercises of lesson 10: each must pass every check.

Each function may use NumPy as `np` and the lesson's own functions, which are there when it runs. An `edit` is the
reference with a few texts replaced.
"""

import numpy as np

from grading.lessons.checking import edit

# optimal_discriminator


def optimal_discriminator__where(p, q):
    total = p + q
    nowhere = total == 0
    return np.where(nowhere, 0.5, p / np.where(nowhere, 1, total))


def optimal_discriminator__one_by_one(p, q):
    probs = np.empty(np.shape(p))
    for place in np.ndindex(np.shape(p)):
        total = float(p[place]) + float(q[place])
        probs[place] = 0.5 if total == 0 else p[place] / total
    return probs


def optimal_discriminator__masked(p, q):
    out = np.full(p.shape, 0.5)
    there = (p > 0) | (q > 0)
    out[there] = 1 - q[there] / (p[there] + q[there])
    out[there & (p < q)] = (p / np.where(there, p + q, 1.0))[there & (p < q)]
    return out


def optimal_discriminator__quiet(p, q):
    with np.errstate(invalid="ignore"):
        probs = p / (p + q)
    probs[np.isnan(probs)] = 0.5
    return probs


# js_divergence


def js_divergence__two_functions(p, q):
    m = 0.5 * (p + q)

    def divergence(a):
        return sum(x * np.log(x / y) for x, y in zip(a, m, strict=True) if x > 0)

    return 0.5 * divergence(p) + 0.5 * divergence(q)


def js_divergence__scipy(p, q):
    from scipy.special import rel_entr

    m = (p + q) / 2
    return float(np.sum(rel_entr(p, m) + rel_entr(q, m)) / 2)


def js_divergence__where(p, q):
    m = (p + q) / 2
    safe = np.where(m > 0, m, 1.0)
    terms = [a * np.log(np.where(a > 0, a, safe) / safe) for a in (p, q)]
    return np.sum(terms) / 2


def js_divergence__logs_apart(p, q):
    total = 0.0
    for a, b in ((p, q), (q, p)):
        some = np.flatnonzero(a)
        total = total + 0.5 * a[some] @ (np.log(2) + np.log(a[some]) - np.log(a[some] + b[some]))
    return total


# discriminator_loss


def discriminator_loss__long_hand(real_logits, fake_logits):
    r, f = np.asarray(real_logits, dtype=float), np.asarray(fake_logits, dtype=float)
    loss = np.sum(np.maximum(-r, 0) + np.log1p(np.exp(-np.abs(r)))) / r.size
    loss += np.sum(np.maximum(f, 0) + np.log1p(np.exp(-np.abs(f)))) / f.size
    return loss, -sigmoid(-r) / r.size, sigmoid(f) / f.size


def discriminator_loss__labels(real_logits, fake_logits):
    def half(logits, sign):
        towards = sign * logits
        return np.logaddexp(0.0, -towards).mean(), -sign * sigmoid(-towards) / logits.shape[0]

    (first, dreal), (second, dfake) = half(real_logits, 1.0), half(fake_logits, -1.0)
    return [first + second, dreal, dfake]


edit(
    "discriminator_loss__sums",
    {
        "np.mean(np.logaddexp(0, -real_logits)) + np.mean(np.logaddexp(0, fake_logits))": (
            "np.logaddexp(0, -real_logits).sum() / real_logits.size + sum(np.logaddexp(0, "
            "fake_logits)) / fake_logits.size"
        )
    },
)


# generator_loss


def generator_loss__by_sign(fake_logits, saturating=False):
    sign = 1.0 if saturating else -1.0
    values = -sign * np.logaddexp(0, sign * fake_logits)
    return values.mean(), -sigmoid(sign * fake_logits) / fake_logits.size


def generator_loss__long_hand(fake_logits, saturating=False):
    f = np.asarray(fake_logits, dtype=float)
    tail = np.log1p(np.exp(-np.abs(f)))
    if saturating:
        return float(-(np.maximum(f, 0) + tail).mean()), -sigmoid(f) / len(f)
    return float((np.maximum(-f, 0) + tail).mean()), -sigmoid(-f) / len(f)


edit("generator_loss__other_branch_first", {"    if saturating:": "    if saturating is True or saturating == 1:"})


# gan_gradients


def gan_gradients__discriminator_first(real, z, gen, disc, player):
    fake, made = forward(z, gen)
    if player == "discriminator":
        r, through_real = forward(real, disc)
        f, through_fake = forward(fake, disc)
        loss, dr, df = discriminator_loss(r.ravel(), f.ravel())
        grads = backward(dr.reshape(-1, 1), through_real, disc)[1]
        for name, more in backward(df.reshape(-1, 1), through_fake, disc)[1].items():
            grads[name] = grads[name] + more
        return loss, grads
    f, through = forward(fake, disc)
    loss, df = generator_loss(np.squeeze(f, axis=1))
    return loss, backward(backward(np.expand_dims(df, 1), through, disc)[0], made, gen)[1]


def gan_gradients__one_batch(real, z, gen, disc, player):
    fake, made = forward(z, gen)
    both, count = np.concatenate([real, fake]), len(real)
    logits, cache = forward(both, disc)
    dlogits = np.zeros(len(both))
    if player == "discriminator":
        loss, dlogits[:count], dlogits[count:] = discriminator_loss(logits[:count, 0], logits[count:, 0])
        return loss, backward(dlogits[:, None], cache, disc)[1]
    loss, dlogits[count:] = generator_loss(logits[count:, 0])
    dboth, _ = backward(dlogits[:, None], cache, disc)
    return loss, backward(dboth[count:], made, gen)[1]


edit(
    "gan_gradients__sorted_names",
    {
        "{name: from_real[name] + from_fake[name] for name in disc}": (
            "{k: from_fake[k] + from_real[k] for k in sorted(disc)}"
        )
    },
)


# discriminator_step_broken


def discriminator_step_broken__by_gan_gradients(real, z, gen, disc, learning_rate):
    _, grads = gan_gradients(real, z, gen, disc, "discriminator")
    return {name: array - learning_rate * grads[name] for name, array in disc.items()}


edit(
    "discriminator_step_broken__sigmoid_later",
    {"sigmoid(logits[:, 0])": "logits[:, 0]", "(probs - labels)": "(sigmoid(probs) - labels)"},
)
edit(
    "discriminator_step_broken__labels_by_place",
    {
        "np.concatenate([np.ones(len(real)), np.zeros(len(fake))])": (
            "(np.arange(len(examples)) < len(real)).astype(float)"
        )
    },
)


# gradient_penalty


def gradient_penalty__by_backward(X, params, target):
    out, cache = forward(X, params)
    slopes, _ = backward(np.ones(out.shape), cache, params)
    _, H1, H2 = cache
    s1, s2 = bends(H1), bends(H2)
    lengths = np.sqrt(np.sum(slopes**2, axis=1))
    gap = lengths - target
    unit = np.divide(slopes, lengths[:, None], out=np.zeros(slopes.shape), where=lengths[:, None] > 0)
    u = 2 * gap[:, None] * unit / X.shape[0]
    d2 = s2 * params["W3"][:, 0]
    d1 = s1 * (d2 @ params["W2"].T)
    a1 = s1 * (u @ params["W1"])
    a2 = s2 * (a1 @ params["W2"])
    grads = {"W1": u.T @ d1, "W2": a1.T @ d2, "W3": a2.T @ np.ones((len(X), 1))}
    grads |= {f"b{k}": 0.0 * params[f"b{k}"] for k in (1, 2, 3)}
    return float(np.mean(gap**2)), grads


def gradient_penalty__examples_one_by_one(X, params, target):
    grads = {name: np.zeros(array.shape) for name, array in params.items()}
    penalty = 0.0
    W1, W2, W3 = params["W1"], params["W2"], params["W3"]
    for n in range(len(X)):
        _, (_, H1, H2) = forward(X[n : n + 1], params)
        s1, s2 = bends(H1)[0], bends(H2)[0]
        d2 = W3[:, 0] * s2
        d1 = (W2 @ d2) * s1
        g = W1 @ d1
        length = np.sqrt(g @ g)
        penalty += (length - target) ** 2 / len(X)
        if length == 0:
            continue
        u = 2 * (1 - target / length) * g / len(X)
        a1 = (u @ W1) * s1
        grads["W1"] += np.outer(u, d1)
        grads["W2"] += np.outer(a1, d2)
        grads["W3"] += ((a1 @ W2) * s2)[:, None]
    return penalty, grads


edit(
    "gradient_penalty__root_by_hand",
    {"np.linalg.norm(slopes, axis=1, keepdims=True)": "np.sqrt(np.sum(slopes**2, axis=1))[:, None]"},
)


# train_gan_1d


def train_gan_1d__standardised(X, rng):
    centre, unit = X.mean(), X.std()
    scaled = (X - centre) / unit
    gen, disc = start_network((1, 48, 48, 1), rng), start_network((1, 48, 48, 1), rng)
    gen_adam, disc_adam = Adam(0.001), Adam(0.002)
    average, num_rounds = gen, 3500
    for played in range(num_rounds):
        batch = scaled[rng.integers(len(scaled), size=128)]
        grads = gan_gradients(batch, rng.normal(size=(128, 1)), gen, disc, "discriminator")[1]
        more = gradient_penalty(batch, disc, 0.0)[1]
        disc = disc_adam.update(disc, {name: grads[name] + 0.2 * more[name] for name in disc})
        gen = gen_adam.update(gen, gan_gradients(batch, rng.normal(size=(128, 1)), gen, disc, "generator")[1])
        keep = 0.0 if played < 800 else 0.997
        average = {name: keep * average[name] + (1 - keep) * gen[name] for name in gen}
    return average | {"W3": unit * average["W3"], "b3": unit * average["b3"] + centre}


edit(
    "train_gan_1d__more_rounds_and_falling_rates",
    {
        "range(2500)": "range(3200)",
        "        real = X[": (
            "        gen_adam.learning_rate = disc_adam.learning_rate = 0.002 * (1 - 0.8 * step "
            "/ 3200)\n        real = X["
        ),
    },
)


# modes_covered


def modes_covered__loop(samples, centres, radius, share):
    count = 0
    for centre in centres:
        near = np.sqrt(np.sum((samples - centre) ** 2, axis=1)) <= radius
        if np.mean(near) >= share:
            count += 1
    return count


def modes_covered__squares(samples, centres, radius, share):
    squares = ((samples[None] - centres[:, None]) ** 2).sum(axis=2)
    return int(np.count_nonzero(np.sum(squares <= radius**2, axis=1) / len(samples) >= share))


def modes_covered__sum(samples, centres, radius, share):
    near = [np.linalg.norm(samples - centre, axis=1) <= radius for centre in centres]
    return sum(int(n.sum() / n.size >= share) for n in near)


edit("modes_covered__number_of_numpy", {"return int(np.sum(": "return (np.sum("})


# build_dcgan_generator


def build_dcgan_generator__functional(noise_size, image_shape, base_filters):
    H, W, C = image_shape
    noise = keras.Input(shape=(noise_size,))
    x = keras.layers.Dense((H // 4) * (W // 4) * base_filters * 2)(noise)
    x = keras.layers.Reshape((H // 4, W // 4, base_filters * 2))(x)
    for filters in (base_filters, C):
        x = keras.layers.Activation("relu")(keras.layers.BatchNormalization()(x))
        x = keras.layers.Conv2DTranspose(filters, (4, 4), strides=(2, 2), padding="same")(x)
    return keras.Model(noise, keras.layers.Activation("tanh")(x))


def build_dcgan_generator__added_one_by_one(noise_size, image_shape, base_filters):
    model = keras.Sequential()
    model.add(keras.Input((noise_size,)))
    model.add(keras.layers.Dense(image_shape[0] * image_shape[1] * base_filters // 8))
    model.add(keras.layers.Reshape((image_shape[0] // 4, -1, 2 * base_filters)))
    model.add(keras.layers.BatchNormalization(axis=-1))
    model.add(keras.layers.ReLU())
    model.add(keras.layers.Conv2DTranspose(base_filters, 4, 2, "same"))
    model.add(keras.layers.BatchNormalization())
    model.add(keras.layers.Activation(keras.activations.relu))
    model.add(keras.layers.Conv2DTranspose(image_shape[2], 4, 2, "same", activation=keras.ops.tanh))
    return model


# build_dcgan_discriminator


def build_dcgan_discriminator__functional(image_shape, base_filters):
    picture = x = keras.Input(shape=image_shape)
    for filters in (base_filters, 2 * base_filters):
        x = keras.layers.Conv2D(filters, (4, 4), strides=(2, 2), padding="same")(x)
        x = keras.layers.LeakyReLU(0.2)(x)
    return keras.Model(picture, keras.layers.Dense(1)(keras.layers.Flatten()(x)))


def build_dcgan_discriminator__activation(image_shape, base_filters):
    def leaky(x):
        return keras.ops.leaky_relu(x, negative_slope=0.2)

    model = keras.Sequential([keras.Input(image_shape)])
    model.add(keras.layers.Conv2D(base_filters, 4, 2, "same", activation=leaky))
    model.add(keras.layers.Conv2D(base_filters * 2, 4, 2, "same", activation=leaky))
    model.add(keras.layers.Reshape((-1,)))
    model.add(keras.layers.Dense(1, activation="linear"))
    return model
