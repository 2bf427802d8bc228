"""The demo with its consoles: a line of two processes, what people find on it, and a console for each."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from coupefeu.console import server
from coupefeu.errors import ConfigError
from coupefeu.node.demo.facts import Fact
from coupefeu.node.demo.line import DemoLine, DemoNode, open_demo_line, pair_story
from coupefeu.node.demo.march import MARCH, describe
from coupefeu.node.demo.notices import file_plans, is_met
from coupefeu.node.demo.playing import Played, play_apart
from coupefeu.node.demo.steps import Steps
from coupefeu.node.demo.watching import is_up, wait_until
from coupefeu.node.node import Node

STAGES: Final = 4 + len(MARCH)
"""So often `tell` is called until both consoles answer."""
FIRST_PORT: Final = 7430


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
    line: DemoLine

    async def ended(self) -> None:
        """Wait until a node ends by itself. Raises: ConfigError: one has."""
        await asyncio.wait(
            {each.ended for each in self.line.nodes.values()}, return_when=asyncio.FIRST_COMPLETED
        )
        for each in self.line.nodes.values():
            if each.ended.done():
                raise each.ended.result()


def _show(node: DemoNode, steps: Steps) -> None:
    node.show(steps.shown)


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
    heard: list[Callable[[str, Fact], None]] = []

    def hear(party: str, fact: Fact) -> None:
        for each in heard:
            each(party, fact)

    async with AsyncExitStack() as stack:
        tell("Keys, cards and an agreement are made and signed")
        us_folder, ru_folder = await asyncio.to_thread(pair_story, folder)
        played = await play_apart(us_folder.path, ru_folder.path, lambda event: tell(describe(event)))
        tell("The line comes up, on 24 March 2022 at 12:00Z")
        line = await stack.enter_async_context(open_demo_line(folder, hear))
        us = await stack.enter_async_context(Node.open(folder / "us"))
        ru = await stack.enter_async_context(Node.open(folder / "ru"))
        await wait_until(partial(is_up, us, "ru"), "the line is up")
        tell("A dozen notices are filed, and a conflict among them is found")
        filed = await file_plans(us, ru)
        steps = Steps(line.relay, partial(is_met, us, filed.us[0]), lambda: us.firebreak().level)
        heard.append(steps.hear)
        tell("Both consoles start")
        consoles: list[DemoConsole] = []
        for party, node in line.nodes.items():
            port = consoles[-1].port + 1 if consoles else first_port
            served = await node.serve(port)
            steps.listen(partial(_show, node, steps))
            consoles.append(DemoConsole(party=party, **msgspec.structs.asdict(served)))
        yield DemoConsoles(us=us, ru=ru, consoles=tuple(consoles), played=played, line=line)
