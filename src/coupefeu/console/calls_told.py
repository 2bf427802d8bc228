"""A call as pages are given it: codes as lower-case names, every text of a person made safe to look at."""

from typing import Final

from coupefeu.console.calls_values import (
    CallLine,
    CallStepValues,
    CallValues,
    DiagnosisValues,
    MediaName,
    ReadingValues,
    RingingValues,
)
from coupefeu.model.calls import CallState, Media
from coupefeu.model.entry import Kind
from coupefeu.model.messages import Channel
from coupefeu.node.values import kind_name
from coupefeu.services.calls.diagnosis import Diagnosis
from coupefeu.services.calls.status import CallStep, CallView
from coupefeu.services.messages.display import show_line

MEDIA: Final[dict[Media, MediaName]] = {Media.TEXT: "text", Media.VOICE: "voice", Media.VIDEO: "video"}
MAX_STEPS: Final = 200
"""Of one call; a peer may write as many as it likes."""


def call_line(view: CallView) -> CallLine:
    """Give a call on one line of a list."""
    rings = [step for step in view.steps if step.kind is Kind.CALL_RINGING]
    return CallLine(
        number=view.number,
        party=view.party,
        ours=view.ours,
        from_post=show_line(view.from_post),
        to_post=show_line(view.to_post),
        precedence=view.precedence.name,
        media=MEDIA[view.media],
        officer=show_line(view.officer) or None,
        words=show_line(view.words),
        words_erased=view.words_erased,
        placed_ms=view.placed_ms,
        arrived_ms=view.arrived_ms,
        on_their_record_ms=view.on_their_record_ms,
        state=state_of(view),
        outcome=view.outcome,
        reason=None if view.reason is None else view.reason.name.lower(),
        ringing_ms=rings[0].arrived_ms if rings else None,
        rung_posts=tuple(map(show_line, view.rung_posts)),
        given_up_unrung=view.is_given_up_unrung,
        staffed_posts=tuple(dict.fromkeys(show_line(post) for step in rings for post in step.fact.staffed)),
        answered_by=show_line(view.answered_by) or None,
        answered_ms=view.answered_ms,
        deferred_to_post=show_line(view.deferred_to_post) or None,
        deferred_to_ms=view.deferred_to_ms,
        ended_ms=next((step.arrived_ms for step in view.steps if step.state is CallState.ENDED), None),
        duration_ms=view.duration_ms,
        effect=view.effect,
        channel=None if view.channel is None else Channel(view.channel).name,
        counterpart=show_line(view.counterpart),
    )


def state_of(view: CallView) -> CallState:
    """Say where it stands; that their node holds it is shown by its receipt, which is no entry."""
    is_held = view.state is CallState.PLACED and view.on_their_record_ms is not None
    return CallState.ON_THEIR_NODE if is_held else view.state


def call_values(view: CallView, diagnosis: Diagnosis | None) -> CallValues:
    """Give one call with its steps and what is shown of it; of very many steps the first and the last."""
    line = call_line(view)
    ours, theirs = view.fingerprints
    left_out = max(0, len(view.steps) - MAX_STEPS) + max(0, len(view.without_effect) - MAX_STEPS)
    return CallValues(
        **{name: getattr(line, name) for name in CallLine.__dataclass_fields__},
        steps=tuple(map(step_values, _some(view.steps))),
        without_effect=tuple(map(step_values, _some(view.without_effect))),
        steps_left_out=left_out,
        crossed=None if view.crossed is None else step_values(view.crossed),
        diagnosis=None if diagnosis is None else _diagnosed(diagnosis),
        our_fingerprint=None if ours is None else ours.hex(),
        their_fingerprint=None if theirs is None else theirs.hex(),
    )


def _diagnosed(diagnosis: Diagnosis) -> DiagnosisValues:
    return DiagnosisValues(
        by=diagnosis.by,
        verdict=diagnosis.verdict,
        readings=tuple(
            ReadingValues(
                signal=each.signal,
                says=each.says,
                since_ms=each.since_ms,
                posts=tuple(map(show_line, each.posts)),
                evidence=each.evidence,
            )
            for each in diagnosis.readings
        ),
        tried_by_ms=diagnosis.tried_by_ms,
        bound_by=show_line(diagnosis.bound_by),
    )


def ringing_values(line: CallLine) -> RingingValues:
    """Give of a call that rings what a locked console may name."""
    return RingingValues(
        number=line.number,
        party=line.party,
        from_post=line.from_post,
        precedence=line.precedence,
        ringing_ms=line.arrived_ms if line.ringing_ms is None else line.ringing_ms,
    )


def _some(steps: tuple[CallStep, ...]) -> tuple[CallStep, ...]:
    half = MAX_STEPS // 2
    return steps if len(steps) <= MAX_STEPS else (*steps[:half], *steps[-half:])


def step_values(step: CallStep) -> CallStepValues:
    """Give one entry about a call."""
    fact = step.fact
    return CallStepValues(
        number=step.number,
        kind=kind_name(step.kind),
        party=step.party,
        ours=step.ours,
        post=show_line(step.post),
        officer=show_line(step.officer) or None,
        machine=step.machine,
        written_ms=step.written_ms,
        arrived_ms=step.arrived_ms,
        words=show_line(step.words),
        words_erased=step.words_erased,
        media=None if fact.media is None else MEDIA[fact.media],
        reason=None if fact.reason is None else fact.reason.name.lower(),
        rung=fact.rung,
        posts=tuple(map(show_line, fact.posts)),
        staffed=tuple(map(show_line, fact.staffed)),
        outcome=step.outcome,
        to_post=show_line(fact.to_post) or None,
        to_ms=fact.to_ms,
        rang_ms=fact.rang_ms,
        heard_ms=fact.heard_ms,
        duration_ms=fact.duration_ms,
        cause=None if fact.cause is None else fact.cause.name.lower(),
        role=None if fact.role is None else fact.role.name.lower(),
        name=show_line(fact.name) or None,
        path=None if fact.path is None else fact.path.name.lower(),
        effect=step.effect,
    )
