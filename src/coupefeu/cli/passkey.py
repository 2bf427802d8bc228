"""`coupefeu passkey`: personal keys of officers.

admit --by WHO   print a link by which one passkey is enrolled; whoever opens it is admitted by WHO
list             the keys of all parties, and which count no longer
end NUMBER       say that a key of ours counts no longer

A passkey is made, and signs, in a browser: a terminal has no device.
"""

import asyncio
from enum import StrEnum
from typing import Annotated, Any

import typer

from coupefeu.cli.acts import OfficerOption
from coupefeu.cli.console_link import ask_console
from coupefeu.cli.officer import act, desk_of, language_of, open_folder
from coupefeu.cli.printing import JsonOption, LanguageOption, NodeOption, report
from coupefeu.model.instant import format_instant, format_second, parse_last
from coupefeu.model.messages import parse_number
from coupefeu.node.persons import EndView, KeyView, personal_keys
from coupefeu.services.messages.display import show_line
from coupefeu.services.persons.facts import EndKey, EndReason
from coupefeu.words import say

PostOption = Annotated[
    str | None, typer.Option("--post", help="The post of ours whose key it is; our duty desk if not given.")
]


class EndName(StrEnum):
    """Why a key counts no longer."""

    LOST = "lost"
    STOLEN = "stolen"
    REPLACED = "replaced"
    LEFT = "left"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Personal keys of officers: admit one, list them, end one.")
    group.command("admit")(admit)
    group.command("list")(list_keys)
    group.command("end")(end)
    app.add_typer(group, name="passkey")


def admit(
    node: NodeOption,
    by: Annotated[
        str, typer.Option("--by", help="Who admits the holder: a post or rank. It stands on both records.")
    ],
    post: PostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print a link that signs one browser in, once, within ten minutes, and lets it enrol one passkey."""
    folder = open_folder(node)
    asked = {
        "post": post and post.lower(),
        "officer": officer,
        "language": language and language.value,
        "admitted_by": by,
    }
    values = asyncio.run(ask_console(folder, asked))
    until = format_instant(values["expires_ms"])
    lines = [
        values["link"],
        f"It signs one browser in as {values['post']}, once, until {until}, and lets it enrol one passkey there.",
        "Whoever has it can: give it to the officer by hand.",
    ]
    report(folder.banner(), lines, values, as_json=as_json)


def list_keys(node: NodeOption, as_json: JsonOption = False) -> None:
    """List the personal keys on record, of all parties, the newest first, also those that count no longer."""
    folder = open_folder(node)
    with desk_of(folder) as desk:
        keys = personal_keys(desk.select, folder.agreement.party_ids)
    lines = [line for key in keys for line in _lines(key)] or ["No personal key is on record."]
    report(folder.banner(), lines, {"keys": [_values(each) for each in keys]}, as_json=as_json)


def end(
    node: NodeOption,
    number: Annotated[str, typer.Argument(help="The entry that enrols it, such as US/14.")],
    reason: Annotated[EndName, typer.Option("--reason", help="Why it counts no longer.")],
    replaced_by: Annotated[
        str | None, typer.Option("--replaced-by", help="With the reason replaced: the new enrolment, US/15.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="Since when it was out of its holder's hands, if known.")
    ] = None,
    words: Annotated[str, typer.Option("--words", help="In words, at most 280 characters.")] = "",
    post: PostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that a key of ours counts no longer. It signs nothing more and signs nobody in; what it signed stands."""
    folder = open_folder(node)
    reader, names = language_of(folder, language), folder.agreement.party_ids
    command = EndKey(
        from_post=post.lower() if post else folder.agreement.party(folder.party).duty_desk,
        key=parse_number(number, names),
        reason=EndReason[reason.name],
        since_ms=None if since is None else parse_last(since, folder.clock().utc_ms),
        replaced_by=None if replaced_by is None else parse_number(replaced_by, names),
        words=words,
        officer=officer,
    )
    sent = act(folder, command)
    lines = [
        say("recorded-as", reader, number=sent.number),
        f"{number.upper()} counts no longer; both sides see it.",
    ]
    values = {"recorded": sent.number, "key": number.upper(), "reason": reason.value}
    report(folder.banner(), lines, values, as_json=as_json)


def _lines(key: KeyView) -> list[str]:
    officer = f" ({show_line(key.officer)})" if key.officer else ""
    lines = [
        f"{key.number}  {show_line(key.post)}{officer}, admitted by {show_line(key.admitted_by)}",
        f"  {key.algorithm} {key.name}",
        f"  signs at {show_line(key.key.origin)}; on record here since {format_second(key.arrived_ms)}",
    ]
    return lines if key.ended is None else [*lines, f"  {_end_words(key.ended)}"]


def _end_words(ended: EndView) -> str:
    by = f" by {ended.replaced_by}" if ended.replaced_by else ""
    since = f", since {format_second(ended.since_ms)}" if ended.since_ms is not None else ""
    words = f": {show_line(ended.words)}" if ended.words else ""
    return f"COUNTS NO LONGER: {ended.reason.name.lower()}{by}{since} ({ended.number}){words}"


def _values(key: KeyView) -> dict[str, Any]:
    ended = key.ended
    return {
        "number": key.number,
        "party": key.party,
        "post": key.post,
        "officer": key.officer,
        "admitted_by": key.admitted_by,
        "algorithm": key.algorithm,
        "name": key.name,
        "origin": key.key.origin,
        "enrolled_ms": key.arrived_ms,
        "ended": None
        if ended is None
        else {
            "number": ended.number,
            "reason": ended.reason.name.lower(),
            "since_ms": ended.since_ms,
            "replaced_by": ended.replaced_by,
            "words": ended.words,
        },
    }
