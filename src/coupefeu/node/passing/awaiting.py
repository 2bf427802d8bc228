"""The standing order that tells when the lead time of a notice begins, or a STOP stands, and a unit is not reached.

It is seen and never sounds, and it writes nothing on the record. However many notices a party files, the record is
looked at once in a while, by another thread than the line's, and those alone that begin next or were spoken of last.
"""

from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Final

from coupefeu.model.instant import Moment
from coupefeu.model.messages import MessageId
from coupefeu.node.desk import Desk
from coupefeu.node.events import Change, EntryRecorded, TermsChanged, Trouble
from coupefeu.node.post_quantum import Work, work_at_once
from coupefeu.services.notices.facts import KINDS as NOTICES
from coupefeu.services.passing.facts import KINDS as PASSING

if TYPE_CHECKING:
    from coupefeu.node.passing.desk import Passing

NOT_REACHED: Final = "node.passing.not_reached"
LOOKED_AT: Final = 25
LOOK_AFTER_MS: Final = 2_000
LOOK_AGAIN_MS: Final = 60_000
"""The wall clock may be set; a defect may pass."""
MAX_NAMED: Final = 5


class GapsAwaited:
    """Which units are missing as a lead time begins; an order of the engine (`Engine.stand_by`)."""

    def __init__(
        self,
        open_desk: Callable[[], Desk],
        clock: Callable[[], Moment],
        tell: Callable[[Change], None],
        defect: Callable[[Exception], object],
        work: Work = work_at_once,
    ) -> None:
        """`open_desk` is called in the thread in which `work` has it done; all else is of the line's own."""
        self._open_desk = open_desk
        self._clock = clock
        self._tell = tell
        self._defect = defect
        self._work = work
        self._is_looking = False
        self._look_ms: int | None = clock().mono_ms
        self._told: dict[MessageId, frozenset[tuple[str, str, str]]] = {}
        """By notice: who was missing, and why, when it was told last."""

    def hear(self, change: Change) -> None:
        """Listen to the engine."""
        is_about = isinstance(change, TermsChanged) or (
            isinstance(change, EntryRecorded)
            and change.recorded.head is not None
            and change.recorded.head.kind in NOTICES | PASSING
        )
        if is_about:
            self._look_by(self._clock().mono_ms + LOOK_AFTER_MS)

    def next_ms(self) -> int | None:
        """See `Order.next_ms`; while it looks, the time for the next look is not come."""
        return None if self._is_looking else self._look_ms

    def handle_timer(self, now: Moment) -> None:
        """See `Order.handle_timer`; a defect is noted, and holds up nothing that stands behind."""
        if self._is_looking or self._look_ms is None or now.mono_ms < self._look_ms:
            return
        self._look_ms, self._is_looking = None, True
        self._work(self._look, self._looked)

    def _look(self) -> "tuple[Passing, ...]":
        with closing(self._open_desk()) as desk:
            return desk.passing.listed(LOOKED_AT)

    def _looked(self, found: "tuple[Passing, ...] | Exception") -> None:
        """Take what was found; what was said meanwhile is looked at in its own time."""
        self._is_looking = False
        now = self._clock()
        if isinstance(found, Exception):
            self._look_by(now.mono_ms + LOOK_AGAIN_MS)
            self._defect(found)
            return
        missing = {each.view.id: _missing(each) for each in found if each.view.alarm}
        for each in found:
            who = missing.get(each.view.id)
            if who and not who <= self._told.get(each.view.id, frozenset()):
                self._tell(_trouble(each))
        self._told = missing
        self._look_by(_next_look_ms(found, now))

    def _look_by(self, mono_ms: int | None) -> None:
        """Look then, or earlier if that was due already."""
        due = [each for each in (self._look_ms, mono_ms) if each is not None]
        self._look_ms = min(due, default=None)


def _missing(found: "Passing") -> frozenset[tuple[str, str, str]]:
    return frozenset((each.party, each.unit, each.why.value) for each in found.view.gaps)


def _next_look_ms(found: "tuple[Passing, ...]", now: Moment) -> int | None:
    """Look again when the next lead time begins; with nothing missing, when something is said."""
    waiting = [each.view for each in found if each.view.gaps and not each.view.alarm]
    begin_ms = [view.lead_begins_ms for view in waiting if view.lead_begins_ms is not None]
    if not begin_ms:
        return None
    return now.mono_ms + min(max(1, min(begin_ms) - now.utc_ms), LOOK_AGAIN_MS)


def _trouble(found: "Passing") -> Trouble:
    """Name those who are missing first; units are named by what their desk chose to call them."""
    units = [each.unit for each in found.view.gaps]
    others = f" and {len(units) - MAX_NAMED} more" if len(units) > MAX_NAMED else ""
    named = ", ".join(units[:MAX_NAMED]) + others
    what = "is stopped" if found.view.stops else "begins soon or has begun"
    return Trouble(
        party=None,
        code=NOT_REACHED,
        detail=f"{found.notice.number} {what}, and these are not reached: {named}. "
        f"Whom to telephone next: coupefeu notice gaps {found.notice.number}",
    )
