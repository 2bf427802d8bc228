"""Two paired nodes of an EXERCISE line on one machine, and their processes: for the demo, benches and tests."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from coupefeu.errors import ConfigError, VerificationError
from coupefeu.keys.files import write_durably
from coupefeu.model.agreement import Status
from coupefeu.model.instant import Instant
from coupefeu.node import pairing
from coupefeu.node.folder import NodeFolder
from coupefeu.wire.agreement_template import render_template
from coupefeu.wire.armour import Armour, armour
from coupefeu.wire.card import encode_card
from coupefeu.wire.dictionary import DICTIONARY_HASH

LOOPBACK = "127.0.0.1"
UP_WITHIN_S = 20.0
POLL_S = 0.005


def pair_exercise(
    us: Path,
    ru: Path,
    *,
    name: str = "exercise",
    host: str = LOOPBACK,
    deadlines: Mapping[str, Mapping[str, str]] | None = None,
    calls: Mapping[str, str | int] | None = None,
    status: Status = Status.EXERCISE,
    terms: str = "",
) -> tuple[NodeFolder, NodeFolder]:
    """Make and pair the folders of US and RU, words compared, answers exchanged.

    `deadlines`, `calls`: as of `render_template`.

    `status`: a REAL line is only ever one of tests. `terms`: the whole text, in the place of all these.

    The folders say themselves that the consoles of both are on one network, for here they are.

    Raises: ConfigError: a folder is not empty; VerificationError: the words differ (a defect).
    """
    text = terms or render_template(
        name=name,
        status=status,
        in_force=Instant(time.time_ns() // 1_000_000),
        dictionary_sha256=bytes.fromhex(DICTIONARY_HASH),
        deadlines=deadlines,
        calls=calls,
    )
    folders = [
        NodeFolder.create(path, party=party, listen=f"{host}:{free_port(host)}", relay={"direct": True})
        for path, party in ((us, "us"), (ru, "ru"))
    ]
    exchanged = us.parent / "pairing"
    exchanged.mkdir(mode=0o700, exist_ok=True)
    for folder in folders:
        card = armour(Armour.CARD, encode_card(pairing.open_card(folder)))
        write_durably(exchanged / f"{folder.party}.card", card.encode("ascii"))
    meetings = [
        pairing.meet(folder, {exchanged / f"{other.party}.card": True}, text.encode())
        for folder, other in zip(folders, reversed(folders), strict=True)
    ]
    if meetings[0].words != meetings[1].words:
        raise VerificationError(
            "the twelve words differ", code="node.exercise.words", hint="Report this defect."
        )
    for folder, meeting in zip(folders, meetings, strict=True):
        answer = pairing.answer(folder, meeting)
        write_durably(exchanged / f"{folder.party}.answer", answer.encode("ascii"))
    first, second = (
        pairing.complete(NodeFolder.open(folder.path), [exchanged / f"{other.party}.answer"])
        for folder, other in zip(folders, reversed(folders), strict=True)
    )
    for file in exchanged.iterdir():
        file.unlink()
    exchanged.rmdir()
    return first, second


def free_port(host: str = LOOPBACK) -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
    return port


class NodeProcess:
    """`coupefeu up` as a process of its own, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it, and return when its control socket answers.

        Raises: ConfigError: it did not come up.
        """
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "coupefeu.cli.main", "up", "--node", str(self.folder),
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        end = time.monotonic() + UP_WITHIN_S
        while time.monotonic() < end:
            if self._process.returncode is not None:
                break
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_unix_connection(str(self.folder / "control.sock"))
                writer.close()
                await writer.wait_closed()
                return
            await asyncio.sleep(POLL_S)
        await self.kill()
        said = b"" if self._process.stderr is None else await self._process.stderr.read(2_000)
        raise ConfigError(
            f"the node in {self.folder} did not come up: {said.decode(errors='replace').strip()}",
            code="node.exercise.not_up",
            hint="Run `coupefeu up --node FOLDER` to see what it says.",
        )

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid

    async def kill(self) -> None:
        """End it as a power cut would (SIGKILL)."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """Ask it to end."""
        await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            os.kill(self._process.pid, number)
            await self._process.wait()
