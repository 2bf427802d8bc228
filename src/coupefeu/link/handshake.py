"""The two messages that make a session (protocol B2), each with a filter that costs a stranger's datagram one HMAC.

    message 1   10 | line tag :4 | sender's id :2 | PSK generation :1 | e :32 | sealed (number :8, runs) | filter :8
    message 2   20 | receiver's id :2 | sender's id :2 | e :32 | sealed highest number :24 | filter :8

Message 1 has 72 bytes without runs, with them at most 510, which is what a stranger may bring (B6); message 2 has 69.
Number = max(last + 1, UTC ms). Above the highest confirmed it is answered at once; any other one in ten seconds and
source, and message 2 tells the true highest: no clock and no restore locks out.
"""

import hashlib
from typing import Final

from coupefeu.errors import CoupefeuError
from coupefeu.keys.kdf import hkdf, hmac_sha256, is_equal
from coupefeu.link.config import LinkConfig
from coupefeu.link.meter import Meter
from coupefeu.link.noise import Initiator, Responder
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
MAX_REMEMBERED: Final = 4_096
MAX_SOURCES: Final = 256
EXCHANGES_PER_S, EXCHANGES_BURST = 5, 20


class Handshakes:
    """Both roles of the handshakes of one line. It holds what is under way and never a live session."""

    def __init__(self, config: LinkConfig) -> None:
        self.rekey(config)
        self._last_number = 0
        self._remembered: dict[bytes, None] = {}
        self._sources: dict[int, tuple[Meter, Meter]] = {}

    def rekey(self, config: LinkConfig) -> None:
        """Go by other keys; what is under way under the old ones comes to nothing."""
        self._acquaintance = config.acquaintance()
        self._line_tag = config.line_tag
        self._generation = config.psk_generation
        self._our_filter = self._filter_key(config, self._acquaintance.our_public)
        self._their_filter = self._filter_key(config, self._acquaintance.their_public)
        self._pending: dict[int, tuple[Initiator, int, int]] = {}

    @staticmethod
    def _filter_key(config: LinkConfig, sender: bytes) -> bytes:
        info = b"coupefeu/link/filter/v1" + hashlib.sha256(config.line_id + sender).digest()
        return hkdf(config.psk, info=info)

    @property
    def begins_first(self) -> bool:
        """The smaller session key renews a session; the other waits two time-outs longer (B4)."""
        return self._acquaintance.our_public < self._acquaintance.their_public

    @property
    def pending_ids(self) -> set[int]:
        """Our session ids that unanswered first messages hold."""
        return set(self._pending)

    def begin(self, now: Moment, ephemeral: bytes, our_id: int, runs: bytes = b"") -> bytes:
        """Message 1, under a number never used before; `runs` are at most 438 bytes that a replay cannot spoil."""
        self._last_number = max(self._last_number + 1, now.utc_ms)
        initiator = Initiator(self._acquaintance, ephemeral)
        sealed = initiator.write_message_1(self._last_number.to_bytes(8, "big") + runs)
        self._pending[our_id] = (initiator, self._last_number, now.mono_ms)
        if len(self._pending) > MAX_PENDING:
            del self._pending[next(iter(self._pending))]
        head = bytes([MESSAGE_1]) + self._line_tag + our_id.to_bytes(2, "big") + bytes([self._generation])
        return self._filtered(head + sealed)

    def answer(
        self, message: bytes, *, source: int, now: Moment, ephemeral: bytes, our_id: int, highest: int
    ) -> tuple[bytes, Session, bytes]:
        """Message 2 for a message 1, the candidate session, and the runs that came with it.

        Raises: PeerError when it is refused; `code` says why.
        """
        self._check_first(message)
        exchanges, low_numbers = self._meters(source)
        if not exchanges.allows(1, now.mono_ms):
            raise refused("too-many-handshakes")
        self._remember(message[-FILTER_BYTES:])
        responder = Responder(self._acquaintance)
        try:
            payload = responder.read_message_1(message[8:-FILTER_BYTES])
        except CoupefeuError as error:
            raise refused("handshake-seal") from error
        number, runs = int.from_bytes(payload[:8], "big"), payload[8:]
        if number <= highest and not low_numbers.allows(LOW_NUMBER_WAIT_MS // 1_000, now.mono_ms):
            raise refused("low-number")
        sealed, keys = responder.write_message_2(ephemeral, highest.to_bytes(8, "big"))
        their_id = message[5:7]
        session = Session(
            keys,
            our_id=our_id,
            their_id=int.from_bytes(their_id, "big"),
            number=number,
            initiated=False,
            made_ms=now.mono_ms,
        )
        reply = self._filtered(bytes([MESSAGE_2]) + their_id + our_id.to_bytes(2, "big") + sealed)
        return reply, session, runs

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
        if not self._passes(message):
            raise refused("filter")
        initiator, number, begun_ms = pending
        try:
            payload, keys = initiator.read_message_2(message[5:-FILTER_BYTES])
        except CoupefeuError as error:
            raise refused("handshake-seal") from error
        del self._pending[our_id]
        self._last_number = max(self._last_number, min(int.from_bytes(payload, "big"), _LARGEST_NUMBER))
        session = Session(
            keys,
            our_id=our_id,
            their_id=int.from_bytes(message[3:5], "big"),
            number=number,
            initiated=True,
            made_ms=now.mono_ms,
        )
        return session, now.mono_ms - begun_ms

    def forget_source(self, source: int) -> None:
        """Drop the budgets of a path that has gone."""
        self._sources.pop(source, None)

    def _check_first(self, message: bytes) -> None:
        if not MESSAGE_1_BYTES <= len(message) <= MAX_MESSAGE_1_BYTES:
            raise refused("handshake-length")
        if message[1:5] != self._line_tag:
            raise refused("another-line")
        if message[7] != self._generation:
            raise refused("psk-generation")
        if not self._passes(message):
            raise refused("filter")
        if message[-FILTER_BYTES:] in self._remembered:
            raise refused("handshake-replayed")

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

    def _filtered(self, message: bytes) -> bytes:
        return message + hmac_sha256(self._our_filter, message)[:FILTER_BYTES]

    def _passes(self, message: bytes) -> bool:
        expected = hmac_sha256(self._their_filter, message[:-FILTER_BYTES])[:FILTER_BYTES]
        return is_equal(message[-FILTER_BYTES:], expected)
