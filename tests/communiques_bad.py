"""The bad communiques of tests/vectors/communique/bad-v1.json, made of a sample by `python -m tests.communiques`.

Each breaks one rule of docs/spec/communique.md; its reason is what `verify` said when it was made, looked at once.
"""

import json
from pathlib import Path

import cbor2

from coupefeu.errors import CoupefeuError
from coupefeu.wire import cbor
from coupefeu.wire.communique_file import CLOSING, OPENING

SAMPLE = "both-sides-real.html"
HEADER, LOG, ENTRY = 0, 2, 4
DESCRIPTION = (
    "Communiques that break a rule each, made of the samples beside this file; "
    "tests/vectors/test_vectors_communique.py says how."
)


def flipped(octets: bytes, at: int = 0) -> bytes:
    changed = bytearray(octets)
    changed[at] ^= 1
    return bytes(changed)


def other_root(note: bytes) -> bytes:
    lines = note.decode().split("\n")
    lines[2] = ("B" if lines[2][0] == "A" else "A") + lines[2][1:]
    return "\n".join(lines).encode()


class Sample:
    """A good file, cut into its items, and the edits that spoil it."""

    def __init__(self, file: bytes, split):
        self.last = file[:-1].rpartition(b"\n")[2].decode()
        self.items = split(file.partition(OPENING)[2].partition(CLOSING[0])[0])
        self.decoded = [cbor2.loads(each) for each in self.items]

    def places(self, kind: int) -> list[int]:
        return [place for place, (found, _) in enumerate(self.decoded) if found == kind]

    def field(self, place: int, key: int, change) -> dict:
        """Change one field of an item; None drops it."""
        number, fields = cbor2.loads(self.items[place])
        value = change(fields.get(key))
        fields = (
            {**fields, key: value} if value is not None else {k: v for k, v in fields.items() if k != key}
        )
        return {"item": place, "octets": cbor.encode([number, dict(sorted(fields.items()))]).hex()}


def spoil(sample: Sample) -> list[tuple[str, str, dict]]:
    """Give (what, section, edit) of each bad file."""
    log, *others = sample.places(LOG)
    first, second, *_ = sample.places(ENTRY)
    whole = next(
        each
        for each in sample.places(ENTRY)
        if 7 in sample.decoded[each][1] and 8 not in sample.decoded[each][1]
    )
    _, mark, origin, classical, post_quantum, _ = sample.last.split(" ")
    other_key = sample.decoded[others[0]][1][1]
    spoilt = classical[:20] + ("B" if classical[20] == "A" else "A") + classical[21:]
    return [
        ("a letter of the text for people", "1", {"replace": ["<html", "<htmL"]}),
        ("a script in the text for people", "1", {"replace": ["<main>", "<main><SCRIPT>alert(1)</SCRIPT>"]}),
        ("something behind the last line", "1", {"behind": "<p>"}),
        ("a second last line", "1", {"behind": f"{sample.last}\n"}),
        (
            "a line feed is missing behind the data",
            "1",
            {"replace": ["</script>\n</body>", "</script></body>"]},
        ),
        (
            "the last line names another log",
            "1",
            {"replace": [f"{mark} {origin}", f"{mark} {origin.replace('/us/', '/ru/')}"]},
        ),
        ("one bit of the issuer's signature", "1", {"replace": [f" {classical} ", f" {spoilt} "]}),
        ("the issuer's ML-DSA-44 signature is cut off", "1", {"replace": [f" {post_quantum} -->", " -->"]}),
        ("an item of a type that there is not", "2", {"item": 1, "octets": cbor.encode([9, {}]).hex()}),
        ("an item that is no CBOR of the profile", "2", {"item": 1, "octets": "9f02ff"}),
        ("a header of another version", "2", sample.field(HEADER, 0, lambda _: 2)),
        ("a header with a key that it has not", "2", sample.field(HEADER, 9, lambda _: 1)),
        ("a header with another number of entries", "2", sample.field(HEADER, 8, lambda count: count + 1)),
        ("another selection than its digest says", "3", sample.field(HEADER, 5, lambda _: bytes(32))),
        ("no embargo, where both sides agreed to one", "3", sample.field(HEADER, 3, lambda _: None)),
        ("an entry stands twice", "2", {"item": second, "octets": sample.items[first].hex()}),
        ("the agreement is missing", "2", {"item": first, "octets": None}),
        ("a body without its salt", "2", sample.field(whole, 6, lambda _: None)),
        ("a message as what shows the agreement", "5", sample.field(whole, 8, lambda _: 1)),
        ("a message as consent", "5", sample.field(whole, 8, lambda _: 2)),
        ("an entry under another index", "5", sample.field(whole, 1, lambda index: index + 1)),
        ("one bit of a path", "5", sample.field(whole, 3, flipped)),
        ("one bit of a leaf", "5", sample.field(whole, 2, lambda leaf: flipped(leaf, 10))),
        ("one bit of a head", "5", sample.field(whole, 5, lambda head: flipped(head, -1))),
        ("one bit of a body", "5", sample.field(whole, 7, lambda body: flipped(body, -1))),
        ("one letter of the agreement", "5", sample.field(first, 7, lambda body: flipped(body, 40))),
        ("a checkpoint with another root", "5", sample.field(log, 2, other_root)),
        ("the key of a log is another's", "5", sample.field(log, 1, lambda _: other_key)),
    ]


def write_bad(folder: Path) -> None:
    """Write bad-v1.json. Raises: AssertionError: one of them holds."""
    from tests.vectors.test_vectors_communique import edited, split, verify

    made = []
    for what, section, edit in spoil(Sample((folder / SAMPLE).read_bytes(), split)):
        item = {
            "what": what,
            "reason": "",
            "section": f"communique.md {section}",
            "file": SAMPLE,
            "edits": [edit],
        }
        try:
            verify(edited(item))
        except CoupefeuError as error:
            item["reason"] = error.code
        assert item["reason"], what
        made.append(json.dumps(item, ensure_ascii=False))
    rows = ",\n  ".join(made)
    text = f'{{\n "description": {json.dumps(DESCRIPTION)},\n "items": [\n  {rows}\n ]\n}}\n'
    (folder / "bad-v1.json").write_text(text, "utf-8")
