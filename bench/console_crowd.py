"""Forty-odd consoles that are no browsers: each a session's event stream over HTTP, read in a process of its own."""

import asyncio
import http.client
import json
import time
from multiprocessing.connection import Connection
from urllib.parse import urlsplit

STREAMS_A_SESSION = 4


def watch(links: list[str], streams: int, told: Connection) -> None:
    """Hold `streams` event streams, four a link; says "ready", then [(number, ms)...] when it is told to end."""
    seen = asyncio.run(_hold(links, streams, told))
    told.send(seen)


async def _hold(links: list[str], streams: int, told: Connection) -> list[tuple[str, float]]:
    seen: list[tuple[str, float]] = []
    cookies = [_redeem(link) for link in links]
    live = [asyncio.Event() for _ in range(streams)]
    tasks = [
        asyncio.ensure_future(
            _follow(links[0], cookies[each // STREAMS_A_SESSION], f"crowd{each}", live[each], seen)
        )
        for each in range(streams)
    ]
    await asyncio.gather(*(each.wait() for each in live))
    told.send("ready")
    await asyncio.to_thread(told.recv)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return seen


def _redeem(link: str) -> str:
    parts = urlsplit(link)
    origin = f"{parts.scheme}://{parts.netloc}"
    asked = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=30)
    asked.request(
        "POST",
        "/api/session",
        json.dumps({"key": parts.fragment}),
        {"content-type": "application/json", "host": parts.netloc, "origin": origin},
    )
    answer = asked.getresponse()
    assert answer.status in {200, 201}, answer.read()
    return str(answer.headers["set-cookie"]).partition(";")[0]


async def _follow(
    link: str, cookie: str, name: str, live: asyncio.Event, seen: list[tuple[str, float]]
) -> None:
    """Note when each message is first told of on one stream; live from its first event on."""
    parts = urlsplit(link)
    reader, writer = await asyncio.open_connection("127.0.0.1", parts.port, limit=1 << 22)
    asked = f"GET /api/events?console={name} HTTP/1.1\r\nhost: {parts.netloc}\r\ncookie: {cookie}\r\n\r\n"
    writer.write(asked.encode())
    known: set[str] = set()
    while line := await reader.readline():
        if line.startswith(b"data: "):
            live.set()
        if not line.startswith(b'data: {"what":"message"'):
            continue
        now_ms = time.time() * 1000
        number = str(json.loads(line[6:])["message"]["number"])
        if number not in known:
            known.add(number)
            seen.append((number, now_ms))
