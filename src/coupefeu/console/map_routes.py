"""The routes of the map: live notices with their outlines, and a party's own borders."""

from collections.abc import Sequence
from typing import Any, Final, cast

from litestar import get
from litestar.di import NamedDependency

from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.errors import refuses
from coupefeu.console.map_borders import read_borders
from coupefeu.console.map_shapes import draw, units_of
from coupefeu.console.messages import Offset
from coupefeu.console.notices_values import MapConflict, MapNotice, MapVolume, NoticeMap
from coupefeu.errors import ConfigError, StoreError, UsageError
from coupefeu.model.messages import MessageId, parse_number
from coupefeu.model.volumes import Volume
from coupefeu.node.conflict_values import ConflictView
from coupefeu.node.desk import Desk
from coupefeu.services.messages.display import show_line
from coupefeu.services.notices.facts import NoticeFact
from coupefeu.services.notices.listed import NoticeFilter
from coupefeu.services.notices.status import NoticeState, NoticeView

WINDOW: Final = 1_000
"""Notices in one answer: a map of very many is fetched by several, and no answer keeps others waiting."""
MOST_CONFLICTS: Final = 500
_STORE: Final = StoreError("the record cannot be read now", code="store.*")
_NO_NUMBER: Final = UsageError("this is no number of a notice", code="model.message_number.*")
_NO_NOTICE: Final = UsageError(
    "there is no such notice on the record", code="services.notices.unknown_notice"
)
_BORDERS: Final = ConfigError("the party's own borders cannot be read", code="console.map_borders.*")


@get("/api/notices/map", responses=refuses(_STORE, _NO_NUMBER, _NO_NOTICE))
async def show_map(desk: NamedDependency[ConsoleDesk], number: str = "", offset: Offset = 0) -> NoticeMap:
    """Give live notices of both sides with outlines, from `offset` on; with `number` that one, none where it is over.

    Conflicts come with the first window, and with one notice its own.
    """
    wanted = parse_number(number, desk.folder.agreement.party_ids) if number else None
    return await desk.read(lambda look: notice_map(look, wanted, offset))


@get("/api/map/borders", responses=refuses(_BORDERS))
async def show_borders(desk: NamedDependency[ConsoleDesk]) -> dict[str, Any] | None:
    """Give our own borders, `borders.geojson` of the node's folder, as GeoJSON; null: there is no such file."""
    path = desk.folder.path
    return await desk.read(lambda _: read_borders(path))


def notice_map(desk: Desk, wanted: MessageId | None = None, offset: int = 0) -> NoticeMap:
    """Lay out a window of what is live, or one notice. Raises: UsageError: there is no such notice."""
    if wanted is None:
        listed = desk.notices.listed(NoticeFilter(state=NoticeState.LIVE, by_start=True), offset, WINDOW)
        found, total = listed.notices, listed.total
    else:
        found, total = (desk.notices.get(wanted),), 1
    drawn, conflicts_total = _conflicts(desk, wanted) if offset == 0 else ((), 0)
    ids = [each.id for each in found]
    counts = desk.conflicts.counts(ids)
    return NoticeMap(
        notices=tuple(
            _notice(each, each.fact, counts.get(each.id, 0))
            for each in found
            if each.is_live and each.fact is not None
        ),
        conflicts=tuple(map(_conflict, drawn)),
        conflicts_total=conflicts_total,
        total=total,
        as_of_ms=desk.context().now.utc_ms,
    )


def _notice(view: NoticeView, fact: NoticeFact, conflicts: int) -> MapNotice:
    return MapNotice(
        number=view.number,
        party=view.party,
        ours=view.ours,
        form=int(fact.form),
        state=view.state.value,
        title=show_line(fact.title),
        movement=show_line(fact.movement),
        short=view.is_short_notice,
        conflicts=conflicts,
        # Each is the JSON of a `MapVolume` already: outlines are written once.
        volumes=cast("tuple[MapVolume, ...]", tuple(draw(each) for each in _drawn(view, fact))),
    )


def _drawn(view: NoticeView, fact: NoticeFact) -> tuple[Volume, ...]:
    """Give what is drawn: of a movement that left its plan, or runs late, what is still ahead of it as well."""
    return fact.volumes if view.other_since_ms is None else (*fact.volumes, *view.ahead)


def _conflicts(desk: Desk, wanted: MessageId | None) -> tuple[Sequence[ConflictView], int]:
    """Give those to draw, and how many there are."""
    if wanted is not None:
        found = desk.conflicts.of(wanted)
        return found, len(found)
    listed = desk.conflicts.listed(MOST_CONFLICTS)
    return [each for group in listed.groups for each in group.conflicts], listed.total


def _conflict(view: ConflictView) -> MapConflict:
    return MapConflict(
        ours=view.ours.number,
        theirs=view.theirs.number,
        place=units_of(view.measured.place),
        other=units_of(view.measured.other_place),
        distance_m=round(view.measured.distance_m),
        start_ms=view.measured.start_ms,
        end_ms=view.measured.end_ms,
        alarm=view.alarm.value if view.alarm else "",
        settled=view.settlement.name.lower() if view.settlement else "",
    )


MAP_ROUTES: Final = (show_map, show_borders)
