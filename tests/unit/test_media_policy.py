"""[relay] of node.toml: what is read, what is refused, which addresses leave and which are admitted; its passwords."""

import asyncio
from base64 import b64decode
from dataclasses import replace
from ipaddress import ip_address

import pytest
from tests.descriptions import HOST, RELAY, voice

from coupefeu.errors import ConfigError, PeerError, UsageError
from coupefeu.keys.relay_password import make_relay_password
from coupefeu.node.exercise import pair_exercise
from coupefeu.node.folder import NodeFolder
from coupefeu.node.media_policy import MediaPolicy, check_ours, check_theirs, read_policy
from coupefeu.node.runtime import Runtime
from coupefeu.wire.sdp import parse_sdp

SECRET = "0123456789abcdef0123456789abcdef"
URLS = ["turn:relay.example.org:3478?transport=udp", "turns:[2001:db8::7]:5349?transport=tcp"]
TABLE = {"urls": URLS, "secret": "relay.secret"}
OFF = MediaPolicy()
NEAR = MediaPolicy(is_one_network=True)


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "relay.secret"
    path.write_text(f"{SECRET}\n", "ascii")
    path.chmod(0o600)
    return tmp_path


def policy_of_node(folder):
    """By which policy a node of this folder carries media."""

    async def start():
        runtime = await Runtime.start(folder, online=False)
        try:
            return runtime.signalling.policy
        finally:
            await runtime.close()

    return asyncio.run(start())


def described(*candidates):
    return parse_sdp(voice(candidates=candidates))


def test_a_relay_is_read_with_its_secret_which_no_text_of_it_shows(folder):
    policy = read_policy(folder, TABLE)
    assert policy.relay.urls == tuple(URLS)
    assert policy.relay.secret == SECRET
    assert SECRET not in repr(policy)


def test_without_the_section_there_is_no_relay_and_nothing_goes_directly(folder):
    assert read_policy(folder, None) == OFF
    assert read_policy(folder, {"direct": False}) == OFF
    assert read_policy(folder, {"direct": True}) == NEAR


def test_beside_a_relay_nothing_goes_directly_unless_it_is_said(folder):
    assert not read_policy(folder, TABLE).is_one_network
    assert read_policy(folder, TABLE | {"direct": True}).is_one_network


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ({"url": URLS}, "node.relay.fields"),
        ({"direct": 1}, "node.relay.fields"),
        ({"urls": [1], "secret": "relay.secret"}, "node.relay.fields"),
        ({"urls": URLS}, "node.relay.incomplete"),
        ({"secret": "relay.secret"}, "node.relay.incomplete"),
        ({"urls": [], "secret": "relay.secret"}, "node.relay.urls"),
        ({"urls": ["https://relay.example.org"], "secret": "relay.secret"}, "node.relay.urls"),
        ({"urls": ["turn:user:word@relay.example.org"], "secret": "relay.secret"}, "node.relay.urls"),
        ({"urls": URLS, "secret": "absent"}, "keys.files.absent"),
        ({"their_addresses": ["relay.example.org"]}, "node.relay.addresses"),
        ({"their_addresses": ["198.51.100.7"] * 65}, "node.relay.addresses"),
    ],
)
def test_what_is_wrong_is_named(folder, table, code):
    with pytest.raises(ConfigError) as caught:
        read_policy(folder, table)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "text", ["short", "x" * 257, "with a blank 0123456789", "é" * 20, "two\nlines 0123456789"]
)
def test_a_secret_that_no_relay_could_have_is_refused_without_its_contents(folder, text):
    (folder / "relay.secret").write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        read_policy(folder, TABLE)
    assert caught.value.code == "keys.relay_password.secret"
    assert text not in str(caught.value)


def test_a_secret_that_others_may_read_is_refused(folder):
    (folder / "relay.secret").chmod(0o644)
    with pytest.raises(ConfigError) as caught:
        read_policy(folder, TABLE)
    assert caught.value.code == "keys.files.readable_by_others"


@pytest.mark.parametrize(
    "places",
    [
        {"address": "desk.example.org:7400", "peers": {}},  # a proxy before us; the other side dials
        {"address": "desk.example.org:7400", "peers": {"ru": "127.0.0.1:9001"}},  # tunnels both ways
        {"address": "127.0.0.1:7400", "peers": {"ru": "localhost:7420"}},
    ],
)
def test_nothing_is_inferred_from_where_the_nodes_listen_and_dial(tmp_path, places):
    us, _ = pair_exercise(tmp_path / "us", tmp_path / "ru")
    assert us.listen.startswith("127.0.0.1:")
    assert policy_of_node(replace(us, relay=None, **places)) == OFF


def test_the_folders_of_an_exercise_on_one_machine_say_so_themselves(tmp_path):
    for folder in pair_exercise(tmp_path / "us", tmp_path / "ru"):
        assert folder.relay == {"direct": True}
        assert policy_of_node(folder) == NEAR


def test_off_one_network_nothing_leaves_but_the_address_of_the_relay():
    host, relay = described(HOST, RELAY).candidates
    assert [OFF.shows(each, is_direct=False) for each in (host, relay)] == [False, True]


def test_a_direct_call_shows_public_addresses_and_inner_ones_on_one_network_alone():
    (inner,) = described("1 1 udp 1 10.1.2.3 5000 typ host").candidates
    (public,) = described("1 1 udp 1 8.8.8.8 5000 typ host").candidates
    assert [OFF.shows(each, is_direct=True) for each in (inner, public)] == [False, True]
    assert NEAR.shows(inner, is_direct=True)


def test_a_description_that_names_no_way_does_not_leave():
    with pytest.raises(UsageError) as caught:
        check_ours(described())
    assert caught.value.code == "node.media_policy.no_way"
    check_ours(described(RELAY))


@pytest.mark.parametrize(
    "address",
    ["10.0.0.5", "192.168.1.1", "127.0.0.1", "169.254.1.1", "224.0.0.1", "0.0.0.0", "255.255.255.255",
     "100.64.0.1", "::1", "fd00::2", "fe80::1", "ff02::1", "::ffff:10.0.0.5", "::ffff:8.8.8.8",
     "fec0::1", "2002:a00:5::1", "2002:7f00:1::", "2001:0:a00:1::1", "192.88.99.1", "64:ff9b::10.0.0.5", "::10.0.0.1"],
)  # fmt: skip
def test_a_candidate_that_points_into_our_own_network_is_refused_whatever_it_calls_itself(address):
    with pytest.raises(PeerError) as caught:
        check_theirs(described(f"1 1 udp 1 {address} 5000 typ relay raddr 8.8.8.8 rport 9"), OFF)
    assert caught.value.code == "node.media_policy.elsewhere"


def test_where_their_addresses_are_named_no_other_is_admitted(folder):
    policy = read_policy(folder, {"their_addresses": ["198.51.100.0/24", "10.0.0.5"]})
    for address, admitted in (("198.51.100.7", True), ("10.0.0.5", True), ("8.8.8.8", False), ("::1", False)):
        assert policy.admits(ip_address(address)) is admitted


def test_on_one_network_every_address_but_those_of_many_is_admitted():
    for address, admitted in (
        ("10.0.0.5", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("fd00::2", True),
        ("0.0.0.0", False),
        ("255.255.255.255", False),
        ("224.0.0.1", False),
        ("ff02::1", False),
    ):
        assert NEAR.admits(ip_address(address)) is admitted


def test_a_password_is_what_the_draft_says():
    """The HMAC is compared with the standard library's."""
    import hmac

    made = make_relay_password("north", 1_433_895_918, "desk")
    assert made.username == "1433895918:desk"
    assert b64decode(made.password) == hmac.digest(b"north", b"1433895918:desk", "sha1")
    assert made.password not in repr(made)


def test_a_node_reads_its_relay_as_it_starts_and_a_wrong_section_keeps_it_from_starting(tmp_path):
    us, _ = pair_exercise(tmp_path / "us", tmp_path / "ru")
    node_file, secret = us.path / "node.toml", us.path / "keys" / "relay.key"
    before = node_file.read_text("utf-8").partition("[relay]")[0]
    secret.write_text(SECRET, "ascii")
    secret.chmod(0o600)

    async def relay():
        runtime = await Runtime.start(NodeFolder.open(us.path))
        try:
            return runtime.signalling.policy.relay
        finally:
            await runtime.close()

    node_file.write_text(f'{before}\n[relay]\nurls = ["{URLS[1]}"]\nsecret = "keys/relay.key"\n', "utf-8")
    assert asyncio.run(relay()).urls == (URLS[1],)
    node_file.write_text(
        f'{before}\n[relay]\nurls = ["https://relay.example.org"]\nsecret = "keys/relay.key"\n'
    )
    with pytest.raises(ConfigError) as refused:
        asyncio.run(relay())
    assert refused.value.code == "node.relay.urls"
