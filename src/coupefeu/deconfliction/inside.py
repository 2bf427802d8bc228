"""Whether a place lies inside rings of arcs, anywhere on the globe: by how often they wind round it.

Rings turn left round what they hold (holes right), so a place is inside where the windings are more than 0: parts that
overlap count once, and a hole of one part that another covers is covered.
"""

import numpy as np
from numpy.typing import NDArray

from coupefeu.deconfliction.ellipsoid import Floats

Bools = NDArray[np.bool_]

AXES = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [-1, 0, 0], [0, -1, 0], [0, 0, -1]], dtype=np.float64)


def windings(places: Floats, normal: Floats, after: NDArray[np.int64], pole: Floats) -> NDArray[np.int8]:
    """Count for each edge (e) of rings and each place (p, 3) how it crosses the half circle north of the place.

    The sum over the edges of an area is 1 or more inside it. `after`: the row that each row's edge leads to. Each row is
    looked at once: a corner straight north of a place lies on one side of it for both its edges.
    """
    west = normal @ eastwards(places.T) <= 0.0
    return turned(west, west.take(after, axis=0), pole @ places.T > 0.0)


def eastwards(xyz: Floats) -> Floats:
    """Give a direction to the east of each place (3, p), of any length; at a pole one of all that are."""
    east = np.zeros_like(xyz)
    np.negative(xyz[1], out=east[0])
    east[1] = xyz[0]
    east[1, np.abs(xyz[2]) > 1.0 - 1e-15] = 1.0
    return east


def turned(starts_west: Bools, ends_west: Bools, has_left: Bools) -> NDArray[np.int8]:
    """Count edges that pass north of a place: 1 to the west, with the place on their left, -1 to the east, else 0."""
    way = ends_west.view(np.int8) - starts_west.view(np.int8)
    passes_north = (way > 0) == has_left
    found: NDArray[np.int8] = way * passes_north
    return found


def held_axes(normal: Floats, after: NDArray[np.int64], pole: Floats) -> NDArray[np.bool_]:
    """Say which ends of the three axes (+x, +y, +z, -x, -y, -z) an area holds."""
    held: NDArray[np.bool_] = windings(AXES, normal, after, pole).sum(axis=0) > 0
    return held
