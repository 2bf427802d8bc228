"""The little of tar that a backup uses: other tools read what we write, and odd headers are refused."""

import contextlib
import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coupefeu.errors import PeerError, UsageError
from coupefeu.wire.tar import BLOCK_BYTES, END, MAX_SIZE, Member, decode_member, encode_member


@pytest.mark.parametrize("size", [0, 1, 511, 512, (1 << 33) - 1, 1 << 33, MAX_SIZE - 1])
def test_a_header_comes_back(size):
    member = Member("keys/log.key", size)
    assert decode_member(encode_member(member, 1_700_000_000)) == member
    assert (member.size + member.padding) % BLOCK_BYTES == 0


def test_another_tar_reads_it():
    content = b"hello" * 200
    member = Member("agreement/0001.toml", len(content))
    octets = encode_member(member, 1_700_000_000) + content + bytes(member.padding) + END
    with tarfile.open(fileobj=io.BytesIO(octets)) as archive:
        (info,) = archive.getmembers()
        assert (info.name, info.size, info.mode, info.mtime) == (
            member.name,
            len(content),
            0o600,
            1_700_000_000,
        )
        assert archive.extractfile(info).read() == content
    assert decode_member(END[:BLOCK_BYTES]) is None


KINDS = {
    "hard link": tarfile.LNKTYPE,
    "symbolic link": tarfile.SYMTYPE,
    "character device": tarfile.CHRTYPE,
    "block device": tarfile.BLKTYPE,
    "folder": tarfile.DIRTYPE,
    "pipe": tarfile.FIFOTYPE,
    "sparse": tarfile.GNUTYPE_SPARSE,
    "long name": tarfile.GNUTYPE_LONGNAME,
    "extended header": tarfile.XHDTYPE,
    "old plain file": tarfile.AREGTYPE,
}


@pytest.mark.parametrize("kind", KINDS)
def test_everything_but_a_plain_file_is_refused(kind):
    info = tarfile.TarInfo("record.db")
    info.type, info.linkname = KINDS[kind], "/etc/passwd"
    with pytest.raises(PeerError) as caught:
        decode_member(info.tobuf(tarfile.USTAR_FORMAT)[:BLOCK_BYTES])
    assert caught.value.code == "wire.tar.malformed"


def test_no_changed_byte_passes():
    header = encode_member(Member("record.db", 4_096), 0)
    for at in range(BLOCK_BYTES):
        if at in {154, 155}:
            continue  # ends of the sum's own field, which every tar writes otherwise
        changed = header[:at] + bytes([header[at] ^ 1]) + header[at + 1 :]
        with pytest.raises(PeerError):
            decode_member(changed)
    for end in range(BLOCK_BYTES):
        with pytest.raises(PeerError):
            decode_member(header[:end])


@given(st.binary(min_size=BLOCK_BYTES, max_size=BLOCK_BYTES))
def test_any_block_is_a_header_or_refused(block):
    with contextlib.suppress(PeerError):
        decode_member(block)


@pytest.mark.parametrize("member", [Member("", 0), Member("n" * 101, 0), Member("record.db", MAX_SIZE)])
def test_what_does_not_fit_is_not_written(member):
    with pytest.raises(UsageError):
        encode_member(member, 0)
