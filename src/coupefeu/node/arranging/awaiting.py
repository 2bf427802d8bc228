"""The standing order that tells when an answer to a proposed call did not come in the agreed time, ours as theirs.

It rings nothing and writes nothing on the record: silence is shown, never read as a no. However many proposals a party
sends, the record is looked at once a second at most, and the newest of each side alone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from coupefeu.model.instant import Moment, format_date_time_group
from coupefeu.model.messages import MessageId
from coupefeu.node.arranging.looking import awaited_arrangements
from coupefeu.node.desk import Desk
from coupefeu.node.events import Change, EntryRecorded, TermsChanged, Trouble
from coupefeu.services.arranged.facts import KINDS
from coupefeu.services.arranged.status import OfferView

NO_ANSWER: Final = "node.arranging.no_answer"
"""They owe one."""
UNANSWERED: Final = "node.arranging.unanswered"
"""We owe one."""
LOOKED_AT: Final = 50
LOOK_AFTER_MS: Final = 1_000
LOOK_AGAIN_MS: Final = 60_000
"""The wall clock may be set; a defect may pass."""


class AnswersAwaited:
    """Which answers are owed, and whether their time has passed; an order of the engine (`Engine.stand_by`)."""

    def __init__(
        self,
        open_desk: Callable[[], Desk],
        clock: Callable[[], Moment],
        tell: Callable[[Change], None],
        defect: Callable[[Exception], object],
    ) -> None:
        self._open_desk = open_desk
        self._tell = tell
        self._defect = defect
        self._clock = clock
        self._look_ms: int | None = clock().mono_ms
        self._told: frozenset[MessageId] = frozenset()

    def hear(self, change: Change) -> None:
        """Listen to the engine."""
        is_about = isinstance(change, TermsChanged) or (
            isinstance(change, EntryRecorded)
            and change.recorded.head is not None
            and change.recorded.head.kind in KINDS
        )
        if is_about:
            soon_ms = self._clock().mono_ms + LOOK_AFTER_MS
            self._look_ms = soon_ms if self._look_ms is None else min(self._look_ms, soon_ms)

    def next_ms(self) -> int | None:
        """See `Order.next_ms`."""
        return self._look_ms

    def handle_timer(self, now: Moment) -> None:
        """See `Order.handle_timer`; a defect is noted, and holds up nothing that stands behind."""
        if self._look_ms is None or now.mono_ms < self._look_ms:
            return
        self._look_ms = now.mono_ms + LOOK_AGAIN_MS
        try:
            self._look(now)
        except Exception as error:  # noqa: BLE001 - whatever nobody foresaw
            self._defect(error)

    def _look(self, now: Moment) -> None:
        with self._desk() as desk:
            owed = [each for view in awaited_arrangements(desk, LOOKED_AT) for each in view.awaited]
            us = desk.context().us
        overdue = [each for each in owed if each.is_overdue]
        for offer in overdue:
            if offer.id not in self._told:
                self._tell(_trouble(offer, us))
        self._told = frozenset(each.id for each in overdue)
        coming_ms = [each.left_ms + 1 for each in owed if not each.is_overdue]
        wait_ms = min(coming_ms, default=None)
        self._look_ms = None if wait_ms is None else now.mono_ms + min(wait_ms, LOOK_AGAIN_MS)

    @contextmanager
    def _desk(self) -> Iterator[Desk]:
        desk = self._open_desk()
        try:
            yield desk
        finally:
            desk.close()


def _trouble(offer: OfferView, us: str) -> Trouble:
    by = format_date_time_group(offer.due_ms)
    if offer.ours:
        detail = (
            f"no answer to the times proposed in {offer.number} came by {by}. "
            f"A message reaches them: coupefeu arrange write {offer.number}"
        )
        return Trouble(party=None, code=NO_ANSWER, detail=detail)
    detail = (
        f"{us.upper()} has not answered the times proposed in {offer.number} by {by}. "
        f"What is on the table: coupefeu arrange show {offer.number}"
    )
    return Trouble(party=offer.id[0], code=UNANSWERED, detail=detail)
