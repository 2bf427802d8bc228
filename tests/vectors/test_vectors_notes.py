"""What notes say, good and bad: our reader names the reason, and the published CDDL says the same of the map inside."""

import json
from functools import cache
from pathlib import Path

import pycddl
import pytest

from coupefeu.services.presence.facts import encode_content, read_note

ROOT = Path(__file__).parents[2]
KEPT = json.loads(Path(__file__).with_name("notes-v1.json").read_text("utf-8"))["contents"]


@cache
def schema():
    rules = (ROOT / "docs" / "spec" / "coupefeu.cddl").read_text("utf-8")
    return pycddl.Schema(f"start = note\n{rules}")


def fits(octets):
    try:
        schema().validate_cbor(octets)
    except (pycddl.ValidationError, ValueError):
        return False
    return True


@pytest.mark.parametrize("item", KEPT, ids=[each["what"] for each in KEPT])
def test_contents(item):
    content = bytes.fromhex(item["content"])
    noted, reason = read_note(content)
    assert reason == item["reason"]
    length = int.from_bytes(content[:2])
    assert fits(content[2 : 2 + length]) == item["cddl"]
    if not reason:
        assert encode_content(noted) == content
    page, number = item["section"].split(" ")
    assert f"\n## {number}. " in (ROOT / "docs" / "spec" / page).read_text("utf-8")
