"""How a command reaches its node: an act through whoever runs it, a look at the record without changing it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from coupefeu.cli.printing import Language
from coupefeu.errors import UsageError
from coupefeu.model.messages import parse_number
from coupefeu.node.desk import Desk
from coupefeu.node.folder import NodeFolder
from coupefeu.node.running import is_running
from coupefeu.services.base import Command
from coupefeu.services.messages.status import MessageStatus

if TYPE_CHECKING:
    from coupefeu.node.node import Node, Sent

Result = TypeVar("Result")


def open_folder(path: Path) -> NodeFolder:
    """Open the folder of a paired node. Raises: ConfigError."""
    folder = NodeFolder.open(path)
    folder.need_line()
    return folder


def need_record(folder: NodeFolder) -> None:
    """Insist that there is a record. Raises: UsageError: there is none yet."""
    if not folder.record_path.exists():
        raise UsageError(
            "this node has no record yet",
            code="cli.record.none",
            hint=f"Start it once: coupefeu up --node {folder.path}",
        )


@contextmanager
def desk_of(folder: NodeFolder) -> Iterator[Desk]:
    """Look at the record of a node, running or stopped. Raises: UsageError: it has none yet."""
    need_record(folder)
    desk = Desk.open(folder, running=is_running(folder))
    try:
        yield desk
    finally:
        desk.close()


def with_node(folder: NodeFolder, do: "Callable[[Node], Awaitable[Result]]") -> Result:
    """Do something with the node: the running one, or else one that this process opens without the line."""
    from coupefeu.node.node import Node  # noqa: PLC0415 - looking at a record needs no node

    async def run() -> Result:
        async with Node.open(folder.path, online=False) as node:
            return await do(node)

    return asyncio.run(run())


def act(folder: NodeFolder, command: Command) -> "Sent":
    """Have a command recorded, durably. Raises: UsageError, PolicyError: refused; nothing was recorded."""

    async def do(node: "Node") -> "Sent":
        (sent,) = await node.act(command)
        return sent

    return with_node(folder, do)


def act_first(folder: NodeFolder, command: Command) -> "Sent":
    """Have a command recorded that may write further entries behind its own, such as words; gives its own."""

    async def do(node: "Node") -> "Sent":
        return (await node.act(command))[0]

    return with_node(folder, do)


def language_of(folder: NodeFolder, asked: Language | None) -> str:
    """Give the language to read in."""
    return folder.agreement.party(folder.party).language if asked is None else asked.value


def find_message(desk: Desk, number: str) -> MessageStatus:
    """Find a message by its number (US/14). Raises: UsageError."""
    return desk.message(parse_number(number, desk.context().parties))


def find_post(folder: NodeFolder, status: MessageStatus, asked: str | None) -> str:
    """Choose the post that acts: the one named; else our desk or post that is addressed; else our desk."""
    if asked is not None:
        return asked.lower()
    ours = folder.agreement.party(folder.party)
    addressed = [post for post in status.to_posts if _is_ours(folder, post)]
    return addressed[0] if addressed and ours.duty_desk not in addressed else ours.duty_desk


def _is_ours(folder: NodeFolder, post: str) -> bool:
    return post in {each.id for each in folder.agreement.posts_of(folder.party)}
