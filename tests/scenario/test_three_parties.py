"""A line of three: leaves go to all, bodies to those addressed; one who tells two stories is found.

Source: protocol A14 (formats from the start); section C, "three parties, one equivocating between the other two".
"""

from dataclasses import replace
from hashlib import sha256

import pytest
from tests.pairs import make_terms_of_three
from tests.scenario.stage import verify

from coupefeu.keys import ed25519, x25519
from coupefeu.model.agreement import PartyKeys
from coupefeu.model.messages import Content, Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.node.assembly import SERVICES
from coupefeu.node.desk import Desk
from coupefeu.node.export import export_record
from coupefeu.node.sealer import Sealer
from coupefeu.record.equivocation import verify_equivocation
from coupefeu.record.tree import Frontier
from coupefeu.services.messages.commands import Say, Take
from coupefeu.services.messages.status import StepName
from coupefeu.store.jobs import Act, Receive, TakeReceipt
from coupefeu.store.keeper import Keeper
from coupefeu.store.reader import Reader
from coupefeu.testing.clock import VirtualClock
from coupefeu.testing.line import make_line, private_key
from coupefeu.wire.agreement import parse_terms
from coupefeu.wire.packet import Batch, LeafOnly

US, RU, FR = range(3)


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
