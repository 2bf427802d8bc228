"""The calls that are open, as the rules of calls fold them; in memory, so that an entry costs no look at the record.

Only their rows are here, the same that the views hold; what they mean is `services.calls.fold`'s to say. A call about
which much is written is long: whatever may change it is then read from the record, which judges all of it, and of the
other side's entries no more often than `READ_EVERY_MS`. So memory and record never part, and a flood costs little.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from coupefeu.model.calls import CallState, Media
from coupefeu.model.entry import Head, Kind
from coupefeu.model.messages import MessageId
from coupefeu.node.calling.spoken import our_post
from coupefeu.services.base import Context, Recorded, Rows
from coupefeu.services.calls.fold import fold
from coupefeu.services.calls.order import place_of
from coupefeu.services.calls.rows import Row, rows_of
from coupefeu.services.calls.status import CallView

MAX_FOLLOWED: Final = 32
"""Steps of one call that are kept: honest nodes write a dozen, and each is folded again every time."""
READ_EVERY_MS: Final = 100
"""Between two looks at the record that the other side causes: one takes some ten milliseconds."""
MAX_UNREAD: Final = 1_024
"""Calls in doubt, beside those that are followed."""
TEXT_LASTS_MS: Final = 600_000
"""So long after our last entry about it a call by text counts as speaking: nothing but people ends one."""
_CHANGE_NOTHING: Final = frozenset({Kind.CALL_JOINED, Kind.CALL_CONNECTED, Kind.CALL_WORDS})
Read = Callable[[MessageId], Iterable[tuple[Row, Rows]]]


@dataclass(slots=True)
class _Open:
    call: Row
    steps: dict[MessageId, Row]
    view: CallView
    is_long: bool
    acted_ms: int


class OpenCalls:
    """Calls of both sides that have not ended; one that ends is forgotten. `now_ms` is monotonic throughout."""

    def __init__(self, read: Read) -> None:
        """`read`: gives the row of one call, and those of its steps, from the record."""
        self._read = read
        self._open: dict[MessageId, _Open] = {}
        self._talking: dict[MessageId, _Open] = {}
        self._unread: dict[MessageId, None] = {}
        self._free_ms = 0
        """From when on the record may be read again for the other side's sake."""

    @property
    def views(self) -> tuple[CallView, ...]:
        """Each as it is now, oldest first."""
        return tuple(each.view for each in self._open.values())

    def get(self, call: MessageId) -> CallView | None:
        """Give one as it is now; None: it is not open, or not followed."""
        known = self._open.get(call)
        return None if known is None else known.view

    def engaged(self, now_ms: int) -> frozenset[str]:
        """Our posts that speak; one that left a call by text open, and went, does not."""
        return frozenset(our_post(each.view) for each in self._talking.values() if _speaks(each, now_ms))

    def resume(self, call: Row, steps: Rows, context: Context, now_ms: int) -> CallView:
        """Take in one as the record has it."""
        return self._keep(call, steps, context, now_ms)

    def place(self, recorded: Recorded, context: Context, now_ms: int) -> CallView | None:
        """Take in a new attempt; None: what was written is no call, or none that has effect."""
        calls, _ = rows_of(recorded, context)
        return None if not calls or calls[0]["effect"] else self._keep(calls[0], (), context, now_ms)

    def step(self, recorded: Recorded, head: Head, context: Context, now_ms: int) -> Iterator[CallView]:
        """Take in what was said of open calls; gives each that is known anew."""
        if not any((each.log, each.index) in self._open for each in head.references):
            return
        _, rows = rows_of(recorded, context)
        for row in rows:
            known = self._open.get((row["call_log"], row["call_idx"]))
            if known is not None:
                yield from self._take(known, row, context, now_ms)

    def act(self, head: Head, now_ms: int) -> None:
        """Take that somebody of ours wrote an entry, perhaps about a call that is spoken."""
        for each in head.references:
            known = self._talking.get((each.log, each.index))
            if known is not None:
                known.acted_ms = now_ms

    # --- the record -----------------------------------------------------------------------------------------

    def doubt(self, call: MessageId) -> bool:
        """Take that only the record can say how a call stands; gives whether it will be read, or too many are."""
        if call in self._open or len(self._unread) < MAX_UNREAD:
            self._unread[call] = None
        return call in self._unread

    def next_ms(self) -> int | None:
        """Say when `due` has something; None: nothing is in doubt."""
        return self._free_ms if self._unread else None

    def due(self, context: Context, now_ms: int) -> Iterator[tuple[CallView | None, CallView]]:
        """Read the call that has been in doubt for longest, where one may be read: as it was known, as it is."""
        if not self._unread or now_ms < self._free_ms:
            return
        self._free_ms = now_ms + READ_EVERY_MS
        call = next(iter(self._unread))
        before = self.get(call)
        views = tuple(self.read(call, context, now_ms))
        self._unread.pop(call, None)
        yield from ((before, view) for view in views)

    def read(self, call: MessageId, context: Context, now_ms: int) -> Iterator[CallView]:
        """Take one as the record has it now; nothing where it is not there."""
        for row, steps in self._read(call):
            yield self._keep(row, steps, context, now_ms)

    def read_spoken(self, context: Context, now_ms: int) -> Iterator[CallView]:
        """Take all that are spoken as the record has them now: few, for an officer of ours is in each."""
        for call in tuple(self._talking):
            yield from self.read(call, context, now_ms)

    # --- keeping --------------------------------------------------------------------------------------------

    def _take(self, known: _Open, row: Row, context: Context, now_ms: int) -> Iterator[CallView]:
        if not known.is_long and len(known.steps) < MAX_FOLLOWED:
            yield self._keep(known.call, (*known.steps.values(), row), context, now_ms)
            return
        known.is_long, known.steps = True, {}
        if row["kind"] in _CHANGE_NOTHING or row["effect"]:
            return
        if row["ours"]:
            yield from self.read(known.view.id, context, now_ms)
        else:
            self.doubt(known.view.id)

    def _keep(self, call: Row, steps: Iterable[Row], context: Context, now_ms: int) -> CallView:
        """Keep it as it is now; one entry may come twice, from the record and as news."""
        rows = {place_of(each): each for each in steps}
        view = fold(call, rows.values(), context)
        before = self._open.get(view.id)
        self._talking.pop(view.id, None)
        if view.state is CallState.ENDED:
            self._open.pop(view.id, None)
            return view
        is_long = len(rows) > MAX_FOLLOWED
        kept = (
            _Open(call, {}, _shortened(view), True, now_ms)
            if is_long
            else _Open(call, rows, view, False, now_ms)
        )
        if before is not None and before.view.state is view.state:
            kept.acted_ms = before.acted_ms
        self._open[view.id] = kept
        if view.state is CallState.IN_CALL:
            self._talking[view.id] = kept
        return kept.view


def _shortened(view: CallView) -> CallView:
    """Show of a long call the first steps; the record shows them all."""
    return replace(view, steps=view.steps[:MAX_FOLLOWED], without_effect=view.without_effect[:MAX_FOLLOWED])


def _speaks(known: _Open, now_ms: int) -> bool:
    answer = known.view.outcome_step
    is_by_text = answer is None or answer.fact.media in {None, Media.TEXT}
    return not is_by_text or now_ms - known.acted_ms < TEXT_LASTS_MS
