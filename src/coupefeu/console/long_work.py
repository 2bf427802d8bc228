"""The long work that pages ask for, one at a time, in another process; the feed tells how far it has come.

verify   both records, as `coupefeu verify` would; who asks while it runs gets the same answer
pack     a proof, an export or a communique as one file
count    the usage figures of a span; who asks for the same while they are counted gets the same answer
"""

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

import msgspec

from coupefeu.console.errors import TooManyError
from coupefeu.console.values import ProgressEvent
from coupefeu.node.apart import run_apart
from coupefeu.node.verified import VerifiedRecordValues
from coupefeu.services.usage.asked import Asked
from coupefeu.services.usage.status import Usage

VERIFY: Final = "verify"
Tell = Callable[[ProgressEvent], None]


class Packed(NamedTuple):
    """The file that a job wrote, open and without a name, so that nothing is left behind; and what the job said."""

    file: BinaryIO
    said: Any


class LongWork:
    """The long work of one console; used from its loop."""

    def __init__(self, folder: Path, tell: Tell) -> None:
        self._folder = folder
        self._tell = tell
        self._verifying: asyncio.Task[tuple[VerifiedRecordValues, ...]] | None = None
        self._packing: set[asyncio.Task[Packed]] = set()
        self._counting: tuple[Asked, asyncio.Task[Usage]] | None = None

    async def verify(self) -> tuple[VerifiedRecordValues, ...]:
        """Verify both records. Raises: StoreError, ConfigError: it could not be done; nothing is said of them."""
        if self._verifying is None or self._verifying.done():
            self._verifying = asyncio.ensure_future(self._verify())
        return await asyncio.shield(self._verifying)

    async def pack(self, task: str, job: Sequence[str], asked: bytes = b"") -> Packed:
        """Have a job write a file; `asked`: what it is told beside its arguments, which others on the machine may see.

        Raises: TooManyError: another one is being made; the job's refusal.
        """
        if self._packing:
            raise TooManyError(
                "another proof, export or communique is being made",
                code="console.long_work.busy",
                hint="Wait until it is there; the page shows how far it has come.",
            )
        packing = asyncio.ensure_future(self._pack(task, job, asked))
        self._packing.add(packing)
        packing.add_done_callback(self._packing.discard)
        return await packing

    async def count(self, asked: Asked) -> Usage:
        """Count usage figures. Raises: TooManyError: others are being counted; StoreError."""
        if self._counting is None or self._counting[1].done():
            self._counting = asked, asyncio.ensure_future(self._count(asked))
        of, counting = self._counting
        if of != asked:
            raise TooManyError(
                "other figures are being counted",
                code="console.long_work.counting",
                hint="Wait until they are there; that takes seconds.",
            )
        return await asyncio.shield(counting)

    async def close(self) -> None:
        """End what runs, and its process."""
        counting = [] if self._counting is None else [self._counting[1]]
        running = [*self._packing, *([] if self._verifying is None else [self._verifying]), *counting]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _verify(self) -> tuple[VerifiedRecordValues, ...]:
        found = await run_apart(["verify", str(self._folder)], self._teller(VERIFY))
        return msgspec.convert(found, tuple[VerifiedRecordValues, ...])

    async def _count(self, asked: Asked) -> Usage:
        job = ["figures", str(self._folder), str(asked.from_ms), str(asked.to_ms), asked.party]
        return msgspec.convert(await run_apart(job, lambda _done, _total: None), Usage)

    async def _pack(self, task: str, job: Sequence[str], asked: bytes) -> Packed:
        what, *rest = job
        with tempfile.TemporaryDirectory(prefix="coupefeu-") as folder:
            to, beside = Path(folder) / "packed", Path(folder) / "asked"
            if asked:
                beside.write_bytes(asked)
            words = [what, str(self._folder), str(to), *([str(beside)] if asked else []), *rest]
            said = await run_apart(words, self._teller(task))
            return Packed(to.open("rb"), said)

    def _teller(self, task: str) -> Callable[[int, int], None]:
        return lambda done, total: self._tell(ProgressEvent(task=task, done=done, total=total))
