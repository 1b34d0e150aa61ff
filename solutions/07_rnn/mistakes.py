"""Known wrong answers of lesson 07, each with the hint that its maker deserves.

Each function may use NumPy as `np` and the lesson's own functions, which are there when it runs. An `edit` is the
reference with a few texts replaced.
"""

import numpy as np

from grading.lessons.checking import edit, hint

EQUIVALENT = {
    "rnn_step_forward": {
        "nothing of Wx": "there is at least one input and one unit",
        "nothing of Wh": "there is at least one unit",
        "nothing of b": "there is at least one unit",
        "capped at...": "a tanh is at most 1",
        "loops: function: np.zeros((len(x), len(b)))...": "every entry is written over",
        "loops: arguments swapped: np.dot(...": "a product of two vectors",
    },
    "rnn_step_backward": {
        "nothing of Wx": "there is at least one input and one unit",
        "nothing of Wh": "there is at least one unit",
        "beyond 5 counts as 5 of h": "states lie between -1 and 1",
        "wrong for a wide row of h": "states lie between -1 and 1",
        "wrong beyond 10,000 of h": "states lie between -1 and 1",
        "below 0.000001 counts as 0 of h": "changes less than the five digits that float32 keeps",
        "0 counts as 0.001 of h": "changes less than the five digits that float32 keeps",
    },
    "gru_step": {
        "nothing of weights": "there is at least one input and one unit",
    },
    "embedding_forward": {
        "nothing of E": "there is at least one token and one number in a row",
        "whole numbers in, whole numbers out of E": "what is looked up of whole numbers is whole",
    },
    "embedding_backward": {
        "whole numbers in, whole numbers out of dout": "sums of whole numbers are whole",
        "one_hot: constant: 1 -> 2 in -1...": "reshape takes any negative number for the missing one",
        "0 counts as of 3.0 vocab_size": "there is at least one token",
    },
}

# rnn_step_forward

edit(
    "rnn_step_forward__no_return",
    {"return np.tanh": "h = np.tanh"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "rnn_step_forward__no_tanh",
    {"np.tanh(x @ Wx + h_prev @ Wh + b)": "x @ Wx + h_prev @ Wh + b"},
    hint="The sum is right, but it is not squashed: the state is its tanh.",
)
edit(
    "rnn_step_forward__sigmoid",
    {"np.tanh(": "sigmoid("},
    hint="The sum is squashed by the sigmoid, to numbers from 0 to 1. The state is its tanh, from -1 to 1.",
)
edit(
    "rnn_step_forward__no_state",
    {"x @ Wx + h_prev @ Wh + b": "x @ Wx + b"},
    hint="The state before the step plays no part, so the network has no memory. Where is h_prev Wh?",
)
edit(
    "rnn_step_forward__no_inputs",
    {"x @ Wx + h_prev @ Wh + b": "h_prev @ Wh + b"},
    hint="The inputs play no part. Where is x Wx?",
)
edit("rnn_step_forward__no_bias", {" + b)": ")"}, hint="The biases are missing in the sum.")
edit(
    "rnn_step_forward__transposed_state_weights",
    {"h_prev @ Wh": "h_prev @ Wh.T"},
    hint="Wh is transposed. It is square, so both products fit; column h of Wh belongs to unit h.",
)
edit(
    "rnn_step_forward__plus_state",
    {"np.tanh(x @ Wx + h_prev @ Wh + b)": "h_prev + np.tanh(x @ Wx + h_prev @ Wh + b)"},
    hint="The state before the step is added to the result. The new state is the tanh alone.",
)
edit(
    "rnn_step_forward__tanh_of_parts",
    {"np.tanh(x @ Wx + h_prev @ Wh + b)": "np.tanh(x @ Wx + b) + np.tanh(h_prev @ Wh)"},
    hint="Each part is squashed by itself. Add all of them up first, then take the tanh of the sum.",
)
edit(
    "rnn_step_forward__relu",
    {"np.tanh(x @ Wx + h_prev @ Wh + b)": "np.maximum(x @ Wx + h_prev @ Wh + b, 0)"},
    hint="The sum goes through a ReLU. The state is its tanh.",
)
edit(
    "rnn_step_forward__tanh_by_exp",
    {
        "return np.tanh(x @ Wx + h_prev @ Wh + b)": (
            "z = x @ Wx + h_prev @ Wh + b\n    return (np.exp(2 * z) - 1) / (np.exp(2 * z) + 1)"
        )
    },
    hint="Large sums give NaN: the exponentials overflow. np.tanh is exact for sums of any size.",
)


# rnn_forward

edit(
    "rnn_forward__no_return",
    {"return np.stack(states, axis=1) if states else np.zeros((len(X), 0, len(b)))": "np.stack(states, axis=1)"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "rnn_forward__starts_at_zero",
    {"states, h = [], h0": "states, h = [], np.zeros(h0.shape)"},
    hint="The first step begins with zeros, whatever h0 is. Begin with the states that come in.",
)
edit(
    "rnn_forward__no_memory",
    {"h = rnn_step_forward(X[:, t], h, Wx, Wh, b)": "h = rnn_step_forward(X[:, t], h0, Wx, Wh, b)"},
    hint="Every step begins with h0. A step begins with the state that the step before it has left.",
)
edit(
    "rnn_forward__last_only",
    {"return np.stack(states, axis=1) if states else np.zeros((len(X), 0, len(b)))": "return h"},
    hint="Only the state after the last step came back. The states after all steps are asked for, shape (B, T, H).",
)
edit(
    "rnn_forward__time_first",
    {"np.stack(states, axis=1)": "np.stack(states)"},
    hint="The steps came along the first axis. The first axis belongs to the sequences, the second to the steps.",
)
edit(
    "rnn_forward__first_state_included",
    {"states, h = [], h0": "states, h = [h0], h0"},
    hint="h0 is among the states that came back. Entry [:, t] is the state after the inputs X[:, t].",
)
edit(
    "rnn_forward__states_before",
    {
        "        h = rnn_step_forward(X[:, t], h, Wx, Wh, b)\n        states.append(h)": (
            "        states.append(h)\n        h = rnn_step_forward(X[:, t], h, Wx, Wh, b)"
        )
    },
    hint="Entry [:, t] holds the state before step t. The state after it is asked for.",
)
edit(
    "rnn_forward__last_step_missing",
    {"range(X.shape[1])": "range(X.shape[1] - 1)"},
    hint="The last step is left out.",
)
edit(
    "rnn_forward__first_step_missing",
    {"range(X.shape[1])": "range(1, X.shape[1])"},
    hint="The first step is left out. Steps are counted from 0.",
)
edit(
    "rnn_forward__backwards",
    {"for t in range(X.shape[1])": "for t in reversed(range(X.shape[1]))"},
    hint="The inputs are read from the last step to the first.",
)
edit(
    "rnn_forward__along_sequences",
    {
        "range(X.shape[1])": "range(X.shape[0])",
        "rnn_step_forward(X[:, t], h, Wx, Wh, b)": "rnn_step_forward(X[t], h, Wx, Wh, b)",
        "np.stack(states, axis=1)": "np.stack(states)",
    },
    hint="The loop runs over the sequences, axis 0 of X. The steps are axis 1.",
)
edit(
    "rnn_forward__whole_states",
    {
        "states, h = [], h0": "states, h = np.zeros((*X.shape[:2], len(b)), dtype=h0.dtype), h0",
        "states.append(h)": "states[:, t] = h",
        "np.stack(states, axis=1) if states else np.zeros((len(X), 0, len(b)))": "states",
    },
    hint="The array for the states takes its type from h0. Whole numbers in h0 cut off every state.",
)
edit(
    "rnn_forward__no_empty_sequences",
    {" if states else np.zeros((len(X), 0, len(b)))": ""},
    hint="Sequences of no steps raise an error. They have no states: the answer has shape (B, 0, H).",
)


# rnn_step_backward

edit(
    "rnn_step_backward__no_return",
    {"    return dz @ Wx.T, ": "    dz @ Wx.T, "},
    hint="The function returns None. Is the return missing?",
)
edit(
    "rnn_step_backward__no_tanh",
    {"dz = dh * (1 - h**2)": "dz = dh"},
    hint="The tanh is passed over. Its slope is 1 minus the square of what it returned, h.",
)
edit(
    "rnn_step_backward__slope_of_h_prev",
    {"1 - h**2": "1 - h_prev**2"},
    hint="The slope of the tanh is taken at the state before the step. It belongs to the state after it, h.",
)
edit(
    "rnn_step_backward__tanh_again",
    {"1 - h**2": "1 - np.tanh(h) ** 2"},
    hint="h is a tanh already; the slope is 1 - h², without another tanh.",
)
edit(
    "rnn_step_backward__sigmoid_slope",
    {"(1 - h**2)": "h * (1 - h)"},
    hint="h (1 - h) is the slope of the sigmoid. That of the tanh is 1 - h².",
)
edit(
    "rnn_step_backward__no_upstream",
    {"dz = dh * (1 - h**2)": "dz = 1 - h**2"},
    hint="The gradient dh that comes in plays no part. Every backward function begins with it.",
)
edit(
    "rnn_step_backward__state_weights_not_transposed",
    {"dz @ Wh.T": "dz @ Wh"},
    hint="On the way back to h_prev, Wh must be transposed. It is square, so both products fit.",
)
edit(
    "rnn_step_backward__dWh_of_h",
    {"h_prev.T @ dz": "h.T @ dz"},
    hint="dWh is made with the state after the step. What Wh was multiplied by is the state before it.",
)
edit(
    "rnn_step_backward__dWh_transposed",
    {"h_prev.T @ dz": "dz.T @ h_prev"},
    hint="dWh is transposed. Row j, column h is the slope along the weight from unit j to unit h.",
)
edit(
    "rnn_step_backward__bias_not_summed",
    {"dz.sum(axis=0)": "dz"},
    hint="db has a row for every sequence. The same biases serve all of them, so their shares are added up.",
)
edit(
    "rnn_step_backward__bias_over_units",
    {"dz.sum(axis=0)": "dz.sum(axis=1)"},
    hint="db is summed over the units. Sum over the sequences, axis 0: one number for each unit is left.",
)
edit(
    "rnn_step_backward__mean",
    {"x.T @ dz, h_prev.T @ dz, dz.sum(axis=0)": "x.T @ dz / len(x), h_prev.T @ dz / len(x), dz.mean(axis=0)"},
    hint="The gradients of the weights are divided by the number of sequences. Add them up.",
)
edit(
    "rnn_step_backward__swapped",
    {"dz @ Wx.T, dz @ Wh.T,": "dz @ Wh.T, dz @ Wx.T,"},
    hint="dx and dh_prev are swapped. The order is dx, dh_prev, dWx, dWh, db.",
)


# rnn_backward

edit(
    "rnn_backward__no_return",
    {"    return dX, dh, dWx, dWh, db": ""},
    hint="The function returns None. Is the return missing?",
)
edit(
    "rnn_backward__nothing_from_later",
    {"dH[:, t] + dh,": "dH[:, t],"},
    hint="A state gets its gradient from the loss alone. What comes back from the step behind it must be added.",
)
edit(
    "rnn_backward__only_from_later",
    {
        "dH[:, t] + dh,": "dh,",
        "dX, dh = np.zeros(X.shape), np.zeros(h0.shape)": (
            "dX, dh = np.zeros(X.shape), dH[:, -1] if X.shape[1] else np.zeros(h0.shape)"
        ),
    },
    hint="Only the last state gets what the loss says directly. Every state does: dH[:, t].",
)
edit(
    "rnn_backward__uses_h_t",
    {"h_prev = H[:, t - 1] if t > 0 else h0": "h_prev = H[:, t]"},
    hint="dWh is made with the state after each step. What Wh was multiplied by is the state before it.",
)
edit(
    "rnn_backward__wraps_around",
    {"h_prev = H[:, t - 1] if t > 0 else h0": "h_prev = H[:, t - 1]"},
    hint="Before step 0, H[:, -1] is taken: the last state. There stands h0.",
)
edit(
    "rnn_backward__zero_before_first",
    {"if t > 0 else h0": "if t > 0 else np.zeros(h0.shape)"},
    hint="Before step 0, zeros are taken. There stands h0.",
)
edit(
    "rnn_backward__overwrites",
    {"        dWx += dWx_t\n        dWh += dWh_t\n        db += db_t": ("        dWx, dWh, db = dWx_t, dWh_t, db_t")},
    hint="The gradients of the weights are overwritten in every step. All steps share them: add their shares up.",
)
edit(
    "rnn_backward__bias_overwritten",
    {"db += db_t": "db = db_t"},
    hint="db is overwritten in every step. All steps share the biases: add their shares up.",
)
edit(
    "rnn_backward__forwards",
    {"for t in reversed(range(X.shape[1])):": "for t in range(X.shape[1]):"},
    hint="The loop goes from the first step to the last. A gradient comes from the end: go backward.",
)
edit(
    "rnn_backward__stops_early",
    {"reversed(range(X.shape[1]))": "reversed(range(1, X.shape[1]))"},
    hint="The loop ends before step 0. That step has weights to teach, too.",
)
edit(
    "rnn_backward__averaged_over_time",
    {"return dX, dh, dWx, dWh, db": "return dX, dh, dWx / X.shape[1], dWh / X.shape[1], db / X.shape[1]"},
    hint="The gradients of the weights are divided by the number of steps. The shares are added up, no more.",
)
edit(
    "rnn_backward__upstream_twice",
    {"        dWx += dWx_t": "        dh = dh + dH[:, t]\n        dWx += dWx_t"},
    hint="What the loss says of a state is also handed to the state before it. Only dh_prev is handed on.",
)
edit(
    "rnn_backward__dh0_zero",
    {"return dX, dh,": "return dX, np.zeros(h0.shape),"},
    hint="dh0 is zero. It is what comes back from step 0.",
)
edit(
    "rnn_backward__in_place",
    {
        "        dX[:, t], dh, dWx_t": "        dH[:, t] += dh\n        dX[:, t], dh, dWx_t",
        "dH[:, t] + dh,": "dH[:, t],",
    },
    hint="dH was changed: += works in place on the caller's array. Make a new array for the sum.",
)
edit(
    "rnn_backward__whole_inputs",
    {"np.zeros(X.shape), np.zeros(h0.shape)": "np.zeros_like(X), np.zeros(h0.shape)"},
    hint="The array for dX takes its type from X. Whole numbers in X cut off the gradients.",
)


# rnn_backward_broken


@hint(
    "Both bugs are still there. Two things that have the same shape are mixed up: one is a matrix and its transpose, "
    "the other are the states before and after a step."
)
def rnn_backward_broken__as_given(dH, X, h0, H, Wx, Wh):
    dZ, dh = np.zeros(H.shape), np.zeros(h0.shape)
    for t in reversed(range(H.shape[1])):
        dZ[:, t] = (dH[:, t] + dh) * (1 - H[:, t] ** 2)
        dh = dZ[:, t] @ Wh
    dWx = np.tensordot(X, dZ, axes=([0, 1], [0, 1]))  # summed over sequences and steps
    dWh = np.tensordot(H, dZ, axes=([0, 1], [0, 1]))
    return dZ @ Wx.T, dh, dWx, dWh, dZ.sum(axis=(0, 1))


edit(
    "rnn_backward_broken__only_transposed",
    {"np.tensordot(before, dZ": "np.tensordot(H, dZ"},
    hint="One bug is fixed: Wh is transposed. Look at dWh once more: which states was Wh multiplied by?",
)
edit(
    "rnn_backward_broken__only_before",
    {"dh = dZ[:, t] @ Wh.T": "dh = dZ[:, t] @ Wh"},
    hint="One bug is fixed: dWh is made with the states before each step. Look at the line that hands dh on once more.",
)
edit(
    "rnn_backward_broken__zero_before_first",
    {"np.concatenate([h0[:, None], H], axis=1)": "np.concatenate([0 * h0[:, None], H], axis=1)"},
    hint="Before step 0, zeros are taken. There stands h0.",
)
edit(
    "rnn_backward_broken__rolled",
    {"np.concatenate([h0[:, None], H], axis=1)[:, :-1]": "np.roll(H, 1, axis=1)"},
    hint="np.roll puts the last state in front of the first step. There stands h0.",
)
edit(
    "rnn_backward_broken__dh_kept_from_last",
    {"dh = dZ[:, t] @ Wh.T": "dh = dh + dZ[:, t] @ Wh.T"},
    hint="What comes back is added up over all steps. Only the step right behind a state hands something to it.",
)
edit(
    "rnn_backward_broken__states_after_next",
    {"np.concatenate([h0[:, None], H], axis=1)[:, :-1]": "np.concatenate([H[:, 1:], h0[:, None]], axis=1)"},
    hint="The states are moved the wrong way: in step t stands the state after step t + 1. Take the one before step t.",
)
edit(
    "rnn_backward_broken__dh_dropped",
    {"(dH[:, t] + dh)": "dH[:, t]"},
    hint="What comes back from the step behind is not added any more. That line was right as it was.",
)
edit(
    "rnn_backward_broken__input_weights_not_transposed",
    {"dWh = np.tensordot(before, dZ": "dWh = np.tensordot(dZ, before"},
    hint="dWh is transposed. Row j, column h is the slope along the weight from unit j to unit h.",
)


# lstm_step

edit(
    "lstm_step__no_return",
    {'    return gates["output"] * np.tanh(c), c, gates': ""},
    hint="The function returns None. Is the return missing?",
)
edit(
    "lstm_step__order_of_other_libraries",
    {"z_input, z_forget, z_candidate, z_output = np": "z_input, z_forget, z_output, z_candidate = np"},
    hint="The columns of the candidate and the output gate are swapped. The order is input, forget, candidate, output.",
)
edit(
    "lstm_step__input_and_forget_swapped",
    {"z_input, z_forget, z_candidate, z_output = np": "z_forget, z_input, z_candidate, z_output = np"},
    hint="The columns of the input gate and the forget gate are swapped. In order: input, forget, candidate, output.",
)
edit(
    "lstm_step__interleaved",
    {"np.split(z, 4, axis=1)": "(z[:, k::4] for k in range(4))"},
    hint="Every fourth column was taken for a gate. A gate's columns stand side by side: the first H are the input's.",
)
edit(
    "lstm_step__candidate_sigmoid",
    {"np.tanh(z_candidate)": "sigmoid(z_candidate)"},
    hint="The candidate goes through a sigmoid. It is no gate: it may be negative, so it is a tanh.",
)
edit(
    "lstm_step__gates_tanh",
    {'gates["output"] = sigmoid(z_output)': 'gates["output"] = np.tanh(z_output)'},
    hint="The output gate goes through a tanh. A gate is a share between 0 and 1: a sigmoid.",
)
edit(
    "lstm_step__cell_not_squashed",
    {'gates["output"] * np.tanh(c)': 'gates["output"] * c'},
    hint="The state is the output gate times the cell. The tanh of the cell is missing.",
)
edit(
    "lstm_step__nothing_forgotten",
    {'gates["forget"] * c_prev + ': "c_prev + "},
    hint="The old cell is kept whole. The forget gate says which share of it stays.",
)
edit(
    "lstm_step__nothing_kept",
    {'gates["forget"] * c_prev + ': ""},
    hint="The old cell is lost in every step. The share that the forget gate says stays.",
)
edit(
    "lstm_step__candidate_not_gated",
    {'gates["input"] * gates["candidate"]': 'gates["candidate"]'},
    hint="The candidate goes into the cell whole. The input gate says which share of it does.",
)
edit(
    "lstm_step__forget_means_forget",
    {'gates["forget"] * c_prev': '(1 - gates["forget"]) * c_prev'},
    hint="The forget gate is turned round. In spite of its name, 1 means keep all, 0 means keep nothing.",
)
edit(
    "lstm_step__state_of_old_cell",
    {'gates["output"] * np.tanh(c), c, gates': 'gates["output"] * np.tanh(c_prev), c, gates'},
    hint="The state is made from the old cell. It is made from the new one.",
)
edit(
    "lstm_step__always_peepholes",
    {"if peephole:": 'if "p_input" in weights:'},
    hint="The peepholes are used whenever their weights are there. The argument peephole decides.",
)
edit(
    "lstm_step__output_sees_old_cell",
    {'weights["p_output"] * c\n': 'weights["p_output"] * c_prev\n'},
    hint="With peepholes, the output gate looks at the old cell. By then the new one is there: it looks at that.",
)
edit(
    "lstm_step__no_output_peephole",
    {"z_output = z_output + ": "z_output = z_output + 0 * "},
    hint="With peepholes, the output gate does not see the cell. All three gates do.",
)
edit(
    "lstm_step__no_forget_peephole",
    {"z_forget = z_forget + ": "z_forget = z_forget + 0 * "},
    hint="With peepholes, the forget gate does not see the cell. All three gates do.",
)
edit(
    "lstm_step__peepholes_see_the_state",
    {
        'weights["p_input"] * c_prev': 'weights["p_input"] * h_prev',
        'weights["p_forget"] * c_prev': 'weights["p_forget"] * h_prev',
    },
    hint="With peepholes, the gates look at the old state once more. They look at the old cell.",
)
edit(
    "lstm_step__returns_cell_first",
    {'return gates["output"] * np.tanh(c), c, gates': 'return c, gates["output"] * np.tanh(c), gates'},
    hint="The cell came first. The order is state, cell, gates.",
)
edit(
    "lstm_step__no_bias",
    {' + weights["b"]': ""},
    hint="The biases are missing in the sums of the gates.",
)


# gru_step

edit(
    "gru_step__no_return",
    {'    return h, {"forget": forget, "reset": reset, "candidate": candidate}': ""},
    hint="The function returns None. Is the return missing?",
)
edit(
    "gru_step__turned_round",
    {"forget * h_prev + (1 - forget) * candidate": "(1 - forget) * h_prev + forget * candidate"},
    hint="The forget gate is turned round. Where it is 1, the old state stays; some books write it the other way.",
)
edit(
    "gru_step__gates_swapped",
    {
        "forget = sigmoid(z[:, :H] + h_prev @ Wh[:, :H])": "reset = sigmoid(z[:, :H] + h_prev @ Wh[:, :H])",
        "reset = sigmoid(z[:, H : 2 * H] + h_prev @ Wh[:, H : 2 * H])": (
            "forget = sigmoid(z[:, H : 2 * H] + h_prev @ Wh[:, H : 2 * H])"
        ),
    },
    hint="The columns of the forget gate and the reset gate are swapped. The order is forget, reset, candidate.",
)
edit(
    "gru_step__reset_after",
    {"(reset * h_prev) @ Wh[:, 2 * H :]": "reset * (h_prev @ Wh[:, 2 * H :])"},
    hint="The reset gate is applied after the product with Wh. It is applied to the old state, before the product.",
)
edit(
    "gru_step__no_reset",
    {"(reset * h_prev) @": "h_prev @"},
    hint="The reset gate is computed but not used: the candidate sees the whole old state.",
)
edit(
    "gru_step__reset_everything",
    {"candidate = np.tanh(z[:, 2 * H :] + (": "candidate = np.tanh(reset * z[:, 2 * H :] + ("},
    hint="The reset gate is applied to the inputs as well. It holds back the old state only.",
)
edit(
    "gru_step__candidate_sigmoid",
    {"candidate = np.tanh(": "candidate = sigmoid("},
    hint="The candidate goes through a sigmoid. It is no gate: it may be negative, so it is a tanh.",
)
edit(
    "gru_step__keeps_everything",
    {"(1 - forget) * candidate": "candidate"},
    hint="The candidate is added whole. What the forget gate keeps of the old state, it takes from the candidate.",
)
edit(
    "gru_step__reset_mixes",
    {"h = forget * h_prev": "h = forget * (reset * h_prev)"},
    hint="The reset gate also cuts what is kept of the old state. It only works inside the candidate.",
)
edit(
    "gru_step__gates_without_state",
    {"sigmoid(z[:, :H] + h_prev @ Wh[:, :H])": "sigmoid(z[:, :H])"},
    hint="The forget gate does not see the old state. Both gates do.",
)
edit(
    "gru_step__no_bias",
    {' + weights["b"]': ""},
    hint="The biases are missing in the sums.",
)
edit(
    "gru_step__transposed",
    {"(reset * h_prev) @ Wh[:, 2 * H :]": "(reset * h_prev) @ Wh[:, 2 * H :].T"},
    hint="In the candidate, the square block of Wh is transposed. Column h belongs to unit h.",
)


# train_adding

edit("train_adding__no_return", {"    return weights": ""}, hint="The function returns None. Is the return missing?")
edit(
    "train_adding__uphill",
    {"danswers = 2 *": "danswers = -2 *"},
    hint="The steps go uphill: the sign of the gradient is turned round.",
)
edit(
    "train_adding__answer_layer_alone",
    {"grads |= {": "grads = {name: np.zeros_like(array) for name, array in grads.items()} | {"},
    hint="Only Wy and by are trained; the recurrent weights stay as they were at the start.",
)
edit(
    "train_adding__too_few_steps",
    {"num_steps = 32, 64, 400": "num_steps = 32, 64, 20"},
    hint="Training ends on the plateau, where the network answers about 1 whatever it has seen. Give it more steps.",
)
edit(
    "train_adding__own_rng",
    {"    num_units, batch_size": "    rng = np.random.default_rng(0)\n    num_units, batch_size"},
    hint="The weights are the same whatever rng comes in. Take all randomness from the argument rng.",
)
edit(
    "train_adding__tuple",
    {"return weights": "return tuple(weights.values())"},
    hint="The arrays came as a tuple. A dict is asked for, with the names Wx, Wh, b, Wy and by.",
)


# embedding_forward

edit("embedding_forward__no_return", {"return E": "E"}, hint="The function returns None. Is the return missing?")
edit(
    "embedding_forward__columns",
    {"E[tokens]": "E[:, tokens % E.shape[1]]"},
    hint="Columns of E were looked up. Every token has a row.",
)
edit(
    "embedding_forward__next_row",
    {"E[tokens]": "E[tokens - 1]"},
    hint="Every token got the row before its own. Tokens are counted from 0, as rows are.",
)
edit(
    "embedding_forward__flat",
    {"E[tokens]": "E[tokens.ravel()]"},
    hint="The vectors are right, but the shape of tokens is lost. It stands in front: (B, T, D).",
)
edit(
    "embedding_forward__joined",
    {"E[tokens]": "E[tokens].reshape(len(tokens), int(np.prod(tokens.shape[1:])) * E.shape[1])"},
    hint="The vectors of a sequence were put into one long row. Keep an axis for the steps: (B, T, D).",
)
edit(
    "embedding_forward__time_first",
    {"E[tokens]": "np.swapaxes(E[tokens], 0, -2)"},
    hint="The axes of the tokens are swapped. Entry [b, t] is the vector of tokens[b, t].",
)
edit(
    "embedding_forward__multiplied",
    {"E[tokens]": "tokens[..., None] * E[0]"},
    hint="The token was multiplied by a vector. A token is a name, no amount: look up its row.",
)
edit(
    "embedding_forward__first_only",
    {"E[tokens]": "E[: tokens.size].reshape(*tokens.shape, -1)"},
    hint="The first rows of E came back, whatever the tokens are. Use the tokens as indices.",
)
edit(
    "embedding_forward__overflows",
    {"E[tokens]": "E.ravel()[(tokens * tokens.dtype.type(E.shape[1]))[..., None] + np.arange(E.shape[1])]"},
    hint="The places are counted in the small integer type of the tokens and overflow. Index E with the tokens.",
)


# embedding_backward

edit("embedding_backward__no_return", {"    return dE": ""}, hint="The function returns None. Is the return missing?")
edit(
    "embedding_backward__last_wins",
    {"np.add.at(dE, tokens, dout)": "dE[tokens] = dout"},
    hint=(
        "A token that occurs several times keeps the gradient of its last place only. Its shares are added up; "
        "dE[tokens] += ... does not do that either, but np.add.at does."
    ),
)
edit(
    "embedding_backward__counts",
    {"np.add.at(dE, tokens, dout)": "np.add.at(dE, tokens, 1.0)"},
    hint="The tokens were counted. Each time a token occurs, its gradient from dout is added.",
)
edit(
    "embedding_backward__mean",
    {
        "    return dE": (
            "    counts = np.bincount(np.ravel(tokens).astype(int), minlength=vocab_size)\n"
            "    return dE / np.maximum(counts, 1)[:, None]"
        )
    },
    hint="The shares of a token are averaged. They are added up.",
)
edit(
    "embedding_backward__as_many_rows_as_tokens",
    {"np.zeros((vocab_size, ": "np.zeros((int(np.max(tokens, initial=-1)) + 1, "},
    hint="The number of rows depends on the tokens that occur. It is vocab_size, with 0 for those that do not.",
)
edit(
    "embedding_backward__whole_numbers",
    {"dout.shape[-1]))": "dout.shape[-1]), dtype=tokens.dtype)", "tokens, dout)": "tokens, dout.astype(tokens.dtype))"},
    hint="The gradients are cut to whole numbers: the array takes its type from tokens.",
)
edit(
    "embedding_backward__transposed",
    {"return dE": "return dE.T"},
    hint="dE is transposed. It has the shape of E: a row for each token.",
)
edit(
    "embedding_backward__first_sequence",
    {"np.add.at(dE, tokens, dout)": "np.add.at(dE, tokens[:1], dout[:1])"},
    hint="Only the first sequence counts. All of them share the vectors.",
)
edit(
    "embedding_backward__next_row",
    {"np.add.at(dE, tokens, dout)": "np.add.at(dE, tokens - 1, dout)"},
    hint="Every token's gradient went to the row before its own. Tokens are counted from 0, as rows are.",
)


# sequence_loss

edit(
    "sequence_loss__no_return",
    {"    return loss, (np.exp(log_probs) - wanted) * real[..., None] / count": ""},
    hint="The function returns None. Is the return missing?",
)
edit(
    "sequence_loss__mask_ignored",
    {
        "real = np.asarray(mask, dtype=bool)": (
            "real, targets = np.ones(np.shape(mask), bool), np.clip(targets, 0, logits.shape[2] - 1)"
        )
    },
    hint="Padding counts like real steps. Where mask is 0, there is no loss and no gradient.",
)
edit(
    "sequence_loss__mean_over_all_steps",
    {"count = max(1, real.sum())": "count = max(1, real.size)"},
    hint="The sum is divided by the number of all steps, padding too. Divide by the number of real ones.",
)
edit(
    "sequence_loss__mean_over_sequences",
    {"count = max(1, real.sum())": "count = max(1, len(logits))"},
    hint="The sum is divided by the number of sequences. Divide by the number of real steps of all of them.",
)
edit(
    "sequence_loss__mean_of_means",
    {
        "count = max(1, real.sum())": "count = np.maximum(1, real.sum(axis=1)) * max(1, len(logits))",
        "np.sum(wanted * log_probs * real[..., None]) / count": (
            "np.sum(wanted * log_probs * real[..., None] / count[:, None, None])"
        ),
        "- wanted) * real[..., None] / count": "- wanted) * real[..., None] / count[:, None, None]",
    },
    hint="Every sequence has its own mean, and these are averaged. Every real step counts the same: one mean over all.",
)
edit(
    "sequence_loss__sum",
    {"count = max(1, real.sum())": "count = 1"},
    hint="The losses of the steps are added up. Divide by the number of real steps.",
)
edit(
    "sequence_loss__gradient_not_divided",
    {"(np.exp(log_probs) - wanted) * real[..., None] / count": "(np.exp(log_probs) - wanted) * real[..., None]"},
    hint="The loss is a mean, but its gradient is not divided by the number of real steps.",
)
edit(
    "sequence_loss__gradient_not_masked",
    {"(np.exp(log_probs) - wanted) * real[..., None] / count": "(np.exp(log_probs) - wanted) / count"},
    hint="The gradient is not 0 in padding, though nothing there changes the loss.",
)
edit(
    "sequence_loss__wrong_sign",
    {"(np.exp(log_probs) - wanted) * real": "(wanted - np.exp(log_probs)) * real"},
    hint="The gradient has the wrong sign: it is the probabilities minus the one-hot targets.",
)
edit(
    "sequence_loss__softmax_over_time",
    {"log_softmax(logits, axis=2)": "log_softmax(logits, axis=1)"},
    hint="The softmax runs over the steps, axis 1. It runs over the tokens, the last axis.",
)
edit(
    "sequence_loss__softmax_over_everything",
    {"log_softmax(logits, axis=2)": "log_softmax(logits)"},
    hint="The softmax runs over the whole array. Every step has its own, over the last axis.",
)
edit(
    "sequence_loss__shifted_again",
    {"np.where(real, targets, 0)": "np.roll(np.where(real, targets, 0), -1, axis=1)"},
    hint="The targets are shifted by one step. They came shifted: targets[b, t] is what logits[b, t] should say.",
)
edit(
    "sequence_loss__bits",
    {"loss = -np.sum": "loss = -np.log2(np.e) * np.sum"},
    hint="The loss is in bits. The natural logarithm is asked for.",
)
edit(
    "sequence_loss__targets_of_padding",
    {"np.where(real, targets, 0)": "np.asarray(targets)"},
    hint="Targets of padding are used as indices. They may be anything, such as -1 or 1000: replace them first.",
)
edit(
    "sequence_loss__empty_is_nan",
    {"count = max(1, real.sum())": "count = real.sum()"},
    hint="Without a real step, 0 is divided by 0. Loss and gradient are then 0.",
)
edit(
    "sequence_loss__naive_softmax",
    {"log_softmax(logits, axis=2)": ("np.log(np.exp(logits) / np.exp(logits).sum(axis=2, keepdims=True))")},
    hint="Large scores give NaN or infinity: the exponential overflows. log_softmax is exact for scores of any size.",
)


# sample_next

edit(
    "sample_next__no_return",
    {"return int(rng": "int(rng", "        return int(np": "        int(np"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "sample_next__always_best",
    {"if temperature == 0:": "if temperature >= 0:"},
    hint="The token with the highest score is taken every time. Only at temperature 0: else draw.",
)
edit(
    "sample_next__multiplied",
    {"logits / temperature": "logits * temperature"},
    hint="The scores are multiplied by the temperature. Divide: the hotter, the more equal the chances.",
)
edit(
    "sample_next__temperature_ignored",
    {"logits / temperature": "logits / 1.0"},
    hint="The temperature plays no part. Divide the scores by it before the softmax.",
)
edit(
    "sample_next__scores_as_probabilities",
    {"p=np.exp(log_probs)": "p=(log_probs - np.min(log_probs)) / np.sum(log_probs - np.min(log_probs))"},
    hint="The scores themselves, moved above 0, serve as probabilities. Probabilities are the softmax of the scores.",
)
edit(
    "sample_next__uniform",
    {", p=np.exp(log_probs)": ""},
    hint="All tokens are equally likely: the probabilities are not handed on.",
)
edit(
    "sample_next__fixed_seed",
    {"int(rng.choice": "int(np.random.default_rng(0).choice"},
    hint="The same token comes every time: a new generator with a fixed seed is made in every call. Draw from rng.",
)
edit(
    "sample_next__copied_rng",
    {"int(rng.choice": 'int(__import__("copy").deepcopy(rng).choice'},
    hint="The same token comes every time: a copy of rng is drawn from, so rng itself does not move on.",
)
edit(
    "sample_next__unseeded",
    {"int(rng.choice": "int(np.random.default_rng().choice"},
    hint="The same rng leads to other tokens each time. Take all randomness from the argument rng.",
)
edit(
    "sample_next__divides_by_zero",
    {"    if temperature == 0:\n        return int(np.argmax(logits))\n": ""},
    hint="At temperature 0 the scores are divided by 0. There the token with the highest score is asked for.",
)
edit(
    "sample_next__not_shifted",
    {"np.exp(log_probs)": "np.exp(logits / temperature) / np.exp(logits / temperature).sum()"},
    hint="Large scores give NaN: the exponential overflows. log_softmax is exact for scores of any size.",
)
edit(
    "sample_next__returns_probability",
    {"return int(rng.choice(len(logits), p=np.exp(log_probs)))": "return float(np.exp(log_probs).max())"},
    hint="A probability came back. A token is asked for: a whole number from 0 to V - 1.",
)
edit(
    "sample_next__first_is_one",
    {"int(rng.choice(len(logits), p": "int(rng.choice(np.arange(1, len(logits) + 1), p"},
    hint="Tokens are counted from 1. They are counted from 0.",
)
edit(
    "sample_next__square",
    {"p=np.exp(log_probs)": "p=np.exp(log_softmax(2 * log_probs))"},
    hint="The differences between the scores count twice. The probabilities are softmax(logits / temperature).",
)


# bidirectional

edit("bidirectional__no_return", {"    return H": ""}, hint="The function returns None. Is the return missing?")
edit(
    "bidirectional__not_turned_back",
    {"**backward)[0, ::-1]": "**backward)[0]"},
    hint="The backward states stand in the order in which they were made. Turn them round again, to their own steps.",
)
edit(
    "bidirectional__both_forward",
    {"rnn_forward(x[:, ::-1], ": "rnn_forward(x, ", "**backward)[0, ::-1]": "**backward)[0]"},
    hint="Both networks read from the first step to the last. The second one reads from the end.",
)
edit(
    "bidirectional__padding_read",
    {
        "x = X[n : n + 1, :length]": "x = X[n : n + 1]",
        "[0, ::-1]": "[0, ::-1][:length]",
        "**forward)[0]": "**forward)[0, :length]",
    },
    hint="The backward network begins in the padding. It begins at the last real step of each sequence.",
)
edit(
    "bidirectional__padding_not_zero",
    {"x = X[n : n + 1, :length]": "length, x = X.shape[1], X[n : n + 1]"},
    hint="lengths plays no part. The backward network begins at the last real step, and in padding all states are 0.",
)
edit(
    "bidirectional__added",
    {'split + len(backward["b"])': "split", "H[n, :length, split:] = ": "H[n, :length] += "},
    hint="The states of the two networks are added. They stand side by side: H1 + H2 of them.",
)
edit(
    "bidirectional__backward_first",
    {"return H": "return np.concatenate([H[..., split:], H[..., :split]], axis=2)"},
    hint="The backward states stand first. The forward ones do.",
)
edit(
    "bidirectional__same_weights",
    {"**backward)[0, ::-1]": '**(backward if len(forward["Wh"]) != len(backward["Wh"]) else forward))[0, ::-1]'},
    hint="The backward network reads with the weights of the forward one. Each has its own.",
)
edit(
    "bidirectional__wrong_half_turned",
    {"**forward)[0]": "**forward)[0, ::-1]", "**backward)[0, ::-1]": "**backward)[0]"},
    hint="The forward states were turned round, and the backward ones were not. It is the other way round.",
)
edit(
    "bidirectional__one_too_few",
    {"for n, length in enumerate(lengths):": "for n, length in enumerate(np.maximum(np.asarray(lengths) - 1, 0)):"},
    hint="The last real step of every sequence is left out. lengths counts the steps.",
)
edit(
    "bidirectional__units_turned",
    {"[0, ::-1]": "[0][::-1, ::-1]"},
    hint="The units were turned round together with the steps. Turn the axis of the steps alone.",
)
