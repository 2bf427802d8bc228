"""Two running nodes whose terms change under them: amendments and keys, by the commands, across restarts."""

import asyncio
import shutil
from contextlib import asynccontextmanager
from functools import wraps
from hashlib import sha256

import pytest

from coupefeu.cli.agreement import AgreementCommands
from coupefeu.cli.agreement_record import FolderRecord
from coupefeu.errors import ConfigError, PolicyError
from coupefeu.keys.ring import read_staged_key, stage_key
from coupefeu.model.entry import Kind
from coupefeu.node.backend import RemoteBackend
from coupefeu.node.exercise import free_port, pair_exercise
from coupefeu.node.export import export_record
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import list_versions, write_node_file
from coupefeu.node.following import TermsSeen, read_event
from coupefeu.node.local import LocalBackend
from coupefeu.node.node import Node
from coupefeu.record.audit import audit_record
from coupefeu.store.jobs import FindWanted
from coupefeu.store.reader import Reader
from coupefeu.wire.head import decode_head
from coupefeu.wire.key_statement import KeyRole
from coupefeu.wire.note import ML_DSA_44, VerifierKey

COMMANDS = AgreementCommands(FolderRecord())
WITHIN_S = 60


def in_a_loop(test):
    """Run a test that waits."""

    @wraps(test)
    def run(**arguments):
        asyncio.run(test(**arguments))

    return run


@pytest.fixture(scope="module")
def pair_once(tmp_path_factory):
    path = tmp_path_factory.mktemp("pair")
    pair_exercise(path / "us", path / "ru")
    return path


@pytest.fixture
def pair(pair_once, tmp_path):
    """Copies of both folders, on ports of their own."""
    ports = {party: f"127.0.0.1:{free_port()}" for party in ("us", "ru")}
    for party, other in (("us", "ru"), ("ru", "us")):
        shutil.copytree(pair_once / party, tmp_path / party)
        write_node_file(
            tmp_path / party,
            party=party,
            listen=ports[party],
            address=ports[party],
            peers={other: ports[other]},
        )
    return tmp_path


@asynccontextmanager
async def up(pair, *parties):
    """Run these nodes; gives their `Node`s."""
    backends = [await LocalBackend.start(NodeFolder.open(pair / party)) for party in parties]
    try:
        yield [Node(backend.runtime.folder, backend) for backend in backends]
    finally:
        for backend in backends:
            await backend.close()


async def until(condition):
    async with asyncio.timeout(WITHIN_S):
        while not condition():  # noqa: ASYNC110 - what happens on disk tells nobody
            await asyncio.sleep(0.02)


async def session_renewed(node):
    """Wait until the session is a younger one than it was."""
    (other,) = node.folder.counterparts
    age_ms = 0
    async with asyncio.timeout(WITHIN_S):
        while (now_ms := (await node.status())["lines"][other]["session_age_ms"]) >= age_ms:
            age_ms = now_ms
            await asyncio.sleep(0.02)


async def send(node, text):
    """Send from the duty desk, and wait for the other side's receipt."""
    (other,) = node.folder.counterparts
    sent = await node.line(other).send(text)
    async with asyncio.timeout(WITHIN_S):
        await sent.receipt()
    return sent


def replace_key(pair, role, *, revoke=False):
    COMMANDS.replace(
        role, node=pair / "us", to=pair / f"{role}.statement", revoke=revoke, identity=None, as_json=True
    )


def record_statement(pair, role):
    COMMANDS.record_statement(pair / f"{role}.statement", node=pair / "ru", as_json=True)


def folder(pair, party):
    return NodeFolder.open(pair / party)


def verify_export(pair, holder, party):
    """Export the log of `party` as `holder` holds it, and verify it with the keys beside it alone."""
    opened = folder(pair, holder)
    log = opened.agreement.log_number(party)
    to = pair / f"export-{holder}-{party}-{len(list(pair.iterdir()))}"
    with Reader(opened.record_path, running=False) as reader:
        export_record(reader, opened.parties, log, to)
    keys = [VerifierKey.parse(path.read_text()) for path in (to / "cosigners").glob("*.vkey")]

    def read(path):
        return (to / path).read_bytes() if (to / path).exists() else None

    audit = audit_record(read, VerifierKey.parse((to / "log.vkey").read_text()), keys, deep=True)
    assert [each.key.name for each in audit.cosigned]
    return audit


def test_the_agreement_is_shown_before_the_first_start(pair, capsys):
    COMMANDS.show(node=pair / "us", as_json=False)
    assert "Version 1, signed by US, RU" in capsys.readouterr().out


async def amend(pair, ru, old, new):
    """Let US propose another term and RU sign it, and wait until both go by it; gives what RU was told."""
    terms = folder(pair, "us").agreement_octets.decode()
    (pair / "new.toml").write_text(terms.replace("version = 1\n", "version = 2\n").replace(old, new, 1))
    events = []
    ru.backend.follow(events.append)
    await asyncio.to_thread(
        COMMANDS.propose, pair / "new.toml", node=pair / "us", identity=None, as_json=True
    )
    await until(lambda: any(each.get("kind") == Kind.AMENDMENT_PROPOSED for each in events))
    number = next(each["index"] for each in events if each.get("kind") == Kind.AMENDMENT_PROPOSED)
    await asyncio.to_thread(
        COMMANDS.sign, f"US/{number}", node=pair / "ru", identity=None, yes=True, as_json=True
    )
    await until(lambda: list_versions(pair / "us") == [1, 2] == list_versions(pair / "ru"))
    return [read_event(event) for event in events]


@in_a_loop
async def test_an_amendment_reaches_both_folders_and_outlives_a_restart(pair):
    async with up(pair, "us", "ru") as (us, ru):
        first = await send(us, "under the old terms")
        events = await amend(pair, ru, 'taken = "2m"', 'taken = "1m"')
        assert TermsSeen(version=2, detail="Version 2 of the agreement is in force.") in events
        second = await send(us, "under the new terms")
        await send(ru, "here too")
        assert us.message(first.id).agreement_version == 1
        assert us.message(second.id).agreement_version == 2
    async with up(pair, "us", "ru") as (us, ru):
        assert us.folder.agreement.version == ru.folder.agreement.version == 2
        assert ru.message((await send(us, "after a restart")).id).agreement_version == 2
    assert folder(pair, "us").signatures == folder(pair, "ru").signatures


@in_a_loop
async def test_when_more_is_agreed_what_was_beyond_it_is_looked_for_again(pair):
    async with up(pair, "us", "ru") as (us, ru):
        await send(us, "under the old terms")
        attachments = ru.backend.runtime.engine._attachments
        looked, submit = [], attachments._submit
        attachments._submit = lambda job, done: looked.append(job) or submit(job, done)
        await amend(pair, ru, "attachment_bytes = 1048576", "attachment_bytes = 2097152")
        await until(lambda: FindWanted(log=0) in looked)


@pytest.mark.parametrize("role", list(KeyRole))
@in_a_loop
async def test_a_key_is_replaced_while_the_line_is_up_and_nothing_is_restarted(pair, role):
    before = folder(pair, "us").keys_of("us")
    async with up(pair, "us", "ru") as (us, ru):
        await send(us, "before")
        await send(ru, "before")
        renewed = asyncio.ensure_future(session_renewed(us)) if role is KeyRole.SESSION else None
        await asyncio.to_thread(replace_key, pair, role)
        await until(lambda: folder(pair, "ru").keys_of("us") != before)
        if renewed is not None:
            await renewed
        await send(us, "after")
        await send(ru, "after")
    after = folder(pair, "us").keys_of("us")
    assert role.key_of(after) != role.key_of(before)
    assert folder(pair, "ru").keys_of("us") == after
    assert read_staged_key(pair / "us" / "keys", role.value) is None
    async with up(pair, "us", "ru") as (us, ru):
        await send(us, "after a restart of both")
        await send(ru, "after a restart of both")
    for holder in ("us", "ru"):
        for party in ("us", "ru"):
            verify_export(pair, holder, party)
    if role is KeyRole.LOG:
        assert verify_export(pair, "ru", "us").log_key.key == after.log


@pytest.mark.parametrize("role", [KeyRole.LOG_ML_DSA, KeyRole.COSIGNER_ML_DSA])
@in_a_loop
async def test_a_new_post_quantum_key_is_shown_whole_to_both_sides(pair, role):
    async with up(pair, "us", "ru") as (us, _):
        await asyncio.to_thread(replace_key, pair, role)
        named = role.key_of(folder(pair, "us").keys_of("us"))
        for holder in ("us", "ru"):
            await until(lambda holder=holder: named in folder(pair, holder).need_line().published)
        kinds = kinds_of(pair, "us")
        assert kinds.count(Kind.KEYS_PUBLISHED) == 1
        await send(us, "it goes on")
    for holder in ("us", "ru"):
        party = folder(pair, holder).parties[0]
        (newest, old) = party.keys_of(role)
        assert sha256(newest.key).digest() == named
        assert old.key != newest.key
    async with up(pair, "us", "ru") as (us, _):
        await send(us, "and after a restart")
    assert kinds_of(pair, "us").count(Kind.KEYS_PUBLISHED) == 1


def kinds_of(pair, holder):
    """The kind of each entry of US, as one side holds it."""
    with Reader(folder(pair, holder).record_path, running=True) as reader:
        return [decode_head(row["head"]).kind for row in reader.entries(0, 0, 1_000)]


@in_a_loop
async def test_a_program_has_the_record_signed_again_at_once(pair):
    async with up(pair, "us", "ru") as (us, _):
        sent = await send(us, "before a communique")
        assert (await us.sign_post_quantum(WITHIN_S))["ru"] > sent.id[1]
        reached = await RemoteBackend.connect(folder(pair, "us"))
        try:
            assert (await reached.sign_post_quantum(WITHIN_S))["ru"] > sent.id[1]
        finally:
            await reached.close()
    async with up(pair, "us") as (us,):
        await us.line("ru").send("nobody is there")
        assert (await us.sign_post_quantum(WITHIN_S))["ru"] > sent.id[1], "who is away is not waited for"


@in_a_loop
async def test_a_revoked_post_quantum_key_leaves_the_line_as_it_is_but_classical(pair):
    async with up(pair, "us", "ru") as (us, ru):
        await asyncio.to_thread(replace_key, pair, KeyRole.LOG_ML_DSA, revoke=True)
        await until(lambda: not folder(pair, "ru").keys_of("us").log_ml_dsa_sha256)
        await send(us, "we go on")
        await send(ru, "so do we")
    party = folder(pair, "ru").parties[0]
    assert party.log_ml_dsa_key is None
    assert [key.algorithm for key in party.keys_of(KeyRole.LOG_ML_DSA)] == [ML_DSA_44]
    async with up(pair, "us", "ru") as (us, _):
        await send(us, "and after a restart")


@pytest.mark.parametrize("role", [KeyRole.LOG, KeyRole.COSIGNER])
@in_a_loop
async def test_a_key_replaced_while_the_other_side_is_away_comes_with_the_line(pair, role):
    async with up(pair, "us", "ru") as (us, ru):
        await send(us, "before")
        await send(ru, "before")
    async with up(pair, "us") as (us,):
        for number in range(3):
            await us.line("ru").send(f"waits before {number}")
        await asyncio.to_thread(replace_key, pair, role)
        for number in range(3):
            await us.line("ru").send(f"waits behind {number}")
    async with up(pair, "us", "ru") as (us, ru):
        await send(us, "there")
        await send(ru, "there")
        assert sum("waits" in (each.content.text if each.content else "") for each in ru.inbox()) == 6
    assert folder(pair, "ru").keys_of("us") == folder(pair, "us").keys_of("us")
    verify_export(pair, "ru", "us")


@in_a_loop
async def test_a_session_key_replaced_while_the_line_was_down_comes_by_file(pair):
    async with up(pair, "us", "ru") as (us, _):
        await send(us, "before")
    await asyncio.to_thread(replace_key, pair, KeyRole.SESSION)
    await asyncio.to_thread(record_statement, pair, KeyRole.SESSION)
    async with up(pair, "us", "ru") as (us, ru):
        await send(us, "under the new key")
        await send(ru, "under the new key")


@in_a_loop
async def test_a_revoked_log_key_ends_what_we_say_and_leaves_what_was_said(pair):
    async with up(pair, "us", "ru") as (us, ru):
        sent = await send(us, "the last word")
        events = []
        ru.backend.follow(events.append)
        await asyncio.to_thread(replace_key, pair, KeyRole.LOG, revoke=True)
        await until(lambda: any(each.get("code") == "node.in_force.revoked" for each in events))
        with pytest.raises(PolicyError, match="revoked"):
            await us.line("ru").send("too late")
    with pytest.raises(ConfigError, match="signs nothing more") as caught:
        await LocalBackend.start(folder(pair, "us"))
    assert "pair a new line" in caught.value.hint
    async with up(pair, "ru") as (ru,):
        assert ru.message(sent.id).content.text == "the last word"
        await ru.line("us").send("we read on")
    verify_export(pair, "ru", "us")


@in_a_loop
async def test_a_node_cut_between_statement_and_key_file_finds_its_key(pair):
    async with up(pair, "us"):
        await asyncio.to_thread(replace_key, pair, KeyRole.LOG)
    keys = pair / "us" / "keys"
    stage_key(keys, "log", folder(pair, "us").ring.log)
    (retired,) = keys.glob("log-*.retired")
    (keys / "log.key").unlink()
    shutil.copy(retired, keys / "log.key")
    assert folder(pair, "us").ring.log == read_staged_key(keys, "log")
    async with up(pair, "us"):
        assert read_staged_key(keys, "log") is None
    assert folder(pair, "us").log_key("us").key
