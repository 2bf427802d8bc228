"""What is open in memory says what the record says, costs one message an event, and is bounded."""

from tests.messages_line import START_MS, Line, free_text, warning

from coupefeu.console.listing import message_line
from coupefeu.console.open_set import Judged, JudgedOpen, OpenSet
from coupefeu.model.messages import Content, Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.messages import texts
from coupefeu.services.messages.commands import RecordShown, Take
from coupefeu.services.messages.listed import MessageFilter
from coupefeu.services.messages.status import StepName

FLASH, ROUTINE, PRIORITY = Precedence.FLASH, Precedence.ROUTINE, Precedence.PRIORITY
US, RU = 0, 1


def judged(status, as_of_ms):
    return Judged(
        as_of_ms=as_of_ms,
        status=status,
        line=message_line(status),
        searched=texts.searched(status.body, status.content),
    )


def put(held, line, log, *messages):
    for message in messages:
        held.put(judged(line.status(log, message), line.now_ms))


def numbers(held):
    return [line.number for line in held.rows()]


def test_a_message_is_open_from_its_judgement_until_nothing_is_awaited():
    line, held = Line(), OpenSet()
    message = line.say(US, warning(), FLASH)
    put(held, line, RU, message)
    assert numbers(held) == ["US/0"]
    assert held.sounding == {message}
    line.do(RU, Take(message=message, from_post="ru.duty"))
    put(held, line, RU, message)
    assert held.sounding == frozenset()
    assert held.rows()[0].next_step is StepName.READ_BY
    cancels = Content(form=Form.CANCELLATION, subject=Subject.SAFETY)
    line.say(US, cancels, about=message)
    put(held, line, RU, message)
    assert (held.rows(), held.count(), held.due(1 << 60)) == ([], (0, 0), [])


def test_a_deadline_that_passes_names_its_message_once_and_then_it_is_overdue():
    line, held = Line(), OpenSet()
    message = line.say(US, warning(), FLASH)
    put(held, line, RU, message)
    due_ms = held.next_ms
    assert due_ms is not None
    assert held.due(due_ms - 1) == []
    line.now_ms = due_ms
    assert held.due(line.now_ms) == [message]
    assert held.due(line.now_ms) == []
    put(held, line, RU, message)
    assert held.count() == (1, 1)
    assert held.rows()[0].overdue
    assert held.next_ms is None or held.next_ms > due_ms


def test_a_deadline_that_passes_while_a_message_is_being_judged_is_not_missed():
    line, held = Line(), OpenSet()
    message = line.say(US, warning(), FLASH)
    put(held, line, RU, message)
    due_ms = held.next_ms
    earlier = judged(line.status(RU, message), line.now_ms)
    held = OpenSet()
    line.now_ms = due_ms + 1
    held.put(earlier)
    assert not held.rows()[0].overdue
    assert held.due(line.now_ms) == [message]


def test_an_outcome_clock_that_runs_out_sounds_on_both_sides_without_any_entry():
    line = Line()
    message = line.say(US, warning(), FLASH)
    line.do(RU, Take(message=message, from_post="ru.duty"))
    for log in (US, RU):
        held = OpenSet()
        put(held, line, log, message)
        assert held.sounding == frozenset()
        while not held.sounding:
            line.now_ms = held.next_ms
            put(held, line, log, *held.due(line.now_ms))
        context = line.sides[log].context(line.now_ms)
        assert [(alarm.cause, alarm.messages) for alarm in held.alarms(context)] == [("outcome", ("US/0",))]
        line.now_ms = START_MS


def test_the_most_urgent_comes_first_and_a_window_is_newest_first():
    line, held = Line(), OpenSet()
    said = [line.say(US, free_text(f"text {number}"), ROUTINE) for number in range(3)]
    line.wait(1)
    urgent = line.say(US, warning(), FLASH)
    line.wait(1)
    said.append(line.say(US, free_text("Ёлка у моста"), PRIORITY))
    put(held, line, RU, *said, urgent)
    assert numbers(held)[:2] == ["US/3", "US/4"]
    rows, total = held.window(MessageFilter(), 1, 2)
    assert ([row.number for row in rows], total) == (["US/3", "US/0"], 5)
    by = {
        "precedence": MessageFilter(precedence=FLASH),
        "form": MessageFilter(form=Form.WARNING),
        "text": MessageFilter(text=" елка "),
        "nobody": MessageFilter(log=RU),
        "subject": MessageFilter(subject=Subject.SAFETY, text="TEXT 1"),
    }
    found = {name: [row.number for row in held.window(wanted, 0, 9)[0]] for name, wanted in by.items()}
    assert found == {
        "precedence": ["US/3"],
        "form": ["US/3"],
        "text": ["US/4"],
        "nobody": [],
        "subject": ["US/1"],
    }


def test_beyond_the_bound_the_oldest_of_a_precedence_go_and_no_flood_hides_the_flash_that_waits_longest():
    line, held = Line(), OpenSet(max_of_each=4)
    flashes = [line.say(US, warning(), FLASH) for _ in range(1)]
    for number in range(6):
        line.wait(1)
        put(held, line, RU, line.say(US, free_text(str(number)), ROUTINE))
    assert held.truncated
    assert {row.beginning for row in held.rows()} == {"2", "3", "4", "5"}
    for _ in range(6):
        line.wait(1)
        flashes.append(line.say(US, warning(), FLASH))
    put(held, line, RU, *flashes)
    kept = [row.number for row in held.rows() if row.flash]
    assert len(kept) == 4
    assert f"US/{flashes[0][1]}" in kept
    assert f"US/{flashes[-1][1]}" in kept
    assert len(held.sounding) == 4


def test_what_was_judged_as_a_whole_replaces_everything():
    line, held = Line(), OpenSet()
    first, second = (line.say(US, warning(), FLASH) for _ in range(2))
    put(held, line, RU, first)
    held.begin(
        JudgedOpen(
            messages=(judged(line.status(RU, second), line.now_ms),),
            looked_at=7,
            truncated=True,
            as_of_ms=line.now_ms,
        )
    )
    assert numbers(held) == ["US/1"]
    assert (held.looked_at, held.truncated, held.sounding) == (7, True, {second})


def test_what_a_receipt_covers_is_found_by_its_range():
    line, held = Line(), OpenSet()
    said = [line.say(US, free_text(str(number)), ROUTINE) for number in range(4)]
    put(held, line, US, *said)
    assert held.between(US, 1, 3) == [(said[1], ROUTINE), (said[2], ROUTINE)]
    assert held.between(RU, 0, 9) == []


def test_old_deadlines_are_let_go_of():
    line, held = Line(), OpenSet()
    message = line.say(US, free_text(), ROUTINE)
    for _ in range(5_000):
        put(held, line, RU, message)
    assert len(held._deadlines) < 2_000
    assert held.next_ms is not None


def test_the_line_of_a_message_says_when_it_was_first_shown_and_taken():
    line = Line()
    message = line.say(US, warning(text="\u202eevil\r\nnext\nlast", passages=()), FLASH)
    line.wait(1)
    line.do(RU, RecordShown(messages=(message,), screens=2))
    line.wait(1)
    line.do(RU, Take(message=message, from_post="ru.duty"))
    seen = message_line(line.status(US, message))
    assert (seen.shown_ms, seen.taken_ms) == (START_MS + 1_000, START_MS + 2_000)
    assert (seen.operative, seen.place, seen.flash, seen.form) == ("STOP", "35.31 N 40.13 E", True, "warning")
    assert seen.beginning == "⟦U+202E⟧evil next last"
    assert (seen.party, seen.ours, seen.open, seen.next_party) == ("us", True, True, "ru")
    line.say(US, Content(form=Form.CANCELLATION, subject=Subject.SAFETY), about=message)
    cancelled = message_line(line.status(RU, message))
    assert (cancelled.cancelled, cancelled.open, cancelled.due_ms, cancelled.next_step) == (
        True,
        False,
        None,
        None,
    )


def test_a_beginning_says_that_there_is_more():
    line = Line()
    short, long = (line.say(US, free_text("x" * length)) for length in (160, 161))
    assert message_line(line.status(RU, short)).beginning == "x" * 160
    assert message_line(line.status(RU, long)).beginning == "x" * 160 + "…"
