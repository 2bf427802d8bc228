"""Co-signatures of witnesses on our record: of each head and key the first that came, and the newest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, insert, select

from coupefeu.errors import VerificationError
from coupefeu.store import tables
from coupefeu.store.jobs import KeepWitnessed, KeptWitnessed
from coupefeu.store.receipts import INSERT_CHECKPOINT
from coupefeu.store.sqlite import Connection
from coupefeu.store.transaction import Transaction
from coupefeu.wire.note import VerifierKey

_WITNESSED: Final = tables.witnessed.c
_AT: Final = ("log", "size", "key_name", "key_id")
_SAME: Final = tuple(_WITNESSED[name] == bindparam(f"b_{name}") for name in _AT)
_FIRST: Final = select(func.min(_WITNESSED.arrived_ms)).where(*_SAME).scalar_subquery()
_FORGET_BETWEEN: Final = delete(tables.witnessed).where(*_SAME, _WITNESSED.arrived_ms > _FIRST)
_INSERT: Final = insert(tables.witnessed).prefix_with("OR IGNORE")
_INSERT_KEY: Final = insert(tables.witness_keys).prefix_with("OR IGNORE")
_KEYS: Final = select(tables.witness_keys)
_NEWEST_AT: Final = (
    select(tables.witnessed)
    .where(_WITNESSED.log == bindparam("log"), _WITNESSED.size == bindparam("size"))
    .order_by(_WITNESSED.key_name, _WITNESSED.key_id, _WITNESSED.arrived_ms)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessedLine:
    """One co-signature of a witness as the record keeps it. `witness`: the name by which we knew it."""

    witness: str
    key: VerifierKey
    time_s: int
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LastWord:
    """What a witness cosigned last of one log: its size, the time that it gave, and when that came (UTC)."""

    witness: str
    log: int
    size: int
    time_s: int
    arrived_ms: int


def keep_witnessed(transaction: Transaction, job: KeepWitnessed) -> KeptWitnessed:
    """Keep verified co-signatures of a head that this record holds.

    Raises: VerificationError: this log has another root at that size here, or is not so large.
    """
    _insist_held(transaction, job)
    if job.log == transaction.line.our_log:
        head = {"log": job.log, "size": job.size, "root": job.root, "signature": job.signature}
        transaction.write(INSERT_CHECKPOINT, head)
    now_ms = transaction.context.now.utc_ms
    for line in job.lines:
        key = line.key
        at = {"log": job.log, "size": job.size, "key_name": key.name, "key_id": key.key_id}
        transaction.write(
            _INSERT_KEY,
            {
                "key_name": key.name,
                "key_id": key.key_id,
                "algorithm": key.algorithm,
                "key": key.key,
                "witness": job.witness,
            },
        )
        transaction.write(_FORGET_BETWEEN, {f"b_{name}": value for name, value in at.items()})
        row = {"time_s": line.time_s, "signature": line.signature, "arrived_ms": now_ms}
        transaction.write(_INSERT, at | row)
    return KeptWitnessed(log=job.log, size=job.size)


def _insist_held(transaction: Transaction, job: KeepWitnessed) -> None:
    held = transaction.states[job.log].size
    if job.size > held or transaction.root(job.log, job.size) != job.root:
        raise VerificationError(
            f"a co-signature names {job.size:,} entries under a root that this record does not have",
            code="store.witnessed.other_root",
            hint="Run `coupefeu fsck`.",
        )


def read_witness_keys(connection: Connection) -> dict[tuple[str, bytes], tuple[str, VerifierKey]]:
    """Read every key of a witness that has signed here, by name and key id, with the name by which we knew it."""
    return {
        (row["key_name"], row["key_id"]): (
            row["witness"],
            VerifierKey(row["key_name"], row["key_id"], row["algorithm"], row["key"]),
        )
        for row in connection.execute(_KEYS)
    }


def read_witnessed(connection: Connection, log: int, size: int) -> list[WitnessedLine]:
    """Read the newest co-signature of each witness's key on one head."""
    keys = read_witness_keys(connection)
    newest: dict[tuple[str, bytes], Mapping[str, Any]] = {
        (row["key_name"], row["key_id"]): row
        for row in connection.execute(_NEWEST_AT, {"log": log, "size": size})
    }
    return [
        WitnessedLine(witness=keys[at][0], key=keys[at][1], time_s=row["time_s"], signature=row["signature"])
        for at, row in newest.items()
    ]


def read_last_words(connection: Connection) -> list[LastWord]:
    """Read what each witness cosigned last of each log, by witness and log."""
    logs = [log for (log,) in connection.query("SELECT log FROM logs ORDER BY log")]
    found: dict[tuple[str, int], LastWord] = {}
    for witness, key in sorted(read_witness_keys(connection).values(), key=lambda each: each[0]):
        for log in logs:
            word = _read_last_word(connection, witness, key, log)
            before = found.get((witness, log))
            if word is not None and (before is None or before.arrived_ms < word.arrived_ms):
                found[witness, log] = word
    return list(found.values())


def _read_last_word(connection: Connection, witness: str, key: VerifierKey, log: int) -> LastWord | None:
    """Read from the newest head on: it costs no more the longer the record is."""
    row = connection.query(
        "SELECT size, time_s, arrived_ms FROM witnessed WHERE log = ? AND key_name = ? AND key_id = ?"
        " ORDER BY size DESC, time_s DESC LIMIT 1",
        (log, key.name, key.key_id),
    ).fetchone()
    if row is None:
        return None
    size, time_s, arrived_ms = row
    return LastWord(witness=witness, log=log, size=size, time_s=time_s, arrived_ms=arrived_ms)
