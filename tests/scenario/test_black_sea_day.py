"""One day of the Black Sea grain corridor, 2022: plans by 1200, approved copies back by 1600.

Ships left three ports through waters that both sides mined and watched. Each day the movements of the next one were
notified by noon and the approved copy came back by four; no military craft came within 10 nautical miles of a ship in
transit, wherever the ship was just then; a ship that wanted to enter said so 44 hours ahead; and delays and deviations
were reported, or a ship was taken for another one.

Here US keeps the ships and RU answers. The buffer moves with the ship: an activity that lies on its way hours before it
comes is no conflict, one that would meet it is found on both consoles, with the place and the hour, and is settled.
"""

from dataclasses import replace
from datetime import datetime

import pytest
from tests.scenario.stage import DESKS, open_line, verify_all

from coupefeu.model.notices import Answer, NoticeForm, Settlement
from coupefeu.model.places import Position
from coupefeu.model.volumes import Altitude, AltitudeUnit, Circle, Datum, Fix, Limit, Track, Volume
from coupefeu.services.notices.commands import AmendNotice, AnswerNotice, FileNotice, SettleConflict
from coupefeu.services.notices.facts import NoticeFact
from coupefeu.services.notices.status import RequestState

TEN_MILES_DM = 185_200
HOUR_MS = 3_600_000
WAY = (
    ("2022-03-25T06:00:00Z", 46.10, 30.90),
    ("2022-03-25T12:00:00Z", 45.10, 31.00),
    ("2022-03-25T21:00:00Z", 43.55, 30.35),
    ("2022-03-26T10:00:00Z", 41.40, 29.25),
)
"""From the roads of Chornomorsk to those of the Bosporus, at ten knots."""


def at(text):
    return int(datetime.fromisoformat(text).timestamp() * 1_000)


def place(lat, lon):
    return Position(lat_e7=round(lat * 1e7), lon_e7=round(lon * 1e7))


def ship(*fixes, ship="Bulk carrier", kind=2, upper=300):
    track = Track(
        fixes=tuple(Fix(position=place(lat, lon), at_ms=time) for time, lat, lon in fixes),
        buffer_dm=TEN_MILES_DM,
    )
    return NoticeFact(
        form=NoticeForm.SEA_MOVEMENT,
        title=f"{ship}, Chornomorsk to the Bosporus",
        volumes=(
            Volume(
                shape=track,
                lower=Limit.SURFACE,
                upper=Altitude(value=upper, unit=AltitudeUnit.M, datum=Datum.AMSL),
                start_ms=fixes[0][0],
                end_ms=fixes[-1][0],
            ),
        ),
        fields={1: ship, 2: kind, 7: "Chornomorsk", 8: "Istanbul", 11: "us.duty"},
        movement=ship,
        wants_answer=True,
    )


def on_its_way(hours=0.0, aside=0.0):
    """The plan of the day, so many hours late; `aside`: degrees east of the usual way in the middle of it."""
    return [
        (at(time) + int(hours * HOUR_MS), lat, lon + (aside if 0 < number < len(WAY) - 1 else 0))
        for number, (time, lat, lon) in enumerate(WAY)
    ]


def patrol(start, end, lat, lon):
    return NoticeFact(
        form=NoticeForm.FLIGHT_SAFETY,
        title="Helicopters at low height",
        volumes=(
            Volume(
                shape=Circle(centre=place(lat, lon), radius_dm=30_000),
                lower=Limit.SURFACE,
                upper=Altitude(value=1_000, unit=AltitudeUnit.FT, datum=Datum.AMSL),
                start_ms=at(start),
                end_ms=at(end),
            ),
        ),
        fields={1: 2, 6: "ru.duty"},
    )


class Day:
    """The line on 24 March 2022; `until` lets it be that time of the day."""

    def __init__(self, folder):
        self.nodes = open_line(folder)
        self.us, self.ru = self.nodes.us, self.nodes.ru

    def until(self, text):
        self.nodes.run(seconds=(at(text) - self.us.clock().utc_ms) / 1_000)

    def file(self, node, fact):
        (notice,) = node.act(FileNotice.of(fact, DESKS[node.name]))
        self.nodes.run(seconds=2)
        return notice

    def amend(self, node, notice, fact):
        node.act(AmendNotice.of(notice, fact, DESKS[node.name]))
        self.nodes.run(seconds=2)

    def answer(self, notice, answer, words=""):
        self.ru.act(AnswerNotice(notice=notice, from_post="ru.duty", answer=answer, words=words))
        self.nodes.run(seconds=2)

    def settle(self, node, ours, theirs, settlement, words=""):
        node.act(
            SettleConflict(
                notice=ours, other=theirs, from_post=DESKS[node.name], settlement=settlement, words=words
            )
        )
        self.nodes.run(seconds=2)

    def both(self, notice):
        """The notice as US and as RU see it."""
        return [node.desk().notices.get(notice) for node in self.nodes.nodes]

    def conflicts(self, notice):
        """The conflicts of a notice as US and as RU list them."""
        return [node.desk().conflicts.of(notice) for node in self.nodes.nodes]

    def requests(self, notice):
        return [dict(view.requests)["ru"] for view in self.both(notice)]


@pytest.fixture(name="day")
def the_day(tmp_path):
    return Day(tmp_path)


def test_the_plan_goes_by_noon_and_the_approved_copy_is_back_by_four(day):
    day.until("2022-03-24T12:00:00Z")
    plan, other = (day.file(day.us, ship(*on_its_way(), ship=name)) for name in ("First", "Second"))
    for view in day.both(plan):
        assert not view.is_short_notice, "18 hours ahead of a plan that wants 12"
        assert not view.is_answer_overdue
        assert at("2022-03-24T16:00:00Z") <= view.answer_due_ms <= at("2022-03-24T16:00:05Z")
    day.until("2022-03-24T15:40:00Z")
    day.answer(plan, Answer.AGREED)
    assert day.requests(plan) == [RequestState.AGREED] * 2
    day.until("2022-03-24T16:01:00Z")
    for view in day.both(plan):
        (answer,) = view.answers
        assert (answer.answer, answer.is_late, view.is_answer_overdue) == (Answer.AGREED, False, False)
    for view in day.both(other):
        assert view.is_answer_overdue, "nobody answered the other one"
    assert day.requests(other) == [RequestState.AWAITED] * 2
    day.answer(other, Answer.DENIED, words="the way is swept tomorrow")
    for view in day.both(other):
        assert view.answers[0].is_late
    verify_all(day.nodes, day.us.path.parent / "export")


def test_what_would_enter_the_buffer_is_found_on_both_sides_where_and_when_and_is_settled(day):
    plan = day.file(day.us, ship(*on_its_way()))
    on_the_way = (
        44.33,
        30.68,
    )  # halfway between noon and nine in the evening, so that the ship is there about 1630
    before = day.file(day.ru, patrol("2022-03-25T07:00:00Z", "2022-03-25T10:00:00Z", *on_the_way))
    assert day.conflicts(plan) == [(), ()], "the ship is a hundred kilometres off, and its buffer with it"
    activity = patrol("2022-03-25T15:00:00Z", "2022-03-25T18:00:00Z", *on_the_way)
    meeting = day.file(day.ru, activity)
    for found in day.conflicts(plan):
        (conflict,) = found
        assert {conflict.ours.id, conflict.theirs.id} == {plan, meeting}
        assert (conflict.measured.distance_m, conflict.measured.altitude_gap_m) == (0, 0)
        assert at("2022-03-25T15:00:00Z") <= conflict.measured.start_ms <= at("2022-03-25T18:00:00Z")
        assert conflict.measured.place.lat == pytest.approx(44.33, abs=0.4)
        assert conflict.settlement is None
    assert day.both(meeting)[0].conflicts_named == (plan,), "RU knew it when it filed, and says so"
    assert day.conflicts(before) == [(), ()]

    clearing = day.ru.desk().conflicts.clearing(meeting, plan)
    assert clearing.later_s is not None
    later_ms = clearing.later_s * 1_000
    (volume,) = activity.volumes
    moved = replace(volume, start_ms=volume.start_ms + later_ms, end_ms=volume.end_ms + later_ms)
    day.amend(day.ru, meeting, replace(activity, volumes=(moved,)))
    assert day.conflicts(plan) == [(), ()], "so much later it is clear, as was said"
    for node, ours, theirs in ((day.ru, meeting, plan), (day.us, plan, meeting)):
        day.settle(node, ours, theirs, Settlement.RESOLVED)
    for view in day.both(plan):
        said = {each.party: each.settlement for each in view.settlements}
        assert said == {"us": Settlement.RESOLVED, "ru": Settlement.RESOLVED}


def test_a_delay_and_a_deviation_are_amended_answered_anew_and_compared_anew(day):
    plan = day.file(day.us, ship(*on_its_way()))
    day.answer(plan, Answer.AGREED)
    behind = day.file(day.ru, patrol("2022-03-25T19:00:00Z", "2022-03-25T20:00:00Z", 44.33, 30.68))
    assert day.conflicts(plan) == [(), ()], "by then the ship has passed"
    day.amend(day.us, plan, ship(*on_its_way(hours=3)))
    theirs = day.both(plan)[1]
    assert theirs.has_changed_since_acknowledged
    assert {each.field.partition(".")[0] for each in theirs.unseen} == {"volumes"}
    assert day.requests(plan) == [RequestState.AWAITED] * 2
    assert [[each.theirs.id for each in found] for found in day.conflicts(plan)] == [[behind], [plan]]

    for node, ours, other, settlement in (
        (day.us, plan, behind, Settlement.RESOLVED),
        (day.ru, behind, plan, Settlement.ACCEPTED_WITH_MEASURES),
    ):
        day.settle(
            node, ours, other, settlement, words="the helicopters keep above 300 m and talk on channel 16"
        )
    for (conflict,) in day.conflicts(plan):
        assert conflict.settlement is Settlement.ACCEPTED_WITH_MEASURES, "the weaker of the two stands"

    day.amend(day.us, plan, ship(*on_its_way(hours=3, aside=1.0)))
    assert day.conflicts(plan) == [(), ()], "eighty kilometres to the east"
    assert day.both(plan)[1].has_changed_since_acknowledged
    day.answer(plan, Answer.AGREED)
    for view in day.both(plan):
        assert not view.has_changed_since_acknowledged
        assert len(view.versions) == 3
    assert day.requests(plan) == [RequestState.AGREED] * 2


@pytest.mark.parametrize(("hours", "is_short"), [(44.0, False), (43.9, True)])
def test_entry_is_asked_for_44_hours_ahead_and_less_is_accepted_and_marked(day, hours, is_short):
    start_ms = day.us.clock().utc_ms + int(hours * HOUR_MS)
    fixes = [(start_ms + number * 6 * HOUR_MS, 41.4 + number, 29.3 + number / 2) for number in range(4)]
    request = day.file(day.us, ship(*fixes, kind=1))
    for view in day.both(request):
        assert view.is_live
        assert view.is_short_notice is is_short
