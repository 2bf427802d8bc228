import hmac
from hashlib import sha256

import pytest

from coupefeu.errors import PeerError, UsageError
from coupefeu.record import leaf
from coupefeu.wire import cbor

ORIGIN = "line/0123456789abcdef0123456789abcdef/us/1"
SEED = bytes(range(16))
LEAF = leaf.make_leaf(ORIGIN, SEED, b"head", b"body")


def test_the_leaf_is_what_the_specification_says():
    salts = {part: hmac.new(SEED, part, "sha256").digest()[:16] for part in (b"head", b"body")}
    assert leaf.salts(SEED) == (salts[b"head"], salts[b"body"])
    commitments = [
        sha256(
            b"coupefeu/" + part + b"/v1\x00" + bytes((len(ORIGIN),)) + ORIGIN.encode() + salts[part] + part
        ).digest()
        for part in (b"head", b"body")
    ]
    assert cbor.encode([1, *commitments]) == LEAF
    assert len(LEAF) == leaf.LEAF_BYTES
    assert leaf.leaf_hash(LEAF) == sha256(b"\x00" + LEAF).digest()


@pytest.mark.parametrize(
    "parts",
    [
        ("line/ru/1", SEED, b"head", b"body"),
        (ORIGIN, bytes(16), b"head", b"body"),
        (ORIGIN, SEED, b"headb", b"ody"),
    ],
)
def test_anything_else_makes_another_leaf(parts):
    assert leaf.make_leaf(ORIGIN, SEED, b"head", b"body") == LEAF
    assert leaf.make_leaf(*parts) != LEAF


def test_head_and_body_are_disclosed_apart():
    head_salt, body_salt = leaf.salts(SEED)
    assert leaf.head_matches(LEAF, ORIGIN, head_salt, b"head")
    assert leaf.body_matches(LEAF, ORIGIN, body_salt, b"body")
    assert not leaf.head_matches(LEAF, ORIGIN, body_salt, b"head")
    assert not leaf.head_matches(LEAF, ORIGIN, head_salt, b"body")
    assert not leaf.body_matches(LEAF, ORIGIN, body_salt, b"Body")
    assert not leaf.body_matches(LEAF + b"\x00", ORIGIN, body_salt, b"body")


def test_forms_that_are_no_leaf():
    leaf.check_leaf(LEAF)
    for data in (b"", LEAF[:-1], b"\x82" + LEAF[1:], LEAF[:36] + b"\x59" + LEAF[37:]):
        with pytest.raises(PeerError):
            leaf.check_leaf(data)


@pytest.mark.parametrize("origin", ["", "x" * 121])
def test_origins_are_bounded(origin):
    with pytest.raises(UsageError):
        leaf.make_leaf(origin, SEED, b"", b"")
