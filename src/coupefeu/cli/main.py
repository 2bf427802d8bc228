"""The command `coupefeu`: finds the module of a command, runs it, and says errors so that people can act on them."""

import json
import sys
from importlib import import_module
from typing import Final

import typer

from coupefeu import errors

COMMANDS: Final = (
    "init", "card", "pair", "agreement",
    "up", "status",
    "say", "inbox", "watch", "take", "read", "read-back", "say-again", "pass-to", "outcome", "confirm",
    "record", "export", "prove", "verify", "fsck", "rebuild",
    "demo", "bench",
)  # fmt: skip
"""In the order of `--help`; the module of `read-back` is `coupefeu.cli.read_back`."""

_MODULES: Final = {
    "take": "acts", "read": "acts", "read-back": "acts", "say-again": "acts", "pass-to": "acts", "outcome": "acts",
    "confirm": "acts",
}  # fmt: skip

EXIT_CODES: Final = {
    errors.UsageError: 2,
    errors.PolicyError: 3,
    errors.VerificationError: 4,
    errors.PeerError: 5,
    errors.BearerError: 6,
    errors.StoreError: 7,
    errors.ConfigError: 8,
}
"""What a script sees; 1 is a defect of ours, or a demo step that did not hold."""


def make_app(only: str | None = None) -> typer.Typer:
    """Build the command line; with `only`, just that command, for a quick start."""
    app = typer.Typer(
        name="coupefeu",
        help="A self-hosted line between parties that must not collide by accident.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )

    @app.callback()
    def coupefeu() -> None:
        """Keep a line between parties that must not collide by accident."""

    names = COMMANDS if only is None else (only,)
    for module in dict.fromkeys(_MODULES.get(name, name.replace("-", "_")) for name in names):
        _register(app, module)
    return app


def _register(app: typer.Typer, module: str) -> None:
    commands = import_module(f"coupefeu.cli.{module}")
    if module == "agreement":
        commands.register(app, import_module("coupefeu.cli.agreement_record").FolderRecord())
    else:
        commands.register(app)


def run() -> None:
    """Run the command of `sys.argv`."""
    first = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        make_app(first if first in COMMANDS else None)()
    except errors.CoupefeuError as error:
        _tell(error)
        sys.exit(next((code for kind, code in EXIT_CODES.items() if isinstance(error, kind)), 1))


def _tell(error: errors.CoupefeuError) -> None:
    if "--json" in sys.argv:
        described = {"code": error.code, "message": error.message, "hint": error.hint}
        sys.stdout.write(json.dumps({"error": described}, ensure_ascii=False) + "\n")
        return
    sys.stderr.write(f"{error.message} [{error.code}]\n")
    if error.hint:
        sys.stderr.write(f"  {error.hint}\n")


if __name__ == "__main__":
    run()
