"""Marks of messages: steps of people and answers of machines that they await, and read-backs that match.

Which step has a clock, and what stops it, is of `services.messages`: the chain that officers read and these marks come
from the same functions, and a property test holds them to one another.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import text

from coupefeu.model.entry import Kind
from coupefeu.model.messages import Form, MessageId, format_number
from coupefeu.model.topics import Topic
from coupefeu.services.base import Context, Select, Statement
from coupefeu.services.firebreak.rows import PLACE_OF, About, Closing, at, event, opened, pair_key
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
_THOSE: Final = f"({', '.join(repr(each.value) for each in sorted({*_TOPICS.values(), Topic.REPLY}))})"
_NAMED: Final = "json_extract(j.value, '$[0]')", "json_extract(j.value, '$[1]')"
_TIMED: Final = f"JOIN firebreak_times AS t ON {PLACE_OF}"
_SELECT_MESSAGES: Final = text(
    "SELECT m.*, t.counted_ms FROM json_each(:entries) AS j"  # noqa: S608 - fixed texts
    f" JOIN messages AS m ON m.log = {_NAMED[0]} AND m.idx = {_NAMED[1]} {_TIMED.format('m')}"
)
_SELECT_ACTS: Final = text(
    "SELECT a.*, t.counted_ms FROM json_each(:entries) AS j"  # noqa: S608 - as above
    f" JOIN message_facts AS a ON a.log = {_NAMED[0]} AND a.idx = {_NAMED[1]} {_TIMED.format('a')}"
)
_SELECT_ACTS_ABOUT: Final = text(
    "SELECT a.*, t.counted_ms FROM message_facts AS a"  # noqa: S608 - as above
    f" {_TIMED.format('a')} WHERE a.message_log = :log AND a.message_idx = :idx AND a.kind != {int(Kind.SHOWN)}"
    f" ORDER BY a.arrival LIMIT {MOST_ACTS}"
)
_SELECT_HAVING_ACTS: Final = text(
    f"SELECT {_NAMED[0]} AS log, {_NAMED[1]} AS idx FROM json_each(:entries) AS j WHERE EXISTS"  # noqa: S608 - as above
    f" (SELECT 1 FROM message_facts AS a WHERE a.message_log = {_NAMED[0]} AND a.message_idx = {_NAMED[1]})"
)
_SELECT_OPENED: Final = text(
    "SELECT o.* FROM json_each(:entries) AS j JOIN firebreak_opened AS o"  # noqa: S608 - as above
    f" ON o.root_log = {_NAMED[0]} AND o.root_idx = {_NAMED[1]}"
    f" WHERE o.topic IN {_THOSE}"
)
_FORGET_RANGE: Final = text(
    "DELETE FROM firebreak_opened WHERE root_log = :log AND root_idx >= :start AND root_idx < :end"  # noqa: S608 - as above
    f" AND topic IN {_THOSE}"
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
    of_acts = _acts(_SELECT_ACTS, acts, context, select)
    about: dict[MessageId, list[Row]] = defaultdict(list)
    for act in of_acts:
        about[act["message_log"], act["message_idx"]].append(act)
    whole = {*moved, *((row["log"], row["idx"]) for row in _named(_SELECT_HAVING_ACTS, new, select))}
    for message in whole:
        values = {"log": message[0], "idx": message[1], "parties": len(context.parties)}
        about[message] = list(select(Statement(_SELECT_ACTS_ABOUT, values)))
    asked = {*new, *whole, *about}
    closings = _closings(about.keys() - whole - set(new), select)
    for row in _acts(_SELECT_MESSAGES, asked, context, select):
        yield from _mark(row, about.get((row["log"], row["idx"]), ()), closings, context)


def forget_erased(range_: tuple[int, int, int], context: Context, select: Select) -> Iterator[Statement]:
    """Nothing is awaited of what is erased; a read-back that is erased, or whose message is, had matched."""
    log, start, end = range_
    values = {"log": log, "start": start, "end": end}
    yield Statement(_FORGET_RANGE, values)
    rows = select(Statement(_SELECT_ERASED_READ_BACKS, values))
    yield from mark_messages((), [(row["log"], row["idx"]) for row in rows], (), context, select)


def _named(executable: Any, entries: Collection[MessageId], select: Select, **values: int) -> Sequence[Row]:
    """Run a select over some entries, named as JSON; none: nothing."""
    return (
        select(Statement(executable, {"entries": json.dumps(sorted(entries)), **values})) if entries else ()
    )


def _acts(executable: Any, entries: Collection[MessageId], context: Context, select: Select) -> Sequence[Row]:
    return _named(executable, entries, select, parties=len(context.parties))


def _closings(messages: Collection[MessageId], select: Select) -> dict[tuple[Any, ...], Closing]:
    """Give what closed each step so far, for acts that add to it."""
    rows = _named(_SELECT_OPENED, messages, select)
    return {(row["root_log"], row["root_idx"], row["party"], row["value"]): Closing.of(row) for row in rows}


def _mark(
    message: Row, acts: Sequence[Row], closings: Mapping[tuple[Any, ...], Closing], context: Context
) -> Iterator[Statement]:
    agreement = terms(message["agreement_version"], context)
    if message["effect"] or judge_author(message, agreement):
        return
    counted = [act for act in acts if not judge_act(act, message, (), agreement)]
    yield from _contacts(message, counted, context)
    if message["form"] == Form.CONTACT:
        yield from _by_another_channel(message)
    if is_erased(message):
        return
    content, _ = read_content(message["body"]) if message["form"] is not None else (None, "")
    critical = critical_fields(content, _about(message, context)) if content else ()
    done = [(act, _act_of(act), context.party_of(act["log"])) for act in counted]
    root, entry = (message["log"], message["idx"]), at(message)
    for party in addressed_parties(message, agreement):
        for name, topic in _TOPICS.items():
            seconds = deadline_s(name, message, bool(critical), party, agreement)
            if not seconds:
                continue
            about = About(
                topic=_topic(topic, message),
                root=root,
                key=format_number(root, context.parties),
                party=party,
                post=next((each for each in addressed_posts(message) if each.partition(".")[0] == party), ""),
                value=name.value,
                precedence=message["precedence"],
            )
            closers = (
                at(act)
                for act, (outcome, form), by in done
                if _closes(name, act, outcome, form, message, by == party, critical)
            )
            closing = closings.get((*root, party, name.value))
            yield opened(about, entry, seconds, closers, closing)


def _topic(topic: Topic, message: Row) -> Topic:
    is_reply = topic is Topic.OUTCOME and message["form"] == Form.REQUEST_FOR_EXPLANATION
    return Topic.REPLY if is_reply else topic


def _act_of(act: Row) -> tuple[Any, Any]:
    """Give the outcome that an act states, and the form of one that is a message."""
    if act["kind"] == Kind.MESSAGE:
        form = form_of(act)
        return None, None if form is None else Form(form)
    return (read_act(act["kind"], act["body"])[0].outcome if act["kind"] == Kind.OUTCOME else None), None


def _closes(
    name: StepName,
    act: Row,
    outcome: Any,
    form: Form | None,
    message: Row,
    is_theirs: bool,
    critical: Sequence[Any],
) -> bool:
    """Whether an act is the step, or makes it beside the point; a cancellation does so for every party."""
    if form is Form.CANCELLATION:
        return True
    if not is_theirs:
        return False
    if act["kind"] in STOPPED_BY[name]:
        return True
    return is_step(name, act["kind"], outcome, form, message) and (
        act["kind"] != Kind.READ_BACK or _matches(act, message, critical)
    )


def _matches(act: Row, message: Row, critical: Sequence[Any]) -> bool:
    if is_erased(act) or is_erased(message):
        return True
    return compare(critical, read_act(act["kind"], act["body"])[0].typed).matches


def _about(message: Row, context: Context) -> str:
    if message["about_log"] is None:
        return ""
    return format_number((message["about_log"], message["about_idx"]), context.parties)


def _contacts(message: Row, acts: Sequence[Row], context: Context) -> Iterator[Statement]:
    """Give the contacts of posts that read back themselves what another wrote."""
    read_backs = [act for act in acts if act["kind"] == Kind.READ_BACK]
    if not read_backs:
        return
    content, _ = read_content(message["body"])
    critical = critical_fields(content, _about(message, context)) if content else ()
    for act in read_backs:
        if _matches(act, message, critical):
            entry = (act["log"], act["idx"])
            about = About(
                topic=Topic.CONTACT,
                root=entry,
                key=pair_key(message["from_post"], act["from_post"]),
                party=context.party_of(act["log"]),
                post=act["from_post"],
                value="read_back",
                precedence=message["precedence"],
            )
            yield event(about, at(act), (message["log"], message["idx"]))


def _by_another_channel(message: Row) -> Iterator[Statement]:
    """Give a contact elsewhere, which one side reports, as an attempt: nothing here proves it."""
    entry = (message["log"], message["idx"])
    for post in addressed_posts(message)[:1]:
        about = About(
            topic=Topic.ATTEMPT,
            root=entry,
            key=pair_key(message["from_post"], post),
            party=message["from_post"].partition(".")[0],
            post=message["from_post"],
            value="other_channel",
            precedence=message["precedence"],
        )
        yield event(about, at(message))
