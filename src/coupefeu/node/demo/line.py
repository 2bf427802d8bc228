"""The line of the console demo: US and RU in this process, and between them a relay whose path can be cut.

    US --dials--> relay --passes on--> RU

Neither node has a fixed port, so demos run beside each other. Their folders say afterwards what pairing wrote there.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from coupefeu.node.exercise import LOOPBACK, pair_exercise
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import write_node_file
from coupefeu.node.local import LocalBackend
from coupefeu.node.reach import run_node
from coupefeu.node.relay import Relay

ANY_PORT: Final = f"{LOOPBACK}:0"
TAKEN_WITHIN_S: Final = 3
HURRIED: Final = {"PRIORITY": {"taken": f"{TAKEN_WITHIN_S}s"}}
"""What the parties of the demo agree otherwise: a PRIORITY that nobody takes is soon overdue, by their own terms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoLine:
    """Two running nodes and the path between them."""

    us: LocalBackend
    ru: LocalBackend
    relay: Relay

    @property
    def nodes(self) -> Mapping[str, LocalBackend]:
        """Both nodes by party."""
        return {"us": self.us, "ru": self.ru}


@asynccontextmanager
async def open_demo_line(folder: Path) -> AsyncIterator[DemoLine]:
    """Make and pair `us` and `ru` in `folder`, and run both until the block ends.

    Raises: ConfigError: a folder is not empty.
    """
    us, ru = await asyncio.to_thread(pair_exercise, folder / "us", folder / "ru", deadlines=HURRIED)
    async with AsyncExitStack() as stack:
        _route(ru, ANY_PORT, {})
        stack.callback(_route, ru, ru.listen, ru.peers)
        theirs = await _run(stack, ru.path)
        relay = await stack.enter_async_context(Relay((LOOPBACK, theirs.runtime.port)))
        _route(us, ANY_PORT, {"ru": relay.address})
        stack.callback(_route, us, us.listen, us.peers)
        ours = await _run(stack, us.path)
        yield DemoLine(us=ours, ru=theirs, relay=relay)


async def _run(stack: AsyncExitStack, folder: Path) -> LocalBackend:
    backend = await run_node(NodeFolder.open(folder))
    stack.push_async_callback(backend.close)
    return backend


def _route(folder: NodeFolder, listen: str, peers: Mapping[str, str]) -> None:
    write_node_file(
        folder.path,
        party=folder.party,
        listen=listen,
        address=folder.address,
        peers=peers,
        tables={"relay": folder.relay},
    )
