"""The limits of what a notice may say: what is beyond them has no effect, and is named with the field it stands in.

Areas that cannot be (a ring that crosses itself, an edge between antipodes) are judged by `coupefeu.deconfliction`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from coupefeu.model.entry import Kind
from coupefeu.model.notices import MAX_CHECK_POINTS, MAX_UNITS, Answer
from coupefeu.model.places import E7, Position, wrap_longitude
from coupefeu.model.volumes import (
    MAX_POSITIONS,
    MAX_RADIUS_DM,
    MAX_VOLUMES,
    Altitude,
    AltitudeUnit,
    Bound,
    Circle,
    Corridor,
    Datum,
    Limit,
    Polygon,
    Shape,
    Track,
    Volume,
)

if TYPE_CHECKING:
    from coupefeu.services.notices.facts import ActFact, NoticeFact

MAX_TITLE_CHARACTERS: Final = 120
MAX_FIELD_CHARACTERS: Final = 500
MAX_FIELDS: Final = 32
MAX_FIELD_NUMBER: Final = 255
MAX_MOVEMENT_CHARACTERS: Final = 64
MAX_NAME_CHARACTERS: Final = 80
MAX_REMARKS_CHARACTERS: Final = 1_000
MAX_WORDS_CHARACTERS: Final = 560
MAX_READ_BACK: Final = 64
"""So many positions one read-back may hold."""
MAX_POSITION_CHARACTERS: Final = 80
MAX_ALTITUDE_VALUE: Final = 10_000_000
MAX_EDGES_E7: Final = 600 * E7
"""Degrees of latitude and of longitude that all edges of a notice pass together: what is longer is never compared.

A track of so many is cut into 7,700 legs at most, and nothing that is within these limits into more than 8,192.
"""
LATEST_MS: Final = 253_402_300_800_000
"""The year 10000: no clock face beyond it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """What is wrong, and where: `title`, `volumes.2.window` (numbers from 1), `check_points.1`."""

    code: str
    field: str


def first_defect(fact: "NoticeFact") -> str:
    """Name the first thing that is wrong with a version; "" when nothing is."""
    return next((each.code for each in defects(fact)), "")


def act_defect(kind: int, fact: "ActFact") -> str:
    """Name the first thing that is wrong with an act; "" when nothing is."""
    return next((each.code for each in act_defects(kind, fact)), "")


def defects(fact: "NoticeFact") -> Iterator[Defect]:
    """Name everything in a version that is beyond its limits, in the order of its fields."""
    if not len(fact.title.strip(" ")) > 0 or len(fact.title) > MAX_TITLE_CHARACTERS:
        yield Defect(code="bad_title", field="title")
    yield from volumes_defects(fact.volumes)
    yield from _fields(fact)
    if len(fact.movement) > MAX_MOVEMENT_CHARACTERS:
        yield Defect(code="long_movement", field="movement")
    yield from _check_points(fact)
    yield from _units(fact)
    if len(fact.remarks) > MAX_REMARKS_CHARACTERS:
        yield Defect(code="long_remarks", field="remarks")
    if len(fact.officer) > MAX_NAME_CHARACTERS:
        yield Defect(code="long_officer", field="officer")


def _fields(fact: "NoticeFact") -> Iterator[Defect]:
    for number, value in fact.fields.items():
        if isinstance(value, str) and len(value) > MAX_FIELD_CHARACTERS:
            yield Defect(code="long_field", field=f"fields.{number}")
        if type(value) is int and not 0 <= value < LATEST_MS:
            yield Defect(code="bad_number", field=f"fields.{number}")
        if not 0 < number <= MAX_FIELD_NUMBER:
            yield Defect(code="too_many_fields", field=f"fields.{number}")
    if len(fact.fields) > MAX_FIELDS:
        yield Defect(code="too_many_fields", field="fields")


def _units(fact: "NoticeFact") -> Iterator[Defect]:
    if len(fact.units) > MAX_UNITS or len(set(fact.units)) < len(fact.units):
        yield Defect(code="bad_units", field="units")
    for number, unit in enumerate(fact.units, 1):
        if not len(unit.strip(" ")) > 0 or len(unit) > MAX_NAME_CHARACTERS:
            yield Defect(code="bad_units", field=f"units.{number}")


def act_defects(kind: int, fact: "ActFact") -> Iterator[Defect]:
    """Name everything in an act that is beyond its limits."""
    if kind == Kind.NOTICE_ANSWERED:
        if (fact.answer is Answer.COUNTER_PROPOSAL) != bool(fact.volumes):
            yield Defect(code="bad_counter_proposal", field="volumes")
        if fact.volumes:
            yield from volumes_defects(fact.volumes)
    if kind == Kind.POSITIONS_READ_BACK and not 0 < len(fact.positions) <= MAX_READ_BACK:
        yield Defect(code="bad_positions", field="positions")
    for number, position in enumerate(fact.positions, 1):
        if not len(position.strip(" ")) > 0 or len(position) > MAX_POSITION_CHARACTERS:
            yield Defect(code="bad_positions", field=f"positions.{number}")
    if len(fact.words) > MAX_WORDS_CHARACTERS:
        yield Defect(code="long_words", field="words")
    if len(fact.officer) > MAX_NAME_CHARACTERS:
        yield Defect(code="long_officer", field="officer")


def volumes_defects(volumes: tuple[Volume, ...]) -> Iterator[Defect]:
    """Name what is wrong with volumes, each with its number from 1."""
    if not 0 < len(volumes) <= MAX_VOLUMES:
        yield Defect(code="bad_volumes", field="volumes")
    if sum(map(count_positions, volumes)) > MAX_POSITIONS:
        yield Defect(code="too_many_positions", field="volumes")
    elif sum(map(_passed_e7, volumes)) > MAX_EDGES_E7:
        yield Defect(code="long_edges", field="volumes")
    for number, volume in enumerate(volumes, 1):
        for code, name in _volume(volume):
            yield Defect(code=code, field=f"volumes.{number}.{name}")


def _passed_e7(volume: Volume) -> int:
    """Give how many degrees of latitude and longitude its edges pass, in units of 1e-7."""
    match volume.shape:
        case Circle():
            lines: list[tuple[Position, ...]] = []
        case Polygon(parts=parts):
            lines = [(*ring, ring[0]) for part in parts for ring in part if ring]
        case Corridor(line=line):
            lines = [line]
        case Track(fixes=fixes):
            lines = [tuple(each.position for each in fixes)]
    return sum(
        abs(end.lat_e7 - start.lat_e7) + abs(wrap_longitude(end.lon_e7 - start.lon_e7))
        for line in lines
        for start, end in pairwise(line)
    )


def count_positions(volume: Volume) -> int:
    """Say how many positions its shape has."""
    match volume.shape:
        case Circle():
            return 1
        case Polygon(parts=parts):
            return sum(len(ring) for part in parts for ring in part)
        case Corridor(line=line):
            return len(line)
        case Track(fixes=fixes):
            return len(fixes)


def _volume(volume: Volume) -> Iterator[tuple[str, str]]:
    yield from ((code, "shape") for code in _shape(volume.shape))
    yield from _band(volume.lower, volume.upper)
    stated = [each for each in (volume.start_ms, volume.end_ms) if each is not None]
    if not all(0 <= each < LATEST_MS for each in stated):
        yield "bad_time", "window"
    if len(stated) == 2 and stated[0] > stated[1]:
        yield "bad_window", "window"


def _shape(shape: Shape) -> Iterator[str]:
    match shape:
        case Circle(radius_dm=reach):
            pass
        case Polygon(parts=parts):
            reach = 0
            if not parts or not all(part and all(len(ring) >= 3 for ring in part) for part in parts):
                yield "bad_ring"
        case Corridor(line=line, half_width_dm=reach):
            if len(line) < 2:
                yield "bad_line"
        case Track(fixes=fixes, buffer_dm=reach):
            if not _is_track([each.at_ms for each in fixes]):
                yield "bad_track"
    if not 0 <= reach <= MAX_RADIUS_DM:
        yield "bad_radius"


def _is_track(times: Sequence[int]) -> bool:
    return len(times) > 1 and all(early < late for early, late in pairwise(times))


def _band(lower: Bound, upper: Bound) -> Iterator[tuple[str, str]]:
    for bound, name in ((lower, "lower"), (upper, "upper")):
        if isinstance(bound, Altitude):
            if (bound.unit is AltitudeUnit.FL) != (bound.datum is Datum.STD):
                yield "bad_datum", name
            if abs(bound.value) > MAX_ALTITUDE_VALUE:
                yield "bad_altitude", name
    if lower is Limit.UNLIMITED or _is_above(lower, upper):
        yield "bad_band", "lower"


def _is_above(lower: Bound, upper: Bound) -> bool:
    """Whether the lower bound lies above the upper one; of different datums nobody can say without widening."""
    if not isinstance(lower, Altitude):
        return False
    if upper is Limit.SURFACE:
        return lower.mm > 0 and lower.datum is Datum.AGL
    return isinstance(upper, Altitude) and lower.datum is upper.datum and lower.mm > upper.mm


def _check_points(fact: "NoticeFact") -> Iterator[Defect]:
    if len(fact.check_points) > MAX_CHECK_POINTS:
        yield Defect(code="bad_check_points", field="check_points")
    for number, point in enumerate(fact.check_points, 1):
        is_named = len(point.name.strip(" ")) > 0 and len(point.name) <= MAX_NAME_CHARACTERS
        is_timed = point.planned_ms is None or point.planned_ms < LATEST_MS
        if not is_named or not is_timed:
            yield Defect(code="bad_check_points", field=f"check_points.{number}")
