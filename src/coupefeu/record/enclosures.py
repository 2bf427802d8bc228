"""Attachments in a folder that a stranger gets: each is shown by two files of its own, or by none.

attachments/INDEX-N        the bytes of attachment N, from 0, of entry INDEX
attachments/INDEX-N.salt   s_a, 16 bytes; neither the seed nor the salt of another attachment goes with it
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from coupefeu.errors import PeerError, VerificationError
from coupefeu.model.attachments import Promised
from coupefeu.model.entry import Head
from coupefeu.record.attachment import verify_attachment
from coupefeu.record.leaf import SALT_BYTES

FOLDER: Final = "attachments"
_NAME: Final = re.compile(r"(0|[1-9][0-9]{0,18})-([0-9])(\.salt)?")

Read = Callable[[str], bytes | None]
Promises = Callable[[Head, bytes], tuple[Promised, ...]]
"""What an entry promises, from its head and body; nothing where it is no message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """One attachment that an entry promises; `is_shown`: its bytes are here, and are what was committed."""

    index: int
    number: int
    name: str
    size: int
    is_shown: bool
    note: bytes = b""
    """What a NOTE says, where that is shown: it is read with its entry; other contents stay out of memory."""


def attachment_path(index: int, number: int) -> str:
    """Return the path of an attachment's bytes; its salt stands at the same with `.salt`."""
    return f"{FOLDER}/{index}-{number}"


class Enclosures:
    """The attachments that a folder shows, by entry; one content at a time is in memory."""

    def __init__(self, read: Read, names: Iterable[str], promises: Promises) -> None:
        """`names`: the files in `attachments`. Raises: PeerError: one has another name, or lacks its twin."""
        self._read = read
        self._promises = promises
        self._shown = _pair(names)

    def within(self, start: int, end: int) -> frozenset[int]:
        """Give the entries of [start, end) of which attachments are shown."""
        return frozenset(index for index in self._shown if start <= index < end)

    def insist_below(self, size: int) -> None:
        """Return if all are of entries that were signed. Raises: PeerError: one is beyond the log."""
        for index in self._shown:
            if index >= size:
                raise _refused(index, "unshown", "the log has no such entry")

    def verify(self, origin: str, index: int, head: Head | None, body: bytes | None) -> list[Enclosure]:
        """Give all attachments that an entry promises, those shown verified.

        Raises:
            PeerError: one is shown of an entry whose body is not, or its salt is none.
            VerificationError: one is not what was committed, or was never promised.
        """
        shown = self._shown.get(index, set())
        if head is None or body is None:
            if shown:
                raise _refused(index, "unshown", "its head and body are not shown, so nothing commits to it")
            return []
        promised = self._promises(head, body)
        if shown and max(shown) >= len(promised):
            raise VerificationError(
                f"entry {index} promises {len(promised)} attachments, number {max(shown)} is shown",
                code="record.enclosures.not_promised",
                hint="Somebody put it there; its author never committed to it.",
            )
        for number in sorted(shown):
            self._verify(promised[number], origin, index, number)
        return [
            Enclosure(index=index, number=number, name=each.name, size=each.size, is_shown=number in shown)
            for number, each in enumerate(promised)
        ]

    def _verify(self, promised: Promised, origin: str, index: int, number: int) -> None:
        path = attachment_path(index, number)
        content, salt = self._read(path), self._read(f"{path}.salt")
        if content is None or salt is None or len(salt) != SALT_BYTES:
            raise _refused(index, "salt", f"{path} and its salt of {SALT_BYTES} bytes are not both here")
        try:
            verify_attachment(promised, origin, salt, content)
        except PeerError as error:
            raise VerificationError(
                f"attachment {number} of entry {index}: {error.message}",
                code="record.enclosures.commitment",
                hint="It was changed after it was recorded, or belongs to another message; keep both as evidence.",
            ) from error


def _pair(names: Iterable[str]) -> dict[int, set[int]]:
    contents: set[tuple[int, int]] = set()
    salts: set[tuple[int, int]] = set()
    for name in names:
        found = _NAME.fullmatch(name)
        if found is None:
            raise PeerError(
                f"{FOLDER}/{name} is no attachment of an export",
                code="record.enclosures.name",
                hint="Take away what is not of the export, or export it again.",
            )
        (salts if found[3] else contents).add((int(found[1]), int(found[2])))
    for index, number in contents ^ salts:
        raise _refused(index, "pair", f"attachment {number} needs its bytes and its salt, one is missing")
    shown: dict[int, set[int]] = {}
    for index, number in contents:
        shown.setdefault(index, set()).add(number)
    return shown


def _refused(index: int, defect: str, what: str) -> PeerError:
    return PeerError(
        f"an attachment is shown of entry {index:,}: {what}",
        code=f"record.enclosures.{defect}",
        hint="Copy the whole folder, or take both of its files away: then it is said to be not here.",
    )
