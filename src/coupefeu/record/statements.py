"""The four statements of 64 bytes: two by the author of a log, two receipts by its holder (protocol A5, A6).

    checkpoint    author, log key        all entries before `size`
    run           author, log key        entries [start, end) alone
    co-signature  holder, cosigner key   holds all before `size`, append-only
    run receipt   holder, log key        holds [start, end), and says nothing of those before

A run receipt is the holder's own line under the author's run note. Each `verify_` raises `VerificationError` when
the statement does not hold, and `PeerError` when the key is unusable.
"""

from collections.abc import Iterable

from coupefeu.keys.notes import CosignSigner, LogSigner, verify_cosignature_raw, verify_raw
from coupefeu.wire import cosignature
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.note import Note, NoteSignature, VerifierKey, format_note
from coupefeu.wire.run import Run


def sign_checkpoint(signer: LogSigner, size: int, root: bytes) -> bytes:
    """Return the author's 64 bytes on its own log, whose origin is the signer's name."""
    return signer.sign_raw(Checkpoint(signer.name, size, root).text())


def verify_checkpoint(vkey: VerifierKey, size: int, root: bytes, signature: bytes) -> None:
    """Return if the log's own key signed size and root."""
    verify_raw(vkey, Checkpoint(vkey.name, size, root).text(), signature)


def sign_run(signer: LogSigner, start: int, end: int, root: bytes) -> bytes:
    """Return the author's 64 bytes on entries [start, end); `root` is that of these leaves alone."""
    return signer.sign_raw(Run(signer.name, start, end, root).text())


def verify_run(vkey: VerifierKey, start: int, end: int, root: bytes, signature: bytes) -> None:
    """Return if the log's own key signed the run."""
    verify_raw(vkey, Run(vkey.name, start, end, root).text(), signature)


def cosign_checkpoint(cosigner: CosignSigner, origin: str, size: int, root: bytes, time_s: int) -> bytes:
    """Return the holder's 64 bytes on the log `origin`; only after its entries are durable here."""
    return cosigner.cosign_raw(Checkpoint(origin, size, root).text(), time_s)


def verify_cosignature(
    vkey: VerifierKey, origin: str, size: int, root: bytes, time_s: int, signature: bytes
) -> None:
    """Return if the cosigner of `vkey` signed size and root of the log `origin` at `time_s`."""
    verify_cosignature_raw(vkey, Checkpoint(origin, size, root).text(), time_s, signature)


def sign_run_receipt(holder: LogSigner, origin: str, start: int, end: int, root: bytes) -> bytes:
    """Return the holder's 64 bytes on a run of the log `origin`; only after its entries are durable here."""
    return holder.sign_raw(Run(origin, start, end, root).text())


def verify_run_receipt(
    holder: VerifierKey, origin: str, start: int, end: int, root: bytes, signature: bytes
) -> None:
    """Return if the holder's log key signed for the run of the log `origin`."""
    verify_raw(holder, Run(origin, start, end, root).text(), signature)


def checkpoint_note(
    vkey: VerifierKey,
    checkpoint: Checkpoint,
    signature: bytes,
    cosignatures: Iterable[tuple[VerifierKey, int, bytes]] = (),
) -> bytes:
    """Return the signed note for export: the log's line, then each `(cosigner, time_s, signature)`."""
    lines = [NoteSignature(vkey.name, vkey.key_id, signature)]
    lines += [
        NoteSignature(key.name, key.key_id, cosignature.pack(time, sig)) for key, time, sig in cosignatures
    ]
    return format_note(Note(checkpoint.text(), tuple(lines)))


def run_note(
    vkey: VerifierKey, run: Run, signature: bytes, receipts: Iterable[tuple[VerifierKey, bytes]] = ()
) -> bytes:
    """Return the signed note of a run for export: the author's line, then each holder's `(log key, signature)`."""
    lines = [NoteSignature(vkey.name, vkey.key_id, signature)]
    lines += [NoteSignature(key.name, key.key_id, sig) for key, sig in receipts]
    return format_note(Note(run.text(), tuple(lines)))
