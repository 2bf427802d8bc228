"""When each rule fires: every mark gives the span of instants in which it lets a rule fire.

The one place that knows the rules' meaning: `judging` looks which spans hold at an instant, `history` sweeps over all.
An event is superseded by the next of its key; what was opened ends when it is closed. By the signed times a mark counts
from `counted - skew` on, as known here from its arrival on.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import Final, NamedTuple

from coupefeu.model.agreement import Agreement
from coupefeu.model.firebreak import ATTEMPTS, LINE_STATES, UNKNOWN_RULE, FirebreakTerms, Level, Rule, Watched
from coupefeu.model.messages import MessageId
from coupefeu.model.topics import Topic
from coupefeu.services.firebreak.marks import REFUSED, UNANSWERED, Mark, Proof, Role
from coupefeu.services.firebreak.rows import pair_key

_VALUES: Final[Mapping[Watched, frozenset[str]]] = {
    Watched.REFUSED: REFUSED,
    Watched.UNANSWERED: UNANSWERED,
    Watched.LINE_DEGRADED: frozenset({"degraded"}),
    Watched.LINE_SUSPENDED: frozenset({"suspended", "closed"}),
    Watched.WITNESS: frozenset({"unseen"}),
}
_NEVER: Final = 1 << 62
Order = tuple[int, MessageId]
_FIRST: Final[Order] = (0, (0, 0))


class Firing(NamedTuple):
    """From `from_ms` until before `until_ms` a mark, or the absence of any, lets a rule fire.

    `rule`: None where nothing is new enough to say anything. `proof`: what it is counted from, None where nothing ever
    came; `subject`: those of one count together.
    """

    rule: Rule | None
    proof: Proof | None
    subject: str
    party: str
    from_ms: int
    until_ms: int
    mark: Mark | None = None

    @property
    def rule_id(self) -> str:
        """The name of the rule."""
        return UNKNOWN_RULE if self.rule is None else self.rule.id

    @property
    def level(self) -> Level:
        """What it raises the level to."""
        return Level.UNKNOWN if self.rule is None else self.rule.level

    @property
    def topic(self) -> Topic:
        """What the rule watches."""
        return Topic.HEARD if self.rule is None else self.rule.watches.topic

    @property
    def least(self) -> int:
        """So many units of one subject let the rule fire."""
        return 1 if self.rule is None else self.rule.count

    @property
    def unit(self) -> Hashable:
        """What a rule counts: an attempt, or a message however many of its steps are awaited."""
        if self.mark is not None and self.mark.role is Role.OPENED:
            return self.mark.key
        return None if self.proof is None else self.proof.entry

    @property
    def proofs(self) -> tuple[Proof, ...]:
        """The entries that prove it, the last one is the one whose time counts."""
        if self.mark is not None:
            return self.mark.proofs
        return () if self.proof is None else (self.proof,)

    @property
    def is_absence(self) -> bool:
        """Whether its entries are the last before a silence."""
        return self.mark is None or self.mark.topic is Topic.CONTACT


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
        if not self.known:
            return proofs[-1].counted_ms - self.skew_ms
        return max([each.arrived_ms for each in proofs])

    def order_of(self, proof: Proof) -> Order:
        """Order the events of one key: by the time that counts, then by their place on the record."""
        return self.time_of(proof), proof.entry

    def order_of_firing(self, firing: Firing) -> Order:
        """Order what counts together: what nothing ever proved comes first."""
        return _FIRST if firing.proof is None else self.order_of(firing.proof)


class Silence(NamedTuple):
    """What an event, or the beginning of a log, is the last of: until before `until_ms`, when a newer one counts."""

    proof: Proof
    counts_from_ms: int
    at_ms: int
    until_ms: int
    mark: Mark | None

    def from_ms(self, beyond_ms: int) -> int:
        """Give the first instant at which it has lasted for so long."""
        return max(self.counts_from_ms, self.at_ms + beyond_ms)


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

    def silences(self, key: str, begun: Proof | None) -> list[Silence]:
        """Give what each event of a key is the last of, and first the beginning, if any."""
        clock = self._clock
        found = []
        if begun is not None:
            counts_from_ms = clock.counts_from(begun)
            found.append(Silence(begun, counts_from_ms, clock.time_of(begun), self.first_ms(key), None))
        for mark, end_ms in self.of(key):
            counts_from_ms = clock.counts_from(*mark.proofs)
            found.append(Silence(mark.counted, counts_from_ms, clock.time_of(mark.counted), end_ms, mark))
        return found

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
        each
        for each in chain.from_iterable(found)
        if each.from_ms < each.until_ms and (at_ms is None or each.from_ms <= at_ms < each.until_ms)
    ]


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
        self._pairs = [
            (pair.posts, pair.contact_every_s, self._silences_of(pair_key(*pair.posts)))
            for pair in agreement.pairs
            if pair.contact_every_s is not None
        ]
        self._attempts = [
            (
                mark,
                clock.counts_from(*mark.proofs),
                self._contacts.after(mark.key, clock.order_of(mark.counted)),
            )
            for mark in by_topic.get(Topic.ATTEMPT, ())
        ]

    def unknown(self, terms: FirebreakTerms) -> Iterator[Firing]:
        """Give the instants at which nothing of a party is new enough; before its first entry nothing is."""
        heard = Events(self._by_topic.get(Topic.HEARD, ()), self._clock)
        for party in self._agreement.party_ids:
            yield Firing(None, None, party, party, -_NEVER, self._first_of(heard, party))
            for each in heard.silences(party, self._begun_of(party)):
                start = each.from_ms(terms.unknown_after_s * 1_000 + 1)
                yield Firing(None, each.proof, party, party, start, each.until_ms)

    def _first_of(self, heard: Events, party: str) -> int:
        begun = self._begun.get(party)
        return min(heard.first_ms(party), _NEVER if begun is None else self._clock.counts_from(begun))

    def find(self, rule: Rule) -> Iterator[Firing]:
        """Give the spans of one rule."""
        if rule.watches is Watched.CONTACT:
            return self._contact(rule)
        if rule.watches in ATTEMPTS:
            return self._attempted(rule)
        if rule.watches is Watched.WATCH:
            return self._watch(rule)
        if rule.watches in LINE_STATES | {Watched.WITNESS}:
            return self._states(rule)
        return self._opened(rule)

    def _contact(self, rule: Rule) -> Iterator[Firing]:
        """Find pairs without direct contact for longer than agreed, since the last one or since the line began."""
        for posts, every_s, silences in self._pairs:
            if rule.concerns(*posts):
                beyond_ms, key = (every_s + rule.after_s) * 1_000, pair_key(*posts)
                for each in silences:
                    yield Firing(rule, each.proof, key, "", each.from_ms(beyond_ms), each.until_ms, each.mark)

    def _silences_of(self, key: str) -> list[Silence]:
        return self._contacts.silences(
            key, self._begun_of(*(post.partition(".")[0] for post in key.split("/")))
        )

    def _watch(self, rule: Rule) -> Iterator[Firing]:
        """Find duty desks that were left, or never taken, for longer than the agreed grace."""
        watches = Events(self._by_topic.get(Topic.WATCH, ()), self._clock)
        beyond_ms = (self._agreement.watch_grace_s + rule.after_s) * 1_000
        for party in self._agreement.parties:
            desk = party.duty_desk
            if rule.concerns(desk):
                for each in watches.silences(desk, self._begun_of(party.id)):
                    if each.mark is None or each.mark.value == "left":
                        start = each.from_ms(beyond_ms)
                        yield Firing(rule, each.proof, desk, party.id, start, each.until_ms, each.mark)

    def _states(self, rule: Rule) -> Iterator[Firing]:
        """Find the newest state of each key that has begun."""
        marks = self._by_topic.get(rule.watches.topic, ())
        states = Events(marks, self._clock)
        for key in sorted({mark.key for mark in marks}):
            for mark, end in states.of(key):
                if mark.value in _VALUES[rule.watches]:
                    begins = max(self._clock.time_of(mark.counted), mark.due_ms or -_NEVER)
                    start = max(states.begins(mark), begins + rule.after_s * 1_000)
                    yield Firing(rule, mark.counted, key, mark.party, start, end, mark)

    def _attempted(self, rule: Rule) -> Iterator[Firing]:
        """Find the attempts of a pair since its last contact; those of both sides count together."""
        values = _VALUES[rule.watches]
        for mark, start, contact_ms in self._attempts:
            if mark.value in values and (not rule.posts or rule.concerns(*mark.key.split("/"))):
                end = contact_ms
                if rule.within_s is not None:
                    end = min(end, self._clock.time_of(mark.counted) + rule.within_s * 1_000 + 1)
                yield Firing(rule, mark.counted, mark.key, mark.party, start, end, mark)

    def _opened(self, rule: Rule) -> Iterator[Firing]:
        """Find what was opened, is late, and not closed; where a rule counts, all that one party owes is one group."""
        for mark in self._by_topic.get(rule.watches.topic, ()):
            if not rule.concerns(mark.post) or not _is_of(rule, mark):
                continue
            due_ms = self._clock.time_of(mark.counted) if mark.due_ms is None else mark.due_ms
            start = max(self._clock.counts_from(*mark.proofs), due_ms + rule.after_s * 1_000)
            end = _NEVER if mark.closed is None else self._clock.counts_from(mark.closed)
            subject = mark.key if rule.count == 1 else mark.party
            yield Firing(rule, mark.counted, subject, mark.party, start, end, mark)

    def _begun_of(self, *parties: str) -> Proof | None:
        """Give the beginning of the log of these that began last: a pair could speak from then on."""
        begun = [self._begun[party] for party in parties if party in self._begun]
        return max(begun, key=self._clock.order_of) if len(begun) == len(parties) else None


def _is_of(rule: Rule, mark: Mark) -> bool:
    return not rule.precedences or mark.precedence in rule.precedences
