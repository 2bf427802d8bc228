"""A line that records facts only: that a call was tried, when, and how it ended stays; what was written goes."""

import pytest
from tests.scenario.test_fact_only import facts_only, let_days_pass

from coupefeu.errors import PolicyError
from coupefeu.model.calls import DeclineReason, Outcome
from coupefeu.node.duties import Duties
from coupefeu.services.calls.commands import DeclineCall, PlaceCall, WithdrawCall
from coupefeu.services.erasures.facts import EraseContent
from coupefeu.store.fsck import check_record
from coupefeu.testing.joined import JoinedNodes

ASKED = "Is the convoy yours?"
TOLD = "Ask the embassy."


def look(node, call):
    desk = node.desk()
    try:
        return desk.call(call)
    finally:
        desk.close()


def place_and_decline(nodes):
    nodes.connect()
    nodes.run(seconds=1)
    call = nodes.us.act(PlaceCall(from_post="us.duty", to_post="ru.duty", words=ASKED, officer="2nd watch"))[
        0
    ]
    nodes.run(seconds=1)
    nodes.ru.act(DeclineCall(call=call, from_post="ru.duty", reason=DeclineReason.NOT_AUTHORISED, words=TOLD))
    nodes.run(seconds=1)
    return call


def insist_facts_alone(nodes, call, before, folder):
    for node, old in zip(nodes.nodes, before, strict=True):
        view = look(node, call)
        assert (view.words, view.words_erased) == ("", True)
        assert (view.outcome_step.words, view.outcome_step.words_erased) == ("", True)
        assert (view.outcome, view.reason) == (Outcome.DECLINED, DeclineReason.NOT_AUTHORISED)
        assert (view.from_post, view.to_post, view.officer) == ("us.duty", "ru.duty", "2nd watch")
        assert (view.placed_ms, view.arrived_ms) == (old.placed_ms, old.arrived_ms)
        assert [(step.number, step.kind, step.written_ms, step.arrived_ms) for step in view.steps] == [
            (step.number, step.kind, step.written_ms, step.arrived_ms) for step in old.steps
        ]
        held = b"".join(path.read_bytes() for path in folder.glob(f"{node.name}.db*"))
        assert ASKED.encode() not in held
        assert TOLD.encode() not in held
        line = node.keeper.line
        assert not check_record(node.path, line.parties, line.our_log, running=True).findings


def test_the_words_of_a_call_go_with_their_age_and_the_attempt_stays(tmp_path):
    nodes = JoinedNodes(tmp_path, agreement=facts_only())
    duties = [Duties(node.engine, node.agreement, None, node.clock) for node in nodes.nodes]
    call = place_and_decline(nodes)
    before = [look(node, call) for node in nodes.nodes]
    assert [(view.words, view.outcome_step.words) for view in before] == [(ASKED, TOLD)] * 2
    let_days_pass(nodes, duties, 2)
    assert look(nodes.us, call).words == ASKED, "kept as long as was agreed"
    let_days_pass(nodes, duties, 3)
    insist_facts_alone(nodes, call, before, tmp_path)
    nodes.ru.stop()
    nodes.ru.start()
    insist_facts_alone(nodes, call, before, tmp_path)


def test_an_order_about_a_call_takes_all_that_people_wrote_beside_it(tmp_path):
    nodes = JoinedNodes(tmp_path)
    call = place_and_decline(nodes)
    other = nodes.us.act(PlaceCall(from_post="us.duty", to_post="ru.chief", words="Another matter."))[0]
    nodes.us.act(WithdrawCall(call=other, from_post="us.duty", words="No longer."))
    nodes.run(seconds=1)
    before = [look(node, call) for node in nodes.nodes]
    (told,) = [step.id for step in before[1].steps if step.words]
    words = (told[0], told[1] + 1)
    with pytest.raises(PolicyError, match="is erased with it"):
        nodes.ru.act(EraseContent(message=words, from_post="ru.duty", reason="alone"))
    for node in nodes.nodes:
        node.act(EraseContent(message=call, from_post=f"{node.name}.duty", reason="agreed by both"))
    insist_facts_alone(nodes, call, before, tmp_path)
    view = look(nodes.us, other)
    assert (view.words, view.outcome_step.words) == ("Another matter.", "No longer.")
