"""Lengths, altitudes and instants: read with unit, datum and zone, and asked about without."""

import pytest

from coupefeu.errors import PeerError
from coupefeu.model.volumes import Altitude, AltitudeUnit, Datum, Limit
from coupefeu.wire.quantities import read_altitude, read_instant, read_length_dm, write_altitude


@pytest.mark.parametrize(
    ("text", "length_dm"),
    [
        ("5 NM", 92_600), ("5nm", 92_600), ("9.26 km", 92_600), ("9,26 км", 92_600), ("300 m", 3_000), ("0 m", 0),
        ("1000 ft", 3_048), ("12000 yd", 109_728), ("5 мор. миль", 92_600), ("10000 km", 100_000_000), ("0.04 m", 0),
    ],
)  # fmt: skip
def test_lengths_are_read_with_their_unit(text, length_dm):
    assert read_length_dm(text) == length_dm


@pytest.mark.parametrize(
    "text", ["5", "", "nan m", "inf km", "-5 m", "1e3 m", "1,000 m", "10001 km", "5 league", "٥ km", "5 NM 3"]
)
def test_what_is_no_length_is_refused(text):
    with pytest.raises(PeerError) as refusal:
        read_length_dm(text)
    assert refusal.value.code == "wire.quantity.length"
    assert refusal.value.hint


def amsl(value, unit=AltitudeUnit.FT):
    return Altitude(value=value, unit=unit, datum=Datum.AMSL)


@pytest.mark.parametrize(
    ("text", "datum", "bound"),
    [
        ("3000 ft AMSL", "", amsl(3_000)), ("3000ft msl", "AGL", amsl(3_000)), ("3000 ft", "AMSL", amsl(3_000)),
        ("-30 m AMSL", "", amsl(-30, AltitudeUnit.M)),
        ("FL 85", "", Altitude(value=85, unit=AltitudeUnit.FL, datum=Datum.STD)),
        ("sfc", "", Limit.SURFACE), ("GND", "", Limit.SURFACE), ("UNL", "", Limit.UNLIMITED), ("", "AMSL", None),
        ("120 m HAE", "", Altitude(value=120, unit=AltitudeUnit.M, datum=Datum.HAE)),
    ],
)  # fmt: skip
def test_altitudes_are_read_with_unit_and_datum(text, datum, bound):
    assert read_altitude(text, datum) == bound
    assert read_altitude(write_altitude(bound)) == bound


@pytest.mark.parametrize(
    ("text", "defect"),
    [
        ("3000", "no_unit"), ("3000 ft", "no_datum"), ("3000 ft XYZ", "no_datum"),
        ("0", "no_unit"), ("0 m", "no_datum"),
        ("nan m AMSL", "altitude"), ("inf", "altitude"), ("300.5 m AMSL", "altitude"), ("2000000 m AMSL", "altitude"),
        ("-2000 m AMSL", "altitude"), ("FL-3", "altitude"),
    ],
)  # fmt: skip
def test_an_altitude_without_unit_or_datum_is_asked_about(text, defect):
    with pytest.raises(PeerError) as refusal:
        read_altitude(text)
    assert refusal.value.code == f"wire.quantity.{defect}"


def test_instants_are_read_with_their_zone():
    noon = 1_648_091_520_000
    assert {
        read_instant(each) for each in ("2022-03-24T03:12Z", "240312Z MAR 22", "2022-03-24T06:12+03:00")
    } == {noon}


@pytest.mark.parametrize(
    ("text", "defect"),
    [
        ("2022-03-24T03:12", "no_zone"), ("2022-03-24 03:12:05", "no_zone"), ("2022-03-24", "no_zone"),
        ("0312Z", "no_date"), ("now", "no_date"), ("24/03/2022 03:12", "instant"), ("2022-13-24T03:12Z", "instant"),
        ("", "instant"), ("240312A MAR 22", "instant"),
    ],
)  # fmt: skip
def test_a_local_time_is_asked_about_and_never_taken_for_utc(text, defect):
    with pytest.raises(PeerError) as refusal:
        read_instant(text)
    assert refusal.value.code == f"wire.quantity.{defect}"


def test_what_is_missing_of_an_altitude_is_named():
    with pytest.raises(PeerError, match="does not say above what"):
        read_altitude("3000 ft")
    with pytest.raises(PeerError, match="'XYZ' is no datum"):
        read_altitude("3000 ft", "XYZ")
