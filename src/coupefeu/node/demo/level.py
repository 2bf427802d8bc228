"""The firebreak of the demo: broken at the end of the story, on both records alike; then one call is answered."""

from collections.abc import Sequence
from typing import Final

from coupefeu.model.calls import CallState
from coupefeu.model.firebreak import Level
from coupefeu.node.demo.march import ILLUSTRATION, MINISTER, SECRETARY
from coupefeu.node.demo.terms import RUNS_ON, at
from coupefeu.node.demo.watching import insist, wait_until
from coupefeu.node.desk import Desk
from coupefeu.node.folder import NodeFolder
from coupefeu.node.node import Node
from coupefeu.services.firebreak.judged import Judged

PAIR: Final = f"{MINISTER}/{SECRETARY}"


def see_broken(folders: Sequence[NodeFolder]) -> str:
    """See that both stopped nodes say the same at the end of the story; gives it in words."""
    ours, theirs = map(_at_the_end, folders)
    insist(
        ours.level is theirs.level is Level.BROKEN, f"broken on both records: {ours.level}, {theirs.level}"
    )
    insist(_said(ours) == _said(theirs), "both nodes give the same reasons, by the same entries")
    insist(all(reason.entries for reason in ours.reasons), "each reason has its entries")
    broken = [reason.rule for reason in ours.reasons if reason.level is Level.BROKEN]
    count = len(ours.reasons)
    return f"{count} reasons, the same on both records, each with its entries; broken by {', '.join(broken)}"


async def answer_at_last(us: Node, ru: Node) -> str:
    """Let the Secretary ring, and the Minister answer: both nodes then say another level."""
    first = _level(us)
    call = await us.line("ru").call(from_post=SECRETARY, to_post=MINISTER, officer=ILLUSTRATION)
    await call.until(CallState.RINGING)
    await ru.call(call.id).answer(from_post=MINISTER, officer=ILLUSTRATION)
    await call.until(CallState.IN_CALL)
    await call.hang_up(from_post=SECRETARY, officer=ILLUSTRATION)
    await wait_until(lambda: _is_over(us) and _is_over(ru), "nothing is left between the two")
    await wait_until(lambda: _level(us) is _level(ru) is not first, "both nodes say another level")
    return f"{call.number} is answered by the post itself: {_level(us)} in the place of {first}, on both"


def _at_the_end(folder: NodeFolder) -> Judged:
    desk = Desk.open(folder, running=False)
    try:
        return desk.firebreak.at(at(RUNS_ON))
    finally:
        desk.close()


def _said(judged: Judged) -> list[tuple[str, str, object]]:
    return [(reason.rule, reason.subject, reason.entries) for reason in judged.reasons]


def _level(node: Node) -> Level:
    return node.firebreak().level


def _is_over(node: Node) -> bool:
    return all(reason.subject != PAIR for reason in node.firebreak().reasons)
