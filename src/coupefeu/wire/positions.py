"""Positions as people write them: read in the usual notations, written in three.

48.20849, 16.37208     -33.8568, 151.2153     +48.2085+016.3721/       decimal degrees, latitude first
48°12'30.6"N 16°22'19"E     N48 12.51 E016 22.32     13-26-03.9N 144-37-38.3E     4807N01123E
55°45′ с. ш. 37°37′ в. д. (in Russian)     48,2 N 2,35 O (in French)
33U 602000 5340000     53 south 325852 4676252     north 1621874 1986440      UTM and UPS, easting first
33UXP0201340012     33U XP 02 40     YUG2186                                  MGRS
"""

import re
from typing import Final

from coupefeu.model.places import E7, Position
from coupefeu.wire.degrees import read_degrees
from coupefeu.wire.grids import cell_of, read_grid
from coupefeu.wire.written_position import Notation, ReadPosition, agrees, refused

__all__ = [
    "Notation", "ReadPosition", "agrees", "read_position", "write_decimal", "write_dms", "write_mgrs",
]  # fmt: skip

MAX_POSITION_CHARACTERS: Final = 80
MOST_PLACES: Final = 7

_PRINTED_ALIKE: Final = str.maketrans(
    {"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\t": " "}
    | dict.fromkeys("−‐‑‒–", "-")
    | dict.fromkeys("º˚", "°")
    | dict.fromkeys("′’‘ʹ´`", "'")
    | dict.fromkeys("″”“ʺ", '"')
)
"""One sign each for spaces, for minus signs and hyphens, for degrees, minutes and seconds."""


def read_position(text: str, *, language: str = "en") -> ReadPosition:
    """Read one position; `language` ("en", "fr", "ru") says which letters stand for the points of the compass.

    Raises:
        PeerError: `wire.position.*`: missing, long, unreadable, ambiguous, swapped, out_of_range, letters or
            no_such_cell; the hint says what to write.
    """
    if len(text) > MAX_POSITION_CHARACTERS:
        raise refused("long", f"has {len(text):,} characters, more than {MAX_POSITION_CHARACTERS}")
    written = re.sub(" +", " ", text.translate(_PRINTED_ALIKE)).strip(" ")
    if not written:
        raise refused("missing", "is empty", "write the position, or leave the whole of it out")
    return read_grid(written) or read_degrees(written, language)


def write_decimal(position: Position, places: int = 5) -> str:
    """`48.20849N 16.37208E`: rounded to `places` digits, 1 to 7; 5 are about a metre, 7 are exact."""
    unit = 10 ** (MOST_PLACES - places)

    def write(e7: int) -> str:
        whole, fraction = divmod(_nearest(e7, unit), E7 // unit)
        return f"{whole}.{fraction:0{places}}"

    return _with_letters(position, write(abs(position.lat_e7)), write(abs(position.lon_e7)))


def write_dms(position: Position) -> str:
    """`48-12-30.6N 016-22-19.5E`: rounded to a tenth of a second, about three metres."""

    def write(e7: int, width: int) -> str:
        minutes, tenths = divmod(_nearest(e7 * 36_000, E7), 600)
        return f"{minutes // 60:0{width}}-{minutes % 60:02}-{tenths // 10:02}.{tenths % 10}"

    return _with_letters(position, write(abs(position.lat_e7), 2), write(abs(position.lon_e7), 3))


def write_mgrs(position: Position, digits: int = 5) -> str:
    """`33UXP0201340012`: the cell that holds it; `digits` from 0 (100 km) to 5 (1 m), cut and never rounded."""
    return cell_of(position, digits)


def _with_letters(position: Position, lat: str, lon: str) -> str:
    return f"{lat}{'S' if position.lat_e7 < 0 else 'N'} {lon}{'W' if position.lon_e7 < 0 else 'E'}"


def _nearest(number: int, unit: int) -> int:
    return (2 * number + unit) // (2 * unit)
