"""`coupefeu init`: a new folder with fresh keys, for one party on one line."""

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from coupefeu.cli.printing import JsonOption, report
from coupefeu.console.config import DEFAULT_LISTEN, check_listen, is_loopback
from coupefeu.errors import UsageError
from coupefeu.node.folder import NodeFolder

NO_CONSOLE: Final = "none"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("init")(init)


def init(
    party: Annotated[str, typer.Option(help='Our party in the agreement, such as "us".')],
    listen: Annotated[str, typer.Option(help="host:port to listen on.")],
    folder: Annotated[Path | None, typer.Argument(help="The new folder.")] = None,
    node: Annotated[
        Path | None, typer.Option("--node", help="The new folder, as every command names it.")
    ] = None,
    address: Annotated[
        str | None, typer.Option(help="host:port at which others reach us, if not --listen.")
    ] = None,
    console: Annotated[
        str,
        typer.Option(help='address:port of the console for browsers on this machine; "none": no console.'),
    ] = DEFAULT_LISTEN,
    as_json: JsonOption = False,
) -> None:
    """Make a node's folder with fresh keys."""
    path = folder or node
    if path is None or (folder and node):
        raise UsageError(
            "name the new folder once", code="cli.init.folder", hint="coupefeu init FOLDER --party us"
        )
    table = None if console == NO_CONSOLE else _console_table(console)
    made = NodeFolder.create(path, party=party.lower(), listen=listen, address=address, console=table)
    identity = made.path / "keys" / "identity.key"
    lines = [
        f"{made.party.upper()}: folder {made.path} is ready, with fresh keys.",
        f"Its identity key, {identity}, goes to a medium that is kept offline once the line is paired.",
        f"Next: coupefeu card --to {made.party}.card --node {made.path}",
    ]
    report(
        None, lines, {"node": str(made.path), "party": made.party, "identity": str(identity)}, as_json=as_json
    )


def _console_table(listen: str) -> dict[str, Any]:
    """Give the section [console] of a new node; off this machine it needs a certificate, which comes later."""
    host, _port = check_listen(listen)
    if not is_loopback(host):
        raise UsageError(
            f"--console {listen} is off this machine",
            code="cli.init.console",
            hint="Begin with 127.0.0.1; docs/console-certificate.md says what a console for others needs.",
        )
    return {"listen": listen}
