"""What reads otherwise in a notice, one line before and one after: codes and numbers, the same in every language."""

from collections.abc import Callable
from typing import Any, Final

from coupefeu.console.notices_places import reach_dm, shape_name
from coupefeu.console.notices_values import NoticeChange
from coupefeu.model.instant import format_date_time_group, format_second
from coupefeu.model.notices import CheckPoint
from coupefeu.model.places import Position
from coupefeu.model.volumes import Altitude, Circle, Corridor, Limit, Polygon, Shape, Track, Volume
from coupefeu.services.messages.display import show_line
from coupefeu.services.notices.changes import Change
from coupefeu.services.notices.facts import NoticeFact
from coupefeu.services.notices.forms import FORMS, FieldKind
from coupefeu.wire.positions import write_dms
from coupefeu.wire.quantities import write_altitude

MAX_CHARACTERS: Final = 400
"""Of one side of a change: a hundred corners are begun, not listed."""


def change_values(change: Change, fact: NoticeFact | None) -> NoticeChange:
    """Say one change; `fact`: the notice as it reads then, for the kinds of its fields."""
    say = _how(change.field, fact)
    before, after = (_cut("" if each in _NOT_STATED else say(each)) for each in (change.old, change.new))
    return NoticeChange(field=change.field, before=before, after=after)


def instant_words(instant_ms: int | None) -> str:
    """Say an instant as the forms do; "" where it is not stated."""
    if instant_ms is None:
        return ""
    return format_date_time_group(instant_ms) if instant_ms % 60_000 == 0 else format_second(instant_ms)


_NOT_STATED: Final = (None, "", ())


def _cut(text: str) -> str:
    return text if len(text) <= MAX_CHARACTERS else f"{text[: MAX_CHARACTERS - 1]}…"


def _how(name: str, fact: NoticeFact | None) -> Callable[[Any], str]:
    """Choose how a field is said."""
    first, _, number = name.partition(".")
    if name.endswith(".window"):
        return lambda window: _window(*window)
    asked = FORMS[fact.form].field(int(number)) if fact is not None and first == "fields" else None
    return instant_words if asked is not None and asked.kind is FieldKind.TIME else _said


def _said(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_said, value))
    say = _SAYS.get(type(value))
    return str(int(value)) if say is None else say(value)


def _window(start_ms: int | None, end_ms: int | None) -> str:
    return f"{instant_words(start_ms) or '?'} - {instant_words(end_ms) or '?'}"


def _volume(volume: Volume) -> str:
    return f"{_shape(volume.shape)} · {_window(volume.start_ms, volume.end_ms)}"


def _check_point(point: CheckPoint) -> str:
    return f"{show_line(point.name)} {write_dms(point.position)} {instant_words(point.planned_ms)}".rstrip()


def _shape(shape: Shape) -> str:
    reach = reach_dm(shape)
    around = "" if reach is None else f" {reach / 10:g} m"
    return f"{shape_name(shape).value}{around}: {', '.join(map(write_dms, _positions(shape)))}"


def _positions(shape: Shape) -> list[Position]:
    match shape:
        case Circle(centre=centre):
            return [centre]
        case Corridor(line=line):
            return list(line)
        case Track(fixes=fixes):
            return [each.position for each in fixes]
        case Polygon(parts=parts):
            return [each for part in parts for ring in part for each in ring]


_SAYS: Final[dict[type, Callable[[Any], str]]] = {
    str: show_line,
    bool: lambda value: "true" if value else "false",
    Altitude: write_altitude,
    Limit: write_altitude,
    Volume: _volume,
    CheckPoint: _check_point,
    **dict.fromkeys((Circle, Polygon, Corridor, Track), _shape),
}
