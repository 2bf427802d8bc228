import pytest
from tests.shared import shared_json

from coupefeu.errors import PeerError
from coupefeu.wire.note import COSIGNATURE, ED25519, Note, NoteSignature, VerifierKey, format_note, parse_note

SIGNATURE = NoteSignature("line/us/1", b"\x01\x02\x03\x04", bytes(64))
KEY = VerifierKey.of("line/us/1", ED25519, bytes(range(32)))


def test_round_trip():
    note = Note("first\n\nlast\n", (SIGNATURE, NoteSignature("é/témoin", b"abcd", b"\x05")))
    assert parse_note(format_note(note)) == note


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"text\n\n\xe2\x80\x94 name AQIDBAU=",
        b"text\n\n- name AQIDBAU=\n",
        b"text\n\n\xe2\x80\x94 name AQIDBA==\n",
        b"text\n\n\xe2\x80\x94 name AQIDBAV=\n",
        b"text\n\n\xe2\x80\x94 na+me AQIDBAU=\n",
        b"text\n\n\xe2\x80\x94  AQIDBAU=\n",
        "text\n\n— na\u2003me AQIDBAU=\n".encode(),
        b"te\rxt\n\n\xe2\x80\x94 name AQIDBAU=\n",
        b"te\x00xt\n\n\xe2\x80\x94 name AQIDBAU=\n",
        b"te\xffxt\n\n\xe2\x80\x94 name AQIDBAU=\n",
        b"text\n\n" + b"\xe2\x80\x94 name AQIDBAU=\n" * 101,
        b"x" * 1_000_001,
    ],
)
def test_other_bytes_are_refused(data):
    with pytest.raises(PeerError):
        parse_note(data)


@pytest.mark.parametrize(
    "note",
    [
        Note("no newline", (SIGNATURE,)),
        Note("text\n", ()),
        Note("escape\x1b[2J\n", (SIGNATURE,)),
        Note("text\n", (NoteSignature("two words", b"abcd", b"12345"),)),
        Note("text\n", (NoteSignature("name", b"abc", b""),)),
    ],
)
def test_what_would_not_come_back_is_not_written(note):
    with pytest.raises(PeerError):
        format_note(note)


def test_hostile_texts_stay_text():
    """A forged signature line inside a text never becomes a signature: the last empty line parts them."""
    for case in shared_json("data/hostile/unicode.json"):
        note = Note(f"{case['text']}\n", (SIGNATURE,))
        try:
            data = format_note(note)
        except PeerError:
            assert any(
                (letter < " " and letter != "\n") or "\ud800" <= letter < "\ue000" for letter in case["text"]
            )
            continue
        assert parse_note(data) == note, case["name"]


def test_naughty_strings_stay_text():
    texts = shared_json("data/hostile/naughty-strings.json")
    assert len(texts) == 485
    for text in texts:
        note = Note(f"{text}\n", (SIGNATURE,))
        if any(ord(letter) < 32 and letter != "\n" for letter in text):
            with pytest.raises(PeerError):
                format_note(note)
        else:
            assert parse_note(format_note(note)) == note


def test_verifier_key_round_trip():
    assert VerifierKey.parse(KEY.text()) == KEY
    assert VerifierKey.parse(f"{KEY.text()}\n") == KEY
    cosigner = VerifierKey.of("line/us/1", COSIGNATURE, KEY.key)
    assert cosigner.key_id != KEY.key_id


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+01020304",
        KEY.text().replace("line/us/1", "line/ru/1"),
        KEY.text().replace("+", "+0", 1),
        KEY.text().upper(),
        KEY.text()[:-4],
        f"{KEY.text()}\n\n",
        VerifierKey.of("name", 0x05, bytes(32)).text(),
        VerifierKey.of("na me", ED25519, bytes(32)).text(),
    ],
)
def test_other_verifier_keys_are_refused(text):
    with pytest.raises(PeerError):
        VerifierKey.parse(text)
