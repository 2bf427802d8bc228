"""Where a console may listen: on this machine, or with certificate, key and name; every refusal says what to do."""

import pytest
from tests.console.serving import make_folders

from coupefeu.console.config import DEFAULT_SESSION_HOURS, is_loopback, read_config
from coupefeu.errors import ConfigError
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import read_node_file, write_node_file

TLS = {"certificate": "console.pem", "key": "console.key", "name": "desk.example.org"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return NodeFolder.create(tmp_path_factory.mktemp("node") / "us", party="us", listen="127.0.0.1:7000")


def read(folder, **table):
    write_node_file(
        folder.path, party="us", listen="h:1", address="h:1", peers={}, tables={"console": table or None}
    )
    return read_config(NodeFolder.open(folder.path))


def test_a_node_without_the_section_has_no_console(folder):
    assert read(folder) is None


def test_on_this_machine_it_needs_nothing_else(folder):
    config = read(folder, listen="127.0.0.1:7430")
    assert (config.scheme, config.host, config.port, config.tls) == ("http", "127.0.0.1", 7430, None)
    assert config.session_hours == DEFAULT_SESSION_HOURS
    assert config.names == ("us.localhost", "127.0.0.1")


def test_both_addresses_that_browsers_take_localhost_for_are_ours(folder):
    assert set(read(folder, listen="127.0.0.1:7430").hosts) == {"127.0.0.1", "::1"}
    assert set(read(folder, listen="[::1]:7430").hosts) == {"127.0.0.1", "::1"}
    elsewhere = read(folder, listen="127.0.0.2:7430")
    assert (elsewhere.hosts, elsewhere.names) == (("127.0.0.2",), ("127.0.0.2",))


@pytest.mark.parametrize(
    "listen", ["0.0.0.0:7430", "192.0.2.7:7430", "[::]:7430", "[2001:db8::1]:1", "[::ffff:127.0.0.1]:1"]
)
def test_off_this_machine_it_starts_only_with_certificate_key_and_name(folder, listen):
    with pytest.raises(ConfigError, match="certificate, key and name") as refused:
        read(folder, listen=listen)
    assert refused.value.code == "console.config.open"
    config = read(folder, listen=listen, **TLS)
    assert config.scheme == "https"
    assert config.names == ("desk.example.org",)
    assert config.tls.key == folder.path / "console.key"


@pytest.mark.parametrize("missing", TLS)
@pytest.mark.parametrize("listen", ["0.0.0.0:7430", "127.0.0.1:7430"])
def test_two_of_the_three_are_not_enough_anywhere(folder, listen, missing):
    given = {name: value for name, value in TLS.items() if name != missing}
    with pytest.raises(ConfigError, match=missing) as refused:
        read(folder, listen=listen, **given)
    assert refused.value.code == "console.config.incomplete"


@pytest.mark.parametrize(
    "listen", ["localhost:7430", "us.localhost:1", "127.0.0.1", ":7430", "127.0.0.1:x", "127.1:80", ""]
)
def test_a_name_is_not_an_address(folder, listen):
    with pytest.raises(ConfigError) as refused:
        read(folder, listen=listen)
    assert refused.value.code == "console.config.listen"
    assert repr(listen) in refused.value.message


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [("127.0.0.1", True), ("127.255.0.3", True), ("::1", True), ("128.0.0.1", False), ("::", False)],
)
def test_this_machine_is_judged_by_its_address(host, is_ours):
    assert is_loopback(host) == is_ours


@pytest.mark.parametrize(
    "name",
    ["", "Desk.example.org", "desk:7430", "desk.example.org.", "-a.b", "192.0.2.7", "a b", "д.org", "x" * 64],
)
def test_a_host_name_is_written_as_browsers_write_it(folder, name):
    with pytest.raises(ConfigError) as refused:
        read(folder, listen="0.0.0.0:1", **TLS | {"name": name})
    assert refused.value.code == "console.config.name"


@pytest.mark.parametrize(
    "table",
    [
        {"listen": "127.0.0.1:1", "lissen": "x"},
        {"listen": 7430},
        {"listen": "127.0.0.1:1", "session_hours": "12"},
        {"listen": "127.0.0.1:1", "session_hours": True},
        {"certificate": "x"},
    ],
)  # fmt: skip
def test_a_field_that_is_unknown_missing_or_of_another_type_is_named(folder, table):
    with pytest.raises(ConfigError, match=r"\[console\]") as refused:
        read(folder, **table)
    assert refused.value.code == "console.config.fields"
    assert refused.value.hint


@pytest.mark.parametrize("hours", [0, -1, 169])
def test_a_session_lasts_an_hour_at_least_and_a_week_at_most(folder, hours):
    with pytest.raises(ConfigError) as refused:
        read(folder, listen="127.0.0.1:1", session_hours=hours)
    assert refused.value.code == "console.config.hours"


def test_sections_of_the_file_are_written_and_read_again(folder):
    tables = {
        "console": {"listen": "127.0.0.1:1", "session_hours": 8},
        "alarm": {"command": ["ring", 'a "b" ё']},
    }
    write_node_file(folder.path, party="us", listen="h:1", address="h:1", peers={"ru": "h:2"}, tables=tables)
    values = read_node_file(folder.path)
    assert {name: values[name] for name in tables} == tables
    assert values["peers"] == {"ru": "h:2"}


def test_another_section_is_refused_by_its_name(folder):
    path = folder.path / "node.toml"
    write_node_file(folder.path, party="us", listen="h:1", address="h:1", peers={})
    path.write_text(path.read_text("ascii") + '\n[konsole]\nlisten = "h:1"\n', "ascii")
    with pytest.raises(ConfigError, match="konsole is not a field"):
        read_node_file(folder.path)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("lock_minutes", -1, "console.config.lock"),
        ("lock_minutes", 721, "console.config.lock"),
        ("lock_minutes", "15", "console.config.fields"),
        ("readers", "us.press", "console.config.fields"),
    ],
)
def test_a_lock_or_a_list_of_posts_that_cannot_be_is_refused(folder, field, value, code):
    with pytest.raises(ConfigError) as refused:
        read(folder, listen="127.0.0.1:0", **{field: value})
    assert refused.value.code == code


def test_a_post_that_is_not_ours_is_refused(tmp_path):
    """Misspelt, it would silently let another post do more."""
    us, _ = make_folders(tmp_path)
    for field in ("readers", "passkey_posts"):
        with pytest.raises(ConfigError) as refused:
            read(us, listen="127.0.0.1:0", **{field: ["us.dury"]})
        assert refused.value.code == "console.config.posts"
    found = read(us, listen="127.0.0.1:0", readers=["us.chief"], passkey_posts=["us.duty"], lock_minutes=0)
    assert (found.readers, found.passkey_posts, found.lock_minutes) == ({"us.chief"}, {"us.duty"}, 0)
