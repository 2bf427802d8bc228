"""What others say of a notice, and its author of that: each entry judged against the versions that have effect."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.model.notices import TO_REQUESTS, Answer
from coupefeu.services.base import Context
from coupefeu.services.notices.acts import Act
from coupefeu.services.notices.forms import asks_for_answer
from coupefeu.services.notices.standing import Standing, names_root
from coupefeu.services.notices.tables import ERASED


@dataclass(slots=True)
class Answering:
    """`judged`: why an entry has no effect, by entry; `counters`: the first answer to each counter-proposal.

    `follows`: by version, the counter-proposal that it took over.
    """

    judged: dict[MessageId, str] = field(default_factory=dict)
    acts: list[Act] = field(default_factory=list)
    counters: dict[MessageId, Act] = field(default_factory=dict)
    follows: dict[MessageId, MessageId] = field(default_factory=dict)

    def of_kind(self, kind: Kind) -> list[Act]:
        """List the entries of a kind, each log's in its own order."""
        return [each for each in self.acts if each.kind == kind]

    def counts(self, act: Act) -> bool:
        """Whether an entry has effect; that of an erased one is what its head says."""
        return self.judged[act.id] in {"", ERASED}


def judge_answers(standing: Standing, addressed: tuple[str, ...], context: Context) -> Answering:
    """Judge every entry about a notice that is none of its versions and does not close it."""
    found = Answering(acts=list(standing.others))
    proposed = {each.id: each for each in standing.others if each.kind == Kind.NOTICE_ANSWERED}
    for act in standing.others:
        if act.kind != Kind.COUNTER_ANSWERED:
            found.judged[act.id] = _judge(act, standing, addressed, context)
    for act in standing.others:
        if act.kind == Kind.COUNTER_ANSWERED:
            found.judged[act.id] = _judge_counter(act, standing, proposed, found)
            if found.counts(act):
                found.counters[act.about] = act
    accepted = {act.id: counter for counter, act in found.counters.items() if act.said.is_accepted}
    found.follows = {
        version.id: accepted[each]
        for version in standing.versions
        for each in version.named
        if each in accepted
    }
    return found


def _judge(act: Act, standing: Standing, addressed: tuple[str, ...], context: Context) -> str:
    if act.effect and act.effect != ERASED:
        return act.effect
    if act.kind == Kind.CONFLICT_SETTLED:
        return _judge_settlement(act, standing, context)
    version = next((each for each in standing.versions if each.id == act.about), None)
    checks = {
        "own_notice": act.party == standing.root.party,
        "not_addressed": act.party not in addressed,
        "no_such_version": version is None,
        "not_asked": act.said.answer in TO_REQUESTS and version is not None and not _asks(version),
    }
    reason = _judge_place(act, standing) or next((name for name, found in checks.items() if found), "")
    return reason or act.effect


def _asks(version: Act) -> bool:
    """Whether a version asks for an answer; of an erased one nobody can say that it did not."""
    return version.notice is None or asks_for_answer(version.notice)


def _judge_place(act: Act, standing: Standing) -> str:
    if not names_root(act, standing.root):
        return "another_entry"
    return "no_notice" if standing.effect else ""


def _judge_counter(act: Act, standing: Standing, proposed: Mapping[MessageId, Act], found: Answering) -> str:
    if act.effect and act.effect != ERASED:
        return act.effect
    reason = _judge_place(act, standing)
    if reason:
        return reason
    if act.party != standing.root.party:
        return "not_author"
    counter = proposed.get(act.about)
    if counter is None or not found.counts(counter) or not _is_counter(counter):
        return "no_such_counter"
    return "counter_settled" if act.about in found.counters else act.effect


def _is_counter(act: Act) -> bool:
    """Whether it proposed other volumes; of an erased answer its author's word is taken."""
    return act.effect == ERASED or act.said.answer is Answer.COUNTER_PROPOSAL


def _judge_settlement(act: Act, standing: Standing, context: Context) -> str:
    """Insist on two notices of two parties, the one of who speaks first."""
    if standing.effect:
        return "no_notice"
    if act.root == standing.root.id and not names_root(act, standing.root):
        return "another_entry"
    first, second = context.party_of(act.root[0]), context.party_of(act.other[0])
    return act.effect if second and first == act.party and second != act.party else "no_such_conflict"
