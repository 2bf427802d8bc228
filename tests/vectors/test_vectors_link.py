"""`link-v1.json` is what docs/spec/link.md promises: a handshake, frames and items, remade here and kept.

The handshake is judged by an implementation that is not ours too.
"""

import json
from pathlib import Path

import pytest
from noise.connection import Keypair, NoiseConnection

from coupefeu.keys import x25519
from coupefeu.keys.generations import Generation, Generations
from coupefeu.link.config import LinkConfig
from coupefeu.link.handshake import FILTER_BYTES, Handshakes
from coupefeu.link.noise import PROTOCOL_NAME
from coupefeu.model.instant import Moment
from coupefeu.record.leaf import make_leaf
from coupefeu.wire.dictionary import DICTIONARY
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

KEPT = json.loads(Path(__file__).with_name("link-v1.json").read_text("utf-8"))
SECRET = Generation(number=KEPT["psk_generation"], psk=bytes.fromhex(KEPT["psk"]))
SEED, SIGNATURE = bytes(range(16)), bytes(range(64))
HEAD, BODY = b"\x00" + bytes.fromhex("a10010"), b"Stop. Stop. Stop."
RUN = Batch(0, (PackedEntry(9, SEED, HEAD, BODY),), RunSignature(9, 10, SIGNATURE))
LINE_TEST = LineTestItem(0, 1 << 34, 127, 1_790_000_000_123, answers=1 << 34)
ITEMS = {
    "batch, checkpoint, one entry deflated": Batch(
        0,
        (PackedEntry(14, SEED, HEAD, b"Our aircraft has strayed. " * 4),),
        CheckpointSignature(15, SIGNATURE),
    ),
    "batch, checkpoint of a larger size, a gap, a leaf alone, an entry as it is": Batch(
        1,
        (LeafOnly(3, make_leaf("line/us", SEED, b"h", b"b")), PackedEntry(900, SEED, b"\x00", b"\xff")),
        CheckpointSignature(1_000, SIGNATURE),
    ),
    "batch, run": RUN,
    "batch, run with wider bounds": Batch(1, RUN.entries, RunSignature(5, 12, SIGNATURE)),
    "co-signature": CosignatureItem(0, 15, 1_790_000_000, SIGNATURE),
    "run receipt": RunReceiptItem(0, 9, 10, SIGNATURE),
    "acknowledgement": Ack(0, 300, ((310, 312), (1_000, 1_128))),
    "hole": Hole(1, 15, 20),
    "heartbeat, busy": Heartbeat(7, 6, 950, 1_790_000_000_123, busy=True),
    "line test": LineTestItem(0, 16, 3, 1_790_000_000_123),
    "answer to a line test": LINE_TEST,
    "signal": Signal(b"candidate"),
    "ask for a part": AttachmentAsk(1, 900, 2, 65_536),
    "part": AttachmentPart(AttachmentAsk(1, 900, 2, 65_536), b"\x89PNG"),
    "no part": AttachmentPart(AttachmentAsk(0, 15, 0, 0), b""),
    "ML-DSA-44 signature of the author": MlDsaCheckpoint(0, 15, 1_790_000_000, bytes(2_420)),
    "ML-DSA-44 co-signature, of a holder with a larger tree": MlDsaCosignature(
        1, 300, 0, bytes(range(220)) * 11
    ),
}


def side(prefix, other):
    return LinkConfig(
        line_id=bytes.fromhex(KEPT["line_id"]),
        our_origin=KEPT[f"{prefix}_origin"],
        their_origin=KEPT[f"{other}_origin"],
        our_session_private=bytes.fromhex(KEPT[f"{prefix}_session_private"]),
        their_session_public=x25519.public(bytes.fromhex(KEPT[f"{other}_session_private"])),
        generations=Generations(current=SECRET),
    )


def made():
    """Everything that follows from the inputs, by the names of the file."""
    ours, theirs = side("initiator", "responder"), side("responder", "initiator")
    initiator, responder = Handshakes(ours), Handshakes(theirs)
    now = Moment(utc_ms=KEPT["number"], mono_ms=0)
    ephemeral = bytes.fromhex(KEPT["initiator_ephemeral"])
    runs = encode_items([RUN])
    our_id = KEPT["initiator_session_id"]
    with_run = Handshakes(ours).begin(now, ephemeral, our_id, runs, generation=SECRET)
    message_1 = initiator.begin(now, ephemeral, our_id, generation=SECRET)
    first = responder.open_first(message_1, generation=SECRET, source=1, now=now, highest=KEPT["highest"])
    message_2, answering = responder.answer(
        first,
        now=now,
        ephemeral=bytes.fromhex(KEPT["responder_ephemeral"]),
        our_id=KEPT["responder_session_id"],
        highest=KEPT["highest"],
    )
    session, _ = initiator.complete(message_2, now)
    beat = encode_items([Heartbeat(1, 0, 0, KEPT["number"])])
    answering._counters[1] = KEPT["slot_1_counter"]
    frames = {
        "frame_initiator_slot_0_counter_0": session.seal(0, beat),
        "frame_initiator_slot_0_counter_1": session.seal(0, encode_items([LINE_TEST])),
        "frame_responder_slot_1": answering.seal(1, beat),
    }
    return {
        "prologue": ours.acquaintance(SECRET).prologue.hex(),
        "line_tag": ours.line_tag.hex(),
        "initiator_filter_key": initiator._tie(SECRET).our_filter.hex(),
        "responder_filter_key": initiator._tie(SECRET).their_filter.hex(),
        "runs": runs.hex(),
        "message_1": message_1.hex(),
        "message_1_with_run": with_run.hex(),
        "message_2": message_2.hex(),
        "handshake_hash": session.handshake_hash.hex(),
        "heartbeat": beat.hex(),
        **{name: frame.hex() for name, frame in frames.items()},
        "items": {name: encode_items([item]).hex() for name, item in ITEMS.items()},
        "dictionary": DICTIONARY.hex(),
    }


def test_everything_kept_is_remade_to_the_byte():
    assert {name: KEPT[name] for name in made()} == made()


def test_items_are_read_as_they_were_meant():
    for name, item in ITEMS.items():
        assert decode_items(bytes.fromhex(KEPT["items"][name])) == [item]


def test_sizes_are_those_of_the_page():
    assert len(bytes.fromhex(KEPT["message_1"])) == 72
    assert 72 < len(bytes.fromhex(KEPT["message_1_with_run"])) <= 510
    assert len(bytes.fromhex(KEPT["message_2"])) == 69


def test_a_line_test_is_44_bytes_on_air_at_most_up_to_17_thousand_million_entries():
    assert len(bytes.fromhex(KEPT["frame_initiator_slot_0_counter_1"])) <= 44
    assert len(encode_items([LineTestItem(0, 14_000, 3, 1_790_000_000_123, 13_999)])) + 22 <= 38


def stranger(*, initiator):
    """One side of the handshake by noiseprotocol."""
    ours, theirs = ("initiator", "responder") if initiator else ("responder", "initiator")
    connection = NoiseConnection.from_name(PROTOCOL_NAME)
    connection.set_as_initiator() if initiator else connection.set_as_responder()
    connection.set_psks(bytes.fromhex(KEPT["psk"]))
    connection.set_prologue(bytes.fromhex(KEPT["prologue"]))
    private = {name: bytes.fromhex(KEPT[f"{name}_session_private"]) for name in (ours, theirs)}
    connection.set_keypair_from_private_bytes(Keypair.STATIC, private[ours])
    connection.set_keypair_from_public_bytes(Keypair.REMOTE_STATIC, x25519.public(private[theirs]))
    ephemeral = bytes.fromhex(KEPT[f"{ours}_ephemeral"])
    connection.set_keypair_from_private_bytes(Keypair.EPHEMERAL, ephemeral)
    connection.start_handshake()
    return connection


@pytest.mark.filterwarnings("ignore:One of ephemeral keypairs is already set")
def test_another_implementation_makes_and_reads_the_same_messages():
    number, highest = KEPT["number"].to_bytes(8, "big"), KEPT["highest"].to_bytes(8, "big")
    for name, payload in (
        ("message_1", number),
        ("message_1_with_run", number + bytes.fromhex(KEPT["runs"])),
    ):
        message = bytes.fromhex(KEPT[name])[8:-FILTER_BYTES]
        assert bytes(stranger(initiator=True).write_message(payload)) == message
        assert bytes(stranger(initiator=False).read_message(message)) == payload
    initiator, responder = stranger(initiator=True), stranger(initiator=False)
    responder.read_message(initiator.write_message(number))
    message_2 = bytes(responder.write_message(highest))
    assert message_2 == bytes.fromhex(KEPT["message_2"])[5:-FILTER_BYTES]
    assert bytes(initiator.read_message(message_2)) == highest
    assert initiator.get_handshake_hash().hex() == KEPT["handshake_hash"]
    for side, name, number in (
        (responder, "frame_initiator_slot_0_counter_0", 0),
        (initiator, "frame_responder_slot_1", 1 << 56 | KEPT["slot_1_counter"]),
    ):
        frame = bytes.fromhex(KEPT[name])
        opening = side.noise_protocol.cipher_state_decrypt
        opening.n = number
        assert bytes(opening.decrypt_with_ad(frame[:6], frame[6:])).hex() == KEPT["heartbeat"]
