"""The desk of incidents: lists, candidates, the notice that a version names, what is erased and rebuilt."""

from dataclasses import replace

import pytest
from tests.incidents_line import HERE, US, Line, report, theirs
from tests.stores import AGREEMENT, moment, view_rows

from coupefeu.cli.incident_words import incident_lines
from coupefeu.errors import UsageError
from coupefeu.model.entry import Kind
from coupefeu.model.incidents import Closure, FollowStep, IncidentForm, QueryKind
from coupefeu.model.line_state import LineState
from coupefeu.model.precedence import Precedence
from coupefeu.node.desk import Desk
from coupefeu.node.incident_acting import report_of, ringing
from coupefeu.node.incident_values import incident_values
from coupefeu.services.every import SERVICES
from coupefeu.services.incidents.commands import (
    CloseIncident,
    FollowIncident,
    PairIncident,
    QueryIncident,
    ReopenIncident,
    ReplyToQuery,
    ReportIncident,
)
from coupefeu.services.incidents.facts import IncidentActFact, IncidentFact
from coupefeu.services.incidents.listed import IncidentFilter
from coupefeu.services.incidents.views import MAX_ACTS, empty_incidents
from coupefeu.services.line_state.commands import DeclareLineState
from coupefeu.services.line_state.facts import LineStateFact
from coupefeu.store.exchange import find_exchange
from coupefeu.store.rebuild import rebuild
from coupefeu.words import say

LAUNCH = IncidentForm.ACCIDENTAL_LAUNCH
KILOMETRE_E7 = 89_932
"""Of latitude, in units of 1e-7 degree."""
MINUTE_MS = 60_000


@pytest.fixture
def line(tmp_path):
    return Line(tmp_path / "record.db")


@pytest.fixture
def desk(line):
    sat = Desk(line.path, AGREEMENT, 0, lambda: moment(line.at), running=True)
    yield sat
    sat.close()


def numbers(listed):
    return [each.number for each in listed.incidents]


def test_a_list_is_narrowed_by_side_form_and_whether_it_is_open(line, desk):
    first, second = report(line), report(line, form=IncidentForm.OTHER)
    theirs(line)
    line.act(CloseIncident(incident=first, from_post=US, closure=Closure.EXPLAINED))
    asked = {
        "all": IncidentFilter(), "ours": IncidentFilter(ours=True), "theirs": IncidentFilter(ours=False),
        "open": IncidentFilter(is_open=True), "closed": IncidentFilter(is_open=False),
        "form": IncidentFilter(form=IncidentForm.OTHER),
    }  # fmt: skip
    found = {name: numbers(desk.incidents.listed(wanted, 0, 10)) for name, wanted in asked.items()}
    assert found == {
        "all": ["RU/0", f"US/{second[1]}", f"US/{first[1]}"],
        "ours": [f"US/{second[1]}", f"US/{first[1]}"],
        "theirs": ["RU/0"],
        "open": ["RU/0", f"US/{second[1]}"],
        "closed": [f"US/{first[1]}"],
        "form": [f"US/{second[1]}"],
    }
    window = desk.incidents.listed(IncidentFilter(), 1, 1)
    assert (numbers(window), window.total) == ([f"US/{second[1]}"], 3)


def test_an_incident_is_found_by_any_entry_about_it(line, desk):
    number = report(line)
    entry = line.act(FollowIncident(incident=number, from_post=US, words="We look into it."))
    assert desk.incidents.get(entry).id == number
    with pytest.raises(UsageError, check=lambda error: error.code == "services.incidents.unknown_incident"):
        desk.incidents.get((1, 400))


@pytest.mark.parametrize(
    ("minutes", "kilometres", "is_found"), [(119, 19, True), (121, 0, False), (0, 21, False), (0, None, True)]
)
def test_versions_are_proposed_by_place_and_time_within_what_is_agreed(
    line, desk, minutes, kilometres, is_found
):
    start_ms = line.now_ms
    number = report(line, position=HERE, when_ms=(start_ms, start_ms))
    place = None if kilometres is None else replace(HERE, lat_e7=HERE.lat_e7 + kilometres * KILOMETRE_E7)
    at_ms = start_ms + minutes * MINUTE_MS
    other = theirs(line, position=place, when_ms=(at_ms, at_ms))
    found = desk.incidents.candidates(number).near
    assert [each.incident.id for each in found] == ([other] if is_found else [])
    for each in found:
        assert each.gap_ms == minutes * MINUTE_MS
        assert not each.is_by_report
        assert each.distance_m == (None if place is None else pytest.approx(kilometres * 1_000, abs=200))


def test_what_was_amended_is_proposed_by_what_it_says_now(line, desk):
    start_ms, later_ms = line.now_ms, line.now_ms + 600 * MINUTE_MS
    number = report(line, when_ms=(start_ms, start_ms))
    other = theirs(line, when_ms=(start_ms, start_ms))
    line.hear(Kind.INCIDENT_AMENDED, IncidentFact(form=LAUNCH, when_ms=(later_ms, later_ms)), other)
    assert desk.incidents.candidates(number).near == ()


def test_the_nearest_is_proposed_first_and_one_of_our_own_never(line, desk):
    start_ms = line.now_ms
    number = report(line, position=HERE, when_ms=(start_ms, start_ms))
    report(line, position=HERE, when_ms=(start_ms, start_ms))
    far = theirs(line, position=HERE, when_ms=(start_ms + 5_000_000, start_ms + 5_000_000))
    unplaced = theirs(line, when_ms=(start_ms, start_ms))
    near = theirs(line, position=HERE, when_ms=(start_ms, start_ms))
    assert [each.incident.id for each in desk.incidents.candidates(number).near] == [near, far, unplaced]


def test_an_incident_about_a_notice_that_is_not_here_stands_and_is_marked(line, desk):
    other = line.hear(Kind.INCIDENT_REPORTED, IncidentFact(form=IncidentForm.STRUCK_AFTER_NOTICE), (0, 700))
    view = desk.incidents.get(other)
    assert view.notice == (0, 700)
    assert view.notice_effect == "unknown_notice"
    assert view.is_open
    number = report(line)
    beside = line.hear(Kind.INCIDENT_REPORTED, IncidentFact(form=LAUNCH), number)
    assert desk.incidents.get(beside).notice_effect == "unknown_notice", "an incident is no notice"


def test_the_usual_triggers_open_their_forms_in_one_press(line, desk):
    triggers = {each.id: each for each in desk.incidents.triggers()}
    assert list(triggers) == [
        "aircraft-astray",
        "accidental-launch",
        "dangerous-approach",
        "struck-after-notice",
    ]
    filled = report_of(triggers["aircraft-astray"], US, AGREEMENT)
    assert filled == ReportIncident(
        form=IncidentForm.AIRCRAFT_ASTRAY, from_post=US, precedence=Precedence.FLASH
    )
    number = line.act(filled)
    assert ringing(filled, number, AGREEMENT).precedence is Precedence.FLASH
    assert ringing(report_of(triggers["dangerous-approach"], US, AGREEMENT), number, AGREEMENT) is None
    with pytest.raises(UsageError, check=lambda error: error.code == "node.incidents.no_such_trigger"):
        desk.incidents.trigger("tea")


def write_everything(line):
    """Have both sides write one of each kind; gives the incidents of both."""
    mine, other = (
        report(line, damage="A wall", position=HERE),
        theirs(line, when_ms=(line.now_ms, line.now_ms)),
    )
    line.act(PairIncident(incident=mine, other=other, from_post=US))
    query = line.act(QueryIncident(incident=other, from_post=US, words="Why?"))
    line.hear(Kind.INCIDENT_REPLIED, IncidentActFact(words="A malfunction."), other, query)
    line.hear(Kind.INCIDENT_AMENDED, IncidentFact(form=LAUNCH, damage="None"), other)
    line.act(FollowIncident(incident=other, from_post=US, words="We saw it."))
    line.act(CloseIncident(incident=mine, from_post=US, closure=Closure.EXPLAINED))
    line.act(ReopenIncident(incident=mine, from_post=US, words="New parts."))
    line.hear(Kind.INCIDENT_FOLLOWED, None, mine, body=b"no map")
    line.hear(Kind.LINE_STATE, LineStateFact(state=LineState.SUSPENDED))
    line.act(DeclareLineState(state=LineState.DEGRADED, from_post=US))
    return mine, other


def test_the_same_rows_are_made_again(line):
    write_everything(line)
    before = view_rows(line.keeper)
    rebuild(line.keeper.connection, line.keeper.line, SERVICES, AGREEMENT)
    assert view_rows(line.keeper) == before


def test_what_was_erased_has_no_effect_and_reads_as_rebuilt(line, desk):
    mine, other = write_everything(line)
    for statement in empty_incidents((0, 0, 100)):
        line.keeper.connection.execute(statement.executable, statement.parameters)
    view = desk.incidents.get(mine)
    assert view.fact is None
    assert view.effect == "erased"
    assert desk.incidents.get(other).fact == IncidentFact(form=LAUNCH, damage="None"), "theirs stand"
    heads = line.keeper.connection.query("SELECT * FROM incident_acts WHERE log = 0").fetchall()
    assert heads, "that something was said stands"


def test_a_flood_of_one_kind_hides_none_of_another(line, desk):
    number = report(line)
    query = line.hear(Kind.INCIDENT_QUERIED, IncidentActFact(asks=QueryKind.EXPLANATION), number)
    for _ in range(MAX_ACTS + 4):
        line.hear(Kind.INCIDENT_FOLLOWED, IncidentActFact(step=FollowStep.REMARK, words="x"), number)
    view = desk.incidents.get(number)
    assert [each.id for each in view.queries] == [query]
    assert sum(each.kind == Kind.INCIDENT_FOLLOWED for each in view.steps) == MAX_ACTS
    assert view.beyond == 4
    said = say("incident-beyond", "fr", number=view.number, count=4)
    assert said in incident_lines(view, AGREEMENT.party_ids, "fr")
    assert incident_values(view, AGREEMENT.party_ids).beyond == 4


def test_a_flood_of_requests_takes_nothing_from_one_that_was_answered(line, desk):
    number = report(line)
    asks = IncidentActFact(asks=QueryKind.EXPLANATION)
    query = line.hear(Kind.INCIDENT_QUERIED, asks, number)
    reply = line.act(ReplyToQuery(incident=number, query=query, from_post=US, words="A malfunction."))
    later = [line.hear(Kind.INCIDENT_QUERIED, asks, number) for _ in range(MAX_ACTS)]
    view = desk.incidents.get(number)
    assert [each.id for each in view.queries] == [query, *later[:-1]], "what is one too many is not looked at"
    assert view.queries[0].reply.id == reply
    assert {each.id: each.effect for each in view.steps}[reply] == ""


def test_a_request_that_claims_to_be_of_1970_is_due_no_sooner(line, desk):
    """Its author had seen our report, so it was not written before that; nobody back-dates a request into a default."""
    number = report(line)
    reported_ms = line.now_ms
    line.wait(1)
    query = line.hear(
        Kind.INCIDENT_QUERIED, IncidentActFact(asks=QueryKind.EXPLANATION), number, written_ms=0
    )
    (asked,) = desk.incidents.get(number).queries
    assert asked.id == query
    assert asked.said_ms == 0
    assert asked.asked_ms >= reported_ms - AGREEMENT.skew_s * 1_000
    assert not asked.is_overdue


def test_a_request_of_2099_counts_at_our_next_word_and_at_the_same_time_on_both_records(line, desk):
    number = report(line)
    line.hear(
        Kind.INCIDENT_QUERIED,
        IncidentActFact(asks=QueryKind.EXPLANATION),
        number,
        written_ms=4_070_908_800_000,
    )
    line.act(FollowIncident(incident=number, from_post=US, words="We look into it."))
    (asked,) = desk.incidents.get(number).queries
    assert asked.said_ms == 4_070_908_800_000
    assert asked.asked_ms == line.now_ms + AGREEMENT.skew_s * 1_000


def test_an_incident_is_erased_as_one_with_all_about_it(line, desk):
    mine, other = write_everything(line)
    about = {each.id for each in desk.incidents.get(mine).steps}
    for entry in about:
        exchange = find_exchange(desk.select, entry)
        assert exchange.root == mine
        assert {each.id for each in exchange.members} == about
    assert other not in about
