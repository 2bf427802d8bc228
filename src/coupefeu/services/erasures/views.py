"""The table of what was erased, a row for each range by whoever named it; ours empties rows of other views too."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, bindparam, select

from coupefeu.errors import CoupefeuError
from coupefeu.model.erasure import Why
from coupefeu.model.logs import party_of
from coupefeu.model.messages import MessageId, format_number
from coupefeu.services.base import METADATA, Context, Recorded, Statement
from coupefeu.services.calls.views import empty as empty_calls
from coupefeu.services.entry_rows import fits, storable
from coupefeu.services.erasures.facts import Erasure, parse_erasure
from coupefeu.services.incidents.views import empty_incidents
from coupefeu.services.messages.emptied import empty, stop_fetching
from coupefeu.services.notices.emptied import empty_notices
from coupefeu.services.passing.views import empty_passing
from coupefeu.services.persons.emptied import empty_statements
from coupefeu.services.presence.emptied import empty_reports

ERASURES: Final = Table(
    "erasures",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("idx", BigInteger, primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("arrival", BigInteger, nullable=False),
    Column("arrived_ms", BigInteger, nullable=False),
    Column("ours", Boolean, nullable=False),
    Column("why", Integer, nullable=False),
    Column("post", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("first_ms", BigInteger),
    Column("last_ms", BigInteger),
    Column("erased_log", Integer, nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("end", BigInteger, nullable=False),
    Column("effect", String, nullable=False, doc="why it has none; empty when it has"),
)
Index("erasures_by_entry", ERASURES.c.erased_log, ERASURES.c.start)
INSERT_ERASURE: Final = ERASURES.insert().values({each.name: bindparam(each.name) for each in ERASURES.c})
SELECT_ERASURES_OF: Final = (
    select(ERASURES)
    .where(
        ERASURES.c.erased_log == bindparam("log"),
        ERASURES.c.start <= bindparam("idx"),
        ERASURES.c.end > bindparam("idx"),
        ERASURES.c.effect == "",
    )
    .order_by(ERASURES.c.arrival)
    .limit(16)
)
"""Who has said that it erased one entry: at most one row of each party that keeps to the rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureView:
    """One party's word that the content of an entry is gone from its record; `post` ordered it, "" for nobody."""

    number: str
    party: str
    ours: bool
    why: Why
    post: str
    reason: str
    span_ms: tuple[int, int] | None
    arrived_ms: int


def select_erasures_of(entry: MessageId) -> Statement:
    """Name the rows that say that an entry was erased, by whom."""
    return Statement(SELECT_ERASURES_OF, {"log": entry[0], "idx": entry[1]})


def read_erasure(row: Mapping[str, Any], parties: tuple[str, ...]) -> ErasureView:
    """Read one row of `SELECT_ERASURES_OF`."""
    span = None if row["first_ms"] is None else (row["first_ms"], row["last_ms"])
    return ErasureView(
        number=format_number((row["log"], row["idx"]), parties),
        party=party_of(row["log"], parties),
        ours=bool(row["ours"]),
        why=Why(row["why"]),
        post=row["post"],
        reason=row["reason"],
        span_ms=span,
        arrived_ms=row["arrived_ms"],
    )


def apply(recorded: Recorded, context: Context) -> tuple[Statement, ...]:
    """Give the rows of one ERASED; ours empties what it names, one that cannot be read is kept with the reason."""
    try:
        erasure = parse_erasure(recorded.body)
    except CoupefeuError:
        unread = Erasure(why=Why.RETENTION, ranges=((-1, 0, 0),))
        return (Statement(INSERT_ERASURE, _row(recorded, 0, unread, "unreadable_body")),)
    named = [
        Statement(INSERT_ERASURE, _row(recorded, part, erasure, _judge(erasure.ranges[part][0])))
        for part in range(len(erasure.ranges))
    ]
    if not recorded.ours:
        author = context.party_of(recorded.log)
        own = [each for each in erasure.ranges if context.party_of(each[0]) == author]
        return (*named, *map(stop_fetching, own))
    emptied = [
        each
        for range_ in erasure.ranges
        for each in (
            *empty(range_, (recorded.log, recorded.index), int(erasure.why)),
            empty_calls(range_, (recorded.log, recorded.index)),
        )
    ]
    others = (empty_statements, empty_reports, empty_passing)
    emptied += [each(range_) for range_ in erasure.ranges for each in others]
    emptied += [
        each for range_ in erasure.ranges for each in (*empty_notices(range_), *empty_incidents(range_))
    ]
    return (*named, *emptied)


def _judge(log: int) -> str:
    return "" if fits((log, 0)) else "unknown_log"


def _row(recorded: Recorded, part: int, erasure: Erasure, effect: str) -> dict[str, Any]:
    log, start, end = erasure.ranges[part]
    first_ms, last_ms = erasure.span_ms or (None, None)
    return {
        "log": recorded.log,
        "idx": recorded.index,
        "part": part,
        "arrival": recorded.arrival,
        "arrived_ms": recorded.arrived_ms,
        "ours": recorded.ours,
        "why": int(erasure.why),
        "post": storable(erasure.post),
        "reason": storable(erasure.reason),
        "first_ms": first_ms,
        "last_ms": last_ms,
        "erased_log": -1 if effect else log,
        "start": start,
        "end": end,
        "effect": effect,
    }
