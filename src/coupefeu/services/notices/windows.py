"""When a notice begins and ends: over all its volumes, and open where one of them is."""

from collections.abc import Sequence
from typing import Final

from coupefeu.model.volumes import Volume

EPOCH_MS: Final = 946_684_800_000
"""2000-01-01T00:00Z: the seconds of a box are counted from here."""
_LAST_S: Final = (1 << 31) - 1


def second_from(ms: int) -> int:
    """Give the first whole second of boxes that is not before an instant."""
    return min(-((EPOCH_MS - ms) // 1_000), _LAST_S)


def window_of(volumes: Sequence[Volume]) -> tuple[int | None, int | None]:
    """Give the first beginning and the last end, UTC ms; None: one of them states none."""
    starts = [each.start_ms for each in volumes]
    ends = [each.end_ms for each in volumes]
    return _all(starts, min), _all(ends, max)


def _all(times: list[int | None], choose: object) -> int | None:
    stated = [each for each in times if each is not None]
    if len(stated) < len(times) or not stated:
        return None
    return min(stated) if choose is min else max(stated)
