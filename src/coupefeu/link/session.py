"""Sessions: sealed frames, counters, replay windows, and which of three sessions a frame belongs to.

    frame    3x | receiver's session id :2 | counter :3 | sealed plaintext | tag :16      x = bearer slot

The six bytes before the seal are its associated data. The nonce is slot (1 byte) and the whole counter (7 bytes), so
each bearer counts by itself; three bytes travel, the receiver fills in the rest (protocol B3).
"""

import struct
from typing import Final

from coupefeu.errors import PeerError
from coupefeu.keys.aead import Cipher
from coupefeu.keys.generations import Generation
from coupefeu.link.noise import SessionKeys, nonce_of
from coupefeu.link.pulse import Pulse

# Agreed (docs/spec/link.md).
DATA: Final = 0x30
HEADER_BYTES: Final = 6
OVERHEAD_BYTES: Final = HEADER_BYTES + 16
WINDOW: Final = 8_192

# Implementation.
MAX_CANDIDATES: Final = 128
LATE_AFTER_MS: Final = 2_000

_TRUNCATED: Final = 1 << 24
_HEADER = struct.Struct(">BHHB")


def refused(subject: str) -> PeerError:
    """Return the error for a datagram that is dropped and counted; it changes nothing."""
    return PeerError(
        f"a datagram is refused: {subject}",
        code=f"link.datagram.{subject}",
        hint="Nothing to do while the line works; many of them mean a stranger, damage on the way or an old copy.",
    )


class ReplayWindow:
    """Which of the last 8,192 counters of one bearer have been seen."""

    __slots__ = ("_bits", "_settled", "_settling", "_turned_ms", "highest")

    def __init__(self) -> None:
        self.highest = -1
        self._bits = 0
        self._settled = self._settling = -1
        self._turned_ms = 0

    def whole(self, truncated: int) -> int:
        """Return the counter nearest to the next expected one that ends in these three bytes."""
        expected = self.highest + 1
        counter = (expected & ~(_TRUNCATED - 1)) | truncated
        if counter - expected > _TRUNCATED // 2 and counter >= _TRUNCATED:
            return counter - _TRUNCATED
        if expected - counter > _TRUNCATED // 2:
            return counter + _TRUNCATED
        return counter

    def is_new(self, counter: int) -> bool:
        """Whether the counter was not seen and is not too old to tell."""
        behind = self.highest - counter
        return behind < 0 or (behind < WINDOW and not self._bits >> behind & 1)

    def mark(self, counter: int, mono_ms: int) -> bool:
        """Note a counter whose frame opened; return whether frames sent after it came two seconds ago or more."""
        ahead = counter - self.highest
        if ahead > 0:
            self._bits = 1 if ahead >= WINDOW else (self._bits << ahead | 1) & ((1 << WINDOW) - 1)
            self.highest = counter
        else:
            self._bits |= 1 << -ahead
        if mono_ms - self._turned_ms >= LATE_AFTER_MS:
            self._settled, self._settling, self._turned_ms = self._settling, self.highest, mono_ms
        return counter < self._settled


class Session:
    """One finished handshake: two keys in memory, counters and windows by bearer slot.

    `is_sealed`: made under a secret that opens nothing but a restored node's recovery (A13, B10).
    """

    __slots__ = (
        "_counters", "_open", "_seal", "_windows", "frames", "generation", "handshake_hash", "heard_ms", "initiated",
        "is_sealed", "made_ms", "number", "order", "our_id", "pulse", "replaced_ms", "their_id",
    )  # fmt: skip

    def __init__(
        self,
        keys: SessionKeys,
        *,
        our_id: int,
        their_id: int,
        number: int,
        initiated: bool,
        made_ms: int,
        generation: Generation,
        is_sealed: bool = False,
    ) -> None:
        self._seal = Cipher(keys.send)
        self._open = Cipher(keys.receive)
        self._counters: dict[int, int] = {}
        self._windows: dict[int, ReplayWindow] = {}
        self.handshake_hash = keys.handshake_hash
        self.our_id = our_id
        self.their_id = their_id
        self.number = number
        self.initiated = initiated
        self.generation = generation
        self.is_sealed = is_sealed
        self.made_ms = made_ms
        self.heard_ms: int | None = None
        self.order = made_ms, number
        self.replaced_ms = made_ms
        self.frames = 0
        self.pulse = Pulse()

    def seal(self, slot: int, plaintext: bytes) -> bytes:
        """Return a frame for the bearer in `slot` (0..15)."""
        counter = self._counters.get(slot, 0)
        self._counters[slot] = counter + 1
        self.frames += 1
        header = _HEADER.pack(DATA | slot, self.their_id, counter >> 8 & 0xFFFF, counter & 0xFF)
        return header + self._seal.seal(nonce_of(slot << 56 | counter), plaintext, header)

    def open(self, frame: bytes, mono_ms: int) -> tuple[bytes, bool]:
        """Return the plaintext, and whether the frame comes late.

        Raises:
            PeerError: seen before, or too old to tell.
            VerificationError: not sealed for us in this session.
        """
        kind, _, high, low = _HEADER.unpack_from(frame)
        slot = kind & 0x0F
        window = self._windows.get(slot) or ReplayWindow()
        counter = window.whole(high << 8 | low)
        if not window.is_new(counter):
            raise refused("replayed")
        plaintext = self._open.open(
            nonce_of(slot << 56 | counter), frame[HEADER_BYTES:], frame[:HEADER_BYTES]
        )
        self._windows[slot] = window
        self.heard_ms = mono_ms
        return plaintext, window.mark(counter, mono_ms)


class Sessions:
    """The previous, current and newest session, and the candidates that no data frame has confirmed yet.

    A candidate displaces nothing (B2). When there are too many, the lowest number goes: a recorded message 1 that is
    sent again has always a lower number than the one under way.
    """

    __slots__ = ("_candidates", "_established", "_highest")

    def __init__(self) -> None:
        self._established: list[Session] = []
        self._candidates: dict[int, Session] = {}
        self._highest = 0

    @property
    def newest(self) -> Session | None:
        """The session to send on."""
        return self._established[0] if self._established else None

    @property
    def highest_confirmed(self) -> int:
        """The greatest handshake number of the other side that one of its data frames has confirmed."""
        return self._highest

    def free_id(self, seed: bytes, also_taken: set[int]) -> int:
        """Return a session id that no live session and no pending handshake of ours uses."""
        taken = {session.our_id for session in self._established} | set(self._candidates) | also_taken
        identifier = int.from_bytes(seed[:2], "big")
        while identifier in taken:
            identifier = (identifier + 1) & 0xFFFF
        return identifier

    def propose(self, session: Session) -> None:
        """Hold what we answered until the initiator's first data frame."""
        self._candidates[session.our_id] = session
        if len(self._candidates) > MAX_CANDIDATES:
            lowest = min(self._candidates.values(), key=lambda candidate: candidate.number)
            del self._candidates[lowest.our_id]

    def establish(self, session: Session) -> None:
        """Make this the newest, and keep beside it the one before and, of the rest, the one heard last.

        The other side may still send on the one before, though nothing was heard on it yet: both may have begun at
        once. An older one confirmed late stands behind. Of two that the other side began, the one we answered later
        is newer: its clock may have gone back meanwhile.
        """
        newest = self.newest
        if newest and not newest.initiated and not session.initiated and session.order < newest.order:
            session.replaced_ms = newest.made_ms
            self._established = [newest, session, *self._established[1:2]]
            return
        if newest:
            newest.replaced_ms = session.made_ms
        rest = sorted(self._established[1:], key=lambda each: -1 if each.heard_ms is None else each.heard_ms)
        self._established = [session, *self._established[:1], *rest[-1:]]

    def open(self, frame: bytes, mono_ms: int) -> tuple[bytes, Session, bool, bool]:
        """Return plaintext, session, whether the frame is late, and whether it made a candidate the newest session.

        Raises: PeerError or VerificationError; nothing has changed then.
        """
        if len(frame) < OVERHEAD_BYTES:
            raise refused("too-short")
        identifier = frame[1] << 8 | frame[2]
        for session in self._established:
            if session.our_id == identifier:
                plaintext, late = session.open(frame, mono_ms)
                return plaintext, session, late, False
        candidate = self._candidates.get(identifier)
        if candidate is None:
            raise refused("unknown-session")
        plaintext, late = candidate.open(frame, mono_ms)
        del self._candidates[identifier]
        self._highest = max(self._highest, candidate.number)
        self.establish(candidate)
        return plaintext, candidate, late, True

    def forget_old(self, mono_ms: int, old_keys_ms: int) -> None:
        """Drop keys that were replaced long ago: frames under them may still be on their way. The newest stays (B4)."""
        if self._established:
            limit = mono_ms - old_keys_ms
            newest, *others = self._established
            self._established = [newest, *(other for other in others if other.replaced_ms > limit)]
            self._candidates = {key: each for key, each in self._candidates.items() if each.made_ms > limit}
