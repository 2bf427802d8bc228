"""Which volumes of many may meet which of many others: cells of the globe, swept along time, then exact bands and caps.

A cap (a middle and an angle) holds each volume. Both sides' caps are put into cells of about 200 km; within a cell a
pair is found once, at the later of its two beginnings.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from coupefeu.deconfliction import bands
from coupefeu.deconfliction.ellipsoid import LEAST_RADIUS_M, Floats, unit
from coupefeu.deconfliction.stack import Integers, Stack
from coupefeu.model.volumes import Separation

_CELL_DEG: Final = 2.0
_BANDS: Final = int(180 / _CELL_DEG)
_MOST_CELLS: Final = 400
"""A volume of more cells is compared with all others."""
_MOST_PAIRS: Final = 4_000_000
"""So many are looked at at once: some hundred megabytes."""
_SLACK: Final = 1e-6
_TIME_BITS: Final = 44


class Caps(NamedTuple):
    """Of each volume a middle (n, 3) and an angle that hold it with its buffer."""

    middle: Floats
    angle: Floats


def caps_of(stack: Stack) -> Caps:
    """Find the caps of volumes."""
    total = np.add.reduceat(stack.normal, stack.first, axis=0)
    spread = np.sqrt(np.einsum("ij,ij->i", total, total)) / stack.head["rows"]
    middle = unit(total)
    cosine = np.einsum("ij,ij->i", stack.normal, middle[stack.volume])
    least = np.minimum.reduceat(cosine, stack.first)
    angle = np.arccos(np.clip(least, -1.0, 1.0)) + stack.buffer_m / LEAST_RADIUS_M + _SLACK
    return Caps(middle, np.where((spread < 1e-3) | (angle > np.pi / 2), np.pi, angle))


def may_meet(ours: Stack, theirs: Stack, separation: Separation) -> Iterator[tuple[Integers, Integers]]:
    """Give pairs of volumes whose bands and windows are too near and whose caps are, each pair once."""
    our_caps, their_caps = caps_of(ours), caps_of(theirs)
    reach = separation.distance_m / LEAST_RADIUS_M + _SLACK
    our_caps = Caps(our_caps.middle, np.minimum(our_caps.angle + reach, np.pi))
    seen: list[Integers] = []
    for one, other in _together(ours, theirs, our_caps, their_caps, separation):
        near = _near(ours, theirs, one, other, separation)
        near = near[_caps_meet(our_caps, their_caps, one[near], other[near])]
        seen.append(one[near] * len(theirs.head) + other[near])
    if seen:
        pairs = np.unique(np.concatenate(seen))
        yield pairs // len(theirs.head), pairs % len(theirs.head)


def _near(ours: Stack, theirs: Stack, one: Integers, other: Integers, separation: Separation) -> Integers:
    our, their = ours.head, theirs.head
    most_ms = separation.time_s * 1_000
    kept = np.flatnonzero(
        (our["start_ms"][one] - their["end_ms"][other] < most_ms)
        & (their["start_ms"][other] - our["end_ms"][one] < most_ms)
    )
    gaps, _ = bands.gaps(our[one[kept]], their[other[kept]])
    near: Integers = kept[gaps < separation.altitude_m * bands.METRE]
    return near


def _caps_meet(ours: Caps, theirs: Caps, one: Integers, other: Integers) -> NDArray[np.bool_]:
    cosine = np.einsum("ij,ij->i", ours.middle[one], theirs.middle[other])
    meet: NDArray[np.bool_] = cosine >= np.cos(np.minimum(ours.angle[one] + theirs.angle[other], np.pi))
    return meet


def _together(
    ours: Stack, theirs: Stack, our_caps: Caps, their_caps: Caps, separation: Separation
) -> Iterator[tuple[Integers, Integers]]:
    our_item, our_cell, our_large = _cells(our_caps)
    their_item, their_cell, their_large = _cells(their_caps)
    for large in our_large:
        yield np.full(len(theirs.head), large), np.arange(len(theirs.head))
    for large in their_large:
        yield np.arange(len(ours.head)), np.full(len(ours.head), large)
    least_ms = int(min(ours.head["start_ms"].min(), theirs.head["start_ms"].min()))
    pad = separation.time_s * 1_000
    one = _Entries(our_item, our_cell, ours, least_ms, 0)
    other = _Entries(their_item, their_cell, theirs, least_ms, pad)
    for first, second in _begin_within(other, one, 0):
        yield second, first
    yield from _begin_within(one, other, 1)


class _Entries:
    """Volumes in cells, sorted by cell and beginning."""

    def __init__(self, item: Integers, cell: Integers, stack: Stack, least_ms: int, pad: int) -> None:
        most = (1 << (_TIME_BITS - 1)) - 1
        start = np.clip(stack.head["start_ms"] - pad - least_ms, -most, most) + most
        end = np.clip(stack.head["end_ms"] + pad - least_ms, -most, most) + most
        key = (cell << _TIME_BITS) + start[item]
        order = np.argsort(key, kind="stable")
        self.item, self.start = item[order], key[order]
        self.end = (cell[order] << _TIME_BITS) + end[self.item]


def _begin_within(one: _Entries, other: _Entries, after: int) -> Iterator[tuple[Integers, Integers]]:
    """Give pairs of which the other begins while the one lasts, both in one cell; `after`: later than the one."""
    first = np.searchsorted(other.start, one.start + after, side="left")
    counts = np.searchsorted(other.start, one.end, side="right") - first
    counts = np.maximum(counts, 0)
    total = np.cumsum(counts)
    begin = 0
    while begin < len(counts):
        done = int(total[begin - 1]) if begin else 0
        end = max(begin + 1, int(np.searchsorted(total, done + _MOST_PAIRS, side="right")))
        part = counts[begin:end]
        place = np.repeat(first[begin:end] - (total[begin:end] - part - done), part)
        place += np.arange(len(place))
        yield np.repeat(one.item[begin:end], part), other.item[place]
        begin = end


def _cells(caps: Caps) -> tuple[Integers, Integers, Integers]:
    """Give (volume, cell) of all cells that caps touch, and the volumes of too many."""
    latitude = np.degrees(np.arcsin(np.clip(caps.middle[:, 2], -1.0, 1.0)))
    angle = np.degrees(caps.angle)
    low = np.clip(((latitude - angle + 90.0) // _CELL_DEG).astype(np.int64), 0, _BANDS - 1)
    high = np.clip(((latitude + angle + 90.0) // _CELL_DEG).astype(np.int64), 0, _BANDS - 1)
    item = np.repeat(np.arange(len(low)), high - low + 1)
    band = (
        low[item]
        + np.arange(len(item))
        - np.repeat(np.cumsum(high - low + 1) - (high - low + 1), high - low + 1)
    )
    west, east, count = _columns(caps, latitude, angle, item, band)
    sizes = east - west + 1
    per_item = np.bincount(item, weights=sizes, minlength=len(low))
    large = np.flatnonzero(per_item > _MOST_CELLS)
    small = per_item[item] <= _MOST_CELLS
    item, band, west, count, sizes = item[small], band[small], west[small], count[small], sizes[small]
    column = np.repeat(west, sizes) + np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    column %= np.repeat(count, sizes)
    return np.repeat(item, sizes), np.repeat(band, sizes) * 1_024 + column, large


def _columns(
    caps: Caps, latitude: Floats, angle: Floats, item: Integers, band: Integers
) -> tuple[Integers, Integers, Integers]:
    """Give the first and last column in each band, and how many columns the band has all round."""
    edge = np.abs(np.arange(_BANDS + 1) * _CELL_DEG - 90.0)
    widest = np.cos(np.radians(np.minimum(edge[:-1], edge[1:])))
    columns = np.maximum((360.0 / _CELL_DEG * widest).astype(np.int64), 1)
    count = columns[band]
    longitude = np.degrees(np.arctan2(caps.middle[:, 1], caps.middle[:, 0])) + 180.0
    polar = np.abs(latitude) + angle >= 89.9
    sine = np.sin(np.radians(angle)) / np.maximum(np.cos(np.radians(latitude)), 1e-9)
    across = np.degrees(np.arcsin(np.minimum(np.where(polar, 1.0, sine), 1.0)))
    width = 360.0 / count
    west = np.floor((longitude - across)[item] / width).astype(np.int64)
    east = np.floor((longitude + across)[item] / width).astype(np.int64)
    around = polar[item] | (east - west + 1 >= count)
    return np.where(around, 0, west), np.where(around, count - 1, east), count
