"""A disk died, the node came back from a backup, and the other side holds what was lost (protocol A13).

Restored with and without the high-water file; the other side honest, absent, or lying in every way that it can.
"""

import pytest
from tests.scenario.stage import copy_record, do, open_line, put_back, troubles, verify_all

from coupefeu.errors import PolicyError, StoreError
from coupefeu.model.precedence import Precedence
from coupefeu.node.events import Recovering
from coupefeu.services.messages.commands import Read, Take
from coupefeu.store.recovery_jobs import Reconcile

GONE = "the high-water file is missing, which pairing made"


def lose_and_restore(tmp_path, before=3, after=5, *, marks=None, connect=True, recovering=GONE):
    """US has said `before` messages, was backed up, said `after` more, and is back from the backup."""
    nodes = open_line(tmp_path)
    for number in range(before):
        nodes.us.say(f"before {number}")
        nodes.ru.say(f"theirs before {number}")
    nodes.run(seconds=2)
    nodes.us.stop()
    backup = copy_record(nodes.us, tmp_path / "backup.db")
    nodes.us.start()
    nodes.connect()
    nodes.run(seconds=2)
    for number in range(after):
        message = nodes.us.say(f"after {number}", Precedence.FLASH if number == 2 else Precedence.ROUTINE)
        nodes.ru.say(f"theirs after {number}")
        nodes.run(seconds=1)
    if after:
        do(nodes.ru, Take, message)
        do(nodes.us, Read, (1, nodes.ru.keeper.states[1].size - 2))
    nodes.run(seconds=2)
    lost = state_of(nodes.us)
    nodes.us.stop()
    put_back(nodes.us, backup)
    nodes.us.changes.clear()
    nodes.us.start(recovering=recovering, marks=marks(lost) if callable(marks) else marks)
    if connect:
        nodes.connect()
        nodes.run(seconds=5)
    return nodes, lost


def state_of(node):
    return {log: (state.size, state.root) for log, state in node.keeper.states.items()}


def entries_of(node, log):
    rows = node.keeper.connection.query(
        "SELECT idx, leaf, seed, head, body FROM entries WHERE log = ? ORDER BY idx", (log,)
    )
    return rows.fetchall()


def is_recovering(node):
    assert (node.keeper.recovering is None) == (node.engine.recovery is None)
    return node.engine.is_recovering


def test_it_takes_back_what_it_lost_and_goes_on_without_a_restart(tmp_path):
    nodes, lost = lose_and_restore(tmp_path)
    assert not is_recovering(nodes.us)
    assert {log: lost[log] for log in lost} == state_of(nodes.us)
    assert entries_of(nodes.us, 0) == entries_of(nodes.ru, 0), "bodies, heads and seeds too"
    assert entries_of(nodes.us, 1) == entries_of(nodes.ru, 1)
    assert nodes.us.saved[0] == lost[0], "the high-water file stood before anything was signed"
    ended = [change for change in nodes.us.changes if isinstance(change, Recovering)]
    assert ended[-1].reason is None

    number = nodes.us.say("and on it goes")
    back = nodes.ru.say("we hear you")
    nodes.run(seconds=3)
    assert nodes.ru.texts()[-1] == "and on it goes"
    assert nodes.us.texts()[-1] == "we hear you"
    assert number[1] == lost[0][0]
    for node, message in ((nodes.us, number), (nodes.ru, back)):
        (chain,) = node.message(message).chains
        assert chain.steps[0].done, "receipted"
    verify_all(nodes, tmp_path / "exports")
    assert troubles(nodes.us) == []
    assert set(troubles(nodes.ru)) == {"node.recovery.peer"}, (
        "it said nothing of what it holds before it was whole"
    )


def test_it_signs_nothing_while_it_recovers(tmp_path, monkeypatch):
    """Nobody has told yet: no act, no co-signature, no receipt, no line test, whatever comes."""
    nodes, _ = lose_and_restore(tmp_path, connect=False)
    monkeypatch.setattr(nodes.ru.engine._telling, "answer", lambda *_: None)
    kept = signatures_of(nodes.us)
    nodes.connect()
    nodes.ru.say("while you recover", Precedence.FLASH)
    nodes.run(seconds=20)
    assert is_recovering(nodes.us)
    with pytest.raises(PolicyError) as caught:
        nodes.us.say("hello")
    assert caught.value.code == "store.keeper.recovering"
    assert signatures_of(nodes.us) == kept
    assert nodes.us.saved is None
    (peer,) = nodes.us.engine.peers.values()
    assert peer.link.state().up, "it is on the line"
    with pytest.raises(PolicyError) as mute:
        nodes.us.keeper.line.log_signer.sign_raw("us\n1\n")
    assert mute.value.code == "keys.notes.mute"
    with pytest.raises(PolicyError):
        nodes.us.keeper.line.cosigner.cosign_raw("ru\n1\n", 1)


def signatures_of(node):
    """Everything that this node's keys have signed, on its own record."""
    ours = node.engine.our_log
    queries = (
        f"SELECT * FROM cosignatures WHERE holder = {ours}",
        f"SELECT * FROM run_receipts WHERE holder = {ours}",
        f"SELECT * FROM checkpoints WHERE log = {ours}",
        f"SELECT idx FROM entries WHERE log = {ours}",
    )
    return [node.keeper.connection.query(query).fetchall() for query in queries]


def test_absent_the_node_reads_says_so_and_waits(tmp_path):
    nodes, _ = lose_and_restore(tmp_path, connect=False)
    nodes.run(seconds=60)
    assert nodes.us.engine.recovery.describe(("us", "ru")) == {
        "reason": GONE, "stage": "absent", "detail": "", "said": {},
    }  # fmt: skip
    assert nodes.us.texts() == [f"theirs before {number}" for number in range(3)]
    nodes.connect()
    nodes.run(seconds=5)
    assert not is_recovering(nodes.us)


def test_a_record_that_lost_nothing_goes_on_with_what_never_left(tmp_path):
    """Only the high-water file is gone; two messages were written while the line was down."""
    nodes, _ = lose_and_restore(tmp_path, after=0, recovering=None)
    nodes.disconnect()
    written = [nodes.us.say(f"never left {number}") for number in range(2)]
    nodes.us.stop()
    nodes.us.start(recovering=GONE)
    size = nodes.us.keeper.states[0].size
    nodes.connect()
    nodes.run(seconds=5)
    assert not is_recovering(nodes.us)
    assert nodes.us.keeper.states[0].size == size
    assert nodes.ru.texts()[-2:] == ["never left 0", "never left 1"]
    assert nodes.us.message(written[1]).chains[0].steps[0].done


def test_with_the_high_water_file_it_must_come_up_to_it(tmp_path):
    nodes, lost = lose_and_restore(tmp_path, marks=lambda lost: lost, recovering="log 0 holds fewer")
    assert not is_recovering(nodes.us)
    assert state_of(nodes.us) == lost


def test_what_the_high_water_file_says_and_nobody_gives_back_is_not_signed_over(tmp_path):
    """The disk died before the last entries left: RU cannot know of them, the file does."""
    nodes, _ = lose_and_restore(
        tmp_path, marks=lambda lost: lost | {0: (lost[0][0] + 2, bytes(32))}, recovering="log 0 holds fewer"
    )
    assert is_recovering(nodes.us)
    assert nodes.us.engine.recovery.stage == "short"
    said = nodes.us.engine.recovery.describe(("us", "ru"))["detail"]
    assert "the high-water file shows that we signed for" in said
    assert "coupefeu incarnation open" in said
    assert "store.reconciling.short" in troubles(nodes.us)
    nodes.ru.say("while you recover", Precedence.FLASH)
    nodes.run(seconds=2)
    assert is_recovering(nodes.us)
    assert nodes.us.texts()[-1] == "while you recover", "a FLASH is stored and shown all the same"


def test_an_empty_record_begins_with_nothing_of_its_own(tmp_path):
    """Keys and agreement alone came back; entry 0 is the one that was signed, never another."""
    nodes, lost = lose_and_restore(tmp_path, connect=False)
    nodes.us.stop()
    for path in tmp_path.glob("us.db*"):
        path.unlink()
    nodes.us.start(recovering=GONE)
    assert nodes.us.keeper.states[0].size == 0
    nodes.connect()
    nodes.run(seconds=5)
    assert not is_recovering(nodes.us)
    assert state_of(nodes.us) == lost
    verify_all(nodes, tmp_path / "exports")


def test_views_are_those_of_a_node_that_lost_nothing(tmp_path):
    nodes, _ = lose_and_restore(tmp_path)
    (first,) = nodes.us.message((0, 7)).chains
    (second,) = nodes.ru.message((0, 7)).chains
    assert [step.done for step in first.steps] == [step.done for step in second.steps]
    assert any(step.done for step in first.steps[2:]), "TAKEN by RU, an act that was lost and came back"


def test_receipts_come_back_with_their_times(tmp_path):
    nodes, _ = lose_and_restore(tmp_path)
    sizes = dict(cosigned(nodes.us, 0, 1))
    theirs = dict(cosigned(nodes.ru, 0, 1))
    assert sizes.keys() >= theirs.keys()
    assert {size: sizes[size] for size in theirs} == theirs, (
        "the first co-signature of each size, with its time"
    )


def cosigned(node, log, holder):
    return node.keeper.connection.query(
        "SELECT size, min(time_s) FROM cosignatures WHERE log = ? AND holder = ? GROUP BY size", (log, holder)
    ).fetchall()


def test_it_never_cosigns_less_than_it_had(tmp_path):
    nodes, _ = lose_and_restore(tmp_path)
    largest = max(size for size, _ in cosigned(nodes.ru, 1, 0))
    ours = nodes.us.keeper.connection.query(
        "SELECT size FROM cosignatures WHERE log = 1 AND holder = 0 ORDER BY arrived_ms"
    )
    sizes = [size for (size,) in ours]
    assert sizes == sorted(sizes)
    assert largest in sizes


@pytest.mark.parametrize("cut_s", [0.05, 0.1, 0.15, 0.2, 0.3, 0.5])
def test_cut_and_killed_anywhere_it_goes_on_from_there(tmp_path, cut_s):
    nodes, lost = lose_and_restore(tmp_path, after=8, connect=False)
    nodes.wire.faults.delay_ms = 20
    for _ in range(40):
        nodes.connect()
        nodes.run(seconds=cut_s)
        if not is_recovering(nodes.us):
            break
        nodes.us.stop()
        nodes.us.start(recovering=GONE)
        cut_s += 0.05
    assert not is_recovering(nodes.us)
    nodes.run(seconds=10)
    assert state_of(nodes.us) == lost
    verify_all(nodes, tmp_path / "exports")


def test_both_restored_at_once_neither_believes_the_other(tmp_path):
    nodes, _ = lose_and_restore(tmp_path, connect=False)
    nodes.ru.stop()
    nodes.ru.start(recovering=GONE)
    nodes.connect()
    nodes.run(seconds=60)
    for node, other in ((nodes.us, "ru"), (nodes.ru, "us")):
        assert is_recovering(node)
        said = node.engine.recovery.describe(("us", "ru"))
        assert said["stage"] == "refused"
        assert "is recovering itself" in said["said"][other]


@pytest.mark.parametrize("forked", [False, True], ids=["a part of it", "another branch"])
def test_a_backup_from_before_an_incarnation_signs_nothing(tmp_path, forked):
    nodes = open_line(tmp_path)
    nodes.us.say("One.")
    nodes.run(seconds=3)
    nodes.us.stop()
    backup = copy_record(nodes.us, tmp_path / "backup.db")
    if forked:
        nodes.us.start()
        nodes.us.say("Said on the other branch, and never sent.")
        nodes.us.stop()
        other = copy_record(nodes.us, tmp_path / "other.db")
        put_back(nodes.us, backup)
        nodes.us.start()
        nodes.connect()
        nodes.us.say("Said and sent.")
        nodes.run(seconds=3)
        nodes.us.stop()
        backup = other
    nodes.us.open_incarnation()
    nodes.connect()
    nodes.run(seconds=3)
    nodes.us.say("In US.2.")
    nodes.run(seconds=3)
    nodes.us.stop()
    put_back(nodes.us, backup)
    nodes.us.incarnations = []
    nodes.us.changes.clear()
    nodes.us.start(recovering=GONE)
    size = nodes.us.keeper.states[0].size
    nodes.connect()
    nodes.run(seconds=20)

    assert is_recovering(nodes.us)
    assert nodes.us.keeper.states[0].size == size
    assert "store.reconciling.closed" in troubles(nodes.us)
    said = nodes.us.engine.recovery.describe(("us", "ru"))["detail"]
    assert "US.2" in said
    assert "Open no incarnation" in said
    with pytest.raises(PolicyError):
        nodes.us.say("After the restore.")
    assert nodes.us.keeper.connection.query("SELECT verdict FROM told").fetchall() == [("closed",)]
    (outcome,) = nodes.us.keeper.execute([Reconcile(marks=None)], nodes.us.clock())
    assert isinstance(outcome, StoreError)
    assert outcome.code == "store.reconciling.closed"
