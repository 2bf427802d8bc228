"""Which attempts of the other side ring here, at which posts, from when: the callee's node, by its own clock.

    comes --> rings at rung 0 --> and at the next rung, after its own wait ... --> nobody acted: given up
       '----> beyond the agreed number in a minute: waits for room --> rings, or is given up with all that waited

Earlier rungs ring on; whatever anybody does about the call ends every branch. A FLASH has a budget of its own, so that
a flood of others never keeps it from ringing. Pure: it reads no clock and acts on nothing; `due` says what to record.
"""

import contextlib
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Final

from coupefeu.model.calls import MAX_CALLS_ANSWERED, Outcome
from coupefeu.model.messages import MessageId
from coupefeu.node.calling.minute import MINUTE_MS, Minute
from coupefeu.services.calls.commands import GiveUp, Ring
from coupefeu.services.calls.ladder import Schedule, judge_silence

MAX_WAITING: Final = 1_024
"""Attempts of one party, and of one urgency, that wait for room; of those beyond them only the number is known."""
RESUMED_MS: Final = 20_000
"""At least so long what rang before a restart rings once more, whatever the clock says of the time away: less than the
caller's node waits for a line that has come back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posts:
    """How our posts stand: on watch, and in a call."""

    on_watch: Collection[str] = frozenset()
    engaged: Collection[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """An attempt of another party, as far as ringing goes."""

    call: MessageId
    party: str
    is_flash: bool
    schedule: Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Rang:
    """How an attempt rang before this start, by the monotonic clock of this start: from when until when at least."""

    began_ms: int
    last_ms: int
    posts: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class _Rings:
    """One that rings: since when, and at which posts so far."""

    incoming: Incoming
    began_ms: int
    away_ms: int = 0
    """Of that time, how long the node was away, and nothing rang."""
    rings_until_ms: int = 0
    """It is given up no earlier, though its time is over."""
    next_rung: int = 0
    posts: list[str] = field(default_factory=list)
    was_free: bool = False
    was_staffed: bool = False

    @property
    def next_ms(self) -> int:
        """When its next rung begins, or when it is given up."""
        schedule = self.incoming.schedule
        if self.next_rung < len(schedule.rungs):
            return self.began_ms + schedule.rungs[self.next_rung].at_ms
        return max(self.began_ms + schedule.ends_ms, self.rings_until_ms)

    def note(self, posts: Posts) -> None:
        """Keep whether any post that rings could have heard it: one that was free, one that was on watch."""
        self.was_free = self.was_free or any(post not in posts.engaged for post in self.posts)
        self.was_staffed = self.was_staffed or any(post in posts.on_watch for post in self.posts)

    def ring(self, posts: Posts) -> Ring:
        """Ring the next rung."""
        number = self.next_rung
        rung = self.incoming.schedule.rungs[number]
        self.next_rung += 1
        self.posts += rung.posts
        self.note(posts)
        staffed = tuple(post for post in rung.posts if post in posts.on_watch)
        return Ring(call=self.incoming.call, rung=number, posts=rung.posts, staffed=staffed)

    def give_up(self, now_ms: int) -> GiveUp:
        """Say what it was that nobody acted."""
        return GiveUp(
            calls=(self.incoming.call,),
            outcome=judge_silence(was_staffed=self.was_staffed, was_free=self.was_free),
            rang_ms=max(0, now_ms - self.began_ms - self.away_ms),
            posts=tuple(self.posts),
        )


@dataclass(slots=True)
class _Queue:
    """Attempts of one party and one urgency that have not rung: those that wait, and those that waited in vain."""

    rung: Minute
    given_up: Minute
    waiting: dict[MessageId, tuple[int, Incoming]] = field(default_factory=dict)
    """Until when each may still begin to ring, oldest first."""
    in_vain: deque[MessageId] = field(default_factory=deque)
    past: int = 0
    """Of this flood, those that were given up without having rung, and those that were not even followed."""
    first_ms: int = 0
    last_ms: int = 0
    """When its first and its last came."""

    @property
    def is_full(self) -> bool:
        """Whether no more are kept."""
        return len(self.waiting) + len(self.in_vain) >= MAX_WAITING

    def take(self, incoming: Incoming, came_ms: int) -> None:
        """Take in one that is counted."""
        self.waiting[incoming.call] = (came_ms + incoming.schedule.ends_ms, incoming)

    def count(self, came_ms: int) -> None:
        """Take that one more has come; a flood begins with the first that came while there was none."""
        if not self.waiting and not self.is_flood(came_ms):
            self.past, self.first_ms = 0, came_ms
        self.last_ms = came_ms

    def is_flood(self, now_ms: int) -> bool:
        """Whether more came than may ring, in the last minute or still waiting."""
        waits = bool(self.in_vain) or (bool(self.waiting) and self.rung.free_ms(now_ms) > now_ms)
        return waits or (self.past > 0 and now_ms - self.last_ms < MINUTE_MS)

    def next_ms(self, now_ms: int) -> int | None:
        """Say when one may ring, is over, or is given up; None: there is none."""
        times = []
        if self.waiting:
            times.append(min(self.rung.free_ms(now_ms), self._oldest()[1]))
        if self.in_vain:
            times.append(self.given_up.free_ms(now_ms))
        return min(times, default=None)

    def _oldest(self) -> tuple[MessageId, int]:
        """Name the one that waits longest, and until when it may begin to ring."""
        call, (ends_ms, _) = next(iter(self.waiting.items()))
        return call, ends_ms

    def begin(self, now_ms: int) -> Iterator[Incoming]:
        """Take those that ring now, as many as there is room for; they had the longest wait."""
        while self.waiting and self._oldest()[1] <= now_ms:
            call, _ = self._oldest()
            del self.waiting[call]
            self.in_vain.append(call)
        while self.waiting and self.rung.free_ms(now_ms) <= now_ms:
            self.rung.take(now_ms)
            yield self.waiting.pop(next(iter(self.waiting)))[1]

    def give_up(self, now_ms: int) -> Iterator[GiveUp]:
        """End those that waited in vain, many by one entry, and no more entries in a minute than may ring."""
        while self.in_vain and self.given_up.free_ms(now_ms) <= now_ms:
            self.given_up.take(now_ms)
            calls = tuple(self.in_vain.popleft() for _ in range(min(len(self.in_vain), MAX_CALLS_ANSWERED)))
            self.past += len(calls)
            yield GiveUp(calls=calls, outcome=Outcome.NO_ANSWER, rang_ms=0)

    def end(self, call: MessageId) -> bool:
        """Forget one; gives whether it was here."""
        if self.waiting.pop(call, None) is not None:
            return True
        with contextlib.suppress(ValueError):
            self.in_vain.remove(call)
            return True
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Flood:
    """Attempts of a party that did not ring: more than was agreed. Times are monotonic, of the first and the last."""

    party: str
    count: int
    first_ms: int
    last_ms: int


class Ringing:
    """The attempts of the other side that are open here."""

    def __init__(self, per_minute: int) -> None:
        """`per_minute`: how many of one party ring, by the agreement; of FLASH as many again."""
        self.per_minute = per_minute
        self._rings: dict[MessageId, _Rings] = {}
        self._queues: dict[tuple[str, bool], _Queue] = {}

    @property
    def ringing(self) -> tuple[MessageId, ...]:
        """Those that ring now."""
        return tuple(self._rings)

    @property
    def waits(self) -> bool:
        """Whether any waits that has not rung."""
        return any(queue.waiting or queue.in_vain for queue in self._queues.values())

    def amend(self, per_minute: int) -> None:
        """Go by another number from now on."""
        self.per_minute = per_minute
        for queue in self._queues.values():
            queue.rung.most = queue.given_up.most = per_minute

    def has_room(self, party: str, *, is_flash: bool) -> bool:
        """Whether one more of this party is followed at all."""
        return not self._queue(party, is_flash).is_full

    def come(self, incoming: Incoming, came_ms: int) -> None:
        """Take in an attempt that came then; there must be room."""
        queue = self._queue(incoming.party, incoming.is_flash)
        queue.count(came_ms)
        queue.take(incoming, came_ms)

    def take_up(self, incoming: Incoming, came_ms: int) -> None:
        """Take in one that was passed over when it came: it is counted already."""
        queue = self._queue(incoming.party, incoming.is_flash)
        queue.past = max(0, queue.past - 1)
        queue.take(incoming, came_ms)

    def pass_over(self, party: str, *, is_flash: bool, now_ms: int) -> None:
        """Count one that there is no room for; its caller's node concludes it."""
        queue = self._queue(party, is_flash)
        queue.count(now_ms)
        queue.past += 1

    def resume(self, incoming: Incoming, rang: Rang, now_ms: int, now: Posts) -> None:
        """Let one that rang before the node was restarted ring on, at least for a little while."""
        rungs = incoming.schedule.rungs
        rung = next(
            (number for number, each in enumerate(rungs) if not set(each.posts) <= set(rang.posts)),
            len(rungs),
        )
        rings = _Rings(
            incoming=incoming,
            began_ms=rang.began_ms,
            away_ms=now_ms - rang.last_ms,
            rings_until_ms=now_ms + RESUMED_MS,
            next_rung=rung,
            posts=list(rang.posts),
        )
        rings.note(now)
        self._rings[incoming.call] = rings
        self._queue(incoming.party, incoming.is_flash).rung.take(rang.began_ms)

    def end(self, call: MessageId) -> bool:
        """Stop every branch of an attempt; gives whether it was open here."""
        was_open = self._rings.pop(call, None) is not None
        for queue in self._queues.values():
            was_open = queue.end(call) or was_open
        return was_open

    def note(self, posts: Posts) -> None:
        """Take that the watch, or who speaks, has changed."""
        for rings in self._rings.values():
            rings.note(posts)

    def floods(self, now_ms: int) -> Iterator[Flood]:
        """Give each flood: one line of a party, however many attempts."""
        for party in dict.fromkeys(party for party, _ in self._queues):
            queues = [each for (of, _), each in self._queues.items() if of == party and each.is_flood(now_ms)]
            if queues:
                yield Flood(
                    party=party,
                    count=sum(each.past + len(each.waiting) + len(each.in_vain) for each in queues),
                    first_ms=min(each.first_ms for each in queues),
                    last_ms=max(each.last_ms for each in queues),
                )

    def next_ms(self, now_ms: int) -> int | None:
        """Say when `due` has something; None: not before one comes."""
        times = [rings.next_ms for rings in self._rings.values()]
        times += [ms for queue in self._queues.values() if (ms := queue.next_ms(now_ms)) is not None]
        return min(times, default=None)

    def due(self, now_ms: int, posts: Posts) -> Iterator[Ring | GiveUp]:
        """Give what is to be recorded now; it counts as done, and `end` takes it back."""
        for queue in self._queues.values():
            for incoming in queue.begin(now_ms):
                self._rings[incoming.call] = _Rings(incoming=incoming, began_ms=now_ms)
            yield from queue.give_up(now_ms)
        for call, rings in tuple(self._rings.items()):
            while rings.next_rung < len(rings.incoming.schedule.rungs) and rings.next_ms <= now_ms:
                yield rings.ring(posts)
            if rings.next_ms <= now_ms:
                del self._rings[call]
                rings.note(posts)
                yield rings.give_up(now_ms)

    def _queue(self, party: str, is_flash: bool) -> _Queue:
        key = (party, is_flash)
        if key not in self._queues:
            self._queues[key] = _Queue(Minute(self.per_minute), Minute(self.per_minute))
        return self._queues[key]
