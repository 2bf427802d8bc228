"""Altitude and time are exact, unknown is without bound, two datums widen, and a gap equal to its minimum is enough."""

import math
import tracemalloc

import pytest
from tests.volumes import amsl, place, volume

from coupefeu.deconfliction import Prepared, all_pairs, gap, prepare, which
from coupefeu.deconfliction.bands import widen
from coupefeu.deconfliction.moving import approach
from coupefeu.errors import PeerError, UsageError
from coupefeu.model.volumes import (
    Altitude,
    AltitudeUnit,
    Circle,
    Corridor,
    Datum,
    Fix,
    Limit,
    Polygon,
    Separation,
    Track,
)

MINIMA = Separation()
HERE = Circle(centre=place(30, 40), radius_dm=0)


def altitude(value, unit=AltitudeUnit.M, datum=Datum.AMSL):
    return Altitude(value=value, unit=unit, datum=datum)


def level(value):
    return altitude(value, AltitudeUnit.FL, Datum.STD)


def between(one, other, minima=MINIMA):
    """Measure two bands at one place; both ways must say the same."""
    a, b = (prepare([volume(HERE, lower=lower, upper=upper)]) for lower, upper in (one, other))
    found, back = gap(a, b, minima), gap(b, a, minima)
    assert (found.conflict, found.altitude_gap_m) == (back.conflict, back.altitude_gap_m)
    assert which(a, [b], minima) == ([0] if found.conflict else [])
    return found


def test_an_altitude_gap_equal_to_its_minimum_is_separated():
    assert not between((amsl(0), amsl(1_000)), (amsl(1_300), None)).conflict
    assert between((amsl(0), amsl(1_000)), (amsl(1_299), None)).conflict


def test_feet_and_flight_levels_are_exact():
    feet = altitude(1_000, AltitudeUnit.FT)
    assert between((None, amsl(0)), (feet, None)).altitude_gap_m == 304.8
    assert not between((None, level(100)), (level(110), None), Separation(altitude_m=304)).conflict
    assert between((None, level(100)), (level(110), None), Separation(altitude_m=305)).conflict
    assert between((None, altitude(125, AltitudeUnit.FT)), (altitude(1_109, AltitudeUnit.FT), None)).conflict
    assert not between((None, altitude(0, AltitudeUnit.FT)), (altitude(985, AltitudeUnit.FT), None)).conflict


def test_what_is_not_stated_has_no_bound():
    assert between((None, None), (amsl(20_000), amsl(20_001))).altitude_gap_m == 0
    assert between((amsl(20_000), Limit.UNLIMITED), (amsl(30_000), None)).altitude_gap_m == 0
    assert between((None, amsl(100)), (amsl(20_000), None)).altitude_gap_m == 19_900


@pytest.mark.parametrize(
    ("low", "high", "apart"),
    [
        (
            amsl(1_000),
            altitude(1_407, datum=Datum.HAE),
            321,
        ),  # mean sea level lies up to 86 m above the ellipsoid
        (altitude(1_000, datum=Datum.HAE), amsl(1_407), 300),  # and up to 107 m below it
        (amsl(1_000), level(100), 340.8),  # 10,000 ft in the coldest air and at the lowest pressure
        (level(100), amsl(5_000), 997.2),
        (amsl(3_000), altitude(3_700, datum=Datum.AGL), 250),  # over the shore of the Dead Sea
        (altitude(300, datum=Datum.AGL), amsl(9_500), 350),  # over the highest mountain
        (Limit.SURFACE, amsl(9_500), 650),
    ],
)
def test_two_datums_are_apart_by_what_is_sure(low, high, apart):
    found = between((None, low), (high, None))
    assert found.altitude_gap_m == apart
    assert found.conflict == (apart < 300)
    assert found.datums_differ


def test_one_datum_is_never_widened():
    for datum in Datum:
        found = between((None, altitude(1_000, datum=datum)), (altitude(1_300, datum=datum), None))
        assert (found.altitude_gap_m, found.datums_differ) == (300, False)
    ship, drone = (Limit.SURFACE, Limit.SURFACE), (altitude(300, datum=Datum.AGL), None)
    assert not between(ship, drone).conflict, "both are over the ground below"


def test_a_widened_altitude_holds_its_own_number():
    for datum in Datum:
        for value in (-2_000_000, -1, 0, 1, 7, 10_000_000):
            low, high = widen(value, datum)
            assert low <= value <= high


def at_times(one, other, minima=MINIMA):
    a, b = (prepare([volume(HERE, start_ms=start, end_ms=end)]) for start, end in (one, other))
    found = gap(a, b, minima)
    assert which(b, [a.to_bytes()], minima) == ([0] if found.conflict else [])
    return found


def test_a_gap_in_time_equal_to_its_minimum_is_separated():
    assert not at_times((0, 1_000), (601_000, None)).conflict
    found = at_times((0, 1_000), (600_999, None))
    assert (found.conflict, found.time_gap_s) == (True, 599.999)
    assert (found.start_ms, found.end_ms) == (1_000, 600_999), (
        "from the end of the one to the beginning of the other"
    )


def test_a_conflict_lasts_while_both_are_there():
    found = at_times((0, 5_000), (2_000, None))
    assert (found.start_ms, found.end_ms) == (2_000, 5_000)
    assert at_times((None, None), (None, None)).start_ms is None


def test_inside_its_own_error_a_distance_is_a_conflict_and_says_so():
    line = prepare([volume(Corridor(line=(place(29, 40), place(31, 40)), half_width_dm=0))])
    north = Circle(centre=place(30, 40.5), radius_dm=0)
    whole = math.floor(gap(line, prepare([volume(north)]), MINIMA).distance_m)
    radius_m = gap(line, prepare([volume(north)]), MINIMA).distance_m - (whole - 0.7)
    other = prepare([volume(Circle(centre=north.centre, radius_dm=round(radius_m * 10)))])
    assert gap(line, other, MINIMA).distance_m == pytest.approx(whole - 0.7, abs=0.06)
    for minimum_m, conflict, is_near in (
        (whole - 2, False, False),
        (whole - 1, True, True),
        (whole, True, False),
    ):
        minima = Separation(distance_m=minimum_m)
        found = gap(line, other, minima)
        assert (found.conflict, found.within_tolerance) == (conflict, is_near)
        assert which(line, [other], minima) == which(other, [line], minima) == ([0] if conflict else [])


def test_lines_that_cross_far_from_their_ends_meet():
    east = prepare([volume(Corridor(line=(place(29.8, 40), place(30.2, 40)), half_width_dm=0))])
    north = prepare([volume(Corridor(line=(place(30, 39.8), place(30, 40.2)), half_width_dm=0))])
    minima = Separation(distance_m=1)
    assert gap(east, north, minima).distance_m == 0
    assert which(east, [north], minima) == [0]
    assert all_pairs([east], [north], minima).tolist() == [[0, 0]]


def test_places_straight_below_the_corners_of_an_area_are_in_it_or_not():
    for left in range(-170, 170, 7):
        ring = tuple(place(left + x, y) for x, y in ((0, 0), (3, 0), (3, 5), (2, 7), (1, 6), (0, 5)))
        area = prepare([volume(Polygon(parts=((ring,),)))])
        inside = [
            prepare([volume(Circle(centre=place(left + x, y), radius_dm=0))]) for x in (1, 2) for y in (1, 4)
        ]
        outside = [prepare([volume(Circle(centre=place(left + x, -1), radius_dm=0))]) for x in (0, 1, 2, 3)]
        minima = Separation(distance_m=50_000)
        assert which(area, inside + outside, minima) == [0, 1, 2, 3]
        assert all_pairs([area], inside + outside, minima).tolist() == [[0, each] for each in range(4)]
        assert [gap(each, area, minima).distance_m for each in inside] == [0] * 4
        assert all(gap(each, area, minima).distance_m > 100_000 for each in outside)


def test_places_are_where_both_are_nearest():
    one = prepare([volume(Circle(centre=place(0, 0), radius_dm=100_000))])
    other = prepare([volume(Circle(centre=place(0, 1), radius_dm=200_000))])
    found = gap(one, other, MINIMA)
    assert found.distance_m == pytest.approx(110_574.4 - 30_000, abs=0.1)
    assert found.place.lat == pytest.approx(10_000 / 110_574.4, abs=1e-6)
    assert found.other.lat == pytest.approx(1 - 20_000 / 110_574.4, abs=1e-6)
    wide = prepare([volume(Circle(centre=place(0, 1), radius_dm=1_050_000))])
    meeting = gap(one, wide, MINIMA)
    assert meeting.place == meeting.other, "one place in both"
    assert gap(prepare([volume(Circle(centre=meeting.place, radius_dm=0))]), wide, MINIMA).distance_m == 0


def test_the_nearest_two_of_all_volumes_are_named():
    far, near = volume(Circle(centre=place(40, 40), radius_dm=0)), volume(HERE)
    found = gap(prepare([far, near]), prepare([far, far, near]), MINIMA)
    assert (found.conflict, found.distance_m) == (True, 0)
    lone = gap(prepare([near]), prepare([far, near, far]), MINIMA)
    assert (lone.volume, lone.other_volume) == (0, 1)


HOUR_MS = 3_600_000


def sailing(*legs, buffer_dm=0):
    """Give a track of (longitude, latitude, hour)."""
    fixes = tuple(Fix(position=place(x, y), at_ms=round(hour * HOUR_MS)) for x, y, hour in legs)
    return prepare([volume(Track(fixes=fixes, buffer_dm=buffer_dm))])


def test_ships_that_cross_at_other_times_do_not_meet():
    minima = Separation(distance_m=9_260, time_s=600)
    east = sailing((30, 40, 0), (32, 40, 10))
    north_at_once, north_later = sailing((31, 39, 0), (31, 41, 10)), sailing((31, 39, 4), (31, 41, 14))
    together = gap(east, north_at_once, minima)
    assert (together.conflict, together.distance_m) == (True, pytest.approx(0, abs=1_500))
    assert 4.2 * HOUR_MS < together.start_ms < 5 * HOUR_MS < together.end_ms < 5.8 * HOUR_MS
    apart = gap(east, north_later, minima)
    assert not apart.conflict
    assert apart.distance_m > 40_000
    assert which(east, [north_at_once, north_later], minima) == [0]


def test_a_convoy_that_follows_at_a_distance_is_held_by_the_minimum_of_time():
    lead = sailing((30, 40, 0), (32, 40, 10))
    behind = sailing((30, 40, 2), (32, 40, 12))
    assert gap(lead, behind, Separation(time_s=600)).distance_m > 25_000
    assert gap(lead, behind, Separation(time_s=3 * 3_600)).distance_m == pytest.approx(0, abs=0.01)


def test_two_tracks_of_very_many_legs_are_compared_in_bounded_memory():
    """What a peer may file must not take the memory of the node: legs of a thousandth of a second, all at once."""

    def hurried(lat):
        fixes = [Fix(position=place(0.09 * each - 30, lat), at_ms=10**12 + each) for each in range(600)]
        return prepare([volume(Track(fixes=tuple(fixes), buffer_dm=0))])

    one, other = hurried(0.0), hurried(0.05)
    approach(one.stack, other.stack, 600_000)
    tracemalloc.start()
    try:
        found = approach(one.stack, other.stack, 600_000)
        _, most_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert float(found.nearest.distance_m[0]) == pytest.approx(5_528.7, abs=1.0)
    assert most_bytes < 100 << 20


def test_a_site_is_passed_only_while_it_stands():
    track = sailing((30, 40, 0), (32, 40, 10), buffer_dm=20_000)
    for begin, end, conflict in ((4, 6, True), (0, 2, False), (8, 9, False), (None, None, True)):
        window = [None if each is None else each * HOUR_MS for each in (begin, end)]
        site = prepare(
            [volume(Circle(centre=place(31, 40), radius_dm=0), start_ms=window[0], end_ms=window[1])]
        )
        assert gap(track, site, MINIMA).conflict == gap(site, track, MINIMA).conflict == conflict


def hours_of(one, other):
    """Give from when to when two conflict, in hours; both ways must say the same."""
    found, back = gap(one, other, MINIMA), gap(other, one, MINIMA)
    assert found.conflict
    assert (found.start_ms, found.end_ms) == (back.start_ms, back.end_ms)
    return found.start_ms / HOUR_MS, found.end_ms / HOUR_MS


def zone(longitude, hours=(0, 10)):
    start_ms, end_ms = (each * HOUR_MS for each in hours)
    return volume(Circle(centre=place(longitude, 40), radius_dm=50_000), start_ms=start_ms, end_ms=end_ms)


def test_a_track_is_in_conflict_from_where_it_enters_not_only_where_it_is_nearest():
    track = sailing((30, 40, 0), (34, 40, 10))
    wide = Polygon(parts=((tuple(place(x, y) for x, y in ((31, 39), (33, 39), (33, 41), (31, 41))),),))
    start, end = hours_of(track, prepare([volume(wide, start_ms=0, end_ms=10 * HOUR_MS)]))
    assert start == pytest.approx(2.2, abs=0.35)
    assert end == pytest.approx(7.8, abs=0.35)
    start, end = hours_of(track, sailing((34, 40, 0), (30, 40, 10)))
    assert start == pytest.approx(4.85, abs=0.35)
    assert end == pytest.approx(5.15, abs=0.35)


def test_a_conflict_of_two_notices_lasts_from_the_first_of_their_volumes_to_the_last():
    track = sailing((30, 40, 0), (34, 40, 10))
    for zones in ([zone(30.5), zone(33.5)], [zone(33.5), zone(30.5)]):
        start, end = hours_of(track, prepare(zones))
        assert start < 1.3
        assert end > 8.7
    patrols = prepare([zone(30, (18, 20)), zone(30, (10, 12))])
    assert hours_of(prepare([zone(30, (9, 21))]), patrols) == (10, 20)


def test_damaged_bytes_are_refused():
    good = sailing((30, 40, 0), (32, 40, 10)).to_bytes()
    for cut in (0, 1, 40, 79, 80, len(good) - 1):
        with pytest.raises(PeerError):
            Prepared.from_bytes(good[:cut])
    for at in (0, 4, 8, 72, 92):
        with pytest.raises(PeerError):
            Prepared.from_bytes(good[:at] + b"\xff\xff\xff\x7f" + good[at + 4 :])
    with pytest.raises(PeerError):
        Prepared.from_bytes(good * 17)


def test_an_area_of_endless_edges_is_refused():
    there, back = place(0, 0), place(170, 10)
    with pytest.raises(UsageError) as caught:
        prepare([volume(Corridor(line=(there, back) * 100, half_width_dm=0))])
    assert caught.value.code == "deconfliction.shape.long"
    some = volume(Corridor(line=(there, back) * 10, half_width_dm=0))
    prepare([some])
    with pytest.raises(UsageError):
        prepare([some] * 3)
