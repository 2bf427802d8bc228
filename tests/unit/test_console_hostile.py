"""Whatever an author wrote, in whichever field, no console is given it raw: every hostile text through every field."""

import json
from collections import deque

import msgspec
import pytest
from tests.messages_line import START_MS, Line, free_text
from tests.property.test_hostile_entries import Peer
from tests.scenario.test_hostile_texts import HARMFUL, hostile_texts
from tests.sizes import size

from coupefeu.console.judging import ACTS_AT_MOST, MAX_EVENT_BYTES, judge, message_event
from coupefeu.console.listing import message_line
from coupefeu.console.standing import watch_values
from coupefeu.errors import UsageError
from coupefeu.model.entry import Kind
from coupefeu.model.messages import Channel, Form, Operative
from coupefeu.model.precedence import Precedence
from coupefeu.node.values import message_values
from coupefeu.services.messages.display import show, show_line
from coupefeu.services.watch.standing import WatchView
from coupefeu.wire.cbor import encode

RU = 1


def strings_of(value):
    """Every string of a JSON value, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from strings_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings_of(inner)


def served(status):
    """All that a console is given of a message."""
    event = json.loads(message_event(status).removeprefix(b"data: "))
    return [event, json.loads(msgspec.json.encode(message_line(status)))]


def harmless(values, *raw):
    """Insist that nothing harmful is left, and that no text stands there as it was written if it had to be marked."""
    texts = list(strings_of(values))
    assert not [text for text in texts if HARMFUL.search(text)]
    forged = [text for text in raw if show_line(text) != text and show(text).text != text]
    assert not [text for text in texts if text in forged]
    return texts


def author_of_everything(line, text):
    """Have RU write a text into each field that an author fills, of a message and of every act; gives the message."""
    short = text[:70]
    body = {
        0: int(Form.WARNING), 1: 0, 2: short, 3: text, 4: [text[:300]], 5: int(Operative.STOP), 6: short,
        7: START_MS, 8: [short[:20]], 9: [1, short], 10: int(Channel.LETTER), 11: short,
        13: [[short, 3, bytes(32)]],
    }  # fmt: skip
    message = line.hostile(
        RU, Kind.MESSAGE, body=encode(body), from_post=f"ru.{short}", to_posts=("us.duty", short),
        precedence=Precedence.FLASH, language=short, references=(),
    )  # fmt: skip
    acts = (
        (Kind.SAY_AGAIN, {0: short, 1: text[:400]}), (Kind.PASSED_TO, {0: short, 1: text[:400] or "x"}),
        (Kind.OUTCOME, {0: short, 1: text[:400] or "x", 2: 3}),
        (Kind.READ_BACK, {0: short, 4: [text[:900], *[short] * 9]}),
    )  # fmt: skip
    for kind, fields in acts:
        for log, post in ((RU, "ru.duty"), (0, "us.duty"), (RU, short)):
            line.hostile(log, kind, body=encode(fields), references=(message,), from_post=post)
    return message


def test_every_hostile_text_in_every_field_is_marked_or_was_harmless():
    texts = [text for text in hostile_texts() if len(text.encode()) < 1_000]
    line = Line()
    for text in texts[:: size(small=4, full=1)]:
        message = author_of_everything(line, text)
        for log in (0, 1):
            status = line.status(log, message)
            found = harmless(served(status), text, text[:70], text[:400], text[:300], text[:900])
            if HARMFUL.search(text[:70]):
                assert any("⟦" in each for each in found)


def test_each_field_holds_exactly_what_is_safe_to_show():
    text = "\u202eaé\u0430bc 1\u00a02 \x1b[2J"
    line = Line()
    message = author_of_everything(line, text)
    event, row = served(line.status(0, message))
    said = event["message"]
    safe = show_line(text)
    assert {said["officer"], said["place"], said["counterpart"], said["language"], said["to_posts"][1]} == {
        safe
    }
    assert said["from_post"] == show_line(f"ru.{text}")
    assert said["passages"] == [safe]
    assert said["slots"] == [safe]
    assert said["numbers"] == [show_line(text[:20])]
    assert (said["text"], said["shown"]) == (show(text).text, show(text).text)
    acts = [act for steps in said["chains"].values() for step in steps for act in step["acts"]]
    acts += said["say_again"] + said["without_effect"]
    assert {act["officer"] for act in acts} == {safe}
    assert safe in {act["post"] for act in acts}
    assert {act["text"] for act in acts} == {safe, None}
    fields = [field for act in acts if act["verdict"] for field in act["verdict"]["fields"]]
    assert safe in {field["typed"] for field in fields}
    assert safe in {field["sent"] for field in fields}
    assert {text for act in acts if act["verdict"] for text in act["verdict"]["surplus"]} == {safe}
    assert (row["place"], row["language"], row["beginning"], row["slots"]) == (safe, safe, safe, [safe])


def test_programs_get_every_text_exactly():
    text = "\u202eaé\u0430bc"
    line = Line()
    status = line.status(0, author_of_everything(line, text))
    exact = message_values(status)
    assert (exact.text, exact.officer, exact.place, exact.passages) == (text, text, text, (text,))
    assert exact.shown == show(text).text


@pytest.mark.parametrize("seed", range(3))
def test_nothing_that_a_peer_writes_nearly_right_comes_out_raw(seed):
    peer, line = Peer(seed), Line()
    for _ in range(60):
        peer.write(line)
    line.wait(1_000_000)
    for status in line.inbox(0):
        harmless(served(status))


def test_of_very_many_acts_the_first_and_the_last_are_given_and_the_number_of_the_rest():
    line = Line()
    message = line.say(0, free_text("why?"))
    for number in range(200):
        line.hostile(RU, Kind.SAY_AGAIN, body=encode({1: f"again {number}"}), references=(message,))
    values = message_values(line.status(0, message), show_line, acts_at_most=ACTS_AT_MOST)
    texts = [act.text for act in values.say_again]
    assert (len(texts), values.acts_left_out) == (ACTS_AT_MOST, 200 - ACTS_AT_MOST)
    assert (texts[0], texts[-1]) == ("again 0", "again 199")
    everything = message_values(line.status(0, message))
    assert (len(everything.say_again), everything.acts_left_out) == (200, 0)


def test_a_message_whose_acts_are_too_long_for_the_stream_comes_without_them():
    line = Line()
    message = line.say(0, free_text("why?"))
    for _ in range(70):
        line.hostile(RU, Kind.SAY_AGAIN, body=encode({1: "\u202e" * 490}), references=(message,))
    octets = message_event(line.status(0, message))
    event = json.loads(octets.removeprefix(b"data: "))["message"]
    assert (event["say_again"], event["acts_left_out"]) == ([], 70)
    assert len(octets) < 8_000


def test_the_label_of_a_watch_is_made_safe():
    view = WatchView(
        party="ru",
        number="RU/1",
        ours=False,
        post="ru.\u202ed",
        officer="\x1b[2J",
        heard=True,
        claimed_ms=1,
        arrived_ms=2,
    )
    values = watch_values(view)
    assert (values.officer, values.post) == ("⟦U+001B⟧[2J", "ru.⟦U+202E⟧d")


def test_what_is_no_message_here_is_left_out():
    class Desk:
        def context(self):
            return Line().sides[0].context(START_MS)

        def message(self, _number):
            raise UsageError("none", code="node.desk.no_message", hint="none")

    assert judge(Desk(), deque([(0, 1)]), pytest.fail) == []


@pytest.mark.parametrize(
    "text",
    ["\x01" * 7_990, "a\u0430" * 2_600, "e" + "\u0301" * 3_900, "".join(map(chr, range(0x1D400, 0x1D7CC)))],
)
def test_a_message_of_marks_alone_fits_a_stream_many_times(text):
    line = Line()
    octets = message_event(line.status(0, line.say(1, free_text(text))))
    assert len(octets) < MAX_EVENT_BYTES, "a fourth of what may wait for a console"
