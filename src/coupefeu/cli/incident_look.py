"""`coupefeu incident list`, `show`: which incidents there are, and how one stands."""

from enum import StrEnum
from typing import Annotated, Any

import msgspec
import typer

from coupefeu.cli.inbox import fold
from coupefeu.cli.incident_officer import IncidentArgument, IncidentOfficer
from coupefeu.cli.incident_words import summary_lines
from coupefeu.cli.officer import desk_of
from coupefeu.cli.printing import JsonOption, LanguageOption, NodeOption, report
from coupefeu.node.incident_values import incident_values
from coupefeu.services.incidents.listed import IncidentFilter
from coupefeu.services.incidents.typed import read_form
from coupefeu.words import say

LISTED = 50


class StateName(StrEnum):
    """Whether its author has closed it."""

    OPEN = "open"
    CLOSED = "closed"


class SideName(StrEnum):
    """Whose version."""

    OURS = "ours"
    THEIRS = "theirs"


def register(group: typer.Typer) -> None:
    """Add the commands to `coupefeu incident`."""
    group.command("list")(list_)
    group.command("show")(show)


def list_(
    node: NodeOption,
    state: Annotated[
        StateName | None, typer.Option("--state", case_sensitive=False, help="Only these.")
    ] = None,
    side: Annotated[SideName | None, typer.Option("--side", case_sensitive=False, help="Only these.")] = None,
    form: Annotated[str | None, typer.Option("--form", help="Only this form.")] = None,
    offset: Annotated[int, typer.Option("--offset", min=0, help="Leave out so many.")] = 0,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000, help="So many at most.")] = LISTED,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """List incidents of both sides, newest first, with what is owed."""
    officer = IncidentOfficer(node, language)
    wanted = IncidentFilter(
        ours=None if side is None else side is SideName.OURS,
        form=None if form is None else read_form(form),
        is_open=None if state is None else state is StateName.OPEN,
    )
    with desk_of(officer.folder) as desk:
        found = desk.incidents.listed(wanted, offset, limit)
    lines = [line for view in found.incidents for line in summary_lines(view, officer.language)]
    lines += ["", say("incident-listed", officer.language, shown=len(found.incidents), total=found.total)]
    values: dict[str, Any] = {
        "incidents": [
            msgspec.to_builtins(incident_values(each, officer.parties)) for each in found.incidents
        ],
        "total": found.total,
        "as_of_ms": found.as_of_ms,
    }
    report(officer.folder.banner(), fold(lines), values, as_json=as_json)


def show(
    number: IncidentArgument, node: NodeOption, language: LanguageOption = None, as_json: JsonOption = False
) -> None:
    """Print one incident: both versions side by side, requests and replies, and every act about it."""
    IncidentOfficer(node, language, number).report(as_json=as_json)
