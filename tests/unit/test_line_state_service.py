"""The state of the line as its parties declare it: who may, from when it holds, what a later declaration replaces."""

import pytest
from tests.incidents_line import HOUR_MS, RU, US, Line

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.entry import Kind
from coupefeu.model.line_state import LineState
from coupefeu.services.line_state.commands import DeclareLineState
from coupefeu.services.line_state.facts import LineStateFact
from coupefeu.services.line_state.fold import gravest


@pytest.fixture
def line(tmp_path):
    return Line(tmp_path / "record.db")


def refusal(code):
    return pytest.raises(
        (PolicyError, UsageError), check=lambda error: error.code == f"services.line_state.{code}"
    )


def hear(line, state, from_ms=None, **more):
    return line.hear(Kind.LINE_STATE, LineStateFact(state=state, from_ms=from_ms), **more)


def test_a_line_of_which_nothing_is_declared_is_open(line):
    assert [each.state for each in line.states().values()] == [LineState.OPEN] * 2
    assert gravest(line.states().values()) is LineState.OPEN
    assert line.states()["ru"].since_ms is None


def test_the_line_is_as_the_gravest_declaration_and_each_says_whose(line):
    line.act(DeclareLineState(state=LineState.DEGRADED, from_post="us.chief", words="One cable is cut."))
    hear(line, LineState.SUSPENDED)
    states = line.states()
    assert gravest(states.values()) is LineState.SUSPENDED
    assert states["us"].state is LineState.DEGRADED
    assert states["us"].declared.post == "us.chief"
    assert states["ru"].declared.number == "RU/0"


def test_what_is_announced_begins_at_its_time_and_a_later_word_replaces_it(line):
    hear(line, LineState.SUSPENDED, from_ms=line.now_ms + 2 * HOUR_MS)
    ru = line.states()["ru"]
    assert ru.state is LineState.OPEN
    assert ru.next.state is LineState.SUSPENDED
    line.wait(3)
    assert line.states()["ru"].state is LineState.SUSPENDED
    assert line.states()["ru"].next is None
    hear(line, LineState.CLOSED, from_ms=line.now_ms + HOUR_MS)
    hear(line, LineState.OPEN)
    line.wait(2)
    assert line.states()["ru"].state is LineState.OPEN, (
        "what was announced and has not begun is replaced as well"
    )


def test_nobody_back_dates_a_state(line):
    with refusal("past_time"):
        line.act(DeclareLineState(state=LineState.SUSPENDED, from_post=US, from_ms=line.now_ms - HOUR_MS))
    hear(line, LineState.SUSPENDED, from_ms=line.now_ms - 24 * HOUR_MS)
    ru = line.states()["ru"]
    assert ru.declared.is_back_dated
    assert ru.since_ms == ru.declared.said_ms


def test_a_clock_of_2099_holds_no_state_back(line):
    hear(line, LineState.SUSPENDED, written_ms=4_070_908_800_000)
    ru = line.states()["ru"]
    assert ru.state is LineState.SUSPENDED
    assert ru.since_ms == ru.declared.arrived_ms


def test_nobody_declares_for_the_other_side(line):
    with refusal("foreign_post"):
        line.act(DeclareLineState(state=LineState.CLOSED, from_post=RU))
    hear(line, LineState.CLOSED, post=US)
    assert gravest(line.states().values()) is LineState.OPEN


def test_the_same_again_needs_words(line):
    line.act(DeclareLineState(state=LineState.DEGRADED, from_post=US))
    with refusal("already_so"):
        line.act(DeclareLineState(state=LineState.DEGRADED, from_post=US))
    line.act(DeclareLineState(state=LineState.DEGRADED, from_post=US, words="Still."))


def test_a_flood_of_what_has_no_effect_hides_no_declaration(line):
    hear(line, LineState.SUSPENDED)
    for _ in range(70):
        line.hear(Kind.LINE_STATE, None, body=b"\xa0")
    assert line.states()["ru"].state is LineState.SUSPENDED


def test_what_was_announced_a_hundred_times_hides_nothing_that_holds(line):
    hear(line, LineState.SUSPENDED)
    for year in range(100):
        hear(line, LineState.OPEN, from_ms=line.now_ms + (1 + year) * 8_760 * HOUR_MS)
    assert line.states()["ru"].state is LineState.SUSPENDED
    hear(line, LineState.CLOSED)
    assert line.states()["ru"].state is LineState.CLOSED
