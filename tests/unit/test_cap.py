"""CAP 1.2: elements in the order of the standard, EXERCISE where it is one, no guess, and no volume made smaller."""

import pytest

from coupefeu.model.places import Position
from coupefeu.model.volumes import Altitude, AltitudeUnit, Datum, Limit
from coupefeu.wire.cap import (
    HIGHEST_GROUND_FT,
    LOWEST_GROUND_FT,
    NAMESPACE,
    CapAlert,
    CapArea,
    CapCategory,
    CapType,
    write_cap,
)
from coupefeu.wire.positions import read_position
from coupefeu.wire.xml import read_xml

NOW_MS = 1_796_100_000_123
ALERT = (
    "identifier", "sender", "sent", "status", "msgType", "source", "scope", "restriction", "addresses", "code", "note",
    "references", "incidents", "info",
)  # fmt: skip
INFO = (
    "language", "category", "event", "responseType", "urgency", "severity", "certainty", "audience", "eventCode",
    "effective", "onset", "expires", "senderName", "headline", "description", "instruction", "web", "contact",
    "parameter", "resource", "area",
)  # fmt: skip
AREA = ("areaDesc", "polygon", "circle", "geocode", "altitude", "ceiling")
"""Sections 3.2.1, 3.2.2 and 3.2.4 of the standard."""


def alert(**values):
    stated = {
        "identifier": "coupefeu.1f2e.US/14 v2", "sender": "us, line <1>", "sent_ms": NOW_MS, "type": CapType.UPDATE,
        "is_exercise": False, "language": "fr", "category": CapCategory.TRANSPORT, "event": "Sécurité des vols",
        "headline": "Range <7>", "description": "a & b", "onset_ms": NOW_MS, "expires_ms": NOW_MS + 60_000,
        "sender_name": "Permanence", "references": (("US/14 v1", NOW_MS - 1_000),),
        "parameters": {"upper": "FL120", "x": ""},
        "areas": (area(),), **values,
    }  # fmt: skip
    return read_xml(write_cap(CapAlert(**stated)))


def area(**values):
    return CapArea(
        **{"description": "48-12N", "circle": (read_position("48.2N 16.3W").position, 92_605), **values}
    )


def said(element, name):
    found = element.first(name)
    return None if found is None else found.text


def test_elements_stand_in_the_order_of_the_standard():
    ring = tuple(read_position(each).position for each in ("0N 0E", "0N 1E", "1N 1E"))
    found = alert(
        areas=(area(polygons=(ring, ring), upper=Altitude(value=1, unit=AltitudeUnit.FT, datum=Datum.AMSL)),)
    )
    info = found.first("info")
    for element, order in ((found, ALERT), (info, INFO), (info.first("area"), AREA)):
        names = [each.name for each in element.children]
        assert names == sorted(names, key=order.index)
    assert found.attributes == {"xmlns": NAMESPACE}


def test_identifiers_hold_no_character_that_the_standard_forbids():
    found = alert()
    assert (said(found, "identifier"), said(found, "sender")) == ("coupefeu.1f2e.US/14-v2", "us--line--1>")
    assert said(found, "references") == "us--line--1>,US/14-v1,2026-12-01T04:39:59-00:00"
    assert said(found, "sent") == "2026-12-01T04:40:00-00:00"


def test_nothing_is_guessed():
    info = alert().first("info")
    assert {said(info, name) for name in ("urgency", "severity", "certainty")} == {"Unknown"}
    assert said(alert(expires_ms=None).first("info"), "expires") is None


def test_an_exercise_says_so_first():
    found = alert(is_exercise=True)
    assert said(found, "status") == "Exercise"
    assert said(found.first("info"), "headline").startswith("EXERCISE EXERCISE EXERCISE: ")
    assert said(alert(), "status") == "Actual"


def test_areas_are_closed_rings_and_circles_in_kilometres():
    ring = tuple(Position(lat_e7=lat, lon_e7=-5) for lat in (0, 10_000_000, -10_000_001))
    found = alert(areas=(area(polygons=(ring,)),)).first("info").first("area")
    assert (
        said(found, "polygon")
        == "0.0000000,-0.0000005 1.0000000,-0.0000005 -1.0000001,-0.0000005 0.0000000,-0.0000005"
    )
    assert said(found, "circle") == "48.2000000,-16.3000000 9.2605"


def amsl(value, unit=AltitudeUnit.M, datum=Datum.AMSL):
    return Altitude(value=value, unit=unit, datum=datum)


@pytest.mark.parametrize(
    ("lower", "upper", "altitude", "ceiling"),
    [
        (None, None, None, None),
        (amsl(100), amsl(200), "328", "657"),
        (amsl(-100), None, "-329", None),
        (None, amsl(3_000, AltitudeUnit.FT), str(LOWEST_GROUND_FT), "3000"),
        (Limit.SURFACE, amsl(3_000, AltitudeUnit.FT), str(LOWEST_GROUND_FT), "3000"),
        (Limit.SURFACE, Limit.UNLIMITED, str(LOWEST_GROUND_FT), None),
        (Limit.SURFACE, Limit.SURFACE, str(LOWEST_GROUND_FT), str(HIGHEST_GROUND_FT)),
        (amsl(-100), Limit.SURFACE, "-329", str(HIGHEST_GROUND_FT)),
        (amsl(100, datum=Datum.AGL), amsl(200, datum=Datum.HAE), None, None),
        (amsl(10, AltitudeUnit.FL, Datum.STD), amsl(20, AltitudeUnit.FL, Datum.STD), None, None),
    ],
)
def test_bounds_are_feet_above_the_sea_rounded_outwards_or_left_out(lower, upper, altitude, ceiling):
    found = alert(areas=(area(lower=lower, upper=upper),)).first("info").first("area")
    assert (said(found, "altitude"), said(found, "ceiling")) == (altitude, ceiling)
