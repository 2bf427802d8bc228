"""Marks of units that must have a notice by its start: by the version that stands now, and what was said of it."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from coupefeu.model.messages import MessageId
from coupefeu.model.topics import Topic
from coupefeu.services.base import Context, Select, Statement
from coupefeu.services.firebreak.rows import At, Awaited, Closing, closed_by, forget_opened, opened, times_of
from coupefeu.services.firebreak.tables import MOST_OF_ONE

if TYPE_CHECKING:
    from coupefeu.services.notices.standing import Standing
    from coupefeu.services.passing.status import NoticeKnown


def mark_units(notices: Collection[MessageId], context: Context, select: Select) -> Iterator[Statement]:
    """Give the units that a notice names, or a desk has listed for it, anew: each awaited until it is reached.

    Nothing is awaited any more when the notice is over, by its own end or by the word of its author.
    """
    if not notices:
        return
    from coupefeu.services.notices.standing import standing_of  # noqa: PLC0415 - loaded with the first notice
    from coupefeu.services.notices.tables import select_rows_of  # noqa: PLC0415 - as above

    for notice in sorted(notices):
        yield forget_opened(notice, Topic.UNITS)
        standing = standing_of(select(select_rows_of(notice)), notice, context)
        if standing is not None and not standing.effect:
            yield from _mark(standing, context, select)


def _mark(standing: "Standing", context: Context, select: Select) -> Iterator[Statement]:
    from coupefeu.services.notices.fold import addressed_by  # noqa: PLC0415 - as above
    from coupefeu.services.notices.windows import window_of  # noqa: PLC0415 - as above
    from coupefeu.services.passing.fold import fold  # noqa: PLC0415 - as above
    from coupefeu.services.passing.views import select_acts  # noqa: PLC0415 - as above

    newest = standing.newest
    if newest is None or newest.notice is None:
        return
    start_ms, end_ms = window_of(newest.notice.volumes)
    rows = select(select_acts(standing.root.id))
    if start_ms is None or not (rows or newest.notice.units):
        return
    view = fold(_known(standing, start_ms), rows, context)
    first = standing.versions[standing.since(newest)].id
    reached = {(each.party, each.name): each.reached.id for each in view.units if each.reached is not None}
    closing = [] if standing.closing is None else [standing.closing.id]
    times = times_of([first, *reached.values(), *closing], context, select)
    if first not in times:
        return
    asked = next(iter(addressed_by(standing.root)), standing.root.party)
    named = [(each.party, each.name) for each in view.units]
    named += [(asked, each.unit) for each in view.gaps if not each.party]
    # 0 is what the same version asks of the same party itself (`awaited.mark_answers`).
    for number, (party, unit) in enumerate(sorted(named)[: MOST_OF_ONE - 1], start=1):
        if party in context.parties:
            awaited = Awaited(
                topic=Topic.UNITS,
                position=context.parties.index(party),
                number=number,
                value=unit,
                post=context.agreement.party(party).duty_desk,
                root=standing.root.id,
            )
            ended = [times[each] for each in (*closing, reached.get((party, unit), first)) if each in times]
            until = _until([each for each in ended if each.entry != first], times[first], end_ms)
            yield opened(awaited, times[first], _due(times[first], start_ms), until, len(context.parties))


def _until(ended: list[At], first: At, end_ms: int | None) -> Closing:
    """Close by what was done, and by the end that the version itself names."""
    over = [] if end_ms is None else [At(first.entry, end_ms, end_ms, end_ms)]
    return closed_by([*ended, *over])


def _due(first: At, start_ms: int) -> tuple[int, int]:
    """Say when it is late: as the notice begins, or at once where it had begun."""
    return max(first.counted_ms, start_ms), max(first.known_ms, start_ms)


def _known(standing: "Standing", start_ms: int) -> "NoticeKnown":
    from coupefeu.services.passing.status import NoticeKnown, NoticeVersion  # noqa: PLC0415 - as above

    versions = standing.versions
    newest = versions[-1].notice
    return NoticeKnown(
        id=standing.root.id,
        party=standing.root.party,
        versions=tuple(
            NoticeVersion(
                id=each.id, leaf_hash=bytes(each.row["leaf_hash"]), reopens=standing.since(each) == place
            )
            for place, each in enumerate(versions)
        ),
        start_ms=start_ms,
        asked=() if newest is None else newest.units,
    )
