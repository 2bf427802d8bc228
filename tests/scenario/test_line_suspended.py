"""April and June 2017: "suspended", while calls went on; announcements and facts diverged.

A party suspends the line by a signed act. What then passes stands in the agreement: by itself calls and FLASH do. Where
it was agreed otherwise our own officers are refused with the reason, and what comes from the other side all the same is
kept, shown, marked, and rings nothing.
"""

import pytest
from tests.scenario.stage import DESKS, do, open_line, say

from coupefeu.errors import PolicyError
from coupefeu.model.calls import CallState
from coupefeu.model.entry import Kind
from coupefeu.model.incidents import IncidentForm
from coupefeu.model.line_state import LineState
from coupefeu.model.messages import Form
from coupefeu.model.precedence import Precedence
from coupefeu.services.calls.commands import PlaceCall
from coupefeu.services.incidents.commands import ReportIncident
from coupefeu.services.line_state.commands import DeclareLineState
from coupefeu.services.messages.commands import Take
from coupefeu.testing.line import make_text
from coupefeu.wire.agreement import parse_agreement

CLOSED_TO_ALL = ("calls", "flash", "messages")
FLASH_ALONE = ("calls", "messages")


def agreed(stopped):
    """The agreement of tests, by which these do not pass on a suspended line."""
    text = make_text()
    for name in stopped:
        text = text.replace(
            f"{name}_when_suspended = true".encode(), f"{name}_when_suspended = false".encode()
        )
    return parse_agreement(text)


class Suspended:
    """RU has suspended the line."""

    def __init__(self, folder, terms):
        self.nodes = open_line(folder, agreement=agreed(terms))
        self.us, self.ru = self.nodes.us, self.nodes.ru

        self.desks = {node.name: node.desk() for node in self.nodes.nodes}

    def desk(self, node):
        return self.desks[node.name]

    def settle(self):
        self.nodes.run(seconds=2)

    def suspend(self):
        self.ru.act(DeclareLineState(state=LineState.SUSPENDED, from_post=DESKS["ru"]))
        self.settle()

    def call(self, node, precedence=Precedence.IMMEDIATE):
        other = "ru" if node.name == "us" else "us"
        (number,) = node.act(
            PlaceCall(from_post=DESKS[node.name], to_post=DESKS[other], precedence=precedence)
        )
        self.settle()
        return number

    def message(self, node, precedence):
        number = say(node, Form.FREE_TEXT, text="Our aircraft strayed.", precedence=precedence)
        self.settle()
        return number


def refused():
    return pytest.raises(PolicyError, check=lambda error: error.code == "services.line_state.suspended")


def test_where_nothing_else_is_agreed_everything_passes(tmp_path):
    line = Suspended(tmp_path, ())
    line.suspend()
    assert line.desk(line.us).line_states()[1].state is LineState.SUSPENDED
    call = line.call(line.us)
    assert line.desk(line.ru).call(call).state is CallState.RINGING
    assert line.ru.message(line.message(line.us, Precedence.ROUTINE)).effect == ""


def test_flash_alone_passes_where_that_was_agreed(tmp_path):
    line = Suspended(tmp_path, FLASH_ALONE)
    before = line.message(line.ru, Precedence.PRIORITY)
    line.suspend()
    with refused():
        line.message(line.us, Precedence.IMMEDIATE)
    with refused():
        line.call(line.us)
    assert line.ru.message(line.message(line.us, Precedence.FLASH)).effect == ""
    do(line.us, Take, before)
    line.us.act(ReportIncident(form=IncidentForm.OTHER, from_post=DESKS["us"]))
    line.ru.act(DeclareLineState(state=LineState.OPEN, from_post=DESKS["ru"]))
    line.settle()
    assert line.ru.message(line.message(line.us, Precedence.ROUTINE)).effect == ""


def test_what_comes_all_the_same_is_kept_and_marked_and_rings_nothing(tmp_path):
    """US writes before it knows; its node, cut off, has not heard of the suspension."""
    line = Suspended(tmp_path, CLOSED_TO_ALL)
    earlier = line.message(line.us, Precedence.FLASH)
    line.nodes.disconnect()
    line.ru.act(DeclareLineState(state=LineState.SUSPENDED, from_post=DESKS["ru"]))
    call = line.call(line.us, Precedence.FLASH)
    message = line.message(line.us, Precedence.FLASH)
    line.nodes.connect()
    line.settle()
    seen = line.desk(line.ru).call(call)
    assert seen.effect == "line_suspended"
    assert Kind.CALL_RINGING not in {step.kind for step in (*seen.steps, *seen.without_effect)}
    assert line.ru.message(message).effect == "line_suspended"
    assert line.ru.message(earlier).effect == "", "what was here before stands"
