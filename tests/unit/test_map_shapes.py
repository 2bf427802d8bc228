"""Volumes as a map is given them: outlines in whole steps, symbols where they belong, bounds as they were written."""

import json
from itertools import chain

import pytest
from tests.console.mapping import OVER_ANTIMERIDIAN, at, circle, volume

from coupefeu.console.map_shapes import UNITS_IN_A_DEGREE, bound_values, draw, map_volume
from coupefeu.console.notices_values import AltitudeLimit
from coupefeu.deconfliction import areas
from coupefeu.model.volumes import Altitude, AltitudeUnit, Circle, Corridor, Datum, Fix, Limit, Polygon, Track

HOLE = ((64, 178), (64, -178), (66, -178), (66, 178))


def walk(steps):
    """Give the positions of a ring in degrees, as a page decodes it."""
    positions, lon, lat = [], 0, 0
    for step_lon, step_lat in zip(steps[::2], steps[1::2], strict=True):
        lon, lat = lon + step_lon, lat + step_lat
        positions.append((lon / UNITS_IN_A_DEGREE, lat / UNITS_IN_A_DEGREE))
    return positions


def ring(corners):
    return tuple(at(*each) for each in corners)


@pytest.mark.parametrize(
    "shape",
    [
        Circle(centre=at(42, 30), radius_dm=400_000),
        Circle(centre=at(89.9, 30), radius_dm=4_000_000),
        Polygon(parts=((ring(OVER_ANTIMERIDIAN), ring(HOLE)), (ring(((1, 1), (1, 2), (2, 2))),))),
        Corridor(line=(at(43, 31), at(44, 34), at(44.5, 37)), half_width_dm=92_600),
        Track(fixes=(Fix(position=at(41, 29), at_ms=5), Fix(position=at(43, 33), at_ms=9)), buffer_dm=9_260),
    ],
    ids=["circle", "pole", "polygon", "corridor", "track"],
)
def test_every_part_is_written_so_that_a_page_finds_its_outline_again(shape):
    drawn = map_volume(volume(shape, 5, 9))
    known = areas(shape)
    assert [len(part) for part in drawn.parts] == [len(part) for part in known]
    for steps, outline in zip(chain(*drawn.parts), chain(*known), strict=True):
        walked = walk(steps)
        assert walked[0] != walked[-1]
        rounded = [(round(lon, 5), round(lat, 5)) for lon, lat in outline]
        assert {(round(lon, 5), round(lat, 5)) for lon, lat in walked} == set(rounded)


def test_a_track_has_its_own_times_and_its_fixes():
    fixes = (Fix(position=at(41, 29), at_ms=5), Fix(position=at(43, 33), at_ms=9))
    drawn = map_volume(volume(Track(fixes=fixes, buffer_dm=9_260), None, None))
    assert (drawn.start_ms, drawn.end_ms, drawn.reach_m) == (5, 9, 926)
    assert drawn.fixes == (2_900_000, 4_100_000, 5, 3_300_000, 4_300_000, 9)


def test_the_symbol_stands_at_a_centre_on_a_line_or_amid_corners_also_across_the_antimeridian():
    assert map_volume(circle(42, 30, 0)).label == (3_000_000, 4_200_000)
    line = Corridor(line=(at(43, 31), at(44, 34), at(44.5, 37)), half_width_dm=92_600)
    assert map_volume(volume(line, 0, 1)).label == (3_400_000, 4_400_000)
    lon, lat = map_volume(volume(Polygon(parts=((ring(OVER_ANTIMERIDIAN),),)), 0, 1)).label
    assert abs(lon / UNITS_IN_A_DEGREE - 180) < 0.1
    assert 62 < lat / UNITS_IN_A_DEGREE < 68


def test_what_is_not_stated_is_never_zero():
    assert bound_values(None).limit is AltitudeLimit.NOT_STATED
    assert bound_values(None).value is None
    assert bound_values(Limit.SURFACE).limit is AltitudeLimit.SURFACE
    assert bound_values(Limit.UNLIMITED).limit is AltitudeLimit.UNLIMITED
    stated = bound_values(Altitude(value=3_000, unit=AltitudeUnit.FT, datum=Datum.AMSL))
    assert (stated.value, stated.unit, stated.datum) == (3_000, "ft", "amsl")


def test_an_outline_is_made_once():
    once = circle(42, 31, 7)
    assert draw(once) is draw(circle(42, 31, 7))
    assert json.loads(bytes(draw(once)))["shape"] == "circle"
