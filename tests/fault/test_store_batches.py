"""A peer never makes our batch fail: whatever one job does, the others of its transaction are done."""

import pytest
from tests.stores import AGREEMENT, do, moment, open_keeper

from coupefeu.errors import CoupefeuError, PeerError, StoreError, UsageError, VerificationError
from coupefeu.keys.notes import LogSigner
from coupefeu.model.entry import Kind
from coupefeu.model.messages import Content, Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.record.leaf import leaf_hash
from coupefeu.record.statements import sign_run_receipt
from coupefeu.record.tree import root_of
from coupefeu.services.every import SERVICES
from coupefeu.services.messages import MessagesService
from coupefeu.services.messages.commands import Say, Take
from coupefeu.store import receive
from coupefeu.store.jobs import Act, Acted, Receive, Received, ReceiveLineTest, TakeReceipt
from coupefeu.store.keeper import Keeper
from coupefeu.testing.author import Author
from coupefeu.testing.line import make_line, private_key
from coupefeu.wire import cbor
from coupefeu.wire.head import encode_head, shorten
from coupefeu.wire.packet import (
    Batch,
    CheckpointSignature,
    CosignatureItem,
    LineTestItem,
    PackedEntry,
    RunReceiptItem,
    RunSignature,
)

FAR = (1 << 63) - 1


def say(text="ours"):
    content = Content(form=Form.FREE_TEXT, subject=Subject.SAFETY, text=text)
    desk = AGREEMENT.party("us").duty_desk
    return Act(command=Say(content=content, from_post=desk, precedence=Precedence.ROUTINE, language="en"))


@pytest.fixture
def keeper(tmp_path):
    """Keeper of US that holds two entries of RU and one of its own."""
    opened = open_keeper(tmp_path / "record.db")
    do(opened, say(), theirs().checkpoint(0, 2))
    return opened


def theirs():
    author = Author(AGREEMENT, "ru")
    for number in range(2):
        author.say(f"theirs {number}")
    return author


def referring(author, log, index):
    """A head that refers to what may not be there, short as on air."""
    from dataclasses import replace

    from coupefeu.model.entry import Reference

    head = replace(author.head(), references=(Reference(log=log, index=index, leaf_hash=bytes(32)),))
    return shorten(encode_head(head))


def hostile_jobs():
    author = theirs()
    author.say("theirs 2")
    good = author.checkpoint(2, 3).batch
    run = author.run(2, 3).batch
    forged = bytes(64)

    def batch(entries=good.entries, statement=good.statement, log=1):
        return Receive(batch=Batch(log, entries, statement))

    for name, head in {
        "another log": referring(author, 0, 77),
        "a log of nobody": referring(author, 7, 0),
        "itself": referring(author, 1, 2),
        "the future": referring(author, 1, FAR),
    }.items():
        packed = (PackedEntry(2, bytes(16), head, b""),)
        yield f"refers to {name}", batch(packed)
        yield f"run refers to {name}", batch(packed, RunSignature(2, 3, forged))
    yield "short head of nothing", batch((PackedEntry(2, bytes(16), b"", b""),))
    yield "short head of another form", batch((PackedEntry(2, bytes(16), b"\x07", b""),))
    yield "our own log", batch(log=0)
    yield "log of nobody", batch(log=9)
    yield "forged checkpoint", batch(statement=CheckpointSignature(3, forged))
    yield "forged run", batch(statement=RunSignature(2, 3, forged))
    yield "run of others", batch(statement=RunSignature(1, 2, run.statement.signature))
    yield "run of everything", batch(statement=RunSignature(0, 1 << 19, forged))
    yield "run too far", batch(statement=RunSignature(FAR - 1, FAR, forged))
    yield "checkpoint of nothing", batch(statement=CheckpointSignature(0, forged))
    yield "checkpoint far away", batch(statement=CheckpointSignature(FAR, forged))
    other = theirs()
    other.say("another 2")
    fork = Author(AGREEMENT, "ru")
    fork.say("another 0")
    fork.say("theirs 1")
    yield "forged fork", batch(fork.checkpoint(0, 2).batch.entries, CheckpointSignature(2, forged))
    yield "forged other run", batch(fork.run(0, 1).batch.entries, RunSignature(0, 1, forged))
    yield "unknown line test", ReceiveLineTest(item=LineTestItem(9, 0, 1, 0))
    yield "our line test", ReceiveLineTest(item=LineTestItem(0, 0, 1, 0))
    yield "far line test", ReceiveLineTest(item=LineTestItem(1, FAR, 1, FAR, FAR))
    yield "co-signature ahead", TakeReceipt(item=CosignatureItem(0, 9, 0, forged), holder=1)
    yield "co-signature of nothing", TakeReceipt(item=CosignatureItem(0, 0, 0, forged), holder=1)
    yield "forged co-signature", TakeReceipt(item=CosignatureItem(0, 1, FAR, forged), holder=1)
    yield "run receipt ahead", TakeReceipt(item=RunReceiptItem(0, 0, 2, forged), holder=1)
    yield "run receipt of all", TakeReceipt(item=RunReceiptItem(0, 0, FAR, forged), holder=1)
    yield "forged run receipt", TakeReceipt(item=RunReceiptItem(0, 0, 1, forged), holder=1)


HOSTILE = dict(hostile_jobs())


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_refused_wrote_nothing_and_the_others_are_done(keeper, name, monkeypatch):
    def never_alone(*_):
        raise AssertionError("the batch was broken")

    monkeypatch.setattr("coupefeu.store.keeper._outcome_of", never_alone)
    before = counts(keeper)
    first, refused, last = keeper.execute([say(), HOSTILE[name], say()], moment(1))
    assert isinstance(first, Acted)
    assert isinstance(last, Acted)
    if isinstance(refused, Received):  # a hole: named, kept in memory, nothing stored
        assert refused.recorded == ()
    else:
        assert isinstance(refused, CoupefeuError), refused
    after = counts(keeper)
    assert after.pop("entries") == before.pop("entries") + 2
    assert after.pop("messages") == before.pop("messages") + 2
    assert after == before


def test_a_receipt_well_signed_for_more_than_there_is_counts_for_nothing(keeper):
    line = keeper.line
    signer = LogSigner(line.parties[1].origin, private_key("ru", "log"))
    root = root_of(
        [leaf_hash(keeper.connection.query("SELECT leaf FROM entries WHERE log = 0").fetchone()[0])]
    )
    for end in (2, FAR):
        signature = sign_run_receipt(signer, line.parties[0].origin, 0, end, root)
        job = TakeReceipt(item=RunReceiptItem(0, 0, end, signature), holder=1)
        (outcome,) = keeper.execute([job], moment(1))
        assert isinstance(outcome, VerificationError)
        assert outcome.code == "store.receipt.beyond"
    assert counts(keeper)["run_receipts"] == 0


def test_every_hostile_job_at_once_costs_one_transaction(keeper):
    commits = []
    keeper.connection.raw.set_trace_callback(lambda text: commits.append(text) if text == "COMMIT" else None)
    outcomes = keeper.execute([say(), *HOSTILE.values(), say()], moment(1))
    keeper.connection.raw.set_trace_callback(None)
    assert len(commits) == 1
    assert isinstance(outcomes[0], Acted)
    assert isinstance(outcomes[-1], Acted)


def counts(keeper):
    names = (
        "entries",
        "checkpoints",
        "runs",
        "run_receipts",
        "cosignatures",
        "evidence",
        "announced",
        "messages",
    )
    return {name: keeper.connection.query(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}


# --- when a rule of ours is broken all the same -------------------------------------------------------------


class BrokenService(MessagesService):
    """Breaks on one text as no service should."""

    def apply(self, recorded, context):
        if b"poison" in recorded.body:
            raise ZeroDivisionError("a defect")
        if b"overflow" in recorded.body:
            statement, *_ = super().apply(recorded, context)
            return (statement._replace(parameters=statement.parameters | {"written_ms": 1 << 70}),)
        return super().apply(recorded, context)


@pytest.mark.parametrize("text", ["poison", "overflow"])
def test_a_job_that_breaks_our_own_code_fails_alone(tmp_path, text):
    services = (BrokenService(), *SERVICES[1:])
    keeper = Keeper(tmp_path / "record.db", make_line(AGREEMENT, "us"), services, AGREEMENT)
    author = Author(AGREEMENT, "ru")
    author.say("good")
    author.say(text)
    outcomes = keeper.execute([say(), author.checkpoint(0, 1), author.checkpoint(1, 2), say()], moment())
    assert [type(each) for each in outcomes] == [Acted, Received, StoreError, Acted]
    assert outcomes[2].code == "store.keeper.broken"
    assert [state.size for state in keeper.states.values()] == [2, 1]
    again = Author(AGREEMENT, "ru")
    again.say("good")
    again.say("better")
    assert do(keeper, again.checkpoint(1, 2)).held.complete == 2


def test_a_job_that_is_refused_half_way_is_undone_alone(keeper, monkeypatch):
    def refuse_late(_self):
        raise PeerError("late", code="test.late")

    monkeypatch.setattr(receive.Receiver, "_cosign", refuse_late)
    author = theirs()
    author.say("theirs 2")
    before = counts(keeper)
    outcomes = keeper.execute([say(), author.checkpoint(2, 3), say()], moment(1))
    assert [type(each) for each in outcomes] == [Acted, PeerError, Acted]
    assert counts(keeper) == before | {"entries": before["entries"] + 2, "messages": before["messages"] + 2}
    assert keeper.states[1].size == 2
    monkeypatch.undo()
    assert do(keeper, author.checkpoint(2, 3)).held.complete == 3


def test_a_refused_command_writes_nothing(keeper):
    before = counts(keeper)
    take = Act(command=Take(message=(1, 99), from_post=AGREEMENT.party("us").duty_desk))
    outcomes = keeper.execute([take, take], moment(1))
    assert all(isinstance(each, UsageError) for each in outcomes)
    assert counts(keeper) == before


HOSTILE_BODIES = {
    Kind.AGREEMENT: [{0: b"", 1: [[b"", b""]]}, {0: b"version = 18446744073709551615", 1: []}],
    Kind.AMENDMENT_PROPOSED: [{0: b"", 1: [[b"", b""]]}],
    Kind.AMENDMENT_ACCEPTED: [
        {0: version, 1: bytes(32), 2: [bytes(64), bytes(2420)]}
        for version in (0, FAR + 1, -FAR - 1, (1 << 64) - 1, -(1 << 64))
    ],
    4: [dict.fromkeys(range(10), FAR + 1)],
}


@pytest.mark.parametrize("kind", [*HOSTILE_BODIES, *range(3, 40)])
def test_no_content_keeps_an_entry_from_the_record(keeper, kind):
    author = theirs()
    bodies = [cbor.encode(body) for body in HOSTILE_BODIES.get(kind, ())]
    numbers = dict.fromkeys(range(12), (1 << 64) - 1)
    lists = {key: [(1 << 64) - 1, b"\xff", "\x00", [[]]] for key in range(12)}
    texts = dict.fromkeys(range(12), "\u202e\x00\ud7ff")
    bodies += [
        cbor.encode(numbers),
        cbor.encode(lists),
        cbor.encode(texts),
        cbor.encode(-(1 << 64)),
        b"",
        b"\xff",
    ]
    for body in bodies:
        author.write(author.head(kind=kind), body)
    received = do(keeper, author.checkpoint(2, author.size))
    assert len(received.recorded) == len(bodies)
    assert received.held.complete == author.size
    assert received.receipts[-1].size == author.size
