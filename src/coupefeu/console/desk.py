"""What the console knows of the node that it belongs to: the desk as it is, and the way to read the record and to act.

One listener on the engine hears every change; what it names is judged anew in a thread (`judging`), what is open stays
in memory (`open_set`), and each event is encoded once for all consoles (`feed`).
"""

import asyncio
import secrets
from collections.abc import Callable
from typing import Final, Self, TypeVar

from coupefeu.console.answers import Answers
from coupefeu.console.calls_desk import CallsDesk
from coupefeu.console.feed import Feed, encode_event
from coupefeu.console.firebreak_desk import FirebreakDesk
from coupefeu.console.gaps_desk import GapsDesk
from coupefeu.console.judging import AGAIN_AFTER_S, Judging, Told
from coupefeu.console.last_words import LastWords
from coupefeu.console.lines import line_values, witnesses_values
from coupefeu.console.notices_desk import KINDS as NOTICE_KINDS
from coupefeu.console.notices_desk import NoticesDesk
from coupefeu.console.once import Once
from coupefeu.console.open_set import JudgedOpen, OpenSet
from coupefeu.console.readers import Readers
from coupefeu.console.shown import Shown
from coupefeu.console.standing import context_of, party_values, trouble_values, watch_values
from coupefeu.console.values import (
    BeatEvent,
    DeskEvent,
    DeskValues,
    EntryEvent,
    FeedEvent,
    LineValues,
    LockedEvent,
    LockedValues,
    MessagePage,
    OpenPage,
    OpenValues,
    PartyValues,
    SessionValues,
    TroubleEvent,
    TroubleValues,
    WatchValues,
)
from coupefeu.errors import CoupefeuError
from coupefeu.model.entry import Kind
from coupefeu.model.logs import party_of
from coupefeu.model.messages import MessageId, format_number
from coupefeu.model.precedence import Precedence
from coupefeu.node.demo.steps import Strip
from coupefeu.node.desk import Desk
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
    Trouble,
)
from coupefeu.node.folder import NodeFolder
from coupefeu.node.local import LocalBackend
from coupefeu.node.values import kind_name
from coupefeu.node.watch_values import unstaffed_values
from coupefeu.services.arranged.facts import KINDS as ARRANGED_KINDS
from coupefeu.services.base import Command, Recorded
from coupefeu.services.calls.facts import KINDS as CALL_KINDS
from coupefeu.services.messages.display import show_line
from coupefeu.services.messages.facts import ACTS, MAX_SHOWN_MESSAGES
from coupefeu.services.messages.listed import MessageFilter
from coupefeu.services.watch.facts import KINDS as WATCH_KINDS

Result = TypeVar("Result")

BEAT_S: Final = 2.0
DESK_EVERY_S: Final = 0.25
"""At most so often the desk is told; an alarm is told at once."""
MAX_OVERDUE: Final = 20
MAX_OPEN_ROWS: Final = 1_000
MAX_WAIT_S: Final = 30.0
"""Deadlines are looked at again at the latest after this: the wall clock may be set."""
PAGE_READERS: Final = 2
RECENT: Final = 256
"""Entries of ours that are remembered: when each was recorded, and whose receipts are told though nothing is open."""
_OF_AGREEMENT: Final = frozenset(
    {
        Kind.AGREEMENT,
        Kind.AMENDMENT_PROPOSED,
        Kind.AMENDMENT_ACCEPTED,
        Kind.KEY_STATEMENT,
        Kind.INCARNATION_OPENED,
        Kind.KEYS_PUBLISHED,
        Kind.REFUSED,
    }
)


class ConsoleDesk:
    """The node behind the consoles; used from its loop. `demo`: the steps of the demonstration it belongs to."""

    def __init__(self, backend: LocalBackend, demo: Strip | None = None) -> None:
        self.backend = backend
        self.demo = demo
        self.run = secrets.token_hex(8)
        """Names this run of the node: what a page began under another one it must not repeat unasked."""
        self.feed = Feed(self.touch)
        self.answers = Answers()
        self.once = Once(self.run)
        self.shown = Shown(self.read, self.act)
        self.greetings: list[Callable[[], FeedEvent]] = []
        """Events that a console gets after the desk, when it connects."""
        self._runtime = backend.runtime
        self.calls = CallsDesk(self)
        self.notices = NoticesDesk(self)
        self.gaps = GapsDesk(self)
        self.firebreak = FirebreakDesk(self)
        self._open = OpenSet()
        self._words = LastWords(self.folder.agreement.party_ids)
        self._watches: tuple[WatchValues, ...] = ()
        self._parties: tuple[PartyValues, ...] = party_values(self.folder.agreement)
        self._own: dict[MessageId, int] = {}
        self._pages = Readers(lambda: self.folder, PAGE_READERS, "coupefeu-read")
        self._judge = Readers(lambda: self.folder, 1, "coupefeu-judge")
        self._judging = Judging(self._judge, self._begun, self._told, self._runtime.journal.defect)
        self._told_s = -DESK_EVERY_S
        self._touched: asyncio.TimerHandle | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._beating: asyncio.Task[None] | None = None
        self._looking: set[asyncio.Task[None]] = set()
        self._is_look_due = False
        self._lines: tuple[LineValues, ...] = ()
        self._ends: list[Callable[[], object]] = []

    @classmethod
    async def open(cls, backend: LocalBackend, demo: Strip | None = None) -> Self:
        """Sit down at a running node, and judge what is open. Raises: StoreError."""
        desk = cls(backend, demo)
        desk.when_closed(backend.runtime.engine.listen(desk._hear))
        try:
            await desk._judging.start()
            await desk._judge.read(lambda look: desk._words.fill(look.reader))
            await desk._look_at_watches()
            desk.notices.look()
            desk.gaps.begin()
            desk.firebreak.look()
        except BaseException:
            await desk.close()
            raise
        desk._beating = asyncio.ensure_future(desk._beat())
        return desk

    async def close(self) -> None:
        """Stand up: every stream ends, nothing more is read."""
        while self._ends:
            self._ends.pop()()
        for timer in (self._touched, self._deadline):
            if timer is not None:
                timer.cancel()
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.gather(self._beating, return_exceptions=True)
        for task in self._looking:
            task.cancel()
        self.calls.close()
        self.notices.close()
        self.gaps.close()
        self.firebreak.close()
        await self._judging.close()
        self.feed.end_all()
        await self._judge.close()
        await self._pages.close()

    def when_closed(self, end: Callable[[], object]) -> None:
        """Have something ended with this desk."""
        self._ends.append(end)

    # --- what routes ask ----------------------------------------------------------------------------------

    @property
    def folder(self) -> NodeFolder:
        """The node's folder, by the agreement in force."""
        return self._runtime.folder

    @property
    def now_ms(self) -> int:
        """The node's clock, UTC milliseconds."""
        return self._runtime.clock().utc_ms

    async def read(self, look: Callable[[Desk], Result]) -> Result:
        """Look at the record, off the loop. Raises: whatever `look` raises."""
        return await self._pages.read(look)

    async def act(self, command: Command) -> list[MessageId]:
        """Have the node do a command; durable when this returns. Raises: UsageError, PolicyError, StoreError."""
        return await self.backend.act(command)

    def values(self, session: SessionValues | None = None) -> DeskValues:
        """Give the desk as it is now."""
        agreement = self.folder.agreement
        rows = self._open.rows()
        recovery = self._runtime.engine.recovery
        return DeskValues(
            as_of_ms=self.now_ms,
            run=self.run,
            party=self.folder.party,
            exercise=agreement.is_exercise,
            line_name=show_line(agreement.name),
            agreement_version=agreement.version,
            record_mode=agreement.record_mode.value,
            content_age_s=agreement.content_age_s,
            languages=agreement.languages,
            parties=self._parties,
            lines=line_values(self._runtime),
            watches=self._watches,
            unstaffed=tuple(map(unstaffed_values, self._runtime.staffing.unstaffed)),
            witnesses=witnesses_values(self._runtime),
            last_words=self._words.values(),
            overdue=tuple([line for line in rows if line.overdue][:MAX_OVERDUE]),
            open=self._count(),
            alarms=self._open.alarms(context_of(self.folder, self._runtime.clock())),
            calls=self.calls.open(),
            call_floods=self.calls.floods(),
            troubles=self._troubles(),
            screens=len(self.feed.consoles),
            session=session,
            demo=self.demo is not None,
            recovering=None if recovery is None else recovery.stage.value,
        )

    def _troubles(self) -> tuple[TroubleValues, ...]:
        names = self.folder.agreement.party_ids
        return tuple(trouble_values(each, names) for each in self._runtime.troubles.latest())

    def is_on_watch(self, post: str) -> bool:
        """Whether this post has said that it is on watch."""
        return any(watch.post == post for watch in self._watches)

    def open_page(self) -> OpenPage:
        """List what is open, the most urgent first."""
        rows = self._open.rows()
        return OpenPage(
            rows=tuple(rows[:MAX_OPEN_ROWS]),
            total=len(rows),
            looked_at=self._open.looked_at,
            truncated=self._open.truncated or len(rows) > MAX_OPEN_ROWS,
            as_of_ms=self.now_ms,
        )

    def open_window(self, wanted: MessageFilter, offset: int, limit: int) -> MessagePage:
        """Give a window of what is open, newest first, as the filter lets it through."""
        rows, total = self._open.window(wanted, offset, limit)
        return MessagePage(
            rows=tuple(rows),
            offset=offset,
            total=total,
            looked_at=self._open.looked_at,
            as_of_ms=self.now_ms,
            truncated=self._open.truncated,
        )

    def first_events(self, *, is_locked: bool = False) -> list[bytes]:
        """Give what a console gets before anything else."""
        if is_locked:
            return [encode_event(LockedEvent(locked=self.locked_values()))]
        greetings = [greet() for greet in self.greetings]
        return [encode_event(each) for each in (DeskEvent(desk=self.values()), *greetings)]

    def locked_values(self) -> LockedValues:
        """Give what a locked console is told now."""
        return LockedValues(
            as_of_ms=self.now_ms,
            run=self.run,
            party=self.folder.party,
            exercise=self.folder.agreement.is_exercise,
            parties=self._parties,
            waiting=self._open.waiting(context_of(self.folder, self._runtime.clock())),
            calls=self.calls.ringing(),
        )

    def recorded_ms(self, entry: MessageId) -> int:
        """Say when an entry of ours was recorded: it was told of before whoever asked for it is answered."""
        return self._own.get(entry, self.now_ms)

    def number(self, entry: MessageId) -> str:
        """Write `US/14`."""
        return format_number(entry, self.folder.agreement.party_ids)

    def _count(self) -> OpenValues:
        count, late = self._open.count()
        return OpenValues(
            open=count,
            overdue=late,
            looked_at=self._open.looked_at,
            truncated=self._open.truncated,
            as_of_ms=self.now_ms,
        )

    # --- telling the desk ---------------------------------------------------------------------------------

    def touch(self, *, at_once: bool = False) -> None:
        """Say that something at the top of the pages changed: it is told soon, an alarm at once."""
        loop = asyncio.get_running_loop()
        if at_once and self._touched is not None:
            self._touched.cancel()
            self._touched = None
        if self._touched is None:
            wait_s = 0.0 if at_once else max(0.0, self._told_s + DESK_EVERY_S - loop.time())
            self._touched = loop.call_later(wait_s, self._tell_desk)

    def _tell_desk(self) -> None:
        self._touched = None
        self._told_s = asyncio.get_running_loop().time()
        if self.feed.is_followed:
            desk = self.values()
            self._lines = desk.lines
            self.feed.tell(DeskEvent(desk=desk))
        if self.feed.has_locked:
            self.feed.tell(LockedEvent(locked=self.locked_values()))

    async def _beat(self) -> None:
        """Every two seconds: the node lives; what moved meanwhile on the line is told too."""
        while True:
            await asyncio.sleep(BEAT_S)
            self.feed.tell(BeatEvent(as_of_ms=self.now_ms))
            if self._lines != line_values(self._runtime):
                self.touch()

    # --- hearing ------------------------------------------------------------------------------------------

    def _hear(self, change: Change) -> None:
        if isinstance(change, SignalHeard):
            return
        self.answers.change()
        self.firebreak.look()
        match change:
            case EntryRecorded(recorded=recorded):
                self._hear_entry(recorded)
            case ReceiptTaken(start=start, end=end):
                self.calls.hear_receipt(change)
                log = self.folder.log_number
                for message, precedence in self._open.between(log, start, end):
                    self._judging.name([message], precedence)
                recent = [each for each in self._own if start <= each[1] < end]
                self._judging.name(recent, Precedence.ROUTINE)
            case AttachmentKept(log=log, index=index):
                self._judging.name([(log, index)], Precedence.ROUTINE)
            case LineChanged() | Recovering():
                self.touch()
            case TermsChanged():
                asyncio.get_running_loop().call_soon(self._change_terms)
            case StaffingChanged():
                self.touch(at_once=True)
            case Trouble():
                self._hear_trouble(change)

    def _hear_entry(self, recorded: Recorded) -> None:
        head, entry = recorded.head, (recorded.log, recorded.index)
        kind = None if head is None else head.kind
        self.feed.tell(EntryEvent(number=self.number(entry), kind=kind_name(kind)))
        self._words.hear(entry, head, recorded.arrived_ms)
        self.touch()
        if kind in WATCH_KINDS:
            self._look_soon()
        self.calls.hear_entry(recorded)
        self.notices.hear_entry(recorded)
        self.gaps.hear_entry(recorded)
        named = _named_by(recorded)
        if recorded.ours:
            self._remember(entry, recorded.arrived_ms)
        if entry in named:
            self._open.looked_at += 1
        if named:
            precedence = Precedence.ROUTINE if head is None else head.precedence
            self._judging.name(named, precedence)

    def _remember(self, entry: MessageId, arrived_ms: int) -> None:
        self._own[entry] = arrived_ms
        if len(self._own) > RECENT:
            del self._own[next(iter(self._own))]

    def _hear_trouble(self, trouble: Trouble) -> None:
        names = self.folder.agreement.party_ids
        party = None if trouble.party is None else party_of(trouble.party, names)
        self.feed.tell(TroubleEvent(code=trouble.code, detail=show_line(trouble.detail), party=party))
        self.touch()
        if trouble.code == "node.clock.moved":
            self._judging.look_anew()

    def _change_terms(self) -> None:
        """By now the runtime has the folder with the agreement that came into force."""
        self._parties = party_values(self.folder.agreement)
        self._judging.look_anew()
        self.touch(at_once=True)

    def _look_soon(self) -> None:
        """Look who is on watch: once more after the look that is under way, however much is said of it meanwhile."""
        self._is_look_due = True
        if not self._looking:
            task = asyncio.ensure_future(self._keep_watches())
            self._looking.add(task)
            task.add_done_callback(self._looked)

    def _looked(self, task: "asyncio.Task[None]") -> None:
        self._looking.discard(task)
        if self._is_look_due and not task.cancelled():
            self._look_soon()

    async def _keep_watches(self) -> None:
        """Look for as long as that is due; while the record cannot be read, note it and look again."""
        while self._is_look_due:
            self._is_look_due = False
            try:
                await self._look_at_watches()
            except CoupefeuError as error:
                self._is_look_due = True
                self._runtime.journal.defect(error)
                await asyncio.sleep(AGAIN_AFTER_S)

    async def _look_at_watches(self) -> None:
        views = await self._judge.read(lambda look: look.watches())
        self._watches = tuple(map(watch_values, views))
        self.touch()

    # --- what was judged ----------------------------------------------------------------------------------

    def _begun(self, found: JudgedOpen) -> None:
        self.answers.change()
        self._open.begin(found)
        self._set_deadline()
        self.feed.end_all()

    def _told(self, told: list[Told]) -> None:
        self.answers.change()
        sounded = self._open.sounding
        for each in told:
            self._open.put(each.judged)
            self.feed.tell_encoded(each.octets)
        self._set_deadline()
        self.touch(at_once=self._open.sounding != sounded)

    def _set_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        next_ms = self._open.next_ms
        wait_s = MAX_WAIT_S if next_ms is None else (next_ms - self.now_ms) / 1000
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(max(0.0, min(wait_s, MAX_WAIT_S)), self._pass_deadline)

    def _pass_deadline(self) -> None:
        self._judging.name(self._open.due(self.now_ms), Precedence.FLASH)
        self._set_deadline()


def _named_by(recorded: Recorded) -> list[MessageId]:
    """Name the messages whose chain an entry changes, itself included."""
    head, entry = recorded.head, (recorded.log, recorded.index)
    if head is None:
        return [entry]
    if any(
        head.kind in kinds for kinds in (_OF_AGREEMENT, WATCH_KINDS, CALL_KINDS, ARRANGED_KINDS, NOTICE_KINDS)
    ):
        return []
    about = [(each.log, each.index) for each in head.references[:MAX_SHOWN_MESSAGES]]
    return about if head.kind in ACTS else [entry, *about]
