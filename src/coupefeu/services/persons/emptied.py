"""The rows of statements whose content was erased: the same that `rebuild` makes of an entry without its body."""

from typing import Any, Final

from sqlalchemy import bindparam, literal_column, update

from coupefeu.model.entry import Kind
from coupefeu.services.base import Statement
from coupefeu.services.persons.views import STATEMENTS

_TEXT: Final[Any] = literal_column("''")
_BYTES: Final[Any] = literal_column("x''")
_EMPTY: Final = (
    update(STATEMENTS)
    .where(
        STATEMENTS.c.log == bindparam("b_log"),
        STATEMENTS.c.idx >= bindparam("b_start"),
        STATEMENTS.c.idx < bindparam("b_end"),
        STATEMENTS.c.kind == literal_column(str(int(Kind.STATEMENT))),
    )
    .values(
        effect=literal_column("'erased'"),
        officer=_TEXT,
        origin=_TEXT,
        rp_id=_TEXT,
        language=_TEXT,
        text=_TEXT,
        public_key=_BYTES,
        digest=_BYTES,
        counter=literal_column("0"),
    )
)


def empty_statements(range_: tuple[int, int, int]) -> Statement:
    """Empty the statements among entries [start, end) of a log."""
    log, start, end = range_
    return Statement(_EMPTY, {"b_log": log, "b_start": start, "b_end": end})
