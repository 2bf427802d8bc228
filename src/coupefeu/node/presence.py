"""Whether posts are there, as one record shows: direct contacts per pair, questions of presence, sightings and claims.

A contact is between the two posts of a pair: a call that the other answered itself, a message that it read back
itself, or an assertion by its key over our question. A sighting is no contact, and a claim is no sighting.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Final

from coupefeu.errors import UsageError
from coupefeu.model.agreement import Agreement
from coupefeu.model.calls import Outcome
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId, format_number
from coupefeu.node.desk import Desk
from coupefeu.node.persons import StatementView, statements_about
from coupefeu.services.base import Rows, Statement
from coupefeu.services.contacts import select_attempts, select_read_backs, select_shown
from coupefeu.services.messages.effects import Row
from coupefeu.services.messages.status import ActView
from coupefeu.services.presence.facts import SALT_BYTES
from coupefeu.services.presence.reports import ReportView, fold_reports
from coupefeu.services.presence.views import COUNT_ABSENT, select_asked, select_one_asked, select_reports

MAX_REPORTS: Final = 2_000
MAX_QUESTIONS: Final = 50
MAX_CONTACTS: Final = 8
"""Of each way and direction: what a picture of a pair shows."""
MAX_SEARCHED: Final = 64
"""Read-backs, and answers, that are judged for them, the newest first: most may be made to prove nothing."""


class ContactWay(StrEnum):
    """How two posts were in direct contact."""

    CALL = "call"
    READ_BACK = "read_back"
    PRESENCE = "presence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One direct contact. `at_ms`: when what proves it was stored here; `after_ms`: it was not before, where known.

    `by`: the post that answered, read back or showed itself; `entries`: the numbers of what proves it.
    """

    way: ContactWay
    by: str
    at_ms: int
    entries: tuple[str, ...]
    after_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PairView:
    """A pair of posts. `contacts`: the newest first; none: there is none on this record.

    `attempts`: calls of ours to the other post since the last contact, by outcome, with how many there are.
    `truncated`: there are more read-backs or answers than were judged.
    """

    ours: str
    theirs: str
    contacts: tuple[Contact, ...]
    attempts: tuple[tuple[Outcome, int], ...]
    truncated: bool

    @property
    def last(self) -> Contact | None:
        """The newest contact."""
        return self.contacts[0] if self.contacts else None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """An answer to a question. `effect`: why it shows nothing, "" when it does; `statement`: what was signed."""

    statement: StatementView
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionView:
    """A question of presence, with every answer by arrival. `asked_ms`: when it was stored here."""

    id: MessageId
    number: str
    ours: bool
    from_post: str
    to_post: str
    officer: str
    asked_ms: int
    claimed_ms: int
    answers: tuple[AnswerView, ...]

    @property
    def shown(self) -> AnswerView | None:
        """The first answer that shows presence."""
        return next((each for each in self.answers if not each.effect), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """All of it, as of `as_of_ms`. `absent`: notes of ours whose content is not here."""

    as_of_ms: int
    pairs: tuple[PairView, ...]
    questions: tuple[QuestionView, ...]
    reports: tuple[ReportView, ...]
    absent: int


def fresh_salt() -> bytes:
    """Draw the 16 bytes without which a note could be guessed from its hash."""
    return os.urandom(SALT_BYTES)


def look_at_presence(desk: Desk) -> Presence:
    """Look at the record."""
    context = desk.context()
    rows = desk.select(select_reports(MAX_REPORTS))
    absent = desk.select(Statement(COUNT_ABSENT, {}))[0]["count"]
    return Presence(
        as_of_ms=context.now.utc_ms,
        pairs=look_at_contacts(desk),
        questions=_questions(desk),
        reports=fold_reports(rows, context.parties),
        absent=int(absent),
    )


def look_at_contacts(desk: Desk) -> tuple[PairView, ...]:
    """Give every pair of posts of ours with its direct contacts, in the agreement's order."""
    context = desk.context()
    return tuple(_pair(desk, *each) for each in our_pairs(context.agreement, context.us))


def _questions(desk: Desk) -> tuple[QuestionView, ...]:
    """Give the newest questions of both sides, newest first."""
    rows = [row for ours in (True, False) for row in desk.select(select_asked(MAX_QUESTIONS, ours=ours))]
    newest = sorted(rows, key=lambda row: int(row["arrival"]), reverse=True)
    return tuple(_question(desk, row) for row in newest)


def find_question(desk: Desk, entry: MessageId) -> QuestionView:
    """Give one question of presence. Raises: UsageError: it is none."""
    rows = [row for row in desk.select(select_one_asked(entry)) if not row["effect"]]
    if not rows:
        raise UsageError(
            f"{format_number(entry, desk.context().parties)} is no question of presence on the record here",
            code="node.presence.no_question",
            hint="`coupefeu presence show` lists them.",
        )
    return _question(desk, rows[0])


def our_pairs(agreement: Agreement, us: str) -> Iterator[tuple[str, str]]:
    """Give (our post, their post) of every pair of the agreement that is ours."""
    for pair in agreement.pairs:
        first, second = sorted(pair.posts, key=lambda post: agreement.post(post).party != us)
        if agreement.post(first).party == us:
            yield first, second


def _pair(desk: Desk, ours: str, theirs: str) -> PairView:
    found, truncated = [*_calls(desk, ours, theirs)], False
    for by, other in ((theirs, ours), (ours, theirs)):
        for select, judge in ((select_read_backs, _read_backs), (select_shown, _shown)):
            rows = desk.select(select(by, other, MAX_SEARCHED))
            found += islice(judge(desk, by, rows), MAX_CONTACTS)
            truncated = truncated or len(rows) == MAX_SEARCHED
    contacts = tuple(sorted(found, key=lambda each: each.at_ms, reverse=True))
    after_ms = contacts[0].at_ms if contacts else 0
    counted = desk.select(select_attempts(ours, theirs, after_ms))
    attempts = tuple((Outcome(row["outcome"]), row["count"]) for row in counted)
    return PairView(ours=ours, theirs=theirs, contacts=contacts, attempts=attempts, truncated=truncated)


def _calls(desk: Desk, ours: str, theirs: str) -> Iterator[Contact]:
    call = desk.last_answered(ours, theirs)
    if call is None:
        return
    answers = [
        step
        for step in call.steps
        if step.kind == Kind.CALL_ANSWERED and not step.effect and step.post == call.answered_by
    ]
    for step in answers[:1]:
        yield Contact(
            way=ContactWay.CALL,
            by=step.post,
            at_ms=step.arrived_ms,
            entries=(call.number, step.number),
            after_ms=call.arrived_ms,
        )


def _read_backs(desk: Desk, by: str, rows: Rows) -> Iterator[Contact]:
    parties = desk.context().parties
    for row in rows:
        message = row["message_log"], row["message_idx"]
        status = desk.message(message)
        acts = (act for chain in status.chains for step in chain.steps for act in step.acts)
        if any(act.id == (row["log"], row["idx"]) and _is_read_back(act) for act in acts):
            yield Contact(
                way=ContactWay.READ_BACK,
                by=by,
                at_ms=row["arrived_ms"],
                entries=(format_number(message, parties), format_number((row["log"], row["idx"]), parties)),
                after_ms=status.arrived_ms,
            )


def _is_read_back(act: ActView) -> bool:
    """Whether it took effect and matched; of one whose content was erased, it had."""
    return not act.effect and (act.erased or (act.verdict is not None and act.verdict.matches))


def _shown(desk: Desk, by: str, rows: Rows) -> Iterator[Contact]:
    for row in rows:
        question = find_question(desk, (row["asked_log"], row["asked_idx"]))
        number = format_number((row["log"], row["idx"]), desk.context().parties)
        if question.shown is not None and question.shown.statement.number == number:
            yield Contact(
                way=ContactWay.PRESENCE,
                by=by,
                at_ms=row["arrived_ms"],
                entries=(question.number, number),
                after_ms=row["asked_ms"],
            )


def _question(desk: Desk, row: Row) -> QuestionView:
    parties, place = desk.context().parties, (row["log"], row["idx"])
    signed = statements_about(desk.select, place, parties)
    answers = tuple(
        AnswerView(statement=each, effect=each.effect or _judge(each, row["to_post"]))
        for each in signed
        if each.kind == Kind.PRESENCE_SHOWN
    )
    return QuestionView(
        id=place,
        number=format_number(place, parties),
        ours=bool(row["ours"]),
        from_post=row["post"],
        to_post=row["to_post"],
        officer=row["officer"],
        asked_ms=row["arrived_ms"],
        claimed_ms=row["claimed_ms"],
        answers=answers,
    )


def _judge(statement: StatementView, asked: str) -> str:
    return "" if statement.post == asked else "other_post_asked"
