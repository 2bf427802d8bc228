"""Two heads of a log under one key: a proof holds exactly when both statements do and contradict each other."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupefeu.errors import CoupefeuError, PeerError, UsageError, VerificationError
from coupefeu.keys.notes import CosignSigner, LogSigner
from coupefeu.model.instant import Moment
from coupefeu.node.export import export_record
from coupefeu.record.comparing import compare_records, parse_record
from coupefeu.record.equivocation import verify_equivocation
from coupefeu.record.statements import cosign_checkpoint, sign_checkpoint
from coupefeu.record.two_heads import SignedHead, encode_two_heads, is_of_two_heads, verify_two_heads
from coupefeu.services.every import SERVICES
from coupefeu.store.keeper import Keeper
from coupefeu.store.reader import Reader
from coupefeu.testing.author import Author
from coupefeu.testing.line import make_agreement, make_line, private_key
from coupefeu.wire.note import VerifierKey

AGREEMENT = make_agreement()
ORIGIN = AGREEMENT.origin("us")
LOG = LogSigner(ORIGIN, private_key("us", "log"))
HOLDER = CosignSigner(AGREEMENT.cosigner_name("ru"), private_key("ru", "cosigner"))
ROOTS = [bytes([number]) * 32 for number in range(3)]


def cosigned(size, root, time_s):
    signature = cosign_checkpoint(HOLDER, ORIGIN, size, root, time_s)
    return SignedHead(size=size, root=root, signature=signature, time_s=time_s)


def signed(size, root):
    return SignedHead(size=size, root=root, signature=sign_checkpoint(LOG, size, root))


def verified(first, second, *keys):
    return verify_two_heads(encode_two_heads(ORIGIN, first, second), *keys)


@given(
    st.tuples(st.integers(1, 4), st.sampled_from(ROOTS), st.integers(1_000, 1_003)),
    st.tuples(st.integers(1, 4), st.sampled_from(ROOTS), st.integers(1_000, 1_003)),
)
def test_of_a_holder_it_holds_exactly_when_both_cannot_be_true(one, other):
    first, second = cosigned(*one), cosigned(*other)
    two_roots = one[0] == other[0] and one[1] != other[1]
    went_back = (one[2] - other[2]) * (one[0] - other[0]) < 0
    if two_roots or went_back:
        assert "RU" in verified(first, second, HOLDER.vkey).signer.name.upper()
    else:
        with pytest.raises(VerificationError, match="can be true"):
            verified(first, second, HOLDER.vkey)


def test_of_the_log_itself_two_roots_of_one_size_need_no_leaf():
    assert verified(signed(5, ROOTS[0]), signed(5, ROOTS[1]), LOG.vkey).signer == LOG.vkey
    with pytest.raises(VerificationError, match="can be true"):
        verified(signed(5, ROOTS[0]), signed(4, ROOTS[1]), LOG.vkey)


@pytest.mark.parametrize(
    "key", [LOG.vkey, CosignSigner(AGREEMENT.cosigner_name("us"), private_key("us", "cosigner")).vkey]
)
def test_under_another_key_it_proves_nothing(key):
    with pytest.raises(CoupefeuError):
        verified(cosigned(5, ROOTS[0], 9), cosigned(5, ROOTS[1], 9), key)


def test_of_another_log_or_with_anything_changed_it_proves_nothing():
    first, second = cosigned(5, ROOTS[0], 9), cosigned(5, ROOTS[1], 9)
    with pytest.raises(VerificationError):
        verify_two_heads(encode_two_heads(AGREEMENT.origin("ru"), first, second), HOLDER.vkey)
    for changed in (replace(second, size=6), replace(second, time_s=10), replace(second, root=ROOTS[2])):
        with pytest.raises(VerificationError):
            verified(first, changed, HOLDER.vkey)
    with pytest.raises(UsageError):
        verified(first, second, HOLDER.vkey, LOG.vkey)


@given(st.data())
def test_cut_or_changed_anywhere_the_bytes_prove_nothing(data):
    proof = encode_two_heads(ORIGIN, cosigned(5, ROOTS[0], 9), cosigned(5, ROOTS[1], 9))
    at = data.draw(st.integers(0, len(proof) - 1))
    flipped = proof[:at] + bytes((proof[at] ^ data.draw(st.integers(1, 255)),)) + proof[at + 1 :]
    for bad in (proof[:at], flipped):
        with pytest.raises((PeerError, VerificationError)):
            verify_two_heads(bad, HOLDER.vkey)


def held_by_us(path, author):
    """The log of RU as US was shown it, exported after US has co-signed it."""
    keeper = Keeper(path.with_suffix(".db"), make_line(AGREEMENT, "us"), SERVICES, AGREEMENT)
    moment = Moment(utc_ms=1_700_000_000_000, mono_ms=0)
    assert not isinstance(keeper.execute([author.checkpoint(0, author.size)], moment)[0], Exception)
    with Reader(path.with_suffix(".db"), running=True) as reader:
        export_record(reader, keeper.line.parties, author.log, path)
    keeper.close()
    keys = [VerifierKey.parse(file.read_text().strip()) for file in (path / "cosigners").glob("*.vkey")]

    def read(name):
        return (path / name).read_bytes() if (path / name).is_file() else None

    log_key = VerifierKey.parse((path / "log.vkey").read_text().strip())
    return parse_record(read, log_key, keys)


def test_two_exports_show_who_signed_two_branches(tmp_path):
    author = Author(AGREEMENT, "ru")
    author.say("One.")
    other = author.copy()
    for text in ("Two.", "Three."):
        author.say(text)
    other.say("Two, otherwise.")
    records = [held_by_us(tmp_path / name, each) for name, each in (("a", author), ("b", other))]
    log, holder = compare_records(*records)
    assert verify_equivocation(log.proof, log.key).index == 1
    assert is_of_two_heads(holder.proof)
    assert not is_of_two_heads(log.proof)
    shown = verify_two_heads(holder.proof, holder.key)
    assert shown.signer.name == AGREEMENT.cosigner_name("us")
    assert "entry 1 cannot be two different ones" in shown.proved


def test_the_beginning_of_a_log_contradicts_nothing(tmp_path):
    author = Author(AGREEMENT, "ru")
    author.say("One.")
    first = held_by_us(tmp_path / "a", author)
    author.say("Two.")
    assert compare_records(first, held_by_us(tmp_path / "b", author)) == []
