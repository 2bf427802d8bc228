"""The firebreak as JSON has it, for `coupefeu firebreak --json` and the console: the level, and every reason for it.

Instants are texts as `model.instant.format_instant` writes them (UTC); ages are whole seconds. Every text of an author
is safe to put on a screen.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from coupefeu.model.firebreak import UNKNOWN_RULE, Level
from coupefeu.model.instant import format_instant
from coupefeu.model.messages import MessageId, format_number
from coupefeu.model.topics import Topic
from coupefeu.services.base import Context
from coupefeu.services.firebreak.judged import Judged, LevelSpan, NextAct, Reason, What
from coupefeu.services.firebreak.judging import agreement_at
from coupefeu.services.firebreak.marks import Proof
from coupefeu.services.messages.display import show_line
from coupefeu.words import say

_OF_PAIRS = frozenset({Topic.CONTACT, Topic.ATTEMPT})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedByValues:
    """An entry that proves a reason: its party, its index there and its number, with the times that it has.

    `claimed`: what its author wrote; `counted`: what counts; `arrived`: when it was stored here. `mark`: why the two
    first differ, "before-bracket" or "after-bracket"; "" when they do not.
    """

    party: str
    index: int
    number: str
    claimed: str
    counted: str
    arrived: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NextActValues:
    """What the agreement offers next: with which posts, about which entry; `text`: of a mediator, in its own words."""

    what: What
    posts: tuple[str, ...]
    entry: str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirebreakReasonValues:
    """One reason: the rule, whom it concerns, since when, how long by both clocks, and the entries that prove it.

    `subject`: two posts ("us.secdef/ru.mod"), a post, a party, or what was opened. `sentence`: the rule's own, in the
    asked language. `age_s` by the counted times of both records, `age_here_s` by arrival here. `is_absence`: nothing
    came, and `entries` are the last before the silence. `marks`: those of the entries, each once.
    """

    rule: str
    level: Level
    topic: Topic
    subject: str
    posts: tuple[str, ...]
    party: str
    sentence: str
    since: str
    age_s: int
    age_here_s: int
    count: int
    is_absence: bool
    entries: tuple[ProvedByValues, ...]
    marks: tuple[str, ...]
    acts: tuple[NextActValues, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSizeValues:
    """How far the record of a party goes here: its newest entry, and how many there are; "" while there is none."""

    party: str
    number: str
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FirebreakValues:
    """The level as of an instant, and all that it rests on: so many rules over so many pairs of posts.

    `as_of`: up to then something of every party is held; `looked`: the instant of our clock that is judged. `at`: the
    instant asked for, by the counted times of both records; `known_at`: by what had arrived here; both null: now.
    `since`: from when it is at least as grave; null while it holds, and where that is younger than `as_of`. `held`: of
    an unknown level, what held at `as_of`.
    `same_entries`: whether both sides hold the same; null: that cannot be said. `skew_s`: how far the other side's
    clock seems ahead of ours; null: unknown. `marked`: how many times were counted at a bound. `version`: of the
    agreement whose rules were judged by. `begun`: the line's first instant. `left_out`: so many reasons more;
    `beyond`: so much more is late, or in conflict, and was not looked at one by one.
    """

    level: Level
    as_of: str
    looked: str
    at: str | None
    known_at: str | None
    since: str | None
    held: Level | None
    same_entries: bool | None
    skew_s: float | None
    marked: int
    version: int
    rules: int
    pairs: int
    sizes: tuple[RecordSizeValues, ...]
    begun: str
    reasons: tuple[FirebreakReasonValues, ...]
    left_out: int
    beyond: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelSpanValues:
    """From when to when a level stood, by which rules, and the entries that prove it."""

    level: Level
    start: str
    end: str
    rules: tuple[str, ...]
    entries: tuple[str, ...]


def firebreak_values(
    judged: Judged,
    context: Context,
    language: str,
    *,
    at_ms: int | None = None,
    known_at_ms: int | None = None,
) -> FirebreakValues:
    """Give a level with its reasons, each in the words of its rule in `language`."""
    agreement, parties = agreement_at(context, judged.asked.at_ms), context.parties
    rules = agreement.firebreak.rules
    sentences = {rule.id: rule.sentence.in_language(language) for rule in rules}
    sentences[UNKNOWN_RULE] = say("firebreak-page-means-unknown", language)
    return FirebreakValues(
        level=judged.level,
        as_of=format_instant(judged.as_of_ms),
        looked=format_instant(judged.asked.at_ms),
        at=_instant(at_ms),
        known_at=_instant(known_at_ms),
        since=_instant(judged.since_ms) if (judged.since_ms or 0) <= judged.as_of_ms else None,
        held=judged.held,
        same_entries=judged.same_entries,
        skew_s=None if judged.skew_ms is None else judged.skew_ms / 1000,
        marked=judged.marked,
        version=judged.version,
        rules=len(rules),
        pairs=len(agreement.pairs),
        sizes=sizes_values(judged.sizes, parties),
        begun=format_instant(min(each.in_force_ms for each in (context.agreement, *context.earlier))),
        reasons=tuple(_reason(each, sentences, parties) for each in judged.reasons),
        left_out=judged.left_out,
        beyond=judged.beyond,
    )


def _instant(instant_ms: int | None) -> str | None:
    return None if instant_ms is None else format_instant(instant_ms)


def span_values(span: LevelSpan, parties: tuple[str, ...]) -> LevelSpanValues:
    """Give a span of the history."""
    return LevelSpanValues(
        level=span.level,
        start=format_instant(span.from_ms),
        end=format_instant(span.to_ms),
        rules=span.rules,
        entries=tuple(format_number(each, parties) for each in span.entries),
    )


def sizes_values(sizes: Mapping[int, int], parties: tuple[str, ...]) -> tuple[RecordSizeValues, ...]:
    """Say how far each record goes, our parties in their order."""
    return tuple(
        RecordSizeValues(
            party=format_number((log, 0), parties).partition("/")[0].lower(),
            number=format_number((log, size - 1), parties) if size else "",
            entries=size,
        )
        for log, size in sorted(sizes.items())
    )


def _reason(reason: Reason, sentences: Mapping[str, str], parties: tuple[str, ...]) -> FirebreakReasonValues:
    proofs = {each.entry: each for each in reason.proofs}
    entries = tuple(_proved_by(each, proofs.get(each), parties) for each in reason.entries)
    return FirebreakReasonValues(
        rule=reason.rule,
        level=reason.level,
        topic=reason.topic,
        subject=show_line(reason.subject),
        posts=tuple(reason.subject.split("/")) if reason.topic in _OF_PAIRS else (),
        party=reason.party,
        sentence=show_line(sentences.get(reason.rule, reason.rule)),
        since=format_instant(reason.since_ms),
        age_s=reason.age_ms // 1000,
        age_here_s=reason.age_here_ms // 1000,
        count=reason.count,
        is_absence=reason.is_absence,
        entries=entries,
        marks=tuple(dict.fromkeys(each.mark for each in entries if each.mark)),
        acts=tuple(_act(each, parties) for each in reason.acts),
    )


def _proved_by(entry: MessageId, proof: Proof | None, parties: tuple[str, ...]) -> ProvedByValues:
    number = format_number(entry, parties)
    return ProvedByValues(
        party=number.partition("/")[0].lower(),
        index=entry[1],
        number=number,
        claimed="" if proof is None else format_instant(proof.claimed_ms),
        counted="" if proof is None else format_instant(proof.counted_ms),
        arrived="" if proof is None else format_instant(proof.arrived_ms),
        mark="" if proof is None else proof.mark.value,
    )


def _act(act: NextAct, parties: tuple[str, ...]) -> NextActValues:
    return NextActValues(
        what=act.what,
        posts=act.posts,
        entry=None if act.entry is None else format_number(act.entry, parties),
        text=show_line(act.text),
    )
