"""The tables of the firebreak: when each entry counts, what happened, and what was opened and awaits something.

A *place* orders all entries of a party, whichever of its logs they stand in: the incarnation above the index.
"""

from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, bindparam, delete

from coupefeu.model.logs import incarnation_of, log_number, position_of
from coupefeu.model.messages import MessageId
from coupefeu.services.base import METADATA

PLACE_BITS: Final = 40
_LARGEST_INDEX: Final = (1 << PLACE_BITS) - 1
NEVER: Final = 1 << 60
"""When something closes that nothing has closed."""
LATEST_MS: Final = 1 << 52
"""A claimed time beyond it, on either side, is kept as this."""
NO_PRECEDENCE: Final = -1


def place_of(entry: MessageId, parties: int) -> int:
    """Give where an entry stands among all of its party."""
    log, index = entry
    return (incarnation_of(log, parties) - 1) << PLACE_BITS | min(index, _LARGEST_INDEX)


def entry_at(position: int, place: int, parties: int) -> MessageId:
    """Give the entry of the party at this position that stands there."""
    return log_number(position, (place >> PLACE_BITS) + 1, parties), place & _LARGEST_INDEX


def position_and_place(entry: MessageId, parties: int) -> tuple[int, int]:
    """Give the key of an entry in `TIMES`."""
    return position_of(entry[0], parties), place_of(entry, parties)


def clamp_ms(claimed_ms: int) -> int:
    """Bring a time that anybody may have written into what tables and sums can hold."""
    return min(max(claimed_ms, -LATEST_MS), LATEST_MS)


TIMES: Final = Table(
    "firebreak_times",
    METADATA,
    Column("position", Integer, primary_key=True, autoincrement=False, doc="of its party in the agreement"),
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("claimed_ms", BigInteger, nullable=False),
    Column("arrived_ms", BigInteger, nullable=False),
    Column("counted_ms", BigInteger, nullable=False, doc="claimed, or the nearer bound"),
    Column("bound", String, nullable=False),
    Column("skew_ms", Integer, nullable=False, doc="agreed in the version that it names"),
    sqlite_with_rowid=False,
)
Index("firebreak_times_counted", TIMES.c.position, TIMES.c.counted_ms)
Index("firebreak_times_arrived", TIMES.c.position, TIMES.c.arrived_ms)

SIGHTS: Final = Table(
    "firebreak_sights",
    METADATA,
    Column("seen_position", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("bound", BigInteger, primary_key=True, autoincrement=False, doc="all places before it were seen"),
    Column("place", BigInteger, nullable=False, doc="of the first entry that had seen them"),
    Column("claimed_ms", BigInteger, nullable=False),
    Column("skew_ms", Integer, nullable=False),
    sqlite_with_rowid=False,
)
Index("firebreak_sights_by_seer", SIGHTS.c.position, SIGHTS.c.seen_position, SIGHTS.c.place)


def _beginning() -> tuple[Column[Any], ...]:
    """Give the columns of a mark: what it was made from, and the entry whose time counts."""
    return (
        Column("root_log", Integer, primary_key=True, autoincrement=False, doc="made from all about this"),
        Column("root_idx", BigInteger, primary_key=True, autoincrement=False),
        Column("topic", String, primary_key=True),
        Column("log", Integer, primary_key=True, autoincrement=False),
        Column("idx", BigInteger, primary_key=True, autoincrement=False),
        Column("party", String, primary_key=True),
        Column("value", String, primary_key=True),
        Column("key", String, nullable=False),
        Column("post", String, nullable=False),
        Column("precedence", Integer, nullable=False),
        Column("counted_ms", BigInteger, nullable=False),
        Column("arrived_ms", BigInteger, nullable=False),
        Column("known_ms", BigInteger, nullable=False, doc="the earlier of both"),
    )


EVENTS: Final = Table(
    "firebreak_events",
    METADATA,
    *_beginning(),
    Column("first_log", Integer, doc="the entry that it answers; None: it stands alone"),
    Column("first_idx", BigInteger),
    Column("due_ms", BigInteger, doc="from when what it says holds; None: at once"),
    sqlite_with_rowid=False,
)
Index("firebreak_events_counted", EVENTS.c.topic, EVENTS.c.key, EVENTS.c.counted_ms)
Index("firebreak_events_known", EVENTS.c.topic, EVENTS.c.key, EVENTS.c.known_ms, EVENTS.c.arrived_ms)

OPENED: Final = Table(
    "firebreak_opened",
    METADATA,
    *_beginning(),
    Column("due_ms", BigInteger, nullable=False),
    Column("due_known_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False, doc="when what closed it counts"),
    Column("until_log", Integer),
    Column("until_idx", BigInteger),
    Column("until_arrived_ms", BigInteger, nullable=False, doc="when something that closed it came first"),
    Column("known_log", Integer),
    Column("known_idx", BigInteger),
    Column("is_late", Boolean, nullable=False, doc="it was overdue at some instant, by either clock"),
    sqlite_with_rowid=False,
)
_LATE: Final = (OPENED.c.topic, OPENED.c.party, OPENED.c.precedence)
Index(
    "firebreak_opened_late",
    *_LATE,
    OPENED.c.until_ms,
    OPENED.c.due_ms,
    sqlite_where=OPENED.c.is_late,
    postgresql_where=OPENED.c.is_late,
)
Index(
    "firebreak_opened_late_known",
    *_LATE,
    OPENED.c.until_arrived_ms,
    OPENED.c.due_known_ms,
    sqlite_where=OPENED.c.is_late,
    postgresql_where=OPENED.c.is_late,
)
"""What was done in time is in neither: few things are late among all that were ever awaited."""


def _insert(table: Table) -> Any:
    values: dict[str, Any] = {each.name: bindparam(each.name) for each in table.c}
    return table.insert().prefix_with("OR REPLACE").values(values)


INSERT_TIME: Final = _insert(TIMES)
INSERT_SIGHT: Final = _insert(SIGHTS)
INSERT_EVENT: Final = _insert(EVENTS)
INSERT_OPENED: Final = _insert(OPENED)


def _forget(table: Table) -> Any:
    return delete(table).where(
        table.c.root_log == bindparam("b_log"),
        table.c.root_idx == bindparam("b_idx"),
        table.c.topic == bindparam("b_topic"),
    )


FORGET_EVENTS: Final = _forget(EVENTS)
FORGET_OPENED: Final = _forget(OPENED)
