"""Search in what was written: one function for messages and for the whole record.

A text is found whatever its case, composed or not. First the bytes are looked at, which costs half a microsecond an
entry; only where they hold the words are the fields decoded, so that no byte between two fields is ever found.
"""

from collections.abc import Iterator
from typing import Final

from coupefeu.errors import PeerError
from coupefeu.model.entry import Kind
from coupefeu.services.messages.facts import ACTS, read_act
from coupefeu.services.messages.forms import read_content
from coupefeu.services.messages.texts import fold as fold_text
from coupefeu.wire.head import decode_head

MAX_LOOKED_AT: Final = 100_000
"""A search looks at so many entries, the newest, and says so."""
_MESSAGES: Final = frozenset({Kind.MESSAGE, Kind.LINE_TEST})


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
    return any(_holds(text, words) for text in _texts(head, body))


def _holds(text: str, words: str) -> bool:
    return words in fold_text(text)


def _texts(head: bytes | None, body: bytes | None) -> Iterator[str]:
    if head is None:
        return
    try:
        read = decode_head(head)
    except PeerError:
        return
    yield from (read.from_post, *read.to_posts)
    if body is None:
        return
    if read.kind in _MESSAGES:
        yield from _of_message(body)
    elif read.kind in ACTS:
        act, _ = read_act(read.kind, body)
        yield from (act.officer, act.text, *act.typed)
    else:
        yield body.decode("utf-8", "replace")


def _of_message(body: bytes) -> Iterator[str]:
    """Of what cannot be read, the bytes as far as they are text, as they are shown."""
    content, _ = read_content(body)
    if content is None:
        yield body.decode("utf-8", "replace")
        return
    yield from (content.officer, content.place, content.counterpart, content.text)
    yield from (*content.numbers, *content.passages)
    yield from (each for each in content.slots if isinstance(each, str))
    yield from (each.name for each in content.attachments)
