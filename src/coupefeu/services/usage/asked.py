"""Of which time figures are asked: a year, or from one day or instant to another."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from coupefeu.errors import UsageError
from coupefeu.services.presence.when import parse_when

FIRST_YEAR: Final = 1971
LAST_YEAR: Final = 9998


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The span [from_ms, to_ms) in UTC milliseconds, and whose figures; `party` "": those of all, jointly."""

    from_ms: int
    to_ms: int
    party: str = ""


def read_asked(
    now_ms: int,
    parties: tuple[str, ...],
    *,
    year: int | None = None,
    since: str = "",
    until: str = "",
    party: str = "",
) -> Asked:
    """Read what was asked; a last day belongs to it whole. The running year where nothing is said.

    Raises: UsageError: `services.usage.span`, `services.usage.party`, `model.instant.unreadable`.
    """
    if party and party.lower() not in parties:
        raise UsageError(
            f"{party[:40]!r} is no party of this line",
            code="services.usage.party",
            hint=f"It has: {', '.join(parties)}; say none for the joint figures.",
        )
    if year is not None and (since or until):
        raise _no_span("a year and a span were given")
    if since or until:
        from_ms = parse_when(since, now_ms)[0] if since else _begin_of(_year_at(now_ms))
        to_ms = _end(until, now_ms) if until else now_ms
    else:
        chosen = _year_at(now_ms) if year is None else year
        from_ms, to_ms = _begin_of(chosen), _begin_of(chosen + 1)
    if not _begin_of(FIRST_YEAR) <= from_ms < to_ms <= _begin_of(LAST_YEAR + 1):
        raise _no_span("it ends before it begins, or lies outside the years that are counted")
    return Asked(from_ms=from_ms, to_ms=to_ms, party=party.lower())


def _end(text: str, now_ms: int) -> int:
    """Give the end of a span: a day belongs to it whole, an instant does not."""
    start_ms, end_ms = parse_when(text, now_ms)
    return start_ms if "T" in text.upper() or "Z" in text.upper() else end_ms


def _year_at(now_ms: int) -> int:
    return datetime.fromtimestamp(now_ms // 1_000, UTC).year


def _begin_of(year: int) -> int:
    if not FIRST_YEAR <= year <= LAST_YEAR + 1:
        raise _no_span(f"{year} is not a year that is counted")
    return int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) * 1_000


def _no_span(says: str) -> UsageError:
    return UsageError(
        f"there is no such span: {says}",
        code="services.usage.span",
        hint=f"Give a year from {FIRST_YEAR} to {LAST_YEAR}, or from and to such as 2022-02-24 and 2022-03-24.",
    )
