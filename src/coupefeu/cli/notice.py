"""`coupefeu notice`: say where and when to keep apart, answer, read back, and see how each notice stands.

coupefeu notice file flight-safety --node us --title "Patrol" --circle "44.5 31.2 / 20 NM" --lower SFC --upper FL120 \
    --from 2024-04-01T09:00Z --to 2024-04-01T15:00Z --set activity=2 --set contact="Duty desk"
coupefeu notice answer US/12 no-objection --node ru
coupefeu notice read-back US/12 --node ru --position "44.5000N 31.2000E"
"""

from importlib import import_module
from typing import Final

import typer

FAMILIES: Final = (
    "notice_file",
    "notice_answer",
    "notice_look",
    "notice_import",
    "notice_passing",
    "notice_units",
    "notice_ageing",
    "notice_conflicts",
)
"""Modules of this room, each with `register(group)`."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="File, amend, answer and read back notices; see how they stand.")
    for name in FAMILIES:
        import_module(f"coupefeu.cli.{name}").register(group)
    app.add_typer(group, name="notice")
