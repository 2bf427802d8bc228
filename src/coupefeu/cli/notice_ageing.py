"""`coupefeu notice ageing`: which open notices deserve a look. Nothing is changed by looking.

coupefeu notice ageing --node us
coupefeu notice ageing --ours --unchanged 30d --json
"""

from typing import Annotated

import typer

from coupefeu.cli.inbox import fold
from coupefeu.cli.officer import desk_of, language_of, open_folder
from coupefeu.cli.printing import JsonOption, LanguageOption, NodeOption, report
from coupefeu.model.duration import parse_duration_s
from coupefeu.model.instant import format_date_time_group
from coupefeu.node.ageing import Aged, AgedNotice, AgeLimits, report_ageing
from coupefeu.words import say


def register(group: typer.Typer) -> None:
    """Add the command to `coupefeu notice`."""
    group.command("ageing")(ageing)


def ageing(
    node: NodeOption,
    ours: Annotated[bool | None, typer.Option("--ours/--theirs", help="Of one side only.")] = None,
    stale: Annotated[
        str, typer.Option("--stale", help="Without an end, and not changed for so long.", metavar="DURATION")
    ] = "30d",
    unanswered: Annotated[
        str, typer.Option("--unanswered", help="Never answered in so long.", metavar="DURATION")
    ] = "1d",
    unchanged: Annotated[
        str, typer.Option("--unchanged", help="Not changed for so long.", metavar="DURATION")
    ] = "90d",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """List open notices that are over, stale, said twice, never answered, or long unchanged; the oldest first."""
    folder = open_folder(node)
    limits = AgeLimits(
        stale_s=parse_duration_s(stale),
        unanswered_s=parse_duration_s(unanswered),
        unchanged_s=parse_duration_s(unchanged),
    )
    with desk_of(folder) as desk:
        found = report_ageing(desk.notices, limits, ours)
    spoken = language_of(folder, language)
    lines = [line for each in found.notices for line in _lines(each, spoken)]
    counts = {each.value: sum(each in aged.reasons for aged in found.notices) for each in Aged}
    lines.append(say("places-ageing-total", spoken, listed=len(found.notices), total=found.looked_at))
    values = {
        "notices": [_values(each) for each in found.notices],
        "counts": counts,
        "looked_at": found.looked_at,
        "as_of_ms": found.as_of_ms,
    }
    report(folder.banner(), fold(lines), values, as_json=as_json)


def _lines(aged: AgedNotice, language: str) -> list[str]:
    title = "" if aged.view.fact is None else aged.view.fact.title
    since = format_date_time_group(aged.changed_ms)
    reasons = (
        say(f"places-aged-{each.value}", language, since=since, same=aged.same_as or "-")
        for each in aged.reasons
    )
    return [f"{aged.view.number}  {title}", *(f"    {each}" for each in reasons)]


def _values(aged: AgedNotice) -> dict[str, object]:
    return {
        "number": aged.view.number,
        "party": aged.view.party,
        "title": None if aged.view.fact is None else aged.view.fact.title,
        "reasons": [each.value for each in aged.reasons],
        "same_as": aged.same_as or None,
        "changed_ms": aged.changed_ms,
        "end_ms": aged.view.end_ms,
    }
