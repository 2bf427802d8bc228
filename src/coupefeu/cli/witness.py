"""`coupefeu witness`: a neutral witness for lines of others, and for any log that speaks tlog-witness.

serve   co-sign         forks   what it kept of logs that signed two trees of one size
"""

import asyncio
import signal
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop

from coupefeu.cli.printing import JsonOption, report
from coupefeu.console.connections import prove
from coupefeu.console.listening import Listener, bind
from coupefeu.node.collector import calm_collector
from coupefeu.node.folder_files import check_address
from coupefeu.node.witness.app import WitnessApp
from coupefeu.node.witness.forks import write_forks
from coupefeu.node.witness.opening import OpenWitness, open_witness


def register(app: typer.Typer) -> None:
    """Add the command."""
    group = typer.Typer(help="The neutral witness: serve, forks.")
    group.command("serve")(serve)
    group.command("forks")(forks)

    @group.callback()
    def witness() -> None:
        """Run a neutral witness."""

    app.add_typer(group, name="witness")


def serve(
    folder: Annotated[Path, typer.Option("--folder", help="Folder of the witness; made at its first start.")],
    listen: Annotated[str, typer.Option("--listen", help="Where it listens, host:port.")],
    trust: Annotated[
        list[str] | None,
        typer.Option(
            "--trust", help="Verifier key of a log, or a file of them; more may follow, or come each so."
        ),
    ] = None,
    more: Annotated[
        list[str] | None,
        typer.Argument(metavar="[VKEY...]", help="More to trust: --trust A B is --trust A --trust B."),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", help="Name of the witness, for ever; made from its key if not given."),
    ] = None,
    list_logs: Annotated[
        bool, typer.Option("--list-logs", help="Tell everybody which logs are trusted (GET /logs).")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Run a neutral witness until Ctrl-C: it co-signs checkpoints of logs, and never sees what they hold."""
    host, port = check_address(listen)
    with open_witness(folder, [*(trust or []), *(more or [])], name=name) as opened:
        calm_collector()
        uvloop.run(_serve(opened, host, port, lists=list_logs, as_json=as_json))


def forks(
    folder: Annotated[Path, typer.Option("--folder", help="Folder of the witness, running or not.")],
    to: Annotated[Path, typer.Option("--to", help="The new folder.")],
    trust: Annotated[
        list[str] | None,
        typer.Option("--trust", help="Verifier key of a log, or a file of them, as `serve` was given them."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write both checkpoints of each log that signed two trees of one size, as proofs for others."""
    written = write_forks(folder, trust or [], to)
    lines = [
        f"The log {each.origin} signed two trees of {each.size:,} entries: {each.folder}"
        + ("" if each.is_proof else " (both checkpoints; for tools that check notes)")
        for each in written
    ]
    if any(each.is_proof for each in written):
        lines.append("Verify each with coupefeu verify.")
    values = [
        {"origin": each.origin, "size": each.size, "to": str(each.folder), "proof": each.is_proof}
        for each in written
    ]
    none = ["No log that this witness knows has shown it two trees of one size. Nothing was written."]
    report(None, lines or none, {"forks": values}, as_json=as_json)


async def _serve(opened: OpenWitness, host: str, port: int, *, lists: bool, as_json: bool) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    bound = bind(host, port)
    app = WitnessApp(opened.witness, opened.journal.defect, lists=lists, proved=prove)
    listener = await Listener.start(app, [bound], None)
    try:
        _say(opened, host, bound.getsockname()[1], as_json=as_json)
        await stop.wait()
    finally:
        await app.close()
        await listener.close()
        opened.journal.note("down")


def _say(opened: OpenWitness, host: str, port: int, *, as_json: bool) -> None:
    keys = opened.witness.keys
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    vkeys = [keys.ed25519.vkey.text(), keys.ml_dsa.vkey.text()]
    opened.journal.note("up", name=keys.name, listen=f"{host}:{port}", logs=list(opened.witness.origins))
    lines = [
        f"The witness {keys.name} is up on {url}, for {len(opened.witness.origins)} logs.",
        f"Its Ed25519 key: {vkeys[0]}",
        "Give parties witness.vkey and witness-mldsa.vkey by a way that they trust. Stop it with Ctrl-C.",
    ]
    values: dict[str, Any] = {"up": True, "name": keys.name, "url": url, "vkeys": vkeys}
    report(None, lines, values, as_json=as_json)
