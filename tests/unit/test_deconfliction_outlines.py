"""Outlines: every corner lies on the edge of the shape, and no ring jumps at the antimeridian or a pole."""

from itertools import pairwise

import pytest
from pyproj import Geod
from tests.shared import shared_jsonl
from tests.volumes import case_shape, place, volume

from coupefeu.deconfliction import areas, gap, outline, prepare
from coupefeu.model.volumes import Circle, Corridor, Fix, Polygon, Separation, Track

GEOD = Geod(ellps="WGS84")
SHAPES = [
    Circle(centre=place(179.9, 10), radius_dm=300_000),
    Corridor(line=(place(179.0, 60), place(-179.0, 60.5), place(-179.5, 61)), half_width_dm=50_000),
    Track(fixes=tuple(Fix(position=place(10 + each, 50), at_ms=each) for each in range(3)), buffer_dm=20_000),
    Polygon(
        parts=(((place(179, 1), place(-179, 1), place(-179, 2)),), ((place(0, 0), place(1, 0), place(0, 1)),))
    ),
    Polygon(parts=((tuple(place(each, 80) for each in range(0, 360, 45)),),)),
]


@pytest.mark.parametrize("shape", SHAPES)
def test_rings_are_closed_and_all_corners_are_of_the_shape(shape):
    whole = prepare([volume(shape)])
    for ring in outline(shape):
        assert ring[0] == ring[-1]
        for longitude, latitude in ring:
            if abs(latitude) < 90:
                corner = prepare([volume(Circle(centre=place(longitude, latitude), radius_dm=0))])
                assert gap(whole, corner, Separation()).distance_m < 0.5


@pytest.mark.parametrize("shape", SHAPES)
def test_no_ring_jumps_at_the_antimeridian(shape):
    for ring in outline(shape):
        for (one, north), (other, north_there) in pairwise(ring):
            assert abs(other - one) < 180 or (abs(north), abs(north_there)) == (90, 90)


def test_a_ring_round_a_pole_goes_along_the_edge_of_the_map():
    (ring,) = outline(SHAPES[-1])
    assert {latitude for _, latitude in ring[-3:-1]} == {90}
    assert ring[-3][0] - ring[-2][0] == pytest.approx(360)
    south = Polygon(parts=((tuple(place(each, -80) for each in range(0, 360, 45)),),))
    assert {latitude for _, latitude in outline(south)[0][-3:-1]} == {-90}


def test_a_circle_is_round():
    circle = Circle(centre=place(30, -75), radius_dm=1_000_000)
    for longitude, latitude in outline(circle)[0]:
        assert GEOD.inv(30, -75, longitude, latitude)[2] == pytest.approx(100_000, abs=0.5)


def test_a_leg_is_as_wide_as_it_says():
    (ring,) = outline(Corridor(line=(place(30, 50), place(30.4, 50.1)), half_width_dm=50_000))
    line = prepare([volume(Corridor(line=(place(30, 50), place(30.4, 50.1)), half_width_dm=0))])
    for longitude, latitude in ring:
        corner = prepare([volume(Circle(centre=place(longitude, latitude), radius_dm=0))])
        assert gap(line, corner, Separation()).distance_m == pytest.approx(5_000, abs=0.5)


def test_every_shape_of_the_cases_has_an_outline():
    for row in shared_jsonl("data/geo/cases-sample.jsonl"):
        for side in ("a", "b"):
            assert all(len(ring) >= 4 for ring in outline(case_shape(row[side])))


def test_parts_keep_their_holes_and_a_line_with_corners_is_one_part():
    hole = (place(0.1, 0.1), place(0.2, 0.1), place(0.1, 0.2))
    shape = Polygon(parts=((SHAPES[3].parts[1][0], hole), SHAPES[3].parts[0]))
    assert [len(part) for part in areas(shape)] == [2, 1]
    (part,) = areas(SHAPES[1])
    assert len(part) == 1
    loop = Corridor(
        line=tuple(place(*each) for each in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))), half_width_dm=50_000
    )
    (part,) = areas(loop)
    assert len(part) == 2, "a line that comes back leaves a hole"
