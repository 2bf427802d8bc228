"""The page "verify us without our code": its programs run where nothing of ours can be imported."""

import shutil
import subprocess
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).parents[2] / "docs" / "without-us"


@pytest.fixture
def proof(line, tmp_path):
    line.run("prove", "--party", "US", "--index", line.warning.partition("/")[2], "--to", tmp_path / "proof")
    return tmp_path / "proof"


def verify(folder):
    done = subprocess.run(
        ["bash", PROGRAMS / "verify.sh", folder], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout.splitlines()


def test_one_entry_with_bash_and_openssl(proof):
    code, lines = verify(proof)
    assert code == 0, lines
    assert lines[0].startswith("the leaf stands at ")
    assert sum(" signed (" in line for line in lines) == 2
    assert lines[-2:] == ["the head is the one that was signed", "the body is the one that was signed"]


@pytest.mark.parametrize("name", ["leaf", "proof", "body", "log.vkey", "cosigners/ru.vkey"])
def test_it_refuses_what_was_changed(proof, tmp_path, name):
    changed = tmp_path / "changed"
    shutil.copytree(proof, changed, dirs_exist_ok=True)
    octets = bytearray((changed / name).read_bytes())
    octets[-10] ^= 1
    (changed / name).write_bytes(octets)
    code, lines = verify(changed)
    assert code != 0, lines


def test_it_refuses_the_proof_of_another_entry(proof, tmp_path):
    changed = tmp_path / "changed"
    shutil.copytree(proof, changed)
    shutil.copy(changed / "opening" / "leaf", changed / "leaf")
    code, lines = verify(changed)
    assert (code, lines[-1]) == (1, "REFUSED: the leaf does not stand in this tree")
