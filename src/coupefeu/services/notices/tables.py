"""The tables of notices: a row for each entry about one, and a row for each notice by which lists are narrowed."""

import json
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    and_,
    bindparam,
    literal_column,
    or_,
    select,
    text,
    update,
)

from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.services.base import METADATA, Statement
from coupefeu.services.entry_rows import entry_columns

MAX_ACTS: Final = 256
"""So many entries of one log about one notice count, the first: versions and what closes it, and so many others.

Later ones are kept and change nothing.
"""
NOTHING: Final[MessageId] = (-1, -1)
"""Stored with an entry that names no notice, or no version."""
ERASED: Final = "erased"

BY_HEAD: Final = ("foreign_post", "missing_reference", "nobody_addressed")
"""What an entry lacks by its head alone: that stays when its content is gone."""

ACTS: Final = Table(
    "notice_acts",
    METADATA,
    *entry_columns(),
    Column("kind", Integer, nullable=False),
    Column("party", String, nullable=False, doc="whose log it stands in"),
    Column("from_post", String, nullable=False),
    Column("to_posts", String, nullable=False, doc="a JSON array"),
    Column("agreement_version", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    Column(
        "effect", String, nullable=False, doc="why it has none whatever else stands; empty when it may have"
    ),
    Column("root_log", Integer, nullable=False, doc="the notice"),
    Column("root_idx", BigInteger, nullable=False),
    Column(
        "stands",
        Boolean,
        nullable=False,
        doc="whether the author of the notice wrote a version of it, or closed it",
    ),
    Column("root_leaf", LargeBinary, doc="of the notice that its author saw; None: it is the notice"),
    Column("other_log", Integer, nullable=False, doc="of a settlement: the other notice"),
    Column("other_idx", BigInteger, nullable=False),
    Column("about_log", Integer, nullable=False, doc="the version or the answer that it speaks of"),
    Column("about_idx", BigInteger, nullable=False),
    Column("named", String, nullable=False, doc="what else its head refers to, a JSON array of [log, index]"),
    Column("form", Integer, doc="of a version that can be read, and so the rest"),
    Column("title", String, nullable=False),
    Column("movement", String, nullable=False),
    Column("start_ms", BigInteger),
    Column("end_ms", BigInteger),
    Column("asks", Boolean, nullable=False),
)
Index("notice_acts_by_root", ACTS.c.root_log, ACTS.c.root_idx, ACTS.c.log, ACTS.c.stands, ACTS.c.idx)
Index("notice_acts_by_arrival", ACTS.c.arrival)
IS_SETTLEMENT: Final = ACTS.c.kind == literal_column(str(int(Kind.CONFLICT_SETTLED)))
Index(
    "notice_acts_settling",
    ACTS.c.other_log,
    ACTS.c.other_idx,
    ACTS.c.log,
    ACTS.c.idx,
    sqlite_where=IS_SETTLEMENT,
    postgresql_where=IS_SETTLEMENT,
)

NOTICES: Final = Table(
    "notices",
    METADATA,
    *entry_columns(),
    Column("party", String, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    Column("effect", String, nullable=False, doc="why the notice has none; empty when it has"),
    Column("closed", Integer, doc="kind of the entry that withdrew or completed it"),
    Column("closed_log", Integer),
    Column("closed_idx", BigInteger),
    Column("newest", BigInteger, nullable=False, doc="arrival of the newest version that has effect"),
    Column("is_erased", Boolean, nullable=False),
    Column("form", Integer),
    Column("title", String, nullable=False),
    Column("movement", String, nullable=False),
    Column("start_ms", BigInteger),
    Column("end_ms", BigInteger),
    Column("asks", Boolean, nullable=False),
    Column("until_ms", BigInteger, doc="until when it stands: its end, or of a movement later (ahead.py)"),
    Column("heard_ms", BigInteger, doc="of a movement: of when the last word about it is"),
    Column("left_ms", BigInteger, doc="since when it is not by its plan any more"),
    Column("ahead", LargeBinary, doc="volumes that are still ahead of it"),
)
Index("notices_by_arrival", NOTICES.c.arrival)
Index("notices_by_newest", NOTICES.c.newest)
IS_OPEN: Final = and_(
    NOTICES.c.closed.is_(None),
    NOTICES.c.is_erased == literal_column("0"),
    NOTICES.c.effect == literal_column("''"),
)
Index("notices_open", NOTICES.c.ours, NOTICES.c.until_ms, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN)
"""What is compared and answered: few among all that were ever filed."""

INSERT_ACT: Final = ACTS.insert().values({each.name: bindparam(each.name) for each in ACTS.c})
INSERT_NOTICE: Final = NOTICES.insert().values({each.name: bindparam(each.name) for each in NOTICES.c})

STANDS: Final = ("until_ms", "heard_ms", "left_ms", "ahead")
"""What of a notice is derived from its newest version and from what was said of it on its way (ahead.py)."""
SAVE_STANDS: Final = (
    update(NOTICES)
    .where(NOTICES.c.log == bindparam("b_log"), NOTICES.c.idx == bindparam("b_idx"))
    .values({name: bindparam(f"b_{name}") for name in STANDS})
)

_COLUMNS: Final = ", ".join(
    [*(f"a.{each.name} AS {each.name}" for each in ACTS.c), *(f"n.{name} AS {name}" for name in STANDS)]
)
_OF_ROOT: Final = "LEFT JOIN notices AS n ON n.log = a.log AND n.idx = a.idx"
_SETTLES: Final = f"kind = {int(Kind.CONFLICT_SETTLED)}"


def _about(name: str, role: str, those: str) -> str:
    """Give each log in which something is said of the given notices, by one step in an index for each."""
    of_log = f"SELECT a.log FROM notice_acts AS a WHERE a.{role}_log = {{0}}.root_log AND a.{role}_idx = {{0}}.root_idx"  # noqa: S608 - declared names
    more = f"{those} ORDER BY a.log LIMIT 1"
    return (
        f"{name}(root_log, root_idx, log) AS ("  # noqa: S608 - as above
        f"SELECT root_log, root_idx, ({of_log.format('given')}{more}) FROM given"
        f" UNION ALL SELECT root_log, root_idx, ({of_log.format(name)} AND a.log > {name}.log{more})"
        f" FROM {name} WHERE log IS NOT NULL)"
    )


def _first(name: str, role: str, those: str) -> str:
    """Select the first entries of each of these logs: what lies behind is not even read."""
    own = f"a.{role}_log = {name}.root_log AND a.{role}_idx = {name}.root_idx AND a.log = {name}.log{those}"
    last = f"SELECT a.idx FROM notice_acts AS a WHERE {own} ORDER BY a.idx LIMIT 1 OFFSET {MAX_ACTS - 1}"  # noqa: S608 - as above
    return f"notice_acts AS a {_OF_ROOT} WHERE {own} AND a.idx <= coalesce(({last}), {(1 << 63) - 1})"


SELECT_ACTS: Final = text(
    "WITH RECURSIVE given(root_log, root_idx) AS ("  # noqa: S608 - declared names
    "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:roots)),"
    " class(stands) AS (VALUES (0), (1)),"
    f" {_about('about', 'root', '')}, {_about('settled', 'other', f' AND a.{_SETTLES}')}"
    f" SELECT {_COLUMNS} FROM about CROSS JOIN class CROSS JOIN"
    f" {_first('about', 'root', ' AND a.stands = class.stands')}"
    f" UNION ALL SELECT {_COLUMNS} FROM settled CROSS JOIN {_first('settled', 'other', f' AND a.{_SETTLES}')}"
    " ORDER BY log, idx"
)
SELECT_ROOT_OF: Final = select(ACTS.c.root_log, ACTS.c.root_idx).where(
    ACTS.c.log == bindparam("log"), ACTS.c.idx == bindparam("idx")
)


SELECT_IN_FORCE: Final = select(NOTICES.c.until_ms).where(
    NOTICES.c.log == bindparam("log"),
    NOTICES.c.idx == bindparam("idx"),
    IS_OPEN,
    or_(NOTICES.c.until_ms.is_(None), NOTICES.c.until_ms >= bindparam("now_ms")),
)


def select_in_force(notice: MessageId, now_ms: int) -> Statement:
    """Name until when a notice stands that is in force; no row: it is not, or is no notice."""
    return Statement(SELECT_IN_FORCE, {"log": notice[0], "idx": notice[1], "now_ms": now_ms})


def select_rows_of(*notices: MessageId) -> Statement:
    """Name all entries about these notices, settlements of the other side included, each log's in its own order."""
    return Statement(SELECT_ACTS, {"roots": json.dumps(notices)})


def select_root_of(entry: MessageId) -> Statement:
    """Name the notice that an entry is about, the notice itself included."""
    return Statement(SELECT_ROOT_OF, {"log": entry[0], "idx": entry[1]})


def roots_of(rows: Sequence[Any]) -> list[MessageId]:
    """Name the notices of rows of `NOTICES`."""
    return [(row["log"], row["idx"]) for row in rows]


def numbers_of(kinds: frozenset[Kind]) -> list[Any]:
    """Write the numbers of kinds into a statement."""
    return [literal_column(str(int(kind))) for kind in sorted(kinds)]
