"""The table of what was said of watches: a row for each entry; the newest that has effect says how a desk stands.

Newest is the one with the highest index in its author's log: entries may overtake one another on their way, and the
author's order is the one that was signed. Nothing of a row depends on another row, so that the order of arrival is none
of its business; what rows mean together is judged when they are read (`standing`).
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    bindparam,
    select,
)

from coupefeu.model.entry import Head, Kind
from coupefeu.model.messages import MessageId
from coupefeu.services.base import METADATA, Context, Recorded, Rows, Statement
from coupefeu.services.entry_rows import entry_columns, entry_row
from coupefeu.services.speaker import judge_speaker
from coupefeu.services.watch.facts import read_watch
from coupefeu.services.watch.hand_over import read_accepted, read_hand_over
from coupefeu.services.watch.roster import read_roster
from coupefeu.wire import cbor

WATCH: Final = "watch"
HAND_OVER: Final = "hand_over"
ROSTER: Final = "roster"
MATTERS: Final[Mapping[int, str]] = {
    Kind.WATCH_TAKEN: WATCH,
    Kind.WATCH_LEFT: WATCH,
    Kind.WATCH_ACCEPTED: WATCH,
    Kind.WATCH_HANDED_OVER: HAND_OVER,
    Kind.ROSTER: ROSTER,
}
"""Of each kind: what it says anew of a post."""

WATCHES: Final = Table(
    "watches",
    METADATA,
    *entry_columns(),
    Column("kind", Integer, nullable=False),
    Column("matter", String, nullable=False),
    Column("post", String, nullable=False),
    Column("officer", String, nullable=False),
    Column("heard", Boolean),
    Column(
        "body",
        LargeBinary,
        nullable=False,
        doc="of a hand-over, an acceptance, a roster; empty without effect",
    ),
    Column("named", LargeBinary, nullable=False, doc="CBOR [[log, index], ...]: what its head refers to"),
    Column("effect", String, nullable=False, doc="why it has none; empty when it has"),
)
Index("watches_by_post", WATCHES.c.effect, WATCHES.c.post, WATCHES.c.matter, WATCHES.c.log, WATCHES.c.idx)
"""However many entries a party writes about its watch, the newest is found at once."""
INSERT_WATCH: Final = WATCHES.insert().values({each.name: bindparam(each.name) for each in WATCHES.c})
_OF_POST: Final = (
    select(WATCHES)
    .where(
        WATCHES.c.effect == "",
        WATCHES.c.post == bindparam("post"),
        WATCHES.c.matter == bindparam("matter"),
    )
    .order_by(WATCHES.c.log.desc(), WATCHES.c.idx.desc())
    .limit(1)
)
SELECT_NEWEST: Final = _OF_POST
SELECT_NEWEST_IN_LOG: Final = _OF_POST.where(
    WATCHES.c.log == bindparam("log"), WATCHES.c.idx < bindparam("idx")
)
SELECT_NEWEST_OF_EARLIER_LOGS: Final = _OF_POST.where(WATCHES.c.log < bindparam("log"))
SELECT_WATCHES: Final = select(WATCHES).order_by(WATCHES.c.arrival)
"""Everything that was said of watches, also without effect, by arrival."""
SELECT_LATEST: Final = (
    select(WATCHES).where(WATCHES.c.effect == "").order_by(WATCHES.c.arrival.desc()).limit(bindparam("count"))
)
"""The latest that had effect, of both sides, newest arrival first."""

Row = Mapping[str, Any]


def select_newest(post: str, matter: str = WATCH) -> Statement:
    """Name the newest entry with effect of one post; a post speaks in its own party's logs alone."""
    return Statement(SELECT_NEWEST, {"post": post, "matter": matter})


def select_before(row: Row, matter: str) -> tuple[Statement, Statement]:
    """Name the newest of this post before a row: in the same log, and in the logs before it."""
    values = {"post": row["post"], "matter": matter, "log": row["log"]}
    return (
        Statement(SELECT_NEWEST_IN_LOG, values | {"idx": row["idx"]}),
        Statement(SELECT_NEWEST_OF_EARLIER_LOGS, values),
    )


def position(row: Row) -> MessageId:
    """Give where a row stands in the logs of its party."""
    return row["log"], row["idx"]


def is_under_way(watch: Rows, hand_over: Rows) -> bool:
    """Whether a hand-over waits to be accepted: somebody stands, and it is newer than the word by which he does."""
    if not watch or not hand_over or watch[0]["kind"] == Kind.WATCH_LEFT:
        return False
    return position(hand_over[0]) > position(watch[0])


def listed_in(row: Row) -> tuple[MessageId, ...]:
    """Give the entries that a row refers to: what a hand-over lists, or which one an acceptance names."""
    return tuple((log, index) for log, index in cbor.decode(row["named"]))


def apply(recorded: Recorded, context: Context) -> tuple[Statement, ...]:
    """Give the insert for one entry; one that cannot be read, or speaks for another's post, is kept with the reason."""
    head = recorded.head
    if head is None:
        return ()
    officer, heard, effect = _read(head, recorded.body)
    effect = effect or judge_speaker(head, context.party_of(recorded.log))
    row = _blank(recorded, head, effect)
    if not effect:
        named = [[each.log, each.index] for each in head.references]
        body = b"" if head.kind in _SHORT else recorded.body
        row |= {"post": head.from_post, "officer": officer, "heard": heard, "body": body} | {
            "named": cbor.encode(named)
        }
    return (Statement(INSERT_WATCH, row),)


_SHORT: Final = frozenset({Kind.WATCH_TAKEN, Kind.WATCH_LEFT})


def _read(head: Head, body: bytes) -> tuple[str, bool | None, str]:
    """Give the label, what is said of the alarm, and why the entry has no effect."""
    match head.kind:
        case Kind.WATCH_HANDED_OVER:
            offered, effect = read_hand_over(body, len(head.references))
            return offered.officer, None, effect
        case Kind.WATCH_ACCEPTED:
            accepted, effect = read_accepted(body, len(head.references))
            return accepted.officer, accepted.heard, effect
        case Kind.ROSTER:
            planned, effect = read_roster(body)
            return planned.officer, None, effect
        case _:
            fact, effect = read_watch(head.kind, body)
            return fact.officer, fact.heard, effect


def body_defect(kind: int, body: bytes) -> str:
    """Name what is wrong with a body of these kinds, its head apart ("" when nothing)."""
    match kind:
        case Kind.WATCH_HANDED_OVER:
            return read_hand_over(body)[1]
        case Kind.WATCH_ACCEPTED:
            return read_accepted(body)[1]
        case Kind.ROSTER:
            return read_roster(body)[1]
        case _:
            return read_watch(kind, body)[1]


def _blank(recorded: Recorded, head: Head, effect: str) -> dict[str, Any]:
    return {
        **entry_row(recorded, head),
        "kind": head.kind,
        "matter": MATTERS[head.kind],
        "post": "",
        "officer": "",
        "heard": None,
        "body": b"",
        "named": b"\x80",
        "effect": effect,
    }
