"""`coupefeu recover`: tell a node that recovers, by hand, how far its own log was seen to reach."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from coupefeu.cli.officer import open_folder
from coupefeu.cli.printing import JsonOption, NodeOption, report
from coupefeu.node.recovery.by_hand import show_checkpoint
from coupefeu.node.recovery.checkpoints import read_shown


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("recover")(recover)


def recover(
    checkpoint: Annotated[
        Path,
        typer.Option(
            "--checkpoint",
            help="A signed checkpoint of our own log: of a witness, or of the other side's export.",
        ),
    ],
    node: NodeOption,
    as_json: JsonOption = False,
) -> None:
    """Show a recovering node a checkpoint of its own log that somebody else kept: it must come up to that."""
    folder = open_folder(node)
    shown = read_shown(checkpoint, folder.log_origin)
    held = asyncio.run(show_checkpoint(folder, shown, f"file {checkpoint.name}"))
    size = shown.checkpoint.size
    lines = [
        f"Our key signed {size:,} entries of our log; this record holds {held:,}.",
        f"Others whose lines stand under it, not checked here: {', '.join(shown.others) or 'none'}.",
        *_what_now(size, held),
    ]
    values = {"size": size, "held": held, "others": list(shown.others)}
    report(folder.banner(), lines, values, as_json=as_json)


def _what_now(size: int, held: int) -> list[str]:
    if held < size:
        return ["The node signs nothing before it has these too: it takes them back from the other side."]
    return ["That alone lets it sign nothing: the other side may hold more. It is asked when the line is up."]
