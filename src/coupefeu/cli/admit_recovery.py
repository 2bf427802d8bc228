"""`coupefeu admit-recovery`: let a restored counterpart come back, once its duty officer has been rung."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from coupefeu.cli.officer import open_folder
from coupefeu.cli.printing import JsonOption, NodeOption, report
from coupefeu.errors import ConfigError, UsageError
from coupefeu.keys.recovery import read_recovery_secret
from coupefeu.model.instant import format_instant
from coupefeu.node.control import ControlClient
from coupefeu.node.folder import NodeFolder


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("admit-recovery")(admit_recovery)


def admit_recovery(
    node: NodeOption,
    party: Annotated[
        str | None,
        typer.Option(help="The party that was restored; may be left out where there is one other."),
    ] = None,
    recovery_psk: Annotated[
        Path | None,
        typer.Option(
            "--recovery-psk",
            help="The recovery secret that pairing wrote, where its backup is older than 30 days or it has none.",
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Its duty officer has confirmed the restore; do not ask.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Let a restored counterpart come back, once its duty officer has confirmed the restore by another channel."""
    folder = open_folder(node)
    name = _party(folder, party)
    if recovery_psk is not None:
        read_recovery_secret(recovery_psk).need_for(folder.line_id, folder.party, name)
    if not yes:
        _confirm(folder, name, as_json=as_json)
    asked = {"party": name, "recovery_psk": None if recovery_psk is None else str(recovery_psk.resolve())}
    values = asyncio.run(_ask(folder, asked))
    lines = [
        f"{name.upper()} is let in for its recovery, and for nothing else, until {format_instant(values['until_ms'])}.",
        "It learns how far its own log reached; then both make a new shared secret, and the line is as before.",
    ]
    report(folder.banner(), lines, values, as_json=as_json)


def _party(folder: NodeFolder, given: str | None) -> str:
    others = folder.counterparts
    if given is None and len(others) == 1:
        return others[0]
    if given is None or given.lower() not in others:
        raise UsageError(
            "no party" if given is None else f"{given!r} is no other party of this line",
            code="cli.admit_recovery.party",
            hint=f"give --party with one of {', '.join(others)}",
        )
    return given.lower()


def _confirm(folder: NodeFolder, name: str, *, as_json: bool) -> None:
    """Ask what only a person can know."""
    upper = name.upper()
    if as_json:
        raise UsageError(
            f"nobody has said that {upper} was restored",
            code="cli.admit_recovery.unconfirmed",
            hint=f"ring the duty officer of {upper} by a channel you know, then give --yes",
        )
    says = [
        f"Whoever has a copy of {upper}'s folder can ask for this too, and would speak as {upper} from then on.",
        f"Ring the duty officer of {upper} by a channel you know. Ask whether the node was restored, by whom, when.",
    ]
    report(folder.banner(), says, {}, as_json=False)
    if typer.prompt(f'Has that officer confirmed it? Type "{upper}" or "no"').strip().upper() != upper:
        raise UsageError(
            "the restore was not confirmed; nobody was let in",
            code="cli.admit_recovery.refused",
            hint="if nothing was restored there, somebody has a copy of that folder: replace its keys",
        )


async def _ask(folder: NodeFolder, fields: dict[str, Any]) -> dict[str, Any]:
    client = await ControlClient.connect(folder.socket_path)
    if client is None:
        raise ConfigError(
            "this node is not running",
            code="cli.admit_recovery.not_running",
            hint=f"Start it: coupefeu up --node {folder.path}",
        )
    try:
        return dict(await client.ask("admit-recovery", **fields))
    finally:
        await client.close()
