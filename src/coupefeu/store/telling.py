"""What a node tells another that asks how far a log reaches here, and what it gives back of it (protocol A13).

    of the asker's own log     the newest checkpoint under the asker's key, our co-signature of now, and its entries
                               under the statements that it signed itself
    of our own log             our checkpoint, the largest that the asker co-signed, and our entries, signed anew

Nothing here is new to the asker's key: whoever lost its record gets back what it signed, and nothing else counts there.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import bindparam, func, select

from coupefeu.errors import CoupefeuError, PeerError
from coupefeu.model.entry import is_to
from coupefeu.model.logs import position_of
from coupefeu.record.leaf import leaf_hash
from coupefeu.record.statements import sign_checkpoint
from coupefeu.services.base import Statement
from coupefeu.store import tables
from coupefeu.store.receipts import cosign
from coupefeu.store.recovery_jobs import ReadRoot, RootRead, TellLog, ToldLog
from coupefeu.store.standing import read_standing
from coupefeu.store.transaction import MAX_INDEX, Transaction
from coupefeu.wire.head import decode_head, whole
from coupefeu.wire.incarnation import encode_incarnation
from coupefeu.wire.log_answer import (
    MAX_GIVEN,
    CosignedSize,
    LogAnswer,
    ReceiptedSize,
    SignedSize,
    encode_log_answer,
)
from coupefeu.wire.packet import CheckpointSignature, LeafOnly, PackedEntry, RunSignature

GIVEN_BYTES: Final = 768 << 10
"""Heads and bodies in one answer, unless one statement covers more."""

_ENTRIES = tables.entries
_ROWS = (
    select(_ENTRIES.c.idx, _ENTRIES.c.leaf, _ENTRIES.c.seed, _ENTRIES.c.head, _ENTRIES.c.body)
    .where(
        _ENTRIES.c.log == bindparam("log"),
        _ENTRIES.c.idx >= bindparam("start"),
        _ENTRIES.c.idx < bindparam("stop"),
    )
    .order_by(_ENTRIES.c.idx)
)
_NEWEST_CHECKPOINT = (
    select(tables.checkpoints)
    .where(tables.checkpoints.c.log == bindparam("log"))
    .order_by(tables.checkpoints.c.size.desc())
    .limit(1)
)
_CHECKPOINTS = (
    select(tables.checkpoints)
    .where(
        tables.checkpoints.c.log == bindparam("log"),
        tables.checkpoints.c.size > bindparam("start"),
        tables.checkpoints.c.size <= bindparam("stop"),
    )
    .order_by(tables.checkpoints.c.size)
)
_LARGEST_COSIGNED = (
    select(tables.cosignatures)
    .where(tables.cosignatures.c.log == bindparam("log"), tables.cosignatures.c.holder == bindparam("holder"))
    .order_by(tables.cosignatures.c.size.desc(), tables.cosignatures.c.time_s)
    .limit(1)
)
_RECEIPTED = (
    select(
        tables.checkpoints.c.size,
        tables.checkpoints.c.signature,
        func.min(tables.cosignatures.c.time_s).label("time_s"),
        tables.cosignatures.c.signature.label("cosignature"),
    )
    .join(
        tables.cosignatures,
        (tables.cosignatures.c.log == tables.checkpoints.c.log)
        & (tables.cosignatures.c.size == tables.checkpoints.c.size),
    )
    .where(
        tables.checkpoints.c.log == bindparam("log"),
        tables.checkpoints.c.size > bindparam("start"),
        tables.checkpoints.c.size <= bindparam("stop"),
        tables.cosignatures.c.holder == bindparam("holder"),
    )
    .group_by(tables.checkpoints.c.size)
    .order_by(tables.checkpoints.c.size)
)
_NEXT_RUN = (
    select(tables.runs)
    .where(tables.runs.c.log == bindparam("log"), tables.runs.c.end > bindparam("start"))
    .order_by(tables.runs.c.start, tables.runs.c.end)
    .limit(1)
)

_Given = tuple[CheckpointSignature | RunSignature, tuple[PackedEntry | LeafOnly, ...]]


def read_root(transaction: Transaction, job: ReadRoot) -> RootRead:
    """Read size and root of a log; nothing at all where it is empty."""
    state = transaction.states[job.log]
    size = state.size if job.size is None else job.size
    return RootRead(log=job.log, size=size, root=transaction.root(job.log, size) if size else bytes(32))


def tell_log(transaction: Transaction, job: TellLog) -> ToldLog:
    """Answer. Raises: PeerError: the log is neither the asker's nor ours, or is not known here."""
    line, log = transaction.line, job.log
    is_ours = line.is_ours(log)
    if log not in transaction.states or not (is_ours or position_of(log, len(line.parties)) == job.holder):
        raise PeerError(
            f"log {log} is asked for by a party that it does not concern", code="store.telling.wrong_log"
        )
    state = transaction.states[log]
    differs = 0 < job.size <= state.size and transaction.root(log, job.size) != job.root
    given = None if differs else (_give_ours if is_ours else _give_theirs)(transaction, job)
    statement, entries = given or (None, ())
    return ToldLog(
        answer=encode_log_answer(
            LogAnswer(
                differs=differs,
                recovering=transaction.is_recovering,
                signed=_signed(transaction, log),
                cosigned=_their_word(transaction, job) if is_ours else _our_word(transaction, log),
                statement=statement,
                entries=entries,
                receipts=() if is_ours or given is None else _receipts(transaction, log, job.size, statement),
                opened=b"" if is_ours or line.is_newest(log) else _opened_since(transaction, log),
            )
        )
    )


def _signed(transaction: Transaction, log: int) -> SignedSize | None:
    """Give the newest checkpoint of a log; of the one that we write, of now."""
    state, line = transaction.states[log], transaction.line
    if log == line.our_log and not transaction.is_recovering:
        if state.size == 0:
            return None
        signature = sign_checkpoint(line.log_signer, state.size, state.root)
        return SignedSize(size=state.size, root=state.root, signature=signature)
    for row in transaction.select(Statement(_NEWEST_CHECKPOINT, {"log": log})):
        return SignedSize(size=row["size"], root=row["root"], signature=row["signature"])
    return None


def _opened_since(transaction: Transaction, log: int) -> bytes:
    """Give the newest incarnation of the asker: whoever comes back from a backup may not know that it was opened."""
    line = transaction.line
    name = line.names[position_of(log, len(line.parties))]
    standing = read_standing(transaction.connection, transaction.context.agreement, line.incarnations)
    newest = [signed for signed in standing.incarnations if signed.statement.party == name][-1:]
    return encode_incarnation(newest[0]) if newest else b""


def _our_word(transaction: Transaction, log: int) -> CosignedSize | None:
    """Give our co-signature of the asker's log as it stands here, and keep it: it can be held against us.

    None of a node that signs nothing: one that recovers, or whose key is revoked.
    """
    state = transaction.states[log]
    is_mute = transaction.is_recovering or transaction.line.is_silenced
    if is_mute or not 0 < state.size == state.complete:
        return None
    word = cosign(transaction, log)
    return CosignedSize(size=word.size, root=state.root, time_s=word.time_s, signature=word.signature)


def _their_word(transaction: Transaction, job: TellLog) -> CosignedSize | None:
    """Give the largest co-signature of the asker on our log, so that it never signs for less again (A6)."""
    at = {"log": job.log, "holder": job.holder}
    for row in transaction.select(Statement(_LARGEST_COSIGNED, at)):
        root = transaction.root(job.log, row["size"])
        return CosignedSize(size=row["size"], root=root, time_s=row["time_s"], signature=row["signature"])
    return None


def _give_ours(transaction: Transaction, job: TellLog) -> _Given | None:
    """Give entries of our log, to each party what it was addressed, under a checkpoint at their end."""
    line, log = transaction.line, job.log
    state = transaction.states[log]
    if transaction.is_recovering or log != line.our_log or job.size >= state.size:
        return None
    rows = _load(transaction, log, job.size, min(state.size, job.size + MAX_GIVEN))
    rows = rows[: _count_within(rows)]
    name = line.names[job.holder] if len(line.parties) > 2 else ""
    tree = transaction.frontier_at(log, job.size)
    tree.extend(leaf_hash(row["leaf"]) for row in rows)
    statement = CheckpointSignature(tree.size, sign_checkpoint(line.log_signer, tree.size, tree.root()))
    return statement, tuple(_pack(row, name) for row in rows)


def _give_theirs(transaction: Transaction, job: TellLog) -> _Given | None:
    """Give entries of the asker's log under the largest checkpoint that fits, or behind all of them under its runs."""
    log, start = job.log, job.size
    at = {"log": log, "start": start, "stop": start + MAX_GIVEN}
    checkpoints = transaction.select(Statement(_CHECKPOINTS, at))
    if not checkpoints:
        return _give_run(transaction, log, start)
    rows = _load(transaction, log, start, checkpoints[-1]["size"])
    fits = start + _count_within(rows)
    within = [row for row in checkpoints if row["size"] <= fits]
    if not within and (run := _give_run(transaction, log, start)) is not None and run[1][0].index <= start:
        return run
    chosen = within[-1] if within else checkpoints[0]
    entries = tuple(_pack(row) for row in rows[: chosen["size"] - start])
    return CheckpointSignature(chosen["size"], chosen["signature"]), entries


def _give_run(transaction: Transaction, log: int, start: int) -> _Given | None:
    for run in transaction.select(Statement(_NEXT_RUN, {"log": log, "start": start})):
        rows = _load(transaction, log, run["start"], run["end"])
        statement = RunSignature(run["start"], run["end"], run["signature"])
        return statement, tuple(_pack(row) for row in rows)
    return None


def _load(transaction: Transaction, log: int, start: int, stop: int) -> Sequence[Mapping[str, Any]]:
    return transaction.select(Statement(_ROWS, {"log": log, "start": start, "stop": min(stop, MAX_INDEX)}))


def _count_within(rows: Sequence[Mapping[str, Any]]) -> int:
    """Count how many of the first rows fit one answer, at least one."""
    left = GIVEN_BYTES
    for count, row in enumerate(rows):
        left -= len(row["head"] or b"") + len(row["body"] or b"")
        if left < 0:
            return max(1, count)
    return len(rows)


def _pack(row: Mapping[str, Any], name: str = "") -> PackedEntry | LeafOnly:
    """Give an entry with its head written out, for the reader may lack what it refers to; `name`: to this party."""
    index, leaf = row["idx"], row["leaf"]
    if row["body"] is None or row["seed"] is None or not _may_read(row["head"], name):
        return LeafOnly(index, leaf)
    return PackedEntry(index, row["seed"], whole(row["head"]), row["body"])


def _may_read(head: bytes, name: str) -> bool:
    if not name:
        return True
    try:
        return is_to(decode_head(head).to_posts, name)
    except CoupefeuError:
        return False


def _receipts(
    transaction: Transaction, log: int, start: int, statement: CheckpointSignature | RunSignature | None
) -> tuple[ReceiptedSize, ...]:
    """Give the checkpoints among the entries given, with our first co-signature on each: times are evidence."""
    if not isinstance(statement, CheckpointSignature):
        return ()
    holder = transaction.line.our_position
    at = {"log": log, "start": start, "stop": statement.size, "holder": holder}
    rows = transaction.select(Statement(_RECEIPTED, at))
    return tuple(
        ReceiptedSize(
            size=row["size"], signature=row["signature"], time_s=row["time_s"], cosignature=row["cosignature"]
        )
        for row in rows[-MAX_GIVEN:]
    )
