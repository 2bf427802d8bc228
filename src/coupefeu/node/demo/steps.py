"""The eight steps of the console demo, which both consoles show.

Each is ticked off by a fact and never by a press: what stands on a record, the state of the line, the result of a
verification.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import partial
from typing import Final, Protocol

from coupefeu.model.entry import Kind
from coupefeu.model.firebreak import Level
from coupefeu.model.precedence import Precedence
from coupefeu.node.demo.facts import EntryHeard, Fact, LineHeard, Shown

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


BREAK: Final = "break"
RESTORE: Final = "restore"
VERIFIED: Final = "verified"
"""What can be pressed at a console."""
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


class Path(Protocol):
    """The path between the nodes, which can be cut."""

    @property
    def is_cut(self) -> bool:
        """Whether it is cut now."""

    def cut(self) -> None:
        """Let nothing through any more."""

    def mend(self) -> None:
        """Let the nodes reach each other again."""


class Steps:
    """Judges what both nodes have heard from now on.

    ring: US has recorded that its Secretary rings the Minister; answer: that post itself has answered, and by the
    record of US the level of the firebreak is another one than at first; flash: US has recorded a FLASH; hear: RU has
    recorded that a screen showed one of these; take: RU has recorded that somebody took one; settle: the two notices of
    the demo that conflict do so no longer, or a side has said what becomes of that; break: after a cut, both nodes have
    said that the line is down; verify: a console's verification of both records found that they hold.
    """

    def __init__(self, path: Path, is_met: Callable[[], bool], level: Callable[[], Level | None]) -> None:
        """Begin, by the record of US: `is_met`: is the conflict of the demo still open; `level`: of the firebreak."""
        self._path = path
        self._is_met = is_met
        self._level = level
        self._first_level = level()
        self._calls: set[tuple[int, int]] = set()
        self._is_answered = False
        self._done_ms: dict[DemoStepName, int] = {}
        self._flashes: set[tuple[int, int]] = set()
        self._up_since_cut: set[str] | None = None
        self._listeners: list[Callable[[], None]] = []

    @property
    def shown(self) -> Shown:
        """When each step was done, in their order, and whether the path between the nodes is cut now."""
        done_ms: Mapping[str, int | None] = {name: self._done_ms.get(name) for name in DemoStepName}
        return Shown(done_ms=done_ms, link_broken=self._path.is_cut)

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` whenever something here has changed; gives the function that ends it."""
        self._listeners.append(listener)
        return partial(self._listeners.remove, listener)

    def hear(self, party: str, fact: Fact) -> None:
        """Take what the node of a party has heard, or what was pressed at its console."""
        if isinstance(fact, LineHeard):
            self._hear_line(party, fact)
        elif isinstance(fact, EntryHeard):
            if fact.ours:
                self._hear_entry(party, fact)
            if party == ASKED_OF:
                self._hear_at_us(fact)
        elif fact.what == VERIFIED:
            self._do(DemoStepName.VERIFY, fact.at_ms)
        elif fact.what in {BREAK, RESTORE}:
            self._set_path(is_cut=fact.what == BREAK)

    def _set_path(self, *, is_cut: bool) -> None:
        """Cut the path between the nodes, silently as the world does: both notice by themselves; or mend it."""
        if is_cut:
            self._path.cut()
            self._up_since_cut = {ASKED_OF, ASKED_TO}
        else:
            self._path.mend()
        self._tell()

    def _hear_at_us(self, fact: EntryHeard) -> None:
        """Look at what is judged by the record of US, whoever wrote what came."""
        if fact.kind in _SETTLING and not self._is_met():
            self._do(DemoStepName.SETTLE, fact.at_ms)
        if fact.kind == Kind.CALL_ANSWERED and fact.from_post == ANSWERS and self._calls & set(fact.about):
            self._is_answered = True
        is_new = DemoStepName.ANSWER not in self._done_ms
        if self._is_answered and is_new and self._level() is not self._first_level:
            self._do(DemoStepName.ANSWER, fact.at_ms)

    def _hear_line(self, party: str, fact: LineHeard) -> None:
        if self._up_since_cut is None or fact.up:
            return
        self._up_since_cut.discard(party)
        if not self._up_since_cut:
            self._do(DemoStepName.BREAK, fact.at_ms)

    def _hear_entry(self, party: str, fact: EntryHeard) -> None:
        number = (fact.log, fact.index)
        if party == ASKED_OF and fact.kind == Kind.MESSAGE and fact.precedence == Precedence.FLASH:
            self._flashes.add(number)
            self._do(DemoStepName.FLASH, fact.at_ms)
        elif party == ASKED_OF and fact.kind == Kind.CALL_PLACED and _rings(fact):
            self._calls.add(number)
            self._do(DemoStepName.RING, fact.at_ms)
        elif party == ASKED_TO and fact.kind in _AT_RU and self._flashes & set(fact.about):
            self._do(_AT_RU[Kind(fact.kind)], fact.at_ms)

    def _do(self, name: DemoStepName, at_ms: int) -> None:
        if name not in self._done_ms:
            self._done_ms[name] = at_ms
            self._tell()

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()


def _rings(fact: EntryHeard) -> bool:
    return fact.from_post == RINGS and fact.to_posts == (ANSWERS,)


class Strip:
    """The steps as one console shows them; what is pressed there goes to whoever runs the demo."""

    def __init__(self, press: Callable[[str], None]) -> None:
        self._press = press
        self._shown = Shown(done_ms=dict.fromkeys(DemoStepName), link_broken=False)
        self._listeners: list[Callable[[], None]] = []

    @property
    def done_ms(self) -> dict[DemoStepName, int | None]:
        """When each step was done, in their order; None: not yet."""
        return {name: self._shown.done_ms.get(name) for name in DemoStepName}

    @property
    def link_broken(self) -> bool:
        """Whether the path between the nodes is cut now."""
        return self._shown.link_broken

    def show(self, shown: Shown) -> None:
        """Take how far the demonstration has come."""
        self._shown = shown
        for listener in tuple(self._listeners):
            listener()

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` whenever something here has changed; gives the function that ends it."""
        self._listeners.append(listener)
        return partial(self._listeners.remove, listener)

    def break_link(self) -> None:
        """Have the path between the nodes cut."""
        self._set_link(BREAK, is_broken=True)

    def restore_link(self) -> None:
        """Let the nodes reach each other again."""
        self._set_link(RESTORE, is_broken=False)

    def verified(self, *, holds: bool) -> None:
        """Take the result of a verification that this console asked for."""
        if holds:
            self._press(VERIFIED)

    def _set_link(self, what: str, *, is_broken: bool) -> None:
        self._press(what)
        self.show(Shown(done_ms=self._shown.done_ms, link_broken=is_broken))
