"""The last direct contact of each pair of posts at an instant, by the same marks that the level is judged by."""

from collections import Counter

from coupefeu.model.calls import Outcome
from coupefeu.model.logs import position_of
from coupefeu.model.messages import format_number
from coupefeu.model.topics import Topic
from coupefeu.node.desk import Desk
from coupefeu.node.presence import Contact, ContactWay, PairView, our_pairs
from coupefeu.services.base import Context
from coupefeu.services.firebreak.gathering import gather
from coupefeu.services.firebreak.judging import agreement_at
from coupefeu.services.firebreak.marks import Asked, Mark
from coupefeu.services.firebreak.rows import pair_key


def pairs_then(desk: Desk, asked: Asked) -> tuple[PairView, ...]:
    """Give every pair of ours as it stood then: by signed times, or by what had arrived here.

    Of calls of ours since the contact the 64 newest of each outcome are counted.
    """
    context = desk.context()
    marks = gather(desk.select, context, asked).marks
    agreement = agreement_at(context, asked.at_ms)
    pairs = our_pairs(agreement, context.us)
    return tuple(_pair(ours, theirs, marks, asked, context) for ours, theirs in pairs)


def _pair(ours: str, theirs: str, marks: tuple[Mark, ...], asked: Asked, context: Context) -> PairView:
    of_pair = [each for each in marks if each.key == pair_key(ours, theirs)]
    contacts = [each for each in of_pair if each.topic is Topic.CONTACT]
    contacts.sort(key=lambda each: _at_ms(each, asked), reverse=True)
    us = position_of(context.our_log, len(context.parties))
    attempts = Counter(
        each.value
        for each in of_pair
        if each.topic is Topic.ATTEMPT
        and position_of(each.proofs[0].entry[0], len(context.parties)) == us
        and (not contacts or _at_ms(each, asked) > _at_ms(contacts[0], asked))
    )
    return PairView(
        ours=ours,
        theirs=theirs,
        contacts=tuple(
            Contact(
                way=ContactWay(each.value),
                by=each.post,
                at_ms=_at_ms(each, asked),
                entries=tuple(format_number(proof.entry, context.parties) for proof in each.proofs),
            )
            for each in contacts
        ),
        attempts=tuple((Outcome(outcome), count) for outcome, count in sorted(attempts.items())),
        truncated=False,
    )


def _at_ms(mark: Mark, asked: Asked) -> int:
    return min(mark.counted.counted_ms, mark.counted.arrived_ms) if asked.known else mark.counted.counted_ms
