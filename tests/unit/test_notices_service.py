"""Notices: what may be said, what has no effect and why, and what each entry makes of a notice."""

import gc
import json
from dataclasses import replace

import pytest
from tests.stores import AGREEMENT, do, moment, open_keeper, view_rows

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.entry import Kind, Reference, is_erasable
from coupefeu.model.erasure import Why
from coupefeu.model.notices import Answer, CheckPoint, NoticeForm, Settlement
from coupefeu.model.places import Position, wrap_longitude
from coupefeu.model.volumes import (
    Altitude,
    AltitudeUnit,
    Circle,
    Corridor,
    Datum,
    Fix,
    Limit,
    Polygon,
    Track,
    Volume,
)
from coupefeu.node.commands import decode_command, encode_command
from coupefeu.record.leaf import leaf_hash
from coupefeu.services.base import Context
from coupefeu.services.erasures.facts import EraseContent, Erasure, RecordErasure
from coupefeu.services.every import SERVICES
from coupefeu.services.notices import insisting
from coupefeu.services.notices.commands import (
    AmendNotice,
    AnswerCounter,
    AnswerNotice,
    CompleteNotice,
    FileNotice,
    ReadBackPositions,
    SettleConflict,
    WithdrawNotice,
)
from coupefeu.services.notices.facts import KINDS, ActFact, NoticeFact, encode_act, encode_notice
from coupefeu.services.notices.fold import fold
from coupefeu.services.notices.listed import NoticeFilter, count_notices, select_notices
from coupefeu.services.notices.status import CounterState, NoticeState, RequestState
from coupefeu.services.notices.tables import MAX_ACTS, select_root_of, select_rows_of
from coupefeu.store.erased import ranges_of_entries
from coupefeu.store.jobs import Act
from coupefeu.store.rebuild import rebuild
from coupefeu.testing.author import Author
from coupefeu.testing.clock import START_UTC_MS

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
DESK, THEIRS = "us.duty", "ru.duty"


def at(hours):
    return START_UTC_MS + int(hours * HOUR_MS)


def place(lat, lon):
    return Position(lat_e7=round(lat * 1e7), lon_e7=round(lon * 1e7))


def area(start=72, hours=6, centre=(31.5, 34.45), radius_dm=5_000):
    return Volume(
        shape=Circle(centre=place(*centre), radius_dm=radius_dm),
        lower=Limit.SURFACE,
        upper=Altitude(value=3_000, unit=AltitudeUnit.FT, datum=Datum.AMSL),
        start_ms=at(start),
        end_ms=at(start + hours),
    )


CONVOY = NoticeFact(
    form=NoticeForm.HUMANITARIAN_MOVEMENT,
    title="Food convoy, warehouse to port",
    volumes=(area(),),
    fields={
        1: "Relief organisation", 2: 2, 4: 3, 7: "Warehouse", 8: at(72), 9: "Port", 10: at(78), 14: "Leader",
        15: "+000 000",
    },
    movement="convoy-1",
    check_points=(CheckPoint(name="Gate", position=place(31.48, 34.42), planned_ms=at(73)),),
    wants_answer=True,
    units=("Brigade 1", "Squadron 2"),
)  # fmt: skip
FLIGHTS = NoticeFact(
    form=NoticeForm.FLIGHT_SAFETY, title="Patrol", volumes=(area(start=4),), fields={1: 2, 6: "duty desk"}
)
HAZARD = replace(FLIGHTS, form=NoticeForm.HAZARD_TO_NAVIGATION, fields={1: 1, 4: "x"})


def said(view):
    """What a notice of ours says, as its author wrote it: the store adds what it conflicts with."""
    assert view.fact.conflicts == 0
    return replace(view.fact, conflicts=None)


class Line:
    """Our record, and RU as an author of whatever it likes."""

    def __init__(self, path):
        self.keeper = open_keeper(path)
        self.ru = Author(AGREEMENT, "ru")
        self.hours = 0.0

    def acts(self, command):
        done = do(self.keeper, Act(command=command), at=self.hours * 3_600)
        return [(each.recorded.log, each.recorded.index) for each in done.entries]

    def act(self, command):
        (entry,) = self.acts(command)
        return entry

    def file(self, fact=CONVOY, **stated):
        return self.act(FileNotice.of(fact, DESK, **stated))

    def hear(self, kind, said, *about, post=THEIRS, to=(DESK,), body=None, leaf=None):
        """Have RU write an entry and take it."""
        written_ms = START_UTC_MS + int(self.hours * HOUR_MS)
        head = replace(
            self.ru.head(kind),
            from_post=post,
            to_posts=to,
            written_ms=written_ms,
            references=tuple(self.reference(*each, leaf=leaf) for each in about),
        )
        if body is None:
            body = encode_notice(said) if isinstance(said, NoticeFact) else encode_act(said)
        start = self.ru.size
        self.ru.write(head, body)
        do(self.keeper, self.ru.checkpoint(start, self.ru.size), at=self.hours * 3_600)
        return self.ru.log, start

    def erase(self, *entries):
        """Erase these alone, as damage or another exchange might leave them."""
        erasure = Erasure(why=Why.RETENTION, ranges=ranges_of_entries(entries))
        do(self.keeper, Act(command=RecordErasure(erasures=(erasure,))), at=self.hours * 3_600)

    def reference(self, log, index, leaf=None):
        rows = self.keeper.connection.query(
            "SELECT leaf_hash FROM notice_acts WHERE log = ? AND idx = ?", (log, index)
        )
        ((known,),) = rows.fetchall() or ((b"\x01" * 32,),)
        return Reference(log=log, index=index, leaf_hash=leaf or known)

    def answer(self, notice, answer, version=None, **said):
        return self.hear(Kind.NOTICE_ANSWERED, ActFact(answer=answer, **said), notice, version or notice)

    def context(self, hours=None):
        now = moment((self.hours if hours is None else hours) * 3_600)
        return Context(
            now=now, our_log=0, parties=AGREEMENT.party_ids, agreement=AGREEMENT, agreement_version=1
        )

    def rows(self, statement):
        return self.keeper.connection.execute(statement.executable, statement.parameters)

    def view(self, notice, hours=None):
        return fold(self.rows(select_rows_of(notice)), notice, self.context(hours))

    def listed(self, hours=None, **wanted):
        now_ms = self.context(hours).now.utc_ms
        rows = self.rows(select_notices(NoticeFilter(**wanted), 0, 1_000, now_ms))
        ((count,),) = (row.values() for row in self.rows(count_notices(NoticeFilter(**wanted), now_ms)))
        assert count == len(rows)
        return [(row["log"], row["idx"]) for row in rows]


@pytest.fixture
def line(tmp_path):
    return Line(tmp_path / "record.db")


def request(view):
    ((party, state),) = view.requests
    assert party != view.party
    return state


# --- filing, and how a notice stands ----------------------------------------------------------------------


def test_a_notice_is_filed_and_stands(line):
    notice = line.file()
    view = line.view(notice)
    assert (view.number, view.state, view.ours, view.form) == ("US/0", NoticeState.LIVE, True, CONVOY.form)
    assert (view.from_post, view.to_posts) == (DESK, (THEIRS,))
    assert said(view) == CONVOY
    assert (view.start_ms, view.end_ms, view.lead_s) == (at(72), at(78), 48 * 3_600)
    assert not view.is_short_notice
    assert view.conflicts_known == 0
    assert view.is_live
    assert request(view) is RequestState.AWAITED
    assert line.listed(state=NoticeState.LIVE) == [notice]
    assert line.listed(state=NoticeState.EXPIRED) == []


def test_short_notice_is_accepted_marked_and_urgent(line):
    late = replace(CONVOY, volumes=(area(start=47),))
    notice = line.file(late)
    assert line.view(notice).is_short_notice
    assert not line.view(line.file(replace(CONVOY, volumes=(area(start=48),)))).is_short_notice
    heads = [row["kind"] for row in line.rows(select_rows_of(notice))]
    assert heads == [Kind.NOTICE_FILED]


def test_an_emergency_has_a_lead_time_of_its_own(line):
    emergency = replace(CONVOY, fields={**CONVOY.fields, 3: True}, volumes=(area(start=25),))
    view = line.view(line.file(emergency))
    assert (view.lead_s, view.is_short_notice) == (24 * 3_600, False)


def test_it_expires_with_its_last_window_and_nothing_else(line):
    plan = replace(CONVOY, volumes=(area(), area(start=90)), check_points=())
    notice = line.file(plan)
    assert line.view(notice, hours=96).state is NoticeState.LIVE
    assert line.view(notice, hours=96.01).state is NoticeState.EXPIRED
    assert line.listed(hours=96.01, state=NoticeState.EXPIRED) == [notice]
    assert line.listed(hours=96.01, state=NoticeState.LIVE) == []
    site = NoticeFact(
        form=NoticeForm.STATIC_SITE,
        title="Hospital",
        volumes=(replace(area(), start_ms=None, end_ms=None),),
        fields={1: "o", 2: "hospital", 3: "surgery", 8: "+0"},
    )
    assert line.view(line.file(site), hours=9_999).state is NoticeState.LIVE


@pytest.mark.parametrize(
    ("command", "state"), [(WithdrawNotice, NoticeState.WITHDRAWN), (CompleteNotice, NoticeState.COMPLETED)]
)
def test_it_is_closed_once(line, command, state):
    notice = line.file()
    line.act(command(notice=notice, from_post=DESK, words="done"))
    view = line.view(notice)
    assert (view.state, view.closing.words, view.is_live) == (state, "done", False)
    assert line.listed(state=state) == [notice]
    assert line.listed(state=NoticeState.LIVE) == []
    for later in (
        WithdrawNotice(notice=notice, from_post=DESK),
        AmendNotice.of(notice, replace(CONVOY, title="x"), DESK),
    ):
        with pytest.raises(PolicyError, match=r"services\.notices\.closed"):
            line.act(later)


# --- amendments -------------------------------------------------------------------------------------------


def test_an_amendment_reopens_what_was_acknowledged_and_says_what_changed(line):
    notice = line.file()
    line.answer(notice, Answer.AGREED)
    assert request(line.view(notice)) is RequestState.AGREED
    later = replace(CONVOY, volumes=(area(start=73),), fields={**CONVOY.fields, 4: 5})
    amended = line.act(AmendNotice.of(notice, later, DESK))
    view = line.view(notice)
    assert view.version == amended
    assert said(view) == later
    assert request(view) is RequestState.AWAITED
    assert view.has_changed_since_acknowledged
    assert [each.field for each in view.unseen] == ["volumes.1.window", "fields.4"]
    assert (view.unseen[1].old, view.unseen[1].new) == (3, 5)
    assert not view.answers[0].is_about_newest
    line.answer(notice, Answer.NOTED, amended)
    view = line.view(notice)
    assert not view.has_changed_since_acknowledged
    assert request(view) is RequestState.AWAITED, "what is noted is not agreed"


def test_remarks_alone_reopen_nothing(line):
    notice = line.file()
    line.answer(notice, Answer.AGREED)
    line.act(AmendNotice.of(notice, replace(CONVOY, remarks="Logos on the roofs.", officer="b"), DESK))
    view = line.view(notice)
    assert request(view) is RequestState.AGREED
    assert not view.has_changed_since_acknowledged
    assert view.answers[0].is_about_newest


def test_a_change_taken_back_is_acknowledged_again_all_the_same(line):
    """Only the run of versions that read as the newest counts: nobody guesses what was meant in between."""
    notice = line.file()
    line.answer(notice, Answer.AGREED)
    line.act(AmendNotice.of(notice, replace(CONVOY, units=("Brigade 1",)), DESK))
    line.act(AmendNotice.of(notice, CONVOY, DESK))
    assert request(line.view(notice)) is RequestState.AWAITED


def test_an_amendment_is_short_by_its_own_time_and_remarks_make_none_short(line):
    notice = line.file()
    line.hours = 60
    line.act(AmendNotice.of(notice, replace(CONVOY, remarks="x"), DESK))
    assert not line.view(notice).is_short_notice
    line.act(AmendNotice.of(notice, replace(CONVOY, remarks="x", volumes=(area(start=71),)), DESK))
    assert line.view(notice).is_short_notice
    assert [each.is_short_notice for each in line.view(notice).versions] == [False, False, True]


def test_an_amendment_that_changes_nothing_is_refused(line):
    notice = line.file()
    with pytest.raises(PolicyError, match="same_content"):
        line.act(AmendNotice.of(notice, CONVOY, DESK))


# --- answers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Answer.RECEIVED, RequestState.AWAITED),
        (Answer.NOTED, RequestState.AWAITED),
        (Answer.NO_OBJECTION, RequestState.AWAITED),
        (Answer.OBJECTION, RequestState.AWAITED),
        (Answer.AGREED, RequestState.AGREED),
        (Answer.DENIED, RequestState.DENIED),
    ],
)
def test_no_answer_reads_as_another(line, answer, state):
    notice = line.file()
    line.answer(notice, answer, words="why")
    view = line.view(notice)
    assert request(view) is state
    assert view.answers[0].answer is answer


def test_a_plain_answer_takes_no_agreement_away(line):
    notice = line.file()
    line.answer(notice, Answer.AGREED)
    line.answer(notice, Answer.RECEIVED)
    assert request(line.view(notice)) is RequestState.AGREED
    line.answer(notice, Answer.DENIED)
    assert request(line.view(notice)) is RequestState.DENIED


def test_the_answer_is_due_as_agreed_and_not_after_the_beginning(line):
    notice = line.file()
    view = line.view(notice)
    assert view.answer_due_ms == at(24)
    assert not line.view(notice, hours=24).is_answer_overdue
    assert line.view(notice, hours=24.01).is_answer_overdue
    soon = line.file(replace(CONVOY, volumes=(area(start=3),)))
    assert line.view(soon).answer_due_ms == at(3)
    line.hours = 25
    line.answer(notice, Answer.AGREED)
    view = line.view(notice)
    assert not view.is_answer_overdue
    assert view.answers[0].is_late
    later = replace(FLIGHTS, volumes=(area(start=40),))
    assert line.view(line.file(later)).answer_due_ms is None


def test_an_explanation_is_asked_for_always_and_given_by_any_word_but_received(line):
    asked = NoticeFact(
        form=NoticeForm.UNUSUAL_ACTIVITY,
        title="Movements near the line",
        volumes=(area(),),
        fields={1: 1, 2: "why"},
    )
    notice = line.file(asked)
    assert line.view(notice).answer_due_ms == at(48)
    line.answer(notice, Answer.RECEIVED)
    assert request(line.view(notice)) is RequestState.AWAITED
    line.answer(notice, Answer.NOTED, words="An exercise, it ends on Friday.")
    assert request(line.view(notice)) is RequestState.EXPLAINED


def propose_other(line, notice, volume, version=None):
    fact = ActFact(answer=Answer.COUNTER_PROPOSAL, volumes=(volume,), words="An hour later.")
    return line.hear(Kind.NOTICE_ANSWERED, fact, notice, version or notice)


def test_a_counter_proposal_is_accepted_in_one_act_of_two_entries(line):
    notice = line.file()
    counter = propose_other(line, notice, area(start=73))
    view = line.view(notice)
    assert request(view) is RequestState.COUNTERED
    assert view.answers[0].counter_state is CounterState.AWAITED
    answered, amended = line.acts(
        AnswerCounter(notice=notice, from_post=DESK, counter=counter, is_accepted=True)
    )
    view = line.view(notice)
    assert request(view) is RequestState.COUNTER_ACCEPTED
    assert view.answers[0].counter_state is CounterState.ACCEPTED
    assert view.answers[0].counter_answer.id == answered
    assert view.version == amended
    assert view.fact.volumes == (area(start=73),)
    assert view.versions[-1].counter == counter
    assert not view.has_changed_since_acknowledged, "who proposed it knows it"
    with pytest.raises(PolicyError, match="counter_settled"):
        line.acts(AnswerCounter(notice=notice, from_post=DESK, counter=counter, is_accepted=False))


def test_a_counter_proposal_is_refused(line):
    notice = line.file()
    counter = propose_other(line, notice, area(start=73))
    line.acts(
        AnswerCounter(notice=notice, from_post=DESK, counter=counter, is_accepted=False, words="Port closes.")
    )
    view = line.view(notice)
    assert request(view) is RequestState.COUNTER_REFUSED
    assert said(view) == CONVOY
    line.answer(notice, Answer.AGREED)
    assert request(line.view(notice)) is RequestState.AGREED


def test_a_counter_proposal_to_what_reads_otherwise_now_is_not_accepted(line):
    notice = line.file()
    counter = propose_other(line, notice, area(start=73))
    line.act(AmendNotice.of(notice, replace(CONVOY, units=()), DESK))
    with pytest.raises(PolicyError, match="counter_replaced"):
        line.acts(AnswerCounter(notice=notice, from_post=DESK, counter=counter, is_accepted=True))


def test_we_answer_what_the_other_side_filed(line):
    notice = line.hear(Kind.NOTICE_FILED, CONVOY)
    line.act(AnswerNotice(notice=notice, from_post=DESK, answer=Answer.NO_OBJECTION))
    line.act(AnswerNotice.countering(notice, (area(start=74),), DESK, words="x"))
    view = line.view(notice)
    assert request(view) is RequestState.COUNTERED
    for wrong in (Answer.OBJECTION, Answer.DENIED):
        with pytest.raises(UsageError, match="missing_words"):
            line.act(AnswerNotice(notice=notice, from_post=DESK, answer=wrong))
    amended = line.hear(Kind.NOTICE_AMENDED, replace(CONVOY, volumes=(area(start=75),)), notice, notice)
    view = line.view(notice)
    assert view.has_changed_since_acknowledged
    line.act(AnswerNotice(notice=notice, from_post=DESK, answer=Answer.AGREED))
    assert line.view(notice).answers[-1].version == amended
    with pytest.raises(PolicyError, match="no_such_version"):
        line.act(AnswerNotice(notice=notice, from_post=DESK, answer=Answer.NOTED, version=(1, 99)))
    plain = line.hear(Kind.NOTICE_FILED, replace(CONVOY, wants_answer=False))
    with pytest.raises(PolicyError, match="not_asked"):
        line.act(AnswerNotice(notice=plain, from_post=DESK, answer=Answer.AGREED))
    line.hours = 150
    with pytest.raises(PolicyError, match=r"services\.notices\.expired"):
        line.act(AnswerNotice(notice=notice, from_post=DESK, answer=Answer.AGREED))
    own = line.file(replace(CONVOY, volumes=(area(start=200),)))
    with pytest.raises(PolicyError, match="own_notice"):
        line.act(AnswerNotice(notice=own, from_post=DESK, answer=Answer.NOTED))


# --- read-back --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("read", "reasons"),
    [
        (("31.5000 34.4500",), []),
        (("31-30-00N 034-27-00E",), []),
        (("31.5002 34.4500",), ["elsewhere"]),
        (("34.4500 31.5000",), ["elsewhere"]),
        (("31.5 34.5",), ["coarse"]),
        (("somewhere",), ["unreadable"]),
        (("31.5000 34.4500", "31.5000 34.4500"), ["extra"]),
    ],
)
def test_positions_are_compared_as_precisely_as_they_were_written(line, read, reasons):
    notice = line.hear(Kind.NOTICE_FILED, CONVOY)
    line.act(ReadBackPositions(notice=notice, from_post=DESK, positions=read))
    (found,) = line.view(notice).read_backs
    assert [each.reason for each in found.differences] == reasons
    assert found.is_understood is not bool(reasons)


def test_every_key_position_is_read_back_in_order(line):
    ring = (place(1, 1), place(1, 2), place(2, 2))
    shape = Polygon(parts=((ring, (place(1.2, 1.5), place(1.2, 1.6), place(1.3, 1.6))),))
    route = Corridor(line=(place(3, 3), place(4, 4)), half_width_dm=100)
    fact = replace(CONVOY, volumes=(replace(area(), shape=shape), replace(area(), shape=route)))
    notice = line.hear(Kind.NOTICE_FILED, fact)
    right = ("1.0000 1.0000", "1.0000 2.0000", "2.0000 2.0000", "3.0000 3.0000", "4.0000 4.0000")
    for read, reasons in (
        (right, []),
        (right[:4], ["missing"]),
        ((right[1], right[0], *right[2:]), ["elsewhere", "elsewhere"]),
    ):
        line.act(ReadBackPositions(notice=notice, from_post=DESK, positions=read))
        found = line.view(notice).read_backs[-1]
        assert [each.reason for each in found.differences] == reasons


def test_a_read_back_of_an_earlier_version_does_not_count(line):
    notice = line.hear(Kind.NOTICE_FILED, CONVOY)
    line.act(ReadBackPositions(notice=notice, from_post=DESK, positions=("31.5000 34.4500",)))
    line.hear(Kind.NOTICE_AMENDED, replace(CONVOY, volumes=(area(centre=(32, 35)),)), notice, notice)
    (found,) = line.view(notice).read_backs
    assert not found.is_about_newest


# --- settlements ------------------------------------------------------------------------------------------


def test_a_conflict_is_settled_by_each_side_for_itself(line):
    ours, theirs = line.file(), line.hear(Kind.NOTICE_FILED, CONVOY)
    line.act(
        SettleConflict(
            notice=ours,
            other=theirs,
            from_post=DESK,
            settlement=Settlement.ACCEPTED_WITH_MEASURES,
            words="VHF 16",
        )
    )
    line.hear(
        Kind.CONFLICT_SETTLED, ActFact(settlement=Settlement.DISPUTED, words="no"), theirs, ours, theirs, ours
    )
    for notice, other in ((ours, theirs), (theirs, ours)):
        found = line.view(notice).settlements
        assert [(each.party, each.settlement, each.other, each.effect) for each in found] == [
            ("us", Settlement.ACCEPTED_WITH_MEASURES, other, ""),
            ("ru", Settlement.DISPUTED, other, ""),
        ]
    with pytest.raises(PolicyError, match="no_such_conflict"):
        line.act(SettleConflict(notice=theirs, other=ours, from_post=DESK, settlement=Settlement.RESOLVED))
    with pytest.raises(UsageError, match="missing_words"):
        line.act(SettleConflict(notice=ours, other=theirs, from_post=DESK, settlement=Settlement.DISPUTED))
    line.hear(Kind.CONFLICT_SETTLED, ActFact(settlement=Settlement.RESOLVED), ours, theirs, ours, theirs)
    assert line.view(ours).settlements[-1].effect == "no_such_conflict"


# --- what has no effect -----------------------------------------------------------------------------------


def test_nobody_changes_what_another_filed(line):
    notice = line.file()
    line.hear(Kind.NOTICE_AMENDED, replace(CONVOY, volumes=(area(centre=(0, 0)),)), notice, notice)
    line.hear(Kind.NOTICE_WITHDRAWN, ActFact(), notice, notice)
    view = line.view(notice)
    assert said(view) == CONVOY
    assert view.state is NoticeState.LIVE
    assert [each.effect for each in view.versions] == ["", "not_author"]
    assert line.listed(state=NoticeState.LIVE) == [notice]


def test_what_breaks_a_rule_is_kept_with_its_reason(line):
    notice = line.file()
    line.answer(notice, Answer.NOTED, version=(0, 77))
    line.hear(Kind.NOTICE_ANSWERED, ActFact(answer=Answer.NOTED), notice, notice, post="us.duty")
    line.hear(Kind.NOTICE_ANSWERED, ActFact(answer=Answer.NOTED), notice, notice, leaf=b"\x07" * 32)
    line.hear(Kind.NOTICE_ANSWERED, None, notice, notice, body=b"\xff")
    line.hear(Kind.COUNTER_ANSWERED, ActFact(is_accepted=True), notice, notice)
    assert [each.effect for each in line.view(notice).answers] == [
        "no_such_version", "foreign_post", "another_entry", "unreadable_body",
    ]  # fmt: skip
    assert request(line.view(notice)) is RequestState.AWAITED
    theirs = line.hear(Kind.NOTICE_FILED, replace(CONVOY, wants_answer=False))
    line.hear(Kind.NOTICE_ANSWERED, ActFact(answer=Answer.NOTED), theirs, theirs)
    assert line.view(theirs).answers[0].effect == "own_notice"
    plain = line.file(replace(CONVOY, wants_answer=False))
    line.answer(plain, Answer.AGREED)
    assert line.view(plain).answers[0].effect == "not_asked"
    line.hear(Kind.NOTICE_ANSWERED, ActFact(answer=Answer.NOTED))
    private = line.hear(Kind.NOTICE_FILED, CONVOY, to=("ru.chief",))
    assert line.view(private).effect == "nobody_addressed"
    assert not line.view(private).is_live
    assert private not in line.listed(state=NoticeState.LIVE)


def test_what_names_another_entry_under_this_number_changes_nothing(line):
    notice = line.hear(Kind.NOTICE_FILED, CONVOY)
    for kind, said in (
        (Kind.NOTICE_AMENDED, replace(CONVOY, title="x")), (Kind.NOTICE_WITHDRAWN, ActFact()),
    ):  # fmt: skip
        line.hear(kind, said, notice, notice, leaf=b"\x07" * 32)
    view = line.view(notice)
    assert (view.fact, view.state) == (CONVOY, NoticeState.LIVE)
    assert view.versions[-1].effect == "another_entry"
    assert line.listed(state=NoticeState.LIVE) == [notice]


def test_a_counter_proposal_is_answered_once_whoever_answers(line):
    notice = line.hear(Kind.NOTICE_FILED, CONVOY)
    counter = line.act(AnswerNotice.countering(notice, (area(start=74),), DESK))
    for is_accepted in (False, True):
        line.hear(Kind.COUNTER_ANSWERED, ActFact(is_accepted=is_accepted), notice, counter)
    (answer,) = line.view(notice).answers
    assert answer.counter_state is CounterState.REFUSED
    line.hear(Kind.NOTICE_AMENDED, replace(CONVOY, volumes=(area(start=74),)), notice, notice, (1, 2))
    assert line.view(notice).versions[-1].counter is None, "a second answer takes nothing over"


def test_a_notice_of_theirs_that_lacks_what_its_form_asks_for_counts_all_the_same(line):
    notice = line.hear(Kind.NOTICE_FILED, replace(CONVOY, fields={1: "o"}))
    view = line.view(notice)
    assert view.is_live
    assert view.missing == (2, 4, 7, 8, 9, 10, 14, 15)


def test_a_notice_that_cannot_be_read_is_replaced_by_an_amendment_that_can(line):
    notice = line.hear(Kind.NOTICE_FILED, None, body=b"\xff")
    assert line.view(notice).effect == "unreadable_body"
    assert line.listed(state=NoticeState.LIVE) == []
    line.hear(Kind.NOTICE_AMENDED, CONVOY, notice, notice)
    assert line.view(notice).is_live
    assert line.listed(state=NoticeState.LIVE) == [notice]


def test_a_withdrawal_counts_whatever_its_body_says(line):
    notice = line.hear(Kind.NOTICE_FILED, CONVOY)
    line.hear(Kind.NOTICE_WITHDRAWN, None, notice, notice, body=b"\xff")
    line.hear(Kind.NOTICE_AMENDED, replace(CONVOY, title="x"), notice, notice)
    view = line.view(notice)
    assert view.state is NoticeState.WITHDRAWN
    assert view.versions[-1].effect == "closed"
    assert line.listed(state=NoticeState.WITHDRAWN) == [notice]


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        (replace(CONVOY, title=" "), "bad_title"),
        (replace(CONVOY, fields={}), "missing_field"),
        (replace(CONVOY, fields={**CONVOY.fields, 2: 5}), "odd_field"),
        (replace(CONVOY, fields={**CONVOY.fields, 4: "three"}), "odd_field"),
        (replace(CONVOY, volumes=(replace(area(), end_ms=None),)), "missing_window"),
        (replace(CONVOY, volumes=(replace(area(), end_ms=at(1)),)), "bad_window"),
        (
            replace(FLIGHTS, form=NoticeForm.HAZARD_TO_NAVIGATION, wants_answer=True, fields={1: 1, 4: "x"}),
            "cannot_ask",
        ),
    ],
)
def test_what_we_file_is_whole(line, fact, reason):
    with pytest.raises(UsageError, match=f"services.notices.{reason}"):
        line.file(fact)


def test_a_danger_zone_that_stands_until_it_is_withdrawn_states_no_window(line):
    fact = replace(
        FLIGHTS,
        form=NoticeForm.HAZARD_TO_NAVIGATION,
        fields={1: 1, 4: "x"},
        volumes=(replace(area(), start_ms=None, end_ms=None),),
    )
    view = line.view(line.file(fact))
    assert (view.is_live, view.is_short_notice, view.start_ms, view.end_ms) == (True, False, None, None)


def test_what_is_over_is_not_filed_and_nobody_speaks_for_the_other_side(line):
    line.hours = 100
    with pytest.raises(PolicyError, match="expired"):
        line.file()
    line.hours = 0
    with pytest.raises(PolicyError, match="foreign_post"):
        line.act(FileNotice.of(CONVOY, THEIRS))
    with pytest.raises(PolicyError, match="nobody_addressed"):
        line.file(to_posts=("us.chief",))


def test_only_so_many_acts_of_one_log_count(line):
    notice = line.hear(Kind.NOTICE_FILED, CONVOY)
    start = line.ru.size
    for number in range(MAX_ACTS):
        head = replace(
            line.ru.head(Kind.NOTICE_AMENDED),
            references=(line.reference(*notice), line.reference(*notice)),
        )
        line.ru.write(head, encode_notice(replace(CONVOY, title=f"version {number}")))
    do(line.keeper, line.ru.checkpoint(start, line.ru.size))
    view = line.view(notice)
    assert view.fact.title == f"version {MAX_ACTS - 2}"
    ((title,),) = line.keeper.connection.query("SELECT title FROM notices").fetchall()
    assert title == view.fact.title


def test_what_others_write_about_a_notice_leaves_room_for_its_author(line):
    """Neither the other side's amendments nor settlements by the hundred keep a notice from being closed."""
    notice = line.hear(Kind.NOTICE_FILED, CONVOY)
    start = line.ru.size
    about = tuple(line.reference(*notice) for _ in range(2))
    for _ in range(MAX_ACTS):
        settled = replace(line.ru.head(Kind.CONFLICT_SETTLED), references=(about[0], line.reference(0, 5)))
        line.ru.write(settled, encode_act(ActFact(settlement=Settlement.RESOLVED)))
    line.ru.write(replace(line.ru.head(Kind.NOTICE_WITHDRAWN), references=about), encode_act(ActFact()))
    do(line.keeper, line.ru.checkpoint(start, line.ru.size))
    assert line.view(notice).state is NoticeState.WITHDRAWN
    ((closed,),) = line.keeper.connection.query("SELECT closed FROM notices").fetchall()
    assert closed == Kind.NOTICE_WITHDRAWN
    assert len(line.rows(select_rows_of(notice))) == 2 + MAX_ACTS


def test_what_lies_behind_the_entries_that_count_is_not_even_read(line):
    """A peer that amends one notice for ever does not make each of its entries dearer than the one before."""
    notice = line.hear(Kind.NOTICE_FILED, CONVOY)
    about = tuple(line.reference(*notice) for _ in range(2))
    raw = line.keeper.connection.raw

    def steps():
        count = 0

        def step():
            nonlocal count
            count += 1

        raw.set_progress_handler(step, 10)
        try:
            assert len(line.rows(select_rows_of(notice))) <= MAX_ACTS
        finally:
            raw.set_progress_handler(None, 0)
        return count

    taken = []
    for _ in range(2):
        start = line.ru.size
        for _ in range(MAX_ACTS + 50):
            head = replace(line.ru.head(Kind.NOTICE_AMENDED), references=about)
            line.ru.write(head, encode_notice(CONVOY))
        do(line.keeper, line.ru.checkpoint(start, line.ru.size))
        taken.append(steps())
    assert taken[1] == pytest.approx(taken[0], rel=0.05)


def test_what_would_not_count_is_refused_and_a_notice_can_always_be_closed(line, monkeypatch):
    monkeypatch.setattr(insisting, "MAX_ACTS", 3)
    notice = line.file()
    line.act(AmendNotice.of(notice, replace(CONVOY, title="second"), DESK))
    with pytest.raises(PolicyError, check=lambda error: error.code == "services.notices.too_many_acts"):
        line.act(AmendNotice.of(notice, replace(CONVOY, title="third"), DESK))
    line.act(WithdrawNotice(notice=notice, from_post=DESK))
    theirs = line.hear(Kind.NOTICE_FILED, CONVOY)
    for answer in (Answer.RECEIVED, Answer.NOTED, Answer.NO_OBJECTION):
        line.act(AnswerNotice(notice=theirs, from_post=DESK, answer=answer))
    with pytest.raises(PolicyError, check=lambda error: error.code == "services.notices.too_many_acts"):
        line.act(AnswerNotice(notice=theirs, from_post=DESK, answer=Answer.RECEIVED))


def long_line(degrees, *, moves):
    """Give a corridor, or a track, along the equator, that is so many degrees long."""
    steps = int(degrees // 100)
    longitudes = [*(100 * step for step in range(steps + 1)), *([degrees] if degrees % 100 else [])]
    places = [Position(lat_e7=0, lon_e7=wrap_longitude(round(each * 1e7))) for each in longitudes]
    if moves:
        fixes = tuple(Fix(position=each, at_ms=at(72 + hour)) for hour, each in enumerate(places))
        return replace(
            area(), shape=Track(fixes=fixes, buffer_dm=10), start_ms=fixes[0].at_ms, end_ms=fixes[-1].at_ms
        )
    return replace(area(), shape=Corridor(line=tuple(places), half_width_dm=10))


@pytest.mark.parametrize("moves", [False, True])
def test_what_is_too_long_to_be_compared_has_no_effect_and_what_has_effect_is_compared(line, moves):
    """Nothing of theirs stands that nobody compares: an empty list of conflicts would not be true."""
    fits = replace(FLIGHTS, volumes=(long_line(600, moves=moves),))
    notice = line.hear(Kind.NOTICE_FILED, fits)
    assert line.view(notice).is_live
    ((compared,),) = line.keeper.connection.query("SELECT count(*) FROM notice_volumes").fetchall()
    assert compared == 1
    for volumes in (
        (long_line(601, moves=moves),),
        (long_line(400, moves=moves), long_line(201, moves=moves)),
    ):
        notice = line.hear(Kind.NOTICE_FILED, replace(FLIGHTS, volumes=volumes))
        assert line.view(notice).effect == "long_edges"
        with pytest.raises(UsageError, match="600 degrees"):
            line.file(replace(FLIGHTS, volumes=volumes))


def test_few_long_notices_are_kept_as_they_were_read(line):
    """A thousand positions take much room: what a peer files by the thousand must not fill the memory."""
    gc.collect()
    before = sum(isinstance(each, NoticeFact) for each in gc.get_objects())
    notices = [
        line.hear(Kind.NOTICE_FILED, replace(CONVOY, remarks=f"{number:900d}")) for number in range(140)
    ]
    assert all(line.view(each).is_live for each in notices)
    gc.collect()
    assert sum(isinstance(each, NoticeFact) for each in gc.get_objects()) - before <= 128


# --- the views --------------------------------------------------------------------------------------------


def test_a_notice_that_comes_after_its_amendment_stands_as_amended(line):
    """A batch that overtakes: the amendment is here before what it amends."""
    first = line.ru.write(line.ru.head(Kind.NOTICE_FILED), encode_notice(CONVOY))
    root = Reference(log=1, index=first, leaf_hash=leaf_hash(line.ru._leaves[first]))
    later = replace(CONVOY, volumes=(area(start=80),), title="Later")
    second = line.ru.write(
        replace(line.ru.head(Kind.NOTICE_AMENDED), references=(root, root)), encode_notice(later)
    )
    do(line.keeper, line.ru.run(second, second + 1))
    assert line.listed() == []
    do(line.keeper, line.ru.checkpoint(first, second + 1))
    assert line.view((1, first)).fact == later
    ((title, start_ms),) = line.keeper.connection.query("SELECT title, start_ms FROM notices").fetchall()
    assert (title, start_ms) == ("Later", at(80))


def furnish(line):
    notice = line.file()
    line.answer(notice, Answer.AGREED)
    counter = propose_other(line, notice, area(start=73))
    line.acts(AnswerCounter(notice=notice, from_post=DESK, counter=counter, is_accepted=True))
    theirs = line.hear(Kind.NOTICE_FILED, FLIGHTS)
    line.act(ReadBackPositions(notice=theirs, from_post=DESK, positions=("31.5000 34.4500",)))
    line.act(SettleConflict(notice=notice, other=theirs, from_post=DESK, settlement=Settlement.RESOLVED))
    line.hear(Kind.NOTICE_WITHDRAWN, ActFact(words="x"), theirs, theirs)
    line.hear(Kind.NOTICE_FILED, None, body=b"\xff")
    return notice, theirs


def test_views_made_anew_are_the_same(line):
    furnish(line)
    before = view_rows(line.keeper)
    rebuild(line.keeper.connection, line.keeper.line, SERVICES, AGREEMENT)
    assert view_rows(line.keeper) == before


@pytest.mark.parametrize(
    "erased", [[(0, 0)], [(0, 2)], [(0, 0), (0, 2)], [(0, 1), (1, 0), (1, 1), (1, 2), (1, 3), (1, 4)]]
)
def test_erased_views_are_those_made_anew_of_entries_without_their_content(line, erased):
    furnish(line)
    line.erase(*erased)
    before = view_rows(line.keeper)
    rebuild(line.keeper.connection, line.keeper.line, SERVICES, AGREEMENT)
    assert view_rows(line.keeper) == before


def test_an_erased_notice_is_shown_as_erased_and_is_not_live(line):
    notice = line.file()
    amended = line.act(AmendNotice.of(notice, replace(CONVOY, title="x"), DESK))
    line.erase(notice)
    assert line.view(notice).is_live, "the newest version says all of it"
    line.erase(amended)
    view = line.view(notice)
    assert (view.state, view.fact, view.is_live) == (NoticeState.ERASED, None, False)
    assert line.listed(state=NoticeState.ERASED) == [notice]
    assert line.listed(state=NoticeState.LIVE) == []


def test_a_notice_in_force_is_not_erased_and_goes_whole_when_it_is_over(line):
    notice = line.hear(Kind.NOTICE_FILED, CONVOY)
    order = EraseContent(message=notice, from_post=DESK, reason="ordered")
    with pytest.raises(PolicyError, match="in_force"):
        line.act(order)
    later = line.hear(Kind.NOTICE_AMENDED, replace(CONVOY, title="x"), notice, notice)
    line.hours = 150
    with pytest.raises(PolicyError, match="part_of"):
        line.act(replace(order, message=later))
    line.act(order)
    assert line.view(notice).fact is None
    assert [row["body"] for row in line.rows(select_rows_of(notice))] == [b"", b""]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_entry_about_a_notice_is_content(kind):
    assert is_erasable(kind)


def test_lists_are_narrowed(line):
    first, second = line.file(), line.file(replace(FLIGHTS, movement="m"))
    theirs = line.hear(Kind.NOTICE_FILED, FLIGHTS)
    assert line.listed() == [theirs, second, first]
    assert line.listed(ours=True) == [second, first]
    assert line.listed(ours=False) == [theirs]
    assert line.listed(form=NoticeForm.FLIGHT_SAFETY) == [theirs, second]
    assert line.listed(movement="m") == [second]
    assert line.listed(words="CONVOY") == [first]
    assert line.listed(only_asking=True) == [first]
    assert line.listed(by_start=True)[-1] == first


def test_a_notice_is_found_by_any_entry_about_it(line):
    notice = line.file()
    answer = line.answer(notice, Answer.NOTED)
    for entry in (notice, answer):
        ((found,),) = ([tuple(row.values())] for row in line.rows(select_root_of(entry)))
        assert found == notice


def test_commands_cross_the_control_socket():
    for command in (
        FileNotice.of(CONVOY, DESK),
        AmendNotice.of((0, 1), CONVOY, DESK),
        WithdrawNotice(notice=(0, 1), from_post=DESK),
        AnswerNotice.countering((1, 2), (area(),), DESK),
        AnswerCounter(notice=(0, 1), from_post=DESK, counter=(1, 2), is_accepted=True),
        ReadBackPositions(notice=(1, 2), from_post=DESK, positions=("a", "b")),
        SettleConflict(
            notice=(0, 1), other=(1, 2), from_post=DESK, settlement=Settlement.DISPUTED, words="x"
        ),
    ):
        sent = json.loads(json.dumps(encode_command(command)))
        assert decode_command(sent["command"], sent["fields"]) == command
