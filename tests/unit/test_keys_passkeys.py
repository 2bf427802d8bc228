"""Assertions of personal keys: each thing that must hold is refused by its own name when it does not."""

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.passkeys import ORIGIN, PRESENT, RP_ID, VERIFIED, Passkey

from coupefeu.errors import CoupefeuError, PeerError, VerificationError
from coupefeu.keys.passkeys import (
    EDDSA,
    ES256,
    Assertion,
    check_key,
    decode_base64url,
    encode_base64url,
    verify_assertion,
    verify_registration,
)

CHALLENGE = bytes(range(32))
DEVICE = Passkey(seed=bytes(range(32)))


def refusal(assertion, key=DEVICE.key, challenge=CHALLENGE):
    with pytest.raises((PeerError, VerificationError)) as raised:
        verify_assertion(assertion, key, challenge)
    assert raised.value.hint
    return raised.value.code.removeprefix("keys.passkeys.")


@pytest.mark.parametrize("algorithm", [ES256, EDDSA])
def test_what_a_device_signs_is_verified(algorithm):
    device = Passkey(algorithm)
    found = verify_assertion(device.answer(CHALLENGE), device.key, CHALLENGE)
    assert (found.counter, found.backed_up) == (1, False)
    synced = device.answer(CHALLENGE, flags=PRESENT | VERIFIED | 0x18)
    assert verify_assertion(synced, device.key, CHALLENGE).backed_up
    assert check_key(device.public_key) == algorithm


BAD = {
    "another challenge": ("other_challenge", {}, bytes(32)),
    "another origin": ("other_origin", {"origin": "https://desk.example.org"}, None),
    "another port": ("other_origin", {"origin": "http://us.localhost:7431"}, None),
    "another name": ("other_rp_id", {"rp_id": "localhost"}, None),
    "in a frame": ("cross_origin", {"crossOrigin": True}, None),
    "in a frame of": ("cross_origin", {"topOrigin": "https://example.org"}, None),
    "nobody touched it": ("user_absent", {"flags": VERIFIED}, None),
    "user verification off": ("user_unverified", {"flags": PRESENT}, None),
    "backed up, though not eligible": ("bad_flags", {"flags": PRESENT | VERIFIED | 0x10}, None),
    "extensions that nobody asked for": ("bad_flags", {"flags": PRESENT | VERIFIED | 0x80}, None),
    "more behind the data": ("malformed", {"trailing": b"\xa0"}, None),
    "another act": ("malformed", {"type": "webauthn.create"}, None),
    "a long clientDataJSON": ("malformed", {"extra": "x" * 2_048}, None),
}


@pytest.mark.parametrize("case", BAD, ids=str)
def test_each_thing_that_must_hold_is_named_when_it_does_not(case):
    code, made, challenge = BAD[case]
    assert refusal(DEVICE.answer(challenge or CHALLENGE, **made)) == code


def test_another_key_is_refused():
    assert refusal(Passkey().answer(CHALLENGE)) == "bad_signature"
    assertion = DEVICE.answer(CHALLENGE)
    assert refusal(replace(assertion, signature=assertion.signature[:-1])) == "bad_signature"
    assert refusal(replace(assertion, signature=bytes(73))) == "malformed"


def test_a_name_that_stands_twice_is_refused():
    """Two readers might each believe another origin."""
    told = DEVICE.answer(CHALLENGE).client_data
    doubled = told[:-1] + b',"origin":"' + ORIGIN.encode() + b'"}'
    assert refusal(replace(DEVICE.answer(CHALLENGE), client_data=doubled)) == "malformed"


@pytest.mark.parametrize("told", [b"", b"[]", b"{", b'{"a":1}', b"[" * 2_000, b"\xff\xfe", b'"x"', b"null"])
def test_client_data_that_is_none_is_refused(told):
    assert refusal(replace(DEVICE.answer(CHALLENGE), client_data=told)) == "malformed"


SMALL_ORDER = bytes.fromhex("a4010103272006215820") + b"\x01" + bytes(31)
"""Under this key one signature fits any message."""


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (b"", "keys.passkeys.bad_key"),
        (DEVICE.public_key + b"\x00", "keys.passkeys.bad_key"),
        (DEVICE.public_key.replace(b"\x03\x26", b"\x03\x28", 1), "keys.passkeys.bad_key"),
        (b"\x04" + DEVICE.public_key[10:42] + DEVICE.public_key[45:], "keys.passkeys.bad_key"),
        (SMALL_ORDER, "keys.ed25519.small-order"),
    ],
)
def test_a_key_is_taken_in_its_one_encoding_and_of_two_algorithms_only(key, code):
    with pytest.raises(PeerError) as raised:
        verify_assertion(DEVICE.answer(CHALLENGE), replace(DEVICE.key, public_key=key), CHALLENGE)
    assert raised.value.code == code


def test_a_point_that_is_not_on_the_curve_is_refused():
    off = DEVICE.public_key[:-1] + bytes([DEVICE.public_key[-1] ^ 1])
    assert refusal(DEVICE.answer(CHALLENGE), replace(DEVICE.key, public_key=off)) == "bad_signature"


def test_the_digest_is_the_same_for_every_signature_over_the_same_bytes():
    """ECDSA has more than one: a copy with the other one is a copy all the same."""
    first = DEVICE.answer(CHALLENGE)
    again = replace(first, signature=DEVICE.sign(first.signed))
    assert again.signature != first.signature
    assert again.digest == first.digest
    verify_assertion(again, DEVICE.key, CHALLENGE)
    assert DEVICE.answer(CHALLENGE).digest != first.digest


@given(st.binary(max_size=80), st.binary(max_size=300), st.binary(max_size=80), st.binary(max_size=90))
def test_any_bytes_are_verified_or_refused_by_name(authenticator, client, signature, key):
    assertion = Assertion(authenticator_data=authenticator, client_data=client, signature=signature)
    with pytest.raises((PeerError, VerificationError)):
        verify_assertion(assertion, replace(DEVICE.key, public_key=key), CHALLENGE)


# --- registration -----------------------------------------------------------------------------------------

PLACE = {"challenge": CHALLENGE, "origin": ORIGIN, "rp_id": RP_ID}


@pytest.mark.parametrize("algorithm", [ES256, EDDSA])
def test_a_new_key_is_read_from_what_the_browser_gives(algorithm):
    device = Passkey(algorithm)
    assert verify_registration(*device.register(CHALLENGE), **PLACE) == device.key


@pytest.mark.parametrize(
    ("made", "code"),
    [
        ({"flags": PRESENT}, "bad_registration"),
        ({"origin": "https://desk.example.org"}, "other_origin"),
        ({"challenge": bytes(32)}, "other_challenge"),
        ({"crossOrigin": True}, "cross_origin"),
        ({"fmt": "fido-u2f"}, "bad_registration"),
        ({"statement": {"sig": b"x"}}, "bad_registration"),
    ],
)
def test_a_new_key_that_is_not_as_it_was_asked_for_is_refused(made, code):
    challenge = made.pop("challenge", CHALLENGE)
    with pytest.raises(VerificationError) as raised:
        verify_registration(*Passkey().register(challenge, **made), **PLACE)
    assert raised.value.code == f"keys.passkeys.{code}"


@given(st.binary(max_size=200))
def test_any_bytes_of_a_registration_are_refused(attestation):
    _, told = DEVICE.register(CHALLENGE)
    with pytest.raises(CoupefeuError):
        verify_registration(attestation, told, **PLACE)
    with pytest.raises(PeerError):
        verify_registration(bytes(5_000), told, **PLACE)


@given(st.binary(max_size=40))
def test_base64url_has_one_spelling(octets):
    assert decode_base64url(encode_base64url(octets)) == octets


@pytest.mark.parametrize("text", ["AA==", "A", "AB", "A A", "é", "AA\n"])
def test_another_spelling_is_refused(text):
    with pytest.raises(PeerError):
        decode_base64url(text)


def test_a_node_that_has_no_personal_key_never_loads_the_library():
    code = "import coupefeu.node.runtime, coupefeu.console.app, sys; print('webauthn' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
