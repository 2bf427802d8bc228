"""Buffers that move: the least distance of two while both are there, less than the agreed time apart.

A track against what stands still is the part of its line that it is on meanwhile. Two tracks: a leg of each is
`P0 + p a` and `Q0 + q b`; over p, q in [0, 1] and instants at most T apart, a convex region, the squared distance is a
convex quadratic, so its least value is where its slope is 0 or on one of the six sides. Found in space for all pairs of
legs, then once more for the nearest ones in a plane that touches there, exact as `measure.py` is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coupefeu.deconfliction.ellipsoid import (
    NEAR_M,
    Floats,
    axes,
    distance_m,
    far_inverse,
    points_m,
    radii_m,
    unit,
)
from coupefeu.deconfliction.measure import measure
from coupefeu.deconfliction.nearest import Nearest, nearest, reach_out
from coupefeu.deconfliction.stack import LINE, TRACK, Integers, Stack

_SIDES = ((0, 0, 0, 1), (1, 0, 0, 1), (0, 0, 1, 0), (0, 1, 1, 0))
"""Sides of the square: where each begins (p, q), and which way it goes."""
NEARLY_M = 10.0
"""What a leg of 10 km bends from its chord, with room."""
_ROUNDS = 3
_MOST_PAIRS = 65_536
"""Of legs looked at at once: some 40 MB, whatever a peer files."""


Bools = NDArray[np.bool_]


class Approach(NamedTuple):
    """Where two come nearest, and when each is there."""

    nearest: Nearest
    our_ms: int
    their_ms: int


@dataclass(frozen=True, eq=False, slots=True)
class Legs:
    """Pairs of legs (n): `gap + p ours - q theirs` (m) is least where `late + p our_ms - q their_ms` is allowed."""

    gap: Floats
    ours: Floats
    theirs: Floats
    late: Floats
    our_ms: Floats
    their_ms: Floats
    most_ms: float


@dataclass(frozen=True, eq=False, slots=True)
class Meeting:
    """Pairs of legs (n): where and when both begin and end, and, as found in space, where and how near they come."""

    places: list[Floats]
    instants: list[Integers]
    p: Floats
    q: Floats
    length: Floats


def approach(ours: Stack, theirs: Stack, most_ms: int) -> Approach:
    """Find how near two volumes come, of which one moves at least; each stack holds one volume."""
    if int(ours.head["kind"][0]) != TRACK:
        other = approach(theirs, ours, most_ms)
        return Approach(turned(other.nearest), other.their_ms, other.our_ms)
    if int(theirs.head["kind"][0]) == TRACK:
        return _both_move(ours, theirs, most_ms)
    return _one_moves(ours, theirs, most_ms)


def turned(found: Nearest) -> Nearest:
    """Change sides."""
    return Nearest(found.distance_m, found.theirs, found.ours, found.their_base, found.our_base)


def line_while(ours: Stack, theirs: Stack, most_ms: int) -> tuple[Floats, Integers]:
    """Give the part of a track's line (n, 3) that it is on while the other is there, and the instants (n)."""
    at_ms = ours.at_ms(0)
    start, end = int(theirs.head["start_ms"][0]), int(theirs.head["end_ms"][0])
    first = int(np.clip(start - most_ms, at_ms[0], at_ms[-1]))
    last = int(np.clip(end + most_ms, at_ms[0], at_ms[-1]))
    if (first, last) == (int(at_ms[0]), int(at_ms[-1])):
        return ours.normal, at_ms
    within = np.flatnonzero((at_ms > first) & (at_ms < last))
    instants = np.concatenate(([first], at_ms[within], [last]))
    return _places_at(ours.normal, at_ms, instants), instants


def _one_moves(ours: Stack, theirs: Stack, most_ms: int) -> Approach:
    line, instants = line_while(ours, theirs, most_ms)
    start, end = int(theirs.head["start_ms"][0]), int(theirs.head["end_ms"][0])
    found = nearest(theirs, _line_of(ours, line))
    base = np.repeat(found.our_base, max(1, len(line) - 1), axis=0)
    starts, ends = (line[:-1], line[1:]) if len(line) > 1 else (line, line)
    distance, foot = measure(base, starts, ends)
    leg = int(distance.argmin())
    when = instants[leg]
    if len(line) > 1:
        whole, part = starts[leg] - ends[leg], starts[leg] - foot[leg]
        share = min(1.0, float(np.sqrt(part @ part / max(whole @ whole, 1e-300))))
        when = instants[leg] + round(share * float(instants[leg + 1] - instants[leg]))
    return Approach(found, int(when), int(np.clip(when, start, end)))


def _line_of(ours: Stack, line: Floats) -> Stack:
    head = ours.head.copy()
    head["kind"], head["rows"] = LINE, len(line)
    step = np.ones(len(line), dtype=np.int64)
    step[-1] = 0
    return Stack(head, ours.owner, np.ascontiguousarray(line.T), step, ours.data)


def _places_at(normal: Floats, at_ms: Integers, instants: Integers) -> Floats:
    leg = np.clip(np.searchsorted(at_ms, instants, side="right") - 1, 0, max(0, len(at_ms) - 2))
    after = np.minimum(leg + 1, len(at_ms) - 1)
    lasts = np.maximum(at_ms[after] - at_ms[leg], 1)
    share = np.clip((instants - at_ms[leg]) / lasts, 0.0, 1.0)[:, None]
    return unit(normal[leg] + share * (normal[after] - normal[leg]))


def _both_move(ours: Stack, theirs: Stack, most_ms: int) -> Approach:
    is_small = len(ours.step) * len(theirs.step) <= _MOST_PAIRS
    once = tuple(meetings(ours, theirs, most_ms)) if is_small else ()

    def look() -> Iterable[Meeting]:
        return once or meetings(ours, theirs, most_ms)

    most_m = min(float(each.length.min()) for each in look()) * 1.001 + NEARLY_M
    return min(
        (_closest(each, most_m, most_ms, ours, theirs) for each in look() if each.length.min() <= most_m),
        key=lambda found: float(found.nearest.distance_m[0]),
    )


def meetings(ours: Stack, theirs: Stack, most_ms: int) -> Iterator[Meeting]:
    """Look at all pairs of legs that are there less than so long apart; where none is, at those least apart."""
    our_at, their_at = ours.at_ms(0), theirs.at_ms(0)
    most_ms = max(most_ms, int(our_at[0] - their_at[-1]), int(their_at[0] - our_at[-1]))
    our_leg, their_leg = _legs_of(our_at), _legs_of(their_at)
    each = max(1, _MOST_PAIRS // len(their_leg[0]))
    for first in range(0, len(our_leg[0]), each):
        some = slice(first, first + each)
        one, other = np.nonzero(
            (our_at[our_leg[0][some]][:, None] <= their_at[their_leg[1]] + most_ms)
            & (our_at[our_leg[1][some]][:, None] >= their_at[their_leg[0]] - most_ms)
        )
        if one.size:
            one += first
            ends = (our_leg[0][one], our_leg[1][one], their_leg[0][other], their_leg[1][other])
            yield _meet(ours, theirs, ends, most_ms)


def _meet(ours: Stack, theirs: Stack, ends: tuple[Integers, ...], most_ms: int) -> Meeting:
    """Find in space how near each pair of legs comes; `ends`: the rows where ours and theirs begin and end."""
    places = [side.normal[end] for side, end in zip((ours, ours, theirs, theirs), ends, strict=True)]
    instants = [at[end] for at, end in zip((ours.at_ms(0),) * 2 + (theirs.at_ms(0),) * 2, ends, strict=True)]
    p, q, square = least(_in_plane([points_m(each) for each in places], instants, most_ms))
    return Meeting(places, instants, p, q, np.sqrt(square))


def _closest(found: Meeting, most_m: float, most_ms: int, ours: Stack, theirs: Stack) -> Approach:
    """Measure exactly the pairs of legs that may be the nearest, and give the one that is."""
    near = np.flatnonzero(found.length <= most_m)
    places, instants = [each[near] for each in found.places], [each[near] for each in found.instants]
    p, q = _again(places, instants, found.p[near], found.q[near], most_ms)
    at, there = _along(places[0], places[1], p), _along(places[2], places[3], q)
    distance = distance_m(at, there)
    best = int(distance.argmin())
    reached = reach_out(
        distance[best : best + 1], at[best : best + 1], there[best : best + 1],
        float(ours.buffer_m[0]), theirs.buffer_m,
    )  # fmt: skip
    return Approach(
        reached,
        round(float(instants[0][best] + p[best] * (instants[1][best] - instants[0][best]))),
        round(float(instants[2][best] + q[best] * (instants[3][best] - instants[2][best]))),
    )


def _legs_of(at_ms: Integers) -> tuple[Integers, Integers]:
    first = np.arange(max(1, len(at_ms) - 1))
    return first, np.minimum(first + 1, len(at_ms) - 1)


def _along(start: Floats, end: Floats, share: Floats) -> Floats:
    return unit(start + share[:, None] * (end - start))


def _in_plane(places: list[Floats], instants: list[Integers], most_ms: int) -> Legs:
    return Legs(
        places[0] - places[2],
        places[1] - places[0],
        places[3] - places[2],
        (instants[0] - instants[2]).astype(np.float64),
        (instants[1] - instants[0]).astype(np.float64),
        (instants[3] - instants[2]).astype(np.float64),
        float(most_ms),
    )


def _again(
    places: list[Floats], instants: list[Integers], p: Floats, q: Floats, most_ms: int
) -> tuple[Floats, Floats]:
    for _ in range(_ROUNDS):
        at, there = _along(places[0], places[1], p), _along(places[2], places[3], q)
        if (distance_m(at, there) <= NEAR_M).all():
            flat = _touching(places, unit(at + there))
        else:
            flat = _developed(places, p, q, at, there)
        p, q, _ = least(_in_plane(flat, instants, most_ms))
    return p, q


def _touching(places: list[Floats], middle: Floats) -> list[Floats]:
    east, north = axes(middle)
    across, along = radii_m(middle[:, 2])
    flat = []
    for normal in places:
        height = np.maximum(np.einsum("ij,ij->i", normal, middle), 1e-3)
        easting = across * np.einsum("ij,ij->i", normal, east) / height
        flat.append(np.stack((easting, along * np.einsum("ij,ij->i", normal, north) / height), axis=-1))
    return flat


def _developed(places: list[Floats], p: Floats, q: Floats, at: Floats, there: Floats) -> list[Floats]:
    """Lay both legs into one plane along the geodesic between them, for places far apart."""
    distance, ahead, onwards = far_inverse(at, there)
    ours = _in_direction(at, places[1] - places[0], ahead)
    theirs = _in_direction(there, places[3] - places[2], onwards)
    here, away = np.zeros_like(ours), np.stack((distance, np.zeros_like(distance)), axis=-1)
    return [
        here - p[:, None] * ours,
        here + (1.0 - p)[:, None] * ours,
        away - q[:, None] * theirs,
        away + (1.0 - q)[:, None] * theirs,
    ]


def _in_direction(at: Floats, leg: Floats, azimuth: Floats) -> Floats:
    east, north = axes(at)
    across, along = radii_m(at[:, 2])
    easting, northing = (
        across * np.einsum("ij,ij->i", leg, east),
        along * np.einsum("ij,ij->i", leg, north),
    )
    sine, cosine = np.sin(azimuth), np.cos(azimuth)
    return np.stack((easting * sine + northing * cosine, easting * cosine - northing * sine), axis=-1)


def least(legs: Legs) -> tuple[Floats, Floats, Floats]:
    """Give for each pair of legs p, q and the squared distance where it is least among what is allowed."""
    tries = [_level(legs)]
    tries += [_on_side(legs, *side) for side in _SIDES]
    tries += [_on_band(legs, sign * legs.most_ms) for sign in (1.0, -1.0)]
    p, q, square = (np.stack(each) for each in zip(*tries, strict=True))
    best = square.argmin(axis=0)
    every = np.arange(len(best))
    return p[best, every], q[best, every], square[best, every]


def _square(legs: Legs, p: Floats, q: Floats, allowed: Bools) -> tuple[Floats, Floats, Floats]:
    apart = legs.gap + p[:, None] * legs.ours - q[:, None] * legs.theirs
    return p, q, np.where(allowed, np.einsum("ij,ij->i", apart, apart), np.inf)


def _level(legs: Legs) -> tuple[Floats, Floats, Floats]:
    """Where the slope is 0, if that is allowed."""
    aa, bb, ab = (np.einsum("ij,ij->i", *pair) for pair in (
        (legs.ours, legs.ours), (legs.theirs, legs.theirs), (legs.ours, legs.theirs),
    ))  # fmt: skip
    aw, bw = np.einsum("ij,ij->i", legs.ours, legs.gap), np.einsum("ij,ij->i", legs.theirs, legs.gap)
    size = aa * bb - ab * ab
    steep = size > 1e-9 * aa * bb
    safe = np.where(steep, size, 1.0)
    p, q = (ab * bw - bb * aw) / safe, (aa * bw - ab * aw) / safe
    late = np.abs(legs.late + p * legs.our_ms - q * legs.their_ms)
    inside = (p >= 0.0) & (p <= 1.0) & (q >= 0.0) & (q <= 1.0)
    return _square(legs, p, q, steep & inside & (late <= legs.most_ms))


def _on_side(legs: Legs, p0: int, q0: int, dp: int, dq: int) -> tuple[Floats, Floats, Floats]:
    begin = legs.late + p0 * legs.our_ms - q0 * legs.their_ms
    speed = dp * legs.our_ms - dq * legs.their_ms
    still = speed == 0.0
    safe = np.where(still, 1.0, speed)
    bounds = np.stack(((-legs.most_ms - begin) / safe, (legs.most_ms - begin) / safe))
    low = np.where(still, 0.0, np.maximum(bounds.min(axis=0), 0.0))
    high = np.where(still, 1.0, np.minimum(bounds.max(axis=0), 1.0))
    allowed = (low <= high) & (~still | (np.abs(begin) <= legs.most_ms))
    zero = np.zeros_like(begin)
    share = _lowest(legs, zero + p0, zero + q0, zero + dp, zero + dq, low, high)
    return _square(legs, p0 + share * dp, q0 + share * dq, allowed)


def _on_band(legs: Legs, late: float) -> tuple[Floats, Floats, Floats]:
    """Where the instants are as far apart as is allowed: q = (begin + p our_ms) / their_ms."""
    moves = (legs.our_ms > 0.0) & (legs.their_ms > 0.0)
    our_ms, their_ms = np.where(moves, legs.our_ms, 1.0), np.where(moves, legs.their_ms, 1.0)
    begin = legs.late - late
    low = np.maximum(0.0, -begin / our_ms)
    high = np.minimum(1.0, (their_ms - begin) / our_ms)
    zero = np.zeros_like(begin)
    share = _lowest(legs, zero, begin / their_ms, zero + 1.0, our_ms / their_ms, low, high)
    return _square(legs, share, (begin + share * our_ms) / their_ms, moves & (low <= high))


def _lowest(legs: Legs, p0: Floats, q0: Floats, dp: Floats, dq: Floats, low: Floats, high: Floats) -> Floats:
    here = legs.gap + p0[:, None] * legs.ours - q0[:, None] * legs.theirs
    way = dp[:, None] * legs.ours - dq[:, None] * legs.theirs
    length = np.einsum("ij,ij->i", way, way)
    share = -np.einsum("ij,ij->i", here, way) / np.where(length > 0.0, length, 1.0)
    lowest: Floats = np.minimum(np.maximum(share, low), np.maximum(high, low))
    return lowest
