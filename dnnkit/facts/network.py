"""Facts about a Keras network: what its scores and its weights look like."""

import numpy as np

HIDDEN = ("first convolution", "second convolution", "dense layer of 120 units", "dense layer of 84 units")


def network_facts(inputs: dict, output: object) -> dict[str, object]:
    """State the sizes of a network that was applied to images.

    Args:
        inputs: not needed.
        output: dict with `scores`, what the network gave, and `weights`, the list of its arrays.

    Returns:
        Facts: the shape of the scores, and the number of weights and biases in all.
    """
    scores, weights = (output[name] for name in ("scores", "weights"))  # type: ignore[index]
    return {
        "shape of the scores": str(np.shape(scores)),
        "parameters": f"{sum(int(np.size(weight)) for weight in weights):,}",
    }


def bends_facts(inputs: dict, output: object) -> dict[str, object]:
    """State which hidden layers of a LeNet have a nonlinearity.

    Args:
        inputs: not needed.
        output: scores for three equally distant values of a layer's units, for each hidden layer, shape (4, 3).

    Returns:
        Facts: for each layer, whether the second step is about as large as the first.
    """
    levels = np.asarray(output, dtype=np.float64)
    if levels.shape != (len(HIDDEN), 3):
        return {"scores of four layers": f"no, shape {levels.shape}"}
    steps = np.diff(levels, axis=1)
    curved = np.abs(steps[:, 1] - steps[:, 0]) > 0.2 * np.abs(steps).sum(axis=1)
    return {name: "bends" if bent else "straight" for name, bent in zip(HIDDEN, curved, strict=True)}


def trained_network_facts(inputs: dict, output: object) -> dict[str, str]:
    """State whether a network with kernels was trained and knows its images.

    Args:
        inputs: dict with `y`, the classes of the images, shape (N,).
        output: dict with `scores` of the images, shape (N, C), and `weights`, the list of the network's arrays; or the
            name of the type of what came in place of a network.

    Returns:
        Facts: about the form, the scores and the weights.
    """
    if not isinstance(output, dict):
        return {"a Keras model": f"no, {output}"}
    y, scores = np.asarray(inputs["y"]), np.asarray(output["scores"], dtype=np.float64)
    weights = [np.asarray(weight) for weight in output["weights"]]
    largest = max([float(np.abs(w).max()) for w in weights if w.ndim == 1 and w.size], default=0.1)
    facts = {
        "a Keras model": "yes",
        "shape of the scores": str(scores.shape),
        "weights of kernels, with four axes": "yes" if any(w.ndim == 4 for w in weights) else "none",
        "biases": "0" if largest == 0 else "tiny" if largest < 0.003 else "huge" if largest > 3 else "moderate",
    }
    if scores.ndim != 2 or len(scores) != len(y):
        return facts
    if not np.isfinite(scores).all():
        return facts | {"scores": "infinite or not a number"}
    share = np.mean(scores.argmax(axis=1) == y)
    return facts | {"images recognised": "at least 95 %" if share >= 0.95 else "fewer than 95 %"}
