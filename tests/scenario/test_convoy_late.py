"""The convoy of 1 April 2024, told on: it is held, it runs late, and what it meets then is said on both sides.

A plan ends at an hour; a convoy does not. Here it is held at a gate within its window, another time nobody says that it
arrived, and the other side files what it does there next. Both desks read from the same entries that it may still be
under way, STOP reaches every unit after its window as within, and nobody is told twice of the same.
"""

from dataclasses import replace

import pytest
from tests.console.movements import HOUR_MS, ROUTE, place
from tests.scenario.stage import DESKS, verify_all
from tests.scenario.test_conflicts import pairs
from tests.scenario.test_convoy_2024 import BATTERY, CREW, DIVISION, UNITS, Convoy
from tests.stores import AGREEMENT, view_rows

from coupefeu.errors import UsageError
from coupefeu.model.notices import Answer, CheckIn, NoticeForm, Settlement
from coupefeu.model.volumes import Circle, Fix, Limit, Track, Volume
from coupefeu.node.conflict_values import ConflictView
from coupefeu.services.every import SERVICES
from coupefeu.services.notices.commands import (
    AnswerNotice,
    CompleteNotice,
    FileNotice,
    SettleConflict,
    WithdrawNotice,
)
from coupefeu.services.notices.facts import NoticeFact
from coupefeu.services.notices.settling import Alarm
from coupefeu.services.notices.status import NoticeState
from coupefeu.services.passing.status import Why
from coupefeu.store.rebuild import rebuild


def drive(fact):
    """The same movement along a track: at each point at its planned time, 500 m to either side."""
    start_ms = fact.volumes[0].start_ms
    fixes = tuple(Fix(position=at, at_ms=start_ms + each * HOUR_MS) for each, at in enumerate(ROUTE))
    way = replace(
        fact.volumes[0], shape=Track(fixes=fixes, buffer_dm=5_000), start_ms=start_ms, end_ms=fixes[-1].at_ms
    )
    return replace(fact, volumes=(way,))


class Drive(Convoy):
    """A convoy of two hours that begins in one, along a track."""

    def __init__(self, folder):
        super().__init__(folder, starts_in_hours=1)
        self.start_ms = self.plan.volumes[0].start_ms
        self.amend(drive(self.plan))

    def until(self, hours):
        """Let it become so many hours after the planned beginning."""
        left_ms = self.start_ms + int(hours * HOUR_MS) - self.us.clock().utc_ms
        self.later(left_ms / HOUR_MS)

    def say(self, point, said, words="", node=None, at_ms=None):
        node = node or self.us
        at_ms = node.clock().utc_ms if at_ms is None else at_ms
        self.do(node, self.desk(node).check_in(point, said, at_ms, words))

    def fire(self, at, start, hours=1.0, radius_m=1_000):
        """RU files a firing, so many hours after the planned beginning of the convoy."""
        begins_ms = self.start_ms + int(start * HOUR_MS)
        area = Volume(
            shape=Circle(centre=at, radius_dm=radius_m * 10),
            lower=Limit.SURFACE,
            upper=Limit.UNLIMITED,
            start_ms=begins_ms,
            end_ms=begins_ms + int(hours * HOUR_MS),
        )
        fact = NoticeFact(
            form=NoticeForm.FLIGHT_SAFETY, title="Firing", volumes=(area,), fields={1: 2, 6: "duty desk"}
        )
        (notice,) = self.ru.act(FileNotice.of(fact, DESKS["ru"]))
        self.settle()
        return notice

    def states(self):
        """How it stands, as both records say."""
        ours, theirs = (self.on(node).notice for node in self.nodes.nodes)
        assert (ours.state, ours.until_ms, ours.heard_ms, ours.left_ms, ours.ahead, ours.is_unheard) == (
            theirs.state, theirs.until_ms, theirs.heard_ms, theirs.left_ms, theirs.ahead, theirs.is_unheard
        )  # fmt: skip
        return ours.state

    def met(self):
        """The other side's notices that it conflicts with, as both consoles list them."""
        ours, theirs = pairs(self.us), pairs(self.ru)
        assert ours == theirs
        return [other for _, other in ours]

    def known(self, fire):
        """How many conflicts RU named when it filed a firing."""
        desk = self.ru.desk()
        found = desk.notices.get(fire).conflicts_known
        desk.close()
        return found

    def conflict(self, node=None) -> ConflictView:
        desk = (node or self.us).desk()
        found = desk.conflicts.listed()
        desk.close()
        (group,) = found.groups
        (conflict,) = group.conflicts
        assert found.total == 1
        return conflict


@pytest.fixture(name="convoy")
def the_convoy(tmp_path):
    return Drive(tmp_path)


FAR = place(31.30, 34.20)
"""Fifteen kilometres from the end of its way."""


def test_a_convoy_that_reported_nothing_of_its_arrival_runs_late_and_a_stop_reaches_every_unit(convoy):
    convoy.do(convoy.ru, convoy.desk(convoy.ru).pass_down(UNITS))
    for unit in (DIVISION, BATTERY):
        convoy.press(unit)
    convoy.tell(CREW, "Sgt. on duty")
    convoy.until(0)
    convoy.say("Jetty", CheckIn.PASSED)
    convoy.until(1)
    convoy.say("Hold point", CheckIn.PASSED)
    assert convoy.states() is NoticeState.LIVE
    convoy.until(2 + 1 / 60)
    assert convoy.states() is NoticeState.LATE
    convoy.do(convoy.us, convoy.desk(convoy.us).stop("One vehicle is hit."))
    assert [each.words for each in convoy.view(convoy.ru).stops] == ["One vehicle is hit."]
    assert convoy.gaps() == dict.fromkeys((DIVISION, BATTERY, CREW), Why.STOPPED)
    assert all(convoy.view(node).alarm for node in convoy.nodes.nodes)
    convoy.press(BATTERY)
    convoy.tell(CREW, "Sgt. on duty")
    assert convoy.gaps() == {DIVISION: Why.STOPPED}
    verify_all(convoy.nodes, convoy.folder / "export")


def test_what_runs_late_meets_what_the_other_side_files_after_its_end(convoy):
    convoy.until(1)
    convoy.say("Hold point", CheckIn.PASSED)
    convoy.until(2.2)
    ahead = convoy.fire(ROUTE[2], start=3)
    convoy.fire(FAR, start=3)
    assert convoy.met() == [f"RU/{ahead[1]}"]
    assert [convoy.conflict(node).alarm for node in convoy.nodes.nodes] == [Alarm.RUNNING, Alarm.RUNNING]
    assert convoy.us.desk().conflicts.clearing(convoy.notice, ahead) is None, "nobody shifts what runs late"
    assert convoy.ru.desk().conflicts.clearing(ahead, convoy.notice) is not None
    convoy.say("Warehouse", CheckIn.PASSED)
    assert convoy.states() is NoticeState.EXPIRED
    assert convoy.met() == []


def test_before_its_end_nobody_is_told_of_what_it_would_meet_if_it_ran_late(convoy):
    evening = convoy.fire(ROUTE[1], start=5)
    assert convoy.met() == []
    desk = convoy.us.desk()
    ends_ms = convoy.start_ms + 2 * HOUR_MS
    assert ends_ms <= desk.conflicts.listed().next_ms < ends_ms + 1_000
    desk.close()
    convoy.until(0)
    convoy.say("Jetty", CheckIn.PASSED)
    assert convoy.met() == []
    convoy.until(2.1)
    assert convoy.met() == [f"RU/{evening[1]}"], "it is not heard of since the jetty"
    assert [convoy.conflict(node).alarm for node in convoy.nodes.nodes] == [Alarm.RUNNING, Alarm.RUNNING]
    known = convoy.fire(ROUTE[1], start=6)
    assert [convoy.known(each) for each in (evening, known)] == [0, 1], (
        "what it ran into is named when it is filed"
    )


def test_from_the_hold_on_it_is_compared_where_it_is_held_and_by_its_plan_no_more(convoy):
    convoy.until(0)
    convoy.say("Jetty", CheckIn.PASSED)
    at_gate = convoy.fire(ROUTE[1], start=6)
    behind = convoy.fire(place(31.60, 34.42), start=6)
    assert convoy.met() == []
    convoy.until(1)
    convoy.say("Hold point", CheckIn.HELD, "The gate is closed.")
    assert convoy.met() == [f"RU/{at_gate[1]}"], f"RU/{behind[1]} lies at the jetty, which it has left"
    for node in convoy.nodes.nodes:
        assert convoy.conflict(node).measured.distance_m == 0
    convoy.until(1.5)
    convoy.say("Hold point", CheckIn.RELEASED)
    assert convoy.met() == [], "with half an hour of delay it is through long before"
    convoy.until(2.4)
    assert convoy.states() is NoticeState.LATE
    assert convoy.met() == []
    convoy.until(2.6)
    assert convoy.met() == [f"RU/{at_gate[1]}"], (
        "later than its delay allows, it may be anywhere behind the gate"
    )


def test_what_was_settled_of_the_plan_is_open_again_when_it_leaves_its_plan_and_is_alarmed_once(convoy):
    fire = convoy.fire(ROUTE[1], start=1.1)
    (met,) = convoy.met()
    for node, ours, theirs in ((convoy.us, convoy.notice, fire), (convoy.ru, fire, convoy.notice)):
        node.act(
            SettleConflict(
                notice=ours,
                other=theirs,
                from_post=DESKS[node.name],
                settlement=Settlement.RESOLVED,
                words="x",
            )
        )
    convoy.settle()
    assert convoy.conflict().settlement is Settlement.RESOLVED
    assert convoy.conflict().alarm is None
    convoy.until(0.9)
    convoy.say("Hold point", CheckIn.HELD, "The gate is closed.")
    for node in convoy.nodes.nodes:
        again = convoy.conflict(node)
        assert (again.settlement, again.alarm) == (None, Alarm.RUNNING)
    assert convoy.met() == [met]
    settled = SettleConflict(
        notice=convoy.notice,
        other=fire,
        from_post="us.duty",
        settlement=Settlement.RESOLVED,
        words="Fire is off.",
    )
    convoy.do(convoy.us, settled)
    convoy.say("Hold point", CheckIn.HELD, "Still closed.")
    assert convoy.conflict().alarm is None, "what was answered since is not raised again"


def test_it_is_not_heard_of_after_six_hours_and_expires_a_day_after_the_last_word(convoy):
    convoy.until(1)
    convoy.say("Hold point", CheckIn.HELD, "The gate is closed.")
    convoy.until(7.9)
    assert convoy.states() is NoticeState.LATE
    assert not convoy.on(convoy.us).notice.is_unheard
    convoy.until(8.1)
    assert convoy.on(convoy.us).notice.is_unheard
    convoy.until(20)
    convoy.say("Hold point", CheckIn.HELD, "The gate is still closed.")
    assert not convoy.on(convoy.us).notice.is_unheard
    convoy.until(43.9)
    assert convoy.states() is NoticeState.LATE
    convoy.until(44.1)
    assert convoy.states() is NoticeState.EXPIRED
    with pytest.raises(UsageError, match="not in force"):
        convoy.desk(convoy.us).stop("Too late.")


@pytest.mark.parametrize("closing", [CompleteNotice, WithdrawNotice])
def test_its_author_ends_it(convoy, closing):
    convoy.until(2.1)
    evening = convoy.fire(ROUTE[1], start=5)
    assert convoy.met() == [f"RU/{evening[1]}"]
    convoy.do(convoy.us, closing(notice=convoy.notice, from_post="us.duty"))
    assert convoy.met() == []
    assert convoy.states() is not NoticeState.LATE


def test_the_other_side_alone_cannot_say_that_it_arrived(convoy):
    convoy.until(1.9)
    convoy.say("Warehouse", CheckIn.PASSED, node=convoy.ru)
    convoy.until(2.1)
    assert convoy.states() is NoticeState.LATE
    convoy.say("Warehouse", CheckIn.PASSED)
    assert convoy.states() is NoticeState.EXPIRED


def test_what_was_denied_and_never_seen_on_its_way_expires_as_it_always_did(convoy):
    convoy.do(
        convoy.ru, AnswerNotice(notice=convoy.notice, from_post="ru.duty", answer=Answer.DENIED, words="No.")
    )
    convoy.until(2.1)
    assert convoy.states() is NoticeState.EXPIRED


def test_a_movement_that_promised_no_word_expires_when_none_was_said(convoy):
    convoy.amend(replace(drive(convoy.plan), check_points=()))
    convoy.until(2.1)
    assert convoy.states() is NoticeState.EXPIRED


def test_a_record_that_is_rebuilt_says_the_same(convoy):
    convoy.until(1)
    convoy.say("Hold point", CheckIn.HELD, "The gate is closed.")
    convoy.fire(ROUTE[1], start=6)
    convoy.amend(replace(drive(convoy.plan), remarks="x"))
    convoy.until(1.5)
    convoy.say("Hold point", CheckIn.RELEASED)
    for node in convoy.nodes.nodes:
        before = view_rows(node.keeper)
        assert len(before["notice_volumes"]) == 4, "a plan, two parts ahead of it, and the firing"
        rebuild(node.keeper.connection, node.keeper.line, SERVICES, AGREEMENT)
        assert view_rows(node.keeper) == before
