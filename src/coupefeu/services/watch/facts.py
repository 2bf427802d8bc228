"""What is said of a desk, and by which commands: taken, left, handed over, accepted, planned (docs/spec/watch.md).

    WATCH_TAKEN, WATCH_LEFT    {0: officer, 1: heard}       0 a label beside the post; 1 in WATCH_TAKEN alone

The bodies of a hand-over are in `hand_over`, that of a roster in `roster`. Unknown keys change nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from coupefeu.errors import CoupefeuError
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.services.base import Command
from coupefeu.wire import cbor

KINDS: Final = frozenset(
    {Kind.WATCH_TAKEN, Kind.WATCH_LEFT, Kind.WATCH_HANDED_OVER, Kind.WATCH_ACCEPTED, Kind.ROSTER}
)
MAX_OFFICER_CHARACTERS: Final = 80
"""As of the label beside an act; it names a watch, and proves no person."""
UNREADABLE: Final = "unreadable_body"


class OpenWhat(IntEnum):
    """What it is that an outgoing officer leaves open."""

    MESSAGE = 0
    CALL = 1
    ARRANGED = 2
    OTHER = 3


def what_of(number: int) -> OpenWhat:
    """Read a number of the wire; what a later version may have put there is something else."""
    return OpenWhat(number) if number in frozenset(map(int, OpenWhat)) else OpenWhat.OTHER


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenThing:
    """One thing that is open: the entry it began with, and when the next of its clocks runs out (UTC milliseconds)."""

    entry: MessageId
    what: OpenWhat
    due_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterWindow:
    """Who is to be at a desk from then until then: UTC milliseconds, whole minutes; `officer` a label or an office."""

    from_ms: int
    until_ms: int
    officer: str


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
class HandOverWatch(Command):
    """Offer the watch of `from_post` to the officer labelled `to_officer`; until it is accepted we stand.

    `things`: what is open, the most urgent first; `count`: how much is open in all, listed or not.
    """

    from_post: str
    to_officer: str
    things: tuple[OpenThing, ...] = ()
    count: int = 0
    remarks: str = ""
    officer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptWatch(Command):
    """Accept the watch that `hand_over` offers; `seen`: every thing that it lists, which the incoming has looked at."""

    from_post: str
    hand_over: MessageId
    heard: bool
    seen: tuple[MessageId, ...] = ()
    officer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRoster(Command):
    """Say who will be at the desk of `from_post` between two instants; it replaces the roster before, whole."""

    from_post: str
    from_ms: int
    until_ms: int
    windows: tuple[RosterWindow, ...] = ()
    officer: str = ""


WatchCommand = TakeWatch | LeaveWatch | HandOverWatch | AcceptWatch | PlanRoster


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
        fields = fields_of(body)
        fact = WatchFact(officer=read_text(fields, 0), heard=read_bool(fields, 1))
    except (CoupefeuError, TypeError):
        return WatchFact(), UNREADABLE
    return fact, watch_defect(kind, fact)


def watch_defect(kind: int, fact: WatchFact) -> str:
    """Name what such an entry lacks or has too much of ("" when nothing)."""
    if defect := label_defect(fact.officer):
        return defect
    if (kind == Kind.WATCH_TAKEN) != (fact.heard is not None):
        return "missing_heard" if kind == Kind.WATCH_TAKEN else "unexpected_heard"
    return ""


def label_defect(officer: str) -> str:
    """Name what is wrong with a label ("" when nothing)."""
    if len(officer) > MAX_OFFICER_CHARACTERS:
        return "long_officer"
    return UNREADABLE if "\x00" in officer else ""


# --- how a body is read: TypeError where a field is of another type ---------------------------------------------


def fields_of(body: bytes) -> Mapping[int, Any]:
    """Decode a body that is a map. Raises: TypeError, PeerError."""
    fields: Any = cbor.decode(body)
    if not isinstance(fields, dict):
        raise TypeError("not a map")
    return fields


def read_text(fields: Mapping[int, Any], key: int) -> str:
    """Give a text; an absent one is empty. Raises: TypeError."""
    value = fields.get(key, "")
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def read_bool(fields: Mapping[int, Any], key: int) -> bool | None:
    """Give a truth value, or None where there is none. Raises: TypeError."""
    value = fields.get(key)
    if not (value is None or isinstance(value, bool)):
        raise TypeError("not a truth value")
    return value


def as_count(value: Any) -> int:
    """Insist on a natural number. Raises: TypeError."""
    if type(value) is not int or not 0 <= value < 1 << 63:
        raise TypeError("not a natural number")
    return value


def as_list(value: Any) -> list[Any]:
    """Insist on an array. Raises: TypeError."""
    if not isinstance(value, list):
        raise TypeError("not an array")
    return value
