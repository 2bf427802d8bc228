"""`coupefeu export geojson|csv|cap|cot NOTICE...`: notices for other programs; without numbers, all that are in force.

coupefeu export cot US/14 --node us
coupefeu export geojson --node us --to notices.geojson
coupefeu export cap US/14 US/15 --node us --to warnings/
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from coupefeu.cli.officer import desk_of, language_of, open_folder
from coupefeu.cli.printing import JsonOption, LanguageOption, NodeOption, report
from coupefeu.errors import ConfigError
from coupefeu.model.messages import parse_number
from coupefeu.node.exporting.formats import Exported, ExportFormat, export_notices
from coupefeu.node.folder import NodeFolder
from coupefeu.services.notices.status import NoticeView
from coupefeu.words import say

NoticesArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="NOTICE...", help="Numbers, such as US/14; all in force if none is given."),
]
ToOption = Annotated[
    Path | None,
    typer.Option("--to", help="A new file; of CAP a folder, with a file for each. Printed if not given."),
]

_HELP = {
    ExportFormat.GEOJSON: "Write notices as GeoJSON; edges are geodesics.",
    ExportFormat.CSV: "Write notices as CSV, a row for each volume; `coupefeu notice import` reads it.",
    ExportFormat.CAP: "Write notices as messages of the Common Alerting Protocol 1.2.",
    ExportFormat.COT: "Write notices as Cursor-on-Target events, for maps of the TAK family.",
}


def register(group: typer.Typer) -> None:
    """Add the commands to `coupefeu export`."""
    for each in ExportFormat:
        group.command(each.value, help=_HELP[each])(_command(each))


def _command(format_: ExportFormat) -> Callable[..., None]:
    def export(
        node: NodeOption,
        notices: NoticesArgument = None,
        to: ToOption = None,
        language: LanguageOption = None,
        as_json: JsonOption = False,
    ) -> None:
        folder = open_folder(node)
        with desk_of(folder) as desk:
            parties = desk.context().parties
            views: Sequence[NoticeView] = (
                [desk.notices.get(parse_number(each, parties)) for each in notices]
                if notices
                else [each for each in desk.notices.live() if each.fact is not None]
            )
            about = Exported(
                line=folder.agreement.line_id.hex()[:8],
                is_exercise=bool(folder.banner()),
                language=language_of(folder, language),
                now_ms=desk.context().now.utc_ms,
            )
        if to is None:
            _print(views, format_, about)
        else:
            files = _write(views, format_, about, to)
            _report(folder, views, files, about.language, as_json=as_json)

    return export


def _print(views: Sequence[NoticeView], format_: ExportFormat, about: Exported) -> None:
    """Print the bare text: each format says EXERCISE by itself, and a program reads it."""
    groups = [[each] for each in views] if format_ is ExportFormat.CAP else [views]
    for each in groups:
        typer.echo(export_notices(each, format_, about), nl=False)


def _write(views: Sequence[NoticeView], format_: ExportFormat, about: Exported, to: Path) -> list[Path]:
    if format_ is not ExportFormat.CAP or to.suffix:
        return [_new(to, export_notices(views, format_, about))]
    to.mkdir(parents=True, exist_ok=True)
    return [
        _new(to / f"{each.number.replace('/', '-')}.cap", export_notices([each], format_, about))
        for each in views
    ]


def _new(path: Path, text: str) -> Path:
    """Write a new file; raises ConfigError `cli.export.exists`."""
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    except FileExistsError as error:
        raise ConfigError(
            f"{path} is there already", code="cli.export.exists", hint="Give a new name."
        ) from error
    except OSError as error:
        raise ConfigError(
            f"cannot write {path}: {error.strerror}", code="cli.export.unwritable", hint="Give another place."
        ) from error
    return path


def _report(
    folder: NodeFolder, views: Sequence[NoticeView], files: Sequence[Path], language: str, *, as_json: bool
) -> None:
    lines = [say("places-exported", language, count=len(views), files=", ".join(map(str, files)) or "-")]
    values = {"notices": [each.number for each in views], "files": [str(each) for each in files]}
    report(folder.banner(), lines, values, as_json=as_json)
