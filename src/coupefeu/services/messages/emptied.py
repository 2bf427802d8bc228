"""The rows of messages and acts whose content was erased: what the head says stays, what the body said is gone.

A row that was emptied and the row that an entry without its body makes are the same, so that `rebuild` gives the same
views. The text for the search, the promises of attachments, and the row by which a message was an act about another
one, are gone: without the body nobody can say that it was one.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import bindparam, case, delete, false, literal_column, null, select, update

from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.services.base import Statement
from coupefeu.services.messages.promised import PROMISED
from coupefeu.services.messages.texts import TEXTS
from coupefeu.services.messages.views import FACTS, MESSAGES

_NOTHING: Final[Any] = literal_column("x''")
_MESSAGE: Final[Any] = literal_column(str(int(Kind.MESSAGE)))


def _within(table: Any) -> Any:
    return (
        (table.c.log == bindparam("b_log"))
        & (table.c.idx >= bindparam("b_start"))
        & (table.c.idx < bindparam("b_end"))
    )


_EMPTY_MESSAGES: Final = (
    update(MESSAGES)
    .where(_within(MESSAGES))
    .values(
        body=_NOTHING,
        form=null(),
        subject=null(),
        about_log=null(),
        about_idx=null(),
        is_critical=false(),
        effect=case((MESSAGES.c.kind == _MESSAGE, literal_column("''")), else_=MESSAGES.c.effect),
        erased=bindparam("b_erased"),
        erased_log=bindparam("b_erased_log"),
        erased_why=bindparam("b_why"),
    )
)
_EMPTY_FACTS: Final = (
    update(FACTS)
    .where(_within(FACTS))
    .values(
        body=_NOTHING,
        effect=case(
            (FACTS.c.message_log < literal_column("0"), literal_column("'missing_reference'")),
            else_=literal_column("''"),
        ),
        erased=bindparam("b_erased"),
    )
)
_DELETE_FACTS: Final = delete(FACTS).where(_within(FACTS), FACTS.c.kind == _MESSAGE)
_DELETE_TEXTS: Final = delete(TEXTS).where(
    TEXTS.c.arrival.in_(select(MESSAGES.c.arrival).where(_within(MESSAGES)))
)
_DELETE_PROMISED: Final = delete(PROMISED).where(_within(PROMISED))
_STOP_FETCHING: Final = update(PROMISED).where(_within(PROMISED)).values(to_us=literal_column("0"))
_PLACE: Final = (_DELETE_TEXTS, _DELETE_PROMISED, _DELETE_FACTS)


def stop_fetching(range_: tuple[int, int, int]) -> Statement:
    """Ask no more for the files of messages that their author has erased: it has none to give."""
    log, start, end = range_
    return Statement(_STOP_FETCHING, {"b_log": log, "b_start": start, "b_end": end})


def empty(range_: tuple[int, int, int], by: MessageId, why: int) -> tuple[Statement, ...]:
    """Give the statements that empty the rows of entries [start, end) of a log, which our entry `by` names."""
    log, start, end = range_
    place: Mapping[str, Any] = {"b_log": log, "b_start": start, "b_end": end}
    erased = {**place, "b_erased": by[1]}
    return (
        *(Statement(each, place) for each in _PLACE),
        Statement(_EMPTY_FACTS, erased),
        Statement(_EMPTY_MESSAGES, {**erased, "b_erased_log": by[0], "b_why": why}),
    )
