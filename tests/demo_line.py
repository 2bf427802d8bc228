"""A fresh line of two nodes with no story behind it: as the demo runs them, or both in this process."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from types import SimpleNamespace

from coupefeu.node.demo.line import ANY_PORT, open_demo_line, route
from coupefeu.node.exercise import LOOPBACK, pair_exercise
from coupefeu.node.folder import NodeFolder
from coupefeu.node.reach import run_node
from coupefeu.node.relay import Relay

HURRIED = {"PRIORITY": {"taken": "3s"}}
"""What its parties agree otherwise: a PRIORITY that nobody takes is soon overdue, by their own terms."""


@asynccontextmanager
async def open_processes(folder, hear):
    """Pair both in `folder`, and run each as a process until the block ends; `hear` is told what each hears."""
    await _pair(folder)
    async with open_demo_line(folder, hear) as line:
        yield line


@asynccontextmanager
async def open_fresh_line(folder):
    """Pair both in `folder`, and run them in this process, a relay between them, until the block ends."""
    us, ru = await _pair(folder)
    async with AsyncExitStack() as stack:
        theirs = await _run(stack, ru, {})
        relay = await stack.enter_async_context(Relay((LOOPBACK, theirs.runtime.port)))
        ours = await _run(stack, us, {"ru": relay.address})
        yield SimpleNamespace(us=ours, ru=theirs, nodes={"us": ours, "ru": theirs}, relay=relay)


async def _pair(folder):
    return await asyncio.to_thread(pair_exercise, folder / "us", folder / "ru", deadlines=HURRIED)


async def _run(stack, folder, peers):
    route(folder, ANY_PORT, peers)
    backend = await run_node(NodeFolder.open(folder.path))
    stack.push_async_callback(backend.close)
    return backend
