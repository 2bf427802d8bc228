"""The marks that matter at an instant, found by index, however long the record is; `spanning.py` gives those of a span.

What counts at an instant asked by signed times is what counts no later than the agreed skew after it; by what was
known here, what had arrived. Of events the newest of each key is given, of what was opened what is late.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import text

from coupefeu.model.precedence import Precedence
from coupefeu.model.topics import Topic
from coupefeu.services.base import Context, Rows, Select, Statement
from coupefeu.services.firebreak.marks import (
    MOST_COUNTED,
    REFUSED,
    UNANSWERED,
    Asked,
    Bound,
    Gathered,
    Mark,
    Proof,
    Role,
)
from coupefeu.services.firebreak.proofs import (
    EVENT,
    OPENED,
    event_mark,
    opened_mark,
    proof_of,
)
from coupefeu.services.firebreak.rows import MS, pair_key
from coupefeu.services.firebreak.tables import NEVER, NO_PRECEDENCE, entry_at, lane_of
from coupefeu.services.firebreak.unsettled import conflict_marks

MOST_ATTEMPTS: Final = 64
"""Of a pair and outcome, since its last contact, the newest; all are counted, up to `MOST_COUNTED`."""
FEWEST_ATTEMPTS: Final = 8
"""The same where somebody makes very many, but never fewer than a rule counts."""
MOST_AT_ONCE: Final = 2_000
"""So many attempts of all pairs together are read by one select; of more, each pair and outcome is read by itself."""
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
    Topic.INCIDENT: _OF_MESSAGES,
    Topic.QUERY: _OF_MESSAGES,
    Topic.UNITS: (NO_PRECEDENCE,),
}
"""What is opened and awaits something, and of which precedences it can be."""
Row = Mapping[str, Any]

_COUNTS: Final = {
    False: "e.counted_ms <= :until_ms",
    True: "e.known_ms <= :until_ms AND e.arrived_ms <= :until_ms",
}
_OUTCOMES: Final = json.dumps(sorted(REFUSED | UNANSWERED))
_BY: Final = {False: "counted_ms", True: "known_ms"}
_INDEX: Final = {False: "counted", True: "known"}
_ATTEMPTS: Final = {
    known: f"firebreak_events AS e INDEXED BY firebreak_attempts_{name}" for known, name in _INDEX.items()
}
_SINCE: Final = {
    known: f"e.topic = '{Topic.ATTEMPT}' AND e.key = :key AND {_COUNTS[known]} AND e.{by} >= :after_ms"
    f" AND (e.{by}, e.log, e.idx) > (:after_ms, :after_log, :after_idx)"
    for known, by in _BY.items()
}
_KEYS: Final = (
    "WITH j AS MATERIALIZED (SELECT json_extract(value, '$[0]') AS key, json_extract(value, '$[1]') AS after_ms,"
    " json_extract(value, '$[2]') AS after_log, json_extract(value, '$[3]') AS after_idx FROM json_each(:keys))"
)
"""Pairs of posts, each with the place of its last contact, after which attempts are looked for."""
_AFTER: Final = "e.{0} >= j.after_ms AND (e.{0}, e.log, e.idx) > (j.after_ms, j.after_log, j.after_idx)"


def _newest(known: bool) -> Any:
    """Select the newest event of each key that counts."""
    by = _BY[known]
    return text(
        f"SELECT {EVENT} FROM json_each(:keys) AS j CROSS JOIN firebreak_events AS e ON e.rowid ="  # noqa: S608 - fixed texts
        " (SELECT e.rowid FROM firebreak_events AS e WHERE e.topic = :topic AND e.key = j.value"
        f" AND {_COUNTS[known]} ORDER BY e.{by} DESC, e.log DESC, e.idx DESC LIMIT 1)"
    )


def _attempts(known: bool) -> Any:
    """Select the newest attempts of one pair and outcome after its last contact."""
    return text(
        f"SELECT {EVENT} FROM {_ATTEMPTS[known]} WHERE {_SINCE[known]} AND e.value = :value"  # noqa: S608 - as above
        f" ORDER BY e.{_BY[known]} DESC, e.log DESC, e.idx DESC LIMIT :most"
    )


def _attempts_at_once(known: bool) -> Any:
    """Select the attempts of all pairs after their last contacts, in any order."""
    return text(
        f"{_KEYS} SELECT {EVENT} FROM j CROSS JOIN firebreak_events AS e"  # noqa: S608 - as above
        f" INDEXED BY firebreak_events_{_INDEX[known]} ON e.topic = '{Topic.ATTEMPT}' AND e.key = j.key"
        f" AND {_COUNTS[known]} AND {_AFTER.format(_BY[known])} LIMIT {MOST_AT_ONCE + 1}"
    )


def _counted_attempts(known: bool) -> Any:
    """Count the attempts of one pair after its last contact by outcome: whoever makes many of one hides none other."""
    return text(
        "SELECT j.value AS value, (SELECT count(*) FROM (SELECT 1"  # noqa: S608 - as above
        f" FROM {_ATTEMPTS[known]} WHERE {_SINCE[known]} AND e.value = j.value LIMIT {MOST_COUNTED})) AS count"
        " FROM json_each(:values) AS j"
    )


def _having(known: bool) -> Any:
    """Name the pairs that have an attempt since their last contact, or at that instant."""
    return text(
        f"{_KEYS} SELECT j.key FROM j WHERE EXISTS (SELECT 1 FROM firebreak_events AS e"  # noqa: S608 - as above
        f" WHERE e.topic = '{Topic.ATTEMPT}' AND e.key = j.key AND e.{_BY[known]} >= j.after_ms"
        f" AND {_COUNTS[known]})"
    )


MOST_DECLARED: Final = 16
MOST_ANNOUNCED: Final = 4_096
"""Among so many, the newest, what holds is looked for: whoever announces much does not hide what it has declared."""
_SELECT_LAST: Final = {
    known: text(
        f"WITH w AS MATERIALIZED (SELECT e.*, e.{by} AS by_ms FROM firebreak_events AS e"  # noqa: S608 - as above
        f" WHERE e.topic = :topic AND e.key = :key AND {_COUNTS[known]}"
        f" ORDER BY e.{by} DESC, e.log DESC, e.idx DESC LIMIT {MOST_ANNOUNCED}),"
        f" e AS (SELECT * FROM (SELECT * FROM w ORDER BY by_ms DESC, log DESC, idx DESC LIMIT {MOST_DECLARED})"
        " UNION SELECT * FROM (SELECT * FROM w WHERE coalesce(due_ms, 0) <= :at_ms"
        f" ORDER BY by_ms DESC, log DESC, idx DESC LIMIT 1)) SELECT {EVENT} FROM e"
    )
    for known, by in _BY.items()
}
_WAS_LATE: Final = "o.until_last_ms > o.due_known_ms AND o.lane = :lane AND o.due_known_ms <= :at_ms"
_LATE: Final = {
    False: "o.due_ms <= :at_ms AND o.until_ms > :until_ms",
    True: "o.arrived_ms <= :at_ms AND o.until_arrived_ms > :at_ms",
}
_SELECT_LATE: Final = {
    known: tuple(
        text(
            f"SELECT {OPENED[known]} FROM firebreak_opened AS o"  # noqa: S608 - as above
            f" WHERE {_WAS_LATE} AND {closed} AND {late}"
            f" ORDER BY o.due_known_ms LIMIT {MOST_OPENED}"
        )
        for closed in (
            f"o.until_last_ms = {NEVER}",
            f"o.until_last_ms > :at_ms AND o.until_last_ms < {NEVER}",
        )
    )
    for known, late in _LATE.items()
}
"""What nothing has closed yet stands in the index as it was due, so that no flood hides the oldest; then the rest."""
_COUNT_LATE: Final = {
    known: text(
        "SELECT count(*) AS count FROM (SELECT 1 FROM firebreak_opened AS o"  # noqa: S608 - as above
        f" WHERE {_WAS_LATE} AND o.until_last_ms > :at_ms AND {late} LIMIT {MOST_COUNTED})"
    )
    for known, late in _LATE.items()
}
_SELECT_LANES: Final = text(
    "SELECT j.value AS lane FROM json_each(:lanes) AS j WHERE EXISTS (SELECT 1 FROM firebreak_opened AS o"
    " WHERE o.until_last_ms > o.due_known_ms AND o.lane = j.value AND o.until_last_ms > :at_ms)"
)
"""Few of all lanes have anything that is late."""
_SELECT_NEWEST: Final = {known: _newest(known) for known in (False, True)}
_SELECT_ATTEMPTS: Final = {known: _attempts(known) for known in (False, True)}
_SELECT_AT_ONCE: Final = {known: _attempts_at_once(known) for known in (False, True)}
_SELECT_COUNTED: Final = {known: _counted_attempts(known) for known in (False, True)}
_SELECT_HAVING: Final = {known: _having(known) for known in (False, True)}
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


def limits(asked: Asked, context: Context) -> dict[str, int]:
    """Give up to when what counts at an instant may have happened, and may have been due."""
    skew_ms = 0 if asked.known else context.agreement.skew_s * MS
    return {"until_ms": asked.at_ms + skew_ms, "at_ms": asked.at_ms}


def keys_of(context: Context) -> dict[Topic, list[str]]:
    """Name, of each topic of events, the keys that the agreement makes: pairs, posts, witnesses, parties."""
    agreement = context.agreement
    pairs = [pair_key(*pair.posts) for pair in agreement.pairs]
    witnesses = [f"{each.name}/{party}" for each in agreement.witnesses for party in agreement.party_ids]
    return {
        Topic.CONTACT: pairs,
        Topic.ATTEMPT: pairs,
        Topic.WATCH: [post.id for post in agreement.posts],
        Topic.WITNESS: witnesses,
        Topic.LINE_STATE: list(context.parties),
    }


class _Gathering:
    def __init__(self, select: Select, context: Context, asked: Asked) -> None:
        self._select = select
        self._context = context
        self._asked = asked
        self._limits = limits(asked, context)

    def gather(self) -> Gathered:
        keys = keys_of(self._context)
        pairs = keys[Topic.CONTACT]
        contacts = self._newest(Topic.CONTACT, pairs)
        attempts, counts = self._attempts(pairs, contacts)
        opened, late_beyond = self._opened()
        conflicts, conflicts_beyond = conflict_marks(
            self._select, self._context, self._asked.at_ms, self._asked.at_ms
        )
        heard, sizes = self._heard()
        marks = [
            *heard,
            *conflicts,
            *contacts,
            *attempts,
            *self._newest(Topic.WATCH, keys[Topic.WATCH]),
            *self._newest(Topic.WITNESS, keys[Topic.WITNESS]),
            *self._states(),
            *opened,
        ]
        return Gathered(
            asked=self._asked,
            marks=tuple(marks),
            sizes=sizes,
            begun=begun(self._select, self._context),
            counts=counts,
            beyond=late_beyond + conflicts_beyond,
            marked=len({each.entry for mark in marks for each in mark.proofs if each.mark is not Bound.NONE}),
        )

    def _newest(self, topic: Topic, keys: Sequence[str]) -> list[Mark]:
        if not keys:
            return []
        rows = self._rows(_SELECT_NEWEST[self._asked.known], topic=topic.value, keys=json.dumps(keys))
        return [event_mark(row, topic) for row in rows]

    def _attempts(
        self, pairs: Sequence[str], contacts: Sequence[Mark]
    ) -> tuple[list[Mark], dict[tuple[str, str], int]]:
        """Give the attempts of each pair since its last contact, and how many there are by outcome."""
        last = {mark.key: self._place(mark) for mark in contacts}
        after = {key: last.get(key, (-NEVER, -1, -1)) for key in pairs}
        keys = json.dumps([[key, *place] for key, place in after.items()])
        rows = self._rows(_SELECT_AT_ONCE[self._asked.known], keys=keys) if pairs else ()
        if len(rows) > MOST_AT_ONCE:
            having = self._rows(_SELECT_HAVING[self._asked.known], keys=keys)
            return self._attempts_by_pair({row["key"]: after[row["key"]] for row in having})
        by_outcome: defaultdict[tuple[str, str], list[Mark]] = defaultdict(list)
        for row in rows:
            by_outcome[row["key"], row["value"]].append(event_mark(row, Topic.ATTEMPT))
        newest: list[Mark] = []
        for marks in by_outcome.values():
            newest += sorted(marks, key=self._place, reverse=True)[:MOST_ATTEMPTS]
        return newest, {outcome: len(marks) for outcome, marks in by_outcome.items()}

    def _attempts_by_pair(
        self, after: Mapping[str, tuple[int, int, int]]
    ) -> tuple[list[Mark], dict[tuple[str, str], int]]:
        """Give the same where somebody makes very many attempts."""
        versions = (self._context.agreement, *self._context.earlier)
        most = max([FEWEST_ATTEMPTS, *(rule.count for each in versions for rule in each.firebreak.rules)])
        found: list[Mark] = []
        counts: dict[tuple[str, str], int] = {}
        for key, place in after.items():
            since = dict(zip(("after_ms", "after_log", "after_idx"), place, strict=True), key=key)
            for row in self._rows(_SELECT_COUNTED[self._asked.known], values=_OUTCOMES, **since):
                if row["count"]:
                    counts[key, row["value"]] = row["count"]
                    newest = self._rows(
                        _SELECT_ATTEMPTS[self._asked.known], value=row["value"], most=most, **since
                    )
                    found += (event_mark(each, Topic.ATTEMPT) for each in newest)
        return found, counts

    def _place(self, mark: Mark) -> tuple[int, int, int]:
        """Give where an event stands among those of its key."""
        proof = mark.counted
        at_ms = min(proof.counted_ms, proof.arrived_ms) if self._asked.known else proof.counted_ms
        return at_ms, *proof.entry

    def _states(self) -> Iterator[Mark]:
        """Give what each party declared last: of some the newest may be announced, and not have begun."""
        select = _SELECT_LAST[self._asked.known]
        for party in self._context.parties:
            for row in self._rows(select, topic=Topic.LINE_STATE.value, key=party):
                yield event_mark(row, Topic.LINE_STATE)

    def _opened(self) -> tuple[list[Mark], int]:
        """Give what is late and not closed, and how many more there are."""
        lanes = [
            lane_of(topic, position, precedence)
            for topic, precedences in OPENED_TOPICS.items()
            for position in range(len(self._context.parties))
            for precedence in precedences
        ]
        known, parties = self._asked.known, self._context.parties
        marks: list[Mark] = []
        beyond = 0
        for found in self._rows(_SELECT_LANES, lanes=json.dumps(lanes)):
            lane = found["lane"]
            groups = [self._rows(select, lane=lane) for select in _SELECT_LATE[known]]
            late = [opened_mark(row, parties) for rows in groups for row in rows]
            if any(len(rows) == MOST_OPENED for rows in groups):
                beyond += self._rows(_COUNT_LATE[known], lane=lane)[0]["count"] - len(late)
            marks += late
        return marks, beyond

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
