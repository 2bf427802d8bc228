"""One node and its console in this loop, and what a program says to it over its socket, byte by byte where need be."""

import asyncio
import contextlib
import json
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
from tests.console.desks import PATIENCE_S

from coupefeu.console.config import ConsoleConfig
from coupefeu.console.server import Console
from coupefeu.node.exercise import pair_exercise
from coupefeu.node.local import LocalBackend

LOOPBACK = "127.0.0.1"


def config_of(party, **changes):
    """Say where the console of a party is served: any free port of this machine."""
    config = ConsoleConfig(party=party, host=LOOPBACK, port=0, tls=None, session_hours=12)
    return replace(config, **changes)


class Served:
    """A console and a browser's worth of HTTP; `http` talks to it as its own page does."""

    def __init__(self, backend, console):
        self.backend, self.console = backend, console
        self.folder = backend.runtime.folder
        self.desk = console._parts.desk
        self.address = console.address
        self.host = self.address.partition("://")[2]
        self.port = int(self.host.rpartition(":")[2])
        self.http = httpx.AsyncClient(
            base_url=f"http://{LOOPBACK}:{self.port}",
            headers={"host": self.host, "origin": self.address},
            timeout=PATIENCE_S,
        )

    async def link(self, **fields):
        """Make a one-time link, as `coupefeu console-link` does."""
        return (await self.backend.others["console-link"]({"do": "console-link", **fields}))["link"]

    async def key(self, **fields):
        return (await self.link(**fields)).partition("#")[2]

    async def sign_in(self, **fields):
        """Sign the client in; gives the answer."""
        answer = await self.http.post("/api/session", json={"key": await self.key(**fields)})
        assert answer.status_code == 201, answer.text
        self.http.headers["cookie"] = answer.headers["set-cookie"].partition(";")[0]
        self.http.cookies.clear()
        return answer

    def notes(self):
        """Give the lines of node.log."""
        return [json.loads(line) for line in self.folder.log_path.read_text("utf-8").splitlines()]

    async def connect(self):
        return await asyncio.open_connection(LOOPBACK, self.port)

    async def say(self, octets):
        """Send bytes and read all that comes until it hangs up."""
        reader, writer = await self.connect()
        writer.write(octets)
        await writer.drain()
        try:
            return await asyncio.wait_for(reader.read(), 20)
        finally:
            await hang_up(writer)


async def hang_up(writer):
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


@asynccontextmanager
async def serving(folder, **changes):
    """Run the node of a folder, without the line, and its console."""
    backend = await LocalBackend.start(folder, online=False, serve=False)
    try:
        console = await Console.start(backend, config_of(folder.party, **changes))
        served = Served(backend, console)
        try:
            yield served
        finally:
            await served.http.aclose()
            await console.close()
    finally:
        await backend.close()


def make_folders(path):
    """Pair two nodes below a path."""
    path.mkdir(parents=True, exist_ok=True)
    return pair_exercise(path / "us", path / "ru")
