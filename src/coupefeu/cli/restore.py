"""`coupefeu restore`: a backup into a new folder. The node that it makes starts recovering."""

from pathlib import Path
from typing import Annotated

import typer

from coupefeu.cli.backup import PassphraseOption
from coupefeu.cli.printing import JsonOption, progress, report
from coupefeu.model.instant import format_date_time_group
from coupefeu.node.backup.passphrase import read_passphrase
from coupefeu.node.backup.restoring import restore_backup
from coupefeu.node.folder import NodeFolder


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("restore")(restore)


def restore(
    file: Annotated[Path, typer.Argument(help="The backup.", exists=True, dir_okay=False)],
    to: Annotated[Path, typer.Option("--to", help="The new folder of the node.")],
    passphrase_file: PassphraseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a node's folder of a backup. The node starts recovering: it reads, and signs nothing at first."""
    passphrase = None if passphrase_file is None else read_passphrase(passphrase_file)
    with progress("Restoring", as_json=as_json) as tell:
        made = restore_backup(file, to, passphrase, tell)
    folder = NodeFolder.open(to)
    held = ", ".join(f"{party.upper()} {count:,}" for party, count in made.entries.items())
    lines = [
        f"{made.party.upper()} as of {format_date_time_group(made.made_ms)} is in {to}. Entries: {held}.",
        "RECOVERING: it may have signed more since then. It signs nothing until the other side has told it how much,",
        "and takes back from there what it has lost.",
        f"The node that this was must not run any more, anywhere. Then: coupefeu up --node {to}",
        *(_admission(party, made.party) for party in folder.counterparts),
    ]
    values = {
        "to": str(to),
        "party": made.party,
        "made_ms": made.made_ms,
        "entries": made.entries,
        "recovering": True,
    }
    report(folder.banner(), lines, values, as_json=as_json)


def _admission(party: str, us: str) -> str:
    """Say what the other side's people must do: the secret shared with them is renewed daily (protocol B10)."""
    return (
        f"Ring the duty officer of {party.upper()}: where the shared secret was renewed since the backup, this node is "
        f"answered only once it is let in there (coupefeu admit-recovery --party {us.upper()})."
    )
