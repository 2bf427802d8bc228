"""Whether a place lies inside rings of arcs, anywhere on the globe: by how often they wind round it.

Rings turn left round what they hold (holes right), so a place is inside where the windings are more than 0: parts that
overlap count once, and a hole of one part that another covers is covered.
"""

import numpy as np
from numpy.typing import NDArray

from coupefeu.deconfliction.ellipsoid import Floats, axes

AXES = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [-1, 0, 0], [0, -1, 0], [0, 0, -1]], dtype=np.float64)


def windings(places: Floats, normal: Floats, ahead: Floats, pole: Floats) -> NDArray[np.int64]:
    """Count for each place (p, 3) and each edge (e) of rings how it crosses the half circle north of the place.

    The sum over the edges of an area is 1 or more inside it.
    """
    east, _ = axes(places)
    starts = normal @ east.T <= 0.0
    ends = ahead @ east.T <= 0.0
    left = pole @ places.T > 0.0
    # Only an edge that passes north of the place counts: it has the place on its left when it goes west.
    return ((ends & ~starts) & left).astype(np.int64) - ((starts & ~ends) & ~left)


def held_axes(normal: Floats, ahead: Floats, pole: Floats) -> NDArray[np.bool_]:
    """Say which ends of the three axes (+x, +y, +z, -x, -y, -z) an area holds."""
    held: NDArray[np.bool_] = windings(AXES, normal, ahead, pole).sum(axis=0) > 0
    return held
