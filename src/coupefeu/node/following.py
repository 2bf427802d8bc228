"""What happens at a node, as events that a program can wait for: entries, receipts, the line, troubles.

async with node.events() as events:
    async for event in events:
        ...

Events name things and never hold contents: `node.message(event.number)` gives those.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

import msgspec

from coupefeu.model.precedence import Precedence
from coupefeu.node.backend import Backend
from coupefeu.node.control import gone
from coupefeu.node.watch_values import UnstaffedValues

MAX_WAITING: Final = 65_536
"""Events kept for a slow program; beyond it the oldest go, and `EventsMissed` says how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntrySeen:
    """An entry, ours or theirs, is durable here. `kind` None: it cannot be read. `about`: the messages it names."""

    number: str
    party: str
    index: int
    kind: int | None
    precedence: Precedence | None
    about: tuple[str, ...]
    arrived_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptSeen:
    """`holder` has signed that it durably holds entries [start, end) of our log."""

    holder: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSeen:
    """The technical state of the line to `party` changed; `alive`: their node answered lately."""

    party: str
    up: bool
    alive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleSeen:
    """Something that an officer or operator should know; `code` is stable."""

    party: str | None
    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsSeen:
    """Another version of the agreement is in force, or other keys stand; `detail` tells people which."""

    version: int
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveringSeen:
    """The node may have signed more than it holds, and signs nothing; `reason` None: it goes on as ever."""

    reason: str | None
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffingSeen:
    """Which desks of ours are unstaffed now; none: every one has somebody."""

    unstaffed: tuple[UnstaffedValues, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentSeen:
    """The whole of attachment `attachment` (from 0) of message `number`, theirs, is durable here."""

    number: str
    attachment: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsMissed:
    """So many events were dropped because this program took them too slowly; look at the record."""

    count: int


Event = (
    EntrySeen
    | ReceiptSeen
    | LineSeen
    | TermsSeen
    | TroubleSeen
    | AttachmentSeen
    | RecoveringSeen
    | StaffingSeen
    | EventsMissed
)


def read_event(said: dict[str, Any]) -> Event:  # noqa: PLR0911 - one for each event
    """Read an event as docs/spec/control.md has it."""
    match said["what"]:
        case "entry":
            precedence = said["precedence"]
            return EntrySeen(
                number=said["entry"],
                party=said["party"],
                index=said["index"],
                kind=said["kind"],
                precedence=None if precedence is None else Precedence(precedence),
                about=tuple(said["about"]),
                arrived_ms=said["arrived_ms"],
            )
        case "receipt":
            return ReceiptSeen(holder=said["holder"], start=said["start"], end=said["end"])
        case "line":
            return LineSeen(party=said["party"], up=said["up"], alive=said["alive"])
        case "terms":
            return TermsSeen(version=said["version"], detail=said["detail"])
        case "recovering":
            return RecoveringSeen(reason=said["reason"], stage=said["stage"])
        case "attachment":
            return AttachmentSeen(number=said["entry"], attachment=said["number"])
        case "staffing":
            return StaffingSeen(unstaffed=msgspec.convert(said["unstaffed"], tuple[UnstaffedValues, ...]))
        case _:
            return TroubleSeen(party=said["party"], code=said["code"], detail=said["detail"])


class Events:
    """An asynchronous iterator over what happens from `async with` on; it ends when the node goes away.

    Raises: PeerError `node.control.gone`, from the iteration: the node that was followed went away.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(MAX_WAITING)
        self._missed = 0
        self._end: Callable[[], None] | None = None

    @property
    def waiting(self) -> int:
        """Events that are here already."""
        return self._queue.qsize()

    async def __aenter__(self) -> Self:
        """Begin; whatever happens after this is told."""
        self._end = self._backend.follow(self._put)
        await self._backend.followed()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End."""
        if self._end is not None:
            self._end()
            self._end = None

    def __aiter__(self) -> Self:
        """Give itself."""
        return self

    async def __anext__(self) -> Event:
        """Give the next event."""
        if self._missed:
            missed, self._missed = self._missed, 0
            return EventsMissed(count=missed)
        said = await self._queue.get()
        if not said:
            raise gone()
        return read_event(said)

    def _put(self, said: dict[str, Any]) -> None:
        if self._queue.full():
            self._queue.get_nowait()
            self._missed += 1
        self._queue.put_nowait(said)
