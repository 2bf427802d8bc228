"""US and RU, joined, each with its console; in a thread of this process, or each as a process that can be killed.

Tests are plain functions: what a node does is asked of it through its control socket, and waited for.
"""

import asyncio
import json
import threading
import time
import urllib.request
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from tests.demo_line import open_fresh_line

from coupefeu.console.config import ConsoleConfig
from coupefeu.console.server import Console
from coupefeu.model.messages import Content, Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.node.control import UNKNOWN_REQUEST, ControlClient
from coupefeu.node.exercise import LOOPBACK, NodeProcess, free_port, pair_exercise
from coupefeu.node.folder_files import write_node_file
from coupefeu.node.node import Node

PATIENCE_S = 30
POLL_S = 0.02


class LoopThread:
    """An event loop of its own, for nodes that live while a test waits for a page."""

    def __init__(self):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="nodes")
        self._thread.start()

    def run(self, coroutine):
        """Do it there, and wait for what it gives."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(PATIENCE_S)

    def call(self, function, *given):
        """Call a plain function there."""

        async def do():
            return function(*given)

        return self.run(do())

    def close(self):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()


def wait_until(is_so, what="it did not come true"):
    """Wait until a condition gives something true, and give that."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if found := is_so():
            return found
        time.sleep(POLL_S)  # another thread's state, which no event tells
    raise AssertionError(what)


class Desk:
    """One party's node and console."""

    def __init__(self, thread, folder, other):
        self.thread, self.folder, self.other = thread, folder, other
        self.party = folder.party
        self._node = None
        self._opened = None
        self._cookies = {}

    def open(self):
        """Reach the node; anew, after it was started anew."""
        self.leave()
        self._opened = Node.open(self.folder.path)
        self._node = self.thread.run(self._opened.__aenter__())

    def leave(self):
        if self._opened is not None:
            self.thread.run(self._opened.__aexit__(None, None, None))
            self._node = self._opened = None

    # --- signing in ---------------------------------------------------------------------------------------

    def link(self, **fields):
        """Make a one-time link: `post`, `officer`, `language`."""
        return self.thread.run(self._ask_link(fields))["link"]

    async def _ask_link(self, fields):
        async with asyncio.timeout(PATIENCE_S):
            while True:
                client = await ControlClient.connect(self.folder.socket_path)
                try:
                    return await client.ask("console-link", **fields)
                except Exception as error:
                    if getattr(error, "code", "") != UNKNOWN_REQUEST:
                        raise
                finally:
                    await client.close()
                await asyncio.sleep(POLL_S)  # the node is up before its console is

    def sign_in(self, window, **fields):
        """Give a window the cookie of a session, without walking through the link; gives the console's address."""
        given = tuple(sorted(fields.items()))
        if given not in self._cookies:
            self._cookies[given] = self._redeem(self.link(**fields))
        address, name, value = self._cookies[given]
        cookie = {"name": name, "value": value, "url": address, "httpOnly": True, "sameSite": "Strict"}
        window.context.add_cookies([cookie])
        return address

    def _redeem(self, link):
        parts = urlsplit(link)
        address = f"{parts.scheme}://{parts.netloc}"
        request = urllib.request.Request(
            f"{parts.scheme}://{LOOPBACK}:{parts.port}/api/session",
            data=json.dumps({"key": parts.fragment}).encode(),
            headers={"content-type": "application/json", "host": parts.netloc, "origin": address},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            name, _, value = answer.headers["set-cookie"].partition(";")[0].partition("=")
        return address, name, value

    @property
    def address(self):
        """The address of the console, without signing in."""
        return self.link().partition("/enter")[0]

    def forget_sessions(self):
        """Sign in anew next time: the sessions have ended."""
        self._cookies.clear()

    # --- the line -----------------------------------------------------------------------------------------

    def say(self, content, precedence=Precedence.ROUTINE, **fields):
        """Send a message of any form; gives its number, "US/14"."""
        line = self._node.line(self.other.upper())
        return self.thread.run(line.say(content, precedence=precedence, **fields)).number

    def write(self, text, precedence=Precedence.ROUTINE, subject=Subject.SAFETY, **fields):
        """Send a FREE TEXT; gives its number."""
        return self.say(Content(form=Form.FREE_TEXT, subject=subject, text=text), precedence, **fields)

    def act(self, command):
        """Do any command; gives the numbers of its entries."""
        return [sent.number for sent in self.thread.run(self._node.act(command))]

    def id(self, number):
        """Give the (log, index) of "US/14"."""
        return self._node.number(number)

    def message(self, number):
        """Read one message, with its chain, from the record of this node."""
        return self.thread.call(self._node.message, self.id(number))

    def standings(self):
        """Say how the watch of every desk stands, as this node has it."""
        return self.thread.call(self._node.watch_standings)

    def has(self, number):
        """Wait until this node holds a message, and give it."""
        return wait_until(lambda: self._find(number), f"{number} did not arrive at {self.party}")

    def _find(self, number):
        found = self.thread.call(self._node.inbox, 200)
        return next((each for each in found if each.number == number), None)


class Desks:
    """Both, and the path between them: `cut()`, `mend()` where it can be cut."""

    def __init__(self, us, ru, relay=None):
        self.us, self.ru, self._relay = us, ru, relay

    def cut(self):
        self.us.thread.call(self._relay.cut)

    def mend(self):
        self.us.thread.call(self._relay.mend)


@asynccontextmanager
async def _line_in_thread(folder):
    async with open_fresh_line(folder) as line:
        consoles = [await Console.start(node, config_of(party)) for party, node in line.nodes.items()]
        try:
            yield line, consoles
        finally:
            for console in consoles:
                await console.close()


def config_of(party):
    return ConsoleConfig(party=party, host=LOOPBACK, port=0, tls=None, session_hours=12)


class JoinedDesks:
    """Both nodes in one thread. Their agreement is the demo's: a PRIORITY not taken within 3 s is overdue."""

    def __init__(self, folder):
        self.thread = LoopThread()
        self._line = _line_in_thread(folder)
        line, consoles = self.thread.run(self._line.__aenter__())
        us, ru = (
            Desk(self.thread, node.runtime.folder, other)
            for node, other in ((line.us, "ru"), (line.ru, "us"))
        )
        for desk, node, console in zip((us, ru), (line.us, line.ru), consoles, strict=True):
            desk.sessions, desk.feed = console._parts.sessions, console._parts.desk.feed
            desk.runtime, desk.engine, desk.calling = node.runtime, node.runtime.engine, node.runtime.calling
            desk.open()
        self.desks = Desks(us, ru, line.relay)

    def close(self):
        for desk in (self.desks.us, self.desks.ru):
            desk.leave()
        self.thread.run(self._line.__aexit__(None, None, None))
        self.thread.close()


class DeskProcesses:
    """Both nodes as processes: `kill("ru")`, `stop("ru")`, `start("ru")`."""

    def __init__(self, folder):
        self.thread = LoopThread()
        folders = {each.party: each for each in pair_exercise(folder / "us", folder / "ru")}
        for each in folders.values():
            write_node_file(
                each.path, party=each.party, listen=each.listen, address=each.address, peers=each.peers,
                tables={"console": {"listen": f"{LOOPBACK}:{free_port()}"}},
            )  # fmt: skip
        self.processes = {party: NodeProcess(each.path) for party, each in folders.items()}
        us, ru = (Desk(self.thread, folders[party], other) for party, other in (("us", "ru"), ("ru", "us")))
        self.us, self.ru = us, ru
        for party in folders:
            self.start(party)

    def start(self, party):
        self.thread.run(self.processes[party].start())
        getattr(self, party).open()

    def kill(self, party):
        """End a node as a power cut would."""
        getattr(self, party).leave()
        self.thread.run(self.processes[party].kill())

    def stop(self, party):
        """Ask a node to end."""
        getattr(self, party).leave()
        self.thread.run(self.processes[party].stop())

    def close(self):
        for party in ("us", "ru"):
            self.kill(party)
        self.thread.close()
