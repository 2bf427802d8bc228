"""Positions on a grid: UTM, UPS and MGRS, whose references are cells.

    33U 602000 5340000       zone and band; 33 north and 33 south where no band is given
    north 1621874 1986440    UPS; or A, B, Y, Z
    33UXP0201340012          zone, band, square of 100 km, then as many digits of easting as of northing

S is a band north of the equator and stands for south: `53S` with a northing that both could have is refused.
`pyproj` and `mgrs` are loaded when a grid is first asked for: most nodes start without them.
"""

import math
import re
import warnings
from functools import cache
from typing import Any, Final

from coupefeu.model.places import E7, Position, wrap_longitude
from coupefeu.wire.written_position import METRES_IN_DEGREE, Notation, ReadPosition, place, refused

_BANDS: Final = "CDEFGHJKLMNPQRSTUVWX"
_WIDEST_ZONE: Final = {
    "31V": (0, 3),
    "32V": (3, 12),
    "31X": (0, 9),
    "33X": (9, 21),
    "35X": (21, 33),
    "37X": (33, 42),
}
"""Degrees east, where a zone is not six degrees wide."""
_METRES: Final = r"\d{6,8}(?:\.\d{1,6})?"
_NUMBERS: Final = rf"({_METRES})(?:M?E)?(?: ?[;,] ?| )({_METRES}|\d{{1,5}}(?:\.\d{{1,6}})?)(?:M?N)?"
_UTM: Final = re.compile(rf"(\d{{1,2}}) ?([A-Z]|NORTH|SOUTH) ?{_NUMBERS}", re.ASCII)
_UPS: Final = re.compile(rf"(?:UPS )?([ABYZNS]|NORTH|SOUTH) ?{_NUMBERS}", re.ASCII)
_MGRS: Final = re.compile(r"(\d{0,2}) ?([A-Z]) ?([A-Z]{2}) ?(?:(\d{1,12})|(\d{1,6}) (\d{1,6}))?", re.ASCII)
_MOST_DIGITS: Final = 5
_TOUCHES: Final = 1.5
"""In sides of a cell: how near one of its parts comes to the zone that it is named by."""
_EDGE_DEG: Final = 2e-7
"""How far inside its zone a position stands that would lie just outside."""


def read_grid(text: str) -> ReadPosition | None:
    """Read a reference whose spaces are settled (`positions.read_position`); None: it is not written as one.

    Raises:
        PeerError: `wire.position.*`.
    """
    upper = text.upper()
    if found := _UTM.fullmatch(upper):
        return _read_utm(int(found[1]), found[2], found[3], found[4], text)
    if found := _UPS.fullmatch(upper):
        return _read_ups(found[1], found[2], found[3], text)
    if found := _MGRS.fullmatch(upper):
        return _read_mgrs(found, text)
    return None


def cell_of(position: Position, digits: int) -> str:
    """Give the reference of the cell that holds a position; `digits` of easting and of northing, 0 to 5."""
    return str(_mgrs().toMGRS(position.lat, position.lon, MGRSPrecision=digits))


def _read_utm(zone: int, band: str, easting: str, northing: str, text: str) -> ReadPosition:
    if not 1 <= zone <= 60 or (len(band) == 1 and band not in _BANDS):
        raise refused(
            "out_of_range",
            f"{text!r}: there is no zone {zone}{band}",
            "zones go from 1C to 60X, without I and O",
        )
    if not 100_000 <= float(easting) <= 900_000:
        raise refused(
            "out_of_range",
            f"{text!r} has an easting of {easting}",
            "eastings of UTM go from 100000 to 900000",
        )
    if float(northing) > 10_000_000:
        raise refused(
            "out_of_range", f"{text!r} has a northing of {northing}", "northings of UTM go up to 10000000"
        )
    found = {}
    for is_south in _halves(band):
        lon, lat = _utm(zone, is_south=is_south)(float(easting), float(northing), inverse=True)
        if _fits(lat, band, is_south=is_south):
            found[is_south] = _grid_place(lat, lon, text)
    if band == "S" and len(found) > 1:
        raise refused(
            "ambiguous",
            f"{text!r}: S may be the band from 32 to 40 north, or south",
            f'write "{zone} south {easting} {northing}", or "{zone} north {easting} {northing}"',
        )
    if not found:
        raise refused(
            "out_of_range",
            f"{text!r}: a northing of {northing} is not in {zone}{band}",
            "check band and northing",
        )
    return ReadPosition(
        position=next(iter(found.values())), precision_m=_step_m(easting, northing), notation=Notation.UTM
    )


def _halves(band: str) -> tuple[bool, ...]:
    """Say which halves of the Earth a letter can stand for; True: south."""
    if band == "S":
        return (False, True)
    return (band == "SOUTH" or (len(band) == 1 and band < "N"),)


def _fits(lat: float, band: str, *, is_south: bool) -> bool:
    """Whether a latitude is where the letter says, and where UTM is used."""
    if len(band) == 1 and band != "N" and not (band == "S" and is_south):
        south, north = _band_deg(band)
        return south <= lat <= north
    return -80 <= lat <= 0 if is_south else 0 <= lat <= 84


def _read_ups(letter: str, easting: str, northing: str, text: str) -> ReadPosition:
    is_south = letter in {"A", "B", "S", "SOUTH"}
    lon, lat = _ups(is_south=is_south)(float(easting), float(northing), inverse=True)
    if not (lat <= -79.5 if is_south else lat >= 83.5):
        raise refused(
            "out_of_range", f"{text!r} is not near that pole", "UPS is used beyond 84 north and 80 south"
        )
    return ReadPosition(
        position=_grid_place(lat, lon, text), precision_m=_step_m(easting, northing), notation=Notation.UPS
    )


def _read_mgrs(found: re.Match[str], text: str) -> ReadPosition:
    zone, band, square = found[1], found[2], found[3]
    hint = (
        "write it such as 33UXP0201340012: zone, band, two letters, as many digits of easting as of northing"
    )
    if {"I", "O"} & set(band + square):
        raise refused("unreadable", f"{text!r}: MGRS has no letters I and O", "is it a digit, 1 or 0?")
    if bool(zone) == (band in "ABYZ"):
        raise refused(
            "unreadable", f"{text!r} is no reference of MGRS: its zone is missing or too much", hint
        )
    east, north = (found[5], found[6]) if found[5] else _halved(found[4] or "", text, hint)
    if len(east) != len(north) or len(east) > _MOST_DIGITS:
        raise refused(
            "unreadable", f"{text!r} has {len(east)} digits of easting and {len(north)} of northing", hint
        )
    head = f"{int(zone):02}{band}" if zone else band
    place_ = _inside(head, square, east, north)
    if place_ is None:
        raise refused(
            "no_such_cell", f"{text!r}: there is no such square in {head}", "check zone, band and letters"
        )
    return ReadPosition(
        position=place_, precision_m=float(10 ** (_MOST_DIGITS - len(east))), notation=Notation.MGRS
    )


def _halved(digits: str, text: str, hint: str) -> tuple[str, str]:
    if len(digits) % 2:
        raise refused("unreadable", f"{text!r} has {len(digits)} digits, an odd number", hint)
    return digits[: len(digits) // 2], digits[len(digits) // 2 :]


def _inside(head: str, square: str, east: str, north: str) -> Position | None:
    """Give the middle of a cell; of one that the edge of its zone cuts, a place in the zone; None: it is outside."""
    cell, middle = head + square + east + north, _middle(head + square + east + north)
    if middle is not None and cell_of(_rounded(*middle), len(east)) == cell:
        return _rounded(*middle)
    side_m = 10 ** (_MOST_DIGITS - len(east))
    nearest = None
    for lat, lon in _parts(head, square, east, north):
        moved = _moved(head, lat, lon)
        if cell_of(_rounded(*moved), len(east)) == cell:
            return _rounded(*moved)
        east_deg = math.remainder(lon - moved[1], 360) * math.cos(math.radians(lat))
        off_m = METRES_IN_DEGREE * math.hypot(lat - moved[0], east_deg)
        nearest = min(nearest or (off_m, moved), (off_m, moved))
    # A splinter of a cell: the nearest place of its zone stands for it.
    return _rounded(*nearest[1]) if nearest and nearest[0] <= _TOUCHES * side_m else None


def _parts(head: str, square: str, east: str, north: str) -> list[tuple[float, float]]:
    """Give the middles of the hundred parts of a cell, as far as there are any; of one of a metre its own."""
    tenths = "4536271809" if len(east) < _MOST_DIGITS else ("",)
    parts = [_middle(f"{head}{square}{east}{one}{north}{other}") for one in tenths for other in tenths]
    return [each for each in parts if each is not None]


def _middle(cell: str) -> tuple[float, float] | None:
    from mgrs.core import MGRSError  # noqa: PLC0415 - loaded when a grid is first asked for

    with warnings.catch_warnings():
        # Of a cell that the edge of its band cuts the library warns; here it is looked for inside.
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            lat, lon = _mgrs().toLatLon(cell)
        except MGRSError:
            return None
    return lat, lon


def _rounded(lat: float, lon: float) -> Position:
    return Position(lat_e7=round(lat * E7), lon_e7=wrap_longitude(round(lon * E7)))


def _moved(head: str, lat: float, lon: float) -> tuple[float, float]:
    if len(head) == 1:
        west, east = (-180, 0) if head in "AY" else (0, 180)
        south, north = (-90, -80) if head in "AB" else (84, 90)
    else:
        first = 6 * int(head[:2]) - 186
        west, east = _WIDEST_ZONE.get(head, (first, first + 6))
        south, north = _band_deg(head[2])
    # A longitude just across the antimeridian is brought beside its zone first.
    lon += 360 if lon < west - 180 else -360 if lon > east + 180 else 0
    return (
        min(max(lat, south + _EDGE_DEG), north - _EDGE_DEG),
        min(max(lon, west + _EDGE_DEG), east - _EDGE_DEG),
    )


def _band_deg(band: str) -> tuple[int, int]:
    south = -80 + 8 * _BANDS.index(band)
    return south, 84 if band == "X" else south + 8


def _step_m(easting: str, northing: str) -> float:
    return 10.0 ** -min(len(each.partition(".")[2]) for each in (easting, northing))


def _grid_place(lat: float, lon: float, text: str) -> Position:
    return place(round(lat * E7), round(lon * E7), text)


@cache
def _mgrs() -> Any:
    from mgrs import MGRS  # noqa: PLC0415 - loaded when a grid is first asked for

    return MGRS()


@cache
def _utm(zone: int, *, is_south: bool) -> Any:
    from pyproj import Proj  # noqa: PLC0415 - as above

    return Proj(proj="utm", zone=zone, ellps="WGS84", south=is_south)


@cache
def _ups(*, is_south: bool) -> Any:
    from pyproj import Proj  # noqa: PLC0415 - as above

    return Proj(proj="ups", ellps="WGS84", south=is_south)
