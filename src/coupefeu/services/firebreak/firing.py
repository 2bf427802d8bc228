"""When each rule fires: every mark gives the span of instants in which it lets a rule fire.

The one place that knows the rules' meaning: `judging` looks which spans hold at an instant, `history` sweeps over all.
An event is superseded by the next of its key; what was opened ends when it is closed. By the signed times a mark counts
from `counted - skew` on, as known here from its arrival on.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import Final, NamedTuple

from coupefeu.model.agreement import Agreement
from coupefeu.model.firebreak import ATTEMPTS, LINE_STATES, UNKNOWN_RULE, FirebreakTerms, Level, Rule, Watched
from coupefeu.model.messages import MessageId
from coupefeu.model.topics import Topic
from coupefeu.services.firebreak.marks import Mark, Proof, Role

REFUSED: Final = frozenset({"declined", "refused"})
UNANSWERED: Final = frozenset({"no_answer", "not_staffed", "busy", "line_down", "unanswered"})
_VALUES: Final[Mapping[Watched, frozenset[str]]] = {
    Watched.REFUSED: REFUSED,
    Watched.UNANSWERED: UNANSWERED,
    Watched.LINE_DEGRADED: frozenset({"degraded"}),
    Watched.LINE_SUSPENDED: frozenset({"suspended", "closed"}),
    Watched.WITNESS: frozenset({"unseen"}),
}
_NEVER: Final = 1 << 62
Order = tuple[int, MessageId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """From `from_ms` until before `until_ms` one mark lets a rule fire; those of one group count together, by `unit`.

    A unit is what a rule counts: an attempt, or a message however many of its steps are awaited.
    """

    rule: str
    level: Level
    topic: Topic
    group: str
    unit: str
    least: int
    subject: str
    party: str
    from_ms: int
    until_ms: int
    order: Order
    proofs: tuple[Proof, ...]
    is_absence: bool
    mark: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """By which time marks count: the signed one, or, when `known`, that of their arrival here."""

    known: bool
    skew_ms: int

    def time_of(self, proof: Proof) -> int:
        """Give the time that counts."""
        return min(proof.counted_ms, proof.arrived_ms) if self.known else proof.counted_ms

    def counts_from(self, *proofs: Proof) -> int:
        """Give the first instant at which a mark counts: what is known here is known when all that proves it is."""
        return max(each.arrived_ms for each in proofs) if self.known else proofs[-1].counted_ms - self.skew_ms

    def order_of(self, proof: Proof) -> Order:
        """Order the events of one key: by the time that counts, then by their place on the record."""
        return self.time_of(proof), proof.entry


class Events:
    """The events of one topic by their keys, in order, each with the instant at which a newer one takes its place."""

    def __init__(self, marks: Iterable[Mark], clock: Clock) -> None:
        self._clock = clock
        by_key: defaultdict[str, list[Mark]] = defaultdict(list)
        for mark in marks:
            by_key[mark.key].append(mark)
        self._events = {key: sorted(each, key=self._order) for key, each in by_key.items()}
        self._orders = {key: [self._order(event) for event in events] for key, events in self._events.items()}
        self._next = {key: self._superseded(events) for key, events in self._events.items()}

    def of(self, key: str) -> Iterator[tuple[Mark, int]]:
        """Give the events of a key, each with the instant from which a newer one counts."""
        return zip(self._events.get(key, ()), self._next.get(key, [_NEVER])[1:], strict=True)

    def first_ms(self, key: str) -> int:
        """Give the instant from which any event of a key counts."""
        return self._next.get(key, [_NEVER])[0]

    def after(self, key: str, order: Order) -> int:
        """Give the instant from which an event of a key at this place or beyond counts."""
        if key not in self._orders:
            return _NEVER
        return self._next[key][bisect_left(self._orders[key], order)]

    def _order(self, mark: Mark) -> Order:
        return self._clock.order_of(mark.counted)

    def begins(self, mark: Mark) -> int:
        """Give the instant from which an event holds: a line state may begin later than it was declared."""
        return max(self._clock.counts_from(*mark.proofs), mark.due_ms or -_NEVER)

    def _superseded(self, events: Sequence[Mark]) -> list[int]:
        begins = [self.begins(event) for event in reversed(events)]
        return list(accumulate([_NEVER, *begins], min))[::-1]


def find_firings(
    marks: Iterable[Mark],
    begun: Mapping[str, Proof],
    agreement: Agreement,
    *,
    known: bool,
    at_ms: int | None = None,
) -> list[Firing]:
    """Give the spans of every rule of an agreement, or those that hold at an instant alone.

    `begun`: entry 0 of each party's log.
    """
    clock = Clock(known=known, skew_ms=agreement.skew_s * 1_000)
    by_topic: defaultdict[Topic, list[Mark]] = defaultdict(list)
    for mark in marks:
        by_topic[mark.topic].append(mark)
    finder = _Finder(by_topic, begun, agreement, clock)
    found = (finder.unknown(agreement.firebreak), *map(finder.find, agreement.firebreak.rules))
    return [
        _firing(each, clock)
        for each in chain.from_iterable(found)
        if each.start < each.end and (at_ms is None or each.start <= at_ms < each.end)
    ]


class _Span(NamedTuple):
    """From `start` until before `end` a mark, or the absence of any, lets a rule fire; None: too old to say."""

    rule: Rule | None
    proof: Proof | None
    subject: str
    party: str
    start: int
    end: int
    mark: Mark | None = None


class _Finder:
    def __init__(
        self,
        by_topic: Mapping[Topic, list[Mark]],
        begun: Mapping[str, Proof],
        agreement: Agreement,
        clock: Clock,
    ) -> None:
        self._by_topic = by_topic
        self._begun = begun
        self._agreement = agreement
        self._clock = clock
        self._contacts = Events(by_topic.get(Topic.CONTACT, ()), clock)

    def unknown(self, terms: FirebreakTerms) -> Iterator[_Span]:
        """Give the instants at which nothing of a party is new enough; before its first entry nothing is."""
        heard = Events(self._by_topic.get(Topic.HEARD, ()), self._clock)
        for party in self._agreement.party_ids:
            silence = self._silence(heard, party, self._begun_of(party), terms.unknown_after_s * 1_000 + 1)
            yield _Span(None, None, party, party, -_NEVER, self._first_of(heard, party))
            for proof, start, end, _ in silence:
                yield _Span(None, proof, party, party, start, end)

    def _first_of(self, heard: Events, party: str) -> int:
        begun = self._begun.get(party)
        return min(heard.first_ms(party), _NEVER if begun is None else self._clock.counts_from(begun))

    def find(self, rule: Rule) -> Iterator[_Span]:
        """Give the spans of one rule."""
        if rule.watches is Watched.CONTACT:
            return self._contact(rule)
        if rule.watches in ATTEMPTS:
            return self._attempts(rule)
        if rule.watches is Watched.WATCH:
            return self._watch(rule)
        if rule.watches in LINE_STATES | {Watched.WITNESS}:
            return self._states(rule)
        return self._opened(rule)

    def _contact(self, rule: Rule) -> Iterator[_Span]:
        """Find pairs without direct contact for longer than agreed, since the last one or since the line began."""
        for pair in self._agreement.pairs:
            key = "/".join(sorted(pair.posts))
            if pair.contact_every_s is None or not rule.concerns(*pair.posts):
                continue
            beyond_ms = (pair.contact_every_s + rule.after_s) * 1_000
            begun = self._begun_of(*(post.partition(".")[0] for post in pair.posts))
            for proof, start, end, mark in self._silence(self._contacts, key, begun, beyond_ms):
                yield _Span(rule, proof, key, "", start, end, mark)

    def _watch(self, rule: Rule) -> Iterator[_Span]:
        """Find duty desks that were left, or never taken, for longer than the agreed grace."""
        watches = Events(self._by_topic.get(Topic.WATCH, ()), self._clock)
        beyond_ms = (self._agreement.watch_grace_s + rule.after_s) * 1_000
        for party in self._agreement.parties:
            desk = party.duty_desk
            if rule.concerns(desk):
                silence = self._silence(watches, desk, self._begun_of(party.id), beyond_ms)
                for proof, start, end, mark in silence:
                    if mark is None or mark.value == "left":
                        yield _Span(rule, proof, desk, party.id, start, end, mark)

    def _states(self, rule: Rule) -> Iterator[_Span]:
        """Find the newest state of each key that has begun."""
        marks = self._by_topic.get(rule.watches.topic, ())
        states = Events(marks, self._clock)
        for key in sorted({mark.key for mark in marks}):
            for mark, end in states.of(key):
                if mark.value in _VALUES[rule.watches]:
                    begins = max(self._clock.time_of(mark.counted), mark.due_ms or -_NEVER)
                    start = max(states.begins(mark), begins + rule.after_s * 1_000)
                    yield _Span(rule, mark.counted, key, mark.party, start, end, mark)

    def _attempts(self, rule: Rule) -> Iterator[_Span]:
        """Find the attempts of a pair since its last contact; those of both sides count together."""
        for mark in self._by_topic.get(Topic.ATTEMPT, ()):
            if mark.value in _VALUES[rule.watches] and rule.concerns(*mark.key.split("/")):
                end = self._contacts.after(mark.key, self._clock.order_of(mark.counted))
                if rule.within_s is not None:
                    end = min(end, self._clock.time_of(mark.counted) + rule.within_s * 1_000 + 1)
                start = self._clock.counts_from(*mark.proofs)
                yield _Span(rule, mark.counted, mark.key, mark.party, start, end, mark)

    def _opened(self, rule: Rule) -> Iterator[_Span]:
        """Find what was opened, is late, and not closed; where a rule counts, all that one party owes is one group."""
        for mark in self._by_topic.get(rule.watches.topic, ()):
            if not rule.concerns(mark.post) or not _is_of(rule, mark):
                continue
            due_ms = self._clock.time_of(mark.counted) if mark.due_ms is None else mark.due_ms
            start = max(self._clock.counts_from(*mark.proofs), due_ms + rule.after_s * 1_000)
            end = _NEVER if mark.closed is None else self._clock.counts_from(mark.closed)
            subject = mark.key if rule.count == 1 else mark.party
            yield _Span(rule, mark.counted, subject, mark.party, start, end, mark)

    def _silence(
        self, events: Events, key: str, begun: Proof | None, beyond_ms: int
    ) -> Iterator[tuple[Proof, int, int, Mark | None]]:
        """Give what each event of a key is the last of: proof, from `beyond_ms` after it, until a newer one counts."""
        if begun is not None:
            start = max(self._clock.counts_from(begun), self._clock.time_of(begun) + beyond_ms)
            yield begun, start, events.first_ms(key), None
        for mark, end in events.of(key):
            start = max(self._clock.counts_from(*mark.proofs), self._clock.time_of(mark.counted) + beyond_ms)
            yield mark.counted, start, end, mark

    def _begun_of(self, *parties: str) -> Proof | None:
        """Give the beginning of the log of these that began last: a pair could speak from then on."""
        begun = [self._begun[party] for party in parties if party in self._begun]
        return max(begun, key=self._clock.order_of) if len(begun) == len(parties) else None


def _firing(span: _Span, clock: Clock) -> Firing:
    rule, proof, mark = span.rule, span.proof, span.mark
    proofs = () if proof is None else (proof,)
    return Firing(
        rule=UNKNOWN_RULE if rule is None else rule.id,
        level=Level.UNKNOWN if rule is None else rule.level,
        topic=Topic.HEARD if rule is None else rule.watches.topic,
        group=span.subject,
        unit=_unit(span),
        least=1 if rule is None else rule.count,
        subject=span.subject,
        party=span.party,
        from_ms=span.start,
        until_ms=span.end,
        order=(0, (0, 0)) if proof is None else clock.order_of(proof),
        proofs=proofs if mark is None else mark.proofs,
        is_absence=mark is None or mark.topic is Topic.CONTACT,
        mark=mark,
    )


def _unit(span: _Span) -> str:
    if span.mark is not None and span.mark.role is Role.OPENED:
        return span.mark.key
    return "" if span.proof is None else str(span.proof.entry)


def _is_of(rule: Rule, mark: Mark) -> bool:
    return not rule.precedences or mark.precedence in rule.precedences
