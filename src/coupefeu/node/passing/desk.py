"""A notice with everything that was done to bring it down, as an officer looks at it; `Desk.passing`."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.sql.expression import bindparam

from coupefeu.errors import UsageError
from coupefeu.model.logs import position_of
from coupefeu.model.messages import MessageId
from coupefeu.node.notice_desk import NoticeDesk
from coupefeu.record.leaf import leaf_hash
from coupefeu.services.base import Context, Rows, Statement
from coupefeu.services.notices.listed import NoticeFilter
from coupefeu.services.notices.status import NoticeState, NoticeView
from coupefeu.services.passing.fold import fold
from coupefeu.services.passing.status import NoticeKnown, NoticeVersion, PassingView
from coupefeu.services.passing.views import NOTHING, PASSING, select_acts, select_root_of
from coupefeu.store.reader import Reader

LOOKED_AT: Final = 100
"""Notices whose gaps are looked at, of each side: so many that begin next, that began today, that run for longer, and
about which something was said last. What one of these is full of hides nothing of the others."""
DAY_MS: Final = 86_400_000
_GIVEN: Final = func.json_each(bindparam("roots")).table_valued("value")
_SELECT_TOUCHED: Final = (
    select(PASSING.c.root_log, PASSING.c.root_idx)
    .join(
        _GIVEN,
        (PASSING.c.root_log == func.json_extract(_GIVEN.c.value, "$[0]"))
        & (PASSING.c.root_idx == func.json_extract(_GIVEN.c.value, "$[1]")),
    )
    .distinct()
)
"""Which of these notices have anything said about them here."""
_SELECT_LATEST: Final = (
    select(PASSING.c.root_log, PASSING.c.root_idx)
    .where(
        PASSING.c.root_log >= 0,
        (PASSING.c.root_log % bindparam("parties") == bindparam("us")) == bindparam("ours"),
    )
    .group_by(PASSING.c.root_log, PASSING.c.root_idx)
    .order_by(func.max(PASSING.c.arrival).desc())
    .limit(bindparam("limit"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """One notice, and how it stands below the desks."""

    notice: NoticeView
    view: PassingView


class PassingDesk:
    """The read side of passing down; it changes nothing."""

    def __init__(self, reader: Reader, context: Callable[[], Context], notices: NoticeDesk) -> None:
        self._reader = reader
        self._context = context
        self._notices = notices

    def get(self, number: MessageId) -> Passing:
        """Give a notice by its number, or by that of any act about it. Raises: UsageError: no such notice is here."""
        named = [(row["root_log"], row["root_idx"]) for row in self._rows(select_root_of(number))]
        root = next((each for each in named if each != NOTHING), number)
        return self.of(self._notices.get(root))

    def of(self, notice: NoticeView) -> Passing:
        """Give how a notice stands below the desks."""
        rows = self._rows(select_acts(notice.id))
        return Passing(notice=notice, view=fold(self._known(notice), rows, self._context()))

    def listed(self, limit: int = LOOKED_AT) -> tuple[Passing, ...]:
        """Give live notices, the next to begin first; which of them, see `LOOKED_AT`."""
        found = {each.id: each for ours in (True, False) for each in self._looked_at(limit, ours=ours)}
        by_start = sorted(found.values(), key=lambda each: (each.start_ms or 0, each.id))
        return tuple(map(self.of, by_start))

    def _looked_at(self, limit: int, *, ours: bool) -> Iterator[NoticeView]:
        context = self._context()
        for after_ms in (context.now.utc_ms, context.now.utc_ms - DAY_MS, None):
            wanted = NoticeFilter(state=NoticeState.LIVE, by_start=True, ours=ours, begins_after_ms=after_ms)
            yield from self._notices.listed(wanted, 0, limit).notices
        parties = len(context.parties)
        us = position_of(context.our_log, parties)
        spoken_of = {"limit": limit, "parties": parties, "us": us, "ours": int(ours)}
        for row in self._rows(Statement(_SELECT_LATEST, spoken_of)):
            notice = self._notices.find((row["root_log"], row["root_idx"]))
            if notice is not None and notice.is_live:
                yield notice

    def gaps(self, notices: Sequence[NoticeView]) -> Mapping[MessageId, int]:
        """Count the units that have not what they must have, of each of these that has any."""
        given = json.dumps([each.id for each in notices])
        rows = self._rows(Statement(_SELECT_TOUCHED, {"roots": given}))
        touched = {(row["root_log"], row["root_idx"]) for row in rows}
        asked = [
            each
            for each in notices
            if each.is_live and (each.id in touched or (each.fact is not None and each.fact.units))
        ]
        counted = {each.id: len(self.of(each).view.gaps) for each in asked}
        return {notice: count for notice, count in counted.items() if count}

    def _known(self, notice: NoticeView) -> NoticeKnown:
        fact = notice.fact
        return NoticeKnown(
            id=notice.id,
            party=notice.party,
            versions=tuple(self._versions(notice)),
            start_ms=notice.start_ms,
            end_ms=notice.end_ms,
            lead_s=notice.lead_s,
            is_live=notice.is_live,
            check_points=() if fact is None else fact.check_points,
            asked=() if fact is None else fact.units,
        )

    def _versions(self, notice: NoticeView) -> Iterator[NoticeVersion]:
        standing = [each for each in notice.versions if not each.effect] or notice.versions[:1]
        for each in standing:
            leaf = leaf_hash(self._reader.entry(*each.id)["leaf"])
            yield NoticeVersion(id=each.id, leaf_hash=leaf, reopens=each.reopens)

    def _rows(self, statement: Statement) -> Rows:
        return self._reader.view(statement.executable, statement.parameters)


def require_live(found: Passing) -> None:
    """Insist that a notice may be acted on. Raises: UsageError: `node.passing.not_live`."""
    if not found.notice.is_live:
        raise UsageError(
            f"{found.notice.number} is not in force: {found.notice.effect or found.notice.state.value}",
            code="node.passing.not_live",
            hint="What is over is not stopped and not passed down. File a new notice.",
        )
