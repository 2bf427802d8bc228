"""`coupefeu incident`: report what happened before it is explained, compare it, ask, answer, follow it to its end.

coupefeu incident report accidental-launch --node us
coupefeu incident pair RU/7 US/12 --node ru
coupefeu incident query US/12 --node ru --words "What flew there?"
coupefeu incident reply US/15 --node us --words "A malfunction."
coupefeu incident export US/12 --node ru --out inquiry.html
"""

from importlib import import_module
from typing import Final

import typer

FAMILIES: Final = ("incident_report", "incident_act", "incident_query", "incident_look", "incident_export")
"""Modules of this room, each with `register(group)`."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Report, compare, ask and answer about incidents; see how they stand.")
    for name in FAMILIES:
        import_module(f"coupefeu.cli.{name}").register(group)
    app.add_typer(group, name="incident")
