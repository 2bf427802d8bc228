"""All logs on their way to one other node: what leaves next, how much may be under way, what is sent again (B7)."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from coupefeu.link.config import LinkConfig
from coupefeu.link.outbox import STATEMENT_BYTES, Outbox, Outgoing
from coupefeu.model.precedence import Precedence
from coupefeu.wire.packet import Ack, Batch, CheckpointSignature, Hole, RunSignature

Seal: TypeAlias = Callable[[int, Sequence[Outgoing], bool], CheckpointSignature | RunSignature]
"""(log, entries, contiguous) -> checkpoint signature of size last + 1 if contiguous, else run signature."""


class Delivery:
    """The sending half. What was acknowledged is gone from it; everything else it sends until it is."""

    def __init__(self, config: LinkConfig, seal: Seal) -> None:
        self._limits = config.limits
        self._timings = config.timings
        self._seal = seal
        self._outboxes: dict[int, Outbox] = {}
        self._receipted: dict[int, int] = {}
        self._wait_ms = self._timings.resend_ms
        self._last_log = -1
        self._doubted: set[int] = set()
        self.peer_busy = False

    @property
    def queued(self) -> int:
        """Entries not acknowledged."""
        return sum(outbox.queued for outbox in self._outboxes.values())

    @property
    def in_flight(self) -> int:
        """Entries under way."""
        return sum(outbox.flying for outbox in self._outboxes.values())

    def offer(self, entries: Iterable[Outgoing]) -> None:
        """Take what is durable here and must reach the other side."""
        for outgoing in entries:
            outbox = self._outboxes.get(outgoing.log)
            if outbox is None:
                outbox = self._outboxes[outgoing.log] = Outbox()
            outbox.offer(outgoing)

    def renew(self, entries: Iterable[Outgoing]) -> None:
        """Take another form of what waits."""
        for outgoing in entries:
            if outgoing.log in self._outboxes:
                self._outboxes[outgoing.log].renew(outgoing)

    def restore(self, log: int, cumulative: int, selective: Sequence[tuple[int, int]]) -> None:
        """Learn from our own record what is receipted already."""
        self._outboxes.setdefault(log, Outbox()).restore(cumulative, selective)
        self._receipted[log] = max(self._receipted.get(log, 0), cumulative)

    def begin_anew(self, log: int, cumulative: int) -> None:
        """Treat a log as acknowledged up to `cumulative` alone, and as offered up to there."""
        self._outboxes[log] = Outbox()
        self._receipted[log] = cumulative
        self.restore(log, cumulative, ())

    def fall_back(self, log: int, cumulative: int) -> None:
        """Treat a log as acknowledged up to `cumulative` alone; what waits is not lost, and may leave at once."""
        before = self._outboxes[log]
        self.begin_anew(log, cumulative)
        self._outboxes[log].take_over(before)

    def doubt(self, log: int, cumulative: int) -> None:
        """Begin anew behind `cumulative`, and go by verified co-signatures of this log alone from now on."""
        self._doubted.add(log)
        self.begin_anew(log, cumulative)

    def acknowledge(self, ack: Ack) -> tuple[bool, int]:
        """Take an acknowledgement of a log that we own; return whether it can be true, and what was known before."""
        outbox = self._outboxes[ack.log]
        known = outbox.acknowledged
        if ack.log in self._doubted:
            return True, known
        largest = max(ack.cumulative, ack.selective[-1][1] if ack.selective else 0)
        if largest > outbox.end:
            return False, known
        if outbox.acknowledge(ack.cumulative, ack.selective):
            self._wait_ms = self._timings.resend_ms
        return True, known

    def resend(self, hole: Hole) -> Hole | None:
        """Let a range go again; return what of it the node must offer once more."""
        outbox = self._outboxes[hole.log]
        end = min(hole.end, outbox.end)
        if hole.start >= end or outbox.resend(hole.start, end):
            return None
        return Hole(hole.log, hole.start, end)

    def owns(self, log: int) -> bool:
        """Whether entries of this log go from here to there."""
        return log in self._outboxes

    def receipted(self, log: int, size: int) -> None:
        """Note the size of a co-signature that has come; of logs that we do not own the other side may name any."""
        if log in self._outboxes:
            self._receipted[log] = max(self._receipted.get(log, 0), size)

    def cosigned(self, log: int, size: int) -> None:
        """Learn that the other side's co-signature of our log at `size` is durable here."""
        self._outboxes.setdefault(log, Outbox()).cosigned(size)

    def unreceipted(self) -> list[Hole]:
        """Return what is acknowledged without a co-signature, as requests in the other side's own words."""
        wanted = []
        for log, outbox in self._outboxes.items():
            start = self._receipted.get(log, 0)
            if start < outbox.acknowledged:
                wanted.append(Hole(log, start, outbox.acknowledged))
        return wanted

    def land_all(self) -> None:
        """Treat everything under way as never sent."""
        for outbox in self._outboxes.values():
            outbox.land_all()

    def land_due(self, mono_ms: int) -> None:
        """Send again what was not acknowledged in time, each time waiting twice as long."""
        if sum(outbox.land_due(mono_ms) for outbox in self._outboxes.values()):
            self._wait_ms = min(2 * self._wait_ms, self._timings.longest_wait_ms)

    def due_ms(self) -> int | None:
        """Return when something must be sent again."""
        return min(
            (due for box in self._outboxes.values() if (due := box.due_ms()) is not None), default=None
        )

    def next_batch(
        self, mono_ms: int, round_trip_ms: int, *, flash_only: bool, max_bytes: int
    ) -> Batch | None:
        """Return the next batch to leave, now noted as under way; None when nothing may."""
        urgent = [
            (level, log != self._next_log(), log, outbox)
            for log, outbox in self._outboxes.items()
            if (level := outbox.most_urgent()) is not None
        ]
        if not urgent:
            return None
        level, _, log, outbox = min(urgent, key=lambda each: each[:3])
        is_flash = level == Precedence.FLASH
        if not is_flash and (flash_only or self.peer_busy):
            return None
        room = self._limits.flight_entries - outbox.flying
        if is_flash:
            room = max(room, self._limits.flight_entries + self._limits.flash_entries - outbox.flying)
        elif outbox.flying_bytes >= self._limits.flight_bytes:
            room = 0
        if room <= 0:
            return None
        entries, contiguous = outbox.take(
            level,
            flash_only=flash_only or self.peer_busy,
            max_entries=min(room, self._limits.batch_entries),
            max_bytes=max_bytes - STATEMENT_BYTES,
        )
        statement = self._seal(log, entries, contiguous)
        outbox.fly(entries, mono_ms + self._wait_ms + 2 * round_trip_ms, contiguous=contiguous)
        self._last_log = log
        return Batch(log, tuple([outgoing.entry for outgoing in entries]), statement)

    def urgent_run(self, max_bytes: int) -> Batch | None:
        """Return the first FLASH entries under their own signature; nothing is noted as under way."""
        for log, outbox in self._outboxes.items():
            entries = outbox.urgent_run(max_bytes - STATEMENT_BYTES)
            if entries:
                statement = self._seal(log, entries, False)
                return Batch(log, tuple([outgoing.entry for outgoing in entries]), statement)
        return None

    def _next_log(self) -> int:
        """Return the log whose turn it is among equally urgent ones."""
        return min(
            (log for log in self._outboxes if log > self._last_log), default=min(self._outboxes, default=-1)
        )
