"""What pages are given of calls, as frozen values; every string of a person is already safe to look at.

Two clocks beside one another: `written_ms` is what the author's node wrote, `arrived_ms` when it was durable here.
"""

from dataclasses import dataclass
from typing import Literal

from coupefeu.model.calls import CallState, Outcome
from coupefeu.node.watch_values import StandingValues
from coupefeu.services.calls.diagnosis import Says, Signal

MediaName = Literal["text", "voice", "video"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLine:
    """An attempt to call, on one line of a list. `party`: the other one; `ours`: we called.

    `words`: what the caller wrote beside it, or `words_erased`. `effect`: why the call has none, and rings nowhere.
    `ringing_ms`: since when it rings, by our clock; `rung_posts` rang so far,
    `staffed_posts` of them were on watch, as the node that rings says. `given_up_unrung`: a machine ended it, and no
    ring of it is shown. `reason`: why it was declined, `refused` for instance. `duration_ms`: how long the call
    lasted, by the node that ended it. `channel`, `counterpart`: of a contact
    by another channel, which is a message, and of which there is nothing but its author's word.
    """

    number: str
    party: str
    ours: bool
    from_post: str
    to_post: str
    precedence: str
    media: MediaName
    officer: str | None
    words: str
    words_erased: bool
    placed_ms: int
    arrived_ms: int
    on_their_record_ms: int | None
    state: CallState
    outcome: Outcome | None
    reason: str | None
    ringing_ms: int | None
    rung_posts: tuple[str, ...]
    given_up_unrung: bool
    staffed_posts: tuple[str, ...]
    answered_by: str | None
    answered_ms: int | None
    deferred_to_post: str | None
    deferred_to_ms: int | None
    ended_ms: int | None
    duration_ms: int | None
    effect: str
    channel: str | None
    counterpart: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStepValues:
    """One entry about a call, in the order that both records have. `machine`: no person did it.

    `words`: what its author wrote beside it. `effect`: why it changed nothing ("" when it did). `rang_ms`, `heard_ms`:
    how long it rang, and when anything was last heard, by the author's clock.
    """

    number: str
    kind: str
    party: str
    ours: bool
    post: str
    officer: str | None
    machine: bool
    written_ms: int
    arrived_ms: int
    words: str
    words_erased: bool
    media: MediaName | None
    reason: str | None
    rung: int | None
    posts: tuple[str, ...]
    staffed: tuple[str, ...]
    outcome: Outcome | None
    to_post: str | None
    to_ms: int | None
    rang_ms: int | None
    heard_ms: int | None
    duration_ms: int | None
    cause: str | None
    role: str | None
    name: str | None
    path: str | None
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingValues:
    """What one signal says (words `calls-says-*`), since when, at which posts; `evidence`: the entry that shows it."""

    signal: Signal
    says: Says
    since_ms: int | None
    posts: tuple[str, ...]
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosisValues:
    """What is shown of an attempt (words `calls-verdict-*`), as the node of the party `by` says.

    `tried_by_ms`: by then it was made; `bound_by` signed for it, "" when our own clock alone says so.
    """

    by: str
    verdict: str
    readings: tuple[ReadingValues, ...]
    tried_by_ms: int
    bound_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallValues(CallLine):
    """One call with its steps. `crossed`: what one side did that crossed what counts, and has no effect.

    `diagnosis`: null of a contact by another channel, and of what rings nowhere. `our_fingerprint`,
    `their_fingerprint`: SHA-256 of the certificates that its media may use, in hexadecimal.
    """

    steps: tuple[CallStepValues, ...]
    without_effect: tuple[CallStepValues, ...]
    steps_left_out: int
    crossed: CallStepValues | None
    diagnosis: DiagnosisValues | None
    our_fingerprint: str | None
    their_fingerprint: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RingingValues:
    """A call that rings at a locked console: whose it is and since when, never what was written beside it."""

    number: str
    party: str
    from_post: str
    precedence: str
    ringing_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFloodValues:
    """Attempts of one party that were not rung: more than both agreed on."""

    party: str
    count: int
    first_ms: int
    last_ms: int
    per_minute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPage:
    """A window of the attempts of both sides, newest first: `total` that the filter lets through."""

    rows: tuple[CallLine, ...]
    offset: int
    total: int
    looked_at: int
    as_of_ms: int
    truncated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RungValues:
    """One rung of a ladder: which posts, after how many seconds, and which of them are on watch, as their node says."""

    posts: tuple[str, ...]
    after_s: int
    staffed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPairValues:
    """Two posts that may call each other, before anybody dials.

    `last_call_ms`, `last_call`: the last call between them that was answered. `rungs`: whom their node rings, in order.
    `standing`: the watch of their post, as their node says.
    """

    party: str
    our_post: str
    their_post: str
    last_call: str | None
    last_call_ms: int | None
    rungs: tuple[RungValues, ...]
    standing: StandingValues


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPairs:
    """Whom each post of ours may call."""

    pairs: tuple[CallPairValues, ...]
    as_of_ms: int
