"""The gaps of notices: least distance, altitude and time between them, and whether all are less than their minima."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from coupefeu.deconfliction import bands
from coupefeu.deconfliction.ellipsoid import Floats, position
from coupefeu.deconfliction.lasting import lasting
from coupefeu.deconfliction.moving import approach
from coupefeu.deconfliction.nearest import Nearest, nearest
from coupefeu.deconfliction.prepared import Prepared
from coupefeu.deconfliction.stack import TRACK, Integers, Stack, read_stack
from coupefeu.model.places import Position
from coupefeu.model.volumes import Separation

TOLERANCE_M = 0.5
"""A distance this close to its minimum counts as less: what the geometry may err by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What lies between two notices, where and when: that of the two volumes that are nearest to a conflict."""

    conflict: bool
    distance_m: float
    altitude_gap_m: float
    """At least this, where `datums_differ`."""
    time_gap_s: float
    within_tolerance: bool
    """In conflict, but by less than the tolerance of distances."""
    place: Position
    """Of the one, where it is nearest to the other; the same as `other` where they meet."""
    other: Position
    start_ms: int | None
    """From when to when any volumes of both are in conflict; of a track as far as its legs say.

    Where none are: from when both are there, or from the end of the earlier to the beginning of the later.
    """
    end_ms: int | None
    volume: int
    other_volume: int
    datums_differ: bool
    """The altitudes are over different datums, and the gap is less for that than their numbers say."""


@dataclass(frozen=True, eq=False, slots=True)
class _Pairs:
    """One volume of ours against some of theirs."""

    ours: int
    theirs: Integers
    altitude: Integers
    nominal: Integers
    time_ms: Integers
    found: Nearest
    our_ms: list[int | None]
    their_ms: list[int | None]


def gap(a: Prepared, b: Prepared, separation: Separation) -> Gap:
    """Measure two notices against the minima."""
    found = [
        _describe(pairs, each, a.stack, b.stack, separation)
        for pairs in _every_pair(a.stack, b.stack, separation)
        for each in range(len(pairs.theirs))
    ]
    return _over_all(found, separation)


def conflicting(
    query: Prepared, candidates: Sequence[Prepared | bytes], separation: Separation
) -> list[tuple[int, Gap]]:
    """Find the candidates (their places in the sequence) that conflict with a notice, each with its gap.

    Bytes are those of `Prepared.to_bytes`, as an index of our own keeps them.
    """
    if not candidates:
        return []
    theirs = read_stack([each if isinstance(each, bytes) else each.data for each in candidates])
    conflicts: dict[int, list[Gap]] = {}
    for pairs in _every_pair(query.stack, theirs, separation, only_conflicts=True):
        for each in range(len(pairs.theirs)):
            found = _describe(pairs, each, query.stack, theirs, separation)
            number = int(theirs.owner[pairs.theirs[each]])
            first = int(np.searchsorted(theirs.owner, number))
            if found.conflict:
                found = replace(found, other_volume=found.other_volume - first)
                conflicts.setdefault(number, []).append(found)
    return [(number, _over_all(found, separation)) for number, found in sorted(conflicts.items())]


def _over_all(found: Sequence[Gap], separation: Separation) -> Gap:
    """Give the worst of some pairs of volumes, with the time from the first conflict to the last."""
    worst = min(found, key=lambda each: _rank(each, separation))
    spans = [(each.start_ms, each.end_ms) for each in found if each.conflict]
    if len(spans) < 2:
        return worst
    starts, ends = ([each for each in side if each is not None] for side in zip(*spans, strict=True))
    return replace(
        worst,
        start_ms=min(starts) if len(starts) == len(spans) else None,
        end_ms=max(ends) if len(ends) == len(spans) else None,
    )


def measured_m(one: Stack, some: Stack, separation: Separation) -> Floats:
    """Measure one volume against some: as areas, or while both are there where one moves."""
    found = nearest(some, one)
    _meanwhile(one, some, found, separation)
    return found.distance_m


def _every_pair(
    ours: Stack, theirs: Stack, separation: Separation, *, only_conflicts: bool = False
) -> Iterator[_Pairs]:
    for number in range(len(ours.head)):
        one = ours if len(ours.head) == 1 else ours.only(np.array([number]))
        altitude, nominal = bands.gaps(one.head[0], theirs.head)
        time_ms = time_gaps_ms(one, theirs)
        some, volumes = theirs, np.arange(len(theirs.head))
        if only_conflicts:
            meets = (altitude < separation.altitude_m * bands.METRE) & (time_ms < separation.time_s * 1_000)
            volumes = np.flatnonzero(meets)
            some = theirs if len(volumes) == len(theirs.head) else theirs.only(volumes)
        if not len(volumes):
            continue
        found = nearest(some, one)
        yield _Pairs(
            number,
            volumes,
            altitude[volumes],
            nominal[volumes],
            time_ms[volumes],
            found,
            *_meanwhile(one, some, found, separation),
        )


def _meanwhile(
    one: Stack, some: Stack, found: Nearest, separation: Separation
) -> tuple[list[int | None], list[int | None]]:
    """Put in place of what a whole track passes what it is near to at a time, with the instants."""
    our_ms: list[int | None] = [None] * len(some.head)
    their_ms: list[int | None] = [None] * len(some.head)
    moves = some.head["kind"] == TRACK
    if one.head["kind"][0] == TRACK:
        moves = np.ones(len(some.head), dtype=bool)
    for each in np.flatnonzero(moves):
        near = approach(one, some.only(np.array([each])), separation.time_s * 1_000)
        our_ms[each], their_ms[each] = near.our_ms, near.their_ms
        for field in ("distance_m", "ours", "theirs", "our_base", "their_base"):
            getattr(found, field)[each] = getattr(near.nearest, field)[0]
    return our_ms, their_ms


def time_gaps_ms(one: Stack, theirs: Stack) -> Integers:
    """Give the gaps (k) of one volume's window and many, 0 where they meet."""
    head, heads = one.head[0], theirs.head
    after, before = heads["start_ms"] - head["end_ms"], head["start_ms"] - heads["end_ms"]
    found: Integers = np.maximum(np.maximum(after, before), 0)
    return found


def _describe(pairs: _Pairs, each: int, ours: Stack, theirs: Stack, separation: Separation) -> Gap:
    other = int(pairs.theirs[each])
    distance = float(pairs.found.distance_m[each])
    altitude, time_ms = int(pairs.altitude[each]), int(pairs.time_ms[each])
    conflict = (
        distance < separation.distance_m + TOLERANCE_M
        and altitude < separation.altitude_m * bands.METRE
        and time_ms < separation.time_s * 1_000
    )
    start, end = _when(pairs, each, ours.head[pairs.ours], theirs.head[other])
    if conflict and pairs.our_ms[each] is not None:
        one = ours.only(np.array([pairs.ours])), theirs.only(np.array([other]))
        start, end = lasting(*one, separation, TOLERANCE_M) or (start, end)
    return Gap(
        conflict=conflict,
        distance_m=distance,
        altitude_gap_m=bands.metres(altitude),
        time_gap_s=time_ms // 1_000 if time_ms % 1_000 == 0 else time_ms / 1_000,
        within_tolerance=conflict and distance >= separation.distance_m - TOLERANCE_M,
        place=position(pairs.found.ours[each]),
        other=position(pairs.found.theirs[each]),
        start_ms=start,
        end_ms=end,
        volume=pairs.ours,
        other_volume=other,
        datums_differ=altitude != int(pairs.nominal[each]),
    )


def _when(pairs: _Pairs, each: int, ours: np.void, theirs: np.void) -> tuple[int | None, int | None]:
    our_ms, their_ms = pairs.our_ms[each], pairs.their_ms[each]
    if our_ms is not None and their_ms is not None:
        instants = sorted((our_ms, their_ms))
    else:
        instants = sorted(
            (
                max(int(ours["start_ms"]), int(theirs["start_ms"])),
                min(int(ours["end_ms"]), int(theirs["end_ms"])),
            )
        )
    start, end = (None if abs(each) >= bands.UNBOUNDED else each for each in instants)
    return start, end


def _rank(found: Gap, separation: Separation) -> tuple[bool, float, float]:
    """Order by nearness to a conflict: the gap that is largest beside its minimum, then the distance."""
    shares = (
        found.distance_m / max(separation.distance_m, 1),
        found.altitude_gap_m / max(separation.altitude_m, 1),
        found.time_gap_s / max(separation.time_s, 1),
    )
    return not found.conflict, max(shares), found.distance_m
