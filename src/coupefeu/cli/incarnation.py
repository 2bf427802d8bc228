"""`coupefeu incarnation`: a new log of a party under fresh keys, after a restore or a fork.

open --identity FILE       open one of ours; the node is stopped meanwhile
take FILE                  take up one of another party, that came by another way than the line
"""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from coupefeu.cli.agreement_record import FolderRecord
from coupefeu.cli.officer import open_folder
from coupefeu.cli.printing import IdentityOption, JsonOption, NodeOption, report
from coupefeu.errors import UsageError
from coupefeu.keys.files import write_durably
from coupefeu.keys.incarnations import build_taken_body, verify_incarnation
from coupefeu.model.messages import format_log
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import read_armoured
from coupefeu.node.incarnation import (
    Closing,
    closed_log,
    find_closing,
    find_unfinished,
    insist_called_for,
    insist_stopped,
    open_incarnation,
    read_fork,
)
from coupefeu.services.agreement.facts import TakeIncarnation
from coupefeu.wire.armour import Armour, armour
from coupefeu.wire.incarnation import Incarnation, encode_incarnation, parse_incarnation


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="A new log under fresh keys, after a restore or a fork.")
    group.command("open")(open_one)
    group.command("take")(take)
    app.add_typer(group, name="incarnation")


def open_one(
    node: NodeOption,
    identity: IdentityOption = None,
    to: Annotated[
        Path | None, typer.Option(help="Write the statement here too; it may go by any way.")
    ] = None,
    fork: Annotated[
        Path | None, typer.Option(help="The proof of two branches that the counterpart gave.")
    ] = None,
    anyway: Annotated[bool, typer.Option("--anyway", help="Also where nothing calls for it.")] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask: the officer in charge has decided.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Open a new log of ours by the identity key: for the officer in charge, where the old one cannot go on."""
    folder = NodeFolder.open(node, identity)
    folder.need_line()
    insist_stopped(folder)
    closing = find_closing(folder, read_fork(fork) if fork else b"")
    if find_unfinished(folder) is None:
        if not anyway:
            insist_called_for(closing)
        if not yes:
            _ask(folder, closing, as_json=as_json)
    signed = open_incarnation(folder, closing)
    if to is not None:
        write_durably(to, armour(Armour.INCARNATION, encode_incarnation(signed)).encode("ascii"))
    names, statement = folder.agreement.party_ids, signed.statement
    log = format_log(closed_log(folder, statement) + len(names), names)
    lines = [
        f"Our new log is {log}: entries {log}/0 and on. Its keys are fresh; the old ones sign nothing more.",
        *_stands(folder, statement, closing.held),
        f"Start the node: coupefeu up --node {node}. The line tells the others by itself.",
    ]
    if to is not None:
        lines.append(f"If the line does not come up, give them {to}: coupefeu incarnation take {to.name}")
    if closed_log(folder, statement) >= len(names) and statement.size == 0:
        skipped = f"{statement.party}.{statement.incarnation - 1}.incarnation"
        lines.append(
            f"The log before it has no entry here. Where it is not known, they take it first: "
            f"coupefeu incarnation take {skipped} (in agreement/ of this folder)."
        )
    values = _values(folder, statement) | {"reason": closing.reason, "to": str(to) if to else None}
    report(folder.banner(), lines, values, as_json=as_json)


def take(
    file: Annotated[Path, typer.Argument(help="The statement, from the party that opened it.")],
    node: NodeOption,
    as_json: JsonOption = False,
) -> None:
    """Take up a new log of another party, that came by another way than the line; checked by its identity key."""
    folder = open_folder(node)
    _, octets = read_armoured(file, (Armour.INCARNATION,))
    signed = parse_incarnation(octets)
    statement = verify_incarnation(signed, folder.agreement)
    result = FolderRecord().submit(folder, TakeIncarnation(body=build_taken_body(signed)))
    names = folder.agreement.party_ids
    log = format_log(closed_log(folder, statement) + len(names), names)
    lines = [
        f"{statement.party.upper()} writes {log} now, as our {result['message']} says.",
        *_stands(folder, statement),
    ]
    report(folder.banner(), lines, _values(folder, statement) | dict(result), as_json=as_json)


def _stands(folder: NodeFolder, statement: Incarnation, held: int = 0) -> list[str]:
    old = format_log(closed_log(folder, statement), folder.agreement.party_ids)
    lines = [f"{old} stands up to {statement.size:,} entries, and is read and proved as before."]
    if held > statement.size:
        lines += [
            f"{old}/{statement.size} to {old}/{held - 1} are on our record alone, or co-signed on another branch:",
            "say again in the new log what still matters of them.",
        ]
    return lines


def _ask(folder: NodeFolder, closing: Closing, *, as_json: bool) -> None:
    """Ask the officer in charge. Raises: UsageError: nobody can be asked, or any answer but yes."""
    if as_json or not sys.stdin.isatty():
        raise UsageError(
            "nothing was opened: nobody can be asked here",
            code="cli.incarnation.unasked",
            hint="The officer in charge decides: run it in a terminal, or with --yes.",
        )
    log = format_log(closing.log, folder.agreement.party_ids)
    for line in (
        *([folder.banner()] if folder.banner() else []),
        f"Why: {closing.reason or 'nothing calls for it'}.",
        f"{log} is closed at {closing.size:,} entries of {closing.held:,}, for ever.",
        "A new log begins, under fresh keys.",
    ):
        typer.echo(line)
    if typer.prompt('Open a new incarnation? Type "yes" or "no"').strip().lower() != "yes":
        raise UsageError("nothing was opened", code="cli.incarnation.declined", hint="Nothing was changed.")


def _values(folder: NodeFolder, statement: Incarnation) -> dict[str, Any]:
    names = folder.agreement.party_ids
    closed = closed_log(folder, statement)
    return {
        "party": statement.party,
        "incarnation": statement.incarnation,
        "log": format_log(closed + len(names), names),
        "closed": format_log(closed, names),
        "closed_size": statement.size,
        "forked": bool(statement.fork_sha256),
    }
