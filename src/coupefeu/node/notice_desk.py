"""What an officer reads of notices: windows of filtered lists, one notice, and all that are live."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from coupefeu.errors import UsageError
from coupefeu.model.messages import MessageId, format_number
from coupefeu.services.base import Context, Rows, Statement
from coupefeu.services.notices.acts import Row
from coupefeu.services.notices.fold import fold
from coupefeu.services.notices.listed import NoticeFilter, count_notices, select_notices
from coupefeu.services.notices.status import NoticeState, NoticeView
from coupefeu.services.notices.tables import NOTHING, roots_of, select_root_of, select_rows_of
from coupefeu.store.reader import Reader

_TOGETHER = 500
"""So many notices are read with one select."""
_EVERY = 1 << 40


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedNotices:
    """A window of a list; `total` are in the list."""

    notices: tuple[NoticeView, ...]
    total: int
    as_of_ms: int


class NoticeDesk:
    """The notices of one record; a part of `node.desk.Desk`."""

    def __init__(self, reader: Reader, context: Callable[[], Context]) -> None:
        self._reader = reader
        self._context = context

    def listed(self, wanted: NoticeFilter, offset: int, limit: int) -> ListedNotices:
        """Give a window of a filtered list, newest arrival first unless the filter says otherwise."""
        context = self._context()
        now_ms = context.now.utc_ms
        ((total,),) = (row.values() for row in self._rows(count_notices(wanted, now_ms)))
        found = roots_of(self._rows(select_notices(wanted, offset, limit, now_ms)))
        return ListedNotices(notices=tuple(self._views(found, context)), total=int(total), as_of_ms=now_ms)

    def find(self, entry: MessageId) -> NoticeView | None:
        """Give a notice by its number or that of any entry about it; None when it is not on the record here."""
        context = self._context()
        named = [(row["root_log"], row["root_idx"]) for row in self._rows(select_root_of(entry))]
        root = next((each for each in named if each != NOTHING), entry)
        rows = self._rows(select_rows_of(root))
        return fold(rows, root, context) if any((row["log"], row["idx"]) == root for row in rows) else None

    def get(self, entry: MessageId) -> NoticeView:
        """Give a notice by its number or that of any entry about it. Raises: UsageError: it is not here."""
        found = self.find(entry)
        if found is None:
            raise UsageError(
                f"{format_number(entry, self._context().parties)} is no notice on the record here",
                code="services.notices.unknown_notice",
                hint="`coupefeu notice list` gives their numbers.",
            )
        return found

    def live(self, ours: bool | None = None) -> tuple[NoticeView, ...]:
        """Give every notice that is in force, of one side or of both, by beginning."""
        wanted = NoticeFilter(ours=ours, state=NoticeState.LIVE, by_start=True)
        context = self._context()
        found = roots_of(self._rows(select_notices(wanted, 0, _EVERY, context.now.utc_ms)))
        return tuple(self._views(found, context))

    def _views(self, notices: Sequence[MessageId], context: Context) -> Iterator[NoticeView]:
        for start in range(0, len(notices), _TOGETHER):
            together = notices[start : start + _TOGETHER]
            rows: dict[MessageId, list[Row]] = {each: [] for each in together}
            for row in self._rows(select_rows_of(*together)):
                for place in {(row["root_log"], row["root_idx"]), (row["other_log"], row["other_idx"])}:
                    if place in rows:
                        rows[place].append(row)
            yield from (fold(rows[each], each, context) for each in together)

    def _rows(self, statement: Statement) -> Rows:
        return self._reader.view(statement.executable, statement.parameters)
