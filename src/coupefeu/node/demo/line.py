"""The line of the demo: two paired folders with March 2022 behind them; for the consoles, run in this process.

    US --dials--> relay --passes on--> RU             the path of the relay can be cut

Neither node has a fixed port there, so demos run beside each other. Their folders say afterwards what pairing wrote.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from coupefeu.node.demo.terms import story_terms
from coupefeu.node.exercise import LOOPBACK, pair_exercise
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import write_node_file
from coupefeu.node.local import LocalBackend
from coupefeu.node.reach import run_node
from coupefeu.node.relay import Relay

ANY_PORT: Final = f"{LOOPBACK}:0"


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


def pair_story(folder: Path, calls: Mapping[str, str | int] | None = None) -> tuple[NodeFolder, NodeFolder]:
    """Make and pair `us` and `ru` in `folder` for the story; `calls`: what they agree otherwise of calls.

    Raises: ConfigError: a folder is not empty.
    """
    return pair_exercise(folder / "us", folder / "ru", terms=story_terms(calls))


@asynccontextmanager
async def open_demo_line(folder: Path) -> AsyncIterator[DemoLine]:
    """Run `us` and `ru` in `folder`, paired and stopped, until the block ends."""
    us, ru = NodeFolder.open(folder / "us"), NodeFolder.open(folder / "ru")
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
