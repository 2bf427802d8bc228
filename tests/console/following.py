"""Two joined nodes with consoles in this loop, and a stream followed as a page follows it."""

import asyncio
import itertools
import json
from contextlib import asynccontextmanager

from tests.console.serving import Served, config_of
from tests.demo_line import open_fresh_line

from coupefeu.console.server import Console

PATIENCE_S = 30


class Stream:
    """The events of one console, in the order in which they came."""

    def __init__(self, served, name):
        self._served, self.name = served, name
        self.events = []
        self._came = asyncio.Condition()
        self._task = None
        self.is_over = False

    async def __aenter__(self):
        self._task = asyncio.ensure_future(self._read())
        await self.find("desk")
        return self

    async def __aexit__(self, *_):
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _read(self):
        url = f"/api/events?console={self.name}"
        try:
            async with self._served.http.stream("GET", url, timeout=None) as answer:
                assert answer.status_code == 200
                assert answer.headers["content-type"].startswith("text/event-stream")
                async for line in answer.aiter_lines():
                    if line.startswith("data: "):
                        await self._put(json.loads(line.removeprefix("data: ")))
        finally:
            self.is_over = True
            async with self._came:
                self._came.notify_all()

    async def _put(self, event):
        async with self._came:
            self.events.append(event)
            self._came.notify_all()

    async def find(self, what, fits=lambda _event: True, after=0):
        """Wait for an event of a kind; gives the first that fits, from the `after`th on."""

        def found():
            return next((e for e in self.events[after:] if e["what"] == what and fits(e)), None)

        async with asyncio.timeout(PATIENCE_S), self._came:
            await self._came.wait_for(lambda: found() or self.is_over)
            event = found()
        assert event is not None, f"the stream ended without {what}"
        return event

    async def message(self, number, fits=lambda _message: True):
        """Wait for a message by its number, as it should stand."""

        def is_it(event):
            return event["message"]["number"] == number and fits(event["message"])

        return (await self.find("message", is_it))["message"]

    async def over(self):
        """Wait until the stream has ended."""
        async with asyncio.timeout(PATIENCE_S), self._came:
            await self._came.wait_for(lambda: self.is_over)


class OneLoop:
    """A line with two consoles for many tests, and the loop that it lives in."""

    def __init__(self, folder):
        self._runner = asyncio.Runner()
        self._line = joined(folder)
        self.us, self.ru, self.line = self.run(self._line.__aenter__())

    def run(self, coroutine):
        """Do it in that loop, within bounds."""
        return self._runner.run(asyncio.wait_for(coroutine, 4 * PATIENCE_S))

    def do(self, test):
        """Do a test with both consoles."""
        return self.run(test(self.us, self.ru))

    def close(self):
        self.run(self._line.__aexit__(None, None, None))
        self._runner.close()


@asynccontextmanager
async def joined(folder):
    """Run US and RU on a line of their own, each with its console; both signed in."""
    async with open_fresh_line(folder) as line:
        served = {}
        consoles = []
        try:
            for party, backend in line.nodes.items():
                console = await Console.start(backend, config_of(party))
                consoles.append(console)
                served[party] = Served(backend, console)
                await served[party].sign_in(officer="WATCH A")
            await until(lambda: all(each.desk.values().lines[0].alive for each in served.values()))
            yield served["us"], served["ru"], line
        finally:
            for each in served.values():
                await each.http.aclose()
            for console in consoles:
                await console.close()


_drawn = itertools.count(1)


def once():
    """Draw a value of Coupefeu-Once."""
    return {"coupefeu-once": f"drawn-{next(_drawn)}"}


async def post(served, path, body, headers=None):
    """Ask for an entry; gives the answer's JSON, and insists that it is one."""
    answer = await served.http.post(path, json=body, headers=headers or once(), timeout=PATIENCE_S)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def get(served, path, **query):
    answer = await served.http.get(path, params=query, timeout=PATIENCE_S)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refused(served, path, body, headers=None):
    """Ask for what is refused; gives its status and code."""
    answer = await served.http.post(path, json=body, headers=headers or once(), timeout=PATIENCE_S)
    assert answer.json()["error"]["hint"]
    return answer.status_code, answer.json()["error"]["code"]


def acts_of(number):
    """Give the path of the acts about US/14."""
    return f"/api/messages/{number.lower()}/acts"


async def until(is_so):
    """Wait until something is so at a node, within the bound of the whole test."""
    while not is_so():  # noqa: ASYNC110 - the node's own state, which no event tells
        await asyncio.sleep(0.01)


async def sizes(served):
    """Give how many entries this node holds of each log."""
    return await served.desk.read(lambda look: [row["size"] for row in look.reader.logs()])


async def holds(served, number):
    """Wait until a node holds a message, and give it."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            answer = await served.http.get(f"/api/messages/{number.lower()}")
            if answer.status_code == 200:
                return answer.json()
            await asyncio.sleep(0.01)  # the other node's entry, which this client has asked no event for
