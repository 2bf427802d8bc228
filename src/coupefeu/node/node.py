"""The Python API: `async with coupefeu.Node.open(folder) as node: await node.line("RU").send("...")`.

import coupefeu

async with coupefeu.Node.open("nodes/us") as node:
    sent = await node.line("RU").send("Our aircraft has turned back.", precedence=coupefeu.Precedence.FLASH)
    receipt = await sent.receipt()
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coupefeu.errors import UsageError
from coupefeu.model.messages import Content, Form, MessageId, format_number, parse_number
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.node.backend import Backend, LocalBackend, RemoteBackend
from coupefeu.node.clock import Clock
from coupefeu.node.desk import Desk
from coupefeu.node.folder import NodeFolder
from coupefeu.services.base import Command
from coupefeu.services.messages.rules import Say
from coupefeu.services.messages.status import MessageStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The other side has signed that it durably holds the entry; `arrived_ms`: when that was verified here."""

    holder: str
    arrived_ms: int


class Sent:
    """An entry that is durably on our record."""

    def __init__(self, backend: Backend, entry: MessageId, number: str) -> None:
        self._backend = backend
        self.id = entry
        self.number = number

    async def receipt(self) -> Receipt:
        """Wait until a counterpart has signed for it; for ever, if it never does (cancel to stop waiting)."""
        holder, arrived_ms = await self._backend.receipt(self.id[1])
        return Receipt(holder=holder, arrived_ms=arrived_ms)


class LineTo:
    """The line to one other party, from our duty desk unless another post is named."""

    def __init__(self, node: "Node", party: str) -> None:
        self._node = node
        self.party = party

    async def send(
        self,
        text: str,
        *,
        precedence: Precedence = Precedence.ROUTINE,
        subject: Subject = Subject.SERVICE,
        from_post: str | None = None,
        language: str | None = None,
        critical: tuple[str, ...] = (),
    ) -> Sent:
        """Send a FREE TEXT. It is durably on our record when this returns; `critical` passages are to be read back.

        Raises: UsageError, PolicyError: what was refused, and why; nothing was recorded.
        """
        content = Content(form=Form.FREE_TEXT, subject=subject, text=text, passages=critical)
        return await self.say(content, precedence=precedence, from_post=from_post, language=language)

    async def say(
        self,
        content: Content,
        *,
        precedence: Precedence = Precedence.ROUTINE,
        from_post: str | None = None,
        language: str | None = None,
        about: MessageId | None = None,
    ) -> Sent:
        """Send a message of any form (`coupefeu.Content`). Raises: as `send`."""
        agreement = self._node.folder.agreement
        ours = agreement.party(self._node.folder.party)
        command = Say(
            content=content,
            from_post=from_post or ours.duty_desk,
            to_posts=() if from_post else (agreement.party(self.party).duty_desk,),
            precedence=precedence,
            language=language or ours.language,
            about=about,
        )
        (sent,) = await self._node.act(command)
        return sent


class Node:
    """One node, either run by this process or reached where it is already running."""

    def __init__(self, folder: NodeFolder, backend: Backend) -> None:
        self.folder = folder
        self._backend = backend
        shift_ms = folder.agreement.party(folder.party).clock_shift_ms
        self._desk = Desk(
            folder.record_path, folder.agreement, folder.log_number, Clock(shift_ms), running=True
        )

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: str | Path, *, online: bool = True) -> AsyncIterator["Node"]:
        """Reach the node of `folder` if it is running; run it here otherwise (`online=False`: without the line).

        Raises: ConfigError: the folder is no paired node, or it is recovering; StoreError.
        """
        opened = NodeFolder.open(folder)
        opened.need_line()
        backend: Backend | None = await RemoteBackend.connect(opened)
        if backend is None:
            backend = await LocalBackend.start(opened, online=online)
        try:
            node = cls(opened, backend)
            try:
                yield node
            finally:
                node._desk.close()
        finally:
            await backend.close()

    def line(self, party: str) -> LineTo:
        """Give the line to a party ("RU"). Raises: UsageError: it is not on this line, or it is ourselves."""
        name = party.lower()
        self.folder.agreement.party(name)
        if name == self.folder.party:
            raise UsageError(
                f"{party} is this node's own party", code="node.node.own_party", hint="Name the other one."
            )
        return LineTo(self, name)

    def number(self, text: str) -> MessageId:
        """Read `US/14`. Raises: UsageError."""
        return parse_number(text, self.folder.agreement.party_ids)

    async def act(self, command: Command) -> tuple[Sent, ...]:
        """Do a command (`coupefeu.Take`, `coupefeu.ReadBack`, ...); its entries are durable when this returns.

        Raises: UsageError, PolicyError: refused, nothing was recorded; StoreError.
        """
        parties = self.folder.agreement.party_ids
        return tuple(
            Sent(self._backend, entry, format_number(entry, parties))
            for entry in await self._backend.act(command)
        )

    def inbox(self, limit: int = 100) -> tuple[MessageStatus, ...]:
        """Give the latest messages of both sides, newest first, each with its chain and clocks."""
        return self._desk.inbox(limit)

    def message(self, number: str | MessageId) -> MessageStatus:
        """Give one message by its number. Raises: UsageError."""
        return self._desk.message(self.number(number) if isinstance(number, str) else number)

    async def status(self) -> dict[str, Any]:
        """Give the technical state of the line to each party, as `coupefeu status --json` prints it."""
        return await self._backend.status()

    def follow(self, listener: Callable[[dict[str, Any]], None]) -> Callable[[], None]:
        """Tell `listener` every event (docs/spec/control.md) until the given function is called."""
        return self._backend.follow(listener)
