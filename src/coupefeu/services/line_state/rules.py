"""Who may declare the state of the line: a post of our own, from now on or later, and only what is another state.

Refusals carry `services.line_state.<reason>`; most of the same reasons mark the declarations of the other side.
"""

from typing import Final, NoReturn

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.entry import Kind
from coupefeu.model.instant import format_second
from coupefeu.model.line_state import LineState
from coupefeu.model.precedence import Precedence
from coupefeu.services.base import Command, Context, Draft, Rows
from coupefeu.services.line_state.commands import DeclareLineState
from coupefeu.services.line_state.facts import (
    MAX_OFFICER_CHARACTERS,
    MAX_WORDS_CHARACTERS,
    LineStateFact,
    encode_line_state,
    line_state_defect,
)
from coupefeu.services.line_state.fold import fold
from coupefeu.services.line_state.passing import is_suspended
from coupefeu.words import say

_GRAVE: Final = frozenset({LineState.SUSPENDED, LineState.CLOSED})
_HINTS: Final = {
    "bad_time": "Give a time before the year 10000, in UTC.",
    "long_words": f"At most {MAX_WORDS_CHARACTERS} characters.",
    "long_officer": f"At most {MAX_OFFICER_CHARACTERS} characters.",
}


def decide(command: Command, rows: Rows, context: Context) -> Draft:
    """Judge a command.

    Raises:
        UsageError: its content breaks its form.
        PolicyError: `services.line_state.foreign_post`, `past_time`, `already_so`.
    """
    if not isinstance(command, DeclareLineState):
        raise UsageError(
            f"{type(command).__name__} is no command of the line state service",
            code="services.line_state.unknown_command",
            hint="Check its type.",
        )
    if context.agreement.post(command.from_post).party != context.us:
        _refuse("foreign_post", "Speak from a post of your own party.")
    fact = LineStateFact(
        state=command.state, from_ms=command.from_ms, words=command.words, officer=command.officer
    )
    if defect := line_state_defect(fact):
        raise UsageError(
            f"the line cannot be declared so ({effect_words(defect, 'en')})",
            code=f"services.line_state.{defect}",
            hint=_HINTS[defect],
        )
    _insist_new(command, rows, context)
    ours = context.agreement.party(context.us)
    return Draft(
        kind=Kind.LINE_STATE,
        from_post=command.from_post,
        to_posts=tuple(each.duty_desk for each in context.agreement.parties if each.id != ours.id),
        precedence=Precedence.IMMEDIATE if command.state in _GRAVE else Precedence.PRIORITY,
        language=ours.language,
        body=encode_line_state(fact),
    )


def _insist_new(command: DeclareLineState, rows: Rows, context: Context) -> None:
    if command.from_ms is not None and command.from_ms < context.now.utc_ms:
        _refuse("past_time", "A state holds from when it is declared, or later: nobody back-dates it.")
    (ours,) = (each for each in fold(rows, context) if each.ours)
    is_same = ours.state is command.state and ours.next is None and ours.declared is not None
    if is_same and command.from_ms is None and not command.words:
        _refuse("already_so", "It stands on the record. Declare it again with words to say something of it.")


def insist_open(draft: Draft, declared: Rows, context: Context) -> None:
    """Insist that nobody holds the line suspended. Raises: PolicyError `services.line_state.suspended`."""
    if not is_suspended(declared, context):
        return
    views = fold(declared, context)
    holds = max(views, key=lambda each: each.state)
    since = "" if holds.since_ms is None else f" since {format_second(holds.since_ms)}"
    what = "A call" if draft.kind == Kind.CALL_PLACED else f"A message of precedence {draft.precedence.name}"
    raise PolicyError(
        f"{holds.party.upper()} holds the line {holds.state.name}{since}. {what} does not pass, as agreed.",
        code="services.line_state.suspended",
        hint="`coupefeu line-state` says what passes; acknowledgements, incidents and notices always do.",
    )


def effect_words(reason: str, language: str) -> str:
    """Say why a declaration has no effect."""
    return say(f"line-state-effect-{reason.replace('_', '-')}", language)


def _refuse(reason: str, hint: str) -> NoReturn:
    words = effect_words(reason, "en")
    raise PolicyError(f"{words[0].upper()}{words[1:]}.", code=f"services.line_state.{reason}", hint=hint)
