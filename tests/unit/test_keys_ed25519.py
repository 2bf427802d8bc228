import pytest

from coupefeu.errors import PeerError, UsageError, VerificationError
from coupefeu.keys import ed25519

P = 2**255 - 19
IDENTITY = (1).to_bytes(32, "little")


def test_sign_and_verify():
    private = ed25519.generate()
    public = ed25519.public(private)
    signature = ed25519.SigningKey(private).sign(b"hold fire")
    assert signature == ed25519.sign(private, b"hold fire")
    ed25519.verify(public, b"hold fire", signature)
    for message, wrong in (
        (b"hold fir3", signature),
        (b"hold fire", signature[:-1]),
        (b"hold fire", bytes(64)),
    ):
        with pytest.raises(VerificationError):
            ed25519.verify(public, message, wrong)


def test_a_key_under_which_one_signature_fits_any_message_is_refused():
    """The library alone accepts it: R = identity, S = 0 verifies under the identity key for every message."""
    signature = IDENTITY + bytes(32)
    for message in (b"cease fire", b"open fire"):
        with pytest.raises(PeerError) as caught:
            ed25519.verify(IDENTITY, message, signature)
        assert caught.value.code == "keys.ed25519.small-order"


@pytest.mark.parametrize(
    ("key", "defect"),
    [
        (bytes(31), "length"),
        (bytes(33), "length"),
        (bytes(32), "small-order"),
        ((P - 1).to_bytes(32, "little"), "small-order"),
        (P.to_bytes(32, "little"), "not-canonical"),
        ((P + 1).to_bytes(32, "little"), "not-canonical"),
        (((1 << 255) | 1).to_bytes(32, "little"), "not-canonical"),
        (b"\xff" * 32, "not-canonical"),
        ((2).to_bytes(32, "little"), "not-on-curve"),
        (bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "small-order"),
        (bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"), "small-order"),
    ],
)
def test_each_bad_public_key_is_refused_for_its_reason(key, defect):
    with pytest.raises(PeerError) as caught:
        ed25519.check_public(key)
    assert caught.value.code == f"keys.ed25519.{defect}"


def test_every_fresh_key_is_accepted():
    for number in range(50):
        ed25519.check_public(ed25519.public(number.to_bytes(32)))


def test_private_keys_have_32_bytes():
    with pytest.raises(UsageError):
        ed25519.public(bytes(31))
