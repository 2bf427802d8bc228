"""Usage figures rule by rule: which span, which slots of line tests, what an outcome is, what a kind is."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import text

from coupefeu.errors import UsageError
from coupefeu.model.agreement import LineTestSchedule
from coupefeu.model.entry import Head, Kind
from coupefeu.model.instant import Moment
from coupefeu.model.notices import Answer
from coupefeu.model.precedence import Precedence
from coupefeu.services.base import Context
from coupefeu.services.firebreak.tables import INSERT_TIME, TIMES, position_and_place
from coupefeu.services.notices.facts import ActFact, encode_act
from coupefeu.services.usage import bounds
from coupefeu.services.usage.answering import Answers, take_acts
from coupefeu.services.usage.asked import Asked, read_asked
from coupefeu.services.usage.line_tests import LineTested, count_tests, read_tests
from coupefeu.services.usage.outcomes import count_notices
from coupefeu.services.usage.selects import NoticeActRow, NoticeRow
from coupefeu.services.usage.status import AnswerWhat
from coupefeu.store import counting
from coupefeu.store.counting import count_kinds
from coupefeu.store.sqlite import declared, open_for_writing
from coupefeu.testing.line import make_agreement
from coupefeu.wire.head import encode_head

PARTIES = ("us", "ru")
JAN_2022_MS = 1_640_995_200_000
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
NOW_MS = JAN_2022_MS + 82 * DAY_MS


def asked(**words):
    return read_asked(NOW_MS, PARTIES, **words)


def test_a_year_is_whole_and_the_running_one_where_nothing_is_said():
    assert asked(year=2022) == asked() == Asked(from_ms=JAN_2022_MS, to_ms=JAN_2022_MS + 365 * DAY_MS)


def test_a_last_day_belongs_to_the_span_whole_and_an_instant_does_not():
    days = asked(since="2022-02-24", until="2022-03-24", party="RU")
    assert days == Asked(from_ms=JAN_2022_MS + 54 * DAY_MS, to_ms=JAN_2022_MS + 83 * DAY_MS, party="ru")
    until = asked(since="2022-02-24", until="2022-03-24T03:00Z").to_ms
    assert until == JAN_2022_MS + 82 * DAY_MS + 3 * HOUR_MS
    assert asked(since="2022-02-24").to_ms == NOW_MS


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"year": 1_970}, "services.usage.span"),
        ({"year": 2022, "since": "2022-02-24"}, "services.usage.span"),
        ({"since": "2022-03-24", "until": "2022-02-24"}, "services.usage.span"),
        ({"since": "yesterday"}, "model.instant.unreadable"),
        ({"party": "fr"}, "services.usage.party"),
    ],
)
def test_what_is_no_span_is_refused(words, code):
    with pytest.raises(UsageError) as refused:
        asked(**words)
    assert refused.value.code == code


# --- line tests ---------------------------------------------------------------------------------------------


HOURLY = LineTestSchedule(party="us", every_s=3_600, at_s=0, answer_within_s=60)


def context(*versions, now_ms=JAN_2022_MS + DAY_MS):
    """Give a context of these versions of the schedule, each (in force, schedules)."""
    agreements = [
        replace(make_agreement(), version=number, in_force_ms=in_force_ms, line_tests=schedules, skew_s=5)
        for number, (in_force_ms, schedules) in enumerate(versions, 1)
    ]
    return Context(
        now=Moment(utc_ms=now_ms, mono_ms=0),
        our_log=0,
        parties=PARTIES,
        agreement=agreements[-1],
        agreement_version=len(agreements),
        earlier=tuple(agreements[:-1]),
    )


def at(hours, answered_s=None, *, at_bound=False):
    """Give a line test of US at an hour, answered so many seconds later."""
    written_ms = round(JAN_2022_MS + hours * HOUR_MS)
    answers = {} if answered_s is None else {"ru": written_ms + answered_s * 1_000}
    return LineTested("us", written_ms, answers, at_bound=at_bound)


def count(tests, where=None, *, opened_ms=JAN_2022_MS, hours=(0, 24)):
    where = where or context((0, (HOURLY,)))
    span = Asked(from_ms=JAN_2022_MS + hours[0] * HOUR_MS, to_ms=JAN_2022_MS + hours[1] * HOUR_MS)
    (found,) = count_tests(tests, {"us": opened_ms}, span, ("us",), where)
    return found.due, found.held, found.without_test, found.without_answer


def test_a_slot_without_a_test_and_a_test_without_an_answer_are_both_missed():
    assert count([at(0, 10), at(1.5), at(2, 66), at(3, 65)]) == (24, 2, 20, 2)


def test_two_tests_of_one_slot_are_one_and_the_answered_one_counts():
    assert count([at(0), at(0.5, 3)]) == (24, 1, 23, 0)


def test_slots_that_count_by_a_time_at_a_bound_are_told():
    tests = [at(0, at_bound=True), at(0.5, 3), at(1, 3, at_bound=True), at(2, 3), at(25, 3, at_bound=True)]
    span = Asked(from_ms=JAN_2022_MS, to_ms=JAN_2022_MS + DAY_MS)
    (found,) = count_tests(tests, {"us": JAN_2022_MS}, span, ("us",), context((0, (HOURLY,))))
    assert (found.held, found.at_bound) == (3, 2)


def test_a_test_counts_at_a_bound_where_an_answer_of_another_party_does():
    rows = [
        (0, 1, 10, 0, 1, 20, 0), (0, 2, 10, 1, None, None, 0), (0, 3, 10, 0, 1, 30, 1), (0, 3, 10, 0, 1, 20, 0),
        (0, 4, 10, 0, 0, 20, 1),
    ]  # fmt: skip
    found = read_tests(rows, context((0, ())))
    assert [each.at_bound for each in found] == [False, True, True, False]
    assert [each.answered_ms for each in found] == [{"ru": 20}, {}, {"ru": 20}, {}]


def test_slots_before_the_log_began_and_slots_that_run_are_not_due():
    opened_ms = JAN_2022_MS + 90 * 60_000
    where = context((0, (HOURLY,)), now_ms=JAN_2022_MS + 5 * HOUR_MS + 1)
    assert count([at(2, 1), at(5, 1)], where, opened_ms=opened_ms) == (3, 1, 2, 0)


def test_a_test_whose_answer_may_still_come_is_neither_held_nor_missed():
    patient = replace(HOURLY, answer_within_s=7_200)
    where = context((0, (patient,)), now_ms=JAN_2022_MS + 2 * HOUR_MS)
    assert count([at(0, 10), at(1)], where) == (1, 1, 0, 0)


def test_each_version_of_the_agreement_counts_by_its_own_schedule():
    other = replace(HOURLY, every_s=7_200)
    where = context((0, (HOURLY,)), (JAN_2022_MS + 12 * HOUR_MS, (other,)))
    assert count([at(13, 1), at(14, 1)], where) == (12 + 6, 2, 16, 0)


def test_a_party_of_which_nothing_is_held_owes_nothing():
    assert count([], opened_ms=None) == (0, 0, 0, 0)


# --- answer times -------------------------------------------------------------------------------------------


def answered(*times_ms, at_bound=0):
    """Give the answers of RU's duty desk to FLASH messages, so long after; `at_bound`: the last so many."""
    answers = Answers()
    for number, after_ms in enumerate(times_ms):
        key = (AnswerWhat.TAKEN, "ru", "ru.duty", int(Precedence.FLASH))
        answers.add(key, after_ms, number >= len(times_ms) - at_bound)
    return answers


def of_all(answers):
    return next(each for each in answers.figures(("ru",)) if not each.post and each.precedence is None)


def test_an_answer_before_what_it_answers_counts_as_at_once_and_is_told():
    answers = answered(-5_000, -4_000, 9_000, 4_000)
    row = of_all(answers)
    assert (row.answered, row.median_ms, row.worst_ms) == (4, 0, 9_000)
    assert (answers.before_asked(("us", "ru")), answers.before_asked(("us",))) == (2, 0)


def test_the_lower_of_two_in_the_middle_is_the_median():
    assert of_all(answered(4, 1, 3, 2)).median_ms == 2
    assert of_all(answered(3, 1, 2)).median_ms == 2


def test_answers_by_a_time_at_a_bound_are_told_in_every_row_that_holds_them():
    rows = answered(1, 2, 3, at_bound=2).figures(("ru",))
    assert [(each.post, each.precedence, each.at_bound) for each in rows] == [
        ("", None, 2),
        ("", "FLASH", 2),
        ("ru.duty", None, 2),
        ("ru.duty", "FLASH", 2),
    ]


def test_what_was_never_answered_is_counted():
    answers = Answers()
    answers.asked[AnswerWhat.CALL, "ru", int(Precedence.FLASH)] += 2
    rows = answers.figures(("ru",))
    assert [(each.precedence, each.asked, each.answered, each.median_ms) for each in rows] == [
        (None, 2, 0, None),
        ("FLASH", 2, 0, None),
    ]


def taken(
    *,
    log=1,
    idx=5,
    post="ru.duty",
    to="ru.duty",
    precedence=Precedence.ROUTINE,
    subject="SAFETY",
    after=7_000,
):
    """Give who took US/1 as its row has it."""
    flash_subject = subject if precedence is Precedence.FLASH else None
    judged_by = [log, post, int(Kind.TAKEN), 1, 0, f'["{to}"]', int(precedence), flash_subject, 1]
    return (1, idx, after, 0, json.dumps(judged_by))


FLASH = Precedence.FLASH


@pytest.mark.parametrize(
    ("rows", "counted"),
    [
        ([taken()], {"ru.duty": [7_000]}),
        ([taken(post="ru.chief")], {}),
        ([taken(post="ru.chief", precedence=FLASH)], {"ru.chief": [7_000]}),
        ([taken(post="ru.chief", precedence=FLASH, subject="PROTEST")], {}),
        ([taken(post="us.duty")], {}),
        ([taken(log=0, post="us.duty", to="us.duty")], {}),
        ([taken(to="us.chief")], {}),
        ([taken(idx=9, precedence=FLASH), taken(post="ru.chief", precedence=FLASH)], {"ru.chief": [7_000]}),
        ([taken(idx=9, after=1), taken(after=2)], {"ru.duty": [2]}),
        ([taken(after=2), taken(idx=9, after=1)], {"ru.duty": [2]}),
        ([taken(log=3, idx=1, after=1), taken(idx=9, after=2)], {"ru.duty": [2]}),
    ],
)
def test_who_took_a_message_counts_as_on_its_page(rows, counted):
    answers = Answers()
    take_acts(rows, answers, context((0, ())))
    assert {post: times for (_, _, post, _), times in answers.times_ms.items()} == counted


# --- notices ------------------------------------------------------------------------------------------------

ROOT_LEAF = b"r" * 32
MOVEMENT = NoticeRow(
    log=0, idx=1, party="us", form=6, asks=1, closed=int(Kind.NOTICE_COMPLETED), start_ms=JAN_2022_MS,
    end_ms=JAN_2022_MS + HOUR_MS, counted_ms=JAN_2022_MS - DAY_MS, version=1, effect="",
)  # fmt: skip


def about(kind, **changed):
    """Give an entry about the movement as its row has it; AGREED by RU unless something is changed."""
    stated = {
        "root_log": 0, "root_idx": 1, "log": 1, "idx": 3, "kind": int(kind), "party": "ru", "effect": "",
        "to_posts": '["us.duty"]', "leaf_hash": b"a" * 32, "root_leaf": ROOT_LEAF, "about_log": 0, "about_idx": 1,
        "form": None, "body": encode_act(ActFact(answer=Answer.AGREED)),
    }  # fmt: skip
    return NoticeActRow(**(stated | changed))


def outcome_of(*acts):
    filed = {"log": 0, "idx": 1, "party": "us", "to_posts": '["ru.duty"]', "leaf_hash": ROOT_LEAF, "form": 6}
    root = about(Kind.NOTICE_FILED, root_leaf=None, body=None, **filed)

    def folded(_notice):
        raise AssertionError("it is plain")

    requests = {(0, 1): [root, *acts]}
    (found,) = count_notices([MOVEMENT], requests, frozenset(), folded, context((0, ())))
    return found.outcome.value


def test_an_answer_that_counts_settles_a_plain_notice():
    assert outcome_of(about(Kind.NOTICE_ANSWERED)) == "facilitated"


@pytest.mark.parametrize(
    "changed",
    [
        {"about_idx": 2},
        {"root_leaf": b"other" * 6 + b"ab"},
        {"effect": "unreadable_body"},
        {"party": "us", "log": 0},
        {"party": "fr"},
        {"body": encode_act(ActFact(answer=Answer.RECEIVED))},
    ],
)
def test_an_answer_without_effect_settles_nothing(changed):
    assert outcome_of(about(Kind.NOTICE_ANSWERED, **changed)) == "unanswered"


# --- kinds --------------------------------------------------------------------------------------------------


@pytest.fixture
def record(tmp_path):
    """A record with the columns and tables that kinds are counted from."""
    connection = open_for_writing(tmp_path / "record.db")
    connection.query("CREATE TABLE entries (arrival INTEGER PRIMARY KEY, log, idx, head)")
    connection.query("CREATE TABLE messages (log, idx, kind, effect, arrived_ms)")
    for made in declared(TIMES):
        connection.query(made)
    yield connection
    connection.close()


def put(connection, index, head, unreadable_ms=None, *, log=1):
    connection.query("INSERT INTO entries (log, idx, head) VALUES (?, ?, ?)", (log, index, head))
    if unreadable_ms is not None:
        values = (log, index, unreadable_ms)
        connection.query("INSERT INTO messages VALUES (?, ?, 0, 'unreadable_head', ?)", values)


def count_at(connection, counted_ms, claimed_ms, *, log=1, index=0):
    position, place = position_and_place((log, index), len(PARTIES))
    row = {"position": position, "place": place, "claimed_ms": claimed_ms, "arrived_ms": 0, "skew_ms": 0}
    bound = "" if counted_ms == claimed_ms else "before-bracket"
    connection.execute(INSERT_TIME, {**row, "counted_ms": counted_ms, "bound": bound})


def test_kinds_of_every_length_are_counted_and_heads_that_cannot_be_read_by_their_arrival(record):
    kinds = (0, 16, Kind.LINE_TEST, 250, 300, 70_000, 5_000_000_000)
    for index, kind in enumerate(kinds):
        put(record, index, head_of(kind, NOW_MS))
    put(record, 10, head_of(16, NOW_MS + 1))
    put(record, 11, head_of(16, NOW_MS - 1))
    put(record, 12, head_of(16, 1_000))  # 1970: its time has no eight bytes
    put(record, 13, None)  # the leaf alone is held
    put(record, 14, head_of(16, NOW_MS) + b"\x00", NOW_MS)
    put(record, 15, b"\xa7\x00nonsense", NOW_MS)
    put(record, 16, b"\xff", NOW_MS + 1)
    put(record, 17, b"\x04\x1b" + NOW_MS.to_bytes(8), NOW_MS)
    assert count_kinds(record, NOW_MS, NOW_MS + 1, len(PARTIES)) == {
        **{(1, kind): 1 for kind in kinds},
        (1, None): 3,
    }


def test_kinds_are_counted_by_chunks_of_the_record_however_many_lie_between(record, monkeypatch):
    monkeypatch.setattr(counting, "_CHUNK", 2)
    for index in range(9):
        put(record, index, head_of(16, NOW_MS))
    record.query("DELETE FROM entries WHERE arrival < 3 OR arrival IN (5, 6, 7)")
    assert count_kinds(record, NOW_MS, NOW_MS + 1, len(PARTIES)) == {(1, 16): 4}


@pytest.mark.parametrize("log", [1, 3])
def test_an_entry_of_any_kind_is_counted_when_the_firebreak_counts_it(record, log):
    for index, (kind, claimed_ms, counted_ms) in enumerate(
        (
            (16, NOW_MS, NOW_MS),
            (300, NOW_MS, NOW_MS + 1),
            (17, NOW_MS - DAY_MS, NOW_MS),
            (18, 1_000, NOW_MS),
            (19, NOW_MS - DAY_MS, NOW_MS - 1),
        )
    ):
        put(record, index, head_of(kind, claimed_ms), log=log)
        count_at(record, counted_ms, claimed_ms, log=log, index=index)
    assert count_kinds(record, NOW_MS, NOW_MS + 1, len(PARTIES)) == {(log, kind): 1 for kind in (16, 17, 18)}


def test_the_time_at_a_bound_is_found_in_every_log_of_a_party(record):
    places = [(log, index) for log in (0, 1, 2, 3) for index in (0, 5)]
    for log, index in places:
        put(record, index, None, log=log)
    count_at(record, NOW_MS, 0, log=3, index=5)
    asked_for = text(
        f"SELECT e.log, e.idx, {bounds.counted_ms('e', 'arrival')}, {bounds.is_bound('e')}"
        f" FROM entries e {bounds.join_bound('e')}"
    )
    values = {"parties": len(PARTIES)}
    found = {row[:2]: row[2:] for row in record.stream_of(asked_for, values)}
    claimed = {place: (arrival, 0) for arrival, place in enumerate(places, 1)}
    assert found == {**claimed, (3, 5): (NOW_MS, 1)}


def head_of(kind, written_ms):
    return encode_head(
        Head(
            kind=kind,
            from_post="ru.duty",
            to_posts=("us.duty",),
            precedence=Precedence.ROUTINE,
            written_ms=written_ms,
            language="ru",
            agreement_version=1,
        )
    )
