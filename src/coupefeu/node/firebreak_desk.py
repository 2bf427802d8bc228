"""What an officer reads of the firebreak: the level now, at an instant, as it was known then, and over months."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

from coupefeu.errors import UsageError
from coupefeu.model.firebreak import UNKNOWN_RULE, Level
from coupefeu.model.instant import format_instant
from coupefeu.model.logs import position_of
from coupefeu.services.base import Context, Rows, Statement
from coupefeu.services.firebreak.clocks import select_skew
from coupefeu.services.firebreak.gathering import begun, gather
from coupefeu.services.firebreak.history import grave_since, spans
from coupefeu.services.firebreak.judged import Judged, LevelSpan
from coupefeu.services.firebreak.judging import agreement_at, judge
from coupefeu.services.firebreak.marks import Asked
from coupefeu.services.firebreak.spanning import gather_between
from coupefeu.store.reader import Reader

MAX_SPAN_MS: Final = 10 * 366 * 86_400_000
_HOLDS: Final = (
    "SELECT size, complete, (SELECT count(*) FROM entries WHERE entries.log = logs.log AND idx >= logs.size),"
    " (SELECT max(idx) + 1 - logs.size FROM entries WHERE entries.log = logs.log AND idx >= logs.size)"
    " FROM logs WHERE log = ?"
)


class FirebreakDesk:
    """The firebreak of one record; a part of `node.desk.Desk`."""

    def __init__(self, reader: Reader, context: Callable[[], Context]) -> None:
        self._reader = reader
        self._context = context

    def now(self, *, is_link_up: bool | None = None) -> Judged:
        """Judge this instant, by all that is held here; `is_link_up`: the line now, as a running node knows it.

        By arrival, so that a party whose clock runs ahead hides nothing. While the line is down nobody here can say
        that the other side holds no more.
        """
        judged = self._judge(Asked(at_ms=self._context().now.utc_ms, known=True))
        return replace(judged, same_entries=None) if is_link_up is False and judged.same_entries else judged

    def at(self, at_ms: int) -> Judged:
        """Judge an instant by the signed times of both records: the same on both nodes that hold the same.

        Raises: UsageError: it is still to come.
        """
        return self._judge(Asked(at_ms=self.past(at_ms)))

    def known_at(self, at_ms: int) -> Judged:
        """Judge an instant by what had arrived here, on our own clock. Raises: UsageError: it is still to come."""
        return self._judge(Asked(at_ms=self.past(at_ms), known=True))

    def history(self, from_ms: int, to_ms: int, *, known: bool = False) -> tuple[LevelSpan, ...]:
        """Give the level over a span of time, which ends now at the latest.

        The first span begins later than asked where more came since than is read at once: from then on all is there.

        Raises: UsageError: it is no span of time.
        """
        to_ms = min(to_ms, self._context().now.utc_ms)
        if not 0 < to_ms - from_ms <= MAX_SPAN_MS:
            raise UsageError(
                f"from {format_instant(from_ms)} until {format_instant(to_ms)} is no span of time that can be shown",
                code="node.firebreak.span",
                hint="Ask for a span that ends after it begins, of ten years at most.",
            )
        with self._reader.one_moment():
            return self._spans(from_ms, to_ms, known=known)

    def with_since(self, judged: Judged) -> Judged:
        """Say of a level that does not hold since when it has been at least as grave, as the strip has it."""
        if judged.since_ms is None:
            return judged
        context, asked = self._context(), judged.asked
        in_force_ms = agreement_at(context, asked.at_ms).in_force_ms
        stands_ms = max(judged.since_ms, min(in_force_ms, asked.at_ms))
        with self._reader.one_moment():
            first_ms = min(
                [
                    *(each.in_force_ms for each in (context.agreement, *context.earlier)),
                    *(each.counted_ms for each in begun(self._select, context).values()),
                ]
            )
            since_ms = grave_since(judged.level, stands_ms, first_ms, partial(self._spans, known=asked.known))
        return replace(judged, since_ms=since_ms)

    def _spans(self, from_ms: int, to_ms: int, *, known: bool) -> tuple[LevelSpan, ...]:
        context = self._context()
        found = gather_between(self._select, context, from_ms, to_ms, known=known)
        first = begun(self._select, context)
        return spans(found.marks, first, context, found.from_ms, to_ms, known=known)

    def past(self, at_ms: int) -> int:
        """Give an instant that is not still to come. Raises: UsageError: it is."""
        now_ms = self._context().now.utc_ms
        if at_ms > now_ms:
            raise UsageError(
                f"{format_instant(at_ms)} is still to come",
                code="node.firebreak.later",
                hint=f"Now it is {format_instant(now_ms)}.",
            )
        return at_ms

    def _judge(self, asked: Asked) -> Judged:
        context = self._context()
        with self._reader.one_moment():
            judged = judge(gather(self._select, context, asked), context)
            if judged.level is Level.UNKNOWN:
                judged = replace(judged, held=self._held(judged, context))
            return replace(
                judged, same_entries=self._same_entries(judged, context), skew_ms=self._skew_ms(context)
            )

    def _held(self, judged: Judged, context: Context) -> Level | None:
        """Say what held when something of every party was held last; None: that cannot be said either."""
        oldest = min(judged.reasons, key=lambda each: (each.rule != UNKNOWN_RULE, each.since_ms))
        is_later = judged.asked.known and oldest.proofs
        at_ms = oldest.proofs[-1].arrived_ms if is_later else judged.as_of_ms
        held = judge(gather(self._select, context, replace(judged.asked, at_ms=at_ms)), context).level
        return None if held is Level.UNKNOWN else held

    def _same_entries(self, judged: Judged, context: Context) -> bool | None:
        """Say whether both sides hold what counted here; None: the other side has signed for nothing yet."""
        us = position_of(context.our_log, len(context.parties))
        others = set(range(len(context.parties))) - {us}
        signed_by: set[int] = set()
        is_same = True
        for log in sorted({row["log"] for row in self._reader.logs()} | set(judged.sizes)):
            if position_of(log, len(context.parties)) == us:
                held = {
                    position_of(holder, len(context.parties)): size for holder, size in self._cosigned(log)
                }
                signed_by |= set(held) & others
                wanted = judged.sizes.get(log, 0)
                is_same = is_same and all(held.get(other, 0) >= wanted for other in others)
            else:
                is_same = is_same and self._is_complete(log)
        return is_same if signed_by == others else None

    def _cosigned(self, log: int) -> list[tuple[int, int]]:
        return list(self._reader.cosigned_sizes(log).items())

    def _is_complete(self, log: int) -> bool:
        """Whether nothing is missing of a log up to the newest of it that is known."""
        found = self._reader.connection.query(_HOLDS, (log,)).fetchone()
        if found is None:
            return True
        size, complete, beyond, reach = found
        return bool(complete == size and (reach or 0) == beyond)

    def _skew_ms(self, context: Context) -> int | None:
        """Give how far the other clock seems ahead of ours; None: unknown. Of several the one that is furthest off."""
        us = position_of(context.our_log, len(context.parties))
        others = (at for at in range(len(context.parties)) if at != us)
        rows = [row for at in others for row in self._select(select_skew(at))]
        return max((row["skew_ms"] for row in rows if row["skew_ms"] is not None), key=abs, default=None)

    def _select(self, statement: Statement) -> Rows:
        return self._reader.view(statement.executable, statement.parameters)
