"""A clock that moves when told to."""

from coupefeu.model.instant import Moment

START_UTC_MS = 1_648_091_525_123
"""2022-03-24T03:12:05.123Z"""


class VirtualClock:
    """Both clocks of a node in milliseconds; `skew_ms` shifts what it thinks UTC is, and may change at any time."""

    def __init__(self, utc_ms: int = START_UTC_MS) -> None:
        self.mono_ms = 0
        self._start_utc_ms = utc_ms

    def now(self, skew_ms: int = 0) -> Moment:
        """Return the moment, as a node sees it whose UTC is wrong by `skew_ms`."""
        return Moment(utc_ms=self._start_utc_ms + self.mono_ms + skew_ms, mono_ms=self.mono_ms)

    def advance(self, by_ms: int) -> Moment:
        """Move on and return the moment."""
        self.mono_ms += by_ms
        return self.now()
