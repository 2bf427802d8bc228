"""GeoJSON (RFC 7946) as notices' areas, and back; a bad feature is refused alone, and the rest is read.

    one FeatureCollection, Feature or geometry, or one Feature a line
    properties  shape: circle (radius_m), corridor (half_width_m), polygon, track (times, buffer_m)
                lower_m, upper_m, or lower, upper and unit (m, ft, FL; also SFC, UNL); datum (AMSL, HAE, STD, AGL)
                from, to: RFC 3339 with a zone

Edges are geodesics here, whatever RFC 7946 says. Altitudes inside positions are left out: the band is that of the
properties.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from coupefeu.errors import PeerError
from coupefeu.model.places import Position
from coupefeu.model.volumes import (
    MAX_VOLUMES,
    Altitude,
    AltitudeUnit,
    Bound,
    Circle,
    Corridor,
    Datum,
    Limit,
    Shape,
    Track,
    Volume,
)
from coupefeu.wire.geojson_fields import read_altitudes, read_shapes, read_window, refuse

MAX_CHARACTERS: Final = 200_000_000
MAX_FEATURES: Final = 1_000_000
_LOOKED_AT: Final = 100
"""So many lines are looked at for a feature, where the first one is none."""
_CRS_WGS_84: Final = ("urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:OGC::CRS84")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A feature as volumes: several where its geometry is of several points or lines."""

    number: int
    """Its place in the text, from 1."""
    id: str | int | float | None
    volumes: tuple[Volume, ...]
    properties: dict[str, Any] = field(default_factory=dict)
    has_left_out_altitudes: bool = False

    @property
    def name(self) -> str | int | float:
        """Its id, or its place in the text."""
        return f"#{self.number}" if self.id is None else self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """A feature that was refused: which, and the error with field, what was seen, and what to do."""

    number: int
    id: str | int | float | None
    error: PeerError

    def __str__(self) -> str:
        name = "" if self.id is None else f" ({str(self.id)[:60]})"
        return f"feature {self.number}{name}, {self.error.message}"


def read_features(text: str, *, datum: Datum | None = Datum.AMSL) -> Iterator[Feature | Reject]:
    """Read a text; altitudes of features that name no datum are over `datum` (None: they are refused).

    Raises:
        PeerError: `wire.geojson.syntax`, `.long`, `.features`, `.type`: nothing of the text can be read.
    """
    for number, value in enumerate(_values(text), start=1):
        if isinstance(value, PeerError):
            yield Reject(number=number, id=None, error=value)
            continue
        try:
            yield read_feature(value, number, datum=datum)
        except PeerError as error:
            yield Reject(number=number, id=_id(value, lenient=True), error=error)


def read_feature(value: Any, number: int = 1, *, datum: Datum | None = Datum.AMSL) -> Feature:
    """Read one feature, or a bare geometry.

    Raises:
        PeerError: `wire.geojson.*`.
    """
    if not isinstance(value, dict):
        refuse("feature", "type", value, "an object")
    is_feature = value.get("type") == "Feature"
    properties = value.get("properties") or {} if is_feature else {}
    if not isinstance(properties, dict):
        refuse("properties", "properties", properties, "an object")
    shapes, deep = read_shapes(value.get("geometry") if is_feature else value, properties)
    lower, upper = read_altitudes(properties, datum)
    start_ms, end_ms = read_window(properties)
    return Feature(
        number=number,
        id=_id(value),
        volumes=tuple(_volume(shape, lower, upper, start_ms, end_ms) for shape in shapes[:MAX_VOLUMES]),
        properties=properties,
        has_left_out_altitudes=deep,
    )


def _volume(shape: Shape, lower: Bound, upper: Bound, start_ms: int | None, end_ms: int | None) -> Volume:
    if isinstance(shape, Track):
        start_ms, end_ms = shape.fixes[0].at_ms, shape.fixes[-1].at_ms
    return Volume(shape=shape, lower=lower, upper=upper, start_ms=start_ms, end_ms=end_ms)


def parse_json(text: str, *, marks: bool = False) -> Any:
    """Read one JSON value without NaN, infinities and names given twice.

    `marks`: these become texts that say so, which no field takes: of a file one feature alone is refused then.

    Raises:
        PeerError: `wire.geojson.syntax`.
    """
    constant, made = (str, _marked) if marks else (_no_constant, _object)
    try:
        return json.loads(text, parse_constant=constant, object_pairs_hook=made)
    except (ValueError, RecursionError) as error:
        says = getattr(error, "msg", str(error))[:120]
        where = f", line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise PeerError(
            f"not JSON{where}: {says}", code="wire.geojson.syntax", hint="Write it anew with a JSON library."
        ) from None


def _values(text: str) -> Iterator[Any]:
    if len(text) > MAX_CHARACTERS:
        raise PeerError(
            f"the text has {len(text):,} characters, more than {MAX_CHARACTERS:,}",
            code="wire.geojson.long",
            hint="Divide it.",
        )
    lines = [line for line in text.split("\n") if line.strip(" \t\r\x1e")]
    if len(lines) > 1 and _is_feature_a_line(lines[0]):
        yield from map(_line, lines)
        return
    try:
        value = parse_json(text, marks=True)
    except PeerError:
        if not any(map(_is_feature_a_line, lines[1:_LOOKED_AT])):
            raise
        yield from map(_line, lines)
        return
    if isinstance(value, dict) and value.get("type") == "FeatureCollection":
        features = value.get("features")
        if not isinstance(features, list) or len(features) > MAX_FEATURES:
            refuse("features", "features", features, f"an array of at most {MAX_FEATURES:,} features")
        crs = value.get("crs")
        if crs is not None and not any(f'"{name}"' in json.dumps(crs) for name in _CRS_WGS_84):
            refuse("crs", "crs", crs, "WGS 84 by leaving it out", "Convert the positions to WGS 84.")
        yield from features
    elif isinstance(value, dict):
        yield value
    else:
        refuse("text", "type", value, "a FeatureCollection or a Feature")


def _is_feature_a_line(line: str) -> bool:
    try:
        return isinstance(parse_json(line.strip(" \t\r\x1e"), marks=True), dict)
    except PeerError:
        return False


def _line(line: str) -> Any:
    try:
        return parse_json(line.strip(" \t\r\x1e"), marks=True)
    except PeerError as error:
        return error


def _id(value: Any, *, lenient: bool = False) -> str | int | float | None:
    found = value.get("id") if isinstance(value, dict) else None
    if found is None or (isinstance(found, str | int | float) and not isinstance(found, bool)):
        return found
    return None if lenient else refuse("id", "id", found, "a text or a number")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _marked(pairs: list[tuple[str, Any]]) -> dict[str, Any] | str:
    found = dict(pairs)
    return found if len(found) == len(pairs) else "an object in which a name stands twice"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def write_features(features: Iterator[tuple[str, Volume, dict[str, Any]]]) -> str:
    """Write volumes with ids and further properties as a FeatureCollection that `read_features` reads back."""
    written = [write_feature(name, volume, properties) for name, volume, properties in features]
    return json.dumps({"type": "FeatureCollection", "features": written}, ensure_ascii=False)


def write_feature(name: str, volume: Volume, properties: dict[str, Any]) -> dict[str, Any]:
    """Give one volume as a feature."""
    kind, places, own = _geometry(volume.shape)
    window = {"from": _written(volume.start_ms), "to": _written(volume.end_ms)}
    return {
        "type": "Feature",
        "id": name,
        "geometry": {"type": kind, "coordinates": places},
        "properties": {**properties, **own, **_band(volume.lower, volume.upper), **window},
    }


def _geometry(shape: Shape) -> tuple[str, Any, dict[str, Any]]:
    if isinstance(shape, Circle):
        return "Point", _pair(shape.centre), {"shape": "circle", "radius_m": shape.radius_dm / 10}
    if isinstance(shape, Corridor):
        line = [_pair(each) for each in shape.line]
        return "LineString", line, {"shape": "corridor", "half_width_m": shape.half_width_dm / 10}
    if isinstance(shape, Track):
        line = [_pair(fix.position) for fix in shape.fixes]
        times = [_written(fix.at_ms) for fix in shape.fixes]
        return "LineString", line, {"shape": "track", "times": times, "buffer_m": shape.buffer_dm / 10}
    parts = [[[_pair(each) for each in (*ring, ring[0])] for ring in part] for part in shape.parts]
    kind, places = ("Polygon", parts[0]) if len(parts) == 1 else ("MultiPolygon", parts)
    return kind, places, {"shape": "polygon"}


def _band(lower: Bound, upper: Bound) -> dict[str, Any]:
    """Write both bounds in one unit and datum, or each apart where they have two."""
    stated = [bound for bound in (lower, upper) if isinstance(bound, Altitude)]
    unit = stated[0].unit if stated else AltitudeUnit.M
    found: dict[str, Any] = {"lower": _bound(lower), "upper": _bound(upper), "unit": unit.name.lower()}
    if stated:
        found["datum"] = stated[0].datum.name
    if len({(bound.unit, bound.datum) for bound in stated}) > 1:
        for side, bound in zip(("lower", "upper"), stated, strict=True):
            found |= {f"{side}_unit": bound.unit.name.lower(), f"{side}_datum": bound.datum.name}
        del found["unit"], found["datum"]
    return found


def _bound(bound: Bound) -> int | str | None:
    if isinstance(bound, Limit):
        return "SFC" if bound is Limit.SURFACE else "UNL"
    return None if bound is None else bound.value


def _pair(position: Position) -> list[float]:
    return [position.lon, position.lat]


def _written(instant_ms: int | None) -> str | None:
    if instant_ms is None:
        return None
    text = datetime.fromtimestamp(instant_ms / 1_000, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z").replace(".000Z", "Z")
