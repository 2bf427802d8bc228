"""Paths, sessions and the phase of a link: who is heard by which path, and what may be sent there now."""

from collections.abc import Callable
from dataclasses import dataclass

from coupefeu.errors import PeerError, UsageError
from coupefeu.link.config import LinkConfig
from coupefeu.link.events import Alive, Event, PathDead, PathProven, SessionDown, SessionUp
from coupefeu.link.handshake import MESSAGE_1, MESSAGE_2, First, Handshakes
from coupefeu.link.paths import Path, Paths, PathState
from coupefeu.link.phase import Change, Phase, next_phase
from coupefeu.link.ratchet import Ratchet
from coupefeu.link.session import DATA, Session, Sessions, refused
from coupefeu.model.instant import Moment
from coupefeu.wire.packet import Heartbeat, Item, decode_items

ENTROPY_BYTES = 34
"""What one handshake uses of the fresh bytes that the caller gives: an ephemeral key and a session id."""
UP = frozenset({Phase.GREETING, Phase.OPEN})


@dataclass(frozen=True, slots=True)
class Reading:
    """What a datagram held. `is_first`: it came with message 1, so it is old for all we know, and may be a copy."""

    plaintext: bytes
    is_late: bool
    is_first: bool


class Connection:
    """Everything of a link but what it delivers.

    `is_anew`: the other side must be greeted. `is_unsettled`: what was under way counts as unsent. The link clears
    both.
    """

    def __init__(self, config: LinkConfig, events: list[Event], urgent: Callable[[], bytes]) -> None:
        """`urgent` gives the runs that message 1 may carry while nothing else can, encoded, perhaps none."""
        self._timings = config.timings
        self._unproven_ms = 2 * config.timings.silence_ms
        self._gap_ms = 3 * config.timings.heartbeat_ms // 2
        self._events = events
        self._urgent = urgent
        self._handshakes = Handshakes(config)
        self.ratchet = Ratchet(config, events)
        self._sessions = Sessions()
        self._paths = Paths()
        self._attempts = 0
        self._attempt_due_ms: int | None = None
        self._renew_due_ms: int | None = None
        self._greeting_due_ms = 0
        self._mono_ms = 0
        self._unanswered: First | None = None
        self.heard_on: Session | None = None
        """The session of the frame that was heard last."""
        self.alive_until_ms: int | None = None
        self.phase = Phase.NO_PATH
        self.since_ms: int | None = None
        self.heard_ms: int | None = None
        self.is_anew = False
        self.is_unsettled = False
        self.outgoing: list[tuple[int, bytes]] = []
        self.bytes_sent = 0

    @property
    def session(self) -> Session | None:
        """The session that frames are sent on."""
        return self._sessions.newest

    @property
    def is_up(self) -> bool:
        """Whether there are a session and a path by which the other side was heard lately."""
        return self.phase in UP

    def paths(self) -> list[PathState]:
        """Show the paths; see `Paths.states`."""
        return self._paths.states()

    @property
    def _wait_ms(self) -> int:
        """How long the other side may begin first: two time-outs, when its session key is the smaller one (B4)."""
        return 0 if self._handshakes.begins_first else 2 * self._timings.handshake_ms

    def rekey(self, config: LinkConfig) -> None:
        """Go by other session keys, and begin a handshake under them; the session lasts until that has made one.

        Shared secrets stay as they are here: those of `config` may be older.
        """
        self._handshakes.rekey(config)
        self.ratchet.rekey(config)
        self._unanswered = None
        self._attempts = 0
        self._attempt_due_ms = self._mono_ms + self._wait_ms

    def begin_anew(self, now: Moment) -> None:
        """Begin a handshake as soon as there is a path, under what has come to be offered first."""
        self._attempts = 0
        self._attempt_due_ms = now.mono_ms

    def path_opened(self, number: int, now: Moment, *, dialled: bool, entropy: bytes, slot: int) -> None:
        """Add a path; the dialler begins a handshake at once, the other side says nothing to a stranger."""
        self._mono_ms = now.mono_ms
        by_smaller = dialled == self._handshakes.begins_first
        path = self._paths.open(number, slot, now.mono_ms, dialled=dialled, by_smaller=by_smaller)
        if dialled or self.ratchet.is_restored:  # who was restored is answered only if it shows itself
            self._attempts = 0
            self._begin(path, now, entropy)
        self._take_path()

    def path_closed(self, number: int, now: Moment) -> None:
        """Remove a path."""
        self._mono_ms = now.mono_ms
        self._paths.close(number, now.mono_ms)
        self._handshakes.forget_source(number)
        self._take_path()

    def receive(self, number: int, datagram: bytes, now: Moment, entropy: bytes) -> Reading | None:
        """Take a datagram; return what it held. Call `frame_read` after a data frame.

        Raises: PeerError or VerificationError; the datagram is dropped and nothing has changed.
        """
        self._mono_ms = now.mono_ms
        path = self._paths.get(number)
        if path is None:
            raise refused("unknown-path")
        if not datagram:
            raise refused("too-short")
        if datagram[0] & 0xF0 == DATA:
            return self._open(path, datagram, now)
        if datagram[0] == MESSAGE_1:
            return self._answer(path, datagram, now, entropy)
        if datagram[0] == MESSAGE_2:
            session, age_ms = self._handshakes.complete(datagram, now)
            self.ratchet.completed(session.generation, now)
            self._sessions.establish(session)
            self._hear(path, now)
            self._made(session, age_ms)
            return None
        raise refused("unknown-type")

    def frame_read(self, heartbeat: Heartbeat | None, now: Moment) -> None:
        """Note that a frame has been heard, and its heartbeat."""
        if heartbeat is not None and self.heard_on is not None:
            age_ms = self.heard_on.pulse.heard(heartbeat, now)
            if age_ms is not None:
                self._prove_life(age_ms)
        self._change(Change.HEARD if heartbeat is None else Change.GREETED)

    def due_ms(self) -> list[int | None]:
        """Return the times at which `handle_timer` has work; empty while there is no path."""
        path = self._paths.taken
        if path is None:
            return []
        return [
            None if path.dead else path.heard_ms + self._timings.silence_ms,
            self._greeting_due_ms if self.phase is Phase.GREETING else None,
            None if self._attempts or not self.is_up else self._renew_due_ms,
            self._mono_ms if self._wants_session() else None,
            self._attempt_due_ms,
            self.alive_until_ms,
            *(path.heard_ms + self._unproven_ms for path in self._paths.unproven()),
        ]

    def handle_timer(self, now: Moment, entropy: bytes) -> None:
        """Notice silence, end a greeting in vain, begin or repeat a handshake."""
        self._mono_ms = now.mono_ms
        path = self._paths.taken
        if path is not None and not path.dead and now.mono_ms - path.heard_ms >= self._timings.silence_ms:
            self._lose(path)
        for spare in self._paths.unproven():
            if now.mono_ms - spare.heard_ms >= self._unproven_ms:
                spare.dead = (
                    True  # or copies of message 1 from before a restart would hold connections for ever
                )
                self._events.append(PathDead(spare.number))
        if self.phase is Phase.GREETING and now.mono_ms >= self._greeting_due_ms:
            self._change(Change.WAITED)
        if self._is_renewal_due():
            self._attempt_due_ms = now.mono_ms
        elif self._wants_session():
            self._attempts, self._attempt_due_ms = 0, now.mono_ms
        path = self._paths.taken
        if path is not None and self._attempt_due_ms is not None and now.mono_ms >= self._attempt_due_ms:
            self._begin(path, now, entropy)

    def note_life(self, mono_ms: int) -> None:
        """Notice that no number of ours has come back for two heartbeats."""
        if self.alive_until_ms is not None and mono_ms >= self.alive_until_ms:
            self.alive_until_ms = None
            self._events.append(Alive(alive=False))

    def forget_old(self) -> None:
        """Drop keys that a better session has long replaced."""
        self._sessions.forget_old(self._mono_ms, self._timings.old_keys_ms)

    def send(self, plaintext: bytes) -> None:
        """Seal a frame for the path in use; there must be a path and a session."""
        path, session = self._paths.taken, self.session
        assert path is not None
        assert session is not None
        self._put(path.number, session.seal(path.slot, plaintext))
        if session.frames == self._timings.renew_frames and self._renew_due_ms is not None:
            self._renew_due_ms = min(self._renew_due_ms, self._mono_ms + self._wait_ms)

    def _put(self, number: int, datagram: bytes) -> None:
        self.outgoing.append((number, datagram))
        self.bytes_sent += len(datagram)

    def _begin(self, path: Path, now: Moment, entropy: bytes) -> None:
        ephemeral, seed = _parts(entropy)
        our_id = self._sessions.free_id(seed, self._handshakes.pending_ids)
        runs = b"" if self.is_up or self.ratchet.is_restored else self._urgent()
        generation = self.ratchet.to_begin(self._attempts)
        self.ratchet.wants_session = False
        message = self._handshakes.begin(now, ephemeral, our_id, runs, generation=generation)
        self._put(path.number, message)
        wait_ms = min(self._timings.handshake_ms << min(self._attempts, 16), self._timings.longest_wait_ms)
        self._attempts += 1
        self._attempt_due_ms = now.mono_ms + wait_ms

    def _answer(self, path: Path, message: bytes, now: Moment, entropy: bytes) -> Reading | None:
        highest = self._sessions.highest_confirmed
        generation = self._handshakes.find(message, self.ratchet.generations.ordinary)
        if generation is None:
            self._answer_old(path, message, now, entropy)
            return None
        first = self._handshakes.open_first(
            message, generation=generation, source=path.number, now=now, highest=highest
        )
        if self.ratchet.opened(generation, now):
            self._reply(first, now, entropy)
        else:
            self._unanswered = first
        return Reading(first.runs, is_late=True, is_first=True) if first.runs else None

    def _answer_old(self, path: Path, message: bytes, now: Moment, entropy: bytes) -> None:
        """Take a message 1 under an old secret: a restored node, or a copy. It is answered only once admitted."""
        generation = self._handshakes.find(message, self.ratchet.old(now.utc_ms))
        if generation is None:
            raise refused("filter")
        if self.is_up and self.session is not None and not self.session.is_sealed:
            raise refused("old-generation")
        first = self._handshakes.open_first(
            message, generation=generation, source=path.number, now=now, highest=0
        )
        if first.number <= (generation.replaced_ms or 0):
            raise refused("old-copy")  # recorded when that secret was current, by whoever has the path
        if not self.ratchet.is_admitted(now.mono_ms):
            self.ratchet.notice(generation, now)
            raise refused("old-generation")
        self._reply(first, now, entropy, is_sealed=True)

    def answer_kept(self, now: Moment, entropy: bytes) -> None:
        """Answer the message 1 that waited for its secret to be durable."""
        first, self._unanswered = self._unanswered, None
        if first is not None and self._paths.get(first.source) is not None:
            self._reply(first, now, entropy)

    def _reply(self, first: First, now: Moment, entropy: bytes, *, is_sealed: bool = False) -> None:
        ephemeral, seed = _parts(entropy)
        highest = self._sessions.highest_confirmed
        reply, candidate = self._handshakes.answer(
            first,
            now=now,
            ephemeral=ephemeral,
            our_id=self._sessions.free_id(seed, self._handshakes.pending_ids),
            highest=highest,
            is_sealed=is_sealed,
        )
        self._sessions.propose(candidate)
        self._put(first.source, reply)
        path = self._paths.get(first.source)
        if path is not None and candidate.number > highest:
            self._prove(path)
            # The frame that follows is two ways off: a slow path is not a dead one.
            path.heard_ms = now.mono_ms

    def _open(self, path: Path, frame: bytes, now: Moment) -> Reading:
        plaintext, session, late, made = self._sessions.open(frame, now.mono_ms)
        self.heard_on = session
        self._hear(path, now)
        if made and session is self.session:
            self._made(session, now.mono_ms - session.made_ms)
        return Reading(plaintext, late or self.alive_until_ms is None, is_first=False)

    def _made(self, session: Session, age_ms: int) -> None:
        """Note the newest session; what it proves of life is as old as our part of its handshake."""
        self._attempts = 0
        self._attempt_due_ms = None
        self._renew_due_ms = session.made_ms + self._timings.renew_ms + self._wait_ms
        self._prove_life(age_ms)
        self._change(Change.SESSION)

    def _wants_session(self) -> bool:
        return self.ratchet.wants_session and self.is_up

    def _is_renewal_due(self) -> bool:
        if self._renew_due_ms is None or not self.is_up or self._attempts:
            return False
        return self._mono_ms >= self._renew_due_ms

    def _prove_life(self, age_ms: int) -> None:
        """Take a secret of ours, `age_ms` old, that came back: alive if that took at most two heartbeats (B5)."""
        span_ms = 2 * self._timings.heartbeat_ms
        if age_ms <= span_ms:
            if self.alive_until_ms is None:
                self._events.append(Alive(alive=True))
            self.alive_until_ms = self._mono_ms + span_ms

    def _hear(self, path: Path, now: Moment) -> None:
        """Note that something valid came by this path; after a gap, what was under way is taken for lost with it."""
        if now.mono_ms - path.heard_ms > self._gap_ms and path is self._paths.taken and self.is_up:
            self.is_unsettled = True
        path.heard_ms = self.heard_ms = now.mono_ms
        path.dead = False
        self._prove(path)
        path.proven = True
        if self.phase is not Phase.HANDSHAKE:
            self._take_path()

    def _prove(self, path: Path) -> None:
        """Note that the other side has shown itself here; we begin ourselves if no session comes of it."""
        if path.answered:
            return
        path.answered = True
        path.answered_ms = self._mono_ms
        self._events.append(PathProven(path.number))
        if self.session is None and self._attempt_due_ms is None:
            self._attempt_due_ms = self._mono_ms + 2 * self._timings.handshake_ms
        self._take_path()

    def _lose(self, path: Path) -> None:
        """Give up a path by which nothing valid came for three seconds."""
        path.dead = True
        self._events.append(PathDead(path.number))
        if self._attempt_due_ms is None:
            self._attempt_due_ms = self._mono_ms + self._wait_ms
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
        elif self.session is None:
            self._change(Change.PATH)
        else:
            self._change(Change.PATH_TAKEN if path.proven else Change.PATH_TRIED)
        return True

    def _change(self, change: Change) -> None:
        before, self.phase = self.phase, next_phase(self.phase, change)
        if self.phase is not before and self.phase in {Phase.NO_PATH, Phase.SILENT}:
            self.is_unsettled = True
        elif self.is_up and (change is Change.PATH_TAKEN or before is Phase.SILENT):
            self.is_anew = self.is_unsettled = True
        elif change is Change.SESSION:
            # The other side may have dropped what came on an older one.
            self.is_anew = self.is_unsettled = True
        if self.phase is Phase.GREETING and (self.is_anew or before is not Phase.GREETING):
            self._greeting_due_ms = self._mono_ms + self._timings.greeting_ms
        if (before in UP) != self.is_up:
            self.since_ms = self._mono_ms
            self._events.append(SessionUp(renewed=False) if self.is_up else SessionDown(change.value))
        elif change is Change.SESSION:
            self._events.append(SessionUp(renewed=True))


def read_items(plaintext: bytes) -> tuple[list[Item], Heartbeat | None, PeerError | None]:
    """Return the items, the last heartbeat among them, and the defect that made us drop all of them."""
    try:
        items = decode_items(plaintext)
    except PeerError as error:
        return [], None, error
    heartbeats = [item for item in items if isinstance(item, Heartbeat)]
    return items, heartbeats[-1] if heartbeats else None, None


def _parts(entropy: bytes) -> tuple[bytes, bytes]:
    if len(entropy) < ENTROPY_BYTES:
        raise UsageError(
            f"{len(entropy)} fresh bytes, and a handshake uses {ENTROPY_BYTES}",
            code="link.entropy.short",
            hint=f"give {ENTROPY_BYTES} fresh bytes or more, each time anew",
        )
    return entropy[:32], entropy[32:34]
