"""The Vienna Document in February 2022: a request about unusual military activity, unanswered at 48 hours.

On 10 and 11 February Ukraine and the Baltic States asked Russia and Belarus under chapter III about troops near their
borders. The answers did not come, or did not suffice; a meeting was asked for within 48 hours, and not everybody came.
What followed stood in the press, each side's account by itself.

Here US asks and RU is asked. Both records hold the request, the minute at which it went by default, that a meeting is
due, and that nobody came; neither side can say that it was otherwise.
"""

import pytest
from tests.scenario.stage import DESKS, verify_all
from tests.scenario.test_brahmos import HOUR_MS, Launch

from coupefeu.model.incidents import FollowStep, IncidentForm, IncidentState, QueryKind
from coupefeu.services.incidents.commands import (
    FollowIncident,
    QueryIncident,
    ReplyToQuery,
    ReportIncident,
)


@pytest.fixture
def line(tmp_path):
    return Launch(tmp_path)


def ask(line):
    """US reports unusual activity of the other side and asks for an explanation."""
    activity = line.act(
        line.us,
        ReportIncident(
            form=IncidentForm.UNUSUAL_ACTIVITY,
            from_post=DESKS["us"],
            place="Near the border, in three regions",
            forces="Several armies of combined arms",
            provision="Vienna Document 2011, paragraph 16",
        ),
    )
    query = line.act(
        line.us,
        QueryIncident(
            incident=activity,
            from_post=DESKS["us"],
            words="Objectives, location, end date, designation, equipment?",
        ),
    )
    return activity, query


def test_no_reply_in_48_hours_is_a_default_on_both_records_and_a_meeting_is_due_in_48_more(line):
    activity, query = ask(line)
    line.later(hours=47)
    assert [each.queries[0].is_overdue for each in line.views(activity)] == [False, False]
    line.later(hours=2)
    for view in line.views(activity):
        assert view.state is IncidentState.QUERIED
        (asked,) = view.queries
        assert asked.of == "ru"
        assert asked.is_default
        assert asked.meeting_due_ms == asked.asked_ms + 96 * HOUR_MS
    meeting = line.act(
        line.us,
        QueryIncident(
            incident=activity,
            from_post=DESKS["us"],
            asks=QueryKind.MEETING,
            query=query,
            words="Vienna, at ten.",
        ),
    )
    line.act(
        line.ru,
        ReplyToQuery(
            incident=activity, query=meeting, from_post=DESKS["ru"], is_accepted=False, words="No grounds."
        ),
    )
    line.later(hours=48)
    for view in line.views(activity):
        asked, met = view.queries
        assert asked.meeting == meeting
        assert asked.meeting_due_ms == asked.asked_ms + 96 * HOUR_MS, "to ask later puts nothing off"
        assert asked.is_meeting_overdue
        assert met.reply.fact.is_accepted is False
        assert met.met_ms is None
        assert view.waiting
    verify_all(line.nodes, line.folder / "export")


def test_a_reply_that_does_not_suffice_leads_to_a_meeting_that_either_side_may_ask_for(line):
    activity, query = ask(line)
    line.later(hours=24)
    line.act(
        line.ru,
        ReplyToQuery(incident=activity, query=query, from_post=DESKS["ru"], objectives="Exercise"),
    )
    for view in line.views(activity):
        assert view.queries[0].meeting_due_ms is None, "a reply in time, and nobody has asked"
    meeting = line.act(
        line.ru,
        QueryIncident(incident=activity, from_post=DESKS["ru"], asks=QueryKind.MEETING, query=query, of="us"),
    )
    for view in line.views(activity):
        asked, met = view.queries
        assert asked.meeting == meeting
        assert asked.meeting_due_ms - met.asked_ms == 48 * HOUR_MS
    for node in line.nodes.nodes:
        line.act(
            node,
            FollowIncident(
                incident=activity,
                from_post=DESKS[node.name],
                step=FollowStep.MEETING_HELD,
                words="Both delegations came.",
                query=query,
            ),
        )
    line.later(hours=49)
    for view in line.views(activity):
        assert view.state is IncidentState.FOLLOWED
        assert view.waiting == ()
        assert not any(each.is_meeting_overdue for each in view.queries)
