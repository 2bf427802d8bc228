"""Every usual rule fires on what really stands on both records, the same on both, and stops when it is mended."""

from dataclasses import replace

import pytest
from tests.scenario.calling import call, decline, leave, watch
from tests.scenario.stage import MINUTE, do, open_line, say, warn
from tests.scenario.test_notices import CONVOY, area

from coupefeu.keys import ed25519
from coupefeu.model.agreement import NeutralWitness
from coupefeu.model.incidents import Closure, IncidentForm
from coupefeu.model.line_state import LineState
from coupefeu.model.messages import Form, Operative, OutcomeCode
from coupefeu.model.precedence import Subject
from coupefeu.model.usual_firebreak import USUAL_FIREBREAK
from coupefeu.services.arranged.commands import ProposeCall, RefuseCall
from coupefeu.services.arranged.facts import RefusalReason, Window
from coupefeu.services.incidents.commands import CloseIncident, QueryIncident, ReportIncident
from coupefeu.services.line_state.commands import DeclareLineState
from coupefeu.services.messages.commands import GiveOutcome, Read, SendLineTest, Take
from coupefeu.services.notices.commands import FileNotice, WithdrawNotice
from coupefeu.services.watch.facts import TakeWatch
from coupefeu.services.witnessed.facts import TellWitness
from coupefeu.testing.line import make_agreement
from coupefeu.wire.note import COSIGNATURE, VerifierKey

US, RU = "us.duty", "ru.duty"
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@pytest.fixture
def nodes(tmp_path):
    key = VerifierKey.of("neutral.example/w", COSIGNATURE, ed25519.public(bytes(32))).text()
    witness = NeutralWitness(name="neutral", key=key)
    agreed = replace(make_agreement(), witnesses=(witness,), firebreak=USUAL_FIREBREAK)
    line = open_line(tmp_path, agreement=agreed)
    for node in line.nodes:
        watch(node)
    line.run(seconds=5)
    return line


def fired(nodes, wait=0):
    """The rules that fire now, each with its entries; the same on both nodes, by the signed times."""
    if wait:
        nodes.clock.advance(wait * 1_000)
        for node in nodes.nodes:
            say(node, Form.FREE_TEXT, text="Still here.")
    nodes.run(seconds=5)
    at_ms, seen = nodes.us.clock().utc_ms, []
    for node in nodes.nodes:
        desk = node.desk()
        seen.append({(each.rule, each.subject): each for each in desk.firebreak.at(at_ms).reasons})
        held = {(each.rule, each.subject) for each in desk.firebreak.now().reasons}
        desk.close()
        assert held == set(seen[-1])
    ours, theirs = seen
    assert {key: each.entries for key, each in ours.items()} == {
        key: each.entries for key, each in theirs.items()
    }
    assert all(each.entries for each in ours.values())
    return {rule: each for (rule, _), each in ours.items()}


def test_nothing_fires_on_a_line_that_has_just_opened(nodes):
    assert fired(nodes) == {}


def test_contact_overdue(nodes):
    assert "contact-overdue" not in fired(nodes, wait=23 * HOUR)
    assert fired(nodes, wait=2 * HOUR)["contact-overdue"].subject == "ru.duty/us.duty"
    assert "contact-long-overdue" in fired(nodes, wait=15 * DAY)


def test_an_acknowledgement_an_outcome_and_what_was_done_about_them(nodes):
    number = warn(nodes.us, Operative.STOP, "36.1 N 38.0 E")
    seen = fired(nodes, wait=31 * MINUTE)
    assert {"acknowledgement-overdue", "flash-long-overdue", "outcome-overdue"} <= set(seen)
    assert all(number in seen[each].entries for each in ("flash-long-overdue", "outcome-overdue"))
    assert "taken-by" in seen["flash-long-overdue"].values
    do(nodes.ru, Take, number)
    do(nodes.ru, Read, number)
    do(nodes.ru, GiveOutcome, number, outcome=OutcomeCode.STOPPED_AT, time_ms=nodes.ru.clock().utc_ms)
    assert "outcome-overdue" not in fired(nodes)


def test_a_reply_overdue(nodes):
    asked = say(nodes.us, Form.REQUEST_FOR_EXPLANATION, text="What is this?", subject=Subject.CLARIFICATION)
    assert "reply-overdue" not in fired(nodes, wait=47 * HOUR)
    assert asked in fired(nodes, wait=2 * HOUR)["reply-overdue"].entries


def test_a_line_test_unread(nodes):
    (number,) = nodes.us.act(SendLineTest(template=1))
    assert number in fired(nodes, wait=6 * HOUR)["line-test-unread"].entries


def test_a_proposed_time_without_answer(nodes):
    start_ms = nodes.us.clock().utc_ms + 3 * DAY * 1_000
    window = Window(start_ms=start_ms, end_ms=start_ms + HOUR * 1_000)
    (number,) = nodes.us.act(ProposeCall(from_post="us.secretary", to_post="ru.minister", windows=(window,)))
    assert number in fired(nodes, wait=25 * HOUR)["call-not-arranged"].entries
    nodes.ru.act(RefuseCall(arrangement=number, from_post="ru.minister", reason=RefusalReason(1)))
    seen = fired(nodes)
    assert "call-not-arranged" not in seen
    assert "call-declined" in seen, "a proposal that was refused is an attempt that was declined"


def test_a_desk_that_nobody_holds(nodes):
    leave(nodes.ru)
    assert "desk-unstaffed" not in fired(nodes, wait=14 * MINUTE)
    assert fired(nodes, wait=2 * MINUTE)["desk-unstaffed"].subject == RU
    assert "desk-long-unstaffed" in fired(nodes, wait=7 * HOUR)
    nodes.ru.act(TakeWatch(from_post=RU, heard=True))
    assert not {"desk-unstaffed", "desk-long-unstaffed"} & set(fired(nodes))


def test_a_line_state_that_was_declared(nodes):
    nodes.ru.act(DeclareLineState(state=LineState.DEGRADED, from_post=RU))
    assert "line-degraded" in fired(nodes)
    nodes.ru.act(DeclareLineState(state=LineState.SUSPENDED, from_post=RU))
    seen = fired(nodes)
    assert "line-degraded" not in seen
    assert seen["line-suspended"].party == "ru"
    nodes.ru.act(DeclareLineState(state=LineState.OPEN, from_post=RU))
    assert fired(nodes) == {}


def test_a_witness_that_fell_silent(nodes):
    nodes.us.act(TellWitness(name="neutral", is_heard=False, size=1, heard_ms=None))
    assert "witness-unseen" not in fired(nodes, wait=59 * MINUTE)
    assert fired(nodes, wait=2 * MINUTE)["witness-unseen"].party == "us"
    nodes.us.act(TellWitness(name="neutral", is_heard=True, size=2, heard_ms=1))
    assert "witness-unseen" not in fired(nodes)


def test_an_incident_and_a_query_about_it(nodes):
    (number,) = nodes.us.act(ReportIncident(form=IncidentForm.DANGEROUS_APPROACH, from_post=US))
    assert number in fired(nodes)["incident-open"].entries
    (asked,) = nodes.us.act(QueryIncident(incident=number, from_post=US, words="Whose was it?"))
    assert "query-overdue" not in fired(nodes, wait=47 * HOUR)
    assert asked in fired(nodes, wait=2 * HOUR)["query-overdue"].entries
    nodes.us.act(CloseIncident(incident=number, from_post=US, closure=Closure.UNRESOLVED, words="No answer."))
    assert "incident-open" not in fired(nodes)


def test_a_notice_without_answer_and_a_conflict(nodes):
    (number,) = nodes.us.act(FileNotice.of(CONVOY, US))
    assert "notice-unanswered" not in fired(nodes)
    nodes.ru.act(FileNotice.of(replace(CONVOY, volumes=(area(73),), wants_answer=False), RU))
    seen = fired(nodes)
    assert seen["conflict-unsettled"].entries
    assert number in fired(nodes, wait=25 * HOUR)["notice-unanswered"].entries
    nodes.us.act(WithdrawNotice(notice=number, from_post=US))
    assert not {"notice-unanswered", "conflict-unsettled"} & set(fired(nodes))


def test_a_unit_that_was_not_reached(nodes):
    (number,) = nodes.us.act(FileNotice.of(replace(CONVOY, units=("Brigade 1",)), US))
    assert "units-not-reached" not in fired(nodes, wait=71 * HOUR)
    assert number in fired(nodes, wait=2 * HOUR)["units-not-reached"].entries
    nodes.us.act(WithdrawNotice(notice=number, from_post=US))
    assert "units-not-reached" not in fired(nodes)


def test_a_notice_without_answer_its_units_and_a_conflict(nodes):
    ours = replace(CONVOY, units=("Brigade 1",))
    (number,) = nodes.us.act(FileNotice.of(ours, US))
    assert "notice-unanswered" not in fired(nodes)
    nodes.ru.act(FileNotice.of(replace(CONVOY, volumes=(area(73),), wants_answer=False), RU))
    seen = fired(nodes)
    assert seen["conflict-unsettled"].entries
    assert number in fired(nodes, wait=25 * HOUR)["notice-unanswered"].entries
    assert number in fired(nodes, wait=48 * HOUR)["units-not-reached"].entries
    nodes.us.act(WithdrawNotice(notice=number, from_post=US))
    assert not {"notice-unanswered", "conflict-unsettled", "units-not-reached"} & set(fired(nodes))


def test_calls_that_were_declined(nodes):
    for times in range(1, 4):
        number = call(nodes.us, "ru.minister", from_post="us.secretary")
        nodes.run(seconds=5)
        decline(nodes.ru, number, from_post="ru.minister")
        seen = fired(nodes)
        assert seen["call-declined"].count == times
        assert number in seen["call-declined"].entries
    assert seen["calls-declined"].count == 3
