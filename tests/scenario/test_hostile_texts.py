"""Every hostile text by the whole way: said, recorded, carried, receipted, read on the other side, exported, verified.

Stored exactly, character for character; shown harmless and marked (protocol A8). The texts are those of
data/hostile: `unicode.json` and `naughty-strings.json`. `cbor-invalid.txt` and `cbor-hostile.json` go the same way here
as bodies of an author that obeys no rule. (`json-odd.jsonl` is tried on the control socket in
tests/unit/test_node_control_odd.py; `geojson-odd.jsonl` has no reader yet: it belongs to notices.)
"""

import re

import pytest
from tests.scenario.stage import do, export, open_line, say, troubles, unbind, verify, warn, write
from tests.shared import shared_file, shared_json

from coupefeu.cli.inbox import summary_lines
from coupefeu.errors import UsageError
from coupefeu.model.entry import Kind
from coupefeu.model.messages import Form, Operative
from coupefeu.model.precedence import Precedence
from coupefeu.record.disclosure import Disclosure
from coupefeu.services.messages.commands import PassTo, SayAgain, Take
from coupefeu.services.messages.forms import read_content
from coupefeu.services.messages.render import render_message
from coupefeu.wire import tiles

HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)


def hostile_texts():
    """Every text once; those that no message can hold are tried by themselves."""
    texts = [item["text"] for item in shared_json("data/hostile/unicode.json")]
    texts += shared_json("data/hostile/naughty-strings.json")
    assert len(texts) == 533
    return list(dict.fromkeys(texts))


def sendable(text):
    return bool(text) and len(text.encode()) < 8_000


def rendered(nodes, status):
    context = nodes.ru.desk().context()
    for language in ("en", "ru"):
        yield render_message(status, context, language)
        yield "\n".join(summary_lines(status, context, language))


def bodies_of(folder):
    """Every body of an export, as a stranger reads it."""
    found = []
    for file in sorted((folder / "bodies").rglob("*")):
        if file.is_file() and file.name != "INDEX":
            found += [Disclosure.from_bytes(item).body for item in tiles.parse_bundle(file.read_bytes())]
    return found


def test_every_text_is_stored_exactly_and_shown_harmless(tmp_path):
    nodes = open_line(tmp_path)
    texts = [text for text in hostile_texts() if sendable(text)]
    numbers = {}
    for text in texts:
        numbers[say(nodes.us, Form.FREE_TEXT, text=text)] = text
    nodes.run(seconds=30)
    desk = nodes.ru.desk()
    read = {status.id: status for status in desk.inbox(1_000)}
    desk.close()
    assert read.keys() == numbers.keys()
    for number, text in numbers.items():
        status = read[number]
        assert status.original == status.content.text == text
        assert not HARMFUL.search(status.shown.text), text
        if HARMFUL.search(text.replace("\r\n", "\n")):
            assert status.shown.findings, text
        for page in rendered(nodes, status):
            assert not HARMFUL.search(page), text
    folder = export(nodes.ru, "us", tmp_path / "export")
    assert verify(folder).size == len(texts)
    assert [read_content(body)[0].text for body in bodies_of(folder)] == texts
    assert troubles(nodes.us) == troubles(nodes.ru) == []


def test_what_no_message_can_hold_is_refused_with_its_reason(tmp_path):
    nodes = open_line(tmp_path)
    refused = [text for text in hostile_texts() if not sendable(text)]
    assert "" in refused
    for text in [*refused, "x" * 8_190]:
        with pytest.raises(UsageError):
            say(nodes.us, Form.FREE_TEXT, text=text)
    assert nodes.us.texts() == nodes.ru.texts() == []


def test_as_names_and_places_they_are_refused_where_they_must_be_read_back_and_marked_elsewhere(tmp_path):
    """A label or remark may be anything; a place that nobody could type anew is refused before it is sent."""
    nodes = open_line(tmp_path)
    message = nodes.us.say("Please say it again.")
    nodes.run(seconds=1)
    do(nodes.ru, Take, message)
    acts = 1
    for text in (
        text for text in hostile_texts() if len(text) <= 80 and (HARMFUL.search(text) or len(text) < 8)
    ):
        if not text:
            continue
        do(nodes.ru, SayAgain, message, remark=text, officer=text)
        do(nodes.ru, PassTo, message, recipient=text)
        acts += 2
        if HARMFUL.search(text):
            with pytest.raises(UsageError, match="untypable"):
                warn(nodes.us, Operative.STOP, text)
    nodes.run(seconds=30)
    status = nodes.us.message(message)
    said = [act.act.officer for act in status.say_again]
    assert said == [act.act.text for act in status.say_again]
    assert len(said) == (acts - 1) // 2
    context = nodes.us.desk().context()
    page = render_message(status, context, "en")
    assert not HARMFUL.search(page)
    assert verify(export(nodes.us, "ru", tmp_path / "export")).size == acts


def test_hostile_cbor_as_a_body_is_kept_cosigned_and_shown_unreadable(tmp_path, monkeypatch):
    nodes = open_line(tmp_path)
    unbind(nodes, nodes.ru, monkeypatch)
    bodies = [
        bytes.fromhex(line) for line in shared_file("data/hostile/cbor-invalid.txt").read_text().split()
    ]
    bodies += [bytes.fromhex(text) for text in shared_json("data/hostile/cbor-hostile.json").values()]
    assert len(bodies) == 94 + 21
    written = {}
    for number, body in enumerate(bodies):
        kind = Kind.MESSAGE if number % 2 else Kind.TAKEN
        precedence = Precedence.FLASH if number % 3 == 0 else Precedence.ROUTINE
        written[write(nodes.ru, int(kind), body, precedence=precedence)] = (kind, body)
    nodes.ru.say("The next one.")
    nodes.run(seconds=30)
    for number, (kind, body) in written.items():
        if kind is Kind.MESSAGE:
            status = nodes.us.message(number)
            assert (status.body, status.effect, status.content) == (body, "unreadable_body", None)
            for page in rendered(nodes, status):
                assert not HARMFUL.search(page)
    assert nodes.us.texts() == ["The next one."]
    folder = export(nodes.us, "ru", tmp_path / "export")
    audit = verify(folder)
    assert audit.size == len(bodies) + 1
    assert bodies_of(folder)[:-1] == bodies
    assert troubles(nodes.us) == []
