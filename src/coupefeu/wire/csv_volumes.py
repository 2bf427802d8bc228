"""One row of CSV and the volume that it says; every defect is named by its column, and nothing missing becomes 0."""

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from typing import Final, TypeVar

from coupefeu.errors import PeerError
from coupefeu.model.instant import format_instant
from coupefeu.model.places import Position
from coupefeu.model.volumes import (
    MAX_POSITIONS,
    Altitude,
    AltitudeUnit,
    Bound,
    Circle,
    Corridor,
    Datum,
    Fix,
    Polygon,
    Shape,
    Track,
    Volume,
)
from coupefeu.wire.features import Defect
from coupefeu.wire.positions import read_position, write_decimal
from coupefeu.wire.quantities import (
    altitude,
    length_dm,
    read_altitude,
    read_instant,
    read_length_dm,
    write_altitude,
)

Cells = Mapping[str, str]
Value = TypeVar("Value")

REACHES: Final = {"circle": "radius", "corridor": "half_width", "track": "buffer"}
COLUMNS: Final = (
    "shape", "positions", "lat", "lon", *REACHES.values(), *(f"{each}_m" for each in REACHES.values()),
    "lower", "upper", "lower_m", "upper_m", "datum", "from", "to",
)  # fmt: skip
SHAPES: Final = ("circle", "polygon", "corridor", "track")
_NUMBER: Final = re.compile(r"[+-]?\d{1,9}(?:\.\d{1,9})?", re.ASCII)


def read_volume(cells: Cells, defects: list[Defect], language: str = "en") -> Volume | None:
    """Read the volume of a row, and say in `defects` what is wrong; None: there is none.

    `language`: which letters stand for the points of the compass.
    """
    before = len(defects)
    shape = _shape(cells, defects, language)
    lower = _bound(cells, "lower", floor, defects)
    upper = _bound(cells, "upper", ceil, defects)
    start_ms = _try(defects, "from", cells.get("from", ""), read_instant) if cells.get("from") else None
    end_ms = _try(defects, "to", cells.get("to", ""), read_instant) if cells.get("to") else None
    if start_ms is not None and end_ms is not None and end_ms < start_ms:
        _say(
            defects,
            "to",
            cells["to"],
            "window",
            "the window ends before it starts",
            "exchange from and to, or mend them",
        )
    if (
        isinstance(lower, Altitude)
        and isinstance(upper, Altitude)
        and lower.datum is upper.datum
        and lower.mm > upper.mm
    ):
        _say(
            defects,
            "lower",
            write_altitude(lower),
            "band",
            "the lower bound is above the upper one",
            "mend them",
        )
    if isinstance(shape, Track) and (cells.get("from") or cells.get("to")):
        says = "the window of a track is that of its positions"
        _say(defects, "from", cells.get("from", ""), "window", says, "leave from and to empty")
    if shape is None or len(defects) > before:
        return None
    if isinstance(shape, Track):
        return of_track(shape, lower, upper)
    return Volume(shape=shape, lower=lower, upper=upper, start_ms=start_ms, end_ms=end_ms)


def of_track(track: Track, lower: Bound, upper: Bound) -> Volume:
    """Make the volume of a track: its window is that of its positions."""
    return Volume(
        shape=track, lower=lower, upper=upper, start_ms=track.fixes[0].at_ms, end_ms=track.fixes[-1].at_ms
    )


def write_volume(volume: Volume) -> dict[str, str]:
    """Write a volume as cells that `read_volume` reads as the same volume."""
    shape, reach = volume.shape, {}
    match shape:
        case Circle(centre=centre, radius_dm=radius_dm):
            positions, reach = write_decimal(centre, 7), {"radius": _metres(radius_dm)}
        case Corridor(line=line, half_width_dm=half_width_dm):
            positions, reach = _joined(line), {"half_width": _metres(half_width_dm)}
        case Track(fixes=fixes, buffer_dm=buffer_dm):
            each = (f"{write_decimal(fix.position, 7)} @ {format_instant(fix.at_ms)}" for fix in fixes)
            positions, reach = " | ".join(each), {"buffer": _metres(buffer_dm)}
        case Polygon(parts=parts):
            positions = " ||| ".join(" || ".join(_joined(ring) for ring in part) for part in parts)
    is_track = isinstance(shape, Track)
    window = {"from": volume.start_ms, "to": volume.end_ms}
    return {
        "shape": type(shape).__name__.lower(),
        "positions": positions,
        **reach,
        "lower": write_altitude(volume.lower),
        "upper": write_altitude(volume.upper),
        **{name: "" if at is None or is_track else format_instant(at) for name, at in window.items()},
    }


def _shape(cells: Cells, defects: list[Defect], language: str) -> Shape | None:
    text = cells.get("positions", "")
    name = cells.get("shape", "").lower() or _only_shape(cells)
    if name not in SHAPES:
        _say(defects, "shape", name, "shape", "this is no shape", f"write {', '.join(SHAPES)}")
        return None
    count = len(re.split(r"\|+", text))
    if count > MAX_POSITIONS:
        says = f"{count:,} positions are more than {MAX_POSITIONS:,}"
        hint = "simplify the area, or file several notices of one movement"
        _say(defects, "positions", text, "bounds", says, hint)
        return None
    if name == "polygon":
        parts = tuple(
            tuple(_ring(ring, defects, language) for ring in part.split("||")) for part in text.split("|||")
        )
        return Polygon(parts=parts)
    reach_dm = _reach(cells, REACHES[name], defects)
    if name == "track":
        fixes = _fixes(text, defects, language)
        return None if reach_dm is None or len(fixes) < 2 else Track(fixes=fixes, buffer_dm=reach_dm)
    positions = (
        _positions(text, defects, language)
        if text or name == "corridor"
        else _single(cells, defects, language)
    )
    if name == "circle":
        if len(positions) > 1:
            _say(defects, "positions", text, "shape", "a circle has one position, its centre", "leave one")
        return Circle(centre=positions[0], radius_dm=reach_dm) if positions and reach_dm is not None else None
    if len(positions) < 2:
        _say(
            defects,
            "positions",
            text,
            "shape",
            "a corridor has at least two positions",
            "write them with | between",
        )
    return Corridor(line=positions, half_width_dm=reach_dm) if reach_dm is not None else None


def _only_shape(cells: Cells) -> str:
    """Name the shape that a row can only have by the columns that it fills; "": it does not say."""
    filled = [shape for shape, name in REACHES.items() if cells.get(name) or cells.get(f"{name}_m")]
    return filled[0] if len(filled) == 1 else ""


def _positions(text: str, defects: list[Defect], language: str) -> tuple[Position, ...]:
    texts = text.split("|")
    read = [
        _try(defects, "positions", each, lambda seen: read_position(seen, language=language).position)
        for each in texts
    ]
    return tuple(each for each in read if each is not None)


def _ring(text: str, defects: list[Defect], language: str) -> tuple[Position, ...]:
    ring = _positions(text, defects, language)
    ring = ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring
    if len(ring) < 3:
        _say(
            defects,
            "positions",
            text,
            "shape",
            "a ring has at least three positions",
            "write them with | between",
        )
    return ring


def _single(cells: Cells, defects: list[Defect], language: str) -> tuple[Position, ...]:
    lat, lon = cells.get("lat", ""), cells.get("lon", "")
    for name, value in (("lat", lat), ("lon", lon)):
        if not value:
            _say(defects, name, "", "missing", "the position is missing", "write latitude and longitude")
            return ()
    if all(_NUMBER.fullmatch(each) and not float(each) for each in (lat, lon)):
        hint = "if it is meant, write 0N 0E in the column positions"
        _say(
            defects,
            "lat",
            f"{lat}; {lon}",
            "zero",
            "0, 0 is what programs write for a position that they do not have",
            hint,
        )
        return ()
    read = _try(defects, "lat", f"{lat}; {lon}", lambda seen: read_position(seen, language=language).position)
    return () if read is None else (read,)


def _fixes(text: str, defects: list[Defect], language: str) -> tuple[Fix, ...]:
    fixes: list[Fix] = []
    texts = text.split("|")
    for each in texts:
        where, _, when = each.partition("@")
        read = _try(defects, "positions", where, lambda seen: read_position(seen, language=language).position)
        at_ms = _try(defects, "positions", when.strip(), read_instant)
        if read is not None and at_ms is not None:
            fixes.append(Fix(position=read, at_ms=at_ms))
    if len(texts) < 2:
        _say(
            defects,
            "positions",
            text,
            "shape",
            "a track has at least two positions, each with @ and its instant",
            "write them with | between",
        )
    if any(early.at_ms >= late.at_ms for early, late in pairwise(fixes)):
        _say(
            defects,
            "positions",
            text,
            "window",
            "a track goes back in time, or stands at two places at once",
            "put its positions in order",
        )
    return tuple(fixes)


def _reach(cells: Cells, name: str, defects: list[Defect]) -> int | None:
    text, metres = cells.get(name, ""), cells.get(f"{name}_m", "")
    if text and metres:
        _say(defects, name, text, "twice", f"{name} and {name}_m are both filled", "leave one empty")
        return None
    if text:
        return _try(defects, name, text, read_length_dm)
    if not metres:
        _say(
            defects,
            name,
            "",
            "missing",
            "the reach of the area is missing",
            "write it such as 5 NM; 0 m is a point",
        )
        return None
    return _try(defects, f"{name}_m", metres, lambda seen: length_dm(_number(seen) * 10, seen))


def _bound(cells: Cells, name: str, outwards: Callable[[Fraction], int], defects: list[Defect]) -> Bound:
    """Read a bound; of one in metres with decimals, the whole metre that lies further out."""
    text, metres, datum = cells.get(name, ""), cells.get(f"{name}_m", ""), cells.get("datum", "")
    if text and metres:
        _say(defects, name, text, "twice", f"{name} and {name}_m are both filled", "leave one empty")
        return None
    if text or not metres:
        return _try(defects, name, text, lambda seen: read_altitude(seen, datum))

    def read(seen: str) -> Altitude:
        whole = outwards(_number(seen))
        above = read_altitude(f"{whole} m", datum)
        return altitude(
            whole, AltitudeUnit.M, above.datum if isinstance(above, Altitude) else Datum.AMSL, seen
        )

    return _try(defects, f"{name}_m", metres, read)


def _number(text: str) -> Fraction:
    if not _NUMBER.fullmatch(text):
        raise PeerError(
            f"{text[:40]!r} is no number", code="wire.csv.number", hint="write digits and a point, no unit"
        )
    return Fraction(text)


def _try(defects: list[Defect], field: str, seen: str, read: Callable[[str], Value]) -> Value | None:
    try:
        return read(seen)
    except PeerError as error:
        defects.append(Defect.of(error, field, seen))
        return None


def _say(defects: list[Defect], field: str, seen: str, defect: str, reason: str, hint: str) -> None:
    defects.append(Defect(code=f"wire.csv.{defect}", field=field, seen=seen[:60], reason=reason, hint=hint))


def _metres(length_dm_: int) -> str:
    return f"{length_dm_ // 10}.{length_dm_ % 10} m"


def _joined(positions: Sequence[Position]) -> str:
    return " | ".join(write_decimal(each, 7) for each in positions)
