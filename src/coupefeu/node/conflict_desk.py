"""What an officer reads of conflicts: pairs from the views, both notices as they stand, and what was compared at all.

An empty list is worth what it rests on, so every answer says that too (`Compared`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

from coupefeu.errors import StoreError
from coupefeu.model.entry import Kind
from coupefeu.model.logs import position_of
from coupefeu.model.messages import MessageId
from coupefeu.model.volumes import Separation, Volume
from coupefeu.node.conflict_values import (
    Compared,
    ConflictGroup,
    ConflictList,
    ConflictView,
    DraftConflict,
    Measured,
    NotChecked,
)
from coupefeu.services.base import Context, Rows, Statement
from coupefeu.services.notices.boxes import ARRIVALS, read_separation, select_near
from coupefeu.services.notices.conflicts import find_conflicts
from coupefeu.services.notices.fold import fold
from coupefeu.services.notices.indexing import prepare_volumes
from coupefeu.services.notices.looking import (
    count_conflicts,
    count_live,
    counts_at,
    select_conflicts,
    select_conflicts_of,
    select_minima,
    select_newest_theirs,
    select_next_since,
    select_prepared,
    select_urgent_conflicts,
)
from coupefeu.services.notices.settling import Alarm, judge_alarm, said_of, settled_as
from coupefeu.services.notices.status import NoticeView
from coupefeu.services.notices.tables import select_rows_of
from coupefeu.services.notices.windows import EPOCH_MS
from coupefeu.store.reader import Reader

if TYPE_CHECKING:
    from coupefeu.deconfliction import Clearing

DAMAGE: Final = frozenset({"store.database.corrupt", "store.database.other_version"})
"""What a reader is told where the index is broken."""
_GAP: Final = (
    "SELECT size, complete, (SELECT max(idx) + 1 - logs.size - count(*) FROM entries"
    " WHERE entries.log = logs.log AND idx >= logs.size) FROM logs WHERE log = ?"
)
_CHUNK: Final = 256
SHORT_BYTES: Final = 4_096
LONG_KEPT: Final = 64
T = TypeVar("T")
_OfTwo = Callable[[bytes, bytes, Separation], T]


class ConflictDesk:
    """The conflicts of one record; a part of `node.desk.Desk`."""

    def __init__(self, reader: Reader, context: Callable[[], Context]) -> None:
        self._reader = reader
        self._context = context

    def listed(self, limit: int = 500, *, is_link_up: bool | None = None) -> ConflictList:
        """Give the conflicts that are not over, by movement; those that begin first in front.

        So many of these; of more also as many that begin next, and as many that were found last.
        """
        context = self._context()
        compared = self._compared(context, is_link_up=is_link_up)
        rows = [] if _is_damaged(compared) else self._first(context.now.utc_ms, limit, compared.conflicts)
        return ConflictList(
            groups=_group(self._views(rows, context)),
            total=compared.conflicts,
            compared=compared,
            next_ms=None if _is_damaged(compared) else self._next_ms(context.now.utc_ms),
        )

    def of(self, notice: MessageId) -> tuple[ConflictView, ...]:
        """Give the conflicts of one notice, of either side."""
        context = self._context()
        return self._views(self._rows(select_conflicts_of([notice], context.now.utc_ms)), context)

    def counts(self, notices: Sequence[MessageId]) -> Mapping[MessageId, int]:
        """Count the conflicts of each of these notices; of one that has none nothing."""
        counts: dict[MessageId, set[tuple[int, int, int, int]]] = {}
        for row in self._rows(select_conflicts_of(notices, self._context().now.utc_ms)):
            place = row["of_log"], row["of_idx"]
            counts.setdefault(place, set()).add(_pair(row))
        return {notice: len(pairs) for notice, pairs in counts.items()}

    def compared(self, *, is_link_up: bool | None = None) -> Compared:
        """Say what was compared; `is_link_up`: the line now, as a running node knows it."""
        return self._compared(self._context(), is_link_up=is_link_up)

    def check(self, volumes: tuple[Volume, ...], *, ours: bool = True) -> tuple[DraftConflict, ...]:
        """Say what volumes would conflict with: of ours with theirs; not `ours`: those they propose, with ours."""
        context = self._context()
        ready = prepare_volumes(volumes)
        if ready is None:
            return ()
        prepared, boxes = ready
        separation = self._separation(context)
        near = [self._rows(each) for each in select_near(boxes, separation, ours=not ours)]
        found = {
            (row["root_log"], row["root_idx"]): row
            for row in find_conflicts(prepared, near, separation)
            if counts_at(row, context.now.utc_ms)
        }
        notices = self._notices(found, context)
        return tuple(
            DraftConflict(other=other, measured=_measure(prepared, row["prepared"], separation))
            for notice, row in found.items()
            if (other := notices[notice]).is_live
        )

    def clearing(self, ours: MessageId, theirs: MessageId) -> "Clearing | None":
        """Say what could be changed in our notice alone that clears this conflict.

        None: they are not in conflict, or ours is a movement that is not by its plan any more.
        """
        context = self._context()
        for row in _of_each_pair(self._rows(select_conflicts_of([ours], context.now.utc_ms))):
            is_by_plan = row["our_arrival"] <= ARRIVALS
            if (row["their_log"], row["their_idx"]) == theirs and is_by_plan:
                prepared = self._prepared([row])
                one, other = (prepared[row[f"{side}_arrival"]] for side in ("our", "their"))
                return _clear(one, other, self._separation(context))
        return None

    def _first(self, now_ms: int, limit: int, total: int) -> Rows:
        found = self._rows(select_conflicts(now_ms, limit))
        if total > limit:
            urgent = [row for each in select_urgent_conflicts(now_ms, limit) for row in self._rows(each)]
            found = [*found, *sorted(urgent, key=lambda row: int(row["start_s"]))]
        return _of_each_pair(found)

    def _next_ms(self, now_ms: int) -> int | None:
        """Say when the next conflict arises by the clock alone, for a movement runs late then; None: none does."""
        ((since_s,),) = (row.values() for row in self._rows(select_next_since(now_ms)))
        return None if since_s is None else since_s * 1_000 + EPOCH_MS

    # --- views --------------------------------------------------------------------------------------------

    def _views(self, rows: Rows, context: Context) -> tuple[ConflictView, ...]:
        rows = _of_each_pair(rows)
        places = [(row[f"{side}_log"], row[f"{side}_idx"]) for row in rows for side in ("our", "their")]
        notices = self._notices(places, context)
        prepared = self._prepared(rows)
        separation = self._separation(context)
        views = (
            self._view(
                row,
                notices[row["our_log"], row["our_idx"]],
                notices[row["their_log"], row["their_idx"]],
                _measure(prepared[row["our_arrival"]], prepared[row["their_arrival"]], separation),
                context,
            )
            for row in rows
        )
        return tuple(each for each in views if each.ours.is_live and each.theirs.is_live)

    def _view(
        self, row: Any, ours: NoticeView, theirs: NoticeView, measured: Measured, context: Context
    ) -> ConflictView:
        said = said_of(ours, theirs)
        span_ms = measured.start_ms, measured.end_ms
        found_ms = max(row["found_ms"], row["since_s"] * 1_000 + EPOCH_MS)
        return ConflictView(
            ours=ours,
            theirs=theirs,
            measured=measured,
            found_ms=found_ms,
            said=said,
            settlement=settled_as(said, ours, theirs),
            alarm=judge_alarm(ours, theirs, said, span_ms, found_ms, context.now.utc_ms),
        )

    def _notices(self, places: Iterable[MessageId], context: Context) -> dict[MessageId, NoticeView]:
        """Fold these notices; a settlement is about two of them."""
        wanted = sorted(set(places))
        rows: dict[MessageId, dict[MessageId, Any]] = {each: {} for each in wanted}
        for start in range(0, len(wanted), _CHUNK):
            for row in self._rows(select_rows_of(*wanted[start : start + _CHUNK])):
                about = [(row["root_log"], row["root_idx"])]
                if row["kind"] == Kind.CONFLICT_SETTLED:
                    about.append((row["other_log"], row["other_idx"]))
                for notice in about:
                    rows.get(notice, {})[row["log"], row["idx"]] = row
        return {notice: fold(list(held.values()), notice, context) for notice, held in rows.items()}

    def _prepared(self, rows: Rows) -> dict[int, bytes]:
        arrivals = {row[f"{side}_arrival"] for row in rows for side in ("our", "their")}
        return {row["arrival"]: row["prepared"] for row in self._rows(select_prepared(sorted(arrivals)))}

    # --- what was compared --------------------------------------------------------------------------------

    def _compared(self, context: Context, *, is_link_up: bool | None) -> Compared:
        agreed = context.agreement.notices.separation
        not_checked, since_ms = self._why_not(context)
        counts = {"ours": 0, "theirs": 0}
        conflicts, newest_ms, separation = 0, None, agreed
        try:
            (counts,) = self._rows(count_live(context.now.utc_ms))  # type: ignore[assignment]  # one row of two numbers
            ((conflicts,),) = (row.values() for row in self._rows(count_conflicts(context.now.utc_ms)))
            newest = self._rows(select_newest_theirs())
            newest_ms = newest[0]["claimed_ms"] if newest else None
            separation = self._separation(context)
        except StoreError as error:
            if error.code not in DAMAGE:
                raise
            not_checked, since_ms = NotChecked.DAMAGED, None
        return Compared(
            ours=counts["ours"],
            theirs=counts["theirs"],
            conflicts=conflicts,
            newest_theirs_ms=newest_ms,
            is_link_up=is_link_up,
            separation=separation,
            not_checked=not_checked,
            since_ms=since_ms,
            as_of_ms=context.now.utc_ms,
        )

    def _why_not(self, context: Context) -> tuple[NotChecked | None, int | None]:
        """Say why nobody can say that all was compared, and since when; None: all that is on both records was."""
        gap = self._first_gap(context)
        if gap is not None:
            return NotChecked.GAP, gap[0]
        minima = self._rows(select_minima())
        agreed = context.agreement
        if minima and read_separation(minima) != agreed.notices.separation:
            return NotChecked.MINIMA, agreed.in_force_ms
        if minima and minima[0]["since_ms"] is not None:
            return NotChecked.MINIMA, minima[0]["since_ms"]
        return None, None

    def _first_gap(self, context: Context) -> tuple[int | None] | None:
        """Say when the last of another's log came that lies before the first hole in it; None: there is no hole."""
        since: list[int | None] = []
        us = position_of(context.our_log, len(context.parties))
        for log in (row["log"] for row in self._reader.logs()):
            if position_of(log, len(context.parties)) == us:
                continue
            size, complete, missing = self._reader.connection.query(_GAP, (log,)).fetchone()
            if complete < size or missing:
                held = self._reader.entries(log, complete - 1, 1) if complete else ()
                since.append(held[0]["arrived_ms"] if held else None)
        if not since:
            return None
        return (None if None in since else min(each for each in since if each is not None),)

    def _separation(self, context: Context) -> Separation:
        return read_separation(self._rows(select_minima())) or context.agreement.notices.separation

    def _rows(self, statement: Statement) -> Rows:
        return self._reader.view(statement.executable, statement.parameters)


def _kept(count: int) -> Callable[[_OfTwo[T]], _OfTwo[T]]:
    """Keep what was computed of two notices: it is the same until one of them is amended.

    Long ones are a hundred thousand bytes each, and a peer may file many: few of those are kept.
    """

    def keep(compute: _OfTwo[T]) -> _OfTwo[T]:
        of_short, of_long = (lru_cache(maxsize=each)(compute) for each in (count, LONG_KEPT))

        def look_up(ours: bytes, theirs: bytes, separation: Separation) -> T:
            is_short = len(ours) + len(theirs) <= SHORT_BYTES
            return (of_short if is_short else of_long)(ours, theirs, separation)

        return look_up

    return keep


@_kept(4_096)
def _measure(ours: bytes, theirs: bytes, separation: Separation) -> Measured:
    """Measure two notices."""
    from coupefeu.deconfliction import Prepared, gap  # noqa: PLC0415 - loads NumPy

    found = gap(Prepared(ours), Prepared(theirs), separation)
    return Measured(
        distance_m=found.distance_m,
        altitude_gap_m=float(found.altitude_gap_m),
        time_gap_s=float(found.time_gap_s),
        place=found.place,
        other_place=found.other,
        start_ms=found.start_ms,
        end_ms=found.end_ms,
        is_within_tolerance=found.within_tolerance,
        is_at_least=found.datums_differ,
    )


@_kept(1_024)
def _clear(ours: bytes, theirs: bytes, separation: Separation) -> "Clearing":
    """Search what would clear it; two to four milliseconds, and a page of conflicts asks for each."""
    from coupefeu.deconfliction import Prepared, clearing  # noqa: PLC0415 - loads NumPy

    return clearing(Prepared(ours), Prepared(theirs), separation)


def _pair(row: Any) -> tuple[int, int, int, int]:
    return row["our_log"], row["our_idx"], row["their_log"], row["their_idx"]


def _of_each_pair(rows: Rows) -> Rows:
    """Give one row for each pair: of a movement what is ahead of it, where that counts, before its plan."""
    found: dict[tuple[int, int, int, int], Any] = {}
    for row in rows:
        held = found.setdefault(_pair(row), row)
        if (row["our_arrival"], row["their_arrival"]) > (held["our_arrival"], held["their_arrival"]):
            found[_pair(row)] = row
    return tuple(found.values())


def _is_damaged(compared: Compared) -> bool:
    return compared.not_checked is NotChecked.DAMAGED


def _group(views: Sequence[ConflictView]) -> tuple[ConflictGroup, ...]:
    """Put conflicts of one movement of ours together, in the order of their first."""
    groups: dict[str, list[ConflictView]] = {}
    for each in views:
        groups.setdefault(_movement(each.ours) or each.ours.number, []).append(each)
    return tuple(
        ConflictGroup(
            movement=_movement(conflicts[0].ours),
            title="" if conflicts[0].ours.fact is None else conflicts[0].ours.fact.title,
            conflicts=tuple(conflicts),
            alarm=_strongest(each.alarm for each in conflicts),
        )
        for conflicts in groups.values()
    )


def _movement(notice: NoticeView) -> str:
    return "" if notice.fact is None else notice.fact.movement


def _strongest(alarms: Iterable[Alarm | None]) -> Alarm | None:
    """Give the one alarm of a movement: a plan that runs already comes before one that is about to."""
    found = set(alarms)
    return next((each for each in (Alarm.RUNNING, Alarm.LEAD) if each in found), None)
