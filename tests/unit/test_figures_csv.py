"""Figures as CSV: a row for each, and nothing that a spreadsheet would run."""

import csv
import io

from coupefeu.node.figures_csv import COLUMNS, write_figures
from coupefeu.services.usage.status import (
    AnswerTime,
    AnswerWhat,
    BoundCount,
    KindCount,
    LineTestCount,
    NoticeCount,
    NoticeOutcome,
    Usage,
)


def usage(**tables):
    empty = dict.fromkeys(
        ("kinds", "messages", "line_tests", "calls", "answers", "notices", "holds", "incidents", "bounds"), ()
    )
    return Usage(
        from_ms=0, to_ms=1, as_of_ms=1, party="", parties=("us", "ru"), entries=1, before_asked=0, **(empty | tables)
    )  # fmt: skip


def rows(found, **options):
    return list(csv.DictReader(io.StringIO("".join(write_figures(found, **options)))))


def test_times_are_seconds_and_what_is_not_known_is_empty():
    answer = AnswerTime(
        what=AnswerWhat.TAKEN, party="ru", post="", precedence="FLASH", asked=3, answered=2, median_ms=41_250,
        worst_ms=None, at_bound=1,
    )  # fmt: skip
    (row,) = rows(usage(answers=(answer,)))
    assert tuple(row) == COLUMNS
    assert (row["table"], row["asked"], row["count"], row["median_s"], row["worst_s"], row["at_bound"]) == (
        "answers",
        "3",
        "2",
        "41.25",
        "",
        "1",
    )


def test_a_post_that_a_spreadsheet_would_run_is_a_text():
    answer = AnswerTime(
        what=AnswerWhat.CALL, party="ru", post="=cmd|' /C calc'!A0", precedence=None, asked=None, answered=1,
        median_ms=1, worst_ms=1, at_bound=0,
    )  # fmt: skip
    (row,) = rows(usage(answers=(answer,)))
    assert row["post"].startswith("'=")


def test_what_cannot_be_read_is_named_and_exercise_is_first():
    kind = KindCount(party="ru", kind=None, count=2)
    notice = NoticeCount(party="ru", form=None, outcome=NoticeOutcome.IMPEDED, count=1)
    found = rows(usage(kinds=(kind,), notices=(notice,)), exercise="EXERCISE")
    assert [(row["exercise"], row["of"], row["also"], row["count"]) for row in found] == [
        ("EXERCISE", "not_readable", "", "2"),
        ("EXERCISE", "not_readable", "impeded", "1"),
    ]


def test_what_counts_at_a_bound_is_told():
    tests = LineTestCount(party="ru", due=3, held=1, without_test=1, without_answer=1, at_bound=2)
    bound = BoundCount(party="us", bound="before-bracket", count=7)
    found = rows(usage(line_tests=(tests,), bounds=(bound,)))
    assert [(row["table"], row["party"], row["of"], row["count"], row["at_bound"]) for row in found] == [
        ("line_tests", "ru", "due", "3", "2"),
        ("line_tests", "ru", "held", "1", ""),
        ("line_tests", "ru", "without_test", "1", ""),
        ("line_tests", "ru", "without_answer", "1", ""),
        ("bounds", "us", "before-bracket", "7", ""),
    ]
