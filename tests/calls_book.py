"""The views of calls alone, in memory: entries as either party may write them, lawful or not, in any order."""

from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256

from pysqlite3 import dbapi2
from sqlalchemy.schema import CreateIndex, CreateTable

from coupefeu.model.calls import CallRole, DeclineReason, LostCause, Media, MediaPath, Outcome
from coupefeu.model.entry import Head, Kind, Reference, Seen
from coupefeu.model.instant import Moment
from coupefeu.model.precedence import Precedence
from coupefeu.services.base import Context, Recorded
from coupefeu.services.calls import CallsService
from coupefeu.services.calls.facts import CallFact, encode_call
from coupefeu.services.calls.fold import fold
from coupefeu.services.calls.tables import CALLS, STEPS, select_call, select_steps
from coupefeu.store.sqlite import Connection, compile_text
from coupefeu.testing.line import make_agreement

AGREEMENT = make_agreement()
PARTIES = AGREEMENT.party_ids
US, RU = 0, 1
SERVICE = CallsService()
FACTS = {
    Kind.CALL_PLACED: CallFact(media=Media.TEXT),
    Kind.CALL_RINGING: CallFact(rung=0, posts=("ru.duty",), staffed=("ru.duty",)),
    Kind.CALL_ANSWERED: CallFact(media=Media.TEXT),
    Kind.CALL_DECLINED: CallFact(reason=DeclineReason.REFUSED),
    Kind.CALL_DEFERRED: CallFact(to_post="ru.chief"),
    Kind.CALL_UNANSWERED: CallFact(outcome=Outcome.NOT_STAFFED, rang_ms=1, posts=("ru.duty",)),
    Kind.CALL_WITHDRAWN: CallFact(),
    Kind.CALL_UNREACHED: CallFact(outcome=Outcome.LINE_DOWN),
    Kind.CALL_ENDED: CallFact(duration_ms=5),
    Kind.CALL_LOST: CallFact(cause=LostCause.PATH_GONE),
    Kind.CALL_JOINED: CallFact(role=CallRole.ADVISER, name="adviser"),
    Kind.CALL_CONNECTED: CallFact(path=MediaPath.DIRECT),
    Kind.CALL_WORDS: CallFact(words="Why?"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a log; `seen`: how many of the other log its author had seen."""

    log: int
    index: int
    head: Head
    body: bytes

    @property
    def leaf_hash(self):
        return sha256(f"{self.log}/{self.index}".encode()).digest()

    @property
    def place(self):
        return self.log, self.index

    def reference(self, leaf=None):
        return Reference(log=self.log, index=self.index, leaf_hash=leaf or self.leaf_hash)


@dataclass(slots=True)
class Logs:
    """What both parties wrote."""

    entries: list[Entry] = field(default_factory=list)
    sizes: list[int] = field(default_factory=lambda: [0, 0])

    def write(self, log, kind, *about, seen=0, post=None, to_posts=None, fact=None, body=None, leaf=None):
        desks = [AGREEMENT.party(each).duty_desk for each in PARTIES]
        head = Head(
            kind=kind,
            from_post=post or desks[log],
            to_posts=(desks[1 - log],) if to_posts is None else to_posts,
            precedence=Precedence.IMMEDIATE,
            written_ms=0,
            language="en",
            agreement_version=1,
            references=tuple(each.reference(leaf) for each in about),
            seen=(Seen(log=1 - log, size=seen, root=bytes(32)),) if seen else (),
        )  # fmt: skip
        octets = encode_call(kind, fact or FACTS[kind]) if body is None else body
        entry = Entry(log=log, index=self.sizes[log], head=head, body=octets)
        self.sizes[log] += 1
        self.entries.append(entry)
        return entry


@cache
def _connection(ours):
    """Give the one database of a party, which knows its statements already."""
    connection = Connection(dbapi2.connect(":memory:", isolation_level=None))
    for table in (CALLS, STEPS):
        for statement in (CreateTable(table), *map(CreateIndex, table.indexes)):
            connection.query(compile_text(statement))
    return connection


class Book:
    """The record of one party, as far as calls go; the next of the same party begins it anew."""

    def __init__(self, ours):
        self.connection, self.arrivals = _connection(ours), 0
        self.context = Context(
            now=Moment(utc_ms=0, mono_ms=0),
            our_log=ours,
            parties=PARTIES,
            agreement=AGREEMENT,
            agreement_version=1,
        )
        for table in (CALLS, STEPS):
            self.connection.query(f"DELETE FROM {table.name}")

    def store(self, entry):
        recorded = Recorded(
            log=entry.log,
            index=entry.index,
            arrival=self.arrivals,
            arrived_ms=self.arrivals * 1_000,
            ours=entry.log == self.context.our_log,
            head=entry.head,
            body=entry.body,
            leaf_hash=entry.leaf_hash,
        )
        self.arrivals += 1
        for statement in SERVICE.apply(recorded, self.context):
            self.connection.execute(statement.executable, statement.parameters)

    def rows(self, statement):
        return self.connection.execute(statement.executable, statement.parameters)

    def view(self, call):
        (row,) = self.rows(select_call(call.place))
        return fold(row, self.rows(select_steps(call.place)), self.context)

    def columns(self, call):
        (row,) = self.rows(select_call(call.place))
        return row["outcome"], bool(row["is_open"])


def books(logs, orders=(None, None)):
    """Give both records of the same entries, each in its own order of arrival."""
    found = (Book(US), Book(RU))
    for book, order in zip(found, orders, strict=True):
        for entry in logs.entries if order is None else order:
            book.store(entry)
    return found
