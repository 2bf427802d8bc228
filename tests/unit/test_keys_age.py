"""Sealed files: what another implementation of age sealed opens here, and nothing that was touched opens at all.

The two vectors were written by rage (PyPI pyrage), which in turn opens what we seal.
"""

import io
from pathlib import Path

import pytest

from coupefeu.errors import CoupefeuError, PeerError, UsageError, VerificationError
from coupefeu.keys import age

PASSPHRASE = b"seven words that nobody could ever guess"
VECTORS = Path(__file__).parents[1] / "vectors" / "age"
CHUNK = age.CHUNK_BYTES


def seal(octets, passphrase=PASSPHRASE):
    file = io.BytesIO()
    writer = age.SealedWriter(file, passphrase, work_factor=1)
    for start in range(0, len(octets), 50_000):
        writer.write(octets[start : start + 50_000])
    writer.close()
    return file.getvalue()


def open_all(sealed, passphrase=PASSPHRASE):
    reader = age.SealedReader(io.BytesIO(sealed), passphrase)
    parts = []
    while part := reader.read(70_001):
        parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize(("name", "content"), [("empty", b""), ("chunk", bytes(range(256)) * 257)])
def test_what_another_implementation_sealed_opens(name, content):
    assert open_all((VECTORS / f"{name}.age").read_bytes()) == content


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 1])
def test_it_opens_as_it_was_and_no_cut_does(size):
    content = bytes(range(251)) * (size // 251 + 1)
    sealed = seal(content[:size])
    assert open_all(sealed) == content[:size]
    header = sealed.index(b"\n---") + 49
    ends = {*range(min(len(sealed), header + 40)), *range(header, len(sealed), 7_919), len(sealed) - 1}
    whole_chunks = {header + 16 + count * (CHUNK + 16) for count in range(1, 3)}
    for end in ends | {each for each in whole_chunks if each < len(sealed)}:
        with pytest.raises(CoupefeuError):
            open_all(sealed[:end])


def test_no_changed_byte_opens():
    sealed = seal(b"keys")
    for at in range(len(sealed)):
        with pytest.raises(CoupefeuError):
            open_all(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :])


def test_chunks_that_change_places_or_are_added_do_not_open():
    sealed = seal(bytes(3 * CHUNK))
    start = len(sealed) - 3 * (CHUNK + 16)
    head, one, two, three = (
        sealed[:start],
        *(sealed[start + n * (CHUNK + 16) : start + (n + 1) * (CHUNK + 16)] for n in range(3)),
    )
    assert open_all(head + one + two + three) == bytes(3 * CHUNK)
    for order in (
        (two, one, three),
        (one, three),
        (one, two, three, three),
        (one, two, two, three),
        (three,),
    ):
        with pytest.raises(VerificationError):
            open_all(head + b"".join(order))


def test_another_passphrase_and_a_short_one_are_refused():
    with pytest.raises(VerificationError) as caught:
        open_all(seal(b"keys"), b"another that is long enough")
    assert caught.value.code == "keys.age.passphrase"
    with pytest.raises(UsageError) as short:
        seal(b"keys", b"eleven char")
    assert short.value.code == "keys.age.short_passphrase"
    assert "eleven" not in str(short.value)


HOSTILE = {
    "no age": (b"age-encryption.org/v1\n", b"age-encryption.org/v2\n"),
    "another recipient": (b"-> scrypt", b"-> X25519"),
    "a work factor that would take all memory": (b" 1\n", b" 30\n"),
    "none": (b" 1\n", b" 0\n"),
    "no number": (b" 1\n", b" x\n"),
    "a second stanza": (b"\n---", b"\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 1\n---"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_strangers_header_is_refused_before_it_costs_anything(what, monkeypatch):
    old, new = HOSTILE[what]
    sealed = seal(b"keys")
    if what != "a second stanza":  # whose first one is lawful
        monkeypatch.setattr(age, "Scrypt", None)
    with pytest.raises(PeerError) as caught:
        open_all(sealed.replace(old, new, 1))
    assert caught.value.code == "keys.age.malformed"


def test_a_header_without_end_is_not_read_without_end():
    with pytest.raises(PeerError):
        open_all(b"age-encryption.org/v1\n-> scrypt " + b"A" * 10_000_000)
