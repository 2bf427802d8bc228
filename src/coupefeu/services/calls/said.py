"""What an entry about a call says, as codes and values; words are `ui-said-call-*` in words/.

Values hold what people wrote as it is: `services.said` makes them safe to show.
"""

from collections.abc import Iterator

from coupefeu.model.entry import Kind
from coupefeu.model.instant import format_second
from coupefeu.services.calls.facts import CallFact, read_call

_LATEST_MS = 253_402_300_799_999
"""The last millisecond of the year 9999: beyond it no clock shows a date."""


def said_of_call(kind: int, body: bytes) -> Iterator[tuple[str, str]]:
    """Give (code, value) of what a body says; nothing when it cannot be read."""
    fact, defect = read_call(kind, body)
    if defect != "unreadable_body":
        yield from said_of_fact(kind, fact)


def said_of_fact(kind: int, fact: CallFact) -> Iterator[tuple[str, str]]:
    """Give (code, value) of what an entry of a kind says."""
    yield from _coded(fact)
    yield from _ringing(kind, fact)
    yield from _measured(fact)
    yield from _written(fact)


def _coded(fact: CallFact) -> Iterator[tuple[str, str]]:
    for name, code in (
        ("media", fact.media),
        ("reason", fact.reason),
        ("lost", fact.cause),
        ("path", fact.path),
    ):
        if code is not None:
            yield f"call-{name}-{int(code)}", ""
    if fact.outcome is not None:
        yield f"call-{fact.outcome.replace('_', '-')}", ""
    if fact.fingerprint is not None:
        yield "call-fingerprint", fact.fingerprint.hex()


def _ringing(kind: int, fact: CallFact) -> Iterator[tuple[str, str]]:
    if fact.rung is not None:
        yield "call-rung", str(fact.rung + 1)
        yield "call-rings-at", _posts(fact.posts)
        yield ("call-staffed", _posts(fact.staffed)) if fact.staffed else ("call-unstaffed", "")
    elif kind == Kind.CALL_UNANSWERED and fact.posts:
        yield "call-rang-at", _posts(fact.posts)
    if kind == Kind.CALL_UNREACHED:
        yield ("call-heard", _time(fact.heard_ms)) if fact.heard_ms is not None else ("call-never-heard", "")


def _measured(fact: CallFact) -> Iterator[tuple[str, str]]:
    if fact.rang_ms is not None:
        yield ("call-rang", _seconds(fact.rang_ms)) if fact.rang_ms else ("call-not-rung", "")
    if fact.duration_ms is not None:
        yield "call-duration", _seconds(fact.duration_ms)
    if fact.to_post:
        yield "call-to-post", fact.to_post
    if fact.to_ms is not None:
        yield "call-to-time", _time(fact.to_ms)


def _written(fact: CallFact) -> Iterator[tuple[str, str]]:
    if fact.role is not None:
        yield f"call-role-{int(fact.role)}", fact.name
    if fact.words:
        yield "words", fact.words
    if fact.officer:
        yield "officer", fact.officer


def _posts(posts: tuple[str, ...]) -> str:
    return ", ".join(posts)


def _seconds(duration_ms: int) -> str:
    return f"{duration_ms // 1_000} s"


def _time(time_ms: int) -> str:
    return format_second(min(time_ms, _LATEST_MS))
