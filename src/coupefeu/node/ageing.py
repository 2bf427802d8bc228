"""Which open notices deserve a look: over and not said so, without an end, said twice, never answered, long unchanged.

A list that nobody clears loses its readers: what is on it is then noticed as little as what is not. Nothing is closed
here; a person withdraws or completes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

from coupefeu.node.importing.judging import content_key
from coupefeu.node.notice_desk import NoticeDesk
from coupefeu.services.notices.listed import NoticeFilter
from coupefeu.services.notices.status import NoticeState, NoticeView

DAY_S: Final = 86_400
_TOGETHER: Final = 500


class Aged(StrEnum):
    """Why a notice deserves a look."""

    EXPIRED = "expired"
    """Its last window has passed, and nobody said that it is over."""
    LATE = "late"
    """It is a movement whose window has passed, and nobody said that it arrived."""
    STALE = "stale"
    """It is in force without an end, and has not changed for so long."""
    DUPLICATE = "duplicate"
    """It says the same as an earlier one of the same side."""
    UNANSWERED = "unanswered"
    """The other side never spoke of it, in all that time."""
    UNCHANGED = "unchanged"
    """It has not changed for very long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeLimits:
    """After how many seconds without a change a notice counts as what."""

    stale_s: int = 30 * DAY_S
    unanswered_s: int = DAY_S
    unchanged_s: int = 90 * DAY_S


@dataclass(frozen=True, slots=True, kw_only=True)
class AgedNotice:
    """A notice and why it is listed; `same_as`: the earlier one; `changed_ms`: when its newest version came."""

    view: NoticeView
    reasons: tuple[Aged, ...]
    same_as: str
    changed_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ageing:
    """The report: what is listed, of how many open notices, as of when."""

    notices: tuple[AgedNotice, ...]
    looked_at: int
    as_of_ms: int


def report_ageing(desk: NoticeDesk, limits: AgeLimits, ours: bool | None = None) -> Ageing:
    """Look at every open notice of one side or of both, the oldest first."""
    views, as_of_ms = _open_notices(desk, ours)
    views.sort(key=lambda view: (view.arrived_ms, view.id))
    found = tuple(judge_ages(views, limits, as_of_ms))
    return Ageing(notices=found, looked_at=len(views), as_of_ms=as_of_ms)


def judge_ages(views: Iterable[NoticeView], limits: AgeLimits, now_ms: int) -> Iterator[AgedNotice]:
    """Judge notices, the oldest first."""
    said: dict[tuple[str, bytes], str] = {}
    for view in views:
        changed_ms = max(
            (each.arrived_ms for each in view.versions if not each.effect), default=view.arrived_ms
        )
        same_as = ""
        if view.fact is not None:
            key = (view.party, sha256(content_key(view.fact)).digest())
            same_as = said.setdefault(key, view.number)
        same_as = "" if same_as == view.number else same_as
        reasons = tuple(_reasons(view, limits, (now_ms - changed_ms) // 1_000, is_double=bool(same_as)))
        if reasons:
            yield AgedNotice(view=view, reasons=reasons, same_as=same_as, changed_ms=changed_ms)


def _reasons(view: NoticeView, limits: AgeLimits, age_s: int, *, is_double: bool) -> Iterator[Aged]:
    if view.state is NoticeState.EXPIRED:
        yield Aged.EXPIRED
    if view.state is NoticeState.LATE:
        yield Aged.LATE
    if view.state is NoticeState.LIVE and view.end_ms is None and age_s >= limits.stale_s:
        yield Aged.STALE
    if is_double:
        yield Aged.DUPLICATE
    if age_s >= limits.unanswered_s and not any(each.party != view.party for each in view.answers):
        yield Aged.UNANSWERED
    if view.state is NoticeState.LIVE and age_s >= limits.unchanged_s:
        yield Aged.UNCHANGED


def _open_notices(desk: NoticeDesk, ours: bool | None) -> tuple[list[NoticeView], int]:
    found: list[NoticeView] = []
    as_of_ms = 0
    for state in (NoticeState.LIVE, NoticeState.EXPIRED):
        offset = 0
        while True:
            listed = desk.listed(NoticeFilter(ours=ours, state=state), offset, _TOGETHER)
            found += [view for view in listed.notices if not view.effect]
            as_of_ms = max(as_of_ms, listed.as_of_ms)
            offset += len(listed.notices)
            if len(listed.notices) < _TOGETHER:
                break
    return found, as_of_ms
