"""Calls between two desks of a test: ringing one, reading what became of it, and ending every one at its end."""

import contextlib

from tests.console.desks import wait_until

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.calls import CallState, DeclineReason
from coupefeu.services.calls.commands import DeclineCall, HangUp, PlaceCall, WithdrawCall

MANY = 100_000
"""Calls a minute that nobody here reaches: all tests of a process ring at the same two desks."""


def allow_calls(desk, per_minute=MANY):
    """Let so many calls a minute ring at a desk from now on, whatever was agreed, and rang before."""
    ringing = desk.calling._ringing
    desk.thread.call(ringing._queues.clear)
    desk.thread.call(type(ringing).amend, ringing, per_minute)
    ringing.amend = lambda _agreed: None


def ring(desk, **fields):
    """Call the duty desk of the other side; gives the call's number."""
    return desk.act(PlaceCall(from_post=f"{desk.party}.duty", to_post=f"{desk.other}.duty", **fields))[0]


def read(desk, number):
    """Read a call from the record of a node, once it is there."""

    def find():
        with contextlib.suppress(UsageError):
            return desk.thread.call(desk._node.call_view, desk.id(number))

    return wait_until(find, f"{number} is not on the record of {desk.party}")


def became(desk, number, outcome=None, state=CallState.ENDED):
    """Wait until a call stands so on the record of a node; gives it."""

    def stands():
        found = read(desk, number)
        return found if (found.state, found.outcome) == (state, outcome) else None

    return wait_until(stands, f"{number} is not {outcome or state} at {desk.party}")


def end_calls(*desks):
    """End every call that is open at these desks: it covers every page of a node, also those of the next test."""
    for desk in desks:
        for call in desk.thread.call(desk.calling.open_views):
            with contextlib.suppress(PolicyError):  # the other side was faster
                desk.act(_ending(call, f"{desk.party}.duty"))
    for desk in desks:
        wait_until(lambda desk=desk: not desk.thread.call(desk.calling.open_views), "a call goes on")


def _ending(call, post):
    if call.state is CallState.IN_CALL:
        return HangUp(call=call.id, from_post=post)
    if call.ours:
        return WithdrawCall(call=call.id, from_post=post)
    return DeclineCall(call=call.id, from_post=post, reason=DeclineReason.NOT_NOW)
