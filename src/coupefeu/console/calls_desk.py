"""The calls at the top of every page, and each that went on, told to all consoles.

    entry of a call -> what is open, from the node's own memory -> the desk, at once when it rings or rings no more
                    '-> the call that it is about, read anew in a thread -> CallEvent

A flood of attempts is one line with a count: no call of it is read, and the desk is told at its usual pace.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from coupefeu.console.calls_told import call_line, call_values, ringing_values
from coupefeu.console.calls_values import CallFloodValues, CallLine, RingingValues
from coupefeu.console.values import CallEvent
from coupefeu.errors import CoupefeuError
from coupefeu.model.calls import CallState
from coupefeu.model.messages import MessageId
from coupefeu.model.precedence import Precedence
from coupefeu.node.desk import Desk
from coupefeu.node.events import ReceiptTaken
from coupefeu.services.base import Recorded
from coupefeu.services.calls.diagnosis import Diagnosis
from coupefeu.services.calls.facts import KINDS
from coupefeu.services.calls.status import CallView

if TYPE_CHECKING:
    from coupefeu.console.desk import ConsoleDesk

MAX_OPEN: Final = 64
"""Calls told at the top of the pages, the most urgent; more do not ring at one desk."""
MAX_NAMED: Final = 256
"""Calls that wait to be told one by one; of more, those that are not open are left to the lists."""
AT_ONCE: Final = 32
AGAIN_AFTER_S: Final = 5.0


class CallsDesk:
    """The calls of a console desk; used from its loop."""

    def __init__(self, desk: "ConsoleDesk") -> None:
        self._desk = desk
        self._calling = desk.backend.runtime.calling
        self._receipts: dict[MessageId, int] = {}
        self._standing: tuple[object, ...] = ()
        self._named: dict[MessageId, None] = {}
        self._telling: asyncio.Task[None] | None = None

    def close(self) -> None:
        """Tell no more."""
        if self._telling is not None:
            self._telling.cancel()

    # --- what stands at the top -------------------------------------------------------------------------------

    def open(self) -> tuple[CallLine, ...]:
        """Give what is open: what rings first, a FLASH before all, then what waits longest."""
        views = sorted(map(self._with_receipt, self._calling.open_views()), key=_urgency)
        return tuple(map(call_line, views[:MAX_OPEN]))

    def floods(self) -> tuple[CallFloodValues, ...]:
        """Give the attempts that rang nowhere, a line for each party."""
        per_minute = self._desk.folder.agreement.calls.per_minute
        return tuple(
            CallFloodValues(
                party=each.party,
                count=each.count,
                first_ms=each.first_ms,
                last_ms=each.last_ms,
                per_minute=per_minute,
            )
            for each in self._calling.floods()
        )

    def ringing(self) -> tuple[RingingValues, ...]:
        """Give what a locked console needs to sound, and to name who calls."""
        rings = (line for line in self.open() if not line.ours and line.state is CallState.RINGING)
        return tuple(map(ringing_values, rings))

    def alive(self, party: str) -> bool:
        """Whether the line to a party answers now."""
        peer = self._desk.backend.runtime.engine.peers.get(self._desk.folder.agreement.log_number(party))
        return peer is not None and peer.link.state().alive

    def shown(self, calls: Iterable[MessageId]) -> None:
        """Take that a screen shows these."""
        for call in calls:
            self._calling.shown(call)

    def _with_receipt(self, view: CallView) -> CallView:
        held_ms = self._receipts.get(view.id)
        return view if held_ms is None else replace(view, on_their_record_ms=held_ms)

    # --- hearing ----------------------------------------------------------------------------------------------

    def hear_entry(self, recorded: Recorded) -> None:
        """Take an entry; what is none of a call costs nothing."""
        head = recorded.head
        if head is None or head.kind not in KINDS:
            return
        entry = (recorded.log, recorded.index)
        self._name([entry, *((each.log, each.index) for each in head.references)])
        # The node's own memory hears of the entry in the same turn of the loop, before or after us.
        asyncio.get_running_loop().call_soon(self._look)

    def hear_receipt(self, receipt: ReceiptTaken) -> None:
        """Take that the other side holds entries of ours: a call among them is on its record."""
        ours = self._desk.folder.log_number
        held = [
            view.id
            for view in self._calling.open_views()
            if view.ours and view.id[0] == ours and receipt.start <= view.id[1] < receipt.end
        ]
        new = [call for call in held if call not in self._receipts]
        for call in new:
            self._receipts[call] = receipt.arrived_ms
        if new:
            self._name(new)
            self._look()

    def _look(self) -> None:
        """Tell the desk at once when what is open has changed; of a flood only the count has."""
        views = self._calling.open_views()
        standing = tuple((view.id, view.state, view.rung_posts) for view in views)
        self._receipts = {
            call: ms for call, ms in self._receipts.items() if call in {view.id for view in views}
        }
        is_new, self._standing = standing != self._standing, standing
        self._desk.touch(at_once=is_new)

    # --- telling one by one -----------------------------------------------------------------------------------

    def _name(self, calls: Iterable[MessageId]) -> None:
        self._named |= dict.fromkeys(calls)
        if len(self._named) > MAX_NAMED:
            opened = {view.id for view in self._calling.open_views()}
            self._named = {call: None for call in self._named if call in opened}
        if self._telling is None or self._telling.done():
            self._telling = asyncio.ensure_future(self._tell())

    async def _tell(self) -> None:
        """Tell what is named, at most half of the time; while the record cannot be read, note it and look again."""
        while self._named:
            began_s = time.monotonic()
            batch = list(self._named)[:AT_ONCE]
            for call in batch:
                del self._named[call]
            try:
                found = await self._desk.read(partial(_read, calls=batch, alive=self.alive))
            except CoupefeuError as error:
                self._desk.backend.runtime.journal.defect(error)
                await asyncio.sleep(AGAIN_AFTER_S)
                continue
            for view, diagnosis in found:
                self._desk.feed.tell(CallEvent(call=call_values(view, diagnosis)))
            await asyncio.sleep(time.monotonic() - began_s if self._named else 0)


def _read(
    desk: Desk, calls: Iterable[MessageId], alive: Callable[[str], bool]
) -> list[tuple[CallView, Diagnosis | None]]:
    """Read calls as they stand, each with what is shown of it; what is none is left out."""
    found = (desk.find_call(call) for call in calls)
    views = [view for view in found if view is not None]
    return [(view, desk.diagnosis(view.id, alive=alive(view.called))) for view in views]


def _urgency(view: CallView) -> tuple[bool, int, int]:
    is_flash = view.precedence is Precedence.FLASH
    return not is_flash, view.arrived_ms, view.id[1]
