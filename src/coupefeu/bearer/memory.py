"""A wire in memory between two ends, on a clock that the caller moves; every fault is drawn from a seed.

send(end, path, datagram, now) -> ... -> deliver(now) gives (other end, path, datagram)
"""

import heapq
import random
from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Faults:
    """What goes wrong now; set the fields at any time. Shares are of 1,000, times in milliseconds."""

    loss: int = 0
    doubling: int = 0
    damage: int = 0
    delay_ms: int = 1
    jitter_ms: int = 0
    is_cut: bool = False


class MemoryWire:
    """Carries datagrams between end 0 and end 1; jitter reorders them."""

    def __init__(self, seed: int, faults: Faults | None = None) -> None:
        self.faults = faults or Faults()
        self.carried: list[tuple[int, int, bytes]] = []
        """Every datagram given to the wire: sending end, path, bytes. What an eavesdropper has."""
        self._random = random.Random(seed)  # noqa: S311  faults must repeat; nothing secret comes of them
        self._under_way: list[tuple[int, int, int, int, bytes]] = []
        self._sent = 0

    def send(self, end: int, path: int, datagram: bytes, mono_ms: int) -> None:
        """Take a datagram from `end` (0 or 1)."""
        self.carried.append((end, path, datagram))
        faults, draw = self.faults, self._random.randrange
        copies = 1 + (draw(1_000) < faults.doubling)
        for _ in range(copies):
            if faults.is_cut or draw(1_000) < faults.loss:
                continue
            carried = datagram
            if draw(1_000) < faults.damage:
                at = draw(len(datagram))
                carried = datagram[:at] + bytes([datagram[at] ^ 1 << draw(8)]) + datagram[at + 1 :]
            due_ms = mono_ms + faults.delay_ms + draw(faults.jitter_ms + 1)
            self._sent += 1
            heapq.heappush(self._under_way, (due_ms, self._sent, 1 - end, path, carried))

    def due_ms(self) -> int | None:
        """Return when the next datagram arrives."""
        return self._under_way[0][0] if self._under_way else None

    def deliver(self, mono_ms: int) -> list[tuple[int, int, bytes]]:
        """Take what has arrived: receiving end, path, bytes."""
        arrived = []
        while self._under_way and self._under_way[0][0] <= mono_ms:
            _, _, end, path, datagram = heapq.heappop(self._under_way)
            arrived.append((end, path, datagram))
        return arrived

    def drop_path(self, path: int) -> None:
        """Lose what is under way on a path, as a connection that breaks does."""
        self._under_way = [each for each in self._under_way if each[3] != path]
        heapq.heapify(self._under_way)
