"""Marks of what stands until it is said otherwise: who is on watch, what the line is declared to be, a witness."""

import json
from collections.abc import Collection, Iterator
from typing import Final

from sqlalchemy import text

from coupefeu.model.entry import Kind
from coupefeu.model.line_state import LineState
from coupefeu.model.messages import MessageId
from coupefeu.model.topics import Topic
from coupefeu.services.base import Context, Select, Statement
from coupefeu.services.firebreak.rows import PLACE_OF, About, at, event
from coupefeu.services.line_state.facts import read_line_state
from coupefeu.services.watch.views import WATCH

_ENTRY: Final = (
    "FROM json_each(:entries) AS j JOIN {0} AS e"
    " ON e.log = json_extract(j.value, '$[0]') AND e.idx = json_extract(j.value, '$[1]') AND e.effect = ''"
    f" JOIN firebreak_times AS t ON {PLACE_OF.format('e')}"
)
_SELECT_WATCHES: Final = text(
    "SELECT e.log, e.idx, e.kind, e.post, e.arrived_ms, t.counted_ms, t.claimed_ms"
    f" {_ENTRY.format('watches')} WHERE e.matter = '{WATCH}'"
)
_SELECT_WORDS: Final = text(
    "SELECT e.log, e.idx, e.name, e.is_heard, e.post, e.arrived_ms, t.counted_ms, t.claimed_ms"
    f" {_ENTRY.format('witness_words')}"
)

_SELECT_STATES: Final = text(
    "SELECT e.log, e.idx, e.from_post AS post, e.body, e.state, e.arrived_ms, t.counted_ms, t.claimed_ms"
    f" {_ENTRY.format('line_states')} WHERE e.state IS NOT NULL"
)


def mark_watches(entries: Collection[MessageId], context: Context, select: Select) -> Iterator[Statement]:
    """Give desks that were taken, by whichever entry, or left."""
    values = {"entries": json.dumps(sorted(entries)), "parties": len(context.parties)}
    for row in select(Statement(_SELECT_WATCHES, values)) if entries else ():
        about = About(
            topic=Topic.WATCH,
            root=(row["log"], row["idx"]),
            key=row["post"],
            party=context.party_of(row["log"]),
            post=row["post"],
            value="left" if row["kind"] == Kind.WATCH_LEFT else "taken",
        )
        yield event(about, at(row))


def mark_witnesses(entries: Collection[MessageId], context: Context, select: Select) -> Iterator[Statement]:
    """Give what each node said of a witness; the key names the witness and the party that speaks of it."""
    values = {"entries": json.dumps(sorted(entries)), "parties": len(context.parties)}
    for row in select(Statement(_SELECT_WORDS, values)) if entries else ():
        party = context.party_of(row["log"])
        about = About(
            topic=Topic.WITNESS,
            root=(row["log"], row["idx"]),
            key=f"{row['name']}/{party}",
            party=party,
            post=row["post"],
            value="heard" if row["is_heard"] else "unseen",
        )
        yield event(about, at(row))


def mark_states(entries: Collection[MessageId], context: Context, select: Select) -> Iterator[Statement]:
    """Give what each party declared the line to be, and from when on; never from before it was written."""
    values = {"entries": json.dumps(sorted(entries)), "parties": len(context.parties)}
    for row in select(Statement(_SELECT_STATES, values)) if entries else ():
        fact, _ = read_line_state(Kind.LINE_STATE, row["body"])
        party = context.party_of(row["log"])
        about = About(
            topic=Topic.LINE_STATE,
            root=(row["log"], row["idx"]),
            key=party,
            party=party,
            post=row["post"],
            value=LineState(row["state"]).name.lower(),
        )
        from_ms = None if fact is None else fact.from_ms
        yield event(about, at(row), due_ms=from_ms if from_ms is None else max(from_ms, row["counted_ms"]))
