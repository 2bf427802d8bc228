"""The ellipsoid of WGS 84: normals instead of angles, and geodesic distances between near and far places.

A place is its unit normal (x, y, z): no pole and no antimeridian is a special case. The angle between two normals
times a radius of curvature is their distance; that radius lies between `LEAST_RADIUS_M` and `GREATEST_RADIUS_M`.
"""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from coupefeu.model.places import E7, MAX_LATITUDE_E7, Position, wrap_longitude

Floats = NDArray[np.float64]

EQUATORIAL_M: Final = 6_378_137.0
ECCENTRICITY_2: Final = 0.006_694_379_990_141_316_5
LEAST_RADIUS_M: Final = 6_335_439.0
GREATEST_RADIUS_M: Final = 6_399_594.0
NEAR_M: Final = 500_000.0
"""Up to here `near_distance_m` is exact to a millimetre (measured); beyond, `far_inverse` asks PROJ."""


def normals(positions: Iterable[Position]) -> Floats:
    """Give the unit normals (n, 3) of positions."""
    e7 = np.array([(each.lat_e7, each.lon_e7) for each in positions], dtype=np.float64).reshape(-1, 2)
    return normals_of_degrees(e7[:, 0] / E7, e7[:, 1] / E7)


def normals_of_degrees(latitude_deg: Floats, longitude_deg: Floats) -> Floats:
    """Give the unit normals (n, 3) of latitudes and longitudes in degrees."""
    latitude, longitude = np.radians(latitude_deg), np.radians(longitude_deg)
    level = np.cos(latitude)
    return np.stack((level * np.cos(longitude), level * np.sin(longitude), np.sin(latitude)), axis=-1)


def degrees(normal: Floats) -> tuple[Floats, Floats]:
    """Give latitudes and longitudes in degrees of normals (n, 3), unit or not."""
    x, y, z = normal[..., 0], normal[..., 1], normal[..., 2]
    return np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x))


def position(normal: Floats) -> Position:
    """Give the position of one normal."""
    latitude, longitude = degrees(normal)
    lat_e7 = round(float(latitude) * E7)
    return Position(
        lat_e7=max(-MAX_LATITUDE_E7, min(MAX_LATITUDE_E7, lat_e7)),
        lon_e7=wrap_longitude(round(float(longitude) * E7)),
    )


def unit(vectors: Floats) -> Floats:
    """Bring vectors (n, 3) to length 1; a vector of no length stays as it is."""
    length = np.sqrt(np.einsum("...i,...i->...", vectors, vectors))
    return vectors / np.where(length == 0.0, 1.0, length)[..., None]


def cross(left: Floats, right: Floats) -> Floats:
    """Give the vector products of rows (n, 3); `numpy.cross` costs four times as much on few rows."""
    lx, ly, lz = left[..., 0], left[..., 1], left[..., 2]
    rx, ry, rz = right[..., 0], right[..., 1], right[..., 2]
    return np.stack((ly * rz - lz * ry, lz * rx - lx * rz, lx * ry - ly * rx), axis=-1)


def radii_m(sine_of_latitude: Floats) -> tuple[Floats, Floats]:
    """Give the radii of curvature east-west and north-south."""
    w = 1.0 - ECCENTRICITY_2 * sine_of_latitude * sine_of_latitude
    east = EQUATORIAL_M / np.sqrt(w)
    return east, east * (1.0 - ECCENTRICITY_2) / w


def axes(centre: Floats) -> tuple[Floats, Floats]:
    """Give unit vectors east and north at unit normals (n, 3); at a pole any two will do."""
    level = np.hypot(centre[..., 0], centre[..., 1])
    polar = level < 1e-12
    safe = np.where(polar, 1.0, level)
    east = np.stack(
        (
            np.where(polar, 0.0, -centre[..., 1] / safe),
            np.where(polar, 1.0, centre[..., 0] / safe),
            np.zeros_like(level),
        ),
        axis=-1,
    )
    return east, cross(centre, east)


def points_m(normal: Floats) -> Floats:
    """Give the places in space of unit normals (n, 3), from the Earth's centre, in metres."""
    east, _ = radii_m(normal[..., 2])
    scaled = np.stack((east, east, east * (1.0 - ECCENTRICITY_2)), axis=-1)
    return normal * scaled


def near_distance_m(one: Floats, other: Floats) -> Floats:
    """Give geodesic distances of unit normals up to `NEAR_M` apart: the straight line, bent as the ground is."""
    chord = points_m(one) - points_m(other)
    length = np.sqrt(np.einsum("...i,...i->...", chord, chord))
    middle = unit(one + other)
    east, north = axes(middle)
    across, along = radii_m(middle[..., 2])
    easting = np.einsum("...i,...i->...", chord, east)
    northing = np.einsum("...i,...i->...", chord, north)
    level = easting * easting + northing * northing
    level = np.where(level == 0.0, 1.0, level)
    curvature = (easting * easting / across + northing * northing / along) / level
    half = 0.5 * length * curvature
    return np.where(
        half > 0.0, 2.0 * np.arcsin(np.minimum(half, 1.0)) / np.where(half > 0, curvature, 1.0), 0.0
    )


def far_inverse(one: Floats, other: Floats) -> tuple[Floats, Floats, Floats]:
    """Give distance (m) and azimuths (radians) at both ends, from `one` on to `other`, for normals (n, 3)."""
    lat_1, lon_1 = degrees(one)
    lat_2, lon_2 = degrees(other)
    ahead, back, distance = geod().inv(lon_1, lat_1, lon_2, lat_2)
    return (
        np.asarray(distance, dtype=np.float64),
        np.radians(np.asarray(ahead, dtype=np.float64)),
        np.radians(np.asarray(back, dtype=np.float64)) + np.pi,
    )


def distance_m(one: Floats, other: Floats) -> Floats:
    """Give geodesic distances of unit normals (n, 3), however far apart."""
    found = np.atleast_1d(near_distance_m(one, other))
    far = found > NEAR_M
    if far.any():
        found[far] = far_inverse(np.atleast_2d(one)[far], np.atleast_2d(other)[far])[0]
    return found


_GEOD: list[Any] = []


def geod() -> Any:
    """Give PROJ's geodesics on WGS 84; loaded when the first long edge or far place asks for it."""
    if not _GEOD:
        from pyproj import Geod  # noqa: PLC0415 - most notices have neither, and PROJ takes a tenth of a second

        _GEOD.append(Geod(ellps="WGS84"))
    return _GEOD[0]
