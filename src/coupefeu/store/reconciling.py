"""The end of recovering: whether the record is as new as all that is known to be signed, and what is due then."""

from typing import Final

from sqlalchemy import bindparam, select

from coupefeu.errors import ConfigError, StoreError
from coupefeu.keys.notes import CosignSigner, LogSigner
from coupefeu.model.messages import format_log
from coupefeu.model.spans import Spans
from coupefeu.services.base import Statement
from coupefeu.store import tables
from coupefeu.store.outgoing import cosigned_size, load_frontier, load_pending, receipted_runs
from coupefeu.store.receive import Receiver
from coupefeu.store.recovery_jobs import Owed, Reconcile, Reconciled, Resumed
from coupefeu.store.taking_back import CLOSED, CONTRADICTS, ERASED_BY_US, erase_again
from coupefeu.store.transaction import Transaction

INCARNATION: Final = (
    "This log cannot go on. The officer in charge opens a new incarnation with the identity key: "
    "coupefeu incarnation open --node FOLDER --identity FILE."
)

SUPERSEDED: Final = (
    "Restore a backup made since, or bring the folder that ran last. Open no incarnation from this folder: its number "
    "is taken, and a second statement of it would prove two. If there is no newer one, pair a new line in new folders."
)

_WITHOUT_WORDS = (
    select(tables.entries.c.idx)
    .where(tables.entries.c.log == bindparam("log"), tables.LACKS_BODY)
    .order_by(tables.entries.c.idx)
)
_TOLD = select(tables.told).where(tables.told.c.log == bindparam("log"))


def reconcile(
    transaction: Transaction, job: Reconcile, signers: tuple[LogSigner, CosignSigner]
) -> Reconciled:
    """Judge it. Raises: StoreError: a fork, or something signed that is not here; ConfigError: keys are lacking."""
    _insist_keys(transaction, signers)
    for row in transaction.select(Statement(_TOLD, {"log": transaction.line.our_log})):
        if row["verdict"] == CONTRADICTS:
            raise StoreError(
                f"{row['source']} shows {row['size']:,} entries under our own signature, which this record contradicts",
                code="store.reconciling.forked",
                hint=INCARNATION,
            )
        if row["verdict"] == CLOSED:
            raise StoreError(
                f"{row['source']} shows that our identity key has closed this log and opened a later one",
                code="store.reconciling.closed",
                hint=SUPERSEDED,
            )
        _insist_reached(transaction, transaction.line.our_log, row["size"], row["root"], row["source"])
    for log, (size, root) in sorted((job.marks or {}).items()):
        if log in transaction.states:
            _insist_reached(transaction, log, size, root, "the high-water file")
    return Reconciled(marks={log: _mark(transaction, log) for log in _signed_logs(transaction)})


def _insist_keys(transaction: Transaction, signers: tuple[LogSigner, CosignSigner]) -> None:
    """Insist that the keys in the folder are those that stand, after what was taken back."""
    author = transaction.line.author(transaction.line.our_log)
    held = (signers[0].vkey, signers[1].vkey)
    for key, stands in zip(held, (author.log_key, author.cosigner_key), strict=True):
        if key.key != stands.key:
            raise ConfigError(
                f"the key {stands.key_id.hex()} of {stands.name} replaced the one in keys/ after this backup was made",
                code="store.reconciling.other_keys",
                hint="Bring its file back (log.key or cosigner.key), or replace it again with the identity key.",
            )


def _insist_reached(transaction: Transaction, log: int, size: int, root: bytes, source: str) -> None:
    state = transaction.states[log]
    name = format_log(log, transaction.line.names)
    if min(state.size, state.complete) < size:
        raise StoreError(
            f"{source} shows that we signed for {size:,} entries of {name}; {state.complete:,} are here, and nobody "
            "has more",
            code="store.reconciling.short",
            hint=f"Find a newer backup, or a counterpart that holds more. Else: {INCARNATION}",
        )
    if root and size and transaction.root(log, size) != root:
        raise StoreError(
            f"{source} shows another root of {name} at {size:,} entries than this record has",
            code="store.reconciling.forked",
            hint=INCARNATION,
        )


def _signed_logs(transaction: Transaction) -> list[int]:
    line = transaction.line
    return [
        log for log, state in transaction.states.items() if line.is_ours(log) or state.receipt is not None
    ]


def _mark(transaction: Transaction, log: int) -> tuple[int, bytes]:
    state = transaction.states[log]
    if transaction.line.is_ours(log):
        return state.size, state.root
    size = state.receipt.size if state.receipt is not None else 0
    return size, transaction.root(log, size) if size else b""


def resume(transaction: Transaction) -> Resumed:
    """Sign for what of the others is held, and load what of our log each lacks."""
    line = transaction.line
    erase_again(transaction)
    receipts = [
        receipt
        for log in transaction.states
        if not line.is_ours(log) and line.is_newest(log)
        for receipt in Receiver(transaction, log).receipt_now()
    ]
    transaction.flush()
    others = (position for position in range(len(line.parties)) if position != line.our_position)
    return Resumed(
        receipts=tuple(receipts),
        owed=tuple(_owed(transaction, each) for each in others),
        wordless=_wordless(transaction),
    )


def _wordless(transaction: Transaction) -> tuple[int, ...]:
    """Name our entries that came back as leaves alone and that no entry ERASED of ours explains."""
    erased = Spans()
    for row in transaction.select(Statement(ERASED_BY_US, {})):
        if row["erased_log"] == transaction.line.our_log:
            erased.insert(row["start"], row["end"])
    rows = transaction.select(Statement(_WITHOUT_WORDS, {"log": transaction.line.our_log}))
    return tuple(row["idx"] for row in rows if row["idx"] not in erased)


def _owed(transaction: Transaction, holder: int) -> Owed:
    connection, log = transaction.connection, transaction.line.our_log
    size = cosigned_size(connection, log, holder)
    return Owed(
        holder=holder,
        cosigned=size,
        frontier=load_frontier(connection, log, size),
        runs=tuple(receipted_runs(connection, log, holder, size)),
        pending=tuple(load_pending(connection, log, size)),
    )
