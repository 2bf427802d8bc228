"""What clears a conflict: each shift alone does, and a little less does not."""

from dataclasses import replace

import pytest
from pyproj import Geod
from tests.shared import shared_jsonl
from tests.volumes import amsl, case_volume, place, volume

from coupefeu.deconfliction import clearing, gap, prepare
from coupefeu.model.volumes import (
    Altitude,
    AltitudeUnit,
    Circle,
    Corridor,
    Datum,
    Fix,
    Limit,
    Separation,
    Track,
)

MINIMA = Separation()
GEOD = Geod(ellps="WGS84")
HOUR_MS = 3_600_000


@pytest.fixture(scope="module")
def conflicts():
    rows = shared_jsonl("data/geo/cases-sample.jsonl")
    pairs = [(case_volume(row["a"]), case_volume(row["b"])) for row in rows if row["truth"]["conflict"]]
    return [(one, prepare([other])) for one, other in pairs]


def later(one, seconds):
    return replace(one, start_ms=one.start_ms + seconds * 1_000, end_ms=one.end_ms + seconds * 1_000)


def higher(one, metres):
    return replace(
        one,
        lower=replace(one.lower, value=one.lower.value + metres),
        upper=replace(one.upper, value=one.upper.value + metres),
    )


def meets(one, other):
    return gap(prepare([one]), other, MINIMA).conflict


def test_shifts_in_time_and_altitude_are_the_least_that_clear(conflicts):
    raised = lowered = 0
    for one, other in conflicts:
        found = clearing(prepare([one]), other, MINIMA)
        for shift, back in ((-found.earlier_s, 1), (found.later_s, -1)):
            assert not meets(later(one, shift), other)
            assert meets(later(one, shift + back), other)
        for shift, back in ((-(found.lower_m or 0), 1), (found.raise_m or 0, -1)):
            if shift:
                assert not meets(higher(one, shift), other)
                assert meets(higher(one, shift + back), other)
        raised, lowered = raised + bool(found.raise_m), lowered + bool(found.lower_m)
    assert raised > 50
    assert lowered > 10


def moved(one, bearing, metres):
    centre = one.shape.centre
    longitude, latitude, _ = GEOD.fwd(centre.lon, centre.lat, bearing, metres)
    return replace(one, shape=replace(one.shape, centre=place(longitude, latitude)))


@pytest.mark.parametrize("latitude", [-89.9, -60.0, 0.0, 45.0, 85.0])
@pytest.mark.parametrize("bearing", [0, 77, 180, 290])
def test_a_circle_moved_as_said_is_clear_and_hardly_more_than_needed(latitude, bearing):
    one = volume(Circle(centre=place(179.95, latitude), radius_dm=30_000))
    there = moved(one, bearing, 8_000)
    found = clearing(prepare([one]), prepare([there]), MINIMA)
    assert found.move is not None
    if latitude != -89.9:  # there a bearing at the middle of both is another one at the circle
        assert not meets(moved(one, *found.move), prepare([there]))
    assert 7_260 <= found.move[1] <= 7_600, "6,000 + 9,260 m from centre to centre, less 8,000"


def test_what_cannot_be_shifted_is_not_proposed():
    ship = volume(Circle(centre=place(30, 40), radius_dm=0), lower=Limit.SURFACE, upper=Limit.SURFACE)
    always = volume(Circle(centre=place(30, 40), radius_dm=0))
    found = clearing(prepare([ship]), prepare([always]), MINIMA)
    assert (found.earlier_s, found.later_s) == (None, None), "neither window ends"
    assert (found.lower_m, found.raise_m) == (None, None), "a ship stays on the water"
    assert found.move == (found.move[0], 9_300)
    wide = volume(Circle(centre=place(30, 40), radius_dm=30_000_000))
    assert clearing(prepare([wide]), prepare([always]), MINIMA).move is None


def test_no_conflict_asks_for_nothing():
    one = volume(Circle(centre=place(30, 40), radius_dm=0))
    other = volume(Circle(centre=place(31, 40), radius_dm=0))
    found = clearing(prepare([one]), prepare([other]), MINIMA)
    assert (found.earlier_s, found.later_s, found.lower_m, found.raise_m, found.move) == (0, 0, 0, 0, (0, 0))


def test_all_volumes_of_a_notice_are_cleared_at_once():
    def there(start, low):
        return volume(
            Circle(centre=place(30, 40), radius_dm=0), lower=amsl(low), upper=amsl(low + 500),
            start_ms=start * HOUR_MS, end_ms=(start + 1) * HOUR_MS,
        )  # fmt: skip

    one = [there(10, 1_000), there(12, 3_000)]
    other = prepare([there(11, 1_200), there(13, 3_100), there(14, 1_000)])
    found = clearing(prepare(one), other, MINIMA)
    for shift in (-found.earlier_s, found.later_s):
        assert not gap(prepare([later(each, shift) for each in one]), other, MINIMA).conflict
    assert not gap(prepare([higher(each, found.raise_m) for each in one]), other, MINIMA).conflict


def test_altitudes_over_two_datums_are_shifted_by_what_is_sure():
    level = Altitude(value=100, unit=AltitudeUnit.FL, datum=Datum.STD)
    flight = volume(Circle(centre=place(30, 40), radius_dm=0), lower=level, upper=level)
    site = volume(Circle(centre=place(30, 40), radius_dm=0), lower=amsl(0), upper=amsl(3_000))
    found = clearing(prepare([flight]), prepare([site]), MINIMA)
    assert found.raise_m > 1_000, "a flight level may lie far below its height in cold air"
    assert not meets(higher_level(flight, found.raise_m), prepare([site]))


def higher_level(flight, metres):
    up = Altitude(value=3_048 + metres * 2, unit=AltitudeUnit.M, datum=Datum.STD)
    return replace(flight, lower=up, upper=up)


def test_a_moving_buffer_is_shifted_until_it_is_clear():
    track = volume(
        Track(
            fixes=(Fix(position=place(30, 40), at_ms=0), Fix(position=place(31, 40), at_ms=4 * HOUR_MS)),
            buffer_dm=10_000,
        ),
        start_ms=0,
        end_ms=4 * HOUR_MS,
    )
    other = volume(
        Corridor(line=(place(30.5, 39), place(30.5, 41)), half_width_dm=0), start_ms=0, end_ms=HOUR_MS * 2
    )
    found = clearing(prepare([track]), prepare([other]), MINIMA)
    shifted = track.shape.fixes
    for shift in (-found.earlier_s, found.later_s):
        fixes = tuple(replace(fix, at_ms=fix.at_ms + shift * 1_000) for fix in shifted)
        assert not meets(replace(track, shape=replace(track.shape, fixes=fixes)), prepare([other]))


def test_no_band_is_lowered_into_the_ground_and_a_submarine_may_go_down():
    def at(low, high):
        return prepare([volume(Circle(centre=place(30, 40), radius_dm=0), lower=amsl(low), upper=amsl(high))])

    assert clearing(at(100, 200), at(150, 200), MINIMA).lower_m is None
    assert clearing(at(1_000, 1_200), at(1_100, 1_200), MINIMA).lower_m == 400
    assert clearing(at(-200, -100), at(-150, -100), MINIMA).lower_m == 350
