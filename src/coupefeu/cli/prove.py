"""`coupefeu prove`: one entry with the proof that it stands in a signed log."""

from pathlib import Path
from typing import Annotated

import typer

from coupefeu.cli.export import IncarnationOption, PartyOption, count_attachments
from coupefeu.cli.officer import desk_of, open_folder
from coupefeu.cli.printing import JsonOption, NodeOption, report
from coupefeu.model.messages import format_log, format_number
from coupefeu.node.assembly import parties_of
from coupefeu.node.export import covered_in
from coupefeu.node.leaflet import write_proof_leaflet
from coupefeu.node.prove import prove_entry


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("prove")(prove)


def prove(
    party: PartyOption,
    index: Annotated[int, typer.Option("--index", min=0, help="Index of the entry: 14 for US/14.")],
    to: Annotated[Path, typer.Option("--to", help="The new folder.")],
    node: NodeOption,
    incarnation: IncarnationOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write one entry (`leaf`), its proof, and its `body` where held, for a reader who has nothing else."""
    folder = open_folder(node)
    log = folder.log_of(party.lower(), incarnation)
    names = folder.agreement.party_ids
    with desk_of(folder) as desk:
        size = prove_entry(
            desk.reader, parties_of(folder), log, index, to, witnesses=folder.agreement.witnesses
        )
    write_proof_leaflet(folder, format_log(log, names), index, to)
    has_body = (to / "body").exists()
    lines = [
        f"{format_number((log, index), names)} with its place among {size:,} entries is in {to}.",
        "Its content is shown." if has_body else "Its content is not held here, so it is not shown.",
        proof_words(covered_in(to, size)),
        f"Verify it: coupefeu verify {to}",
    ]
    attached = count_attachments(to)
    if attached:
        lines.insert(2, f"Attachments that are held here: {attached:,}, each in two files.")
    values = {"party": party.lower(), "index": index, "to": str(to), "size": size, "body": has_body}
    values["attachments"] = attached
    values["post_quantum_before"] = covered_in(to, size)
    report(folder.banner(), lines, values, as_json=as_json)


def proof_words(covered: int) -> str:
    """Say whether ML-DSA-44 covers an entry that is proved."""
    if covered:
        return "Its place was signed once more with ML-DSA-44 by both sides."
    return "It is classical only so far: both sides have not signed it with ML-DSA-44 yet."
