"""Every measurement of `coupefeu bench` at a tiny size: its parts work and lose nothing. No time is judged here."""

import asyncio
import json

import pytest
from typer.testing import CliRunner

from coupefeu.cli import bench as command
from coupefeu.cli.main import make_app
from coupefeu.errors import ConfigError, UsageError
from coupefeu.node.bench import collisions, stored
from coupefeu.node.bench.figures import Bench, Sizes
from coupefeu.node.bench.plan import MEASUREMENTS, run_bench
from coupefeu.node.bench.stored import stored_record
from coupefeu.node.bench.verifying import verify_export

TINY = Sizes(
    messages=3,
    pipelined=40,
    cut_s=0.5,
    cut_messages=5,
    kill_messages=20,
    kill_rate=20,
    queued=60,
    entries=600,
    rounds=1,
    settle_s=0.0,
    witnessed=200,
    rings=2,
    calls=5,
    flood_calls=80,
    notices=(100, 200),
    filed=20,
)
NAMES = {
    "message": ["message", "message-socket"],
    "beside": ["beside"],
    "pipelined": ["pipelined"],
    "bytes": ["bytes"],
    "cut": ["cut"],
    "kill": ["kill"],
    "flash": ["flash"],
    "ring": ["ring"],
    "calls": ["calls", "calls-burst"],
    "call-flood": ["call-flood"],
    "verify": ["verify", "busy"],
    "start": ["start", "memory"],
    "proof": ["proof-made", "proof-verified", "proof-size", "proof-size-ml-dsa"],
    "witness": ["witness", "witness-p99", "witness-mldsa", "witness-mldsa-p99"],
    "communique": ["communique-written", "communique-verified"],
    "cosigned": ["cosigned"],
    "backup": ["backup", "restore"],
    "notices": [
        "notices-100-median",
        "notices-100-p99",
        "notices-200-median",
        "notices-200-p99",
        "notices-load",
    ],
    "all-pairs": ["all-pairs"],
    "usage": ["usage"],
    "firebreak": ["firebreak-entry", "firebreak-at", "firebreak-known"],
    "incidents": ["incident-read"],
}


@pytest.fixture(name="cache")
def short_path(tmp_path_factory):
    """Nodes listen on sockets below it, whose paths have at most 107 bytes."""
    return tmp_path_factory.mktemp("b")


def measure(cache, *only, told=lambda *_: None):
    async def collect():
        return [figure async for figure in run_bench(TINY, cache, told, only)]

    return asyncio.run(collect())


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_each_measurement_works_and_loses_nothing(name, cache, monkeypatch):
    monkeypatch.setattr(collisions, "has_postgis", lambda: False)
    told = []
    figures = measure(cache, name, told=lambda *each: told.append(each))
    assert [figure.name for figure in figures] == NAMES[name]
    for figure in figures:
        assert figure.flaw == ""
        assert figure.ours >= 0
        assert figure.detail.get("lost", 0) == figure.detail.get("doubled", 0) == 0
    assert told
    assert all(0 <= done <= total for _, done, total in told)


def test_a_large_record_is_made_once_and_kept(tmp_path):
    bench = Bench(folder=tmp_path, cache=tmp_path, sizes=TINY, progress=lambda *_: None)
    first, again = stored_record(bench), stored_record(bench)
    assert first.made_s is not None
    assert again.made_s is None
    assert again.export == first.export
    assert verify_export(again.export, True).seconds > 0


def test_a_record_of_another_version_is_made_anew(tmp_path, monkeypatch):
    bench = Bench(folder=tmp_path, cache=tmp_path, sizes=TINY, progress=lambda *_: None)
    monkeypatch.setattr(stored, "views_digest", lambda: "older views")
    older = stored_record(bench)
    monkeypatch.undo()
    newer = stored_record(bench)
    assert newer.made_s is not None
    assert newer.us.exists()
    assert not older.us.exists()


def test_a_failure_keeps_what_was_measured_before(tmp_path, monkeypatch):
    async def fail(_bench):
        raise ConfigError("no node", code="test.failed")
        yield

    monkeypatch.setattr(command, "QUICK", TINY)
    monkeypatch.setitem(MEASUREMENTS, "cut", fail)
    to = tmp_path / "bench.json"
    arguments = ["bench", "--quick", "--only", "bytes", "--only", "cut", "--to", str(to)]
    result = CliRunner().invoke(make_app("bench"), arguments)
    assert isinstance(result.exception, ConfigError)
    assert [each["name"] for each in json.loads(to.read_text("utf-8"))["figures"]] == ["bytes"]


def test_an_unknown_name_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(UsageError) as refused:
        measure(tmp_path, "speed")
    assert "message, beside, pipelined" in refused.value.hint


def test_the_command_prints_a_table_and_writes_json(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "QUICK", TINY)
    app, to = make_app("bench"), tmp_path / "bench.json"
    result = CliRunner().invoke(app, ["bench", "--quick", "--only", "bytes", "--to", str(to)])
    found = json.loads(to.read_text("utf-8"))
    (figure,) = found["figures"]
    assert figure["name"] == "bytes"
    assert figure["asked"] == "at most 560 bytes"
    assert figure["holds"] is (result.exit_code == 0)
    assert (
        "bytes per message" in result.output.replace("\n", " ").replace("│", "")[:4000]
        or "bytes" in result.output
    )
    assert found["machine"]["cpus"] >= 1
