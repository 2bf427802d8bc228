"""Answers that many pages ask for at once: made and encoded once for all who ask while nothing has changed.

Fifty pages show the same list, and all ask anew when a message comes. An answer says as of when it is; it is given
again for a second at most, for a clock may run out without any change.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

LASTS_S: Final = 1.0
MAX_HELD: Final = 32
"""Answers kept; the oldest goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    asked_s: float
    octets: "asyncio.Future[bytes]"


class Answers:
    """Used from the loop alone."""

    def __init__(self) -> None:
        self._held: dict[Hashable, _Answer] = {}

    def change(self) -> None:
        """Something has changed: whoever asks from now on gets a new answer."""
        self._held.clear()

    async def give(self, asked: Hashable, make: Callable[[], Awaitable[Any]]) -> bytes:
        """Give the answer as JSON; made anew unless one was asked for since the last change. Raises: as `make`."""
        now_s = time.monotonic()
        held = self._held.get(asked)
        if held is None or now_s - held.asked_s > LASTS_S:
            held = _Answer(asked_s=now_s, octets=asyncio.ensure_future(_encoded(make)))
            self._held.pop(asked, None)
            self._held[asked] = held
            while len(self._held) > MAX_HELD:
                del self._held[next(iter(self._held))]
        try:
            return await asyncio.shield(held.octets)
        except Exception:
            if self._held.get(asked) is held:
                del self._held[asked]
            raise


async def _encoded(make: Callable[[], Awaitable[Any]]) -> bytes:
    return msgspec.json.encode(await make())
