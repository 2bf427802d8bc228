"""What it costs to read an incident that a peer floods: counted in steps of the interpreter, never in time."""

import sys
from pathlib import Path

import pytest
from tests.incidents_line import US, Line, report

from coupefeu.model.entry import Kind
from coupefeu.model.incidents import FollowStep, QueryKind
from coupefeu.services import incidents
from coupefeu.services.incidents.commands import QueryIncident
from coupefeu.services.incidents.facts import IncidentActFact
from coupefeu.services.incidents.fold import fold
from coupefeu.services.incidents.views import select_acts

ROOM = str(Path(incidents.__file__).parent)
FEW = 12
MANY = 4 * FEW


class Steps:
    """Counts the operations of the interpreter in the files of this room."""

    def __init__(self):
        self.count = 0

    def __enter__(self):
        sys.settrace(self._called)
        return self

    def __exit__(self, *_):
        sys.settrace(None)

    def _called(self, frame, _event, _value):
        if not frame.f_code.co_filename.startswith(ROOM):
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return self._stepped

    def _stepped(self, _frame, event, _value):
        self.count += event == "opcode"
        return self._stepped


def flood(line, incident, query, count):
    """RU asks, asks for a meeting about each, says of each that it was held, and answers ours again and again."""
    for _ in range(count):
        asked = line.hear(Kind.INCIDENT_QUERIED, IncidentActFact(asks=QueryKind.EXPLANATION), incident)
        met = line.hear(Kind.INCIDENT_QUERIED, IncidentActFact(asks=QueryKind.MEETING), incident, asked)
        line.hear(Kind.INCIDENT_REPLIED, IncidentActFact(words="x"), incident, query)
        line.hear(
            Kind.INCIDENT_FOLLOWED, IncidentActFact(step=FollowStep.MEETING_HELD, words="x"), incident, met
        )


@pytest.fixture(scope="module")
def flooded(tmp_path_factory):
    """A line whose incident has FEW of each, and what reading it cost then and with MANY."""
    line = Line(tmp_path_factory.mktemp("work") / "record.db")
    incident = report(line)
    query = line.act(QueryIncident(incident=incident, from_post=US))
    costs = []
    for more in (FEW, MANY - FEW):
        flood(line, incident, query, more)
        rows, context = line.rows(select_acts(incident)), line.context()
        with Steps() as steps:
            view = fold(rows, incident, context)
        costs.append(steps.count)
    return costs, view


def test_four_times_the_requests_cost_four_times_the_steps(flooded):
    (few, many), _ = flooded
    assert many < 1.1 * MANY / FEW * few


def test_every_request_of_the_flood_is_judged(flooded):
    _, view = flooded
    ours, *asked = [each for each in view.queries if each.asks is QueryKind.EXPLANATION]
    assert len(asked) == MANY
    assert all(each.meeting is not None and each.met_ms is not None for each in asked)
    assert len(ours.replies) == MANY
