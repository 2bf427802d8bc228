"""Many volumes as arrays, read from their bytes at once: what the exact test works on.

volume   bytes i32 | kind i32 | rows i32 | lower datum i16, upper datum i16
         buffer dm, lower, upper, least, greatest, start ms, end ms: i64 each (altitudes in 0.2 mm)
         b"CFVOLUM1", or b"CFPLAIN1" of a notice's only volume where it is plain
         rows x (x, y, z, step): i32 each, normals scaled by 2^30
         rows x ms: i64 each, of a track alone, filled up to 16 bytes
plain    a place, a line, or an area of one ring that meets itself nowhere: what `plane.py` can decide
notice   its volumes one after the other; all little-endian
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from coupefeu.deconfliction.bands import Band
from coupefeu.deconfliction.cutting import MAX_ROWS, Rows
from coupefeu.deconfliction.ellipsoid import Floats
from coupefeu.errors import PeerError

POINT, LINE, AREA, TRACK = 1, 2, 3, 4
SCALE: Final = 1 << 30
HEADER: Final = struct.Struct("<iiihh7q8s")
MAGIC: Final = b"CFVOLUM1"
PLAIN: Final = b"CFPLAIN1"
UNIT: Final = 16
"""Bytes of a row."""
_HEADER_UNITS: Final = HEADER.size // UNIT
_HEADER_DTYPE: Final = np.dtype([
    ("size", "<i4"), ("kind", "<i4"), ("rows", "<i4"), ("lower_datum", "<i2"), ("upper_datum", "<i2"),
    ("buffer_dm", "<i8"), ("lower", "<i8"), ("upper", "<i8"), ("least", "<i8"), ("greatest", "<i8"),
    ("start_ms", "<i8"), ("end_ms", "<i8"), ("magic", "S8"),
])  # fmt: skip
_HEADER_AT: Final = np.arange(_HEADER_UNITS)

NO_EDGE: Final = 1e-17
"""Squared chord of an edge of two centimetres: its ends stand for it."""

Integers = NDArray[np.int64]
Heads = NDArray[np.void]


def encode_volume(
    kind: int, buffer_dm: int, band: Band, window: tuple[int, int], rows: Rows, *, is_plain: bool
) -> bytes:
    """Write one volume."""
    times = b"" if rows.at_ms is None else rows.at_ms.astype("<i8").tobytes()
    times += bytes(-len(times) % UNIT)
    table = np.empty((len(rows.step), 4), dtype="<i4")
    table[:, :3] = np.rint(rows.normal * SCALE)
    table[:, 3] = rows.step
    size = HEADER.size + table.nbytes + len(times)
    header = HEADER.pack(
        size, kind, len(rows.step), band.lower_datum, band.upper_datum, buffer_dm,
        band.lower, band.upper, band.least, band.greatest, *window, PLAIN if is_plain else MAGIC,
    )  # fmt: skip
    return header + table.tobytes() + times


def split_notice(data: bytes) -> list[bytes]:
    """Split a notice's bytes into those of its volumes."""
    volumes, position = [], 0
    while position < len(data):
        size = int.from_bytes(data[position : position + 4], "little", signed=True)
        if size < HEADER.size or position + size > len(data):
            raise damaged()
        volumes.append(data[position : position + size])
        position += size
    return volumes


def check_volume(data: bytes) -> None:
    """Refuse bytes that `encode_volume` cannot have written.

    Raises:
        PeerError: `deconfliction.prepared.damaged`.
    """
    if len(data) < HEADER.size:
        raise damaged()
    size, kind, rows, *_, magic = HEADER.unpack_from(data)
    times = (rows * 8 + 15) // 16 * 16 if kind == TRACK else 0
    if (
        magic not in {MAGIC, PLAIN}
        or not POINT <= kind <= TRACK
        or not 1 <= rows <= MAX_ROWS
        or size != len(data)
        or size != HEADER.size + rows * UNIT + times
    ):
        raise damaged()
    table = np.frombuffer(data, "<i4", rows * 4, HEADER.size).reshape(-1, 4)
    ahead = np.arange(rows) + table[:, 3]
    if (ahead < 0).any() or (ahead >= rows).any() or not table[:, :3].any(axis=1).all():
        raise damaged()


def damaged() -> PeerError:
    """Say that bytes are no prepared volume."""
    return PeerError(
        "a prepared volume is damaged",
        code="deconfliction.prepared.damaged",
        hint="Make the views anew: coupefeu rebuild.",
    )


def heads_of(notices: Sequence[bytes]) -> Heads:
    """Read the headers of notices' first volumes."""
    return np.frombuffer(b"".join([each[: HEADER.size] for each in notices]), _HEADER_DTYPE)


@dataclass(frozen=True, eq=False)
class Stack:
    """Volumes side by side: one header each, and all their rows under one another."""

    head: NDArray[np.void]
    owner: Integers
    """Of each volume, which notice it belongs to."""
    xyz: Floats
    """The rows' normals (3, n): so the hot path runs along memory."""
    step: Integers
    data: tuple[bytes, ...]

    @cached_property
    def first(self) -> Integers:
        """Of each volume, its first row."""
        counts = self.head["rows"].astype(np.int64)
        return np.cumsum(counts) - counts

    @cached_property
    def volume(self) -> Integers:
        """Of each row, its volume."""
        return np.repeat(np.arange(len(self.head)), self.head["rows"])

    @cached_property
    def after(self) -> Integers:
        """Of each row, the next one."""
        return np.arange(len(self.step)) + self.step

    @cached_property
    def xyz_ahead(self) -> Floats:
        """Of each row, the normal of the next one (3, n)."""
        return self.xyz.take(self.after, axis=1)

    @cached_property
    def _poles(self) -> tuple[Floats, Floats]:
        (x, y, z), (u, v, w) = self.xyz, self.xyz_ahead
        pole = np.empty_like(self.xyz)
        pole[0], pole[1], pole[2] = y * w - z * v, z * u - x * w, x * v - y * u
        square = pole * pole
        square = square[0] + square[1] + square[2]
        pole /= np.sqrt(np.maximum(square, 1e-300))
        return pole, square

    @property
    def xyz_pole(self) -> Floats:
        """Of each row, the unit vector across its edge, on the left (3, n); nothing where there is no edge."""
        return self._poles[0]

    @cached_property
    def cosine(self) -> Floats:
        """Of each row, the cosine of its edge; not a number where there is none, so that no place lies beside it."""
        product = self.xyz * self.xyz_ahead
        found: Floats = product[0] + product[1] + product[2]
        found[self._poles[1] < NO_EDGE] = np.nan
        return found

    @cached_property
    def normal(self) -> Floats:
        """The rows' normals (n, 3)."""
        return np.ascontiguousarray(self.xyz.T)

    @cached_property
    def ahead(self) -> Floats:
        """The normals of the next rows (n, 3)."""
        return np.ascontiguousarray(self.xyz_ahead.T)

    @cached_property
    def pole(self) -> Floats:
        """The poles of the rows' edges (n, 3)."""
        return np.ascontiguousarray(self.xyz_pole.T)

    @cached_property
    def buffer_m(self) -> Floats:
        """Of each volume, how far it reaches beyond its base."""
        found: Floats = self.head["buffer_dm"] / 10.0
        return found

    @cached_property
    def begins(self) -> Integers:
        """The first row of each ring or line."""
        ends = np.flatnonzero(self.step <= 0) + 1
        ends[1:] = ends[:-1]
        ends[0] = 0
        return ends

    def at_ms(self, volume: int) -> Integers:
        """Give the instants of a track's rows."""
        rows = int(self.head["rows"][volume])
        return np.frombuffer(self.data[volume], "<i8", rows, HEADER.size + rows * UNIT)

    def only(self, volumes: Integers) -> "Stack":
        """Take some volumes out, in ascending order."""
        kept = np.zeros(len(self.head), dtype=bool)
        kept[volumes] = True
        rows = np.flatnonzero(kept.repeat(self.head["rows"]))
        return Stack(
            self.head[volumes],
            self.owner[volumes],
            self.xyz.take(rows, axis=1),
            self.step.take(rows),
            tuple(self.data[each] for each in volumes.tolist()),
        )


def read_stack(notices: Sequence[bytes]) -> Stack:
    """Read notices that `prepare` wrote; bytes from elsewhere go through `Prepared.from_bytes` first."""
    data: list[bytes] = []
    owner: list[int] = []
    for number, notice in enumerate(notices):
        if int.from_bytes(notice[:4], "little") == len(notice):
            data.append(notice)
            owner.append(number)
        else:
            volumes = split_notice(notice)
            data += volumes
            owner += [number] * len(volumes)
    joined = np.frombuffer(b"".join(data), dtype=np.uint8)
    units = joined.view("<i4").reshape(-1, 4)
    sizes = np.array([len(each) for each in data], dtype=np.int64) // UNIT
    starts = np.cumsum(sizes) - sizes
    headers = starts[:, None] + _HEADER_AT
    head = units.take(headers.ravel(), axis=0).reshape(-1).view(_HEADER_DTYPE)
    table = units.take(_row_units(head, headers, sizes, starts), axis=0).T
    xyz = table[:3].astype(np.float64, order="C")
    square = xyz * xyz
    xyz /= np.sqrt(square[0] + square[1] + square[2])
    return Stack(head, np.array(owner), xyz, table[3].astype(np.int64), tuple(data))


def _row_units(head: NDArray[np.void], headers: Integers, sizes: Integers, starts: Integers) -> Integers:
    """Say which sixteen bytes of the whole are rows: neither headers nor instants of tracks."""
    is_row = np.ones(int(starts[-1] + sizes[-1]), dtype=bool)
    is_row[headers] = False
    if (head["kind"] == TRACK).any():
        for track in np.flatnonzero(head["kind"] == TRACK):
            first = starts[track] + _HEADER_UNITS + int(head["rows"][track])
            is_row[first : starts[track] + sizes[track]] = False
    return np.flatnonzero(is_row)
