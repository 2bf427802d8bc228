"""Shared data lies beside a checkout, or where COUPEFEU_DATA says; a file that is there is looked for nowhere else."""

from pathlib import Path

import pytest
from tests.shared import ROOT, shared_file

from coupefeu.node.shared_data import data_folder, find_file


def test_the_folder_is_the_one_beside_the_checkout_unless_another_is_named(monkeypatch, tmp_path):
    for unset in (None, ""):
        monkeypatch.delenv("COUPEFEU_DATA", raising=False)
        if unset is not None:
            monkeypatch.setenv("COUPEFEU_DATA", unset)
        assert data_folder() == Path("../shared/data")
    monkeypatch.setenv("COUPEFEU_DATA", str(tmp_path))
    assert data_folder() == tmp_path


def test_a_file_is_taken_as_named_and_else_from_the_folder(monkeypatch, tmp_path):
    data, here = tmp_path / "data", tmp_path / "here"
    for folder in (data, here):
        folder.mkdir()
    for name in ("both", "shared"):
        (data / name).write_text(name)
    (here / "both").write_text("mine")
    monkeypatch.chdir(here)
    monkeypatch.setenv("COUPEFEU_DATA", str(data))
    assert find_file(Path("both")) == Path("both")
    assert find_file(Path("shared")) == data / "shared"
    assert find_file(Path("neither")) == Path("neither")


def test_tests_look_in_the_same_folder_and_skip_where_it_is_absent(monkeypatch, tmp_path):
    monkeypatch.setenv("COUPEFEU_DATA", str(tmp_path))
    assert shared_file("data/real/tracks.csv") == tmp_path / "real" / "tracks.csv"
    monkeypatch.setenv("COUPEFEU_DATA", str(tmp_path / "absent"))
    with pytest.raises(pytest.skip.Exception, match="DOCUMENTED: shared data absent"):
        shared_file("data/real/tracks.csv")


def test_the_variable_is_read_in_one_place():
    readers = [
        path.name for path in (ROOT / "src").rglob("*.py") if '"COUPEFEU_DATA"' in path.read_text("utf-8")
    ]
    assert readers == ["shared_data.py"]
