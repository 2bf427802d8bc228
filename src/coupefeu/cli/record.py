"""`coupefeu record`: every entry of both logs, what signature covers it, and who has signed for holding it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from coupefeu.cli.officer import desk_of, open_folder
from coupefeu.cli.printing import JsonOption, NodeOption, progress, report
from coupefeu.model.instant import format_date_time_group, parse_last
from coupefeu.model.messages import format_number
from coupefeu.node.covered import CoveredValues, read_covered
from coupefeu.node.entries import check_filter, filter_name, head_of, kind_of, read_party
from coupefeu.node.folder import NodeFolder
from coupefeu.services.messages.display import show, show_line
from coupefeu.services.messages.forms import read_content
from coupefeu.store.reader import Reader

PAGE = 1_000
MAX_BRANCHES = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("record")(record)


def record(
    node: NodeOption,
    party: Annotated[
        str | None, typer.Option("--party", help="Only this party, or one log of it: us, us.2.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help='Only what was stored here since: "0312Z", "240312Z MAR 22".')
    ] = None,
    kind: Annotated[
        str | None, typer.Option(help="Only this kind: message, taken, ...; or unreadable, unknown.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="The latest so many.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List the entries of both sides in the order in which they came here, the newest last."""
    folder = open_folder(node)
    whose = None if party is None else read_party(party, folder.agreement.party_ids)
    now_ms = folder.clock().utc_ms
    since_ms = None if since is None else parse_last(since, now_ms)
    wanted = None if kind is None else check_filter(kind)
    with desk_of(folder) as desk, progress("Looking", as_json=as_json) as tell:
        found: list[dict[str, Any]] = []
        for seen, row in enumerate(_entries(desk.reader, whose, since_ms), 1):
            if tell is not None and seen % PAGE == 0:
                tell(seen, row["arrival"] + seen)
            values = entry_values(folder, row)
            if wanted is None or wanted == filter_name(values["kind"]):
                found.append(values | _signatures(folder, desk.reader, row))
            if len(found) == limit:
                break
        others = [branch_values(folder, row) for row in desk.reader.branches(MAX_BRANCHES)]
        covered = read_covered(desk.reader, folder.agreement.party_ids)
    found.reverse()
    lines = [HEADING, *(entry_line(values) for values in found)] if found else ["No such entry is held."]
    lines += ["", f"{len(found):,} entries, as of {format_date_time_group(now_ms)}."]
    lines += map(covered_line, covered)
    lines += branch_lines(others)
    values = {
        "as_of_ms": now_ms,
        "entries": found,
        "branches": others,
        "post_quantum": [asdict(each) for each in covered],
    }
    report(folder.banner(), lines, values, as_json=as_json)


def branch_values(folder: NodeFolder, row: Mapping[str, Any]) -> dict[str, Any]:
    """Give what was signed on the other branch of a forked log: it is no part of the log, and can be read."""
    values = entry_values(folder, row)
    content = read_content(row["body"])[0] if values["kind"] == "MESSAGE" else None
    return values | {"text": "" if content is None else show(content.text).text}


def branch_lines(others: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say it, each behind its number, the newest first."""
    if not others:
        return []
    lines = ["", "OF THE OTHER BRANCH: signed in the place of what was held first, which stands."]
    for values in others:
        stored = format_date_time_group(values["arrived_ms"])
        lines.append(f"  {values['entry']:<12}{values['kind']:<18}{values['precedence'] or '-':<10}{stored}")
        lines += [f"    | {line}" for line in values["text"].splitlines()]
    return lines


def covered_line(covered: CoveredValues) -> str:
    """Say how far ML-DSA-44 covers one log."""
    signers = ", ".join(each.upper() for each in (covered.party, *covered.by))
    again = f"{covered.log}: ML-DSA-44 by {signers} before {covered.covered:,}"
    if covered.covered >= covered.size:
        return f"{again}, which is all of it."
    start = f"{covered.log}:" if covered.covered == 0 else f"{again};"
    return f"{start} entries from {covered.covered:,} on are classical only so far."


HEADING = f"{'entry':<12}{'kind':<18}{'prec.':<10}{'stored here':<16}{'covered by':<11}held by"


def entry_line(values: Mapping[str, Any]) -> str:
    """Give one entry on one line."""
    holders = ", ".join(holder.upper() for holder in values["receipts"]) or "-"
    return (
        f"{values['entry']:<12}{_kind_words(values):<18}{values['precedence'] or '-':<10}"
        f"{format_date_time_group(values['arrived_ms']):<16}{values['cover']:<11}{holders}"
    ).rstrip()


def _kind_words(values: Mapping[str, Any]) -> str:
    return values["kind"] if values["held"] == "all" else f"{values['kind']} ({values['held']})"


def entry_values(folder: NodeFolder, row: Mapping[str, Any]) -> dict[str, Any]:
    """Give what stands on the record of one entry; texts that a peer wrote are made safe to look at."""
    head = head_of(row)
    name = folder.agreement.writer_of(row["log"])
    return {
        "entry": format_number((row["log"], row["idx"]), folder.agreement.party_ids),
        "party": name,
        "index": row["idx"],
        "kind": kind_of(row, head),
        "precedence": None if head is None else head.precedence.name,
        "from_post": None if head is None else show_line(head.from_post),
        "to_posts": [] if head is None else [show_line(post) for post in head.to_posts],
        "language": None if head is None else show_line(head.language),
        "written_ms": None if head is None else head.written_ms,
        "arrived_ms": row["arrived_ms"],
        "held": _held(row),
        "leaf": row["leaf"].hex(),
    }


def _held(row: Mapping[str, Any]) -> str:
    """Say what of an entry is here: all, the leaf alone, or, of erased content, what stands."""
    if row["erased"] is not None:
        return "erased"
    return "all" if row["body"] is not None else "head" if row["head"] is not None else "leaf"


def _signatures(folder: NodeFolder, reader: Reader, row: Mapping[str, Any]) -> dict[str, Any]:
    receipts = reader.receipts(row["log"], row["idx"])
    names = folder.agreement.party_ids
    return {
        "cover": reader.coverage(row["log"], row["idx"]),
        "receipts": {names[holder]: arrived_ms for holder, arrived_ms in sorted(receipts.items())},
    }


def _entries(
    reader: Reader, whose: tuple[int, bool] | None, since_ms: int | None
) -> Iterator[Mapping[str, Any]]:
    """Walk back from the newest arrival, a page at a time; `whose`: as `read_party` gives it."""
    logs = None
    if whose is not None:
        log, alone = whose
        logs = [log] if alone else reader.logs_beside(log)
    before = 1 << 62
    while rows := reader.arrivals(before, PAGE):
        for row in rows:
            if since_ms is not None and row["arrived_ms"] < since_ms:
                return
            if logs is None or row["log"] in logs:
                yield row
        before = rows[-1]["arrival"]
