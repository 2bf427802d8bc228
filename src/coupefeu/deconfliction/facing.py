"""Rows against rows on the sphere of normals: which edges cross, and the least angles between the rest.

Angles bracket distances (`ellipsoid.LEAST_RADIUS_M`, `GREATEST_RADIUS_M`), so almost all pairs are decided here; what
is not is measured in metres by `measure.py`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from coupefeu.deconfliction.ellipsoid import Floats
from coupefeu.deconfliction.inside import windings
from coupefeu.deconfliction.stack import AREA, Integers, Stack

MOST_CELLS: Final = 2_000_000
"""So many pairs of rows are looked at at once: 16 MB an array."""

Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Facing:
    """Some rows of many volumes (n) against all rows of one (m)."""

    rows: slice
    cosine_ours: Floats
    """Of a row of theirs and the nearer end of an edge of ours."""
    cosine_theirs: Floats
    beside_ours: Bools
    """A row of theirs lies beside an edge of ours: its foot is on the edge."""
    beside_theirs: Bools
    sine_ours: Floats
    """Of the angle between a row of theirs and the great circle of an edge of ours."""
    sine_theirs: Floats
    crosses: Bools

    @cached_property
    def squares(self) -> tuple[Floats, Floats]:
        """Give the squared chords of the least angles: their rows to our edges, our rows to their edges."""
        found = []
        for sine, beside, cosine in (
            (self.sine_ours, self.beside_ours, self.cosine_ours),
            (self.sine_theirs, self.beside_theirs, self.cosine_theirs),
        ):
            apart = np.maximum(2.0 - 2.0 * cosine, 0.0)
            square = sine * sine
            chord = 2.0 * square / (1.0 + np.sqrt(np.maximum(1.0 - square, 0.0)))
            found.append(np.where(beside, np.minimum(chord, apart), apart))
        return found[0], found[1]


def face(theirs: Stack, ours: Stack) -> Iterable[Facing]:
    """Compare the rows of many volumes with those of one; all at once where that is little, and it is kept then."""
    if len(theirs.step) * len(ours.step) > MOST_CELLS:
        return _Parts(theirs, ours)
    return tuple(_parts(theirs, ours))


@dataclass(frozen=True, slots=True)
class _Parts:
    """What is compared anew each time it is asked for, so that memory stays bounded."""

    theirs: Stack
    ours: Stack

    def __iter__(self) -> Iterator[Facing]:
        return _parts(self.theirs, self.ours)


def _parts(theirs: Stack, ours: Stack) -> Iterator[Facing]:
    count, width = len(theirs.step), len(ours.step)
    each = max(1, MOST_CELLS // width)
    right = np.concatenate((ours.normal, ours.ahead, ours.pole)).T
    for first in range(0, count, each):
        rows = slice(first, min(first + each, count))
        yield _face(theirs, ours, rows, right)


def _face(theirs: Stack, ours: Stack, rows: slice, right: Floats) -> Facing:
    count, width = rows.stop - rows.start, len(ours.step)
    left = np.concatenate((theirs.normal[rows], theirs.ahead[rows], theirs.pole[rows]))
    products = left @ right
    here, ahead, across = products[:count], products[count : 2 * count], products[2 * count :]
    cosine, our_next, sine_ours = here[:, :width], here[:, width : 2 * width], here[:, 2 * width :]
    their_next, sine_ahead = ahead[:, :width], ahead[:, 2 * width :]
    sine_theirs, sine_our_next = across[:, :width], across[:, width : 2 * width]
    edge, edges = theirs.cosine[rows, None], ours.cosine
    crosses = (sine_ours * sine_ahead < 0.0) & (sine_theirs * sine_our_next < 0.0) & (cosine > 0.0)
    return Facing(
        rows,
        np.maximum(cosine, our_next),
        np.maximum(cosine, their_next),
        (our_next >= edges * cosine) & (cosine >= edges * our_next),
        (their_next >= edge * cosine) & (cosine >= edge * their_next),
        sine_ours,
        sine_theirs,
        crosses,
    )


def is_inside(theirs: Stack, ours: Stack) -> tuple[Integers, Integers]:
    """Find areas that hold the beginning of a ring or line: those of theirs in ours, and theirs that hold ours.

    Gives rows of theirs that lie in our area, and volumes of theirs that hold a row of ours. Where no edges cross, a
    ring lies inside an area with all its rows or with none.
    """
    within = holding = np.zeros(0, dtype=np.int64)
    if int(ours.head["kind"][0]) == AREA:
        begins = theirs.begins
        counts = windings(theirs.normal[begins], ours.normal, ours.after, ours.pole).sum(axis=0)
        within = begins[counts > 0]
    if (theirs.head["kind"] == AREA).any():
        begins = ours.begins
        counts = windings(ours.normal[begins], theirs.normal, theirs.after, theirs.pole)
        inside = np.add.reduceat(counts, theirs.first, axis=0).max(axis=1) > 0
        holding = np.flatnonzero(inside & (theirs.head["kind"] == AREA))
    return within, holding
