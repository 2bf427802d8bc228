"""Which commands about calls come over the control socket: those of officers, and none that a node says for itself."""

import pytest

from coupefeu.errors import PeerError
from coupefeu.node.commands import decode_command, encode_command
from coupefeu.services.calls.commands import MACHINE_COMMANDS, HangUp


@pytest.mark.parametrize("command", MACHINE_COMMANDS)
def test_what_a_node_says_for_itself_cannot_be_asked_for(command):
    with pytest.raises(PeerError) as refused:
        decode_command(command.__name__, {"call": [0, 1]})
    assert refused.value.code == "node.commands.unknown"


def test_what_an_officer_does_can():
    hang_up = HangUp(call=(0, 1), from_post="us.duty", duration_ms=7)
    encoded = encode_command(hang_up)
    assert decode_command(encoded["command"], encoded["fields"]) == hang_up
