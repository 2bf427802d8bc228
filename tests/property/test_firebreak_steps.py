"""What is overdue by the marks is what the chain says that officers read, on histories of honest nodes."""

from collections import Counter
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.firebreak_line import Entry, MemoryRecord
from tests.sizes import size
from tests.stores import moment

from coupefeu.model.entry import Kind
from coupefeu.model.messages import Content, Form, Operative, OutcomeCode, format_number
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.firebreak.gathering import gather
from coupefeu.services.firebreak.marks import Asked, Role
from coupefeu.services.firebreak.spanning import gather_between
from coupefeu.services.messages import inbox
from coupefeu.services.messages.facts import Act, encode_act
from coupefeu.services.messages.forms import encode_content
from coupefeu.services.messages.status import StepName
from coupefeu.services.messages.views import FACTS, MESSAGES

START_MS = moment().utc_ms
CONTENTS = {
    Form.FREE_TEXT: Content(
        form=Form.FREE_TEXT, subject=Subject.SAFETY, text="We leave at noon.", passages=("noon",)
    ),
    Form.WARNING: Content(
        form=Form.WARNING,
        subject=Subject.SAFETY,
        operative=Operative.STOP,
        place="35.31 N 40.13 E",
        numbers=("15",),
    ),
    Form.REQUEST_FOR_EXPLANATION: Content(
        form=Form.REQUEST_FOR_EXPLANATION, subject=Subject.CLARIFICATION, text="What are these flights?"
    ),
    Form.LINE_TEST: Content(form=Form.LINE_TEST, subject=Subject.SERVICE, template=1),
    Form.REPLY: Content(form=Form.REPLY, subject=Subject.CLARIFICATION, text="An exercise."),
    Form.CANCELLATION: Content(form=Form.CANCELLATION, subject=Subject.SAFETY, text="Disregard."),
}
TYPED = {
    Form.FREE_TEXT: ("noon",),
    Form.WARNING: ("STOP", "35.31 N 40.13 E", "15"),
}
ACTS = {
    Kind.TAKEN: Act(),
    Kind.READ: Act(),
    Kind.SAY_AGAIN: Act(),
    Kind.LINE_TEST_ANSWER: Act(),
    Kind.PASSED_TO: Act(text="the air force"),
    Kind.OUTCOME: Act(outcome=OutcomeCode.NOT_OURS),
}
SAYS = st.tuples(
    st.sampled_from([Form.FREE_TEXT, Form.WARNING, Form.REQUEST_FOR_EXPLANATION, Form.LINE_TEST]),
    st.sampled_from([Precedence.FLASH, Precedence.IMMEDIATE, Precedence.ROUTINE]),
    st.sampled_from(["duty", "chief"]),
)
DOES = st.tuples(
    st.sampled_from([*ACTS, Kind.READ_BACK, Form.REPLY, Form.CANCELLATION, "other channel"]),
    st.integers(0, 3),
    st.sampled_from(["right", "right", "wrong"]),
    st.sampled_from(["duty", "chief"]),
)
HISTORIES = st.lists(
    st.tuples(st.integers(0, 1), st.one_of(SAYS, DOES), st.sampled_from([1, 30, 200, 2_000, 20_000])),
    min_size=1,
    max_size=16,
)


class Story:
    """A history as two honest nodes write it: each has seen all that the other wrote."""

    def __init__(self):
        self.entries, self.messages, self.counts, self.now_ms = [], [], [0, 0], START_MS

    def tell(self, history):
        for log, what, seconds in history:
            if isinstance(what[0], Form) and what[0] in {Form.WARNING, Form.FREE_TEXT, *list(CONTENTS)[2:4]}:
                self._say(log, *what)
            elif self.messages:
                self._do(log, *what)
            self.now_ms += seconds * 1_000
        return self.entries

    def _write(self, log, **fields):
        entry = Entry(
            log=log,
            index=self.counts[log],
            claimed_ms=self.now_ms,
            seen=self.counts[1 - log],
            **fields,
        )
        self.counts[log] += 1
        self.entries.append(entry)
        return entry

    def _say(self, log, form, precedence, to_post):
        is_test = form is Form.LINE_TEST
        entry = self._write(
            log,
            kind=Kind.LINE_TEST if is_test else Kind.MESSAGE,
            body=encode_content(CONTENTS[form]),
            precedence=Precedence.ROUTINE if is_test else precedence,
            to_post="duty" if is_test else to_post,
        )
        self.messages.append((form, entry))

    def _do(self, log, what, which, how, post):
        form, message = self.messages[-1 - which % len(self.messages)]
        about = {"about": ((message.log, message.index),), "post": post}
        if isinstance(what, Form):
            self._write(log, kind=Kind.MESSAGE, body=encode_content(CONTENTS[what]), **about)
        elif what == Kind.READ_BACK:
            typed = TYPED.get(form, ("x",)) if how == "right" else ("other",)
            self._write(log, kind=what, body=encode_act(Act(typed=typed)), **about)
        elif what in ACTS:
            self._write(log, kind=what, body=encode_act(ACTS[what]), **about)


def held(ours, entries, cuts=()):
    record = MemoryRecord(ours)
    edges = [0, *sorted({min(cut, len(entries)) for cut in cuts}), len(entries)]
    for start, end in pairwise(edges):
        if start < end:
            record.take(*entries[start:end], after_ms=0)
    return record


def by_chain(record, now_ms):
    """Name what is overdue of people, and of line tests, as the chain says it."""
    messages, acts = (record.connection.execute(each.select()) for each in (MESSAGES, FACTS))
    found = Counter()
    for status in inbox(messages, acts, record.context(now_ms)):
        if status.effect:
            continue
        for party, step in status.waiting:
            is_asked = not step.machine or step.name is StepName.ANSWERED
            if is_asked and step.clock.overdue:
                found[status.number, party, step.name.value] += 1
    return found


def by_marks(record, asked):
    gathered = gather(record.select, record.context(), asked)
    return Counter((mark.key, mark.party, mark.value) for mark in gathered.marks if mark.role is Role.OPENED)


@settings(max_examples=size(small=120, full=20_000), deadline=None)
@given(HISTORIES, st.integers(0, 1), st.lists(st.integers(1, 16), max_size=4), st.integers(1, 200_000))
def test_the_marks_say_what_the_chain_says(history, ours, cuts, later_s):
    story = Story()
    entries = story.tell(history)
    record = held(ours, entries, cuts)
    at_ms = story.now_ms + later_s * 1_000 + 1
    expected = by_chain(record, at_ms)
    assert by_marks(record, Asked(at_ms=at_ms, known=True)) == expected
    assert by_marks(record, Asked(at_ms=at_ms)) == expected


@settings(max_examples=size(small=60, full=10_000), deadline=None)
@given(HISTORIES, st.integers(0, 1), st.integers(0, 15), st.booleans())
def test_at_an_earlier_instant_they_say_what_the_chain_said_then(history, ours, until, known):
    story = Story()
    entries = story.tell(history)
    whole = held(ours, entries)
    first = entries[: until + 1]
    if not first:
        return
    at_ms = first[-1].claimed_ms + 1
    if any(each.claimed_ms <= at_ms + 60_000 for each in entries[until + 1 :]):
        return
    expected = by_chain(held(ours, first), at_ms)
    assert by_marks(whole, Asked(at_ms=at_ms, known=known)) == expected


@settings(max_examples=size(small=60, full=10_000), deadline=None)
@given(HISTORIES, st.randoms(use_true_random=False), st.lists(st.integers(1, 16), max_size=4))
def test_in_whatever_order_what_is_awaited_is_the_same(history, random, cuts):
    entries = Story().tell(history)
    shuffled = [each for each in entries if each.log == 0]
    theirs = [each for each in entries if each.log == 1]
    random.shuffle(theirs)
    tables = ("firebreak_opened", "firebreak_events")
    assert held(0, [*shuffled, *theirs], cuts).rows(*tables) == held(0, entries).rows(*tables)


@settings(max_examples=size(small=60, full=10_000), deadline=None)
@given(HISTORIES, st.integers(0, 1), st.integers(0, 300_000), st.booleans())
def test_a_span_holds_every_mark_of_the_instants_in_it(history, ours, at_s, known):
    record = held(ours, Story().tell(history))
    context = record.context()
    spanned = gather_between(record.select, context, START_MS - 1, START_MS + 400_000_000, known=known).marks
    known_of = {(mark.topic, mark.key, mark.party, mark.value, mark.proofs) for mark in set(spanned)}
    asked = Asked(at_ms=START_MS + at_s * 1_000, known=known)
    for mark in gather(record.select, context, asked).marks:
        if mark.topic != "heard":
            assert (mark.topic, mark.key, mark.party, mark.value, mark.proofs) in known_of


def test_the_number_of_what_was_opened_is_that_of_its_message():
    story = Story()
    story._say(0, Form.WARNING, Precedence.FLASH, "duty")
    record = held(0, story.entries)
    marks = gather(record.select, record.context(), Asked(at_ms=START_MS + 86_400_000)).marks
    assert {mark.key for mark in marks if mark.role is Role.OPENED} == {format_number((0, 0), ("us", "ru"))}
