"""Name the exercise that another one calls and that is not there: renamed, left out, or still to be written."""

from collections.abc import Iterable

from grading.lessons.checking import CheckFailed


def require_helpers(what: str, helpers: Iterable[str], exception: str | None, message: str, place: str) -> None:
    """Fail with the name of the missing exercise, where an exception was raised for that.

    Args:
        what: the exercise that was called.
        helpers: names of the others.
        exception: type of the exception.
        message: its text.
        place: where in the student's code it came up, see `dnnkit.checking.observe.Call`.

    Raises:
        CheckFailed: names the missing exercise, and the one that calls it.
    """
    for helper in helpers:
        if exception == "NameError" and place and message == f"name {helper!r} is not defined":
            cause = f"Did the cell of {helper} raise an error, or was {helper} renamed?"
            raise CheckFailed(f"{helper} is not defined in your notebook; {what} calls it. {cause}")
        if exception == "NotImplementedError" and place.startswith(f"in {helper}, line "):
            raise CheckFailed(f"{helper} is not written yet; {what} calls it.")
