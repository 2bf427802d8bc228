from dataclasses import replace

import pytest

from coupefeu.errors import PeerError, UsageError
from coupefeu.model.entry import Head, Reference, Seen
from coupefeu.model.precedence import Precedence
from coupefeu.wire import cbor
from coupefeu.wire.head import decode_head, encode_head, restore, shorten, whole

PLAIN = Head(
    kind=16,
    from_post="minister",
    to_posts=("secretary", "desk"),
    precedence=Precedence.PRIORITY,
    written_ms=1_648_091_525_123,
    language="fr",
    agreement_version=1,
)
FULL = replace(
    PLAIN,
    references=(
        Reference(log=0, index=14, leaf_hash=b"\x01" * 32),
        Reference(log=1, index=900, leaf_hash=b"\x02" * 32),
    ),
    seen=(Seen(log=1, size=70_000, root=b"\x03" * 32),),
)


def leaf_hash(log: int, index: int) -> bytes:
    return {(0, 14): b"\x01" * 32, (1, 900): b"\x02" * 32}[log, index]


def root(log: int, size: int) -> bytes:
    return {(1, 70_000): b"\x03" * 32}[log, size]


@pytest.mark.parametrize("head", [PLAIN, FULL, replace(FULL, references=()), replace(FULL, seen=())])
def test_round_trip_whole_and_short(head):
    data = encode_head(head)
    assert decode_head(data) == head
    short = shorten(data)
    assert restore(short, leaf_hash, root) == data
    assert restore(whole(data), leaf_hash, root) == data
    assert len(short) <= len(data) + 1 - 34 * (len(head.references) + len(head.seen))


def test_the_bytes_are_those_of_the_profile():
    triples = {
        7: [[r.log, r.index, r.leaf_hash] for r in FULL.references],
        8: [[s.log, s.size, s.root] for s in FULL.seen],
    }
    fields = {0: 16, 1: "minister", 2: ["secretary", "desk"], 3: 2, 4: 1_648_091_525_123, 5: "fr", 6: 1}
    assert encode_head(FULL) == cbor.encode(fields | triples)
    assert encode_head(PLAIN) == cbor.encode(fields)


def test_another_hash_at_the_receiver_gives_another_head():
    short = shorten(encode_head(FULL))
    assert restore(short, lambda _log, _index: bytes(32), root) != encode_head(FULL)


def test_a_missing_reference_is_named_to_the_caller():
    with pytest.raises(KeyError):
        restore(shorten(encode_head(FULL)), lambda log, index: {}[log, index], root)


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00", b"\xa8", b"\xa9\x00", b"\xff\xff", encode_head(FULL)[:-1], encode_head(FULL) + b"\x00"],
)
def test_bytes_that_are_no_head_travel_as_they_are(data):
    assert restore(shorten(data), leaf_hash, root) == data


@pytest.mark.parametrize(
    "fields",
    [
        {0: 16},
        {0: 16, 1: "a", 2: ["b"], 3: 9, 4: 0, 5: "en", 6: 1},
        {0: 16, 1: "a", 2: "b", 3: 1, 4: 0, 5: "en", 6: 1},
        {0: 16, 1: "a", 2: ["b", 7], 3: 1, 4: 0, 5: "en", 6: 1},
        {0: True, 1: "a", 2: ["b"], 3: 1, 4: 0, 5: "en", 6: 1},
        {0: 16, 1: "a", 2: ["b"], 3: 1, 4: -1, 5: "en", 6: 1},
        {0: 16, 1: "a", 2: ["b"], 3: 1, 4: 0, 5: "en", 6: 1, 7: []},
        {0: 16, 1: "a", 2: ["b"], 3: 1, 4: 0, 5: "en", 6: 1, 7: [[0, 1, b"short"]]},
        {0: 16, 1: "a", 2: ["b"], 3: 1, 4: 0, 5: "en", 6: 1, 7: [[0, 1]]},
        {0: 16, 1: "a", 2: ["b"], 3: 1, 4: 0, 5: "en", 6: 1, 7: 5},
        {0: 16, 1: "a", 2: ["b"], 3: 1, 4: 0, 5: "en", 6: 1, 9: 1},
        [16],
        7,
    ],
)
def test_other_maps_are_refused(fields):
    with pytest.raises(PeerError):
        decode_head(cbor.encode(fields))


@pytest.mark.parametrize(
    "short", [b"", b"\x02", b"\x01", b"\x01\x00", b"\x01\xff\x00", b"\x01\x01\x00", b"\x01\x00\x21\x00"]
)
def test_broken_short_forms_are_refused(short):
    with pytest.raises(PeerError):
        restore(short, leaf_hash, root)


def test_limits():
    with pytest.raises(UsageError):
        encode_head(replace(PLAIN, references=FULL.references * 33))
    with pytest.raises(UsageError):
        encode_head(replace(PLAIN, to_posts=("x" * 4_100,)))
    with pytest.raises(UsageError):
        encode_head(replace(PLAIN, written_ms=-1))
    with pytest.raises(PeerError):
        decode_head(bytes(4_097))
