"""A FLASH that no screen shows rings by the operator's own program: once, also for a flood, never without cause.

Source: failure 15 of the field, the console that was asleep; two nodes on a virtual clock.
"""

import pytest
from tests.scenario.stage import do, open_line, say, unbind, warn, write

from coupefeu.model.entry import Kind
from coupefeu.model.messages import Form, Operative
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.node.alarm import Unheard, is_unheard
from coupefeu.node.events import EntryRecorded
from coupefeu.node.unseen import MAX_LOOKED_AT, UNSHOWN_MS
from coupefeu.services.messages.commands import Read, RecordShown, SayAgain, Take

BUDGET = 6
FLASH = Precedence.FLASH


class Bell:
    """US listens for RU's FLASH; `rung` lists what the program ran for."""

    def __init__(self, folder, budget=BUDGET):
        self.nodes = open_line(folder)
        self.us, self.ru = self.nodes.us, self.nodes.ru
        self.budget, self.rung = budget, []
        self.listen()

    def listen(self):
        self.unheard = Unheard(self.budget, self.us.clock)
        self.us.engine.listen(self.hear)

    def hear(self, change):
        if isinstance(change, EntryRecorded):
            self.unheard.hear(change.recorded)

    def still(self, message):
        return is_unheard(self.us.message(message), "us")

    def run(self, seconds):
        for _ in range(int(seconds * 4)):
            self.nodes.run(seconds=0.25)
            self.look()

    def look(self):
        while taken := self.unheard.take(self.still):
            self.rung.append(taken)

    def show(self, *messages):
        self.us.act(RecordShown(messages=messages, screens=1))


@pytest.fixture
def bell(tmp_path):
    return Bell(tmp_path)


def test_a_flash_that_nothing_shows_rings_once_ten_seconds_after_it_came(bell):
    message = bell.ru.say("Stop.", FLASH)
    bell.run(1)
    arrived_ms = bell.us.message(message).arrived_ms
    bell.run(8)
    assert bell.rung == []
    bell.run(3)
    assert bell.rung == [(message,)]
    assert bell.us.clock().utc_ms - arrived_ms >= UNSHOWN_MS
    bell.run(180)
    assert bell.rung == [(message,)], "the same cause never rings again"


def test_the_next_look_is_when_it_is_due(bell):
    assert bell.unheard.wait_ms() == 60_000
    bell.ru.say("Stop.", FLASH)
    bell.nodes.run(seconds=1)
    assert 8_500 < bell.unheard.wait_ms() <= UNSHOWN_MS
    bell.nodes.run(seconds=11)
    assert bell.unheard.wait_ms() == 0


@pytest.mark.parametrize("seen", ["shown", "taken", "read", "say again"])
def test_what_a_screen_has_shown_or_somebody_acted_on_rings_nobody(bell, seen):
    message = bell.ru.say("Stop.", FLASH)
    bell.run(2)
    acts = {"taken": Take, "read": Read, "say again": SayAgain}
    if seen == "shown":
        bell.show(message)
    else:
        do(bell.us, acts[seen], message)
    bell.run(60)
    assert bell.rung == []


def test_one_that_is_shown_leaves_another_ringing(bell):
    shown, other = bell.ru.say("one", FLASH), bell.ru.say("two", FLASH)
    bell.run(2)
    bell.show(shown)
    bell.run(20)
    assert bell.rung == [(other,)]


def test_only_a_flash_of_the_other_side_rings(bell):
    bell.us.say("our own", FLASH)
    bell.ru.say("not urgent", Precedence.IMMEDIATE)
    bell.run(1)
    assert bell.unheard.wait_ms() == 60_000, "nothing is waited for"
    say(bell.ru, Form.FREE_TEXT, text="A protest.", subject=Subject.PROTEST, precedence=Precedence.IMMEDIATE)
    taken = bell.us.say("Take this.", FLASH)
    bell.run(1)
    do(bell.ru, Take, taken)
    bell.run(60)
    assert bell.rung == [], "their act about our FLASH is a FLASH entry too, and no message"


def test_one_that_was_cancelled_meanwhile_rings_nobody(bell):
    message = warn(bell.ru, Operative.STOP, "the bridge")
    bell.run(2)
    say(bell.ru, Form.CANCELLATION, about=message, precedence=FLASH)
    bell.run(9)
    assert message not in [each for ring in bell.rung for each in ring]


def test_one_that_cannot_be_read_rings_too(bell, monkeypatch):
    unbind(bell.nodes, bell.ru, monkeypatch)
    message = write(bell.ru, int(Kind.MESSAGE), b"\xff\x00", precedence=FLASH)
    bell.run(15)
    assert bell.rung == [(message,)]


def test_a_flood_rings_as_often_as_was_agreed_and_the_last_stands_for_all(bell):
    messages = [bell.ru.say(f"{number}", FLASH) for number in range(40)]
    bell.run(15)
    assert [len(each) for each in bell.rung] == [1] * (BUDGET - 1) + [40 - (BUDGET - 1)]
    assert [each for ring in bell.rung for each in ring] == messages
    later = [bell.ru.say(f"again {number}", FLASH) for number in range(3)]
    bell.run(30)
    assert len(bell.rung) == BUDGET, "no more within the minute"
    bell.run(60)
    assert [each for ring in bell.rung[BUDGET:] for each in ring] == later


def test_a_flood_that_was_shown_costs_no_look(bell):
    messages = [bell.ru.say(f"{number}", FLASH) for number in range(40)]
    bell.run(2)
    for start in range(0, 40, 16):
        bell.show(*messages[start : start + 16])
    looked = []
    bell.nodes.run(seconds=30)
    assert bell.unheard.take(lambda each: looked.append(each) or True) == ()
    assert looked == []


def test_so_many_are_judged_in_one_go_and_no_more(bell):
    for number in range(3 * MAX_LOOKED_AT):
        bell.ru.say(f"{number}", FLASH)
    bell.nodes.run(seconds=30)
    looked = []
    for times in range(1, 4):
        assert bell.unheard.take(looked.append) == ()
        assert len(looked) == times * MAX_LOOKED_AT
    assert len(looked) == len(set(looked)) == 3 * MAX_LOOKED_AT
    assert bell.unheard.wait_ms() == 60_000, "all were seen to"


def test_what_came_while_the_node_was_down_rings_at_the_start(bell):
    message = bell.ru.say("Stop.", FLASH)
    bell.nodes.run(seconds=30)
    fresh = Unheard(BUDGET, bell.us.clock)
    desk = bell.us.desk()
    for status in desk.open_messages().messages:
        if is_unheard(status, "us"):
            fresh.found(status.id, status.arrived_ms)
    desk.close()
    assert fresh.wait_ms() == 0
    assert fresh.take(bell.still) == (message,)
    assert fresh.take(bell.still) == ()


def test_one_found_at_the_start_has_what_is_left_of_its_time(bell):
    bell.unheard.hear(_recorded(bell))
    now = bell.us.clock()
    bell.unheard.found((1, 7), now.utc_ms - 4_000)
    assert bell.unheard.wait_ms() == 6_000, "before the one that came later, though it was heard first"
    other = Unheard(BUDGET, bell.us.clock)
    other.found((1, 8), now.utc_ms + 3_600_000)
    assert other.wait_ms() == UNSHOWN_MS, "a clock that was set delays nothing"


def _recorded(bell):
    bell.ru.say("Stop.", FLASH)
    bell.nodes.run(seconds=0.2)
    found = [each for each in bell.us.changes if isinstance(each, EntryRecorded) and not each.recorded.ours]
    return found[-1].recorded
