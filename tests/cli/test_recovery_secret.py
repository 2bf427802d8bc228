"""The recovery secret from pairing to use, and an officer's word for a counterpart that was restored."""

import asyncio
import json
import shutil
import stat

import pytest
from tests.cli.test_pairing_cli import Desk
from typer.testing import CliRunner

from coupefeu.cli.main import make_app
from coupefeu.errors import ConfigError, CoupefeuError, UsageError
from coupefeu.keys.generations import Generation, Generations
from coupefeu.keys.recovery import RecoverySecret, read_recovery_secret, write_recovery_secret
from coupefeu.keys.ring import psk_path, read_generations, write_generations
from coupefeu.node.exercise import free_port
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import write_node_file
from coupefeu.node.local import LocalBackend
from coupefeu.node.ratchet import drop_old_secrets, stand_in
from coupefeu.store.schema import prepare_schema
from coupefeu.store.sqlite import open_for_writing

DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def paired(tmp_path_factory):
    desk = Desk(tmp_path_factory.mktemp("paired"))
    desk.said = desk.pair()
    return desk


def run(*words, answers=""):
    result = CliRunner().invoke(make_app(str(words[0])), [str(word) for word in words], input=answers)
    if isinstance(result.exception, CoupefeuError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_pairing_writes_it_beside_the_folder_and_nothing_of_it_stays_inside(paired):
    ours, theirs = (
        paired.file(f"{party}-recovery") / f"{other}.recovery"
        for party, other in (("us", "ru"), ("ru", "us"))
    )
    assert read_recovery_secret(ours) == read_recovery_secret(theirs)
    for path, said in zip((ours, theirs), paired.said, strict=True):
        assert str(path) in said
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    psk = read_recovery_secret(ours).psk
    assert repr(psk) not in repr(read_recovery_secret(ours))
    assert psk != read_generations(paired.file("us") / "keys", "ru").current.psk
    encoded = ours.read_text().split('psk = "')[1].split('"')[0].encode()
    files = [file for party in ("us", "ru") for file in paired.file(party).rglob("*") if file.is_file()]
    assert len(files) > 10
    assert not [file for file in files for form in (psk, encoded) if form in file.read_bytes()]


def test_a_secret_of_another_pair_is_refused(paired, tmp_path):
    secret = read_recovery_secret(paired.file("us-recovery") / "ru.recovery")
    node = paired.file("us")
    for name, other in (
        ("line", RecoverySecret(line_id=bytes(16), parties=secret.parties, psk=secret.psk)),
        ("parties", RecoverySecret(line_id=secret.line_id, parties=frozenset(("fr", "ru")), psk=secret.psk)),
    ):
        write_recovery_secret(tmp_path / name, other)
        with pytest.raises(ConfigError) as caught:
            run("admit-recovery", "--node", node, "--recovery-psk", tmp_path / name, "--yes")
        assert caught.value.code == "keys.recovery.other"


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\xff",
        b'line_id = "00"\nparties = ["ru", "us"]\npsk = "AAAA"\n',
        b'line_id = 3\nparties = ["ru", "us"]\npsk = "AAAA"\n',
        b'parties = ["ru", "ru"]\n',
        b"psk = [" * 2_000,
    ],
)
def test_what_is_no_recovery_secret_is_refused(tmp_path, octets):
    path = tmp_path / "x.recovery"
    path.write_bytes(octets)
    path.chmod(0o600)
    with pytest.raises(ConfigError) as caught:
        read_recovery_secret(path)
    assert caught.value.code == "keys.recovery.bad_file"


def test_nobody_is_let_in_without_an_officers_word(paired):
    node = paired.file("us")
    with pytest.raises(UsageError) as caught:
        run("admit-recovery", "--node", node, answers="no\n")
    assert caught.value.code == "cli.admit_recovery.refused"
    with pytest.raises(UsageError) as caught:
        run("admit-recovery", "--node", node, "--json")
    assert caught.value.code == "cli.admit_recovery.unconfirmed"
    with pytest.raises(UsageError) as caught:
        run("admit-recovery", "--node", node, "--party", "fr", "--yes")
    assert caught.value.code == "cli.admit_recovery.party"
    with pytest.raises(ConfigError) as caught:
        run("admit-recovery", "--node", node, answers="ru\n")
    assert caught.value.code == "cli.admit_recovery.not_running"


def test_where_the_key_file_is_lost_a_node_starts_with_a_secret_that_nobody_shares(paired, tmp_path):
    desk = copied(paired, tmp_path)
    path = psk_path(desk.file("us") / "keys", "ru")
    secret = desk.file("us-recovery") / "ru.recovery"
    before = read_generations(path.parent, "ru")
    stand_in(desk.file("us"), secret)
    assert read_generations(path.parent, "ru") == before, "one that is there stays"
    path.unlink()
    stand_in(desk.file("us"), secret)
    assert read_generations(path.parent, "ru").current.psk not in {
        before.current.psk,
        read_recovery_secret(secret).psk,
    }


def test_at_the_start_of_a_node_old_secrets_go_from_its_files(paired, tmp_path):
    folder = NodeFolder.open(copied(paired, tmp_path).file("us"))
    sealed = tuple(
        Generation(number=number, psk=bytes([number]) * 32, replaced_ms=days * DAY_MS)
        for number, days in ((2, 40), (1, 10))
    )
    held = Generations(current=Generation(number=3, psk=bytes(32)), sealed=sealed)
    write_generations(folder.path / "keys", "ru", held)
    drop_old_secrets(NodeFolder.open(folder.path), 40 * DAY_MS)
    assert [each.number for each in read_generations(folder.path / "keys", "ru").sealed] == [2]


def test_status_says_generation_and_age_and_what_they_protect(paired, tmp_path):
    desk = copied(paired, tmp_path)
    said = desk.run("status", "--node", desk.file("us"))
    assert "shared secret           generation 0" in said
    assert "not protected against a future quantum computer." in said
    keys = desk.file("us") / "keys"
    held = read_generations(keys, "ru")
    since_ms = held.current.since_ms
    write_generations(keys, "ru", held.propose(Generation(number=1, psk=bytes(32))).confirm(since_ms))
    said = " ".join(desk.run("status", "--node", desk.file("us")).split())
    assert "generation 1, " in said
    assert "1 older kept" in said
    assert "sessions begun before" in said
    values = desk.json("status", "--node", desk.file("us"))["secrets"]["ru"]
    assert values == {
        "generation": 1, "since_ms": since_ms, "first_step_ms": since_ms, "older_kept": 1, "in_person": False,
    }  # fmt: skip


def test_status_beside_a_very_first_start_names_the_logs_that_are_not_there_yet(paired, tmp_path):
    desk = copied(paired, tmp_path)
    before = desk.json("status", "--node", desk.file("us"))
    record = open_for_writing(desk.file("us") / "record.db")
    prepare_schema(record)
    record.close()
    beside = desk.json("status", "--node", desk.file("us"))
    assert set(beside["records"]) == {"us", "ru"}
    assert beside["records"] == before["records"]
    assert "RU" in desk.run("status", "--node", desk.file("us"))


def copied(paired, path):
    shutil.copytree(paired.path, path, dirs_exist_ok=True)
    return Desk(path)


async def wait_until(holds):
    for _ in range(600):
        if holds():
            return
        await asyncio.sleep(0.05)
    pytest.fail("waited in vain")


def test_two_running_nodes_renew_and_one_that_lost_its_secrets_comes_back_by_the_recovery_secret(
    paired, tmp_path
):
    desk = copied(paired, tmp_path)
    ports = {party: free_port() for party in ("us", "ru")}
    for party, other in (("us", "ru"), ("ru", "us")):
        write_node_file(
            desk.file(party), party=party, listen=f"127.0.0.1:{ports[party]}", address=f"127.0.0.1:{ports[party]}",
            peers={other: f"127.0.0.1:{ports[other]}"},
        )  # fmt: skip
    asyncio.run(play(desk))
    log = [json.loads(line) for line in (desk.file("us") / "node.log").read_text().splitlines()]
    (noted,) = [line for line in log if line["what"] == "recovery-admitted"]
    assert (noted["party"], noted["by_recovery_secret"]) == ("ru", True)


async def play(desk):
    def open_folder(party):
        return NodeFolder.open(desk.file(party))

    def number(party, other):
        return open_folder(party).generations(other).current.number

    us = await LocalBackend.start(open_folder("us"))
    ru = await LocalBackend.start(open_folder("ru"))
    await wait_until(lambda: number("us", "ru") == number("ru", "us") == 1)
    await ru.close()
    psk_path(desk.file("ru") / "keys", "us").unlink()
    secret = desk.file("ru-recovery") / "us.recovery"
    stand_in(desk.file("ru"), secret)
    ru = await LocalBackend.start(open_folder("ru"))
    ru.runtime.use_recovery(secret)
    admitted = await asyncio.to_thread(
        run,
        "admit-recovery", "--node", desk.file("us"), "--recovery-psk", desk.file("us-recovery") / "ru.recovery",
        "--yes", "--json",
    )  # fmt: skip
    assert json.loads(admitted)["party"] == "ru"
    await wait_until(lambda: number("us", "ru") == number("ru", "us") == 2)
    assert open_folder("us").generations("ru").current == open_folder("ru").generations("us").current
    await wait_until(lambda: all(each["up"] for each in lines_of(us, ru)))
    await us.close()
    await ru.close()


def lines_of(*backends):
    return [
        {"up": peer.link.state().up and not peer.link.is_recovery_only}
        for backend in backends
        for peer in backend.runtime.engine.peers.values()
    ]
