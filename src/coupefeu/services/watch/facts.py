"""WATCH_TAKEN and WATCH_LEFT: somebody sits down at a desk, or gets up; bytes and back (docs/spec/watch.md).

    {0: officer, 1: heard}        0 a label beside the post, absent when empty; 1 in WATCH_TAKEN alone

A later WATCH_TAKEN of a post replaces the one before; WATCH_LEFT ends it. Keys above 1 change nothing: they are kept
for what a hand-over may say one day.
"""

from dataclasses import dataclass
from typing import Any, Final

from coupefeu.errors import CoupefeuError
from coupefeu.model.entry import Kind
from coupefeu.services.base import Command
from coupefeu.wire import cbor

KINDS: Final = frozenset({Kind.WATCH_TAKEN, Kind.WATCH_LEFT})
MAX_OFFICER_CHARACTERS: Final = 80
"""As of the label beside an act; it names a watch, and proves no person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeWatch(Command):
    """Say that `from_post` is on watch from now on; `heard`: whether the alarm was heard there when it was tried."""

    from_post: str
    heard: bool
    officer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveWatch(Command):
    """Say that `from_post` is on watch no longer, and that nobody has taken over."""

    from_post: str
    officer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchFact:
    """What the body of WATCH_TAKEN or WATCH_LEFT says; `heard` None: it does not speak of the alarm."""

    officer: str = ""
    heard: bool | None = None


def encode_watch(fact: WatchFact) -> bytes:
    """Write the body; only what is stated takes room."""
    officer = {0: fact.officer} if fact.officer else {}
    return cbor.encode(officer | ({} if fact.heard is None else {1: fact.heard}))


def read_watch(kind: int, body: bytes) -> tuple[WatchFact, str]:
    """Read the body of an entry, and name what is wrong with it ("" when nothing is); never raises."""
    try:
        fact = _fact(cbor.decode(body))
    except (CoupefeuError, TypeError):
        return WatchFact(), "unreadable_body"
    return fact, watch_defect(kind, fact)


def watch_defect(kind: int, fact: WatchFact) -> str:
    """Name what such an entry lacks or has too much of ("" when nothing)."""
    if len(fact.officer) > MAX_OFFICER_CHARACTERS or "\x00" in fact.officer:
        return "long_officer" if len(fact.officer) > MAX_OFFICER_CHARACTERS else "unreadable_body"
    if (kind == Kind.WATCH_TAKEN) != (fact.heard is not None):
        return "missing_heard" if kind == Kind.WATCH_TAKEN else "unexpected_heard"
    return ""


def _fact(fields: Any) -> WatchFact:
    if not isinstance(fields, dict):
        raise TypeError("not a map")
    officer, heard = fields.get(0, ""), fields.get(1)
    if not isinstance(officer, str) or not (heard is None or isinstance(heard, bool)):
        raise TypeError("fields")
    return WatchFact(officer=officer, heard=heard)
