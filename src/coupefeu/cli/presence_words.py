"""How the command line says presence: contacts with how long ago, what was asked, claims and evidence apart."""

from collections.abc import Iterable, Iterator
from typing import Final

from coupefeu.model.duration import format_duration
from coupefeu.model.instant import format_second
from coupefeu.node.presence_values import (
    ContactValues,
    PresencePairValues,
    PresenceValues,
    QuestionValues,
    ReportValues,
)
from coupefeu.services.messages.render import BAR
from coupefeu.words import has, label, say

_INDENT: Final = "    "


def presence_lines(values: PresenceValues, language: str) -> Iterator[str]:
    """Say all of it."""
    now_ms = values.as_of_ms
    yield from contact_lines_of(values.pairs, now_ms, language)
    if values.questions:
        yield ""
        yield say("presence-questions-title", language).upper()
        for question in values.questions:
            yield from question_lines(question, now_ms, language)
    for title, none, reports in (
        ("presence-claims-title", "presence-claims-none", values.claims),
        ("presence-evidence-title", "presence-evidence-none", values.sightings),
    ):
        yield ""
        yield say(title, language).upper()
        for report in reports:
            yield from report_lines(report, language)
        if not reports:
            yield say(none, language)
    if values.absent:
        yield say("presence-absent", language, count=values.absent)


def contact_lines_of(pairs: Iterable[PresencePairValues], at_ms: int, language: str) -> Iterator[str]:
    """Say the last direct contact of each pair, how long it was ago at an instant, and the calls of ours since."""
    yield say("presence-contact-title", language).upper()
    for pair in pairs:
        yield from _pair_lines(pair, at_ms, language)


def _pair_lines(pair: PresencePairValues, now_ms: int, language: str) -> Iterator[str]:
    yield f"{pair.ours} - {pair.theirs}"
    if pair.contacts:
        yield from (_INDENT + each for each in contact_lines(pair.contacts[0], now_ms, language))
    else:
        yield _INDENT + say("presence-none-judged" if pair.truncated else "presence-none", language)
    if pair.attempts:
        counted = (
            f"{say(f'presence-outcome-{_key(each.outcome.value)}', language)} {each.count}"
            for each in pair.attempts
        )
        yield _INDENT + label(say("presence-attempts", language), ", ".join(counted), language)


def contact_lines(contact: ContactValues, now_ms: int, language: str) -> Iterator[str]:
    """Say how, when and how long ago, and which entries prove it."""
    ago = say("inbox-ago", language, time=age_of(contact.at_ms, now_ms))
    way = contact.way.value.replace("_", "-")
    yield f"{format_second(contact.at_ms)} ({ago})  {say(f'presence-way-{way}', language, by=contact.by)}"
    yield label(say("presence-proved-by", language), ", ".join(contact.entries), language)


def question_lines(question: QuestionValues, now_ms: int, language: str) -> Iterator[str]:
    """Say who asked whom, and what came."""
    yield f"{question.number}  {question.from_post} - {question.to_post}  {format_second(question.asked_ms)}"
    if not question.answers:
        age = age_of(question.asked_ms, now_ms)
        yield _INDENT + say("presence-unanswered", language, time=age)
    for answer in question.answers:
        after, before = format_second(question.asked_ms), format_second(answer.at_ms)
        said = (
            _effect_words(answer.effect, language)
            if answer.effect
            else say("presence-shown-between", language, after=after, before=before)
        )
        yield f"{_INDENT}{answer.number}  {answer.post}  {said}"
        if answer.key:
            yield _INDENT * 2 + label(say("ui-said-personal-key", language), answer.key, language)


def _effect_words(effect: str, language: str) -> str:
    """Say why an answer shows nothing."""
    code = effect.replace("_", "-")
    if has(f"presence-effect-{code}"):
        return say(f"presence-effect-{code}", language)
    key = f"persons-effect-{code}"
    return say("presence-effect-none", language, reason=say(key, language) if has(key) else effect)


def _key(code: str) -> str:
    return code.replace("_", "-")


def age_of(then_ms: int, now_ms: int) -> str:
    """`13d4h`: how long ago, in days and hours, hours and minutes, or less."""
    seconds = max(0, now_ms - then_ms) // 1_000
    step = next((step for least, step in ((86_400, 3_600), (3_600, 60)) if seconds >= least), 1)
    return format_duration(seconds - seconds % step)


def report_lines(report: ReportValues, language: str) -> Iterator[str]:
    """Say one sighting or claim, with its grade in words and what bears on what."""
    when = f"{format_second(report.from_ms)} - {format_second(report.to_ms)}"
    yield f"{report.number}  {report.grade}  {when}  {', '.join(report.posts)}".rstrip()
    if report.withdrawn:
        yield _INDENT + say("presence-withdrawn", language, why=report.versions[-1].why)
    yield from (_INDENT + BAR + line for line in report.what.split("\n"))
    if report.speaker:
        yield _INDENT + label(say("ui-said-report-speaker", language), report.speaker, language)
    yield _INDENT + label(say("ui-said-report-source", language), report.source, language)
    for code, words in (
        (f"medium-{report.medium}", ""),
        (f"date-{report.date_proof}", report.date_words),
        (f"corroboration-{report.corroboration}", report.corroboration_words),
        (f"reliability-{report.reliability}", ""),
        (f"credibility-{report.credibility}", ""),
    ):
        said = say(f"ui-said-report-{code}", language)
        yield _INDENT + (label(said, words, language) if words else said)
    if report.standing is not None:
        numbers = ", ".join((*report.supported_by, *report.contradicted_by))
        standing = report.standing.value.replace("_", "-")
        yield _INDENT + say(f"presence-standing-{standing}", language, numbers=numbers)
    if report.bears_on is not None:
        bearing = say(f"ui-said-report-{report.bearing}", language)
        yield _INDENT + label(bearing, report.bears_on, language)
