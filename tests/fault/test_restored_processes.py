"""Real nodes: backed up while they work, lost, restored into another folder, killed while they recover, live again."""

import asyncio
import random
import shutil

import pytest
from tests.fault.processes import is_renewed, run, two_processes, until
from tests.sizes import size

from coupefeu.errors import PolicyError
from coupefeu.node.assembly import parties_of
from coupefeu.node.backup.making import make_backup
from coupefeu.node.backup.restoring import restore_backup
from coupefeu.node.exercise import NodeProcess
from coupefeu.node.folder import NodeFolder
from coupefeu.node.node import Node
from coupefeu.store.fsck import check_record

LOST = size(small=30, full=3_000)
KILLS = size(small=2, full=60)


async def talk(pair, first, count):
    async with pair.node("us") as us, pair.node("ru") as ru:
        sent = [await us.line("RU").send(f"ours {first + number}") for number in range(count)]
        back = [await ru.line("US").send(f"theirs {first + number}") for number in range(count // 2)]
        for each in (*sent, *back):
            await each.receipt()


async def lose(pair, tmp_path):
    """US is backed up while messages go, says more, and its folder is gone; gives the folder of the backup."""
    await talk(pair, 0, 10)
    folder = pair.folders["us"]
    await until(lambda: is_renewed(folder.path))  # or it would come back under a secret that is sealed
    working = asyncio.ensure_future(talk(pair, 10, 20))
    await asyncio.to_thread(make_backup, folder, tmp_path / "us.backup")
    await working
    await talk(pair, 30, LOST)
    await pair.processes["us"].kill()
    shutil.rmtree(folder.path)
    restore_backup(tmp_path / "us.backup", tmp_path / "us-again")
    pair.folders["us"] = NodeFolder.open(tmp_path / "us-again")
    return pair.folders["us"]


async def recovered(node):
    async def is_over():
        status = await node.status()
        return status["recovering"] is None

    await until(is_over)


async def check(pair):
    async with pair.node("us") as us:
        last = await us.line("RU").send("we are back")
        await last.receipt()

        async def quiet():
            return (await us.status())["lines"]["ru"]["queued"] == 0

        await until(quiet)
    for folder in pair.folders.values():
        report = check_record(
            folder.record_path, parties_of(folder), folder.log_number, folder.high_water_path, running=True
        )
        assert report.is_clean, report.findings
    async with pair.node("us") as us, pair.node("ru") as ru:
        ours = [message.original for message in us.inbox(20_000) if message.original]
        theirs = [message.original for message in ru.inbox(20_000) if message.original]
    assert sorted(ours) == sorted(theirs)
    assert len(set(ours)) == len(ours), "nothing is doubled"
    assert {f"ours {number}" for number in range(30 + LOST)} <= set(ours), "and nothing lost"


def test_a_node_whose_disk_died_is_live_again_from_a_backup_made_while_it_worked(tmp_path):
    async def story():
        async with two_processes(tmp_path) as pair:
            folder = await lose(pair, tmp_path)
            await pair.processes["ru"].kill()  # absent at first
            process = NodeProcess(folder.path)
            try:
                await process.start()
                async with Node.open(folder.path) as us:
                    assert (await us.status())["recovery"]["stage"] == "absent"
                    with pytest.raises(PolicyError) as caught:
                        await us.line("RU").send("too early")
                    assert caught.value.code == "store.keeper.recovering"
                    assert not folder.high_water_path.exists()
                    await pair.processes["ru"].start()
                    await recovered(us)
                    assert folder.high_water_path.exists()
                await check(pair)
            finally:
                await process.kill()

    run(story())


def test_killed_again_and_again_while_it_recovers_it_comes_back_and_signs_once(tmp_path):
    async def story():
        draw = random.Random("killed while recovering")
        async with two_processes(tmp_path) as pair:
            folder = await lose(pair, tmp_path)
            process = NodeProcess(folder.path)
            try:
                for _ in range(KILLS):
                    await process.start()
                    for _ in range(draw.randrange(300)):
                        await asyncio.sleep(0)
                    await asyncio.sleep(draw.random() * 0.4)
                    await process.kill()
                await process.start()
                async with Node.open(folder.path) as us:
                    await recovered(us)
                await check(pair)
            finally:
                await process.kill()

    run(story())
