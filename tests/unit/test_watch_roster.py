"""A roster: what may be planned, what it leaves open, and how it is read from what people write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.stores import AGREEMENT, do, open_keeper, view_rows
from tests.watches import HOUR_MS, START_MS, roster, standing_of, window, write

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.entry import Kind
from coupefeu.services.every import SERVICES
from coupefeu.services.said import said_in
from coupefeu.services.watch.facts import PlanRoster, RosterWindow
from coupefeu.services.watch.roster import (
    MAX_SPAN_DAYS,
    MINUTE_MS,
    RosterFact,
    Span,
    encode_roster,
    gaps,
    next_change_ms,
    planned_at,
    read_roster,
)
from coupefeu.store.jobs import Act
from coupefeu.store.rebuild import rebuild
from coupefeu.testing.author import Author


@pytest.fixture
def keeper(tmp_path):
    return open_keeper(tmp_path / "record.db")


def plan(keeper, fact, post="us.duty"):
    command = PlanRoster(
        from_post=post,
        from_ms=fact.from_ms,
        until_ms=fact.until_ms,
        windows=fact.windows,
        officer=fact.officer,
    )
    (stored,) = do(keeper, Act(command=command)).entries
    return stored.recorded


def hours(spans):
    return [((each.from_ms - START_MS) / HOUR_MS, (each.until_ms - START_MS) / HOUR_MS) for each in spans]


def at(hour):
    return START_MS + int(hour * HOUR_MS)


def test_what_no_window_covers_is_a_gap():
    fact = roster(window(1, 4), window(3, 8), window(8, 9), window(12, 24))
    assert hours(gaps(fact)) == [(0, 1), (9, 12)]
    assert hours(gaps(roster())) == [(0, 24)]
    assert gaps(roster(window(0, 24))) == ()


def test_it_says_who_sits_now_who_next_or_that_it_is_a_gap():
    fact = roster(window(0, 8, "first"), window(7, 12, "second"), window(16, 24, "third"))
    planned = planned_at(fact, at(7.5))
    assert [each.officer for each in planned.now] == ["first", "second"]
    assert planned.then.officer == "third"
    assert (planned.is_planned, planned.gap) == (True, None)
    gap = planned_at(fact, at(12))
    assert (gap.now, gap.gap) == ((), Span(from_ms=at(12), until_ms=at(16)))
    assert planned_at(fact, at(16)).gap is None
    beyond = planned_at(fact, at(24))
    assert (beyond.is_planned, beyond.now, beyond.then, beyond.gap) == (False, (), None, None)
    before = planned_at(fact, at(-1))
    assert (before.is_planned, before.gap, before.then.officer) == (False, None, "first")


def test_it_says_when_it_says_something_else():
    fact = roster(window(2, 8), until=12)
    instants, now = [], at(-1)
    while (following := next_change_ms(fact, now)) is not None:
        instants.append((following - START_MS) // HOUR_MS)
        now = following
    assert instants == [0, 2, 8, 12]


def test_a_newer_roster_replaces_the_one_before_whole(keeper):
    plan(keeper, roster(window(0, 8), window(8, 16)))
    newer = plan(keeper, roster(window(20, 24, "fourth watch")))
    found = standing_of(keeper, "us.duty").roster
    assert (found.number, [each.officer for each in found.windows]) == (f"US/{newer.index}", ["fourth watch"])
    assert found.windows == (window(20, 24, "fourth watch"),)
    assert standing_of(keeper, "us.duty").watch is None, "a plan puts nobody on watch"


def test_it_is_said_with_its_gaps(keeper):
    recorded = plan(keeper, roster(window(0, 8, "first watch"), until=9))
    said = said_in(recorded.head, recorded.body, AGREEMENT.party_ids)
    assert said == (
        ("roster-span", "24 MAR 22 03:00:00Z - 24 MAR 22 12:00:00Z"),
        ("roster-window", "24 MAR 22 03:00:00Z - 24 MAR 22 11:00:00Z: first watch"),
        ("roster-gap", "24 MAR 22 11:00:00Z - 24 MAR 22 12:00:00Z"),
    )


BAD = {
    "no time": (RosterFact(from_ms=START_MS, until_ms=START_MS), "bad_span"),
    "backwards": (RosterFact(from_ms=START_MS, until_ms=START_MS - HOUR_MS), "bad_span"),
    "too long": (roster(until=(MAX_SPAN_DAYS * 24) + 1), "bad_span"),
    "before there were clocks": (RosterFact(from_ms=-MINUTE_MS, until_ms=HOUR_MS), "bad_span"),
    "after all clocks": (RosterFact(from_ms=10**15, until_ms=10**15 + HOUR_MS), "bad_span"),
    "outside": (roster(window(23, 25)), "window_outside"),
    "before": (roster(window(-1, 2)), "window_outside"),
    "no length": (roster(window(2, 2)), "window_outside"),
    "unsorted": (roster(window(4, 5), window(1, 2)), "windows_unsorted"),
    "nobody": (roster(window(1, 2, "")), "missing_officer"),
    "a long label": (roster(window(1, 2, "x" * 81)), "long_officer"),
    "NUL": (roster(window(1, 2, "a\x00")), "long_officer"),
    "too many": (roster(*(window(0, 1) for _ in range(129))), "many_windows"),
    "too many bytes": (roster(*(window(0, 1, "x" * 80) for _ in range(60))), "long_roster"),
    "broken minute": (
        roster(RosterWindow(from_ms=START_MS, until_ms=START_MS + 90_000, officer="x")), "broken_minute"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("fact", "defect"), BAD.values(), ids=BAD)
def test_what_cannot_be_planned_is_refused_and_not_recorded(keeper, fact, defect):
    with pytest.raises(UsageError) as refused:
        plan(keeper, fact)
    assert refused.value.code == f"services.watch.{defect}"
    assert standing_of(keeper, "us.duty").roster is None


def test_nobody_plans_the_desk_of_the_other_side(keeper):
    with pytest.raises(PolicyError) as refused:
        plan(keeper, roster(), post="ru.duty")
    assert refused.value.code == "services.watch.foreign_post"
    author = Author(AGREEMENT, "ru")
    write(author, Kind.ROSTER, encode_roster(roster()), post="us.duty")
    do(keeper, author.checkpoint(0, author.size))
    assert standing_of(keeper, "us.duty").roster is None


def test_an_odd_roster_of_theirs_replaces_nothing(keeper):
    author = Author(AGREEMENT, "ru")
    write(author, Kind.ROSTER, encode_roster(roster(window(0, 8))))
    for body in (b"\xff", b"", encode_roster(roster(window(4, 5), window(1, 2)))):
        write(author, Kind.ROSTER, body)
    do(keeper, author.checkpoint(0, author.size))
    assert standing_of(keeper, "ru.duty").roster.number == "RU/0"
    before = view_rows(keeper)
    rebuild(keeper.connection, keeper.line, SERVICES, AGREEMENT)
    assert view_rows(keeper) == before


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_named_and_never_raise(body):
    assert isinstance(read_roster(body)[1], str)


_MINUTES = st.integers(0, 24 * 60)


@given(st.lists(st.tuples(_MINUTES, _MINUTES, st.text(min_size=1, max_size=8)), max_size=20))
def test_what_is_written_is_read_and_each_minute_is_planned_or_a_gap(drawn):
    ends = sorted((min(a, b), max(a, b), who.replace("\x00", "0")) for a, b, who in drawn if a != b)
    windows = tuple(
        RosterWindow(from_ms=START_MS + start * MINUTE_MS, until_ms=START_MS + end * MINUTE_MS, officer=who)
        for start, end, who in ends
    )
    fact = roster(*windows)
    assert read_roster(encode_roster(fact)) == (fact, "")
    covered = {minute for start, end, _ in ends for minute in range(start, end)}
    open_minutes = {
        minute
        for gap in gaps(fact)
        for minute in range((gap.from_ms - START_MS) // MINUTE_MS, (gap.until_ms - START_MS) // MINUTE_MS)
    }
    assert covered | open_minutes == set(range(24 * 60))
    assert not covered & open_minutes
