"""The newest checkpoint of a log that another party co-signed, as a signed note, with exactly the keys that sign it."""

from collections.abc import Mapping
from dataclasses import dataclass

from coupefeu.errors import CoupefeuError, StoreError, UsageError
from coupefeu.record.statements import checkpoint_note, verify_checkpoint, verify_cosignature
from coupefeu.store.line import Party, need_author
from coupefeu.store.reader import CosignedCheckpoint, Reader
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.key_statement import KeyRole
from coupefeu.wire.note import VerifierKey


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedNote:
    """Size and root of the log, the note, the key of the log, and by party the cosigner keys, all verified."""

    size: int
    root: bytes
    note: bytes
    log_key: VerifierKey
    cosigner_keys: Mapping[str, VerifierKey]


def need_signed_note(reader: Reader, parties: tuple[Party, ...], log: int) -> SignedNote:
    """Find it, each line under the key that made it: the party's own now, or one that it had before.

    Raises: UsageError: nobody has co-signed this log yet; StoreError: a signature of the record does not hold.
    """
    signed = reader.newest_cosigned(log)
    if signed is None:
        raise UsageError(
            f"no other party has co-signed the log of {need_author(parties, log).name.upper()} yet",
            code="node.export.not_cosigned",
            hint="Let the line come up once: `coupefeu up` on both sides, then `coupefeu status`.",
        )
    author = need_author(parties, log)
    checkpoint = Checkpoint(author.origin, signed.size, signed.root)
    log_key = _log_key(author, signed)
    cosigners = {
        holder: _cosigner_key(parties[holder], checkpoint, *cosigned)
        for holder, cosigned in sorted(signed.cosignatures.items())
    }
    lines = [(key, *signed.cosignatures[holder]) for holder, key in cosigners.items()]
    return SignedNote(
        size=signed.size,
        root=signed.root,
        note=checkpoint_note(log_key, checkpoint, signed.signature, lines),
        log_key=log_key,
        cosigner_keys={parties[holder].name: key for holder, key in cosigners.items()},
    )


def _log_key(party: Party, signed: CosignedCheckpoint) -> VerifierKey:
    try:
        return party.find_signer(
            KeyRole.LOG, lambda key: verify_checkpoint(key, signed.size, signed.root, signed.signature)
        )
    except CoupefeuError as error:
        raise _broken(f"the checkpoint at {signed.size:,}") from error


def _cosigner_key(party: Party, checkpoint: Checkpoint, time_s: int, signature: bytes) -> VerifierKey:
    origin, size, root = checkpoint.origin, checkpoint.size, checkpoint.root
    try:
        return party.find_signer(
            KeyRole.COSIGNER, lambda key: verify_cosignature(key, origin, size, root, time_s, signature)
        )
    except CoupefeuError as error:
        raise _broken(f"the co-signature at {size:,}") from error


def _broken(what: str) -> StoreError:
    return StoreError(
        f"{what} on this record does not hold under any key of its party",
        code="node.export.signature",
        hint="Run `coupefeu fsck`; nothing was written.",
    )
