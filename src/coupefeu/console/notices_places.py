"""Where and when, as pages are given it: positions in both notations from the nearest named feature, volumes, bands."""

from collections.abc import Iterable

from coupefeu.console.notices_values import (
    AltitudeLimit,
    AltitudeValues,
    CheckPointValues,
    FeatureNames,
    PositionValues,
    RingValues,
    ShapeName,
    VolumeValues,
)
from coupefeu.model.notices import CheckPoint
from coupefeu.model.places import Position
from coupefeu.model.volumes import (
    Altitude,
    Bound,
    Circle,
    Corridor,
    Limit,
    Polygon,
    Shape,
    Track,
    Volume,
)
from coupefeu.node.places.gazetteer import Gazetteer
from coupefeu.services.messages.display import show_line
from coupefeu.wire.positions import write_dms, write_mgrs

LIMITS = {
    None: AltitudeLimit.NOT_STATED,
    Limit.SURFACE: AltitudeLimit.SURFACE,
    Limit.UNLIMITED: AltitudeLimit.UNLIMITED,
}


def position_values(position: Position, gazetteer: Gazetteer, at_ms: int | None = None) -> PositionValues:
    """State a position in both notations, and from the nearest named feature."""
    found = gazetteer.nearest(position)
    names = None if found is None else tuple(map(show_line, found.feature.names))
    return PositionValues(
        lat_e7=position.lat_e7,
        lon_e7=position.lon_e7,
        degrees=write_dms(position),
        mgrs=write_mgrs(position),
        near=None
        if names is None
        else FeatureNames(en=names[0], fr=names[1] or names[0], ru=names[2] or names[0]),
        near_m=None if found is None else found.distance_m,
        bearing_deg=None if found is None else found.bearing_deg,
        at_ms=at_ms,
    )


def altitude_values(bound: Bound) -> AltitudeValues:
    """State a bound as it was written."""
    if not isinstance(bound, Altitude):
        return AltitudeValues(limit=LIMITS[bound], value=None, unit=None, datum=None)
    return AltitudeValues(
        limit=AltitudeLimit.ALTITUDE,
        value=bound.value,
        unit=bound.unit.name.lower(),
        datum=bound.datum.name.lower(),
    )


def volume_values(volume: Volume, gazetteer: Gazetteer) -> VolumeValues:
    """State a volume."""
    return VolumeValues(
        shape=shape_name(volume.shape),
        rings=tuple(_rings(volume.shape, gazetteer)),
        reach_dm=reach_dm(volume.shape),
        lower=altitude_values(volume.lower),
        upper=altitude_values(volume.upper),
        start_ms=volume.start_ms,
        end_ms=volume.end_ms,
    )


def check_point_values(point: CheckPoint, gazetteer: Gazetteer) -> CheckPointValues:
    """State where a movement reports."""
    return CheckPointValues(
        name=show_line(point.name),
        position=position_values(point.position, gazetteer),
        planned_ms=point.planned_ms,
    )


def shape_name(shape: Shape) -> ShapeName:
    """Name what an area is."""
    match shape:
        case Circle():
            return ShapeName.CIRCLE
        case Polygon():
            return ShapeName.POLYGON
        case Corridor():
            return ShapeName.CORRIDOR
        case Track():
            return ShapeName.TRACK


def reach_dm(shape: Shape) -> int | None:
    """Give its radius, half width or buffer; None: a polygon has none."""
    match shape:
        case Circle(radius_dm=reach) | Corridor(half_width_dm=reach) | Track(buffer_dm=reach):
            return reach
        case Polygon():
            return None


def _rings(shape: Shape, gazetteer: Gazetteer) -> Iterable[RingValues]:
    match shape:
        case Circle(centre=centre):
            yield _ring([centre], gazetteer)
        case Corridor(line=line):
            yield _ring(line, gazetteer)
        case Track(fixes=fixes):
            positions = tuple(position_values(each.position, gazetteer, each.at_ms) for each in fixes)
            yield RingValues(part=0, hole=False, positions=positions)
        case Polygon(parts=parts):
            for number, part in enumerate(parts):
                for place, ring in enumerate(part):
                    yield _ring(ring, gazetteer, part=number, hole=place > 0)


def _ring(
    positions: Iterable[Position], gazetteer: Gazetteer, *, part: int = 0, hole: bool = False
) -> RingValues:
    said = tuple(position_values(each, gazetteer) for each in positions)
    return RingValues(part=part, hole=hole, positions=said)
