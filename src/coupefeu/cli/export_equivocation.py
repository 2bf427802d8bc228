"""`coupefeu export equivocation`: a kept proof, or what two exports of one log prove, as a folder for strangers."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from coupefeu.cli.exported_folder import folder_keys, reader_of
from coupefeu.cli.officer import desk_of
from coupefeu.cli.printing import report
from coupefeu.errors import UsageError, naming
from coupefeu.model.messages import format_number
from coupefeu.node.export_equivocation import write_equivocation
from coupefeu.node.folder import NodeFolder
from coupefeu.node.leaflet import write_equivocation_leaflet
from coupefeu.record.audit import RecordAudit, audit_record
from coupefeu.record.comparing import ComparedRecord, compare_records, parse_record
from coupefeu.record.incarnations import is_of_two_incarnations
from coupefeu.store.line import need_author
from coupefeu.wire.key_statement import KeyRole


def export_kept(folder: NodeFolder, number: int | None, to: Path, *, as_json: bool) -> None:
    """Write a proof that the node keeps. Raises: UsageError: there is none, or several and none was named."""
    with desk_of(folder) as desk:
        row = _choose(desk.reader.evidence(), number)
    log, proof = row["log"], row["proof"]
    author = need_author(folder.parties, log)
    keys = [] if is_of_two_incarnations(proof) else author.keys_of(KeyRole.LOG)
    write_equivocation(to, proof, keys, folder.first_body(log))
    name = format_number((log, row["idx"]), folder.agreement.party_ids)
    write_equivocation_leaflet(folder.banner(), name, to)
    lines = [f"The proof about {name} ({row['what']}) is in {to}.", f"Verify it: coupefeu verify {to}"]
    values = {"number": row["number"], "entry": name, "what": row["what"], "to": str(to)}
    report(folder.banner(), lines, values, as_json=as_json)


def _choose(rows: Sequence[Mapping[str, Any]], number: int | None) -> Mapping[str, Any]:
    chosen = [row for row in rows if number in {None, row["number"]}]
    if len(chosen) != 1:
        kept = ", ".join(str(row["number"]) for row in rows) or "none"
        raise UsageError(
            f"{len(chosen)} proofs are kept that could be meant",
            code="cli.export.which_proof",
            hint=f"Give --number; kept are: {kept}. `coupefeu status` says of which entries.",
        )
    return chosen[0]


def export_between(folders: tuple[Path, Path], to: Path, *, as_json: bool) -> None:
    """Write what two exports of one log prove against whoever signed both. Raises: UsageError: they can be one log."""
    audited = [_audit(folder) for folder in folders]
    found = compare_records(*(record for record, _ in audited))
    origin = audited[0][1].origin
    if not found:
        raise UsageError(
            f"nothing contradicts: one of the two is the beginning of the other, or the same log {origin}",
            code="cli.export.no_contradiction",
            hint="Nothing was written.",
        )
    first = audited[0][1].first_body
    written = []
    for contradiction in found:
        inside = to / (
            "log" if contradiction.key.name == origin else "holder-" + contradiction.key.key_id.hex()
        )
        write_equivocation(inside, contradiction.proof, [contradiction.key], first)
        write_equivocation_leaflet("", contradiction.key.name, inside)
        written.append({"signer": contradiction.key.name, "to": str(inside)})
    lines = [f"{each['signer']} signed both: {each['to']}" for each in written]
    report(
        None,
        [*lines, "Verify each with coupefeu verify."],
        {"origin": origin, "written": written},
        as_json=as_json,
    )


def _audit(folder: Path) -> tuple[ComparedRecord, RecordAudit]:
    with naming(folder):
        keys, read = folder_keys(folder), reader_of(folder)
        audit = audit_record(read, keys.log, keys.cosigners)
        return parse_record(read, keys.log, keys.cosigners), audit
