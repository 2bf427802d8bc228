"""The statements that one more entry causes: its rows, and the outcome of the call that it is about."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import bindparam, case, literal_column, update

from coupefeu.model.entry import Kind
from coupefeu.services.base import Context, Recorded, Statement
from coupefeu.services.calls.resolving import count_step, resolve_call, resolve_step
from coupefeu.services.calls.rows import NOWHERE, Row, rows_of
from coupefeu.services.calls.tables import INSERT_CALL, INSERT_STEP, STEPS

_NOTHING: Final[Any] = literal_column("x''")
_OF_HEADS: Final[list[Any]] = [literal_column(f"'{each}'") for each in ("foreign_post", "missing_reference")]
"""Why an entry has no effect that its head alone shows: without its body nobody can say more."""
_EMPTY: Final = (
    update(STEPS)
    .where(
        STEPS.c.log == bindparam("b_log"),
        STEPS.c.idx >= bindparam("b_start"),
        STEPS.c.idx < bindparam("b_end"),
        STEPS.c.kind == literal_column(str(int(Kind.CALL_WORDS))),
    )
    .values(
        body=_NOTHING,
        erased=bindparam("b_erased"),
        effect=case((STEPS.c.effect.in_(_OF_HEADS), STEPS.c.effect), else_=literal_column("''")),
    )
)


def apply(recorded: Recorded, context: Context) -> tuple[Statement, ...]:
    """Give the statements for one entry; whatever it holds, it is kept."""
    calls, steps = rows_of(recorded, context)
    return (
        *(each for row in calls for each in _placed(row)),
        *(each for row in steps for each in _stored(row)),
    )


def _placed(row: Row) -> Iterator[Statement]:
    yield Statement(INSERT_CALL, row)
    yield from resolve_call((row["log"], row["idx"]), (row["party"], row["to_party"]))


def _stored(row: Row) -> Iterator[Statement]:
    call, step = (row["call_log"], row["call_idx"]), (row["log"], row["idx"])
    yield Statement(INSERT_STEP, row)
    if call == NOWHERE:
        return
    yield from count_step(call, step, row["party"])
    decides = row["kind"] not in {Kind.CALL_RINGING, Kind.CALL_WORDS} and not row["effect"]
    yield from resolve_step(call, step, row["party"], decides=decides)


def empty(range_: tuple[int, int, int], by: tuple[int, int]) -> Statement:
    """Empty the words of entries [start, end) of a log, which our entry `by` names; facts stand."""
    log, start, end = range_
    return Statement(_EMPTY, {"b_log": log, "b_start": start, "b_end": end, "b_erased": by[1]})
