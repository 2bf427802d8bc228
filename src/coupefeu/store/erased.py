"""What an entry ERASED of ours names is gone with it: s_h is kept, body, attachments, seed and s_b are not (A17).

It is the entry that erases: whichever way one of ours comes onto our record, also when it is taken back after a
restore, `erase_named` runs in the transaction that stores it. Leaf, proofs and receipts stand. Of an entry whose head
cannot be read the head goes too: nobody can say that it is not content.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import bindparam, delete, null, select, update

from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.record.leaf import salts
from coupefeu.services.base import Statement
from coupefeu.services.erasures.facts import Erasure
from coupefeu.store import tables
from coupefeu.store.branches import branches_within, empty_branches
from coupefeu.store.showing import parse_head
from coupefeu.store.transaction import Transaction
from coupefeu.wire.cbor import encode

IS_ERASED: Final = b"\x00" + encode(int(Kind.ERASED))
"""The beginning of every head of that kind, behind its first byte (wire/head.py)."""
_ENTRIES = tables.entries
_HELD = select(_ENTRIES.c.idx, _ENTRIES.c.seed, _ENTRIES.c.head, _ENTRIES.c.head_salt, _ENTRIES.c.body).where(
    _ENTRIES.c.log == bindparam("log"),
    _ENTRIES.c.idx >= bindparam("start"),
    _ENTRIES.c.idx < bindparam("end"),
    _ENTRIES.c.body.is_not(None) | _ENTRIES.c.seed.is_not(None),
)
_ERASE = (
    update(_ENTRIES)
    .where(_ENTRIES.c.log == bindparam("b_log"), _ENTRIES.c.idx == bindparam("b_idx"))
    .values(
        seed=null(),
        body=null(),
        head=bindparam("b_head"),
        head_salt=bindparam("b_head_salt"),
        erased_log=bindparam("b_erased_log"),
        erased=bindparam("b_erased"),
    )
)
_DELETE_ATTACHMENTS = delete(tables.attachments).where(
    tables.attachments.c.log == bindparam("b_log"), tables.attachments.c.idx == bindparam("b_idx")
)


def erase_named(transaction: Transaction, erasure: Erasure, by: MessageId) -> int:
    """Erase what our entry ERASED at `by` (log, index) names; gives how many entries lost their content."""
    return erase_ranges(transaction, erasure.ranges, by)


def erase_ranges(transaction: Transaction, ranges: Iterable[tuple[int, int, int]], by: MessageId) -> int:
    """Erase what is held of ranges (log, start, end), on every branch, as our entry ERASED at `by` says."""
    erased = 0
    for log, start, end in ranges:
        for row in list(transaction.select(Statement(_HELD, {"log": log, "start": start, "end": end}))):
            at = {"b_log": log, "b_idx": row["idx"]}
            is_readable = parse_head(row["head"]) is not None
            kept = {
                "b_head": row["head"] if is_readable else None,
                "b_head_salt": _salt_of(row) if is_readable else None,
                "b_erased_log": by[0],
                "b_erased": by[1],
            }
            transaction.write(_ERASE, at | kept)
            transaction.write(_DELETE_ATTACHMENTS, at)
            erased += 1
            transaction.gone += [] if row["body"] is None else [row["body"]]
        empty_branches(transaction, list(branches_within(transaction, log, start, end)))
    transaction.erased += erased
    return erased


def _salt_of(row: Mapping[str, Any]) -> bytes | None:
    """Give s_h: kept from before, where damage or half a restore brought content back to an erased entry."""
    if row["head_salt"] is not None or row["seed"] is None:
        return row["head_salt"]  # type: ignore[no-any-return]  # a column of bytes
    return salts(row["seed"])[0]


def ranges_of_entries(entries: Iterable[tuple[int, int]]) -> tuple[tuple[int, int, int], ...]:
    """Join places (log, index) into half-open ranges, ascending."""
    ranges: list[tuple[int, int, int]] = []
    for log, index in sorted(set(entries)):
        if ranges and ranges[-1][0] == log and ranges[-1][2] == index:
            ranges[-1] = (log, ranges[-1][1], index + 1)
        else:
            ranges.append((log, index, index + 1))
    return tuple(ranges)
