"""A text to learn to write, which every Python brings along."""


def load_text(*, num_characters: int | None = None) -> str:
    r"""Load the help texts of Python's own documentation as one long English text.

    It is what `help("if")` and the like show: chapters of the language reference, in alphabetical order. The text is
    the same on every machine with the same Python. Another version of Python has other words here and there and
    another length (465,109 characters in 3.11.7, 510,725 in 3.13.0), so leave room in a threshold that depends on it.

    Args:
        num_characters: how many characters from the beginning; all of them by default.

    Returns:
        A string of printable ASCII characters and line ends, 96 different ones at most in every version; the few
        others, such as curly quotes, are replaced.

    Raises:
        ValueError: the text is shorter than that.

    Example:
        >>> load_text(num_characters=22)
        'The "assert" statement'
    """
    from pydoc_data.topics import topics

    text = _in_ascii("\n\n".join(topics[name].strip() for name in sorted(topics)))
    if num_characters is not None and not 0 <= num_characters <= len(text):
        raise ValueError(
            f"load_text cannot return that many characters. Expected 0 to {len(text)}. Got {num_characters}. "
            f"Is it a number of words or of bytes?"
        )
    return text[:num_characters]


def load_topic(name: str) -> str:
    """Load one help text of Python's own documentation, such as what `help("compound")` shows.

    Args:
        name: a topic of `help`.

    Returns:
        A string of printable ASCII characters and line ends.

    Raises:
        KeyError: there is no such topic.

    Example:
        >>> load_topic("assert")[:22]
        'The "assert" statement'
    """
    from pydoc_data.topics import topics

    return _in_ascii(topics[name].strip())


def _in_ascii(text: str) -> str:
    """Replace curly quotes and the like by plain ones, and the rest by question marks."""
    plain = {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "--", "…": "...", "\t": "    ", "\xa0": " "}
    text = text.translate(
        str.maketrans(plain)  # type: ignore[arg-type]  # the stubs want values that may also be numbers or None
    )
    return "".join(c if " " <= c <= "~" or c == "\n" else "?" for c in text)
