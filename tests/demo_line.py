"""A fresh line of two nodes in this process, as the demo runs them, with no story behind it."""

import asyncio
from contextlib import asynccontextmanager

from coupefeu.node.demo.line import open_demo_line
from coupefeu.node.exercise import pair_exercise

HURRIED = {"PRIORITY": {"taken": "3s"}}
"""What its parties agree otherwise: a PRIORITY that nobody takes is soon overdue, by their own terms."""


@asynccontextmanager
async def open_fresh_line(folder):
    """Pair `us` and `ru` in `folder`, and run both until the block ends."""
    await asyncio.to_thread(pair_exercise, folder / "us", folder / "ru", deadlines=HURRIED)
    async with open_demo_line(folder) as line:
        yield line
