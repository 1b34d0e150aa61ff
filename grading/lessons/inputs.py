"""A vocabulary of inputs for the authors of checks: the kinds of input on which wrong answers differ from right ones.

Every function draws from the check's `rng`, so that nobody knows the numbers beforehand. They compose:
`transposed(rows_of(rng, 5, spread_row(rng, 4)))`.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

Shape = int | tuple[int, ...]
Arrays = dict[str, np.ndarray]


def magnitudes(rng: np.random.Generator, shape: Shape, low: float = 1e-8, high: float = 1e8) -> np.ndarray:
    """Draw numbers of every size between two limits, of either sign.

    Args:
        rng: the check's generator.
        shape: shape of the result; sizes and signs are dealt evenly and shuffled, so that all of them occur.
        low: smallest size, above 0.
        high: largest size.

    Returns:
        Floats of that shape; compare results with `assert_close(..., each=True)`.
    """
    count = int(np.prod(shape))
    steps = (np.arange(count) + rng.random(count)) / max(count, 1)
    sizes = np.exp(np.log(low) + steps * (np.log(high) - np.log(low)))
    signs = np.where(np.arange(count) % 2 == rng.integers(2), 1.0, -1.0)
    return rng.permutation(sizes * signs).reshape(shape)


def spread_rows(rng: np.random.Generator, shape: tuple[int, int], width: float = 800.0) -> np.ndarray:
    """Draw rows that each hold numbers near +width, near -width and near 0: no shift of a row makes all of them small.

    Args:
        rng: the check's generator.
        shape: (number of rows, numbers in a row), two or more in a row.
        width: how far from 0 the numbers lie.

    Returns:
        Multiples of 1/8, which float32 holds exactly.
    """
    rows, columns = shape
    centres = np.resize([width, -width, 0.0], columns)
    numbers = rng.permuted(np.tile(centres, (rows, 1)), axis=1) + rng.normal(size=shape)
    return np.round(numbers * 8) / 8


def whole_numbers(rng: np.random.Generator, shape: Shape, low: int = -3, high: int = 3) -> np.ndarray:
    """Draw an array of integer type, as `np.array([1, -2, 3])` is; low and high can both occur."""
    return rng.integers(low, high + 1, size=shape)


def with_ties(rng: np.random.Generator, shape: tuple[int, ...], gap: float = 0.0) -> np.ndarray:
    """Draw rows whose largest number comes twice, or nearly.

    Args:
        rng: the check's generator.
        shape: shape of the result; the last axis holds two numbers or more.
        gap: how much smaller the second is, relative to the first; 0 for a tie.
    """
    numbers = rng.normal(size=shape)
    top = np.abs(numbers).max(axis=-1) + 1
    first, second = rng.permutation(shape[-1])[:2]
    numbers[..., first], numbers[..., second] = top, top * (1 - gap)
    return numbers


def with_zeros(rng: np.random.Generator, shape: Shape, share: float = 0.3) -> np.ndarray:
    """Draw numbers of which some, at least one, are exactly 0."""
    numbers = rng.normal(size=shape)
    flat = numbers.reshape(-1)
    flat[rng.permutation(flat.size)[: max(1, round(share * flat.size))]] = 0.0
    return numbers


def labels_with_gaps(rng: np.random.Generator, num_examples: int, num_classes: int) -> np.ndarray:
    """Draw labels among which the first, one of the middle and perhaps others of the classes do not occur.

    Args:
        rng: the check's generator.
        num_examples: number of labels, 1 or more.
        num_classes: number of classes, 3 or more; the last of them occurs.
    """
    present = np.setdiff1d(np.arange(1, num_classes), rng.integers(1, num_classes - 1))
    labels = rng.choice(present, size=num_examples)
    labels[rng.integers(num_examples)] = num_classes - 1
    return labels


def ends(rng: np.random.Generator, low: float, high: float) -> list[float]:
    """List a parameter's two ends and two numbers between them, one near each end, with many decimals."""
    width = high - low
    return [low, low + width * rng.uniform(0.01, 0.05), high - width * rng.uniform(0.2, 0.4), high]


def walk(
    rng: np.random.Generator, shapes: Mapping[str, Shape], num_steps: int = 40, rate: float = 0.1
) -> Iterator[tuple[Arrays, float]]:
    """Yield the gradients and learning rates of a walk in which much changes that mostly stays.

    The rate and the order of the names change at every step. After a third of the walk one array has no slope any more,
    and single numbers of the others have none now and then. Sizes run from 1e-6 to 100.

    Args:
        rng: the check's generator.
        shapes: shape of each array by its name; () for a single number.
        num_steps: number of steps.
        rate: size of the learning rates.

    Yields:
        Pairs (gradients by name, learning rate).
    """
    names = list(shapes)
    flat = names[rng.integers(len(names))]
    for step in range(num_steps):
        size = 10.0 ** rng.uniform(-6, 2) if step % 4 == 3 else 1.0
        grads = {
            str(name): np.asarray(size * rng.normal(size=shapes[name]) * (rng.random(shapes[name]) > 0.3))
            for name in rng.permutation(names)
        }
        if step >= num_steps // 3:
            grads[flat] = np.zeros(shapes[flat])
        yield grads, rate * rng.uniform(0.2, 2)


def tangled_graph(rng: np.random.Generator, num_nodes: int) -> tuple[list[list[int]], list[str]]:
    """Draw a graph in which nodes are reached by ways of different lengths, by two edges at once, and share names.

    Args:
        rng: the check's generator.
        num_nodes: number of nodes, 5 or more.

    Returns:
        (graph, names): the numbers of each node's parents, all of them smaller than its own, in any order, one parent
        of some node twice; and the nodes' names, two of which are equal. The last node is made of all others.
    """
    graph: list[list[int]] = [[]]
    for number in range(1, num_nodes):
        more = rng.integers(0, number, size=rng.integers(0, 3))
        graph.append([int(parent) for parent in rng.permutation([number - 1, *more])])
    twice = int(rng.integers(1, num_nodes))
    graph[twice].append(graph[twice][0])
    names = [f"n{number}" for number in rng.permutation(num_nodes)]
    first, second = rng.permutation(num_nodes)[:2]
    names[first] = names[second]
    return graph, names


def small_shapes(shape: Sequence[int], *, empty: bool = False) -> list[tuple[int, ...]]:
    """List the shapes that differ from one by a single axis of length 1, or 0.

    Args:
        shape: a shape.
        empty: also those with an axis of length 0 in front.

    Returns:
        The shapes, and the one with all axes 1.
    """
    ones = [(*shape[:axis], 1, *shape[axis + 1 :]) for axis in range(len(shape))]
    return [*ones, (1,) * len(shape), *([(0, *shape[1:])] if empty else [])]


def generator(rng: np.random.Generator) -> np.random.Generator:
    """Make a generator for the student's function, of a state that nobody knows."""
    return np.random.default_rng(rng.integers(2**32))


def many_kinds(rng: np.random.Generator, *shapes: tuple[int, ...]) -> list[tuple[np.ndarray, ...]]:
    """Draw arrays of these shapes again and again, each time with numbers of another kind.

    Args:
        rng: the check's generator.
        shapes: shape of each array.

    Returns:
        One tuple of arrays a kind: all tiny; all large; nearly equal largest numbers in each row; and for each array
        one in which it alone holds whole numbers, and one in which it alone holds zeros: some, a row, or nothing else.
    """
    normal = [rng.normal(size=shape) for shape in shapes]
    kinds = [[magnitudes(rng, shape, *sizes) for shape in shapes] for sizes in ((1e-6, 5e-5), (1e3, 1e5))]
    kinds.append([with_ties(rng, shape, gap=0.005) if shape[-1] > 1 else rng.normal(size=shape) for shape in shapes])
    for position, shape in enumerate(shapes):
        zeros = with_zeros(rng, shape)
        zeros[: 1 if len(shape) > 1 else None] = 0.0
        for array in (whole_numbers(rng, shape), zeros):
            kinds.append([*normal[:position], array, *normal[position + 1 :]])
    return [tuple(arrays) for arrays in kinds]


def mixed_rows(rng: np.random.Generator, num_columns: int, *, largest: float = 1e6) -> np.ndarray:
    """Draw rows, each of a kind on which answers differ that are right for ordinary numbers only.

    Two rows are ordinary. The others: some numbers 0; all 0; the largest twice; the largest nearly twice; all tiny; all
    small; all between 5 and 50; all large.

    Args:
        rng: the check's generator.
        num_columns: numbers in a row, 2 or more.
        largest: size of the largest numbers.

    Returns:
        Floats, shape (10, num_columns), in an order that nobody knows.
    """
    one = (1, num_columns)
    rows = [
        rng.normal(size=(2, num_columns)),
        with_zeros(rng, one),
        np.zeros(one),
        with_ties(rng, one),
        with_ties(rng, one, gap=0.005),
        magnitudes(rng, one, 1e-8, 1e-6),
        magnitudes(rng, one, 1e-3, 5e-3),
        magnitudes(rng, one, 5, 50),
        magnitudes(rng, one, largest / 100, largest),
    ]
    return rng.permutation(np.concatenate(rows))
