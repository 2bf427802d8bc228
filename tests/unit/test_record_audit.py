"""Exports built here, changed in every way an interested party would, and read by a third party's tool."""

import subprocess
import sys
from pathlib import Path

import pytest

from coupefeu.errors import CoupefeuError, PeerError, VerificationError
from coupefeu.keys.notes import CosignSigner, LogSigner
from coupefeu.model.entry import Head
from coupefeu.model.precedence import Precedence
from coupefeu.record.audit import audit_record
from coupefeu.record.disclosure import INDEX_PATH, Disclosure, bodies_path, format_index, parse_index
from coupefeu.record.evidence import audit_proof
from coupefeu.record.leaf import leaf_hash, make_leaf
from coupefeu.record.signatures import NOT_RECEIVED
from coupefeu.record.statements import checkpoint_note, cosign_checkpoint, sign_checkpoint
from coupefeu.record.tree import inclusion_path, root_of
from coupefeu.wire import tiles
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.head import encode_head
from coupefeu.wire.proof import TlogProof

LOG = LogSigner("line/0123456789abcdef0123456789abcdef/us/1", bytes([1]) * 32)
COSIGNER = CosignSigner("line/0123456789abcdef0123456789abcdef/ru/1/cosigner", bytes([2]) * 32)
SIZE = 600
HEAD = encode_head(
    Head(
        kind=16,
        from_post="desk",
        to_posts=("desk",),
        precedence=Precedence.ROUTINE,
        written_ms=1_648_091_525_123,
        language="en",
        agreement_version=1,
    )
)
SECRETS = [
    (bytes((index % 256, index // 256)) * 8, HEAD if index != 5 else b"\xff", b"body %d" % index)
    for index in range(SIZE)
]
LEAVES = [make_leaf(LOG.name, *secret) for secret in SECRETS]
HASHES = [leaf_hash(leaf) for leaf in LEAVES]
ROOT = root_of(HASHES)
HELD = [(0, 300), (599, 600)]


def export(size: int = SIZE) -> dict[str, bytes]:
    files = {
        tiles.entries_path(n, w): tiles.bundle(LEAVES[n * 256 : n * 256 + w])
        for n, w in tiles.bundle_widths(size)
    }
    for level, index, width in tiles.tile_coordinates(size):
        step = 256**level
        starts = range(index * 256 * step, (index * 256 + width) * step, step)
        files[tiles.tile_path(level, index, width)] = b"".join(
            root_of(HASHES[at : at + step]) for at in starts
        )
    root = root_of(HASHES[:size])
    cosigned = cosign_checkpoint(COSIGNER, LOG.name, size, root, 1_648_091_600)
    files["checkpoint"] = checkpoint_note(
        LOG.vkey,
        Checkpoint(LOG.name, size, root),
        sign_checkpoint(LOG, size, root),
        [(COSIGNER.vkey, 1_648_091_600, cosigned)],
    )
    return files


def with_bodies() -> dict[str, bytes]:
    shown = [Disclosure.whole(index, *SECRETS[index]) for start, end in HELD for index in range(start, end)]
    shown[7] = shown[7].without_body()
    files = export() | {INDEX_PATH: format_index(LOG.name, HELD)}
    for number in {each.index // 256 for each in shown}:
        files[bodies_path(number)] = tiles.bundle(
            each.to_bytes() for each in shown if each.index // 256 == number
        )
    return files


def test_a_whole_export_is_proved():
    done = []
    audit = audit_record(
        export().get, LOG.vkey, [COSIGNER.vkey], progress=lambda *numbers: done.append(numbers)
    )
    assert (audit.origin, audit.size, audit.root) == (LOG.name, SIZE, ROOT)
    assert [(each.key, each.time_s) for each in audit.cosigned] == [(COSIGNER.vkey, 1_648_091_600)]
    assert done == [(256, 600), (512, 600), (600, 600)]
    assert any("2022-03-24T03:13:20.000Z" in sentence for sentence in audit.proved)
    assert any("is true" in sentence for sentence in audit.not_proved)
    assert not any("no known key has co-signed" in sentence for sentence in audit.not_proved)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257])
def test_sizes_at_the_edges_of_tiles(size):
    assert audit_record(export(size).get, LOG.vkey).size == size


def test_without_the_cosigners_key_nothing_is_said_of_receipt():
    audit = audit_record(export().get, LOG.vkey)
    assert audit.cosigned == ()
    assert audit.unknown_signers == (COSIGNER.name,)
    assert any("no known key has co-signed" in sentence for sentence in audit.not_proved)


def test_deep_reads_what_is_disclosed():
    seen = []

    def decode_body(index: int, head: Head, body: bytes) -> None:
        seen.append(index)
        if index == 9:
            raise PeerError("unreadable", code="test", hint="")

    audit = audit_record(with_bodies().get, LOG.vkey, deep=True, decode_body=decode_body)
    assert (audit.heads, audit.bodies) == (301, 300)
    assert (audit.unreadable, audit.unreadable_count) == ((5, 9), 2)
    assert audit.first_body == b"body 0"
    assert len(seen) == 299
    assert audit_record(with_bodies().get, LOG.vkey).first_body == b"body 0"


def flip(data: bytes, at: int) -> bytes:
    return data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]


@pytest.mark.parametrize("path", sorted(with_bodies()))
def test_any_change_and_any_missing_file_is_found(path):
    files = with_bodies()
    data = files[path]
    audit_record(files.get, LOG.vkey, [COSIGNER.vkey], deep=True)
    changes = [flip(data, at) for at in sorted({0, 1, len(data) // 3, len(data) // 2, len(data) - 1})]
    for changed in [*changes, data[:-1], data + b"\x00", b""]:
        with pytest.raises(CoupefeuError):
            audit_record((files | {path: changed}).get, LOG.vkey, [COSIGNER.vkey], deep=True)
    if path != INDEX_PATH:
        with pytest.raises(PeerError, match="missing"):
            audit_record({name: files[name] for name in files if name != path}.get, LOG.vkey, deep=True)


def test_a_body_of_another_entry_is_found():
    files = with_bodies()
    shown = [Disclosure.whole(599, *SECRETS[598])]
    with pytest.raises(VerificationError) as caught:
        audit_record(
            (files | {bodies_path(2): tiles.bundle(each.to_bytes() for each in shown)}).get,
            LOG.vkey,
            deep=True,
        )
    assert caught.value.code == "record.disclosure.head"


def test_keys_of_the_wrong_kind_or_name_are_refused():
    stranger = LogSigner("line/other", bytes([3]) * 32)
    impostor = LogSigner(LOG.name, bytes([3]) * 32)
    for log_key, cosigners in (
        (stranger.vkey, []),
        (impostor.vkey, []),
        (COSIGNER.vkey, []),
        (LOG.vkey, [stranger.vkey]),
        (LOG.vkey, [CosignSigner(COSIGNER.vkey.name, bytes([1]) * 32).vkey]),
    ):
        with pytest.raises(VerificationError):
            audit_record(export().get, log_key, cosigners)


def test_a_partys_word_for_its_own_log_is_no_receipt():
    own = CosignSigner(f"{LOG.name}/cosigner", bytes([3]) * 32)
    files, time_s = export(), 1_648_091_600
    files["checkpoint"] = checkpoint_note(
        LOG.vkey,
        Checkpoint(LOG.name, SIZE, ROOT),
        sign_checkpoint(LOG, SIZE, ROOT),
        [(own.vkey, time_s, cosign_checkpoint(own, LOG.name, SIZE, ROOT, time_s))],
    )
    proof = TlogProof(14, inclusion_path(HASHES, 14, SIZE), files["checkpoint"], None).format()
    for audit in (
        audit_record(files.get, LOG.vkey, [own.vkey]),
        audit_proof(LEAVES[14], proof, None, LOG.vkey, [own.vkey]),
    ):
        assert len(audit.cosigned) == 1
        assert NOT_RECEIVED in audit.not_proved
    assert NOT_RECEIVED not in audit_record(export().get, LOG.vkey, [COSIGNER.vkey]).not_proved


@pytest.mark.parametrize("ranges", [[(5, 5)], [(5, 4)], [(3, 5), (4, 6)], [(0, 601)]])
def test_an_index_that_cannot_be_is_refused(ranges):
    with pytest.raises(PeerError):
        parse_index(format_index(LOG.name, ranges), LOG.name, SIZE)


def proof_files(index: int, shown: Disclosure | None) -> tuple[bytes, bytes, bytes | None]:
    proof = TlogProof(
        index,
        inclusion_path(HASHES, index, SIZE),
        export()["checkpoint"],
        shown.to_extra() if shown else None,
    )
    return LEAVES[index], proof.format(), shown.body if shown else None


@pytest.mark.parametrize("index", [0, 255, 256, 599])
def test_a_proof_shows_existence_head_or_all(index):
    whole = Disclosure.whole(index, *SECRETS[index])
    for shown, head, body in (
        (None, None, None),
        (whole.without_body(), HEAD, None),
        (whole, HEAD, b"body %d" % index),
    ):
        audit = audit_proof(*proof_files(index, shown), LOG.vkey, [COSIGNER.vkey])
        assert (audit.index, audit.size, audit.head_bytes, audit.body) == (index, SIZE, head, body)
        assert (audit.head is not None) is (head is not None)
        assert len(audit.cosigned) == 1


def test_an_empty_body_is_said_to_be_shown():
    whole = Disclosure.whole(0, bytes(16), HEAD, b"")
    leaf = make_leaf(LOG.name, bytes(16), HEAD, b"")
    root = leaf_hash(leaf)
    note = checkpoint_note(LOG.vkey, Checkpoint(LOG.name, 1, root), sign_checkpoint(LOG, 1, root))
    audit = audit_proof(leaf, TlogProof(0, (), note, whole.to_extra()).format(), b"", LOG.vkey)
    assert "The head and body shown are exactly what was signed." in audit.proved


def test_a_changed_proof_is_refused():
    leaf, proof, body = proof_files(14, Disclosure.whole(14, *SECRETS[14]))
    assert body is not None
    bare = proof_files(14, None)[1]
    for files in (
        (flip(leaf, 40), proof, body),
        (leaf, proof.replace(b"index 14", b"index 15"), body),
        (leaf, proof, b"body 15"),
        (leaf, proof, None),
        (leaf, bare, body),
        (LEAVES[15], proof, body),
        (leaf[:-1], proof, body),
    ):
        with pytest.raises(CoupefeuError):
            audit_proof(*files, LOG.vkey)


def test_an_unreadable_head_is_proved_all_the_same():
    audit = audit_proof(*proof_files(5, Disclosure.whole(5, *SECRETS[5])), LOG.vkey)
    assert (audit.head, audit.head_bytes) == (None, b"\xff")


def test_the_seed_is_never_disclosed():
    shown = Disclosure.whole(14, *SECRETS[14])
    assert SECRETS[14][0] not in shown.to_bytes() + shown.to_extra()
    assert Disclosure.from_bytes(shown.to_bytes()) == shown
    assert Disclosure.from_bytes(shown.without_body().to_bytes()) == shown.without_body()


@pytest.mark.parametrize("index", [0, 300, 599])
def test_a_third_partys_tool_reads_our_tiles(tmp_path: Path, index):
    for name, data in export().items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    tool = Path(sys.executable).with_name("tlog-tiles")
    got = subprocess.run([tool, "get-leaf", "--check", tmp_path, str(index)], capture_output=True, check=True)
    assert got.stdout == LEAVES[index]
    proof = subprocess.run([tool, "gen-proof", tmp_path, str(index)], capture_output=True, check=True).stdout
    parsed = TlogProof.parse(proof)
    assert (parsed.index, parsed.path) == (index, inclusion_path(HASHES, index, SIZE))


def test_a_third_partys_verifier_accepts_our_signatures():
    """The package writes and reads checkpoints of its own; its keys and verifiers take ours."""
    from tlog_scales.signing import Vkey, VkeySet
    from tlog_scales.tlog import Checkpoint as TheirCheckpoint

    theirs = TheirCheckpoint.from_text(export()["checkpoint"].decode())
    keys = [Vkey.from_string(key.text()) for key in (LOG.vkey, COSIGNER.vkey)]
    assert len(VkeySet(*keys).verify(theirs.signatures, theirs)) == 2
