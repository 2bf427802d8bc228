"""Usage figures as CSV: one flat table, a row for each figure, EXERCISE first in every row of an exercise line.

    exercise,table,party,of,also,post,precedence,asked,count,median_s,worst_s,at_bound
    ,answers,ru,taken,,ru.duty,FLASH,,12,41.2,311.0,1

`table` is entries, messages, line_tests, calls, answers, notices, incidents, holds or bounds; `of`, `also` name what is
counted by codes (kind, form and subject, outcome, bound), as `--json` has them. `at_bound`: how many of these count by
a time that is not the claimed one but the nearer bound.
"""

from collections.abc import Iterator
from typing import Final

from coupefeu.model.notices import NoticeForm
from coupefeu.services.usage.status import Usage
from coupefeu.wire.csv_notices import cell_text
from coupefeu.wire.csv_records import write_record

COLUMNS: Final = (
    "exercise", "table", "party", "of", "also", "post", "precedence", "asked", "count", "median_s", "worst_s",
    "at_bound",
)  # fmt: skip
NOT_READABLE: Final = "not_readable"
Cells = dict[str, str | int | float | None]


def write_figures(usage: Usage, *, exercise: str = "") -> Iterator[str]:
    """Write the table, the names of its columns first; `exercise`: what an exercise line says first everywhere."""
    yield write_record(COLUMNS)
    for cells in _rows(usage):
        stated = {"exercise": exercise, **cells}
        values = (stated.get(name) for name in COLUMNS)
        yield write_record("" if each is None else cell_text(each) for each in values)


def _rows(usage: Usage) -> Iterator[Cells]:
    for kind in usage.kinds:
        yield {"table": "entries", "party": kind.party, "of": kind.kind or NOT_READABLE, "count": kind.count}
    for message in usage.messages:
        yield {
            "table": "messages",
            "party": message.party,
            "of": message.form or NOT_READABLE,
            "also": message.subject or NOT_READABLE,
            "precedence": message.precedence,
            "count": message.count,
        }
    for test in usage.line_tests:
        for name in ("due", "held", "without_test", "without_answer"):
            at_bound = test.at_bound if name == "due" else None
            count = getattr(test, name)
            yield {
                "table": "line_tests",
                "party": test.party,
                "of": name,
                "count": count,
                "at_bound": at_bound,
            }
    for call in usage.calls:
        yield {"table": "calls", "party": call.party, "of": call.outcome, "count": call.count}
    yield from _answers(usage)
    for notice in usage.notices:
        form = NOT_READABLE if notice.form is None else NoticeForm(notice.form).name
        yield {
            "table": "notices",
            "party": notice.party,
            "of": form,
            "also": notice.outcome.value,
            "count": notice.count,
        }
    for incident in usage.incidents:
        form = incident.form or NOT_READABLE
        own = {"table": "incidents", "party": incident.party, "of": form}
        yield {**own, "asked": incident.notices, "count": incident.count}
        yield {**own, "also": "closed", "count": incident.closed}
    for hold in usage.holds:
        yield {"table": "holds", "party": hold.party, "of": "impeded", "count": hold.impeded}
        yield {
            "table": "holds",
            "party": hold.party,
            "of": "held",
            "count": hold.holds,
            "median_s": _seconds(hold.median_ms),
            "worst_s": _seconds(hold.longest_ms),
        }
    for each in usage.bounds:
        yield {"table": "bounds", "party": each.party, "of": each.bound, "count": each.count}


def _answers(usage: Usage) -> Iterator[Cells]:
    for answer in usage.answers:
        yield {
            "table": "answers",
            "party": answer.party,
            "of": answer.what.value,
            "post": answer.post,
            "precedence": answer.precedence,
            "asked": answer.asked,
            "count": answer.answered,
            "median_s": _seconds(answer.median_ms),
            "worst_s": _seconds(answer.worst_ms),
            "at_bound": answer.at_bound,
        }


def _seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1_000
