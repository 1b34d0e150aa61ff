"""What one value that travels may hold, in one table; the error names the limit that was passed.

The sizes keep the cost of a hostile value small for whatever a check does with it: NumPy turns a list of texts into
an array of texts that are all as long as the longest, a set of large integers with the same hash is filled in a time
that grows with its size squared, and an array without bytes may have millions of rows.
"""

from dataclasses import dataclass, fields

EXACT_HASH = 2**60  # integers below it have hashes of their own; larger ones can be chosen to share one


@dataclass(frozen=True)
class WireLimits:
    """What one value may hold, everything inside it counted together unless it says otherwise.

    Attributes:
        array_bytes: bytes of all arrays.
        elements: numbers in all arrays; an axis of length 0 counts as if its length were 1.
        dimensions: axes of one array.
        items: items of lists and tuples, entries of dicts, and numbers of arrays that are written as text.
        texts: texts, keys of dicts included.
        text_chars: characters of one text.
        all_text_chars: characters of all texts.
        digits: decimal digits of one integer.
        large_integers: integers of more than 60 bits.
        depth: levels of lists, tuples and dicts inside each other.
    """

    array_bytes: int = 32 * 2**20
    elements: int = 4 * 2**20
    dimensions: int = 16
    items: int = 100_000
    texts: int = 5_000
    text_chars: int = 4_000
    all_text_chars: int = 200_000
    digits: int = 600
    large_integers: int = 100
    depth: int = 16


IN_WORDS = {
    "array_bytes": "bytes in arrays",
    "elements": "numbers in arrays",
    "dimensions": "axes in an array",
    "items": "items in lists, tuples and dicts",
    "texts": "texts",
    "text_chars": "characters in a text",
    "all_text_chars": "characters in all texts",
    "digits": "digits in an integer",
    "large_integers": "integers of more than 18 digits",
    "depth": "levels of lists, tuples and dicts inside each other",
}
LIMITS = WireLimits()


class WireError(ValueError):
    """A value that cannot travel, or a message that is not what `encode` writes."""


class WireLimitPassed(WireError):
    """A value that is larger than what may travel.

    Attributes:
        limit: name of the limit, an attribute of `WireLimits`.
    """

    def __init__(self, limit: str, most: int) -> None:
        super().__init__(f"more than {most:,} {IN_WORDS[limit]} ({limit})")
        self.limit = limit


class Allowance:
    """What is left of the limits while one value is encoded or decoded.

    Args:
        limits: the limits.
    """

    def __init__(self, limits: WireLimits = LIMITS) -> None:
        self._limits = limits
        self._left = {field.name: getattr(limits, field.name) for field in fields(limits)}

    def spend(self, limit: str, count: int) -> None:
        """Take from what is left in all.

        Raises:
            WireLimitPassed: when nothing is left of it.
        """
        self._left[limit] -= count
        if self._left[limit] < 0:
            raise WireLimitPassed(limit, getattr(self._limits, limit))

    def allow(self, limit: str, count: int) -> None:
        """Compare the size of one part with its limit.

        Raises:
            WireLimitPassed: when it is larger.
        """
        if count > getattr(self._limits, limit):
            raise WireLimitPassed(limit, getattr(self._limits, limit))

    def spend_text(self, text: str) -> None:
        """Count one text."""
        self.allow("text_chars", len(text))
        self.spend("all_text_chars", len(text))
        self.spend("texts", 1)

    def spend_integer(self, number: int) -> None:
        """Count one integer; only large ones matter."""
        if not -EXACT_HASH < number < EXACT_HASH:
            self.spend("large_integers", 1)
            if abs(number) >= 10**self._limits.digits:
                raise WireLimitPassed("digits", self._limits.digits)

    def spend_array(self, shape: tuple[int, ...], item_bytes: int) -> None:
        """Count one array by its shape, before there is any."""
        self.allow("dimensions", len(shape))
        bytes_, elements = item_bytes, 1
        for length in shape:
            bytes_, elements = bytes_ * length, elements * max(1, length)
            self.allow("elements", elements)
        self.spend("elements", elements)
        self.spend("array_bytes", bytes_)
