"""What is left of a route behind a place on it; on the sphere, which is exact enough to find the leg."""

import math
from functools import lru_cache
from itertools import pairwise
from typing import Final

from coupefeu.model.places import E7, Position

RADIUS_M: Final = 6_371_000.0
NEAR_M: Final = 1_000.0
"""So far beside its route, beyond its buffer, a check point still lies on it."""
_Normal = tuple[float, float, float]


@lru_cache(maxsize=256)
def rest_of(line: tuple[Position, ...], place: Position, buffer_m: float) -> tuple[Position, ...] | None:
    """Give the place and what follows it; None: it does not lie on this line.

    Where the line comes by more than once, what follows its first passage: nobody can say which one it is.
    """
    at = _normal(place)
    normals = [_normal(each) for each in line]
    away_m = [_apart_m(at, start, end) for start, end in pairwise(normals)]
    nearest_m = min(away_m, default=math.inf)
    if nearest_m > buffer_m + NEAR_M:
        return None
    leg = next(number for number, each in enumerate(away_m) if each <= nearest_m + buffer_m)
    return (place, *(each for number, each in enumerate(line[leg + 1 :]) if number or each != place))


def apart_m(one: Position, other: Position) -> float:
    """Give how far two places are apart, within half a percent."""
    return RADIUS_M * _angle(_normal(one), _normal(other))


def _normal(place: Position) -> _Normal:
    lat, lon = math.radians(place.lat_e7 / E7), math.radians(place.lon_e7 / E7)
    return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)


def _apart_m(at: _Normal, start: _Normal, end: _Normal) -> float:
    """Give how far a place is from a leg: from its great circle between its ends, else from the nearer end."""
    pole = _cross(start, end)
    length = math.hypot(*pole)
    ends = min(_angle(at, start), _angle(at, end))
    if length == 0 or _dot(_cross(pole, start), at) < 0 or _dot(_cross(end, pole), at) < 0:
        return RADIUS_M * ends
    return RADIUS_M * min(ends, abs(math.asin(max(-1.0, min(1.0, _dot(pole, at) / length)))))


def _angle(one: _Normal, other: _Normal) -> float:
    return math.atan2(math.hypot(*_cross(one, other)), _dot(one, other))


def _dot(one: _Normal, other: _Normal) -> float:
    return sum(left * right for left, right in zip(one, other, strict=True))


def _cross(one: _Normal, other: _Normal) -> _Normal:
    return (
        one[1] * other[2] - one[2] * other[1],
        one[2] * other[0] - one[0] * other[2],
        one[0] * other[1] - one[1] * other[0],
    )
