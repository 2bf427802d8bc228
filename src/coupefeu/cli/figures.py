"""`coupefeu figures`: what the line was used for, and how fast it was answered.

coupefeu figures --year 2022 --node us
coupefeu figures --from 2022-02-24 --to 2022-03-24 --party ru --node us
coupefeu figures --year 2022 --csv figures-2022.csv --node us
"""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from coupefeu.cli.figures_words import figures_lines, span_lines
from coupefeu.cli.inbox import fold
from coupefeu.cli.officer import desk_of, language_of, open_folder
from coupefeu.cli.printing import JsonOption, LanguageOption, NodeOption, report
from coupefeu.errors import ConfigError
from coupefeu.node.figures_csv import write_figures
from coupefeu.services.usage.asked import read_asked
from coupefeu.words import say


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("figures")(figures)


def figures(
    node: NodeOption,
    year: Annotated[
        int | None, typer.Option("--year", help="A year, UTC; the running one if not given.")
    ] = None,
    since: Annotated[str, typer.Option("--from", help="UTC: 2022-02-24, or 2022-02-24T03:00Z.")] = "",
    until: Annotated[
        str, typer.Option("--to", help="UTC; a day belongs to the span whole. Now if not given.")
    ] = "",
    party: Annotated[str, typer.Option("--party", help="One party; all, jointly, if not given.")] = "",
    csv: Annotated[Path | None, typer.Option("--csv", help="Write them to a new file as CSV too.")] = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count entries, messages, line tests, calls and notices of a year or a span; median and worst answer times."""
    folder = open_folder(node)
    spoken = language_of(folder, language)
    with desk_of(folder) as desk:
        context = desk.context()
        asked = read_asked(
            context.now.utc_ms, context.parties, year=year, since=since, until=until, party=party
        )
        usage = desk.figures(asked)
    if csv is not None:
        _write(csv, "".join(write_figures(usage, exercise=folder.banner() or "")))
    lines = [*fold(list(span_lines(usage, spoken))), *figures_lines(usage, spoken)]
    if csv is not None:
        lines = [*lines, "", say("figures-written", spoken, file=str(csv))]
    report(folder.banner(), lines, msgspec.to_builtins(usage), as_json=as_json)


def _write(path: Path, text: str) -> None:
    """Write a new file. Raises: ConfigError: it is there already, or cannot be written."""
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}",
            code="cli.figures.file",
            hint="Name a new file in a folder that this user may write in.",
        ) from error
