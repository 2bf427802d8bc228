"""Clocks that are wrong: nobody is locked out, nothing rings for it, and no deadline is judged by the wrong clock.

Each side sorts, alarms and counts by its own clock from arrival; what the other side claims is displayed with its mark
(protocol A9). The link shows how far the two clocks are apart.
"""

from datetime import UTC, datetime

import pytest
from tests.scenario.stage import MINUTE, both, clock, do, open_line, troubles, verify_all, warn

from coupefeu.model.entry import Kind
from coupefeu.model.messages import Operative
from coupefeu.node.duties import Duties
from coupefeu.node.events import EntryRecorded, Trouble
from coupefeu.services.messages.commands import Take
from coupefeu.services.messages.status import StepName, TimeMark
from coupefeu.testing.clock import START_UTC_MS

MINUTE_MS, DAY_MS, YEAR_MS = 60_000, 86_400_000, 365 * 86_400_000
WRONG = {
    "10 min ahead": 10 * MINUTE_MS,
    "a day behind": -DAY_MS,
    "a year ahead": YEAR_MS,
    "1970": -START_UTC_MS,
    "2099": int(datetime(2099, 1, 1, tzinfo=UTC).timestamp() * 1000) - START_UTC_MS,
}


class Watched:
    """Two nodes with their standing orders, so that line tests are sent and answered."""

    def __init__(self, folder):
        self.nodes = open_line(folder)
        self.duties = [Duties(node.engine, node.agreement, None, node.clock) for node in self.nodes.nodes]

    def run(self, minutes):
        for _ in range(2 * minutes):
            for duties in self.duties:
                duties.check()
            self.nodes.run(seconds=30)

    def line_tests(self, node):
        """How many line tests a node has sent."""
        return sum(
            isinstance(change, EntryRecorded)
            and change.recorded.ours
            and change.recorded.head.kind == Kind.LINE_TEST
            for change in node.changes
        )


@pytest.mark.parametrize("shift_ms", WRONG.values(), ids=WRONG)
def test_a_wrong_clock_delays_nothing_and_misjudges_nothing(tmp_path, shift_ms):
    nodes = open_line(tmp_path)
    nodes.disconnect()
    nodes.ru.shift_ms = shift_ms
    nodes.connect()
    nodes.run(seconds=5)
    first = warn(nodes.ru, Operative.STOP, "35.3 N 40.1 E")
    second = warn(nodes.us, Operative.SPARE, "35.4 N 40.2 E")
    nodes.run(seconds=1)
    for message, author in ((first, nodes.ru), (second, nodes.us)):
        for status, node in zip(both(nodes, message), nodes.nodes, strict=True):
            assert abs(status.arrived_ms - node.clock().utc_ms) < 2_000, "sorted by the reader's own clock"
            assert not any(step.clock and step.clock.overdue for step in status.chains[0].steps)
            is_marked = status.time_marks != ()
            assert is_marked is (node is not author), (
                "the reader marks what cannot be; the author's clock is its own"
            )
    expected = {first: shift_ms, second: -shift_ms}
    for message, apart_ms in expected.items():
        (reader,) = [status for status in both(nodes, message) if not status.ours]
        assert abs(reader.claimed_ms - reader.arrived_ms - apart_ms) < 2_000, (
            "the claim is displayed as it was made"
        )

    for node, apart_ms in ((nodes.us, shift_ms), (nodes.ru, -shift_ms)):
        (peer,) = node.engine.peers.values()
        assert abs(peer.link.state().their_clock_offset_ms - apart_ms) <= 2, "the skew is shown"
    nodes.run(seconds=3 * MINUTE)
    for message in (first, second):
        for status in both(nodes, message):
            assert clock(status, StepName.TAKEN_BY).overdue
            assert not clock(status, StepName.OUTCOME).overdue
    do(nodes.us, Take, first)
    nodes.run(seconds=1)
    assert not clock(nodes.ru.message(first), StepName.TAKEN_BY).running
    assert troubles(nodes.us) == troubles(nodes.ru) == []
    verify_all(nodes, tmp_path / "export")


@pytest.mark.parametrize("year", [1970, 2099])
def test_a_flash_dated_elsewhere_stands_where_it_arrived(tmp_path, year):
    """Its claim moves neither its place in the inbox, nor its alarm, nor its deadline; it is marked."""
    nodes = open_line(tmp_path)
    nodes.us.say("before")
    nodes.run(seconds=5)
    nodes.us.shift_ms = WRONG[str(year)]
    flash = warn(nodes.us, Operative.STOP, "35.3 N 40.1 E")
    nodes.us.shift_ms = 0
    nodes.run(seconds=5)
    nodes.us.say("after")
    nodes.run(seconds=5)
    desk = nodes.ru.desk()
    inbox = desk.inbox()
    desk.close()
    assert [status.id[1] for status in inbox] == [2, 1, 0]
    status = inbox[1]
    assert datetime.fromtimestamp(status.claimed_ms / 1000, UTC).year == year
    assert status.sounds
    assert not clock(status, StepName.TAKEN_BY).overdue
    marks = {1970: (TimeMark.BEFORE_BRACKET, TimeMark.LATE), 2099: (TimeMark.AFTER_BRACKET,)}
    assert status.time_marks == marks[year]
    assert status.id == flash


def test_a_clock_set_back_and_forth_keeps_line_tests_regular(tmp_path):
    """Line tests are sent once in each slot the clock is in, whichever way it was set; the record stays whole."""
    watched = Watched(tmp_path)
    us, ru = watched.nodes.nodes
    watched.run(minutes=5)
    assert (watched.line_tests(us), watched.line_tests(ru)) == (1, 1)
    shifts = (YEAR_MS, 0, -DAY_MS, 0, -10 * MINUTE_MS, 0)
    for shift_ms in shifts:
        before = watched.line_tests(us)
        us.shift_ms = shift_ms
        watched.run(minutes=5)
        assert watched.line_tests(us) - before <= 1, "no storm"
    assert watched.line_tests(us) >= 5, "and no silence: it tests in the slot that its clock shows"
    assert watched.line_tests(ru) == 1
    assert troubles(us) == ["node.clock.moved"] * len(shifts)
    assert troubles(ru) == []
    watched.run(minutes=1)
    verify_all(watched.nodes, tmp_path / "export")


@pytest.mark.parametrize(("moved_ms", "says"), [(-YEAR_MS, "-31,536,000.0 s"), (2_500, "+2.5 s")])
def test_a_clock_that_is_set_is_told_with_how_far_it_moved(tmp_path, moved_ms, says):
    watched = Watched(tmp_path)
    us, _ = watched.nodes.nodes
    watched.run(minutes=2)
    assert troubles(us) == [], "a clock that runs is no trouble"
    us.shift_ms = moved_ms
    watched.run(minutes=2)
    (told,) = [change for change in us.changes if isinstance(change, Trouble)]
    assert (told.party, told.code) == (None, "node.clock.moved")
    assert f"our clock moved by {says}" in told.detail


def test_the_leap_day_passes_like_any_other(tmp_path):
    watched = Watched(tmp_path)
    nodes = watched.nodes
    eve_ms = int(datetime(2024, 2, 28, 23, 58, tzinfo=UTC).timestamp() * 1000)
    for node in nodes.nodes:
        node.shift_ms = eve_ms - START_UTC_MS - nodes.clock.mono_ms
    watched.run(minutes=1)
    message = warn(nodes.us, Operative.STOP, "35.3 N 40.1 E")
    watched.run(minutes=4)
    status = nodes.ru.message(message)
    assert status.time_marks == ()
    assert clock(status, StepName.TAKEN_BY).overdue
    assert not clock(status, StepName.OUTCOME).overdue
    assert datetime.fromtimestamp(nodes.us.clock().utc_ms / 1000, UTC).date().isoformat() == "2024-02-29"
    before = watched.line_tests(nodes.us)
    for node in nodes.nodes:
        node.shift_ms += DAY_MS - 5 * MINUTE_MS
    watched.run(minutes=8)
    assert datetime.fromtimestamp(nodes.us.clock().utc_ms / 1000, UTC).date().isoformat() == "2024-03-01"
    assert watched.line_tests(nodes.us) - before <= 2
    verify_all(nodes, tmp_path / "export")
