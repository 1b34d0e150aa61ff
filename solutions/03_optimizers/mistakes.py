"""Known wrong answers of lesson 03, each with the hint that its maker deserves.

A mistake is the reference with a few texts replaced, or a function of its own. Each may use NumPy as `np` and the
lesson's own functions, which are there when it runs.
"""

import numpy as np

from grading.lessons.checking import edit, hint

# Wrong answers made by the machine that are right after all, see CONTRIBUTING.md.
EQUIVALENT = {
    "*": {
        "nothing of...": "no array is empty: the text says so at the top",
        "whole numbers in, whole numbers out of...": "arrays hold floats: the text says so at the top",
        "sign dropped of...": "rates, shares, limits and eps are not negative",
        "cut to 0 to 1 of momentum": "a share is at most 1",
        "cut to 0 to 1 of rho": "a share is at most 1",
        "cut to 0 to 1 of beta1": "a share is at most 1",
        "cut to 0 to 1 of beta2": "a share is at most 1",
        "cut to 0 to 1 of eps": "eps is small",
        "0 counts as of...": "rates, limits and eps are positive",
        "a float for an int": "the count is kept in the state, and nobody looks inside",
        "the first value for ever, by of state momentum": "it stays the same throughout a walk",
        "the first value for ever, by of state rho": "it stays the same throughout a walk",
        "the first value for ever, by of state beta1": "it stays the same throughout a walk",
        "the first value for ever, by of state beta2": "it stays the same throughout a walk",
        "the first value for ever, by of state eps": "it stays the same throughout a walk",
    },
    "sgd_step": {
        "forgets after...": "there is nothing to remember",
        "by position, not by name...": "there is nothing to remember",
        "skips what is flat...": "without a slope there is no step",
        "over_grads: operator: state.get('steps', 0) + 1...": "the state is the student's own",
        "over_grads: left term only: state.get('steps', 0) + 1...": "the state is the student's own",
        "over_grads: right term only: state.get('steps', 0) + 1...": "the state is the student's own",
        "over_grads: constant...": "the state is the student's own",
    },
    "momentum_step": {
        "the first value for ever, by of state learning_rate": "with momentum the rate stays the same",
    },
    "nesterov_step": {
        "the first value for ever, by of state learning_rate": "with momentum the rate stays the same",
    },
    "adagrad_step": {
        "skips what is flat...": "without a slope there is no step",
        "negative counts as 0 of state": "sums of squares are not negative",
    },
    "rmsprop_step": {
        "skips what is flat...": "without a slope there is no step",
        "negative counts as 0 of state": "means of squares are not negative",
    },
    "adadelta_step": {
        "skips what is flat...": "without a slope there is no step",
        "negative counts as 0 of state": "means of squares are not negative",
    },
    "adam_step_broken": {
        "reference: operator: np.sqrt(square) + eps -> np.sqrt(square) - eps": "eps is too small to see its sign",
        "count_before_the_loop: operator: np.sqrt(square) + eps -> np.sqrt(square) - eps": (
            "eps is too small to see its sign"
        ),
        "always of 1e-30 eps": "eps is too small to be seen",
    },
    "exponential_decay": {
        "np_power: call left out: np.asarray(step) -> step": "a number will do",
    },
    "cosine_decay": {
        "squared_half_angle: constant: 2 -> -2...": "the square of a cosine has no sign",
        "where: call left out: np.asarray(step) -> step": "a number will do",
        "where: comparison: step < num_steps -> step <= num_steps": "at the end both forms give 0",
    },
    "clip_by_global_norm": {
        "reference: comparison: norm > max_norm -> norm >= max_norm": "at the limit the factor is 1",
        "concatenate: comparison: norm <= max_norm -> norm < max_norm": "at the limit the factor is 1",
    },
}

# sgd_step


@hint(
    "Is the return missing, so that None comes back? Or is a whole dict multiplied or subtracted? Only arrays can be: "
    "go through the names."
)
def sgd_step__no_return(params, grads, state, learning_rate):
    {name: params[name] - learning_rate * grads[name] for name in params}


edit(
    "sgd_step__uphill",
    {"params[name] - learning_rate": "params[name] + learning_rate"},
    hint="The step goes uphill. The gradient points to where the loss grows: subtract it.",
)
edit(
    "sgd_step__no_learning_rate",
    {"learning_rate * grads": "grads"},
    hint="The learning rate is not used. It says how far to go along the gradient.",
)
edit(
    "sgd_step__sign_only",
    {"grads[name] for": "np.sign(grads[name]) for"},
    hint="Every step is as long as the learning rate. The size of the gradient counts too, not only its sign.",
)
edit(
    "sgd_step__unit_gradient",
    {"grads[name] for": "grads[name] / np.linalg.norm(grads[name]) for"},
    hint="The gradient was divided by its length. A plain step is longer where the ground is steeper.",
)
edit(
    "sgd_step__only_params",
    {"for name in params}, state": "for name in params}"},
    hint="Only the new params came back. A step function returns two things: params and state.",
)
edit(
    "sgd_step__exchanged",
    {
        "return {name: params[name] - learning_rate * grads[name] for name in params}, state": "return state, "
        "{name: params[name] - learning_rate * grads[name] for name in params}"
    },
    hint="params and state came back in the wrong order: first params, then state.",
)


@hint("The arrays were paired by their position in the two dicts. Pair them by name: the order may differ.")
def sgd_step__by_position(params, grads, state, learning_rate):
    pairs = zip(params, params.values(), grads.values(), strict=True)
    return {name: w - learning_rate * g for name, w, g in pairs}, state


@hint("params was changed: its arrays, or the dict itself. The caller still needs it: make new arrays and a new dict.")
def sgd_step__in_place(params, grads, state, learning_rate):
    for name in params:
        params[name] -= learning_rate * grads[name]
    return params, state


@hint("Only the first array moved, and the others are missing. Is the return inside the loop?")
def sgd_step__returns_in_the_loop(params, grads, state, learning_rate):
    new_params = {}
    for name in params:
        new_params[name] = params[name] - learning_rate * grads[name]
        return new_params, state


@hint('Only "W" and "b" are looked up. The dict may hold any names: go through all of them.')
def sgd_step__two_fixed_names(params, grads, state, learning_rate):
    W = params["W"] - learning_rate * grads["W"]
    b = params["b"] - learning_rate * grads["b"]
    return {"W": W, "b": b}, state


# momentum_step


@hint(
    "Is the return missing, so that None comes back? Or is a whole dict multiplied or subtracted? Only arrays can be: "
    "go through the names."
)
def momentum_step__no_return(params, grads, state, learning_rate, momentum):
    {name: params[name] - learning_rate * grads[name] for name in params}


edit(
    "momentum_step__forgets",
    {'{"dw": dw}': "{}"},
    hint="Every step is a plain one: nothing is remembered. The new dw must be in the state that you return.",
)
edit(
    "momentum_step__state_as_it_came",
    {
        'return {name: params[name] - dw[name] for name in params}, {"dw": dw}': 'state.setdefault("dw", dw)\n'
        "    return {name: params[name] - dw[name] for name in params}, state"
    },
    hint="The first dw is remembered for ever. Each step must return a state with its own, new dw.",
)
edit(
    "momentum_step__running_mean",
    {"learning_rate * grads[name] + momentum": "(1 - momentum) * learning_rate * grads[name] + momentum"},
    hint="There is a factor 1 - m on the gradient. That is a running mean; here the plain step is added in full.",
)
edit(
    "momentum_step__rate_twice",
    {"params[name] - dw[name]": "params[name] - learning_rate * dw[name]"},
    hint="The learning rate acts twice: dw contains it already.",
)
edit(
    "momentum_step__rate_on_memory",
    {
        "learning_rate * grads[name] + momentum * old.get(name, 0.0)": "learning_rate * (grads[name] + momentum "
        "* old.get(name, 0.0))"
    },
    hint="The memory is multiplied by the learning rate again in every step. It belongs on the new gradient only.",
)
edit(
    "momentum_step__memory_subtracted",
    {"+ momentum * old": "- momentum * old"},
    hint="The share of the last step has the wrong sign: it brakes instead of rolling on.",
)
edit(
    "momentum_step__uphill",
    {"params[name] - dw[name]": "params[name] + dw[name]"},
    hint="The steps go uphill. dw is what is subtracted from the weights.",
)
edit(
    "momentum_step__keeps_everything",
    {"momentum * old.get(name, 0.0)": "old.get(name, 0.0)"},
    hint="All of the last step is kept. Keep the share m of it.",
)
edit(
    "momentum_step__on_the_gradient",
    {"learning_rate * grads[name] + momentum * old": "momentum * learning_rate * grads[name] + old"},
    hint="The momentum stands at the wrong term: it is the share of the old dw that is kept, not of the new gradient.",
)
edit(
    "momentum_step__last_step_only",
    {'{"dw": dw}': '{"dw": {name: learning_rate * grads[name] for name in params}}'},
    hint="Only the last plain step is remembered. What goes into the state is the whole dw, with its memory in it.",
)
edit(
    "momentum_step__nesterov",
    {"params[name] - dw[name]": "params[name] - learning_rate * grads[name] - momentum * dw[name]"},
    hint="This is Nesterov momentum, the next exercise. Here the new dw is simply subtracted.",
)
edit(
    "momentum_step__moves_by_the_old",
    {"params[name] - dw[name]": "params[name] - old.get(name, 0.0)"},
    hint="The step uses the dw of the step before, so it comes one step late. Subtract the new dw.",
)


@hint("One memory serves all arrays, so they mix. Each name needs its own dw.")
def momentum_step__one_memory(params, grads, state, learning_rate, momentum):
    dw, new_params = state.get("dw", 0.0), {}
    for name in params:
        dw = learning_rate * grads[name] + momentum * np.mean(dw)
        new_params[name] = params[name] - dw
    return new_params, {"dw": dw}


@hint("Two arrays of the same shape share one memory. Keep the memory by name, not by shape.")
def momentum_step__memory_by_shape(params, grads, state, learning_rate, momentum):
    dw, new_params = dict(state), {}
    for name in params:
        shape = params[name].shape
        dw[shape] = learning_rate * grads[name] + momentum * dw.get(shape, 0.0)
        new_params[name] = params[name] - dw[shape]
    return new_params, dw


@hint("The state that came in was changed, so a step cannot be repeated. Make a new dict for the new memory.")
def momentum_step__state_in_place(params, grads, state, learning_rate, momentum):
    new_params = {}
    for name in params:
        state[name] = learning_rate * grads[name] + momentum * state.get(name, 0.0)
        new_params[name] = params[name] - state[name]
    return new_params, state


@hint(
    "Something inside the state was changed, so a step cannot be repeated: its arrays (as with *= and +=), or the dict "
    "that holds them. Make new arrays, in a new dict."
)
def momentum_step__memory_in_place(params, grads, state, learning_rate, momentum):
    dw, new_params = dict(state), {}
    for name in params:
        if name not in dw:
            dw[name] = np.zeros_like(params[name])
        dw[name] *= momentum
        dw[name] += learning_rate * grads[name]
        new_params[name] = params[name] - dw[name]
    return new_params, dw


@hint("The arrays of params were changed in place. The caller still needs them: make new arrays and a new dict.")
def momentum_step__params_in_place(params, grads, state, learning_rate, momentum):
    dw = {name: learning_rate * grads[name] + momentum * state.get(name, 0.0) for name in params}
    for name in params:
        params[name] -= dw[name]
    return params, dw


@hint("The first step fails: the state is empty then. Where does the first dw come from?")
def momentum_step__needs_a_state(params, grads, state, learning_rate, momentum):
    dw = {name: learning_rate * grads[name] + momentum * state["dw"][name] for name in params}
    return {name: params[name] - dw[name] for name in params}, {"dw": dw}


@hint("The state holds one dw, that of the last array, and all arrays get it. Each name needs its own.")
def momentum_step__memory_of_the_last_array(params, grads, state, learning_rate, momentum):
    new_params = {}
    for name in params:
        dw = learning_rate * grads[name] + momentum * state.get("dw", 0.0)
        new_params[name] = params[name] - dw
    return new_params, {"dw": dw}


# nesterov_step


@hint(
    "Is the return missing, so that None comes back? Or is a whole dict multiplied or subtracted? Only arrays can be: "
    "go through the names."
)
def nesterov_step__no_return(params, grads, state, learning_rate, momentum):
    {name: params[name] - learning_rate * grads[name] for name in params}


edit(
    "nesterov_step__plain_momentum",
    {"params[name] - learning_rate * grads[name] - momentum * dw[name]": "params[name] - dw[name]"},
    hint="This is ordinary momentum: it does not look ahead. The last line is the plain step and m times the new dw.",
)
edit(
    "nesterov_step__no_plain_step",
    {"params[name] - learning_rate * grads[name] - momentum": "params[name] - momentum"},
    hint="The plain step, learning rate times gradient, is missing in the last line.",
)
edit(
    "nesterov_step__dw_in_full",
    {"- learning_rate * grads[name] - momentum * dw[name]": "- learning_rate * grads[name] - dw[name]"},
    hint="The new dw is subtracted in full. Look ahead by the share m of it.",
)
edit(
    "nesterov_step__place_not_moved_back",
    {"- learning_rate * grads[name] - momentum * dw[name]": "- dw[name] - momentum * dw[name]"},
    hint="This adds a look-ahead to a place that already was a look-ahead. The old one, m times the old dw, must go.",
)
edit(
    "nesterov_step__memory_squared",
    {"- momentum * dw[name]": "- momentum * momentum * old.get(name, 0.0)"},
    hint="In the look-ahead, m multiplies the whole new dw, with the new gradient in it, not only its old part.",
)
edit(
    "nesterov_step__look_ahead_added",
    {"- momentum * dw[name]": "+ momentum * dw[name]"},
    hint="The look-ahead goes backwards. dw is what is subtracted, so m times dw is subtracted too.",
)
edit(
    "nesterov_step__uphill",
    {"params[name] - learning_rate * grads[name] - momentum": "params[name] + learning_rate * grads[name] + momentum"},
    hint="The steps go uphill: subtract both terms.",
)
edit(
    "nesterov_step__forgets",
    {'{"dw": dw}': "{}"},
    hint="Nothing is remembered from step to step. The new dw must be in the state that you return.",
)
edit(
    "nesterov_step__remembers_the_whole_step",
    {'{"dw": dw}': '{"dw": {name: learning_rate * grads[name] + momentum * dw[name] for name in params}}'},
    hint="The whole step went into the memory, look-ahead included. Only dw goes there.",
)
edit(
    "nesterov_step__running_mean",
    {"{name: learning_rate * grads[name] + momentum": "{name: (1 - momentum) * learning_rate * grads[name] + momentum"},
    hint="There is a factor 1 - m on the gradient in dw. The plain step is added in full.",
)
edit(
    "nesterov_step__rate_twice",
    {"- momentum * dw[name]": "- momentum * learning_rate * dw[name]"},
    hint="The learning rate acts twice: dw contains it already.",
)


@hint("The state that came in was changed, so a step cannot be repeated. Make a new dict for the new memory.")
def nesterov_step__state_in_place(params, grads, state, learning_rate, momentum):
    new_params = {}
    for name in params:
        state[name] = learning_rate * grads[name] + momentum * state.get(name, 0.0)
        new_params[name] = params[name] - learning_rate * grads[name] - momentum * state[name]
    return new_params, state


@hint("Two arrays of the same shape share one memory. Keep the memory by name, not by shape.")
def nesterov_step__memory_by_shape(params, grads, state, learning_rate, momentum):
    dw, new_params = dict(state), {}
    for name in params:
        shape = params[name].shape
        dw[shape] = learning_rate * grads[name] + momentum * dw.get(shape, 0.0)
        new_params[name] = params[name] - learning_rate * grads[name] - momentum * dw[shape]
    return new_params, dw


edit(
    "nesterov_step__from_where_you_stand",
    {"- learning_rate * grads[name] - momentum * dw[name]": "- momentum * old.get(name, 0.0) - dw[name]"},
    hint="This looks ahead from params. But they are the look-ahead: the old m dw was subtracted in the step before.",
)
edit(
    "nesterov_step__needs_a_state",
    {"old.get(name, 0.0)": "old[name]"},
    hint="The first step fails: the state is empty then. Where does the first dw come from?",
)


@hint(
    "Something inside the state was changed, so a step cannot be repeated: its arrays (as with *= and +=), or the dict "
    "that holds them. Make new arrays, in a new dict."
)
def nesterov_step__memory_in_place(params, grads, state, learning_rate, momentum):
    dw, new_params = state.get("dw", {}), {}
    for name in params:
        dw[name] = learning_rate * grads[name] + momentum * dw.get(name, 0.0)
        new_params[name] = params[name] - learning_rate * grads[name] - momentum * dw[name]
    return new_params, {"dw": dw}


# adagrad_step


@hint(
    "Is the return missing, so that None comes back? Or is a whole dict multiplied or subtracted? Only arrays can be: "
    "go through the names."
)
def adagrad_step__no_return(params, grads, state, learning_rate, eps):
    {name: params[name] - learning_rate * grads[name] for name in params}


edit(
    "adagrad_step__no_root",
    {"np.sqrt(s[name] + eps)": "(s[name] + eps)"},
    hint="The root is missing. Without it, the step gets the unit of one over the slope.",
)
edit(
    "adagrad_step__no_square",
    {"grads[name] ** 2": "np.abs(grads[name])"},
    hint="The sizes of the slopes were added up, not their squares.",
)
edit(
    "adagrad_step__signed_sum",
    {"grads[name] ** 2": "grads[name]"},
    hint="The slopes themselves were added up. Their sum may be negative, and has no root: add up their squares.",
)
edit(
    "adagrad_step__forgets",
    {'{"s": s}': "{}"},
    hint="Every step is as long as the first one: the sum is not remembered. Return it in the state.",
)
edit(
    "adagrad_step__old_sum",
    {"np.sqrt(s[name] + eps)": "np.sqrt(old.get(name, 0.0) + eps)"},
    hint="The division uses the sum from before this step. At first that is 0, and the step becomes gigantic.",
)
edit(
    "adagrad_step__no_eps",
    {"np.sqrt(s[name] + eps)": "np.sqrt(s[name])"},
    hint="Without eps, a weight whose slope has always been 0 gets 0 / 0, which is nan.",
)
edit(
    "adagrad_step__uphill",
    {"params[name] - learning_rate": "params[name] + learning_rate"},
    hint="The steps go uphill: subtract them.",
)
edit(
    "adagrad_step__one_sum_for_an_array",
    {"grads[name] ** 2": "np.sum(grads[name] ** 2)"},
    hint="The squares of a whole array were added into one number. Each single weight has its own sum.",
)
edit(
    "adagrad_step__mean_of_squares",
    {"grads[name] ** 2": "np.mean(grads[name] ** 2)"},
    hint="The squares of a whole array were averaged into one number. Each single weight has its own sum.",
)
edit(
    "adagrad_step__forgets_like_rmsprop",
    {"old.get(name, 0.0) + grads[name] ** 2": "0.9 * old.get(name, 0.0) + 0.1 * grads[name] ** 2"},
    hint="This is a running mean, which forgets. AdaGrad adds up all squares from the beginning.",
)
edit(
    "adagrad_step__no_learning_rate",
    {"learning_rate * grads[name] /": "grads[name] /"},
    hint="The learning rate is not used.",
)
edit(
    "adagrad_step__sum_of_params",
    {"grads[name] ** 2": "params[name] ** 2"},
    hint="The squares of the weights were added up. It is the squares of the slopes that count.",
)
edit(
    "adagrad_step__divides_the_slope_twice",
    {"learning_rate * grads[name] /": "learning_rate * np.sign(grads[name]) /"},
    hint="The top of the fraction is the slope itself, with its size, not only its sign.",
)


@hint("The state that came in was changed, so a step cannot be repeated. Make a new dict for the new sums.")
def adagrad_step__state_in_place(params, grads, state, learning_rate, eps):
    new_params = {}
    for name in params:
        state[name] = state.get(name, 0.0) + grads[name] ** 2
        new_params[name] = params[name] - learning_rate * grads[name] / np.sqrt(state[name] + eps)
    return new_params, state


@hint("All arrays share one sum of squares. Each name, and each single weight in its array, has its own.")
def adagrad_step__one_sum_for_all(params, grads, state, learning_rate, eps):
    total = state.get("s", 0.0) + sum(np.sum(g**2) for g in grads.values())
    return {name: params[name] - learning_rate * grads[name] / np.sqrt(total + eps) for name in params}, {"s": total}


@hint("The state holds one s, that of the last array, and all arrays get it. Each name needs its own.")
def adagrad_step__memory_of_the_last_array(params, grads, state, learning_rate, eps):
    new_params = {}
    for name in params:
        s = state.get("s", 0.0) + grads[name] ** 2
        new_params[name] = params[name] - learning_rate * grads[name] / np.sqrt(s + eps)
    return new_params, {"s": s}


@hint(
    "Something inside the state was changed, so a step cannot be repeated: its arrays (as with *= and +=), or the dict "
    "that holds them. Make new arrays, in a new dict."
)
def adagrad_step__memory_in_place(params, grads, state, learning_rate, eps):
    s, new_params = state.get("s", {name: np.zeros_like(g) for name, g in grads.items()}), {}
    for name in params:
        s[name] += grads[name] ** 2
        new_params[name] = params[name] - learning_rate * grads[name] / np.sqrt(s[name] + eps)
    return new_params, {"s": s}


edit(
    "adagrad_step__needs_a_state",
    {"old.get(name, 0.0)": "old[name]"},
    hint="The first step fails: the state is empty then. Where does the first s come from?",
)


# rmsprop_step


@hint(
    "Is the return missing, so that None comes back? Or is a whole dict multiplied or subtracted? Only arrays can be: "
    "go through the names."
)
def rmsprop_step__no_return(params, grads, state, learning_rate, rho, eps):
    {name: params[name] - learning_rate * grads[name] for name in params}


edit(
    "rmsprop_step__no_root",
    {"np.sqrt(s[name] + eps)": "(s[name] + eps)"},
    hint="The root is missing: RMS means root mean square.",
)
edit(
    "rmsprop_step__no_square",
    {"grads[name] ** 2": "np.abs(grads[name])"},
    hint="The running mean is of the sizes of the slopes, not of their squares.",
)
edit(
    "rmsprop_step__mean_of_slopes",
    {"grads[name] ** 2": "grads[name]"},
    hint="The running mean is of the slopes themselves. It may be negative, and has no root: square them first.",
)
edit(
    "rmsprop_step__adagrad",
    {"rho * old.get(name, 0.0) + (1 - rho) * grads": "old.get(name, 0.0) + grads"},
    hint="This is AdaGrad: it adds up and never forgets. Make a running mean with rho and 1 - rho.",
)
edit(
    "rmsprop_step__weights_exchanged",
    {"rho * old.get(name, 0.0) + (1 - rho) * grads": "(1 - rho) * old.get(name, 0.0) + rho * grads"},
    hint="rho and 1 - rho are exchanged: rho is the share of the old mean that is kept.",
)
edit(
    "rmsprop_step__square_in_full",
    {"(1 - rho) * grads": "grads"},
    hint="The new square is added in full. In a running mean, the two shares add up to 1.",
)
edit(
    "rmsprop_step__keeps_everything",
    {"rho * old.get(name, 0.0)": "old.get(name, 0.0)"},
    hint="All of the old mean is kept. In a running mean, the two shares add up to 1.",
)
edit(
    "rmsprop_step__forgets",
    {'{"s": s}': "{}"},
    hint="Nothing is remembered: every step sees only its own slope. Return the running mean in the state.",
)
edit(
    "rmsprop_step__old_mean",
    {"np.sqrt(s[name] + eps)": "np.sqrt(old.get(name, 0.0) + eps)"},
    hint="The division uses the mean from before this step. At first that is 0, and the step becomes gigantic.",
)
edit(
    "rmsprop_step__no_eps",
    {"np.sqrt(s[name] + eps)": "np.sqrt(s[name])"},
    hint="Without eps, a weight whose slope has always been 0 gets 0 / 0, which is nan.",
)
edit(
    "rmsprop_step__uphill",
    {"params[name] - learning_rate": "params[name] + learning_rate"},
    hint="The steps go uphill: subtract them.",
)
edit(
    "rmsprop_step__starts_with_the_square",
    {"old.get(name, 0.0)": "old.get(name, grads[name] ** 2)"},
    hint="The running mean starts with the first square. Here it starts at 0, so the first step is longer.",
)
edit(
    "rmsprop_step__one_mean_for_an_array",
    {"grads[name] ** 2": "np.mean(grads[name] ** 2)"},
    hint="The squares of a whole array were averaged into one number. Each single weight has its own running mean.",
)


@hint("The means are corrected as in Adam. RMSProp uses them as they are.")
def rmsprop_step__bias_correction(params, grads, state, learning_rate, rho, eps):
    t, old = state.get("t", 0) + 1, state.get("s", {})
    s = {name: rho * old.get(name, 0.0) + (1 - rho) * grads[name] ** 2 for name in params}
    new_params = {
        name: params[name] - learning_rate * grads[name] / np.sqrt(s[name] / (1 - rho**t) + eps) for name in params
    }
    return new_params, {"t": t, "s": s}


@hint("The state that came in was changed, so a step cannot be repeated. Make a new dict for the new means.")
def rmsprop_step__state_in_place(params, grads, state, learning_rate, rho, eps):
    new_params = {}
    for name in params:
        state[name] = rho * state.get(name, 0.0) + (1 - rho) * grads[name] ** 2
        new_params[name] = params[name] - learning_rate * grads[name] / np.sqrt(state[name] + eps)
    return new_params, state


edit(
    "rmsprop_step__shares_without_brackets",
    {"(1 - rho) * grads[name] ** 2": "1 - rho * grads[name] ** 2"},
    hint="Multiplication comes before minus: this subtracts a part of the square from 1. Brackets are missing.",
)
edit(
    "rmsprop_step__share_squared",
    {"(1 - rho) * grads[name] ** 2": "((1 - rho) * grads[name]) ** 2"},
    hint="The share 1 - rho was squared together with the slope. Only the slope is squared.",
)
edit(
    "rmsprop_step__needs_a_state",
    {"old.get(name, 0.0)": "old[name]"},
    hint="The first step fails: the state is empty then. Where does the first s come from?",
)


@hint("The state holds one s, that of the last array, and all arrays get it. Each name needs its own.")
def rmsprop_step__memory_of_the_last_array(params, grads, state, learning_rate, rho, eps):
    new_params = {}
    for name in params:
        s = rho * state.get("s", 0.0) + (1 - rho) * grads[name] ** 2
        new_params[name] = params[name] - learning_rate * grads[name] / np.sqrt(s + eps)
    return new_params, {"s": s}


@hint(
    "Something inside the state was changed, so a step cannot be repeated: its arrays (as with *= and +=), or the dict "
    "that holds them. Make new arrays, in a new dict."
)
def rmsprop_step__memory_in_place(params, grads, state, learning_rate, rho, eps):
    s, new_params = state.get("s", {}), {}
    for name in params:
        s[name] = rho * s.get(name, 0.0) + (1 - rho) * grads[name] ** 2
        new_params[name] = params[name] - learning_rate * grads[name] / np.sqrt(s[name] + eps)
    return new_params, {"s": s}


# adadelta_step


@hint(
    "Is the return missing, so that None comes back? Or is a whole dict multiplied or subtracted? Only arrays can be: "
    "go through the names."
)
def adadelta_step__no_return(params, grads, state, learning_rate, rho, eps):
    {name: params[name] - learning_rate * grads[name] for name in params}


edit(
    "adadelta_step__eps_outside",
    {"np.sqrt(last_u + eps) / np.sqrt(s[name] + eps)": "(np.sqrt(last_u) + eps) / (np.sqrt(s[name]) + eps)"},
    hint="eps stands outside of the roots. The first step of Adadelta is made of it, so it matters: put it inside.",
)
edit(
    "adadelta_step__no_eps_on_top",
    {"np.sqrt(last_u + eps)": "np.sqrt(last_u)"},
    hint="Nothing moves: without eps in the upper root, the first step is 0, and so are all others.",
)
edit(
    "adadelta_step__no_eps_below",
    {"np.sqrt(s[name] + eps)": "np.sqrt(s[name])"},
    hint="eps is missing in the lower root. A weight whose slope has always been 0 gets 0 / 0.",
)
edit(
    "adadelta_step__no_roots",
    {"np.sqrt(last_u + eps) / np.sqrt(s[name] + eps)": "(last_u + eps) / (s[name] + eps)"},
    hint="The roots are missing, above and below.",
)
edit(
    "adadelta_step__exchanged",
    {"np.sqrt(last_u + eps) / np.sqrt(s[name] + eps)": "np.sqrt(s[name] + eps) / np.sqrt(last_u + eps)"},
    hint="Top and bottom are exchanged: divide by the root of the squared slopes.",
)
edit(
    "adadelta_step__learning_rate_in_memory",
    {"(1 - rho) * d**2": "(1 - rho) * (learning_rate * d) ** 2"},
    hint="The learning rate went into d and so into its memory u. It acts on the weights only, in the last line.",
)
edit(
    "adadelta_step__no_learning_rate",
    {"learning_rate * d": "d"},
    hint="The learning rate is not used. It multiplies d in the last line.",
)
edit(
    "adadelta_step__memory_of_slopes",
    {"(1 - rho) * d**2": "(1 - rho) * g**2"},
    hint="u is a running mean of the squared slopes, like s. It has to be of the squared steps d.",
)
edit(
    "adadelta_step__memory_not_squared",
    {"(1 - rho) * d**2": "(1 - rho) * d"},
    hint="The steps went into u without being squared. Then u may be negative, and has no root.",
)
edit(
    "adadelta_step__forgets_steps",
    {'"u": u}': '"u": {}}'},
    hint="u is not remembered, so the upper root is always that of eps. Return both memories in the state.",
)
edit(
    "adadelta_step__forgets_slopes",
    {'{"s": s,': '{"s": {},'},
    hint="s is not remembered from step to step. Return both memories in the state.",
)
edit(
    "adadelta_step__forgets",
    {'{"s": s, "u": u}': "{}"},
    hint="Nothing is remembered. Return both memories, s and u, in the state.",
)
edit(
    "adadelta_step__keeps_slopes_in_full",
    {"rho * old_s.get(name, 0.0) + (1 - rho) * g**2": "old_s.get(name, 0.0) + g**2"},
    hint="s adds up and never forgets, as in AdaGrad. Make a running mean with rho and 1 - rho.",
)
edit(
    "adadelta_step__weights_exchanged",
    {
        "rho * old_s.get(name, 0.0) + (1 - rho) * g**2": "(1 - rho) * old_s.get(name, 0.0) + rho * g**2",
        "rho * last_u + (1 - rho) * d**2": "(1 - rho) * last_u + rho * d**2",
    },
    hint="rho and 1 - rho are exchanged: rho is the share of the old mean that is kept.",
)
edit(
    "adadelta_step__old_slopes",
    {"np.sqrt(s[name] + eps)": "np.sqrt(old_s.get(name, 0.0) + eps)"},
    hint="The lower root uses the s of the step before. Below stands the new s, above the old u.",
)
edit(
    "adadelta_step__rmsprop",
    {"np.sqrt(last_u + eps) / np.sqrt(s[name] + eps)": "1 / np.sqrt(s[name] + eps)"},
    hint="The upper root is missing, the one with the memory of the steps. This is RMSProp.",
)
edit(
    "adadelta_step__uphill",
    {"params[name] - learning_rate": "params[name] + learning_rate"},
    hint="The steps go uphill: subtract them.",
)


@hint("The state that came in was changed, so a step cannot be repeated. Make new dicts for the new memories.")
def adadelta_step__state_in_place(params, grads, state, learning_rate, rho, eps):
    new_params = {}
    for name in params:
        g, (s, u) = grads[name], state.get(name, (0.0, 0.0))
        s = rho * s + (1 - rho) * g**2
        d = np.sqrt(u + eps) / np.sqrt(s + eps) * g
        state[name] = s, rho * u + (1 - rho) * d**2
        new_params[name] = params[name] - learning_rate * d
    return new_params, state


edit(
    "adadelta_step__slope_below",
    {"np.sqrt(s[name] + eps) * g": "(np.sqrt(s[name] + eps) * g)"},
    hint="The slope stands below the line, so a small slope makes a long step. It multiplies the fraction.",
)
edit(
    "adadelta_step__needs_a_state",
    {"old_s.get(name, 0.0)": "old_s[name]", "old_u.get(name, 0.0)": "old_u[name]"},
    hint="The first step fails: the state is empty then. Where do the first s and u come from?",
)


edit(
    "adadelta_step__memory_in_place",
    {"new_params, s, u = {}, {}, {}": "new_params, s, u = {}, old_s, old_u"},
    hint="Something inside the state was changed, so a step cannot be repeated: its arrays (as with *= and +=), or the "
    "dict that holds them. Make new arrays, in a new dict.",
)


# adam_step


@hint(
    "Is the return missing, so that None comes back? Or is a whole dict multiplied or subtracted? Only arrays can be: "
    "go through the names."
)
def adam_step__no_return(params, grads, state, learning_rate, beta1, beta2, eps):
    {name: params[name] - learning_rate * grads[name] for name in params}


edit(
    "adam_step__no_correction",
    {"m[name] / (1 - beta1**t)": "m[name]", "v[name] / (1 - beta2**t)": "v[name]"},
    hint="There is no bias correction. Both means start at 0, and are too small at first.",
)
edit(
    "adam_step__slopes_not_corrected",
    {"m[name] / (1 - beta1**t)": "m[name]"},
    hint="m is not corrected, only v is. Both means start at 0.",
)
edit(
    "adam_step__squares_not_corrected",
    {"v[name] / (1 - beta2**t)": "v[name]"},
    hint="v is not corrected, only m is. Both means start at 0.",
)
edit(
    "adam_step__counts_from_zero",
    {'state.get("t", 0) + 1': 'state.get("t", 0)', '{"t": t,': '{"t": t + 1,'},
    hint="The first step counts as t = 0. Then the correction divides by 1 - 1 = 0: start at t = 1.",
)
edit(
    "adam_step__count_stands_still",
    {'{"t": t,': '{"t": 0,'},
    hint="Every step is corrected as if it were the first. Is the power t there, and does t go up in the state?",
)
edit(
    "adam_step__counts_one_too_many",
    {'state.get("t", 0) + 1': 'state.get("t", 1) + 1'},
    hint="The count is one ahead: the first step is corrected with t = 2.",
)
edit(
    "adam_step__correction_remembered",
    {
        '"m": m, "v": v}': '"m": {k: a / (1 - beta1**t) for k, a in m.items()}, "v": {k: a / (1 - beta2**t) for k, a '
        "in v.items()}}"
    },
    hint="The corrected means went into the memory, so they are corrected again in the next step. Keep m and v.",
)
edit(
    "adam_step__betas_exchanged",
    {
        "beta1 * old_m.get(name, 0.0) + (1 - beta1)": "beta2 * old_m.get(name, 0.0) + (1 - beta2)",
        "beta2 * old_v.get(name, 0.0) + (1 - beta2)": "beta1 * old_v.get(name, 0.0) + (1 - beta1)",
        "(1 - beta1**t)": "(1 - BETA2**t)",
        "(1 - beta2**t)": "(1 - beta1**t)",
        "BETA2": "beta2",
    },
    hint="beta1 and beta2 are exchanged everywhere: beta1 belongs to the slopes, beta2 to their squares.",
)
edit(
    "adam_step__slopes_with_beta2",
    {"beta1 * old_m.get(name, 0.0) + (1 - beta1) * g": "beta2 * old_m.get(name, 0.0) + (1 - beta2) * g"},
    hint="The running mean of the slopes uses beta2. Its number is beta1.",
)
edit(
    "adam_step__squares_with_beta1",
    {"beta2 * old_v.get(name, 0.0) + (1 - beta2) * g": "beta1 * old_v.get(name, 0.0) + (1 - beta1) * g"},
    hint="The running mean of the squares uses beta1. Its number is beta2.",
)
edit(
    "adam_step__corrections_exchanged",
    {"m[name] / (1 - beta1**t)": "m[name] / (1 - beta2**t)", "v[name] / (1 - beta2**t)": "v[name] / (1 - beta1**t)"},
    hint="The two corrections are exchanged: m is divided by 1 - beta1^t, v by 1 - beta2^t.",
)
edit(
    "adam_step__times_instead_of_power",
    {"beta1**t": "beta1 * t", "beta2**t": "beta2 * t"},
    hint="In the correction, beta is multiplied by t. It is a power: beta ** t.",
)
edit(
    "adam_step__no_root",
    {"np.sqrt(v_hat)": "v_hat"},
    hint="The root of the corrected v is missing.",
)
edit(
    "adam_step__no_square",
    {"* g**2": "* np.abs(g)"},
    hint="v is a running mean of the squared slopes. Here they are not squared.",
)
edit(
    "adam_step__signed_squares",
    {"* g**2": "* g"},
    hint="v is a running mean of the slopes themselves. It may be negative, and has no root: square them.",
)
edit(
    "adam_step__slope_on_top",
    {"learning_rate * m_hat": "learning_rate * g"},
    hint="The top of the fraction is the new slope alone. It should be the corrected running mean of the slopes.",
)
edit(
    "adam_step__uphill",
    {"params[name] - learning_rate": "params[name] + learning_rate"},
    hint="The steps go uphill: subtract them.",
)
edit(
    "adam_step__no_learning_rate",
    {"learning_rate * m_hat": "m_hat"},
    hint="The learning rate is not used.",
)
edit(
    "adam_step__no_eps",
    {"(np.sqrt(v_hat) + eps)": "np.sqrt(v_hat)"},
    hint="Without eps, a weight whose slope has always been 0 gets 0 / 0, which is nan.",
)
edit(
    "adam_step__forgets",
    {'{"t": t, "m": m, "v": v}': "{}"},
    hint="Every step is like the first: nothing is remembered. Return t, m and v in the state.",
)
edit(
    "adam_step__forgets_slopes",
    {'"m": m,': '"m": {},'},
    hint="m is not remembered from step to step. Return t, m and v in the state.",
)
edit(
    "adam_step__forgets_squares",
    {'"v": v}': '"v": {}}'},
    hint="v is not remembered from step to step. Return t, m and v in the state.",
)
edit(
    "adam_step__slopes_in_full",
    {"(1 - beta1) * g": "g"},
    hint="The new slope is added to m in full, as in plain momentum. In a running mean, the shares add up to 1.",
)


@hint("The count t goes up once for every array. All arrays share one count: it goes up once for every step.")
def adam_step__counts_arrays(params, grads, state, learning_rate, beta1, beta2, eps):
    t, old, new, new_params = state.get("t", 0), state.get("old", {}), {}, {}
    for name, g in grads.items():
        t += 1
        m, v = old.get(name, (0.0, 0.0))
        new[name] = m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
        new_params[name] = params[name] - learning_rate * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return new_params, {"t": t, "old": new}


@hint("The state that came in was changed, so a step cannot be repeated. Make new dicts, and a new count.")
def adam_step__state_in_place(params, grads, state, learning_rate, beta1, beta2, eps):
    state["t"] = t = state.get("t", 0) + 1
    new_params = {}
    for name in params:
        m, v = state.get(name, (0.0, 0.0))
        m, v = beta1 * m + (1 - beta1) * grads[name], beta2 * v + (1 - beta2) * grads[name] ** 2
        state[name] = m, v
        new_params[name] = params[name] - learning_rate * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return new_params, state


@hint(
    "The dicts of means inside the state were changed, so a step cannot be repeated. A copy of the outer dict alone "
    "does not help: the inner ones must be new too."
)
def adam_step__inner_dicts_in_place(params, grads, state, learning_rate, beta1, beta2, eps):
    t, m, v = state.get("t", 0) + 1, state.get("m", {}), state.get("v", {})
    new_params = {}
    for name in params:
        m[name] = beta1 * m.get(name, 0.0) + (1 - beta1) * grads[name]
        v[name] = beta2 * v.get(name, 0.0) + (1 - beta2) * grads[name] ** 2
        step = m[name] / (1 - beta1**t) / (np.sqrt(v[name] / (1 - beta2**t)) + eps)
        new_params[name] = params[name] - learning_rate * step
    return new_params, {"t": t, "m": m, "v": v}


edit(
    "adam_step__needs_a_state",
    {'state.get("t", 0) + 1': 'state["t"] + 1'},
    hint="The first step fails: the state is empty then. Where do the first t, m and v come from?",
)
edit(
    "adam_step__counts_arrays_of_params",
    {'state.get("t", 0) + 1': 'state.get("t", 0)', "        g = grads": "        t += 1\n        g = grads"},
    hint="The count t goes up inside the loop over the names. All arrays share one count: once for every step.",
)
edit(
    "adam_step__power_alone",
    {"(1 - beta1**t)": "beta1**t", "(1 - beta2**t)": "beta2**t"},
    hint="The means were divided by the power itself. They are too small by the factor 1 minus the power.",
)
edit(
    "adam_step__both_corrections_with_beta1",
    {"(1 - beta2**t)": "(1 - beta1**t)"},
    hint="Both corrections use beta1. That of v uses its own beta.",
)
edit(
    "adam_step__both_corrections_with_beta2",
    {"(1 - beta1**t)": "(1 - beta2**t)"},
    hint="Both corrections use beta2. That of m uses its own beta.",
)
edit(
    "adam_step__shares_without_brackets",
    {"(1 - beta1) * g": "1 - beta1 * g", "(1 - beta2) * g": "1 - beta2 * g"},
    hint="Multiplication comes before minus: the shares 1 - beta need brackets.",
)


# adam_step_broken


@hint("Both bugs are still there. Which lines use the state, and which make the new one? The first step hides them.")
def adam_step_broken__as_given(params, grads, state, learning_rate, beta1, beta2, eps):
    t = state.get("t", 1)
    means, squares = state.get("means", {}), state.get("squares", {})
    new_params, new_means, new_squares = {}, {}, {}
    for name, g in grads.items():
        new_means[name] = beta1 * means.get(name, 0.0) + (1 - beta1) * g
        new_squares[name] = beta1 * squares.get(name, 0.0) + (1 - beta2) * g**2
        mean = new_means[name] / (1 - beta1**t)
        square = new_squares[name] / (1 - beta2**t)
        new_params[name] = params[name] - learning_rate * mean / (np.sqrt(square) + eps)
    return new_params, {"t": t, "means": new_means, "squares": new_squares}


edit(
    "adam_step_broken__count_stands_still",
    {'{"t": t + 1,': '{"t": t,'},
    hint="One bug is left: every step is corrected as if it were the first. What does the new state say about t?",
)
edit(
    "adam_step_broken__squares_forget_too_fast",
    {"beta2 * squares.get": "beta1 * squares.get"},
    hint="One bug is left, in the running mean of the squares. The two shares of a running mean add up to 1.",
)
edit(
    "adam_step_broken__count_runs_ahead",
    {'state.get("t", 1)': 'state.get("t", 1) + 1'},
    hint="The count now goes up twice, or starts at 2: the first step must be corrected with t = 1, the second with 2.",
)
edit(
    "adam_step_broken__count_from_zero",
    {'state.get("t", 1)': 'state.get("t", 0)'},
    hint="The count now starts at 0, and the correction of the first step divides by 0.",
)
edit(
    "adam_step_broken__new_share_changed",
    {"beta2 * squares.get(name, 0.0) + (1 - beta2)": "beta1 * squares.get(name, 0.0) + (1 - beta1)"},
    hint="The shares of the running mean of squares add up to 1 now, but with the wrong beta. Squares use beta2.",
)
edit(
    "adam_step_broken__count_by_array",
    {
        "    for name, g in grads.items():\n": "    for name, g in grads.items():\n        t = t + 1\n",
        '"t", 1)': '"t", 0)',
        '"t": t + 1': '"t": t',
    },
    hint="The count goes up once for every array. It goes up once for every step, outside of the loop.",
)
edit(
    "adam_step_broken__no_correction",
    {"new_means[name] / (1 - beta1**t)": "new_means[name]", "new_squares[name] / (1 - beta2**t)": "new_squares[name]"},
    hint="The corrections are gone. They were right; only the count t that they use was not.",
)
edit(
    "adam_step_broken__state_in_place",
    {
        "    new_params, new_means, new_squares = {}, {}, {}\n": "    new_params, new_means, new_squares = {}, means, "
        "squares\n",
    },
    hint="The memories inside the state are changed now, so a step cannot be repeated. Keep the new dicts.",
)


edit(
    "adam_step_broken__count_from_two",
    {'state.get("t", 1)': 'state.get("t", 1) + 1', '{"t": t + 1,': '{"t": t,'},
    hint="The count goes up by one now, but the first step has t = 2. Which t belongs to an empty state?",
)


# exponential_decay


@hint("The function returns None. Is the return missing?")
def exponential_decay__no_return(learning_rate, step, tau):
    learning_rate * 10.0 ** (-step / tau)


edit(
    "exponential_decay__grows",
    {"(-step / tau)": "(step / tau)"},
    hint="The rate grows. Is the minus sign in the exponent missing?",
)
edit(
    "exponential_decay__base_e",
    {"10.0 ** (-step / tau)": "np.exp(-step / tau)"},
    hint="The base is e = 2.718. After tau steps the rate should be a tenth: base 10.",
)
edit(
    "exponential_decay__base_2",
    {"10.0 **": "2.0 **"},
    hint="The base is 2, so the rate halves. After tau steps it should be a tenth: base 10.",
)
edit(
    "exponential_decay__stairs",
    {"(-step / tau)": "-(step // tau)"},
    hint="The rate falls in stairs: // rounds the fraction down. Divide with a single /.",
)
edit(
    "exponential_decay__tau_multiplied",
    {"(-step / tau)": "(-step * tau)"},
    hint="The step is multiplied by tau. A larger tau makes the decay slower: divide.",
)
edit(
    "exponential_decay__linear",
    {"10.0 ** (-step / tau)": "(1 - 0.9 * step / tau)"},
    hint="The rate falls along a straight line. It should fall by the same factor in each step.",
)
edit(
    "exponential_decay__one_step_ahead",
    {"(-step / tau)": "(-(step + 1) / tau)"},
    hint="The schedule is one step ahead: at step 0 the rate is still the one at the beginning.",
)
edit(
    "exponential_decay__only_the_factor",
    {"learning_rate * 10.0": "10.0"},
    hint="Only the factor came back. Multiply it by the rate at the beginning.",
)
edit(
    "exponential_decay__inverse_time",
    {"learning_rate * 10.0 ** (-step / tau)": "learning_rate / (1 + 9 * step / tau)"},
    hint="This falls like one over the step. The exponent is where the step belongs.",
)


@hint("This works for a single number only. math.pow takes no arrays; the operator ** does.")
def exponential_decay__one_number(learning_rate, step, tau):
    import math

    return learning_rate * math.pow(10.0, -step / tau)


edit(
    "exponential_decay__divided_after_the_power",
    {"10.0 ** (-step / tau)": "10.0 ** -step / tau"},
    hint="A power comes before a division, so tau divides the power. The whole fraction is the exponent.",
)
edit(
    "exponential_decay__stairs_one_ahead",
    {"(-step / tau)": "(-step // tau)"},
    hint="The rate falls in stairs, because // rounds. It should fall a little in every step.",
)
edit(
    "exponential_decay__fraction_turned",
    {"(-step / tau)": "(-tau / step)"},
    hint="The fraction in the exponent is upside down: at step 0 it divides by 0.",
)
edit(
    "exponential_decay__rate_in_the_power",
    {"learning_rate * 10.0 **": "(learning_rate * 10.0) **"},
    hint="The rate at the beginning went into the base of the power. It is a factor in front.",
)


# cosine_decay


@hint("The function returns None. Is the return missing?")
def cosine_decay__no_return(learning_rate, step, num_steps):
    0.5 * learning_rate * (1 + np.cos(np.pi * np.minimum(step, num_steps) / num_steps))


edit(
    "cosine_decay__rises_again",
    {"np.minimum(step, num_steps) / num_steps": "step / num_steps"},
    hint="Right up to the end, but beyond it the wave rises again. The rate must stay at 0 there.",
)
edit(
    "cosine_decay__degrees",
    {"np.pi * share": "180 * share"},
    hint="The angle is in degrees. np.cos wants radians: half a turn is pi.",
)
edit(
    "cosine_decay__not_halved",
    {"0.5 * learning_rate": "learning_rate"},
    hint="At step 0 the rate is twice too large: 1 + cos(0) is 2.",
)
edit(
    "cosine_decay__negative_rates",
    {"0.5 * learning_rate * (1 + np.cos(np.pi * share))": "learning_rate * np.cos(np.pi * share)"},
    hint="The rate becomes negative in the second half. Lift the wave by 1, and halve it.",
)
edit(
    "cosine_decay__quarter_wave",
    {"0.5 * learning_rate * (1 + np.cos(np.pi * share))": "learning_rate * np.cos(np.pi / 2 * share)"},
    hint="This is a quarter of the wave. The asked half wave falls fastest in the middle, and lands softly.",
)
edit(
    "cosine_decay__whole_wave",
    {"np.pi * share": "2 * np.pi * share"},
    hint="This is a whole wave: the rate is 0 in the middle and comes back at the end. Take half of it.",
)
edit(
    "cosine_decay__rises",
    {"1 + np.cos": "1 - np.cos"},
    hint="The rate rises from 0. Is there a minus sign that should be a plus?",
)
edit(
    "cosine_decay__sine",
    {"np.cos": "np.sin"},
    hint="This is the sine. Its wave begins in the middle; the cosine begins at the top.",
)
edit(
    "cosine_decay__linear",
    {"0.5 * learning_rate * (1 + np.cos(np.pi * share))": "learning_rate * (1 - share)"},
    hint="The rate falls along a straight line. It should follow half a wave of the cosine.",
)
edit(
    "cosine_decay__one_step_early",
    {"np.minimum(step, num_steps) / num_steps": "np.minimum(step, num_steps - 1) / (num_steps - 1)"},
    hint="The rate reaches 0 one step too early: divide by num_steps, not by num_steps - 1.",
)
edit(
    "cosine_decay__one_step_ahead",
    {"np.minimum(step, num_steps)": "np.minimum(step + 1, num_steps)"},
    hint="The schedule is one step ahead: at step 0 the rate is still the one at the beginning.",
)
edit(
    "cosine_decay__only_the_factor",
    {"0.5 * learning_rate": "0.5"},
    hint="Only the factor came back. Multiply it by the rate at the beginning.",
)


@hint("An if decides for one number only, and step may be an array. np.minimum works element by element.")
def cosine_decay__if_on_array(learning_rate, step, num_steps):
    if step > num_steps:
        return 0.0
    return 0.5 * learning_rate * (1 + np.cos(np.pi * step / num_steps))


@hint("This works for a single number only: math.cos and min take no arrays. NumPy's functions do.")
def cosine_decay__one_number(learning_rate, step, num_steps):
    import math

    return 0.5 * learning_rate * (1 + math.cos(math.pi * float(np.minimum(step, num_steps)) / num_steps))


edit(
    "cosine_decay__maximum",
    {"np.minimum": "np.maximum"},
    hint="The rate is 0 up to the end: of step and num_steps, the larger was taken.",
)
edit(
    "cosine_decay__without_brackets",
    {"0.5 * learning_rate * (1 + np.cos(np.pi * share))": "learning_rate * 1 + np.cos(np.pi * share) / 2"},
    hint="The learning rate multiplies only the 1. It multiplies the whole sum: brackets are missing.",
)


# clip_by_global_norm


@hint("The function returns None. Is the return missing?")
def clip_by_global_norm__no_return(grads, max_norm):
    np.sqrt(sum(np.sum(g**2) for g in grads.values()))


@hint("Each array was clipped by its own norm. The limit is for all arrays together, with one factor for all.")
def clip_by_global_norm__array_by_array(grads, max_norm):
    norms = {name: np.sqrt(np.sum(g**2)) for name, g in grads.items()}
    return {name: g * (max_norm / norms[name] if norms[name] > max_norm else 1.0) for name, g in grads.items()}


@hint("Each number was cut off at the limit. That bends the direction: multiply all numbers by one factor instead.")
def clip_by_global_norm__number_by_number(grads, max_norm):
    return {name: np.clip(g, -max_norm, max_norm) for name, g in grads.items()}


edit(
    "clip_by_global_norm__always_scaled",
    {"max_norm / norm if norm > max_norm else 1.0": "max_norm / norm if norm > 0 else 1.0"},
    hint="A short gradient was made longer. Clipping only shortens: if the norm is below the limit, nothing changes.",
)
edit(
    "clip_by_global_norm__always_scaled_even_zeros",
    {"max_norm / norm if norm > max_norm else 1.0": "max_norm / norm"},
    hint="A short gradient was made longer, and one of zeros became nan. Change it only above the limit.",
)
edit(
    "clip_by_global_norm__no_root",
    {"np.sqrt(sum(np.sum(g**2) for g in grads.values()))": "sum(np.sum(g**2) for g in grads.values())"},
    hint="The root is missing: the norm is the root of the sum of squares.",
)
edit(
    "clip_by_global_norm__sum_of_norms",
    {"np.sqrt(sum(np.sum(g**2) for g in grads.values()))": "sum(np.linalg.norm(g) for g in grads.values())"},
    hint="The norms of the arrays were added up. Add up the squares of all numbers, then take one root.",
)
edit(
    "clip_by_global_norm__largest_norm",
    {"np.sqrt(sum(np.sum(g**2) for g in grads.values()))": "max(np.linalg.norm(g) for g in grads.values())"},
    hint="The largest norm of one array was compared with the limit. All arrays count together.",
)
edit(
    "clip_by_global_norm__mean_of_squares",
    {"np.sum(g**2)": "np.mean(g**2)"},
    hint="The squares of an array were averaged. The norm needs their sum.",
)
edit(
    "clip_by_global_norm__sum_of_sizes",
    {"np.sqrt(sum(np.sum(g**2) for g in grads.values()))": "sum(np.sum(np.abs(g)) for g in grads.values())"},
    hint="The sizes of all numbers were added up. The norm is the root of the sum of their squares.",
)
edit(
    "clip_by_global_norm__largest_number",
    {"np.sqrt(sum(np.sum(g**2) for g in grads.values()))": "max(np.abs(g).max() for g in grads.values())"},
    hint="The largest single number was compared with the limit. The norm counts all numbers together.",
)
edit(
    "clip_by_global_norm__unit_length",
    {"max_norm / norm if norm": "1.0 / norm if norm"},
    hint="A long gradient gets the norm 1. It should get the norm max_norm.",
)
edit(
    "clip_by_global_norm__only_divided_by_limit",
    {"max_norm / norm if norm": "1.0 / max_norm if norm"},
    hint="A long gradient was divided by the limit. The factor is the limit divided by the norm.",
)
edit(
    "clip_by_global_norm__factor_inverted",
    {"max_norm / norm if norm": "norm / max_norm if norm"},
    hint="A long gradient became longer: the factor is upside down.",
)
edit(
    "clip_by_global_norm__becomes_zero",
    {"max_norm / norm if norm": "0.0 if norm"},
    hint="A long gradient was thrown away. It should be shortened, and keep its direction.",
)
edit(
    "clip_by_global_norm__condition_turned",
    {"norm > max_norm": "norm < max_norm and norm > 0"},
    hint="Short gradients are changed and long ones are not: the comparison is the wrong way round.",
)


@hint("The arrays of grads were changed in place. Make new arrays in a new dict.")
def clip_by_global_norm__in_place(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads.values()))
    if norm > max_norm:
        for name in grads:
            grads[name] *= max_norm / norm
    return grads


@hint("Divided by 0: a gradient of zeros has the norm 0. Divide only when the norm is above the limit.")
def clip_by_global_norm__zero_over_zero(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads.values()))
    return {name: g / norm * min(norm, max_norm) for name, g in grads.items()}


@hint("A list of arrays came back. Return a dict with the names of grads.")
def clip_by_global_norm__list(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads.values()))
    return [g * (max_norm / norm if norm > max_norm else 1.0) for g in grads.values()]


edit(
    "clip_by_global_norm__squared_after_the_sum",
    {"np.sum(g**2)": "np.sum(g) ** 2"},
    hint="Each array was added up first and squared then, so plus and minus cancel. Square every number first.",
)
edit(
    "clip_by_global_norm__divides_before_it_looks",
    {"max_norm / norm if norm > max_norm else 1.0": "min(1.0, max_norm / norm)"},
    hint="The result is right, but a gradient of zeros is divided by 0 on the way. First look, then divide.",
)
edit(
    "clip_by_global_norm__one_array_of_all",
    {"np.sqrt(sum(np.sum(g**2) for g in grads.values()))": "np.linalg.norm(list(grads.values()))"},
    hint="Arrays of different shapes do not fit into one array. Make one number of each, then add the numbers up.",
)


# tune


@hint(
    "Is the return missing? Or are the settings no tuple, or a tuple of too few numbers? It holds all that the step "
    "function takes after the state; with one number it is written with a comma, as (0.1,)."
)
def tune__no_return(smallest, largest):
    "momentum_step", (1 / largest, 0.9)


@hint("Plain SGD at its best rate is too slow in a narrow ravine: 200 steps leave half of the way. It needs momentum.")
def tune__plain_sgd(smallest, largest):
    return "sgd_step", (2 / (smallest + largest),)


@hint("These settings do not depend on the curvatures. A ravine that is ten times steeper needs a tenth of the rate.")
def tune__constants(smallest, largest):
    return "momentum_step", (0.01, 0.9)


@hint(
    "Adam with a constant rate keeps walking around the minimum. In a quadratic ravine momentum is the better choice."
)
def tune__adam(smallest, largest):
    return "adam_step", (0.1, 0.9, 0.999, 1e-8)


@hint("The rate is set by the flat direction, so the steep one flies away. The largest curvature sets the limit.")
def tune__rate_of_the_flat_direction(smallest, largest):
    return "momentum_step", (1 / smallest, 0.9)


@hint("The momentum is too large: the ball rolls to and fro and hardly slows down in 200 steps.")
def tune__too_much_momentum(smallest, largest):
    return "momentum_step", (1 / largest, 0.99)


@hint("Good in wide ravines. In a narrow one, momentum 0.9 with this rate is a little too slow: it depends on kappa.")
def tune__momentum_point_nine(smallest, largest):
    return "momentum_step", (1 / largest, 0.9)


@hint("The momentum is too small for a narrow ravine. What should it be when kappa is 500?")
def tune__half_momentum(smallest, largest):
    return "momentum_step", (1 / largest, 0.5)


@hint("The settings are in the wrong order: first the learning rate, then the momentum.")
def tune__settings_exchanged(smallest, largest):
    root = np.sqrt(largest / smallest)
    rate = 4 / (np.sqrt(largest) + np.sqrt(smallest)) ** 2
    return "momentum_step", (float(((root - 1) / (root + 1)) ** 2), float(rate))


@hint("The formulas ask for square roots. Without the roots, the momentum comes out far too close to 1.")
def tune__no_roots(smallest, largest):
    kappa = largest / smallest
    rate = 4 / (np.sqrt(largest) + np.sqrt(smallest)) ** 2
    return "momentum_step", (float(rate), float(((kappa - 1) / (kappa + 1)) ** 2))


@hint("In the rate, the roots are added first and the sum is squared. L + mu is not the same.")
def tune__sum_of_curvatures(smallest, largest):
    root = np.sqrt(largest / smallest)
    return "momentum_step", (float(4 / (largest + smallest)), float(((root - 1) / (root + 1)) ** 2))


@hint("The function itself came back. Return its name as a string, in quotation marks.")
def tune__function_itself(smallest, largest):
    return momentum_step, (1 / largest, 0.9)


@hint("The settings must be a tuple of numbers, the second of two things that are returned.")
def tune__flat(smallest, largest):
    root = np.sqrt(largest / smallest)
    rate = 4 / (np.sqrt(largest) + np.sqrt(smallest)) ** 2
    return "momentum_step", float(rate), float(((root - 1) / (root + 1)) ** 2)


@hint('The name is not one of the seven. It must be that of a step function, such as "momentum_step".')
def tune__short_name(smallest, largest):
    root = np.sqrt(largest / smallest)
    rate = 4 / (np.sqrt(largest) + np.sqrt(smallest)) ** 2
    return "momentum", (float(rate), float(((root - 1) / (root + 1)) ** 2))


@hint("These settings were made for Polyak's momentum. With Nesterov's step, this rate is beyond the limit.")
def tune__polyak_with_nesterov(smallest, largest):
    root = np.sqrt(largest / smallest)
    rate = 4 / (np.sqrt(largest) + np.sqrt(smallest)) ** 2
    return "nesterov_step", (float(rate), float(((root - 1) / (root + 1)) ** 2))


@hint("In the rate, the curvatures themselves were added and squared. The formula adds their roots.")
def tune__rate_without_roots(smallest, largest):
    root = np.sqrt(largest / smallest)
    return "momentum_step", (float(4 / (largest + smallest) ** 2), float(((root - 1) / (root + 1)) ** 2))
