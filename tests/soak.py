"""`make soak`: every check that has two sizes, and every property, with its full numbers.

One test function after the other, each in a process of its own, as many at a time as there are cores; where a function
has the parameter `shard`, each of its shards. What has passed is remembered in `.soak/` by function or shard, seed and
commit, so that the same command goes on where it was stopped. The results, with date and seed, go into docs/soak.md;
the command fails when anything failed.

    python -m tests.soak [--seed N] [--jobs N] [WORD...]     only functions whose name holds one of the words
"""

import argparse
import contextlib
import hashlib
import io
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress

from tests import sizes

ROOT = Path(__file__).resolve().parents[1]
STATE = ROOT / ".soak"
PAGE = ROOT / "docs" / "soak.md"
BEGIN, END = "<!-- results: written by `make soak` -->", "<!-- end of results -->"
TIMEOUT_S = 3_600
CONSOLE = Console(highlight=False, markup=False, soft_wrap=True)


@dataclass(frozen=True, slots=True)
class Result:
    """How one test function went, all its parameters together, or one shard of it."""

    unit: str
    ok: bool
    seconds: float
    said: str


@dataclass(frozen=True, slots=True)
class Soak:
    """One soak: the code that is tried, and the seed that properties draw from."""

    commit: str
    seed: int

    @property
    def folder(self) -> Path:
        """Where its state lies."""
        return STATE / f"{self.commit}-{self.seed}"

    def remembered(self, unit: str) -> Result | None:
        """Give the result of an earlier call, if it passed."""
        with contextlib.suppress(FileNotFoundError):
            result = Result(**json.loads(self._file(unit).read_text("utf-8")))
            return result if result.ok else None
        return None

    def run(self, unit: str) -> Result:
        """Run one function with its full numbers, and remember how it went."""
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
        command += [f"--timeout={TIMEOUT_S}", f"--hypothesis-seed={self.seed}", unit]
        environment = os.environ | {"COUPEFEU_SIZE": "full", "HYPOTHESIS_PROFILE": "soak"}
        start = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        lines = (done.stdout + done.stderr).strip().splitlines()
        result = Result(
            unit, done.returncode == 0, round(time.monotonic() - start, 1), lines[-1] if lines else ""
        )
        file = self._file(unit)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.with_suffix(".txt").write_text(done.stdout + done.stderr, "utf-8")
        file.write_text(json.dumps(asdict(result)), "utf-8")
        return result

    def _file(self, unit: str) -> Path:
        return self.folder / f"{hashlib.sha256(unit.encode()).hexdigest()[:16]}.json"


class _Collector:
    """Keeps the functions that have a full number, in the order of the suite."""

    def __init__(self) -> None:
        self.units: dict[str, None] = {}

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            if isinstance(item, pytest.Function) and has_full_number(item):
                self.units[item.nodeid if is_shard(item) else function_of(item.nodeid)] = None


def has_full_number(item: pytest.Function) -> bool:
    """Whether a test draws examples, or its module asks for a size."""
    return hasattr(item.obj, "hypothesis") or getattr(item.module, "size", None) is sizes.size


def is_shard(item: pytest.Function) -> bool:
    """Whether a test is one of the shards that its function is cut into."""
    return "shard" in getattr(getattr(item, "callspec", None), "params", {})


def function_of(unit: str) -> str:
    """Give the function that a unit is, or is a shard of."""
    return unit.partition("[")[0]


def find_units(words: list[str], where: Path = ROOT / "tests") -> list[str]:
    """List the functions and shards to be run. Raises: SystemExit: the tests cannot be collected."""
    collector, said, small = _Collector(), io.StringIO(), sizes.SIZE
    sizes.SIZE = "full"  # there are as many shards as that takes
    try:
        with contextlib.redirect_stdout(said):
            code = pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider", str(where)], [collector])
    finally:
        sizes.SIZE = small
    if code:
        raise SystemExit(said.getvalue())
    return [unit for unit in collector.units if not words or any(word in unit for word in words)]


def commit_of_the_checkout() -> str:
    """Name what is tried: the commit, and what was changed since."""

    def git(*arguments: str) -> bytes:
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=True).stdout

    commit = git("rev-parse", "--short=12", "HEAD").decode().strip()
    changes = git("diff", "HEAD", "--", "src", "tests")
    return f"{commit}+{hashlib.sha256(changes).hexdigest()[:8]}" if changes else commit


def run_all(soak: Soak, units: list[str], jobs: int) -> Iterator[Result]:
    """Run what has not passed yet, `jobs` at a time; results as they come."""
    waiting = []
    for unit in units:
        known = soak.remembered(unit)
        if known is None:
            waiting.append(unit)
        else:
            yield known
    with ThreadPoolExecutor(jobs) as pool:
        for future in as_completed([pool.submit(soak.run, unit) for unit in waiting]):
            yield future.result()


def write_page(soak: Soak, results: list[Result]) -> None:
    """Put the results into docs/soak.md, between its two marks."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    functions: dict[str, list[Result]] = {}
    for result in results:
        functions.setdefault(function_of(result.unit), []).append(result)
    failed = sum(not all(each.ok for each in shards) for shards in functions.values())
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    minutes = sum(result.seconds for result in results) / 60
    summary = (
        f"commit `{soak.commit}`, seed {soak.seed}, {machine}: {len(functions)} functions, {failed} failed"
    )
    lines = [
        BEGIN,
        "",
        f"{datetime.now(UTC):%d %B %Y}, {summary}, {minutes:.0f} minutes of processes.",
        "",
        "| test | result | seconds |",
        "| --- | --- | ---: |",
        *(_row(unit, shards) for unit, shards in sorted(functions.items())),
        "",
        END,
    ]
    PAGE.write_text(before + "\n".join(lines) + after, "utf-8")


def _row(unit: str, shards: list[Result]) -> str:
    passed = sum(each.ok for each in shards)
    word = "passed" if passed == len(shards) else "FAILED"
    if len(shards) > 1:
        word += f", {passed} of {len(shards)} shards"
    return f"| `{unit}` | {word} | {sum(each.seconds for each in shards):.0f} |"


def main() -> int:
    """Run the soak; gives the exit code."""
    parser = argparse.ArgumentParser(description="The checks with their full numbers.")
    parser.add_argument("words", nargs="*", help="only functions whose name holds one of these")
    parser.add_argument(
        "--seed", type=int, default=int(f"{datetime.now(UTC):%Y%m%d}"), help="today's date if not given"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    soak = Soak(commit_of_the_checkout(), asked.seed)
    units = find_units(asked.words)
    CONSOLE.print(f"{len(units)} to run, commit {soak.commit}, seed {soak.seed}; state in {soak.folder}")
    results = []
    with Progress(*Progress.get_default_columns(), MofNCompleteColumn(), console=CONSOLE) as bar:
        task = bar.add_task("soak", total=len(units))
        for result in run_all(soak, units, asked.jobs):
            results.append(result)
            word = "passed" if result.ok else "FAILED"
            bar.console.print(
                f"[{len(results):3}/{len(units)}] {word} {result.seconds:7.1f} s  {result.unit}"
            )
            if not result.ok:
                bar.console.print(f"          {result.said}; all it said: {soak.folder}/*.txt")
            bar.advance(task)
    if not asked.words:
        write_page(soak, results)
    return int(not units or not all(result.ok for result in results))


if __name__ == "__main__":
    sys.exit(main())
