"""The calls of the headless demo: one of each way in which an attempt ends between two nodes that hear each other.

US calls RU: answered and ended, declined, put off, withdrawn, and one that rings where nobody is on watch
RU calls US: rings where the desk is on watch, and nobody acts
"""

import asyncio
from collections import Counter
from typing import Final

from coupefeu.model.calls import CallState, DeclineReason, Outcome
from coupefeu.model.precedence import Precedence
from coupefeu.node.calling.call import Call
from coupefeu.node.demo.watching import insist, wait_until
from coupefeu.node.node import Node
from coupefeu.services.watch.facts import LeaveWatch, TakeWatch

RING: Final = "10s"
"""What the parties of the demo agree otherwise: an attempt on which nobody acts ends while somebody looks on."""
OFFICER: Final = "demo"


async def hold_calls(us: Node, ru: Node) -> str:
    """Hold them, and see that both records say the same of each; gives what was seen in words."""
    await us.act(TakeWatch(from_post=_desk(us), heard=True, officer=OFFICER))
    calls = await asyncio.gather(
        _nobody_acts(us, ru, Outcome.NOT_STAFFED),
        _nobody_acts(ru, us, Outcome.NO_ANSWER),
        *(play(us, ru) for play in (_answered, _declined, _put_off, _withdrawn)),
    )
    await us.act(LeaveWatch(from_post=_desk(us), officer=OFFICER))
    await wait_until(
        lambda: all(_is_alike(call, us, ru) for call in calls), "each ends alike on both records"
    )
    outcomes = Counter(str(us.call(call.id).view().outcome) for call in calls)
    return f"{len(calls)} calls, alike on both records: {', '.join(sorted(outcomes))}"


async def _nobody_acts(caller: Node, called: Node, outcome: Outcome) -> Call:
    call = await _rung(caller, called)
    view = await call.until(outcome)
    insist(view.outcome is outcome, f"{call.number} ends as {outcome}")
    return call


async def _answered(us: Node, ru: Node) -> Call:
    call = await _rung(us, ru, Precedence.FLASH)
    await ru.call(call.id).answer(officer=OFFICER)
    await call.until(CallState.IN_CALL)
    await call.hang_up(officer=OFFICER)
    return call


async def _declined(us: Node, ru: Node) -> Call:
    call = await _rung(us, ru)
    await ru.call(call.id).decline(DeclineReason.NO_INTERPRETER, officer=OFFICER)
    await call.until(Outcome.DECLINED)
    return call


async def _put_off(us: Node, ru: Node) -> Call:
    call = await _rung(us, ru)
    other = next(post.id for post in ru.folder.agreement.posts_of("ru") if post.id != _desk(ru))
    await ru.call(call.id).defer(to_post=other, officer=OFFICER)
    await call.until(Outcome.DEFERRED)
    return call


async def _withdrawn(us: Node, ru: Node) -> Call:
    call = await _rung(us, ru)
    await call.withdraw(officer=OFFICER)
    return call


async def _rung(caller: Node, called: Node, precedence: Precedence = Precedence.IMMEDIATE) -> Call:
    """Call the other side's desk; it rings there when this returns."""
    line = caller.line(called.folder.party)
    call = await line.call(precedence=precedence, officer=OFFICER)
    await call.until(CallState.RINGING)
    return call


def _is_alike(call: Call, us: Node, ru: Node) -> bool:
    ours, theirs = (node.find_call(call.id) for node in (us, ru))
    if ours is None or theirs is None:
        return False
    return (ours.state, ours.outcome) == (theirs.state, theirs.outcome) and ours.state is CallState.ENDED


def _desk(node: Node) -> str:
    return node.folder.agreement.party(node.folder.party).duty_desk
