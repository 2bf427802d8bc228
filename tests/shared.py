"""Where tests find the data that is shared between checkouts and not part of this repository."""

import json
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def shared_file(path: str) -> Path:
    """Return `shared/PATH` beside this repository, or skip the test where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("DOCUMENTED: shared data absent")
    return SHARED / path


def shared_json(path: str):
    """Return a JSON file's value."""
    return json.loads(shared_file(path).read_text("utf-8"))


def shared_jsonl(path: str) -> list:
    """Return the values of a file with one JSON value a line."""
    return [json.loads(line) for line in shared_file(path).read_text("utf-8").split("\n") if line.strip()]
