"""What a running node does for its own desks by itself: it says that one is unstaffed, and that it is so no longer.

    an entry about a watch of ours, other terms, the time -> judge_staffing -> StaffingChanged, where it differs

It reads the record and writes nothing: an alarm at home is nothing that the other side is told.
"""

from collections.abc import Callable
from contextlib import closing
from typing import Final

from coupefeu.model.instant import Moment
from coupefeu.node.desk import Desk
from coupefeu.node.engine import Engine
from coupefeu.node.events import Change, EntryRecorded, StaffingChanged, TermsChanged
from coupefeu.services.watch.facts import KINDS
from coupefeu.services.watch.unstaffed import StaffingJudged, Unstaffed

CHECK_EVERY_MS: Final = 30_000
"""A wall clock that was set is noticed at the latest after this."""
AGAIN_MS: Final = 1_000
"""So long after a failure of the disk it is looked at again."""


class Staffing:
    """The standing order of a running node; an `engine.Order`."""

    def __init__(
        self,
        engine: Engine,
        desk: Callable[[], Desk],
        clock: Callable[[], Moment],
        defect: Callable[[Exception], object],
    ) -> None:
        """`desk`: opens the record by the agreement in force; `defect`: told of what nobody foresaw."""
        self.unstaffed: tuple[Unstaffed, ...] = ()
        """Our desks at which nobody is, as it was judged last."""
        self._engine = engine
        self._desk = desk
        self._clock = clock
        self._defect = defect
        self._due_ms = clock().mono_ms
        engine.listen(self._hear)
        engine.stand_by(self)

    def next_ms(self) -> int | None:
        """See `Order.next_ms`."""
        return self._due_ms

    def handle_timer(self, now: Moment) -> None:
        """See `Order.handle_timer`."""
        if now.mono_ms < self._due_ms:
            return
        self._due_ms = now.mono_ms + AGAIN_MS
        try:
            judged = self._judge()
        except Exception as defect:  # noqa: BLE001 - whatever nobody foresaw; the line goes on
            self._defect(defect)
            return
        self._due_ms = now.mono_ms + _wait_ms(judged.again_ms, now)
        if judged.unstaffed != self.unstaffed:
            before, self.unstaffed = self.unstaffed, judged.unstaffed
            self._engine.tell(StaffingChanged(before=before, unstaffed=judged.unstaffed))

    def _judge(self) -> StaffingJudged:
        with closing(self._desk()) as desk:
            return desk.staffing()

    def _hear(self, change: Change) -> None:
        match change:
            case EntryRecorded(recorded=recorded) if recorded.ours and recorded.head is not None:
                is_due = recorded.head.kind in KINDS
            case TermsChanged():
                is_due = True
            case _:
                return
        if is_due:
            self._due_ms = self._clock().mono_ms
            self._engine.pump()  # which sets the timer


def _wait_ms(again_ms: int | None, now: Moment) -> int:
    wait_ms = CHECK_EVERY_MS if again_ms is None else again_ms - now.utc_ms
    return max(1, min(wait_ms, CHECK_EVERY_MS))
