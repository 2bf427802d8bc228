"""Who is alerted, as node.toml says it: strict, secrets in files of their owner, nothing in the clear."""

from dataclasses import replace

import pytest
from tests.alert_receivers import KEY, make_certificate

from coupefeu.errors import ConfigError
from coupefeu.node.alerting.causes import (
    MAX_CAUSES,
    Cause,
    Kind,
    News,
    bounded,
    compare,
    observe_all,
    take_all,
)
from coupefeu.node.alerting.damping import HOLD_MS, Track
from coupefeu.node.alerting.settings import Security, Wanted, read_alerts
from coupefeu.node.exercise import pair_exercise
from coupefeu.node.folder import NodeFolder

HOOK = {"url": "https://alerts.example/coupefeu", "key": "hook.key"}
SMTP = {"server": "mail.example:587", "security": "starttls", "from": "a@b.example", "to": ["c@d.example"]}


@pytest.fixture(scope="module")
def paired(tmp_path_factory):
    folder = tmp_path_factory.mktemp("alerts")
    us, _ = pair_exercise(folder / "us", folder / "ru")
    write(us, "hook.key", KEY)
    write(us, "short.key", KEY[:31])
    write(us, "smtp.toml", b'user = "u"\npassword = "p"\n')
    write(us, "broken.toml", b'user = "u"\npassword = 7 "hunter2"\n')
    write(us, "open.key", KEY, mode=0o644)
    make_certificate(us.path)
    return us


def write(folder, name, octets, mode=0o600):
    (folder.path / name).write_bytes(octets)
    (folder.path / name).chmod(mode)


def read(folder, **tables):
    return read_alerts(replace(folder, **tables))


def test_nobody_is_alerted_where_nobody_is_named(paired):
    assert read(paired) is None


def test_what_is_named_is_read_and_shown_without_secrets(paired):
    found = read(
        paired,
        alerts={"language": "ru", "causes": ["flash"]},
        alert_webhook=HOOK | {"authorities": "authorities.pem"},
        alert_smtp=SMTP | {"credentials": "smtp.toml", "security": "tls"},
    )
    assert (found.language, found.causes) == ("ru", {Wanted.FLASH})
    assert (found.webhook.key, found.smtp.user, found.smtp.password) == (KEY, "u", "p")
    assert found.smtp.security is Security.TLS
    assert repr(KEY) not in repr(found)
    assert "password" not in repr(found)
    assert read(paired, alert_webhook=HOOK).causes == set(Wanted)
    assert read(paired, alert_webhook=HOOK).language == "en"


def test_they_stand_in_node_toml_and_survive_pairing(tmp_path):
    us, ru = tmp_path / "us", tmp_path / "ru"
    folder, _ = pair_exercise(us, ru)
    write(folder, "hook.key", KEY)
    with (us / "node.toml").open("a", encoding="utf-8") as file:
        file.write('\n[alert_webhook]\nurl = "http://127.0.0.1:9/x"\nkey = "hook.key"\n')
    assert read_alerts(NodeFolder.open(us)).webhook.url == "http://127.0.0.1:9/x"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "http://localhost:1", "http://[::1]:1/x"])
def test_over_http_this_machine_alone_is_told(paired, url):
    assert read(paired, alert_webhook=HOOK | {"url": url}).webhook.url == url
    with pytest.raises(ConfigError):
        read(paired, alert_webhook=HOOK | {"url": url.replace("127.0.0.1", "192.0.2.1").replace("localhost", "example.org").replace("[::1]", "[2001:db8::1]")})  # fmt: skip  # noqa: E501 - a row


@pytest.mark.parametrize(
    "tables",
    [
        {"alerts": {}},
        {"alerts": {"language": "de"}, "alert_webhook": HOOK},
        {"alerts": {"causes": []}, "alert_webhook": HOOK},
        {"alerts": {"causes": ["weather"]}, "alert_webhook": HOOK},
        {"alerts": {"loud": True}, "alert_webhook": HOOK},
        {"alert_webhook": {"url": HOOK["url"]}},
        {"alert_webhook": HOOK | {"url": "ftp://alerts.example"}},
        {"alert_webhook": HOOK | {"url": "https://user:secret@alerts.example"}},
        {"alert_webhook": HOOK | {"key": "absent.key"}},
        {"alert_webhook": HOOK | {"key": "short.key"}},
        {"alert_webhook": HOOK | {"key": "open.key"}},
        {"alert_webhook": HOOK | {"key": 7}},
        {"alert_webhook": HOOK | {"authorities": "smtp.toml"}},
        {"alert_smtp": SMTP | {"security": "none"}},
        {"alert_smtp": SMTP | {"server": "mail.example"}},
        {"alert_smtp": SMTP | {"to": []}},
        {"alert_smtp": SMTP | {"to": "c@d.example"}},
        {"alert_smtp": SMTP | {"to": ["c@d.example\r\nBcc: x@y.example"]}},
        {"alert_smtp": SMTP | {"from": "nobody"}},
        {"alert_smtp": SMTP | {"credentials": "broken.toml"}},
        {"alert_smtp": SMTP | {"credentials": "open.key"}},
    ],
)
def test_what_is_wrong_is_refused_and_no_secret_is_quoted(paired, tables):
    with pytest.raises(ConfigError) as refused:
        read(paired, **tables)
    assert refused.value.hint
    assert "hunter2" not in str(refused.value) + refused.value.hint


# --- causes -------------------------------------------------------------------------------------------------


def cause(key, state="so"):
    return Cause(key=key, kind=Kind.FLASH, state=state)


KNOWN = Track(told="so", seen="so", began_ms=0, peak=0)
"""What a receiver was told a while ago, and is so still."""
NOW_MS = HOLD_MS


def news(alert):
    return {each.key: each.news for each in alert.told}


def test_only_what_differs_is_told():
    causes = {"a": cause("a"), "b": cause("b", "now otherwise")}
    tracks = observe_all({"b": KNOWN, "c": KNOWN}, causes, NOW_MS)
    alert = compare(tracks, causes, NOW_MS)
    assert news(alert) == {"a": News.NEW, "b": News.CHANGED, "c": News.OVER}
    assert compare(take_all(tracks, alert), causes, NOW_MS) is None
    assert compare({}, {}, NOW_MS) is None
    assert compare(tracks, causes, NOW_MS).id == alert.id
    assert compare(observe_all({}, causes, NOW_MS), causes, NOW_MS).id != alert.id
    assert compare(tracks, causes, NOW_MS, serial=1).id != alert.id


def test_causes_without_number_are_bounded_and_said_to_be_more():
    found = bounded(cause(f"{number}") for number in range(MAX_CAUSES + 500))
    assert len(found) == MAX_CAUSES + 1
    assert found["more"].kind is Kind.MORE
    assert compare(observe_all({}, found, NOW_MS), found, NOW_MS).more == MAX_CAUSES + 1 - 50
