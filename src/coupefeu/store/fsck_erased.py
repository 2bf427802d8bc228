"""What is left of entries whose content was erased: nothing of the content, and the head as its leaf commits to it."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

from coupefeu.errors import CoupefeuError
from coupefeu.model.messages import MessageId
from coupefeu.record.leaf import LEAF_BYTES, head_matches
from coupefeu.services.erasures.facts import Erasure, parse_erasure
from coupefeu.store.erased import IS_ERASED
from coupefeu.store.findings import Findings
from coupefeu.store.sqlite import Connection

ERASE_AGAIN: Final = (
    "Stop the node and run `coupefeu rebuild`: what our entries ERASED name is erased again, in the record "
    "and in the views."
)
_OURS: Final = (
    "SELECT idx, CAST(body AS BLOB) FROM entries WHERE log = ? AND substr(head, 2, 2) = ? ORDER BY idx"
)
_BODY: Final = "SELECT CAST(body AS BLOB) FROM entries WHERE log = ? AND idx = ? AND substr(head, 2, 2) = ?"
_STANDS: Final = (
    "SELECT idx FROM entries WHERE log = ? AND idx >= ? AND idx < ?"
    " AND (body IS NOT NULL OR seed IS NOT NULL) LIMIT 1"
)


class Remaining(NamedTuple):
    """What a row holds; `content`: body or seed, None where neither is left."""

    leaf: bytes
    head: bytes | None
    head_salt: bytes | None
    content: bytes | None


class ErasedCheck:
    """Checks the erased entries of one log against our entries ERASED."""

    def __init__(
        self,
        connection: Connection,
        findings: Findings,
        origin: str,
        log: int,
        is_ours: Callable[[int], bool],
    ) -> None:
        """`is_ours`: whether a log is one of ours, whose entries alone erase."""
        self._connection, self._findings = connection, findings
        self._origin, self._log, self._is_ours = origin, log, is_ours
        self._read = lru_cache(maxsize=8)(self._load)

    def check(self, index: int, by: MessageId | None, row: Remaining) -> None:
        """Check one entry that is said to be erased, or has a salt of its head as erased ones have."""
        if by is None:
            self._found("has the salt of an erased entry, and no entry ERASED is named", index)
            return
        if len(row.leaf) != LEAF_BYTES:
            self._found(f"{len(row.leaf)} bytes are no leaf", index)
        if row.content is not None:
            self._found("is erased, and its content is here", index, ERASE_AGAIN)
        if (row.head is None) != (row.head_salt is None):
            self._found("head and s_h are not both here", index)
        elif row.head is not None and not head_matches(
            row.leaf, self._origin, row.head_salt or b"", row.head
        ):
            self._found("the head or its salt s_h is not what the leaf commits to", index)
        erasure = self._read(by)
        if erasure is None or not any(
            log == self._log and start <= index < end for log, start, end in erasure.ranges
        ):
            self._found(f"entry {by[1]:,} of log {by[0]} is no ERASED of ours that names it", index)

    def check_named(self) -> None:
        """Check that nothing is left of what our entries ERASED name, in whichever log; of a log of ours."""
        for index, body in self._connection.stream(_OURS, (self._log, IS_ERASED)):
            for log, start, end in getattr(_parse(body), "ranges", ()):
                for (standing,) in self._connection.stream(_STANDS, (log, start, end)):
                    where = f"{self._origin}, entry {index:,}"
                    what = f"says that entry {standing:,} of log {log} is erased, and its content is here"
                    self._findings.add("erased", what, where, ERASE_AGAIN)

    def _load(self, by: MessageId) -> Erasure | None:
        if not self._is_ours(by[0]):
            return None
        rows = self._connection.stream(_BODY, (*by, IS_ERASED))
        return _parse(next(rows, (None,))[0])

    def _found(self, what: str, index: int, hint: str = "") -> None:
        where = f"{self._origin}, entry {index:,}"
        if hint:
            self._findings.add("erased", what, where, hint)
        else:
            self._findings.add("erased", what, where)


def _parse(body: bytes | None) -> Erasure | None:
    try:
        return None if body is None else parse_erasure(body)
    except CoupefeuError:
        return None
