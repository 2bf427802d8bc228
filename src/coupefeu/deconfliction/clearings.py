"""What would clear a conflict: the least shift of one notice alone, in time, in altitude, or of the whole area.

Each is sufficient by itself. A shift in time or altitude leaves the union of what each pair of volumes forbids; the
area is moved to where a straight line keeps both apart, then back as far as the exact test allows.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from coupefeu.deconfliction import bands
from coupefeu.deconfliction.decide import decide
from coupefeu.deconfliction.ellipsoid import GREATEST_RADIUS_M, LEAST_RADIUS_M, Floats, axes, radii_m, unit
from coupefeu.deconfliction.gaps import TOLERANCE_M, measured_m, time_gaps_ms
from coupefeu.deconfliction.prepared import Prepared
from coupefeu.deconfliction.stack import Stack
from coupefeu.model.volumes import Separation

MOST_MOVE_M: Final = 500_000
MOST_RAISE_M: Final = 30_000
MOST_SHIFT_S: Final = 30 * 86_400
_BEARINGS: Final = 72
_HALVINGS: Final = 10
_WIDEST: Final = 0.1
"""Radians from the middle of both: a plane that touches there holds wider areas badly."""
_ROUND_M: Final = 100

Interval = tuple[int, int]
"""What is forbidden: strictly between the two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearing:
    """Shifts of the first notice, each of which clears it of the second; None where none within bounds does."""

    earlier_s: int | None
    later_s: int | None
    lower_m: int | None
    raise_m: int | None
    move: tuple[int, int] | None
    """A bearing in whole degrees, and metres rounded up to hundreds."""


def clearing(a: Prepared, b: Prepared, separation: Separation) -> Clearing:
    """Find what would clear `a` of `b`; all is 0 where they do not conflict.

    A track is shifted until its whole window is clear, which may be more than the least.
    """
    ours = [a.stack.only(np.array([number])) for number in range(len(a.stack.head))]
    near = [measured_m(one, b.stack, separation) < separation.distance_m + TOLERANCE_M for one in ours]
    late = [time_gaps_ms(one, b.stack) < separation.time_s * 1_000 for one in ours]
    high = [bands.gaps(one.head[0], b.stack.head)[0] < separation.altitude_m * bands.METRE for one in ours]
    heads = b.stack.head
    windows = [
        _window(one.head[0], heads[other], separation.time_s * 1_000)
        for one, is_near, is_high in zip(ours, near, high, strict=True)
        for other in np.flatnonzero(is_near & is_high)
    ]
    levels = [
        _level(one.head[0], heads[other], separation.altitude_m * bands.METRE)
        for one, is_near, is_late in zip(ours, near, late, strict=True)
        for other in np.flatnonzero(is_near & is_late)
    ]
    return Clearing(
        earlier_s=_bounded(_least_below(windows), 1_000, MOST_SHIFT_S),
        later_s=_bounded(_least_above(windows), 1_000, MOST_SHIFT_S),
        lower_m=_lowered(a.stack, _bounded(_least_below(levels), bands.METRE, MOST_RAISE_M)),
        raise_m=_raised(a.stack, _bounded(_least_above(levels), bands.METRE, MOST_RAISE_M)),
        move=_move(ours, b.stack, separation),
    )


def _window(ours: np.void, theirs: np.void, most_ms: int) -> Interval:
    return (
        int(theirs["start_ms"]) - int(ours["end_ms"]) - most_ms,
        int(theirs["end_ms"]) - int(ours["start_ms"]) + most_ms,
    )


def _level(ours: np.void, theirs: np.void, most: int) -> Interval:
    below = "lower", "least", "lower_datum"
    above = "upper", "greatest", "upper_datum"
    down = _between(theirs, below, ours, above)
    up = _between(theirs, above, ours, below)
    return down - most, up + most


def _between(one: np.void, one_side: tuple[str, ...], other: np.void, other_side: tuple[str, ...]) -> int:
    """Give one bound less another: by their numbers within one datum, else at worst."""
    same = int(one[one_side[2]]) == int(other[other_side[2]])
    return int(one[one_side[0 if same else 1]]) - int(other[other_side[0 if same else 1]])


def _least_above(forbidden: list[Interval]) -> int:
    shift = 0
    for low, high in sorted(forbidden):
        if low < shift < high:
            shift = high
    return shift


def _least_below(forbidden: list[Interval]) -> int:
    return _least_above([(-high, -low) for low, high in forbidden])


def _bounded(shift: int, unit_size: int, most: int) -> int | None:
    rounded = -(-shift // unit_size)
    return rounded if rounded <= most else None


def _lowered(stack: Stack, shift_m: int | None) -> int | None:
    """Lower no band into the ground that was above it."""
    if not shift_m:
        return shift_m
    lower, upper = stack.head["lower"], stack.head["upper"]
    is_above = (lower >= 0) | (upper > 0)
    sinks = is_above & (lower - shift_m * bands.METRE < 0)
    return None if sinks.any() else shift_m


def _raised(stack: Stack, shift_m: int | None) -> int | None:
    """Raise nothing that has no upper bound, and nothing off the ground that begins there."""
    if not shift_m:
        return shift_m
    fixed = (stack.head["upper"] >= bands.UNBOUNDED) | (stack.head["upper"] <= 0)
    return None if fixed.any() else shift_m


def _move(ours: list[Stack], theirs: Stack, separation: Separation) -> tuple[int, int] | None:
    if not _any_conflict(ours, theirs, separation):
        return 0, 0
    every = np.concatenate([one.normal for one in ours] + [theirs.normal])
    middle = unit(every.mean(axis=0)[None])[0]
    if float((every @ middle).min()) < np.cos(_WIDEST):
        return None
    bearings = np.linspace(0.0, 2.0 * np.pi, _BEARINGS, endpoint=False, dtype=np.float64)
    lengths = _line_between(ours, theirs, separation, middle, bearings)
    best = int(lengths.argmin())
    most = -(-int(lengths[best]) // _ROUND_M)
    if most * _ROUND_M > MOST_MOVE_M:
        return None
    least = 0
    if not _clears(ours, theirs, separation, middle, bearings[best], most * _ROUND_M):
        return None
    for _ in range(_HALVINGS):
        if most - least <= 1:
            break
        half = (most + least) // 2
        if _clears(ours, theirs, separation, middle, bearings[best], half * _ROUND_M):
            most = half
        else:
            least = half
    return round(best * 360 / _BEARINGS) % 360, most * _ROUND_M


def _line_between(
    ours: list[Stack], theirs: Stack, separation: Separation, middle: Floats, bearings: Floats
) -> Floats:
    """Give for each bearing how far ours must go until a line across it lies between both."""
    east, north = (each[0] for each in axes(middle[None]))
    ways = np.sin(bearings)[:, None] * east + np.cos(bearings)[:, None] * north
    ends = np.maximum.reduceat(ways @ theirs.xyz, theirs.first, axis=1) + theirs.buffer_m / LEAST_RADIUS_M
    begins = [(ways @ one.xyz).min(axis=1) - one.buffer_m[0] / LEAST_RADIUS_M for one in ours]
    reach = (ends.max(axis=1) - np.min(begins, axis=0)) * GREATEST_RADIUS_M
    lengths: Floats = reach + np.abs(reach) * 0.02 + separation.distance_m + 2 * _ROUND_M
    return lengths


def _clears(
    ours: list[Stack], theirs: Stack, separation: Separation, middle: Floats, bearing: float, metres: int
) -> bool:
    """Turn the globe under ours, along a bearing at the middle of both."""
    east, north = (each[0] for each in axes(middle[None]))
    way = np.sin(bearing) * east + np.cos(bearing) * north
    pole = np.cross(middle, way)
    across, along = (float(each) for each in radii_m(middle[2]))
    angle = metres * (np.cos(bearing) ** 2 / along + np.sin(bearing) ** 2 / across)
    x, y, z = pole
    skew = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    turn = np.eye(3) + np.sin(angle) * skew + (1.0 - np.cos(angle)) * (skew @ skew)
    moved = [Stack(one.head, one.owner, turn @ one.xyz, one.step, one.data) for one in ours]
    return not _any_conflict(moved, theirs, separation)


def _any_conflict(ours: list[Stack], theirs: Stack, separation: Separation) -> bool:
    return any(bool(decide(one, theirs, separation).any()) for one in ours)
