"""`coupefeu verifier`: the page that verifies a communique in a browser, as one file to give to whoever reads one."""

from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from coupefeu.cli.printing import JsonOption, report
from coupefeu.console.static import VERIFIER, read_verifier
from coupefeu.keys.files import write_durably


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("verifier")(verifier)


def verifier(
    to: Annotated[Path, typer.Option("--to", help="The new file.")],
    as_json: JsonOption = False,
) -> None:
    """Write the page that verifies a communique in a browser, without a node and without a network, into one file."""
    page = read_verifier()
    write_durably(to, page, replace=False)
    digest = sha256(page).hexdigest()
    lines = [
        f"The page is in {to}. Whoever opens it in a browser checks communiques with it, offline.",
        f"Its SHA-256, to be told by another way than the file: {digest}",
    ]
    report(
        None,
        lines,
        {"to": str(to), "name": VERIFIER, "size_bytes": len(page), "sha256": digest},
        as_json=as_json,
    )
