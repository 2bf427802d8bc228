"""Where tests find the data that is shared between checkouts and not part of this repository."""

import json
from pathlib import Path

import pytest

from coupefeu.node.shared_data import data_folder

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


def shared_file(path: str) -> Path:
    """Return a shared file, `data/...` from the folder of COUPEFEU_DATA, or skip the test where that is absent."""
    in_data = path.startswith("data/")
    folder = ROOT / data_folder() if in_data else SHARED
    if not folder.is_dir():
        pytest.skip("DOCUMENTED: shared data absent")
    return folder / (path.removeprefix("data/") if in_data else path)


def shared_json(path: str):
    """Return a JSON file's value."""
    return json.loads(shared_file(path).read_text("utf-8"))


def shared_jsonl(path: str) -> list:
    """Return the values of a file with one JSON value a line."""
    return [json.loads(line) for line in shared_file(path).read_text("utf-8").split("\n") if line.strip()]
