"""A key statement: a party replaces or revokes one of its online keys (protocol A10).

The signed text, a line each: `coupefeu/keys/v1`, line id, party, number, role, old key or `none`, new key or
`revoked`, last good size, its root. Keys and roots in base64, line id in hexadecimal digits. A key of ML-DSA-44 is
named by its SHA-256, and itself stands in an entry KEYS_PUBLISHED; one may follow on none.
"""

from base64 import b64encode
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from coupefeu.errors import PeerError
from coupefeu.model.agreement import PartyKeys
from coupefeu.wire.card import Signatures, pack_signatures, parse_signatures
from coupefeu.wire.cbor import decode, encode

HEADER: Final = "coupefeu/keys/v1"
MAX_NUMBER: Final = 9_999
MAX_SIZE: Final = 1 << 62


class KeyRole(StrEnum):
    """Which online key; the place in this list is its number on the wire."""

    LOG = "log"
    COSIGNER = "cosigner"
    SESSION = "session"
    LOG_ML_DSA = "log-mldsa"
    COSIGNER_ML_DSA = "cosigner-mldsa"

    @property
    def is_ml_dsa(self) -> bool:
        """Whether it is one of those that a line may do without (protocol A15)."""
        return self in {KeyRole.LOG_ML_DSA, KeyRole.COSIGNER_ML_DSA}

    @property
    def signs_for_evidence(self) -> bool:
        """Whether its own signature under a statement proves that it is held: the Ed25519 keys."""
        return self in {KeyRole.LOG, KeyRole.COSIGNER}

    def key_of(self, keys: PartyKeys) -> bytes:
        """Give what a party's keys name in this role; empty: none."""
        key: bytes = getattr(keys, _FIELDS.get(self, self.value))
        return key

    def with_key(self, keys: PartyKeys, key: bytes) -> PartyKeys:
        """Give the keys with another in this role."""
        changed: dict[str, Any] = {_FIELDS.get(self, self.value): key}
        return replace(keys, **changed)


_FIELDS: Final[dict[str, str]] = {
    KeyRole.LOG_ML_DSA: "log_ml_dsa_sha256",
    KeyRole.COSIGNER_ML_DSA: "cosigner_ml_dsa_sha256",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStatement:
    """`party`'s `number`-th statement: `old_key` is good up to `size` and `root` of its log; None: no new key.

    `old_key` is empty where there was none, of ML-DSA-44 only.
    """

    line_id: bytes
    party: str
    number: int
    role: KeyRole
    old_key: bytes
    new_key: bytes | None
    size: int
    root: bytes

    def text(self) -> str:
        """Give the text that the identity key and the new key sign."""
        new_key = "revoked" if self.new_key is None else _base64(self.new_key)
        rows = (HEADER, self.line_id.hex(), self.party, str(self.number), self.role.value)
        old_key = _base64(self.old_key) if self.old_key else "none"
        rest = (old_key, new_key, str(self.size), _base64(self.root))
        return "\n".join(rows + rest) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedKeyStatement:
    """A statement with the identity's signatures and, for a new Ed25519 key, that key's own (else empty)."""

    statement: KeyStatement
    signatures: Signatures
    possession: bytes = field(repr=False)


def encode_key_statement(signed: SignedKeyStatement) -> bytes:
    """Write the body of the entry, which is also what a file carries."""
    statement = signed.statement
    return encode(
        {
            0: statement.line_id,
            1: statement.party,
            2: statement.number,
            3: list(KeyRole).index(statement.role),
            4: statement.old_key,
            5: statement.new_key or b"",
            6: statement.size,
            7: statement.root,
            8: pack_signatures(signed.signatures),
            9: signed.possession,
        }
    )


def parse_key_statement(octets: bytes) -> SignedKeyStatement:
    """Read a statement; nothing in it is verified yet.

    Raises:
        PeerError: `wire.key_statement.bad_field`, `wire.card.*`, `wire.cbor.*`.
    """
    values = decode(octets)
    if not isinstance(values, dict) or set(values) != set(range(10)):
        raise _fault("statement", "is not a key statement")
    role = list(KeyRole)[_number(values, 3, "role", 0, len(KeyRole) - 1)]
    old_key = _octets(values, 4, "old_key", (0, 32) if role.is_ml_dsa else (32,))
    new_key = _octets(values, 5, "new_key", (0, 32) if old_key else (32,))
    statement = KeyStatement(
        line_id=_octets(values, 0, "line_id", (16,)),
        party=_party(values[1]),
        number=_number(values, 2, "number", 1, MAX_NUMBER),
        role=role,
        old_key=old_key,
        new_key=new_key or None,
        size=_number(values, 6, "size", 0, MAX_SIZE),
        root=_octets(values, 7, "root", (32,)),
    )
    signatures = parse_signatures(values[8])
    possession = _octets(values, 9, "possession", (0, 64))
    return SignedKeyStatement(statement=statement, signatures=signatures, possession=possession)


def _party(value: Any) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= 16 or not value.isascii() or not value.isalnum():
        raise _fault("party", "is not a party")
    return value


def _number(values: dict[int, Any], key: int, name: str, least: int, most: int) -> int:
    value = values[key]
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise _fault(name, f"is not a number from {least} to {most}")
    return value


def _octets(values: dict[int, Any], key: int, name: str, lengths: tuple[int, ...]) -> bytes:
    value = values[key]
    if not isinstance(value, bytes) or len(value) not in lengths:
        raise _fault(name, f"is not {' or '.join(map(str, lengths))} bytes")
    return value


def _base64(octets: bytes) -> str:
    return b64encode(octets).decode("ascii")


def _fault(name: str, says: str) -> PeerError:
    return PeerError(
        f"field {name} {says}", code="wire.key_statement.bad_field", hint="ask for the statement again"
    )
