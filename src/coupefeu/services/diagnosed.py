"""A diagnosis as plain text: what is shown of an attempt, then each signal with its time and its evidence."""

from collections.abc import Iterator

from coupefeu.model.instant import format_second
from coupefeu.services.calls.diagnosis import Diagnosis, Reading, Says, Signal
from coupefeu.services.messages.display import show_line
from coupefeu.words import label, say

_OURS_TO_KNOW = frozenset({Says.SILENT, Says.BACK, Says.NONE_CAME, Says.UNKNOWN})
"""What we have not heard, no node has said."""


def diagnosis_lines(diagnosis: Diagnosis, language: str) -> Iterator[str]:
    """Write the verdict, by what it is bounded, and the three signals."""
    yield label(say("calls-diagnosis", language), verdict_words(diagnosis, language), language)
    if diagnosis.verdict in {"tried", "late"}:
        bound = (
            say("calls-bound-by", language, name=show_line(diagnosis.bound_by)) if diagnosis.bound_by else ""
        )
        yield f"  {bound or say('calls-bound-own', language)}"
    for reading in diagnosis.readings:
        name = say(f"calls-signal-{reading.signal}", language)
        yield f"  {label(name, _reading_words(reading, diagnosis.by, language), language)}"


def verdict_words(diagnosis: Diagnosis, language: str) -> str:
    """Say what is shown: "we tried by T; not shown that they saw it", or what their node or their people said."""
    key = f"calls-verdict-{diagnosis.verdict.replace('_', '-')}"
    return say(key, language, time=format_second(diagnosis.tried_by_ms))


def _reading_words(reading: Reading, by: str, language: str) -> str:
    parts = [
        say(f"calls-says-{reading.says}", language),
        *([", ".join(map(show_line, reading.posts))] if reading.posts else []),
    ]
    if reading.since_ms is not None:
        parts.append(format_second(reading.since_ms))
    if reading.says not in _OURS_TO_KNOW:
        parts.append(say("calls-by-node", language, party=by.upper()))
    said = "; ".join(parts)
    evidence = _evidence_words(reading, language)
    return f"{said} [{evidence}]" if evidence else said


def _evidence_words(reading: Reading, language: str) -> str:
    if reading.evidence:
        return say("calls-evidence", language, number=reading.evidence)
    is_receipt = (
        reading.signal is Signal.HEARTBEAT and reading.says is Says.ALIVE and reading.since_ms is not None
    )
    return say("calls-evidence-receipt", language) if is_receipt else ""
