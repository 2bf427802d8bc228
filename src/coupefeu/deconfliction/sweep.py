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
_MOST_PAIRS: Final = 500_000
"""So many are looked at at once: they stay in the processor's cache."""
_MOST_M: Final = 1_000_000_000
_SLACK: Final = 1e-6
_TIME_BITS: Final = 44


Indexes = NDArray[np.int32]


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


def may_meet(ours: Stack, theirs: Stack, separation: Separation) -> tuple[Integers, Integers]:
    """Give pairs of volumes whose bands and windows are too near and whose boxes and caps are, each pair once."""
    our_caps, their_caps = caps_of(ours), caps_of(theirs)
    reach = separation.distance_m / LEAST_RADIUS_M + _SLACK
    our_caps = Caps(our_caps.middle, np.minimum(our_caps.angle + reach, np.pi))
    seen = [
        one.astype(np.int64) * len(theirs.head) + other
        for one, other in _together(ours, theirs, our_caps, their_caps, separation)
    ]
    pairs = np.sort(np.concatenate(seen)) if seen else np.zeros(0, dtype=np.int64)
    pairs = pairs[np.flatnonzero(np.diff(pairs, prepend=-1))]
    one, other = pairs // len(theirs.head), pairs % len(theirs.head)
    kept = _boxes_meet(ours, theirs, one, other, reach)
    return _in_band_and_window(ours, theirs, one[kept], other[kept], separation)


def _in_band_and_window(
    ours: Stack, theirs: Stack, one: Integers, other: Integers, separation: Separation
) -> tuple[Integers, Integers]:
    our, their = ours.head[one], theirs.head[other]
    most_ms = separation.time_s * 1_000
    kept = (our["start_ms"] - their["end_ms"] < most_ms) & (their["start_ms"] - our["end_ms"] < most_ms)
    kept &= bands.gaps(our, their)[0] < separation.altitude_m * bands.METRE
    return one[kept], other[kept]


def _boxes_meet(ours: Stack, theirs: Stack, one: Integers, other: Integers, reach: float) -> Integers:
    """Keep pairs whose boxes on the sphere of normals meet."""
    kept = np.arange(len(one))
    low, high = _sides(ours, reach)
    their_low, their_high = _sides(theirs, 0.0)
    for axis in range(3):
        first, second = one[kept], other[kept]
        meets = (low[axis][first] <= their_high[axis][second]) & (
            their_low[axis][second] <= high[axis][first]
        )
        kept = kept[meets]
    return kept


def _sides(stack: Stack, reach: float) -> tuple[Floats, Floats]:
    """Give the least and greatest x, y, z (3, n) of volumes and what they reach beyond their rows."""
    ahead = stack.xyz_ahead - stack.xyz
    rise = np.maximum.reduceat((ahead * ahead).sum(axis=0), stack.first) / 8.0
    reaches = reach + rise * 1.01 + stack.buffer_m / LEAST_RADIUS_M + _SLACK
    low = np.minimum.reduceat(stack.xyz, stack.first, axis=1) - reaches
    high = np.maximum.reduceat(stack.xyz, stack.first, axis=1) + reaches
    # An area that holds an end of an axis reaches as far as the sphere does; its rows do not show that.
    turned_over = caps_of(stack)
    for axis in range(3):
        away = np.arccos(np.clip(np.abs(turned_over.middle[:, axis]), 0.0, 1.0)) <= turned_over.angle
        low[axis][away & (turned_over.middle[:, axis] < 0)] = -1.0
        high[axis][away & (turned_over.middle[:, axis] > 0)] = 1.0
    everywhere = turned_over.angle >= np.pi / 2
    low[:, everywhere], high[:, everywhere] = -1.0, 1.0
    return low, high


def _together(
    ours: Stack, theirs: Stack, our_caps: Caps, their_caps: Caps, separation: Separation
) -> Iterator[tuple[Indexes, Indexes]]:
    our_item, our_cell, our_large = _cells(our_caps)
    their_item, their_cell, their_large = _cells(their_caps)
    for large in our_large:
        yield np.full(len(theirs.head), large, np.int32), np.arange(len(theirs.head), dtype=np.int32)
    for large in their_large:
        yield np.arange(len(ours.head), dtype=np.int32), np.full(len(ours.head), large, np.int32)
    least_ms = int(min(ours.head["start_ms"].min(), theirs.head["start_ms"].min()))
    one = _Entries(
        our_item, our_cell, ours, our_caps, least_ms, Separation(distance_m=0, altitude_m=0, time_s=0)
    )
    other = _Entries(their_item, their_cell, theirs, their_caps, least_ms, separation)
    for first, second in _begin_within(other, one, 0):
        yield second, first
    yield from _begin_within(one, other, 1)


class _Entries:
    """Volumes in cells, sorted by cell and beginning; what they are compared by lies in that order too."""

    def __init__(
        self, item: Integers, cell: Integers, stack: Stack, caps: Caps, least_ms: int, pad: Separation
    ) -> None:
        most = (1 << (_TIME_BITS - 1)) - 1
        pad_ms = pad.time_s * 1_000
        start = np.clip(stack.head["start_ms"] - pad_ms - least_ms, -most, most) + most
        end = np.clip(stack.head["end_ms"] + pad_ms - least_ms, -most, most) + most
        key = (cell << _TIME_BITS) + start[item]
        order = np.argsort(key, kind="stable")
        self.start = key[order]
        item = item[order]
        self.end = (cell[order] << _TIME_BITS) + end[item]
        self.item = item.astype(np.int32)
        low = np.clip(stack.head["least"] // bands.METRE - pad.altitude_m, -_MOST_M, _MOST_M)
        high = np.clip(-(-stack.head["greatest"] // bands.METRE) + pad.altitude_m, -_MOST_M, _MOST_M)
        self.low, self.high = low.astype(np.int32)[item], high.astype(np.int32)[item]
        self.middle = np.ascontiguousarray(caps.middle.T.astype(np.float32)[:, item])
        self.angle = (caps.angle + 1e-6).astype(np.float32)[item]


def _begin_within(one: _Entries, other: _Entries, after: int) -> Iterator[tuple[Indexes, Indexes]]:
    """Give pairs in one cell of which the other begins while the one lasts, and that may meet.

    `after`: later than the one.
    """
    first = np.searchsorted(other.start, one.start + after, side="left")
    counts = np.maximum(np.searchsorted(other.start, one.end, side="right") - first, 0)
    total = np.cumsum(counts)
    begin = 0
    while begin < len(counts):
        done = int(total[begin - 1]) if begin else 0
        end = max(begin + 1, int(np.searchsorted(total, done + _MOST_PAIRS, side="right")))
        part = counts[begin:end]
        here = np.repeat(np.arange(begin, end, dtype=np.int32), part)
        there = np.repeat((first[begin:end] - (total[begin:end] - part - done)).astype(np.int32), part)
        there += np.arange(len(there), dtype=np.int32)
        yield _that_meet(one, other, here, there)
        begin = end


def _that_meet(one: _Entries, other: _Entries, here: Indexes, there: Indexes) -> tuple[Indexes, Indexes]:
    kept = np.flatnonzero(
        (one.low.take(here) <= other.high.take(there)) & (other.low.take(there) <= one.high.take(here))
    )
    here, there = here.take(kept), there.take(kept)
    square = np.zeros(len(here), dtype=np.float32)
    for axis in range(3):
        apart = one.middle[axis].take(here) - other.middle[axis].take(there)
        square += apart * apart
    reach = one.angle.take(here) + other.angle.take(there)
    kept = np.flatnonzero(square <= reach * reach)
    return one.item.take(here.take(kept)), other.item.take(there.take(kept))


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
