"""Which attempts ring, where and until when, by the callee's clock; and what a flood of them costs."""

import pytest

from coupefeu.model.calls import MAX_CALLS_ANSWERED, Outcome
from coupefeu.node.calling.minute import MINUTE_MS
from coupefeu.node.calling.ringing import MAX_WAITING, RESUMED_MS, Incoming, Posts, Rang, Ringing
from coupefeu.services.calls.commands import GiveUp, Ring
from coupefeu.services.calls.ladder import Rung, Schedule

LADDER = Schedule(
    rungs=(
        Rung(posts=("us.secretary",), at_ms=0),
        Rung(posts=("us.chief", "us.deputy"), at_ms=60_000),
        Rung(posts=("us.duty",), at_ms=90_000),
    ),
    ends_ms=120_000,
)
NOBODY = Posts()
ALONE = Schedule(rungs=(Rung(posts=("us.duty",), at_ms=0),), ends_ms=120_000)


def incoming(number, schedule=ALONE, *, party="ru", is_flash=False):
    return Incoming(call=(1, number), party=party, is_flash=is_flash, schedule=schedule)


class Clock:
    """Lets time pass and keeps what was to be recorded, with its time."""

    def __init__(self, ringing, posts):
        self.ringing, self.posts, self.now_ms, self.recorded = ringing, posts, 0, []

    def until(self, end_ms):
        while (next_ms := self.ringing.next_ms(self.now_ms)) is not None and next_ms <= end_ms:
            assert next_ms >= self.now_ms
            self.now_ms = next_ms
            due = [(self.now_ms, each) for each in self.ringing.due(self.now_ms, self.posts)]
            self.recorded += due
            again = self.ringing.next_ms(self.now_ms)
            assert again is None or again > self.now_ms, "what is due is done at once"
        self.now_ms = end_ms

    def rings(self):
        return [
            (ms, each.call[1], each.rung, each.posts) for ms, each in self.recorded if isinstance(each, Ring)
        ]

    def given_up(self):
        return [(ms, each) for ms, each in self.recorded if isinstance(each, GiveUp)]


def start(per_minute=6, posts=NOBODY):
    return Clock(Ringing(per_minute), posts)


def test_each_rung_rings_after_its_own_wait_beside_the_earlier_ones():
    clock = start()
    clock.ringing.come(incoming(7, LADDER), 0)
    clock.until(119_999)
    assert clock.rings() == [
        (0, 7, 0, ("us.secretary",)),
        (60_000, 7, 1, ("us.chief", "us.deputy")),
        (90_000, 7, 2, ("us.duty",)),
    ]
    assert clock.given_up() == []
    clock.until(120_000)
    ((at_ms, given_up),) = clock.given_up()
    assert (at_ms, given_up.calls, given_up.rang_ms) == (120_000, ((1, 7),), 120_000)
    assert given_up.posts == ("us.secretary", "us.chief", "us.deputy", "us.duty")
    clock.until(10 * MINUTE_MS)
    assert len(clock.recorded) == 4, "it is given up once"


def test_one_act_ends_every_branch():
    clock = start()
    clock.ringing.come(incoming(7, LADDER), 0)
    clock.until(61_000)
    assert clock.ringing.end((1, 7))
    assert not clock.ringing.end((1, 7))
    clock.until(10 * MINUTE_MS)
    assert len(clock.rings()) == 2
    assert clock.given_up() == []


@pytest.mark.parametrize(
    ("posts", "outcome"),
    [
        (Posts(), Outcome.NOT_STAFFED),
        (Posts(on_watch={"us.duty"}), Outcome.NO_ANSWER),
        (Posts(on_watch={"us.president"}), Outcome.NOT_STAFFED),
        (
            Posts(on_watch={"us.duty"}, engaged={"us.secretary", "us.chief", "us.deputy", "us.duty"}),
            Outcome.BUSY,
        ),
        (Posts(engaged={"us.secretary", "us.chief", "us.duty"}), Outcome.NOT_STAFFED),
        (Posts(engaged={"us.secretary", "us.chief", "us.deputy", "us.duty"}), Outcome.NOT_STAFFED),
    ],
)
def test_what_it_was_that_nobody_acted(posts, outcome):
    clock = start(posts=posts)
    clock.ringing.come(incoming(7, LADDER), 0)
    clock.until(2 * MINUTE_MS)
    ((_, given_up),) = clock.given_up()
    assert given_up.outcome is outcome


def test_one_moment_on_watch_or_free_is_enough():
    clock = start(posts=Posts(engaged={"us.duty"}))
    clock.ringing.come(incoming(7), 0)
    clock.until(1_000)
    clock.ringing.note(Posts(on_watch={"us.duty"}))
    clock.ringing.note(Posts(engaged={"us.duty"}))
    clock.until(2 * MINUTE_MS)
    ((_, given_up),) = clock.given_up()
    assert given_up.outcome is Outcome.NO_ANSWER


def test_the_entry_says_which_of_the_posts_that_ring_are_on_watch():
    clock = start(posts=Posts(on_watch={"us.deputy", "us.president"}))
    clock.ringing.come(incoming(7, LADDER), 0)
    clock.until(60_000)
    staffed = [each.staffed for _, each in clock.recorded]
    assert staffed == [(), ("us.deputy",)]


def test_beyond_the_agreed_number_they_wait_for_room_in_the_order_of_their_coming():
    clock = start(per_minute=2)
    for number in range(4):
        clock.ringing.come(incoming(number), 0)
    clock.until(MINUTE_MS)
    assert [(ms, number) for ms, number, _, _ in clock.rings()] == [
        (0, 0),
        (0, 1),
        (MINUTE_MS, 2),
        (MINUTE_MS, 3),
    ]


def test_those_that_waited_in_vain_are_given_up_many_by_one_entry():
    clock = start(per_minute=1)
    for number in range(50):
        clock.ringing.come(incoming(number), 0)
    clock.until(2 * MINUTE_MS)
    assert [number for _, number, _, _ in clock.rings()] == [0, 1], "the third has no time left to ring"
    flood = [(ms, each) for ms, each in clock.given_up() if each.rang_ms == 0]
    ((at_ms, many),) = flood
    assert at_ms == 2 * MINUTE_MS
    assert [call[1] for call in many.calls] == list(range(2, 50))
    assert (many.posts, many.outcome) == ((), Outcome.NO_ANSWER)


def test_a_flood_writes_no_more_entries_in_a_minute_than_may_ring():
    clock = start(per_minute=2)
    for number in range(MAX_WAITING):
        clock.ringing.come(incoming(number), 0)
    assert not clock.ringing.has_room("ru", is_flash=False)
    assert clock.ringing.has_room("ru", is_flash=True)
    assert clock.ringing.has_room("fr", is_flash=False)
    clock.until(20 * MINUTE_MS)
    flood = [(ms, each) for ms, each in clock.given_up() if each.rang_ms == 0]
    for ms, each in flood:
        assert len(each.calls) <= MAX_CALLS_ANSWERED
        assert sum(ms <= other < ms + MINUTE_MS for other, _ in flood) <= 2
    named = [call for _, each in clock.given_up() for call in each.calls]
    assert len(named) == len(set(named)) == MAX_WAITING, "each of those that are known, once"
    assert clock.ringing.has_room("ru", is_flash=False)


def test_a_flood_of_others_keeps_no_flash_and_no_other_party_from_ringing():
    clock = start(per_minute=1)
    for number in range(100):
        clock.ringing.come(incoming(number), 0)
    clock.until(10_000)
    clock.ringing.come(incoming(100, is_flash=True), 10_000)
    clock.ringing.come(incoming(101, party="fr"), 10_000)
    clock.until(10_000)
    assert [number for ms, number, _, _ in clock.rings() if ms == 10_000] == [100, 101]


def test_one_that_waits_and_is_withdrawn_is_forgotten():
    clock = start(per_minute=1)
    for number in range(3):
        clock.ringing.come(incoming(number), 0)
    clock.until(0)
    assert clock.ringing.end((1, 1))
    clock.until(MINUTE_MS)
    assert [number for _, number, _, _ in clock.rings()] == [0, 2]


def test_one_given_up_late_can_still_be_withdrawn():
    clock = start(per_minute=1)
    for number in range(2 * MAX_CALLS_ANSWERED + 3):
        clock.ringing.come(incoming(number), 0)
    clock.until(2 * MINUTE_MS)
    last = (1, 2 * MAX_CALLS_ANSWERED + 2)
    assert clock.ringing.end(last), "its time is over, and no entry was left in this minute"
    clock.until(10 * MINUTE_MS)
    assert last not in [call for _, each in clock.given_up() for call in each.calls]


def test_a_ladder_goes_on_where_it_was_when_the_node_ended():
    clock = start()
    clock.now_ms = 200_000
    posts = ("us.secretary", "us.chief", "us.deputy")
    clock.ringing.resume(
        incoming(7, LADDER), Rang(began_ms=130_000, last_ms=192_000, posts=posts), 200_000, Posts()
    )
    clock.until(250_000)
    assert clock.rings() == [(220_000, 7, 2, ("us.duty",))]
    ((at_ms, given_up),) = clock.given_up()
    assert (at_ms, given_up.rang_ms) == (250_000, 112_000), "while it was away nothing rang"


def test_one_whose_time_ended_while_the_node_was_away_rings_once_more_before_it_is_given_up():
    clock = start()
    clock.now_ms = 500_000
    rang = Rang(began_ms=100_000, last_ms=150_000, posts=("us.duty",))
    clock.ringing.resume(incoming(7), rang, 500_000, Posts())
    assert clock.ringing.ringing == ((1, 7),)
    clock.until(600_000)
    ((at_ms, given_up),) = clock.given_up()
    assert at_ms == 500_000 + RESUMED_MS
    assert (given_up.calls, given_up.rang_ms) == (((1, 7),), 50_000 + RESUMED_MS)


def test_a_post_that_is_free_when_the_time_is_over_is_not_busy():
    staffed = {"on_watch": ("us.duty",)}
    clock = start(posts=Posts(**staffed, engaged=("us.duty",)))
    clock.ringing.come(incoming(7), 0)
    clock.until(119_999)
    clock.posts = Posts(**staffed)
    clock.until(120_000)
    assert [each.outcome for _, each in clock.given_up()] == [Outcome.NO_ANSWER]


def test_another_agreed_number_counts_from_now_on():
    clock = start(per_minute=1)
    for number in range(3):
        clock.ringing.come(incoming(number), 0)
    clock.until(10_000)
    clock.ringing.amend(2)
    clock.until(10_001)
    assert [number for _, number, _, _ in clock.rings()] == [0, 1]


def floods(clock):
    return [
        (each.party, each.count, each.first_ms, each.last_ms) for each in clock.ringing.floods(clock.now_ms)
    ]


def test_a_flood_is_one_line_with_a_count_however_many_came():
    clock = start(per_minute=2)
    clock.ringing.come(incoming(0), 0)
    assert floods(clock) == [], "it is about to ring"
    clock.until(5_000)
    assert floods(clock) == []
    for number in range(1, MAX_WAITING + 2):
        clock.ringing.come(incoming(number), 5_000)
    clock.until(5_000)
    clock.ringing.come(incoming(9_999), 5_000)
    for _ in range(1_000):
        assert not clock.ringing.has_room("ru", is_flash=False)
        clock.ringing.pass_over("ru", is_flash=False, now_ms=6_000)
    clock.until(6_000)
    assert floods(clock) == [("ru", MAX_WAITING + 1_001, 5_000, 6_000)]
    clock.until(3 * MINUTE_MS)
    ((party, count, _, _),) = floods(clock)
    assert (party, count) == ("ru", MAX_WAITING + 1_001 - 3), (
        "three of them rang meanwhile, and most wait for nothing more"
    )


def test_a_flood_that_is_over_is_gone_a_minute_later():
    clock = start(per_minute=1)
    for number in range(5):
        clock.ringing.come(incoming(number), 0)
    clock.until(2 * MINUTE_MS)
    assert floods(clock) == []
    clock.ringing.come(incoming(9), clock.now_ms)
    clock.until(3 * MINUTE_MS)
    assert floods(clock) == [], "a new call is none"
