"""Fingerprints of code by winnowing: what two texts share of them is alike, however names, layout and order differ.

Schleimer, Wilkerson, Aiken: "Winnowing: local algorithms for document fingerprinting", SIGMOD 2003. Code becomes tokens
in which every name that an author chooses is the same; each run of K tokens has a hash, and of any W hashes in a row
the smallest is kept. Every run of K + W - 1 tokens that two texts share leaves at least one fingerprint in both.
"""

import builtins
import hashlib
import keyword
import re
from collections.abc import Sequence
from dataclasses import dataclass

K, W = 9, 4
MOST_TOKENS = 50_000  # of one cell
NAMED = frozenset(keyword.kwlist) | frozenset(dir(builtins))  # nobody can call these otherwise
LAYOUT = frozenset("();,\\")  # what may be added and left out without a change of meaning, mostly
TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
    | (?P<string>(?<!\w)[rbfuRBFU]{0,2}(?:'{3}.*?'{3}|"{3}.*?"{3}|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"))
    | (?P<number>\d[\w.]*|\.\d[\w.]*)
    | (?P<attribute>\.\s*[^\W\d]\w*)
    | (?P<name>[^\W\d]\w*)
    | (?P<sign>\*\*=?|//=?|->|:=|[-+*/%@&|^<>=!]=|<<|>>|[^\w\s])""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """One token of code.

    Attributes:
        text: what it stands for: itself, or "N" for a name, "S" for a string.
        line: number of its line, from 0.
    """

    text: str
    line: int


def tokens_of(source: str) -> list[Token]:
    """Cut code into tokens; comments, layout and texts do not count, and code that is no Python is cut, too."""
    found: list[Token] = []
    line, position = 0, 0
    for match in TOKEN.finditer(source):
        line += source.count("\n", position, match.start())
        position = match.start()
        kind, text = match.lastgroup, match.group()
        if kind == "name" and text not in NAMED:
            text = "N"
        elif kind == "attribute":
            text = "." + text[1:].strip()
        elif kind == "number":
            text = _value(text)
        elif kind == "string":
            text = "S"
        again = kind == "string" and found and found[-1].text == "S"  # one text in two pieces
        if kind != "comment" and text not in LAYOUT and not again:
            found.append(Token(text, line))
        if len(found) == MOST_TOKENS:
            break
    return found


def fingerprints_of(source: str) -> dict[int, tuple[int, int]]:
    """Choose the fingerprints of a piece of code.

    Args:
        source: code, such as one cell.

    Returns:
        Fingerprint -> numbers of the first and the last line of the first run of tokens that has it.
    """
    tokens = tokens_of(source)
    hashes = [_hash([token.text for token in tokens[start : start + K]]) for start in range(len(tokens) - K + 1)]
    found: dict[int, tuple[int, int]] = {}
    for start in range(max(len(hashes) - W + 1, min(1, len(hashes)))):
        window = hashes[start : start + W]
        smallest = min(window)
        place = start + len(window) - 1 - window[::-1].index(smallest)  # the last of several, as the paper says
        found.setdefault(smallest, (tokens[place].line, tokens[place + K - 1].line))
    return found


def _value(number: str) -> str:
    """One spelling of a number, however it was written."""
    try:
        return repr(float(number))
    except ValueError:
        return number


def _hash(texts: Sequence[str]) -> int:
    return int.from_bytes(hashlib.blake2b("\0".join(texts).encode("utf-8", "replace"), digest_size=8).digest(), "big")
