"""What the Python API asks of a node, and a node that another process runs, reached over its control socket.

A node inside this process is in `local`, apart: reaching a running one needs neither link nor store.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from coupefeu.model.messages import MessageId
from coupefeu.node.commands import encode_command
from coupefeu.node.control import ControlClient
from coupefeu.node.folder import NodeFolder
from coupefeu.services.base import Command

Listener = Callable[[dict[str, Any]], None]


class Backend(Protocol):
    """What `Node` asks of a node."""

    async def act(self, command: Command) -> list[MessageId]:
        """Do a command; gives its entries once durable."""
        ...

    async def receipt(self, index: int) -> tuple[str, int]:
        """Wait for the first receipt of our entry: (holder, UTC ms)."""
        ...

    async def status(self) -> dict[str, Any]:
        """Give the technical state."""
        ...

    async def sign_post_quantum(self, within_s: float) -> dict[str, int]:
        """Sign with ML-DSA-44 at once; by party the size of our log that both have signed so, at the latest then."""
        ...

    async def calls_shown(self, calls: Sequence[MessageId]) -> None:
        """Take that a screen shows these calls, so that the alarm command need not run; on no record."""
        ...

    def follow(self, listener: Listener) -> Callable[[], None]:
        """Tell every event; gives the function that ends it."""
        ...

    async def followed(self) -> None:
        """Return when everything that happens from now on is told."""
        ...

    async def close(self) -> None:
        """Let go of the node (or end it, where it runs in this process)."""
        ...


class RemoteBackend:
    """A node that another process runs."""

    def __init__(self, client: ControlClient) -> None:
        self._client = client
        self._following = False

    @classmethod
    async def connect(cls, folder: NodeFolder) -> "RemoteBackend | None":
        """Reach a running node; None when none is running."""
        client = await ControlClient.connect(folder.socket_path)
        return None if client is None else cls(client)

    async def close(self) -> None:
        """Hang up."""
        await self._client.close()

    async def act(self, command: Command) -> list[MessageId]:
        """See `Backend.act`."""
        entries = await self._client.ask("act", **encode_command(command))
        return [(log, index) for log, index in entries]

    async def receipt(self, index: int) -> tuple[str, int]:
        """See `Backend.receipt`."""
        holder, arrived_ms = await self._client.ask("receipt", index=index)
        return holder, arrived_ms

    async def status(self) -> dict[str, Any]:
        """See `Backend.status`."""
        return dict(await self._client.ask("status"))

    async def sign_post_quantum(self, within_s: float) -> dict[str, int]:
        """See `Backend.sign_post_quantum`."""
        return dict(await self._client.ask("sign-post-quantum", within_s=within_s))

    async def calls_shown(self, calls: Sequence[MessageId]) -> None:
        """See `Backend.calls_shown`."""
        await self._client.ask("call-shown", calls=list(calls))

    def follow(self, listener: Listener) -> Callable[[], None]:
        """See `Backend.follow`."""
        self._client.listeners.append(listener)
        if not self._following:
            self._following = True
            self._follow_task = asyncio.ensure_future(self._client.ask("follow"))
        return lambda: self._client.listeners.remove(listener)

    async def followed(self) -> None:
        """See `Backend.followed`: when the node has answered."""
        if self._following:
            await self._follow_task
