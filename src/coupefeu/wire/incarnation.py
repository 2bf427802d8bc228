"""An incarnation: a party opens a new log under fresh keys, and says up to where the one before it stands (A13).

The signed text, a line each: `coupefeu/incarnation/v1`, line id, party, incarnation, new log key, new cosigner key,
SHA-256 of its ML-DSA-44 log key and cosigner key or `none`, size at which the log before it is closed, its root there,
SHA-256 of the fork that is the reason or `none`. Keys, root and digests in base64, line id in hexadecimal digits.

    {0: line id, 1: party, 2: incarnation, 3: log key, 4: cosigner key, 5: size, 6: root, 7: signatures,
     8: [by the log key, by the cosigner key], 9: the fork's proof or nothing, 10: [SHA-256, SHA-256] or []}
"""

from base64 import b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from coupefeu.errors import PeerError
from coupefeu.model.logs import MAX_INCARNATION
from coupefeu.wire.card import Signatures, pack_signatures, parse_signatures
from coupefeu.wire.cbor import decode, encode

HEADER: Final = "coupefeu/incarnation/v1"
MAX_SIZE: Final = 1 << 62
MAX_FORK_BYTES: Final = 8_192
"""A proof of two statements with both paths at their longest takes 4,700."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incarnation:
    """The `incarnation`-th log of a party; `size` and `root`: up to where the one before it stands.

    Of ML-DSA-44 both keys are named by their SHA-256, or none is (protocol A15).
    """

    line_id: bytes
    party: str
    incarnation: int
    log_key: bytes
    cosigner_key: bytes
    size: int
    root: bytes
    log_ml_dsa_sha256: bytes = b""
    cosigner_ml_dsa_sha256: bytes = b""
    fork_sha256: bytes = b""

    @property
    def keys(self) -> frozenset[bytes]:
        """Every key that it brings."""
        named = (self.log_key, self.cosigner_key, self.log_ml_dsa_sha256, self.cosigner_ml_dsa_sha256)
        return frozenset(filter(None, named))

    def text(self) -> str:
        """Give the text that the identity key and both new keys sign."""
        rows = (HEADER, self.line_id.hex(), self.party, str(self.incarnation))
        digests = (self.log_ml_dsa_sha256, self.cosigner_ml_dsa_sha256)
        keys = map(_base64, (self.log_key, self.cosigner_key, *digests))
        closed = (str(self.size), _base64(self.root), _base64(self.fork_sha256))
        return "\n".join((*rows, *keys, *closed)) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIncarnation:
    """A statement with the identity's signatures, those of both new keys, and the proof of the fork that it cites."""

    statement: Incarnation
    signatures: Signatures
    possession: tuple[bytes, bytes] = field(repr=False)
    fork: bytes = field(default=b"", repr=False)


def encode_incarnation(signed: SignedIncarnation) -> bytes:
    """Write what a file carries."""
    return encode(pack_incarnation(signed))


def pack_incarnation(signed: SignedIncarnation) -> dict[int, Any]:
    """Give it as an item of a body."""
    statement = signed.statement
    return {
        0: statement.line_id,
        1: statement.party,
        2: statement.incarnation,
        3: statement.log_key,
        4: statement.cosigner_key,
        5: statement.size,
        6: statement.root,
        7: pack_signatures(signed.signatures),
        8: list(signed.possession),
        9: signed.fork,
        10: list(filter(None, (statement.log_ml_dsa_sha256, statement.cosigner_ml_dsa_sha256))),
    }


def parse_incarnation(octets: bytes) -> SignedIncarnation:
    """Read a statement; nothing in it is verified yet.

    Raises:
        PeerError: `wire.incarnation.bad_field`, `wire.card.*`, `wire.cbor.*`.
    """
    return unpack_incarnation(decode(octets))


def unpack_incarnation(values: Any) -> SignedIncarnation:
    """Read it as an item of a body; raises as `parse_incarnation`."""
    if not isinstance(values, dict) or set(values) != set(range(11)):
        raise _fault("statement", "is not a statement of a new incarnation")
    fork = values[9]
    if not isinstance(fork, bytes) or len(fork) > MAX_FORK_BYTES:
        raise _fault("fork", f"is not at most {MAX_FORK_BYTES:,} bytes")
    log_sha256, cosigner_sha256 = _digests(values[10])
    statement = Incarnation(
        line_id=_octets(values[0], "line_id", 16),
        party=_party(values[1]),
        incarnation=_number(values[2], "incarnation", 2, MAX_INCARNATION),
        log_key=_octets(values[3], "log_key", 32),
        cosigner_key=_octets(values[4], "cosigner_key", 32),
        size=_number(values[5], "size", 0, MAX_SIZE),
        root=_octets(values[6], "root", 32),
        log_ml_dsa_sha256=log_sha256,
        cosigner_ml_dsa_sha256=cosigner_sha256,
        fork_sha256=sha256(fork).digest() if fork else b"",
    )
    signatures = parse_signatures(values[7])
    return SignedIncarnation(
        statement=statement, signatures=signatures, possession=_possession(values[8]), fork=fork
    )


def _possession(value: Any) -> tuple[bytes, bytes]:
    if not isinstance(value, list) or len(value) != 2:
        raise _fault("possession", "is not two signatures")
    return _octets(value[0], "possession", 64), _octets(value[1], "possession", 64)


def _digests(value: Any) -> tuple[bytes, bytes]:
    if not isinstance(value, list) or len(value) not in {0, 2}:
        raise _fault("ml_dsa", "is not two digests or none")
    return (_octets(value[0], "ml_dsa", 32), _octets(value[1], "ml_dsa", 32)) if value else (b"", b"")


def _party(value: Any) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= 16 or not value.isascii() or not value.isalnum():
        raise _fault("party", "is not a party")
    return value


def _number(value: Any, name: str, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise _fault(name, f"is not a number from {least} to {most}")
    return value


def _octets(value: Any, name: str, length: int) -> bytes:
    if not isinstance(value, bytes) or len(value) != length:
        raise _fault(name, f"is not {length} bytes")
    return value


def _base64(octets: bytes) -> str:
    return b64encode(octets).decode("ascii") or "none"


def _fault(name: str, says: str) -> PeerError:
    return PeerError(
        f"field {name} {says}", code="wire.incarnation.bad_field", hint="Ask for the statement again."
    )
