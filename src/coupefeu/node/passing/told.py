"""What a unit is told of a notice: plain rows of a label and its lines, in one language, each time UTC.

What its author wrote stays in the author's words; codes, places and times are said in the reader's language.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from coupefeu.model.instant import format_date_time_group
from coupefeu.model.notices import CheckPoint
from coupefeu.model.places import Position
from coupefeu.model.volumes import (
    Altitude,
    Bound,
    Circle,
    Corridor,
    Limit,
    Polygon,
    Shape,
    Track,
    Volume,
)
from coupefeu.node.places.gazetteer import Gazetteer
from coupefeu.node.places.restating import distance_words, restate
from coupefeu.services.messages.display import show, show_line
from coupefeu.services.notices.facts import FieldValue, NoticeFact
from coupefeu.services.notices.forms import FORMS, FieldKind, FormField
from coupefeu.services.notices.status import NoticeView
from coupefeu.wire.quantities import write_altitude
from coupefeu.words import say

MAX_POSITIONS: Final = 40
"""Of one area; a unit reads them on a telephone, and the desk has the map."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One row: what it is about, and what is said of it."""

    label: str
    lines: tuple[str, ...]


def told_of(notice: NoticeView, gazetteer: Gazetteer, language: str) -> tuple[Told, ...]:
    """Say what a notice announces; nothing of one whose content is gone."""
    fact = notice.fact
    return () if fact is None else tuple(_rows(notice, fact, gazetteer, language))


def _rows(notice: NoticeView, fact: NoticeFact, gazetteer: Gazetteer, language: str) -> Iterator[Told]:
    yield _row("passing-told-from", language, show_line(notice.from_post))
    yield _row("notices-title", language, show_line(fact.title))
    if fact.movement:
        yield _row("notices-movement", language, show_line(fact.movement))
    for number, volume in enumerate(fact.volumes, 1):
        label = say("notices-volume", language, number=number)
        yield Told(label=label, lines=tuple(_volume_lines(volume, gazetteer, language)))
    if fact.check_points:
        points = (_point_line(each, gazetteer, language) for each in fact.check_points)
        yield Told(label=say("passing-told-points", language), lines=tuple(points))
    yield from _fields(fact, language)
    if fact.remarks:
        lines = tuple(show(fact.remarks).text.splitlines())
        yield Told(label=say("notices-remarks", language), lines=lines)


def _row(key: str, language: str, line: str) -> Told:
    return Told(label=say(key, language), lines=(line,))


def _fields(fact: NoticeFact, language: str) -> Iterator[Told]:
    for each in FORMS[fact.form].fields:
        if each.number in fact.fields:
            key = f"notices-field-{int(fact.form)}-{each.number}"
            yield _row(key, language, _field_line(fact, each, fact.fields[each.number], language))


def _field_line(fact: NoticeFact, asked: FormField, value: FieldValue, language: str) -> str:
    """Say what stands in a field; what its form does not have there is shown as it was written."""
    match asked.kind:
        case FieldKind.FLAG if isinstance(value, bool):
            return say("passing-told-yes" if value else "passing-told-no", language)
        case FieldKind.TIME if type(value) is int:
            return _time(value)
        case FieldKind.CHOICE if type(value) is int and 1 <= value <= asked.choices:
            return say(f"notices-choice-{int(fact.form)}-{asked.number}-{value}", language)
        case _:
            return show_line(str(value))


# --- places, bands, windows ------------------------------------------------------------------------------------


def _volume_lines(volume: Volume, gazetteer: Gazetteer, language: str) -> Iterator[str]:
    start, end = (_time_or_not(each, language) for each in (volume.start_ms, volume.end_ms))
    yield say("passing-told-window", language, start=start, end=end)
    yield from _shape_lines(volume.shape, gazetteer, language)
    lower, upper = (_bound(each, language) for each in (volume.lower, volume.upper))
    yield say("passing-told-band", language, lower=lower, upper=upper)


def _shape_lines(shape: Shape, gazetteer: Gazetteer, language: str) -> Iterator[str]:
    match shape:
        case Circle(centre=centre, radius_dm=radius_dm):
            if radius_dm:
                yield say("passing-told-circle", language, reach=_reach(radius_dm, language))
            yield _place(centre, gazetteer, language)
        case Polygon(parts=parts):
            for part in parts:
                for number, ring in enumerate(part):
                    yield say("passing-told-hole" if number else "passing-told-polygon", language)
                    yield from _places(ring, gazetteer, language)
        case Corridor(line=line, half_width_dm=half_width_dm):
            yield say("passing-told-corridor", language, reach=_reach(half_width_dm, language))
            yield from _places(line, gazetteer, language)
        case Track(fixes=fixes, buffer_dm=buffer_dm):
            yield say("passing-told-track", language, reach=_reach(buffer_dm, language))
            for fix in fixes[:MAX_POSITIONS]:
                place = _place(fix.position, gazetteer, language)
                yield say("passing-told-at", language, time=_time(fix.at_ms), place=place)
            yield from _more(len(fixes), language)


def _places(positions: tuple[Position, ...], gazetteer: Gazetteer, language: str) -> Iterator[str]:
    for position in positions[:MAX_POSITIONS]:
        yield _place(position, gazetteer, language)
    yield from _more(len(positions), language)


def _more(count: int, language: str) -> Iterator[str]:
    if count > MAX_POSITIONS:
        yield say("passing-told-more", language, count=count - MAX_POSITIONS)


def _place(position: Position, gazetteer: Gazetteer, language: str) -> str:
    return restate(position, gazetteer, language).words(language)


def _point_line(point: CheckPoint, gazetteer: Gazetteer, language: str) -> str:
    place = f"{show_line(point.name)}, {_place(point.position, gazetteer, language)}"
    if point.planned_ms is None:
        return place
    return say("passing-told-at", language, time=_time(point.planned_ms), place=place)


def _reach(reach_dm: int, language: str) -> str:
    return distance_words(reach_dm // 10, language)


def _bound(bound: Bound, language: str) -> str:
    match bound:
        case Altitude():
            return write_altitude(bound)
        case Limit.SURFACE:
            return say("passing-told-surface", language)
        case Limit.UNLIMITED:
            return say("passing-told-unlimited", language)
        case _:
            return say("passing-told-not-stated", language)


def _time_or_not(at_ms: int | None, language: str) -> str:
    return say("passing-told-not-stated", language) if at_ms is None else _time(at_ms)


def _time(at_ms: int) -> str:
    return format_date_time_group(at_ms)
