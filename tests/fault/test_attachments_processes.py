"""Two nodes as processes, every command as a process: maps are sent, their taker killed, and they are saved whole.

Source: issue of the line, items 2, 3 and 6; protocol A2, A3.
"""

import asyncio
import json
import random
import sys
from pathlib import Path

from tests.fault.processes import run, two_processes, until

from coupefeu.node.assembly import parties_of
from coupefeu.services.messages.enclosed import AttachmentState
from coupefeu.store.fsck import check_record

MAPS = [random.Random(seed).randbytes(1 << 20) for seed in range(4)]
"""They do not compress, and are under way for five seconds at least: what is done in their middle is done in time."""


async def command(*words):
    """Give what a command prints with --json."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "coupefeu.cli.main", *map(str, words), "--json",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    printed, said = await process.communicate()
    assert process.returncode == 0, said.decode()
    return json.loads(printed)


async def is_fetching(pair, name, other):
    """Whether a node has bytes of an attachment that is not whole."""
    async with pair.node(name) as node:
        fetching = (await node.status())["lines"][other]["fetching"]
    return fetching is not None and fetching["here"] > 0


async def are_here(pair, name, number):
    """Whether a node holds everything that is attached to a message."""
    async with pair.node(name) as node:
        return {each.state for each in node.message(number).attachments} == {AttachmentState.HELD}


def check(folder):
    report = check_record(
        folder.record_path, parties_of(folder), folder.log_number, folder.high_water_path, running=True
    )
    assert report.is_clean, report.findings


def test_maps_are_sent_their_taker_killed_in_the_middle_and_saved_as_they_were(tmp_path):
    files = [tmp_path / f"sheet {number}.png" for number in range(len(MAPS))]
    for file, content in zip(files, MAPS, strict=True):
        file.write_bytes(content)
    attach = [word for file in files for word in ("--attach", file)]

    async def story():
        async with two_processes(tmp_path / "nodes") as pair:
            us, ru = (pair.folders[name].path for name in ("us", "ru"))
            saying = asyncio.ensure_future(command("say", "See the maps.", *attach, "--node", us))
            await until(lambda: is_fetching(pair, "ru", "us"))
            await pair.processes["ru"].kill()
            number = (await saying)["message"]
            shown = await command("inbox", number, "--node", ru)
            assert shown["attachments"][-1]["state"] == "awaited", "what is not whole is not there"
            await pair.processes["ru"].start()
            flash = await command("say", "STOP", "--precedence", "flash", "--node", ru)

            await until(lambda: are_here(pair, "ru", number))
            assert (await command("inbox", flash["message"], "--node", us))["precedence"] == "FLASH"
            for folder in pair.folders.values():
                check(folder)
            return await command("inbox", number, "--save-attachments", tmp_path / "saved", "--node", ru)

    (tmp_path / "nodes").mkdir()
    saved = run(story())["saved"].values()
    assert [Path(file).read_bytes() for file in saved] == MAPS
