"""The one transition table of an arrangement: what may follow what; everything else has no effect.

The drawing in docs/spec/arranged.md is generated from it (`python -m tests.documents`).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from coupefeu.model.entry import Kind


class ArrangeState(StrEnum):
    """How an arrangement stands. AGREED can still be called off; REFUSED and WITHDRAWN are ends."""

    PROPOSED = "proposed"
    COUNTERED = "countered"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Event(StrEnum):
    """What happened, told apart by who did it: the proposer, or the party that was asked."""

    PROPOSER_REVISED = "proposer puts other times"
    ASKED_COUNTERED = "asked party puts others"
    AGREED = "either agrees to a time of the other"
    ASKED_REFUSED = "asked party refuses"
    PROPOSER_REFUSED = "proposer refuses"
    DELEGATED = "either names another post"
    PROPOSER_WITHDREW = "proposer withdraws"
    ASKED_CALLED_OFF = "asked party calls off"


_PROPOSER: Final[Mapping[int, Event]] = {
    Kind.ARRANGE_COUNTERED: Event.PROPOSER_REVISED,
    Kind.ARRANGE_AGREED: Event.AGREED,
    Kind.ARRANGE_REFUSED: Event.PROPOSER_REFUSED,
    Kind.ARRANGE_DELEGATED: Event.DELEGATED,
    Kind.ARRANGE_WITHDRAWN: Event.PROPOSER_WITHDREW,
}
_ASKED: Final[Mapping[int, Event]] = {
    Kind.ARRANGE_COUNTERED: Event.ASKED_COUNTERED,
    Kind.ARRANGE_AGREED: Event.AGREED,
    Kind.ARRANGE_REFUSED: Event.ASKED_REFUSED,
    Kind.ARRANGE_DELEGATED: Event.DELEGATED,
    Kind.ARRANGE_WITHDRAWN: Event.ASKED_CALLED_OFF,
}
_S, _E = ArrangeState, Event

TRANSITIONS: Final[Mapping[tuple[ArrangeState, Event], ArrangeState]] = MappingProxyType(
    {
        (_S.PROPOSED, _E.PROPOSER_REVISED): _S.PROPOSED,
        (_S.PROPOSED, _E.DELEGATED): _S.PROPOSED,
        (_S.PROPOSED, _E.ASKED_COUNTERED): _S.COUNTERED,
        (_S.PROPOSED, _E.AGREED): _S.AGREED,
        (_S.PROPOSED, _E.ASKED_REFUSED): _S.REFUSED,
        (_S.PROPOSED, _E.PROPOSER_WITHDREW): _S.WITHDRAWN,
        (_S.COUNTERED, _E.PROPOSER_REVISED): _S.COUNTERED,
        (_S.COUNTERED, _E.ASKED_COUNTERED): _S.COUNTERED,
        (_S.COUNTERED, _E.DELEGATED): _S.COUNTERED,
        (_S.COUNTERED, _E.AGREED): _S.AGREED,
        (_S.COUNTERED, _E.ASKED_REFUSED): _S.REFUSED,
        (_S.COUNTERED, _E.PROPOSER_REFUSED): _S.REFUSED,
        (_S.COUNTERED, _E.PROPOSER_WITHDREW): _S.WITHDRAWN,
        (_S.AGREED, _E.DELEGATED): _S.AGREED,
        (_S.AGREED, _E.ASKED_REFUSED): _S.REFUSED,
        (_S.AGREED, _E.PROPOSER_REFUSED): _S.REFUSED,
        (_S.AGREED, _E.PROPOSER_WITHDREW): _S.WITHDRAWN,
        (_S.AGREED, _E.ASKED_CALLED_OFF): _S.WITHDRAWN,
    }
)
"""A pair that is missing: the act is kept and shown, and changes nothing."""

OPEN: Final = frozenset({ArrangeState.PROPOSED, ArrangeState.COUNTERED})
ENDS: Final = frozenset({ArrangeState.REFUSED, ArrangeState.WITHDRAWN})


def event_of(kind: int, *, by_proposer: bool) -> Event | None:
    """Name what an entry of a kind is in the table; None: the proposal itself, or no kind of an arrangement."""
    return (_PROPOSER if by_proposer else _ASKED).get(kind)
