"""A movement on its way: what was said of its points, how long it stood, what is overdue.

Check-ins are put in the order of when they happened, as their authors say; an author's clock moves nothing but what
that author says, and each hold names who reported it.
"""

from collections.abc import Iterable, Sequence
from statistics import median_low

from coupefeu.model.notices import CheckIn, CheckPoint
from coupefeu.services.passing.acts import Act
from coupefeu.services.passing.status import HoldStatistics, HoldView, PointView


def in_time(check_ins: Iterable[Act]) -> list[Act]:
    """Put check-ins in the order of when they happened; both records put them alike."""
    return sorted(check_ins, key=lambda each: (each.at_ms, each.id))


def fold_holds(check_ins: Sequence[Act], now_ms: int) -> tuple[HoldView, ...]:
    """Give the times in which the movement stood; whatever is said next of it ends one, another HELD does not."""
    holds: list[HoldView] = []
    begun: Act | None = None
    for act in check_ins:
        if begun is None:
            begun = act if act.fact.check_in is CheckIn.HELD else None
        elif act.fact.check_in is not CheckIn.HELD:
            holds.append(_hold(begun, act, now_ms))
            begun = None
    if begun is not None:
        holds.append(_hold(begun, None, now_ms))
    return tuple(holds)


def _hold(begun: Act, ended: Act | None, now_ms: int) -> HoldView:
    return HoldView(
        point=begun.fact.point,
        party=begun.party,
        reason=begun.fact.words,
        began_ms=begun.at_ms,
        ended_ms=None if ended is None else ended.at_ms,
        ended_by=None if ended is None else ended.fact.check_in,
        lasted_ms=max(0, (now_ms if ended is None else ended.at_ms) - begun.at_ms),
    )


def fold_points(
    points: Sequence[CheckPoint], check_ins: Sequence[Act], now_ms: int, *, is_live: bool
) -> tuple[PointView, ...]:
    """Give each point with what was said of it last, and those at which the movement is overdue.

    A point is behind when it, or one after it, was passed.
    """
    last = {each.fact.point: each for each in check_ins}
    passed = [
        place
        for place, point in enumerate(points)
        if point.name in last and last[point.name].fact.check_in is CheckIn.PASSED
    ]
    behind = max(passed, default=-1)
    views = []
    for place, point in enumerate(points):
        said = last.get(point.name)
        awaited = is_live and place > behind and point.planned_ms is not None and now_ms > point.planned_ms
        views.append(
            PointView(
                name=point.name,
                planned_ms=point.planned_ms,
                check_in=None if said is None else said.fact.check_in,
                at_ms=None if said is None else said.at_ms,
                overdue_ms=now_ms - (point.planned_ms or 0) if awaited else None,
            )
        )
    return tuple(views)


def count_holds(holds: Iterable[HoldView], impeded: int = 0) -> HoldStatistics:
    """Say of holds, of one movement or of many, how many, how long in all, the longest, the middle one."""
    found = tuple(holds)
    lasted = [each.lasted_ms for each in found]
    return HoldStatistics(
        holds=len(lasted),
        running=sum(each.ended_ms is None for each in found),
        total_ms=sum(lasted),
        longest_ms=max(lasted, default=0),
        median_ms=median_low(lasted) if lasted else 0,
        impeded=impeded,
    )


def is_impeded(check_ins: Sequence[Act]) -> bool:
    """Whether the last that was said is that the movement could not go on."""
    return bool(check_ins) and check_ins[-1].fact.check_in is CheckIn.IMPEDED
