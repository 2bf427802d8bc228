"""What the console gives and takes: types that travel as JSON, with their limits."""

import msgspec
import pytest

from coupefeu.console import requests, values
from coupefeu.console.requests import MAX_SHOWN_AT_ONCE, SayRequest, ShownRequest
from coupefeu.console.values import BeatEvent, FeedEvent


def test_every_event_of_the_feed_says_what_it_is():
    events = FeedEvent.__args__
    tags = [msgspec.json.decode(msgspec.json.encode(BeatEvent(as_of_ms=1)))["what"]]
    tags += [each.__dataclass_fields__["what"].default for each in events]
    assert tags == [
        "beat",
        "desk",
        "locked",
        "message",
        "call",
        "signal",
        "notice",
        "conflict",
        "gap",
        "firebreak",
        "entry",
        "trouble",
        "progress",
        "demo",
        "beat",
    ]


def test_requests_are_bounded():
    shown = {"console": "a", "messages": ["US/1"] * (MAX_SHOWN_AT_ONCE + 1)}
    with pytest.raises(msgspec.ValidationError, match="length <= 200"):
        msgspec.convert(shown, ShownRequest)
    with pytest.raises(msgspec.ValidationError, match="length <= 64"):
        msgspec.convert({"form": "x" * 65}, SayRequest)
    with pytest.raises(msgspec.ValidationError, match="length <= 8"):
        msgspec.convert(
            {"form": "warning", "attachments": [{"name": "a", "content": "AA=="}] * 9}, SayRequest
        )


def test_an_attachment_travels_as_base64():
    asked = msgspec.json.decode(
        b'{"form":"free-text","attachments":[{"name":"a","content":"AP8="}]}', type=SayRequest
    )
    assert asked.attachments[0].content == b"\x00\xff"


@pytest.mark.parametrize("module", [values, requests])
def test_all_that_travels_is_frozen(module):
    ours = [each for each in vars(module).values() if getattr(each, "__module__", "") == module.__name__]
    kept = [each for each in ours if hasattr(each, "__dataclass_fields__")]
    assert len(kept) > 5
    assert all(each.__dataclass_params__.frozen for each in kept)
