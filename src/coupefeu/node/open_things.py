"""What is open at the desk, for whoever takes it over: the most urgent first, each by the entry that it began with.

A call that rings or is held now stands before everything else; then messages by precedence and by the deadline that
comes first, whichever side it waits for; then calls that are being arranged.
"""

from dataclasses import dataclass

from coupefeu.node.desk import Desk
from coupefeu.services.messages.status import MessageStatus
from coupefeu.services.watch.facts import OpenThing, OpenWhat
from coupefeu.services.watch.hand_over import MAX_LISTED


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFound:
    """What is open: `things` are the most urgent of `count`, as many as a hand-over lists."""

    things: tuple[OpenThing, ...]
    count: int


def gather_open(desk: Desk) -> OpenFound:
    """Look what is open now."""
    things = tuple(map(_message, desk.open_messages().messages))
    return OpenFound(things=things[:MAX_LISTED], count=len(things))


def _message(status: MessageStatus) -> OpenThing:
    """Give an open message with the deadline that runs out, or ran out, first."""
    due_ms = [step.clock.due_ms for _, step in status.waiting if step.clock is not None]
    return OpenThing(entry=status.id, what=OpenWhat.MESSAGE, due_ms=min(due_ms, default=None))
