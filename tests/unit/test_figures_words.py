"""How the command line says usage figures: times that can be read, and what counts at a bound."""

import pytest

from coupefeu.cli.figures_words import figures_lines
from coupefeu.services.usage.status import (
    AnswerTime,
    AnswerWhat,
    BoundCount,
    HoldCount,
    LineTestCount,
    Usage,
)
from coupefeu.words import say


def lines(language="en", **tables):
    empty = dict.fromkeys(
        ("kinds", "messages", "line_tests", "calls", "answers", "notices", "holds", "incidents", "bounds"), ()
    )
    usage = Usage(
        from_ms=0, to_ms=1, as_of_ms=1, party="", parties=("us", "ru"), entries=1, before_asked=0, **(empty | tables)
    )  # fmt: skip
    return list(figures_lines(usage, language))


def taken(median_ms, worst_ms=None, at_bound=0):
    return AnswerTime(
        what=AnswerWhat.TAKEN, party="ru", post="", precedence="FLASH", asked=3, answered=2, median_ms=median_ms,
        worst_ms=worst_ms, at_bound=at_bound,
    )  # fmt: skip


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_a_time_below_a_second_is_said_as_such(language):
    below = say("figures-below-a-second", language)
    flash = say("precedence-flash", language)
    (row,) = [each for each in lines(language, answers=(taken(0, 999),)) if flash in each]
    assert row.count(below) == 2
    assert below[0] == "<"


def test_longer_times_are_said_to_the_tenth_and_then_whole_and_none_is_a_dash():
    rows = [each for each in lines(answers=(taken(1_000, 9_949), taken(311_000))) if "FLASH" in each]
    assert [row.split()[-3:-1] for row in rows] == [["1.0s", "9.9s"], ["5m11s", "-"]]


def test_movements_that_never_stood_have_no_time():
    hold = HoldCount(party="us", holds=0, running=0, impeded=1, total_ms=0, median_ms=0, longest_ms=0)
    assert any("median -, longest -" in row for row in lines(holds=(hold,)))


def test_what_counts_at_a_bound_is_marked_where_it_is():
    tests = LineTestCount(party="ru", due=3, held=1, without_test=1, without_answer=1, at_bound=2)
    bound = BoundCount(party="us", bound="before-bracket", count=7)
    said = lines(line_tests=(tests,), answers=(taken(1, 2, at_bound=1),), bounds=(bound,))
    assert any(row.endswith(say("figures-tests-at-bound", "en", count=2)) for row in said)
    assert any("FLASH" in row and row.endswith("  1") for row in said)
    assert any(
        row.split()[:2] == ["us", "7"] and say("figures-bound-before-bracket", "en") in row for row in said
    )
