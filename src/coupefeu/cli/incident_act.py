"""`coupefeu incident pair`, `follow`, `close`, `reopen`: which events are one, what was done, when it is over."""

from enum import StrEnum
from typing import Annotated

import msgspec
import typer

from coupefeu.cli.acts import OfficerOption
from coupefeu.cli.inbox import fold
from coupefeu.cli.incident_officer import FromPostOption, IncidentArgument, IncidentOfficer, WordsOption
from coupefeu.cli.incident_words import candidate_line
from coupefeu.cli.officer import desk_of
from coupefeu.cli.printing import JsonOption, LanguageOption, NodeOption, report
from coupefeu.model.incidents import Closure, FollowStep
from coupefeu.node.incident_values import candidate_values
from coupefeu.services.incidents.commands import CloseIncident, FollowIncident, PairIncident, ReopenIncident
from coupefeu.words import label, say


class StepName(StrEnum):
    """What was done."""

    REMARK = "remark"
    MEASURE = "measure"
    INQUIRY = "inquiry"
    FINDING = "finding"
    MEETING_HELD = "meeting-held"


class ClosureName(StrEnum):
    """Why it is closed."""

    EXPLAINED = "explained"
    MEASURES_TAKEN = "measures-taken"
    NOT_SUBSTANTIATED = "not-substantiated"
    UNRESOLVED = "unresolved"


def register(group: typer.Typer) -> None:
    """Add the commands to `coupefeu incident`."""
    group.command("pair")(pair)
    group.command("follow")(follow)
    group.command("close")(close)
    group.command("reopen")(reopen)


def pair(
    number: Annotated[str, typer.Argument(help="Number of our incident: US/12.")],
    node: NodeOption,
    other: Annotated[
        str | None,
        typer.Argument(help="That of the other side: RU/7; without it, what may be the same is listed."),
    ] = None,
    same: Annotated[bool, typer.Option("--same/--not-same", help="Whether they are the same event.")] = True,
    words: WordsOption = "",
    from_post: FromPostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that an incident of ours and one of theirs are the same event, or are not; both then stand side by side."""
    desk = IncidentOfficer(node, language, number)
    if other is None:
        _candidates(desk, as_json=as_json)
        return
    command = PairIncident(
        incident=desk.found.id,
        other=desk.entry(other),
        is_same=same,
        from_post=desk.post(from_post),
        words=words,
        officer=officer,
    )
    desk.act(command, as_json=as_json)


def follow(
    number: IncidentArgument,
    step: Annotated[StepName, typer.Argument(metavar="STEP", case_sensitive=False, help=", ".join(StepName))],
    node: NodeOption,
    words: WordsOption = "",
    at: Annotated[str | None, typer.Option("--at", help="When, with its zone; now if not given.")] = None,
    query: Annotated[
        str | None, typer.Option("--query", help="The request that a meeting was about: US/14.")
    ] = None,
    from_post: FromPostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put on record what was done about an incident of either side, in words."""
    desk = IncidentOfficer(node, language, number)
    command = FollowIncident(
        incident=desk.found.id,
        step=FollowStep[step.name],
        at_ms=desk.past("at", at),
        query=None if query is None else desk.entry(query),
        from_post=desk.post(from_post),
        words=words,
        officer=officer,
    )
    desk.act(command, as_json=as_json)


def close(
    number: IncidentArgument,
    why: Annotated[
        ClosureName, typer.Argument(metavar="WHY", case_sensitive=False, help=", ".join(ClosureName))
    ],
    node: NodeOption,
    words: WordsOption = "",
    from_post: FromPostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Close our version of an incident; requests that are open stay open, and so does the other side's version."""
    desk = IncidentOfficer(node, language, number)
    command = CloseIncident(
        incident=desk.found.id,
        closure=Closure[why.name],
        from_post=desk.post(from_post),
        words=words,
        officer=officer,
    )
    desk.act(command, as_json=as_json)


def reopen(
    number: IncidentArgument,
    node: NodeOption,
    words: WordsOption = "",
    from_post: FromPostOption = None,
    officer: OfficerOption = "",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Open our version of an incident again, and say why."""
    desk = IncidentOfficer(node, language, number)
    command = ReopenIncident(
        incident=desk.found.id, from_post=desk.post(from_post), words=words, officer=officer
    )
    desk.act(command, as_json=as_json)


def _candidates(desk: IncidentOfficer, *, as_json: bool) -> None:
    """List what may be the same event."""
    with desk_of(desk.folder) as sat:
        found = sat.incidents.candidates(desk.found.id)
    others = ", ".join(each.upper() for each in desk.parties if each != desk.found.party)
    lines = [label(say("incident-candidates", desk.language, party=others), "", desk.language).rstrip()]
    lines += [candidate_line(each, desk.language) for each in found.near]
    if not found.near:
        lines = [say("incident-candidates-none", desk.language)]
    if found.not_compared:
        lines.append(say("incident-not-compared", desk.language, count=found.not_compared))
    values = {
        "candidates": [msgspec.to_builtins(candidate_values(each)) for each in found.near],
        "not_compared": found.not_compared,
    }
    report(desk.folder.banner(), fold(lines), values, as_json=as_json)
