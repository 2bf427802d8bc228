"""A message and its chain as JSON: the keys are stable, instants are UTC milliseconds, texts are exact."""

from typing import Any

from coupefeu.model.entry import Kind
from coupefeu.model.messages import Channel, Content, Operative, OutcomeCode, format_number
from coupefeu.services.base import Context
from coupefeu.services.messages.alarms import Alarm
from coupefeu.services.messages.enclosed import AttachmentView
from coupefeu.services.messages.readback import Verdict
from coupefeu.services.messages.status import ActView, Clock, MessageStatus, Step


def message_values(status: MessageStatus) -> dict[str, Any]:
    """Give one message; `text` is exactly what was written, `shown` what is safe to put on a screen."""
    return {
        "number": status.number,
        "ours": status.ours,
        "form": name_of(status.form),
        "subject": None if status.subject is None else status.subject.value,
        "precedence": status.precedence.name,
        "from_post": status.from_post,
        "to_posts": list(status.to_posts),
        "language": status.language,
        "agreement_version": status.agreement_version,
        "arrived_ms": status.arrived_ms,
        "claimed_ms": status.claimed_ms,
        "time_marks": [mark.value for mark in status.time_marks],
        **content_values(status.content),
        "text": status.original,
        "shown": status.shown.text,
        "marked": [{"what": each.what.value, "name": each.name} for each in status.shown.findings],
        "critical": [field.kind.value for field in status.critical],
        "attachments": [attachment_values(each) for each in status.attachments],
        "effect": status.effect,
        "proof_follows": status.proof_follows,
        "about": status.about or None,
        "corrected_by": list(status.corrected_by),
        "cancelled_by": list(status.cancelled_by),
        "replies": list(status.replies),
        "one_sided": status.one_sided,
        "open": bool(status.waiting),
        "overdue": status.overdue,
        "sounds": status.sounds,
        "say_again": [act_values(each) for each in status.say_again],
        "confirmations": [act_values(each) for each in status.confirmations],
        "without_effect": [act_values(each) for each in status.without_effect],
        "chains": {chain.party: [step_values(step) for step in chain.steps] for chain in status.chains},
    }


def attachment_values(attachment: AttachmentView) -> dict[str, Any]:
    """Give one attachment that a message promises; `state` is held, awaited, beyond or not-ours."""
    return {
        "number": attachment.number,
        "name": attachment.name,
        "size": attachment.size,
        "commitment": attachment.commitment.hex(),
        "state": attachment.state.value,
    }


def alarm_values(alarm: Alarm, context: Context) -> dict[str, Any]:
    """Give one thing that sounds; more than one message is a flood of that party's, collapsed."""
    return {
        "party": alarm.party,
        "messages": [format_number(message, context.parties) for message in alarm.messages],
        "first_ms": alarm.first_ms,
        "last_ms": alarm.last_ms,
        "per_minute": alarm.per_minute,
    }


def content_values(content: Content | None) -> dict[str, Any]:
    """Give the coded fields of a message."""
    if content is None:
        return {}
    return {
        "officer": content.officer or None,
        "operative": None if content.operative is None else Operative(content.operative).name,
        "place": content.place or None,
        "time_ms": content.time_ms,
        "numbers": list(content.numbers),
        "passages": list(content.passages),
        "phrase": content.phrase,
        "slots": list(content.slots),
        "channel": None if content.channel is None else Channel(content.channel).name,
        "counterpart": content.counterpart or None,
        "template": content.template,
    }


def step_values(step: Step) -> dict[str, Any]:
    """Give one step of a chain."""
    return {
        "step": step.name.value,
        "machine": step.machine,
        "done": step.done,
        "when_ms": step.when_ms,
        "screens": step.screens,
        "idle": step.idle,
        "clock": None if step.clock is None else clock_values(step.clock),
        "acts": [act_values(each) for each in step.acts],
    }


def clock_values(clock: Clock) -> dict[str, Any]:
    """Give a deadline; `left_ms` is negative once it is overdue."""
    return {
        "due_ms": clock.due_ms,
        "left_ms": clock.left_ms,
        "running": clock.running,
        "overdue": clock.overdue,
    }


def act_values(act: ActView) -> dict[str, Any]:
    """Give one act about a message."""
    return {
        "number": act.number,
        "kind": kind_name(act.kind),
        "party": act.party,
        "post": act.post,
        "officer": act.act.officer or None,
        "text": act.act.text or None,
        "outcome": None if act.act.outcome is None else OutcomeCode(act.act.outcome).name,
        "time_ms": act.act.time_ms,
        "field": None if act.act.field is None else act.act.field + 1,
        "screens": act.act.screens or None,
        "when_ms": act.when_ms,
        "claimed_ms": act.claimed_ms,
        "time_marks": [mark.value for mark in act.time_marks],
        "effect": act.effect,
        "verdict": None if act.verdict is None else verdict_values(act.verdict),
    }


def verdict_values(verdict: Verdict) -> dict[str, Any]:
    """Give a read-back, field by field."""
    return {
        "matches": verdict.matches,
        "fields": [
            {
                "kind": field.field.kind.value,
                "sent": field.field.value,
                "typed": field.typed,
                "differences": [
                    {"kind": each.kind.value, "position": each.position, "sent": each.names[0], "typed": each.names[1]}
                    for each in field.differences
                ],
            }
            for field in verdict.fields
        ],
        "surplus": list(verdict.surplus),
    }  # fmt: skip


def name_of(form: Any) -> str | None:
    """Give the name of a form as `--form` has it; None for one that is not known."""
    return None if form is None else str(form.name).lower().replace("_", "-")


def kind_name(kind: int | None) -> str:
    """Name a kind of entry."""
    if kind is None:
        return "UNREADABLE"
    return Kind(kind).name if kind in set(Kind) else f"UNKNOWN {kind}"
