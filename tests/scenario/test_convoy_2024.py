"""The convoy of 1 April 2024: seven aid workers died though their route had been agreed days before.

The plan was agreed with the liaison office and never reached the crew of the drone. Guards rode along whom the plan did
not name, and they were taken for something else. Nobody could reach anybody while it went on: an hour of calls, vehicle
after vehicle.

Here US moves and RU answers for its units. The amended escort opens again what units had acknowledged; the crew that
has no screen is told by voice, and stands apart; while somebody is missing both desks see who, and whose telephone
rings next; and a STOP is before every unit listed at once, over whatever path there is.
"""

from dataclasses import replace

import pytest
from tests.console.movements import HOUR_MS, convoy
from tests.scenario.stage import DESKS, open_line, verify_all

from coupefeu.errors import PolicyError, UsageError
from coupefeu.keys import ed25519
from coupefeu.model.messages import Content, Form
from coupefeu.model.notices import Answer, CheckIn, Level
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.node.passing.acting import Acting, named_entries, octets_to_sign
from coupefeu.node.passing.directory import note_telephone, read_directory
from coupefeu.node.passing.values import passing_values
from coupefeu.record.leaf import leaf_hash
from coupefeu.services.messages.commands import Say
from coupefeu.services.notices.commands import AmendNotice, AnswerNotice, FileNotice
from coupefeu.services.passing.commands import AcknowledgeAsUnit
from coupefeu.services.passing.facts import NamedUnit
from coupefeu.services.passing.status import Proof, Why

DIVISION, BATTERY, CREW = "Division, operations", "Battery 2", "Drone crew"
UNITS = (NamedUnit(name=DIVISION, level=Level.COMMAND), NamedUnit(name=BATTERY), NamedUnit(name=CREW))
KEY = b"\x24" * 32


class Convoy:
    """The movement, the desks of both sides, and what RU's units do."""

    def __init__(self, folder, starts_in_hours=50):
        self.folder = folder
        self.nodes = open_line(folder)
        self.us, self.ru = self.nodes.us, self.nodes.ru
        self.plan = convoy(self.us.clock().utc_ms, starts_in_hours * HOUR_MS, wants_answer=True)
        (self.notice,) = self.us.act(FileNotice.of(self.plan, DESKS["us"]))
        self.settle()

    def settle(self):
        self.nodes.run(seconds=2)

    def later(self, hours):
        """Let hours pass on a line that is down, which costs nothing to wait for, and come back."""
        self.nodes.disconnect()
        self.nodes.run(seconds=hours * 3_600)
        self.nodes.connect()
        self.settle()

    def amend(self, fact):
        self.us.act(AmendNotice.of(self.notice, fact, DESKS["us"]))
        self.settle()

    def answer(self, answer):
        self.ru.act(AnswerNotice(notice=self.notice, from_post="ru.duty", answer=answer))
        self.settle()

    def on(self, node):
        desk = node.desk()
        try:
            return desk.passing.get(self.notice)
        finally:
            desk.close()

    def view(self, node=None):
        return self.on(node or self.us).view

    def desk(self, node, officer="second watch"):
        return Acting(found=self.on(node), from_post=DESKS[node.name], officer=officer)

    def do(self, node, command):
        node.act(command)
        self.settle()

    def press(self, unit):
        view = self.view(self.ru)
        acknowledged = AcknowledgeAsUnit(
            notice=view.id, version=view.version, orders=view.must_know, unit=unit, from_post="ru.duty"
        )
        self.do(self.ru, acknowledged)

    def tell(self, unit, spoken_to):
        reached = self.desk(self.ru).reached(unit, self.ru.clock().utc_ms, spoken_to)
        self.do(self.ru, reached)

    def gaps(self):
        """Who is missing and why, as both records say."""
        ours, theirs = ({each.unit: each.why for each in self.view(node).gaps} for node in self.nodes.nodes)
        assert ours == theirs
        return ours

    def proofs(self):
        ours, theirs = (
            {each.name: each.reached and each.reached.proof for each in self.view(node).units}
            for node in self.nodes.nodes
        )
        assert ours == theirs
        return ours


@pytest.fixture(name="convoy")
def the_convoy(tmp_path):
    return Convoy(tmp_path)


def test_the_plan_that_was_agreed_is_not_called_known_before_each_unit_has_it(convoy):
    convoy.answer(Answer.AGREED)
    convoy.do(convoy.ru, convoy.desk(convoy.ru).pass_down(UNITS))
    convoy.press(DIVISION)
    convoy.press(BATTERY)
    assert convoy.gaps() == {CREW: Why.NEVER}
    assert not convoy.view().alarm, "48 hours are agreed, and 50 are left"
    note_telephone(convoy.folder, {CREW: ("Crew room, 31", "Squadron duty officer, 7")})
    convoy.later(hours=3)
    for node in convoy.nodes.nodes:
        assert convoy.view(node).alarm, "the lead time has begun, and somebody is missing"
    theirs = passing_values(convoy.on(convoy.ru), read_directory(convoy.folder), ("us", "ru"))
    assert theirs.gaps[0].next == "Crew room, 31"
    assert theirs.start_ms - theirs.as_of_ms == pytest.approx(47 * HOUR_MS, abs=60_000)
    ours = passing_values(convoy.on(convoy.us), {}, ("us", "ru"))
    assert (ours.gaps[0].unit, ours.gaps[0].next) == (CREW, ""), "US sees who, and nobody's telephone"
    convoy.tell(CREW, "Sgt. on duty")
    assert convoy.gaps() == {}
    assert convoy.proofs() == {DIVISION: Proof.LINK, BATTERY: Proof.LINK, CREW: Proof.VOICE}
    assert not convoy.view().alarm
    verify_all(convoy.nodes, convoy.folder / "export")


def test_guards_who_were_not_in_the_plan_open_again_what_was_acknowledged(convoy):
    convoy.answer(Answer.AGREED)
    convoy.do(convoy.ru, convoy.desk(convoy.ru).pass_down(UNITS))
    for unit in (DIVISION, BATTERY):
        convoy.press(unit)
    convoy.tell(CREW, "Sgt. on duty")
    escort = replace(convoy.plan, title="Food convoy, with two armed guards on the second vehicle")
    convoy.amend(escort)
    assert convoy.gaps() == dict.fromkeys((DIVISION, BATTERY, CREW), Why.CHANGED)
    for node in convoy.nodes.nodes:
        notice = convoy.on(node).notice
        assert notice.has_changed_since_acknowledged
        assert [each.field for each in notice.versions[-1].changes] == ["title"]
    convoy.press(DIVISION)
    convoy.press(BATTERY)
    assert convoy.gaps() == {CREW: Why.CHANGED}, "what it was told by voice is of the plan before"
    convoy.amend(replace(escort, remarks="The team leader's radio is on channel 4."))
    assert convoy.gaps() == {CREW: Why.CHANGED}, "remarks alone ask nothing again"


def test_a_stop_on_the_running_movement_is_before_every_unit_and_each_acknowledges_it_anew(tmp_path):
    convoy = Convoy(tmp_path, starts_in_hours=1)
    convoy.do(convoy.ru, convoy.desk(convoy.ru).pass_down(UNITS))
    convoy.do(convoy.us, convoy.desk(convoy.us).pass_down((NamedUnit(name="Convoy leader"),)))
    for unit in (DIVISION, BATTERY):
        convoy.press(unit)
    convoy.tell(CREW, "Sgt. on duty")
    convoy.do(convoy.us, convoy.desk(convoy.us).reached("Convoy leader", convoy.us.clock().utc_ms, "Leader"))
    convoy.later(hours=1.5)
    now_ms = convoy.us.clock().utc_ms
    convoy.do(convoy.us, convoy.desk(convoy.us).check_in("Jetty", CheckIn.PASSED, now_ms))

    convoy.nodes.disconnect()
    for number in range(20):
        chatter = Content(form=Form.FREE_TEXT, subject=Subject.SERVICE, text=f"weather report {number}")
        convoy.us.act(
            Say(
                content=chatter,
                from_post="us.duty",
                to_posts=("ru.duty",),
                language="en",
                precedence=Precedence.ROUTINE,
            )
        )
    convoy.us.act(convoy.desk(convoy.us).stop("One vehicle is hit."))
    convoy.nodes.connect()
    convoy.settle()
    assert [each.words for each in convoy.view(convoy.ru).stops] == ["One vehicle is hit."]
    everybody = (DIVISION, BATTERY, CREW, "Convoy leader")
    assert convoy.gaps() == dict.fromkeys(everybody, Why.STOPPED)
    assert all(convoy.view(node).alarm for node in convoy.nodes.nodes)

    convoy.press(BATTERY)
    convoy.tell(CREW, "Sgt. on duty")
    assert convoy.gaps() == dict.fromkeys((DIVISION, "Convoy leader"), Why.STOPPED)
    convoy.do(convoy.us, convoy.desk(convoy.us).reached("Convoy leader", convoy.us.clock().utc_ms, "Leader"))
    held = convoy.desk(convoy.us).check_in(
        "Hold point", CheckIn.HELD, convoy.us.clock().utc_ms, "Wounded are carried."
    )
    convoy.do(convoy.us, held)
    convoy.later(hours=0.5)
    with pytest.raises(PolicyError, match="no STOP that stands"):
        convoy.ru.act(convoy.desk(convoy.ru).resume())
    convoy.do(convoy.us, convoy.desk(convoy.us).resume("The road is open."))
    assert convoy.gaps()[CREW] is Why.RESUMED, "and each hears of that too"
    released = convoy.desk(convoy.us).check_in("Hold point", CheckIn.RELEASED, convoy.us.clock().utc_ms)
    convoy.do(convoy.us, released)
    for node in convoy.nodes.nodes:
        (hold,) = convoy.view(node).holds
        assert hold.lasted_ms == pytest.approx(0.5 * HOUR_MS, abs=60_000)
        assert hold.reason == "Wounded are carried."
        assert not convoy.view(node).stops
    verify_all(convoy.nodes, convoy.folder / "export")


def test_a_crew_with_a_key_of_its_own_answers_by_any_way_and_both_sides_verify_it(convoy):
    listed = (NamedUnit(name=CREW, key=ed25519.public(KEY)),)
    convoy.do(convoy.ru, convoy.desk(convoy.ru).pass_down(listed))
    found, desk = convoy.on(convoy.ru), convoy.ru.desk()
    leaves = {each: leaf_hash(desk.reader.entry(*each)["leaf"]) for each in named_entries(found)}
    desk.close()
    signature = ed25519.sign(KEY, octets_to_sign(found, CREW, leaves))
    with pytest.raises(UsageError, match="no reply of"):
        convoy.desk(convoy.ru).reply(CREW, b"\x00" * 64, leaves)
    convoy.do(convoy.ru, convoy.desk(convoy.ru).reply(CREW, signature, leaves))
    assert convoy.proofs() == {CREW: Proof.REPLY}
    convoy.amend(replace(convoy.plan, title="Another route"))
    assert convoy.gaps() == {CREW: Why.CHANGED}
