"""Key files: private, whole, never written over, and silent about what is in them."""

import os
import stat
import tracemalloc
from dataclasses import replace

import pytest

from coupefeu.errors import ConfigError
from coupefeu.keys import ed25519
from coupefeu.keys.files import read_secrets, write_durably, write_secrets
from coupefeu.keys.generations import first_generation
from coupefeu.keys.ring import (
    make_ring,
    make_secret,
    promote_key,
    public_half,
    read_generations,
    read_ring,
    stage_key,
    write_generations,
    write_ring,
)


@pytest.fixture
def keys(tmp_path):
    ring = make_ring()
    write_ring(tmp_path, "us", ring)
    return tmp_path, ring


def test_keys_are_read_back_and_only_their_owner_may_read_them(keys):
    folder, ring = keys
    assert read_ring(folder) == ring
    names = sorted(path.name for path in folder.iterdir())
    assert names == [
        "cosigner-mldsa.key",
        "cosigner.key",
        "identity.key",
        "log-mldsa.key",
        "log.key",
        "session.key",
    ]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_a_strict_mode_holds_whatever_the_umask_is(tmp_path):
    before = os.umask(0)
    try:
        write_secrets(tmp_path / "a.key", "a", {"key": bytes(32)})
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.key").stat().st_mode) == 0o600


ROLES = ("log", "cosigner", "session", "log-mldsa", "cosigner-mldsa")


def test_fresh_rings_share_no_key():
    assert len({ring.secret(role) for ring in (make_ring(), make_ring()) for role in ROLES}) == 10


def test_a_folder_of_before_has_no_post_quantum_keys_and_gets_one_by_being_staged(keys):
    folder, ring = keys
    (folder / "log-mldsa.key").unlink()
    assert read_ring(folder) == replace(ring, log_mldsa=None)
    fresh = make_secret("log-mldsa")
    stage_key(folder, "log-mldsa", fresh)
    promote_key(folder, "log-mldsa")
    assert read_ring(folder) == replace(ring, log_mldsa=fresh)
    assert not list(folder.glob("*.retired"))


@pytest.mark.parametrize("role", ROLES)
def test_every_online_key_is_replaced_alike(keys, role):
    folder, ring = keys
    fresh = make_secret(role)
    stage_key(folder, role, fresh)
    promote_key(folder, role)
    assert read_ring(folder) == ring.with_secret(role, fresh)
    (retired,) = folder.glob("*.retired")
    assert retired.name == f"{role}-{public_half(role, ring.secret(role)).hex()[:8]}.retired"


def test_keys_are_never_written_over(keys):
    folder, ring = keys
    with pytest.raises(ConfigError) as caught:
        write_ring(folder, "us", make_ring())
    assert caught.value.code == "keys.files.exists"
    assert read_ring(folder) == ring
    assert not list(folder.glob(".*"))


def test_without_the_identity_key_the_node_works_and_says_what_it_cannot(keys, tmp_path):
    folder, ring = keys
    away = tmp_path / "away"
    away.mkdir()
    (folder / "identity.key").rename(away / "identity.key")
    online = read_ring(folder)
    assert online == replace(ring, identity=None)
    with pytest.raises(ConfigError, match="not on this machine") as caught:
        online.need_identity()
    assert "--identity" in caught.value.hint
    assert read_ring(folder, away / "identity.key") == ring


def test_a_key_that_others_may_read_is_refused(keys):
    folder, _ = keys
    (folder / "log.key").chmod(0o640)
    with pytest.raises(ConfigError) as caught:
        read_ring(folder)
    assert caught.value.code == "keys.files.readable_by_others"
    assert "chmod 600" in caught.value.hint


@pytest.mark.parametrize(
    "contents",
    [b"", b"key = 1", b'key = "AAAA"', b'key = "\xff"', b'key = "!"', b'other = "AAAA"', b"\x00" * 9_000],
)
def test_a_damaged_key_file_is_refused_without_its_contents(keys, contents):
    folder, ring = keys
    (folder / "log.key").write_bytes(contents)
    with pytest.raises(ConfigError) as caught:
        read_ring(folder)
    assert caught.value.code == "keys.files.bad_key_file"
    assert ring.log.hex() not in str(caught.value)
    assert "AAAA" not in str(caught.value)


def test_a_lost_key_file_is_named(keys):
    folder, _ = keys
    (folder / "session.key").unlink()
    with pytest.raises(ConfigError, match=r"session\.key"):
        read_ring(folder)


def test_a_shared_secret_may_be_written_again_until_the_line_is_ready(tmp_path):
    write_generations(tmp_path, "ru", first_generation(b"a" * 32))
    write_generations(tmp_path, "ru", first_generation(b"b" * 32))
    assert read_generations(tmp_path, "ru") == first_generation(b"b" * 32)
    assert stat.S_IMODE((tmp_path / "psk-ru.key").stat().st_mode) == 0o600


def test_a_replaced_key_is_kept_beside_and_a_staged_one_is_not_yet_used(keys):
    folder, ring = keys
    fresh = ed25519.generate()
    stage_key(folder, "log", fresh)
    assert read_ring(folder) == ring
    promote_key(folder, "log")
    assert read_ring(folder) == replace(ring, log=fresh)
    (retired,) = folder.glob("log-*.retired")
    assert retired.name == f"log-{ed25519.public(ring.log).hex()[:8]}.retired"
    assert read_secrets(retired, {"key": 32}) == {"key": ring.log}
    assert not (folder / "log.next").exists()


def test_a_replacement_cut_before_its_end_and_repeated_retires_the_old_key_alone(keys):
    folder, ring = keys
    fresh = ed25519.generate()
    stage_key(folder, "log", fresh)
    promote_key(folder, "log")
    stage_key(folder, "log", fresh)  # as the cut before its removal leaves it
    promote_key(folder, "log")
    assert read_ring(folder) == replace(ring, log=fresh)
    (retired,) = folder.glob("log-*.retired")
    assert read_secrets(retired, {"key": 32}) == {"key": ring.log}
    assert not (folder / "log.next").exists()


def test_no_more_of_a_key_file_is_read_than_one_has(keys):
    folder, _ = keys
    path = folder / "log.key"
    with path.open("ab") as file:
        file.write(b"#" * 4_096)
    with pytest.raises(ConfigError) as caught:
        read_ring(folder)
    assert caught.value.code == "keys.files.bad_key_file"
    os.truncate(path, 1 << 24)
    tracemalloc.start()
    with pytest.raises(ConfigError):
        read_ring(folder)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 1 << 20


def test_a_write_that_fails_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path = tmp_path / "file"
    write_durably(path, b"old")

    def fail(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(ConfigError, match="No space left"):
        write_durably(path, b"new")
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["file"], "nothing of the new one either"


def test_the_file_is_synced_before_it_gets_its_name_and_the_folder_after(tmp_path, monkeypatch):
    seen = []
    sync = os.fsync

    def watch(descriptor):
        seen.append((stat.S_ISDIR(os.fstat(descriptor).st_mode), (tmp_path / "file").exists()))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", watch)
    write_durably(tmp_path / "file", b"x")
    assert seen == [(False, False), (True, True)]
