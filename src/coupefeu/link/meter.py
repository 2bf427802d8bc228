"""What the other side may do in a second (protocol B8)."""


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
