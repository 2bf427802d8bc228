"""An officer who dates back what he did late: the year's figures count it when the other side's entries prove it."""

import pytest
from tests.console.movements import convoy
from tests.scenario.stage import do, open_line, say

from coupefeu.model.calls import Outcome
from coupefeu.model.messages import Form
from coupefeu.model.precedence import Precedence
from coupefeu.services.calls.commands import AnswerCall, PlaceCall
from coupefeu.services.messages.commands import Take
from coupefeu.services.notices.commands import FileNotice
from coupefeu.services.usage.asked import Asked

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
LATE_S = 100
"""Later than the agreed skew, and while a call still rings."""


@pytest.fixture
def nodes(tmp_path):
    return open_line(tmp_path)


def figures(node):
    """Count the day that ends in an hour."""
    now_ms, desk = node.clock().utc_ms, node.desk()
    try:
        return desk.figures(Asked(from_ms=now_ms - DAY_MS, to_ms=now_ms + HOUR_MS))
    finally:
        desk.close()


def answer_of(usage, what):
    (row,) = [
        each
        for each in usage.answers
        if (each.what.value, each.party, each.post, each.precedence) == (what, "ru", "", None)
    ]
    return row


def text(node):
    return say(node, Form.FREE_TEXT, text="A patrol leaves at noon.")


def call(node):
    (number,) = node.act(PlaceCall(from_post="us.duty", to_post="ru.duty", precedence=Precedence.FLASH))
    return number


def test_an_answer_is_not_counted_before_what_its_author_had_seen(nodes):
    message, number = text(nodes.us), call(nodes.us)
    nodes.run(seconds=LATE_S)
    text(nodes.us)
    nodes.run(seconds=2)
    nodes.ru.shift_ms = -(LATE_S - 5) * 1_000
    do(nodes.ru, Take, message)
    nodes.ru.act(AnswerCall(call=number, from_post="ru.duty"))
    nodes.run(seconds=2)
    nodes.ru.shift_ms = 0
    bound_ms = (LATE_S - nodes.us.agreement.skew_s) * 1_000
    for node in nodes.nodes:
        usage = figures(node)
        assert {each.outcome for each in usage.calls} == {Outcome.ANSWERED.value}
        for what in ("taken", "call"):
            row = answer_of(usage, what)
            assert (row.answered, row.at_bound) == (1, 1)
            assert bound_ms - 1_000 < row.worst_ms <= bound_ms + 1_000, "not the seven seconds that it claims"
        assert ("ru", "before-bracket", 2) in [(each.party, each.bound, each.count) for each in usage.bounds]


def test_a_message_that_is_dated_back_is_counted_in_the_year_in_which_it_was_written(nodes):
    text(nodes.ru)
    nodes.run(seconds=2)
    nodes.us.shift_ms = -400 * DAY_MS
    text(nodes.us)
    nodes.us.shift_ms = 0
    nodes.run(seconds=2)
    for node in nodes.nodes:
        usage = figures(node)
        assert ("us", 1) in [(each.party, each.count) for each in usage.messages]
        assert ("us", "before-bracket", 1) in [(each.party, each.bound, each.count) for each in usage.bounds]


def test_a_notice_that_is_dated_back_leaves_no_less_time_to_answer(nodes):
    text(nodes.ru)
    nodes.run(seconds=2)
    fact = convoy(nodes.us.clock().utc_ms, 90 * 24 * HOUR_MS, wants_answer=True)
    nodes.us.shift_ms = -30 * DAY_MS
    nodes.us.act(FileNotice.of(fact, "us.duty"))
    nodes.us.shift_ms = 0
    nodes.run(seconds=2)
    for node in nodes.nodes:
        assert [(each.party, each.outcome.value) for each in figures(node).notices] == [("us", "pending")]


def test_a_call_that_is_dated_back_marks_its_answer_too(nodes):
    text(nodes.ru)
    nodes.run(seconds=2)
    nodes.us.shift_ms = -HOUR_MS
    number = call(nodes.us)
    nodes.us.shift_ms = 0
    nodes.run(seconds=2)
    nodes.ru.act(AnswerCall(call=number, from_post="ru.duty"))
    nodes.run(seconds=2)
    skew_ms = nodes.us.agreement.skew_s * 1_000
    for node in nodes.nodes:
        row = answer_of(figures(node), "call")
        assert (row.answered, row.at_bound) == (1, 1)
        assert row.worst_ms < skew_ms + 10_000, "not the hour that RU would have let it ring"
