"""Heartbeats: proof that the other side is there *now*, the round trip, and what its clock says (protocol B5).

Sealed frames do not stop an attacker who delays each by ten minutes; a number of ours that came back soon does.
"""

from typing import Final

from coupefeu.model.instant import Moment
from coupefeu.wire.packet import Heartbeat

MAX_REMEMBERED: Final = 4_096
"""Numbers of ours whose sending time is kept, more than an hour of them."""


class Pulse:
    """The heartbeats of one session."""

    __slots__ = ("_heard_ms", "_newest", "_number", "_sent", "offset_ms", "round_trip_ms")

    def __init__(self) -> None:
        self._number = 0
        self._sent: dict[int, int] = {}
        self._newest = 0
        self._heard_ms = 0
        self.round_trip_ms: int | None = None
        self.offset_ms: int | None = None

    def beat(self, now: Moment, *, busy: bool) -> Heartbeat:
        """Return the next heartbeat to send: our new number, and the echo of the newest one heard."""
        self._number += 1
        self._sent[self._number] = now.mono_ms
        if len(self._sent) > MAX_REMEMBERED:
            del self._sent[next(iter(self._sent))]
        held_ms = now.mono_ms - self._heard_ms if self._newest else 0
        return Heartbeat(self._number, self._newest, held_ms, now.utc_ms, busy)

    def heard(self, heartbeat: Heartbeat, now: Moment) -> int | None:
        """Take theirs; return how old (ms) our own number was when it came back, once for each number."""
        if heartbeat.number > self._newest:
            self._newest, self._heard_ms = heartbeat.number, now.mono_ms
        sent_ms = self._sent.pop(heartbeat.echo, None)
        if sent_ms is None:
            return None
        age_ms = now.mono_ms - sent_ms
        self.round_trip_ms = max(0, age_ms - heartbeat.held_ms)
        self.offset_ms = heartbeat.utc_ms + self.round_trip_ms // 2 - now.utc_ms
        return age_ms
