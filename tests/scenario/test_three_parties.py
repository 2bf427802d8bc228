"""A line of three: leaves go to all, bodies to those addressed; one who tells two stories is found.

Source: protocol A14 (formats from the start); section C, "three parties, one equivocating between the other two".
"""

from collections import deque
from dataclasses import replace
from hashlib import sha256
from itertools import count

import pytest
from tests.pairs import make_terms_of_three
from tests.scenario.stage import verify

from coupefeu.keys import ed25519, x25519
from coupefeu.link.config import LinkConfig
from coupefeu.model.agreement import PartyKeys
from coupefeu.model.messages import Content, Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.node.assembly import make_peer
from coupefeu.node.desk import Desk
from coupefeu.node.engine import Engine
from coupefeu.node.export import export_record
from coupefeu.node.sealer import Sealer
from coupefeu.record.equivocation import verify_equivocation
from coupefeu.record.tree import Frontier
from coupefeu.services.every import SERVICES
from coupefeu.services.messages.commands import Say, Take
from coupefeu.services.messages.status import StepName
from coupefeu.store.jobs import Act, Receive, TakeReceipt
from coupefeu.store.keeper import Keeper
from coupefeu.store.outgoing import load_behind, load_pending
from coupefeu.store.reader import Reader
from coupefeu.testing.clock import VirtualClock
from coupefeu.testing.line import make_line, private_key, settled_generations
from coupefeu.wire.agreement import parse_terms
from coupefeu.wire.packet import Batch, LeafOnly

US, RU, FR = range(3)
DRAWS = count()


def agreement_of_three():
    terms = parse_terms(make_terms_of_three())
    keys = tuple(
        PartyKeys(
            party=name,
            incarnation=1,
            identity=ed25519.public(private_key(name, "identity")),
            identity_ml_dsa_sha256=private_key(name, "ml-dsa"),
            log=ed25519.public(private_key(name, "log")),
            cosigner=ed25519.public(private_key(name, "cosigner")),
            session=x25519.public(private_key(name, "session")),
        )
        for name in terms.party_ids
    )
    return replace(terms, line_id=sha256(b"three").digest()[:16], keys=keys)


class Three:
    """Three keepers on one clock, and what one of them sends to each other."""

    def __init__(self, folder):
        self.agreement = agreement_of_three()
        self.clock = VirtualClock()
        self.paths = [folder / f"{name}.db" for name in self.agreement.party_ids]
        self.keepers = [self._keeper(log) for log in (US, RU, FR)]
        self.sealers = {}

    def _keeper(self, log):
        line = make_line(self.agreement, self.agreement.party_ids[log])
        return Keeper(self.paths[log], line, SERVICES, self.agreement)

    def restart(self, log):
        self.keepers[log].close()
        self.keepers[log] = self._keeper(log)

    def execute(self, log, *jobs):
        outcomes = self.keepers[log].execute(jobs, self.clock.advance(100))
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome
        return outcomes

    def say(self, log, text, *to_posts):
        party = self.agreement.parties[log]
        content = Content(form=Form.FREE_TEXT, subject=Subject.SAFETY, text=text)
        command = Say(
            content=content,
            from_post=party.duty_desk,
            to_posts=to_posts,
            precedence=Precedence.FLASH,
            language="en",
        )
        ((stored,),) = [outcome.entries for outcome in self.execute(log, Act(command=command))]
        return stored

    def batch(self, log, *stored, hidden=False):
        """What `log` sends of its own log: everything, or the leaves alone, under a checkpoint of its whole log."""
        keeper = self.keepers[log]
        ((_, size),) = keeper.connection.query("SELECT log, size FROM logs WHERE log = ?", (log,))
        rows = keeper.connection.query("SELECT leaf FROM entries WHERE log = ? ORDER BY idx", (log,))
        leaves = [leaf for (leaf,) in rows]
        sealer = Sealer(keeper.line.log_signer, Frontier(), [])
        for each in stored:
            sealer.append(each.recorded.leaf_hash)
        entries = tuple(
            LeafOnly(each.recorded.index, leaves[each.recorded.index]) if hidden else each.entry
            for each in stored
        )
        return Batch(log, entries, sealer.seal_size(size))

    def receipt(self, author, holder, batch):
        """Let `holder` take a batch and `author` its receipt."""
        (received,) = self.execute(holder, Receive(batch=batch))
        for receipt in received.receipts:
            self.execute(author, TakeReceipt(item=receipt, holder=holder))
        return received

    def message(self, log, number):
        desk = Desk(self.paths[log], self.agreement, log, self.clock.now, running=True)
        try:
            return desk.message(number)
        finally:
            desk.close()


class ThreeNodes:
    """The engines of the three, each pair joined by a path of its own in memory; what goes by each is kept."""

    def __init__(self, three):
        self.three = three
        self.engines = {}
        self.ends = {10 * log + other: log for log in (US, RU, FR) for other in (US, RU, FR) if log != other}
        self.under_way, self.jobs = deque(), deque()

    def start(self, log):
        keeper, agreement = self.three.keepers[log], self.three.agreement

        def config(other):
            name, peer = agreement.party_ids[log], agreement.party_ids[other]
            return LinkConfig(
                line_id=agreement.line_id,
                our_origin=agreement.origin(name),
                their_origin=agreement.origin(peer),
                our_session_private=private_key(name, "session"),
                their_session_public=x25519.public(private_key(peer, "session")),
                generations=settled_generations(bytes(32)),
            )

        now = self.three.clock.now
        self.engines[log] = Engine(
            our_log=log,
            parties=3,
            peers=[
                make_peer(keeper, config(o), agreement.budgets, o, now()) for o in (US, RU, FR) if o != log
            ],
            submit=lambda job, done: self.jobs.append((log, job, done)),
            carrier=Carrier(self, log),
            clock=now,
            entropy=lambda count: sha256(b"%d %d" % (log, next(DRAWS))).digest() * (count // 32),
            load_pending=lambda start, end: list(load_pending(keeper.connection, log, start, end)),
            keep_psk=lambda log, generations: None,
            load_behind=lambda start, end: load_behind(keeper.connection, log, start, end),
        )

    def connect(self, log, other):
        self.engines[other].path_opened(10 * other + log, peer=None)
        self.engines[log].path_opened(10 * log + other, peer=other)

    def run(self):
        """Let everything go its way for five seconds."""
        for _ in range(100):
            self.three.clock.advance(50)
            while self.jobs or self.under_way:
                if self.jobs:
                    log, job, done = self.jobs.popleft()
                    (outcome,) = self.three.keepers[log].execute([job], self.three.clock.now())
                    done(outcome)
                    self.engines[log].pump()
                else:
                    path, datagrams = self.under_way.popleft()
                    self.engines[path // 10].receive(path, datagrams)
            for engine in self.engines.values():
                engine.handle_timer()


class Carrier:
    """Path 12 of RU is path 21 of FR."""

    def __init__(self, nodes, log):
        self.nodes = nodes

    def send(self, path, datagrams):
        self.nodes.under_way.append((path % 10 * 10 + path // 10, datagrams))

    def close_path(self, path):
        raise AssertionError(f"path {path} is lost")

    def prove(self, path):
        pass

    def set_timer(self):
        pass


@pytest.fixture
def three(tmp_path):
    made = Three(tmp_path)
    yield made
    for keeper in made.keepers:
        keeper.close()


def test_all_co_sign_and_only_the_addressed_hold_the_words(three, tmp_path):
    stored = three.say(US, "For the other desk alone.", "ru.duty")
    number = (US, stored.recorded.index)
    three.receipt(US, RU, three.batch(US, stored))
    with Reader(three.paths[US], running=True) as reader:
        assert set(reader.receipts(*number)) == {RU}, "who holds it, and who does not"
    received = three.receipt(US, FR, three.batch(US, stored, hidden=True))
    assert len(received.receipts) == 1
    with Reader(three.paths[US], running=True) as reader:
        assert set(reader.receipts(*number)) == {RU, FR}
    assert three.message(RU, number).original == "For the other desk alone."
    with Reader(three.paths[FR], running=True) as reader:
        row = reader.entry(*number)
    assert row["leaf"]
    assert [row["seed"], row["head"], row["body"]] == [None] * 3, (
        "a third party learns that there is an entry"
    )

    for log, bodies in ((US, 1), (RU, 1), (FR, 0)):
        folder = tmp_path / f"by-{log}"
        with Reader(three.paths[log], running=True) as reader:
            export_record(reader, three.keepers[log].line.parties, US, folder)
        audit = verify(folder)
        assert (audit.size, audit.bodies) == (1, bodies), "and can prove its existence without the words"


def test_a_leaf_alone_holds_nothing_back_and_survives_a_restart(three):
    hidden, shown = three.say(US, "Not for you.", "ru.duty"), three.say(US, "For all.", "ru.duty", "fr.duty")
    whole, leaf = three.batch(US, hidden, shown), three.batch(US, hidden, shown, hidden=True)
    mixed = Batch(US, (leaf.entries[0], whole.entries[1]), whole.statement)
    received = three.receipt(US, FR, mixed)
    assert received.held.complete == 2
    assert three.message(FR, (US, 1)).original == "For all."
    three.restart(FR)
    third = three.say(US, "For all again.", "ru.duty", "fr.duty")
    keeper = three.keepers[US]
    sealer = Sealer(
        keeper.line.log_signer, Frontier(), [each.recorded.leaf_hash for each in (hidden, shown, third)]
    )
    received = three.receipt(US, FR, Batch(US, (third.entry,), sealer.seal_size(3)))
    assert (received.held.complete, received.receipts[0].size) == (3, 3)


def test_each_addressed_party_has_its_own_chain(three):
    stored = three.say(US, "Stop.", "ru.duty", "fr.duty")
    number = (US, 0)
    batch = three.batch(US, stored)
    for holder in (RU, FR):
        three.receipt(US, holder, batch)
    taken = three.execute(FR, Act(command=Take(message=number, from_post="fr.duty")))[0].entries[0]
    three.receipt(FR, US, three.batch(FR, taken))
    status = three.message(US, number)
    assert [chain.party for chain in status.chains] == ["ru", "fr"]
    assert [chain.step(StepName.TAKEN_BY).done for chain in status.chains] == [False, True]
    assert all(chain.step(StepName.ON_THEIR_RECORD).done for chain in status.chains)


def test_one_who_tells_two_stories_is_found_when_the_others_compare(three, tmp_path):
    """RU signs one thing to US and another to FR at the same place; FR passes on what it was given."""
    to_us = three.batch(RU, three.say(RU, "We have stopped.", "us.duty", "fr.duty"))
    three.keepers[RU].close()
    three.paths[RU] = tmp_path / "second.db"
    three.keepers[RU] = three._keeper(RU)
    to_fr = three.batch(RU, three.say(RU, "We have not stopped.", "us.duty", "fr.duty"))
    (first,) = three.execute(US, Receive(batch=to_us))
    (second,) = three.execute(FR, Receive(batch=to_fr))
    assert first.evidence == second.evidence == (), "each alone sees nothing wrong"

    (passed_on,) = three.execute(US, Receive(batch=to_fr))
    assert passed_on.evidence == ("checkpoint-and-checkpoint at 0",)
    ((proof,),) = three.keepers[US].connection.query("SELECT proof FROM evidence")
    verified = verify_equivocation(proof, three.keepers[US].line.parties[RU].log_key)
    assert (verified.index, verified.first.end, verified.second.end) == (0, 1, 1)
    assert three.message(US, (RU, 0)).original == "We have stopped.", "what it co-signed first stands"
    ours = three.say(US, "Which of the two?", "ru.duty", "fr.duty")
    assert three.execute(FR, Receive(batch=three.batch(US, ours)))[0].receipts, "the line stays up"


def test_nodes_send_the_words_to_the_addressed_alone_now_and_after_a_restart(three):
    """Protocol A14. FR is away for the last message, and all are started again."""
    nodes = ThreeNodes(three)
    for log in (US, RU, FR):
        nodes.start(log)
    nodes.connect(US, RU)
    nodes.connect(US, FR)
    nodes.run()

    def say(text, precedence, *to_posts):
        content = Content(form=Form.FREE_TEXT, subject=Subject.SAFETY, text=text)
        command = Say(
            content=content, from_post="us.duty", to_posts=to_posts, precedence=precedence, language="en"
        )
        nodes.engines[US].act(command, lambda outcome: None)

    say("For the other desk alone.", Precedence.ROUTINE, "ru.duty")
    say("A FLASH for one.", Precedence.FLASH, "ru.duty")
    say("For both.", Precedence.ROUTINE, "ru.duty", "fr.duty")
    nodes.run()
    nodes.engines.pop(FR)
    nodes.engines[US].path_closed(10 * US + FR)
    say("While one was away.", Precedence.ROUTINE, "ru.duty")
    nodes.run()
    for log in (US, RU, FR):
        nodes.start(log)
    nodes.connect(US, RU)
    nodes.connect(US, FR)
    nodes.run()

    def held(log):
        rows = three.keepers[log].connection.query("SELECT idx, body FROM entries WHERE log = 0 ORDER BY idx")
        return [body is not None for _, body in rows]

    assert held(RU) == [True] * 4
    assert held(FR) == [False, False, True, False]
    for holder in (RU, FR):
        assert nodes.engines[US].peers[holder].cosigned == 4, "and all sign for all"
