"""`coupefeu demo`: March 2022, then two nodes of an exercise line on this machine with their consoles, or headless."""

from pathlib import Path
from typing import Annotated

import typer

from coupefeu.cli.printing import JsonOption
from coupefeu.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    headless: Annotated[
        bool, typer.Option("--headless", help="Play on by itself, without consoles, and end.")
    ] = False,
    message: Annotated[
        Path | None, typer.Option(help="Headless: send the text of this file instead of the demo's own.")
    ] = None,
    notices: Annotated[
        list[Path] | None,
        typer.Option(
            help="Also file the notices of this file (GeoJSON, one feature a line; or CSV, CoT), shared out between "
            "both sides; may be given again. A file that is not there is looked for in COUPEFEU_DATA."
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65_534, help="First port for the consoles; a busy one is passed over."),
    ] = None,
    no_open: Annotated[
        bool, typer.Option("--no-open", help="Print the links only, and open no browser.")
    ] = False,
    keep: Annotated[Path | None, typer.Option(help="Leave the nodes in FOLDER/us and FOLDER/ru.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Play March 2022, then run two nodes with their consoles until Ctrl-C; --headless: let them prove the main job."""
    if headless:
        from coupefeu.cli.demo_story import play_story  # noqa: PLC0415 - needs no console

        if port is not None or no_open:
            raise _no_consoles("--port" if port is not None else "--no-open")
        play_story(message, notices or (), keep, as_json=as_json)
        return
    from coupefeu.cli.demo_consoles import run_consoles  # noqa: PLC0415 - the headless demo needs none

    if message is not None:
        raise UsageError(
            "--message is for the headless demo",
            code="cli.demo.message",
            hint="add --headless, or write the message at a console",
        )
    run_consoles(keep, notices or (), first_port=port, opens=not no_open, as_json=as_json)


def _no_consoles(option: str) -> UsageError:
    return UsageError(
        f"{option} is for the consoles, and the headless demo has none",
        code="cli.demo.headless",
        hint=f"leave out --headless, or {option}",
    )
