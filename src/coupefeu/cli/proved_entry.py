"""What one proved entry says, in words and as JSON: a stranger who has nothing else reads a WARNING or an OUTCOME."""

from typing import Any

import msgspec

from coupefeu.model.agreement import Agreement
from coupefeu.model.entry import Head, Kind
from coupefeu.model.instant import format_instant
from coupefeu.model.logs import is_log
from coupefeu.model.messages import OutcomeCode, format_number
from coupefeu.node.values import content_values, form_name, kind_name
from coupefeu.services.incidents.facts import KINDS as INCIDENTS
from coupefeu.services.line_state.facts import KINDS as LINE_STATES
from coupefeu.services.messages.display import show, show_line
from coupefeu.services.messages.facts import ACTS, read_act
from coupefeu.services.messages.forms import read_content
from coupefeu.services.messages.render import coded_lines
from coupefeu.services.messages.render_chain import outcome_words
from coupefeu.services.notices.facts import KINDS as NOTICES
from coupefeu.services.passing.facts import KINDS as PASSING
from coupefeu.services.persons.facts import KINDS as PERSONS
from coupefeu.services.said import said_in, said_key
from coupefeu.services.said_persons import said_of_person
from coupefeu.services.watch.facts import KINDS as WATCHES
from coupefeu.services.watch.facts import read_watch
from coupefeu.words import label, say

LANGUAGE = "en"
"""Of `coupefeu verify`, as of all that is not said to an officer."""
_UNREADABLE = "Its content cannot be read here."
_MESSAGES = frozenset({Kind.MESSAGE, Kind.LINE_TEST})


def entry_lines(head: Head, body: bytes | None, agreement: Agreement | None) -> list[str]:
    """Say what kind of entry it is and whose, about what, and what it says; the author's text behind a bar."""
    posts = f"from {show_line(head.from_post)} to {', '.join(map(show_line, head.to_posts))}"
    about = "".join(f", about {name}" for name in _references(head, agreement))
    written = f"its author wrote the time {format_instant(head.written_ms)}"
    lines = [f"It is: {kind_name(head.kind)}, {head.precedence.name}, {posts}{about}; {written}."]
    if body is None:
        return lines
    if head.kind in _MESSAGES:
        return lines + _message_lines(body)
    if head.kind in WATCHES:
        return lines + _watch_lines(head.kind, body)
    if head.kind in PERSONS:
        return lines + _person_lines(head.kind, body)
    if head.kind in NOTICES | PASSING | INCIDENTS | LINE_STATES:
        said = said_in(head, body, () if agreement is None else agreement.party_ids)
        rows = [f"It says: {label(say(said_key(code), LANGUAGE), value, LANGUAGE)}" for code, value in said]
        return lines + (rows or [_UNREADABLE])
    return lines + (_act_lines(head.kind, body) if head.kind in ACTS else [])


def _message_lines(body: bytes) -> list[str]:
    content, _ = read_content(body)
    if content is None:
        return [_UNREADABLE]
    lines = [f"It says: {say(f'form-{int(content.form)}', LANGUAGE)}, {content.subject.value}."]
    lines += [f"  {line}" for line in coded_lines(content, LANGUAGE)]
    if content.text:
        lines += ["Its text:", *(f"  | {line}" for line in show(content.text).text.split("\n"))]
    return lines


def _person_lines(kind: int, body: bytes) -> list[str]:
    said = list(said_of_person(kind, body))
    rows = [(say(f"ui-said-{code}", LANGUAGE), value) for code, value in said if code != "text"]
    lines = [f"It says: {label(name, value, LANGUAGE)}" for name, value in rows]
    text = [line for code, value in said if code == "text" for line in value.split("\n")]
    return lines + (["On the screen stood:", *(f"  | {line}" for line in text)] if text else [])


def _act_lines(kind: int, body: bytes) -> list[str]:
    act, defect = read_act(kind, body)
    if defect == "unreadable_body":
        return [_UNREADABLE]
    said = [outcome_words(kind, act, LANGUAGE), *(f"typed: {show_line(typed)}" for typed in act.typed)]
    lines = [f"It says: {words}" for words in said if words]
    return lines + (["Its text:", f"  | {show_line(act.text)}"] if act.text else [])


def _watch_lines(kind: int, body: bytes) -> list[str]:
    fact, defect = read_watch(kind, body)
    if defect:
        return [_UNREADABLE]
    alarm = (
        [] if fact.heard is None else [f"It says: the alarm was {'heard' if fact.heard else 'not heard'}."]
    )
    return alarm + (["Its label:", f"  | {show_line(fact.officer)}"] if fact.officer else [])


def entry_values(head: Head, body: bytes | None, agreement: Agreement | None) -> dict[str, Any]:
    """Give the same as JSON; `content` and `act` are null where the entry is no such thing, or its body not shown."""
    content = read_content(body)[0] if body is not None and head.kind in _MESSAGES else None
    act = read_act(head.kind, body)[0] if body is not None and head.kind in ACTS else None
    return {
        "kind": head.kind,
        "kind_name": kind_name(head.kind),
        "from_post": head.from_post,
        "to_posts": list(head.to_posts),
        "precedence": head.precedence.name,
        "written_ms": head.written_ms,
        "about": _references(head, agreement),
        "content": None
        if content is None
        else {"form": form_name(content.form), "subject": content.subject.value, "text": content.text}
        | msgspec.to_builtins(content_values(content)),
        "act": None
        if act is None
        else {
            "outcome": None if act.outcome is None else OutcomeCode(act.outcome).name,
            "time_ms": act.time_ms,
            "text": act.text or None,
            "typed": list(act.typed),
        },
    }


def _references(head: Head, agreement: Agreement | None) -> list[str]:
    """Name what it refers to: US/14, where the agreement that names the logs is shown."""
    parties = () if agreement is None else agreement.party_ids
    return [
        format_number((each.log, each.index), parties)
        if is_log(each.log, len(parties))
        else f"entry {each.index:,} of log {each.log}"
        for each in head.references
    ]
