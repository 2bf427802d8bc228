"""The tables of personal keys, of their ends, and of statements: a row for each entry, with why it holds or not.

What an entry alone can tell is judged when it is stored. Whether a statement's key was enrolled, had ended, or had
signed the same before is judged when it is read (`judge_key`): entries may overtake one another on their way.
"""

from collections.abc import Mapping
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

from coupefeu.keys.passkeys import PersonalKey
from coupefeu.model.entry import Head, Kind
from coupefeu.model.messages import MessageId
from coupefeu.services.base import METADATA, Context, Recorded, Statement
from coupefeu.services.entry_rows import entry_columns, entry_row, fits
from coupefeu.services.persons.facts import Ended, Enrolled, PersonFact, Stated, read_person
from coupefeu.services.persons.judging import Line, judge_fact


def _beginning() -> tuple[Column[Any], ...]:
    return (
        *entry_columns(),
        Column("post", String, nullable=False),
        Column("officer", String, nullable=False),
        Column("effect", String, nullable=False, doc="why it has none; empty when it holds by itself"),
    )


KEYS: Final = Table(
    "personal_keys",
    METADATA,
    *_beginning(),
    Column("admitted_by", String, nullable=False),
    Column("credential_id", LargeBinary, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("origin", String, nullable=False),
    Column("rp_id", String, nullable=False),
)
Index("personal_keys_by_arrival", KEYS.c.effect, KEYS.c.arrival)
ENDINGS: Final = Table(
    "personal_keys_ended",
    METADATA,
    *_beginning(),
    Column("key_log", Integer, nullable=False),
    Column("key_idx", BigInteger, nullable=False),
    Column("by_log", Integer, doc="the enrolment in its place"),
    Column("by_idx", BigInteger),
    Column("reason", Integer, nullable=False),
    Column("since_ms", BigInteger),
    Column("words", String, nullable=False),
)
Index("personal_keys_ended_by_key", ENDINGS.c.key_log, ENDINGS.c.key_idx)
STATEMENTS: Final = Table(
    "statements",
    METADATA,
    *_beginning(),
    Column("kind", Integer, nullable=False, doc="STATEMENT, or PRESENCE SHOWN"),
    Column("about_log", Integer, nullable=False),
    Column("about_idx", BigInteger, nullable=False),
    Column("key_log", Integer, nullable=False),
    Column("key_idx", BigInteger, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("origin", String, nullable=False),
    Column("rp_id", String, nullable=False),
    Column("language", String, nullable=False),
    Column("text", String, nullable=False),
    Column("digest", LargeBinary, nullable=False, doc="SHA-256 of what was signed"),
    Column("counter", BigInteger, nullable=False, doc="of the device; 0 where it counts nothing"),
)
Index("statements_by_key", STATEMENTS.c.key_log, STATEMENTS.c.key_idx, STATEMENTS.c.counter)
Index(
    "statements_about",
    STATEMENTS.c.about_log,
    STATEMENTS.c.about_idx,
    STATEMENTS.c.ours,
    STATEMENTS.c.arrival,
)
Index("statements_by_digest", STATEMENTS.c.digest, STATEMENTS.c.ours)

_INSERTS: Final = {
    table.name: table.insert().values({each.name: bindparam(each.name) for each in table.c})
    for table in (KEYS, ENDINGS, STATEMENTS)
}
SELECT_KEY: Final = select(KEYS).where(KEYS.c.log == bindparam("log"), KEYS.c.idx == bindparam("idx"))
SELECT_KEYS: Final = (
    select(KEYS).where(KEYS.c.effect == "").order_by(KEYS.c.arrival.desc()).limit(bindparam("limit"))
)
"""Enrolments that hold, the newest arrival first."""
SELECT_OUR_KEYS: Final = (
    select(KEYS)
    .where(KEYS.c.effect == "", KEYS.c.ours)
    .order_by(KEYS.c.arrival.desc())
    .limit(bindparam("limit"))
)
"""Ours alone: another party may enrol as many as it likes."""
SELECT_ENDINGS_OF: Final = (
    select(ENDINGS)
    .where(
        ENDINGS.c.key_log == bindparam("log"), ENDINGS.c.key_idx == bindparam("idx"), ENDINGS.c.effect == ""
    )
    .order_by(ENDINGS.c.log, ENDINGS.c.idx)
    .limit(1)
)
"""The first entry of its party that ended a key."""
SELECT_STATEMENTS_ABOUT: Final = (
    select(STATEMENTS)
    .where(
        STATEMENTS.c.about_log == bindparam("log"),
        STATEMENTS.c.about_idx == bindparam("idx"),
        STATEMENTS.c.ours == bindparam("ours"),
    )
    .order_by(STATEMENTS.c.arrival)
    .limit(bindparam("limit"))
)
SELECT_STATEMENT: Final = select(STATEMENTS).where(
    STATEMENTS.c.log == bindparam("log"), STATEMENTS.c.idx == bindparam("idx")
)
SELECT_FIRST_OF: Final = (
    select(STATEMENTS.c.log, STATEMENTS.c.idx)
    .where(STATEMENTS.c.digest == bindparam("digest"), STATEMENTS.c.effect == "")
    .order_by(STATEMENTS.c.log, STATEMENTS.c.idx)
    .limit(1)
)
"""The first statement over the same bytes; what is signed names its post, so that it is of one party."""
SELECT_COUNTED: Final = (
    select(STATEMENTS.c.counter)
    .where(
        STATEMENTS.c.key_log == bindparam("log"),
        STATEMENTS.c.key_idx == bindparam("idx"),
        STATEMENTS.c.log == bindparam("at_log"),
        STATEMENTS.c.idx < bindparam("at_idx"),
        STATEMENTS.c.effect == "",
    )
    .order_by(STATEMENTS.c.counter.desc())
    .limit(1)
)
"""The highest counter of a key in the statements before one of the same log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledKey:
    """A key of a post, as it stands on record; see `judging.KnownKey`."""

    id: MessageId
    post: str
    key: PersonalKey


def select_key(key: MessageId) -> Statement:
    """Name the row of one enrolment."""
    return Statement(SELECT_KEY, {"log": key[0], "idx": key[1]})


def select_keys(limit: int) -> Statement:
    """Name the newest enrolments that hold."""
    return Statement(SELECT_KEYS, {"limit": limit})


def select_our_keys(limit: int) -> Statement:
    """Name our newest enrolments that hold."""
    return Statement(SELECT_OUR_KEYS, {"limit": limit})


def select_counted(key: MessageId, before: MessageId) -> Statement:
    """Name the highest counter of a key in the statements before one."""
    return Statement(SELECT_COUNTED, {"log": key[0], "idx": key[1], "at_log": before[0], "at_idx": before[1]})


def select_endings_of(key: MessageId) -> Statement:
    """Name the first entry that ended a key."""
    return Statement(SELECT_ENDINGS_OF, {"log": key[0], "idx": key[1]})


def select_statements_about(entry: MessageId, limit: int, *, ours: bool) -> Statement:
    """Name the first statements of one side about one entry: no side's hide those of the other."""
    asked = {"log": entry[0], "idx": entry[1], "ours": ours, "limit": limit}
    return Statement(SELECT_STATEMENTS_ABOUT, asked)


def select_statement(entry: MessageId) -> Statement:
    """Name the row of one statement."""
    return Statement(SELECT_STATEMENT, {"log": entry[0], "idx": entry[1]})


def select_first_of(digest: bytes) -> Statement:
    """Name the first statement over the same bytes."""
    return Statement(SELECT_FIRST_OF, {"digest": digest})


def read_known_key(row: Mapping[str, Any]) -> EnrolledKey | None:
    """Read an enrolment; None when it does not hold."""
    if row["effect"]:
        return None
    return EnrolledKey(id=(row["log"], row["idx"]), post=row["post"], key=read_key(row))


def read_key(row: Mapping[str, Any]) -> PersonalKey:
    """Read the key of a row of enrolments."""
    return PersonalKey(
        credential_id=bytes(row["credential_id"]),
        public_key=bytes(row["public_key"]),
        origin=row["origin"],
        rp_id=row["rp_id"],
    )


def apply(recorded: Recorded, context: Context) -> tuple[Statement, ...]:
    """Give the insert for one entry; one that cannot be read, or does not hold, is kept with the reason."""
    head = recorded.head
    if head is None:
        return ()
    line = Line(id=context.agreement.line_id, parties=context.parties)
    fact, effect = read_person(head.kind, recorded.body)
    if recorded.erased:
        fact, effect = None, "erased"
    elif fact is not None:
        effect = effect or judge_fact(fact, head, recorded.log, line)
    table, row = _row_of(head, fact if not effect else None)
    beginning = _row(recorded, head, fact, effect)
    return (Statement(_INSERTS[table.name], beginning | row),)


def _row(recorded: Recorded, head: Head, fact: PersonFact | None, effect: str) -> dict[str, Any]:
    is_theirs = effect in {"", "erased"}
    return {
        **entry_row(recorded, head),
        "post": head.from_post if is_theirs else "",
        "officer": "" if effect or fact is None else fact.officer,
        "effect": effect,
    }


def _row_of(head: Head, fact: PersonFact | None) -> tuple[Table, dict[str, Any]]:
    if head.kind == Kind.PERSONAL_KEY_ENROLLED:
        return KEYS, _key_row(fact if isinstance(fact, Enrolled) else None)
    if head.kind == Kind.PERSONAL_KEY_ENDED:
        return ENDINGS, _ending_row(head, fact if isinstance(fact, Ended) else None)
    return STATEMENTS, _statement_row(head, fact if isinstance(fact, Stated) else None)


def _key_row(fact: Enrolled | None) -> dict[str, Any]:
    return {
        "admitted_by": "" if fact is None else fact.admitted_by,
        "credential_id": b"" if fact is None else fact.key.credential_id,
        "public_key": b"" if fact is None else fact.key.public_key,
        "origin": "" if fact is None else fact.key.origin,
        "rp_id": "" if fact is None else fact.key.rp_id,
    }


def _ending_row(head: Head, fact: Ended | None) -> dict[str, Any]:
    key_log, key_idx = _referred(head, 0)
    by_log, by_idx = _referred(head, 1)
    return {
        "key_log": key_log,
        "key_idx": key_idx,
        "by_log": None if by_log < 0 else by_log,
        "by_idx": None if by_log < 0 else by_idx,
        "reason": 0 if fact is None else int(fact.reason),
        "since_ms": None if fact is None else fact.since_ms,
        "words": "" if fact is None else fact.words,
    }


def _statement_row(head: Head, fact: Stated | None) -> dict[str, Any]:
    about_log, about_idx = _referred(head, 0)
    key_log, key_idx = _referred(head, 1)
    return {
        "kind": head.kind,
        "about_log": about_log,
        "about_idx": about_idx,
        "key_log": key_log,
        "key_idx": key_idx,
        "public_key": b"" if fact is None else fact.public_key,
        "origin": "" if fact is None else fact.origin,
        "rp_id": "" if fact is None else fact.rp_id,
        "language": "" if fact is None else fact.language,
        "text": "" if fact is None else fact.text,
        "digest": b"" if fact is None else fact.assertion.digest,
        "counter": 0 if fact is None else fact.assertion.counter,
    }


def _referred(head: Head, position: int) -> MessageId:
    """Give the place that a head refers to; (-1, 0) when there is none, or none that a table holds."""
    places = [(each.log, each.index) for each in head.references[position : position + 1]]
    return places[0] if places and fits(places[0]) else (-1, 0)
