"""The marks that matter at an instant, found by index, however long the record is; `spanning.py` gives those of a span.

What counts at an instant asked by signed times is what counts no later than the agreed skew after it; by what was
known here, what had arrived. Of events the newest of each key is given, of what was opened what is late.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import text

from coupefeu.model.messages import MessageId
from coupefeu.model.precedence import Precedence
from coupefeu.model.topics import Topic
from coupefeu.services.base import Context, Rows, Select, Statement
from coupefeu.services.firebreak.marks import Asked, Bound, Gathered, Mark, Proof, Role
from coupefeu.services.firebreak.rows import MS, pair_key, select_times
from coupefeu.services.firebreak.tables import NEVER, NO_PRECEDENCE, entry_at

MOST_ATTEMPTS: Final = 64
"""Of a pair and outcome, since its last contact, the newest; all are counted, up to `MOST_COUNTED`."""
MOST_COUNTED: Final = 4_096
MOST_OPENED: Final = 64
"""Of a topic, party and precedence: those that are late the longest."""
MOST_OVERTAKING: Final = 64
"""So many of the last that came are looked at for the newest of a party: urgent ones overtake others."""
_OF_MESSAGES: Final = tuple(map(int, Precedence))
OPENED_TOPICS: Final[Mapping[Topic, tuple[int, ...]]] = {
    Topic.ACKNOWLEDGEMENT: _OF_MESSAGES,
    Topic.OUTCOME: _OF_MESSAGES,
    Topic.REPLY: _OF_MESSAGES,
    Topic.LINE_TEST: (int(Precedence.ROUTINE),),
    Topic.ARRANGED: (NO_PRECEDENCE,),
    Topic.NOTICE_ANSWER: (NO_PRECEDENCE,),
}
"""What is opened and awaits something, and of which precedences it can be."""
Row = Mapping[str, Any]

_COUNTS: Final = {
    False: "e.counted_ms <= :until_ms",
    True: "e.known_ms <= :until_ms AND e.arrived_ms <= :until_ms",
}
_BY: Final = {False: "counted_ms", True: "known_ms"}
_KEY: Final = "e.topic = json_extract(j.value, '$[0]') AND e.key = json_extract(j.value, '$[1]')"
_PLACE: Final = ("root_log", "root_idx", "topic", "log", "idx", "party", "value")
_SAME: Final = " AND ".join(f"e.{each} = json_extract(w.place, '$[{at}]')" for at, each in enumerate(_PLACE))
_JSON_PLACE: Final = f"json_array({', '.join(f'e.{each}' for each in _PLACE)})"


def _newest(known: bool) -> Any:
    """Select the newest event of each key that counts."""
    by = _BY[known]
    return text(
        "WITH w AS MATERIALIZED (SELECT"  # noqa: S608 - fixed texts
        f" (SELECT {_JSON_PLACE} FROM firebreak_events AS e WHERE {_KEY} AND {_COUNTS[known]}"
        f" ORDER BY e.{by} DESC, e.log DESC, e.idx DESC LIMIT 1) AS place FROM json_each(:keys) AS j)"
        f" SELECT e.* FROM w CROSS JOIN firebreak_events AS e WHERE w.place IS NOT NULL AND {_SAME}"
    )


def _attempts(known: bool) -> Any:
    """Select the newest attempts of one pair and outcome after its last contact."""
    by = _BY[known]
    return text(
        f"SELECT e.* FROM firebreak_events AS e WHERE e.topic = '{Topic.ATTEMPT}' AND e.key = :key"  # noqa: S608 - as above
        f" AND e.{by} >= :after_ms AND {_COUNTS[known]}"
        f" ORDER BY e.{by} DESC, e.log DESC, e.idx DESC LIMIT {MOST_COUNTED}"
    )


def _having(known: bool) -> Any:
    """Name the pairs, each with when its last contact was, that have an attempt since."""
    return text(
        "SELECT json_extract(j.value, '$[1]') AS key FROM json_each(:keys) AS j WHERE EXISTS (SELECT 1"  # noqa: S608 - as above
        f" FROM firebreak_events AS e WHERE {_KEY} AND e.{_BY[known]} >= json_extract(j.value, '$[2]')"
        f" AND {_COUNTS[known]})"
    )


_OPEN: Final = {
    False: f"o.until_ms = {NEVER} AND o.due_ms <= :at_ms ORDER BY o.due_ms",
    True: f"o.until_arrived_ms = {NEVER} AND o.due_known_ms <= :at_ms AND o.arrived_ms <= :until_ms"
    " ORDER BY o.due_known_ms",
}
"""Of what nothing has closed yet: in the index in the order in which it was due, so that no flood hides the oldest."""
_CLOSED_LATER: Final = {
    False: f"o.until_ms > :until_ms AND o.until_ms < {NEVER} AND o.due_ms <= :at_ms ORDER BY o.due_ms",
    True: f"o.until_arrived_ms > :until_ms AND o.until_arrived_ms < {NEVER} AND o.due_known_ms <= :at_ms"
    " AND o.arrived_ms <= :until_ms ORDER BY o.due_known_ms",
}


def _late(condition: str) -> Any:
    return text(
        "SELECT o.* FROM firebreak_opened AS o WHERE o.is_late AND o.topic = :topic AND o.party = :party"  # noqa: S608 - as above
        f" AND o.precedence = :precedence AND {condition} LIMIT {MOST_OPENED}"
    )


_SELECT_NEWEST: Final = {known: _newest(known) for known in (False, True)}
_SELECT_ATTEMPTS: Final = {known: _attempts(known) for known in (False, True)}
_SELECT_HAVING: Final = {known: _having(known) for known in (False, True)}
_SELECT_LATE: Final = {known: (_late(_OPEN[known]), _late(_CLOSED_LATER[known])) for known in (False, True)}
_SELECT_HEARD: Final = {
    known: text(
        "SELECT * FROM firebreak_times"  # noqa: S608 - as above
        f" WHERE position = :position AND {by} <= :until_ms ORDER BY {by} DESC, place DESC LIMIT {MOST_OVERTAKING}"
    )
    for known, by in ((False, "counted_ms"), (True, "arrived_ms"))
}
_SELECT_FIRST: Final = text("SELECT * FROM firebreak_times WHERE position = :position ORDER BY place LIMIT 1")


def gather(select: Select, context: Context, asked: Asked) -> Gathered:
    """Give all marks that can matter at an instant. `context`: the agreement in force now, by which they are chosen."""
    return _Gathering(select, context, asked).gather()


def begun(select: Select, context: Context) -> dict[str, Proof]:
    """Give the first entry of each party: what stands before a silence that is as old as the line."""
    count = len(context.parties)
    found = {}
    for position, party in enumerate(context.parties):
        for row in select(Statement(_SELECT_FIRST, {"position": position})):
            found[party] = proof_of(row, entry_at(position, row["place"], count))
    return found


def proof_of(row: Row, entry: MessageId) -> Proof:
    """Read a row of `TIMES`."""
    return Proof(
        entry=entry,
        counted_ms=row["counted_ms"],
        claimed_ms=row["claimed_ms"],
        arrived_ms=row["arrived_ms"],
        mark=Bound(row["bound"]),
    )


def limits(asked: Asked, context: Context) -> dict[str, int]:
    """Give up to when what counts at an instant may have happened, and may have been due."""
    skew_ms = 0 if asked.known else context.agreement.skew_s * MS
    return {"until_ms": asked.at_ms + skew_ms, "at_ms": asked.at_ms}


class _Gathering:
    def __init__(self, select: Select, context: Context, asked: Asked) -> None:
        self._select = select
        self._context = context
        self._asked = asked
        self._limits = limits(asked, context)

    def gather(self) -> Gathered:
        pairs = [pair_key(*pair.posts) for pair in self._context.agreement.pairs]
        contacts = self._newest(Topic.CONTACT, pairs)
        attempts, counts = self._attempts(pairs, contacts)
        posts = [post.id for post in self._context.agreement.posts]
        events = [*contacts, *attempts, *self._newest(Topic.WATCH, posts), *self._witnesses()]
        opened = list(self._opened())
        heard, sizes = self._heard()
        proofs = Proofs.of([*events, *opened], self._context, self._select)
        marks = [
            *heard,
            *map(proofs.event, events),
            *(proofs.opened(each, known=self._asked.known) for each in opened),
        ]
        return Gathered(
            asked=self._asked,
            marks=tuple(marks),
            sizes=sizes,
            begun=begun(self._select, self._context),
            counts=counts,
            marked=len({each.entry for mark in marks for each in mark.proofs if each.mark is not Bound.NONE}),
        )

    def _newest(self, topic: Topic, keys: Sequence[str]) -> Rows:
        if not keys:
            return ()
        named = json.dumps([[topic, key] for key in keys])
        return self._rows(_SELECT_NEWEST[self._asked.known], keys=named)

    def _attempts(self, pairs: Sequence[str], contacts: Rows) -> tuple[list[Row], dict[tuple[str, str], int]]:
        """Give the attempts of each pair since its last contact, and how many there are by outcome."""
        by = _BY[self._asked.known]
        last = {row["key"]: (row[by], row["log"], row["idx"]) for row in contacts}
        after = {key: last.get(key, (-NEVER, -1, -1)) for key in pairs}
        keys = json.dumps([[Topic.ATTEMPT, key, at_ms] for key, (at_ms, _, _) in after.items()])
        found: list[Row] = []
        counts: dict[tuple[str, str], int] = {}
        for pair in self._rows(_SELECT_HAVING[self._asked.known], keys=keys) if pairs else ():
            key = pair["key"]
            select = _SELECT_ATTEMPTS[self._asked.known]
            for row in self._rows(select, key=key, after_ms=after[key][0]):
                if (row[by], row["log"], row["idx"]) <= after[key]:
                    continue
                of_value = (key, row["value"])
                counts[of_value] = counts.get(of_value, 0) + 1
                if counts[of_value] <= MOST_ATTEMPTS:
                    found.append(row)
        return found, counts

    def _witnesses(self) -> Rows:
        agreement = self._context.agreement
        keys = [f"{witness.name}/{party}" for witness in agreement.witnesses for party in agreement.party_ids]
        return self._newest(Topic.WITNESS, keys)

    def _opened(self) -> Iterator[Row]:
        for topic, precedences in OPENED_TOPICS.items():
            for party in self._context.parties:
                for precedence in precedences:
                    values = {"topic": topic.value, "party": party, "precedence": precedence}
                    for select in _SELECT_LATE[self._asked.known]:
                        yield from self._rows(select, **values)

    def _heard(self) -> tuple[list[Mark], dict[int, int]]:
        """Give the newest entry of each party, and how far each log counts."""
        marks, sizes, count = [], {}, len(self._context.parties)
        known = self._asked.known
        for position, party in enumerate(self._context.parties):
            rows = self._rows(_SELECT_HEARD[known], position=position)
            if not rows:
                continue
            newest = max(rows, key=lambda row: (_counted(row, known), row["place"]))
            marks.append(heard_mark(party, proof_of(newest, entry_at(position, newest["place"], count))))
            log, index = entry_at(position, max(row["place"] for row in rows), count)
            sizes[log] = index + 1
        return marks, sizes

    def _rows(self, executable: Any, **values: Any) -> Rows:
        return self._select(Statement(executable, {**self._limits, **values}))


def _counted(row: Row, known: bool) -> int:
    counted_ms: int = row["counted_ms"]
    return min(counted_ms, row["arrived_ms"]) if known else counted_ms


def heard_mark(party: str, proof: Proof) -> Mark:
    """Give the mark of an entry as the newest of its party."""
    return Mark(
        topic=Topic.HEARD,
        role=Role.EVENT,
        key=party,
        party=party,
        post="",
        precedence=None,
        value="",
        proofs=(proof,),
    )


class Proofs:
    """When the entries of some rows count, so that marks can be made of them."""

    def __init__(self, known: Mapping[MessageId, Proof]) -> None:
        self._known = known

    @classmethod
    def of(cls, rows: Iterable[Row], context: Context, select: Select) -> "Proofs":
        """Look up every entry that rows of `EVENTS` and `OPENED` name."""
        entries = {
            (row[f"{name}log"], row[f"{name}idx"])
            for row in rows
            for name in ("", "first_", "until_", "known_")
            if row.get(f"{name}log") is not None
        }
        times = select_times(entries, context, select)
        return cls({(row["log"], row["idx"]): proof_of(row, (row["log"], row["idx"])) for row in times})

    def event(self, row: Row) -> Mark:
        """Make the mark of a row of `EVENTS`."""
        names = [(row["first_log"], row["first_idx"]), (row["log"], row["idx"])]
        return self._mark(row, Role.EVENT, names, row["due_ms"], None)

    def opened(self, row: Row, *, known: bool, is_closed: bool = False) -> Mark:
        """Make the mark of a row of `OPENED`; `is_closed`: with what closed it, whenever that was."""
        names = [(row["log"], row["idx"])]
        name, due = ("known", "due_known_ms") if known else ("until", "due_ms")
        closed = self._known.get((row[f"{name}_log"], row[f"{name}_idx"])) if is_closed else None
        return self._mark(row, Role.OPENED, names, row[due], closed)

    def _mark(
        self,
        row: Row,
        role: Role,
        names: Sequence[tuple[int | None, int | None]],
        due_ms: int | None,
        closed: Proof | None,
    ) -> Mark:
        proofs = tuple(
            self._known[log, index]
            for log, index in names
            if log is not None and index is not None and (log, index) in self._known
        )
        return Mark(
            topic=Topic(row["topic"]),
            role=role,
            key=row["key"],
            party=row["party"],
            post=row["post"],
            precedence=None if row["precedence"] == NO_PRECEDENCE else Precedence(row["precedence"]),
            value=row["value"],
            proofs=proofs,
            due_ms=due_ms,
            closed=closed,
        )
