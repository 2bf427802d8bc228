"""Marks of what people were asked for outside messages: a time for a call, an answer to a notice."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.model.topics import Topic
from coupefeu.services.arranged.fold import fold as fold_arranged
from coupefeu.services.arranged.status import ArrangementView
from coupefeu.services.arranged.views import select_proposal, select_steps
from coupefeu.services.base import Context, Select, Statement
from coupefeu.services.firebreak.rows import (
    MS,
    About,
    At,
    Awaited,
    closed_by,
    due,
    event,
    forget_events,
    forget_opened,
    opened,
    pair_key,
    times_of,
)
from coupefeu.services.firebreak.times import terms

if TYPE_CHECKING:
    from coupefeu.services.notices.acts import Act
    from coupefeu.services.notices.standing import Standing


def mark_arranged(roots: Collection[MessageId], context: Context, select: Select) -> Iterator[Statement]:
    """Give the offers of a time that await an answer, and arrangements that were refused."""
    for root in sorted(roots):
        yield forget_opened(root, Topic.ARRANGED)
        yield from forget_events(root, Topic.ATTEMPT)
        proposals = select(select_proposal(root))
        if proposals:
            view = fold_arranged(proposals[0], select(select_steps(root)), context)
            if not view.effect:
                yield from _mark_arranged(view, context, select)


def _mark_arranged(view: ArrangementView, context: Context, select: Select) -> Iterator[Statement]:
    entries = {view.id, *(each.id for each in view.offers), *(each.id for each in view.steps)}
    times = times_of(entries, context, select)
    for offer in view.offers:
        owes = view.asked if offer.party == view.proposer else view.proposer
        awaited = Awaited(
            topic=Topic.ARRANGED,
            position=context.parties.index(owes),
            number=0,
            value="",
            post=offer.speakers[1 if owes == view.asked else 0],
            root=view.id,
        )
        closing = closed_by([times[offer.stopped_by]] if offer.stopped_by in times else [])
        if offer.id in times:
            due_ms = due(times[offer.id], (offer.due_ms - offer.arrived_ms) // MS)
            yield opened(awaited, times[offer.id], due_ms, closing, len(context.parties))
    for step in view.steps:
        if step.effect or step.id not in times or step.kind != Kind.ARRANGE_REFUSED:
            continue
        about = About(
            topic=Topic.ATTEMPT,
            root=view.id,
            key=pair_key(*view.speakers),
            party=step.party,
            post=step.post,
            value="refused",
        )
        yield event(about, times[step.id], times.get(view.id))


def mark_answers(notices: Collection[MessageId], context: Context, select: Select) -> Iterator[Statement]:
    """Give what is awaited of those who are asked by a notice, for each version that asks anew."""
    if not notices:
        return
    from coupefeu.services.notices.standing import standing_of  # noqa: PLC0415 - loaded with the first notice
    from coupefeu.services.notices.tables import select_rows_of  # noqa: PLC0415 - as above

    for notice in sorted(notices):
        yield forget_opened(notice, Topic.NOTICE_ANSWER)
        standing = standing_of(select(select_rows_of(notice)), notice, context)
        if standing is not None and not standing.effect:
            yield from _Asking.of(standing, context).rows(select)


@dataclass(slots=True)
class _Asking:
    """A notice, and what was said of it. `answers`: those that settle what a version asks, each with its party."""

    standing: "Standing"
    context: Context
    addressed: tuple[str, ...]
    answers: "Sequence[Act]"

    @classmethod
    def of(cls, standing: "Standing", context: Context) -> "_Asking":
        from coupefeu.services.notices.answering import judge_answers  # noqa: PLC0415 - as above
        from coupefeu.services.notices.fold import addressed_by  # noqa: PLC0415 - as above

        addressed = addressed_by(standing.root)
        judged = judge_answers(standing, addressed, context)
        answers = [each for each in judged.of_kind(Kind.NOTICE_ANSWERED) if not judged.judged[each.id]]
        return cls(standing=standing, context=context, addressed=addressed, answers=answers)

    def rows(self, select: Select) -> Iterator[Statement]:
        """Give a row for each version that asks anew, and each party that it asks."""
        standing, times = self.standing, self._times(select)
        versions = standing.versions
        firsts = [place for place, each in enumerate(versions) if standing.since(each) == place]
        for first, following in zip(firsts, [*firsts[1:], len(versions)], strict=True):
            same = versions[first:following]
            later = [versions[following]] if following < len(versions) else []
            ended = [*later, *([standing.closing] if standing.closing is not None else [])]
            for party in self.addressed:
                if party not in self.context.parties:
                    continue
                yield from self._row(same, ended, party, times)

    def _times(self, select: Select) -> dict[MessageId, At]:
        standing = self.standing
        closing = [] if standing.closing is None else [standing.closing]
        entries = [each.id for each in (*standing.versions, *self.answers, *closing)]
        return times_of(entries, self.context, select)

    def _row(
        self, same: "Sequence[Act]", ended: "Sequence[Act]", party: str, times: dict[MessageId, At]
    ) -> Iterator[Statement]:
        from coupefeu.services.notices.forms import asks_for_answer, settles  # noqa: PLC0415 - as above
        from coupefeu.services.notices.windows import window_of  # noqa: PLC0415 - as above

        first, notice = same[0], same[0].notice
        if notice is None or not asks_for_answer(notice) or first.id not in times:
            return
        said = [
            each
            for each in self.answers
            if each.party == party
            and each.about in {version.id for version in same}
            and each.said.answer is not None
            and settles(notice.form, each.said.answer)
        ]
        agreed = terms(first.row["agreement_version"], self.context).notices.of(notice.form).answer_s
        awaited = Awaited(
            topic=Topic.NOTICE_ANSWER,
            position=self.context.parties.index(party),
            number=0,
            value="",
            post=self._post(party),
            root=self.standing.root.id,
        )
        closing = closed_by(times[each.id] for each in (*said, *ended) if each.id in times)
        due_ms = due(times[first.id], agreed, window_of(notice.volumes)[0])
        yield opened(awaited, times[first.id], due_ms, closing, len(self.context.parties))

    def _post(self, party: str) -> str:
        posts: list[str] = json.loads(self.standing.root.row["to_posts"])
        return next((each for each in posts if each.partition(".")[0] == party), "")
