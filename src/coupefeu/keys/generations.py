"""The secrets shared with one counterpart, one generation after the other (protocol B10), and the file of them.

    current      opens ordinary sessions
    candidate    made by a step that the other side has not confirmed here yet; opens them too
    sealed       replaced less than 30 days ago: opens nothing but a restored counterpart's recovery, once admitted

Numbers rise by one a step and never fall; on air their last byte travels. Every change gives a new value: what is in
memory, under way to the disk and on it are three of them.
"""

import tomllib
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from coupefeu.errors import ConfigError
from coupefeu.keys.kdf import hkdf, hmac_sha256

# Agreed (docs/spec/link.md).
PSK_BYTES: Final = 32
RECOVERY_NUMBER: Final = -1
"""Of the recovery secret, which is in no generation: its byte on air is ff."""
BACKUP_AGE_MS: Final = 30 * 86_400_000
"""So old a backup may be, and its node still comes back to the line without the recovery secret."""
_PSK_INFO: Final = b"coupefeu/link/psk/v1"
_MAC_INFO: Final = b"coupefeu/link/ratchet/v1"

# Implementation.
MAX_SEALED: Final = 400
MAX_FILE_BYTES: Final = 131_072


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One shared secret (32 bytes) with its number, which two are compared by; since when it is held (UTC ms)."""

    number: int
    psk: bytes = field(repr=False)
    since_ms: int = field(default=0, compare=False)
    replaced_ms: int | None = field(default=None, compare=False)
    """Of a sealed one: since when another is current."""
    begun_here: bool = field(default=False, compare=False)
    """Of a candidate: whether we began the step that made it."""

    @property
    def octet(self) -> int:
        """What of the number travels."""
        return self.number & 0xFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Generations:
    """All that is held with one counterpart; `first_step_ms`: when the first step was confirmed (UTC ms)."""

    current: Generation
    candidate: Generation | None = None
    sealed: tuple[Generation, ...] = ()
    """The newest first."""
    first_step_ms: int | None = None

    @property
    def ordinary(self) -> tuple[Generation, ...]:
        """What opens ordinary sessions."""
        return (self.current,) if self.candidate is None else (self.current, self.candidate)

    def propose(self, candidate: Generation | None) -> "Generations":
        """Hold another candidate, or none; the one before is as if it had never been."""
        return replace(self, candidate=candidate)

    def confirm(self, utc_ms: int) -> "Generations":
        """Let the candidate be the current one, and seal what was current."""
        assert self.candidate is not None
        sealed = replace(self.current, replaced_ms=utc_ms, begun_here=False)
        return replace(
            self,
            current=replace(self.candidate, since_ms=utc_ms, begun_here=False),
            candidate=None,
            sealed=(sealed, *self.sealed),
            first_step_ms=utc_ms if self.first_step_ms is None else self.first_step_ms,
        ).forget_old(utc_ms)

    def forget_old(self, utc_ms: int) -> "Generations":
        """Drop what was replaced 30 days ago or longer; the same value when nothing was."""
        young = [each for each in self.sealed if utc_ms - (each.replaced_ms or 0) < BACKUP_AGE_MS]
        kept = tuple(young[:MAX_SEALED])
        return self if kept == self.sealed else replace(self, sealed=kept)


def first_generation(psk: bytes, since_ms: int = 0) -> Generations:
    """Return what pairing makes: generation 0."""
    return Generations(current=Generation(number=0, psk=psk, since_ms=since_ms))


def derive_next(
    base: bytes, *, secret: bytes, handshake_hash: bytes, line_id: bytes, number: int, transcript: bytes
) -> bytes:
    """Return PSK[number] (32 bytes); `transcript` is SHA-256 over R1 and the ciphertext (protocol B10)."""
    info = _PSK_INFO + line_id + number.to_bytes(8, "big") + transcript
    return hkdf(secret + handshake_hash, salt=base, info=info, length=PSK_BYTES)


def confirmation(psk: bytes, *, line_id: bytes, number: int, role: bytes) -> bytes:
    """Return the MAC (32 bytes) by which a side shows that it has PSK[number]; `role` is b"R2" or b"R3"."""
    key = hkdf(psk, info=_MAC_INFO + line_id)
    return hmac_sha256(key, role + number.to_bytes(8, "big"))


def encode_generations(generations: Generations, party: str) -> bytes:
    """Return the key file: TOML that says what it is."""
    lines = [
        f"# Secrets shared with {party.upper()}. Whoever reads them can speak on this line as either side."
    ]
    if generations.first_step_ms is not None:
        lines.append(f"first_step_ms = {generations.first_step_ms}")
    lines += ["", "[current]", *_rows(generations.current)]
    if generations.candidate is not None:
        lines += ["", "[candidate]", *_rows(generations.candidate)]
    for each in generations.sealed:
        lines += ["", "[[sealed]]", *_rows(each)]
    return ("\n".join(lines) + "\n").encode("ascii")


def decode_generations(octets: bytes, where: str) -> Generations:
    """Read a key file; one from before the first step may hold `psk` alone.

    Raises:
        ConfigError: `keys.generations.bad_file`, naming `where` and never the contents.
    """
    try:
        return _read(octets)
    except (ValueError, TypeError, KeyError, AttributeError, Base64Error, RecursionError):
        raise ConfigError(
            f"{where} does not hold shared secrets",
            code="keys.generations.bad_file",
            hint="Bring the file back from where it is kept; a backup of up to 30 days will do.",
        ) from None


def _rows(generation: Generation) -> list[str]:
    rows = [f"number = {generation.number}", f"since_ms = {generation.since_ms}"]
    if generation.replaced_ms is not None:
        rows.append(f"replaced_ms = {generation.replaced_ms}")
    if generation.begun_here:
        rows.append("begun_here = true")
    return [*rows, f'psk = "{b64encode(generation.psk).decode("ascii")}"']


def _read(octets: bytes) -> Generations:
    if len(octets) > MAX_FILE_BYTES:
        raise ValueError
    values = tomllib.loads(octets.decode("ascii"))
    if values.keys() == {"psk"}:
        return first_generation(_psk(values["psk"]))
    sealed = values.pop("sealed", [])
    candidate, first_ms = values.pop("candidate", None), values.pop("first_step_ms", None)
    if values.keys() != {"current"} or not isinstance(sealed, list) or len(sealed) > MAX_SEALED:
        raise ValueError
    return Generations(
        current=_generation(values["current"], {}),
        candidate=None if candidate is None else _generation(candidate, {"begun_here": False}),
        sealed=tuple(_generation(each, {"replaced_ms": None}) for each in sealed),
        first_step_ms=None if first_ms is None else _number(first_ms),
    )


def _generation(values: Mapping[str, Any], more: Mapping[str, Any]) -> Generation:
    """Read one table: number, since and secret, and of `more` what may stand beside them."""
    if not {"number", "since_ms", "psk"} <= values.keys() <= {"number", "since_ms", "psk", *more}:
        raise ValueError
    replaced_ms, begun_here = values.get("replaced_ms"), values.get("begun_here", False)
    if ("replaced_ms" in more) != (replaced_ms is not None) or not isinstance(begun_here, bool):
        raise ValueError
    return Generation(
        number=_number(values["number"]),
        psk=_psk(values["psk"]),
        since_ms=_number(values["since_ms"]),
        replaced_ms=None if replaced_ms is None else _number(replaced_ms),
        begun_here=begun_here,
    )


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << 62:
        raise ValueError
    return value


def _psk(value: Any) -> bytes:
    psk = b64decode(value, validate=True)
    if len(psk) != PSK_BYTES:
        raise ValueError
    return psk
