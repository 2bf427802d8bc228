"""Cursor-on-Target: what is written is drawn and read back; what a stranger wrote is bounded and refused by field."""

import pytest

from coupefeu.errors import PeerError
from coupefeu.model.places import Position
from coupefeu.model.volumes import Circle, Corridor, Fix, Polygon, Track, Volume
from coupefeu.wire.cot import Mark, marks_of, middle, write_deletion, write_events
from coupefeu.wire.cot_read import read_cot, split_events
from coupefeu.wire.features import Feature, Reject
from coupefeu.wire.positions import read_position
from coupefeu.wire.xml import MAX_XML_DEPTH, MAX_XML_ELEMENTS, read_xml

NOW_MS = 1_796_100_000_000
CIRCLE = Circle(centre=Position(lat_e7=482000000, lon_e7=-163000000), radius_dm=92_601)
WHEN = {"start": "2026-12-01T06:00:00Z", "stale": "2026-12-01T09:00:00Z"}


def volume(shape, **values):
    return Volume(
        **{"shape": shape, "lower": None, "upper": None, "start_ms": NOW_MS, "end_ms": NOW_MS + 1, **values}
    )


def written(shape=CIRCLE, properties=None, **values):
    found = Feature(
        at=1, id="US/14", volumes=(volume(shape, **values),), properties=properties or {"title": "Range"}
    )
    return list(write_events(found, line="1f2e3d4c", now_ms=NOW_MS)), found


def event(inside="<detail/>", point='<point lat="48.2" lon="16.3" hae="1" ce="1" le="1"/>', **attributes):
    stated = {"version": "2.0", "uid": "A1", "type": "a-h-G", "how": "m-g", **WHEN, **attributes}
    said = "".join(f' {name}="{value}"' for name, value in stated.items() if value is not None)
    return f"<event{said}>{point}{inside}</event>"


LINKS = '<link point="48,16"/><link point="48,17"/>'
CIRCLED = '<detail><shape><ellipse major="500" minor="500.0" angle="0"/></shape></detail>'


def only(text, reach=""):
    (found,) = read_cot([text], reach)
    return found


def test_an_event_is_what_maps_of_the_field_read():
    (text,), _ = written(properties={"title": "Range <7>", "remarks": "a & b", "form": "flight-safety"})
    found = read_xml(text)
    assert found.attributes["uid"] == "coupefeu.1f2e3d4c.US-14.1"
    assert found.attributes["type"] == "u-d-c-c"
    assert "opex" not in found.attributes
    assert found.first("point").attributes["hae"] == "9999999.0"
    assert found.first("detail").first("contact").attributes["callsign"] == "Range <7>"
    assert found.first("detail").first("shape").first("ellipse").attributes["major"] == "9260.1"


def test_on_an_exercise_line_the_event_and_its_name_say_so():
    (text,), _ = written(properties={"title": "Range", "exercise": "yes"})
    found = read_xml(text)
    assert found.attributes["opex"] == "e"
    assert found.first("detail").first("contact").attributes["callsign"] == "EXERCISE Range"
    assert only(text).properties["exercise"] == "yes"


def test_what_is_not_stated_stays_so():
    (text,), feature = written(start_ms=None, end_ms=None)
    assert only(text).volumes == feature.volumes
    stale = read_xml(text).attributes["stale"]
    assert stale > read_xml(text).attributes["start"]


def test_a_hole_is_left_out_and_said_and_parts_are_events():
    ring, hole = (
        tuple(read_position(each).position for each in texts)
        for texts in (("0N 0E", "0N 9E", "9N 9E"), ("1N 3E", "1N 4E", "2N 4E"))
    )
    texts, _ = written(
        Polygon(parts=((ring, hole), (hole,))), properties={"title": "A", "remarks": "Keep out."}
    )
    assert len(texts) == 2
    assert "Keep out. (A hole of this area is not drawn.)" in texts[0]
    assert "hole" not in texts[1]
    (joined,) = read_cot(texts)
    assert [each.shape for each in joined.volumes] == [Polygon(parts=((ring,),)), Polygon(parts=((hole,),))]


def test_events_stand_one_behind_the_other_or_in_one_element():
    one, two = event(CIRCLED), event(CIRCLED, uid="A2")
    for text in (
        one + two,
        f"<?xml version='1.0'?>\n{one}\n<!-- next -->{two}\n",
        f"<events>\n{one}{two}</events>",
    ):
        assert [each.id for each in read_cot([text])] == ["A1", "A2"]
        assert [each.id for each in read_cot(iter(text))] == ["A1", "A2"]


def test_what_strangers_draw_is_read():
    assert only(event(CIRCLED)).volumes[0].shape == Circle(
        centre=read_position("48.2N 16.3E").position, radius_dm=5_000
    )
    links = "".join(f'<link point="{each}"/>' for each in ("48,16,0.0", "48,17", "49,17", "48,16"))
    assert isinstance(only(event(f"<detail>{links}</detail>")).volumes[0].shape, Polygon)
    line = "".join(f'<link point="{each}"/>' for each in ("48,16", "48,17"))
    assert only(event(f"<detail>{line}</detail>"), "1 km").volumes[0].shape.half_width_dm == 10_000
    assert only(event(), "300 m").volumes[0].shape.radius_dm == 3_000
    contact = '<contact callsign="EAGLE"/><remarks> over there </remarks></detail>'
    assert dict(only(event(CIRCLED.replace("</detail>", contact))).properties) == {
        "title": "EAGLE",
        "remarks": "over there",
    }


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        (event(), ["shape"]),
        (event(CIRCLED, point=""), ["point"]),
        (event(CIRCLED, point='<point lat="" lon="16"/>'), ["point.lat"]),
        (event(CIRCLED, point='<point lat="NaN" lon="INF"/>'), ["point.lat", "point.lon"]),
        (event(CIRCLED, point='<point lat="0.0" lon="0.0"/>'), ["point.lat"]),
        (event(CIRCLED, point='<point lat="130" lon="48"/>'), ["point.lat"]),
        (event(CIRCLED, start="2026-12-01T06:00:00"), ["start"]),
        (event(CIRCLED, stale="2026-12-01T05:59:59Z"), ["stale"]),
        (event(CIRCLED, stale=None), ["stale"]),
        (event(CIRCLED, version="1.0"), ["version"]),
        (event(CIRCLED, uid=None), ["uid"]),
        (event(CIRCLED.replace("500.0", "400")), ["ellipse"]),
        (event(CIRCLED.replace('"500"', '"nan"')), ["ellipse"]),
        (event('<detail><link point="48,16"/><link point="48,17"/></detail>'), ["half_width"]),
        (event('<detail><link point="48"/><link point="48,17"/></detail>'), ["link.point"]),
        (event(f'<detail>{LINKS}<coupefeu times="2026-12-01T06:00Z" buffer="1 m"/></detail>'), ["times"]),
        (event(CIRCLED.replace("</detail>", '<coupefeu lower="300 m"/></detail>')), ["lower"]),
        ("<event", ["event"]), ("stray", ["event"]), ("<evil/>", ["event"]),
        ('<!DOCTYPE e [<!ENTITY a "b">]>' + event(CIRCLED), ["event"]),
    ],
)  # fmt: skip
def test_each_defect_is_named_by_its_field(text, fields):
    found = next(iter(read_cot([text])))
    assert isinstance(found, Reject), found
    assert [each.field for each in found.defects] == fields
    assert all(each.hint for each in found.defects)
    assert found.raw


def test_one_bad_event_stands_in_nobodys_way():
    text = (
        event(CIRCLED)
        + "<event>"
        + "junk"
        + event(CIRCLED, uid="A2")
        + "<event a='"
        + event(CIRCLED, uid="A3")
    )
    found = list(read_cot([text]))
    assert [each.id for each in found if isinstance(each, Feature)] == ["A1", "A2", "A3"]
    assert sum(isinstance(each, Reject) for each in found) == 2


@pytest.mark.parametrize(
    ("text", "defect"),
    [
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "document_type"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "document_type"),
        ('<!DOCTYPE a [<!ENTITY x "lol"><!ENTITY y "&x;&x;">]><a>&y;</a>', "document_type"),
        ("<a>&x;</a>", "syntax"), ("<a></b>", "syntax"), ('<a b="1" b="2"/>', "syntax"),
        ("", "syntax"), ("<a>\x00</a>", "syntax"),
        ("<a>" * (MAX_XML_DEPTH + 1) + "</a>" * (MAX_XML_DEPTH + 1), "depth"),
        ("<a>" + "<b/>" * MAX_XML_ELEMENTS + "</a>", "elements"),
        ("<a>" + "x" * 131_072 + "</a>", "long"),
    ],
)  # fmt: skip
def test_xml_of_strangers_is_bounded(text, defect):
    with pytest.raises(PeerError) as refusal:
        read_xml(text)
    assert refusal.value.code == f"wire.xml.{defect}"


def test_an_encoding_that_the_text_names_changes_nothing():
    assert read_xml('<?xml version="1.0" encoding="UTF-16"?><a>é</a>').text == "é"


def test_events_that_never_end_are_given_back_whole():
    text = ("<event " + "a" * 50) * 10_000
    pieces = list(split_events([text]))
    assert "".join(pieces) == text
    assert len(pieces) == 10_000


def test_what_is_taken_off_a_map_is_named_where_it_was_and_never_at_zero():
    (text,), feature = written()
    (mark,) = marks_of(feature, line="1f2e3d4c")
    assert mark == Mark(read_xml(text).attributes["uid"], CIRCLE.centre)
    found = read_xml(write_deletion(mark, now_ms=NOW_MS))
    assert found.attributes["type"] == "t-x-d-d"
    assert found.first("detail").first("link").attributes["uid"] == mark.uid
    assert found.first("point").attributes["lat"] == "48.2000000"


def test_the_middle_of_positions_is_found_across_the_antimeridian():
    ring = [read_position(each).position for each in ("10N 179E", "10N 179W", "12N 179W", "12N 179E")]
    assert abs(abs(middle(ring).lon) - 180) < 1e-6
    poles = [read_position(each).position for each in ("90N 0E", "90S 0E")]
    assert middle(poles) == poles[0]


def test_every_shape_goes_there_and_back():
    where = (CIRCLE.centre, read_position("49N 17E").position)
    for shape in (
        CIRCLE,
        Corridor(line=where, half_width_dm=7),
        Polygon(parts=(((*where, middle(where)),),)),
    ):
        (text,), feature = written(shape)
        assert only(text).volumes == feature.volumes
    fixes = tuple(Fix(position=each, at_ms=NOW_MS + at) for at, each in enumerate(where))
    (text,), feature = written(Track(fixes=fixes, buffer_dm=3))
    assert only(text).volumes == feature.volumes


def test_a_line_says_how_far_it_reaches_and_remarks_come_back_as_they_were():
    where = (CIRCLE.centre, read_position("49N 17E").position)
    fixes = tuple(Fix(position=each, at_ms=NOW_MS + at) for at, each in enumerate(where))
    for shape in (Corridor(line=where, half_width_dm=92_600), Track(fixes=fixes, buffer_dm=92_600)):
        (text,), _ = written(shape, properties={"title": "A", "remarks": "Keep out."})
        assert "Keep out. (It reaches 9260.0 m to each side of this line.)</remarks>" in text
        assert only(text).properties["remarks"] == "Keep out."
