"""`coupefeu rebuild`: the views made anew from the record, to the same rows. The record itself is not touched."""

import typer

from coupefeu.cli.officer import need_record, open_folder
from coupefeu.cli.printing import JsonOption, NodeOption, progress, report
from coupefeu.node.assembly import line_of
from coupefeu.node.runtime import hold_folder
from coupefeu.services.every import SERVICES
from coupefeu.store.rebuild import rebuild_record


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("rebuild")(rebuild)


def rebuild(node: NodeOption, as_json: JsonOption = False) -> None:
    """Make the views of a stopped node anew from its record: inbox, chains, agreement."""
    folder = open_folder(node)
    need_record(folder)
    with hold_folder(folder), progress("Rebuilding", as_json=as_json) as tell:
        count = rebuild_record(
            folder.record_path, line_of(folder), SERVICES, folder.agreement, tell, folder.earlier_agreements
        )
    lines = [f"The views stand anew, from {count:,} entries. The record was not touched."]
    report(folder.banner(), lines, {"entries": count}, as_json=as_json)
