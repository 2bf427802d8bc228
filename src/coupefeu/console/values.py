"""What the console gives to its pages, as frozen values. Keys are stable, all `_ms` are UTC milliseconds.

A message with its chain is `node.values.MessageValues`. Codes travel and are put into words by the page; every string
of an author is already safe to look at. `python -m coupefeu.console.typescript` writes these types for the pages.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from coupefeu.console.calls_values import CallFloodValues, CallLine, CallValues, RingingValues
from coupefeu.console.firebreak_values import FirebreakEvent
from coupefeu.console.notices_values import ConflictEvent, NoticeEvent
from coupefeu.console.passing_values import GapEvent
from coupefeu.model.messages import Slot
from coupefeu.model.precedence import Subject
from coupefeu.node.demo.steps import DemoStepName
from coupefeu.node.values import AlarmValues, MessageValues
from coupefeu.node.watch_values import UnstaffedValues
from coupefeu.services.messages.alarms import AlarmCause
from coupefeu.services.messages.status import StepName

# --- who ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionValues:
    """Who sits at this console: a post and a label beside it, which proves no person.

    `key`: the personal key that it was begun by; null: a one-time link. `locks_ms`: so long after his last act it
    locks; null: never. `may_act`: as its post may, else it only reads. `may_enrol`: one passkey, now.
    """

    party: str
    post: str
    officer: str
    language: str
    expires_ms: int
    key: str | None
    locked: bool
    locks_ms: int | None
    may_act: bool
    may_enrol: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsValues:
    """The same words in the three languages, as the agreement has them."""

    en: str
    fr: str
    ru: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostValues:
    """A post: its identifier, what it is called, and how it is addressed."""

    id: str
    party: str
    title: WordsValues
    address: WordsValues


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyValues:
    """A party to the agreement, with its posts."""

    id: str
    name: WordsValues
    language: str
    duty_desk: str
    posts: tuple[PostValues, ...]


# --- the line -------------------------------------------------------------------------------------------------


class BearerState(StrEnum):
    """How far a bearer has come; words for readers are `ui-bearer-*` in words/."""

    DOWN = "down"
    TRYING = "trying"
    OPEN = "open"
    PROVEN = "proven"


@dataclass(frozen=True, slots=True, kw_only=True)
class BearerValues:
    """One bearer to a party: OPEN is a connection, PROVEN one on which the other side has shown itself.

    `address`: what we dial; null where they dial us. `since_ms`: when it came into this state.
    """

    name: str
    address: str | None
    dialled: bool
    state: BearerState
    since_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchingValues:
    """An attachment on its way here, in bytes."""

    message: str
    number: int
    here: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineValues:
    """The line to one party: facts about machines.

    `up`: there are a session and a path; `alive`: their node answered within two heartbeats. `since_ms`: since when
    it is up, or down; null: since this node started. `heard_ms`: when anything valid was last heard.
    `their_clock_ms`: what their clock shows minus ours. `queued` entries wait, `in_flight` are not receipted yet.
    """

    party: str
    up: bool
    alive: bool
    since_ms: int | None
    heard_ms: int | None
    round_trip_ms: int | None
    their_clock_ms: int | None
    their_node_busy: bool
    queued: int
    in_flight: int
    refused: int
    fetching: FetchingValues | None
    bearers: tuple[BearerValues, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessValues:
    """A neutral witness: when its last word came (null: never), and how many entries of our log it has co-signed.

    `asked`: this node has an address of it. `unseen`: it is asked, and has said nothing for long.
    """

    name: str
    asked: bool
    heard_ms: int | None
    size: int
    unseen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchValues:
    """Somebody took the watch, as their node says: `heard`, that the alarm was heard when it was tried."""

    party: str
    number: str
    post: str
    officer: str
    since_ms: int
    heard: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LastWordValues:
    """The last entry of a party's machines, or of its people."""

    party: str
    number: str
    kind: str
    post: str
    arrived_ms: int
    by_person: bool


# --- messages -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLine:
    """A message on one line of a list.

    `beginning`: the first characters of what was written, safe to show. `attachments`: how many. `due_ms`,
    `next_step`, `next_party`: the deadline that runs out first, of which step, at which party. `shown_ms`,
    `taken_ms`: when first, at any party addressed.
    """

    number: str
    party: str
    ours: bool
    kind: str
    form: str | None
    subject: Subject | None
    precedence: str
    flash: bool
    from_post: str
    to_posts: tuple[str, ...]
    language: str
    arrived_ms: int
    operative: str | None
    place: str | None
    phrase: int | None
    slots: tuple[Slot, ...]
    channel: str | None
    template: int | None
    beginning: str
    attachments: int
    about: str | None
    open: bool
    overdue: bool
    due_ms: int | None
    next_step: StepName | None
    next_party: str | None
    sounds: bool
    effect: str
    cancelled: bool
    shown_ms: int | None
    taken_ms: int | None
    erased: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePage:
    """A window of a list, newest first. `total`: how many there are in all, of `looked_at` messages.

    `truncated`: older messages were not looked at.
    """

    rows: tuple[MessageLine, ...]
    offset: int
    total: int
    looked_at: int
    as_of_ms: int
    truncated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPage:
    """What waits for somebody, the most urgent first: by precedence, then by the deadline that comes first.

    `total` are kept as open, and these are the most urgent of them; `truncated`: more may be open.
    """

    rows: tuple[MessageLine, ...]
    total: int
    looked_at: int
    truncated: bool
    as_of_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenValues:
    """How much is open and overdue, of how many messages that were looked at."""

    open: int
    overdue: int
    looked_at: int
    truncated: bool
    as_of_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedValues:
    """What an act put on our record."""

    number: str
    recorded_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionValues:
    """A restored party is let in for its recovery alone, until then."""

    party: str
    until_ms: int


# --- the desk -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleValues:
    """What our node had to tell people: the last of its kind in an English sentence, how often since it started."""

    code: str
    detail: str
    party: str | None
    count: int
    first_ms: int
    last_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskValues:
    """All that stands at the top of every page, as of `as_of_ms`.

    `run` names this run of the node. `content_age_s`: so long after the last word content is kept; null: for ever.
    `overdue`: the most urgent of them, 20 at most. `troubles`: of this run, the one that was told last first.
    `screens`: live consoles of this node. `session` is null on the stream, which is the same for all. `recovering`:
    the stage of it (words `recovering-STAGE`) while our node may have signed more than it holds, and signs nothing.
    `calls`: those that are open now, what rings first; `call_floods`: attempts beyond what was agreed, not rung.
    """

    as_of_ms: int
    run: str
    party: str
    exercise: bool
    line_name: str
    agreement_version: int
    record_mode: str
    content_age_s: int | None
    languages: tuple[str, ...]
    parties: tuple[PartyValues, ...]
    lines: tuple[LineValues, ...]
    watches: tuple[WatchValues, ...]
    unstaffed: tuple[UnstaffedValues, ...]
    witnesses: tuple[WitnessValues, ...]
    last_words: tuple[LastWordValues, ...]
    overdue: tuple[MessageLine, ...]
    open: OpenValues
    alarms: tuple[AlarmValues, ...]
    calls: tuple[CallLine, ...]
    call_floods: tuple[CallFloodValues, ...]
    troubles: tuple[TroubleValues, ...]
    screens: int
    session: SessionValues | None
    demo: bool
    recovering: str | None


# --- a locked console -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingValues:
    """What sounds at a locked console: whose it is and since when, never what it says. `post`: null where many are."""

    cause: AlarmCause
    party: str
    post: str | None
    messages: tuple[str, ...]
    first_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedValues:
    """All that a locked console is told: what it needs to sound, and to name who calls."""

    as_of_ms: int
    run: str
    party: str
    exercise: bool
    parties: tuple[PartyValues, ...]
    waiting: tuple[WaitingValues, ...]
    calls: tuple[RingingValues, ...]


# --- the demonstration ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoStep:
    """One step, and when it was done."""

    name: DemoStepName
    done_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoValues:
    """How far the demonstration has come."""

    steps: tuple[DemoStep, ...]
    link_broken: bool


# --- the feed -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskEvent:
    """The desk as it is now: first on every stream, then whenever it changes."""

    what: Literal["desk"] = "desk"
    desk: DeskValues


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedEvent:
    """In the place of every other event but the beat, where the session is locked."""

    what: Literal["locked"] = "locked"
    locked: LockedValues


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEvent:
    """A message that is new, or whose chain changed."""

    what: Literal["message"] = "message"
    message: MessageValues


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent:
    """A call that is new, or that went on."""

    what: Literal["call"] = "call"
    call: CallValues


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalEvent:
    """The other console said something new of the media of a call, or a node refused what was said: ask."""

    what: Literal["signal"] = "signal"
    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryEvent:
    """An entry, ours or theirs, is on the record here."""

    what: Literal["entry"] = "entry"
    number: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleEvent:
    """Something that an officer or an operator should know."""

    what: Literal["trouble"] = "trouble"
    code: str
    detail: str
    party: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressEvent:
    """How far long work has come; `total` is 0 while it is not known."""

    what: Literal["progress"] = "progress"
    task: str
    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoEvent:
    """The demonstration went on."""

    what: Literal["demo"] = "demo"
    demo: DemoValues


@dataclass(frozen=True, slots=True, kw_only=True)
class BeatEvent:
    """The node lives, as of now; a page that hears none for six seconds is not live."""

    what: Literal["beat"] = "beat"
    as_of_ms: int


FeedEvent = (
    DeskEvent
    | LockedEvent
    | MessageEvent
    | CallEvent
    | SignalEvent
    | NoticeEvent
    | ConflictEvent
    | GapEvent
    | FirebreakEvent
    | EntryEvent
    | TroubleEvent
    | ProgressEvent
    | DemoEvent
    | BeatEvent
)
