"""An unstaffed desk of ours: when it is one, since when, and when to look again."""

from dataclasses import replace

import pytest
from tests.stores import AGREEMENT
from tests.watches import START_MS, roster, window

from coupefeu.services.watch.standing import RosterView, WatchStanding, WatchView
from coupefeu.services.watch.unstaffed import UnstaffedCause, judge_staffing

MINUTE_MS = 60_000
GRACE_MS = AGREEMENT.watch_grace_s * 1_000
OTHER_POST = next(post.id for post in AGREEMENT.posts_of("us") if post.id != "us.duty")


def standing(post="us.duty", *, on_watch=False, left_ms=None, planned=None):
    party = post.partition(".")[0]
    watch = WatchView(
        party=party, number="US/1", ours=party == "us", post=post, officer="first watch", heard=True,
        claimed_ms=START_MS, arrived_ms=START_MS,
    )  # fmt: skip
    view = (
        RosterView(number="US/2", officer="", fact=planned, claimed_ms=0, arrived_ms=0) if planned else None
    )
    return WatchStanding(
        party=party, ours=party == "us", post=post, watch=watch if on_watch else None, hand_over=None,
        roster=view, left_ms=left_ms, said_ms=None,
    )  # fmt: skip


def judge(*standings, minutes=0.0, opened_ms=START_MS):
    return judge_staffing(standings, AGREEMENT, "us", opened_ms, START_MS + int(minutes * MINUTE_MS))


def test_a_desk_on_watch_is_no_alarm_whatever_the_roster_says():
    assert judge(standing(on_watch=True), minutes=10_000) == judge(standing(on_watch=True, planned=roster()))
    assert judge(standing(on_watch=True)).unstaffed == ()


def test_nobody_for_longer_than_the_grace_is_one():
    left = standing(left_ms=START_MS + MINUTE_MS)
    early = judge(left, minutes=15.9)
    assert (early.unstaffed, early.again_ms) == ((), START_MS + MINUTE_MS + GRACE_MS)
    (late,) = judge(left, minutes=16).unstaffed
    assert (late.post, late.cause, late.since_ms) == ("us.duty", UnstaffedCause.NOBODY, START_MS + MINUTE_MS)
    assert judge(left, minutes=16) == judge(left, minutes=500), "the same cause is the same value"


def test_where_nobody_ever_was_it_counts_from_the_beginning_of_the_record():
    assert judge(standing(), minutes=14.9).unstaffed == ()
    (never,) = judge(standing(), minutes=15).unstaffed
    assert never.since_ms == START_MS


def test_a_gap_of_the_roster_is_one_at_once():
    planned = roster(window(0, 1), window(2, 3))
    left = standing(left_ms=START_MS + 58 * MINUTE_MS, planned=planned)
    assert judge(left, minutes=59).unstaffed == ()
    assert judge(left, minutes=59).again_ms == START_MS + 60 * MINUTE_MS
    judged = judge(left, minutes=60)
    (gap,) = judged.unstaffed
    assert (gap.cause, gap.gap_until_ms) == (UnstaffedCause.GAP, START_MS + 120 * MINUTE_MS)
    assert judged.again_ms == START_MS + 120 * MINUTE_MS
    (nobody,) = judge(left, minutes=120).unstaffed
    assert (nobody.cause, nobody.planned) == (UnstaffedCause.NOBODY, ("second watch",))


def test_beyond_its_roster_a_desk_has_the_grace_alone():
    left = standing(left_ms=START_MS + 24 * 60 * MINUTE_MS, planned=roster())
    assert judge(left, minutes=24 * 60 + 1).unstaffed == ()
    assert judge(left, minutes=24 * 60 + 16).unstaffed[0].cause is UnstaffedCause.NOBODY


def test_another_post_must_be_staffed_only_while_its_roster_names_somebody():
    assert judge(standing(OTHER_POST), minutes=10_000) == judge()
    planned = standing(OTHER_POST, planned=roster(window(1, 2)))
    assert judge(planned, minutes=30) == judge(planned, minutes=30)
    assert judge(planned, minutes=30).unstaffed == ()
    early = judge(planned, minutes=74)
    assert (early.unstaffed, early.again_ms) == ((), START_MS + 75 * MINUTE_MS)
    (late,) = judge(planned, minutes=75).unstaffed
    assert (late.post, late.planned) == (OTHER_POST, ("second watch",))
    assert judge(planned, minutes=120).unstaffed == ()


@pytest.mark.parametrize("minutes", [0, 60, 10_000])
def test_the_desk_of_the_other_side_is_their_alarm(minutes):
    planned = roster(window(0, 200), until=200)
    assert judge(standing("ru.duty"), minutes=minutes) == judge()
    assert judge(standing("ru.duty", planned=planned), minutes=minutes) == judge()


def test_the_grace_is_as_agreed():
    agreed = replace(AGREEMENT, watch_grace_s=60)
    assert judge_staffing((standing(),), agreed, "us", START_MS, START_MS + 59_999).unstaffed == ()
    assert judge_staffing((standing(),), agreed, "us", START_MS, START_MS + 60_000).unstaffed
