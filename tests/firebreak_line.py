"""A record in memory whose entries say anything of times and of what they had seen, in whatever order they come."""

from dataclasses import dataclass
from functools import cache

from pysqlite3 import dbapi2

from coupefeu.model.entry import Head, Reference, Seen
from coupefeu.model.instant import Moment
from coupefeu.model.precedence import Precedence
from coupefeu.services.base import METADATA, Recorded
from coupefeu.services.every import SERVICES
from coupefeu.services.firebreak.tables import TIMES, entry_at
from coupefeu.store.showing import by_kind, concluders_of, make_context
from coupefeu.store.sqlite import Connection, create_tables
from coupefeu.store.transaction import Transaction
from coupefeu.testing.line import make_line
from tests.stores import AGREEMENT, moment

PARTIES = AGREEMENT.party_ids
SKEW_MS = AGREEMENT.skew_s * 1_000
UNKNOWN_KIND = 9_000


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry. `seen`: the size of the other side's log that it names, 0 for none; `named`: one that it refers to."""

    log: int
    index: int
    claimed_ms: int
    seen: int = 0
    named: int | None = None
    kind: int = UNKNOWN_KIND
    body: bytes = b""
    post: str = "duty"
    to_post: str = "duty"
    precedence: Precedence = Precedence.ROUTINE
    about: tuple[tuple[int, int], ...] = ()

    def _references(self) -> tuple[tuple[int, int], ...]:
        return self.about if self.named is None else ((1 - self.log, self.named),)

    def recorded(self, ours: int, arrival: int, arrived_ms: int) -> Recorded:
        """Give it as a node with this log records it."""
        other = 1 - self.log
        head = Head(
            kind=self.kind,
            from_post=f"{PARTIES[self.log]}.{self.post}",
            to_posts=(f"{PARTIES[other]}.{self.to_post}",),
            precedence=self.precedence,
            written_ms=self.claimed_ms,
            language="en",
            agreement_version=AGREEMENT.version,
            references=tuple(
                Reference(log=log, index=index, leaf_hash=bytes(32)) for log, index in self._references()
            ),
            seen=(Seen(log=other, size=self.seen, root=bytes(32)),) if self.seen else (),
        )
        return Recorded(
            log=self.log,
            index=self.index,
            arrival=arrival,
            arrived_ms=arrived_ms,
            ours=self.log == ours,
            head=head,
            body=self.body,
            leaf_hash=bytes(32),
        )


@cache
def _empty():
    """Make the tables once: to copy them takes a hundredth of the time."""
    raw = dbapi2.connect("", isolation_level=None)
    create_tables(Connection(raw), METADATA)
    return raw


class MemoryRecord:
    """The views of one node, without its record."""

    def __init__(self, ours: int) -> None:
        self.connection = Connection(dbapi2.connect("", isolation_level=None))
        _empty().backup(self.connection.raw)
        self.ours = ours
        self.line = make_line(AGREEMENT, PARTIES[ours])
        self.arrival = 0

    def take(self, *entries: Entry, after_ms: int | None = None) -> None:
        """Take some entries in one transaction, in the order in which they come.

        `after_ms`: so long after they were written; None: one a second.
        """
        context = make_context(self.line, AGREEMENT, moment())
        transaction = Transaction(
            self.connection, self.line, {}, by_kind(SERVICES), context, 0, concluders=concluders_of(SERVICES)
        )
        for entry in entries:
            at_ms = moment(self.arrival).utc_ms if after_ms is None else entry.claimed_ms + after_ms
            transaction.show(entry.recorded(self.ours, self.arrival, at_ms))
            self.arrival += 1
        transaction.conclude()
        transaction.flush()

    def select(self, statement):
        return self.connection.execute(statement.executable, statement.parameters)

    def context(self, now_ms: int | None = None):
        now = moment() if now_ms is None else Moment(utc_ms=now_ms, mono_ms=0)
        return make_context(self.line, AGREEMENT, now)

    def counted(self) -> dict[tuple[int, int], tuple[int, str]]:
        """Give when each entry counts, and at which bound."""
        rows = self.connection.execute(TIMES.select())
        return {
            entry_at(row["position"], row["place"], len(PARTIES)): (row["counted_ms"], row["bound"])
            for row in rows
        }

    def rows(self, *names: str) -> dict[str, list[tuple]]:
        """Give every row of the tables of the firebreak whose names begin so, sorted, without when it came here."""
        return {
            table.name: sorted(
                tuple(value for name, value in row.items() if "arriv" not in name and "known" not in name)
                for row in self.connection.execute(table.select())
            )
            for table in METADATA.sorted_tables
            if table.name.startswith(names)
        }


def expected(entries: list[Entry]) -> dict[tuple[int, int], tuple[int, str]]:
    """Count as docs/spec/firebreak.md, section 5, says it, looking at everything."""
    logs = [sorted((each for each in entries if each.log == log), key=lambda e: e.index) for log in (0, 1)]
    tops = [_tops(log) for log in logs]
    found = {}
    for entry in entries:
        others = logs[1 - entry.log]
        top = next(top for each, top in zip(logs[entry.log], tops[entry.log], strict=True) if each == entry)
        seen = [each for each in others if each.index < top]
        lower = seen[-1].claimed_ms - SKEW_MS if seen else None
        seers = [each for each, top in zip(others, tops[1 - entry.log], strict=True) if top > entry.index]
        upper = seers[0].claimed_ms + SKEW_MS if seers else None
        counted = entry.claimed_ms if upper is None else min(entry.claimed_ms, upper)
        counted = counted if lower is None else max(counted, lower)
        bound = (
            ""
            if counted == entry.claimed_ms
            else "before-bracket"
            if counted > entry.claimed_ms
            else "after-bracket"
        )
        found[entry.log, entry.index] = counted, bound
    return found


def _tops(log: list[Entry]) -> list[int]:
    """Give up to where each entry, or one before it in its log, had seen the other."""
    top, tops = 0, []
    for each in log:
        top = max(top, each.seen, 0 if each.named is None else each.named + 1)
        tops.append(top)
    return tops
