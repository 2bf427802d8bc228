"""What commands print: EXERCISE first on an exercise line, then lines for people or one JSON object."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

NodeOption = Annotated[Path, typer.Option("--node", help="Folder of the node, made by `coupefeu init`.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
IdentityOption = Annotated[
    Path | None,
    typer.Option("--identity", help="The identity key file, where it is kept away from the folder."),
]


def report(banner: str | None, lines: Sequence[str], values: Mapping[str, Any], *, as_json: bool) -> None:
    """Print one result; `banner` is the agreement's, empty on a REAL line, None before there is a line."""
    if as_json:
        marked = dict(values) if banner is None else {"exercise": bool(banner), **values}
        typer.echo(json.dumps(marked, ensure_ascii=False))
        return
    for line in ([banner] if banner else []) + list(lines):
        typer.echo(line)
