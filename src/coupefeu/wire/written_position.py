"""What every notation of a position gives: the position, its precision, or a refusal by name.

What could be read in two ways is refused, with both: a person knows which is meant, a program does not.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from coupefeu.errors import PeerError
from coupefeu.model.places import E7, MAX_LATITUDE_E7, MAX_LONGITUDE_E7, Position, wrap_longitude

METRES_IN_DEGREE: Final = 111_320
"""Of a meridian or of the equator, rounded up: for precisions and for bounds of them, never for distances."""
ROUNDING_M: Final = 0.02
"""What 1e-7 degree can move a position by."""


class Notation(StrEnum):
    """How a position was written."""

    DECIMAL = "decimal"
    MINUTES = "minutes"
    """Degrees and minutes."""
    SECONDS = "seconds"
    """Degrees, minutes and seconds."""
    UTM = "utm"
    UPS = "ups"
    MGRS = "mgrs"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPosition:
    """A position that was read, what its last digit stands for in metres, and how it was written.

    A reference of MGRS is a cell: its position is the middle of it, its precision the side.
    """

    position: Position
    precision_m: float
    notation: Notation


def agrees(read: ReadPosition, position: Position) -> bool:
    """Whether somebody who wrote what was read can have meant `position`: within its last digit, north and east."""
    allowed_m = read.precision_m + ROUNDING_M
    north_m = (read.position.lat_e7 - position.lat_e7) / E7 * METRES_IN_DEGREE
    east_e7 = wrap_longitude(read.position.lon_e7 - position.lon_e7)
    shrunk = math.cos(math.radians((read.position.lat + position.lat) / 2))
    return abs(north_m) <= allowed_m and abs(east_e7 / E7 * METRES_IN_DEGREE * shrunk) <= allowed_m


def to_e7(degrees: Fraction) -> int:
    """Give degrees in units of 1e-7, rounded; a half goes to the even one."""
    return round(degrees * E7)


def place(lat_e7: int, lon_e7: int, text: str) -> Position:
    """Make a position of two numbers that were read; 180 degrees east is 180 west.

    Raises:
        PeerError: `wire.position.swapped`, `wire.position.out_of_range`.
    """
    if abs(lat_e7) > MAX_LATITUDE_E7:
        if abs(lat_e7) <= MAX_LONGITUDE_E7 and abs(lon_e7) <= MAX_LATITUDE_E7:
            raise refused(
                "swapped",
                f"{text!r} has a latitude beyond 90 degrees: are latitude and longitude exchanged?",
                "write the latitude first, or N or S with the latitude and E or W with the longitude",
            )
        raise refused("out_of_range", f"{text!r} has a latitude beyond 90 degrees", "check the degrees")
    if abs(lon_e7) > MAX_LONGITUDE_E7:
        raise refused(
            "out_of_range", f"{text!r} has a longitude beyond 180 degrees", "181E is 179W: check the degrees"
        )
    return Position(lat_e7=lat_e7, lon_e7=wrap_longitude(lon_e7))


def refused(defect: str, says: str, hint: str = "") -> PeerError:
    """Make the error that a position is refused with; the caller raises it."""
    return PeerError(
        f"position: {says}",
        code=f"wire.position.{defect}",
        hint=hint or 'write it such as "48.2085N 16.3721E"',
    )
