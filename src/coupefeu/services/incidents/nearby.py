"""Which incidents of the other side lie near one of ours in place and in time, the nearest first, found by an index.

A peer may file as many as it likes. So both place and time narrow the search, and what is looked at is ordered by how
far apart two versions may be at most: a version that names a whole year, or ten thousand kilometres around a place, is
near everything and comes after all that say more. What is too many is counted.
"""

from collections.abc import Sequence
from math import asin, cos, degrees, pi, radians, sin
from typing import Any, Final

from sqlalchemy import text

from coupefeu.model.entry import Kind
from coupefeu.model.incidents import IncidentTerms
from coupefeu.model.messages import MessageId
from coupefeu.model.places import EARTH_M, MAX_LONGITUDE_E7, Position
from coupefeu.services.base import Statement
from coupefeu.services.incidents.status import Candidate, IncidentView

MAX_COMPARED: Final = 32
"""So many incidents are compared, the nearest; how many more there are is said."""
LEAST_E7_M: Final = 0.011
"""A unit of latitude is longer than this; what is narrowed by it loses nothing."""
_NEWEST: Final = (
    "SELECT 1 FROM incident_acts AS n WHERE n.root_log = v.root_log AND n.root_idx = v.root_idx"  # noqa: S608 - declared names
    f" AND n.kind = {int(Kind.INCIDENT_AMENDED)} AND n.log = v.log AND n.idx > v.idx AND n.effect = ''"
)
_REPORT: Final = (
    f"r.log = v.root_log AND r.idx = v.root_idx AND r.kind = {int(Kind.INCIDENT_REPORTED)} AND r.effect = ''"
)
_ABREAST: Final = (
    "(:lat_e7 IS NULL OR v.lat_e7 IS NULL OR abs(v.lat_e7 - :lat_e7) * :unit_m <= :reach_m + v.reach_m + 1)"
)
_STATED: Final = (
    "SELECT r.log, r.idx, v.first_ms, v.last_ms, v.lat_e7, v.lon_e7, v.reach_m"  # noqa: S608 - declared names
    f" FROM incident_acts AS v JOIN incident_acts AS r ON {_REPORT}"
    f" WHERE v.ours = :ours AND v.last_ms >= :from_ms AND v.first_ms <= :to_ms AND {_ABREAST}"
    f" AND NOT EXISTS ({_NEWEST})"
)
"""Versions that stand and say when it happened: none that has no effect says when in this table."""
_UNTIMED: Final = (
    "SELECT r.log, r.idx, r.claimed_ms, r.claimed_ms, v.lat_e7, v.lon_e7, v.reach_m"  # noqa: S608 - declared names
    f" FROM incident_acts AS r JOIN incident_acts AS v ON {_REPORT}"
    f" WHERE r.ours = :ours AND r.kind = {int(Kind.INCIDENT_REPORTED)}"
    " AND r.claimed_ms BETWEEN :from_ms AND :to_ms"
    f" AND v.kind = {int(Kind.INCIDENT_AMENDED)} AND v.last_ms IS NULL AND v.effect = '' AND {_ABREAST}"
    f" AND NOT EXISTS ({_NEWEST})"
)
"""Those that have taken back when: the report stands for that."""
_NEAR: Final = (
    "WITH standing(log, idx, first_ms, last_ms, lat_e7, lon_e7, reach_m) AS"  # noqa: S608 - declared names
    f" ({_STATED} UNION ALL {_UNTIMED}), placed AS (SELECT *,"
    " abs(lat_e7 - :lat_e7) AS lat_apart, :half - abs(abs(lon_e7 - :lon_e7) - :half) AS lon_apart FROM standing),"
    " near AS (SELECT * FROM placed WHERE lat_apart IS NULL OR reach_m > :reach_m OR lon_apart <= :lon_most)"
)
COUNT_NEAR: Final = text(f"{_NEAR} SELECT count(*) AS count FROM near")  # noqa: S608 - declared names
SELECT_NEAR: Final = text(
    f"{_NEAR} SELECT log, idx FROM near ORDER BY lat_apart IS NULL,"  # noqa: S608 - declared names
    " (abs(first_ms - :first_ms) + abs(last_ms - :last_ms)) / :time_ms"
    " + coalesce((lat_apart + lon_apart * :narrowing) * :unit_m + reach_m, 0) / :distance_m, log, idx LIMIT :limit"
)


def count_near(view: IncidentView, terms: IncidentTerms) -> Statement:
    """Count the incidents of the other side that the index puts near this one."""
    return Statement(COUNT_NEAR, _around(view, terms))


def select_near(view: IncidentView, terms: IncidentTerms, limit: int) -> Statement:
    """Name so many of them, those first that are nearest whatever their authors leave open."""
    return Statement(SELECT_NEAR, _around(view, terms) | _measure(view, terms) | {"limit": limit})


def happened_ms(view: IncidentView) -> tuple[int, int]:
    """Give when it happened; where that is not stated, when it was reported."""
    stated = None if view.fact is None else view.fact.when_ms
    return stated or (view.reported_ms, view.reported_ms)


def nearest(view: IncidentView, found: Sequence[Candidate], terms: IncidentTerms) -> tuple[Candidate, ...]:
    """Put candidates in order: those whose distance is known first, then by how far apart they may be at most."""
    return tuple(sorted(found, key=lambda each: _apart(view, each, terms)))


def _apart(view: IncidentView, found: Candidate, terms: IncidentTerms) -> tuple[bool, float, MessageId]:
    """Say how far apart, in what is agreed as near: both ends of the times, both places and what is uncertain."""
    ends = zip(happened_ms(view), happened_ms(found.incident), strict=True)
    measure = _measure(view, terms)
    fact = found.incident.fact
    reach_m = 0 if fact is None else fact.uncertainty_m or 0
    place = 0.0 if found.distance_m is None else (found.distance_m + reach_m) / measure["distance_m"]
    time = sum(abs(one - two) for one, two in ends) / measure["time_ms"]
    return found.distance_m is None, time + place, found.incident.id


def _around(view: IncidentView, terms: IncidentTerms) -> dict[str, Any]:
    """Give the time and the place around an incident beyond which nothing is near it."""
    first_ms, last_ms = happened_ms(view)
    reach_ms = terms.match_time_s * 1_000
    place = None if view.fact is None else view.fact.position
    uncertainty_m = 0 if view.fact is None else view.fact.uncertainty_m or 0
    reach_m = terms.match_distance_m + uncertainty_m
    return {
        "ours": int(not view.ours),
        "from_ms": first_ms - reach_ms,
        "to_ms": last_ms + reach_ms,
        "lat_e7": None if place is None else place.lat_e7,
        "lon_e7": None if place is None else place.lon_e7,
        "half": MAX_LONGITUDE_E7,
        "unit_m": LEAST_E7_M,
        "reach_m": reach_m,
        "lon_most": 0 if place is None else _most_longitude_e7(place, 2 * reach_m + 1),
    }


def _measure(view: IncidentView, terms: IncidentTerms) -> dict[str, Any]:
    """Give what two versions are ordered by; of each 1 is as far as is agreed to be near."""
    first_ms, last_ms = happened_ms(view)
    place = None if view.fact is None else view.fact.position
    return {
        "first_ms": first_ms,
        "last_ms": last_ms,
        "time_ms": 2_000.0 * max(1, terms.match_time_s),
        "distance_m": float(max(1, terms.match_distance_m)),
        "narrowing": 0.0 if place is None else cos(radians(place.lat)),
    }


def _most_longitude_e7(place: Position, distance_m: float) -> int:
    """Give how far east or west of a place anything lies at most that is no further away; half around near a pole."""
    angle, lat = distance_m / EARTH_M, abs(radians(place.lat))
    if lat + angle >= pi / 2:
        return MAX_LONGITUDE_E7
    return int(degrees(asin(min(1.0, sin(angle) / cos(lat)))) * 10_000_000 * 1.01) + 1
