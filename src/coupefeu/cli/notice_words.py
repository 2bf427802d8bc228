"""What `coupefeu notice` prints: a notice in words of one language, each time UTC.

How it stands comes first, then what is owed and what changed, then what it says, then every word about it; what an
author wrote is shown as written.
"""

from collections.abc import Iterator

from coupefeu.model.agreement import NoticeTerms
from coupefeu.model.duration import format_duration
from coupefeu.model.instant import format_date_time_group
from coupefeu.model.notices import NoticeForm
from coupefeu.node.importing.judging import form_name
from coupefeu.services.messages.display import show_line
from coupefeu.services.notices.forms import FieldKind, FormRule
from coupefeu.services.notices.render import effect_words, field_words
from coupefeu.services.notices.said import fact_rows, volume_rows
from coupefeu.services.notices.status import (
    AnswerView,
    NoticeState,
    NoticeView,
    ReadBackView,
    RequestState,
    SettlementView,
)
from coupefeu.services.said import said_key
from coupefeu.words import label, say

_INDENT = "   "


def summary_lines(view: NoticeView, now_ms: int, language: str) -> list[str]:
    """Say in a few lines what it is, how it stands, and what is owed or new."""
    title = "" if view.fact is None else show_line(view.fact.title)
    form = "" if view.form is None else say(f"notices-form-{int(view.form)}", language)
    state = say(f"notices-state-{view.state.value}", language)
    lines = [f"{view.number}  {state}  {form}{': ' * bool(form and title)}{title}"]
    if view.effect:
        lines.append(say("notices-no-effect", language, why=effect_words(view.effect, language)))
    lines.append(_window(view, language))
    lines += _marks(view, now_ms, language)
    return [lines[0], *(f"{_INDENT}{each}" for each in lines[1:] if each)]


def notice_lines(view: NoticeView, now_ms: int, language: str) -> list[str]:
    """Say all of it."""
    lines = summary_lines(view, now_ms, language)
    if view.fact is not None:
        lines += ["", *(f"{_INDENT}{each}" for each in _said(fact_rows(view.fact), language))]
    for change in view.unseen:
        lines.append(
            f"{_INDENT}{say('notices-change', language, field=field_words(change.field, language, view.form))}"
        )
    if view.closing is not None:
        words = f": {show_line(view.closing.words)}" if view.closing.words else ""
        lines.append(
            f"{_INDENT}{view.closing.number}  {say(f'notices-state-{view.closing.state.value}', language)}{words}"
        )
    for answer in view.answers:
        lines += ["", *_answer(answer, language)]
    for read in view.read_backs:
        lines += ["", *_read_back(read, language)]
    for settled in view.settlements:
        lines += ["", *_settlement(settled, language)]
    return [*lines, "", say("notices-protection", language)]


def form_lines(rule: FormRule, terms: NoticeTerms, language: str) -> list[str]:
    """Say what a form carries."""
    agreed = terms.of(rule.form)
    lead = say("notices-lead", language, time=format_duration(agreed.lead_s)) if agreed.lead_s else ""
    lines = [f"{form_name(rule.form)}  {say(f'notices-form-{int(rule.form)}', language)}  {lead}".rstrip()]
    for field in rule.fields:
        name = say(f"notices-field-{int(rule.form)}-{field.number}", language)
        kind = "" if field.kind is FieldKind.TEXT else f" ({field.kind.value})"
        lines.append(f"{_INDENT}{field.name}{'!' * field.is_required}{kind}  {name}")
        lines += [
            f"{_INDENT * 2}{each}" for each in _choices(rule.form, field.number, field.choices, language)
        ]
    return lines


def _choices(form: NoticeForm, number: int, count: int, language: str) -> Iterator[str]:
    for choice in range(1, count + 1):
        yield f"{choice}  {say(f'notices-choice-{int(form)}-{number}-{choice}', language)}"


def _window(view: NoticeView, language: str) -> str:
    start, end = (
        None if each is None else format_date_time_group(each) for each in (view.start_ms, view.end_ms)
    )
    if view.fact is None:
        return ""
    if start is not None and end is not None:
        return f"{start} - {end}"
    if start is not None:
        return say("notices-from", language, time=start)
    return say("notices-no-window", language) if end is None else say("notices-until", language, time=end)


def _marks(view: NoticeView, now_ms: int, language: str) -> Iterator[str]:
    """Say what an officer has to see at once."""
    yield from late_words(view, now_ms, language)
    if view.is_short_notice:
        yield short_words(view, language)
    if view.has_changed_since_acknowledged:
        yield say("notices-changed-theirs" if view.ours else "notices-changed", language)
    for party, request in view.requests:
        if request is not RequestState.NOT_ASKED:
            yield f"{party.upper()}: {say(f'notices-request-{request.value}', language)}"
    is_awaited = any(request is RequestState.AWAITED for _, request in view.requests)
    if view.answer_due_ms is not None and is_awaited and view.state is NoticeState.LIVE:
        key = "notices-overdue" if view.is_answer_overdue else "notices-due"
        yield say(key, language, time=format_date_time_group(view.answer_due_ms))
    if view.missing and view.form is not None:
        names = [say(f"notices-field-{int(view.form)}-{each}", language) for each in view.missing]
        yield label(say("notices-missing", language), ", ".join(names), language)


def late_words(view: NoticeView, now_ms: int, language: str) -> Iterator[str]:
    """Say how late a movement runs and when it was heard of, or since when it is not by its plan."""
    if view.left_ms is not None and view.is_live:
        yield say("notices-off-plan", language, time=format_date_time_group(view.left_ms))
    if view.state is not NoticeState.LATE or view.end_ms is None or view.until_ms is None:
        return
    key = "notices-not-heard" if view.is_unheard else "notices-running-late"
    heard = {} if view.heard_ms is None else {"time": format_date_time_group(view.heard_ms)}
    if view.heard_ms is None:
        key = "notices-not-heard-at-all" if view.is_unheard else "notices-running-late-no-word"
    minutes = max(1, (now_ms - view.end_ms) // 60_000)
    yield say(key, language, age=format_duration(minutes * 60), **heard)
    yield say("notices-stands-until", language, time=format_date_time_group(view.until_ms))


def short_words(view: NoticeView, language: str) -> str:
    """Say how short a short notice is."""
    agreed = format_duration(view.lead_s)
    newest = next((each for each in reversed(view.versions) if not each.effect), None)
    lead_s = None if newest is None else newest.lead_s
    if lead_s is None or lead_s <= 0:
        return say("notices-short-begun", language, agreed=agreed)
    return say("notices-short", language, lead=format_duration(lead_s), agreed=agreed)


def _answer(answer: AnswerView, language: str) -> list[str]:
    name = "" if answer.answer is None else say(f"notices-answer-{int(answer.answer)}", language)
    marks = [
        "" if answer.is_about_newest else say("notices-old-version", language),
        say("notices-late", language) if answer.is_late else "",
        ""
        if answer.counter_state is None
        else say(f"notices-counter-{answer.counter_state.value}", language),
    ]
    at = format_date_time_group(answer.written_ms)
    lines = [
        f"{answer.number}  {answer.party.upper()} {at}  {name}{''.join(f', {each}' for each in marks if each)}"
    ]
    lines += _words(answer.words, answer.effect, language)
    lines += [
        f"{_INDENT}{row}" for volume in answer.volumes for row in _said(tuple(volume_rows(volume)), language)
    ]
    if answer.counter_answer is not None:
        lines += _words(answer.counter_answer.words, "", language)
    return lines


def _read_back(read: ReadBackView, language: str) -> list[str]:
    verdict = say(
        "notices-read-back-matches" if read.is_understood else "notices-read-back-differs", language
    )
    mark = "" if read.is_about_newest else f", {say('notices-old-version', language)}"
    at = format_date_time_group(read.written_ms)
    lines = [f"{read.number}  {read.party.upper()} {at}  {verdict}{mark}"]
    for each in read.differences:
        said = say(
            f"notices-read-back-{each.reason}",
            language,
            number=str(each.number),
            read=show_line(each.read),
            distance=str(each.distance_m),
        )
        lines.append(f"{_INDENT}{said}")
    return lines + _words(read.words, read.effect, language)


def _settlement(settled: SettlementView, language: str) -> list[str]:
    name = (
        "" if settled.settlement is None else say(f"notices-settlement-{int(settled.settlement)}", language)
    )
    at = format_date_time_group(settled.written_ms)
    return [
        f"{settled.number}  {settled.party.upper()} {at}  {name}",
        *_words(settled.words, settled.effect, language),
    ]


def _words(words: str, effect: str, language: str) -> list[str]:
    lines = [f"{_INDENT}| {show_line(words)}"] if words else []
    if effect:
        lines.append(f"{_INDENT}{say('notices-no-effect', language, why=effect_words(effect, language))}")
    return lines


def _said(rows: tuple[tuple[str, str], ...], language: str) -> list[str]:
    """Put each name before its value; what is a choice or stands by itself has none."""
    named = [(say(said_key(code), language), show_line(value)) for code, value in rows]
    return [label(name, value, language) if value else name for name, value in named]
