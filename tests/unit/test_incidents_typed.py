"""Incidents as they are typed: what is read of each field, what is not stated, and how a field is refused."""

import re

import pytest
from tests.documents import ROOT

from coupefeu.errors import UsageError
from coupefeu.model.incidents import IncidentForm
from coupefeu.model.volumes import Altitude, AltitudeUnit, Datum
from coupefeu.services.incidents.typed import TypedVersion, read_coming, read_form, read_past, read_version

NOW_MS = 1_646_833_380_000
"""9 March 2022, 13:43Z."""


def read(**typed):
    return read_version(TypedVersion(language="en", **typed), NOW_MS)


def test_nothing_typed_states_nothing():
    assert read() == {}
    assert read(position="  ", start=" ") == {}


def test_each_field_is_read():
    found = read(
        start="1343Z", end="2022-03-09T13:49:00Z", about=True, position="30.27N 72.03E", uncertainty="1 NM",
        altitude="12000 m AMSL", coordinated="no", texts={"damage": "A wall", "place": ""},
    )  # fmt: skip
    place = found.pop("position")
    assert (place.lat_e7, place.lon_e7) == (302_700_000, 720_300_000)
    assert found == {
        "when_ms": (NOW_MS, NOW_MS + 360_000), "is_about": True, "uncertainty_m": 1_852, "damage": "A wall",
        "altitude": Altitude(value=12_000, unit=AltitudeUnit.M, datum=Datum.AMSL), "is_coordinated": False,
        "place": "",
    }  # fmt: skip


def test_the_compass_is_read_in_the_letters_of_the_desk():
    typed = {"position": "48,2 N 2,35 O"}
    assert read_version(TypedVersion(language="fr", **typed), NOW_MS)["position"].lon_e7 == -23_500_000


def test_one_instant_is_its_own_end():
    assert read(start="now")["when_ms"] == (NOW_MS, NOW_MS)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("start", "yesterday"), ("start", "2022-03-09T13:43"), ("end", "later"), ("position", "95N 57E"),
        ("uncertainty", "far"), ("altitude", "high"), ("altitude", "SFC"), ("altitude", "100"),
        ("coordinated", "perhaps"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_its_field(field, text):
    with pytest.raises(UsageError) as refused:
        read(**({"start": "now"} | {field: text}))
    assert refused.value.code == f"services.incidents.unreadable_{field}"
    assert field in refused.value.message
    assert refused.value.hint


def test_an_end_without_a_beginning_is_refused():
    with pytest.raises(UsageError, check=lambda each: each.code == "services.incidents.unreadable_start"):
        read(end="now")


def test_a_form_is_named_as_people_write_it():
    assert read_form(" Accidental_Launch ") is IncidentForm.ACCIDENTAL_LAUNCH
    with pytest.raises(UsageError, match="no form"):
        read_form("tea")


def test_no_time_is_none_and_not_now():
    assert read_past("at", "", NOW_MS) is read_coming("at", "", NOW_MS) is None


def test_nobody_reads_a_field_of_an_incident_elsewhere():
    readers = re.compile(r"read_position|read_length_dm|read_altitude|read_instant|parse_(instant|last|next)")
    rooms = [
        *(ROOT / "src/coupefeu/cli").glob("incident*"),
        *(ROOT / "src/coupefeu/console").glob("incident*"),
    ]
    assert len(rooms) > 8
    assert [file.name for file in rooms if readers.search(file.read_text("utf-8"))] == []
