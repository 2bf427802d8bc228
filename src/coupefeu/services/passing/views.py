"""The table of what was done about notices on their way down: a row for each entry; `fold.py` reads them.

Nothing is judged here but what an entry is about: what it means depends on entries of two logs, and either may come
first.
"""

import json
from collections.abc import Sequence
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
    func,
    literal_column,
    select,
    text,
    update,
)

from coupefeu.model.entry import Head, Kind, Reference
from coupefeu.model.messages import MessageId
from coupefeu.services.base import METADATA, Context, Recorded, Statement
from coupefeu.services.entry_rows import entry_columns, entry_row, fits, storable
from coupefeu.services.passing.facts import KINDS, ORDERS
from coupefeu.wire import cbor

MAX_ACTS: Final = 1_024
"""So many acts of one kind in one log about one notice count, the newest of them; older ones are kept."""
MAX_WORDS: Final = 64
"""So many say where a movement is, the newest of each kind in each log: a movement has half as many points."""
MAX_NAMED: Final = 16
"""References of one entry that are looked at."""
NOTHING: Final[MessageId] = (-1, -1)
"""Stored with an act that names no notice."""

PASSING: Final = Table(
    "passing",
    METADATA,
    *entry_columns(),
    Column("kind", Integer, nullable=False),
    Column("from_post", String, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    Column("root_log", Integer, nullable=False),
    Column("root_idx", BigInteger, nullable=False),
    Column(
        "named",
        LargeBinary,
        nullable=False,
        doc="CBOR [[log, index, leaf hash], ...]: what its head refers to",
    ),
    Column("body", LargeBinary, nullable=False),
    Column("erased", Integer, nullable=False, doc="1: its content is gone"),
)
Index(
    "passing_by_notice", PASSING.c.root_log, PASSING.c.root_idx, PASSING.c.kind, PASSING.c.log, PASSING.c.idx
)
INSERT_PASSING: Final = PASSING.insert().values({each.name: bindparam(each.name) for each in PASSING.c})
_OF_NOTICE: Final = "a.root_log = :log AND a.root_idx = :idx AND a.kind = {0}.kind"
_IN_LOG: Final = f"{_OF_NOTICE.format('said')} AND a.log = said.log"


def _select_newest(kinds: frozenset[Kind], most: int) -> Any:
    """Select the acts of these kinds about a notice, so many of each in each log: what lies before is not even read."""
    return text(
        f"WITH RECURSIVE kinds(kind) AS (VALUES {', '.join(f'({int(each)})' for each in sorted(kinds))}),"  # noqa: S608 - declared names
        " said(kind, log) AS ("
        "SELECT kind, (SELECT a.log FROM passing AS a"
        f" WHERE {_OF_NOTICE.format('kinds')} ORDER BY a.log LIMIT 1) FROM kinds"
        " UNION ALL SELECT kind, (SELECT a.log FROM passing AS a"
        f" WHERE {_OF_NOTICE.format('said')} AND a.log > said.log ORDER BY a.log LIMIT 1) FROM said"
        " WHERE log IS NOT NULL)"
        f" SELECT {', '.join(f'a.{each.name} AS {each.name}' for each in PASSING.c)}"
        f" FROM said CROSS JOIN passing AS a WHERE {_IN_LOG} AND a.idx >= coalesce("
        f"(SELECT a.idx FROM passing AS a WHERE {_IN_LOG} ORDER BY a.idx DESC LIMIT 1 OFFSET {most - 1}), 0)"
        " ORDER BY log, idx"
    )


SELECT_ACTS: Final = _select_newest(KINDS, MAX_ACTS)
SELECT_WORDS: Final = _select_newest(ORDERS | {Kind.CHECKED_IN}, MAX_WORDS)
SELECT_ROOT_OF: Final = select(PASSING.c.root_log, PASSING.c.root_idx).where(
    PASSING.c.log == bindparam("log"), PASSING.c.idx == bindparam("idx")
)
_GIVEN: Final = func.json_each(bindparam("roots")).table_valued("value")
SELECT_SPOKEN_OF: Final = (
    select(PASSING.c.root_log, PASSING.c.root_idx)
    .join(
        _GIVEN,
        (PASSING.c.root_log == func.json_extract(_GIVEN.c.value, "$[0]"))
        & (PASSING.c.root_idx == func.json_extract(_GIVEN.c.value, "$[1]")),
    )
    .distinct()
)
_EMPTY: Final = (
    update(PASSING)
    .where(
        PASSING.c.log == bindparam("b_log"),
        PASSING.c.idx >= bindparam("b_start"),
        PASSING.c.idx < bindparam("b_end"),
    )
    .values(body=literal_column("x''"), erased=literal_column("1"))
)


def select_acts(notice: MessageId) -> Statement:
    """Name the acts about a notice, each log's in its own order; a flood of one kind hides none of another."""
    return Statement(SELECT_ACTS, {"log": notice[0], "idx": notice[1]})


def select_words(notice: MessageId) -> Statement:
    """Name what was said of a movement on its way: check-ins, STOP and RESUMED (`heard.words_of`)."""
    return Statement(SELECT_WORDS, {"log": notice[0], "idx": notice[1]})


def select_spoken_of(notices: Sequence[MessageId]) -> Statement:
    """Name those of these notices about which anything was said."""
    return Statement(SELECT_SPOKEN_OF, {"roots": json.dumps(notices)})


def select_root_of(entry: MessageId) -> Statement:
    """Name the notice that an entry of these kinds is about."""
    return Statement(SELECT_ROOT_OF, {"log": entry[0], "idx": entry[1]})


def empty_passing(range_: tuple[int, int, int]) -> Statement:
    """Empty the acts among entries [start, end) of a log, as `rebuild` makes them of entries without their bodies."""
    log, start, end = range_
    return Statement(_EMPTY, {"b_log": log, "b_start": start, "b_end": end})


def apply(recorded: Recorded, context: Context) -> tuple[Statement, ...]:
    """Give the insert for one entry; whatever it holds, it is kept."""
    del context
    if recorded.head is None:
        return ()
    return (Statement(INSERT_PASSING, row_of(recorded, recorded.head)),)


def row_of(recorded: Recorded, head: Head) -> dict[str, Any]:
    """Give the row of an entry."""
    named = [each for each in head.references[:MAX_NAMED] if fits((each.log, each.index))]
    root = (named[0].log, named[0].index) if named and named[0] == head.references[0] else NOTHING
    return {
        **entry_row(recorded, head),
        "kind": head.kind,
        "from_post": storable(head.from_post),
        "leaf_hash": recorded.leaf_hash,
        "root_log": root[0],
        "root_idx": root[1],
        "named": encode_named(named),
        "body": b"" if recorded.erased else recorded.body,
        "erased": int(recorded.erased),
    }


def encode_named(references: list[Reference]) -> bytes:
    """Write what a head refers to as a row has it."""
    return cbor.encode([[each.log, each.index, each.leaf_hash] for each in references])
