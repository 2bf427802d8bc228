"""`coupefeu verifier`: the page for readers of a communique, as one file."""

import json
from hashlib import sha256

from tests.documents import ROOT
from typer.testing import CliRunner

from coupefeu.cli.main import make_app
from coupefeu.console import static

PAGE = ROOT / "src" / "coupefeu" / "console" / "static" / "verifier.html"


def run(*arguments):
    return CliRunner().invoke(make_app("verifier"), ["verifier", *map(str, arguments)])


def test_the_page_is_written_whole_and_nothing_over(tmp_path):
    to = tmp_path / "check.html"
    done = run("--to", to, "--json")
    assert done.exit_code == 0, done.output
    assert to.read_bytes() == PAGE.read_bytes()
    assert json.loads(done.output)["sha256"] == sha256(PAGE.read_bytes()).hexdigest()
    to.write_bytes(b"mine")
    again = run("--to", to)
    assert again.exception is not None
    assert again.exception.code == "keys.files.exists"
    assert to.read_bytes() == b"mine"


def test_its_hash_is_told(tmp_path):
    done = run("--to", tmp_path / "check.html")
    assert sha256(PAGE.read_bytes()).hexdigest() in done.output


def test_without_a_built_console_there_is_no_page(tmp_path, monkeypatch):
    monkeypatch.setattr(static, "BUILT", tmp_path)
    monkeypatch.setattr("coupefeu.cli.verifier.read_verifier", lambda: static.read_verifier(tmp_path))
    done = run("--to", tmp_path / "check.html")
    assert done.exception.code == static.NOT_BUILT
    assert not (tmp_path / "check.html").exists()
