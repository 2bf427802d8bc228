"""What an entry says is the same by Python and by the pages: every kind of body that we keep, good and bad."""

import json
from dataclasses import replace

import pytest
from tests.console.judging import judge
from tests.documents import ROOT

from coupefeu.model.entry import Kind, Reference
from coupefeu.services.said import said_in
from coupefeu.testing.author import Author
from coupefeu.testing.line import make_agreement
from coupefeu.wire.head import encode_head

PARTIES = ("us", "ru")
KEPT = json.loads((ROOT / "tests" / "vectors" / "entries-v1.json").read_text("utf-8"))["bodies"]
LOGS = (0, 1, 3)


def heads(item):
    """Heads of a kind with as many references as its body may speak of."""
    head = replace(Author(make_agreement(), "ru").head(), kind=item["kind"])
    counts = range(4) if item["kind"] >= Kind.WATCH_HANDED_OVER else [1]
    return [
        replace(
            head,
            references=tuple(
                Reference(log=LOGS[number % 3], index=14 + number, leaf_hash=bytes(32))
                for number in range(count)
            ),
        )
        for count in counts
    ]


@pytest.fixture(scope="module")
def questions():
    return [(head, bytes.fromhex(item["body"])) for item in KEPT for head in heads(item)]


def test_the_pages_say_what_python_says(questions):
    asked = [
        {"what": "said", "head": encode_head(head).hex(), "octets": body.hex()} for head, body in questions
    ]
    for (head, body), answer in zip(questions, judge(asked), strict=True):
        assert [tuple(each) for each in answer["gives"]] == list(said_in(head, body, PARTIES)), (
            head,
            body.hex(),
        )


def test_every_kind_that_says_something_is_among_them(questions):
    speaking = {head.kind for head, body in questions if said_in(head, body, PARTIES)}
    assert {
        Kind.WATCH_TAKEN,
        Kind.WATCH_LEFT,
        Kind.WATCH_HANDED_OVER,
        Kind.WATCH_ACCEPTED,
        Kind.ROSTER,
    } <= speaking
