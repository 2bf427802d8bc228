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
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.services.base import METADATA, Statement
from coupefeu.services.entry_rows import entry_columns

MAX_ACTS: Final = 256
"""So many entries of one log about one notice count, the first of them; later ones are kept and change nothing."""
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
Index("notice_acts_by_root", ACTS.c.root_log, ACTS.c.root_idx, ACTS.c.log, ACTS.c.idx)
Index("notice_acts_by_arrival", ACTS.c.arrival)
IS_SETTLEMENT: Final = ACTS.c.kind == literal_column(str(int(Kind.CONFLICT_SETTLED)))
Index(
    "notice_acts_settling",
    ACTS.c.other_log,
    ACTS.c.other_idx,
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
)
Index("notices_by_arrival", NOTICES.c.arrival)
Index("notices_by_newest", NOTICES.c.newest)
IS_OPEN: Final = and_(
    NOTICES.c.closed.is_(None),
    NOTICES.c.is_erased == literal_column("0"),
    NOTICES.c.effect == literal_column("''"),
)
Index("notices_open", NOTICES.c.ours, NOTICES.c.end_ms, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN)
"""What is compared and answered: few among all that were ever filed."""

INSERT_ACT: Final = ACTS.insert().values({each.name: bindparam(each.name) for each in ACTS.c})
INSERT_NOTICE: Final = NOTICES.insert().values({each.name: bindparam(each.name) for each in NOTICES.c})

_ROOTS: Final = func.json_each(bindparam("roots")).table_valued("value")


def _numbered(log: str, idx: str, *those: Any) -> Any:
    """Give the acts about the named notices, those of each log numbered."""
    place = (ACTS.c[log], ACTS.c[idx])
    return (
        select(
            ACTS,
            func.row_number().over(partition_by=(*place, ACTS.c.log), order_by=ACTS.c.idx).label("place"),
        )
        .join(
            _ROOTS,
            (place[0] == func.json_extract(_ROOTS.c.value, "$[0]"))
            & (place[1] == func.json_extract(_ROOTS.c.value, "$[1]")),
        )
        .where(*those)
    )


_BOTH: Final = union_all(
    _numbered("root_log", "root_idx"), _numbered("other_log", "other_idx", IS_SETTLEMENT)
).subquery()
SELECT_ACTS: Final = (
    select(_BOTH).where(_BOTH.c.place <= literal_column(str(MAX_ACTS))).order_by(_BOTH.c.log, _BOTH.c.idx)
)
SELECT_ROOT_OF: Final = select(ACTS.c.root_log, ACTS.c.root_idx).where(
    ACTS.c.log == bindparam("log"), ACTS.c.idx == bindparam("idx")
)


SELECT_IN_FORCE: Final = select(NOTICES.c.end_ms).where(
    NOTICES.c.log == bindparam("log"),
    NOTICES.c.idx == bindparam("idx"),
    IS_OPEN,
    or_(NOTICES.c.end_ms.is_(None), NOTICES.c.end_ms >= bindparam("now_ms")),
)


def select_in_force(notice: MessageId, now_ms: int) -> Statement:
    """Name when a notice ends that is in force; no row: it is not, or is no notice."""
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
