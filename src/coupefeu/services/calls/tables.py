"""The tables of calls and of the steps about them, and the selects over them.

Both are plain inserts. Which step is the outcome, and whether an attempt is open, depends on both logs together: the
last columns of `calls` are derived anew when one more step is there (resolving.py), so that lists can be narrowed by
them. What a reader sees is folded from the same rows (fold.py); a property test holds the two to one another.
"""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    and_,
    bindparam,
    or_,
    select,
    tuple_,
    union_all,
)

from coupefeu.model.messages import MessageId
from coupefeu.services.base import METADATA, Statement
from coupefeu.services.entry_rows import entry_columns

MAX_STEPS: Final = 512
"""Of one attempt and side the earliest of its log count; honest nodes write a dozen."""


def _entry_columns() -> list[Column[Any]]:
    return [
        *entry_columns(),
        Column("post", String, nullable=False, doc="that speaks"),
        Column("body", LargeBinary, nullable=False),
        Column("effect", String, nullable=False, doc="why it has none; empty when it may have"),
    ]


def _place_columns(name: str, doc: str) -> list[Column[Any]]:
    return [Column(f"{name}_log", Integer, doc=doc), Column(f"{name}_idx", BigInteger)]


CALLS: Final = Table(
    "calls",
    METADATA,
    *_entry_columns(),
    Column("party", String, nullable=False, doc="whose log it stands in"),
    Column("leaf_hash", LargeBinary, nullable=False),
    Column("to_party", String, nullable=False),
    Column("to_post", String, nullable=False),
    Column("precedence", Integer, nullable=False),
    Column("agreement_version", BigInteger, nullable=False),
    Column("arrangement_log", Integer, doc="the proposal of the arranged call that this is"),
    Column("arrangement_idx", BigInteger),
    *_place_columns("caller_edge", "the last step of the caller that counts; None: all do"),
    *_place_columns("called_edge", "of who was called"),
    *_place_columns("said", "the first outcome in the log of who was called"),
    *_place_columns("shown", "the first step of the caller that shows to have seen that"),
    Column("outcome_arrival", BigInteger, doc="of the step that is the outcome; None: there is none yet"),
    Column("outcome", String, doc="in the words of model.calls.Outcome"),
    Column("is_open", Boolean, nullable=False, doc="no outcome yet, or in call"),
)
Index("calls_listed", CALLS.c.arrival, CALLS.c.outcome, CALLS.c.party, CALLS.c.is_open)
"""Counts and windows of filtered lists never touch a body."""
Index("calls_by_caller", CALLS.c.post, CALLS.c.outcome, CALLS.c.arrival)
Index("calls_by_pair_and_time", CALLS.c.post, CALLS.c.to_post, CALLS.c.arrived_ms)
_IS_ARRANGED: Final = CALLS.c.arrangement_log.is_not(None)
Index(
    "calls_arranged",
    CALLS.c.arrangement_log,
    CALLS.c.arrangement_idx,
    CALLS.c.arrived_ms,
    sqlite_where=_IS_ARRANGED,
    postgresql_where=_IS_ARRANGED,
)
Index("calls_open", CALLS.c.arrival, sqlite_where=CALLS.c.is_open, postgresql_where=CALLS.c.is_open)
"""Few are open among the hundred thousand that were."""

STEPS: Final = Table(
    "call_steps",
    METADATA,
    Column("call_log", Integer, primary_key=True, autoincrement=False),
    Column("call_idx", BigInteger, primary_key=True, autoincrement=False),
    Column("party", String, primary_key=True, doc="whose log it stands in"),
    *_entry_columns(),
    Column("call_leaf", LargeBinary, doc="of the call that its author saw; None: it was not named by one"),
    Column("kind", Integer, nullable=False),
    Column("outcome", String, doc="that it gives the attempt if it counts"),
    Column(
        "seen_log", Integer, nullable=False, doc="newest entry of the other side that its author had seen"
    ),
    Column("seen_idx", BigInteger, nullable=False),
    Column("about_log", Integer, doc="of words: the entry that they stand beside"),
    Column("about_idx", BigInteger),
    Column("erased", BigInteger, doc="our entry ERASED that names it; None: its content is here"),
)
Index("call_steps_by_entry", STEPS.c.log, STEPS.c.idx)
Index("call_steps_by_arrival", STEPS.c.arrival)

INSERT_CALL: Final = CALLS.insert().values({each.name: bindparam(each.name) for each in CALLS.c})
INSERT_STEP: Final = STEPS.insert().values({each.name: bindparam(each.name) for each in STEPS.c})
SELECT_CALL: Final = select(CALLS).where(CALLS.c.log == bindparam("log"), CALLS.c.idx == bindparam("idx"))


def place(row: Any, name: str = "") -> Any:
    """Give where something stands, as a value that compares: (log, idx) of a row, or a pair of its columns."""
    prefix = f"{name}_" if name else ""
    return tuple_(row.c[f"{prefix}log"], row.c[f"{prefix}idx"])


def counts(step: Any, side: str) -> Any:
    """Keep the steps of a side that count: those up to its edge, so that a flood costs no reader and no list."""
    party = CALLS.c.party if side == "caller" else CALLS.c.to_party
    edge = CALLS.c[f"{side}_edge_log"]
    return and_(
        step.c.call_log == CALLS.c.log,
        step.c.call_idx == CALLS.c.idx,
        step.c.party == party,
        or_(edge.is_(None), place(step) <= place(CALLS, f"{side}_edge")),
    )


def steps_of(calls: Any) -> Any:
    """Select the steps that count of the calls that fit; each side by itself, so that each is one range of the key."""
    sides = (select(STEPS).join(CALLS, counts(STEPS, side)).where(calls) for side in ("caller", "called"))
    return union_all(*sides)


SELECT_STEPS: Final = steps_of((CALLS.c.log == bindparam("log")) & (CALLS.c.idx == bindparam("idx")))


def select_call(call: MessageId) -> Statement:
    """Name the row of one call."""
    return Statement(SELECT_CALL, {"log": call[0], "idx": call[1]})


def select_steps(call: MessageId) -> Statement:
    """Name what stands on both logs about one call; of a party that wrote hundreds, the earliest."""
    return Statement(SELECT_STEPS, {"log": call[0], "idx": call[1]})
