"""The stray missile of 9 March 2022: it flew 124 km into another country, and the line that was there was not used.

A cruise missile was launched during maintenance and came down near Mian Channu. Nobody rang; the explanation came two
days later, in public. Here US has launched and RU sees it come down.

One press sends ACCIDENTAL LAUNCH before anybody knows why: every field but the form is not stated, and reads so. It
rings at the other desk. RU reports its own version, the two are put side by side, and the explanation is asked for: 48
hours, on both records, with one clock. What differs stays beside what agrees.
"""

from dataclasses import replace

import pytest
from tests.scenario.stage import DESKS, do, open_line, verify_all

from coupefeu.model.incidents import Closure, FollowStep, IncidentForm, IncidentState
from coupefeu.model.places import Position
from coupefeu.model.precedence import Precedence
from coupefeu.node.incident_acting import report_of, ringing
from coupefeu.services.incidents.commands import (
    AmendIncident,
    CloseIncident,
    FollowIncident,
    PairIncident,
    QueryIncident,
    ReplyToQuery,
    ReportIncident,
)
from coupefeu.services.incidents.facts import IncidentFact
from coupefeu.services.incidents.status import Compared
from coupefeu.services.messages.commands import Take
from coupefeu.services.messages.status import StepName

HOUR_MS = 3_600_000
MIAN_CHANNU = Position(lat_e7=304_400_000, lon_e7=723_500_000)


class Launch:
    """Both desks, and the incident as each has it."""

    def __init__(self, folder):
        self.folder = folder
        self.nodes = open_line(folder)
        self.us, self.ru = self.nodes.us, self.nodes.ru

    def settle(self):
        self.nodes.run(seconds=2)

    def later(self, hours):
        """Let hours pass on a line that is down, which costs nothing to wait for, and come back."""
        self.nodes.disconnect()
        self.nodes.run(seconds=round(hours * 3_600))
        self.nodes.connect()
        self.settle()

    def act(self, node, command):
        (entry,) = node.act(command)
        self.settle()
        return entry

    def ask(self, node, question):
        desk = node.desk()
        try:
            return question(desk.incidents)
        finally:
            desk.close()

    def views(self, incident):
        return [self.ask(node, lambda desk: desk.get(incident)) for node in self.nodes.nodes]

    def press(self):
        """Press the key of the trigger, and nothing else."""
        trigger = self.ask(self.us, lambda desk: desk.trigger("accidental-launch"))
        report = report_of(trigger, DESKS["us"], self.us.agreement)
        incident = self.act(self.us, report)
        self.message = self.act(self.us, ringing(report, incident, self.us.agreement))
        return incident

    def seen(self):
        """RU reports what came down."""
        fell_ms = self.ru.clock().utc_ms - 60_000
        return self.act(
            self.ru,
            ReportIncident(
                form=IncidentForm.HAZARDOUS_INCIDENT,
                from_post=DESKS["ru"],
                when_ms=(fell_ms - 420_000, fell_ms),
                position=MIAN_CHANNU,
                altitude=None,
                other_platform="One supersonic object",
                damage="A wall",
                casualties="None known",
                is_coordinated=False,
            ),
        )


@pytest.fixture(name="launch")
def the_launch(tmp_path):
    return Launch(tmp_path)


def test_one_press_sends_the_form_before_anything_is_known_and_it_rings(launch):
    incident = launch.press()
    for view in launch.views(incident):
        assert view.form is IncidentForm.ACCIDENTAL_LAUNCH
        assert view.precedence is Precedence.FLASH
        assert view.fact == IncidentFact(form=IncidentForm.ACCIDENTAL_LAUNCH)
        assert view.state is IncidentState.OPEN
    do(launch.ru, Take, launch.message)
    launch.settle()
    (chain,) = launch.us.message(launch.message).chains
    assert chain.step(StepName.TAKEN_BY).done, "US sees who over there has it"


def test_two_versions_are_matched_and_the_explanation_is_due_in_48_hours_on_both_records(launch):
    incident = launch.press()
    theirs = launch.seen()
    (found,) = launch.ask(launch.ru, lambda desk: desk.candidates(theirs)).near
    assert (found.incident.id, found.distance_m, found.is_by_report) == (incident, None, True)
    launch.act(launch.ru, PairIncident(incident=theirs, other=incident, from_post=DESKS["ru"]))
    query = launch.act(launch.ru, QueryIncident(incident=incident, from_post=DESKS["ru"], words="Why?"))
    for view in launch.views(incident):
        assert view.paired.id == theirs
        assert view.state is IncidentState.QUERIED
        assert view.queries[0].due_ms - view.queries[0].asked_ms == 48 * HOUR_MS
    ours, other = launch.views(incident)
    assert ours.queries[0].due_ms == other.queries[0].due_ms, "one clock on both records"
    assert {each.field: each.how for each in ours.compared}["damage"] is Compared.NOT_STATED_BY_US
    assert {each.field: each.how for each in other.compared}["damage"] is Compared.NOT_STATED_BY_THEM
    launch.later(hours=46)
    launch.act(
        launch.us,
        ReplyToQuery(incident=incident, query=query, from_post=DESKS["us"], words="A technical malfunction."),
    )
    for view in launch.views(incident):
        assert view.state is IncidentState.REPLIED
        assert not view.queries[0].is_default
        assert view.queries[0].meeting_due_ms is None
    verify_all(launch.nodes, launch.folder / "export")


def test_an_explanation_after_two_days_is_late_for_ever(launch):
    incident = launch.press()
    query = launch.act(launch.ru, QueryIncident(incident=incident, from_post=DESKS["ru"]))
    launch.later(hours=49)
    for view in launch.views(incident):
        (asked,) = view.queries
        assert asked.is_overdue
        assert asked.meeting_due_ms - asked.due_ms == 48 * HOUR_MS
    launch.act(
        launch.us, ReplyToQuery(incident=incident, query=query, from_post=DESKS["us"], words="A malfunction.")
    )
    for view in launch.views(incident):
        (asked,) = view.queries
        assert asked.is_default
        assert asked.reply.is_late
        assert not asked.is_overdue


def test_what_is_learned_is_amended_followed_and_closed_and_the_difference_stays(launch):
    incident = launch.press()
    theirs = launch.seen()
    launch.act(launch.ru, PairIncident(incident=theirs, other=incident, from_post=DESKS["ru"]))
    seen = launch.views(theirs)[0].fact
    launch.act(
        launch.us,
        AmendIncident(
            incident=incident,
            form=IncidentForm.ACCIDENTAL_LAUNCH,
            from_post=DESKS["us"],
            when_ms=seen.when_ms,
            position=replace(MIAN_CHANNU, lat_e7=MIAN_CHANNU.lat_e7 + 20_000),
            uncertainty_m=500,
            our_platform="One supersonic object",
            damage="None",
            casualties="none known",
            is_coordinated=False,
        ),
    )
    launch.act(
        launch.us,
        FollowIncident(
            incident=incident,
            from_post=DESKS["us"],
            step=FollowStep.INQUIRY,
            words="A court of inquiry sits.",
        ),
    )
    launch.act(
        launch.us,
        CloseIncident(
            incident=incident, from_post=DESKS["us"], closure=Closure.MEASURES_TAKEN, words="Dismissals."
        ),
    )
    for view in launch.views(incident):
        how = {each.field: each.how for each in view.compared}
        assert [field for field, each in how.items() if each is Compared.DISPUTED] == ["form", "damage"]
        assert how["when"] is how["position"] is how["casualties"] is how["coordinated"] is Compared.AGREED
        assert view.state is IncidentState.CLOSED
        assert view.paired.state is IncidentState.OPEN, "the other side closes its own version"
