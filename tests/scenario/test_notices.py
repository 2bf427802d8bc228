"""A notice between two nodes: asked and answered, countered, amended behind a cut line, over, withdrawn, done.

What is told of it on one record is told of it on the other as soon as they hold the same entries.
"""

from dataclasses import replace

import pytest

from coupefeu.errors import PolicyError
from coupefeu.model.notices import Answer, NoticeForm
from coupefeu.model.places import Position
from coupefeu.model.volumes import Circle, Limit, Volume
from coupefeu.services.notices.commands import (
    AmendNotice,
    AnswerCounter,
    AnswerNotice,
    CompleteNotice,
    FileNotice,
    ReadBackPositions,
    WithdrawNotice,
)
from coupefeu.services.notices.facts import NoticeFact
from coupefeu.services.notices.listed import NoticeFilter
from coupefeu.services.notices.status import NoticeState, RequestState
from coupefeu.testing.clock import START_UTC_MS
from coupefeu.testing.joined import JoinedNodes
from coupefeu.words import LANGUAGES, say

HOUR_MS = 3_600_000
US, RU = "us.duty", "ru.duty"


def area(hours, lasting=6, north=0.0):
    return Volume(
        shape=Circle(
            centre=Position(lat_e7=round((31.5 + north) * 1e7), lon_e7=344_500_000), radius_dm=20_000
        ),
        lower=Limit.SURFACE,
        upper=Limit.UNLIMITED,
        start_ms=START_UTC_MS + int(hours * HOUR_MS),
        end_ms=START_UTC_MS + int((hours + lasting) * HOUR_MS),
    )


CONVOY = NoticeFact(
    form=NoticeForm.HUMANITARIAN_MOVEMENT, title="Food convoy", volumes=(area(72),), wants_answer=True,
    fields={1: "Relief", 2: 2, 4: 3, 7: "Warehouse", 8: 1, 9: "Port", 10: 2, 14: "Leader", 15: "+000"},
)  # fmt: skip


@pytest.fixture
def nodes(tmp_path):
    joined = JoinedNodes(tmp_path)
    joined.connect()
    joined.run(seconds=1)
    return joined


def look(node, notice):
    desk = node.desk()
    try:
        return desk.notices.get(notice)
    finally:
        desk.close()


def listed(node, **wanted):
    desk = node.desk()
    try:
        return [each.id for each in desk.notices.listed(NoticeFilter(**wanted), 0, 100).notices]
    finally:
        desk.close()


def file(nodes, fact=CONVOY):
    (notice,) = nodes.us.act(FileNotice.of(fact, US))
    nodes.run(seconds=1)
    return notice


def told(view):
    """What both sides have to say alike: all but whose it is and when it came here."""
    return (
        view.number, view.state, view.fact, view.requests, view.version, view.has_changed_since_acknowledged,
        view.is_short_notice, [(each.number, each.answer, each.is_about_newest, each.effect) for each in view.answers],
        [(each.number, each.reopens, each.is_short_notice, each.effect) for each in view.versions],
        [(each.number, each.is_understood) for each in view.read_backs],
    )  # fmt: skip


def both(nodes, notice):
    ours, theirs = look(nodes.us, notice), look(nodes.ru, notice)
    assert told(ours) == told(theirs)
    assert (ours.ours, theirs.ours) == (True, False)
    return ours


def request(view):
    ((_, state),) = view.requests
    return state


def test_a_request_is_agreed_to_read_back_and_done(nodes):
    notice = file(nodes)
    assert request(both(nodes, notice)) is RequestState.AWAITED
    nodes.ru.act(ReadBackPositions(notice=notice, from_post=RU, positions=("31.5000 34.4500",)))
    nodes.ru.act(AnswerNotice(notice=notice, from_post=RU, answer=Answer.AGREED))
    nodes.run(seconds=1)
    view = both(nodes, notice)
    assert request(view) is RequestState.AGREED
    assert view.read_backs[0].is_understood
    nodes.us.act(CompleteNotice(notice=notice, from_post=US, words="All have arrived."))
    nodes.run(seconds=1)
    assert both(nodes, notice).state is NoticeState.COMPLETED
    assert listed(nodes.ru, state=NoticeState.LIVE) == []


def test_a_denial_stands_until_another_answer(nodes):
    notice = file(nodes)
    nodes.ru.act(AnswerNotice(notice=notice, from_post=RU, answer=Answer.DENIED, words="The road is closed."))
    nodes.run(seconds=1)
    assert request(both(nodes, notice)) is RequestState.DENIED
    nodes.ru.act(AnswerNotice(notice=notice, from_post=RU, answer=Answer.AGREED))
    nodes.run(seconds=1)
    assert request(both(nodes, notice)) is RequestState.AGREED


@pytest.mark.parametrize("accepted", [True, False])
def test_a_counter_proposal_is_accepted_or_refused_in_turn(nodes, accepted):
    notice = file(nodes)
    (counter,) = nodes.ru.act(AnswerNotice.countering(notice, (area(75),), RU, words="Three hours later."))
    nodes.run(seconds=1)
    assert request(both(nodes, notice)) is RequestState.COUNTERED
    nodes.us.act(AnswerCounter(notice=notice, from_post=US, counter=counter, is_accepted=accepted))
    nodes.run(seconds=1)
    view = both(nodes, notice)
    expected = RequestState.COUNTER_ACCEPTED if accepted else RequestState.COUNTER_REFUSED
    assert request(view) is expected
    assert view.fact.volumes == ((area(75),) if accepted else CONVOY.volumes)
    assert not view.has_changed_since_acknowledged


def test_an_amendment_reopens_what_was_acknowledged_on_both_records(nodes):
    notice = file(nodes)
    nodes.ru.act(AnswerNotice(notice=notice, from_post=RU, answer=Answer.AGREED))
    nodes.run(seconds=1)
    escorted = replace(CONVOY, fields={**CONVOY.fields, 4: 5}, units=("Escort",))
    nodes.us.act(AmendNotice.of(notice, escorted, US))
    nodes.run(seconds=1)
    view = both(nodes, notice)
    assert request(view) is RequestState.AWAITED
    assert view.has_changed_since_acknowledged
    assert [(each.field, each.old, each.new) for each in view.unseen] == [
        ("fields.4", 3, 5), ("units", (), ("Escort",)),
    ]  # fmt: skip
    nodes.ru.act(AnswerNotice(notice=notice, from_post=RU, answer=Answer.AGREED))
    nodes.run(seconds=1)
    assert request(both(nodes, notice)) is RequestState.AGREED


def test_an_answer_that_crossed_an_amendment_is_of_the_text_that_its_author_had(nodes):
    notice = file(nodes)
    nodes.disconnect()
    nodes.us.act(AmendNotice.of(notice, replace(CONVOY, volumes=(area(72, north=1),)), US))
    nodes.ru.act(AnswerNotice(notice=notice, from_post=RU, answer=Answer.AGREED))
    nodes.run(seconds=60)
    assert request(look(nodes.ru, notice)) is RequestState.AGREED
    nodes.connect()
    nodes.run(seconds=5)
    view = both(nodes, notice)
    assert request(view) is RequestState.AWAITED
    assert view.has_changed_since_acknowledged
    assert not view.answers[0].is_about_newest


def test_what_was_withdrawn_behind_a_cut_line_takes_no_answer(nodes):
    notice = file(nodes)
    nodes.disconnect()
    nodes.us.act(WithdrawNotice(notice=notice, from_post=US))
    nodes.ru.act(AnswerNotice(notice=notice, from_post=RU, answer=Answer.AGREED))
    nodes.connect()
    nodes.run(seconds=5)
    assert both(nodes, notice).state is NoticeState.WITHDRAWN
    with pytest.raises(PolicyError, match="closed"):
        nodes.ru.act(AnswerNotice(notice=notice, from_post=RU, answer=Answer.NOTED))


def test_short_notice_is_accepted_and_marked_on_both_sides(nodes):
    notice = file(nodes, replace(CONVOY, volumes=(area(3),)))
    assert both(nodes, notice).is_short_notice
    assert look(nodes.ru, notice).is_live


def test_silence_is_shown_and_decides_nothing(nodes):
    notice = file(nodes, replace(CONVOY, volumes=(area(3, lasting=1),)))
    nodes.disconnect()
    nodes.run(seconds=3 * 3_600 + 60)
    assert look(nodes.us, notice).is_answer_overdue
    assert look(nodes.us, notice).state is NoticeState.LIVE
    nodes.run(seconds=3_600)
    for node in (nodes.us, nodes.ru):
        assert look(node, notice).state is NoticeState.EXPIRED
        assert listed(node, state=NoticeState.EXPIRED) == [notice]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_answers_have_the_same_words_and_protection_depends_on_none(language):
    names = {say(f"notices-answer-{int(each)}", language) for each in Answer}
    meanings = {say(f"notices-answer-{int(each)}-means", language) for each in Answer}
    assert len(names) == len(meanings) == len(Answer)
    assert all(
        say(f"notices-answer-{int(each)}", language) in say("notices-protection", language)
        for each in (1, 2, 4)
    )
