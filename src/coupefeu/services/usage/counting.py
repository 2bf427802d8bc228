"""All figures of one span, from the selects over the views and what the record counts of its own: entries by kind."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from json import loads
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
from coupefeu.services.usage.bounds import select_bounds, select_opened
from coupefeu.services.usage.line_tests import count_tests, read_tests
from coupefeu.services.usage.outcomes import (
    count_held,
    count_notices,
    group_acts,
    read_holds,
    read_versions,
)
from coupefeu.services.usage.selects import CallRow, MessageKey, NoticeRow
from coupefeu.services.usage.status import (
    BoundCount,
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


Kinds = Mapping[tuple[int, int | None], int]
"""Entries by (log, kind), which the record itself counts; kind None: the head cannot be read."""


def count_usage(stream: Stream, select: Select, entries: Kinds, asked: Asked, context: Context) -> Usage:
    """Count everything of a span; two seconds over a million entries."""
    line = len(context.parties)
    parties = (asked.party,) if asked.party else context.parties
    alike = Counter(stream(selects.select_messages(asked, line)))
    messages = {MessageKey(*loads(key)): count for (key,), count in alike.items()}
    calls = [CallRow(*row) for row in stream(selects.select_calls(asked, line))]
    answers = Answers()
    count_asked(messages, answers, context)
    take_acts(stream(selects.select_acts(asked, line)), answers, context)
    take_read_backs(stream(selects.select_read_backs(asked, line)), answers, context)
    take_calls(calls, answers)

    def select_rows(notice: MessageId) -> Rows:
        return select(select_rows_of(notice))

    known = read_versions(stream(selects.select_versions(asked, line)), select_rows, context)
    holds, impeded_counts, impeded = read_holds(stream(selects.select_check_ins(asked, line)), known, context)
    notices = count_notices(
        [NoticeRow(*row) for row in stream(selects.select_notices(asked, line))],
        group_acts(stream(selects.select_notice_acts(asked, line))),
        impeded,
        select_rows,
        context,
    )
    tests = read_tests(stream(selects.select_line_tests(asked, line)), context)
    opened_ms = {
        party: ms
        for position, party in enumerate(context.parties)
        for (ms,) in stream(select_opened(position))
    }
    incidents = _incidents(stream(selects.select_incidents(asked, line)), notices)
    kinds = tuple(each for each in _kinds(entries, context) if each.party in parties)
    return Usage(
        from_ms=asked.from_ms,
        to_ms=asked.to_ms,
        as_of_ms=context.now.utc_ms,
        party=asked.party,
        parties=parties,
        entries=sum(each.count for each in kinds),
        kinds=kinds,
        messages=tuple(each for each in _messages(messages, context) if each.party in parties),
        line_tests=count_tests(tests, opened_ms, asked, parties, context),
        calls=tuple(each for each in _calls(calls, messages, context) if each.party in parties),
        answers=answers.figures(parties),
        notices=tuple(each for each in notices if each.party in parties),
        holds=count_held(holds, impeded_counts, parties),
        incidents=tuple(each for each in incidents if each.party in parties),
        before_asked=answers.before_asked(parties),
        bounds=tuple(
            each for each in _bounds(stream(select_bounds(asked)), context) if each.party in parties
        ),
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


def _kinds(entries: Kinds, context: Context) -> list[KindCount]:
    counts: Counter[tuple[str, int]] = Counter()
    for (log, kind), count in entries.items():
        counts[context.party_of(log), -1 if kind is None else kind] += count
    return [
        KindCount(party=party, kind=None if kind < 0 else _name(Kind, kind), count=count)
        for (party, kind), count in sorted(counts.items())
    ]


def _messages(messages: Mapping[MessageKey, int], context: Context) -> list[MessageCount]:
    counts: Counter[tuple[str, int, str, int]] = Counter()
    for key, count in messages.items():
        counts[context.party_of(key.log), key.form or 0, key.subject or "", key.precedence] += count
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


def _calls(calls: Iterable[CallRow], messages: Mapping[MessageKey, int], context: Context) -> list[CallCount]:
    """Count attempts; a contact by another channel is one that ended outside this line."""
    counts: Counter[tuple[str, str]] = Counter((call.party, call.outcome or OPEN) for call in calls)
    for key, count in messages.items():
        if key.form == Form.CONTACT and key.is_good:
            counts[context.party_of(key.log), Outcome.OTHER_CHANNEL.value] += count
    return [
        CallCount(party=party, outcome=outcome, count=count)
        for (party, outcome), count in sorted(counts.items())
    ]


def _bounds(rows: Iterable[tuple[Any, ...]], context: Context) -> list[BoundCount]:
    return [
        BoundCount(party=context.parties[position], bound=bound, count=count)
        for position, bound, count in sorted(rows)
    ]
