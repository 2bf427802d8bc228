"""What of a cause goes out at once and what is held, on a clock that is moved: no storm, and nothing graver is late."""

import random

import pytest
from tests.sizes import size

from coupefeu.node.alerting.causes import MAX_CAUSES, Cause, Kind, News, compare, observe_all, take_all
from coupefeu.node.alerting.damping import HOLD_MS

GRAVITY = {"strained": 1, "broken": 2, "unknown": 3}
STEP_MS = 30_000


class Receiver:
    """One that takes all it is told, at once."""

    def __init__(self):
        self.tracks, self.now_ms, self.taken = {}, 0, []

    def look(self, *states, after_ms=STEP_MS):
        """Let time pass, then look at causes that stand so, by their place; gives what was told of the first."""
        self.now_ms += after_ms
        causes = {
            f"cause {place}": Cause(
                key=f"cause {place}", kind=Kind.LEVEL, state=state, gravity=GRAVITY.get(state, 0)
            )
            for place, state in enumerate(states)
            if state
        }
        self.tracks = observe_all(self.tracks, causes, self.now_ms)
        alert = compare(self.tracks, causes, self.now_ms, serial=len(self.taken))
        if alert is None:
            return None
        self.tracks = take_all(self.tracks, alert)
        assert compare(self.tracks, causes, self.now_ms) is None, "it knows all of it now"
        self.taken.append((self.now_ms, alert))
        told = alert.told[0]
        return told.news, None if told.cause is None else told.cause.state, told.changes


def test_the_first_change_goes_at_once_and_all_further_ones_in_one_alert_at_the_end():
    receiver = Receiver()
    assert receiver.look("strained") == (News.NEW, "strained", 0)
    assert receiver.look("") == (News.OVER, None, 0)
    began_ms = STEP_MS
    while receiver.now_ms < began_ms + HOLD_MS - STEP_MS:
        assert receiver.look("strained" if receiver.now_ms // STEP_MS % 2 == 0 else "") is None
    news, state, changes = receiver.look("strained")
    assert (news, state) == (News.NEW, "strained")
    assert changes == 29 - (state != "strained")
    assert receiver.now_ms == began_ms + HOLD_MS


def test_what_came_back_to_what_was_told_is_told_too_at_the_end():
    receiver = Receiver()
    receiver.look("strained")
    receiver.look("broken")
    assert receiver.look("strained") is None
    assert receiver.look("broken") is None
    assert receiver.look("broken", after_ms=HOLD_MS) == (News.CHANGED, "broken", 2)
    assert receiver.look("strained") is None, "it goes on: no change is free"
    assert receiver.look("strained", after_ms=HOLD_MS) == (News.CHANGED, "strained", 0)
    assert receiver.look("strained", after_ms=HOLD_MS) is None


def test_what_grows_graver_than_all_that_was_told_in_the_hold_time_is_not_held_back():
    receiver = Receiver()
    receiver.look("strained")
    receiver.look("")
    assert receiver.look("strained") is None
    assert receiver.look("broken") == (News.NEW, "broken", 2)
    assert receiver.look("strained") is None
    assert receiver.look("broken") is None
    assert receiver.look("unknown") == (News.CHANGED, "unknown", 3)
    assert receiver.look("broken") is None
    assert receiver.look("unknown") is None


def test_what_was_over_at_the_end_and_comes_again_is_graver_than_that():
    receiver = Receiver()
    for state in ("strained", "", "strained", "", "strained"):
        receiver.look(state)
    assert receiver.look("", after_ms=HOLD_MS) == (News.OVER, None, 4)
    assert receiver.look("strained") == (News.NEW, "strained", 0)
    assert receiver.look("") is None
    assert receiver.look("strained") is None


def test_what_has_been_calm_is_told_at_once_again():
    receiver = Receiver()
    for state in ("strained", "broken", "strained"):
        receiver.look(state)
    receiver.look("strained", after_ms=HOLD_MS)
    assert receiver.look("", after_ms=HOLD_MS) == (News.OVER, None, 0)
    assert receiver.look("") is None
    receiver.look("", after_ms=HOLD_MS)
    assert receiver.tracks == {}, "what is over is forgotten"


def test_what_came_and_went_before_it_was_told_is_not_told():
    tracks = {}
    for state in ("flash", ""):
        causes = {"cause 0": Cause(key="cause 0", kind=Kind.FLASH, state=state)} if state else {}
        tracks = observe_all(tracks, causes, 0)
    assert tracks == {}


def test_a_clock_that_is_set_back_holds_nothing():
    receiver = Receiver()
    receiver.look("strained", after_ms=10 * HOLD_MS)
    receiver.look("broken")
    assert receiver.look("strained") is None
    assert receiver.look("strained", after_ms=-5 * HOLD_MS) == (News.CHANGED, "strained", 0)


def test_what_changes_while_an_alert_is_under_way_is_not_lost():
    causes = {"a": Cause(key="a", kind=Kind.LEVEL, state="strained", gravity=1)}
    tracks = observe_all({}, causes, 0)
    alert = compare(tracks, causes, 0)
    tracks = observe_all(take_all(observe_all(tracks, {}, 0), alert), {}, 0)
    assert compare(tracks, {}, 0).told[0].news is News.OVER


def test_two_alerts_of_the_same_words_are_two_and_one_that_is_sent_again_is_one():
    causes = {"a": Cause(key="a", kind=Kind.LEVEL, state="strained")}
    tracks = observe_all({}, causes, 0)
    first, again, other = (
        compare(tracks, causes, at_ms, serial=serial) for at_ms, serial in ((0, 0), (5, 0), (9, 1))
    )
    assert first.id == again.id != other.id


@pytest.mark.parametrize("shard", range(size(small=1, full=20)))
def test_whatever_happens_a_cause_costs_few_alerts_and_the_last_one_says_how_it_stands(shard):
    for seed in range(shard * 200, shard * 200 + 200):
        chance, receiver = random.Random(seed), Receiver()
        states = [chance.choice(("", "strained", "broken", "unknown"))] * 3
        for _ in range(120):
            if chance.random() < 0.7:
                states = [chance.choice(("", "strained", "broken", "unknown")) for _ in range(3)]
            receiver.look(*states, after_ms=chance.choice((5_000, STEP_MS, 120_000)))
        for key in ("cause 0", "cause 1", "cause 2"):
            at = [at_ms for at_ms, alert in receiver.taken if key in alert.tracks]
            for begin_ms in at:
                assert sum(begin_ms <= each < begin_ms + HOLD_MS for each in at) <= 2 * len(GRAVITY) + 2
        receiver.look(*states, after_ms=HOLD_MS)
        stands = {f"cause {place}": state for place, state in enumerate(states) if state}
        assert {key: each.told for key, each in receiver.tracks.items() if each.told} == stands


def test_causes_that_are_over_are_remembered_up_to_a_bound():
    receiver = Receiver()
    for _ in range(3):
        receiver.look(*["strained"] * 3)
    many = {
        f"flash {number}": Cause(key=f"flash {number}", kind=Kind.FLASH, state="x")
        for number in range(MAX_CAUSES + 50)
    }
    tracks = observe_all({}, many, 0)
    tracks = take_all(tracks, compare(tracks, many, 0))
    assert len(observe_all(tracks, {}, 1)) == MAX_CAUSES
