"""What a party signed on the other branch of a log that it forked: kept to be read, marked, and never part of the log.

The branch that was held first stands (protocol A13). Nothing here has an effect, a receipt or a number of its own; the
officer sees it, for a FLASH may stand on the wrong branch by no fault of its author.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import bindparam, func, insert, literal_column, select, update

from coupefeu.record.leaf import leaf_hash
from coupefeu.services.base import Rows, Statement
from coupefeu.store import tables
from coupefeu.store.incoming import Incoming
from coupefeu.store.sqlite import Connection
from coupefeu.store.transaction import Transaction

MAX_KEPT: Final = 256
"""Entries of other branches that are kept of one log, the first that came: who forks may write any number."""

_BRANCHES = tables.branches
_HELD = select(func.count()).where(_BRANCHES.c.log == bindparam("log")).scalar_subquery()
_INSERT = (
    insert(_BRANCHES)
    .prefix_with("OR IGNORE")
    .from_select(
        [column.name for column in _BRANCHES.c if column.name != "number"],
        select(
            *(bindparam(column.name, type_=column.type) for column in _BRANCHES.c if column.name != "number")
        ).where(_HELD < MAX_KEPT),
    )
)
_NEWEST = select(_BRANCHES).order_by(_BRANCHES.c.number.desc()).limit(bindparam("count"))
_FROM = (
    select(_BRANCHES.c.idx, _BRANCHES.c.leaf)
    .where(_BRANCHES.c.log == bindparam("log"), _BRANCHES.c.idx >= bindparam("start"))
    .order_by(_BRANCHES.c.number)
)
_NOTHING: Any = literal_column("x''")
_WITH_CONTENT = (func.length(_BRANCHES.c.body) + func.length(_BRANCHES.c.seed)) > literal_column("0")
_WITHIN = select(_BRANCHES).where(
    _BRANCHES.c.log == bindparam("log"),
    _BRANCHES.c.idx >= bindparam("start"),
    _BRANCHES.c.idx < bindparam("end"),
    _WITH_CONTENT,
)
_ARRIVED_BY = select(_BRANCHES).where(_BRANCHES.c.arrived_ms <= bindparam("until_ms"), _WITH_CONTENT)
_EMPTY = (
    update(_BRANCHES).where(_BRANCHES.c.number == bindparam("b_number")).values(seed=_NOTHING, body=_NOTHING)
)
_IS_ERASED = select(tables.entries.c.idx).where(
    tables.entries.c.log == bindparam("log"),
    tables.entries.c.idx == bindparam("idx"),
    tables.entries.c.erased.is_not(None),
)
_OF_ENTRY = select(_BRANCHES).where(_BRANCHES.c.log == bindparam("log"), _BRANCHES.c.idx == bindparam("idx"))


def keep_branch(
    transaction: Transaction, log: int, entries: Iterable[Incoming], signed: dict[str, Any]
) -> None:
    """Keep entries of another branch, which a verified statement covers; in a place that we erased, without content.

    `signed`: `start` (None of a checkpoint), `end` and `signature` of that statement.
    """
    for entry in entries:
        if entry.has_body:
            row: dict[str, Any] = {
                "log": log,
                "idx": entry.index,
                "arrived_ms": transaction.context.now.utc_ms,
            }
            row |= {"leaf": entry.leaf, "seed": entry.seed, "head": entry.head, "body": entry.body}
            if transaction.select(Statement(_IS_ERASED, {"log": log, "idx": entry.index})):
                row |= {"seed": b"", "body": b""}
            transaction.write(_INSERT, row | signed)


def branch_hashes(transaction: Transaction, log: int, start: int) -> dict[int, bytes]:
    """Hashes of the leaves of another branch from `start` on; of several, of the one that came last."""
    rows = transaction.select(Statement(_FROM, {"log": log, "start": start}))
    return {row["idx"]: leaf_hash(row["leaf"]) for row in rows}


def branches_within(transaction: Transaction, log: int, start: int, end: int) -> Rows:
    """Rows of `branches` in the places [start, end) of a log, whose content is held."""
    return transaction.select(Statement(_WITHIN, {"log": log, "start": start, "end": end}))


def branches_arrived_by(transaction: Transaction, until_ms: int) -> Rows:
    """Rows of `branches` that had arrived by then, whose content is held."""
    return transaction.select(Statement(_ARRIVED_BY, {"until_ms": until_ms}))


def empty_branches(transaction: Transaction, rows: Iterable[Mapping[str, Any]]) -> None:
    """Erase what these rows of `branches` say; their leaves stand, with the evidence that there are two branches."""
    for row in rows:
        transaction.write(_EMPTY, {"b_number": row["number"]})
        transaction.erased += 1


def newest_branches(connection: Connection, count: int) -> Rows:
    """Rows of `branches`, the newest first."""
    return connection.execute(_NEWEST, {"count": count})


def branches_at(connection: Connection, log: int, index: int) -> Rows:
    """Rows of `branches` that stand in the place of one entry."""
    return connection.execute(_OF_ENTRY, {"log": log, "idx": index})
