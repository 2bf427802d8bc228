"""What is typed just before midnight for tomorrow, or just after it for yesterday, is not taken for today's."""

from coupefeu.console.acting import act_command
from coupefeu.console.calls_acting import defer_command
from coupefeu.console.calls_requests import DeferCallRequest
from coupefeu.console.requests import ActName, ActRequest
from coupefeu.console.sessions import Session
from coupefeu.model.instant import format_instant, parse_instant
from coupefeu.services.incidents.typed import read_coming, read_past

BEFORE = parse_instant("302345Z NOV 26", 0)
AFTER = parse_instant("010010Z DEC 26", 0)
SESSION = Session(id="", post="ru.duty", officer="", language="en", signed_in_ms=0, used_ms=0, expires_ms=0)
MESSAGE = (0, 14)


def test_a_call_is_put_off_to_a_time_after_midnight():
    command = defer_command(DeferCallRequest(to_time="0015Z"), MESSAGE, SESSION, BEFORE)
    assert format_instant(command.to_ms) == "2026-12-01T00:15:00.000Z"


def test_what_was_stopped_before_midnight_was_stopped_yesterday():
    asked = ActRequest(act=ActName.OUTCOME, outcome="stopped-at", time="2355Z")
    command = act_command(asked, MESSAGE, SESSION, AFTER)
    assert format_instant(command.time_ms) == "2026-11-30T23:55:00.000Z"


def test_an_incident_was_and_a_meeting_about_it_will_be():
    assert format_instant(read_past("start", "2355Z", AFTER)) == "2026-11-30T23:55:00.000Z"
    assert format_instant(read_coming("at", "0900Z", BEFORE)) == "2026-12-01T09:00:00.000Z"
