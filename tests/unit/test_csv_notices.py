"""Notices as CSV: each bad row is named by line, field and reason, and the rest of the file is read."""

import io

import pytest

from coupefeu.errors import PeerError
from coupefeu.model.places import Position
from coupefeu.model.volumes import Altitude, AltitudeUnit, Circle, Corridor, Datum, Limit, Polygon, Track
from coupefeu.wire.csv_notices import CsvNotices, CsvRejects, write_csv
from coupefeu.wire.csv_records import MAX_RECORD_CHARACTERS, read_records
from coupefeu.wire.features import Feature, Reject

HEADER = "id,volume,title,shape,positions,lat,lon,radius,half_width,buffer,lower,upper,lower_m,upper_m,datum,from,to"
NAMES = HEADER.split(",")
GOOD = {"id": "A1", "title": "Range", "positions": "48.2N 16.3E", "radius": "5 NM"}


def row(**cells):
    values = {**GOOD, **{name.rstrip("_"): value for name, value in cells.items()}}
    return ",".join(f'"{values.get(name, "")}"' for name in NAMES)


def read(*rows, header=HEADER):
    return list(CsvNotices(io.StringIO("\n".join([header, *rows]) + "\n")))


def only(*rows):
    (found,) = read(*rows)
    return found


def rejected(**cells):
    found = only(row(**cells))
    assert isinstance(found, Reject), found
    return [(each.code.removeprefix("wire."), each.field) for each in found.defects]


def test_every_shape_is_read():
    circle = only(row())
    assert circle.volumes[0].shape == Circle(
        centre=Position(lat_e7=482000000, lon_e7=163000000), radius_dm=92_600
    )
    assert (circle.at, circle.id, circle.properties) == (2, "A1", {"title": "Range"})
    corridor = only(
        row(positions="48N 16E | 49N 17E", radius="", half_width="926 m", lower="FL100", upper="UNL")
    )
    assert isinstance(corridor.volumes[0].shape, Corridor)
    assert corridor.volumes[0].upper is Limit.UNLIMITED
    track = only(
        row(positions="48N 16E @ 010600Z DEC 26 | 49N 17E @ 010700Z DEC 26", radius="", buffer="1 km")
    )
    assert isinstance(track.volumes[0].shape, Track)
    assert track.volumes[0].end_ms - track.volumes[0].start_ms == 3_600_000
    area = only(
        row(
            shape="polygon",
            radius="",
            positions="0N 1E | 0N 2E | 1N 2E | 0N 1E || 0.1N 1.5E|0.2N 1.6E|0.2N 1.5E ||| 5N 5E|6N 6E|6N 5E",
        )
    )
    assert isinstance(area.volumes[0].shape, Polygon)
    assert [[len(ring) for ring in part] for part in area.volumes[0].shape.parts] == [[3, 3], [3]]


def test_bounds_in_metres_are_rounded_outwards():
    volume = only(row(lower_m="727.5", upper_m="800.2", datum="HAE")).volumes[0]
    assert volume.lower == Altitude(value=727, unit=AltitudeUnit.M, datum=Datum.HAE)
    assert volume.upper == Altitude(value=801, unit=AltitudeUnit.M, datum=Datum.HAE)


def test_latitude_and_longitude_may_have_columns_of_their_own_and_commas():
    volume = only(row(positions="", lat="-48,25", lon="16,5")).volumes[0]
    assert volume.shape.centre == Position(lat_e7=-482500000, lon_e7=165000000)


def test_what_is_not_stated_is_without_bound_and_never_zero():
    volume = only(row()).volumes[0]
    assert (volume.lower, volume.upper, volume.start_ms, volume.end_ms) == (None, None, None, None)


@pytest.mark.parametrize(
    ("cells", "defects"),
    [
        ({"positions": ""}, [("csv.missing", "lat")]),
        ({"positions": "", "lat": "48.2"}, [("csv.missing", "lon")]),
        ({"positions": "", "lat": "0", "lon": "0.0"}, [("csv.zero", "lat")]),
        ({"positions": "", "lat": "130.5", "lon": "50.4"}, [("position.swapped", "lat")]),
        ({"positions": "", "lat": "nan", "lon": "50.4"}, [("position.unreadable", "lat")]),
        ({"positions": "", "lat": "inf", "lon": "inf"}, [("position.unreadable", "lat")]),
        ({"positions": "48.2 16"}, None),
        ({"positions": "48 16"}, [("position.ambiguous", "positions")]),
        ({"positions": "48N 16E | 49N 17E"}, [("csv.shape", "positions")]),
        ({"shape": "square"}, [("csv.shape", "shape")]),
        ({"radius": ""}, [("csv.shape", "shape")]),
        ({"shape": "circle", "radius": ""}, [("csv.missing", "radius")]),
        ({"radius": "5"}, [("quantity.length", "radius")]),
        ({"radius": "nan km"}, [("quantity.length", "radius")]),
        ({"shape": "polygon", "radius": "", "positions": "0N 1E | 0N 2E"}, [("csv.shape", "positions")]),
        ({"radius": "", "half_width": "1 km"}, [("csv.shape", "positions")]),
        ({"radius": "", "buffer": "1 km"}, [("quantity.instant", "positions"), ("csv.shape", "positions")]),
        ({"radius": "", "buffer": "1 km", "positions": "1N 1E@010700Z DEC 26|1N 2E@010600Z DEC 26"},
         [("csv.window", "positions")]),
        ({"radius": "", "buffer": "1 km", "from_": "010600Z DEC 26",
          "positions": "1N 1E@010600Z DEC 26|1N 2E@010700Z DEC 26"},
         [("csv.window", "from")]),
        ({"lower": "3000"}, [("quantity.no_unit", "lower")]),
        ({"lower": "3000 ft"}, [("quantity.no_datum", "lower")]),
        ({"upper_m": "300"}, [("quantity.no_datum", "upper_m")]),
        ({"upper_m": "Infinity", "datum": "AMSL"}, [("csv.number", "upper_m")]),
        ({"lower": "FL100", "lower_m": "30", "datum": "AMSL"}, [("csv.twice", "lower")]),
        ({"lower": "3000 ft AMSL", "upper": "2000 ft AMSL"}, [("csv.band", "lower")]),
        ({"from_": "2026-12-01T06:00"}, [("quantity.no_zone", "from")]),
        ({"from_": "2026-12-01T06:00Z", "to": "2026-12-01T05:59Z"}, [("csv.window", "to")]),
        ({"from_": "2026-12-01T06:00Z", "to": "2026-12-01T06:00Z"}, None),
        ({"lower": "3000", "from_": "x", "positions": "91N 99E"},
         [("position.out_of_range", "positions"), ("quantity.no_unit", "lower"), ("quantity.instant", "from")]),
        ({"shape": "corridor", "radius": "", "half_width": "1 km", "positions": "|".join(["1N 1E", "1N 2E"] * 501)},
         [("csv.bounds", "positions")]),
        ({"volume": "2"}, [("features.volume", "volume")]),
        ({"volume": "1/2"}, [("features.volume", "volume")]),
    ],
)  # fmt: skip
def test_each_defect_is_named_by_its_field(cells, defects):
    if defects is None:
        assert isinstance(only(row(**cells)), Feature)
    else:
        assert rejected(**cells) == defects


def test_the_rest_of_the_file_is_read_in_order():
    found = read(
        row(id="1"), row(id="2", lower="3000"), "short,row", row(id="3"), '4,"never closed', row(id="5")
    )
    assert [(each.at, each.id, type(each)) for each in found] == [
        (2, "1", Feature), (3, "2", Reject), (4, "", Reject), (5, "3", Feature), (6, "", Reject), (7, "5", Feature),
    ]  # fmt: skip


def test_rows_of_one_notice_are_read_together_or_not_at_all():
    first, second = row(volume="1/2"), row(volume="2/2", radius="1 km")
    assert [len(each.volumes) for each in read(first, second, row(id="B"))] == [2, 1]
    (bad,) = read(first, row(volume="2/2", radius="1"))
    assert isinstance(bad, Reject)
    assert len(bad.raw) == 2
    assert [type(each) for each in read(first, '"', second)] == [Reject, Reject, Reject]


def test_a_reject_file_is_mended_and_given_again():
    text = (
        "\n".join([HEADER, row(id="1", lower="3000 ft"), '2,"odd', row(id="3"), row(id="4", positions="")])
        + "\n"
    )
    source = CsvNotices(io.StringIO(text))
    writer = CsvRejects(source)
    rejects = [each for each in source if isinstance(each, Reject)]
    written = writer.header + "".join(map(writer.rows, rejects))
    assert """2,lower,"'3000 ft' does not say above what: add AMSL""" in written
    mended = written.replace("3000 ft,", "3000 ft AMSL,", 1)
    again = CsvNotices(io.StringIO(mended, newline=""))
    assert again.unread == ()
    found = list(again)
    assert [type(each) for each in found] == [Feature, Reject, Reject]
    # What was rejected twice is written as it was, with its reasons once.
    once_more = CsvRejects(again)
    assert once_more.header == writer.header
    assert '2,""odd' in once_more.rows(found[1])


@pytest.mark.parametrize("header", ["", "name,latitude,longitude", "lat,lon,lat", "{}", "\x00"])
def test_a_file_that_does_not_name_its_columns_is_refused(header):
    with pytest.raises(PeerError, match="line 1"):
        CsvNotices(iter([header + "\n"]))


def test_columns_that_nothing_is_taken_from_are_named():
    assert CsvNotices(iter(["lat,lon,radius,colour,field.contact\n"])).unread == ("colour",)


def test_semicolons_and_tabs_stand_between_cells_too():
    for delimiter in ";\t":
        (found,) = read(
            *[delimiter.join(["48,25", "16,5", "5 NM"])], header=delimiter.join(["lat", "lon", "radius"])
        )
        assert found.volumes[0].shape.centre.lat == 48.25


@pytest.mark.parametrize(
    "title", ["\t=1+1", "\r\n@SUM(1)", "\uff1dHYPERLINK(1)", "'=1", "\ufeff+1", "\u00a0-1"]
)
def test_no_blank_and_no_wide_sign_hides_a_formula(title):
    feature = Feature(at=1, id="A", volumes=only(row()).volumes, properties={"title": title})
    text = "".join(write_csv([feature]))
    assert f"'{title}" in text
    (again,) = CsvNotices(io.StringIO(text, newline=""))
    assert again.properties["title"] == title


def test_what_is_written_is_read_as_the_same_and_runs_in_no_spreadsheet():
    (feature,) = read(
        row(
            title="=HYPERLINK(1)",
            positions="48.1234567N 16.7654321W",
            lower="FL085",
            upper="300 m AGL",
            from_="010600Z DEC 26",
        )
    )
    text = "".join(write_csv([feature]))
    assert ",'=HYPERLINK(1)," in text
    (again,) = CsvNotices(io.StringIO(text))
    assert (again.id, again.volumes, dict(again.properties)) == (
        feature.id,
        feature.volumes,
        dict(feature.properties),
    )


def test_a_line_of_any_length_is_bounded_and_the_next_one_read():
    found = read("x" * (MAX_RECORD_CHARACTERS + 1), row())
    assert [type(each) for each in found] == [Reject, Feature]
    assert "more than 65,536 characters" in found[0].defects[0].reason


def test_looking_for_the_end_of_a_quote_costs_no_more_than_so_many_lines():
    taken = []

    def lines():
        for number in range(100_000):
            taken.append(number)
            yield '"never closed\n' if number == 0 else "a,b\n"

    record = next(read_records(lines()))
    assert record.defect == "a quote is not closed"
    assert len(taken) == 32


def test_bytes_that_are_no_text_reject_their_line_alone():
    text = f"{HEADER}\n".encode() + b"1,,\xff,,48.2N 16.3E,,,5 NM,,,,,,,,,\n" + row().encode()
    found = list(CsvNotices(io.TextIOWrapper(io.BytesIO(text), "utf-8", "surrogateescape")))
    assert [type(each) for each in found] == [Reject, Feature]
    assert found[0].defects[0].reason == "the line is not UTF-8"
    assert found[0].raw[0].encode("utf-8", "surrogateescape") in text


def test_letters_of_the_compass_are_those_of_the_language_that_is_read():
    text = f"{HEADER}\n{row(positions='55,75 С 37,6 В')}\n"
    (asked,) = CsvNotices(io.StringIO(text))
    assert [each.code for each in asked.defects] == ["wire.position.letters"]
    (found,) = CsvNotices(io.StringIO(text), "ru")
    assert found.volumes[0].shape.centre.lat == 55.75
