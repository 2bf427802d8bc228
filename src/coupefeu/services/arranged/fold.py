"""The rows of one arrangement in, how it stands out: the same on every record that holds the same entries.

Only what is signed is looked at: kinds, bodies, heads, and what each author had seen; never when something came here.
Our own clock sets the clocks of answers alone, and no clock ever changes a state.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from coupefeu.errors import UsageError
from coupefeu.model.agreement import Agreement
from coupefeu.model.calls import Media
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId, format_number
from coupefeu.services.arranged.acts import Act, Row, in_order
from coupefeu.services.arranged.facts import OFFERS, ArrangeFact, Window
from coupefeu.services.arranged.status import AgreedCall, ArrangementView, ArrangeStep, OfferView
from coupefeu.services.arranged.table import OPEN, TRANSITIONS, ArrangeState, event_of
from coupefeu.services.base import Context

_ANSWERS = frozenset({Kind.ARRANGE_COUNTERED, Kind.ARRANGE_AGREED, Kind.ARRANGE_REFUSED})
_NO_WINDOW = Window(start_ms=0, end_ms=0)


def fold(proposal: Row, steps: Sequence[Row], context: Context) -> ArrangementView:
    """Judge every act about a proposal, and give how it stands."""
    root = Act.of(proposal, context)
    to_posts: list[str] = json.loads(proposal["to_posts"])
    to_post = to_posts[0] if to_posts else ""
    table = _Table(root=root, asked=to_post.partition(".")[0], to_post=to_post, context=context)
    acts = sorted((Act.of(row, context) for row in steps), key=lambda each: each.id)
    of_proposer = [each for each in acts if each.party == root.party]
    others = [each for each in acts if each.party != root.party]
    for act in in_order(of_proposer, others, context):
        table.take(act)
    return table.view()


def judge_proposal(proposal: Act, to_posts: Sequence[str], context: Context) -> str:
    """Name why a proposal has no effect ("" when it has): two principals that are paired, each of its own party."""
    if proposal.defect:
        return proposal.defect
    speaks = speaker_of(proposal)
    if not _is_of(proposal.from_post, proposal.party) or not _is_of(speaks, proposal.party):
        return "foreign_post"
    if len(to_posts) != 1 or _is_of(to_posts[0], proposal.party):
        return "not_one_counterpart"
    agreement = context.agreement_of(proposal.row["agreement_version"])
    desks = {party.duty_desk for party in agreement.parties}
    if desks & {speaks, to_posts[0]}:
        return "duty_desk"
    if proposal.from_post not in desks | {speaks}:
        return "post_not_of_arrangement"
    paired = {frozenset(pair.posts) for pair in agreement.pairs}
    return "" if frozenset({speaks, to_posts[0]}) in paired else "not_counterparts"


def speaker_of(proposal: Act) -> str:
    """Name the post of the proposer that shall speak: the one that proposes, or the one that it proposes for."""
    return proposal.fact.post or proposal.from_post


def shown_words(fact: ArrangeFact, version: int, context: Context) -> str:
    """Give the words of an act, where they may stand: where content has an age they are said in a message."""
    return "" if context.agreement_of(version).content_age_s is not None else fact.words


def _is_of(post: str, party: str) -> bool:
    return post.partition(".")[0] == party


@dataclass(slots=True)
class _Table:
    """What lies on the table while the acts are judged one after another."""

    root: Act
    asked: str
    to_post: str
    context: Context
    effect: str = ""
    state: ArrangeState = ArrangeState.PROPOSED
    settled_by: Act | None = None
    agreed_by: Act | None = None
    agreed_offer: Act | None = None
    speakers: dict[str, str] = field(default_factory=dict)
    offers: list[tuple[Act, tuple[str, str]]] = field(default_factory=list)
    judged: list[tuple[Act, str, bool, ArrangeState]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.effect = judge_proposal(self.root, json.loads(self.root.row["to_posts"]), self.context)
        self.speakers = {self.root.party: speaker_of(self.root), self.asked: self.to_post}
        if not self.effect:
            self.offers.append((self.root, self._speakers()))

    # --- judging ------------------------------------------------------------------------------------------

    def take(self, act: Act) -> None:
        """Judge one more act, and let it have its effect."""
        effect = "no_arrangement" if self.effect else self._judge(act)
        settler = self.settled_by
        is_crossed = effect == "settled" and settler is not None and not act.had_seen(settler, self.context)
        if not effect:
            self._follow(act)
        self.judged.append((act, effect, is_crossed, self.state))

    def _judge(self, act: Act) -> str:
        if act.defect:
            return act.defect
        if act.row["root_leaf"] not in {None, self.root.row["leaf_hash"]}:
            return "another_entry"
        if act.party not in self.speakers:
            return "not_party"
        return self._judge_post(act) or self._judge_turn(act) or self._judge_content(act)

    def _judge_post(self, act: Act) -> str:
        """Its party's post in this arrangement, one that the party has named in it, or its duty desk."""
        if not _is_of(act.from_post, act.party):
            return "foreign_post"
        party = self._agreement(act).party(act.party)
        first = speaker_of(self.root) if act.party == self.root.party else self.to_post
        named = {
            each.fact.post
            for each, effect, _, _ in self.judged
            if not effect and each.party == act.party and _is_of(each.fact.post, act.party)
        }
        return "" if act.from_post in {first, party.duty_desk} | named else "post_not_of_arrangement"

    def _judge_turn(self, act: Act) -> str:
        event = event_of(act.kind, by_proposer=act.party == self.root.party)
        if event is not None and (self.state, event) in TRANSITIONS:
            return ""
        if self.state not in OPEN:
            return "settled"
        return "nothing_to_refuse" if act.kind == Kind.ARRANGE_REFUSED else "nothing_to_withdraw"

    def _judge_content(self, act: Act) -> str:
        if act.kind == Kind.ARRANGE_AGREED:
            return self._judge_agreed(act)
        if not act.fact.post:
            return ""
        if act.fact.post not in {post.id for post in self._agreement(act).posts}:
            return "no_such_post"
        party = act.fact.post.partition(".")[0]
        if act.kind == Kind.ARRANGE_DELEGATED:
            return "" if party == act.party else "foreign_delegate"
        return "" if party in self.speakers else "foreign_delegate"

    def _judge_agreed(self, act: Act) -> str:
        """Insist on the offer of the other side that its author took for the one that stands."""
        theirs = [each for each, _ in self.offers if each.party != act.party]
        offer = next((each for each in theirs if each.id == act.offer), None)
        if offer is None or act.row["offer_leaf"] not in {None, offer.row["leaf_hash"]}:
            return "no_such_offer"
        if any(each.id > offer.id and act.had_seen(each, self.context) for each in theirs):
            return "replaced_offer"
        return "" if (act.fact.window or 0) < len(offer.fact.windows) else "no_such_window"

    def _agreement(self, act: Act) -> Agreement:
        return self.context.agreement_of(act.row["agreement_version"])

    # --- following ----------------------------------------------------------------------------------------

    def _follow(self, act: Act) -> None:
        event = event_of(act.kind, by_proposer=act.party == self.root.party)
        assert event is not None
        self.state = TRANSITIONS[self.state, event]
        match act.kind:
            case Kind.ARRANGE_COUNTERED:
                self.offers.append((act, self._speakers(act.fact.post)))
            case Kind.ARRANGE_AGREED:
                self._agree(act)
            case Kind.ARRANGE_DELEGATED:
                self._delegate(act)
        if self.state not in OPEN and act.kind != Kind.ARRANGE_DELEGATED:
            self.settled_by = act

    def _agree(self, act: Act) -> None:
        self.agreed_by = act
        self.agreed_offer, speakers = next(each for each in self.offers if each[0].id == act.offer)
        proposers, askeds = speakers
        self.speakers |= {self.root.party: proposers, self.asked: askeds}

    def _delegate(self, act: Act) -> None:
        """Whoever is named speaks, by each offer that lies there too."""
        self.speakers[act.party] = act.fact.post
        place = 0 if act.party == self.root.party else 1
        self.offers = [
            (offer, (act.fact.post, speakers[1]) if place == 0 else (speakers[0], act.fact.post))
            for offer, speakers in self.offers
        ]

    def _speakers(self, named: str = "") -> tuple[str, str]:
        speakers = self.speakers | ({named.partition(".")[0]: named} if named else {})
        return speakers[self.root.party], speakers[self.asked]

    # --- reading ------------------------------------------------------------------------------------------

    def view(self) -> ArrangementView:
        """Give it as it is read."""
        row, fact = self.root.row, self.root.fact
        return ArrangementView(
            id=self.root.id,
            number=self._number(self.root.id),
            ours=bool(row["ours"]),
            proposer=self.root.party,
            asked=self.asked,
            effect=self.effect,
            state=self.state,
            from_post=speaker_of(self.root),
            to_post=self.to_post,
            by_post=self.root.from_post,
            speakers=self._speakers(),
            media=fact.media if fact.media is not None else Media.TEXT,
            languages=fact.languages,
            interpreter=fact.interpreter,
            words=shown_words(fact, row["agreement_version"], self.context),
            officer=fact.officer,
            written_ms=row["written_ms"],
            arrived_ms=row["arrived_ms"],
            offers=tuple(self._offer(*each) for each in self.offers),
            agreed=self._agreed(),
            steps=tuple(self._step(*each) for each in self.judged),
        )

    def _agreed(self) -> AgreedCall | None:
        if self.agreed_by is None or self.agreed_offer is None:
            return None
        return AgreedCall(
            window=self._window(self.agreed_by),
            speakers=self._speakers(),
            number=self._number(self.agreed_by.id),
            party=self.agreed_by.party,
            arrived_ms=self.agreed_by.row["arrived_ms"],
        )

    def _window(self, act: Act) -> Window:
        offer = next((each for each, _ in self.offers if each.id == act.offer), None)
        number = act.fact.window or 0
        windows = () if offer is None else offer.fact.windows
        return windows[number] if number < len(windows) else _NO_WINDOW

    def _offer(self, act: Act, speakers: tuple[str, str]) -> OfferView:
        due_ms = act.row["arrived_ms"] + self._within_s(act) * 1_000
        stop = self._stop(act)
        stopped_ms = None if stop is None else max(stop.row["arrived_ms"], act.row["arrived_ms"])
        seen_ms = self.context.now.utc_ms if stopped_ms is None else stopped_ms
        is_newest = not any(each.party == act.party and each.id > act.id for each, _ in self.offers)
        return OfferView(
            id=act.id,
            number=self._number(act.id),
            party=act.party,
            ours=bool(act.row["ours"]),
            post=act.from_post,
            officer=act.fact.officer,
            windows=act.fact.windows,
            speakers=speakers,
            words=self._words(act),
            written_ms=act.row["written_ms"],
            arrived_ms=act.row["arrived_ms"],
            stands=is_newest and self.state in OPEN,
            due_ms=due_ms,
            stopped_ms=stopped_ms,
            answered=stop is not None and stop.party != act.party,
            left_ms=due_ms - seen_ms,
            stopped_by=None if stop is None else stop.id,
        )

    def _within_s(self, act: Act) -> int:
        """Give the answer time: as agreed, or the shorter one that was asked."""
        agreed = self._agreement(act).calls.arrange_answer_s
        return agreed if act.fact.within_s is None else min(agreed, act.fact.within_s)

    def _stop(self, offer: Act) -> Act | None:
        """Find what stops the clock of an offer: an answer whose author had seen it, or its author's later word."""
        for act, effect, _, _ in self.judged:
            is_answer = (
                act.party != offer.party and act.kind in _ANSWERS and act.had_seen(offer, self.context)
            )
            is_later = act.party == offer.party and act.id > offer.id and act.kind != Kind.ARRANGE_DELEGATED
            if not effect and (is_answer or is_later):
                return act
        return self.settled_by if self.state not in OPEN else None

    def _step(self, act: Act, effect: str, crossed: bool, state: ArrangeState) -> ArrangeStep:
        is_offer = act.kind in OFFERS
        agreed = (self._window(act),) if act.kind == Kind.ARRANGE_AGREED and not act.defect else ()
        return ArrangeStep(
            id=act.id,
            number=self._number(act.id),
            kind=act.kind,
            party=act.party,
            ours=bool(act.row["ours"]),
            post=act.from_post,
            officer=act.fact.officer,
            words=self._words(act),
            windows=act.fact.windows if is_offer else tuple(each for each in agreed if each != _NO_WINDOW),
            reason=act.fact.reason,
            named_post=act.fact.post,
            written_ms=act.row["written_ms"],
            arrived_ms=act.row["arrived_ms"],
            effect=effect,
            crossed=crossed,
            state=state,
        )

    def _words(self, act: Act) -> str:
        return shown_words(act.fact, act.row["agreement_version"], self.context)

    def _number(self, entry: MessageId) -> str:
        return format_number(entry, self.context.parties)


def insist_arrangement(rows: Sequence[Row], arrangement: MessageId, context: Context) -> Row:
    """Give the row of a proposal. Raises: UsageError: `services.arranged.unknown_arrangement`."""
    if not rows:
        raise UsageError(
            f"there is no proposed call {format_number(arrangement, context.parties)} on the record",
            code="services.arranged.unknown_arrangement",
            hint="`coupefeu arrange list` gives their numbers.",
        )
    return rows[0]
