"""A line to measure: US in this process (or in its own), RU in its own, a relay between them where one is wanted."""

import base64
import hashlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from coupefeu.model.precedence import Precedence
from coupefeu.node.exercise import NodeProcess, pair_exercise
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import check_address, write_node_file
from coupefeu.node.node import Node, Sent
from coupefeu.node.relay import Relay
from coupefeu.services.messages.forms import read_content
from coupefeu.services.messages.views import MESSAGES
from coupefeu.store.reader import Reader

TEXT_BYTES = 200
Prepare = Callable[[NodeFolder, NodeFolder], AbstractAsyncContextManager[None]]


@dataclass(slots=True, kw_only=True)
class BenchLine:
    """Two nodes on the line; `us` is the API of the sender's node."""

    us: Node
    ru: NodeProcess
    ru_folder: NodeFolder
    relay: Relay | None

    async def send(self, text: str, precedence: Precedence = Precedence.ROUTINE) -> Sent:
        """Send a message from US to RU."""
        return await self.us.line("RU").send(text, precedence=precedence)

    async def exchange(self, text: str, precedence: Precedence = Precedence.ROUTINE) -> float:
        """Send a message and wait for RU's verified receipt; gives the seconds."""
        started = time.perf_counter()
        sent = await self.send(text, precedence)
        await sent.receipt()
        return time.perf_counter() - started

    def received(self, tag: str) -> Counter[str]:
        """Read in RU's record how often each text of this tag stands there."""
        with Reader(self.ru_folder.record_path, running=True) as reader:
            rows = reader.view(MESSAGES.select().where(~MESSAGES.c.ours))
        texts = Counter(content.text for row in rows if (content := read_content(row["body"])[0]))
        return Counter({text: count for text, count in texts.items() if text.startswith(f"{tag} ")})


def make_text(tag: str, number: int) -> str:
    """Give a text of 200 bytes that no dictionary knows: what compresses badly is the harder case."""
    digest = hashlib.shake_256(f"{tag} {number}".encode()).digest(TEXT_BYTES)
    return f"{tag} {number:06} {base64.b64encode(digest).decode()}"[:TEXT_BYTES]


@asynccontextmanager
async def open_line(
    folder: Path,
    *,
    relayed: bool = False,
    apart: bool = False,
    prepare: Prepare | None = None,
    calls: Mapping[str, str | int] | None = None,
) -> AsyncIterator[BenchLine]:
    """Pair US and RU below `folder` and start both; `apart`: US too is a process, asked over its control socket.

    `prepare` gets both folders before anything runs; `calls`: what is agreed otherwise, as of `render_template`.
    """
    us, ru = pair_below(folder, calls)
    async with AsyncExitStack() as stack:
        if prepare is not None:
            await stack.enter_async_context(prepare(us, ru))
        relay = None
        if relayed:
            relay = await stack.enter_async_context(Relay(check_address(ru.listen)))
            _route(us, {"ru": relay.address})
            _route(ru, {})
        receiver = NodeProcess(ru.path)
        await receiver.start()
        stack.push_async_callback(receiver.stop)
        if apart:
            sender = NodeProcess(us.path)
            await sender.start()
            stack.push_async_callback(sender.stop)
        node = await stack.enter_async_context(Node.open(us.path))
        line = BenchLine(us=node, ru=receiver, ru_folder=ru, relay=relay)
        for number in range(20):
            await line.exchange(make_text("warm", number))
        yield line


def pair_below(folder: Path, calls: Mapping[str, str | int] | None = None) -> tuple[NodeFolder, NodeFolder]:
    """Make `folder` with the paired nodes `us` and `ru`."""
    folder.mkdir(parents=True)
    return pair_exercise(folder / "us", folder / "ru", calls=calls)


def _route(folder: NodeFolder, peers: dict[str, str]) -> None:
    write_node_file(
        folder.path, party=folder.party, listen=folder.listen, address=folder.address, peers=peers
    )
