"""Verification of a signed checkpoint by the keys of log, cosigners and witnesses, and what their lines prove."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from coupefeu.errors import VerificationError
from coupefeu.keys.notes import is_from, verify_signature
from coupefeu.model.agreement import format_cosigner_name
from coupefeu.model.instant import Instant, format_instant
from coupefeu.wire import cosignature
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.cosignature import ML_DSA_SIGNATURE_BYTES
from coupefeu.wire.note import COSIGNATURE, ED25519, ML_DSA_44, VerifierKey, parse_note

_COSIGNER: Final = format_cosigner_name("")
CLASSICAL: Final = "That a future quantum computer could not have forged what is signed here."
"""With what follows it: see `classical_sentence`."""
OTHER_BRANCH: Final = (
    "That no other branch of this log was signed: compare with the counterpart and a witness."
)
UNWITNESSED_BRANCH: Final = "That no other branch of this log was signed and kept from whoever signed here."
NOT_RECEIVED: Final = "That anyone else holds these entries: no known key has co-signed them."
NOT_PROVED: Final = (
    "That the keys are the parties': compare their ids with the signed agreement.",
    "Which person wrote, saw or read anything: a signature is a party's.",
    "When an entry was written: its own time is its author's claim.",
    "That what the entries say is true.",
)


@dataclass(frozen=True, slots=True)
class Cosigned:
    """Who co-signed a checkpoint, and the time it gave, in UTC seconds; 0: none, it may have known a larger log."""

    key: VerifierKey
    time_s: int


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint under its log's valid signature; `unknown` names signers for whom no key was given.

    `cosigned` by those who hold the entries, `witnessed` by those who know its head alone.
    """

    checkpoint: Checkpoint
    cosigned: tuple[Cosigned, ...]
    unknown: tuple[str, ...]
    again: tuple[Cosigned, ...] = ()
    """Who signed it with ML-DSA-44 too, the log's own key among them; time 0: the signer held a larger tree."""
    witnessed: tuple[Cosigned, ...] = ()

    @property
    def is_post_quantum(self) -> bool:
        """Whether the log's own ML-DSA-44 key and that of another party signed it; neither alone is enough."""
        origin = self.checkpoint.origin
        names = {each.key.name for each in self.again}
        return origin in names and bool(names - {origin, format_cosigner_name(origin)})

    @property
    def is_held_by_others(self) -> bool:
        """Whether anyone but the log's own party has co-signed: its own word for what it holds is no receipt."""
        own = format_cosigner_name(self.checkpoint.origin)
        return any(each.key.name != own for each in self.cosigned)


def verify_checkpoint_note(
    note_bytes: bytes,
    log_key: VerifierKey,
    cosigner_keys: Sequence[VerifierKey] = (),
    ml_dsa_keys: Sequence[VerifierKey] = (),
    witness_keys: Sequence[VerifierKey] = (),
) -> SignedCheckpoint:
    """Return the checkpoint if the log's own key and every known cosigner and witness that stands on it signed it.

    `ml_dsa_keys`: of type 0x06, the log's own under its origin; each that stands on it must hold too. `witness_keys`:
    of types 0x04 and 0x06.

    Raises:
        PeerError: the bytes break the format.
        VerificationError: no signature of the log, a wrong one of a known key, or keys of the wrong kind.
    """
    note = parse_note(note_bytes)
    checkpoint = Checkpoint.parse(note.text)
    names = [log_key.name, *(key.name for key in cosigner_keys)]
    octets = [log_key.key, *(key.key for key in cosigner_keys)]
    kinds = [log_key.algorithm == ED25519, *(key.algorithm == COSIGNATURE for key in cosigner_keys)]
    are_distinct = len(set(names)) == len(set(octets)) == len(names)
    again_names = {key.name for key in ml_dsa_keys}
    are_distinct &= len(again_names) == len({key.key for key in ml_dsa_keys}) == len(ml_dsa_keys)
    kinds += [key.algorithm == ML_DSA_44 for key in ml_dsa_keys]
    kinds += [key.algorithm in {COSIGNATURE, ML_DSA_44} for key in witness_keys]
    are_distinct &= _are_apart(witness_keys, (log_key, *cosigner_keys, *ml_dsa_keys))
    if not all(kinds) or not are_distinct or log_key.name != checkpoint.origin:
        raise VerificationError(
            f"the keys given do not belong to a checkpoint of {checkpoint.origin}",
            code="record.signatures.keys",
            hint="Give the log's key of type 0x01 under its origin, and cosigner keys of type 0x04 under other names;"
            " of type 0x06 the log's own and cosigners' under the same names; witnesses' under other names. No key"
            " serves twice.",
        )
    log_signed = False
    cosigned: list[Cosigned] = []
    again: list[Cosigned] = []
    witnessed: list[Cosigned] = []
    unknown = []
    for signature in note.signatures:
        known = (log_key, *cosigner_keys, *ml_dsa_keys, *witness_keys)
        key = next((key for key in known if is_from(key, signature)), None)
        if key is None:
            unknown.append(signature.name)
            continue
        verify_signature(key, note.text, signature)
        if key is log_key:
            log_signed = True
        elif key in witness_keys:
            witnessed.append(Cosigned(key, int.from_bytes(signature.blob[:8])))
        elif key.algorithm == ML_DSA_44:
            again.append(Cosigned(key, cosignature.unpack(signature.blob, ML_DSA_SIGNATURE_BYTES)[0]))
        else:
            cosigned.append(Cosigned(key, cosignature.unpack(signature.blob)[0]))
    if not log_signed:
        raise VerificationError(
            f"the checkpoint is not signed by the key {log_key.key_id.hex()} of {log_key.name}",
            code="record.signatures.unsigned",
            hint="Give the key that stands in the agreement; without its signature the checkpoint proves nothing.",
        )
    return SignedCheckpoint(checkpoint, tuple(cosigned), tuple(unknown), tuple(again), tuple(witnessed))


def _are_apart(witness_keys: Sequence[VerifierKey], others: Sequence[VerifierKey]) -> bool:
    """Whether no witness has a name or key of anyone else; its two types of signature share its name (protocol A6)."""
    names = [(key.name, key.algorithm) for key in witness_keys]
    octets = [key.key for key in (*witness_keys, *others)]
    apart = len(set(names)) == len(names) and len(set(octets)) == len(octets)
    return apart and not {key.name for key in witness_keys} & {key.name for key in others}


def split_cosigners(
    keys: Iterable[VerifierKey],
) -> tuple[tuple[VerifierKey, ...], tuple[VerifierKey, ...]]:
    """Part keys of parties that hold a log from those of witnesses: a party's cosigner is named `ORIGIN/cosigner`."""
    held: list[VerifierKey] = []
    witnesses: list[VerifierKey] = []
    for key in keys:
        (held if key.name.endswith(_COSIGNER) else witnesses).append(key)
    return tuple(held), tuple(witnesses)


def again_sentences(again: Iterable[Cosigned], size: int) -> list[str]:
    """Say what each signature of ML-DSA-44 adds."""
    return [
        f"{each.key.name} signed the first {size:,} entries once more with its ML-DSA-44 key {each.key.key_id.hex()}"
        + (f", giving the time {_time(each)}" if each.time_s else "")
        + ": a quantum computer does not forge that."
        for each in again
    ]


def classical_sentence(covered: int, size: int) -> str | None:
    """Say what no ML-DSA-44 signature of both sides covers; None: all is covered."""
    if covered >= size:
        return None
    which = "All entries are" if covered == 0 else f"Entries from {covered:,} on are"
    return f"{CLASSICAL} {which} classical only so far (Ed25519)."


def cosigned_sentences(cosigned: Iterable[Cosigned], size: int) -> list[str]:
    """Say what each co-signature proves."""
    return [
        f"{each.key.name} (key {each.key.key_id.hex()}) signed, giving the time {_time(each)}, "
        f"that it held all {size} entries, durably and append-only."
        for each in cosigned
    ]


def witnessed_sentences(witnessed: Iterable[Cosigned], size: int) -> list[str]:
    """Say what the line of a witness proves: less than a holder's, for it has never seen an entry."""
    return [
        f"{each.key.name} ({_kind(each.key)} {each.key.key_id.hex()}), a witness, signed that it knew this log at "
        f"{size} entries{_and_no_more(each)}, as one that only grows. It has seen no entry."
        for each in witnessed
    ]


def _and_no_more(witnessed: Cosigned) -> str:
    return f" and at none more, at the time {_time(witnessed)} that it gives" if witnessed.time_s else ""


def _kind(key: VerifierKey) -> str:
    return "ML-DSA-44 key" if key.algorithm == ML_DSA_44 else "key"


def _time(cosigned: Cosigned) -> str:
    return format_instant(Instant(cosigned.time_s * 1000))
