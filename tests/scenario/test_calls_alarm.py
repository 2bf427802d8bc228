"""A call that rings and that no screen shows rings by the operator's own program: once, and never without cause."""

import pytest
from tests.scenario.calling import answer, call
from tests.scenario.stage import open_line

from coupefeu.model.precedence import Precedence
from coupefeu.node.alarm import Unheard
from coupefeu.node.events import EntryRecorded
from coupefeu.node.unseen import UNSHOWN_MS

BUDGET = 6


class Bell:
    """US listens; `rung` lists what the program ran for."""

    def __init__(self, folder):
        self.nodes = open_line(folder)
        self.us, self.ru, self.rung = self.nodes.us, self.nodes.ru, []
        self.listen()

    def listen(self):
        self.unheard = Unheard(BUDGET, self.us.clock)
        self.us.engine.listen(self.hear)

    def hear(self, change):
        if isinstance(change, EntryRecorded):
            self.unheard.hear(change.recorded)

    def run(self, seconds):
        for _ in range(int(seconds * 4)):
            self.nodes.run(seconds=0.25)
            while taken := self.unheard.take(self.us.calling.is_unshown):
                self.rung.append(taken)


@pytest.fixture
def bell(tmp_path):
    return Bell(tmp_path)


def test_a_call_that_nothing_shows_rings_once_ten_seconds_after_it_began(bell):
    number = call(bell.ru, "us.secretary")
    bell.run(9)
    assert bell.rung == []
    bell.run(3)
    assert bell.rung == [(number,)]
    bell.run(240)
    assert bell.rung == [(number,)], "the next rungs are the same call"


def test_one_that_a_screen_shows_or_that_somebody_answers_rings_nobody(bell):
    shown, answered = call(bell.ru), call(bell.ru)
    bell.run(2)
    bell.us.calling.shown(shown)
    answer(bell.us, answered)
    bell.run(60)
    assert bell.rung == []


def test_a_screen_cannot_say_that_it_shows_what_does_not_ring(bell):
    bell.us.calling.shown((1, 0))
    number = call(bell.ru)
    assert number == (1, 0)
    bell.run(12)
    assert bell.rung == [(number,)]


def test_only_what_rings_here_counts(bell):
    call(bell.us)
    bell.run(60)
    assert bell.rung == []


def test_the_flood_of_a_party_runs_it_no_more_often_than_was_agreed(bell):
    calls = [call(bell.ru) for _ in range(20)]
    calls += [call(bell.ru, precedence=Precedence.FLASH) for _ in range(20)]
    bell.run(15)
    assert len(bell.rung) <= BUDGET
    assert {each for rung in bell.rung for each in rung} <= set(calls)


def test_one_that_rings_on_after_a_restart_has_its_ten_seconds_anew(bell):
    number = call(bell.ru)
    bell.run(5)
    bell.us.calling.shown(number)
    bell.us.stop()
    bell.us.start()
    bell.nodes.connect()
    assert bell.us.calling.is_unshown(number), "the screens are new, too"
    bell.listen()
    for ringing in bell.us.calling.ringing:
        bell.unheard.come(ringing)
    assert bell.unheard.wait_ms() == UNSHOWN_MS
