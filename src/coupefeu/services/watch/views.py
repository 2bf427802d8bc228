"""The table of what was said of watches: a row for each entry; the newest of a post that has effect says how it stands.

Newest is the one with the highest index in its author's log: entries may overtake one another on their way, and the
author's order is the one that was signed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, bindparam, select

from coupefeu.model.agreement import Agreement
from coupefeu.model.entry import Head, Kind
from coupefeu.model.logs import party_of
from coupefeu.model.messages import format_number
from coupefeu.services.base import METADATA, Context, Recorded, Statement
from coupefeu.services.watch.facts import WatchFact, read_watch

WATCHES: Final = Table(
    "watches",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("idx", BigInteger, primary_key=True, autoincrement=False),
    Column("arrival", BigInteger, nullable=False),
    Column("arrived_ms", BigInteger, nullable=False),
    Column("claimed_ms", BigInteger, nullable=False),
    Column("ours", Boolean, nullable=False),
    Column("kind", Integer, nullable=False),
    Column("post", String, nullable=False),
    Column("officer", String, nullable=False),
    Column("heard", Boolean),
    Column("effect", String, nullable=False, doc="why it has none; empty when it has"),
)
Index("watches_by_post", WATCHES.c.effect, WATCHES.c.post, WATCHES.c.log, WATCHES.c.idx)
"""However many entries a party writes about its watch, the newest is found at once."""
INSERT_WATCH: Final = WATCHES.insert().values({each.name: bindparam(each.name) for each in WATCHES.c})
SELECT_NEWEST: Final = (
    select(WATCHES)
    .where(WATCHES.c.effect == "", WATCHES.c.post == bindparam("post"))
    .order_by(WATCHES.c.log.desc(), WATCHES.c.idx.desc())
    .limit(1)
)
SELECT_WATCHES: Final = select(WATCHES).order_by(WATCHES.c.arrival)
"""Everything that was said of watches, also without effect, by arrival."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchView:
    """A post that is on watch, as its party says.

    `officer` is exactly what was written beside the post. `claimed_ms`: since when, by its own clock; `arrived_ms`:
    when that was stored here. `heard`: whether the alarm was heard there when it was tried.
    """

    party: str
    number: str
    ours: bool
    post: str
    officer: str
    heard: bool
    claimed_ms: int
    arrived_ms: int


def select_newest(post: str) -> Statement:
    """Name the newest entry with effect of one post; a post speaks in its own party's log alone."""
    return Statement(SELECT_NEWEST, {"post": post})


def select_standing(agreement: Agreement) -> tuple[Statement, ...]:
    """Name, for every post of the agreement, the newest entry that `read_standing_watch` reads."""
    return tuple(select_newest(post.id) for post in agreement.posts)


def read_standing_watch(row: Mapping[str, Any], parties: tuple[str, ...]) -> WatchView | None:
    """Read the newest row of a post: the watch that stands, or None when it was left."""
    if row["kind"] != Kind.WATCH_TAKEN:
        return None
    return WatchView(
        party=party_of(row["log"], parties),
        number=format_number((row["log"], row["idx"]), parties),
        ours=bool(row["ours"]),
        post=row["post"],
        officer=row["officer"],
        heard=bool(row["heard"]),
        claimed_ms=row["claimed_ms"],
        arrived_ms=row["arrived_ms"],
    )


def apply(recorded: Recorded, context: Context) -> tuple[Statement, ...]:
    """Give the insert for one entry; one that cannot be read, or speaks for another's post, is kept with the reason."""
    head = recorded.head
    if head is None:
        return ()
    fact, effect = read_watch(head.kind, recorded.body)
    effect = effect or judge_post(head, recorded.log, context)
    return (Statement(INSERT_WATCH, _row(recorded, head, WatchFact() if effect else fact, effect)),)


def judge_post(head: Head, log: int, context: Context) -> str:
    """Refuse a post that is not its author's: nobody takes the watch of the other side, or ends it."""
    party, _, name = head.from_post.partition(".")
    is_theirs = party == context.party_of(log)
    return "" if is_theirs and name and "\x00" not in name else "foreign_post"


def _row(recorded: Recorded, head: Head, fact: WatchFact, effect: str) -> dict[str, Any]:
    return {
        "log": recorded.log,
        "idx": recorded.index,
        "arrival": recorded.arrival,
        "arrived_ms": recorded.arrived_ms,
        "claimed_ms": head.written_ms,
        "ours": recorded.ours,
        "kind": head.kind,
        "post": "" if effect else head.from_post,
        "officer": fact.officer,
        "heard": fact.heard,
        "effect": effect,
    }
