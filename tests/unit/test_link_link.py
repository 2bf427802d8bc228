"""The facade: what leaves when, in how many frames and bytes, and what is told (protocol B3 to B9)."""

import pytest

from coupefeu.errors import ConfigError, UsageError
from coupefeu.link.config import Limits, LinkConfig, Timings
from coupefeu.link.events import (
    AckBeyondOurs,
    Alive,
    BatchReceived,
    FramesRefused,
    LineTestReceived,
    PathDead,
    PathProven,
    ReceiptReceived,
    SessionDown,
    SessionUp,
    SignalReceived,
    Violation,
)
from coupefeu.link.link import Link
from coupefeu.link.phase import Phase
from coupefeu.model.precedence import Precedence
from coupefeu.testing.line import settled_generations
from coupefeu.testing.lossy import TwoLinks, link_configs, seal_in_test
from coupefeu.wire.packet import (
    Ack,
    Batch,
    CosignatureItem,
    Hole,
    LineTestItem,
    PackedEntry,
    RunReceiptItem,
    RunSignature,
    Signal,
    decode_items,
    encode_items,
)


def told(end, kind):
    return [event for event in end.events if isinstance(event, kind)]


def opened(world, end, frame):
    """The items of a frame that has just been sent to an end, read by a twin of its session."""
    session = world.ends[end].link._connection.session
    session._windows.clear()
    return decode_items(session.open(frame, 0)[0])


def test_a_message_leaves_at_once_in_one_frame_and_its_receipt_comes_back_in_one(two):
    two.write(0, 1)
    started = two.clock.mono_ms
    assert two.run(100, lambda: two.ends[0].cosigned == 1)
    assert two.clock.mono_ms - started == 2
    assert len(two.wire.carried) == 2
    batch, receipt = (frame for _, _, frame in two.wire.carried)
    assert len(receipt) - 22 <= 80
    kinds = [type(item) for item in opened(two, 0, receipt)]
    assert sorted(kind.__name__ for kind in kinds) == ["Ack", "CosignatureItem"]
    assert [type(item) for item in opened(two, 1, batch)] == [Batch]


def test_many_entries_share_a_frame_and_a_signature(two):
    two.write(0, 128)
    two.run(50)
    assert [end for end, _, _ in two.wire.carried] == [0, 1]
    assert len(two.ends[1].shown) == 128


def test_several_frames_are_under_way_and_no_more_than_the_window():
    world = TwoLinks(1)
    world.connect()
    world.run(100)
    world.ends[1].stalled = True
    world.write(0, 5_000)
    state = world.ends[0].link.state()
    assert state.in_flight == 512
    assert state.queued == 5_000
    world.write(0, 1, Precedence.FLASH)
    assert world.ends[0].link.state().in_flight == 513


def test_a_frame_stays_within_60_000_bytes_of_plaintext(two):
    two.write(0, 40, body=bytes(range(256)) * 32)
    two.run(1_000, lambda: len(two.ends[1].shown) == 40)
    assert len(two.ends[1].shown) == 40
    assert max(len(frame) for _, _, frame in two.wire.carried) <= 60_022


def test_acknowledgement_alone_waits_for_the_receipt_that_follows_but_not_for_ever(two):
    link = two.ends[1].link
    link.held(0, 7, receipt_follows=True)
    link.flush(two.clock.now())
    assert link.take_outgoing() == []
    assert link.next_timer() == two.clock.mono_ms + 50
    link.receipt(CosignatureItem(0, 7, 0, bytes(64)))
    link.flush(two.clock.now())
    assert len(link.take_outgoing()) == 1
    link.held(0, 8, receipt_follows=True)
    link.flush(two.clock.now())
    assert link.take_outgoing() == []
    two.clock.advance(50)
    link.handle_timer(two.clock.now(), bytes(64))
    assert len(link.take_outgoing()) == 1
    link.held(0, 9)
    link.flush(two.clock.now())
    assert len(link.take_outgoing()) == 1


def test_an_idle_line_costs_one_small_frame_a_second_and_side(two):
    two.run(10_000)
    assert 19 <= len(two.wire.carried) <= 21
    assert max(len(frame) for _, _, frame in two.wire.carried) <= 48


def test_round_trip_and_the_other_clock_are_measured():
    world = TwoLinks(1)
    world.wire.faults.delay_ms = 40
    world.ends[1].skew_ms = 86_400_000
    world.connect()
    world.run(5_000)
    state = world.ends[0].link.state()
    assert state.round_trip_ms == 80
    assert abs(state.their_clock_offset_ms - 86_400_000) <= 1
    assert world.ends[1].link.state().their_clock_offset_ms == pytest.approx(-86_400_000, abs=1)


def test_line_test_and_signal_go_at_once_and_are_told(two):
    test = LineTestItem(0, 5, 3, 1_648_091_525_123)
    two.ends[0].link.line_test(test)
    two.ends[0].link.signal(b"candidate")
    two.ends[0].link.flush(two.clock.now())
    two.pump()
    two.run(1)
    assert told(two.ends[1], LineTestReceived)[0].item == test
    assert told(two.ends[1], SignalReceived)[0].payload == b"candidate"
    assert len(two.wire.carried) == 1


def test_signals_are_lost_when_the_line_is_down_and_refused_when_too_long(two):
    two.disconnect()
    two.ends[0].link.signal(b"candidate")
    two.connect()
    two.run(500)
    assert not told(two.ends[1], SignalReceived)
    with pytest.raises(UsageError):
        two.ends[0].link.signal(bytes(16_385))


def test_long_signals_go_in_frames_of_their_own_and_no_more_wait_than_a_few(two):
    two.write(0, 40, body=bytes(range(256)) * 32)
    for number in range(20):
        two.ends[0].link.signal(bytes([number]) * 16_384)
    two.run(1_000, lambda: len(two.ends[1].shown) == 40)
    assert [each.payload[0] for each in told(two.ends[1], SignalReceived)] == list(range(16))
    assert max(len(frame) for _, _, frame in two.wire.carried) <= 60_022


def test_a_busy_node_gets_flash_alone_and_the_rest_when_it_is_free(two):
    two.ends[1].link.busy(True)
    two.ends[1].link.flush(two.clock.now())
    two.pump()
    two.run(5)
    assert two.ends[0].link.state().their_node_busy
    two.write(0, 200)
    two.write(0, 1, Precedence.FLASH)
    two.run(500)
    assert two.ends[1].shown == [200]
    two.ends[1].link.busy(False)
    two.ends[1].link.flush(two.clock.now())
    two.pump()
    two.run(50)
    assert len(two.ends[1].shown) == 201


def test_silence_is_told_after_three_seconds_and_life_before(two):
    two.redial = False
    two.wire.faults.is_cut = True
    started = two.clock.mono_ms
    two.run(2_500)
    assert told(two.ends[0], Alive) == [Alive(alive=False)]
    assert not told(two.ends[0], PathDead)
    two.run(1_500)
    assert told(two.ends[0], PathDead) == [PathDead(two.path)]
    assert told(two.ends[0], SessionDown) == [SessionDown("silence")]
    assert two.ends[0].link.state().since_ms - started <= 3_000
    assert not two.ends[0].link.state().up


def test_a_path_that_speaks_again_is_used_again_at_once(two):
    two.redial = False
    two.wire.faults.is_cut = True
    two.run(60_000)
    two.write(0, 10)
    two.wire.faults.is_cut = False
    started = two.clock.mono_ms
    assert two.run(5_000, lambda: len(two.ends[1].shown) == 10)
    assert two.clock.mono_ms - started <= 2_000


def test_a_restored_line_says_what_it_lost(two):
    two.write(0, 20)
    two.run(50)
    node = two.ends[0]
    node.link = Link(node.config, seal_in_test)
    node.link.offer(node.written[:5])
    two.connect()
    two.run(1_000)
    assert told(node, AckBeyondOurs)[0] == AckBeyondOurs(0, 20)


def test_lies_about_what_is_held_are_told_and_change_nothing(two):
    two.write(0, 3)
    two.run(50)
    for said in (Ack(0, 1 << 40), Ack(0, 0, ((5, 1 << 60),)), Ack(0, 1)):
        forge(two, 1, [said])
    assert len(told(two.ends[0], AckBeyondOurs)) == 1
    two.write(0, 3)
    two.run(50)
    assert two.ends[1].shown == list(range(6))


def forge(world, end, items):
    """Let an end say what its link never would."""
    world.ends[end].link._connection.send(encode_items(items))
    world.pump()
    world.run(5)


def test_of_the_acknowledgements_in_a_frame_the_last_of_each_log_counts(two):
    """A thousand fit a frame, each with ranges to look up; an honest node says one."""
    delivery = two.ends[0].link._delivery
    two.write(0, 3)
    two.run(50)
    taken = []
    acknowledge = delivery.acknowledge
    delivery.acknowledge = lambda ack: taken.append(ack) or acknowledge(ack)
    forge(two, 1, [Ack(0, 1), Ack(7, 0), Ack(0, 2), Signal(b"between"), Ack(7, 1), Ack(0, 3)])
    assert set(taken) == {Ack(0, 3)}
    assert [event.detail for event in told(two.ends[0], Violation)] == ["log 7"]
    assert told(two.ends[0], SignalReceived)


def test_a_malformed_plaintext_is_told_and_the_line_stays_up(two):
    two.ends[1].link._connection.send(b"\x7f\xff\xff")
    two.pump()
    two.run(5)
    assert told(two.ends[0], Violation)[0].code == "wire.packet.unknown-item"
    assert two.ends[0].link.state().up


def test_items_of_a_newer_peer_are_skipped(two):
    two.ends[1].link._connection.send(b"\x90\x03new" + encode_items([Signal(b"known")]))
    two.pump()
    two.run(5)
    assert told(two.ends[0], SignalReceived)[0].payload == b"known"


def test_datagrams_of_a_newer_version_are_counted_and_told_once_a_second(two):
    for kind in (0x00, 0x11, 0x40, 0xFF):
        two.inject(0, bytes([kind]) + bytes(80))
    two.inject(0, b"")
    two.run(1_001)
    refused = told(two.ends[0], FramesRefused)
    assert refused[0].count == 5
    assert dict(refused[0].reasons) == {"unknown-type": 4, "too-short": 1}
    assert two.ends[0].link.state().refused == 5


def test_a_run_beyond_the_horizon_is_refused(two):
    far = (1 << 20) + 1
    entry = PackedEntry(far, bytes(16), b"h", b"b")
    forge(two, 1, [Batch(1, (entry,), RunSignature(far, far + 1, bytes(64)))])
    assert told(two.ends[0], Violation)[0].code == "link.batch.too-far"
    assert not told(two.ends[0], BatchReceived)


def test_floods_are_metered_by_kind():
    world = TwoLinks(1, limits=Limits(signals_per_s=5, line_tests_per_s=5, runs_per_s=5, holes_per_s=5))
    world.connect()
    world.run(100)
    entry = PackedEntry(3, bytes(16), b"h", b"b")
    world.ends[0].stalled = True
    for _ in range(50):
        forge(
            world,
            1,
            [Signal(b"x"), LineTestItem(1, 1, 1, 1), Batch(1, (entry,), RunSignature(3, 4, bytes(64)))],
        )
    assert 10 <= len(told(world.ends[0], SignalReceived)) <= 12
    assert 10 <= len(told(world.ends[0], LineTestReceived)) <= 12
    assert 10 <= len(told(world.ends[0], BatchReceived)) <= 12
    assert {event.code for event in told(world.ends[0], Violation)} == {
        "link.flood.signals",
        "link.flood.line-tests",
        "link.flood.entries",
    }


def test_what_is_lacking_is_asked_for_no_faster_than_the_other_side_hears(two):
    asker, asked = two.ends
    for number in range(30):
        asker.link.want(1, 10 * number, 10 * number + 1)
        asker.link.want(1, 10 * number, 10 * number + 5)
        two.run(10)
    started = two.clock.mono_ms
    assert two.run(10_000, lambda: not asker.link._holdings._holes)
    assert two.clock.mono_ms - started >= 1_000
    assert not told(asked, Violation)
    asked_for = [
        (item.start, item.end)
        for end, _, frame in two.wire.carried
        if end == 0
        for item in opened(two, 1, frame)
        if isinstance(item, Hole)
    ]
    assert {start for start, _ in asked_for} == {10 * number for number in range(30)}


def test_what_is_no_longer_lacking_is_not_asked_for(two):
    link = two.ends[0].link
    for number in range(100):
        link.want(1, number, number + 1)
    assert len(link._holdings._holes) == 64, "and what waits is bounded"
    link.held(1, 98)
    assert [hole.start for hole in link._holdings._holes.values()] == [98, 99]


def test_a_receipt_that_was_lost_is_asked_for():
    world = TwoLinks(1)
    world.connect()
    world.run(100)
    world.on_batch = lambda *_: setattr(world.wire.faults, "is_cut", True)
    world.write(0, 1)
    world.run(5)
    world.wire.faults.is_cut = False
    world.on_batch = None
    assert world.ends[1].shown == [0]
    assert world.ends[0].cosigned == 0
    assert world.run(4_000, lambda: world.ends[0].cosigned == 1)


def test_kept_receipts_are_said_again_on_a_new_path(two):
    two.write(0, 1)
    two.run(20)
    two.ends[1].link.receipt(RunReceiptItem(0, 5, 6, bytes(64)))
    two.ends[0].events.clear()
    two.connect()
    two.run(100)
    items = [event.item for event in told(two.ends[0], ReceiptReceived)]
    assert CosignatureItem(0, 1, 0, bytes(64)) in items
    assert RunReceiptItem(0, 5, 6, bytes(64)) in items


def test_a_stranger_never_displaces_the_living_path(two):
    now = two.clock.now()
    link = two.ends[1].link
    link.path_opened(99, now, dialled=False, entropy=bytes(64))
    link.receive(99, bytes(72), now, bytes(64))
    two.write(1, 1)
    assert {path for _, path, _ in two.wire.carried} == {two.path}
    assert not told(two.ends[1], PathProven)


def test_a_stranger_hears_nothing_from_us_whatever_becomes_of_the_line(two):
    link = two.ends[1].link
    link.path_opened(99, two.clock.now(), dialled=False, entropy=bytes(64))
    two.disconnect()
    two.write(1, 1, Precedence.FLASH)
    for _ in range(100):
        two.clock.advance(1_000)
        link.handle_timer(two.clock.now(), two.entropy())
        link.flush(two.clock.now())
    assert link.take_outgoing() == []
    assert not link.state().up


def test_a_listener_alone_with_a_stranger_does_not_wake(two):
    alone = TwoLinks(1).ends[1].link
    alone.path_opened(99, two.clock.now(), dialled=False, entropy=bytes(64))
    assert alone.next_timer() is None
    assert alone.take_outgoing() == []


def test_an_accepted_path_is_used_again_from_the_first_frame_on_it(two):
    two.wire.carried.clear()
    two.disconnect()
    two.path = 7
    us, ru = (end.link for end in two.ends)
    ru.path_opened(7, two.clock.now(), dialled=False, entropy=two.entropy())
    assert ru.state().phase is Phase.NO_PATH
    us.path_opened(7, two.clock.now(), dialled=True, entropy=two.entropy())
    two.wire.carried.clear()
    us.take_outgoing()
    two.write(0, 1, Precedence.FLASH)
    two.run(5)
    assert two.ends[1].shown == [0]
    assert ru.state().up


def test_who_answered_a_first_message_begins_too_when_no_session_comes_of_it():
    world = TwoLinks(1)
    listener, dialler = (end.link for end in world.ends)
    world.path = 1
    listener.path_opened(1, world.clock.now(), dialled=False, entropy=world.entropy())
    dialler.path_opened(1, world.clock.now(), dialled=True, entropy=world.entropy())
    ((_, first),) = dialler.take_outgoing()
    listener.receive(1, first, world.clock.now(), world.entropy())
    ((_, answer),) = listener.take_outgoing()
    assert answer[0] == 0x20, "and is lost"
    world.clock.advance(2_000)
    listener.handle_timer(world.clock.now(), world.entropy())
    assert [datagram[0] for _, datagram in listener.take_outgoing()] == [0x10]


def test_keys_are_renewed_by_the_smaller_key_while_entries_flow():
    world = TwoLinks(1, timings=Timings(renew_ms=2_000))
    world.connect()
    for _ in range(60):
        world.write(0, 5)
        world.write(1, 5)
        world.run(100)
    for end in world.ends:
        assert [event.renewed for event in told(end, SessionUp)][1:] == [True, True]
        assert end.doubled == 0
        assert len(end.shown) == 300
        assert end.link.state().session_age_ms < 2_100
    beginners = {end for end, _, datagram in world.wire.carried[1:] if datagram[0] == 0x10}
    assert len(beginners) == 1


def test_keys_are_renewed_by_frames_too():
    world = TwoLinks(1, timings=Timings(renew_frames=50))
    world.connect()
    for _ in range(60):
        world.write(0, 1)
        world.run(20)
    assert world.run(2_000, lambda: any(event.renewed for event in told(world.ends[0], SessionUp)))
    assert len(world.ends[1].shown) == 60


def beginnings(world):
    """Which ends have begun handshakes after the first."""
    return [end for end, _, datagram in world.wire.carried[1:] if datagram[0] == 0x10]


def smaller_of(world):
    return next(end for end in (0, 1) if world.ends[end].link._connection._handshakes.begins_first)


@pytest.mark.parametrize("writer", [0, 1])
def test_by_frames_too_the_smaller_key_renews(writer):
    world = TwoLinks(1, timings=Timings(renew_frames=50))
    world.connect()
    for _ in range(200):
        world.write(writer, 1)
        world.run(20)
    assert len(beginnings(world)) >= 3
    assert set(beginnings(world)) == {smaller_of(world)}


def test_by_frames_the_larger_key_renews_after_two_time_outs():
    world = TwoLinks(1, timings=Timings(renew_frames=50))
    world.connect()
    smaller = smaller_of(world)
    world.ends[smaller].link._connection._timings = Timings()
    world.run(1_000)
    larger = world.ends[1 - smaller].link
    while larger._connection.session.frames < 50:
        world.write(1 - smaller, 1)
        world.run(20)
    world.run(1_900)
    assert beginnings(world) == []
    world.run(200)
    assert set(beginnings(world)) == {1 - smaller}


def test_what_callers_get_wrong_is_said():
    us, _ = link_configs()
    link = Link(us, seal_in_test)
    now = TwoLinks(1).clock.now()
    with pytest.raises(UsageError):
        link.path_opened(1, now, dialled=True, entropy=b"short")
    with pytest.raises(UsageError):
        link.path_opened(1, now, dialled=True, entropy=bytes(64), slot=16)
    with pytest.raises(ConfigError):
        LinkConfig(
            line_id=bytes(15),
            our_origin="a",
            their_origin="b",
            our_session_private=bytes(32),
            their_session_public=bytes(32),
            generations=settled_generations(bytes(32)),
        )
    assert repr(us.generations.current.psk) not in repr(us)
    assert repr(us.our_session_private) not in repr(us)


def test_nothing_is_due_without_a_path():
    us, _ = link_configs()
    link = Link(us, seal_in_test)
    assert link.next_timer() is None
    link.handle_timer(TwoLinks(1).clock.now(), bytes(64))
    assert link.take_outgoing() == []
