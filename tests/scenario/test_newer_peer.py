"""A peer of a newer version: what it says is stored, co-signed and shown as unknown; nothing behind it is blocked.

Source: protocol A7, A8.
"""

import pytest
from tests.scenario.stage import both, open_line, troubles, unbind, verify_all, write

from coupefeu.cli.inbox import summary_lines
from coupefeu.model.entry import Kind
from coupefeu.model.precedence import Precedence
from coupefeu.services.messages.display import show
from coupefeu.services.messages.render import render_message
from coupefeu.services.messages.status import StepName
from coupefeu.wire import cbor


@pytest.fixture
def nodes(tmp_path, monkeypatch):
    nodes = open_line(tmp_path)
    unbind(nodes, nodes.ru, monkeypatch)
    return nodes


UNKNOWN = {
    "kind": (900, cbor.encode({0: 3, 1: 0, 3: "a notice of some later version"})),
    "largest kind": ((1 << 63) - 1, b""),
    "form": (int(Kind.MESSAGE), cbor.encode({0: 77, 1: 0, 3: "a form of some later version"})),
    "field": (int(Kind.MESSAGE), cbor.encode({0: 3, 1: 0, 3: "with a field of some later version", 200: 1})),
    "not CBOR": (int(Kind.MESSAGE), b"\xff\x00\x1b"),
    "nothing": (int(Kind.MESSAGE), b""),
}


@pytest.mark.parametrize(("kind", "body"), UNKNOWN.values(), ids=UNKNOWN)
@pytest.mark.parametrize("precedence", [Precedence.FLASH, Precedence.ROUTINE])
def test_what_is_unknown_is_stored_cosigned_and_shown(nodes, tmp_path, kind, body, precedence):
    message = write(nodes.ru, kind, body, precedence=precedence)
    behind = nodes.ru.say("The next one.")
    nodes.run(seconds=3)
    status = nodes.us.message(message)
    assert status.effect in {"unknown_form", "unknown_field", "unreadable_body"}
    assert status.body == body, "exactly as it came"
    assert status.original == (status.content.text if status.content else body.decode("utf-8", "replace"))
    assert status.shown == show(status.original)
    assert status.flash is (precedence is Precedence.FLASH), "a FLASH that cannot be read still rings"
    receipt = nodes.ru.message(message).chain("us").step(StepName.ON_THEIR_RECORD)
    assert receipt.done, "receipted like any other"
    assert nodes.us.message(behind).original == "The next one."
    assert troubles(nodes.us) == []
    context = nodes.us.desk().context()
    for language in ("en", "fr", "ru"):
        assert status.number in render_message(status, context, language)
        assert status.number in summary_lines(status, context, language)[0]
    audits = verify_all(nodes, tmp_path / "export")
    assert audits["ru"].size == 2


def test_an_act_of_a_later_version_changes_nothing(nodes):
    message = nodes.us.say("Please answer.")
    nodes.run(seconds=1)
    write(nodes.ru, int(Kind.OUTCOME), cbor.encode({2: 9, 1: "a later outcome"}), references=(message,))
    write(nodes.ru, 25, b"\xa0", references=(message,))
    nodes.run(seconds=1)
    for status in both(nodes, message):
        assert not status.chain("ru").step(StepName.OUTCOME).done
        assert [act.effect for act in status.without_effect] == ["unreadable_body"]


def test_an_item_of_a_later_version_is_skipped_and_what_follows_is_read(nodes):
    """The link's items are numbered so that an older side can step over what it does not know."""
    (peer,) = nodes.ru.engine.peers.values()
    for payload in (b"", b"x" * 100):
        peer.link._connection.send(b"\x85" + bytes([len(payload)]) + payload)
    nodes.ru.engine.pump()
    nodes.ru.say("After it.")
    nodes.run(seconds=2)
    assert nodes.us.texts()[-1] == "After it."
    assert troubles(nodes.us) == []


def test_an_item_that_no_version_has_is_told_and_the_line_goes_on(nodes):
    (peer,) = nodes.ru.engine.peers.values()
    peer.link._connection.send(b"\x7f\x01\x02")
    nodes.ru.engine.pump()
    nodes.ru.say("After it.")
    nodes.run(seconds=2)
    assert nodes.us.texts()[-1] == "After it."
    assert len(troubles(nodes.us)) == 1
