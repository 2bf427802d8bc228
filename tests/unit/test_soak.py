"""`make soak` goes on where it was stopped, tries again what failed, and writes down date, seed and commit."""

import os
import subprocess
import sys

import pytest
from tests import soak
from tests.soak import Result, Soak, find_units, run_all, write_page

PASSES = "tests/unit/test_link_session.py::test_a_frame_costs_22_bytes"
ABSENT = "tests/unit/test_link_session.py::test_of_no_such_name"


@pytest.fixture
def tried(tmp_path, monkeypatch):
    monkeypatch.setattr(soak, "STATE", tmp_path / "state")
    return Soak("0123456789ab", 7)


def test_what_passed_is_not_run_again_and_what_failed_is(tried, monkeypatch):
    first = {result.unit: result.ok for result in run_all(tried, [PASSES, ABSENT], 1)}
    assert first == {PASSES: True, ABSENT: False}
    ran = []
    monkeypatch.setattr(Soak, "run", lambda _, unit: ran.append(unit) or Result(unit, True, 0.0, ""))
    again = {result.unit: result.ok for result in run_all(tried, [PASSES, ABSENT], 1)}
    assert again == {PASSES: True, ABSENT: True}
    assert ran == [ABSENT]
    assert Soak("another commit", 7).remembered(PASSES) is None
    assert Soak("0123456789ab", 8).remembered(PASSES) is None


def test_each_function_runs_with_its_full_numbers_and_the_seed(tried, monkeypatch):
    seen = {}

    def note(command, **given):
        seen.update(given["env"], command=command)
        return soak.subprocess.CompletedProcess(command, 0, "1 passed", "")

    monkeypatch.setattr(soak.subprocess, "run", note)
    assert tried.run(PASSES).ok
    assert (seen["COUPEFEU_SIZE"], seen["HYPOTHESIS_PROFILE"]) == ("full", "soak")
    assert "--hypothesis-seed=7" in seen["command"]


def test_the_page_says_when_with_which_seed_and_what_failed(tried, tmp_path, monkeypatch):
    monkeypatch.setattr(soak, "PAGE", tmp_path / "soak.md")
    soak.PAGE.write_text(f"before\n{soak.BEGIN}\nan older run\n{soak.END}\nafter\n")
    write_page(tried, [Result("tests/b.py::two", False, 3.4, ""), Result("tests/a.py::one", True, 61.0, "")])
    page = soak.PAGE.read_text("utf-8")
    assert page.startswith(f"before\n{soak.BEGIN}\n")
    assert page.endswith(f"{soak.END}\nafter\n")
    assert "an older run" not in page
    assert "commit `0123456789ab`, seed 7" in page
    assert "2 functions, 1 failed" in page
    assert page.index("| `tests/a.py::one` | passed | 61 |") < page.index(
        "| `tests/b.py::two` | FAILED | 3 |"
    )


def test_functions_with_a_full_number_are_found():
    units = find_units(["kills_with_every_write", "inserted_invisible", "costs_22_bytes"])
    assert [unit.rpartition("::test_")[2] for unit in units] == [
        "kills_with_every_write_forced_to_the_disk",
        "an_inserted_invisible_character_never_matches",
    ]


def test_a_function_in_shards_is_run_shard_by_shard_and_stands_in_one_line(tried, tmp_path, monkeypatch):
    find = (
        "from tests import soak, sizes; print(*soak.find_units(['holes_parts', 'buffers'], "
        "soak.ROOT / 'tests/property/test_deconfliction_oracles.py'), sizes.SIZE, sep='\\n')"
    )
    said = subprocess.run(
        [sys.executable, "-c", find], cwd=soak.ROOT, capture_output=True, text=True, check=True,
        env=os.environ | {"COUPEFEU_SIZE": "small"},
    )  # fmt: skip
    *units, after = said.stdout.split()
    assert after == "small"
    assert len(units) == 21
    assert sum(unit.endswith("-poles]") for unit in units) == 5
    assert units[-1].endswith("::test_two_buffers_that_move")

    monkeypatch.setattr(soak, "PAGE", tmp_path / "soak.md")
    soak.PAGE.write_text(f"{soak.BEGIN}\n{soak.END}\n")
    write_page(tried, [Result(unit, unit != units[3], 2.0, "") for unit in units])
    page = soak.PAGE.read_text("utf-8")
    assert "2 functions, 1 failed" in page
    assert "_without_width` | FAILED, 19 of 20 shards | 40 |" in page
