"""Read Jupyter's messages as a sandbox sends them: signed, of version 5, of limited size, and JSON."""

import hmac
import json
from collections.abc import Sequence

from jupyter_client.session import Session

from grading.sandbox.zmtp import ChannelClosed

DELIMITER = b"<IDS|MSG>"
HEADER_BYTES = 65_536  # of a message's header, and of the header of the message that it answers
PARTS = 500_000  # lists, dicts and items of a reply: each takes many times its text's bytes in memory


def answered_question(session: Session, frames: Sequence[bytes]) -> str | None:
    """Say which question a message answers.

    Args:
        session: holds the key of the connection.
        frames: the message's parts.

    Returns:
        The question's id, or None when it answers none.

    Raises:
        ValueError: when the message is not signed, or not of Jupyter's protocol.
    """
    signature, header, parent, metadata, content = _parts(frames)
    if not hmac.compare_digest(session.sign([header, parent, metadata, content]), signature):
        raise ValueError("a forged signature")
    if max(len(header), len(parent)) > HEADER_BYTES:
        raise ValueError("a header over the limit")
    head, question = json.loads(header), json.loads(parent)
    if not isinstance(head, dict) or not str(head.get("version")).startswith("5."):
        raise ValueError("not version 5 of the protocol")
    name = question.get("msg_id") if isinstance(question, dict) else None
    return name if isinstance(name, str) else None


def reply_content(frames: Sequence[bytes]) -> dict | None:
    """Parse the content of a message that `answered_question` has let pass; None when it is no dict.

    Raises:
        ChannelClosed: when it has too many parts.
        ValueError: when it is no JSON.
    """
    content = _parts(frames)[4]
    if sum(content.count(mark) for mark in (b",", b"[", b"{")) > PARTS:
        raise ChannelClosed("a reply of too many parts", "reply_bytes")
    found = json.loads(content)
    return found if isinstance(found, dict) else None


def _parts(frames: Sequence[bytes]) -> Sequence[bytes]:
    start = list(frames).index(DELIMITER) + 1
    signature, header, parent, metadata, content = frames[start : start + 5]
    return signature, header, parent, metadata, content
