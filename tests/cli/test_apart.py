"""What the console has another process do, against what the commands say: verify, prove, export."""

import asyncio
import sqlite3
import tempfile
import zipfile
from pathlib import Path

import pytest

from coupefeu.errors import CoupefeuError, StoreError
from coupefeu.node import apart, apart_jobs
from coupefeu.node.apart import run_apart
from coupefeu.node.folder import NodeFolder


def run(*job, told=None):
    """Run a job in its process; gives its result."""
    said = [] if told is None else told
    return asyncio.run(
        asyncio.wait_for(run_apart([str(each) for each in job], lambda *at: said.append(at)), 60)
    )


def unzip(path, to):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        archive.extractall(to)
    (folder,) = to.iterdir()
    return folder


def files_of(folder: Path):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_verifying_says_what_the_command_says_of_both_logs(line, tmp_path):
    told = []
    found = run("verify", line.us, told=told)
    assert told[-1][0] == told[-1][1] > 0
    assert told == sorted(told)
    assert [each["party"] for each in found] == ["us", "ru"]
    for each in found:
        line.run("export", "record", "--party", each["party"], "--to", tmp_path / f"record-{each['party']}")
        said = line.json("verify", tmp_path / f"record-{each['party']}", "--deep")
        (cosigned,) = said["cosigned"]
        assert each["verdict"] == "holds"
        assert (each["size"], each["root"], each["heads"], each["bodies"]) == (
            said["size"], said["root"], said["heads"], said["bodies"],
        )  # fmt: skip
        assert each["holders"] == [
            {
                "party": "ru" if each["party"] == "us" else "us",
                "key_id": cosigned["key_id"],
                "time_ms": cosigned["time_s"] * 1_000,
            }
        ]
        assert each["agreement"]["status"] == "EXERCISE"
        assert each["agreement"]["signed_by"] == ["us", "ru"]
        assert each["proved"] == ["entries", "held", "contents", "agreement", "keys"]
        assert each["not_proved"][:4] == ["truth", "person", "written", "identities"]


def test_entries_that_nobody_has_co_signed_yet_are_not_called_proved(line):
    line.say("not sent yet")
    us = run("verify", line.us)[0]
    assert us["held"] == us["size"] + 1
    assert "newer" in us["not_proved"]


@pytest.mark.parametrize("column", ["body", "head", "leaf"])
def test_a_record_that_was_changed_is_broken_and_says_why(line, column):
    change(
        line.us, f"UPDATE entries SET {column} = CAST({column} || x'00' AS BLOB) WHERE log = 1 AND idx = 1"
    )
    us, ru = run("verify", line.us)
    assert us["verdict"] == "holds"
    assert ru["verdict"] == "broken"
    assert (ru["proved"], ru["not_proved"]) == ([], [])
    assert ru["refused"]["code"]


def test_a_signature_that_does_not_hold_is_broken(line):
    change(line.us, "UPDATE cosignatures SET signature = zeroblob(64) WHERE log = 0")
    us, _ = run("verify", line.us)
    assert (us["verdict"], us["refused"]["code"]) == ("broken", "node.export.signature")


def test_a_record_that_nobody_has_co_signed_is_not_called_broken(line):
    change(line.us, "DELETE FROM cosignatures WHERE log = 0")
    us, ru = run("verify", line.us)
    assert (us["verdict"], us["refused"]["code"]) == ("not-verified", "node.export.not_cosigned")
    assert ru["verdict"] == "holds"


def test_a_proof_comes_as_one_file_and_holds_what_the_command_writes(line, tmp_path):
    index = line.warning.partition("/")[2]
    told = []
    run("prove", line.us, tmp_path / "proof.zip", "us", index, told=told)
    assert told[-1][0] == told[-1][1] > 0
    inside = unzip(tmp_path / "proof.zip", tmp_path / "unzipped")
    assert inside.name == f"EXERCISE-proof-us-{index}"
    line.run("prove", "--party", "us", "--index", index, "--to", tmp_path / "proof")
    assert files_of(inside) == files_of(tmp_path / "proof")
    assert line.json("verify", inside)["what"] == "proof"
    again = tmp_path / "again.zip"
    run("prove", line.us, again, "us", index)
    assert again.read_bytes() == (tmp_path / "proof.zip").read_bytes()


def test_an_export_comes_as_one_file_and_holds_what_the_command_writes(line, tmp_path):
    run("export", line.us, tmp_path / "record.zip", "ru")
    inside = unzip(tmp_path / "record.zip", tmp_path / "unzipped")
    assert inside.name == "EXERCISE-record-ru"
    line.run("export", "record", "--party", "ru", "--to", tmp_path / "record")
    assert files_of(inside) == files_of(tmp_path / "record")


def test_a_refusal_comes_back_with_its_code_and_hint(line, tmp_path):
    with pytest.raises(CoupefeuError) as refused:
        run("prove", line.us, tmp_path / "proof.zip", "us", 999)
    assert refused.value.code == "store.reader.no_entry"
    assert refused.value.hint
    assert not (tmp_path / "proof.zip").exists()


def test_a_process_that_ends_without_an_answer_is_told(line, monkeypatch):
    monkeypatch.setattr(apart, "JOBS", "coupefeu.node.no_such_job")
    with pytest.raises(StoreError) as refused:
        run("verify", line.us)
    assert refused.value.code == "node.apart.ended"


def test_a_job_that_is_given_up_ends_its_process_and_leaves_nothing_behind(tmp_path, monkeypatch):
    """`sleeping` stands for a long job: it writes something, says where it is, and never ends by itself."""
    began, written = [], []

    async def give_up():
        has_begun = asyncio.Event()

        def tell(done, _):
            began.append(done)
            written.extend(tmp_path.rglob("entry"))
            has_begun.set()

        task = asyncio.ensure_future(run_apart([], tell))
        await has_begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    monkeypatch.setattr(apart, "JOBS", "sleeping")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    asyncio.run(asyncio.wait_for(give_up(), 60))
    (pid,) = began
    assert not Path(f"/proc/{pid}").exists()
    assert written
    assert not list(tmp_path.iterdir())


def test_without_room_nothing_is_begun(line, monkeypatch):
    class Full:
        free = 0

    monkeypatch.setattr(apart_jobs.shutil, "disk_usage", lambda _: Full)
    with pytest.raises(StoreError) as refused:
        apart_jobs.pack_record(NodeFolder.open(line.us), line.folder / "record.zip", "us", lambda *_: None)
    assert refused.value.code == "node.apart.room"


def change(node, statement):
    with sqlite3.connect(node / "record.db") as record:
        assert record.execute(statement).rowcount
    record.close()
