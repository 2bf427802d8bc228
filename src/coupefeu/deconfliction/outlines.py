"""Outlines for maps and exports: rings of longitude and latitude in degrees, unbroken across the antimeridian.

Every corner lies on the true edge; between corners a map draws what it draws. A ring round a pole goes along the edge
of the map to the pole and back.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from coupefeu.deconfliction.cutting import cut
from coupefeu.deconfliction.ellipsoid import Floats, axes, degrees, geod, normals_of_degrees, unit
from coupefeu.model.volumes import Circle, Corridor, Polygon, Shape, Track

Ring = list[tuple[float, float]]
"""Longitude and latitude of its corners, the first once more at the end."""

_CORNERS: Final = 64
"""Of a circle."""
_DIGITS: Final = 7


def outline(shape: Shape) -> list[Ring]:
    """Give all rings of a shape, shells and holes, one after the other; of a line without width the line.

    Longitudes run on past 180 where a ring crosses the antimeridian.
    """
    return [ring for part in areas(shape) for ring in part]


def areas(shape: Shape) -> list[list[Ring]]:
    """Give the parts of a shape, each its shell and its holes: the coordinates of a MultiPolygon."""
    if isinstance(shape, Circle):
        centre = cut(shape).normal
        return [[_unwrapped(_circle(centre, shape.radius_dm / 10) if shape.radius_dm else centre)]]
    if isinstance(shape, Polygon):
        rows = cut(shape)
        ends = (np.flatnonzero(rows.step <= 0) + 1).tolist()
        rings = iter(
            [_unwrapped(rows.normal[first:last]) for first, last in zip([0, *ends[:-1]], ends, strict=True)]
        )
        return [[next(rings) for _ in part] for part in shape.parts]
    return _along(shape)


def _along(shape: Corridor | Track) -> list[list[Ring]]:
    """Join what lies around each leg."""
    line = cut(shape).normal
    reach_m = (shape.half_width_dm if isinstance(shape, Corridor) else shape.buffer_dm) / 10
    if reach_m == 0:
        return [[_unwrapped(line, is_closed=False)]]
    legs = [
        _capsule(line[number : number + 1], line[number + 1 : number + 2], reach_m)
        for number in range(len(line) - 1)
    ]
    return _joined(legs, unit(line.mean(axis=0)[None])) if len(legs) > 1 else [[_unwrapped(legs[0])]]


def _joined(legs: Sequence[Floats], centre: Floats) -> list[list[Ring]]:
    import shapely  # noqa: PLC0415 - only where a line with corners is drawn

    (east,), (north,) = axes(centre)
    frame = np.stack((east, north, centre[0]), axis=1)
    flat = [leg @ frame for leg in legs]
    whole = shapely.union_all([shapely.Polygon(each[:, :2] / (1.0 + each[:, 2:])) for each in flat])
    parts = whole.geoms if whole.geom_type == "MultiPolygon" else [whole]
    return [
        [_unwrapped(_lifted(np.array(ring.coords[:-1]), frame)) for ring in (part.exterior, *part.interiors)]
        for part in parts
    ]


def _lifted(flat: Floats, frame: Floats) -> Floats:
    """Undo the stereographic plane."""
    square = (flat * flat).sum(axis=1, keepdims=True)
    lifted: Floats = np.concatenate((2.0 * flat, 1.0 - square), axis=1) / (1.0 + square) @ frame.T
    return lifted


def _circle(centre: Floats, radius_m: float) -> Floats:
    return _arc(centre, -360.0, _CORNERS, radius_m)[:-1]


def _capsule(start: Floats, end: Floats, reach_m: float) -> Floats:
    """Go round a leg to the left: round its end, back, and round its start."""
    onwards, backwards = _azimuth(start, end), _azimuth(end, start)
    return np.concatenate((
        _arc(end, -180.0, _CORNERS // 2, reach_m, backwards + 270.0),
        _arc(start, -180.0, _CORNERS // 2, reach_m, onwards + 270.0),
    ))  # fmt: skip


def _azimuth(start: Floats, end: Floats) -> float:
    (lat_1, lat_2), (lon_1, lon_2) = degrees(np.concatenate((start, end)))
    return float(geod().inv(lon_1, lat_1, lon_2, lat_2)[0])


def _arc(centre: Floats, turn_deg: float, steps: int, reach_m: float, begin_deg: float = 0.0) -> Floats:
    latitude, longitude = degrees(centre)
    azimuths = begin_deg + np.arange(steps + 1) * (turn_deg / steps)
    lon, lat, _ = geod().fwd(
        np.repeat(longitude, steps + 1), np.repeat(latitude, steps + 1), azimuths, np.full(steps + 1, reach_m)
    )
    return normals_of_degrees(np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64))


def _unwrapped(normal: Floats, *, is_closed: bool = True) -> Ring:
    rows = np.concatenate((normal, normal[:1])) if is_closed else normal
    latitude, longitude = degrees(rows)
    steps = np.diff(longitude)
    longitude[1:] -= np.cumsum(steps - ((steps + 180.0) % 360.0 - 180.0))
    ring = [
        (round(float(lon), _DIGITS), round(float(lat), _DIGITS))
        for lon, lat in zip(longitude, latitude, strict=True)
    ]
    if is_closed and abs(longitude[-1] - longitude[0]) > 180.0:
        pole = 90.0 if latitude.mean() > 0 else -90.0
        ring += [(ring[-1][0], pole), (ring[0][0], pole), ring[0]]
    return ring
