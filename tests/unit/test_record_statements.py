import pytest

from coupefeu.errors import VerificationError
from coupefeu.keys.notes import CosignSigner, LogSigner, verify_signature
from coupefeu.record import statements
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.note import parse_note
from coupefeu.wire.run import Run

AUTHOR = LogSigner("line/us/1", bytes([1]) * 32)
HOLDER = LogSigner("line/ru/1", bytes([2]) * 32)
COSIGNER = CosignSigner("line/ru/1/cosigner", bytes([3]) * 32)
ROOT, OTHER = bytes(32), bytes([9]) * 32


def test_each_statement_holds_for_exactly_what_was_said():
    checkpoint = statements.sign_checkpoint(AUTHOR, 15, ROOT)
    run = statements.sign_run(AUTHOR, 3, 5, ROOT)
    cosigned = statements.cosign_checkpoint(COSIGNER, AUTHOR.name, 15, ROOT, 1_000)
    receipt = statements.sign_run_receipt(HOLDER, AUTHOR.name, 3, 5, ROOT)
    statements.verify_checkpoint(AUTHOR.vkey, 15, ROOT, checkpoint)
    statements.verify_run(AUTHOR.vkey, 3, 5, ROOT, run)
    statements.verify_cosignature(COSIGNER.vkey, AUTHOR.name, 15, ROOT, 1_000, cosigned)
    statements.verify_run_receipt(HOLDER.vkey, AUTHOR.name, 3, 5, ROOT, receipt)
    wrong = [
        (statements.verify_checkpoint, (AUTHOR.vkey, 16, ROOT, checkpoint)),
        (statements.verify_checkpoint, (AUTHOR.vkey, 15, OTHER, checkpoint)),
        (statements.verify_checkpoint, (HOLDER.vkey, 15, ROOT, checkpoint)),
        (statements.verify_run, (AUTHOR.vkey, 3, 6, ROOT, run)),
        (statements.verify_run, (AUTHOR.vkey, 2, 5, ROOT, run)),
        (statements.verify_run, (HOLDER.vkey, 3, 5, ROOT, receipt)),
        (statements.verify_cosignature, (COSIGNER.vkey, AUTHOR.name, 15, ROOT, 1_001, cosigned)),
        (statements.verify_cosignature, (COSIGNER.vkey, HOLDER.name, 15, ROOT, 1_000, cosigned)),
        (statements.verify_run_receipt, (AUTHOR.vkey, AUTHOR.name, 3, 5, ROOT, receipt)),
        (statements.verify_run_receipt, (HOLDER.vkey, AUTHOR.name, 3, 5, OTHER, receipt)),
    ]
    for verify, arguments in wrong:
        with pytest.raises(VerificationError):
            verify(*arguments)


def test_notes_for_export_verify_line_by_line():
    checkpoint = Checkpoint(AUTHOR.name, 15, ROOT)
    cosigned = statements.cosign_checkpoint(COSIGNER, AUTHOR.name, 15, ROOT, 1_000)
    signature = statements.sign_checkpoint(AUTHOR, 15, ROOT)
    note = parse_note(
        statements.checkpoint_note(AUTHOR.vkey, checkpoint, signature, [(COSIGNER.vkey, 1_000, cosigned)])
    )
    for key, line in zip((AUTHOR.vkey, COSIGNER.vkey), note.signatures, strict=True):
        verify_signature(key, note.text, line)

    run = Run(AUTHOR.name, 3, 5, ROOT)
    receipt = statements.sign_run_receipt(HOLDER, AUTHOR.name, 3, 5, ROOT)
    signature = statements.sign_run(AUTHOR, 3, 5, ROOT)
    note = parse_note(statements.run_note(AUTHOR.vkey, run, signature, [(HOLDER.vkey, receipt)]))
    for key, line in zip((AUTHOR.vkey, HOLDER.vkey), note.signatures, strict=True):
        verify_signature(key, note.text, line)
