"""So many of something in a minute and no more: the small budgets of protocol B8."""

from collections import deque
from typing import Final

MINUTE_MS: Final = 60_000


class Minute:
    """A budget over the last minute; `most` may be changed at any time. It reads no clock."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._taken_ms: deque[int] = deque()

    def free_ms(self, now_ms: int) -> int:
        """Say from when on one more may be taken: now, or when the oldest is a minute old."""
        while self._taken_ms and now_ms - self._taken_ms[0] >= MINUTE_MS:
            self._taken_ms.popleft()
        beyond = len(self._taken_ms) - self.most
        return now_ms if beyond < 0 else self._taken_ms[beyond] + MINUTE_MS

    def take(self, now_ms: int) -> None:
        """Take one; whoever takes has asked `free_ms`."""
        self._taken_ms.append(now_ms)

    @property
    def is_last(self) -> bool:
        """Whether the one taken last was the last of its minute."""
        return len(self._taken_ms) >= self.most
