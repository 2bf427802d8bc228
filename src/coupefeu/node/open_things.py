"""What is open at the desk, for whoever takes it over: the most urgent first, each by the entry that it began with.

A call that is held or rings now stands before everything else, then messages by precedence and by the deadline that
comes first, whichever side it waits for, then arranged calls: the answer that is owed, or the time that was agreed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from coupefeu.model.calls import CallState
from coupefeu.node.arranging.looking import list_arrangements
from coupefeu.node.desk import Desk
from coupefeu.services.arranged.status import ArrangementView
from coupefeu.services.arranged.table import ArrangeState
from coupefeu.services.calls.status import CallView
from coupefeu.services.messages.status import MessageStatus
from coupefeu.services.watch.facts import OpenThing, OpenWhat
from coupefeu.services.watch.hand_over import MAX_LISTED

MAX_CALLS_LISTED: Final = 12
"""However many ring, they hide no FLASH: the others are counted."""
MAX_ARRANGED_LISTED: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFound:
    """What is open: `things` are the most urgent of `count`, as many as a hand-over lists."""

    things: tuple[OpenThing, ...]
    count: int


def gather_open(desk: Desk) -> OpenFound:
    """Look what is open now."""
    calls = [_call(each) for each in sorted(desk.open_calls(), key=_rank)]
    messages = [_message(each) for each in desk.open_messages().messages]
    arranged = sorted(_arranged(desk), key=lambda each: each.due_ms or 0)
    listed = [*calls[:MAX_CALLS_LISTED], *messages]
    room = MAX_LISTED - min(len(arranged), MAX_ARRANGED_LISTED)
    return OpenFound(
        things=(*listed[:room], *arranged[:MAX_ARRANGED_LISTED]),
        count=len(calls) + len(messages) + len(arranged),
    )


def _rank(call: CallView) -> tuple[bool, bool, int]:
    """Order calls: those that are held, then our own, then the newest."""
    return call.state is not CallState.IN_CALL, not call.ours, -call.arrived_ms


def _call(view: CallView) -> OpenThing:
    return OpenThing(entry=view.id, what=OpenWhat.CALL)


def _message(status: MessageStatus) -> OpenThing:
    """Give an open message with the deadline that runs out, or ran out, first."""
    due_ms = [step.clock.due_ms for _, step in status.waiting if step.clock is not None]
    return OpenThing(entry=status.id, what=OpenWhat.MESSAGE, due_ms=min(due_ms, default=None))


def _arranged(desk: Desk) -> Iterator[OpenThing]:
    """Give what waits for an answer or a decision, and what was agreed and is not over."""
    now_ms = desk.context().now.utc_ms
    for each in list_arrangements(desk):
        if _is_expected(each.view, now_ms):
            yield OpenThing(entry=each.view.id, what=OpenWhat.ARRANGED, due_ms=_due_ms(each.view))


def _is_expected(view: ArrangementView, now_ms: int) -> bool:
    if view.agreed is not None and view.state is ArrangeState.AGREED:
        return not view.effect and view.agreed.window.end_ms > now_ms
    return view.is_open


def _due_ms(view: ArrangementView) -> int | None:
    if view.agreed is not None and view.state is ArrangeState.AGREED:
        return view.agreed.window.start_ms
    return min((each.due_ms for each in view.awaited), default=None)
