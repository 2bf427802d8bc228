"""FLASH with message 1: no round trip after a restart, and a copy of it gives whoever kept it nothing (B2)."""

import random

import pytest
from tests.scenario.stage import done

from coupefeu.link.events import BatchReceived, PathDead, PathProven, ReceiptReceived, Violation
from coupefeu.link.handshake import MAX_MESSAGE_1_BYTES, Handshakes
from coupefeu.link.phase import Phase
from coupefeu.model.precedence import Precedence
from coupefeu.testing.joined import JoinedNodes
from coupefeu.testing.lossy import TwoLinks, statement_bytes
from coupefeu.wire.packet import (
    Ack,
    Batch,
    CheckpointSignature,
    CosignatureItem,
    LineTestItem,
    PackedEntry,
    Signal,
    encode_items,
)

ONE_WAY_MS = 1_000


@pytest.fixture
def world():
    """A line that has been open for a while, a second from end to end."""
    made = TwoLinks(1)
    made.connect()
    assert made.run(10_000, lambda: all(end.link.state().phase is Phase.OPEN for end in made.ends))
    made.run(3_000)
    made.wire.faults.delay_ms = ONE_WAY_MS
    made.wire.carried.clear()
    return made


def first_messages(world):
    return [datagram for _, _, datagram in world.wire.carried if datagram[0] == 0x10]


def told(end, kind):
    return [event for event in end.events if isinstance(event, kind)]


@pytest.mark.parametrize("restarted", [0, 1])
def test_a_flash_needs_no_round_trip_after_a_restart_of_either_side(world, restarted):
    world.disconnect()
    world.write(0, 20)
    world.write(0, 1, Precedence.FLASH, body=b"STOP")
    started = world.clock.mono_ms
    world.restart(restarted)
    assert world.run(10_000, lambda: world.ends[1].shown)
    assert world.ends[1].shown == [20]
    assert world.clock.mono_ms - started == ONE_WAY_MS
    assert world.run(20_000, lambda: len(world.ends[1].shown) == 21)
    assert world.run(5_000, lambda: (20, 21) in world.ends[0].run_receipts)
    assert world.run(5_000, lambda: world.ends[0].link.state().queued == 0)


def test_its_arrival_is_told_as_late_for_nothing_says_when_it_left(world):
    world.disconnect()
    world.write(0, 1, Precedence.FLASH)
    world.restart(0)
    world.run(ONE_WAY_MS)
    assert [event.late for event in told(world.ends[1], BatchReceived)] == [True]


def test_it_comes_though_the_answer_never_does(world):
    world.disconnect()
    world.write(0, 1, Precedence.FLASH)
    world.restart(0)
    world.wire.faults.delay_ms = 1
    (message,) = first_messages(world)
    world.wire.drop_path(world.path)
    world.wire.faults.is_cut = True
    world.inject(1, message)
    assert world.ends[1].shown == [0]
    assert not world.ends[0].link.state().up


def test_only_flash_rides_on_it_and_nothing_when_the_line_is_up(world):
    world.disconnect()
    world.write(0, 20, Precedence.IMMEDIATE)
    world.restart(0)
    assert {len(message) for message in first_messages(world)} == {72}


def test_a_flash_that_does_not_fit_comes_with_the_first_frame(world):
    world.disconnect()
    world.write(0, 1, Precedence.FLASH, body=random.Random(1).randbytes(700))
    world.restart(0)
    assert {len(message) for message in first_messages(world)} == {72}
    assert world.run(10_000, lambda: world.ends[1].shown == [0])


def test_several_small_ones_ride_together_and_the_rest_follow(world):
    world.disconnect()
    world.write(0, 12, Precedence.FLASH, body=b"STOP" * 10)
    world.restart(0)
    (message,) = first_messages(world)
    assert len(message) <= MAX_MESSAGE_1_BYTES
    world.run(ONE_WAY_MS)
    at_once = len(world.ends[1].shown)
    assert 1 < at_once <= 12
    assert world.run(10_000, lambda: len(world.ends[1].shown) == 12)


def test_copies_in_this_session_the_next_and_after_restarts_show_nothing_twice(world):
    world.disconnect()
    world.write(0, 1, Precedence.FLASH)
    world.restart(0)
    (message,) = first_messages(world)
    assert len(message) > 72
    assert world.run(10_000, lambda: world.ends[0].link.state().phase is Phase.OPEN)
    for disturb in (lambda: None, world.connect, lambda: world.restart(1), lambda: world.restart(0)):
        disturb()
        for _ in range(50):
            world.inject(1, message)
            world.inject(0, message)
        world.run(5_000)
        assert world.ends[1].shown == [0]
        assert world.ends[0].shown == []
        assert all(end.link.state().up for end in world.ends)
    world.write(0, 1)
    assert world.run(10_000, lambda: world.ends[1].shown == [0, 1])


@pytest.mark.parametrize("restarted", ["us", "ru"])
def test_two_real_records_have_it_after_one_way(tmp_path, restarted):
    nodes = JoinedNodes(tmp_path)
    nodes.connect()
    nodes.run(seconds=2)
    nodes.disconnect()
    for number in range(5):
        nodes.us.say(f"message {number}")
    flash = nodes.us.say("STOP", Precedence.FLASH)
    node = getattr(nodes, restarted)
    node.stop()
    node.start()
    nodes.wire.faults.delay_ms = ONE_WAY_MS
    nodes.connect()
    nodes.run(seconds=1.5 * ONE_WAY_MS / 1_000)
    assert nodes.ru.texts() == ["STOP"]
    assert done(nodes.us.message(flash)) == []
    nodes.run(seconds=20)
    assert nodes.ru.texts() == ["STOP", *(f"message {number}" for number in range(5))]
    assert done(nodes.us.message(flash)) == ["on-their-record"]


def checkpoint_batch():
    entry = PackedEntry(0, bytes(16), b"h", b"b")
    return Batch(0, (entry,), CheckpointSignature(1, statement_bytes(0, 0, 1)))


@pytest.mark.parametrize(
    "item",
    [
        Ack(1, 5),
        CosignatureItem(1, 5, 0, bytes(64)),
        Signal(b"ring"),
        LineTestItem(0, 1, 1, 1),
        checkpoint_batch(),
    ],
    ids=lambda item: type(item).__name__,
)
def test_whatever_else_it_carries_is_refused_and_told(world, item):
    world.disconnect()
    world.write(1, 5)
    world.restart(0)
    world.disconnect()
    world.ends[1].events.clear()
    forger = Handshakes(world.ends[0].config)
    now = world.clock.now()
    secret = world.ends[0].config.generations.current
    message = forger.begin(now, bytes(range(32)), 77, encode_items([item]), generation=secret)
    world.ends[1].link.path_opened(world.path, now, dialled=False, entropy=bytes(64))
    world.inject(1, message)
    assert [event.code for event in told(world.ends[1], Violation)] == ["link.first.not-a-run"]
    assert not told(world.ends[1], BatchReceived)
    assert not told(world.ends[1], ReceiptReceived)
    assert world.ends[1].link.state().queued == 5


def test_a_payload_that_is_malformed_is_told_and_the_handshake_goes_on(world):
    now = world.clock.now()
    config = world.ends[0].config
    secret = config.generations.current
    message = Handshakes(config).begin(now, bytes(range(32)), 77, b"\x7f\xff", generation=secret)
    world.inject(1, message)
    assert [event.code for event in told(world.ends[1], Violation)] == ["wire.packet.unknown-item"]


def test_a_path_opened_with_a_copy_is_given_up_when_no_frame_follows(world):
    """After a restart an old message 1 is above every number that the node knows: the copy must not hold its path."""
    world.disconnect()
    world.restart(0)
    (message,) = first_messages(world)
    world.restart(1)
    world.disconnect()
    link = world.ends[1].link
    now = world.clock.now()
    link.path_opened(99, now, dialled=False, entropy=bytes(64))
    link.receive(99, message, now, bytes(64))
    world.pump()
    assert PathProven(99) in world.ends[1].events
    world.wire.faults.delay_ms = 1
    world.connect()
    world.run(2_000)
    assert PathDead(99) not in world.ends[1].events
    world.run(5_000)
    assert PathDead(99) in told(world.ends[1], PathDead)
    assert world.ends[1].link.state().up
