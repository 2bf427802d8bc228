"""Checkpoints, runs, co-signatures, proofs and tiles."""

import pytest

from coupefeu.errors import PeerError, UsageError
from coupefeu.wire import cosignature, tiles
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.proof import TlogProof
from coupefeu.wire.run import Run

ROOT = bytes(range(32))
ROOT_TEXT = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


def test_checkpoint_round_trip():
    checkpoint = Checkpoint("line/us/1", 15, ROOT)
    assert checkpoint.text() == f"line/us/1\n15\n{ROOT_TEXT}\n"
    assert Checkpoint.parse(checkpoint.text()) == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"line\n15\n{ROOT_TEXT}",
        f"line\n15\n{ROOT_TEXT}\nextension\n",
        f"\n15\n{ROOT_TEXT}\n",
        f"line\n015\n{ROOT_TEXT}\n",
        f"line\n+15\n{ROOT_TEXT}\n",
        f"line\n\u0661\u0665\n{ROOT_TEXT}\n",
        f"line\n9223372036854775808\n{ROOT_TEXT}\n",
        f"line\n15\n{ROOT_TEXT[:-4]}\n",
        f"line\n15\n{ROOT_TEXT[:-2]}9=\n",
    ],
)
def test_other_checkpoints_are_refused(text):
    with pytest.raises(PeerError):
        Checkpoint.parse(text)


def test_run_round_trip():
    run = Run("line/us/1", 10_001, 10_002, ROOT)
    assert run.text() == f"coupefeu/run/v1\nline/us/1\n10001 10002\n{ROOT_TEXT}\n"
    assert Run.parse(run.text()) == run


@pytest.mark.parametrize(
    "text",
    [
        f"coupefeu/run/v2\nline\n1 2\n{ROOT_TEXT}\n",
        f"coupefeu/run/v1\nline\n2 2\n{ROOT_TEXT}\n",
        f"coupefeu/run/v1\nline\n1  2\n{ROOT_TEXT}\n",
        f"coupefeu/run/v1\nline\n1\n{ROOT_TEXT}\n",
        f"coupefeu/run/v1\n\n1 2\n{ROOT_TEXT}\n",
        f"coupefeu/run/v1\nline\n1 2\n{ROOT_TEXT}",
    ],
)
def test_other_runs_are_refused(text):
    with pytest.raises(PeerError):
        Run.parse(text)


def test_a_run_is_never_a_checkpoint():
    with pytest.raises(PeerError):
        Checkpoint.parse(Run("line", 1, 2, ROOT).text())


def test_cosignature_round_trip():
    assert cosignature.unpack(cosignature.pack(1_679_315_147, ROOT * 2)) == (1_679_315_147, ROOT * 2)
    for blob in (bytes(71), bytes(73), b"\x80" + bytes(71)):
        with pytest.raises(PeerError):
            cosignature.unpack(blob)
    for time_s, signature in ((-1, bytes(64)), (0, bytes(63)), (1 << 63, bytes(64))):
        with pytest.raises(UsageError):
            cosignature.pack(time_s, signature)


NOTE = "line\n3\nroot\n\n— line sig\n".encode()


@pytest.mark.parametrize("extra", [None, b"", b"salt"])
@pytest.mark.parametrize("path", [(), (ROOT, ROOT)])
def test_proof_round_trip(extra, path):
    proof = TlogProof(2, path, NOTE, extra)
    assert TlogProof.parse(proof.format()) == proof


def test_proof_bytes():
    proof = TlogProof(2, (ROOT,), NOTE, b"salt")
    assert (
        proof.format() == f"c2sp.org/tlog-proof@v1\nextra c2FsdA==\nindex 2\n{ROOT_TEXT}\n\n".encode() + NOTE
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"c2sp.org/tlog-proof@v1\nindex 2\n",
        b"c2sp.org/tlog-proof@v2\nindex 2\n\nnote",
        b"c2sp.org/tlog-proof@v1\n\nnote",
        b"c2sp.org/tlog-proof@v1\nindex 02\n\nnote",
        b"c2sp.org/tlog-proof@v1\nindex 2\nextra AA==\n\nnote",
        b"c2sp.org/tlog-proof@v1\nextra AB==\nindex 2\n\nnote",
        b"c2sp.org/tlog-proof@v1\nindex 2\nAAAA\n\nnote",
        b"c2sp.org/tlog-proof@v1\r\nindex 2\n\nnote",
        b"c2sp.org/tlog-proof@v1\nindex \xc2\xb2\n\nnote",
        b"c2sp.org/tlog-proof@v1\nindex 2\n" + f"{ROOT_TEXT}\n".encode() * 65 + b"\nnote",
    ],
)
def test_other_proofs_are_refused(data):
    with pytest.raises(PeerError):
        TlogProof.parse(data)


def test_bundle_round_trip():
    items = [b"", b"a" * 70, b"b" * 65_535]
    assert tiles.parse_bundle(tiles.bundle(items)) == items
    with pytest.raises(UsageError):
        tiles.bundle([bytes(65_536)])
    for data in (b"\x00", b"\x00\x02a", tiles.bundle([b"a"] * 257)):
        with pytest.raises(PeerError):
            tiles.parse_bundle(data)
    for index, width in ((-1, 256), (0, 0), (0, 257)):
        with pytest.raises(UsageError):
            tiles.tile_path(0, index, width)
