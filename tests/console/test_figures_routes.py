"""The routes of usage figures: counted in another process, the same as a file, refused by field."""

import csv
import io

import pytest
from tests.console.test_record_routes import Http


@pytest.fixture
def us(desks):
    return Http(desks.us)


def test_figures_are_counted_and_are_the_same_as_a_file(desks, us):
    desks.us.write("Figures of the day.")
    status, found = us.get("/figures")
    assert status == 200
    assert found["entries"] == sum(each["count"] for each in found["kinds"]) > 0
    assert found["parties"] == ["us", "ru"]
    status, headers, octets = us.ask("/figures.csv?party=us")
    rows = list(csv.DictReader(io.StringIO(octets.decode())))
    assert status == 200
    assert headers["content-disposition"].startswith('attachment; filename="EXERCISE-figures-us-')
    assert {row["party"] for row in rows} == {"us"}
    assert {row["exercise"] for row in rows} == {"EXERCISE / EXERCICE / УЧЕНИЕ"}
    counted = {row["of"]: int(row["count"]) for row in rows if row["table"] == "entries"}
    assert counted == {each["kind"]: each["count"] for each in us.get("/figures", party="us")[1]["kinds"]}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"year": 1900}, "services.usage.span"),
        ({"from": "2022-03-24", "to": "2022-02-24"}, "services.usage.span"),
        ({"from": "no day"}, "model.instant.unreadable"),
        ({"party": "xx"}, "services.usage.party"),
    ],
)
def test_what_is_no_span_is_refused(us, query, code):
    for path in ("/figures", "/figures.csv"):
        status, found = us.get(path, **query)
        assert (status, found["error"]["code"]) == (400, code), found
