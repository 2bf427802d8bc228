"""Event streams are counted, and end with their session."""

import pytest

from coupefeu.console.errors import TooManyError
from coupefeu.console.sessions import Session
from coupefeu.console.streams import MAX_OF_SESSION, MAX_STREAMS, Streams


def session(name):
    return Session(
        id=name, post="us.duty", officer="", language="en", signed_in_ms=0, used_ms=0, expires_ms=1
    )


def refusal(streams, name):
    with pytest.raises(TooManyError) as refused:
        streams.enter(session(name), "one more", lambda: None)
    return refused.value.code


def test_one_browser_leaves_room_for_its_own_requests():
    streams = Streams()
    leaves = [streams.enter(session("a"), f"page {number}", lambda: None) for number in range(MAX_OF_SESSION)]
    assert refusal(streams, "a") == "console.streams.session"
    streams.enter(session("b"), "page 0", lambda: None)
    leaves[0]()
    leaves[0]()
    streams.enter(session("a"), "another page", lambda: None)
    assert refusal(streams, "a") == "console.streams.session"


def test_a_page_that_connects_anew_takes_the_place_of_its_earlier_stream():
    streams, ended = Streams(), []
    leave_first = streams.enter(session("a"), "page", lambda: ended.append("first"))
    for number in range(3 * MAX_OF_SESSION):
        streams.enter(session("a"), "page", lambda number=number: ended.append(number))
    assert ended == ["first", *range(3 * MAX_OF_SESSION - 1)]
    leave_first()  # what is over leaves only itself
    streams.end_session(session("a"))
    assert ended[-1] == 3 * MAX_OF_SESSION - 1


def test_the_same_name_in_another_browser_is_another_page():
    streams, ended = Streams(), []
    for name in ("a", "b"):
        streams.enter(session(name), "page", lambda name=name: ended.append(name))
    assert not ended


def test_all_streams_together_are_bounded():
    streams = Streams()
    for number in range(MAX_STREAMS):
        streams.enter(session(str(number)), "page", lambda: None)
    assert refusal(streams, "another") == "console.streams.all"


def test_streams_end_with_their_session_and_no_others():
    streams, ended = Streams(), []
    for number, name in enumerate(("a", "a", "b")):
        streams.enter(session(name), f"page {number}", lambda name=name: ended.append(name))
    streams.end_session(session("a"))
    assert ended == ["a", "a"]
    streams.end_session(session("a"))
    streams.end_all()
    assert ended == ["a", "a", "b"]


def test_a_stream_may_leave_while_it_is_ended():
    streams, leaves = Streams(), []

    def end():
        leaves.pop()()

    leaves.extend(streams.enter(session("a"), f"page {number}", end) for number in range(3))
    streams.end_all()
    assert not leaves
