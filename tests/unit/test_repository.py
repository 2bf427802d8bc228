"""What a newcomer finds and types: the pages, the targets of `make`, the locks, and what CI runs on a fresh clone."""

import os
import re
import shutil
import subprocess

import pytest
from tests.documents import ROOT
from tests.drawings import DRAWINGS

PAGES = ("README", "ARCHITECTURE", "CONTRIBUTING", "SECURITY", "THREATS", "CHANGELOG")
LOCKS = {"run.txt": 20, "dev.txt": 40, "lock.txt": 1}
SETS_UP = [
    "python3 -m venv .venv",
    ".venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt",
    ".venv/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .",
    "touch .venv/.ready",
]
MODULES = [".venv/bin/python hatch_build.py ci --ignore-scripts", "touch frontend/node_modules/.ready"]
CONSOLE = [*MODULES, ".venv/bin/python hatch_build.py run build"]
STATIC = [
    ".venv/bin/ruff format --check src tests hatch_build.py bench",
    ".venv/bin/ruff check src tests hatch_build.py bench",
    ".venv/bin/mypy",
    ".venv/bin/lint-imports",
    ".venv/bin/python hatch_build.py run check",
]
TESTS = [".venv/bin/pytest -n 3 --dist loadfile -q"]
BOTH_BENCHES = ".venv/bin/coupefeu bench; line=$?; .venv/bin/python bench/console.py && exit $line"


def would_run(*words):
    """List what `make` would do for these words on a fresh machine; `-n` does none of it."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    shown = subprocess.run(
        ["make", "-n", "-B", *words], cwd=ROOT, env=clean, capture_output=True, text=True, check=True
    )
    return shown.stdout.splitlines()


def test_the_pages_that_a_newcomer_looks_for_are_there():
    for name in PAGES:
        assert (ROOT / f"{name}.md").read_text("utf-8").startswith("# ")
    licence = (ROOT / "LICENSE").read_text("utf-8")
    assert licence.split()[:4] == ["Apache", "License", "Version", "2.0,"]
    assert list((ROOT / "docs" / "adr").glob("0001-*.md"))
    assert list((ROOT / "docs" / "spec").glob("record.md"))


def test_every_picture_of_the_readme_is_there_and_small():
    text = (ROOT / "README.md").read_text("utf-8")
    pictures = re.findall(r"!\[[^\]]{20,}\]\((docs/pictures/[a-z-]+\.(?:png|svg))\)", text)
    assert len(pictures) == text.count("![") > 3
    measured = re.findall(
        r"!\[[^\]]{20,}\]\((pictures/[a-z-]+\.svg)\)", (ROOT / "docs" / "benchmarks.md").read_text("utf-8")
    )
    shown = (
        set(pictures) | {f"docs/pictures/{each}" for each in DRAWINGS} | {f"docs/{each}" for each in measured}
    )
    assert {str(each.relative_to(ROOT)) for each in (ROOT / "docs" / "pictures").iterdir()} == shown
    assert all((ROOT / each).stat().st_size < 80_000 for each in pictures)


def test_measurements_stand_with_the_machine_the_date_and_the_command():
    page = (ROOT / "docs" / "benchmarks.md").read_text("utf-8")
    for mark in (r"\b20\d\d-\d\d-\d\d\b", r"\bPython 3\.\d+", r"\bcores?\b", r"\bmake bench\b"):
        assert re.search(mark, page), mark


@pytest.mark.parametrize(
    ("words", "runs"),
    [
        (["console"], CONSOLE),
        (["demo"], [*CONSOLE, ".venv/bin/coupefeu demo "]),
        (["demo", "ARGS=--headless"], [*CONSOLE, ".venv/bin/coupefeu demo --headless"]),
        (["test"], CONSOLE + TESTS),
        (["static"], MODULES + STATIC),
        (["check"], MODULES + STATIC + [CONSOLE[-1]] + TESTS),
        (["soak"], [".venv/bin/python -m tests.soak"]),
        (["bench"], [*CONSOLE, BOTH_BENCHES]),
        (["bench-peers", "PEERS=there", "RUN=nats"], [".venv/bin/python bench/peers.py there nats"]),
    ],
    ids=lambda each: each[0] if len(each) == 1 else "",
)
def test_a_target_sets_everything_up_by_itself_and_then_does_its_work(words, runs):
    assert would_run(*words) == SETS_UP + runs


def test_nothing_is_installed_that_no_lock_names():
    installs = [step for step in would_run("lock") if " install " in step]
    assert len(installs) == 3
    for step in installs:
        assert "--require-hashes -r requirements/" in step or step.endswith(
            "--no-deps --no-build-isolation -e ."
        )


@pytest.mark.parametrize("name", LOCKS)
def test_every_version_is_exact_and_under_hashes_and_no_address_is_named(name):
    text = (ROOT / "requirements" / name).read_text("utf-8")
    kept = [line for line in text.replace("\\\n", "").splitlines() if not line.lstrip().startswith("#")]
    assert len(kept) >= LOCKS[name]
    for line in kept:
        version, *hashes = line.split(" --hash=")
        assert re.fullmatch(r"[a-z0-9-]+==[\w.]+( ; .+)?", version.strip()), line
        assert hashes, line
        assert all(re.fullmatch("sha256:[0-9a-f]{64}", each.strip()) for each in hashes), line
    assert "://" not in text


class FreshClone:
    """The script of CI on a clone of its own; what it calls says what it is told to say."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "bin").mkdir()
        (folder / "clone" / ".ci").mkdir(parents=True)
        shutil.copy(ROOT / ".ci" / "run", folder / "clone" / ".ci" / "run")
        self.command("apt-get", 'echo "apt-get $*" >> "$CALLS"')
        self.command("python3", "exit 0")
        self.command("chromium", "exit 0")
        self.command("chromium-headless-shell", "exit 0")
        self.command("certutil", "exit 0")
        self.command("turnserver", "exit 0")
        self.makes()

    def command(self, name, body):
        path = self.folder / "bin" / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >> "$CALLS"\n{body}\n')
        path.chmod(0o755)

    def makes(self, *, said="", code=0, static=0):
        (self.folder / "said").write_text(said)
        answer = f'[ "$1" = static ] && exit {static}; cat "{self.folder}/said"; exit {code}'
        self.command("make", answer)

    def run(self, tools=os.environ["PATH"]):
        """Give the exit code, what was printed, and what was called, in order. `tools`: where the rest is found."""
        calls = self.folder / "calls"
        calls.write_text("")
        path = f"{self.folder / 'bin'}:{tools}"
        done = subprocess.run(
            [self.folder / "clone" / ".ci" / "run"],
            env={"PATH": path, "CALLS": str(calls)},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr, calls.read_text().splitlines()

    def run_without(self, missing):
        """Run it where this command is nowhere."""
        (self.folder / "bin" / missing).unlink()
        tools = self.folder / "tools"
        tools.mkdir()
        for name in ("bash", "dirname", "tee", "cat", "grep", "env", "sh"):
            (tools / name).symlink_to(shutil.which(name))
        return self.run(tools)


@pytest.fixture
def clone(tmp_path):
    return FreshClone(tmp_path)


def test_ci_checks_and_tests_and_installs_nothing_that_is_there(clone):
    clone.makes(said="1966 passed in 203.1s\n")
    code, printed, calls = clone.run()
    assert (code, [each for each in calls if "python3" not in each]) == (
        0,
        ["make static --jobs=2 --output-sync", "make test", "make wheel"],
    )
    assert "1966 passed" in printed


def test_ci_installs_what_debian_must_give(clone):
    clone.command("python3", "exit 1")
    code, _, calls = clone.run()
    assert code == 0
    assert "apt-get install -y -qq make python3-venv" in calls


@pytest.mark.parametrize("missing", ["chromium", "certutil", "turnserver"])
def test_ci_installs_a_browser_what_makes_it_trust_us_and_a_relay_where_there_is_none(clone, missing):
    code, _, calls = clone.run_without(missing)
    assert code == 0
    packages = "chromium fonts-dejavu-core libnss3-tools coturn"
    assert f"apt-get install -y -qq --no-install-recommends {packages}" in calls


@pytest.mark.parametrize("given", [True, False])
def test_ci_goes_on_with_the_whole_browser_where_there_is_none_without_a_frame(clone, given):
    if not given:
        clone.command("apt-get", "exit 100")
    code, printed, calls = clone.run_without("chromium-headless-shell")
    assert code == 0
    assert "make test" in calls
    if given:
        packages = "chromium chromium-headless-shell"
        assert f"apt-get install -y -qq --no-install-recommends {packages}" in calls
    assert ("whole Chromium" in printed) is not given


@pytest.mark.parametrize(
    ("said", "fails"),
    [
        ("SKIPPED [9] tests/shared.py:16: DOCUMENTED: shared data absent\n1 passed\n", False),
        ("SKIPPED [1] tests/unit/test_x.py:3: no network here\n1 passed\n", True),
        ("SKIPPED [9] tests/console/browser.py:36: DOCUMENTED: chromium absent\n1 passed\n", True),
        (
            "SKIPPED [9] tests/shared.py:16: DOCUMENTED: shared data absent\nSKIPPED [1] tests/x.py:3: slow\n",
            True,
        ),
    ],
)
def test_ci_fails_when_a_test_is_skipped_for_an_undocumented_reason(clone, said, fails):
    clone.makes(said=said)
    code, printed, _ = clone.run()
    assert (code != 0, "undocumented reason" in printed) == (fails, fails)


@pytest.mark.parametrize("broken", [{"code": 2}, {"static": 2}])
def test_ci_fails_when_a_check_or_a_test_fails(clone, broken):
    clone.makes(said="1 failed\n", **broken)
    assert clone.run()[0]
