"""What witness and ML-DSA-44 cost the line itself: two lines in one run, one with both and one with neither, in turns.

Both are made to work much more than they ever do: a signature again after every few messages, and the shortest interval
of a witness. The pairs are interleaved, so that whatever else the machine does hits both alike.
"""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

from coupefeu.errors import ConfigError
from coupefeu.keys.files import write_durably
from coupefeu.node.bench.figures import Bench, Figure, milliseconds, spread
from coupefeu.node.bench.line import BenchLine, make_text, open_line
from coupefeu.node.exercise import LOOPBACK, free_port
from coupefeu.node.folder import NodeFolder
from coupefeu.node.local import LocalBackend
from coupefeu.node.witness_settings import LEAST_EVERY_S

AGAIN_EVERY: Final = 10
"""Messages between two signatures by ML-DSA-44; the schedule itself lets at least two quiet seconds pass."""
LIMIT: Final = 1.05
WITHIN_S: Final = 20.0


async def measure_beside(bench: Bench) -> AsyncIterator[Figure]:
    """One message on a line with witness and ML-DSA-44, and one on a line without, again and again."""
    async with (
        open_line(bench.folder / "without", prepare=_without) as without,
        open_line(bench.folder / "with", prepare=partial(_with, bench.folder / "witness")) as both,
    ):
        plain, ours, again = await _in_turns(bench, without, both)
    yield Figure(
        name="beside",
        what="one message with witness and ML-DSA-44 on, beside one without",
        unit="ms",
        ours=milliseconds(ours),
        floor=milliseconds(plain),
        limit=LIMIT,
        relative=True,
        flaw="" if again else "nothing was signed again meanwhile",
        detail={"with": spread(ours), "without": spread(plain), "signed_again": again},
    )


async def _in_turns(
    bench: Bench, without: BenchLine, both: BenchLine
) -> tuple[list[float], list[float], int]:
    backend = both.us.backend
    assert isinstance(backend, LocalBackend)
    engine = backend.runtime.engine
    (peer,) = engine.peers.values()
    plain: list[float] = []
    ours: list[float] = []
    again, covered = 0, peer.ml_dsa.covered
    for number in range(bench.sizes.messages):
        text = make_text("beside", number)
        turns = [(without, plain), (both, ours)]
        for line, seconds in (
            turns if number % 2 else reversed(turns)
        ):  # who comes second finds the disk awake
            seconds.append(await line.exchange(text))
        again += peer.ml_dsa.covered > covered
        covered = peer.ml_dsa.covered
        if number % AGAIN_EVERY == 0:
            engine.sign_post_quantum(lambda _covered: None)
        bench.progress("beside", number + 1, bench.sizes.messages)
    await both.us.sign_post_quantum(WITHIN_S)
    return plain, ours, again + (peer.ml_dsa.covered > covered)


@asynccontextmanager
async def _without(us: NodeFolder, ru: NodeFolder) -> AsyncIterator[None]:
    """Take away what each knows of the other's ML-DSA-44 keys: then nothing can be signed again."""
    for folder in (us, ru):
        for path in (folder.path / "agreement").glob("*.keys"):
            path.unlink()
    yield


@asynccontextmanager
async def _with(witness: Path, us: NodeFolder, ru: NodeFolder) -> AsyncIterator[None]:
    """Run a witness as a process of its own, which knows both logs, and have both nodes ask it."""
    port = free_port()
    trusted = [word for party in us.agreement.party_ids for word in ("--trust", us.log_key(party).text())]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "coupefeu.cli.main", "witness", "serve", "--folder", str(witness),
        "--listen", f"{LOOPBACK}:{port}", *trusted, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await _until_listening(port)
        for node in (us, ru):
            path = node.path / "node.toml"
            write_durably(path, path.read_bytes() + _witness_rows(witness, port).encode())
        yield
    finally:
        process.terminate()
        await process.wait()


def _witness_rows(witness: Path, port: int) -> str:
    rows = {
        "name": "neutral",
        "url": f"http://{LOOPBACK}:{port}",
        "key": str(witness / "witness.vkey"),
        "ml_dsa": str(witness / "witness-mldsa.vkey"),
        "every": f"{LEAST_EVERY_S}s",
    }
    return "\n[[witnesses]]\n" + "".join(f'{name} = "{value}"\n' for name, value in rows.items())


async def _until_listening(port: int) -> None:
    end = time.monotonic() + WITHIN_S
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(LOOPBACK, port)
            writer.close()
            await writer.wait_closed()
            return
        await asyncio.sleep(0.02)
    raise ConfigError(
        "the witness of the measurement did not come up",
        code="node.bench.witness",
        hint="Run `coupefeu witness serve` to see what it says.",
    )
