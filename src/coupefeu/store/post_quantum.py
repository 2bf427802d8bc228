"""What ML-DSA-44 signed once more: read what it is to cover, keep what was made or verified (protocol A15).

Only a checkpoint that its holder has co-signed with Ed25519 is signed again, by its author and by that holder: all
that A6 asks of a co-signature was done when that one was made. Signing and verifying are done elsewhere.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import bindparam, func, insert, select

from coupefeu.errors import PeerError, VerificationError
from coupefeu.record.post_quantum import MlDsaStatement
from coupefeu.services.base import Statement
from coupefeu.store import tables
from coupefeu.store.jobs import KeepMlDsa, MlDsaKept, MlDsaKnown, ReadMlDsa
from coupefeu.store.line import find_author
from coupefeu.store.transaction import MAX_INDEX, Transaction
from coupefeu.wire.checkpoint import Checkpoint

_INSERT_CHECKPOINT: Final = insert(tables.ml_dsa_checkpoints).prefix_with("OR IGNORE")
_INSERT_COSIGNATURE: Final = insert(tables.ml_dsa_cosignatures).prefix_with("OR IGNORE")
_SELECT_COSIGNED: Final = (
    select(tables.checkpoints.c.root)
    .join(
        tables.cosignatures,
        (tables.cosignatures.c.log == tables.checkpoints.c.log)
        & (tables.cosignatures.c.size == tables.checkpoints.c.size),
    )
    .where(
        tables.checkpoints.c.log == bindparam("log"),
        tables.checkpoints.c.size == bindparam("size"),
        tables.cosignatures.c.holder == bindparam("holder"),
    )
    .limit(1)
)
_SELECT_BY_AUTHOR: Final = select(tables.ml_dsa_checkpoints).where(
    tables.ml_dsa_checkpoints.c.log == bindparam("log"), tables.ml_dsa_checkpoints.c.size == bindparam("size")
)
_BY_HOLDER = (
    tables.ml_dsa_cosignatures.c.log == bindparam("log"),
    tables.ml_dsa_cosignatures.c.holder == bindparam("holder"),
)
_SELECT_BY_HOLDER: Final = select(tables.ml_dsa_cosignatures).where(
    *_BY_HOLDER, tables.ml_dsa_cosignatures.c.size == bindparam("size")
)
_SELECT_NEWEST: Final = select(func.max(tables.ml_dsa_cosignatures.c.size).label("size")).where(*_BY_HOLDER)
_SELECT_HOLDER_S: Final = (
    select(tables.ml_dsa_cosignatures.c.time_s)
    .where(*_BY_HOLDER, tables.ml_dsa_cosignatures.c.time_s > 0)
    .order_by(tables.ml_dsa_cosignatures.c.size.desc())
    .limit(1)
)
_SELECT_AUTHOR_S: Final = (
    select(tables.ml_dsa_checkpoints.c.time_s)
    .where(tables.ml_dsa_checkpoints.c.log == bindparam("log"), tables.ml_dsa_checkpoints.c.time_s > 0)
    .order_by(tables.ml_dsa_checkpoints.c.size.desc())
    .limit(1)
)


def read_ml_dsa(transaction: Transaction, job: ReadMlDsa) -> MlDsaKnown:
    """Say what is known here of one checkpoint and one holder of it, for whoever signs or verifies.

    Raises: PeerError: there is no such log here.
    """
    author, holder = find_author(transaction.line.parties, job.log), transaction.line.parties[job.holder]
    if author is None or job.log not in transaction.states:
        raise PeerError(
            f"log {job.log} is of no party of the line",
            code="store.post_quantum.log",
            hint="Nothing was kept; the line goes on.",
        )
    at = {"log": job.log, "size": min(job.size, MAX_INDEX), "holder": job.holder}
    checkpoint = _checkpoint(transaction, author.origin, at)
    newest = transaction.select(Statement(_SELECT_NEWEST, {"log": job.log, "holder": job.holder}))
    return MlDsaKnown(
        author=author,
        holder=holder,
        checkpoint=checkpoint,
        is_largest=checkpoint is not None and transaction.states[job.log].size == job.size,
        by_author=_statement(
            transaction, _SELECT_BY_AUTHOR, checkpoint, {"log": job.log, "size": at["size"]}
        ),
        by_holder=_statement(transaction, _SELECT_BY_HOLDER, checkpoint, at),
        newest_by_holder=newest[0]["size"] or 0,
        author_s=_last_s(transaction, _SELECT_AUTHOR_S, {"log": job.log}),
        holder_s=_last_s(transaction, _SELECT_HOLDER_S, {"log": job.log, "holder": job.holder}),
    )


def _last_s(transaction: Transaction, statement: Any, at: Mapping[str, int]) -> int:
    rows = transaction.select(Statement(statement, at))
    return int(rows[0]["time_s"]) if rows else 0


def keep_ml_dsa(transaction: Transaction, job: KeepMlDsa) -> MlDsaKept:
    """Keep signatures that were made here, or verified, over a checkpoint that this record holds.

    Raises: VerificationError: it holds another one at that size, or none.
    """
    given = job.by_author or job.by_holder
    assert given is not None
    size = given.checkpoint.size
    at = {"log": job.log, "size": size, "holder": job.holder}
    if _checkpoint(transaction, transaction.line.author(job.log).origin, at) != given.checkpoint:
        raise VerificationError(
            f"the checkpoint at {size:,} is not one that was co-signed here",
            code="store.post_quantum.checkpoint",
            hint="Nothing was kept; the line goes on. Run `coupefeu fsck` on both nodes.",
        )
    if job.by_author is not None:
        row = {"time_s": job.by_author.time_s, "signature": job.by_author.signature}
        transaction.write(_INSERT_CHECKPOINT, {"log": job.log, "size": size, **row})
    if job.by_holder is not None:
        row = {"time_s": job.by_holder.time_s, "signature": job.by_holder.signature}
        arrived_ms = transaction.context.now.utc_ms
        transaction.write(_INSERT_COSIGNATURE, {**at, **row, "arrived_ms": arrived_ms})
    return MlDsaKept(log=job.log, size=size, holder=job.holder)


def _checkpoint(transaction: Transaction, origin: str, at: Mapping[str, int]) -> Checkpoint | None:
    rows = transaction.select(Statement(_SELECT_COSIGNED, at))
    return Checkpoint(origin, at["size"], rows[0]["root"]) if rows else None


def _statement(
    transaction: Transaction, statement: Any, checkpoint: Checkpoint | None, at: Mapping[str, int]
) -> MlDsaStatement | None:
    rows = transaction.select(Statement(statement, at)) if checkpoint is not None else ()
    for row in rows:
        assert checkpoint is not None
        return MlDsaStatement(checkpoint=checkpoint, time_s=row["time_s"], signature=row["signature"])
    return None
