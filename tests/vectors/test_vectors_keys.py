"""Wycheproof, CCTV and COSE vectors through our own key functions."""

import pytest
from tests.shared import shared_json, shared_jsonl

from coupefeu.errors import CoupefeuError, PeerError, UsageError, VerificationError
from coupefeu.keys import aead, ed25519, kdf, mldsa, mlkem, x25519
from coupefeu.wire.card import ML_DSA_PUBLIC_BYTES, ML_DSA_SIGNATURE_BYTES

REFUSED = {"low_order_A", "non_canonical_A", "non_canonical_R", "low_order_residue", "reencoded_k"}


def verifies(key: str, message: bytes, signature: str) -> bool:
    try:
        ed25519.verify(bytes.fromhex(key), message, bytes.fromhex(signature))
    except (PeerError, VerificationError):
        return False
    return True


def cases(name: str):
    data = shared_json(f"data/vectors/wycheproof/{name}_test.json")
    found = [(group, case) for group in data["testGroups"] for case in group["tests"]]
    assert len(found) == data["numberOfTests"]
    return found


def test_ed25519_wycheproof():
    for group, case in cases("ed25519"):
        valid = verifies(group["publicKey"]["pk"], bytes.fromhex(case["msg"]), case["sig"])
        assert valid is (case["result"] == "valid"), case["tcId"]


def test_ml_kem_768_wycheproof():
    for _, case in cases("mlkem_768"):
        seed, ciphertext = bytes.fromhex(case["seed"]), bytes.fromhex(case["c"])
        if case["result"] == "valid":
            assert mlkem.public(seed).hex() == case["ek"], case["tcId"]
            assert mlkem.decapsulate(seed, ciphertext).hex() == case["K"], case["tcId"]
        else:
            with pytest.raises(PeerError if "Ciphertext" in case["comment"] else UsageError):
                mlkem.decapsulate(seed, ciphertext)


def test_ml_kem_768_keys_from_seeds_wycheproof():
    for _, case in cases("mlkem_768_keygen_seed"):
        assert mlkem.public(bytes.fromhex(case["seed"])).hex() == case["ek"], case["tcId"]


def test_an_ml_kem_key_with_a_number_beyond_the_modulus_is_refused():
    """FIPS 203, 7.2: 3,329 in the first twelve bits."""
    key = bytes([0x01, 0x0D]) + mlkem.public(mlkem.generate())[2:]
    with pytest.raises(PeerError) as raised:
        mlkem.encapsulate(key)
    assert raised.value.code == "keys.mlkem.public-key"


def test_ed25519_where_verifiers_differ():
    """No key of small order, no second encoding, no second signature: one answer for both parties."""
    vectors = shared_jsonl("data/vectors/cctv-ed25519.jsonl")
    assert len(vectors) == 914
    for vector in vectors:
        flags = set(vector["flags"] or ())
        assert verifies(vector["key"], vector["msg"].encode(), vector["sig"]) is not bool(flags & REFUSED), (
            vector
        )
        if flags & {"low_order_A", "non_canonical_A"}:
            with pytest.raises(PeerError):
                ed25519.check_public(bytes.fromhex(vector["key"]))


def test_ed25519_cose_examples():
    for example in shared_jsonl("data/vectors/cose-wg-examples.jsonl"):
        if example["file"] != "eddsa-examples/eddsa-01.json":
            continue
        signer = example["input"]["sign"]["signers"][0]
        message = bytes.fromhex(example["intermediates"]["signers"][0]["ToBeSign_hex"])
        signature = ed25519.sign(bytes.fromhex(signer["key"]["d_hex"]), message)
        assert signature.hex().upper() in example["output"]["cbor"]
        assert verifies(signer["key"]["x_hex"], message, signature.hex())
        return
    pytest.fail("the example is gone")


def test_x25519():
    for _, case in cases("x25519"):
        private, public = bytes.fromhex(case["private"]), bytes.fromhex(case["public"])
        if "ZeroSharedSecret" in case["flags"]:
            with pytest.raises(PeerError, match="zero-output"):
                x25519.exchange(private, public)
        else:
            assert x25519.exchange(private, public).hex() == case["shared"], case["tcId"]


def test_chacha20_poly1305():
    for _, case in cases("chacha20_poly1305"):
        key, nonce, associated, plain, sealed = (
            bytes.fromhex(case[field]) for field in ("key", "iv", "aad", "msg", "ct")
        )
        sealed += bytes.fromhex(case["tag"])
        if case["result"] == "valid":
            assert aead.seal(key, nonce, plain, associated) == sealed
            assert aead.open_sealed(key, nonce, sealed, associated) == plain
        else:
            with pytest.raises(VerificationError):
                aead.open_sealed(key, nonce, sealed, associated)


def test_hkdf():
    for _, case in cases("hkdf_sha256"):
        secret, salt, info = (bytes.fromhex(case[field]) for field in ("ikm", "salt", "info"))
        if case["result"] == "valid":
            assert kdf.hkdf(secret, salt=salt, info=info, length=case["size"]).hex() == case["okm"], case[
                "tcId"
            ]
        else:
            with pytest.raises(UsageError):
                kdf.hkdf(secret, salt=salt, info=info, length=case["size"])


def test_ml_dsa_refuses_what_is_not_signed():
    seed = bytes(range(32))
    key = mldsa.public(seed)
    signature = mldsa.sign(seed, b"agreement")
    assert (len(key), len(signature)) == (ML_DSA_PUBLIC_BYTES, ML_DSA_SIGNATURE_BYTES)
    mldsa.verify(key, b"agreement", signature)
    flipped = bytes((signature[0] ^ 1,)) + signature[1:]
    for wrong in (
        (key, b"agreemenT", signature),
        (key, b"agreement", flipped),
        (key, b"agreement", b""),
        (key[1:], b"", b""),
    ):
        with pytest.raises(CoupefeuError):
            mldsa.verify(*wrong)
