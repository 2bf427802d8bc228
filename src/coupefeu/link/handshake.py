"""The two messages that make a session (protocol B2), each with a filter that costs a stranger's datagram one HMAC.

    message 1   10 | line tag :4 | sender's id :2 | PSK generation :1 | e :32 | sealed (number :8, runs) | filter :8
    message 2   20 | receiver's id :2 | sender's id :2 | e :32 | sealed highest number :24 | filter :8

Message 1 has 72 bytes without runs, with them at most 510, which is what a stranger may bring (B6); message 2 has 69.
Number = max(last + 1, UTC ms). Above the highest confirmed it is answered at once; any other one in ten seconds and
source, and message 2 tells the true highest: no clock and no restore locks out.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from coupefeu.errors import CoupefeuError
from coupefeu.keys import x25519
from coupefeu.keys.generations import RECOVERY_NUMBER, Generation
from coupefeu.keys.kdf import hkdf, hmac_sha256, is_equal
from coupefeu.link.config import LinkConfig
from coupefeu.link.meter import Meter
from coupefeu.link.noise import Acquaintance, Initiator, Responder
from coupefeu.link.session import Session, refused
from coupefeu.model.instant import Moment

# Agreed (docs/spec/link.md).
MESSAGE_1: Final = 0x10
MESSAGE_2: Final = 0x20
MESSAGE_1_BYTES: Final = 72
MAX_MESSAGE_1_BYTES: Final = 510
MAX_RUNS_BYTES: Final = MAX_MESSAGE_1_BYTES - MESSAGE_1_BYTES
MESSAGE_2_BYTES: Final = 69
FILTER_BYTES: Final = 8
LOW_NUMBER_WAIT_MS: Final = 10_000
_LARGEST_NUMBER: Final = (1 << 63) - 1

# Implementation.
MAX_PENDING: Final = 64
MAX_TIES: Final = 512
MAX_REMEMBERED: Final = 4_096
MAX_SOURCES: Final = 256
EXCHANGES_PER_S, EXCHANGES_BURST = 5, 20


@dataclass(frozen=True, slots=True)
class _Tie:
    """What follows from our keys and one shared secret."""

    generation: Generation
    acquaintance: Acquaintance
    our_filter: bytes
    their_filter: bytes

    def filtered(self, message: bytes) -> bytes:
        return message + hmac_sha256(self.our_filter, message)[:FILTER_BYTES]

    def passes(self, message: bytes) -> bool:
        expected = hmac_sha256(self.their_filter, message[:-FILTER_BYTES])[:FILTER_BYTES]
        return is_equal(message[-FILTER_BYTES:], expected)


@dataclass(frozen=True, slots=True)
class First:
    """A message 1 that opened: under which secret, its number and runs, and how to answer it."""

    generation: Generation
    number: int
    runs: bytes
    their_id: bytes
    source: int
    responder: Responder


@dataclass(frozen=True, slots=True)
class _Pending:
    initiator: Initiator
    tie: _Tie
    number: int
    begun_ms: int


class Handshakes:
    """Both roles of the handshakes of one line. It holds what is under way and never a live session."""

    def __init__(self, config: LinkConfig) -> None:
        self.rekey(config)
        self._last_number = 0
        self._remembered: dict[bytes, None] = {}
        self._sources: dict[int, tuple[Meter, Meter]] = {}

    def rekey(self, config: LinkConfig) -> None:
        """Go by other session keys; what is under way under the old ones comes to nothing."""
        self._config = config
        self._our_public = x25519.public(config.our_session_private)
        self._line_tag = config.line_tag
        self._ties: dict[Generation, _Tie] = {}
        self._pending: dict[int, _Pending] = {}

    def _tie(self, generation: Generation) -> _Tie:
        tie = self._ties.get(generation)
        if tie is None:
            config = self._config
            tie = _Tie(
                generation,
                config.acquaintance(generation),
                self._filter_key(generation, self._our_public),
                self._filter_key(generation, config.their_session_public),
            )
            self._ties[generation] = tie
            if len(self._ties) > MAX_TIES:
                del self._ties[next(iter(self._ties))]
        return tie

    def _filter_key(self, generation: Generation, sender: bytes) -> bytes:
        info = b"coupefeu/link/filter/v1" + hashlib.sha256(self._config.line_id + sender).digest()
        return hkdf(generation.psk, info=info)

    @property
    def begins_first(self) -> bool:
        """The smaller session key renews a session; the other waits two time-outs longer (B4)."""
        return self._our_public < self._config.their_session_public

    @property
    def pending_ids(self) -> set[int]:
        """Our session ids that unanswered first messages hold."""
        return set(self._pending)

    def begin(
        self, now: Moment, ephemeral: bytes, our_id: int, runs: bytes = b"", *, generation: Generation
    ) -> bytes:
        """Message 1, under a number never used before; `runs` are at most 438 bytes that a replay cannot spoil."""
        self._last_number = max(self._last_number + 1, now.utc_ms)
        tie = self._tie(generation)
        initiator = Initiator(tie.acquaintance, ephemeral)
        sealed = initiator.write_message_1(self._last_number.to_bytes(8, "big") + runs)
        self._pending[our_id] = _Pending(initiator, tie, self._last_number, now.mono_ms)
        if len(self._pending) > MAX_PENDING:
            del self._pending[next(iter(self._pending))]
        head = bytes([MESSAGE_1]) + self._line_tag + our_id.to_bytes(2, "big") + bytes([generation.octet])
        return tie.filtered(head + sealed)

    def find(self, message: bytes, generations: Iterable[Generation]) -> Generation | None:
        """Return which of these secrets a message 1 was made under, for one HMAC each; None: under none.

        Raises: PeerError: it is not a message 1 of this line.
        """
        if not MESSAGE_1_BYTES <= len(message) <= MAX_MESSAGE_1_BYTES:
            raise refused("handshake-length")
        if message[1:5] != self._line_tag:
            raise refused("another-line")
        for generation in generations:
            if generation.octet == message[7] and self._tie(generation).passes(message):
                return generation
        return None

    def open_first(
        self, message: bytes, *, generation: Generation, source: int, now: Moment, highest: int
    ) -> First:
        """Open a message 1 that was found under this secret.

        Raises: PeerError when it is refused; `code` says why.
        """
        if message[-FILTER_BYTES:] in self._remembered:
            raise refused("handshake-replayed")
        exchanges, low_numbers = self._meters(source)
        if not exchanges.allows(1, now.mono_ms):
            raise refused("too-many-handshakes")
        self._remember(message[-FILTER_BYTES:])
        responder = Responder(self._tie(generation).acquaintance)
        try:
            payload = responder.read_message_1(message[8:-FILTER_BYTES])
        except CoupefeuError as error:
            raise refused("handshake-seal") from error
        number = int.from_bytes(payload[:8], "big")
        if number <= highest and not low_numbers.allows(LOW_NUMBER_WAIT_MS // 1_000, now.mono_ms):
            raise refused("low-number")
        return First(generation, number, payload[8:], message[5:7], source, responder)

    def answer(
        self,
        first: First,
        *,
        now: Moment,
        ephemeral: bytes,
        our_id: int,
        highest: int,
        is_sealed: bool = False,
    ) -> tuple[bytes, Session]:
        """Message 2 for a message 1, once, and the candidate session."""
        sealed, keys = first.responder.write_message_2(ephemeral, highest.to_bytes(8, "big"))
        session = Session(
            keys,
            our_id=our_id,
            their_id=int.from_bytes(first.their_id, "big"),
            number=first.number,
            initiated=False,
            made_ms=now.mono_ms,
            generation=first.generation,
            is_sealed=is_sealed,
        )
        reply = bytes([MESSAGE_2]) + first.their_id + our_id.to_bytes(2, "big") + sealed
        return self._tie(first.generation).filtered(reply), session

    def complete(self, message: bytes, now: Moment) -> tuple[Session, int]:
        """Return the session that message 2 makes, and the age in ms of our message 1 that it answers.

        Raises: PeerError when it answers nothing of ours; the handshake under way can still be answered.
        """
        if len(message) != MESSAGE_2_BYTES:
            raise refused("handshake-length")
        our_id = int.from_bytes(message[1:3], "big")
        pending = self._pending.get(our_id)
        if pending is None:
            raise refused("answers-nothing")
        if not pending.tie.passes(message):
            raise refused("filter")
        try:
            payload, keys = pending.initiator.read_message_2(message[5:-FILTER_BYTES])
        except CoupefeuError as error:
            raise refused("handshake-seal") from error
        del self._pending[our_id]
        self._last_number = max(self._last_number, min(int.from_bytes(payload, "big"), _LARGEST_NUMBER))
        session = Session(
            keys,
            our_id=our_id,
            their_id=int.from_bytes(message[3:5], "big"),
            number=pending.number,
            initiated=True,
            made_ms=now.mono_ms,
            generation=pending.tie.generation,
            is_sealed=pending.tie.generation.number == RECOVERY_NUMBER,
        )
        return session, now.mono_ms - pending.begun_ms

    def forget_source(self, source: int) -> None:
        """Drop the budgets of a path that has gone."""
        self._sources.pop(source, None)

    def _meters(self, source: int) -> tuple[Meter, Meter]:
        if source not in self._sources:
            if len(self._sources) >= MAX_SOURCES:
                del self._sources[next(iter(self._sources))]
            self._sources[source] = (
                Meter(EXCHANGES_PER_S, EXCHANGES_BURST),
                Meter(1, LOW_NUMBER_WAIT_MS // 1_000),
            )
        return self._sources[source]

    def _remember(self, mark: bytes) -> None:
        """Note a message, so that no copy of it costs a second exchange."""
        self._remembered[mark] = None
        if len(self._remembered) > MAX_REMEMBERED:
            del self._remembered[next(iter(self._remembered))]
