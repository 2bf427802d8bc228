"""The eight steps of the console demo, which both consoles show.

Each is ticked off by a fact and never by a press: what stands on a record, the state of the line, the result of a
verification.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Final

from coupefeu.model.entry import Head, Kind
from coupefeu.model.firebreak import Level
from coupefeu.model.precedence import Precedence
from coupefeu.node.demo.line import DemoLine
from coupefeu.node.events import Change, EntryRecorded, LineChanged

ASKED_OF: Final = "us"
ASKED_TO: Final = "ru"
RINGS: Final = "us.secretary"
ANSWERS: Final = "ru.minister"


class DemoStepName(StrEnum):
    """What a newcomer does, in this order; each may be done at any time."""

    RING = "ring"
    ANSWER = "answer"
    FLASH = "flash"
    HEAR = "hear"
    TAKE = "take"
    SETTLE = "settle"
    BREAK = "break"
    VERIFY = "verify"


_SETTLING: Final = frozenset(
    {
        Kind.NOTICE_AMENDED,
        Kind.NOTICE_WITHDRAWN,
        Kind.NOTICE_COMPLETED,
        Kind.CONFLICT_SETTLED,
    }
)
"""What of either side may end a conflict, or say what becomes of it."""
_AT_RU: Final = {Kind.SHOWN: DemoStepName.HEAR, Kind.TAKEN: DemoStepName.TAKE}


class Steps:
    """Follows both nodes of a line from now on; `close` ends it.

    ring: US has recorded that its Secretary rings the Minister; answer: that post itself has answered, and by the
    record of US the level of the firebreak is another one than at first; flash: US has recorded a FLASH; hear: RU has
    recorded that a screen showed one of these; take: RU has recorded that somebody took one; settle: the two notices of
    the demo that conflict do so no longer, or a side has said what becomes of that; break: after a cut, both nodes have
    said that the line is down; verify: a console's verification of both records found that they hold.
    """

    def __init__(self, line: DemoLine, is_met: Callable[[], bool], level: Callable[[], Level | None]) -> None:
        """Begin, by the record of US: `is_met`: is the conflict of the demo still open; `level`: of the firebreak."""
        self._line = line
        self._is_met = is_met
        self._level = level
        self._first_level = level()
        self._calls: set[tuple[int, int]] = set()
        self._is_answered = False
        self._clock = line.us.runtime.clock
        self._done_ms: dict[DemoStepName, int] = {}
        self._flashes: set[tuple[int, int]] = set()
        self._up_since_cut: set[str] | None = None
        self._listeners: list[Callable[[], None]] = []
        self._ends = [
            node.runtime.engine.listen(partial(self._hear, party)) for party, node in line.nodes.items()
        ]

    def close(self) -> None:
        """Follow no more."""
        for end in self._ends:
            end()

    @property
    def done_ms(self) -> dict[DemoStepName, int | None]:
        """When each step was done, in their order; None: not yet."""
        return {name: self._done_ms.get(name) for name in DemoStepName}

    @property
    def link_broken(self) -> bool:
        """Whether the path between the nodes is cut now."""
        return self._line.relay.is_cut

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` whenever something here has changed; gives the function that ends it."""
        self._listeners.append(listener)
        return partial(self._listeners.remove, listener)

    def break_link(self) -> None:
        """Cut the path between the nodes, silently as the world does: both notice by themselves."""
        self._line.relay.cut()
        self._up_since_cut = set(self._line.nodes)
        self._tell()

    def restore_link(self) -> None:
        """Let the nodes reach each other again."""
        self._line.relay.mend()
        self._tell()

    def verified(self, *, holds: bool) -> None:
        """Take the result of a verification that a console asked for."""
        if holds:
            self._do(DemoStepName.VERIFY, self._clock().utc_ms)

    def _hear(self, party: str, change: Change) -> None:
        if isinstance(change, LineChanged):
            self._hear_line(party, change)
        elif isinstance(change, EntryRecorded) and change.recorded.head is not None:
            recorded, head = change.recorded, change.recorded.head
            if recorded.ours:
                self._hear_entry(party, (recorded.log, recorded.index), head, recorded.arrived_ms)
            if party == ASKED_OF:
                self._hear_at_us(head, recorded.arrived_ms)

    def _hear_at_us(self, head: Head, at_ms: int) -> None:
        """Look at what is judged by the record of US, whoever wrote what came."""
        if head.kind in _SETTLING and not self._is_met():
            self._do(DemoStepName.SETTLE, at_ms)
        if head.kind == Kind.CALL_ANSWERED and head.from_post == ANSWERS and _about(head) & self._calls:
            self._is_answered = True
        is_new = DemoStepName.ANSWER not in self._done_ms
        if self._is_answered and is_new and self._level() is not self._first_level:
            self._do(DemoStepName.ANSWER, at_ms)

    def _hear_line(self, party: str, change: LineChanged) -> None:
        if self._up_since_cut is None or change.up:
            return
        self._up_since_cut.discard(party)
        if not self._up_since_cut:
            self._do(DemoStepName.BREAK, self._clock().utc_ms)

    def _hear_entry(self, party: str, number: tuple[int, int], head: Head, at_ms: int) -> None:
        if party == ASKED_OF and head.kind == Kind.MESSAGE and head.precedence is Precedence.FLASH:
            self._flashes.add(number)
            self._do(DemoStepName.FLASH, at_ms)
        elif party == ASKED_OF and head.kind == Kind.CALL_PLACED and _rings(head):
            self._calls.add(number)
            self._do(DemoStepName.RING, at_ms)
        elif party == ASKED_TO and head.kind in _AT_RU and _about(head) & self._flashes:
            self._do(_AT_RU[Kind(head.kind)], at_ms)

    def _do(self, name: DemoStepName, at_ms: int) -> None:
        if name not in self._done_ms:
            self._done_ms[name] = at_ms
            self._tell()

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()


def _about(head: Head) -> set[tuple[int, int]]:
    return {(each.log, each.index) for each in head.references}


def _rings(head: Head) -> bool:
    return head.from_post == RINGS and head.to_posts == (ANSWERS,)
