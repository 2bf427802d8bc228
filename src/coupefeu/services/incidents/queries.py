"""Requests for an explanation and for a meeting: who owes what by when, and what stands where nothing came in time.

Reply within the agreed time (48 h); where none comes, or it does not suffice, a meeting within the agreed time after
that (48 h): by itself where none came in time, and whenever either side asks for one. Source: Vienna Document 2011,
chapter III, section 16.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from coupefeu.model.entry import Kind
from coupefeu.model.incidents import FollowStep, IncidentTerms, QueryKind
from coupefeu.model.messages import MessageId, format_number
from coupefeu.services.base import Context
from coupefeu.services.incidents.acts import Act, is_same
from coupefeu.services.incidents.status import QueryView, ReplyView

Times = Mapping[MessageId, int]


def asked_party(act: Act) -> str:
    """Name the party that a request asks: the first other one whose post it addresses; "": none."""
    parties = (post.partition(".")[0] for post in act.posts)
    return next((each for each in parties if each not in {"", act.party}), "")


def judge_queries(
    acts: Sequence[Act], effects: Mapping[MessageId, str], context: Context
) -> dict[MessageId, str]:
    """Name why requests and replies have no effect."""
    queries = {each.id: each for each in acts if each.kind == Kind.INCIDENT_QUERIED and not effects[each.id]}
    marked = {
        each.id: "nobody_addressed" for each in queries.values() if asked_party(each) not in context.parties
    }
    for act in acts:
        if act.kind == Kind.INCIDENT_REPLIED and not effects[act.id]:
            marked[act.id] = _judge_reply(act, queries.get(act.about), marked)
    return {each: why for each, why in marked.items() if why}


def _judge_reply(act: Act, query: Act | None, marked: Mapping[MessageId, str]) -> str:
    if query is None or marked.get(query.id) or not is_same(query.row["leaf_hash"], act.named[1][1]):
        return "no_such_query"
    if query.party == act.party:
        return "own_query"
    return "" if asked_party(query) == act.party else "not_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Thread:
    """What was said about requests, by the request, each in order of time: gathered once, so that a flood costs once.

    `meetings`: requests for a meeting about a request for an explanation. `held`: when a party says that a meeting was
    held, and about which request; None: about none that it names.
    """

    queries: Mapping[MessageId, Act]
    replies: Mapping[MessageId, Sequence[Act]]
    meetings: Mapping[MessageId, Sequence[Act]]
    held: Mapping[tuple[str, MessageId | None], Sequence[int]]


def fold_queries(good: Sequence[Act], times: Times, context: Context) -> tuple[QueryView, ...]:
    """Say how each request stands, in the order in which they were made."""
    said = _gather(sorted(good, key=lambda each: (times[each.id], each.id)), times)
    return tuple(_query(each, said, times, context) for each in said.queries.values())


def _gather(ordered: Iterable[Act], times: Times) -> _Thread:
    """Go once through what was said, in order of time."""
    queries: dict[MessageId, Act] = {}
    replies: dict[MessageId, list[Act]] = defaultdict(list)
    held: dict[tuple[str, MessageId | None], list[int]] = defaultdict(list)
    for act in ordered:
        if act.kind == Kind.INCIDENT_QUERIED:
            queries[act.id] = act
        elif act.kind == Kind.INCIDENT_REPLIED:
            replies[act.about].append(act)
        elif act.said.step is FollowStep.MEETING_HELD:
            held[act.party, _named(act)].append(times[act.id])
    meetings: dict[MessageId, list[Act]] = defaultdict(list)
    for act in queries.values():
        about = _about(act, queries)
        if about is not None:
            meetings[about].append(act)
    return _Thread(queries=queries, replies=replies, meetings=meetings, held=held)


def terms_of(act: Act, context: Context) -> IncidentTerms:
    """Give the terms under which an entry was written."""
    return context.agreement_of(act.row["agreement_version"]).incidents


def _query(act: Act, said: _Thread, times: Times, context: Context) -> QueryView:
    terms = terms_of(act, context)
    now_ms, asked_ms = context.now.utc_ms, times[act.id]
    is_meeting = act.said.asks is QueryKind.MEETING
    due_ms = asked_ms + 1_000 * (terms.meeting_s if is_meeting else terms.reply_s)
    replies = tuple(_reply(each, times[each.id], due_ms, context) for each in said.replies.get(act.id, ()))
    is_default = now_ms > due_ms if not replies else replies[0].is_late
    about = _about(act, said.queries)
    asked = () if is_meeting else said.meetings.get(act.id, ())
    replied_ms = replies[0].replied_ms if replies else None
    since_ms = _since_ms(due_ms, replied_ms, terms) if now_ms > due_ms else None
    meeting_due_ms = due_ms if is_meeting else _meeting_due_ms(since_ms, asked, times, terms)
    met_ms = _met_ms(act, {act.id, about, *(each.id for each in asked)}, said, times)
    return QueryView(
        id=act.id,
        number=format_number(act.id, context.parties),
        party=act.party,
        ours=act.party == context.us,
        of=asked_party(act),
        asks=act.said.asks or QueryKind.EXPLANATION,
        at_ms=act.said.at_ms,
        words=act.said.words,
        post=act.row["from_post"],
        officer=act.said.officer,
        asked_ms=asked_ms,
        said_ms=act.row["claimed_ms"],
        arrived_ms=act.row["arrived_ms"],
        due_ms=due_ms,
        reply=replies[0] if replies else None,
        replies=replies,
        is_overdue=not replies and met_ms is None and now_ms > due_ms,
        is_default=is_default,
        about=about,
        meeting=asked[0].id if asked else None,
        meeting_due_ms=meeting_due_ms,
        met_ms=met_ms,
        is_meeting_overdue=meeting_due_ms is not None and met_ms is None and now_ms > meeting_due_ms,
    )


def _named(act: Act) -> MessageId | None:
    """Name the request that an entry names beside the incident."""
    return act.named[1][0] if len(act.named) > 1 else None


def _about(act: Act, queries: Mapping[MessageId, Act]) -> MessageId | None:
    """Name the request for an explanation that a request for a meeting is about."""
    named = _named(act) if act.said.asks is QueryKind.MEETING else None
    found = None if named is None else queries.get(named)
    return None if found is None or found.said.asks is not QueryKind.EXPLANATION else found.id


def _since_ms(due_ms: int, replied_ms: int | None, terms: IncidentTerms) -> int | None:
    """Say since when a meeting is owed because nothing came in time; a late reply ends that before one was due."""
    is_ended = replied_ms is not None and replied_ms <= due_ms + terms.meeting_s * 1_000
    return None if is_ended else due_ms


def _meeting_due_ms(
    since_ms: int | None, asked: Sequence[Act], times: Times, terms: IncidentTerms
) -> int | None:
    """Say by when a meeting is due: because nothing came in time, or because either side has asked for one."""
    begins = [] if since_ms is None else [since_ms]
    begins += [times[asked[0].id]] if asked else []
    return min(begins) + terms.meeting_s * 1_000 if begins else None


def _met_ms(act: Act, meant: Iterable[MessageId | None], said: _Thread, times: Times) -> int | None:
    """Say when the meeting was held that is about this request, by the word of the party that made it.

    `meant`: what that word may name: this request, those that belong to it, or (None) no request.
    """
    asked_ms = times[act.id]
    told = (said.held.get((act.party, each), ()) for each in {*meant, None})
    first = ((held, bisect_left(held, asked_ms)) for held in told)
    return min((held[at] for held, at in first if at < len(held)), default=None)


def _reply(act: Act, replied_ms: int, due_ms: int, context: Context) -> ReplyView:
    return ReplyView(
        id=act.id,
        number=format_number(act.id, context.parties),
        party=act.party,
        ours=act.party == context.us,
        fact=act.said,
        post=act.row["from_post"],
        replied_ms=replied_ms,
        said_ms=act.row["claimed_ms"],
        arrived_ms=act.row["arrived_ms"],
        is_late=replied_ms > due_ms,
    )
