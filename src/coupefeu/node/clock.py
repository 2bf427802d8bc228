"""The node's one clock; on an exercise line it may be shifted, as the signed agreement says."""

import time
from dataclasses import dataclass

from coupefeu.model.instant import Moment


@dataclass(frozen=True, slots=True)
class Clock:
    """Call it for the `Moment`; `shift_ms` is 0 except on an EXERCISE line (invariant 9)."""

    shift_ms: int = 0

    def __call__(self) -> Moment:
        """Read both clocks."""
        return Moment(
            utc_ms=time.time_ns() // 1_000_000 + self.shift_ms, mono_ms=time.monotonic_ns() // 1_000_000
        )
