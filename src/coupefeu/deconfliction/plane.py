"""Which of many plain volumes are too near one: measured by GEOS, in the plane that touches the normals' sphere at it.

Arcs of normals are straight in that plane, and both axes have their scale where it touches. Within an angle t of there
a way is never drawn more than a share 0.02 t too short, for radii of curvature change no faster, and never longer than
by that and 1 / cos^2 t. That brackets the distance within a thousandth for areas of 200 km; what lies inside the
bracket is left to `decide.py`.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from coupefeu.deconfliction import bands
from coupefeu.deconfliction.ellipsoid import ECCENTRICITY_2, EQUATORIAL_M, LEAST_RADIUS_M, Floats
from coupefeu.deconfliction.stack import (
    AREA,
    HEADER,
    LINE,
    PLAIN,
    POINT,
    SCALE,
    UNIT,
    Heads,
    Integers,
    heads_of,
)
from coupefeu.model.volumes import Separation

Shapes = NDArray[np.object_]

_SLACK_M = 2.0
"""More than rounding, and than geodesics stray from arcs of normals."""
_BENDS = 0.02
"""A radian: how fast scale and direction of the axes change."""
_LEAST_HEIGHT = 0.5
"""Of a row over the plane through the Earth's middle: within 60 degrees of where the plane touches."""
_MOST = 0.9
"""Radians from there, of which anything is said."""
_ROUNDING = 1e-8
_BUFFER, _LOWER, _UPPER, _START, _END, _MAGIC = 2, 3, 4, 7, 8, 9
"""Of a header's numbers of 64 bits."""
_PLAIN = int.from_bytes(PLAIN, "little")


def is_simple(normal: Floats) -> bool:
    """Say whether a ring of normals (n, 3) crosses and touches itself nowhere; one too wide for the plane: no."""
    flat = normal @ touching(normal.sum(axis=0).tolist())
    if float(flat[:, 2].min()) < _LEAST_HEIGHT:
        return False
    return bool(shapely.is_simple(shapely.linearrings(flat[:, :2] / flat[:, 2:])))


class Judged(NamedTuple):
    """Candidates by their places: those that conflict, those in doubt by distance alone, those that are not judged."""

    near: list[int]
    doubtful: list[int]
    left: list[int]


def judge(query: bytes, candidates: Sequence[bytes], separation: Separation, tolerance_m: float) -> Judged:
    """Judge what a plane can tell of: nothing is left of a query that is plain but what is not, or is too wide."""
    heads = heads_of((query, *candidates))
    numbers = heads.view("<i8").reshape(len(heads), -1)
    one, some = numbers[0].tolist(), numbers[1:]
    least, most = some.min(axis=0).tolist(), some.max(axis=0).tolist()
    if not least[_MAGIC] == most[_MAGIC] == one[_MAGIC] == _PLAIN:
        plain = np.flatnonzero((some[:, _MAGIC] == _PLAIN) & (one[_MAGIC] == _PLAIN)).tolist()
        judged = _judge_some(query, candidates, plain, separation, tolerance_m)
        return judged._replace(left=judged.left + sorted(set(range(len(candidates))).difference(plain)))
    most_fifths, most_ms = separation.altitude_m * bands.METRE, separation.time_s * 1_000
    if (
        max(most[_LOWER] - one[_UPPER], one[_LOWER] - least[_UPPER], 0) >= most_fifths
        or max(most[_START] - one[_END], one[_START] - least[_END], 0) >= most_ms
    ):
        altitude, _ = bands.gaps(heads[0], heads[1:])
        time_ms = np.maximum(some[:, _START] - one[_END], one[_START] - some[:, _END]).clip(0)
        kept = np.flatnonzero((altitude < most_fifths) & (time_ms < most_ms)).tolist()
        if len(kept) < len(candidates):
            return _judge_some(query, candidates, kept, separation, tolerance_m)
    most_m = one[_BUFFER] / 10.0 + separation.distance_m + tolerance_m
    return _near(query, candidates, heads, some[:, _BUFFER] / 10.0 + most_m if most[_BUFFER] else most_m)


def _judge_some(
    query: bytes, candidates: Sequence[bytes], some: list[int], separation: Separation, tolerance_m: float
) -> Judged:
    if not some:
        return Judged([], [], [])
    judged = judge(query, [candidates[each] for each in some], separation, tolerance_m)
    return Judged(*([some[each] for each in places] for places in judged))


def _near(query: bytes, candidates: Sequence[bytes], heads: Heads, most_m: Any) -> Judged:
    data = [query[HEADER.size :], *[each[HEADER.size :] for each in candidates]]
    rows = np.frombuffer(b"".join(data), "<i4").reshape(-1, 4).astype(np.float64)
    ours = len(data[0]) // UNIT
    flat = rows @ touching(rows[:ours].sum(axis=0).tolist())
    height = flat[:, 2]
    within = math.acos(min(1.0, float(height[:ours].min()) / SCALE))
    within += (float(np.max(most_m)) + _SLACK_M) / LEAST_RADIUS_M + _ROUNDING
    if within > _MOST or float(height.min()) < _LEAST_HEIGHT * SCALE:
        return Judged([], [], list(range(len(candidates))))
    shapes = _shapes(flat[:, :2] / flat[:, 2:], heads["rows"], heads["kind"])
    apart_m = shapely.distance(shapes[0], shapes[1:])
    near = apart_m <= np.maximum((most_m - _SLACK_M) / (1.0 + _BENDS * within), 0.0)
    doubtful = apart_m <= (most_m + _SLACK_M) / (1.0 - _BENDS * within) / math.cos(within) ** 2
    doubtful ^= near
    return Judged(near.nonzero()[0].tolist(), doubtful.nonzero()[0].tolist(), [])


def touching(towards: Sequence[float]) -> Floats:
    """Give the plane that touches there: as columns east and north in metres, and the way to it.

    A place lies where its products with the first two are, divided by that with the third. A fourth number of rows,
    their step, counts nothing.
    """
    x, y, z = towards[:3]
    length = math.sqrt(x * x + y * y + z * z) or 1.0
    x, y, z = x / length, y / length, z / length
    level = math.hypot(x, y)
    east, north = (-y / level, x / level) if level > 1e-12 else (0.0, 1.0)
    bend = 1.0 - ECCENTRICITY_2 * z * z
    across = EQUATORIAL_M / math.sqrt(bend)
    along = across * (1.0 - ECCENTRICITY_2) / bend
    return np.array((
        (east * across, -z * north * along, x),
        (north * across, z * east * along, y),
        (0.0, (x * north - y * east) * along, z),
        (0.0, 0.0, 0.0),
    )[: len(towards)])  # fmt: skip


def _shapes(places: Floats, counts: Integers, kind: Integers) -> Shapes:
    if (kind == AREA).all():
        return _areas(places, counts)
    shapes = np.empty(len(counts), dtype=object)
    for each, make in ((POINT, _points), (LINE, _lines), (AREA, _areas)):
        chosen = kind == each
        if chosen.any():
            shapes[chosen] = make(places[chosen.repeat(counts)], counts[chosen])
    return shapes


def _points(places: Floats, _: Integers) -> Shapes:
    made: Shapes = shapely.points(places)
    return made


def _lines(places: Floats, counts: Integers) -> Shapes:
    made: Shapes = shapely.linestrings(places, indices=np.arange(len(counts)).repeat(counts))
    return made


def _areas(places: Floats, counts: Integers) -> Shapes:
    made: Shapes = shapely.polygons(
        shapely.linearrings(places, indices=np.arange(len(counts)).repeat(counts))
    )
    return made
