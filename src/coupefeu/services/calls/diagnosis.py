"""Why nobody has answered, as far as it is shown: three signals, each with its evidence, each as their node says.

    heartbeat   did their node take the attempt, or speak at all
    watch       was anybody signed on at the posts that ring
    human       what did a person do about it

Silence is never guessed at. What no entry and no receipt shows is `unknown`, and an attempt of which nothing shows
that it came is `tried`, bounded by whoever signed for our log first. That nobody acted is said where an entry of
theirs says so, or of an open attempt while their node is heard: behind a cut line a person may have answered. Of our
own people our own record says it. Pure: what the record knows comes in `Known`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from coupefeu.model.calls import UNANSWERED, Outcome
from coupefeu.model.entry import Kind
from coupefeu.services.calls.status import CallStep, CallView

TRIED: Final = "tried"
"""Nothing shows that they saw it."""
RECEIVED: Final = "received"
"""It is on their record, and rang nowhere as far as is shown."""
LATE: Final = "late"
"""It came onto their record only when we had ended it."""
RANG: Final = "rang"
"""It rings, or rang until we ended it."""
UNRUNG: Final = "unrung"
"""Their node gave it up, and no ring of it is shown: nobody there need have heard it."""
CROSSED: Final = "crossed"
"""A person acted, which crossed the end by the caller: `crossed_declined` and so on."""


class Signal(StrEnum):
    """The three signals; words are `calls-signal-*`."""

    HEARTBEAT = "heartbeat"
    WATCH = "watch"
    HUMAN = "human"


class Says(StrEnum):
    """What a signal says; words are `calls-says-*`."""

    ALIVE = "alive"
    SILENT = "silent"
    BACK = "back"
    """Silent while it was tried; heard again since."""
    ON_WATCH = "on-watch"
    UNSTAFFED = "unstaffed"
    SAID_ON_WATCH = "said-on-watch"
    """Before the attempt; whether it was still so, nobody has said."""
    ANSWERED = "answered"
    DECLINED = "declined"
    DEFERRED = "deferred"
    NOBODY = "nobody"
    """Nobody acted, as an entry of theirs says; of an open attempt while their node is heard, nobody has yet."""
    NONE_CAME = "none-came"
    """No act of theirs had come here when they were last heard; what they did since, nothing shows."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnWatch:
    """A post of theirs that was on watch: since when, by their clock, and the number of the entry that says so."""

    post: str
    since_ms: int
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the record shows beside the attempt itself.

    `heard_ms`, `heard_number`: the newest entry of theirs before the attempt ended. `is_alive`: the line as it is now;
    None for one that has ended. `on_watch`: what they had said of their posts by then. `bound_ms`, `bound_by`: the
    first signature of somebody else over the attempt, and whose; None and "" when there is none.
    """

    heard_ms: int | None = None
    heard_number: str = ""
    is_alive: bool | None = None
    on_watch: tuple[OnWatch, ...] = ()
    bound_ms: int | None = None
    bound_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one signal says, since when (UTC ms), at which posts; `evidence`: the entry that shows it, "" for none."""

    signal: Signal
    says: Says
    since_ms: int | None = None
    posts: tuple[str, ...] = ()
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What is shown of an attempt. `by`: the party whose node says so, the one that was called.

    `verdict`: `tried`, `received`, `late`, `rang`, `unrung`, the outcome that the called side gave, or
    `crossed_answered`, `crossed_declined`, `crossed_deferred`. `tried_by_ms`: by then the attempt was made; `bound_by`
    signed for it, "" when our own clock alone says so.
    """

    by: str
    verdict: str
    readings: tuple[Reading, Reading, Reading]
    tried_by_ms: int
    bound_by: str


def diagnose(view: CallView, known: Known) -> Diagnosis | None:
    """Say what is shown of an attempt; None of one by another channel, or one that rings nowhere."""
    if view.outcome is Outcome.OTHER_CHANNEL or view.effect:
        return None
    every = (*view.steps, *view.without_effect)
    theirs = tuple(step for step in every if step.party == view.called and step.effect != "another_entry")
    return Diagnosis(
        by=view.called,
        verdict=_verdict(view, theirs),
        readings=(_heartbeat(view, theirs, known), _watch(view, known), _human(view, theirs, known)),
        tried_by_ms=view.placed_ms if known.bound_ms is None else known.bound_ms,
        bound_by=known.bound_by,
    )


def _verdict(view: CallView, theirs: tuple[CallStep, ...]) -> str:
    acted = _act_of_theirs(view, theirs)
    if acted is not None and acted.outcome is not None:
        return f"{CROSSED}_{acted.outcome}" if acted.effect else acted.outcome.value
    if view.outcome_step is not None and view.outcome_step.party == view.called and view.outcome:
        return UNRUNG if view.is_given_up_unrung else view.outcome.value
    if view.is_rung:
        return RANG
    if not _is_shown(view, theirs):
        return TRIED
    return LATE if _came_late(view, theirs) else RECEIVED


def _is_shown(view: CallView, theirs: tuple[CallStep, ...]) -> bool:
    """Whether anything shows that their node has the attempt: their receipt, or an entry of theirs about it."""
    return not view.ours or view.on_their_record_ms is not None or bool(theirs)


def _came_late(view: CallView, theirs: tuple[CallStep, ...]) -> bool:
    """Whether all that shows it came, by our own clock, when we had ended it."""
    ended = view.outcome_step
    if not view.ours or ended is None or ended.party == view.called:
        return False
    shown_ms = [step.arrived_ms for step in theirs]
    if view.on_their_record_ms is not None:
        shown_ms.append(view.on_their_record_ms)
    return bool(shown_ms) and min(shown_ms) > ended.arrived_ms


def _heartbeat(view: CallView, theirs: tuple[CallStep, ...], known: Known) -> Reading:
    if _came_late(view, theirs):
        return _beats(Says.BACK, view.on_their_record_ms, _unreached(view))
    if theirs:
        newest = max(theirs, key=lambda step: step.arrived_ms)
        return _beats(Says.ALIVE, newest.arrived_ms, newest.number)
    if _is_shown(view, theirs):
        return _beats(Says.ALIVE, view.on_their_record_ms if view.ours else view.arrived_ms)
    if known.is_alive:
        return _beats(Says.ALIVE, None)
    heard_ms, evidence = _last_heard(view, known)
    return _beats(Says.UNKNOWN if heard_ms is None else Says.SILENT, heard_ms, evidence)


def _beats(says: Says, since_ms: int | None, evidence: str = "") -> Reading:
    return Reading(signal=Signal.HEARTBEAT, says=says, since_ms=since_ms, evidence=evidence)


def _last_heard(view: CallView, known: Known) -> tuple[int | None, str]:
    """Give when anything of theirs had come last, and the entry that shows it, "" for none: a receipt is no entry."""
    heard = {
        view.on_their_record_ms: "",
        _said_heard_ms(view): _unreached(view),
        known.heard_ms: known.heard_number,
    }
    newest_ms = max((ms for ms in heard if ms is not None), default=None)
    return newest_ms, heard[newest_ms]


def _unreached(view: CallView) -> str:
    """Give the number of the entry by which our own node said that it heard nothing."""
    return next((step.number for step in view.steps if step.kind is Kind.CALL_UNREACHED), "")


def _said_heard_ms(view: CallView) -> int | None:
    return next((step.fact.heard_ms for step in view.steps if step.kind is Kind.CALL_UNREACHED), None)


def _watch(view: CallView, known: Known) -> Reading:
    rings = [step for step in view.steps if step.kind is Kind.CALL_RINGING]
    staffed = tuple(dict.fromkeys(post for step in rings for post in step.fact.staffed))
    if staffed:
        first = next(step for step in rings if step.fact.staffed)
        return _on_watch(Says.ON_WATCH, staffed, first.arrived_ms, first.number)
    if rings:
        return _on_watch(Says.UNSTAFFED, view.rung_posts, rings[-1].arrived_ms, rings[-1].number)
    if known.on_watch:
        posts = tuple(each.post for each in known.on_watch)
        newest = max(known.on_watch, key=lambda each: each.since_ms)
        return _on_watch(Says.SAID_ON_WATCH, posts, newest.since_ms, newest.number)
    return Reading(signal=Signal.WATCH, says=Says.UNKNOWN)


def _on_watch(says: Says, posts: tuple[str, ...], since_ms: int, evidence: str) -> Reading:
    return Reading(signal=Signal.WATCH, says=says, since_ms=since_ms, posts=posts, evidence=evidence)


_BY_PERSON: Final = {
    Outcome.ANSWERED: Says.ANSWERED,
    Outcome.DECLINED: Says.DECLINED,
    Outcome.DEFERRED: Says.DEFERRED,
}


def _human(view: CallView, theirs: tuple[CallStep, ...], known: Known) -> Reading:
    """Say what a person did, though it may have crossed what we did; or whose word it is that nobody did."""
    acted = _act_of_theirs(view, theirs)
    if acted is not None and acted.outcome is not None:
        return _done(_BY_PERSON[acted.outcome], acted, (acted.post,))
    given_up = next((each for each in theirs if _is_given_up(each)), None)
    if given_up is not None:
        return _done(Says.NOBODY, given_up, ()) if view.is_rung else _of_nobody(Says.UNKNOWN)
    if not _is_shown(view, theirs) or _came_late(view, theirs):
        return _of_nobody(Says.UNKNOWN)
    if not view.ours:
        return _of_nobody(Says.NOBODY if view.is_open or view.is_rung else Says.UNKNOWN)
    if view.is_open and known.is_alive:
        return _of_nobody(Says.NOBODY)
    heard_ms, evidence = _last_heard(view, known)
    return Reading(signal=Signal.HUMAN, says=Says.NONE_CAME, since_ms=heard_ms, evidence=evidence)


def _act_of_theirs(view: CallView, theirs: tuple[CallStep, ...]) -> CallStep | None:
    """Give what a person there did that decided it, or that crossed what had."""
    if view.outcome_step is not None and _is_act_of_theirs(view.outcome_step, view):
        return view.outcome_step
    return next((each for each in theirs if each.effect == CROSSED and _is_act_of_theirs(each, view)), None)


def _is_act_of_theirs(step: CallStep, view: CallView) -> bool:
    return step.party == view.called and step.outcome in _BY_PERSON


def _is_given_up(step: CallStep) -> bool:
    return step.kind is Kind.CALL_UNANSWERED and step.effect in {"", CROSSED} and step.outcome in UNANSWERED


def _of_nobody(says: Says) -> Reading:
    return Reading(signal=Signal.HUMAN, says=says)


def _done(says: Says, step: CallStep, posts: tuple[str, ...]) -> Reading:
    return Reading(
        signal=Signal.HUMAN, says=says, since_ms=step.arrived_ms, posts=posts, evidence=step.number
    )
