"""A message goes from one desk to the other and is receipted; the export is accepted by a verifier not ours."""

from tests.scenario.stage import do, done, export, verify

from coupefeu.model.precedence import Precedence
from coupefeu.node.events import ReceiptTaken
from coupefeu.services.messages.commands import Take
from coupefeu.testing.joined import JoinedNodes


def test_a_message_is_receipted_and_taken(tmp_path):
    nodes = JoinedNodes(tmp_path)
    nodes.connect()
    nodes.run(seconds=1)
    number = nodes.us.say("Our aircraft strayed; it has turned back.", Precedence.FLASH)
    nodes.run(seconds=1)
    assert nodes.ru.texts() == ["Our aircraft strayed; it has turned back."]
    assert any(isinstance(change, ReceiptTaken) and change.end == 1 for change in nodes.us.changes)

    do(nodes.ru, Take, number)
    nodes.run(seconds=1)
    assert done(nodes.us.message(number)) == ["on-their-record", "taken-by"]


def test_the_export_is_accepted_by_a_verifier_that_is_not_ours(tmp_path):
    nodes = JoinedNodes(tmp_path)
    nodes.connect()
    for number in range(300):
        nodes.us.say(f"message {number}")
    nodes.run(seconds=5)
    audit = verify(export(nodes.us, "us", tmp_path / "export"))
    assert (audit.size, audit.bodies) == (300, 300)
