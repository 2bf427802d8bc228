"""A peer that is authentic and hostile, or newer than we are; and frames of one line sent into another."""

import tracemalloc
from dataclasses import replace

import pytest

from coupefeu.link.events import (
    AckBeyondOurs,
    BatchReceived,
    FramesRefused,
    HoleAsked,
    LineTestReceived,
    SignalReceived,
    Violation,
)
from coupefeu.link.phase import Phase
from coupefeu.model.precedence import Precedence
from coupefeu.node import sending_again
from coupefeu.testing.joined import JoinedNodes
from coupefeu.testing.lossy import TwoLinks
from coupefeu.wire.packet import Ack, CosignatureItem, Hole, RunReceiptItem, Signal, encode_items
from coupefeu.wire.varint import varint

HUGE = [(1 << 32) - 1, (1 << 63) - 1]
TOO_LONG = b"\xff" * 9 + b"\x01"
"""2^63 and more, which is no number here."""


def opened(**options):
    world = TwoLinks(1, **options)
    world.connect()
    assert world.run(10_000, lambda: all(end.link.state().phase is Phase.OPEN for end in world.ends))
    world.run(200)
    for end in world.ends:
        end.events.clear()
    return world


@pytest.fixture
def world():
    return opened()


def told(end, kind):
    return [event for event in end.events if isinstance(event, kind)]


def say(world, plaintext):
    """Let end 1 seal what its link never would."""
    world.ends[1].link._connection.send(plaintext)
    world.pump()
    world.run(2)


def still_works(world):
    before = len(world.ends[0].written)
    world.write(0, 1, Precedence.FLASH)
    assert world.run(1_000, lambda: before in world.ends[1].shown)
    return world.ends[0].link.state().up


def claims():
    """Plaintexts whose numbers claim more than any frame holds, by name."""
    made = {"a batch of 10,000 entries": b"\x01\x00\x00\x00" + varint(10_000)}
    for huge in HUGE:
        made |= {
            f"entries {huge}": b"\x01\x00\x00\x00" + varint(huge),
            f"first index {huge}": b"\x01\x00\x00" + varint(huge) + b"\x01\x00" + bytes(128),
            f"gap {huge}": b"\x01\x01\x00\x00\x02" + varint(huge) + (b"\x00" + bytes(64)) * 2 + bytes(64),
            f"head {huge}": b"\x01\x00\x00\x00\x01\x01" + bytes(16) + varint(huge),
            f"body {huge}": b"\x01\x00\x00\x00\x01\x01" + bytes(16) + b"\x00" + varint(huge),
            f"deflated {huge}": b"\x01\x00\x00\x00\x01\x02" + bytes(16) + varint(huge),
            f"ranges {huge}": b"\x04\x00\x00" + varint(huge),
            f"range {huge}": b"\x04\x00\x01\x02" + varint(huge) + varint(huge) + b"\x01\x01",
            f"signal {huge}": b"\x08" + varint(huge),
            f"part {huge}": b"\x0a\x00\x00\x00\x00" + varint(huge),
            f"newer item {huge}": b"\x80" + varint(huge),
        }
    made |= {
        f"number of 2^63 in {kind}": bytes([kind]) + b"\x00" * (kind in {1, 6}) + TOO_LONG + bytes(80)
        for kind in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0x80)
    }
    return made


@pytest.mark.parametrize("name", claims())
def test_a_claim_beyond_the_frame_is_refused_in_bounded_memory(world, name):
    plaintext = claims()[name]
    tracemalloc.start()
    say(world, plaintext)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 4 << 20
    assert told(world.ends[0], AckBeyondOurs if name == f"range {HUGE[0]}" else Violation)
    assert not told(world.ends[0], BatchReceived)
    assert still_works(world)


def test_good_items_of_a_frame_with_a_bad_one_do_not_count(world):
    say(world, encode_items([Signal(b"good")]) + b"\x08" + varint(HUGE[0]))
    assert not told(world.ends[0], SignalReceived)


def test_every_item_type_of_a_newer_peer_is_skipped(world):
    newer = b"".join(bytes([kind]) + varint(kind) + bytes(kind) for kind in range(0x80, 0x100))
    say(world, newer + encode_items([Signal(b"known")]) + b"\x90\x03new")
    assert [event.payload for event in told(world.ends[0], SignalReceived)] == [b"known"]
    assert not told(world.ends[0], Violation)
    assert still_works(world)


@pytest.mark.parametrize("kind", [0x00, *range(0x15, 0x80, 17), 0x7F])
def test_item_types_that_are_nobodys_drop_their_frame_and_no_more(world, kind):
    say(world, encode_items([Signal(b"beside")]) + bytes([kind]) + b"\x00")
    assert [event.code for event in told(world.ends[0], Violation)] == ["wire.packet.unknown-item"]
    assert not told(world.ends[0], SignalReceived)
    assert still_works(world)


def test_every_datagram_type_of_a_newer_version_is_counted(world):
    unknown = [kind for kind in range(256) if kind not in {0x10, 0x20} and kind & 0xF0 != 0x30]
    for kind in unknown:
        world.inject(0, bytes([kind]) + bytes(80))
    world.run(1_001)
    (event,) = told(world.ends[0], FramesRefused)
    assert dict(event.reasons) == {"unknown-type": len(unknown)}
    assert still_works(world)


@pytest.mark.parametrize("hole", [Hole(0, 10, 1 << 60), Hole(0, 3, (1 << 63) - 1), Hole(7, 0, 1 << 60)])
def test_a_hole_beyond_our_log_costs_nothing(world, hole):
    world.write(0, 3)
    world.run(50)
    carried = len(world.wire.carried)
    say(world, encode_items([hole]))
    assert all(event.end <= 3 or event.log != 0 for event in told(world.ends[0], HoleAsked))
    assert len(world.wire.carried) - carried <= 2
    assert still_works(world)


def test_a_hole_across_our_end_is_cut_to_what_there_is(world):
    world.write(0, 3)
    world.run(50)
    say(world, encode_items([Hole(0, 1, 1 << 62)]))
    assert told(world.ends[0], HoleAsked) == [HoleAsked(0, 1, 3)]


def test_acknowledging_what_was_never_sent_takes_nothing_from_the_outbox(world):
    world.ends[1].stalled = True
    world.write(0, 3)
    for lie in (Ack(0, 4), Ack(0, 0, ((2, 9),)), Ack(0, 1 << 61)):
        world.ends[0].events.clear()
        say(world, encode_items([lie]))
        assert told(world.ends[0], AckBeyondOurs)
        world.run(1_000)
    assert world.ends[0].link.state().queued == 3
    world.ends[1].stalled = False
    assert world.run(60_000, lambda: world.ends[1].shown == [0, 1, 2])


def test_acknowledging_a_log_that_we_do_not_send_changes_nothing(world):
    world.write(0, 3)
    world.run(50)
    noted = dict(world.ends[0].link._delivery._receipted)
    receipts = [CosignatureItem(log, 5, 0, bytes(64)) for log in range(9, 500)]
    say(world, encode_items([Ack(1, 5), Ack(9, 1 << 40), *receipts]))
    assert [event.code for event in told(world.ends[0], Violation)] == ["link.ack.not-ours"]
    assert not told(world.ends[0], AckBeyondOurs)
    assert world.ends[0].link._delivery._receipted == noted
    assert still_works(world)


def test_receipts_for_what_is_not_ours_are_told_unverified_and_judged_above(world):
    """The link proves nothing: it hands receipts on as they came, and only a verified one moves the record."""
    say(world, encode_items([RunReceiptItem(0, 50, 60, bytes(64))]))
    assert still_works(world)


def line(*names, seed=1):
    world = TwoLinks(seed, names=names)
    world.connect()
    world.write(0, 3)
    world.write(1, 3, Precedence.FLASH)
    world.run(3_000)
    assert [len(end.shown) for end in world.ends] == [3, 3]
    return world


def test_datagrams_of_one_line_are_nothing_on_another_even_with_the_same_keys_and_numbers():
    """Lines US-RU and US-CN of one node: same session key of US, same PSK, same randomness, same session ids."""
    one, other = line("us", "ru"), line("us", "cn")
    assert {frame[1:3] for _, _, frame in one.wire.carried if frame[0] == 0x30} & {
        frame[1:3] for _, _, frame in other.wire.carried if frame[0] == 0x30
    }
    before = [len(end.events) for end in other.ends]
    counted = [end.link.state().refused for end in other.ends]
    for _, _, datagram in one.wire.carried:
        for end in (0, 1):
            other.inject(end, datagram)
    assert [end.link.state().refused - was for end, was in zip(other.ends, counted, strict=True)] == [
        len(one.wire.carried)
    ] * 2
    assert [len(end.events) for end in other.ends] == before
    assert [len(end.shown) for end in other.ends] == [3, 3]
    other.write(0, 1)
    assert other.run(1_000, lambda: len(other.ends[1].shown) == 4)


def test_line_tests_and_signals_from_a_stranger_are_never_told(world):
    for kind in (0x10, 0x20, 0x30, 0x3F):
        world.inject(0, bytes([kind]) + encode_items([Signal(b"ring")]) + bytes(80))
    assert not told(world.ends[0], LineTestReceived)
    assert not told(world.ends[0], SignalReceived)


def test_who_asks_again_for_everything_gets_it_in_parts(tmp_path, monkeypatch):
    """A peer that acknowledged all and co-signed nothing asks for the whole log: one request reads a part."""
    monkeypatch.setattr(sending_again, "MAX_OFFERED_AGAIN", 4)
    nodes = JoinedNodes(tmp_path)
    for number in range(12):
        nodes.us.say(f"number {number}")
    (peer,) = nodes.us.engine.peers.values()
    read = []
    loading = nodes.us.engine._again._loading
    counted = replace(
        loading, pending=lambda start, end: read.append(list(loading.pending(start, end))) or read[-1]
    )
    nodes.us.engine._again._loading = counted
    nodes.us.engine._handle(peer, HoleAsked(0, 2, 1 << 40), nodes.us.clock())
    assert [[each.index for each in part] for part in read] == [[2, 3, 4, 5]]
