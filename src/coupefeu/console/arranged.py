"""Arranged calls as the console gives them, and what a page asks about one as a command of its session's post."""

from collections.abc import Callable
from typing import Any, Final

from coupefeu.console.acting import one_of
from coupefeu.console.arranged_requests import ArrangeActName, ArrangeActRequest, ArrangeRequest
from coupefeu.console.arranged_values import ArrangedPage, ArrangedPair
from coupefeu.console.sessions import Session
from coupefeu.errors import UsageError
from coupefeu.model.agreement import Agreement
from coupefeu.model.calls import Media
from coupefeu.model.messages import MessageId, parse_number
from coupefeu.node.arranging.looking import list_arrangements
from coupefeu.node.arranging.values import arrangement_values
from coupefeu.node.desk import Desk
from coupefeu.services.arranged.commands import (
    AgreeToCall,
    ArrangeCommand,
    CounterProposal,
    DelegateCall,
    ProposeCall,
    RefuseCall,
    WithdrawProposal,
)
from coupefeu.services.arranged.facts import RefusalReason, Window
from coupefeu.services.arranged.times import parse_window
from coupefeu.services.messages.display import show_line

LISTED: Final = 50


def arranged_page(look: Desk) -> ArrangedPage:
    """Give the newest arranged calls, and who may arrange one."""
    context = look.context()
    found = list_arrangements(look, LISTED)
    ours = sum(each.view.ours for each in found)
    return ArrangedPage(
        rows=tuple(arrangement_values(each, show_line) for each in found),
        pairs=tuple(_pairs(context.agreement, context.us)),
        answer_s=context.agreement.calls.arrange_answer_s,
        words_apart=context.agreement.content_age_s is not None,
        as_of_ms=context.now.utc_ms,
        truncated=max(ours, len(found) - ours) >= LISTED,
    )


def _pairs(agreement: Agreement, us: str) -> list[ArrangedPair]:
    desks = {party.duty_desk for party in agreement.parties}
    return [
        ArrangedPair(our_post=ours, their_post=theirs)
        for pair in agreement.pairs
        for ours, theirs in (pair.posts, pair.posts[::-1])
        if agreement.post(ours).party == us and not desks & {ours, theirs}
    ]


def propose_command(asked: ArrangeRequest, session: Session, now_ms: int) -> ProposeCall:
    """Make the command that proposes a call. Raises: UsageError: what was typed cannot be read."""
    return ProposeCall(
        from_post=session.post,
        to_post=asked.to_post,
        post=asked.post,
        windows=_windows(asked.windows, now_ms),
        media=one_of(Media, asked.media, "media"),
        within_s=asked.within_s,
        languages=asked.languages,
        interpreter=asked.interpreter,
        words=asked.words,
        officer=session.officer,
    )


def act_command(
    asked: ArrangeActRequest, arrangement: MessageId, session: Session, now_ms: int, agreement: Agreement
) -> ArrangeCommand:
    """Make the command of an act about a proposed call. Raises: UsageError: what was typed cannot be read."""
    command, stated = _ACTS[asked.act]
    return command(
        arrangement=arrangement,
        from_post=session.post,
        officer=session.officer,
        words=asked.words,
        **stated(asked, now_ms, agreement),
    )


def _windows(texts: tuple[str, ...], now_ms: int) -> tuple[Window, ...]:
    return tuple(parse_window(each, now_ms) for each in texts)


def _counter(asked: ArrangeActRequest, now_ms: int, _agreement: Agreement) -> dict[str, Any]:
    return {
        "windows": _windows(asked.windows, now_ms),
        "post": asked.post,
        "within_s": asked.within_s,
    }


def _agree(asked: ArrangeActRequest, _now_ms: int, agreement: Agreement) -> dict[str, Any]:
    if asked.window is None:
        raise UsageError(
            "it is not said to which time is agreed",
            code="console.arranged.window",
            hint="Give its number, as it is listed, from 1.",
        )
    offer = None if asked.offer is None else parse_number(asked.offer, agreement.party_ids)
    return {"window": asked.window - 1, "offer": offer}


def _refuse(asked: ArrangeActRequest, _now_ms: int, _agreement: Agreement) -> dict[str, Any]:
    return {"reason": one_of(RefusalReason, asked.reason or "", "reason")}


_Stated = Callable[[ArrangeActRequest, int, Agreement], dict[str, Any]]
_ACTS: Final[dict[ArrangeActName, tuple[type[ArrangeCommand], _Stated]]] = {
    ArrangeActName.COUNTER: (CounterProposal, _counter),
    ArrangeActName.AGREE: (AgreeToCall, _agree),
    ArrangeActName.REFUSE: (RefuseCall, _refuse),
    ArrangeActName.DELEGATE: (DelegateCall, lambda asked, _now_ms, _agreement: {"post": asked.post}),
    ArrangeActName.WITHDRAW: (WithdrawProposal, lambda _asked, _now_ms, _agreement: {}),
}
