"""Every attachment that is held against the commitment in its message, and ours against what we promised."""

import re
from itertools import groupby
from operator import itemgetter
from typing import Final

from coupefeu.errors import CoupefeuError
from coupefeu.model.attachments import Promised
from coupefeu.model.entry import Kind
from coupefeu.record.attachment import attachment_salt, verify_attachment
from coupefeu.services.messages.forms import read_content
from coupefeu.services.presence.facts import read_presence
from coupefeu.store.findings import Findings
from coupefeu.store.sqlite import Connection
from coupefeu.wire.cbor import encode

_HAS_TABLE: Final = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'attachments'"
_HELD: Final = (
    "SELECT a.idx, a.number, CAST(e.seed AS BLOB), CAST(e.head AS BLOB), CAST(e.body AS BLOB),"
    " CAST(a.content AS BLOB) FROM attachments a"
    " LEFT JOIN entries e ON e.log = a.log AND e.idx = a.idx WHERE a.log = ? ORDER BY a.idx, a.number, a.part"
)
_BODIES: Final = (
    "SELECT idx, CAST(head AS BLOB), CAST(body AS BLOB) FROM entries WHERE log = ? AND body IS NOT NULL"
    " ORDER BY idx"
)
_NUMBERS: Final = "SELECT DISTINCT idx, number FROM attachments WHERE log = ?"
_IS_NOTE: Final = b"\x00" + encode(int(Kind.NOTE))
"""The beginning of every head of that kind, behind its first byte (wire/head.py)."""
_MAY_PROMISE: Final = re.compile(rb"\x0d[\x81-\x88]")
"""Key 13 and the head of its array: what every body with attachments holds, and hardly another."""


def check_attachments(
    connection: Connection, findings: Findings, origin: str, log: int, *, ours: bool
) -> int:
    """Check the attachments of one log, one at a time in memory; gives how many are held.

    An older program's record has no such table: it holds none, and promised none.
    """
    count = 0
    has_table = next(connection.stream(_HAS_TABLE), None) is not None
    rows = connection.stream(_HELD, (log,)) if has_table else ()
    for (index, number, seed, head, body), parts in groupby(rows, itemgetter(0, 1, 2, 3, 4)):
        count += 1
        promised = _promised(head, body or b"")
        defect = _defect(origin, number, b"".join(part[5] for part in parts), seed, promised)
        if defect:
            findings.add("attachment", defect, f"{origin}, attachment {number} of entry {index:,}")
    if ours:
        held = set(connection.stream(_NUMBERS, (log,))) if has_table else set()
        _check_ours(connection, findings, origin, log, held)
    return count


def _defect(
    origin: str, number: int, content: bytes, seed: bytes | None, promised: tuple[Promised, ...]
) -> str:
    if seed is None or not 0 <= number < len(promised):
        return "no message on the record promises it"
    try:
        verify_attachment(promised[number], origin, attachment_salt(seed, number), content)
    except CoupefeuError as error:
        return error.message
    return ""


def _check_ours(
    connection: Connection, findings: Findings, origin: str, log: int, held: set[tuple[int, int]]
) -> None:
    """Require that what we promised is here: no other side could have it from us otherwise."""
    for index, head, body in connection.stream(_BODIES, (log,)):
        for number in range(len(_promised(head, body))):
            if (index, number) not in held:
                where = f"{origin}, attachment {number} of entry {index:,}"
                findings.add("attachment", "we promised it, and it is not held", where)


def _promised(head: bytes | None, body: bytes) -> tuple[Promised, ...]:
    if head is not None and head[1 : 1 + len(_IS_NOTE)] == _IS_NOTE:
        note, _ = read_presence(Kind.NOTE, body)
        return (note,) if isinstance(note, Promised) else ()
    if not _MAY_PROMISE.search(body):
        return ()
    content, _ = read_content(body)
    return () if content is None else content.attachments
