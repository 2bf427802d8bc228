"""The President's message of 28 October 1962: a stray aircraft explained on the worst day of the century.

An air sampling aircraft lost its way at night and flew over Chukotka while the two sides were talking each other down
from the Cuban crisis. The explanation travelled in a letter that took hours to encipher, carry and translate; the
Moscow-Washington line was agreed eight months later because of such delays. Here the same text goes from desk to desk,
is receipted, taken, read, read back where it must not be misunderstood, and both records prove it to strangers.
"""

import unicodedata

import pytest
from tests.scenario.stage import both, do, done, open_line, say, verify_all
from tests.shared import shared_file

from coupefeu.errors import UsageError
from coupefeu.model.messages import Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.node.events import ReceiptTaken
from coupefeu.node.prove import prove_entry
from coupefeu.record.evidence import audit_proof
from coupefeu.services.messages.commands import PassTo, Read, ReadBack, SayAgain, Take
from coupefeu.services.messages.forms import read_content
from coupefeu.services.messages.status import StepName
from coupefeu.store.reader import Reader
from coupefeu.wire.note import VerifierKey

CRITICAL = (
    "without arms or photographic equipment",
    "from Eielson Air Force Base in Alaska to the North Pole and return",
    "I regret this incident and will see to it that every precaution is taken to prevent recurrence.",
)


@pytest.fixture
def sent(tmp_path):
    """The line, the text, and its number on it."""
    text = shared_file("data/messages/kennedy-1962-10-28.txt").read_text("utf-8")
    nodes = open_line(tmp_path)
    fields = {"subject": Subject.CLARIFICATION, "precedence": Precedence.IMMEDIATE}
    message = say(nodes.us, Form.FREE_TEXT, text=text, passages=CRITICAL, **fields)
    nodes.run(seconds=1)
    return nodes, text, message


def test_it_is_receipted_taken_read_read_back_and_passed_on(sent):
    nodes, text, message = sent
    assert any(isinstance(change, ReceiptTaken) and change.end > message[1] for change in nodes.us.changes)
    theirs = nodes.ru.message(message)
    assert theirs.original == text
    assert (theirs.shown.text, theirs.shown.findings) == (text, ())
    assert [field.value for field in theirs.critical] == list(CRITICAL)

    do(nodes.ru, Take, message)
    do(nodes.ru, Read, message, officer="Translator")
    wrong = (CRITICAL[0].replace("without", "with"), *CRITICAL[1:])
    do(nodes.ru, ReadBack, message, typed=wrong)
    nodes.run(seconds=1)
    assert "read-back" not in done(nodes.us.message(message))
    do(nodes.us, SayAgain, message, field=0)
    do(nodes.ru, ReadBack, message, typed=CRITICAL)
    do(nodes.ru, PassTo, message, recipient="The Chairman")
    nodes.run(seconds=1)
    for status in both(nodes, message):
        assert done(status) == ["on-their-record", "taken-by", "read-by", "read-back", "passed-to"]
        first, second = status.chain("ru").step(StepName.READ_BACK).acts
        assert (first.verdict.matches, second.verdict.matches) == (False, True)
        (different,) = [field for field in first.verdict.fields if field.differences]
        assert different.typed == wrong[0]
        assert len(status.say_again) == 1
        assert not status.overdue


def test_both_records_prove_it_to_strangers(sent, tmp_path):
    nodes, text, message = sent
    do(nodes.ru, Take, message)
    nodes.run(seconds=1)
    audits = verify_all(nodes, tmp_path / "export")
    assert {author: audit.size for author, audit in audits.items()} == {"us": 1, "ru": 1}
    for node in nodes.nodes:
        folder = tmp_path / f"proof-by-{node.name}"
        with Reader(node.path, running=True) as reader:
            prove_entry(reader, node.keeper.line.parties, *message, folder)
        body = (folder / "body").read_bytes()
        keys = [VerifierKey.parse(file.read_text().strip()) for file in (folder / "cosigners").glob("*.vkey")]
        log_key = VerifierKey.parse((folder / "log.vkey").read_text().strip())
        proof = audit_proof(
            (folder / "leaf").read_bytes(), (folder / "proof").read_bytes(), body, log_key, keys
        )
        content, defect = read_content(proof.body)
        assert (content.text, defect) == (text, "")
        assert (proof.head.from_post, len(proof.cosigned)) == ("us.duty", 1)


def test_it_is_proved_from_nodes_that_have_stopped(sent, tmp_path):
    nodes, _, message = sent
    parties = nodes.us.keeper.line.parties
    for node in nodes.nodes:
        node.stop()
        with Reader(node.path, running=False) as reader:
            prove_entry(reader, parties, *message, tmp_path / f"proof-by-{node.name}")
            with pytest.raises(UsageError):
                prove_entry(reader, parties, message[0], message[1] + 1, tmp_path / f"none-by-{node.name}")


def test_the_text_is_what_was_written_character_for_character(sent):
    nodes, text, message = sent
    assert unicodedata.normalize("NFC", text) == text
    assert nodes.ru.message(message).content.text.encode() == text.encode()
