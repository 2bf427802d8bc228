"""A party that tells two stories: the proof is kept and shown, the branch held first stands, the line stays up.

The other side's record is put back to an older copy and something else is written in the place of what it had signed
away: an entry removed and signed anew, two checkpoints of one size. Nothing in its own log shows it; what the reader
holds does. Source: protocol A6, A13.
"""

from tests.scenario.stage import copy_record, open_line, put_back, troubles

from coupefeu.model.precedence import Precedence
from coupefeu.node.events import Trouble
from coupefeu.record.equivocation import verify_equivocation


def rolled_back(tmp_path):
    """RU has said one thing, US has co-signed it, RU's record is put back to before it."""
    nodes = open_line(tmp_path)
    nodes.ru.say("Nothing to report.")
    nodes.run(seconds=2)
    nodes.ru.stop()
    backup = copy_record(nodes.ru, tmp_path / "backup.db")
    nodes.ru.start()
    nodes.connect()
    nodes.run(seconds=2)
    nodes.ru.say("Our aircraft crossed the line.")
    nodes.run(seconds=2)
    nodes.ru.stop()
    put_back(nodes.ru, backup)
    nodes.ru.start()
    nodes.connect()
    nodes.run(seconds=5)
    return nodes


def proofs(node):
    """What is kept, checked as a stranger does: with the log's key and nothing else."""
    rows = node.keeper.connection.query("SELECT log, proof FROM evidence")
    parties = node.keeper.line.parties
    return [(log, verify_equivocation(proof, parties[log].log_key)) for log, proof in rows]


def test_an_entry_removed_and_signed_anew_is_proved(tmp_path):
    nodes = rolled_back(tmp_path)
    nodes.ru.say("Our aircraft never crossed the line.")
    nodes.run(seconds=5)

    ((log, proof),) = proofs(nodes.us)
    assert (log, proof.index) == (1, 1)
    assert (proof.first.start, proof.first.end) == (proof.second.start, proof.second.end) == (None, 2)
    assert proof.first.root(1) != proof.second.root(1), "two checkpoints of one size"
    told = [change for change in nodes.us.changes if isinstance(change, Trouble)]
    assert "record.equivocation" in [change.code for change in told], "shown, not only kept"
    assert nodes.us.texts() == ["Nothing to report.", "Our aircraft crossed the line."], (
        "what was held first stands"
    )


def test_the_line_stays_up_and_works_the_other_way(tmp_path):
    nodes = rolled_back(tmp_path)
    nodes.ru.say("Our aircraft never crossed the line.")
    nodes.run(seconds=5)
    number = nodes.us.say("We hold both of your statements.", Precedence.FLASH)
    nodes.run(seconds=2)
    assert nodes.ru.texts() == ["We hold both of your statements."]
    (chain,) = nodes.us.message(number).chains
    assert chain.steps[0].done, "receipted"
    (peer,) = nodes.us.engine.peers.values()
    assert peer.link.state().up
    nodes.us.stop()
    nodes.us.start()
    assert len(proofs(nodes.us)) == 1, "a restart forgets nothing"


def test_the_same_second_story_is_kept_once(tmp_path):
    nodes = rolled_back(tmp_path)
    nodes.ru.say("Our aircraft never crossed the line.")
    for _ in range(4):
        nodes.run(seconds=60)
        nodes.disconnect()
        nodes.connect()
    assert len(proofs(nodes.us)) == 1


def test_a_record_behind_its_own_receipts_is_told_to_its_operator(tmp_path):
    nodes = rolled_back(tmp_path)
    assert "node.engine.behind" in troubles(nodes.ru)
    assert troubles(nodes.us) == []


def test_a_run_and_a_checkpoint_that_disagree_are_proved(tmp_path):
    """A FLASH overtook the rest and was receipted under its run; later its place in the log is another's."""
    nodes = open_line(tmp_path)
    nodes.disconnect()
    for number in range(40):
        nodes.ru.say(f"Return {number}.")
    nodes.ru.stop()
    backup = copy_record(nodes.ru, tmp_path / "backup.db")
    nodes.ru.start()
    flash = nodes.ru.say("We have fired by accident.", Precedence.FLASH)
    nodes.wire.faults.delay_ms = 100
    (peer,) = nodes.us.engine.peers.values()
    peer.link.busy(True)  # it asks for nothing but FLASH
    nodes.connect()
    for _ in range(100):
        nodes.run(seconds=0.01)
        if nodes.us.texts():
            break
    assert nodes.us.texts() == ["We have fired by accident."]
    nodes.ru.stop()
    put_back(nodes.ru, backup)
    nodes.ru.start()
    nodes.ru.say("We have not fired.", Precedence.FLASH)
    nodes.connect()
    nodes.run(seconds=30)

    ((log, proof),) = proofs(nodes.us)
    assert (log, proof.index) == flash
    assert (proof.first.start, proof.first.end) == (flash[1], flash[1] + 1), (
        "the run that it was receipted under"
    )
    assert "record.equivocation" in troubles(nodes.us)
    assert "We have not fired." not in nodes.us.texts()
