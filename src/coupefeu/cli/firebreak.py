"""`coupefeu firebreak`: is direct contact holding, and why not.

coupefeu firebreak --node us                               now
coupefeu firebreak --at "170600Z MAR 22" --node us         by the signed times of both records
coupefeu firebreak --known-at 2022-03-17T06:00Z --node us  by what this node held then
coupefeu firebreak --since 2022-02-24T00:00Z --node us     how it was from then on
"""

from typing import Annotated

import msgspec
import typer

from coupefeu.cli.firebreak_words import firebreak_lines, span_lines
from coupefeu.cli.officer import desk_of, language_of, open_folder
from coupefeu.cli.presence_words import contact_lines_of
from coupefeu.cli.printing import JsonOption, LanguageOption, NodeOption, report
from coupefeu.errors import UsageError
from coupefeu.model.instant import format_instant, format_second, parse_last
from coupefeu.node.desk import Desk
from coupefeu.node.firebreak_pairs import pairs_then
from coupefeu.node.firebreak_values import firebreak_values, span_values
from coupefeu.node.presence_values import pair_values
from coupefeu.services.firebreak.judged import Judged
from coupefeu.words import say

AtOption = Annotated[
    str | None, typer.Option("--at", help="As of this instant (UTC), by the signed times of both records.")
]
KnownOption = Annotated[
    str | None, typer.Option("--known-at", help="What this node held at this instant, by its own clock.")
]
SinceOption = Annotated[
    str | None, typer.Option("--since", help="Say also how the level was from this instant on.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("firebreak")(firebreak)


def firebreak(
    node: NodeOption,
    at: AtOption = None,
    known_at: KnownOption = None,
    since: SinceOption = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say whether direct contact holds, by the agreed rules: every reason, and the entries that prove it.

    Works while the node runs and while it does not; changes nothing.
    """
    folder = open_folder(node)
    spoken = language_of(folder, language)
    with desk_of(folder) as desk:
        context = desk.context()
        now_ms = context.now.utc_ms
        at_ms, known_ms, since_ms = (
            None if each is None else parse_last(each, now_ms) for each in (at, known_at, since)
        )
        judged = desk.firebreak.with_since(_judge(desk, at_ms, known_ms))
        pairs = tuple(map(pair_values, pairs_then(desk, judged.asked)))
        spans = (
            ()
            if since_ms is None
            else desk.firebreak.history(since_ms, judged.asked.at_ms, known=known_ms is not None)
        )
    values = msgspec.to_builtins(firebreak_values(judged, context, spoken, at_ms=at_ms, known_at_ms=known_ms))
    is_past = at_ms is not None or known_ms is not None
    values["pairs"] = msgspec.to_builtins(pairs)
    lines = [
        *firebreak_lines(judged, context, spoken, is_past=is_past),
        "",
        *contact_lines_of(pairs, judged.asked.at_ms, spoken),
    ]
    if since_ms is not None:
        complete_ms = spans[0].from_ms if spans else judged.asked.at_ms
        values["spans"] = [msgspec.to_builtins(span_values(each, context.parties)) for each in spans]
        values["complete_from"] = format_instant(complete_ms)
        lines += ["", *span_lines(spans, context.parties, spoken)]
        if complete_ms > since_ms:
            lines.append(say("firebreak-page-incomplete", spoken, time=format_second(complete_ms)))
    report(folder.banner(), lines, values, as_json=as_json)


def _judge(desk: Desk, at_ms: int | None, known_ms: int | None) -> Judged:
    if at_ms is not None and known_ms is not None:
        raise UsageError(
            "--at and --known-at are two questions",
            code="cli.firebreak.two_instants",
            hint="Give one of them: --at by the signed times of both records, --known-at by what was here.",
        )
    if at_ms is not None:
        return desk.firebreak.at(at_ms)
    return desk.firebreak.now() if known_ms is None else desk.firebreak.known_at(known_ms)
