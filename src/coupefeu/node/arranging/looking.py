"""Arranged calls as officers look at them: each beside the calls that were placed for it and what was written of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, bindparam, func, select, union

from coupefeu.model.calls import Outcome
from coupefeu.model.messages import MessageId, format_number
from coupefeu.node.desk import Desk
from coupefeu.services.arranged.acts import Row
from coupefeu.services.arranged.fold import fold, insist_arrangement
from coupefeu.services.arranged.held import EARLY_MS, Attempt, Held, judge_held
from coupefeu.services.arranged.status import ArrangementView
from coupefeu.services.arranged.table import ArrangeState
from coupefeu.services.arranged.views import (
    NOTHING,
    roots_of,
    select_newest,
    select_proposal,
    select_root_of,
    select_steps,
)
from coupefeu.services.base import Context, Rows, Statement
from coupefeu.services.calls.tables import CALLS, STEPS

MAX_ATTEMPTS: Final = 64
"""Calls of one pair and window that are looked at: those that keep it, those answered, the first of the others."""
_LOOKED_AT: Final = (
    CALLS.c.log,
    CALLS.c.idx,
    CALLS.c.post,
    CALLS.c.to_post,
    CALLS.c.arrival,
    CALLS.c.arrived_ms,
    STEPS.c.post.label("answered_by"),
    CALLS.c.arrangement_log,
    CALLS.c.arrangement_idx,
)
_ANSWERS: Final = (
    (CALLS.c.outcome == Outcome.ANSWERED.value)
    & (STEPS.c.arrival == CALLS.c.outcome_arrival)
    & (STEPS.c.call_log == CALLS.c.log)
    & (STEPS.c.call_idx == CALLS.c.idx)
)
"""The step that is the outcome, where that is an answer: its post spoke, which need not be the one that was called."""
_AT_ITS_TIME: Final = (
    (CALLS.c.arrived_ms >= bindparam("since_ms"))
    & (CALLS.c.arrived_ms < bindparam("until_ms"))
    & (CALLS.c.effect == "")
)


def _looked_at(*those: ColumnElement[bool]) -> Select[Any]:
    return select(*_LOOKED_AT).select_from(CALLS.outerjoin(STEPS, _ANSWERS)).where(*those, _AT_ITS_TIME)


_FOUND: Final = union(
    _looked_at(CALLS.c.post == bindparam("first"), CALLS.c.to_post == bindparam("second")),
    _looked_at(CALLS.c.post == bindparam("second"), CALLS.c.to_post == bindparam("first")),
    _looked_at(CALLS.c.arrangement_log == bindparam("log"), CALLS.c.arrangement_idx == bindparam("idx")),
).subquery()
_SPEAKERS: Final[Any] = bindparam("first"), bindparam("second")
_KEEPS: Final = _FOUND.c.post.in_(_SPEAKERS) & func.coalesce(_FOUND.c.answered_by.in_(_SPEAKERS), False)
SELECT_ATTEMPTS: Final = (
    select(_FOUND)
    .order_by(_KEEPS.desc(), _FOUND.c.answered_by.is_(None), _FOUND.c.arrival)
    .limit(bindparam("limit"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """One arranged call. `held`: what the calls on record say of an agreed one; `messages`: numbers, newest first."""

    view: ArrangementView
    held: Held | None
    messages: tuple[str, ...]


def list_arrangements(desk: Desk, limit: int = 50) -> tuple[Arrangement, ...]:
    """Give the newest of each side, what changed last first; a flood of the other side hides none of ours."""
    context = desk.context()
    found = (_beside(desk, view, context) for view in _newest(desk, limit, context))
    return tuple(sorted(found, key=lambda each: (each.view.changed_ms, each.view.id), reverse=True))


def find_arrangement(desk: Desk, number: MessageId) -> Arrangement:
    """Give one, by the number of its proposal or of any act about it.

    Raises: UsageError: `services.arranged.unknown_arrangement`.
    """
    context = desk.context()
    named = [(row["root_log"], row["root_idx"]) for row in _rows(desk, select_root_of(number))]
    root = next((each for each in named if each != NOTHING), number)
    proposal = insist_arrangement(_rows(desk, select_proposal(root)), number, context)
    return _beside(desk, fold(proposal, _rows(desk, select_steps(root)), context), context)


def awaited_arrangements(desk: Desk, limit: int) -> tuple[ArrangementView, ...]:
    """Give those among the newest that wait for an answer, without what stands beside them."""
    views = _newest(desk, limit, desk.context())
    return tuple(view for view in views if view.awaited and not view.effect)


def _newest(desk: Desk, limit: int, context: Context) -> list[ArrangementView]:
    proposals = [row for ours in (True, False) for row in _rows(desk, select_newest(limit, ours=ours))]
    steps = _rows(desk, select_steps(*roots_of(proposals))) if proposals else ()
    return [fold(row, _steps_of(row, steps), context) for row in proposals]


def _beside(desk: Desk, view: ArrangementView, context: Context) -> Arrangement:
    return Arrangement(
        view=view,
        held=_held(desk, view, context),
        messages=tuple(each.number for each in desk.mentions(view.id)),
    )


def _held(desk: Desk, view: ArrangementView, context: Context) -> Held | None:
    """Compare an agreed call with the calls on record; of one that was called off nothing is expected."""
    if view.agreed is None or view.state is not ArrangeState.AGREED:
        return None
    window, (first, second) = view.agreed.window, view.agreed.speakers
    values = {
        "first": first,
        "second": second,
        "log": view.id[0],
        "idx": view.id[1],
        "since_ms": window.start_ms - EARLY_MS,
        "until_ms": window.end_ms,
        "limit": MAX_ATTEMPTS,
    }
    rows = _rows(desk, Statement(SELECT_ATTEMPTS, values))
    return judge_held(view.agreed, view.id, _attempts(rows, context), context.now.utc_ms)


def _attempts(rows: Rows, context: Context) -> Iterable[Attempt]:
    for row in rows:
        named = (row["arrangement_log"], row["arrangement_idx"])
        yield Attempt(
            id=(row["log"], row["idx"]),
            number=format_number((row["log"], row["idx"]), context.parties),
            caller=row["post"],
            called=row["to_post"],
            answered_by=row["answered_by"],
            arrived_ms=row["arrived_ms"],
            arrangement=None if named == (None, None) else named,
        )


def _steps_of(proposal: Row, steps: Rows) -> Rows:
    root = (proposal["log"], proposal["idx"])
    return [row for row in steps if (row["root_log"], row["root_idx"]) == root]


def _rows(desk: Desk, statement: Statement) -> Rows:
    return desk.reader.view(statement.executable, statement.parameters)
