"""What a question of presence or a note says: codes and values; words are `ui-said-*` in words/."""

from collections.abc import Iterator

from coupefeu.model.attachments import Promised
from coupefeu.model.instant import format_second
from coupefeu.model.messages import MessageId, format_number
from coupefeu.model.presence import Report, ReportAct
from coupefeu.services.messages.display import show, show_line
from coupefeu.services.presence.facts import LATEST_MS, Asked, Noted, read_note, read_presence


def said_of_presence(kind: int, body: bytes) -> Iterator[tuple[str, str]]:
    """Give (code, value) of a body of either kind; nothing when it cannot be read."""
    fact, _ = read_presence(kind, body)
    match fact:
        case Asked():
            yield "presence-asked", ""
            yield from _stated(("officer", fact.officer))
        case Promised():
            yield "note-kept", fact.commitment.hex()


def said_in_note(content: bytes, parties: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Give (code, value) of what a note says, where that is shown; nothing when it is not, or cannot be read."""
    noted, _ = read_note(content)
    return () if noted is None else tuple(_noted(noted, parties))


def _noted(noted: Noted, parties: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    yield f"report-{noted.kind.name.lower()}", ""
    if noted.act is not ReportAct.ENTERED:
        yield f"report-{noted.act.name.lower()}", _number(noted.amends, parties)
    yield from _stated(("reason", noted.why))
    if noted.report is not None:
        yield from _report(noted.report)
    if noted.bearing is not None:
        yield f"report-{noted.bearing.name.lower()}", _number(noted.claim, parties)
    yield from _stated(("officer", noted.officer))
    if noted.report is not None:
        yield "text", show(noted.report.what).text


def _report(report: Report) -> Iterator[tuple[str, str]]:
    for post in report.posts:
        yield "report-concerns", show_line(post)
    first, last = (format_second(min(each, LATEST_MS - 1)) for each in report.when_ms)
    yield "report-when", f"{first} - {last}"
    yield from _stated(("report-speaker", report.speaker))
    yield "report-source", show_line(report.source)
    yield f"report-medium-{_word(report.medium.name)}", ""
    yield f"report-date-{_word(report.date_proof.name)}", show_line(report.date_words)
    yield f"report-corroboration-{_word(report.corroboration.name)}", show_line(report.corroboration_words)
    yield f"report-reliability-{report.grade.reliability.name.lower()}", ""
    yield f"report-credibility-{int(report.grade.credibility)}", ""


def _number(place: MessageId | None, parties: tuple[str, ...]) -> str:
    return "" if place is None else format_number(place, parties)


def _word(name: str) -> str:
    return name.lower().replace("_", "-")


def _stated(*rows: tuple[str, str]) -> Iterator[tuple[str, str]]:
    for code, value in rows:
        if value:
            yield code, show_line(value)
