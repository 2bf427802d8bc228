"""What sounds, and how a flood becomes one line with a count."""

from tests.messages_line import START_MS, Line, warning

from coupefeu.model.messages import OutcomeCode
from coupefeu.model.precedence import Precedence
from coupefeu.services.messages.alarms import AlarmCause, alarms
from coupefeu.services.messages.commands import GiveOutcome, Take

FLASH = Precedence.FLASH


def sounding(line, log):
    return alarms(line.inbox(log), line.sides[log].context(line.now_ms))


def counts(line, log):
    return [(alarm.party, alarm.count) for alarm in sounding(line, log)]


def test_one_flash_is_one_alarm_where_it_arrived():
    line = Line()
    message = line.say(0, warning(), FLASH)
    (alarm,) = sounding(line, 1)
    assert (alarm.party, alarm.messages, alarm.first_ms, alarm.per_minute) == ("us", (message,), START_MS, 1)
    assert sounding(line, 0) == ()


def test_what_is_beyond_the_agreed_number_in_a_minute_is_one_alarm_with_its_rate():
    line = Line()
    agreed = line.sides[1].agreement.budgets.alarms_per_minute
    messages = []
    for _ in range(agreed + 30):
        messages.append(line.say(0, warning(), FLASH))
        line.wait(1)
    found = sounding(line, 1)
    assert [alarm.count for alarm in found] == [1] * agreed + [30]
    assert found[-1].messages == tuple(messages[agreed:])
    assert found[-1].per_minute == 30
    assert (found[-1].first_ms, found[-1].last_ms) == (
        START_MS + agreed * 1000,
        START_MS + (agreed + 29) * 1000,
    )


def test_an_outcome_that_ran_out_in_a_flood_is_never_among_the_flash_that_nobody_took():
    line = Line()
    agreed = line.sides[1].agreement.budgets.alarms_per_minute
    taken = [line.say(0, warning(), FLASH) for _ in range(agreed + 3)]
    for message in taken:
        line.do(1, Take(message=message, from_post="ru.duty"))
    line.wait(600)
    waiting = [line.say(0, warning(), FLASH) for _ in range(agreed + 3)]
    line.wait(1)
    by_cause = {
        cause: {message for alarm in sounding(line, 1) if alarm.cause is cause for message in alarm.messages}
        for cause in AlarmCause
    }
    assert by_cause == {AlarmCause.FLASH: set(waiting), AlarmCause.OUTCOME: set(taken)}
    collapsed = [alarm.cause for alarm in sounding(line, 1) if alarm.count > 1]
    assert sorted(collapsed) == [AlarmCause.FLASH, AlarmCause.OUTCOME], "one line with a count for each cause"


def test_a_minute_later_the_next_one_sounds_for_itself():
    line = Line()
    agreed = line.sides[1].agreement.budgets.alarms_per_minute
    for _ in range(agreed + 2):
        line.say(0, warning(), FLASH)
    line.wait(59.999)
    line.say(0, warning(), FLASH)
    line.wait(0.001)
    line.say(0, warning(), FLASH)
    assert sorted(counts(line, 1)) == [("us", 1)] * (agreed + 1) + [("us", 3)]


def test_a_flood_does_not_swallow_our_own_outcome_that_ran_out():
    line = Line()
    ours = line.say(1, warning(), FLASH)
    for _ in range(50):
        line.say(0, warning(), FLASH)
    line.wait(601)
    found = sounding(line, 1)
    assert [alarm.messages for alarm in found if alarm.party == "ru"] == [(ours,)]
    (own,) = [alarm for alarm in found if alarm.party == "ru"]
    assert own.first_ms == START_MS + 600_000, "since its deadline"


def test_acting_ends_an_alarm_and_an_overdue_outcome_begins_another():
    line = Line()
    message = line.say(0, warning(), FLASH)
    line.do(1, Take(message=message, from_post="ru.duty"))
    assert sounding(line, 1) == ()
    line.wait(601)
    assert counts(line, 0) == counts(line, 1) == [("us", 1)]
    assert {sounding(line, log)[0].first_ms for log in (0, 1)} == {START_MS + 600_000}, "since the deadline"
    line.do(1, GiveOutcome(message=message, from_post="ru.duty", outcome=OutcomeCode.NOT_OURS))
    assert sounding(line, 0) == sounding(line, 1) == ()
