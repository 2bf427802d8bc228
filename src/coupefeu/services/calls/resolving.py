"""Which step is the outcome of an attempt, as updates over its row: the same on both records (docs/adr/0026).

    edge      the 512th step of a side in its own log: what stands behind it counts no more, on either record
    said      the first answer, refusal, deferral or giving up of who was called
    shown     the first step of the caller by which it had seen that
    outcome   the caller's word, if it ended the attempt before `shown`; else what was said

What the caller had seen is what its own entries about the call say, so no clock and no order of arrival matters. Each
line is one look at a bounded number of rows. The twin of fold.py in SQL, so that a hundred thousand attempts can be
listed by their outcome.
"""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import bindparam, case, exists, func, literal_column, or_, select, tuple_, update

from coupefeu.model.calls import Outcome
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.services.base import Statement
from coupefeu.services.calls.tables import CALLS, MAX_STEPS, STEPS, counts, place
from coupefeu.services.calls.transitions import CALLED_OUTCOMES, CALLER_KINDS, CALLER_OUTCOMES

_ENDINGS: Final = (Kind.CALL_ENDED, Kind.CALL_LOST)
_NOTHING: Final[Any] = literal_column("''")
_THIS: Final = (CALLS.c.log == bindparam("b_log")) & (CALLS.c.idx == bindparam("b_idx"))


def _judged(step: Any, side: str, kinds: tuple[Kind, ...]) -> tuple[Any, ...]:
    """Keep what a side says of exactly the call that is held, of these kinds; of one that rings nowhere nothing."""
    return (
        counts(step, side),
        CALLS.c.effect == _NOTHING,
        step.c.effect == _NOTHING,
        or_(step.c.call_leaf.is_(None), step.c.call_leaf == CALLS.c.leaf_hash),
        step.c.kind.in_([literal_column(str(int(each))) for each in kinds]),
    )


def _first(step: Any, column: str, *conditions: Any, offset: int = 0) -> Any:
    """Give a column of the first step, in the order of its log, that fits."""
    return (
        select(step.c[column])
        .where(*conditions)
        .order_by(step.c.log, step.c.idx)
        .limit(literal_column("1"))
        .offset(literal_column(str(offset)))
        .correlate(CALLS)
        .scalar_subquery()
    )


def _both(name: str, step: Any, *conditions: Any, offset: int = 0) -> dict[str, Any]:
    """Set a pair of columns to the place of the first step that fits."""
    return {f"{name}_{column}": _first(step, column, *conditions, offset=offset) for column in ("log", "idx")}


def _edge(side: str) -> Any:
    """Find the last step of a side that counts; a step behind it cannot change that."""
    step = STEPS.alias(f"{side}_step")
    party = CALLS.c.party if side == "caller" else CALLS.c.to_party
    of_side = (step.c.call_log == CALLS.c.log, step.c.call_idx == CALLS.c.idx, step.c.party == party)
    return (
        update(CALLS)
        .where(_THIS, party == bindparam("b_party"), _may_matter(side))
        .values(_both(f"{side}_edge", step, *of_side, offset=MAX_STEPS - 1))
    )


def _may_matter(side: str) -> Any:
    at = tuple_(bindparam("b_step_log"), bindparam("b_step_idx"))
    return or_(CALLS.c[f"{side}_edge_log"].is_(None), at <= place(CALLS, f"{side}_edge"))


_SAID: Final = STEPS.alias("said")
_SEES: Final = STEPS.alias("sees")
_SEEN: Final = tuple_(_SEES.c.seen_log, _SEES.c.seen_idx)
_ENDS: Final = STEPS.alias("ends")
_IS_BEFORE_SHOWN: Final = or_(CALLS.c.shown_log.is_(None), place(_ENDS) < place(CALLS, "shown"))
_HAS_ENDED: Final = or_(
    exists().where(*_judged(_ENDS, "called", _ENDINGS), place(_ENDS) > place(CALLS, "said")).correlate(CALLS),
    exists()
    .where(*_judged(_ENDS, "caller", _ENDINGS), place(_ENDS) >= place(CALLS, "shown"))
    .correlate(CALLS),
)
_CHOSEN: Final = STEPS.alias("chosen")
_OUTCOME: Final = (
    select(_CHOSEN.c.outcome)
    .where(
        _CHOSEN.c.arrival == CALLS.c.outcome_arrival,
        _CHOSEN.c.call_log == CALLS.c.log,
        _CHOSEN.c.call_idx == CALLS.c.idx,
    )
    .correlate(CALLS)
    .scalar_subquery()
)
_VALUES: Final[tuple[dict[str, Any], ...]] = (
    _both("said", _SAID, *_judged(_SAID, "called", CALLED_OUTCOMES)),
    _both("shown", _SEES, *_judged(_SEES, "caller", CALLER_KINDS), place(CALLS, "said") <= _SEEN),
    {
        "outcome_arrival": func.coalesce(
            _first(_ENDS, "arrival", *_judged(_ENDS, "caller", CALLER_OUTCOMES), _IS_BEFORE_SHOWN),
            _first(_SAID, "arrival", *_judged(_SAID, "called", CALLED_OUTCOMES)),
        )
    },
    {"outcome": _OUTCOME},
    {
        "is_open": case(
            (CALLS.c.effect != _NOTHING, literal_column("0")),
            (CALLS.c.outcome_arrival.is_(None), literal_column("1")),
            ((CALLS.c.outcome == literal_column(f"'{Outcome.ANSWERED}'")) & ~_HAS_ENDED, literal_column("1")),
            else_=literal_column("0"),
        )
    },
)
"""Each builds on the columns that the ones before it have set."""
_EDGES: Final = (_edge("caller"), _edge("called"))
_OF_CALL: Final = tuple(update(CALLS).where(_THIS).values(each) for each in _VALUES)
_IS_COUNTED: Final = or_(
    (CALLS.c.party == bindparam("b_party")) & _may_matter("caller"),
    (CALLS.c.to_party == bindparam("b_party")) & _may_matter("called"),
)
_OF_STEP: Final = tuple(update(CALLS).where(_THIS, _IS_COUNTED).values(each) for each in _VALUES)
_HAS_EDGE: Final = or_(CALLS.c.caller_edge_log.is_not(None), CALLS.c.called_edge_log.is_not(None))
_OF_MOVED: Final = tuple(update(CALLS).where(_THIS, _HAS_EDGE, _IS_COUNTED).values(each) for each in _VALUES)
"""Of a step that decides nothing, but may push another behind the edge."""
_BEFORE_ALL: Final = {"b_step_log": -1, "b_step_idx": -1}


def resolve_call(call: MessageId, parties: tuple[str, str]) -> Iterator[Statement]:
    """Give the updates for a call that has come, when steps about it may have overtaken it."""
    at = {"b_log": call[0], "b_idx": call[1]}
    for edge, party in zip(_EDGES, parties, strict=True):
        yield Statement(edge, at | _BEFORE_ALL | {"b_party": party})
    yield from (Statement(each, at) for each in _OF_CALL)


def count_step(call: MessageId, step: MessageId, party: str) -> Iterator[Statement]:
    """Give the updates that keep the edge of a side when one more step of it is there."""
    values = _values(call, step, party)
    yield from (Statement(each, values) for each in _EDGES)


def resolve_step(call: MessageId, step: MessageId, party: str, *, decides: bool) -> Iterator[Statement]:
    """Give the updates that bring outcome and openness of a call up to date with one more step.

    `decides`: it may, by its kind; another does so only by pushing one that counted behind the edge.
    """
    values = _values(call, step, party)
    yield from (Statement(each, values) for each in (_OF_STEP if decides else _OF_MOVED))


def _values(call: MessageId, step: MessageId, party: str) -> dict[str, Any]:
    return {
        "b_log": call[0],
        "b_idx": call[1],
        "b_step_log": step[0],
        "b_step_idx": step[1],
        "b_party": party,
    }
