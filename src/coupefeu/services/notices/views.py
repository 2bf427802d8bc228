"""The tables of notices: a row for each entry about one, and a row for each notice by which lists are narrowed.

The rows of entries are plain inserts, in whatever order they come; `fold.py` reads them. What lists are narrowed by
(the newest version, whether it is closed) is derived anew from those rows whenever its author writes one more.
"""

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
    case,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
    update,
)

from coupefeu.model.entry import Head, Kind
from coupefeu.model.messages import MessageId
from coupefeu.services.base import METADATA, Context, Recorded, Statement
from coupefeu.services.entry_rows import entry_columns, entry_row, fits, storable
from coupefeu.services.notices.facts import CLOSINGS, VERSIONS, NoticeFact, body_defect, read_notice
from coupefeu.services.notices.forms import asks_for_answer
from coupefeu.services.notices.windows import window_of
from coupefeu.services.speaker import judge_speaker

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
    Column("effect", String, nullable=False, doc="why it has none whatever else stands; empty when it may have"),
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
_IS_SETTLEMENT: Final = ACTS.c.kind == literal_column(str(int(Kind.CONFLICT_SETTLED)))
Index(
    "notice_acts_settling",
    ACTS.c.other_log,
    ACTS.c.other_idx,
    sqlite_where=_IS_SETTLEMENT,
    postgresql_where=_IS_SETTLEMENT,
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
_IS_OPEN: Final = and_(
    NOTICES.c.closed.is_(None), NOTICES.c.is_erased == literal_column("0"), NOTICES.c.effect == literal_column("''")
)
Index("notices_open", NOTICES.c.ours, NOTICES.c.end_ms, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN)
"""What is compared and answered: few among all that were ever filed."""

INSERT_ACT: Final = ACTS.insert().values({each.name: bindparam(each.name) for each in ACTS.c})
INSERT_NOTICE: Final = NOTICES.insert().values({each.name: bindparam(each.name) for each in NOTICES.c})


# --- what lists are narrowed by ---------------------------------------------------------------------------


def _numbers(kinds: frozenset[Kind]) -> list[Any]:
    return [literal_column(str(int(kind))) for kind in sorted(kinds)]


_AUTHORS: Final = (
    select(ACTS.c.log, ACTS.c.idx, ACTS.c.arrival, ACTS.c.kind, ACTS.c.effect)
    .where(
        ACTS.c.root_log == NOTICES.c.log,
        ACTS.c.root_idx == NOTICES.c.idx,
        ACTS.c.party == NOTICES.c.party,
        or_(ACTS.c.root_leaf.is_(None), ACTS.c.root_leaf == NOTICES.c.leaf_hash),
        ACTS.c.effect.in_([literal_column("''"), literal_column("'erased'")]),
    )
    .order_by(ACTS.c.log, ACTS.c.idx)
    .limit(literal_column(str(MAX_ACTS)))
    .correlate(NOTICES)
    .subquery()
)
"""What the author of a notice wrote about it, the notice itself first."""


def _closing(column: str) -> Any:
    return (
        select(_AUTHORS.c[column])
        .where(_AUTHORS.c.kind.in_(_numbers(CLOSINGS)))
        .order_by(_AUTHORS.c.log, _AUTHORS.c.idx)
        .limit(literal_column("1"))
        .scalar_subquery()
    )


_NEWEST: Final = (
    select(_AUTHORS.c.arrival)
    .where(
        _AUTHORS.c.kind.in_(_numbers(VERSIONS)),
        or_(
            NOTICES.c.closed_log.is_(None),
            _AUTHORS.c.log < NOTICES.c.closed_log,
            and_(_AUTHORS.c.log == NOTICES.c.closed_log, _AUTHORS.c.idx < NOTICES.c.closed_idx),
        ),
    )
    .order_by(_AUTHORS.c.log.desc(), _AUTHORS.c.idx.desc())
    .limit(literal_column("1"))
    .scalar_subquery()
)


def _of_newest(value: Any) -> Any:
    return select(value).where(ACTS.c.arrival == NOTICES.c.newest).correlate(NOTICES).scalar_subquery()


_COPIED: Final = ("form", "title", "movement", "start_ms", "end_ms", "asks")


def _derive(those: Any) -> tuple[Any, Any, Any]:
    """Give the three updates that derive anew what lists are narrowed by: closed, then newest, then what it says."""
    return (
        update(NOTICES)
        .where(those)
        .values(closed=_closing("kind"), closed_log=_closing("log"), closed_idx=_closing("idx")),
        update(NOTICES).where(those).values(newest=func.coalesce(_NEWEST, NOTICES.c.newest)),
        update(NOTICES)
        .where(those)
        .values(
            is_erased=_of_newest(ACTS.c.effect == literal_column("'erased'")),
            effect=case(
                (NOTICES.c.effect.in_([literal_column(f"'{each}'") for each in BY_HEAD]), NOTICES.c.effect),
                else_=_of_newest(
                    case((ACTS.c.effect == literal_column("'erased'"), literal_column("''")), else_=ACTS.c.effect)
                ),
            ),
            **{name: _of_newest(ACTS.c[name]) for name in _COPIED},
        ),
    )


_ONE: Final = and_(NOTICES.c.log == bindparam("b_log"), NOTICES.c.idx == bindparam("b_idx"))
_DERIVE_ONE: Final = _derive(_ONE)
_LATER: Final = (
    select(literal_column("1"))
    .where(
        ACTS.c.root_log == NOTICES.c.log,
        ACTS.c.root_idx == NOTICES.c.idx,
        ACTS.c.arrival != NOTICES.c.arrival,
    )
    .correlate(NOTICES)
    .exists()
)
_DERIVE_OVERTAKEN: Final = _derive(_ONE & _LATER)
"""Of a notice that comes after entries about it; of any other nothing is done."""


# --- selects ----------------------------------------------------------------------------------------------

_ROOTS: Final = func.json_each(bindparam("roots")).table_valued("value")


def _numbered(log: str, idx: str, *those: Any) -> Any:
    """Number the acts of each log about each of the named notices."""
    place = (ACTS.c[log], ACTS.c[idx])
    return (
        select(
            ACTS,
            func.row_number()
            .over(partition_by=(*place, ACTS.c.log), order_by=ACTS.c.idx)
            .label("place"),
        )
        .join(
            _ROOTS,
            (place[0] == func.json_extract(_ROOTS.c.value, "$[0]"))
            & (place[1] == func.json_extract(_ROOTS.c.value, "$[1]")),
        )
        .where(*those)
    )


_BOTH: Final = union_all(
    _numbered("root_log", "root_idx"), _numbered("other_log", "other_idx", _IS_SETTLEMENT)
).subquery()
SELECT_ACTS: Final = (
    select(_BOTH).where(_BOTH.c.place <= literal_column(str(MAX_ACTS))).order_by(_BOTH.c.log, _BOTH.c.idx)
)
SELECT_ROOT_OF: Final = select(ACTS.c.root_log, ACTS.c.root_idx).where(
    ACTS.c.log == bindparam("log"), ACTS.c.idx == bindparam("idx")
)


def select_rows_of(*notices: MessageId) -> Statement:
    """Name all entries about these notices, settlements of the other side included, each log's in its own order."""
    return Statement(SELECT_ACTS, {"roots": json.dumps(notices)})


def select_root_of(entry: MessageId) -> Statement:
    """Name the notice that an entry is about, the notice itself included."""
    return Statement(SELECT_ROOT_OF, {"log": entry[0], "idx": entry[1]})


# --- rows of entries --------------------------------------------------------------------------------------


def apply(recorded: Recorded, context: Context) -> tuple[Statement, ...]:
    """Give the statements for one entry; whatever it holds, it is kept."""
    if recorded.head is None:
        return ()
    row = act_row(recorded, recorded.head, context)
    insert = Statement(INSERT_ACT, row)
    place = {"b_log": row["root_log"], "b_idx": row["root_idx"]}
    if row["kind"] == Kind.NOTICE_FILED:
        notice = Statement(INSERT_NOTICE, _notice_row(row))
        return (insert, notice, *(Statement(each, place) for each in _DERIVE_OVERTAKEN))
    if row["kind"] in VERSIONS | CLOSINGS:
        return (insert, *(Statement(each, place) for each in _DERIVE_ONE))
    return (insert,)


def act_row(recorded: Recorded, head: Head, context: Context) -> dict[str, Any]:
    """Give the row of an entry."""
    places = [(each.log, each.index) for each in head.references]
    leaves = [each.leaf_hash for each in head.references]
    party = context.party_of(recorded.log)
    if head.kind == Kind.NOTICE_FILED:
        root, other, about, named = (recorded.log, recorded.index), NOTHING, NOTHING, places
    elif head.kind == Kind.CONFLICT_SETTLED:
        root, other, about, *named = [*places, NOTHING, NOTHING, NOTHING][: max(3, len(places))]
    else:
        root, about, *named = [*places, NOTHING, NOTHING][: max(2, len(places))]
        other = NOTHING
    is_named = head.kind == Kind.NOTICE_FILED or bool(places)
    effect = judge_speaker(head, party) or ("" if is_named else "missing_reference")
    row = {
        **entry_row(recorded, head),
        "kind": head.kind,
        "party": party,
        "from_post": storable(head.from_post),
        "to_posts": json.dumps([storable(each) for each in head.to_posts]),
        "agreement_version": head.agreement_version,
        "body": recorded.body,
        "leaf_hash": recorded.leaf_hash,
        "effect": effect or _effect_of(recorded, head, party),
        **_placed("root", root),
        "root_leaf": leaves[0] if leaves and head.kind != Kind.NOTICE_FILED else None,
        **_placed("other", other),
        **_placed("about", about),
        "named": json.dumps([each for each in named if each != NOTHING and fits(each)]),
    }
    return row | _said(recorded, head, row["effect"])


def _effect_of(recorded: Recorded, head: Head, party: str) -> str:
    """Judge an entry by itself; one that closes counts by its head, so that nothing changes when it is erased."""
    if head.kind == Kind.NOTICE_FILED and not any(_is_of_another(post, party) for post in head.to_posts):
        return "nobody_addressed"
    if head.kind in CLOSINGS:
        return ""
    return ERASED if recorded.erased else body_defect(head.kind, recorded.body)


def _is_of_another(post: str, party: str) -> bool:
    return post.partition(".")[0] not in {"", party}


def _placed(role: str, entry: MessageId) -> dict[str, int]:
    log, index = entry if fits(entry) else NOTHING
    return {f"{role}_log": log, f"{role}_idx": index}


NOT_SAID: Final[dict[str, Any]] = {
    "form": None, "title": "", "movement": "", "start_ms": None, "end_ms": None, "asks": False,
}  # fmt: skip
"""What the row of an entry holds that is no version, or whose content is gone or has no effect."""


def _said(recorded: Recorded, head: Head, effect: str) -> dict[str, Any]:
    fact = read_notice(head.kind, recorded.body)[0] if head.kind in VERSIONS and not effect else None
    return NOT_SAID if fact is None else said_row(fact)


def said_row(fact: NoticeFact) -> dict[str, Any]:
    """Give what of a version lists are narrowed by."""
    start_ms, end_ms = window_of(fact.volumes)
    return {
        "form": int(fact.form),
        "title": storable(fact.title),
        "movement": storable(fact.movement),
        "start_ms": start_ms,
        "end_ms": end_ms,
        "asks": asks_for_answer(fact),
    }


def _notice_row(row: dict[str, Any]) -> dict[str, Any]:
    own = {each.name: row[each.name] for each in NOTICES.c if each.name in row}
    erased = row["effect"] == ERASED
    return own | {
        "effect": "" if erased else row["effect"],
        "closed": None,
        "closed_log": None,
        "closed_idx": None,
        "newest": row["arrival"],
        "is_erased": erased,
    }


# --- erasure ----------------------------------------------------------------------------------------------


def _within(table: Any) -> Any:
    return and_(
        table.c.log == bindparam("b_log"),
        table.c.idx >= bindparam("b_start"),
        table.c.idx < bindparam("b_end"),
    )


_TEXT: Final[Any] = literal_column("''")
_EMPTY: Final = (
    update(ACTS)
    .where(_within(ACTS))
    .values(body=literal_column("x''"), title=_TEXT, movement=_TEXT, form=null(), start_ms=null(), end_ms=null(), asks=literal_column("0"))
)
_MARK: Final = (
    update(ACTS)
    .where(
        _within(ACTS),
        ACTS.c.kind.not_in(_numbers(CLOSINGS)),
        ACTS.c.effect.not_in([literal_column(f"'{each}'") for each in BY_HEAD]),
    )
    .values(effect=literal_column("'erased'"))
)
_TOUCHED: Final = select(literal_column("1")).where(
    _within(ACTS), ACTS.c.root_log == NOTICES.c.log, ACTS.c.root_idx == NOTICES.c.idx
).correlate(NOTICES).exists()
_DERIVE_TOUCHED: Final = _derive(_TOUCHED)


def empty_notices(range_: tuple[int, int, int]) -> tuple[Statement, ...]:
    """Empty the notices, and what was said of them, among entries [start, end) of a log."""
    log, start, end = range_
    place = {"b_log": log, "b_start": start, "b_end": end}
    return tuple(Statement(each, place) for each in (_EMPTY, _MARK, *_DERIVE_TOUCHED))


def roots_of(rows: Sequence[Any]) -> list[MessageId]:
    """Name the notices of rows of `NOTICES`."""
    return [(row["log"], row["idx"]) for row in rows]
