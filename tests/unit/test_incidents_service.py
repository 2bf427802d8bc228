"""Incidents: what may be said, two versions side by side, requests and their deadlines, what has no effect and why."""

import inspect
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.incidents_line import HERE, HOUR_MS, RU, US, Line, report, theirs

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.entry import Kind, is_erasable
from coupefeu.model.incidents import Closure, FollowStep, IncidentForm, IncidentState, QueryKind, ReplyField
from coupefeu.model.line_state import LineState
from coupefeu.model.precedence import Precedence
from coupefeu.model.volumes import Altitude, AltitudeUnit, Datum
from coupefeu.node import incident_desk
from coupefeu.node.commands import decode_command, encode_command
from coupefeu.services.incidents import IncidentsService, facts, fold, limits, queries, rules, views
from coupefeu.services.incidents.commands import (
    AmendIncident,
    CloseIncident,
    FollowIncident,
    PairIncident,
    QueryIncident,
    ReopenIncident,
    ReplyToQuery,
    ReportIncident,
)
from coupefeu.services.incidents.facts import (
    KINDS,
    VERSIONS,
    IncidentActFact,
    IncidentFact,
    encode_incident,
    encode_incident_act,
    read_incident,
    read_incident_act,
)
from coupefeu.services.incidents.status import Compared
from coupefeu.services.messages.commands import SendLineTest
from coupefeu.words import has

LAUNCH = IncidentForm.ACCIDENTAL_LAUNCH


@pytest.fixture
def line(tmp_path):
    return Line(tmp_path / "record.db")


def refusal(code):
    return pytest.raises(
        (PolicyError, UsageError), check=lambda error: error.code == f"services.incidents.{code}"
    )


# --- a version ----------------------------------------------------------------------------------------------


def test_a_report_says_what_is_known_and_the_form_is_enough(line):
    number = report(line, precedence=Precedence.FLASH)
    view = line.view(number)
    assert view.form is LAUNCH
    assert view.state is IncidentState.OPEN
    assert view.precedence is Precedence.FLASH
    assert view.to_posts == (RU,)
    assert view.fact == IncidentFact(form=LAUNCH), "nothing that was not stated is there"
    assert view.fact.damage == ""
    assert view.fact.is_coordinated is None


def test_an_amendment_says_all_anew_and_what_reads_otherwise(line):
    number = report(line, damage="A wall")
    line.act(
        AmendIncident(incident=number, form=LAUNCH, from_post=US, damage="A wall", casualties="None known")
    )
    view = line.view(number)
    assert view.fact.casualties == "None known"
    assert [each.changed for each in view.versions] == [(), ("casualties",)]


def test_only_its_author_amends_closes_opens_again_or_compares_a_version(line):
    number = theirs(line)
    mine = report(line)
    with refusal("foreign_incident"):
        line.act(AmendIncident(incident=number, form=LAUNCH, from_post=US))
    with refusal("foreign_incident"):
        line.act(CloseIncident(incident=number, from_post=US, closure=Closure.EXPLAINED))
    with refusal("foreign_incident"):
        line.act(ReopenIncident(incident=number, from_post=US, words="New parts were found."))
    with refusal("foreign_incident"):
        line.act(PairIncident(incident=number, other=mine, from_post=US))
    for kind, fact in (
        (Kind.INCIDENT_AMENDED, IncidentFact(form=IncidentForm.OTHER)),
        (Kind.INCIDENT_CLOSED, IncidentActFact(closure=Closure.EXPLAINED)),
        (Kind.INCIDENT_REOPENED, IncidentActFact(words="New.")),
    ):
        entry = line.hear(kind, fact, mine)
        assert line.effects(mine)[entry] == "foreign_incident"
    assert line.view(mine).form is LAUNCH
    assert line.view(mine).state is IncidentState.OPEN


def test_nobody_reports_in_the_name_of_the_other_side(line):
    number = line.hear(Kind.INCIDENT_REPORTED, IncidentFact(form=LAUNCH), post=US)
    assert line.view(number).effect == "foreign_post"
    assert not line.view(number).is_open
    with refusal("foreign_post"):
        line.act(ReportIncident(form=LAUNCH, from_post=RU))


# --- two versions of one incident ---------------------------------------------------------------------------


def test_two_versions_are_put_side_by_side_by_the_word_of_one_side(line):
    mine = report(
        line, position=HERE, damage="None to people", our_platform="One missile", casualties="None known"
    )
    other = theirs(line, position=HERE, damage="A wall", other_platform="one  MISSILE", forces="Air defence")
    assert line.view(mine).paired is None
    line.act(PairIncident(incident=mine, other=other, from_post=US))
    view = line.view(mine)
    assert view.paired.id == other
    assert line.view(other).paired.id == mine
    how = {each.field: each.how for each in view.compared}
    assert how["form"] is Compared.AGREED
    assert how["position"] is Compared.AGREED
    assert how["our_platform"] is Compared.AGREED, "what we call ours they call the other one"
    assert how["damage"] is Compared.DISPUTED
    assert how["casualties"] is Compared.NOT_STATED_BY_THEM
    assert how["forces"] is Compared.NOT_STATED_BY_US
    assert how["coordinated"] is Compared.NOT_STATED
    assert line.view(other).compared == view.compared, "both are named from our side"


def test_what_one_side_says_is_not_the_same_event_is_shown_beside(line):
    mine, other = report(line), theirs(line)
    line.act(PairIncident(incident=mine, other=other, from_post=US))
    line.hear(Kind.INCIDENT_PAIRED, IncidentActFact(is_same=False, words="Another one."), other, mine)
    view = line.view(mine)
    assert view.paired.id == other
    assert view.is_pairing_disputed
    line.act(PairIncident(incident=mine, other=other, from_post=US, is_same=False))
    assert line.view(mine).paired is None


def test_an_incident_is_never_compared_with_one_of_the_same_side(line):
    mine, again = report(line), report(line)
    with refusal("own_with_own"):
        line.act(PairIncident(incident=mine, other=again, from_post=US))
    other, another = theirs(line), theirs(line)
    entry = line.hear(Kind.INCIDENT_PAIRED, IncidentActFact(is_same=True), other, another)
    assert line.effects(other)[entry] == "own_with_own"
    assert line.view(other).paired is None


def test_a_pair_with_what_is_not_here_hides_no_other(line):
    mine, other = report(line), theirs(line)
    line.act(PairIncident(incident=mine, other=other, from_post=US))
    line.hear(Kind.INCIDENT_PAIRED, IncidentActFact(is_same=True), (1, 9_999), mine)
    view = line.view(mine)
    assert view.paired.id == other
    assert [each.effect for each in view.pairings] == ["", "unknown_incident"]


# --- requests and replies -----------------------------------------------------------------------------------


def test_a_reply_in_time_answers_a_request(line):
    number = theirs(line)
    query = line.act(QueryIncident(incident=number, from_post=US, words="What flew there?"))
    view = line.view(number)
    (asked,) = view.queries
    assert view.state is IncidentState.QUERIED
    assert asked.of == "ru"
    assert asked.due_ms == asked.asked_ms + 48 * HOUR_MS
    line.wait(47)
    line.hear(Kind.INCIDENT_REPLIED, IncidentActFact(words="A malfunction."), number, query)
    line.wait(200)
    view = line.view(number)
    (asked,) = view.queries
    assert view.state is IncidentState.REPLIED
    assert asked.reply.fact.words == "A malfunction."
    assert not asked.reply.is_late
    assert not asked.is_default
    assert asked.meeting_due_ms is None


def test_no_reply_is_a_default_and_a_meeting_is_due(line):
    number = theirs(line)
    line.act(QueryIncident(incident=number, from_post=US))
    (asked,) = line.view(number).queries
    line.at = (asked.due_ms - line.now_ms) // 1_000 + line.at
    assert not line.view(number).queries[0].is_overdue, "at the very instant it is in time"
    line.wait(1)
    (asked,) = line.view(number).queries
    assert asked.is_overdue
    assert asked.is_default
    assert asked.meeting_due_ms == asked.due_ms + 48 * HOUR_MS
    assert not asked.is_meeting_overdue
    line.wait(48)
    assert line.view(number).queries[0].is_meeting_overdue


def test_a_late_reply_leaves_the_default_on_record_and_ends_the_wait(line):
    number = theirs(line)
    query = line.act(QueryIncident(incident=number, from_post=US))
    line.wait(60)
    line.hear(Kind.INCIDENT_REPLIED, IncidentActFact(words="A malfunction."), number, query)
    (asked,) = line.view(number).queries
    assert asked.reply.is_late
    assert asked.is_default
    assert not asked.is_overdue
    assert asked.meeting_due_ms is None


def test_after_an_insufficient_reply_either_side_may_ask_for_a_meeting(line):
    number = theirs(line)
    query = line.act(QueryIncident(incident=number, from_post=US))
    line.wait(20)
    line.hear(Kind.INCIDENT_REPLIED, IncidentActFact(words="It is being looked into."), number, query)
    meeting = line.act(QueryIncident(incident=number, from_post=US, asks=QueryKind.MEETING, query=query))
    asked, met = line.view(number).queries
    assert asked.meeting == meeting
    assert asked.meeting_due_ms == met.asked_ms + 48 * HOUR_MS == met.due_ms
    assert met.about == query
    line.hear(Kind.INCIDENT_REPLIED, IncidentActFact(is_accepted=True), number, meeting)
    line.wait(50)
    assert line.view(number).queries[0].is_meeting_overdue, "to accept is not to come"
    line.hear(
        Kind.INCIDENT_FOLLOWED, IncidentActFact(step=FollowStep.MEETING_HELD, words="Held."), number, query
    )
    assert line.view(number).queries[0].is_meeting_overdue, "the word of who was asked alone ends nothing"
    line.act(
        FollowIncident(
            incident=number, from_post=US, step=FollowStep.MEETING_HELD, words="Held.", query=query
        )
    )
    view = line.view(number)
    assert view.state is IncidentState.FOLLOWED
    assert not any(each.is_meeting_overdue for each in view.queries)
    assert view.waiting == ()


def test_the_other_side_asks_for_a_meeting_as_well(line):
    number = theirs(line)
    query = line.act(QueryIncident(incident=number, from_post=US))
    meeting = line.hear(Kind.INCIDENT_QUERIED, IncidentActFact(asks=QueryKind.MEETING), number, query)
    asked, met = line.view(number).queries
    assert asked.meeting == meeting
    assert met.of == "us"


def test_nobody_else_answers_a_request(line):
    number = theirs(line)
    query = line.act(QueryIncident(incident=number, from_post=US))
    with refusal("own_query"):
        line.act(ReplyToQuery(incident=number, query=query, from_post=US, words="It was ours."))
    own = line.hear(Kind.INCIDENT_QUERIED, IncidentActFact(asks=QueryKind.EXPLANATION), number)
    entry = line.hear(Kind.INCIDENT_REPLIED, IncidentActFact(words="We answer."), number, own)
    unknown = line.hear(Kind.INCIDENT_REPLIED, IncidentActFact(words="We answer."), number, (0, 777))
    effects = line.effects(number)
    assert effects[entry] == "own_query"
    assert effects[unknown] == "no_such_query"
    assert all(each.reply is None for each in line.view(number).queries)


def test_we_answer_what_we_are_asked(line):
    number = report(line)
    query = line.hear(
        Kind.INCIDENT_QUERIED, IncidentActFact(asks=QueryKind.EXPLANATION, words="Why?"), number
    )
    with refusal("missing_words"):
        line.act(ReplyToQuery(incident=number, query=query, from_post=US))
    line.act(ReplyToQuery(incident=number, query=query, from_post=US, objectives="Exercise"))
    (asked,) = line.view(number).queries
    assert asked.reply.ours
    assert dict(asked.reply.fact.fields) == {1: "Exercise"}


def test_a_request_stands_whatever_is_closed_meanwhile(line):
    number = theirs(line)
    line.act(QueryIncident(incident=number, from_post=US))
    line.hear(Kind.INCIDENT_CLOSED, IncidentActFact(closure=Closure.NOT_SUBSTANTIATED), number)
    line.wait(49)
    view = line.view(number)
    assert view.state is IncidentState.CLOSED
    assert view.queries[0].is_default
    assert view.waiting


# --- closing and opening again ------------------------------------------------------------------------------


def test_an_incident_is_closed_and_opened_again(line):
    number = report(line)
    with refusal("not_closed"):
        line.act(ReopenIncident(incident=number, from_post=US, words="Why?"))
    line.act(
        CloseIncident(incident=number, from_post=US, closure=Closure.EXPLAINED, words="Court of inquiry.")
    )
    with refusal("already_closed"):
        line.act(CloseIncident(incident=number, from_post=US, closure=Closure.EXPLAINED))
    assert line.view(number).closed_by.closure is Closure.EXPLAINED
    with refusal("missing_words"):
        line.act(ReopenIncident(incident=number, from_post=US))
    line.act(ReopenIncident(incident=number, from_post=US, words="New parts were found."))
    assert line.view(number).state is IncidentState.OPEN
    assert line.view(number).closed_by is None


def test_to_close_what_is_closed_and_to_open_what_is_open_changes_nothing(line):
    number = theirs(line)
    opened = line.hear(Kind.INCIDENT_REOPENED, IncidentActFact(words="Why?"), number)
    closed = line.hear(Kind.INCIDENT_CLOSED, IncidentActFact(closure=Closure.EXPLAINED), number)
    again = line.hear(Kind.INCIDENT_CLOSED, IncidentActFact(closure=Closure.UNRESOLVED), number)
    effects = line.effects(number)
    assert [effects[each] for each in (opened, closed, again)] == ["not_closed", "", "already_closed"]
    assert line.view(number).closed_by.id == closed


# --- what a peer may write ----------------------------------------------------------------------------------


def test_what_cannot_be_read_is_kept_and_marked(line):
    number = line.hear(Kind.INCIDENT_REPORTED, None, body=b"\xa1\x00\x18\x63")
    view = line.view(number)
    assert view.fact is None
    assert view.effect == "unreadable_body"
    huge = line.hear(Kind.INCIDENT_REPORTED, IncidentFact(form=LAUNCH, damage="x" * 501))
    assert line.view(huge).effect == "long_field"
    lost = line.hear(Kind.INCIDENT_FOLLOWED, IncidentActFact(step=FollowStep.REMARK, words="x"))
    assert lost not in line.effects(number)


def test_an_act_about_another_entry_than_the_one_held_has_no_effect(line):
    number = report(line)
    entry = line.hear(
        Kind.INCIDENT_FOLLOWED, IncidentActFact(step=FollowStep.REMARK, words="x"), number, leaf=b"\x01" * 32
    )
    assert line.effects(number)[entry] == "another_entry"
    assert line.view(number).state is IncidentState.OPEN


def test_incidents_are_content_and_the_state_of_the_line_is_not():
    assert is_erasable(Kind.INCIDENT_REPORTED)
    assert not is_erasable(Kind.LINE_STATE)


def test_every_defect_and_refusal_has_words():
    found = "".join(
        inspect.getsource(module) for module in (facts, limits, views, rules, fold, queries, incident_desk)
    )
    first = "missing|unexpected|bad|long|unknown|not|own|foreign|already|nobody|another|no_such|unreadable"
    reasons = set(re.findall(rf'"((?:{first})_[a-z_]+)"', found))
    reasons |= {f"missing_{name}" for name in ("same", "asks", "step", "words", "closure")}
    reasons -= {
        "bad_held",
        "unknown_command",
        "missing_party",
        "unexpected_query",
        "unknown_incident_command",
    }
    assert len(reasons) > 25
    assert {each for each in reasons if not has(f"incident-effect-{each.replace('_', '-')}")} == set()
    for names, prefix in (
        (IncidentForm, "incident-form"), (QueryKind, "incident-asks"), (FollowStep, "incident-step"),
        (Closure, "incident-closure"), (ReplyField, "incident-reply"), (LineState, "line-state"),
    ):  # fmt: skip
        assert all(has(f"{prefix}-{each.name.lower().replace('_', '-')}") for each in names)


def test_commands_go_over_the_control_socket():
    command = ReportIncident(
        form=LAUNCH,
        from_post=US,
        position=HERE,
        altitude=Altitude(value=12_000, unit=AltitudeUnit.M, datum=Datum.AMSL),
        when_ms=(1, 2),
        notice=(0, 3),
        held=((1, 4),),
    )
    encoded = encode_command(command)
    assert decode_command(encoded["command"], json.loads(json.dumps(encoded["fields"]))) == command
    reply = ReplyToQuery(incident=(0, 1), query=(1, 1), from_post=US, objectives="Exercise")
    encoded = encode_command(reply)
    assert decode_command(encoded["command"], json.loads(json.dumps(encoded["fields"]))) == reply


def test_it_decides_nothing_else(line):
    with pytest.raises(UsageError, match="no command of the incidents service"):
        IncidentsService().decide(SendLineTest(template=1), (), line.context())


@given(st.binary(max_size=96), st.sampled_from(sorted(KINDS)))
def test_arbitrary_bytes_are_read_or_named(body, kind):
    if kind in VERSIONS:
        fact, defect = read_incident(kind, body)
        assert defect or read_incident(kind, encode_incident(fact)) == (fact, "")
        return
    act, defect = read_incident_act(kind, body)
    assert defect or read_incident_act(kind, encode_incident_act(act)) == (act, "")
