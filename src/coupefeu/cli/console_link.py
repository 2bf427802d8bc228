"""`coupefeu console-link`: a one-time link by which an officer signs in at the console of the running node."""

import asyncio
from typing import Annotated, Any

import typer

from coupefeu.cli.officer import open_folder
from coupefeu.cli.printing import JsonOption, LanguageOption, NodeOption, report
from coupefeu.errors import ConfigError, PeerError
from coupefeu.model.instant import format_instant
from coupefeu.node.control import UNKNOWN_REQUEST, ControlClient
from coupefeu.node.folder import NodeFolder


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("console-link")(console_link)


def console_link(
    node: NodeOption,
    post: Annotated[
        str | None, typer.Option(help="The post of ours that signs in; our duty desk if not given.")
    ] = None,
    officer: Annotated[
        str, typer.Option(help="A label beside the post, such as a call sign; it proves no person.")
    ] = "",
    language: LanguageOption = None,
    end_all: Annotated[
        bool, typer.Option("--end-all", help="Sign everybody out instead; no link is made.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Print a link that signs one browser in at the console, once, within ten minutes."""
    folder = open_folder(node)
    if end_all:
        values = asyncio.run(ask_console(folder, {"end_all": True}))
        lines = [f"{values['ended']} signed out. Links that were printed and not used are good no more."]
    else:
        asked = {"post": post and post.lower(), "officer": officer, "language": language and language.value}
        values = asyncio.run(ask_console(folder, asked))
        lines = _describe(values)
    report(folder.banner(), lines, values, as_json=as_json)


def _describe(values: dict[str, Any]) -> list[str]:
    until = format_instant(values["expires_ms"])
    return [
        values["link"],
        f"It signs one browser in as {values['post']}, once, until {until}. Whoever has it can use it.",
    ]


async def ask_console(
    folder: NodeFolder, fields: dict[str, Any], request: str = "console-link"
) -> dict[str, Any]:
    """Ask the console of the running node for a link, or to end all sessions; or another request of its own.

    Raises:
        ConfigError: no node is running, or it has no console.
    """
    client = await ControlClient.connect(folder.socket_path)
    if client is None:
        raise ConfigError(
            "this node is not running",
            code="cli.console_link.not_running",
            hint=f"Start it: coupefeu up --node {folder.path}",
        )
    try:
        return dict(await client.ask(request, **fields))
    except PeerError as error:
        if error.code != UNKNOWN_REQUEST:
            raise
        raise _no_console(folder) from error
    finally:
        await client.close()


def _no_console(folder: NodeFolder) -> ConfigError:
    if folder.console is None:
        return ConfigError(
            "this node has no console",
            code="cli.console_link.none",
            hint="Write a section [console] into node.toml (docs/operators.md), then start the node again.",
        )
    return ConfigError(
        "the console of this node is not up",
        code="cli.console_link.not_up",
        hint="`coupefeu up` and node.log say why; it is tried again every few seconds.",
    )
