"""What must be marked anew after some entries: named by their heads, and by entries that count at another time now."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import text

from coupefeu.errors import CoupefeuError
from coupefeu.model.entry import Head, Kind
from coupefeu.model.messages import MessageId
from coupefeu.services.arranged.facts import KINDS as ARRANGED
from coupefeu.services.base import Recorded, Rows, Select, Statement
from coupefeu.services.calls.facts import KINDS as CALLS
from coupefeu.services.entry_rows import fits
from coupefeu.services.firebreak.contacts import questions_of
from coupefeu.services.firebreak.steps import CLOSERS
from coupefeu.services.incidents.facts import KINDS as INCIDENTS
from coupefeu.services.messages.views import MESSAGE_KINDS
from coupefeu.services.notices.facts import CLOSINGS, VERSIONS
from coupefeu.services.passing.facts import KINDS as PASSING

ANSWERS: Final = frozenset({Kind.NOTICE_ANSWERED, Kind.COUNTER_ANSWERED})
_OF_KEYS: Final = frozenset({Kind.PERSONAL_KEY_ENROLLED, Kind.PERSONAL_KEY_ENDED})
MOST_NAMED: Final = 64
_ITSELF: Final[Mapping[int, str]] = {
    **dict.fromkeys(MESSAGE_KINDS, "messages"),
    **dict.fromkeys(CLOSERS, "acts"),
    Kind.CALL_PLACED: "calls",
    Kind.ARRANGE_PROPOSED: "arranged",
    Kind.NOTICE_FILED: "notices",
    Kind.INCIDENT_REPORTED: "incidents",
    Kind.WATCH_TAKEN: "watches",
    Kind.WATCH_LEFT: "watches",
    Kind.WATCH_ACCEPTED: "watches",
    Kind.LINE_STATE: "states",
    Kind.WITNESS_HEARD: "witnessed",
    Kind.PRESENCE_ASKED: "questions",
}
"""What an entry of a kind is by itself."""
_ABOUT: Final[Mapping[int, tuple[str, int]]] = {
    **dict.fromkeys(CALLS - {Kind.CALL_PLACED}, ("calls", MOST_NAMED)),
    **dict.fromkeys(ARRANGED - {Kind.ARRANGE_PROPOSED}, ("arranged", 1)),
    **dict.fromkeys((VERSIONS | CLOSINGS | ANSWERS) - {Kind.NOTICE_FILED}, ("notices", 1)),
    **dict.fromkeys(INCIDENTS - {Kind.INCIDENT_REPORTED}, ("incidents", 1)),
    **dict.fromkeys(PASSING, ("units", 1)),
    Kind.PRESENCE_SHOWN: ("questions", 1),
}
"""What those are that an entry of a kind names, and how many of its references are looked at."""
_NAMED: Final = "{0}.log = json_extract(j.value, '$[0]') AND {0}.idx = json_extract(j.value, '$[1]')"


@dataclass(slots=True, kw_only=True)
class Touched:
    """By what it is, what must be marked anew; all are entries. `moved`: messages, whole; `erased`: ranges of ours."""

    messages: set[MessageId] = field(default_factory=set)
    acts: set[MessageId] = field(default_factory=set)
    moved: set[MessageId] = field(default_factory=set)
    calls: set[MessageId] = field(default_factory=set)
    arranged: set[MessageId] = field(default_factory=set)
    notices: set[MessageId] = field(default_factory=set)
    units: set[MessageId] = field(default_factory=set)
    questions: set[MessageId] = field(default_factory=set)
    watches: set[MessageId] = field(default_factory=set)
    witnessed: set[MessageId] = field(default_factory=set)
    states: set[MessageId] = field(default_factory=set)
    incidents: set[MessageId] = field(default_factory=set)
    erased: list[tuple[int, int, int]] = field(default_factory=list)

    def take(self, recorded: Recorded, select: Select) -> None:
        """Take one entry that came; an honest node's, or whatever a peer wrote."""
        head = recorded.head
        if head is None:
            return
        entry, kind = (recorded.log, recorded.index), head.kind
        if kind in _ITSELF:
            getattr(self, _ITSELF[kind]).add(entry)
        if kind in MESSAGE_KINDS and head.references:
            self.acts.add(entry)
        elif kind in _ABOUT:
            what, most = _ABOUT[kind]
            getattr(self, what).update(_named(head, most))
        elif kind in _OF_KEYS:
            keys = [entry] if kind == Kind.PERSONAL_KEY_ENROLLED else list(_named(head, 1))
            self.questions |= questions_of(keys, select)
        elif kind == Kind.ERASED and recorded.ours:
            ranges = _erased(recorded)
            self.erased += ranges
            for range_ in ranges:
                self._take_all(select(Statement(_SELECT_ERASED, dict(zip(_RANGE, range_, strict=True)))))

    def take_moved(self, entries: Collection[MessageId], select: Select) -> None:
        """Take entries that count at another time than before: whatever was made of them is made anew."""
        if not entries:
            return
        self._take_all(select(Statement(_SELECT_ROOTS, {"entries": json.dumps(sorted(entries))})))

    def _take_all(self, rows: Rows) -> None:
        for row in rows:
            getattr(self, row["what"]).add((row["log"], row["idx"]))


def _named(head: Head, most: int) -> Iterator[MessageId]:
    return ((each.log, each.index) for each in head.references[:most] if fits((each.log, each.index)))


def _erased(recorded: Recorded) -> Sequence[tuple[int, int, int]]:
    from coupefeu.services.erasures.facts import parse_erasure  # noqa: PLC0415 - it knows the services that it empties

    try:
        return parse_erasure(recorded.body).ranges
    except CoupefeuError:
        return ()


_LOOKS: Final = (
    ("moved", "messages", "log", "idx"),
    ("moved", "message_facts", "message_log", "message_idx"),
    ("calls", "calls", "log", "idx"),
    ("calls", "call_steps", "call_log", "call_idx"),
    ("arranged", "arranged", "root_log", "root_idx"),
    ("notices", "notice_acts", "root_log", "root_idx"),
    ("units", "passing", "root_log", "root_idx"),
    ("questions", "presence_asked", "log", "idx"),
    ("questions", "statements", "about_log", "about_idx"),
    ("watches", "watches", "log", "idx"),
    ("witnessed", "witness_words", "log", "idx"),
    ("states", "line_states", "log", "idx"),
    ("incidents", "incident_acts", "root_log", "root_idx"),
)
"""What an entry can be in, and from which columns there what it is about is read."""
_SELECT_ROOTS: Final = text(
    " UNION ".join(
        f"SELECT '{what}' AS what, e.{log} AS log, e.{index} AS idx FROM json_each(:entries) AS j"  # noqa: S608 - fixed texts
        f" JOIN {table} AS e ON {_NAMED.format('e')} WHERE e.{log} >= 0"
        for what, table, log, index in _LOOKS
    )
)
_RANGE: Final = ("log", "start", "end")
_SELECT_ERASED: Final = text(
    " UNION ".join(
        f"SELECT '{what}' AS what, e.root_log AS log, e.root_idx AS idx FROM {table} AS e"  # noqa: S608 - fixed texts
        " WHERE e.log = :log AND e.idx >= :start AND e.idx < :end AND e.root_log >= 0"
        for what, table in (("notices", "notice_acts"), ("units", "passing"), ("incidents", "incident_acts"))
    )
)
"""Of what the marks are made of everything that is said, so that without some of it they are others."""
