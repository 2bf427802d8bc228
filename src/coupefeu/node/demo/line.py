"""The line of the demo: two paired folders with March 2022 behind them, and a process for each node and its console.

    US --dials--> relay --passes on--> RU             the path of the relay can be cut

Neither node has a fixed port there, so demos run beside each other. Their folders say afterwards what pairing wrote.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from coupefeu.errors import ConfigError
from coupefeu.node.control import describe, read_error
from coupefeu.node.demo.facts import (
    MAX_LINE_BYTES,
    Asked,
    Fact,
    NodeUp,
    Refused,
    Said,
    Serve,
    Served,
    Shown,
    read_said,
    to_line,
)
from coupefeu.node.demo.terms import story_terms
from coupefeu.node.exercise import LOOPBACK, pair_exercise
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import write_node_file
from coupefeu.node.relay import Relay

ANY_PORT: Final = f"{LOOPBACK}:0"
PROCESS: Final = "coupefeu.console.demo_node"
ENDS_WITHIN_S: Final = 10.0
Hear = Callable[[str, Fact], None]
_T = TypeVar("_T", bound=Said)


class DemoNode:
    """A node of the demo and its console, as a process that ends with the one that started it."""

    def __init__(self, folder: NodeFolder, hear: Hear) -> None:
        self.folder = folder
        self.port = 0
        """Where it listens for the other node."""
        self.ended: asyncio.Future[ConfigError] = asyncio.get_running_loop().create_future()
        """Done when it has ended by itself, or was ended, with what that is called."""
        self._hear = partial(hear, folder.party)
        self._answers: asyncio.Queue[Said] = asyncio.Queue()
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Run the node. Raises: ConfigError: it did not come up."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", PROCESS, str(self.folder.path),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=MAX_LINE_BYTES,
            start_new_session=True,  # Ctrl-C at the terminal is for the demo alone, which then ends its nodes
        )  # fmt: skip
        self._reading = asyncio.ensure_future(self._read(self._process))
        self.port = (await self._answer(NodeUp)).port

    async def serve(self, first_port: int) -> Served:
        """Serve its console, and see it answer. Raises: ConfigError: no port is free, or it does not answer."""
        self._ask(Serve(first_port=first_port))
        return await self._answer(Served)

    def show(self, shown: Shown) -> None:
        """Have its console show how far the demonstration has come."""
        self._ask(shown)

    async def close(self) -> None:
        """End it, with everything that it serves."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(ENDS_WITHIN_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        finally:
            if self._reading is not None:
                await self._reading

    def _ask(self, asked: Asked) -> None:
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(ConnectionError):  # it has ended, and `ended` says so
                self._process.stdin.write(to_line(asked))

    async def _answer(self, wanted: type[_T]) -> _T:
        said = await self._answers.get()
        if isinstance(said, Refused):
            raise read_error(said.error)
        assert isinstance(said, wanted)
        return said

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            said = read_said(line)
            if isinstance(said, Fact):
                self._hear(said)
            else:
                self._answers.put_nowait(said)
        error = _ended(self.folder.party)
        self._answers.put_nowait(Refused(error=describe(error)))
        if not self.ended.done():
            self.ended.set_result(error)


def _ended(party: str) -> ConfigError:
    return ConfigError(
        f"the node of {party.upper()} has ended by itself",
        code="node.demo.ended",
        hint="Look for the cause in its node.log (run the demo with --keep FOLDER), and start the demo again.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoLine:
    """Two running nodes and the path between them."""

    us: DemoNode
    ru: DemoNode
    relay: Relay

    @property
    def nodes(self) -> Mapping[str, DemoNode]:
        """Both nodes by party."""
        return {"us": self.us, "ru": self.ru}


def pair_story(folder: Path, calls: Mapping[str, str | int] | None = None) -> tuple[NodeFolder, NodeFolder]:
    """Make and pair `us` and `ru` in `folder` for the story; `calls`: what they agree otherwise of calls.

    Raises: ConfigError: a folder is not empty.
    """
    return pair_exercise(folder / "us", folder / "ru", terms=story_terms(calls))


@asynccontextmanager
async def open_demo_line(folder: Path, hear: Hear) -> AsyncIterator[DemoLine]:
    """Run `us` and `ru` in `folder`, paired and stopped, until the block ends; `hear` is told what each hears.

    Raises: ConfigError: a node did not come up.
    """
    us, ru = NodeFolder.open(folder / "us"), NodeFolder.open(folder / "ru")
    async with AsyncExitStack() as stack:
        route(ru, ANY_PORT, {})
        stack.callback(route, ru, ru.listen, ru.peers)
        theirs = await _run(stack, ru, hear)
        relay = await stack.enter_async_context(Relay((LOOPBACK, theirs.port)))
        route(us, ANY_PORT, {"ru": relay.address})
        stack.callback(route, us, us.listen, us.peers)
        ours = await _run(stack, us, hear)
        yield DemoLine(us=ours, ru=theirs, relay=relay)


async def _run(stack: AsyncExitStack, folder: NodeFolder, hear: Hear) -> DemoNode:
    node = DemoNode(folder, hear)
    stack.push_async_callback(node.close)
    await node.start()
    return node


def route(folder: NodeFolder, listen: str, peers: Mapping[str, str]) -> None:
    """Write where a node listens, and where it finds the other one."""
    write_node_file(
        folder.path,
        party=folder.party,
        listen=listen,
        address=folder.address,
        peers=peers,
        tables={"relay": folder.relay},
    )
