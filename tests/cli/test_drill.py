"""The drill of docs/operators.md, "A disk died at three in the morning", typed as it is written there."""

import asyncio
import re
import shlex
import shutil
import subprocess
import sys

from tests.documents import ROOT
from tests.fault.processes import is_renewed, two_processes, until

from coupefeu.node.exercise import NodeProcess
from coupefeu.node.node import Node

WITHIN_S = 110


def steps():
    """Give each command of the drill, and the words that its output must hold."""
    page = (ROOT / "docs" / "operators.md").read_text("utf-8")
    (block,) = re.findall(r"```sh drill\n(.*?)```", page, re.DOTALL)
    return [[part.strip() for part in line.split("#")] for line in block.splitlines()]


def typed(words):
    done = subprocess.run(
        [sys.executable, "-m", "coupefeu.cli.main", *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


async def _until_whole(folder):
    async with Node.open(folder) as node:

        async def is_over():
            return (await node.status())["recovering"] is None

        await until(is_over)


def test_the_drill_works_as_it_is_written(tmp_path):
    async def story():
        async with two_processes(tmp_path / "srv") as pair:
            async with pair.node("us") as us, pair.node("ru") as ru:
                await (await us.line("RU").send("before the backup")).receipt()
                await until(lambda: is_renewed(pair.folders["us"].path))
                (tmp_path / "backup").mkdir()
                args = ["backup", "--node", tmp_path / "srv/us", "--to", tmp_path / "backup/us.backup"]
                await asyncio.to_thread(typed, list(map(str, args)))
                for number in range(5):
                    await (await us.line("RU").send(f"after the backup {number}")).receipt()
                await (await ru.line("US").send("theirs")).receipt()
            await pair.processes["us"].kill()
            shutil.rmtree(tmp_path / "srv" / "us")
            process = NodeProcess(tmp_path / "srv" / "us-again")
            try:
                await _type_all(tmp_path, process)
                async with Node.open(tmp_path / "srv/us-again") as us:
                    texts = [message.original for message in us.inbox(100)]
                    assert {f"after the backup {number}" for number in range(5)} <= set(texts)
                    await (await us.line("RU").send("we are back")).receipt()
            finally:
                await process.kill()

    asyncio.run(asyncio.wait_for(story(), WITHIN_S))


async def _type_all(tmp_path, process):
    for command, says in steps():
        text = command.replace("/srv/", f"{tmp_path}/srv/").replace("/backup/", f"{tmp_path}/backup/")
        program, *words = shlex.split(text)
        assert program == "coupefeu"
        if words[0] == "up":
            await process.start()
            await _until_whole(tmp_path / "srv" / "us-again")
            continue
        assert says in await asyncio.to_thread(typed, words), command
