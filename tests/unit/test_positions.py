"""Typed positions: every usual notation is read, what could mean two things is refused with both."""

import pytest
from tests.shared import shared_jsonl

from coupefeu.errors import PeerError
from coupefeu.model.places import Position
from coupefeu.wire.positions import (
    Notation,
    ReadPosition,
    agrees,
    read_position,
    write_decimal,
    write_dms,
    write_mgrs,
)

VIENNA = Position(lat_e7=482084900, lon_e7=163720800)


def at(lat, lon):
    return Position(lat_e7=round(lat * 1e7), lon_e7=round(lon * 1e7))


@pytest.mark.parametrize(
    ("text", "language", "lat", "lon", "notation", "precision_m"),
    [
        ("48.20849, 16.37208", "en", 48.20849, 16.37208, Notation.DECIMAL, 1.1132),
        ("-33.8568, 151.2153", "en", -33.8568, 151.2153, Notation.DECIMAL, 11.132),
        ("−33.8568; +151.2153", "en", -33.8568, 151.2153, Notation.DECIMAL, 11.132),
        ("48.5 -11.25", "en", 48.5, -11.25, Notation.DECIMAL, 11_132),
        ("48, 12", "en", 48, 12, Notation.DECIMAL, 111_320),
        ("+48.2085+016.3721/", "en", 48.2085, 16.3721, Notation.DECIMAL, 11.132),
        ("+4807-01123/", "en", 48 + 7 / 60, -11 - 23 / 60, Notation.MINUTES, 1855.33),
        ("36.61N 37.02E", "en", 36.61, 37.02, Notation.DECIMAL, 1113.2),
        ("11E 48N", "en", 48, 11, Notation.DECIMAL, 111_320),
        ("48°12'30.6\"N, 16°22'19\"E", "en", 48.2085, 16.3719444, Notation.SECONDS, 30.922),
        ("48° 12′ 30,6″ N 16° 22′ 19″ E", "fr", 48.2085, 16.3719444, Notation.SECONDS, 30.922),
        ("48:12:30 north 16:22:19 west", "en", 48.2083333, -16.3719444, Notation.SECONDS, 30.922),
        ("N48 12.51 E016 22.32", "en", 48.2085, 16.372, Notation.MINUTES, 18.553),
        ("N 481234 E 0112345", "en", 48.2094444, 11.3958333, Notation.SECONDS, 30.922),
        ("13-26-03.9N 144-37-38.3E", "en", 13.4344167, 144.6273056, Notation.SECONDS, 3.0922),
        ("33-40.72N 119-09.16W", "en", 33.6786667, -119.1526667, Notation.MINUTES, 18.553),
        ("4807N01123E", "en", 48 + 7 / 60, 11 + 23 / 60, Notation.MINUTES, 1855.33),
        ("480730S 0112345W", "en", -48.125, -11.3958333, Notation.SECONDS, 30.922),
        ("48,2 N 2,35 O", "fr", 48.2, -2.35, Notation.DECIMAL, 11_132),
        ("55°45′ с. ш. 37°37′ в. д.", "ru", 55.75, 37 + 37 / 60, Notation.MINUTES, 1855.33),
        ("33,45 Ю; 70,66 З", "ru", -33.45, -70.66, Notation.DECIMAL, 1113.2),
        ("10N 180E", "en", 10, -180, Notation.DECIMAL, 111_320),
        ("0N 0E", "en", 0, 0, Notation.DECIMAL, 111_320),
        ("33U 602000 5340000", "en", 48.2050302, 16.3728376, Notation.UTM, 1),
        ("33u 602000.0mE 5340000.0mN", "en", 48.2050302, 16.3728376, Notation.UTM, 0.1),
        ("53 south 325852.215 4676252.051", "en", -48.0432435, 132.6634173, Notation.UTM, 0.001),
        ("north 1621874.352 1986440.956", "en", 86.5929681, -87.9463353, Notation.UPS, 0.001),
        ("Y 1621874 1986440", "en", 86.5929681, -87.9463353, Notation.UPS, 1),
        ("33U XP 02 40", "en", 48.2094467, 16.3796859, Notation.MGRS, 1000),
        ("33uxp0240", "en", 48.2094467, 16.3796859, Notation.MGRS, 1000),
    ],
)
def test_the_usual_notations_are_read(text, language, lat, lon, notation, precision_m):
    read = read_position(text, language=language)
    assert agrees(ReadPosition(position=read.position, precision_m=1.0, notation=notation), at(lat, lon))
    assert (read.notation, read.precision_m) == (notation, pytest.approx(precision_m, rel=1e-4))


@pytest.mark.parametrize(
    ("text", "language", "defect"),
    [
        ("", "en", "missing"), ("  ", "en", "missing"), ("1" * 90, "en", "long"), ("hello", "en", "unreadable"),
        ("48.5", "en", "ambiguous"), ("48 12", "en", "ambiguous"), ("48 12.5", "en", "ambiguous"),
        ("48,5", "en", "ambiguous"), ("48,5,12,5", "en", "ambiguous"), ("48 12 30 16 22 19", "en", "ambiguous"),
        ("48.5-11.5", "en", "ambiguous"), ("48 - 12", "en", "ambiguous"), ("48N 12", "en", "ambiguous"),
        ("48N 12N", "en", "ambiguous"), ("-48N 12E", "en", "ambiguous"), ("4807N 1123E", "en", "ambiguous"),
        ("53S 325852 4076252", "en", "ambiguous"),
        ("130.5, 50.4", "en", "swapped"), ("130N 50E", "en", "swapped"),
        ("10N 181E", "en", "out_of_range"), ("95N 170E", "en", "out_of_range"), ("10-60N 10-00E", "en", "out_of_range"),
        ("10-00-60N 10-00-00E", "en", "out_of_range"), ("90.0000001N 100E", "en", "out_of_range"),
        ("61U 602000 5340000", "en", "out_of_range"), ("33I 602000 5340000", "en", "out_of_range"),
        ("33U 602000 2340000", "en", "out_of_range"), ("33U 962000 5340000", "en", "out_of_range"),
        ("north 602000 5340000", "en", "out_of_range"),
        ("48,2 N 2,35 O", "en", "letters"), ("48,2 N 2,35 O", "ru", "letters"),
        ("55.75С 37.6В", "en", "letters"), ("55.75С 37.6В", "fr", "letters"),
        ("55.75C 37.6B", "ru", "letters"), ("٤٨N 11E", "en", "unreadable"), ("nan, inf", "en", "unreadable"),
        ("1e1N 2E", "en", "unreadable"), ("48.5-30.2-10N 12E", "en", "unreadable"),
        ("48-10.5-30N 12E", "en", "unreadable"),
        ("33UXP123", "en", "unreadable"), ("33UXP 123 45678", "en", "unreadable"),
        ("33UXP123456123456", "en", "unreadable"),
        ("UXP0240", "en", "unreadable"), ("33YXP0240", "en", "unreadable"), ("33UXO0240", "en", "unreadable"),
        ("33UXP0204", "en", "no_such_cell"), ("33UAP0240", "en", "no_such_cell"), ("61UXP0240", "en", "no_such_cell"),
        ("33UEP0240", "en", "no_such_cell"),
    ],
)  # fmt: skip
def test_what_is_no_position_or_could_be_two_is_refused_by_name(text, language, defect):
    with pytest.raises(PeerError) as refusal:
        read_position(text, language=language)
    assert refusal.value.code == f"wire.position.{defect}"
    assert refusal.value.hint


def test_what_looks_swapped_is_asked_about_and_never_turned():
    with pytest.raises(PeerError, match="are latitude and longitude exchanged"):
        read_position("132.66, -48.04")


def test_s_as_a_band_or_as_south_is_read_where_only_one_can_be_meant():
    south = read_position("53S 325852 4676252")
    assert south.position.lat < 0
    north = read_position("53 north 325852 4076252"), read_position("53 south 325852 4076252")
    assert [each.position.lat > 0 for each in north] == [True, False]


def test_the_published_references_are_read_and_written_digit_for_digit():
    rows = shared_jsonl("data/geo/mgrs-sample.jsonl")
    assert len(rows) == 80
    for row in rows:
        position = at(row["lat"], row["lon"])
        for digits, reference in ((5, row["mgrs_1m"]), (2, row["mgrs_1km"])):
            assert write_mgrs(position, digits) == reference
            read = read_position(reference)
            assert agrees(read, position)
            assert write_mgrs(read.position, digits) == reference
        letters, easting, northing = row["utm_ups"].split()
        half = {"n": "north", "s": "south"}[letters[-1]]
        assert agrees(read_position(f"{letters[:-1]} {half} {easting} {northing}".strip()), position)


def test_a_published_list_of_positions_is_read_as_its_geometry():
    """The corners as a federal notice prints them, and the same corners as numbers."""
    import json

    from tests.shared import shared_file

    areas = json.loads(shared_file("data/real/hazard-areas.geojson").read_text("utf-8"))["features"]
    guam = next(area for area in areas if area["id"] == "33CFR334.1420")
    printed = guam["properties"]["positions_as_published"].split()
    corners = [" ".join(pair) for pair in zip(printed[::2], printed[1::2], strict=True)]
    ring = guam["geometry"]["coordinates"][0][:-1]
    assert len(corners) == len(ring) == 5
    for corner, (lon, lat) in zip(corners, ring, strict=True):
        assert agrees(read_position(corner), at(lat, lon))


def test_a_cell_that_its_zone_cuts_is_read_as_a_place_inside():
    edge = at(48.0, 17.99999)
    for digits in range(6):
        cell = write_mgrs(edge, digits)
        assert cell.startswith("33U")
        read = read_position(cell)
        assert write_mgrs(read.position, digits) == cell
        assert read.position.lon < 18


def test_positions_are_written_in_three_ways():
    assert write_decimal(VIENNA) == "48.20849N 16.37208E"
    assert write_decimal(VIENNA, 7) == "48.2084900N 16.3720800E"
    assert write_dms(VIENNA) == "48-12-30.6N 016-22-19.5E"
    assert [write_mgrs(VIENNA, digits) for digits in (0, 2, 5)] == ["33UXP", "33UXP0140", "33UXP0193640383"]


def test_rounding_carries_over_and_references_are_cut():
    nearly = Position(lat_e7=-479999999, lon_e7=-119999999)
    assert write_decimal(nearly) == "48.00000S 12.00000W"
    assert write_dms(nearly) == "48-00-00.0S 012-00-00.0W"
    cut = read_position("33U 602000.9 5340000.9").position
    assert write_mgrs(cut) == "33UXP0200040000"


def test_a_read_back_agrees_within_its_last_digit_only():
    asked = read_position("48.20849N 16.37208E").position
    assert agrees(read_position("48-12-30.6N 016-22-19.5E"), asked)
    assert agrees(read_position("33UXP0193640383"), asked)
    assert not agrees(read_position("48.20879N 16.37208E"), asked)
    assert not agrees(read_position("48.20849N 16.37238E"), asked)
    assert not agrees(read_position("48.20849N 16.37208W"), asked)
    assert agrees(read_position("10.0N 180.0W"), read_position("10.0N 179.99999E").position)


def test_a_comma_between_digits_alone_is_named_as_what_is_in_doubt():
    for text in ("48,5", "48,5,12,5"):
        with pytest.raises(PeerError, match="a comma may stand for decimals or between two numbers"):
            read_position(text)
