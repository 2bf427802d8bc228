"""7 April 2023: the calls at 09:00 and 17:00 are not answered any more. A storm, a cut cable, or a decision?

For days nobody could say: a silence was all that the caller had. Here three signals are kept apart, each with its
evidence and each as their node says: whether it was heard, whether anybody was signed on, what a person did. So an
empty room, a dead line and people who sit there and do not answer are three outcomes, on both records, for ever.
"""

from dataclasses import replace

import pytest
from tests.scenario.calling import GRACE_S, call, leave, outcome, view, watch, with_terms
from tests.scenario.stage import MINUTE, open_line

from coupefeu.model.calls import Outcome
from coupefeu.model.entry import Kind
from coupefeu.services.calls.diagnosis import Says, Signal
from coupefeu.services.diagnosed import diagnosis_lines

RING_S = 20


@pytest.fixture
def nodes(tmp_path):
    """US calls; the others, RU here, had answered every day until then."""
    nodes = open_line(tmp_path, agreement=replace(with_terms(ring_s=RING_S), ladders=()))
    watch(nodes.ru)
    nodes.run(seconds=MINUTE)
    return nodes


def told(node, number):
    desk = node.desk()
    try:
        return desk.diagnosis(number)
    finally:
        desk.close()


def signals(node, number):
    return {reading.signal: reading for reading in told(node, number).readings}


def call_of_the_day(nodes):
    number = call(nodes.us)
    nodes.run(seconds=RING_S + GRACE_S + 5)
    return number


def test_somebody_sits_there_and_does_not_answer(nodes):
    number = call_of_the_day(nodes)
    assert outcome(nodes, number) is Outcome.NO_ANSWER
    found = signals(nodes.us, number)
    assert [found[each].says for each in Signal] == [Says.ALIVE, Says.ON_WATCH, Says.NOBODY]
    assert found[Signal.WATCH].posts == ("ru.duty",)
    assert all(reading.evidence for reading in found.values()), "each names the entry that shows it"


def test_nobody_sits_there(nodes):
    leave(nodes.ru)
    nodes.run(seconds=5)
    number = call_of_the_day(nodes)
    assert outcome(nodes, number) is Outcome.NOT_STAFFED
    found = signals(nodes.us, number)
    assert [found[each].says for each in Signal] == [Says.ALIVE, Says.UNSTAFFED, Says.NOBODY]


def test_the_cable_is_cut(nodes):
    heard_ms = nodes.us.clock().utc_ms
    nodes.wire.faults.is_cut = True
    number = call_of_the_day(nodes)
    assert view(nodes.us, number).outcome is Outcome.LINE_DOWN
    found = signals(nodes.us, number)
    assert found[Signal.HEARTBEAT].says is Says.SILENT
    assert heard_ms - 5_000 <= found[Signal.HEARTBEAT].since_ms <= heard_ms, "since when, not only that"
    assert found[Signal.WATCH].says is Says.SAID_ON_WATCH, (
        "what was said before; whether it is still so, nobody knows"
    )
    assert found[Signal.HUMAN].says is Says.UNKNOWN


def test_three_days_are_three_outcomes_and_both_records_have_them_alike(nodes):
    silent = call_of_the_day(nodes)
    leave(nodes.ru)
    nodes.run(seconds=5)
    empty = call_of_the_day(nodes)
    nodes.wire.faults.is_cut = True
    cut = call_of_the_day(nodes)
    nodes.wire.faults.is_cut = False
    nodes.run(seconds=MINUTE)
    found = [outcome(nodes, each) for each in (silent, empty, cut)]
    assert found == [Outcome.NO_ANSWER, Outcome.NOT_STAFFED, Outcome.LINE_DOWN]
    assert nodes.us.calling.open_views() == nodes.ru.calling.open_views() == ()


def test_no_machine_says_why_people_are_silent(nodes):
    """Facts and ages alone: no word of any language guesses at a motive."""
    number = call_of_the_day(nodes)
    steps = view(nodes.us, number).steps
    assert {step.kind for step in steps if step.machine} == {Kind.CALL_RINGING, Kind.CALL_UNANSWERED}
    for language in ("en", "fr", "ru"):
        words = "\n".join(diagnosis_lines(told(nodes.us, number), language)).lower()
        for guess in ("refus", "отказ", "punish", "politi", "ignor"):
            assert guess not in words
