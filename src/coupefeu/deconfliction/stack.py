"""Many volumes as arrays, read from their bytes at once: what the exact test works on.

volume   bytes i32 | kind i32 | rows i32 | lower datum i16, upper datum i16
         buffer dm, lower, upper, least, greatest, start ms, end ms: i64 each (altitudes in 0.2 mm)
         b"CFVOLUM1"
         rows x (x, y, z, step): i32 each, normals scaled by 2^30
         rows x ms: i64 each, of a track alone, filled up to 16 bytes
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
from coupefeu.deconfliction.ellipsoid import Floats, cross, unit
from coupefeu.errors import PeerError

POINT, LINE, AREA, TRACK = 1, 2, 3, 4
SCALE: Final = 1 << 30
HEADER: Final = struct.Struct("<iiihh7q8s")
MAGIC: Final = b"CFVOLUM1"
_UNIT: Final = 16
_HEADER_UNITS: Final = HEADER.size // _UNIT
_HEADER_DTYPE: Final = np.dtype([
    ("size", "<i4"), ("kind", "<i4"), ("rows", "<i4"), ("lower_datum", "<i2"), ("upper_datum", "<i2"),
    ("buffer_dm", "<i8"), ("lower", "<i8"), ("upper", "<i8"), ("least", "<i8"), ("greatest", "<i8"),
    ("start_ms", "<i8"), ("end_ms", "<i8"), ("magic", "S8"),
])  # fmt: skip
_HEADER_BYTES: Final = np.arange(HEADER.size)

NO_EDGE: Final = 1e-17
"""Squared chord of an edge of two centimetres: its ends stand for it."""

Integers = NDArray[np.int64]


def encode_volume(kind: int, buffer_dm: int, band: Band, window: tuple[int, int], rows: Rows) -> bytes:
    """Write one volume."""
    times = b"" if rows.at_ms is None else rows.at_ms.astype("<i8").tobytes()
    times += bytes(-len(times) % _UNIT)
    table = np.empty((len(rows.step), 4), dtype="<i4")
    table[:, :3] = np.rint(rows.normal * SCALE)
    table[:, 3] = rows.step
    size = HEADER.size + table.nbytes + len(times)
    header = HEADER.pack(
        size, kind, len(rows.step), band.lower_datum, band.upper_datum, buffer_dm,
        band.lower, band.upper, band.least, band.greatest, *window, MAGIC,
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
        magic != MAGIC
        or not POINT <= kind <= TRACK
        or not 1 <= rows <= MAX_ROWS
        or size != len(data)
        or size != HEADER.size + rows * _UNIT + times
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


@dataclass(frozen=True, eq=False)
class Stack:
    """Volumes side by side: one header each, and all their rows under one another."""

    head: NDArray[np.void]
    owner: Integers
    """Of each volume, which notice it belongs to."""
    normal: Floats
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
    def ahead(self) -> Floats:
        """Of each row, the normal of the next one."""
        return self.normal[self.after]

    @cached_property
    def pole(self) -> Floats:
        """Of each row, the unit vector across its edge, on the left; nothing where there is no edge."""
        return unit(cross(self.normal, self.ahead))

    @cached_property
    def cosine(self) -> Floats:
        """Of each row, the cosine of its edge; not a number where there is none, so that no place lies beside it."""
        edge = self.ahead - self.normal
        found: Floats = np.einsum("ij,ij->i", self.normal, self.ahead)
        found[np.einsum("ij,ij->i", edge, edge) < NO_EDGE] = np.nan
        return found

    @cached_property
    def buffer_m(self) -> Floats:
        """Of each volume, how far it reaches beyond its base."""
        found: Floats = self.head["buffer_dm"] / 10.0
        return found

    @cached_property
    def ring_first(self) -> Integers:
        """The first row of each ring or line: where its last one leads, or where a line begins."""
        ends = np.flatnonzero(self.step <= 0)
        return np.concatenate((np.zeros(1, dtype=np.int64), ends[:-1] + 1))

    def at_ms(self, volume: int) -> Integers:
        """Give the instants of a track's rows."""
        rows = int(self.head["rows"][volume])
        return np.frombuffer(self.data[volume], "<i8", rows, HEADER.size + rows * _UNIT)

    def only(self, volumes: Integers) -> "Stack":
        """Take some volumes out, in ascending order."""
        kept = np.zeros(len(self.head), dtype=bool)
        kept[volumes] = True
        rows = kept[self.volume]
        return Stack(
            self.head[volumes],
            self.owner[volumes],
            self.normal[rows],
            self.step[rows],
            tuple(self.data[each] for each in volumes),
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
    sizes = np.array([len(each) for each in data], dtype=np.int64)
    starts = np.cumsum(sizes) - sizes
    head = joined[starts[:, None] + _HEADER_BYTES].view(_HEADER_DTYPE)[:, 0]
    is_row = np.ones(len(joined) // _UNIT, dtype=bool)
    for unit_number in range(_HEADER_UNITS):
        is_row[starts // _UNIT + unit_number] = False
    for track in np.flatnonzero(head["kind"] == TRACK):
        first = starts[track] // _UNIT + _HEADER_UNITS + int(head["rows"][track])
        is_row[first : (starts[track] + sizes[track]) // _UNIT] = False
    table = joined.view("<i4").reshape(-1, 4)[is_row]
    return Stack(
        head,
        np.array(owner),
        unit(table[:, :3].astype(np.float64)),
        table[:, 3].astype(np.int64),
        tuple(data),
    )
