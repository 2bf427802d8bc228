"""The notices of the demo: a dozen are filed, one conflict is found on both sides, and settled by what would clear it.

US and RU file -> both find the same one conflict -> US moves its patrol up -> both say RESOLVED
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from coupefeu.model.instant import format_second
from coupefeu.model.messages import MINUTE_MS, MessageId
from coupefeu.model.notices import Answer, Settlement
from coupefeu.model.volumes import Altitude, Bound, Volume
from coupefeu.node.conflict_values import ConflictView
from coupefeu.node.demo.loading import FilingDesk, Loaded, Tell, load_notices
from coupefeu.node.demo.plans import OFFICER, OURS, THEIRS, Plan
from coupefeu.node.demo.watching import insist, wait_until
from coupefeu.node.node import Node
from coupefeu.services.notices.commands import AmendNotice, AnswerNotice, FileNotice, SettleConflict
from coupefeu.services.notices.listed import NoticeFilter
from coupefeu.services.notices.status import NoticeState
from coupefeu.wire.positions import write_dms

_UNLIMITED_LIST: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """The notices of both sides, in the order of `OURS` and `THEIRS`."""

    us: tuple[MessageId, ...]
    ru: tuple[MessageId, ...]


async def file_plans(us: Node, ru: Node) -> Filed:
    """File a dozen notices, answer some, and see that both sides hold them and find the same one conflict."""
    now_ms = us.context().now.utc_ms // MINUTE_MS * MINUTE_MS
    ours, theirs = await asyncio.gather(_file(us, OURS, now_ms), _file(ru, THEIRS, now_ms))
    filed = Filed(us=ours, ru=theirs)
    count = len(ours) + len(theirs)
    await wait_until(lambda: all(_live(node) == count for node in (us, ru)), "all notices arrive")
    await wait_until(lambda: all(_standing(node) == 1 for node in (us, ru)), "both sides find the conflict")
    await _answer(ru, theirs=ours, plans=OURS)
    return filed


async def settle_conflict(us: Node, ru: Node, filed: Filed) -> str:
    """Move the patrol of US up by what clears the conflict, and have both say so; gives what was seen in words."""
    conflict = _only(us)
    seen_by_ru = _only(ru)
    ours, theirs = conflict.ours.id, conflict.theirs.id
    insist(
        (seen_by_ru.theirs.id, seen_by_ru.ours.id) == (ours, theirs), "both sides name the same two notices"
    )
    insist((ours, theirs) == (filed.us[0], filed.ru[0]), "they are the two that would meet")
    clearing = us.conflicts.clearing(ours, theirs)
    raise_m, fact = clearing.raise_m if clearing else None, conflict.ours.fact
    insist(raise_m is not None, "a height is found that clears it")
    assert raise_m is not None
    assert fact is not None
    higher = replace(fact, volumes=tuple(_raised(each, raise_m) for each in fact.volumes))
    await us.act(AmendNotice.of(ours, higher, _desk(us)))
    await wait_until(lambda: _standing(us) == _standing(ru) == 0, "the conflict is cleared on both sides")
    for node, mine, other in ((us, ours, theirs), (ru, theirs, ours)):
        await node.act(
            SettleConflict(
                notice=mine,
                other=other,
                from_post=_desk(node),
                officer=OFFICER,
                settlement=Settlement.RESOLVED,
            )
        )
    await wait_until(lambda: all(_is_settled(node, ours) for node in (us, ru)), "both records say RESOLVED")
    return f"{_met(conflict)}; US goes {raise_m:,} m higher, both records say RESOLVED"


def _met(conflict: ConflictView) -> str:
    measured = conflict.measured
    gaps = f"altitude gap {measured.altitude_gap_m:.0f} m, time gap {measured.time_gap_s:.0f} s"
    near = f"{measured.distance_m / 1_000:.1f} km ({gaps})"
    where = f"{write_dms(measured.place)} from {format_second(measured.start_ms or 0)}"
    return f"{conflict.ours.number} and {conflict.theirs.number} would come within {near} at {where}"


def is_met(node: Node, notice: MessageId) -> bool:
    """Whether a notice conflicts with one of which neither side has said what becomes of it."""
    return any(not each.said for each in node.conflicts.of(notice))


async def load_files(paths: Sequence[Path], us: Node, ru: Node, tell: Tell) -> Loaded:
    """File what these files hold, and see that both sides hold all of it. Raises: as `load_notices`."""
    nodes = (us, ru)
    before = _live(us)
    loaded = await load_notices(
        paths, {node.folder.party: _filing(node) for node in nodes}, us.context().now.utc_ms, tell
    )
    count = before + loaded.total
    await wait_until(lambda: all(_live(node) == count for node in nodes), "what was loaded arrives")
    return loaded


def conflicts_of(us: Node, ru: Node) -> Mapping[str, int]:
    """Count the conflicts that each side lists."""
    return {node.folder.party: _standing(node) for node in (us, ru)}


async def _file(node: Node, plans: Sequence[Plan], now_ms: int) -> tuple[MessageId, ...]:
    numbers = []
    for plan in plans:
        (sent,) = await node.act(FileNotice.of(plan.fact(now_ms), _desk(node)))
        numbers.append(sent.id)
    return tuple(numbers)


async def _answer(node: Node, theirs: Sequence[MessageId], plans: Sequence[Plan]) -> None:
    """Agree to what the other side asks for, and say of the rest that it has come."""
    for notice, plan in zip(theirs, plans, strict=True):
        answer = Answer.AGREED if plan.wants_answer else Answer.RECEIVED
        await node.act(AnswerNotice(notice=notice, from_post=_desk(node), answer=answer, officer=OFFICER))


def _filing(node: Node) -> FilingDesk:
    async def file(command: FileNotice) -> str:
        return (await node.act(command))[0].number

    return FilingDesk(from_post=_desk(node), file=file)


def _live(node: Node) -> int:
    return node.notices(NoticeFilter(state=NoticeState.LIVE), 0, 1).total


def _standing(node: Node) -> int:
    return node.conflicts.compared().conflicts


def _only(node: Node) -> ConflictView:
    found = [each for group in node.conflicts.listed(_UNLIMITED_LIST).groups for each in group.conflicts]
    insist(len(found) == 1, f"{node.folder.party.upper()} lists one conflict")
    return found[0]


def _is_settled(node: Node, notice: MessageId) -> bool:
    said = {each.party: each.settlement for each in node.notice(notice).settlements if not each.effect}
    return said == {"us": Settlement.RESOLVED, "ru": Settlement.RESOLVED}


def _raised(volume: Volume, by_m: int) -> Volume:
    return replace(volume, lower=_higher(volume.lower, by_m), upper=_higher(volume.upper, by_m))


def _higher(bound: Bound, by_m: int) -> Bound:
    return replace(bound, value=bound.value + by_m) if isinstance(bound, Altitude) else bound


def _desk(node: Node) -> str:
    return node.folder.agreement.party(node.folder.party).duty_desk
