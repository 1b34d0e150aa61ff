"""One filter for all that is put out: names, notes and messages of others are shown as plain text, wherever they go.

A student chooses an id, writes code and raises messages; all of them reach a terminal, a page or a spreadsheet. There,
some characters are commands: escape sequences, marks that turn the order of letters, formulas. `visible` shows
commands as symbols; `spreadsheet_cell` also defuses formulas. Escaping for HTML is the templates' work.
"""

import re
import unicodedata

JOINERS = "\u200c\u200d"  # written in Persian names and in emoji; they show nothing and turn nothing around
# Every character that begins a formula in some spreadsheet, with the forms that a spreadsheet makes these of.
EQUALS_AND_AT = frozenset("=⁼₌﹦＝@﹫＠")
FORMULA = EQUALS_AND_AT | frozenset("+⁺₊﬩﹢＋-﹣－−")
# Set to another separator than the comma, a spreadsheet begins a cell behind it; behind a line break it always does.
SEPARATORS = frozenset(";|~\n␉␊␍")
# What may separate, and what may stand before a formula and be dropped.
BETWEEN = re.compile(rf"[\s;|~,:\"'{JOINERS}\u00ad␀-␡]+")
LONGEST_CELL = 32_767  # characters that a cell of a spreadsheet holds


def visible(text: str, *, keep: str = "\n\t") -> str:
    r"""Show control characters as symbols: ␛ for escape, ⟨U+202E⟩ for a mark without one.

    Args:
        text: any text, also one that is broken Unicode.
        keep: control characters that stay; line breaks and tabs, where their place can show them.

    Returns:
        Text that every terminal, browser and file takes as nothing but letters.

    Example:
        >>> visible("ann\x1b[2J\u202egnp.exe")
        'ann␛[2J⟨U+202E⟩gnp.exe'
    """
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n")  # how Windows ends a line
    return "".join(letter if letter in keep else _shown(letter) for letter in text)


def _shown(letter: str) -> str:
    code = ord(letter)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    # Cc: controls; Cf: marks of direction and without width; Cs: half a character; Zl, Zp: line and paragraph ends.
    if letter not in JOINERS and unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return f"⟨U+{code:04X}⟩"
    return letter


def one_line(text: str) -> str:
    """As `visible`, on one line: for names of people and files, which have no line breaks."""
    return visible(text, keep="")


def spreadsheet_cell(value: object) -> object:
    """Make a cell that no spreadsheet runs, whatever separates its cells: an apostrophe stands before each formula.

    Numbers and dates stay as they are, and so does a lone "-", which platforms read as "no grade".

    Args:
        value: text, number, date or None.

    Example:
        >>> spreadsheet_cell("=1+1"), spreadsheet_cell("a;@SUM(A1)"), spreadsheet_cell("Anne-Marie")
        ("'=1+1", "a;'@SUM(A1)", 'Anne-Marie')
    """
    if value is None:
        return ""
    if not isinstance(value, str) or value == "-":
        return value
    text = visible(value[:LONGEST_CELL], keep="\n")
    marked = BETWEEN.sub(lambda match: match.group() + _apostrophe(match), text)
    return "'" + marked if text[:1] in FORMULA else marked


def _apostrophe(match: re.Match[str]) -> str:
    """An apostrophe where a formula follows that may be a cell of its own; each search is short, whatever the text."""
    between, rest = match.group(), match.string[match.end() : match.end() + 2]
    if match.start() == 0 or not SEPARATORS.isdisjoint(between):
        return "'" if rest[:1] in FORMULA else ""
    # A comma, a colon or a space separates only where a person chose so: a minus sign behind one is arithmetic.
    followed = rest[:1] in EQUALS_AND_AT and rest[1:].strip() not in {"", "="}
    return "'" if followed and between.strip("\"'") else ""
