"""What the record itself says governs the line: amendments that all have signed and co-signed, and key statements.

The keeper reads it when entries of the agreement service came, so that a text is in force exactly at its instant and
a new key from the very entry that names it, whoever is there to notice.
"""

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from coupefeu.errors import CoupefeuError, VerificationError
from coupefeu.keys.agreement_signatures import verify_key_statement
from coupefeu.model.agreement import Agreement
from coupefeu.model.entry import Kind
from coupefeu.model.logs import position_of
from coupefeu.services.agreement.facts import KEY_STATEMENT, KINDS, AgreementFact
from coupefeu.services.agreement.in_force import (
    Amendment,
    find_other_incarnation,
    list_amendments,
    list_incarnations,
    list_signed_statements,
)
from coupefeu.services.agreement.views import SELECT_ENTRIES, read_facts
from coupefeu.services.base import Recorded
from coupefeu.store.incoming import Incoming
from coupefeu.store.line import Party, Verify, succeed_all
from coupefeu.store.showing import parse_head
from coupefeu.store.sqlite import Connection
from coupefeu.store.transaction import Transaction
from coupefeu.wire.incarnation import SignedIncarnation
from coupefeu.wire.key_statement import KeyStatement, SignedKeyStatement, parse_key_statement
from coupefeu.wire.published_keys import join_published

_COSIGNED_MS: Final = (
    "SELECT holder, min(arrived_ms) FROM cosignatures WHERE log = ? AND size > ? GROUP BY holder"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`amendments`: of a higher version than the one in force; `statements`: all that stand, by party and number.

    `published`: the ML-DSA-44 keys that entries show whole, each by its SHA-256; statements say whose they are.
    """

    amendments: tuple[Amendment, ...] = ()
    statements: tuple[SignedKeyStatement, ...] = ()
    published: Mapping[bytes, bytes] = field(default_factory=dict)
    incarnations: tuple[SignedIncarnation, ...] = ()
    """All that stand, by party and number (protocol A13)."""
    second_openings: tuple[tuple[SignedIncarnation, SignedIncarnation], ...] = ()
    """Of one that stands, and another statement of it that came later: evidence."""

    @property
    def awaits_receipts(self) -> bool:
        """Whether all have signed an amendment, and only a co-signature is missing."""
        return any(not each.missing and each.in_force_ms is None for each in self.amendments)


def read_standing(
    connection: Connection, agreement: Agreement, known: Sequence[SignedIncarnation] = ()
) -> Standing:
    """Read it; what was written in the open transaction counts. `known`: incarnations that the folder holds."""
    facts = [*map(_known_fact, known), *read_facts(connection.execute(SELECT_ENTRIES))]
    opened = list_incarnations(facts, agreement)
    seconds = ((each, find_other_incarnation(facts, each)) for each in opened)
    others = len(agreement.parties) - 1

    def cosigned(log: int, index: int) -> int | None:
        times = [
            ms
            for holder, ms in cosigned_ms(connection, log, index).items()
            if holder != position_of(log, len(agreement.parties))
        ]
        return max(times) if len(times) == others else None

    amendments = list_amendments(facts, agreement, cosigned)
    return Standing(
        amendments=tuple(each for each in amendments if each.version > agreement.version),
        statements=tuple(list_signed_statements(facts, agreement)),
        incarnations=tuple(opened),
        second_openings=tuple((first, second) for first, second in seconds if second is not None),
        published=join_published(fact.published for fact in facts if fact.published is not None),
    )


def _known_fact(signed: SignedIncarnation) -> AgreementFact:
    """Give what the folder holds as a fact that was there before all others."""
    party = signed.statement.party
    return AgreementFact(
        log=-1, index=-1, arrival=-1, kind=Kind.INCARNATION_OPENED, party=party, incarnation=signed
    )


def cosigned_ms(connection: Connection, log: int, index: int) -> Mapping[int, int]:
    """By holder: UTC milliseconds at which its first co-signature over this entry was made durable here."""
    return {holder: int(ms) for holder, ms in connection.query(_COSIGNED_MS, (log, index))}


def verify_author(
    transaction: Transaction, party: Party, entries: Mapping[int, Incoming], size: int, verify: Verify
) -> Party:
    """Verify the statement over a batch by a key of its author that counts at `size`; gives the author as of then.

    A key statement is signed by the identity key, so it counts wherever it is seen: the batch that holds it may
    already be signed by the key that it brings (protocol A10).

    Raises: VerificationError: it is by no key that counts.
    """
    try:
        party.verify_log_at(size, verify)
    except VerificationError:
        successor = succeed_all(party, _statements_among(transaction, entries.values()))
        if successor is party:
            raise
        successor.verify_log_at(size, verify)
        return successor
    return party


def _statements_among(transaction: Transaction, coming: Iterable[Incoming]) -> Iterator[KeyStatement]:
    for entry in coming:
        head = parse_head(entry.head) if entry.head is not None else None
        if head is None or head.kind != KEY_STATEMENT or entry.body is None:
            continue
        with contextlib.suppress(CoupefeuError):
            yield verify_key_statement(parse_key_statement(entry.body), transaction.context.agreement)


def is_of_agreement(recorded: Recorded) -> bool:
    """Whether an entry may change what governs the line."""
    return recorded.head is not None and recorded.head.kind in KINDS
