"""Marks made by hand, random histories of them, and the level as the specification words it: slowly, rule by rule."""

import random
from dataclasses import replace

from coupefeu.model.agreement import NeutralWitness, Status
from coupefeu.model.firebreak import FirebreakTerms, Level, Rule, Watched
from coupefeu.model.instant import Instant, Moment
from coupefeu.model.languages import Words
from coupefeu.model.precedence import Precedence
from coupefeu.model.topics import Topic
from coupefeu.services.base import Context
from coupefeu.services.firebreak.marks import Asked, Gathered, Mark, Proof, Role
from coupefeu.wire.agreement import parse_terms
from coupefeu.wire.agreement_template import render_template

START_MS = 1_645_660_800_000  # 2022-02-24T00:00:00Z
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
PAIR = "ru.minister/us.secretary"
SENTENCE = Words(en="It fires.", fr="Elle joue.", ru="Правило сработало.")


def rule(watches, level=Level.STRAINED, name="", **fields):
    watched = Watched(watches)
    return Rule(
        id=name or watched.value.replace("_", "-"), watches=watched, level=level, sentence=SENTENCE, **fields
    )


def agreement(*rules, unknown_after_s=26 * 3_600, mediator="", **fields):
    """Give the template's agreement with these rules; none given: the usual ones."""
    text = render_template(
        name="demo", status=Status.EXERCISE, in_force=Instant(0), dictionary_sha256=bytes(32)
    )
    terms = parse_terms(text.encode())
    given = FirebreakTerms(
        rules=rules or terms.firebreak.rules, unknown_after_s=unknown_after_s, mediator=mediator
    )
    witnesses = (NeutralWitness(name="neutral", key="neutral+00000000+BA"),)
    return replace(terms, firebreak=given, witnesses=witnesses, **fields)


def context(agreed, log=0, earlier=()):
    return Context(
        now=Moment(utc_ms=START_MS, mono_ms=0),
        our_log=log,
        parties=agreed.party_ids,
        agreement=agreed,
        agreement_version=agreed.version,
        earlier=earlier,
    )


def proof(at_ms, log=0, index=1, arrived_ms=None):
    arrived_ms = at_ms if arrived_ms is None else arrived_ms
    return Proof(entry=(log, index), counted_ms=at_ms, claimed_ms=at_ms, arrived_ms=arrived_ms)


def mark(topic, at_ms, key="US/14", party="ru", value="", **fields):
    topic = Topic(topic)
    opened = topic not in {
        Topic.HEARD,
        Topic.CONTACT,
        Topic.ATTEMPT,
        Topic.WATCH,
        Topic.LINE_STATE,
        Topic.WITNESS,
    }
    given = {"post": "", "precedence": None, "role": Role.OPENED if opened else Role.EVENT}
    index = fields.pop("index", 1)
    proofs = fields.pop("proofs", (proof(at_ms, index=index),))
    return Mark(topic=topic, key=key, party=party, value=value, proofs=proofs, **(given | fields))


def heard(at_ms, *parties, index=7):
    return tuple(
        mark("heard", at_ms, key=party, party=party, proofs=(proof(at_ms, log=log, index=index),))
        for log, party in enumerate(("us", "ru"))
        if not parties or party in parties
    )


def begun(at_ms=START_MS):
    return {party: proof(at_ms, log=log, index=0) for log, party in enumerate(("us", "ru"))}


def gathered(marks, at_ms, *, known=False, began=None, counts=None):
    return Gathered(
        asked=Asked(at_ms=at_ms, known=known),
        marks=tuple(marks),
        sizes={0: 9, 1: 9},
        begun=begun() if began is None else began,
        counts=counts or {},
    )


WATCHED_RULES = tuple(
    rule(each, level, name=f"{each.value.replace('_', '-')}-{level.value}", **fields)
    for each in Watched
    for level, fields in (
        (Level.STRAINED, {}),
        (
            Level.BROKEN,
            {"count": 3, "within_s": 6 * 3_600}
            if each in {Watched.REFUSED, Watched.UNANSWERED}
            else {"after_s": 9_000}
            if each
            in {
                Watched.CONTACT,
                Watched.WATCH,
                Watched.LINE_DEGRADED,
                Watched.LINE_SUSPENDED,
                Watched.WITNESS,
            }
            else {"count": 2, "after_s": 1_800},
        ),
    )
)
"""Two rules for everything that can be watched."""
VALUES = {
    Topic.ATTEMPT: ("declined", "no_answer", "busy", "deferred"),
    Topic.WATCH: ("taken", "left"),
    Topic.LINE_STATE: ("open", "degraded", "suspended", "closed"),
    Topic.WITNESS: ("heard", "unseen"),
}
KEYS = {
    Topic.HEARD: ("us", "ru"),
    Topic.CONTACT: (PAIR, "ru.duty/us.duty"),
    Topic.ATTEMPT: (PAIR, "ru.duty/us.duty"),
    Topic.WATCH: ("us.duty", "ru.duty"),
    Topic.LINE_STATE: ("us", "ru"),
    Topic.WITNESS: ("neutral/us", "neutral/ru"),
}


def random_marks(seed, most=40, span_ms=6 * DAY_MS):
    """Give a history: marks of every topic, closed or not, that came late, early or out of order."""
    chance = random.Random(seed)
    indexes = [1, 1]

    def proved(at_ms):
        log = chance.randrange(2)
        indexes[log] += 1
        late_ms = chance.choice((0, 0, 400, 90_000, 5 * HOUR_MS, -30_000))
        return proof(at_ms, log=log, index=indexes[log], arrived_ms=at_ms + late_ms)

    marks = []
    for _ in range(chance.randrange(most)):
        at_ms = START_MS + chance.randrange(span_ms) // 60_000 * 60_000
        topic = chance.choice(tuple(Topic))
        key = chance.choice(KEYS.get(topic, ("US/14", "RU/3", "US/5")))
        found = mark(
            topic, at_ms, key=key, value=chance.choice(VALUES.get(topic, ("",))), proofs=(proved(at_ms),)
        )
        party = (
            key.partition(".")[0] if topic in KEYS and topic not in {Topic.CONTACT, Topic.ATTEMPT} else "ru"
        )
        due_ms = closed = None
        if found.role is Role.OPENED:
            due_ms = at_ms + chance.choice((0, HOUR_MS, DAY_MS))
            closed = chance.choice((None, proved(at_ms + chance.randrange(2 * DAY_MS))))
        if topic is Topic.LINE_STATE:
            due_ms = at_ms + chance.choice((0, 0, 3 * HOUR_MS))
        marks.append(
            found._replace(
                party=chance.choice(("us", "ru")) if found.role is Role.OPENED else party,
                precedence=chance.choice(tuple(Precedence)),
                due_ms=due_ms,
                closed=closed,
            )
        )
    for day in range(span_ms // DAY_MS):
        for party in ("us", "ru"):
            if chance.random() < 0.8:
                marks += heard(START_MS + day * DAY_MS + chance.randrange(DAY_MS), party, index=500 + day)
    return marks


class SlowJudge:
    """Says at one instant which rules fire, by asking each of every subject, and nothing cleverer."""

    def __init__(self, marks, began, agreed, at_ms, *, known=False):
        self.agreed, self.at_ms, self.known = agreed, at_ms, known
        self.seen = [each for each in marks if self.counts(each.counted)]
        self.started = {party: each for party, each in began.items() if self.counts(each)}

    def judge(self):
        rules = {one.id: one.level for one in self.agreed.firebreak.rules if self.fires(one)}
        for party in ("us", "ru"):
            silence = self.silent_ms(Topic.HEARD, party, party)
            if silence is None or silence > self.agreed.firebreak.unknown_after_s * 1_000:
                rules["unknown"] = Level.UNKNOWN
        levels = (Level.HOLDING, Level.STRAINED, Level.BROKEN, Level.UNKNOWN)
        return max(rules.values(), key=levels.index, default=Level.HOLDING), tuple(sorted(rules))

    def counts(self, proved):
        skew_ms = self.agreed.skew_s * 1_000
        return proved.arrived_ms <= self.at_ms if self.known else proved.counted_ms <= self.at_ms + skew_ms

    def time(self, proved):
        return min(proved.counted_ms, proved.arrived_ms) if self.known else proved.counted_ms

    def order(self, each):
        return self.time(each.counted), each.counted.entry

    def of(self, topic):
        return [each for each in self.seen if each.topic is topic]

    def newest(self, topic, key):
        held = [each for each in self.of(topic) if each.key == key and (each.due_ms or 0) <= self.at_ms]
        return max(held, key=self.order, default=None)

    def silent_ms(self, topic, key, *parties):
        last = self.newest(topic, key)
        if last is not None:
            return self.at_ms - self.time(last.counted)
        if all(party in self.started for party in parties):
            return self.at_ms - max(self.time(self.started[party]) for party in parties)
        return None

    def fires(self, one):
        if one.watches is Watched.CONTACT:
            return any(self.is_overdue(pair, one) for pair in self.agreed.pairs if pair.contact_every_s)
        if one.watches in {Watched.REFUSED, Watched.UNANSWERED}:
            return any(self.tried(key, one) >= one.count for key in KEYS[Topic.ATTEMPT])
        if one.watches is Watched.WATCH:
            return any(self.is_unstaffed(desk, one) for desk in ("us.duty", "ru.duty"))
        if one.watches in STATES:
            return any(self.is_in(key, STATES[one.watches], one) for key in KEYS[one.watches.topic])
        late = [each for each in self.of(one.watches.topic) if self.is_late(each, one)]
        owed = [{each.key for each in late if each.party == party} for party in ("us", "ru")]
        return any(len(each) >= one.count for each in owed)

    def is_overdue(self, pair, one):
        silence = self.silent_ms(Topic.CONTACT, "/".join(sorted(pair.posts)), "us", "ru")
        return silence is not None and silence >= (pair.contact_every_s + one.after_s) * 1_000

    def tried(self, key, one):
        wanted = {"declined"} if one.watches is Watched.REFUSED else {"no_answer", "busy"}
        contact = self.newest(Topic.CONTACT, key)
        within_ms = 1_000 * (one.within_s or 10**9)
        return sum(
            each.key == key
            and each.value in wanted
            and (contact is None or self.order(each) > self.order(contact))
            and self.at_ms - self.time(each.counted) <= within_ms
            for each in self.of(Topic.ATTEMPT)
        )

    def is_unstaffed(self, desk, one):
        last, silence = self.newest(Topic.WATCH, desk), self.silent_ms(Topic.WATCH, desk, desk[:2])
        is_empty = last is None or last.value == "left"
        return (
            is_empty and silence is not None and silence >= (self.agreed.watch_grace_s + one.after_s) * 1_000
        )

    def is_in(self, key, states, one):
        last = self.newest(one.watches.topic, key)
        if last is None or last.value not in states:
            return False
        begins_ms = max(self.time(last.counted), last.due_ms or 0)
        return self.at_ms >= begins_ms + one.after_s * 1_000

    def is_late(self, each, one):
        closed = each.closed is not None and self.counts(each.closed)
        due_ms = self.time(each.counted) if each.due_ms is None else each.due_ms
        is_named = not one.precedences or each.precedence in one.precedences
        return is_named and not closed and self.at_ms >= due_ms + one.after_s * 1_000


STATES = {
    Watched.LINE_DEGRADED: {"degraded"},
    Watched.LINE_SUSPENDED: {"suspended", "closed"},
    Watched.WITNESS: {"unseen"},
}
