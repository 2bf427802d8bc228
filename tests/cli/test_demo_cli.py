"""The demo plays between real processes, says what it saw, and fails at the first thing that does not hold."""

import json
import subprocess
import sys

import pytest
from tests.shared import shared_file

from coupefeu.errors import UsageError
from coupefeu.node.demo.summary import Step, Summary
from coupefeu.node.demo.texts import PART_BYTES, choose_critical, split_text
from coupefeu.node.folder import NodeFolder

STEPS = [
    "pair",
    "march-2022",
    "firebreak-broken",
    "run-on",
    "answered-at-last",
    "message-read-back",
    "flash-stop-outcome",
    "line-test",
    "calls",
    "conflict-settled",
    "notices-loaded",
    "kill-and-restart",
    "flash-overtakes-backlog",
    "nothing-lost-or-doubled",
    "records-verified",
]


def run(*options):
    command = [sys.executable, "-m", "coupefeu.cli.main", "demo", "--headless", "--json", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)


def feature(name, lon, **properties):
    """A flight over one place of the sea, in 2020."""
    said = {"shape": "corridor", "half_width_m": 1_000, "lower_m": 1_000, "upper_m": 2_000} | properties
    said |= {"from": "2020-06-30T20:00:00Z", "to": "2020-06-30T21:00:00Z"}
    line = {"type": "LineString", "coordinates": [[lon, 34.0], [lon, 34.2]]}
    return json.dumps({"type": "Feature", "id": name, "geometry": line, "properties": said})


def test_the_main_job_holds_with_the_message_of_1962_and_notices_of_a_file(tmp_path):
    message = shared_file("data/messages/kennedy-1962-10-28.txt")
    flights = tmp_path / "flights.jsonl"
    odd = '{"type": "Feature", "id": "odd", "geometry": null, "properties": {}}'
    lines = [feature("one", 20.0, party="us"), odd, feature("two", 20.05, party="ru"), feature("far", 25.0)]
    flights.write_text("\n".join(lines))
    folder = tmp_path / "nodes"
    played = run("--message", str(message), "--notices", str(flights), "--keep", str(folder))
    assert played.returncode == 0, played.stdout + played.stderr
    result = json.loads(played.stdout)
    assert [(step["name"], step["ok"]) for step in result["steps"]] == [(name, True) for name in STEPS]
    assert all(step["seconds"] > 0 for step in result["steps"])
    assert (result["exercise"], result["lost"], result["doubled"]) == (True, 0, 0)
    assert {(r["node"], r["party"]) for r in result["records"]} == {
        (n, p) for n in ("us", "ru") for p in ("us", "ru")
    }
    assert all(r["size"] == r["cosigned"] > 0 for r in result["records"])
    assert {NodeFolder.open(folder / name).party for name in ("us", "ru")} == {"us", "ru"}
    details = {step["name"]: step["detail"] for step in result["steps"]}
    assert "8 calls of the Secretary and the Chairman, in vain" in details["march-2022"]
    assert "calls-unanswered" in details["firebreak-broken"]
    assert "strained in the place of broken, on both" in details["answered-at-last"]
    assert "241200Z MAR 22" in details["run-on"]
    assert "US goes 800 m higher, both records say RESOLVED" in details["conflict-settled"]
    assert "3 notices filed" in details["notices-loaded"]
    assert "1 conflicts, on both sides" in details["notices-loaded"]
    (reject,) = result["notices"]["rejects"]
    assert (reject["number"], reject["id"], reject["field"]) == (2, "odd", "geometry")


def test_the_first_thing_that_does_not_hold_ends_it(tmp_path):
    (tmp_path / "us").mkdir()
    (tmp_path / "us" / "something").write_text("in the way")
    played = run("--keep", str(tmp_path))
    result = json.loads(played.stdout)
    assert played.returncode == 1
    assert [(step["name"], step["ok"]) for step in result["steps"]] == [("pair", False)]
    assert "not empty" in result["steps"][0]["detail"]


@pytest.mark.parametrize("summary", [Summary(), Summary(lost=1), Summary(doubled=1)])
def test_a_demo_holds_only_if_all_of_it_holds(summary):
    assert not summary.ok
    summary.steps.append(Step(name="pair", ok=True, seconds=0.0, detail=""))
    assert summary.ok == (summary.lost == summary.doubled == 0)


def test_a_text_of_any_length_is_sent_in_parts_that_join_to_it():
    text = "Ж" * 5_000 + "\n" + "line\n" * 3_000 + "end"
    parts = split_text(text)
    assert "".join(parts) == text
    assert len(parts) > 2
    assert max(len(part.encode()) for part in parts) <= PART_BYTES
    with pytest.raises(UsageError, match="empty"):
        split_text("")


def test_what_is_to_be_read_back_can_be_typed():
    assert choose_critical("At 0312 we turn back.\nAll 15 of us.") == ("0312", "15")
    assert choose_critical("We turn back now, all of us.") == ("We turn back now,",)
    assert choose_critical("\u202e\u200b") == ()
