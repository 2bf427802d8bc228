"""Both records agree on every attempt once the path is back, whatever two nodes did and whatever befell them.

Two real nodes, records on disk, the real link over a wire that loses, doubles and reorders, on a virtual clock:
officers act at random on either side, nodes ring and give up by themselves or are told to, paths break, processes are
ended. At the end the outcome of each attempt is compared between both records, with the columns that lists are narrowed
by, with a plain statement of the rule over the signed heads, and with the views made anew from the record.
"""

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from sqlalchemy import select
from tests.sizes import size

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.agreement import Status
from coupefeu.model.calls import (
    CallRole,
    CallState,
    DeclineReason,
    LostCause,
    MediaPath,
    Outcome,
)
from coupefeu.model.entry import Kind
from coupefeu.model.logs import party_of
from coupefeu.model.precedence import Precedence
from coupefeu.node.calling.open_calls import MAX_FOLLOWED
from coupefeu.services.calls.commands import (
    AnswerCall,
    DeclineCall,
    DeferCall,
    GiveUp,
    HangUp,
    JoinCall,
    LoseCall,
    MediaConnected,
    PlaceCall,
    Ring,
    Unreached,
    WithdrawCall,
)
from coupefeu.services.calls.facts import read_call
from coupefeu.services.calls.rows import outcome_of
from coupefeu.services.calls.tables import CALLS, STEPS
from coupefeu.services.calls.transitions import CALLED_OUTCOMES, CALLER_OUTCOMES
from coupefeu.services.every import SERVICES
from coupefeu.store.rebuild import rebuild
from coupefeu.testing.joined import JoinedNodes
from coupefeu.testing.line import make_text
from coupefeu.wire.agreement import parse_agreement
from coupefeu.wire.agreement_template import render_template
from coupefeu.wire.head import decode_head

NODES = ("us", "ru")
POSTS = {"us": ("us.duty", "us.chief"), "ru": ("ru.duty", "ru.chief", "ru.minister")}
SETTLED_WITHIN_S = 600
"""Longer than any ladder of this line and the link's own patience: what a node ends by itself has ended by then."""


def quick_agreement():
    """Give an agreement by which calls ring for seconds, so that nodes give up within a walk."""
    text = render_template(name="walks", status=Status.EXERCISE, in_force=0, dictionary_sha256=bytes(32))
    text = text.replace('step = "2m"', 'step = "5s"').replace('ring = "2m"', 'ring = "10s"')
    return parse_agreement(make_text(text.encode()))


AGREEMENT = quick_agreement()
ENDS = st.sampled_from(NODES)
WHICH = st.integers(0, 1 << 20)
ACTS = {
    "answer": lambda call, post: AnswerCall(call=call, from_post=post),
    "decline": lambda call, post: DeclineCall(
        call=call, from_post=post, reason=DeclineReason.NOT_NOW, words="x"
    ),
    "defer": lambda call, post: DeferCall(call=call, from_post=post, to_post=post),
    "withdraw": lambda call, post: WithdrawCall(call=call, from_post=post, words="y"),
    "hang up": lambda call, post: HangUp(call=call, from_post=post, duration_ms=1_000),
    "join": lambda call, post: JoinCall(
        call=call, from_post=post, role=CallRole.INTERPRETER, name="interpreter"
    ),
    "ring": lambda call, post: Ring(call=call, rung=0, posts=(post,), staffed=(post,)),
    "give up": lambda call, _: GiveUp(calls=(call,), outcome=Outcome.NOT_STAFFED, rang_ms=5),
    "unreached": lambda call, _: Unreached(call=call, outcome=Outcome.LINE_DOWN),
    "lose": lambda call, _: LoseCall(call=call, cause=LostCause.PATH_GONE, duration_ms=7),
    "connect": lambda call, _: MediaConnected(call=call, path=MediaPath.RELAY),
}


class Walks(RuleBasedStateMachine):
    """Two nodes that may do anything to one another's calls."""

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="coupefeu-calls-"))
        self.nodes = JoinedNodes(self.folder, agreement=AGREEMENT)
        self.calls = []
        self.nodes.connect()
        self.nodes.run(seconds=1)

    def node(self, name):
        return self.nodes.us if name == "us" else self.nodes.ru

    def act(self, name, command):
        try:
            return self.node(name).act(command)
        except (PolicyError, UsageError):
            return []

    # --- what people and nodes do ---------------------------------------------------------------------------

    @rule(name=ENDS, flash=st.booleans(), which=WHICH)
    def place(self, name, flash, which):
        other = NODES[1 - NODES.index(name)]
        post = POSTS[other][which % len(POSTS[other])]
        precedence = Precedence.FLASH if flash else Precedence.IMMEDIATE
        command = PlaceCall(from_post=f"{name}.duty", to_post=post, precedence=precedence, words="Why?")
        self.calls += self.act(name, command)[:1]

    @precondition(lambda self: self.calls)
    @rule(name=ENDS, act=st.sampled_from(sorted(ACTS)), which=WHICH)
    def do(self, name, act, which):
        call = self.calls[-1 - which % min(3, len(self.calls))]
        self.act(name, ACTS[act](call, POSTS[name][which % 2]))

    @precondition(lambda self: self.calls)
    @rule(name=ENDS)
    def give_up_many(self, name):
        self.act(name, GiveUp(calls=tuple(self.calls[-5:]), outcome=Outcome.NO_ANSWER))

    # --- what befalls them ----------------------------------------------------------------------------------

    @rule(milliseconds=st.sampled_from((0, 1, 20, 200, 1_500, 20_000)))
    def wait(self, milliseconds):
        self.nodes.run(seconds=milliseconds / 1_000)
        self.nodes.wire.carried.clear()

    @rule(
        loss=st.sampled_from((0, 0, 100, 500)),
        doubling=st.sampled_from((0, 300)),
        jitter_ms=st.sampled_from((0, 50, 400)),
    )
    def disturb(self, loss, doubling, jitter_ms):
        faults = self.nodes.wire.faults
        faults.loss, faults.doubling, faults.jitter_ms = loss, doubling, jitter_ms

    @rule()
    def cut(self):
        self.nodes.wire.faults.is_cut = not self.nodes.wire.faults.is_cut

    @rule()
    def redial(self):
        self.nodes.disconnect()
        if not self.nodes.wire.faults.is_cut:
            self.nodes.connect()

    @rule(name=ENDS)
    def restart(self, name):
        self.node(name).stop()
        self.node(name).start()
        if not self.nodes.wire.faults.is_cut:
            self.nodes.connect()

    # --- what must hold then --------------------------------------------------------------------------------

    def teardown(self):
        try:
            self.settle()
            self.compare()
        finally:
            for node in self.nodes.nodes:
                node.stop()
            shutil.rmtree(self.folder)

    def settle(self):
        faults = self.nodes.wire.faults
        faults.loss = faults.doubling = faults.jitter_ms = 0
        faults.is_cut = False
        self.nodes.disconnect()
        self.nodes.connect()
        for _ in range(SETTLED_WITHIN_S // 15):
            self.nodes.run(seconds=15)
            self.nodes.wire.carried.clear()
            if self.is_settled():
                break
        assert self.is_settled()
        assert [node.defects for node in self.nodes.nodes] == [[], []]

    def is_settled(self):
        """Whether both hold the same entries, and no attempt waits for somebody."""
        sizes = [[state.size for state in node.keeper.states.values()] for node in self.nodes.nodes]
        outcomes = [row["outcome"] for node in self.nodes.nodes for row in rows(node)[0]]
        return sizes[0] == sizes[1] and None not in outcomes

    def compare(self):
        read = [self.read(node) for node in self.nodes.nodes]
        assert read[0] == read[1]
        for call in self.calls:
            assert read[0][call]["outcome"] == plain_outcome(self.nodes.us, call), call
        for node in self.nodes.nodes:
            assert remembered(node) == on_record(node)
            again = rows(node)
            keeper = node.keeper
            rebuild(keeper.connection, keeper.line, SERVICES, keeper.agreement)
            assert rows(node) == again

    def read(self, node):
        """Give all that must be alike of each attempt, and insist that the columns of lists say the same."""
        desk = node.desk()
        try:
            views = {call: desk.call(call) for call in self.calls}
        finally:
            desk.close()
        columns = {(row["log"], row["idx"]): row for row in rows(node)[0]}
        for call, view in views.items():
            assert columns[call]["outcome"] == view.outcome
            assert bool(columns[call]["is_open"]) == view.is_open
        return {call: shared(view) for call, view in views.items()}


def remembered(node):
    """Give what a running node goes by."""
    return {view.id: (view.state, view.answered_by) for view in node.calling._calls.views}


def on_record(node):
    desk = node.desk()
    try:
        return {
            view.id: (
                CallState.PLACED if view.state is CallState.ON_THEIR_NODE else view.state,
                view.answered_by,
            )
            for view in desk.open_calls(1_000)
        }
    finally:
        desk.close()


def shared(view):
    return {
        "state": view.state,
        "outcome": view.outcome,
        "decided": None if view.outcome_step is None else view.outcome_step.number,
        "crossed": None if view.crossed is None else view.crossed.number,
        "words": view.words,
        "rung": view.rung_posts,
        "duration_ms": view.duration_ms,
        "steps": [(each.number, each.kind, each.state, each.fact, each.words) for each in view.steps],
        "without_effect": [(each.number, each.kind, each.effect) for each in view.without_effect],
    }


def rows(node):
    connection = node.keeper.connection
    return [
        connection.execute(select(table).order_by(*table.primary_key.columns)) for table in (CALLS, STEPS)
    ]


def plain_outcome(node, call):
    """State the rule over the signed heads alone: no fold, no view, no table of transitions."""
    parties = node.agreement.party_ids
    caller = party_of(call[0], parties)
    about = [each for each in heads(node) if call in [(ref.log, ref.index) for ref in each[1].references]]
    about = [each for each in about if each[1].kind != Kind.CALL_WORDS]
    theirs = [
        each for each in about if party_of(each[0][0], parties) != caller and each[1].kind in CALLED_OUTCOMES
    ]
    shown = (-1, -1)
    for place, head, fact in [each for each in about if party_of(each[0][0], parties) == caller]:
        seen = [(each.log, each.size - 1) for each in head.seen]
        seen += [(each.log, each.index) for each in head.references]
        shown = max([shown, *(each for each in seen if party_of(each[0], parties) != caller)])
        had_seen = any(at <= shown for at, _, _ in theirs)
        if head.kind in CALLER_OUTCOMES and not had_seen:
            assert place[0] == call[0]
            return outcome_of(head.kind, fact)
    return outcome_of(theirs[0][1].kind, theirs[0][2]) if theirs else None


def heads(node):
    """Give (place, head, fact) of every entry about calls, in the order of the logs."""
    query = "SELECT log, idx, head, body FROM entries WHERE head IS NOT NULL ORDER BY log, idx"
    for log, index, octets, body in node.keeper.connection.query(query).fetchall():
        head = decode_head(octets)
        if Kind.CALL_PLACED < head.kind <= Kind.CALL_WORDS:
            yield (log, index), head, read_call(head.kind, body)[0]


WALKS = settings(
    max_examples=size(small=3, full=1_000),
    stateful_step_count=size(small=30, full=100),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
"""In full 100,000 steps."""


def test_both_records_agree_on_every_attempt_once_the_path_is_back():
    run_state_machine_as_test(Walks, settings=WALKS)


def test_memory_and_record_agree_after_one_long_call_that_is_always_walked():
    """The few walks of the small size seldom hold a call of which much is written."""
    walk = Walks()
    walk.place("us", flash=False, which=0)
    walk.wait(1_500)
    walk.do("ru", "answer", 0)
    walk.wait(1_500)
    for _ in range(MAX_FOLLOWED + 8):
        walk.do("us", "connect", 0)
    walk.do("us", "hang up", 0)
    walk.teardown()
