"""The rows of one notice and the clock in, how it stands out: the same on every record that holds the same entries.

The clock says what has expired and what is overdue, and changes nothing else; what stands is of `standing.py`, what was
answered of `answering.py`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from coupefeu.errors import UsageError
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId, format_number
from coupefeu.model.notices import Answer
from coupefeu.services.base import Context
from coupefeu.services.notices.acts import Act, Row
from coupefeu.services.notices.ahead import is_unheard
from coupefeu.services.notices.answered import closed_by, counter_state, request_state
from coupefeu.services.notices.answering import Answering, judge_answers
from coupefeu.services.notices.changes import Change, changes
from coupefeu.services.notices.facts import decode_volumes
from coupefeu.services.notices.forms import asks_for_answer, lacking, lead_s_of, settles
from coupefeu.services.notices.positions import compare_positions, key_positions
from coupefeu.services.notices.standing import Standing, standing_of
from coupefeu.services.notices.status import (
    AnswerView,
    ClosingView,
    CounterAnswerView,
    NoticeState,
    NoticeView,
    ReadBackView,
    RequestState,
    SettlementView,
    VersionView,
)
from coupefeu.services.notices.tables import STANDS
from coupefeu.services.notices.windows import window_of


def fold(rows: Sequence[Row], notice: MessageId, context: Context) -> NoticeView:
    """Give how a notice stands. Raises: UsageError: `services.notices.unknown_notice`."""
    standing = standing_of(rows, notice, context)
    if standing is None:
        raise UsageError(
            f"there is no notice {format_number(notice, context.parties)} on the record here",
            code="services.notices.unknown_notice",
            hint="`coupefeu notice list` gives their numbers.",
        )
    return _Fold(standing=standing, context=context).view()


def addressed_by(root: Act) -> tuple[str, ...]:
    """Name the parties other than its author that a notice goes to."""
    named = (post.partition(".")[0] for post in json.loads(root.row["to_posts"]))
    return tuple(dict.fromkeys(each for each in named if each != root.party))


@dataclass(slots=True)
class _Fold:
    standing: Standing
    context: Context

    def view(self) -> NoticeView:
        standing, root, newest = self.standing, self.standing.root, self.standing.newest
        fact = None if newest is None else newest.notice
        addressed = addressed_by(root)
        answering = judge_answers(standing, addressed, self.context)
        versions = tuple(self._version(each, answering) for each in standing.written)
        start_ms, end_ms = (None, None) if fact is None else window_of(fact.volumes)
        asks = fact is not None and asks_for_answer(fact)
        answers = tuple(self._answer(each, answering) for each in answering.of_kind(Kind.NOTICE_ANSWERED))
        requests = tuple((party, self._request(party, answers, asks=asks)) for party in addressed)
        due_ms = self._due_ms(newest) if asks and newest is not None else None
        until_ms, heard_ms, left_ms, ahead = (root.row[name] for name in STANDS)
        state = self._state(end_ms, until_ms)
        is_awaited = any(request is RequestState.AWAITED for _, request in requests)
        read_backs = tuple(
            self._read_back(each, answering) for each in answering.of_kind(Kind.POSITIONS_READ_BACK)
        )
        unseen = self._unseen(answers, read_backs, addressed)
        standing_view = next((each for each in reversed(versions) if not each.effect), None)
        return NoticeView(
            id=root.id,
            number=self._number(root.id),
            party=root.party,
            ours=bool(root.row["ours"]),
            from_post=root.from_post,
            to_posts=tuple(json.loads(root.row["to_posts"])),
            form=None if fact is None else fact.form,
            fact=fact,
            missing=() if fact is None else lacking(fact),
            versions=versions,
            state=state,
            closing=self._closing(),
            start_ms=start_ms,
            end_ms=end_ms,
            until_ms=until_ms,
            heard_ms=heard_ms,
            left_ms=left_ms,
            ahead=() if ahead is None else decode_volumes(ahead),
            is_unheard=state is NoticeState.LATE
            and is_unheard(heard_ms, end_ms or 0, self.context.now.utc_ms),
            lead_s=0 if newest is None else self._lead_s(newest),
            is_short_notice=standing_view is not None and standing_view.is_short_notice,
            asks=asks,
            requests=requests,
            answers=answers,
            answer_due_ms=due_ms,
            is_answer_overdue=(
                due_ms is not None
                and is_awaited
                and standing.closing is None
                and due_ms < self.context.now.utc_ms
            ),
            has_changed_since_acknowledged=unseen is not None,
            unseen=unseen or (),
            read_backs=read_backs,
            settlements=tuple(
                self._settlement(each, answering) for each in answering.of_kind(Kind.CONFLICT_SETTLED)
            ),
            conflicts_named=() if newest is None else self._others_named(newest),
            conflicts_known=None if fact is None else fact.conflicts,
            written_ms=root.row["claimed_ms"],
            arrived_ms=root.row["arrived_ms"],
            effect=standing.effect,
        )

    # --- versions -----------------------------------------------------------------------------------------

    def _version(self, act: Act, answering: Answering) -> VersionView:
        has_effect = act in self.standing.versions
        first = self._first(act) if has_effect else act
        before = self._before(act) if has_effect else None
        start_ms = None if act.notice is None else window_of(act.notice.volumes)[0]
        lead_ms = self._lead_s(act) * 1_000
        changed = (
            ()
            if before is None or before.notice is None or act.notice is None
            else changes(before.notice, act.notice)
        )
        ahead_ms = None if start_ms is None else start_ms - first.row["claimed_ms"]
        return VersionView(
            id=act.id,
            number=self._number(act.id),
            fact=act.notice,
            officer="" if act.notice is None else act.notice.officer,
            from_post=act.from_post,
            written_ms=act.row["claimed_ms"],
            arrived_ms=act.row["arrived_ms"],
            changes=changed,
            reopens=has_effect and before is not None and first is act,
            lead_s=None if ahead_ms is None else ahead_ms // 1_000,
            arrived_lead_s=None if start_ms is None else (start_ms - first.row["arrived_ms"]) // 1_000,
            is_short_notice=ahead_ms is not None and lead_ms > 0 and ahead_ms < lead_ms,
            counter=answering.follows.get(act.id),
            effect="" if has_effect and act.notice is not None else self.standing.judged[act.id],
        )

    def _before(self, act: Act) -> Act | None:
        place = self.standing.versions.index(act)
        return self.standing.versions[place - 1] if place else None

    def _first(self, act: Act) -> Act:
        """Give the version from which on nothing but remarks changed."""
        return self.standing.versions[self.standing.since(act)]

    def _lead_s(self, act: Act) -> int:
        terms = self.context.agreement_of(act.row["agreement_version"]).notices
        return 0 if act.notice is None else lead_s_of(act.notice, terms)

    def _state(self, end_ms: int | None, until_ms: int | None) -> NoticeState:
        closing, newest = self.standing.closing, self.standing.newest
        if closing is not None:
            return closed_by(closing)
        if newest is not None and newest.notice is None:
            return NoticeState.ERASED
        now_ms = self.context.now.utc_ms
        if end_ms is None or now_ms <= end_ms:
            return NoticeState.LIVE
        return NoticeState.EXPIRED if until_ms is None or until_ms < now_ms else NoticeState.LATE

    def _closing(self) -> ClosingView | None:
        act = self.standing.closing
        if act is None:
            return None
        return ClosingView(
            id=act.id,
            number=self._number(act.id),
            state=closed_by(act),
            words=act.said.words,
            officer=act.said.officer,
            from_post=act.from_post,
            written_ms=act.row["claimed_ms"],
            arrived_ms=act.row["arrived_ms"],
        )

    def _others_named(self, version: Act) -> tuple[MessageId, ...]:
        own = version.party
        return tuple(each for each in version.named if self.context.party_of(each[0]) not in {"", own})

    # --- answers ------------------------------------------------------------------------------------------

    def _due_ms(self, version: Act) -> int | None:
        """Give when the answer to a version is due: as agreed, and not after it has begun."""
        if version.notice is None:
            return None
        first = self._first(version)
        terms = self.context.agreement_of(version.row["agreement_version"]).notices
        arrived_ms: int = first.row["arrived_ms"]
        due_ms = arrived_ms + terms.of(version.notice.form).answer_s * 1_000
        start_ms = window_of(version.notice.volumes)[0]
        return min(due_ms, start_ms) if start_ms is not None and start_ms > arrived_ms else due_ms

    def _answer(self, act: Act, answering: Answering) -> AnswerView:
        version = next((each for each in self.standing.versions if each.id == act.about), None)
        due_ms = None if version is None else self._due_ms(version)
        asks = version is not None and version.notice is not None and asks_for_answer(version.notice)
        counter = answering.counters.get(act.id)
        is_counter = act.said.answer is Answer.COUNTER_PROPOSAL and answering.counts(act)
        return AnswerView(
            id=act.id,
            number=self._number(act.id),
            party=act.party,
            ours=bool(act.row["ours"]),
            from_post=act.from_post,
            answer=act.said.answer,
            version=act.about,
            is_about_newest=self._is_about_newest(act, answering),
            words=act.said.words,
            officer=act.said.officer,
            volumes=act.said.volumes,
            written_ms=act.row["claimed_ms"],
            arrived_ms=act.row["arrived_ms"],
            is_late=asks and due_ms is not None and act.row["arrived_ms"] > due_ms,
            counter_state=counter_state(counter) if is_counter else None,
            counter_answer=None if counter is None else self._counter_answer(counter),
            effect=answering.judged[act.id],
        )

    def _is_about_newest(self, act: Act, answering: Answering) -> bool:
        """Whether it speaks of what stands; who proposed what stands has spoken of it."""
        if self.standing.reads_as_newest(act.about):
            return True
        taken = [version for version, counter in answering.follows.items() if counter == act.id]
        return any(map(self.standing.reads_as_newest, taken))

    def _counter_answer(self, act: Act) -> CounterAnswerView:
        return CounterAnswerView(
            id=act.id,
            number=self._number(act.id),
            is_accepted=bool(act.said.is_accepted),
            words=act.said.words,
            officer=act.said.officer,
            written_ms=act.row["claimed_ms"],
            arrived_ms=act.row["arrived_ms"],
        )

    def _request(self, party: str, answers: Sequence[AnswerView], *, asks: bool) -> RequestState:
        """Give what became of what a party was asked: its last answer about what stands that settles anything."""
        fact = None if self.standing.newest is None else self.standing.newest.notice
        if not asks or fact is None:
            return RequestState.NOT_ASKED
        spoken = [
            each
            for each in answers
            if each.party == party and not each.effect and each.is_about_newest and each.answer is not None
        ]
        last = next(
            (each for each in reversed(spoken) if each.answer and settles(fact.form, each.answer)), None
        )
        return RequestState.AWAITED if last is None else request_state(last)

    def _unseen(
        self,
        answers: Sequence[AnswerView],
        read_backs: Sequence[ReadBackView],
        addressed: Sequence[str],
    ) -> tuple[Change, ...] | None:
        """Give what changed since a party spoke of the notice last; None: what it spoke of still stands."""
        newest = self.standing.newest
        if newest is None or newest.notice is None:
            return None
        for party in addressed if self.standing.root.row["ours"] else (self.context.us,):
            said: list[AnswerView | ReadBackView] = [*answers, *read_backs]
            spoken = [
                (each.id, each.version, each.is_about_newest)
                for each in said
                if each.party == party and each.effect in {"", "erased"}
            ]
            if not spoken or any(is_about_newest for _, _, is_about_newest in spoken):
                continue
            _, version, _ = max(spoken)
            seen = next((each.notice for each in self.standing.versions if each.id == version), None)
            return () if seen is None else changes(seen, newest.notice)
        return None

    # --- read-back and settlements ------------------------------------------------------------------------

    def _read_back(self, act: Act, answering: Answering) -> ReadBackView:
        version = next((each for each in self.standing.versions if each.id == act.about), None)
        fact = None if version is None else version.notice
        effect = answering.judged[act.id]
        asked = () if fact is None else key_positions(fact.volumes)
        differences = (
            () if effect else compare_positions(act.said.positions, asked, self._language(act.party))
        )
        return ReadBackView(
            id=act.id,
            number=self._number(act.id),
            party=act.party,
            ours=bool(act.row["ours"]),
            from_post=act.from_post,
            version=act.about,
            is_about_newest=self.standing.reads_as_newest(act.about),
            positions=act.said.positions,
            differences=differences,
            is_understood=not effect and fact is not None and not differences,
            words=act.said.words,
            officer=act.said.officer,
            written_ms=act.row["claimed_ms"],
            arrived_ms=act.row["arrived_ms"],
            effect=effect,
        )

    def _language(self, party: str) -> str:
        parties = {each.id: each.language for each in self.context.agreement.parties}
        return parties.get(party, "en")

    def _settlement(self, act: Act, answering: Answering) -> SettlementView:
        """Give a settlement as seen from this notice: the other one is who it was in conflict with."""
        is_first = act.root == self.standing.root.id
        versions = (act.about, act.named[0] if act.named else (-1, -1))
        version, other_version = versions if is_first else versions[::-1]
        return SettlementView(
            id=act.id,
            number=self._number(act.id),
            party=act.party,
            ours=bool(act.row["ours"]),
            from_post=act.from_post,
            other=act.other if is_first else act.root,
            version=version,
            other_version=other_version,
            settlement=act.said.settlement,
            words=act.said.words,
            officer=act.said.officer,
            written_ms=act.row["claimed_ms"],
            arrived_ms=act.row["arrived_ms"],
            effect=answering.judged[act.id],
        )

    def _number(self, entry: MessageId) -> str:
        return format_number(entry, self.context.parties)
