"""Whatever the other side puts on its record, every message can be read: in each language and as JSON (protocol A8).

The bodies are nearly right: that is where a reader that believes one part of an entry falls over another.
"""

import random

import msgspec
import pytest
from tests.messages_line import START_MS, Line, contact, free_text, warning

from coupefeu.cli.inbox import summary_lines
from coupefeu.errors import UsageError
from coupefeu.model.entry import Kind
from coupefeu.model.messages import Content, Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.node.values import alarm_values, message_values
from coupefeu.services.messages import render_message
from coupefeu.services.messages.alarms import alarms
from coupefeu.wire.cbor import encode

TEXTS = ("", "x", "35.31 N", "STOP", "\x1b[2J", "t\u202e\n\u2014 a", "\u043e" * 300, "x" * 3_000)
NUMBERS = (0, 1, 2, 4, 6, 11, 24, 25, START_MS, START_MS + 1, (1 << 53), (1 << 63) - 1, (1 << 64) - 1)
POSTS = ("us.duty", "ru.duty", "ru.chief", "fr.x", "us.", "", "\x00", "\x1b")
KINDS = (*[Kind.MESSAGE] * 8, *[Kind.LINE_TEST] * 4, *range(17, 25), 33, 34, 199, (1 << 63) - 1)
FORM_KEYS, ACT_KEYS = 14, 7
ROUNDS = 3


class Peer:
    """Writes bodies that are nearly right: the keys of a form or an act, each of nearly the kind of value it has."""

    def __init__(self, seed):
        self.draw = random.Random(seed)

    def body(self, kind):
        is_form = (kind in {Kind.MESSAGE, Kind.LINE_TEST}) != (self.draw.random() < 0.1)
        keys = [key for key in range(FORM_KEYS if is_form else ACT_KEYS) if self.draw.random() < 0.45]
        if is_form:
            keys = sorted({0, 1, *keys})
        try:
            return encode({key: self.value(key, is_form=is_form) for key in keys})
        except UsageError:
            return self.draw.randbytes(20)

    def value(self, key, *, is_form):
        if self.draw.random() < 0.1:
            return self.draw.choice((True, b"x" * 32, -1, [[]], {0: 1}, *NUMBERS, *TEXTS))
        few = range(self.draw.randrange(4))
        if is_form and key < 2:
            return self.draw.randrange((12, 6)[key])
        if is_form and key == 13:
            return [[self.draw.choice(TEXTS), self.draw.choice(NUMBERS), bytes(32)] for _ in few]
        if is_form and key == 9:
            return [self.draw.randrange(26), *(self.draw.choice((*TEXTS, *NUMBERS)) for _ in few)]
        if key in ({4, 8} if is_form else {4}):
            return [self.draw.choice(("1", "-2.5", "\u0663", *TEXTS)) for _ in few]
        is_text = key in ({2, 3, 6, 11} if is_form else {0, 1})
        return self.draw.choice(TEXTS if is_text else NUMBERS)

    def write(self, line):
        kind = self.draw.choice(KINDS)
        some = range(self.draw.choice((0, 1, 1, 1, 2, 17)))
        line.hostile(
            1,
            kind,
            body=self.body(kind),
            references=tuple((self.draw.randrange(3), self.draw.randrange(8)) for _ in some),
            precedence=self.draw.choice(tuple(Precedence)),
            from_post=self.draw.choice(("ru.duty", *POSTS)),
            to_posts=tuple(self.draw.choice(POSTS) for _ in range(self.draw.randrange(3))) or ("us.duty",),
            language=self.draw.choice(("ru", "xx", "", "\x1b[2J")),
            written_ms=self.draw.choice((START_MS, *NUMBERS[:-1])),
        )


@pytest.mark.parametrize("seed", range(4))
def test_every_message_can_be_read_whatever_the_other_side_wrote(seed):
    peer = Peer(seed)
    for _ in range(ROUNDS):
        line = Line()
        line.say(0, warning(), precedence=Precedence.FLASH)
        line.say(0, Content(form=Form.REQUEST_FOR_EXPLANATION, subject=Subject.CLARIFICATION, text="?"))
        line.say(0, contact())
        line.say(0, free_text("a b c", passages=("b",)))
        for _ in range(30):
            peer.write(line)
        line.wait(1_000_000)
        for log in (0, 1):
            context, statuses = line.sides[log].context(line.now_ms), line.inbox(log)
            assert len(statuses) >= 4
            assert msgspec.json.encode(
                [alarm_values(alarm, context.parties) for alarm in alarms(statuses, context)]
            )
            for status in statuses:
                assert msgspec.json.encode(message_values(status))
                for language in ("en", "fr", "ru"):
                    assert render_message(status, context, language)
                    assert summary_lines(status, context, language)
