"""Who may do what about a call, in which state: a command and what is known in, drafts or a refusal out.

A refusal carries the code `services.calls.<reason>`, what happened and what to do. An act that the table of
transitions does not know is refused here to our own officers, and has no effect when the other side does it.
"""

from collections.abc import Sequence
from typing import NoReturn

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.calls import MAX_CALLS_ANSWERED, UNANSWERED, UNREACHED, CallState, Outcome
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId, format_number
from coupefeu.model.precedence import Precedence
from coupefeu.services.base import Command, Context, Draft, Rows, Statement
from coupefeu.services.calls.commands import (
    CallAct,
    DeclineCall,
    DeferCall,
    GiveUp,
    LoseCall,
    MediaConnected,
    PlaceCall,
    Ring,
    Unreached,
    WithdrawCall,
)
from coupefeu.services.calls.facts import MAX_OFFICER_CHARACTERS, CallFact, call_defect, encode_call
from coupefeu.services.calls.fold import fold
from coupefeu.services.calls.status import CallView
from coupefeu.services.calls.tables import select_call, select_steps
from coupefeu.services.calls.transitions import SIDES, TRANSITIONS, Side

_PRECEDENCES = (Precedence.FLASH, Precedence.IMMEDIATE)
_MachineCommand = Ring | Unreached | LoseCall | MediaConnected
_MACHINE_KINDS: dict[type[Command], Kind] = {
    Ring: Kind.CALL_RINGING,
    Unreached: Kind.CALL_UNREACHED,
    LoseCall: Kind.CALL_LOST,
    MediaConnected: Kind.CALL_CONNECTED,
}


def needs(command: Command) -> tuple[Statement, ...]:
    """Name the selects whose rows `decide` gets: for each call that is named, the call and its steps."""
    if isinstance(command, GiveUp):
        return tuple(each for call in _answered(command) for each in (select_call(call), select_steps(call)))
    if isinstance(command, CallAct | Ring | Unreached | LoseCall | MediaConnected):
        return select_call(command.call), select_steps(command.call)
    return ()


def decide(command: Command, known: Sequence[Rows], context: Context) -> tuple[Draft, ...]:
    """Judge a command; its words become an entry of their own behind it.

    Raises:
        UsageError: the command names what does not exist, or its content breaks its form.
        PolicyError: the agreed rules refuse it, or the call is past it.
    """
    match command:
        case PlaceCall():
            return _with_words(_place(command, context), command.words)
        case CallAct():
            words = command.words if isinstance(command, DeclineCall | DeferCall | WithdrawCall) else ""
            return _with_words(_act(command, _view(command.call, known, context), context), words)
        case GiveUp():
            return (_give_up(command, known, context),)
        case Ring() | Unreached() | LoseCall() | MediaConnected():
            return (_machine(command, _view(command.call, known, context), context),)
    raise UsageError(
        f"{type(command).__name__} is no command of the calls service",
        code="services.calls.unknown_command",
        hint="Check its type.",
    )


# --- calling ------------------------------------------------------------------------------------------------


def _place(command: PlaceCall, context: Context) -> Draft:
    agreement = context.agreement
    _insist_ours(command.from_post, context)
    if agreement.post(command.to_post).party == context.us:
        _refuse("own_post", f"{command.to_post} is a post of our own.", "Call a post of the other side.")
    if command.precedence not in _PRECEDENCES:
        seen = command.precedence.name
        _refuse("precedence", f"A call is FLASH or IMMEDIATE, not {seen}.", "Say what can wait in a message.")
    return _draft(
        Kind.CALL_PLACED,
        command.from_post,
        command.to_post,
        precedence=command.precedence,
        fact=command.fact(),
        references=() if command.arrangement is None else (command.arrangement,),
        context=context,
    )


# --- acts and facts about a call ----------------------------------------------------------------------------


def _act(command: CallAct, view: CallView, context: Context) -> Draft:
    _insist_ours(command.from_post, context)
    _insist_possible(command.kind, view, context)
    if isinstance(command, DeferCall):
        _insist_later(command, context)
    return _about(command.kind, command.from_post, command.fact(), view, context)


def _insist_later(command: DeferCall, context: Context) -> None:
    if command.to_post is not None:
        _insist_ours(command.to_post, context)
    if command.to_ms is not None and command.to_ms <= context.now.utc_ms:
        _refuse("past_time", "The time to which it is put off is past.", "Name a later time, in UTC.")


def _machine(command: _MachineCommand, view: CallView, context: Context) -> Draft:
    kind = _MACHINE_KINDS[type(command)]
    _insist_possible(kind, view, context)
    post = view.from_post if view.ours else view.to_post
    return _about(kind, post, _machine_fact(command, context), view, context)


def _machine_fact(command: _MachineCommand, context: Context) -> CallFact:
    match command:
        case Ring():
            for post in command.posts:
                _insist_ours(post, context)
            return CallFact(rung=command.rung, posts=command.posts, staffed=command.staffed)
        case Unreached():
            _insist_outcome(command.outcome, UNREACHED)
            return CallFact(outcome=command.outcome, heard_ms=command.heard_ms)
        case LoseCall():
            return CallFact(cause=command.cause, duration_ms=command.duration_ms)
        case MediaConnected():
            return CallFact(path=command.path)


def _give_up(command: GiveUp, known: Sequence[Rows], context: Context) -> Draft:
    _insist_outcome(command.outcome, UNANSWERED)
    calls = _answered(command)
    if not 0 < len(calls) <= MAX_CALLS_ANSWERED:
        _refuse_form("many_calls", f"{len(calls)} calls are named", f"Name 1 to {MAX_CALLS_ANSWERED}.")
    views = [_view(call, known[2 * at : 2 * at + 2], context) for at, call in enumerate(calls)]
    for view in views:
        _insist_possible(Kind.CALL_UNANSWERED, view, context)
    if len({view.party for view in views}) > 1:
        _refuse("several_parties", "The calls are of several parties.", "Answer each party by itself.")
    fact = CallFact(outcome=command.outcome, rang_ms=command.rang_ms, posts=command.posts)
    return _draft(
        Kind.CALL_UNANSWERED,
        views[0].to_post if len(views) == 1 else context.agreement.party(context.us).duty_desk,
        *tuple(dict.fromkeys(view.from_post for view in views)),
        fact=fact,
        precedence=min(view.precedence for view in views),
        references=calls,
        context=context,
    )


def _answered(command: GiveUp) -> tuple[MessageId, ...]:
    return tuple(dict.fromkeys(command.calls))


# --- shared -------------------------------------------------------------------------------------------------


def _view(call: MessageId, known: Sequence[Rows], context: Context) -> CallView:
    if not known or not known[0]:
        raise UsageError(
            f"{format_number(call, context.parties)} is no call on the record here",
            code="services.calls.unknown_call",
            hint="`coupefeu calls` lists the calls and their numbers.",
        )
    return fold(known[0][0], known[1], context)


def _insist_possible(kind: Kind, view: CallView, context: Context) -> None:
    """Refuse to ourselves what would have no effect if the other side did it."""
    if context.us not in {view.caller, view.called} or view.effect:
        _refuse(
            "call_without_effect",
            f"{view.number} rings nowhere.",
            "It stands on the record as it was written.",
        )
    if SIDES[kind] is Side.CALLED and view.ours:
        _refuse(
            "own_call", f"{view.number} is a call of ours.", "The other side does that; you may withdraw it."
        )
    if SIDES[kind] is Side.CALLER and not view.ours:
        _refuse(
            "not_our_call",
            f"{view.number} is a call of the other side.",
            "Answer it, decline it or put it off.",
        )
    if (_state(view), kind) not in TRANSITIONS:
        _refuse_late(view)


def _state(view: CallView) -> CallState:
    """Give the state as the table has it: their receipt is no entry."""
    return CallState.PLACED if view.state is CallState.ON_THEIR_NODE else view.state


def _refuse_late(view: CallView) -> NoReturn:
    if view.state is CallState.ENDED:
        ended = view.outcome or "ended"
        _refuse(
            "already_ended", f"{view.number} has ended: {ended}.", "`coupefeu calls` shows what became of it."
        )
    if view.state is CallState.IN_CALL:
        _refuse("already_answered", f"{view.number} is answered by {view.answered_by}.", "Hang up to end it.")
    _refuse(
        "not_in_call", f"{view.number} is not answered yet.", "Wait for the answer, or withdraw the call."
    )


def _about(kind: Kind, post: str, fact: CallFact, view: CallView, context: Context) -> Draft:
    to_post = view.to_post if view.ours else view.from_post
    return _draft(
        kind,
        post,
        to_post,
        precedence=view.precedence,
        fact=fact,
        references=(view.id, *_seen_by_caller(view)),
        context=context,
    )


def _seen_by_caller(view: CallView) -> tuple[MessageId, ...]:
    """Name the newest entry of who was called that we hold: what we had seen is in our own signature.

    `seen` of the head counts only what came without a gap; an answer may have overtaken others.
    """
    if not view.ours:
        return ()
    theirs = [each.id for each in (*view.steps, *view.without_effect) if each.party == view.called]
    return () if not theirs else (max(theirs),)


def _draft(
    kind: Kind,
    from_post: str,
    *to_posts: str,
    precedence: Precedence,
    fact: CallFact,
    references: tuple[MessageId, ...],
    context: Context,
) -> Draft:
    if defect := call_defect(kind, fact):
        _refuse_defect(defect)
    return Draft(
        kind=kind,
        from_post=from_post,
        to_posts=to_posts,
        precedence=precedence,
        language=context.agreement.party(context.us).language,
        body=encode_call(kind, fact),
        references=references,
    )


def _with_words(draft: Draft, words: str) -> tuple[Draft, ...]:
    """Put what people wrote into an entry of its own behind the act, so that it can be erased and the fact stays."""
    if not words.strip():
        return (draft,)
    fact = CallFact(words=words.strip())
    if defect := call_defect(Kind.CALL_WORDS, fact):
        _refuse_defect(defect)
    beside = Draft(
        kind=Kind.CALL_WORDS,
        from_post=draft.from_post,
        to_posts=draft.to_posts,
        precedence=draft.precedence,
        language=draft.language,
        body=encode_call(Kind.CALL_WORDS, fact),
        references=draft.references[:1] if draft.kind != Kind.CALL_PLACED else (),
        follows=True,
    )
    return draft, beside


def _insist_ours(post: str, context: Context) -> None:
    if context.agreement.post(post).party != context.us:
        _refuse("foreign_post", f"{post} is not a post of ours.", "Name a post of your own party.")


def _insist_outcome(outcome: Outcome, possible: tuple[Outcome, ...]) -> None:
    if outcome not in possible:
        _refuse_form("bad_outcome", f"{outcome} is no such outcome", f"One of {', '.join(possible)}.")


_HINTS = {
    "long_officer": f"The label has at most {MAX_OFFICER_CHARACTERS} characters.",
    "long_name": "The name has at most 80 characters.",
    "long_words": "At most 280 characters; say the rest in a message.",
    "unprintable_words": "It holds a character that cannot be seen; type the text anew.",
    "missing_fingerprint": "Voice and video need the fingerprint of the console; call from its page, or by text.",
    "unexpected_fingerprint": "A call by text has none.",
    "deferred_nowhere": "Name a post, a time, or both.",
    "staffed_not_rung": "Only a post that rings can be on watch at it.",
}


def _refuse_defect(defect: str) -> NoReturn:
    what = defect.replace("_", " ")
    _refuse_form(defect, f"the call is not right ({what})", _HINTS.get(defect, "See docs/spec/calls.md."))


def _refuse(reason: str, sentence: str, hint: str) -> NoReturn:
    raise PolicyError(sentence, code=f"services.calls.{reason}", hint=hint)


def _refuse_form(reason: str, sentence: str, hint: str) -> NoReturn:
    raise UsageError(sentence, code=f"services.calls.{reason}", hint=hint)
