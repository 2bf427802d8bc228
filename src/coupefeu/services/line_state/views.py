"""The table of declarations: a row for each entry; `fold.py` reads the newest of each log."""

from typing import Any, Final

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, bindparam, select, text

from coupefeu.services.base import METADATA, Context, Recorded, Statement
from coupefeu.services.entry_rows import entry_columns, entry_row, storable
from coupefeu.services.line_state.facts import read_line_state
from coupefeu.services.speaker import judge_speaker

MAX_DECLARED: Final = 64
"""So many declarations of one log are looked at, the newest of those that have an effect."""

LINE_STATES: Final = Table(
    "line_states",
    METADATA,
    *entry_columns(),
    Column("party", String, nullable=False, doc="whose log it stands in"),
    Column("from_post", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", Integer, doc="as it declares; None: it cannot be read"),
    Column("effect", String, nullable=False, doc="why it has none; empty when it has"),
)
Index("line_states_by_log", LINE_STATES.c.log, LINE_STATES.c.effect, LINE_STATES.c.idx)
Index("line_states_by_arrival", LINE_STATES.c.arrival)
INSERT_LINE_STATE: Final = LINE_STATES.insert().values(
    {each.name: bindparam(each.name) for each in LINE_STATES.c}
)
SELECT_DECLARED: Final = text(
    "WITH RECURSIVE logs(log) AS (SELECT min(log) FROM line_states"  # noqa: S608 - declared names
    " UNION ALL SELECT (SELECT min(s.log) FROM line_states AS s WHERE s.log > logs.log) FROM logs"
    " WHERE log IS NOT NULL)"
    f" SELECT {', '.join(f's.{each.name} AS {each.name}' for each in LINE_STATES.c)}"
    " FROM logs CROSS JOIN line_states AS s WHERE s.log = logs.log AND s.effect = '' AND s.idx >= coalesce("
    "(SELECT s.idx FROM line_states AS s WHERE s.log = logs.log AND s.effect = ''"
    f" ORDER BY s.idx DESC LIMIT 1 OFFSET {MAX_DECLARED - 1}), 0) ORDER BY s.log, s.idx"
)
SELECT_HISTORY: Final = (
    select(LINE_STATES)
    .order_by(LINE_STATES.c.arrival.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)


def select_declared() -> Statement:
    """Name the newest declarations of each log that have an effect, each log's in its own order."""
    return Statement(SELECT_DECLARED, {})


def select_history(offset: int, limit: int) -> Statement:
    """Name a window of all declarations, newest arrival first, those without effect among them."""
    return Statement(SELECT_HISTORY, {"offset": offset, "limit": limit})


def apply(recorded: Recorded, context: Context) -> tuple[Statement, ...]:
    """Give the insert for one entry; whatever it holds, it is kept."""
    if recorded.head is None:
        return ()
    return (Statement(INSERT_LINE_STATE, row_of(recorded, context)),)


def row_of(recorded: Recorded, context: Context) -> dict[str, Any]:
    """Give the row of an entry whose head can be read."""
    head = recorded.head
    assert head is not None
    fact, defect = read_line_state(head.kind, recorded.body)
    party = context.party_of(recorded.log)
    return {
        **entry_row(recorded, head),
        "party": party,
        "from_post": storable(head.from_post),
        "body": recorded.body,
        "state": None if fact is None else int(fact.state),
        "effect": judge_speaker(head, party) or defect,
    }
