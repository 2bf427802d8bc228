"""A desk of ours at which nobody sits: an alarm at home, for the other side sees the empty desk too.

    the duty desk       nobody on watch, and the roster that it has leaves now open         GAP, at once
                        nobody on watch for longer than the agreed grace                    NOBODY
    any other post      the roster names somebody now, and nobody is on watch for
                        longer than the grace since his window began                        NOBODY

A gap of a roster while somebody is on watch is a fact on the page, and no alarm: somebody sits there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from coupefeu.model.agreement import Agreement
from coupefeu.services.watch.roster import Planned, Span
from coupefeu.services.watch.standing import WatchStanding


class UnstaffedCause(StrEnum):
    """Why a desk counts as unstaffed."""

    NOBODY = "nobody"
    GAP = "gap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unstaffed:
    """One desk of ours without anybody; the same cause is the same value, however often it is judged.

    `since_ms`: since when nobody is on watch there, by our own clock. `planned`: whom the roster names now.
    `gap_until_ms`: until when it names nobody, of a GAP.
    """

    post: str
    cause: UnstaffedCause
    since_ms: int
    planned: tuple[str, ...] = ()
    gap_until_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffingJudged:
    """The desks that are unstaffed at an instant; `again_ms`: when that may change though nobody says anything."""

    unstaffed: tuple[Unstaffed, ...]
    again_ms: int | None


def judge_staffing(
    standings: Sequence[WatchStanding], agreement: Agreement, us: str, opened_ms: int, now_ms: int
) -> StaffingJudged:
    """Say which desks of ours are unstaffed; `opened_ms`: since when nobody can have been there (our record began)."""
    desk = agreement.party(us).duty_desk
    grace_ms = agreement.watch_grace_s * 1_000
    found = [_judge(each, each.post == desk, grace_ms, opened_ms, now_ms) for each in standings if each.ours]
    return StaffingJudged(
        unstaffed=tuple(each for each, _ in found if each is not None),
        again_ms=min((at_ms for _, at_ms in found if at_ms is not None), default=None),
    )


def _judge(
    standing: WatchStanding, is_desk: bool, grace_ms: int, opened_ms: int, now_ms: int
) -> tuple[Unstaffed | None, int | None]:
    """Judge one post; gives what is to be said, and when to look again (None: only when somebody says something)."""
    if standing.watch is not None or not (is_desk or standing.roster):
        return None, None
    roster = standing.roster
    planned = Planned(is_planned=False) if roster is None else roster.at(now_ms)
    change_ms = None if roster is None else roster.next_change_ms(now_ms)
    since_ms = opened_ms if standing.left_ms is None else standing.left_ms
    if is_desk and planned.gap is not None:
        return _gap(standing.post, since_ms, planned.gap), change_ms
    if not is_desk and not planned.now:
        return None, change_ms
    due_ms = grace_ms + (since_ms if is_desk else max(since_ms, planned.now[0].from_ms))
    if now_ms < due_ms:
        return None, due_ms if change_ms is None else min(due_ms, change_ms)
    return _nobody(standing.post, since_ms, planned), change_ms


def _gap(post: str, since_ms: int, gap: Span) -> Unstaffed:
    return Unstaffed(post=post, cause=UnstaffedCause.GAP, since_ms=since_ms, gap_until_ms=gap.until_ms)


def _nobody(post: str, since_ms: int, planned: Planned) -> Unstaffed:
    names = tuple(each.officer for each in planned.now)
    return Unstaffed(post=post, cause=UnstaffedCause.NOBODY, since_ms=since_ms, planned=names)
