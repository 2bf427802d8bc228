"""The rows of notices whose content was erased: the same that `rebuild` makes of entries without their bodies."""

from typing import Any, Final

from sqlalchemy import and_, bindparam, literal_column, null, select, update

from coupefeu.services.base import Statement
from coupefeu.services.notices.deriving import derive
from coupefeu.services.notices.facts import CLOSINGS
from coupefeu.services.notices.tables import ACTS, BY_HEAD, NOTICES, numbers_of


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
    .values(
        body=literal_column("x''"),
        title=_TEXT,
        movement=_TEXT,
        form=null(),
        start_ms=null(),
        end_ms=null(),
        asks=literal_column("0"),
    )
)
_MARK: Final = (
    update(ACTS)
    .where(
        _within(ACTS),
        ACTS.c.kind.not_in(numbers_of(CLOSINGS)),
        ACTS.c.effect.not_in([literal_column(f"'{each}'") for each in BY_HEAD]),
    )
    .values(effect=literal_column("'erased'"))
)
_TOUCHED: Final = (
    select(literal_column("1"))
    .where(_within(ACTS), ACTS.c.root_log == NOTICES.c.log, ACTS.c.root_idx == NOTICES.c.idx)
    .correlate(NOTICES)
    .exists()
)
_DERIVE_TOUCHED: Final = derive(_TOUCHED)


def empty_notices(range_: tuple[int, int, int]) -> tuple[Statement, ...]:
    """Empty the notices, and what was said of them, among entries [start, end) of a log."""
    log, start, end = range_
    place = {"b_log": log, "b_start": start, "b_end": end}
    return tuple(Statement(each, place) for each in (_EMPTY, _MARK, *_DERIVE_TOUCHED))
