"""Right answers of lesson 03 that differ from the reference and must pass every check.

A variant is the reference with a few texts replaced, or a function of its own. Each may use NumPy as `np` and the
lesson's own functions, which are there when it runs.
"""

import numpy as np

from grading.lessons.checking import edit

# sgd_step


def sgd_step__loop(params, grads, state, learning_rate):
    new_params = {}
    for name, w in params.items():
        new_params[name] = w - learning_rate * grads[name]
    return new_params, {}


def sgd_step__over_grads(params, grads, state, learning_rate):
    return [
        {name: params[name] + -learning_rate * g for name, g in grads.items()},
        {"steps": state.get("steps", 0) + 1},
    ]


def sgd_step__copy_then_in_place(params, grads, state, learning_rate):
    new_params = {name: w.copy() for name, w in params.items()}
    for name in new_params:
        new_params[name] -= learning_rate * grads[name]
    return new_params, state


def sgd_step__float32(params, grads, state, learning_rate):
    rate = np.float32(learning_rate)
    return {k: params[k].astype(np.float32) - rate * grads[k].astype(np.float32) for k in params}, None


# momentum_step


def momentum_step__velocity(params, grads, state, learning_rate, momentum):
    velocity, new_params = {}, {}
    for name in params:
        velocity[name] = momentum * state.get(name, np.zeros_like(params[name])) - learning_rate * grads[name]
        new_params[name] = params[name] + velocity[name]
    return new_params, velocity


def momentum_step__rate_outside(params, grads, state, learning_rate, momentum):
    sums = {k: momentum * state[k] + grads[k] if k in state else grads[k] for k in params}
    return {k: params[k] - learning_rate * sums[k] for k in params}, sums


def momentum_step__old_params(params, grads, state, learning_rate, momentum):
    last = state.get("last", params)
    new_params = {k: params[k] - learning_rate * grads[k] + momentum * (params[k] - last[k]) for k in params}
    return new_params, {"last": params}


def momentum_step__deep_copy(params, grads, state, learning_rate, momentum):
    import copy

    state, params = copy.deepcopy(state), copy.deepcopy(params)
    for name, g in grads.items():
        if name not in state:
            state[name] = np.zeros(g.shape)
        state[name] *= momentum
        state[name] += learning_rate * g
        params[name] -= state[name]
    return params, state


def momentum_step__float32(params, grads, state, learning_rate, momentum):
    dw = {k: (learning_rate * grads[k] + momentum * state.get(k, 0.0)).astype(np.float32) for k in params}
    return {k: params[k].astype(np.float32) - dw[k] for k in params}, dw


# nesterov_step


def nesterov_step__velocity(params, grads, state, learning_rate, momentum):
    velocity, new_params = {}, {}
    for name in params:
        velocity[name] = momentum * state.get(name, 0.0) - learning_rate * grads[name]
        new_params[name] = params[name] + momentum * velocity[name] - learning_rate * grads[name]
    return new_params, velocity


def nesterov_step__rate_outside(params, grads, state, learning_rate, momentum):
    sums = {k: momentum * state.get(k, np.zeros_like(g)) + g for k, g in grads.items()}
    return {k: params[k] - learning_rate * (grads[k] + momentum * sums[k]) for k in params}, sums


def nesterov_step__true_place(params, grads, state, learning_rate, momentum):
    new_params, memory = {}, {}
    for name, look_ahead in params.items():
        old = state.get(name, np.zeros_like(look_ahead))
        place = look_ahead + momentum * old
        memory[name] = learning_rate * grads[name] + momentum * old
        new_params[name] = place - memory[name] - momentum * memory[name]
    return new_params, memory


def nesterov_step__float32(params, grads, state, learning_rate, momentum):
    eta, m = np.float32(learning_rate), np.float32(momentum)
    dw = {k: eta * grads[k].astype(np.float32) + m * state.get(k, np.float32(0)) for k in params}
    return {k: params[k].astype(np.float32) - eta * grads[k].astype(np.float32) - m * dw[k] for k in params}, dw


def nesterov_step__uses_momentum_step(params, grads, state, learning_rate, momentum):
    _, state = momentum_step(params, grads, state, learning_rate, momentum)
    dw = state["dw"]  # where the reference keeps it
    return {k: params[k] - learning_rate * grads[k] - momentum * dw[k] for k in params}, state


def nesterov_step__both_dw(params, grads, state, learning_rate, momentum):
    dw, new_params = {}, {}
    for name in params:
        dw[name] = learning_rate * grads[name] + momentum * state.get(name, 0)
        new_params[name] = params[name] - (1 + momentum) * dw[name] + momentum * state.get(name, 0)
    return new_params, dw


# adagrad_step


def adagrad_step__eps_outside(params, grads, state, learning_rate, eps):
    s = {name: state.get(name, 0.0) + grads[name] * grads[name] for name in params}
    return {name: params[name] - learning_rate * grads[name] / (np.sqrt(s[name]) + eps) for name in params}, s


def adagrad_step__rate_for_every_weight(params, grads, state, learning_rate, eps):
    s, new_params = {}, {}
    for name in params:
        s[name] = state.get("sums", {}).get(name, np.zeros_like(params[name])) + np.square(grads[name])
        rates = learning_rate * (s[name] + eps) ** -0.5
        new_params[name] = params[name] - rates * grads[name]
    return new_params, {"sums": s}


def adagrad_step__all_squares(params, grads, state, learning_rate, eps):
    seen = [*state.get("seen", []), grads]
    roots = {name: np.sqrt(np.sum([past[name] ** 2 for past in seen], axis=0) + eps) for name in params}
    return {name: params[name] - learning_rate * grads[name] / roots[name] for name in params}, {"seen": seen}


def adagrad_step__float32(params, grads, state, learning_rate, eps):
    g = {k: v.astype(np.float32) for k, v in grads.items()}
    s = {k: state.get(k, np.float32(0)) + g[k] ** 2 for k in params}
    root = {k: np.sqrt(s[k] + np.float32(eps)) for k in params}
    return {k: params[k].astype(np.float32) - np.float32(learning_rate) * g[k] / root[k] for k in params}, s


# rmsprop_step


def rmsprop_step__eps_outside(params, grads, state, learning_rate, rho, eps):
    s = {name: rho * state.get(name, 0.0) + (1 - rho) * grads[name] ** 2 for name in params}
    return {name: params[name] - learning_rate * grads[name] / (np.sqrt(s[name]) + eps) for name in params}, s


def rmsprop_step__towards_the_square(params, grads, state, learning_rate, rho, eps):
    s, new_params = {}, {}
    for name, g in grads.items():
        old = state.get(name, np.zeros(g.shape))
        s[name] = old + (1 - rho) * (g * g - old)
        new_params[name] = params[name] - learning_rate / np.sqrt(s[name] + eps) * g
    return new_params, s


def rmsprop_step__copy_of_the_state(params, grads, state, learning_rate, rho, eps):
    state = {name: array.copy() for name, array in state.items()} or {k: np.zeros_like(w) for k, w in params.items()}
    for name in state:
        state[name] *= rho
        state[name] += (1 - rho) * grads[name] ** 2
    return {k: params[k] - learning_rate * grads[k] / np.sqrt(state[k] + eps) for k in params}, state


def rmsprop_step__float32(params, grads, state, learning_rate, rho, eps):
    g = {k: v.astype(np.float32) for k, v in grads.items()}
    s = {k: np.float32(rho) * state.get(k, np.float32(0)) + np.float32(1 - rho) * g[k] ** 2 for k in params}
    root = {k: np.sqrt(s[k] + np.float32(eps)) for k in params}
    return {k: params[k].astype(np.float32) - np.float32(learning_rate) * g[k] / root[k] for k in params}, s


# adadelta_step


def adadelta_step__one_root(params, grads, state, learning_rate, rho, eps):
    new_params, new_state = {}, {}
    for name, w in params.items():
        s, u = state.get(name, (0.0, 0.0))
        s = rho * s + (1 - rho) * grads[name] ** 2
        d = grads[name] * np.sqrt((u + eps) / (s + eps))
        new_state[name] = s, rho * u + (1 - rho) * d * d
        new_params[name] = w - learning_rate * d
    return new_params, new_state


def adadelta_step__as_in_the_paper(params, grads, state, learning_rate, rho, eps):
    def rms(mean):
        return np.sqrt(mean + eps)

    zeros = {name: np.zeros_like(w) for name, w in params.items()}
    g2, x2 = state.get("g2", zeros), state.get("x2", zeros)
    g2 = {k: rho * g2[k] + (1 - rho) * grads[k] ** 2 for k in params}
    dx = {k: -rms(x2[k]) / rms(g2[k]) * grads[k] for k in params}
    x2 = {k: rho * x2[k] + (1 - rho) * dx[k] ** 2 for k in params}
    return {k: params[k] + learning_rate * dx[k] for k in params}, {"g2": g2, "x2": x2}


def adadelta_step__towards_the_square(params, grads, state, learning_rate, rho, eps):
    new_params, s, u = {}, {}, {}
    for k, g in grads.items():
        zeros = np.zeros_like(g)
        old_s, old_u = state.get("s", {}).get(k, zeros), state.get("u", {}).get(k, zeros)
        s[k] = old_s + (1 - rho) * (g**2 - old_s)
        d = np.sqrt(old_u + eps) * g / np.sqrt(s[k] + eps)
        u[k] = old_u + (1 - rho) * (d**2 - old_u)
        new_params[k] = params[k] - learning_rate * d
    return new_params, {"u": u, "s": s}


def adadelta_step__float32(params, grads, state, learning_rate, rho, eps):
    rho, eps, rate, one = (np.float32(value) for value in (rho, eps, learning_rate, 1))
    new_params, new_state = {}, {}
    for k in params:
        g, (s, u) = grads[k].astype(np.float32), state.get(k, (np.float32(0), np.float32(0)))
        s = rho * s + (one - rho) * g**2
        d = np.sqrt(u + eps) / np.sqrt(s + eps) * g
        new_state[k] = s, rho * u + (one - rho) * d**2
        new_params[k] = params[k].astype(np.float32) - rate * d
    return new_params, new_state


# adam_step


def adam_step__as_in_keras(params, grads, state, learning_rate, beta1, beta2, eps):
    t = state.get("t", 0) + 1
    alpha = learning_rate * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    new_params, new_state = {}, {"t": t}
    for name, g in grads.items():
        m, v = state.get(name, (np.zeros_like(g), np.zeros_like(g)))
        m, v = m + (g - m) * (1 - beta1), v + (g**2 - v) * (1 - beta2)
        new_state[name] = m, v
        new_params[name] = params[name] - m * alpha / (np.sqrt(v) + eps)
    return new_params, new_state


def adam_step__eps_inside(params, grads, state, learning_rate, beta1, beta2, eps):
    t, m, v = state.get("t", 0), state.get("m", {}), state.get("v", {})
    t = t + 1
    m = {k: beta1 * m.get(k, 0.0) + (1 - beta1) * g for k, g in grads.items()}
    v = {k: beta2 * v.get(k, 0.0) + (1 - beta2) * np.square(g) for k, g in grads.items()}
    roots = {k: np.sqrt(v[k] / (1 - beta2**t) + eps) for k in v}
    return {k: params[k] - learning_rate * m[k] / (1 - beta1**t) / roots[k] for k in params}, {"t": t, "m": m, "v": v}


def adam_step__deep_copy(params, grads, state, learning_rate, beta1, beta2, eps):
    import copy

    params, state = copy.deepcopy(params), copy.deepcopy(state)
    if not state:
        zeros = {k: np.zeros_like(w) for k, w in params.items()}
        state = {"t": 0, "m": zeros, "v": copy.deepcopy(zeros)}
    state["t"] += 1
    for k in params:
        state["m"][k] += (1 - beta1) * (grads[k] - state["m"][k])
        state["v"][k] += (1 - beta2) * (grads[k] ** 2 - state["v"][k])
        m_hat, v_hat = state["m"][k] / (1 - beta1 ** state["t"]), state["v"][k] / (1 - beta2 ** state["t"])
        params[k] -= learning_rate * m_hat / (np.sqrt(v_hat) + eps)
    return params, state


def adam_step__products_of_betas(params, grads, state, learning_rate, beta1, beta2, eps):
    p1, p2 = state.get("p1", 1.0) * beta1, state.get("p2", 1.0) * beta2
    new_params, new_state = {}, {"p1": p1, "p2": p2}
    for k in params:
        m, v = state.get(("mean", k), 0.0), state.get(("square", k), 0.0)
        m = new_state["mean", k] = beta1 * m + (1 - beta1) * grads[k]
        v = new_state["square", k] = beta2 * v + (1 - beta2) * grads[k] ** 2
        new_params[k] = params[k] - learning_rate * (m / (1 - p1)) / (np.sqrt(v / (1 - p2)) + eps)
    return new_params, new_state


def adam_step__float32(params, grads, state, learning_rate, beta1, beta2, eps):
    t, new_params, new_state = state.get("t", 0) + 1, {}, {}
    for k in params:
        g, (m, v) = grads[k].astype(np.float32), state.get(k, (np.float32(0), np.float32(0)))
        m = np.float32(beta1) * m + np.float32(1 - beta1) * g
        v = np.float32(beta2) * v + np.float32(1 - beta2) * g**2
        m_hat, v_hat = m / np.float32(1 - beta1**t), v / np.float32(1 - beta2**t)
        new_state[k] = m, v
        step = np.float32(learning_rate) * m_hat / (np.sqrt(v_hat) + np.float32(eps))
        new_params[k] = params[k].astype(np.float32) - step
    return new_params, {"t": t, **new_state}


# adam_step_broken


def adam_step_broken__uses_adam_step(params, grads, state, learning_rate, beta1, beta2, eps):
    return adam_step(params, grads, state, learning_rate, beta1, beta2, eps)


edit(
    "adam_step_broken__count_before_the_loop",
    {'t = state.get("t", 1)': 't = state.get("t", 0) + 1', '{"t": t + 1,': '{"t": t,'},
)
edit(
    "adam_step_broken__smaller_epsilon_form",
    {
        "learning_rate * mean / (np.sqrt(square) + eps)": "learning_rate * np.sqrt(1 - beta2**t) * mean "
        "/ (np.sqrt(new_squares[name]) + eps)"
    },
)


# exponential_decay


def exponential_decay__np_power(learning_rate, step, tau):
    return learning_rate * np.power(10.0, -np.asarray(step) / tau)


def exponential_decay__tenths(learning_rate, step, tau):
    return learning_rate * 0.1 ** (step / tau)


def exponential_decay__exp(learning_rate, step, tau):
    return np.exp(np.log(learning_rate) - np.log(10) * step / tau)


def exponential_decay__float32(learning_rate, step, tau):
    return np.float32(learning_rate) / np.power(np.float32(10), np.asarray(step, dtype=np.float32) / np.float32(tau))


def exponential_decay__divided_by_a_power(learning_rate, step, tau):
    return learning_rate / 10 ** (step / tau)


# cosine_decay


def cosine_decay__squared_half_angle(learning_rate, step, num_steps):
    return learning_rate * np.cos(np.pi * np.minimum(step, num_steps) / (2 * num_steps)) ** 2


def cosine_decay__where(learning_rate, step, num_steps):
    step = np.asarray(step)
    return np.where(step < num_steps, learning_rate * (1 + np.cos(np.pi * step / num_steps)) / 2, 0.0)


def cosine_decay__clip(learning_rate, step, num_steps):
    return learning_rate * (1 + np.cos(np.clip(step / num_steps, 0, 1) * np.pi)) / 2


def cosine_decay__float32(learning_rate, step, num_steps):
    angle = np.float32(np.pi) * np.minimum(np.asarray(step, dtype=np.float32) / np.float32(num_steps), np.float32(1))
    return np.float32(0.5 * learning_rate) * (1 + np.cos(angle))


def cosine_decay__masked(learning_rate, step, num_steps):
    return learning_rate * (1 + np.cos(np.pi * step / num_steps)) / 2 * (step <= num_steps)


# clip_by_global_norm


def clip_by_global_norm__concatenate(grads, max_norm):
    norm = np.linalg.norm(np.concatenate([g.ravel() for g in grads.values()]))
    if norm <= max_norm:
        return dict(grads)
    return {name: g * max_norm / norm for name, g in grads.items()}


def clip_by_global_norm__divide_by_the_larger(grads, max_norm):
    norm = np.linalg.norm([np.linalg.norm(g) for g in grads.values()])
    return {name: g / max(1.0, norm / max_norm) for name, g in grads.items()}


def clip_by_global_norm__loop(grads, max_norm):
    import math

    total = 0.0
    for g in grads.values():
        for number in g.ravel():
            total += float(number) ** 2
    clipped = {name: g.copy() for name, g in grads.items()}
    if math.sqrt(total) > max_norm:
        for g in clipped.values():
            g *= max_norm / math.sqrt(total)
    return clipped


def clip_by_global_norm__little_more(grads, max_norm):
    norm = np.sqrt(sum(np.vdot(g, g) for g in grads.values()))
    return {name: g * min(1.0, max_norm / (norm + 1e-6)) for name, g in grads.items()}


def clip_by_global_norm__float32(grads, max_norm):
    grads = {name: g.astype(np.float32) for name, g in grads.items()}
    norm = np.sqrt(sum((g**2).sum() for g in grads.values()))
    factor = np.float32(max_norm) / max(norm, np.float32(max_norm))
    return {name: g * factor for name, g in grads.items()}


def clip_by_global_norm__the_same_dict(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads.values()))
    if norm <= max_norm:
        return grads
    return {name: g * max_norm / norm for name, g in grads.items()}


# tune


def tune__nesterov(smallest, largest):
    root = np.sqrt(3 * largest / smallest + 1)
    return "nesterov_step", (4 / (3 * largest + smallest), (root - 2) / (root + 2))


def tune__one_over_largest(smallest, largest):
    return ["momentum_step", [1 / largest, (1 - np.sqrt(smallest / largest)) ** 2]]


def tune__momentum_not_squared(smallest, largest):
    root = np.sqrt(largest / smallest)
    return "momentum_step", np.array([4 / (np.sqrt(largest) + np.sqrt(smallest)) ** 2, (root - 1) / (root + 1)])


def tune__polyak_always_for_500(smallest, largest):
    smallest, root = largest / 500, np.sqrt(500)
    rate = 4 / (np.sqrt(largest) + np.sqrt(smallest)) ** 2
    return "momentum_step", (rate, ((root - 1) / (root + 1)) ** 2)


def tune__search(smallest, largest):
    curvatures, best = np.geomspace(smallest, largest, 8), (np.inf, ())
    for rate in np.array([1.0, 1.5, 2.0, 2.5, 3.0, 3.5]) / largest:
        for momentum in np.linspace(0.5, 0.95, 19):
            settings = (float(rate), float(momentum))
            with np.errstate(all="ignore"):
                end = descend(momentum_step, settings, lambda w: curvatures * w, 1 / np.sqrt(curvatures), 200)[-1]
            height = np.max(curvatures * end**2)
            if height < best[0]:
                best = height, settings
    return "momentum_step", best[1]


def tune__nesterov_of_the_books(smallest, largest):
    root = np.sqrt(largest / smallest)
    return "nesterov_step", (1 / largest, (root - 1) / (root + 1))


def tune__as_the_second_hint_says(smallest, largest):
    m = max(0, 1 - 4 / np.sqrt(largest / smallest))
    return "momentum_step", (1.9 * (1 + m) / largest, m)


def tune__three_over_largest(smallest, largest):
    return "momentum_step", (3 / largest, 0.85)
