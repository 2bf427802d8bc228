"""The limits of what may be said of an incident: what is beyond them has no effect, and is named."""

from typing import TYPE_CHECKING, Final

from coupefeu.model.entry import Kind
from coupefeu.model.incidents import QueryKind
from coupefeu.model.volumes import Altitude, AltitudeUnit, Datum

if TYPE_CHECKING:
    from coupefeu.services.incidents.facts import IncidentActFact, IncidentFact

MAX_FIELD_CHARACTERS: Final = 500
MAX_WORDS_CHARACTERS: Final = 1_000
MAX_OFFICER_CHARACTERS: Final = 80
MAX_UNCERTAINTY_M: Final = 10_000_000
MAX_ACKNOWLEDGEMENTS: Final = 10_000
MAX_ALTITUDE_VALUE: Final = 10_000_000
LATEST_MS: Final = 253_402_300_800_000
"""The year 10000: no clock face beyond it."""


def version_defect(fact: "IncidentFact") -> str:
    """Name the first thing that is wrong with a version; "" when nothing is."""
    fields = (
        fact.place, fact.our_platform, fact.other_platform, fact.forces, fact.damage, fact.casualties, fact.measures,
        fact.contact_point, fact.provision,
    )  # fmt: skip
    checks = {
        "bad_time": fact.when_ms is not None and not fact.when_ms[0] <= fact.when_ms[1] < LATEST_MS,
        "bad_about": fact.is_about and fact.when_ms is None,
        "bad_uncertainty": _is_bad_uncertainty(fact),
        "bad_altitude": fact.altitude is not None and not _is_altitude(fact.altitude),
        "bad_acknowledgements": (fact.acknowledgements or 0) > MAX_ACKNOWLEDGEMENTS,
        "long_field": any(len(each) > MAX_FIELD_CHARACTERS for each in fields),
        "long_words": len(fact.words) > MAX_WORDS_CHARACTERS,
        "long_officer": len(fact.officer) > MAX_OFFICER_CHARACTERS,
    }
    return next((name for name, found in checks.items() if found), "")


def act_defect(kind: int, fact: "IncidentActFact") -> str:
    """Name the first thing that is wrong with an act; "" when nothing is."""
    times = (each for each in (fact.at_ms, fact.end_ms) if each is not None)
    checks = {
        "bad_time": any(each >= LATEST_MS for each in times),
        "long_field": any(len(each) > MAX_FIELD_CHARACTERS for each in fact.fields.values()),
        "long_words": len(fact.words) > MAX_WORDS_CHARACTERS,
        "long_officer": len(fact.officer) > MAX_OFFICER_CHARACTERS,
        "missing_words": _says_nothing(kind, fact),
        "unexpected_time": fact.asks is QueryKind.EXPLANATION and fact.at_ms is not None,
    }
    return next((name for name, found in checks.items() if found), "")


def _is_bad_uncertainty(fact: "IncidentFact") -> bool:
    if fact.uncertainty_m is None:
        return False
    return fact.position is None or fact.uncertainty_m > MAX_UNCERTAINTY_M


def _is_altitude(altitude: Altitude) -> bool:
    is_flight_level = altitude.unit is AltitudeUnit.FL
    return is_flight_level == (altitude.datum is Datum.STD) and abs(altitude.value) <= MAX_ALTITUDE_VALUE


def _says_nothing(kind: int, fact: "IncidentActFact") -> bool:
    """Whether words are missing where they are the whole of it, blank ones included."""
    if kind == Kind.INCIDENT_REPLIED:
        said = (*fact.fields.values(), fact.words)
        return fact.is_accepted is None and not any(each.strip(" ") for each in said)
    return kind in {Kind.INCIDENT_FOLLOWED, Kind.INCIDENT_REOPENED} and not fact.words.strip(" ")
