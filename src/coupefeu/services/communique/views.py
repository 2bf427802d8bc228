"""The table of what was proposed to be shown to anybody, and answered: a row for each entry.

Whether a proposal is consented to is read from the rows together: the first answer of a party stands, and it counts
where it answers this proposal with this digest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    bindparam,
    select,
)

from coupefeu.model.entry import Head, Kind
from coupefeu.model.logs import party_of
from coupefeu.model.messages import MessageId, format_number
from coupefeu.services.base import METADATA, Context, Recorded, Rows, Statement
from coupefeu.services.communique.facts import Proposed, Range, read_answered, read_proposed
from coupefeu.services.entry_rows import entry_columns, entry_row
from coupefeu.services.speaker import judge_speaker

COMMUNIQUES: Final = Table(
    "communiques",
    METADATA,
    *entry_columns(),
    Column("kind", Integer, nullable=False),
    Column("post", String, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("proposal_log", Integer),
    Column("proposal_idx", BigInteger),
    Column("body", LargeBinary, nullable=False, doc="of a proposal or answer with effect"),
    Column("effect", String, nullable=False, doc="why it has none; empty when it has"),
)
Index("communiques_by_digest", COMMUNIQUES.c.digest, COMMUNIQUES.c.kind)
Index("communiques_by_proposal", COMMUNIQUES.c.proposal_log, COMMUNIQUES.c.proposal_idx)
INSERT: Final = COMMUNIQUES.insert().values({each.name: bindparam(each.name) for each in COMMUNIQUES.c})
_PROPOSALS: Final = select(COMMUNIQUES).where(
    COMMUNIQUES.c.kind == int(Kind.COMMUNIQUE_PROPOSED), COMMUNIQUES.c.effect == ""
)
SELECT_PROPOSAL: Final = _PROPOSALS.where(
    COMMUNIQUES.c.log == bindparam("log"), COMMUNIQUES.c.idx == bindparam("idx")
)
SELECT_NEWEST_PROPOSALS: Final = _PROPOSALS.order_by(COMMUNIQUES.c.arrival.desc()).limit(bindparam("count"))
SELECT_OF_DIGEST: Final = (
    _PROPOSALS.where(COMMUNIQUES.c.digest == bindparam("digest")).order_by(COMMUNIQUES.c.arrival).limit(64)
)
"""The proposals of one selection."""
SELECT_ANSWERS: Final = (
    select(COMMUNIQUES)
    .where(COMMUNIQUES.c.proposal_log == bindparam("log"), COMMUNIQUES.c.proposal_idx == bindparam("idx"))
    .order_by(COMMUNIQUES.c.log, COMMUNIQUES.c.idx)
    .limit(256)
)
"""What was answered to one proposal, each party's first answer before its others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """The answer of a party that stands."""

    id: MessageId
    number: str
    party: str
    ours: bool
    post: str
    consents: bool
    reason: str
    officer: str
    claimed_ms: int
    arrived_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalView:
    """A proposal and its answers. `awaited`: the parties that have not answered; `parties`: all, by their logs."""

    parties: tuple[str, ...]
    id: MessageId
    number: str
    party: str
    ours: bool
    post: str
    proposed: Proposed
    claimed_ms: int
    arrived_ms: int
    answers: tuple[AnswerView, ...]
    awaited: tuple[str, ...]

    @property
    def is_consented(self) -> bool:
        """Whether every other party has consented."""
        return not self.awaited and all(each.consents for each in self.answers)


def select_proposal(number: MessageId) -> Statement:
    """Name the proposal of a number, if it is one with effect."""
    return Statement(SELECT_PROPOSAL, {"log": number[0], "idx": number[1]})


def select_answers(number: MessageId) -> Statement:
    """Name what was answered to it."""
    return Statement(SELECT_ANSWERS, {"log": number[0], "idx": number[1]})


def read_proposal(row: Mapping[str, Any], answers: Rows, parties: tuple[str, ...]) -> ProposalView:
    """Read a proposal with its answers; `parties` in the order of their logs."""
    proposed, _ = read_proposed(row["body"])
    assert proposed is not None, "a row with effect was read before it was kept"
    author = party_of(row["log"], parties)
    standing = _first_answers(answers, row["digest"], author, parties)
    answered = {each.party for each in standing}
    return ProposalView(
        parties=parties,
        id=(row["log"], row["idx"]),
        number=format_number((row["log"], row["idx"]), parties),
        party=author,
        ours=bool(row["ours"]),
        post=row["post"],
        proposed=proposed,
        claimed_ms=row["claimed_ms"],
        arrived_ms=row["arrived_ms"],
        answers=standing,
        awaited=tuple(each for each in parties if each not in {author, *answered}),
    )


def _first_answers(
    rows: Rows, digest: bytes, author: str, parties: tuple[str, ...]
) -> tuple[AnswerView, ...]:
    """Give of each other party the first answer that counts."""
    standing: dict[str, AnswerView] = {}
    for row in rows:
        party = party_of(row["log"], parties)
        if row["effect"] or row["digest"] != digest or party == author:
            continue
        answered, _ = read_answered(row["kind"], row["body"])
        assert answered is not None, "a row with effect was read before it was kept"
        view = AnswerView(
            id=(row["log"], row["idx"]),
            number=format_number((row["log"], row["idx"]), parties),
            party=party,
            ours=bool(row["ours"]),
            post=row["post"],
            consents=row["kind"] == Kind.COMMUNIQUE_CONSENTED,
            reason=answered.reason,
            officer=answered.officer,
            claimed_ms=row["claimed_ms"],
            arrived_ms=row["arrived_ms"],
        )
        standing.setdefault(party, view)
    return tuple(standing[party] for party in parties if party in standing)


def apply(recorded: Recorded, context: Context) -> tuple[Statement, ...]:
    """Give the insert for one entry; one that cannot be read, or speaks for another's post, is kept with the reason."""
    head = recorded.head
    if head is None:
        return ()
    digest, effect = _read(head, recorded.body)
    effect = effect or judge_speaker(head, context.party_of(recorded.log))
    return (Statement(INSERT, _row(recorded, head, digest, effect)),)


def _read(head: Head, body: bytes) -> tuple[bytes, str]:
    if head.kind == Kind.COMMUNIQUE_PROPOSED:
        proposed, defect = read_proposed(body)
        return (b"" if proposed is None else proposed.digest), defect
    answered, defect = read_answered(head.kind, body)
    return (b"" if answered is None else answered.digest), defect or (
        "" if head.references else "missing_reference"
    )


def _row(recorded: Recorded, head: Head, digest: bytes, effect: str) -> dict[str, Any]:
    is_answer = head.kind != Kind.COMMUNIQUE_PROPOSED and not effect
    named = head.references[0] if is_answer else None
    return {
        **entry_row(recorded, head),
        "kind": head.kind,
        "post": "" if effect else head.from_post,
        "digest": b"" if effect else digest,
        "proposal_log": None if named is None else named.log,
        "proposal_idx": None if named is None else named.index,
        "body": b"" if effect else recorded.body,
        "effect": effect,
    }


def total_entries(ranges: Sequence[Range]) -> int:
    """Count the entries of ranges."""
    return sum(each.end - each.start for each in ranges)
