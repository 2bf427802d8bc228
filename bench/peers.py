"""This program in the peers' harness, beside the peers: the same work, the same clients' view, one table.

    python bench/peers.py FOLDER [nats] [xmpp] [lxmf] [matrix]

FOLDER holds the harness (`harness.py`, `common.py`, `run_all.sh`); its `setup.sh` has installed the peers under
PEERS_HOME. Root is needed: the harness counts and cuts with iptables. Results: BENCH_OUT, or ./results.
"""

import asyncio
import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

FOLDER = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else Path()
OUT = Path(os.environ.setdefault("BENCH_OUT", str(Path("results").resolve())))
PHASES = os.environ.setdefault("BENCH_PHASES", "latency,throughput,outage,kill,idle")
sys.path.insert(0, str(FOLDER))

from common import workdir  # noqa: E402 - the harness stands in a folder that the caller names
from harness import Peer  # noqa: E402 - as above

from coupefeu.errors import PeerError  # noqa: E402 - as above
from coupefeu.node.exercise import NodeProcess, pair_exercise  # noqa: E402 - as above
from coupefeu.node.folder_files import check_address  # noqa: E402 - as above
from coupefeu.node.node import Node  # noqa: E402 - as above
from coupefeu.services.messages.forms import read_content  # noqa: E402 - as above
from coupefeu.store.reader import Reader  # noqa: E402 - as above

READ_AT_ONCE = 2_000


class CoupeFeu(Peer):
    """Two nodes as processes; both clients ask over the nodes' control sockets, as an officer's program does."""

    name = "coupefeu"
    window = 256

    def __init__(self, folder):
        super().__init__()
        self.us, self.ru = pair_exercise(folder / "us", folder / "ru", host="127.0.0.61")
        self.ends = [check_address(each.listen) for each in (self.us, self.ru)]
        self.nodes = {"A": NodeProcess(self.us.path), "B": NodeProcess(self.ru.path)}
        self.next_index = 0
        self.tasks = set()
        self.news = asyncio.Event()

    async def start(self):
        for node in self.nodes.values():
            await node.start()
        self.sender = Node.open(self.us.path)
        self.line = (await self.sender.__aenter__()).line("RU")
        await self.follow_b()
        self.keep(self.read_b())

    def keep(self, work):
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def follow_b(self):
        self.receiver = Node.open(self.ru.path)
        node = await self.receiver.__aenter__()
        self.keep(self.hear_b(await node.events().__aenter__()))
        self.reader = Reader(self.ru.record_path, running=True)
        self.news.set()

    async def hear_b(self, events):
        """Take every event as news, until the node goes away."""
        with suppress(PeerError):
            async for _ in events:
                self.news.set()

    async def read_b(self):
        """Read what is new in B's record whenever B tells of an entry."""
        log = self.us.log_number
        while True:
            await self.news.wait()
            self.news.clear()
            while rows := self.reader.entries(log, self.next_index, READ_AT_ONCE):
                self.next_index = rows[-1]["idx"] + 1
                for row in rows:
                    content, _ = read_content(row["body"])
                    if content is not None:
                        self.received(content.text)

    async def send(self, text):
        sent = await self.line.send(text)
        self.keep(self.take_receipt(sent, text))

    async def take_receipt(self, sent, text):
        await sent.receipt()
        self.receipted(text)

    def servers(self):
        return self.nodes

    async def kill_b(self):
        await self.nodes["B"].kill()
        await self.receiver.__aexit__(None, None, None)
        self.reader.close()

    async def restart_b(self):
        await self.nodes["B"].start()
        await self.follow_b()

    async def stop(self):
        for task in tuple(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.sender.__aexit__(None, None, None)
        await self.receiver.__aexit__(None, None, None)
        self.reader.close()
        for node in self.nodes.values():
            await node.stop()


async def measure_ours():
    with workdir("coupefeu") as folder:
        await CoupeFeu(folder).run()


def measure_peers(names):
    if names:
        environment = {"BENCH_LOCK": str(OUT / ".lock"), **os.environ}
        subprocess.run([FOLDER / "run_all.sh", *names], env=environment, check=True)


def read(result, *path):
    for key in path:
        if not isinstance(result, dict) or key not in result:
            return "-"
        result = result[key]
    return result


ROWS = {
    "to receipt, median ms": ("latency_to_receipt", "median_ms"),
    "to receipt, p99 ms": ("latency_to_receipt", "p99_ms"),
    "pipelined, delivered a second": ("throughput", "delivered_per_s"),
    "bytes per message, sequential": ("wire_sequential", "bytes_per_msg"),
    "bytes per message, pipelined": ("throughput", "bytes_per_msg"),
    "outage: all in after mending, s": ("outage_drop", "all_after_mend_s"),
    "outage: lost": ("outage_drop", "lost"),
    "outage: doubled": ("outage_drop", "duplicates"),
    "kill -9 of B: missing": ("kill9_receiving_server", "lost"),
    "kill -9 of B: doubled": ("kill9_receiving_server", "duplicates"),
    "memory of B, MiB": ("memory_mib_after_run", "B"),
    "idle bytes in 60 s": ("idle_60s", "bytes"),
}


def print_table():
    results = [json.loads(path.read_text()) for path in sorted(OUT.glob("*.json"))]
    results = [result for result in results if "latency_to_receipt" in result]
    print("| | " + " | ".join(result["peer"] for result in results) + " |")
    print("| --- |" + " --- |" * len(results))
    for what, path in ROWS.items():
        print(f"| {what} | " + " | ".join(str(read(result, *path)) for result in results) + " |")


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    asyncio.run(measure_ours())
    measure_peers(sys.argv[2:])
    print_table()
