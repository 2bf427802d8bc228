"""Two nodes that both hold a long record, made once and kept for the next run; each run works on a copy."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from coupefeu.node.bench.figures import Bench
from coupefeu.node.bench.stored import fill_record
from coupefeu.node.control import UNKNOWN_REQUEST, ControlClient
from coupefeu.node.exercise import LOOPBACK, NodeProcess, free_port, pair_exercise
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import write_node_file
from coupefeu.node.node import Node
from coupefeu.store.reader import Reader
from coupefeu.store.rebuild import views_digest
from coupefeu.store.tables import SCHEMA_VERSION

POLL_S = 0.2
UP_WITHIN_S = 30
CARRIED_WITHIN_S = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One party's node, running as `coupefeu up` with a console."""

    party: str
    folder: NodeFolder
    node: Node

    async def link(self) -> str:
        """Make a one-time link to its console."""
        async with asyncio.timeout(UP_WITHIN_S):
            while True:
                client = await ControlClient.connect(self.folder.socket_path)
                assert client is not None
                try:
                    return str((await client.ask("console-link", language="en"))["link"])
                except Exception as error:
                    if getattr(error, "code", "") != UNKNOWN_REQUEST:
                        raise
                finally:
                    await client.close()
                await asyncio.sleep(POLL_S)


@asynccontextmanager
async def open_desks(folder: Path) -> AsyncIterator[tuple[Desk, Desk]]:
    """Run the paired nodes `us` and `ru` of a folder as processes, each with a console on a free port."""
    listens = {party: f"{LOOPBACK}:{free_port()}" for party in ("us", "ru")}
    async with AsyncExitStack() as stack:
        desks = []
        for party, other in (("ru", "us"), ("us", "ru")):
            peers = {other: listens[other]} if party == "us" else {}
            console = {"listen": f"{LOOPBACK}:{free_port()}"}
            write_node_file(
                folder / party, party=party, listen=listens[party], address=listens[party], peers=peers,
                tables={"console": console, "relay": {"direct": True}},
            )  # fmt: skip
            process = NodeProcess(folder / party)
            await process.start()
            stack.push_async_callback(process.stop)
            node = await stack.enter_async_context(Node.open(folder / party))
            desks.append(Desk(party=party, folder=NodeFolder.open(folder / party), node=node))
        ru, us = desks
        yield us, ru


async def long_record(bench: Bench) -> Path:
    """Give a folder with `us` and `ru`, paired, both holding a record of `bench.sizes.entries`; a copy of this run."""
    entries = bench.sizes.entries
    kept = bench.cache / f"{SCHEMA_VERSION}-{views_digest()[:8]}-{entries}-held"
    if not kept.exists():
        making = bench.cache / f"making-{entries}-held"
        for old in (making, *bench.cache.glob(f"*-{entries}-held")):
            shutil.rmtree(old, ignore_errors=True)
        making.mkdir(parents=True)
        us, _ = pair_exercise(making / "us", making / "ru")
        await asyncio.to_thread(fill_record, bench, us, entries)
        await _carry_over(bench, making)
        making.rename(kept)
    copy = bench.folder / "desks"
    await asyncio.to_thread(shutil.copytree, kept, copy)
    return copy


async def _carry_over(bench: Bench, folder: Path) -> None:
    """Let the line carry US's record to RU, and the receipts back."""
    async with asyncio.timeout(CARRIED_WITHIN_S), open_desks(folder) as (us, ru):
        log = us.folder.log_number
        with (
            Reader(ru.folder.record_path, running=True) as theirs,
            Reader(us.folder.record_path, running=True) as ours,
        ):
            while (held := theirs.count_entries(log)) < bench.sizes.entries or ours.cosigned_before(
                log, held
            ) is None:
                bench.progress("carrying", held, bench.sizes.entries)
                await asyncio.sleep(POLL_S)
