"""How the command line says usage figures: calm tables, one after the other."""

from collections.abc import Iterator, Sequence
from typing import Final

from coupefeu.model.duration import format_duration
from coupefeu.model.entry import Kind
from coupefeu.model.instant import format_second
from coupefeu.model.messages import Form
from coupefeu.services.usage.status import AnswerTime, Usage
from coupefeu.words import has, say

_INDENT: Final = "    "
_KINDS: Final = {each.name: int(each) for each in Kind}
_SECOND_MS: Final = 1_000
_SHORT_MS: Final = 10_000
_NUMERIC: Final = frozenset("0123456789-<")
_ANSWER_COLUMNS: Final = ("party", "what", "post", "precedence", "answered", "median", "worst", "at-bound")


def span_lines(usage: Usage, language: str) -> Iterator[str]:
    """Say what is counted, and as it stands when."""
    span = {"start": format_second(usage.from_ms), "end": format_second(usage.to_ms)}
    yield say("figures-span", language, **span)
    yield say("figures-of", language, parties=", ".join(usage.parties), count=usage.entries)
    yield say("figures-as-of", language, time=format_second(usage.as_of_ms))


def figures_lines(usage: Usage, language: str) -> Iterator[str]:
    """Give the tables."""
    yield from _table("figures-entries", [
        (each.party, kind_words(each.kind, language), str(each.count)) for each in usage.kinds
    ], language)  # fmt: skip
    yield from _table("figures-messages", [
        (each.party, form_words(each.form, language), subject_words(each.subject, language),
         precedence_words(each.precedence, language), str(each.count))
        for each in usage.messages
    ], language)  # fmt: skip
    yield from _table("figures-tests", [
        (each.party, say("figures-tests-row", language, due=each.due, held=each.held,
                         untested=each.without_test, unanswered=each.without_answer),
         say("figures-tests-at-bound", language, count=each.at_bound) if each.at_bound else "")
        for each in usage.line_tests
    ], language)  # fmt: skip
    yield from _table("figures-calls", [
        (each.party, say(f"figures-call-{each.outcome.replace('_', '-')}", language), str(each.count))
        for each in usage.calls
    ], language)  # fmt: skip
    heads = [say(f"figures-column-{each}", language) for each in _ANSWER_COLUMNS]
    answers = [_answer(each, language) for each in usage.answers]
    yield from _table("figures-answers", [tuple(heads), *answers] if answers else [], language)
    if usage.before_asked:
        yield _INDENT + say("figures-before-asked", language, count=usage.before_asked)
    yield from _table("figures-notices", [
        (each.party, notice_form_words(each.form, language),
         say(f"figures-outcome-{each.outcome.value.replace('_', '-')}", language), str(each.count))
        for each in usage.notices
    ], language)  # fmt: skip
    yield from _table("figures-incidents", [
        (each.party, incident_form_words(each.form, language), str(each.count),
         say("figures-incidents-row", language, closed=each.closed),
         "" if each.notices is None else say("figures-incidents-notices", language, count=each.notices))
        for each in usage.incidents
    ], language)  # fmt: skip
    yield from _table("figures-holds", [
        (each.party, say("figures-holds-row", language, holds=each.holds, running=each.running,
                         impeded=each.impeded,
                         median=_time_words(each.median_ms if each.holds else None, language),
                         longest=_time_words(each.longest_ms if each.holds else None, language)))
        for each in usage.holds
    ], language)  # fmt: skip
    yield from _table("figures-bounds", [
        (each.party, str(each.count), say(f"figures-bound-{each.bound}", language)) for each in usage.bounds
    ], language)  # fmt: skip


def _table(title: str, rows: Sequence[tuple[str, ...]], language: str) -> Iterator[str]:
    """Give a title, and the rows in columns; the numbers at the right, a sentence as it is."""
    yield ""
    yield say(title, language).upper()
    if not rows:
        yield _INDENT + say("figures-none", language)
        return
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [
            cell.rjust(width) if cell[:1] in _NUMERIC else cell.ljust(width)
            for cell, width in zip(row, widths, strict=True)
        ]
        yield (_INDENT + "  ".join(cells)).rstrip()


def _answer(answer: AnswerTime, language: str) -> tuple[str, ...]:
    of = "" if answer.asked is None else f"/{answer.asked}"
    precedence = (
        say("figures-every-precedence", language)
        if answer.precedence is None
        else precedence_words(answer.precedence, language)
    )
    return (
        answer.party,
        say(f"figures-what-{answer.what.value.replace('_', '-')}", language),
        answer.post or say("figures-every-post", language),
        precedence,
        f"{answer.answered}{of}",
        _time_words(answer.median_ms, language),
        _time_words(answer.worst_ms, language),
        str(answer.at_bound),
    )


def _time_words(milliseconds: int | None, language: str) -> str:
    """`5m11s`, below ten seconds to the tenth: `4.2s`, below one so in words; of nothing a dash."""
    if milliseconds is None:
        return "-"
    if milliseconds < _SECOND_MS:
        return say("figures-below-a-second", language)
    if milliseconds < _SHORT_MS:
        return f"{milliseconds / 1_000:.1f}s"
    return format_duration(milliseconds // 1_000)


def kind_words(kind: str | None, language: str) -> str:
    """Name a kind of entry."""
    if kind is None:
        return say("figures-unreadable", language)
    number = _KINDS.get(kind, kind.rpartition("_")[2])
    keys = (f"act-{number}", f"ui-kind-{kind.lower().replace('_', '-')}")
    found = next((key for key in keys if has(key)), None)
    return say("ui-kind-unknown-number", language, number=number) if found is None else say(found, language)


def form_words(form: str | None, language: str) -> str:
    """Name a form of message."""
    if form is None:
        return say("figures-unreadable", language)
    return say(f"form-{int(Form[form])}" if form in Form.__members__ else "form-unknown", language)


def notice_form_words(form: int | None, language: str) -> str:
    """Name a form of notice."""
    return say("figures-unreadable" if form is None else f"notices-form-{form}", language)


def incident_form_words(form: str | None, language: str) -> str:
    """Name a form of incident."""
    key = f"incident-form-{(form or '').lower().replace('_', '-')}"
    return say(key if has(key) else "figures-unreadable", language)


def subject_words(subject: str | None, language: str) -> str:
    """Name a subject."""
    return say(f"subject-{'unknown' if subject is None else subject.lower()}", language)


def precedence_words(precedence: str, language: str) -> str:
    """Name a precedence."""
    return say(f"precedence-{precedence.lower()}", language)
