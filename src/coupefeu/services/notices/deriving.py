"""What lists of notices are narrowed by, derived anew from the rows of entries whenever an author writes one more.

The same as `standing.py` reads from these rows: a test holds the two to one another. What is ahead of a movement is
made anew thereafter (`indexing.py`).
"""

from typing import Any, Final

from sqlalchemy import and_, bindparam, case, func, literal_column, null, or_, select, update

from coupefeu.services.notices.facts import CLOSINGS, VERSIONS
from coupefeu.services.notices.tables import ACTS, BY_HEAD, MAX_ACTS, NOTICES, numbers_of

_AUTHORS: Final = (
    select(ACTS.c.log, ACTS.c.idx, ACTS.c.arrival, ACTS.c.kind, ACTS.c.effect, ACTS.c.root_leaf)
    .where(
        ACTS.c.root_log == NOTICES.c.log,
        ACTS.c.root_idx == NOTICES.c.idx,
        ACTS.c.stands == literal_column("1"),
    )
    .order_by(ACTS.c.log, ACTS.c.idx)
    .limit(literal_column(str(MAX_ACTS)))
    .correlate(NOTICES)
    .subquery()
)
"""What the author of a notice wrote about it, the notice itself first."""
_COUNTS: Final = and_(
    or_(_AUTHORS.c.root_leaf.is_(None), _AUTHORS.c.root_leaf == NOTICES.c.leaf_hash),
    _AUTHORS.c.effect.in_([literal_column("''"), literal_column("'erased'")]),
)


def _closing(column: str) -> Any:
    return (
        select(_AUTHORS.c[column])
        .where(_AUTHORS.c.kind.in_(numbers_of(CLOSINGS)), _COUNTS)
        .order_by(_AUTHORS.c.log, _AUTHORS.c.idx)
        .limit(literal_column("1"))
        .scalar_subquery()
    )


_NEWEST: Final = (
    select(_AUTHORS.c.arrival)
    .where(
        _AUTHORS.c.kind.in_(numbers_of(VERSIONS)),
        _COUNTS,
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


def derive(those: Any) -> tuple[Any, Any, Any]:
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
                    case(
                        (ACTS.c.effect == literal_column("'erased'"), literal_column("''")),
                        else_=ACTS.c.effect,
                    )
                ),
            ),
            **{name: _of_newest(ACTS.c[name]) for name in _COPIED},
            until_ms=_of_newest(ACTS.c.end_ms),
            heard_ms=null(),
            left_ms=null(),
            ahead=null(),
        ),
    )


_ONE: Final = and_(NOTICES.c.log == bindparam("b_log"), NOTICES.c.idx == bindparam("b_idx"))
DERIVE_ONE: Final = derive(_ONE)
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
DERIVE_OVERTAKEN: Final = derive(_ONE & _LATER)
"""Of a notice that comes after entries about it; of any other nothing is done."""
