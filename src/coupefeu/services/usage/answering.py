"""How fast a party answered: who took a message, read it back, replied; who answered a call."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from json import loads
from statistics import median_low
from typing import Any, Final

from coupefeu.model.entry import Kind
from coupefeu.model.messages import Form, format_number
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.base import Context
from coupefeu.services.messages.display import show_line
from coupefeu.services.messages.effects import judge_author
from coupefeu.services.messages.forms import critical_fields, read_content
from coupefeu.services.messages.readback import matches
from coupefeu.services.usage.selects import ActRow, CallRow, MessageGroup
from coupefeu.services.usage.status import AnswerTime, AnswerWhat
from coupefeu.wire.cbor import decode

_ACT: Final = len(ActRow._fields)
_TYPED: Final = 4
"""Key of what was typed in the body of a read-back, which was judged when it came (services/messages/facts.py)."""
_WHATS: Final = {
    int(Kind.TAKEN): AnswerWhat.TAKEN,
    int(Kind.MESSAGE): AnswerWhat.REPLY,
}


@dataclass(slots=True)
class Answers:
    """Times by (what, party, post, precedence), what was asked by (what, party, precedence), clocks that disagree."""

    times_ms: dict[tuple[AnswerWhat, str, str, int], list[int]] = field(
        default_factory=lambda: defaultdict(list)
    )
    asked: Counter[tuple[AnswerWhat, str, int]] = field(default_factory=Counter)
    before_asked: int = 0

    def add(self, what: AnswerWhat, party: str, post: str, precedence: int, after_ms: int) -> None:
        """Take one answer."""
        self.before_asked += after_ms < 0
        self.times_ms[what, party, post, precedence].append(max(0, after_ms))

    def figures(self, parties: tuple[str, ...]) -> tuple[AnswerTime, ...]:
        """Give the figures of these parties: of each what a row for all, by precedence, by post, and by both."""
        return tuple(row for what in AnswerWhat for party in parties for row in self._of(what, party))

    def _of(self, what: AnswerWhat, party: str) -> Iterator[AnswerTime]:
        groups: dict[tuple[str, int | None], list[int]] = defaultdict(list)
        for (of_what, of_party, post, precedence), times_ms in self.times_ms.items():
            if (of_what, of_party) == (what, party):
                times_ms.sort()  # runs that are in order are put together faster
                for key in (("", None), ("", precedence), (post, None), (post, precedence)):
                    groups[key] += times_ms
        asked: Counter[int | None] = Counter()
        for (of_what, of_party, precedence), count in self.asked.items():
            if (of_what, of_party) == (what, party):
                asked[precedence] += count
                asked[None] += count
        for post, of in sorted(
            groups.keys() | {("", each) for each in asked},
            key=lambda key: (key[0], -1 if key[1] is None else key[1]),
        ):
            times_ms = groups[post, of]
            yield AnswerTime(
                what=what,
                party=party,
                post=show_line(post),
                precedence=None if of is None else Precedence(of).name,
                asked=None if post or what is AnswerWhat.READ_BACK else asked[of],
                answered=len(times_ms),
                median_ms=median_low(times_ms) if times_ms else None,
                worst_ms=max(times_ms, default=None),
            )


def count_asked(groups: Iterable[MessageGroup], answers: Answers, context: Context) -> None:
    """Count the messages that a party was to take, and the requests that it was to reply to."""
    for group in groups:
        if not group.is_good:
            continue
        author = context.party_of(group.log)
        for party in _addressed(group.to_posts):
            if party in context.parties and party != author:
                answers.asked[AnswerWhat.TAKEN, party, group.precedence] += group.messages
                if group.form == Form.REQUEST_FOR_EXPLANATION:
                    answers.asked[AnswerWhat.REPLY, party, group.precedence] += group.messages


def take_acts(rows: Iterable[tuple[Any, ...]], answers: Answers, context: Context) -> None:
    """Take who took messages, and replies: of each message and party the first in its log that counts.

    Two hundred thousand rows are gone through here, so each is unpacked once and makes nothing that is not kept.
    """
    judge, parties = _judge_by(context), len(context.parties)
    firsts: dict[tuple[int, int, int, int], tuple[int, int, str, int, int]] = {}
    for (
        log,
        idx,
        post,
        kind,
        version,
        of_log,
        of_idx,
        to_posts,
        precedence,
        subject,
        of_version,
        after_ms,
    ) in rows:
        if judge(log, post, kind, version, of_log, to_posts, not precedence and subject, of_version):
            key = (of_log, of_idx, kind, log % parties)
            first = firsts.get(key)
            if first is None or (log, idx) < first[:2]:
                firsts[key] = (log, idx, post, precedence, after_ms)
    for (_, _, kind, position), (_, _, post, precedence, after_ms) in firsts.items():
        answers.add(_WHATS[kind], context.parties[position], post, precedence, after_ms)


def take_read_backs(rows: Iterable[tuple[Any, ...]], answers: Answers, context: Context) -> None:
    """Take read-backs: of each message and party the first in its log that matches what was sent."""
    judge = _judge_by(context)
    firsts: dict[tuple[int, int, int], ActRow] = {}
    ordered = sorted(rows, key=lambda row: (row[0], row[1]))
    for row in ordered:
        act = ActRow(*row[:_ACT])
        key = (act.message_log, act.message_index, act.log % len(context.parties))
        is_judged = key not in firsts and judge(
            act.log,
            act.from_post,
            act.kind,
            act.version,
            act.message_log,
            act.to_posts,
            not act.precedence and act.subject,
            act.message_version,
        )
        if is_judged and _matches(row[_ACT:], context.parties):
            firsts[key] = act
    for act in firsts.values():
        party = context.party_of(act.log)
        answers.add(AnswerWhat.READ_BACK, party, act.from_post, act.precedence, act.after_ms)


def take_calls(rows: Iterable[CallRow], answers: Answers) -> None:
    """Take how long calls rang until they were answered, and how many there were."""
    for call in rows:
        answers.asked[AnswerWhat.CALL, call.to_party, call.precedence] += 1
        if call.after_ms is not None and call.answered_by is not None:
            answers.add(AnswerWhat.CALL, call.to_party, call.answered_by, call.precedence, call.after_ms)


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


Judge = Callable[[int, str, int, int, int, str, str | bool | None, int], bool]


def _judge_by(context: Context) -> Judge:
    """Judge acts by the rules of `services.messages.effects`; posts and logs are few, so each case is judged once.

    `flash_subject`: the subject of a message of precedence FLASH; False: it has another.
    """

    @lru_cache(maxsize=65_536)
    def judge(
        log: int,
        from_post: str,
        kind: int,
        version: int,
        message_log: int,
        to_posts: str,
        flash_subject: str | bool | None,
        message_version: int,
    ) -> bool:
        party, author = context.party_of(log), context.party_of(message_log)
        if not party or party == author:
            return False
        agreement = context.agreement_of(message_version)
        if judge_author({"log": log, "from_post": from_post, "agreement_version": version}, agreement):
            return False
        if kind == Kind.MESSAGE:
            return True
        is_flash = flash_subject is not False and flash_subject != Subject.PROTEST.value
        return party in _addressed(to_posts) and (is_flash or from_post in _posts(to_posts))

    return judge


@lru_cache(maxsize=1_024)
def _posts(text: str) -> tuple[str, ...]:
    return tuple(loads(text))


@lru_cache(maxsize=1_024)
def _addressed(text: str) -> frozenset[str]:
    """Name the parties of the posts that a message goes to."""
    return frozenset(post.partition(".")[0] for post in _posts(text))
