"""The tables of the firebreak: when each entry counts, what happened, and what was opened and awaits something.

A *place* orders all entries of a party, whichever of its logs they stand in: the incarnation above the index.
"""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    String,
    Table,
    bindparam,
    delete,
    literal_column,
    null,
)

from coupefeu.model.logs import incarnation_of, log_number, position_of
from coupefeu.model.messages import MessageId
from coupefeu.model.topics import Topic
from coupefeu.services.base import METADATA

PLACE_BITS: Final = 32
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
IS_BOUND: Final = TIMES.c.bound != literal_column("''")
Index(
    "firebreak_times_bound",
    TIMES.c.position,
    TIMES.c.place,
    sqlite_where=IS_BOUND,
    postgresql_where=IS_BOUND,
)
"""What was counted at a bound: of honest nodes nothing."""

SIGHTS: Final = Table(
    "firebreak_sights",
    METADATA,
    Column("seen_position", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("bound", BigInteger, primary_key=True, autoincrement=False, doc="all places before it were seen"),
    Column("place", BigInteger, nullable=False, doc="of the first entry that had seen them"),
    Column("claimed_ms", BigInteger, nullable=False),
    Column("skew_ms", Integer, nullable=False),
    Column("seen_ms", BigInteger, doc="claimed by the newest entry before the bound; None: none is here"),
    sqlite_with_rowid=False,
)
Index("firebreak_sights_by_seer", SIGHTS.c.position, SIGHTS.c.seen_position, SIGHTS.c.place)


EVENTS: Final = Table(
    "firebreak_events",
    METADATA,
    Column("root_log", Integer, primary_key=True, autoincrement=False, doc="made from all about this"),
    Column("root_idx", BigInteger, primary_key=True, autoincrement=False),
    Column("topic", String, primary_key=True),
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("idx", BigInteger, primary_key=True, autoincrement=False),
    Column("party", String, primary_key=True),
    Column("value", String, primary_key=True),
    Column("key", String, nullable=False),
    Column("post", String, nullable=False),
    Column("counted_ms", BigInteger, nullable=False),
    Column("claimed_ms", BigInteger, nullable=False),
    Column("arrived_ms", BigInteger, nullable=False),
    Column("known_ms", BigInteger, nullable=False, doc="the earlier of counted and arrived"),
    Column("first_log", Integer, doc="the entry that it answers; None: it stands alone"),
    Column("first_idx", BigInteger),
    Column("first_counted_ms", BigInteger),
    Column("first_claimed_ms", BigInteger),
    Column("first_arrived_ms", BigInteger),
    Column("due_ms", BigInteger, doc="from when what it says holds; None: at once"),
)
Index("firebreak_events_counted", *(EVENTS.c[each] for each in ("topic", "key", "counted_ms", "log", "idx")))
Index("firebreak_events_known", *(EVENTS.c[each] for each in ("topic", "key", "known_ms", "log", "idx")))
_IS_ATTEMPT: Final = EVENTS.c.topic == literal_column(f"'{Topic.ATTEMPT}'")
for _name in ("counted", "known"):
    Index(
        f"firebreak_attempts_{_name}",
        *(EVENTS.c[each] for each in ("key", "value", f"{_name}_ms", "log", "idx")),
        sqlite_where=_IS_ATTEMPT,
        postgresql_where=_IS_ATTEMPT,
    )
"""Attempts by their outcome: thousands of one kind cost nothing when those of another are looked for."""

OPENED: Final = Table(
    "firebreak_opened",
    METADATA,
    Column(
        "id",
        BigInteger().with_variant(Integer, "sqlite"),  # there the place of the row itself, without an index
        primary_key=True,
        autoincrement=False,
        doc="see `opened_id`",
    ),
    Column("lane", Integer, nullable=False, doc="topic, party that owes and precedence: see `lane_of`"),
    Column(
        "root_log", Integer, doc="made from all about this; None: from all about the entry that opened it"
    ),
    Column("root_idx", BigInteger),
    Column("value", String, nullable=False),
    Column("post", String, nullable=False),
    Column("counted_ms", BigInteger, nullable=False),
    Column("claimed_ms", BigInteger, nullable=False),
    Column("arrived_ms", BigInteger, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Column("due_known_ms", BigInteger, nullable=False, doc="never after `due_ms`"),
    Column("until_ms", BigInteger, nullable=False, doc="when what closed it counts"),
    Column("until_by", BigInteger, doc="that entry, as `packed`"),
    Column("until_arrived_ms", BigInteger, nullable=False, doc="when something that closed it came first"),
    Column("known_by", BigInteger),
    Column(
        "until_last_ms", BigInteger, nullable=False, doc="the later of both: `NEVER` while nothing closes it"
    ),
)
_WAS_LATE: Final = OPENED.c.until_last_ms > OPENED.c.due_known_ms
Index(
    "firebreak_opened_late",
    OPENED.c.lane,
    OPENED.c.until_last_ms,
    OPENED.c.due_known_ms,
    sqlite_where=_WAS_LATE,
    postgresql_where=_WAS_LATE,
)
"""What was done in time is not in it: few things are late among all that were ever awaited."""
_HAS_ROOT: Final = OPENED.c.root_log.is_not(None)
Index(
    "firebreak_opened_by_root",
    OPENED.c.root_log,
    OPENED.c.root_idx,
    sqlite_where=_HAS_ROOT,
    postgresql_where=_HAS_ROOT,
)
SLOT_BITS: Final = 12
_NUMBER_BITS: Final = 7
PACKED_BITS: Final = 46
"""Of a place: the incarnation above the index."""
MOST_OF_ONE: Final = 1 << _NUMBER_BITS
"""So many things one entry opens for one party."""
_TOPICS: Final = tuple(Topic)
LANES_OF_TOPIC: Final = 1 << 8


def packed(entry: MessageId, parties: int) -> int:
    """Write an entry as one number."""
    position, place = position_and_place(entry, parties)
    return position << PACKED_BITS | place


def unpacked(number: int, parties: int) -> MessageId:
    """Read it."""
    return entry_at(number >> PACKED_BITS, number & ((1 << PACKED_BITS) - 1), parties)


def opened_id(entry: MessageId, position: int, number: int, parties: int) -> int:
    """Give a number to something opened: by the entry that opened it, who owes it, and which of its things it is."""
    return packed(entry, parties) << SLOT_BITS | slot_of(position, number)


def slot_of(position: int, number: int) -> int:
    """Give the place of something among all that one entry opens."""
    return position << _NUMBER_BITS | number


def lane_of(topic: Topic, position: int, precedence: int) -> int:
    """Give a number to what is awaited of one party in one matter at one precedence."""
    return (_TOPICS.index(topic) << 5 | position) << 3 | precedence + 1


def read_lane(lane: int) -> tuple[Topic, int, int]:
    """Give topic, position and precedence."""
    return _TOPICS[lane >> 8], lane >> 3 & 31, (lane & 7) - 1


def _insert(table: Table, **fixed: int | None) -> Any:
    """Write a row; what is fixed is not handed over each time."""
    values: dict[str, Any] = {
        each.name: null() if each.name in fixed and fixed[each.name] is None else bindparam(each.name)
        for each in table.c
    }
    values |= {name: literal_column(str(value)) for name, value in fixed.items() if value is not None}
    return table.insert().prefix_with("OR REPLACE").values(values)


INSERT_TIME: Final = _insert(TIMES)
INSERT_SIGHT: Final = _insert(SIGHTS)
INSERT_EVENT: Final = _insert(EVENTS)
INSERT_OPENED: Final = _insert(OPENED)
INSERT_STILL_OPEN: Final = _insert(
    OPENED,
    root_log=None,
    root_idx=None,
    until_ms=NEVER,
    until_by=None,
    until_arrived_ms=NEVER,
    known_by=None,
    until_last_ms=NEVER,
)
"""What a message opens as it comes: the most frequent of all rows here."""


def _forget(table: Table) -> Any:
    return delete(table).where(
        table.c.root_log == bindparam("b_log"),
        table.c.root_idx == bindparam("b_idx"),
        table.c.topic == bindparam("b_topic"),
    )


FORGET_EVENTS: Final = _forget(EVENTS)
FORGET_OPENED: Final = delete(OPENED).where(
    OPENED.c.root_log == bindparam("b_log"),
    OPENED.c.root_idx == bindparam("b_idx"),
    OPENED.c.lane >= bindparam("b_first"),
    OPENED.c.lane < bindparam("b_end"),
)
