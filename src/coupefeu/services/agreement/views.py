"""The one table of this service: each entry with its own signatures judged; what follows is computed when read.

Whether an amendment is in force depends on the reader's clock and on receipts, so it is never stored.
"""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    String,
    Table,
    and_,
    bindparam,
    case,
    exists,
    func,
    select,
)

from coupefeu.errors import CoupefeuError, PolicyError
from coupefeu.keys.agreement_signatures import (
    agreement_note,
    parse_agreement_body,
    verify_agreement,
    verify_agreement_body,
    verify_key_statement,
    verify_signatures,
    verify_text,
)
from coupefeu.keys.incarnations import Opening, parse_opening_body, verify_incarnation
from coupefeu.model.agreement import Agreement
from coupefeu.model.entry import Kind
from coupefeu.services.agreement.facts import KEY_STATEMENT, AgreementFact, parse_acceptance
from coupefeu.services.agreement.rules import check_fixed, check_opening
from coupefeu.services.base import METADATA, Context, Recorded, Rows, Statement
from coupefeu.wire.agreement import parse_agreement
from coupefeu.wire.key_statement import parse_key_statement
from coupefeu.wire.published_keys import parse_published_keys

ENTRIES: Final = Table(
    "agreement_entries",
    METADATA,
    Column("log", Integer, primary_key=True),
    Column("idx", BigInteger, primary_key=True),
    Column("arrival", BigInteger, nullable=False),
    Column("arrived_ms", BigInteger, nullable=False),
    Column("kind", Integer, nullable=False),
    Column("party", String, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("effect", String, nullable=False),
    Column("slot", String, nullable=False, doc="what a party can say once; empty: it has no effect"),
)

MAX_KEPT: Final = 512
"""Entries of one log that have effect, each of a slot of its own: one text a version, one statement a number."""
MAX_KEPT_VOID: Final = 64
"""Entries of one log that have none, the first that came, to be shown with the reason."""

_SAME_LOG = ENTRIES.c.log == bindparam("log")
_SAID_BEFORE = exists().where(
    and_(
        _SAME_LOG, ENTRIES.c.slot == bindparam("slot"), ENTRIES.c.slot != "", ENTRIES.c.idx < bindparam("idx")
    )
)
_KEPT = (
    select(func.count())
    .where(_SAME_LOG, (ENTRIES.c.slot == "") == (bindparam("slot", type_=String) == ""))
    .scalar_subquery()
)
_ROOM = case((bindparam("slot", type_=String) == "", MAX_KEPT_VOID), else_=MAX_KEPT)
INSERT_ENTRY: Final = ENTRIES.insert().from_select(
    [column.name for column in ENTRIES.c],
    select(*(bindparam(column.name, type_=column.type) for column in ENTRIES.c)).where(
        ~_SAID_BEFORE, _KEPT < _ROOM
    ),
)
"""Keep an entry, unless its party said the same kind of thing before it, or has filled its room."""
SELECT_ENTRIES: Final = select(ENTRIES).order_by(ENTRIES.c.arrival)
"""All entries that are kept, few even on an old line; `read_facts` makes facts of the rows."""


def apply(recorded: Recorded, context: Context) -> tuple[Statement, ...]:
    """Give the insert for one more entry; one that has no effect is kept with the reason."""
    fact = judge(recorded, context)
    row = {
        "log": recorded.log,
        "idx": recorded.index,
        "arrival": recorded.arrival,
        "arrived_ms": recorded.arrived_ms,
        "kind": fact.kind,
        "party": fact.party,
        "version": fact.version,
        "digest": fact.digest,
        "body": b"" if fact.effect else recorded.body,
        "effect": fact.effect,
        "slot": _slot(fact),
    }
    return (Statement(INSERT_ENTRY, row),)


def _slot(fact: AgreementFact) -> str:
    """Name what a party can say once: whatever it says of the same later has no effect, and is not kept."""
    if fact.effect:
        return ""
    if fact.kind == KEY_STATEMENT:
        return f"keys {fact.party} {fact.version}"
    if fact.kind == Kind.KEYS_PUBLISHED:
        return f"published {fact.digest.hex()}"
    if fact.kind == Kind.INCARNATION_OPENED:  # of one number two may have been signed, and both are evidence
        return f"incarnation {fact.party} {fact.version} {fact.digest.hex()[:16]}"
    return "agreement" if fact.kind == Kind.AGREEMENT else f"text {fact.version}"


def read_facts(rows: Rows) -> list[AgreementFact]:
    """Make facts of the rows of `SELECT_ENTRIES`; their signatures were verified when they were stored."""
    return [_read_fact(row) for row in rows]


def judge(recorded: Recorded, context: Context) -> AgreementFact:
    """Judge one entry by itself: the same answer at any time, and never an exception (protocol A8)."""
    kind = -1 if recorded.head is None else recorded.head.kind
    author = context.party_of(recorded.log)
    fact = AgreementFact(
        log=recorded.log, index=recorded.index, arrival=recorded.arrival, kind=kind, party=author
    )
    try:
        return _verified(fact, recorded.body, context)
    except CoupefeuError as error:
        return replace(fact, effect=f"{error.message} [{error.code}]")


def _verified(fact: AgreementFact, body: bytes, context: Context) -> AgreementFact:
    fact, agreement = _content(fact, body), context.agreement
    match fact.kind:
        case Kind.AGREEMENT:
            _verify_opening(fact, body, agreement)
        case Kind.AMENDMENT_PROPOSED if fact.signatures is not None:
            signed = verify_signatures(fact.octets, (fact.signatures,), agreement)
            _insist(signed.signers == {fact.party}, "signed by another party than the one that proposes")
            check_fixed(agreement, signed.agreement)
        case Kind.AMENDMENT_ACCEPTED if fact.signatures is not None:
            note = agreement_note(agreement.line_id, fact.version, fact.digest)
            verify_text(agreement.keys_of(fact.party), note, fact.signatures)
        case Kind.KEYS_PUBLISHED:
            pass  # whose they are, the statements say: until then they are bytes
        case Kind.INCARNATION_OPENED:
            _verify_incarnation(fact, parse_opening_body(body), context)
        case _:
            verify_key_statement(parse_key_statement(body), agreement)
    return fact


def _verify_opening(fact: AgreementFact, body: bytes, agreement: Agreement) -> None:
    signed = verify_agreement_body(body)
    check_fixed(agreement, signed.agreement)
    _insist(fact.index == 0, "an agreement stands at the beginning of a log only")


def _verify_incarnation(fact: AgreementFact, opening: Opening, context: Context) -> None:
    if not opening.octets:
        verify_incarnation(opening.signed, context.agreement)
        return
    signed = verify_agreement(opening.octets, opening.signatures)
    check_fixed(context.agreement, signed.agreement)
    check_opening(opening.signed, fact.log, context)
    _insist(fact.index == 0, "an incarnation opens a log with its first entry")


def _content(fact: AgreementFact, body: bytes) -> AgreementFact:
    """Read what the body says, without believing it; a version that the fact has already is not read again."""
    if fact.kind == KEY_STATEMENT:
        signed = parse_key_statement(body)
        statement = signed.statement
        return replace(fact, party=statement.party, version=statement.number, signed=signed)
    if fact.kind == Kind.KEYS_PUBLISHED:
        return replace(fact, published=parse_published_keys(body), digest=sha256(body).digest())
    if fact.kind == Kind.INCARNATION_OPENED:
        opened = parse_opening_body(body).signed
        said = opened.statement
        digest = sha256(said.text().encode("ascii")).digest()
        return replace(fact, party=said.party, version=said.incarnation, digest=digest, incarnation=opened)
    if fact.kind == Kind.AMENDMENT_ACCEPTED:
        acceptance = parse_acceptance(body)
        return replace(
            fact, version=acceptance.version, digest=acceptance.digest, signatures=acceptance.signatures
        )
    octets, signatures = parse_agreement_body(body)
    digest = sha256(octets).digest()
    if fact.kind == Kind.AGREEMENT:
        return replace(fact, octets=octets, digest=digest, version=1)
    _insist(len(signatures) == 1, "a proposal holds its proposer's signatures only")
    version = fact.version or parse_agreement(octets).version
    return replace(fact, octets=octets, digest=digest, version=version, signatures=signatures[0])


def _read_fact(row: Mapping[str, Any]) -> AgreementFact:
    fact = AgreementFact(
        log=row["log"],
        index=row["idx"],
        arrival=row["arrival"],
        kind=row["kind"],
        party=row["party"],
        version=row["version"],
        digest=row["digest"],
        effect=row["effect"],
    )
    return fact if fact.effect else _content(fact, row["body"])


def _insist(holds: bool, says: str) -> None:
    if not holds:
        raise PolicyError(says, code="services.agreement.no_effect")
