"""The calls that are open, as the rules of calls fold them; in memory, so that an entry costs no look at the record.

Only their rows are here, the same that the views hold; what they mean is `services.calls.fold`'s to say.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from coupefeu.model.calls import CallState
from coupefeu.model.entry import Head
from coupefeu.model.messages import MessageId
from coupefeu.node.calling.spoken import our_post
from coupefeu.services.base import Context, Recorded, Rows
from coupefeu.services.calls.fold import fold
from coupefeu.services.calls.rows import rows_of
from coupefeu.services.calls.status import CallView

MAX_FOLLOWED: Final = 32
"""Steps of one call and party that are followed: honest nodes write a dozen, and each is folded again every time."""
Row = Mapping[str, Any]


@dataclass(slots=True)
class _Open:
    call: Row
    steps: list[Row]
    view: CallView


class OpenCalls:
    """Calls of both sides that have not ended; one that ends is forgotten."""

    def __init__(self) -> None:
        self._open: dict[MessageId, _Open] = {}
        self._engaged: Counter[str] = Counter()
        """How many calls each post of ours is in; posts that are in none are not here."""

    @property
    def views(self) -> tuple[CallView, ...]:
        """Each as it is now, oldest first."""
        return tuple(each.view for each in self._open.values())

    def get(self, call: MessageId) -> CallView | None:
        """Give one as it is now; None: it is not open, or not followed."""
        known = self._open.get(call)
        return None if known is None else known.view

    @property
    def engaged(self) -> frozenset[str]:
        """Our posts that are in a call."""
        return frozenset(self._engaged)

    def resume(self, call: Row, steps: Rows, context: Context) -> CallView:
        """Take in one that was there at the start."""
        return self._keep(call, list(steps), context)

    def place(self, recorded: Recorded, context: Context) -> CallView | None:
        """Take in a new attempt; None: what was written is no call, or none that has effect."""
        calls, _ = rows_of(recorded, context)
        return None if not calls or calls[0]["effect"] else self._keep(calls[0], [], context)

    def step(self, recorded: Recorded, head: Head, context: Context) -> Iterator[CallView]:
        """Take in what was said of open calls; gives each as it is now.

        Of a party that writes many about one call the first are followed; the record has all, and judges by itself.
        """
        if not any((each.log, each.index) in self._open for each in head.references):
            return
        _, rows = rows_of(recorded, context)
        for row in rows:
            known = self._open.get((row["call_log"], row["call_idx"]))
            if known is not None and _is_heeded(known.steps, row):
                yield self._keep(known.call, [*known.steps, row], context)

    def forget(self, call: MessageId) -> None:
        """Follow it no more."""
        known = self._open.pop(call, None)
        if known is not None and known.view.state is CallState.IN_CALL:
            self._engage(known.view, -1)

    def _keep(self, call: Row, steps: list[Row], context: Context) -> CallView:
        view = fold(call, steps, context)
        if view.state is CallState.ENDED:
            self.forget(view.id)
            return view
        before = self._open.get(view.id)
        self._open[view.id] = _Open(call, steps, view)
        if view.state is CallState.IN_CALL and (before is None or before.view.state is not CallState.IN_CALL):
            self._engage(view, 1)
        return view

    def _engage(self, view: CallView, calls: int) -> None:
        post = our_post(view)
        self._engaged[post] += calls
        if not self._engaged[post]:
            del self._engaged[post]


def _is_heeded(steps: list[Row], row: Row) -> bool:
    earlier = [each for each in steps if each["party"] == row["party"]]
    return len(earlier) < MAX_FOLLOWED
