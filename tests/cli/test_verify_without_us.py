"""The page "verify us without our code": its programs run where nothing of ours can be imported."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).parents[2] / "docs" / "without-us"
COMMUNIQUES = sorted((Path(__file__).parents[1] / "vectors" / "communique").glob("*.html"))


@pytest.fixture
def proof(line, tmp_path):
    line.run("prove", "--party", "US", "--index", line.warning.partition("/")[2], "--to", tmp_path / "proof")
    return tmp_path / "proof"


def run(*words):
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, check=False)
    return done.returncode, (done.stdout + done.stderr).splitlines()


def verify(folder):
    return run("bash", PROGRAMS / "verify.sh", folder)


def verify_communique(file):
    return run(sys.executable, PROGRAMS / "communique.py", file)


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


@pytest.mark.parametrize("field", ["index", "size", "path", "root", "extra"])
def test_no_field_of_a_stranger_runs_a_command(proof, tmp_path, field):
    """Where bash computes with a number, `a[$(command)]` would be run."""
    ran = tmp_path / "ran"
    evil = f"at[$(touch${{IFS}}{ran})]"
    lines = (proof / "proof").read_text("utf-8").split("\n")
    index = next(number for number, line in enumerate(lines) if line.startswith("index "))
    empty = lines.index("")
    places = {"index": index, "path": index + 1, "size": empty + 2, "root": empty + 3, "extra": 1}
    prefix = {"index": "index ", "extra": "extra "}.get(field, "")
    lines[places[field]] = prefix + evil
    (proof / "proof").write_text("\n".join(lines), "utf-8")
    code, said = verify(proof)
    assert code != 0, said
    assert not ran.exists()


def test_it_refuses_the_proof_of_another_entry(proof, tmp_path):
    changed = tmp_path / "changed"
    shutil.copytree(proof, changed)
    shutil.copy(changed / "opening" / "leaf", changed / "leaf")
    code, lines = verify(changed)
    assert (code, lines[-1]) == (1, "REFUSED: the leaf does not stand in this tree")


@pytest.mark.parametrize("file", COMMUNIQUES, ids=lambda file: file.stem)
def test_a_communique_with_two_libraries_of_others(file):
    code, lines = verify_communique(file)
    assert code == 0, lines
    assert lines[0].partition(" ")[0] in {"REAL", "EXERCISE"}
    assert sum(line.startswith("entry ") for line in lines) >= 6


@pytest.mark.parametrize("place", range(8))
def test_it_refuses_a_communique_in_which_one_bit_was_changed(tmp_path, place):
    octets = bytearray(COMMUNIQUES[0].read_bytes())
    octets[(2 * place + 1) * len(octets) // 16] ^= 1
    (tmp_path / "changed.html").write_bytes(octets)
    code, lines = verify_communique(tmp_path / "changed.html")
    assert code != 0, lines


def test_nothing_of_ours_is_in_them():
    for program in PROGRAMS.iterdir():
        assert "import coupefeu" not in program.read_text("utf-8")
        assert "from coupefeu" not in program.read_text("utf-8")
