"""The consoles of the demo: a line of two nodes in this process, what people find on it, and a console for each."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from coupefeu.console import server
from coupefeu.console.config import DEFAULT_SESSION_HOURS, ConsoleConfig
from coupefeu.console.demo_places import LOOPBACKS, take_place
from coupefeu.console.server import Console
from coupefeu.errors import ConfigError
from coupefeu.node.demo.line import open_demo_line, pair_story
from coupefeu.node.demo.march import MARCH, describe
from coupefeu.node.demo.notices import file_plans, is_met
from coupefeu.node.demo.playing import Played, play_apart
from coupefeu.node.demo.steps import Steps
from coupefeu.node.demo.watching import is_up, wait_until
from coupefeu.node.local import LocalBackend
from coupefeu.node.node import Node

STAGES: Final = 4 + len(MARCH)
"""So often `tell` is called until both consoles answer."""
POSTS: Final = {"us": "us.secretary", "ru": "ru.minister"}
"""Whom the links sign in: the two who do not reach each other."""
FIRST_PORT: Final = 7430
ANSWERS_WITHIN_S: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoConsole:
    """A console that answers. `link` signs a browser in once, as the post of `title`; `busy`: ports that others had."""

    party: str
    title: str
    address: str
    port: int
    link: str
    busy: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoConsoles:
    """Both consoles, and both nodes as programs reach them."""

    us: Node
    ru: Node
    consoles: tuple[DemoConsole, ...]
    played: Played


@asynccontextmanager
async def open_demo_consoles(
    folder: Path, first_port: int, tell: Callable[[str], None]
) -> AsyncIterator[DemoConsoles]:
    """Prepare a line in `folder` and serve both consoles until the block ends; `tell` hears what begins.

    Raises: ConfigError: no port is free, the pages are not built, or a folder is not empty.
    """
    if not server.pages_or_none():
        raise ConfigError(
            "the pages of the console are not built",
            code="console.demo.not_built",
            hint="run `make console` in the source tree; or `coupefeu demo --headless`, which needs none",
        )
    async with AsyncExitStack() as stack:
        tell("Keys, cards and an agreement are made and signed")
        us_folder, ru_folder = await asyncio.to_thread(pair_story, folder)
        played = await play_apart(us_folder.path, ru_folder.path, lambda event: tell(describe(event)))
        tell("The line comes up, on 24 March 2022 at 12:00Z")
        line = await stack.enter_async_context(open_demo_line(folder))
        us = await stack.enter_async_context(Node.open(folder / "us"))
        ru = await stack.enter_async_context(Node.open(folder / "ru"))
        await wait_until(lambda: is_up(us, "ru"), "the line is up")
        tell("A dozen notices are filed, and a conflict among them is found")
        filed = await file_plans(us, ru)
        steps = Steps(line, partial(is_met, us, filed.us[0]), lambda: us.firebreak().level)
        stack.callback(steps.close)
        tell("Both consoles start")
        consoles: list[DemoConsole] = []
        for party, node in line.nodes.items():
            port = consoles[-1].port + 1 if consoles else first_port
            consoles.append(await _open_console(stack, party, node, port, steps))
        yield DemoConsoles(us=us, ru=ru, consoles=tuple(consoles), played=played)


async def _open_console(
    stack: AsyncExitStack, party: str, node: LocalBackend, first_port: int, steps: Steps
) -> DemoConsole:
    """Serve one console, and see it answer."""
    place = take_place(first_port)
    stack.callback(place.close)
    config = ConsoleConfig(
        party=party, host=LOOPBACKS[0][1], port=place.port, tls=None, session_hours=DEFAULT_SESSION_HOURS
    )
    console = await Console.start(node, config, bound=place.sockets, demo=steps)
    stack.push_async_callback(console.close)
    await _see_answer(console.address, place.port)
    return DemoConsole(
        party=party,
        title=node.runtime.folder.agreement.post(POSTS[party]).title.en,
        address=console.address,
        port=place.port,
        link=await console.invite(POSTS[party]),
        busy=place.busy,
    )


async def _see_answer(address: str, port: int) -> None:
    """Ask the console whether it answers, as a browser would. Raises: ConfigError: it does not."""
    host = address.partition("://")[2]
    reader, writer = await asyncio.open_connection(LOOPBACKS[0][1], port)
    try:
        writer.write(f"GET /api/health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode("ascii"))
        async with asyncio.timeout(ANSWERS_WITHIN_S):
            answer = await reader.readline()
    finally:
        writer.close()
    if b" 200 " not in answer:
        raise ConfigError(
            f"the console at {address} answers {answer.decode('ascii', 'replace').strip()!r}",
            code="console.demo.no_answer",
            hint="report this defect, with node.log of the node (--keep FOLDER)",
        )
