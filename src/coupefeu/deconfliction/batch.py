"""Very many pairs of volumes at once: which are too near, with the arithmetic of `decide.py`, pairs side by side.

Volumes of one ring or line are put into classes of about as many rows, so that what is done to a thousand pairs is one
operation on one array (rows of ours, rows of theirs, pairs). Others, and those that angles leave in doubt, are decided
one pair at a time.
"""

from typing import Final, NamedTuple

import numpy as np

from coupefeu.deconfliction.decide import decide
from coupefeu.deconfliction.ellipsoid import GREATEST_RADIUS_M, LEAST_RADIUS_M, Floats
from coupefeu.deconfliction.facing import Bools
from coupefeu.deconfliction.gaps import TOLERANCE_M
from coupefeu.deconfliction.inside import rightwards, turned
from coupefeu.deconfliction.stack import AREA, TRACK, Integers, Stack, read_stack
from coupefeu.deconfliction.sweep import caps_of
from coupefeu.model.volumes import Separation

_CLASSES: Final = np.array([1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32, 36, 40, 48, 64])
"""Rows of a class; the last row of a volume with fewer stands again at its end."""
_WIDEST: Final = 0.25
"""Radians of a cap: beyond, a pair is decided alone."""
_CELLS: Final = 80_000
"""Of one array: what is worked on stays in the processor's cache."""
_PAIRS: Final = 2_000
_SLACK: Final = 1e-6
_BULGE: Final = 4e-6
"""What an arc of 50 km rises towards a great circle that it keeps a quarter of a radian from."""


class Rows(NamedTuple):
    """Volumes of one class (k), each with its first row once more at the end of its m rows."""

    xyz: Floats
    """(3, m + 1, k)"""
    pole: Floats
    """(3, m, k)"""
    cosine: Floats
    """(m, k)"""
    own: Floats
    """(m, k): the least sine of any own row over the great circle of an edge: 0 where all lie on its left."""
    is_area: Bools
    buffer_m: Floats


class Classed:
    """A stack's volumes in their classes."""

    def __init__(self, stack: Stack) -> None:
        rows, kind = stack.head["rows"], stack.head["kind"]
        rings = np.add.reduceat((stack.step <= 0).astype(np.int64), stack.first)
        fits = (rows <= _CLASSES[-1]) & (rings == 1) & (kind != TRACK) & (caps_of(stack).angle < _WIDEST)
        self.kind = np.where(fits, np.searchsorted(_CLASSES, rows), -1)
        self.place = np.zeros(len(rows), dtype=np.int64)
        self.rows: dict[int, Rows] = {}
        for number in np.unique(self.kind[fits]).tolist():
            members = np.flatnonzero(self.kind == number)
            self.place[members] = np.arange(len(members))
            self.rows[number] = _rows_of(stack, members, int(_CLASSES[number]))


def decide_pairs(ours: Stack, theirs: Stack, one: Integers, other: Integers, separation: Separation) -> Bools:
    """Say of each pair of volumes whether its areas are too near; bands and windows must be too near already."""
    first, second = Classed(ours), Classed(theirs)
    near = np.zeros(len(one), dtype=bool)
    kinds = np.stack((first.kind[one], second.kind[other]))
    doubtful: Bools = (kinds[0] < 0) | (kinds[1] < 0)
    key = kinds[0] * len(_CLASSES) + kinds[1]
    order = np.argsort(key, kind="stable")
    order = order[~doubtful[order]]
    for group in np.split(order, np.flatnonzero(np.diff(key[order])) + 1):
        for begin in range(0, len(group), _PAIRS):
            part = group[begin : begin + _PAIRS]
            our_rows, their_rows = first.rows[int(kinds[0, part[0]])], second.rows[int(kinds[1, part[0]])]
            near[part], doubtful[part] = _judge(
                _taken(our_rows, first.place[one[part]]),
                _taken(their_rows, second.place[other[part]]),
                separation,
            )
    for pair in np.flatnonzero(doubtful).tolist():
        alone = read_stack([ours.data[one[pair]]]), read_stack([theirs.data[other[pair]]])
        near[pair] = bool(decide(*alone, separation)[0])
    return near


def _rows_of(stack: Stack, members: Integers, width: int) -> Rows:
    counts = stack.head["rows"][members].astype(np.int64)
    row = stack.first[members] + np.minimum(np.arange(width)[:, None], counts - 1)
    closing = (
        np.where(stack.step[stack.first[members] + counts - 1] == 0, counts - 1, 0) + stack.first[members]
    )
    is_edge = np.arange(width)[:, None] < counts
    pole, cosine = (
        stack.xyz_pole.take(row, axis=1) * is_edge,
        np.where(is_edge, stack.cosine.take(row), np.nan),
    )
    # Past its rows a volume stands at the row that its last edge leads to, and edges there are none.
    xyz = np.where(is_edge, stack.xyz.take(row, axis=1), stack.xyz.take(closing, axis=1)[:, None])
    xyz = np.concatenate((xyz, stack.xyz.take(closing, axis=1)[:, None]), axis=1)
    own = np.zeros(cosine.shape)
    for number in range(width):
        np.minimum(own, _product(pole, xyz[:, number : number + 1]), out=own)
    return Rows(xyz, pole, cosine, own, stack.head["kind"][members] == AREA, stack.buffer_m[members])


def _taken(rows: Rows, pairs: Integers) -> Rows:
    return Rows(
        rows.xyz.take(pairs, axis=2),
        rows.pole.take(pairs, axis=2),
        rows.cosine.take(pairs, axis=1),
        rows.own.take(pairs, axis=1),
        rows.is_area.take(pairs),
        rows.buffer_m.take(pairs),
    )


def _judge(ours: Rows, theirs: Rows, separation: Separation) -> tuple[Bools, Bools]:
    """Say which pairs are near, and which angles leave in doubt."""
    most_m = ours.buffer_m + theirs.buffer_m + (separation.distance_m + TOLERANCE_M)
    surely, maybe = most_m / GREATEST_RADIUS_M - _SLACK, most_m / LEAST_RADIUS_M + _SLACK
    near = _holds(ours, theirs) | _holds(theirs, ours)
    doubtful = np.zeros(len(near), dtype=bool)
    left = np.flatnonzero(~near & ~_is_parted(ours, theirs, maybe))
    each = max(1, _CELLS // (ours.xyz.shape[1] * theirs.xyz.shape[1]))
    for begin in range(0, len(left), each):
        part = left[begin : begin + each]
        part, crosses, square = _measured(_taken(ours, part), _taken(theirs, part), part, maybe[part])
        near[crosses] = True
        low, high = surely[part], maybe[part]
        is_near = (square <= low * low * (1.0 - low * low / 3.0)) & (low > 0.0)
        near[part], doubtful[part] = is_near, ~is_near & (square <= high * high)
    return near, doubtful


def _measured(ours: Rows, theirs: Rows, pairs: Integers, most: Floats) -> tuple[Integers, Integers, Floats]:
    """Leave out pairs that the great circle of an edge parts, then those whose edges cross; measure the rest.

    Gives the rest, those that cross, and the squared sines or chords of the rest, as `decide.py` does.
    """
    sine = _product(ours.pole[:, :, None], theirs.xyz[:, None])
    kept = np.flatnonzero((ours.own - sine.max(axis=1)).max(axis=0) <= most + _BULGE)
    ours, theirs, pairs, sine, most = (
        _taken(ours, kept), _taken(theirs, kept), pairs[kept], sine.take(kept, axis=2), most[kept],
    )  # fmt: skip
    back = _product(ours.xyz[:, :, None], theirs.pole[:, None])
    near = (theirs.own - back.max(axis=0)).max(axis=0) <= most + _BULGE
    crosses = (sine[:, :-1] * sine[:, 1:] < 0.0) & (back[:-1] * back[1:] < 0.0)
    crossing = crosses.any(axis=(0, 1))
    kept = np.flatnonzero(near & ~crossing)
    rest = _least_squares(
        _taken(ours, kept), _taken(theirs, kept), sine.take(kept, axis=2), back.take(kept, axis=2)
    )
    return pairs[kept], pairs[crossing], rest


def _is_parted(ours: Rows, theirs: Rows, most: Floats) -> Bools:
    """Say which pairs a plane across the line of their middles keeps apart: seldom wrong to ask, never wrong."""
    way = theirs.xyz.sum(axis=1) / theirs.xyz.shape[1] - ours.xyz.sum(axis=1) / ours.xyz.shape[1]
    way /= np.sqrt(np.maximum((way * way).sum(axis=0), 1e-300))
    here, there = _product(ours.xyz, way[:, None]), _product(theirs.xyz, way[:, None])
    bend = _bend(ours) + _bend(theirs)
    parted: Bools = there.min(axis=0) - here.max(axis=0) > most + bend
    return parted


def _bend(rows: Rows) -> Floats:
    """Give how far arcs rise above the chords of their rows."""
    cosine = np.where(np.isnan(rows.cosine), 1.0, rows.cosine)
    rise: Floats = (1.0 - cosine.min(axis=0)) / 3.9
    return rise


def _holds(ours: Rows, theirs: Rows) -> Bools:
    """Say whether our areas hold the first row of theirs."""
    place = theirs.xyz[:, 0]
    is_left = _product(ours.xyz, rightwards(place)[:, None]) <= 0.0
    turns = turned(is_left[:-1], is_left[1:], _product(ours.pole, place[:, None]) > 0.0)
    held: Bools = (turns.sum(axis=0) > 0) & ours.is_area
    return held


def _product(left: Floats, right: Floats) -> Floats:
    found: Floats = left[0] * right[0]
    found += left[1] * right[1]
    found += left[2] * right[2]
    return found


def _least_squares(ours: Rows, theirs: Rows, sine: Floats, back: Floats) -> Floats:
    cosine = _product(ours.xyz[:, :, None], theirs.xyz[:, None])
    least = _beside(cosine[:-1], cosine[1:], ours.cosine[:, None], sine)
    np.minimum(least, _beside(cosine[:, :-1], cosine[:, 1:], theirs.cosine[None], back), out=least)
    np.minimum(least, 2.0 - 2.0 * cosine.max(axis=(0, 1)), out=least)
    return least


def _beside(here: Floats, ahead: Floats, edge: Floats, sine: Floats) -> Floats:
    """Give the least squared sine of rows that lie beside edges, 1 or more where none does."""
    beside = ahead >= edge * here
    beside &= here >= edge * ahead
    sine *= sine
    sine += ~beside
    least: Floats = sine.min(axis=(0, 1))
    return least
