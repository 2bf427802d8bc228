"""Notices as Cursor-on-Target events, for maps of the TAK family: areas drawn on the map, and nothing of what is there.

    <event version="2.0" uid="coupefeu.1f2e3d4c.US-14.1" type="u-d-f" how="h-e" opex="e" time start stale>
      <point lat lon hae="9999999.0" ce="9999999.0" le="9999999.0"/>
      <detail> <contact callsign/> <remarks/> <link point="48.2,16.3"/>... | <shape><ellipse major minor/></shape>
        <coupefeu id="US/14" volume="1/2" form title shape lower upper half_width buffer times open/></detail>
    </event>

What CoT has no words for stands in `coupefeu`: altitudes with their datum, the reach of a corridor, times of a track.
A hole cannot be drawn and is left out, with a word in the remarks: the area is larger then, never smaller. Of a line
they say how far it reaches, for it is drawn without its width.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from math import atan2, cos, degrees, hypot, radians, sin
from typing import Final

from coupefeu.model.instant import format_instant
from coupefeu.model.places import E7, Position
from coupefeu.model.volumes import Circle, Corridor, Polygon, Shape, Track, Volume
from coupefeu.wire.features import FIELD, TEXTS, Feature
from coupefeu.wire.quantities import write_altitude
from coupefeu.wire.xml import write_element, write_text

UNKNOWN: Final = "9999999.0"
CIRCLE_TYPE: Final = "u-d-c-c"
DRAWN_TYPE: Final = "u-d-f"
DELETED_TYPE: Final = "t-x-d-d"
STROKE: Final = "-256"
"""Yellow, as these maps write a colour; nothing is filled, and no colour says that something is safe."""
OPEN_STALE_MS: Final = 24 * 3_600_000
"""When an event goes stale whose notice has no end: before then it is sent again."""
EXERCISE: Final = "EXERCISE "
NO_HOLES: Final = "(A hole of this area is not drawn.)"
_REACHES: Final = "(It reaches {} m to each side of this line.)"
_NOTES: Final = re.compile(
    r"\s*\((?:A hole of this area is not drawn|It reaches [0-9.]+ m to each side of this line)\.\)\s*\Z"
)


@dataclass(frozen=True, slots=True)
class Mark:
    """One event on a map: its name, the same whenever the notice is sent, and its point."""

    uid: str
    place: Position


def write_events(feature: Feature, *, line: str, now_ms: int) -> Iterator[str]:
    """Write an event for each volume, for each part of one; `line` names the line, so that ids are its own."""
    volumes = list(chain.from_iterable(map(_drawable, feature.volumes)))
    for number, volume in enumerate(volumes, 1):
        yield _event(feature, volume, f"{number}/{len(volumes)}", line, now_ms)


def write_deletion(mark: Mark, *, now_ms: int) -> str:
    """Write the event that takes an earlier one off a map."""
    at = format_instant(now_ms)
    stated = {"version": "2.0", "uid": f"{mark.uid}.deleted", "type": DELETED_TYPE, "how": "h-e", "time": at}
    window = {"start": at, "stale": format_instant(now_ms + OPEN_STALE_MS)}
    link = write_element("link", {"uid": mark.uid, "relation": "p-p", "type": DRAWN_TYPE})
    detail = write_element("detail", {}, link, write_element("__forcedelete", {}))
    return write_element("event", stated | window, _point(mark.place), detail)


def marks_of(feature: Feature, *, line: str) -> list[Mark]:
    """Name the events that a notice is drawn by, and where each has its point."""
    drawables = chain.from_iterable(map(_drawable, feature.volumes))
    return [
        Mark(_uid(line, feature.id, number), _drawn(volume.shape)[1])
        for number, (volume, _) in enumerate(drawables, 1)
    ]


def without_notes(remarks: str) -> str:
    """Take out of remarks what was added as the event was written."""
    while (shorter := _NOTES.sub("", remarks)) != remarks:
        remarks = shorter
    return remarks


def middle(positions: Sequence[Position]) -> Position:
    """Give a place in the middle of positions; of those that are all round the Earth, the first."""
    x = y = z = 0.0
    for each in positions:
        lat, lon = radians(each.lat), radians(each.lon)
        x, y, z = x + cos(lat) * cos(lon), y + cos(lat) * sin(lon), z + sin(lat)
    if hypot(x, y, z) < 1e-9 * len(positions):
        return positions[0]
    lat_e7, lon_e7 = round(degrees(atan2(z, hypot(x, y))) * E7), round(degrees(atan2(y, x)) * E7)
    return Position(lat_e7=lat_e7, lon_e7=-lon_e7 if lon_e7 == 180 * E7 else lon_e7)


def _uid(line: str, id_: str, number: int) -> str:
    return f"coupefeu.{line}.{id_.replace('/', '-')}.{number}"


def _drawable(volume: Volume) -> Iterator[tuple[Volume, bool]]:
    """Give a volume as such that can be drawn, each with whether it had a hole."""
    shape = volume.shape
    if not isinstance(shape, Polygon):
        yield volume, False
        return
    for part in shape.parts:
        alone = Polygon(parts=((part[0],),))
        yield (
            Volume(
                shape=alone,
                lower=volume.lower,
                upper=volume.upper,
                start_ms=volume.start_ms,
                end_ms=volume.end_ms,
            ),
            len(part) > 1,
        )


def _event(feature: Feature, drawable: tuple[Volume, bool], part: str, line: str, now_ms: int) -> str:
    volume, had_hole = drawable
    is_exercise = bool(feature.properties.get("exercise"))
    title = str(feature.properties.get("title") or feature.id)
    start_ms = now_ms if volume.start_ms is None else volume.start_ms
    stale_ms = max(now_ms, start_ms) + OPEN_STALE_MS if volume.end_ms is None else volume.end_ms
    attributes = {
        "version": "2.0",
        "uid": _uid(line, feature.id, int(part.partition("/")[0])),
        "type": CIRCLE_TYPE if isinstance(volume.shape, Circle) else DRAWN_TYPE,
        "how": "h-e",
        **({"opex": "e"} if is_exercise else {}),
        "time": format_instant(now_ms),
        "start": format_instant(start_ms),
        "stale": format_instant(stale_ms),
    }
    drawn, where, own = _drawn(volume.shape)
    notes = (NO_HOLES if had_hole else "", _reach_note(volume.shape))
    remarks = " ".join(filter(None, (str(feature.properties.get("remarks", "")), *notes)))
    detail = write_element(
        "detail",
        {},
        write_element("contact", {"callsign": (EXERCISE if is_exercise else "") + title}),
        write_element("remarks", {}, write_text(remarks)),
        *drawn,
        write_element("strokeColor", {"value": STROKE}),
        write_element("labels_on", {"value": "true"}),
        write_element("coupefeu", _own(feature, volume, part) | own),
    )
    return write_element("event", attributes, _point(where), detail)


def _reach_note(shape: Shape) -> str:
    if isinstance(shape, Corridor):
        return _REACHES.format(_metres(shape.half_width_dm))
    return _REACHES.format(_metres(shape.buffer_dm)) if isinstance(shape, Track) else ""


def _point(place: Position) -> str:
    where = {"lat": _degrees(place.lat_e7), "lon": _degrees(place.lon_e7)}
    return write_element("point", where | dict.fromkeys(("hae", "ce", "le"), UNKNOWN))


def _own(feature: Feature, volume: Volume, part: str) -> dict[str, str]:
    """Write what CoT has no words for; what is not stated is left out."""
    open_ = " ".join(name for name, at in (("start", volume.start_ms), ("end", volume.end_ms)) if at is None)
    texts = {name: str(feature.properties[name]) for name in TEXTS if name in feature.properties}
    fields = {
        name.replace(FIELD, "field-"): str(each)
        for name, each in feature.properties.items()
        if name.startswith(FIELD)
    }
    texts.pop("remarks", None)
    stated = {
        "id": feature.id, "volume": "" if part == "1/1" else part, "shape": type(volume.shape).__name__.lower(),
        "lower": write_altitude(volume.lower), "upper": write_altitude(volume.upper), "open": open_,
    }  # fmt: skip
    return {name: each for name, each in (stated | texts | fields).items() if each}


def _drawn(shape: Shape) -> tuple[list[str], Position, dict[str, str]]:
    """Give what is drawn, where its point is, and what of it stands in `coupefeu`."""
    match shape:
        case Circle(centre=centre, radius_dm=radius_dm):
            ellipse = {"major": _metres(radius_dm), "minor": _metres(radius_dm), "angle": "360"}
            return [write_element("shape", {}, write_element("ellipse", ellipse))], centre, {}
        case Polygon(parts=parts):
            ring = parts[0][0]
            return _links((*ring, ring[0])), middle(ring), {}
        case Corridor(line=line, half_width_dm=half_width_dm):
            return _links(line), line[0], {"half_width": f"{_metres(half_width_dm)} m"}
        case Track(fixes=fixes, buffer_dm=buffer_dm):
            times = " ".join(format_instant(fix.at_ms) for fix in fixes)
            line = tuple(fix.position for fix in fixes)
            return _links(line), line[0], {"buffer": f"{_metres(buffer_dm)} m", "times": times}


def _links(line: Sequence[Position]) -> list[str]:
    return [
        write_element("link", {"point": f"{_degrees(each.lat_e7)},{_degrees(each.lon_e7)}"}) for each in line
    ]


def _degrees(e7: int) -> str:
    return f"{'-' if e7 < 0 else ''}{abs(e7) // E7}.{abs(e7) % E7:07}"


def _metres(length_dm: int) -> str:
    return f"{length_dm // 10}.{length_dm % 10}"
