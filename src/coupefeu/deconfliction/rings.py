"""Whether rings are areas: edges that cross or touch, holes outside, nothing inside. Edges are great circles here.

Rings are as people gave them, not cut: at most a thousand positions a volume, so that looking costs milliseconds.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from coupefeu.deconfliction.ellipsoid import Floats, cross, normals, unit
from coupefeu.deconfliction.facing import Bools
from coupefeu.deconfliction.inside import windings
from coupefeu.deconfliction.stack import Integers
from coupefeu.model.places import Position

_TOUCH: Final = 1e-9
"""Six millimetres, as an angle: positions are written to eleven."""
_ROUNDING: Final = 1e-15
_THIN_M: Final = 0.01
_RADIUS_M: Final = 6_371_000.0


@dataclass(frozen=True, eq=False, slots=True)
class Ring:
    """A ring without positions that repeat the one before; it goes round to the left."""

    normal: Floats
    ahead: Floats
    pole: Floats

    def mean_width_m(self) -> float:
        """Give twice the area by the way round: 0 for a line there and back."""
        centre = self.normal.mean(axis=0)
        corner = self.normal - self.normal[0]
        turning = cross(corner, np.roll(corner, -1, axis=0)).sum(axis=0)
        length = np.sqrt(((self.ahead - self.normal) ** 2).sum(axis=1)).sum()
        return float(abs(turning @ unit(centre)) / max(length, 1e-300) * _RADIUS_M)


def make_ring(positions: tuple[Position, ...]) -> Ring:
    """Make a ring of positions; it may have too few left to be one."""
    kept = [
        each for number, each in enumerate(positions) if each != positions[number - 1] or len(positions) == 1
    ]
    normal = normals(kept or positions[:1])
    turning = cross(normal, np.roll(normal, -1, axis=0)).sum(axis=0)
    if float(turning @ normal.sum(axis=0)) < 0.0:
        normal = normal[::-1]
    ahead = np.roll(normal, -1, axis=0)
    return Ring(normal, ahead, unit(cross(normal, ahead)))


def find_crossing(ring: Ring) -> tuple[int, int] | None:
    """Find two edges of a ring that cross, counted from 1."""
    crosses, _ = _meeting(ring, ring)
    return _first(crosses & ~_neighbours(len(ring.normal), 1, -1))


def find_touch(ring: Ring) -> tuple[int, int] | None:
    """Find a position of a ring that lies on an edge which neither begins nor ends there, counted from 1."""
    _, touches = _meeting(ring, ring)
    return _first(touches & ~_neighbours(len(ring.normal), 1))


def _neighbours(count: int, *steps: int) -> Bools:
    """Say which rows (first) are an edge (second) itself, or the given steps after it."""
    number = np.arange(count)
    apart = (number[:, None] - number) % count
    return np.isin(apart, [0, *(step % count for step in steps)])


def _first(found: Bools) -> tuple[int, int] | None:
    at = int(found.argmax())
    row, edge = divmod(at, found.shape[1])
    return (row + 1, edge + 1) if found[row, edge] else None


def cross_properly(one: Ring, other: Ring) -> bool:
    """Say whether edges of two rings cross; to touch is not to cross."""
    return bool(_meeting(one, other)[0].any())


def how_inside(ring: Ring, shell: Ring) -> tuple[int, int]:
    """Count the positions of a ring strictly inside and strictly outside of another."""
    counts = windings(ring.normal, shell.normal, _after(shell), shell.pole).sum(axis=0)
    on_edge = _meeting(ring, shell)[1].any(axis=1)
    return int(((counts > 0) & ~on_edge).sum()), int(((counts <= 0) & ~on_edge).sum())


def _after(ring: Ring) -> Integers:
    return np.roll(np.arange(len(ring.normal)), -1)


def _meeting(one: Ring, other: Ring) -> tuple[Bools, Bools]:
    """Say which edges cross properly, and which positions of the one lie on an edge of the other."""
    here, there = one.normal @ other.pole.T, one.ahead @ other.pole.T
    back, forth = one.pole @ other.normal.T, one.pole @ other.ahead.T
    cosine = one.normal @ other.normal.T
    opposite = (here * there < 0.0) & (back * forth < 0.0) & (cosine > -0.5)
    clear = np.minimum(np.abs(here), np.abs(there)) > _TOUCH
    clear &= np.minimum(np.abs(back), np.abs(forth)) > _TOUCH
    edge = np.einsum("ij,ij->i", other.normal, other.ahead)
    ends = one.normal @ other.ahead.T
    beside = (ends >= edge * cosine - _ROUNDING) & (cosine >= edge * ends - _ROUNDING) & (cosine > -0.5)
    return opposite & clear, beside & (np.abs(here) <= _TOUCH)


def farthest_deg(normal: Floats) -> float:
    """Give how far rows lie from their middle; half a turn where they have none."""
    middle = normal.mean(axis=0)
    if float(middle @ middle) < 1e-6:
        return 180.0
    return float(np.degrees(np.arccos(np.clip((normal @ unit(middle)).min(), -1.0, 1.0))))


def find_antipodal(normal: Floats) -> Integers:
    """Find edges whose ends lie opposite one another, for which every way is the shortest."""
    found: Integers = np.flatnonzero(np.einsum("ij,ij->i", normal[:-1], normal[1:]) < -0.999_9)
    return found


def is_thin(ring: Ring) -> bool:
    """Say whether a ring holds nothing: it is thinner than a centimetre."""
    return len(ring.normal) < 3 or ring.mean_width_m() < _THIN_M
