"""Which service shows an entry, and what it is told: the same when an entry comes and when views are rebuilt (A8)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from coupefeu.errors import CoupefeuError
from coupefeu.model.agreement import Agreement
from coupefeu.model.entry import Head, Kind
from coupefeu.model.instant import Moment
from coupefeu.record.leaf import leaf_hash
from coupefeu.services.base import Concluder, Context, Follower, Guard, Recorded, Service
from coupefeu.store.line import Line
from coupefeu.store.sqlite import Connection
from coupefeu.wire.head import decode_head

ByKind = Mapping[int | None, Service]


def by_kind(services: Sequence[Service]) -> ByKind:
    """Map each kind to its service; None to the first, which also shows what no service knows.

    That is unreadable entries, and kinds of a newer peer (protocol A7).
    """
    known: dict[int | None, Service] = {kind: each for each in services for kind in each.kinds}
    known[None] = services[0]
    return known


def followers_of(services: Sequence[Service]) -> Mapping[int, Follower]:
    """Map each kind to the service that keeps dependent rows after it; at most one does."""
    return {kind: each for each in services if isinstance(each, Follower) for kind in each.followed}


def guards_of(services: Sequence[Service]) -> Mapping[int, Guard]:
    """Map each kind to the service that is asked before one of ours is written; at most one is."""
    return {kind: each for each in services if isinstance(each, Guard) for kind in each.guarded}


def concluders_of(services: Sequence[Service]) -> tuple[Concluder, ...]:
    """List the services that let something follow from entries of every kind."""
    return tuple(each for each in services if isinstance(each, Concluder))


def make_context(
    line: Line, agreement: Agreement, now: Moment, earlier: tuple[Agreement, ...] = ()
) -> Context:
    """Give what a service may know."""
    return Context(
        now=now,
        our_log=line.our_log,
        parties=line.names,
        agreement=agreement,
        agreement_version=agreement.version,
        earlier=earlier,
    )


def is_shown(line: Line, row: Mapping[str, Any]) -> bool:
    """Whether a stored entry has a view: between two parties a leaf alone has none until its body comes."""
    return row["body"] is not None or row["erased"] is not None or len(line.parties) > 2


def recorded_of(line: Line, row: Mapping[str, Any]) -> Recorded:
    """Give a stored entry as its service was told of it."""
    return Recorded(
        log=row["log"],
        index=row["idx"],
        arrival=row["arrival"],
        arrived_ms=row["arrived_ms"],
        ours=line.is_ours(row["log"]),
        head=None if row["head"] is None else parse_head(row["head"]),
        body=row["body"] or b"",
        leaf_hash=leaf_hash(row["leaf"]),
        erased=row["erased"] is not None,
    )


_CONTENT: Final = "SELECT content FROM attachments WHERE log = ? AND idx = ? ORDER BY number, part"


def with_attached(record: Connection, recorded: Recorded) -> Recorded:
    """Give an entry with what its view needs and the log does not hold: what a note of ours says."""
    if not is_note(recorded.head) or not recorded.ours:
        return recorded
    parts = record.query(_CONTENT, (recorded.log, recorded.index)).fetchall()
    return replace(recorded, attached=(b"".join(part for (part,) in parts),) if parts else ())


def is_note(head: Head | None) -> bool:
    """Whether what an entry says lies with its author alone, to be shown only when that very entry is named."""
    return head is not None and head.kind == Kind.NOTE


def parse_head(head: bytes) -> Head | None:
    """Decode a stored head; None when it does not parse (it is kept as bytes and shown as unreadable, A7)."""
    try:
        return decode_head(head)
    except CoupefeuError:
        return None
