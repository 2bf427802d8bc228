"""Altitude bands as whole numbers: exact within one datum, widened by what nature can do between two.

Unit: a fifth of a millimetre, in which metres, feet and flight levels are whole. What is not stated has no bound.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import numpy as np

from coupefeu.model.volumes import Altitude, AltitudeUnit, Bound, Datum, Limit, Volume

FIFTHS: Final = {AltitudeUnit.M: 5_000, AltitudeUnit.FT: 1_524, AltitudeUnit.FL: 152_400}
METRE: Final = 5_000
UNBOUNDED: Final = 1 << 52
"""Beyond every altitude and every instant; sums of two stay exact, as floats too."""

LOWEST_GROUND_M: Final = 450
"""Below the mean sea: the shore of the Dead Sea lies at about -430 m."""
HIGHEST_GROUND_M: Final = 8_850
GEOID_BELOW_M: Final = 107
GEOID_ABOVE_M: Final = 86
"""Mean sea level lies between 107 m below and 86 m above the ellipsoid (EGM2008)."""
PRESSURE_BELOW_M: Final = 1_250
PRESSURE_ABOVE_M: Final = 650
"""What the lowest (870 hPa) and highest (1,085 hPa) pressures ever measured at sea level shift a flight level by."""
COLD_PERCENT: Final = 15
WARM_PERCENT: Final = 10
"""What the coldest and warmest columns of air shrink and stretch a height by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A band: `lower` and `upper` over their own datum, `least` and `greatest` above mean sea level at worst."""

    lower: int
    upper: int
    least: int
    greatest: int
    lower_datum: int
    upper_datum: int
    """0: no bound."""


def band_of(volume: Volume) -> Band:
    """Read the altitudes of a volume."""
    lower, least, _, lower_datum = _read(volume.lower, -UNBOUNDED)
    upper, _, greatest, upper_datum = _read(volume.upper, UNBOUNDED)
    return Band(
        lower=lower,
        upper=upper,
        least=least,
        greatest=greatest,
        lower_datum=lower_datum,
        upper_datum=upper_datum,
    )


def widen(value: int, datum: Datum) -> tuple[int, int]:
    """Give between which heights above mean sea level an altitude can lie."""
    if datum is Datum.AMSL:
        return value, value
    if datum is Datum.HAE:
        return value - GEOID_ABOVE_M * METRE, value + GEOID_BELOW_M * METRE
    if datum is Datum.AGL:
        return value - LOWEST_GROUND_M * METRE, value + HIGHEST_GROUND_M * METRE
    size = abs(value)
    return (
        value - PRESSURE_BELOW_M * METRE - _share(size, COLD_PERCENT),
        value + PRESSURE_ABOVE_M * METRE + _share(size, WARM_PERCENT),
    )


def _share(size: int, percent: int) -> int:
    """Give so much of a height, rounded up."""
    return -(-size * percent // 100)


def gaps(head: Any, heads: Any) -> tuple[Any, Any]:
    """Give the gaps (k) of one volume's band and many: 0 where they meet; and those as if all datums were one.

    Takes headers of `stack.Stack`. A bound that is not stated lies beyond every other.
    """
    above, nominal_above = _above(heads, head)
    below, nominal_below = _above(head, heads)
    return (
        np.maximum(np.maximum(above, below), 0),
        np.maximum(np.maximum(nominal_above, nominal_below), 0),
    )


def metres(fifths: int) -> int | float:
    """Say a length in metres, as a whole number where it is one."""
    exact = Fraction(fifths, METRE)
    return exact.numerator if exact.denominator == 1 else float(exact)


def _above(high: Any, low: Any) -> tuple[Any, Any]:
    """Give how far `high` begins above where `low` ends."""
    nominal = high["lower"] - low["upper"]
    at_worst = high["least"] - low["greatest"]
    return np.where(high["lower_datum"] == low["upper_datum"], nominal, at_worst), nominal


def _read(bound: Bound, unbounded: int) -> tuple[int, int, int, int]:
    if bound is Limit.SURFACE:
        return 0, *widen(0, Datum.AGL), int(Datum.AGL)
    if not isinstance(bound, Altitude):
        return unbounded, unbounded, unbounded, 0
    value = bound.value * FIFTHS[bound.unit]
    value = max(1 - UNBOUNDED, min(UNBOUNDED - 1, value))
    return value, *widen(value, bound.datum), int(bound.datum)
