"""Deadlines and times: which step has a clock, what stops it, which claimed times are marked."""

from coupefeu.model.agreement import Agreement, Deadlines
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MINUTE_MS, Form, OutcomeCode
from coupefeu.model.precedence import Precedence
from coupefeu.services.messages.effects import Row, addressed_posts
from coupefeu.services.messages.facts import Act
from coupefeu.services.messages.status import Clock, Evidence, StepName, TimeMark

CLOSING = frozenset(
    {
        Kind.TAKEN,
        Kind.READ,
        Kind.READ_BACK,
        Kind.PASSED_TO,
        Kind.OUTCOME,
        Kind.SAY_AGAIN,
        Kind.CONTACT_CONFIRMED,
    }
)
"""Acts of people: after any of them it is no longer true that nobody has acted."""

_SETTLED = frozenset({Kind.PASSED_TO, Kind.OUTCOME})
STOPPED_BY: dict[StepName, frozenset[Kind]] = {
    StepName.ON_THEIR_RECORD: CLOSING | {Kind.SHOWN, Kind.LINE_TEST_ANSWER},
    StepName.SHOWN: CLOSING,
    StepName.TAKEN_BY: _SETTLED,
    StepName.READ_BY: frozenset({Kind.READ_BACK}),
    StepName.READ_BACK: frozenset(),
    StepName.PASSED_TO: _SETTLED,
    StepName.OUTCOME: frozenset({Kind.OUTCOME}),
    StepName.ANSWERED: frozenset(),
}
"""Later acts that make an earlier step beside the point, beyond the act that is the step itself.

TAKEN stops nothing but its own clock: a WARNING that was taken still waits for its outcome.
"""
_STEP_KINDS: dict[StepName, frozenset[Kind]] = {
    StepName.ON_THEIR_RECORD: frozenset(),
    StepName.SHOWN: frozenset({Kind.SHOWN}),
    StepName.TAKEN_BY: frozenset({Kind.TAKEN}),
    StepName.READ_BY: frozenset({Kind.READ}),
    StepName.READ_BACK: frozenset({Kind.READ_BACK}),
    StepName.PASSED_TO: frozenset({Kind.PASSED_TO}),
    StepName.OUTCOME: frozenset({Kind.OUTCOME}),
    StepName.ANSWERED: frozenset({Kind.LINE_TEST_ANSWER}),
}


def is_step(name: StepName, kind: int, outcome: OutcomeCode | None, form: Form | None, message: Row) -> bool:
    """Whether an act is this step of a message. `outcome`, `form`: of the act, where it has one."""
    if kind in _STEP_KINDS[name]:
        return True
    if name is StepName.PASSED_TO:
        return outcome is OutcomeCode.PASSED_TO
    passed = message["form"] == Form.WARNING and kind == Kind.PASSED_TO
    return name is StepName.OUTCOME and (passed or form is Form.REPLY)


def deadline_s(
    name: StepName, message: Row, has_critical_fields: bool, party: str, agreement: Agreement
) -> int:
    """Give the agreed seconds for a step of this message at this party; 0: this step has no clock."""
    deadlines = agreement.deadlines_for(Precedence(message["precedence"]))
    form = message["form"]
    if message["kind"] == Kind.LINE_TEST:
        return _line_test_s(name, message, deadlines, agreement)
    at_the_desk = agreement.party(party).duty_desk in addressed_posts(message)
    by_form = {Form.WARNING: deadlines.outcome_s, Form.REQUEST_FOR_EXPLANATION: deadlines.reply_s}
    agreed = {
        StepName.ON_THEIR_RECORD: deadlines.record_s,
        StepName.SHOWN: deadlines.shown_s,
        StepName.TAKEN_BY: deadlines.taken_s,
        StepName.READ_BY: deadlines.read_s,
        StepName.READ_BACK: deadlines.read_back_s if has_critical_fields else 0,
        StepName.PASSED_TO: 0 if at_the_desk or form == Form.WARNING else deadlines.passed_to_s,
        StepName.OUTCOME: by_form.get(form, 0),
    }
    return agreed.get(name, 0)


def _line_test_s(name: StepName, message: Row, deadlines: Deadlines, agreement: Agreement) -> int:
    if name is StepName.ON_THEIR_RECORD:
        return deadlines.record_s
    author = agreement.writer_of(message["log"])
    agreed = [schedule.answer_within_s for schedule in agreement.line_tests if schedule.party == author]
    return min(agreed, default=0) if name is StepName.ANSWERED else 0


def clock(started_ms: int, seconds: int, stopped_ms: int | None, now_ms: int) -> Clock:
    """Set a clock; it shows how much is left now, or was left when it stopped."""
    due_ms = started_ms + seconds * 1000
    seen_ms = now_ms if stopped_ms is None else stopped_ms
    return Clock(started_ms=started_ms, due_ms=due_ms, stopped_ms=stopped_ms, left_ms=due_ms - seen_ms)


def time_marks(row: Row, evidence: Evidence, deadlines: Deadlines, skew_s: int) -> tuple[TimeMark, ...]:
    """Mark a claimed time that lies outside its bracket plus the agreed skew, or an entry that came late.

    Without other evidence the bracket ends when the entry arrived here. Late: it took longer than the agreed time
    to be on the record (protocol B5: a path can delay every frame, and no cipher shows it).
    """
    if row["ours"]:
        return ()
    claimed, skew_ms = row["written_ms"], skew_s * 1000
    not_after = row["arrived_ms"] if evidence.not_after_ms is None else evidence.not_after_ms
    marks = []
    if evidence.not_before_ms is not None and claimed < evidence.not_before_ms - skew_ms:
        marks.append(TimeMark.BEFORE_BRACKET)
    if claimed > not_after + skew_ms:
        marks.append(TimeMark.AFTER_BRACKET)
    if row["arrived_ms"] - claimed > deadlines.record_s * 1000 + skew_ms:
        marks.append(TimeMark.LATE)
    return tuple(marks)


def stop_marks(act: Act | None, message: Row, skew_s: int) -> tuple[TimeMark, ...]:
    """Mark STOPPED AT a time whose whole minute, and the agreed skew, lies before the message: true, or a slip."""
    if act is None or act.outcome is not OutcomeCode.STOPPED_AT or act.time_ms is None:
        return ()
    is_before = act.time_ms + MINUTE_MS + skew_s * 1000 <= message["written_ms"]
    return (TimeMark.STOPPED_BEFORE,) if is_before else ()
