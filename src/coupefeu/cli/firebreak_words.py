"""How the command line says the firebreak: the level, then each reason with its ages, entries and what is next."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from coupefeu.cli.presence_words import age_of
from coupefeu.cli.wrapping import wrap
from coupefeu.model.duration import format_duration
from coupefeu.model.firebreak import UNKNOWN_RULE, FirebreakTerms, Level, Rule
from coupefeu.model.instant import format_second
from coupefeu.model.languages import DISPLAY_LANGUAGES
from coupefeu.model.messages import format_number
from coupefeu.model.topics import Topic
from coupefeu.services.base import Context
from coupefeu.services.firebreak.judged import Judged, LevelSpan, NextAct, Reason, What
from coupefeu.services.firebreak.judging import agreement_at
from coupefeu.services.firebreak.marks import Bound
from coupefeu.services.messages.display import show_line
from coupefeu.words import has, label, say

_INDENT: Final = "    "
_TRANSIT_MS: Final = 60_000
"""What an entry needs to arrive tells no other age."""


def firebreak_lines(
    judged: Judged, context: Context, language: str, *, is_past: bool = False
) -> Iterator[str]:
    """Say all of it; `is_past`: of an instant that was asked for, at which nothing can be done any more."""
    level = _level(judged.level, language)
    as_of = say("firebreak-page-as-of", language, time=format_second(judged.as_of_ms))
    yield f"{label(say('firebreak-page-lamp', language), level, language)} ({as_of})"
    if judged.since_ms is not None and judged.since_ms <= judged.as_of_ms:
        yield say("firebreak-page-grave-since", language, time=format_second(judged.since_ms))
    asked = "known-at" if judged.asked.known else "at"
    yield say(f"firebreak-page-{asked}", language, time=format_second(judged.asked.at_ms))
    if judged.held is not None:
        held = _level(judged.held, language)
        yield say("firebreak-page-held", language, time=format_second(judged.as_of_ms), level=held)
    yield from _beside(judged, context, language, is_past=is_past)
    if not judged.reasons:
        yield ""
        yield say("firebreak-page-means-holding", language)
    for reason in judged.reasons:
        yield ""
        yield from _reason_lines(reason, judged, context, language, is_past=is_past)
    if judged.left_out:
        yield ""
        yield say("firebreak-page-left-out", language, count=judged.left_out)
    if judged.beyond:
        yield say("firebreak-page-beyond", language, count=judged.beyond)


def span_lines(spans: Sequence[LevelSpan], parties: tuple[str, ...], language: str) -> Iterator[str]:
    """Say how it was, one stretch after the other."""
    yield say("firebreak-page-history", language).upper()
    for span in spans:
        yield f"{format_second(span.from_ms)} - {format_second(span.to_ms)}  {_level(span.level, language)}"
        if span.rules:
            entries = ", ".join(format_number(each, parties) for each in span.entries)
            yield f"{_INDENT}{', '.join(span.rules)}: {entries}"


def _beside(judged: Judged, context: Context, language: str, *, is_past: bool) -> Iterator[str]:
    """Say what the level rests on: the other side's entries, its clock now, times that were moved."""
    others = ", ".join(party.upper() for party in context.parties if party != context.us)
    same = {True: "same-entries", False: "other-entries", None: "entries-unknown"}[judged.same_entries]
    then = "-then" if is_past and judged.same_entries else ""
    yield from wrap(say(f"firebreak-page-{same}{then}", language, party=others), "")
    if judged.skew_ms is not None and not is_past:
        apart = age_of(0, abs(judged.skew_ms))
        if judged.skew_ms <= -1_000:
            yield say("firebreak-page-skew-late", language, party=others, skew=apart)
        else:
            skew = apart if judged.skew_ms < 1_000 else f"+{apart}"
            yield say("firebreak-page-skew", language, party=others, skew=skew)
    if judged.marked:
        yield say("firebreak-page-marked", language, count=judged.marked)


def _reason_lines(
    reason: Reason, judged: Judged, context: Context, language: str, *, is_past: bool
) -> Iterator[str]:
    yield f"{_level(reason.level, language)}  {_sentence(reason, judged, context, language)}  [{reason.rule}]"
    lines = [_subject(reason, language), _ages(reason, language), *_proofs(reason, context, language)]
    if not is_past:
        lines += _acts(reason, context, language)
    for line in lines:
        yield from wrap(f"{_INDENT}{line}", "")


def _sentence(reason: Reason, judged: Judged, context: Context, language: str) -> str:
    if reason.rule == UNKNOWN_RULE:
        return say("firebreak-page-means-unknown", language)
    rule = agreement_at(context, judged.asked.at_ms).firebreak.find(reason.rule)
    return reason.rule if rule is None else show_line(rule.sentence.in_language(language))


def _subject(reason: Reason, language: str) -> str:
    named = show_line(reason.subject).replace("/", " - ") if _is_pair(reason) else show_line(reason.subject)
    party = "" if reason.party in {"", reason.subject} else f" ({reason.party.upper()})"
    many = f", {say('firebreak-page-count', language, count=reason.count)}" if reason.count > 1 else ""
    subject = named if "." in named or "/" in named else named.upper()
    key = f"firebreak-page-subject-{reason.topic.value.replace('_', '-')}"
    if has(key) and reason.subject != reason.party:
        about = named.replace(" ", " - ") if reason.topic is Topic.CONFLICT else named
        subject, party = say(key, language, about=about, party=reason.party.upper()), ""
    steps = [say(f"step-{each}", language) for each in reason.values if reason.topic is Topic.ACKNOWLEDGEMENT]
    return f"{subject}{party}{many}{': ' * bool(steps)}{', '.join(steps)}"


def _is_pair(reason: Reason) -> bool:
    return reason.topic in {Topic.CONTACT, Topic.ATTEMPT}


def _ages(reason: Reason, language: str) -> str:
    since = say("firebreak-page-since", language, time=format_second(reason.since_ms))
    signed, arrived = age_of(0, reason.age_ms), age_of(0, reason.age_here_ms)
    age = say("firebreak-page-age", language, time=signed)
    is_same = arrived == signed or abs(reason.age_ms - reason.age_here_ms) < _TRANSIT_MS
    here = "" if is_same else f"; {say('firebreak-page-age-here', language, time=arrived)}"
    return f"{since}, {age}{here}"


def _proofs(reason: Reason, context: Context, language: str) -> Iterator[str]:
    entries = ", ".join(format_number(each, context.parties) for each in reason.entries)
    name = "last-before" if reason.is_absence else "proved-by"
    yield label(say(f"firebreak-page-{name}", language), entries, language)
    for proof in reason.proofs:
        if proof.mark is not Bound.NONE:
            yield say(
                f"firebreak-page-{proof.mark.value}",
                language,
                number=format_number(proof.entry, context.parties),
                claimed=format_second(proof.claimed_ms),
                counted=format_second(proof.counted_ms),
            )


def _acts(reason: Reason, context: Context, language: str) -> Iterator[str]:
    if reason.acts:
        acts = "; ".join(_act(act, context, language) for act in reason.acts)
        yield label(say("firebreak-page-next", language), acts, language)


def _act(act: NextAct, context: Context, language: str) -> str:
    entry = "" if act.entry is None else format_number(act.entry, context.parties)
    if act.what is What.MEDIATOR:
        return label(say("firebreak-page-act-mediator", language), show_line(act.text), language)
    is_answer = act.what is What.ASK_TIME and act.entry is not None
    key = "answer-time" if is_answer else act.what.value.replace("_", "-")
    return say(f"firebreak-page-act-{key}", language, post=" + ".join(act.posts), entry=entry)


def _level(level: Level, language: str) -> str:
    return say(f"firebreak-page-level-{level.value}", language)


def rule_lines(terms: FirebreakTerms, language: str) -> Iterator[str]:
    """Say the rules of an agreement: each with its level, its sentence, and when it fires."""
    yield say("firebreak-page-rules", language)
    for rule in terms.rules:
        yield f"  {_level(rule.level, language)}  {show_line(rule.sentence.in_language(language))}  [{rule.id}]"
        yield from wrap(f"{_INDENT}{'; '.join(_conditions(rule, language))}", "")
    yield "  " + say("firebreak-page-rules-unknown", language, time=format_duration(terms.unknown_after_s))
    if terms.mediator:
        named = label(say("firebreak-page-rules-mediator", language), show_line(terms.mediator), language)
        yield f"  {named}"


def _conditions(rule: Rule, language: str) -> Iterator[str]:
    yield say(f"firebreak-watched-{rule.watches.value.replace('_', '-')}", language)
    if rule.posts:
        yield ", ".join(rule.posts)
    if rule.precedences:
        yield ", ".join(say(f"precedence-{each.name.lower()}", language) for each in rule.precedences)
    if rule.after_s:
        yield say("firebreak-page-rule-after", language, time=format_duration(rule.after_s))
    if rule.count > 1:
        yield say("firebreak-page-rule-count", language, count=rule.count)
    if rule.within_s is not None:
        yield say("firebreak-page-rule-within", language, time=format_duration(rule.within_s))


def rule_values(terms: FirebreakTerms) -> dict[str, Any]:
    """Give the rules for programs; durations in seconds."""
    return {
        "unknown_after_s": terms.unknown_after_s,
        "mediator": terms.mediator,
        "rules": [
            {
                "id": rule.id,
                "watches": rule.watches.value,
                "level": rule.level.value,
                "posts": list(rule.posts),
                "precedence": [each.name for each in rule.precedences],
                "after_s": rule.after_s,
                "count": rule.count,
                "within_s": rule.within_s,
                **{each: rule.sentence.in_language(each) for each in DISPLAY_LANGUAGES},
            }
            for rule in terms.rules
        ],
    }
