"""The life of an attempt as one table; whatever is missing from it has no effect, and is kept with the reason.

`fold` walks it over the entries of both logs in one order that both records have (order.py), so both come to the
same state. The drawing docs/pictures/calls.svg and the table of docs/spec/calls.md are made from it.
"""

from enum import StrEnum
from typing import Final

from coupefeu.model.calls import CallState
from coupefeu.model.entry import Kind


class Side(StrEnum):
    """Who may write an entry."""

    CALLER = "caller"
    CALLED = "called"
    EITHER = "either"


SIDES: Final = {
    Kind.CALL_PLACED: Side.CALLER,
    Kind.CALL_RINGING: Side.CALLED,
    Kind.CALL_ANSWERED: Side.CALLED,
    Kind.CALL_DECLINED: Side.CALLED,
    Kind.CALL_DEFERRED: Side.CALLED,
    Kind.CALL_UNANSWERED: Side.CALLED,
    Kind.CALL_WITHDRAWN: Side.CALLER,
    Kind.CALL_UNREACHED: Side.CALLER,
    Kind.CALL_ENDED: Side.EITHER,
    Kind.CALL_LOST: Side.EITHER,
    Kind.CALL_JOINED: Side.EITHER,
    Kind.CALL_CONNECTED: Side.EITHER,
}
CALLED_OUTCOMES: Final = (
    Kind.CALL_ANSWERED,
    Kind.CALL_DECLINED,
    Kind.CALL_DEFERRED,
    Kind.CALL_UNANSWERED,
)
"""The first of these in the log of who was called is the outcome, unless the caller had ended the attempt before."""
CALLER_OUTCOMES: Final = (Kind.CALL_WITHDRAWN, Kind.CALL_UNREACHED)
CALLER_KINDS: Final = tuple(
    kind for kind, side in SIDES.items() if side is not Side.CALLED and kind is not Kind.CALL_PLACED
)
"""What the caller may write about its call; each says what of the other log it had seen."""

_OPEN: Final = (CallState.PLACED, CallState.RINGING)
_TALKING: Final = CallState.IN_CALL

TRANSITIONS: Final[dict[tuple[CallState, Kind], CallState]] = {
    **{(at, Kind.CALL_RINGING): CallState.RINGING for at in _OPEN},
    **{(at, Kind.CALL_ANSWERED): CallState.IN_CALL for at in _OPEN},
    **{(at, Kind.CALL_DECLINED): CallState.ENDED for at in _OPEN},
    **{(at, Kind.CALL_DEFERRED): CallState.ENDED for at in _OPEN},
    **{(at, Kind.CALL_UNANSWERED): CallState.ENDED for at in _OPEN},
    **{(at, Kind.CALL_WITHDRAWN): CallState.ENDED for at in _OPEN},
    **{(at, Kind.CALL_UNREACHED): CallState.ENDED for at in _OPEN},
    (_TALKING, Kind.CALL_JOINED): CallState.IN_CALL,
    (_TALKING, Kind.CALL_CONNECTED): CallState.IN_CALL,
    (_TALKING, Kind.CALL_ENDED): CallState.ENDED,
    (_TALKING, Kind.CALL_LOST): CallState.ENDED,
}
"""ON_THEIR_NODE is PLACED with their receipt, which is no entry and changes nothing that may follow."""
