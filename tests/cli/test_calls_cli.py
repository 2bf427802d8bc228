"""Calls as people type them: placing, answering, declining, and the list that programs read."""

import asyncio
import json
import shutil

import pytest
from tests.cli.conftest import BANNER, WITHIN_S, Commands
from tests.cli.test_looking import FewEvents

import coupefeu
from coupefeu.cli.calls_seen import CallsSeen
from coupefeu.cli.watch import Screen
from coupefeu.model.calls import CallState, DeclineReason, Outcome
from coupefeu.model.entry import Kind
from coupefeu.model.messages import parse_number
from coupefeu.node.exercise import pair_exercise
from coupefeu.node.folder import NodeFolder
from coupefeu.node.following import EntrySeen

KEYS = ["exercise", "id", "from", "to"]
OUTCOMES = {each.value for each in Outcome}


async def play(us, ru):
    """RU calls; one is held, one declined by US, one put off; the fourth rings when both nodes stop."""
    async with coupefeu.Node.open(us) as ours, coupefeu.Node.open(ru) as theirs:
        line = theirs.line("us")
        held = await line.call(precedence=coupefeu.Precedence.FLASH, words="Our aircraft strayed.")
        await held.until(CallState.RINGING)
        await ours.call(held.number).answer(officer="2nd watch")
        await held.until(CallState.IN_CALL)
        await held.hang_up()
        declined = await line.call()
        await declined.until(CallState.RINGING)
        await ours.call(declined.number).decline(DeclineReason.NO_INTERPRETER, words="At 0600Z.")
        seen = await declined.until(Outcome.DECLINED)
        assert seen.reason is DeclineReason.NO_INTERPRETER
        await ours.call(declined.number).until(Outcome.DECLINED)
        ringing = await line.call()
        await ringing.until(CallState.RINGING)
        return [held.number, declined.number, ringing.number]


@pytest.fixture(scope="module")
def called(tmp_path_factory):
    folder = tmp_path_factory.mktemp("called")
    pair_exercise(folder / "us", folder / "ru")
    numbers = asyncio.run(asyncio.wait_for(play(folder / "us", folder / "ru"), WITHIN_S))
    (folder / "numbers.json").write_text(json.dumps(["", ""]))
    return folder, numbers


@pytest.fixture
def line(called, tmp_path):
    folder, numbers = called
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("control.sock"))
    commands = Commands(tmp_path)
    commands.held, commands.declined, commands.ringing = numbers
    return commands


def test_the_list_is_what_programs_read(line):
    listed = line.json("calls")
    assert [each["id"] for each in listed] == [line.ringing, line.declined, line.held]
    assert [each["outcome"] for each in listed] == [None, "declined", "answered"]
    for each in listed:
        assert list(each)[:4] == KEYS
        assert (each["exercise"], each["from"], each["to"]) == (True, "ru.duty", "us.duty")
        assert None not in (each["placed_ms"], each["arrived_ms"], each["rang_ms"])
    assert listed[1]["reason"] == "no_interpreter"
    assert listed[2]["answered_by"] == "us.duty"
    assert listed[2]["duration_ms"] >= 0
    assert listed[2]["ended_ms"] >= listed[2]["outcome_ms"] >= listed[2]["rang_ms"]


def test_the_same_list_stands_at_the_other_side(line):
    ours, theirs = line.json("calls"), line.json("calls", node=line.ru)
    for here, there in zip(ours, theirs, strict=True):
        same = (
            "id",
            "from",
            "to",
            "outcome",
            "reason",
            "answered_by",
            "duration_ms",
            "rung_posts",
            "placed_ms",
        )
        assert {key: here[key] for key in same} == {key: there[key] for key in same}
        assert [step["id"] for step in here["steps"]] == [step["id"] for step in there["steps"]]


def test_it_is_narrowed_by_outcome_and_party(line):
    assert [each["id"] for each in line.json("calls", "--outcome", "declined")] == [line.declined]
    assert line.json("calls", "--party", "us") == []
    assert line.run("calls", "--party", "us")[-1] == "No such call stands on the record here."
    assert line.refused("calls", "--party", "xx").code == "model.agreement.no_party"


def test_a_list_for_people_says_exercise_first_and_each_outcome_in_capitals(line):
    lines = line.run("calls")
    assert lines[:2] == [BANNER, "3 of 3 attempts, the newest first."]
    told = "\n".join(lines)
    assert f"{line.ringing}  IMMEDIATE  ru.duty → us.duty" in told
    assert "RINGS AT us.duty" in told
    assert "DECLINED: No interpreter here" in told
    assert "ANSWERED, ENDED: us.duty" in told


def test_one_call_with_every_entry_about_it(line):
    lines = line.run("calls", line.declined)
    told = "\n".join(lines)
    for words in (
        "Placed, by our clock",
        "CALL RINGING",
        "CALL DECLINED (us.duty)",
        "At 0600Z.",
        "(machine)",
    ):
        assert words in told, told
    assert line.json("calls", line.declined)["id"] == line.declined
    assert line.refused("calls", "RU/999").code == "node.desk.no_call"
    assert line.run("calls", line.declined, "--language", "ru")


def test_what_is_shown_of_an_attempt_stands_under_it(line):
    number = line.json("call", "RU", "--words", "Nobody hears this.")["id"]
    told = "\n".join(line.run("calls", number))
    assert "we tried by " in told
    assert "not shown that they saw it" in " ".join(told.split())
    shown = line.json("calls", number)["diagnosis"]
    assert (shown["by"], shown["verdict"], shown["bound_by"]) == ("ru", "tried", None)
    assert [each["signal"] for each in shown["signals"]] == ["heartbeat", "watch", "human"]
    assert line.json("calls", line.declined)["diagnosis"]["verdict"] == "declined"


def test_a_call_that_rings_is_answered_and_ended(line):
    lines = line.run("answer", line.ringing, "--officer", "2nd watch")
    assert lines[0] == BANNER
    assert "IN CALL: us.duty" in "\n".join(lines)
    values = line.json("hang-up", line.ringing)
    assert (values["call"]["outcome"], values["call"]["state"]) == ("answered", "ended")
    assert line.refused("hang-up", line.ringing).code == "services.calls.already_ended"


@pytest.mark.parametrize(
    "reason", ["busy-here", "not-now", "not-competent", "not-authorised", "refused", "other"]
)
def test_it_is_declined_with_a_reason(line, reason):
    values = line.json("decline", line.ringing, "--reason", reason, "--words", "Ring the General Staff.")
    call = values["call"]
    assert (call["outcome"], call["reason"]) == ("declined", reason.replace("-", "_"))
    assert call["steps"][-1]["words"] == "Ring the General Staff."


def test_it_is_put_off_to_a_post_or_a_time(line):
    values = line.json("defer", line.ringing, "--to-post", "us.chief", "--until", "2099-01-01T06:00:00Z")[
        "call"
    ]
    assert (values["outcome"], values["deferred_to_post"]) == ("deferred", "us.chief")
    assert values["deferred_to_ms"] == 4_070_930_400_000
    assert "DEFERRED: us.chief, until 01 JAN 99 06:00:00Z" in "\n".join(line.run("calls", line.ringing))


def test_nothing_to_put_it_off_to_is_refused(line):
    assert line.refused("defer", line.ringing).code == "services.calls.deferred_nowhere"
    assert line.json("calls", line.ringing)["outcome"] is None


def test_a_call_is_placed_on_a_stopped_node_and_withdrawn(line):
    lines = line.run("call", "ru.chief", "--words", "About the bridge.", "--officer", "2nd watch")
    assert lines[1].startswith("On our record as US/")
    assert "This node is stopped." in " ".join(lines)
    number = line.json("calls")[0]["id"]
    values = line.json("withdraw", number, "--words", "Settled.")["call"]
    assert (values["outcome"], values["to"], values["words"]) == (
        "withdrawn",
        "ru.chief",
        "About the bridge.",
    )


def test_a_party_means_its_duty_desk_and_flash_is_said(line):
    values = line.json("call", "RU", "--flash")
    assert (values["from"], values["to"], values["precedence"]) == ("us.duty", "ru.duty", "FLASH")


def test_what_cannot_be_is_refused_and_nothing_is_recorded(line):
    before = len(line.json("calls"))
    assert line.refused("call", "us.chief").code == "services.calls.own_post"
    assert line.refused("call", "ru.nobody").code == "model.agreement.no_post"
    assert line.refused("call", "ru", "--wait").code == "cli.call.stopped"
    assert line.refused("withdraw", line.ringing).code == "services.calls.not_our_call"
    assert line.refused("answer", line.held).code == "services.calls.already_ended"
    assert len(line.json("calls")) == before


def test_a_contact_by_another_channel_stands_in_the_same_list(line):
    said = ("--channel", "telephone", "--time", "now", "--counterpart", "General", "--text", "We spoke.")
    number = line.say(*said)
    contact = line.json("calls")[0]
    assert (contact["id"], contact["outcome"], contact["from"]) == (number, "other_channel", "us.duty")
    assert [each["id"] for each in line.json("calls", "--outcome", "other_channel")] == [number]
    assert "BY ANOTHER CHANNEL" in "\n".join(line.run("calls", number))


# --- while both nodes run ----------------------------------------------------------------------------------


def test_who_calls_may_wait_for_what_becomes_of_it_and_status_says_that_it_rings(line):
    async def play():
        async with coupefeu.Node.open(line.us), coupefeu.Node.open(line.ru) as theirs:
            waiting = asyncio.ensure_future(asyncio.to_thread(line.run, "call", "RU", "--wait"))
            async with theirs.events() as events:
                async for event in events:
                    if isinstance(event, EntrySeen) and event.kind == Kind.CALL_RINGING:
                        break
            status = await asyncio.to_thread(line.run, "status", node=line.ru)
            await theirs.call(event.about[0]).answer()
            return await waiting, status, event.about[0]

    told, status, number = asyncio.run(asyncio.wait_for(play(), WITHIN_S))
    assert told[0] == BANNER
    assert f"{number}  IN CALL" in told
    assert f"! RINGS HERE: {number}: coupefeu answer {number}" in status


# --- a terminal that follows the line ----------------------------------------------------------------------


def seen(number, kind, *about, party="ru"):
    return EntrySeen(
        number=number,
        party=party,
        index=0,
        kind=kind,
        precedence=None,
        about=about,
        arrived_ms=1_900_000_000_000,
    )


def watched(line, capsys, *events):
    """What `coupefeu watch` prints of these events, and which calls it then says that it shows."""
    shown = []

    async def follow():
        async with coupefeu.Node.open(line.us, online=False) as node:
            node.backend.calls_shown = lambda calls: taken(shown, calls)
            screen = Screen(NodeFolder.open(line.us), "en", 1, as_json=False)
            await screen.take_all(node, FewEvents(list(events)))

    asyncio.run(follow())
    return capsys.readouterr().out, shown


async def taken(shown, calls):
    shown.extend(calls)


def test_a_call_that_rings_is_printed_with_what_to_do_and_its_node_is_told_that_it_is_shown(line, capsys):
    number = parse_number(line.ringing, ("us", "ru"))
    told, shown = watched(line, capsys, seen("US/9", 81, line.ringing, party="us"))
    assert f"{line.ringing}  IMMEDIATE  ru.duty → us.duty" in told
    assert "RINGS AT us.duty" in told
    assert f"To answer: coupefeu answer {line.ringing} --node {line.us}" in told
    assert shown == [number]


def test_what_became_of_a_call_is_printed_and_one_that_does_not_ring_is_not(line, capsys):
    told, shown = watched(line, capsys, seen(line.ringing, 80), seen("US/8", 83, line.declined, party="us"))
    assert "DECLINED: No interpreter here" in told
    assert line.ringing not in told
    assert shown == []


def test_entries_about_nothing_that_is_here_are_printed_all_the_same(line, capsys):
    kinds = sorted(set(Kind) - {Kind.MESSAGE, Kind.LINE_TEST})
    told, _ = watched(line, capsys, *(seen(f"RU/{900 + kind}", int(kind), "RU/999") for kind in kinds))
    assert [kind for kind in kinds if f"[RU/{900 + kind}]" not in told] == []


def test_a_flood_is_one_line_now_and_then_each_minute(line):
    calls = CallsSeen(line.us, "en")
    flood = {"party": "ru", "count": 900, "first_ms": 0, "last_ms": 1_900_000_000_000}
    ((lines, value),) = calls.flood_news([flood], 1_900_000_000_000, 6)
    assert lines == [
        "RU: 900 attempts did not ring, the last at 171746Z MAR 30: more than the agreed 6 a minute."
    ]
    assert value["count"] == 900
    assert calls.flood_news([flood | {"count": 5_000}], 1_900_000_059_000, 6) == []
    assert len(calls.flood_news([flood | {"count": 5_000}], 1_900_000_060_000, 6)) == 1
    assert calls.flood_news([flood | {"count": 5_000}], 1_900_000_900_000, 6) == []
