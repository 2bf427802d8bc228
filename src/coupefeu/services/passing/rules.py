"""Who may say what of a notice below the desk: a post of our own, of units that we list, of a STOP that is ours.

Refusals carry `services.passing.<reason>`; most of the same reasons mark the acts of the other side (fold.py).
"""

from collections.abc import Sequence
from typing import Final, NoReturn, assert_never

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.model.notices import MAX_UNITS, Reached
from coupefeu.model.precedence import Precedence
from coupefeu.services.base import Command, Context, Draft, Rows, Statement
from coupefeu.services.passing.acts import Act, judge_signature, listed_units, newest_orders
from coupefeu.services.passing.commands import (
    AcknowledgeAsUnit,
    PassDown,
    PassingCommand,
    ReportByVoice,
    ReportCheckIn,
    ResumeNotice,
    StopNotice,
)
from coupefeu.services.passing.facts import (
    AHEAD_MS,
    MAX_NAME_CHARACTERS,
    MAX_WORDS_CHARACTERS,
    ORDERS,
    PassingFact,
    encode_passing,
    read_passing,
)
from coupefeu.services.passing.views import MAX_NAMED, select_acts
from coupefeu.words import say

_PRECEDENCES: Final = {
    Kind.NOTICE_STOPPED: Precedence.FLASH,
    Kind.NOTICE_RESUMED: Precedence.IMMEDIATE,
    Kind.CHECKED_IN: Precedence.IMMEDIATE,
}
"""A STOP overtakes everything that waits; it rings nothing, for only a FLASH that people wrote does."""


def needs(command: Command) -> tuple[Statement, ...]:
    """Name the rows that `decide` gets: the acts about the notice."""
    return (select_acts(command.notice),) if isinstance(command, PassingCommand) else ()


def decide(command: Command, rows: Rows, context: Context) -> Draft:
    """Judge a command.

    Raises:
        UsageError: it names what there is not, or its content breaks its form.
        PolicyError: `services.passing.foreign_post`, `already_stopped`, `not_stopped`, `already_acknowledged`.
    """
    if not isinstance(command, PassingCommand):
        raise _unknown(command)
    if context.agreement.post(command.from_post).party != context.us:
        _refuse("foreign_post", "Speak from a post of your own party.")
    acts = [act for act in (Act.of(row, context) for row in rows) if not act.defect]
    match command:
        case PassDown():
            return _pass_down(command, acts, context)
        case ReportByVoice() | AcknowledgeAsUnit():
            return _reached(command, acts, context)
        case StopNotice():
            if _stands(acts, context):
                _refuse("already_stopped", "What the other side's units know of it is in the gap list.")
            return _draft(Kind.NOTICE_STOPPED, command, _said(command), context)
        case ResumeNotice():
            if not _stands(acts, context):
                _refuse("not_stopped", "A STOP of the other side is taken back by the other side alone.")
            return _draft(Kind.NOTICE_RESUMED, command, _said(command), context)
        case ReportCheckIn():
            fact = PassingFact(
                check_in=command.check_in,
                point=command.point,
                at_ms=command.at_ms,
                words=command.words,
                officer=command.officer,
            )
            _insist_past(command.at_ms, context)
            return _draft(Kind.CHECKED_IN, command, fact, context)
        case _:
            raise _unknown(command)


def _unknown(command: Command) -> UsageError:
    return UsageError(
        f"{type(command).__name__} is no command of passing down",
        code="services.passing.unknown_command",
        hint="Check its type.",
    )


def _pass_down(command: PassDown, acts: Sequence[Act], context: Context) -> Draft:
    listed = {name for party, name in listed_units(acts) if party == context.us}
    listed |= {each.name for each in command.units if each.level is not None}
    if len(listed) > MAX_UNITS:
        raise UsageError(
            f"{len(listed)} units would be listed, and {MAX_UNITS} are the most",
            code="services.passing.many_units",
            hint="List commands, which tell their units.",
        )
    fact = PassingFact(units=command.units, words=command.words, officer=command.officer)
    return _draft(Kind.NOTICE_PASSED_DOWN, command, fact, context)


def _reached(command: ReportByVoice | AcknowledgeAsUnit, acts: Sequence[Act], context: Context) -> Draft:
    if (context.us, command.unit) not in listed_units(acts):
        raise UsageError(
            f"{command.unit!r} is no unit that we have passed this notice down to",
            code="services.passing.no_such_unit",
            hint="`coupefeu notice gaps` lists them; `coupefeu notice pass-down` lists another.",
        )
    orders = {act.id for act in acts if act.kind in ORDERS}
    if not set(command.orders) <= orders or len(command.orders) > MAX_NAMED - 2:
        raise UsageError(
            "it speaks of a STOP that was not said of this notice",
            code="services.passing.no_such_order",
            hint="`coupefeu notice gaps` shows what stands.",
        )
    match command:
        case ReportByVoice():
            _insist_past(command.at_ms, context)
            fact = PassingFact(
                unit=command.unit,
                how=Reached.BY_VOICE,
                at_ms=command.at_ms,
                spoken_to=command.spoken_to,
                words=command.words,
                officer=command.officer,
            )
        case AcknowledgeAsUnit():
            _insist_new(command, acts, context)
            fact = PassingFact(unit=command.unit, how=Reached.BY_ITSELF, signature=command.signature)
        case _:
            assert_never(command)
    return _draft(Kind.UNIT_REACHED, command, fact, context, command.orders)


def _insist_new(command: AcknowledgeAsUnit, acts: Sequence[Act], context: Context) -> None:
    """Insist that what it acknowledges was not acknowledged so before: a press counts once."""
    wanted = {command.version, *command.orders}
    key = listed_units(acts)[context.us, command.unit].unit.key
    for act in acts:
        is_own = act.party == context.us and act.fact.unit == command.unit
        is_so_signed = not judge_signature(act, key) if act.fact.signature else not command.signature
        is_same = {each for each, _ in act.named[1:]} == wanted
        if is_own and act.fact.how is Reached.BY_ITSELF and is_same and is_so_signed:
            _refuse(
                "already_acknowledged", "It is on the record; nothing more is needed until something changes."
            )


def _stands(acts: Sequence[Act], context: Context) -> bool:
    newest = newest_orders(acts).get(context.us)
    return newest is not None and newest.kind == Kind.NOTICE_STOPPED


def _said(command: PassingCommand) -> PassingFact:
    return PassingFact(words=command.words, officer=command.officer)


def _draft(
    kind: Kind,
    command: PassingCommand,
    fact: PassingFact,
    context: Context,
    orders: tuple[MessageId, ...] = (),
) -> Draft:
    body = encode_passing(fact)
    _insist(read_passing(kind, body)[1])
    ours = context.agreement.party(context.us)
    return Draft(
        kind=kind,
        from_post=command.from_post,
        to_posts=tuple(party.duty_desk for party in context.agreement.parties if party.id != ours.id),
        precedence=_PRECEDENCES.get(kind, Precedence.PRIORITY),
        language=ours.language,
        body=body,
        references=(command.notice, command.version, *orders),
    )


def _insist_past(at_ms: int, context: Context) -> None:
    if at_ms > context.now.utc_ms + AHEAD_MS:
        _insist("not_yet")


_HINTS: Final = {
    "bad_units": f"List 1 to {MAX_UNITS} units, each once, by a name of one plain line.",
    "bad_name": f"A name is one line of 1 to {MAX_NAME_CHARACTERS} plain characters.",
    "long_words": f"At most {MAX_WORDS_CHARACTERS} characters.",
    "missing_words": "Say why in words.",
    "missing_officer": "Say who of the desk told the unit: an officer's label.",
    "missing_spoken_to": "Say who was spoken to.",
    "not_yet": "Give the time at which it happened, in UTC.",
    "bad_time": "Give the time at which it happened, in UTC.",
}


def _insist(defect: str) -> None:
    if defect:
        raise UsageError(
            f"this cannot be said of a notice ({effect_words(defect, 'en')})",
            code=f"services.passing.{defect}",
            hint=_HINTS.get(defect, "docs/spec/passing.md says what each entry carries."),
        )


def effect_words(reason: str, language: str) -> str:
    """Say why an act has no effect."""
    return say(f"passing-effect-{reason.replace('_', '-')}", language)


def _refuse(reason: str, hint: str) -> NoReturn:
    words = effect_words(reason, "en")
    raise PolicyError(f"{words[0].upper()}{words[1:]}.", code=f"services.passing.{reason}", hint=hint)
