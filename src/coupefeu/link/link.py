"""The facade: what a node does with a line (protocol B).

    offer, receipt, held ...  --> |      | --> take_outgoing: (path, datagram)
    receive(path, datagram)   --> | Link | --> take_events
    handle_timer at next_timer -> |      |

Every method that takes `now` may put datagrams into the outgoing list; `flush(now)` after the others.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coupefeu.errors import PeerError, UsageError, VerificationError
from coupefeu.link.config import MAX_PLAINTEXT_BYTES, LinkConfig
from coupefeu.link.delivery import Delivery, Seal
from coupefeu.link.events import Alive, Event, FramesRefused, PathDead, PathProven, SessionDown, SessionUp
from coupefeu.link.handshake import MESSAGE_1, MESSAGE_2, Handshakes
from coupefeu.link.holdings import Holdings
from coupefeu.link.intake import Intake
from coupefeu.link.outbox import Outgoing
from coupefeu.link.paths import Path, Paths
from coupefeu.link.phase import Change, Phase, next_phase
from coupefeu.link.session import DATA, OVERHEAD_BYTES, Session, Sessions, refused
from coupefeu.model.instant import Moment
from coupefeu.wire.packet import (
    Batch,
    CosignatureItem,
    Heartbeat,
    Hole,
    Item,
    LineTestItem,
    RunReceiptItem,
    Signal,
    decode_items,
    encode_items,
)

ENTROPY_BYTES = 34
"""What one handshake uses of the fresh bytes that the caller gives: an ephemeral key and a session id."""
_ITEM_BYTES = 512
"""More than any item takes that goes beside a batch."""
_UP = frozenset({Phase.GREETING, Phase.OPEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkState:
    """What the node shows of the line; times in ms, `since_ms` on the monotonic clock."""

    up: bool
    alive: bool
    phase: Phase
    since_ms: int
    session_age_ms: int | None
    round_trip_ms: int | None
    their_clock_offset_ms: int | None
    their_node_busy: bool
    queued: int
    in_flight: int
    bytes_sent: int
    bytes_received: int
    refused: int


class Link:
    """One line to one other node. It reads no clock, draws no randomness and touches no socket."""

    def __init__(self, config: LinkConfig, seal: Seal) -> None:
        self._timings = config.timings
        self._handshakes = Handshakes(config)
        self._sessions = Sessions()
        self._paths = Paths()
        self._delivery = Delivery(config, seal)
        self._holdings = Holdings()
        self._intake = Intake(config.limits, self._delivery, self._holdings)
        self._phase = Phase.NO_PATH
        self._mono_ms = 0
        self._since_ms = 0
        self._attempts = 0
        self._attempt_due_ms: int | None = None
        self._renew_due_ms: int | None = None
        self._greeting_due_ms = 0
        self._beat_due_ms = 0
        self._alive_until_ms: int | None = None
        self._busy = False
        self._at_once: list[Item] = []
        self._outgoing: list[tuple[int, bytes]] = []
        self._refusals: dict[str, int] = {}
        self._bytes_sent = self._bytes_received = self._refused = 0

    # What the node says. Nothing leaves before the next `flush`, `receive` or `handle_timer`.

    def offer(self, entries: Iterable[Outgoing]) -> None:
        """Give entries that are durable here and must reach the other side, by ascending index where possible."""
        self._delivery.offer(entries)

    def acknowledged(self, log: int, cumulative: int, selective: Sequence[tuple[int, int]] = ()) -> None:
        """Tell at the start, before `offer`, what our record has receipts for: half-open ranges beyond `cumulative`."""
        self._delivery.restore(log, cumulative, selective)

    def held(
        self,
        log: int,
        cumulative: int,
        selective: Sequence[tuple[int, int]] = (),
        *,
        receipt_follows: bool = False,
    ) -> None:
        """Set what is durable here of their log; tell it at the start too, also when it is nothing.

        With `receipt_follows` the acknowledgement waits up to 50 ms for the receipt, to share its frame.
        """
        wait_ms = self._timings.receipt_wait_ms if receipt_follows else 0
        self._holdings.held(log, cumulative, selective, self._mono_ms + wait_ms)

    def receipt(self, item: CosignatureItem | RunReceiptItem) -> None:
        """Give a receipt that is durable here; give the newest co-signature of each log at the start too."""
        self._holdings.receipt(item)

    def want(self, log: int, start: int, end: int) -> None:
        """Ask for [start, end), which a statement covers and we lack."""
        self._holdings.want(Hole(log, start, end))

    def line_test(self, item: LineTestItem) -> None:
        """Send a line test or its answer ahead of its proof; lost when the line is down (the entry goes anyway)."""
        self._say(item)

    def signal(self, payload: bytes) -> None:
        """Send machine signalling (at most 1,024 bytes), never kept, lost when the line is down."""
        self._say(Signal(payload))

    def busy(self, busy: bool) -> None:
        """Ask the other side to hold everything but FLASH, until told otherwise."""
        if busy != self._busy:
            self._busy = busy
            self._beat_due_ms = self._mono_ms

    def claims(self, datagram: bytes) -> bool:
        """Whether this first datagram of a connection is for this link, of several that one listener serves."""
        return self._handshakes.claims(datagram)

    # Paths.

    def path_opened(self, path: int, now: Moment, *, dialled: bool, entropy: bytes, slot: int = 0) -> None:
        """Tell of a new path; `slot` (0..15) is the bearer's, and never changes for it. The dialler greets first."""
        if not 0 <= slot <= 15:
            raise UsageError(f"bearer slot {slot} is not within 0..15", code="link.path.slot")
        self._mono_ms = now.mono_ms
        opened = self._paths.open(
            path, slot, now.mono_ms, by_smaller=dialled == self._handshakes.begins_first
        )
        self._beat_due_ms = now.mono_ms
        if dialled:
            self._attempts = 0
            self._begin(opened, now, entropy)
        elif self._sessions.newest is None:
            self._attempt_due_ms = now.mono_ms + 2 * self._timings.handshake_ms
        self._take_path()
        self.flush(now)

    def path_closed(self, path: int, now: Moment) -> None:
        """Tell that a path has gone; what was under way on it counts as unsent."""
        self._mono_ms = now.mono_ms
        self._paths.close(path)
        self._handshakes.forget_source(path)
        self._take_path()
        self.flush(now)

    def receive(self, path: int, datagram: bytes, now: Moment, entropy: bytes) -> None:
        """Take a datagram from anybody; it is opened for us, or dropped and counted."""
        self._mono_ms = now.mono_ms
        self._bytes_received += len(datagram)
        try:
            self._receive(path, datagram, now, entropy)
        except (PeerError, VerificationError) as error:
            reason = error.code.rpartition(".")[2]
            self._refusals[reason] = self._refusals.get(reason, 0) + 1
            self._refused += 1
        self._note_life(now)
        self.flush(now)

    # Time.

    def next_timer(self) -> int | None:
        """When to call `handle_timer`, in monotonic ms; None while there is no path."""
        path = self._paths.taken
        if path is None:
            return None
        due = [self._beat_due_ms]
        if not path.dead:
            due.append(path.heard_ms + self._timings.silence_ms)
        if self._phase is Phase.GREETING:
            due.append(self._greeting_due_ms)
        if self._phase in _UP:
            due += [self._holdings.due_ms(), self._renew_due_ms]
        if self._sessions.newest is not None:
            due.append(self._delivery.due_ms())
        due += [self._attempt_due_ms, self._alive_until_ms]
        return min(each for each in due if each is not None)

    def handle_timer(self, now: Moment, entropy: bytes) -> None:
        """Do what is due: heartbeats, handshakes, sending again, noticing silence. Early or late calls do no harm."""
        self._mono_ms = mono_ms = now.mono_ms
        path = self._paths.taken
        if path is None:
            return
        if not path.dead and mono_ms - path.heard_ms >= self._timings.silence_ms:
            self._lose(path)
        if self._phase is Phase.GREETING and mono_ms >= self._greeting_due_ms:
            self._change(Change.WAITED)
        if self._is_renewal_due():
            self._attempt_due_ms = min(self._attempt_due_ms or mono_ms, mono_ms)
        path = self._paths.taken
        if path is not None and self._attempt_due_ms is not None and mono_ms >= self._attempt_due_ms:
            self._begin(path, now, entropy)
        self._delivery.land_due(mono_ms)
        self._note_life(now)
        self.flush(now)

    def flush(self, now: Moment) -> None:
        """Put everything that may leave now into the outgoing list; a frame takes along what waits beside it."""
        self._mono_ms = now.mono_ms
        path, session = self._paths.taken, self._sessions.newest
        is_beat = now.mono_ms >= self._beat_due_ms
        if is_beat:
            self._beat_due_ms = now.mono_ms + self._timings.heartbeat_ms
            self._tidy()
        if path is None or session is None:
            return
        items: list[Item] = self._at_once
        self._at_once = []
        if is_beat:
            items += self._holdings.acks(every=True)
            items.append(session.pulse.beat(now, busy=self._busy))
        while True:
            batch = self._next_batch(session, len(items))
            due_ms = self._holdings.due_ms()
            if self._phase in _UP and due_ms is not None and (batch or items or due_ms <= now.mono_ms):
                items += self._holdings.receipts_and_holes()
                items += self._holdings.acks(every=False)
            if batch:
                items.append(batch)
            if not items:
                return
            self._send(path, session, items)
            items = []

    def take_outgoing(self) -> list[tuple[int, bytes]]:
        """Take the datagrams to be sent, in order, each with its path."""
        outgoing, self._outgoing = self._outgoing, []
        return outgoing

    def take_events(self) -> list[Event]:
        """Take what has happened since the last call."""
        return self._intake.take_events()

    def state(self) -> LinkState:
        """Say how the line is now."""
        session = self._sessions.newest
        return LinkState(
            up=self._phase in _UP,
            alive=self._alive_until_ms is not None,
            phase=self._phase,
            since_ms=self._since_ms,
            session_age_ms=None if session is None else self._mono_ms - session.made_ms,
            round_trip_ms=None if session is None else session.pulse.round_trip_ms,
            their_clock_offset_ms=None if session is None else session.pulse.offset_ms,
            their_node_busy=self._delivery.peer_busy,
            queued=self._delivery.queued,
            in_flight=self._delivery.in_flight,
            bytes_sent=self._bytes_sent,
            bytes_received=self._bytes_received,
            refused=self._refused,
        )

    # Within.

    def _receive(self, number: int, datagram: bytes, now: Moment, entropy: bytes) -> None:
        path = self._paths.get(number)
        if path is None:
            raise refused("unknown-path")
        if not datagram:
            raise refused("too-short")
        if datagram[0] & 0xF0 == DATA:
            self._open(path, datagram, now)
        elif datagram[0] == MESSAGE_1:
            self._answer(path, datagram, now, entropy)
        elif datagram[0] == MESSAGE_2:
            session, age_ms = self._handshakes.complete(datagram, now)
            self._sessions.establish(session)
            self._hear(path, now)
            self._made(session, age_ms)
        else:
            raise refused("unknown-type")

    def _answer(self, path: Path, message: bytes, now: Moment, entropy: bytes) -> None:
        ephemeral, seed = _parts(entropy)
        highest = self._sessions.highest_confirmed
        reply, candidate = self._handshakes.answer(
            message,
            source=path.number,
            now=now,
            ephemeral=ephemeral,
            our_id=self._sessions.free_id(seed, self._handshakes.pending_ids),
            highest=highest,
        )
        self._sessions.propose(candidate)
        self._outgoing.append((path.number, reply))
        self._bytes_sent += len(reply)
        if candidate.number > highest:
            self._prove(path)

    def _open(self, path: Path, frame: bytes, now: Moment) -> None:
        plaintext, session, late, made = self._sessions.open(frame, now.mono_ms)
        self._hear(path, now)
        if made and session is self._sessions.newest:
            self._made(session, now.mono_ms - session.made_ms)
        try:
            items = decode_items(plaintext)
        except PeerError as error:
            self._intake.violation(error.code, error.message, now.mono_ms)
            items = []
        is_late = late or self._alive_until_ms is None
        is_behind = self._phase is not Phase.OPEN
        for item in items:
            if isinstance(item, Heartbeat):
                self._heartbeat(session, item, now)
            else:
                self._intake.take(item, now.mono_ms, is_late=is_late, is_greeting=is_behind)
        greeted = any(isinstance(item, Heartbeat) for item in items)
        self._change(Change.GREETED if greeted else Change.HEARD)

    def _heartbeat(self, session: Session, heartbeat: Heartbeat, now: Moment) -> None:
        age_ms = session.pulse.heard(heartbeat, now)
        if age_ms is not None:
            self._prove_life(age_ms)
        self._delivery.peer_busy = heartbeat.busy

    def _prove_life(self, age_ms: int) -> None:
        """A secret of ours, `age_ms` old, came back: alive if that took at most two heartbeats (B5)."""
        span_ms = 2 * self._timings.heartbeat_ms
        if age_ms <= span_ms:
            if self._alive_until_ms is None:
                self._intake.tell(Alive(alive=True))
            self._alive_until_ms = self._mono_ms + span_ms

    def _note_life(self, now: Moment) -> None:
        if self._alive_until_ms is not None and now.mono_ms >= self._alive_until_ms:
            self._alive_until_ms = None
            self._intake.tell(Alive(alive=False))

    def _hear(self, path: Path, now: Moment) -> None:
        """Something valid came by this path."""
        path.heard_ms = now.mono_ms
        path.dead = False
        self._prove(path)
        path.proven = True
        if self._sessions.newest is not None:
            self._take_path()

    def _prove(self, path: Path) -> None:
        if not path.answered:
            path.answered = True
            self._intake.tell(PathProven(path.number))

    def _made(self, session: Session, age_ms: int) -> None:
        """A session has become the newest; what it proves of life is as old as our part of its handshake."""
        timings = self._timings
        self._attempts = 0
        self._attempt_due_ms = None
        wait_ms = 0 if self._handshakes.begins_first else 2 * timings.handshake_ms
        self._renew_due_ms = session.made_ms + timings.renew_ms + wait_ms
        self._prove_life(age_ms)
        self._change(Change.SESSION)

    def _begin(self, path: Path, now: Moment, entropy: bytes) -> None:
        ephemeral, seed = _parts(entropy)
        our_id = self._sessions.free_id(seed, self._handshakes.pending_ids)
        message = self._handshakes.begin(now, ephemeral, our_id)
        self._outgoing.append((path.number, message))
        self._bytes_sent += len(message)
        wait_ms = min(self._timings.handshake_ms << min(self._attempts, 16), self._timings.longest_wait_ms)
        self._attempts += 1
        self._attempt_due_ms = now.mono_ms + wait_ms

    def _is_renewal_due(self) -> bool:
        session = self._sessions.newest
        if session is None or self._phase not in _UP or self._attempts:
            return False
        is_old = self._renew_due_ms is not None and self._mono_ms >= self._renew_due_ms
        return is_old or session.frames >= self._timings.renew_frames

    def _lose(self, path: Path) -> None:
        """Nothing valid came for three seconds."""
        path.dead = True
        self._intake.tell(PathDead(path.number))
        if self._attempt_due_ms is None:
            wait_ms = 0 if self._handshakes.begins_first else 2 * self._timings.handshake_ms
            self._attempt_due_ms = self._mono_ms + wait_ms
        if not self._take_path():
            self._change(Change.SILENCE)

    def _take_path(self) -> bool:
        """Choose the path anew; return whether it is another one than before."""
        before = self._paths.taken
        path = self._paths.choose()
        if path is before:
            return False
        if path is None:
            self._change(Change.PATHS_GONE)
        elif self._sessions.newest is None:
            self._change(Change.PATH)
        else:
            self._change(Change.PATH_TAKEN if path.proven else Change.PATH_TRIED)
        return True

    def _change(self, change: Change) -> None:
        before, self._phase = self._phase, next_phase(self._phase, change)
        is_anew = change in {Change.SESSION, Change.PATH_TAKEN} or before is Phase.SILENT
        if self._phase in _UP and is_anew:
            self._delivery.land_all()
            self._holdings.greet()
            self._greeting_due_ms = self._mono_ms + self._timings.greeting_ms
            self._beat_due_ms = self._mono_ms
        elif self._phase not in _UP and self._phase is not before:
            self._delivery.land_all()
        if (before in _UP) != (self._phase in _UP):
            self._since_ms = self._mono_ms
            self._intake.tell(SessionUp(renewed=False) if self._phase in _UP else SessionDown(change.value))
        elif change is Change.SESSION:
            self._intake.tell(SessionUp(renewed=True))

    def _next_batch(self, session: Session, items: int) -> Batch | None:
        return self._delivery.next_batch(
            self._mono_ms,
            session.pulse.round_trip_ms or 0,
            flash_only=self._phase is not Phase.OPEN,
            max_bytes=MAX_PLAINTEXT_BYTES - _ITEM_BYTES * min(items, 64),
        )

    def _say(self, item: Item) -> None:
        if self._phase in _UP and len(self._at_once) < 64:
            self._at_once.append(item)

    def _send(self, path: Path, session: Session, items: list[Item]) -> None:
        frame = session.seal(path.slot, encode_items(items))
        self._outgoing.append((path.number, frame))
        self._bytes_sent += len(frame)

    def _tidy(self) -> None:
        """Once a heartbeat: old keys go, refusals are told, missing receipts are asked for."""
        self._sessions.forget_old(self._mono_ms, self._timings.old_keys_ms)
        if self._refusals:
            self._intake.tell(
                FramesRefused(sum(self._refusals.values()), tuple(sorted(self._refusals.items())))
            )
            self._refusals = {}
        if self._phase is Phase.OPEN:
            self._intake.ask_for_receipts(self._mono_ms)


def _parts(entropy: bytes) -> tuple[bytes, bytes]:
    if len(entropy) < ENTROPY_BYTES:
        raise UsageError(
            f"{len(entropy)} fresh bytes, not 64", code="link.entropy.short", hint="give 64 fresh bytes"
        )
    return entropy[:32], entropy[32:34]


__all__ = ["OVERHEAD_BYTES", "Link", "LinkConfig", "LinkState", "Outgoing", "Seal"]
