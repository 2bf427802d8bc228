"""That somebody is missing is told when the lead time begins, and once; a STOP tells it anew; nothing else does."""

from dataclasses import replace

import pytest
from tests.console.movements import HOUR_MS, convoy

from coupefeu.model.notices import CheckIn, NoticeForm
from coupefeu.node.events import EntryRecorded, Trouble
from coupefeu.node.passing import awaiting
from coupefeu.node.passing.acting import Acting
from coupefeu.node.passing.awaiting import LOOK_AFTER_MS, LOOK_AGAIN_MS, MAX_NAMED, NOT_REACHED, GapsAwaited
from coupefeu.services.notices.commands import FileNotice
from coupefeu.services.notices.facts import NoticeFact
from coupefeu.services.passing.facts import NamedUnit
from coupefeu.testing.joined import JoinedNodes

BATTALION = "2nd battalion"


class Watched:
    """A notice of US, and the order that looks at its units."""

    def __init__(self, folder, starts_in_hours=49):
        self.nodes = JoinedNodes(folder)
        self.us = self.nodes.us
        self.told, self.defects, self.opened = [], [], 0
        self.order = GapsAwaited(self.open, self.us.clock, self.told.append, self.defects.append)
        fact = convoy(self.us.clock().utc_ms, starts_in_hours * HOUR_MS)
        (self.notice,) = self.act(FileNotice.of(fact, "us.duty"))

    def open(self):
        self.opened += 1
        return self.us.desk()

    def act(self, command):
        before = len(self.us.changes)
        numbers = self.us.act(command)
        for change in self.us.changes[before:]:
            self.order.hear(change)
        return numbers

    def desk(self):
        desk = self.us.desk()
        found = desk.passing.get(self.notice)
        desk.close()
        return Acting(found=found, from_post="us.duty", officer="watch")

    def pass_down(self, *names):
        self.act(self.desk().pass_down(tuple(NamedUnit(name=name) for name in names)))

    def tell(self, name):
        self.act(self.desk().reached(name, self.us.clock().utc_ms, "Capt. Weiss"))

    def run(self, hours):
        """Let time pass, and the order do what is due."""
        end_ms = self.us.clock().mono_ms + int(hours * HOUR_MS)
        while (due_ms := self.order.next_ms()) is not None and due_ms <= end_ms:
            self.nodes.run(seconds=max(0, due_ms - self.us.clock().mono_ms) / 1_000)
            self.order.handle_timer(self.us.clock())
        self.nodes.run(seconds=(end_ms - self.us.clock().mono_ms) / 1_000)

    @property
    def details(self):
        assert all(isinstance(each, Trouble) and each.code == NOT_REACHED for each in self.told)
        return [each.detail for each in self.told]


@pytest.fixture
def watched(tmp_path):
    return Watched(tmp_path)


def test_it_is_told_as_the_lead_time_begins_and_once(watched):
    watched.pass_down(BATTALION)
    watched.run(0.9)
    assert watched.details == []
    watched.run(0.2)
    (detail,) = watched.details
    assert BATTALION in detail
    assert "US/0" in detail
    arrived = watched.desk().check_in("Jetty", CheckIn.PASSED, watched.us.clock().utc_ms)
    watched.act(arrived)
    looked = watched.opened
    watched.run(0.1)
    assert watched.opened > looked
    assert len(watched.details) == 1, "the same cause is told once"


def test_who_is_reached_in_time_is_not_told_of(watched):
    watched.pass_down(BATTALION)
    watched.tell(BATTALION)
    watched.run(3)
    assert watched.details == []
    assert watched.order.next_ms() is None, "nothing to wait for"


def test_a_unit_more_and_a_stop_are_told_anew_and_one_less_is_not(watched):
    watched.pass_down(BATTALION)
    watched.run(2)
    watched.pass_down("Brigade North")
    watched.run(0.1)
    assert len(watched.details) == 2
    watched.tell("Brigade North")
    watched.run(0.1)
    assert len(watched.details) == 2
    watched.act(watched.desk().stop("Wait."))
    watched.run(0.1)
    assert "is stopped" in watched.details[-1]
    assert len(watched.details) == 3


def test_of_many_the_first_are_named(watched):
    watched.pass_down(*(f"unit {number}" for number in range(MAX_NAMED + 3)))
    watched.run(2)
    assert f"unit {MAX_NAMED - 1} and 3 more" in watched.details[0]


def test_what_runs_for_months_hides_nobody_who_is_missing(watched, monkeypatch):
    """What has run for long comes first, and may be spoken of last: what begins next is looked at all the same."""
    monkeypatch.setattr(awaiting, "LOOKED_AT", 1)
    watched.pass_down(BATTALION)
    now_ms = watched.us.clock().utc_ms
    movement, site = convoy(now_ms), watched.notice
    for number in range(2):
        volumes = tuple(replace(each, start_ms=now_ms - 1, end_ms=None) for each in movement.volumes)
        fact = NoticeFact(
            form=NoticeForm.HAZARD_TO_NAVIGATION, title=f"{number}", volumes=volumes, fields={1: 1, 4: "x"}
        )
        (watched.notice,) = watched.act(FileNotice.of(fact, "us.duty"))
        watched.pass_down("a third")
        watched.tell("a third")
    watched.notice = site
    watched.run(2)
    assert [BATTALION in each for each in watched.details] == [True]


def test_what_is_no_notice_is_not_looked_at(watched):
    watched.run(0.1)
    looked = watched.opened
    watched.nodes.connect()
    watched.run(1)
    for change in watched.us.changes:
        if isinstance(change, EntryRecorded) and change.recorded.head.kind < 128:
            watched.order.hear(change)
    assert watched.order.next_ms() is None
    assert watched.opened == looked


def test_many_entries_cost_one_look(watched):
    watched.run(0.1)
    looked = watched.opened
    for number in range(20):
        watched.pass_down(f"unit {number}")
    watched.run(LOOK_AFTER_MS / HOUR_MS + 0.001)
    assert watched.opened == looked + 1


def test_it_looks_aside_and_what_is_said_meanwhile_is_looked_at_in_its_time(watched):
    waiting = []
    watched.run(0.1)
    watched.order._work = lambda task, done: waiting.append((task, done))
    watched.pass_down(BATTALION)
    watched.nodes.run(seconds=LOOK_AFTER_MS / 1_000)
    looked = watched.opened
    watched.order.handle_timer(watched.us.clock())
    assert (watched.opened, len(waiting)) == (looked, 1), "the line's thread reads nothing"
    assert watched.order.next_ms() is None
    watched.pass_down("Brigade North")
    watched.nodes.run(seconds=LOOK_AFTER_MS / 1_000)
    watched.order.handle_timer(watched.us.clock())
    assert len(waiting) == 1, "one look at a time"
    task, done = waiting.pop()
    done(task())
    assert watched.order.next_ms() <= watched.us.clock().mono_ms, "what was said meanwhile"
    watched.order.handle_timer(watched.us.clock())
    assert len(waiting) == 1


def test_a_defect_is_noted_and_it_looks_again(watched):
    def broken():
        raise RuntimeError("broken")

    watched.pass_down(BATTALION)
    watched.order._open_desk = broken
    watched.run(0.01)
    assert [str(each) for each in watched.defects] == ["broken"]
    assert watched.order.next_ms() - watched.us.clock().mono_ms <= LOOK_AGAIN_MS
    watched.order._open_desk = watched.open
    watched.run(2)
    assert len(watched.details) == 1
