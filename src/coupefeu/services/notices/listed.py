"""Lists of notices: what may be asked of them, and the selects that give a window, of a million as of ten."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import and_, bindparam, func, literal_column, or_, select

from coupefeu.model.entry import Kind
from coupefeu.model.notices import NoticeForm
from coupefeu.services.base import Statement
from coupefeu.services.notices.status import NoticeState
from coupefeu.services.notices.tables import IS_OPEN, NOTICES


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFilter:
    """What is asked of a list; None and "" let all through.

    `state`: LIVE are those in force, also those that run late; LATE are these alone.
    `movement`: exactly; `words`: stand in the title, whatever the case of Latin letters. `only_asking`: those alone
    that ask for an answer. `by_start`: ordered by beginning, open ones first, and not by arrival, newest first.
    `begins_after_ms`: those that begin later than that, UTC.
    """

    ours: bool | None = None
    state: NoticeState | None = None
    form: NoticeForm | None = None
    movement: str = ""
    words: str = ""
    only_asking: bool = False
    by_start: bool = False
    begins_after_ms: int | None = None


_HOLDS: Final = or_(NOTICES.c.until_ms.is_(None), NOTICES.c.until_ms >= bindparam("now_ms"))
_BY_CLOCK: Final = frozenset({NoticeState.LIVE, NoticeState.LATE, NoticeState.EXPIRED})
_STATES: Final[dict[NoticeState, Any]] = {
    NoticeState.LIVE: and_(IS_OPEN, _HOLDS),
    NoticeState.LATE: and_(IS_OPEN, _HOLDS, NOTICES.c.end_ms < bindparam("now_ms")),
    NoticeState.EXPIRED: and_(IS_OPEN, NOTICES.c.until_ms < bindparam("now_ms")),
    NoticeState.WITHDRAWN: NOTICES.c.closed == literal_column(str(int(Kind.NOTICE_WITHDRAWN))),
    NoticeState.COMPLETED: NOTICES.c.closed == literal_column(str(int(Kind.NOTICE_COMPLETED))),
    NoticeState.ERASED: and_(NOTICES.c.closed.is_(None), NOTICES.c.is_erased),
}


def _asked(name: str, column: Any) -> Any:
    return or_(bindparam(name).is_(None), column == bindparam(name))


_LET_THROUGH: Final = and_(
    _asked("ours", NOTICES.c.ours),
    _asked("form", NOTICES.c.form),
    _asked("movement", NOTICES.c.movement),
    or_(
        bindparam("words").is_(None),
        func.instr(func.lower(NOTICES.c.title), func.lower(bindparam("words"))) > literal_column("0"),
    ),
    or_(bindparam("after_ms").is_(None), NOTICES.c.start_ms > bindparam("after_ms")),
    or_(bindparam("only_asking") == literal_column("0"), NOTICES.c.asks),
)
_WHERE: Final[dict[NoticeState | None, Any]] = {None: _LET_THROUGH} | {
    state: and_(where, _LET_THROUGH) for state, where in _STATES.items()
}
_COUNTS: Final = {
    state: select(func.count()).select_from(NOTICES).where(where) for state, where in _WHERE.items()
}
_ORDERS: Final = {
    False: (NOTICES.c.arrival.desc(),),
    True: (func.coalesce(NOTICES.c.start_ms, literal_column("0")), NOTICES.c.arrival),
}
_WINDOWS: Final = {
    (state, by_start): select(NOTICES)
    .where(where)
    .order_by(*order)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
    for state, where in _WHERE.items()
    for by_start, order in _ORDERS.items()
}


def _values(wanted: NoticeFilter, now_ms: int) -> dict[str, Any]:
    values = {
        "ours": None if wanted.ours is None else int(wanted.ours),
        "form": None if wanted.form is None else int(wanted.form),
        "movement": wanted.movement or None,
        "words": wanted.words or None,
        "only_asking": int(wanted.only_asking),
        "after_ms": wanted.begins_after_ms,
    }
    return values | ({"now_ms": now_ms} if wanted.state in _BY_CLOCK else {})


def count_notices(wanted: NoticeFilter, now_ms: int) -> Statement:
    """Count what a list has."""
    return Statement(_COUNTS[wanted.state], _values(wanted, now_ms))


def select_notices(wanted: NoticeFilter, offset: int, limit: int, now_ms: int) -> Statement:
    """Name a window of a list."""
    values = _values(wanted, now_ms) | {"offset": offset, "limit": limit}
    return Statement(_WINDOWS[wanted.state, wanted.by_start], values)
