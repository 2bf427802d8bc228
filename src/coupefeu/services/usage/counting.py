"""All figures of one span, from the selects over the views and what the record counts of its own."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from coupefeu.model.calls import Outcome
from coupefeu.model.entry import Kind
from coupefeu.model.incidents import IncidentForm
from coupefeu.model.messages import Form, MessageId
from coupefeu.model.precedence import Precedence
from coupefeu.services.base import Context, Rows, Select, Statement
from coupefeu.services.notices.tables import select_rows_of
from coupefeu.services.usage import selects
from coupefeu.services.usage.answering import Answers, count_asked, take_acts, take_calls, take_read_backs
from coupefeu.services.usage.asked import Asked
from coupefeu.services.usage.line_tests import count_tests, read_tests
from coupefeu.services.usage.outcomes import (
    count_held,
    count_notices,
    group_acts,
    read_holds,
    read_versions,
)
from coupefeu.services.usage.selects import CallRow, MessageGroup, NoticeRow
from coupefeu.services.usage.status import (
    CallCount,
    IncidentCount,
    KindCount,
    MessageCount,
    NoticeCount,
    Usage,
)

Stream = Callable[[Statement], Iterable[tuple[Any, ...]]]
"""Runs a select over the view tables; its rows one by one."""
OPEN: Final = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfTheRecord:
    """What the record itself says: entries by (log, kind; None: unreadable), and when the log of each party begins."""

    kinds: Mapping[tuple[int, int | None], int]
    opened_ms: Mapping[str, int]


def count_usage(stream: Stream, select: Select, record: OfTheRecord, asked: Asked, context: Context) -> Usage:
    """Count everything of a span; two seconds over a million entries."""
    parties = (asked.party,) if asked.party else context.parties
    groups = [MessageGroup(*row) for row in stream(selects.select_messages(asked))]
    calls = [CallRow(*row) for row in stream(selects.select_calls(asked))]
    answers = Answers()
    count_asked(groups, answers, context)
    take_acts(stream(selects.select_acts(asked)), answers, context)
    take_read_backs(stream(selects.select_read_backs(asked)), answers, context)
    take_calls(calls, answers)

    def select_rows(notice: MessageId) -> Rows:
        return select(select_rows_of(notice))

    known = read_versions(stream(selects.select_versions(asked)), select_rows, context)
    holds, impeded_counts, impeded = read_holds(stream(selects.select_check_ins(asked)), known, context)
    notices = count_notices(
        [NoticeRow(*row) for row in stream(selects.select_notices(asked))],
        group_acts(stream(selects.select_notice_acts(asked))),
        impeded,
        select_rows,
        context,
    )
    tests = read_tests(stream(selects.select_line_tests(asked)), context)
    incidents = _incidents(stream(selects.select_incidents(asked)), notices)
    kinds = tuple(each for each in _kinds(record, context) if each.party in parties)
    return Usage(
        from_ms=asked.from_ms,
        to_ms=asked.to_ms,
        as_of_ms=context.now.utc_ms,
        party=asked.party,
        parties=parties,
        entries=sum(each.count for each in kinds),
        kinds=kinds,
        messages=tuple(each for each in _messages(groups, context) if each.party in parties),
        line_tests=count_tests(tests, record.opened_ms, asked, parties, context),
        calls=tuple(each for each in _calls(calls, groups, context) if each.party in parties),
        answers=answers.figures(parties),
        notices=tuple(each for each in notices if each.party in parties),
        holds=count_held(holds, impeded_counts, parties),
        incidents=tuple(each for each in incidents if each.party in parties),
        before_asked=answers.before_asked,
    )


def _name(codes: type[IntEnum], number: int) -> str:
    """Name a code; one of a newer peer by its number."""
    known = codes._value2member_map_.get(number)
    return f"{codes.__name__.upper()}_{number}" if known is None else known.name


def _incidents(rows: Iterable[tuple[Any, ...]], notices: Iterable[NoticeCount]) -> list[IncidentCount]:
    """Say of what was struck after notice also how much was notified."""
    notified: Counter[str] = Counter()
    for each in notices:
        notified[each.party] += each.count
    return [
        IncidentCount(
            party=party,
            form=None if form is None else _name(IncidentForm, form),
            count=count,
            closed=closed,
            notices=notified[party] if form == IncidentForm.STRUCK_AFTER_NOTICE else None,
        )
        for party, form, count, closed in sorted(rows, key=lambda row: (row[0], row[1] or 0))
    ]


def _kinds(record: OfTheRecord, context: Context) -> list[KindCount]:
    counts: Counter[tuple[str, int]] = Counter()
    for (log, kind), count in record.kinds.items():
        counts[context.party_of(log), -1 if kind is None else kind] += count
    return [
        KindCount(party=party, kind=None if kind < 0 else _name(Kind, kind), count=count)
        for (party, kind), count in sorted(counts.items())
    ]


def _messages(groups: Iterable[MessageGroup], context: Context) -> list[MessageCount]:
    counts: Counter[tuple[str, int, str, int]] = Counter()
    for group in groups:
        key = context.party_of(group.log), group.form or 0, group.subject or "", group.precedence
        counts[key] += group.messages
    return [
        MessageCount(
            party=party,
            form=_name(Form, form) if form else None,
            subject=subject or None,
            precedence=Precedence(precedence).name,
            count=count,
        )
        for (party, form, subject, precedence), count in sorted(counts.items())
    ]


def _calls(calls: Iterable[CallRow], groups: Iterable[MessageGroup], context: Context) -> list[CallCount]:
    """Count attempts; a contact by another channel is one that ended outside this line."""
    counts: Counter[tuple[str, str]] = Counter((call.party, call.outcome or OPEN) for call in calls)
    for group in groups:
        if group.form == Form.CONTACT and group.is_good:
            counts[context.party_of(group.log), Outcome.OTHER_CHANNEL.value] += group.messages
    return [
        CallCount(party=party, outcome=outcome, count=count)
        for (party, outcome), count in sorted(counts.items())
    ]
