"""Notified sites that were struck: 27 of 182 in one count, and no official intake for any of them.

Who had filed the notice could show a screenshot of a mail, and nobody could show who had known. Here the incident names
the notice and every acknowledgement that is held of it, each by its hash: answers of the other side, units that
acknowledged by themselves or were told by voice. Both records hold it, and a stranger verifies the file of the inquiry.
"""

import pytest
from tests.scenario.stage import DESKS
from tests.scenario.test_convoy_2024 import BATTERY, CREW, DIVISION, UNITS, Convoy

from coupefeu.model.incidents import IncidentForm
from coupefeu.model.notices import Answer
from coupefeu.model.precedence import Precedence
from coupefeu.node.incident_acting import report_of
from coupefeu.services.incidents.commands import AmendIncident, QueryIncident
from coupefeu.services.incidents.rules import MAX_HELD


@pytest.fixture(name="convoy")
def the_convoy(tmp_path):
    return Convoy(tmp_path)


def ask(node, question):
    desk = node.desk()
    try:
        return question(desk.incidents)
    finally:
        desk.close()


def test_a_struck_convoy_names_the_notice_and_who_had_acknowledged_it(convoy):
    convoy.answer(Answer.NO_OBJECTION)
    convoy.do(convoy.ru, convoy.desk(convoy.ru).pass_down(UNITS))
    convoy.press(DIVISION)
    convoy.tell(BATTERY, "Lt. on duty")
    held = ask(convoy.us, lambda desk: desk.held(convoy.notice, MAX_HELD))
    assert held.count == 3, f"the answer and two units; {CREW} never acknowledged"
    trigger = ask(convoy.us, lambda desk: desk.trigger("struck-after-notice"))
    report = report_of(
        trigger, DESKS["us"], convoy.us.agreement,
        notice=held.notice, held=held.acknowledgements, acknowledgements=held.count, casualties="Seven dead",
    )  # fmt: skip
    (incident,) = convoy.us.act(report)
    convoy.settle()
    for node in convoy.nodes.nodes:
        view = ask(node, lambda desk: desk.get(incident))
        assert view.form is IncidentForm.STRUCK_AFTER_NOTICE
        assert view.precedence is Precedence.FLASH
        assert view.notice == convoy.notice
        assert view.notice_effect == ""
        assert set(view.held) == set(held.acknowledgements)
        assert view.fact.acknowledgements == 3
    convoy.do(convoy.us, QueryIncident(incident=incident, from_post=DESKS["us"], words="Who gave the order?"))
    convoy.do(
        convoy.us,
        AmendIncident(
            incident=incident, form=report.form, from_post=DESKS["us"], casualties="Seven dead, four wounded",
            notice=held.notice, held=held.acknowledgements, acknowledgements=held.count,
        ),
    )  # fmt: skip
    theirs = ask(convoy.ru, lambda desk: desk.get(incident))
    assert theirs.notice == convoy.notice, "all of it is said anew, the notice too"
    assert theirs.fact.casualties == "Seven dead, four wounded"
