"""Marks of incidents: those that are open, and requests about them to which no reply, or no meeting, came."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from coupefeu.model.entry import Kind
from coupefeu.model.incidents import FollowStep, QueryKind
from coupefeu.model.messages import MessageId
from coupefeu.model.topics import Topic
from coupefeu.services.base import Context, Select, Statement
from coupefeu.services.firebreak.rows import (
    MS,
    At,
    Awaited,
    closed_by,
    due,
    forget_opened,
    opened,
    times_of,
)
from coupefeu.services.firebreak.times import terms

if TYPE_CHECKING:
    from coupefeu.services.incidents.status import IncidentView, QueryView

_TURNS: Final = frozenset({Kind.INCIDENT_CLOSED, Kind.INCIDENT_REOPENED})


def mark_incidents(incidents: Collection[MessageId], context: Context, select: Select) -> Iterator[Statement]:
    """Give what is open of incidents, anew: requests and replies are judged by all that was said."""
    if not incidents:
        return
    from coupefeu.services.incidents.fold import fold  # noqa: PLC0415 - loaded with the first incident
    from coupefeu.services.incidents.views import select_acts  # noqa: PLC0415 - as above

    for incident in sorted(incidents):
        yield forget_opened(incident, Topic.INCIDENT)
        yield forget_opened(incident, Topic.QUERY)
        rows = select(select_acts(incident))
        if not any((row["log"], row["idx"]) == incident for row in rows):
            continue
        times = times_of([(row["log"], row["idx"]) for row in rows], context, select)
        counted = {entry: when.counted_ms for entry, when in times.items()}
        view = fold(rows, incident, context, counted)
        if not view.effect and incident in times:
            yield from _open(view, times, context)
            versions = {(row["log"], row["idx"]): row["agreement_version"] for row in rows}
            held = _held(view, times)
            for query in view.queries:
                meeting_s = terms(versions[query.id], context).incidents.meeting_s
                met = held[query.party, query.met_ms]
                yield from _asked(view, query, meeting_s, times, met, context)


def _open(view: "IncidentView", times: dict[MessageId, At], context: Context) -> Iterator[Statement]:
    """Give each time in which it was open: from its report, or from when it was opened again."""
    turns = sorted((each.id, each.kind) for each in view.steps if not each.effect and each.kind in _TURNS)
    for number, (began, ended) in enumerate(_spans(view.id, turns)):
        awaited = Awaited(
            topic=Topic.INCIDENT,
            position=context.parties.index(view.party),
            number=0 if number == 0 else 1,
            value="open",
            post=view.post,
            precedence=int(view.precedence),
            root=view.id,
        )
        if began in times:
            closing = closed_by([times[ended]] if ended in times else [])
            yield opened(awaited, times[began], due(times[began], 0), closing, len(context.parties))


def _spans(
    report: MessageId, turns: Iterable[tuple[MessageId, int]]
) -> Iterator[tuple[MessageId, MessageId | None]]:
    began: MessageId | None = report
    for entry, kind in turns:
        if kind == Kind.INCIDENT_CLOSED and began is not None:
            yield began, entry
            began = None
        elif kind == Kind.INCIDENT_REOPENED and began is None:
            began = entry
    if began is not None:
        yield began, None


def _asked(
    view: "IncidentView",
    query: "QueryView",
    meeting_s: int,
    times: dict[MessageId, At],
    met: Sequence[At],
    context: Context,
) -> Iterator[Statement]:
    """Give what is owed after a request: a reply, and a meeting where one was asked for or nothing came in time.

    `met`: the word that this meeting was held.
    """
    if query.of not in context.parties or query.id not in times:
        return
    asked, seconds, count = times[query.id], (query.due_ms - query.asked_ms) // MS, len(context.parties)
    awaited = Awaited(
        topic=Topic.QUERY,
        position=context.parties.index(query.of),
        number=0,
        value="explanation",
        post=next((each for each in view.to_posts if each.partition(".")[0] == query.of), ""),
        precedence=int(view.precedence),
        root=view.id,
    )
    replies = [times[each.id] for each in query.replies if each.id in times]
    if query.asks is QueryKind.EXPLANATION:
        yield opened(awaited, asked, due(asked, seconds), closed_by([*replies, *met]), count)
        meeting_ms = due(asked, seconds + meeting_s)
        met = [*met, *(each for each in replies if each.counted_ms <= meeting_ms[0])]
        seconds += meeting_s
    meeting = replace(awaited, number=1, value="meeting")
    yield opened(meeting, asked, due(asked, seconds), closed_by(met), count)


def _held(view: "IncidentView", times: dict[MessageId, At]) -> Mapping[tuple[str, int | None], list[At]]:
    """Give the words that a meeting was held, by the party that says so and when: so a request names its own."""
    held: defaultdict[tuple[str, int | None], list[At]] = defaultdict(list)
    for each in view.steps:
        if each.step is FollowStep.MEETING_HELD and not each.effect and each.id in times:
            held[each.party, times[each.id].counted_ms].append(times[each.id])
    return held
