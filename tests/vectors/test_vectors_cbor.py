"""RFC 8949 appendix A and F, COSE examples and hostile items: admitted exactly where protocol A4 admits them."""

import pytest
from tests.shared import shared_file, shared_json, shared_jsonl

from coupefeu.errors import PeerError
from coupefeu.wire import cbor

ADMITTED = [
    "00",
    "01",
    "0a",
    "17",
    "1818",
    "1819",
    "1864",
    "1903e8",
    "1a000f4240",
    "1b000000e8d4a51000",
    "1bffffffffffffffff",
    "3bffffffffffffffff",
    "20",
    "29",
    "3863",
    "3903e7",
    "f4",
    "f5",
    "40",
    "4401020304",
    "60",
    "6161",
    "6449455446",
    "62225c",
    "62c3bc",
    "63e6b0b4",
    "64f0908591",
    "80",
    "83010203",
    "8301820203820405",
    "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
    "a0",
    "a201020304",
]

REASONS = {
    "duplicate-map-key": "map-key",
    "non-shortest-int": "not-shortest",
    "non-shortest-length": "not-shortest",
    "indefinite-map": "not-admitted",
    "unsorted-map": "map-key",
    "nan-payload": "not-admitted",
    "invalid-utf8-text": "not-utf8",
    "lone-surrogate-text": "not-utf8",
    "overlong-utf8": "not-utf8",
    "huge-array-claim": "truncated",
    "huge-bytes-claim": "truncated",
    "deep-nesting-1000": "too-deep",
    "deep-tags-500": "not-admitted",
    "bignum-64-bytes": "not-admitted",
    "trailing-bytes": "trailing-bytes",
    "undefined": "not-admitted",
    "negative-zero": "not-admitted",
    "bignum-for-small-int": "not-admitted",
    "embedded-cbor-bad": "not-admitted",
    "epoch-nan": "not-admitted",
    "epoch-huge": "not-admitted",
}


def test_appendix_a_is_admitted_exactly_within_the_profile():
    examples = shared_json("data/vectors/cbor-appendix-a.json")
    assert len(examples) == 82
    admitted = []
    for example in examples:
        data = bytes.fromhex(example["hex"])
        try:
            value = cbor.decode(data)
        except PeerError:
            continue
        admitted.append(example["hex"])
        assert cbor.encode(value) == data
        if "decoded" in example and isinstance(example["decoded"], int | str | list):
            assert value == example["decoded"]
    assert admitted == ADMITTED


def test_whatever_is_not_well_formed_is_refused():
    lines = shared_file("data/hostile/cbor-invalid.txt").read_text().split()
    assert len(lines) == 94
    for line in lines:
        with pytest.raises(PeerError):
            cbor.decode(bytes.fromhex(line))


def test_each_hostile_item_is_refused_for_its_reason():
    items = shared_json("data/hostile/cbor-hostile.json")
    assert items.keys() == REASONS.keys()
    for name, text in items.items():
        with pytest.raises(PeerError) as caught:
            cbor.decode(bytes.fromhex(text))
        assert caught.value.code == f"wire.cbor.{REASONS[name]}", name


def test_cose_examples_are_refused_for_their_tags():
    """Two examples carry no tag and lie within the profile; they come back byte for byte."""
    examples = shared_jsonl("data/vectors/cose-wg-examples.jsonl")
    assert len(examples) == 74
    admitted = []
    for example in examples:
        data = bytes.fromhex(example["output"]["cbor"])
        try:
            assert cbor.encode(cbor.decode(data)) == data
        except PeerError:
            continue
        admitted.append(example["file"])
    assert admitted == ["sign1-tests/sign-pass-03.json", "sign-tests/sign-pass-03.json"]


def test_every_tag_is_refused():
    for number in [*range(1 << 16), *(1 << bits for bits in range(16, 64))]:
        width = next(width for width in (0, 1, 2, 4, 8) if number < (24 if not width else 1 << 8 * width))
        code = number if not width else 24 + width.bit_length() - 1
        head = bytes((0xC0 | code,)) + (number.to_bytes(width) if width else b"")
        with pytest.raises(PeerError, match="not-admitted"):
            cbor.scan(head + b"\x00")
