"""The entries of the agreement service, and the commands that lead to them.

    AGREEMENT            {0 agreement, 1 [signatures of all]}        entry 0 of every log, the same bytes
    AMENDMENT_PROPOSED   {0 new agreement, 1 [the proposer's signatures]}
    AMENDMENT_ACCEPTED   {0 version, 1 SHA-256 of the new agreement, 2 the acceptor's signatures}
    KEY_STATEMENT        see wire/key_statement.py; in the log of either party, so that both hold it
    INCARNATION_OPENED   {0, 1 as AGREEMENT, 2 statement}            entry 0 of a new log (wire/incarnation.py)
                         {2 statement}                               in the log of whoever took it up by a file

Whoever proposes or accepts signs with the identity key, away from the node. Source: protocol A10, A11.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from coupefeu.errors import PeerError
from coupefeu.model.entry import Kind
from coupefeu.services.base import Command
from coupefeu.wire.card import Signatures, pack_signatures, parse_signatures
from coupefeu.wire.cbor import decode, encode
from coupefeu.wire.incarnation import SignedIncarnation
from coupefeu.wire.key_statement import SignedKeyStatement
from coupefeu.wire.published_keys import PublishedKeys

KEY_STATEMENT: Final = Kind.KEY_STATEMENT
"""The kind of entry that holds a key statement."""
MAX_VERSION: Final = 9_999
"""Of an agreement; whatever is signed beyond it has no effect, and no database need hold it."""

KINDS: Final = frozenset(
    {
        int(Kind.AGREEMENT),
        int(Kind.AMENDMENT_PROPOSED),
        int(Kind.AMENDMENT_ACCEPTED),
        int(KEY_STATEMENT),
        int(Kind.KEYS_PUBLISHED),
        int(Kind.INCARNATION_OPENED),
    }
)


OPENINGS: Final = frozenset({int(Kind.AGREEMENT), int(Kind.INCARNATION_OPENED)})
"""Kinds of entry 0: they hold what all signed before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLog(Command):
    """The node begins its log; `body` is `NodeFolder.opening_body`."""

    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeAmendment(Command):
    """A new text with our identity's signatures, as `keys.agreement_signatures.build_agreement_body` gives it."""

    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptAmendment(Command):
    """Our identity's signatures under the text proposed at (log, index)."""

    log: int
    index: int
    version: int
    digest: bytes
    signatures: Signatures


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordKeyStatement(Command):
    """A key statement of any party, however it came; `body` is `encode_key_statement` of it."""

    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishKeys(Command):
    """Our node shows the ML-DSA-44 keys that a key statement named; `body` is `encode_published_keys` of them."""

    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeIncarnation(Command):
    """A new incarnation of another party, that came by a file; `body` is `build_taken_body` of it."""

    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What the body of AMENDMENT_ACCEPTED says."""

    version: int
    digest: bytes
    signatures: Signatures


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementFact:
    """One entry of this service, its own signatures verified; `effect` is empty, or why it has none."""

    log: int
    index: int
    arrival: int
    kind: int
    party: str
    version: int = 0
    digest: bytes = b""
    octets: bytes = field(default=b"", repr=False)
    signatures: Signatures | None = None
    signed: SignedKeyStatement | None = None
    """Of a key statement."""
    published: PublishedKeys | None = None
    """Of keys that are shown whole."""
    incarnation: SignedIncarnation | None = None
    effect: str = ""


def encode_acceptance(acceptance: Acceptance) -> bytes:
    """Write the body of AMENDMENT_ACCEPTED."""
    return encode({0: acceptance.version, 1: acceptance.digest, 2: pack_signatures(acceptance.signatures)})


def parse_acceptance(body: bytes) -> Acceptance:
    """Read the body of AMENDMENT_ACCEPTED.

    Raises:
        PeerError: `services.agreement.bad_acceptance`, `wire.*`.
    """
    values: Any = decode(body)
    good = isinstance(values, dict) and set(values) == {0, 1, 2}
    good = good and type(values[0]) is int and 1 <= values[0] <= MAX_VERSION
    if not good or not isinstance(values[1], bytes) or len(values[1]) != 32:
        raise PeerError(
            "not an acceptance", code="services.agreement.bad_acceptance", hint="it has no effect"
        )
    return Acceptance(version=values[0], digest=values[1], signatures=parse_signatures(values[2]))
