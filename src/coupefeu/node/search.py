"""Search in what was written: one function for every kind of entry, the kinds of a newer peer too.

A text is found whatever its case, composed or not. First the bytes are looked at, which costs half a microsecond an
entry; only where they hold the words are the fields read, so that no byte between two fields is ever found.
"""

from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from typing import Any, Final

from coupefeu.errors import PeerError
from coupefeu.services.messages.texts import fold as fold_text
from coupefeu.wire.cbor import decode
from coupefeu.wire.head import decode_head

MAX_LOOKED_AT: Final = 100_000
"""A search looks at so many entries, the newest, and says so."""


def fold(text: str) -> str:
    """Give a text as it is compared; "" finds everything."""
    return fold_text(text.strip())


def says(head: bytes | None, body: bytes | None, words: str) -> bool:
    """Whether an entry holds `words` (folded): a post, an officer, or anything that its author wrote."""
    if not words:
        return True
    # What is no text is left out, not replaced: most bodies then are plain ASCII, which folds ten times as fast.
    if not _holds(((head or b"") + (body or b"")).decode("utf-8", "ignore"), words):
        return False
    return any(_holds(text, words) for text in chain(_said(body or b""), _posts(head)))


def _holds(text: str, words: str) -> bool:
    return words in fold_text(text)


def _said(body: bytes) -> Iterator[str]:
    """Give every text in a body; of one that cannot be read, its bytes as far as they are text, as they are shown."""
    try:
        yield from _texts(decode(body))
    except PeerError:
        yield body.decode("utf-8", "replace")


def _texts(value: Any) -> Iterator[str]:
    """Walk through what a body holds; the exact text of an agreement stands in it as bytes."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield value.decode("utf-8", "replace")
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)


def _posts(head: bytes | None) -> Iterator[str]:
    """Give who speaks and to whom; read last, for a head costs more than a body."""
    with suppress(PeerError):
        read = decode_head(head or b"")
        yield from (read.from_post, *read.to_posts)
