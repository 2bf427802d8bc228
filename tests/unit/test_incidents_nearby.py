"""Decoys: however many incidents the other side files near one of ours, the nearest is found; the rest is counted."""

import random
from dataclasses import replace

import pytest
from tests.incidents_line import HERE, HOUR_MS, US, Line, report, theirs
from tests.stores import AGREEMENT, moment

from coupefeu.model.entry import Kind
from coupefeu.model.incidents import IncidentForm
from coupefeu.model.places import Position
from coupefeu.node.desk import Desk
from coupefeu.services.incidents.commands import PairIncident
from coupefeu.services.incidents.facts import IncidentFact
from coupefeu.services.incidents.matching import candidate
from coupefeu.services.incidents.nearby import MAX_COMPARED, nearest

LAUNCH = IncidentForm.ACCIDENTAL_LAUNCH
KILOMETRE_E7 = 89_932
DECOYS = MAX_COMPARED + 6
YEAR_MS = 366 * 24 * HOUR_MS


@pytest.fixture
def line(tmp_path):
    return Line(tmp_path / "record.db")


@pytest.fixture
def desk(line):
    sat = Desk(line.path, AGREEMENT, 0, lambda: moment(line.at), running=True)
    yield sat
    sat.close()


def at(kilometres):
    return replace(HERE, lat_e7=HERE.lat_e7 + round(kilometres * KILOMETRE_E7))


def ids(found):
    return [each.incident.id for each in found.near]


@pytest.mark.parametrize(
    "decoy",
    [
        pytest.param(lambda now: {"when_ms": (now, now), "position": at(200)}, id="elsewhere"),
        pytest.param(lambda now: {"when_ms": (now, now)}, id="nowhere"),
        pytest.param(
            lambda now: {"when_ms": (now - YEAR_MS, now + YEAR_MS), "position": HERE}, id="all-year"
        ),
        pytest.param(
            lambda now: {"when_ms": (now, now), "position": HERE, "uncertainty_m": 10_000_000},
            id="anywhere",
        ),
        pytest.param(
            lambda now: {"when_ms": (now, now), "position": replace(HERE, lon_e7=-HERE.lon_e7)},
            id="same-latitude",
        ),
    ],
)
def test_no_number_of_vague_or_far_decoys_hides_the_true_one(line, desk, decoy):
    now_ms = line.now_ms
    number = report(line, position=HERE, when_ms=(now_ms, now_ms))
    later_ms = now_ms + HOUR_MS
    true = theirs(line, position=at(5), when_ms=(later_ms, later_ms), uncertainty_m=100)
    for _ in range(DECOYS):
        theirs(line, **decoy(now_ms))
    assert ids(desk.incidents.candidates(number))[0] == true


def test_of_decoys_that_say_the_same_the_earliest_come_first_and_the_rest_is_counted(line, desk):
    now_ms = line.now_ms
    number = report(line, position=HERE, when_ms=(now_ms, now_ms))
    filed = [theirs(line, position=HERE, when_ms=(now_ms, now_ms)) for _ in range(DECOYS)]
    found = desk.incidents.candidates(number)
    assert ids(found) == filed[:MAX_COMPARED]
    assert found.not_compared == DECOYS - MAX_COMPARED


def test_what_we_have_judged_gives_its_place_to_the_next(line, desk):
    now_ms = line.now_ms
    number = report(line, position=HERE, when_ms=(now_ms, now_ms))
    filed = [theirs(line, position=HERE, when_ms=(now_ms, now_ms)) for _ in range(MAX_COMPARED + 2)]
    for other in filed[:3]:
        line.act(PairIncident(incident=number, other=other, from_post=US, is_same=False))
    found = desk.incidents.candidates(number)
    assert ids(found) == filed[3:]
    assert found.not_compared == 0


def test_what_is_far_is_not_counted(line, desk):
    now_ms = line.now_ms
    number = report(line, position=HERE, when_ms=(now_ms, now_ms))
    for place in (at(200), replace(HERE, lon_e7=-HERE.lon_e7)):
        for _ in range(DECOYS):
            theirs(line, when_ms=(now_ms, now_ms), position=place)
    theirs(line, when_ms=(now_ms + 3 * HOUR_MS, now_ms + 3 * HOUR_MS), position=HERE)
    found = desk.incidents.candidates(number)
    assert (found.near, found.not_compared) == ((), 0)


@pytest.mark.parametrize("place", [at(19.999), replace(HERE, lon_e7=HERE.lon_e7 + 2_082_200)])
def test_what_lies_as_far_as_is_agreed_is_found(line, desk, place):
    now_ms = line.now_ms
    number = report(line, position=HERE, when_ms=(now_ms, now_ms))
    other = theirs(line, position=place, when_ms=(now_ms, now_ms))
    (found,) = desk.incidents.candidates(number).near
    assert (found.incident.id, found.distance_m) == (other, pytest.approx(20_000, abs=10))


def test_decoys_that_were_amended_away_take_no_place(line, desk):
    now_ms = line.now_ms
    number = report(line, position=HERE, when_ms=(now_ms, now_ms))
    gone = (now_ms + YEAR_MS, now_ms + YEAR_MS)
    for _ in range(DECOYS):
        decoy = theirs(line, position=HERE, when_ms=(now_ms, now_ms))
        line.hear(Kind.INCIDENT_AMENDED, IncidentFact(form=LAUNCH, when_ms=gone, position=HERE), decoy)
    true = theirs(line, position=at(1), when_ms=(now_ms, now_ms))
    found = desk.incidents.candidates(number)
    assert (ids(found), found.not_compared) == ([true], 0)


def test_one_that_has_taken_back_when_is_found_by_its_report(line, desk):
    number = report(line, position=HERE)
    gone = (line.now_ms + YEAR_MS, line.now_ms + YEAR_MS)
    other = theirs(line, position=HERE, when_ms=gone)
    line.hear(Kind.INCIDENT_AMENDED, IncidentFact(form=LAUNCH, position=HERE), other)
    (found,) = desk.incidents.candidates(number).near
    assert (found.incident.id, found.is_by_report) == (other, True)


def test_the_index_finds_what_the_rule_finds(line, desk):
    """Poles, the antimeridian, vague and amended versions: as when every incident is compared with every other."""
    draw = random.Random(41)
    places = [
        Position(lat_e7=lat * 10_000_000, lon_e7=lon * 10_000_000)
        for lat, lon in ((0, 0), (60, 30), (89, 10), (-90, 0), (10, 179), (85, -180))
    ]

    def drawn():
        center, time_ms = draw.choice(places), line.now_ms + draw.randint(-6, 6) * HOUR_MS
        around = (-6_000, 6_000) if abs(center.lat_e7) > 880_000_000 else (-60, 60)
        place = Position(
            lat_e7=max(-900_000_000, min(900_000_000, center.lat_e7 + draw.randint(-30, 30) * 100_000)),
            lon_e7=(center.lon_e7 + draw.randint(*around) * 300_000 + 1_800_000_000) % 3_600_000_000
            - 1_800_000_000,
        )
        is_placed = draw.random() < 0.8
        return {
            "when_ms": None if draw.random() < 0.2 else (time_ms, time_ms + draw.choice((0, HOUR_MS))),
            "position": place if is_placed else None,
            "uncertainty_m": draw.choice((None, 0, 30_000, 900_000)) if is_placed else None,
        }

    others = [theirs(line, **drawn()) for _ in range(60)]
    for other in draw.sample(others, 20):
        line.hear(Kind.INCIDENT_AMENDED, IncidentFact(form=LAUNCH, **drawn()), other)
    terms, compared = AGREEMENT.incidents, 0
    versions = [desk.incidents.get(each) for each in others]
    for _ in range(25):
        view = desk.incidents.get(report(line, **drawn()))
        rule = [found for found in (candidate(view, each, terms) for each in versions) if found is not None]
        assert ids(desk.incidents.candidates(view.id)) == [
            each.incident.id for each in nearest(view, rule, terms)
        ]
        compared += len(rule)
    assert compared > 100
