"""The least distance of one volume from many, as areas: exact, with the two places where it is."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from coupefeu.deconfliction.ellipsoid import GREATEST_RADIUS_M, LEAST_RADIUS_M, Floats, cross, unit
from coupefeu.deconfliction.facing import Facing, face, is_inside
from coupefeu.deconfliction.measure import between, measure
from coupefeu.deconfliction.stack import Integers, Stack

_SPREAD = (GREATEST_RADIUS_M / LEAST_RADIUS_M) ** 2 * 1.0001
"""Of squared chords whose edges may be the nearest in metres."""
_ROUNDING = 1e-13
"""Of squared chords: two metres."""


@dataclass(frozen=True, eq=False, slots=True)
class Nearest:
    """For each of many volumes: the distance of one from it, 0 where they meet, and the two places."""

    distance_m: Floats
    ours: Floats
    theirs: Floats
    our_base: Floats
    their_base: Floats
    """The places of the bases, before both reach out by their buffers."""


def nearest(theirs: Stack, ours: Stack) -> Nearest:
    """Measure one volume (`ours` holds it alone) against many."""
    count = len(theirs.head)
    best = np.full(count, np.inf)
    place, other = np.zeros((count, 3)), np.zeros((count, 3))
    faced = face(theirs, ours)
    for facing in faced:
        _take_crossings(facing, theirs, ours, best, place, other)
    _take_inside(theirs, ours, best, place, other)
    apart = np.flatnonzero(best > 0.0)
    if apart.size:
        whole = apart.size == count
        some = theirs if whole else theirs.only(apart)
        distance, at, foot = _bases_apart(some, ours, faced if whole else face(some, ours))
        best[apart], place[apart], other[apart] = distance, at, foot
    return reach_out(best, place, other, float(ours.buffer_m[0]), theirs.buffer_m)


def _take_crossings(
    facing: Facing, theirs: Stack, ours: Stack, best: Floats, place: Floats, other: Floats
) -> None:
    row, edge = np.nonzero(facing.crosses)
    if not row.size:
        return
    row = row + facing.rows.start
    volume, first = np.unique(theirs.volume[row], return_index=True)
    row, edge = row[first], edge[first]
    at = unit(cross(theirs.pole[row], ours.pole[edge]))
    at = np.where((np.einsum("ij,ij->i", at, ours.normal[edge]) < 0.0)[:, None], -at, at)
    best[volume], place[volume], other[volume] = 0.0, at, at


def _take_inside(theirs: Stack, ours: Stack, best: Floats, place: Floats, other: Floats) -> None:
    within, holding = is_inside(theirs, ours)
    volume, first = np.unique(theirs.volume[within], return_index=True)
    at = theirs.normal[within[first]]
    new = best[volume] > 0.0
    best[volume[new]], place[volume[new]], other[volume[new]] = 0.0, at[new], at[new]
    new = best[holding] > 0.0
    best[holding[new]], place[holding[new]], other[holding[new]] = 0.0, ours.normal[0], ours.normal[0]


def _bases_apart(theirs: Stack, ours: Stack, faced: Iterable[Facing]) -> tuple[Floats, Floats, Floats]:
    """Measure where neither crosses nor holds the other: from a row of the one to an edge of the other."""
    least = np.full(len(theirs.head), np.inf)
    for facing in faced:
        square = np.minimum(*facing.squares).min(axis=1)
        np.minimum.at(least, theirs.volume[facing.rows], square)
    limit = (least * _SPREAD + _ROUNDING)[theirs.volume]
    parts = [_candidates(facing, limit, theirs, ours) for facing in faced]
    volume, ours_row, start, end, is_ours = (np.concatenate(each) for each in zip(*parts, strict=True))
    distance, foot = measure(ours_row, start, end)
    order = np.lexsort((distance, volume))
    _, first = np.unique(volume[order], return_index=True)
    chosen = order[first]
    at, foot, swapped = ours_row[chosen], foot[chosen], is_ours[chosen][:, None]
    return distance[chosen], np.where(swapped, foot, at), np.where(swapped, at, foot)


def _candidates(
    facing: Facing, limit: Floats, theirs: Stack, ours: Stack
) -> tuple[Integers, Floats, Floats, Floats, np.ndarray]:
    """List what may be the nearest: volume, place, edge, and whether the edge is ours."""
    to_ours, to_theirs = facing.squares
    within = limit[facing.rows, None]
    row, edge = np.nonzero(to_ours <= within)
    their_edge, our_row = np.nonzero(to_theirs <= within)
    row, their_edge = row + facing.rows.start, their_edge + facing.rows.start
    return (
        theirs.volume[np.concatenate((row, their_edge))],
        np.concatenate((theirs.normal[row], ours.normal[our_row])),
        np.concatenate((ours.normal[edge], theirs.normal[their_edge])),
        np.concatenate((ours.ahead[edge], theirs.ahead[their_edge])),
        np.arange(len(row) + len(their_edge)) < len(row),
    )


def reach_out(distance: Floats, ours: Floats, theirs: Floats, reach_m: float, reaches_m: Floats) -> Nearest:
    """Let both reach out by their buffers along the shortest way, to one place where they overlap."""
    apart = np.maximum(distance, 1e-9)
    from_ours, from_theirs = np.minimum(reach_m / apart, 1.0), np.maximum(1.0 - reaches_m / apart, 0.0)
    both = (from_ours + from_theirs) / 2.0
    overlap = from_ours >= from_theirs
    return Nearest(
        np.maximum(distance - reach_m - reaches_m, 0.0),
        between(ours, theirs, np.where(overlap, both, from_ours)),
        between(ours, theirs, np.where(overlap, both, from_theirs)),
        ours,
        theirs,
    )
