"""Checks of lesson 08 "Autoencoders": the student's functions against facts and formulas, on inputs nobody has seen."""

import functools

import numpy as np
from scipy.special import expit
from scipy.stats import binom, chi2, kstest

from dnnkit.data import load_digits
from grading.lessons.checking import assert_close, assert_shape, assert_that, example, points, take_apart
from grading.lessons.inputs import generator, magnitudes, mixed_rows, spread_rows, whole_numbers, with_ties, with_zeros

TIGHT = 1e-8  # relative tolerance: answers computed in float64 keep it, those in float32 do not
FALSE_ALARM = 1e-9  # chance that right draws are refused, in each of the fewer than 20 comparisons
BOUND = -25.5  # evidence bound in nats that a trained VAE must reach on new digits
SLOW = ("train_linear", "train_vae")
shown = functools.partial(example, rtol=TIGHT)


# What the public examples show

_CROSS = np.array([[4.0, 1.0], [0.0, 1.0], [2.0, 2.0], [2.0, 0.0]])
_ROWS = np.array([[1.0, 2.0, 0.0, -1.0], [0.5, -1.0, 3.0, 2.0], [4.0, 0.0, 1.0, 1.0], [-2.0, 1.5, 1.0, 0.0]])
_WIDE = np.array([[1.0, 0.0, 2.0, -1.0, 3.0], [0.0, 1.0, 1.0, 2.0, -2.0], [2.0, 2.0, -3.0, 0.5, 0.0]])
_TIED = {"W": np.array([[1.0], [0.5]]), "b": np.array([0.0]), "c": np.array([0.0, 0.0])}
_UNTIED = _TIED | {"V": np.array([[1.0, 0.5]])}
_AUTO = {
    "W": np.array([[0.5, -1.0], [1.0, 0.25], [-0.5, 2.0]]),
    "b": np.array([0.1, -0.2]),
    "c": np.array([0.0, 0.5, 1.0]),
}
_AUTO_X = np.array([[1.0, 2.0, 0.5], [-1.0, 0.0, 1.0], [0.25, -0.5, 2.0], [0.0, 1.0, -1.0]])
_VAE = {
    "W_enc": np.array([[0.5, -1.0, 0.25], [1.0, 0.5, -0.5]]),
    "b_enc": np.array([0.1, 0.7, 0.05]),
    "W_mu": np.array([[1.0], [-0.5], [2.0]]),
    "b_mu": np.array([0.2]),
    "W_logvar": np.array([[0.25], [0.5], [-1.0]]),
    "b_logvar": np.array([-0.3]),
    "W_dec": np.array([[1.0, -0.5]]),
    "b_dec": np.array([0.3, 0.9]),
    "W_out": np.array([[0.5, -1.0], [1.5, 0.25]]),
    "b_out": np.array([0.1, -0.4]),
}
_VAE_X = np.array([[0.0, 1.0], [0.25, 0.5], [1.0, 0.75]])
_VAE_EPS = np.array([[0.5], [-1.0], [0.75]])


def _digits_of(columns, count):
    """Some pixels of some digits for a public example, and the smallest loss with which 3 numbers rebuild them."""
    X = load_digits(rng=np.random.default_rng(1)).X_train[:count, columns]
    covariance = np.cov(X.T, bias=True)
    return {"X": X, "k": 3, "best": float(np.linalg.eigvalsh(covariance)[:-3].sum())}


# Snippets: functions that run beside the student's


def _without_signs(pca, X, k):
    mean, components, codes = pca(X, k)
    return [mean, codes**2, components**2, mean + codes @ components]


def _loss_of_sigmoids(autoencoder_loss, X, params):
    return autoencoder_loss(X, X, params)


def _corrupted_twice(corrupt, X, rate, rng):
    first, second = corrupt(X, rate, rng), corrupt(X, rate, rng)
    return [first, 1.0 * (first != 0), 1.0 * (second != 0)]


def _many_corrupted(corrupt, X, rate, rng, count):
    return [corrupt(X, rate, rng) for _ in range(count)]


def _codes_alone(reparameterize, mu, logvar, rng):
    return reparameterize(mu, logvar, rng)[0]


def _two_draws(reparameterize, mu, logvar, rng):
    return [reparameterize(mu, logvar, rng)[0], reparameterize(mu, logvar, rng)[0]]


def _pairs_of_draws(reparameterize, mu, logvar, rng):
    return [list(reparameterize(mu, logvar, rng)), list(reparameterize(mu, logvar, rng))]


def _written_into(gaussian_kl, mu, logvar):
    for grad in gaussian_kl(mu, logvar)[1:]:
        np.asarray(grad)[...] = 17.0  # new arrays are asked for: what was passed in must not change
    return [mu, logvar]


def _loss_without_beta(vae_loss, X, params, eps):
    return vae_loss(X, params, eps)


def _trained_linear(train_linear, X, k, best, rng):
    return train_linear(X, k, rng)


def _new_digits_rebuilt(train_vae, encode, decode, X, new, rng):
    params = train_vae(X, rng)
    codes = encode(new, params)[1]
    return [codes, 1 / (1 + np.exp(-decode(codes, params)[1]))]


def _likeness(spectral_codes, A, k):
    codes = spectral_codes(A, k)
    return codes @ codes.T


_ISLANDS = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 3.0], [0.0, 3.0, 0.0]])
_TWO_GROUPS = np.array(
    [
        [0.0, 2.0, 1.0, 0.1, 0.0],
        [2.0, 0.0, 1.5, 0.0, 0.0],
        [1.0, 1.5, 0.0, 0.0, 0.2],
        [0.1, 0.0, 0.0, 0.0, 3.0],
        [0.0, 0.0, 0.2, 3.0, 0.0],
    ]
)

EXAMPLES = {
    "pca": [
        shown("the worked numbers", run=_without_signs, X=_CROSS, k=1),
        shown("four examples of four numbers, two are kept", run=_without_signs, X=_ROWS, k=2),
        shown("more numbers than examples", run=_without_signs, X=_WIDE, k=2),
        shown("whole numbers", run=_without_signs, X=np.array([[1, 2, 0], [0, 5, 3], [2, 2, 7], [9, 1, 1]]), k=2),
    ],
    "low_rank_error": [
        shown("the worked numbers", X=_CROSS, k=1),
        shown("no number at all", X=_ROWS, k=0),
        shown("two numbers of four", X=_ROWS, k=2),
        shown("more numbers than there are", X=_WIDE, k=7),
        shown("whole numbers, more columns than rows", X=np.array([[1, 2, 0, 4], [0, 5, 3, 1], [2, 2, 7, 0]]), k=1),
    ],
    "autoencoder_loss": [
        shown(
            "the worked numbers", X=np.array([[1.0, 2.0]]), target=np.array([[1.0, 2.0]]), params=_UNTIED, linear=True
        ),
        shown("tied", X=np.array([[1.0, 2.0]]), target=np.array([[1.0, 2.0]]), params=_TIED, linear=True),
        shown("sigmoid codes, tied", X=_AUTO_X, target=_AUTO_X, params=_AUTO),
        shown(
            "sigmoid codes, untied, another target",
            X=_AUTO_X,
            target=_AUTO_X[::-1].copy(),
            params=_AUTO | {"V": np.array([[1.0, 0.5, -1.0], [0.0, 2.0, 0.25]])},
            linear=False,
        ),
    ],
    "train_linear": [
        shown(
            "24 pixels of 200 digits, 3 numbers",
            facts="linear autoencoder",
            run=_trained_linear,
            **_digits_of(slice(18, 42), 200),
            rng=np.random.default_rng(1),
        ),
    ],
    "corrupt": [
        shown(
            "ones, a third is erased",
            facts="dropout",
            run=_corrupted_twice,
            X=np.ones((80, 90)),
            rate=0.3,
            rng=np.random.default_rng(1),
        ),
        shown(
            "minus twos, four fifths are erased",
            facts="dropout",
            run=_corrupted_twice,
            X=np.full((80, 90), -2.0),
            rate=0.8,
            rng=np.random.default_rng(3),
        ),
        shown("nothing is erased", X=np.array([[1, -2], [0, 3]]), rate=0.0, rng=np.random.default_rng(2)),
        shown("everything is erased", X=np.array([[1.5, -2.0, 7.0]]), rate=1.0, rng=np.random.default_rng(2)),
    ],
    "sparsity_penalty": [
        shown("the worked numbers", H=np.array([[0.1], [0.3]]), rho=0.5),
        shown("as active as wanted", H=np.array([[0.1], [0.3]]), rho=0.2),
        shown(
            "three units", H=np.array([[0.1, 0.9, 0.5], [0.3, 0.7, 0.01], [0.2, 0.6, 0.02], [0.8, 0.4, 0.03]]), rho=0.1
        ),
    ],
    "contractive_penalty": [
        shown("the worked numbers", X=np.array([[0.0, 0.0]]), W=np.array([[1.0], [2.0]]), b=np.array([0.0])),
        shown("four examples, two units", X=_AUTO_X, W=_AUTO["W"], b=_AUTO["b"]),
        shown(
            "whole numbers",
            X=np.array([[1, 0, 2], [0, -1, 1]]),
            W=np.array([[1, 0], [-1, 2], [0, 1]]),
            b=np.array([0, 1]),
        ),
    ],
    "reparameterize": [
        shown(
            "variances that are as good as nothing",
            run=_codes_alone,
            mu=np.array([[1.0, -2.0, 3.0]]),
            logvar=np.full((1, 3), -60.0),
            rng=np.random.default_rng(1),
        ),
        shown(
            "mean 0, variance 9",
            facts="normal weights",
            run=_two_draws,
            mu=np.zeros((120, 100)),
            logvar=np.full((120, 100), np.log(9.0)),
            rng=np.random.default_rng(2),
        ),
        shown(
            "mean 0, variance 1/4",
            facts="normal weights",
            run=_two_draws,
            mu=np.zeros((120, 100)),
            logvar=np.full((120, 100), np.log(0.25)),
            rng=np.random.default_rng(3),
        ),
    ],
    "gaussian_kl": [
        shown("a mean of 1", mu=np.array([[1.0]]), logvar=np.array([[0.0]])),
        shown("a standard deviation of 2", mu=np.array([[0.0]]), logvar=np.array([[np.log(4.0)]])),
        shown(
            "three examples, two numbers",
            mu=np.array([[1.0, -2.0], [0.5, 0.0], [0.0, 3.0]]),
            logvar=np.array([[0.5, -1.0], [0.0, 2.0], [-3.0, 0.25]]),
        ),
        shown("whole numbers", mu=np.array([[1, 0], [2, -1]]), logvar=np.array([[0, 1], [-2, 0]])),
    ],
    "vae_loss": [
        shown(
            "all weights zero",
            X=_VAE_X,
            params={name: 0.0 * array for name, array in _VAE.items()},
            eps=_VAE_EPS,
        ),
        shown("three pictures of two pixels", X=_VAE_X, params=_VAE, eps=_VAE_EPS),
        shown("without draws and without a price", X=_VAE_X, params=_VAE, eps=np.zeros((3, 1)), beta=0.0),
        shown("a higher price", X=_VAE_X, params=_VAE, eps=_VAE_EPS, beta=2.5),
    ],
    "evidence_bound_broken": [
        shown("one draw", X=_VAE_X, params=_VAE, eps=_VAE_EPS[None]),
        shown("three draws", X=_VAE_X, params=_VAE, eps=np.stack([_VAE_EPS, 0.25 - _VAE_EPS, 2 * _VAE_EPS])),
    ],
    "train_vae": [
        shown(
            "new digits, rebuilt from two numbers",
            facts="rebuilt",
            run=_new_digits_rebuilt,
            X=load_digits(rng=np.random.default_rng(1)).X_train,
            new=load_digits(rng=np.random.default_rng(1)).X_test[:200],
            rng=np.random.default_rng(1),
        ),
    ],
    "spectral_codes": [
        shown("the worked numbers: one group", run=_likeness, A=_ISLANDS, k=1),
        shown("two groups with narrow bridges", run=_likeness, A=_TWO_GROUPS, k=2),
        shown("three numbers", run=_likeness, A=_TWO_GROUPS, k=3),
        shown("whole numbers", run=_likeness, A=np.array([[1, 2, 0], [2, 0, 1], [0, 1, 3]]), k=2),
    ],
}


def _sizes(**sizes):
    return ", ".join(f"{name} = {size}" for name, size in sizes.items())


def _numbers(value, shape, what):
    """Insist on numbers of this shape; return them as float64."""
    assert_shape(value, shape, what=what)
    return np.asarray(value, dtype=np.float64)


def _dict_of(value, names, what):
    """Insist on a dict with these names and no others."""
    fits = isinstance(value, dict) and set(value) == set(names)
    assert_that(fits, f"{what}: expected a dict with the names {', '.join(names)}, and no others.")
    return value


# pca; no call is repeated, as a direction may come with the other sign where memory lies otherwise


def _cloud(rng, N, D, rank, *, scale=1.0, away=1.0):
    """Draw a cloud that reaches in `rank` directions, by lengths well apart: X, and its directions, longest first."""
    U, _ = np.linalg.qr((G := rng.normal(size=(N, rank))) - G.mean(axis=0))
    V, _ = np.linalg.qr(rng.normal(size=(D, rank)))
    lengths = scale * 1.4 ** np.arange(rank)[::-1] * rng.uniform(1.0, 1.1, size=rank)
    return (U * lengths) @ V.T + away * scale * rng.normal(size=D), V.T


def _insist_on_arrays(what, *parts):
    """Refuse lists of lists, which hold the same numbers."""
    assert_that(all(isinstance(part, np.ndarray) for part in parts), f"{what}: arrays are asked for, not lists.")


def _check_pca(student, cases):
    """Compare for each (X, k, directions): row by row, whatever the sign."""
    answers = [student.pca(X, k) for X, k, _ in cases]
    for (X, k, directions), answer in zip(cases, answers, strict=True):
        (N, D), known = X.shape, min(k, len(directions))
        text = _sizes(N=N, D=D, k=k)
        mean, components, codes = take_apart(answer, ("mean", "components", "codes"))
        _insist_on_arrays(f"pca with {text}", mean, components, codes)
        assert_close(mean, X.mean(axis=0), rtol=TIGHT, what=f"the mean with {text}")
        components = _numbers(components, (k, D), f"the components with {text}")
        codes = _numbers(codes, (N, k), f"the codes with {text}")
        lengths = components @ components.T
        assert_close(np.diag(lengths), np.ones(k), rtol=TIGHT, what=f"the lengths of the components with {text}")
        crossing = lengths - np.diag(np.diag(lengths))
        assert_that(
            np.abs(crossing).max() < 1e-7, f"With {text}, the components are not at right angles to each other."
        )
        for row in range(known):
            sign = 1.0 if components[row] @ directions[row] >= 0 else -1.0
            what = f"component {row} with {text}, whichever its sign"
            assert_close(sign * components[row], directions[row], rtol=10 * TIGHT, what=what)
        right = (X - X.mean(axis=0)) @ components.T
        assert_close(codes, right, rtol=10 * TIGHT, what=f"the codes with {text}, given your components")


@points(1, repeat=False)
def test_pca_values(student, rng):
    """Mean, components and codes are right, for different numbers of examples, numbers and components."""
    cases = [(*_cloud(rng, N, D, 4), k) for N, D, k in ((9, 5, 3), (7, 4, 4), (12, 6, 2))]
    _check_pca(student, [(X, k, directions) for X, directions, k in cases])


@points(0.5, repeat=False)
def test_pca_more_numbers_than_examples(student, rng):
    """With more numbers than examples, it works as well."""
    cases = [(*_cloud(rng, N, D, N - 1), k) for N, D, k in ((4, 9, 3), (5, 12, 2), (3, 30, 1))]
    _check_pca(student, [(X, k, directions) for X, directions, k in cases])


@points(0.5, repeat=False)
def test_pca_ends_of_sizes(student, rng):
    """One number, one example, one component, as many components as can be, and examples in few directions."""
    cases = [
        (*_cloud(rng, N, D, rank), k) for N, D, rank, k in ((6, 1, 1, 1), (2, 3, 1, 1), (5, 5, 4, 5), (8, 6, 2, 4))
    ]
    cases.append((rng.normal(size=(1, 4)), np.zeros((0, 4)), 1))
    _check_pca(student, [(X, k, directions) for X, directions, k in cases])


@points(1, repeat=False)
def test_pca_small_large_far_and_whole_numbers(student, rng):
    """Tiny and large numbers, a cloud far from 0, and whole numbers are right."""
    settings = ({"scale": 1e-6}, {"scale": 1e6}, {"away": 300.0}, {"away": 0.0})
    cases = [(*_cloud(rng, 9, 5, 4, **setting), 3) for setting in settings]
    empty_row = with_zeros(rng, (9, 4))
    empty_row[rng.integers(9)] = 0.0
    drawn = [whole_numbers(rng, (8, columns), -9, 9) for columns in (3, 6)] + [empty_row, with_ties(rng, (8, 2))]
    for X in drawn:
        X = X * np.arange(1, X.shape[1] + 1) ** 2
        _, vectors = np.linalg.eigh(np.cov(X.T))
        cases.append((X, vectors.T[::-1], 2))
    _check_pca(student, [(X, k, directions) for X, directions, k in cases])


# low_rank_error


def _check_errors(student, cases):
    answers = [student.low_rank_error(X, k) for X, k in cases]
    for (X, k), answer in zip(cases, answers, strict=True):
        centred = X - X.mean(axis=0)
        values = np.linalg.svd(centred, compute_uv=False)
        right, floor = np.sum(values[k:] ** 2) / len(X), 1e-12 * np.sum(centred**2) / len(X) + 1e-300
        what = f"low_rank_error with {_sizes(N=len(X), D=X.shape[1], k=k)}"
        assert_close(answer, right, rtol=TIGHT, atol=floor, what=what)


@points(1)
def test_low_rank_error_values(student, rng):
    """The error is right for several numbers of examples, numbers and codes, also far from 0."""
    cases = [(rng.normal(size=(N, D)) + away, k) for N, D, k, away in ((9, 5, 2, 0), (6, 4, 1, 20), (5, 11, 3, -3))]
    _check_errors(student, cases)


@points(0.5)
def test_low_rank_error_ends(student, rng):
    """No number, all numbers, more than all, one example, one column, more columns than rows."""
    X, wide = rng.normal(size=(7, 4)) + 2, rng.normal(size=(3, 8))
    cases = [(X, 0), (X, 3), (X, 4), (X, 9), (wide, 0), (wide, 1), (wide, 2), (wide, 5)]
    _check_errors(student, [*cases, (X[:1], 0), (X[:1], 2), (X[:, :1], 0), (X[:, :1], 1)])


@points(0.5)
def test_low_rank_error_kinds_of_numbers(student, rng):
    """Tiny, large and whole numbers, numbers of many sizes, and zeros are right."""
    cases = [(scale * rng.normal(size=(6, 4)), 2) for scale in (1e-7, 1e-5, 1e5)]
    empty_row = rng.normal(size=(5, 4))
    empty_row[rng.integers(5)] = 0.0
    cases += [(whole_numbers(rng, (7, 5)), 2), (rng.normal(size=(6, 2)), 1), (empty_row, 2)]
    _check_errors(student, [*cases, (magnitudes(rng, (6, 4), 1e-2, 1e2), 1), (with_zeros(rng, (6, 5)), 3)])


# autoencoder_loss


def _auto_params(rng, D, K, tied, scale=1.0):
    params = {"W": scale * rng.normal(size=(D, K)) / np.sqrt(D), "b": rng.normal(size=K), "c": rng.normal(size=D)}
    return params if tied else params | {"V": rng.normal(size=(K, D)) / np.sqrt(K)}


def _right_autoencoder(X, target, params, linear):
    W, N = params["W"], len(X)
    V = params.get("V", W.T)
    H = X @ W + params["b"]
    slope = np.ones(H.shape)
    if not linear:
        H = expit(H)
        slope = H * (1 - H)
    gap = H @ V + params["c"] - target
    dZ = 2 / N * (gap @ V.T) * slope
    dV = 2 / N * H.T @ gap
    grads = {"W": X.T @ dZ + (0 if "V" in params else dV.T), "b": dZ.sum(axis=0), "c": 2 / N * gap.sum(axis=0)}
    return np.einsum("nd,nd->", gap, gap) / N, grads | ({"V": dV} if "V" in params else {})


def _check_autoencoders(student, cases, parts=("loss", "grads")):
    _compare_autoencoders(cases, [student.autoencoder_loss(*case) for case in cases], parts)


def _compare_autoencoders(cases, answers, parts=("loss", "grads")):
    for case, answer in zip(cases, answers, strict=True):
        X, _, params, linear = case
        loss, grads = take_apart(answer, ("loss", "grads"))
        right_loss, right_grads = _right_autoencoder(*case)
        N, D = X.shape
        kind = f"{'linear' if linear else 'sigmoid'}, {'untied' if 'V' in params else 'tied'}"
        text = f"{kind}, {_sizes(N=N, D=D, K=len(params['b']))}"
        if "loss" in parts:
            assert_close(loss, right_loss, rtol=TIGHT, what=f"the loss, {text}")
        if "grads" in parts:
            _dict_of(grads, tuple(params), f"the gradients, {text}")
            for name, right in right_grads.items():
                assert_close(grads[name], right, rtol=TIGHT, what=f'grads["{name}"], {text}')


def _auto_cases(rng, shapes, *, scale=1.0):
    """For each shape one case of every kind: tied or not, linear or not, the target another than the input."""
    kinds = [(tied, linear) for tied in (True, False) for linear in (True, False)]
    return [
        (scale * rng.normal(size=(N, D)), scale * rng.normal(size=(N, D)), _auto_params(rng, D, K, tied), linear)
        for N, D, K in shapes
        for tied, linear in kinds
    ]


@points(0.5)
def test_autoencoder_loss_value(student, rng):
    """The loss is right: tied and untied, linear and sigmoid, with a target of its own."""
    _check_autoencoders(student, _auto_cases(rng, ((5, 4, 3), (3, 2, 6))), ("loss",))


@points(1)
def test_autoencoder_loss_gradients(student, rng):
    """All gradients are right: tied and untied, linear and sigmoid; with tied weights W gets both shares."""
    _check_autoencoders(student, _auto_cases(rng, ((5, 4, 3), (3, 2, 6))))


@points(0.5)
def test_autoencoder_loss_without_the_argument(student, rng):
    """Without the argument linear the codes are sigmoids; the input may be the target, and names in any order."""
    X = rng.normal(size=(6, 4))
    shuffled = dict(reversed(_auto_params(rng, 4, 3, False).items()))
    cases = [(X, X, params, False) for params in (_auto_params(rng, 4, 3, True), shuffled)]
    answers = [student.run(_loss_of_sigmoids, X=X, params=params) for X, _, params, _ in cases]
    _compare_autoencoders(cases, answers)


@points(0.5)
def test_autoencoder_loss_ends_of_sizes(student, rng):
    """One example, one number, one code, and equal sizes are right."""
    _check_autoencoders(student, _auto_cases(rng, ((1, 4, 3), (5, 1, 2), (5, 3, 1), (1, 1, 1), (3, 3, 3))))


@points(0.5)
def test_autoencoder_loss_kinds_of_numbers(student, rng):
    """Tiny, large and whole numbers, and zeros are right; codes near 0 and 1 as well."""
    cases = _auto_cases(rng, ((5, 4, 3),), scale=1e-3) + _auto_cases(rng, ((5, 4, 3),), scale=300.0)
    for tied in (True, False):
        params = _auto_params(rng, 4, 3, tied)
        cases.append((whole_numbers(rng, (5, 4)), rng.normal(size=(5, 4)), params, False))
        cases.append((rng.normal(size=(5, 4)), whole_numbers(rng, (5, 4)), params, True))
        cases.append((with_zeros(rng, (5, 4)), np.zeros((5, 4)), params, False))
    _check_autoencoders(student, cases)


# train_linear


def _check_linear_params(params, D, k):
    params = _dict_of(params, ("W", "b", "V", "c"), "the trained params")
    wanted = {"W": (D, k), "b": (k,), "V": (k, D), "c": (D,)}
    arrays = {name: _numbers(params[name], shape, name) for name, shape in wanted.items()}
    assert_that(all(np.isfinite(array).all() for array in arrays.values()), "Some weights are infinite or NaN.")
    return arrays


def _check_linear(student, rng, sizes):
    for N, D, k in sizes:
        pixels = rng.permutation(np.arange(64))[:D]
        X = load_digits(rng=generator(rng)).X_train[:N, pixels]
        params = _check_linear_params(student.train_linear(X, k, generator(rng)), D, k)
        loss = np.sum(((X @ params["W"] + params["b"]) @ params["V"] + params["c"] - X) ** 2) / N
        best = np.sum(np.linalg.svd(X - X.mean(axis=0), compute_uv=False)[k:] ** 2) / N
        ratio = loss / best
        message = (
            f"With {_sizes(N=N, D=D, k=k)}, the loss is {ratio:.3f} times the smallest possible. Asked: at most 1.01."
        )
        assert_that(ratio <= 1.01, message)


@points(1, repeat=False, seconds=60)
def test_train_linear_reaches_the_optimum(student, rng):
    """On digits, 300 of all pixels, the loss is at most 1 % above the smallest possible."""
    _check_linear(student, rng, ((300, 64, 5),))


@points(1, repeat=False, seconds=60)
def test_train_linear_other_sizes(student, rng):
    """The same for fewer pixels, for one number, and for as many as eight."""
    _check_linear(student, rng, ((200, 30, 1), (150, 40, 8), (400, 12, 2)))


# corrupt


def _away_from_zero(rng, shape):
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.5, 2.0, size=shape)


def _erased(answer, X, what):
    """Insist on a damaged copy of X, which holds no zero; return where it was erased."""
    out = _numbers(answer, X.shape, what)
    erased = out == 0
    right = erased | (out == X)
    assert_that(right.all(), f"{what}: numbers came that are neither 0 nor as they were.")
    return erased


def _unlikely(count, trials, share):
    """Whether so many successes are out of what FALSE_ALARM allows."""
    return bool(
        binom.cdf(count, trials, share) < FALSE_ALARM / 2 or binom.sf(count - 1, trials, share) < FALSE_ALARM / 2
    )


@points(0.5, repeat=False)
def test_corrupt_share(student, rng):
    """The right share of the numbers is erased, for several rates, and the rest is as it was."""
    rates = [0.05, float(rng.uniform(0.2, 0.4)), 0.5, float(rng.uniform(0.7, 0.95))]
    cases = [(_away_from_zero(rng, (60, 70)), rate, generator(rng)) for rate in rates]
    answers = [student.corrupt(*case) for case in cases]
    for (X, rate, _), answer in zip(cases, answers, strict=True):
        what = f"corrupt with rate {rate:.3g}"
        erased = _erased(answer, X, what)
        share = erased.mean()
        assert_that(not _unlikely(erased.sum(), X.size, rate), f"{what}: a share of {share:.3f} was erased.")


@points(0.5, repeat=False)
def test_corrupt_independent_numbers(student, rng):
    """Each number is erased independently of its neighbours in the row and in the column, and of other calls."""
    X, rate = _away_from_zero(rng, (80, 60)), float(rng.uniform(0.3, 0.6))
    outs = student.run(_many_corrupted, X=X, rate=rate, rng=generator(rng), count=2)
    other = student.corrupt(X, rate, generator(rng))
    what = f"corrupt with rate {rate:.3g}"
    assert_that(
        isinstance(outs, (list, tuple)) and len(outs) == 2, f"{what}: two calls gave something else than two arrays."
    )
    first, second, third = (_erased(out, X, what) for out in (*outs, other))
    pairs = {
        "a number and the one below it": (first[0::2], first[1::2]),
        "a number and the one to its right": (first[:, 0::2], first[:, 1::2]),
        "a number and the one on the opposite side": (first[:40], first[:39:-1, ::-1]),
        "a number of the first half and its place in the second": (first[:40], first[40:]),
        "two calls, one after the other": (first, second),
        "two calls with different generators": (first, third),
    }
    for name, (a, b) in pairs.items():
        both = int((a & b).sum())
        message = f"{what}: {name} are erased together too often, or too rarely. Does each number decide on its own?"
        assert_that(not _unlikely(both, a.size, rate**2), message)


@points(0.5, repeat=False)
def test_corrupt_counts_vary(student, rng):
    """How many numbers of a small array are erased, and which, is up to chance in every call."""
    X, rate, count = _away_from_zero(rng, (5, 8)), 0.5, 80
    outs = student.run(_many_corrupted, X=X, rate=rate, rng=generator(rng), count=count)
    assert_that(isinstance(outs, (list, tuple)) and len(outs) == count, "Some of 80 calls gave no array.")
    masks = [_erased(out, X, "corrupt with rate 0.5") for out in outs]
    # two of 80 right masks of 40 coins are equal once in 3e8 times
    different = len({mask.tobytes() for mask in masks})
    assert_that(different == count, "Some calls erase the same numbers as an earlier one.")
    counts = np.array([mask.sum() for mask in masks])
    spread = np.sum((counts - X.size * rate) ** 2) / (X.size * rate * (1 - rate))
    low, high = chi2.ppf(FALSE_ALARM, count), chi2.isf(FALSE_ALARM, count)
    message = "In small arrays, the number of erased numbers varies too little, or too much, from call to call."
    assert_that(low < spread < high, message)


@points(0.5)
def test_corrupt_ends(student, rng):
    """Rate 0 keeps everything and rate 1 nothing; zeros, whole numbers, one axis, three axes, no numbers."""
    arrays = [rng.normal(size=(3, 4)), with_zeros(rng, (6,)), whole_numbers(rng, (2, 3, 2)), magnitudes(rng, (4, 3))]
    arrays += [np.zeros((0, 3)), rng.normal(size=(1, 1))]
    kept = [student.corrupt(X, 0.0, generator(rng)) for X in arrays]
    gone = [student.corrupt(X, 1.0, generator(rng)) for X in arrays]
    whole = student.corrupt(1 + np.abs(whole_numbers(rng, (30, 40))), 0.4, generator(rng))
    for X, keep, go in zip(arrays, kept, gone, strict=True):
        assert_close(keep, 1.0 * X, rtol=0, atol=0, what=f"corrupt with rate 0 and X of shape {X.shape}")
        assert_close(go, 0.0 * X, rtol=0, atol=0, what=f"corrupt with rate 1 and X of shape {X.shape}")
        kinds = [np.asarray(part).dtype.kind for part in (keep, go)]
        assert_that(kinds == ["f", "f"], "corrupt: an array of floats is asked for, also where X holds whole numbers.")
    erased = _numbers(whole, (30, 40), "corrupt with whole numbers") == 0
    assert_that(
        not _unlikely(erased.sum(), 1200, 0.4), f"With whole numbers, a share of {erased.mean():.3f} was erased."
    )


# sparsity_penalty


def _right_sparsity(H, rho):
    means = np.einsum("nk->k", H) / len(H)
    total = np.sum(rho * (np.log(rho) - np.log(means)) + (1 - rho) * (np.log1p(-rho) - np.log1p(-means)))
    return total, np.ones(H.shape) * ((means - rho) / (means * (1 - means)) / len(H))


def _check_sparsity(student, cases, parts=("penalty", "dH")):
    answers = [student.sparsity_penalty(H, rho) for H, rho in cases]
    for (H, rho), answer in zip(cases, answers, strict=True):
        came = dict(zip(("penalty", "dH"), take_apart(answer, ("penalty", "dH")), strict=True))
        right = dict(zip(("penalty", "dH"), _right_sparsity(H, rho), strict=True))
        for part in parts:
            what = f"{part} with {_sizes(N=len(H), K=H.shape[1])}, rho = {rho:.3g}"
            assert_close(came[part], right[part], rtol=TIGHT, each=part == "dH", what=what)


def _activities(rng, N, K):
    """Draw codes of units that differ in how active they are."""
    return rng.beta(1.0, rng.uniform(0.3, 6.0, size=K), size=(N, K)) * 0.98 + 0.01


@points(0.5)
def test_sparsity_penalty_value(student, rng):
    """The penalty is the sum over the units, each by its mean over the examples."""
    _check_sparsity(
        student, [(_activities(rng, 6, 4), 0.05), (_activities(rng, 3, 5), rng.uniform(0.2, 0.4))], ("penalty",)
    )


@points(0.5)
def test_sparsity_penalty_gradient(student, rng):
    """The gradient is right, for every example and every unit."""
    _check_sparsity(student, [(_activities(rng, 6, 4), 0.05), (_activities(rng, 3, 5), rng.uniform(0.2, 0.4))])


@points(0.5)
def test_sparsity_penalty_ends_of_sizes(student, rng):
    """One example, one unit, equal sizes, and units that are exactly as active as wanted."""
    cases = [(_activities(rng, N, K), rng.uniform(0.05, 0.9)) for N, K in ((1, 4), (5, 1), (1, 1), (4, 4))]
    H = _activities(rng, 8, 3)
    H[:, 1] = np.resize([0.125, 0.375], 8)
    _check_sparsity(student, [*cases, (H, 0.25)])


@points(0.5)
def test_sparsity_penalty_ends_of_activity(student, rng):
    """Units that are hardly ever on, or nearly always, and wanted activities near 0 and 1."""
    quiet = np.abs(magnitudes(rng, (5, 4), 1e-9, 1e-3))
    few = np.where(rng.random((6, 3)) < 0.5, 0.0, _activities(rng, 6, 3))
    few[0] = 0.4
    cases = [(quiet, 0.05), (1 - np.abs(magnitudes(rng, (5, 4), 1e-5, 1e-2)), 0.3), (few, 0.1)]
    _check_sparsity(student, cases + [(_activities(rng, 5, 3), rho) for rho in (1e-6, 1 - 1e-4, 0.5)])


# contractive_penalty


def _right_contractive(X, W, b):
    H = expit(X @ W + b)
    s, q, N = H * (1 - H), np.einsum("dk,dk->k", W, W), len(X)
    dZ = 2 / N * s**2 * (1 - 2 * H) * q
    dW = X.T @ dZ + 2 / N * W * np.einsum("nk,nk->k", s, s)
    return np.einsum("nk,k->", s**2, q) / N, dW, dZ.sum(axis=0)


CONTRACTIVE = ("penalty", "dW", "db")


def _check_contractive(student, cases, parts=CONTRACTIVE):
    answers = [student.contractive_penalty(*case) for case in cases]
    for case, answer in zip(cases, answers, strict=True):
        came = dict(zip(CONTRACTIVE, take_apart(answer, CONTRACTIVE), strict=True))
        right = dict(zip(CONTRACTIVE, _right_contractive(*case), strict=True))
        (N, D), K = case[0].shape, len(case[2])
        for part in parts:
            what = f"{part} with {_sizes(N=N, D=D, K=K)}"
            assert_close(came[part], right[part], rtol=TIGHT, atol=1e-300, what=what)


def _contractive_case(rng, N, D, K, *, scale=1.0):
    unequal = np.exp(rng.normal(size=K))  # weights of units of different lengths
    return scale * rng.normal(size=(N, D)), unequal * rng.normal(size=(D, K)) / np.sqrt(D), rng.normal(size=K)


@points(0.5)
def test_contractive_penalty_value(student, rng):
    """The penalty is the mean over the examples of all squared slopes of their codes."""
    _check_contractive(student, [_contractive_case(rng, *sizes) for sizes in ((5, 4, 3), (3, 2, 6))], ("penalty",))


@points(1)
def test_contractive_penalty_gradients(student, rng):
    """Both gradients are right."""
    _check_contractive(student, [_contractive_case(rng, *sizes) for sizes in ((5, 4, 3), (3, 2, 6), (20, 3, 2))])


@points(0.5)
def test_contractive_penalty_ends_of_sizes(student, rng):
    """One example, one number, one unit, and equal sizes are right."""
    shapes = ((1, 4, 3), (5, 1, 2), (5, 3, 1), (1, 1, 1), (3, 3, 3))
    _check_contractive(student, [_contractive_case(rng, *sizes) for sizes in shapes])


@points(1)
def test_contractive_penalty_kinds_of_numbers(student, rng):
    """Tiny and large inputs, codes near 0 and 1, whole numbers, zeros, and units without weights are right."""
    cases = [_contractive_case(rng, 5, 4, 3, scale=scale) for scale in (1e-4, 8.0)]
    X, W, b = _contractive_case(rng, 5, 4, 3)
    cases += [(whole_numbers(rng, (5, 4)), W, b), (with_zeros(rng, (5, 4)), W, b), (np.zeros((5, 4)), W, 0 * b)]
    cases += [(X, W * np.array([1.0, 0.0, 1.0]), b), (X, W, b - 20.0), (X, 1e-3 * W, b), (X, W, b + 8.0)]
    cases.append((X, whole_numbers(rng, (4, 3)), whole_numbers(rng, (3,))))
    _check_contractive(student, cases)


# reparameterize


def _draw_case(rng, N, K, low=-4.0, high=3.0):
    return rng.normal(size=(N, K)) * 3, rng.uniform(low, high, size=(N, K)), generator(rng)


def _check_codes(answer, mu, logvar, what):
    """Insist on z = mu + sigma eps, for the draws that came; return these."""
    z, eps = take_apart(answer, ("z", "eps"))
    z, eps = _numbers(z, mu.shape, f"z, {what}"), _numbers(eps, mu.shape, f"eps, {what}")
    assert_that(np.isfinite(z).all() and np.isfinite(eps).all(), f"{what}: numbers came that are not finite.")
    moved, sigma = z - mu, np.exp(np.asarray(logvar, dtype=float) / 2)
    room = 1e-15 * np.abs(mu) / sigma  # what rounding of mu + sigma eps leaves
    gap = np.abs(moved / sigma - eps) - room
    worst = gap > TIGHT * (np.abs(eps) + 1e-6)
    assert_that(not worst.any(), f"{what}: z differs from mu + eps times the standard deviation.")
    return eps


@points(0.5)
def test_reparameterize_codes(student, rng):
    """The codes are means plus standard deviations times the draws that came back."""
    cases = [_draw_case(rng, N, K) for N, K in ((6, 3), (4, 7))]
    cases.append((np.zeros((5, 4)), rng.uniform(-60, 60, size=(5, 4)), generator(rng)))
    answers = [student.reparameterize(*case) for case in cases]
    for (mu, logvar, _), answer in zip(cases, answers, strict=True):
        _check_codes(answer, mu, logvar, f"reparameterize with {_sizes(N=len(mu), K=mu.shape[1])}")


@points(1, repeat=False)
def test_reparameterize_draws(student, rng):
    """The draws are standard normal, each of its own, and new in every call."""
    mu, logvar, own = _draw_case(rng, 300, 60)
    pairs = student.run(_pairs_of_draws, mu=mu, logvar=logvar, rng=own)
    third = student.reparameterize(mu, logvar, generator(rng))
    assert_that(isinstance(pairs, (list, tuple)) and len(pairs) == 2, "Two calls gave something else than two answers.")
    what = "reparameterize with N = 300, K = 60"
    first, second, third = (_check_codes(answer, mu, logvar, what) for answer in (*pairs, third))
    for eps in (first, second, third):
        assert_that(kstest(eps.ravel(), "norm").pvalue > FALSE_ALARM, f"{what}: the draws are not standard normal.")
    # of 54,000 right draws, all stay below 3.5 with probability (1 - 4.65e-4)^54000 = 1e-11
    largest = max(np.abs(eps).max() for eps in (first, second, third))
    assert_that(largest > 3.5, f"{what}: no draw is far from 0. Are large ones cut off?")
    beside = {
        "an example and the next": (first[0::2], first[1::2]),
        "a number and the next": (first[:, 0::2], first[:, 1::2]),
        "the first half and the second": (first[:150], first[150:]),
        "the first half and the second, backward": (first[:150], first[:149:-1, ::-1]),
        "two calls, one after the other": (first, second),
        "two calls with different generators": (first, third),
    }
    for name, (a, b) in beside.items():
        # the sum of n products of independent draws has variance n; 7 standard deviations come once in 1e11 times
        product = abs(np.sum(a * b)) / np.sqrt(a.size)
        assert_that(product < 7.0, f"{what}: the draws of {name} are not independent.")


@points(0.5)
def test_reparameterize_kinds_and_ends(student, rng):
    """Whole numbers, one example, one number, no examples, the smallest and the largest variances."""
    cases = [_draw_case(rng, N, K) for N, K in ((1, 4), (5, 1), (1, 1), (0, 3))]
    cases.append((whole_numbers(rng, (4, 3)), whole_numbers(rng, (4, 3)), generator(rng)))
    cases.append((whole_numbers(rng, (4, 3)), rng.uniform(-1, 1, size=(4, 3)), generator(rng)))
    cases += [(np.zeros((3, 4)), np.full((3, 4), end), generator(rng)) for end in (-60.0, 60.0, 60)]
    answers = [student.reparameterize(*case) for case in cases]
    for (mu, logvar, _), answer in zip(cases, answers, strict=True):
        _check_codes(answer, mu, logvar, f"reparameterize with {_sizes(N=len(mu), K=mu.shape[1])}")


# gaussian_kl

KL = ("kl", "dmu", "dlogvar")


def _right_kl(mu, logvar):
    mu, logvar = np.asarray(mu, dtype=float), np.asarray(logvar, dtype=float)
    total = 0.5 * np.sum(mu * mu + np.exp(logvar) - logvar - 1.0) / len(mu)
    return total, mu / len(mu), np.expm1(logvar) / (2 * len(mu))


def _check_kl(student, cases, parts=KL):
    answers = [student.gaussian_kl(mu, logvar) for mu, logvar in cases]
    for (mu, logvar), answer in zip(cases, answers, strict=True):
        came = dict(zip(KL, take_apart(answer, KL), strict=True))
        right = dict(zip(KL, _right_kl(mu, logvar), strict=True))
        for part in parts:
            what = f"{part} with {_sizes(N=len(mu), K=mu.shape[1])}"
            assert_close(came[part], right[part], rtol=TIGHT, each=True, what=what)


def _cloud_case(rng, N, K):
    return 2 * rng.normal(size=(N, K)), rng.uniform(-3, 2, size=(N, K))


@points(0.5)
def test_gaussian_kl_value(student, rng):
    """The divergence is summed over the numbers of a code and averaged over the examples."""
    _check_kl(student, [_cloud_case(rng, 5, 3), _cloud_case(rng, 2, 6)], ("kl",))


@points(0.5)
def test_gaussian_kl_gradients(student, rng):
    """Both gradients are right."""
    _check_kl(student, [_cloud_case(rng, 5, 3), _cloud_case(rng, 2, 6)])


@points(0.25)
def test_gaussian_kl_ends_of_sizes(student, rng):
    """One example, one number, equal sizes, and codes that cost nothing; the gradients are arrays of their own."""
    cases = [_cloud_case(rng, *sizes) for sizes in ((1, 4), (5, 1), (1, 1), (3, 3))]
    _check_kl(student, [*cases, (np.zeros((3, 2)), np.zeros((3, 2)))])
    for mu, logvar in cases[:2]:
        after = student.run(_written_into, mu=mu, logvar=logvar)
        for name, came, before in zip(("mu", "logvar"), take_apart(after, ("mu", "logvar")), (mu, logvar), strict=True):
            what = f"{name} after numbers were written into the gradients (they must be new arrays)"
            assert_close(came, before, rtol=0, atol=0, what=what)


@points(0.5)
def test_gaussian_kl_kinds_of_numbers(student, rng):
    """Means of all sizes, the smallest and the largest variances, whole numbers and zeros are right."""
    N, K = 6, 4
    mu, logvar = _cloud_case(rng, N, K)
    cases = [(magnitudes(rng, (N, K), 1e-4, 1e4), logvar), (mu, rng.uniform(-60, -5, size=(N, K)))]
    cases += [(mu, rng.uniform(5, 60, size=(N, K))), (mu, magnitudes(rng, (N, K), 1e-3, 50.0))]
    cases += [(whole_numbers(rng, (N, K)), logvar), (mu, whole_numbers(rng, (N, K))), (with_zeros(rng, (N, K)), logvar)]
    cases.append((whole_numbers(rng, (N, K)), whole_numbers(rng, (N, K))))
    _check_kl(student, cases)


@points(0.25)
def test_gaussian_kl_kinds_of_rows(student, rng):
    """Rows of tiny numbers, of zeros, with ties and near ties, and with large numbers of both signs are right."""
    K = 4
    ties = [with_ties(rng, (1, K)), with_ties(rng, (1, K), gap=0.005), np.zeros((1, K)), rng.normal(size=(2, K))]
    small = [magnitudes(rng, (1, K), 3e-7, 9e-7), magnitudes(rng, (1, K), 1e-5, 9e-5)]
    logvar = rng.permutation(np.concatenate([*ties, *small, spread_rows(rng, (2, K), 50.0)]))
    means = mixed_rows(rng, K)
    cases = [(means, rng.normal(size=means.shape)), (rng.normal(size=logvar.shape), logvar)]
    tiny = magnitudes(rng, (3, K), 1e-9, 1e-7)
    _check_kl(student, [*cases, (tiny, np.zeros((3, K))), (tiny, rng.normal(size=(3, K)))])


# vae_loss and evidence_bound_broken

LAYERS = ("enc", "mu", "logvar", "dec", "out")


def _vae_params(rng, D, E, K, F, *, out=1.0):
    shapes = {"enc": (D, E), "mu": (E, K), "logvar": (E, K), "dec": (K, F), "out": (F, D)}
    params = {}
    for name, (rows, columns) in shapes.items():
        params[f"W_{name}"] = rng.normal(size=(rows, columns)) * 1.2 / np.sqrt(rows)
        params[f"b_{name}"] = 0.5 * rng.normal(size=columns)
    params["W_out"] *= out
    return params


def _run_vae(X, params, eps):
    """All activations of the lesson's network, plain: A, mu, logvar, z, B and the logits."""
    A = np.maximum(X @ params["W_enc"] + params["b_enc"], 0)
    mu, logvar = (A @ params[f"W_{name}"] + params[f"b_{name}"] for name in ("mu", "logvar"))
    z = mu + np.exp(logvar / 2) * eps
    B = np.maximum(z @ params["W_dec"] + params["b_dec"], 0)
    return A, mu, logvar, z, B, B @ params["W_out"] + params["b_out"]


def _right_vae(X, params, eps, beta=1.0):
    """Loss and gradients; tests/lessons/test_autoencoders_oracles.py holds them to finite differences."""
    N = len(X)
    A, mu, logvar, z, B, G = _run_vae(X, params, eps)
    kl, kl_mu, kl_logvar = _right_kl(mu, logvar)
    loss = np.sum(np.maximum(G, 0) - X * G + np.log1p(np.exp(-np.abs(G)))) / N + beta * kl
    sums = {"out": (expit(G) - X) / N}
    sums["dec"] = (sums["out"] @ params["W_out"].T) * (B > 0)
    dz = sums["dec"] @ params["W_dec"].T
    sums["mu"] = dz + beta * kl_mu
    sums["logvar"] = 0.5 * dz * (z - mu) + beta * kl_logvar
    sums["enc"] = (sums["mu"] @ params["W_mu"].T + sums["logvar"] @ params["W_logvar"].T) * (A > 0)
    inputs = {"enc": X, "mu": A, "logvar": A, "dec": z, "out": B}
    grads = {f"W_{name}": inputs[name].T @ sums[name] for name in LAYERS}
    return loss, grads | {f"b_{name}": sums[name].sum(axis=0) for name in LAYERS}


def _pictures(rng, N, D, whole=False):
    return whole_numbers(rng, (N, D), 0, 1) if whole else rng.random((N, D))


def _vae_case(rng, sizes, beta, *, whole=False, out=1.0):
    N, D, E, K, F = sizes
    return _pictures(rng, N, D, whole), _vae_params(rng, D, E, K, F, out=out), rng.normal(size=(N, K)), beta


def _check_vae_answer(case, answer, parts):
    (N, D), (E, K), F = case[0].shape, case[1]["W_mu"].shape, len(case[1]["b_dec"])
    beta = case[3] if len(case) > 3 else 1.0
    text = f"{_sizes(N=N, D=D, E=E, K=K, F=F)}, beta = {beta:.3g}"
    loss, grads = take_apart(answer, ("loss", "grads"))
    right_loss, right_grads = _right_vae(*case)
    if "loss" in parts:
        assert_close(loss, right_loss, rtol=TIGHT, what=f"the loss with {text}")
    if "grads" in parts:
        _dict_of(grads, tuple(case[1]), f"the gradients with {text}")
        for name in sorted(right_grads, key=lambda name: -LAYERS.index(name[2:])):  # the order of the way back
            assert_close(grads[name], right_grads[name], rtol=TIGHT, what=f'grads["{name}"] with {text}')


def _check_vaes(student, cases, parts=("loss", "grads")):
    answers = [student.vae_loss(*case) for case in cases]
    for case, answer in zip(cases, answers, strict=True):
        _check_vae_answer(case, answer, parts)


@points(0.5)
def test_vae_loss_value(student, rng):
    """The loss is right, for several sizes and prices."""
    cases = [_vae_case(rng, (5, 7, 6, 2, 4), 1.0), _vae_case(rng, (3, 4, 5, 6, 8), rng.uniform(0.1, 0.6))]
    _check_vaes(student, [*cases, _vae_case(rng, (4, 3, 5, 2, 6), rng.uniform(2, 5))], ("loss",))


@points(1)
def test_vae_loss_gradients(student, rng):
    """All ten gradients are right, for several sizes and prices."""
    cases = [_vae_case(rng, (5, 7, 6, 2, 4), 1.0), _vae_case(rng, (3, 4, 5, 6, 8), rng.uniform(0.1, 0.6))]
    _check_vaes(student, [*cases, _vae_case(rng, (4, 3, 5, 2, 6), rng.uniform(2, 5))])


@points(0.5)
def test_vae_loss_prices_and_draws(student, rng):
    """Without the argument the price is 1; it may be 0, a whole number, or high; draws may be 0, or far out."""
    X, params, eps, _ = case = _vae_case(rng, (5, 6, 7, 3, 4), 0.0)
    answer = student.run(_loss_without_beta, X=X, params=params, eps=eps)
    _check_vaes(
        student,
        [case, (X, params, eps, 3), (X, params, eps, 40.0), (X, params, 0 * eps, 1.0), (X, params, 3 * eps, 1.0)],
    )
    _check_vae_answer((X, params, eps), answer, ("loss", "grads"))


@points(0.5)
def test_vae_loss_ends_of_sizes(student, rng):
    """One picture, one pixel, one unit, one number in a code, and equal sizes are right."""
    shapes = [(1, 5, 6, 3, 4), (4, 1, 6, 3, 5), (4, 5, 1, 2, 3), (4, 5, 6, 1, 3), (4, 5, 6, 2, 1), (3, 3, 3, 3, 3)]
    _check_vaes(student, [_vae_case(rng, sizes, 0.8) for sizes in shapes])


@points(0.5)
def test_vae_loss_kinds_of_pictures(student, rng):
    """Black and white pictures in whole numbers, empty and full ones, and logits in the thousands are right."""
    cases = [_vae_case(rng, (5, 6, 7, 3, 4), 0.8, whole=True), _vae_case(rng, (5, 6, 7, 3, 4), 0.8, out=5000.0)]
    X, params, eps, _ = _vae_case(rng, (5, 6, 7, 3, 4), 1.0)
    zero = {name: 0.0 * array for name, array in params.items()}
    blotted = np.where(with_zeros(rng, X.shape) != 0, X, 0.0)
    cases += [(picture, params, eps, 1.0) for picture in (0 * X, 0 * X + 1, blotted)] + [(X, zero, eps, 1.0)]
    cases.append((X, {name: 1e-3 * array for name, array in params.items()}, eps, 1.0))
    _check_vaes(student, cases)


def _right_bound(X, params, eps):
    bounds = np.zeros(len(X))
    for noise in eps:
        _, mu, logvar, _, _, G = _run_vae(X, params, noise)
        log_probs = X * G - np.maximum(G, 0) - np.log1p(np.exp(-np.abs(G)))
        price = 0.5 * (mu * mu + np.exp(logvar) - logvar - 1.0)
        bounds += (log_probs.sum(axis=1) - price.sum(axis=1)) / len(eps)
    return bounds


def _check_bounds(student, cases):
    answers = [student.evidence_bound_broken(*case) for case in cases]
    for case, answer in zip(cases, answers, strict=True):
        (N, D), (S, _, K) = case[0].shape, case[2].shape
        what = f"the bounds with {_sizes(S=S, N=N, D=D, K=K)}"
        assert_close(answer, _right_bound(*case), rtol=TIGHT, each=True, what=what)


def _bound_case(rng, S, sizes, **options):
    N, _, _, K, _ = sizes
    X, params, _, _ = _vae_case(rng, sizes, 1.0, **options)
    return X, params, rng.normal(size=(S, N, K))


@points(0.5)
def test_evidence_bound_broken_values(student, rng):
    """The bound of every picture is right, from one draw and from several."""
    cases = [_bound_case(rng, S, sizes) for S, sizes in ((1, (5, 7, 6, 2, 4)), (4, (3, 4, 5, 6, 8)))]
    _check_bounds(student, cases)


@points(0.5)
def test_evidence_bound_broken_without_weights(student, rng):
    """Without weights, every pixel costs log 2 and the code nothing; with biases alone, it costs the same for all."""
    X, params, eps = _bound_case(rng, 3, (4, 9, 5, 2, 6))
    zero = {name: 0.0 * array for name, array in params.items()}
    biases = {name: array if name.startswith("b") else 0.0 * array for name, array in params.items()}
    _check_bounds(student, [(X, zero, eps), (X, biases, eps)])


@points(1)
def test_evidence_bound_broken_other_sizes(student, rng):
    """One picture, none, one pixel, one number in a code, whole numbers, and logits in the thousands are right."""
    shapes = [(1, 5, 6, 3, 4), (0, 5, 6, 3, 4), (4, 1, 6, 3, 5), (4, 5, 6, 1, 3), (3, 3, 3, 3, 3)]
    cases = [_bound_case(rng, 3, sizes) for sizes in shapes] + [_bound_case(rng, 2, (5, 6, 7, 3, 4), whole=True)]
    _check_bounds(student, [*cases, _bound_case(rng, 2, (5, 6, 7, 3, 4), out=5000.0)])


# train_vae


def _num_units(biases):
    """How many units have these biases; insist on a vector of at most 256."""
    fits = isinstance(biases, np.ndarray) and biases.ndim == 1 and 1 <= len(biases) <= 256
    assert_that(fits, "b_enc and b_dec: expected vectors of at most 256 numbers, one for each hidden unit.")
    return len(biases)


def _check_vae_params(params):
    """Insist on the ten arrays, in shapes that fit together; return them as float64."""
    names = [f"{kind}_{name}" for name in LAYERS for kind in ("W", "b")]
    params = _dict_of(params, names, "the trained params")
    E, F = (_num_units(params[name]) for name in ("b_enc", "b_dec"))
    rows = {"enc": (64, E), "mu": (E, 2), "logvar": (E, 2), "dec": (2, F), "out": (F, 64)}
    arrays = {}
    for name, shape in rows.items():
        arrays[f"W_{name}"] = _numbers(params[f"W_{name}"], shape, f"W_{name} with E = {E}, F = {F}")
        arrays[f"b_{name}"] = _numbers(params[f"b_{name}"], shape[1:], f"b_{name} with E = {E}, F = {F}")
    assert_that(all(np.isfinite(array).all() for array in arrays.values()), "Some weights are infinite or NaN.")
    return arrays


def _bound_on_new(params, new, rng):
    """Mean evidence bound of pictures, from 20 draws each."""
    with np.errstate(all="ignore"):
        return float(_right_bound(new, params, rng.normal(size=(20, len(new), 2))).mean())


@points(2, repeat=False, seconds=60)
def test_train_vae_draws(student, rng):
    """On hidden digits, whose pixels stand in another order, the evidence bound is at least -25.5 nats."""
    digits, order = load_digits(rng=generator(rng)), rng.permutation(64)
    params = student.train_vae(digits.X_train[:, order], generator(rng))
    bound = _bound_on_new(_check_vae_params(params), digits.X_test[:, order], rng)
    message = (
        f"The evidence bound of new digits is {bound:.2f} nats. Asked: at least -25.5; the mean picture has -27.3."
    )
    assert_that(bound >= BOUND, message)


# spectral_codes


def _right_spectral(A, k):
    """Normalised affinities, the gap below the k-th eigenvalue, the top eigenvectors and the lengths of their rows."""
    A = np.asarray(A, dtype=float)
    g = A.sum(axis=1)
    M = A / np.sqrt(np.outer(g, g))
    values, vectors = np.linalg.eigh(M)
    top = vectors[:, len(A) - k :]
    gap = values[len(A) - k] - values[len(A) - k - 1] if k < len(A) else 1.0
    return M, gap, top, np.linalg.norm(top, axis=1)


def _draw_affinities(draw, k):
    """Draw until the codes are determined: a gap below the k-th eigenvalue, and no row near 0."""
    while True:
        A = draw()
        A = A + A.T
        if (A.sum(axis=1) > 0).all():
            _, gap, _, lengths = _right_spectral(A, k)
            if gap > 0.02 and lengths.min() > 0.02:
                return A, k


def _check_spectral(student, cases):
    answers = [student.spectral_codes(A, k) for A, k in cases]
    for (A, k), answer in zip(cases, answers, strict=True):
        N, what = len(A), f"spectral_codes with {_sizes(N=len(A), k=k)}"
        codes = _numbers(answer, (N, k), what)
        _insist_on_arrays(what, answer)
        M, _, top, lengths = _right_spectral(A, k)
        assert_close(np.linalg.norm(codes, axis=1), np.ones(N), rtol=TIGHT, what=f"{what}: the lengths of the rows")
        right = top @ top.T / np.outer(lengths, lengths)
        assert_close(codes @ codes.T, right, rtol=10 * TIGHT, what=f"{what}: the products of the codes of two points")
        vectors = codes * lengths[:, None]
        turned = vectors.T @ M @ vectors
        mixed = np.abs(turned - np.diag(np.diag(turned))).max(initial=0.0)
        assert_that(mixed < 1e-6, f"{what}: the columns are mixtures of eigenvectors, not eigenvectors.")


@points(1, repeat=False)
def test_spectral_codes_values(student, rng):
    """The codes are right for affinities of every kind: some zero, some large, some on the diagonal."""
    draws = [
        (lambda: rng.random((7, 7)), 2),
        (lambda: rng.random((6, 6)) * (rng.random((6, 6)) < 0.5), 3),
        (lambda: np.exp(rng.normal(size=(9, 9)) * 2) * (1 - np.eye(9)), 4),
    ]
    _check_spectral(student, [_draw_affinities(draw, k) for draw, k in draws])


@points(0.5, repeat=False)
def test_spectral_codes_groups(student, rng):
    """Groups with narrow bridges, whose points are mixed in order, get codes that differ between groups."""
    cases = []
    for sizes in ((4, 3), (3, 5, 2)):
        group = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
        same = group[:, None] == group

        def draw(same=same):
            return np.where(same, 0.5 + rng.random(same.shape), 0.02 * rng.random(same.shape)) * (1 - np.eye(len(same)))

        cases.append(_draw_affinities(draw, len(sizes)))
    _check_spectral(student, cases)


@points(0.5, repeat=False)
def test_spectral_codes_ends(student, rng):
    """One number, as many as points, one point, two points, whole numbers."""
    cases = [_draw_affinities(lambda: rng.random((6, 6)), 1), _draw_affinities(lambda: rng.random((5, 5)), 5)]
    cases += [(np.array([[rng.uniform(0.5, 3)]]), 1), (np.array([[0.0, 2.5], [2.5, 0.0]]), 1)]
    cases.append(_draw_affinities(lambda: np.triu(whole_numbers(rng, (6, 6), 0, 5)), 2))
    _check_spectral(student, cases)


@points(1, repeat=False)
def test_spectral_codes_unequal_points(student, rng):
    """Points that are connected far better than others, and affinities that are all tiny or all large, are right."""
    scales = np.exp(rng.permutation(np.linspace(-3, 3, 7)))
    cases = [_draw_affinities(lambda: rng.random((7, 7)) * np.sqrt(np.outer(scales, scales)), 3)]
    for scale in (1e-9, 1e8):
        A, k = _draw_affinities(lambda: rng.random((6, 6)), 2)
        cases.append((scale * A, k))
    _check_spectral(student, cases)
