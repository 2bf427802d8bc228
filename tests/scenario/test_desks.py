"""Two nodes as their own processes: commands go to the running ones, a screen is a fact on the other side, Python
follows what happens. Everything waits for a condition, never for a time."""

import asyncio
import json
import os
import pty
import sys

import pytest

import coupefeu
from coupefeu.node.exercise import NodeProcess, pair_exercise

WITHIN_S = 60


async def command(*words) -> dict:
    process = await start(*words, "--json")
    said, wrong = await process.communicate()
    assert process.returncode == 0, said + wrong
    return json.loads(said)


async def start(*words):
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "coupefeu.cli.main", *map(str, words),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, stdin=asyncio.subprocess.DEVNULL,
    )  # fmt: skip


async def start_on_a_terminal(*words):
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "coupefeu.cli.main",
        *map(str, words),
        stdout=theirs,
        stdin=asyncio.subprocess.DEVNULL,
    )
    os.close(theirs)
    return process, ours


async def until_text(terminal: int, wanted: str) -> None:
    """Read what a terminal shows until it has shown this."""
    shown = ""
    while wanted not in shown:
        shown += (await asyncio.to_thread(os.read, terminal, 4096)).decode("utf-8", "replace")


def steps_of(message, party="ru"):
    return {step["step"]: step for step in message["chains"][party]}


@pytest.fixture
def folders(tmp_path):
    return [folder.path for folder in pair_exercise(tmp_path / "us", tmp_path / "ru")]


async def until_line(stream, what, wanted) -> dict:
    while said := await stream.readline():
        event = json.loads(said)
        assert event["exercise"] is True
        if event["what"] == what and wanted(event):
            return event
    raise AssertionError(f"the screen ended without {what}")


async def play_desks(us, ru) -> None:
    nodes = [NodeProcess(us), NodeProcess(ru)]
    for node in nodes:
        await node.start()
    follower = await start("watch", "--node", ru, "--json")
    screen, terminal = await start_on_a_terminal("watch", "--node", ru, "--language", "en")
    try:
        await until_line(follower.stdout, "begin", bool)
        await until_text(terminal, "messages")
        said = await command(
            "say", "--node", us, "Fired by accident.", "--precedence", "flash", "--wait", "--timeout", "30"
        )
        assert said["running"] is True
        assert said["receipt"]["holder"] == "ru"
        number = said["message"]
        came = await until_line(
            follower.stdout, "message", lambda event: event["message"]["number"] == number
        )
        assert (came["message"]["text"], came["message"]["sounds"]) == ("Fired by accident.", True)

        async with coupefeu.Node.open(us) as node:
            shown = await node.until(number, coupefeu.StepName.SHOWN)
            assert (shown.screens, shown.idle, shown.machine) == (1, True, True)
            await until_text(terminal, "   | Fired by accident.")
            await until_text(terminal, "\a")
            taking = asyncio.ensure_future(node.until(number, coupefeu.StepName.TAKEN_BY))
            taken = await command("take", number, "--node", ru, "--officer", "2nd watch")
            step = await taking
            await until_text(terminal, f"RU  TAKEN: {number}  [{taken['recorded']}]")
            assert (step.acts[0].number, step.acts[0].act.officer) == (taken["recorded"], "2nd watch")
            with pytest.raises(coupefeu.PolicyError) as refused:
                await node.act(coupefeu.Take(message=node.number(number), from_post="us.duty"))
            assert refused.value.code == "services.messages.own_message"

        status = await command("status", "--node", us)
        assert (status["running"], status["lines"]["ru"]["up"]) == (True, True)
        shown = steps_of(await command("inbox", number, "--node", us))
        assert (shown["shown"]["screens"], shown["shown"]["idle"], shown["taken-by"]["done"]) == (
            1,
            False,
            True,
        )
    finally:
        for each in (follower, screen):
            each.terminate()
            await each.communicate()
        os.close(terminal)
        for node in nodes:
            await node.stop()
    status = await command("status", "--node", us)
    assert (status["running"], status["lines"]) == (False, {})


def test_two_desks_with_a_screen(folders):
    asyncio.run(asyncio.wait_for(play_desks(*folders), WITHIN_S))


async def follow_until_it_goes(us, ru) -> None:
    node = NodeProcess(us)
    await node.start()
    async with coupefeu.Node.open(us) as ours, ours.events() as events:
        sent = await ours.line("RU").send("Nobody is there yet.")
        async for event in events:
            if isinstance(event, coupefeu.EntrySeen) and event.number == sent.number:
                assert (event.party, event.kind) == ("us", coupefeu.Kind.MESSAGE)
                break
        waiting = asyncio.ensure_future(sent.until(coupefeu.StepName.TAKEN_BY))
        await asyncio.sleep(0)
        await node.kill()
        with pytest.raises(coupefeu.PeerError) as gone:
            await waiting
        assert gone.value.code == "node.control.gone"


def test_whoever_follows_is_told_that_the_node_went_away(folders):
    asyncio.run(asyncio.wait_for(follow_until_it_goes(*folders), WITHIN_S))
