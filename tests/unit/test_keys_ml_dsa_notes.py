"""ML-DSA-44 co-signatures of checkpoints, type 0x06 (c2sp.org/tlog-cosignature): ours, and an independent tool's."""

import time
from dataclasses import replace
from hashlib import sha256

import pytest
from tlog_scales.signing import MLDSA44CosignatureSigner, Vkey, VkeySet
from tlog_scales.tlog import Checkpoint as TheirCheckpoint

from coupefeu.errors import PeerError, VerificationError
from coupefeu.keys.notes import CosignSigner, LogSigner, MlDsaSigner, verify_ml_dsa_raw, verify_signature
from coupefeu.wire import cosignature
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.note import ML_DSA_44, Note, NoteSignature, VerifierKey, format_note, parse_note

ORIGIN = "demo/00/us/1"
CHECKPOINT = Checkpoint(ORIGIN, 1_000, sha256(b"root").digest())
LOG = MlDsaSigner(ORIGIN, b"l" * 32)
HOLDER = MlDsaSigner("demo/00/ru/1/cosigner", b"h" * 32)
TIME_S = 1_790_000_000


def test_the_signed_message_is_the_structure_of_the_specification():
    message = cosignature.subtree_message("a", "bc", 3, bytes(32), 2)
    assert message == (
        b"subtree/v1\n\x00\x01a" + bytes(7) + b"\x02" + b"\x02bc" + bytes(8) + bytes(7) + b"\x03" + bytes(32)
    )
    assert len(cosignature.pack(TIME_S, bytes(2_420))) == 2_428


def test_key_ids_and_verifier_keys_are_those_of_the_specification():
    key = HOLDER.vkey
    assert key.key_id == sha256(key.name.encode() + b"\n\x06" + key.key).digest()[:4]
    assert len(key.key) == 1_312
    assert VerifierKey.parse(key.text()) == key
    with pytest.raises(PeerError, match="verifier-key"):
        VerifierKey.parse(VerifierKey.of("a", ML_DSA_44, key.key[:-1]).text())


def test_another_tool_verifies_what_we_sign():
    lines = (LOG.cosign(CHECKPOINT, TIME_S), HOLDER.cosign(CHECKPOINT, 0))
    theirs = TheirCheckpoint.from_text(format_note(Note(CHECKPOINT.text(), lines)).decode())
    keys = VkeySet(*(Vkey.from_string(each.vkey.text()) for each in (LOG, HOLDER)))
    assert {key.name for key, _ in keys.verify(theirs.signatures, theirs)} == {LOG.name, HOLDER.name}


def test_we_verify_what_another_tool_signs():
    signer = MLDSA44CosignatureSigner("witness.example/w1", b"w" * 32)
    note = Note(CHECKPOINT.text(), (LOG.cosign(CHECKPOINT, TIME_S),))
    theirs = TheirCheckpoint.from_text(format_note(note).decode())
    signature = signer.sign(theirs)
    key = VerifierKey.parse(signer.vkey.serialize())
    line = NoteSignature(signature.name, signature.key_id.to_bytes(4), signature.payload)
    verify_signature(key, CHECKPOINT.text(), line)
    assert cosignature.unpack(line.blob, 2_420)[0] <= time.time()


def test_a_note_carries_all_kinds_of_lines():
    text = CHECKPOINT.text()
    lines = (
        LogSigner(ORIGIN, b"l" * 32).sign(text),
        CosignSigner("demo/00/ru/1/cosigner", b"h" * 32).cosign(text, TIME_S),
        LOG.cosign(CHECKPOINT, TIME_S),
        HOLDER.cosign(CHECKPOINT, TIME_S),
    )
    octets = format_note(Note(text, lines))
    assert parse_note(octets).signatures == lines
    assert len({line.key_id for line in lines}) == 4


@pytest.mark.parametrize(
    "other",
    [
        replace(CHECKPOINT, origin="demo/00/us/2"),
        replace(CHECKPOINT, size=1_001),
        replace(CHECKPOINT, root=sha256(b"other").digest()),
    ],
)
def test_a_signature_holds_for_no_other_checkpoint(other):
    signature = LOG.cosign_raw(CHECKPOINT, TIME_S)
    verify_ml_dsa_raw(LOG.vkey, CHECKPOINT, TIME_S, signature)
    with pytest.raises(VerificationError):
        verify_ml_dsa_raw(LOG.vkey, other, TIME_S, signature)


def test_a_signature_holds_at_no_other_time_under_no_other_name_or_key_and_not_in_part():
    signature = LOG.cosign_raw(CHECKPOINT, TIME_S)
    for time_s in (0, TIME_S - 1, TIME_S + 1):
        with pytest.raises(VerificationError):
            verify_ml_dsa_raw(LOG.vkey, CHECKPOINT, time_s, signature)
    renamed = VerifierKey.of("demo/00/us/1/cosigner", ML_DSA_44, LOG.vkey.key)
    for key in (renamed, HOLDER.vkey):
        with pytest.raises(VerificationError):
            verify_ml_dsa_raw(key, CHECKPOINT, TIME_S, signature)
    for cut in (0, 1, 64, 2_419):
        with pytest.raises(VerificationError):
            verify_ml_dsa_raw(LOG.vkey, CHECKPOINT, TIME_S, signature[:cut])
    changed = bytearray(signature)
    changed[1_000] ^= 1
    with pytest.raises(VerificationError):
        verify_ml_dsa_raw(LOG.vkey, CHECKPOINT, TIME_S, bytes(changed))


def test_a_line_of_another_length_or_kind_is_refused():
    good = LOG.cosign(CHECKPOINT, TIME_S)
    for blob in (good.blob[:-1], good.blob + b"\x00", good.blob[:72], b"\x80" + good.blob[1:]):
        with pytest.raises(PeerError, match="co-signature of"):
            verify_signature(LOG.vkey, CHECKPOINT.text(), replace(good, blob=blob))
    ed25519 = CosignSigner(ORIGIN, b"l" * 32)
    with pytest.raises(VerificationError, match="type 0x04"):
        verify_ml_dsa_raw(ed25519.vkey, CHECKPOINT, TIME_S, good.blob[8:])


@pytest.mark.parametrize(
    ("cosigner", "origin", "size", "root", "time_s"),
    [
        ("", "log", 1, bytes(32), 0),
        ("a", "", 1, bytes(32), 0),
        ("a" * 256, "log", 1, bytes(32), 0),
        ("a", "é" * 128, 1, bytes(32), 0),
        ("a", "log", -1, bytes(32), 0),
        ("a", "log", 1 << 63, bytes(32), 0),
        ("a", "log", 1, bytes(31), 0),
        ("a", "log", 1, bytes(32), 1 << 63),
    ],
)
def test_a_message_out_of_range_is_never_signed(cosigner, origin, size, root, time_s):
    with pytest.raises(PeerError, match="out of range"):
        cosignature.subtree_message(cosigner, origin, size, root, time_s)
