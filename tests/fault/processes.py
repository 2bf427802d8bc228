"""Two real nodes as processes of their own, to be killed or attacked. Waits are bounded, and for conditions."""

import asyncio
from contextlib import asynccontextmanager

from tests.sizes import size

from coupefeu.node.exercise import NodeProcess, pair_exercise
from coupefeu.node.folder import NodeFolder
from coupefeu.node.node import Node

PATIENCE_S = 60
STORY_S = size(small=110, full=3_500)


class Pair:
    """US and RU: their folders and processes."""

    def __init__(self, us, ru):
        self.folders = {"us": us, "ru": ru}
        self.processes = {name: NodeProcess(folder.path) for name, folder in self.folders.items()}

    @asynccontextmanager
    async def node(self, name):
        """Reach one running node."""
        async with Node.open(self.folders[name].path) as node:
            yield node


@asynccontextmanager
async def two_processes(folder):
    """Pair two nodes and run them; both are ended afterwards."""
    pair = Pair(*pair_exercise(folder / "us", folder / "ru"))
    try:
        await asyncio.gather(*(process.start() for process in pair.processes.values()))
        yield pair
    finally:
        await asyncio.gather(*(process.kill() for process in pair.processes.values()))


async def until(is_so):
    """Wait until an awaitable condition is true."""
    async with asyncio.timeout(PATIENCE_S):
        while not await is_so():  # noqa: ASYNC110 - another process's state, which no event tells
            await asyncio.sleep(0.05)


async def is_renewed(folder):
    """Say whether the first shared secret was replaced: it is, some seconds after both have met."""
    return NodeFolder.open(folder).generations("ru").current.number > 0


def run(story):
    """Run a story to its end, however it ends."""
    return asyncio.run(asyncio.wait_for(story, STORY_S))
