"""The neutral witness: checkpoints a second from many logs on one core, and one head signed by peer and witness."""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from coupefeu.errors import ConfigError
from coupefeu.keys import ed25519, mldsa
from coupefeu.keys.notes import LogSigner, MlDsaSigner
from coupefeu.node.bench.figures import Bench, Figure, spread
from coupefeu.node.bench.line import make_text, pair_below
from coupefeu.node.exercise import NodeProcess
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import write_node_file
from coupefeu.node.local import LocalBackend
from coupefeu.node.node import Node
from coupefeu.record.tree import consistency_path, root_of
from coupefeu.store.reader import Reader
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.note import Note, NoteSignature, format_note
from coupefeu.wire.witness import ADD_CHECKPOINT, format_submission

LOGS: Final = 100
FIRST_SIZE: Final = 100
UNDER_WAY: Final = 20
"""Requests at once; each log has one at most."""
CORE: Final = 0


class _Log:
    """A log of made-up leaves, and its requests made beforehand: the client must cost the server's core nothing."""

    def __init__(self, number: int, *, signs_again: bool) -> None:
        self.origin = f"bench/{number:03}"
        self._signer = LogSigner(self.origin, ed25519.generate())
        self._again = MlDsaSigner(self.origin, mldsa.generate()) if signs_again else None
        self.vkeys = [self._signer.vkey.text(), *([self._again.vkey.text()] if self._again else [])]

    def requests(self, count: int) -> list[bytes]:
        """Give a first request, and `count` that go on by one entry each."""
        leaves = [sha256(f"{self.origin} {index}".encode()).digest() for index in range(FIRST_SIZE + count)]
        sizes = range(FIRST_SIZE, FIRST_SIZE + count + 1)
        return [self._request(leaves, 0 if size == FIRST_SIZE else size - 1, size) for size in sizes]

    def _request(self, leaves: Sequence[bytes], old_size: int, size: int) -> bytes:
        checkpoint = Checkpoint(self.origin, size, root_of(leaves[:size]))
        lines: list[NoteSignature] = [self._signer.sign(checkpoint.text())]
        if self._again is not None:
            lines.append(self._again.cosign(checkpoint, 0))
        path = consistency_path(leaves[:size], old_size, size)
        return format_submission(old_size, path, format_note(Note(checkpoint.text(), tuple(lines))))


async def measure_witness(bench: Bench) -> AsyncIterator[Figure]:
    """Checkpoints that are consistent, durable and cosigned, over HTTP, by a witness that has one core."""
    for name, what, signs_again in (
        ("witness", f"witness on one core: checkpoints of {LOGS} logs cosigned, durable", False),
        ("witness-mldsa", "the same with ML-DSA-44 lines both ways", True),
    ):
        logs = [_Log(number, signs_again=signs_again) for number in range(LOGS)]
        each = max(1, bench.sizes.witnessed // LOGS)
        requests = [log.requests(each) for log in logs]
        trusted = [vkey for log in logs for vkey in log.vkeys]
        async with _serve(bench.folder / name, trusted) as server:
            seconds, took = await _drive(bench, name, server.url, requests)
        latency = spread(took)
        yield Figure(
            name=name,
            what=what,
            unit="/s",
            ours=len(took) / seconds,
            limit=None if signs_again else 500,
            at_least=True,
            detail={"latency": latency, "under_way": UNDER_WAY},
        )
        yield Figure(
            name=f"{name}-p99",
            what=f"from a request to its answer, {UNDER_WAY} under way; p99",
            unit="ms",
            ours=latency["p99_ms"],
            limit=None if signs_again else 50,
            detail=latency,
        )


async def _drive(
    bench: Bench, name: str, url: str, requests: Sequence[list[bytes]]
) -> tuple[float, list[float]]:
    """Send them all, `UNDER_WAY` at a time over kept connections; gives the seconds, and of each but the first."""
    took: list[float] = []
    total = sum(len(each) - 1 for each in requests)

    async def send_rounds(mine: Sequence[list[bytes]]) -> None:
        async with _connected(url) as ask:
            for turn in zip(*mine, strict=True):
                for body in turn:
                    started = time.perf_counter()
                    await ask(body)
                    if body.startswith(b"old 0\n"):
                        continue
                    took.append(time.perf_counter() - started)
                    bench.progress(name, len(took), total)

    shares = [requests[at::UNDER_WAY] for at in range(min(UNDER_WAY, len(requests)))]
    started = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for share in shares:
            tasks.create_task(send_rounds(share))
    return time.perf_counter() - started, took


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Callable[[bytes], Awaitable[None]]]:
    """Open a connection; what it gives sends one body and insists on 200."""
    host, _, port = url.removeprefix("http://").rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))

    async def ask(body: bytes) -> None:
        writer.write(
            f"POST {ADD_CHECKPOINT} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length: ")[2].partition(b"\r")[0])
        answer = await reader.readexactly(length)
        if b" 200 " not in head.partition(b"\r")[0]:
            raise ConfigError(
                answer.decode(),
                code="node.bench.witness_refused",
                hint="A measurement that is not answered measures nothing: run it alone.",
            )

    try:
        yield ask
    finally:
        writer.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Server:
    url: str
    vkeys: tuple[str, ...]


@asynccontextmanager
async def _serve(folder: Path, trusted: Sequence[str]) -> AsyncIterator[_Server]:
    """Run `coupefeu witness serve` as a process that has one core."""
    _write_trust(folder, trusted)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "coupefeu.cli.main", "witness", "serve", "--json", "--listen", "127.0.0.1:0",
        "--folder", str(folder / "w"), "--trust", str(folder / "logs.vkey"),
        stdout=asyncio.subprocess.PIPE, preexec_fn=_hold_one_core, limit=1 << 20,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        said = json.loads(await process.stdout.readline())
        yield _Server(url=said["url"], vkeys=tuple(said["vkeys"]))
    finally:
        process.terminate()
        await process.wait()


def _write_trust(folder: Path, trusted: Sequence[str]) -> None:
    folder.mkdir(parents=True)
    (folder / "logs.vkey").write_text("".join(f"{vkey}\n" for vkey in trusted))


def _hold_one_core() -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


async def measure_cosigned(bench: Bench) -> AsyncIterator[Figure]:
    """From the sending of a message until its head is co-signed by peer and witness, both verified and durable.

    The witness is asked at once, where a node would ask at the next time of its schedule.
    """
    us, ru = pair_below(bench.folder / "cosigned")
    trusted = [each.log_key.text() for each in us.parties]
    receiver = NodeProcess(ru.path)
    async with _serve(bench.folder / "neutral", trusted) as server:
        us = _with_witness(us, server)
        await receiver.start()
        try:
            async with Node.open(us.path) as node:
                took = await _exchange_all(bench, node)
        finally:
            await receiver.stop()
    with Reader(us.record_path, running=False) as reader:
        seen = max((word.size for word in reader.last_words() if word.log == us.log_number), default=0)
    latency = spread(took)
    yield Figure(
        name="cosigned",
        what="one message, until peer and witness have cosigned its head; p99",
        unit="ms",
        ours=latency["p99_ms"],
        limit=1_000,
        flaw="" if seen >= bench.sizes.messages else f"the witness has cosigned {seen} entries only",
        detail=latency,
    )


async def _exchange_all(bench: Bench, node: Node) -> list[float]:
    assert isinstance(node.backend, LocalBackend)
    asking = node.backend.runtime.witness_tasks
    assert asking is not None
    took = []
    for number in range(bench.sizes.messages):
        started = time.perf_counter()
        sent = await node.line("RU").send(make_text("seen", number))
        await asyncio.gather(sent.receipt(), asking.ask_now())
        took.append(time.perf_counter() - started)
        bench.progress("cosigned", number + 1, bench.sizes.messages)
    return took


def _with_witness(us: NodeFolder, server: _Server) -> NodeFolder:
    row = {"name": "neutral", "url": server.url, "key": server.vkeys[0], "every": "1d"}
    write_node_file(
        us.path,
        party=us.party,
        listen=us.listen,
        address=us.address,
        peers=us.peers,
        tables={"witnesses": [row]},
    )
    return NodeFolder.open(us.path)
