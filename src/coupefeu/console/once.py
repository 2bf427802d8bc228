"""Coupefeu-Once: the same value again gives the same answer and no second entry, so that a retry after a cut is safe.

A page draws a value for each entry that it asks for, `RUN.RANDOM`: `run` of DeskValues names the run of the node that
the page saw. What was done is remembered by this run alone, so a page that asks again after the node was started anew
is told so, and an officer looks whether it is on the record. A value that names no run, of a program, is free.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from coupefeu.errors import CoupefeuError, PolicyError, UsageError

HEADER: Final = "Coupefeu-Once"
MAX_CHARACTERS: Final = 128
MAX_REMEMBERED: Final = 4_096
_NAMES_RUN: Final = re.compile(r"([0-9a-f]{16})\.")


@dataclass(slots=True)
class _Done:
    asked: bytes
    task: "asyncio.Task[Any]"


class Once:
    """What was asked of this run of the node, by its value; the oldest is forgotten."""

    def __init__(self, run: str) -> None:
        self._run = run
        self._done: OrderedDict[str, _Done] = OrderedDict()

    async def do(self, value: str | None, asked: bytes, act: Callable[[], Awaitable[Any]]) -> Any:
        """Do it, or give what came of it when it was asked before; whoever hangs up meanwhile stops nothing.

        Raises:
            UsageError: `console.once.missing`, `console.once.other`.
            PolicyError: `console.once.other_run`; and whatever `act` raises.
        """
        value = self._check(value)
        digest = sha256(asked).digest()
        done = self._done.get(value)
        if done is None:
            done = _Done(asked=digest, task=asyncio.ensure_future(self._act(value, act)))
            self._done[value] = done
            while len(self._done) > MAX_REMEMBERED:
                self._done.popitem(last=False)
        elif done.asked != digest:
            raise UsageError(
                f"this value of {HEADER} was given with another request",
                code="console.once.other",
                hint="Draw a new one for each request.",
            )
        return await asyncio.shield(done.task)

    async def _act(self, value: str, act: Callable[[], Awaitable[Any]]) -> Any:
        """Forget what was refused or could not be written: nothing was recorded, and it may be asked again.

        A commit that is in doubt is no exception: meanwhile the store writes nothing (`store.disk.in_doubt`), and the
        start that ends the doubt is another run.
        """
        try:
            return await act()
        except CoupefeuError:
            self._done.pop(value, None)
            raise

    def _check(self, value: str | None) -> str:
        if not value or len(value) > MAX_CHARACTERS:
            raise UsageError(
                f"the request needs a header {HEADER} of 1 to {MAX_CHARACTERS} characters",
                code="console.once.missing",
                hint="Draw 16 random bytes for each entry, and give the same again when you ask again.",
            )
        named = _NAMES_RUN.match(value)
        if named and named[1] != self._run:
            raise PolicyError(
                "the node was started anew since this was first asked, so it may be on the record already",
                code="console.once.other_run",
                hint="Look at the messages; ask again, under the new `run`, only if it is not there.",
            )
        return value
