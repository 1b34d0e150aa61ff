"""Predict first, then look: `predict` asks, `reveal` says what happened.

What a student chose is kept in memory only; neither it nor the answer is written into the notebook.
"""

import sys

_chosen = {}


def predict(key, question, options):
    """Ask for a prediction before the cell that shows the answer.

    In a notebook this is a radio choice with nothing chosen at first, elsewhere plain text.

    Args:
        key: name that `reveal` uses for the same question.
        question: one sentence.
        options: list of short answers.
    """
    text = "\n".join([f"Predict: {question}", *(f"  ( ) {option}" for option in options)])
    if not _in_notebook():
        print(text)
        return
    try:
        import ipywidgets
    except ImportError:
        print(text)
        return
    from IPython.display import display

    choice = ipywidgets.RadioButtons(
        options=options,
        value=_chosen.get(key) if _chosen.get(key) in options else None,
        layout={"width": "max-content"},
    )
    choice.observe(lambda change: _chosen.__setitem__(key, change["new"]), names="value")
    title = ipywidgets.HTMLMath(f"<strong>Predict:</strong> {question}")
    box = ipywidgets.VBox([title, choice])
    display({**box._repr_mimebundle_(), "text/plain": text}, raw=True)


def reveal(key, answer, because):
    """Say what was predicted, what happened and why; just as calmly when nothing was predicted.

    Args:
        key: the name given to `predict`.
        answer: what happened, as one of the options or in other words.
        because: one or two sentences.
    """
    chosen = _chosen.get(key)
    predicted = f"You predicted: {chosen}." if chosen is not None else "(no prediction was made)"
    print(f"{predicted} What happened: {answer}.\n{because}")


def _in_notebook():
    """Say whether a front end that can show widgets may be listening: an ipykernel, not a terminal."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return getattr(shell, "kernel", None) is not None
