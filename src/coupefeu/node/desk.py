"""What an officer reads: messages with their chains, joined with the receipts that the record holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from coupefeu.errors import CoupefeuError, UsageError
from coupefeu.model.agreement import Agreement
from coupefeu.model.attachments import Attachment
from coupefeu.model.entry import Kind
from coupefeu.model.instant import Moment
from coupefeu.model.messages import Form, MessageId, format_number
from coupefeu.model.precedence import Precedence
from coupefeu.node.call_desk import CallDesk, ListedCalls
from coupefeu.node.folder import NodeFolder
from coupefeu.record.leaf import leaf_hash
from coupefeu.services.base import Context, Rows, Statement
from coupefeu.services.calls.diagnosis import Diagnosis
from coupefeu.services.calls.listed import CallFilter
from coupefeu.services.calls.status import CallView
from coupefeu.services.line_state.fold import LineStateView
from coupefeu.services.line_state.fold import fold as fold_line_states
from coupefeu.services.line_state.passing import mark, passes_all
from coupefeu.services.line_state.views import select_declared
from coupefeu.services.messages import inbox, message_status
from coupefeu.services.messages.effects import Row, id_of
from coupefeu.services.messages.line_tests import rebuild
from coupefeu.services.messages.listed import (
    MAX_SEARCHED,
    MessageFilter,
    count_listed,
    select_found,
    select_listed,
    select_window,
)
from coupefeu.services.messages.mentions import select_mentions
from coupefeu.services.messages.status import Evidence, MessageStatus
from coupefeu.services.messages.views import (
    SELECT_FACTS_SINCE,
    SELECT_LATEST_MESSAGES,
    SELECT_LATEST_OF_PRECEDENCE,
    rows_of,
    select_facts,
    select_message,
    select_oldest_flash,
)
from coupefeu.services.watch.standing import WatchStanding, WatchView, read_standings
from coupefeu.services.watch.unstaffed import StaffingJudged, judge_staffing
from coupefeu.store.reader import Reader

if TYPE_CHECKING:
    from coupefeu.node.conflict_desk import ConflictDesk
    from coupefeu.node.firebreak_desk import FirebreakDesk
    from coupefeu.node.incident_desk import IncidentDesk
    from coupefeu.node.notice_desk import NoticeDesk
    from coupefeu.node.passing.desk import PassingDesk
    from coupefeu.services.usage.asked import Asked
    from coupefeu.services.usage.status import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMessages:
    """What waits for somebody: by precedence, then by the deadline that comes (or came) first.

    `looked_at` messages were judged, as of `as_of_ms`; `truncated`: of some precedence there are more than the latest.
    """

    messages: tuple[MessageStatus, ...]
    looked_at: int
    truncated: bool
    as_of_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedMessages:
    """A window of a list: `total` are in the list, of `looked_at` that were looked at; `truncated`: not of all."""

    messages: tuple[MessageStatus, ...]
    total: int
    looked_at: int
    truncated: bool
    as_of_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """Line tests and answers that were announced and are not on the record yet, as rows of the views."""

    messages: list[Row]
    acts: list[Row]


_ANNOUNCED = Evidence(announced=True)


class Desk:
    """The read side of one node; it works on a running node and on a stopped one, and changes neither."""

    def __init__(
        self,
        record: Path,
        agreement: Agreement,
        our_log: int,
        clock: Callable[[], Moment],
        *,
        running: bool,
        earlier: Sequence[Agreement] = (),
    ) -> None:
        """`earlier`: the versions that were in force before `agreement`; old messages are judged by theirs."""
        self._reader = Reader(record, running=running)
        self._agreement = agreement
        self._earlier = tuple(earlier)
        self._our_log = our_log
        self._clock = clock
        self._calls = CallDesk(self._reader, self.context)

    @classmethod
    def open(cls, folder: NodeFolder, *, running: bool) -> Self:
        """Sit down at the record of a paired node; `running`: a process may be writing to it. Raises: StoreError."""
        return cls(
            folder.record_path,
            folder.agreement,
            folder.log_number,
            folder.clock,
            running=running,
            earlier=folder.earlier_agreements,
        )

    @property
    def reader(self) -> Reader:
        """The record itself."""
        return self._reader

    @cached_property
    def notices(self) -> "NoticeDesk":
        """The notices of this record."""
        from coupefeu.node.notice_desk import NoticeDesk  # noqa: PLC0415 - a node without notices starts as fast

        return NoticeDesk(self._reader, self.context)

    @cached_property
    def conflicts(self) -> "ConflictDesk":
        """Which notices of ours would meet which of the other side."""
        from coupefeu.node.conflict_desk import ConflictDesk  # noqa: PLC0415 - as above

        return ConflictDesk(self._reader, self.context)

    @cached_property
    def firebreak(self) -> "FirebreakDesk":
        """Whether direct contact holds, and why not."""
        from coupefeu.node.firebreak_desk import FirebreakDesk  # noqa: PLC0415 - as above

        return FirebreakDesk(self._reader, self.context)

    @cached_property
    def passing(self) -> "PassingDesk":
        """How notices stand below the desks: who has them, what is stopped, what is held."""
        from coupefeu.node.passing.desk import PassingDesk  # noqa: PLC0415 - as above

        return PassingDesk(self._reader, self.context, self.notices)

    @cached_property
    def incidents(self) -> "IncidentDesk":
        """Incidents: what each side says happened, what was asked, answered and done about it."""
        from coupefeu.node.incident_desk import IncidentDesk  # noqa: PLC0415 - as above

        return IncidentDesk(
            self._reader, self.context, lambda: self.notices, lambda notice: self.passing.get(notice).view
        )

    def line_states(self) -> tuple[LineStateView, ...]:
        """Say how each party of the agreement declares the line to be; apart from whether it is up."""
        context = self.context()
        return fold_line_states(self._rows(select_declared(context.now.utc_ms)), context)

    def figures(self, asked: "Asked") -> "Usage":
        """Count what the line was used for in a span; of a million entries that takes seconds. Raises: StoreError."""
        from coupefeu.node.figures import count_figures  # noqa: PLC0415 - asked for once a year

        return count_figures(self._reader, asked, self.context())

    @property
    def party(self) -> str:
        """Our own party."""
        return self._agreement.writer_of(self._our_log)

    def close(self) -> None:
        """Close the record."""
        self._reader.close()

    def context(self) -> Context:
        """Say by which agreement and clock everything is judged."""
        return Context(
            now=self._clock(),
            our_log=self._our_log,
            parties=self._agreement.party_ids,
            agreement=self._agreement,
            agreement_version=self._agreement.version,
            earlier=self._earlier,
        )

    def inbox(self, limit: int = 100) -> tuple[MessageStatus, ...]:
        """Give the latest messages of both sides, newest arrival first."""
        context = self.context()
        stored = self._reader.view(SELECT_LATEST_MESSAGES, {"limit": limit})
        oldest = min((row["arrival"] for row in stored), default=0)
        acts = self._reader.view(SELECT_FACTS_SINCE, {"arrival": oldest})
        heard = self._heard(context)
        evidence = {id_of(row): self._evidence(id_of(row)) for row in stored}
        evidence |= {id_of(row): _ANNOUNCED for row in heard.messages}
        judged = self._judged(stored, context)
        return inbox([*judged, *heard.messages], [*acts, *heard.acts], context, evidence)

    def open_messages(
        self, limit: int = 100, defect: Callable[[Exception], object] | None = None
    ) -> OpenMessages:
        """Give what is open among the latest `limit` messages of each precedence, and the FLASH that wait longest.

        `defect`: told of a message that breaks its judging, which is then left out; without it, that is raised.
        """
        context = self.context()
        heard = self._heard(context)
        rows: list[Row] = []
        truncated = False
        for precedence in Precedence:
            values = {"precedence": int(precedence), "limit": limit + 1}
            found = self._reader.view(SELECT_LATEST_OF_PRECEDENCE, values)
            truncated = truncated or len(found) > limit
            rows += found[:limit]
        latest = {id_of(row) for row in rows}
        rows += [
            row for row in self._rows(select_oldest_flash(self.party, limit)) if id_of(row) not in latest
        ]
        read = (self._try_to_read(row, context, heard, defect) for row in rows)
        return OpenMessages(
            messages=tuple(sorted((each for each in read if each and each.waiting), key=urgency)),
            looked_at=len(rows),
            truncated=truncated,
            as_of_ms=context.now.utc_ms,
        )

    def listed(self, wanted: MessageFilter, offset: int, limit: int) -> ListedMessages:
        """Give a window of a filtered list, newest first; receipts are known, not when they came."""
        context = self.context()
        if wanted.text.strip():
            return self._found(wanted, offset, limit, context)
        arrivals = [row["arrival"] for row in self._rows(select_listed(wanted, offset, limit))]
        total = self._count(wanted)
        return ListedMessages(
            messages=self._window(arrivals, context),
            total=total,
            looked_at=total,
            truncated=False,
            as_of_ms=context.now.utc_ms,
        )

    def _found(self, wanted: MessageFilter, offset: int, limit: int, context: Context) -> ListedMessages:
        rows = self._rows(select_found(wanted, offset, limit))
        first = self._rows(select_found(wanted, 0, 1)) if offset and not rows else rows
        held = self._count(MessageFilter())
        return ListedMessages(
            messages=self._window([row["arrival"] for row in rows], context),
            total=first[0]["total"] if first else 0,
            looked_at=min(held, MAX_SEARCHED),
            truncated=held > MAX_SEARCHED,
            as_of_ms=context.now.utc_ms,
        )

    def _window(self, arrivals: Sequence[int], context: Context) -> tuple[MessageStatus, ...]:
        messages, acts = map(self._rows, select_window(arrivals))
        return inbox(self._judged(messages, context), acts, context, self._holders(messages))

    def _count(self, wanted: MessageFilter) -> int:
        ((count,),) = (row.values() for row in self._rows(count_listed(wanted)))
        return int(count)

    def _holders(self, rows: Rows) -> dict[MessageId, Evidence]:
        """Say of each message of ours who has signed for it; when, only of what no co-signature covers."""
        names = self._agreement.party_ids
        logs = {row["log"] for row in rows if row["ours"]}
        sizes = {log: self._reader.cosigned_sizes(log) for log in logs}
        known: dict[MessageId, Evidence] = {}
        for row in rows:
            number = id_of(row)
            if row["ours"]:
                held = {
                    names[holder]: row["arrived_ms"]
                    for holder, size in sizes[row["log"]].items()
                    if row["idx"] < size
                }
                known[number] = Evidence(receipts_ms=held) if held else self._evidence(number)
        return known

    def select(self, statement: Statement) -> Rows:
        """Ask the views of a service. Raises: StoreError."""
        return self._rows(statement)

    def watches(self) -> tuple[WatchView, ...]:
        """Say who is on watch, by the posts of the agreement; a post that is not listed has said nothing, or left."""
        return tuple(each.watch for each in self.watch_standings() if each.watch is not None)

    def watch_standings(self) -> tuple[WatchStanding, ...]:
        """Say of every post of the agreement how its watch stands, as its party says."""
        return read_standings(self._agreement, self.party, self._rows)

    def staffing(self) -> StaffingJudged:
        """Say which desks of ours are unstaffed now, and when to look again."""
        now_ms = self._clock().utc_ms
        first = self._reader.entries(self._our_log, 0, 1)
        began_ms = first[0]["arrived_ms"] if first else now_ms
        return judge_staffing(self.watch_standings(), self._agreement, self.party, began_ms, now_ms)

    def calls(self, wanted: CallFilter, offset: int, limit: int) -> ListedCalls:
        """Give a window of the attempts of both sides, newest first, contacts by another channel among them."""
        return self._calls.listed(wanted, offset, limit)

    def call(self, call: MessageId) -> CallView:
        """Give one attempt. Raises: UsageError: it is not on the record here."""
        return self._calls.get(call)

    def find_call(self, call: MessageId) -> CallView | None:
        """Give one attempt; None when it is not on the record here."""
        return self._calls.find(call)

    def open_calls(self, limit: int = 100) -> tuple[CallView, ...]:
        """Give the newest calls that ring, wait or are in call."""
        return self._calls.open(limit)

    def last_answered(self, our_post: str, their_post: str) -> CallView | None:
        """Give the newest call between two posts, either way, that the other of them answered."""
        return self._calls.last_answered(our_post, their_post)

    def diagnosis(self, call: MessageId, *, alive: bool | None = None) -> Diagnosis | None:
        """Say what is shown of an attempt, by three signals; `alive`: the line now, as a running node knows it.

        None: it is of another channel, or rings nowhere. Raises: UsageError: it is not on the record here.
        """
        return self._calls.diagnose(call, self.watch_standings(), alive=alive)

    def message(self, number: MessageId) -> MessageStatus:
        """Give one message. Raises: UsageError: it is not on the record here."""
        found = self.find_message(number)
        if found is None:
            raise UsageError(
                f"{format_number(number, self._agreement.party_ids)} is no message on the record here",
                code="node.desk.no_message",
                hint="`coupefeu inbox` lists the messages; `coupefeu record` every entry.",
            )
        return found

    def find_message(self, number: MessageId) -> MessageStatus | None:
        """Give one message; None when it is not on the record here."""
        context = self.context()
        heard = self._heard(context)
        rows = self._rows(select_message(number)) or [row for row in heard.messages if id_of(row) == number]
        return self._read(rows[0], context, heard) if rows else None

    def mentions(self, entry: MessageId) -> tuple[MessageStatus, ...]:
        """Give the newest messages that were written beside an entry, whatever its kind; newest arrival first."""
        leaf = leaf_hash(self._reader.entry(*entry)["leaf"])
        found = self._rows(select_mentions(entry))
        named = [row["arrival"] for row in found if row["about_leaf"] in {None, leaf}]
        return self._window(named, self.context()) if named else ()

    def attachment(self, message: MessageId, number: int) -> Attachment:
        """Give an attachment of a message, numbered from 0. Raises: UsageError: there is none, or it is not here."""
        status = self.message(message)
        wanted = f"attachment {number} of {status.number}"
        if not 0 <= number < len(status.attachments):
            raise UsageError(
                f"there is no {wanted}: it has {len(status.attachments)}",
                code="node.desk.no_attachment",
                hint=f"`coupefeu inbox {status.number}` lists them.",
            )
        content = self._reader.attachment(*message, number)
        if content is None:
            raise UsageError(
                f"{wanted} is not here",
                code="node.desk.attachment_absent",
                hint=f"`coupefeu inbox {status.number}` says why: it comes after everything else, or never.",
            )
        return Attachment(name=status.attachments[number].name, content=content)

    def _try_to_read(
        self, row: Row, context: Context, heard: "_Heard", defect: Callable[[Exception], object] | None
    ) -> MessageStatus | None:
        try:
            return self._read(row, context, heard)
        except CoupefeuError:
            raise
        except Exception as error:
            if defect is None:
                raise
            defect(error)
            return None

    def _read(self, row: Row, context: Context, heard: "_Heard") -> MessageStatus:
        (row,) = self._judged((row,), context)
        number = id_of(row)
        acts = [act for act in heard.acts if (act["message_log"], act["message_idx"]) == number]
        evidence = _ANNOUNCED if row in heard.messages else self._evidence(number)
        return message_status(row, [*self._rows(select_facts(number)), *acts], context, evidence)

    def _judged(self, rows: Rows, context: Context) -> Rows:
        """Mark messages of the other side that came on a suspended line and do not pass, as agreed."""
        if passes_all(context.agreement.line_state) or not rows:
            return rows
        declared = self._rows(select_declared(context.now.utc_ms))
        return [
            row if row["form"] == Form.LINE_TEST else mark(row, Kind.MESSAGE, declared, context)
            for row in rows
        ]

    def _heard(self, context: Context) -> "_Heard":
        """Give the line tests, and answers to ours, whose proof follows (protocol B9)."""
        rows = [rows_of(rebuild(each, context), context) for each in self._reader.announced()]
        return _Heard(
            messages=[message for messages, _ in rows for message in messages],
            acts=[act for _, acts in rows for act in acts],
        )

    def _rows(self, statement: Statement) -> Rows:
        return self._reader.view(statement.executable, statement.parameters)

    def _evidence(self, number: MessageId) -> Evidence:
        return Evidence(
            receipts_ms={
                self._agreement.party_ids[holder]: ms for holder, ms in self._reader.receipts(*number).items()
            },
            not_before_ms=self._reader.cosigned_before(*number),
            not_after_ms=self._reader.cosigned_after(*number),
            attachments_held=self._reader.held_attachments(*number),
        )


def urgency(status: MessageStatus) -> tuple[int, int]:
    """Order what is open: by precedence, then by the deadline that comes first."""
    due_ms = [step.clock.due_ms for _, step in status.waiting if step.clock is not None]
    return int(status.precedence), min(due_ms, default=status.arrived_ms)
