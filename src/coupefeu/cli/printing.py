"""What commands print: EXERCISE first on an exercise line, then lines for people or one JSON object."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

NodeOption = Annotated[Path, typer.Option("--node", help="Folder of the node, made by `coupefeu init`.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
IdentityOption = Annotated[
    Path | None,
    typer.Option("--identity", help="The identity key file, where it is kept away from the folder."),
]


class Language(StrEnum):
    """Languages that the product speaks to its reader."""

    EN = "en"
    FR = "fr"
    RU = "ru"


LanguageOption = Annotated[
    Language | None,
    typer.Option(
        "--language", case_sensitive=False, help="Language to read in; our party's own if not given."
    ),
]

Progress = Callable[[int, int], None]
"""Called with what is done and what there is."""


def report(banner: str | None, lines: Sequence[str], values: Mapping[str, Any], *, as_json: bool) -> None:
    """Print one result; `banner` is the agreement's, empty on a REAL line, None before there is a line."""
    if as_json:
        marked = dict(values) if banner is None else {"exercise": bool(banner), **values}
        typer.echo(json.dumps(marked, ensure_ascii=False))
        return
    for line in ([banner] if banner else []) + list(lines):
        typer.echo(line)


SHORT_WORK_S = 0.5
"""Work that is over by then shows no bar."""


@contextmanager
def progress(title: str, *, as_json: bool) -> Iterator[Progress | None]:
    """Show how far long work has come: on a terminal's error stream, never in a file and never beside JSON."""
    if as_json or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - only long work on a terminal pays for it
    from rich.progress import Progress as Bar  # noqa: PLC0415 - as above

    began = time.monotonic()
    bar = Bar(console=Console(stderr=True, no_color=True), transient=True)
    task = bar.add_task(title, total=None)

    def tell(done: int, size: int) -> None:
        bar.update(task, completed=done, total=size)
        if time.monotonic() - began > SHORT_WORK_S:
            bar.start()

    try:
        yield tell
    finally:
        bar.stop()
