"""Deir ez-Zor, 17 September 2016: 27 minutes for the usual contact.

Aircraft of one side were striking a position that was not the enemy's. The other side rang the line. The caller asked
for the officer he usually spoke with, who was not there, and waited; only when that officer came was the matter told.
Twenty-seven minutes had gone by, and 15 of the day's 37 strikes had been flown in them. The line worked, the cipher
worked; the message belonged to a person instead of to the desk.

Here the warning is a WARNING STOP at FLASH. It names no person, anyone on watch may take it, and its two clocks run on
both consoles.
"""

import pytest
from tests.scenario.calling import answer, call, outcome, view, watch
from tests.scenario.stage import MINUTE, both, clock, do, done, open_line, verify_all, warn

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.calls import Outcome
from coupefeu.model.messages import Form, Operative, OutcomeCode
from coupefeu.model.precedence import Precedence
from coupefeu.services.messages.commands import GiveOutcome, Read, ReadBack, Take
from coupefeu.services.messages.status import StepName

PLACE = "hill south-west of the airfield"


def stop(nodes):
    message = warn(nodes.ru, Operative.STOP, PLACE, numbers=("37",))
    nodes.run(seconds=1)
    return message


def test_anyone_on_watch_stops_it_and_both_sides_see_when(tmp_path):
    nodes = open_line(tmp_path)
    message = stop(nodes)
    assert nodes.us.message(message).to_posts == ("us.duty",), "to the desk, to nobody by name"
    nodes.run(seconds=20)
    do(nodes.us, Take, message, from_post="us.chief", officer="Battle director")
    do(nodes.us, ReadBack, message, from_post="us.chief", typed=("stop", PLACE, "37"))
    nodes.run(seconds=90)
    stopped_ms = nodes.us.clock().utc_ms
    do(nodes.us, GiveOutcome, message, outcome=OutcomeCode.STOPPED_AT, time_ms=stopped_ms)
    nodes.run(seconds=1)

    for status in both(nodes, message):
        assert done(status) == ["on-their-record", "taken-by", "read-back", "outcome"]
        assert not status.overdue
        outcome = status.chain("us").step(StepName.OUTCOME)
        assert (outcome.acts[0].act.outcome, outcome.acts[0].act.time_ms) == (
            OutcomeCode.STOPPED_AT,
            stopped_ms,
        )
        assert 110_000 < outcome.clock.stopped_ms - outcome.clock.started_ms < 120_000
        assert status.chain("us").step(StepName.TAKEN_BY).acts[0].post == "us.chief"
    audits = verify_all(nodes, tmp_path / "export")
    assert (audits["us"].size, audits["ru"].size) == (3, 1)


def test_what_27_minutes_are_on_both_consoles(tmp_path):
    """Nobody acts: overdue at the agreed deadlines, on both sides, and it sounds until somebody does."""
    nodes = open_line(tmp_path)
    message = stop(nodes)
    waited = 1
    for minutes, taken_overdue, outcome_overdue in (
        (1.9, False, False),
        (2.1, True, False),
        (9.9, True, False),
        (10.1, True, True),
        (27, True, True),
    ):
        nodes.run(seconds=minutes * MINUTE - waited)
        waited = minutes * MINUTE
        for status in both(nodes, message):
            found = [clock(status, step) for step in (StepName.TAKEN_BY, StepName.OUTCOME)]
            assert all(each.running for each in found)
            assert [each.overdue for each in found] == [taken_overdue, outcome_overdue]
            assert status.overdue
        assert nodes.us.message(message).sounds, "an untaken FLASH sounds where it arrived"
        assert nodes.ru.message(message).sounds is outcome_overdue, "an outcome run out sounds on both sides"

    do(nodes.us, Take, message)
    nodes.run(seconds=1)
    for status in both(nodes, message):
        taken, outcome = (clock(status, step) for step in (StepName.TAKEN_BY, StepName.OUTCOME))
        assert (taken.running, taken.overdue) == (False, True), "taken, and late for ever"
        assert -25 * MINUTE * 1000 - 5_000 < taken.left_ms < -25 * MINUTE * 1000 + 5_000
        assert (outcome.running, outcome.overdue) == (True, True), "taking never stops the outcome clock"
        assert status.sounds


def test_reading_and_reading_back_do_not_stop_the_outcome_clock_either(tmp_path):
    nodes = open_line(tmp_path)
    message = stop(nodes)
    do(nodes.us, Take, message)
    do(nodes.us, Read, message)
    do(nodes.us, ReadBack, message, typed=("STOP", PLACE, "37"))
    nodes.run(seconds=10 * MINUTE)
    for status in both(nodes, message):
        assert done(status) == ["on-their-record", "taken-by", "read-by", "read-back"]
        assert clock(status, StepName.OUTCOME).running
        assert status.sounds
    do(nodes.us, GiveOutcome, message, outcome=OutcomeCode.CANNOT, text="Aircraft out of radio contact")
    nodes.run(seconds=1)
    assert not any(status.sounds for status in both(nodes, message))


def test_what_went_wrong_then_a_message_to_a_named_post_waits_for_it(tmp_path):
    """The old way is still possible for what is not urgent: then the post alone may take it."""
    nodes = open_line(tmp_path)
    message = warn(
        nodes.ru, Operative.STOP, PLACE, precedence=Precedence.IMMEDIATE, to_posts=("us.secretary",)
    )
    nodes.run(seconds=1)
    with pytest.raises(PolicyError, match="post_not_addressed"):
        do(nodes.us, Take, message)
    do(nodes.us, GiveOutcome, message, outcome=OutcomeCode.PASSED_TO, text="us.secretary")
    nodes.run(seconds=1)
    status = nodes.ru.message(message)
    assert status.form is Form.WARNING
    assert not clock(status, StepName.OUTCOME).running, "the desk may always pass it on: action does not wait"


# --- the same by a call -------------------------------------------------------------------------------------


def test_a_call_rings_at_the_desk_and_whoever_is_on_watch_answers_it(tmp_path):
    """Nobody waits for a named person: the usual contact is away, and an officer on watch speaks within seconds."""
    nodes = open_line(tmp_path)
    watch(nodes.us)
    number = call(nodes.ru, "us.chief", Precedence.FLASH, words="You strike our position at the airfield.")
    nodes.run(seconds=1)
    assert view(nodes.us, number).rung_posts == ("us.chief", "us.duty"), (
        "the post asked for, and the desk at once"
    )
    nodes.run(seconds=10)
    answer(nodes.us, number, from_post="us.duty", officer="Battle director")
    nodes.run(seconds=1)
    assert outcome(nodes, number) is Outcome.ANSWERED
    step = view(nodes.ru, number).outcome_step
    assert (step.post, step.officer) == ("us.duty", "Battle director")
    rang_ms = view(nodes.us, number).steps[0].arrived_ms
    assert step.written_ms - rang_ms < 12_000, "not 27 minutes"


def test_a_call_for_the_usual_contact_alone_comes_to_the_desk_by_itself(tmp_path):
    nodes = open_line(tmp_path)
    watch(nodes.us)
    number = call(nodes.ru, "us.chief")
    nodes.run(seconds=2 * MINUTE + 1)
    assert view(nodes.ru, number).rung_posts == ("us.chief", "us.duty")
    answer(nodes.us, number)
    nodes.run(seconds=1)
    assert view(nodes.ru, number).answered_by == "us.duty"


def test_nobody_is_called_by_name(tmp_path):
    nodes = open_line(tmp_path)
    with pytest.raises(UsageError) as refused:
        call(nodes.ru, "us.usual-contact")
    assert refused.value.code == "model.agreement.no_post"
