"""What one link is given at its birth: keys, names and times. Nothing of it changes while it lives."""

import hashlib
from dataclasses import dataclass, field

from coupefeu.errors import ConfigError
from coupefeu.keys import x25519
from coupefeu.keys.generations import PSK_BYTES, Generation, Generations
from coupefeu.link.noise import Acquaintance

# Agreed (docs/spec/link.md).
PROLOGUE = b"coupefeu/link/v1"
SUITE = b"25519_ChaChaPoly_SHA256"
MAX_PLAINTEXT_BYTES = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """Milliseconds of a rich bearer; tests and slower bearers give their own."""

    heartbeat_ms: int = 1_000
    silence_ms: int = 3_000
    handshake_ms: int = 1_000
    greeting_ms: int = 500
    receipt_wait_ms: int = 50
    resend_ms: int = 2_000
    longest_wait_ms: int = 30_000
    renew_ms: int = 3_600_000
    renew_frames: int = 1 << 32
    old_keys_ms: int = 86_400_000
    ratchet_ms: int = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What may be under way, and what the other side may send in a second (B7, B8)."""

    batch_entries: int = 128
    flight_entries: int = 512
    flight_bytes: int = 262_144
    flash_entries: int = 64
    entries_per_s: int = 20_000
    runs_per_s: int = 200
    receipts_per_s: int = 2_000
    signals_per_s: int = 50
    line_tests_per_s: int = 10
    holes_per_s: int = 20
    asks_per_s: int = 64
    parts_per_s: int = 64
    ml_dsa_per_s: int = 2
    """Each costs a verification and a signature that take a millisecond; a node sends one in two seconds at most."""
    log_asks_per_s: int = 64
    incarnation_asks_per_s: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkConfig:
    """One line to one other node: line id (16 bytes), both log origins, X25519 session keys, and the shared secrets."""

    line_id: bytes
    our_origin: str
    their_origin: str
    our_session_private: bytes = field(repr=False)
    their_session_public: bytes
    generations: Generations = field(repr=False)
    timings: Timings = Timings()
    limits: Limits = Limits()

    def __post_init__(self) -> None:
        sizes = {
            "line_id": (self.line_id, 16),
            "our_session_private": (self.our_session_private, 32),
            "their_session_public": (self.their_session_public, 32),
            "psk": (self.generations.current.psk, PSK_BYTES),
        }
        for name, (value, size) in sizes.items():
            if len(value) != size:
                raise ConfigError(
                    f"{name} has {len(value)} bytes, not {size}",
                    code="link.config.length",
                    hint="pair the two nodes again",
                )
        if self.our_origin == self.their_origin:
            raise ConfigError(
                "both origins are the same", code="link.config.origin", hint="name the other party's log"
            )

    @property
    def line_tag(self) -> bytes:
        """Four bytes by which a listener with several lines sorts a first message."""
        return hashlib.sha256(b"coupefeu/line-tag/v1\x00" + self.line_id).digest()[:4]

    def acquaintance(self, generation: Generation) -> Acquaintance:
        """Return what Noise mixes in before the first byte; the origins stand in byte order, the same on both sides."""
        names = sorted((self.our_origin.encode("ascii"), self.their_origin.encode("ascii")))
        parts = (PROLOGUE, SUITE, self.line_id, *names, bytes([generation.octet]))
        return Acquaintance(
            prologue=b"".join(bytes([len(part)]) + part for part in parts),
            our_private=self.our_session_private,
            our_public=x25519.public(self.our_session_private),
            their_public=self.their_session_public,
            psk=generation.psk,
        )
