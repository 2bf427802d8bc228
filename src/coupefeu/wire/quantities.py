"""Lengths, altitudes and instants as people and files write them; unit, datum and zone are asked for, never guessed.

5 NM   9.26 km   9,26 км   300 m   1000 ft            lengths
3000 ft AMSL   300 m AGL   FL120   SFC   UNL          altitudes
2022-03-24T03:12Z   240312Z MAR 22                    instants
"""

import re
from fractions import Fraction
from typing import Final

from coupefeu.errors import PeerError, UsageError
from coupefeu.model.instant import Instant, parse_instant
from coupefeu.model.volumes import MAX_RADIUS_DM, Altitude, AltitudeUnit, Bound, Datum, Limit

MAX_QUANTITY_CHARACTERS: Final = 40
MOST_ALTITUDE_M: Final = 1_000_000
LEAST_ALTITUDE_M: Final = -1_000

_LENGTH: Final = re.compile(r"(\d{1,9}(?:[.,]\d{1,6})?) ?([^\W\d]{1,3})", re.ASCII | re.IGNORECASE)
_RUSSIAN_LENGTH: Final = re.compile(r"(\d{1,9}(?:[.,]\d{1,6})?) ?(КМ|М|МОР\. МИЛЬ|МИЛЬ)", re.IGNORECASE)
_IN_DM: Final = {
    "NM": Fraction(18_520), "NMI": Fraction(18_520), "KM": Fraction(10_000), "M": Fraction(10),
    "FT": Fraction(3_048, 1_000), "YD": Fraction(9_144, 1_000), "MN": Fraction(18_520),
    "КМ": Fraction(10_000), "М": Fraction(10), "МОР. МИЛЬ": Fraction(18_520), "МИЛЬ": Fraction(18_520),
}  # fmt: skip
_ALTITUDE: Final = re.compile(r"([+-]?\d{1,7}(?:[.,]\d{1,6})?) ?([A-Z]{1,6})?(?: ([A-Z]{1,8}))?", re.ASCII)
_LEVEL: Final = re.compile(r"FL ?(\d{1,4})", re.ASCII)
_LIMITS: Final = {
    "SFC": Limit.SURFACE, "GND": Limit.SURFACE, "SURFACE": Limit.SURFACE,
    "UNL": Limit.UNLIMITED, "UNLIMITED": Limit.UNLIMITED,
}  # fmt: skip
_UNITS: Final = {"M": AltitudeUnit.M, "FT": AltitudeUnit.FT}
_DATUMS: Final = {"AMSL": Datum.AMSL, "MSL": Datum.AMSL, "HAE": Datum.HAE, "STD": Datum.STD, "AGL": Datum.AGL}
_AGAIN: Final = "write it such as 3000 ft AMSL, 300 m AGL, FL120, SFC or UNL"
_OF_TODAY: Final = re.compile(r"\d\d:?\d\dZ|NOW", re.ASCII | re.IGNORECASE)
_NO_ZONE: Final = re.compile(r"\d{4}-?\d\d-?\d\d([T ]\d\d(:?\d\d){0,2}([.,]\d+)?)?", re.ASCII | re.IGNORECASE)


def read_length_dm(text: str) -> int:
    """Read a length with its unit: whole decimetres, rounded, from 0 to 10,000 km.

    Raises:
        PeerError: `wire.quantity.length`.
    """
    written = " ".join(text.split())[:MAX_QUANTITY_CHARACTERS]
    found = _LENGTH.fullmatch(written) or _RUSSIAN_LENGTH.fullmatch(written)
    unit = found[2].upper() if found else ""
    if found is None or unit not in _IN_DM:
        raise _fault(
            "length", f"{text[:40]!r} is no length with its unit", "write it such as 5 NM, 9.26 km or 300 m"
        )
    if re.search(r",\d{3}$", found[1]):
        raise _fault(
            "length",
            f"{text[:40]!r}: the comma may stand for decimals or thousands",
            "write a point, or no comma",
        )
    return length_dm(Fraction(found[1].replace(",", ".")) * _IN_DM[unit], text)


def length_dm(length: Fraction, text: str) -> int:
    """Round a length in decimetres. Raises: PeerError: `wire.quantity.length`: beyond 10,000 km."""
    if not 0 <= length <= MAX_RADIUS_DM:
        raise _fault("length", f"{text[:40]!r} is not between 0 and 10,000 km", "check the unit")
    return round(length)


def read_altitude(text: str, datum: str = "") -> Bound:
    """Read a bound of a band: a limit, a flight level, or a whole number with unit and datum; "" is not stated.

    `datum`: the one of a column of its own, for altitudes that do not name theirs.

    Raises:
        PeerError: `wire.quantity.altitude`, `.no_unit`, `.no_datum`.
    """
    written = " ".join(text.upper().split())[:MAX_QUANTITY_CHARACTERS]
    if not written:
        return None
    if written in _LIMITS:
        return _LIMITS[written]
    if level := _LEVEL.fullmatch(written):
        return Altitude(value=int(level[1]), unit=AltitudeUnit.FL, datum=Datum.STD)
    found = _ALTITUDE.fullmatch(written)
    if found is None:
        raise _fault("altitude", f"{text[:40]!r} is no altitude", _AGAIN)
    if found[2] not in _UNITS:
        raise _fault("no_unit", f"{text[:40]!r} has no unit", _AGAIN)
    name = found[3] or " ".join(datum.upper().split())
    if not name:
        raise _fault("no_datum", f"{text[:40]!r} does not say above what", "add AMSL, HAE, STD or AGL")
    if name not in _DATUMS:
        raise _fault(
            "no_datum", f"{name[:20]!r} is no datum that is known here", "write AMSL, HAE, STD or AGL"
        )
    value = Fraction(found[1].replace(",", "."))
    if value.denominator != 1:
        raise _fault(
            "altitude", f"{text[:40]!r} is no whole number", "round a lower bound down and an upper one up"
        )
    return altitude(int(value), _UNITS[found[2]], _DATUMS[name], text)


def altitude(value: int, unit: AltitudeUnit, datum: Datum, text: str) -> Altitude:
    """Make an altitude. Raises: PeerError: `wire.quantity.altitude`: below -1 km or above 1,000 km."""
    found = Altitude(value=value, unit=unit, datum=datum)
    if not LEAST_ALTITUDE_M * 1_000 <= found.mm <= MOST_ALTITUDE_M * 1_000:
        raise _fault("altitude", f"{text[:40]!r} is not between -1 and 1,000 km", "check the unit")
    return found


def write_altitude(bound: Bound) -> str:
    """Write a bound as `read_altitude` reads it."""
    if bound is None:
        return ""
    if isinstance(bound, Limit):
        return {Limit.SURFACE: "SFC", Limit.UNLIMITED: "UNL"}[bound]
    if bound.unit is AltitudeUnit.FL:
        return f"FL{bound.value:03}"
    return f"{bound.value} {bound.unit.name.lower()} {bound.datum.name}"


def read_instant(text: str) -> Instant:
    """Read a date and a time with their zone; a time without one is asked about, never taken for UTC.

    Raises:
        PeerError: `wire.quantity.instant`, `.no_zone`, `.no_date`.
    """
    written = " ".join(text.split())[:MAX_QUANTITY_CHARACTERS]
    if _OF_TODAY.fullmatch(written):
        raise _fault(
            "no_date", f"{text[:40]!r} has no date", "write the date: 2022-03-24T03:12Z or 240312Z MAR 22"
        )
    if _NO_ZONE.fullmatch(written):
        raise _fault(
            "no_zone",
            f"{text[:40]!r} does not say in which zone",
            "add Z for UTC, or the offset, such as +03:00",
        )
    try:
        return parse_instant(written, 0)
    except UsageError as error:
        raise _fault("instant", error.message, error.hint) from error


def _fault(defect: str, says: str, hint: str) -> PeerError:
    return PeerError(says, code=f"wire.quantity.{defect}", hint=hint)
