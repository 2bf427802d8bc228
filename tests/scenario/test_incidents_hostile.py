"""A peer that obeys no rule of ours, and two clocks that disagree: both nodes hold the same view of every incident.

Both sides write whatever they like of kinds 144 to 151: bodies that are nearly right, closures that contradict, answers
to nobody, times of other centuries, acts about what never was; the line goes down between, so that entries arrive in
another order on each node.
"""

import random

import msgspec
import pytest
from tests.scenario.stage import DESKS, open_line, troubles, unbind, verify_all, write
from tests.scenario.test_brahmos import Launch
from tests.scenario.test_vienna_48_48 import ask
from tests.sizes import size

from coupefeu.cli.incident_words import incident_lines
from coupefeu.errors import UsageError
from coupefeu.model.entry import Kind
from coupefeu.model.incidents import Closure, FollowStep, IncidentForm, QueryKind
from coupefeu.model.places import Position
from coupefeu.model.precedence import Precedence
from coupefeu.model.volumes import Altitude, AltitudeUnit, Datum
from coupefeu.node.incident_inquiry import select_inquiry
from coupefeu.node.incident_values import incident_values
from coupefeu.services.incidents.commands import ReplyToQuery
from coupefeu.services.incidents.facts import (
    KINDS,
    VERSIONS,
    IncidentActFact,
    IncidentFact,
    encode_incident,
    encode_incident_act,
)
from coupefeu.services.incidents.listed import IncidentFilter

HOUR_MS = 3_600_000
TEXTS = (
    "",
    "x",
    " ",
    "A wall",
    "\u202e\u2066x",
    "\x1b[2J",
    "e\u0301" * 90,
    "\u05d0" * 499,
    "\U0001f680" * 500,
    "x" * 501,
)
TIMES = (0, 1, 1 << 40, 253_402_300_799_999, 253_402_300_800_000, (1 << 63) - 1, (1 << 64) - 1)
POSTS = ("us.duty", "ru.duty", "us.chief", "", "fr.x", "ru.", "\x00")


class Peer:
    """Writes what is nearly right, and what is not."""

    def __init__(self, seed):
        self.draw = random.Random(seed)
        self.written = []

    def text(self):
        return self.draw.choice(TEXTS)

    def time(self, now_ms):
        near = now_ms + self.draw.randint(-60, 60) * HOUR_MS
        return self.draw.choice((near, near, near, *TIMES))

    def version(self, now_ms):
        draw = self.draw
        start = self.time(now_ms)
        place = Position(
            lat_e7=draw.randint(-900_000_000, 900_000_000), lon_e7=draw.choice((-1_800_000_000, 0))
        )
        is_placed = draw.random() < 0.5
        return IncidentFact(
            form=draw.choice(list(IncidentForm)),
            when_ms=draw.choice((None, (start, start), (start, self.time(now_ms)))),
            is_about=draw.random() < 0.3,
            position=place if is_placed else None,
            uncertainty_m=draw.choice((None, 0, 10_000_000, 10_000_001)),
            altitude=draw.choice((None, Altitude(value=-1, unit=AltitudeUnit.M, datum=Datum.AGL))),
            is_coordinated=draw.choice((None, True, False)),
            acknowledgements=draw.choice((None, 0, 1 << 33)),
            damage=self.text(),
            words=self.text(),
            officer=draw.choice(("", "x", "x" * 81)),
        )

    def act(self, kind, now_ms):
        draw = self.draw
        is_odd = draw.random() < 0.1
        maybe = lambda of, value: value if is_odd or kind == of else None  # noqa: E731 - six times the same question
        return IncidentActFact(
            is_same=maybe(Kind.INCIDENT_PAIRED, draw.random() < 0.7),
            asks=maybe(Kind.INCIDENT_QUERIED, draw.choice(list(QueryKind))),
            at_ms=maybe(Kind.INCIDENT_FOLLOWED, self.time(now_ms)),
            is_accepted=maybe(Kind.INCIDENT_REPLIED, draw.random() < 0.5),
            step=maybe(Kind.INCIDENT_FOLLOWED, draw.choice((FollowStep.MEETING_HELD, *FollowStep))),
            closure=maybe(Kind.INCIDENT_CLOSED, draw.choice(list(Closure))),
            words=draw.choice(("Why?", self.text())),
        )

    def body(self, kind, now_ms):
        if self.draw.random() < 0.05:
            return self.draw.randbytes(self.draw.randrange(40))
        is_version = (kind in VERSIONS) != (self.draw.random() < 0.03)
        return (
            encode_incident(self.version(now_ms))
            if is_version
            else encode_incident_act(self.act(kind, now_ms))
        )

    def about(self, kind, node):
        """Name what an entry is about: an incident, a request, or something else altogether; what the node holds."""
        held = [(each, of) for each, of in self.written if each[1] < node.keeper.states[each[0]].size]
        if not held or (kind == Kind.INCIDENT_REPORTED and self.draw.random() < 0.8):
            return ()
        some = [each for each, _ in held]
        roots = [each for each, of in held if of == Kind.INCIDENT_REPORTED] or some
        queries = [each for each, of in held if of == Kind.INCIDENT_QUERIED] or some
        first = self.draw.choice((*[self.draw.choice(roots)] * 8, self.draw.choice(some)))
        second = self.draw.choice([self.draw.choice(each) for each in (queries, queries, roots, some)])
        return (first, second)[: self.draw.choice((1, 2, 2, 2))]

    def step(self, node):
        kind = self.draw.choice(
            (Kind.INCIDENT_REPORTED, Kind.INCIDENT_QUERIED, Kind.INCIDENT_REPLIED, *sorted(KINDS))
        )
        other = next(each for name, each in DESKS.items() if name != node.name)
        entry = write(
            node,
            kind,
            self.body(kind, node.clock().utc_ms),
            references=self.about(kind, node),
            to_posts=self.draw.choice(((other,), (other,), (other,), (self.draw.choice(POSTS), other))),
            from_post=self.draw.choice((*[DESKS[node.name]] * 12, *POSTS)),
            precedence=self.draw.choice(list(Precedence)),
        )
        self.written.append((entry, kind))


def play(nodes, peer, steps):
    """Let both write, with clocks that slip, on a line that comes and goes."""
    is_up = True
    for number in range(steps):
        node = peer.draw.choice(nodes.nodes)
        if number % 12 == 0:
            node.shift_ms = peer.draw.choice((0, 20_000, -20_000, 50_000, 3 * HOUR_MS, -3 * HOUR_MS))
        peer.step(node)
        if peer.draw.random() < 0.2:
            if is_up:
                nodes.disconnect()
            nodes.run(seconds=peer.draw.choice((1, 60, 3_600, 48 * 3_600)))
            is_up = False
        elif peer.draw.random() < 0.5:
            if not is_up:
                nodes.connect()
            nodes.run(seconds=2)
            is_up = True
    if not is_up:
        nodes.connect()
    for node in nodes.nodes:
        node.shift_ms = 0
    nodes.run(seconds=30)


def plain(view, parties):
    """Leave out what each node has of its own: whose it is, when it arrived, and from which side fields are named."""
    found = msgspec.to_builtins(incident_values(view, parties))
    found["compared"] = [each["field"] for each in found["compared"]]
    found["pairings"] = sorted(found["pairings"], key=lambda each: each["number"])
    return without_own(found)


def without_own(found):
    if isinstance(found, dict):
        return {name: without_own(each) for name, each in found.items() if name not in {"arrived_ms", "ours"}}
    return list(map(without_own, found)) if isinstance(found, list | tuple) else found


@pytest.mark.parametrize("seed", range(size(small=4, full=400)))
def test_both_nodes_hold_the_same_view_whatever_both_sides_wrote(tmp_path, monkeypatch, seed):
    nodes, peer = open_line(tmp_path), Peer(seed)
    for node in nodes.nodes:
        unbind(nodes, node, monkeypatch)
    play(nodes, peer, 70)
    us, ru = (node.desk() for node in nodes.nodes)
    parties, seen = us.context().parties, 0
    for entry, kind in peer.written:
        first, second = us.incidents.find(entry), ru.incidents.find(entry)
        assert (first is None) == (second is None), entry
        if first is None:
            continue
        assert plain(first, parties) == plain(second, parties), (seed, entry, kind)
        seen += 1
        if kind == Kind.INCIDENT_REPORTED:
            look_at_everything(us, first)
    assert seen > 30
    assert (
        us.incidents.listed(IncidentFilter(), 0, 100).total
        == ru.incidents.listed(IncidentFilter(), 0, 100).total
    )
    for node in nodes.nodes:
        assert troubles(node) == []
        assert node.defects == []
    for desk in (us, ru):
        desk.close()
    verify_all(nodes, tmp_path / "export")


def look_at_everything(desk, view):
    """Have it in words, as values, with what may be the same, as an inquiry: nothing raises for what a peer wrote."""
    parties = desk.context().parties
    for language in ("en", "fr", "ru"):
        incident_lines(view, parties, language)
    msgspec.json.encode(incident_values(view, parties))
    desk.incidents.candidates(view.id)
    try:
        select_inquiry(desk, view)
    except UsageError:
        pytest.fail("an inquiry is refused for what a peer wrote")


@pytest.mark.parametrize("skew_ms", [50_000, -50_000])
@pytest.mark.parametrize("after_s", [-60, -20, 20, 60])
def test_two_clocks_that_disagree_say_one_thing_of_a_reply_at_the_edge_of_48_hours(
    tmp_path, skew_ms, after_s
):
    line = Launch(tmp_path)
    line.us.shift_ms = skew_ms
    activity, query = ask(line)
    line.later(hours=48 + after_s / 3_600)
    line.act(
        line.ru, ReplyToQuery(incident=activity, query=query, from_post=DESKS["ru"], words="An exercise.")
    )
    first, second = (view.queries[0] for view in line.views(activity))
    assert (first.due_ms, first.is_default) == (second.due_ms, second.is_default)
    assert (first.reply.replied_ms, first.reply.is_late) == (second.reply.replied_ms, second.reply.is_late)
