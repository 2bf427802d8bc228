"""Which two versions may be of one event, and how their fields read side by side; it proposes, and people say.

Nothing is said of who is right: a field that both state and that does not read the same is disputed, and no more.
"""

from collections.abc import Iterator
from typing import Any, Final

from coupefeu.model.incidents import IncidentTerms
from coupefeu.model.places import sphere_distance_m
from coupefeu.model.volumes import Altitude
from coupefeu.services.incidents.facts import IncidentFact
from coupefeu.services.incidents.nearby import happened_ms
from coupefeu.services.incidents.status import Candidate, Compared, FieldCompared, IncidentView

LEAST_DISTANCE_M: Final = 100
"""Two positions so near are one, whatever their authors say of their uncertainty."""
_CROSSED: Final = {"our_platform": "other_platform", "other_platform": "our_platform"}
"""What one side calls its own is the other one to the other side."""
_TEXTS: Final = (
    "place",
    "our_platform",
    "other_platform",
    "forces",
    "damage",
    "casualties",
    "measures",
    "provision",
)


def candidate(view: IncidentView, other: IncidentView, terms: IncidentTerms) -> Candidate | None:
    """Say how near another version lies in place and time; None: too far in one of both, or it has no effect."""
    one, two = view.fact, other.fact
    if one is None or two is None or view.effect or other.effect:
        return None
    (first_ms, last_ms), (other_first_ms, other_last_ms) = happened_ms(view), happened_ms(other)
    gap_ms = max(0, first_ms - other_last_ms, other_first_ms - last_ms)
    distance_m = _distance_m(one, two)
    reach_m = terms.match_distance_m + (one.uncertainty_m or 0) + (two.uncertainty_m or 0)
    if gap_ms > terms.match_time_s * 1_000 or (distance_m or 0) > reach_m:
        return None
    is_by_report = one.when_ms is None or two.when_ms is None
    return Candidate(incident=other, distance_m=distance_m, gap_ms=gap_ms, is_by_report=is_by_report)


def compare(
    ours: IncidentFact, theirs: IncidentFact, terms: IncidentTerms, skew_s: int
) -> tuple[FieldCompared, ...]:
    """Put two versions side by side, field by field."""
    return tuple(_compared(ours, theirs, terms, skew_s))


def _compared(
    ours: IncidentFact, theirs: IncidentFact, terms: IncidentTerms, skew_s: int
) -> Iterator[FieldCompared]:
    yield _field("form", ours.form, theirs.form, is_same=ours.form is theirs.form)
    yield _field("when", ours.when_ms, theirs.when_ms, is_same=_is_same_time(ours, theirs, terms, skew_s))
    distance_m = _distance_m(ours, theirs)
    reach_m = max(LEAST_DISTANCE_M, (ours.uncertainty_m or 0) + (theirs.uncertainty_m or 0))
    is_near = distance_m is not None and distance_m <= reach_m
    yield _field("position", ours.position, theirs.position, is_same=is_near, distance_m=distance_m)
    is_level = _is_same_altitude(ours.altitude, theirs.altitude)
    yield _field("altitude", ours.altitude, theirs.altitude, is_same=is_level)
    for name in _TEXTS:
        one, two = getattr(ours, name) or None, getattr(theirs, _CROSSED.get(name, name)) or None
        yield _field(name, one, two, is_same=_plain(one) == _plain(two))
    one, two = ours.is_coordinated, theirs.is_coordinated
    yield _field("coordinated", one, two, is_same=one is two)


def _field(
    name: str, ours: Any, theirs: Any, *, is_same: bool, distance_m: int | None = None
) -> FieldCompared:
    match ours is None, theirs is None:
        case True, True:
            how = Compared.NOT_STATED
        case True, False:
            how = Compared.NOT_STATED_BY_US
        case False, True:
            how = Compared.NOT_STATED_BY_THEM
        case _:
            how = Compared.AGREED if is_same else Compared.DISPUTED
    return FieldCompared(field=name, ours=ours, theirs=theirs, how=how, distance_m=distance_m)


def _is_same_time(ours: IncidentFact, theirs: IncidentFact, terms: IncidentTerms, skew_s: int) -> bool:
    """Whether both times meet, give or take the agreed skew of clocks; "about" reaches as far as a match."""
    if ours.when_ms is None or theirs.when_ms is None:
        return False
    reach_s = terms.match_time_s if ours.is_about or theirs.is_about else skew_s
    gap_ms = max(ours.when_ms[0] - theirs.when_ms[1], theirs.when_ms[0] - ours.when_ms[1])
    return gap_ms <= reach_s * 1_000


def _is_same_altitude(ours: Altitude | None, theirs: Altitude | None) -> bool:
    """Whether both are the same height over the same datum; of two datums nobody can say."""
    return ours is not None and theirs is not None and ours.datum is theirs.datum and ours.mm == theirs.mm


def _distance_m(ours: IncidentFact, theirs: IncidentFact) -> int | None:
    if ours.position is None or theirs.position is None:
        return None
    return round(sphere_distance_m(ours.position, theirs.position))


def _plain(text: str | None) -> str:
    return " ".join((text or "").casefold().split())
