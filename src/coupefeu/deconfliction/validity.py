"""What makes a volume one that can be compared, by field: the rules that a writer is held to before it is signed."""

from typing import Final, NoReturn

from coupefeu.deconfliction.bands import widen
from coupefeu.deconfliction.ellipsoid import normals
from coupefeu.deconfliction.rings import (
    Ring,
    cross_properly,
    farthest_deg,
    find_antipodal,
    find_crossing,
    find_touch,
    how_inside,
    is_thin,
    make_ring,
)
from coupefeu.errors import UsageError
from coupefeu.model.places import E7, MAX_LATITUDE_E7, MAX_LONGITUDE_E7, Position
from coupefeu.model.volumes import (
    MAX_POSITIONS,
    MAX_RADIUS_DM,
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

MAX_ALTITUDE_M: Final = 50_000_000
HALF_GLOBE_DEG: Final = 89.0
"""A ring holds its smaller side; one that spans a hemisphere has none."""


def require_valid(volume: Volume) -> None:
    """Refuse a volume that says nothing, or not one thing.

    Raises:
        UsageError: `deconfliction.valid.*`; the message begins with the field.
    """
    _require_shape(volume.shape)
    _require_band(volume.lower, volume.upper)
    _require_window(volume)


def _require_window(volume: Volume) -> None:
    start, end = volume.start_ms, volume.end_ms
    if start is not None and end is not None and end < start:
        _refuse("end", "order", "the window ends before it begins", "Exchange the two, or correct the date.")


def _require_band(lower: Bound, upper: Bound) -> None:
    for field, bound in (("lower", lower), ("upper", upper)):
        _require_bound(field, bound)
    if lower is Limit.UNLIMITED:
        _refuse(
            "lower",
            "bound",
            "a lower limit without limit holds nothing",
            "Leave it out, or give an altitude.",
        )
    low, high = _height(lower), _height(upper)
    if low is None or high is None:
        return
    least = low.mm if low.datum is high.datum else widen(int(low.mm * 5), low.datum)[0] / 5
    greatest = high.mm if low.datum is high.datum else widen(int(high.mm * 5), high.datum)[1] / 5
    if least > greatest:
        _refuse(
            "upper",
            "order",
            "the upper limit lies below the lower one",
            "Exchange the two, or correct the unit.",
        )


def _require_bound(field: str, bound: Bound) -> None:
    if not isinstance(bound, Altitude):
        return
    if bound.unit is AltitudeUnit.FL and bound.datum is not Datum.STD:
        _refuse(
            field,
            "datum",
            f"a flight level is over the standard pressure, not over {bound.datum.name}",
            "Give the datum STD, or feet or metres.",
        )
    if abs(bound.mm) > MAX_ALTITUDE_M * 1_000:
        _refuse(field, "range", f"{bound.value:,} {bound.unit.name} is no altitude", "Correct the unit.")


def _height(bound: Bound) -> Altitude | None:
    if bound is Limit.SURFACE:
        return Altitude(value=0, unit=AltitudeUnit.M, datum=Datum.AGL)
    return bound if isinstance(bound, Altitude) else None


def _require_shape(shape: Shape) -> None:
    positions = positions_of(shape)
    if len(positions) > MAX_POSITIONS:
        _refuse(
            "shape",
            "many",
            f"{len(positions):,} positions, more than {MAX_POSITIONS:,}",
            "Simplify the area, or give it in several notices.",
        )
    for number, each in enumerate(positions, start=1):
        _require_position(number, each)
    if isinstance(shape, Circle):
        _require_reach("radius", shape.radius_dm)
    elif isinstance(shape, Polygon):
        _require_polygon(shape)
    elif isinstance(shape, Corridor):
        _require_reach("half width", shape.half_width_dm)
        _require_line("line", shape.line)
    else:
        _require_track(shape)


def positions_of(shape: Shape) -> list[Position]:
    """Give all positions of a shape, in their order."""
    if isinstance(shape, Circle):
        return [shape.centre]
    if isinstance(shape, Corridor):
        return list(shape.line)
    if isinstance(shape, Track):
        return [fix.position for fix in shape.fixes]
    return [each for part in shape.parts for ring in part for each in ring]


def _require_position(number: int, position: Position) -> None:
    if abs(position.lat_e7) > MAX_LATITUDE_E7:
        swapped = abs(position.lat_e7) <= MAX_LONGITUDE_E7 and abs(position.lon_e7) <= MAX_LATITUDE_E7
        _refuse(
            f"position {number}",
            "latitude",
            f"latitude {position.lat_e7 / E7:g} is beyond 90 degrees",
            "Are latitude and longitude exchanged? Nothing was turned."
            if swapped
            else "Correct the position.",
        )
    if not -MAX_LONGITUDE_E7 <= position.lon_e7 < MAX_LONGITUDE_E7:
        _refuse(
            f"position {number}",
            "longitude",
            f"longitude {position.lon_e7 / E7:g} is not from -180 to 180 degrees",
            "Correct the position.",
        )


def _require_reach(field: str, reach_dm: int) -> None:
    if not 0 <= reach_dm <= MAX_RADIUS_DM:
        _refuse(
            field,
            "range",
            f"{reach_dm / 10:,.1f} m is not from 0 to {MAX_RADIUS_DM // 10_000:,} km",
            "Correct the number or its unit.",
        )


def _require_line(field: str, line: tuple[Position, ...]) -> None:
    if len(line) < 2:
        _refuse(
            field, "few", f"{len(line)} positions, a line has at least 2", "Give a circle, or the line's end."
        )
    for number in find_antipodal(normals(line)):
        _refuse(
            f"{field}, edge {number + 1}",
            "antipodal",
            "its ends lie opposite one another, so that it may go any way",
            "Give a position between them.",
        )


def _require_track(track: Track) -> None:
    _require_reach("buffer", track.buffer_dm)
    _require_line("track", tuple(fix.position for fix in track.fixes))
    for number in range(1, len(track.fixes)):
        if track.fixes[number].at_ms <= track.fixes[number - 1].at_ms:
            _refuse(
                f"track, fix {number + 1}",
                "order",
                "it is not later than the one before",
                "Give the fixes in the order of their times.",
            )


def _require_polygon(polygon: Polygon) -> None:
    if not polygon.parts or not all(polygon.parts):
        _refuse("shape", "empty", "an area without a ring", "Give at least three positions.")
    for number, part in enumerate(polygon.parts, start=1):
        name = f"part {number}, " if len(polygon.parts) > 1 else ""
        names = [f"{name}{f'hole {each}' if each else 'shell'}" for each in range(len(part))]
        rings = [_require_ring(field, ring) for field, ring in zip(names, part, strict=True)]
        for hole in range(1, len(rings)):
            _require_hole(names[hole], rings[hole], rings[0])
            for other in range(1, hole):
                _require_apart(names[hole], rings[hole], rings[other])


def _require_ring(field: str, positions: tuple[Position, ...]) -> Ring:
    if len(positions) < 3:
        _refuse(
            field, "few", f"{len(positions)} positions, a ring has at least 3", "Give the missing corners."
        )
    _require_line(field, (*positions, positions[0]))
    ring = make_ring(positions)
    crossing = find_crossing(ring) if len(ring.normal) > 3 else None
    if crossing:
        _refuse(
            field,
            "crossing",
            f"its edges {crossing[0]} and {crossing[1]} cross",
            "Check the order of the corners.",
        )
    if farthest_deg(ring.normal) > HALF_GLOBE_DEG:
        _refuse(
            field,
            "half",
            "it goes round half of the globe, so that its inside is not known",
            "Give it in parts.",
        )
    if is_thin(ring):
        _refuse(
            field,
            "thin",
            "it holds nothing: all corners lie on one line",
            "Give a corridor, or the corners anew.",
        )
    if touch := find_touch(ring):
        _refuse(
            field,
            "touching",
            f"its corner {touch[0]} lies on its edge {touch[1]}",
            "Give each area and each hole as a ring of its own.",
        )
    return ring


def _require_hole(field: str, hole: Ring, shell: Ring) -> None:
    inside, outside = how_inside(hole, shell)
    if cross_properly(hole, shell) or outside or not inside:
        _refuse(
            field, "outside", "the hole does not lie inside its shell", "Take it out, or correct its corners."
        )


def _require_apart(field: str, hole: Ring, other: Ring) -> None:
    if cross_properly(hole, other) or how_inside(hole, other)[0] or how_inside(other, hole)[0]:
        _refuse(field, "overlap", "the hole overlaps another one", "Give both as one hole.")
    if how_inside(hole, other)[1] == 0:
        _refuse(field, "overlap", "the hole is given twice", "Take it out once.")


def _refuse(field: str, defect: str, says: str, hint: str) -> NoReturn:
    raise UsageError(f"{field}: {says}", code=f"deconfliction.valid.{defect}", hint=hint)
