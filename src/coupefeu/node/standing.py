"""How a node stands: both records, what is open, what was found wrong; of a running node the line too.

Read from the record without changing it, so it is there for a stopped node as well.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from coupefeu.model.logs import party_of
from coupefeu.model.messages import format_log, format_number
from coupefeu.node.assembly import marks_that_bind
from coupefeu.node.backup.last import read_last_backup
from coupefeu.node.control import ControlClient
from coupefeu.node.desk import Desk
from coupefeu.node.folder import NodeFolder
from coupefeu.node.foreseen import foresee
from coupefeu.node.running import is_running
from coupefeu.node.watch_values import unstaffed_values
from coupefeu.node.witness_settings import read_witnesses
from coupefeu.node.witness_standing import WitnessStanding, witness_standing
from coupefeu.services.base import Rows
from coupefeu.services.messages.display import show_line
from coupefeu.services.messages.status import MessageStatus
from coupefeu.services.refusals.views import SELECT_REFUSALS, read_refusal
from coupefeu.services.watch.standing import WatchView
from coupefeu.store.highwater import read_high_water, why_recovering
from coupefeu.store.reader import Reader
from coupefeu.store.witnessed import LastWord


async def read_standing(folder: NodeFolder) -> dict[str, Any]:
    """Give everything of `coupefeu status`. Raises: ConfigError, StoreError."""
    client = await ControlClient.connect(folder.socket_path)
    if client is None:
        return record_standing(folder) | {"running": False, "lines": {}, "calls": None, "recovery": None}
    try:
        line = await client.ask("status")
    finally:
        await client.close()
    return record_standing(folder) | running_standing(line)


async def read_line(folder: NodeFolder) -> dict[str, Any]:
    """Give the line to each party as a running node has it now; nothing of one that is stopped."""
    client = await ControlClient.connect(folder.socket_path)
    if client is None:
        return {}
    try:
        return dict((await client.ask("status"))["lines"])
    finally:
        await client.close()


def running_standing(line: Mapping[str, Any]) -> dict[str, Any]:
    """Give the part that a running node says of itself (docs/spec/control.md, Status)."""
    recovery = line["recovering"]
    return {
        "running": line["running"],
        "lines": line["lines"],
        "calls": line["calls"],
        "recovery": recovery,
        "recovering": None if recovery is None else recovery["reason"],
    }


def record_standing(folder: NodeFolder) -> dict[str, Any]:
    """Give the part that stands in the folder."""
    known = _before_the_first_start(folder)
    if not folder.record_path.exists():
        return known
    desk = Desk.open(folder, running=is_running(folder))
    try:
        found = _read(folder, desk)
    finally:
        desk.close()
    # Beside its very first start the record is there, and not each log in it.
    return known | found | {"records": known["records"] | found["records"]}


def _before_the_first_start(folder: NodeFolder) -> dict[str, Any]:
    agreement = folder.agreement
    nothing: dict[str, Any] = {
        "size": 0, "complete": 0, "cosigned": None, "cosigned_by": {}, "covered": 0, "covered_by": {}, "last_ms": None,
        "closed_at": None,
    }  # fmt: skip
    names = agreement.party_ids
    return {
        "party": folder.party,
        "as_of_ms": folder.clock().utc_ms,
        "agreement": {"name": agreement.name, "version": agreement.version, "status": agreement.status.value},
        "recovering": None,
        "secrets": {party: _secret(folder, party) for party in folder.counterparts},
        "backup": read_last_backup(folder.path),
        "records": {party: {"name": party.upper(), **nothing, "earlier": []} for party in names},
        "clock_shift_ms": folder.clock.shift_ms,
        "line_state": None,
        "watches": [],
        "unstaffed": [],
        "witnesses": [witness_values(each, names) for each in _witnesses(folder, ())],
        "open": 0,
        "looked_at": 0,
        "overdue": [],
        "evidence": [],
        "not_whole": [],
        "record_mode": agreement.record_mode.value,
        "content_age_s": agreement.content_age_s,
        "to_be_erased": None,
    }


def _secret(folder: NodeFolder, party: str) -> dict[str, Any]:
    """Give number and age of the secret shared with `party`, never the secret; `first_step_ms`: None before a step."""
    held = folder.generations(party)
    return {
        "generation": held.current.number,
        "since_ms": held.current.since_ms,
        "first_step_ms": held.first_step_ms,
        "older_kept": len(held.sealed),
        "in_person": folder.in_person(party),
    }


def _read(folder: NodeFolder, desk: Desk) -> dict[str, Any]:
    from coupefeu.node.incident_values import line_state_values  # noqa: PLC0415 - a node starts as fast without

    names = folder.agreement.party_ids
    logs = desk.reader.logs()
    found = desk.open_messages()
    marks = marks_that_bind(folder, read_high_water(folder.high_water_path))
    return {
        "recovering": why_recovering(marks, {row["log"]: row["complete"] for row in logs}),
        "records": _records(desk.reader, logs, names),
        "line_state": msgspec.to_builtins(line_state_values(desk.line_states())),
        "watches": [watch_values(each) for each in desk.watches()],
        "unstaffed": msgspec.to_builtins([unstaffed_values(each) for each in desk.staffing().unstaffed]),
        "witnesses": [witness_values(each, names) for each in _witnesses(folder, desk.reader.last_words())],
        "open": len(found.messages),
        "looked_at": found.looked_at,
        "overdue": [_overdue(each) for each in found.messages if each.overdue],
        "evidence": [_evidence(row, names, logs) for row in desk.reader.evidence()],
        "not_whole": _not_whole(desk.reader, names),
        "to_be_erased": _foreseen(folder, desk),
    }


def _witnesses(folder: NodeFolder, words: Sequence[LastWord]) -> tuple[WitnessStanding, ...]:
    settings = read_witnesses(folder.path, folder.agreement, folder.witnesses)
    return witness_standing(settings, folder.agreement, words, folder.clock().utc_ms)


def witness_values(standing: WitnessStanding, names: tuple[str, ...]) -> dict[str, Any]:
    """Give when a neutral witness was last heard; `sizes` by the name of each log."""
    return {
        "name": standing.name,
        "asked": standing.asked,
        "heard_ms": standing.heard_ms,
        "unseen": standing.unseen,
        "sizes": {format_log(log, names): size for log, size in standing.sizes},
    }


def _foreseen(folder: NodeFolder, desk: Desk) -> dict[str, Any] | None:
    """Give what loses its content within a week by the agreed terms; None: nothing does."""
    found = foresee(desk, folder.parties)
    if not found.entries:
        return None
    return {"entries": found.entries, "first_ms": found.first_ms, "truncated": found.truncated}


def watch_values(watch: WatchView) -> dict[str, Any]:
    """Give a post that is on watch; `since_ms` is what its party's clock said, `officer` safe to put on a screen."""
    return {
        "party": watch.party,
        "number": watch.number,
        "post": watch.post,
        "officer": show_line(watch.officer) or None,
        "heard": watch.heard,
        "since_ms": watch.claimed_ms,
        "arrived_ms": watch.arrived_ms,
    }


def _overdue(message: MessageStatus) -> dict[str, Any]:
    steps = [
        f"{party} {step.name.value}" for party, step in message.waiting if step.clock and step.clock.overdue
    ]
    return {
        "message": message.number,
        "precedence": message.precedence.name,
        "steps": list(dict.fromkeys(steps)),
    }


def _evidence(row: Mapping[str, Any], names: tuple[str, ...], logs: Rows) -> dict[str, Any]:
    """Give one proof; `open`: of a log that its party still writes, so that it owes a new incarnation (A13)."""
    of_party = [each["log"] for each in logs if party_of(each["log"], names) == party_of(row["log"], names)]
    return {
        "number": row["number"],
        "open": row["log"] == max(of_party, default=row["log"]),
        "party": party_of(row["log"], names),
        "entry": format_number((row["log"], row["idx"]), names),
        "index": row["idx"],
        "what": row["what"],
        "found_ms": row["arrived_ms"],
    }


def _not_whole(reader: Reader, names: tuple[str, ...]) -> list[dict[str, Any]]:
    refusals = (read_refusal(row, names) for row in reader.view(SELECT_REFUSALS))
    return [
        {
            "named_in": each.number,
            "entries": each.refused,
            "what": each.words,
            "named_ms": each.arrived_ms,
        }
        for each in refusals
        if not each.effect
    ]


def _records(reader: Reader, logs: Rows, names: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """By party: the log that it writes now, and under `earlier` those of its incarnations before."""
    records: dict[str, dict[str, Any]] = {}
    for row in logs:  # by number: of one party the earlier first
        party = party_of(row["log"], names)
        before = records.get(party)
        earlier = [] if before is None else [*before.pop("earlier"), before]
        log = _log(reader, row["log"], dict(row), names)
        records[party] = {"name": format_log(row["log"], names), **log, "earlier": earlier}
    return records


def _log(reader: Reader, log: int, row: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    by_holder = reader.cosigned_sizes(log)
    again = reader.covered_sizes(log)
    return {
        "size": row["size"],
        "complete": row["complete"],
        "cosigned": max(by_holder.values(), default=None),
        "cosigned_by": {names[holder]: size for holder, size in by_holder.items()},
        "covered": max(again.values(), default=0),
        "covered_by": {names[holder]: size for holder, size in again.items()},
        "last_ms": reader.last_arrival_ms(log),
        "closed_at": row["closed_at"],
    }
