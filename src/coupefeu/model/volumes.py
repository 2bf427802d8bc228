"""Volumes: an area on WGS 84, an altitude band, a window of time.

Edges of polygons and lines of corridors are geodesics. Lengths are whole decimetres, times UTC milliseconds; both ends
of a window and of a band are included. What is not stated is None and counts as without bound: unknown is never 0.
"""

from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from typing import Final

from coupefeu.model.places import Position

MAX_VOLUMES: Final = 16
MAX_POSITIONS: Final = 1_000
"""Of one volume, all rings together."""
MAX_RADIUS_DM: Final = 100_000_000
"""10,000 km: a quarter of the way round the Earth."""


class Datum(IntEnum):
    """What an altitude is measured from."""

    AMSL = 1
    """Mean sea level."""
    HAE = 2
    """The ellipsoid of WGS 84."""
    STD = 3
    """The standard pressure 1013.25 hPa: a flight level."""
    AGL = 4
    """The ground or the sea below."""


class AltitudeUnit(IntEnum):
    """How an altitude was written."""

    M = 1
    FT = 2
    FL = 3
    """Hundreds of feet above the standard pressure; only with `Datum.STD`."""


MM: Final = {
    AltitudeUnit.M: Fraction(1_000),
    AltitudeUnit.FT: Fraction(1_524, 5),
    AltitudeUnit.FL: Fraction(30_480),
}
"""Millimetres in a unit, exactly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Altitude:
    """A whole number in a unit, above a datum."""

    value: int
    unit: AltitudeUnit
    datum: Datum

    @property
    def mm(self) -> Fraction:
        """Millimetres above its datum, exactly."""
        return self.value * MM[self.unit]


class Limit(IntEnum):
    """A bound that is no altitude."""

    SURFACE = 1
    UNLIMITED = 2


Bound = Altitude | Limit | None
"""None: not stated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """Every place within a geodesic distance of a position; 0: the position alone."""

    centre: Position
    radius_dm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Polygon:
    """One or more parts, each a shell and its holes; a ring is not closed by its first position.

    A ring holds its smaller side, whichever way it turns.
    """

    parts: tuple[tuple[tuple[Position, ...], ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Corridor:
    """Every place within a geodesic distance of a line: round ends and joints."""

    line: tuple[Position, ...]
    half_width_dm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """Where something is at an instant; between two fixes it moves evenly along the geodesic."""

    position: Position
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """A buffer that moves: every place within a geodesic distance of where something is at each instant."""

    fixes: tuple[Fix, ...]
    buffer_dm: int


Shape = Circle | Polygon | Corridor | Track


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """An area between two altitudes during a window; of a `Track` the window is that of its fixes."""

    shape: Shape
    lower: Bound
    upper: Bound
    start_ms: int | None
    end_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation:
    """The minima that two parties keep apart by: metres, metres, seconds. A gap equal to its minimum is separated."""

    distance_m: int = 9_260
    altitude_m: int = 300
    time_s: int = 600


USUAL_SEPARATION: Final = Separation()
"""Where nothing is agreed: 5 NM, 300 m, 10 minutes."""
