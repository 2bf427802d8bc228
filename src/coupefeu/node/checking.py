"""The whole folder of a node checked: its files first, then its record. Nothing is changed."""

from dataclasses import replace
from pathlib import Path

from coupefeu.errors import CoupefeuError
from coupefeu.keys.agreement_signatures import parse_agreement_body
from coupefeu.node.assembly import line_of
from coupefeu.node.folder import NodeFolder
from coupefeu.node.running import is_running
from coupefeu.services.every import SERVICES
from coupefeu.store.findings import RESTORE, Findings, Report
from coupefeu.store.fsck import Progress, Views, check_record
from coupefeu.store.highwater import read_high_water
from coupefeu.store.line import Party, make_parties
from coupefeu.store.sqlite import Connection, open_for_reading
from coupefeu.store.standing import Standing, read_standing

_START = "Start the node: it writes the file anew from the record."


def check_node(path: Path, progress: Progress | None = None) -> tuple[NodeFolder | None, Report]:
    """Check a node; gives its folder too, None where its files cannot be read together."""
    findings = Findings()
    folder = _open(path, findings)
    if folder is None:
        return None, findings.report((), 0)
    if not folder.record_path.exists():
        _check_absent(folder, findings)
        return folder, findings.report((), 0)
    parties = _check_against_record(folder, findings)
    line = replace(line_of(folder), parties=parties)
    report = check_record(
        folder.record_path,
        parties,
        folder.log_number,
        folder.high_water_path,
        running=is_running(folder),
        progress=progress,
        agreement=folder.agreement,
        views=Views(
            line=line,
            services=SERVICES,
            agreement=folder.agreement,
            earlier=folder.earlier_agreements,
        ),
    )
    return folder, replace(report, findings=(*findings.kept, *report.findings))


def _open(path: Path, findings: Findings) -> NodeFolder | None:
    try:
        folder = NodeFolder.open(path)
        folder.need_line()
    except CoupefeuError as error:
        findings.add("folder", error.message, str(path), error.hint or "Restore the folder from a backup.")
        return None
    return folder


def _check_absent(folder: NodeFolder, findings: Findings) -> None:
    """Judge a folder without a record: before the first start there is none, and nothing was signed."""
    try:
        marks = read_high_water(folder.high_water_path)
    except CoupefeuError as error:
        findings.add("high_water", error.message, folder.high_water_path.name, error.hint)
        return
    if marks is None or any(size for size, _ in marks.values()):
        what = "there is no record, and this node has signed entries"
        findings.add("database", what, folder.record_path.name, RESTORE)


def _check_against_record(folder: NodeFolder, findings: Findings) -> tuple[Party, ...]:
    """Compare the folder with what its record says governs the line; gives the parties by both."""
    try:
        connection = open_for_reading(folder.record_path, running=is_running(folder))
        try:
            standing = read_standing(connection, folder.agreement)
            _check_opening(folder, connection, findings)
        finally:
            connection.close()
    except (CoupefeuError, TypeError, ValueError) as error:
        what = f"the folder cannot be compared with its record: {error}"
        findings.add("folder", what, str(folder.path), "Mend what else is found, and check again.")
        return folder.parties
    return _check_standing(folder, standing, findings)


def _check_opening(folder: NodeFolder, connection: Connection, findings: Findings) -> None:
    """Insist that entry 0 of our first log holds version 1 of the agreement, as it stands in the folder."""
    first = folder.agreement.log_number(folder.party)
    rows = connection.query(
        "SELECT body FROM entries WHERE log = ? AND idx = 0 AND body IS NOT NULL", (first,)
    )
    for (body,) in rows:
        if parse_agreement_body(body)[0] != parse_agreement_body(folder.first_body(first))[0]:
            what = "entry 0 holds another agreement than agreement/0001.toml"
            findings.add(
                "folder",
                what,
                str(folder.path),
                "Folder and record.db are of two lines: bring the right one back.",
            )


def _check_standing(folder: NodeFolder, standing: Standing, findings: Findings) -> tuple[Party, ...]:
    line = folder.need_line()
    lacking = [each.statement for each in standing.statements if each.statement not in line.statements]
    for statement in lacking:
        name = f"agreement/{statement.party}-{statement.number:04d}.statement"
        what = "the key statement is on the record, and not in the folder"
        findings.add("folder", what, name, _START)
    if not lacking:
        return folder.parties
    statements = [each.statement for each in standing.statements]
    return make_parties(folder.agreement, statements, line.published, line.opened)
