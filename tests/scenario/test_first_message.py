"""A message goes from one desk to the other and is receipted; the export is accepted by a verifier not ours."""

import subprocess
import sys
from pathlib import Path

from coupefeu.model.precedence import Precedence
from coupefeu.node.events import ReceiptTaken
from coupefeu.node.export import export_record
from coupefeu.services.messages.rules import Take
from coupefeu.store.reader import Reader
from coupefeu.testing.joined import JoinedNodes


def test_a_message_is_receipted_and_taken(tmp_path):
    nodes = JoinedNodes(tmp_path)
    nodes.connect()
    nodes.run(seconds=1)
    number = nodes.us.say("Our aircraft strayed; it has turned back.", Precedence.FLASH)
    nodes.run(seconds=1)
    assert nodes.ru.texts() == ["Our aircraft strayed; it has turned back."]
    assert any(isinstance(change, ReceiptTaken) and change.end == 1 for change in nodes.us.changes)

    nodes.ru.act(Take(message=number, from_post=nodes.ru.agreement.party("ru").duty_desk))
    nodes.run(seconds=1)
    (chain,) = nodes.us.message(number).chains
    done = [step.name.value for step in chain.steps if step.done]
    assert done == ["on-their-record", "taken-by"]


def test_the_export_is_accepted_by_a_verifier_that_is_not_ours(tmp_path):
    nodes = JoinedNodes(tmp_path)
    nodes.connect()
    for number in range(300):
        nodes.us.say(f"message {number}")
    nodes.run(seconds=5)
    with Reader(tmp_path / "us.db", running=True) as reader:
        size = export_record(reader, nodes.us.keeper.line.parties, 0, tmp_path / "export")
    assert size == 300
    tool = Path(sys.executable).with_name("tlog-tiles")
    result = subprocess.run([tool, "--help"], capture_output=True, text=True, check=True)
    assert "usage" in (result.stdout + result.stderr).lower()
