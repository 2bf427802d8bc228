"""What is decided in a plane is what each pair says alone: whatever the shape, its size, and the minima."""

import math

import numpy as np
import pytest
from tests.drawn_volumes import draw_pair, shifted
from tests.sizes import size
from tests.volumes import amsl, place, volume

from coupefeu.deconfliction import conflicting, gap, prepare, which
from coupefeu.deconfliction.plane import judge
from coupefeu.model.volumes import Circle, Corridor, Polygon, Separation


def area(*corners):
    return prepare([volume(Polygon(parts=((tuple(place(*each) for each in corners),),)))])


def spot(*at, radius_m=0):
    return prepare([volume(Circle(centre=place(*at), radius_dm=radius_m * 10))])


def route(*line, half_width_m=0):
    line = tuple(place(*each) for each in line)
    return prepare([volume(Corridor(line=line, half_width_dm=half_width_m * 10))])


def check(one, others, minima):
    """Compare with what each pair says, both ways; gives the verdicts."""
    data = [each.to_bytes() for each in others]
    alone = [gap(one, each, minima).conflict for each in others]
    assert which(one, data, minima) == [place for place, conflict in enumerate(alone) if conflict]
    assert [bool(which(each, [one], minima)) for each in others] == alone
    return alone


def test_a_ring_that_crosses_itself_holds_what_it_winds_round_leftwards():
    near = Separation(distance_m=1)
    tie = area((10, 50), (10, 52), (12, 50), (12, 52))
    assert check(tie, [spot(10.3, 51), spot(11.7, 51), spot(11, 51.5)], near).count(True) == 1
    star = area(*(shifted((10, 50), turn * 144, 300_000) for turn in range(5)))
    assert check(star, [spot(10, 50), spot(12, 51)], near) == [True, False]


def test_rings_of_any_order_of_their_corners():
    random, near = np.random.default_rng(10), Separation(distance_m=1)
    spots = [spot(11 + x, 51 + y) for x in (-0.6, 0.1, 0.7) for y in (-0.7, 0.2, 0.6)]
    data, plain, held = [each.to_bytes() for each in spots], 0, 0
    for _ in range(size(small=200, full=20_000)):
        corners = random.integers(0, 5, (random.integers(3, 9), 2)) * 0.5 + (10, 50)
        ring = area(*corners.tolist())
        found = [number for number, _ in conflicting(ring, spots, near)]
        assert which(ring, data, near) == found, corners
        plain += not judge(ring.to_bytes(), data, near, 0.5).left
        held += bool(found)
    assert min(plain, held) > 20, "a draw of one kind says nothing"


def test_a_ring_with_a_hole_and_two_parts_is_decided_with_plain_ones_beside_it():
    corners = [(0, 0), (4, 0), (4, 4), (0, 4)]
    hole = [(1, 1), (3, 1), (3, 3), (1, 3)]
    rings = tuple(tuple(place(*each) for each in ring) for ring in (corners, hole))
    holed = prepare([volume(Polygon(parts=(rings,)))])
    others = [spot(2, 2), holed, spot(0.5, 0.5), area((1.5, 1.5), (2.5, 1.5), (2, 2.5)), area(*corners)]
    assert check(holed, others, Separation(distance_m=100)) == [False, True, True, False, True]
    assert check(others[-1], others, Separation(distance_m=100)) == [True] * 5


def test_what_is_wider_than_the_plane_is_decided_all_the_same():
    cap = area(*(shifted((0, 90), turn, 8_500_000) for turn in range(0, 360, 20)))
    long = route((-80, 10), (0, 40), (80, 10), half_width_m=5_000)
    ring = area(*(shifted((30, 30), turn, 4_000_000) for turn in range(0, 360, 10)))
    others = [
        cap,
        long,
        ring,
        spot(0, 89),
        spot(30, 30),
        spot(-80, 10.2),
        spot(150, -60),
        spot(0, 12, radius_m=500_000),
    ]
    for distance_m in (1, 20_000, 3_000_000, 9_000_000):
        for one in others:
            check(one, others, Separation(distance_m=distance_m))


def test_far_from_where_the_plane_touches_it_is_drawn_longer():
    middle = (30, 30)
    wide = area(*(shifted(middle, turn, 4_000_000) for turn in range(0, 360, 10)))
    others = [
        spot(*shifted(middle, turn, 4_000_000 + away)) for turn in (0, 130, 260) for away in (10_000, 30_000)
    ]
    assert check(wide, others, Separation(distance_m=10_500)) == [True, False] * 3


@pytest.mark.parametrize("where", ["anywhere", "poles", "antimeridian", "origin"])
def test_whatever_the_minimum_distance_is(where):
    random = np.random.default_rng([7, len(where)])
    for number in range(size(small=60, full=5_000)):
        one, other = (prepare([volume(each)]) for each in draw_pair(random, where, odd=bool(number % 2)))
        apart = gap(one, other, Separation()).distance_m
        for share in (0.2, 0.95, 0.98, 0.995, 1.005, 1.02, 1.05, 3.0):
            minima = Separation(distance_m=math.ceil(apart * share))
            expected = [0] if apart < minima.distance_m + 0.5 else []
            assert which(one, [other], minima) == expected, (number, share, apart)
            assert which(other, [one], minima) == expected, (number, share, apart)


def test_altitudes_and_times_decide_before_and_beside_one_another():
    def high(lower_m, start_s):
        return prepare([volume(
            Circle(centre=place(5, 5), radius_dm=10), lower=amsl(lower_m), upper=amsl(lower_m + 100),
            start_ms=start_s * 1_000, end_ms=(start_s + 100) * 1_000,
        )])  # fmt: skip

    one = high(1_000, 1_000)
    others = [high(1_399, 1_000), high(1_400, 1_000), high(1_000, 1_699), high(1_000, 1_700), high(601, 401)]
    minima = Separation(altitude_m=300, time_s=600)
    assert check(one, others, minima) == [True, False, True, False, True]
    assert check(one, others[1::2], minima) == [False, False]
    for nothing in (Separation(altitude_m=0), Separation(time_s=0)):
        assert check(one, others, nothing) == [False] * 5


def test_almost_all_are_decided_there():
    """Else it would be right and slow: the shared cost of what is left in doubt."""
    random, minima = np.random.default_rng(8), Separation()
    pairs = [
        [prepare([volume(each)]).to_bytes() for each in draw_pair(random, "anywhere")] for _ in range(300)
    ]
    doubtful = sum(len(judge(one, [other], minima, 0.5)[1]) for one, other in pairs)
    assert 0 < sum(bool(judge(one, [other], minima, 0.5)[0]) for one, other in pairs) < 300
    assert doubtful < 15


def test_conflicts_are_found_at_once_among_all_kinds():
    random, minima = np.random.default_rng(9), Separation()
    for _ in range(size(small=10, full=500)):
        others = [
            prepare([volume(each)])
            for _ in range(12)
            for each in draw_pair(random, "origin", odd=bool(random.integers(0, 2)))
        ]
        for one in others[:4]:
            assert which(one, others, minima) == [number for number, _ in conflicting(one, others, minima)]
