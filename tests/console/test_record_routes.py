"""The routes of Record and Agreement as a browser asks them: lists, one entry, downloads, verification, signing."""

import hashlib
import json
import shutil
import urllib.error
import urllib.request
from urllib.parse import urlencode, urlsplit

import pytest
from tests.console.desks import wait_until

from coupefeu.model.precedence import Precedence
from coupefeu.services.messages.commands import Take


class Http:
    """One signed-in program at a desk's console."""

    def __init__(self, desk):
        self.desk = desk
        self.address, name, value = desk._redeem(desk.link())
        self.cookie = f"{name}={value}"
        self.once = 0

    def ask(self, path, body=None, *, once=None, method=None):
        """Give (status, headers, bytes)."""
        parts = urlsplit(self.address)
        headers = {
            "host": parts.netloc,
            "cookie": self.cookie,
            "origin": self.address,
            "content-type": "application/json",
        }
        if once is not None:
            headers["Coupefeu-Once"] = once
        request = urllib.request.Request(
            f"http://127.0.0.1:{parts.port}/api{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers=headers,
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.headers, refused.read()

    def get(self, path, **query):
        status, _, octets = self.ask(f"{path}?{urlencode(query)}" if query else path)
        return status, json.loads(octets)

    def post(self, path, body, once=None):
        self.once += 1
        status, _, octets = self.ask(path, body, once=once or f"test-{id(self)}-{self.once}")
        return status, json.loads(octets)


@pytest.fixture
def us(desks):
    return Http(desks.us)


@pytest.fixture
def ru(desks):
    return Http(desks.ru)


def signed_for(http, number):
    """Wait until another party has signed for an entry, and give it."""
    return wait_until(
        lambda: (entry := http.get(f"/record/{number}")[1])["provable"] and entry, f"{number} is provable"
    )


def test_a_list_and_an_entry_of_either_side(us, ru, desks):
    number = desks.us.write("Kobani calling, said once", Precedence.PRIORITY)
    desks.ru.has(number)
    (taken,) = desks.ru.act(Take(message=desks.ru.id(number), from_post="ru.duty"))
    for http in (us, ru):
        assert http.get("/record", text="KOBANI CALLING")[1]["total"] == 1
        wait_until(
            lambda http=http: http.get("/record", text=number, kind="taken")[1]["total"], "the act is there"
        )
        entry = signed_for(http, taken)
        assert (entry["line"]["kind"], entry["act"]["post"], entry["line"]["ours"]) == (
            "TAKEN",
            "ru.duty",
            http is ru,
        )
        assert [each["holder"] for each in entry["receipts"]] == ["us"]


def test_a_number_finds_its_entry_and_what_refers_to_it(us, desks):
    number = desks.us.write("a text that is taken", Precedence.PRIORITY)
    desks.ru.has(number)
    (taken,) = desks.ru.act(Take(message=desks.ru.id(number), from_post="ru.duty"))
    found = wait_until(
        lambda: (page := us.get("/record", text=number.lower())[1])["total"] > 1 and page, "both are found"
    )
    assert {number, taken} <= {row["number"] for row in found["rows"]}


def test_a_span_of_time_is_by_when_it_was_stored_here(us, desks):
    number = desks.us.write("within the span")
    at_ms = us.get(f"/record/{number}")[1]["line"]["arrived_ms"]
    within = us.get("/record", since_ms=at_ms, before_ms=at_ms + 1, limit=200)[1]
    assert number in {row["number"] for row in within["rows"]}
    assert {row["arrived_ms"] for row in within["rows"]} == {at_ms}
    assert us.get("/record", before_ms=at_ms - 86_400_000 * 365)[1]["total"] == 0


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/record/us/999999", 404, "store.reader.no_entry"), ("/record/zz/1", 404, "store.reader.no_entry"),
        ("/record/us/99999999999999999999", 404, "store.reader.no_entry"),
        ("/record/us/-1", 404, "store.reader.no_entry"),
        ("/record?kind=gossip", 400, "node.entries.kind"), ("/record?party=zz", 400, "node.entries.party"),
        ("/record?limit=201", 400, "console.request.invalid"), ("/record?offset=-1", 400, "console.request.invalid"),
        (f"/record?text={'x' * 201}", 400, "console.request.invalid"),
        ("/record/us/999999/proof", 404, "store.reader.no_entry"), ("/record/zz/export", 404, "store.reader.no_entry"),
        ("/record/..%2f..%2fetc/export", 404, "console.route.absent"),
    ],
)  # fmt: skip
def test_what_is_refused_says_why(us, path, status, code):
    seen, body = us.get(path)
    assert (seen, body["error"]["code"]) == (status, code)
    assert body["error"]["hint"] or code.startswith("console.request")


@pytest.mark.parametrize(
    "path", ["/record", "/record/us/0", "/record/us/0/proof", "/record/us/export", "/agreement"]
)
def test_nothing_is_told_without_a_session(us, path):
    us.cookie = "none=none"
    assert us.ask(path)[0] == 401


def test_a_proof_is_a_file_with_a_plain_name_that_the_command_verifies(
    us, desks, tmp_path, verified_by_command
):
    number = desks.us.write("to be proved")
    signed_for(us, number)
    status, headers, octets = us.ask(f"/record/{number}/proof")
    party, _, index = number.lower().partition("/")
    assert status == 200
    assert headers["content-disposition"] == f'attachment; filename="EXERCISE-proof-{party}-{index}.zip"'
    assert headers["x-content-type-options"] == "nosniff"
    assert int(headers["content-length"]) == len(octets)
    said = verified_by_command(octets, tmp_path)
    assert (said["what"], said["index"], said["content"]["text"]) == ("proof", int(index), "to be proved")


def test_an_export_is_a_file_that_the_command_verifies(us, tmp_path, verified_by_command):
    status, headers, octets = us.ask("/record/ru/export")
    assert (status, headers["content-disposition"]) == (200, 'attachment; filename="EXERCISE-record-ru.zip"')
    assert verified_by_command(octets, tmp_path)["what"] == "record"


def test_what_is_not_signed_for_yet_cannot_be_proved_and_says_so(fresh_desks):
    us = Http(fresh_desks.us)
    fresh_desks.cut()
    number = fresh_desks.us.write("while the line is cut")
    assert us.get(f"/record/{number}")[1]["provable"] is False
    status, body = us.get(f"/record/{number}/proof")
    assert (status, body["error"]["code"]) == (400, "node.export.not_cosigned")


def test_verifying_says_what_holds_and_what_is_not_proved(us):
    status, found = us.post("/record/verify", {})
    assert status == 200
    assert [(each["party"], each["verdict"]) for each in found["records"]] == [
        ("us", "holds"),
        ("ru", "holds"),
    ]
    assert all("truth" in each["not_proved"] for each in found["records"])
    assert found["evidence"] == []


# --- the agreement --------------------------------------------------------------------------------------------


def test_the_agreement_is_given_whole_and_structured(us):
    page = us.get("/agreement")[1]
    assert page["reading"]["status"] == "EXERCISE"
    assert {each["party"]: each["signed"] for each in page["signers"]} == {"us": True, "ru": True}
    assert hashlib.sha256(page["text"].encode()).hexdigest() == page["digest"]
    assert page["is_exact"]
    assert "[keys." not in page["terms"]
    assert [each["precedence"] for each in page["reading"]["deadlines"]] == [
        "FLASH",
        "IMMEDIATE",
        "PRIORITY",
        "ROUTINE",
    ]
    assert {each["role"] for each in page["keys"]} == {
        "identity",
        "log",
        "cosigner",
        "session",
        "log-mldsa",
        "cosigner-mldsa",
    }
    assert page["identity_here"]
    assert "--identity FILE --node" in page["propose_command"]


def next_text(http, old, new):
    page = http.get("/agreement")[1]
    text = page["terms"].replace(
        f"version = {page['reading']['version']}", f"version = {page['reading']['version'] + 1}"
    )
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("change", "code", "line"),
    [
        (('outcome = "10m"', 'outcome = "soon"'), "wire.toml.bad_value", True),
        (('record_mode = "ON RECORD"', "record_mode = 7"), "wire.toml.wrong_type", True),
        (('status = "EXERCISE"', 'status = "REAL"'), "services.agreement.fixed", False),
    ],
)
def test_a_text_that_cannot_be_proposed_says_which_line(us, change, code, line):
    status, body = us.post("/agreement/check", {"text": next_text(us, *change)})
    assert status in {400, 409}
    assert body["error"]["code"] == code
    assert ("line " in body["error"]["message"]) == line
    assert us.get("/agreement")[1]["amendments"] == []


def test_an_amendment_goes_from_page_to_page_and_comes_into_force(fresh_desks):
    us, ru = Http(fresh_desks.us), Http(fresh_desks.ru)
    text = next_text(us, 'outcome = "10m"', 'outcome = "12m"')
    checked = us.post("/agreement/check", {"text": text})[1]
    assert [(each["kind"], each["line"]) for each in checked["difference"] if each["kind"] != "same"] == [
        ("removed", "version = 1"), ("added", "version = 2"),
        ("removed", 'outcome = "10m"'), ("added", 'outcome = "12m"'),
    ]  # fmt: skip
    status, proposed = us.post("/agreement/proposals", {"text": text}, once="one-proposal")
    assert status == 201
    assert us.post("/agreement/proposals", {"text": text}, once="one-proposal")[1] == proposed
    (ours,) = us.get("/agreement")[1]["amendments"]
    assert (ours["is_wanted"], ours["missing"], ours["proposed_by"]) == (False, ["ru"], "us")
    (theirs,) = wait_until(lambda: ru.get("/agreement")[1]["amendments"], "it is there")
    assert (theirs["is_wanted"], theirs["why_not"]) == (True, "")
    asked = {"number": theirs["number"], "digest": "0" * 64}
    refused = ru.post("/agreement/signatures", asked)
    assert (refused[0], refused[1]["error"]["code"]) == (409, "console.agreement.other_text")
    status, signed = ru.post("/agreement/signatures", asked | {"digest": theirs["digest"]})
    assert (status, signed["number"].startswith("RU/")) == (201, True)
    for http in (us, ru):
        wait_until(
            lambda http=http: http.get("/agreement")[1]["reading"]["version"] == 2, "version 2 is in force"
        )
        page = http.get("/agreement")[1]
        assert page["amendments"] == []
        assert page["earlier"] == [1]
        assert page["reading"]["deadlines"][0]["outcome_s"] == 720


def test_a_key_that_is_kept_away_signs_nothing_from_a_page(fresh_desks, tmp_path):
    ru = Http(fresh_desks.ru)
    us = Http(fresh_desks.us)
    kept = fresh_desks.ru.folder.path / "keys" / "identity.key"
    shutil.move(kept, tmp_path / "away.key")
    text = next_text(us, 'outcome = "10m"', 'outcome = "12m"')
    us.post("/agreement/proposals", {"text": text})
    (amendment,) = wait_until(lambda: ru.get("/agreement")[1]["amendments"], "it is there")
    assert (amendment["is_wanted"], amendment["why_not"]) == (True, "keys.ring.no_identity")
    assert amendment["sign_command"].startswith(
        f"coupefeu agreement sign {amendment['number']} --identity FILE --node "
    )
    assert ru.get("/agreement")[1]["identity_here"] is False
    asked = {"number": amendment["number"], "digest": amendment["digest"]}
    status, body = ru.post("/agreement/signatures", asked)
    assert (status, body["error"]["code"]) == (503, "keys.ring.no_identity")
    other = next_text(ru, 'outcome = "10m"', 'outcome = "13m"')
    assert ru.post("/agreement/proposals", {"text": other})[1]["error"]["code"] == "keys.ring.no_identity"
    shutil.move(tmp_path / "away.key", kept)
    assert ru.post("/agreement/signatures", asked)[0] == 201


def test_no_private_key_is_on_the_page(us, desks):
    page = json.dumps(us.get("/agreement")[1])
    for file in (desks.us.folder.path / "keys").glob("*.key"):
        for secret in [line.split('"')[1] for line in file.read_text().splitlines() if line.count('"') == 2]:
            assert secret not in page
