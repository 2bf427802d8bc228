"""A checkpoint of a log that another party, or a witness, co-signed, as a signed note, with the keys that sign it.

The lines: the log's own, co-signatures, then the same of ML-DSA-44 (type 0x06) as far as it was signed once more, then
those of neutral witnesses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from coupefeu.errors import CoupefeuError, StoreError, UsageError
from coupefeu.keys.notes import verify_ml_dsa_raw
from coupefeu.record.statements import checkpoint_note, verify_checkpoint, verify_cosignature
from coupefeu.record.witnessed import verify_line
from coupefeu.store.line import Party, need_author
from coupefeu.store.reader import CosignedCheckpoint, Reader
from coupefeu.store.witnessed import WitnessedLine
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.key_statement import KeyRole
from coupefeu.wire.note import VerifierKey

OWN: Final = "log-key"
"""Beside the names of parties, which have no hyphen: the log's own key of ML-DSA-44."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedNote:
    """Size and root of the log, the note, the key of the log, and by party the cosigner keys, all verified.

    `ml_dsa_keys`: those of ML-DSA-44 whose lines stand on it too, the log's own as OWN. `witnesses`: the lines of
    neutral witnesses on it.
    """

    size: int
    root: bytes
    note: bytes
    log_key: VerifierKey
    cosigner_keys: Mapping[str, VerifierKey]
    ml_dsa_keys: Mapping[str, VerifierKey] = field(default_factory=dict)
    witnesses: tuple[WitnessedLine, ...] = ()

    @property
    def is_post_quantum(self) -> bool:
        """Whether author and another party have signed it with ML-DSA-44 too."""
        return OWN in self.ml_dsa_keys and len(self.ml_dsa_keys) > 1


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
    return _verified(reader, parties, log, signed)


def find_witnessed_note(
    reader: Reader, parties: tuple[Party, ...], log: int, index: int = 0
) -> SignedNote | None:
    """Find the newest that holds entry `index` and that a neutral witness has signed too; None: there is none.

    One that is signed with ML-DSA-44 too goes before a newer one that is not.

    Raises: StoreError: a signature of the record does not hold.
    """
    signed = reader.newest_witnessed(log, index, again=True) or reader.newest_witnessed(log, index)
    return None if signed is None else _verified(reader, parties, log, signed)


def find_seen_note(reader: Reader, parties: tuple[Party, ...], log: int) -> SignedNote | None:
    """Find the newest that a neutral witness has signed, though no other party may have; None: there is none.

    Raises: StoreError: a signature of the record does not hold.
    """
    signed = reader.newest_seen(log)
    return None if signed is None else _verified(reader, parties, log, signed)


def find_post_quantum_note(reader: Reader, parties: tuple[Party, ...], log: int) -> SignedNote | None:
    """Find the newest that author and another party have signed with ML-DSA-44 too; None: all is classical only.

    Raises: StoreError: a signature of the record does not hold.
    """
    signed = reader.newest_signed_again(log)
    return None if signed is None else _verified(reader, parties, log, signed)


def _verified(reader: Reader, parties: tuple[Party, ...], log: int, signed: CosignedCheckpoint) -> SignedNote:
    author = need_author(parties, log)
    checkpoint = Checkpoint(author.origin, signed.size, signed.root)
    log_key = _log_key(author, signed)
    cosigners = {
        holder: _cosigner_key(parties[holder], checkpoint, *cosigned)
        for holder, cosigned in sorted(signed.cosignatures.items())
    }
    lines = [(key, *signed.cosignatures[holder]) for holder, key in cosigners.items()]
    again = _signed_again(parties, author, checkpoint, signed)
    witnesses = _witnesses(reader, log, checkpoint)
    return SignedNote(
        size=signed.size,
        root=signed.root,
        note=checkpoint_note(
            log_key,
            checkpoint,
            signed.signature,
            [
                *lines,
                *again.values(),
                *((each.key, each.time_s, each.signature) for each in witnesses),
            ],
        ),
        log_key=log_key,
        cosigner_keys={parties[holder].name: key for holder, key in cosigners.items()},
        ml_dsa_keys={name: key for name, (key, _, _) in again.items()},
        witnesses=tuple(witnesses),
    )


def _witnesses(reader: Reader, log: int, checkpoint: Checkpoint) -> Sequence[WitnessedLine]:
    lines = reader.witnessed(log, checkpoint.size)
    for line in lines:
        try:
            verify_line(line.key, checkpoint, line.time_s, line.signature)
        except CoupefeuError as error:
            raise _broken(f"the co-signature of the witness {line.witness} at {checkpoint.size:,}") from error
    return lines


def _signed_again(
    parties: tuple[Party, ...], author: Party, checkpoint: Checkpoint, signed: CosignedCheckpoint
) -> dict[str, tuple[VerifierKey, int, bytes]]:
    """Give the lines of ML-DSA-44, the log's own first, each under the key that made it."""
    made = {} if signed.again is None else {OWN: (author, KeyRole.LOG_ML_DSA, signed.again)}
    made |= {
        parties[holder].name: (parties[holder], KeyRole.COSIGNER_ML_DSA, line)
        for holder, line in sorted(signed.again_by.items())
    }
    return {
        name: (_ml_dsa_key(party, role, checkpoint, *line), *line)
        for name, (party, role, line) in made.items()
    }


def _ml_dsa_key(
    party: Party, role: KeyRole, checkpoint: Checkpoint, time_s: int, signature: bytes
) -> VerifierKey:
    try:
        return party.find_signer(role, lambda key: verify_ml_dsa_raw(key, checkpoint, time_s, signature))
    except CoupefeuError as error:
        raise _broken(f"the ML-DSA-44 signature by {party.name.upper()} at {checkpoint.size:,}") from error


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
        f"{what} on this record does not hold under any key of who made it",
        code="node.export.signature",
        hint="Run `coupefeu fsck`; nothing was written.",
    )
