"""What a node does for calls by itself: it rings, it says that nobody acted, it says that nothing was heard.

    an entry is durable -> open calls -> ringing, attempts -> [their time] -> a command -> an entry

No act here is in an officer's name. What the record refuses was decided otherwise meanwhile, and is dropped.
"""

from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from typing import Any, Final

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.calls import CallState, LostCause
from coupefeu.model.calls import Outcome as CallOutcome
from coupefeu.model.entry import Head, Kind
from coupefeu.model.instant import Moment
from coupefeu.model.messages import MessageId, format_number
from coupefeu.model.precedence import Precedence
from coupefeu.node.calling.attempts import Attempts, LineSign
from coupefeu.node.calling.open_calls import OpenCalls
from coupefeu.node.calling.record import CallRecord
from coupefeu.node.calling.ringing import MAX_WAITING, Flood, Incoming, Posts, Rang, Ringing
from coupefeu.node.calling.spoken import talking_ms
from coupefeu.node.engine import Engine
from coupefeu.node.events import Change, EntryRecorded, LineChanged, Recovering
from coupefeu.services.base import Context, Recorded
from coupefeu.services.calls.commands import GiveUp, LoseCall, Ring, Unreached
from coupefeu.services.calls.facts import KINDS
from coupefeu.services.calls.ladder import Schedule, schedule
from coupefeu.services.calls.status import CallView
from coupefeu.store.jobs import Outcome

AGAIN_MS: Final = 1_000
"""So long after a failure of the disk the same is tried again."""
_OF_THE_WATCH: Final = range(48, 64)
_Command = Ring | GiveUp | Unreached | LoseCall


class Calling:
    """The standing order of a running node for calls; an `engine.Order`."""

    def __init__(
        self,
        engine: Engine,
        record: CallRecord,
        clock: Callable[[], Moment],
        defect: Callable[[Exception], object],
    ) -> None:
        """`defect`: told of what nobody foresaw; the line goes on, and so does this a second later."""
        self._engine = engine
        self._record = record
        self._clock = clock
        self._defect = defect
        self._calls = OpenCalls(record.call)
        self._ringing = Ringing(record.context().agreement.calls.per_minute)
        self._attempts = Attempts(self._line)
        self._on_watch: frozenset[str] | None = None
        self._alive_since_ms: dict[int, int] = {}
        self._heard_before_ms: dict[int, int | None] = {}
        self._noted = Posts()
        self._newest: dict[int, int] = {}
        """Of each log the index of the newest entry that has come: what stands before it was overtaken."""
        self._shown: set[MessageId] = set()
        self._again: list[_Command] = []
        self._again_ms = 0
        self._has_passed_over = False
        self._is_begun = False
        engine.listen(self._hear)
        engine.stand_by(self)

    def begin(self) -> None:
        """Go on from what the record says; a node that recovers begins when that has ended."""
        if self._engine.is_recovering:
            return
        self._is_begun = True
        now = self._clock()
        context = self._record.context()
        for log, peer in self._engine.peers.items():
            self._heard_before_ms[log] = self._record.last_heard_ms(log)
            if peer.link.state().alive:
                self._alive_since_ms[log] = now.mono_ms
        self._newest = self._record.newest()
        waiting = self._record.waiting_calls(MAX_WAITING)
        self._has_passed_over = len(waiting) == MAX_WAITING
        for call, steps in (*self._record.held_calls(), *waiting):
            view = self._calls.resume(call, steps, context, now.mono_ms)
            if view.state is CallState.IN_CALL:
                self._act(LoseCall(call=view.id, cause=LostCause.RESTART))
            else:
                self._go_on(view, now)
        self._engine.pump()  # which sets the timer

    def end(self) -> None:
        """Do nothing more for calls: the node ends."""
        self._is_begun = False

    # --- screens --------------------------------------------------------------------------------------------

    def shown(self, call: MessageId) -> None:
        """Take that a screen shows a call that rings here."""
        if call in self._ringing.ringing:
            self._shown.add(call)

    def is_unshown(self, call: MessageId) -> bool:
        """Whether a call rings here and no screen has said that it shows it."""
        return call in self._ringing.ringing and call not in self._shown

    @property
    def ringing(self) -> tuple[MessageId, ...]:
        """Name the calls that ring here now."""
        return self._ringing.ringing

    def view(self, call: MessageId) -> CallView | None:
        """Give a call as it is now; None: it is not open, or not followed."""
        return self._calls.get(call)

    def open_views(self) -> tuple[CallView, ...]:
        """Give what is open: all that ring here, all of ours, all in call; what has not rung is in `floods`."""
        ringing = frozenset(self._ringing.ringing)
        views = self._calls.views
        return tuple(
            view for view in views if view.ours or view.state is CallState.IN_CALL or view.id in ringing
        )

    def floods(self) -> tuple[Flood, ...]:
        """Give the attempts that did not ring, one line of each party; times are UTC."""
        now = self._clock()
        apart_ms = now.utc_ms - now.mono_ms
        return tuple(
            replace(each, first_ms=each.first_ms + apart_ms, last_ms=each.last_ms + apart_ms)
            for each in self._ringing.floods(now.mono_ms)
        )

    def talking_ms(self, view: CallView) -> int:
        """Say how long a call has been answered, by our own clock."""
        return talking_ms(view, self._clock().utc_ms)

    # --- an order of the engine -----------------------------------------------------------------------------

    def next_ms(self) -> int | None:
        """See `Order.next_ms`."""
        if not self._is_begun:
            return None
        now_ms = self._clock().mono_ms
        times = [self._ringing.next_ms(now_ms), self._attempts.next_ms(now_ms), self._calls.next_ms()]
        times.append(self._again_ms if self._again else None)
        next_ms = min((ms for ms in times if ms is not None), default=None)
        return next_ms if next_ms is None or now_ms >= self._again_ms else max(next_ms, self._again_ms)

    def handle_timer(self, now: Moment) -> None:
        """See `Order.handle_timer`."""
        if not self._is_begun or self._engine.is_recovering or now.mono_ms < self._again_ms:
            return
        try:
            self._do_due(now)
        except Exception as defect:  # noqa: BLE001 - whatever nobody foresaw
            self._again_ms = now.mono_ms + AGAIN_MS
            self._defect(defect)

    def _do_due(self, now: Moment) -> None:
        again, self._again = self._again, []
        for command in again:
            self._act(command)
        self._read_doubted(now)
        next_ms = self._ringing.next_ms(now.mono_ms)
        if next_ms is not None and next_ms <= now.mono_ms:
            for due in tuple(self._ringing.due(now.mono_ms, self._posts())):
                self._act(self._checked(due, now))
        next_ms = self._attempts.next_ms(now.mono_ms)
        if next_ms is not None and next_ms <= now.mono_ms:
            for unreached in self._attempts.due(now.mono_ms):
                self._act(unreached)
        if self._has_passed_over and not self._ringing.waits:
            self._catch_up(now)

    def _checked(self, due: Ring | GiveUp, now: Moment) -> Ring | GiveUp:
        """Say `busy` only where the record too says that every post speaks."""
        if not isinstance(due, GiveUp) or due.outcome is not CallOutcome.BUSY:
            return due
        for view in self._calls.read_spoken(self._record.context(), now.mono_ms):
            self._follow(view)
        is_busy = set(due.posts) <= set(self._posts().engaged)
        return due if is_busy else replace(due, outcome=CallOutcome.NO_ANSWER)

    def _read_doubted(self, now: Moment) -> None:
        """Go by the record where what was heard does not say how a call stands."""
        context = self._record.context()
        for before, view in self._calls.due(context, now.mono_ms):
            if before is None and view.state is CallState.PLACED:
                self._begin_to_ring(view, context, now.mono_ms)
            else:
                self._follow(view)

    def _act(self, command: _Command) -> None:
        self._engine.act(command, partial(self._acted, command))

    def _acted(self, command: _Command, outcome: Outcome) -> None:
        if isinstance(outcome, PolicyError | UsageError):
            if isinstance(command, GiveUp) and len(command.calls) > 1:  # one of them was answered meanwhile
                for call in command.calls:
                    self._act(GiveUp(calls=(call,), outcome=command.outcome))
            else:  # it was decided otherwise, and perhaps not heard here
                for call in command.calls if isinstance(command, GiveUp) else (command.call,):
                    self._calls.doubt(call)
        elif isinstance(outcome, Exception):
            self._again.append(command)
            self._again_ms = self._clock().mono_ms + AGAIN_MS

    # --- what happens ---------------------------------------------------------------------------------------

    def _hear(self, change: Change) -> None:
        try:
            self._take(change)
        except Exception as defect:  # noqa: BLE001 - whatever nobody foresaw
            self._defect(defect)

    def _take(self, change: Change) -> None:
        if isinstance(change, EntryRecorded):
            if self._is_begun and change.recorded.head is not None:
                self._take_entry(change.recorded, change.recorded.head)
        elif isinstance(change, LineChanged):
            if change.alive:
                self._alive_since_ms.setdefault(change.party, self._clock().mono_ms)
            else:
                self._alive_since_ms.pop(change.party, None)
        elif isinstance(change, Recovering) and change.reason is None and not self._is_begun:
            self.begin()

    def _take_entry(self, recorded: Recorded, head: Head) -> None:
        newest = self._newest.get(recorded.log, -1)
        self._newest[recorded.log] = max(newest, recorded.index)
        if recorded.ours:
            self._calls.act(head, self._clock().mono_ms)
        if head.kind in _OF_THE_WATCH:
            if recorded.ours:
                self._on_watch = None
                self._note()
        elif head.kind == Kind.CALL_PLACED:
            self._take_placed(recorded, head, is_overtaken=recorded.index < newest)
        elif head.kind in KINDS:
            self._take_step(recorded, head)

    def _take_placed(self, recorded: Recorded, head: Head, *, is_overtaken: bool) -> None:
        context = self._record.context()
        if not recorded.ours and (
            _called(head) != context.us
            or self._passes_over(recorded, head, context, is_overtaken=is_overtaken)
        ):
            return
        now = self._clock()
        if (
            is_overtaken and not recorded.ours
        ):  # by its own end, perhaps, of which nobody knew then what it was
            self._read_doubted(now)
            return
        view = self._calls.place(recorded, context, now.mono_ms)
        if view is not None:
            self._begin_to_ring(view, context, now.mono_ms)

    def _begin_to_ring(self, view: CallView, context: Context, now_ms: int) -> None:
        if view.ours:
            self._attempts.place(view.id, view.party, _plan(view, context).ends_ms, now_ms)
        elif self._lets_ring(context):
            self._ringing.come(_incoming(view, context), now_ms)

    def _lets_ring(self, context: Context) -> bool:
        """Whether a call of the other side rings; on a suspended line it does where calls pass, as agreed."""
        return context.agreement.line_state.calls or not self._record.is_suspended()

    def _passes_over(self, recorded: Recorded, head: Head, context: Context, *, is_overtaken: bool) -> bool:
        """Count an attempt that there is no room for; whether there is none."""
        self._ringing.amend(context.agreement.calls.per_minute)
        caller, is_flash = context.party_of(recorded.log), head.precedence is Precedence.FLASH
        if self._ringing.has_room(caller, is_flash=is_flash) and (
            not is_overtaken or self._calls.doubt((recorded.log, recorded.index))
        ):
            return False
        self._ringing.pass_over(caller, is_flash=is_flash, now_ms=self._clock().mono_ms)
        self._has_passed_over = True
        return True

    def _take_step(self, recorded: Recorded, head: Head) -> None:
        context = self._record.context()
        now = self._clock()
        about = next(((each.log, each.index) for each in head.references), None)
        if recorded.ours and head.kind == Kind.CALL_ANSWERED and about and self._calls.get(about) is None:
            for view in self._calls.read(
                about, context, now.mono_ms
            ):  # there was no room: an officer answers
                self._follow(view)
            return
        for view in self._calls.step(recorded, head, context, now.mono_ms):
            self._follow(view)
        self._read_doubted(now)

    def _follow(self, view: CallView) -> None:
        """Heed what became of a call: whatever anybody did ends every branch."""
        if view.state in {CallState.IN_CALL, CallState.ENDED}:
            self._ringing.end(view.id)
            self._attempts.end(view.id)
            self._shown.discard(view.id)
            self._note()
        elif view.ours and view.state is CallState.RINGING:
            self._attempts.rings(view.id, self._clock().mono_ms)

    def _go_on(self, view: CallView, now: Moment) -> None:
        """Go on with one that came, or was placed, while this node was away."""
        context = self._record.context()
        rung_ms = _rung_ms(view)
        if view.ours:
            placed_ms = _ago(view.arrived_ms, now)
            self._attempts.place(view.id, view.party, _plan(view, context).ends_ms, placed_ms, now.mono_ms)
            if rung_ms is not None:
                self._attempts.rings(view.id, _ago(rung_ms, now))
        elif view.called == context.us and view.state is not CallState.ENDED:
            incoming = _incoming(view, context)
            if rung_ms is None and not self._lets_ring(context):
                return
            if rung_ms is None:
                self._ringing.come(incoming, _ago(view.arrived_ms, now))
            else:
                last_ms = _ago(max(step.arrived_ms for step in view.steps), now)
                rang = Rang(began_ms=_ago(rung_ms, now), last_ms=last_ms, posts=view.rung_posts)
                self._ringing.resume(incoming, rang, now.mono_ms, self._posts())

    def _catch_up(self, now: Moment) -> None:
        """Take up those that there was no room for, now that there is: most have no time left, and are given up."""
        self._has_passed_over = False
        context = self._record.context()
        for call, steps in self._record.waiting_calls(MAX_WAITING):
            if self._calls.get((call["log"], call["idx"])):
                continue
            view = self._calls.resume(call, steps, context, now.mono_ms)
            if view.state is CallState.PLACED and self._lets_ring(context):
                self._ringing.take_up(_incoming(view, context), _ago(view.arrived_ms, now))
                self._has_passed_over = True

    def _note(self) -> None:
        """Take whether the watch, or who speaks, has changed for those that ring."""
        posts = self._posts()
        if posts != self._noted:
            self._noted = posts
            self._ringing.note(posts)

    # --- what is known --------------------------------------------------------------------------------------

    def _posts(self) -> Posts:
        if self._on_watch is None:
            self._on_watch = self._record.on_watch()
        return Posts(on_watch=self._on_watch, engaged=self._calls.engaged(self._clock().mono_ms))

    def _line(self, party: str) -> LineSign:
        log = self._record.context().agreement.log_number(party)
        peer = self._engine.peers.get(log)
        state = None if peer is None else peer.link.state()
        heard_ms = self._heard_before_ms.get(log)
        now = self._clock()
        if state is not None and state.heard_ms is not None:
            heard_ms = now.utc_ms - (now.mono_ms - state.heard_ms)
        is_alive = state is not None and state.alive
        since_ms = self._alive_since_ms.setdefault(log, now.mono_ms) if is_alive else None
        return LineSign(alive_since_ms=since_ms, heard_ms=heard_ms)


def _plan(view: CallView, context: Context) -> Schedule:
    """Give who rings when, by the agreement in force; a post that it does not know is the duty desk's to answer."""
    agreement = context.agreement
    is_known = any(post.id == view.to_post for post in agreement.posts)
    post = view.to_post if is_known else agreement.party(view.called).duty_desk
    return schedule(agreement, post, view.precedence)


def _incoming(view: CallView, context: Context) -> Incoming:
    return Incoming(
        call=view.id,
        party=view.party,
        is_flash=view.precedence is Precedence.FLASH,
        schedule=_plan(view, context),
    )


def _called(head: Head) -> str:
    """Name the party that a call is for; what is for several, or nobody, is no call."""
    return head.to_posts[0].partition(".")[0] if len(head.to_posts) == 1 else ""


def _rung_ms(view: CallView) -> int | None:
    """Say when it began to ring, by our clock; None: it does not yet."""
    return next((step.arrived_ms for step in view.steps if step.kind == Kind.CALL_RINGING), None)


def _ago(utc_ms: int, now: Moment) -> int:
    """Give an earlier instant of our own on the monotonic clock of this start; a clock that was set delays nothing."""
    return now.mono_ms - max(0, now.utc_ms - utc_ms)


def describe_calls(calling: Calling, names: tuple[str, ...]) -> dict[str, Any]:
    """Give what rings here and what did not, as JSON has it (docs/spec/control.md, Status)."""
    ringing = [format_number(call, names) for call in calling.ringing]
    return {"ringing": ringing, "floods": [asdict(flood) for flood in calling.floods()]}
