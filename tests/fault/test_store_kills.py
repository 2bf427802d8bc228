"""Killed with -9 at each step of append and receive: the record is clean, nothing is lost, nothing doubled (A6)."""

import json
import random
import subprocess
import sys
from pathlib import Path

from tests.killing import BATCHES, OURS, count_steps
from tests.sizes import size

ROOT = Path(__file__).parents[2]
WHOLE = {"texts": OURS, "sizes": [[4, 4], [8, 8]], "counts": [12, 1, 1, 11]}


def killed(folder, mode, steps):
    command = [sys.executable, "-m", "tests.killing", str(folder), mode, *steps]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout.splitlines()[-1:], done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_step_is_survived(tmp_path):
    steps = count_steps(tmp_path)
    assert steps > 8 * len(BATCHES)
    chosen = [f"{number}{'ab'[number % 2]}" for number in range(steps)]
    for result in killed(tmp_path, "quick", chosen):
        assert result.pop("died"), result
        assert {key: result[key] for key in WHOLE} == WHOLE, result["step"]


def test_kills_with_every_write_forced_to_the_disk(tmp_path):
    steps = count_steps(tmp_path)
    draw = random.Random(200)
    chosen = [f"{draw.randrange(steps)}{draw.choice('ab')}" for _ in range(size(small=4, full=200))]
    for result in killed(tmp_path, "durable", chosen):
        assert result.pop("died"), result
        assert {key: result[key] for key in WHOLE} == WHOLE, result["step"]
