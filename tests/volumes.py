"""Volumes for tests: read from the shared cases, and drawn at random."""

from datetime import datetime

from coupefeu.model.places import E7, Position, wrap_longitude
from coupefeu.model.volumes import (
    Altitude,
    AltitudeUnit,
    Circle,
    Corridor,
    Datum,
    Polygon,
    Shape,
    Volume,
)


def place(longitude, latitude):
    """Give the position of degrees as GeoJSON writes them."""
    return Position(lat_e7=round(latitude * E7), lon_e7=wrap_longitude(round(longitude * E7)))


def amsl(metres):
    """Give an altitude above mean sea level, or nothing where nothing is stated."""
    return None if metres is None else Altitude(value=metres, unit=AltitudeUnit.M, datum=Datum.AMSL)


def instant_ms(text):
    """Read a date of RFC 3339 as UTC milliseconds."""
    return round(datetime.fromisoformat(text).timestamp() * 1_000)


def volume(shape, *, lower=None, upper=None, start_ms=None, end_ms=None):
    """Give a volume; what is left out is not stated."""
    return Volume(shape=shape, lower=lower, upper=upper, start_ms=start_ms, end_ms=end_ms)


def case_shape(feature) -> Shape:
    """Read the area of a feature of the shared cases."""
    properties, places = feature["properties"], feature["geometry"]["coordinates"]
    if properties["shape"] == "circle":
        return Circle(centre=place(*places), radius_dm=round(properties["radius_m"] * 10))
    if properties["shape"] == "corridor":
        line = tuple(place(*each) for each in places)
        return Corridor(line=line, half_width_dm=round(properties["half_width_m"] * 10))
    parts = [places] if feature["geometry"]["type"] == "Polygon" else places
    return Polygon(
        parts=tuple(tuple(tuple(place(*each) for each in ring[:-1]) for ring in part) for part in parts)
    )


def case_volume(feature):
    """Read a feature of the shared cases."""
    properties = feature["properties"]
    return volume(
        case_shape(feature),
        lower=amsl(properties["lower_m"]),
        upper=amsl(properties["upper_m"]),
        start_ms=instant_ms(properties["from"]),
        end_ms=instant_ms(properties["to"]),
    )
