"""How often somebody may try: so many at once, then one more every while; others are not held up by it."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from coupefeu.console.errors import TooManyError

AT_ONCE: Final = 10
"""Tries at once; then one a second."""
EVERY_MS: Final = 1_000
MAX_SOURCES: Final = 256


class Guesses:
    """What is left to each source; `now_ms` is a monotonic clock, `refusal` what a source without tries is told."""

    def __init__(
        self,
        now_ms: Callable[[], int],
        refusal: Callable[[], TooManyError],
        *,
        at_once: int = AT_ONCE,
        every_ms: int = EVERY_MS,
    ) -> None:
        self._now_ms = now_ms
        self._refusal = refusal
        self._at_once = at_once
        self._every_ms = every_ms
        self._left: OrderedDict[str, tuple[int, int]] = OrderedDict()
        """By source: (what is left, as of ms)."""

    def __len__(self) -> int:
        """Say how many sources are remembered."""
        return len(self._left)

    def clear(self) -> None:
        """Forget every source."""
        self._left.clear()

    def count(self, source: str) -> None:
        """Count one try of a source that `bear` has let pass."""
        left, as_of_ms = self._left[source]
        self._left[source] = (left - 1, as_of_ms)

    def bear(self, source: str) -> None:
        """Refuse a source that tried too often, without looking at what it brings now. Raises: TooManyError."""
        now_ms = self._now_ms()
        left, as_of_ms = self._left.pop(source, (self._at_once, now_ms))
        gained = (now_ms - as_of_ms) // self._every_ms
        is_full = left + gained >= self._at_once
        left = min(self._at_once, left + gained)
        self._left[source] = (left, now_ms if is_full else as_of_ms + gained * self._every_ms)
        while len(self._left) > MAX_SOURCES:
            self._left.popitem(last=False)
        if left <= 0:
            raise self._refusal()
