"""Two folders are paired by the commands alone, as two officers would do it."""

import json
import shutil
import stat
from types import SimpleNamespace

import pytest
import typer
from typer.testing import CliRunner

from coupefeu.cli import agreement, card, init, main, pair, status
from coupefeu.errors import ConfigError, CoupefeuError, PeerError, UsageError, VerificationError
from coupefeu.model.instant import Moment
from coupefeu.node.folder import NodeFolder
from coupefeu.services.agreement import AgreementService
from coupefeu.services.agreement.views import SELECT_ENTRIES, read_facts
from coupefeu.services.base import Context, Recorded
from coupefeu.wire.armour import Armour, armour_line, parse_armour
from coupefeu.wire.note import COSIGNATURE, ED25519
from coupefeu.wire.toml import parse_toml

BANNER = "EXERCISE / EXERCICE / УЧЕНИЕ"


class RecordInMemory:
    """Both parties' logs in one list, as if the link had carried everything at once."""

    def __init__(self):
        self.rows = []
        self.sizes = [0, 0]
        self.service = AgreementService()

    def submit(self, folder, command):
        context = Context(
            now=Moment(utc_ms=0, mono_ms=0),
            our_log=folder.log_number,
            parties=folder.agreement.party_ids,
            agreement=folder.agreement,
            agreement_version=folder.agreement.version,
        )
        assert self.service.needs(command)[0].executable is SELECT_ENTRIES
        (draft,) = self.service.decide(command, [self.rows], context)
        log, index = folder.log_number, self.sizes[folder.log_number]
        recorded = Recorded(
            log=log,
            index=index,
            arrival=len(self.rows),
            arrived_ms=0,
            ours=True,
            head=SimpleNamespace(kind=draft.kind),
            body=draft.body,
            leaf_hash=bytes(32),
        )
        self.rows += [statement.parameters for statement in self.service.apply(recorded, context)]
        self.sizes[log] += 1
        return {"message": f"{folder.party.upper()}/{index}"}

    def facts(self, folder):
        return read_facts(self.rows)

    def cosigned(self, folder):
        return lambda _log, _index: 1_000

    def head(self, folder):
        return self.sizes[folder.log_number], b"r" * 32


class Desk:
    """A folder of files and the commands."""

    def __init__(self, path):
        self.path = path
        self.record = RecordInMemory()
        self.app = typer.Typer()
        for command in (init, card, pair, status):
            command.register(self.app)
        agreement.register(self.app, self.record)

    def run(self, *words, answers=""):
        result = CliRunner().invoke(self.app, [str(word) for word in words], input=answers)
        if isinstance(result.exception, CoupefeuError):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output

    def json(self, *words):
        return json.loads(self.run(*words, "--json"))

    def file(self, name):
        return self.path / name

    def meet(self, status="EXERCISE"):
        self.run(
            "agreement", "template", "--status", status, "--name", "cli", "--to", self.file("terms.toml")
        )
        for number, party in enumerate(("us", "ru")):
            self.run("init", self.file(party), "--party", party, "--listen", f"127.0.0.1:700{number}")
            self.run("card", "--node", self.file(party), "--to", self.file(f"{party}.card"))

    def answer(self, party, other, *options, answers="yes\n", terms="terms.toml"):
        return self.run(
            "pair",
            self.file(f"{other}.card"),
            "--node",
            self.file(party),
            "--agreement",
            self.file(terms),
            "--to",
            self.file(f"{party}.answer"),
            *options,
            answers=answers,
        )

    def finish(self, party, other, *options):
        return self.run("pair", self.file(f"{other}.answer"), "--node", self.file(party), *options)

    def pair(self, *options, status="EXERCISE"):
        self.meet(status)
        self.answer("us", "ru", *options)
        self.answer("ru", "us", *options)
        return self.finish("us", "ru"), self.finish("ru", "us")


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


@pytest.fixture(scope="module")
def paired_once(tmp_path_factory):
    desk = Desk(tmp_path_factory.mktemp("paired"))
    return desk, desk.pair("--in-person")


@pytest.fixture
def paired(paired_once, tmp_path):
    shutil.copytree(paired_once[0].path, tmp_path, dirs_exist_ok=True)
    return Desk(tmp_path)


def modes(folder):
    return {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def test_two_folders_become_one_line(paired_once):
    desk, (ours, theirs) = paired_once
    us, ru = (NodeFolder.open(desk.file(party)) for party in ("us", "ru"))
    assert us.agreement_octets == ru.agreement_octets
    assert us.opening_body == ru.opening_body
    assert us.line_id == ru.line_id
    assert us.generations("ru") == ru.generations("us")
    assert us.generations("ru").current.number == 0
    assert us.in_person("ru")
    assert us.peers == {"ru": "127.0.0.1:7001"}
    assert (us.log_number, ru.log_number) == (0, 1)
    assert us.counterparts == ("ru",)
    for party in ("us", "ru"):
        assert us.log_key(party) == ru.log_key(party)
        assert us.log_key(party).algorithm == ED25519
        assert us.cosigner_key(party).algorithm == COSIGNATURE
        assert us.log_key(party).name == f"cli/{us.line_id.hex()}/{party}/1"
    for output in (ours, theirs):
        assert output.startswith(BANNER)
        assert us.line_id.hex() in output
        assert "quantum" not in output


def test_secrets_are_private_files_and_the_cards_are_gone(paired_once):
    desk, outputs = paired_once
    for party, other in (("us", "ru"), ("ru", "us")):
        folder = desk.file(party)
        assert modes(folder / "keys") == {0o600}
        assert [path.name for path in (folder / "pairing").iterdir()] == [f"{party}.answer"]
        secret = NodeFolder.open(folder).generations(other).current.psk
        assert repr(secret) not in repr(NodeFolder.open(folder))
        assert not any(secret.hex() in output for output in outputs)
    assert stat.S_IMODE(desk.file("us.card").stat().st_mode) == 0o600


def test_the_card_is_the_same_each_time_as_text_file_and_code(desk):
    desk.meet()
    node = desk.file("us")
    text = desk.run("card", "--node", node, "--show-qr", "--qr", desk.file("us.png"))
    desk.run("card", "--node", node, "--qr", desk.file("us.svg"))
    assert "█" in text
    assert parse_armour(text) == parse_armour(desk.file("us.card").read_text())
    assert parse_armour(desk.json("card", "--node", node)["card"]) == parse_armour(text)
    assert desk.file("us.png").read_bytes()[:4] == b"\x89PNG"
    assert b"<svg" in desk.file("us.svg").read_bytes()
    with pytest.raises(UsageError, match="neither"):
        desk.run("card", "--node", node, "--qr", desk.file("us.gif"))


def test_a_card_read_from_a_code_is_one_line_and_pairs_like_the_file(desk):
    desk.meet()
    octets = parse_armour(desk.file("ru.card").read_text())[1]
    desk.file("ru.card").write_text(armour_line(Armour.CARD, octets) + "\n")
    desk.answer("us", "ru")
    desk.answer("ru", "us")
    assert "is ready" in desk.finish("us", "ru")


def test_the_next_step_is_named_at_each_step(desk):
    made = desk.run("init", desk.file("us"), "--party", "us", "--listen", "127.0.0.1:7000")
    assert f"coupefeu card --to us.card --node {desk.file('us')}" in made
    terms = desk.run("agreement", "template", "--status", "EXERCISE", "--to", desk.file("terms.toml"))
    assert "coupefeu pair THEIR_CARD --agreement TERMS" in terms
    desk.run("init", desk.file("ru"), "--party", "ru", "--listen", "127.0.0.1:7001")
    for party in ("us", "ru"):
        shown = desk.run("card", "--node", desk.file(party), "--to", desk.file(f"{party}.card"))
        assert f"coupefeu pair THEIR_CARD --agreement TERMS --in-person --node {desk.file(party)}" in shown
    desk.answer("ru", "us")
    assert f"coupefeu pair THEIR_ANSWER --node {desk.file('us')}" in desk.answer("us", "ru")
    ready = desk.finish("us", "ru")
    assert f"coupefeu up --node {desk.file('us')}" in ready
    assert f"Now move {desk.file('us') / 'keys' / 'identity.key'}" in ready
    assert "Version 1" in desk.run("agreement", "show", "--node", desk.file("us"))


@pytest.mark.parametrize(
    ("status", "clock", "says"),
    [("EXERCISE", "xx=+2h", "no party"), ("EXERCISE", "ru=2h", "duration"), ("REAL", "ru=+2h", "REAL")],
)
def test_a_clock_that_no_text_could_hold_is_refused(desk, status, clock, says):
    words = ("agreement", "template", "--status", status, "--clock", clock, "--to", desk.file("t.toml"))
    with pytest.raises(CoupefeuError, match=says):
        desk.run(*words)
    assert not desk.file("t.toml").exists()


def test_an_agreed_shift_of_the_clock_is_in_the_signed_text_and_in_the_status(desk):
    desk.meet()
    desk.file("terms.toml").unlink()
    shift = ("--clock", "ru=-90m")
    desk.run("agreement", "template", "--status", "EXERCISE", *shift, "--to", desk.file("terms.toml"))
    desk.answer("us", "ru")
    desk.answer("ru", "us")
    desk.finish("us", "ru")
    desk.finish("ru", "us")
    assert b'clock = "-90m"' in NodeFolder.open(desk.file("us")).agreement_octets
    shown = {party: desk.run("status", "--node", desk.file(party)) for party in ("us", "ru")}
    assert shown["ru"].startswith(BANNER)
    assert "shifted by -1h30m" in shown["ru"]
    assert "shifted" not in shown["us"]
    at = {party: desk.json("status", "--node", desk.file(party))["as_of_ms"] for party in ("us", "ru")}
    assert 0 <= at["ru"] + 90 * 60_000 - at["us"] < 60_000


def words_of(output):
    shown = output.partition("a voice you know:")[2].partition("Are all")[0]
    return [word for word in shown.split() if word.isalpha()]


def garble(path):
    """Turn the first line of the base64 round."""
    begin, first, *rest = path.read_text().split("\n")
    path.write_text("\n".join([begin, first[::-1], *rest]))


def test_the_words_are_shown_exercise_first_and_are_the_same_on_both_sides(desk):
    desk.meet()
    ours, theirs = desk.answer("us", "ru"), desk.answer("ru", "us")
    assert ours.startswith(BANNER)
    shown = [words_of(output) for output in (ours, theirs)]
    assert shown[0] == shown[1]
    assert len(shown[0]) == 12
    heard = " ".join(shown[1])
    assert desk.answer("us", "ru", "--yes-words", heard, answers="").startswith(BANNER)
    words = ("pair", desk.file("ru.card"), "--node", desk.file("us"), "--agreement", desk.file("terms.toml"))
    values = desk.json(*words, "--yes-words", heard)
    assert values["words"] == heard
    assert values["exercise"] is True


@pytest.mark.parametrize(
    ("options", "answers"), [((), "no\n"), ((), "\n\nYe\n"), (("--yes-words", "zoo " * 12), "")]
)
def test_without_the_same_words_nothing_is_signed(desk, options, answers):
    desk.meet()
    with pytest.raises(VerificationError):
        desk.answer("us", "ru", *options, answers=answers)
    assert not desk.file("us.answer").exists()
    assert not (desk.file("us") / "pairing" / "us.answer").exists()


def test_an_exchanged_card_gives_other_words(desk):
    desk.meet()
    ours = words_of(desk.answer("us", "ru"))
    desk.run("init", desk.file("between"), "--party", "us", "--listen", "h:1")
    desk.run("card", "--node", desk.file("between"), "--to", desk.file("us.card"))
    with pytest.raises(VerificationError, match="differ from ours"):
        desk.answer("ru", "us", "--yes-words", " ".join(ours), answers="")


def test_terms_that_differ_by_one_digit_are_named_by_line_with_both_texts(desk):
    desk.meet()
    text = desk.file("terms.toml").read_text()
    desk.file("other.toml").write_text(text.replace('outcome = "10m"', 'outcome = "11m"'))
    line = text[: text.index('outcome = "10m"')].count("\n") + 1
    desk.answer("us", "ru")
    desk.answer("ru", "us", terms="other.toml")
    for party, other, ours, theirs in (("us", "ru", "10m", "11m"), ("ru", "us", "11m", "10m")):
        with pytest.raises(VerificationError) as caught:
            desk.finish(party, other)
        said = caught.value.message.splitlines()
        assert said[0].endswith(f"differs from ours in line {line}")
        assert ours in said[1]
        assert theirs in said[2]
        assert NodeFolder.open(desk.file(party)).line is None
    desk.answer("ru", "us")
    assert "is ready" in desk.finish("us", "ru")


@pytest.mark.parametrize("careless", ["us", "ru"])
def test_a_line_not_paired_in_person_on_both_sides_says_so_on_both(desk, careless):
    desk.meet()
    for party, other in (("us", "ru"), ("ru", "us")):
        desk.answer(party, other, *([] if party == careless else ["--in-person"]))
    for party, other in (("us", "ru"), ("ru", "us")):
        assert "not protected against a future quantum computer" in desk.finish(party, other)
        shown = desk.json("agreement", "show", "--node", desk.file(party))
        assert shown["in_person"] == {other: False}


def test_a_real_line_has_no_banner(desk):
    for output in desk.pair("--in-person", status="REAL"):
        assert "EXERCISE" not in output
    assert desk.json("agreement", "show", "--node", desk.file("us"))["exercise"] is False


def test_pairing_cut_before_its_last_write_is_done_again(paired):
    folder = paired.file("us")
    for name in ("us.card", "ru.card"):
        shutil.copy(paired.file(name), folder / "pairing" / name)
    (folder / "line.toml").unlink()
    before = NodeFolder.open(folder)
    assert before.line is None
    with pytest.raises(ConfigError, match="not paired"):
        before.agreement  # noqa: B018 - looking is the test
    assert "is ready" in paired.finish("us", "ru")


def test_steps_out_of_order_say_what_to_do(paired):
    with pytest.raises(ConfigError, match="paired already"):
        paired.finish("us", "ru")
    with pytest.raises(ConfigError, match="paired already"):
        paired.run("card", "--node", paired.file("us"))
    with pytest.raises(ConfigError, match="not empty"):
        paired.run("init", paired.file("us"), "--party", "us", "--listen", "h:1")
    paired.run("init", "--node", paired.file("new"), "--party", "us", "--listen", "h:1")
    with pytest.raises(UsageError, match="no terms"):
        paired.run("pair", paired.file("ru.card"), "--node", paired.file("new"))
    with pytest.raises(UsageError, match="at once"):
        paired.run("pair", paired.file("ru.card"), paired.file("ru.answer"), "--node", paired.file("new"))
    with pytest.raises(ConfigError, match="not answered") as caught:
        paired.finish("new", "ru")
    assert "coupefeu pair THEIR_CARD" in caught.value.hint
    with pytest.raises(ConfigError, match="there is no file"):
        paired.finish("new", "fr")
    with pytest.raises(UsageError):
        paired.run("init", "--party", "us", "--listen", "h:1")


@pytest.mark.parametrize(
    ("party", "listen"),
    [("US-1", "h:1"), ("1us", "h:1"), ("us", "h"), ("us", "h:0x1"), ("us", "h:99999"), ("us", ":1")],
)
def test_bad_names_and_addresses_make_no_folder(desk, party, listen):
    with pytest.raises(ConfigError):
        desk.run("init", desk.file("us"), "--party", party, "--listen", listen)
    assert not desk.file("us").exists()


def test_a_folder_that_was_there_becomes_its_owners_alone(tmp_path):
    (tmp_path / "us").mkdir(mode=0o755)
    NodeFolder.create(tmp_path / "us", party="us", listen="127.0.0.1:7001")
    assert stat.S_IMODE((tmp_path / "us").stat().st_mode) == 0o700


def test_what_stands_in_terms_cannot_steer_the_terminal(capsys):
    """A field's name may be written with escapes, so that no reader of the text sees what it is."""
    with pytest.raises(PeerError) as caught:
        parse_toml(b'"clear\\u001b[2J\\u202e" = 1\n').finish()
    main._tell(caught.value)
    shown = capsys.readouterr().err
    assert "clear\\u001b[2J\\u202e" in shown
    assert all(each.isprintable() or each == "\n" for each in shown)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("agreement/0001.toml", b'outcome = "10m"', b'outcome = "11m"'),
        ("agreement/0001.sigs", b'outcome = "10m"', b'outcome = "11m"'),
        ("line.toml", b'line_id = "', b'line_id = "0'),
        ("node.toml", b'party = "us"', b'party = "ru"'),
        ("node.toml", b"listen", b"lissten"),
        ("node.toml", b"[peers]", b"[peers"),
        ("keys/log.key", b'key = "', b'key = "AA'),
    ],
)
def test_a_folder_that_was_tampered_with_is_refused(paired, name, old, new):
    path = paired.file("us") / name
    octets = path.read_bytes()
    assert old in octets
    path.write_bytes(octets.replace(old, new, 1))
    with pytest.raises(ConfigError) as caught:
        NodeFolder.open(paired.file("us"))
    assert caught.value.hint


def test_keys_of_another_folder_are_refused(paired):
    shutil.copy(paired.file("ru") / "keys" / "log.key", paired.file("us") / "keys" / "log.key")
    with pytest.raises(ConfigError, match="not the key that agreement"):
        NodeFolder.open(paired.file("us"))


def test_an_amendment_is_proposed_shown_and_signed(paired):
    text = paired.file("terms.toml").read_text()
    new = text.replace("version = 1", "version = 2").replace('outcome = "10m"', 'outcome = "12m"')
    paired.file("new.toml").write_text(new)
    for party in ("us", "ru"):
        paired.record.submit(*opening(paired, party))
    proposed = paired.run("agreement", "propose", paired.file("new.toml"), "--node", paired.file("us"))
    assert proposed.startswith(BANNER)
    assert '+outcome = "12m"' in proposed
    shown = paired.run("agreement", "show", "--node", paired.file("ru"))
    assert "Proposal US/1, version 2: not signed by RU." in shown
    signed = paired.json("agreement", "sign", "US/1", "--yes", "--node", paired.file("ru"))
    assert signed["message"] == "RU/1"
    assert signed["exercise"] is True
    (amendment,) = paired.json("agreement", "show", "--node", paired.file("us"))["amendments"]
    assert amendment["missing"] == []
    assert amendment["in_force_ms"] == NodeFolder.open(paired.file("us")).agreement.in_force_ms
    with pytest.raises(UsageError, match="not a proposal"):
        paired.run("agreement", "sign", "US/9", "--node", paired.file("ru"))


@pytest.fixture
def proposed(paired):
    """RU is asked to sign US/1, which gives 12 minutes in place of 10."""
    new = paired.file("terms.toml").read_text().replace("version = 1", "version = 2")
    paired.file("new.toml").write_text(new.replace('outcome = "10m"', 'outcome = "12m"'))
    for party in ("us", "ru"):
        paired.record.submit(*opening(paired, party))
    paired.run("agreement", "propose", paired.file("new.toml"), "--node", paired.file("us"))
    return paired


SIGN = ("agreement", "sign", "us/1", "--node")


def signers_missing(desk):
    (amendment,) = desk.json("agreement", "show", "--node", desk.file("ru"))["amendments"]
    return amendment["missing"]


@pytest.mark.parametrize(("answer", "is_signed"), [("yes", True), ("no", False), ("", False), ("y", False)])
def test_the_difference_is_shown_before_the_question_and_only_yes_signs(
    proposed, monkeypatch, answer, is_signed
):
    monkeypatch.setattr("typer.testing._NamedTextIOWrapper.isatty", lambda _: True, raising=False)
    result = CliRunner().invoke(proposed.app, [*SIGN, str(proposed.file("ru"))], input=f"{answer}\n")
    shown, _, after = result.output.partition("Sign US/1?")
    assert shown.startswith(BANNER)
    assert "US/1 is version 2." in shown
    assert '+outcome = "12m"' in shown
    assert ("Signed US/1 as RU/1." in after) is is_signed
    assert signers_missing(proposed) == ([] if is_signed else ["ru"])


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_where_nobody_can_be_asked_nothing_is_signed_without_yes(proposed, words):
    with pytest.raises(UsageError, match="nobody can be asked") as caught:
        proposed.run(*SIGN, proposed.file("ru"), *words, answers="yes\n")
    assert "--yes" in caught.value.hint
    assert signers_missing(proposed) == ["ru"]
    proposed.run(*SIGN, proposed.file("ru"), *words, "--yes")
    assert signers_missing(proposed) == []


def opening(desk, party):
    from coupefeu.services.agreement.facts import OpenLog

    folder = NodeFolder.open(desk.file(party))
    return folder, OpenLog(body=folder.opening_body)


def test_an_offline_identity_key_is_named(paired):
    key = paired.file("us") / "keys" / "identity.key"
    key.rename(paired.file("safe.key"))
    paired.file("new.toml").write_text(
        paired.file("terms.toml").read_text().replace("version = 1", "version = 2")
    )
    words = ("agreement", "propose", paired.file("new.toml"), "--node", paired.file("us"))
    with pytest.raises(ConfigError, match="not on this machine"):
        paired.run(*words)
    said = paired.run(*words, "--identity", paired.file("safe.key"))
    assert "Proposed as US/0" in said
    assert "  coupefeu agreement sign US/0 --identity FILE --node FOLDER" in said


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b'skew = "60s"', b"skew = 60 s", "line 11: not TOML"),
        (b'skew = "60s"', b'skew = "60s"\nskewness = 3', "line 12, field skewness: is not a field"),
        (b"# Agreement", b"\xff Agreement", "line 1: not UTF-8"),
    ],
)
def test_terms_that_cannot_be_read_are_named_with_their_file_and_line(desk, old, new, says):
    desk.meet()
    octets = desk.file("terms.toml").read_bytes()
    assert old in octets
    desk.file("terms.toml").write_bytes(octets.replace(old, new))
    with pytest.raises(PeerError) as refused:
        desk.answer("us", "ru")
    assert refused.value.message.startswith(f"{desk.file('terms.toml')}: {says}")
    assert refused.value.hint


def test_terms_that_keep_facts_only_must_say_for_how_long_content_is_kept(desk):
    desk.meet()
    terms = desk.file("terms.toml").read_text()
    desk.file("terms.toml").write_text(terms.replace("ON RECORD", "RECORD OF FACT ONLY"))
    with pytest.raises(PeerError, match="record"):
        desk.answer("us", "ru")
    assert not desk.file("us.answer").exists()


def test_a_damaged_card_is_refused_before_any_words(desk):
    desk.meet()
    garble(desk.file("ru.card"))
    with pytest.raises(PeerError, match="damaged"):
        desk.answer("us", "ru")
