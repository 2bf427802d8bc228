"""Shapes as rows: unit normals in rings and lines, with long edges cut so that arcs of normals are geodesics.

An arc between two normals differs from the geodesic by 0.16 m at 50 km, so longer edges are cut there, and legs of
tracks at 10 km. Each row says how far its next row is: +1, back to the first at the end of a ring, 0 at the end of a
line.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from coupefeu.deconfliction.ellipsoid import (
    GREATEST_RADIUS_M,
    Floats,
    cross,
    degrees,
    distance_m,
    geod,
    normals,
    normals_of_degrees,
)
from coupefeu.errors import UsageError
from coupefeu.model.places import Position
from coupefeu.model.volumes import Circle, Corridor, Polygon, Shape, Track

EDGE_M: Final = 50_000.0
LEG_M: Final = 10_000.0
MAX_ROWS: Final = 8_192
"""Of all volumes of a notice once their edges are cut."""

Steps = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows of one shape: normals (n, 3), the step to the next row (n), and of a track the instants (n, ms)."""

    normal: Floats
    step: Steps
    at_ms: Steps | None = None


def cut(shape: Shape) -> Rows:
    """Cut a shape into rows; rings are turned so that shells go round to the left and holes to the right.

    Raises:
        UsageError: `deconfliction.shape.long`: more than `MAX_ROWS` rows.
    """
    if isinstance(shape, Circle):
        return Rows(normal=normals([shape.centre]), step=np.zeros(1, dtype=np.int64))
    if isinstance(shape, Corridor):
        line, _ = _pieces(shape.line, EDGE_M)
        return Rows(normal=line, step=_steps(len(line), 0))
    if isinstance(shape, Track):
        return _track(shape)
    return _rings(shape)


def _rings(polygon: Polygon) -> Rows:
    rings = [_ring(ring, is_hole=bool(number)) for part in polygon.parts for number, ring in enumerate(part)]
    steps = [_steps(len(ring), 1 - len(ring)) for ring in rings]
    if sum(map(len, rings)) > MAX_ROWS:
        raise too_long()
    return Rows(normal=np.concatenate(rings), step=np.concatenate(steps))


def _ring(ring: tuple[Position, ...], *, is_hole: bool) -> Floats:
    around = _pieces((*ring, ring[0]), EDGE_M)[0][:-1]
    turning = cross(around, np.roll(around, -1, axis=0)).sum(axis=0)
    turns_left = float(turning @ around.sum(axis=0)) >= 0.0
    return around if turns_left is not is_hole else around[::-1]


def _track(track: Track) -> Rows:
    line, share = _pieces(tuple(fix.position for fix in track.fixes), LEG_M)
    at_ms = np.array([fix.at_ms for fix in track.fixes], dtype=np.int64)
    number = np.minimum(share.astype(np.int64), len(at_ms) - 2 if len(at_ms) > 1 else 0)
    after = np.minimum(number + 1, len(at_ms) - 1)
    passed = np.rint((at_ms[after] - at_ms[number]) * (share - number)).astype(np.int64)
    return Rows(normal=line, step=_steps(len(line), 0), at_ms=at_ms[number] + passed)


def _steps(count: int, last: int) -> Steps:
    steps = np.ones(count, dtype=np.int64)
    steps[-1] = last
    return steps


def _pieces(line: tuple[Position, ...], most_m: float) -> tuple[Floats, Floats]:
    """Cut a line; the second array says where on it each row is: 2.5 is half-way from position 2 to 3."""
    normal = normals(line)
    share = np.arange(len(line), dtype=np.float64)
    if len(line) < 2:
        return normal, share
    chord = normal[1:] - normal[:-1]
    if float((chord * chord).sum(axis=1).max()) <= (most_m / GREATEST_RADIUS_M) ** 2 * 0.999:
        return normal, share
    counts = np.maximum(np.ceil(distance_m(normal[:-1], normal[1:]) / most_m), 1.0).astype(np.int64)
    if counts.sum() > MAX_ROWS:
        raise too_long()
    if (counts == 1).all():
        return normal, share
    rows, shares = [], []
    for number, count in enumerate(counts):
        rows.append(normal[number : number + 1])
        shares.append(number + np.arange(count) / count)
        if count > 1:
            rows.append(_between(normal[number], normal[number + 1], int(count)))
    rows.append(normal[-1:])
    shares.append(share[-1:])
    return np.concatenate(rows), np.concatenate(shares)


def _between(start: Floats, end: Floats, count: int) -> Floats:
    (lat_1, lat_2), (lon_1, lon_2) = degrees(np.stack((start, end)))
    places = np.array(geod().npts(lon_1, lat_1, lon_2, lat_2, count - 1), dtype=np.float64)
    return normals_of_degrees(places[:, 1], places[:, 0])


def too_long() -> UsageError:
    """Say that there are more edges than are compared."""
    return UsageError(
        f"the area has more than {MAX_ROWS:,} edges once its long ones are cut every 50 km",
        code="deconfliction.shape.long",
        hint="Give it in several notices, or with fewer and shorter edges.",
    )
