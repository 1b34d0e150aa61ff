"""Predict first, then look: `predict` asks, `reveal` says what happened and whether that was predicted.

What a student chose is kept in memory; the notebook holds no more of it than the line that `reveal` shows. Without a
choice the answer stays folded up, so that "Run all" gives nothing away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from dnnkit.environment.ipython import in_notebook

NO_PREDICTION = "You have not made a prediction."


@dataclass
class _Prediction:
    """One question.

    Attributes:
        options: the answers to choose from; None while `predict` has not been run.
        chosen: the option that the student chose, or None.
        answer: what `reveal` says: (answer, because, the right option); None while it has not been run.
        handle: where the notebook shows that, or None.
    """

    options: Sequence[str] | None = None
    chosen: str | None = None
    answer: tuple[str, str, str] | None = None
    handle: Any = field(default=None, compare=False)


_predictions: dict[str, _Prediction] = {}


def predict(key: str, question: str, options: Sequence[str]) -> None:
    """Ask for a prediction before the cell that shows the answer.

    In a notebook this is a radio choice with nothing chosen at first, elsewhere plain text.

    Args:
        key: name that `reveal` uses for the same question.
        question: one sentence, as plain text.
        options: short answers, as plain text.
    """
    prediction = _predictions.setdefault(key, _Prediction())
    prediction.options = list(options)
    if prediction.chosen not in options:
        prediction.chosen = None
    text = "\n".join([f"Predict: {question}", *(f"  ( ) {option}" for option in options)])
    if in_notebook():
        try:
            from dnnkit.demos.choice import Choice
        except ImportError:  # without anywidget, as where somebody's own packages are used
            pass
        else:
            choice = Choice(question=f"Predict: {question}", options=prediction.options, chosen=prediction.chosen or "")
            choice.observe(lambda change: _choose(key, change["new"]), names="chosen")
            choice.show(text)
            return
    print(text)


def reveal(key: str, answer: str, because: str, *, correct: str | None = None) -> None:
    """Say what happened and why, and whether it was predicted.

    Where nothing was predicted, the answer is folded up in a notebook; as plain text it comes with the second call.

    Args:
        key: the name given to `predict`.
        answer: what happened, as one of the options or, with `correct`, in other words.
        because: one or two sentences.
        correct: the option that is right; the answer by default.

    Raises:
        ValueError: when the right option is none of those that `predict` offered.
    """
    prediction = _predictions.setdefault(key, _Prediction())
    right = answer if correct is None else correct
    if prediction.options is not None and right not in prediction.options:
        raise ValueError(
            f'The right answer must be an option of predict("{key}", ...): one of {list(prediction.options)}. '
            f"Got {right!r}. Is `correct=` missing?"
        )
    again = prediction.answer is not None
    prediction.answer = (answer, because, right)
    if in_notebook():
        from IPython.display import display

        bundle = {"text/html": to_html(prediction), "text/plain": to_text(prediction)}
        prediction.handle = display(bundle, raw=True, display_id=True)
    else:
        print(to_text(prediction, unfolded=again))


def to_text(prediction: _Prediction, *, unfolded: bool = False) -> str:
    """Write what happened as plain text.

    Args:
        prediction: a question that `reveal` has answered.
        unfolded: show the answer also where nothing was predicted.
    """
    if prediction.chosen is not None:
        return f"{_verdict(prediction)} You predicted: {prediction.chosen}. {_happened(prediction)}"
    if unfolded:
        return f"{NO_PREDICTION} {_happened(prediction)}"
    return f"{NO_PREDICTION} Decide for one of the answers, then run this again to see what happened."


def to_html(prediction: _Prediction) -> str:
    """Write what happened as HTML; where nothing was predicted, folded up.

    Args:
        prediction: a question that `reveal` has answered.
    """
    happened = escape(_happened(prediction)).replace("\n", "<br>")
    if prediction.chosen is not None:
        verdict = f"<strong>{_verdict(prediction)}</strong>"
        return f"<p>{verdict} You predicted: {escape(prediction.chosen)}. {happened}</p>"
    advice = "Choose one of the answers above, and this line says whether you were right."
    summary = "Show what happened without a prediction"
    return f"<p>{NO_PREDICTION} {advice}</p><details><summary>{summary}</summary><p>{happened}</p></details>"


def _verdict(prediction: _Prediction) -> str:
    return "Right." if prediction.answer and prediction.chosen == prediction.answer[2] else "Not this time."


def _happened(prediction: _Prediction) -> str:
    answer, because, _ = prediction.answer or ("", "", "")
    return f"What happened: {answer}.\n{because}"


def _choose(key: str, option: str) -> None:
    """Keep what was chosen; an answer that is on the page already, as after "Run all", becomes a verdict."""
    prediction = _predictions[key]
    prediction.chosen = option or None
    if prediction.handle is not None and prediction.answer is not None:
        bundle = {"text/html": to_html(prediction), "text/plain": to_text(prediction)}
        prediction.handle.update(bundle, raw=True)
