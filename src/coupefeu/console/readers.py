"""Looking at the record off the loop: a few threads, each with a connection of its own."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from coupefeu.node.desk import Desk
from coupefeu.node.folder import NodeFolder

Result = TypeVar("Result")


class Readers:
    """Threads that read by the agreement in force; close it when no more is asked."""

    def __init__(self, folder: Callable[[], NodeFolder], count: int, name: str) -> None:
        self._folder = folder
        self._threads = ThreadPoolExecutor(count, name)
        self._own = threading.local()
        self._desks: set[Desk] = set()

    async def read(self, look: Callable[[Desk], Result]) -> Result:
        """Have a thread look; gives what it saw. Raises: whatever `look` raises."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._look, look)

    def _look(self, look: Callable[[Desk], Result]) -> Result:
        folder = self._folder()
        if getattr(self._own, "folder", None) is not folder:
            self._sit_down(folder)
        return look(self._own.desk)

    def _sit_down(self, folder: NodeFolder) -> None:
        """Open the record, or open it anew: another version of the agreement is in force."""
        earlier: Desk | None = getattr(self._own, "desk", None)
        self._own.desk = Desk.open(folder, running=True)
        self._own.folder = folder
        self._desks.add(self._own.desk)
        if earlier is not None:
            self._desks.discard(earlier)
            earlier.close()

    async def close(self) -> None:
        """Finish what is being looked at, and let go of the record."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)
        for desk in self._desks:
            desk.close()
        self._desks.clear()
