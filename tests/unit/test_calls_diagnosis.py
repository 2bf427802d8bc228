"""What is shown of an attempt that nobody answered: three signals, each with its evidence, each as their node says."""

from dataclasses import replace

import pytest
from tests.calls_line import Calls

from coupefeu.cli.call_words import summary_lines
from coupefeu.console.calls_told import call_line
from coupefeu.keys.notes import CosignSigner
from coupefeu.model.calls import UNANSWERED, DeclineReason, Outcome
from coupefeu.model.instant import format_second
from coupefeu.record.witnessed import WitnessLine
from coupefeu.services.calls.commands import (
    AnswerCall,
    DeclineCall,
    DeferCall,
    GiveUp,
    Ring,
    Unreached,
    WithdrawCall,
)
from coupefeu.services.calls.diagnosis import Known, Says, Signal, diagnose
from coupefeu.services.diagnosed import diagnosis_lines, verdict_words
from coupefeu.services.watch.facts import LeaveWatch, TakeWatch
from coupefeu.store.jobs import KeepWitnessed
from coupefeu.testing.joined import MemoryNode
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.words import say

WITNESS = CosignSigner("neutral.example/w", bytes([7] * 32))


@pytest.fixture
def apart(tmp_path, monkeypatch):
    monkeypatch.setattr(MemoryNode, "rings", False)
    return Calls(tmp_path)


@pytest.fixture
def calls(apart):
    apart.connect()
    return apart


def diagnosis(calls, call, **known):
    return calls.look(calls.us, lambda desk: desk.diagnosis(call, **known))


def says(calls, call, **known):
    found = diagnosis(calls, call, **known)
    assert [each.signal for each in found.readings] == list(Signal)
    return (found.verdict, *(each.says for each in found.readings))


def witnessed(calls, time_s):
    """Let a witness sign the head of our log as it stands."""
    keeper = calls.us.keeper
    size, root = keeper.marks()[0]
    text = Checkpoint(keeper.line.us.origin, size, root).text()
    line = WitnessLine(key=WITNESS.vkey, time_s=time_s, signature=WITNESS.cosign_raw(text, time_s))
    job = KeepWitnessed(log=0, size=size, root=root, signature=bytes(64), witness="neutral", lines=(line,))
    (outcome,) = keeper.execute([job], calls.us.clock())
    assert not isinstance(outcome, Exception)


def test_of_a_dark_node_it_is_said_exactly_that_we_tried_and_not_more(apart):
    """March 2022: the other node is dark; the attempt stands here, bounded by the witness."""
    calls = apart
    call = calls.place(words="A rocket fell at 35.31 N.")
    assert says(calls, call) == ("tried", Says.UNKNOWN, Says.UNKNOWN, Says.UNKNOWN)
    found = diagnosis(calls, call)
    placed_ms = calls.look(calls.us, lambda desk: desk.call(call)).placed_ms
    assert (found.tried_by_ms, found.bound_by) == (placed_ms, "")
    own = list(diagnosis_lines(found, "en"))
    assert own[1] == "  By our own clock: nobody else has signed for it yet."
    witnessed(calls, placed_ms // 1_000 + 5)
    witnessed(calls, placed_ms // 1_000 + 90)
    calls.us.act(Unreached(call=call, outcome=Outcome.LINE_DOWN, heard_ms=placed_ms - 60_000))
    found = diagnosis(calls, call)
    second = format_second((placed_ms // 1_000 + 5) * 1_000)
    assert verdict_words(found, "en") == f"we tried by {second}; not shown that they saw it"
    assert found.bound_by == "neutral"
    lines = list(diagnosis_lines(found, "en"))
    assert lines[1] == "  neutral signed for our record by then."
    assert "silent since then" in lines[2]
    assert f"[Evidence: US/{call[1] + 2}]" in lines[2]
    assert not any("as the node of RU says" in line for line in lines)


def test_what_came_onto_their_record_only_after_the_end_is_not_taken_for_a_refusal(apart):
    calls = apart
    call = calls.place()
    calls.us.act(Unreached(call=call, outcome=Outcome.LINE_DOWN))
    calls.run(60)
    calls.connect()
    assert says(calls, call) == ("late", Says.BACK, Says.UNKNOWN, Says.UNKNOWN)


def test_an_attempt_that_is_on_their_record_and_rings_nowhere_is_shown_as_that(calls):
    call = calls.place()
    assert says(calls, call) == ("received", Says.ALIVE, Says.UNKNOWN, Says.NONE_CAME)
    assert says(calls, call, alive=True) == ("received", Says.ALIVE, Says.UNKNOWN, Says.NOBODY)
    assert "[Evidence: their receipt]" in list(diagnosis_lines(diagnosis(calls, call), "en"))[1]


def test_a_desk_that_nobody_has_signed_on_to_is_told_from_one_that_does_not_answer(calls):
    """The Korean silence of April 2023: their node lives, nobody is on watch, nobody acts."""
    call = calls.place()
    calls.ru.act(Ring(call=call, rung=0, posts=("ru.duty",)))
    calls.run()
    assert says(calls, call, alive=True) == ("rang", Says.ALIVE, Says.UNSTAFFED, Says.NOBODY)
    calls.ru.act(GiveUp(calls=(call,), outcome=Outcome.NOT_STAFFED, rang_ms=120_000, posts=("ru.duty",)))
    calls.run()
    found = diagnosis(calls, call)
    assert (found.verdict, found.by) == ("not_staffed", "ru")
    heartbeat, watch, human = found.readings
    assert (heartbeat.evidence, watch.evidence, human.evidence) == ("RU/1", "RU/0", "RU/1")
    assert watch.posts == ("ru.duty",)
    assert all("as the node of RU says" in line for line in list(diagnosis_lines(found, "en"))[1:])
    other = calls.place()
    calls.ru.act(Ring(call=other, rung=0, posts=("ru.duty",), staffed=("ru.duty",)))
    calls.ru.act(GiveUp(calls=(other,), outcome=Outcome.NO_ANSWER, rang_ms=120_000, posts=("ru.duty",)))
    calls.run()
    assert says(calls, other) == ("no_answer", Says.ALIVE, Says.ON_WATCH, Says.NOBODY)


def test_a_refusal_is_an_act_of_a_person_with_its_entry(calls):
    call = calls.place()
    calls.ru_does(DeclineCall, call, reason=DeclineReason.REFUSED)
    found = diagnosis(calls, call)
    assert says(calls, call) == ("declined", Says.ALIVE, Says.UNKNOWN, Says.DECLINED)
    human = found.readings[2]
    assert (human.evidence, human.posts) == ("RU/0", ("ru.duty",))


def test_an_answer_that_crossed_our_withdrawal_is_still_shown_as_an_act_of_a_person(calls):
    call = calls.place()
    calls.nodes.disconnect()
    calls.us.act(WithdrawCall(call=call, from_post="us.duty"))
    calls.ru.act(AnswerCall(call=call, from_post="ru.duty"))
    calls.connect()
    assert calls.look(calls.us, lambda desk: desk.call(call)).outcome is Outcome.WITHDRAWN
    assert says(calls, call) == ("crossed_answered", Says.ALIVE, Says.UNKNOWN, Says.ANSWERED)


ACTS = [
    (AnswerCall, {}, "answered", Says.ANSWERED),
    (DeclineCall, {"reason": DeclineReason.REFUSED}, "declined", Says.DECLINED),
    (DeferCall, {"to_post": "ru.chief"}, "deferred", Says.DEFERRED),
]


@pytest.mark.parametrize(("command", "fields", "outcome", "act"), ACTS)
def test_behind_a_cut_line_nobody_is_said_to_have_done_nothing(calls, command, fields, outcome, act):
    """They did not answer, said the article of people who had: what a machine cannot hear, it does not say."""
    call = calls.place()
    calls.ru.act(Ring(call=call, rung=0, posts=("ru.duty",), staffed=("ru.duty",)))
    calls.run()
    calls.nodes.disconnect()
    calls.ru_does(command, call, **fields)
    open_yet = says(calls, call, alive=False)
    assert (open_yet[0], open_yet[3]) == ("rang", Says.NONE_CAME)
    calls.us.act(Unreached(call=call, outcome=Outcome.LINE_DOWN))
    found = diagnosis(calls, call)
    human = found.readings[2]
    assert (found.verdict, human.says, human.posts, human.evidence) == ("rang", Says.NONE_CAME, (), "RU/0")
    heard_ms = calls.look(calls.us, lambda desk: desk.call(call)).steps[0].arrived_ms
    assert human.since_ms == heard_ms, "of what they did since they were last heard nothing is said"
    lines = list(diagnosis_lines(found, "en"))
    assert lines[0].endswith("it rang there; no act of a person there is on our record")
    assert "not known: no act had come here when they were last heard" in lines[3]
    assert "as the node of RU says" not in lines[3]
    calls.connect()
    for node in calls.nodes.nodes:
        found = calls.look(node, lambda desk: desk.diagnosis(call))
        human = found.readings[2]
        assert (found.verdict, human.says, human.evidence) == (f"crossed_{outcome}", act, "RU/1")
        for language in ("en", "fr", "ru"):
            assert verdict_words(found, language) != f"calls-verdict-crossed-{outcome}"
    assert verdict_words(found, "en").endswith("crossed the end by the side that called, which stands")


@pytest.mark.parametrize("outcome", UNANSWERED)
def test_what_never_rang_is_never_said_to_have_rung(calls, outcome):
    """A node that gives up what it did not ring, be it a flood, a start after the ladder, or a hostile node."""
    call = calls.place()
    calls.ru.act(GiveUp(calls=(call,), outcome=outcome, rang_ms=0))
    calls.run()
    for node in calls.nodes.nodes:
        found = calls.look(node, lambda desk: desk.diagnosis(call))
        assert (found.verdict, found.readings[2].says) == ("unrung", Says.UNKNOWN)
        assert verdict_words(found, "en") == "their node gave it up; nothing shows that it rang"
        view = calls.look(node, lambda desk: desk.call(call))
        assert view.is_given_up_unrung
        assert call_line(view).given_up_unrung
        for language in ("en", "fr", "ru"):
            last = summary_lines(view, language)[-1]
            assert last.strip().endswith(say("ui-ring-not-shown-to-ring", language))


def test_a_node_that_says_it_rang_and_named_no_post_is_not_believed(calls):
    call = calls.place()
    calls.ru.act(GiveUp(calls=(call,), outcome=Outcome.NO_ANSWER, rang_ms=120_000, posts=("ru.duty",)))
    calls.run()
    assert says(calls, call) == ("unrung", Says.ALIVE, Says.UNKNOWN, Says.UNKNOWN)
    other = calls.place()
    calls.ru.act(Ring(call=other, rung=0, posts=()))
    calls.ru.act(GiveUp(calls=(other,), outcome=Outcome.NO_ANSWER, rang_ms=120_000))
    calls.run()
    assert says(calls, other)[0] == "unrung"


def test_what_we_withdrew_while_it_rang_says_no_more_than_that_no_act_had_come(calls):
    call = calls.place()
    calls.ru.act(Ring(call=call, rung=0, posts=("ru.duty",), staffed=("ru.duty",)))
    calls.run()
    calls.us.act(WithdrawCall(call=call, from_post="us.duty"))
    assert says(calls, call) == ("rang", Says.ALIVE, Says.ON_WATCH, Says.NONE_CAME)
    calls.run()
    called = calls.look(calls.ru, lambda desk: desk.diagnosis(call))
    assert called.readings[2].says is Says.NOBODY, "of its own people the side that was called knows it"
    unheard = calls.place(node=calls.ru, to="us.duty", from_post="ru.duty")
    calls.ru.act(WithdrawCall(call=unheard, from_post="ru.duty"))
    calls.run()
    assert calls.look(calls.us, lambda desk: desk.diagnosis(unheard)).readings[2].says is Says.UNKNOWN


def test_the_watch_that_they_had_signed_on_by_then_is_named_as_of_then(calls):
    calls.ru.act(TakeWatch(from_post="ru.duty", heard=True))
    calls.run()
    calls.nodes.disconnect()
    call = calls.place()
    found = diagnosis(calls, call)
    heartbeat, watch, _ = found.readings
    assert (heartbeat.says, heartbeat.evidence) == (Says.SILENT, "RU/0")
    assert (watch.says, watch.posts, watch.evidence) == (Says.SAID_ON_WATCH, ("ru.duty",), "RU/0")
    calls.us.act(WithdrawCall(call=call, from_post="us.duty"))
    calls.run(60)
    calls.ru.act(LeaveWatch(from_post="ru.duty"))
    calls.ru.act(TakeWatch(from_post="ru.chief", heard=True))
    calls.connect()
    late = diagnosis(calls, call)
    assert late.verdict == "late"
    assert late.readings[1].says is Says.UNKNOWN


def test_a_line_that_is_alive_now_is_said_of_an_open_attempt_alone(apart):
    calls = apart
    call = calls.place()
    assert says(calls, call, alive=True)[1] is Says.ALIVE
    assert says(calls, call, alive=False)[1] is Says.UNKNOWN
    calls.us.act(WithdrawCall(call=call, from_post="us.duty"))
    assert says(calls, call, alive=True)[1] is Says.UNKNOWN


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_it_is_said_in_every_language(calls, language):
    call = calls.place()
    calls.ru.act(Ring(call=call, rung=0, posts=("ru.duty",), staffed=("ru.duty",)))
    calls.run()
    lines = list(diagnosis_lines(diagnosis(calls, call), language))
    assert len(lines) == 4
    assert not any("calls-" in line for line in lines)


def test_an_entry_about_another_call_under_this_number_shows_nothing_of_this_one(calls):
    call = calls.place()
    calls.ru.act(Ring(call=call, rung=0, posts=("ru.duty",)))
    calls.run()
    view = calls.look(calls.us, lambda desk: desk.call(call))
    elsewhere = replace(view.steps[0], effect="another_entry")
    view = replace(view, steps=(), without_effect=(elsewhere,), on_their_record_ms=None)
    assert diagnose(view, Known()).verdict == "tried"
