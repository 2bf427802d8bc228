"""`coupefeu notice import`: notices from a file of CSV, GeoJSON or CoT, and a reject file for the rest.

coupefeu notice import plan.csv --rejects plan-rejects.csv --dry-run
coupefeu notice import ranges.geojson --rejects rest.jsonl --form hazard-to-navigation --set contact=Duty --datum AMSL
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from coupefeu.cli.officer import desk_of, language_of, open_folder, with_node
from coupefeu.cli.printing import JsonOption, LanguageOption, NodeOption, progress, report
from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.instant import parse_instant
from coupefeu.node.folder import NodeFolder
from coupefeu.node.importing.filing import File, Import, Imported, find_first_ms
from coupefeu.node.importing.judging import Wish, read_form
from coupefeu.node.importing.known import Known, read_known
from coupefeu.node.importing.rejects import RejectFile, why
from coupefeu.node.importing.source import Format, Source
from coupefeu.node.node import Node
from coupefeu.services.notices.commands import FileNotice
from coupefeu.wire.features import Reject
from coupefeu.words import say

SHOWN: Final = 10
"""So many rejects and duplicates are named on a terminal; the reject file and --json have all of them."""
REJECTS_EXIT: Final = 5
"""As for a file that breaks a format: something of it was not filed."""


class FormatName(StrEnum):
    """What a file is written in."""

    CSV = "csv"
    GEOJSON = "geojson"
    COT = "cot"


class DatumName(StrEnum):
    """What altitudes are measured from."""

    AMSL = "AMSL"
    HAE = "HAE"
    AGL = "AGL"


def register(group: typer.Typer) -> None:
    """Add the command to `coupefeu notice`."""
    group.command("import")(import_notices)


def import_notices(
    file: Annotated[Path, typer.Argument(help="The file: .csv, .geojson, .jsonl, .cot, .xml.")],
    node: NodeOption,
    rejects: Annotated[
        Path,
        typer.Option(
            "--rejects", help="A new file for what is not filed: line, field, reason. Mend it, give it again."
        ),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Look at the file only; nothing is filed.")
    ] = False,
    format_: Annotated[
        FormatName | None,
        typer.Option("--format", help="What it is written in, where its name does not say."),
    ] = None,
    form: Annotated[
        str | None, typer.Option("--form", help="Form of notices that name none, such as flight-safety.")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="A field of the form for those that do not fill it: contact=Duty."),
    ] = None,
    datum: Annotated[
        DatumName | None, typer.Option("--datum", help="What altitudes are measured from that do not say.")
    ] = None,
    reach: Annotated[
        str,
        typer.Option("--reach", help="Radius of points and half width of lines of CoT that have none: 1 NM."),
    ] = "",
    movement: Annotated[
        str, typer.Option("--movement", help="The movement that they belong to, where none is named.")
    ] = "",
    unit: Annotated[
        list[str] | None, typer.Option("--unit", help="A unit to be told, where none is named.")
    ] = None,
    from_post: Annotated[
        str | None, typer.Option("--from-post", help="The post that files; our duty desk if not given.")
    ] = None,
    to_post: Annotated[
        list[str] | None, typer.Option("--to-post", help="A post addressed; their duty desks if not given.")
    ] = None,
    officer: Annotated[
        str, typer.Option("--officer", help="A label beside the post; it proves no person.")
    ] = "",
    begin: Annotated[
        str | None,
        typer.Option(
            "--begin",
            help="On an exercise line: move all windows alike, so that the first begins then (UTC).",
        ),
    ] = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """File the notices of a file. What cannot be filed goes to the reject file; what is known already is named.

    Exit 5 when something went to the reject file. Interrupted, it is given again: what was filed is known then.
    """
    folder = open_folder(node)
    wish = Wish(
        form=None if form is None else read_form(form),
        fields=_fields(set_ or ()),
        movement=movement,
        units=tuple(unit or ()),
        datum="" if datum is None else datum.value,
        reach=reach,
        language=folder.agreement.party(folder.party).language,
        officer=officer,
    )
    chosen = None if format_ is None else Format(format_.value)
    if rejects.resolve() == file.resolve():
        raise UsageError(
            "the reject file is the file itself", code="cli.notice.rejects", hint="Give a new name."
        )
    with desk_of(folder) as desk:
        now_ms = desk.context().now.utc_ms
        known = read_known(desk.reader, desk.context().parties)
    importing = Import(
        wish=wish,
        now_ms=now_ms,
        is_exercise=bool(folder.banner()),
        from_post=(from_post or folder.agreement.party(folder.party).duty_desk).lower(),
        to_posts=tuple(each.lower() for each in to_post or ()),
        shift_ms=_shift_ms(folder, file, chosen, wish, begin, now_ms),
    )
    found, rejected, notes = _run(
        folder, importing, file, chosen, known, rejects, dry_run=dry_run, as_json=as_json
    )
    _report(
        folder,
        found,
        rejected,
        notes,
        rejects,
        language_of(folder, language),
        dry_run=dry_run,
        as_json=as_json,
    )
    if found.rejected:
        raise typer.Exit(REJECTS_EXIT)


def _run(
    folder: NodeFolder,
    importing: Import,
    file: Path,
    format_: Format | None,
    known: Known,
    rejects: Path,
    *,
    dry_run: bool,
    as_json: bool,
) -> tuple[Imported, list[Reject], tuple[str, ...]]:
    rejected, size = list[Reject](), file.stat().st_size if file.exists() else 0
    with (
        closing(Source.open(file, format_, importing.wish)) as source,
        closing(RejectFile(rejects, source)) as out,
        progress(say("places-importing", "en", file=file.name), as_json=as_json) as tell,
    ):

        def reject(each: Reject) -> None:
            out.write(each)
            rejected.append(Reject(at=each.at, id=each.id, defects=each.defects))

        def told() -> None:
            out.keep()
            if tell is not None:
                tell(source.place, size)

        if dry_run:
            found = asyncio.run(importing.run(source, known, reject, None, told))
        else:
            found = with_node(folder, lambda node: importing.run(source, known, reject, _filer(node), told))
        return found, rejected, source.notes


def _filer(node: Node) -> File:
    async def file(command: FileNotice) -> str:
        return (await node.act(command))[0].number

    return file


def _shift_ms(
    folder: NodeFolder, file: Path, format_: Format | None, wish: Wish, begin: str | None, now_ms: int
) -> int:
    if begin is None:
        return 0
    if not folder.banner():
        raise PolicyError(
            "times are moved on an exercise line only", code="cli.notice.begin", hint="Leave --begin out."
        )
    begin_ms = parse_instant(begin, now_ms)
    with closing(Source.open(file, format_, wish)) as source:
        first_ms = find_first_ms(source)
    return 0 if first_ms is None else begin_ms - first_ms


def _fields(rows: Sequence[str]) -> Mapping[str, str]:
    found = {}
    for row in rows:
        name, equals, value = row.partition("=")
        if not equals or not name.strip():
            raise UsageError(
                f"{row[:40]!r} is not NAME=VALUE", code="cli.notice.set", hint="Such as --set contact=Duty."
            )
        found[name.strip()] = value.strip()
    return found


def _report(
    folder: NodeFolder,
    found: Imported,
    rejected: Sequence[Reject],
    notes: Sequence[str],
    rejects: Path,
    language: str,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    counts = {
        "read": found.read, "filed": found.ready if dry_run else len(found.filed),
        "duplicates": len(found.duplicates), "rejected": found.rejected,
    }  # fmt: skip
    lines = [say("places-import-looked" if dry_run else "places-imported", language, **counts)]
    lines += [
        say("places-import-duplicate", language, at=str(each.at), id=each.id or "-", seen=each.seen)
        for each in found.duplicates[:SHOWN]
    ]
    lines += [say("places-import-rejected", language, **_told(each)) for each in rejected[:SHOWN]]
    if rejected:
        lines.append(say("places-import-mend", language, file=str(rejects)))
    values: dict[str, Any] = {
        **counts,
        "dry_run": dry_run,
        "numbers": found.filed,
        "duplicate_of": [{"at": each.at, "id": each.id, "seen": each.seen} for each in found.duplicates],
        "rejects": [why(each) for each in rejected],
        "rejects_file": str(rejects) if rejected else None,
        "notes": list(notes),
    }
    report(folder.banner(), [*lines, *notes], values, as_json=as_json)


def _told(reject: Reject) -> dict[str, str | int]:
    said = why(reject)
    return {
        "at": str(reject.at),
        "id": reject.id or "-",
        "field": said["field"] or "-",
        "reason": said["reason"],
    }
