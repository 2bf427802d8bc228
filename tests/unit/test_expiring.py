"""Content that is older than agreed goes, and no other: by age, by mode, in steps, not by a clock that runs ahead."""

from dataclasses import replace

import pytest
from tests.stores import do

from coupefeu.errors import PeerError
from coupefeu.model.erasure import Why
from coupefeu.model.notices import NoticeForm
from coupefeu.model.places import Position
from coupefeu.model.precedence import Precedence
from coupefeu.model.volumes import Circle, Volume
from coupefeu.node.expiring import NEXT_STEP_MS, Expiring
from coupefeu.node.foreseen import foresee
from coupefeu.services.agreement.rules import check_amendment
from coupefeu.services.messages.commands import Read, Take
from coupefeu.services.messages.forms import read_content
from coupefeu.services.notices.commands import FileNotice
from coupefeu.services.notices.facts import NoticeFact
from coupefeu.store.expiring import AGAIN_MS, SILENCE_MS, STEP_EXCHANGES
from coupefeu.store.fsck import check_record
from coupefeu.store.jobs import EraseExpired
from coupefeu.testing.clock import START_UTC_MS
from coupefeu.testing.joined import JoinedNodes
from coupefeu.testing.line import make_text
from coupefeu.wire.agreement import parse_agreement

DAY_MS = 86_400_000
MARK = "# Written by pairing"


def agreed(section, mode="ON RECORD"):
    text = make_text().decode().replace('"ON RECORD"', f'"{mode}"')
    return parse_agreement(text.replace(MARK, f"{section}\n\n{MARK}").encode())


RETENTION = '[retention]\ncontent = "30d"'
FACT_ONLY = '[record]\nkeep = "3d"'


def line_of(tmp_path, section=RETENTION, mode="ON RECORD"):
    nodes = JoinedNodes(tmp_path, agreement=agreed(section, mode))
    nodes.connect()
    nodes.run(seconds=1)
    return nodes


@pytest.fixture
def line(tmp_path):
    return line_of(tmp_path)


def expire(node, after=0, *, days=0):
    """Do one step, by a clock of our own that runs so many days ahead."""
    outcomes = []
    node.shift_ms = int(days * DAY_MS)
    node.engine.erase_expired(EraseExpired(after=after), outcomes.append)
    node.work()
    node.shift_ms = 0
    (outcome,) = outcomes
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def pass_days(line, days):
    """Let days go by on both sides, and one word from each so that both sign."""
    line.disconnect()
    line.clock.advance(days * DAY_MS)
    line.connect()
    for node in line.nodes:
        node.say("still here")
    line.run(seconds=3)


def is_erased(node, message):
    return node.message(message).erased is not None


def test_what_is_older_than_agreed_goes_and_the_rest_stays(line):
    old = line.us.say("an old word")
    theirs = line.ru.say("their old word")
    line.run(seconds=2)
    assert expire(line.us).entries == ()
    pass_days(line, 20)
    young = line.us.say("a young word")
    pass_days(line, 11)
    step = expire(line.us)
    assert {message for message in (old, theirs, young) if is_erased(line.us, message)} == {old, theirs}
    (named,) = step.entries
    assert line.us.message(old).erased.why is Why.RETENTION
    assert named.recorded.head.kind == 7
    assert sorted(read_content(body)[0].text for body in step.gone) == ["an old word", "their old word"]
    assert not is_erased(line.ru, old)
    report = check_record(line.us.path, line.us.keeper.line.parties, 0, running=True)
    assert not report.findings


def test_the_age_is_that_of_the_last_entry_of_an_exchange(line):
    message = line.us.say("asked about late")
    pass_days(line, 29)
    line.ru.act(Read(message=message, from_post=line.ru.agreement.party("ru").duty_desk))
    line.run(seconds=2)
    pass_days(line, 2)
    expire(line.us)
    assert not is_erased(line.us, message)
    pass_days(line, 29)
    expire(line.us)
    assert is_erased(line.us, message)


def test_what_another_branch_said_goes_by_its_age_too(line):
    """Nothing on the log names it: it is in no exchange, and may lie behind all that is held (A13, A17)."""
    fork = line.ru.say("on the log")
    line.run(seconds=2)
    query = line.us.keeper.connection.query
    (head,) = query("SELECT head FROM entries WHERE log = 1 AND idx = ?", (fork[1],)).fetchone()
    insert = (
        "INSERT INTO branches (log, idx, leaf, seed, head, body, end, signature, arrived_ms)"
        " VALUES (1, 99, ?, zeroblob(32), ?, 'planted', 100, '', ?)"
    )
    query(insert, (b"old", head, line.clock.now().utc_ms))
    pass_days(line, 29)
    query(insert, (b"young", head, line.clock.now().utc_ms))
    expire(line.us)
    held = "SELECT CAST(leaf AS BLOB) FROM branches WHERE length(body) > 0 ORDER BY number"
    assert query(held).fetchall() == [(b"old",), (b"young",)]
    pass_days(line, 2)
    expire(line.us)
    assert query(held).fetchall() == [(b"young",)]


def test_a_clock_that_runs_years_ahead_erases_nothing(line):
    message = line.us.say("said today")
    line.run(seconds=2)
    expire(line.us, days=4_000)
    assert not is_erased(line.us, message)
    assert SILENCE_MS < 30 * DAY_MS


def test_what_the_line_owes_and_what_sounds_is_put_off(line):
    pass_days(line, 1)
    line.disconnect()
    owed = line.us.say("never sent")
    flash = line.ru.say("STOP", Precedence.FLASH)
    line.clock.advance(31 * DAY_MS)
    step = expire(line.us)
    assert not is_erased(line.us, owed)
    assert step.due_ms is not None
    line.connect()
    line.run(seconds=3)
    pass_days(line, 31)
    assert line.us.message(flash).sounds
    expire(line.us)
    assert is_erased(line.us, owed)
    assert not is_erased(line.us, flash)
    line.us.act(Take(message=flash, from_post=line.us.agreement.party("us").duty_desk))
    pass_days(line, 31)
    expire(line.us)
    assert is_erased(line.us, flash)


def test_while_a_flash_sounds_nothing_is_erased_at_all(line):
    old = line.us.say("an old word")
    pass_days(line, 31)
    flash = line.ru.say("STOP", Precedence.FLASH)
    line.run(seconds=2)
    step = expire(line.us)
    assert not is_erased(line.us, old)
    assert (step.entries, step.has_more) == ((), False)
    line.us.act(Take(message=flash, from_post=line.us.agreement.party("us").duty_desk))
    expire(line.us)
    assert is_erased(line.us, old)


def test_a_line_of_facts_only_names_each_exchange_with_when_it_took_place(tmp_path):
    line = line_of(tmp_path, FACT_ONLY, "RECORD OF FACT ONLY")
    message = line.us.say("off the record")
    line.run(seconds=60)
    line.ru.act(Read(message=message, from_post=line.ru.agreement.party("ru").duty_desk))
    line.run(seconds=2)
    assert line.ru.message(message).original == "off the record"
    pass_days(line, 4)
    for node in line.nodes:
        expire(node)
        status = node.message(message)
        assert status.erased.why is Why.FACT_ONLY
        ((first_ms, last_ms),) = node.keeper.connection.query(
            "SELECT first_ms, last_ms FROM erasures WHERE ours AND erased_log = 0 AND start = ?",
            (message[1],),
        )
        assert 59_000 < last_ms - first_ms < 70_000
        assert b"off the record" not in node.path.read_bytes()
        assert not check_record(
            node.path, node.keeper.line.parties, node.keeper.line.our_log, running=True
        ).findings


def test_a_step_is_bounded_and_the_next_goes_on(line):
    said = [line.us.say(f"word {number}") for number in range(STEP_EXCHANGES + 5)]
    line.run(seconds=3)
    pass_days(line, 31)
    first = expire(line.us)
    assert first.has_more
    assert sum(is_erased(line.us, message) for message in said) == STEP_EXCHANGES
    second = expire(line.us, first.after)
    assert all(is_erased(line.us, message) for message in said)
    assert not second.has_more


def test_what_was_said_under_other_terms_keeps_them(line):
    """An amendment that agrees on an age touches nothing that was said before it."""
    node = line.us
    before = node.say("said when everything was kept")
    line.run(seconds=2)
    node.keeper.earlier = (replace(node.agreement, retention_s=None),)
    node.keeper.agreement = replace(node.agreement, version=2)
    pass_days(line, 31)
    expire(node)
    assert not is_erased(node, before)


def test_naming_terms_that_are_past_does_not_bring_the_end_of_evidence_on(line):
    """RU goes on naming version 1 after version 2, by which everything is kept, came into force here."""
    node = line.us
    before = line.ru.say("said when content had an age")
    line.run(seconds=2)
    line.clock.advance(1_000)
    node.keeper.earlier = (node.agreement,)
    node.keeper.agreement = replace(
        node.agreement, version=2, retention_s=None, in_force_ms=node.clock().utc_ms
    )
    after = line.ru.say("said when everything is kept")
    line.run(seconds=2)
    (reply,) = node.act(Read(message=after, from_post=node.agreement.party("us").duty_desk))
    pass_days(line, 31)
    expire(node)
    assert is_erased(node, before), "what was said before keeps its terms"
    assert not is_erased(node, after)
    assert node.keeper.connection.query(
        "SELECT count(*) FROM entries WHERE (log, idx) IN ((?, ?), (?, ?)) AND body IS NOT NULL",
        (*after, *reply),
    ).fetchone() == (2,)


def test_the_duty_goes_step_by_step_and_waits_for_what_is_due(line):
    said = [line.us.say(f"word {number}") for number in range(STEP_EXCHANGES + 5)]
    line.run(seconds=3)
    pass_days(line, 31)
    duty = Expiring(line.us.engine.erase_expired)
    for _ in range(4):
        duty.check(line.us.clock())
        line.us.work()
        line.clock.advance(NEXT_STEP_MS)
    assert all(is_erased(line.us, message) for message in said)
    wait_ms = duty.check(line.us.clock())
    assert 0 < wait_ms <= AGAIN_MS
    asked = []
    quiet = Expiring(lambda job, _done: asked.append(job))
    quiet.check(line.us.clock())
    quiet.check(line.us.clock())
    assert asked == [EraseExpired(after=0)]


def foreseen(line):
    desk = line.us.desk()
    try:
        return foresee(desk, line.us.keeper.line.parties)
    finally:
        desk.close()


def test_what_will_go_is_said_a_week_before(line):
    message = line.us.say("said on the first day")
    line.ru.say("theirs")
    line.run(seconds=2)
    assert foreseen(line).entries == 0
    pass_days(line, 24)
    found = foreseen(line)
    due_ms = line.us.message(message).arrived_ms + 30 * DAY_MS
    assert (found.entries, found.first_ms, found.truncated) == (2, due_ms, False)
    pass_days(line, 7)
    expire(line.us)
    assert foreseen(line).entries == 0, "what was said on day 24 is due on day 54"


@pytest.mark.parametrize(
    ("section", "mode", "says"),
    [
        ("", "RECORD OF FACT ONLY", "record"),
        ('[record]\nkeep = "1h"', "RECORD OF FACT ONLY", "longest deadline"),
        ('[record]\nkeep = "3d"', "ON RECORD", "RECORD OF FACT ONLY"),
        ('[retention]\ncontent = "3650d"', "RECORD OF FACT ONLY", "record"),
        ('[record]\nkeep = "3d"\n[retention]\ncontent = "3650d"', "RECORD OF FACT ONLY", "ON RECORD"),
        ('[retention]\ncontent = "1d"', "ON RECORD", "longest deadline"),
        ('[retention]\ncontent = "3650d"\nheads = "1d"', "ON RECORD", "heads"),
        ('[record]\nkeep = "37000d"', "RECORD OF FACT ONLY", "duration"),
    ],
)
def test_terms_that_say_what_is_kept_are_read_strictly(section, mode, says):
    with pytest.raises(PeerError, match=says):
        agreed(section, mode)


def test_terms_may_let_content_be_ten_years_old():
    assert agreed('[retention]\ncontent = "3650d"').content_age_s == 3650 * 86_400
    assert agreed(FACT_ONLY, "RECORD OF FACT ONLY").content_age_s == 3 * 86_400
    check_amendment(agreed(""), replace(agreed(FACT_ONLY, "RECORD OF FACT ONLY"), version=2))


def test_a_line_on_which_all_is_kept_asks_for_nothing(tmp_path):
    line = line_of(tmp_path, "")
    line.us.say("kept")
    pass_days(line, 300)
    outcome = do(line.us.keeper, EraseExpired(after=0))
    assert (outcome.entries, outcome.due_ms) == ((), None)


def test_a_notice_in_force_stays_and_goes_when_it_is_over(line):
    """Both sides keep apart by it: however old its words are, they stand until its last end has passed."""
    volume = Volume(
        shape=Circle(centre=Position(lat_e7=445_000_000, lon_e7=312_000_000), radius_dm=1_000),
        lower=None,
        upper=None,
        start_ms=START_UTC_MS,
        end_ms=START_UTC_MS + 50 * DAY_MS,
    )
    fact = NoticeFact(
        form=NoticeForm.FLIGHT_SAFETY, title="Patrol", volumes=(volume,), fields={1: 2, 6: "Duty desk"}
    )
    (notice,) = line.us.act(FileNotice.of(fact, "us.duty"))
    line.run(seconds=2)
    pass_days(line, 40)
    assert notice not in expire(line.us).entries
    assert title_of(line.us, notice) == "Patrol"
    pass_days(line, 11)
    expire(line.us)
    assert title_of(line.us, notice) is None


def title_of(node, notice):
    desk = node.desk()
    try:
        fact = desk.notices.get(notice).fact
        return None if fact is None else fact.title
    finally:
        desk.close()
