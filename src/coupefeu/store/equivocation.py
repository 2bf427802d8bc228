"""Two signed statements that cannot both be true: kept, never resolved by us (protocol A6, A13)."""

from sqlalchemy import bindparam, insert, select

from coupefeu.errors import VerificationError
from coupefeu.record.statements import verify_checkpoint
from coupefeu.services.base import Statement
from coupefeu.store import tables
from coupefeu.store.incoming import Incoming
from coupefeu.store.transaction import Transaction
from coupefeu.wire import cbor
from coupefeu.wire.packet import CheckpointSignature, RunSignature

_INSERT = insert(tables.evidence).prefix_with("OR IGNORE")
_COVERING_CHECKPOINT = (
    select(tables.checkpoints)
    .where(tables.checkpoints.c.log == bindparam("log"), tables.checkpoints.c.size > bindparam("index"))
    .order_by(tables.checkpoints.c.size)
    .limit(1)
)
_COVERING_RUN = (
    select(tables.runs)
    .where(
        tables.runs.c.log == bindparam("log"),
        tables.runs.c.start <= bindparam("index"),
        tables.runs.c.end > bindparam("index"),
    )
    .limit(1)
)


def keep_fork(
    transaction: Transaction,
    log: int,
    entries: dict[int, Incoming],
    stored: dict[int, bytes],
    statement: CheckpointSignature,
) -> str:
    """Keep a checkpoint over other leaves than those that were signed to us before.

    Raises: VerificationError: the checkpoint's signature does not hold, so that it proves nothing.
    """
    party = transaction.line.parties[log]
    first = min(transaction.states[log].size, *entries)
    frontier = transaction.frontier_at(log, first)
    for index in range(first, statement.size):
        entry = entries.get(index)
        frontier.append(entry.leaf_hash if entry is not None else stored[index])
    root = frontier.root()
    verify_checkpoint(party.log_key, statement.size, root, statement.signature)
    index = min(i for i, entry in entries.items() if stored.get(i, entry.leaf_hash) != entry.leaf_hash)
    other = {0: "checkpoint", 1: statement.size, 2: root, 3: statement.signature, 4: entries[index].leaf}
    return _keep(transaction, log, index, other)


def keep_other_run(transaction: Transaction, log: int, entry: Incoming, statement: RunSignature) -> str:
    """Keep a verified run over another leaf than the one that was signed to us before."""
    other = {0: "run", 1: statement.start, 2: statement.end, 3: statement.signature, 4: entry.leaf}
    return _keep(transaction, log, entry.index, other)


def _keep(transaction: Transaction, log: int, index: int, other: dict[int, object]) -> str:
    row = transaction.entry(log, index)
    if row is None:
        raise VerificationError(f"entry {index:,} of log {log} is not held", code="store.equivocation.unheld")
    ours = _statement_held(transaction, log, index)
    ours[4] = row["leaf"]
    what = f"{ours[0]}-and-{other[0]} at {index}"
    transaction.write(
        _INSERT,
        {
            "number": None,
            "log": log,
            "idx": index,
            "arrived_ms": transaction.context.now.utc_ms,
            "what": what,
            "proof": cbor.encode({0: index, 1: ours, 2: other}),
        },
    )
    return what


def _statement_held(transaction: Transaction, log: int, index: int) -> dict[int, object]:
    values = {"log": log, "index": index}
    for run in transaction.select(Statement(_COVERING_RUN, values)):
        return {0: "run", 1: run["start"], 2: run["end"], 3: run["signature"]}
    for held in transaction.select(Statement(_COVERING_CHECKPOINT, values)):
        return {0: "checkpoint", 1: held["size"], 2: held["root"], 3: held["signature"]}
    raise VerificationError(
        f"nothing signed covers entry {index:,} of log {log}", code="store.equivocation.unsigned"
    )
