"""Lists of many messages: a window of a filtered list, newest first, of a hundred thousand as of a hundred."""

from collections.abc import Sequence
from dataclasses import dataclass
from json import dumps
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, bindparam, func, literal_column, select

from coupefeu.model.messages import Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.base import Statement
from coupefeu.services.messages.texts import TEXTS, fold
from coupefeu.services.messages.views import FACTS, MESSAGES

MAX_SEARCHED: Final = 100_000
"""A search looks at so many messages, the newest, and says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFilter:
    """What is asked of a list; None and "" let everything through.

    `log` is the author's; with `parties`, how many the line has, every log of the author counts.
    """

    precedence: Precedence | None = None
    log: int | None = None
    parties: int | None = None
    form: Form | None = None
    subject: Subject | None = None
    text: str = ""


_INDEX: Final = "INDEXED BY messages_listed"
"""It holds all that a filter looks at, in the order of arrival, and none of the bodies."""


def _asked(name: str) -> ColumnElement[bool]:
    return bindparam(name, None).is_(None) | (MESSAGES.c[name] == bindparam(name, None))


_OF_PARTY: Final = MESSAGES.c.log % bindparam("parties", None) == bindparam("log", None)
_LET_THROUGH: Final = _asked("precedence") & (_asked("log") | _OF_PARTY) & _asked("form") & _asked("subject")
COUNT_LISTED: Final = (
    select(func.count()).select_from(MESSAGES).with_hint(MESSAGES, _INDEX, "sqlite").where(_LET_THROUGH)
)
SELECT_LISTED: Final = (
    select(MESSAGES.c.arrival)
    .with_hint(MESSAGES, _INDEX, "sqlite")
    .where(_LET_THROUGH)
    .order_by(MESSAGES.c.arrival.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_SINCE: Final[Select[int]] = select(func.min(literal_column("arrival"))).select_from(
    select(TEXTS.c.arrival).order_by(TEXTS.c.arrival.desc()).limit(bindparam("searched")).subquery()
)
SELECT_FOUND: Final = (
    select(TEXTS.c.arrival, func.count().over().label("total"))
    .outerjoin(MESSAGES, MESSAGES.c.arrival == TEXTS.c.arrival)
    .where(
        TEXTS.c.arrival >= _SINCE.scalar_subquery(),
        func.instr(TEXTS.c.text, bindparam("words")) > 0,
        _LET_THROUGH,
    )
    .order_by(TEXTS.c.arrival.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
"""With each row: how many there are in all. An outer join, though both rows are always there: texts come first."""
_WINDOW: Final = func.json_each(bindparam("arrivals")).table_valued("value")
SELECT_WINDOW: Final = select(MESSAGES).where(MESSAGES.c.arrival.in_(select(_WINDOW.c.value)))
SELECT_FACTS_OF_WINDOW: Final = (
    select(FACTS)
    .join(MESSAGES, (MESSAGES.c.log == FACTS.c.message_log) & (MESSAGES.c.idx == FACTS.c.message_idx))
    .where(MESSAGES.c.arrival.in_(select(_WINDOW.c.value)))
    .order_by(FACTS.c.arrival)
)


def count_listed(wanted: MessageFilter) -> Statement:
    """Count what a filter lets through, whatever is written in it."""
    return Statement(COUNT_LISTED, _values(wanted))


def select_listed(wanted: MessageFilter, offset: int, limit: int) -> Statement:
    """Name the arrivals of a window of the list."""
    return Statement(SELECT_LISTED, _values(wanted) | {"offset": offset, "limit": limit})


def select_found(wanted: MessageFilter, offset: int, limit: int) -> Statement:
    """Name the arrivals of a window of those that hold the text and that the filter lets through."""
    values = {"words": fold(wanted.text.strip()), "searched": MAX_SEARCHED, "offset": offset, "limit": limit}
    return Statement(SELECT_FOUND, _values(wanted) | values)


def select_window(arrivals: Sequence[int]) -> tuple[Statement, Statement]:
    """Name the messages that arrived as these, and the acts about them."""
    values = {"arrivals": dumps(list(arrivals))}
    return Statement(SELECT_WINDOW, values), Statement(SELECT_FACTS_OF_WINDOW, values)


def _values(wanted: MessageFilter) -> dict[str, Any]:
    return {
        "precedence": None if wanted.precedence is None else int(wanted.precedence),
        "log": wanted.log,
        "parties": wanted.parties,
        "form": None if wanted.form is None else int(wanted.form),
        "subject": None if wanted.subject is None else wanted.subject.value,
    }
