"""`coupefeu incident query`, `reply`: ask for an explanation or a meeting, and answer; 48 hours, then 48 more."""

from typing import Annotated

import typer

from coupefeu.cli.acts import OfficerOption
from coupefeu.cli.incident_officer import FromPostOption, IncidentArgument, IncidentOfficer, WordsOption
from coupefeu.cli.printing import JsonOption, LanguageOption, NodeOption
from coupefeu.errors import UsageError
from coupefeu.model.incidents import QueryKind
from coupefeu.services.incidents.commands import QueryIncident, ReplyToQuery


def register(group: typer.Typer) -> None:
    """Add the commands to `coupefeu incident`."""
    group.command("query")(query)
    group.command("reply")(reply)


def query(
    number: IncidentArgument,
    node: NodeOption,
    of: Annotated[
        str, typer.Option("--of", help="The party that is asked; the other one if not given.")
    ] = "",
    meeting: Annotated[
        str | None,
        typer.Option(
            "--meeting",
            help="Ask for a meeting about this request, not answered or not enough: US/14.",
        ),
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", help="The time proposed for a meeting, with its zone.")
    ] = None,
    words: WordsOption = "",
    from_post: FromPostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the other side for an explanation of an incident of either side, or for a meeting."""
    desk = IncidentOfficer(node, language, number)
    command = QueryIncident(
        incident=desk.found.id,
        asks=QueryKind.EXPLANATION if meeting is None else QueryKind.MEETING,
        of=of.lower(),
        query=None if meeting is None else desk.entry(meeting),
        at_ms=desk.coming("at", at),
        from_post=desk.post(from_post),
        words=words,
        officer=officer,
    )
    desk.act(command, as_json=as_json)


def reply(
    number: Annotated[str, typer.Argument(help="Number of the request: RU/14.")],
    node: NodeOption,
    accept: Annotated[
        bool | None, typer.Option("--accept/--decline", help="Of a meeting: whether we come.")
    ] = None,
    at: Annotated[str | None, typer.Option("--at", help="The time of the meeting, with its zone.")] = None,
    objectives: Annotated[str, typer.Option("--objectives", help="Objectives of the activity.")] = "",
    location: Annotated[str, typer.Option("--location", help="Precise location.")] = "",
    until: Annotated[str | None, typer.Option("--until", help="When it ends, with its zone.")] = None,
    designation: Annotated[str, typer.Option("--designation", help="Designation.")] = "",
    subordination: Annotated[str, typer.Option("--subordination", help="Subordination.")] = "",
    formations: Annotated[str, typer.Option("--formations", help="Number and type of formations.")] = "",
    equipment: Annotated[str, typer.Option("--equipment", help="Types of equipment.")] = "",
    words: WordsOption = "",
    from_post: FromPostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a request of the other side: explain, or say whether we come to the meeting."""
    desk = IncidentOfficer(node, language, number)
    asked = desk.entry(number)
    if asked == desk.found.id:
        raise UsageError(
            f"{number} is an incident, and no request",
            code="cli.incident.no_request",
            hint=f"`coupefeu incident show {number}` lists the requests about it.",
        )
    command = ReplyToQuery(
        incident=desk.found.id,
        query=asked,
        is_accepted=accept,
        at_ms=desk.coming("at", at),
        end_ms=desk.coming("end", until),
        objectives=objectives,
        location=location,
        designation=designation,
        subordination=subordination,
        formations=formations,
        equipment=equipment,
        from_post=desk.post(from_post),
        words=words,
        officer=officer,
    )
    desk.act(command, as_json=as_json)
