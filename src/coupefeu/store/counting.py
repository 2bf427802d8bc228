"""How many entries of each kind a record holds in a span of time, by the times that count.

Kind and claimed time stand in a head at places that its form fixes (`wire.head`): a million heads are looked at, none
parsed. The few that count at another time (`services.firebreak.times`) are then moved. A head that cannot be read says
neither; such entries are counted by when they came.
"""

from collections import Counter
from typing import Final

from coupefeu.services.firebreak.tables import PLACE_BITS
from coupefeu.store.sqlite import Connection, Translated

_IN_SPAN: Final = "substr(e.head, nullif(instr(e.head, x'041b'), 0) + 2, 8) BETWEEN ?1 AND ?2"
"""Eight bytes behind key 4, of a time after February 1970. Whose texts hold these bytes moves its own entry alone."""
_KIND: Final = "e.log || ' ' || hex(substr(e.head, 3, 9))"
"""The log, a number of CBOR, and what stands behind a short one."""
_ONE_BYTE: Final = 24
_CHUNK: Final = 100_000
_KINDS: Final = (
    f"SELECT group_concat({_KIND}, ',') FROM entries e"  # noqa: S608 - fixed texts
    f" WHERE e.arrival >= ?3 AND e.arrival < ?4 AND {_IN_SPAN}"
)
"""One text of many: SQLite would sort a million rows to group them, and the driver makes values of each."""
_ENDS: Final = "SELECT coalesce(min(arrival), 0), coalesce(max(arrival), -1) FROM entries"
_MOVED: Final = (
    f"SELECT {_KIND}, {_IN_SPAN} AS was_in, t.counted_ms >= ?3 AND t.counted_ms < ?4 AS is_in"  # noqa: S608 - fixed texts
    " FROM firebreak_times t INDEXED BY firebreak_times_bound CROSS JOIN entries e WHERE t.bound != ''"
    " AND is_in != (t.claimed_ms >= ?3 AND t.claimed_ms < ?4)"
    f" AND e.log = t.position + (t.place >> {PLACE_BITS}) * ?5"
    f" AND e.idx = t.place & {(1 << PLACE_BITS) - 1} AND is_in != coalesce(was_in, 0)"
)
"""Those that count on the other side of an end of the span, of however many at a bound."""
_UNREADABLE: Final = (
    f"SELECT {_KIND}, {_IN_SPAN}, m.log, m.arrived_ms >= ?3 AND m.arrived_ms < ?4"  # noqa: S608 - fixed texts
    " FROM messages m CROSS JOIN entries e WHERE e.log = m.log AND e.idx = m.idx"
    " AND m.kind = 0 AND m.effect = 'unreadable_head'"
)


def count_kinds(
    connection: Connection, from_ms: int, to_ms: int, parties: int
) -> dict[tuple[int, int | None], int]:
    """Count the entries of [from_ms, to_ms) by (log, kind); kind None: the head cannot be read.

    `parties`: how many the line has. Raises: StoreError.
    """
    span = from_ms.to_bytes(8), (to_ms - 1).to_bytes(8)
    written: Counter[str] = Counter()
    counts: Counter[tuple[int, int | None]] = Counter()
    with Translated():
        ((first, last),) = connection.query(_ENDS)
        for start in range(first, last + 1, _CHUNK):
            ((found,),) = connection.query(_KINDS, (*span, start, start + _CHUNK))
            written.update(found.split(",") if found else ())
        for kind, _, is_in in connection.query(_MOVED, (*span, from_ms, to_ms, parties)):
            written[kind] += 1 if is_in else -1
        for kind, is_counted, log, has_come in connection.query(_UNREADABLE, (*span, from_ms, to_ms)):
            counts[log, None] += has_come
            written[kind] -= bool(is_counted)
    for kind, count in written.items():
        if count:
            counts[_read_kind(kind)] += count
    return {key: count for key, count in counts.items() if count}


def _read_kind(text: str) -> tuple[int, int]:
    """Read the log, and an unsigned number of CBOR (RFC 8949, section 3)."""
    log, _, written = text.partition(" ")
    kind = bytes.fromhex(written)
    first = kind[0]
    return int(log), first if first < _ONE_BYTE else int.from_bytes(kind[1 : 1 + (1 << first - _ONE_BYTE)])
