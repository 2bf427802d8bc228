"""Communiques that break a rule each: `communique/bad-v1.json` says how one comes of a sample, and why it is refused.

`edits`, in this order, on `file`: replace a text by another, once; replace or drop an item of the data by its number;
put something behind the last line. That line is left as it was: each of these is refused before it is looked at,
or because of it.
"""

import base64
import io
import json
from pathlib import Path

import pytest
from tests.communiques import VECTORS

from coupefeu.errors import CoupefeuError
from coupefeu.record.communique import verify_communique
from coupefeu.services.bodies import promised_in
from coupefeu.wire.communique_file import CLOSING, OPENING

ROOT = Path(__file__).parents[2]
ITEMS = json.loads((VECTORS / "bad-v1.json").read_text("utf-8"))["items"]


def split(block: bytes) -> list[bytes]:
    """Cut the decoded data into its items, each without its length."""
    data, found = base64.b64decode(block), []
    while data:
        size = int.from_bytes(data[:4])
        found.append(data[4 : 4 + size])
        data = data[4 + size :]
    return found


def join(items: list[bytes]) -> bytes:
    """Frame items and write them as the block of a file."""
    data = b"".join(len(each).to_bytes(4) + each for each in items)
    return b"".join(base64.b64encode(data[at : at + 57]) + b"\n" for at in range(0, len(data), 57))


def edited(item) -> bytes:
    """Make the bad file of a good one."""
    file = (VECTORS / item["file"]).read_bytes()
    for edit in item["edits"]:
        if "replace" in edit:
            old, new = (each.encode() for each in edit["replace"])
            assert old in file
            file = file.replace(old, new, 1)
        elif "behind" in edit:
            file += edit["behind"].encode()
        else:
            human, _, rest = file.partition(OPENING)
            block, _, tail = rest.partition(CLOSING[0])
            items = split(block)
            fresh = [] if edit.get("octets") is None else [bytes.fromhex(edit["octets"])]
            items[edit["item"] : edit["item"] + 1] = fresh
            file = human + OPENING + join(items) + CLOSING[0] + tail
    return file


def verify(file: bytes):
    return verify_communique(io.BytesIO(file).readline, promised_in)


@pytest.mark.parametrize("item", ITEMS, ids=[item["what"] for item in ITEMS])
def test_each_is_refused_for_its_reason(item):
    with pytest.raises(CoupefeuError) as refused:
        verify(edited(item))
    assert refused.value.code == item["reason"]
    assert refused.value.hint
    page, number = item["section"].split(" ")
    assert f"\n## {number}. " in (ROOT / "docs" / "spec" / page).read_text("utf-8")


@pytest.mark.parametrize("name", sorted({item["file"] for item in ITEMS}))
def test_what_they_come_of_holds_and_is_put_together_as_it_was(name):
    file = (VECTORS / name).read_bytes()
    assert verify(file).entries
    first = split(file.partition(OPENING)[2].partition(CLOSING[0])[0])[0]
    assert edited({"file": name, "edits": [{"item": 0, "octets": first.hex()}]}) == file
