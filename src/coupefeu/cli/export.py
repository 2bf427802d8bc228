"""`coupefeu export record`: one party's log as a folder that strangers can verify, with any C2SP tool or ours."""

from pathlib import Path
from typing import Annotated

import typer

from coupefeu.cli.export_notices import register as register_notices
from coupefeu.cli.officer import desk_of, open_folder
from coupefeu.cli.printing import JsonOption, NodeOption, progress, report
from coupefeu.errors import UsageError
from coupefeu.model.messages import format_log
from coupefeu.node.assembly import parties_of
from coupefeu.node.export import covered_in, export_record
from coupefeu.node.leaflet import write_record_leaflet
from coupefeu.record.enclosures import FOLDER

IncarnationOption = Annotated[
    int | None,
    typer.Option(min=1, help="Which of that party's logs, from 1; the newest if not given."),
]
PartyOption = Annotated[str, typer.Option("--party", help="Whose log: a party of the line (us).")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Write what strangers can verify; or notices for other programs.")
    group.callback()(_group)
    group.command("record")(record)
    group.command("equivocation")(equivocation)
    register_notices(group)
    app.add_typer(group, name="export")


def count_attachments(folder: Path) -> int:
    """Say how many attachments a folder shows."""
    return sum(1 for _ in (folder / FOLDER).glob("*.salt"))


def covered_words(covered: int, size: int) -> str:
    """Say how much of what was written ML-DSA-44 covers."""
    if covered >= size:
        return "All of it was signed once more with ML-DSA-44 by both sides."
    if not covered:
        return "All of it is classical only so far: nobody has signed it with ML-DSA-44 yet."
    return f"Signed once more with ML-DSA-44 by both sides; entries from {covered:,} on are classical only so far."


def _group() -> None:
    """Write what strangers can verify; or notices for other programs."""


def record(
    party: PartyOption,
    to: Annotated[Path, typer.Option("--to", help="The new folder.")],
    node: NodeOption,
    incarnation: IncarnationOption = None,
    witnessed: Annotated[
        bool,
        typer.Option("--witnessed", help="Only up to what a neutral witness has signed too, if any has."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Write one party's log as a tlog-tiles folder, up to the newest checkpoint that another party co-signed."""
    folder = open_folder(node)
    log = folder.log_of(party.lower(), incarnation)
    name = format_log(log, folder.agreement.party_ids)
    with desk_of(folder) as desk, progress(f"Exporting {name}", as_json=as_json) as tell:
        size = export_record(
            desk.reader,
            parties_of(folder),
            log,
            to,
            tell,
            witnessed=witnessed,
            witnesses=folder.agreement.witnesses,
        )
    write_record_leaflet(folder, name, size, to)
    held = sorted(path.stem for path in (to / "cosigners").glob("*.vkey"))
    covered = covered_in(to, size)
    lines = [
        f"The log of {name}, {size:,} entries, is in {to}.",
        f"Co-signed by {', '.join(each.upper() for each in held)}.",
        covered_words(covered, size),
        f"Verify it: coupefeu verify {to}",
    ]
    values = {"party": party.lower(), "log": name, "to": str(to), "size": size, "cosigned_by": held}
    values["post_quantum_before"] = covered
    values["witnessed_by"] = seen = sorted(path.stem for path in (to / "witnesses").glob("*.vkey"))
    if seen:
        lines.insert(2, f"Witnessed by {', '.join(each.upper() for each in seen)}.")
    values["attachments"] = attached = count_attachments(to)
    if attached:
        lines.insert(1, f"Attachments that are held here: {attached:,}, each in two files.")
    report(folder.banner(), lines, values, as_json=as_json)


def equivocation(
    to: Annotated[Path, typer.Option("--to", help="The new folder.")],
    node: Annotated[
        Path | None, typer.Option("--node", help="Folder of the node that keeps the proof.")
    ] = None,
    number: Annotated[
        int | None,
        typer.Option(min=1, help="Which of the proofs that `coupefeu status` lists; if there are several."),
    ] = None,
    between: Annotated[
        tuple[Path, Path] | None,
        typer.Option(help="Instead of a node: two exports of one log, say one from each side."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write a proof that a party signed two things that cannot both be true, for a reader who has nothing else."""
    from coupefeu.cli.export_equivocation import export_between, export_kept  # noqa: PLC0415 - seldom needed

    if (node is None) == (between is None):
        raise UsageError(
            "either a node or two exports are needed",
            code="cli.export.equivocation",
            hint="Give --node FOLDER, or --between EXPORT EXPORT.",
        )
    if between is not None:
        export_between(between, to, as_json=as_json)
    elif node is not None:
        export_kept(open_folder(node), number, to, as_json=as_json)
