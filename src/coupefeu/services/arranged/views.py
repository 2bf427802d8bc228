"""The table of arranged calls: a row for each entry, in whatever order they come; `fold.py` reads them.

Nothing is judged here but what an entry is about: how an arrangement stands depends on entries of two logs, and either
may come first.
"""

import json
from collections.abc import Sequence
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
    bindparam,
    func,
    literal_column,
    select,
)

from coupefeu.model.entry import Head, Kind
from coupefeu.model.messages import MessageId
from coupefeu.services.base import METADATA, Context, Recorded, Statement
from coupefeu.services.entry_rows import fits, storable

MAX_STEPS: Final = 64
"""So many acts of one log about one arrangement count, the first of them; later ones are kept and change nothing."""
NOTHING: Final[MessageId] = (-1, -1)
"""Stored with an act that names no arrangement, or no offer."""
UNKNOWN_LEAF: Final = bytes(32)

ARRANGED: Final = Table(
    "arranged",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("idx", BigInteger, primary_key=True, autoincrement=False),
    Column("arrival", BigInteger, nullable=False),
    Column("arrived_ms", BigInteger, nullable=False),
    Column("written_ms", BigInteger, nullable=False),
    Column("ours", Boolean, nullable=False),
    Column("kind", Integer, nullable=False),
    Column("from_post", String, nullable=False),
    Column("to_posts", String, nullable=False, doc="a JSON array"),
    Column("agreement_version", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    Column("root_log", Integer, nullable=False),
    Column("root_idx", BigInteger, nullable=False),
    Column(
        "root_leaf", LargeBinary, doc="of the proposal that its author saw; None: it was not named by one"
    ),
    Column("offer_log", Integer, nullable=False),
    Column("offer_idx", BigInteger, nullable=False),
    Column("offer_leaf", LargeBinary),
    Column("seen", String, nullable=False, doc="a JSON array of [log, size]"),
)
_IS_PROPOSAL: Final = ARRANGED.c.kind == literal_column(str(int(Kind.ARRANGE_PROPOSED)))
Index("arranged_by_root", ARRANGED.c.root_log, ARRANGED.c.root_idx, ARRANGED.c.log, ARRANGED.c.idx)
Index(
    "arranged_proposals",
    ARRANGED.c.ours,
    ARRANGED.c.arrival,
    sqlite_where=_IS_PROPOSAL,
    postgresql_where=_IS_PROPOSAL,
)
INSERT_ARRANGED: Final = ARRANGED.insert().values({each.name: bindparam(each.name) for each in ARRANGED.c})

SELECT_PROPOSAL: Final = select(ARRANGED).where(
    ARRANGED.c.log == bindparam("log"), ARRANGED.c.idx == bindparam("idx"), _IS_PROPOSAL
)
SELECT_NEWEST: Final = (
    select(ARRANGED)
    .where(_IS_PROPOSAL, ARRANGED.c.ours == bindparam("ours"))
    .order_by(ARRANGED.c.arrival.desc())
    .limit(bindparam("limit"))
)
"""The proposals of one side, newest first: a flood of theirs hides none of ours."""
_ROOTS: Final = func.json_each(bindparam("roots")).table_valued("value")
_NUMBERED: Final = (
    select(
        ARRANGED,
        func.row_number()
        .over(
            partition_by=(ARRANGED.c.root_log, ARRANGED.c.root_idx, ARRANGED.c.log), order_by=ARRANGED.c.idx
        )
        .label("place"),
    )
    .join(
        _ROOTS,
        (ARRANGED.c.root_log == func.json_extract(_ROOTS.c.value, "$[0]"))
        & (ARRANGED.c.root_idx == func.json_extract(_ROOTS.c.value, "$[1]")),
    )
    .where(~_IS_PROPOSAL)
    .subquery()
)
SELECT_STEPS: Final = (
    select(_NUMBERED)
    .where(_NUMBERED.c.place <= literal_column(str(MAX_STEPS)))
    .order_by(_NUMBERED.c.log, _NUMBERED.c.idx)
)
SELECT_ROOT_OF: Final = select(ARRANGED.c.root_log, ARRANGED.c.root_idx).where(
    ARRANGED.c.log == bindparam("log"), ARRANGED.c.idx == bindparam("idx")
)


def select_proposal(arrangement: MessageId) -> Statement:
    """Name the row of a proposal."""
    return Statement(SELECT_PROPOSAL, {"log": arrangement[0], "idx": arrangement[1]})


def select_steps(*arrangements: MessageId) -> Statement:
    """Name the acts about these arrangements, each log's in its own order."""
    return Statement(SELECT_STEPS, {"roots": json.dumps(arrangements)})


def select_newest(limit: int, *, ours: bool) -> Statement:
    """Name the newest proposals of ours, or of the other side."""
    return Statement(SELECT_NEWEST, {"ours": ours, "limit": limit})


def select_root_of(entry: MessageId) -> Statement:
    """Name the arrangement that an entry is about, the proposal itself included."""
    return Statement(SELECT_ROOT_OF, {"log": entry[0], "idx": entry[1]})


def apply(recorded: Recorded, context: Context) -> tuple[Statement, ...]:
    """Give the insert for one entry; whatever it holds, it is kept."""
    del context
    if recorded.head is None:
        return ()
    return (Statement(INSERT_ARRANGED, row_of(recorded, recorded.head)),)


def row_of(recorded: Recorded, head: Head) -> dict[str, Any]:
    """Give the row of an entry."""
    entry = (recorded.log, recorded.index)
    named = [(each.log, each.index) for each in head.references[:2]]
    root, offer = [*named, NOTHING, NOTHING][:2]
    leaves = [each.leaf_hash for each in head.references[:2]] + [UNKNOWN_LEAF] * 2
    if head.kind == Kind.ARRANGE_PROPOSED:
        root, offer, leaves = entry, NOTHING, [UNKNOWN_LEAF] * 2
    return {
        "log": recorded.log,
        "idx": recorded.index,
        "arrival": recorded.arrival,
        "arrived_ms": recorded.arrived_ms,
        "written_ms": head.written_ms,
        "ours": recorded.ours,
        "kind": head.kind,
        "from_post": storable(head.from_post),
        "to_posts": json.dumps([storable(each) for each in head.to_posts]),
        "agreement_version": head.agreement_version,
        "body": recorded.body,
        "leaf_hash": recorded.leaf_hash,
        **_named("root", root, leaves[0]),
        **_named("offer", offer, leaves[1]),
        "seen": json.dumps([(each.log, each.size) for each in head.seen]),
    }


def _named(role: str, entry: MessageId, leaf: bytes) -> dict[str, Any]:
    log, index = entry if fits(entry) else NOTHING
    return {
        f"{role}_log": log,
        f"{role}_idx": index,
        f"{role}_leaf": None if leaf == UNKNOWN_LEAF else leaf,
    }


def roots_of(rows: Sequence[Any]) -> list[MessageId]:
    """Name the arrangements of rows of proposals."""
    return [(row["log"], row["idx"]) for row in rows]
