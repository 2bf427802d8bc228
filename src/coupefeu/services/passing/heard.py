"""What was said of a movement on its way, in the order of when it happened: check-ins of both sides, STOP and RESUMED.

For who asks where a movement is (`services.notices.ahead`); what this service shows of it, `fold.py` makes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.model.notices import CheckIn
from coupefeu.services.base import Context, Rows
from coupefeu.services.passing.acts import Act, judge_about
from coupefeu.services.passing.facts import ORDERS
from coupefeu.services.passing.status import NoticeKnown


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One thing that was said. `check_in` None: an order, of which `is_stop` says whether it is STOP or RESUMED.

    `at_ms`: when it happened, as its author says. `version`: of the notice, that it speaks of; None: it names none.
    `arrival`, `arrived_ms`: when it came here.
    """

    at_ms: int
    party: str
    check_in: CheckIn | None
    is_stop: bool
    point: str
    version: MessageId | None
    arrival: int
    arrived_ms: int


def words_of(rows: Rows, notice: NoticeKnown, context: Context) -> tuple[Word, ...]:
    """Read rows of `views.select_words`; what has no effect is left out, and nothing a peer wrote raises."""
    acts = (Act.of(row, context) for row in rows)
    spoken = [each for each in _with_effect(acts) if not judge_about(each, notice)]
    return tuple(map(_word, sorted(spoken, key=lambda each: (each.at_ms, each.id))))


def _with_effect(acts: Iterator[Act]) -> Iterator[Act]:
    """Leave out each RESUMED that took no STOP back; entries of one log stand in its order."""
    stopped: set[str] = set()
    for act in acts:
        if act.defect:
            continue
        if act.kind in ORDERS:
            was_stopped = act.party in stopped
            (stopped.add if act.kind == Kind.NOTICE_STOPPED else stopped.discard)(act.party)
            if act.kind == Kind.NOTICE_RESUMED and not was_stopped:
                continue
        yield act


def _word(act: Act) -> Word:
    return Word(
        at_ms=act.at_ms,
        party=act.party,
        check_in=act.fact.check_in,
        is_stop=act.kind == Kind.NOTICE_STOPPED,
        point=act.fact.point,
        version=None if act.version is None else act.version[0],
        arrival=act.row["arrival"],
        arrived_ms=act.row["arrived_ms"],
    )
