"""What is searched: for each message one folded text of all that its author wrote in it.

Case makes no difference, nor whether an accent is one character or two, nor the two dots of ё, which most people leave
out. The text is made when the entry is applied, so that a search costs no decoding.
"""

from collections.abc import Iterator
from typing import Final
from unicodedata import normalize

from sqlalchemy import Column, Integer, String, Table, bindparam

from coupefeu.model.messages import Content
from coupefeu.services.base import METADATA, Recorded, Statement

TEXTS: Final = Table(
    "message_texts",
    METADATA,
    Column("arrival", Integer, primary_key=True, autoincrement=False),
    Column("text", String, nullable=False),
)
INSERT_TEXT: Final = TEXTS.insert().values({each.name: bindparam(each.name) for each in TEXTS.c})


def fold(text: str) -> str:
    """Give a text as it is compared."""
    if text.isascii():
        return text.lower()
    return normalize("NFC", text.casefold()).replace("ё", "е")


def apply(recorded: Recorded, content: Content | None) -> Statement:
    """Give the insert for a message."""
    return Statement(INSERT_TEXT, {"arrival": recorded.arrival, "text": searched(recorded.body, content)})


def searched(body: bytes, content: Content | None) -> str:
    """Give what is searched of a message; of one that cannot be read, its bytes as far as they are text."""
    words = body.decode("utf-8", "replace") if content is None else "\n".join(texts_of(content))
    return fold(words).replace("\x00", "\u2400")


def texts_of(content: Content) -> Iterator[str]:
    """Give everything that an author wrote in a message; a critical passage stands in the text."""
    yield from (content.text, content.place, content.counterpart, content.officer)
    yield from content.numbers
    yield from (slot for slot in content.slots if isinstance(slot, str))
    yield from (each.name for each in content.attachments)
