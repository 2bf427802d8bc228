"""Every format comes back as it went; what arbitrary bytes give stands in test_property_parsers.py."""

from hypothesis import given
from hypothesis import strategies as st

from coupefeu.errors import PeerError
from coupefeu.keys.notes import LogSigner
from coupefeu.model.entry import Head, Reference, Seen
from coupefeu.model.precedence import Precedence
from coupefeu.record.disclosure import Disclosure, format_index, parse_index
from coupefeu.wire import cbor, cosignature, packet, tiles
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.head import decode_head, encode_head, restore, shorten
from coupefeu.wire.note import Note, NoteSignature, VerifierKey, format_note, parse_note
from coupefeu.wire.proof import TlogProof
from coupefeu.wire.run import Run
from coupefeu.wire.varint import read_varint, varint

KEY = LogSigner("line", bytes(32)).vkey
NUMBERS = st.integers(0, (1 << 63) - 2)
SMALL = st.integers(0, 100_000)
HASHES = st.binary(min_size=32, max_size=32)
SIGNATURES = st.binary(min_size=64, max_size=64)
LETTERS = st.characters(exclude_categories=["Cs"])
TEXTS = st.text(LETTERS, max_size=30)
LINES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)
NAMES = LINES.filter(lambda name: "+" not in name and not any(letter.isspace() for letter in name))

LEAVES = st.one_of(st.integers(-(1 << 64), (1 << 64) - 1), st.booleans(), st.binary(max_size=40), TEXTS)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5), st.dictionaries(st.integers(0, (1 << 64) - 1), inner, max_size=5)
    ),
    max_leaves=20,
)
HEADS = st.builds(
    Head,
    kind=NUMBERS,
    from_post=TEXTS,
    to_posts=st.lists(TEXTS, max_size=4).map(tuple),
    precedence=st.sampled_from(Precedence),
    written_ms=NUMBERS,
    language=TEXTS,
    agreement_version=NUMBERS,
    references=st.lists(st.builds(Reference, log=NUMBERS, index=NUMBERS, leaf_hash=HASHES), max_size=5).map(
        tuple
    ),
    seen=st.lists(st.builds(Seen, log=NUMBERS, size=NUMBERS, root=HASHES), max_size=5).map(tuple),
)
LEAF_BYTES = st.tuples(HASHES, HASHES).map(lambda pair: b"\x83\x01\x58\x20" + pair[0] + b"\x58\x20" + pair[1])


@st.composite
def batches(draw):
    indices = sorted(draw(st.sets(NUMBERS, min_size=1, max_size=6)))
    packed = st.builds(
        packet.PackedEntry,
        st.just(0),
        st.binary(min_size=16, max_size=16),
        st.binary(max_size=100),
        st.one_of(st.binary(max_size=200), st.text("ab fire", max_size=500).map(str.encode)),
    )
    entries = []
    for index in indices:
        entry = draw(st.one_of(packed, st.builds(packet.LeafOnly, st.just(0), LEAF_BYTES)))
        values = (entry.leaf,) if isinstance(entry, packet.LeafOnly) else (entry.seed, entry.head, entry.body)
        entries.append(type(entry)(index, *values))
    start = draw(SMALL)
    runs = st.builds(packet.RunSignature, st.just(start), st.integers(start + 1, start + 9), SIGNATURES)
    whole_run = st.builds(packet.RunSignature, st.just(indices[0]), st.just(indices[-1] + 1), SIGNATURES)
    checkpoints = st.builds(
        packet.CheckpointSignature, st.one_of(NUMBERS, st.just(indices[-1] + 1)), SIGNATURES
    )
    return packet.Batch(draw(SMALL), tuple(entries), draw(st.one_of(runs, whole_run, checkpoints)))


@st.composite
def acks(draw):
    edges = sorted(draw(st.sets(NUMBERS, min_size=1, max_size=9)))
    return packet.Ack(draw(SMALL), edges[0], tuple(zip(edges[1::2], edges[2::2], strict=False)))


RANGES = st.sets(NUMBERS, min_size=2, max_size=2).map(lambda pair: tuple(sorted(pair)))
ASKS = st.builds(packet.AttachmentAsk, SMALL, NUMBERS, SMALL, NUMBERS)
MACS = st.binary(min_size=32, max_size=32)
ITEMS = st.one_of(
    batches(),
    acks(),
    st.builds(packet.CosignatureItem, SMALL, NUMBERS, NUMBERS, SIGNATURES),
    st.tuples(SMALL, RANGES, SIGNATURES).map(
        lambda drawn: packet.RunReceiptItem(drawn[0], *drawn[1], drawn[2])
    ),
    st.tuples(SMALL, RANGES).map(lambda drawn: packet.Hole(drawn[0], *drawn[1])),
    st.builds(packet.Heartbeat, NUMBERS, NUMBERS, NUMBERS, NUMBERS, st.booleans()),
    st.builds(packet.LineTestItem, SMALL, NUMBERS, SMALL, NUMBERS, st.none() | NUMBERS),
    st.builds(packet.Signal, st.binary(max_size=100)),
    ASKS,
    st.builds(packet.AttachmentPart, ASKS, st.binary(max_size=100)),
    st.builds(packet.RatchetOffer, NUMBERS, MACS.map(lambda mac: mac * 37)),
    st.builds(packet.RatchetAnswer, NUMBERS, MACS.map(lambda mac: mac * 34), MACS),
    st.builds(packet.RatchetProof, NUMBERS, MACS),
)
NOTES = st.builds(
    Note,
    st.lists(LINES | st.just(""), min_size=1, max_size=5).map(lambda lines: "\n".join([*lines, ""])),
    st.lists(
        st.builds(
            NoteSignature, NAMES, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=80)
        ),
        min_size=1,
        max_size=4,
    ).map(tuple),
)


@given(VALUES)
def test_cbor(value):
    data = cbor.encode(value)
    again = cbor.decode(data)
    assert again == value
    assert cbor.encode(again) == data


@given(HEADS)
def test_heads(head):
    data = encode_head(head)
    short = shorten(data)
    hashes = {(each.log, each.index): each.leaf_hash for each in head.references}
    roots = {(each.log, each.size): each.root for each in head.seen}
    assert decode_head(data) == head
    if len(hashes) == len(head.references) and len(roots) == len(head.seen):
        assert (
            restore(short, lambda log, index: hashes[log, index], lambda log, size: roots[log, size]) == data
        )


@given(
    st.binary(max_size=200)
    | HEADS.map(encode_head).flatmap(lambda data: st.binary(max_size=3).map(lambda end: data + end))
)
def test_any_bytes_may_stand_for_a_head(data):
    short = shorten(data)
    found = {}
    if short[0] == 1:
        head = decode_head(data) if _is_head(data) else None
        if head is None:
            return
        found = {(each.log, each.index): each.leaf_hash for each in head.references}
        found |= {("root", each.log, each.size): each.root for each in head.seen}
        if len(found) != len(head.references) + len(head.seen):
            return
    assert (
        restore(short, lambda log, index: found[log, index], lambda log, size: found["root", log, size])
        == data
    )


def _is_head(data: bytes) -> bool:
    try:
        decode_head(data)
    except PeerError:
        return False
    return True


@given(st.lists(ITEMS, max_size=4))
def test_packets(items):
    assert packet.decode_items(packet.encode_items(items)) == items


@given(NOTES)
def test_notes(note):
    assert parse_note(format_note(note)) == note


@given(LINES, NUMBERS, HASHES)
def test_checkpoints(origin, size, root):
    checkpoint = Checkpoint(origin, size, root)
    assert Checkpoint.parse(checkpoint.text()) == checkpoint


@given(LINES, RANGES, HASHES)
def test_runs(origin, bounds, root):
    run = Run(origin, *bounds, root)
    assert Run.parse(run.text()) == run


@given(NAMES, st.sampled_from([1, 4]), HASHES)
def test_verifier_keys(name, algorithm, key):
    made = VerifierKey.of(name, algorithm, key)
    assert VerifierKey.parse(made.text()) == made


@given(
    NUMBERS,
    st.lists(HASHES, max_size=64).map(tuple),
    st.binary(max_size=100),
    st.none() | st.binary(max_size=80),
)
def test_proofs(index, path, note, extra):
    proof = TlogProof(index, path, note, extra)
    assert TlogProof.parse(proof.format()) == proof


@given(st.lists(st.binary(max_size=300), max_size=256))
def test_bundles(items):
    assert tiles.parse_bundle(tiles.bundle(items)) == items


@given(NUMBERS, SIGNATURES)
def test_cosignatures(time_s, signature):
    assert cosignature.unpack(cosignature.pack(time_s, signature)) == (time_s, signature)


@given(NUMBERS)
def test_varints(value):
    data = varint(value)
    assert read_varint(data, 0) == (value, len(data))


@given(
    SMALL,
    st.binary(max_size=40),
    st.binary(max_size=40),
    st.none() | st.tuples(st.binary(max_size=40), st.binary(max_size=40)),
)
def test_disclosures(index, salt, head, body):
    shown = Disclosure(index, salt, head, *(body or ()))
    assert Disclosure.from_bytes(shown.to_bytes()) == shown
    assert Disclosure.from_extra(index, shown.to_extra(), shown.body) == shown


@given(st.sets(SMALL, max_size=20).map(sorted))
def test_indexes(edges):
    ranges = list(zip(edges[::2], edges[1::2], strict=False))
    assert parse_index(format_index("line", ranges), "line", 100_001) == ranges
