"""Receipts: what another party signs for what it holds of our log (protocol A6)."""

from sqlalchemy import bindparam, func, insert, select

from coupefeu.errors import PeerError, VerificationError
from coupefeu.record.statements import (
    cosign_checkpoint,
    sign_checkpoint,
    verify_cosignature,
    verify_run_receipt,
)
from coupefeu.record.tree import root_of
from coupefeu.services.base import Statement
from coupefeu.store import tables
from coupefeu.store.jobs import Receipted, Sealed, TakeReceipt
from coupefeu.store.transaction import Transaction
from coupefeu.wire.batch import MAX_ENTRIES
from coupefeu.wire.key_statement import KeyRole
from coupefeu.wire.packet import CosignatureItem

INSERT_CHECKPOINT = insert(tables.checkpoints).prefix_with("OR IGNORE")
INSERT_COSIGNATURE = insert(tables.cosignatures).prefix_with("OR IGNORE")
INSERT_RUN = insert(tables.runs).prefix_with("OR IGNORE")
INSERT_RUN_RECEIPT = insert(tables.run_receipts).prefix_with("OR IGNORE")

MAX_RECEIPT_RUN = MAX_ENTRIES
"""A run receipt over more is refused before it is computed; what came in a batch is never more."""
MAX_COSIGNATURES = 4
"""Kept of one holder for one size, the first that came: each says the same at another claimed time."""

_CHECKPOINT = select(tables.checkpoints).where(
    *(tables.checkpoints.c[name] == bindparam(name) for name in ("log", "size"))
)
_SAME_SIZE = (
    select(func.count())
    .select_from(tables.cosignatures)
    .where(*(tables.cosignatures.c[name] == bindparam(name) for name in ("log", "size", "holder")))
    .scalar_subquery()
)
_TAKE_COSIGNATURE = (
    insert(tables.cosignatures)
    .prefix_with("OR IGNORE")
    .from_select(
        [column.name for column in tables.cosignatures.c],
        select(*(bindparam(column.name, type_=column.type) for column in tables.cosignatures.c)).where(
            _SAME_SIZE < MAX_COSIGNATURES
        ),
    )
)


def cosign(transaction: Transaction, log: int) -> CosignatureItem:
    """Co-sign a log of another party as it stands here, or give what we signed at this size already (protocol A6).

    Its time never goes back, even where the clock did: two co-signatures whose times contradict their sizes would be a
    proof against us (`record.two_heads`).
    """
    state, line = transaction.touch(log), transaction.line
    known = state.receipt
    if known is not None and known.size == state.size:
        return known
    now = transaction.context.now
    time_s = max(now.utc_ms // 1_000, known.time_s if known is not None else 0)
    signature = cosign_checkpoint(line.cosigner, line.author(log).origin, state.size, state.root, time_s)
    state.receipt = CosignatureItem(log, state.size, time_s, signature)
    row = {"log": log, "size": state.size, "holder": line.our_position, "time_s": time_s}
    transaction.write(INSERT_COSIGNATURE, {**row, "signature": signature, "arrived_ms": now.utc_ms})
    return state.receipt


def take_receipt(transaction: Transaction, job: TakeReceipt) -> Receipted:
    """Verify a receipt against our own tree and keep it.

    Raises: VerificationError: it signs for something that our log is not; PeerError: it is out of bounds.
    """
    if isinstance(job.item, CosignatureItem):
        return _take_cosignature(transaction, job, job.item)
    item, line = job.item, transaction.line
    log = _our_log(transaction, item.log)
    if item.end > transaction.states[log].size:
        raise _beyond(item.end)
    if item.end - item.start > MAX_RECEIPT_RUN:
        raise PeerError(
            f"a run receipt for {item.end - item.start:,} entries", code="store.receipt.run_too_long"
        )
    hashes = transaction.leaf_hashes(log, item.start, item.end)
    root = root_of([hashes[index] for index in range(item.start, item.end)])
    holder = line.parties[job.holder]
    origin = line.author(log).origin
    holder.verify_now(
        KeyRole.LOG,
        lambda key: verify_run_receipt(key, origin, item.start, item.end, root, item.signature),
    )
    now_ms = transaction.context.now.utc_ms
    transaction.write(
        INSERT_RUN_RECEIPT,
        {
            "log": log,
            "start": item.start,
            "end": item.end,
            "holder": job.holder,
            "root": root,
            "signature": item.signature,
            "arrived_ms": now_ms,
        },
    )
    return Receipted(holder=job.holder, start=item.start, end=item.end, arrived_ms=now_ms)


def _take_cosignature(transaction: Transaction, job: TakeReceipt, item: CosignatureItem) -> Receipted:
    line = transaction.line
    log = _our_log(transaction, item.log)
    origin = line.author(log).origin
    sealed = job.sealed or _seal(transaction, log, item.size)
    line.parties[job.holder].verify_now(
        KeyRole.COSIGNER,
        lambda key: verify_cosignature(key, origin, item.size, sealed.root, item.time_s, item.signature),
    )
    now_ms = transaction.context.now.utc_ms
    transaction.write(
        INSERT_CHECKPOINT,
        {"log": log, "size": item.size, "root": sealed.root, "signature": sealed.signature},
    )
    transaction.write(
        _TAKE_COSIGNATURE,
        {
            "log": log,
            "size": item.size,
            "holder": job.holder,
            "time_s": item.time_s,
            "signature": item.signature,
            "arrived_ms": now_ms,
        },
    )
    return Receipted(holder=job.holder, start=0, end=item.size, arrived_ms=now_ms)


def _our_log(transaction: Transaction, log: int) -> int:
    """Return the number if it is of a log of ours. Raises: PeerError: it is not."""
    if log not in transaction.states or not transaction.line.is_ours(log):
        raise PeerError(
            f"a receipt for log {log}, which is not ours",
            code="store.receipt.wrong_log",
            hint="Nothing to do here; compare the versions of the programs on both sides.",
        )
    return log


def _seal(transaction: Transaction, log: int, size: int) -> Sealed:
    """Sign our log at a size that was sealed before this start; of an earlier log what was signed is kept, or not."""
    line = transaction.line
    for kept in transaction.select(Statement(_CHECKPOINT, {"log": log, "size": size})):
        return Sealed(root=kept["root"], signature=kept["signature"])
    try:
        root = transaction.root(log, size)
    except KeyError:
        raise _beyond(size) from None
    if log != line.our_log:
        raise _beyond(size)
    return Sealed(root=root, signature=sign_checkpoint(line.log_signer, size, root))


def _beyond(size: int) -> VerificationError:
    return VerificationError(
        f"a receipt names {size:,} entries, more than our log holds", code="store.receipt.beyond"
    )
