"""Asks about a log, pieces and answers: there and back, and every bound that a hostile one meets."""

import contextlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupefeu.errors import PeerError
from coupefeu.wire.head import whole
from coupefeu.wire.log_answer import (
    MAX_ANSWER_BYTES,
    MAX_GIVEN,
    PIECE_BYTES,
    CosignedSize,
    LogAnswer,
    LogAsk,
    LogPiece,
    ReceiptedSize,
    SignedSize,
    cut_piece,
    decode_log_answer,
    encode_log_answer,
    tag_of,
)
from coupefeu.wire.packet import (
    CheckpointSignature,
    LeafOnly,
    PackedEntry,
    RunSignature,
    decode_items,
    encode_items,
)
from coupefeu.wire.varint import varint

SIGNATURE = bytes(range(64))
LEAF = b"\x83\x01\x58\x20" + bytes(32) + b"\x58\x20" + bytes(32)
ENTRIES = (
    PackedEntry(7, bytes(16), whole(b"a head"), b"a body" * 100),
    LeafOnly(8, LEAF),
    PackedEntry(9, bytes(16), whole(b""), b""),
)
FULL = LogAnswer(
    differs=True,
    recovering=True,
    signed=SignedSize(size=10, root=bytes(32), signature=SIGNATURE),
    cosigned=CosignedSize(size=10, root=bytes(32), time_s=1_700_000_000, signature=SIGNATURE),
    statement=CheckpointSignature(10, SIGNATURE),
    entries=ENTRIES,
    receipts=(ReceiptedSize(size=9, signature=SIGNATURE, time_s=5, cosignature=SIGNATURE),),
)
ANSWERS = [
    FULL,
    LogAnswer(),
    replace(FULL, statement=RunSignature(7, 10, SIGNATURE), receipts=()),
    LogAnswer(signed=FULL.signed),
    replace(FULL, opened=b"a statement"),
]


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_comes_back_and_no_cut_of_it(answer):
    octets = encode_log_answer(answer)
    assert decode_log_answer(octets) == answer
    for end in range(len(octets)):
        with pytest.raises(PeerError):
            decode_log_answer(octets[:end])
    with pytest.raises(PeerError):
        decode_log_answer(octets + b"\x00")


def test_asks_and_pieces_are_items_of_a_frame():
    ask = LogAsk(1, 412, bytes(32), 65_536)
    piece = LogPiece(1, 412, 65_536, 65_540, b"8 bytes.", b"four")
    assert decode_items(encode_items([ask, piece])) == [ask, piece]
    assert encode_items([ask])[0] == 0x0D
    assert encode_items([piece])[0] == 0x0E


def test_pieces_make_the_answer_again():
    answer = encode_log_answer(FULL) * 300
    ask, got = LogAsk(0, 3, bytes(32), 0), b""
    while (piece := cut_piece(replace(ask, offset=len(got)), answer)) is not None:
        assert (piece.total, piece.tag, piece.offset) == (len(answer), tag_of(answer), len(got))
        assert len(piece.data) <= PIECE_BYTES
        got += piece.data
    assert got == answer


ODD_PIECES = {
    "more than any answer has": (0, MAX_ANSWER_BYTES + 1, 4),
    "beyond its end": (7, 10, 4),
    "nothing": (0, 10, 0),
    "too long": (0, MAX_ANSWER_BYTES, PIECE_BYTES + 1),
}


@pytest.mark.parametrize("what", ODD_PIECES)
def test_odd_pieces_are_refused(what):
    offset, total, length = ODD_PIECES[what]
    fields = b"".join(map(varint, (0, 0, offset, total))) + bytes(8) + varint(length) + bytes(length)
    with pytest.raises(PeerError) as caught:
        decode_items(b"\x0e" + fields)
    assert caught.value.code == "wire.packet.log-piece-bounds"


def _claims(entries=1, receipts=0, kind=b"\x01", version=b"\x01", flags=b"\x00"):
    start = version + flags + b"\x00\x00" + kind + varint(9) + SIGNATURE + varint(0) + varint(entries)
    return start + b"\x00" + LEAF[4:36] + LEAF[38:] + varint(receipts)


ODD_ANSWERS = {
    "a million entries": _claims(entries=1_000_000),
    "no entry": _claims(entries=0),
    "a million receipts": _claims(receipts=1_000_000),
    "another statement": _claims(kind=b"\x03"),
    "another version": _claims(version=b"\x02"),
    "another flag": _claims(flags=b"\x04"),
    "too long": bytes(MAX_ANSWER_BYTES + 1),
    "an empty run": b"\x01\x00\x00\x00\x02" + varint(9) + varint(9) + SIGNATURE,
    "a size that no log has": b"\x01\x00" + varint(1 << 62) + bytes(96) + b"\x00\x00",
}


@pytest.mark.parametrize("what", ODD_ANSWERS)
def test_odd_answers_are_refused(what):
    with pytest.raises(PeerError):
        decode_log_answer(ODD_ANSWERS[what])


def test_what_inflates_is_bounded_in_sum():
    bombs = tuple(PackedEntry(index, bytes(16), whole(b""), bytes(40_000)) for index in range(MAX_GIVEN))
    octets = encode_log_answer(LogAnswer(statement=CheckpointSignature(MAX_GIVEN, SIGNATURE), entries=bombs))
    assert len(octets) < MAX_ANSWER_BYTES
    with pytest.raises(PeerError) as caught:
        decode_log_answer(octets)
    assert caught.value.code == "wire.packet.inflates-too-far"


@given(st.binary(max_size=400))
def test_any_bytes_are_an_answer_or_refused(octets):
    with contextlib.suppress(PeerError):
        decode_log_answer(octets)
    with contextlib.suppress(PeerError):
        decode_log_answer(b"\x01\x00" + octets)
