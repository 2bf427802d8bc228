"""What `coupefeu incident` prints: an incident in words of one language, each time UTC.

How it stands and what is owed comes first, then both versions side by side, then every word about it. What nobody
stated says so; what an author wrote is shown as written.
"""

from collections.abc import Iterator

from coupefeu.model.duration import format_duration
from coupefeu.model.instant import format_second
from coupefeu.model.messages import format_number
from coupefeu.node.values import kind_name
from coupefeu.services.incidents.render import compared_text, stated_fields
from coupefeu.services.incidents.rules import effect_words
from coupefeu.services.incidents.said import act_rows, code_name
from coupefeu.services.incidents.status import (
    Candidate,
    Compared,
    IncidentView,
    QueryView,
    ReplyView,
    StepView,
)
from coupefeu.services.messages.display import show_line
from coupefeu.services.said import said_key
from coupefeu.words import label, say

_INDENT = "   "


def summary_lines(view: IncidentView, language: str) -> list[str]:
    """Say in a few lines what it is, how it stands, and what is owed."""
    form = "" if view.form is None else say(f"incident-form-{code_name(view.form)}", language)
    lines = [f"{view.number}  {say(f'incident-state-{view.state.value}', language)}  {form}".rstrip()]
    if view.effect:
        lines.append(say("incident-no-effect", language, why=effect_words(view.effect, language)))
    time, post = format_second(view.said_ms), show_line(view.post)
    precedence = say(f"precedence-{view.precedence.name.lower()}", language)
    lines.append(say("incident-reported", language, time=time, post=post, precedence=precedence))
    for query in view.queries:
        lines += _query_marks(query, language)
    return [lines[0], *(f"{_INDENT}{each}" for each in lines[1:])]


def incident_lines(view: IncidentView, parties: tuple[str, ...], language: str) -> list[str]:
    """Say all of it."""
    lines = summary_lines(view, language)
    if view.notice is not None:
        lines += [f"{_INDENT}{each}" for each in _notice(view, parties, language)]
    lines += ["", *(f"{_INDENT}{each}" for each in _sides(view, language))]
    for query in view.queries:
        lines += ["", *(f"{_INDENT}{each}" for each in _query(query, language))]
    lines += ["", say("incident-thread", language), *(_step(each, language) for each in view.steps)]
    beyond = [
        say("incident-beyond", language, count=each.beyond, number=each.number) for each in _flooded(view)
    ]
    return [*lines, *beyond]


def _flooded(view: IncidentView) -> Iterator[IncidentView]:
    return (each for each in (view, view.paired) if each is not None and each.beyond)


def candidate_line(found: Candidate, language: str) -> str:
    """Say how near an incident of the other side lies."""
    away = (
        say("incident-away-unknown", language)
        if found.distance_m is None
        else say("incident-away", language, distance=f"{found.distance_m:,}")
    )
    gap = say("incident-gap", language, time=format_duration(found.gap_ms // 1_000))
    form = (
        ""
        if found.incident.form is None
        else say(f"incident-form-{code_name(found.incident.form)}", language)
    )
    parts = [f"{found.incident.number}  {form}", away, gap]
    return ", ".join(parts + ([say("incident-by-report", language)] if found.is_by_report else []))


def _notice(view: IncidentView, parties: tuple[str, ...], language: str) -> Iterator[str]:
    assert view.notice is not None
    number = format_number(view.notice, parties)
    count = None if view.fact is None else view.fact.acknowledgements
    named = ", ".join(format_number(each, parties) for each in view.held)
    said = (
        say("incident-notice-alone", language, number=number)
        if count is None
        else say("incident-notice", language, number=number, count=count)
    )
    yield f"{said} [{named}]" if named else said
    if view.notice_effect:
        yield effect_words(view.notice_effect, language)


def _sides(view: IncidentView, language: str) -> Iterator[str]:
    """Say what each side states, side by side where both do."""
    if view.paired is None:
        yield from _alone(view, language)
        yield say("incident-not-paired", language)
        return
    paired = view.paired
    yield say("incident-paired", language, party=paired.party.upper(), number=paired.number)
    if view.is_pairing_disputed:
        yield say("incident-pairing-disputed", language)
    for field in view.compared:
        name = say(f"incident-field-{field.field.replace('_', '-')}", language)
        how = say(f"incident-compared-{field.how.value}", language)
        ours, theirs = (
            _text(field.field, compared_text(each), language) for each in (field.ours, field.theirs)
        )
        is_nothing = field.how is Compared.NOT_STATED
        sides = "" if is_nothing else f"  {say('incident-sides', language, ours=ours, theirs=theirs)}"
        yield f"{label(name, how, language)}{sides}"
    for side in (view, paired):
        if side.fact is not None and side.fact.words:
            yield f"{side.number}  {show_line(side.fact.words)}"


def _alone(view: IncidentView, language: str) -> Iterator[str]:
    if view.fact is None:
        return
    for name, value in stated_fields(view.fact):
        field = say(f"incident-field-{name.replace('_', '-')}", language)
        yield label(field, _text(name, value, language), language)
    if view.fact.words:
        yield show_line(view.fact.words)


def _text(field: str, value: str, language: str) -> str:
    if not value:
        return say("incident-not-stated", language)
    if field == "coordinated":
        return say(f"incident-{value}", language)
    return say(f"incident-form-{value}", language) if field == "form" else show_line(value)


def _query_marks(query: QueryView, language: str) -> Iterator[str]:
    """Say what an officer has to see at once: what is due, what went by default, whether a meeting is due."""
    due, meeting_due = format_second(query.due_ms), query.meeting_due_ms
    if query.is_overdue:
        yield say("incident-overdue", language, time=due)
    elif query.is_open:
        yield say("incident-due", language, time=due)
    elif query.is_default:
        yield say("incident-default", language, time=due)
    if query.met_ms is None and meeting_due is not None:
        key = "incident-meeting-overdue" if query.is_meeting_overdue else "incident-meeting-due"
        yield say(key, language, time=format_second(meeting_due))


def _query(query: QueryView, language: str) -> Iterator[str]:
    what = say(f"incident-asks-{query.asks.name.lower()}", language)
    time, of = format_second(query.said_ms), query.of.upper()
    yield say(
        "incident-query",
        language,
        number=query.number,
        what=what,
        party=query.party.upper(),
        of=of,
        time=time,
    )
    if query.at_ms is not None:
        yield label(say("incident-field-time", language), format_second(query.at_ms), language)
    if query.words:
        yield show_line(query.words)
    yield from _query_marks(query, language)
    if query.met_ms is not None:
        yield say("incident-met", language, time=format_second(query.met_ms))
    for reply in query.replies:
        yield from _reply(reply, language)


def _reply(reply: ReplyView, language: str) -> Iterator[str]:
    time = format_second(reply.said_ms)
    late = f"  {say('incident-late', language)}" if reply.is_late else ""
    said = say("incident-replied", language, number=reply.number, party=reply.party.upper(), time=time)
    yield f"{said}{late}"
    for code, value in act_rows(reply.fact):
        yield f"{_INDENT}{label(say(said_key(code), language), show_line(value), language)}"


def _step(step: StepView, language: str) -> str:
    kind = say(f"ui-kind-{kind_name(step.kind).lower().replace('_', '-')}", language)
    said = [] if step.step is None else [say(f"incident-step-{code_name(step.step)}", language)]
    said += [] if step.closure is None else [say(f"incident-closure-{code_name(step.closure)}", language)]
    what = "".join(f"  {each}" for each in said)
    words = f"  {show_line(step.words)}" if step.words else ""
    why = effect_words(step.effect, language) if step.effect else ""
    effect = f"  {say('incident-no-effect', language, why=why)}" if why else ""
    post = show_line(step.post)
    return f"{_INDENT}{step.number}  {format_second(step.said_ms)}  {post}  {kind}{what}{words}{effect}"
