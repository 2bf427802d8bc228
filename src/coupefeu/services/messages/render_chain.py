"""The chain as plain text: who did what, when by our clock, and how it stands against the agreed deadline.

What people wrote comes after all that we say of an act, a label at the end of its line and a text behind a bar of its
own, so that neither can imitate a post, a time or a number.
"""

from collections.abc import Sequence
from dataclasses import replace

from coupefeu.model.entry import Kind
from coupefeu.model.instant import format_second
from coupefeu.model.messages import OutcomeCode
from coupefeu.services.messages.display import show_line
from coupefeu.services.messages.facts import Act
from coupefeu.services.messages.readback import Difference, DifferenceKind, Verdict
from coupefeu.services.messages.status import ActView, Clock, MessageStatus, PartyChain, Step, StepName
from coupefeu.words import has, label, say

_IN_RUNS = frozenset({DifferenceKind.MISSING, DifferenceKind.EXTRA})


def chain_lines(chain: PartyChain, status: MessageStatus, language: str) -> list[str]:
    """Write the chain at one party, a line per step and per act; machine steps say so."""
    lines = [say("chain", language, party=chain.party.upper())]
    for step in chain.steps:
        lines += step_lines(step, status, language)
    for act in status.say_again:
        field = act.act.field
        words = say("say-again", language) if field is None else _again(field, language)
        said = f"{show_line(act.post)} {format_second(act.when_ms)} [{act.number}]{_officer(act)}"
        lines += [f" - {label(words, said, language)}", *_text_lines(act)]
    return lines


def step_lines(step: Step, status: MessageStatus, language: str) -> list[str]:
    """Write one step: its name in the agreed words, its state, its clock, and each act behind it."""
    lines = [f" - {label(step_words(step, language), _state(step, status, language), language)}"]
    for act in step.acts:
        lines += [f"     {act_words(act, language)}", *_text_lines(act)]
        if act.verdict is not None:
            lines += [f"       {line}" for line in verdict_lines(act.verdict, language)]
        lines += [f"       {say(f'time-{mark}', language)}" for mark in act.time_marks]
    return lines


def step_words(step: Step, language: str) -> str:
    """Give the name of a step, `(machine)` behind those that are facts about machines."""
    key = f"step-{step.name}"
    if step.name is StepName.SHOWN and step.idle and step.done:
        key += "-idle"
    name = say(key, language, screens=step.screens)
    return f"{name} ({say('machine', language)})" if step.machine else name


def _state(step: Step, status: MessageStatus, language: str) -> str:
    if step.name is StepName.READ_BACK and not status.critical:
        return say("not-asked", language)
    when = say("not-yet", language) if step.when_ms is None else format_second(step.when_ms)
    return when if step.clock is None else f"{when}; {clock_words(step.clock, language, done=step.done)}"


def clock_words(clock: Clock, language: str, *, done: bool = False) -> str:
    """Say how a clock stands: left, overdue, met or missed; or stopped by another act, the step not done."""
    time, due = format_duration(abs(clock.left_ms)), format_second(clock.due_ms)
    if clock.running:
        return say("clock-overdue" if clock.overdue else "clock-left", language, time=time, due=due)
    if not done:
        return say("clock-stopped-late" if clock.overdue else "clock-stopped", language, time=time)
    return say("clock-missed" if clock.overdue else "clock-met", language, time=time)


def format_duration(duration_ms: int) -> str:
    """`1:04:05`: hours, minutes, seconds."""
    seconds = duration_ms // 1000
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def act_words(act: ActView, language: str) -> str:
    """Say who acted, when by our clock, and when by theirs where that is another second."""
    when, claimed = format_second(act.when_ms), format_second(act.claimed_ms)
    parts = [
        _outcome(act, language),
        show_line(act.post),
        when,
        "" if claimed == when else f"({say('claimed', language, time=claimed)})",
        f"[{act.number}]",
    ]
    erased = f" ({say('act-erased', language)})" if act.erased else ""
    return " ".join(part for part in parts if part) + _officer(act) + erased


def _outcome(act: ActView, language: str) -> str:
    if act.form is not None:
        return say("by-reply", language, number=act.number)
    words = outcome_words(act.kind, act.act, language)
    return f"{words}," if words else ""


def outcome_words(kind: int, act: Act, language: str) -> str:
    """Say what became of a message: PASSED TO, STOPPED AT what time, CANNOT; its text, to whom or why, stands apart."""
    outcome = OutcomeCode.PASSED_TO if kind == Kind.PASSED_TO else act.outcome
    if outcome is None:
        return ""
    words = say(f"outcome-{int(outcome)}", language)
    if outcome is OutcomeCode.STOPPED_AT and act.time_ms is not None:
        return f"{words} {format_second(act.time_ms)}"
    return words


def _officer(act: ActView) -> str:
    """Give the label that stood beside a post: a name on a label proves no person."""
    return f" ({show_line(act.act.officer)})" if act.act.officer else ""


def _text_lines(act: ActView) -> list[str]:
    return [f"       | {show_line(act.act.text)}"] if act.act.text else []


def _again(field: int, language: str) -> str:
    return say("say-again-field", language, field=str(field + 1))


def verdict_lines(verdict: Verdict, language: str) -> list[str]:
    """Write a read-back: field by field what was sent and typed, and every difference by name."""
    lines = [say("read-back-matches" if verdict.matches else "read-back-differs", language)]
    for field in verdict.fields:
        if field.differences:
            kind = say(f"field-{field.field.kind}", language)
            typed = show_line(field.typed) if field.typed.strip() else say("nothing", language)
            lines.append(label(kind, f"{show_line(field.field.value)} / {typed}", language))
            if field.typed.strip():
                lines += [f"  {difference_words(each, language)}" for each in joined(field.differences)]
    lines += [say("difference-surplus", language, typed=show_line(text)) for text in verdict.surplus]
    return lines


def joined(differences: Sequence[Difference]) -> list[Difference]:
    """Join neighbours that are missing, or too much, into one difference: a whole word left out is one line."""
    found: list[Difference] = []
    for each in differences:
        last = found[-1] if found else None
        if last is not None and last.kind is each.kind and _follows(last, each):
            found[-1] = replace(last, sent=last.sent + each.sent, typed=last.typed + each.typed)
        else:
            found.append(each)
    return found


def _follows(last: Difference, each: Difference) -> bool:
    if each.kind is DifferenceKind.MISSING:
        return each.position == last.position + len(last.sent)
    return each.kind is DifferenceKind.EXTRA and each.position == last.position


def difference_words(difference: Difference, language: str) -> str:
    """Name a difference that may not be visible."""
    if len(difference.sent + difference.typed) > 1 and difference.kind in _IN_RUNS:
        sent, typed = f'"{show_line(difference.sent)}"', f'"{show_line(difference.typed)}"'
    else:
        sent, typed = (name or say("nothing", language) for name in difference.names)
    return say(f"difference-{difference.kind}", language, sent=sent, typed=typed)


def effect_words(effect: str, language: str) -> str:
    """Say why something has no effect, from its code; a code of a newer rule is shown as it is."""
    key = f"effect-{effect.replace('_', '-')}"
    if has(key):
        return say(key, language)
    family, _, part = effect.partition("_")
    part_key = f"part-{part.replace('_', '-')}"
    if has(f"effect-{family}") and has(part_key):
        return say(f"effect-{family}", language, part=say(part_key, language))
    return say("effect-other", language, part=effect)
