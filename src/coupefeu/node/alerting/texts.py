"""An alert as people and programs read it: EXERCISE first, then numbers, kinds, posts, ages; nothing that was written.

What is said of a reason of the firebreak is the sentence of the rule, which stands in the agreement.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from coupefeu.model.agreement import Agreement
from coupefeu.model.duration import format_duration
from coupefeu.model.firebreak import UNKNOWN_RULE
from coupefeu.model.instant import format_instant
from coupefeu.node.alerting.causes import Alert, Cause, Kind, News, Told
from coupefeu.services.messages.display import show_line
from coupefeu.words import say

FORMAT: Final = "coupefeu/alert/v1"
_INDENT: Final = "    "


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who alerts, in which language, by which agreement and at which instant."""

    agreement: Agreement
    party: str
    language: str
    now_ms: int

    @property
    def banner(self) -> str:
        """What an exercise line says first everywhere; "" on a real one."""
        return self.agreement.banner


def subject_of(alert: Alert, speaker: Speaker) -> str:
    """Say it in one line."""
    counts = {news: sum(each.news is news for each in alert.told) for news in News}
    words = say(
        "alert-subject",
        speaker.language,
        line=show_line(speaker.agreement.name),
        party=speaker.party,
        raised=counts[News.NEW] + counts[News.CHANGED] + alert.more,
        over=counts[News.OVER],
    )
    first = next((each for each in alert.told if each.news is not News.OVER), alert.told[0])
    said = f"{words} {what_of(first, speaker)}"
    return f"{speaker.banner}: {said}" if speaker.banner else said


def body_of(alert: Alert, speaker: Speaker) -> str:
    """Say all of it, for a mail."""
    lines = [speaker.banner, ""] if speaker.banner else []
    for told in alert.told:
        lines += _lines(told, speaker)
    if alert.more:
        lines.append(say("alert-more", speaker.language, count=alert.more))
    lines += [
        "",
        say("alert-from", speaker.language, party=speaker.party, line=show_line(speaker.agreement.name)),
        say("alert-why", speaker.language),
    ]
    return "\n".join(lines) + "\n"


def json_of(alert: Alert, speaker: Speaker) -> bytes:
    """Write it for a program; the fields are those of docs/operators.md."""
    values: dict[str, Any] = {"exercise": speaker.banner} if speaker.banner else {}
    values |= {
        "format": FORMAT,
        "id": alert.id,
        "line": show_line(speaker.agreement.name),
        "party": speaker.party,
        "at": format_instant(speaker.now_ms),
        "subject": subject_of(alert, speaker),
        "causes": [_cause_values(each, speaker) for each in alert.told],
        "more": alert.more,
    }
    return msgspec.json.encode(values)


def what_of(told: Told, speaker: Speaker) -> str:
    """Say what a cause is."""
    cause, language = told.cause, speaker.language
    if cause is None:
        return say("alert-over", language, key=show_line(told.key))
    if cause.kind is Kind.LEVEL:
        return say("alert-kind-level", language, level=say(f"firebreak-page-level-{cause.state}", language))
    if cause.kind is Kind.REASON:
        return _sentence(cause, speaker)
    values = {"numbers": ", ".join(cause.numbers), "posts": ", ".join(cause.posts)}
    return say(f"alert-kind-{cause.kind}", language, **values)


def _sentence(cause: Cause, speaker: Speaker) -> str:
    """Give the sentence of the rule that all parties signed."""
    if cause.rule == UNKNOWN_RULE:
        return say("alert-unknown", speaker.language)
    rule = speaker.agreement.firebreak.find(cause.rule)
    return show_line(cause.rule if rule is None else rule.sentence.in_language(speaker.language))


def _lines(told: Told, speaker: Speaker) -> Iterator[str]:
    yield f"{say(f'alert-news-{told.news}', speaker.language)}  {what_of(told, speaker)}"
    cause = told.cause
    if told.changes:
        yield _INDENT + say("alert-changes", speaker.language, count=told.changes)
    if cause is None:
        return
    if cause.numbers:
        yield _INDENT + say("alert-numbers", speaker.language, numbers=", ".join(cause.numbers))
    if cause.posts:
        yield _INDENT + say("alert-posts", speaker.language, posts=", ".join(map(show_line, cause.posts)))
    if cause.since_ms is not None:
        age = format_duration(_age_s(cause, speaker))
        yield _INDENT + say("alert-since", speaker.language, since=format_instant(cause.since_ms), age=age)


def _cause_values(told: Told, speaker: Speaker) -> dict[str, Any]:
    cause = told.cause
    values: dict[str, Any] = {
        "news": told.news.value,
        "key": show_line(told.key),
        "text": what_of(told, speaker),
        "changes": told.changes,
    }
    if cause is not None:
        values |= {
            "kind": cause.kind.value,
            "state": cause.state,
            "rule": cause.rule or None,
            "numbers": list(cause.numbers),
            "posts": [show_line(each) for each in cause.posts],
            "since": None if cause.since_ms is None else format_instant(cause.since_ms),
            "age_s": None if cause.since_ms is None else _age_s(cause, speaker),
        }
    return values


def _age_s(cause: Cause, speaker: Speaker) -> int:
    return max(0, speaker.now_ms - (cause.since_ms or 0)) // 1_000
