"""What a running node has had to tell people, so that who comes later hears of it too; node.log has all of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from coupefeu.model.instant import Moment
from coupefeu.node.events import Change, Trouble

MAX_REMEMBERED: Final = 16
"""Of more kinds, the one that was told longest ago goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldTrouble:
    """A trouble of one kind with one party, as it was told last; how often, and when first and last (UTC ms)."""

    trouble: Trouble
    count: int
    first_ms: int
    last_ms: int


class Troubles:
    """Listens to the engine of one run of a node."""

    def __init__(self, clock: Callable[[], Moment]) -> None:
        self._clock = clock
        self._told: dict[tuple[int | None, str], ToldTrouble] = {}

    def hear(self, change: Change) -> None:
        """Take a change; only troubles are remembered."""
        if not isinstance(change, Trouble):
            return
        now_ms, key = self._clock().utc_ms, (change.party, change.code)
        told = self._told.pop(key, None)
        self._told[key] = (
            ToldTrouble(trouble=change, count=1, first_ms=now_ms, last_ms=now_ms)
            if told is None
            else replace(told, trouble=change, count=told.count + 1, last_ms=now_ms)
        )
        while len(self._told) > MAX_REMEMBERED:
            del self._told[next(iter(self._told))]

    def latest(self) -> list[ToldTrouble]:
        """Give them, the one that was told last first."""
        return list(self._told.values())[::-1]
