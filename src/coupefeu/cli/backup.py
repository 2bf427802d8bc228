"""`coupefeu backup`: everything that a node needs to come back, in one file, while it runs."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import typer

from coupefeu.cli.officer import need_record, open_folder
from coupefeu.cli.printing import JsonOption, NodeOption, progress, report
from coupefeu.model.instant import format_date_time_group
from coupefeu.node.backup.making import make_backup
from coupefeu.node.backup.passphrase import read_passphrase

GIVES_WAY = 10
"""Niceness of the thread that makes a backup."""

PassphraseOption = Annotated[
    Path | None,
    typer.Option("--passphrase-file", help="File whose only line is the passphrase that seals the backup."),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("backup")(backup)


def _give_way() -> None:
    """Let the line go first, wherever both want the processor; on Linux this is each thread's own."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), GIVES_WAY)


def backup(
    node: NodeOption,
    to: Annotated[Path, typer.Option("--to", help="The new file; nothing is ever written over.")],
    passphrase_file: PassphraseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a backup of a node, running or stopped, into one file. It holds keys."""
    folder = open_folder(node)
    need_record(folder)
    passphrase = None if passphrase_file is None else read_passphrase(passphrase_file)
    with (
        progress("Backing up", as_json=as_json) as tell,
        ThreadPoolExecutor(1, initializer=_give_way) as behind,
    ):
        made = behind.submit(make_backup, folder, to, passphrase, tell).result()
    size = to.stat().st_size
    held = ", ".join(f"{party.upper()} {count:,}" for party, count in made.entries.items())
    lines = [
        f"The backup of {made.party.upper()} as of {format_date_time_group(made.made_ms)} is in {to}, {size:,} bytes.",
        f"It holds the record (entries: {held}), agreement, settings, and the keys in keys/ but the identity key.",
        "Not in it, on purpose: how far this node has signed. What is restored learns that from the other side.",
        "WHOEVER READS IT CAN SIGN AND LISTEN AS THIS NODE: "
        + (
            "it is sealed; keep the passphrase elsewhere."
            if passphrase
            else "it is not sealed; keep it as a key."
        ),
    ]
    values = {
        "to": str(to),
        "bytes": size,
        "made_ms": made.made_ms,
        "party": made.party,
        "entries": made.entries,
        "sealed": passphrase is not None,
        "files": [each.name for each in made.files],
    }
    report(folder.banner(), lines, values, as_json=as_json)
