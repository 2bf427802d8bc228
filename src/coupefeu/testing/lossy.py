"""Two links joined by a wire with faults, on one virtual clock: the smallest world in which a line can be tried.

The ends keep entries in memory and judge statements by recomputing them; they hold every rule of delivery that a real
record would: only what a statement covers is *shown*, and only what is stored is acknowledged.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha512

from coupefeu.bearer.memory import Faults, MemoryWire
from coupefeu.keys import x25519
from coupefeu.keys.generations import Generations
from coupefeu.link.config import Limits, LinkConfig, Timings
from coupefeu.link.events import BatchReceived, Event, PathDead, PskToKeep, ReceiptReceived
from coupefeu.link.link import Link
from coupefeu.link.outbox import Outgoing
from coupefeu.model.precedence import Precedence
from coupefeu.testing.clock import VirtualClock
from coupefeu.testing.line import settled_generations
from coupefeu.wire.packet import (
    Batch,
    CheckpointSignature,
    CosignatureItem,
    LeafOnly,
    PackedEntry,
    RunReceiptItem,
    RunSignature,
)

REDIAL_MS = 500
NAMES = ("us", "ru")


def statement_bytes(log: int, start: int, end: int) -> bytes:
    """Return what stands for a signature here; a checkpoint begins at 0."""
    return sha512(f"{log} {start} {end}".encode()).digest()


def seal_in_test(
    log: int, entries: Iterable[Outgoing], contiguous: bool
) -> CheckpointSignature | RunSignature:
    """Sign a batch as a link asks; a run with a gap is an error of the link."""
    indices = [each.index for each in entries]
    start, end = indices[0], indices[-1] + 1
    if contiguous:
        return CheckpointSignature(end, statement_bytes(log, 0, end))
    assert indices == list(range(start, end)), "a run has no gap"
    return RunSignature(start, end, statement_bytes(log, start, end))


def link_configs(
    timings: Timings | None = None,
    limits: Limits | None = None,
    names: tuple[str, str] = NAMES,
    generations: Generations | None = None,
) -> tuple[LinkConfig, LinkConfig]:
    """Return the two sides of one line, keys and line id made from names; all lines have one PSK."""
    private = [sha512(name.encode()).digest()[:32] for name in names]
    line_id = sha512(" ".join(names).encode()).digest()[:16]
    origins = [f"test/{line_id.hex()}/{name}/1" for name in names]

    def side(end: int) -> LinkConfig:
        return LinkConfig(
            line_id=line_id,
            our_origin=origins[end],
            their_origin=origins[1 - end],
            our_session_private=private[end],
            their_session_public=x25519.public(private[1 - end]),
            generations=generations or settled_generations(bytes(range(32))),
            timings=timings or Timings(),
            limits=limits or Limits(),
        )

    return side(0), side(1)


@dataclass(slots=True)
class LinkEnd:
    """One node: what it wrote, what it holds of the other, what it was told. `log` is its own log's number."""

    log: int
    config: LinkConfig
    link: Link
    written: list[Outgoing] = field(default_factory=list)
    held: dict[int, PackedEntry | LeafOnly] = field(default_factory=dict)
    cumulative: int = 0
    shown: list[int] = field(default_factory=list)
    doubled: int = 0
    late: int = 0
    cosigned: int = 0
    run_receipts: set[tuple[int, int]] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)
    disk: Generations | None = None
    """The shared secrets as they are durable here; `keep` may lose or hold up what goes there."""
    keep: Callable[[Generations], bool] = field(default=lambda _: True)
    stalled: bool = False
    skew_ms: int = 0
    newest_size: int = 0
    shown_below: int = 0
    _shown: set[int] = field(default_factory=set)

    def show(self, indices: Iterable[int]) -> None:
        """Show what a statement covers, once."""
        fresh = [index for index in indices if index not in self._shown]
        self._shown.update(fresh)
        self.shown += fresh

    @property
    def beyond(self) -> tuple[tuple[int, int], ...]:
        """Return the held ranges behind the first gap."""
        ranges: list[tuple[int, int]] = []
        for index in sorted(each for each in self.held if each >= self.cumulative):
            if ranges and ranges[-1][1] == index:
                ranges[-1] = (ranges[-1][0], index + 1)
            else:
                ranges.append((index, index + 1))
        return tuple(ranges)


class TwoLinks:
    """Two ends (0 writes log 0, 1 writes log 1), a wire and a clock."""

    def __init__(
        self,
        seed: int = 1,
        *,
        faults: Faults | None = None,
        timings: Timings | None = None,
        limits: Limits | None = None,
        redial: bool = True,
        names: tuple[str, str] = NAMES,
        generations: Generations | None = None,
    ) -> None:
        self.clock = VirtualClock()
        self.wire = MemoryWire(seed, faults)
        self._random = random.Random(seed + 1)  # noqa: S311 - what happens must repeat
        configs = link_configs(timings, limits, names, generations)
        self.ends = [LinkEnd(log, configs[log], Link(configs[log], seal_in_test)) for log in (0, 1)]
        for end in self.ends:
            end.link.acknowledged(end.log, 0)
            end.link.held(1 - end.log, 0)
        self.redial = redial
        self.path = 0
        self._redial_ms: int | None = None
        self.on_batch: Callable[[LinkEnd, Batch], None] | None = None

    def entropy(self) -> bytes:
        """Return 64 bytes that look fresh."""
        return self._random.randbytes(64)

    def write(
        self, end: int, count: int, precedence: Precedence = Precedence.ROUTINE, *, body: bytes = b"x" * 200
    ) -> None:
        """Record entries at an end and give them to its link."""
        node = self.ends[end]
        first = len(node.written)
        fresh = [
            Outgoing(node.log, index, precedence, PackedEntry(index, bytes(16), b"head", body))
            for index in range(first, first + count)
        ]
        node.written += fresh
        node.link.offer(fresh)
        node.link.flush(self.clock.now(node.skew_ms))
        self.pump()

    def connect(self, dialler: int = 0) -> None:
        """Open a fresh path, in place of the one there is."""
        self.disconnect()
        self.path += 1
        self._redial_ms = None
        for end in (1 - dialler, dialler):
            node = self.ends[end]
            now = self.clock.now(node.skew_ms)
            node.link.path_opened(self.path, now, dialled=end == dialler, entropy=self.entropy())
        self.pump()

    def disconnect(self) -> None:
        """Close the path at both ends; what is under way is lost."""
        self.wire.drop_path(self.path)
        for node in self.ends:
            node.link.path_closed(self.path, self.clock.now(node.skew_ms))
        self.pump()

    def restart(self, end: int) -> None:
        """Kill a node and start it again from what it holds; the path breaks."""
        node = self.ends[end]
        secrets = node.disk or node.config.generations
        node.link = Link(replace(node.config, generations=secrets), seal_in_test)
        node.link.acknowledged(node.log, node.cosigned, sorted(node.run_receipts))
        node.link.offer(node.written[node.cosigned :])
        node.link.held(1 - node.log, node.cumulative, node.beyond)
        if 0 < node.newest_size <= node.cumulative:
            node.link.receipt(CosignatureItem(1 - node.log, node.newest_size, 0, bytes(64)))
        self.connect()

    def run(self, for_ms: int, until: Callable[[], bool] | None = None) -> bool:
        """Let time pass, at most `for_ms`; return whether `until` became true."""
        end_ms = self.clock.mono_ms + for_ms
        while until is None or not until():
            due = [self.wire.due_ms(), self._redial_ms, *(node.link.next_timer() for node in self.ends)]
            next_ms = min(each for each in (*due, end_ms) if each is not None)
            if next_ms >= end_ms and self.clock.mono_ms >= end_ms:
                return until is None
            self.clock.mono_ms = max(self.clock.mono_ms, min(next_ms, end_ms))
            self._step()
        return True

    def pump(self) -> None:
        """Carry out what both links ask for, until neither asks for more."""
        is_moving = True
        while is_moving:
            is_moving = False
            for node in self.ends:
                for event in node.link.take_events():
                    is_moving = True
                    self._handle(node, event)
                for path, datagram in node.link.take_outgoing():
                    is_moving = True
                    self.wire.send(node.log, path, datagram, self.clock.mono_ms)

    def inject(self, end: int, datagram: bytes) -> None:
        """Give an end a datagram as a stranger would."""
        node = self.ends[end]
        node.link.receive(self.path, datagram, self.clock.now(node.skew_ms), self.entropy())
        self.pump()

    def _step(self) -> None:
        mono_ms = self.clock.mono_ms
        if self._redial_ms is not None and mono_ms >= self._redial_ms:
            if self.wire.faults.is_cut:
                self._redial_ms = mono_ms + REDIAL_MS
            else:
                self.connect()
        for end, path, datagram in self.wire.deliver(mono_ms):
            node = self.ends[end]
            node.link.receive(path, datagram, self.clock.now(node.skew_ms), self.entropy())
            self.pump()
        for node in self.ends:
            due_ms = node.link.next_timer()
            if due_ms is not None and due_ms <= mono_ms:
                node.link.handle_timer(self.clock.now(node.skew_ms), self.entropy())
                after_ms = node.link.next_timer()
                assert after_ms is None or after_ms > mono_ms, "a timer that is done is not due"
        self.pump()

    def _handle(self, node: LinkEnd, event: Event) -> None:
        node.events.append(event)
        if isinstance(event, BatchReceived):
            node.late += event.late
            if not node.stalled:
                self._store(node, event.batch)
        elif isinstance(event, PskToKeep):
            if node.keep(event.generations):
                node.disk = event.generations
                node.link.psk_kept(event.generations, self.clock.now(node.skew_ms), self.entropy())
        elif isinstance(event, ReceiptReceived):
            if isinstance(event.item, CosignatureItem):
                node.cosigned = max(node.cosigned, event.item.size)
            else:
                node.run_receipts.add((event.item.start, event.item.end))
        elif (
            isinstance(event, PathDead)
            and self.redial
            and event.path == self.path
            and self._redial_ms is None
        ):
            self._redial_ms = self.clock.mono_ms

    def _store(self, node: LinkEnd, batch: Batch) -> None:
        if self.on_batch is not None:
            self.on_batch(node, batch)
        for entry in batch.entries:
            node.doubled += entry.index in node.held
            node.held[entry.index] = entry
        while node.cumulative in node.held:
            node.cumulative += 1
        link, log, statement = node.link, batch.log, batch.statement
        if isinstance(statement, RunSignature):
            assert statement.signature == statement_bytes(log, statement.start, statement.end)
            node.show(range(statement.start, statement.end))
            link.receipt(RunReceiptItem(log, statement.start, statement.end, bytes(64)))
        else:
            assert statement.signature == statement_bytes(log, 0, statement.size)
            node.newest_size = max(node.newest_size, statement.size)
        if 0 < node.newest_size <= node.cumulative:
            node.show(range(node.shown_below, node.newest_size))
            node.shown_below = node.newest_size
            link.receipt(CosignatureItem(log, node.newest_size, 0, bytes(64)))
        elif node.newest_size:
            link.want(log, node.cumulative, node.cumulative + 1)
        link.held(log, node.cumulative, node.beyond)
        link.flush(self.clock.now(node.skew_ms))
