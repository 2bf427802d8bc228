"""X25519, ChaCha20-Poly1305 and key derivation."""

import pytest

from coupefeu.errors import PeerError, UsageError, VerificationError
from coupefeu.keys import aead, kdf, x25519


def test_both_sides_agree():
    ours, theirs = x25519.generate(), x25519.generate()
    assert x25519.exchange(ours, x25519.public(theirs)) == x25519.exchange(theirs, x25519.public(ours))


@pytest.mark.parametrize(
    ("key", "defect"), [(bytes(32), "zero-output"), (b"\x01" + bytes(31), "zero-output"), (b"", "length")]
)
def test_a_key_that_gives_no_secret_is_refused(key, defect):
    with pytest.raises(PeerError) as caught:
        x25519.exchange(x25519.generate(), key)
    assert caught.value.code == f"keys.x25519.{defect}"


def test_private_keys_have_32_bytes():
    with pytest.raises(UsageError):
        x25519.public(bytes(33))


def test_sealed_bytes_open_only_as_they_were_sealed():
    cipher = aead.Cipher(bytes(32))
    nonce = bytes(12)
    sealed = cipher.seal(nonce, b"text", b"header")
    assert len(sealed) == 4 + aead.TAG_BYTES
    assert cipher.open(nonce, sealed, b"header") == b"text"
    wrong = [(nonce, sealed, b"other"), (b"\x01" + nonce[1:], sealed, b"header"), (nonce, b"", b"header")]
    wrong += [
        (nonce, sealed[:at] + bytes((sealed[at] ^ 1,)) + sealed[at + 1 :], b"header")
        for at in range(len(sealed))
    ]
    for arguments in wrong:
        with pytest.raises(VerificationError):
            cipher.open(*arguments)


def test_noise_outputs_are_the_chain_of_hmacs():
    """Noise revision 34, section 4.3, written out."""
    temporary = kdf.hmac_sha256(b"c" * 32, b"material")
    first = kdf.hmac_sha256(temporary, b"\x01")
    second = kdf.hmac_sha256(temporary, first + b"\x02")
    third = kdf.hmac_sha256(temporary, second + b"\x03")
    assert kdf.noise_hkdf(b"c" * 32, b"material", 2) == (first, second)
    assert kdf.noise_hkdf(b"c" * 32, b"material", 3) == (first, second, third)
    assert kdf.is_equal(first, bytes(first))
    assert not kdf.is_equal(first, second)
