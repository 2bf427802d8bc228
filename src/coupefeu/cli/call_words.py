"""An attempt in words: how it stands, and every entry about it; words of authors are made safe to look at."""

from collections.abc import Iterator

from coupefeu.cli.wrapping import wrap
from coupefeu.model.calls import CallState
from coupefeu.model.entry import Kind
from coupefeu.model.instant import format_date_time_group, format_second
from coupefeu.node.calling.values import ended_ms, first_ms
from coupefeu.services.calls.said import said_of_fact
from coupefeu.services.calls.status import CallStep, CallView
from coupefeu.services.messages.display import show_line
from coupefeu.services.messages.render import BAR
from coupefeu.services.messages.render_chain import format_duration
from coupefeu.words import label, say


def state_words(view: CallView, language: str) -> str:
    """Say in capitals how an attempt stands, or what became of it."""
    if view.state is CallState.ENDED and view.outcome is not None:
        return say(f"ui-ring-outcome-{view.outcome.value.replace('_', '-')}", language)
    posts = ", ".join(show_line(post) for post in view.rung_posts)
    return say(f"ui-ring-state-{view.state.value.replace('_', '-')}", language, posts=posts)


def summary_lines(view: CallView, language: str) -> list[str]:
    """Give an attempt in a few lines: which, from whom to whom, what became of it, when."""
    when = format_date_time_group(view.arrived_ms)
    posts = f"{show_line(view.from_post)} → {show_line(view.to_post)}"
    head = f"{view.number}  {_precedence(view, language)}  {posts}  {when}"
    return [head, *indent([f"{state_words(view, language)}{_why(view, language)}"])]


def call_lines(view: CallView, language: str) -> list[str]:
    """Give everything of an attempt: its times, what was written beside it, and every entry about it."""
    lines = summary_lines(view, language)
    lines += indent(_times(view, language))
    lines += _words(view.words, view.words_erased, language)
    lines += [""] if view.steps else []
    for step in view.steps:
        lines += step_lines(step, language)
    if view.without_effect:
        lines += ["", say("calls-text-without-effect", language)]
        for step in view.without_effect:
            lines += step_lines(step, language)
    return lines


def step_lines(step: CallStep, language: str) -> list[str]:
    """Give one entry: when by our clock, whose, what, and what it says."""
    by = say("machine", language) if step.machine else show_line(step.post)
    what = say(f"ui-kind-{step.kind.name.lower().replace('_', '-')}", language)
    lines = [f"  {format_second(step.arrived_ms)}  {step.party.upper()}  {what} ({by})  [{step.number}]"]
    for code, value in said_of_fact(step.kind, step.fact):
        name = say(f"ui-said-{code}", language)
        lines += wrap(f"      {label(name, value, language) if value else name}", "")
    return lines + _words(step.words, step.words_erased, language)


def _times(view: CallView, language: str) -> Iterator[str]:
    """Say when what happened, each by our own clock; what the caller's said is its claim."""
    placed = format_second(view.arrived_ms)
    if not view.ours:
        placed += f" ({say('claimed', language, time=format_second(view.placed_ms))})"
    yield label(say("calls-text-placed", language), placed, language)
    times = {
        "calls-text-on-their-record": view.on_their_record_ms,
        "calls-text-rang": first_ms(view, Kind.CALL_RINGING),
        "calls-text-answered": view.answered_ms,
        "calls-text-ended": ended_ms(view),
    }
    for key, time_ms in times.items():
        if time_ms is not None:
            yield label(say(key, language), format_second(time_ms), language)
    if view.duration_ms is not None:
        yield label(say("calls-text-duration", language), format_duration(view.duration_ms), language)


def _precedence(view: CallView, language: str) -> str:
    code = view.precedence.name
    local = say(f"precedence-{code.lower()}", language)
    return code if local == code else f"{code} ({local})"


def _why(view: CallView, language: str) -> str:
    """Say the reason beside an outcome: that no ring is shown, why declined, to whom put off, who answered."""
    parts = []
    if view.is_given_up_unrung:
        parts.append(say("ui-ring-not-shown-to-ring", language))
    if view.reason is not None:
        parts.append(say(f"ui-said-call-reason-{int(view.reason)}", language))
    if view.deferred_to_post:
        parts.append(show_line(view.deferred_to_post))
    if view.deferred_to_ms is not None:
        parts.append(say("ui-ring-deferred-until", language, time=format_second(view.deferred_to_ms)))
    if view.answered_by:
        parts.append(show_line(view.answered_by))
    return f": {', '.join(parts)}" if parts else ""


def _words(words: str, is_erased: bool, language: str) -> list[str]:
    if is_erased:
        return [f"    ({say('act-erased', language)})"]
    return [f"{BAR}{show_line(words)}"] if words else []


def indent(lines: Iterator[str] | list[str]) -> list[str]:
    """Set lines in, and fold those that are longer than a terminal."""
    return [folded for line in lines for folded in wrap(f"    {line}", "")]
