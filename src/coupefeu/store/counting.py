"""How many entries of each kind a record holds in a span of time, by the clock of who wrote them.

Kind and time stand in a head at places that its form fixes (`wire.head`): a million heads are looked at, none parsed.
A head that cannot be read says neither; such entries are counted by when they came.
"""

from collections import Counter
from typing import Final

from coupefeu.store.sqlite import Connection, Translated

_IN_SPAN: Final = "substr(head, nullif(instr(head, x'041b'), 0) + 2, 8) BETWEEN ?1 AND ?2"
"""Eight bytes behind key 4, of a time after February 1970. Whose texts hold these bytes moves its own entry alone."""
_KIND: Final = "substr(head, 3, 9)"
"""A number of CBOR, and what stands behind a short one."""
_ONE_BYTE: Final = 24
_KINDS: Final = f"SELECT log, {_KIND} FROM entries WHERE {_IN_SPAN}"  # noqa: S608 - fixed texts
_UNREADABLE: Final = (
    f"SELECT m.log, m.arrived_ms >= ?3 AND m.arrived_ms < ?4, {_KIND}, {_IN_SPAN}"  # noqa: S608 - fixed texts
    " FROM messages m CROSS JOIN entries e WHERE e.log = m.log AND e.idx = m.idx"
    " AND m.kind = 0 AND m.effect = 'unreadable_head'"
)


def count_kinds(connection: Connection, from_ms: int, to_ms: int) -> dict[tuple[int, int | None], int]:
    """Count the entries of [from_ms, to_ms) by (log, kind); kind None: the head cannot be read."""
    span = from_ms.to_bytes(8), (to_ms - 1).to_bytes(8)
    counts: Counter[tuple[int, int | None]] = Counter()
    with Translated():  # SQLite would sort a million rows to group them
        found = Counter(connection.query(_KINDS, span))
    for (log, kind), count in found.items():
        counts[log, _read_kind(kind)] += count
    for log, has_come, kind, is_counted in connection.stream(_UNREADABLE, (*span, from_ms, to_ms)):
        counts[log, None] += has_come
        if is_counted:
            counts[log, _read_kind(kind)] -= 1
    return {key: count for key, count in counts.items() if count}


def _read_kind(written: bytes) -> int:
    """Read an unsigned number of CBOR (RFC 8949, section 3)."""
    first = written[0]
    if first < _ONE_BYTE:
        return first
    return int.from_bytes(written[1 : 1 + (1 << first - _ONE_BYTE)])
