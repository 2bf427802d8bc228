"""By what one entry stands: what its author signed over it, and who signed for holding it, each with the key's id.

A signature is looked at again here, under every key that its party had: the page names the key that made it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from coupefeu.console.record_values import EntryReceiptValues, StatementValues
from coupefeu.errors import CoupefeuError
from coupefeu.model.logs import position_of
from coupefeu.record.statements import (
    verify_checkpoint,
    verify_cosignature,
    verify_run,
    verify_run_receipt,
)
from coupefeu.store.line import Party, need_author
from coupefeu.store.reader import Reader
from coupefeu.wire.key_statement import KeyRole
from coupefeu.wire.note import VerifierKey

CHECKPOINT = "checkpoint"
RUN = "run"


def signed_by_author(
    reader: Reader, parties: tuple[Party, ...], log: int, index: int
) -> StatementValues | None:
    """Give the smallest checkpoint that covers an entry, else a run; None: nothing signed is kept that does."""
    checkpoint = reader.covering_checkpoint(log, index)
    if checkpoint is not None:
        return _checkpoint(need_author(parties, log), checkpoint)
    run = reader.covering_run(log, index)
    return None if run is None else _run(need_author(parties, log), run)


def receipts_of(
    reader: Reader, parties: tuple[Party, ...], log: int, index: int
) -> tuple[EntryReceiptValues, ...]:
    """Give what each other party signed first for holding an entry: co-signatures, then receipts for a run."""
    holders = [number for number in range(len(parties)) if number != position_of(log, len(parties))]
    cosigned = (_cosigned(reader, parties, log, index, holder) for holder in holders)
    runs = (_run_receipt(reader, parties, log, index, holder) for holder in holders)
    return tuple(each for each in (*cosigned, *runs) if each is not None)


def _checkpoint(party: Party, row: Mapping[str, Any]) -> StatementValues:
    size, root, signature = row["size"], row["root"], row["signature"]
    key_id = _key_id(party, KeyRole.LOG, lambda key: verify_checkpoint(key, size, root, signature))
    return StatementValues(what=CHECKPOINT, start=0, end=size, root=root.hex(), key_id=key_id)


def _run(party: Party, row: Mapping[str, Any]) -> StatementValues:
    start, end, root, signature = row["start"], row["end"], row["root"], row["signature"]
    key_id = _key_id(party, KeyRole.LOG, lambda key: verify_run(key, start, end, root, signature))
    return StatementValues(what=RUN, start=start, end=end, root=root.hex(), key_id=key_id)


def _cosigned(
    reader: Reader, parties: tuple[Party, ...], log: int, index: int, holder: int
) -> EntryReceiptValues | None:
    row = reader.first_cosignature(log, index, holder)
    if row is None:
        return None
    origin, size, time_s, signature = (
        need_author(parties, log).origin,
        row["size"],
        row["time_s"],
        row["signature"],
    )
    checkpoint = reader.covering_checkpoint(log, size - 1)
    root = b"" if checkpoint is None or checkpoint["size"] != size else checkpoint["root"]
    key_id = _key_id(
        parties[holder],
        KeyRole.COSIGNER,
        lambda key: verify_cosignature(key, origin, size, root, time_s, signature),
    )
    return EntryReceiptValues(
        holder=parties[holder].name,
        what=CHECKPOINT,
        start=0,
        end=size,
        claimed_ms=time_s * 1_000,
        arrived_ms=row["arrived_ms"],
        key_id=key_id,
    )


def _run_receipt(
    reader: Reader, parties: tuple[Party, ...], log: int, index: int, holder: int
) -> EntryReceiptValues | None:
    row = reader.first_run_receipt(log, index, holder)
    if row is None:
        return None
    origin, start, end, root = need_author(parties, log).origin, row["start"], row["end"], row["root"]
    key_id = _key_id(
        parties[holder],
        KeyRole.LOG,
        lambda key: verify_run_receipt(key, origin, start, end, root, row["signature"]),
    )
    return EntryReceiptValues(
        holder=parties[holder].name,
        what=RUN,
        start=start,
        end=end,
        claimed_ms=None,
        arrived_ms=row["arrived_ms"],
        key_id=key_id,
    )


def _key_id(party: Party, role: KeyRole, verify: Callable[[VerifierKey], None]) -> str | None:
    """Name the key that signed; None: none of this party's keys did."""
    try:
        return party.find_signer(role, verify).key_id.hex()
    except CoupefeuError:
        return None
