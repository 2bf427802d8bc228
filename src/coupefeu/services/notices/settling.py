"""What became of a conflict, and whether it must be seen now: from how both notices stand, and the clock.

settled   what each side said last of the versions that stand; the weaker of both holds, and silence is weakest
          what was said of a movement's plan does not settle where it is when it left that plan, or runs late
alarm     it begins within the lead time of our notice's form, or it is new while one of both notices runs
"""

from collections.abc import Sequence
from enum import StrEnum

from coupefeu.model.messages import MessageId
from coupefeu.model.notices import Settlement
from coupefeu.services.notices.status import NoticeView, SettlementView


class Alarm(StrEnum):
    """Why a conflict must be seen now."""

    LEAD = "lead"
    """It begins so soon that less than the lead time is left."""
    RUNNING = "running"
    """It is new, and one of both notices runs."""


def said_of(ours: NoticeView, theirs: NoticeView) -> tuple[SettlementView, ...]:
    """Give what each side said last of this conflict, as both notices stand; an amendment of either takes it back."""
    last: dict[str, SettlementView] = {}
    since_ms = max(ours.other_since_ms or 0, theirs.other_since_ms or 0)
    for each in sorted(ours.settlements, key=lambda said: said.id):
        is_of_both = reads_as_newest(ours, each.version) and reads_as_newest(theirs, each.other_version)
        is_of_now = is_of_both and each.written_ms >= since_ms
        if each.other == theirs.id and not each.effect and each.settlement is not None and is_of_now:
            last[each.party] = each
    return tuple(last.values())


def reads_as_newest(notice: NoticeView, version: MessageId) -> bool:
    """Whether a version is the one that stands, or only remarks were changed since."""
    standing = [each for each in notice.versions if not each.effect]
    place = next((at for at, each in enumerate(standing) if each.id == version), None)
    return place is not None and not any(each.reopens for each in standing[place + 1 :])


def settled_as(said: Sequence[SettlementView], ours: NoticeView, theirs: NoticeView) -> Settlement | None:
    """Say how a conflict stands; None: it is open, for a side has said nothing and the other has not disputed it."""
    by_party = {each.party: each.settlement for each in said if each.settlement is not None}
    if Settlement.DISPUTED in by_party.values():
        return Settlement.DISPUTED
    if not {ours.party, theirs.party} <= by_party.keys():
        return None
    return max(by_party.values())


def judge_alarm(
    ours: NoticeView,
    theirs: NoticeView,
    said: Sequence[SettlementView],
    span_ms: tuple[int | None, int | None],
    found_ms: int,
    now_ms: int,
) -> Alarm | None:
    """Say whether a conflict raises an alarm at home, and why; what our side has settled raises none."""
    start_ms, end_ms = span_ms
    if any(each.ours for each in said) or (end_ms is not None and end_ms < now_ms):
        return None
    if any(_runs(each, now_ms) and _began_before(each, found_ms) for each in (ours, theirs)):
        return Alarm.RUNNING
    if start_ms is None or start_ms - now_ms <= ours.lead_s * 1_000:
        return Alarm.LEAD
    return None


def _runs(notice: NoticeView, now_ms: int) -> bool:
    has_begun = notice.start_ms is None or notice.start_ms <= now_ms
    return has_begun and (notice.until_ms is None or now_ms <= notice.until_ms)


def _began_before(notice: NoticeView, ms: int) -> bool:
    return notice.start_ms is None or notice.start_ms <= ms
