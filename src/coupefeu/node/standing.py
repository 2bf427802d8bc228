"""How a node stands: both records, what is open, what was found wrong; of a running node the line too.

Read from the record without changing it, so it is there for a stopped node as well.
"""

from typing import Any

from coupefeu.node.control import ControlClient
from coupefeu.node.desk import Desk
from coupefeu.node.folder import NodeFolder
from coupefeu.node.running import is_running
from coupefeu.services.refusals.views import SELECT_REFUSALS, read_refusal
from coupefeu.store.highwater import read_high_water, why_recovering
from coupefeu.store.reader import Reader


async def read_standing(folder: NodeFolder) -> dict[str, Any]:
    """Give everything of `coupefeu status`. Raises: ConfigError, StoreError."""
    client = await ControlClient.connect(folder.socket_path)
    if client is None:
        return record_standing(folder) | {"running": False, "lines": {}}
    try:
        line = await client.ask("status")
    finally:
        await client.close()
    return record_standing(folder) | {"running": True, "lines": line["lines"]}


def record_standing(folder: NodeFolder) -> dict[str, Any]:
    """Give the part that stands in the folder."""
    agreement = folder.agreement
    known: dict[str, Any] = {
        "party": folder.party,
        "as_of_ms": folder.clock().utc_ms,
        "agreement": {"name": agreement.name, "version": agreement.version, "status": agreement.status.value},
        "recovering": None,
        "records": {
            name: {"size": 0, "complete": 0, "cosigned": None, "cosigned_by": {}, "last_ms": None}
            for name in agreement.party_ids
        },
        "clock_shift_ms": folder.clock.shift_ms,
        "open": 0,
        "looked_at": 0,
        "overdue": [],
        "evidence": [],
        "not_whole": [],
    }
    if not folder.record_path.exists():
        return known
    desk = Desk.open(folder, running=is_running(folder))
    try:
        return known | _read(folder, desk)
    finally:
        desk.close()


def _read(folder: NodeFolder, desk: Desk) -> dict[str, Any]:
    names = folder.agreement.party_ids
    logs = desk.reader.logs()
    found = desk.open_messages()
    marks = read_high_water(folder.high_water_path)
    return {
        "recovering": why_recovering(marks, {row["log"]: row["complete"] for row in logs}),
        "records": {names[row["log"]]: _log(desk.reader, row["log"], dict(row), names) for row in logs},
        "open": len(found.messages),
        "looked_at": found.looked_at,
        "overdue": [
            {
                "message": each.number,
                "precedence": each.precedence.name,
                "steps": list(dict.fromkeys(_late_steps(each))),
            }
            for each in found.messages
            if each.overdue
        ],
        "evidence": [
            {
                "party": names[row["log"]],
                "index": row["idx"],
                "what": row["what"],
                "found_ms": row["arrived_ms"],
            }
            for row in desk.reader.evidence()
        ],
        "not_whole": [
            {
                "named_in": each.number,
                "entries": each.refused,
                "what": each.words,
                "named_ms": each.arrived_ms,
            }
            for each in (read_refusal(row, names) for row in desk.reader.view(SELECT_REFUSALS))
            if not each.effect
        ],
    }


def _late_steps(message: Any) -> list[str]:
    return [f"{party} {step.name.value}" for party, step in message.waiting if step.clock.overdue]


def _log(reader: Reader, log: int, row: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    by_holder = reader.cosigned_sizes(log)
    return {
        "size": row["size"],
        "complete": row["complete"],
        "cosigned": max(by_holder.values(), default=None),
        "cosigned_by": {names[holder]: size for holder, size in by_holder.items()},
        "last_ms": reader.last_arrival_ms(log),
    }
