"""Places: WGS 84 positions as whole numbers, never floats, so that both sides sign and read the same ones."""

from dataclasses import dataclass
from math import asin, cos, hypot, radians, sin, sqrt
from typing import Final

E7: Final = 10_000_000
"""So many units in a degree: about a centimetre each."""
MAX_LATITUDE_E7: Final = 90 * E7
MAX_LONGITUDE_E7: Final = 180 * E7


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Position:
    """A WGS 84 position in units of 1e-7 degree; longitude from -180 (included) to 180 (not included).

    A position that is missing is None where one may be missing, never (0, 0).
    """

    lat_e7: int
    lon_e7: int

    @property
    def lat(self) -> float:
        """Degrees north."""
        return self.lat_e7 / E7

    @property
    def lon(self) -> float:
        """Degrees east."""
        return self.lon_e7 / E7


def wrap_longitude(lon_e7: int) -> int:
    """Bring a longitude between -180 (included) and 180 (not included)."""
    return (lon_e7 + MAX_LONGITUDE_E7) % (2 * MAX_LONGITUDE_E7) - MAX_LONGITUDE_E7


EARTH_M: Final = 6_371_008.8
"""Mean radius."""


def sphere_distance_m(first: Position, second: Position) -> float:
    """Give the distance on a sphere, good to half a percent: enough where nothing is judged by it alone."""
    lat, other_lat = radians(first.lat), radians(second.lat)
    half = hypot(
        sin((other_lat - lat) / 2),
        sqrt(max(0.0, cos(lat) * cos(other_lat))) * sin(radians(second.lon - first.lon) / 2),
    )
    return 2 * EARTH_M * asin(min(1.0, half))
