import pytest

from coupefeu.errors import CoupefeuError, VerificationError
from coupefeu.keys import ed25519
from coupefeu.keys.notes import CosignSigner, LogSigner, verify_cosignature_raw, verify_raw, verify_signature
from coupefeu.wire.note import COSIGNATURE, ED25519, NoteSignature, VerifierKey

PRIVATE = bytes(range(32))
TEXT = "line/us/1\n15\nAAAA\n"
LOG = LogSigner("line/us/1", PRIVATE)
COSIGNER = CosignSigner("line/ru/1/cosigner", PRIVATE)


def test_log_signature():
    signature = LOG.sign(TEXT)
    assert LOG.vkey.algorithm == ED25519
    assert (signature.name, signature.key_id, len(signature.blob)) == ("line/us/1", LOG.vkey.key_id, 64)
    verify_signature(LOG.vkey, TEXT, signature)
    verify_raw(LOG.vkey, TEXT, LOG.sign_raw(TEXT))


def test_cosignature():
    signature = COSIGNER.cosign(TEXT, 1_679_315_147)
    assert COSIGNER.vkey.algorithm == COSIGNATURE
    verify_signature(COSIGNER.vkey, TEXT, signature)
    verify_cosignature_raw(COSIGNER.vkey, TEXT, 1_679_315_147, signature.blob[8:])
    message = f"cosignature/v1\ntime 1679315147\n{TEXT}".encode()
    ed25519.verify(COSIGNER.vkey.key, message, signature.blob[8:])


def test_what_was_not_signed_is_refused():
    signature, cosigned = LOG.sign(TEXT), COSIGNER.cosign(TEXT, 5)
    stranger = VerifierKey.of("line/us/1", ED25519, ed25519.public(bytes(32)))
    renamed = NoteSignature("line/fr/1", signature.key_id, signature.blob)
    later = NoteSignature(cosigned.name, cosigned.key_id, (6).to_bytes(8) + cosigned.blob[8:])
    for key, text, line in (
        (LOG.vkey, TEXT + "more\n", signature),
        (stranger, TEXT, signature),
        (LOG.vkey, TEXT, renamed),
        (COSIGNER.vkey, TEXT, later),
        (COSIGNER.vkey, TEXT, NoteSignature(cosigned.name, cosigned.key_id, signature.blob)),
    ):
        with pytest.raises(CoupefeuError):
            verify_signature(key, text, line)


def test_a_cosignature_never_stands_in_for_a_log_signature():
    """One private key under both types: neither kind of signature is taken for the other."""
    with pytest.raises(VerificationError, match="does not sign this"):
        verify_raw(COSIGNER.vkey, TEXT, LOG.sign_raw(TEXT))
    with pytest.raises(VerificationError, match="does not sign this"):
        verify_cosignature_raw(LOG.vkey, TEXT, 5, COSIGNER.cosign_raw(TEXT, 5))
