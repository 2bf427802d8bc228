"""An attachment is committed like a body, under a salt of its own."""

import hmac
from hashlib import sha256

import pytest

from coupefeu.errors import PeerError, UsageError
from coupefeu.model.attachments import Promised
from coupefeu.record.attachment import attachment_salt, commit_attachment, verify_attachment

ORIGIN = "line/0123456789abcdef0123456789abcdef/us/1"
SEED = bytes(range(16))
SALT = attachment_salt(SEED, 2)


def test_the_commitment_is_what_the_specification_says():
    salt = hmac.new(SEED, b"attachment/2", "sha256").digest()[:16]
    assert salt == SALT
    label = b"coupefeu/attachment/v1\x00" + bytes((len(ORIGIN),)) + ORIGIN.encode()
    assert commit_attachment(ORIGIN, salt, b"content") == sha256(label + salt + b"content").digest()


@pytest.mark.parametrize(
    ("origin", "salt", "content"),
    [
        (ORIGIN.replace("/us/", "/ru/"), SALT, b"content"),
        (ORIGIN, attachment_salt(SEED, 1), b"content"),
        (ORIGIN, attachment_salt(bytes(16), 2), b"content"),
        (ORIGIN, SALT, b"Content"),
        (ORIGIN, SALT, b""),
    ],
)
def test_nothing_else_is_what_was_committed(origin, salt, content):
    promised = Promised("name", 7, commit_attachment(ORIGIN, SALT, b"content"))
    verify_attachment(promised, ORIGIN, SALT, b"content")
    with pytest.raises(PeerError) as refused:
        verify_attachment(promised, origin, salt, content)
    assert refused.value.code == "record.attachment.commitment"
    assert refused.value.hint


def test_another_size_than_was_promised_is_refused_whatever_was_committed():
    promised = Promised("name", 8, commit_attachment(ORIGIN, SALT, b"content"))
    with pytest.raises(PeerError) as refused:
        verify_attachment(promised, ORIGIN, SALT, b"content")
    assert "7 bytes are not the 8 that" in refused.value.message


def test_origins_are_bounded():
    with pytest.raises(UsageError):
        commit_attachment("x" * 121, SALT, b"")
