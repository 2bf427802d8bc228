"""Arranged calls as values for programs and pages: keys are stable, instants are UTC milliseconds.

`coupefeu arrange ... --json` prints them with every text exactly as its author wrote it; the console gives
`text=show_line`. Codes travel; words are made where they are read.
"""

from dataclasses import dataclass

from coupefeu.model.entry import Kind
from coupefeu.node.arranging.looking import Arrangement
from coupefeu.node.values import Text, exactly, kind_name
from coupefeu.services.arranged.facts import Window
from coupefeu.services.arranged.held import Held, HeldState
from coupefeu.services.arranged.status import AgreedCall, ArrangementView, ArrangeStep, OfferView
from coupefeu.services.arranged.table import ArrangeState


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangedWindowValues:
    """Between these instants a call may begin."""

    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangedOfferValues:
    """Windows that one side put on the table. `answers`: the party that owes an answer, `due_ms` by our own clock.

    `stands`: it may be agreed to. `awaited`: an answer is owed now; `overdue`: none came by `due_ms`. `stopped_ms`:
    when the other side answered (`answered`), or its author's later act took its place. `first`, `second`: who would
    speak, the proposer's post first.
    """

    number: str
    party: str
    ours: bool
    post: str
    officer: str
    words: str
    windows: tuple[ArrangedWindowValues, ...]
    first: str
    second: str
    answers: str
    stands: bool
    awaited: bool
    overdue: bool
    answered: bool
    written_ms: int
    arrived_ms: int
    due_ms: int
    stopped_ms: int | None
    left_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangedStepValues:
    """One act, an entry of a person. `effect`: why it changes nothing ("" when it does); `crossed`: nobody's fault.

    `reason`: of a refusal, as a number (docs/spec/arranged.md). `state`: how the arrangement stood after it.
    """

    number: str
    kind: str
    party: str
    ours: bool
    post: str
    officer: str
    words: str
    windows: tuple[ArrangedWindowValues, ...]
    reason: int | None
    named_post: str
    written_ms: int
    arrived_ms: int
    effect: str
    crossed: bool
    state: ArrangeState


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedCallValues:
    """What both have agreed: a window, who speaks, and the entry that agreed."""

    window: ArrangedWindowValues
    first: str
    second: str
    number: str
    party: str
    arrived_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCallValues:
    """Whether an agreed call took place, as the calls on this record have it, by our own clock; signed by nobody.

    `answered`: the call that was answered, `caller` and `answered_by` the posts that spoke then; null: none was.
    `due`: its time has come, and those who were to speak have not spoken.
    """

    state: HeldState
    due: bool
    answered: str | None
    caller: str | None
    answered_by: str | None
    attempts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangementValues:
    """An arranged call. `effect`: why the proposal has none; then nothing can be agreed by it.

    `from_post`, `to_post`: who was to speak at first; `by_post`: who proposed it. `first`, `second`: who is to speak
    now, the proposer's first.
    `our_post`, `their_post`: the same, from here. `open`: it waits for an answer. `overdue`: an answer did not come in
    the agreed time. `stated_ms`: the proposer's own clock; every other instant is by ours. `messages`: numbers of
    messages about it, newest first.
    """

    number: str
    ours: bool
    proposer: str
    asked: str
    effect: str
    state: ArrangeState
    open: bool
    overdue: bool
    from_post: str
    to_post: str
    by_post: str
    first: str
    second: str
    our_post: str
    their_post: str
    media: str
    languages: tuple[str, ...]
    interpreter: bool
    words: str
    officer: str
    stated_ms: int
    arrived_ms: int
    changed_ms: int
    offers: tuple[ArrangedOfferValues, ...]
    agreed: AgreedCallValues | None
    held: HeldCallValues | None
    steps: tuple[ArrangedStepValues, ...]
    messages: tuple[str, ...]


def arrangement_values(arrangement: Arrangement, text: Text = exactly) -> ArrangementValues:
    """Give an arranged call; `text`: what becomes of each string that an author chose."""
    view = arrangement.view
    first, second = map(text, view.speakers)
    our_post, their_post = (first, second) if view.ours else (second, first)
    return ArrangementValues(
        number=view.number,
        ours=view.ours,
        proposer=view.proposer,
        asked=text(view.asked),
        effect=view.effect,
        state=view.state,
        open=view.is_open,
        overdue=any(each.is_overdue for each in view.awaited),
        from_post=text(view.from_post),
        to_post=text(view.to_post),
        by_post=text(view.by_post),
        first=first,
        second=second,
        our_post=our_post,
        their_post=their_post,
        media=view.media.name.lower(),
        languages=tuple(map(text, view.languages)),
        interpreter=view.interpreter,
        words=text(view.words),
        officer=text(view.officer),
        stated_ms=view.written_ms,
        arrived_ms=view.arrived_ms,
        changed_ms=view.changed_ms,
        offers=tuple(_offer(each, view, text) for each in view.offers),
        agreed=None if view.agreed is None else _agreed(view.agreed, text),
        held=None if arrangement.held is None else _held(arrangement.held, text),
        steps=tuple(_step(each, text) for each in view.steps),
        messages=arrangement.messages,
    )


def _window(window: Window) -> ArrangedWindowValues:
    return ArrangedWindowValues(start_ms=window.start_ms, end_ms=window.end_ms)


def _offer(offer: OfferView, view: ArrangementView, text: Text) -> ArrangedOfferValues:
    first, second = map(text, offer.speakers)
    return ArrangedOfferValues(
        number=offer.number,
        party=offer.party,
        ours=offer.ours,
        post=text(offer.post),
        officer=text(offer.officer),
        words=text(offer.words),
        windows=tuple(map(_window, offer.windows)),
        first=first,
        second=second,
        answers=text(view.asked if offer.party == view.proposer else view.proposer),
        stands=offer.stands,
        awaited=offer.is_awaited,
        overdue=offer.is_overdue,
        answered=offer.answered,
        written_ms=offer.written_ms,
        arrived_ms=offer.arrived_ms,
        due_ms=offer.due_ms,
        stopped_ms=offer.stopped_ms,
        left_ms=offer.left_ms,
    )


def _step(step: ArrangeStep, text: Text) -> ArrangedStepValues:
    return ArrangedStepValues(
        number=step.number,
        kind=kind_name(Kind(step.kind)),
        party=step.party,
        ours=step.ours,
        post=text(step.post),
        officer=text(step.officer),
        words=text(step.words),
        windows=tuple(map(_window, step.windows)),
        reason=None if step.reason is None else int(step.reason),
        named_post=text(step.named_post),
        written_ms=step.written_ms,
        arrived_ms=step.arrived_ms,
        effect=step.effect,
        crossed=step.crossed,
        state=step.state,
    )


def _agreed(agreed: AgreedCall, text: Text) -> AgreedCallValues:
    first, second = map(text, agreed.speakers)
    return AgreedCallValues(
        window=_window(agreed.window),
        first=first,
        second=second,
        number=agreed.number,
        party=agreed.party,
        arrived_ms=agreed.arrived_ms,
    )


def _held(held: Held, text: Text) -> HeldCallValues:
    call = held.answered
    return HeldCallValues(
        state=held.state,
        due=held.is_due,
        answered=None if call is None else call.number,
        caller=None if call is None else text(call.caller),
        answered_by=None if call is None else text(call.answered_by or ""),
        attempts=tuple(each.number for each in held.attempts),
    )
