"""What became of notices: of each one outcome, by the same rules as its own page; and how long movements stood.

Most notices have one version and a plain answer, which is read at once; of every other all is folded as for its page.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from json import loads
from typing import Any, Final

from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.model.notices import Answer, CheckIn, NoticeForm
from coupefeu.services.base import Context
from coupefeu.services.notices.facts import read_act
from coupefeu.services.notices.fold import fold
from coupefeu.services.notices.forms import settles
from coupefeu.services.notices.standing import standing_of
from coupefeu.services.notices.status import RequestState
from coupefeu.services.notices.tables import MAX_ACTS
from coupefeu.services.passing.acts import Act, judge_about
from coupefeu.services.passing.holds import count_holds, fold_holds, in_time
from coupefeu.services.passing.status import HoldView, NoticeKnown, NoticeVersion
from coupefeu.services.passing.views import MAX_ACTS as MAX_CHECK_INS
from coupefeu.services.passing.views import PASSING
from coupefeu.services.usage.selects import NoticeActRow, NoticeRow
from coupefeu.services.usage.status import HoldCount, NoticeCount, NoticeOutcome

Row = Mapping[str, Any]
Rows = Sequence[Row]
SelectRows = Callable[[MessageId], Rows]
"""Gives every entry about a notice."""
_AGREED: Final = frozenset({RequestState.AGREED, RequestState.COUNTER_ACCEPTED, RequestState.EXPLAINED})
_PLAIN: Final = frozenset(
    {Kind.NOTICE_FILED, Kind.NOTICE_WITHDRAWN, Kind.NOTICE_COMPLETED, Kind.NOTICE_ANSWERED}
)
"""Notices about which nothing else was said are read at once."""
_NONE: Final[frozenset[RequestState]] = frozenset()
_CHECK_IN_NAMES: Final = tuple(each.name for each in PASSING.c)


def count_notices(
    notices: Iterable[NoticeRow],
    requests: Mapping[MessageId, Sequence[NoticeActRow]],
    impeded: frozenset[MessageId],
    select_rows: SelectRows,
    context: Context,
) -> tuple[NoticeCount, ...]:
    """Count notices by party, form and outcome; `requests`: the entries about each of those that ask for an answer."""
    counts: Counter[tuple[str, int, NoticeOutcome]] = Counter()
    for notice in notices:
        place = notice.log, notice.idx
        acts = requests.get(place, ())
        states = _states(place, acts, select_rows, context) if notice.asks and not notice.effect else _NONE
        outcome = _outcome(notice, states, is_impeded=place in impeded, context=context)
        counts[notice.party, notice.form or 0, outcome] += 1
    return tuple(
        NoticeCount(party=party, form=form or None, outcome=outcome, count=count)
        for (party, form, outcome), count in sorted(counts.items())
    )


def _outcome(
    notice: NoticeRow, states: frozenset[RequestState], *, is_impeded: bool, context: Context
) -> NoticeOutcome:
    if notice.effect:
        return NoticeOutcome.WITHOUT_EFFECT
    now_ms = context.now.utc_ms
    is_over = notice.closed is not None or (notice.end_ms is not None and notice.end_ms < now_ms)
    is_late = RequestState.AWAITED in states and _due_ms(notice, context) < now_ms
    checks = (
        (NoticeOutcome.IMPEDED, is_impeded),
        (NoticeOutcome.DENIED, RequestState.DENIED in states),
        (NoticeOutcome.WITHDRAWN, notice.closed == Kind.NOTICE_WITHDRAWN),
        (NoticeOutcome.NOT_ASKED, states <= {RequestState.NOT_ASKED}),
        (NoticeOutcome.UNANSWERED, is_late or (RequestState.AWAITED in states and is_over)),
        (NoticeOutcome.FACILITATED, states <= _AGREED and is_over),
        (NoticeOutcome.NOT_AGREED, is_over),
    )
    return next((outcome for outcome, found in checks if found), NoticeOutcome.PENDING)


def _due_ms(notice: NoticeRow, context: Context) -> int:
    """Give until when an answer is due, by when it counts: as agreed, and not after the notice begins."""
    terms = context.agreement_of(notice.version).notices
    answer_s = 0 if notice.form is None else terms.of(NoticeForm(notice.form)).answer_s
    due_ms = notice.counted_ms + answer_s * 1_000
    begins = notice.start_ms is not None and notice.start_ms > notice.counted_ms
    return min(due_ms, notice.start_ms or 0) if begins else due_ms


# --- what was answered ------------------------------------------------------------------------------------------


def _states(
    place: MessageId, acts: Sequence[NoticeActRow], select_rows: SelectRows, context: Context
) -> frozenset[RequestState]:
    """Give what became of what each party addressed was asked."""
    root = next((act for act in acts if (act.log, act.idx) == place), None)
    if root is None or not _is_plain(root, acts):
        return frozenset(state for _, state in fold(select_rows(place), place, context).requests)
    addressed = _addressed(root.to_posts, root.party)
    answers: dict[str, Answer] = {}
    for act in acts:
        if act.kind == Kind.NOTICE_ANSWERED and _counts(act, root):
            answer = _answer(act.body or b"")
            if answer is not None and settles(NoticeForm(root.form or 0), answer):
                answers[act.party] = answer
    return frozenset(_state(answers.get(party)) for party in addressed)


def _is_plain(root: NoticeActRow, acts: Sequence[NoticeActRow]) -> bool:
    """Whether it has one version, few things were said of it, and only answers, its end, and no counter-proposal."""
    return (
        not root.effect
        and len(acts) <= MAX_ACTS
        and all(act.kind in _PLAIN and (act is root or act.kind != Kind.NOTICE_FILED) for act in acts)
        and not any(
            act.kind == Kind.NOTICE_ANSWERED and _answer(act.body or b"") is Answer.COUNTER_PROPOSAL
            for act in acts
        )
    )


def _counts(act: NoticeActRow, root: NoticeActRow) -> bool:
    return (
        not act.effect
        and act.root_leaf in {None, root.leaf_hash}
        and (act.about_log, act.about_idx) == (root.log, root.idx)
    )


@lru_cache(maxsize=4_096)
def _answer(body: bytes) -> Answer | None:
    return read_act(Kind.NOTICE_ANSWERED, body)[0].answer


def _state(answer: Answer | None) -> RequestState:
    if answer is None:
        return RequestState.AWAITED
    return {Answer.AGREED: RequestState.AGREED, Answer.DENIED: RequestState.DENIED}.get(
        answer, RequestState.EXPLAINED
    )


@lru_cache(maxsize=1_024)
def _addressed(to_posts: str, author: str) -> tuple[str, ...]:
    named = (post.partition(".")[0] for post in loads(to_posts))
    return tuple(dict.fromkeys(each for each in named if each != author))


def group_acts(rows: Iterable[tuple[Any, ...]]) -> dict[MessageId, list[NoticeActRow]]:
    """Put entries about notices together."""
    found: dict[MessageId, list[NoticeActRow]] = {}
    for act in map(NoticeActRow._make, rows):
        found.setdefault((act.root_log, act.root_idx), []).append(act)
    return found


# --- movements on their way -------------------------------------------------------------------------------------


def read_holds(
    rows: Iterable[tuple[Any, ...]], known: Mapping[MessageId, NoticeKnown], context: Context
) -> tuple[dict[str, list[HoldView]], Counter[str], frozenset[MessageId]]:
    """Give the times in which movements stood and how many were impeded, by the party of the notice; and which.

    `rows`: of `passing`, by notice; `known`: of each the versions that check-ins may speak of.
    """
    holds: dict[str, list[HoldView]] = defaultdict(list)
    counts: Counter[str] = Counter()
    impeded: set[MessageId] = set()
    named = (dict(zip(_CHECK_IN_NAMES, row, strict=True)) for row in rows)
    for place, of_one in groupby(named, key=lambda row: (row["root_log"], row["root_idx"])):
        acts = _newest([Act.of(row, context) for row in of_one])
        check_ins = in_time(act for act in acts if not judge_about(act, known[place]))
        party = context.party_of(place[0])
        holds[party] += fold_holds(check_ins, context.now.utc_ms)
        count = sum(act.fact.check_in is CheckIn.IMPEDED for act in check_ins)
        counts[party] += count
        if count:
            impeded.add(place)
    return holds, counts, frozenset(impeded)


def read_versions(
    rows: Iterable[tuple[Any, ...]], select_rows: SelectRows, context: Context
) -> dict[MessageId, NoticeKnown]:
    """Give the versions of notices that have effect: rows of `selects.select_versions`."""
    found: dict[MessageId, NoticeKnown] = {}
    for place, of_one in groupby(rows, key=lambda row: (row[0], row[1])):
        versions = [(log, idx, leaf, effect) for _, _, log, idx, leaf, effect in of_one]
        is_plain = len(versions) == 1 and not versions[0][3]
        found[place] = NoticeKnown(
            id=place,
            party=context.party_of(place[0]),
            versions=tuple(NoticeVersion(id=(log, idx), leaf_hash=leaf) for log, idx, leaf, _ in versions)
            if is_plain
            else _standing_versions(place, select_rows(place), context),
        )
    return found


def _standing_versions(place: MessageId, rows: Rows, context: Context) -> tuple[NoticeVersion, ...]:
    standing = standing_of(rows, place, context)
    versions = () if standing is None else standing.versions or standing.written[:1]
    return tuple(NoticeVersion(id=each.id, leaf_hash=each.row["leaf_hash"]) for each in versions)


def _newest(acts: Sequence[Act]) -> list[Act]:
    """Keep so many of each log as count, the newest."""
    logs: dict[int, list[Act]] = defaultdict(list)
    for act in acts:
        logs[act.id[0]].append(act)
    return [act for own in logs.values() for act in own[-MAX_CHECK_INS:]]


def count_held(
    holds: Mapping[str, Sequence[HoldView]], impeded: Mapping[str, int], parties: Sequence[str]
) -> tuple[HoldCount, ...]:
    """Say of the movements of each of these parties how often and how long they stood."""
    found = []
    for party in parties:
        counted = count_holds(holds.get(party, ()), impeded.get(party, 0))
        found.append(
            HoldCount(
                party=party,
                holds=counted.holds,
                running=counted.running,
                impeded=counted.impeded,
                total_ms=counted.total_ms,
                median_ms=counted.median_ms,
                longest_ms=counted.longest_ms,
            )
        )
    return tuple(found)
