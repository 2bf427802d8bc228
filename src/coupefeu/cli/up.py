"""`coupefeu up`: run the node until it is told to stop (Ctrl-C, or SIGTERM)."""

import asyncio
import signal
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import uvloop

from coupefeu.cli.printing import JsonOption, NodeOption, report
from coupefeu.cli.watch_words import unstaffed_lines
from coupefeu.console.config import ConsoleConfig, read_config
from coupefeu.node.collector import calm_collector
from coupefeu.node.folder import NodeFolder
from coupefeu.node.local import LocalBackend
from coupefeu.node.ratchet import stand_in
from coupefeu.node.reach import run_node
from coupefeu.words import say

if TYPE_CHECKING:
    from coupefeu.console.keeper import ConsoleKeeper


SAID = frozenset({"line", "trouble", "terms", "recovering", "staffing"})
"""Events that are printed; messages are read elsewhere."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("up")(up)


def up(
    node: NodeOption,
    recovery_psk: Annotated[
        Path | None,
        typer.Option(
            "--recovery-psk",
            help="Come back by this recovery secret, which pairing wrote; the other side admits us by the same.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Run the node."""
    if recovery_psk is not None:
        stand_in(node, recovery_psk)
    folder = NodeFolder.open(node)
    folder.need_line()
    console = read_config(folder)
    calm_collector()
    uvloop.run(_serve(folder, console, recovery_psk, as_json=as_json))


async def _serve(
    folder: NodeFolder, console: ConsoleConfig | None, recovery_psk: Path | None, *, as_json: bool
) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    backend = await run_node(folder)
    keeper: ConsoleKeeper | None = None
    try:
        if recovery_psk is not None:
            backend.runtime.use_recovery(recovery_psk)
        banner = folder.banner()
        others = ", ".join(name.upper() for name in folder.counterparts)
        recovery = backend.runtime.engine.recovery
        lines = [
            f"{folder.party.upper()} is up on {folder.listen}, on the line to {others}.",
            *([] if recovery is None else [describe_recovering(recovery.stage)]),
            "Stop it with Ctrl-C.",
        ]
        values = {
            "up": True,
            "party": folder.party,
            "listen": folder.listen,
            "recovering": recovery is not None,
        }
        report(banner, lines, values, as_json=as_json)

        lines_said: dict[str, str] = {}

        def tell(event: dict[str, Any]) -> None:
            words = describe(event) if event["what"] in SAID else ""
            if event["what"] == "line":
                if lines_said.get(event["party"]) == words:
                    return
                lines_said[event["party"]] = words
            if words:
                report(banner, [words], event, as_json=as_json)

        backend.follow(tell)
        if console is not None:
            keeper = await _keep_console(backend, console, banner, as_json=as_json)
        await stop.wait()
    finally:
        if keeper is not None:
            await keeper.close()
        await backend.close()


async def _keep_console(
    backend: LocalBackend, config: ConsoleConfig, banner: str, *, as_json: bool
) -> "ConsoleKeeper":
    """Begin to have a console; the web framework is loaded when the line is up already, beside the loop."""
    keeping = await asyncio.to_thread(import_module, "coupefeu.console.keeper")
    calm_collector()

    def say_console(words: str, address: str | None) -> None:
        report(banner, [words], {"what": "console", "address": address, "detail": words}, as_json=as_json)

    keeper: ConsoleKeeper = keeping.ConsoleKeeper(backend, config, say_console)
    return keeper


def describe_recovering(stage: str | None, language: str = "en") -> str:
    """Say where recovering stands; None: it has ended."""
    if stage is None:
        return say("recovering-ended", language)
    return f"{say('recovering', language)} {say(f'recovering-{stage}', language)}"


def describe(event: dict[str, Any], language: str = "en") -> str:
    """Give an event in words; what went wrong inside a node is said in English."""
    if event["what"] == "line":
        state = "down" if not event["up"] else "up" if event["alive"] else "late"
        return say(f"line-{state}", language, party=event["party"].upper())
    if event["what"] == "terms":
        return str(event["detail"])
    if event["what"] == "recovering":
        return describe_recovering(event["stage"] if event["reason"] else None, language)
    if event["what"] == "staffing":
        return "\n".join(unstaffed_lines(event, language)) or say("watch-all-staffed", language)
    return f"Trouble: {event['detail']} [{event['code']}]"
