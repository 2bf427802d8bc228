"""`coupefeu alerts test`, and a running node, before real receivers on loopback."""

import asyncio
import json

import pytest
from tests.alert_receivers import KEY, PASSWORD, USER, Hook, Post, make_certificate

import coupefeu
from coupefeu.cli.alerts import _alert, _send
from coupefeu.node.alerting.alerter import receivers_of
from coupefeu.node.alerting.settings import read_alerts
from coupefeu.node.alerting.texts import Speaker
from coupefeu.node.exercise import pair_exercise
from coupefeu.node.folder import NodeFolder

WITHIN_S = 60


@pytest.fixture
def folders(tmp_path):
    us, ru = tmp_path / "us", tmp_path / "ru"
    pair_exercise(us, ru)
    for name, octets in (
        ("hook.key", KEY),
        ("smtp.toml", f'user = "{USER}"\npassword = "{PASSWORD}"\n'.encode()),
    ):
        (us / name).write_bytes(octets)
        (us / name).chmod(0o600)
    return us, ru


def name(us, hook=None, post=None):
    text = ""
    if hook:
        text += f'\n[alert_webhook]\nurl = "http://127.0.0.1:{hook.port}/hook"\nkey = "hook.key"\n'
    if post:
        text += (
            f'\n[alert_smtp]\nserver = "127.0.0.1:{post.port}"\nsecurity = "starttls"\nfrom = "a@b.example"\n'
            'to = ["c@d.example"]\ncredentials = "smtp.toml"\nauthorities = "authorities.pem"\n'
        )
    with (us / "node.toml").open("a", encoding="utf-8") as file:
        file.write(text)


def run(play):
    asyncio.run(asyncio.wait_for(play, WITHIN_S))


def test_a_test_reaches_everybody_and_says_who_did_not_take_it(folders):
    us, _ = folders

    async def play():
        hook, post = await Hook().open(), await Post(make_certificate(us)).open()
        name(us, hook, post)
        folder = NodeFolder.open(us)
        speaker = Speaker(agreement=folder.agreement, party="us", language="fr", now_ms=1)
        receivers = receivers_of(read_alerts(folder))
        assert await _send(receivers, speaker, _alert(speaker)) == {"webhook": None, "smtp": None}
        ((_, body),) = hook.taken
        assert json.loads(body)["causes"][0]["kind"] == "test"
        ((mail, _),) = post.taken
        assert "rien ne s’est produit" in mail.get_content()
        await hook.close()
        failures = await _send(receivers, speaker, _alert(speaker))
        assert failures["smtp"] is None
        assert failures["webhook"]
        await post.close()

    run(play())


def test_a_node_that_names_nobody_says_so(line):
    assert line.refused("alerts", "test").code == "cli.alerts.nobody"


def test_a_running_node_alerts_by_itself_and_not_again_after_a_start(folders):
    us, _ = folders

    async def play():
        hook = await Hook().open()
        name(us, hook)
        async with coupefeu.Node.open(us):
            _, body = await hook.until(1)
            while not (us / "alerts.json").exists():  # noqa: ASYNC110 - a turn of the loop
                await asyncio.sleep(0)
        told = {each["key"]: each["state"] for each in json.loads(body)["causes"]}
        tracks = json.loads((us / "alerts.json").read_text())["webhook"]["tracks"]
        assert {key: each["told"] for key, each in tracks.items()} == told
        log = (us / "node.log").read_text()
        assert KEY.hex() not in log
        await hook.close()

    run(play())
