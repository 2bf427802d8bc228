"""Two messages, their filter, their numbers and their budgets (protocol B2)."""

import dataclasses

import pytest

from coupefeu.errors import PeerError
from coupefeu.keys.generations import Generation, Generations
from coupefeu.link.handshake import MAX_REMEMBERED, MAX_RUNS_BYTES, Handshakes
from coupefeu.link.session import refused
from coupefeu.model.instant import Moment
from coupefeu.testing.lossy import link_configs

NOW = Moment(utc_ms=1_648_091_525_123, mono_ms=1_000)
EPHEMERAL = bytes(range(32))


def later(by_ms, utc_ms=None):
    return Moment(utc_ms=NOW.utc_ms + by_ms if utc_ms is None else utc_ms, mono_ms=NOW.mono_ms + by_ms)


@pytest.fixture
def sides():
    us, ru = link_configs()
    return Side(us), Side(ru)


class Side(Handshakes):
    """One side with one shared secret."""

    def __init__(self, config):
        super().__init__(config)
        self.secret = config.generations.current

    def begin(self, *values):
        return super().begin(*values, generation=self.secret)


def answer(side, message, now=NOW, source=1, highest=0, our_id=9):
    generation = side.find(message, [side.secret])
    if generation is None:
        raise refused("filter")
    first = side.open_first(message, generation=generation, source=source, now=now, highest=highest)
    reply, session = side.answer(
        first, now=now, ephemeral=bytes(31) + b"\x07", our_id=our_id, highest=highest
    )
    return reply, session, first.runs


def reason(raised):
    return raised.value.code.rpartition(".")[2]


def test_sizes_are_as_agreed(sides):
    us, ru = sides
    first = us.begin(NOW, EPHEMERAL, 7)
    second, *_ = answer(ru, first)
    assert (len(first), len(second)) == (72, 69)


def test_first_message_carries_runs_up_to_what_a_stranger_may_bring(sides):
    us, ru = sides
    runs = bytes(range(219)) * 2
    assert len(runs) == MAX_RUNS_BYTES
    first = us.begin(NOW, EPHEMERAL, 7, runs)
    assert len(first) == 510
    assert runs not in first
    second, theirs, came = answer(ru, first)
    assert (len(second), came, theirs.number) == (69, runs, NOW.utc_ms)
    assert us.complete(second, NOW)[0].handshake_hash == theirs.handshake_hash
    with pytest.raises(PeerError) as raised:
        answer(ru, us.begin(NOW, EPHEMERAL, 8, runs + b"x"))
    assert reason(raised) == "handshake-length"


def test_first_message_with_runs_flipped_or_cut_anywhere_is_refused(sides):
    us, ru = sides
    first = us.begin(NOW, EPHEMERAL, 7, bytes(40))
    for at in range(len(first)):
        for bad in (first[:at] + bytes([first[at] ^ 1]) + first[at + 1 :], first[:at]):
            with pytest.raises(PeerError):
                answer(ru, bad)
    assert answer(ru, first)[2] == bytes(40)


def test_both_get_the_same_session(sides):
    us, ru = sides
    second, theirs, _ = answer(ru, us.begin(NOW, EPHEMERAL, 7))
    ours, age_ms = us.complete(second, later(40))
    assert age_ms == 40
    assert ours.handshake_hash == theirs.handshake_hash
    assert (ours.our_id, ours.their_id) == (theirs.their_id, theirs.our_id) == (7, 9)
    assert theirs.open(ours.seal(0, b"hello"), 0)[0] == b"hello"
    assert ours.open(theirs.seal(3, b"hello"), 0)[0] == b"hello"


def test_first_message_flipped_or_cut_anywhere_is_refused_before_any_exchange(sides):
    us, ru = sides
    first = us.begin(NOW, EPHEMERAL, 7)
    for at in range(len(first)):
        for bit in range(8):
            with pytest.raises(PeerError) as raised:
                answer(ru, first[:at] + bytes([first[at] ^ 1 << bit]) + first[at + 1 :])
            assert reason(raised) in {"filter", "another-line"}
        with pytest.raises(PeerError):
            answer(ru, first[:at])
    with pytest.raises(PeerError):
        answer(ru, first + b"\x00")
    answer(ru, first)


def test_second_message_flipped_or_cut_anywhere_is_refused_and_the_true_one_still_counts(sides):
    us, ru = sides
    second, *_ = answer(ru, us.begin(NOW, EPHEMERAL, 7))
    for at in range(len(second)):
        for bad in (second[:at] + bytes([second[at] ^ 1]) + second[at + 1 :], second[:at]):
            with pytest.raises(PeerError):
                us.complete(bad, NOW)
    us.complete(second, NOW)
    with pytest.raises(PeerError) as raised:
        us.complete(second, NOW)
    assert reason(raised) == "answers-nothing"


def test_our_own_message_reflected_is_refused(sides):
    us, _ = sides
    with pytest.raises(PeerError) as raised:
        answer(us, us.begin(NOW, EPHEMERAL, 7))
    assert reason(raised) == "filter"


def test_a_copy_costs_no_second_exchange(sides):
    us, ru = sides
    first = us.begin(NOW, EPHEMERAL, 7)
    answer(ru, first)
    for _ in range(100):
        with pytest.raises(PeerError) as raised:
            answer(ru, first)
        assert reason(raised) == "handshake-replayed"


def test_numbers_rise_though_the_clock_stands_or_goes_back(sides):
    us, ru = sides
    numbers = []
    for step, utc_ms in enumerate([NOW.utc_ms, NOW.utc_ms, 0, NOW.utc_ms - 86_400_000]):
        message = us.begin(later(0, utc_ms), bytes([step]) * 32, step)
        numbers.append(answer(ru, message)[1].number)
    assert numbers == [NOW.utc_ms + step for step in range(4)]


def test_a_low_number_is_answered_once_in_ten_seconds_and_learns_the_highest(sides):
    us, ru = sides
    highest = NOW.utc_ms + 86_400_000
    second, *_ = answer(ru, us.begin(NOW, b"\x01" * 32, 1), highest=highest)
    with pytest.raises(PeerError) as raised:
        answer(ru, us.begin(NOW, b"\x02" * 32, 2), highest=highest)
    assert reason(raised) == "low-number"
    answer(ru, us.begin(NOW, b"\x03" * 32, 3), now=later(10_000), highest=highest)
    us.complete(second, NOW)
    assert answer(ru, us.begin(NOW, b"\x04" * 32, 4), highest=highest)[1].number == highest + 1


def test_a_liar_about_the_highest_number_locks_nobody_out(sides):
    us, ru = sides
    second, *_ = answer(ru, us.begin(NOW, EPHEMERAL, 1), highest=(1 << 64) - 1)
    us.complete(second, NOW)
    us.begin(NOW, EPHEMERAL, 2)


def test_exchanges_have_a_budget_by_source(sides):
    us, ru = sides
    messages = [us.begin(NOW, bytes([step]) * 32, step) for step in range(40)]
    for message in messages[:20]:
        answer(ru, message, source=1)
    for message in messages[20:]:
        with pytest.raises(PeerError) as raised:
            answer(ru, message, source=1)
        assert reason(raised) == "too-many-handshakes"
    answer(ru, us.begin(NOW, b"\x99" * 32, 50), source=2)


def test_what_is_remembered_is_bounded(sides):
    us, ru = sides
    for step in range(80):
        us.begin(NOW, bytes([step]) * 32, step)
    assert len(us.pending_ids) == 64
    for step in range(MAX_REMEMBERED + 10):
        ru._remember(step.to_bytes(8, "big"))
    assert len(ru._remembered) == MAX_REMEMBERED


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("generations", Generations(current=Generation(number=1, psk=bytes(32)))),
        ("generations", Generations(current=Generation(number=2, psk=bytes(range(32))))),
        ("line_id", b"\x01" * 16),
        ("our_origin", "other/line/us/1"),
    ],
)
def test_sides_that_were_configured_otherwise_do_not_meet(field, value):
    us, ru = link_configs()
    other = Side(dataclasses.replace(us, **{field: value}))
    with pytest.raises(PeerError):
        answer(Side(ru), other.begin(NOW, EPHEMERAL, 7))
