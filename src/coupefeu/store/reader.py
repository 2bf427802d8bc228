"""Reading a record without changing it, of a running node and of a stopped one; any number of readers at once."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple, Self

from sqlalchemy import ColumnElement, Executable, bindparam, func, literal_column, select

from coupefeu.errors import UsageError
from coupefeu.services import every  # noqa: F401 - the views' digest names those of all services
from coupefeu.services.base import Rows
from coupefeu.store import tables
from coupefeu.store.branches import branches_at, newest_branches
from coupefeu.store.covering import COVERING_CHECKPOINT, COVERING_RUN
from coupefeu.store.rebuild import insist_views
from coupefeu.store.schema import insist_current
from coupefeu.store.sqlite import Connection, open_for_reading
from coupefeu.store.standing import cosigned_ms
from coupefeu.store.witnessed import LastWord, WitnessedLine, read_last_words, read_witnessed

_ENTRY = select(tables.entries).where(
    tables.entries.c.log == bindparam("log"), tables.entries.c.idx == bindparam("idx")
)
_ENTRIES = (
    select(tables.entries)
    .where(tables.entries.c.log == bindparam("log"), tables.entries.c.idx >= bindparam("start"))
    .order_by(tables.entries.c.idx)
    .limit(bindparam("count"))
)
_ATTACHMENT = (
    select(tables.attachments.c.content)
    .where(
        tables.attachments.c.log == bindparam("log"),
        tables.attachments.c.idx == bindparam("idx"),
        tables.attachments.c.number == bindparam("number"),
    )
    .order_by(tables.attachments.c.part)
)
_HELD_ATTACHMENTS = select(tables.attachments.c.number).where(
    tables.attachments.c.log == bindparam("log"),
    tables.attachments.c.idx == bindparam("idx"),
    tables.attachments.c.part == literal_column("0"),
)
_LOGS = select(tables.logs).order_by(tables.logs.c.log)
_AUTHOR: ColumnElement[int] = literal_column(
    "(SELECT min(first.log) FROM logs first JOIN logs each"
    " ON rtrim(first.origin, '0123456789') = rtrim(each.origin, '0123456789') WHERE each.log = cosignatures.log)"
)
"""The position of the party that writes a log: the number of its first; their origins differ in the incarnation."""
_COSIGNED_SIZES = (
    select(tables.cosignatures.c.holder, func.max(tables.cosignatures.c.size).label("size"))
    .where(tables.cosignatures.c.log == bindparam("log"), tables.cosignatures.c.holder != _AUTHOR)
    .group_by(tables.cosignatures.c.holder)
)
_NEWEST_COSIGNED = (
    select(tables.cosignatures.c.size)
    .join(
        tables.checkpoints,
        (tables.checkpoints.c.log == tables.cosignatures.c.log)
        & (tables.checkpoints.c.size == tables.cosignatures.c.size),
    )
    .where(
        tables.cosignatures.c.log == bindparam("log"),
        tables.cosignatures.c.holder != _AUTHOR,
    )
    .order_by(tables.cosignatures.c.size.desc())
    .limit(1)
)
_ARRIVALS = (
    select(tables.entries)
    .where(tables.entries.c.arrival < bindparam("before"))
    .order_by(tables.entries.c.arrival.desc())
    .limit(bindparam("count"))
)
_ARRIVED = select(tables.entries).where(tables.entries.c.arrival == bindparam("arrival"))
_FIRST_COSIGNATURE = (
    select(tables.cosignatures)
    .where(
        tables.cosignatures.c.log == bindparam("log"),
        tables.cosignatures.c.size > bindparam("idx"),
        tables.cosignatures.c.holder == bindparam("holder"),
    )
    .order_by(tables.cosignatures.c.size, tables.cosignatures.c.time_s)
    .limit(1)
)
_FIRST_RUN_RECEIPT = (
    select(tables.run_receipts)
    .where(
        tables.run_receipts.c.log == bindparam("log"),
        tables.run_receipts.c.start <= bindparam("idx"),
        tables.run_receipts.c.end > bindparam("idx"),
        tables.run_receipts.c.holder == bindparam("holder"),
    )
    .order_by(tables.run_receipts.c.arrived_ms)
    .limit(1)
)
_EVIDENCE = select(tables.evidence).order_by(tables.evidence.c.number)
_NEWEST_EVIDENCE = (
    select(tables.evidence.c.log, tables.evidence.c.idx, tables.evidence.c.arrived_ms, tables.evidence.c.what)
    .order_by(tables.evidence.c.number.desc())
    .limit(bindparam("count"))
)
_ANNOUNCED = (
    select(tables.announced)
    .outerjoin(
        tables.entries,
        (tables.entries.c.log == tables.announced.c.log) & (tables.entries.c.idx == tables.announced.c.idx),
    )
    .where(tables.entries.c.arrival.is_(None))
    .order_by(tables.announced.c.arrived_ms.desc())
    .limit(100)
)
_AGAIN_BY = tables.ml_dsa_cosignatures.c
_NEWEST_SIGNED_AGAIN = (
    select(_AGAIN_BY.size)
    .join(
        tables.ml_dsa_checkpoints,
        (tables.ml_dsa_checkpoints.c.log == _AGAIN_BY.log)
        & (tables.ml_dsa_checkpoints.c.size == _AGAIN_BY.size),
    )
    .where(_AGAIN_BY.log == bindparam("log"))
    .order_by(_AGAIN_BY.size.desc())
    .limit(1)
)
_NEWEST_WITNESSED = _NEWEST_COSIGNED.join(
    tables.witnessed,
    (tables.witnessed.c.log == tables.cosignatures.c.log)
    & (tables.witnessed.c.size == tables.cosignatures.c.size),
).where(tables.cosignatures.c.size > bindparam("index"))
_NEWEST_WITNESSED_AGAIN = _NEWEST_SIGNED_AGAIN.join(
    tables.witnessed,
    (tables.witnessed.c.log == _AGAIN_BY.log) & (tables.witnessed.c.size == _AGAIN_BY.size),
).where(_AGAIN_BY.size > bindparam("index"))
_SIGNED_AGAIN = select(tables.ml_dsa_checkpoints).where(
    tables.ml_dsa_checkpoints.c.log == bindparam("log"), tables.ml_dsa_checkpoints.c.size == bindparam("size")
)
_SIGNED_AGAIN_BY = (
    select(tables.ml_dsa_cosignatures)
    .where(_AGAIN_BY.log == bindparam("log"), _AGAIN_BY.size == bindparam("size"))
    .order_by(_AGAIN_BY.holder)
)
_CHECKPOINT = select(tables.checkpoints).where(
    tables.checkpoints.c.log == bindparam("log"), tables.checkpoints.c.size == bindparam("size")
)
_NEWEST_CHECKPOINT = (
    select(tables.checkpoints)
    .where(tables.checkpoints.c.log == bindparam("log"))
    .order_by(tables.checkpoints.c.size.desc())
    .limit(1)
)
_COSIGNATURES = (
    select(tables.cosignatures)
    .where(
        tables.cosignatures.c.log == bindparam("log"),
        tables.cosignatures.c.size == bindparam("size"),
        tables.cosignatures.c.holder != tables.cosignatures.c.log,
    )
    .order_by(tables.cosignatures.c.holder, tables.cosignatures.c.time_s)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CosignedCheckpoint:
    """A checkpoint of a log that another party co-signed; by holder: (time_s, 64 bytes), the newest each.

    `again`, `again_by`: the same of type ML-DSA-44, 2,420 bytes, by the author (None: it has not) and by holders.
    """

    size: int
    root: bytes
    signature: bytes
    cosignatures: Mapping[int, tuple[int, bytes]]
    again: tuple[int, bytes] | None = None
    again_by: Mapping[int, tuple[int, bytes]] = field(default_factory=dict)

    @property
    def is_signed_again(self) -> bool:
        """Whether author and a holder have signed it with ML-DSA-44 too."""
        return self.again is not None and bool(self.again_by)


Held = tuple[bytes, bytes | None, bytes | None, bytes | None, bytes | None]
"""Leaf, seed, head, body, s_h: what is held of one entry."""


class Arrived(NamedTuple):
    """One entry, as far as a search looks at it."""

    arrival: int
    log: int
    idx: int
    head: bytes | None
    body: bytes | None


class Reader:
    """A read-only view of one record."""

    def __init__(self, path: Path, *, running: bool) -> None:
        self._connection: Connection = open_for_reading(path, running=running)
        self._views_checked = False
        insist_current(self._connection)

    @property
    def connection(self) -> Connection:
        """For the loaders of `store.outgoing`."""
        return self._connection

    def __enter__(self) -> Self:
        """Give itself; closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Close; idempotent."""
        self._connection.close()

    @contextlib.contextmanager
    def one_moment(self) -> Iterator[None]:
        """Read everything in the block as it stood at its first read, whatever the node writes or erases meanwhile."""
        self._connection.query("BEGIN")
        try:
            yield
        finally:
            self._connection.query("ROLLBACK")

    def logs(self) -> Rows:
        """Rows of `logs`, by number."""
        return self._connection.execute(_LOGS)

    def view(self, executable: Executable, parameters: Mapping[str, Any] | None = None) -> Rows:
        """Run a service's select. Raises: StoreError: another version of the program made the views."""
        if not self._views_checked:
            insist_views(self._connection)
            self._views_checked = True
        return self._connection.execute(executable, parameters)

    def stream(self, executable: Executable, parameters: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
        """Run a service's select and give its rows one by one. Raises: as `view`."""
        if not self._views_checked:
            insist_views(self._connection)
            self._views_checked = True
        return self._connection.stream_of(executable, parameters)

    def entry(self, log: int, index: int) -> Mapping[str, Any]:
        """One entry's row. Raises: UsageError: it is not held."""
        rows = self._connection.execute(_ENTRY, {"log": log, "idx": index})
        if not rows:
            raise UsageError(
                f"entry {index:,} of that log is not on the record here",
                code="store.reader.no_entry",
                hint="`coupefeu record` lists what is held.",
            )
        return rows[0]

    def attachment(self, log: int, index: int, number: int) -> bytes | None:
        """Content of an attachment, numbered from 0; None when it is not held."""
        at = {"log": log, "idx": index, "number": number}
        rows = self._connection.execute(_ATTACHMENT, at)
        return b"".join(row["content"] for row in rows) if rows else None

    def held_attachments(self, log: int, index: int) -> frozenset[int]:
        """Numbers of the attachments of an entry whose content is held."""
        rows = self._connection.execute(_HELD_ATTACHMENTS, {"log": log, "idx": index})
        return frozenset(row["number"] for row in rows)

    def attachments(self, log: int, start: int, end: int) -> Iterator[tuple[int, int, bytes, bytes]]:
        """Index, number, seed, content of each attachment held of the entries in [start, end), in order."""
        rows = self._connection.query(
            "SELECT a.idx, a.number, e.seed, a.content FROM attachments a"
            " JOIN entries e ON e.log = a.log AND e.idx = a.idx"
            " WHERE a.log = ? AND a.idx >= ? AND a.idx < ? AND e.body IS NOT NULL ORDER BY a.idx, a.number, a.part",
            (log, start, end),
        )
        for (index, number, seed), parts in groupby(rows, itemgetter(0, 1, 2)):
            yield index, number, seed, b"".join(part[3] for part in parts)

    def entries(self, log: int, start: int, count: int) -> Rows:
        """Rows of at most `count` entries from `start` on."""
        return self._connection.execute(_ENTRIES, {"log": log, "start": start, "count": count})

    def arrivals(self, before: int, count: int) -> Rows:
        """Rows of at most `count` entries of all logs that arrived before `before`, the newest first."""
        return self._connection.execute(_ARRIVALS, {"before": before, "count": count})

    def newest_arrival(self) -> int:
        """Give the arrival of the entry that came last; -1 when there is none."""
        ((arrival,),) = self._connection.query("SELECT coalesce(max(arrival), -1) FROM entries")
        return int(arrival)

    def logs_beside(self, log: int) -> list[int]:
        """Give all logs of the party of this log: one for each of its incarnations, ascending."""
        origins = {row["log"]: row["origin"].rpartition("/")[0] for row in self.logs()}
        return [each for each, party in origins.items() if party == origins.get(log)]

    def arrived_ms_from(self, arrival: int) -> int | None:
        """When the first entry from this arrival on was made durable here; None when there is none."""
        query = "SELECT arrived_ms FROM entries WHERE arrival >= ? ORDER BY arrival LIMIT 1"
        row = self._connection.query(query, (arrival,)).fetchone()
        return None if row is None else int(row[0])

    def count_entries(self, log: int | None, *, alone: bool = False) -> int:
        """Count the entries held of the party of a log, or of all; `alone`: of that log only, here and below."""
        query = f"SELECT count(*) FROM entries WHERE {self._of_party(log, alone=alone)}"  # noqa: S608 - numbers of logs
        ((count,),) = self._connection.query(query)
        return int(count)

    def _of_party(self, log: int | None, *, alone: bool) -> str:
        if log is None:
            return "1"
        logs = [log] if alone else self.logs_beside(log)
        return f"log IN ({', '.join(map(str, logs))})"

    def arrivals_window(self, log: int | None, offset: int, count: int, *, alone: bool = False) -> list[int]:
        """Give at most `count` arrivals of the party of a log, or of all, newest first, behind the `offset` newest."""
        condition = f"WHERE {self._of_party(log, alone=alone)}"
        query = f"SELECT arrival FROM entries {condition} ORDER BY arrival DESC LIMIT ? OFFSET ?"  # noqa: S608 - as above
        return [arrival for (arrival,) in self._connection.query(query, (count, offset))]

    def count_arrived_after(self, since: int, most: int) -> int:
        """Count the entries that arrived after `since`, up to `most`."""
        query = "SELECT count(*) FROM (SELECT 1 FROM entries WHERE arrival > ? LIMIT ?)"
        ((count,),) = self._connection.query(query, (since, most))
        return int(count)

    def arrived_after(
        self,
        since: int,
        most: int,
        *,
        log: int | None = None,
        alone: bool = False,
        since_ms: int | None = None,
        before_ms: int | None = None,
        beginning: bytes | None = None,
        contents: bool = False,
    ) -> Iterator[Arrived]:
        """Give, of the `most` newest entries that arrived after `since`, those wanted, the newest first.

        `beginning`: the bytes of the head behind its first. `contents`: with head and body; else they are None.
        """
        whose = self._of_party(log, alone=alone)
        columns = "arrival, log, idx, head, body" if contents else "arrival, log, idx, NULL, NULL"
        query = (
            f"SELECT {columns} FROM (SELECT * FROM entries WHERE arrival > ?1 ORDER BY arrival DESC LIMIT ?2)"  # noqa: S608 - two fixed lists of columns
            f" WHERE {whose} AND (?4 IS NULL OR arrived_ms >= ?4) AND (?5 IS NULL OR arrived_ms < ?5)"
            " AND (?6 IS NULL OR substr(head, 2, length(?6)) = ?6)"
        )
        values = (since, most, None, since_ms, before_ms, beginning)
        return map(Arrived._make, self._connection.stream(query, values))

    def arrived(self, arrivals: Sequence[int]) -> Rows:
        """Give the rows of these arrivals, in their order; one that is not there any more is left out."""
        rows = (self._connection.execute(_ARRIVED, {"arrival": arrival}) for arrival in arrivals)
        return [row for found in rows for row in found]

    def leaves(self, log: int, size: int) -> Iterator[Held]:
        """Leaf, seed, head, body, s_h of the entries before `size`, in order; s_h alone where content is erased."""
        yield from self._connection.stream(
            "SELECT leaf, seed, head, body, head_salt FROM entries WHERE log = ? AND idx < ? ORDER BY idx",
            (log, size),
        )

    def newest_cosigned(self, log: int) -> CosignedCheckpoint | None:
        """Give the newest checkpoint of `log` that another party has co-signed; None when there is none."""
        for found in self._connection.execute(_NEWEST_COSIGNED, {"log": log}):
            return self._cosigned_at(log, found["size"])
        return None

    def newest_witnessed(self, log: int, index: int, *, again: bool = False) -> CosignedCheckpoint | None:
        """Give the newest that holds an entry, and that another party and a witness have signed; None: there is none.

        `again`: with ML-DSA-44 too, as `newest_signed_again`.
        """
        statement = _NEWEST_WITNESSED_AGAIN if again else _NEWEST_WITNESSED
        for found in self._connection.execute(statement, {"log": log, "index": index}):
            return self._cosigned_at(log, found["size"])
        return None

    def newest_seen(self, log: int) -> CosignedCheckpoint | None:
        """Give the newest that a witness has signed, whether or not another party has; None: there is none."""
        query = (
            "SELECT max(w.size) FROM witnessed w JOIN checkpoints c ON c.log = w.log AND c.size = w.size"
            " WHERE w.log = ? AND w.time_s > 0"
        )
        ((size,),) = self._connection.query(query, (log,))
        return None if size is None else self._cosigned_at(log, size)

    def first_seen_size(self, log: int, index: int) -> int | None:
        """Give the size of the first head that holds an entry and that a witness signed; None: there is none."""
        query = "SELECT min(size) FROM witnessed WHERE log = ? AND size > ? AND time_s > 0"
        ((size,),) = self._connection.query(query, (log, index))
        return None if size is None else int(size)

    def signed_again(self, log: int, size: int) -> tuple[int, bytes] | None:
        """Give time and signature by which its author signed this head with ML-DSA-44 too; None: it has not."""
        row = _first(self._connection.execute(_SIGNED_AGAIN, {"log": log, "size": size}))
        return None if row is None else (row["time_s"], row["signature"])

    def newest_signed_again(self, log: int) -> CosignedCheckpoint | None:
        """Give the newest that author and another party have signed with ML-DSA-44 too; None when there is none."""
        for found in self._connection.execute(_NEWEST_SIGNED_AGAIN, {"log": log}):
            return self._cosigned_at(log, found["size"])
        return None

    def _cosigned_at(self, log: int, size: int) -> CosignedCheckpoint | None:
        at = {"log": log, "size": size}
        for row in self._connection.execute(_CHECKPOINT, at):
            again = _first(self._connection.execute(_SIGNED_AGAIN, at))
            return CosignedCheckpoint(
                size=row["size"],
                root=row["root"],
                signature=row["signature"],
                cosignatures=_by_holder(self._connection.execute(_COSIGNATURES, at)),
                again=None if again is None else (again["time_s"], again["signature"]),
                again_by=_by_holder(self._connection.execute(_SIGNED_AGAIN_BY, at)),
            )
        return None

    def covered_sizes(self, log: int) -> dict[int, int]:
        """By holder: the largest size of `log` that its author and this holder have signed with ML-DSA-44 too."""
        rows = self._connection.query(
            "SELECT h.holder, max(h.size) FROM ml_dsa_cosignatures h JOIN ml_dsa_checkpoints c"
            " ON c.log = h.log AND c.size = h.size WHERE h.log = ? GROUP BY h.holder",
            (log,),
        )
        return {holder: int(size) for holder, size in rows}

    def newest_checkpoint(self, log: int) -> Mapping[str, Any] | None:
        """Give the newest checkpoint of `log` that its own party signed; None when there is none."""
        return _first(self._connection.execute(_NEWEST_CHECKPOINT, {"log": log}))

    def witnessed(self, log: int, size: int) -> list[WitnessedLine]:
        """Give the newest co-signature of each witness's key on one head."""
        return read_witnessed(self._connection, log, size)

    def first_witnessed(self, log: int, index: int) -> tuple[int, str] | None:
        """Give when (UTC seconds) a witness first signed for a head that holds an entry, and which; None: none did."""
        row = self._connection.query(
            "SELECT w.time_s, k.witness FROM witnessed w JOIN witness_keys k"
            " ON k.key_name = w.key_name AND k.key_id = w.key_id"
            " WHERE w.log = ? AND w.size > ? AND w.time_s > 0 ORDER BY w.size, w.time_s LIMIT 1",
            (log, index),
        ).fetchone()
        return None if row is None else (int(row[0]), str(row[1]))

    def newest_of(self, logs: Sequence[int], until_ms: int) -> tuple[int, int, int] | None:
        """Give (log, index, arrived_ms) of the newest entry of these logs that was here by then; None: none was."""
        marks = ", ".join("?" * len(logs))
        row = self._connection.query(
            f"SELECT log, idx, arrived_ms FROM entries WHERE +log IN ({marks})"  # noqa: S608 - marks alone
            " AND arrived_ms <= ? ORDER BY arrival DESC LIMIT 1",
            (*logs, until_ms),
        ).fetchone()
        return None if row is None else (row[0], row[1], row[2])

    def last_words(self) -> list[LastWord]:
        """Give what each witness cosigned last of each log."""
        return read_last_words(self._connection)

    def agreed_checkpoint(self, log: int, most: int) -> tuple[int, bytes] | None:
        """Give size and root of the largest checkpoint of `log` up to `most` that another party co-signed."""
        rows = self._connection.query(
            "SELECT p.size, p.root FROM cosignatures c JOIN checkpoints p ON p.log = c.log AND p.size = c.size"
            " WHERE c.log = ? AND c.size <= ? ORDER BY c.size DESC LIMIT 1",
            (log, most),
        )
        row = rows.fetchone()
        return None if row is None else (int(row[0]), bytes(row[1]))

    def cosigned_sizes(self, log: int) -> dict[int, int]:
        """By holder, other than the log's own party: the largest size of `log` that it has co-signed."""
        rows = self._connection.execute(_COSIGNED_SIZES, {"log": log})
        return {row["holder"]: int(row["size"]) for row in rows}

    def last_arrival_ms(self, log: int) -> int | None:
        """When the entry of `log` with the greatest index was made durable here; None when there is none."""
        rows = self._connection.query(
            "SELECT arrived_ms FROM entries WHERE log = ? ORDER BY idx DESC LIMIT 1", (log,)
        )
        row = rows.fetchone()
        return None if row is None else int(row[0])

    def evidence(self) -> Rows:
        """Rows of `evidence`: signed statements that cannot both be true, in the order they were found."""
        return self._connection.execute(_EVIDENCE)

    def is_closed_since(self, log: int) -> bool:
        """Whether a counterpart has shown that the identity of its party opened a later log, unknown here."""
        rows = self._connection.query(
            "SELECT 1 FROM told WHERE log = ? AND verdict = 'closed' LIMIT 1", (log,)
        )
        return rows.fetchone() is not None

    def newest_evidence(self, count: int) -> Rows:
        """Rows of the `count` pieces of evidence found last, the newest first, without the proofs themselves."""
        return self._connection.execute(_NEWEST_EVIDENCE, {"count": count})

    def is_forked(self, log: int, index: int) -> bool:
        """Whether the author of an entry signed another one in its place, or it stands on either branch of a fork.

        That is one behind a fork that is covered by a run alone, which says nothing of those before it (protocol A13).
        """
        rows = self._connection.query(
            "SELECT 1 FROM evidence e JOIN logs l ON l.log = e.log WHERE e.log = ?1"
            " AND (e.idx = ?2 OR (e.idx < ?2 AND ?2 >= l.size))",
            (log, index),
        )
        return rows.fetchone() is not None

    def branches(self, count: int) -> Rows:
        """Rows of the `count` entries of other branches that came last, the newest first (store/branches.py)."""
        return newest_branches(self._connection, count)

    def branches_at(self, log: int, index: int) -> Rows:
        """Rows of what was signed on another branch in the place of an entry."""
        return branches_at(self._connection, log, index)

    def announced(self) -> Rows:
        """Rows of `announced`, at most 100, whose entries have not come yet: line tests heard before their proof."""
        return self._connection.execute(_ANNOUNCED)

    def coverage(self, log: int, index: int) -> str:
        """Say what signature covers an entry: `checkpoint`, `run`, or `nothing` (a line test, its proof follows)."""
        ((size,),) = self._connection.query("SELECT size FROM logs WHERE log = ?", (log,))
        if index < size:
            return "checkpoint"
        rows = self._connection.query(
            'SELECT 1 FROM runs WHERE log = ? AND start <= ? AND "end" > ? LIMIT 1', (log, index, index)
        )
        return "run" if rows.fetchone() else "nothing"

    def covering_checkpoint(self, log: int, index: int) -> Mapping[str, Any] | None:
        """Give the smallest checkpoint kept that covers an entry."""
        return _first(self._connection.execute(COVERING_CHECKPOINT, {"log": log, "index": index}))

    def covering_run(self, log: int, index: int) -> Mapping[str, Any] | None:
        """Give a run that covers an entry."""
        return _first(self._connection.execute(COVERING_RUN, {"log": log, "index": index}))

    def first_cosignature(self, log: int, index: int, holder: int) -> Mapping[str, Any] | None:
        """Give the co-signature of `holder` on the smallest size that covers an entry."""
        at = {"log": log, "idx": index, "holder": holder}
        return _first(self._connection.execute(_FIRST_COSIGNATURE, at))

    def first_run_receipt(self, log: int, index: int, holder: int) -> Mapping[str, Any] | None:
        """Give the first receipt of `holder` for a run that covers an entry."""
        at = {"log": log, "idx": index, "holder": holder}
        return _first(self._connection.execute(_FIRST_RUN_RECEIPT, at))

    def is_run_receipted(self, log: int, index: int) -> bool:
        """Whether another party signed for a run that holds an entry."""
        rows = self._connection.query(
            'SELECT 1 FROM run_receipts WHERE log = ?1 AND start <= ?2 AND "end" > ?2 AND holder <> ?1 LIMIT 1',
            (log, index),
        )
        return rows.fetchone() is not None

    def receipts(self, log: int, index: int) -> dict[int, int]:
        """By holder: UTC milliseconds at which its first receipt for this entry was verified here."""
        others = (row["log"] for row in self.logs() if row["log"] != log)
        found = {holder: self._first_receipt_ms(log, index, holder) for holder in others}
        return {holder: time_ms for holder, time_ms in found.items() if time_ms is not None}

    def _first_receipt_ms(self, log: int, index: int, holder: int) -> int | None:
        """When the first was made durable here; those that hold the entry come in about the order of their sizes."""
        times = [
            time_ms
            for table, holds, order in (
                ("cosignatures", "size > ?1", "size"),
                ("run_receipts", 'start <= ?1 AND "end" > ?1', "start"),
            )
            for (time_ms,) in self._connection.query(
                f"SELECT min(arrived_ms) FROM (SELECT arrived_ms FROM {table}"  # noqa: S608 - two fixed names
                f" WHERE {holds} AND log = ?2 AND holder = ?3 ORDER BY {order} LIMIT 64)",
                (index, log, holder),
            )
        ]
        return min((time_ms for time_ms in times if time_ms is not None), default=None)

    def cosigned_ms(self, log: int, index: int) -> dict[int, int]:
        """By holder: UTC milliseconds at which its first co-signature over this entry was made durable here."""
        return dict(cosigned_ms(self._connection, log, index))

    def cosigned_before(self, log: int, index: int) -> int | None:
        """UTC milliseconds of the last co-signature on a size that does not hold the entry yet."""
        return self._time_ms("size <= ? AND log = ? ORDER BY size DESC", index, log)

    def cosigned_after(self, log: int, index: int) -> int | None:
        """UTC milliseconds, rounded up, of the first co-signature on a size that holds the entry."""
        time_ms = self._time_ms("size > ? AND log = ? ORDER BY size", index, log)
        return None if time_ms is None else time_ms + 999

    def _time_ms(self, condition: str, index: int, log: int) -> int | None:
        query = f"SELECT time_s FROM cosignatures WHERE {condition} LIMIT 1"  # noqa: S608 - fixed texts above
        row = self._connection.query(query, (index, log)).fetchone()
        return None if row is None else int(row[0]) * 1000


def _by_holder(rows: Rows) -> dict[int, tuple[int, bytes]]:
    return {row["holder"]: (row["time_s"], row["signature"]) for row in rows}


def _first(rows: Rows) -> Mapping[str, Any] | None:
    return rows[0] if rows else None
