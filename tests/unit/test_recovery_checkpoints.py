"""Checkpoints of our own log that others show: read strictly, kept where our key signed them, never enough to sign."""

import asyncio
import shutil
from hashlib import sha256

import pytest

from coupefeu.errors import BearerError, CoupefeuError, PeerError, UsageError, VerificationError
from coupefeu.model.instant import Moment
from coupefeu.node import runtime
from coupefeu.node.assembly import open_keeper, signers_of
from coupefeu.node.demo.watching import wait_until
from coupefeu.node.exchange import Reply
from coupefeu.node.exercise import pair_exercise
from coupefeu.node.recovery import checkpoints
from coupefeu.node.recovery.by_hand import show_checkpoint
from coupefeu.node.recovery.checkpoints import ask_witnesses, parse_shown
from coupefeu.node.witness_settings import WitnessSettings
from coupefeu.record.statements import checkpoint_note, sign_checkpoint
from coupefeu.services.messages.commands import SendLineTest
from coupefeu.store.jobs import Act
from coupefeu.store.reader import Reader
from coupefeu.store.recovery_jobs import Reconcile
from coupefeu.wire.checkpoint import Checkpoint

NOW = Moment(utc_ms=1_700_000_000_000, mono_ms=0)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """US with two entries, and its signer; its record lies beside as it was with one."""
    folder = tmp_path_factory.mktemp("shown")
    us, ru = pair_exercise(folder / "us", folder / "ru")
    open_keeper(us, NOW).close()
    shutil.copy(us.record_path, folder / "earlier.db")
    keeper = open_keeper(us, NOW, may_recover=True)
    keeper.execute([Act(command=SendLineTest(template=1))], NOW)
    state = keeper.states[us.log_number]
    head = (state.size, state.root)
    keeper.close()
    us.high_water_path.unlink()
    return folder, us, ru, head


def note(folder, size, root, origin=None):
    signer = signers_of(folder)[0]
    checkpoint = Checkpoint(origin or signer.name, size, root)
    return checkpoint_note(signer.vkey, checkpoint, sign_checkpoint(signer, size, root))


def test_a_checkpoint_of_ours_is_read(made):
    _, us, _, (size, root) = made
    shown = parse_shown(note(us, size, root), us.origin("us"))
    assert (shown.checkpoint.size, shown.checkpoint.root, shown.others) == (size, root, ())
    assert shown.told_by("file x").source == "file x"


def test_whatever_is_no_checkpoint_of_ours_is_refused(made):
    _, us, ru, (size, root) = made
    good = note(us, size, root)
    for odd in (b"", b"\xff", good[: len(good) // 2], good * 2, b"x" * 70_000, note(ru, size, root)):
        with pytest.raises(PeerError):
            parse_shown(odd, us.origin("us"))
    theirs = note(ru, size, root, origin=us.origin("us"))
    with pytest.raises(PeerError) as caught:
        parse_shown(theirs, us.origin("us"))
    assert caught.value.code == "node.recovery.not_signed"


def show(folder, octets):
    return asyncio.run(show_checkpoint(folder, parse_shown(octets, folder.origin("us")), "file x"))


def test_one_that_our_key_did_not_sign_is_not_kept(made):
    _, us, _, (size, root) = made
    forged = note(us, size, root).replace(b"\n2\n", b"\n9\n")
    with pytest.raises(VerificationError):
        show(us, forged)


def test_by_hand_a_larger_size_must_be_reached_and_lets_nobody_sign(made):
    folder, us, _, (size, root) = made
    shutil.copy(us.record_path, folder / "kept.db")
    shutil.copy(folder / "earlier.db", us.record_path)
    assert show(us, note(us, size, root)) == 1
    keeper = open_keeper(us, NOW, may_recover=True)
    (outcome,) = keeper.execute([Reconcile(marks=None)], NOW)
    keeper.close()
    assert isinstance(outcome, CoupefeuError)
    assert outcome.code == "store.reconciling.short"
    assert "file x shows that we signed for 2 entries" in outcome.message
    shutil.copy(folder / "kept.db", us.record_path)


def test_by_hand_another_root_under_our_signature_is_a_fork(made):
    folder, us, _, (size, _) = made
    shutil.copy(us.record_path, folder / "kept.db")
    assert show(us, note(us, size, bytes(32))) == 2
    keeper = open_keeper(us, NOW, may_recover=True)
    (outcome,) = keeper.execute([Reconcile(marks=None)], NOW)
    keeper.close()
    assert outcome.code == "store.reconciling.forked"
    shutil.copy(folder / "kept.db", us.record_path)


def test_a_node_that_knows_how_far_it_signed_needs_none(made, tmp_path):
    _, _, ru, _ = made
    keeper = open_keeper(ru, NOW)
    state = keeper.states[ru.log_number]
    octets = note(ru, state.size, state.root)
    keeper.close()
    with pytest.raises(UsageError) as caught:
        asyncio.run(show_checkpoint(ru, parse_shown(octets, ru.origin("ru")), "file x"))
    assert caught.value.code == "node.recovery.not_recovering"


ANSWERS = {
    "its checkpoint": (200, None, 1),
    "a log that it never saw": (404, b"", 0),
    "no such page": (405, b"", 0),
    "nonsense": (200, b"<html>", 0),
    "nobody there": (0, b"", 0),
}


@pytest.mark.parametrize("what", ANSWERS)
def test_a_witness_is_asked_once_and_what_it_cannot_tell_is_told(made, monkeypatch, what):
    _, us, _, (size, root) = made
    status, body, count = ANSWERS[what]
    asked, told = [], []

    async def get(url):
        asked.append(url)
        if not status:
            raise BearerError("nobody", code="node.exchange.failed")
        return Reply(status=status, content_type="", body=note(us, size, root) if body is None else body)

    monkeypatch.setattr(checkpoints, "get", get)
    settings = WitnessSettings(name="neutral", url="https://witness.example", keys=())
    jobs = asyncio.run(ask_witnesses([settings], us.origin("us"), told.append))
    assert asked == [f"https://witness.example/{sha256(us.origin('us').encode()).hexdigest()}/checkpoint"]
    assert [job.source for job in jobs] == ["witness neutral"] * count
    assert bool(told) is (what not in {"its checkpoint", "a log that it never saw"})


def test_a_node_that_recovers_keeps_what_its_witness_knows_before_it_judges(made, tmp_path, monkeypatch):
    _, us, _, (size, root) = made
    job = parse_shown(note(us, size, root), us.origin("us")).told_by("witness neutral")

    async def ask(witnesses, origin, tell):
        assert [each.name for each in witnesses] == ["neutral"]
        assert origin == us.origin("us")
        await asked.wait()
        return [job]

    asked = asyncio.Event()

    async def story():
        running = await runtime.Runtime.start(us)
        try:
            recovery = running.engine.recovery
            assert recovery.awaits_witnesses
            go_on, answered = recovery.witnesses_answered, asyncio.Event()
            monkeypatch.setattr(recovery, "witnesses_answered", lambda: (go_on(), answered.set()))
            asked.set()
            async with asyncio.timeout(30):
                await answered.wait()
            assert not recovery.awaits_witnesses
            assert running.engine.is_recovering
        finally:
            await running.close()
        assert not us.high_water_path.exists()

    settings = WitnessSettings(name="neutral", url="https://witness.example", keys=())
    monkeypatch.setattr(runtime, "read_witnesses", lambda *_: (settings,))
    monkeypatch.setattr(runtime, "ask_witnesses", ask)
    asyncio.run(story())
    with Reader(us.record_path, running=False) as reader:
        told = reader.connection.query("SELECT source, size FROM told").fetchall()
    assert ("witness neutral", size) in told


def test_a_defect_while_witnesses_are_asked_does_not_let_the_node_wait_for_ever(made, monkeypatch):
    _, us, _, _ = made

    async def fail(*_):
        raise UnicodeError("a host name that nobody foresaw")

    async def story():
        running = await runtime.Runtime.start(us)
        try:
            recovery = running.engine.recovery
            await wait_until(lambda: not recovery.awaits_witnesses, "it goes on without them")
            assert running.engine.is_recovering
        finally:
            await running.close()

    settings = WitnessSettings(name="neutral", url="https://witness.example", keys=())
    monkeypatch.setattr(runtime, "read_witnesses", lambda *_: (settings,))
    monkeypatch.setattr(runtime, "ask_witnesses", fail)
    asyncio.run(story())
    assert "UnicodeError" in us.log_path.read_text()
