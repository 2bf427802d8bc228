"""Which step is the outcome of an attempt, as two updates over the rows: the same on both records (docs/adr/0026).

    the first answer, refusal, deferral or giving up in the log of who was called is the outcome,
    unless the caller withdrew, or its node gave up, before it had seen that: then the caller's is

What the caller had seen is what its own entries about the call say, so no clock and no order of arrival matters. The
twin of fold.py in SQL, so that a hundred thousand attempts can be listed by their outcome.
"""

from typing import Any, Final

from sqlalchemy import and_, bindparam, case, exists, func, literal_column, or_, select, tuple_, update

from coupefeu.model.calls import Outcome
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.services.base import Statement
from coupefeu.services.calls.tables import CALLS, STEPS
from coupefeu.services.calls.transitions import CALLED_OUTCOMES, CALLER_KINDS, CALLER_OUTCOMES

_ENDINGS: Final = (Kind.CALL_ENDED, Kind.CALL_LOST)


def _kinds(step: Any, kinds: tuple[Kind, ...]) -> Any:
    return step.c.kind.in_([literal_column(str(int(each))) for each in kinds])


def _of_call(step: Any, party: Any) -> Any:
    """Keep what a party says of the call, of exactly the entry that is held here."""
    return and_(
        step.c.call_log == CALLS.c.log,
        step.c.call_idx == CALLS.c.idx,
        step.c.effect == literal_column("''"),
        step.c.party == party,
        or_(step.c.call_leaf.is_(None), step.c.call_leaf == CALLS.c.leaf_hash),
    )


def _place(step: Any) -> Any:
    return tuple_(step.c.log, step.c.idx)


def _had_seen(by: Any, what: Any) -> Any:
    """Whether the caller had seen `what` when it wrote `by`: an entry of its own up to there shows it."""
    earlier = STEPS.alias("earlier")
    seen = tuple_(earlier.c.seen_log, earlier.c.seen_idx)
    return (
        exists()
        .where(
            _of_call(earlier, CALLS.c.party),
            _kinds(earlier, CALLER_KINDS),
            _place(earlier) <= _place(by),
            seen >= _place(what),
        )
        .correlate(CALLS, by, what)
    )


_THEIRS: Final = STEPS.alias("theirs")
_OURS: Final = STEPS.alias("ours")
# What an inner select shares with the update is said each time: nobody infers it through two of them.
_SEEN_BEFORE: Final = (
    exists()
    .where(_of_call(_THEIRS, CALLS.c.to_party), _kinds(_THEIRS, CALLED_OUTCOMES), _had_seen(_OURS, _THEIRS))
    .correlate(CALLS, _OURS)
)
_BY_CALLER: Final = (
    select(_OURS.c.arrival)
    .where(_of_call(_OURS, CALLS.c.party), _kinds(_OURS, CALLER_OUTCOMES), ~_SEEN_BEFORE)
    .order_by(_OURS.c.log, _OURS.c.idx)
    .limit(1)
    .scalar_subquery()
)
_FIRST: Final = STEPS.alias("first")
_BY_CALLED: Final = (
    select(_FIRST.c.arrival)
    .where(_of_call(_FIRST, CALLS.c.to_party), _kinds(_FIRST, CALLED_OUTCOMES))
    .order_by(_FIRST.c.log, _FIRST.c.idx)
    .limit(1)
    .scalar_subquery()
)
_THIS: Final = (CALLS.c.log == bindparam("b_log")) & (CALLS.c.idx == bindparam("b_idx"))
_FIND_OUTCOME: Final = (
    update(CALLS).where(_THIS).values(outcome_arrival=func.coalesce(_BY_CALLER, _BY_CALLED))
)

_CHOSEN: Final = STEPS.alias("chosen")
_IS_CHOSEN: Final = and_(
    _CHOSEN.c.call_log == CALLS.c.log,
    _CHOSEN.c.call_idx == CALLS.c.idx,
    _CHOSEN.c.arrival == CALLS.c.outcome_arrival,
)
_OUTCOME: Final = select(_CHOSEN.c.outcome).where(_IS_CHOSEN).scalar_subquery()
_ENDING: Final = STEPS.alias("ending")
_IS_BEHIND: Final = or_(
    _of_call(_ENDING, CALLS.c.to_party) & (_place(_ENDING) > _place(_CHOSEN)),
    _of_call(_ENDING, CALLS.c.party) & _had_seen(_ENDING, _CHOSEN),
)
_HAS_ENDED: Final = exists().where(_IS_CHOSEN, _kinds(_ENDING, _ENDINGS), _IS_BEHIND).correlate(CALLS)
_IS_TALKING: Final = and_(literal_column(f"'{Outcome.ANSWERED}'") == _OUTCOME, ~_HAS_ENDED)
_SAY_OUTCOME: Final = (
    update(CALLS)
    .where(_THIS)
    .values(
        outcome=_OUTCOME,
        is_open=case(
            (CALLS.c.effect != literal_column("''"), literal_column("0")),
            (CALLS.c.outcome_arrival.is_(None), literal_column("1")),
            (_IS_TALKING, literal_column("1")),
            else_=literal_column("0"),
        ),
    )
)


def resolve(call: MessageId) -> tuple[Statement, Statement]:
    """Give the updates that bring outcome and openness of one call up to date with the steps that are held."""
    place = {"b_log": call[0], "b_idx": call[1]}
    return Statement(_FIND_OUTCOME, place), Statement(_SAY_OUTCOME, place)
