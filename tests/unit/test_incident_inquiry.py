"""What belongs to an inquiry into an incident, and what is nobody's business there."""

import pytest
from tests.incidents_line import RU, US, Line, report, theirs
from tests.stores import AGREEMENT, moment

from coupefeu.errors import UsageError
from coupefeu.model.calls import Media
from coupefeu.model.entry import Kind
from coupefeu.model.incidents import Closure, FollowStep, IncidentForm
from coupefeu.model.messages import Content, Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.node import incident_inquiry
from coupefeu.node.desk import Desk
from coupefeu.node.incident_inquiry import inquiry_words, select_inquiry
from coupefeu.services.calls.commands import PlaceCall
from coupefeu.services.calls.facts import CallFact, encode_call
from coupefeu.services.incidents.commands import CloseIncident, PairIncident, QueryIncident
from coupefeu.services.incidents.facts import IncidentActFact
from coupefeu.services.messages.commands import Say


@pytest.fixture
def line(tmp_path):
    return Line(tmp_path / "record.db")


@pytest.fixture
def desk(line):
    sat = Desk(line.path, AGREEMENT, 0, lambda: moment(line.at), running=True)
    yield sat
    sat.close()


def write(line, text, about=None):
    content = Content(form=Form.FREE_TEXT, subject=Subject.SAFETY, text=text)
    return line.act(
        Say(
            from_post=US,
            to_posts=(RU,),
            precedence=Precedence.ROUTINE,
            language="en",
            content=content,
            about=about,
        )
    )


def place(line):
    return line.act(PlaceCall(from_post=US, to_post=RU))


def hear_call(line, *about):
    return line.hear(
        Kind.CALL_PLACED, None, *about, body=encode_call(Kind.CALL_PLACED, CallFact(media=Media.TEXT))
    )


def chosen(desk, incident, *calls):
    return select_inquiry(desk, desk.incidents.get(incident), calls)


def test_it_holds_all_about_both_versions_and_messages_beside_any_of_it(line, desk):
    mine, other, foreign = report(line), theirs(line), theirs(line)
    pair = line.act(PairIncident(incident=mine, other=other, from_post=US))
    query = line.act(QueryIncident(incident=other, from_post=US, words="Why?"))
    reply = line.hear(Kind.INCIDENT_REPLIED, IncidentActFact(words="A malfunction."), other, query)
    beside, about_query = write(line, "It is ours.", mine), write(line, "Please answer.", query)
    write(line, "The weather."), write(line, "Another one.", foreign)
    denied = line.hear(Kind.INCIDENT_PAIRED, IncidentActFact(is_same=False), foreign, mine)
    found = chosen(desk, mine)
    assert found.entries == tuple(sorted([mine, other, pair, query, reply, beside, about_query, denied]))
    assert (found.calls_left_out, found.cut) == (0, 0)


def test_a_message_beside_it_comes_with_all_that_was_done_about_that(line, desk):
    mine = report(line)
    beside = write(line, "It is ours.", mine)
    content = Content(form=Form.CANCELLATION, subject=Subject.SAFETY, text="Sent in error.")
    taken_back = line.act(
        Say(
            from_post=US,
            to_posts=(RU,),
            precedence=Precedence.ROUTINE,
            language="en",
            content=content,
            about=beside,
        )
    )
    assert chosen(desk, mine).entries == tuple(sorted([mine, beside, taken_back]))


def test_calls_are_counted_until_both_sides_have_closed(line, desk):
    mine, other = report(line), theirs(line)
    line.act(PairIncident(incident=mine, other=other, from_post=US))
    line.act(CloseIncident(incident=mine, from_post=US, closure=Closure.EXPLAINED))
    place(line)
    assert chosen(desk, mine).calls_left_out == 1


def test_a_call_that_nothing_ties_to_it_is_left_out_and_counted(line, desk):
    place(line)
    mine = report(line)
    foreign, heard = place(line), hear_call(line)
    found = chosen(desk, mine)
    assert found.entries == (mine,)
    assert found.calls_left_out == 2, "the one before the report was not placed meanwhile"
    assert "2 calls" in inquiry_words(desk.incidents.get(mine), found, ("us", "ru"), "en")
    line.act(CloseIncident(incident=mine, from_post=US, closure=Closure.EXPLAINED))
    place(line)
    assert chosen(desk, mine).calls_left_out == 2, "nor the one after the closing"
    assert {foreign, heard}.isdisjoint(found.entries)


def test_a_call_is_in_it_when_the_record_ties_it_or_who_issues_it_names_it(line, desk):
    mine = report(line)
    tied, beside, named = hear_call(line, mine), hear_call(line), place(line)
    words = line.hear(
        Kind.CALL_WORDS,
        None,
        beside,
        mine,
        body=encode_call(Kind.CALL_WORDS, CallFact(words="Of the missile.")),
    )
    found = chosen(desk, mine)
    assert found.entries == tuple(sorted([mine, tied, beside, words]))
    assert found.calls_left_out == 1
    found = chosen(desk, mine, named)
    assert set(found.entries) == {mine, tied, beside, words, named}
    assert (found.calls, found.calls_left_out) == ((named,), 0)
    assert "by the word of who issues it: US/" in inquiry_words(
        desk.incidents.get(mine), found, ("us", "ru"), "en"
    )
    with pytest.raises(UsageError):
        chosen(desk, mine, mine)


def test_a_flood_about_it_is_cut_and_hides_neither_version(line, desk, monkeypatch):
    monkeypatch.setattr(incident_inquiry, "MAX_ENTRIES", 6)
    mine, other = report(line), theirs(line, form=IncidentForm.OTHER)
    line.act(PairIncident(incident=mine, other=other, from_post=US))
    beside = [write(line, "x", mine) for _ in range(7)]
    line.hear(Kind.INCIDENT_FOLLOWED, IncidentActFact(step=FollowStep.REMARK, words="x"), other)
    found = chosen(desk, mine)
    assert len(found.entries) == 6
    assert {mine, other} <= set(found.entries)
    assert found.cut == len(beside) + 4 - 6
    assert "5 more entries" in inquiry_words(desk.incidents.get(mine), found, ("us", "ru"), "en")
