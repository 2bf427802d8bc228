"""A FLASH at 10,001 is shown and receipted while all before it is missing; the receipt for all replaces its own.

Source: protocol A5, A6 and section C.
"""

from tests.scenario.stage import open_line, say, verify_all
from tests.sizes import size

from coupefeu.model.messages import Form
from coupefeu.model.precedence import Precedence
from coupefeu.node.events import EntryRecorded, ReceiptTaken
from coupefeu.services.messages.status import StepName
from coupefeu.store.reader import Reader

BEFORE = size(small=600, full=10_000)


def test_a_flash_is_shown_and_receipted_with_all_before_it_missing(tmp_path):
    nodes = open_line(tmp_path)
    nodes.disconnect()
    for number in range(BEFORE):
        nodes.us.say(f"Return {number}.")
    flash = nodes.us.say("Stop.", Precedence.FLASH)
    assert flash == (0, BEFORE)
    held = []

    def note(change):
        if isinstance(change, EntryRecorded) and change.recorded.index == BEFORE:
            held.append(nodes.ru.keeper.states[0].size)

    nodes.ru.engine.listen(note)
    nodes.wire.faults.delay_ms = 50
    nodes.connect()
    for _ in range(100):
        nodes.run(seconds=0.01)
        if held:
            break
    assert held == [0], "shown when nothing before it was there"
    assert nodes.ru.texts() == ["Stop."]
    with Reader(nodes.ru.path, running=True) as reader:
        assert reader.coverage(*flash) == "run"

    nodes.run(seconds=0.06)
    assert nodes.us.message(flash).chain("ru").step(StepName.ON_THEIR_RECORD).done, "and receipted at once"
    (run_receipt, *_) = [
        change for change in nodes.us.changes if isinstance(change, ReceiptTaken) and change.end > BEFORE
    ]
    assert (run_receipt.start, run_receipt.end) == (BEFORE, BEFORE + 1), "for itself alone"

    nodes.run(seconds=60)
    assert len(nodes.ru.texts()) == BEFORE + 1
    for node in nodes.nodes:
        with Reader(node.path, running=True) as reader:
            assert reader.coverage(*flash) == "checkpoint"
            assert reader.newest_cosigned(0).size == BEFORE + 1, "the co-signature over all has replaced it"
    assert verify_all(nodes, tmp_path / "export")["us"].size == BEFORE + 1


def test_a_flash_may_refer_to_what_has_not_come(tmp_path):
    """It names hashes in full, for they could not be rebuilt from entries that its reader lacks (A3)."""
    nodes = open_line(tmp_path)
    nodes.disconnect()
    for number in range(60):
        nodes.us.say(f"Return {number}.")
    flash = say(nodes.us, Form.CANCELLATION, about=(0, 7), precedence=Precedence.FLASH)
    came = []
    nodes.ru.engine.listen(
        lambda change: came.append(change.recorded.index) if isinstance(change, EntryRecorded) else None
    )
    nodes.connect()
    nodes.run(seconds=10)
    assert came[0] == flash[1], "before all that was said before it"
    assert sorted(came) == list(range(61))
    assert nodes.ru.message(flash).about == "US/7"
    assert nodes.ru.message((0, 7)).cancelled_by == ("US/60",)
