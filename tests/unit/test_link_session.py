"""Counters, windows, and the three sessions that a frame may belong to (protocol B2 to B4)."""

import random

import pytest

from coupefeu.errors import CoupefeuError, PeerError
from coupefeu.keys.generations import Generation
from coupefeu.link.noise import SessionKeys
from coupefeu.link.session import MAX_CANDIDATES, OVERHEAD_BYTES, WINDOW, ReplayWindow, Session, Sessions

SECRET = Generation(number=1, psk=bytes(32))


def pair(number=1, our_id=7, made_ms=0):
    one, two = (number.to_bytes(4, "big") * 8, (number + 1_000_000).to_bytes(4, "big") * 8)
    names = {"handshake_hash": bytes(32)}
    ours = SessionKeys(send=one, receive=two, **names)
    theirs = SessionKeys(send=two, receive=one, **names)
    common = {"number": number, "made_ms": made_ms, "generation": SECRET}
    return (
        Session(ours, our_id=our_id, their_id=our_id, initiated=True, **common),
        Session(theirs, our_id=our_id, their_id=our_id, initiated=False, **common),
    )


def test_a_frame_costs_22_bytes():
    ours, _ = pair()
    assert len(ours.seal(0, b"plain")) == 5 + OVERHEAD_BYTES == 27


def test_a_frame_opens_once():
    ours, theirs = pair()
    frame = ours.seal(0, b"plain")
    assert theirs.open(frame, 0) == (b"plain", False)
    for _ in range(3):
        with pytest.raises(PeerError) as raised:
            theirs.open(frame, 0)
        assert raised.value.code == "link.datagram.replayed"


def test_a_frame_flipped_cut_or_lengthened_anywhere_is_refused_and_the_true_one_still_opens():
    ours, theirs = pair()
    sessions = Sessions()
    sessions.establish(theirs)
    frame = ours.seal(0, b"STOP")
    for at in range(len(frame)):
        for bit in range(8):
            with pytest.raises(CoupefeuError):
                sessions.open(frame[:at] + bytes([frame[at] ^ 1 << bit]) + frame[at + 1 :], 0)
        with pytest.raises(CoupefeuError):
            sessions.open(frame[:at], 0)
    for more in range(1, 65):
        with pytest.raises(CoupefeuError):
            sessions.open(frame + bytes(more), 0)
    assert sessions.open(frame, 0)[0] == b"STOP"


def test_two_frames_spliced_anywhere_are_refused():
    """Up to byte 4 the headers are equal, so that a splice there is one of the two frames and no third one."""
    ours, theirs = pair()
    one, two = ours.seal(0, b"one" * 9), ours.seal(0, b"two" * 9)
    assert one[:5] == two[:5]
    spliced = {first[:at] + last[at:] for first, last in ((one, two), (two, one)) for at in range(len(one))}
    spliced |= {one[:at] + two for at in range(1, len(one))} | {one + two[at:] for at in range(len(two))}
    spliced -= {one, two}
    assert len(spliced) > 2 * (len(one) - 6)
    for frame in spliced:
        with pytest.raises(CoupefeuError):
            theirs.open(frame, 0)
    assert theirs.open(one, 0)[0] == b"one" * 9
    assert theirs.open(two, 0)[0] == b"two" * 9


def test_each_bearer_counts_by_itself():
    ours, theirs = pair()
    frames = [ours.seal(slot, bytes([slot])) for slot in range(16)]
    assert [theirs.open(frame, 0)[0][0] for frame in reversed(frames)] == list(range(15, -1, -1))


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_frames_open_once_each(seed):
    ours, theirs = pair()
    frames = [ours.seal(0, number.to_bytes(2, "big")) for number in range(500)]
    order = [*range(500), *range(500)]
    random.Random(seed).shuffle(order)
    opened = []
    for number in order:
        try:
            opened.append(int.from_bytes(theirs.open(frames[number], 0)[0], "big"))
        except PeerError:
            continue
    assert sorted(opened) == list(range(500))


def test_window_forgets_what_is_too_old_to_tell():
    window = ReplayWindow()
    window.mark(WINDOW, 0)
    assert window.is_new(1)
    assert not window.is_new(0)
    window.mark(1, 0)
    assert not window.is_new(1)
    window.mark(10 * WINDOW, 0)
    assert not window.is_new(9 * WINDOW)
    assert window.is_new(9 * WINDOW + 1)


def test_three_bytes_are_enough_to_know_the_whole_counter():
    window = ReplayWindow()
    for base in (0, 1 << 24, 5 << 24, (1 << 40) - 3):
        window.highest = base + 100
        for step in (-90, -1, 0, 1, 2, 90_000):
            counter = window.highest + step
            assert window.whole(counter & 0xFFFFFF) == counter
    window.highest = (1 << 24) - 2
    assert window.whole(5) == (1 << 24) + 5


def test_a_frame_that_comes_two_seconds_after_its_successors_is_late():
    ours, theirs = pair()
    held_back, *others = [ours.seal(0, b"") for _ in range(6)]
    for second, frame in enumerate(others):
        assert theirs.open(frame, 1_000 * second + 1_000) == (b"", False)
    assert theirs.open(held_back, 6_000) == (b"", True)


def test_a_candidate_displaces_nothing_until_its_first_frame():
    sessions = Sessions()
    old_ours, old_theirs = pair(1, our_id=1)
    new_ours, new_theirs = pair(2, our_id=2)
    sessions.establish(old_theirs)
    sessions.propose(new_theirs)
    assert sessions.newest is old_theirs
    assert sessions.highest_confirmed == 0
    assert sessions.open(new_ours.seal(0, b"x"), 5)[3]
    assert sessions.newest is new_theirs
    assert sessions.highest_confirmed == 2
    assert sessions.open(old_ours.seal(0, b"y"), 6)[0] == b"y"


def test_old_copies_of_first_messages_never_push_out_the_one_under_way():
    sessions = Sessions()
    ours, theirs = pair(10_000, our_id=60_000)
    sessions.propose(theirs)
    for number in range(1, 3 * MAX_CANDIDATES):
        sessions.propose(pair(number, our_id=number)[1])
    assert sessions.open(ours.seal(0, b"first"), 0)[0] == b"first"


def test_candidates_are_bounded_and_the_highest_numbers_stay():
    sessions = Sessions()
    pairs = [pair(number, our_id=number) for number in range(1, 3 * MAX_CANDIDATES + 1)]
    random.Random(5).shuffle(pairs)
    for _, theirs in pairs:
        sessions.propose(theirs)
    kept = []
    for ours, _ in pairs:
        try:
            _, session, _, _ = sessions.open(ours.seal(0, b"first"), 0)
        except PeerError:
            continue
        kept.append(session.number)
    assert sorted(kept) == list(range(2 * MAX_CANDIDATES + 1, 3 * MAX_CANDIDATES + 1))


def test_three_sessions_are_kept_the_newest_the_one_before_and_the_one_heard_last():
    """The other side sends on the one before until it has heard us on the newest: B2, previous, current and newest."""
    sessions = Sessions()
    pairs = [pair(number, our_id=number) for number in range(1, 6)]
    for ours, theirs in pairs[:3]:
        sessions.establish(theirs)
        sessions.open(ours.seal(0, b""), theirs.number)
    for _, theirs in pairs[3:]:
        sessions.establish(theirs)
    assert sessions.newest is pairs[4][1]
    assert sessions.open(pairs[3][0].seal(0, b"before"), 9)[0] == b"before"
    assert sessions.open(pairs[2][0].seal(0, b"heard"), 9)[0] == b"heard"
    with pytest.raises(PeerError):
        sessions.open(pairs[0][0].seal(0, b""), 9)


def test_an_older_session_confirmed_late_is_not_the_newest():
    sessions = Sessions()
    old_ours, old_theirs = pair(1, our_id=1)
    new_ours, new_theirs = pair(2, our_id=2)
    for theirs in (old_theirs, new_theirs):
        sessions.propose(theirs)
    sessions.open(new_ours.seal(0, b""), 1)
    sessions.open(old_ours.seal(0, b""), 2)
    assert sessions.newest is new_theirs


def test_of_two_sessions_the_one_answered_later_is_newer_whatever_the_other_clock_says():
    """The other side has restarted with its clock a day back: its number is low, and its old session is gone."""
    sessions = Sessions()
    _, before = pair(86_400_001, our_id=1, made_ms=10)
    after_ours, after = pair(1, our_id=2, made_ms=500)
    sessions.establish(before)
    sessions.propose(after)
    sessions.open(after_ours.seal(0, b""), 600)
    assert sessions.newest is after
    assert sessions.highest_confirmed == 1


def test_old_keys_go_and_the_newest_never_does():
    sessions = Sessions()
    ours, theirs = pair(1, our_id=1, made_ms=0)
    newer_ours, newer_theirs = pair(2, our_id=2, made_ms=5_000)
    sessions.establish(theirs)
    sessions.establish(newer_theirs)
    sessions.forget_old(5_999, 1_000)
    assert sessions.open(ours.seal(0, b"x"), 0)[0] == b"x"
    sessions.forget_old(1_000_000, 1_000)
    assert sessions.open(newer_ours.seal(0, b"x"), 0)[0] == b"x"
    with pytest.raises(PeerError):
        sessions.open(ours.seal(0, b"x"), 0)


def test_ids_in_use_are_not_given_again():
    sessions = Sessions()
    sessions.establish(pair(1, our_id=5)[1])
    sessions.propose(pair(2, our_id=6)[1])
    assert sessions.free_id(b"\x00\x05", {7}) == 8
    assert sessions.free_id(b"\xff\xff", {0xFFFF}) == 0
