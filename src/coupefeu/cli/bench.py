"""`coupefeu bench`: measure this program on this machine, each figure beside its floor."""

import json
import os
import platform
import sys
import tempfile
import time
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop
from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table

from coupefeu.cli.printing import JsonOption
from coupefeu.node.bench.figures import FULL, QUICK, Figure, Sizes
from coupefeu.node.bench.plan import MEASUREMENTS, run_bench


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("bench")(bench)


def bench(
    as_json: JsonOption = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Smaller sizes, within a minute and a half.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(help=f"Measure this alone; may be repeated: {', '.join(MEASUREMENTS)}."),
    ] = None,
    to: Annotated[Path | None, typer.Option(help="Write the JSON object to this file too.")] = None,
) -> None:
    """Measure the line, bad days and a record of a million entries; exit 1 if one falls short.

    The large record stays in the system's temporary folder for the next run (1.2 GB).
    """
    figures: list[Figure] = []
    try:
        uvloop.run(_measure(QUICK if quick else FULL, only or [], figures))
    finally:  # what was measured before a failure is kept
        found = describe(figures, quick=quick)
        if to is not None:
            to.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    if as_json:
        typer.echo(json.dumps(found))
    else:
        show(found, figures)
    if any(figure.holds is False for figure in figures):
        raise typer.Exit(1)


async def _measure(sizes: Sizes, only: list[str], figures: list[Figure]) -> None:
    cache = Path(tempfile.gettempdir()) / f"coupefeu-bench-{os.getuid()}"
    cache.mkdir(mode=0o700, exist_ok=True)
    tasks: dict[str, TaskID] = {}
    with Progress(console=Console(stderr=True), transient=True) as bars:

        def progress(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        async for figure in run_bench(sizes, cache, progress, only):
            figures.append(figure)  # noqa: PERF401 - each is kept even when the next one fails


def describe(figures: list[Figure], *, quick: bool) -> dict[str, Any]:
    """Give the figures with the machine, the date and the command."""
    return {
        "version": version("coupefeu"),
        "when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "command": " ".join(["coupefeu", *sys.argv[1:]]),
        "quick": quick,
        "machine": {
            "system": platform.platform(),
            "cpus": os.cpu_count(),
            "python": platform.python_version(),
            "load": round(os.getloadavg()[0], 2),
        },
        "figures": [
            {**asdict(each), "ratio": each.ratio, "holds": each.holds, "asked": each.asked}
            for each in figures
        ],
    }


def show(found: dict[str, Any], figures: list[Figure]) -> None:
    """Print the figures as a table."""
    machine = found["machine"]
    table = Table(
        title=f"Coupe-feu {found['version']}, {found['when']}{' (quick)' if found['quick'] else ''}",
        caption=f"{machine['cpus']} CPUs, Python {machine['python']}, {machine['system']}, load {machine['load']}",
    )
    for name in ("what", "asked", "floor", "ours", "ratio", ""):
        table.add_column(name, justify="left" if name in {"what", "asked", ""} else "right")
    for each in figures:
        table.add_row(
            each.what,
            each.asked,
            "" if each.floor is None else f"{each.floor:,.4g} {each.unit}",
            f"{each.ours:,.4g} {each.unit}",
            "" if each.ratio is None else f"{each.ratio:.2f}",
            each.flaw or {True: "holds", False: "FALLS SHORT", None: ""}[each.holds],
        )
    Console().print(table)
