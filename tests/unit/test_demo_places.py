"""The consoles of the demo take the first free port on both loopback addresses, and say which ports were busy."""

import socket

import pytest

from coupefeu.console.demo_places import MAX_LOOKS, take_place
from coupefeu.errors import ConfigError


@pytest.fixture
def taken():
    sockets = []

    def take(host="127.0.0.1", port=0, family=socket.AF_INET):
        each = socket.socket(family, socket.SOCK_STREAM)
        sockets.append(each)
        each.bind((host, port))
        each.listen()
        return each.getsockname()[1]

    yield take
    for each in sockets:
        each.close()


def test_a_busy_port_is_named_and_the_next_one_taken(taken):
    busy = taken()
    place = take_place(busy)
    try:
        assert place.port > busy
        assert place.busy == tuple(range(busy, place.port))
    finally:
        place.close()


def test_a_port_that_is_taken_listens_already(taken):
    first = take_place(taken())
    second = take_place(first.port)
    try:
        assert first.port in second.busy
        with socket.create_connection(("127.0.0.1", first.port), 5):
            pass
    finally:
        first.close()
        second.close()


def test_a_stranger_on_the_other_loopback_address_makes_a_port_busy(taken):
    try:
        busy = taken("::1", 0, socket.AF_INET6)
    except OSError:  # a machine without IPv6 has no other address
        assert len(take_place(taken()).sockets) == 1
        return
    place = take_place(busy)
    try:
        assert busy in place.busy
    finally:
        place.close()


def test_a_port_is_free_again_at_once():
    place = take_place(20_000)
    place.close()
    again = take_place(place.port)
    again.close()
    assert again.port == place.port


def test_when_no_port_is_free_it_says_so(monkeypatch):
    monkeypatch.setattr("coupefeu.console.demo_places._listen", lambda _port: ())
    with pytest.raises(ConfigError, match=f"from 9000 to {9000 + MAX_LOOKS - 1}") as caught:
        take_place(9000)
    assert caught.value.code == "cli.demo.ports"
    with pytest.raises(ConfigError, match="from 65530 to 65535"):
        take_place(65_530)
