"""The table of declarations: a row for each entry; `fold.py` reads the newest of each log."""

from typing import Any, Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, bindparam, select, text

from coupefeu.services.base import METADATA, Context, Recorded, Statement
from coupefeu.services.entry_rows import entry_columns, entry_row, storable
from coupefeu.services.line_state.facts import LineStateFact, read_line_state
from coupefeu.services.speaker import judge_speaker

MAX_DECLARED: Final = 64
"""So many declarations of one log are looked at: the newest that have an effect, and the newest that have begun."""
MAX_ANNOUNCED: Final = 4_096
"""Among so many of a log the latter are looked for: whoever announces much does not hide what holds."""
_ALWAYS_MS: Final = (1 << 63) - 1

LINE_STATES: Final = Table(
    "line_states",
    METADATA,
    *entry_columns(),
    Column("party", String, nullable=False, doc="whose log it stands in"),
    Column("from_post", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", Integer, doc="as it declares; None: it cannot be read"),
    Column(
        "begins_ms", BigInteger, nullable=False, doc="when it begins to hold, never before it was written"
    ),
    Column("effect", String, nullable=False, doc="why it has none; empty when it has"),
)
Index(
    "line_states_by_log", LINE_STATES.c.log, LINE_STATES.c.effect, LINE_STATES.c.idx, LINE_STATES.c.begins_ms
)
Index("line_states_by_arrival", LINE_STATES.c.arrival)
INSERT_LINE_STATE: Final = LINE_STATES.insert().values(
    {each.name: bindparam(each.name) for each in LINE_STATES.c}
)
_NEWEST: Final = (
    "SELECT idx, begins_ms FROM line_states AS n WHERE n.log = logs.log AND n.effect = '' ORDER BY idx DESC"
)
SELECT_DECLARED: Final = text(
    "WITH RECURSIVE logs(log) AS (SELECT min(log) FROM line_states"  # noqa: S608 - declared names
    " UNION ALL SELECT (SELECT min(s.log) FROM line_states AS s WHERE s.log > logs.log) FROM logs"
    " WHERE log IS NOT NULL)"
    f" SELECT {', '.join(f's.{each.name} AS {each.name}' for each in LINE_STATES.c)}"
    " FROM logs CROSS JOIN line_states AS s WHERE s.log = logs.log AND s.idx IN ("
    f"SELECT idx FROM (SELECT idx FROM ({_NEWEST} LIMIT {MAX_DECLARED}) UNION"
    f" SELECT idx FROM (SELECT idx FROM ({_NEWEST} LIMIT {MAX_ANNOUNCED}) WHERE begins_ms <= :now_ms"
    f" ORDER BY idx DESC LIMIT {MAX_DECLARED}))) ORDER BY s.log, s.idx"
)
SELECT_HISTORY: Final = (
    select(LINE_STATES)
    .order_by(LINE_STATES.c.arrival.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)


def select_declared(now_ms: int = _ALWAYS_MS) -> Statement:
    """Name the newest declarations of each log that have an effect, and have begun, each log's in its own order."""
    return Statement(SELECT_DECLARED, {"now_ms": now_ms})


def select_history(offset: int, limit: int) -> Statement:
    """Name a window of all declarations, newest arrival first, those without effect among them."""
    return Statement(SELECT_HISTORY, {"offset": offset, "limit": limit})


def apply(recorded: Recorded, context: Context) -> tuple[Statement, ...]:
    """Give the insert for one entry; whatever it holds, it is kept."""
    if recorded.head is None:
        return ()
    return (Statement(INSERT_LINE_STATE, row_of(recorded, context)),)


def begins_ms(fact: LineStateFact | None, claimed_ms: int, arrived_ms: int) -> int:
    """Say when a declaration begins to hold: at once or later, never before it was written."""
    written_ms = min(claimed_ms, arrived_ms)
    return written_ms if fact is None or fact.from_ms is None else max(fact.from_ms, written_ms)


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
        "begins_ms": begins_ms(fact, head.written_ms, recorded.arrived_ms),
        "effect": judge_speaker(head, party) or defect,
    }
