"""`coupefeu incident export`: everything about an incident in one file that an inquiry reads and verifies."""

from pathlib import Path
from typing import Annotated

import typer

from coupefeu.cli.communique import write_new
from coupefeu.cli.incident_officer import IncidentArgument, IncidentOfficer
from coupefeu.cli.officer import desk_of, with_node
from coupefeu.cli.printing import JsonOption, LanguageOption, NodeOption, report
from coupefeu.errors import UsageError
from coupefeu.model.messages import format_number
from coupefeu.node.incident_inquiry import inquiry_words, issue_inquiry, select_inquiry
from coupefeu.node.running import is_running
from coupefeu.words import say


def register(group: typer.Typer) -> None:
    """Add the command to `coupefeu incident`."""
    group.command("export")(export)


def export(
    number: IncidentArgument,
    node: NodeOption,
    out: Annotated[Path, typer.Option("--out", help="The new file.")],
    call: Annotated[
        list[str] | None,
        typer.Option("--call", help="A call that belongs to it by your word: US/30. The file says so."),
    ] = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write both versions, requests, replies, the notice with its acknowledgements, and messages beside them."""
    desk = IncidentOfficer(node, language, number)
    if out.exists():
        raise UsageError(f"{out} exists", code="cli.incident.exists", hint="Give a new file.")
    if is_running(desk.folder):
        with_node(desk.folder, lambda running: running.sign_post_quantum())
    with desk_of(desk.folder) as sat:
        chosen = select_inquiry(sat, desk.found, [desk.entry(each) for each in call or ()])
        words = inquiry_words(desk.found, chosen, desk.parties, desk.language)
        issued = issue_inquiry(desk.folder, sat.reader, chosen.entries, words)
    size = write_new(out, issued.octets)
    count = len(issued.entries)
    lines = [say("incident-exported", desk.language, count=count, file=str(out)), words]
    values = {
        "out": str(out),
        "bytes": size,
        "entries": [format_number(each, desk.parties) for each in issued.entries],
        "calls_left_out": chosen.calls_left_out,
        "cut": chosen.cut,
        "unproved": [format_number(each, desk.parties) for each in issued.unproved],
    }
    if issued.unproved:
        missing = ", ".join(format_number(each, desk.parties) for each in issued.unproved)
        lines.append(say("incident-unproved", desk.language, numbers=missing))
    report(desk.folder.banner(), lines, values, as_json=as_json)
