"""A session that a personal key began ends as soon as that key does, whoever says so: a page, or the command line."""

import asyncio

from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.sessions import Sessions
from coupefeu.model.entry import Kind
from coupefeu.node.events import Change, EntryRecorded


class EndedKeys:
    """Hears what is recorded, and ends sessions."""

    def __init__(self, desk: ConsoleDesk, sessions: Sessions) -> None:
        self._desk = desk
        self._sessions = sessions
        self._ending: set[asyncio.Task[None]] = set()

    def hear(self, change: Change) -> None:
        """Hear one change: of ours, the end of a key is in force once it is recorded."""
        if not isinstance(change, EntryRecorded) or not change.recorded.ours:
            return
        head = change.recorded.head
        if head is None or head.kind != Kind.PERSONAL_KEY_ENDED or not head.references:
            return
        key = self._desk.number((head.references[0].log, head.references[0].index))
        task = asyncio.ensure_future(self._sessions.end_key(key))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
