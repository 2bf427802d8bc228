"""The judge: marks, rules and an instant in; the level out, with every reason, its entries and its age by both clocks.

Pure and alike on both sides: given the same entries, level, rules, subjects and entries are the same on every node;
only what is ours (arrivals, acts, sizes) differs.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import Final

from coupefeu.model.agreement import Agreement
from coupefeu.model.firebreak import ATTEMPTS, GRAVITY, Level
from coupefeu.model.messages import MessageId
from coupefeu.model.topics import Topic
from coupefeu.services.base import Context
from coupefeu.services.firebreak.firing import Clock, Firing, find_firings
from coupefeu.services.firebreak.judged import Judged, Reason
from coupefeu.services.firebreak.marks import Asked, Gathered, Proof
from coupefeu.services.firebreak.next_acts import Offers

MAX_REASONS: Final = 512
MAX_ENTRIES: Final = 128
"""Of one reason, the newest: 64 attempts with what became of them."""


def judge(gathered: Gathered, context: Context) -> Judged:
    """Give the level at the instant asked, by the rules that were in force then."""
    asked = gathered.asked
    agreement = agreement_at(context, asked.at_ms)
    clock = Clock(known=asked.known, skew_ms=agreement.skew_s * 1_000)
    begun = {
        party: proof for party, proof in gathered.begun.items() if clock.counts_from(proof) <= asked.at_ms
    }
    groups = group_firings(
        find_firings(gathered.marks, begun, agreement, known=asked.known, at_ms=asked.at_ms), clock
    )
    groups.sort(key=lambda each: _gravest_first(each[0], clock))
    level = groups[0][0].level if groups else Level.HOLDING
    offers = Offers(agreement, context.us)
    return Judged(
        level=level,
        asked=asked,
        as_of_ms=_as_of_ms(gathered, clock, agreement),
        reasons=tuple(_reason(each, gathered, clock, offers) for each in groups[:MAX_REASONS]),
        left_out=max(0, len(groups) - MAX_REASONS),
        beyond=gathered.beyond,
        since_ms=min((_fires_from_ms(each) for each in groups if each[0].level is level), default=None),
        version=agreement.version,
        sizes=gathered.sizes,
        marked=gathered.marked,
    )


def agreement_at(context: Context, at_ms: int) -> Agreement:
    """Give the text whose rules hold at an instant: the newest version that was in force by its own date."""
    versions = sorted((context.agreement, *context.earlier), key=lambda each: each.version)
    due = [each for each in versions if each.in_force_ms <= at_ms]
    return due[-1] if due else versions[0]


def group_firings(firings: Iterable[Firing], clock: Clock) -> list[list[Firing]]:
    """Put together what counts together at one instant; a group of fewer than its rule names is none."""
    groups: defaultdict[tuple[str, str], list[Firing]] = defaultdict(list)
    for each in firings:
        groups[each.rule_id, each.subject].append(each)
    return [
        sorted(each, key=clock.order_of_firing) if len(each) > 1 else each
        for each in groups.values()
        if is_enough(each)
    ]


def is_enough(group: Sequence[Firing]) -> bool:
    """Whether as many are there as the rule names."""
    least = group[0].least
    return len(group) >= least and (least == 1 or len({one.unit for one in group}) >= least)


def entries_of(group: Sequence[Firing], agreement: Agreement) -> tuple[MessageId, ...]:
    """Give the entries that prove a group, the newest last; of a party that never spoke the first of its log."""
    return tuple(_proofs_of(group)) or ((agreement.log_number(group[0].party), 0),)


def _proofs_of(group: Sequence[Firing]) -> dict[MessageId, Proof]:
    """Give what proves a group, the newest last."""
    proofs = {proof.entry: proof for each in group for proof in each.proofs}
    return proofs if len(proofs) <= MAX_ENTRIES else dict(list(proofs.items())[-MAX_ENTRIES:])


def _reason(group: Sequence[Firing], gathered: Gathered, clock: Clock, offers: Offers) -> Reason:
    first, at_ms = group[0], gathered.asked.at_ms
    is_of_one = all(each.party == first.party for each in group)
    proofs = _proofs_of(group)
    began = first.proof
    since_ms = at_ms if began is None else min(clock.time_of(began), at_ms)
    return Reason(
        rule=first.rule_id,
        level=first.level,
        topic=first.topic,
        subject=first.subject,
        party=first.party if is_of_one else "",
        since_ms=since_ms,
        from_ms=_fires_from_ms(group),
        age_ms=at_ms - since_ms,
        age_here_ms=_age_here_ms(began, gathered.asked),
        count=_count(group, gathered),
        entries=tuple(proofs) or ((offers.agreement.log_number(first.party), 0),),
        proofs=tuple(proofs.values()),
        is_absence=first.is_absence,
        values=tuple(dict.fromkeys(each.mark.value for each in group if each.mark and each.mark.value)),
        acts=offers.acts(group),
    )


def _gravest_first(first: Firing, clock: Clock) -> tuple[int, int, str, str]:
    since_ms = clock.time_of(first.proof) if first.proof else 0
    return -GRAVITY.index(first.level), since_ms, first.rule_id, first.subject


def _fires_from_ms(group: Sequence[Firing]) -> int:
    """Give since when as many as the rule names are there."""
    if len(group) == 1:
        return group[0].from_ms
    since: dict[Hashable, int] = {}
    for each in group:
        since[each.unit] = min(each.from_ms, since.get(each.unit, each.from_ms))
    return sorted(since.values())[group[0].least - 1]


def _age_here_ms(began: Proof | None, asked: Asked) -> int:
    return 0 if began is None else max(0, asked.at_ms - began.arrived_ms)


def _count(group: Sequence[Firing], gathered: Gathered) -> int:
    """Count what is there; of attempts also those beyond the newest that were gathered, where no span limits them."""
    rule, units = group[0].rule, len(group) if len(group) == 1 else len({each.unit for each in group})
    if rule is None or rule.watches not in ATTEMPTS or rule.within_s is not None:
        return units
    values = {each.mark.value for each in group if each.mark is not None}
    return max(units, sum(gathered.counts.get((group[0].subject, value), 0) for value in values))


def _as_of_ms(gathered: Gathered, clock: Clock, agreement: Agreement) -> int:
    """Give the instant up to which something of every party is held; never later than asked."""
    newest = dict.fromkeys(agreement.party_ids, 0)
    heard = [mark.counted for mark in gathered.marks if mark.topic is Topic.HEARD]
    parties = [mark.party for mark in gathered.marks if mark.topic is Topic.HEARD]
    for party, proof in [*zip(parties, heard, strict=True), *gathered.begun.items()]:
        if party in newest and clock.counts_from(proof) <= gathered.asked.at_ms:
            newest[party] = max(newest[party], clock.time_of(proof))
    return min(gathered.asked.at_ms, *newest.values())
