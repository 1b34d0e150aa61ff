# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Deep neural networks (dnn)
#     language: python
#     name: dnn
# ---

# %% [markdown]
# # Lesson 07 · Sequences
#
# The networks of the lessons before see everything at once. An image comes in, an answer goes out, and the next image
# finds the network as it was. Much of the world does not come like that. Words, melodies, the weather and the strokes
# of a pen come piece by piece, and what a piece means depends on the pieces before it. In this lesson you give a
# network a memory. In ten minutes, a single line of your code will invent first names. At the end, a network that you
# have trained with your own functions has read a manual, and writes on in its style.
#
# **You will be able to**
#
# - write a recurrent network, forward and backward through time;
# - say why its memory fades, how fast, and what clipping cures and what it does not;
# - write an LSTM and a GRU, and say what a gate buys, and what its starting value decides;
# - train a network that adds two numbers which it saw far apart;
# - turn letters into vectors, scores into a loss over sequences of different lengths, and scores into new text;
# - let a network read in both directions, and in several layers.
#
# **You need** Lesson 02 (backward functions, upstream gradients) and Lesson 03 (Adam, clipping). In Python: dicts of
# arrays, and slices such as `X[:, t]` and `x[:, ::-1]`.
#
# **Time** about four hours: a bit less than three for the exercises, the rest for reading and for the experiments.
# **Points** 30.
#
# | | exercise | what it is | difficulty | minutes | points |
# | --- | --- | --- | --- | --- | --- |
# | 1 | `rnn_step_forward` | one step of a loop with memory | ● | 6 | 2 |
# | 2 | `rnn_forward` | along a whole sequence | ● | 10 | 2 |
# | 3 | `rnn_step_backward` | the way back through a step | ●● | 12 | 2 |
# | 4 | `rnn_backward` | the way back through time | ●●● | 20 | 3 |
# | 5 | `rnn_backward_broken` | bug hunt | ●● | 12 | 2 |
# | 6 | `lstm_step` | a memory with gates | ●●● | 20 | 3 |
# | 7 | `gru_step` | the same with fewer parts | ●● | 12 | 2 |
# | 8 | `train_adding` | teach a network to remember | ●●● | 25 | 3 |
# | 9 | `embedding_forward` | a vector for every letter | ● | 3 | 1 |
# | 10 | `embedding_backward` | the way back to the vectors | ●● | 8 | 2 |
# | 11 | `sequence_loss` | a loss that skips padding | ●● | 15 | 3 |
# | 12 | `sample_next` | draw the next letter | ●● | 10 | 2 |
# | 13 | `bidirectional` | read from both ends | ●● | 15 | 3 |
#
# **How to work** As in the lessons before. Replace each `raise NotImplementedError(...)` by your code, run the cell,
# and then the `check("...")` below it. Cells that begin with `%%explore` play with your functions, and the grader skips
# them. NumPy computes in `float64` if nothing else is asked for; `float32`, which the trainings below use because it is
# faster, is welcome in all exercises. Never change an array that came in as an argument.
#
# **Letters for sizes**, in the whole lesson: $B$ sequences in a batch, $T$ steps each, $C$ inputs in each step, $H$
# units; later $V$ tokens in a vocabulary and $D$ numbers for each token. Every size may be 1. $B$ and $T$ may be 0,
# too: then arrays of states are empty, and gradients of weights are zero.
#
# **Hand in:** restart the kernel, run all cells, look at every check once more, save, and hand in this one file.

# %%
# Only on Google Colab: upload course.zip first (the folder icon at the left), then run this cell.
import sys

from IPython import get_ipython

if "google.colab" in sys.modules:
    get_ipython().run_line_magic("pip", "install --quiet --no-deps course.zip")

# %%
# %load_ext dnnkit
import numpy as np
from scipy.special import expit as sigmoid
from scipy.special import log_softmax
from threadpoolctl import threadpool_limits

from dnnkit import check
from dnnkit.data import make_adding

np.set_printoptions(precision=4, suppress=True)  # print arrays as plain decimals
one_core = threadpool_limits(1)  # many small products are faster on one core than on several

# %%
# %%explore
import time
from collections import Counter

from dnnkit import data, plots, predict, reveal
from dnnkit.gradcheck import gradient_error, numerical_gradient

# %% [markdown]
# Three functions are given. `sigmoid` and `log_softmax` come from SciPy and do what yours of Lesson 01 did (the second
# one returns the logarithms of the probabilities, over the axis that you name). `make_adding` makes sequences for
# Exercise 8.
#
# ## Part 1 · A loop with memory
#
# You know a memory already: a running mean. It is a number that is carried along. In every step, a part of it is kept,
# and a part of what comes in is added: new mean = 0.7 · old mean + 0.3 · input.
#
# The picture shows this loop **unrolled**: for every step, a copy of the loop. The inputs come from below. The column
# is the *state*, here a single number, and an arrow hands it on to the next step. The darker the red, the larger it is.

# %%
# %%explore
numbers, mean, means = [1, 0, 0, 0, 0, 1, 1, 0, 0, 0], 0.0, []
for number in numbers:
    mean = 0.7 * mean + 0.3 * number
    means.append([mean])
plots.show(plots.plot_unrolled(np.array(means), inputs=numbers, title="A running mean, unrolled"))

# %% [markdown]
# Such a loop remembers the inputs of some steps, and forgets them again. But it can only remember one thing, in one
# way. A **recurrent network**, or RNN, has $H$ numbers in its state, mixes them by a matrix, and *learns* what to keep.
# In step $t$ it computes
#
# $$h_t = \tanh(x_t W_x + h_{t-1} W_h + b)$$
#
# | symbol | shape | what it is |
# | --- | --- | --- |
# | $x_t$ | $(B, C)$ | inputs of step $t$, one row for each sequence of the batch |
# | $h_{t-1}$ | $(B, H)$ | states before the step |
# | $W_x$ | $(C, H)$ | weights of the inputs |
# | $W_h$ | $(H, H)$ | weights of the states: row $j$, column $k$ leads from unit $j$ to unit $k$ |
# | $b$ | $(H,)$ | biases |
# | $h_t$ | $(B, H)$ | states after the step |
#
# It is the dense layer of Lesson 02 with a second input: the network's own state. The tanh squashes every number into
# the range from $-1$ to $1$, so that the state cannot grow without end.
#
# ### Exercise 1 · One step
#
# Worked numbers, with one sequence, one input and two units: $x = (1)$, $h_{t-1} = (0.5, -0.5)$,
#
# $$W_x = \begin{pmatrix} 1 & -0.5 \end{pmatrix}, \qquad
# W_h = \begin{pmatrix} 0 & 0.5 \\ 1 & 0 \end{pmatrix}, \qquad b = (0, 0.25).$$
#
# $$x W_x = (1, -0.5), \quad h_{t-1} W_h = (-0.5, 0.25), \quad \text{sum with } b: (0.5, 0), \quad
# h_t = (0.4621, 0).$$
#
# **Write** `rnn_step_forward(x, h_prev, Wx, Wh, b)`. It returns the states after the step. `np.tanh` is right for
# numbers of any size.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Both products have the shape $(B, H)$. The biases have the shape $(H,)$, and broadcasting adds them to every row.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# $h_t = \tanh(x_t W_x + h_{t-1} W_h + b)$, with two matrix products.
#
# </details>


# %%
def rnn_step_forward(x, h_prev, Wx, Wh, b):
    """Take one step of a recurrent network.

    Args:
        x: inputs of this step, shape (B, C). B may be 0, C and H are at least 1. All arrays hold floats or whole
            numbers, tiny and huge ones, too.
        h_prev: states before the step, shape (B, H).
        Wx: weights of the inputs, shape (C, H).
        Wh: weights of the states, shape (H, H).
        b: biases, shape (H,).

    Returns:
        States after the step, tanh(x Wx + h_prev Wh + b): a new array of floats, shape (B, H).

    Reference: Elman 1990; Goodfellow et al. 2016, eq. 10.8 and 10.9 (their U and W are Wx and Wh, transposed).
    """
    ### BEGIN SOLUTION
    return np.tanh(x @ Wx + h_prev @ Wh + b)
    ### END SOLUTION


# %%
check("rnn_step_forward")

# %% [markdown]
# ### Experiment · Your step invents names
#
# What can this one line do? A network of 64 units is to learn 5,163 first names, letter by letter. In every step it
# reads a letter and says how likely each letter is to come next. A dot stands before and after each name.
#
# You cannot train it yet; that comes in the next parts. So Keras trains it here, and *your* function runs it, with
# Keras' weights. To write a name, begin with the dot and a state of zeros. Draw a letter by the probabilities, feed
# it back in as the next input, and go on until a dot is drawn. Commit to an answer first. The training takes some
# seconds.

# %%
# %%explore
predict(
    "names",
    "The network reads the list of 5,163 names once, then nine times more. What will it write after that?",
    ["mostly names of the list", "mostly new names that sound like names", "mostly letters at random"],
)

# %%
# %%explore rnn_step_forward
import keras

names, alphabet = data.load_first_names(), ".abcdefghijklmnopqrstuvwxyz"
name_tokens = np.zeros((len(names), 13), dtype=np.int64)  # 0 is the dot
for name_row, name in zip(name_tokens, names, strict=True):
    name_row[1 : len(name) + 1] = [alphabet.index(letter) for letter in name]
name_mask = np.arange(12) <= np.array([len(name) for name in names])[:, None]  # the letters and the dot behind them
letters = np.eye(27, dtype=np.float32)

keras.utils.set_random_seed(7)
name_net = keras.Sequential(
    [keras.Input((12, 27)), keras.layers.SimpleRNN(64, return_sequences=True), keras.layers.Dense(27)]
)
name_net.compile(keras.optimizers.Adam(0.01), keras.losses.SparseCategoricalCrossentropy(from_logits=True))


def write_names(weights, rng, count):
    """Write names with your step: Wx, Wh, b of the network, Wy and by of the letters' scores."""
    Wx, Wh, b, Wy, by = weights
    written, h, token = ["" for _ in range(count)], np.zeros((count, 64)), np.zeros(count, dtype=np.int64)
    done = np.zeros(count, dtype=bool)
    for _ in range(12):
        h = rnn_step_forward(letters[token], h, Wx, Wh, b)
        probs = np.exp(log_softmax(h @ Wy + by, axis=1))
        token = np.array([rng.choice(27, p=row / row.sum()) for row in probs])
        done |= token == 0
        written = [text + ("" if end else alphabet[k]) for text, end, k in zip(written, done, token, strict=True)]
    return written


for epochs in (0, 1, 9):
    if epochs:
        name_net.fit(
            letters[name_tokens[:, :12]],
            name_tokens[:, 1:],
            sample_weight=name_mask.astype(np.float32),
            batch_size=128,
            epochs=epochs,
            verbose=0,
        )
    written = write_names(name_net.get_weights(), np.random.default_rng(3), 9)
    print(f"after {epochs if epochs < 9 else 10:>2} epochs:", ", ".join(written))
many = write_names(name_net.get_weights(), np.random.default_rng(4), 400)
invented = [name for name in many if name not in names]
print(f"of 400 names, {len(invented) / 400:.0%} are not in the list, such as", ", ".join(invented[:8]))
reveal(
    "names",
    "mostly new names that sound like names",
    "The network has 7,643 weights, too few to keep 31,000 letters by heart. It has learned which letters go together.",
)

# %% [markdown]
# Before the training, letters at random. After one epoch, vowels and consonants take turns. After ten, most of the
# names could stand in a telephone book, and most of them do not stand in the list. All of this went through your line
# of code. What it has to do in every step is to carry along, in 64 numbers, what matters of the letters so far.

# %% [markdown]
# ## Part 2 · Through time
#
# ### Exercise 2 · A whole sequence
#
# Now run the step along sequences. The inputs of all steps come in one array $X$ of shape $(B, T, C)$: sequence, step,
# input. The states before the first step are $h_0$, shape $(B, H)$. They are often zero, but not always: a long text is
# read in pieces, and each piece begins with the state in which the piece before it ended.
#
# Worked numbers: with the weights and the state of Exercise 1 and the inputs 1 and 0, the first state is
# $(0.4621, 0)$ as before. In the second step the sum is $(0, \ 0.5 \cdot 0.4621 + 0.25) = (0, 0.4811)$, so the
# second state is $(0, 0.4471)$.
#
# **Write** `rnn_forward(X, h0, Wx, Wh, b)`. It returns the states after every step, shape $(B, T, H)$. If there are no
# steps, $T = 0$, there are no states: the shape is $(B, 0, H)$.
#
# Useful: `X[:, t]` is what all sequences read in step $t$, shape $(B, C)$. `np.zeros((B, T, H))` makes an array to fill
# in. `np.stack(states, axis=1)` puts a list of $T$ arrays of shape $(B, H)$ together to $(B, T, H)$; it needs at least
# one.
#
# <details><summary>Hint 1: a nudge</summary>
#
# One variable holds the current state. It begins as $h_0$. In every step it is replaced by what your function returns,
# and a copy goes into the result. Whole numbers in $h_0$ must not make the result an array of whole numbers.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# For $t = 0, 1, \dots, T - 1$: $h \leftarrow \tanh(x_t W_x + h W_h + b)$, and entry $t$ of the result is this $h$.
#
# </details>


# %%
def rnn_forward(X, h0, Wx, Wh, b):
    """Run a recurrent network along sequences.

    Args:
        X: inputs, shape (B, T, C); floats or whole numbers. B and T may be 0.
        h0: states before the first step, shape (B, H); floats or whole numbers.
        Wx: weights of the inputs, shape (C, H).
        Wh: weights of the states, shape (H, H).
        b: biases, shape (H,).

    Returns:
        States after every step: a new array of floats, shape (B, T, H). Entry [:, t] is the state after the inputs
        X[:, t].

    Reference: Goodfellow et al. 2016, eq. 10.8 and 10.9.
    """
    ### BEGIN SOLUTION
    states, h = [], h0
    for t in range(X.shape[1]):
        h = rnn_step_forward(X[:, t], h, Wx, Wh, b)
        states.append(h)
    return np.stack(states, axis=1) if states else np.zeros((len(X), 0, len(b)))
    ### END SOLUTION


# %%
check("rnn_forward")

# %% [markdown]
# Here is a network of eight units with random weights, unrolled, as it reads a word that your function has carried it
# through. Every column is the state after the letter below it. All columns are made by the *same* weights: an unrolled
# RNN is a deep network with as many layers as there are steps, and all its layers share their weights.

# %%
# %%explore rnn_forward
picture_rng = np.random.default_rng(5)
word = "sequences"
word_inputs = np.eye(26)[[ord(letter) - ord("a") for letter in word]][None]
word_states = rnn_forward(
    word_inputs,
    np.zeros((1, 8)),
    picture_rng.normal(size=(26, 8)),
    0.5 * picture_rng.normal(size=(8, 8)),
    np.zeros(8),
)
plots.show(plots.plot_unrolled(word_states[0], inputs=list(word), title="Eight units read a word"))

# %% [markdown]
# The letter e comes up three times, and every time the state behind it is another one, because it depends on what came
# before. That is the memory. But for how long does it last? Commit to an answer.

# %%
# %%explore
predict(
    "fade",
    "In a network like this one, W_h makes every state about 0.9 times as long, step by step. An input is changed by a "
    "little. How much of the change is left in the state 100 steps later?",
    ["about a half", "about a hundredth", "less than a ten thousandth"],
)

# %% [markdown]
# ### Exercise 3 · The way back through a step
#
# To teach the network we need gradients. Begin with a single step. With $z = x W_x + h_{t-1} W_h + b$ and
# $h_t = \tanh z$, it is a dense layer with two inputs and a bend, and you know the way back from Lesson 02:
#
# - the bend: the slope of the tanh is $1 - \tanh^2 z$. The forward step has computed $\tanh z$ already, it is $h_t$;
# - the products: gradient times the other factor, transposed;
# - the biases were added to every row, so their gradient is summed over the rows.
#
# As always, $dh$ means the gradient of the loss along $h$, in the shape of $h$.
#
# Worked numbers: $dh_t = (1, 2)$, $x = (2)$, $h_{t-1} = (3, -1)$, $h_t = (0.5, 0)$,
# $W_x = \begin{pmatrix} 1 & -1 \end{pmatrix}$, $W_h = \begin{pmatrix} 0 & 2 \\ 1 & 0 \end{pmatrix}$. (The numbers are
# chosen to be short: this $h_t$ belongs to other biases.) Then
#
# $$dz = (0.75, 2), \quad dx = (-1.25), \quad dh_{t-1} = (4, 0.75), \quad
# dW_x = \begin{pmatrix} 1.5 & 4 \end{pmatrix}, \quad
# dW_h = \begin{pmatrix} 2.25 & 6 \\ -0.75 & -2 \end{pmatrix}, \quad db = (0.75, 2).$$
#
# **Write** `rnn_step_backward(dh, x, h_prev, h, Wx, Wh)`. It returns `(dx, dh_prev, dWx, dWh, db)`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# First find $dz$, the gradient before the bend. All five results come from it, each in one product or sum. $W_h$ is
# square, so its transpose fits as well as itself: check with the worked numbers which of them is right.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# $$dz = dh_t \odot (1 - h_t^2), \quad dx = dz \, W_x^T, \quad dh_{t-1} = dz \, W_h^T, \quad dW_x = x^T dz, \quad
# dW_h = h_{t-1}^T dz, \quad db = \sum_n dz_n,$$
#
# where $\odot$ multiplies element by element, and $n$ runs over the rows.
#
# </details>


# %%
def rnn_step_backward(dh, x, h_prev, h, Wx, Wh):
    """Carry a gradient backward through one step of a recurrent network.

    Args:
        dh: gradient of the loss along the states after the step, shape (B, H). B may be 0, C and H are at least 1. All
            arrays hold floats or whole numbers, tiny and huge ones, too.
        x: inputs of the step, shape (B, C).
        h_prev: states before the step, shape (B, H).
        h: states after the step, shape (B, H), from -1 to 1 as rnn_step_forward returns them.
        Wx: weights of the inputs, shape (C, H).
        Wh: weights of the states, shape (H, H).

    Returns:
        (dx, dh_prev, dWx, dWh, db): gradients of the loss along x, h_prev, Wx, Wh and b, five new arrays of floats in
        the shapes of these.

    Reference: Goodfellow et al. 2016, eq. 10.20 to 10.28.
    """
    ### BEGIN SOLUTION
    dz = dh * (1 - h**2)
    return dz @ Wx.T, dz @ Wh.T, x.T @ dz, h_prev.T @ dz, dz.sum(axis=0)
    ### END SOLUTION


# %%
check("rnn_step_backward")

# %% [markdown]
# ### Exercise 4 · The way back through time
#
# Look at the picture of the unrolled network once more, and follow the arrows backward. A state $h_t$ is used in *two*
# places: by the loss, if the loss looks at step $t$, and by step $t + 1$. A number that is used twice gets two shares,
# and they are added up:
#
# $$dh_t = \underbrace{dH_t}_{\text{from the loss, directly}} + \underbrace{dh_t^{\text{later}}}_{\text{what step }
# t + 1 \text{ hands back}}$$
#
# So begin at the last step, where nothing comes from later, and go backward. Each step gets its $dh_t$, and hands
# $dh_{t-1}$ back to the step before it. The last one that is handed back, by step 0, is the gradient of $h_0$.
#
# The weights are shared by all steps. Each step has a share of $dW_x$, $dW_h$ and $db$, and these are added up as well.
#
# This is **backpropagation through time**. It is nothing but backpropagation, in a network that is as deep as the
# sequence is long.
#
# **Write** `rnn_backward(dH, X, h0, H, Wx, Wh)`. `dH`, shape $(B, T, H)$, holds what the loss says directly of every
# state, and `H` what `rnn_forward` returned. It returns `(dX, dh0, dWx, dWh, db)`, in the shapes of $X$, $h_0$, $W_x$,
# $W_h$ and $b$. With $T = 0$, all but `dX` are zero, and `dX` is empty.
#
# Useful: `reversed(range(T))` counts down.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Four things are carried through the loop: the gradient that was handed back, and three sums. What is the state
# *before* step $t$? It is `H[:, t - 1]`, but not for $t = 0$.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# Let $r$ be what was handed back, at first zeros of the shape of $h_0$. For $t = T - 1, \dots, 0$: run
# `rnn_step_backward` with $dh = dH_t + r$, the inputs $x_t$, and the states before and after step $t$. Its $dx$ is
# $dX_t$, its $dh_{t-1}$ is the new $r$, and its $dW_x, dW_h, db$ are added to the sums. At the end, $dh_0 = r$.
#
# </details>


# %%
def rnn_backward(dH, X, h0, H, Wx, Wh):
    """Carry gradients backward through time.

    Args:
        dH: gradient of the loss along the states, by the direct way alone, shape (B, T, H). B and T may be 0.
        X: inputs, shape (B, T, C); floats or whole numbers.
        h0: states before the first step, shape (B, H); floats or whole numbers.
        H: states after every step, what rnn_forward returned, shape (B, T, H).
        Wx: weights of the inputs, shape (C, H).
        Wh: weights of the states, shape (H, H).

    Returns:
        (dX, dh0, dWx, dWh, db): gradients of the loss along X, h0, Wx, Wh and b, five new arrays of floats in the
        shapes of these.

    Reference: Werbos 1990; Goodfellow et al. 2016, eq. 10.20 to 10.28.
    """
    ### BEGIN SOLUTION
    dX, dh = np.zeros(X.shape), np.zeros(h0.shape)
    dWx, dWh, db = np.zeros(Wx.shape), np.zeros(Wh.shape), np.zeros(len(Wh))
    for t in reversed(range(X.shape[1])):
        h_prev = H[:, t - 1] if t > 0 else h0
        dX[:, t], dh, dWx_t, dWh_t, db_t = rnn_step_backward(dH[:, t] + dh, X[:, t], h_prev, H[:, t], Wx, Wh)
        dWx += dWx_t
        dWh += dWh_t
        db += db_t
    return dX, dh, dWx, dWh, db
    ### END SOLUTION


# %%
check("rnn_backward")

# %% [markdown]
# The test that every gradient must pass: central differences, with random upstream gradients $R$. The loss is
# $\sum R \odot H$ over all states, so that $dH = R$. Expect errors below $10^{-8}$ for all five.

# %%
# %%explore rnn_forward, rnn_backward
test_rng = np.random.default_rng(1)
test_args = {
    "X": test_rng.normal(size=(3, 5, 2)),
    "h0": test_rng.normal(size=(3, 4)),
    "Wx": test_rng.normal(size=(2, 4)),
    "Wh": test_rng.normal(size=(4, 4)) / 2,
    "b": test_rng.normal(size=4),
}
test_R, test_H = test_rng.normal(size=(3, 5, 4)), rnn_forward(**test_args)
test_grads = rnn_backward(test_R, test_args["X"], test_args["h0"], test_H, test_args["Wx"], test_args["Wh"])
for name, grad in zip(test_args, test_grads, strict=True):
    numeric = numerical_gradient(
        lambda v, name=name: np.sum(test_R * rnn_forward(**(test_args | {name: v}))), test_args[name]
    )
    print(f"{name:<2}: gradient error {gradient_error(grad, numeric):.0e}")

# %% [markdown]
# ### Exercise 5 · Bug hunt
#
# A colleague wrote the way back in another style. The loop only collects $dz$ of every step, in an array `dZ` of shape
# $(B, T, H)$. After it, one large product for each array of weights does what your loop did in $T$ small ones.
# Libraries do it like that, because one large product is faster. `np.tensordot(X, dZ, axes=([0, 1], [0, 1]))` is the
# sum $\sum_{b,t} X_{btc} \, dZ_{bth}$, of shape $(C, H)$: the first two axes of both are summed away.
#
# No line raises an error, and all shapes are right. But there are **two bugs** in it, and in both, two things of the
# same shape are mixed up.
#
# **How to hunt.** The table below the check compares all five gradients with those of your `rnn_backward`, for one step
# and for three. Which gradients are wrong with one step already, and which only with three? With one step, nothing has
# been handed back yet.
#
# **Fix** `rnn_backward_broken(dH, X, h0, H, Wx, Wh)`. It returns the same five gradients as `rnn_backward`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The first bug spoils $dW_h$ with a single step already. What was $W_h$ multiplied by in step 0? The second one spoils
# everything that is handed back. Compare that line with the formula of Exercise 3.
#
# </details>
#
# <details><summary>Hint 2: the rule</summary>
#
# $dW_h = \sum_t h_{t-1}^T dz_t$ needs the states *before* each step: $h_0$, then all of $H$ but the last. And what is
# handed back is $dz_t \, W_h^T$.
#
# </details>


# %%
def rnn_backward_broken(dH, X, h0, H, Wx, Wh):
    """Do what rnn_backward does with a single product for each array of weights, once its two bugs are fixed.

    Args:
        dH: gradient of the loss along the states, by the direct way alone, shape (B, T, H). B and T may be 0.
        X: inputs, shape (B, T, C); floats or whole numbers.
        h0: states before the first step, shape (B, H); floats or whole numbers.
        H: states after every step, what rnn_forward returned, shape (B, T, H).
        Wx: weights of the inputs, shape (C, H).
        Wh: weights of the states, shape (H, H).

    Returns:
        (dX, dh0, dWx, dWh, db), as rnn_backward does.
    """
    ### BUG HUNT: rnn_backward_broken__as_given
    ### BEGIN SOLUTION
    dZ, dh = np.zeros(H.shape), np.zeros(h0.shape)
    for t in reversed(range(H.shape[1])):
        dZ[:, t] = (dH[:, t] + dh) * (1 - H[:, t] ** 2)
        dh = dZ[:, t] @ Wh.T
    before = np.concatenate([h0[:, None], H], axis=1)[:, :-1]
    dWx = np.tensordot(X, dZ, axes=([0, 1], [0, 1]))  # summed over sequences and steps
    dWh = np.tensordot(before, dZ, axes=([0, 1], [0, 1]))
    return dZ @ Wx.T, dh, dWx, dWh, dZ.sum(axis=(0, 1))
    ### END SOLUTION


# %%
check("rnn_backward_broken")

# %%
# %%explore rnn_forward, rnn_backward, rnn_backward_broken
hunt_rng = np.random.default_rng(2)
for steps in (1, 3):
    hunt = {"X": hunt_rng.normal(size=(2, steps, 3)), "h0": hunt_rng.normal(size=(2, 4))}
    hunt_w = {"Wx": hunt_rng.normal(size=(3, 4)), "Wh": hunt_rng.normal(size=(4, 4))}
    hunt |= {"H": rnn_forward(hunt["X"], hunt["h0"], **hunt_w, b=np.zeros(4))} | hunt_w
    hunt_dH = hunt_rng.normal(size=(2, steps, 4))
    mine, theirs = rnn_backward(hunt_dH, **hunt), rnn_backward_broken(hunt_dH, **hunt)
    errors = [gradient_error(a, b) for a, b in zip(theirs, mine, strict=True)]
    verdicts = "  ".join(f"{n} {e:.0e}" for n, e in zip(("dX", "dh0", "dWx", "dWh", "db"), errors, strict=True))
    print(f"{steps} step{'s' if steps > 1 else ' '}: errors  {verdicts}")

# %% [markdown]
# ### Experiment · How memory fades
#
# Back to the question of how long a memory lasts. The gradient answers it: $\partial h_T / \partial h_{T-k}$ says how
# much a state depends on the one $k$ steps earlier. This $k$ is called the **lag**. In each step back, the gradient is
# multiplied by the slope of the tanh, at most 1, and by $W_h^T$.
#
# How much does a matrix stretch what it is multiplied by, again and again? In the long run, by its **spectral radius**
# $\rho$ in every step: the largest absolute value of its eigenvalues. So we make random $W_h$ with a chosen radius and
# walk back with your `rnn_step_backward`. First the picture, with radius 0.9: a gradient of length 1 starts at step 90
# and goes back along the orange arrows. The numbers are its length when it arrives, and the arrows grow thin with it.


# %%
# %%explore rnn_step_forward, rnn_step_backward
def with_radius(radius, rng, num_units=32):
    """Draw state weights whose largest eigenvalue has this absolute value."""
    W = rng.normal(size=(num_units, num_units))
    return W * radius / np.abs(np.linalg.eigvals(W)).max()


def walk_back(Wh, noise, lag, rng):
    """Run a network for lag steps, then carry a gradient of length 1 back: the states, and its lengths by lag."""
    num_units = len(Wh)
    Wx, b = np.eye(num_units), np.zeros(num_units)
    states = [np.zeros((1, num_units))]
    xs = noise * rng.normal(size=(lag, 1, num_units))
    for x in xs:
        states.append(rnn_step_forward(x, states[-1], Wx, Wh, b))
    dh = rng.normal(size=(1, num_units))
    dh, lengths = dh / np.linalg.norm(dh), [1.0]
    for t in reversed(range(lag)):
        _, dh, *_ = rnn_step_backward(dh, xs[t], states[t], states[t + 1], Wx, Wh)
        lengths.append(np.linalg.norm(dh))
    return np.array(states)[:, 0], np.array(lengths)


fading_rng = np.random.default_rng(4)
fading_states, fading_lengths = walk_back(with_radius(0.9, fading_rng, 12), 0.5, 90, fading_rng)
plots.show(
    plots.plot_unrolled(
        fading_states[10::10],
        steps=range(10, 91, 10),
        gradients=fading_lengths[80::-10],
        title="Every tenth step of ninety: what the end knows of the beginning",
    )
)

# %% [markdown]
# Now the curves, each the geometric mean of 10 networks of 32 units. On the left in *silence*: no inputs, all
# states zero. On the right, small random inputs keep the network busy. The axis is logarithmic, so a straight line
# means the same factor in every step. Expect about $0.8^{100} \approx 10^{-10}$ for the lowest curve on the left.

# %%
# %%explore rnn_step_forward, rnn_step_backward
lags = np.arange(0, 101, 2)
panels_of_lags = plots.panels(2, width=13, height=3.6)
for ax, (title, noise) in zip(panels_of_lags, {"in silence": 0.0, "with small inputs": 0.1}.items(), strict=True):
    curves = {}
    for radius in (1.2, 1.0, 0.9, 0.8):
        logs = [
            np.log(
                walk_back(with_radius(radius, np.random.default_rng(seed)), noise, 100, np.random.default_rng(seed))[1]
            )
            for seed in range(10)
        ]
        curves[f"radius {radius:g}"] = np.exp(np.mean(logs, axis=0))[lags]
        print(
            f"{title:<17} radius {radius:g}: length of the gradient at lag 100: {curves[f'radius {radius:g}'][-1]:.0e}"
        )
    plots.plot_curves(
        lags, curves, xlabel="lag in steps", ylabel="length of the gradient", ax=ax, log=True, title=title
    )
plots.show(panels_of_lags)
reveal(
    "fade",
    "less than a ten thousandth",
    "0.9 to the power 100 is 0.00003. What is multiplied by the same number in every step vanishes, or explodes.",
)

# %% [markdown]
# With radius 0.9, a few millionths are left after 100 steps. The gradient has **vanished**: whatever the
# network should have remembered from back then, learning cannot find out. With radius 1.2 in silence, the gradient
# **explodes** instead, to more than a million. But as soon as there are inputs, the states leave the straight middle
# of the tanh, its slopes fall below 1, and even with radius 1.2 the gradient fades.
#
# What helps? Against explosions, **clipping**: a gradient that is too long is shortened, and keeps its direction
# (Exercise 11 of Lesson 03). Against vanishing, clipping does nothing. See both:

# %%
# %%explore rnn_step_forward, rnn_step_backward
for radius in (1.2, 0.8):
    clip_rng = np.random.default_rng(6)
    length = walk_back(with_radius(radius, clip_rng), 0.0, 100, clip_rng)[1][-1]
    print(f"radius {radius}: the gradient has length {length:.0e}, and clipped to 1 at most {min(length, 1.0):.0e}")

# %% [markdown]
# Nor could you simply multiply a vanished gradient by $10^{10}$. It is a *sum* over all lags, and the recent ones,
# which do not vanish, drown what is left of the old ones. The cure must change the network.
#
# ## Part 3 · Gates
#
# The trouble is that everything goes through the same matrix and the same squash in every step. So give the network a
# second state that does not: the **cell** $c$. In each step it is only multiplied by a number $f$ between 0 and 1, for
# each unit its own, and something is added:
#
# $$c_t = f \odot c_{t-1} + \text{something new}.$$
#
# The picture shows what is left of a number in a cell after $t$ steps, if $f$ is the same in all steps: $f^t$.

# %%
# %%explore
ax = plots.plot_curves(
    np.arange(0, 101),
    {f"f = {share:.3f}": share ** np.arange(0, 101) for share in (0.993, 0.953, 0.731, 0.5)},
    xlabel="steps t",
    ylabel="what is left of a number in the cell",
    title="How long a cell remembers",
)
plots.show(ax)

# %% [markdown]
# The lowest curve, $f = 0.5$, is at a thousandth after ten steps. With $f = 0.993$, a half of the number is still there
# after 100. But a cell that keeps everything is of little use either: sooner or later something new must replace the
# old. So the network decides, in every step and for every unit, by **gates**: neurons with a sigmoid, whose value
# between 0 and 1 says which share passes.
#
# ### Exercise 6 · Long short-term memory
#
# The network that does this is the **LSTM**, long short-term memory. Here is one step of it. The thick line is the
# cell: it goes straight through, from the step before to the next one. Blue boxes are gates. A circle multiplies or
# adds, element by element.

# %%
# %%explore
plots.show(plots.plot_gates("lstm"))

# %% [markdown]
# An LSTM has three gates and a candidate. All four see the inputs and the old states, each with weights of its own:
#
# | | | formula | what it decides |
# | --- | --- | --- | --- |
# | $i$ | input gate | $\sigma(z_i)$ | which share of the candidate goes into the cell |
# | $f$ | forget gate | $\sigma(z_f)$ | which share of the old cell stays (1 keeps all, 0 forgets all) |
# | $g$ | candidate | $\tanh(z_g)$ | what could go into the cell, from $-1$ to $1$ |
# | $o$ | output gate | $\sigma(z_o)$ | which share of the cell is shown |
#
# $$c_t = f \odot c_{t-1} + i \odot g, \qquad h_t = o \odot \tanh(c_t).$$
#
# The four sums come from one product, so that the weights have four blocks of columns:
#
# $$z = x_t W_x + h_{t-1} W_h + b = \big( z_i, z_f, z_g, z_o \big), \quad
# \text{shape } (B, 4 H), \text{ each block } (B, H).$$
#
# $W_x$ has the shape $(C, 4H)$, $W_h$ $(H, 4H)$ and $b$ $(4H,)$. **The order is input, forget, candidate, output**, as
# in Keras. (Other libraries order them differently. That is a common reason why copied weights do not work.)
#
# **Peepholes.** In one variant, the gates also look at the cells. The input and the forget gate see the old cell. The
# output gate is computed last, and sees the *new* one:
#
# $$i = \sigma(z_i + p_i \odot c_{t-1}), \qquad f = \sigma(z_f + p_f \odot c_{t-1}), \qquad
# o = \sigma(z_o + p_o \odot c_t).$$
#
# The weights $p_i, p_f, p_o$ have the shape $(H,)$: each unit sees its own cell only.
#
# **Write** `lstm_step(x, h_prev, c_prev, weights, peephole=False)`. The dict `weights` holds the arrays `"Wx"`, `"Wh"`
# and `"b"`, and for peepholes `"p_input"`, `"p_forget"` and `"p_output"`. It returns three things: the states $h_t$,
# the cells $c_t$, and a dict with the arrays `"input"`, `"forget"`, `"candidate"` and `"output"`, shape $(B, H)$ each.
# The way back needs them, and we will look into them.
#
# Worked numbers, one sequence and one unit: $c_{t-1} = 2$ and sums $z = (0, 0, 0, 0)$. All gates are $0.5$, the
# candidate is 0. So $c_t = 0.5 \cdot 2 + 0.5 \cdot 0 = 1$ and $h_t = 0.5 \tanh 1 = 0.3808$. With peepholes and
# $p_o = 1$ (the others 0), $o = \sigma(1) = 0.7311$ and $h_t = 0.5568$.
#
# Useful: `np.split(z, 4, axis=1)` cuts an array into four blocks of columns.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Compute $z$ once, and cut it into four. Then go down the table, line by line. With peepholes, the output gate needs
# $c_t$, so it comes after the cell. An array that came out of `np.split` is a view: `+=` on it would change $z$.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# $i = \sigma(z_i + p_i c_{t-1})$, $f = \sigma(z_f + p_f c_{t-1})$, $g = \tanh z_g$, $c_t = f c_{t-1} + i g$,
# $o = \sigma(z_o + p_o c_t)$, $h_t = o \tanh c_t$, all element by element. Without peepholes, every $p$ is 0.
#
# </details>


# %%
def lstm_step(x, h_prev, c_prev, weights, peephole=False):
    """Take one step of a long short-term memory.

    Args:
        x: inputs of this step, shape (B, C); floats or whole numbers. B may be 0.
        h_prev: states before the step, shape (B, H); floats or whole numbers.
        c_prev: cells before the step, shape (B, H); floats or whole numbers.
        weights: dict of arrays: Wx (C, 4 H), Wh (H, 4 H) and b (4 H,), each with the columns of the input gate first,
            then those of the forget gate, the candidate and the output gate. With peepholes also p_input, p_forget
            and p_output, shape (H,); they may be there without peepholes, too, and then do not count.
        peephole: whether the gates see the cells, a bool.

    Returns:
        (h, c, gates): states and cells after the step, new arrays of shape (B, H); and a dict of the four arrays
        input, forget, candidate and output, shape (B, H), as they were used.

    Reference: Hochreiter and Schmidhuber 1997; Gers et al. 2000 (forget gate); Graves 2013, eq. 7 to 11 (with
    peepholes; his W_ci is a diagonal matrix, our p_input).
    """
    ### BEGIN SOLUTION
    z = x @ weights["Wx"] + h_prev @ weights["Wh"] + weights["b"]
    z_input, z_forget, z_candidate, z_output = np.split(z, 4, axis=1)
    if peephole:
        z_input = z_input + weights["p_input"] * c_prev
        z_forget = z_forget + weights["p_forget"] * c_prev
    gates = {"input": sigmoid(z_input), "forget": sigmoid(z_forget), "candidate": np.tanh(z_candidate)}
    c = gates["forget"] * c_prev + gates["input"] * gates["candidate"]
    if peephole:
        z_output = z_output + weights["p_output"] * c
    gates["output"] = sigmoid(z_output)
    return gates["output"] * np.tanh(c), c, gates
    ### END SOLUTION


# %%
check("lstm_step")

# %% [markdown]
# ### Exercise 7 · Gated recurrent unit
#
# The LSTM is from 1997. A simpler network, the **GRU** or gated recurrent unit, followed in 2014. It has no cell: its
# state is the memory, the thick line in the picture. One gate does the work of two: what it keeps of the old state, it
# takes away from the new.

# %%
# %%explore
plots.show(plots.plot_gates("gru"))

# %% [markdown]
# | | | formula | what it decides |
# | --- | --- | --- | --- |
# | $f$ | forget gate | $\sigma(x_t W_x^f + h_{t-1} W_h^f + b^f)$ | which share of the old state stays |
# | $r$ | reset gate | $\sigma(x_t W_x^r + h_{t-1} W_h^r + b^r)$ | how much of the old state the candidate sees |
# | $g$ | candidate | $\tanh(x_t W_x^g + (r \odot h_{t-1}) W_h^g + b^g)$ | what could replace it |
#
# $$h_t = f \odot h_{t-1} + (1 - f) \odot g.$$
#
# Again the blocks stand side by side: $W_x$ has the shape $(C, 3H)$, $W_h$ $(H, 3H)$, $b$ $(3H,)$, in the order
# **forget, reset, candidate**. Note the candidate: the reset gate is applied to $h_{t-1}$ *before* the product with
# $W_h^g$. (In papers the forget gate is called update gate $z$. Some write $1 - z$ where others write $z$; ours keeps
# where it is 1, as in Keras.)
#
# Worked numbers, one sequence and one unit: $h_{t-1} = 0.8$, all sums zero but $W_h^g = 1$. Then $f = r = 0.5$,
# $g = \tanh(0.5 \cdot 0.8) = 0.3799$, and $h_t = 0.4 + 0.5 \cdot 0.3799 = 0.59$.
#
# **Write** `gru_step(x, h_prev, weights)`. It returns the states $h_t$, and a dict with the arrays `"forget"`,
# `"reset"` and `"candidate"`, shape $(B, H)$ each.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The inputs' part $x_t W_x + b$ can be computed for all three blocks at once. The states' part cannot: two blocks are
# multiplied by $h_{t-1}$, the third by $r \odot h_{t-1}$, and for that $r$ must be there first.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# The first block of columns is `[:, :H]`, the second `[:, H : 2 * H]`, the third `[:, 2 * H :]`. Then the three lines
# of the table, and $h_t = f h_{t-1} + (1 - f) g$.
#
# </details>


# %%
def gru_step(x, h_prev, weights):
    """Take one step of a gated recurrent unit.

    Args:
        x: inputs of this step, shape (B, C). B may be 0, C and H are at least 1. All arrays hold floats or whole
            numbers, tiny and huge ones, too.
        h_prev: states before the step, shape (B, H).
        weights: dict of arrays: Wx (C, 3 H), Wh (H, 3 H) and b (3 H,), each with the columns of the forget gate first,
            then those of the reset gate and the candidate. Other names in it do not count.

    Returns:
        (h, gates): states after the step, a new array of shape (B, H); and a dict of the three arrays forget, reset
        and candidate, shape (B, H), as they were used.

    Reference: Cho et al. 2014, eq. 5 to 8 (their update gate z is our forget gate).
    """
    ### BEGIN SOLUTION
    H, Wh = h_prev.shape[1], weights["Wh"]
    z = x @ weights["Wx"] + weights["b"]
    forget = sigmoid(z[:, :H] + h_prev @ Wh[:, :H])
    reset = sigmoid(z[:, H : 2 * H] + h_prev @ Wh[:, H : 2 * H])
    candidate = np.tanh(z[:, 2 * H :] + (reset * h_prev) @ Wh[:, 2 * H :])
    h = forget * h_prev + (1 - forget) * candidate
    return h, {"forget": forget, "reset": reset, "candidate": candidate}
    ### END SOLUTION


# %%
check("gru_step")

# %% [markdown]
# ### Given · The way back through gates
#
# You have written the way back through a recurrent network yourself. For gates it is the same work with more lines:
# each gate is a small dense layer with a sigmoid. These functions do it, and everything in them is made of rules that
# you know. `lstm_forward` and `gru_forward` run *your* steps from a state of zeros and keep what happened.
# `lstm_backward` and `gru_backward` read it from the end. Beside the gradients of inputs and weights they return those
# of the states in every step, which we will look at.
#
# `make_weights` draws weights to start with, and `Adam` is that of Lesson 03, with clipping inside. All of it works in
# `float32`, which is twice as fast or more.


# %%
def make_weights(num_inputs, num_units, num_blocks, rng):
    """Draw weights to start with: Wx of variance 1/C, Wh with orthonormal rows (as Keras does), b zero."""
    columns = num_blocks * num_units
    weights = {
        "Wx": rng.normal(size=(num_inputs, columns)) / np.sqrt(num_inputs),
        "Wh": np.linalg.qr(rng.normal(size=(columns, num_units)))[0].T,
        "b": np.zeros(columns),
    }
    return {name: array.astype(np.float32) for name, array in weights.items()}


def lstm_forward(X, weights):
    """Run your LSTM from zero along X (B, T, C): states (B, T, H), and what happened in every step."""
    h = c = np.zeros((len(X), len(weights["Wh"])), X.dtype)
    steps = []
    for t in range(X.shape[1]):
        h_prev, c_prev = h, c
        h, c, gates = lstm_step(X[:, t], h, c, weights)
        steps.append((h_prev, c_prev, c, gates, h))
    return np.stack([step[-1] for step in steps], axis=1), steps


def lstm_backward(dH, X, steps, weights):
    """Carry gradients back through an LSTM: dX, a dict of dWx, dWh and db, and the gradients (dh, dc) of every step."""
    Wx, Wh = weights["Wx"], weights["Wh"]
    dZ, dh, dc, flow = np.zeros((*dH.shape[:2], Wx.shape[1]), dH.dtype), 0.0, 0.0, []
    for t in reversed(range(len(steps))):
        _, c_prev, c, gates, _ = steps[t]
        i, f, g, o = (gates[name] for name in ("input", "forget", "candidate", "output"))
        bent, dh = np.tanh(c), dh + dH[:, t]
        dc = dc + dh * o * (1 - bent**2)
        flow.append((dh, dc))
        parts = dc * g * i * (1 - i), dc * c_prev * f * (1 - f), dc * i * (1 - g**2), dh * bent * o * (1 - o)
        dZ[:, t] = np.concatenate(parts, axis=1)
        dh, dc = dZ[:, t] @ Wh.T, dc * f
    before = np.stack([step[0] for step in steps], axis=1)
    grads = {"Wx": np.tensordot(X, dZ, 2 * [[0, 1]]), "Wh": np.tensordot(before, dZ, 2 * [[0, 1]])}
    return dZ @ Wx.T, grads | {"b": dZ.sum(axis=(0, 1))}, flow[::-1]


def gru_forward(X, weights):
    """Run your GRU from zero along X (B, T, C): states (B, T, H), and what happened in every step."""
    h, steps = np.zeros((len(X), len(weights["Wh"])), X.dtype), []
    for t in range(X.shape[1]):
        h_prev = h
        h, gates = gru_step(X[:, t], h, weights)
        steps.append((h_prev, gates, h))
    return np.stack([step[-1] for step in steps], axis=1), steps


def gru_backward(dH, X, steps, weights):
    """Carry gradients back through a GRU: dX, a dict of dWx, dWh and db, and the gradients dh of every step."""
    Wx, Wh, H = weights["Wx"], weights["Wh"], dH.shape[2]
    dZ, dWh, dh, flow = np.zeros((*dH.shape[:2], 3 * H), dH.dtype), np.zeros_like(Wh), 0.0, []
    for t in reversed(range(len(steps))):
        h_prev, gates, _ = steps[t]
        f, r, g = (gates[name] for name in ("forget", "reset", "candidate"))
        dh = dh + dH[:, t]
        flow.append(dh)
        dg = dh * (1 - f) * (1 - g**2)
        behind = dg @ Wh[:, 2 * H :].T  # the gradient along r * h_prev
        gate_parts = np.concatenate([dh * (h_prev - g) * f * (1 - f), behind * h_prev * r * (1 - r)], axis=1)
        dWh[:, : 2 * H] += h_prev.T @ gate_parts
        dWh[:, 2 * H :] += (r * h_prev).T @ dg
        dZ[:, t] = np.concatenate([gate_parts, dg], axis=1)
        dh = dh * f + behind * r + gate_parts @ Wh[:, : 2 * H].T
    return dZ @ Wx.T, {"Wx": np.tensordot(X, dZ, 2 * [[0, 1]]), "Wh": dWh, "b": dZ.sum(axis=(0, 1))}, flow[::-1]


class Adam:
    """Adam as in Lesson 03, on gradients that are clipped to a norm of at most 1 all together."""

    def __init__(self, learning_rate):
        self.learning_rate, self.step, self.means, self.squares = learning_rate, 0, {}, {}

    def update(self, params, grads):
        """Return new params, each a step away from the old ones; grads has the same names."""
        norm = np.sqrt(sum(float(np.sum(np.square(grad))) for grad in grads.values()))
        self.step += 1
        stepped = {}
        for name, grad in grads.items():
            grad = grad / max(1.0, norm)
            self.means[name] = 0.9 * self.means.get(name, 0.0) + 0.1 * grad
            self.squares[name] = 0.999 * self.squares.get(name, 0.0) + 0.001 * grad**2
            mean, square = self.means[name] / (1 - 0.9**self.step), self.squares[name] / (1 - 0.999**self.step)
            change = self.learning_rate * mean / (np.sqrt(square) + 1e-8)
            stepped[name] = (params[name] - change).astype(params[name].dtype)
        return stepped


# %% [markdown]
# Are they right, with your steps inside? Central differences say so. Expect errors below $10^{-7}$.

# %%
# %%explore lstm_step, gru_step
trust_rng = np.random.default_rng(3)
trust_X, trust_R = trust_rng.normal(size=(2, 4, 3)), trust_rng.normal(size=(2, 4, 5))
for name, blocks, run, back in (("LSTM", 4, lstm_forward, lstm_backward), ("GRU", 3, gru_forward, gru_backward)):
    trust_w = {key: array.astype(np.float64) for key, array in make_weights(3, 5, blocks, trust_rng).items()}
    _, trust_grads, _ = back(trust_R, trust_X, run(trust_X, trust_w)[1], trust_w)
    for key in trust_w:
        numeric = numerical_gradient(
            lambda v, key=key, w=trust_w, run=run: np.sum(trust_R * run(trust_X, w | {key: v})[0]), trust_w[key]
        )
        print(f"{name:<4} d{key:<2}: gradient error {gradient_error(trust_grads[key], numeric):.0e}")

# %% [markdown]
# ### Experiment · What a gate buys
#
# The same measurement as before, now for LSTMs and GRUs that have learned nothing yet. What differs is the **bias of
# the forget gate** at the start. With bias 0 the gate stands near $\sigma(0) = 0.5$, with bias 1 near $0.73$, with 3
# near $0.95$, with 5 near $0.99$.
#
# What do you expect for an LSTM with bias 0, compared with the plain network of radius 0.8, of whose gradient about
# $10^{-11}$ was left after 100 steps?

# %%
# %%explore lstm_step, gru_step
gate_curves, gate_lags = {}, np.arange(0, 101, 2)
for name, blocks, bias in (
    ("LSTM, bias 5", 4, 5),
    ("LSTM, bias 3", 4, 3),
    ("LSTM, bias 1", 4, 1),
    ("LSTM, bias 0", 4, 0),
    ("GRU, bias 3", 3, 3),
    ("GRU, bias 1", 3, 1),
):
    logs = []
    for seed in range(6):
        gate_rng = np.random.default_rng(seed)
        gate_X = 0.1 * gate_rng.normal(size=(1, 101, 8))
        gate_w = {key: array.astype(np.float64) for key, array in make_weights(8, 32, blocks, gate_rng).items()}
        gate_w["b"][32 * (blocks - 3) : 32 * (blocks - 2)] = bias  # the forget gate is block 1 of 4, or block 0 of 3
        gate_H, gate_steps = (lstm_forward if blocks == 4 else gru_forward)(gate_X, gate_w)
        gate_dH = np.zeros_like(gate_H)
        gate_dH[:, -1] = gate_rng.normal(size=32) / np.sqrt(32)
        _, _, flow = (lstm_backward if blocks == 4 else gru_backward)(gate_dH, gate_X, gate_steps, gate_w)
        lengths = np.array([np.linalg.norm(np.hstack(grad)) for grad in flow[::-1]])
        logs.append(np.log(lengths / lengths[0]))
    gate_curves[name] = np.exp(np.mean(logs, axis=0))[gate_lags]
    print(f"{name}: length of the gradient at lag 100: {gate_curves[name][-1]:.0e}")
ax = plots.plot_curves(
    gate_lags,
    gate_curves,
    xlabel="lag in steps",
    ylabel="length of the gradient",
    title="Forget bias is memory",
    log=True,
)
plots.show(ax)

# %% [markdown]
# An LSTM with bias 0 forgets *faster* than the plain network of radius 0.8: it throws away half of its cell in every
# step. The name of the cell alone buys nothing. What the gate buys is a handle: one number decides how long the memory
# lasts, and learning can turn it, for each unit and in each step. With bias 3 or 5, a gradient from 100 steps ago
# arrives undiminished.

# %% [markdown]
# ### Exercise 8 · Teach a network to remember
#
# Now you train one. The task is the classic of this field, the **adding problem**. In every step the network reads two
# numbers: one from 0 to 1, and a mark. Two of the marks are 1, one in the first half and one in the second half; all
# others are 0. At the end it must say the sum of the two marked numbers.
#
# | step | 0 | 1 | 2 | 3 | 4 | 5 |
# | --- | --- | --- | --- | --- | --- | --- |
# | number | 0.3 | **0.9** | 0.5 | 0.1 | **0.6** | 0.8 |
# | mark | 0 | **1** | 0 | 0 | **1** | 0 |
#
# Here the answer is 1.5. Who always answers 1 has a mean squared error of $1/6 \approx 0.167$. To do better, the
# network must notice the marks, keep a number over dozens of steps, ignore all others, and add.
#
# **The recipe** is that of all trainings: weights to start with, then many steps, each on a fresh batch.
#
# 1. *Start:* `make_weights(2, H, 3, rng)` for a GRU, with 4 in place of 3 for an LSTM. Set the biases of the forget
#    gates to 1: the first $H$ of a GRU's, the second $H$ of an LSTM's. Add the answer layer: `"Wy"`, shape $(H, 1)$,
#    random with standard deviation $1 / \sqrt{H}$, and `"by"`, shape $(1,)$, zero.
# 2. *Forward:* `make_adding(batch_size, seq_len, rng)` gives $X$ and $y$. Run the network, and read the answer off its
#    last state: $a = h_{T-1} W_y + b_y$, shape $(B, 1)$.
# 3. *Backward:* the loss is the mean of $(a - y)^2$ over the batch. Carry its gradient through the answer layer, and
#    put what arrives at the last state into an array `dH` that is zero in all other steps. The rest is
#    given: `gru_forward` returns `H, steps`, and `gru_backward(dH, X, steps, weights)` returns `dX, grads, flow`.
# 4. *Step:* `adam = Adam(0.01)` once before the loop, then `weights = adam.update(weights, grads)`, where `grads` has
#    the same five names as `weights`.
#
# A setting that works: $H = 32$, batches of 64, 400 steps for a GRU (an LSTM needs about 700). The error stays near
# 0.16 for a hundred steps or more, and then drops all at once. Do not give up on the plateau. On one core, 400 steps
# with sequences of 50 take from 3 to 10 seconds.
#
# **Write** `train_adding(seq_len, rng)`. It returns the trained weights, a dict of `"Wx"`, `"Wh"`, `"b"`, `"Wy"` and
# `"by"`. How many blocks of columns $W_h$ has says which network they belong to: 1, 3 or 4. $H$ is of your choice, at
# most 256. All randomness comes from `rng`.
#
# You are judged by what your network achieves: with `seq_len` 50, a mean squared error below 0.01 on sequences that
# nobody has seen; with short ones of 5 to 7 steps, below 0.02. A call must take less than 90 seconds.
#
# <details><summary>Hint 1: a nudge</summary>
#
# $y$ has the shape $(B,)$ and $a$ has $(B, 1)$. Their difference would broadcast to $(B, B)$, without a word. Make $y$
# a column first: `y[:, None]`. In `grads` are the gradients of three arrays. Where do the other two come from?
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# $da = 2 (a - y) / B$, shape $(B, 1)$. Then $dW_y = h_{T-1}^T da$, $db_y = \sum_n da_n$, and $dH_{T-1} = da \, W_y^T$,
# zero for all other steps.
#
# </details>


# %%
def train_adding(seq_len, rng):
    """Train a recurrent network on the adding problem.

    Args:
        seq_len: steps of each sequence, an int, at least 2.
        rng: np.random.Generator for the weights at the start and for the sequences.

    Returns:
        The trained weights: dict of arrays Wx (2, K H), Wh (H, K H), b (K H,), Wy (H, 1) and by (1,), with H of your
        choice, at most 256. K says which network it is: 1 a tanh network as in rnn_forward, 3 a GRU as in gru_step, 4
        an LSTM as in lstm_step without peepholes. It starts at zero, and its answer is h Wy + by, for the state h after
        the last step.

    Reference: Hochreiter and Schmidhuber 1997, section 5.4.
    """
    ### BEGIN SOLUTION
    num_units, batch_size, num_steps = 32, 64, 400
    weights = make_weights(2, num_units, 3, rng)
    weights["b"][:num_units] = 1.0
    weights["Wy"] = (rng.normal(size=(num_units, 1)) / np.sqrt(num_units)).astype(np.float32)
    weights["by"] = np.zeros(1, dtype=np.float32)
    adam = Adam(0.01)
    for _ in range(num_steps):
        X, y = make_adding(batch_size, seq_len, rng)
        H, steps = gru_forward(X, weights)
        answers = H[:, -1] @ weights["Wy"] + weights["by"]
        danswers = 2 * (answers - y[:, None]) / batch_size
        dH = np.zeros_like(H)
        dH[:, -1] = danswers @ weights["Wy"].T
        _, grads, _ = gru_backward(dH, X, steps, weights)
        grads |= {"Wy": H[:, -1].T @ danswers, "by": danswers.sum(axis=0)}
        weights = adam.update(weights, grads)
    return weights
    ### END SOLUTION


# %%
check("train_adding")

# %% [markdown]
# Four tools for the experiments that follow, the first two of them around your own functions. They need no answer.


# %%
# %%explore
symbols = np.eye(8, dtype=np.float32)  # one-hot rows for tasks with eight symbols


def run_cells(kind, X, params):
    """Run a network of this kind, "rnn", "lstm" or "gru", from zero: its states, and what its way back needs."""
    if kind != "rnn":
        return (lstm_forward if kind == "lstm" else gru_forward)(X, params)
    h0 = np.zeros((len(X), len(params["Wh"])), X.dtype)
    H = rnn_forward(X, h0, params["Wx"], params["Wh"], params["b"])
    return H, (h0, H)


def run_back(kind, dH, X, record, params):
    """Carry gradients back through such a network: dX, and a dict of dWx, dWh and db."""
    if kind != "rnn":
        return (lstm_backward if kind == "lstm" else gru_backward)(dH, X, record, params)[:2]
    dX, _, dWx, dWh, db = rnn_backward(dH, X, *record, params["Wx"], params["Wh"])
    return dX, {"Wx": dWx, "Wh": dWh, "b": db}


def add_readout(params, num_outputs, rng):
    """Add the weights Wy and by of a layer that reads scores or answers off the states."""
    num_units = len(params["Wh"])
    Wy = (rng.normal(size=(num_units, num_outputs)) / np.sqrt(num_units)).astype(np.float32)
    return params | {"Wy": Wy, "by": np.zeros(num_outputs, dtype=np.float32)}


def step_on_last_answer(kind, params, adam, X, slope):
    """Take one step of training, where slope(answers) is the gradient of the loss along the last answers."""
    H, record = run_cells(kind, X, params)
    danswers = slope(H[:, -1] @ params["Wy"] + params["by"]).astype(H.dtype)
    dH = np.zeros_like(H)
    dH[:, -1] = danswers @ params["Wy"].T
    _, grads = run_back(kind, dH, X, record, params)
    return adam.update(params, grads | {"Wy": H[:, -1].T @ danswers, "by": danswers.sum(axis=0)})


# %% [markdown]
# ### Experiment · The plateau and the drop
#
# Here are three networks on sequences of 30 steps: your GRU step, your LSTM step, and your plain step. Each has the
# learning rate that suits it, 0.01, 0.01 and 0.002. Every 20 steps they are tested on 300 new sequences. Expect a while
# near 0.167, then a drop, at different times.

# %%
# %%explore rnn_forward, rnn_backward, lstm_step, gru_step
adding_X, adding_y = make_adding(300, 30, np.random.default_rng(98))
adding_curves, adding_nets = {}, {}
for name, kind, blocks, rate in (("GRU", "gru", 3, 0.01), ("LSTM", "lstm", 4, 0.01), ("tanh", "rnn", 1, 0.002)):
    adding_rng, errors = np.random.default_rng(9), []
    params = add_readout(make_weights(2, 32, blocks, adding_rng), 1, adding_rng)
    params["b"][32 * max(blocks - 3, 0) : 32 * max(blocks - 2, 0)] = 1.0
    adam = Adam(rate)
    for step in range(261):
        if step % 20 == 0:
            H, _ = run_cells(kind, adding_X, params)
            errors.append(np.mean((H[:, -1] @ params["Wy"] + params["by"] - adding_y[:, None]) ** 2))
        X, y = make_adding(32, 30, adding_rng)
        params = step_on_last_answer(kind, params, adam, X, lambda a, y=y: 2 * (a - y[:, None]) / len(y))
    adding_curves[name] = errors
    adding_nets[name] = params
    first_below = next((f"after {20 * k} steps" for k, error in enumerate(errors) if error < 0.01), "later")
    print(f"{name:<4} error after 260 steps {errors[-1]:.4f}, first below 0.01 {first_below}")
ax = plots.plot_curves(
    20 * np.arange(14),
    adding_curves | {"always 1": np.full(14, 1 / 6)},
    xlabel="steps of training",
    ylabel="mean squared error",
    title="Thirty steps to remember",
    log=True,
)
plots.show(ax)

# %% [markdown]
# The plateau is the time in which the network only knows the mean. Then it finds out about the marks, and everything
# falls into place within a few dozen steps. The plain network gets there, too, but it needs some thousand steps.
#
# How does the trained GRU do it? Look into its gates while it reads one new sequence. The dashed line is the mark. The
# solid one is the share $1 - f$ of its state that one unit replaces: the unit that reacts to marks the most.

# %%
# %%explore rnn_forward, rnn_backward, lstm_step, gru_step
_, record = gru_forward(adding_X, adding_nets["GRU"])
replaced = 1 - np.stack([gates["forget"] for _, gates, _ in record], axis=1)  # sequences, steps, units
marks = adding_X[:, :, 1]
at_marks, elsewhere = replaced[marks == 1].mean(axis=0), replaced[marks == 0].mean(axis=0)
unit = np.argmax(at_marks - elsewhere)
print(f"unit {unit} replaces {at_marks[unit]:.0%} of its state at marks, {elsewhere[unit]:.0%} elsewhere")
ax = plots.plot_curves(
    np.arange(30),
    {"share that is replaced": replaced[0, :, unit], "mark": marks[0]},
    xlabel="step",
    ylabel="share",
    title="A gate that opens at marks",
)
plots.show(ax)

# %% [markdown]
# Nobody told the network what the marks are for. Training has found a gate that opens for what is new at marks, and
# keeps the state in all other steps.

# %% [markdown]
# ### Experiment · Who remembers?
#
# How much the start decides shows in a second task. The first symbol of a sequence is one of four. Then come 60 others
# that do not matter. At the end, the network is asked for the first. Guessing is right in 25 % of the cases. Four
# networks of 32 units try, each for 105 steps on fresh batches:
#
# - a plain tanh network whose $W_h$ has radius 0.5 at the start;
# - a plain tanh network whose $W_h$ is *orthogonal* at the start: it turns a state without making it shorter;
# - an LSTM whose forget gates begin with bias 1, as is usual (Keras does so, too);
# - an LSTM whose forget gates begin with bias 5.
#
# Both plain networks begin with small input weights, so that the 60 symbols disturb the state only a little.

# %%
# %%explore
predict(
    "recall",
    "Which of them will recall the first symbol after 60 others?",
    [
        "both LSTMs and no plain network",
        "the orthogonal one and the LSTM with bias 5",
        "the LSTM with bias 5 alone",
        "all",
    ],
)

# %%
# %%explore rnn_forward, rnn_backward, lstm_step, gru_step, rnn_step_forward, rnn_step_backward
new_tokens, new_first = data.make_recall(200, 60, np.random.default_rng(99))


def learn_to_recall(kind, params, learning_rate, rng, num_steps=105):
    """Train on fresh batches; the share of new sequences that are right, every 15 steps."""
    adam, shares = Adam(learning_rate), []
    for step in range(num_steps + 1):
        if step % 15 == 0:
            H, _ = run_cells(kind, symbols[new_tokens], params)
            shares.append(np.mean(np.argmax(H[:, -1] @ params["Wy"] + params["by"], axis=1) == new_first))
        adam.learning_rate = learning_rate * (1 - 0.9 * step / num_steps)
        tokens, first = data.make_recall(32, 60, rng)
        wanted = np.eye(4)[first]
        params = step_on_last_answer(
            kind,
            params,
            adam,
            symbols[tokens],
            lambda scores, wanted=wanted: (np.exp(log_softmax(scores, axis=1)) - wanted) / 32,
        )
    return np.array(shares)


recall = {}
for name, kind, start, scale in (
    ("LSTM, bias 5", "lstm", 5.0, 0.2),
    ("orthogonal", "rnn", None, 0.05),
    ("LSTM, bias 1", "lstm", 1.0, 0.2),
    ("radius 0.5", "rnn", 0.5, 0.05),
):
    recall_rng = np.random.default_rng(8)
    params = make_weights(8, 32, 4 if kind == "lstm" else 1, recall_rng)
    params["Wx"] *= np.float32(scale * np.sqrt(8))
    if kind == "lstm":
        params["b"][32:64] = start
    elif start:
        params["Wh"] = with_radius(start, recall_rng).astype(np.float32)
    params = add_readout(params, 4, recall_rng)
    recall[name] = learn_to_recall(kind, params, 0.01 if kind == "lstm" else 0.005, recall_rng)
    print(f"{name:<13} right after {15 * (len(recall[name]) - 1)} steps: {recall[name][-1]:.0%}")
ax = plots.plot_curves(
    15 * np.arange(8),
    recall,
    xlabel="steps of training",
    ylabel="share of new sequences that are right",
    title="The first symbol, after 60 others",
)
plots.show(ax)
reveal(
    "recall",
    "the orthogonal one and the LSTM with bias 5",
    "What counts is how the gradient fares at the start, not the name of the cell.",
)

# %% [markdown]
# So "plain networks forget, LSTMs remember" is too simple. An LSTM whose gates begin half open is as blind at first as
# a plain network that shrinks its state, and a plain network that begins orthogonal sees the first symbol from the
# beginning. What the gates give is that such a start is easy to make, and easy to keep while the network learns,
# because a gate can protect a cell from what comes in.
#
# ### Play · How far back a network sees
#
# The panel runs your steps. Above on the left, a pulse comes in and a network remembers it. On the right, a gradient
# starts at the end and goes back: what is dark has not got through. Below is its length, and what a step lets through.
# Move the pointer over the pictures, and drag the dashed line. Then choose the LSTM, and look for a forget bias with
# which a half of the gradient gets through 60 steps.

# %%
# %%explore rnn_step_forward, rnn_step_backward, lstm_step, gru_step
from dnnkit.demos import gradient_flow

gradient_flow(
    rnn_step_forward=rnn_step_forward, rnn_step_backward=rnn_step_backward, lstm_step=lstm_step, gru_step=gru_step
)

# %% [markdown]
# ## Part 4 · Letters
#
# Back to language. Keras has invented names with your step. Now you build all that is missing to train such a network
# yourself, and we give it something larger to read: the documentation of Python, 140,000 letters of it.
#
# A text is a sequence of **tokens**, here letters and marks, each with a number from 0 to $V - 1$. The order of these
# numbers means nothing: token 7 is no more than token 3. So a token cannot be fed in as a number. In Part 1 it became a
# one-hot row, and $x W_x$ with a one-hot $x$ picks a row of $W_x$. It is simpler to pick the row directly.
#
# ### Exercise 9 · A vector for every token
#
# An **embedding** is a table $E$ of shape $(V, D)$ with a row of $D$ numbers for each token. Looking up is all that
# happens. What the numbers are is learned.
#
# Worked numbers: with $E = \begin{pmatrix} 1 & 2 \\ 3 & 4 \\ 5 & 6 \end{pmatrix}$, the sequence $(2, 0, 2)$ becomes
# $\begin{pmatrix} 5 & 6 \\ 1 & 2 \\ 5 & 6 \end{pmatrix}$.
#
# **Write** `embedding_forward(tokens, E)`. `tokens` has the shape $(B, T)$, or any other, and the result has one more
# axis of length $D$ at the end: $(B, T, D)$.
#
# <details><summary>Hint: a nudge</summary>
#
# An array of whole numbers can be used as an index. Try what `np.array([10, 20, 30])[np.array([[2, 0]])]` gives.
#
# </details>


# %%
def embedding_forward(tokens, E):
    """Look up the vector of every token.

    Args:
        tokens: whole numbers from 0 to V - 1 of any integer type, shape (B, T) or any other with one axis or more; an
            axis may have length 0.
        E: vectors, one row for each token of the vocabulary, shape (V, D), V and D at least 1; floats, tiny and huge
            ones, too, or whole numbers.

    Returns:
        Vectors, the shape of tokens followed by D: a new array. Entry [b, t] is row tokens[b, t] of E.

    Reference: Bengio et al. 2003, section 2 (their C is E).
    """
    ### BEGIN SOLUTION
    return E[tokens]
    ### END SOLUTION


# %%
check("embedding_forward")

# %% [markdown]
# ### Exercise 10 · The way back to the table
#
# A row that was looked up several times was *used* several times. So it gets several shares, and they are added up. A
# row that was not looked up gets nothing: its gradient is zero.
#
# Worked numbers: tokens $(2, 0, 2)$, $V = 4$, $D = 2$, and upstream gradients $(1, 10)$, $(2, 20)$, $(3.5, 30)$. Then
# $dE$ has the rows $(2, 20)$, $(0, 0)$, $(4.5, 40)$, $(0, 0)$.
#
# **Write** `embedding_backward(dout, tokens, vocab_size)`. It returns $dE$, shape $(V, D)$.
#
# Useful: `np.add.at(A, index, values)` adds values to places of `A`, and if a place is named twice, it adds twice.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `dE[tokens] += dout` looks right. Try it on the worked numbers: what does row 2 get?
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# $dE_v = \sum_{b,t: \ \text{token}_{bt} = v} dY_{bt}$, where $dY_{bt}$ is a row of `dout`.
#
# </details>


# %%
def embedding_backward(dout, tokens, vocab_size):
    """Carry gradients back to the vectors of the tokens.

    Args:
        dout: gradient of the loss along what embedding_forward returned, the shape of tokens followed by D; floats,
            tiny and huge ones, too, or whole numbers.
        tokens: whole numbers from 0 to vocab_size - 1 of any integer type, one axis or more; an axis may have length 0.
        vocab_size: number of rows V of the vectors, an int, at least 1.

    Returns:
        Gradient of the loss along E, a new array of floats, shape (V, D). A row whose token does not occur is 0.
    """
    ### BEGIN SOLUTION
    dE = np.zeros((vocab_size, dout.shape[-1]))
    np.add.at(dE, tokens, dout)
    return dE
    ### END SOLUTION


# %%
check("embedding_backward")

# %% [markdown]
# ### Exercise 11 · A loss for sequences
#
# In every step the network gives $V$ scores, the **logits**, and the target is the token that really comes next. For
# each step that is the softmax cross-entropy of Lesson 01. For a batch of sequences there is one problem: they are of
# different lengths, but an array has one $T$. So the short ones are filled up with **padding**, and a **mask** says
# which steps are real:
#
# | | step 0 | step 1 | step 2 | step 3 |
# | --- | --- | --- | --- | --- |
# | targets of "bob." | b | o | b | . |
# | mask | 1 | 1 | 1 | 1 |
# | targets of "al." | a | l | . | (padding) |
# | mask | 1 | 1 | 1 | 0 |
#
# Padding must not count: not in the loss, not in the number by which the sum is divided, and not in the gradient.
#
# $$L = -\frac{1}{M} \sum_{b,t: \ m_{bt} = 1} \log p_{bt}(y_{bt}), \qquad M = \sum_{b,t} m_{bt},$$
#
# where $p_{bt}$ is the softmax of the logits in step $t$ of sequence $b$, $y_{bt}$ the target, and $m_{bt}$ the mask.
#
# Worked numbers, with two tokens and three steps, of which the last is padding: the logits are $(\log 3, 0)$, $(0, 0)$,
# $(5, -5)$, the targets $0, 1$ and anything. The probabilities of the targets are $3/4$ and $1/2$, so
# $L = (0.2877 + 0.6931) / 2 = 0.4904$. The gradients are $(-1/8, 1/8)$, $(1/4, -1/4)$ and $(0, 0)$.
#
# **Write** `sequence_loss(logits, targets, mask)`. It returns the loss, a number, and its gradient along the logits,
# shape $(B, T, V)$. In padding, a target may be any whole number, $-1$ for instance. If no step is real at all, loss
# and gradient are 0. Logits may be in the thousands.
#
# Useful: `log_softmax(logits, axis=2)`; `np.where(mask, a, b)` takes from `a` where the mask is 1 and from `b`
# elsewhere; `np.eye(V)[targets]` makes one-hot rows of shape $(B, T, V)$; `mask[:, :, None]` has a last axis of length
# 1.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Replace the targets of padding by a token that exists, such as 0, before you use them as an index. What they add is
# then multiplied by 0. Divide by the number of real steps of the *whole batch*, not of each sequence.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# With one-hot targets $Y$: $L = -\sum_{b,t,v} m_{bt} \, Y_{btv} \log p_{btv} / M$, and
# $dL / d\text{logits} = m_{bt} (p_{btv} - Y_{btv}) / M$. Use $\max(M, 1)$ in place of $M$.
#
# </details>


# %%
def sequence_loss(logits, targets, mask):
    """Compute the mean cross-entropy of the real steps of sequences, and its gradient.

    Args:
        logits: scores, shape (B, T, V); finite floats or whole numbers, up to 10,000 and down to -10,000. B and T may
            be 0.
        targets: true tokens, shape (B, T), whole numbers from 0 to V - 1; where mask is 0, any whole number at all.
        mask: which steps are real, shape (B, T): True or 1 for real, False or 0 for padding.

    Returns:
        (loss, dlogits): the mean of -log softmax(logits)[targets] over all real steps of all sequences, a number; and
        its gradient along logits, a new array of floats, shape (B, T, V). Without a real step, both are 0.

    Reference: Goodfellow et al. 2016, eq. 10.14 and 10.18.
    """
    ### BEGIN SOLUTION
    real = np.asarray(mask, dtype=bool)
    count = max(1, real.sum())
    log_probs = log_softmax(logits, axis=2)
    wanted = np.eye(logits.shape[2])[np.where(real, targets, 0)]
    loss = -np.sum(wanted * log_probs * real[..., None]) / count
    return loss, (np.exp(log_probs) - wanted) * real[..., None] / count
    ### END SOLUTION


# %%
check("sequence_loss")

# %% [markdown]
# ### Exercise 12 · Draw the next token
#
# A trained network gives scores, and a softmax makes probabilities of them. To write, we **draw** from them. Taking the
# most likely token every time would write the same text for ever, and often a dull circle of the same few words.
#
# A **temperature** $\tau$ stands between the two. The scores are divided by it before the softmax:
#
# $$p_v = \frac{e^{s_v / \tau}}{\sum_u e^{s_u / \tau}}.$$
#
# | scores $(0, 1, 2)$ | $p_0$ | $p_1$ | $p_2$ |
# | --- | --- | --- | --- |
# | $\tau = 0.5$ | 0.02 | 0.12 | 0.87 |
# | $\tau = 1$ | 0.09 | 0.24 | 0.67 |
# | $\tau = 2$ | 0.19 | 0.31 | 0.51 |
#
# Cold means careful, hot means bold. $\tau = 0$ stands for the limit: the token with the highest score (the first of
# them, if there are several).
#
# **Write** `sample_next(logits, temperature, rng)`. `logits` has the shape $(V,)$. It returns a token, an int.
#
# Useful: `rng.choice(V, p=probs)` draws a number from 0 to $V - 1$ with these probabilities. `np.argmax(s)` is the
# first place of the largest score.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Treat the temperature 0 first. For all others, logits may be in the thousands, so let `log_softmax` do the softmax.
#
# </details>
#
# <details><summary>Hint 2: the formula</summary>
#
# $p = \exp(\text{log\_softmax}(s / \tau))$, and a draw from $p$.
#
# </details>


# %%
def sample_next(logits, temperature, rng):
    """Draw a token.

    Args:
        logits: scores, shape (V,); floats or whole numbers, up to 10,000 and down to -10,000.
        temperature: what the scores are divided by, a number: at least 0.001, or 0 for the token with the highest score
            (the first of them, if several are tied).
        rng: np.random.Generator to draw from.

    Returns:
        A token, an int from 0 to V - 1. Token v comes with probability softmax(logits / temperature)[v], whatever came
        before.

    Reference: Ackley, Hinton and Sejnowski 1985, eq. 6 (temperature).
    """
    ### BEGIN SOLUTION
    if temperature == 0:
        return int(np.argmax(logits))
    log_probs = log_softmax(logits / temperature)
    return int(rng.choice(len(logits), p=np.exp(log_probs)))
    ### END SOLUTION


# %%
check("sample_next")

# %% [markdown]
# ### Experiment · A network reads the manual
#
# All parts are there. A GRU of 96 units reads Python's documentation in windows of 48 letters. Your functions do the
# work: `embedding_forward`, `gru_step`, `sequence_loss`, `embedding_backward`, and `sample_next` in the end. Every
# tenth of the text is held back for testing.
#
# With what do we compare? With **counts**. Count in the training text how often each letter comes after each two
# letters, and use the shares as probabilities (a *trigram* model; for combinations that were seen rarely, it leans on
# shorter ones). Both are judged by the **bits per letter** on the held-back text: the mean of $-\log_2 p$ of the letter
# that really came. The fewer, the better. The same number as a power of 2 is the *perplexity*: between how many equally
# likely letters one would have to guess.
#
# Expect about 4.5 bits if only the letters' frequencies are known, 3.5 for pairs, 2.6 for triples. And the network?
# It trains from 5 to 15 seconds.


# %%
# %%explore embedding_forward, embedding_backward, gru_step, sequence_loss
text = data.load_prose()
common = [letter for letter, count in Counter(text).items() if count >= 100]
text = "".join(letter for letter in text if letter in common)
vocabulary = sorted(common)
codes = np.array([vocabulary.index(letter) for letter in text])
parts = np.array_split(codes, 50)
held_back = np.concatenate(parts[4::10])
reading = np.concatenate([part for number, part in enumerate(parts) if number % 10 != 4])
print(f"{len(reading):,} letters to read, {len(held_back):,} held back, {len(vocabulary)} different ones")


def histories(tokens, length):
    """The tokens before every place from place 3 on, as many as length says, as one number each."""
    numbers = np.zeros(len(tokens) - 3, dtype=np.int64)
    for back in range(length, 0, -1):
        numbers = numbers * len(vocabulary) + tokens[3 - back : len(tokens) - back]
    return numbers


def bits_by_counts(order):
    """Bits per letter of counts of so many letters in a row; rare histories lean on shorter ones."""
    probs = np.full(len(held_back) - 3, 1 / len(vocabulary))
    for length in range(order):
        before, asked = histories(reading, length), histories(held_back, length)
        totals = Counter(before.tolist())
        hits = Counter((before * len(vocabulary) + reading[3:]).tolist())
        total = np.array([totals[key] for key in asked.tolist()])
        hit = np.array([hits[key] for key in (asked * len(vocabulary) + held_back[3:]).tolist()])
        probs = (hit + 4 * probs) / (total + 4)
    return -np.mean(np.log2(probs))


count_bits = {order: bits_by_counts(order) for order in (1, 2, 3, 4)}
for order, name in ((1, "letters"), (2, "pairs (bigrams)"), (3, "triples (trigrams)"), (4, "fours")):
    print(f"counts of {name:<19} {count_bits[order]:.2f} bits a letter, perplexity {2 ** count_bits[order]:.1f}")


# %%
# %%explore embedding_forward, embedding_backward, gru_step, sequence_loss
def score_windows(params, windows):
    """Run the writer along windows of tokens (B, T + 1): logits for each next token, and what the way back needs."""
    X = embedding_forward(windows[:, :-1], params["E"])
    H, steps = gru_forward(X, params)
    return H @ params["Wy"] + params["by"], (X, H, steps)


def bits_on_new_text(params):
    """Bits per letter on the held-back text, in 40 long windows, without the first letters of each."""
    starts = np.linspace(0, len(held_back) - 202, 40).astype(int)
    windows = held_back[starts[:, None] + np.arange(201)]
    logits, _ = score_windows(params, windows)
    return sequence_loss(logits, windows[:, 1:], np.tile(np.arange(200) >= 20, (40, 1)))[0] / np.log(2)


writer_rng, num_steps, V = np.random.default_rng(10), 220, len(vocabulary)
writer = add_readout(make_weights(24, 96, 3, writer_rng), V, writer_rng)
writer["b"][:96] = 1.0
writer["E"] = writer_rng.normal(size=(V, 24)).astype(np.float32)
adam, writer_bits, started = Adam(0.01), [bits_on_new_text(writer)], time.process_time()
for step in range(num_steps):
    adam.learning_rate = 0.01 * (1 - 0.9 * step / num_steps)
    starts = writer_rng.integers(0, len(reading) - 49, size=32)
    windows = reading[starts[:, None] + np.arange(49)]
    logits, (X, H, steps) = score_windows(writer, windows)
    loss, dlogits = sequence_loss(logits, windows[:, 1:], np.ones((32, 48), dtype=bool))
    dlogits = dlogits.astype(np.float32)
    grads = {"Wy": np.tensordot(H, dlogits, 2 * [[0, 1]]), "by": dlogits.sum(axis=(0, 1))}
    dX, cell_grads, _ = gru_backward(dlogits @ writer["Wy"].T, X, steps, writer)
    grads |= cell_grads | {"E": embedding_backward(dX, windows[:, :-1], V)}
    writer = adam.update(writer, grads)
    if (step + 1) % 22 == 0:
        writer_bits.append(bits_on_new_text(writer))
print(f"{num_steps} steps in {time.process_time() - started:.0f} seconds of one core")
print(f"network: {writer_bits[-1]:.2f} bits a letter, perplexity {2 ** writer_bits[-1]:.1f}")
ax = plots.plot_curves(
    np.arange(0, num_steps + 1, 22),
    {"network": writer_bits}
    | {f"counts of {name}": np.full(11, count_bits[n]) for n, name in ((2, "pairs"), (3, "triples"), (4, "fours"))},
    xlabel="steps of training",
    ylabel="bits a letter, on new text",
    title="Better than counting",
)
plots.show(ax)

# %% [markdown]
# The network passes the pairs and the triples in about a hundred steps, and ends between the triples and the fours.
# Nobody chose for it how many letters to look back at; with counts, you must choose.
#
# Let it write at three temperatures, each time beginning with "The ". We count how many of its words stand in the
# manual, and how many of them are different. Commit to an answer first.

# %%
# %%explore
predict(
    "temperature",
    "At which temperature will the largest share of the network's words be words of the manual?",
    ["0.3", "0.7", "1.0"],
)


# %%
# %%explore embedding_forward, embedding_backward, gru_step, sequence_loss, sample_next
def continue_text(beginning, temperature, rng, count):
    """Read a beginning, then write so many letters more."""
    h, written = np.zeros((1, 96), np.float32), beginning
    for place in range(len(beginning) + count - 1):
        token = np.array([vocabulary.index(written[place])])
        h, _ = gru_step(embedding_forward(token, writer["E"]), h, writer)
        if place >= len(beginning) - 1:
            scores = (h @ writer["Wy"] + writer["by"])[0].astype(np.float64)
            written += vocabulary[sample_next(scores, temperature, rng)]
    return " ".join(written.split())


manual_words = set(text.split())
for temperature in (0.3, 0.7, 1.0):
    written = continue_text("The ", temperature, np.random.default_rng(11), 1200)
    words = written.split()
    known, different = np.mean([word in manual_words for word in words]), len(set(words)) / len(words)
    print(f"temperature {temperature}: {known:.0%} of the words stand in the manual, {different:.0%} are different")
    print(written[:240], "...\n")
reveal(
    "temperature",
    "0.3",
    "Cold text keeps to what came up often, so its words are real, but it turns in circles. Hot text invents words.",
)

# %% [markdown]
# Some seconds ago this network could not tell a letter from a comma. Now it writes words, most of them real, opens and
# closes quotation marks, and speaks of methods and statements. There is no sense in it: for that, larger networks and
# more text are needed. But the way is this one, letter by letter, with the loss that you have written.
#
# And the temperature is a choice. The coldest text is the safest and the dullest. What you want lies in between.

# %% [markdown]
# ## Part 5 · Both directions, and several layers
#
# Not everything comes in time. When a sentence is written down, its end is there to be looked at, too. To tell whether
# "lead" is a metal, you may have to read on.
#
# ### Exercise 13 · Read from both ends
#
# A **bidirectional** network is two networks. One reads from the first step to the last, the other from the last to
# the first. In each step, their states stand side by side: the first one knows everything up to this step, and
# the second one everything from it on.
#
# | | step 0 | step 1 | step 2 |
# | --- | --- | --- | --- |
# | forward network, has read | $x_0$ | $x_0, x_1$ | $x_0, x_1, x_2$ |
# | backward network, has read | $x_2, x_1, x_0$ | $x_2, x_1$ | $x_2$ |
#
# With padding there is a trap. The backward network must begin at the last *real* step of each sequence, not in the
# padding behind it. Otherwise it comes to the last word with a state full of nothing.
#
# **Write** `bidirectional(X, lengths, forward, backward)`. `X` has the shape $(B, T, C)$, and `lengths` says how many
# steps of each sequence are real, from 0 to $T$. `forward` and `backward` are dicts with the weights `"Wx"`, `"Wh"` and
# `"b"` of two plain networks, with $H_1$ and $H_2$ units, which both start at zero. It returns an array of shape
# $(B, T, H_1 + H_2)$, with zeros in padding.
#
# Useful: `x[:, ::-1]` is `x` with its steps in reverse order.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Take one sequence at a time, cut to its length. Run `rnn_forward` on it, and once more on its reverse. In which order
# are the states of the second run, and in which order do they have to be?
#
# </details>
#
# <details><summary>Hint 2: the rule</summary>
#
# For sequence $n$ of length $\ell$: the first $H_1$ columns of rows $0$ to $\ell - 1$ are the states of the forward
# network on $x_0, \dots, x_{\ell-1}$. The other $H_2$ are the states of the backward network on
# $x_{\ell-1}, \dots, x_0$, in reverse order.
#
# </details>


# %%
def bidirectional(X, lengths, forward, backward):
    """Read sequences in both directions, each with a recurrent network of its own.

    Args:
        X: inputs, shape (B, T, C); floats or whole numbers. B and T may be 0. What stands behind the end of a sequence
            is padding: any finite numbers, which change nothing.
        lengths: how many steps of each sequence are real, shape (B,); whole numbers from 0 to T.
        forward: weights of the network that reads from the first step to the last: dict of Wx (C, H1), Wh (H1, H1) and
            b (H1,).
        backward: weights of the network that reads from the last real step to the first: dict of Wx (C, H2),
            Wh (H2, H2) and b (H2,).

    Returns:
        States of both, a new array of floats, shape (B, T, H1 + H2). In step t of a sequence: first the H1 states of
        the forward network after it has read the steps 0 to t, then the H2 states of the backward network after it has
        read the steps from the last real one down to t. Both start at zero. In padding, all are 0.

    Reference: Schuster and Paliwal 1997; Graves 2012, eq. 3.36 to 3.38.
    """
    ### BEGIN SOLUTION
    split = len(forward["b"])
    H = np.zeros((*X.shape[:2], split + len(backward["b"])))
    for n, length in enumerate(lengths):
        x = X[n : n + 1, :length]
        H[n, :length, :split] = rnn_forward(x, np.zeros((1, split)), **forward)[0]
        H[n, :length, split:] = rnn_forward(x[:, ::-1], np.zeros((1, len(backward["b"]))), **backward)[0, ::-1]
    return H
    ### END SOLUTION


# %%
check("bidirectional")

# %% [markdown]
# ### Experiment · What the future is worth
#
# Letters come in a row of 30, and among them two kinds of markers. Each place has a tag, 0 or 1, which says what kind
# the *next* marker is. A network that reads from left to right has not seen it yet, and can only guess. Three networks
# try, each trained on 100 fresh batches: one that reads forward, one with two forward layers on top of each other, and
# one that reads in both directions.
#
# A second task is harder: the tag says whether the *last* marker and the *next* one are of different kinds. A
# bidirectional layer knows both. But the answer is read off its states by a linear layer, and "different" is not linear
# (Lesson 02: one neuron cannot). A second layer on top can. Expect guessing, 50 % on letters, for the networks that
# lack what the task needs, and nearly 100 % for the others. The share is measured on letters, as the tag of a marker
# itself is no riddle.


# %%
# %%explore rnn_forward, rnn_backward, sequence_loss, bidirectional
def read_layers(layers, X):
    """Read with layers of one or two directions each: the inputs of every layer and all its states."""
    record = []
    for layer in layers:
        zeros = [np.zeros((len(X), len(w["b"])), np.float32) for w in layer]
        turned = [X if way == 0 else X[:, ::-1] for way in range(len(layer))]
        states = [rnn_forward(x, h0, **w) for x, h0, w in zip(turned, zeros, layer, strict=True)]
        record.append((turned, zeros, states))
        X = np.concatenate([H if way == 0 else H[:, ::-1] for way, H in enumerate(states)], axis=2)
    return X, record


def back_layers(layers, record, dX):
    """Carry gradients back through such layers: for each its directions' dicts of gradients."""
    grads = []
    for layer, (turned, zeros, states) in zip(reversed(layers), reversed(record), strict=True):
        parts, dX_parts = np.split(dX, len(layer), axis=2), []
        grads.insert(0, [])
        for way, (w, x, h0, H, dH) in enumerate(zip(layer, turned, zeros, states, parts, strict=True)):
            dH = dH if way == 0 else dH[:, ::-1]
            dx, _, dWx, dWh, db = rnn_backward(dH, x, h0, H, w["Wx"], w["Wh"])
            dX_parts.append(dx if way == 0 else dx[:, ::-1])
            grads[0].append({"Wx": dWx, "Wh": dWh, "b": db})
        dX = sum(dX_parts)
    return grads


def train_tagger(num_layers, num_ways, both, num_steps, rng):
    """Train a tagger of 24 units for each direction of each layer; its layers and its readout."""
    sizes = [8] + (num_layers - 1) * [24 * num_ways]
    layers = [[make_weights(size, 24, 1, rng) for _ in range(num_ways)] for size in sizes]
    for w in (w for layer in layers for w in layer):
        w["Wh"] *= np.float32(0.7)
    top = {"Wy": (rng.normal(size=(24 * num_ways, 2)) / 5).astype(np.float32), "by": np.zeros(2, np.float32)}
    adam = Adam(0.01)
    for step in range(num_steps):
        adam.learning_rate = 0.01 * (1 - 0.9 * step / num_steps)
        tokens, tags = data.make_tags(32, 30, rng, both=both)
        H, record = read_layers(layers, symbols[tokens])
        _, dlogits = sequence_loss(H @ top["Wy"] + top["by"], tags, np.ones((32, 30), dtype=bool))
        dlogits = dlogits.astype(np.float32)
        named = {
            (n, way, key): a for n, layer in enumerate(layers) for way, w in enumerate(layer) for key, a in w.items()
        }
        grads = {
            (n, way, key): a
            for n, layer in enumerate(back_layers(layers, record, dlogits @ top["Wy"].T))
            for way, w in enumerate(layer)
            for key, a in w.items()
        }
        grads |= {"Wy": np.tensordot(H, dlogits, 2 * [[0, 1]]), "by": dlogits.sum(axis=(0, 1))}
        moved = adam.update(named | top, grads)
        top = {name: moved[name] for name in top}
        layers = [
            [{key: moved[n, way, key] for key in w} for way, w in enumerate(layer)] for n, layer in enumerate(layers)
        ]
    return layers, top


def share_right(layers, top, both):
    """Share of letters of 300 new sequences that are tagged rightly."""
    tokens, tags = data.make_tags(300, 30, np.random.default_rng(97), both=both)
    X = symbols[tokens]
    for layer in layers:
        if len(layer) == 2:
            X = bidirectional(X, np.full(300, 30), *layer)  # your function
        else:
            X = rnn_forward(X, np.zeros((300, 24)), **layer[0])
    return np.mean((np.argmax(X @ top["Wy"] + top["by"], axis=2) == tags)[tokens < 6])


for both, name, num_layers, num_ways in (
    (False, "forward", 1, 1),
    (False, "forward, two layers", 2, 1),
    (False, "both ways", 1, 2),
    (True, "both ways", 1, 2),
    (True, "both ways, two layers", 2, 2),
):
    task = "last against next" if both else "next marker"
    tagger = train_tagger(num_layers, num_ways, both, 160 if both else 100, np.random.default_rng(12))
    print(f"{task:<18} {name:<22} right on letters: {share_right(*tagger, both):.1%}")

# %% [markdown]
# What a network cannot see, no second layer brings back. What it sees but cannot combine, a second layer does. Speech
# and text are tagged by bidirectional networks of several layers for this reason.

# %% [markdown]
# ## Part 6 · A pen
#
# Nothing so far was special to letters. Here the sequence is a pen that writes loops, as in handwriting, each writer
# with a slant, a size and a hurry of their own. A step is two numbers: how far the pen goes to the right, and how far
# up. The network reads 40 steps, and in each it predicts the next one. Then it goes on by itself for 80 more: what it
# predicts is fed back in, as with the names.
#
# How good is the prediction of one step? Compare with "the pen goes on as it just did": the last step once more.

# %%
# %%explore gru_step
pen_rng = np.random.default_rng(13)
pen = add_readout(make_weights(2, 48, 3, pen_rng), 2, pen_rng)
pen["b"][:48] = 1.0
adam = Adam(0.01)
for step in range(200):
    adam.learning_rate = 0.01 * (1 - 0.95 * step / 200)
    strokes = data.make_strokes(32, 62, pen_rng)
    H, steps = gru_forward(strokes[:, :-1], pen)
    change = H @ pen["Wy"] + pen["by"]  # how the next step differs from this one
    dchange = 2 * (strokes[:, :-1] + change - strokes[:, 1:]) / change.size
    _, grads, _ = gru_backward(dchange @ pen["Wy"].T, strokes[:, :-1], steps, pen)
    grads |= {"Wy": np.tensordot(H, dchange, 2 * [[0, 1]]), "by": dchange.sum(axis=(0, 1))}
    pen = adam.update(pen, grads)

new_strokes = data.make_strokes(200, 122, np.random.default_rng(96))
H, _ = gru_forward(new_strokes[:, :40], pen)
predicted = new_strokes[:, 20:40] + (H @ pen["Wy"] + pen["by"])[:, 20:]
error = np.sqrt(np.mean((predicted - new_strokes[:, 21:41]) ** 2))
lazy = np.sqrt(np.mean((new_strokes[:, 20:40] - new_strokes[:, 21:41]) ** 2))
print(f"error of one step: network {error:.4f}, the last step once more {lazy:.4f}: {lazy / error:.0f} times larger")

shown = new_strokes[:6]
h, drawn = np.zeros((6, 48), np.float32), [shown[:, t] for t in range(40)]
for t in range(120):
    h, _ = gru_step(drawn[t], h, pen)
    if t >= 39:
        drawn.append(drawn[t] + h @ pen["Wy"] + pen["by"])
plots.show(plots.plot_strokes(np.stack(drawn, axis=1), given=40, truth=shown[:, :120]))

# %% [markdown]
# Black is what the network was given, blue is what it goes on with, and grey lies what the writer really did. Nobody
# told the network about slant or size. It reads both off the first 40 steps and keeps them in its state. The longer it
# goes on alone, the more its small errors add up, because it reads its own steps. For real handwriting one predicts
# not a step but a whole distribution of steps, and draws from it (Graves 2013).

# %% [markdown]
# ## Part 7 · The same in Keras
#
# Keras has all three networks. We put the same weights into its layers and into your functions, and run both on the
# same sequences. Expect them to agree to $10^{-5}$ or better, since Keras computes in `float32`.
#
# Two details: Keras' LSTM sets the bias of the forget gate to 1 at the start by itself. And its GRU applies the reset
# gate *after* the product unless it is told `reset_after=False`; that variant is faster on some GPUs, and learns as
# well.

# %%
# %%explore rnn_forward, lstm_step, gru_step
import keras

twin_rng = np.random.default_rng(14)
twin_X = twin_rng.normal(size=(5, 12, 3)).astype(np.float32)
for name, kind, blocks, layer in (
    ("SimpleRNN", "rnn", 1, keras.layers.SimpleRNN(7, return_sequences=True)),
    ("LSTM", "lstm", 4, keras.layers.LSTM(7, return_sequences=True)),
    ("GRU", "gru", 3, keras.layers.GRU(7, return_sequences=True, reset_after=False)),
):
    twin_w = make_weights(3, 7, blocks, twin_rng)
    twin_w["b"] = twin_rng.normal(size=7 * blocks).astype(np.float32)
    layer.build(twin_X.shape)
    layer.set_weights([twin_w["Wx"], twin_w["Wh"], twin_w["b"]])
    theirs = keras.ops.convert_to_numpy(layer(twin_X))
    mine, _ = run_cells(kind, twin_X, twin_w)
    print(f"{name:<9} largest difference {np.abs(mine - theirs).max():.0e} (tolerance 1e-5)")

# %% [markdown]
# ## What to take away
#
# - A recurrent network is a loop with a state. Unrolled, it is a deep network whose layers share their weights.
# - Backpropagation through time is backpropagation in that network. A state gets two shares, from the loss and from the
#   step behind it. The weights add up the shares of all steps.
# - What is multiplied by the same matrix in every step vanishes or explodes. Clipping helps against the second only.
# - A gate is a neuron that says which share passes. A cell that is only scaled and added to keeps gradients alive, for
#   as long as its forget gate is near 1. The starting value of that gate decides how long.
# - Test a recurrent network with several steps, an initial state that is not zero, and sizes that are all different.
# - Padding must not count: not in the loss, not in the mean, not as the place where a backward reader begins.
# - Language can be learned letter by letter, by predicting what comes next.
#
# **Questions to carry with you**
#
# 1. A GRU's state after step $t$ is a mean of its old state and the candidate. Can one of its units count to ten? Can
#    one of an LSTM's cells?
# 2. To carry the gradient back through 10,000 steps, all states must be kept. How could the price-of-forgetting
#    experiment of Lesson 02 help? What is lost if the gradient is simply cut after 100 steps?
# 3. The writer squeezes everything it has read into 96 numbers. What if it could look back at *all* earlier states
#    instead, and choose? Lesson 16 begins there.
#
# <details><summary>Answers, when you have your own</summary>
#
# 1. The GRU's unit is a mean of numbers between $-1$ and 1 and stays between them. It cannot add 1 ten times; it could
#    halve its distance to 1 ten times, and would have to tell ever smaller differences apart. With its forget and
#    input gates open, the LSTM's cell adds up to 1 in every step, without an upper end.
# 2. Keep every hundredth state, and compute the hundred behind it anew when their gradients are due: some 200 states
#    in place of 10,000, for one more forward pass. Where the gradient is cut after 100 steps, what happened earlier is
#    still in the state, but no weight learns to keep it there.
# 3. Then nothing has to be squeezed into one state, and no gradient has to pass through all steps in between. The
#    price is a comparison of each step with all earlier ones, which grows with the square of the length.
#
# </details>
#
# **Sources**
#
# - J. Elman (1990), [*Finding structure in time*](https://doi.org/10.1207/s15516709cog1402_1): the plain network and
#   its letters; P. Werbos (1990), [*Backpropagation through time: what it does and how to do
#   it*](https://doi.org/10.1109/5.58337).
# - Y. Bengio, P. Simard and P. Frasconi (1994), [*Learning long-term dependencies with gradient descent is
#   difficult*](https://doi.org/10.1109/72.279181); R. Pascanu, T. Mikolov and Y. Bengio (2013), [*On the difficulty of
#   training recurrent neural networks*](https://arxiv.org/abs/1211.5063), algorithm 1 (clipping).
# - S. Hochreiter and J. Schmidhuber (1997), [*Long short-term memory*](https://doi.org/10.1162/neco.1997.9.8.1735): the
#   cell and its gates; section 5.4, the adding problem.
# - F. Gers, J. Schmidhuber and F. Cummins (2000), [*Learning to forget: continual prediction with
#   LSTM*](https://doi.org/10.1162/089976600300015015): the forget gate; F. Gers, N. Schraudolph and J. Schmidhuber
#   (2002), [*Learning precise timing with LSTM recurrent networks*](https://jmlr.org/papers/v3/gers02a.html):
#   peepholes.
# - K. Cho and others (2014), [*Learning phrase representations using RNN encoder-decoder for statistical machine
#   translation*](https://arxiv.org/abs/1406.1078), eq. 5 to 8: the GRU.
# - Q. Le, N. Jaitly and G. Hinton (2015), [*A simple way to initialize recurrent networks of rectified linear
#   units*](https://arxiv.org/abs/1504.00941); R. Jozefowicz, W. Zaremba and I. Sutskever (2015), [*An empirical
#   exploration of recurrent network architectures*](https://proceedings.mlr.press/v37/jozefowicz15.html): what starting
#   values decide.
# - M. Schuster and K. Paliwal (1997), [*Bidirectional recurrent neural networks*](https://doi.org/10.1109/78.650093).
# - Y. Bengio, R. Ducharme, P. Vincent and C. Jauvin (2003), [*A neural probabilistic language
#   model*](https://jmlr.org/papers/v3/bengio03a.html): embeddings.
# - D. Ackley, G. Hinton and T. Sejnowski (1985), [*A learning algorithm for Boltzmann
#   machines*](https://doi.org/10.1207/s15516709cog0901_7): temperature.
# - A. Graves (2013), [*Generating sequences with recurrent neural networks*](https://arxiv.org/abs/1308.0850), eq. 7 to
#   11: the LSTM with peepholes; text letter by letter; handwriting.
# - I. Goodfellow, Y. Bengio and A. Courville (2016), [*Deep learning*](https://www.deeplearningbook.org), chapter 10.
# - Data: first names of the United States, Census Bureau, 1990, in the public domain; the documentation of Python.
