"""What may be filed, amended, answered and settled: we refuse to our own officers what would have no effect.

Refusals carry `services.notices.<reason>`; the same reasons mark the entries of the other side (`standing.py`,
`answering.py`). Some are for us alone, for they look at our clock, or ask for more than a record needs: `expired`,
`same_content`, `too_many_acts`, `missing_field`, `missing_window`, `odd_field`, `cannot_ask`, `missing_words`,
`counter_replaced`.
"""

from collections.abc import Sequence
from dataclasses import replace

from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.model.notices import TO_REQUESTS, Answer, Settlement
from coupefeu.model.precedence import Precedence
from coupefeu.services.base import Command, Context, Draft, Rows, Statement
from coupefeu.services.notices.changes import changes
from coupefeu.services.notices.commands import (
    AmendNotice,
    AnswerCounter,
    AnswerNotice,
    CompleteNotice,
    FileNotice,
    NoticeAct,
    NoticeCommand,
    ReadBackPositions,
    SettleConflict,
    WithdrawNotice,
)
from coupefeu.services.notices.facts import (
    ActFact,
    NoticeFact,
    decode_volumes,
    encode_notice,
)
from coupefeu.services.notices.fold import fold
from coupefeu.services.notices.forms import lead_s_of
from coupefeu.services.notices.insisting import (
    insist_addressed,
    insist_areas,
    insist_author,
    insist_counter,
    insist_form,
    insist_notice,
    insist_ours,
    insist_room,
    insist_version,
    insist_words,
    notice_defects,
    refuse,
    said,
    unknown,
)
from coupefeu.services.notices.limits import act_defects
from coupefeu.services.notices.status import NoticeView
from coupefeu.services.notices.tables import select_rows_of
from coupefeu.services.notices.windows import window_of


def needs(command: Command) -> tuple[Statement, ...]:
    """Name the rows that `decide` gets: all entries about the notice, and about the other one of a conflict."""
    if isinstance(command, SettleConflict):
        return (select_rows_of(command.notice), select_rows_of(command.other))
    if isinstance(command, NoticeCommand):
        return (select_rows_of(command.notice),)
    return ()


def decide(command: Command, known: Sequence[Rows], context: Context) -> tuple[Draft, ...]:
    """Judge a command.

    Raises:
        UsageError: it names what does not exist, or its content breaks its form.
        PolicyError: it would have no effect.
    """
    if isinstance(command, FileNotice):
        insist_ours(command.from_post, context)
        return (_file(command, context),)
    if not isinstance(command, NoticeCommand):
        raise unknown(command)
    insist_ours(command.from_post, context)
    view = fold(known[0], command.notice, context)
    if view.effect:
        refuse("no_notice", "It has no effect, so nothing can be said of it.")
    return _about(command, view, known, context)


def _about(
    command: NoticeCommand, view: NoticeView, known: Sequence[Rows], context: Context
) -> tuple[Draft, ...]:
    for rows in known:
        _insist_room(command, rows, context)
    match command:
        case AmendNotice():
            return (_amend(command, view, context),)
        case WithdrawNotice() | CompleteNotice():
            return (_close(command, view, context),)
        case AnswerNotice():
            return (_answer(command, view, context),)
        case AnswerCounter():
            return _answer_counter(command, view, context)
        case ReadBackPositions():
            return (_read_back(command, view, context),)
        case SettleConflict():
            other = fold(known[1], command.other, context)
            return (_settle(command, view, other, context),)
    raise unknown(command)


def _insist_room(command: NoticeCommand, rows: Rows, context: Context) -> None:
    """Refuse what would no longer count; what closes a notice always has a place."""
    is_closing = isinstance(command, WithdrawNotice | CompleteNotice)
    amends = isinstance(command, AmendNotice) or (isinstance(command, AnswerCounter) and command.is_accepted)
    if is_closing or amends:
        insist_room(rows, context, stands=True, spared=0 if is_closing else 1)
    if not is_closing and not isinstance(command, AmendNotice):
        insist_room(rows, context, stands=False)


# --- the notice itself ------------------------------------------------------------------------------------


def _file(command: FileNotice, context: Context) -> Draft:
    fact = insist_notice(Kind.NOTICE_FILED, command.content)
    to_posts = command.to_posts or tuple(
        party.duty_desk for party in context.agreement.parties if party.id != context.us
    )
    for post in to_posts:
        if context.agreement.post(post).party == context.us:
            refuse("nobody_addressed", "Name posts of the other side.")
    end_ms = window_of(fact.volumes)[1]
    if end_ms is not None and end_ms < context.now.utc_ms:
        refuse("expired", "Its last window is over. Give times that are still to come, UTC.")
    return _draft(
        Kind.NOTICE_FILED, encode_notice(fact), command.from_post, to_posts, (), context,
        is_urgent=_is_short(fact, context),
    )  # fmt: skip


def _amend(command: AmendNotice, view: NoticeView, context: Context) -> Draft:
    insist_author(view)
    fact = insist_notice(Kind.NOTICE_AMENDED, command.content)
    if view.fact is not None and not changes(view.fact, fact):
        refuse("same_content", "Change what is to read otherwise.")
    return _version(fact, command.from_post, view, context)


def _version(
    fact: NoticeFact, from_post: str, view: NoticeView, context: Context, *, follows: bool = False
) -> Draft:
    return replace(
        _draft(
            Kind.NOTICE_AMENDED, encode_notice(fact), from_post, view.to_posts, (view.id, view.version), context,
            is_urgent=_is_short(fact, context),
        ),
        follows=follows,
    )  # fmt: skip


def _close(command: NoticeAct, view: NoticeView, context: Context) -> Draft:
    insist_author(view)
    kind = Kind.NOTICE_WITHDRAWN if isinstance(command, WithdrawNotice) else Kind.NOTICE_COMPLETED
    body = said(kind, ActFact(words=command.words, officer=command.officer))
    return _draft(
        kind,
        body,
        command.from_post,
        view.to_posts,
        (view.id, view.version),
        context,
        is_urgent=view.is_short_notice,
    )


# --- what others say of it --------------------------------------------------------------------------------


def _answer(command: AnswerNotice, view: NoticeView, context: Context) -> Draft:
    insist_addressed(view, context)
    if command.answer in TO_REQUESTS and not view.asks:
        refuse("not_asked", "Answer RECEIVED, NOTED, NO OBJECTION or OBJECTION.")
    if command.answer in {Answer.OBJECTION, Answer.DENIED}:
        insist_words(command.words)
    fact = ActFact(
        answer=command.answer,
        volumes=decode_volumes(command.volumes) if command.volumes else (),
        words=command.words,
        officer=command.officer,
    )
    insist_form(act_defects(Kind.NOTICE_ANSWERED, fact))
    insist_areas(fact.volumes)
    version = insist_version(command.version, view)
    return _reply(Kind.NOTICE_ANSWERED, fact, command, view, (view.id, version), context)


def _answer_counter(command: AnswerCounter, view: NoticeView, context: Context) -> tuple[Draft, ...]:
    insist_author(view)
    counter = insist_counter(command.counter, view)
    fact = ActFact(is_accepted=command.is_accepted, words=command.words, officer=command.officer)
    answered = _draft(
        Kind.COUNTER_ANSWERED, said(Kind.COUNTER_ANSWERED, fact), command.from_post, view.to_posts,
        (view.id, counter.id), context,
    )  # fmt: skip
    if not command.is_accepted:
        return (answered,)
    if not counter.is_about_newest or view.fact is None:
        refuse("counter_replaced", "Amend the notice by hand, or refuse the counter-proposal.")
    amended = replace(view.fact, volumes=counter.volumes, officer=command.officer, conflicts=None)
    insist_form(notice_defects(amended))
    insist_areas(amended.volumes)
    return (answered, _version(amended, command.from_post, view, context, follows=True))


def _read_back(command: ReadBackPositions, view: NoticeView, context: Context) -> Draft:
    insist_addressed(view, context)
    fact = ActFact(positions=command.positions, words=command.words, officer=command.officer)
    version = insist_version(command.version, view)
    return _reply(Kind.POSITIONS_READ_BACK, fact, command, view, (view.id, version), context)


def _settle(command: SettleConflict, ours: NoticeView, theirs: NoticeView, context: Context) -> Draft:
    if not ours.ours or theirs.ours or theirs.effect:
        refuse("no_such_conflict", "Name a notice of ours first, then one of the other side.")
    if command.settlement is not Settlement.RESOLVED:
        insist_words(command.words)
    fact = ActFact(settlement=command.settlement, words=command.words, officer=command.officer)
    references = (ours.id, theirs.id, ours.version, theirs.version)
    return _draft(
        Kind.CONFLICT_SETTLED, said(Kind.CONFLICT_SETTLED, fact), command.from_post, (theirs.from_post,), references,
        context,
    )  # fmt: skip


def _reply(
    kind: Kind,
    fact: ActFact,
    command: NoticeAct,
    view: NoticeView,
    references: tuple[MessageId, ...],
    context: Context,
) -> Draft:
    return _draft(kind, said(kind, fact), command.from_post, (view.from_post,), references, context)


def _draft(
    kind: Kind,
    body: bytes,
    from_post: str,
    to_posts: tuple[str, ...],
    references: tuple[MessageId, ...],
    context: Context,
    *,
    is_urgent: bool = False,
) -> Draft:
    return Draft(
        kind=kind,
        from_post=from_post,
        to_posts=to_posts,
        precedence=Precedence.IMMEDIATE if is_urgent else Precedence.PRIORITY,
        language=context.agreement.party(context.us).language,
        body=body,
        references=references,
    )


def _is_short(fact: NoticeFact, context: Context) -> bool:
    start_ms = window_of(fact.volumes)[0]
    lead_ms = lead_s_of(fact, context.agreement.notices) * 1_000
    return start_ms is not None and start_ms - context.now.utc_ms < lead_ms
