"""What belongs together: a message with all that is about it or answers it; words of a call; a notice; an incident.

An exchange is erased as one: a read-back repeats what was said, a statement of a person holds the text that was on the
screen, a cancellation that is gone must not set free the clock of what it cancelled, and a sighting that was taken back
must not stand again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import BigInteger, Integer, bindparam, literal_column, select

from coupefeu.model.entry import Kind, is_erasable
from coupefeu.model.messages import MessageId
from coupefeu.services.base import Rows, Statement
from coupefeu.services.calls.tables import STEPS
from coupefeu.services.incidents.views import ACTS as INCIDENT_ACTS
from coupefeu.services.messages.views import FACTS, MESSAGES
from coupefeu.services.notices.tables import ACTS as NOTICE_ACTS
from coupefeu.services.passing.views import PASSING
from coupefeu.services.persons.views import STATEMENTS
from coupefeu.services.presence.views import REPORTS
from coupefeu.store import tables
from coupefeu.store.showing import parse_head

Select = Callable[[Statement], Rows]
"""Runs a select, in the writer's transaction or for a reader."""

MAX_ENTRIES: Final = 1_024
"""Erased in one transaction; of a larger exchange the rest is taken by the next."""
MAX_DEPTH: Final = 64
"""A message about a message about a message...; whoever goes deeper begins an exchange of its own."""

_FOUND: Final = select(
    bindparam("log", type_=Integer).label("log"), bindparam("idx", type_=BigInteger).label("idx")
).cte("found", recursive=True)
_MEMBERS: Final = _FOUND.union(
    select(FACTS.c.log, FACTS.c.idx).join(
        _FOUND, (FACTS.c.message_log == _FOUND.c.log) & (FACTS.c.message_idx == _FOUND.c.idx)
    ),
    select(STATEMENTS.c.log, STATEMENTS.c.idx).join(
        _FOUND, (STATEMENTS.c.about_log == _FOUND.c.log) & (STATEMENTS.c.about_idx == _FOUND.c.idx)
    ),
    select(STEPS.c.log, STEPS.c.idx)
    .join(_FOUND, (STEPS.c.call_log == _FOUND.c.log) & (STEPS.c.call_idx == _FOUND.c.idx))
    .where(STEPS.c.kind == literal_column(str(int(Kind.CALL_WORDS)))),
    select(REPORTS.c.log, REPORTS.c.idx).join(
        _FOUND, (REPORTS.c.amends_log == _FOUND.c.log) & (REPORTS.c.amends_idx == _FOUND.c.idx)
    ),
    select(NOTICE_ACTS.c.log, NOTICE_ACTS.c.idx).join(
        _FOUND, (NOTICE_ACTS.c.root_log == _FOUND.c.log) & (NOTICE_ACTS.c.root_idx == _FOUND.c.idx)
    ),
    select(PASSING.c.log, PASSING.c.idx).join(
        _FOUND, (PASSING.c.root_log == _FOUND.c.log) & (PASSING.c.root_idx == _FOUND.c.idx)
    ),
    select(INCIDENT_ACTS.c.log, INCIDENT_ACTS.c.idx).join(
        _FOUND, (INCIDENT_ACTS.c.root_log == _FOUND.c.log) & (INCIDENT_ACTS.c.root_idx == _FOUND.c.idx)
    ),
)
_SELECT_EXCHANGE: Final = (
    select(
        tables.entries.c.log,
        tables.entries.c.idx,
        tables.entries.c.arrival,
        tables.entries.c.arrived_ms,
        tables.entries.c.head,
        tables.entries.c.body.is_not(None).label("held"),
    )
    .join(_MEMBERS, (tables.entries.c.log == _MEMBERS.c.log) & (tables.entries.c.idx == _MEMBERS.c.idx))
    .order_by(tables.entries.c.arrival)
)
_SELECT_PARENT: Final = (
    select(FACTS.c.message_log, FACTS.c.message_idx)
    .join(MESSAGES, (MESSAGES.c.log == FACTS.c.message_log) & (MESSAGES.c.idx == FACTS.c.message_idx))
    .where(
        FACTS.c.log == bindparam("log"),
        FACTS.c.idx == bindparam("idx"),
        FACTS.c.kind != literal_column(str(int(Kind.SHOWN))),
    )
    .limit(1)
)
_SELECT_STATED: Final = select(
    STATEMENTS.c.about_log.label("message_log"), STATEMENTS.c.about_idx.label("message_idx")
).where(
    STATEMENTS.c.log == bindparam("log"),
    STATEMENTS.c.idx == bindparam("idx"),
    STATEMENTS.c.about_log >= literal_column("0"),
)
_SELECT_CALL: Final = select(
    STEPS.c.call_log.label("message_log"), STEPS.c.call_idx.label("message_idx")
).where(
    STEPS.c.log == bindparam("log"),
    STEPS.c.idx == bindparam("idx"),
    STEPS.c.kind == literal_column(str(int(Kind.CALL_WORDS))),
    STEPS.c.call_log >= literal_column("0"),
)
_SELECT_AMENDED: Final = select(
    REPORTS.c.amends_log.label("message_log"), REPORTS.c.amends_idx.label("message_idx")
).where(
    REPORTS.c.log == bindparam("log"),
    REPORTS.c.idx == bindparam("idx"),
    REPORTS.c.amends_log >= literal_column("0"),
)
_SELECT_NOTICE: Final = select(
    NOTICE_ACTS.c.root_log.label("message_log"), NOTICE_ACTS.c.root_idx.label("message_idx")
).where(
    NOTICE_ACTS.c.log == bindparam("log"),
    NOTICE_ACTS.c.idx == bindparam("idx"),
    NOTICE_ACTS.c.kind != literal_column(str(int(Kind.NOTICE_FILED))),
    NOTICE_ACTS.c.root_log >= literal_column("0"),
)
_SELECT_PASSED: Final = select(
    PASSING.c.root_log.label("message_log"), PASSING.c.root_idx.label("message_idx")
).where(
    PASSING.c.log == bindparam("log"),
    PASSING.c.idx == bindparam("idx"),
    PASSING.c.root_log >= literal_column("0"),
)
_SELECT_INCIDENT: Final = select(
    INCIDENT_ACTS.c.root_log.label("message_log"), INCIDENT_ACTS.c.root_idx.label("message_idx")
).where(
    INCIDENT_ACTS.c.log == bindparam("log"),
    INCIDENT_ACTS.c.idx == bindparam("idx"),
    INCIDENT_ACTS.c.kind != literal_column(str(int(Kind.INCIDENT_REPORTED))),
    INCIDENT_ACTS.c.root_log >= literal_column("0"),
)
_SELECT_ABOVE: Final = (
    _SELECT_PARENT, _SELECT_STATED, _SELECT_CALL, _SELECT_AMENDED, _SELECT_PASSED, _SELECT_NOTICE, _SELECT_INCIDENT,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One entry of an exchange. `kind`: None where its head cannot be read. `goes`: its content may be erased."""

    log: int
    index: int
    arrived_ms: int
    kind: int | None
    goes: bool

    @property
    def id(self) -> MessageId:
        """Its place."""
        return self.log, self.index


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Entries by arrival; the first message is the root unless an act overtook it."""

    root: MessageId
    members: tuple[Member, ...]

    @property
    def content(self) -> tuple[Member, ...]:
        """Those that have content to be erased."""
        return tuple(each for each in self.members if each.goes)

    @property
    def span_ms(self) -> tuple[int, int]:
        """When the first and the last of them were stored here."""
        times = [each.arrived_ms for each in self.members]
        return min(times), max(times)


def find_exchange(select_rows: Select, entry: MessageId) -> Exchange:
    """Find the exchange of an entry; empty when the entry is not held."""
    root = _find_root(select_rows, entry)
    rows = select_rows(Statement(_SELECT_EXCHANGE, {"log": root[0], "idx": root[1]}))
    return Exchange(root=root, members=tuple(map(_member, rows)))


def _find_root(select_rows: Select, entry: MessageId) -> MessageId:
    seen = {entry}
    for _ in range(MAX_DEPTH):
        at = {"log": entry[0], "idx": entry[1]}
        above = (select_rows(Statement(each, at)) for each in _SELECT_ABOVE)
        rows = next(filter(None, above), ())
        if not rows:
            break
        parent = rows[0]["message_log"], rows[0]["message_idx"]
        if parent in seen:  # two that name one another: only unverified references can
            return min(seen)
        seen.add(parent)
        entry = parent
    return entry


def _member(row: Mapping[str, Any]) -> Member:
    head = None if row["head"] is None else parse_head(row["head"])
    kind = None if head is None else head.kind
    return Member(
        log=row["log"],
        index=row["idx"],
        arrived_ms=row["arrived_ms"],
        kind=kind,
        goes=bool(row["held"]) and is_erasable(kind),
    )
