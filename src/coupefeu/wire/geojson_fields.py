"""The fields of a GeoJSON feature as parts of a volume; each is refused by its name, with what was seen."""

import math
from datetime import datetime
from reprlib import repr as shown
from typing import Any, Final, NoReturn

from coupefeu.errors import PeerError, UsageError
from coupefeu.model.instant import parse_instant
from coupefeu.model.places import E7, Position, wrap_longitude
from coupefeu.model.volumes import (
    MAX_POSITIONS,
    MAX_RADIUS_DM,
    MAX_VOLUMES,
    Altitude,
    AltitudeUnit,
    Bound,
    Circle,
    Corridor,
    Datum,
    Fix,
    Limit,
    Polygon,
    Shape,
    Track,
)

UNITS: Final = {"m": AltitudeUnit.M, "ft": AltitudeUnit.FT, "fl": AltitudeUnit.FL}
LIMITS: Final = {"SFC": Limit.SURFACE, "GND": Limit.SURFACE, "UNL": Limit.UNLIMITED}
_SHAPES: Final = {
    "Polygon": ("polygon",), "MultiPolygon": ("polygon",), "Point": ("circle",), "MultiPoint": ("circle",),
    "LineString": ("corridor", "track"), "MultiLineString": ("corridor",),
}  # fmt: skip


def refuse(field: str, defect: str, seen: object, means: str, hint: str = "") -> NoReturn:
    """Refuse a field: what was seen, what it must be, what to do."""
    raise PeerError(
        f"{field}: {shown(seen)} is not {means}",
        code=f"wire.geojson.{defect}",
        hint=hint or f"Write {means}.",
    )


def read_shapes(geometry: Any, properties: dict[str, Any]) -> tuple[tuple[Shape, ...], bool]:
    """Read a geometry with what its properties say of it; the flag says whether altitudes in positions were left out.

    Raises:
        PeerError: `wire.geojson.*`.
    """
    if not isinstance(geometry, dict):
        refuse(
            "geometry",
            "geometry",
            geometry,
            "a geometry",
            "A notice has an area: give Point, LineString or Polygon.",
        )
    kind = geometry.get("type")
    if kind not in _SHAPES:
        refuse("geometry.type", "type", kind, f"one of {', '.join(_SHAPES)}")
    if "crs" in geometry:
        refuse(
            "geometry.crs",
            "crs",
            geometry["crs"],
            "WGS 84 by leaving it out",
            "Convert the positions to WGS 84.",
        )
    shape = properties.get("shape", _SHAPES[kind][0])
    if shape not in _SHAPES[kind]:
        refuse("properties.shape", "shape", shape, f"{' or '.join(_SHAPES[kind])}, which a {kind} may be")
    places = geometry.get("coordinates")
    count, deep = _count(places)
    if count > MAX_POSITIONS:
        raise PeerError(
            f"geometry.coordinates: {count:,} positions, more than {MAX_POSITIONS:,}",
            code="wire.geojson.many",
            hint="Simplify the area, or give it in several notices.",
        )
    if kind.startswith("Multi") and kind != "MultiPolygon":
        several = _list("geometry.coordinates", places, 1, MAX_VOLUMES)
        return tuple(_shape(shape, each, properties) for each in several), deep
    return (_shape(shape, places, properties, is_multiple=kind == "MultiPolygon"),), deep


def _shape(shape: str, places: Any, properties: dict[str, Any], *, is_multiple: bool = False) -> Shape:
    at = "geometry.coordinates"
    if shape == "circle":
        return Circle(centre=_position(at, places), radius_dm=_reach_dm("radius_m", properties))
    if shape == "corridor":
        return Corridor(line=_line(at, places, 2), half_width_dm=_reach_dm("half_width_m", properties))
    if shape == "track":
        return _track(at, places, properties)
    parts = _list(at, places, 1, MAX_POSITIONS) if is_multiple else [places]
    return Polygon(
        parts=tuple(
            tuple(
                _ring(f"{at}, ring {number}", ring)
                for number, ring in enumerate(_list(at, part, 1, MAX_POSITIONS), 1)
            )
            for part in parts
        )
    )


def _track(at: str, places: Any, properties: dict[str, Any]) -> Track:
    line = _line(at, places, 2)
    times = _list("properties.times", properties.get("times"), len(line), len(line))
    fixes = (
        Fix(position=position, at_ms=read_instant(f"properties.times {number}", time))
        for number, (position, time) in enumerate(zip(line, times, strict=True), start=1)
    )
    return Track(fixes=tuple(fixes), buffer_dm=_reach_dm("buffer_m", properties))


def _ring(at: str, places: Any) -> tuple[Position, ...]:
    ring = _line(at, places, 4)
    if ring[0] != ring[-1]:
        refuse(
            at,
            "unclosed",
            places[-1],
            "its first position again",
            "Close the ring, or check for missing corners.",
        )
    return ring[:-1]


def _line(at: str, places: Any, least: int) -> tuple[Position, ...]:
    several = _list(at, places, least, MAX_POSITIONS + 1)
    return tuple(_position(f"{at}, position {number}", each) for number, each in enumerate(several, start=1))


def _position(at: str, value: Any) -> Position:
    if not isinstance(value, list) or len(value) < 2 or not all(map(_is_number, value[:2])):
        refuse(at, "position", value, "a longitude and a latitude in degrees, as numbers")
    longitude, latitude = value[0], value[1]
    if abs(latitude) > 90:
        swapped = abs(longitude) <= 90 and abs(latitude) <= 180
        hint = (
            "Are latitude and longitude exchanged? GeoJSON has longitude first. Nothing was turned."
            if swapped
            else ""
        )
        refuse(at, "latitude", latitude, "a latitude from -90 to 90 degrees", hint)
    if abs(longitude) > 360:
        refuse(at, "longitude", longitude, "a longitude from -360 to 360 degrees")
    return Position(lat_e7=round(latitude * E7), lon_e7=wrap_longitude(round(longitude * E7)))


def read_altitudes(properties: dict[str, Any], datum: Datum | None) -> tuple[Bound, Bound]:
    """Read `lower_m` and `upper_m`, or `lower` and `upper` in `unit`, over `datum`.

    `datum` holds where the feature names none; None: one must be named where an altitude is. Parts of a unit are
    rounded outwards.

    Raises:
        PeerError: `wire.geojson.*`.
    """
    return _bound(properties, "lower", datum), _bound(properties, "upper", datum)


def _scale(properties: dict[str, Any], side: str, datum: Datum | None) -> tuple[AltitudeUnit, Datum | None]:
    """Read the unit and the datum of one side, or of both."""
    unit_name, datum_name = (next((name for name in (f"{side}_{what}", what) if name in properties), what) for what in (
        "unit", "datum",
    ))  # fmt: skip
    unit = AltitudeUnit.M
    if unit_name in properties:
        seen = properties[unit_name]
        unit = UNITS.get(str(seen).lower()) or refuse(f"properties.{unit_name}", "unit", seen, "m, ft or FL")
    if datum_name in properties:
        seen, names = properties[datum_name], Datum.__members__
        datum = names.get(str(seen).upper()) or refuse(
            f"properties.{datum_name}", "datum", seen, f"one of {', '.join(names)}"
        )
    elif unit is AltitudeUnit.FL:
        datum = Datum.STD
    return unit, datum


def _bound(properties: dict[str, Any], side: str, datum: Datum | None) -> Bound:
    unit, datum = _scale(properties, side, datum)
    named = [name for name in (side, f"{side}_m") if properties.get(name) is not None]
    if len(named) > 1:
        refuse(f"properties.{side}", "twice", properties[side], f"given once: there is {side}_m too")
    if not named:
        return None
    name, value = f"properties.{named[0]}", properties[named[0]]
    if isinstance(value, str) and value.upper() in LIMITS:
        return LIMITS[value.upper()]
    if not _is_number(value) or abs(value) > 1e9:
        refuse(name, "altitude", value, "an altitude as a number, SFC or UNL")
    if datum is None:
        refuse(
            "properties.datum",
            "datum",
            None,
            "one of AMSL, HAE, STD, AGL",
            "Say what the altitude is measured from.",
        )
    whole = math.floor(value) if side == "lower" else math.ceil(value)
    return Altitude(value=whole, unit=AltitudeUnit.M if named[0].endswith("_m") else unit, datum=datum)


def read_window(properties: dict[str, Any]) -> tuple[int | None, int | None]:
    """Read `from` and `to`, UTC milliseconds; None where not stated.

    Raises:
        PeerError: `wire.geojson.time`.
    """
    start, end = (
        None if properties.get(name) is None else read_instant(f"properties.{name}", properties[name])
        for name in ("from", "to")
    )
    return start, end


def read_instant(field: str, value: Any) -> int:
    """Read a date and time of RFC 3339 with its zone."""
    if not isinstance(value, str) or not value[:1].isdigit() or len(value) > 40:
        refuse(field, "time", value, "a date and time such as 2026-11-30T06:00:00Z")
    try:
        if datetime.fromisoformat(value).tzinfo is None:
            refuse(
                field, "zone", value, "a time with its zone", "Add Z for UTC, or the offset such as +03:00."
            )
        return parse_instant(value, 0)
    except (ValueError, UsageError):
        refuse(field, "time", value, "a date and time such as 2026-11-30T06:00:00Z")


def _reach_dm(name: str, properties: dict[str, Any]) -> int:
    value: Any = properties.get(name)
    most_m = MAX_RADIUS_DM // 10
    if not _is_number(value) or not 0 <= value <= most_m:
        refuse(f"properties.{name}", "reach", value, f"a length from 0 to {most_m:,} metres")
    tenths: float = round(value * 10, 3)
    return math.ceil(tenths)


def _list(at: str, value: Any, least: int, most: int) -> list[Any]:
    if not isinstance(value, list):
        refuse(at, "list", value, "an array")
    if not least <= len(value) <= most:
        bound = f"at least {least} are needed" if len(value) < least else f"at most {most:,} may be"
        raise PeerError(
            f"{at}: {len(value):,} items, and {bound}",
            code="wire.geojson.length",
            hint="Give what is missing, or fewer.",
        )
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _count(places: Any) -> tuple[int, bool]:
    """Count positions without looking at them closely; and say whether one has a third number."""
    count, deep, waiting = 0, False, [places]
    while waiting:
        value = waiting.pop()
        if not isinstance(value, list):
            continue
        if value and not isinstance(value[0], list):
            count += 1
            deep = deep or len(value) > 2
        else:
            waiting.extend(value)
    return count, deep
