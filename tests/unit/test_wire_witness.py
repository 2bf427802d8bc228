import pytest

from coupefeu.errors import PeerError
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.note import Note, NoteSignature, format_note
from coupefeu.wire.witness import (
    MAX_ANSWER_BYTES,
    MAX_ANSWER_LINES,
    MAX_REQUEST_BYTES,
    Submission,
    format_lines,
    format_size,
    format_submission,
    origin_hash,
    parse_lines,
    parse_size,
    parse_submission,
    parse_tree_head,
)

SIGNATURE = NoteSignature("line/us/1", b"\x01\x02\x03\x04", bytes(64))
HEAD = Checkpoint("line/us/1", 12, bytes(range(32)))
NOTE = Note(HEAD.text(), (SIGNATURE, SIGNATURE))


@pytest.mark.parametrize("path", [(), (bytes(32),) * 63])
def test_a_request_comes_out_as_it_went_in(path):
    data = format_submission(7, path, format_note(NOTE))
    submission = parse_submission(data)
    assert submission == Submission(old_size=7, path=path, note=NOTE)
    assert submission.checkpoint == HEAD


def test_a_request_is_bounded():
    """Sixteen signatures as large as any there is are taken, and a request a byte too long is not."""
    lines = tuple(NoteSignature(f"n{number}", b"abcd", bytes(4_996)) for number in range(16))
    parse_submission(format_submission(7, (), format_note(Note(HEAD.text(), lines))))
    data = format_submission(7, (), format_note(NOTE))
    with pytest.raises(PeerError, match=r"wire\.witness\.too-long"):
        parse_submission(data + b"x" * (MAX_REQUEST_BYTES + 1 - len(data)))
    with pytest.raises(PeerError, match=r"wire\.witness\.path"):
        parse_submission(format_submission(7, (bytes(32),) * 64, format_note(NOTE)))


@pytest.mark.parametrize(
    "text",
    ["a\n0\n", f"{HEAD.text()}\n", f"{HEAD.text()}x", f"{HEAD.text()}x\n\ny\n", HEAD.text() + "x\n" * 65],
)
def test_a_head_of_other_lines_is_refused(text):
    with pytest.raises(PeerError):
        parse_tree_head(text)


def test_a_head_may_say_more():
    assert parse_tree_head(f"{HEAD.text()}more\n") == HEAD


def test_an_answer_comes_out_as_it_went_in_and_is_bounded():
    assert parse_lines(format_lines([SIGNATURE] * MAX_ANSWER_LINES)) == (SIGNATURE,) * MAX_ANSWER_LINES
    line = format_lines([SIGNATURE])
    for data in (
        b"",
        line[:-1],
        line + b"\n",
        b"\n" + line,
        line * 17,
        b"x" * (MAX_ANSWER_BYTES + 1),
        b"\xff\n",
    ):
        with pytest.raises(PeerError):
            parse_lines(data)


def test_a_size_comes_out_as_it_went_in():
    for size in (0, 1, (1 << 63) - 1):
        assert parse_size(format_size(size)) == size
    for data in (
        b"",
        b"1",
        b"01\n",
        b"-1\n",
        b" 1\n",
        b"1\n\n",
        b"9223372036854775808\n",
        b"1" * 100 + b"\n",
    ):
        with pytest.raises(PeerError):
            parse_size(data)


def test_a_log_is_named_to_monitors_by_a_hash():
    assert origin_hash("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
