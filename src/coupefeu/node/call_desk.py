"""What an officer reads of calls: attempts as both logs have them, joined with the receipts that the record holds."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from coupefeu.errors import UsageError
from coupefeu.model.calls import CallState, Outcome
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId, format_number
from coupefeu.services.attempts import contact_view, count_attempts, is_contact, select_attempts
from coupefeu.services.base import Context, Rows, Statement
from coupefeu.services.calls.diagnosis import Diagnosis, Known, OnWatch, diagnose
from coupefeu.services.calls.fold import fold
from coupefeu.services.calls.listed import CallFilter, select_answered, select_open, select_window
from coupefeu.services.calls.status import CallView
from coupefeu.services.calls.tables import select_call, select_steps
from coupefeu.services.line_state.passing import mark
from coupefeu.services.line_state.views import select_declared
from coupefeu.services.messages.listed import select_window as select_messages
from coupefeu.services.messages.views import select_message
from coupefeu.services.watch.standing import WatchStanding
from coupefeu.store.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCalls:
    """A window of a list, newest arrival first; `total` are in the list."""

    calls: tuple[CallView, ...]
    total: int
    as_of_ms: int


class CallDesk:
    """The calls of one record; a part of `node.desk.Desk`."""

    def __init__(self, reader: Reader, context: Callable[[], Context]) -> None:
        self._reader = reader
        self._context = context

    def listed(self, wanted: CallFilter, offset: int, limit: int) -> ListedCalls:
        """Give a window of a filtered list, with the contacts by another channel among them."""
        context = self._context()
        window = self._rows(select_attempts(wanted, offset, limit, context))
        calls = self._calls([row["arrival"] for row in window if row["is_call"]], context)
        contacts = self._contacts([row["arrival"] for row in window if not row["is_call"]], context)
        found = calls | contacts
        ((total,),) = (row.values() for row in self._rows(count_attempts(wanted, context)))
        return ListedCalls(
            calls=tuple(found[row["arrival"]] for row in window if row["arrival"] in found),
            total=int(total),
            as_of_ms=context.now.utc_ms,
        )

    def find(self, call: MessageId) -> CallView | None:
        """Give one attempt, with the receipt of the other side; None when it is not on the record here."""
        context = self._context()
        rows = self._rows(select_call(call))
        if rows:
            (row,) = self._judged(rows, context)
            view = fold(row, self._rows(select_steps(call)), context)
        else:
            contacts = [row for row in self._rows(select_message(call)) if is_contact(row)]
            if not contacts:
                return None
            view = contact_view(contacts[0], context)
        return self._with_receipt(view, context)

    def get(self, call: MessageId) -> CallView:
        """Give one attempt. Raises: UsageError: it is not on the record here."""
        found = self.find(call)
        if found is None:
            raise UsageError(
                f"{format_number(call, self._context().parties)} is no call on the record here",
                code="node.desk.no_call",
                hint="`coupefeu calls` lists the calls and their numbers.",
            )
        return found

    def open(self, limit: int) -> tuple[CallView, ...]:
        """Give the newest calls that ring, wait or are in call, newest arrival first."""
        context = self._context()
        found = self._calls([row["arrival"] for row in self._rows(select_open(limit))], context)
        return tuple(found[arrival] for arrival in sorted(found, reverse=True))

    def last_answered(self, our_post: str, their_post: str) -> CallView | None:
        """Give the newest call between two posts, either way, that the post called answered itself."""
        pairs = ((our_post, their_post), (their_post, our_post))
        rows = [row for pair in pairs for row in self._rows(select_answered(*pair))]
        newest = max(rows, key=lambda row: int(row["arrival"]), default=None)
        return None if newest is None else self.find((newest["log"], newest["idx"]))

    def diagnose(
        self, call: MessageId, standings: Iterable[WatchStanding], *, alive: bool | None
    ) -> Diagnosis | None:
        """Say what is shown of an attempt; `standings`: what every party has said of its watch."""
        view = self.get(call)
        if view.channel is not None or view.outcome is Outcome.OTHER_CHANNEL:
            return None
        context = self._context()
        ended_ms = max((step.arrived_ms for step in view.steps), default=view.arrived_ms)
        until_ms = ended_ms if view.state is CallState.ENDED else context.now.utc_ms
        heard = self._heard(view, until_ms, context)
        bound_ms, bound_by = self._bound(call)
        known = Known(
            heard_ms=None if heard is None else heard[1],
            heard_number="" if heard is None else format_number(heard[0], context.parties),
            is_alive=alive if view.is_open else None,
            on_watch=tuple(_signed_on(view, standings, until_ms)),
            bound_ms=bound_ms,
            bound_by=bound_by,
        )
        return diagnose(view, known)

    def _heard(self, view: CallView, until_ms: int, context: Context) -> tuple[MessageId, int] | None:
        """Give the newest entry of who was called that was here by then, and when it came."""
        if view.called not in context.parties:
            return None
        found = self._reader.newest_of(self._reader.logs_beside(context.parties.index(view.called)), until_ms)
        return None if found is None else ((found[0], found[1]), found[2])

    def _bound(self, call: MessageId) -> tuple[int | None, str]:
        """Give by when a neutral witness bounds an entry: it signed in that second."""
        found = self._reader.first_witnessed(*call)
        return (None, "") if found is None else (found[0] * 1_000 + 999, found[1])

    def _calls(self, arrivals: Sequence[int], context: Context) -> dict[int, CallView]:
        calls, steps = map(self._rows, select_window(arrivals))
        calls = self._judged(calls, context)
        by_call = {
            call: list(rows)
            for call, rows in groupby(
                sorted(steps, key=lambda row: (row["call_log"], row["call_idx"])),
                key=lambda row: (row["call_log"], row["call_idx"]),
            )
        }
        views = ((row, fold(row, by_call.get((row["log"], row["idx"]), ()), context)) for row in calls)
        return {
            row["arrival"]: self._with_receipt(view, context) if _waits(view) else view for row, view in views
        }

    def _judged(self, rows: Rows, context: Context) -> Rows:
        """Mark calls of the other side that came on a suspended line and do not pass, as agreed."""
        if context.agreement.line_state.calls or not rows:
            return rows
        declared = self._rows(select_declared(context.now.utc_ms))
        return [mark(row, Kind.CALL_PLACED, declared, context) for row in rows]

    def _contacts(self, arrivals: Sequence[int], context: Context) -> dict[int, CallView]:
        messages = self._rows(select_messages(arrivals)[0]) if arrivals else ()
        return {row["arrival"]: contact_view(row, context) for row in messages}

    def _with_receipt(self, view: CallView, context: Context) -> CallView:
        """Say when their receipt for an attempt of ours came; it is then on their node, whatever follows."""
        if not view.ours:
            return view
        held = self._reader.receipts(*view.id)
        at_ms = next((ms for holder, ms in held.items() if context.parties[holder] == view.party), None)
        if at_ms is None:
            return view
        state = CallState.ON_THEIR_NODE if view.state is CallState.PLACED else view.state
        return replace(view, on_their_record_ms=at_ms, state=state)

    def _rows(self, statement: Statement) -> Rows:
        return self._reader.view(statement.executable, statement.parameters)


def _signed_on(view: CallView, standings: Iterable[WatchStanding], until_ms: int) -> Iterator[OnWatch]:
    """Give the posts of who was called that had signed on by then and still stand."""
    for standing in standings:
        watch = standing.watch
        if standing.party == view.called and watch is not None and watch.arrived_ms <= until_ms:
            yield OnWatch(post=watch.post, since_ms=watch.claimed_ms, number=watch.number)


def _waits(view: CallView) -> bool:
    """Whether a receipt would change what a list shows: few attempts are open, and each look costs."""
    return view.ours and view.state is CallState.PLACED and not view.effect
