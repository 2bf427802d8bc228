"""What a node does for itself, unasked: line tests on schedule, their machine answers, what is overdue, its clock.

A machine answers only that a machine is there; nothing here ever speaks in an officer's name.
"""

from collections.abc import Callable

from coupefeu.model.agreement import Agreement
from coupefeu.model.entry import Head, Kind
from coupefeu.model.instant import Moment
from coupefeu.node.engine import Engine
from coupefeu.node.events import Change, EntryRecorded, Trouble
from coupefeu.node.expiring import Expiring
from coupefeu.services.base import Recorded
from coupefeu.services.messages.commands import AnswerLineTest, SendLineTest
from coupefeu.services.messages.forms import read_content
from coupefeu.services.messages.line_tests import due_line_test, next_line_test_ms, template_for
from coupefeu.store.jobs import Outcome
from coupefeu.wire.packet import LineTestItem

CHECK_EVERY_MS = 30_000
"""A shifted or mended wall clock is noticed at the latest after this."""
CLOCK_MOVED_MS = 1_000
"""A wall clock that drifts, or is slewed, stays below it between two looks; one that is set does not."""


class Duties:
    """The standing orders of one node."""

    def __init__(
        self, engine: Engine, agreement: Agreement, last_test_ms: int | None, clock: Callable[[], Moment]
    ) -> None:
        """`last_test_ms`: when our newest line test was written; None when we never sent one."""
        self._engine = engine
        self._agreement = agreement
        self._party = agreement.writer_of(engine.our_log)
        self._last_test_ms = last_test_ms
        self._clock = clock
        self._apart_ms = _apart_ms(clock())
        self._expiring = Expiring(engine.erase_expired)
        self._end = engine.listen(self._hear)

    def close(self) -> None:
        """Stop listening."""
        self._end()

    def amend(self, agreement: Agreement) -> None:
        """Go by another version of the agreement from now on."""
        self._agreement = agreement
        self._expiring.amend()
        self._engine.check_conflicts()

    def check(self) -> int:
        """Do what is due; gives the milliseconds until the next look."""
        if self._engine.is_recovering:
            return CLOCK_MOVED_MS
        self._engine.name_overdue()
        self._engine.check_conflicts()
        now = self._clock()
        self._watch_clock(now)
        erase_ms = self._expiring.check(now)
        schedule = due_line_test(self._agreement, self._party, self._last_test_ms, now.utc_ms)
        if schedule is not None:
            self._last_test_ms = now.utc_ms
            self.send_line_test(template_for(schedule, now.utc_ms))
        following = next_line_test_ms(self._agreement, self._party, now.utc_ms)
        wait_ms = CHECK_EVERY_MS if following is None else following - now.utc_ms
        return max(1, min(wait_ms, erase_ms, CHECK_EVERY_MS))

    def _watch_clock(self, now: Moment) -> None:
        """Tell when the wall clock moved otherwise than time has run: what is open is judged by it."""
        moved_ms, self._apart_ms = _apart_ms(now) - self._apart_ms, _apart_ms(now)
        if abs(moved_ms) < CLOCK_MOVED_MS:
            return
        detail = (
            f"our clock moved by {moved_ms / 1_000:+,.1f} s (it was set, or the machine slept): "
            "the clocks of messages that were open then are wrong by as much"
        )
        self._engine.tell(Trouble(party=None, code="node.clock.moved", detail=detail))

    def send_line_test(self, template: int, done: Callable[[Outcome], None] | None = None) -> None:
        """Send a line test now."""
        self._engine.act(SendLineTest(template=template), done or _ignore)

    def _hear(self, change: Change) -> None:
        if not isinstance(change, EntryRecorded) or self._engine.is_recovering:
            return
        recorded, head = change.recorded, change.recorded.head
        if head is None:
            return
        if recorded.ours:
            self._announce(recorded, head)
        elif head.kind == Kind.LINE_TEST:
            self._engine.act(AnswerLineTest(test=(recorded.log, recorded.index)), _ignore)

    def _announce(self, recorded: Recorded, head: Head) -> None:
        """Send our own line test or answer ahead of its proof, whoever asked for it (protocol B9)."""
        template, answers = 0, None
        if head.kind == Kind.LINE_TEST:
            content, _ = read_content(recorded.body)
            template = 0 if content is None else content.template or 0
        elif head.kind == Kind.LINE_TEST_ANSWER:
            answers = head.references[0].index
        else:
            return
        self._engine.announce(LineTestItem(recorded.log, recorded.index, template, head.written_ms, answers))


def _apart_ms(now: Moment) -> int:
    return now.utc_ms - now.mono_ms


def _ignore(_outcome: Outcome) -> None:
    """Nobody waits for it."""
