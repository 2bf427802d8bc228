"""What the demo looks for in the nodes and their records, and how long it waits."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

from coupefeu.errors import UsageError, VerificationError
from coupefeu.model.messages import MessageId
from coupefeu.node.node import Node
from coupefeu.store.reader import Reader

STEP_WITHIN_S: Final = 60.0
LOOK_EVERY_S: Final = 0.02


def insist(holds: bool, what: str) -> None:
    """End the demo unless it holds. Raises: VerificationError `node.demo.failed`."""
    if not holds:
        raise VerificationError(f"does not hold: {what}", code="node.demo.failed", hint="Report this defect.")


async def wait_until(holds: Callable[[], bool | Awaitable[bool]], what: str) -> None:
    """Look again and again until it holds. Raises: VerificationError `node.demo.waited`."""
    try:
        async with asyncio.timeout(STEP_WITHIN_S - 1):
            while True:
                seen = holds()
                if await seen if isinstance(seen, Awaitable) else seen:
                    return
                await asyncio.sleep(LOOK_EVERY_S)
    except TimeoutError:
        raise VerificationError(
            f"not seen in time: {what}",
            code="node.demo.waited",
            hint="Try on a quieter machine; if it happens again, report this defect.",
        ) from None


async def is_up(node: Node, party: str) -> bool:
    """Whether the line to `party` is up."""
    return bool((await node.status())["lines"][party]["up"])


def is_held(node: Node, message: MessageId) -> bool:
    """Whether the message is on this node's record."""
    try:
        node.message(message)
    except UsageError:
        return False
    return True


def size_of(folder: Path, log: int = 0) -> int:
    """Count the entries of a log that the record in `folder` holds."""
    with Reader(folder / "record.db", running=True) as reader:
        size: int = reader.logs()[log]["size"]
    return size


def is_settled(folders: Sequence[Path]) -> bool:
    """Whether both records hold the same, and each side has co-signed all that the other has."""
    sizes: set[tuple[int, ...]] = set()
    for folder in folders:
        with Reader(folder / "record.db", running=True) as reader:
            rows = reader.logs()
            cosigned = [reader.newest_cosigned(row["log"]) for row in rows]
        if any(each is None or each.size != row["size"] for each, row in zip(cosigned, rows, strict=True)):
            return False
        sizes.add(tuple(row["size"] for row in rows))
    return len(sizes) == 1
