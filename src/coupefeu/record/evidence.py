"""Verification of a proof folder: one leaf, its place in a signed log, and what of the entry is shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from coupefeu.errors import PeerError
from coupefeu.model.entry import Head
from coupefeu.record.disclosure import Disclosure
from coupefeu.record.enclosures import Enclosure, Enclosures
from coupefeu.record.leaf import check_leaf, leaf_hash
from coupefeu.record.signatures import (
    CLASSICAL,
    NOT_PROVED,
    NOT_RECEIVED,
    Cosigned,
    again_sentences,
    cosigned_sentences,
    verify_checkpoint_note,
    witnessed_sentences,
)
from coupefeu.record.tree import verify_inclusion
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.head import decode_head
from coupefeu.wire.note import VerifierKey
from coupefeu.wire.proof import TlogProof


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofAudit:
    """What a proof shows; `head` is None when it is not shown or does not parse, `head_bytes` when it is not shown."""

    checkpoint: Checkpoint
    index: int
    cosigned: tuple[Cosigned, ...]
    again: tuple[Cosigned, ...]
    covered: int
    """Entries before it are under ML-DSA-44 signatures of both sides: all of the log that was signed, or none."""
    unknown_signers: tuple[str, ...]
    head_bytes: bytes | None
    head: Head | None
    body: bytes | None
    attachments: tuple[Enclosure, ...]
    witnessed: tuple[Cosigned, ...]
    proved: tuple[str, ...]
    not_proved: tuple[str, ...]

    @property
    def origin(self) -> str:
        """The log's name."""
        return self.checkpoint.origin

    @property
    def size(self) -> int:
        """Entries of the log that was signed."""
        return self.checkpoint.size


def audit_proof(
    leaf: bytes,
    proof: bytes,
    body: bytes | None,
    log_key: VerifierKey,
    cosigner_keys: Sequence[VerifierKey] = (),
    enclosures: Enclosures | None = None,
    ml_dsa_keys: Sequence[VerifierKey] = (),
    *,
    witness_keys: Sequence[VerifierKey] = (),
) -> ProofAudit:
    """Verify the files `leaf`, `proof` and, where they are shown, `body` and attachments.

    Raises:
        PeerError: a file breaks its format, or a body comes without what proves it.
        VerificationError: a signature, the path, the head, the body or an attachment does not hold.
    """
    check_leaf(leaf)
    parsed = TlogProof.parse(proof)
    signed = verify_checkpoint_note(parsed.checkpoint_note, log_key, cosigner_keys, ml_dsa_keys, witness_keys)
    checkpoint = signed.checkpoint
    verify_inclusion(leaf_hash(leaf), parsed.index, checkpoint.size, checkpoint.root, parsed.path)
    shown = _shown(parsed, body)
    if shown:
        shown.verify(checkpoint.origin, leaf)
    head = _decoded(shown.head) if shown else None
    attachments = _verify_attachments(enclosures, parsed.index, checkpoint, head, shown)
    stands = (
        f"Entry {parsed.index} stands in {checkpoint.origin}: the key {log_key.key_id.hex()} signed for it, "
        "and its holder can neither deny nor change it."
    )
    proved = [
        stands,
        *cosigned_sentences(signed.cosigned, checkpoint.size),
        *witnessed_sentences(signed.witnessed, checkpoint.size),
        *again_sentences(signed.again, checkpoint.size),
        *_shown_sentences(shown),
        *(f"{_named(each)}: these bytes are what was committed." for each in attachments if each.is_shown),
    ]
    not_proved = [*NOT_PROVED, "Anything about other entries of the log."]
    not_proved += [
        f"{_named(each)}: what is in it. It was committed, and is not here."
        for each in attachments
        if not each.is_shown
    ]
    if not signed.is_held_by_others:
        not_proved.append(NOT_RECEIVED)
    if not signed.is_post_quantum:
        not_proved.append(f"{CLASSICAL} The entry is classical only so far (Ed25519).")
    if shown is None or shown.body is None:
        not_proved.append(
            "What the entry says: its body is not shown." if shown else "What the entry is: it is not shown."
        )
    return ProofAudit(
        checkpoint=checkpoint,
        index=parsed.index,
        cosigned=signed.cosigned,
        again=signed.again,
        covered=checkpoint.size if signed.is_post_quantum else 0,
        unknown_signers=signed.unknown,
        head_bytes=shown.head if shown else None,
        head=head,
        body=shown.body if shown else None,
        attachments=tuple(attachments),
        witnessed=signed.witnessed,
        proved=tuple(proved),
        not_proved=tuple(not_proved),
    )


def _shown(proof: TlogProof, body: bytes | None) -> Disclosure | None:
    if proof.extra is not None:
        return Disclosure.from_extra(proof.index, proof.extra, body)
    if body is not None:
        raise PeerError(
            "a body comes with a proof that does not cover it",
            code="record.evidence.body",
            hint="The proof's extra line holds the salts; ask for the proof again, or verify without the body.",
        )
    return None


def _verify_attachments(
    enclosures: Enclosures | None,
    index: int,
    checkpoint: Checkpoint,
    head: Head | None,
    shown: Disclosure | None,
) -> list[Enclosure]:
    """Verify what is shown of this entry; of another one nothing may lie beside its proof."""
    if enclosures is None:
        return []
    for other in enclosures.within(0, checkpoint.size) - {index}:
        enclosures.verify(checkpoint.origin, other, None, None)
    enclosures.insist_below(checkpoint.size)
    return enclosures.verify(checkpoint.origin, index, head, shown.body if shown else None)


def _named(each: Enclosure) -> str:
    return f"Attachment {each.number} ({each.name}, {each.size:,} bytes)"


def _shown_sentences(shown: Disclosure | None) -> list[str]:
    if shown is None:
        return []
    part = "head shown is" if shown.body is None else "head and body shown are"
    return [f"The {part} exactly what was signed."]


def _decoded(head: bytes) -> Head | None:
    try:
        return decode_head(head)
    except PeerError:
        return None
