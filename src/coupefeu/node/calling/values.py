"""Calls as values for programs: keys are stable, instants are UTC milliseconds, `null` where there is none."""

from typing import Any

from coupefeu.model.calls import CallState
from coupefeu.model.entry import Kind
from coupefeu.node.values import Text, exactly
from coupefeu.services.calls.diagnosis import Diagnosis
from coupefeu.services.calls.status import CallStep, CallView


def call_values(view: CallView, *, text: Text = exactly) -> dict[str, Any]:
    """Give an attempt; `text`: what becomes of each string that an author chose.

    `placed_ms` is what the caller's clock said; every other time is our own clock's.
    """
    return {
        "id": view.number,
        "from": text(view.from_post),
        "to": text(view.to_post),
        "party": view.party,
        "ours": view.ours,
        "state": view.state.value,
        "outcome": None if view.outcome is None else view.outcome.value,
        "precedence": view.precedence.name,
        "media": view.media.name.lower(),
        "words": text(view.words),
        "officer": text(view.officer),
        "placed_ms": view.placed_ms,
        "arrived_ms": view.arrived_ms,
        "on_their_record_ms": view.on_their_record_ms,
        "rang_ms": first_ms(view, Kind.CALL_RINGING),
        "outcome_ms": None if view.outcome_step is None else view.outcome_step.arrived_ms,
        "ended_ms": ended_ms(view),
        "duration_ms": view.duration_ms,
        "rung_posts": [text(each) for each in view.rung_posts],
        "answered_by": text(view.answered_by) or None,
        "reason": None if view.reason is None else view.reason.name.lower(),
        "deferred_to_post": text(view.deferred_to_post) or None,
        "deferred_to_ms": view.deferred_to_ms,
        "heard_ms": None if view.outcome_step is None else view.outcome_step.fact.heard_ms,
        "crossed": None if view.crossed is None else step_values(view.crossed, text=text),
        "steps": [step_values(each, text=text) for each in (*view.steps, *view.without_effect)],
    }


def step_values(step: CallStep, *, text: Text = exactly) -> dict[str, Any]:
    """Give one entry about an attempt; `effect`: why it has none ("" when it has)."""
    return {
        "id": step.number,
        "kind": step.kind.name.lower(),
        "party": step.party,
        "by": "machine" if step.machine else "person",
        "post": text(step.post),
        "officer": text(step.officer),
        "words": text(step.words),
        "written_ms": step.written_ms,
        "arrived_ms": step.arrived_ms,
        "state": step.state.value,
        "effect": step.effect,
    }


def first_ms(view: CallView, kind: Kind) -> int | None:
    """Say when the first entry of a kind that has effect was stored here."""
    return next((step.arrived_ms for step in view.steps if step.kind == kind), None)


def ended_ms(view: CallView) -> int | None:
    """Say when it ended, by our own clock; None: it is open."""
    return next((step.arrived_ms for step in view.steps if step.state is CallState.ENDED), None)


def diagnosis_values(diagnosis: Diagnosis) -> dict[str, Any]:
    """Give what is shown of an attempt: the verdict, by when and by whose signature, and the three signals."""
    return {
        "by": diagnosis.by,
        "verdict": diagnosis.verdict,
        "tried_by_ms": diagnosis.tried_by_ms,
        "bound_by": diagnosis.bound_by or None,
        "signals": [
            {
                "signal": reading.signal.value,
                "says": reading.says.value,
                "since_ms": reading.since_ms,
                "posts": list(reading.posts),
                "evidence": reading.evidence or None,
            }
            for reading in diagnosis.readings
        ],
    }
