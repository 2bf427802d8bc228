"""Marks of messages: steps of people and answers of machines that they await, and read-backs that match.

Which step has a clock, and what stops it, is of `services.messages`: the chain that officers read and these marks come
from the same functions, and a property test holds them to one another.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import text

from coupefeu.model.agreement import Agreement
from coupefeu.model.entry import Kind
from coupefeu.model.messages import CriticalField, Form, MessageId, OutcomeCode, format_number
from coupefeu.model.topics import Topic
from coupefeu.services.base import Context, Rows, Select, Statement
from coupefeu.services.firebreak.rows import (
    PLACE_OF,
    About,
    Awaited,
    Closing,
    at,
    columns_of,
    due,
    event,
    opened_as,
    pair_key,
)
from coupefeu.services.firebreak.tables import LANES_OF_TOPIC, SLOT_BITS, lane_of, packed, slot_of
from coupefeu.services.firebreak.times import terms
from coupefeu.services.messages.clocks import CLOSING, STOPPED_BY, deadline_s, is_step
from coupefeu.services.messages.effects import (
    addressed_parties,
    addressed_posts,
    form_of,
    is_erased,
    judge_act,
    judge_author,
)
from coupefeu.services.messages.facts import read_act
from coupefeu.services.messages.forms import critical_fields, read_content
from coupefeu.services.messages.readback import compare
from coupefeu.services.messages.status import StepName

MOST_ACTS: Final = 512
"""So many acts that came before a message are looked at when it comes, the first; honest nodes send a handful."""
CLOSERS: Final = CLOSING | {Kind.LINE_TEST_ANSWER}

_TOPICS: Final[Mapping[StepName, Topic]] = {
    StepName.TAKEN_BY: Topic.ACKNOWLEDGEMENT,
    StepName.READ_BY: Topic.ACKNOWLEDGEMENT,
    StepName.READ_BACK: Topic.ACKNOWLEDGEMENT,
    StepName.PASSED_TO: Topic.ACKNOWLEDGEMENT,
    StepName.OUTCOME: Topic.OUTCOME,
    StepName.ANSWERED: Topic.LINE_TEST,
}
"""What awaits people; of the steps of machines the answer to a line test alone."""
_NUMBERS: Final = {name: number for number, name in enumerate(_TOPICS)}
_KINDS_OF_TOPIC: Final = sorted(
    {lane_of(each, 0, -1) // LANES_OF_TOPIC for each in (*_TOPICS.values(), Topic.REPLY)}
)
_NAMED: Final = "json_extract(j.value, '$[0]')", "json_extract(j.value, '$[1]')"
_TIMED: Final = f"JOIN firebreak_times AS t ON {PLACE_OF}"
_MESSAGE: Final = (
    "m.log, m.idx, m.arrived_ms, m.kind, m.from_post, m.to_posts, m.agreement_version, m.effect, m.erased,"
    " m.precedence, m.form, m.is_critical, t.counted_ms, t.claimed_ms"
)
_ACTS_ABOUT: Final = "SELECT 1 FROM message_facts AS a WHERE a.message_log = m.log AND a.message_idx = m.idx"
_OF_MESSAGES: Final = (
    f"FROM json_each(:entries) AS j JOIN messages AS m ON m.log = {_NAMED[0]} AND m.idx = {_NAMED[1]}"
    f" {_TIMED.format('m')}"
)
_SELECT_NEW: Final = text(f"SELECT {_MESSAGE}, EXISTS ({_ACTS_ABOUT}) AS has_acts {_OF_MESSAGES}")
_SELECT_MESSAGES: Final = text(
    f"SELECT {_MESSAGE}, m.subject, m.about_log, m.about_idx, m.leaf_hash, m.body {_OF_MESSAGES}"
)
_SELECT_ACTS: Final = text(
    "SELECT a.*, t.counted_ms, t.claimed_ms FROM json_each(:entries) AS j"  # noqa: S608 - as above
    f" JOIN message_facts AS a ON a.log = {_NAMED[0]} AND a.idx = {_NAMED[1]} {_TIMED.format('a')}"
)
_SELECT_ACTS_ABOUT: Final = text(
    "SELECT a.*, t.counted_ms, t.claimed_ms FROM message_facts AS a"  # noqa: S608 - as above
    f" {_TIMED.format('a')} WHERE a.message_log = :log AND a.message_idx = :idx AND a.kind != {int(Kind.SHOWN)}"
    f" ORDER BY a.arrival LIMIT {MOST_ACTS}"
)
_SELECT_OPENED: Final = text(
    "SELECT o.* FROM json_each(:packed) AS j JOIN firebreak_opened AS o"  # noqa: S608 - as above
    f" ON o.id >= j.value << {SLOT_BITS} AND o.id < j.value + 1 << {SLOT_BITS}"
)
_FORGET_RANGE: Final = text(
    f"DELETE FROM firebreak_opened WHERE id >= :first << {SLOT_BITS} AND id < :end << {SLOT_BITS}"  # noqa: S608 - as above
    f" AND lane / {LANES_OF_TOPIC} IN ({', '.join(map(str, _KINDS_OF_TOPIC))})"
)
_SELECT_ERASED_READ_BACKS: Final = text(
    "SELECT log, idx FROM message_facts"  # noqa: S608 - as above
    f" WHERE kind = {int(Kind.READ_BACK)} AND (log = :log AND idx >= :start AND idx < :end"
    " OR message_log = :log AND message_idx >= :start AND message_idx < :end)"
)

Row = Mapping[str, Any]


def mark_messages(
    new: Collection[MessageId],
    acts: Collection[MessageId],
    moved: Collection[MessageId],
    context: Context,
    select: Select,
) -> Iterator[Statement]:
    """Give the rows of messages that came, of acts that came, and of messages whose times, or acts', have moved."""
    if new or acts or moved:
        yield from _Marking(context, select).rows(new, acts, moved)


def forget_erased(range_: tuple[int, int, int], context: Context, select: Select) -> Iterator[Statement]:
    """Await nothing of what is erased; a read-back that is erased, or whose message is, had matched."""
    log, start, end = range_
    first, last = (packed((log, each), len(context.parties)) for each in (start, end))
    yield Statement(_FORGET_RANGE, {"first": first, "end": last})
    rows = select(Statement(_SELECT_ERASED_READ_BACKS, {"log": log, "start": start, "end": end}))
    yield from mark_messages((), [(row["log"], row["idx"]) for row in rows], (), context, select)


@dataclass(frozen=True, slots=True)
class _Clock:
    """One step of one party that has a clock."""

    name: StepName
    party: str
    slot: int
    alike: Mapping[str, Any]
    seconds: int


@dataclass(slots=True)
class _Marking:
    """Messages that are marked together."""

    context: Context
    select: Select
    agreements: dict[int, Agreement] = field(default_factory=dict)

    def rows(
        self, new: Collection[MessageId], acts: Collection[MessageId], moved: Collection[MessageId]
    ) -> Iterator[Statement]:
        whole, about = {*new, *moved}, defaultdict[MessageId, list[Row]](list)
        with_acts = set[MessageId]()
        for row in self._named(_SELECT_NEW, whole):
            if row["has_acts"]:
                with_acts.add((row["log"], row["idx"]))
            else:
                yield from self._mark(row, (), None)
        for act in self._named(_SELECT_ACTS, acts):
            about[act["message_log"], act["message_idx"]].append(act)
        closings = self._closings(about.keys() - whole)
        for row in self._named(_SELECT_MESSAGES, with_acts | (about.keys() - whole)):
            message = (row["log"], row["idx"])
            if message in whole:
                yield from self._mark(row, self._all_about(message), None)
            else:
                yield from self._mark(row, about[message], closings)

    def _all_about(self, message: MessageId) -> Rows:
        values = {"log": message[0], "idx": message[1], "parties": len(self.context.parties)}
        return self.select(Statement(_SELECT_ACTS_ABOUT, values))

    def _named(self, executable: Any, entries: Collection[MessageId]) -> Rows:
        """Run a select over some entries; none: nothing."""
        values = {"entries": json.dumps(sorted(entries)), "parties": len(self.context.parties)}
        return self.select(Statement(executable, values)) if entries else ()

    def _closings(self, messages: Collection[MessageId]) -> dict[int, Closing]:
        """Give what closed each step so far, for acts that add to it."""
        if not messages:
            return {}
        count = len(self.context.parties)
        named = json.dumps([packed(each, count) for each in messages])
        rows = self.select(Statement(_SELECT_OPENED, {"packed": named}))
        return {row["id"]: Closing.of(row, count) for row in rows}

    def _mark(
        self, message: Row, acts: Sequence[Row], closings: Mapping[int, Closing] | None
    ) -> Iterator[Statement]:
        """Give the rows of a message, by all acts about it or, with what closed its steps so far, by a few more."""
        agreement = self._terms(message["agreement_version"])
        clocks = _clocks(tuple(message[each] for each in _ALIKE), _Same(agreement))
        if message["effect"] or clocks is None:
            return
        counted = [act for act in acts if not judge_act(act, message, (), agreement)]
        yield from _contacts(message, counted, self.context)
        if is_erased(message):
            return
        critical = _critical(message, self.context) if counted else ()
        done = [(act, *_said(act), self.context.party_of(act["log"])) for act in counted]
        entry, count = at(message), len(self.context.parties)
        first = packed(entry.entry, count) << SLOT_BITS
        for clock in clocks:
            number = first | clock.slot
            before = None if closings is None else closings.get(number)
            closing = Closing() if before is None else replace(before)
            for act, outcome, form, party in done:
                if form is Form.CANCELLATION or (
                    party == clock.party and _closes(clock.name, act, outcome, form, message, critical)
                ):
                    closing.by(at(act))
            if before is None or closing != before:
                yield opened_as(number, clock.alike, entry, due(entry, clock.seconds), closing, count)

    def _terms(self, version: int) -> Agreement:
        found = self.agreements.get(version)
        if found is None:
            found = self.agreements[version] = terms(version, self.context)
        return found


_ALIKE: Final = (
    "kind",
    "form",
    "precedence",
    "to_posts",
    "log",
    "is_critical",
    "from_post",
    "agreement_version",
)
"""Messages that agree in these await the same."""


class _Same:
    """An agreement, told from others by being the very same object: comparing two takes longer than what is kept."""

    def __init__(self, agreement: Agreement) -> None:
        self.agreement = agreement

    def __hash__(self) -> int:
        return id(self.agreement)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.agreement is self.agreement


@lru_cache(maxsize=256)
def _clocks(alike: tuple[Any, ...], same: _Same) -> tuple[_Clock, ...] | None:
    """Give the steps of a message that have a clock; None: whoever wrote it speaks for a post that is not theirs."""
    message = dict(zip(_ALIKE, alike, strict=True))
    return None if judge_author(message, same.agreement) else tuple(_find_clocks(message, same.agreement))


def _find_clocks(message: Row, agreement: Agreement) -> Iterator[_Clock]:
    posts = addressed_posts(message)
    for party in addressed_parties(message, agreement):
        post = next((each for each in posts if each.partition(".")[0] == party), "")
        for name, topic in _TOPICS.items():
            seconds = deadline_s(name, message, message["is_critical"], party, agreement)
            if seconds:
                awaited = Awaited(
                    topic=_topic(topic, message),
                    position=agreement.party_ids.index(party),
                    number=_NUMBERS[name],
                    value=name.value,
                    post=post,
                    precedence=message["precedence"],
                )
                slot = slot_of(awaited.position, awaited.number)
                yield _Clock(name, party, slot, columns_of(awaited), seconds)


def _topic(topic: Topic, message: Row) -> Topic:
    is_reply = topic is Topic.OUTCOME and message["form"] == Form.REQUEST_FOR_EXPLANATION
    return Topic.REPLY if is_reply else topic


def _said(act: Row) -> tuple[OutcomeCode | None, Form | None]:
    """Give the outcome that an act states, and the form of one that is a message."""
    if act["kind"] == Kind.MESSAGE:
        form = form_of(act)
        return None, None if form is None else Form(form)
    return (read_act(act["kind"], act["body"])[0].outcome if act["kind"] == Kind.OUTCOME else None), None


def _closes(
    name: StepName,
    act: Row,
    outcome: OutcomeCode | None,
    form: Form | None,
    message: Row,
    critical: Sequence[CriticalField],
) -> bool:
    """Whether an act of who owes a step is that step, or makes it beside the point."""
    if act["kind"] in STOPPED_BY[name]:
        return True
    is_done = is_step(name, act["kind"], outcome, form, message)
    return is_done and (act["kind"] != Kind.READ_BACK or _matches(act, message, critical))


def _matches(act: Row, message: Row, critical: Sequence[CriticalField]) -> bool:
    if is_erased(act) or is_erased(message):
        return True
    return compare(critical, read_act(act["kind"], act["body"])[0].typed).matches


def _critical(message: Row, context: Context) -> tuple[CriticalField, ...]:
    content = None if message["form"] is None else read_content(message["body"])[0]
    if content is None:
        return ()
    about = message["about_log"], message["about_idx"]
    return critical_fields(content, "" if about[0] is None else format_number(about, context.parties))


def _contacts(message: Row, acts: Sequence[Row], context: Context) -> Iterator[Statement]:
    """Give the contacts of posts that read back themselves what another wrote."""
    for act in acts:
        if act["kind"] == Kind.READ_BACK and _matches(act, message, _critical(message, context)):
            about = About(
                topic=Topic.CONTACT,
                root=(act["log"], act["idx"]),
                key=pair_key(message["from_post"], act["from_post"]),
                party=context.party_of(act["log"]),
                post=act["from_post"],
                value="read_back",
            )
            yield event(about, at(act), at(message))
