"""What is ahead of a movement: where it may still come, until when it stands, and which words change that."""

from dataclasses import replace

import pytest
from tests.console.movements import ROUTE, place
from tests.stores import AGREEMENT, view_rows
from tests.unit.test_notices_service import CONVOY, DESK, FLIGHTS, HAZARD, Line, area, at

from coupefeu.model.entry import Kind
from coupefeu.model.notices import Answer, CheckIn, CheckPoint, NoticeForm
from coupefeu.model.volumes import MAX_VOLUMES, Circle, Corridor, Fix, Polygon, Track, Volume
from coupefeu.services.every import SERVICES
from coupefeu.services.notices.boxes import span_of
from coupefeu.services.notices.commands import AmendNotice
from coupefeu.services.notices.route import apart_m, rest_of
from coupefeu.services.notices.status import NoticeState
from coupefeu.services.passing.commands import ReportCheckIn, ResumeNotice, StopNotice
from coupefeu.services.passing.facts import PassingFact, encode_passing
from coupefeu.services.passing.views import MAX_WORDS
from coupefeu.store.rebuild import rebuild

START = 10.0
"""Hours; one to each point, so that it ends at 12."""
NAMES = ("Jetty", "Hold point", "Warehouse")


def track(*places, start=START, buffer_m=500, hours=1.0):
    fixes = tuple(
        Fix(position=each, at_ms=at(start + number * hours)) for number, each in enumerate(places or ROUTE)
    )
    return Volume(
        shape=Track(fixes=fixes, buffer_dm=buffer_m * 10),
        lower=None,
        upper=None,
        start_ms=fixes[0].at_ms,
        end_ms=fixes[-1].at_ms,
    )


def points(names=NAMES, places=ROUTE, start=START):
    return tuple(
        CheckPoint(name=name, position=where, planned_ms=at(start + number))
        for number, (name, where) in enumerate(zip(names, places, strict=True))
    )


DRIVE = replace(CONVOY, volumes=(track(),), check_points=points(), wants_answer=False)


class Movement(Line):
    """One movement of ours and what is said of it."""

    def __init__(self, path):
        super().__init__(path)
        self.notice = self.version = (0, 0)

    def moves(self, fact=DRIVE):
        self.notice = self.version = self.file(fact)
        return self

    def say(self, point, said, hours):
        self.hours = max(self.hours, hours)
        stated = {"point": point, "check_in": said, "at_ms": at(hours), "words": "x"}
        return self.act(ReportCheckIn(notice=self.notice, version=self.version, from_post=DESK, **stated))

    def hears(self, point, said, hours, **changed):
        """RU says it."""
        self.hours = max(self.hours, hours)
        fact = PassingFact(check_in=said, point=point, at_ms=at(hours), words="x")
        return self.hear(
            Kind.CHECKED_IN, None, self.notice, self.notice, body=encode_passing(fact), **changed
        )

    def order(self, command, hours):
        self.hours = max(self.hours, hours)
        return self.act(command(notice=self.notice, version=self.notice, from_post=DESK, words="x"))

    @property
    def now(self):
        return self.view(self.notice)

    def state(self, hours):
        return self.view(self.notice, hours).state

    def windows(self):
        """When each part counts from, and which hours it covers, as the index has it."""
        rows = self.keeper.connection.query(
            "SELECT since_s, boxes FROM notice_volumes WHERE root_idx = ? ORDER BY arrival", (self.notice[1],)
        )
        return [(_hours(since_s), *map(_hours, span_of(boxes))) for since_s, boxes in rows][1:]


def _hours(second):
    return round((second * 1_000 + 946_684_800_000 - at(0)) / 3_600_000, 2)


@pytest.fixture
def line(tmp_path):
    return Movement(tmp_path / "record.db")


def shapes(line):
    return [each.shape for each in line.now.ahead]


# --- which words change what ------------------------------------------------------------------------------


def test_on_its_plan_only_what_lies_behind_its_end_is_ahead(line):
    line.moves().say("Jetty", CheckIn.PASSED, START)
    assert line.now.left_ms is None
    assert line.windows() == [(12.0, 12.0, 36.0)]
    line.say("Hold point", CheckIn.PASSED, START + 1.16)
    assert (line.now.left_ms, line.now.heard_ms) == (None, at(START + 1.16))
    (rest,) = shapes(line)
    assert rest == Corridor(line=ROUTE[1:], half_width_dm=5_000)


def test_nothing_said_at_all_leaves_the_whole_way_ahead(line):
    line.moves()
    assert shapes(line) == [Corridor(line=ROUTE, half_width_dm=5_000)]
    assert (line.now.heard_ms, line.now.until_ms) == (None, at(36))
    assert line.state(12) is NoticeState.LIVE
    assert line.state(12.01) is NoticeState.LATE
    assert (
        line.listed(12.01, state=NoticeState.LATE) == line.listed(12.01, state=NoticeState.LIVE) == [(0, 0)]
    )
    assert line.listed(12.01, state=NoticeState.EXPIRED) == []
    assert line.state(36.01) is NoticeState.EXPIRED
    assert line.listed(36.01, state=NoticeState.EXPIRED) == [(0, 0)]
    assert line.listed(36.01, state=NoticeState.LATE) == line.listed(36.01, state=NoticeState.LIVE) == []


@pytest.mark.parametrize("said", [CheckIn.HELD, CheckIn.IMPEDED])
def test_a_hold_takes_it_off_its_plan_for_as_long_as_it_may_last(line, said):
    line.moves().say("Hold point", said, START + 1)
    assert line.now.left_ms == at(START + 1)
    assert line.windows() == [(11.0, 11.0, 36.0)]
    line.say("Hold point", said, START + 9)
    assert line.windows() == [(11.0, 11.0, 43.0)], "it left its plan when that was said first"


def test_who_is_late_is_expected_by_so_much_later_and_then_late_again(line):
    line.moves().say("Hold point", CheckIn.PASSED, START + 2.5)
    assert line.windows() == [(12.0, 12.0, 13.5), (13.5, 13.5, 36.5)], (
        "it left its plan at its end at the latest"
    )
    line.say("Warehouse", CheckIn.RELEASED, START + 2.6)
    assert line.windows()[0] == (12.0, 12.0, 12.6)


def test_who_is_on_time_again_is_by_the_plan_again(line):
    line.moves().say("Jetty", CheckIn.HELD, START)
    line.say("Jetty", CheckIn.RELEASED, START + 0.5)
    assert line.now.left_ms == at(START)
    line.say("Hold point", CheckIn.PASSED, START + 1.1)
    assert line.now.left_ms is None
    assert line.windows() == [(12.0, 12.0, 36.0)]


def test_a_plan_that_was_amended_is_the_one_that_it_keeps_to_unless_it_stands_still(line):
    line.moves().say("Hold point", CheckIn.HELD, START + 1)
    later = replace(DRIVE, volumes=(track(start=START + 4),), check_points=points(start=START + 4))
    amended = line.act(AmendNotice.of(line.notice, later, DESK))
    assert line.windows() == [(11.0, 11.0, 40.0)], "who is held is held, whatever is planned"
    line.say("Hold point", CheckIn.RELEASED, START + 3)
    assert line.windows() == [(16.0, 16.0, 40.0)], "it goes on by the new plan"
    assert line.now.left_ms is None
    assert shapes(line) == [Corridor(line=ROUTE[1:], half_width_dm=5_000)]
    line.version = amended
    line.say("Hold point", CheckIn.PASSED, START + 6)
    assert line.now.left_ms == at(START + 6)
    assert line.windows() == [(16.0, 16.0, 17.0), (17.0, 17.0, 40.0)]
    line.act(AmendNotice.of(line.notice, replace(later, remarks="x"), DESK))
    assert line.now.left_ms == at(START + 6), "remarks change no plan"


def test_a_stop_before_it_begins_takes_nothing_off_the_road_earlier(line):
    line.moves().order(StopNotice, START - 5)
    assert line.now.left_ms == at(START)
    assert line.windows() == [(10.0, 10.0, 36.0)]
    line.order(ResumeNotice, START + 1)
    assert line.windows() == [(10.0, 10.0, 13.0), (13.0, 13.0, 36.0)]


def test_arrival_is_the_last_point_of_its_way_by_its_own_party(line):
    line.moves().hears("Warehouse", CheckIn.PASSED, START + 2)
    assert line.now.until_ms == at(36)
    line.say("Warehouse", CheckIn.PASSED, START + 2)
    assert (line.now.until_ms, line.now.ahead, line.windows()) == (at(12), (), [])
    line.hears("Warehouse", CheckIn.PASSED, START + 2.1)
    assert line.now.until_ms == at(12), "who says it again calls it back no more"
    line.say("Warehouse", CheckIn.HELD, START + 2.2)
    assert line.now.until_ms == at(36.2)


def test_a_last_point_before_the_end_of_the_way_is_no_arrival(line):
    line.moves(replace(DRIVE, check_points=points(NAMES[:2], ROUTE[:2])))
    line.say("Hold point", CheckIn.PASSED, START + 1)
    assert line.now.until_ms == at(36)


def test_what_is_said_of_a_movement_that_was_over_calls_it_back_no_more(line):
    line.moves()
    line.hears("Hold point", CheckIn.HELD, 36.1)
    assert (line.now.until_ms, line.now.heard_ms) == (at(36), None)
    line.hears("Hold point", CheckIn.HELD, 35.9)
    assert line.now.until_ms == at(60.1), "and with the word between it counts"


def test_a_word_of_no_effect_changes_nothing(line):
    line.moves()
    line.hears("Hold point", CheckIn.HELD, 11, post="us.duty")
    line.hears("Hold point", CheckIn.HELD, 11, leaf=b"\x05" * 32)
    assert (line.now.heard_ms, line.now.left_ms) == (None, None)


def test_a_word_that_is_erased_is_not_ahead_of_anything(line):
    line.moves()
    word = line.hears("Hold point", CheckIn.HELD, 11)
    assert line.now.left_ms == at(11)
    line.erase(word)
    assert (line.now.heard_ms, line.now.left_ms) == (None, None)
    rows = view_rows(line.keeper)
    rebuild(line.keeper.connection, line.keeper.line, SERVICES, AGREEMENT)
    assert view_rows(line.keeper) == rows


def test_so_many_words_of_a_log_are_looked_at_the_newest(line):
    line.moves().say("Jetty", CheckIn.PASSED, START)
    for number in range(MAX_WORDS + 1):
        line.hears("Hold point", CheckIn.HELD, START + (1 if number else 0.5))
    assert line.now.left_ms == at(START + 1), "the first of RU is not looked at, and ours is"
    line.say("Hold point", CheckIn.PASSED, START + 1.1)
    assert line.now.left_ms is None


def test_a_denied_movement_of_which_nothing_is_said_is_not_awaited(line):
    line.moves(replace(DRIVE, wants_answer=True))
    assert line.now.until_ms == at(36)
    denied = line.answer(line.notice, Answer.DENIED, words="No.")
    assert line.now.until_ms == at(12)
    line.erase(denied)
    assert line.now.until_ms == at(36)
    line.answer(line.notice, Answer.DENIED, words="No.")
    line.answer(line.notice, Answer.AGREED)
    assert line.now.until_ms == at(36), "the last answer counts"
    line.answer(line.notice, Answer.DENIED, words="No.")
    line.hears("Jetty", CheckIn.PASSED, START)
    assert line.now.until_ms == at(36), "and it is on the road all the same"


@pytest.mark.parametrize("form", [FLIGHTS, HAZARD])
def test_what_stands_still_expires_also_with_a_stop(line, form):
    line.moves(replace(form, volumes=(area(start=START),)))
    line.order(StopNotice, START + 1)
    end_ms = line.now.end_ms
    assert line.now.until_ms == end_ms
    line.hears("Gate 2", CheckIn.HELD, START + 1)
    assert line.now.until_ms == end_ms + 24 * 3_600_000, "with a check-in it moves, whatever it is called"


def test_a_movement_is_late_by_its_own_window_when_it_has_no_end(line):
    notice = line.hear(Kind.NOTICE_FILED, replace(FLIGHTS, volumes=(replace(area(), end_ms=None),)))
    line.notice = notice
    line.hears("Gate 2", CheckIn.HELD, START + 1)
    assert (line.now.until_ms, line.now.heard_ms) == (None, None)
    assert line.state(9_999) is NoticeState.LIVE


# --- where it may still come ------------------------------------------------------------------------------


def test_legs_that_are_over_are_left_out_and_later_ones_are_not(line):
    there, back = track(), track(*reversed(ROUTE), start=START + 4)
    line.moves(replace(DRIVE, volumes=(there, back)))
    line.say("Warehouse", CheckIn.HELD, START + 2)
    assert shapes(line) == [
        Circle(centre=ROUTE[2], radius_dm=5_000),
        Corridor(line=ROUTE[::-1], half_width_dm=5_000),
    ]


def test_a_leg_before_the_one_where_it_is_heard_of_is_over(line):
    far = (place(40.0, 34.0), place(40.1, 34.0))
    line.moves(replace(DRIVE, volumes=(track(*far, start=START - 5), track())))
    line.say("Hold point", CheckIn.HELD, START + 1)
    assert shapes(line) == [Corridor(line=ROUTE[1:], half_width_dm=5_000)]


def test_where_it_is_held_beside_its_way_is_occupied_too(line):
    aside = place(31.47, 34.60)
    line.moves(
        replace(DRIVE, check_points=(*points(), CheckPoint(name="Camp", position=aside, planned_ms=None)))
    )
    line.say("Camp", CheckIn.HELD, START + 1)
    assert shapes(line) == [
        Corridor(line=ROUTE, half_width_dm=5_000),
        Circle(centre=aside, radius_dm=5_000),
    ]


def test_a_movement_without_a_track_may_be_anywhere_in_its_areas(line):
    line.moves(replace(DRIVE, volumes=(area(start=START), area(start=START + 1))))
    line.say("Hold point", CheckIn.HELD, START + 1)
    assert len(line.now.ahead) == 3
    assert {each.start_ms for each in line.now.ahead} == {at(START + 1)}
    assert isinstance(line.now.ahead[0].shape, Circle | Polygon)
    assert line.now.ahead[2].shape == Circle(centre=ROUTE[1], radius_dm=0)


def test_of_sixteen_areas_no_seventeenth_is_made(line):
    line.moves(replace(DRIVE, volumes=(area(start=START),) * MAX_VOLUMES))
    line.say("Hold point", CheckIn.HELD, START + 1)
    assert len(line.now.ahead) == MAX_VOLUMES


def test_a_point_that_the_notice_does_not_name_leaves_the_last_known_place(line):
    line.moves().say("Hold point", CheckIn.PASSED, START + 1)
    line.say("the bridge", CheckIn.HELD, START + 1.2)
    assert shapes(line) == [Corridor(line=ROUTE[1:], half_width_dm=5_000)]
    assert line.now.left_ms == at(START + 1.2)


def test_other_forms_of_movement(line):
    sea = replace(
        DRIVE,
        form=NoticeForm.SEA_MOVEMENT,
        fields={1: "Ship", 2: 2, 7: "A", 8: "B", 11: "c"},
        check_points=points(),
    )
    line.moves(sea).say("Jetty", CheckIn.HELD, START)
    assert line.now.left_ms == at(START)


def test_the_rest_of_a_line():
    line = (place(0, 179.9), place(0, -179.9), place(0.2, -179.9))
    assert rest_of(line, place(0, -179.95), 100.0) == (place(0, -179.95), *line[1:])
    assert rest_of(line, line[0], 100.0) == line
    assert rest_of(line, line[2], 100.0) == (line[2],)
    assert rest_of(line, place(0.1, 179.0), 100.0) is None
    assert rest_of(line, place(0.012, 180.0 - 360), 1_000.0) is not None, (
        "beside it, within buffer and a kilometre"
    )
    back = (place(10, 10), place(11, 10), place(10, 10.000001))
    assert rest_of(back, place(10.5, 10), 100.0) == (place(10.5, 10), *back[1:]), (
        "on its way out, for all that is known"
    )
    assert rest_of((place(89.9, 0), place(89.9, 180 - 360)), place(90, 0), 10.0) is not None
    assert apart_m(place(0, 0), place(1, 0)) == pytest.approx(111_195, rel=1e-3)
