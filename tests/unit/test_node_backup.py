"""Backup and restore: what goes in and what never does, there and back, and every file that is no backup."""

import asyncio
import json
import shutil
import sqlite3
import tarfile
from hashlib import sha256

import pytest

from coupefeu import Node
from coupefeu.errors import ConfigError, CoupefeuError, PeerError, StoreError, UsageError, VerificationError
from coupefeu.keys import age
from coupefeu.keys.incarnations import build_taken_body
from coupefeu.model.instant import Moment
from coupefeu.node.assembly import open_keeper
from coupefeu.node.backup import making
from coupefeu.node.backup.contents import MANIFEST, RECORD, is_needful, parse_manifest
from coupefeu.node.backup.last import LastBackup, read_last_backup, write_last_backup
from coupefeu.node.backup.making import make_backup
from coupefeu.node.backup.passphrase import read_passphrase
from coupefeu.node.backup.restoring import restore_backup
from coupefeu.node.exercise import pair_exercise
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import save_incarnation
from coupefeu.node.incarnation import find_closing, open_incarnation
from coupefeu.services.agreement.facts import TakeIncarnation
from coupefeu.services.messages.commands import SendLineTest
from coupefeu.store import snapshot
from coupefeu.store.highwater import write_high_water
from coupefeu.store.jobs import Act
from coupefeu.store.line import logs_of
from coupefeu.wire.tar import BLOCK_BYTES, END, Member, encode_member

NOW = Moment(utc_ms=1_700_000_000_000, mono_ms=0)
LITTER = {
    "console.sessions",
    "unit-links.json",
    "lock",
    "node.log",
    "keys/recovery-ru.key",
    "keys/identity.key.old",
}
PASSPHRASE = b"seven words that nobody could ever guess"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A stopped node with two entries, some litter in its folder, and the backup of it."""
    folder = tmp_path_factory.mktemp("backup")
    us, _ = pair_exercise(folder / "us", folder / "ru")
    keeper = open_keeper(us, NOW)
    keeper.execute([Act(command=SendLineTest(template=1))], NOW)
    write_high_water(us.high_water_path, keeper.marks())
    keeper.close()
    for name in LITTER:
        (us.path / name).write_bytes(b"secret of this machine")
    (us.path / "keys" / "log.next").symlink_to("/etc/hostname")
    manifest = make_backup(us, folder / "us.backup")
    (us.path / "keys" / "log.next").unlink()
    return folder, us, manifest


def rewritten(path, to, change):
    """Write a backup anew with `change(name, content)` in the place of each file; None leaves it out."""
    with tarfile.open(path) as archive:
        files = [(info.name, archive.extractfile(info).read()) for info in archive.getmembers()]
    octets = b""
    for name, content in files:
        for new_name, new in change(name, content):
            member = Member(new_name, len(new))
            octets += encode_member(member, 0) + new + bytes(member.padding)
    to.write_bytes(octets + END)
    return to


def refused(kind, file, folder, **options):
    with pytest.raises(kind) as caught:
        restore_backup(file, folder / "back", **options)
    assert not (folder / "back").exists()
    assert not list(folder.glob(".back*")), "nothing half restored is left"
    return caught.value


def test_it_holds_what_a_node_needs_and_nothing_else(made):
    folder, us, manifest = made
    with tarfile.open(folder / "us.backup") as archive:
        names = archive.getnames()
        contents = b"".join(archive.extractfile(name).read() for name in names)
    left_out = {"highwater", "keys/identity.key", "pairing/us.answer"}
    kept = {path.relative_to(us.path).as_posix() for path in us.path.rglob("*") if path.is_file()}
    assert set(names) == kept - left_out - LITTER - {"last-backup.json"} | {MANIFEST}
    assert names[-1] == MANIFEST
    assert b"secret of this machine" not in contents
    identity = (us.path / "keys" / "identity.key").read_text().splitlines()
    assert not any(line.encode() in contents for line in identity if "=" in line)
    assert (folder / "us.backup").stat().st_mode & 0o777 == 0o600
    assert manifest.entries == {"us": 2, "ru": 0}
    assert not (us.path / ".backup-record").exists()


def test_there_and_back_a_node_that_is_recovering(made, tmp_path):
    folder, us, manifest = made
    assert restore_backup(folder / "us.backup", tmp_path / "back") == manifest
    back = NodeFolder.open(tmp_path / "back")
    assert (back.party, back.line_id, back.banner()) == (us.party, us.line_id, us.banner())
    assert not back.high_water_path.exists()
    with pytest.raises(ConfigError) as caught:
        open_keeper(back, NOW)
    assert caught.value.code == "node.assembly.recovering"
    assert back.path.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in back.path.rglob("*") if path.is_file()} == {0o600}


def test_what_was_made_behind_an_incarnation_of_either_side_comes_back(tmp_path):
    """Every log is compared with its own author: who restored once, with a new incarnation, can restore again."""
    us, ru = pair_exercise(tmp_path / "us", tmp_path / "ru")
    for folder in (us, ru):
        open_keeper(folder, NOW).close()
    _, theirs = (_opened(folder.path) for folder in (us, ru))
    save_incarnation(us.path, theirs)
    us = NodeFolder.open(us.path)
    keeper = open_keeper(us, NOW)
    keeper.execute([Act(command=TakeIncarnation(body=build_taken_body(theirs)))], NOW)
    keeper.close()
    make_backup(us, tmp_path / "backup")
    restore_backup(tmp_path / "backup", tmp_path / "back")
    back = NodeFolder.open(tmp_path / "back")
    assert sorted(logs_of(back.parties)) == [0, 1, 2, 3]
    with sqlite3.connect(back.record_path) as record:
        record.execute("UPDATE logs SET frontier = zeroblob(length(frontier)) WHERE log = 2")
    record.close()
    with pytest.raises(StoreError, match=r"the tree of .*/2 is another one"):
        snapshot.check_copy(back.record_path, back.parties)


def _opened(path):
    folder = NodeFolder.open(path, path / "keys" / "identity.key")
    return open_incarnation(folder, find_closing(folder))


def test_an_empty_folder_is_taken_and_another_one_is_not(made, tmp_path):
    folder, us, _ = made
    (tmp_path / "back").mkdir()
    restore_backup(folder / "us.backup", tmp_path / "back")
    for to, says in ((us.path, "holds a node"), (tmp_path / "back", "holds a node"), (tmp_path, "not empty")):
        with pytest.raises(UsageError) as caught:
            restore_backup(folder / "us.backup", to)
        assert says in caught.value.message
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError):
        restore_backup(folder / "us.backup", tmp_path / "link")


def test_a_backup_is_never_written_over_and_a_killed_one_leaves_nothing_in_the_way(made, tmp_path):
    folder, us, _ = made
    with pytest.raises(UsageError) as caught:
        make_backup(us, folder / "us.backup")
    assert caught.value.code == "node.backup.exists"
    (us.path / ".backup-record").write_bytes(b"of a backup that was killed")
    (tmp_path / ".again.new").write_bytes(b"the same")
    make_backup(us, tmp_path / "again")
    assert [path.name for path in tmp_path.iterdir()] == ["again"]


def test_a_start_removes_the_copy_of_a_killed_backup_and_not_that_of_one_at_work(tmp_path, monkeypatch):
    """It is the whole record in plain: what is erased afterwards would stand in it (A17)."""
    us, _ = pair_exercise(tmp_path / "us", tmp_path / "ru")
    copy = us.path / ".backup-record"

    def start():
        async def run():
            async with Node.open(us.path, online=False):
                pass

        asyncio.run(run())

    copy.write_bytes(b"of a backup that was killed")
    start()
    assert not copy.exists()

    def seal(*_, **__):
        start()
        assert copy.exists(), "it is at work"
        raise OSError("the disk")

    monkeypatch.setattr(making, "_seal", seal)
    with pytest.raises(OSError, match="the disk"):
        make_backup(us, tmp_path / "never")


def test_a_failure_at_any_step_leaves_no_file(made, tmp_path, monkeypatch):
    _, us, _ = made
    for module, name in (
        (making, "read_needful"),
        (making, "_count"),
        (snapshot, "_copy"),
        (making, "sync_folder"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, lambda *_, **__: (_ for _ in ()).throw(OSError("the disk")))
            with pytest.raises(OSError, match="the disk"):
                make_backup(us, tmp_path / "never")
        (tmp_path / "never").unlink(
            missing_ok=True
        )  # after `sync_folder` it is whole, and only not known durable
        assert not list(tmp_path.iterdir())
        assert not (us.path / ".backup-record").exists()


def test_no_room_is_said_before_anything_is_written(made, tmp_path, monkeypatch):
    folder, us, _ = made
    full = shutil.disk_usage(tmp_path)._replace(free=1_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    with pytest.raises(StoreError) as caught:
        make_backup(us, tmp_path / "never")
    assert caught.value.code == "store.disk.full"
    assert refused(UsageError, folder / "us.backup", tmp_path).code == "node.backup.no_room"


def test_when_the_last_one_was_made_is_noted(made):
    folder, us, manifest = made
    write_last_backup(us.path, LastBackup.of(manifest, folder / "us.backup", sealed=False))
    assert read_last_backup(us.path) == {
        "made_ms": manifest.made_ms, "to": str(folder / "us.backup"), "sealed": False, "entries": manifest.entries,
    }  # fmt: skip
    assert read_last_backup(folder) is None
    for damage in (b"", b"[]", b"{}", b'{"made_ms": 1}', b"[" * 5_000):
        (folder / "last-backup.json").write_bytes(damage)
        assert read_last_backup(folder) is None


# --- sealed -----------------------------------------------------------------------------------------------


def test_sealed_it_opens_with_its_passphrase_alone(made, tmp_path, monkeypatch):
    _, us, _ = made
    monkeypatch.setattr(age.SealedWriter.__init__, "__kwdefaults__", {"work_factor": 4})
    make_backup(us, tmp_path / "sealed", PASSPHRASE)
    assert b"us.duty" not in (tmp_path / "sealed").read_bytes()
    assert refused(UsageError, tmp_path / "sealed", tmp_path).code == "node.backup.sealed"
    wrong = refused(VerificationError, tmp_path / "sealed", tmp_path, passphrase=PASSPHRASE[:-1])
    assert wrong.code == "keys.age.passphrase"
    octets = (tmp_path / "sealed").read_bytes()
    (tmp_path / "cut").write_bytes(octets[:-1_000])
    refused(VerificationError, tmp_path / "cut", tmp_path, passphrase=PASSPHRASE)
    (tmp_path / "spoilt").write_bytes(octets[:-1] + bytes([octets[-1] ^ 1]))
    refused(VerificationError, tmp_path / "spoilt", tmp_path, passphrase=PASSPHRASE)
    restore_backup(tmp_path / "sealed", tmp_path / "back", PASSPHRASE)


def test_a_passphrase_is_one_line_that_nobody_else_reads(tmp_path):
    file = tmp_path / "passphrase"
    file.write_bytes(PASSPHRASE + b"\n")
    file.chmod(0o600)
    assert read_passphrase(file) == PASSPHRASE
    file.chmod(0o640)
    with pytest.raises(ConfigError) as caught:
        read_passphrase(file)
    assert caught.value.code == "node.backup.passphrase_readable"
    for odd in (b"", b"\n", b"one\ntwo\n", b"x" * 2_000):
        file.write_bytes(odd)
        file.chmod(0o600)
        with pytest.raises(ConfigError) as caught:
            read_passphrase(file)
        assert caught.value.code == "node.backup.passphrase"
        assert "x" * 20 not in str(caught.value)


# --- hostile files ----------------------------------------------------------------------------------------


def test_cut_anywhere_it_is_refused(made, tmp_path):
    folder, _, _ = made
    octets = (folder / "us.backup").read_bytes()
    ends = {0, 1, 511, 512, 513, len(octets) - 3 * BLOCK_BYTES} | set(range(700, len(octets) - 2_000, 17_011))
    for end in ends:
        (tmp_path / "cut").write_bytes(octets[:end])
        refused(PeerError, tmp_path / "cut", tmp_path)


def test_any_change_to_any_file_is_found(made, tmp_path):
    folder, _, manifest = made
    for stored in manifest.files:

        def spoil(name, content, spoilt=stored.name):
            middle = len(content) // 2
            if name == spoilt:
                content = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
            yield name, content

        error = refused(
            VerificationError, rewritten(folder / "us.backup", tmp_path / "spoilt", spoil), tmp_path
        )
        assert (error.code, stored.name in error.message) == ("node.backup.changed", True)


def test_a_file_that_was_taken_out_is_missed(made, tmp_path):
    folder, _, _ = made

    def leave_out(name, content):
        if name != "agreement/0001.sigs":
            yield name, content

    error = refused(
        VerificationError, rewritten(folder / "us.backup", tmp_path / "less", leave_out), tmp_path
    )
    assert error.code == "node.backup.changed"
    assert error.message.startswith("agreement/0001.sigs ")


NAMES = [
    "../outside", "/etc/passwd", "keys/../../outside", "keys/identity.key", "keys/recovery-ru.key", "highwater",
    "control.sock", "lock", "record.db-wal", "keys/log.key/x", "agreement/../node.toml", "keys/.key",
    "console.sessions", "agreement/00001.toml", "agreement/.toml", "keys/LOG.key", "line.toml\n", ".backup-record",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_no_other_name_is_written(made, tmp_path, name):
    assert not is_needful(name)
    folder, _, _ = made

    def add(stored, content):
        if stored == "line.toml":
            yield name, b"hostile"
        yield stored, content

    error = refused(PeerError, rewritten(folder / "us.backup", tmp_path / "odd", add), tmp_path)
    assert error.code in {"node.backup.name", "wire.tar.malformed"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["odd"]


def _twice(name, content):
    yield name, content
    if name == "node.toml":
        yield name, content


def _without_manifest(name, content):
    if name != MANIFEST:
        yield name, content


def _behind(name, content):
    yield name, content
    if name == MANIFEST:
        yield "line.toml", b"behind"


def _too_long(name, content):
    yield name, content if name != "node.toml" else content + b"#" * 100_000


def _without_record(name, content):
    if name == MANIFEST:
        values = json.loads(content)
        values["files"] = [each for each in values["files"] if each["name"] != RECORD]
        content = json.dumps(values).encode()
    if name != RECORD:
        yield name, content


def _of_a_newer_format(name, content):
    yield name, content.replace(b"coupefeu/backup/v1", b"coupefeu/backup/v2")


def _odd_manifest(name, content):
    yield name, content if name != MANIFEST else b"[" * 100_000


@pytest.mark.parametrize(
    "change",
    [_twice, _without_manifest, _behind, _too_long, _without_record, _of_a_newer_format, _odd_manifest],
)
def test_odd_archives_are_refused(made, tmp_path, change):
    folder, _, _ = made
    refused(PeerError, rewritten(folder / "us.backup", tmp_path / "odd", change), tmp_path)


def test_a_record_that_claims_to_fill_every_disk_is_refused_before_a_byte_is_written(made, tmp_path):
    (tmp_path / "huge").write_bytes(encode_member(Member(RECORD, 1 << 43), 0))
    assert refused(UsageError, tmp_path / "huge", tmp_path).code == "node.backup.no_room"


def test_files_of_another_line_do_not_pass(made, tmp_path):
    """Whoever writes the manifest anew can name any file, but not make another party's agreement fit."""
    folder, _, _ = made
    other, _ = pair_exercise(tmp_path / "lines" / "us", tmp_path / "lines" / "ru")
    open_keeper(other, NOW).close()
    theirs = (tmp_path / "lines" / "us" / RECORD).read_bytes()
    error = refused(CoupefeuError, _with_record(folder / "us.backup", tmp_path, theirs), tmp_path)
    assert error.code == "store.snapshot.damaged"
    assert "the agreement says" in error.message
    shutil.rmtree(tmp_path / "lines")


DAMAGE = {
    "frontier": "UPDATE logs SET frontier = zeroblob(length(frontier)) WHERE log = 0",
    "size": "UPDATE logs SET size = size - 1 WHERE log = 0",
    "leaf": "UPDATE entries SET leaf = zeroblob(70) WHERE idx = 1",
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_record_that_is_damaged_inside_is_found(made, tmp_path, what):
    folder, us, _ = made
    shutil.copy(us.record_path, tmp_path / "damaged.db")
    with sqlite3.connect(tmp_path / "damaged.db") as record:
        record.execute(DAMAGE[what])
        record.execute("PRAGMA journal_mode=DELETE")
    record.close()
    octets = (tmp_path / "damaged.db").read_bytes()
    (tmp_path / "damaged.db").unlink()
    error = refused(StoreError, _with_record(folder / "us.backup", tmp_path, octets), tmp_path)
    assert error.code == "store.snapshot.damaged"


def _with_record(backup, folder, octets):
    def change(name, content):
        if name == RECORD:
            content = octets
        if name == MANIFEST:
            values = json.loads(content)
            for each in values["files"]:
                if each["name"] == RECORD:
                    each |= {"size": len(octets), "sha256": sha256(octets).hexdigest()}
            content = json.dumps(values).encode()
        yield name, content

    return rewritten(backup, folder / "other", change)


def test_a_manifest_is_read_strictly(made):
    _, _, manifest = made
    assert parse_manifest(manifest.to_bytes()) == manifest
    values = json.loads(manifest.to_bytes())
    for odd in (
        values | {"more": 1}, {key: values[key] for key in values if key != "party"}, values | {"made_ms": True},
        values | {"files": {}}, values | {"files": [{"name": 1, "size": 1, "sha256": ""}]}, values | {"entries": []},
    ):  # fmt: skip
        with pytest.raises(PeerError):
            parse_manifest(json.dumps(odd).encode())
