"""Which of many volumes are too near one: the hot path, decided by angles, and measured only where those leave a doubt.

An angle between normals times the least and the greatest radius of the Earth brackets the distance within half a per
cent. The arrays lie (rows of ours, rows of theirs), so that what is done to them runs along theirs.
"""

from collections.abc import Sequence

import numpy as np

from coupefeu.deconfliction import bands
from coupefeu.deconfliction.ellipsoid import GREATEST_RADIUS_M, LEAST_RADIUS_M, Floats
from coupefeu.deconfliction.facing import MOST_CELLS, Bools
from coupefeu.deconfliction.gaps import TOLERANCE_M, measured_m, time_gaps_ms
from coupefeu.deconfliction.inside import rightwards, turned
from coupefeu.deconfliction.plane import judge
from coupefeu.deconfliction.prepared import Prepared
from coupefeu.deconfliction.stack import AREA, TRACK, Stack, read_stack
from coupefeu.model.volumes import Separation

_SLACK = 1e-6
_FAR = 0.5
"""Radians: beyond that, everything is measured."""


def which(query: Prepared, candidates: Sequence[Prepared | bytes], separation: Separation) -> list[int]:
    """Say which candidates conflict with a notice, by their places in the sequence; as `conflicting`, without gaps."""
    if not candidates:
        return []
    data = [each if isinstance(each, bytes) else each.data for each in candidates]
    found, doubtful, left = judge(query.data, data, separation, TOLERANCE_M)
    if doubtful:
        theirs = read_stack([data[each] for each in doubtful])
        near = measured_m(query.stack, theirs, separation) < separation.distance_m + TOLERANCE_M
        found += [doubtful[each] for each in near.nonzero()[0]]
    if left:
        found += [left[each] for each in _which(query.stack, [data[each] for each in left], separation)]
    return sorted(found) if doubtful or left else found


def _which(ours: Stack, candidates: Sequence[bytes], separation: Separation) -> list[int]:
    theirs = read_stack(candidates)
    single = [ours]
    if len(ours.head) > 1:
        single = [ours.only(np.array([number])) for number in range(len(ours.head))]
    owners = [theirs.owner[decide(one, theirs, separation)] for one in single]
    return sorted(set(np.concatenate(owners).tolist()))


def decide(one: Stack, theirs: Stack, separation: Separation) -> Bools:
    """Say of each volume whether it conflicts with the one."""
    altitude, _ = bands.gaps(one.head[0], theirs.head)
    conflicts: Bools = altitude < separation.altitude_m * bands.METRE
    conflicts &= time_gaps_ms(one, theirs) < separation.time_s * 1_000
    some = theirs
    if not conflicts.all():
        kept = np.flatnonzero(conflicts)
        if not kept.size:
            return conflicts
        some = theirs.only(kept)
    conflicts[conflicts] = _too_near(one, some, separation)
    return conflicts


def _too_near(one: Stack, some: Stack, separation: Separation) -> Bools:
    most_m = some.buffer_m + (float(one.buffer_m[0]) + separation.distance_m + TOLERANCE_M)
    surely, maybe = most_m / GREATEST_RADIUS_M - _SLACK, most_m / LEAST_RADIUS_M + _SLACK
    moves = some.head["kind"] == TRACK
    if float(maybe.max()) > _FAR or len(some.step) * len(one.step) > MOST_CELLS:
        near, doubtful = np.zeros(len(some.head), dtype=bool), np.ones(len(some.head), dtype=bool)
    else:
        square, back, sine = _least_squares(one, some)
        near = (square < 0.0) | ((square <= surely * surely * (1.0 - surely * surely / 3.0)) & (surely > 0.0))
        doubtful = ~near & (square <= maybe * maybe)
        if not near.all():
            _take_inside(one, some, back, sine, near, doubtful)
        if int(one.head["kind"][0]) == TRACK or moves.any():
            moved = near & (moves | (int(one.head["kind"][0]) == TRACK))
            near, doubtful = near & ~moved, doubtful | moved
    if doubtful.any():
        left = np.flatnonzero(doubtful)
        distance = measured_m(one, some if left.size == len(some.head) else some.only(left), separation)
        near[left] = distance < separation.distance_m + TOLERANCE_M
    return near


def _least_squares(one: Stack, some: Stack) -> tuple[Floats, Floats, Floats]:
    """Give of each volume the squared sine or chord of the least angle, whichever is less; -1 where edges cross.

    Also the sines of our rows over their edges, and of theirs over ours.
    """
    cosine = one.normal @ some.xyz
    their_next = one.normal @ some.xyz_ahead
    our_next = cosine.take(one.after, axis=0)
    sine, sine_next = one.pole @ some.xyz, one.pole @ some.xyz_ahead
    back = one.normal @ some.xyz_pole
    crosses = (sine * sine_next < 0.0) & (back * back.take(one.after, axis=0) < 0.0)
    crosses &= cosine > 0.0
    edge, edges = one.cosine[:, None], some.cosine
    beside = (our_next >= edge * cosine) & (cosine >= edge * our_next)
    least = np.minimum.reduce(sine * sine + ~beside, axis=0)
    beside = (their_next >= edges * cosine) & (cosine >= edges * their_next)
    np.minimum(least, np.minimum.reduce(back * back + ~beside, axis=0), out=least)
    np.minimum(least, 2.0 - 2.0 * np.maximum.reduce(cosine, axis=0), out=least)
    least[np.logical_or.reduce(crosses, axis=0)] = -1.0
    return np.minimum.reduceat(least, some.first), back, sine


def _take_inside(one: Stack, some: Stack, back: Floats, sine: Floats, near: Bools, doubtful: Bools) -> None:
    """Take as near what lies inside: by the windings of `inside.py`, with the sines that are known here."""
    if int(one.head["kind"][0]) == AREA:
        begins = some.begins
        is_left = one.normal @ rightwards(some.xyz.take(begins, axis=1)) <= 0.0
        turns = turned(is_left, is_left.take(one.after, axis=0), sine.take(begins, axis=1) > 0.0)
        within = some.volume[begins[np.add.reduce(turns, axis=0) > 0]]
        near[within], doubtful[within] = True, False
    is_area = some.head["kind"] == AREA
    if not is_area.any():
        return
    for begin in one.begins.tolist():
        is_left = rightwards(one.xyz[:, begin]) @ some.xyz <= 0.0
        turns = turned(is_left, is_left.take(some.after), back[begin] > 0.0)
        holding = (np.add.reduceat(turns, some.first) > 0) & is_area
        near[holding], doubtful[holding] = True, False
