"""A node inside this process: the runtime behind the same contract, and its answers on the control socket."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from coupefeu.errors import PeerError
from coupefeu.model.entry import Head
from coupefeu.model.logs import party_of
from coupefeu.model.messages import MessageId, format_number
from coupefeu.model.spans import Spans
from coupefeu.node.backend import Listener
from coupefeu.node.calling.calling import describe_calls
from coupefeu.node.commands import decode_command
from coupefeu.node.control import UNKNOWN_REQUEST, Client, ControlServer
from coupefeu.node.events import (
    AttachmentKept,
    Change,
    EntryRecorded,
    LineChanged,
    ReceiptTaken,
    Recovering,
    SignalHeard,
    StaffingChanged,
    TermsChanged,
    Told,
)
from coupefeu.node.fetching import Progress
from coupefeu.node.folder import NodeFolder
from coupefeu.node.recovery.by_hand import REQUEST, answer_shown
from coupefeu.node.runtime import Runtime
from coupefeu.node.watch_values import unstaffed_values
from coupefeu.services.base import Command
from coupefeu.services.messages.commands import SendLineTest
from coupefeu.store.jobs import Acted, Outcome
from coupefeu.store.reader import Reader

Result = TypeVar("Result")

_REQUESTS = (
    "act",
    "receipt",
    "status",
    "sign-post-quantum",
    "follow",
    "admit-recovery",
    "call-shown",
    REQUEST,
)
SIGNING_S: Final = 5.0
MAX_SIGNING_S: Final = 60.0
"""So long a program may wait for the other side's ML-DSA-44 signature."""
MAX_ABOUT = 16
"""References told with an event; an act names one message, SHOWN at most 16."""


class LocalBackend:
    """A node run by this process; it answers the control socket too."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self._waiting: dict[int, list[asyncio.Future[tuple[str, int]]]] = {}
        self.others: dict[str, Callable[[dict[str, Any]], Awaitable[Any]]] = {}
        """Requests that a room above answers, by what they ask to do."""
        self._server = ControlServer(runtime.folder.socket_path, self._answer, runtime.journal.defect)
        self._names = runtime.folder.agreement.party_ids
        self._began_at = max((peer.sealer.size for peer in runtime.engine.peers.values()), default=0)
        self._by_runs = Spans()
        """Entries that were receipted by runs since the start, behind the newest co-signature."""
        runtime.engine.listen(self._hear)

    @classmethod
    async def start(cls, folder: NodeFolder, *, online: bool = True, serve: bool = True) -> "LocalBackend":
        """Run the node; `serve`: answer other programs too. Raises: ConfigError, StoreError."""
        backend = cls(await Runtime.start(folder, online=online))
        try:
            if serve:
                await backend._server.start()
        except BaseException:
            await backend.runtime.close()
            raise
        return backend

    async def close(self) -> None:
        """End the node; what was queued is durable."""
        await self._server.close()
        await self.runtime.close()

    async def act(self, command: Command) -> list[MessageId]:
        """See `Backend.act`."""
        future: asyncio.Future[list[MessageId]] = asyncio.get_running_loop().create_future()

        def done(outcome: Outcome) -> None:
            if future.done():
                return
            if isinstance(outcome, Acted):
                future.set_result([(each.recorded.log, each.recorded.index) for each in outcome.entries])
            elif isinstance(outcome, Exception):
                future.set_exception(outcome)

        if isinstance(command, SendLineTest):
            self.runtime.duties.send_line_test(command.template, done)
        else:
            self.runtime.engine.act(command, done)
        return await future

    async def receipt(self, index: int) -> tuple[str, int]:
        """See `Backend.receipt`; one that came before it was asked for is read from the record."""
        future: asyncio.Future[tuple[str, int]] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(index, []).append(future)
        try:
            if self._may_be_held(index):
                held = await asyncio.to_thread(self._read_receipts, index)
                if held:  # the first one, whatever came again while it was read
                    holder = min(held, key=held.__getitem__)
                    return self._names[holder], held[holder]
            return await future
        finally:
            self._forget(index, future)

    def _forget(self, index: int, future: "asyncio.Future[tuple[str, int]]") -> None:
        if future in (waiting := self._waiting.get(index, [])):
            waiting.remove(future)
            if not waiting:
                del self._waiting[index]

    def _may_be_held(self, index: int) -> bool:
        return index < max(self._began_at, self._cosigned()) or index in self._by_runs

    def _cosigned(self) -> int:
        return max((peer.cosigned for peer in self.runtime.engine.peers.values()), default=0)

    def _read_receipts(self, index: int) -> dict[int, int]:
        with Reader(self.runtime.folder.record_path, running=True) as reader:
            return reader.receipts(self.runtime.engine.our_log, index)

    async def status(self) -> dict[str, Any]:
        """See `Backend.status`."""
        return describe_status(self.runtime)

    async def sign_post_quantum(self, within_s: float) -> dict[str, int]:
        """See `Backend.sign_post_quantum`."""
        future: asyncio.Future[dict[int, int]] = asyncio.get_running_loop().create_future()
        end = self.runtime.engine.sign_post_quantum(future.set_result)
        try:
            await asyncio.wait_for(asyncio.shield(future), max(0.0, min(within_s, MAX_SIGNING_S)))
        except TimeoutError:
            end()
        peers = self.runtime.engine.peers.values()
        return {self._names[peer.log]: peer.ml_dsa.covered for peer in peers}

    async def calls_shown(self, calls: Sequence[MessageId]) -> None:
        """See `Backend.calls_shown`."""
        for call in calls:
            self.runtime.calling.shown(call)

    def follow(self, listener: Listener) -> Callable[[], None]:
        """See `Backend.follow`."""

        def tell(change: Change) -> None:
            if not isinstance(change, SignalHeard):  # machines' own, which no program follows
                listener(describe_change(change, self._names))

        return self.runtime.engine.listen(tell)

    async def followed(self) -> None:
        """See `Backend.followed`: in this process, at once."""

    def admit_recovery(self, party: str, recovery_file: str | None = None, *, by: str = "") -> dict[str, Any]:
        """Let a restored counterpart in for an hour, its duty officer having been rung; gives until when.

        `by`: who pressed, where that is known.

        Raises: UsageError: no such party; ConfigError: that is not the recovery secret of the two.
        """
        file = None if recovery_file is None else Path(recovery_file)
        return self.runtime.admit_recovery(party, file, by=by)

    def _hear(self, change: Change) -> None:
        if not isinstance(change, ReceiptTaken):
            return
        cosigned = self._cosigned()
        self._by_runs.drop_before(cosigned)
        for index in range(max(change.start, cosigned), change.end):
            self._by_runs.add(index)
        for index in [index for index in self._waiting if change.start <= index < change.end]:
            for future in self._waiting.pop(index):
                if not future.done():
                    future.set_result((self._names[change.holder], change.arrived_ms))

    async def _answer(self, request: dict[str, Any], client: Client) -> Any:  # noqa: PLR0911 - one for each
        match request.get("do"):
            case "act":
                return await self.act(decode_command(request["command"], request["fields"]))
            case "receipt":
                return await _while_there(client, self.receipt(int(request["index"])))
            case "status":
                return await self.status()
            case "call-shown":
                await self.calls_shown([(int(log), int(index)) for log, index in request["calls"]])
                return {}
            case "admit-recovery":
                return self.admit_recovery(request["party"], request.get("recovery_psk"))
            case "sign-post-quantum":
                return await self.sign_post_quantum(float(request.get("within_s", SIGNING_S)))
            case "follow":
                client.when_closed(self.follow(lambda event: client.tell({"event": event})))
                return {}
            case str(other) if other == REQUEST:
                return await answer_shown(self.runtime, request)
            case str(other) if other in self.others:
                return await self.others[other](request)
            case other:
                raise PeerError(
                    f"there is no request {other!r}",
                    code=UNKNOWN_REQUEST,
                    hint=f"There are: {', '.join((*_REQUESTS, *self.others))}.",
                )


async def _while_there(client: Client, waiting: Coroutine[Any, Any, Result]) -> Result:
    """Wait for something that may never come, until the client hangs up."""
    task = asyncio.ensure_future(waiting)
    take_back = client.when_closed(task.cancel)
    try:
        return await task
    finally:
        take_back()


def describe_change(change: Told, names: tuple[str, ...]) -> dict[str, Any]:  # noqa: PLR0911 - one for each change
    """Give an event as JSON has it; never contents or keys."""
    if isinstance(change, EntryRecorded):
        recorded = change.recorded
        head = recorded.head
        return {
            "what": "entry",
            "party": party_of(recorded.log, names),
            "entry": format_number((recorded.log, recorded.index), names),
            "index": recorded.index,
            "kind": None if head is None else int(head.kind),
            "precedence": None if head is None else int(head.precedence),
            "about": [] if head is None else _references(head, names),
            "arrived_ms": recorded.arrived_ms,
        }
    if isinstance(change, ReceiptTaken):
        holder = names[change.holder]
        return {"what": "receipt", "holder": holder, "start": change.start, "end": change.end}
    if isinstance(change, LineChanged):
        return {"what": "line", "party": names[change.party], "up": change.up, "alive": change.alive}
    if isinstance(change, TermsChanged):
        return {"what": "terms", "version": change.version, "detail": change.says}
    if isinstance(change, AttachmentKept):
        return {
            "what": "attachment",
            "entry": format_number((change.log, change.index), names),
            "party": party_of(change.log, names),
            "index": change.index,
            "number": change.number,
        }
    if isinstance(change, Recovering):
        return {"what": "recovering", "reason": change.reason, "stage": change.stage}
    if isinstance(change, StaffingChanged):
        return {
            "what": "staffing",
            "unstaffed": msgspec.to_builtins([unstaffed_values(each) for each in change.unstaffed]),
        }
    about = None if change.party is None else party_of(change.party, names)
    return {"what": "trouble", "party": about, "code": change.code, "detail": change.detail}


def _references(head: Head, names: tuple[str, ...]) -> list[str]:
    return [format_number((each.log, each.index), names) for each in head.references[:MAX_ABOUT]]


def _fetching(progress: Progress | None, names: tuple[str, ...]) -> dict[str, Any] | None:
    if progress is None:
        return None
    wanted, here = progress
    number = format_number((wanted.log, wanted.index), names)
    return {"message": number, "number": wanted.number, "here": here, "size": wanted.size}


def describe_status(runtime: Runtime) -> dict[str, Any]:
    """Give the line to each party as it is now."""
    now = runtime.clock()
    names = runtime.folder.agreement.party_ids
    lines = {}
    for peer in runtime.engine.peers.values():
        state = peer.link.state()
        lines[names[peer.log]] = {
            "up": state.up,
            "alive": state.alive,
            "since_ms": None if state.since_ms is None else now.mono_ms - state.since_ms,
            "session_age_ms": state.session_age_ms,
            "round_trip_ms": state.round_trip_ms,
            "their_clock_offset_ms": state.their_clock_offset_ms,
            "their_node_busy": state.their_node_busy,
            "queued": state.queued,
            "in_flight": state.in_flight,
            "bytes_sent": state.bytes_sent,
            "bytes_received": state.bytes_received,
            "refused": state.refused,
            "beyond_rate": state.beyond_rate + peer.beyond_rate(now.mono_ms),
            "fetching": _fetching(peer.fetching.progress, names),
            "cosigned": peer.cosigned,
        }
    recovery = runtime.engine.recovery
    recovering = None if recovery is None else recovery.describe(names)
    calls = describe_calls(runtime.calling, names)
    return {
        "running": True,
        "as_of_ms": now.utc_ms,
        "lines": lines,
        "calls": calls,
        "recovering": recovering,
    }
