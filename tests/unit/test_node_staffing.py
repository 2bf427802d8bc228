"""An unstaffed desk at home: when the node says so, to whom, how often, and what it has the operator's program do."""

import asyncio
import json
import sys
from dataclasses import replace

import pytest
from tests.scenario.stage import open_line
from tests.stores import AGREEMENT
from tests.watches import roster, window

from coupefeu.cli.up import describe
from coupefeu.errors import StoreError
from coupefeu.node.events import StaffingChanged
from coupefeu.node.exercise import pair_exercise
from coupefeu.node.following import StaffingSeen
from coupefeu.node.local import describe_change
from coupefeu.node.node import Node
from coupefeu.node.staffing import AGAIN_MS, Staffing
from coupefeu.node.staffing_alarm import newly
from coupefeu.node.standing import read_standing
from coupefeu.services.watch.facts import LeaveWatch, PlanRoster, TakeWatch
from coupefeu.services.watch.unstaffed import Unstaffed, UnstaffedCause
from coupefeu.wire import agreement as wire_agreement

WITHIN_S = 60
DESK = "us.duty"
WRITES_ENVIRONMENT = (
    "import json, os, sys; open(sys.argv[1], 'a').write(json.dumps(dict(os.environ)) + '\\n')"
)


@pytest.fixture
def nodes(tmp_path):
    return open_line(tmp_path, agreement=replace(AGREEMENT, watch_grace_s=60))


def staffing_of(node, desk=None):
    defects = []
    return Staffing(node.engine, desk or node.desk, node.clock, defects.append), defects


def told(node):
    return [
        [(each.post, each.cause.value) for each in change.unstaffed]
        for change in node.changes
        if isinstance(change, StaffingChanged)
    ]


def test_it_is_said_once_when_a_desk_becomes_unstaffed_and_once_when_it_is_so_no_longer(nodes):
    us = nodes.us
    us.act(TakeWatch(from_post=DESK, heard=True))
    staffing, defects = staffing_of(us)
    nodes.run(seconds=90)
    assert told(us) == []
    us.act(LeaveWatch(from_post=DESK))
    nodes.run(seconds=59)
    assert told(us) == []
    nodes.run(seconds=120)
    assert told(us) == [[(DESK, "nobody")]]
    assert [each.post for each in staffing.unstaffed] == [DESK]
    us.act(TakeWatch(from_post=DESK, heard=True))
    nodes.run(seconds=1)
    assert told(us) == [[(DESK, "nobody")], []]
    assert (staffing.unstaffed, defects) == ((), [])


def test_the_watch_of_the_other_side_is_no_alarm_here(nodes):
    us = nodes.us
    us.act(TakeWatch(from_post=DESK, heard=True))
    nodes.ru.act(TakeWatch(from_post="ru.duty", heard=True))
    nodes.ru.act(LeaveWatch(from_post="ru.duty"))
    staffing_of(us)
    nodes.run(seconds=180)
    assert told(us) == []


def test_a_gap_of_the_roster_is_said_at_once(nodes):
    us = nodes.us
    plan = roster(window(1, 2), until=3)
    us.act(PlanRoster(from_post=DESK, from_ms=plan.from_ms, until_ms=plan.until_ms, windows=plan.windows))
    staffing, _ = staffing_of(us)
    nodes.run(seconds=1)
    assert told(us) == [[(DESK, "gap")]]
    (gap,) = staffing.unstaffed
    assert gap.gap_until_ms == plan.windows[0].from_ms


def test_a_record_that_cannot_be_read_ends_nothing(nodes):
    broken = [True]

    def desk():
        if broken:
            broken.clear()
            raise StoreError("the disk is away", code="store.test", hint="")
        return nodes.us.desk()

    nodes.us.say("An entry, from which on somebody may have been there.")
    staffing, defects = staffing_of(nodes.us, desk)
    nodes.us.engine.handle_timer()
    assert [each.code for each in defects] == ["store.test"]
    assert staffing.next_ms() == nodes.clock.mono_ms + AGAIN_MS
    nodes.run(seconds=61)
    assert told(nodes.us) == [[(DESK, "nobody")]]


def test_a_desk_that_is_unstaffed_for_another_cause_is_not_alarmed_anew():
    gap = Unstaffed(post=DESK, cause=UnstaffedCause.GAP, since_ms=1, gap_until_ms=9)
    nobody = Unstaffed(post=DESK, cause=UnstaffedCause.NOBODY, since_ms=1, planned=("x",))
    other = Unstaffed(post="us.deputy", cause=UnstaffedCause.NOBODY, since_ms=1)
    assert list(newly(StaffingChanged(before=(gap,), unstaffed=(nobody, other)))) == [other]
    assert list(newly(StaffingChanged(before=(), unstaffed=(nobody,)))) == [nobody]


def test_it_is_said_in_words_in_every_language():
    gap = Unstaffed(post=DESK, cause=UnstaffedCause.GAP, since_ms=1, gap_until_ms=1_648_104_000_000)
    planned = Unstaffed(post=DESK, cause=UnstaffedCause.NOBODY, since_ms=1, planned=("a\u202eb",))
    event = describe_change(StaffingChanged(before=(), unstaffed=(gap, planned)), AGREEMENT.party_ids)
    for language in ("en", "fr", "ru"):
        first, second = describe(event, language).splitlines()
        assert first.startswith(f"! {DESK}")
        assert "24" in first
        assert "\u202e" not in second
    assert "must be" in describe({"what": "staffing", "unstaffed": []})


# --- a node that runs ------------------------------------------------------------------------------------------------


def lines_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


async def until(is_so):
    async with asyncio.timeout(WITHIN_S):
        while not is_so():  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.02)


def test_a_running_node_says_it_runs_the_program_and_status_has_it(tmp_path, monkeypatch):
    monkeypatch.setattr(wire_agreement, "DEFAULT_WATCH_GRACE_S", 0)
    us, _ = pair_exercise(tmp_path / "us", tmp_path / "ru")
    rung = tmp_path / "rung"
    command = [sys.executable, "-c", WRITES_ENVIRONMENT, str(rung)]
    with (us.path / "node.toml").open("a") as file:
        file.write(f"\n[alarm]\ncommand = {json.dumps(command)}\n")

    async def next_of(events):
        async with asyncio.timeout(WITHIN_S):
            async for event in events:
                if isinstance(event, StaffingSeen):
                    return event
        raise AssertionError

    async def play():
        async with Node.open(us.path) as node, node.events() as events:
            await until(lambda: len(lines_of(rung)) == 1)
            await node.act(TakeWatch(from_post=DESK, heard=True))
            while (await next_of(events)).unstaffed:
                pass
            assert (await read_standing(us))["unstaffed"] == []
            await node.act(LeaveWatch(from_post=DESK))
            (desk,) = (await next_of(events)).unstaffed
            await until(lambda: len(lines_of(rung)) == 2)
            return desk

    desk = asyncio.run(play())
    assert (desk.post, desk.cause, desk.planned) == (DESK, "nobody", ())
    (stopped,) = asyncio.run(read_standing(us))["unstaffed"]
    assert (stopped["post"], stopped["since_ms"]) == (DESK, desk.since_ms)
    told = [(each["COUPEFEU_UNSTAFFED"], each["COUPEFEU_CAUSE"]) for each in lines_of(rung)]
    assert told == [(DESK, "nobody")] * 2
    journal = lines_of(us.path / "node.log")
    assert [each["unstaffed"] for each in journal if each["what"] == "staffing"][-1] == {DESK: "nobody"}
