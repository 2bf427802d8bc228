"""The facade: what a node does with a line (protocol B).

    offer, receipt, held ...   --> |      | --> take_outgoing: (path, datagram)
    receive(path, datagram)    --> | Link | --> take_events
    handle_timer at next_timer --> |      |

Every method that takes `now` may put datagrams into the outgoing list; call `flush(now)` after the others.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coupefeu.errors import PeerError, UsageError, VerificationError
from coupefeu.keys.generations import Generations
from coupefeu.link.config import MAX_PLAINTEXT_BYTES, LinkConfig
from coupefeu.link.connection import Connection, Reading, read_items
from coupefeu.link.delivery import Delivery, Seal
from coupefeu.link.events import Event, FramesRefused
from coupefeu.link.handshake import MAX_RUNS_BYTES
from coupefeu.link.holdings import Holdings
from coupefeu.link.intake import Intake, without_superseded
from coupefeu.link.outbox import Outgoing
from coupefeu.link.paths import PathState
from coupefeu.link.phase import Phase
from coupefeu.link.ratchet import Step
from coupefeu.link.session import Session
from coupefeu.model.instant import Moment
from coupefeu.wire.packet import (
    MAX_SIGNAL_BYTES,
    AttachmentAsk,
    AttachmentPart,
    Batch,
    CosignatureItem,
    Heartbeat,
    Hole,
    IncarnationAsk,
    Item,
    LineTestItem,
    LogAsk,
    LogPiece,
    MlDsaCheckpoint,
    MlDsaCosignature,
    RatchetAnswer,
    RatchetOffer,
    RatchetProof,
    RunReceiptItem,
    RunSignature,
    Signal,
    encode_items,
)

PASSES_RECOVERING = (Heartbeat, LogAsk, LogPiece, RatchetOffer, RatchetAnswer, RatchetProof)
"""All that passes, either way, between a restored node and one that has admitted it (A13)."""
SMALL_SIGNAL_BYTES = 1_024
"""A longer one goes in a frame of its own."""
_ITEM_BYTES = 1_300
"""More than any item takes that goes beside a batch."""
_MAX_AT_ONCE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkState:
    """What the node shows of the line; times in ms, `since_ms` and `heard_ms` on the monotonic clock.

    `since_ms` is None while it was never up, `heard_ms` while nothing valid was heard.
    """

    up: bool
    alive: bool
    phase: Phase
    since_ms: int | None
    heard_ms: int | None
    session_age_ms: int | None
    round_trip_ms: int | None
    their_clock_offset_ms: int | None
    their_node_busy: bool
    queued: int
    in_flight: int
    bytes_sent: int
    bytes_received: int
    refused: int
    beyond_rate: int
    """Items that the other side sent beyond the agreed rates, in the last minute."""
    generations: Generations
    """The shared secrets as they are in memory: their numbers and ages are for people, the rest for nobody."""
    peer_recovering: bool
    """Whether the session opens nothing but the other side's recovery."""


class Link:
    """One line to one other node. It reads no clock, draws no randomness and touches no socket."""

    def __init__(self, config: LinkConfig, seal: Seal) -> None:
        self._timings = config.timings
        self._events: list[Event] = []
        self._connection = Connection(config, self._events, self._urgent)
        self._delivery = Delivery(config, seal)
        self._holdings = Holdings(config.limits.holes_per_s)
        self._intake = Intake(config.limits, self._delivery, self._holdings, self._events)
        self._mono_ms = 0
        self._beat_due_ms = 0
        self._busy = False
        self._at_once: list[Item] = []
        self._large: list[Item] = []
        self._ask: AttachmentAsk | None = None
        self._part: AttachmentPart | None = None
        self._ml_dsa: dict[tuple[type[Item], int], MlDsaCheckpoint | MlDsaCosignature] = {}
        self._about_logs: dict[type, LogAsk | LogPiece | IncarnationAsk] = {}
        self._ordinary_on: Session | None = None
        self._refusals: dict[str, int] = {}
        self._bytes_received = self._refused = 0

    # What the node says; nothing leaves before the next `flush`, `receive` or `handle_timer`.

    def offer(self, entries: Iterable[Outgoing]) -> None:
        """Give entries that are durable here and must reach the other side, by ascending index where possible."""
        self._delivery.offer(entries)

    def renew(self, entries: Iterable[Outgoing]) -> None:
        """Give another form of entries that wait; they go anew. Those that do not wait any more stay as they are."""
        self._delivery.renew(entries)

    def acknowledged(self, log: int, cumulative: int, selective: Sequence[tuple[int, int]] = ()) -> None:
        """Tell at the start, before `offer`, what our record has receipts for: half-open ranges beyond `cumulative`."""
        self._delivery.restore(log, cumulative, selective)

    def begin_anew(self, log: int, cumulative: int) -> None:
        """Forget what was acknowledged and offered of our log; offer again what is behind `cumulative`."""
        self._delivery.begin_anew(log, cumulative)

    def fall_back(self, log: int, cumulative: int) -> None:
        """Forget what was acknowledged of our log behind `cumulative`; what waits goes on, the rest comes again."""
        self._delivery.fall_back(log, cumulative)

    def doubt(self, log: int, cumulative: int) -> None:
        """Tell that the other side signed for entries of our log that are not ours: its acknowledgements mean nothing.

        Offer again what is behind `cumulative`, the last size that is verified to be the same on both sides.
        """
        self._delivery.doubt(log, cumulative)

    def cosigned(self, log: int, size: int) -> None:
        """Tell that their verified co-signature of our log at `size` is durable here: it acknowledges."""
        self._delivery.cosigned(log, size)

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
        self._holdings.held(log, cumulative, selective, wait_ms)

    def receipt(self, item: CosignatureItem | RunReceiptItem) -> None:
        """Give a receipt that is durable here; give the newest co-signature of each log at the start too."""
        self._holdings.receipt(item)

    def want(self, log: int, start: int, end: int) -> None:
        """Ask for [start, end), which a statement covers and we lack."""
        self._holdings.want(Hole(log, start, end))

    def line_test(self, item: LineTestItem) -> None:
        """Send a line test or its answer ahead of its proof; lost when the line is down (the entry goes anyway)."""
        self._say(item, self._at_once)

    def signal(self, payload: bytes) -> None:
        """Send machine signalling (at most 16,384 bytes), never kept, lost when the line is down."""
        if len(payload) > MAX_SIGNAL_BYTES:
            raise UsageError(
                f"a signal of {len(payload):,} bytes, more than {MAX_SIGNAL_BYTES:,}",
                code="link.signal.too-long",
            )
        self._say(Signal(payload), self._at_once if len(payload) <= SMALL_SIGNAL_BYTES else self._large)

    def ask(self, item: AttachmentAsk) -> None:
        """Ask for a part of an attachment, behind everything else; takes the place of one that has not left."""
        self._ask = item

    def part(self, item: AttachmentPart) -> None:
        """Answer an ask, behind everything else; takes the place of one that has not left: they ask again."""
        self._part = item

    def about_log(self, item: LogAsk | LogPiece | IncarnationAsk) -> None:
        """Ask how far a log reaches there, answer, or ask for a new one; takes the place of one that has not left."""
        self._about_logs[type(item)] = item

    def sign_again(self, item: MlDsaCheckpoint | MlDsaCosignature) -> None:
        """Send what ML-DSA-44 signed, behind everything else; takes the place of one of its log that has not left."""
        self._ml_dsa[type(item), item.log] = item

    def busy(self, busy: bool) -> None:
        """Ask the other side to hold everything but FLASH, until told otherwise."""
        if busy != self._busy:
            self._busy = busy
            self._beat_due_ms = self._mono_ms

    def rekey(self, config: LinkConfig) -> None:
        """Go by other session keys from now on; times, limits and shared secrets stay as they were."""
        self._connection.rekey(config)

    # The shared secret (B10), and coming back after a restore (A13).

    def psk_kept(self, generations: Generations, now: Moment, entropy: bytes) -> None:
        """Tell that what `PskToKeep` gave is durable: the next step, or an answer under it, may leave."""
        self._connection.ratchet.kept(generations)
        self._connection.answer_kept(now, entropy)
        self.flush(now)

    def admit_recovery(self, now: Moment, recovery_psk: bytes | None = None) -> None:
        """Let the other side in for an hour, for its recovery alone, under an older secret, or under `recovery_psk`."""
        self._connection.ratchet.admit(now, recovery_psk)

    def recover(self) -> None:
        """Tell that our record may lack what we signed: from now on nothing but its recovery leaves (A13)."""
        self._connection.ratchet.recover()

    def use_recovery(self, psk: bytes, now: Moment) -> None:
        """Come back by the recovery secret, where the other side keeps no generation that we have."""
        self._connection.ratchet.use_recovery(psk)
        self._connection.begin_anew(now)

    def recovered(self, now: Moment) -> None:
        """Tell that our record is whole again: we renew the shared secret, and are back on the line."""
        self._connection.ratchet.recovered()
        self.flush(now)

    @property
    def is_recovery_only(self) -> bool:
        """Whether nothing but a recovery passes: ours, or that of the other side on the newest session.

        Who was restored cannot know whether its secret is old to the other side, and waits for its first ordinary item.
        """
        session, ratchet = self._connection.session, self._connection.ratchet
        if session is None:
            return ratchet.is_restored
        is_unheard = not ratchet.is_whole or self._ordinary_on is not session
        return session.is_sealed or (ratchet.is_restored and is_unheard)

    # Paths and time.

    def path_opened(self, path: int, now: Moment, *, dialled: bool, entropy: bytes, slot: int = 0) -> None:
        """Tell of a new path; `slot` (0..15) is the bearer's, and never changes for it. The dialler greets first."""
        if not 0 <= slot <= 15:
            raise UsageError(f"bearer slot {slot} is not within 0..15", code="link.path.slot")
        self._connection.path_opened(path, now, dialled=dialled, entropy=entropy, slot=slot)
        self._beat_due_ms = now.mono_ms
        self.flush(now)

    def path_closed(self, path: int, now: Moment) -> None:
        """Tell that a path has gone; what was under way on it counts as unsent."""
        self._connection.path_closed(path, now)
        self.flush(now)

    def receive(self, path: int, datagram: bytes, now: Moment, entropy: bytes) -> None:
        """Take a datagram from anybody; it is opened for us, or dropped and counted."""
        self._bytes_received += len(datagram)
        try:
            reading = self._connection.receive(path, datagram, now, entropy)
        except (PeerError, VerificationError) as error:
            self._refuse(error)
            return
        if reading is not None and reading.is_first:
            self._take_first(reading.plaintext, now)
        elif reading is not None:
            self._take_frame(reading, now)
        self._connection.note_life(now.mono_ms)
        self.flush(now)

    def next_timer(self) -> int | None:
        """When to call `handle_timer`, in monotonic ms; None while there is no path."""
        due = self._connection.due_ms()
        if not due:
            return None
        due.append(self._beat_due_ms)
        if self.is_recovery_only:
            return min([each for each in due if each is not None])
        if self._connection.is_up:
            due.append(self._holdings.due_ms())
        if self._connection.session is not None:
            due.append(self._delivery.due_ms())
        return min([each for each in due if each is not None])

    def handle_timer(self, now: Moment, entropy: bytes) -> None:
        """Do what is due: heartbeats, handshakes, sending again, noticing silence. Early or late calls do no harm."""
        self._connection.handle_timer(now, entropy)
        self._delivery.land_due(now.mono_ms)
        self._connection.note_life(now.mono_ms)
        self.flush(now)

    def flush(self, now: Moment) -> None:
        """Put everything that may leave now into the outgoing list; a frame takes along what waits beside it."""
        self._mono_ms = now.mono_ms
        self._holdings.date(now.mono_ms)
        self._settle()
        is_beat = now.mono_ms >= self._beat_due_ms
        if is_beat:
            self._beat_due_ms = now.mono_ms + self._timings.heartbeat_ms
            self._tidy()
        connection = self._connection
        session = connection.session
        if session is None or connection.phase is Phase.NO_PATH:
            return
        items, self._at_once = self._at_once, []
        large, self._large = self._large, []
        steps = connection.ratchet.steps(session, now, is_beat=is_beat) if connection.is_up else []
        if self.is_recovery_only:
            self._flush_recovery(session, steps, now, is_beat=is_beat)
            return
        for signal in large:  # beside entries they would not fit a frame
            connection.send(encode_items([signal]))
        items += steps
        if is_beat:
            items += self._holdings.acks(every=True)
            items.append(session.pulse.beat(now, busy=self._busy))
        while True:
            batch = self._next_batch(session.pulse.round_trip_ms or 0, len(items))
            due_ms = self._holdings.due_ms() if connection.is_up else None
            if due_ms is not None and (batch or items or due_ms <= now.mono_ms):
                items += self._holdings.receipts_and_holes(self._mono_ms)
                items += self._holdings.acks(every=False)
            if batch:
                items.append(batch)
            if not items and not (items := self._last_of_all()):
                return
            connection.send(encode_items(items))
            items = []

    def take_outgoing(self) -> list[tuple[int, bytes]]:
        """Take the datagrams to be sent, in order, each with its path."""
        outgoing, self._connection.outgoing = self._connection.outgoing, []
        return outgoing

    def take_events(self) -> list[Event]:
        """Take what has happened since the last call."""
        events = self._events.copy()
        self._events.clear()
        return events

    def state(self) -> LinkState:
        """Say how the line is now."""
        session = self._connection.session
        return LinkState(
            up=self._connection.is_up,
            alive=self._connection.alive_until_ms is not None,
            phase=self._connection.phase,
            since_ms=self._connection.since_ms,
            heard_ms=self._connection.heard_ms,
            session_age_ms=None if session is None else self._mono_ms - session.made_ms,
            round_trip_ms=None if session is None else session.pulse.round_trip_ms,
            their_clock_offset_ms=None if session is None else session.pulse.offset_ms,
            their_node_busy=self._delivery.peer_busy,
            queued=self._delivery.queued,
            in_flight=self._delivery.in_flight,
            bytes_sent=self._connection.bytes_sent,
            bytes_received=self._bytes_received,
            refused=self._refused,
            beyond_rate=self._intake.beyond_rate.per_minute(self._mono_ms),
            generations=self._connection.ratchet.generations,
            peer_recovering=session is not None and session.is_sealed,
        )

    def paths(self) -> list[PathState]:
        """Show the paths as they are now; see `Paths.states`."""
        return self._connection.paths()

    # Within.

    def _urgent(self) -> bytes:
        """Return the FLASH run that fits message 1; it goes again in the first frame unless acknowledged by then."""
        self._settle()
        batch = self._delivery.urgent_run(MAX_RUNS_BYTES)
        runs = b"" if batch is None else encode_items([batch])
        return runs if len(runs) <= MAX_RUNS_BYTES else b""

    def _take_first(self, plaintext: bytes, now: Moment) -> None:
        """Take the runs that came with message 1, which anybody may have kept and sent again; nothing else counts."""
        items, _, defect = read_items(plaintext)
        if defect is not None:
            self._intake.violation(defect.code, defect.message, now.mono_ms)
        for item in items:
            if isinstance(item, Batch) and isinstance(item.statement, RunSignature):
                self._intake.take(item, now.mono_ms, is_late=True, is_greeting=False)
            else:
                self._intake.violation("link.first.not-a-run", type(item).__name__, now.mono_ms)

    def _take_frame(self, reading: Reading, now: Moment) -> None:
        self._settle()
        items, heartbeat, defect = read_items(reading.plaintext)
        if defect is not None:
            self._intake.violation(defect.code, defect.message, now.mono_ms)
        if heartbeat is not None:
            self._delivery.peer_busy = heartbeat.busy
        is_greeting = self._connection.phase is not Phase.OPEN
        session = self._connection.heard_on
        assert session is not None
        for item in without_superseded(items):
            if session.is_sealed and not isinstance(item, PASSES_RECOVERING):
                self._intake.violation("link.recovery.item", type(item).__name__, now.mono_ms)
            elif isinstance(item, RatchetOffer | RatchetAnswer | RatchetProof):
                self._take_step(item, session, now)
            elif not isinstance(item, Heartbeat):
                if not isinstance(item, PASSES_RECOVERING):
                    self._ordinary_on = session
                self._intake.take(item, now.mono_ms, is_late=reading.is_late, is_greeting=is_greeting)
        self._connection.frame_read(heartbeat, now)

    def _take_step(self, step: Step, session: Session, now: Moment) -> None:
        """Take a step of the ratchet; one that came too late or twice is dropped and counted like such a frame."""
        try:
            self._connection.ratchet.take(step, session, now)
        except PeerError as error:
            self._refuse(error)

    def _flush_recovery(self, session: Session, steps: list[Step], now: Moment, *, is_beat: bool) -> None:
        """Send what passes while one of the two is recovering, and nothing else."""
        items: list[Item] = [*steps]
        if is_beat:
            items.append(session.pulse.beat(now, busy=self._busy))
        if self._connection.phase is Phase.OPEN:
            passing = [kind for kind, item in self._about_logs.items() if isinstance(item, PASSES_RECOVERING)]
            items += map(self._about_logs.pop, passing)  # an ask for an incarnation waits for the open line
        if items:
            self._connection.send(encode_items(items))

    def _refuse(self, error: PeerError | VerificationError) -> None:
        reason = error.code.rpartition(".")[2]
        self._refusals[reason] = self._refusals.get(reason, 0) + 1
        self._refused += 1

    def _settle(self) -> None:
        """After a change of path or session: nothing is under way any more, and the other side must be greeted."""
        if self._connection.is_unsettled:
            self._connection.is_unsettled = False
            self._delivery.land_all()
        if self._connection.is_anew:
            self._connection.is_anew = False
            self._holdings.greet()
            self._beat_due_ms = self._mono_ms

    def _next_batch(self, round_trip_ms: int, items: int) -> Batch | None:
        return self._delivery.next_batch(
            self._mono_ms,
            round_trip_ms,
            flash_only=self._connection.phase is not Phase.OPEN,
            max_bytes=MAX_PLAINTEXT_BYTES - _ITEM_BYTES * items,
        )

    def _last_of_all(self) -> list[Item]:
        """Take what leaves when no entry may: what was signed again, asks, answers, a part unless they are busy."""
        if self._connection.phase is not Phase.OPEN:
            return []
        if self._ml_dsa:
            return [self._ml_dsa.pop(next(iter(self._ml_dsa)))]
        items: list[Item] = [*self._about_logs.values()]
        self._about_logs.clear()
        if self._ask is not None:
            items.append(self._ask)
            self._ask = None
        if self._part is not None and not self._delivery.peer_busy:
            items.append(self._part)
            self._part = None
        return items

    def _say(self, item: Item, among: list[Item]) -> None:
        if self._connection.is_up and len(among) < _MAX_AT_ONCE:
            among.append(item)

    def _tidy(self) -> None:
        """Once a heartbeat: old keys go, refusals are told, missing receipts are asked for."""
        self._connection.forget_old()
        if self._refusals:
            self._events.append(
                FramesRefused(sum(self._refusals.values()), tuple(sorted(self._refusals.items())))
            )
            self._refusals = {}
        if self._connection.phase is Phase.OPEN:
            self._intake.ask_for_receipts(self._mono_ms)
