"""A communique by command: chosen, previewed, proposed, agreed to, written, verified, unpacked."""

import json
import shutil

import pytest
from tests.communiques import EMBARGO_MS, HOSTILE
from typer.testing import CliRunner

from coupefeu.cli.main import make_app
from coupefeu.errors import CoupefeuError, PeerError, PolicyError, UsageError, VerificationError
from coupefeu.keys import mldsa
from coupefeu.wire.communique_file import OPENING
from coupefeu.wire.note import COSIGNATURE, ED25519, ML_DSA_44, VerifierKey

BANNER = "EXERCISE / EXERCICE / УЧЕНИЕ"


@pytest.fixture
def line(played_line):
    return played_line


def run(*words, raises=None):
    """Run one command; gives what it printed, or the error that it raised."""
    result = CliRunner().invoke(make_app(), [str(word) for word in words])
    if raises is not None:
        assert isinstance(result.exception, raises), result.output
        return result.exception
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def make(line, to, *words):
    return run("communique", "--node", line.us, *words, "--to", to)


def values(path, *words):
    return json.loads(run("verify", path, *words, "--json"))


def test_by_default_not_a_word_is_shown(line, tmp_path):
    said = make(line, tmp_path / "a.html", "--all")
    assert said.startswith(BANNER)
    assert "ONE-SIDED: not agreed to by RU." in said
    page = (tmp_path / "a.html").read_text()
    assert "strayed" not in page.partition(OPENING.decode())[0]
    found = values(tmp_path / "a.html")
    assert {each["disclosed"] for each in found["entries"] if each["index"]} == {"head"}
    assert found["exercise"] is True
    assert found["one_sided"] is True
    assert found["missing"] == ["ru"]


def test_what_is_chosen_is_shown_and_nothing_else(line, tmp_path):
    to = tmp_path / "a.html"
    make(
        line, to, "--entries", "US/2,US/4-5,US/6,RU/3", "--disclose", "existence", "--disclose", "US/4-6=all",
        "--attachments", "US/6#1", "--embargo", "2030-03-17T17:46:40Z",
    )  # fmt: skip
    found = values(to)
    shown = {each["number"]: each for each in found["entries"]}
    assert {number: each["disclosed"] for number, each in shown.items()} == {
        "US/0": "all", "US/2": "existence", "US/4": "all", "US/5": "all", "US/6": "all", "RU/3": "existence",
    }  # fmt: skip
    assert shown["US/0"]["why"] == "agreement"
    assert shown["US/5"]["content"]["text"] == HOSTILE
    assert [each["shown"] for each in shown["US/6"]["attachments"]] == [False, True]
    assert found["embargo_ms"] == EMBARGO_MS
    assert "content" not in shown["US/2"]


def test_kinds_posts_and_times_choose(line, tmp_path):
    make(
        line,
        tmp_path / "a.html",
        "--kinds",
        "taken,outcome",
        "--posts",
        "ru.duty",
        "--since",
        "2020-01-01T00:00Z",
    )
    found = values(tmp_path / "a.html")
    assert [each["kind_name"] for each in found["entries"] if each["why"] == "chosen"] == ["TAKEN", "OUTCOME"]
    assert "kinds outcome, taken" in found["query"]
    none = run(
        "communique",
        "--node",
        line.us,
        "--until",
        "2020-01-01T00:00Z",
        "--to",
        tmp_path / "b.html",
        raises=UsageError,
    )
    assert none.code == "node.communique.nothing"


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_verify_says_what_a_preview_said_and_what_is_proved(line, tmp_path, language):
    to = tmp_path / "a.html"
    words = ("--entries", "US/2,RU/9", "--disclose", "all")
    make(line, to, *words)
    preview = run("communique", "--node", line.us, *words, "--preview", "--language", language)
    said = run("verify", to, "--language", language)
    assert said.startswith(BANNER)
    account = [each for each in preview.splitlines() if len(each) > 12 and ":" not in each]
    assert len(account) > 8
    missing = [each for each in account if each not in said]
    assert missing == []
    assert "Подтверждаем. Самолёт покинул район." in said
    stop = {"en": "STOP", "fr": "CESSEZ", "ru": "ПРЕКРАТИТЕ"}[language]
    assert stop in said
    proved = {"en": "PROVED", "fr": "PROUVÉ", "ru": "ДОКАЗАНО"}[language]
    assert proved in said


def test_verify_never_shows_the_text_of_the_file(line, tmp_path):
    """An issuer that writes another text over its entries signs it; verify says so, and shows the entries."""
    from tests.communiques import draft, wide_wish

    drafted = draft(line, wide_wish(line))
    kept = type(drafted).page
    try:
        type(drafted).page = lambda self: kept(self).replace(b"aircraft strayed", b"missile was fired")
        octets = drafted.sign(line.folder())
    finally:
        type(drafted).page = kept
    (tmp_path / "a.html").write_bytes(octets)
    said = run("verify", tmp_path / "a.html")
    assert "missile was fired" in octets.decode()
    assert "missile was fired" not in said
    assert "aircraft strayed" in said
    assert "it is not what this program writes of them" in " ".join(said.split())
    assert values(tmp_path / "a.html")["text_is_ours"] is False


def test_hostile_text_is_harmless_on_a_terminal_and_exact_for_programs(line, tmp_path):
    make(line, tmp_path / "a.html", "--entries", "US/5", "--disclose", "all")
    said = run("verify", tmp_path / "a.html")
    assert "\u202e" not in said
    assert "\u200b" not in said
    assert "    | <style>*{display:none}</style>" in said


def test_both_sides_agree_on_the_record(line, tmp_path):
    words = ("--entries", "US/2,US/4", "--disclose", "all")
    proposed = json.loads(run("communique", "--node", line.us, *words, "--propose", "--json"))
    number = proposed["proposal"]
    listed = run("communique", "list", "--node", line.us)
    assert f"{number}  US proposes to show (2)" in listed
    assert "not answered yet: RU" in listed
    own = run("communique", "consent", number, "--node", line.us, raises=PolicyError)
    assert own.code == "services.communique.own_proposal"
    early = run("communique", "consent", number, "--node", line.ru, raises=PolicyError)
    assert early.code == "services.communique.no_proposal", "it has not come yet"


def test_what_cannot_be_read_is_refused_with_its_reason(line, tmp_path):
    (tmp_path / "a.html").write_text("taken")
    node = ("communique", "--node", line.us)
    for words, code in (
        ((*node,), "cli.communique.nothing"),
        (("communique", "--all", "--preview"), "cli.communique.nothing"),
        ((*node, "--all", "--to", tmp_path / "a.html"), "cli.communique.exists"),
        ((*node, "--all", "--disclose", "some", "--preview"), "cli.communique.disclose"),
        ((*node, "--entries", "US/3-RU/4", "--preview"), "cli.communique.stretch"),
        ((*node, "--entries", "US/3-1", "--preview"), "cli.communique.stretch"),
        ((*node, "--entries", "US/900", "--preview"), "node.communique.entry"),
        ((*node, "--entries", "US/4", "--disclose", "US/6=all", "--preview"), "node.communique.entry"),
        ((*node, "--entries", "US/6", "--attachments", "US/6#1", "--preview"), "node.communique.entry"),
        ((*node, "--all", "--attachments", "US/6", "--preview"), "cli.communique.attachment"),
        ((*node, "--all", "--proposal", "US/7", "--preview"), "cli.communique.two_choices"),
        ((*node, "--entries", "US/0", "--preview"), "node.communique.nothing"),
        (
            ("communique", "refuse", "US/2", "--reason", "no", "--node", line.ru),
            "services.communique.no_proposal",
        ),
    ):
        assert run(*words, raises=CoupefeuError).code == code, words


def test_a_file_that_is_none_or_altered_is_refused(line, tmp_path):
    to = tmp_path / "a.html"
    make(line, to, "--all")
    octets = to.read_bytes()
    (tmp_path / "b.html").write_bytes(octets.replace(b"<h1>", b"<h1> ", 1))
    assert run("verify", tmp_path / "b.html", raises=VerificationError).code == "keys.ed25519.signature"
    (tmp_path / "c.html").write_text("<html>nothing</html>\n")
    refused = run("verify", tmp_path / "c.html", raises=PeerError)
    assert refused.code == "wire.communique.no-data"
    assert "c.html" in refused.message


def test_with_keys_only_what_they_signed_counts(line, tmp_path):
    to = tmp_path / "a.html"
    make(line, to, "--entries", "US/4")
    run("communique", "unpack", to, "--to", tmp_path / "out")
    key = tmp_path / "out" / "us" / "log.vkey"
    assert values(to, "--key", key, "--key", tmp_path / "out" / "us" / "cosigners" / "ru.vkey")
    other = tmp_path / "out" / "us" / "cosigners" / "ru.vkey"
    refused = run("verify", to, "--key", other, raises=VerificationError)
    assert refused.code == "cli.verify_communique.not_trusted"


def test_of_keys_that_were_not_given_it_is_said_that_they_came_with_the_file(line, tmp_path):
    """One key that is the reader's vouches for no other: not for a holder's, and not for a post-quantum one."""
    to, out = tmp_path / "a.html", tmp_path / "out"
    make(line, to, "--entries", "US/4")
    run("communique", "unpack", to, "--to", out)
    log, every = out / "us" / "log.vkey", sorted((out / "us").rglob("*.vkey"))
    cosigner = out / "us" / "cosigners" / "ru.vkey"
    for given in ([log], [log, cosigner], every):
        found = values(to, *(part for each in given for part in ("--key", each)))
        is_of_file, said = given != every, " ".join(found["not_proved"])
        assert found["keys_from"] == ("file" if is_of_file else "given")
        assert ("That these identity keys are the parties" in said) == is_of_file
        assert ("which you did not give" in said) == is_of_file


def test_a_post_quantum_key_that_is_given_is_compared(line, tmp_path):
    to, out = tmp_path / "a.html", tmp_path / "out"
    make(line, to, "--entries", "US/4")
    run("communique", "unpack", to, "--to", out)
    other = tmp_path / "other.vkey"
    other.write_text(VerifierKey.of("us.example", ML_DSA_44, mldsa.public(bytes(32))).text())
    given = ("--key", out / "us" / "log.vkey", "--key", other)
    refused = run("verify", to, *given, raises=VerificationError)
    assert refused.code == "cli.verify_communique.not_trusted"
    assert len(refused.message) < 500


def test_a_communique_is_judged_by_a_policy_of_its_reader(line, tmp_path):
    to, out, policy = tmp_path / "a.html", tmp_path / "out", tmp_path / "policy"
    make(line, to, "--entries", "US/4")
    run("communique", "unpack", to, "--to", out)
    log, ru = (
        path.read_text().strip() for path in (out / "us" / "log.vkey", out / "us" / "cosigners" / "ru.vkey")
    )
    policy.write_text(f"log {log}\nwitness ru {ru}\nquorum ru\n")
    found = values(to, "--policy", policy)
    assert found["policy"] == {"met": True, "counted": ["ru"]}
    assert found["keys_from"] == "file", "of post-quantum keys the policy says nothing"
    assert "signed by ru" in run("verify", to, "--policy", policy)
    policy.write_text(f"witness ru {ru}\nquorum ru\n")
    assert values(to, "--policy", policy)["keys_from"] == "file"
    stranger = VerifierKey.of("neutral.example", COSIGNATURE, bytes(range(32))).text()
    policy.write_text(f"log {log}\nwitness ru {ru}\nwitness n {stranger}\ngroup g all ru n\nquorum g\n")
    unmet = run("verify", to, "--policy", policy, raises=VerificationError)
    assert unmet.code == "record.policy.unmet"
    other = VerifierKey.of("other.example", ED25519, bytes(range(32))).text()
    policy.write_text(f"log {other}\nwitness ru {ru}\nquorum ru\n")
    assert "it lists 1 log keys" in str(run("verify", to, "--policy", policy, raises=VerificationError))


def test_what_is_unpacked_is_what_other_tools_take(line, tmp_path):
    to = tmp_path / "a.html"
    make(line, to, "--entries", "US/4,US/6,RU/2", "--disclose", "US/6=all", "--attachments", "all")
    assert run("communique", "unpack", to, "--to", tmp_path / "out").startswith(BANNER)
    out = tmp_path / "out"
    for number, party in ((4, "us"), (6, "us"), (2, "ru")):
        folder, keys = out / party / str(number), out / party
        holder = "ru" if party == "us" else "us"
        found = json.loads(
            run(
                "verify",
                folder,
                "--key",
                keys / "log.vkey",
                "--key",
                keys / "cosigners" / f"{holder}.vkey",
                "--json",
            )
        )
        assert found["index"] == number
    assert (out / "us" / "6" / "attachments" / "6-0").read_bytes().startswith(b"time,lat,lon")
    assert not list(out.glob(".*"))
    (tmp_path / "bad.html").write_bytes(to.read_bytes()[:-40])
    run("communique", "unpack", tmp_path / "bad.html", "--to", tmp_path / "none", raises=PeerError)
    assert not list((tmp_path / "none").iterdir())


def test_a_node_that_recovers_issues_nothing(line, tmp_path):
    copy = tmp_path / "us"
    shutil.copytree(line.us, copy)
    (copy / "highwater").unlink()
    refused = run("communique", "--node", copy, "--all", "--to", tmp_path / "a.html", raises=CoupefeuError)
    assert refused.code == "node.communique.recovering"
    assert not (tmp_path / "a.html").exists()
    assert "COMMUNIQUE" in run("communique", "--node", copy, "--all", "--preview", "--language", "en")
