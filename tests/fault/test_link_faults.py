"""Bad days of a link: loss, cuts, kills, copies, liars, delays. What is acknowledged is never lost, nothing twice."""

import random
from itertools import pairwise

import pytest
from tests.sizes import size

from coupefeu.bearer.memory import Faults
from coupefeu.link.events import Alive, FramesRefused
from coupefeu.link.phase import Phase
from coupefeu.model.precedence import Precedence
from coupefeu.testing.lossy import TwoLinks


def up(world):
    return all(end.link.state().up for end in world.ends)


def all_open(world):
    return all(end.link.state().phase is Phase.OPEN for end in world.ends)


def everything_is_there(world):
    return all(
        sorted(world.ends[1 - log].shown) == list(range(len(world.ends[log].written)))
        and world.ends[log].cosigned == len(world.ends[log].written)
        for log in (0, 1)
    )


def connected(seed=1, **options):
    world = TwoLinks(seed, **options)
    world.connect()
    assert world.run(10_000, lambda: all_open(world))
    world.run(100)
    return world


@pytest.mark.parametrize("seed", range(6))
def test_both_initiate_at_once_with_half_of_all_datagrams_lost(seed):
    world = TwoLinks(seed, faults=Faults(loss=500, delay_ms=20, jitter_ms=30))
    world.path = 1
    for end in world.ends:
        end.link.path_opened(1, world.clock.now(), dialled=True, entropy=world.entropy())
    world.pump()
    world.write(0, 30)
    world.write(1, 30)
    assert world.run(120_000, lambda: up(world))
    assert world.run(600_000, lambda: everything_is_there(world))


@pytest.mark.parametrize("seed", range(6))
def test_loss_doubling_damage_and_reordering_lose_and_invent_nothing(seed):
    faults = Faults(loss=150, doubling=100, damage=50, delay_ms=5, jitter_ms=60)
    world = TwoLinks(seed, faults=faults)
    world.connect()
    for step in range(30):
        world.write(step % 2, 1 + step % 7, Precedence(step % 4))
        world.run(150)
    assert world.run(600_000, lambda: everything_is_there(world))
    assert len(set(world.ends[0].shown)) == len(world.ends[0].shown)


@pytest.mark.parametrize("one_way_ms", [300, 1_000, 1_400])
def test_a_slow_path_is_not_a_dead_one(one_way_ms):
    world = TwoLinks(1, faults=Faults(delay_ms=one_way_ms))
    world.connect()
    world.write(0, 3)
    assert world.run(6 * one_way_ms, lambda: everything_is_there(world))
    world.run(60_000)
    assert world.path == 1
    assert all_open(world)


def test_a_cut_of_twenty_seconds_is_mended_within_two():
    world = connected()
    world.wire.faults.is_cut = True
    for _ in range(50):
        world.write(0, 1)
        world.run(400)
    world.wire.faults.is_cut = False
    started = world.clock.mono_ms
    assert world.run(10_000, lambda: everything_is_there(world))
    assert world.clock.mono_ms - started <= 2_000
    assert world.ends[1].doubled == 0


def test_flash_behind_ten_thousand_is_first_when_the_path_returns():
    world = connected()
    world.disconnect()
    world.write(0, 10_000)
    world.write(0, 1, Precedence.FLASH)
    started = world.clock.mono_ms
    world.connect()
    assert world.run(1_000, lambda: (10_000, 10_001) in world.ends[0].run_receipts)
    assert world.clock.mono_ms - started <= 10
    assert world.ends[1].shown[0] == 10_000
    assert world.run(10_000, lambda: len(world.ends[1].shown) == 10_001)


def test_flash_overtakes_a_full_window_that_nobody_acknowledges():
    world = connected()
    world.ends[1].stalled = True
    world.write(0, 10_000)
    world.run(20)
    world.ends[1].stalled = False
    world.write(0, 1, Precedence.FLASH)
    assert world.run(100, lambda: 10_000 in world.ends[1].shown)
    assert world.run(60_000, lambda: len(world.ends[1].shown) == 10_001)


def test_flash_shown_with_everything_before_it_missing_and_later_in_the_checkpoint():
    world = connected()
    world.disconnect()
    world.write(0, 10_000)
    world.write(0, 1, Precedence.FLASH)
    seen = []
    world.on_batch = lambda node, batch: seen.append((tuple(node.shown), batch))
    world.connect()
    world.run(5_000, lambda: len(world.ends[1].shown) == 10_001)
    assert seen[1][0] == (10_000,)
    world.write(0, 1)
    assert world.run(1_000, lambda: world.ends[0].cosigned == 10_002)


@pytest.mark.parametrize("seed", range(4))
def test_the_receiver_killed_while_five_hundred_come(seed):
    world = connected(seed)
    draw = random.Random(seed)
    for step in range(500):
        world.write(0, 1)
        world.run(draw.randrange(3))
        if step in {120, 250, 499}:
            world.restart(1)
    assert world.run(5_000, lambda: everything_is_there(world))
    assert len(set(world.ends[1].shown)) == 500


@pytest.mark.parametrize("seed", range(4))
def test_the_sender_killed_while_five_hundred_go(seed):
    world = connected(seed)
    draw = random.Random(seed)
    for step in range(500):
        world.write(0, 1)
        world.run(draw.randrange(3))
        if step in {120, 250, 499}:
            world.restart(0)
    assert world.run(5_000, lambda: everything_is_there(world))


def test_the_last_message_before_a_silence_arrives_without_another_one():
    world = connected()
    world.ends[1].stalled = True
    world.write(0, 1)
    world.run(50)
    world.ends[1].stalled = False
    world.restart(1)
    assert world.run(2_000, lambda: everything_is_there(world))


def test_first_messages_replayed_while_a_message_is_under_way():
    world = connected()
    first = [datagram for _, _, datagram in world.wire.carried if datagram[0] == 0x10]
    assert first
    session_age = world.ends[1].link.state().session_age_ms
    copies = size(small=2_000, full=100_000)
    for copy in range(copies):
        if copy % 100 == 0:
            world.write(0, 1)
        world.inject(1, first[0])
    world.run(1_500)
    assert everything_is_there(world)
    assert world.ends[1].link.state().session_age_ms > session_age
    assert not [event for event in world.ends[1].events if isinstance(event, Alive)][1:]
    refused = [event for event in world.ends[1].events if isinstance(event, FramesRefused)]
    assert sum(event.count for event in refused) == copies


def test_first_messages_of_many_years_replayed_after_a_restart_do_not_hinder_the_true_one():
    world = connected()
    for _ in range(150):
        world.run(1_000)
        world.connect()
    recorded = [datagram for end, _, datagram in world.wire.carried if end == 0 and datagram[0] == 0x10]
    assert len(recorded) > 150
    world.disconnect()
    world.restart(1)
    for step, message in enumerate(recorded):
        world.inject(1, message)
        world.run(step % 2)
    world.write(0, 3)
    assert world.run(3_000, lambda: everything_is_there(world))


def test_everything_ever_sent_is_replayed_in_this_session_the_next_and_after_a_restart():
    world = connected()
    world.write(0, 5)
    world.write(1, 5)
    world.run(1_000)
    for disturb in (lambda: None, world.connect, lambda: world.restart(1), lambda: world.restart(0)):
        disturb()
        world.run(500)
        before = [len(node.shown) for node in world.ends]
        for end, _, datagram in list(world.wire.carried):
            world.inject(1 - end, datagram)
            world.inject(end, datagram)
        world.run(500)
        assert [len(node.shown) for node in world.ends] == before
        assert up(world)
    world.write(0, 1)
    assert world.run(1_000, lambda: everything_is_there(world))


@pytest.mark.parametrize("kind", ["flip", "cut", "lengthen", "earlier"])
def test_the_frame_of_a_message_spoilt_at_every_byte(kind):
    world = connected()
    world.write(0, 1, body=b"STOP")
    frame = world.wire.carried[-1][2]
    world.wire.drop_path(world.path)
    if kind == "flip":
        spoilt = [frame[:at] + bytes([frame[at] ^ 1 << at % 8]) + frame[at + 1 :] for at in range(len(frame))]
    elif kind == "cut":
        spoilt = [frame[:at] for at in range(len(frame))]
    elif kind == "lengthen":
        spoilt = [frame + bytes(more) for more in range(1, 65)]
    else:
        spoilt = [datagram for end, _, datagram in world.wire.carried if end == 0][:-1]
    for datagram in spoilt:
        world.inject(1, datagram)
    assert world.ends[1].shown == []
    assert world.ends[1].link.state().refused == len(spoilt)
    world.inject(1, frame)
    assert world.ends[1].shown == [0]
    assert world.run(1_000, lambda: everything_is_there(world))


def test_a_frame_delayed_an_hour_past_newer_ones_is_shown_once_and_late():
    world = connected()
    world.write(0, 1)
    frame = world.wire.carried[-1][2]
    world.wire.drop_path(world.path)
    world.write(0, 20)
    world.run(3_500_000)
    shown = list(world.ends[1].shown)
    assert sorted(shown) == list(range(21))
    assert world.ends[1].late == 0
    doubled = world.ends[1].doubled
    world.inject(1, frame)
    assert world.ends[1].late == 1
    assert world.ends[1].doubled == doubled + 1
    assert world.ends[1].shown == shown


def test_all_frames_delayed_ten_minutes_arrive_marked_late_and_nobody_is_called_alive():
    world = connected(redial=False)
    world.wire.faults.delay_ms = 600_000
    world.write(0, 3)
    world.run(550_000)
    assert not world.ends[0].link.state().alive
    for end in world.ends:
        end.events.clear()
    assert world.run(1_300_000, lambda: everything_is_there(world))
    assert world.ends[1].late > 0
    world.run(3_000_000)
    assert not any(end.link.state().alive for end in world.ends)
    assert not any(Alive(alive=True) in end.events for end in world.ends), "not for a moment"
    world.wire.faults.delay_ms = 5
    world.run(5_000)
    assert all(end.link.state().alive for end in world.ends)


@pytest.mark.parametrize("skew_ms", [-600_000, 86_400_000, -365 * 86_400_000])
def test_a_clock_that_is_wrong_or_goes_back_locks_nobody_out(skew_ms):
    world = connected()
    world.ends[0].skew_ms = skew_ms
    world.ends[1].skew_ms = -skew_ms
    for _ in range(3):
        world.restart(0)
        world.write(0, 1)
        assert world.run(2_000, lambda: everything_is_there(world)), "at once, not when the other side dials"
    world.ends[0].skew_ms = 0
    world.restart(0)
    world.write(0, 1)
    assert world.run(2_000, lambda: everything_is_there(world))


def test_a_peer_that_takes_and_never_acknowledges_costs_a_window_and_little_traffic():
    world = connected()
    world.ends[1].stalled = True
    world.write(0, 5_000)
    world.run(1_000)
    before = world.ends[0].link.state().bytes_sent
    world.run(300_000)
    assert world.ends[0].link.state().in_flight <= 512
    sent = world.ends[0].link.state().bytes_sent - before
    assert sent < 60 * before
    world.ends[1].stalled = False
    assert world.run(60_000, lambda: everything_is_there(world))


def test_what_nobody_acknowledges_is_sent_again_ever_more_rarely_down_to_each_half_minute():
    world = connected()
    world.ends[1].stalled = True
    world.write(0, 1)
    sent_ms = [world.clock.mono_ms]
    count = len(world.wire.carried)
    for _ in range(1_500):
        world.run(200)
        fresh = [each for end, _, each in world.wire.carried[count:] if end == 0 and len(each) > 100]
        count = len(world.wire.carried)
        sent_ms += [world.clock.mono_ms] * len(fresh)
    gaps_s = [(after - before) // 1_000 for before, after in pairwise(sent_ms)]
    assert gaps_s[:5] == [2, 4, 8, 16, 30]
    assert set(gaps_s[5:]) == {30}
    world.ends[1].stalled = False
    assert world.run(31_000, lambda: everything_is_there(world))
    world.ends[1].stalled = True
    world.write(0, 1)
    before = len(world.wire.carried)
    world.run(2_500)
    again = [each for end, _, each in world.wire.carried[before:] if end == 0 and len(each) > 100]
    assert len(again) == 1, "an acknowledgement sets the waiting back"


def test_a_new_path_ends_the_longest_wait():
    """What waits half a minute to be sent again goes at once when the other side is heard anew (B7)."""
    world = connected()
    world.ends[1].stalled = True
    world.write(0, 3)
    world.run(200_000)
    assert world.ends[0].link.state().in_flight == 3
    world.ends[1].stalled = False
    world.connect()
    assert world.run(2_000, lambda: everything_is_there(world))


def test_a_peer_that_forgot_what_it_held_gets_it_again():
    world = connected()
    world.write(0, 100)
    world.run(100)
    node = world.ends[1]
    for index in range(40, 100):
        del node.held[index]
    node.cumulative = node.newest_size = 40
    asked = []
    world.restart(1)
    world.run(200)
    asked = [event for event in world.ends[0].events if type(event).__name__ == "HoleAsked"]
    assert (asked[0].log, asked[0].start, asked[0].end) == (0, 40, 100)
    world.ends[0].link.offer(world.ends[0].written[40:])
    world.ends[0].link.flush(world.clock.now())
    world.pump()
    assert world.run(2_000, lambda: node.cumulative == 100)


def test_a_path_taken_over_without_a_break():
    world = connected()
    for _ in range(20):
        world.write(0, 50)
        old = world.path
        world.path += 1
        for end in (1, 0):
            world.ends[end].link.path_opened(
                world.path, world.clock.now(), dialled=end == 0, entropy=world.entropy()
            )
        world.pump()
        world.run(20)
        for end in world.ends:
            end.link.path_closed(old, world.clock.now())
        world.pump()
        world.run(20)
    assert world.run(2_000, lambda: everything_is_there(world))


def test_random_datagrams_never_do_more_than_be_counted():
    world = connected()
    draw = random.Random(7)
    for _ in range(3_000):
        kind = draw.choice([0x10, 0x20, 0x30, 0x31, draw.randrange(256)])
        world.inject(draw.randrange(2), bytes([kind]) + draw.randbytes(draw.choice([0, 5, 21, 68, 71, 200])))
    assert up(world)
    assert sum(end.link.state().refused for end in world.ends) == 3_000
    world.write(0, 1)
    assert world.run(100, lambda: everything_is_there(world))
