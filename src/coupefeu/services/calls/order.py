"""One order of the entries about an attempt, the same on both records whatever came first (docs/adr/0026).

    a step of who was called   goes before a step of the caller   only if the caller had seen it
    everything else            each log in its own order, the caller's steps first

What the caller had seen is `seen` and the references of its own entries: signed, and the same on both sides.
"""

from collections.abc import Iterator, Sequence

from coupefeu.model.messages import MessageId
from coupefeu.services.calls.rows import Row


def merge(caller: Sequence[Row], called: Sequence[Row]) -> Iterator[Row]:
    """Give the rows of both logs, each ordered by (log, idx), in the one order."""
    waiting = iter(called)
    following = next(waiting, None)
    for step in caller:
        while following is not None and place_of(following) <= seen_by(step):
            yield following
            following = next(waiting, None)
        yield step
    if following is not None:
        yield following
        yield from waiting


def place_of(step: Row) -> MessageId:
    """Give where an entry stands: log and index."""
    return step["log"], step["idx"]


def seen_by(step: Row) -> MessageId:
    """Give the newest entry of the other side that the author of a step had seen."""
    return step["seen_log"], step["seen_idx"]
