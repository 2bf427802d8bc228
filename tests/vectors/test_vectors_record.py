"""Our own formats, frozen: `record-v1.json` is what docs/spec/record.md promises to every other implementation."""

import json
from pathlib import Path

from coupefeu.keys.notes import CosignSigner, LogSigner
from coupefeu.model.entry import Head, Reference, Seen
from coupefeu.model.precedence import Precedence
from coupefeu.record import statements
from coupefeu.record.attachment import attachment_salt, commit_attachment
from coupefeu.record.disclosure import Disclosure, format_index
from coupefeu.record.evidence import audit_proof
from coupefeu.record.leaf import leaf_hash, make_leaf, salts
from coupefeu.record.tree import inclusion_path, root_of
from coupefeu.services.messages.forms import encode_content, read_content
from coupefeu.wire import packet, tiles
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.dictionary import DICTIONARY_HASH
from coupefeu.wire.head import encode_head, shorten
from coupefeu.wire.note import VerifierKey
from coupefeu.wire.proof import TlogProof
from coupefeu.wire.run import Run

KEPT = json.loads(Path(__file__).with_name("record-v1.json").read_text("utf-8"))
LOG = LogSigner(KEPT["log_vkey"].partition("+")[0], bytes.fromhex(KEPT["log_private"]))
HOLDER = LogSigner(KEPT["holder_vkey"].partition("+")[0], bytes.fromhex(KEPT["holder_private"]))
COSIGNER = CosignSigner(KEPT["cosigner_vkey"].partition("+")[0], bytes.fromhex(KEPT["cosigner_private"]))
LEAVES = [bytes.fromhex(entry["leaf"]) for entry in KEPT["entries"]]
HASHES = [bytes.fromhex(entry["leaf_hash"]) for entry in KEPT["entries"]]
ROOT, RUN_ROOT = bytes.fromhex(KEPT["root"]), bytes.fromhex(KEPT["run_root"])
TIME_S = KEPT["cosignature_time_s"]


def head_of(entry: dict) -> Head:
    return Head(
        kind=entry["kind"],
        from_post=entry["from_post"],
        to_posts=tuple(entry["to_posts"]),
        precedence=Precedence(entry["precedence"]),
        written_ms=entry["written_ms"],
        language=entry["language"],
        agreement_version=entry["agreement_version"],
        references=tuple(
            Reference(log=a, index=b, leaf_hash=bytes.fromhex(c)) for a, b, c in entry["references"]
        ),
        seen=tuple(Seen(log=a, size=b, root=bytes.fromhex(c)) for a, b, c in entry["seen"]),
    )


def test_keys():
    for signer, name in ((LOG, "log"), (HOLDER, "holder"), (COSIGNER, "cosigner")):
        assert signer.vkey == VerifierKey.parse(KEPT[f"{name}_vkey"])


def test_entries():
    for entry in KEPT["entries"]:
        seed, body, head = (bytes.fromhex(entry[field]) for field in ("seed", "body", "head"))
        assert encode_head(head_of(entry)) == head
        assert shorten(head).hex() == entry["short_head"]
        assert [salt.hex() for salt in salts(seed)] == [entry["head_salt"], entry["body_salt"]]
        assert make_leaf(LOG.name, seed, head, body).hex() == entry["leaf"]
        assert leaf_hash(bytes.fromhex(entry["leaf"])).hex() == entry["leaf_hash"]
        shown = Disclosure.whole(entry["index"], seed, head, body)
        assert (shown.to_bytes().hex(), shown.to_extra().hex()) == (entry["disclosure"], entry["extra"])


def test_attachments():
    """The message promises them as 0 and 1; the second is committed as number 7, to show that N is in the salt."""
    seed = bytes.fromhex(KEPT["attachment_seed"])
    content, effect = read_content(bytes.fromhex(KEPT["attachment_body"]))
    assert effect == ""
    assert encode_content(content).hex() == KEPT["attachment_body"]
    for kept, promised in zip(KEPT["attachments"], content.attachments, strict=True):
        octets = bytes.fromhex(kept["content"])
        salt = attachment_salt(seed, kept["number"])
        assert salt.hex() == kept["salt"]
        assert promised == (kept["name"], len(octets), bytes.fromhex(kept["commitment"]))
        assert commit_attachment(LOG.name, salt, octets) == promised.commitment


def test_statements():
    assert root_of(HASHES) == ROOT
    assert root_of(HASHES[1:2]) == RUN_ROOT
    checkpoint = statements.sign_checkpoint(LOG, 3, ROOT)
    run = statements.sign_run(LOG, 1, 2, RUN_ROOT)
    cosigned = statements.cosign_checkpoint(COSIGNER, LOG.name, 3, ROOT, TIME_S)
    receipt = statements.sign_run_receipt(HOLDER, LOG.name, 1, 2, RUN_ROOT)
    made = [made.hex() for made in (checkpoint, run, cosigned, receipt)]
    assert made == [
        KEPT[name] for name in ("checkpoint_signature", "run_signature", "cosignature", "run_receipt")
    ]
    lines = [(COSIGNER.vkey, TIME_S, cosigned)]
    note = statements.checkpoint_note(LOG.vkey, Checkpoint(LOG.name, 3, ROOT), checkpoint, lines)
    assert note.decode() == KEPT["checkpoint_note"]
    note = statements.run_note(LOG.vkey, Run(LOG.name, 1, 2, RUN_ROOT), run, [(HOLDER.vkey, receipt)])
    assert note.decode() == KEPT["run_note"]


def test_files():
    assert tiles.bundle(LEAVES).hex() == KEPT["entry_bundle"]
    assert format_index(LOG.name, [(0, 3)]).decode() == KEPT["bodies_index"]
    extra = bytes.fromhex(KEPT["entries"][1]["extra"])
    proof = TlogProof(1, inclusion_path(HASHES, 1, 3), KEPT["checkpoint_note"].encode(), extra)
    assert proof.format().decode() == KEPT["proof_of_1"]
    body = bytes.fromhex(KEPT["entries"][1]["body"])
    assert audit_proof(LEAVES[1], proof.format(), body, LOG.vkey, [COSIGNER.vkey]).body == body


def test_a_packet_of_this_version_is_still_read():
    """How far deflate shrinks is the library's affair; what an old packet says is ours for ever."""
    assert KEPT["dictionary_hash"] == DICTIONARY_HASH
    entries = tuple(
        packet.PackedEntry(
            entry["index"], *(bytes.fromhex(entry[field]) for field in ("seed", "short_head", "body"))
        )
        for entry in KEPT["entries"]
    )
    batch = packet.Batch(
        0, entries, packet.CheckpointSignature(3, bytes.fromhex(KEPT["checkpoint_signature"]))
    )
    expected = [batch, packet.CosignatureItem(1, 1, TIME_S, bytes(64)), packet.Ack(1, 1)]
    assert packet.decode_items(bytes.fromhex(KEPT["packet"])) == expected
