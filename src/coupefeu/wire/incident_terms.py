"""`[line_state]`, `[incidents]` and `[[triggers]]` of the agreement.

    [line_state]     calls_when_suspended = true     flash_when_suspended = true     messages_when_suspended = true
    [incidents]      match_distance_m = 20000        match_time = "2h"     reply = "48h"     meeting = "48h"
    [[triggers]]     id = "accidental-launch"        form = "accidental_launch"              precedence = "FLASH"
                     to = ["us.duty", "ru.duty"]     en = "Accidental launch"     fr = "..."     ru = "..."

Every table is optional, and whole where it stands; what is absent is as it is where nothing is agreed. `to` of a
trigger is optional: without it, the duty desks of the others.
"""

from collections.abc import Sequence
from typing import Final

from coupefeu.model.agreement import Post
from coupefeu.model.duration import format_duration
from coupefeu.model.incidents import USUAL_TRIGGERS, IncidentForm, IncidentTerms, Trigger
from coupefeu.model.languages import DISPLAY_LANGUAGES
from coupefeu.model.line_state import LineStateTerms
from coupefeu.model.precedence import Precedence
from coupefeu.wire.deceptive import find_foreign_word
from coupefeu.wire.toml import Table

MAX_TRIGGERS: Final = 32
MAX_MATCH_DISTANCE_M: Final = 1_000_000
MAX_MATCH_TIME_S: Final = 30 * 86_400
MAX_ANSWER_S: Final = 366 * 86_400
_ID: Final = "[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?"
_POST_ID: Final = "[a-z][a-z0-9]{0,15}\\.[a-z][a-z0-9-]{0,23}"


def parse_line_state_terms(root: Table) -> LineStateTerms:
    """Read what still passes on a suspended line. Raises: PeerError `wire.toml.*`, with the field."""
    if not root.has("line_state"):
        return LineStateTerms()
    table = root.table("line_state")
    terms = LineStateTerms(
        calls=table.flag("calls_when_suspended"),
        flash=table.flag("flash_when_suspended"),
        messages=table.flag("messages_when_suspended"),
    )
    if terms.messages and not terms.flash:
        raise table.fault(
            "flash_when_suspended",
            "bad_value",
            "is false, and messages of every precedence pass",
            "let FLASH pass, or no message at all",
        )
    table.finish()
    return terms


def parse_incident_terms(root: Table) -> IncidentTerms:
    """Read how near versions lie, and the deadlines. Raises: PeerError `wire.toml.*`, with the field."""
    if not root.has("incidents"):
        return IncidentTerms()
    table = root.table("incidents")
    terms = IncidentTerms(
        match_distance_m=table.integer("match_distance_m", 0, MAX_MATCH_DISTANCE_M),
        match_time_s=table.duration_s("match_time", least_s=0, most_s=MAX_MATCH_TIME_S),
        reply_s=table.duration_s("reply", least_s=60, most_s=MAX_ANSWER_S),
        meeting_s=table.duration_s("meeting", least_s=60, most_s=MAX_ANSWER_S),
    )
    table.finish()
    return terms


def parse_triggers(root: Table, posts: Sequence[Post]) -> tuple[Trigger, ...]:
    """Read the trigger list. Raises: PeerError `wire.toml.*`, with the field."""
    if not root.has("triggers"):
        return USUAL_TRIGGERS
    found: list[Trigger] = []
    for row in root.tables("triggers", least=1, most=MAX_TRIGGERS):
        trigger = _trigger(row, posts)
        if trigger.id in {each.id for each in found}:
            raise row.fault("id", "twice", f"trigger {trigger.id!r} is there twice")
        found.append(trigger)
    return tuple(found)


def _trigger(row: Table, posts: Sequence[Post]) -> Trigger:
    names = {language: row.text(language) for language in DISPLAY_LANGUAGES}
    for language, name in names.items():
        if word := find_foreign_word(name, language):
            raise row.fault(language, "deceptive_text", f"{word!r} is not in the letters of {language!r}")
    trigger = Trigger(
        id=row.text("id", _ID, "1 to 40 of a-z, 0-9, hyphen"),
        form=IncidentForm[
            row.text("form", "|".join(IncidentForm.__members__).lower(), "a form of incident").upper()
        ],
        precedence=Precedence[row.text("precedence", "|".join(Precedence.__members__), "a precedence")],
        to=row.texts("to", _POST_ID, 'posts such as "us.duty"') if row.has("to") else (),
        **names,
    )
    unknown = [each for each in trigger.to if each not in {post.id for post in posts}]
    if unknown:
        raise row.fault("to", "unknown_post", f"{unknown[0]!r} is not a post of this agreement")
    parties = {each.partition(".")[0] for each in trigger.to}
    if trigger.to and parties != {post.party for post in posts}:
        raise row.fault(
            "to", "bad_value", "does not name a post of every party: each must be able to press it"
        )
    row.finish()
    return trigger


def render_incident_terms(line: LineStateTerms, terms: IncidentTerms, triggers: Sequence[Trigger]) -> str:
    """Write the tables out whole, for a text that people change."""
    lines = [
        "[line_state]",
        f"calls_when_suspended = {_flag(line.calls)}",
        f"flash_when_suspended = {_flag(line.flash)}",
        f"messages_when_suspended = {_flag(line.messages)}",
        "",
        "[incidents]",
        f"match_distance_m = {terms.match_distance_m}",
        f'match_time = "{format_duration(terms.match_time_s)}"',
        f'reply = "{format_duration(terms.reply_s)}"',
        f'meeting = "{format_duration(terms.meeting_s)}"',
    ]
    for each in triggers:
        lines += ["", *_trigger_lines(each)]
    return "\n".join([*lines, ""])


def _trigger_lines(trigger: Trigger) -> list[str]:
    to = ", ".join(f'"{post}"' for post in trigger.to)
    return [
        "[[triggers]]",
        f'id = "{trigger.id}"',
        f'form = "{trigger.form.name.lower()}"',
        f'precedence = "{trigger.precedence.name}"',
        *([f"to = [{to}]"] if to else []),
        *(f'{language} = "{trigger.in_language(language)}"' for language in DISPLAY_LANGUAGES),
    ]


def _flag(value: bool) -> str:
    return "true" if value else "false"
