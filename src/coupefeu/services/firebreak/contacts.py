"""Marks of pairs of posts: calls that a post answered itself or that failed, and presence that was shown.

An answered call is a contact of the two posts that spoke, whichever was called. A call that the caller withdrew, or
that was put off, is neither refused nor left without an answer, and makes no mark.
"""

import json
from collections.abc import Collection, Iterator
from typing import Any, Final

from sqlalchemy import text

from coupefeu.model.calls import Outcome
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.model.topics import Topic
from coupefeu.services.base import Context, Select, Statement
from coupefeu.services.firebreak.marks import REFUSED, UNANSWERED
from coupefeu.services.firebreak.rows import PLACE_OF, About, at, event, forget_events, pair_key, times_of
from coupefeu.services.persons.holding import judge_row
from coupefeu.services.persons.views import select_statements_about
from coupefeu.services.presence.views import select_one_asked

MOST_ANSWERS: Final = 100
"""To one question, of each side: as many as are read (`node.persons`)."""
MOST_STATEMENTS: Final = 256
"""By one key: of those that overtook its enrolment or its end."""
_NAMED: Final = "json_extract(j.value, '$[0]')", "json_extract(j.value, '$[1]')"
_SELECT_OUTCOMES: Final = text(
    "SELECT c.log AS call_log, c.idx AS call_idx, c.post AS caller, c.to_post, c.to_party,"  # noqa: S608 - fixed texts
    " c.outcome, s.log, s.idx, s.post, s.arrived_ms, t.counted_ms, t.claimed_ms FROM json_each(:calls) AS j"
    f" JOIN calls AS c ON c.log = {_NAMED[0]} AND c.idx = {_NAMED[1]} AND c.effect = ''"
    " JOIN call_steps AS s ON s.arrival = c.outcome_arrival AND s.call_log = c.log AND s.call_idx = c.idx"
    f" JOIN firebreak_times AS t ON {PLACE_OF.format('s')}"
)
_SELECT_SHOWN_BY: Final = text(
    "SELECT about_log, about_idx FROM statements WHERE key_log = :log AND key_idx = :idx"  # noqa: S608 - as above
    f" AND kind = {int(Kind.PRESENCE_SHOWN)} LIMIT {MOST_STATEMENTS}"
)


def mark_calls(calls: Collection[MessageId], context: Context, select: Select) -> Iterator[Statement]:
    """Give what became of calls, anew: the outcome of an attempt depends on both logs together."""
    for call in sorted(calls):
        yield from forget_events(call, Topic.CONTACT, Topic.ATTEMPT)
    values = {"calls": json.dumps(sorted(calls)), "parties": len(context.parties)}
    placed = times_of(calls, context, select)
    for row in select(Statement(_SELECT_OUTCOMES, values)) if calls else ():
        call = (row["call_log"], row["call_idx"])
        is_answered = row["outcome"] == Outcome.ANSWERED
        if is_answered:
            yield event(_about(row, Topic.CONTACT, row["post"], "call"), at(row), placed.get(call))
        elif row["outcome"] in REFUSED | UNANSWERED:
            yield event(_about(row, Topic.ATTEMPT, row["to_post"], row["outcome"]), at(row), placed.get(call))


def _about(row: Any, topic: Topic, post: str, value: str) -> About:
    return About(
        topic=topic,
        root=(row["call_log"], row["call_idx"]),
        key=pair_key(row["caller"], post),
        party=row["to_party"],
        post=post,
        value=value,
    )


def mark_presence(questions: Collection[MessageId], context: Context, select: Select) -> Iterator[Statement]:
    """Give the first answer to each question by which the post that was asked showed itself."""
    for question in sorted(questions):
        yield from forget_events(question, Topic.CONTACT)
        asked = [row for row in select(select_one_asked(question)) if not row["effect"]]
        if not asked:
            continue
        shown = _shown(question, asked[0]["to_post"], select)
        if shown is None:
            continue
        times = times_of([shown, question], context, select)
        if shown in times:
            about = About(
                topic=Topic.CONTACT,
                root=question,
                key=pair_key(asked[0]["post"], asked[0]["to_post"]),
                party=context.party_of(shown[0]),
                post=asked[0]["to_post"],
                value="presence",
            )
            yield event(about, times[shown], times.get(question))


def _shown(question: MessageId, post: str, select: Select) -> MessageId | None:
    rows = [
        row
        for ours in (True, False)
        for row in select(select_statements_about(question, MOST_ANSWERS, ours=ours))
        if row["kind"] == Kind.PRESENCE_SHOWN and row["post"] == post
    ]
    rows.sort(key=lambda row: (row["log"], row["idx"]))
    return next(((row["log"], row["idx"]) for row in rows if not judge_row(row, select)), None)


def questions_of(keys: Collection[MessageId], select: Select) -> set[MessageId]:
    """Name the questions that were answered with these keys."""
    return {
        (row["about_log"], row["about_idx"])
        for key in keys
        for row in select(Statement(_SELECT_SHOWN_BY, {"log": key[0], "idx": key[1]}))
    }
