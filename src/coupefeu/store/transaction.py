"""One transaction of the writer: reads, buffered writes, and the logs' state before it.

A job writes into the buffer, which goes to the database before the next select and before the commit, many rows
per statement. A job is judged before its first write, so that a refused one has written nothing; that is checked,
and stands for a savepoint per command.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import Executable, bindparam, insert, select, update

from coupefeu.errors import StoreError
from coupefeu.record.leaf import leaf_hash
from coupefeu.record.tree import Frontier
from coupefeu.services.base import (
    Concluder,
    Context,
    Draft,
    Follower,
    Guard,
    Recorded,
    Rows,
    Service,
    Statement,
)
from coupefeu.services.messages.promised import INSERT_PROMISED
from coupefeu.store import tables
from coupefeu.store.line import Line
from coupefeu.store.sqlite import Connection
from coupefeu.store.state import LogState, empty_log

_INSERT_ENTRY = insert(tables.entries).values(
    {each.name: bindparam(each.name) for each in tables.entries.c if each.name not in tables.OF_ERASED}
)
_INSERT_LOG = insert(tables.logs)
_CLOSE_LOG = (
    update(tables.logs)
    .where(tables.logs.c.log == bindparam("b_log"))
    .values(closed_at=bindparam("b_closed_at"))
)
_INSERT_FRONTIER = insert(tables.frontiers).prefix_with("OR REPLACE")
_INSERT_SUBTREE = insert(tables.subtrees).prefix_with("OR REPLACE")
_SAVE_LOG = (
    update(tables.logs)
    .where(tables.logs.c.log == bindparam("b_log"))
    .values(size=bindparam("b_size"), complete=bindparam("b_complete"), frontier=bindparam("b_frontier"))
)
_SELECT_ENTRY = select(tables.entries).where(
    tables.entries.c.log == bindparam("log"), tables.entries.c.idx == bindparam("idx")
)
_SELECT_LEAVES = (
    select(tables.entries.c.idx, tables.entries.c.leaf)
    .where(
        tables.entries.c.log == bindparam("log"),
        tables.entries.c.idx >= bindparam("start"),
        tables.entries.c.idx < bindparam("stop"),
    )
    .order_by(tables.entries.c.idx)
)
_SELECT_FRONTIER = select(tables.frontiers.c.frontier).where(
    tables.frontiers.c.log == bindparam("log"), tables.frontiers.c.size == bindparam("size")
)

MOST_AT_ONCE = 1_024
"""Entries of which is kept what they said until what hangs on them has followed."""

MAX_INDEX = (1 << 63) - 1
"""What a peer may name beyond it no database holds."""


class Transaction:
    """What jobs work on between BEGIN and COMMIT."""

    def __init__(
        self,
        connection: Connection,
        line: Line,
        states: dict[int, LogState],
        services: Mapping[int | None, Service],
        context: Context,
        next_arrival: int,
        *,
        is_recovering: bool = False,
        parted: dict[int, int] | None = None,
        followers: Mapping[int, Follower] = MappingProxyType({}),
        concluders: Sequence[Concluder] = (),
        guards: Mapping[int, Guard] = MappingProxyType({}),
    ) -> None:
        """`is_recovering`: this node signs nothing, for it may have signed more than it holds (protocol A13).

        `parted`: see store/parted.py; what is found out here is noted in it. `followers`, `concluders` and
        `guards`: see `showing`.
        """
        self.parted = {} if parted is None else parted
        self.line = line
        self.states = states
        self.context = context
        self.next_arrival = next_arrival
        self.writes = 0
        self.promises = 0
        self.erased = 0
        self.gone: list[bytes] = []
        """Bodies that were erased and that no outcome has named yet."""
        self.is_ordered = False
        self.is_recovering = is_recovering
        self._connection = connection
        self._services = services
        self._followers = followers
        self._concluders = concluders
        self._guards = guards
        self._shown: list[Recorded] = []
        self._buffer: list[tuple[Executable, Mapping[str, Any]]] = []
        self._before: dict[int, LogState] = {}
        self._opened: list[int] = []
        self._arrival_before = next_arrival

    def insist(self, draft: Draft) -> None:
        """Ask who guards entries of this kind. Raises: PolicyError: it may not be written now."""
        guard = self._guards.get(draft.kind)
        if guard is not None:
            guard.insist(draft, self.context, self.select)

    @property
    def connection(self) -> Connection:
        """For the loaders of `store.outgoing`; `flush` before it is read."""
        return self._connection

    # --- states -------------------------------------------------------------------------------------------

    def touch(self, log: int) -> LogState:
        """Give a log's state to change; what it was is kept for `undo`."""
        state = self.states[log]
        if log not in self._before:
            self._before[log] = state.copy()
        return state

    def open_log(self, log: int, origin: str) -> None:
        """Let a log be there that was not known; `undo` forgets it again."""
        self.write(_INSERT_LOG, empty_log(log, origin))
        self.states[log] = LogState(frontier=Frontier(), complete=0)
        self._opened.append(log)

    def close_log(self, log: int, size: int) -> None:
        """Take no more of a log than up to this size: its party writes another one now (protocol A13)."""
        if log in self.states:
            self.touch(log).closed_at = size
            self.write(_CLOSE_LOG, {"b_log": log, "b_closed_at": size})
            self.part(log, size)

    def part(self, log: int, size: int) -> None:
        """Note that others may hold another log than we do from this size on."""
        self.parted[log] = min(self.parted.get(log, size), size)

    @property
    def changed(self) -> tuple[int, ...]:
        """Logs that may stand otherwise than before."""
        return (*self._before, *self._opened)

    def undo(self) -> None:
        """Put every state back: the transaction did not happen."""
        self.states.update(self._before)
        for log in self._opened:
            del self.states[log]
        self.next_arrival = self._arrival_before
        self._buffer.clear()
        self._shown.clear()

    @property
    def stand(self) -> dict[int, tuple[int, int]]:
        """Size and complete of each log."""
        return {log: (state.size, state.complete) for log, state in self.states.items()}

    @property
    def has_moved(self) -> bool:
        """Whether an entry came, or a log stands elsewhere than before."""
        before = {log: (state.size, state.complete) for log, state in self._before.items()}
        moved = self.stand != self.stand | before or bool(self._opened)
        return moved or self.next_arrival != self._arrival_before

    def take_gone(self) -> tuple[bytes, ...]:
        """Give the bodies that were erased since the last call."""
        gone, self.gone = tuple(self.gone), []
        return gone

    # --- writing ------------------------------------------------------------------------------------------

    def write(self, executable: Executable, row: Mapping[str, Any]) -> None:
        """Buffer one row of a fixed statement."""
        self.writes += 1
        self._buffer.append((executable, row))

    def record(
        self, log: int, index: int, leaf: bytes, seed: bytes | None, head: bytes | None, body: bytes | None
    ) -> int:
        """Buffer one entry; gives its number in the local order of arrival."""
        arrival = self.take_arrival()
        self.write(
            _INSERT_ENTRY,
            {
                "arrival": arrival,
                "log": log,
                "idx": index,
                "arrived_ms": self.context.now.utc_ms,
                "leaf": leaf,
                "seed": seed,
                "head": head,
                "body": body,
            },
        )
        return arrival

    def take_arrival(self) -> int:
        """Give the next number in the local order of arrival."""
        arrival = self.next_arrival
        self.next_arrival += 1
        return arrival

    def show(self, recorded: Recorded) -> None:
        """Bring the views up to date with one entry (unreadable and unknown ones have a view too: A7)."""
        kind = None if recorded.head is None else recorded.head.kind
        for statement in self._services.get(kind, self._services[None]).apply(recorded, self.context):
            self._buffer.append(statement)
            if statement.executable is INSERT_PROMISED and statement.parameters["to_us"]:
                self.promises += 1
        follower = self._followers.get(-1 if kind is None else kind)
        if follower is not None:
            self.carry_out(follower.follow(recorded, self.context, self.select))
        if self._concluders:
            self._shown.append(recorded)
            if len(self._shown) == MOST_AT_ONCE:
                self.conclude()

    def conclude(self) -> None:
        """Let follow what hangs on entries of every kind; at the latest before the commit."""
        shown, self._shown = self._shown, []
        if shown:
            for each in self._concluders:
                self.carry_out(each.conclude(shown, self.context, self.select))

    def carry_out(self, statements: Iterable[Statement]) -> None:
        """Buffer what a service gives; it may select between one and the next, and sees those before."""
        for statement in statements:
            self._buffer.append(statement)

    def append_leaf(self, log: int, state: LogState, hashed: bytes) -> None:
        """Grow a log's tree by one; keep its frontier at every FRONTIER_STEP, and each full subtree of a kept level."""
        for level, number, root in state.frontier.completed_by(hashed, tables.SUBTREE_STEP):
            self.write(_INSERT_SUBTREE, {"log": log, "level": level, "number": number, "root": root})
        state.frontier.append(hashed)
        if state.frontier.size % tables.FRONTIER_STEP == 0:
            self.write(
                _INSERT_FRONTIER,
                {"log": log, "size": state.frontier.size, "frontier": state.frontier.to_bytes()},
            )

    def flush(self) -> None:
        """Give the buffered rows to the database, many rows per statement, in order."""
        buffer, self._buffer = self._buffer, []
        groups: dict[int, tuple[Executable, list[Mapping[str, Any]]]] = {}
        for executable, row in buffer:
            if executable.is_insert:
                groups.setdefault(id(executable), (executable, []))[1].append(row)
                continue
            self._write_groups(groups)
            self._connection.execute(executable, row)
        self._write_groups(groups)

    def _write_groups(self, groups: dict[int, tuple[Executable, list[Mapping[str, Any]]]]) -> None:
        for executable, rows in groups.values():
            self._connection.execute_many(executable, rows)
        groups.clear()

    def save_states(self) -> None:
        """Write where the touched logs stand."""
        for log in self._before:
            state = self.states[log]
            self.write(
                _SAVE_LOG,
                {
                    "b_log": log,
                    "b_size": state.size,
                    "b_complete": state.complete,
                    "b_frontier": state.frontier.to_bytes(),
                },
            )

    # --- reading ------------------------------------------------------------------------------------------

    def select(self, statement: Statement) -> Rows:
        """Run a select; what was buffered before it is seen by it."""
        self.flush()
        return self._connection.execute(statement.executable, statement.parameters)

    def entry(self, log: int, index: int) -> Mapping[str, Any] | None:
        """One stored entry's row."""
        rows = self.select(Statement(_SELECT_ENTRY, {"log": log, "idx": index}))
        return rows[0] if rows else None

    def leaf_hashes(self, log: int, start: int, stop: int) -> dict[int, bytes]:
        """Hashes of the stored leaves in [start, stop)."""
        rows = self.select(Statement(_SELECT_LEAVES, {"log": log, "start": start, "stop": stop}))
        return {row["idx"]: leaf_hash(row["leaf"]) for row in rows}

    def leaf_hash(self, log: int, index: int) -> bytes:
        """RFC 6962 hash of one stored leaf. Raises: KeyError when it is not held."""
        if not 0 <= index < MAX_INDEX:
            raise KeyError(index)
        return self.leaf_hashes(log, index, index + 1)[index]

    def frontier_at(self, log: int, size: int) -> Frontier:
        """Give the tree of a log as it was at `size`. Raises: KeyError when it was never that large."""
        state = self.states[log]
        if size == state.size:
            return state.frontier.copy()
        if size > state.size:
            raise KeyError(size)
        base = size - size % tables.FRONTIER_STEP
        frontier = Frontier()
        if base:
            rows = self.select(Statement(_SELECT_FRONTIER, {"log": log, "size": base}))
            if not rows:
                raise StoreError(
                    f"log {log} has no frontier at {base}",
                    code="store.frontier.missing",
                    hint="Run `coupefeu fsck`.",
                )
            frontier = Frontier.from_bytes(rows[0]["frontier"])
        hashes = self.leaf_hashes(log, base, size)
        for index in range(base, size):
            frontier.append(hashes[index])
        return frontier

    def root(self, log: int, size: int) -> bytes:
        """Root of a log at `size`. Raises: KeyError when it was never that large."""
        state = self.states[log]
        if size == state.size:
            return state.root
        cached = state.roots.get(size)
        if cached is None:
            cached = state.remember(size, self.frontier_at(log, size).root())
        return cached
