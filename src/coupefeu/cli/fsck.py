"""`coupefeu fsck`: everything that the record holds, computed anew. It changes nothing, and stops at nothing."""

from dataclasses import asdict
from typing import Any

import typer

from coupefeu.cli.printing import JsonOption, NodeOption, progress, report
from coupefeu.node.checking import check_node
from coupefeu.store.findings import LogReport, Report

FOUND_EXIT = 7
"""As for a record that cannot be read: something in it is not as it must be."""
MAX_PRINTED = 50


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("fsck")(fsck)


def fsck(node: NodeOption, as_json: JsonOption = False) -> None:
    """Check folder and record: files, hashes, trees, signatures, gaps, views. Exit 7 when something is found."""
    with progress("Checking", as_json=as_json) as tell:
        folder, found = check_node(node, tell)
    banner = None if folder is None else folder.banner()
    report(banner, report_lines(found), report_values(found), as_json=as_json)
    if not found.is_clean:
        raise typer.Exit(FOUND_EXIT)


def report_lines(found: Report) -> list[str]:
    """Say what was looked at, then each finding with its place and what to do."""
    lines = [_log_line(log) for log in found.logs]
    lines.append(f"{sum(log.attachments for log in found.logs):,} attachments that are held.")
    lines.append(f"{found.evidence:,} proofs of two statements that cannot both be true.")
    if found.is_clean:
        return [*lines, "", "Nothing was found that is not as it must be."]
    lines += ["", f"FOUND: {len(found.findings) + found.more:,}"]
    for finding in found.findings[:MAX_PRINTED]:
        lines += [f"- {finding.where}: {finding.what} [{finding.code}]", f"    {finding.hint}"]
    unprinted = max(0, len(found.findings) - MAX_PRINTED) + found.more
    return [*lines, f"and {unprinted:,} more."] if unprinted else lines


def _log_line(log: LogReport) -> str:
    return (
        f"{log.party.upper()}: {log.entries:,} entries, {log.checkpoints:,} checkpoints, "
        f"{log.cosignatures:,} co-signatures, {log.runs:,} runs, {log.run_receipts:,} run receipts"
        f"{f', {log.erased:,} without content: erased' if log.erased else ''}."
    )


def report_values(found: Report) -> dict[str, Any]:
    """Give the report as JSON has it."""
    return {
        "clean": found.is_clean,
        "findings": [asdict(finding) for finding in found.findings],
        "more": found.more,
        "logs": [asdict(log) for log in found.logs],
        "evidence": found.evidence,
    }
