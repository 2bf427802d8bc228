"""A node of the demo and its console, as a process: asked on its standard input, telling on its standard output.

    python -m coupefeu.console.demo_node FOLDER

It ends when its input does, so that nothing of a demo outlives it. See `coupefeu.node.demo.facts`.
"""

import asyncio
import contextlib
import signal
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import uvloop

from coupefeu.console.config import DEFAULT_SESSION_HOURS, ConsoleConfig
from coupefeu.console.demo_places import LOOPBACKS, take_place
from coupefeu.console.server import Console
from coupefeu.errors import ConfigError, CoupefeuError
from coupefeu.node.collector import calm_collector
from coupefeu.node.control import describe
from coupefeu.node.demo.facts import (
    MAX_LINE_BYTES,
    NodeUp,
    Pressed,
    Refused,
    Said,
    Serve,
    Served,
    fact_of,
    read_asked,
    to_line,
)
from coupefeu.node.demo.steps import Strip
from coupefeu.node.events import Change
from coupefeu.node.folder import NodeFolder
from coupefeu.node.local import LocalBackend
from coupefeu.node.reach import run_node

POSTS: Final = {"us": "us.secretary", "ru": "ru.minister"}
"""Whom the links sign in: the two who do not reach each other."""
ANSWERS_WITHIN_S: Final = 10.0


def main() -> None:
    """Run until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it ends it
    calm_collector()
    try:
        uvloop.run(_run(Path(sys.argv[1])))
    except CoupefeuError as error:
        _tell(Refused(error=describe(error)))


def _tell(said: Said) -> None:
    """Tell whoever began this process; of one that has gone the input ends too, and so does this."""
    with contextlib.suppress(OSError):
        sys.stdout.buffer.write(to_line(said))
        sys.stdout.buffer.flush()


async def _run(folder: Path) -> None:
    asked = asyncio.StreamReader(limit=MAX_LINE_BYTES)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(asked), sys.stdin)
    async with AsyncExitStack() as stack:
        backend = await run_node(NodeFolder.open(folder))
        stack.push_async_callback(backend.close)
        clock = backend.runtime.clock

        def hear(change: Change) -> None:
            fact = fact_of(change, clock().utc_ms)
            if fact is not None:
                _tell(fact)

        stack.callback(backend.runtime.engine.listen(hear))
        strip = Strip(lambda what: _tell(Pressed(what=what, at_ms=clock().utc_ms)))
        _tell(NodeUp(port=backend.runtime.port))
        while line := await asked.readline():
            wanted = read_asked(line)
            if isinstance(wanted, Serve):
                try:
                    _tell(await serve_console(stack, backend, wanted.first_port, strip))
                except CoupefeuError as error:
                    _tell(Refused(error=describe(error)))
            else:
                strip.show(wanted)


async def serve_console(
    stack: AsyncExitStack, backend: LocalBackend, first_port: int, strip: Strip
) -> Served:
    """Serve the console of a node until the stack ends, and see it answer.

    Raises: ConfigError: no port is free, or it does not answer.
    """
    folder = backend.runtime.folder
    place = take_place(first_port)
    stack.callback(place.close)
    config = ConsoleConfig(
        party=folder.party,
        host=LOOPBACKS[0][1],
        port=place.port,
        tls=None,
        session_hours=DEFAULT_SESSION_HOURS,
    )
    console = await Console.start(backend, config, bound=place.sockets, demo=strip)
    stack.push_async_callback(console.close)
    await _see_answer(console.address, place.port)
    return Served(
        title=folder.agreement.post(POSTS[folder.party]).title.en,
        address=console.address,
        port=place.port,
        link=await console.invite(POSTS[folder.party]),
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


if __name__ == "__main__":
    main()
