"""A wire in memory between two ends, on a clock that the caller moves; every fault is drawn from a seed.

send(end, path, datagram, now) -> ... -> deliver(now) gives (other end, path, datagram)

`MemoryBearer` is one end of it in the shape of every bearer; `MemoryWire.carry(now)` then takes the part of the loop.
"""

import heapq
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from coupefeu.bearer.contract import LatencyClass, Receiver
from coupefeu.errors import BearerError, UsageError

MAX_DATAGRAM_BYTES: Final = 65_535


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
        self._random = random.Random(seed)  # noqa: S311 - faults must repeat; nothing secret comes of them
        self._under_way: list[tuple[int, int, int, int, bytes]] = []
        self._sent = 0
        self._last_path = 0
        self._bearers: dict[int, MemoryBearer] = {}

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

    def join(self, end: int, bearer: "MemoryBearer") -> None:
        """Put a bearer at an end."""
        self._bearers[end] = bearer

    def bearer(self, end: int) -> "MemoryBearer | None":
        """Return the bearer at an end."""
        return self._bearers.get(end)

    def new_path(self) -> int:
        """Return a number that no path of this wire has had."""
        self._last_path += 1
        return self._last_path

    def carry(self, mono_ms: int) -> None:
        """Give what has arrived to the bearers at its ends."""
        for end, path, datagram in self.deliver(mono_ms):
            self._bearers[end].take(path, datagram)


class MemoryBearer:
    """One end (0 or 1) of a wire: a `Bearer` that knows no strangers. The other end's address is `memory`."""

    max_bytes: Final = MAX_DATAGRAM_BYTES
    latency_class: Final = LatencyClass.INSTANT

    def __init__(self, wire: MemoryWire, end: int, mono_ms: Callable[[], int], receiver: Receiver) -> None:
        self._wire = wire
        self._end = end
        self._mono_ms = mono_ms
        self._receiver = receiver
        self._paths: set[int] = set()
        self.is_closed = False
        wire.join(end, self)

    async def open(self, address: str) -> int:
        """See `Bearer.open`."""
        if address != "memory":
            raise BearerError(f"nobody is at {address!r}", code="bearer.memory.open", hint="say `memory`")
        return self.connect()

    def connect(self) -> int:
        """Open a path at once.

        Raises: BearerError when an end is closed, or the wire is cut.
        """
        other = self._wire.bearer(1 - self._end)
        if self.is_closed or other is None or other.is_closed or self._wire.faults.is_cut:
            raise BearerError("no answer", code="bearer.memory.open", hint="open both ends, mend the wire")
        path = self._wire.new_path()
        self._paths.add(path)
        other.accept(path)
        return path

    def accept(self, path: int) -> None:
        """Take a path that the other end has opened."""
        self._paths.add(path)
        self._receiver.accepted(path)

    def send(self, path: int, datagrams: Iterable[bytes]) -> None:
        """See `Bearer.send`."""
        given = list(datagrams)
        for datagram in given:
            if not 0 < len(datagram) <= MAX_DATAGRAM_BYTES:
                raise UsageError(
                    f"a datagram of {len(datagram)} bytes",
                    code="bearer.datagram.length",
                    hint=f"1 to {MAX_DATAGRAM_BYTES:,} bytes.",
                )
        for datagram in given if path in self._paths else ():
            self._wire.send(self._end, path, datagram, self._mono_ms())

    def take(self, path: int, datagram: bytes) -> None:
        """Take what has arrived."""
        if path in self._paths:
            self._receiver.received(path, [datagram])

    def promote(self, path: int) -> None:
        """See `Bearer.promote`; nobody is a stranger here."""

    def close_path(self, path: int) -> None:
        """See `Bearer.close_path`; what is under way is lost."""
        self._wire.drop_path(path)
        for end in (0, 1):
            bearer = self._wire.bearer(end)
            if bearer is not None:
                bearer.lose(path)

    def lose(self, path: int) -> None:
        """Forget a path."""
        if path in self._paths:
            self._paths.discard(path)
            self._receiver.closed(path)

    async def close(self) -> None:
        """See `Bearer.close`."""
        self.is_closed = True
        for path in tuple(self._paths):
            self.close_path(path)
