"""Volumes as the map draws them: outlines by `coupefeu.deconfliction`, written once and kept as bytes.

The geometry libraries load when a map first has something to draw.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

import msgspec

from coupefeu.console.notices_values import AltitudeLimit, AltitudeValues, MapVolume, ShapeName
from coupefeu.model.places import E7, Position
from coupefeu.model.volumes import Altitude, Bound, Circle, Corridor, Limit, Polygon, Shape, Track, Volume

UNITS_IN_A_DEGREE: Final = 100_000
"""A metre at most: a map needs no more."""
_E7_IN_A_UNIT: Final = E7 // UNITS_IN_A_DEGREE
KEPT: Final = 20_000
"""Volumes whose outlines are kept; half a kilobyte each."""
_SHAPES: Final = {
    Circle: ShapeName.CIRCLE,
    Polygon: ShapeName.POLYGON,
    Corridor: ShapeName.CORRIDOR,
    Track: ShapeName.TRACK,
}
_NOT_STATED: Final = AltitudeValues(limit=AltitudeLimit.NOT_STATED, value=None, unit=None, datum=None)


@lru_cache(maxsize=KEPT)
def draw(volume: Volume) -> msgspec.Raw:
    """Give a volume as JSON of a `MapVolume`."""
    return msgspec.Raw(msgspec.json.encode(map_volume(volume)))


def map_volume(volume: Volume) -> MapVolume:
    """Lay out a volume for the map."""
    from coupefeu.deconfliction import areas  # noqa: PLC0415 - numpy: nobody may ever look at a map

    shape = volume.shape
    parts = tuple(tuple(_steps(ring) for ring in part) for part in areas(shape))
    return MapVolume(
        shape=_SHAPES[type(shape)],
        parts=parts,
        label=_label(shape, parts),
        lower=bound_values(volume.lower),
        upper=bound_values(volume.upper),
        start_ms=volume.start_ms if not isinstance(shape, Track) else shape.fixes[0].at_ms,
        end_ms=volume.end_ms if not isinstance(shape, Track) else shape.fixes[-1].at_ms,
        fixes=_fixes(shape),
        reach_m=_reach_m(shape),
    )


def bound_values(bound: Bound) -> AltitudeValues:
    """Give a bound of a band as it was written."""
    if bound is None:
        return _NOT_STATED
    if isinstance(bound, Altitude):
        return AltitudeValues(
            limit=AltitudeLimit.ALTITUDE,
            value=bound.value,
            unit=bound.unit.name.lower(),
            datum=bound.datum.name.lower(),
        )
    limit = AltitudeLimit.SURFACE if bound is Limit.SURFACE else AltitudeLimit.UNLIMITED
    return AltitudeValues(limit=limit, value=None, unit=None, datum=None)


def units_of(position: Position) -> tuple[int, int]:
    """Give a position as the map writes it: longitude, latitude."""
    return (round(position.lon_e7 / _E7_IN_A_UNIT), round(position.lat_e7 / _E7_IN_A_UNIT))


def _steps(ring: Sequence[tuple[float, float]]) -> tuple[int, ...]:
    """Write a ring as its first position and the steps on from there; nothing is said twice, nor its closing."""
    whole = [(round(lon * UNITS_IN_A_DEGREE), round(lat * UNITS_IN_A_DEGREE)) for lon, lat in ring]
    if len(whole) > 1 and whole[0] == whole[-1]:
        whole.pop()
    steps = list(whole[0])
    for (lon, lat), (next_lon, next_lat) in pairwise(whole):
        if (lon, lat) != (next_lon, next_lat):
            steps += (next_lon - lon, next_lat - lat)
    return tuple(steps)


def _label(shape: Shape, parts: Sequence[Sequence[tuple[int, ...]]]) -> tuple[int, int]:
    """Say where the symbol stands: at the centre, in the middle of the line, or amid the corners of the first part."""
    match shape:
        case Circle():
            return units_of(shape.centre)
        case Corridor():
            return units_of(shape.line[len(shape.line) // 2])
        case Track():
            return units_of(shape.fixes[len(shape.fixes) // 2].position)
        case Polygon():
            corners = _corners(parts[0][0])
            middle = (sum(lon for lon, _ in corners), sum(lat for _, lat in corners))
            return (round(middle[0] / len(corners)), round(middle[1] / len(corners)))


def _corners(steps: Sequence[int]) -> list[tuple[int, int]]:
    corners, lon, lat = [], 0, 0
    for step_lon, step_lat in zip(steps[::2], steps[1::2], strict=True):
        lon, lat = lon + step_lon, lat + step_lat
        corners.append((lon, lat))
    return corners


def _fixes(shape: Shape) -> tuple[int, ...]:
    if not isinstance(shape, Track):
        return ()
    return _flat((*units_of(fix.position), fix.at_ms) for fix in shape.fixes)


def _flat(rows: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(each for row in rows for each in row)


def _reach_m(shape: Shape) -> int | None:
    match shape:
        case Circle():
            return shape.radius_dm // 10
        case Corridor():
            return shape.half_width_dm // 10
        case Track():
            return shape.buffer_dm // 10
        case Polygon():
            return None
