"""Work over 50 ms in another process: the node's loop and its officers never wait for it.

    python -m coupefeu.node.apart_jobs verify FOLDER                what `VerifiedRecordValues` says of each log
    python -m coupefeu.node.apart_jobs prove  FOLDER TO PARTY INDEX one zip file at TO
    python -m coupefeu.node.apart_jobs export FOLDER TO PARTY       one zip file at TO
    python -m coupefeu.node.apart_jobs draft  FOLDER TO ASKED       a communique without its signature, at TO
    python -m coupefeu.node.apart_jobs figures FOLDER FROM TO PARTY what was used, FROM and TO in UTC milliseconds

It answers line by line: {"done": 256, "total": 1000} as it comes on, at the end {"result": ...} or {"error": {...}}.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from coupefeu.errors import StoreError
from coupefeu.node.control import read_error

JOBS: Final = "coupefeu.node.apart_jobs"
MAX_LINE_BYTES: Final = 1 << 20
Tell = Callable[[int, int], None]


async def run_apart(job: Sequence[str], tell: Tell) -> Any:
    """Run one job and give its result; `tell(done, total)` hears how far it has come. Cancelling ends the process.

    What it wrote beside its result is gone when this returns.

    Raises: the job's refusal, by its code; StoreError: the process ended without an answer.
    """
    scratch = tempfile.TemporaryDirectory(prefix="coupefeu-")
    try:
        return await _run(job, tell, scratch.name)
    finally:
        await asyncio.to_thread(scratch.cleanup)


async def _run(job: Sequence[str], tell: Tell, scratch: str) -> Any:
    """Have the process write under `scratch` alone: killed, it takes nothing away, and it may hold a whole record."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", JOBS, *job,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, limit=MAX_LINE_BYTES,
        env=os.environ | {"TMPDIR": scratch},
    )  # fmt: skip
    try:
        return await _read(process, tell)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _read(process: asyncio.subprocess.Process, tell: Tell) -> Any:
    assert process.stdout is not None
    while line := await process.stdout.readline():
        said = msgspec.json.decode(line, type=dict[str, Any])
        if "done" in said:
            tell(said["done"], said["total"])
        elif "error" in said:
            raise read_error(said["error"])
        else:
            return said["result"]
    await process.wait()
    raise StoreError(
        f"the process that did the work ended without an answer (exit {process.returncode})",
        code="node.apart.ended",
        hint="Try again; if it happens again, run `coupefeu fsck` and look for room on the disk.",
    )
