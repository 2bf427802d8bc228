"""A node killed with -9 in the middle of traffic and started again: nothing acknowledged is lost or doubled.

Both roles are killed, at moments drawn from a seed; at the end both records are checked entry by entry (fsck).
Source: issue of the line, figures and bad days; protocol A6, B7.
"""

import asyncio
import random
from collections import Counter

import pytest
from tests.fault.processes import run, two_processes, until
from tests.sizes import size

from coupefeu.errors import CoupefeuError
from coupefeu.model.precedence import Precedence
from coupefeu.node.assembly import parties_of
from coupefeu.store.fsck import check_record
from coupefeu.testing.clock import START_UTC_MS

KILLS = size(small=2, full=100)
"""Of each node."""
A_ROUND = 40


async def send(pair, texts):
    """Send as fast as it goes until all are said or the node dies; give what was acknowledged to its officer."""
    said = []
    try:
        async with pair.node("us") as us:
            for text in texts:
                await us.line("RU").send(text, precedence=Precedence.ROUTINE)
                said.append(text)
    except (CoupefeuError, OSError):
        pass
    return said


async def kill_in_the_middle(pair, name, texts, draw):
    """Kill a node while the other, or itself, is at work; start it again."""
    sending = asyncio.ensure_future(send(pair, texts))
    for _ in range(draw.randrange(400)):
        await asyncio.sleep(0)
    await asyncio.sleep(draw.random() * 0.2)
    await pair.processes[name].kill()
    if name == "us":
        said = await sending
        await pair.processes[name].start()
        return said
    await pair.processes[name].start()
    return await sending


def check(pair):
    """Check both records where they lie, of running nodes."""
    for folder in pair.folders.values():
        report = check_record(
            folder.record_path, parties_of(folder), folder.log_number, folder.high_water_path, running=True
        )
        assert report.is_clean, report.findings


@pytest.mark.parametrize("name", ["ru", "us"])
def test_killed_and_started_again_nothing_is_lost_or_doubled(tmp_path, name):
    async def story():
        draw = random.Random(f"{name} {START_UTC_MS}")
        async with two_processes(tmp_path) as pair:
            said = []
            for number in range(KILLS):
                texts = [f"{number}/{index}" for index in range(A_ROUND)]
                said += await kill_in_the_middle(pair, name, texts, draw)
            async with pair.node("us") as us, pair.node("ru") as ru:
                last = await us.line("RU").send("the last before the silence")
                async with asyncio.timeout(120):
                    await last.receipt()
                found = Counter(message.original for message in ru.inbox(20_000) if not message.ours)
                del found[""]
                ours = Counter(message.original for message in us.inbox(20_000) if message.ours)

                async def quiet():
                    return (await us.status())["lines"]["ru"]["queued"] == 0

                await until(quiet)
            check(pair)
            return said, found, ours

    said, found, ours = run(story())
    assert set(found.values()) == {1}, "none doubled"
    assert not set(said) - found.keys(), "nothing that was acknowledged is lost"
    assert found.keys() == ours.keys() - {""}, "what one record holds, the other holds"
    assert found["the last before the silence"] == 1
