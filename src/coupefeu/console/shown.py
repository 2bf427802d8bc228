"""SHOWN: a fact about machines, recorded when visible pages of live consoles have rendered a message.

What comes within a fifth of a second is one entry, with the number of consoles on which it is. The first showing is the
fact; a page that is opened later adds nothing. Looking at a message through any other route records nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from itertools import groupby
from typing import Final

from coupefeu.errors import UsageError
from coupefeu.model.messages import MessageId
from coupefeu.node.desk import Desk
from coupefeu.services.base import Command
from coupefeu.services.messages.commands import RecordShown
from coupefeu.services.messages.facts import MAX_SHOWN_MESSAGES
from coupefeu.services.messages.status import MessageStatus, StepName

GATHER_S: Final = 0.2
MAX_REMEMBERED: Final = 65_536
"""Messages that are known to be shown; beyond, the record is asked."""


class Shown:
    """Gathers what consoles confirm, and has the node record it."""

    def __init__(
        self,
        read: Callable[[Callable[[Desk], list[MessageId]]], Awaitable[list[MessageId]]],
        act: Callable[[Command], Awaitable[object]],
    ) -> None:
        self._read = read
        self._act = act
        self._gathered: dict[MessageId, set[str]] = {}
        self._recording: asyncio.Task[None] | None = None
        self._known: set[MessageId] = set()

    async def confirm(self, console: str, messages: Iterable[MessageId]) -> None:
        """Take what one console has rendered; recorded when this returns, unless it was known already.

        Raises: StoreError.
        """
        fresh = [message for message in messages if message not in self._known]
        for message in fresh:
            self._gathered.setdefault(message, set()).add(console)
        if not fresh:
            return
        if self._recording is None:
            self._recording = asyncio.ensure_future(self._record())
        await asyncio.shield(self._recording)

    async def _record(self) -> None:
        await asyncio.sleep(GATHER_S)
        gathered, self._gathered, self._recording = self._gathered, {}, None
        if len(self._known) > MAX_REMEMBERED:
            self._known.clear()
        self._known.update(gathered)
        try:
            unknown: list[MessageId] = []
            waiting = await self._read(lambda desk: not_yet_shown(desk, gathered, unknown))
            self._known.difference_update(unknown)
            for command in commands_for({message: len(gathered[message]) for message in waiting}):
                await self._act(command)
        except BaseException:
            self._known.difference_update(gathered)
            raise


def not_yet_shown(desk: Desk, messages: Iterable[MessageId], unknown: list[MessageId]) -> list[MessageId]:
    """Keep what no screen of ours has shown yet; our own messages and line tests have no such step.

    What is no message here, or not yet, goes to `unknown`: confirmed before it came, it must count when it is there.
    """
    waiting = []
    for message in messages:
        try:
            status = desk.message(message)
        except UsageError:
            unknown.append(message)
            continue
        if _awaits_showing(desk.party, status):
            waiting.append(message)
    return waiting


def _awaits_showing(party: str, status: MessageStatus) -> bool:
    steps = [step for chain in status.chains if chain.party == party for step in chain.steps]
    return any(step.name is StepName.SHOWN and not step.done for step in steps)


def commands_for(screens: dict[MessageId, int]) -> list[RecordShown]:
    """Make one command for the messages that are on the same number of screens, as many as one entry names."""
    commands = []
    by_count = sorted(screens, key=lambda message: (screens[message], message))
    for count, group in groupby(by_count, key=screens.__getitem__):
        messages = list(group)
        commands += [
            RecordShown(messages=tuple(messages[start : start + MAX_SHOWN_MESSAGES]), screens=count)
            for start in range(0, len(messages), MAX_SHOWN_MESSAGES)
        ]
    return commands
