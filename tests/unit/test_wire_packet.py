import os
import re
import zlib
from dataclasses import replace

import pytest
from tests.shared import shared_file, shared_json

from coupefeu.errors import PeerError, UsageError
from coupefeu.model.attachments import PART_BYTES
from coupefeu.model.entry import MAX_OPENING_BODY_BYTES, Head, Reference, Seen
from coupefeu.model.precedence import Precedence
from coupefeu.record.leaf import make_leaf
from coupefeu.wire import batch
from coupefeu.wire.batch import MAX_ENTRIES
from coupefeu.wire.dictionary import DICTIONARY, DICTIONARY_HASH
from coupefeu.wire.head import encode_head, shorten
from coupefeu.wire.packet import (
    Ack,
    AttachmentAsk,
    AttachmentPart,
    Batch,
    CheckpointSignature,
    CosignatureItem,
    Heartbeat,
    Hole,
    LeafOnly,
    LineTestItem,
    MlDsaCheckpoint,
    MlDsaCosignature,
    PackedEntry,
    RunReceiptItem,
    RunSignature,
    Signal,
    decode_items,
    encode_items,
)
from coupefeu.wire.varint import varint

SEED, SIGNATURE = bytes(range(16)), bytes(range(64))
HEAD = Head(
    kind=16,
    from_post="duty-desk",
    to_posts=("duty-desk",),
    precedence=Precedence.PRIORITY,
    written_ms=1_790_000_000_123,
    language="en",
    agreement_version=1,
    seen=(Seen(log=1, size=14_000, root=bytes(32)),),
)
SHORT = shorten(encode_head(HEAD))


def entry(index: int, body: bytes = b"Hold fire.") -> PackedEntry:
    return PackedEntry(index, SEED, SHORT, body)


def leaving_out(count: int, index: int) -> PackedEntry:
    """An entry whose short head leaves out so many hashes."""
    references = tuple(Reference(log=0, index=number, leaf_hash=bytes(32)) for number in range(count))
    return PackedEntry(index, SEED, shorten(encode_head(replace(HEAD, references=references, seen=()))), b"")


ITEMS = [
    Batch(0, (entry(14),), CheckpointSignature(15, SIGNATURE)),
    Batch(
        1,
        (entry(3), LeafOnly(4, make_leaf("line/us", SEED, b"h", b"b")), entry(900)),
        CheckpointSignature(1_000, SIGNATURE),
    ),
    Batch(1, (entry(10_001, os.urandom(300)),), RunSignature(10_001, 10_002, SIGNATURE)),
    Batch(1, (entry(7),), RunSignature(5, 9, SIGNATURE)),
    CosignatureItem(0, 15, 1_790_000_000, SIGNATURE),
    RunReceiptItem(1, 10_001, 10_002, SIGNATURE),
    Ack(0, 15),
    Ack(1, 15, ((20, 21), (300, 70_000))),
    MlDsaCheckpoint(0, 15, 1_790_000_000, bytes(2_420)),
    MlDsaCosignature(1, 1 << 40, 0, bytes(range(220)) * 11),
    Hole(1, 15, 20),
    Heartbeat(100_000, 99_999, 12, 1_790_000_000_123, busy=True),
    LineTestItem(0, 1_500, 3, 1_790_000_000_123),
    LineTestItem(0, 1_500, 3, 1_790_000_000_123, answers=0),
    Signal(b"candidate"),
    AttachmentAsk(1, 10_001, 7, 65_536),
    AttachmentPart(AttachmentAsk(1, 10_001, 7, 65_536), b"a part"),
    AttachmentPart(AttachmentAsk(0, 14, 0, 0), b""),
]


def test_every_item_comes_back():
    assert decode_items(encode_items(ITEMS)) == ITEMS
    assert decode_items(b"") == []


def test_items_of_a_newer_peer_are_passed_over():
    strange = b"\xa0" + varint(300) + bytes(300)
    assert decode_items(strange + encode_items(ITEMS[4:]) + strange) == ITEMS[4:]
    with pytest.raises(PeerError, match="unknown-item"):
        decode_items(b"\x15")
    with pytest.raises(PeerError, match="truncated"):
        decode_items(b"\xa0\x05\x00")


def test_a_frame_cut_anywhere_is_refused_or_shorter():
    data = encode_items(ITEMS)
    ends = {len(encode_items(ITEMS[:count])) for count in range(len(ITEMS))}
    for length in range(len(data)):
        if length in ends:
            assert decode_items(data[:length]) == ITEMS[: len(decode_items(data[:length]))]
        else:
            with pytest.raises(PeerError):
                decode_items(data[:length])


def test_a_flipped_bit_never_breaks_the_parser():
    data = encode_items(ITEMS[:5])
    for position in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[position] ^= 1 << bit
            try:
                decode_items(bytes(changed))
            except PeerError:
                continue


def test_a_message_of_200_bytes_and_its_statement_keep_the_budget():
    """Figures: at most 560 bytes between the nodes for message and receipt, all headers."""
    text = shared_file("data/messages/kennedy-1962-10-28.txt").read_text("utf-8").encode()
    for start in range(0, len(text) - 200, 100):
        batch = Batch(0, (entry(1_400, text[start : start + 200]),), CheckpointSignature(1_401, SIGNATURE))
        assert len(encode_items([batch])) <= 265
    assert len(encode_items([CosignatureItem(0, 70_000, 1_790_000_000, SIGNATURE), Ack(0, 70_000)])) <= 80
    assert len(encode_items([LineTestItem(0, 70_000, 3, 1_790_000_000_123, 69_999)])) <= 20


def test_a_part_is_bounded_on_both_sides():
    ask = AttachmentAsk(0, 1, 0, 0)
    (whole,) = decode_items(encode_items([AttachmentPart(ask, bytes(PART_BYTES))]))
    assert len(whole.data) == PART_BYTES
    with pytest.raises(UsageError, match="a part of 16,385 bytes"):
        encode_items([AttachmentPart(ask, bytes(PART_BYTES + 1))])
    longer = b"\x0a\x00\x01\x00\x00" + varint(PART_BYTES + 1) + bytes(PART_BYTES + 1)
    with pytest.raises(PeerError, match="part-too-long"):
        decode_items(longer)


def test_hostile_texts_arrive_byte_for_byte():
    texts = [
        *shared_json("data/hostile/naughty-strings.json"),
        *(case["text"] for case in shared_json("data/hostile/unicode.json")),
    ]
    bodies = [text.encode("utf-8", "surrogatepass") for text in texts]
    sent = tuple(entry(index, body) for index, body in enumerate(bodies))
    parts = [sent[at : at + 128] for at in range(0, len(sent), 128)]
    items = [Batch(0, part, CheckpointSignature(part[-1].index + 1, SIGNATURE)) for part in parts]
    assert decode_items(encode_items(items)) == items


def test_entries_that_do_not_shrink_go_as_they_are():
    body = os.urandom(1_000)
    data = encode_items([Batch(0, (PackedEntry(0, SEED, b"\x00", body),), CheckpointSignature(1, SIGNATURE))])
    assert len(data) <= 1_000 + 64 + 16 + 10
    assert body in data


@pytest.mark.parametrize(
    "item",
    [
        Batch(0, (), CheckpointSignature(1, SIGNATURE)),
        Batch(0, (entry(4), entry(4)), CheckpointSignature(5, SIGNATURE)),
        Batch(0, (entry(5), entry(4)), CheckpointSignature(6, SIGNATURE)),
        Batch(0, (entry(4),), CheckpointSignature(5, b"short")),
        Batch(0, (PackedEntry(4, b"seed", SHORT, b""),), CheckpointSignature(5, SIGNATURE)),
        Batch(
            0,
            (PackedEntry(4, SEED, SHORT, bytes(MAX_OPENING_BODY_BYTES + 1)),),
            CheckpointSignature(5, SIGNATURE),
        ),
        Batch(0, (LeafOnly(4, bytes(70)),), CheckpointSignature(5, SIGNATURE)),
        Batch(
            0,
            tuple(PackedEntry(index, SEED, b"\x00", b"") for index in range(MAX_ENTRIES + 1)),
            CheckpointSignature(MAX_ENTRIES + 1, SIGNATURE),
        ),
        CosignatureItem(0, 15, 0, b"short"),
        Ack(0, 15, ((20, 20),)),
        Ack(0, 15, ((10, 20),)),
        Signal(bytes(16_385)),
        Hole(-1, 0, 1),
        Hole(1 << 63, 0, 1),
    ],
)
def test_what_cannot_be_sent_is_refused_before_it_leaves(item):
    with pytest.raises(UsageError):
        encode_items([item])


def deflated(plain: bytes, after: bytes = b"") -> bytes:
    """A batch of one entry around our own deflate stream."""
    stream = zlib.compressobj(9, zlib.DEFLATED, -13, 9, zlib.Z_DEFAULT_STRATEGY, DICTIONARY)
    packed = stream.compress(plain) + stream.flush() + after
    return b"\x01\x00\x00\x00\x01\x02" + SEED + varint(len(packed)) + packed + SIGNATURE


def test_what_inflates_is_bounded():
    assert decode_items(deflated(b"\x01\x00" + bytes(MAX_OPENING_BODY_BYTES)))
    for defect, data in (
        ("inflates-too-far", deflated(bytes(10_000_000))),
        ("body-too-long", deflated(b"\x01\x00" + bytes(MAX_OPENING_BODY_BYTES + 1))),
        ("head-too-long", deflated(varint(4_098) + bytes(5_000))),
        ("truncated", deflated(b"\x05\x00")),
        ("deflate", deflated(b"\x01\x00", after=b"more")),
    ):
        with pytest.raises(PeerError) as caught:
            decode_items(data)
        assert caught.value.code == f"wire.packet.{defect}"


def test_a_frame_of_bombs_is_bounded_in_sum():
    stream = zlib.compressobj(9, zlib.DEFLATED, -13, 9, zlib.Z_DEFAULT_STRATEGY, DICTIONARY)
    packed = stream.compress(b"\x01\x00" + bytes(32_000)) + stream.flush()
    one = b"\x02" + SEED + varint(len(packed)) + packed
    count = 200
    with pytest.raises(PeerError, match="inflates-too-far"):
        decode_items(b"\x01\x00\x00\x00" + varint(count) + one * count + SIGNATURE)


def seeing(index: int, *sizes: int) -> PackedEntry:
    """An entry whose short head leaves out the roots of these sizes."""
    seen = tuple(Seen(log=1, size=size, root=bytes(32)) for size in sizes)
    return PackedEntry(index, SEED, shorten(encode_head(replace(HEAD, seen=seen))), b"")


@pytest.mark.parametrize(
    ("lawful", "one_more"),
    [
        ([leaving_out(64, 0), leaving_out(64, 1)], leaving_out(1, 2)),
        ([seeing(0, *range(1, 33)), seeing(1, *range(1, 33))], seeing(2, 33)),
    ],
)
def test_what_heads_leave_out_is_bounded_in_sum(monkeypatch, lawful, one_more):
    """Each costs the receiver a search: a frame of 10 kB kept the writer busy for 1.5 s."""
    full = Batch(0, tuple(lawful), CheckpointSignature(2, SIGNATURE))
    assert decode_items(encode_items([full])) == [full]
    more = Batch(0, (*lawful, one_more), CheckpointSignature(3, SIGNATURE))
    with pytest.raises(UsageError):
        encode_items([more])
    with monkeypatch.context() as patch:
        patch.setattr(batch, "MAX_HASHES_LEFT_OUT", 1_000)
        patch.setattr(batch, "MAX_ROOTS_LEFT_OUT", 1_000)
        octets = encode_items([more])
    with pytest.raises(PeerError, match="leaves-out-too-much"):
        decode_items(octets)


@pytest.mark.parametrize(
    ("text", "defect"),
    [
        ("0108", "flags"),
        ("0100000000", "entry-count"),
        ("01000000" + varint(257).hex(), "entry-count"),
        ("0100000001" + "03" + "00" * 16 + "00", "entry-form"),
        ("0602" + "00" * 4, "flags"),
        ("05000505", "empty-range"),
        ("05000504", "empty-range"),
        ("03000505" + "00" * 64, "empty-range"),
        ("040005" + varint(257).hex(), "too-many-ranges"),
        ("04000501" + "0000", "empty-range"),
        ("08" + varint(16_385).hex(), "signal-too-long"),
    ],
)
def test_each_defect_has_its_name(text, defect):
    with pytest.raises(PeerError) as caught:
        decode_items(bytes.fromhex(text))
    assert caught.value.code == f"wire.packet.{defect}"


def test_items_and_bytes_of_a_frame_are_bounded():
    with pytest.raises(PeerError, match="too-many-items"):
        decode_items(b"\x80\x00" * 1_025)
    with pytest.raises(PeerError, match="too-long"):
        decode_items(bytes(65_536))
    with pytest.raises(UsageError):
        encode_items([Signal(bytes(1_000))] * 66)


def test_the_dictionary_is_agreed_and_fits_the_window():
    assert re.fullmatch(r"[0-9a-f]{64}", DICTIONARY_HASH)
    assert len(DICTIONARY) < (1 << 13) - 262
