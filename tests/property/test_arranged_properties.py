"""Both records say the same of every arranged call, whatever crossed, was lost, came late or in another order."""

import random
from itertools import permutations

import pytest
from tests.sizes import size
from tests.stores import AGREEMENT, moment
from tests.unit.test_arranged_service import CHIEF, MINISTER, SECRETARY

from coupefeu.bearer.memory import Faults
from coupefeu.errors import CoupefeuError
from coupefeu.model.calls import Media
from coupefeu.services.arranged.commands import (
    AgreeToCall,
    CounterProposal,
    DelegateCall,
    ProposeCall,
    RefuseCall,
    WithdrawProposal,
)
from coupefeu.services.arranged.facts import RefusalReason, Window
from coupefeu.services.arranged.fold import fold
from coupefeu.services.arranged.table import ArrangeState
from coupefeu.services.arranged.views import select_newest, select_proposal, select_steps
from coupefeu.services.base import Context
from coupefeu.store.reader import Reader
from coupefeu.testing.joined import JoinedNodes

POSTS = {"us": (SECRETARY, CHIEF, "us.duty"), "ru": (MINISTER, "ru.chief", "ru.duty")}
HOUR_MS = 3_600_000


def read(reader, statement):
    return reader.view(statement.executable, statement.parameters)


def look(node, arrangement=None):
    """Read every arrangement as this node does."""
    desk = node.desk()
    try:
        context = desk.context()
        proposals = [
            row for ours in (True, False) for row in read(desk.reader, select_newest(500, ours=ours))
        ]
        found = {
            (row["log"], row["idx"]): fold(
                row, read(desk.reader, select_steps((row["log"], row["idx"]))), context
            )
            for row in proposals
        }
    finally:
        desk.close()
    return found if arrangement is None else found[arrangement]


def said(view):
    """Give all that both must say alike; times and clocks are each node's own."""
    return (
        view.state,
        view.effect,
        view.speakers,
        None if view.agreed is None else (view.agreed.window, view.agreed.speakers, view.agreed.number),
        [(each.number, each.effect, each.crossed, each.state) for each in view.steps],
        [(each.number, each.stands, each.answered, each.speakers) for each in view.offers],
    )


class Walk:
    """Officers of both sides who do whatever comes to their mind, on a line that is cut and joined again."""

    def __init__(self, folder, seed):
        self.chance = random.Random(seed)
        self.nodes = JoinedNodes(folder, seed=seed)
        self.nodes.connect()
        self.nodes.run(seconds=1)
        self.nodes.wire.faults = Faults(loss=50, doubling=50, jitter_ms=60)
        self.is_joined = True
        self.done = 0

    def step(self):
        what = self.chance.random()
        if what < 0.02:
            self.restart(self.chance.choice(self.nodes.nodes))
        elif what < 0.15:
            self.cut_or_join()
        elif what < 0.3:
            self.nodes.run(seconds=self.chance.choice((0.01, 0.2, 3)))
        else:
            self.act(self.chance.choice(self.nodes.nodes))

    def restart(self, node):
        if self.is_joined:
            self.cut_or_join()
        node.keeper.close()
        node.start()

    def cut_or_join(self):
        if self.is_joined:
            self.nodes.disconnect()
        else:
            self.nodes.connect()
        self.is_joined = not self.is_joined

    def act(self, node):
        known = list(look(node).values())
        command = self.command(
            node, self.chance.choice(known) if known and self.chance.random() < 0.9 else None
        )
        try:
            node.act(command)
        except CoupefeuError:
            return
        self.done += 1

    def command(self, node, view):
        mine, theirs = POSTS[node.name], POSTS["ru" if node.name == "us" else "us"]
        chance = self.chance
        windows = self.windows(node)
        if view is None:
            return ProposeCall(
                from_post=mine[0], to_post=theirs[0], windows=windows, media=chance.choice(list(Media))
            )
        about = {"arrangement": view.id, "from_post": chance.choice(mine)}
        offer = chance.choice([None, *(each.id for each in view.offers)])
        return chance.choice(
            (
                CounterProposal(**about, windows=windows),
                CounterProposal(**about, post=chance.choice((*mine, *theirs))),
                AgreeToCall(**about, window=chance.randrange(3), offer=offer),
                AgreeToCall(**about, window=0),
                RefuseCall(**about, reason=chance.choice(list(RefusalReason)[:6])),
                DelegateCall(**about, post=chance.choice(mine)),
                WithdrawProposal(**about),
            )
        )

    def windows(self, node):
        start_ms = node.clock().utc_ms + self.chance.randrange(1, 40) * HOUR_MS
        return tuple(
            Window(start_ms=start_ms + number * 2 * HOUR_MS, end_ms=start_ms + (number * 2 + 1) * HOUR_MS)
            for number in range(self.chance.randrange(1, 4))
        )


@pytest.mark.parametrize("seed", range(size(small=2, full=200)))
def test_both_records_say_the_same_once_the_path_is_back(tmp_path, seed):
    walk = Walk(tmp_path, seed)
    for _ in range(size(small=60, full=500)):
        walk.step()
    walk.nodes.wire.faults = Faults()
    if not walk.is_joined:
        walk.cut_or_join()
    walk.nodes.run(seconds=60)
    ours, theirs = map(look, walk.nodes.nodes)
    assert walk.done > 5
    assert {key: said(view) for key, view in ours.items()} == {
        key: said(view) for key, view in theirs.items()
    }


# --- what crosses, one pair at a time -----------------------------------------------------------------------


def crossing(folder, *, proposer, asked, countered=False):
    """Let both act while neither hears the other; gives what both records say afterwards."""
    nodes = JoinedNodes(folder)
    nodes.connect()
    nodes.run(seconds=1)
    start_ms = nodes.us.clock().utc_ms + 24 * HOUR_MS
    table = tuple(
        Window(start_ms=start_ms + n * HOUR_MS, end_ms=start_ms + (n + 1) * HOUR_MS) for n in range(2)
    )
    other = (Window(start_ms=start_ms + 9 * HOUR_MS, end_ms=start_ms + 10 * HOUR_MS),)
    ((log, index),) = nodes.us.act(ProposeCall(from_post=SECRETARY, to_post=MINISTER, windows=table))
    nodes.run(seconds=2)
    if countered:
        nodes.ru.act(CounterProposal(arrangement=(log, index), from_post=MINISTER, windows=other))
        nodes.run(seconds=2)
    nodes.disconnect()
    for node, post, make in ((nodes.us, SECRETARY, proposer), (nodes.ru, MINISTER, asked)):
        node.act(make({"arrangement": (log, index), "from_post": post}, other))
    nodes.connect()
    nodes.run(seconds=5)
    views = [look(node, (log, index)) for node in nodes.nodes]
    assert said(views[0]) == said(views[1])
    return views[0], table, other


def withdraw(about, _other):
    return WithdrawProposal(**about)


def agree(about, _other):
    return AgreeToCall(**about, window=0)


def refuse(about, _other):
    return RefuseCall(**about, reason=RefusalReason.NOT_NOW)


def counter(about, other):
    return CounterProposal(
        **about, windows=tuple(Window(start_ms=e.start_ms + 1, end_ms=e.end_ms) for e in other)
    )


@pytest.mark.parametrize(
    ("proposer", "asked", "countered", "state", "crossed"),
    [
        (withdraw, agree, False, ArrangeState.WITHDRAWN, ["", "crossed"]),
        (withdraw, refuse, False, ArrangeState.WITHDRAWN, ["", "crossed"]),
        (agree, counter, True, ArrangeState.AGREED, ["", "", "crossed"]),
        (counter, agree, False, ArrangeState.AGREED, ["", ""]),
        (counter, counter, False, ArrangeState.COUNTERED, ["", ""]),
        (agree, refuse, True, ArrangeState.REFUSED, ["", "", ""]),
        (agree, agree, True, ArrangeState.AGREED, ["", "", "crossed"]),
        (refuse, agree, True, ArrangeState.REFUSED, ["", "", "crossed"]),
    ],
)
def test_what_crosses_is_judged_as_if_the_proposers_had_come_first(
    tmp_path, proposer, asked, countered, state, crossed
):
    view, table, other = crossing(tmp_path, proposer=proposer, asked=asked, countered=countered)
    assert view.state is state
    assert ["crossed" if each.crossed else each.effect for each in view.steps] == crossed
    if proposer is counter and asked is agree:
        assert view.agreed.window == table[0], "what it agreed to had been on the table"
    if proposer is agree and asked is agree:
        assert view.agreed.window == other[0]
    if proposer is counter and asked is counter:
        assert [each.is_awaited for each in view.offers] == [False, True, True]


def test_the_order_of_arrival_makes_no_difference(tmp_path):
    """The rows of an arrangement with three acts that partly crossed, in all their orders."""
    view, _, _ = crossing(tmp_path, proposer=agree, asked=counter, countered=True)
    with Reader(tmp_path / "us.db", running=True) as reader:
        steps, (proposal,) = (
            read(reader, each) for each in (select_steps(view.id), select_proposal(view.id))
        )
    names = AGREEMENT.party_ids
    context = Context(now=moment(), our_log=1, parties=names, agreement=AGREEMENT, agreement_version=1)
    assert len(steps) == 3
    for order in permutations(steps):
        assert said(fold(proposal, order, context)) == said(view)
