"""Which job of recovering is done by which function, and which jobs a node that recovers refuses (protocol A13)."""

from typing import NoReturn

from coupefeu.errors import PolicyError
from coupefeu.keys.notes import CosignSigner, LogSigner
from coupefeu.store.reconciling import reconcile, resume
from coupefeu.store.recovery_jobs import (
    NoteTold,
    ReadRoot,
    Reconcile,
    RecoveryJob,
    RecoveryOutcome,
    Resume,
    TakeBack,
    TellLog,
)
from coupefeu.store.taking_back import note_told, take_back
from coupefeu.store.telling import read_root, tell_log
from coupefeu.store.transaction import Transaction


def recover(
    transaction: Transaction, job: RecoveryJob, signers: tuple[LogSigner, CosignSigner]
) -> RecoveryOutcome:
    """Do one; `signers`: those that this node signs with when it has recovered."""
    match job:
        case TellLog():
            return tell_log(transaction, job)
        case ReadRoot():
            return read_root(transaction, job)
        case TakeBack():
            return take_back(transaction, job)
        case NoteTold():
            return note_told(transaction, job)
        case Reconcile():
            return reconcile(transaction, job, signers)
        case Resume():
            return resume(transaction)


def refuse(reason: str) -> NoReturn:
    """Refuse what would have to be signed. Raises: PolicyError, always."""
    raise PolicyError(
        f"this node is recovering and signs nothing yet: {reason}",
        code="store.keeper.recovering",
        hint="It can be read. It goes on by itself when the other side has told how far it had signed: "
        "coupefeu status says what is awaited.",
    )
