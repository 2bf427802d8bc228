"""A checkpoint that was brought by hand, given to the running node, or to the record of a stopped one."""

import asyncio
from base64 import b64decode, b64encode
from typing import Any, Final

from coupefeu.errors import CoupefeuError, UsageError
from coupefeu.node.assembly import open_keeper
from coupefeu.node.control import ControlClient
from coupefeu.node.folder import NodeFolder
from coupefeu.node.recovery.checkpoints import ShownCheckpoint
from coupefeu.node.runtime import Runtime, hold_folder
from coupefeu.store.jobs import Job, Outcome
from coupefeu.store.recovery_jobs import Noted, NoteTold

REQUEST: Final = "checkpoint-shown"


async def show_checkpoint(folder: NodeFolder, shown: ShownCheckpoint, source: str) -> int:
    """Have it kept; gives how many entries of our log the record holds.

    Raises: UsageError: the node does not recover; VerificationError: our key did not sign that.
    """
    job = shown.told_by(source)
    client = await ControlClient.connect(folder.socket_path)
    if client is None:
        return await asyncio.to_thread(_keep, folder, job)
    try:
        signature, root = b64encode(job.signature).decode(), b64encode(job.root).decode()
        held: int = await client.ask(REQUEST, source=source, size=job.size, root=root, signature=signature)
    finally:
        await client.close()
    return held


def _keep(folder: NodeFolder, job: NoteTold) -> int:
    with hold_folder(folder):
        keeper = open_keeper(folder, folder.clock(), may_recover=True)
        try:
            if keeper.recovering is None:
                raise not_recovering()
            (outcome,) = keeper.execute([job], folder.clock())
            return _size(outcome)
        finally:
            keeper.close()


async def answer_shown(runtime: Runtime, request: dict[str, Any]) -> int:
    """Answer the request of `show_checkpoint` in the node that runs. Raises: as that."""
    if not runtime.engine.is_recovering:
        raise not_recovering()
    job = NoteTold(
        source=str(request["source"]),
        size=int(request["size"]),
        root=b64decode(request["root"], validate=True),
        signature=b64decode(request["signature"], validate=True),
    )
    return _size(await _do(runtime, job))


async def _do(runtime: Runtime, job: Job) -> Outcome:
    future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
    runtime.submit(job, future.set_result)
    return await future


def _size(outcome: Outcome) -> int:
    if isinstance(outcome, CoupefeuError):
        raise outcome
    assert isinstance(outcome, Noted)
    return outcome.held


def not_recovering() -> UsageError:
    """Return what is said to whoever shows a checkpoint to an ordinary node."""
    return UsageError(
        "this node is not recovering: it knows how far it has signed",
        code="node.recovery.not_recovering",
        hint="Nothing to do. coupefeu status says how the node stands.",
    )
