"""Where notices are, how high and when: two R*Trees of boxes, ours and theirs, and what is compared exactly.

    notice_boxes_ours     a box for each volume: x, y, z on the unit sphere, altitude, time (deconfliction.Box)
    notice_boxes_theirs   the same of the other side
    notice_volumes        a row for each notice that may collide: its newest version, prepared for the exact comparison;
                          of a movement one or two more, for what is still ahead of it (ahead.py)
    notice_minima         one row: by which minima the conflicts were found, and whether some still wait to be compared

Expired notices stay: what a new one means to do in the past lies in the past as well, and finds them only there.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from operator import add
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    Table,
    bindparam,
    delete,
    func,
    insert,
    null,
    select,
    text,
    update,
)

from coupefeu.model.messages import MessageId
from coupefeu.model.volumes import Separation
from coupefeu.services.base import METADATA, Rows, Statement

AXES: Final = "xyzat"
EDGES: Final = tuple(f"{axis}{end}" for axis in AXES for end in "01")
"""Least and most along each axis, as `deconfliction` gives them."""
BOX_BITS: Final = 4
"""A notice has 16 volumes at most: a box is numbered by the arrival of its version, and its place in that."""
PART_BITS: Final = 48
"""A row is numbered by the arrival of its version, and above that by its part: 0 the plan, 1 and 2 what is ahead."""
ARRIVALS: Final = (1 << PART_BITS) - 1
ALWAYS_S: Final = -(1 << 31)
_BOX: Final = struct.Struct("<10i")
BOX_BYTES: Final = _BOX.size
_SPAN: Final = struct.Struct("<2i")
LEAST_RADIUS_M: Final = 6_335_439.0
"""Metres in a radian where the Earth bends most: no way is longer in units of a box than by this."""
SCALE: Final = 1 << 30
_ALL: Final = -1
"""No limit, as SQLite says it."""


def _tree(name: str) -> Table:
    return Table(
        name,
        METADATA,
        Column("id", Integer, primary_key=True),
        *(Column(each, Integer) for each in EDGES),
        info={"using": "rtree_i32"},
    )


BOXES_OURS: Final = _tree("notice_boxes_ours")
BOXES_THEIRS: Final = _tree("notice_boxes_theirs")
VOLUMES: Final = Table(
    "notice_volumes",
    METADATA,
    Column("arrival", Integer, primary_key=True, autoincrement=False, doc="of the version, and the part"),
    Column(
        "came_arrival",
        BigInteger,
        nullable=False,
        doc="of the version, or of the word by which a movement left its plan",
    ),
    Column("arrived_ms", BigInteger, nullable=False, doc="when that came"),
    Column("since_s", Integer, nullable=False, doc="from when on it counts, in seconds of the boxes"),
    Column("root_log", Integer, nullable=False),
    Column("root_idx", BigInteger, nullable=False),
    Column("version_log", Integer, nullable=False),
    Column("version_idx", BigInteger, nullable=False),
    Column("ours", Boolean, nullable=False),
    Column(
        "boxes",
        LargeBinary,
        nullable=False,
        doc="of each volume, ten whole numbers of 32 bits, little-endian",
    ),
    Column("prepared", LargeBinary, nullable=False),
)
Index("notice_volumes_by_root", VOLUMES.c.root_log, VOLUMES.c.root_idx)
MINIMA: Final = Table(
    "notice_minima",
    METADATA,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("distance_m", Integer, nullable=False),
    Column("altitude_m", Integer, nullable=False),
    Column("time_s", Integer, nullable=False),
    Column("since_ms", BigInteger, doc="since when not all was compared; None: all was"),
    Column("checked_to", BigInteger, doc="the arrival of our notice that was compared last; None: all were"),
    Column("near_of", BigInteger, doc="the arrival of our notice that was compared in part"),
    Column("near_to", BigInteger, doc="the arrival of theirs up to which it was"),
)

INSERT_BOX: Final = {True: insert(BOXES_OURS), False: insert(BOXES_THEIRS)}
DELETE_BOX: Final = {
    ours: delete(tree).where(tree.c.id == bindparam("b_id"))
    for ours, tree in ((True, BOXES_OURS), (False, BOXES_THEIRS))
}
INSERT_VOLUMES: Final = insert(VOLUMES)
DELETE_VOLUMES: Final = delete(VOLUMES).where(VOLUMES.c.arrival == bindparam("b_arrival"))
SELECT_VOLUMES_OF: Final = select(VOLUMES).where(
    VOLUMES.c.root_log == bindparam("log"), VOLUMES.c.root_idx == bindparam("idx")
)
SELECT_OURS_AFTER: Final = (
    select(VOLUMES)
    .where(VOLUMES.c.ours, VOLUMES.c.arrival > bindparam("after"))
    .order_by(VOLUMES.c.arrival)
    .limit(bindparam("limit"))
)
SELECT_MINIMA: Final = select(MINIMA)
DELETE_MINIMA: Final = delete(MINIMA)
INSERT_MINIMA: Final = insert(MINIMA)
WAIT: Final = update(MINIMA).values(
    checked_to=func.min(func.coalesce(MINIMA.c.checked_to, bindparam("b_behind")), bindparam("b_behind")),
    since_ms=func.coalesce(MINIMA.c.since_ms, bindparam("b_since_ms")),
    near_of=null(),
)
"""All of ours behind an arrival waits to be compared anew; what waited before has waited since then."""
SAVE_CHECKED: Final = update(MINIMA).values(
    {name: bindparam(f"b_{name}") for name in ("checked_to", "near_of", "near_to", "since_ms")}
)
_MEETS: Final = " AND ".join(f"r.{axis}0 <= :{axis}1 AND r.{axis}1 >= :{axis}0" for axis in AXES)
_NEAR: Final = ", ".join(
    f"v.{name}"
    for name in (
        "arrival", "came_arrival", "arrived_ms", "since_s", "root_log", "root_idx", "ours", "boxes", "prepared",
    )
)  # fmt: skip
SELECT_NEAR: Final = {
    ours: text(
        f"SELECT {_NEAR} FROM {tree.name} AS r CROSS JOIN notice_volumes AS v"  # noqa: S608 - fixed text
        f" WHERE {_MEETS} AND v.arrival = r.id >> {BOX_BITS} LIMIT :most"
    )
    for ours, tree in ((True, BOXES_OURS), (False, BOXES_THEIRS))
}
"""The volumes of one side whose boxes meet a box, which the minima have widened; nobody else's row is read."""
_NUMBERS: Final = f"SELECT DISTINCT r.id >> {BOX_BITS} AS arrival FROM {{0}} AS r WHERE {_MEETS}"  # noqa: S608 - fixed text
_AMONG: Final = "FROM ({0} LIMIT :most) AS n CROSS JOIN notice_volumes AS v ON v.arrival = n.arrival"
_AFTER: Final = f"{_NUMBERS} AND r.id >> {BOX_BITS} > :after ORDER BY 1"
SELECT_NEAR_AFTER: Final = {
    ours: text(f"SELECT {_NEAR} {_AMONG.format(_AFTER.format(tree.name))}")
    for ours, tree in ((True, BOXES_OURS), (False, BOXES_THEIRS))
}
"""The next of the same behind an arrival."""
SELECT_WEIGHT_NEAR: Final = {
    ours: text(
        "SELECT count(*) AS count, coalesce(sum(length(v.prepared)), 0) AS octets "
        f"{_AMONG.format(_NUMBERS.format(tree.name))}"
    )
    for ours, tree in ((True, BOXES_OURS), (False, BOXES_THEIRS))
}
"""How many they are, and how many bytes to compare with, without reading these."""


def encode_boxes(boxes: Sequence[Sequence[int]]) -> bytes:
    """Write the boxes of a notice, as `VOLUMES` keeps them."""
    return b"".join(_BOX.pack(*box) for box in boxes)


def decode_boxes(octets: bytes) -> tuple[tuple[int, ...], ...]:
    """Read the boxes of a notice."""
    return tuple(_BOX.iter_unpack(octets))


def span_of(octets: bytes) -> tuple[int, int]:
    """Give when the first of a notice's boxes begins and the last one ends, in their seconds."""
    if len(octets) == BOX_BYTES:
        return _SPAN.unpack_from(octets, BOX_BYTES - _SPAN.size)
    boxes = decode_boxes(octets)
    return min(box[-2] for box in boxes), max(box[-1] for box in boxes)


def select_near(
    boxes: bytes, separation: Separation, *, ours: bool, most: int = _ALL
) -> tuple[Statement, ...]:
    """Name the volumes of one side (`ours`, or the other) that may be too near to a notice: a select for each box.

    `most`: of each select no more rows than these are wanted.
    """
    return tuple(Statement(SELECT_NEAR[ours], {**box, "most": most}) for box in _widened(boxes, separation))


def select_near_after(
    boxes: bytes, separation: Separation, after: int, *, ours: bool, most: int
) -> tuple[Statement, ...]:
    """Name the next of them, for each box: so many that came behind `after`, in the order of arrival."""
    bounds = {"most": most, "after": after}
    return tuple(Statement(SELECT_NEAR_AFTER[ours], box | bounds) for box in _widened(boxes, separation))


def select_weight_near(
    boxes: bytes, separation: Separation, *, ours: bool, most: int
) -> tuple[Statement, ...]:
    """Count them up to `most`, for each box: one row, `count` and `octets`."""
    return tuple(
        Statement(SELECT_WEIGHT_NEAR[ours], box | {"most": most}) for box in _widened(boxes, separation)
    )


def _widened(boxes: bytes, separation: Separation) -> Iterator[dict[str, int]]:
    pads = _pads(separation)
    return (dict(zip(EDGES, map(add, box, pads), strict=True)) for box in decode_boxes(boxes))


@lru_cache(maxsize=2)
def _pads(separation: Separation) -> tuple[int, ...]:
    """Give how much the minima widen each edge of a box, in its units."""
    reach = int((separation.distance_m + 1.0) / LEAST_RADIUS_M * SCALE) + 1
    pads = (reach, reach, reach, separation.altitude_m, separation.time_s)
    return tuple(sign * pad for pad in pads for sign in (-1, 1))


def select_volumes_of(notice: MessageId) -> Statement:
    """Name what stands in the index of one notice: nothing, or a row for each part."""
    return Statement(SELECT_VOLUMES_OF, {"log": notice[0], "idx": notice[1]})


def put_in(row: Mapping[str, Any]) -> Iterator[Statement]:
    """Give what puts a version into the index; `row`: of `VOLUMES`."""
    yield Statement(INSERT_VOLUMES, row)
    for number, box in enumerate(decode_boxes(row["boxes"]), start=row["arrival"] << BOX_BITS):
        yield Statement(INSERT_BOX[bool(row["ours"])], {"id": number, **dict(zip(EDGES, box, strict=True))})


def take_out(row: Mapping[str, Any]) -> Iterator[Statement]:
    """Give what takes a version out of the index; `row`: of `VOLUMES`."""
    first = row["arrival"] << BOX_BITS
    for number in range(first, first + len(row["boxes"]) // BOX_BYTES):
        yield Statement(DELETE_BOX[bool(row["ours"])], {"b_id": number})
    yield Statement(DELETE_VOLUMES, {"b_arrival": row["arrival"]})


def minima_row(separation: Separation, since_ms: int | None = None) -> dict[str, Any]:
    """Give the row of the minima; `since_ms`: since when notices wait to be compared by them, None: none does."""
    return {
        "one": 1,
        "distance_m": separation.distance_m,
        "altitude_m": separation.altitude_m,
        "time_s": separation.time_s,
        "since_ms": since_ms,
        "checked_to": None if since_ms is None else 0,
        "near_of": None,
        "near_to": None,
    }


def read_separation(rows: Rows) -> Separation | None:
    """Read the minima from what `SELECT_MINIMA` gave; None: none stand yet."""
    for row in rows:
        return Separation(distance_m=row["distance_m"], altitude_m=row["altitude_m"], time_s=row["time_s"])
    return None
