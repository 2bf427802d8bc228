"""Weeks of a line in seconds: two played nodes, a wire in memory, and a clock that jumps where nothing happens.

with Player(us, ru, begin_ms) as player:
    player.jump(at_ms)                 nothing happens until then: the path is closed, and the clock jumps
    player.us.act(command)
    player.run(seconds=40)             everything happens in its order: heartbeats, rings, deadlines
    player.settle()                    until both hold the same, signed for
"""

from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from coupefeu.bearer.memory import MemoryWire
from coupefeu.errors import BearerError
from coupefeu.model.instant import Moment
from coupefeu.node.demo.played import PlayedNode
from coupefeu.node.demo.watching import insist, is_settled
from coupefeu.node.folder import NodeFolder

SEED: Final = 2022
SETTLE_WITHIN_S: Final = 120
_BEAT_S: Final = 0.25


class JumpingClock:
    """Both clocks of a node: monotonic from 0, and UTC as the story has it. It only ever goes forward."""

    def __init__(self, begin_ms: int) -> None:
        self._begin_ms = begin_ms
        self._mono_ms = 0

    def __call__(self) -> Moment:
        """Read both clocks."""
        return Moment(utc_ms=self._begin_ms + self._mono_ms, mono_ms=self._mono_ms)

    def go_on(self, by_ms: int) -> None:
        """Go forward."""
        self._mono_ms += max(0, by_ms)


class Player:
    """Both nodes, in this process; a node that is dark is stopped, and goes on from its folder."""

    def __init__(self, us: NodeFolder, ru: NodeFolder, begin_ms: int) -> None:
        """`begin_ms`: when the story begins (UTC)."""
        self.clock = JumpingClock(begin_ms)
        self._wire = MemoryWire(SEED)
        self.us = PlayedNode(us, self.clock, self._wire, 0)
        self.ru = PlayedNode(ru, self.clock, self._wire, 1)
        self.nodes = {"us": self.us, "ru": self.ru}
        self._path = 0

    def __enter__(self) -> Self:
        """Start both nodes."""
        for node in self.nodes.values():
            node.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop both; their folders are free."""
        self._disconnect()
        for node in self.nodes.values():
            if node.is_up:
                node.stop()

    @property
    def now_ms(self) -> int:
        """What the clock says (UTC)."""
        return self.clock().utc_ms

    def jump(self, to_ms: int) -> None:
        """Let nothing happen until then; both nodes then look at once at what has become due, and are on the line."""
        self._disconnect()
        self.clock.go_on(to_ms - self.now_ms)
        self._connect()
        self._work()
        for node in self.nodes.values():
            if node.is_up:
                node.duties.check()
        self._work()

    def darken(self, party: str) -> None:
        """Stop a node: it is there no more, and says nothing."""
        self._disconnect()
        self.nodes[party].stop()

    def lighten(self, party: str) -> None:
        """Start it again; it goes on from its record, and makes up for what it slept through."""
        self.nodes[party].start()
        self._connect()
        self.nodes[party].duties.check()
        self._work()

    def run(self, *, seconds: float) -> None:
        """Let time pass, event by event."""
        end_ms = self.clock().mono_ms + round(seconds * 1_000)
        while (now_ms := self.clock().mono_ms) < end_ms:
            self._work()
            timers = (node.timer for node in self.nodes.values() if node.is_up)
            due = [each for each in (self._wire.due_ms(), *timers) if each is not None]
            self.clock.go_on(min([*due, end_ms]) - now_ms)
            for node in self.nodes.values():
                if node.is_up and node.timer is not None and node.timer <= self.clock().mono_ms:
                    node.handle_timer()
        self._work()

    def settle(self) -> None:
        """Let time pass until both records hold the same, and each side has signed for all that the other has."""
        folders = [node.folder.path for node in self.nodes.values()]
        for _ in range(round(SETTLE_WITHIN_S / _BEAT_S)):
            self.run(seconds=_BEAT_S)
            if is_settled(folders):
                return
        insist(holds=False, what="both records hold the same, signed for")

    def _work(self) -> None:
        self._wire.carry(self.clock().mono_ms)
        for node in self.nodes.values():
            node.work()

    def _connect(self) -> None:
        if self._path or not all(node.is_up for node in self.nodes.values()):
            return
        with suppress(BearerError):
            self._path = self.us.bearer.connect()
            self.us.engine.path_opened(self._path, peer=self.ru.folder.log_number)

    def _disconnect(self) -> None:
        path, self._path = self._path, 0
        if path:
            self.us.bearer.close_path(path)
