"""The dozen of the demo is whole and meets once; files are shared out so that no aircraft meets itself."""

import asyncio
import json

import pytest

from coupefeu.deconfliction import all_gaps, prepare, require_valid
from coupefeu.errors import CoupefeuError
from coupefeu.model.notices import NoticeForm
from coupefeu.model.volumes import Separation
from coupefeu.node.demo.loading import FilingDesk, describe, load_notices
from coupefeu.node.demo.plans import HELICOPTERS, HOUR_MS, OURS, PATROL, THEIRS
from coupefeu.services.notices.facts import read_notice
from coupefeu.services.notices.forms import is_compared
from coupefeu.services.notices.rules import notice_defects
from coupefeu.testing.clock import START_UTC_MS


def test_a_dozen_of_every_form_is_whole_and_meets_once():
    facts = [plan.fact(START_UTC_MS) for plan in (*OURS, *THEIRS)]
    assert len(facts) == 12
    assert {fact.form for fact in facts} == set(NoticeForm)
    assert [list(notice_defects(fact)) for fact in facts] == [[]] * 12
    for fact in facts:
        for volume in fact.volumes:
            require_valid(volume)
    ours, theirs = (
        [plan for plan in plans if is_compared(plan.fact(START_UTC_MS))] for plans in (OURS, THEIRS)
    )
    ready = [[prepare(plan.fact(START_UTC_MS).volumes) for plan in plans] for plans in (ours, theirs)]
    ((one, other, _),) = all_gaps(*ready, Separation())
    assert (ours[one], theirs[other]) == (PATROL, HELICOPTERS)


def feature(name, lon=20.0, start="2020-06-30T20:00:00Z", end="2020-06-30T21:00:00Z", **properties):
    window = {"from": start, "to": end} if start else {}
    said = {"shape": "circle", "radius_m": 500, "lower_m": 100, "upper_m": 200} | window | properties
    place = {"type": "Point", "coordinates": [lon, 34.0]}
    return {"type": "Feature", "id": name, "geometry": place, "properties": said}


def loaded(tmp_path, *features, now_ms=START_UTC_MS):
    """Load them; gives what became of them, and by party the facts that were filed."""
    path = tmp_path / "notices.jsonl"
    path.write_text("\n".join(each if isinstance(each, str) else json.dumps(each) for each in features))
    filed = {"us": [], "ru": []}

    def desk_of(party):
        async def file(command):
            filed[party].append(read_notice(128, command.content)[0])
            return f"{party}/{len(filed[party])}"

        return FilingDesk(from_post=f"{party}.duty", file=file)

    told = []
    desks = {party: desk_of(party) for party in filed}
    found = asyncio.run(load_notices([path], desks, now_ms, lambda *at: told.append(at)))
    assert told[-1][0] == told[-1][1] > 0, "the bar comes to its end"
    return found, filed


def titles(facts):
    return [fact.title for fact in facts]


def test_what_belongs_together_is_filed_by_one_side(tmp_path):
    _, filed = loaded(
        tmp_path,
        feature("a1", icao24="aa"),
        feature("b1", lon=21, icao24="bb"),
        feature("a2", lon=22, icao24="aa"),
        feature("c1", lon=23, movement="mm"),
        feature("c2", lon=24, movement="mm"),
        feature("theirs", lon=25, party="RU"),
        feature("nobody's", lon=26, party="zz"),
    )
    assert titles(filed["us"]) == ["a1", "a2", "c1", "c2"]
    assert titles(filed["ru"]) == ["b1", "theirs", "nobody's"]


def test_lines_are_flights_areas_are_hazards_and_what_states_no_window_stands(tmp_path):
    line = feature("line", shape="corridor", half_width_m=500)
    line["geometry"] = {"type": "LineString", "coordinates": [[20, 34], [21, 34]]}
    named = feature("named", form="temporary-zone", **{"field.purpose": "x", "field.rule": 2})
    found, filed = loaded(tmp_path, line, feature("area", start=None), named)
    forms = {fact.title: fact.form for facts in filed.values() for fact in facts}
    assert found.rejects == ()
    assert forms == {
        "line": NoticeForm.FLIGHT_SAFETY,
        "area": NoticeForm.HAZARD_TO_NAVIGATION,
        "named": NoticeForm.TEMPORARY_ZONE,
    }


def test_windows_that_are_over_move_alike_and_those_to_come_stay(tmp_path):
    later = feature("later", lon=30, start="2020-07-01T20:00:00Z", end="2020-07-01T21:00:00Z")
    found, filed = loaded(tmp_path, feature("first"), later)
    starts = {fact.title: fact.volumes[0].start_ms for facts in filed.values() for fact in facts}
    assert starts == {"first": START_UTC_MS + HOUR_MS, "later": START_UTC_MS + 25 * HOUR_MS}
    assert "times moved by +631 days" in describe(found)
    to_come = feature("to come", start="2030-01-01T00:00:00Z", end="2030-01-02T00:00:00Z")
    assert loaded(tmp_path, to_come)[0].shift_ms == 0


def test_what_cannot_be_filed_is_named_once_and_the_rest_is_filed(tmp_path):
    found, filed = loaded(
        tmp_path,
        feature("one"),
        "this is no JSON",
        feature("swapped") | {"geometry": {"type": "Point", "coordinates": [50.0, 130.5]}},
        feature("one again") | {"id": "one"},
        feature("two", lon=21),
    )
    assert [(each.at, each.defects[0].field) for _, each in found.rejects] == [
        (2, ""),
        (3, "geometry.coordinates"),
    ]
    assert (found.total, found.duplicates) == (3, 0)
    assert "3 notices filed (2 by US, 1 by RU), 0 known already, 2 rejected" in describe(found)
    assert sum(map(len, filed.values())) == 3


def test_a_file_that_is_none_is_refused_whole(tmp_path):
    with pytest.raises(CoupefeuError):
        asyncio.run(load_notices([tmp_path / "absent.jsonl"], {}, START_UTC_MS))
