"""GeoJSON: each odd geometry is judged as a careful reader would, by field, and the rest of a text is read."""

import json
import math

import pytest
from tests.shared import shared_json, shared_jsonl
from tests.volumes import amsl, place, volume

from coupefeu.deconfliction import gap, prepare, require_valid
from coupefeu.errors import CoupefeuError, PeerError
from coupefeu.model.places import Position
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
from coupefeu.wire.geojson import Reject, read_feature, read_features, write_features

MINIMA = Separation()
CODES = {
    "unclosed-ring": "wire.geojson.unclosed",
    "two-point-ring": "wire.geojson.length",
    "empty-polygon": "wire.geojson.length",
    "empty-ring": "wire.geojson.length",
    "bow-tie": "deconfliction.valid.crossing",
    "hole-outside": "deconfliction.valid.outside",
    "hole-equals-shell": "deconfliction.valid.outside",
    "holes-overlap": "deconfliction.valid.overlap",
    "zero-area": "deconfliction.valid.thin",
    "all-same-point": "deconfliction.valid.thin",
    "lat-over-90": "wire.geojson.latitude",
    "swapped-lat-lon": "wire.geojson.latitude",
    "lon-540": "wire.geojson.longitude",
    "wraps-world": "deconfliction.valid.thin",
    "one-element-position": "wire.geojson.position",
    "string-coords": "wire.geojson.position",
    "null-coord": "wire.geojson.position",
    "bool-coord": "wire.geojson.position",
    "nested-too-deep": "wire.geojson.length",
    "null-geometry": "wire.geojson.geometry",
    "no-type": "wire.geojson.type",
    "type-case": "wire.geojson.type",
    "crs-member": "wire.geojson.crs",
    "geometry-collection-nest": "wire.geojson.type",
    "negative-radius": "wire.geojson.reach",
    "radius-nan-string": "wire.geojson.reach",
    "radius-huge": "wire.geojson.reach",
    "one-point-corridor": "wire.geojson.length",
    "antipodal-edge": "deconfliction.valid.antipodal",
    "20000-vertices": "wire.geojson.many",
}
"""What is refused, and why; all the rest is accepted."""


def made(name, value):
    """Give the input of an odd row; lines need a width that the rows leave out, and one is to be made."""
    if name == "20000-vertices":
        ring = [
            [
                10 + 0.1 * math.cos(2 * math.pi * each / 20_000),
                50 + 0.1 * math.sin(2 * math.pi * each / 20_000),
            ]
            for each in range(20_000)
        ]
        return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    if value.get("type") == "LineString":
        return {"type": "Feature", "geometry": value, "properties": {"half_width_m": 1_000}}
    return value


def read(value):
    feature = read_feature(value)
    for each in feature.volumes:
        require_valid(each)
    return feature


def code_of(value):
    """Give the code of what refuses a feature; None where it is accepted."""
    try:
        read(value)
    except CoupefeuError as error:
        return error.code
    return None


def test_each_odd_geometry_is_judged_as_a_careful_reader_would():
    rows = shared_jsonl("data/hostile/geojson-odd.jsonl")
    assert {row["name"] for row in rows} > CODES.keys()
    for row in rows:
        code, wanted = code_of(made(row["name"], row["input"])), row["careful_reader"]
        assert code == CODES.get(row["name"]), row
        assert ("reject" in wanted) if code else not wanted.startswith("reject") or " or " in wanted, row


def area_of(value):
    return prepare(read(value).volumes)


def test_what_is_accepted_means_what_the_careful_reader_says():
    rows = {row["name"]: row["input"] for row in shared_jsonl("data/hostile/geojson-odd.jsonl")}
    square = area_of({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]})
    clockwise, twice = area_of(rows["clockwise-shell"]), area_of(rows["multipolygon-overlap"])
    for longitude, latitude in ((0.5, 0.5), (-0.5, 0.5), (1.5, 1.5), (179.9, 0.5)):
        point = prepare([volume(Circle(centre=place(longitude, latitude), radius_dm=0))])
        there = gap(square, point, MINIMA).distance_m
        assert gap(clockwise, point, MINIMA).distance_m == there, "accept, same area"
        assert gap(twice, point, MINIMA).distance_m == there, "accept, same area once"
    crossing = area_of(rows["lon-181"])
    point = prepare([volume(Circle(centre=place(-179.5, 0.5), radius_dm=0))])
    assert gap(crossing, point, MINIMA).distance_m == 0, "accept as crossing the antimeridian"
    assert read(rows["3d-positions"]).has_left_out_altitudes, "say what altitude wins"


def test_latitude_and_longitude_are_asked_about_and_never_turned():
    with pytest.raises(PeerError, match=r"130\.5") as caught:
        read_feature(
            {"type": "Polygon", "coordinates": [[[50.4, 130.5], [50.5, 130.5], [50.5, 130.6], [50.4, 130.5]]]}
        )
    assert "exchanged" in caught.value.hint


CIRCLE = {"type": "Point", "coordinates": [30.5, 50.25]}


def circle(**properties):
    return {"type": "Feature", "id": "A", "geometry": CIRCLE, "properties": {"radius_m": 500, **properties}}


@pytest.mark.parametrize(
    ("properties", "code", "field"),
    [
        ({"from": "2026-11-30T06:00:00"}, "wire.geojson.zone", "properties.from"),
        ({"to": "yesterday"}, "wire.geojson.time", "properties.to"),
        ({"from": 1700000000}, "wire.geojson.time", "properties.from"),
        ({"lower_m": "300"}, "wire.geojson.altitude", "properties.lower_m"),
        ({"lower_m": True}, "wire.geojson.altitude", "properties.lower_m"),
        ({"lower": 300, "unit": "yards"}, "wire.geojson.unit", "properties.unit"),
        ({"lower": 300, "datum": "QNH"}, "wire.geojson.datum", "properties.datum"),
        ({"lower": 300, "lower_m": 300}, "wire.geojson.twice", "properties.lower"),
        ({"shape": "corridor"}, "wire.geojson.shape", "properties.shape"),
        ({"radius_m": 1e400}, "wire.geojson.reach", "properties.radius_m"),
    ],
)
def test_a_bad_property_is_refused_by_its_name(properties, code, field):
    with pytest.raises(PeerError) as caught:
        read_feature(circle(**properties))
    assert caught.value.code == code
    assert caught.value.message.startswith(field)
    assert caught.value.hint


def test_an_altitude_without_a_datum_is_refused_where_one_is_asked_for():
    with pytest.raises(PeerError) as caught:
        read_feature(circle(lower_m=300), datum=None)
    assert caught.value.code == "wire.geojson.datum"
    assert read_feature(circle(), datum=None).volumes[0].lower is None, "what is not stated needs no datum"


def test_altitudes_are_read_in_their_unit_and_rounded_outwards():
    level = read_feature(circle(lower=100, upper=245, unit="FL")).volumes[0]
    assert level.lower == Altitude(value=100, unit=AltitudeUnit.FL, datum=Datum.STD)
    feet = read_feature(circle(lower="SFC", upper=3_000, unit="ft", datum="AGL")).volumes[0]
    assert feet.lower is Limit.SURFACE
    assert feet.upper == Altitude(value=3_000, unit=AltitudeUnit.FT, datum=Datum.AGL)
    parts = read_feature(circle(lower_m=304.8, upper_m=609.6)).volumes[0]
    assert (parts.lower, parts.upper) == (amsl(304), amsl(610))


BAD = '{"type":"Feature","id":"B","geometry":null,"properties":{}}'


def test_the_rest_of_a_text_is_read():
    good = json.dumps(circle())
    collection = f'{{"type":"FeatureCollection","features":[{good},{BAD},{good}]}}'
    for text in (collection, f"{good}\n{BAD}\n{good}\n", f"\x1e{good}\n\x1e{BAD}\n\x1e{good}\n"):
        first, second, third = read_features(text)
        assert (first.id, third.id) == ("A", "A")
        assert isinstance(second, Reject)
        assert (second.number, second.id) == (2, "B")
        assert str(second).startswith("feature 2 (B), geometry: None")


def test_a_line_that_is_no_json_is_refused_alone():
    good = json.dumps(circle())
    found = list(read_features(f'{good}\n{{"type":\n{good.replace("500", "NaN")}\n{good}'))
    assert [isinstance(each, Reject) for each in found] == [False, True, True, False]


@pytest.mark.parametrize(
    "text", ["", "[]", "7", '{"type":"FeatureCollection","features":7}', "[" * 100_000, "\x00"]
)
def test_a_text_that_cannot_be_read_says_so(text):
    with pytest.raises(PeerError):
        list(read_features(text))


def test_a_name_given_twice_in_one_object_is_refused():
    with pytest.raises(PeerError, match="twice"):
        list(read_features('{"type":"Feature","type":"Feature"}'))


def test_what_is_written_is_read_back():
    positions = tuple(
        Position(lat_e7=each * 10_000_001, lon_e7=1_799_999_999 - each * each) for each in range(4)
    )
    shapes = (
        Circle(centre=positions[1], radius_dm=12_345),
        Corridor(line=positions, half_width_dm=9_261),
        Polygon(parts=((positions,), (positions[:3], positions[1:]))),
        Track(
            fixes=tuple(
                Fix(position=each, at_ms=1_700_000_000_000 + n * 1_001) for n, each in enumerate(positions)
            ),
            buffer_dm=5,
        ),
    )
    bands = (
        (None, None),
        (Limit.SURFACE, Limit.UNLIMITED),
        (amsl(-30), amsl(6_000)),
        (
            Altitude(value=500, unit=AltitudeUnit.FT, datum=Datum.AGL),
            Altitude(value=245, unit=AltitudeUnit.FL, datum=Datum.STD),
        ),
    )
    for shape in shapes:
        window = (shape.fixes[0].at_ms, shape.fixes[-1].at_ms) if isinstance(shape, Track) else (5, None)
        for lower, upper in bands:
            one = volume(shape, lower=lower, upper=upper, start_ms=window[0], end_ms=window[1])
            (read_back,) = read_features(write_features(iter([("N1", one, {"title": "x"})])))
            assert read_back.volumes == (one,)
            assert read_back.properties["title"] == "x"


def test_the_real_areas_and_flights_are_all_read():
    areas = [read(each) for each in shared_json("data/real/hazard-areas.geojson")["features"]]
    flights = [read(each) for each in shared_jsonl("data/real/flight-notices.jsonl")]
    assert (len(areas), len(flights)) == (11, 1_090)


def test_what_is_no_json_in_one_feature_leaves_the_others_of_its_collection():
    good = (
        '{"type":"Feature","geometry":{"type":"Point","coordinates":[%s,44]},"properties":{"radius_m":5%s}}'
    )
    odd = [good % ("NaN", ""), good % ("-Infinity", ""), good % ("1e999", ""), good % ("1", ',"radius_m":6')]
    text = ",".join([good % ("1", ""), *odd, good % ("2", "")])
    found = list(read_features(f'{{"type":"FeatureCollection","features":[{text}]}}'))
    assert [isinstance(each, Reject) for each in found] == [False, True, True, True, True, False]
    fields = [str(each).split(", ")[1].split(":")[0] for each in found if isinstance(each, Reject)]
    assert fields == ["geometry.coordinates"] * 3 + ["properties"]


def test_a_first_line_that_is_none_leaves_the_features_behind_it():
    line = '{"type":"Feature","geometry":{"type":"Point","coordinates":[1,44]},"properties":{"radius_m":5}}'
    found = list(read_features(f"half a line\n{line}\n{line}"))
    assert [isinstance(each, Reject) for each in found] == [True, False, False]
