"""What may be filed, amended, answered and settled: we refuse to our own officers what would have no effect.

Refusals carry `services.notices.<reason>`; the same reasons mark the entries of the other side (`standing.py`,
`answering.py`). Some are for us alone, for they look at our clock, or ask for more than a record needs: `expired`,
`same_content`, `missing_field`, `missing_window`, `odd_field`, `cannot_ask`, `missing_words`, `counter_replaced`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, NoReturn

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.model.notices import TO_REQUESTS, Answer, Settlement
from coupefeu.model.precedence import Precedence
from coupefeu.model.volumes import Volume
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
    encode_act,
    encode_notice,
    read_notice,
)
from coupefeu.services.notices.fold import fold
from coupefeu.services.notices.forms import FORMS, lacking, lead_s_of, odd_fields
from coupefeu.services.notices.limits import Defect, act_defects, defects
from coupefeu.services.notices.render import effect_words, field_words
from coupefeu.services.notices.status import AnswerView, CounterState, NoticeState, NoticeView
from coupefeu.services.notices.tables import select_rows_of
from coupefeu.services.notices.windows import window_of

MAX_NAMED: Final = 16
"""Conflicting notices that a head names."""


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
        _insist_ours(command.from_post, context)
        return (_file(command, context),)
    if not isinstance(command, NoticeCommand):
        raise _unknown(command)
    _insist_ours(command.from_post, context)
    view = fold(known[0], command.notice, context)
    if view.effect:
        _refuse("no_notice", "It has no effect, so nothing can be said of it.")
    return _about(command, view, known, context)


def _about(
    command: NoticeCommand, view: NoticeView, known: Sequence[Rows], context: Context
) -> tuple[Draft, ...]:
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
    raise _unknown(command)


def notice_defects(fact: NoticeFact) -> Iterable[Defect]:
    """Name everything that keeps a notice of ours from being filed, in the order of its fields."""
    rule = FORMS[fact.form]
    yield from defects(fact)
    for number, volume in enumerate(fact.volumes, 1):
        if rule.needs_window and (volume.start_ms is None or volume.end_ms is None):
            yield Defect(code="missing_window", field=f"volumes.{number}.window")
    yield from (Defect(code="missing_field", field=f"fields.{each}") for each in lacking(fact))
    yield from (Defect(code="odd_field", field=f"fields.{each}") for each in odd_fields(fact))
    if fact.wants_answer and not rule.may_ask:
        yield Defect(code="cannot_ask", field="wants_answer")


# --- the notice itself ------------------------------------------------------------------------------------


def _file(command: FileNotice, context: Context) -> Draft:
    fact = _insist_notice(Kind.NOTICE_FILED, command.content)
    to_posts = command.to_posts or tuple(
        party.duty_desk for party in context.agreement.parties if party.id != context.us
    )
    for post in to_posts:
        if context.agreement.post(post).party == context.us:
            _refuse("nobody_addressed", "Name posts of the other side.")
    end_ms = window_of(fact.volumes)[1]
    if end_ms is not None and end_ms < context.now.utc_ms:
        _refuse("expired", "Its last window is over. Give times that are still to come, UTC.")
    return _draft(
        Kind.NOTICE_FILED, encode_notice(fact), command.from_post, to_posts, (), context,
        is_urgent=_is_short(fact, context),
    )  # fmt: skip


def _amend(command: AmendNotice, view: NoticeView, context: Context) -> Draft:
    _insist_author(view)
    fact = _insist_notice(Kind.NOTICE_AMENDED, command.content)
    if view.fact is not None and not changes(view.fact, fact):
        _refuse("same_content", "Change what is to read otherwise.")
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
    _insist_author(view)
    kind = Kind.NOTICE_WITHDRAWN if isinstance(command, WithdrawNotice) else Kind.NOTICE_COMPLETED
    body = _said(kind, ActFact(words=command.words, officer=command.officer))
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
    _insist_addressed(view, context)
    if command.answer in TO_REQUESTS and not view.asks:
        _refuse("not_asked", "Answer RECEIVED, NOTED, NO OBJECTION or OBJECTION.")
    if command.answer in {Answer.OBJECTION, Answer.DENIED}:
        _insist_words(command.words)
    fact = ActFact(
        answer=command.answer,
        volumes=decode_volumes(command.volumes) if command.volumes else (),
        words=command.words,
        officer=command.officer,
    )
    _insist_form(act_defects(Kind.NOTICE_ANSWERED, fact))
    _insist_areas(fact.volumes)
    version = _insist_version(command.version, view)
    return _reply(Kind.NOTICE_ANSWERED, fact, command, view, (view.id, version), context)


def _answer_counter(command: AnswerCounter, view: NoticeView, context: Context) -> tuple[Draft, ...]:
    _insist_author(view)
    counter = _insist_counter(command.counter, view)
    fact = ActFact(is_accepted=command.is_accepted, words=command.words, officer=command.officer)
    answered = _draft(
        Kind.COUNTER_ANSWERED, _said(Kind.COUNTER_ANSWERED, fact), command.from_post, view.to_posts,
        (view.id, counter.id), context,
    )  # fmt: skip
    if not command.is_accepted:
        return (answered,)
    if not counter.is_about_newest or view.fact is None:
        _refuse("counter_replaced", "Amend the notice by hand, or refuse the counter-proposal.")
    amended = replace(view.fact, volumes=counter.volumes, officer=command.officer, conflicts=None)
    _insist_form(notice_defects(amended))
    _insist_areas(amended.volumes)
    return (answered, _version(amended, command.from_post, view, context, follows=True))


def _read_back(command: ReadBackPositions, view: NoticeView, context: Context) -> Draft:
    _insist_addressed(view, context)
    fact = ActFact(positions=command.positions, words=command.words, officer=command.officer)
    version = _insist_version(command.version, view)
    return _reply(Kind.POSITIONS_READ_BACK, fact, command, view, (view.id, version), context)


def _settle(command: SettleConflict, ours: NoticeView, theirs: NoticeView, context: Context) -> Draft:
    if not ours.ours or theirs.ours or theirs.effect:
        _refuse("no_such_conflict", "Name a notice of ours first, then one of the other side.")
    if command.settlement is not Settlement.RESOLVED:
        _insist_words(command.words)
    fact = ActFact(settlement=command.settlement, words=command.words, officer=command.officer)
    references = (ours.id, theirs.id, ours.version, theirs.version)
    return _draft(
        Kind.CONFLICT_SETTLED, _said(Kind.CONFLICT_SETTLED, fact), command.from_post, (theirs.from_post,), references,
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
    return _draft(kind, _said(kind, fact), command.from_post, (view.from_post,), references, context)


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


# --- what is required -------------------------------------------------------------------------------------


def _insist_ours(post: str, context: Context) -> None:
    if context.agreement.post(post).party != context.us:
        _refuse("foreign_post", "Speak from a post of your own party.")


def _insist_author(view: NoticeView) -> None:
    if not view.ours:
        _refuse("not_author", "Answer it instead: `coupefeu notice answer`.")
    if view.closing is not None:
        _refuse("closed", "File another notice.")


def _insist_addressed(view: NoticeView, context: Context) -> None:
    if view.ours:
        _refuse("own_notice", "Amend it, withdraw it, or say that it is completed.")
    if all(party != context.us for party, _ in view.requests):
        _refuse("not_addressed", "Only those to whom it goes answer it.")
    if view.closing is not None:
        _refuse("closed", "Nothing holds any more that could be answered.")
    if view.state is NoticeState.EXPIRED:
        _refuse("expired", "Nothing holds any more that could be answered.")


def _insist_version(version: MessageId | None, view: NoticeView) -> MessageId:
    """Give the version that is spoken of: the newest, or another one that has effect."""
    if version is None:
        return view.version
    if not any(each.id == version and not each.effect for each in view.versions):
        _refuse("no_such_version", f"`coupefeu notice show {view.number}` lists them.")
    return version


def _insist_counter(counter: MessageId, view: NoticeView) -> AnswerView:
    found = next((each for each in view.answers if each.id == counter), None)
    if found is None or found.counter_state is None:
        _refuse("no_such_counter", f"`coupefeu notice show {view.number}` lists the answers.")
    if found.counter_state is not CounterState.AWAITED:
        _refuse("counter_settled", "It is answered once.")
    return found


def _insist_notice(kind: Kind, content: bytes) -> NoticeFact:
    fact, defect = read_notice(kind, content)
    if fact is None:
        _refuse_form(Defect(code=defect, field="content"))
    _insist_form(notice_defects(fact))
    if defect:
        _refuse_form(Defect(code=defect, field="content"))
    _insist_areas(fact.volumes)
    return fact


def _insist_areas(volumes: Iterable[Volume]) -> None:
    """Insist on areas that can be: no ring crosses itself, no edge lies between antipodes. Raises: UsageError."""
    from coupefeu.deconfliction import require_valid  # noqa: PLC0415 - geometry is loaded by the first notice

    for number, volume in enumerate(volumes, 1):
        try:
            require_valid(volume)
        except UsageError as error:
            error.message = f"{field_words(f'volumes.{number}', 'en')}: {error.message}"
            raise


def _insist_form(found: Iterable[Defect]) -> None:
    for defect in found:
        _refuse_form(defect)


def _refuse_form(defect: Defect) -> NoReturn:
    raise UsageError(
        f"{field_words(defect.field, 'en')}: {effect_words(defect.code, 'en')}",
        code=f"services.notices.{defect.code}",
        hint="`coupefeu notice forms` lists what each form carries.",
    )


def _insist_words(words: str) -> None:
    if not words.strip():
        raise UsageError(
            effect_words("missing_words", "en"),
            code="services.notices.missing_words",
            hint="Say why, or which measures were agreed.",
        )


def _said(kind: Kind, fact: ActFact) -> bytes:
    _insist_form(act_defects(kind, fact))
    return encode_act(fact)


def _unknown(command: Command) -> UsageError:
    return UsageError(
        f"{type(command).__name__} is no command of the notices",
        code="services.notices.unknown_command",
        hint="Check its type.",
    )


def _refuse(reason: str, hint: str) -> NoReturn:
    words = effect_words(reason, "en")
    raise PolicyError(f"{words[0].upper()}{words[1:]}.", code=f"services.notices.{reason}", hint=hint)
