"""What stands on the map of a TAK server, and what must be sent so that it is what is in force; no socket in here."""

from collections.abc import Iterable
from dataclasses import dataclass

from coupefeu.model.messages import MessageId
from coupefeu.model.volumes import Volume
from coupefeu.node.exporting.features import drawn_of
from coupefeu.services.notices.status import NoticeView
from coupefeu.wire.cot import Mark, marks_of, write_deletion, write_events


@dataclass(frozen=True, slots=True)
class _Drawn:
    shown: tuple[MessageId, str, tuple[Volume, ...]]
    """The version, how it stands, and what is drawn."""
    marks: tuple[Mark, ...]


class Drawn:
    """Remembers by notice what was drawn; `line` names the line, `ours` whose notices are drawn (None: all)."""

    def __init__(self, *, line: str, is_exercise: bool, ours: bool | None) -> None:
        self._line, self._is_exercise, self._ours = line, is_exercise, ours
        self._drawn: dict[MessageId, _Drawn] = {}

    def change(self, view: NoticeView, now_ms: int, *, again: bool = False) -> list[str]:
        """Give the events that bring the map up to one notice: none where it is so (`again`: all of it once more)."""
        before = self._drawn.get(view.id)
        if not self._belongs(view):
            return [] if before is None else self._remove(view.id, now_ms)
        feature = drawn_of(view, is_exercise=self._is_exercise)
        shown = (view.version, view.state.value, feature.volumes)
        if before is not None and before.shown == shown and not again:
            return []
        marks = tuple(marks_of(feature, line=self._line))
        self._drawn[view.id] = _Drawn(shown, marks)
        left = before.marks[len(marks) :] if before else ()
        return [*write_events(feature, line=self._line, now_ms=now_ms), *_deletions(left, now_ms)]

    def keep_only(self, notices: Iterable[MessageId], now_ms: int) -> list[str]:
        """Give the events that take off all other notices: those that ran out by the clock, which no entry says."""
        gone = self._drawn.keys() - set(notices)
        return [event for notice in sorted(gone) for event in self._remove(notice, now_ms)]

    def erase(self, view: NoticeView, now_ms: int) -> list[str]:
        """Give the events that take off a notice which is closed, though a node that ran before may have drawn it."""
        if view.fact is None or (view.until_ms is not None and view.until_ms < now_ms):
            return []
        self._drawn.pop(view.id, None)
        feature = drawn_of(view, is_exercise=self._is_exercise)
        return _deletions(marks_of(feature, line=self._line), now_ms)

    def _belongs(self, view: NoticeView) -> bool:
        return view.is_live and view.fact is not None and self._ours in {None, view.ours}

    def _remove(self, notice: MessageId, now_ms: int) -> list[str]:
        return _deletions(self._drawn.pop(notice).marks, now_ms)


def _deletions(marks: Iterable[Mark], now_ms: int) -> list[str]:
    return [write_deletion(mark, now_ms=now_ms) for mark in marks]
