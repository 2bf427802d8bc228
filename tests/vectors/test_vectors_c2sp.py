"""Examples of the C2SP specifications and of the Go checksum database, through our parsers."""

import pytest

from coupefeu.errors import VerificationError
from coupefeu.keys.notes import verify_signature
from coupefeu.wire import cosignature, tiles
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.note import Note, VerifierKey, format_note, parse_note

GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()
COSIGNED = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGk"
    "u9nTo+zyWE+xeMcTOA"
    "YQ8=\n— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2o"
    "yin1nPZqhf5nNo0xUe+"
    "mbIUBkBIfZ+qnA==\n"
).encode()


def test_note_signed_by_another_implementation():
    note = parse_note(GO_NOTE)
    key = VerifierKey.parse(GO_KEY)
    assert key.text() == GO_KEY
    assert format_note(note) == GO_NOTE
    verify_signature(key, note.text, note.signatures[0])
    with pytest.raises(VerificationError):
        verify_signature(key, note.text.replace("your", "our"), note.signatures[0])


def test_cosigned_checkpoint_of_the_specification():
    note = parse_note(COSIGNED)
    checkpoint = Checkpoint.parse(note.text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert [len(signature.blob) for signature in note.signatures] == [64, 72]
    time_s, _ = cosignature.unpack(note.signatures[1].blob)
    message = cosignature.cosigned_message(checkpoint.text(), time_s)
    assert message == b"cosignature/v1\ntime 1679315147\n" + note.text.encode()


def test_note_text_may_hold_empty_lines():
    text = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n"
    line = (
        "— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXx"
        "j99ihAQwaqP3Ze"
        "kRwNtIc=\n"
    )
    note = parse_note(f"{text}\n{line}".encode())
    assert note == Note(text, note.signatures)
    assert note.signatures[0].name == "quasimodo.example/salvatore"


def test_tile_paths_of_the_specification():
    assert tiles.number_path(1234067) == "x001/x234/067"
    assert tiles.tile_path(0, 273, 112) == "tile/0/273.p/112"
    assert tiles.entries_path(1000, 256) == "tile/entries/x001/000"
    of_70000 = list(tiles.tile_coordinates(70_000))
    assert sum(level == 0 and width == 256 for level, _, width in of_70000) == 273
    assert of_70000[273:] == [(0, 273, 112), (1, 0, 256), (1, 1, 17), (2, 0, 1)]
    assert list(tiles.tile_coordinates(256)) == [(0, 0, 256), (1, 0, 1)]
    assert list(tiles.tile_coordinates(0)) == []
