"""What a search finds in an entry, and what it must not find."""

from dataclasses import replace

import pytest

from coupefeu.model.attachments import Promised
from coupefeu.model.entry import Head, Kind
from coupefeu.model.instant import Instant
from coupefeu.model.messages import Content, Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.node.search import fold, says
from coupefeu.services.messages.facts import Act, encode_act
from coupefeu.services.messages.forms import encode_content
from coupefeu.wire.head import encode_head

HEAD = Head(
    kind=Kind.MESSAGE,
    from_post="us.chief",
    to_posts=("ru.duty",),
    precedence=Precedence.ROUTINE,
    written_ms=Instant(1_700_000_000_000),
    language="en",
    agreement_version=1,
)
CONTENT = Content(form=Form.FREE_TEXT, subject=Subject.SAFETY, text="Наш самолёт отклонился. Straße, Étape.")


def found(words, content=CONTENT, head=HEAD):
    return says(encode_head(head), encode_content(content), fold(words))


@pytest.mark.parametrize(
    "words",
    [
        "",
        "  ",
        "НАШ САМОЛЁТ",
        "самолет",
        "strasse",
        "E\u0301TAPE",
        "étape",
        "us.chief",
        "RU.DUTY",
        " отклонился. ",
    ],
)
def test_what_was_written_is_found_whatever_its_case_or_composition(words):
    assert found(words)


@pytest.mark.parametrize("words", ["самолот", "us.duty", "nothing"])
def test_what_was_not_written_is_not_found(words):
    assert not found(words)


def test_a_byte_between_two_fields_is_not_found():
    """The bytes of a text of 19 letters begin with the letter s: `top...` must not read as `stop...`."""
    content = replace(CONTENT, text="top of the hill now")
    assert b"stop of the hill" in encode_content(content)
    assert not found("stop", content)
    assert found("top of", content)


@pytest.mark.parametrize(
    "fields",
    [
        {"place": "Kobani"}, {"officer": "Kobani"}, {"counterpart": "Kobani"}, {"numbers": ("Kobani",)},
        {"passages": ("Kobani",)}, {"phrase": 1, "slots": ("Kobani", 7)},
        {"attachments": (Promised(name="Kobani.pdf", size=1, commitment=bytes(32)),)},
    ],
)  # fmt: skip
def test_every_field_that_an_author_fills_is_searched(fields):
    assert found("kobani", replace(CONTENT, text="-", **fields))


@pytest.mark.parametrize("act", [Act(text="Kobani"), Act(officer="Kobani"), Act(typed=("1", "Kobani"))])
def test_acts_are_searched(act):
    head = encode_head(replace(HEAD, kind=Kind.TAKEN))
    assert says(head, encode_act(act), "kobani")
    assert not says(head, encode_act(act), "kobany")


def test_what_cannot_be_read_is_searched_as_it_is_shown():
    assert says(encode_head(HEAD), b"\xff Kobani", "kobani")
    assert says(encode_head(replace(HEAD, kind=77)), "\xa0 Кобани".encode(), "кобани")
    assert not says(b"\xff us.duty", b"Kobani", "us.duty")
    assert not says(None, None, "kobani")
