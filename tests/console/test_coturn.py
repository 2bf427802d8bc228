"""A real relay takes the passwords that a node makes, for as long as they last, and no others."""

import time

import pytest
from tests.console.coturn import Coturn

from coupefeu.keys.relay_password import make_relay_password

HOUR_S = 3_600
_GATHER = """async ([urls, username, credential]) => {
  const iceServers = [{ urls, username, credential }];
  const connection = new RTCPeerConnection({ iceServers, iceTransportPolicy: 'relay' });
  const kinds = [], refusals = [];
  const gathered = new Promise((done) => {
    connection.onicecandidate = ({ candidate }) => candidate === null ? done() : kinds.push(candidate.type);
  });
  connection.onicecandidateerror = (event) => refusals.push(event.errorCode);
  connection.addTransceiver('audio');
  await connection.setLocalDescription();
  await gathered;
  connection.close();
  return { kinds: [...new Set(kinds)], refusals: [...new Set(refusals)] };
}"""


@pytest.fixture(scope="module")
def coturn(tmp_path_factory):
    running = Coturn(tmp_path_factory.mktemp("relay") / "coturn")
    yield running
    running.close()


@pytest.mark.parametrize(
    ("lasts_s", "is_ours", "gives"),
    [
        (HOUR_S, True, {"kinds": ["relay"], "refusals": []}),
        (-HOUR_S, True, {"kinds": [], "refusals": [401]}),
        (HOUR_S, False, {"kinds": [], "refusals": [401]}),
    ],
    ids=["ours", "past its end", "of another secret"],
)
def test_a_relay_takes_the_passwords_of_its_own_node_until_they_end(window, coturn, lasts_s, is_ours, gives):
    secret = coturn.secret if is_ours else coturn.secret[::-1]
    made = make_relay_password(secret, int(time.time()) + lasts_s, "a1b2c3")
    page = window.context.new_page()
    assert page.evaluate(_GATHER, [coturn.url, made.username, made.password]) == gives
