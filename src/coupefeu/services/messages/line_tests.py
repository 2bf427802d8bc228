"""Line tests: when one is due, which text it has, and how both ends write the same entry without sending it.

A line test and its answer are determined by the agreement, the template and the time, so that the receiver rebuilds
head and body from 44 bytes on the air and the signature that follows fits (protocol B9). They carry no `seen` and a
zero seed. The texts stand in words/ as `line-test-N`; they are neutral descriptions, and the first is the alphabet.
"""

from coupefeu.model.agreement import Agreement, LineTestSchedule
from coupefeu.model.entry import Head, Kind, Reference
from coupefeu.model.messages import Content, Form, MessageId
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.base import Context, Draft, Recorded
from coupefeu.services.messages.effects import Row
from coupefeu.services.messages.facts import Act, encode_act
from coupefeu.services.messages.forms import LINE_TEST_TEMPLATES, encode_content

_UNKNOWN = bytes(32)
_NOT_ARRIVED = (1 << 63) - 1
"""After everything that has arrived."""


def due_line_test(
    agreement: Agreement, party: str, last_ms: int | None, now_ms: int
) -> LineTestSchedule | None:
    """Find the schedule by which `party` owes a line test now, `last_ms` being when it last sent one.

    A slot that was slept through is made up once, at once; slots missed before it are not. One whose clock was set
    back tests in the slot it now is in: a clock that ran a year ahead must not silence the line for a year.
    """
    for schedule in agreement.line_tests:
        if schedule.party != party:
            continue
        if last_ms is None or slot_ms(schedule, last_ms) != slot_ms(schedule, now_ms):
            return schedule
    return None


def next_line_test_ms(agreement: Agreement, party: str, now_ms: int) -> int | None:
    """Say when the next slot of `party` begins; None: no line test is agreed."""
    mine = [schedule for schedule in agreement.line_tests if schedule.party == party]
    return min((slot_ms(schedule, now_ms) + schedule.every_s * 1000 for schedule in mine), default=None)


def slot_ms(schedule: LineTestSchedule, now_ms: int) -> int:
    """Give the beginning of the slot that `now_ms` lies in."""
    every_ms, at_ms = schedule.every_s * 1000, schedule.at_s * 1000
    return (now_ms - at_ms) // every_ms * every_ms + at_ms


def template_for(schedule: LineTestSchedule, now_ms: int) -> int:
    """Choose the text of this slot: each in turn."""
    return 1 + slot_ms(schedule, now_ms) // (schedule.every_s * 1000) % LINE_TEST_TEMPLATES


def line_test(agreement: Agreement, party: str, template: int) -> Draft:
    """Draft the line test of `party`: desk to desks, in the party's own language."""
    content = Content(form=Form.LINE_TEST, subject=Subject.SERVICE, template=template)
    return _draft(agreement, party, Kind.LINE_TEST, encode_content(content))


def line_test_answer(agreement: Agreement, party: str, test: MessageId) -> Draft:
    """Draft the machine's answer of `party` to a line test; it says that a node answered, and nothing of people."""
    return _draft(agreement, party, Kind.LINE_TEST_ANSWER, encode_act(Act()), (test,))


def rebuild(heard: Row, context: Context) -> Recorded:
    """Rebuild a line test, or the answer to one of ours, that was heard ahead of its proof: a row of `announced`."""
    party = context.party_of(heard["log"])
    if heard["answers"] is None:
        draft = line_test(context.agreement, party, heard["template"])
    else:
        draft = line_test_answer(context.agreement, party, (context.our_log, heard["answers"]))
    head = Head(
        kind=draft.kind,
        from_post=draft.from_post,
        to_posts=draft.to_posts,
        precedence=draft.precedence,
        written_ms=heard["written_ms"],
        language=draft.language,
        agreement_version=context.agreement_version,
        references=tuple(Reference(log=a, index=b, leaf_hash=_UNKNOWN) for a, b in draft.references),
    )
    return Recorded(
        log=heard["log"],
        index=heard["idx"],
        arrival=_NOT_ARRIVED,
        arrived_ms=heard["arrived_ms"],
        ours=False,
        head=head,
        body=draft.body,
        leaf_hash=_UNKNOWN,
    )


def _draft(
    agreement: Agreement, party: str, kind: Kind, body: bytes, references: tuple[MessageId, ...] = ()
) -> Draft:
    others = tuple(other.duty_desk for other in agreement.parties if other.id != party)
    return Draft(
        kind=kind,
        from_post=agreement.party(party).duty_desk,
        to_posts=others,
        precedence=Precedence.ROUTINE,
        language=agreement.party(party).language,
        body=body,
        references=references,
    )
