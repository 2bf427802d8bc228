"""What next: of each reason the acts that the agreement offers to our side. The machine does none of them.

What we owe we can do; what the other side owes we can ask for, by the next rung of its ladder, by a proposed time, in
writing, and through the mediator whom the agreement names.
"""

from collections.abc import Sequence
from typing import Final

from coupefeu.model.agreement import Agreement
from coupefeu.model.firebreak import Level
from coupefeu.model.messages import MessageId
from coupefeu.model.topics import Topic
from coupefeu.services.firebreak.firing import Firing
from coupefeu.services.firebreak.judged import NextAct, What

_OURS: Final = {
    Topic.ACKNOWLEDGEMENT: What.READ,
    Topic.OUTCOME: What.READ,
    Topic.REPLY: What.REPLY,
    Topic.LINE_TEST: What.READ,
    Topic.ARRANGED: What.ASK_TIME,
    Topic.NOTICE_ANSWER: What.ANSWER_NOTICE,
    Topic.QUERY: What.ANSWER_QUERY,
    Topic.UNITS: What.REACH,
    Topic.INCIDENT: What.READ,
}
"""What our side does about what it owes itself."""
MAX_OWED: Final = 4
"""Of what counts together, the oldest that are offered one by one."""
_OF_BOTH: Final = frozenset({Topic.CONTACT, Topic.ATTEMPT, Topic.CONFLICT})
_OF_PAIRS: Final = frozenset({Topic.CONTACT, Topic.ATTEMPT})
_OF_NO_ENTRY: Final = frozenset({Topic.CONTACT, Topic.HEARD})
_SPOKEN: Final = frozenset({Topic.CONTACT, Topic.ATTEMPT, Topic.ARRANGED, Topic.REPLY, Topic.QUERY})
"""Here a time for a call may be proposed."""


class Offers:
    """What an agreement offers to one side, `us`."""

    def __init__(self, agreement: Agreement, us: str) -> None:
        self.agreement = agreement
        self._us = us
        self._party_of = {post.id: post.id.partition(".")[0] for post in agreement.posts}
        self._ladders = {ladder.post: ladder.rungs[0].posts for ladder in agreement.ladders}

    def acts(self, group: Sequence[Firing]) -> tuple[NextAct, ...]:
        """Give the acts for one reason, each once, the nearest first; `group`: what fires together."""
        first = group[0]
        is_ours = first.party == self._us and first.topic not in _OF_BOTH
        acts = _ours(group) if is_ours else self._theirs(first)
        if first.topic is Topic.CONFLICT and first.mark is not None:
            acts = [NextAct(What.SETTLE, entry=_about(first)), *acts]
        mediator = self.agreement.firebreak.mediator
        if mediator and first.level in {Level.BROKEN, Level.UNKNOWN}:
            acts.append(NextAct(What.MEDIATOR, text=mediator))
        return tuple(dict.fromkeys(acts))

    def _theirs(self, first: Firing) -> list[NextAct]:
        """Give how we can ask for what the other side owes, or what is of both."""
        topic = first.topic
        entry = _about(first) if topic not in _OF_NO_ENTRY else None
        acts: list[NextAct] = []
        for post in self._addressed(first):
            posts = (post,)
            acts.append(NextAct(What.RING, posts))
            if post in self._ladders:
                acts.append(NextAct(What.RING_NEXT, self._ladders[post]))
            if topic in _SPOKEN:
                acts.append(NextAct(What.ASK_TIME, posts))
            acts.append(NextAct(What.WRITE, posts, entry))
        return acts

    def _addressed(self, firing: Firing) -> list[str]:
        """Give the posts of others that it is about: of a pair of ours the other one; else the post, or the desk."""
        if firing.topic in _OF_PAIRS:
            posts = firing.subject.split("/")
            others = [post for post in posts if self._party_of.get(post) != self._us]
            return others if len(others) < len(posts) else []
        named = firing.mark.post if firing.mark is not None else ""
        if self._party_of.get(named, self._us) != self._us:
            return [named]
        others = [party for party in self.agreement.party_ids if party != self._us]
        parties = [firing.party] if firing.party in others else others
        return [self.agreement.party(party).duty_desk for party in parties]


def _ours(group: Sequence[Firing]) -> list[NextAct]:
    """Give what we can do about what we owe, the oldest first."""
    first = group[0]
    if first.topic is Topic.WATCH:
        return [NextAct(what=What.TAKE_WATCH, posts=(first.subject,))]
    if first.topic is Topic.LINE_STATE:
        return [NextAct(what=What.SET_LINE_STATE, entry=_about(first))]
    if first.topic in _OURS:
        owed = [each for each in group[:MAX_OWED] if each.mark is not None]
        return [NextAct(what=_OURS[first.topic], posts=_posts(each), entry=_about(each)) for each in owed]
    return []


def _posts(firing: Firing) -> tuple[str, ...]:
    return (firing.mark.post,) if firing.mark is not None and firing.mark.post else ()


def _about(firing: Firing) -> MessageId | None:
    """Give the entry that it is about: of what was opened the first, which opened it."""
    return firing.proofs[0].entry if firing.proofs else None
