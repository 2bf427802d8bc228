"""The shared pairs with exact answers: distance within a metre, altitude and time exact, every robust verdict right."""

import pytest
from tests.shared import shared_jsonl
from tests.volumes import case_volume

from coupefeu.deconfliction import Prepared, conflicting, gap, padded, prepare, which
from coupefeu.model.volumes import Separation

SEPARATION = Separation(distance_m=9_260, altitude_m=300, time_s=600)


@pytest.fixture(scope="module")
def cases():
    rows = shared_jsonl("data/geo/cases-sample.jsonl")
    return [
        (row["case"], prepare([case_volume(row["a"])]), prepare([case_volume(row["b"])]), row["truth"])
        for row in rows
    ]


def test_gaps_are_those_of_the_cases_whichever_side_asks(cases):
    assert len(cases) == 205
    for name, one, other, truth in cases:
        for found in (gap(one, other, SEPARATION), gap(other, one, SEPARATION)):
            assert abs(found.distance_m - truth["distance_m"]) < 0.2, name
            assert found.altitude_gap_m == truth["altitude_gap_m"], name
            assert found.time_gap_s == truth["time_gap_s"], name
            assert found.conflict == truth["conflict"], name


def test_the_batch_finds_the_same_conflicts_among_all_of_the_others(cases):
    others = [other.to_bytes() for _, _, other, _ in cases]
    for number, (name, one, other, _) in enumerate(cases):
        found = dict(conflicting(one, others, SEPARATION))
        own = gap(one, other, SEPARATION)
        assert which(one, others, SEPARATION) == list(found), name
        assert (number in found) == own.conflict, name
        if own.conflict:
            assert found[number] == own, name


def test_bytes_come_back_as_they_were(cases):
    for name, one, _, _ in cases:
        assert Prepared.from_bytes(one.to_bytes()) == one, name


def test_what_conflicts_has_boxes_that_meet(cases):
    apart = 0
    for name, one, other, truth in cases:
        box, wide = other.boxes[0], padded(one.boxes[0], SEPARATION)
        meets = all(wide[low] <= box[low + 1] and wide[low + 1] >= box[low] for low in range(0, 10, 2))
        assert meets or not truth["conflict"], name
        apart += not meets
    assert apart > 50, "boxes that always meet say nothing"
