"""An incident about which very many requests were made, read whole: what a peer may make each look cost."""

import time
from collections.abc import AsyncIterator
from statistics import median
from typing import Final

from coupefeu.model.incidents import IncidentForm
from coupefeu.model.messages import MessageId
from coupefeu.node.assembly import open_keeper
from coupefeu.node.bench.figures import Bench, Figure, spread
from coupefeu.node.bench.line import pair_below
from coupefeu.node.clock import Clock
from coupefeu.services.base import Command
from coupefeu.services.incidents.commands import FollowIncident, QueryIncident, ReportIncident
from coupefeu.services.incidents.fold import fold
from coupefeu.services.incidents.views import MAX_ACTS, select_acts
from coupefeu.store.jobs import Act, Acted
from coupefeu.store.keeper import Keeper

DESK: Final = "us.duty"


async def measure_incidents(bench: Bench) -> AsyncIterator[Figure]:
    """Make requests and follow-ups about one incident, at most as many as are looked at, and read it."""
    us, _ = pair_below(bench.folder / "incidents")
    keeper = open_keeper(us, Clock()())
    try:
        incident = _record(keeper, ReportIncident(form=IncidentForm.OTHER, from_post=DESK))
        count = min(MAX_ACTS, bench.sizes.messages)
        for number in range(count):
            query = _record(keeper, QueryIncident(incident=incident, from_post=DESK))
            _record(keeper, FollowIncident(incident=incident, from_post=DESK, words="x", query=query))
            bench.progress("requests made", number + 1, count)
        context, statement = keeper.context(Clock()()), select_acts(incident)
        seconds = []
        for _ in range(max(20, bench.sizes.rounds * 10)):
            started = time.process_time()
            rows = keeper.connection.execute(statement.executable, statement.parameters)
            fold(rows, incident, context)
            seconds.append(time.process_time() - started)
    finally:
        keeper.close()
    yield Figure(
        name="incident-read",
        what=f"one incident read whole, about which {count} requests and as many steps stand",
        unit="ms CPU",
        ours=median(seconds) * 1_000,
        detail=spread(seconds) | {"rows": len(rows)},
    )


def _record(keeper: Keeper, command: Command) -> MessageId:
    (outcome,) = keeper.execute([Act(command=command)], Clock()())
    if isinstance(outcome, Exception):
        raise outcome
    assert isinstance(outcome, Acted)
    (stored,) = outcome.entries
    return stored.recorded.log, stored.recorded.index
