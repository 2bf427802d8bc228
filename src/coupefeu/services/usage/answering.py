"""How fast a party answered: who took a message, read it back, replied; who answered a call."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from json import loads
from typing import Any, Final

from coupefeu.model.entry import Kind
from coupefeu.model.messages import Form, format_number
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.base import Context
from coupefeu.services.messages.display import show_line
from coupefeu.services.messages.effects import judge_author
from coupefeu.services.messages.forms import critical_fields, read_content
from coupefeu.services.messages.readback import matches
from coupefeu.services.usage.selects import ActRow, CallRow, JudgedBy, MessageKey
from coupefeu.services.usage.status import AnswerTime, AnswerWhat
from coupefeu.wire.cbor import decode

_ACT: Final = len(ActRow._fields)
_TYPED: Final = 4
"""Key of what was typed in the body of a read-back, which was judged when it came (services/messages/facts.py)."""
_WHATS: Final = {
    int(Kind.TAKEN): AnswerWhat.TAKEN,
    int(Kind.READ_BACK): AnswerWhat.READ_BACK,
    int(Kind.MESSAGE): AnswerWhat.REPLY,
}
Answered = tuple[AnswerWhat, str, str, int]
"""What, the party, its post, the precedence."""


@dataclass(slots=True)
class Answers:
    """What was answered: times, and how many of them are by a time at a bound; what was asked of which party."""

    times_ms: dict[Answered, list[int]] = field(default_factory=lambda: defaultdict(list))
    at_bound: Counter[Answered] = field(default_factory=Counter)
    asked: Counter[tuple[AnswerWhat, str, int]] = field(default_factory=Counter)

    def add(self, answered: Answered, after_ms: int, at_bound: int) -> None:
        """Take one answer."""
        self.times_ms[answered].append(after_ms)
        if at_bound:
            self.at_bound[answered] += 1

    def before_asked(self, parties: tuple[str, ...]) -> int:
        """Say how many answers of these parties count before what they answer."""
        return sum(
            after_ms < 0
            for (_, party, _, _), times_ms in self.times_ms.items()
            if party in parties
            for after_ms in times_ms
        )

    def figures(self, parties: tuple[str, ...]) -> tuple[AnswerTime, ...]:
        """Give the figures of these parties: of each what a row for all, by precedence, by post, and by both."""
        return tuple(row for what in AnswerWhat for party in parties for row in self._of(what, party))

    def _of(self, what: AnswerWhat, party: str) -> Iterator[AnswerTime]:
        groups: dict[tuple[str, int | None], list[int]] = defaultdict(list)
        at_bound: Counter[tuple[str, int | None]] = Counter()
        for answered, times_ms in self.times_ms.items():
            of_what, of_party, post, precedence = answered
            if (of_what, of_party) == (what, party):
                times_ms.sort()  # runs that are in order are put in one order faster
                for key in (("", None), ("", precedence), (post, None), (post, precedence)):
                    groups[key] += times_ms
                    at_bound[key] += self.at_bound[answered]
        asked: Counter[int | None] = Counter()
        for (of_what, of_party, precedence), count in self.asked.items():
            if (of_what, of_party) == (what, party):
                asked[precedence] += count
                asked[None] += count
        for post, of in sorted(
            groups.keys() | {("", each) for each in asked},
            key=lambda key: (key[0], -1 if key[1] is None else key[1]),
        ):
            times_ms = sorted(groups[post, of])
            yield AnswerTime(
                what=what,
                party=party,
                post=show_line(post),
                precedence=None if of is None else Precedence(of).name,
                asked=None if post or what is AnswerWhat.READ_BACK else asked[of],
                answered=len(times_ms),
                median_ms=max(0, times_ms[(len(times_ms) - 1) // 2]) if times_ms else None,
                worst_ms=max(0, times_ms[-1]) if times_ms else None,
                at_bound=at_bound[post, of],
            )


def count_asked(messages: Mapping[MessageKey, int], answers: Answers, context: Context) -> None:
    """Count the messages that a party was to take, and the requests that it was to reply to."""
    for key, count in messages.items():
        if not key.is_good:
            continue
        author = context.party_of(key.log)
        for party in _addressed(key.to_posts):
            if party in context.parties and party != author:
                answers.asked[AnswerWhat.TAKEN, party, key.precedence] += count
                if key.form == Form.REQUEST_FOR_EXPLANATION:
                    answers.asked[AnswerWhat.REPLY, party, key.precedence] += count


First = tuple[int, int, Answered, int, int]
"""An act: log, index, what was answered, how late, whether by a time at a bound."""


@dataclass(slots=True)
class _Alike:
    """Acts that are judged alike and count. `firsts`: by message the first act of their party, shared with others."""

    log: int
    answered: Answered
    firsts: dict[int, First]


class _Judge:
    """Judges acts by the rules of `services.messages.effects`; those that are judged by the same are so once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: dict[str, _Alike | None] = {}
        self._firsts: dict[tuple[AnswerWhat, str], dict[int, First]] = {}

    def take_first(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Take of each message and party the first act in its log that counts; rows of `ActRow`.

        Two hundred thousand are gone through here, so each is unpacked once and makes nothing that is not kept.
        """
        known = self._known
        for message, index, after_ms, at_bound, judged_by in rows:
            alike = known[judged_by] if judged_by in known else self.judge(judged_by)
            if alike is not None:
                first = alike.firsts.get(message)
                if first is None or (alike.log, index) < first[:2]:
                    alike.firsts[message] = alike.log, index, alike.answered, after_ms, at_bound

    def judge(self, judged_by: str) -> _Alike | None:
        """Judge such acts; None: they do not count."""
        if judged_by not in self._known:
            self._known[judged_by] = self._judge(JudgedBy(*loads(judged_by)))
        return self._known[judged_by]

    def add_firsts(self, answers: Answers) -> None:
        """Add what was taken."""
        times_ms = answers.times_ms
        for firsts in self._firsts.values():
            for _, _, answered, after_ms, at_bound in firsts.values():
                times_ms[answered].append(after_ms)
                if at_bound:
                    answers.at_bound[answered] += 1

    def _judge(self, act: JudgedBy) -> _Alike | None:
        party, author = self._context.party_of(act.log), self._context.party_of(act.message_log)
        agreement = self._context.agreement_of(act.message_version)
        row = {"log": act.log, "from_post": act.from_post, "agreement_version": act.version}
        if not party or party == author or judge_author(row, agreement):
            return None
        if act.kind != Kind.MESSAGE and not _is_asked(act, party):
            return None
        what = _WHATS[act.kind]
        return _Alike(
            log=act.log,
            answered=(what, party, act.from_post, act.precedence),
            firsts=self._firsts.setdefault((what, party), {}),
        )


def _is_asked(act: JudgedBy, party: str) -> bool:
    """Whether its author was to take the message: a FLASH anybody on watch may, but for a PROTEST."""
    is_flash = act.precedence == Precedence.FLASH and act.flash_subject != Subject.PROTEST.value
    return party in _addressed(act.to_posts) and (is_flash or act.from_post in _posts(act.to_posts))


def take_acts(rows: Iterable[tuple[Any, ...]], answers: Answers, context: Context) -> None:
    """Take who took messages, and replies: of each message and party the first in its log that counts."""
    judge = _Judge(context)
    judge.take_first(rows)
    judge.add_firsts(answers)


def take_read_backs(rows: Iterable[tuple[Any, ...]], answers: Answers, context: Context) -> None:
    """Take read-backs: of each message and party the first in its log that matches what was sent."""
    judge, found = _Judge(context), []
    for row in rows:
        alike = judge.judge(row[_ACT - 1])
        if alike is not None:
            found.append((alike.log, row[1], row[0], alike, row))
    found.sort(key=lambda each: each[:3])
    for log, index, message, alike, row in found:
        if message not in alike.firsts and _matches(row[_ACT:], context.parties):
            alike.firsts[message] = log, index, alike.answered, row[2], row[3]
    judge.add_firsts(answers)


def take_calls(rows: Iterable[CallRow], answers: Answers) -> None:
    """Take how long calls rang until they were answered, and how many there were."""
    for call in rows:
        answers.asked[AnswerWhat.CALL, call.to_party, call.precedence] += 1
        if call.after_ms is not None and call.answered_by is not None:
            answered = AnswerWhat.CALL, call.to_party, call.answered_by, call.precedence
            answers.add(answered, call.after_ms, call.at_bound)


def _matches(row: tuple[Any, ...], parties: tuple[str, ...]) -> bool:
    """Compare what was typed with what was sent; `row`: what stands behind the act."""
    form, body, about_log, about_index, typed = row
    content = None if form is None else read_content(body)[0]
    if content is None:
        return False
    about = (
        "" if about_log is None or about_index is None else format_number((about_log, about_index), parties)
    )
    return matches(critical_fields(content, about), decode(typed).get(_TYPED, []))


@lru_cache(maxsize=1_024)
def _posts(text: str) -> tuple[str, ...]:
    return tuple(loads(text))


@lru_cache(maxsize=1_024)
def _addressed(text: str) -> frozenset[str]:
    """Name the parties of the posts that a message goes to."""
    return frozenset(post.partition(".")[0] for post in _posts(text))
