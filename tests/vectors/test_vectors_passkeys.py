"""Passkeys: the public vectors of the W3C, and those of Wycheproof for P-256, through our own functions."""

import json
from pathlib import Path

import pytest
from tests.shared import shared_json
from tests.sizes import size

from coupefeu.errors import CoupefeuError, PeerError, VerificationError
from coupefeu.keys import passkeys
from coupefeu.keys.passkeys import Assertion, PersonalKey, verify_signature

KEPT = json.loads(Path(__file__).with_name("webauthn-w3c.json").read_text("utf-8"))
PLACE = {"origin": "https://example.org", "rp_id": "example.org"}


def octets(item, *names):
    return {name: bytes.fromhex(item[name]) for name in names}


def reason(do):
    try:
        do()
    except CoupefeuError as error:
        return error.code.removeprefix("keys.passkeys.")
    return ""


@pytest.mark.parametrize("item", KEPT["assertions"], ids=lambda item: item["what"])
def test_assertions_of_the_w3c(item):
    key = PersonalKey(**octets(item, "credential_id", "public_key"), **PLACE)
    assertion = Assertion(**octets(item, "authenticator_data", "client_data", "signature"))
    challenge = bytes.fromhex(item["challenge"])
    assert reason(lambda: passkeys.verify_assertion(assertion, key, challenge)) == item["says"]
    verify_signature(key.public_key, assertion.signed, assertion.signature)
    with pytest.raises(VerificationError):
        verify_signature(key.public_key, assertion.signed + b"x", assertion.signature)


@pytest.mark.parametrize("item", KEPT["registrations"], ids=lambda item: item["what"])
def test_registrations_of_the_w3c(item):
    given = octets(item, "attestation_object", "client_data", "challenge")
    assert reason(lambda: passkeys.verify_registration(**given, **PLACE)) == item["says"]


def test_both_outcomes_are_among_them():
    assert {item["says"] for item in KEPT["assertions"]} == {"", "user_unverified", "cross_origin"}


def test_p256_wycheproof():
    """Every other encoding of a signature, every edge of the arithmetic: refused, or accepted as it must."""
    name = "ecdsa_secp256r1_sha256"
    data = shared_json(f"data/vectors/wycheproof/{name}_test.json")
    found = [(group["publicKey"], case) for group in data["testGroups"] for case in group["tests"]]
    assert len(found) == data["numberOfTests"]
    for number, (public, case) in enumerate(found):
        if number % size(small=2, full=1):
            continue
        x, y = (int(public[each], 16).to_bytes(32, "big") for each in ("wx", "wy"))
        key = bytes.fromhex("a5010203262001215820") + x + bytes.fromhex("225820") + y
        try:
            verify_signature(key, bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))
        except (PeerError, VerificationError):
            assert case["result"] == "invalid", case
        else:
            assert case["result"] == "valid", case
