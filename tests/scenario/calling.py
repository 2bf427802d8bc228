"""What the stories about calls share: who calls, who acts, and how an attempt stands on both records."""

from collections import Counter
from dataclasses import replace

from sqlalchemy import select
from tests.scenario.stage import DESKS

from coupefeu.model.calls import CallState, DeclineReason
from coupefeu.model.messages import MessageId
from coupefeu.model.precedence import Precedence
from coupefeu.node.calling.record import CallRecord
from coupefeu.services.calls.commands import AnswerCall, CallAct, DeclineCall, PlaceCall
from coupefeu.services.calls.fold import fold
from coupefeu.services.calls.status import CallView
from coupefeu.services.calls.tables import CALLS
from coupefeu.services.watch.facts import LeaveWatch, TakeWatch
from coupefeu.store.reader import Reader
from coupefeu.testing.joined import JoinedNodes, MemoryNode
from coupefeu.testing.line import make_agreement

RING_S = 120
"""How long the last rung rings, where the agreement says nothing else."""
GRACE_S = 30


def with_terms(**terms):
    """The agreement of the tests with other terms of calls."""
    agreement = make_agreement()
    return replace(agreement, calls=replace(agreement.calls, **terms))


def call(node: MemoryNode, to_post: str = "", precedence=Precedence.IMMEDIATE, **fields) -> MessageId:
    """Call the other side's desk, or another post."""
    (other,) = set(DESKS) - {node.name}
    stated = {"from_post": DESKS[node.name], "to_post": to_post or DESKS[other], "precedence": precedence}
    return node.act(PlaceCall(**stated | fields))[0]


def act(node: MemoryNode, command: type[CallAct], number: MessageId, **fields) -> MessageId:
    """Act about a call, from the duty desk unless `from_post` says otherwise."""
    return node.act(command(call=number, **{"from_post": DESKS[node.name]} | fields))[0]


def answer(node: MemoryNode, number: MessageId, **fields) -> MessageId:
    return act(node, AnswerCall, number, **fields)


def decline(node: MemoryNode, number: MessageId, reason=DeclineReason.NOT_NOW, **fields) -> MessageId:
    return act(node, DeclineCall, number, reason=reason, **fields)


def watch(node: MemoryNode, post: str = "") -> None:
    node.act(TakeWatch(from_post=post or DESKS[node.name], heard=True))


def leave(node: MemoryNode, post: str = "") -> None:
    node.act(LeaveWatch(from_post=post or DESKS[node.name]))


def view(node: MemoryNode, number: MessageId) -> CallView:
    """The attempt as this side's record says it."""
    context = node.keeper.context(node.clock())
    ((placed, steps),) = CallRecord(lambda: context, node.desk).call(number)
    return fold(placed, steps, context)


def is_receipted(node: MemoryNode, number: MessageId) -> bool:
    """Whether the other side has signed that it holds it."""
    with Reader(node.path, running=True) as reader:
        return bool(reader.receipts(*number))


def outcomes(node: MemoryNode) -> Counter:
    """How many attempts came to which outcome, as lists have it."""
    with Reader(node.path, running=True) as reader:
        return Counter(row["outcome"] for row in reader.view(select(CALLS.c.outcome)))


def outcome(nodes: JoinedNodes, number: MessageId):
    """What became of it: the same on both records, or this fails; None while it is open."""
    ours, theirs = (view(node, number) for node in nodes.nodes)
    assert (ours.outcome, ours.rung_posts) == (theirs.outcome, theirs.rung_posts)
    assert [step.id for step in ours.steps] == [step.id for step in theirs.steps]
    assert not any(node.defects for node in nodes.nodes)
    return ours.outcome


def state(node: MemoryNode, number: MessageId) -> CallState:
    return view(node, number).state
