"""The table of incidents: a row for each entry about one; `fold.py` reads them.

An entry is judged here by itself alone: by its head, its body, and whose incident it names. Whether that is here, and
what it means beside the others, depends on entries of two logs, and either may come first.
"""

import json
from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    and_,
    bindparam,
    func,
    literal_column,
    null,
    select,
    text,
    update,
)

from coupefeu.model.entry import Head, Kind
from coupefeu.model.messages import MessageId
from coupefeu.services.base import METADATA, Context, Recorded, Statement
from coupefeu.services.entry_rows import entry_columns, entry_row, fits, storable
from coupefeu.services.incidents.facts import KINDS, VERSIONS, IncidentFact, body_defect, read_incident
from coupefeu.services.speaker import judge_speaker
from coupefeu.wire import cbor

MAX_ACTS: Final = 256
"""So many entries of one kind in one log about one incident are looked at, the newest, of requests the first.

The others are kept. A flood of requests pushes out none that was answered.
"""
MAX_NAMED: Final = 40
"""References of one entry that are looked at."""
NOTHING: Final[MessageId] = (-1, -1)
"""Stored with an entry that names no incident, or nothing beside it."""
ERASED: Final = "erased"
BY_HEAD: Final = ("foreign_post", "missing_reference", "foreign_incident", "own_with_own", "nobody_addressed")
"""What an entry lacks by its head alone: that stays when its content is gone."""
_ONLY_AUTHORS: Final = frozenset(
    {Kind.INCIDENT_AMENDED, Kind.INCIDENT_PAIRED, Kind.INCIDENT_CLOSED, Kind.INCIDENT_REOPENED}
)
"""What the author of an incident alone may write about it."""
_ABOUT_TWO: Final = frozenset({Kind.INCIDENT_PAIRED, Kind.INCIDENT_REPLIED})
"""What names another entry beside the incident."""

ACTS: Final = Table(
    "incident_acts",
    METADATA,
    *entry_columns(),
    Column("kind", Integer, nullable=False),
    Column("party", String, nullable=False, doc="whose log it stands in"),
    Column("from_post", String, nullable=False),
    Column("to_posts", String, nullable=False, doc="a JSON array"),
    Column("precedence", Integer, nullable=False),
    Column("agreement_version", BigInteger, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    Column(
        "effect", String, nullable=False, doc="why it has none whatever else stands; empty when it may have"
    ),
    Column("root_log", Integer, nullable=False, doc="the incident"),
    Column("root_idx", BigInteger, nullable=False),
    Column("about_log", Integer, nullable=False, doc="the other incident of a pair, the query of a reply"),
    Column("about_idx", BigInteger, nullable=False),
    Column(
        "named",
        LargeBinary,
        nullable=False,
        doc="CBOR [[log, index, leaf hash], ...]: what its head refers to",
    ),
    Column("body", LargeBinary, nullable=False),
    Column("form", Integer, doc="of a version that has effect, and so the rest"),
    Column("first_ms", BigInteger, doc="when it happened; where that is not stated, when it was reported"),
    Column("last_ms", BigInteger),
    Column("lat_e7", BigInteger),
    Column("lon_e7", BigInteger),
    Column("reach_m", BigInteger, doc="how far from there it may have been"),
)
Index("incident_acts_by_root", ACTS.c.root_log, ACTS.c.root_idx, ACTS.c.kind, ACTS.c.log, ACTS.c.idx)
IS_REPORT: Final = ACTS.c.kind == literal_column(str(int(Kind.INCIDENT_REPORTED)))
IS_PAIR: Final = ACTS.c.kind == literal_column(str(int(Kind.INCIDENT_PAIRED)))
Index("incident_acts_reports", ACTS.c.arrival, sqlite_where=IS_REPORT, postgresql_where=IS_REPORT)
Index(
    "incident_acts_pairs",
    ACTS.c.about_log,
    ACTS.c.about_idx,
    ACTS.c.log,
    ACTS.c.idx,
    sqlite_where=IS_PAIR,
    postgresql_where=IS_PAIR,
)
_IS_TIMED: Final = ACTS.c.last_ms.is_not(None)
Index(
    "incident_acts_near",
    ACTS.c.ours,
    ACTS.c.last_ms,
    ACTS.c.first_ms,
    ACTS.c.lat_e7,
    ACTS.c.reach_m,
    sqlite_where=_IS_TIMED,
    postgresql_where=_IS_TIMED,
)
Index(
    "incident_acts_claimed",
    ACTS.c.ours,
    ACTS.c.claimed_ms,
    sqlite_where=IS_REPORT,
    postgresql_where=IS_REPORT,
)
_HAPPENED: Final = ("form", "first_ms", "last_ms", "lat_e7", "lon_e7", "reach_m")
"""What a version that has effect says of itself."""
INSERT_ACT: Final = ACTS.insert().values({each.name: bindparam(each.name) for each in ACTS.c})

_COLUMNS: Final = ", ".join(f"a.{each.name} AS {each.name}" for each in ACTS.c)
_OF_ROOT: Final = "a.root_log = :log AND a.root_idx = :idx AND a.kind = {0}.kind"
_IN_LOG: Final = f"{_OF_ROOT.format('said')} AND a.log = said.log"
_FAR: Final = f"LIMIT 1 OFFSET {MAX_ACTS - 1}"
_MOST: Final = f"(SELECT a.idx FROM incident_acts AS a WHERE {_IN_LOG} ORDER BY a.idx {{0}} {_FAR})"  # noqa: S608 - declared names
_IS_QUERY: Final = f"WHEN said.kind = {int(Kind.INCIDENT_QUERIED)}"
_LAST: Final = (1 << 63) - 1
_KINDS: Final = ", ".join(f"({int(each)})" for each in sorted(KINDS))
SELECT_ACTS: Final = text(
    f"WITH RECURSIVE kinds(kind) AS (VALUES {_KINDS}),"  # noqa: S608 - declared names
    " said(kind, log) AS (SELECT kind, (SELECT a.log FROM incident_acts AS a"
    f" WHERE {_OF_ROOT.format('kinds')} ORDER BY a.log LIMIT 1) FROM kinds"
    " UNION ALL SELECT kind, (SELECT a.log FROM incident_acts AS a"
    f" WHERE {_OF_ROOT.format('said')} AND a.log > said.log ORDER BY a.log LIMIT 1) FROM said WHERE log IS NOT NULL)"
    f" SELECT {_COLUMNS} FROM said CROSS JOIN incident_acts AS a WHERE {_IN_LOG}"
    f" AND a.idx >= CASE {_IS_QUERY} THEN 0 ELSE coalesce({_MOST.format('DESC')}, 0) END"
    f" AND a.idx <= CASE {_IS_QUERY} THEN coalesce({_MOST.format('ASC')}, {_LAST}) ELSE {_LAST} END"
    " ORDER BY log, idx"
)
"""What lies before the acts that count, or after the requests that do, is not even read."""
SELECT_COUNT: Final = select(func.count().label("count")).where(
    ACTS.c.root_log == bindparam("log"), ACTS.c.root_idx == bindparam("idx")
)
SELECT_PAIRS: Final = (
    select(ACTS)
    .where(IS_PAIR, ACTS.c.about_log == bindparam("log"), ACTS.c.about_idx == bindparam("idx"))
    .order_by(ACTS.c.log.desc(), ACTS.c.idx.desc())
    .limit(literal_column(str(MAX_ACTS)))
)
_GIVEN: Final = func.json_each(bindparam("given")).table_valued("value")
SELECT_REPORTS: Final = select(ACTS.c.log, ACTS.c.idx, ACTS.c.leaf_hash).join(
    _GIVEN,
    and_(
        ACTS.c.log == func.json_extract(_GIVEN.c.value, "$[0]"),
        ACTS.c.idx == func.json_extract(_GIVEN.c.value, "$[1]"),
        IS_REPORT,
    ),
)
SELECT_ROOT_OF: Final = select(ACTS.c.root_log, ACTS.c.root_idx, ACTS.c.kind).where(
    ACTS.c.log == bindparam("log"), ACTS.c.idx == bindparam("idx")
)


def select_acts(incident: MessageId) -> Statement:
    """Name the entries about an incident, itself first; a flood of one kind hides none of another."""
    return Statement(SELECT_ACTS, {"log": incident[0], "idx": incident[1]})


def count_acts(incident: MessageId) -> Statement:
    """Count the entries about an incident, itself and those that are not looked at among them."""
    return Statement(SELECT_COUNT, {"log": incident[0], "idx": incident[1]})


def select_pairs(incident: MessageId) -> Statement:
    """Name what the authors of other incidents say of being the same event as this one, the newest first."""
    return Statement(SELECT_PAIRS, {"log": incident[0], "idx": incident[1]})


def select_reports(incidents: Iterable[MessageId]) -> Statement:
    """Name those of these entries that report an incident and are here, with their leaf hashes."""
    return Statement(SELECT_REPORTS, {"given": json.dumps(list(incidents))})


def select_root_of(entry: MessageId) -> Statement:
    """Name the incident that an entry is about, itself if it reports one."""
    return Statement(SELECT_ROOT_OF, {"log": entry[0], "idx": entry[1]})


def apply(recorded: Recorded, context: Context) -> tuple[Statement, ...]:
    """Give the insert for one entry; whatever it holds, it is kept."""
    if recorded.head is None:
        return ()
    return (Statement(INSERT_ACT, row_of(recorded, recorded.head, context)),)


def row_of(recorded: Recorded, head: Head, context: Context) -> dict[str, Any]:
    """Give the row of an entry."""
    places = [(each.log, each.index) for each in head.references[:MAX_NAMED]]
    is_report = head.kind == Kind.INCIDENT_REPORTED
    root = (recorded.log, recorded.index) if is_report else [*places, NOTHING][0]
    about = [*places, NOTHING, NOTHING][1] if head.kind in _ABOUT_TWO else NOTHING
    party = context.party_of(recorded.log)
    effect = judge_speaker(head, party) or _judge_named(head, party, root, about, context)
    if not effect:
        effect = ERASED if recorded.erased else body_defect(head.kind, recorded.body)
    row = {
        **entry_row(recorded, head),
        "kind": head.kind,
        "party": party,
        "from_post": storable(head.from_post),
        "to_posts": json.dumps([storable(each) for each in head.to_posts]),
        "precedence": int(head.precedence),
        "agreement_version": head.agreement_version,
        "leaf_hash": recorded.leaf_hash,
        "effect": effect,
        **_placed("root", root),
        **_placed("about", about),
        "named": cbor.encode(
            [
                [each.log, each.index, each.leaf_hash]
                for each in head.references[:MAX_NAMED]
                if fits((each.log, each.index))
            ]
        ),
        "body": b"" if recorded.erased else recorded.body,
    }
    fact = read_incident(head.kind, recorded.body)[0] if head.kind in VERSIONS and not effect else None
    return row | _happened(fact, head)


def _judge_named(head: Head, party: str, root: MessageId, about: MessageId, context: Context) -> str:
    """Judge what the head names by whose it is; whether it is here nobody knows yet."""
    if not fits(root) or (head.kind in _ABOUT_TWO and not fits(about)):
        return "missing_reference"
    if head.kind in _ONLY_AUTHORS and context.party_of(root[0]) != party:
        return "foreign_incident"
    if head.kind == Kind.INCIDENT_PAIRED and context.party_of(about[0]) in {"", party}:
        return "own_with_own"
    is_to_others = any(each.partition(".")[0] not in {"", party} for each in head.to_posts)
    return "" if is_to_others or head.kind != Kind.INCIDENT_QUERIED else "nobody_addressed"


def _placed(role: str, entry: MessageId) -> dict[str, int]:
    log, index = entry if fits(entry) else NOTHING
    return {f"{role}_log": log, f"{role}_idx": index}


def _happened(fact: IncidentFact | None, head: Head) -> dict[str, Any]:
    """Give what two versions of one incident are matched by."""
    if fact is None:
        return dict.fromkeys(_HAPPENED)
    is_report = head.kind == Kind.INCIDENT_REPORTED
    reported = (head.written_ms, head.written_ms) if is_report else (None, None)
    first_ms, last_ms = reported if fact.when_ms is None else fact.when_ms
    place = fact.position
    return {
        "form": int(fact.form),
        "first_ms": first_ms,
        "last_ms": last_ms,
        "lat_e7": None if place is None else place.lat_e7,
        "lon_e7": None if place is None else place.lon_e7,
        "reach_m": fact.uncertainty_m or 0,
    }


def _within() -> Any:
    return and_(
        ACTS.c.log == bindparam("b_log"), ACTS.c.idx >= bindparam("b_start"), ACTS.c.idx < bindparam("b_end")
    )


_EMPTY: Final = (
    update(ACTS).where(_within()).values(body=literal_column("x''"), **dict.fromkeys(_HAPPENED, null()))
)
_MARK: Final = (
    update(ACTS)
    .where(_within(), ACTS.c.effect.not_in([literal_column(f"'{each}'") for each in BY_HEAD]))
    .values(effect=literal_column(f"'{ERASED}'"))
)


def empty_incidents(range_: tuple[int, int, int]) -> tuple[Statement, ...]:
    """Empty what was said of incidents among entries [start, end) of a log, as `rebuild` makes it without bodies."""
    log, start, end = range_
    place = {"b_log": log, "b_start": start, "b_end": end}
    return tuple(Statement(each, place) for each in (_EMPTY, _MARK))
