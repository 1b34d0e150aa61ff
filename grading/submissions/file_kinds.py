"""Say what a file is that is called a notebook and is none, so that its author knows what to hand in instead."""

import re

CONFLICT = re.compile(rb"^<{7}( |\r?$)", re.MULTILINE), re.compile(rb"^>{7}( |\r?$)", re.MULTILINE)
SCRIPT = re.compile(rb"\s*(#!|# %%|#[^\n]*\n|import \w|from \w+ import |def \w+\(|%\w+)")
BEGINNINGS = {
    b"PK\x03\x04": "It is a zip archive. Unpack it and hand in the notebook inside.",
    b"%PDF": "It is a PDF. Hand in the notebook itself.",
    b"\x1f\x8b": "It is a compressed file. Unpack it and hand in the notebook inside.",
    b"<": "It is a web page, perhaps the page that shows the notebook. Download the notebook itself and hand it in.",
}
SAVE_AGAIN = "Open it in JupyterLab and save it again."


def why_no_json(data: bytes) -> str:
    """Say what a file seems to be that cannot be read as JSON, and what to do, in sentences for the student.

    Args:
        data: the file's bytes.
    """
    if all(pattern.search(data) for pattern in CONFLICT):
        return (
            "Two versions were merged in it, and the marks of the conflict are still there (<<<<<<< and >>>>>>>). "
            "Take one of the two versions (git checkout --ours, or --theirs), look at it in JupyterLab, and save it."
        )
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    for beginning, sentence in BEGINNINGS.items():
        if start.startswith(beginning):
            return sentence
    if SCRIPT.match(start):
        return "It looks like a Python script. Hand in the notebook itself."
    return SAVE_AGAIN
