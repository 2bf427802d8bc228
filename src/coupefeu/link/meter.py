"""What the other side may do in a second, and how often it asked for more (protocol B8)."""

from typing import Final

_MINUTE_MS: Final = 60_000


class Meter:
    """A bucket: `per_s` flow in each second, up to `burst` lie ready. Amounts and rates are whole numbers."""

    __slots__ = ("_burst_milli", "_filled_ms", "_level_milli", "_per_s")

    def __init__(self, per_s: int, burst: int) -> None:
        self._per_s = per_s
        self._burst_milli = self._level_milli = burst * 1_000
        self._filled_ms: int | None = None

    def allows(self, amount: int, mono_ms: int) -> bool:
        """Take `amount` if it is there; otherwise take nothing."""
        if self._filled_ms is not None:
            gained = max(0, mono_ms - self._filled_ms) * self._per_s
            self._level_milli = min(self._burst_milli, self._level_milli + gained)
        self._filled_ms = mono_ms
        if self._level_milli < amount * 1_000:
            return False
        self._level_milli -= amount * 1_000
        return True


class Tally:
    """How many came in a minute: those of the minute that runs, and of the one before as far as it overlaps."""

    __slots__ = ("_before", "_now", "_since_ms")

    def __init__(self) -> None:
        self._since_ms = 0
        self._now = self._before = 0

    def add(self, mono_ms: int) -> None:
        """Count one."""
        self._turn(mono_ms)
        self._now += 1

    def per_minute(self, mono_ms: int) -> int:
        """Return how many came in the minute that ends now."""
        self._turn(mono_ms)
        overlap_ms = max(0, _MINUTE_MS - (mono_ms - self._since_ms))
        return self._now + self._before * overlap_ms // _MINUTE_MS

    def _turn(self, mono_ms: int) -> None:
        minutes = (mono_ms - self._since_ms) // _MINUTE_MS
        if minutes > 0:
            self._before = self._now if minutes == 1 else 0
            self._now = 0
            self._since_ms += minutes * _MINUTE_MS
