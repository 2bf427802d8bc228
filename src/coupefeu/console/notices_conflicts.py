"""Conflicts as the console gives them: each with what would clear it, what both sides said, and what was compared."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from coupefeu.console.notices_places import position_values
from coupefeu.console.notices_values import (
    ClearingValues,
    ComparedValues,
    ConflictAlarm,
    ConflictGroup,
    ConflictPage,
    ConflictParty,
    ConflictValues,
    SettlementValues,
)
from coupefeu.model.volumes import Volume
from coupefeu.node.conflict_values import (
    Compared,
    ConflictList,
    ConflictView,
    DraftConflict,
    Measured,
)
from coupefeu.node.conflict_values import ConflictGroup as ViewGroup
from coupefeu.node.desk import Desk
from coupefeu.node.places.gazetteer import Gazetteer
from coupefeu.services.base import Context
from coupefeu.services.messages.display import show, show_line
from coupefeu.services.notices.status import NoticeView, SettlementView

if TYPE_CHECKING:
    from coupefeu.deconfliction import Clearing

LISTED = 200
"""Conflicts that a page lists; of more it says how many there are."""


def conflict_page(look: Desk, gazetteer: Gazetteer, *, is_link_up: bool) -> ConflictPage:
    """Give the conflicts that are not over, and what was compared."""
    found = look.conflicts.listed(LISTED, is_link_up=is_link_up)
    return ConflictPage(
        groups=tuple(
            ConflictGroup(
                movement=show_line(group.movement),
                title=show_line(group.title),
                alarm="" if group.alarm is None else group.alarm.value,
                conflicts=tuple(conflict_values(look, each, gazetteer) for each in group.conflicts),
            )
            for group in found.groups
        ),
        total=found.total,
        compared=compared_values(found.compared),
    )


def conflict_values(look: Desk, view: ConflictView, gazetteer: Gazetteer) -> ConflictValues:
    """Give one conflict, with what would clear it."""
    clearing = look.conflicts.clearing(view.ours.id, view.theirs.id)
    return replace(
        _met(view.theirs, view.measured, clearing, gazetteer, view.found_ms),
        ours=_party(view.ours),
        alarm="" if view.alarm is None else view.alarm.value,
        settlements=tuple(map(_settlement, view.said)),
        settled="" if view.settlement is None else view.settlement.name.lower(),
    )


def draft_conflict(
    found: DraftConflict, volumes: tuple[Volume, ...], gazetteer: Gazetteer, context: Context
) -> ConflictValues:
    """Give what the volumes of a draft would meet, and what would clear it."""
    clearing = None if found.other.fact is None else _clear(volumes, found.other.fact.volumes, context)
    return _met(found.other, found.measured, clearing, gazetteer, context.now.utc_ms)


def _clear(ours: tuple[Volume, ...], theirs: tuple[Volume, ...], context: Context) -> "Clearing":
    from coupefeu.deconfliction import clearing, prepare  # noqa: PLC0415 - loads numpy, when there is a conflict

    return clearing(prepare(ours), prepare(theirs), context.agreement.notices.separation)


def alarms_of(found: ConflictList) -> Iterator[ConflictAlarm]:
    """Give what is raised: one for each movement, by the first of its conflicts that must be seen."""
    for group in found.groups:
        raised = [each for each in group.conflicts if each.alarm is not None]
        if raised and group.alarm is not None:
            yield _alarm(group, raised)


def _alarm(group: ViewGroup, raised: list[ConflictView]) -> ConflictAlarm:
    first = next((each for each in raised if each.alarm is group.alarm), raised[0])
    return ConflictAlarm(
        ours=first.ours.number,
        theirs=first.theirs.number,
        movement=show_line(group.movement),
        title=show_line(group.title),
        cause="" if group.alarm is None else group.alarm.value,
        start_ms=first.measured.start_ms,
        more=len(raised) - 1,
    )


def compared_values(compared: Compared) -> ComparedValues:
    """Say what an answer rests on."""
    return ComparedValues(
        conflicts=compared.conflicts,
        ours=compared.ours,
        theirs=compared.theirs,
        theirs_newest_ms=compared.newest_theirs_ms,
        line_up=compared.is_link_up is True,
        distance_m=compared.separation.distance_m,
        altitude_m=compared.separation.altitude_m,
        time_s=compared.separation.time_s,
        not_checked="" if compared.not_checked is None else compared.not_checked.value,
        since_ms=compared.since_ms,
        as_of_ms=compared.as_of_ms,
    )


def _met(
    theirs: NoticeView,
    measured: Measured,
    clearing: "Clearing | None",
    gazetteer: Gazetteer,
    found_ms: int,
) -> ConflictValues:
    """Say how near two come; gaps are rounded downwards: what is told is never wider than what is."""
    return ConflictValues(
        ours=None,
        theirs=_party(theirs),
        place=position_values(measured.place, gazetteer),
        other=position_values(measured.other_place, gazetteer),
        distance_m=math.floor(measured.distance_m),
        altitude_gap_m=math.floor(measured.altitude_gap_m),
        time_gap_s=math.floor(measured.time_gap_s),
        tolerance=measured.is_within_tolerance,
        at_least=measured.is_at_least,
        start_ms=measured.start_ms,
        end_ms=measured.end_ms,
        found_ms=found_ms,
        alarm="",
        clearing=None if clearing is None else _clearing(clearing),
        settlements=(),
        settled="",
    )


def _party(view: NoticeView) -> ConflictParty:
    fact = view.fact
    return ConflictParty(
        number=view.number,
        party=view.party,
        ours=view.ours,
        form=0 if view.form is None else int(view.form),
        title="" if fact is None else show_line(fact.title),
        movement="" if fact is None else show_line(fact.movement),
    )


def _settlement(said: SettlementView) -> SettlementValues:
    return SettlementValues(
        number=said.number,
        party=said.party,
        ours=said.ours,
        settlement="" if said.settlement is None else said.settlement.name.lower(),
        post=show_line(said.from_post),
        officer=show_line(said.officer),
        words=show(said.words).text,
        arrived_ms=said.arrived_ms,
    )


def _clearing(clearing: "Clearing") -> ClearingValues:
    bearing, distance = clearing.move if clearing.move is not None else (None, None)
    return ClearingValues(
        earlier_s=clearing.earlier_s,
        later_s=clearing.later_s,
        lower_m=clearing.lower_m,
        raise_m=clearing.raise_m,
        move_bearing_deg=None if bearing is None else round(bearing),
        move_m=None if distance is None else math.ceil(distance),
    )
