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
from coupefeu.cli.printing import JsonOption, LanguageOption, NodeOption, report
from coupefeu.errors import UsageError
from coupefeu.model.instant import parse_instant
from coupefeu.node.desk import Desk
from coupefeu.node.firebreak_values import firebreak_values, span_values
from coupefeu.services.firebreak.judged import Judged

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
            None if each is None else parse_instant(each, now_ms) for each in (at, known_at, since)
        )
        judged = _judge(desk, at_ms, known_ms)
        spans = (
            ()
            if since_ms is None
            else desk.firebreak.history(since_ms, judged.asked.at_ms, known=known_ms is not None)
        )
    values = msgspec.to_builtins(firebreak_values(judged, context, spoken, at_ms=at_ms, known_at_ms=known_ms))
    is_past = at_ms is not None or known_ms is not None
    lines = [*firebreak_lines(judged, context, spoken, is_past=is_past)]
    if since_ms is not None:
        values["spans"] = [msgspec.to_builtins(span_values(each, context.parties)) for each in spans]
        lines += ["", *span_lines(spans, context.parties, spoken)]
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
