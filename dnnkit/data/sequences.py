"""Sequences made on the spot: numbers to add, a symbol to recall, letters to tag, and the strokes of a pen."""

import numpy as np

STROKE_STEP = 0.25  # how far the pen's angle turns between two points, in radians


def make_adding(num_sequences: int, seq_len: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Make the adding problem: in each sequence two numbers are marked, and their sum is asked for.

    Args:
        num_sequences: how many sequences, N.
        seq_len: steps of each, T; at least 2.
        rng: where the randomness comes from.

    Returns:
        The pair (X, y), in float32. X, shape (N, T, 2): in every step a number from 0 to 1, and a mark, 1 in one step
        of the first half and in one of the second, else 0. y, shape (N,): the sum of the two marked numbers.

    Raises:
        ValueError: a sequence is too short to hold two marks.

    Reference: Hochreiter and Schmidhuber 1997, section 5.4, with numbers from 0 to 1.

    Example:
        >>> X, y = make_adding(3, 50, np.random.default_rng(0))
        >>> X.shape, X[:, :, 1].sum(axis=1).tolist()
        ((3, 50, 2), [2.0, 2.0, 2.0])
    """
    if seq_len < 2:
        raise ValueError(
            f"make_adding cannot mark two steps. Expected seq_len of at least 2. Got {seq_len}. "
            "Were num_sequences and seq_len swapped?"
        )
    numbers, marks = rng.uniform(size=(num_sequences, seq_len)), np.zeros((num_sequences, seq_len))
    rows, half = np.arange(num_sequences), seq_len // 2
    marks[rows, rng.integers(0, half, size=num_sequences)] = 1.0
    marks[rows, rng.integers(half, seq_len, size=num_sequences)] = 1.0
    X = np.stack([numbers, marks], axis=2).astype(np.float32)
    return X, np.sum(X[:, :, 0] * X[:, :, 1], axis=1)


def make_recall(num_sequences: int, lag: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Make sequences whose first symbol has to be recalled after many others that do not matter.

    Args:
        num_sequences: how many sequences, N.
        lag: how many symbols follow the first.
        rng: where the randomness comes from.

    Returns:
        The pair (tokens, y), whole numbers. tokens, shape (N, 1 + lag): first one of 0, 1, 2 and 3, then any of 4, 5, 6
        and 7. y, shape (N,): the first symbol.

    Example:
        >>> tokens, y = make_recall(5, 100, np.random.default_rng(0))
        >>> tokens.shape, bool(np.all(tokens[:, 0] == y))
        ((5, 101), True)
    """
    first = rng.integers(0, 4, size=(num_sequences, 1))
    tokens = np.concatenate([first, rng.integers(4, 8, size=(num_sequences, lag))], axis=1)
    return tokens, tokens[:, 0]


def make_tags(
    num_sequences: int, seq_len: int, rng: np.random.Generator, *, both: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Make letters that are tagged by the next marker, which a reader from left to right has not seen yet.

    Args:
        num_sequences: how many sequences, N.
        seq_len: steps of each, T; at least 2.
        rng: where the randomness comes from.
        both: tag by two markers: whether the last and the next one differ.

    Returns:
        The pair (tokens, tags), whole numbers of shape (N, T). Tokens 0 to 5 are letters; 6 and 7 are markers, in every
        eighth place or so, and in the first and the last one. The tag of a place is 0 or 1: whether the next marker, at
        this place or after it, is 7; or, with both, whether it is another than the last one, at this place or before.

    Example:
        >>> tokens, tags = make_tags(1, 8, np.random.default_rng(1))
        >>> print(tokens[0], tags[0])
        [7 3 4 5 0 6 4 6] [1 0 0 0 0 0 0 0]
    """
    tokens = rng.integers(0, 6, size=(num_sequences, seq_len))
    marked = rng.random(size=tokens.shape) < 0.12
    marked[:, [0, -1]] = True
    tokens[marked] = rng.integers(6, 8, size=int(marked.sum()))
    following, before = np.zeros((2, *tokens.shape), dtype=np.int64)
    for t in range(seq_len):
        back = seq_len - 1 - t
        following[:, back] = np.where(marked[:, back], tokens[:, back] == 7, following[:, min(back + 1, seq_len - 1)])
        before[:, t] = np.where(marked[:, t], tokens[:, t] == 7, before[:, max(t - 1, 0)])
    return tokens, (following != before).astype(np.int64) if both else following


def make_strokes(num_sequences: int, num_points: int, rng: np.random.Generator) -> np.ndarray:
    """Make the loops of a pen that moves as in handwriting: each writer has a slant, a size and a hurry of their own.

    The pen goes round and round while the hand moves on to the right; every second loop may be smaller than the others.

    Args:
        num_sequences: how many strokes, N; every one is by another writer.
        num_points: points of each stroke, T + 1.
        rng: where the randomness comes from.

    Returns:
        Array of float32, shape (N, T, 2): the steps (right, up) from each point to the next. A stroke's points are the
        sums of its steps, as in `np.cumsum(steps, axis=1)`.

    Example:
        >>> make_strokes(4, 61, np.random.default_rng(0)).shape
        (4, 60, 2)
    """
    width, height, hurry, slant, phase, small = (
        rng.uniform(low, high, size=(num_sequences, 1))
        for low, high in ((0.5, 1.2), (0.8, 1.5), (0.06, 0.16), (-0.2, 0.5), (0, 2 * np.pi), (0.4, 1.0))
    )
    angle = phase + STROKE_STEP * np.arange(num_points)
    size = (1 + small) / 2 + (1 - small) / 2 * np.cos(angle / 2)  # from small to 1, once in two loops
    up = height * size * np.sin(angle)
    right = hurry * np.arange(num_points) + width * size * np.cos(angle) + slant * up
    return np.diff(np.stack([right, up], axis=2), axis=1).astype(np.float32)
