"""Whether a place lies inside rings of arcs, anywhere on the globe: by how often they wind round it.

Rings turn left round what they hold (holes right), so a place is inside where the windings are more than 0: parts that
overlap count once, and a hole of one part that another covers is covered.
"""

import numpy as np
from numpy.typing import NDArray

from coupefeu.deconfliction.ellipsoid import Floats

Bools = NDArray[np.bool_]

_ASIDE = (0.317_042_9, 0.521_360_7, 0.792_269_3)
"""A direction that nobody's places lie in line with: along meridians and parallels, rounding would decide."""
AXES = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [-1, 0, 0], [0, -1, 0], [0, 0, -1]], dtype=np.float64)


def windings(places: Floats, normal: Floats, after: NDArray[np.int64], pole: Floats) -> NDArray[np.int8]:
    """Count for each edge (e) of rings and each place (p, 3) how it crosses the half circle from the place to `_ASIDE`.

    The sum over the edges of an area is 1 or more inside it. `after`: the row that each row's edge leads to. Each row
    is looked at once, so that it lies on one side of the half circle for both its edges.
    """
    is_left = normal @ rightwards(places.T) <= 0.0
    return turned(is_left, is_left.take(after, axis=0), pole @ places.T > 0.0)


def rightwards(xyz: Floats) -> Floats:
    """Give the direction to the right of the way from each place (3, p) to `_ASIDE`, of any length."""
    (x, y, z), (u, v, w) = xyz, _ASIDE
    return np.stack((v * z - w * y, w * x - u * z, u * y - v * x))


def turned(starts_left: Bools, ends_left: Bools, has_left: Bools) -> NDArray[np.int8]:
    """Count edges that cross a half circle: 1 to its left, with the place on their left, -1 to its right, else 0."""
    way = ends_left.view(np.int8) - starts_left.view(np.int8)
    crosses = (way > 0) == has_left
    found: NDArray[np.int8] = way * crosses
    return found


def held_axes(normal: Floats, after: NDArray[np.int64], pole: Floats) -> NDArray[np.bool_]:
    """Say which ends of the three axes (+x, +y, +z, -x, -y, -z) an area holds."""
    held: NDArray[np.bool_] = windings(AXES, normal, after, pole).sum(axis=0) > 0
    return held
