"""A notice's volumes made ready: its bytes, and the boxes that an index holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from coupefeu.deconfliction.bands import METRE, UNBOUNDED, band_of
from coupefeu.deconfliction.cutting import MAX_ROWS, Rows, cut, too_long
from coupefeu.deconfliction.ellipsoid import LEAST_RADIUS_M
from coupefeu.deconfliction.inside import held_axes
from coupefeu.deconfliction.plane import is_simple
from coupefeu.deconfliction.stack import (
    AREA,
    LINE,
    POINT,
    SCALE,
    TRACK,
    Stack,
    check_volume,
    damaged,
    encode_volume,
    read_stack,
    split_notice,
)
from coupefeu.model.volumes import MAX_VOLUMES, Circle, Corridor, Separation, Track, Volume

EPOCH_MS: Final = 946_684_800_000
"""2000-01-01T00:00Z: seconds of a box are counted from here."""
_I32: Final = (1 << 31) - 1
SLACK: Final = 1e-6
"""Six metres: more than rounding, and than geodesics stray from arcs of normals."""


class Box(NamedTuple):
    """Bounds in the order of an R*Tree's columns: normals scaled by 2^30, metres, seconds; each rounded outwards."""

    x_least: int
    x_most: int
    y_least: int
    y_most: int
    z_least: int
    z_most: int
    altitude_least_m: int
    altitude_most_m: int
    start_s: int
    end_s: int


@dataclass(frozen=True)
class Prepared:
    """A notice's volumes made ready; made by `prepare` or `Prepared.from_bytes`."""

    data: bytes

    def to_bytes(self) -> bytes:
        """Give its bytes, as `stack.py` draws them: about 80 a volume and 16 a position."""
        return self.data

    @staticmethod
    def from_bytes(data: bytes) -> "Prepared":
        """Read what `to_bytes` gave.

        Raises:
            PeerError: `deconfliction.prepared.damaged`.
        """
        volumes = split_notice(data)
        if not 1 <= len(volumes) <= MAX_VOLUMES:
            raise damaged()
        for volume in volumes:
            check_volume(volume)
        return Prepared(data)

    @cached_property
    def stack(self) -> Stack:
        """Its volumes as arrays."""
        return read_stack([self.data])

    @cached_property
    def boxes(self) -> tuple[Box, ...]:
        """Give one box for each volume, in their order; altitudes are widened for their datums."""
        return tuple(_box(self.stack, volume) for volume in range(len(self.stack.head)))


def prepare(volumes: Sequence[Volume]) -> Prepared:
    """Make volumes ready to be compared.

    Raises:
        UsageError: `deconfliction.shape.long`: more edges than are compared.
    """
    data, left = [], MAX_ROWS
    for volume in volumes:
        rows = cut(volume.shape)
        left -= len(rows.step)
        if left < 0:
            raise too_long()
        data.append(_encode(volume, rows, is_alone=len(volumes) == 1))
    return Prepared(b"".join(data))


def padded(box: Box, separation: Separation) -> Box:
    """Widen a box by the minima: what conflicts with its volume has a box that meets this one."""
    reach = int((separation.distance_m + 1.0) / LEAST_RADIUS_M * SCALE) + 1
    pads = (reach, reach, reach, separation.altitude_m, separation.time_s)
    bounds: list[int] = []
    for side, pad in enumerate(pads):
        bounds += (_clamped(box[2 * side] - pad), _clamped(box[2 * side + 1] + pad))
    return Box(*bounds)


def _encode(volume: Volume, rows: Rows, *, is_alone: bool) -> bytes:
    shape = volume.shape
    start_ms = -UNBOUNDED if volume.start_ms is None else volume.start_ms
    end_ms = UNBOUNDED if volume.end_ms is None else volume.end_ms
    kind, buffer_dm = AREA, 0
    if isinstance(shape, Circle):
        kind, buffer_dm = POINT, shape.radius_dm
    elif isinstance(shape, Corridor):
        kind, buffer_dm = LINE, shape.half_width_dm
    elif isinstance(shape, Track):
        kind, buffer_dm = TRACK, shape.buffer_dm
        start_ms, end_ms = shape.fixes[0].at_ms, shape.fixes[-1].at_ms
    plain = is_alone and _is_plain(kind, rows)
    return encode_volume(kind, buffer_dm, band_of(volume), (start_ms, end_ms), rows, is_plain=plain)


def _is_plain(kind: int, rows: Rows) -> bool:
    if kind in {POINT, TRACK}:
        return kind == POINT
    if kind == LINE:
        return len(rows.step) > 1
    return len(rows.step) > 2 and int((rows.step <= 0).sum()) == 1 and is_simple(rows.normal)


def _box(stack: Stack, volume: int) -> Box:
    head = stack.head[volume]
    rows = slice(int(stack.first[volume]), int(stack.first[volume]) + int(head["rows"]))
    normal, ahead = stack.normal[rows], stack.ahead[rows] - stack.normal[rows]
    rise = float(np.einsum("ij,ij->i", ahead, ahead).max()) / 8.0
    reach = int(head["buffer_dm"]) / 10 / LEAST_RADIUS_M + rise * 1.01 + SLACK
    least, most = normal.min(axis=0) - reach, normal.max(axis=0) + reach
    if int(head["kind"]) == AREA:
        held = held_axes(normal, stack.after[rows] - rows.start, stack.pole[rows])
        least[held[3:]], most[held[:3]] = -1.0, 1.0
    low = np.floor(np.maximum(least, -1.0) * SCALE).astype(int).tolist()
    high = np.ceil(np.minimum(most, 1.0) * SCALE).astype(int).tolist()
    return Box(
        low[0], high[0], low[1], high[1], low[2], high[2],
        _clamped(int(head["least"]) // METRE), _clamped(-(-int(head["greatest"]) // METRE)),
        _clamped((int(head["start_ms"]) - EPOCH_MS) // 1_000), _clamped(-((EPOCH_MS - int(head["end_ms"])) // 1_000)),
    )  # fmt: skip


def _clamped(value: int) -> int:
    return max(-_I32 - 1, min(_I32, value))
